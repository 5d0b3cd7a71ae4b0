//! `PATH<ARGS>[ promoted N] = BYTES`: the value of a constant as it lies in memory.

use super::{Names, vtable};
use crate::adapter::{Error, Result, Tcx};
use ramir::text::{DefNames, Printer};
use ramir::*;
use std::fmt::Write;

const MAX_DEPTH: u32 = 4;

pub(super) fn line(tcx: &Tcx, names: &Names, subject: &str) -> Result<String> {
    let (item, promoted) = match subject.rsplit_once(" promoted ") {
        Some((item, n)) => {
            let n = n.parse().map_err(|_| Error::missing("number of the promoted"))?;
            (item, Some(Promoted(n)))
        }
        None => (subject, None),
    };
    let (def, args) = names.value(tcx, item)?;
    let mut text = Text { tcx, names, out: format!("{subject} = ") };
    text.value(def, args, promoted)?;
    Ok(text.out)
}

struct Text<'tcx> {
    tcx: &'tcx Tcx,
    names: &'tcx Names,
    out: String,
}

impl Text<'_> {
    fn value(&mut self, def: DefId, args: Args, promoted: Option<Promoted>) -> Result<()> {
        match self.tcx.const_eval(def, args, promoted)? {
            ConstValue::ZeroSized => {}
            ConstValue::Scalar(Scalar::Int(int)) => self.hex(&int.data.to_le_bytes()[..int.size.into()]),
            ConstValue::Scalar(Scalar::Ptr { alloc, offset }) => self.pointer(alloc, offset, 0)?,
            ConstValue::Slice { alloc, len } => {
                self.pointer(alloc, 0, 0)?;
                self.hex(&len.to_le_bytes());
            }
            ConstValue::Indirect { alloc, offset } => {
                let ty = match promoted {
                    Some(promoted) => self.tcx.store.promoted(def)?[promoted.index()].locals[0].ty,
                    None => match self.tcx.store.item(def)?.data {
                        ItemData::Const(ConstDef { ty, .. }) | ItemData::AnonConst(ty) => ty,
                        _ => return Err(Error::missing("type of the constant")),
                    },
                };
                let size = self.tcx.layout_of(self.tcx.monomorphize(ty, args)?)?.size.bytes();
                match self.tcx.store.global_alloc(alloc)? {
                    GlobalAlloc::Memory(memory) => self.memory(memory, offset..offset + size, 0)?,
                    _ => return Err(Error::missing("memory of the constant")),
                }
            }
        }
        Ok(())
    }

    fn hex(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = write!(self.out, "{byte:02x}");
        }
    }

    fn ty(&self, ty: Ty) -> String {
        Printer::new(self.tcx, self.names).ty(ty)
    }

    fn pointer(&mut self, id: AllocId, offset: u64, depth: u32) -> Result<()> {
        self.out.push('<');
        match self.tcx.store.global_alloc(id)? {
            GlobalAlloc::Memory(memory) => {
                self.out.push('{');
                if depth < MAX_DEPTH {
                    self.memory(memory, 0..memory.bytes.len() as u64, depth + 1)?;
                } else {
                    self.out.push_str("..");
                }
                self.out.push('}');
            }
            GlobalAlloc::Static(def) => {
                let path = self.names.def_path(*def).unwrap_or_default();
                let _ = write!(self.out, "static {path}");
            }
            GlobalAlloc::VTable { ty, dyn_ty } => {
                let text = format!("vtable {} as {}", self.ty(*ty), self.ty(*dyn_ty));
                self.out.push_str(&text);
            }
            GlobalAlloc::TypeId(ty) => {
                let text = format!("type_id {}", self.ty(*ty));
                self.out.push_str(&text);
            }
            GlobalAlloc::Function { def_id, args } => {
                let instance = self.tcx.resolve_for_fn_ptr(*def_id, *args)?;
                let text = vtable::instance(self.tcx, self.names, instance);
                let _ = write!(self.out, "fn {text}");
            }
        }
        let _ = write!(self.out, "+{offset}>");
        Ok(())
    }

    fn memory(&mut self, memory: &Allocation, range: std::ops::Range<u64>, depth: u32) -> Result<()> {
        let mut at = range.start;
        while at < range.end {
            if let Ok(i) = memory.provenance.binary_search_by_key(&at, |(offset, _)| *offset) {
                let mut offset = [0; 8];
                offset.copy_from_slice(&memory.bytes[at as usize..at as usize + 8]);
                self.pointer(memory.provenance[i].1, u64::from_le_bytes(offset), depth)?;
                at += 8;
            } else {
                if memory.uninit.iter().any(|(start, end)| (*start..*end).contains(&at)) {
                    self.out.push_str("__");
                } else {
                    self.hex(&memory.bytes[at as usize..at as usize + 1]);
                }
                at += 1;
            }
        }
        Ok(())
    }
}
