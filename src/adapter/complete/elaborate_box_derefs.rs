//! Dereferences of boxes become dereferences of the pointer in the box, and every dereference stands first in its place.
//! Semantics: `rustc_mir_transform::{elaborate_box_derefs, deref_separator}`.

use super::place_ty::{PlaceTy, TypeCx};
use super::visit;
use crate::adapter::{Error, Result};
use ramir::*;

pub fn elaborate_box_derefs(tcx: &TypeCx<'_>, body: &mut Body) -> Result<()> {
    let Body { blocks, locals, var_debug_info, .. } = body;
    for block in blocks {
        let mut statements = Vec::with_capacity(block.statements.len());
        for mut statement in std::mem::take(&mut block.statements) {
            let mut cx = Separate { tcx, locals, before: &mut statements, source_info: statement.source_info };
            let mut result = Ok(());
            visit::statement_places(&mut statement.kind, &mut |place| {
                if result.is_ok() {
                    result = cx.place(place);
                }
            });
            result?;
            statements.push(statement);
        }
        let Terminator { source_info, kind } = &mut block.terminator;
        let mut cx = Separate { tcx, locals, before: &mut statements, source_info: *source_info };
        let mut result = Ok(());
        visit::terminator_places(kind, &mut |place| {
            if result.is_ok() {
                result = cx.place(place);
            }
        });
        result?;
        block.statements = statements;
    }
    for info in var_debug_info {
        if let VarDebugInfoContents::Place(place) = &mut info.value {
            *place = debug_place(tcx, locals, place)?;
        }
    }
    Ok(())
}

/// `Unique<T>`, `NonNull<T>` and `*const T` for a `Box<T>`.
pub fn pointer_tys(tcx: &TypeCx<'_>, boxed: Ty) -> Result<[Ty; 3]> {
    let missing = || Error::missing("fields of `Box`");
    let TyKind::Adt(def, args) = *tcx.interner.kind(boxed) else { return Err(missing()) };
    let content = tcx.interner.args(args).first().and_then(|arg| arg.as_type()).ok_or_else(missing)?;
    let unique = tcx.adt_def(def)?.variants[0].fields.first().ok_or_else(missing)?;
    let unique_ty = tcx.subst(unique.ty, args)?;
    let TyKind::Adt(unique_def, unique_args) = *tcx.interner.kind(unique_ty) else { return Err(missing()) };
    let nonnull = tcx.adt_def(unique_def)?.variants[0].fields.first().ok_or_else(missing)?;
    let nonnull_ty = tcx.subst(nonnull.ty, unique_args)?;
    Ok([unique_ty, nonnull_ty, tcx.interner.mk(TyKind::RawPtr(content, Mutability::Not))])
}

struct Separate<'a> {
    tcx: &'a TypeCx<'a>,
    locals: &'a mut Vec<LocalDecl>,
    /// The statements before the one at hand.
    before: &'a mut Vec<Statement>,
    source_info: SourceInfo,
}

impl Separate<'_> {
    fn place(&mut self, place: &mut Place) -> Result<()> {
        if !place.is_indirect() {
            return Ok(());
        }
        let mut at = PlaceTy { ty: self.locals[place.local.index()].ty, variant: None };
        let mut out = Place::from_local(place.local);
        for elem in place.projection.iter() {
            if let PlaceElem::Deref = elem {
                if self.tcx.boxed_ty(at.ty)?.is_some() {
                    let [unique_ty, nonnull_ty, ptr_ty] = pointer_tys(self.tcx, at.ty)?;
                    let nonnull = out
                        .project(PlaceElem::Field(FieldIdx(0), unique_ty))
                        .project(PlaceElem::Field(FieldIdx(0), nonnull_ty));
                    out = self.temp(ptr_ty, Rvalue::Cast(CastKind::Transmute, Operand::Copy(nonnull), ptr_ty));
                } else if !out.projection.is_empty() {
                    out = self.temp(at.ty, Rvalue::Use(Operand::Copy(out)));
                }
            }
            at = self.tcx.projection_ty(at, elem)?;
            out.projection.0.push(*elem);
        }
        *place = out;
        Ok(())
    }

    fn temp(&mut self, ty: Ty, value: Rvalue) -> Place {
        self.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: self.source_info.span });
        let temp = Place::from_local(Local::new(self.locals.len() - 1));
        let kind = StatementKind::Assign(temp.clone(), value);
        self.before.push(Statement { source_info: self.source_info, kind });
        temp
    }
}

/// Debug information has no statements, so its places go through the fields of the box.
fn debug_place(tcx: &TypeCx<'_>, locals: &[LocalDecl], place: &Place) -> Result<Place> {
    let mut at = PlaceTy { ty: locals[place.local.index()].ty, variant: None };
    let mut out = Place::from_local(place.local);
    for elem in place.projection.iter() {
        if *elem == PlaceElem::Deref && tcx.boxed_ty(at.ty)?.is_some() {
            let [unique_ty, nonnull_ty, ptr_ty] = pointer_tys(tcx, at.ty)?;
            out.projection.0.extend([unique_ty, nonnull_ty, ptr_ty].map(|ty| PlaceElem::Field(FieldIdx(0), ty)));
        }
        at = tcx.projection_ty(at, elem)?;
        out.projection.0.push(*elem);
    }
    Ok(out)
}
