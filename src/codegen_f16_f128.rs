//! `f16` and `f128`, which Cranelift can hold, load and store on x86_64 but not compute with. `f16` is computed in `f32`
//! (one operation rounded twice is exact, since `f32` has more than twice the precision), `f128` by the runtime.

use crate::cast::{clif_int_or_float_cast, lib_call_1, saturate_int};
use crate::prelude::*;

pub(crate) fn f16_to_f32(fx: &mut FunctionCx<'_, '_, '_>, value: Value) -> Value {
    lib_call_1(fx, "__extendhfsf2", &[types::F16], types::F32, &[value])
}

pub(crate) fn f32_to_f16(fx: &mut FunctionCx<'_, '_, '_>, value: Value) -> Value {
    lib_call_1(fx, "__truncsfhf2", &[types::F32], types::F16, &[value])
}

pub(crate) fn fcmp(fx: &mut FunctionCx<'_, '_, '_>, cc: FloatCC, lhs: Value, rhs: Value) -> Value {
    match fx.bcx.func.dfg.value_type(lhs) {
        types::F16 => {
            let lhs = f16_to_f32(fx, lhs);
            let rhs = f16_to_f32(fx, rhs);
            fx.bcx.ins().fcmp(cc, lhs, rhs)
        }
        types::F128 => {
            // Each function's result compares with 0 as its operands compare; unordered ones fail the comparison.
            let (name, int_cc) = match cc {
                FloatCC::Equal => ("__eqtf2", IntCC::Equal),
                FloatCC::NotEqual => ("__netf2", IntCC::NotEqual),
                FloatCC::LessThan => ("__lttf2", IntCC::SignedLessThan),
                FloatCC::LessThanOrEqual => ("__letf2", IntCC::SignedLessThanOrEqual),
                FloatCC::GreaterThan => ("__gttf2", IntCC::SignedGreaterThan),
                FloatCC::GreaterThanOrEqual => ("__getf2", IntCC::SignedGreaterThanOrEqual),
                _ => panic!("f128 comparison {cc}"),
            };
            let res = lib_call_1(fx, name, &[types::F128; 2], types::I32, &[lhs, rhs]);
            fx.bcx.ins().icmp_imm_s(int_cc, res, 0)
        }
        _ => fx.bcx.ins().fcmp(cc, lhs, rhs),
    }
}

/// `+`, `-`, `*`, `/` and `%` of any float type.
pub(crate) fn arith(fx: &mut FunctionCx<'_, '_, '_>, bin_op: BinOp, lhs: Value, rhs: Value) -> Value {
    let ty = fx.bcx.func.dfg.value_type(lhs);
    match ty {
        types::F16 => {
            let lhs = f16_to_f32(fx, lhs);
            let rhs = f16_to_f32(fx, rhs);
            let res = arith(fx, bin_op, lhs, rhs);
            f32_to_f16(fx, res)
        }
        types::F128 => {
            let name = match bin_op {
                BinOp::Add => "__addtf3",
                BinOp::Sub => "__subtf3",
                BinOp::Mul => "__multf3",
                BinOp::Div => "__divtf3",
                BinOp::Rem => "fmodf128",
                _ => panic!("{bin_op:?} on floats"),
            };
            lib_call_1(fx, name, &[ty; 2], ty, &[lhs, rhs])
        }
        _ => match bin_op {
            BinOp::Add => fx.bcx.ins().fadd(lhs, rhs),
            BinOp::Sub => fx.bcx.ins().fsub(lhs, rhs),
            BinOp::Mul => fx.bcx.ins().fmul(lhs, rhs),
            BinOp::Div => fx.bcx.ins().fdiv(lhs, rhs),
            BinOp::Rem => {
                let name = if ty == types::F32 { "fmodf" } else { "fmod" };
                lib_call_1(fx, name, &[ty; 2], ty, &[lhs, rhs])
            }
            _ => panic!("{bin_op:?} on floats"),
        },
    }
}

/// Changes the word that holds the sign: all of an `f16`, the upper half of an `f128`; `f` gets the sign's mask.
fn with_sign_word(
    fx: &mut FunctionCx<'_, '_, '_>,
    value: Value,
    f: impl FnOnce(&mut FunctionCx<'_, '_, '_>, Value, i64) -> Value,
) -> Value {
    if fx.bcx.func.dfg.value_type(value) == types::F16 {
        let bits = codegen_bitcast(fx, types::I16, value);
        let bits = f(fx, bits, 0x8000);
        codegen_bitcast(fx, types::F16, bits)
    } else {
        let bits = codegen_bitcast(fx, types::I128, value);
        let (low, high) = fx.bcx.ins().isplit(bits);
        let high = f(fx, high, i64::MIN);
        let bits = fx.bcx.ins().iconcat(low, high);
        codegen_bitcast(fx, types::F128, bits)
    }
}

pub(crate) fn fneg(fx: &mut FunctionCx<'_, '_, '_>, value: Value) -> Value {
    match fx.bcx.func.dfg.value_type(value) {
        types::F16 | types::F128 => with_sign_word(fx, value, |fx, word, sign| fx.bcx.ins().bxor_imm_s(word, sign)),
        _ => fx.bcx.ins().fneg(value),
    }
}

pub(crate) fn fabs(fx: &mut FunctionCx<'_, '_, '_>, value: Value) -> Value {
    match fx.bcx.func.dfg.value_type(value) {
        types::F16 | types::F128 => with_sign_word(fx, value, |fx, word, sign| fx.bcx.ins().band_imm_s(word, !sign)),
        _ => fx.bcx.ins().fabs(value),
    }
}

pub(crate) fn fcopysign(fx: &mut FunctionCx<'_, '_, '_>, magnitude: Value, sign: Value) -> Value {
    match fx.bcx.func.dfg.value_type(magnitude) {
        types::F16 => {
            let sign = codegen_bitcast(fx, types::I16, sign);
            with_sign_word(fx, magnitude, |fx, word, mask| merge_sign(fx, word, sign, mask))
        }
        types::F128 => {
            let sign = codegen_bitcast(fx, types::I128, sign);
            let (_, sign) = fx.bcx.ins().isplit(sign);
            with_sign_word(fx, magnitude, |fx, word, mask| merge_sign(fx, word, sign, mask))
        }
        _ => fx.bcx.ins().fcopysign(magnitude, sign),
    }
}

fn merge_sign(fx: &mut FunctionCx<'_, '_, '_>, magnitude: Value, sign: Value, mask: i64) -> Value {
    let magnitude = fx.bcx.ins().band_imm_s(magnitude, !mask);
    let sign = fx.bcx.ins().band_imm_s(sign, mask);
    fx.bcx.ins().bor(magnitude, sign)
}

/// `a * b + c`, rounded once.
pub(crate) fn fma(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value, c: Value) -> Value {
    match fx.bcx.func.dfg.value_type(a) {
        types::F16 => {
            // The product is exact in f64, and too short for f64's rounding of the sum to create a tie.
            let wide = |fx: &mut FunctionCx<'_, '_, '_>, v| {
                let v = f16_to_f32(fx, v);
                fx.bcx.ins().fpromote(types::F64, v)
            };
            let (a, b, c) = (wide(fx, a), wide(fx, b), wide(fx, c));
            let res = fx.bcx.ins().fma(a, b, c);
            lib_call_1(fx, "__truncdfhf2", &[types::F64], types::F16, &[res])
        }
        types::F128 => lib_call_1(fx, "fmaf128", &[types::F128; 3], types::F128, &[a, b, c]),
        _ => fx.bcx.ins().fma(a, b, c),
    }
}

/// A cast where one of the types, which differ, is `f16` or `f128`.
pub(crate) fn codegen_cast(
    fx: &mut FunctionCx<'_, '_, '_>,
    from: Value,
    from_signed: bool,
    to_ty: Type,
    to_signed: bool,
) -> Value {
    let from_ty = fx.bcx.func.dfg.value_type(from);
    if from_ty.is_float() && to_ty.is_float() {
        let name = match (from_ty, to_ty) {
            (types::F16, types::F32) => "__extendhfsf2",
            (types::F16, types::F64) => {
                let from = f16_to_f32(fx, from);
                return fx.bcx.ins().fpromote(types::F64, from);
            }
            (types::F16, types::F128) => "__extendhftf2",
            (types::F32, types::F128) => "__extendsftf2",
            (types::F64, types::F128) => "__extenddftf2",
            (types::F128, types::F64) => "__trunctfdf2",
            (types::F128, types::F32) => "__trunctfsf2",
            (types::F128, types::F16) => "__trunctfhf2",
            (types::F64, types::F16) => "__truncdfhf2",
            (types::F32, types::F16) => "__truncsfhf2",
            _ => panic!("cast of {from_ty} to {to_ty}"),
        };
        return lib_call_1(fx, name, &[from_ty], to_ty, &[from]);
    }
    match (from_ty, to_ty) {
        (_, types::F16) => {
            // f64 holds every integer below f16's overflow exactly, so that only the second step rounds.
            let wide = clif_int_or_float_cast(fx, from, from_signed, types::F64, false);
            lib_call_1(fx, "__truncdfhf2", &[types::F64], types::F16, &[wide])
        }
        (types::F16, _) => {
            let from = f16_to_f32(fx, from);
            clif_int_or_float_cast(fx, from, false, to_ty, to_signed)
        }
        (_, types::F128) => {
            let from = if from_ty.bits() < 32 {
                clif_int_or_float_cast(fx, from, from_signed, types::I32, from_signed)
            } else {
                from
            };
            let name = match (fx.bcx.func.dfg.value_type(from), from_signed) {
                (types::I32, true) => "__floatsitf",
                (types::I32, false) => "__floatunsitf",
                (types::I64, true) => "__floatditf",
                (types::I64, false) => "__floatunditf",
                (_, true) => "__floattitf",
                (_, false) => "__floatuntitf",
            };
            let param = fx.bcx.func.dfg.value_type(from);
            lib_call_1(fx, name, &[param], to_ty, &[from])
        }
        (types::F128, _) => {
            // compiler-builtins' functions saturate and send NaN to zero.
            let wide_ty = if to_ty.bits() < 32 { types::I32 } else { to_ty };
            let name = match (wide_ty, to_signed) {
                (types::I32, true) => "__fixtfsi",
                (types::I32, false) => "__fixunstfsi",
                (types::I64, true) => "__fixtfdi",
                (types::I64, false) => "__fixunstfdi",
                (_, true) => "__fixtfti",
                (_, false) => "__fixunstfti",
            };
            let wide = lib_call_1(fx, name, &[from_ty], wide_ty, &[from]);
            if wide_ty == to_ty { wide } else { saturate_int(fx, wide, to_ty, to_signed) }
        }
        _ => panic!("cast of {from_ty} to {to_ty}"),
    }
}
