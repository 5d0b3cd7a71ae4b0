//! Operators on integers, `bool`, `char`, floats and pointers. Semantics: `rustc_middle::mir::syntax::BinOp`,
//! `rustc_codegen_ssa::mir::rvalue`. Operators that may overflow wrap; MIR holds the checks as statements of its own.

use crate::cast::lib_call_1;
use crate::codegen_f16_f128;
use crate::codegen_i128;
use crate::prelude::*;

pub(crate) fn bin_op_to_intcc(bin_op: BinOp, signed: bool) -> IntCC {
    let cc = match bin_op {
        BinOp::Eq => IntCC::Equal,
        BinOp::Ne => IntCC::NotEqual,
        BinOp::Lt => IntCC::SignedLessThan,
        BinOp::Le => IntCC::SignedLessThanOrEqual,
        BinOp::Gt => IntCC::SignedGreaterThan,
        BinOp::Ge => IntCC::SignedGreaterThanOrEqual,
        _ => bug!("{bin_op:?} is no comparison"),
    };
    if signed { cc } else { cc.unsigned() }
}

fn bin_op_to_floatcc(bin_op: BinOp) -> FloatCC {
    match bin_op {
        BinOp::Eq => FloatCC::Equal,
        BinOp::Ne => FloatCC::NotEqual,
        BinOp::Lt => FloatCC::LessThan,
        BinOp::Le => FloatCC::LessThanOrEqual,
        BinOp::Gt => FloatCC::GreaterThan,
        BinOp::Ge => FloatCC::GreaterThanOrEqual,
        _ => bug!("{bin_op:?} is no comparison"),
    }
}

fn is_comparison(bin_op: BinOp) -> bool {
    matches!(bin_op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge)
}

fn bool_value<'tcx>(fx: &FunctionCx<'_, '_, 'tcx>, val: Value) -> CValue<'tcx> {
    CValue::by_val(val, fx.layout_of(fx.tcx.common.bool))
}

/// `-1`, `0` or `1`, which are `Ordering`'s discriminants.
pub(crate) fn codegen_three_way_compare<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> CValue<'tcx> {
    let gt = fx.bcx.ins().icmp(bin_op_to_intcc(BinOp::Gt, signed), lhs, rhs);
    let lt = fx.bcx.ins().icmp(bin_op_to_intcc(BinOp::Lt, signed), lhs, rhs);
    let val = fx.bcx.ins().isub(gt, lt);
    let ordering = fx.tcx.store.require_lang_item("Ordering").or_fatal();
    let ty = fx.tcx.mk(TyKind::Adt(ordering, Args::EMPTY));
    CValue::by_val(val, fx.layout_of(ty))
}

/// Any operator except the `WithOverflow` ones.
pub(crate) fn codegen_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    lhs: CValue<'tcx>,
    rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    match fx.kind(lhs.layout().ty) {
        TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Uint(_) => codegen_int_binop(fx, bin_op, lhs, rhs),
        TyKind::Float(_) => codegen_float_binop(fx, bin_op, lhs, rhs),
        TyKind::RawPtr(..) | TyKind::Ref(..) | TyKind::FnPtr(..) => codegen_ptr_binop(fx, bin_op, lhs, rhs),
        _ => bug!("{bin_op:?} on {}", fx.ty_str(lhs.layout().ty)),
    }
}

/// Operators on integers, `bool` and `char`.
pub(crate) fn codegen_int_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    in_lhs: CValue<'tcx>,
    in_rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    let signed = type_sign(fx.tcx, in_lhs.layout().ty);
    let lhs = in_lhs.load_scalar(fx);
    let rhs = in_rhs.load_scalar(fx);
    if is_comparison(bin_op) {
        let val = fx.bcx.ins().icmp(bin_op_to_intcc(bin_op, signed), lhs, rhs);
        return bool_value(fx, val);
    }
    if bin_op == BinOp::Cmp {
        return codegen_three_way_compare(fx, signed, lhs, rhs);
    }
    let val = clif_int_binop(fx, bin_op, signed, lhs, rhs);
    CValue::by_val(val, in_lhs.layout())
}

/// Arithmetic on integers of any width. Shifts take the amount modulo the width, and of any integer type.
pub(crate) fn clif_int_binop(
    fx: &mut FunctionCx<'_, '_, '_>,
    bin_op: BinOp,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> Value {
    if fx.bcx.func.dfg.value_type(lhs) == types::I128 && matches!(bin_op, BinOp::Div | BinOp::Rem) {
        return codegen_i128::codegen_div_rem(fx, bin_op, signed, lhs, rhs);
    }
    let b = fx.bcx.ins();
    match bin_op {
        BinOp::Add | BinOp::AddUnchecked => b.iadd(lhs, rhs),
        BinOp::Sub | BinOp::SubUnchecked => b.isub(lhs, rhs),
        BinOp::Mul | BinOp::MulUnchecked => b.imul(lhs, rhs),
        BinOp::Div if signed => b.sdiv(lhs, rhs),
        BinOp::Div => b.udiv(lhs, rhs),
        BinOp::Rem if signed => b.srem(lhs, rhs),
        BinOp::Rem => b.urem(lhs, rhs),
        BinOp::BitXor => b.bxor(lhs, rhs),
        BinOp::BitAnd => b.band(lhs, rhs),
        BinOp::BitOr => b.bor(lhs, rhs),
        BinOp::Shl | BinOp::ShlUnchecked => b.ishl(lhs, rhs),
        BinOp::Shr | BinOp::ShrUnchecked if signed => b.sshr(lhs, rhs),
        BinOp::Shr | BinOp::ShrUnchecked => b.ushr(lhs, rhs),
        _ => bug!("{bin_op:?} on integers"),
    }
}

/// The wrapped result and whether it overflowed. `bin_op` is `Add`, `Sub`, `Mul` or its `WithOverflow` form.
fn clif_checked_int_binop(
    fx: &mut FunctionCx<'_, '_, '_>,
    bin_op: BinOp,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> (Value, Value) {
    let is_i128 = fx.bcx.func.dfg.value_type(lhs) == types::I128;
    match (bin_op, signed) {
        (BinOp::Add | BinOp::AddWithOverflow, true) => fx.bcx.ins().sadd_overflow(lhs, rhs),
        (BinOp::Add | BinOp::AddWithOverflow, false) => fx.bcx.ins().uadd_overflow(lhs, rhs),
        (BinOp::Sub | BinOp::SubWithOverflow, true) => fx.bcx.ins().ssub_overflow(lhs, rhs),
        (BinOp::Sub | BinOp::SubWithOverflow, false) => fx.bcx.ins().usub_overflow(lhs, rhs),
        (BinOp::Mul | BinOp::MulWithOverflow, _) if is_i128 => codegen_i128::codegen_mul_overflow(fx, signed, lhs, rhs),
        (BinOp::Mul | BinOp::MulWithOverflow, true) => fx.bcx.ins().smul_overflow(lhs, rhs),
        (BinOp::Mul | BinOp::MulWithOverflow, false) => fx.bcx.ins().umul_overflow(lhs, rhs),
        _ => bug!("{bin_op:?} with an overflow flag"),
    }
}

/// `(T, bool)`: the wrapped result and whether it overflowed.
pub(crate) fn codegen_checked_int_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    in_lhs: CValue<'tcx>,
    in_rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    let ty = in_lhs.layout().ty;
    let signed = type_sign(fx.tcx, ty);
    let lhs = in_lhs.load_scalar(fx);
    let rhs = in_rhs.load_scalar(fx);
    let (val, overflow) = clif_checked_int_binop(fx, bin_op, signed, lhs, rhs);
    let out_layout = fx.layout_of(fx.tcx.mk_tuple(&[ty, fx.tcx.common.bool]));
    CValue::by_val_pair(val, overflow, out_layout)
}

/// `Add` or `Sub`, clamped to the type's range.
pub(crate) fn clif_saturating_int_binop(
    fx: &mut FunctionCx<'_, '_, '_>,
    bin_op: BinOp,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> Value {
    let ty = fx.bcx.func.dfg.value_type(lhs);
    let (val, overflow) = clif_checked_int_binop(fx, bin_op, signed, lhs, rhs);
    let (min, max) = type_min_max_value(&mut fx.bcx, ty, signed);
    let clamped = match (bin_op, signed) {
        (BinOp::Add, false) => max,
        (BinOp::Sub, false) => min,
        // It overflowed on the side of the left operand.
        (_, true) => {
            let negative = codegen_icmp_imm(fx, IntCC::SignedLessThan, lhs, 0);
            fx.bcx.ins().select(negative, min, max)
        }
        _ => bug!("saturating {bin_op:?}"),
    };
    fx.bcx.ins().select(overflow, clamped, val)
}

pub(crate) fn codegen_saturating_int_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    in_lhs: CValue<'tcx>,
    in_rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    let signed = type_sign(fx.tcx, in_lhs.layout().ty);
    let lhs = in_lhs.load_scalar(fx);
    let rhs = in_rhs.load_scalar(fx);
    let val = clif_saturating_int_binop(fx, bin_op, signed, lhs, rhs);
    CValue::by_val(val, in_lhs.layout())
}

pub(crate) fn codegen_float_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    in_lhs: CValue<'tcx>,
    in_rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    let lhs = in_lhs.load_scalar(fx);
    let rhs = in_rhs.load_scalar(fx);
    if is_comparison(bin_op) {
        let val = codegen_f16_f128::fcmp(fx, bin_op_to_floatcc(bin_op), lhs, rhs);
        return bool_value(fx, val);
    }
    let val = codegen_f16_f128::arith(fx, bin_op, lhs, rhs);
    CValue::by_val(val, in_lhs.layout())
}

/// Comparisons of thin and wide pointers (the address decides, then the metadata), and `Offset` in elements.
fn codegen_ptr_binop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    bin_op: BinOp,
    in_lhs: CValue<'tcx>,
    in_rhs: CValue<'tcx>,
) -> CValue<'tcx> {
    if bin_op == BinOp::Offset {
        return codegen_ptr_offset(fx, in_lhs, in_rhs);
    }
    if let BackendRepr::Scalar(_) = in_lhs.layout().backend_repr {
        return codegen_int_binop(fx, bin_op, in_lhs, in_rhs);
    }

    let (lhs_ptr, lhs_meta) = in_lhs.load_scalar_pair(fx);
    let (rhs_ptr, rhs_meta) = in_rhs.load_scalar_pair(fx);
    let cc = bin_op_to_intcc(bin_op, false);
    let ptr_cmp = fx.bcx.ins().icmp(cc, lhs_ptr, rhs_ptr);
    let meta_cmp = fx.bcx.ins().icmp(cc, lhs_meta, rhs_meta);
    let val = match bin_op {
        BinOp::Eq => fx.bcx.ins().band(ptr_cmp, meta_cmp),
        BinOp::Ne => fx.bcx.ins().bor(ptr_cmp, meta_cmp),
        // Where the addresses differ, strict and non-strict comparison agree on them.
        _ => {
            let ptr_eq = fx.bcx.ins().icmp(IntCC::Equal, lhs_ptr, rhs_ptr);
            fx.bcx.ins().select(ptr_eq, meta_cmp, ptr_cmp)
        }
    };
    bool_value(fx, val)
}

/// A thin pointer moved by a number of elements.
pub(crate) fn codegen_ptr_offset<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    base: CValue<'tcx>,
    count: CValue<'tcx>,
) -> CValue<'tcx> {
    let pointee = pointee_ty(fx, base.layout().ty);
    let size = fx.layout_of(pointee).size.bytes();
    let addr = base.load_scalar(fx);
    let count = count.load_scalar(fx);
    let bytes = imul_const(fx, count, size);
    let val = fx.bcx.ins().iadd(addr, bytes);
    CValue::by_val(val, base.layout())
}

/// What a pointer type points to.
pub(crate) fn pointee_ty(fx: &FunctionCx<'_, '_, '_>, ptr_ty: Ty) -> Ty {
    fx.tcx.builtin_deref(ptr_ty).unwrap_or_else(|| bug!("{} is no pointer", fx.ty_str(ptr_ty)))
}

/// A number of elements as a number of bytes.
pub(crate) fn imul_const(fx: &mut FunctionCx<'_, '_, '_>, count: Value, size: u64) -> Value {
    match size {
        1 => count,
        _ if size.is_power_of_two() => fx.bcx.ins().ishl_imm_u(count, i64::from(size.trailing_zeros())),
        _ => fx.bcx.ins().imul_imm_u(count, size as i64),
    }
}

/// `Not` and `Neg`.
pub(crate) fn codegen_unop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    un_op: UnOp,
    operand: CValue<'tcx>,
) -> CValue<'tcx> {
    let layout = operand.layout();
    if un_op == UnOp::PtrMetadata {
        return codegen_ptr_metadata(fx, operand);
    }
    let val = operand.load_scalar(fx);
    let val = match (un_op, fx.kind(layout.ty)) {
        (UnOp::Not, TyKind::Bool) => fx.bcx.ins().bxor_imm_u(val, 1),
        (UnOp::Not, TyKind::Int(_) | TyKind::Uint(_)) => fx.bcx.ins().bnot(val),
        (UnOp::Neg, TyKind::Int(_) | TyKind::Uint(_)) => fx.bcx.ins().ineg(val),
        (UnOp::Neg, TyKind::Float(_)) => codegen_f16_f128::fneg(fx, val),
        _ => bug!("{un_op:?} on {}", fx.ty_str(layout.ty)),
    };
    CValue::by_val(val, layout)
}

/// A pointer's metadata: `()`, a length or a vtable (as `DynMetadata`).
fn codegen_ptr_metadata<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, ptr: CValue<'tcx>) -> CValue<'tcx> {
    match ptr.layout().backend_repr {
        BackendRepr::Scalar(_) => CValue::zst(fx.layout_of(fx.tcx.common.unit)),
        BackendRepr::ScalarPair(..) => {
            let (_, meta) = ptr.load_scalar_pair(fx);
            let pointee = pointee_ty(fx, ptr.layout().ty);
            let tail = struct_tail(fx.tcx, pointee);
            let meta_ty = match fx.kind(tail) {
                TyKind::Dynamic(..) => {
                    let def = fx.tcx.store.require_lang_item("dyn_metadata").or_fatal();
                    fx.tcx.mk(TyKind::Adt(def, fx.tcx.mk_args(&[GenericArg::Type(tail)])))
                }
                _ => fx.tcx.common.usize,
            };
            CValue::by_val(meta, fx.layout_of(meta_ty))
        }
        _ => bug!("metadata of {}", fx.ty_str(ptr.layout().ty)),
    }
}

/// `f32::min`: the other operand if one is NaN; the first of two zeros, as LLVM has it on x86_64.
pub(crate) fn codegen_float_min(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value) -> Value {
    pick_float(fx, FloatCC::LessThan, a, b)
}

/// `f32::max`: the other operand if one is NaN; the first of two zeros.
pub(crate) fn codegen_float_max(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value) -> Value {
    pick_float(fx, FloatCC::GreaterThan, a, b)
}

/// `b` if it compares so with `a` or if `a` is NaN, else `a`.
fn pick_float(fx: &mut FunctionCx<'_, '_, '_>, cc: FloatCC, a: Value, b: Value) -> Value {
    let wins = codegen_f16_f128::fcmp(fx, cc, b, a);
    let a_is_nan = codegen_f16_f128::fcmp(fx, FloatCC::NotEqual, a, a);
    let take_b = fx.bcx.ins().bor(wins, a_is_nan);
    fx.bcx.ins().select(take_b, b, a)
}

/// `f32::minimum` and `f32::maximum`: NaN if one is NaN, and -0 is less than +0.
pub(crate) fn codegen_float_minimum_maximum(
    fx: &mut FunctionCx<'_, '_, '_>,
    is_max: bool,
    a: Value,
    b: Value,
) -> Value {
    match fx.bcx.func.dfg.value_type(a) {
        ty @ (types::F16 | types::F128) => {
            let name = match (ty, is_max) {
                (types::F16, false) => "fminimumf16",
                (types::F16, true) => "fmaximumf16",
                (_, false) => "fminimumf128",
                (_, true) => "fmaximumf128",
            };
            lib_call_1(fx, name, &[ty; 2], ty, &[a, b])
        }
        _ if is_max => fx.bcx.ins().fmax(a, b),
        _ => fx.bcx.ins().fmin(a, b),
    }
}
