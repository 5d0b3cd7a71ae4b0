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

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use gimli::{EndianSlice, Reader};

    /// The call-site table of an LSDA as `start..end -> landing pad action`, and the actions.
    fn check(sites: &[(u32, u32, bool)], code_len: u32, expected: Expect) {
        let sites: Vec<CallSite> =
            sites.iter().map(|&(ret_addr, landing_pad, catch)| CallSite { ret_addr, landing_pad, catch }).collect();
        let mut bytes = Vec::new();
        write_lsda(&mut bytes, &sites, code_len);
        assert_eq!(bytes[..3], [0xff, 0xff, 0x01]);
        let mut rest = EndianSlice::new(&bytes[3..], LittleEndian);
        let table_len = rest.read_uleb128().expect("the table's length") as usize;
        let mut table = rest.split(table_len).expect("the table");
        let actions = rest.slice();
        let mut lines = Vec::new();
        while !table.is_empty() {
            let [start, len, pad, action] =
                std::array::from_fn(|_| table.read_uleb128().expect("an entry's field"));
            lines.push(format!("{start}..{} -> {pad} {action}", start + len));
        }
        lines.push(format!("actions {actions:?}"));
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn the_table_covers_the_whole_function() {
        check(&[(300, 500, false), (20, 400, false)], 600, expect![[r#"
            0..19 -> 0 0
            19..20 -> 400 0
            20..299 -> 0 0
            299..300 -> 500 0
            300..600 -> 0 0
            actions []"#]]);
    }

    #[test]
    fn a_catch_has_an_action() {
        check(&[(5, 9, true)], 12, expect![[r#"
            0..4 -> 0 0
            4..5 -> 9 1
            5..12 -> 0 0
            actions [1, 0]"#]]);
    }
}
