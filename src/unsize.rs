//! Unsizing coercions, and size and alignment of unsized values.
//! Semantics: `rustc_codegen_ssa::{base::unsize_ptr, size_of_val}`.

use crate::prelude::*;
use crate::seeded_bug::{BugKind, seeded};

/// The innermost pair of types that differ in how `source` unsizes to `target`.
fn struct_lockstep_tails(tcx: TyCtxt<'_>, mut a: Ty, mut b: Ty) -> (Ty, Ty) {
    loop {
        match (tcx.kind(a), tcx.kind(b)) {
            (TyKind::Adt(def_a, args_a), TyKind::Adt(def_b, args_b)) if def_a == def_b => {
                let adt = tcx.adt_def(*def_a).or_fatal();
                match adt.variants.first().and_then(|v| v.fields.last()) {
                    Some(field) if adt.kind == AdtKind::Struct => {
                        a = tcx.field_ty(field, *args_a).or_fatal();
                        b = tcx.field_ty(field, *args_b).or_fatal();
                    }
                    _ => return (a, b),
                }
            }
            (TyKind::Tuple(tys_a), TyKind::Tuple(tys_b)) if tys_a.len() == tys_b.len() => {
                match (tys_a.last(), tys_b.last()) {
                    (Some(&last_a), Some(&last_b)) => (a, b) = (last_a, last_b),
                    _ => return (a, b),
                }
            }
            _ => return (a, b),
        }
    }
}

fn principal(preds: &[PolyExistentialPredicate]) -> Option<DefId> {
    preds.iter().find_map(|p| match p.pred {
        ExistentialPredicate::Trait { def_id, .. } => Some(def_id),
        _ => None,
    })
}

/// The metadata of a pointer to `target` that is made from a pointer to `source` with metadata `old_info`.
pub(crate) fn unsized_info(
    fx: &mut FunctionCx<'_, '_, '_>,
    source: Ty,
    target: Ty,
    old_info: Option<Value>,
) -> Value {
    let (source, target) = struct_lockstep_tails(fx.tcx, source, target);
    match (fx.kind(source), fx.kind(target)) {
        (&TyKind::Array(_, len), TyKind::Slice(_)) => {
            let mut len = fx.tcx.const_to_usize(len).or_fatal();
            if seeded(fx, BugKind::Unsize) {
                len = len.saturating_sub(1);
            }
            fx.bcx.ins().iconst(fx.pointer_type, len as i64)
        }
        (TyKind::Dynamic(from, _), TyKind::Dynamic(to, _)) => {
            let Some(old_info) = old_info else { bug!("upcast without a vtable") };
            let to_principal = principal(to);
            if to_principal.is_none() || principal(from) == to_principal {
                return old_info;
            }
            match fx.tcx.supertrait_vtable_slot(source, target).or_fatal() {
                Some(slot) => {
                    fx.bcx.ins().load(fx.pointer_type, crate::vtable::vtable_memflags(), old_info, slot as i32 * 8)
                }
                None => old_info,
            }
        }
        (_, TyKind::Dynamic(..)) => crate::vtable::get_vtable(fx, source, target),
        _ => bug!("unsizing {} to {}", fx.ty_str(source), fx.ty_str(target)),
    }
}

/// The data pointer and metadata of a pointer-like value after unsizing.
fn unsize_ptr<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    src: Value,
    src_layout: TyAndLayout<'tcx>,
    dst_layout: TyAndLayout<'tcx>,
    old_info: Option<Value>,
) -> (Value, Value) {
    match (fx.kind(src_layout.ty), fx.kind(dst_layout.ty)) {
        (
            &TyKind::Ref(_, a, _) | &TyKind::RawPtr(a, _),
            &TyKind::Ref(_, b, _) | &TyKind::RawPtr(b, _),
        ) => (src, unsized_info(fx, a, b, old_info)),
        (TyKind::Adt(def_a, _), TyKind::Adt(def_b, _)) if def_a == def_b => {
            if src_layout.ty == dst_layout.ty {
                match old_info {
                    Some(info) => return (src, info),
                    None => bug!("unsizing {} to itself", fx.ty_str(src_layout.ty)),
                }
            }
            for i in 0..src_layout.fields.count() {
                let src_field = fx.field_layout(src_layout, i);
                if !src_field.is_1zst() {
                    let dst_field = fx.field_layout(dst_layout, i);
                    return unsize_ptr(fx, src, src_field, dst_field, old_info);
                }
            }
            bug!("unsizing {}, which holds no pointer", fx.ty_str(src_layout.ty))
        }
        _ => bug!("unsizing {} to {}", fx.ty_str(src_layout.ty), fx.ty_str(dst_layout.ty)),
    }
}

/// Writes `src`, unsized to the type of `dst`, to `dst`.
pub(crate) fn coerce_unsized_into<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    src: CValue<'tcx>,
    dst: CPlace<'tcx>,
) {
    let (src_layout, dst_layout) = (src.layout(), dst.layout());
    match (fx.kind(src_layout.ty), fx.kind(dst_layout.ty)) {
        (&TyKind::Pat(a, _), &TyKind::Pat(b, _)) => {
            let src = src.cast_pat_ty_to_base(fx.layout_of(a));
            let dst = dst.place_transmute_type(fx, b);
            coerce_unsized_into(fx, src, dst);
        }
        (TyKind::Ref(..) | TyKind::RawPtr(..), TyKind::Ref(..) | TyKind::RawPtr(..)) => {
            let (base, old_info) = match src_layout.backend_repr {
                BackendRepr::ScalarPair(..) => {
                    let (base, info) = src.load_scalar_pair(fx);
                    (base, Some(info))
                }
                _ => (src.load_scalar(fx), None),
            };
            let (base, info) = unsize_ptr(fx, base, src_layout, dst_layout, old_info);
            dst.write_cvalue(fx, CValue::by_val_pair(base, info, dst_layout));
        }
        (&TyKind::Adt(def_a, _), &TyKind::Adt(def_b, _)) if def_a == def_b => {
            let count = fx.tcx.adt_def(def_a).or_fatal().variants[0].fields.len();
            for field in (0..count).map(FieldIdx::new) {
                let src_field = src.value_field(fx, field);
                let dst_field = dst.place_field(fx, field);
                if dst_field.layout().is_zst() {
                    continue;
                }
                if src_field.layout().ty == dst_field.layout().ty {
                    dst_field.write_cvalue(fx, src_field);
                } else {
                    coerce_unsized_into(fx, src_field, dst_field);
                }
            }
        }
        _ => bug!("coercion of {} to {}", fx.ty_str(src_layout.ty), fx.ty_str(dst_layout.ty)),
    }
}

/// Size and alignment in bytes of a value, whose pointer's metadata is `info` if the type is unsized.
pub(crate) fn size_and_align_of<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    layout: TyAndLayout<'tcx>,
    info: Option<Value>,
) -> (Value, Value) {
    let usize_const = |fx: &mut FunctionCx<'_, '_, '_>, n: u64| fx.bcx.ins().iconst(fx.pointer_type, n as i64);
    if layout.is_sized() {
        return (usize_const(fx, layout.size.bytes()), usize_const(fx, layout.align.abi.bytes()));
    }
    let meta = || match info {
        Some(info) => info,
        None => bug!("size of an unsized value without metadata"),
    };
    match *fx.kind(layout.ty) {
        TyKind::Dynamic(..) => (crate::vtable::size_of_obj(fx, meta()), crate::vtable::align_of_obj(fx, meta())),
        TyKind::Slice(_) | TyKind::Str => {
            let unit = fx.field_layout(layout, 0);
            let size = fx.bcx.ins().imul_imm_s(meta(), unit.size.bytes() as i64);
            (size, usize_const(fx, unit.align.abi.bytes()))
        }
        TyKind::Foreign(_) => {
            let panic_block = fx.bcx.create_block();
            let next_block = fx.bcx.create_block();
            let always = fx.bcx.ins().iconst(types::I8, 1);
            fx.bcx.ins().brif(always, panic_block, &[], next_block, &[]);
            fx.bcx.switch_to_block(panic_block);
            let name = fx.ty_str(layout.ty);
            let message = format!("attempted to compute the size or alignment of extern type `{name}`");
            crate::base::codegen_panic_nounwind(fx, &message, fx.cur_source_info());
            fx.bcx.switch_to_block(next_block);
            // Never reached.
            (usize_const(fx, 0), usize_const(fx, 1))
        }
        TyKind::Adt(..) | TyKind::Tuple(_) => {
            let last = layout.fields.count() - 1;
            let prefix = usize_const(fx, layout.fields.offset(last).bytes());
            let sized_align = usize_const(fx, layout.align.abi.bytes());
            let field_layout = fx.field_layout(layout, last);
            let (unsized_size, mut unsized_align) = size_and_align_of(fx, field_layout, info);
            if let TyKind::Adt(def, _) = *fx.kind(layout.ty)
                && let Some(pack) = fx.tcx.adt_def(def).or_fatal().repr.pack
            {
                let pack = usize_const(fx, pack);
                unsized_align = fx.bcx.ins().umin(unsized_align, pack);
            }
            let align = fx.bcx.ins().umax(sized_align, unsized_align);
            // The field starts at the prefix rounded up to the field's alignment; the whole is rounded up to its own.
            let field_start = round_up(fx, prefix, unsized_align);
            let end = fx.bcx.ins().iadd(field_start, unsized_size);
            let size = round_up(fx, end, align);
            (size, align)
        }
        _ => bug!("size of {}", fx.ty_str(layout.ty)),
    }
}

fn round_up(fx: &mut FunctionCx<'_, '_, '_>, value: Value, align: Value) -> Value {
    let below = fx.bcx.ins().iadd_imm_s(align, -1);
    let sum = fx.bcx.ins().iadd(value, below);
    let mask = fx.bcx.ins().ineg(align);
    fx.bcx.ins().band(sum, mask)
}
