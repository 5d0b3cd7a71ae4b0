//! Types of places and operands in an instance. Semantics: `rustc_middle::mir::PlaceTy`.

use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// The type of a place of `body`, whose parameters are `args`.
pub fn place_ty(tcx: &Tcx, body: &Body, args: Args, place: &Place) -> Result<Ty> {
    // The last step that names its type makes those before it irrelevant.
    let typed = place.projection.iter().rposition(|elem| {
        matches!(elem, PlaceElem::Field(..) | PlaceElem::OpaqueCast(_) | PlaceElem::UnwrapUnsafeBinder(_))
    });
    let mut ty = match typed.map(|i| place.projection[i]) {
        Some(PlaceElem::Field(_, ty) | PlaceElem::OpaqueCast(ty) | PlaceElem::UnwrapUnsafeBinder(ty)) => ty,
        _ => body.locals.get(place.local.index()).ok_or_else(|| Error::missing("local of a place"))?.ty,
    };
    ty = tcx.monomorphize(ty, args)?;
    for elem in &place.projection[typed.map_or(0, |i| i + 1)..] {
        ty = projection_ty(tcx, ty, elem)?;
    }
    Ok(ty)
}

fn projection_ty(tcx: &Tcx, ty: Ty, elem: &PlaceElem) -> Result<Ty> {
    let wrong = || Error::missing(format!("{elem:?} of {:?}", tcx.kind(ty)));
    match *elem {
        PlaceElem::Deref => tcx.builtin_deref(ty).ok_or_else(wrong),
        PlaceElem::Index(_) | PlaceElem::ConstantIndex { .. } => match *tcx.kind(ty) {
            TyKind::Array(elem, _) | TyKind::Slice(elem) => Ok(elem),
            _ => Err(wrong()),
        },
        PlaceElem::Subslice { from, to, from_end } => match *tcx.kind(ty) {
            TyKind::Slice(_) => Ok(ty),
            TyKind::Array(elem, len) => {
                let end = if from_end { tcx.const_to_usize(len)?.checked_sub(to) } else { Some(to) };
                let len = end.and_then(|end| end.checked_sub(from)).ok_or_else(wrong)?;
                Ok(tcx.mk_array(elem, len))
            }
            _ => Err(wrong()),
        },
        PlaceElem::Downcast(_) => Ok(ty),
        PlaceElem::Field(_, ty) | PlaceElem::OpaqueCast(ty) | PlaceElem::UnwrapUnsafeBinder(ty) => Ok(ty),
    }
}

/// The type of an operand of `body`.
pub fn operand_ty(tcx: &Tcx, body: &Body, args: Args, operand: &Operand) -> Result<Ty> {
    match operand {
        Operand::Copy(place) | Operand::Move(place) => place_ty(tcx, body, args, place),
        Operand::Constant(ct) => tcx.monomorphize(ct.const_.ty(), args),
        Operand::RuntimeChecks(_) => Ok(tcx.common.bool),
    }
}
