//! Vectors of 128 bits, whole, where Cranelift has an instruction for the operation and x86_64's baseline (SSE2) can do
//! it in a few. What it returns `None` for is computed lane by lane.

use super::IntrinsicCall;
use super::simd::{is_simd, lanes};
use crate::num;
use crate::prelude::*;

/// The register type of a vector of 128 bits with lanes of 8 to 64 bits.
fn vector_type(fx: &FunctionCx<'_, '_, '_>, layout: TyAndLayout<'_>) -> Option<Type> {
    if layout.size.bytes() != 16 || !is_simd(fx, layout.ty) {
        return None;
    }
    let lanes = lanes(fx, layout);
    let lane = fx.clif_type(lanes.layout.ty)?;
    let ty = lane.by(u32::try_from(lanes.count).ok()?)?;
    (ty.bits() == 128 && (8..=64).contains(&lane.bits()) && lane != types::F16).then_some(ty)
}

fn load<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, val: CValue<'tcx>, ty: Type) -> Value {
    let (ptr, _) = val.force_stack(fx);
    ptr.load(fx, ty, MemFlags::new().with_notrap())
}

fn ret_vector<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, val: Value) {
    let ptr = call.ret.to_ptr();
    ptr.store(fx, val, MemFlags::new().with_notrap());
}

/// Generates the call if its vectors can be handled whole.
pub(super) fn codegen_whole_vector<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
) -> Option<()> {
    match call.name {
        "simd_splat" => {
            let ty = vector_type(fx, call.ret.layout())?;
            let [value] = call.scalars(fx);
            let res = fx.bcx.ins().splat(ty, value);
            ret_vector(fx, call, res);
        }
        "simd_bitmask" => {
            let ty = operand_vector_type(fx, call, 0)?;
            let size = call.ret.layout().size.bytes();
            if !matches!(fx.kind(call.ret.layout().ty), TyKind::Uint(_)) || !ty.lane_type().is_int() || size > 2 {
                return None;
            }
            let [v] = call.operands(fx);
            let v = load(fx, v, ty);
            let bits = fx.bcx.ins().vhigh_bits(types::I32, v);
            let bits = fx.bcx.ins().ireduce(if size == 1 { types::I8 } else { types::I16 }, bits);
            call.ret_scalar(fx, bits);
        }
        "simd_select" => {
            let mask_ty = operand_vector_type(fx, call, 0)?;
            let ty = operand_vector_type(fx, call, 1)?;
            if mask_ty.lane_bits() != ty.lane_bits() {
                return None;
            }
            let [mask, a, b] = call.operands(fx);
            // A mask's lanes are no bits or all bits.
            let mask = load(fx, mask, mask_ty);
            let a = load(fx, a, mask_ty);
            let b = load(fx, b, mask_ty);
            let res = fx.bcx.ins().bitselect(mask, a, b);
            ret_vector(fx, call, res);
        }
        "simd_neg" => {
            let ty = operand_vector_type(fx, call, 0)?;
            let [v] = call.operands(fx);
            let v = load(fx, v, ty);
            let res = if ty.lane_type().is_int() { fx.bcx.ins().ineg(v) } else { fx.bcx.ins().fneg(v) };
            ret_vector(fx, call, res);
        }
        "simd_cast" | "simd_as" => {
            // Between integers of one width only the type changes.
            let from = operand_vector_type(fx, call, 0)?;
            let to = vector_type(fx, call.ret.layout())?;
            if from != to || !from.lane_type().is_int() {
                return None;
            }
            let [v] = call.operands(fx);
            call.ret.write_cvalue_transmute(fx, v);
        }
        _ => return codegen_bin_op(fx, call),
    }
    Some(())
}

fn operand_vector_type<'tcx>(
    fx: &FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
    i: usize,
) -> Option<Type> {
    let ty = fx.operand_ty(call.args.get(i)?);
    vector_type(fx, fx.layout_of(ty))
}

/// Operators on two vectors of the same type.
fn codegen_bin_op<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) -> Option<()> {
    let op = super::simd::lane_bin_op(call.name)?;
    let ty = operand_vector_type(fx, call, 0)?;
    let ret_ty = vector_type(fx, call.ret.layout())?;
    let is_int = ty.lane_type().is_int();
    let is_comparison = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
    let possible = match op {
        BinOp::Add | BinOp::Sub => true,
        BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => is_int,
        BinOp::Mul | BinOp::Div => !is_int,
        // SSE2 compares 64-bit integers only with detours.
        _ if is_comparison => is_int && ty.lane_bits() <= 32 && ret_ty.lane_bits() == ty.lane_bits(),
        _ => false,
    };
    if !possible {
        return None;
    }

    let first = fx.operand_ty(call.args.first()?);
    let signed = type_sign(fx.tcx, fx.simd_size_and_type(first).1);
    let [x, y] = call.operands(fx);
    let (x, y) = (load(fx, x, ty), load(fx, y, ty));
    let res = match (op, is_int) {
        (BinOp::Add, true) => fx.bcx.ins().iadd(x, y),
        (BinOp::Sub, true) => fx.bcx.ins().isub(x, y),
        (BinOp::BitAnd, _) => fx.bcx.ins().band(x, y),
        (BinOp::BitOr, _) => fx.bcx.ins().bor(x, y),
        (BinOp::BitXor, _) => fx.bcx.ins().bxor(x, y),
        (BinOp::Add, false) => fx.bcx.ins().fadd(x, y),
        (BinOp::Sub, false) => fx.bcx.ins().fsub(x, y),
        (BinOp::Mul, _) => fx.bcx.ins().fmul(x, y),
        (BinOp::Div, _) => fx.bcx.ins().fdiv(x, y),
        _ => fx.bcx.ins().icmp(num::bin_op_to_intcc(op, signed), x, y),
    };
    ret_vector(fx, call, res);
    Some(())
}
