//! Atomic intrinsics. Cranelift's atomics are sequentially consistent, which is right for every ordering. On x86_64 only
//! stores and fences are cheaper for a weaker one: the CPU delays no access but a store past a load, so that all that is
//! needed is that Cranelift moves nothing either, which its sequence points say.

use super::{IntrinsicCall, Outcome};
use crate::prelude::*;
use cranelift_codegen::ir::AtomicRmwOp;

pub(super) fn codegen_atomic_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
) -> Outcome {
    let rmw_op = match call.name {
        "atomic_fence" | "atomic_singlethreadfence" => {
            if call.name == "atomic_fence" && is_seq_cst(fx, call, 0) {
                fx.bcx.ins().fence();
            } else {
                fx.bcx.ins().sequence_point();
            }
            return Outcome::Done;
        }
        "atomic_load" | "atomic_store" | "atomic_cxchg" | "atomic_cxchgweak" => None,
        "atomic_xchg" => Some(AtomicRmwOp::Xchg),
        "atomic_xadd" => Some(AtomicRmwOp::Add),
        "atomic_xsub" => Some(AtomicRmwOp::Sub),
        "atomic_and" => Some(AtomicRmwOp::And),
        "atomic_nand" => Some(AtomicRmwOp::Nand),
        "atomic_or" => Some(AtomicRmwOp::Or),
        "atomic_xor" => Some(AtomicRmwOp::Xor),
        "atomic_max" => Some(AtomicRmwOp::Smax),
        "atomic_min" => Some(AtomicRmwOp::Smin),
        "atomic_umax" => Some(AtomicRmwOp::Umax),
        "atomic_umin" => Some(AtomicRmwOp::Umin),
        _ => return Outcome::Unknown,
    };

    let layout = fx.layout_of(call.type_at(0));
    let Some(ty) = atomic_type(fx, layout) else {
        fatal(format!(
            "invalid monomorphization of `{}` intrinsic: expected basic integer or pointer type, found {}",
            call.name,
            fx.ty_str(layout.ty)
        ));
    };
    let flags = MemFlags::trusted();

    if let Some(op) = rmw_op {
        let [ptr, operand] = call.operands(fx);
        let ptr = ptr.load_scalar(fx);
        let operand = load_bits(fx, operand, ty);
        let old = fx.bcx.ins().atomic_rmw(ty, flags, op, ptr, operand);
        ret_bits(fx, call.ret, old);
        return Outcome::Done;
    }

    match call.name {
        "atomic_load" => {
            let [ptr] = call.scalars(fx);
            let val = fx.bcx.ins().atomic_load(ty, flags, ptr);
            ret_bits(fx, call.ret, val);
        }
        "atomic_store" => {
            let [ptr, val] = call.operands(fx);
            let ptr = ptr.load_scalar(fx);
            let val = load_bits(fx, val, ty);
            if ty == types::I128 {
                fx.bcx.ins().atomic_store(flags, val, ptr);
            } else if is_seq_cst(fx, call, 1) {
                // An exchange is a barrier, and costs less than a store and a fence.
                fx.bcx.ins().atomic_rmw(ty, flags, AtomicRmwOp::Xchg, ptr, val);
            } else {
                fx.bcx.ins().sequence_point();
                fx.bcx.ins().store(flags, val, ptr, 0);
                fx.bcx.ins().sequence_point();
            }
        }
        _ => {
            let [ptr, expected, new] = call.operands(fx);
            let ptr = ptr.load_scalar(fx);
            let expected = load_bits(fx, expected, ty);
            let new = load_bits(fx, new, ty);
            let old = fx.bcx.ins().atomic_cas(flags, ptr, expected, new);
            let success = fx.bcx.ins().icmp(IntCC::Equal, old, expected);
            let layout = call.ret.layout();
            call.ret.write_cvalue(fx, CValue::by_val_pair(old, success, layout));
        }
    }
    Outcome::Done
}

/// Whether generic argument `i`, an `AtomicOrdering`, is the strongest.
fn is_seq_cst(fx: &FunctionCx<'_, '_, '_>, call: &IntrinsicCall<'_, '_>, i: usize) -> bool {
    const SEQ_CST: u128 = 4;
    let Some(&GenericArg::Const(mut ct)) = call.generic_args.get(i) else {
        bug!("intrinsic {} lacks its ordering", call.name)
    };
    loop {
        match fx.tcx.const_kind(ct) {
            ConstKind::Value(_, ValTree::Leaf(variant)) => return variant.data == SEQ_CST,
            ConstKind::Value(_, ValTree::Branch(parts)) if parts.len() == 1 => ct = parts[0],
            other => bug!("the ordering {other:?} of intrinsic {}", call.name),
        }
    }
}

/// The integer that an atomic type is handled as.
fn atomic_type(fx: &FunctionCx<'_, '_, '_>, layout: TyAndLayout<'_>) -> Option<Type> {
    match fx.kind(layout.ty) {
        TyKind::Int(_) | TyKind::Uint(_) | TyKind::RawPtr(..) | TyKind::Ref(..) | TyKind::FnPtr(..) => {
            fx.clif_type(layout.ty)
        }
        _ => None,
    }
}

fn load_bits<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, val: CValue<'tcx>, ty: Type) -> Value {
    let val = val.load_scalar(fx);
    debug_assert_eq!(fx.bcx.func.dfg.value_type(val), ty);
    val
}

fn ret_bits<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, ret: CPlace<'tcx>, val: Value) {
    let layout = ret.layout();
    ret.write_cvalue(fx, CValue::by_val(val, layout));
}
