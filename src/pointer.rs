//! [`Pointer`]: an address in parts, so that loads and stores get their offset and stack slot as immediates.

use crate::prelude::*;
use cranelift_codegen::ir::immediates::Offset32;

/// A base and a constant offset from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pointer {
    base: PointerBase,
    offset: Offset32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PointerBase {
    Addr(Value),
    Stack(StackSlot),
    /// Points to no memory; only for values of size 0.
    Dangling(Align),
}

impl Pointer {
    pub(crate) fn new(addr: Value) -> Self {
        Pointer { base: PointerBase::Addr(addr), offset: Offset32::new(0) }
    }

    pub(crate) fn stack_slot(stack_slot: StackSlot) -> Self {
        Pointer { base: PointerBase::Stack(stack_slot), offset: Offset32::new(0) }
    }

    pub(crate) fn dangling(align: Align) -> Self {
        Pointer { base: PointerBase::Dangling(align), offset: Offset32::new(0) }
    }

    pub(crate) fn debug_base_and_offset(self) -> (PointerBase, Offset32) {
        (self.base, self.offset)
    }

    /// The base's address, without the offset.
    fn base_addr(self, fx: &mut FunctionCx<'_, '_, '_>) -> Value {
        match self.base {
            PointerBase::Addr(addr) => addr,
            PointerBase::Stack(slot) => fx.bcx.ins().stack_addr(fx.pointer_type, slot, 0),
            PointerBase::Dangling(align) => fx.bcx.ins().iconst(fx.pointer_type, align.bytes() as i64),
        }
    }

    pub(crate) fn get_addr(self, fx: &mut FunctionCx<'_, '_, '_>) -> Value {
        if let PointerBase::Stack(slot) = self.base {
            return fx.bcx.ins().stack_addr(fx.pointer_type, slot, self.offset);
        }
        let base = self.base_addr(fx);
        match i64::from(self.offset) {
            0 => base,
            offset => fx.bcx.ins().iadd_imm_s(base, offset),
        }
    }

    pub(crate) fn offset_i64(self, fx: &mut FunctionCx<'_, '_, '_>, extra_offset: i64) -> Self {
        match self.offset.try_add_i64(extra_offset) {
            Some(offset) => Pointer { offset, ..self },
            None => {
                let base = self.base_addr(fx);
                let offset = i64::from(self.offset).wrapping_add(extra_offset);
                Pointer::new(fx.bcx.ins().iadd_imm_s(base, offset))
            }
        }
    }

    pub(crate) fn offset_value(self, fx: &mut FunctionCx<'_, '_, '_>, extra_offset: Value) -> Self {
        let base = self.base_addr(fx);
        Pointer { base: PointerBase::Addr(fx.bcx.ins().iadd(base, extra_offset)), offset: self.offset }
    }

    pub(crate) fn load(self, fx: &mut FunctionCx<'_, '_, '_>, ty: Type, flags: MemFlags) -> Value {
        match self.base {
            PointerBase::Addr(addr) => fx.bcx.ins().load(ty, flags, addr, self.offset),
            PointerBase::Stack(slot) => fx.bcx.ins().stack_load(fx.pointer_type, ty, slot, self.offset),
            PointerBase::Dangling(_) => panic!("load of {ty} through a dangling pointer"),
        }
    }

    pub(crate) fn store(self, fx: &mut FunctionCx<'_, '_, '_>, value: Value, flags: MemFlags) {
        match self.base {
            PointerBase::Addr(addr) => {
                fx.bcx.ins().store(flags, value, addr, self.offset);
            }
            PointerBase::Stack(slot) => {
                fx.bcx.ins().stack_store(fx.pointer_type, value, slot, self.offset);
            }
            PointerBase::Dangling(_) => panic!("store through a dangling pointer"),
        }
    }
}
