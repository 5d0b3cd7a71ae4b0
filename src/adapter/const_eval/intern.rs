//! From an evaluation's memory to allocations that outlive it. Semantics: `rustc_const_eval::interpret::intern`,
//! and `rustc_const_eval::const_eval::eval_queries::op_to_const`.

use super::error::{InterpResult, failed};
use super::interp::Interp;
use super::memory::{MemoryKind, Pointer, Prov, Scalar};
use super::operand::{Imm, Op, OpKind, Repr, scalar_repr};
use ramir::*;
use rustc_hash::FxHashMap;

impl<'tcx> Interp<'tcx> {
    /// The value of a finished constant, with all that it points to made permanent and read-only.
    pub fn op_to_const_value(&mut self, op: &Op<'tcx>) -> InterpResult<ConstValue> {
        if op.layout.size.bytes() == 0 && op.layout.is_sized() {
            return Ok(ConstValue::ZeroSized);
        }
        if let OpKind::Mem(Pointer { prov: Some(Prov::Global(alloc)), offset }, _) = op.kind
            && scalar_repr(self.tcx, &op.layout, true).is_none()
        {
            return Ok(ConstValue::Indirect { alloc, offset });
        }
        let mut done = FxHashMap::default();
        match scalar_repr(self.tcx, &op.layout, true) {
            Some(Repr::Scalar(_)) => {
                return Ok(ConstValue::Scalar(match self.read_imm(op)?.scalar()? {
                    Scalar::Int { data, size } => ramir::Scalar::Int(ScalarInt { data, size }),
                    Scalar::Ptr(prov, offset) => {
                        let alloc = self.intern_prov(prov, Mutability::Not, &mut done)?;
                        ramir::Scalar::Ptr { alloc, offset }
                    }
                }));
            }
            Some(Repr::Pair(..)) if self.is_str_ref(op.layout.ty) => {
                if let Imm::Pair(Scalar::Ptr(prov, 0), Scalar::Int { data: len, .. }) = self.read_imm(op)? {
                    let alloc = self.intern_prov(prov, Mutability::Not, &mut done)?;
                    return Ok(ConstValue::Slice { alloc, len: len as u64 });
                }
            }
            _ => {}
        }
        let ptr = self.op_pointer(op)?;
        let alloc = self.intern_prov(self.prov(ptr)?, Mutability::Not, &mut done)?;
        Ok(ConstValue::Indirect { alloc, offset: ptr.offset })
    }

    /// `&str`. Other slices stay in memory, as in rustc.
    fn is_str_ref(&self, ty: Ty) -> bool {
        matches!(*self.tcx.kind(ty), TyKind::Ref(_, pointee, _) if *self.tcx.kind(pointee) == TyKind::Str)
    }

    /// The initial memory of a static, from its value.
    pub fn op_to_static(&mut self, op: &Op<'tcx>, mutability: Mutability) -> InterpResult<AllocId> {
        let root =
            if mutability.is_mut() || !self.tcx.is_freeze(op.layout.ty)? { Mutability::Mut } else { Mutability::Not };
        let place = self.allocate(op.layout)?;
        self.copy_op(op, &place)?;
        let (ptr, _) = self.place_ptr(&place)?;
        let Prov::Local(id) = self.prov(ptr)? else { return failed("static in memory of another") };
        self.intern_local(id, root, mutability, &mut FxHashMap::default())
    }

    fn intern_prov(
        &mut self,
        prov: Prov,
        mutability: Mutability,
        done: &mut FxHashMap<u32, AllocId>,
    ) -> InterpResult<AllocId> {
        match prov {
            Prov::Global(id) => Ok(id),
            Prov::Local(id) => self.intern_local(id, mutability, mutability, done),
        }
    }

    /// Makes an allocation permanent, and those that it points to. Cycles are possible.
    fn intern_local(
        &mut self,
        root: u32,
        root_mutability: Mutability,
        inner_mutability: Mutability,
        done: &mut FxHashMap<u32, AllocId>,
    ) -> InterpResult<AllocId> {
        if let Some(&id) = done.get(&root) {
            return Ok(id);
        }
        let root_id = self.tcx.interner.reserve_alloc();
        done.insert(root, root_id);
        let mut todo = vec![(root, root_id, root_mutability)];
        while let Some((local, id, mutability)) = todo.pop() {
            let Some(alloc) = self.memory.take(local) else {
                return failed("encountered dangling pointer in final value of constant");
            };
            if alloc.kind == MemoryKind::Heap {
                return failed("encountered `const_allocate` pointer in final value that was not made global");
            }
            let uninit = alloc.uninit_ranges();
            let mut provenance = Vec::with_capacity(alloc.prov.len());
            for (offset, prov) in &alloc.prov {
                let target = match *prov {
                    Prov::Global(id) => id,
                    Prov::Local(target) => *done.entry(target).or_insert_with(|| {
                        let id = self.tcx.interner.reserve_alloc();
                        todo.push((target, id, inner_mutability));
                        id
                    }),
                };
                provenance.push((*offset, target));
            }
            let alloc = Allocation { bytes: alloc.bytes, provenance, uninit, align: alloc.align, mutability };
            self.tcx.interner.set_alloc(id, GlobalAlloc::Memory(alloc));
        }
        Ok(root_id)
    }
}
