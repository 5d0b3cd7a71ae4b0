//! Conversions between numbers. Float to int saturates and sends NaN to zero, int to float and float to float round to
//! nearest even. Semantics: the Rust reference on `as`, `rustc_codegen_ssa::mir::rvalue`.

use crate::codegen_f16_f128;
use crate::prelude::*;

/// Truncates, or extends according to the signedness of the source.
pub(crate) fn clif_intcast(fx: &mut FunctionCx<'_, '_, '_>, val: Value, to: Type, signed: bool) -> Value {
    let from = fx.bcx.func.dfg.value_type(val);
    if from == to {
        val
    } else if from.bits() > to.bits() {
        fx.bcx.ins().ireduce(to, val)
    } else if signed {
        fx.bcx.ins().sextend(to, val)
    } else {
        fx.bcx.ins().uextend(to, val)
    }
}

/// A conversion between any two of Cranelift's scalar types, as `as` does it.
pub(crate) fn clif_int_or_float_cast(
    fx: &mut FunctionCx<'_, '_, '_>,
    from: Value,
    from_signed: bool,
    to_ty: Type,
    to_signed: bool,
) -> Value {
    let from_ty = fx.bcx.func.dfg.value_type(from);
    if from_ty == to_ty {
        return from;
    }
    let narrow_or_wide_float = |ty| matches!(ty, types::F16 | types::F128);
    if narrow_or_wide_float(from_ty) || narrow_or_wide_float(to_ty) {
        return codegen_f16_f128::codegen_cast(fx, from, from_signed, to_ty, to_signed);
    }

    match (from_ty.is_int(), to_ty.is_int()) {
        (true, true) => clif_intcast(fx, from, to_ty, from_signed),
        (true, false) => int_to_float(fx, from, from_signed, to_ty),
        (false, true) => float_to_int(fx, from, to_ty, to_signed),
        (false, false) if to_ty.bits() > from_ty.bits() => fx.bcx.ins().fpromote(to_ty, from),
        (false, false) => fx.bcx.ins().fdemote(to_ty, from),
    }
}

/// To `f32` or `f64`.
fn int_to_float(fx: &mut FunctionCx<'_, '_, '_>, from: Value, signed: bool, to_ty: Type) -> Value {
    if fx.bcx.func.dfg.value_type(from) == types::I128 {
        let name = match (signed, to_ty) {
            (true, types::F32) => "__floattisf",
            (true, _) => "__floattidf",
            (false, types::F32) => "__floatuntisf",
            (false, _) => "__floatuntidf",
        };
        return lib_call_1(fx, name, &[types::I128], to_ty, &[from]);
    }
    if signed { fx.bcx.ins().fcvt_from_sint(to_ty, from) } else { fx.bcx.ins().fcvt_from_uint(to_ty, from) }
}

/// From `f32` or `f64`.
fn float_to_int(fx: &mut FunctionCx<'_, '_, '_>, from: Value, to_ty: Type, signed: bool) -> Value {
    let from_ty = fx.bcx.func.dfg.value_type(from);
    match to_ty {
        types::I128 => {
            // compiler-builtins' functions saturate and send NaN to zero, as the cast must.
            let name = match (signed, from_ty) {
                (true, types::F32) => "__fixsfti",
                (true, _) => "__fixdfti",
                (false, types::F32) => "__fixunssfti",
                (false, _) => "__fixunsdfti",
            };
            lib_call_1(fx, name, &[from_ty], types::I128, &[from])
        }
        types::I8 | types::I16 => {
            // Cranelift saturates to 32 and 64 bits only.
            let wide = if signed {
                fx.bcx.ins().fcvt_to_sint_sat(types::I32, from)
            } else {
                fx.bcx.ins().fcvt_to_uint_sat(types::I32, from)
            };
            saturate_int(fx, wide, to_ty, signed)
        }
        _ if signed => fx.bcx.ins().fcvt_to_sint_sat(to_ty, from),
        _ => fx.bcx.ins().fcvt_to_uint_sat(to_ty, from),
    }
}

/// Narrows an `i32` or `u32` to fewer bits, clamping to what they can hold.
pub(crate) fn saturate_int(fx: &mut FunctionCx<'_, '_, '_>, val: Value, to_ty: Type, signed: bool) -> Value {
    let from_ty = fx.bcx.func.dfg.value_type(val);
    let bits = to_ty.bits();
    let clamped = if signed {
        let max = fx.bcx.ins().iconst(from_ty, (1_i64 << (bits - 1)) - 1);
        let min = fx.bcx.ins().iconst(from_ty, -(1_i64 << (bits - 1)) & low_bits(from_ty));
        let val = fx.bcx.ins().smin(val, max);
        fx.bcx.ins().smax(val, min)
    } else {
        let max = fx.bcx.ins().iconst(from_ty, (1_i64 << bits) - 1);
        fx.bcx.ins().umin(val, max)
    };
    fx.bcx.ins().ireduce(to_ty, clamped)
}

/// The bits that an immediate of an integer type of at most 64 bits may have set.
fn low_bits(ty: Type) -> i64 {
    if ty.bits() >= 64 { -1 } else { (1_i64 << ty.bits()) - 1 }
}

/// A call of a runtime function with one result.
pub(crate) fn lib_call_1(
    fx: &mut FunctionCx<'_, '_, '_>,
    name: &str,
    params: &[Type],
    ret: Type,
    args: &[Value],
) -> Value {
    let params = params.iter().map(|&ty| AbiParam::new(ty)).collect();
    fx.lib_call(name, params, vec![AbiParam::new(ret)], args)[0]
}
