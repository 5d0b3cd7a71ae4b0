//! The platform intrinsics of `core::simd` and `core::arch`. Semantics: `library/core/src/intrinsics/simd.rs`.
//!
//! Vectors live in memory and are computed lane by lane, which is right for every lane type and count, except for what
//! [`super::vector`] does with whole ones.

use super::{IntrinsicCall, Outcome, codegen_bswap, codegen_funnel_shift, float, vector};
use crate::base::codegen_operand;
use crate::cast::clif_int_or_float_cast;
use crate::num;
use crate::prelude::*;

/// The type of a vector's lanes, in both forms.
#[derive(Clone, Copy)]
pub(super) struct Lanes<'tcx> {
    pub(super) count: u64,
    pub(super) layout: TyAndLayout<'tcx>,
}

pub(super) fn lanes<'tcx>(fx: &FunctionCx<'_, '_, 'tcx>, vector: TyAndLayout<'tcx>) -> Lanes<'tcx> {
    let (count, ty) = fx.simd_size_and_type(vector.ty);
    Lanes { count, layout: fx.layout_of(ty) }
}

/// Computes each lane of the result from the lanes of vectors of the same count.
pub(super) fn simd_map<'tcx, const N: usize>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    vectors: [CValue<'tcx>; N],
    ret: CPlace<'tcx>,
    f: impl Fn(&mut FunctionCx<'_, '_, 'tcx>, [Value; N]) -> Value,
) {
    let ret_lanes = lanes(fx, ret.layout());
    for i in 0..ret_lanes.count {
        let args = vectors.map(|v| v.value_lane(fx, i).load_scalar(fx));
        let res = f(fx, args);
        ret.place_lane(fx, i).write_cvalue(fx, CValue::by_val(res, ret_lanes.layout));
    }
}

/// Combines all lanes from the left, beginning with `start` if given.
fn simd_reduce<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    vector: CValue<'tcx>,
    start: Option<Value>,
    f: impl Fn(&mut FunctionCx<'_, '_, 'tcx>, Value, Value) -> Value,
) -> Value {
    let count = lanes(fx, vector.layout()).count;
    let mut acc = start;
    for i in 0..count {
        let lane = vector.value_lane(fx, i).load_scalar(fx);
        acc = Some(match acc {
            Some(acc) => f(fx, acc, lane),
            None => lane,
        });
    }
    acc.unwrap_or_else(|| fatal("reduction of a vector without lanes"))
}

/// A truth value as a lane: no bits or all bits.
fn bool_to_mask(fx: &mut FunctionCx<'_, '_, '_>, lane_ty: Type, val: Value) -> Value {
    let mask = fx.bcx.ins().bmask(lane_ty.as_int(), val);
    if lane_ty.is_int() { mask } else { codegen_bitcast(fx, lane_ty, mask) }
}

/// Whether a mask's lane is set, which its most significant bit tells.
fn mask_bit(fx: &mut FunctionCx<'_, '_, '_>, lane: Value) -> Value {
    codegen_icmp_imm(fx, IntCC::SignedLessThan, lane, 0)
}

pub(super) fn codegen_simd_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
) -> Outcome {
    if vector::codegen_whole_vector(fx, call).is_some() {
        return Outcome::Done;
    }
    match call.name {
        "simd_cast" | "simd_as" => {
            let [v] = call.operands(fx);
            let from_signed = type_sign(fx.tcx, lanes(fx, v.layout()).layout.ty);
            let to = lanes(fx, call.ret.layout()).layout.ty;
            let (to_ty, to_signed) = (fx.expect_clif_type(to), type_sign(fx.tcx, to));
            simd_map(fx, [v], call.ret, |fx, [lane]| clif_int_or_float_cast(fx, lane, from_signed, to_ty, to_signed));
        }
        "simd_expose_provenance" | "simd_with_exposed_provenance" | "simd_cast_ptr" => {
            let [v] = call.operands(fx);
            call.ret.write_cvalue_transmute(fx, v);
        }
        "simd_shuffle" | "simd_shuffle_const_generic" => codegen_shuffle(fx, call),
        "simd_splat" => {
            let [value] = call.operands(fx);
            for i in 0..lanes(fx, call.ret.layout()).count {
                call.ret.place_lane(fx, i).write_cvalue(fx, value);
            }
        }
        "simd_insert" | "simd_insert_dyn" => {
            let [base, index, value] = call.operands(fx);
            let index = index.load_scalar(fx);
            call.ret_value(fx, base);
            call.ret.write_lane_dyn(fx, index, value);
        }
        "simd_extract" | "simd_extract_dyn" => {
            let [v, index] = call.operands(fx);
            let index = index.load_scalar(fx);
            let lane = v.value_lane_dyn(fx, index);
            call.ret_value(fx, lane);
        }
        "simd_arith_offset" => {
            let [ptrs, offsets] = call.operands(fx);
            let pointee = num::pointee_ty(fx, lanes(fx, ptrs.layout()).layout.ty);
            let size = fx.layout_of(pointee).size.bytes();
            simd_map(fx, [ptrs, offsets], call.ret, |fx, [ptr, offset]| {
                let bytes = num::imul_const(fx, offset, size);
                fx.bcx.ins().iadd(ptr, bytes)
            });
        }
        "simd_select" => {
            let [mask, a, b] = call.operands(fx);
            simd_map(fx, [mask, a, b], call.ret, |fx, [mask, a, b]| {
                let set = mask_bit(fx, mask);
                fx.bcx.ins().select(set, a, b)
            });
        }
        "simd_select_bitmask" => {
            let [mask, a, b] = call.operands(fx);
            let (mask, _) = mask.force_stack(fx);
            let ret_lanes = lanes(fx, call.ret.layout());
            for i in 0..ret_lanes.count {
                let byte = mask.offset_i64(fx, (i / 8) as i64).load(fx, types::I8, MemFlags::new().with_notrap());
                let set = fx.bcx.ins().band_imm_u(byte, 1 << (i % 8));
                let a = a.value_lane(fx, i).load_scalar(fx);
                let b = b.value_lane(fx, i).load_scalar(fx);
                let res = fx.bcx.ins().select(set, a, b);
                call.ret.place_lane(fx, i).write_cvalue(fx, CValue::by_val(res, ret_lanes.layout));
            }
        }
        "simd_bitmask" => codegen_bitmask(fx, call),
        "simd_gather" | "simd_scatter" | "simd_masked_load" | "simd_masked_store" => codegen_masked_access(fx, call),
        _ if call.name.starts_with("simd_reduce_") => return codegen_reduce(fx, call),
        _ => return codegen_lanewise(fx, call),
    }
    Outcome::Done
}

/// Operations that compute each lane from the operands' lanes alone.
fn codegen_lanewise<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) -> Outcome {
    let Some(first) = call.args.first() else { return Outcome::Unknown };
    let first = fx.operand_ty(first);
    if !is_simd(fx, first) {
        return Outcome::Unknown;
    }
    let lane_ty = fx.simd_size_and_type(first).1;
    let signed = type_sign(fx.tcx, lane_ty);
    let is_float = matches!(fx.kind(lane_ty), TyKind::Float(_));

    if let Some(op) = lane_bin_op(call.name) {
        let [x, y] = call.operands(fx);
        let ret_lane = lanes(fx, call.ret.layout()).layout.ty;
        let lane_layout = fx.layout_of(lane_ty);
        let is_comparison = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
        simd_map(fx, [x, y], call.ret, |fx, [x, y]| {
            let (x, y) = (CValue::by_val(x, lane_layout), CValue::by_val(y, lane_layout));
            let res = num::codegen_binop(fx, op, x, y).load_scalar(fx);
            if is_comparison {
                let ret_ty = fx.expect_clif_type(ret_lane);
                bool_to_mask(fx, ret_ty, res)
            } else {
                res
            }
        });
        return Outcome::Done;
    }

    match call.name {
        "simd_saturating_add" | "simd_saturating_sub" => {
            let [x, y] = call.operands(fx);
            let op = if call.name == "simd_saturating_add" { BinOp::Add } else { BinOp::Sub };
            simd_map(fx, [x, y], call.ret, |fx, [x, y]| num::clif_saturating_int_binop(fx, op, signed, x, y));
        }
        "simd_fmin" | "simd_fmax" => {
            let [x, y] = call.operands(fx);
            let is_max = call.name == "simd_fmax";
            simd_map(fx, [x, y], call.ret, |fx, [x, y]| {
                if is_max { num::codegen_float_max(fx, x, y) } else { num::codegen_float_min(fx, x, y) }
            });
        }
        "simd_fma" | "simd_relaxed_fma" => {
            let [x, y, z] = call.operands(fx);
            simd_map(fx, [x, y, z], call.ret, |fx, [x, y, z]| crate::codegen_f16_f128::fma(fx, x, y, z));
        }
        "simd_funnel_shl" | "simd_funnel_shr" => {
            let [a, b, shift] = call.operands(fx);
            let left = call.name == "simd_funnel_shl";
            simd_map(fx, [a, b, shift], call.ret, |fx, [a, b, shift]| codegen_funnel_shift(fx, left, a, b, shift));
        }
        "simd_carryless_mul" => {
            let [a, b] = call.operands(fx);
            simd_map(fx, [a, b], call.ret, |fx, [a, b]| codegen_carryless_mul(fx, a, b));
        }
        "simd_neg" if is_float => {
            let [v] = call.operands(fx);
            simd_map(fx, [v], call.ret, |fx, [lane]| crate::codegen_f16_f128::fneg(fx, lane));
        }
        "simd_neg" | "simd_bswap" | "simd_bitreverse" | "simd_ctlz" | "simd_cttz" | "simd_ctpop" => {
            let [v] = call.operands(fx);
            simd_map(fx, [v], call.ret, |fx, [lane]| match call.name {
                "simd_neg" => fx.bcx.ins().ineg(lane),
                "simd_bswap" => codegen_bswap(fx, lane),
                "simd_bitreverse" => fx.bcx.ins().bitrev(lane),
                "simd_ctlz" => fx.bcx.ins().clz(lane),
                "simd_cttz" => fx.bcx.ins().ctz(lane),
                _ => fx.bcx.ins().popcnt(lane),
            });
        }
        _ if is_float && call.args.len() == 1 && float::is_lane_op(call.name) => {
            let [v] = call.operands(fx);
            simd_map(fx, [v], call.ret, |fx, [lane]| float::codegen_lane_op(fx, call.name, lane));
        }
        _ => return Outcome::Unknown,
    }
    Outcome::Done
}

pub(super) fn is_simd(fx: &FunctionCx<'_, '_, '_>, ty: Ty) -> bool {
    matches!(fx.layout_of(ty).backend_repr, BackendRepr::SimdVector { .. })
        || matches!(*fx.kind(ty), TyKind::Adt(def, _)
            if fx.tcx.adt_def(def).or_fatal().repr.flags & rustc_abi::ReprFlags::IS_SIMD.bits() != 0)
}

pub(super) fn lane_bin_op(name: &str) -> Option<BinOp> {
    Some(match name {
        "simd_add" => BinOp::Add,
        "simd_sub" => BinOp::Sub,
        "simd_mul" => BinOp::Mul,
        "simd_div" => BinOp::Div,
        "simd_rem" => BinOp::Rem,
        "simd_shl" => BinOp::Shl,
        "simd_shr" => BinOp::Shr,
        "simd_and" => BinOp::BitAnd,
        "simd_or" => BinOp::BitOr,
        "simd_xor" => BinOp::BitXor,
        "simd_eq" => BinOp::Eq,
        "simd_ne" => BinOp::Ne,
        "simd_lt" => BinOp::Lt,
        "simd_le" => BinOp::Le,
        "simd_gt" => BinOp::Gt,
        "simd_ge" => BinOp::Ge,
        _ => return None,
    })
}

/// The product of two polynomials over GF(2), its low half.
fn codegen_carryless_mul(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value) -> Value {
    let ty = fx.bcx.func.dfg.value_type(a);
    let mut acc = type_zero_value(&mut fx.bcx, ty);
    for i in 0..ty.bits() {
        let bit = fx.bcx.ins().ishl_imm_u(b, i64::from(ty.bits() - 1 - i));
        let mask = fx.bcx.ins().sshr_imm_u(bit, i64::from(ty.bits() - 1));
        let part = fx.bcx.ins().ishl_imm_u(a, i64::from(i));
        let part = fx.bcx.ins().band(part, mask);
        acc = fx.bcx.ins().bxor(acc, part);
    }
    acc
}

fn codegen_reduce<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) -> Outcome {
    let [first, rest @ ..] = call.args else { return Outcome::Unknown };
    let v = codegen_operand(fx, first);
    let start = rest.first().map(|start| codegen_operand(fx, start).load_scalar(fx));
    let lane = lanes(fx, v.layout()).layout;
    let signed = type_sign(fx.tcx, lane.ty);
    let is_float = matches!(fx.kind(lane.ty), TyKind::Float(_));

    let bin_op = match call.name {
        "simd_reduce_add_ordered" | "simd_reduce_add_unordered" => Some(BinOp::Add),
        "simd_reduce_mul_ordered" | "simd_reduce_mul_unordered" => Some(BinOp::Mul),
        "simd_reduce_and" => Some(BinOp::BitAnd),
        "simd_reduce_or" => Some(BinOp::BitOr),
        "simd_reduce_xor" => Some(BinOp::BitXor),
        _ => None,
    };
    let res = match (call.name, bin_op) {
        (_, Some(op)) => simd_reduce(fx, v, start, |fx, a, b| {
            let (a, b) = (CValue::by_val(a, lane), CValue::by_val(b, lane));
            num::codegen_binop(fx, op, a, b).load_scalar(fx)
        }),
        ("simd_reduce_all", _) => {
            let all = simd_reduce(fx, v, None, |fx, a, b| fx.bcx.ins().band(a, b));
            mask_bit(fx, all)
        }
        ("simd_reduce_any", _) => {
            let any = simd_reduce(fx, v, None, |fx, a, b| fx.bcx.ins().bor(a, b));
            mask_bit(fx, any)
        }
        ("simd_reduce_min" | "simd_reduce_max", _) => {
            let is_max = call.name == "simd_reduce_max";
            simd_reduce(fx, v, None, |fx, a, b| match (is_float, is_max) {
                (true, true) => num::codegen_float_max(fx, a, b),
                (true, false) => num::codegen_float_min(fx, a, b),
                (false, _) => {
                    let op = if is_max { BinOp::Gt } else { BinOp::Lt };
                    let wins = fx.bcx.ins().icmp(num::bin_op_to_intcc(op, signed), a, b);
                    fx.bcx.ins().select(wins, a, b)
                }
            })
        }
        _ => return Outcome::Unknown,
    };
    call.ret_scalar(fx, res);
    Outcome::Done
}

/// Lanes of two vectors, as a constant vector of positions says, or a constant generic argument.
fn codegen_shuffle<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) {
    let [x, y, ..] = call.args else { bug!("{} lacks arguments", call.name) };
    let (x, y) = (codegen_operand(fx, x), codegen_operand(fx, y));
    let out_count = lanes(fx, call.ret.layout()).count;
    let positions = match (call.args, call.generic_args) {
        ([_, _, positions], _) => constant_u32s(fx, positions, out_count),
        (_, [.., GenericArg::Const(ct)]) => const_generic_u32s(fx, *ct),
        _ => bug!("{} lacks positions", call.name),
    };
    let in_count = lanes(fx, x.layout()).count;
    for (i, position) in (0..out_count).zip(positions) {
        let position = u64::from(position);
        let lane = match position.checked_sub(in_count) {
            None => x.value_lane(fx, position),
            Some(position) if position < in_count => y.value_lane(fx, position),
            Some(_) => fatal(format!("{}: position {position} of {in_count} + {in_count} lanes", call.name)),
        };
        call.ret.place_lane(fx, i).write_cvalue(fx, lane);
    }
}

/// A constant operand that is a vector of `u32`.
fn constant_u32s(fx: &mut FunctionCx<'_, '_, '_>, operand: &Operand, count: u64) -> Vec<u32> {
    let Operand::Constant(ct) = operand else { fatal("the positions of a shuffle are not constant") };
    match fx.tcx.eval_mir_const(&ct.const_, fx.instance.args).or_fatal() {
        ConstValue::Indirect { alloc, offset } => match fx.tcx.store.global_alloc(alloc).or_fatal() {
            GlobalAlloc::Memory(memory) => memory
                .bytes
                .get(offset as usize..)
                .unwrap_or_default()
                .as_chunks::<4>()
                .0
                .iter()
                .take(count as usize)
                .map(|bytes| u32::from_le_bytes(*bytes))
                .collect(),
            other => bug!("a vector in {other:?}"),
        },
        // A vector of one or two lanes may be a scalar.
        ConstValue::Scalar(ramir::Scalar::Int(int)) => {
            (0..count).map(|i| (int.data >> (32 * i)) as u32).collect()
        }
        other => bug!("a vector as {other:?}"),
    }
}

fn const_generic_u32s(fx: &FunctionCx<'_, '_, '_>, ct: Const) -> Vec<u32> {
    let ConstKind::Value(_, tree) = fx.tcx.const_kind(ct) else { bug!("unevaluated positions") };
    match tree {
        ValTree::Leaf(int) => vec![int.data as u32],
        ValTree::Branch(parts) => parts.iter().flat_map(|&part| const_generic_u32s(fx, part)).collect(),
    }
}

/// The most significant bit of each lane: an integer, or an array of bytes; the first lane is the lowest bit.
fn codegen_bitmask<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) {
    let [v] = call.operands(fx);
    let count = lanes(fx, v.layout()).count;
    let size = call.ret.layout().size.bytes();
    let place = CPlace::new_stack_slot(fx, call.ret.layout());
    for byte in 0..size {
        let mut acc = fx.bcx.ins().iconst(types::I8, 0);
        for i in byte * 8..count.min(byte * 8 + 8) {
            let lane = v.value_lane(fx, i).load_scalar(fx);
            let bit = mask_bit(fx, lane);
            let bit = fx.bcx.ins().ishl_imm_u(bit, (i % 8) as i64);
            acc = fx.bcx.ins().bor(acc, bit);
        }
        place.to_ptr().offset_i64(fx, byte as i64).store(fx, acc, MemFlags::new().with_notrap());
    }
    let val = place.to_cvalue(fx);
    call.ret_value(fx, val);
}

/// Loads and stores of the lanes whose mask is set.
fn codegen_masked_access<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) {
    let [a, b, c] = call.operands(fx);
    let (mask, ptr, val, vector_of_ptrs, is_load) = match call.name {
        "simd_gather" => (c, b, a, true, true),
        "simd_scatter" => (c, b, a, true, false),
        "simd_masked_load" => (a, b, c, false, true),
        _ => (a, b, c, false, false),
    };
    let lane = lanes(fx, val.layout());
    let lane_ty = fx.expect_clif_type(lane.layout.ty);
    let base = if vector_of_ptrs { None } else { Some(ptr.load_scalar(fx)) };
    let flags = MemFlags::new().with_notrap();

    for i in 0..lane.count {
        let val = val.value_lane(fx, i).load_scalar(fx);
        let mask = mask.value_lane(fx, i).load_scalar(fx);
        let set = mask_bit(fx, mask);
        let addr = match base {
            Some(base) => Pointer::new(base).offset_i64(fx, (i * lane.layout.size.bytes()) as i64),
            None => Pointer::new(ptr.value_lane(fx, i).load_scalar(fx)),
        };

        let enabled = fx.bcx.create_block();
        let next = fx.bcx.create_block();
        if is_load {
            let res = fx.bcx.append_block_param(next, lane_ty);
            fx.bcx.ins().brif(set, enabled, &[], next, &[val.into()]);
            fx.bcx.seal_block(enabled);
            fx.bcx.switch_to_block(enabled);
            let loaded = addr.load(fx, lane_ty, flags);
            fx.bcx.ins().jump(next, &[loaded.into()]);
            fx.bcx.seal_block(next);
            fx.bcx.switch_to_block(next);
            call.ret.place_lane(fx, i).write_cvalue(fx, CValue::by_val(res, lane.layout));
        } else {
            fx.bcx.ins().brif(set, enabled, &[], next, &[]);
            fx.bcx.seal_block(enabled);
            fx.bcx.switch_to_block(enabled);
            addr.store(fx, val, flags);
            fx.bcx.ins().jump(next, &[]);
            fx.bcx.seal_block(next);
            fx.bcx.switch_to_block(next);
        }
    }
}
