//! Vtables, and reading what they hold. Their slots are [`crate::adapter::vtable`]'s.

use crate::adapter::vtable::VtblEntry;
use crate::constant::{DataBuilder, func_symbol};
use crate::prelude::*;
use std::sync::Arc;

const DROP_IN_PLACE: i32 = 0;
const SIZE: i32 = 8;
const ALIGN: i32 = 16;

/// Vtables are aligned, readable and never written.
pub(crate) fn vtable_memflags() -> MemFlags {
    MemFlags::trusted().with_readonly()
}

fn load(fx: &mut FunctionCx<'_, '_, '_>, vtable: Value, offset: i32) -> Value {
    fx.bcx.ins().load(fx.pointer_type, vtable_memflags(), vtable, offset)
}

/// The drop function, null if there is nothing to drop.
pub(crate) fn drop_fn_of_obj(fx: &mut FunctionCx<'_, '_, '_>, vtable: Value) -> Value {
    load(fx, vtable, DROP_IN_PLACE)
}

pub(crate) fn size_of_obj(fx: &mut FunctionCx<'_, '_, '_>, vtable: Value) -> Value {
    load(fx, vtable, SIZE)
}

pub(crate) fn align_of_obj(fx: &mut FunctionCx<'_, '_, '_>, vtable: Value) -> Value {
    load(fx, vtable, ALIGN)
}

/// The data pointer of a `dyn` receiver and the function in slot `idx` of its vtable.
pub(crate) fn get_ptr_and_method_ref<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    arg: CValue<'tcx>,
    idx: usize,
) -> (Pointer, Value) {
    let (ptr, vtable) = if let BackendRepr::ScalarPair(..) = arg.layout().backend_repr {
        let (ptr, vtable) = arg.load_scalar_pair(fx);
        (Pointer::new(ptr), vtable)
    } else {
        match arg.try_to_ptr() {
            Some((ptr, Some(vtable))) => (ptr, vtable),
            _ => bug!("a dyn call on {}", fx.ty_str(arg.layout().ty)),
        }
    };
    let method = load(fx, vtable, idx as i32 * 8);
    (ptr, method)
}

/// The data of the vtable of `ty` for `dyn_ty`.
pub(crate) fn data_for_vtable(cx: &CodegenCx<'_>, ty: Ty, dyn_ty: Ty) -> Arc<DataObject> {
    let make = |_: &(Ty, Ty)| -> crate::adapter::Result<_> {
        let tcx = cx.tcx;
        let layout = tcx.layout_of(ty)?;
        let entries = tcx.vtable_entries(ty, dyn_ty)?;
        let mut data = DataBuilder::new(entries.len() as u64 * 8, 8);
        for (i, entry) in entries.iter().enumerate() {
            let at = i as u64 * 8;
            match *entry {
                VtblEntry::MetadataDropInPlace => {
                    if tcx.needs_drop(ty)? {
                        data.write_symbol(at, func_symbol(cx, tcx.resolve_drop_in_place(ty)?), 0);
                    }
                }
                VtblEntry::MetadataSize => data.write_uint(at, 8, layout.size.bytes().into()),
                VtblEntry::MetadataAlign => data.write_uint(at, 8, layout.align.abi.bytes().into()),
                VtblEntry::Vacant => {}
                VtblEntry::Method(instance) => data.write_symbol(at, func_symbol(cx, instance), 0),
                VtblEntry::TraitVPtr(trait_ref) => {
                    let vtable = data_for_vtable(cx, ty, principal_only(tcx, trait_ref));
                    data.write_data(at, &vtable, 0);
                }
            }
        }
        Ok(data.anonymous(cx, "vtable"))
    };
    cx.data.vtables.get_or_try((ty, dyn_ty), make).or_fatal().clone()
}

/// `dyn Trait<..>` for a trait reference: enough of a type to name a supertrait's vtable.
fn principal_only(tcx: TyCtxt<'_>, trait_ref: TraitRef) -> Ty {
    let args = tcx.mk_args(&tcx.args(trait_ref.args)[1..]);
    let pred = ExistentialPredicate::Trait { def_id: trait_ref.def_id, args };
    tcx.mk(TyKind::Dynamic([PolyExistentialPredicate { bound_vars: 0, pred }].into(), Region::Erased))
}

/// The address of the vtable of `ty` for `dyn_ty`.
pub(crate) fn get_vtable(fx: &mut FunctionCx<'_, '_, '_>, ty: Ty, dyn_ty: Ty) -> Value {
    let data = data_for_vtable(fx.cx, ty, dyn_ty);
    crate::constant::pointer_for_data(fx, &data)
}
