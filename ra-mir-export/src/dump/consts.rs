//! Values of the constants that mono items name: `PATH<ARGS> = BYTES`, for a promoted `PATH<ARGS> promoted N = BYTES`.
//!
//! `BYTES` is the value as it lies in memory, in hexadecimal, `__` for a byte that is not initialized. A pointer is
//! `<TARGET+OFFSET>` for its eight bytes; the target is `fn INSTANCE`, `static PATH`, `vtable TYPE as DYN`, `type_id TYPE`, or
//! `BYTES` of memory in braces, deeper than four pointers `..`. A constant that does not evaluate is `error`.

use super::Dump;
use crate::rustc::*;
use rustc_abi::Size;
use rustc_data_structures::fx::FxIndexSet;
use rustc_middle::mir::interpret::{AllocId, Allocation, GlobalAlloc, Scalar};
use rustc_middle::mir::visit::Visitor;
use rustc_middle::ty::TypingEnv;
use std::collections::BTreeSet;
use std::fmt::Write;

const MAX_DEPTH: u32 = 4;

impl<'tcx> Dump<'tcx, '_> {
    /// Calls `f` with each constant of each mono item's body, in concrete types.
    fn for_each_const(&self, mut f: impl FnMut(mir::Const<'tcx>)) {
        let mut seen = FxIndexSet::default();
        self.for_each_body(|instance, body| {
            let mut found = Constants(Vec::new());
            found.visit_body(body);
            for ct in found.0.into_iter().chain(body.required_consts.iter().flatten().map(|c| c.const_)) {
                let ct = self.mono(instance, ct);
                if seen.insert(ct) {
                    f(ct);
                }
            }
        });
    }

    /// The allocations that constants point to, directly or through others.
    pub(super) fn const_allocs(&self) -> FxIndexSet<AllocId> {
        let mut open: Vec<AllocId> = Vec::new();
        self.for_each_const(|ct| match self.evaluate(ct) {
            Some(mir::ConstValue::Scalar(Scalar::Ptr(ptr, _))) => open.push(ptr.provenance.alloc_id()),
            Some(mir::ConstValue::Slice { alloc_id, .. } | mir::ConstValue::Indirect { alloc_id, .. }) => {
                open.push(alloc_id);
            }
            _ => {}
        });
        let mut allocs = FxIndexSet::default();
        while let Some(id) = open.pop() {
            if allocs.insert(id)
                && let GlobalAlloc::Memory(memory) = self.tcx.global_alloc(id)
            {
                open.extend(memory.inner().provenance().ptrs().iter().map(|(_, prov)| prov.alloc_id()));
            }
        }
        allocs
    }

    pub(super) fn const_lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        self.for_each_const(|ct| {
            if let mir::Const::Unevaluated(uv, ty) = ct {
                let mut line = self.def_with_args(uv.def, uv.args);
                if let Some(promoted) = uv.promoted {
                    let _ = write!(line, " promoted {}", promoted.as_u32());
                }
                line.push_str(" = ");
                match self.evaluate(ct) {
                    Some(value) => self.value_text(&mut line, value, ty),
                    None => line.push_str("error"),
                }
                lines.insert(line);
            }
        });
        lines
    }

    fn evaluate(&self, ct: mir::Const<'tcx>) -> Option<mir::ConstValue> {
        ct.eval(self.tcx, TypingEnv::fully_monomorphized(), rustc_span::DUMMY_SP).ok()
    }

    fn value_text(&self, out: &mut String, value: mir::ConstValue, ty: Ty<'tcx>) {
        match value {
            mir::ConstValue::ZeroSized => {}
            mir::ConstValue::Scalar(Scalar::Int(int)) => {
                let bytes = int.to_bits_unchecked().to_le_bytes();
                hex(out, &bytes[..int.size().bytes() as usize]);
            }
            mir::ConstValue::Scalar(Scalar::Ptr(ptr, _)) => {
                self.pointer_text(out, ptr.provenance.alloc_id(), ptr.into_raw_parts().1.bytes(), 0);
            }
            mir::ConstValue::Slice { alloc_id, meta } => {
                self.pointer_text(out, alloc_id, 0, 0);
                hex(out, &meta.to_le_bytes());
            }
            mir::ConstValue::Indirect { alloc_id, offset } => {
                let layout = self.tcx.layout_of(TypingEnv::fully_monomorphized().as_query_input(ty));
                if let (Ok(layout), GlobalAlloc::Memory(memory)) = (layout, self.tcx.global_alloc(alloc_id)) {
                    let start = offset.bytes_usize();
                    self.memory_text(out, memory.inner(), start..start + layout.size.bytes_usize(), 0);
                }
            }
        }
    }

    fn pointer_text(&self, out: &mut String, id: AllocId, offset: u64, depth: u32) {
        out.push('<');
        match self.tcx.global_alloc(id) {
            GlobalAlloc::Function { instance } => {
                let _ = write!(out, "fn {}", self.instance(instance));
            }
            GlobalAlloc::Static(def) => {
                let _ = write!(out, "static {}", self.def(def));
            }
            GlobalAlloc::VTable(ty, preds) => {
                let dyn_ty = Ty::new_dynamic(self.tcx, preds, self.tcx.lifetimes.re_erased);
                let _ = write!(out, "vtable {} as {}", self.ty(ty), self.ty(dyn_ty));
            }
            GlobalAlloc::TypeId { ty } => {
                let _ = write!(out, "type_id {}", self.ty(ty));
            }
            GlobalAlloc::Memory(memory) => {
                let memory = memory.inner();
                out.push('{');
                match depth < MAX_DEPTH {
                    true => self.memory_text(out, memory, 0..memory.len(), depth + 1),
                    false => out.push_str(".."),
                }
                out.push('}');
            }
        }
        let _ = write!(out, "+{offset}>");
    }

    fn memory_text(&self, out: &mut String, memory: &Allocation, range: std::ops::Range<usize>, depth: u32) {
        let bytes = memory.inspect_with_uninit_and_ptr_outside_interpreter(0..memory.len());
        let mut at = range.start;
        while at < range.end {
            if let Some(prov) = memory.provenance().get_ptr(Size::from_bytes(at)) {
                let mut offset = [0; 8];
                offset.copy_from_slice(&bytes[at..at + 8]);
                self.pointer_text(out, prov.alloc_id(), u64::from_le_bytes(offset), depth);
                at += 8;
            } else {
                match memory.init_mask().get(Size::from_bytes(at)) {
                    true => hex(out, &bytes[at..=at]),
                    false => out.push_str("__"),
                }
                at += 1;
            }
        }
    }
}

fn hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

struct Constants<'tcx>(Vec<mir::Const<'tcx>>);

impl<'tcx> Visitor<'tcx> for Constants<'tcx> {
    fn visit_const_operand(&mut self, operand: &mir::ConstOperand<'tcx>, _: mir::Location) {
        self.0.push(operand.const_);
    }
}
