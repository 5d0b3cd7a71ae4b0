//! Conversion of evaluated constants and of the memory that they point to.

use crate::cx::ExportCx;
use crate::rustc::*;
use crate::ty::{mutability, scalar_int};
use rustc_middle::mir::interpret::{AllocId, Allocation, GlobalAlloc, Scalar, alloc_range};
use rustc_abi::Size;

impl<'tcx> ExportCx<'tcx, '_> {
    pub fn const_value(&mut self, value: mir::ConstValue) -> ramir::ConstValue {
        match value {
            mir::ConstValue::Scalar(scalar) => ramir::ConstValue::Scalar(self.scalar(scalar)),
            mir::ConstValue::ZeroSized => ramir::ConstValue::ZeroSized,
            mir::ConstValue::Slice { alloc_id, meta } => {
                ramir::ConstValue::Slice { alloc: self.alloc(alloc_id), len: meta }
            }
            mir::ConstValue::Indirect { alloc_id, offset } => {
                ramir::ConstValue::Indirect { alloc: self.alloc(alloc_id), offset: offset.bytes() }
            }
        }
    }

    fn scalar(&mut self, scalar: Scalar) -> ramir::Scalar {
        match scalar {
            Scalar::Int(int) => ramir::Scalar::Int(scalar_int(int)),
            Scalar::Ptr(ptr, _) => {
                let (prov, offset) = ptr.into_raw_parts();
                ramir::Scalar::Ptr { alloc: self.alloc(prov.alloc_id()), offset: offset.bytes() }
            }
        }
    }

    fn alloc(&mut self, id: AllocId) -> ramir::AllocId {
        if let Some(&converted) = self.allocs.get(&id) {
            return converted;
        }
        let reserved = self.interner.reserve_alloc();
        self.allocs.insert(id, reserved);
        self.pending_allocs.push((reserved, id));
        reserved
    }

    /// An allocation of its own for `alloc`, which no other constant points to.
    pub fn new_memory(&mut self, alloc: &Allocation) -> ramir::AllocId {
        let memory = self.memory(alloc);
        self.interner.new_alloc(ramir::GlobalAlloc::Memory(memory))
    }

    /// Converts the content of every allocation that has been named so far, and what that names in turn.
    pub fn finish_allocs(&mut self) {
        while let Some((reserved, id)) = self.pending_allocs.pop() {
            let content = match self.tcx.global_alloc(id) {
                GlobalAlloc::Memory(alloc) => ramir::GlobalAlloc::Memory(self.memory(alloc.inner())),
                GlobalAlloc::Function { instance } => ramir::GlobalAlloc::Function {
                    def_id: self.def_id(instance.def_id()),
                    args: self.args(instance.args),
                },
                GlobalAlloc::Static(def) => ramir::GlobalAlloc::Static(self.def_id(def)),
                GlobalAlloc::VTable(ty, preds) => ramir::GlobalAlloc::VTable {
                    ty: self.ty(ty),
                    dyn_ty: self.ty(Ty::new_dynamic(self.tcx, preds, self.tcx.lifetimes.re_erased)),
                },
                GlobalAlloc::TypeId { ty } => ramir::GlobalAlloc::TypeId(self.ty(ty)),
            };
            self.interner.set_alloc(reserved, content);
        }
    }

    fn memory(&mut self, alloc: &Allocation) -> ramir::Allocation {
        let bytes = alloc.inspect_with_uninit_and_ptr_outside_interpreter(0..alloc.len()).to_vec();
        let provenance = alloc
            .provenance()
            .ptrs()
            .iter()
            .map(|&(offset, prov)| (offset.bytes(), self.alloc(prov.alloc_id())))
            .collect();
        let whole = alloc_range(Size::ZERO, alloc.size());
        let uninit = if alloc.init_mask().is_range_initialized(whole).is_ok() {
            Vec::new()
        } else {
            let chunks = alloc.init_mask().range_as_init_chunks(whole);
            chunks.filter(|c| !c.is_init()).map(|c| (c.range().start.bytes(), c.range().end.bytes())).collect()
        };
        ramir::Allocation { bytes, provenance, uninit, align: alloc.align.bytes(), mutability: mutability(alloc.mutability) }
    }
}
