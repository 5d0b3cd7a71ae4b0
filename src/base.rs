//! Places, operands and panics of a function body.

use crate::abi::{CallTarget, codegen_call_with_unwind_action};
use crate::prelude::*;

/// The type of a place, without generating code for it.
pub(crate) fn place_ty(fx: &FunctionCx<'_, '_, '_>, place: &Place) -> Ty {
    let tcx = fx.tcx;
    let mut ty = fx.monomorphize(fx.mir.locals[place.local.index()].ty);
    for elem in place.projection.iter() {
        ty = match *elem {
            PlaceElem::Deref => match tcx.builtin_deref(ty) {
                Some(to) => to,
                None => bug!("deref of {}", fx.ty_str(ty)),
            },
            PlaceElem::Field(_, field_ty) => fx.monomorphize(field_ty),
            PlaceElem::Index(_) | PlaceElem::ConstantIndex { .. } => match *tcx.kind(ty) {
                TyKind::Array(elem, _) | TyKind::Slice(elem) => elem,
                _ => bug!("index into {}", fx.ty_str(ty)),
            },
            PlaceElem::Subslice { from, to, from_end } => match *tcx.kind(ty) {
                TyKind::Array(elem, _) if !from_end => tcx.mk_array(elem, to - from),
                _ => ty,
            },
            PlaceElem::Downcast(_) => ty,
            PlaceElem::OpaqueCast(to) | PlaceElem::UnwrapUnsafeBinder(to) => fx.monomorphize(to),
        };
    }
    ty
}

pub(crate) fn codegen_place<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, place: &Place) -> CPlace<'tcx> {
    let mut cplace = fx.get_local_place(place.local);
    for elem in place.projection.iter() {
        cplace = match *elem {
            PlaceElem::Deref => cplace.place_deref(fx),
            PlaceElem::Field(field, _) => cplace.place_field(fx, field),
            PlaceElem::Downcast(variant) => cplace.downcast_variant(fx, variant),
            PlaceElem::OpaqueCast(ty) | PlaceElem::UnwrapUnsafeBinder(ty) => {
                let ty = fx.monomorphize(ty);
                cplace.place_transmute_type(fx, ty)
            }
            PlaceElem::Index(local) => {
                let index = fx.get_local_place(local).to_cvalue(fx).load_scalar(fx);
                cplace.place_index(fx, index)
            }
            PlaceElem::ConstantIndex { offset, from_end, .. } => match *fx.kind(cplace.layout().ty) {
                TyKind::Array(elem, len) => {
                    let len = fx.tcx.const_to_usize(len).or_fatal();
                    let index = if from_end { len - offset } else { offset };
                    let elem = fx.layout_of(elem);
                    let ptr = cplace.to_ptr().offset_i64(fx, (index * elem.size.bytes()) as i64);
                    CPlace::for_ptr(ptr, elem)
                }
                TyKind::Slice(elem) => {
                    let (ptr, len) = cplace.to_ptr_unsized();
                    if from_end {
                        let index = fx.bcx.ins().iadd_imm_s(len, -(offset as i64));
                        cplace.place_index(fx, index)
                    } else {
                        let elem = fx.layout_of(elem);
                        let ptr = ptr.offset_i64(fx, (offset * elem.size.bytes()) as i64);
                        CPlace::for_ptr(ptr, elem)
                    }
                }
                _ => bug!("index into {}", fx.ty_str(cplace.layout().ty)),
            },
            PlaceElem::Subslice { from, to, from_end } => match *fx.kind(cplace.layout().ty) {
                TyKind::Array(elem_ty, _) if !from_end => {
                    let elem = fx.layout_of(elem_ty);
                    let ptr = cplace.to_ptr().offset_i64(fx, (elem.size.bytes() * from) as i64);
                    CPlace::for_ptr(ptr, fx.layout_of(fx.tcx.mk_array(elem_ty, to - from)))
                }
                TyKind::Slice(elem_ty) if from_end => {
                    let elem = fx.layout_of(elem_ty);
                    let (ptr, len) = cplace.to_ptr_unsized();
                    let ptr = ptr.offset_i64(fx, (elem.size.bytes() * from) as i64);
                    let len = fx.bcx.ins().iadd_imm_s(len, -((from + to) as i64));
                    CPlace::for_ptr_with_extra(ptr, len, cplace.layout())
                }
                _ => bug!("subslice of {}", fx.ty_str(cplace.layout().ty)),
            },
        };
    }
    cplace
}

pub(crate) fn codegen_operand<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, operand: &Operand) -> CValue<'tcx> {
    match operand {
        Operand::Move(place) | Operand::Copy(place) => codegen_place(fx, place).to_cvalue(fx),
        Operand::Constant(constant) => crate::constant::codegen_constant_operand(fx, constant),
        Operand::RuntimeChecks(checks) => {
            let layout = fx.layout_of(fx.tcx.common.bool);
            let value = runtime_checks_value(fx, *checks);
            CValue::const_val(fx, layout, ScalarInt { data: value.into(), size: 1 })
        }
    }
}

pub(crate) fn runtime_checks_value(fx: &FunctionCx<'_, '_, '_>, checks: RuntimeChecks) -> bool {
    match checks {
        RuntimeChecks::UbChecks => fx.tcx.opts.ub_checks,
        RuntimeChecks::OverflowChecks => fx.tcx.opts.overflow_checks,
        RuntimeChecks::ContractChecks => false,
    }
}

/// See [`FunctionCx::get_caller_location`]. Semantics: `rustc_middle::mir::Body::caller_location_span`.
pub(crate) fn caller_location<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, source_info: SourceInfo) -> CValue<'tcx> {
    let SourceInfo { mut span, mut scope } = source_info;
    loop {
        let data = &fx.mir.scopes[scope.index()];
        if let Some(inlined) = &data.inlined {
            if !inlined.track_caller {
                return crate::constant::span_as_caller_location(fx, span);
            }
            span = inlined.call_site;
        }
        match data.inlined_parent_scope {
            Some(parent) => scope = parent,
            None => break,
        }
    }
    match fx.caller_location {
        Some(location) => location,
        None => crate::constant::span_as_caller_location(fx, span),
    }
}

/// Panics with a message, without unwinding.
pub(crate) fn codegen_panic_nounwind(fx: &mut FunctionCx<'_, '_, '_>, msg: &str, source_info: SourceInfo) {
    let ptr = crate::constant::pointer_for_anonymous_str(fx, msg);
    let len = fx.bcx.ins().iconst(fx.pointer_type, msg.len() as i64);
    let unwind = UnwindAction::Terminate(UnwindTerminateReason::Abi);
    codegen_panic_inner(fx, "panic_nounwind", &[ptr, len], unwind, source_info);
}

/// Aborts because unwinding reached a function or drop that must not unwind.
pub(crate) fn codegen_unwind_terminate(
    fx: &mut FunctionCx<'_, '_, '_>,
    reason: UnwindTerminateReason,
    source_info: SourceInfo,
) {
    let lang_item = match reason {
        UnwindTerminateReason::Abi => "panic_cannot_unwind",
        UnwindTerminateReason::InCleanup => "panic_in_cleanup",
    };
    codegen_panic_inner(fx, lang_item, &[], UnwindAction::Unreachable, source_info);
}

/// Calls a lang item that does not return; ends the block.
pub(crate) fn codegen_panic_inner(
    fx: &mut FunctionCx<'_, '_, '_>,
    lang_item: &str,
    args: &[Value],
    unwind: UnwindAction,
    source_info: SourceInfo,
) {
    if let Some(block) = fx.bcx.current_block() {
        fx.bcx.set_cold_block(block);
    }
    let def = fx.tcx.store.require_lang_item(lang_item).or_fatal();
    let instance = Instance::new(def, Args::EMPTY);
    let fn_abi = fx.tcx.fn_abi_of_instance(instance, &[]).or_fatal();
    let func_ref = fx.get_function_ref_with_abi(instance, &fn_abi);
    let sig = fx.bcx.func.dfg.ext_funcs[func_ref].signature;
    // `#[track_caller]` functions take the location as well.
    let mut args: SmallVec<[Value; 4]> = args.into();
    if args.len() < fx.bcx.func.dfg.signatures[sig].params.len() {
        args.push(fx.get_caller_location(source_info).load_scalar(fx));
    }
    codegen_call_with_unwind_action(fx, source_info, CallTarget::Direct(func_ref), unwind, &args, None);
    trap_unreachable(fx);
}
