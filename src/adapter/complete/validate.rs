//! Refuses raw bodies in which a value of one type is put into a place of quite another: what such a body would do is
//! not what the program says. Semantics: a small part of `rustc_mir_transform::validate`.

use super::place_ty::TypeCx;
use crate::adapter::fold::subst;
use crate::adapter::{Error, Result};
use ramir::*;

pub fn validate(tcx: &TypeCx<'_>, body: &Body) -> Result<()> {
    let interner = tcx.interner;
    for block in &body.blocks {
        for statement in &block.statements {
            let StatementKind::Assign(place, rvalue) = &statement.kind else { continue };
            let to = tcx.place_ty(&body.locals, place)?;
            let from = match rvalue {
                Rvalue::Use(operand) => tcx.operand_ty(&body.locals, operand)?,
                Rvalue::Ref(_, borrowed) => {
                    let TyKind::Ref(region, _, mutability) = *interner.kind(to) else {
                        return Err(mismatch(tcx, to, to));
                    };
                    interner.mk(TyKind::Ref(region, tcx.place_ty(&body.locals, borrowed)?, mutability))
                }
                _ => continue,
            };
            check(tcx, to, from)?;
        }
        if let TerminatorKind::Call { func, args, .. } = &block.terminator.kind
            && let TyKind::FnDef(def, fn_args) = *interner.kind(tcx.operand_ty(&body.locals, func)?)
            && let ItemData::Fn(callee) = &tcx.store.item(def)?.data
        {
            for (&input, arg) in callee.sig.inputs().iter().zip(args) {
                check(tcx, subst(interner, input, fn_args)?, tcx.operand_ty(&body.locals, arg)?)?;
            }
        }
    }
    Ok(())
}

fn check(tcx: &TypeCx<'_>, to: Ty, from: Ty) -> Result<()> {
    if may_equal(tcx.interner, to, from) { Ok(()) } else { Err(mismatch(tcx, to, from)) }
}

fn mismatch(tcx: &TypeCx<'_>, to: Ty, from: Ty) -> Error {
    Error::unsupported(format!("a value of type `{}` as one of type `{}`", tcx.print_ty(from), tcx.print_ty(to)))
}

/// Whether two types may be equal once they are normalized; arguments of types are not looked at.
fn may_equal(interner: &Interner, a: Ty, b: Ty) -> bool {
    if a == b {
        return true;
    }
    match (interner.kind(a), interner.kind(b)) {
        (TyKind::Alias(..) | TyKind::Error | TyKind::Bound { .. } | TyKind::Never, _)
        | (_, TyKind::Alias(..) | TyKind::Error | TyKind::Bound { .. } | TyKind::Never) => true,
        // A reference is as good as a pointer.
        (&TyKind::Ref(_, a, _) | &TyKind::RawPtr(a, _), &TyKind::Ref(_, b, _) | &TyKind::RawPtr(b, _)) => {
            may_equal(interner, a, b)
        }
        (&TyKind::Array(a, _), &TyKind::Array(b, _)) | (&TyKind::Slice(a), &TyKind::Slice(b)) => {
            may_equal(interner, a, b)
        }
        (TyKind::Tuple(a), TyKind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| may_equal(interner, a, b))
        }
        (TyKind::Adt(a, _), TyKind::Adt(b, _)) => a == b,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b) && !is_leaf(a),
    }
}

/// Whether types of the kind are equal only if they are identical.
fn is_leaf(kind: &TyKind) -> bool {
    matches!(kind, TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_) | TyKind::Param(_))
}

/// Refuses drops of fields of packed types, which have to be moved to where they are aligned first
/// (`rustc_mir_transform::add_moves_for_packed_drops`).
pub fn no_packed_drops(tcx: &TypeCx<'_>, body: &Body) -> Result<()> {
    for block in &body.blocks {
        let TerminatorKind::Drop { place, .. } = &block.terminator.kind else { continue };
        let mut base = Place::from_local(place.local);
        for elem in place.projection.iter() {
            if let (PlaceElem::Field(..), TyKind::Adt(def, _)) =
                (elem, tcx.interner.kind(tcx.place_ty(&body.locals, &base)?))
                && tcx.adt_def(*def)?.repr.pack.is_some()
            {
                return Err(Error::unsupported("a drop of a field of a packed type"));
            }
            base = base.project(elem.clone());
        }
    }
    Ok(())
}

/// Refuses a body that suspends: only a coroutine's does, and that is a state machine when it is complete.
pub fn no_suspensions(body: &Body) -> Result<()> {
    let suspends = |block: &BasicBlockData| {
        matches!(block.terminator.kind, TerminatorKind::Yield { .. } | TerminatorKind::CoroutineDrop)
    };
    match body.blocks.iter().any(suspends) {
        true => Err(Error::unsupported("a yield outside of a coroutine")),
        false => Ok(()),
    }
}
