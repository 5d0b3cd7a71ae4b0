//! The LSDA of a function: which calls have a landing pad. Read by std's `rust_eh_personality`
//! (`library/std/src/sys/personality/dwarf/eh.rs`); the format is the Itanium C++ ABI's.

use crate::compiled::CallSite;
use gimli::constants::{DW_EH_PE_omit, DW_EH_PE_uleb128};
use gimli::write::{EndianVec, Writer};
use gimli::{LittleEndian, leb128};

/// Appends the table of a function of `code_len` bytes whose landing pads are `sites`.
///
/// A call that no entry covers may not unwind, for the personality; so entries without landing pad fill the gaps.
pub(crate) fn write_lsda(out: &mut Vec<u8>, sites: &[CallSite], code_len: u32) {
    let mut sites: Vec<CallSite> = sites.to_vec();
    sites.sort_by_key(|site| site.ret_addr);
    let mut table = Vec::new();
    let mut entry = |start: u32, end: u32, landing_pad: u32, action: u32| {
        for value in [start, end - start, landing_pad, action] {
            // Writing to memory cannot fail.
            let _ = leb128::write::unsigned(&mut table, value.into());
        }
    };
    let mut done = 0;
    let mut catches = false;
    for site in &sites {
        // The personality looks for the address before the return address.
        let start = site.ret_addr - 1;
        if done < start {
            entry(done, start, 0, 0);
        }
        entry(start, site.ret_addr, site.landing_pad, site.catch.into());
        catches |= site.catch;
        done = site.ret_addr;
    }
    if done < code_len {
        entry(done, code_len, 0, 0);
    }

    let mut lsda = EndianVec::new(LittleEndian);
    // Landing pads are relative to the function; there are no types.
    let header = [DW_EH_PE_omit.0, DW_EH_PE_omit.0, DW_EH_PE_uleb128.0];
    let written = lsda.write(&header).and_then(|()| lsda.write_uleb128(table.len() as u64)).and_then(|()| lsda.write(&table));
    debug_assert!(written.is_ok());
    out.extend_from_slice(lsda.slice());
    if catches {
        // Action 1: a positive filter, which is a catch; no next action.
        out.extend_from_slice(&[1, 0]);
    }
}
