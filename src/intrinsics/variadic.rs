//! `va_arg` and `va_copy` on the System V `va_list`: `gp_offset: u32`, `fp_offset: u32`, `overflow_arg_area`,
//! `reg_save_area`. Semantics: psABI x86-64, section 3.5.7.

use super::IntrinsicCall;
use crate::prelude::*;

const GP_OFFSET: i32 = 0;
const FP_OFFSET: i32 = 4;
const OVERFLOW_ARG_AREA: i32 = 8;
const REG_SAVE_AREA: i32 = 16;
/// Where in the save area the general-purpose registers end and the vector registers end.
const GP_END: i64 = 6 * 8;
const FP_END: i64 = GP_END + 8 * 16;

/// The next argument, a scalar of at most 8 bytes.
pub(super) fn codegen_va_arg<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) {
    let [list] = call.scalars(fx);
    let layout = call.ret.layout();
    let BackendRepr::Scalar(scalar) = layout.backend_repr else {
        fatal(format!("unsupported: va_arg of type {}", fx.ty_str(layout.ty)))
    };
    let clif_ty = scalar_to_clif_type(fx.tcx, scalar);
    if clif_ty.bytes() > 8 {
        fatal(format!("unsupported: va_arg of type {}", fx.ty_str(layout.ty)));
    }
    let (offset_field, end, step) =
        if clif_ty.is_float() { (FP_OFFSET, FP_END, 16) } else { (GP_OFFSET, GP_END, 8) };
    let flags = MemFlags::trusted();

    let offset = fx.bcx.ins().load(types::I32, flags, list, offset_field);
    let overflow_area = fx.bcx.ins().load(types::I64, flags, list, OVERFLOW_ARG_AREA);
    let save_area = fx.bcx.ins().load(types::I64, flags, list, REG_SAVE_AREA);
    let in_reg = fx.bcx.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, offset, end - step);

    let offset64 = fx.bcx.ins().uextend(types::I64, offset);
    let reg_addr = fx.bcx.ins().iadd(save_area, offset64);
    let addr = fx.bcx.ins().select(in_reg, reg_addr, overflow_area);

    let next_offset = fx.bcx.ins().iadd_imm_u(offset, step);
    let next_offset = fx.bcx.ins().select(in_reg, next_offset, offset);
    fx.bcx.ins().store(flags, next_offset, list, offset_field);
    let next_area = fx.bcx.ins().iadd_imm_u(overflow_area, 8);
    let next_area = fx.bcx.ins().select(in_reg, overflow_area, next_area);
    fx.bcx.ins().store(flags, next_area, list, OVERFLOW_ARG_AREA);

    call.ret_value(fx, CValue::by_ref(Pointer::new(addr), layout));
}

/// A copy that advances on its own: the bytes of the list.
pub(super) fn codegen_va_copy<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) {
    let [src] = call.scalars(fx);
    let layout = call.ret.layout();
    call.ret_value(fx, CValue::by_ref(Pointer::new(src), layout));
}
