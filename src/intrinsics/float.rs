//! Float intrinsics. What Cranelift has no instruction for is a call of libm, or of compiler-builtins, which has the
//! basic operations for all four types. The transcendental functions of `f16` are computed in `f32`.

use super::IntrinsicCall;
use crate::cast::lib_call_1;
use crate::codegen_f16_f128::{self, f16_to_f32, f32_to_f16};
use crate::num;
use crate::prelude::*;

/// An operation of one, two or three floats of one type, or of a float and an `i32` (`Powi`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum FloatOp {
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    RoundTiesEven,
    Abs,
    CopySign,
    Fma,
    MinNum,
    MaxNum,
    Minimum,
    Maximum,
    Powi,
    /// In compiler-builtins for all types; the name for `f64`.
    Builtin(&'static str),
    /// In libm; the name for `f64`.
    Libm(&'static str),
}

/// Generates the call if it is a float intrinsic.
pub(super) fn codegen_float_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
) -> bool {
    if let Some(op) = fast_op(call.name) {
        let [x, y] = call.operands(fx);
        let res = num::codegen_float_binop(fx, op, x, y);
        call.ret_value(fx, res);
        return true;
    }
    codegen_float_intrinsic_named(fx, call.name, call)
}

/// As [`codegen_float_intrinsic_call`], for an intrinsic that `core` calls `name`.
pub(super) fn codegen_float_intrinsic_named<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    name: &str,
    call: &IntrinsicCall<'_, 'tcx>,
) -> bool {
    let Some((op, ty)) = parse(name) else { return false };
    let args: SmallVec<[Value; 3]> =
        call.args.iter().map(|arg| crate::base::codegen_operand(fx, arg).load_scalar(fx)).collect();
    let res = codegen_float_op(fx, op, ty, &args);
    call.ret_scalar(fx, res);
    true
}

/// `fadd_fast` and `fadd_algebraic` permit transformations and ask for none.
fn fast_op(name: &str) -> Option<BinOp> {
    let base = name.strip_suffix("_fast").or_else(|| name.strip_suffix("_algebraic"))?;
    Some(match base {
        "fadd" => BinOp::Add,
        "fsub" => BinOp::Sub,
        "fmul" => BinOp::Mul,
        "fdiv" => BinOp::Div,
        "frem" => BinOp::Rem,
        _ => return None,
    })
}

/// `sqrtf32` and its like as operation and type.
fn parse(name: &str) -> Option<(FloatOp, Type)> {
    let (base, ty) = [("f16", types::F16), ("f32", types::F32), ("f64", types::F64), ("f128", types::F128)]
        .into_iter()
        .find_map(|(suffix, ty)| Some((name.strip_suffix(suffix)?, ty)))?;
    let op = match base {
        "sqrt" => FloatOp::Sqrt,
        "floor" => FloatOp::Floor,
        "ceil" => FloatOp::Ceil,
        "trunc" => FloatOp::Trunc,
        "round_ties_even_" => FloatOp::RoundTiesEven,
        "round" => FloatOp::Builtin("round"),
        "fabs" => FloatOp::Abs,
        "copysign" => FloatOp::CopySign,
        // Fusing is permitted.
        "fma" | "fmuladd" => FloatOp::Fma,
        "minnum" => FloatOp::MinNum,
        "maxnum" => FloatOp::MaxNum,
        "minimum" => FloatOp::Minimum,
        "maximum" => FloatOp::Maximum,
        "powi" => FloatOp::Powi,
        "pow" => FloatOp::Libm("pow"),
        "exp" => FloatOp::Libm("exp"),
        "exp2" => FloatOp::Libm("exp2"),
        "log" => FloatOp::Libm("log"),
        "log2" => FloatOp::Libm("log2"),
        "log10" => FloatOp::Libm("log10"),
        "sin" => FloatOp::Libm("sin"),
        "cos" => FloatOp::Libm("cos"),
        _ => return None,
    };
    Some((op, ty))
}

/// The name of a C function for a type: `floorf16`, `floorf`, `floor`, `floorf128`.
fn c_name(base: &str, ty: Type) -> String {
    let suffix = match ty {
        types::F16 => "f16",
        types::F32 => "f",
        types::F64 => "",
        _ => "f128",
    };
    format!("{base}{suffix}")
}

fn codegen_float_op(fx: &mut FunctionCx<'_, '_, '_>, op: FloatOp, ty: Type, args: &[Value]) -> Value {
    let native = matches!(ty, types::F32 | types::F64);
    let c_call = |fx: &mut FunctionCx<'_, '_, '_>, base: &str| {
        lib_call_1(fx, &c_name(base, ty), &vec![ty; args.len()], ty, args)
    };
    match (op, args) {
        (FloatOp::Sqrt, &[x]) if native => fx.bcx.ins().sqrt(x),
        (FloatOp::Floor, &[x]) if native => fx.bcx.ins().floor(x),
        (FloatOp::Ceil, &[x]) if native => fx.bcx.ins().ceil(x),
        (FloatOp::Trunc, &[x]) if native => fx.bcx.ins().trunc(x),
        (FloatOp::RoundTiesEven, &[x]) if native => fx.bcx.ins().nearest(x),
        (FloatOp::Sqrt, [_]) => c_call(fx, "sqrt"),
        (FloatOp::Floor, [_]) => c_call(fx, "floor"),
        (FloatOp::Ceil, [_]) => c_call(fx, "ceil"),
        (FloatOp::Trunc, [_]) => c_call(fx, "trunc"),
        (FloatOp::RoundTiesEven, [_]) => c_call(fx, "roundeven"),
        (FloatOp::Builtin(base), [_]) => c_call(fx, base),
        (FloatOp::Abs, &[x]) => codegen_f16_f128::fabs(fx, x),
        (FloatOp::CopySign, &[x, y]) => codegen_f16_f128::fcopysign(fx, x, y),
        (FloatOp::Fma, &[x, y, z]) => codegen_f16_f128::fma(fx, x, y, z),
        (FloatOp::MinNum, &[x, y]) => num::codegen_float_min(fx, x, y),
        (FloatOp::MaxNum, &[x, y]) => num::codegen_float_max(fx, x, y),
        (FloatOp::Minimum, &[x, y]) => num::codegen_float_minimum_maximum(fx, false, x, y),
        (FloatOp::Maximum, &[x, y]) => num::codegen_float_minimum_maximum(fx, true, x, y),
        // Neither compiler-builtins nor libm has these for f16.
        (FloatOp::Powi | FloatOp::Libm(_), _) if ty == types::F16 => {
            let wide: SmallVec<[Value; 2]> = args
                .iter()
                .map(|&arg| match fx.bcx.func.dfg.value_type(arg) {
                    types::F16 => f16_to_f32(fx, arg),
                    _ => arg,
                })
                .collect();
            let res = codegen_float_op(fx, op, types::F32, &wide);
            f32_to_f16(fx, res)
        }
        (FloatOp::Powi, [_, _]) => {
            let name = match ty {
                types::F32 => "__powisf2",
                types::F64 => "__powidf2",
                _ => "__powitf2",
            };
            lib_call_1(fx, name, &[ty, types::I32], ty, args)
        }
        (FloatOp::Libm(base), _) => c_call(fx, base),
        _ => bug!("float intrinsic with {} arguments", args.len()),
    }
}

/// The operation that `simd_fsin` and its like do on each lane.
fn lane_op(name: &str) -> Option<FloatOp> {
    Some(match name {
        "simd_fsin" => FloatOp::Libm("sin"),
        "simd_fcos" => FloatOp::Libm("cos"),
        "simd_fexp" => FloatOp::Libm("exp"),
        "simd_fexp2" => FloatOp::Libm("exp2"),
        "simd_flog" => FloatOp::Libm("log"),
        "simd_flog2" => FloatOp::Libm("log2"),
        "simd_flog10" => FloatOp::Libm("log10"),
        "simd_fsqrt" => FloatOp::Sqrt,
        "simd_fabs" => FloatOp::Abs,
        "simd_ceil" => FloatOp::Ceil,
        "simd_floor" => FloatOp::Floor,
        "simd_trunc" => FloatOp::Trunc,
        "simd_round" => FloatOp::Builtin("round"),
        "simd_round_ties_even" => FloatOp::RoundTiesEven,
        _ => return None,
    })
}

pub(super) fn is_lane_op(name: &str) -> bool {
    lane_op(name).is_some()
}

/// One lane of an intrinsic for which [`is_lane_op`] holds.
pub(super) fn codegen_lane_op(fx: &mut FunctionCx<'_, '_, '_>, name: &str, lane: Value) -> Value {
    let Some(op) = lane_op(name) else { bug!("{name} is not lane-wise") };
    let ty = fx.bcx.func.dfg.value_type(lane);
    codegen_float_op(fx, op, ty, &[lane])
}
