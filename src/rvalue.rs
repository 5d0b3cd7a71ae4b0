//! Statements: assignments of each kind of rvalue, and the few others that generate code.

use crate::base::{codegen_operand, codegen_place};
use crate::prelude::*;

pub(crate) fn codegen_stmt(fx: &mut FunctionCx<'_, '_, '_>, stmt: &Statement) {
    if let StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop = stmt.kind {
        return;
    }
    fx.set_debug_loc(stmt.source_info);
    if fx.clif_comments.enabled() {
        fx.add_comment_here(format!("{:?}", stmt.kind));
    }
    match &stmt.kind {
        StatementKind::Assign(place, rvalue) => {
            let lval = codegen_place(fx, place);
            codegen_assign(fx, lval, rvalue);
        }
        StatementKind::SetDiscriminant { place, variant_index } => {
            let place = codegen_place(fx, place);
            crate::discriminant::codegen_set_discriminant(fx, place, *variant_index);
        }
        StatementKind::CopyNonOverlapping { src, dst, count } => {
            let dst = codegen_operand(fx, dst);
            let Some(elem_ty) = fx.tcx.builtin_deref(dst.layout().ty) else { bug!("copy to what is no pointer") };
            let elem_size = fx.layout_of(elem_ty).size.bytes();
            let dst = dst.load_scalar(fx);
            let src = codegen_operand(fx, src).load_scalar(fx);
            let count = codegen_operand(fx, count).load_scalar(fx);
            let bytes = if elem_size == 1 { count } else { fx.bcx.ins().imul_imm_s(count, elem_size as i64) };
            fx.call_memcpy(dst, src, bytes);
        }
        // Only of use to an optimizer.
        StatementKind::Assume(_) => {}
        StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop => {}
    }
}

fn codegen_assign<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, lval: CPlace<'tcx>, rvalue: &Rvalue) {
    let dest_layout = lval.layout();
    match rvalue {
        Rvalue::Use(operand) => {
            let val = codegen_operand(fx, operand);
            lval.write_cvalue(fx, val);
        }
        Rvalue::CopyForDeref(place) => {
            let val = codegen_place(fx, place).to_cvalue(fx);
            lval.write_cvalue(fx, val);
        }
        Rvalue::Ref(_, place) | Rvalue::RawPtr(_, place) => {
            let place = codegen_place(fx, place);
            let ptr = place.place_ref(fx, dest_layout);
            lval.write_cvalue(fx, ptr);
        }
        Rvalue::ThreadLocalRef(def) => {
            let val = crate::constant::codegen_tls_ref(fx, *def, dest_layout);
            lval.write_cvalue(fx, val);
        }
        Rvalue::BinaryOp(bin_op, operands) => {
            let lhs = codegen_operand(fx, &operands.0);
            let rhs = codegen_operand(fx, &operands.1);
            let val = match bin_op {
                BinOp::AddWithOverflow | BinOp::SubWithOverflow | BinOp::MulWithOverflow => {
                    crate::num::codegen_checked_int_binop(fx, *bin_op, lhs, rhs)
                }
                _ => crate::num::codegen_binop(fx, *bin_op, lhs, rhs),
            };
            lval.write_cvalue(fx, val);
        }
        Rvalue::UnaryOp(un_op, operand) => {
            let operand = codegen_operand(fx, operand);
            let val = crate::num::codegen_unop(fx, *un_op, operand);
            lval.write_cvalue(fx, val);
        }
        Rvalue::Cast(kind, operand, to_ty) => codegen_cast(fx, lval, *kind, operand, *to_ty),
        Rvalue::Discriminant(place) => {
            let value = codegen_place(fx, place).to_cvalue(fx);
            let discr = crate::discriminant::codegen_get_discriminant(fx, value, dest_layout);
            lval.write_cvalue(fx, discr);
        }
        Rvalue::Repeat(operand, times) => {
            let operand = codegen_operand(fx, operand);
            let times = fx.tcx.const_to_usize(fx.monomorphize_const(*times)).or_fatal();
            codegen_repeat(fx, lval, operand, times);
        }
        Rvalue::Aggregate(AggregateKind::RawPtr(..), operands) => {
            let [data, meta] = &operands[..] else { bug!("a pointer of {} parts", operands.len()) };
            let data = codegen_operand(fx, data);
            let meta = codegen_operand(fx, meta);
            let val = if meta.layout().is_zst() {
                data.cast_pointer_to(dest_layout)
            } else {
                let data = data.load_scalar(fx);
                let meta = match meta.layout().backend_repr {
                    BackendRepr::Scalar(_) => meta.load_scalar(fx),
                    _ => bug!("metadata of type {}", fx.ty_str(meta.layout().ty)),
                };
                CValue::by_val_pair(data, meta, dest_layout)
            };
            lval.write_cvalue(fx, val);
        }
        Rvalue::Aggregate(AggregateKind::Array(_), operands) => {
            let TyKind::Array(elem, _) = *fx.kind(dest_layout.ty) else { bug!("an array aggregate of another type") };
            let elem = fx.layout_of(elem);
            for (i, operand) in operands.iter().enumerate() {
                let val = codegen_operand(fx, operand);
                let ptr = lval.to_ptr().offset_i64(fx, (i as u64 * elem.size.bytes()) as i64);
                CPlace::for_ptr(ptr, elem).write_cvalue(fx, val);
            }
        }
        Rvalue::Aggregate(kind, operands) => {
            let (variant, active_field) = match *kind {
                AggregateKind::Adt(_, variant, _, active_field) => (variant, active_field),
                _ => (VariantIdx(0), None),
            };
            // The aggregate of a coroutine is its captures, which lie outside of its variants.
            let dest = match kind {
                AggregateKind::Adt(..) => lval.downcast_variant(fx, variant),
                _ => lval,
            };
            for (i, operand) in operands.iter().enumerate() {
                let val = codegen_operand(fx, operand);
                let field = dest.place_field(fx, active_field.unwrap_or(FieldIdx::new(i)));
                field.write_cvalue(fx, val);
            }
            crate::discriminant::codegen_set_discriminant(fx, lval, variant);
        }
        Rvalue::WrapUnsafeBinder(operand, _) => {
            let val = codegen_operand(fx, operand);
            lval.write_cvalue_transmute(fx, val);
        }
    }
}

fn codegen_cast<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    lval: CPlace<'tcx>,
    kind: CastKind,
    operand: &Operand,
    to_ty: Ty,
) {
    let dest_layout = lval.layout();
    match kind {
        CastKind::ReifyFnPointer => {
            let TyKind::FnDef(def, args) = *fx.kind(fx.operand_ty(operand)) else { bug!("pointer to no function") };
            let instance = fx.tcx.resolve_for_fn_ptr(def, args).or_fatal();
            let addr = crate::abi::func_addr(fx, instance);
            lval.write_cvalue(fx, CValue::by_val(addr, dest_layout));
        }
        CastKind::ClosureFnPointer => {
            let TyKind::Closure(def, args) = *fx.kind(fx.operand_ty(operand)) else { bug!("pointer to no closure") };
            let instance = fx.tcx.resolve_closure(def, args, crate::adapter::resolve::ClosureKind::FnOnce).or_fatal();
            let addr = crate::abi::func_addr(fx, instance);
            lval.write_cvalue(fx, CValue::by_val(addr, dest_layout));
        }
        CastKind::Unsize => {
            let val = codegen_operand(fx, operand);
            crate::unsize::coerce_unsized_into(fx, val, lval);
        }
        CastKind::Transmute | CastKind::Subtype => {
            let val = codegen_operand(fx, operand);
            lval.write_cvalue_transmute(fx, val);
        }
        CastKind::UnsafeFnPointer | CastKind::MutToConstPointer | CastKind::ArrayToPointer => {
            let val = codegen_operand(fx, operand);
            lval.write_cvalue(fx, val.cast_pointer_to(dest_layout));
        }
        CastKind::IntToInt
        | CastKind::FloatToInt
        | CastKind::FloatToFloat
        | CastKind::IntToFloat
        | CastKind::PtrToPtr
        | CastKind::FnPtrToPtr
        | CastKind::PointerExposeProvenance
        | CastKind::PointerWithExposedProvenance => {
            let val = codegen_operand(fx, operand);
            let from_layout = val.layout();
            let to_ty = fx.monomorphize(to_ty);
            if let BackendRepr::ScalarPair(..) = from_layout.backend_repr {
                // A wide pointer, to a wide or a thin one.
                let val = if let BackendRepr::ScalarPair(..) = dest_layout.backend_repr {
                    val.cast_pointer_to(dest_layout)
                } else {
                    let (ptr, _) = val.load_scalar_pair(fx);
                    CValue::by_val(ptr, dest_layout)
                };
                lval.write_cvalue(fx, val);
                return;
            }
            let from = val.load_scalar(fx);
            let from_signed = type_sign(fx.tcx, from_layout.ty);
            let to_signed = type_sign(fx.tcx, to_ty);
            let clif_ty = fx.expect_clif_type(to_ty);
            let res = crate::cast::clif_int_or_float_cast(fx, from, from_signed, clif_ty, to_signed);
            lval.write_cvalue(fx, CValue::by_val(res, dest_layout));
        }
    }
}

/// `[operand; times]`
fn codegen_repeat<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, lval: CPlace<'tcx>, operand: CValue<'tcx>, times: u64) {
    /// Up to so many elements are written one by one.
    const UNROLL: u64 = 4;
    let elem = operand.layout();
    if elem.size.bytes() == 0 || times == 0 {
        return;
    }
    if fx.clif_type(elem.ty) == Some(types::I8) && times > UNROLL {
        let addr = lval.to_ptr().get_addr(fx);
        let val = operand.load_scalar(fx);
        let times = fx.bcx.ins().iconst(fx.pointer_type, times as i64);
        fx.call_memset(addr, val, times);
        return;
    }
    if times <= UNROLL {
        for i in 0..times {
            let ptr = lval.to_ptr().offset_i64(fx, (i * elem.size.bytes()) as i64);
            CPlace::for_ptr(ptr, elem).write_cvalue(fx, operand);
        }
        return;
    }
    let header = fx.bcx.create_block();
    let body = fx.bcx.create_block();
    let done = fx.bcx.create_block();
    let index = fx.bcx.append_block_param(header, fx.pointer_type);
    let zero = fx.bcx.ins().iconst(fx.pointer_type, 0);
    fx.bcx.ins().jump(header, &[zero.into()]);

    fx.bcx.switch_to_block(header);
    let at_end = fx.bcx.ins().icmp_imm_s(IntCC::Equal, index, times as i64);
    fx.bcx.ins().brif(at_end, done, &[], body, &[]);

    fx.bcx.switch_to_block(body);
    lval.place_index(fx, index).write_cvalue(fx, operand);
    let next = fx.bcx.ins().iadd_imm_s(index, 1);
    fx.bcx.ins().jump(header, &[next.into()]);

    fx.bcx.seal_block(header);
    fx.bcx.seal_block(body);
    fx.bcx.seal_block(done);
    fx.bcx.switch_to_block(done);
}
