//! Calls of the intrinsic `const_eval_select`, in the bodies that code generation compiles: the function for run time is called.
//! Semantics: `rustc_mir_transform::remap_mir_for_const_eval_select`.
//!
//! The evaluator runs bodies with the intrinsic, and calls the other function. Exported bodies have the call from rustc.

use super::place_ty::TypeCx;
use crate::adapter::{Error, Result};
use ramir::*;

/// Replaces the calls in a body. `false`: there were none.
pub fn call_at_run_time(tcx: &TypeCx<'_>, body: &mut Body) -> Result<bool> {
    let Body { blocks, locals, .. } = body;
    let mut changed = false;
    for block in blocks {
        let source_info = block.terminator.source_info;
        let TerminatorKind::Call { func, args, .. } = &mut block.terminator.kind else { continue };
        if !is_const_eval_select(tcx, func)? {
            continue;
        }
        let Ok([tuple, _, at_run_time]) = <[Operand; 3]>::try_from(std::mem::take(args)) else {
            return Err(Error::missing("the functions of `const_eval_select`"));
        };
        let ty = tcx.operand_ty(locals, &tuple)?;
        let TyKind::Tuple(fields) = tcx.interner.kind(ty) else {
            return Err(Error::unsupported("`const_eval_select` with arguments of a type that is a parameter"));
        };
        let (place, operand): (Place, fn(Place) -> Operand) = match tuple {
            Operand::Move(place) => (place, Operand::Move),
            Operand::Copy(place) => (place, Operand::Copy),
            constant => {
                locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: source_info.span });
                let place = Place::from_local(Local::new(locals.len() - 1));
                let kind = StatementKind::Assign(place.clone(), Rvalue::Use(constant));
                block.statements.push(Statement { source_info, kind });
                (place, Operand::Move)
            }
        };
        let field = |(i, &ty): (usize, &Ty)| operand(place.project(PlaceElem::Field(FieldIdx(i as u32), ty)));
        *args = fields.iter().enumerate().map(field).collect();
        *func = at_run_time;
        changed = true;
    }
    Ok(changed)
}

/// Whether there is a call to replace.
pub fn has_calls(tcx: &TypeCx<'_>, body: &Body) -> Result<bool> {
    for block in &body.blocks {
        if let TerminatorKind::Call { func, .. } = &block.terminator.kind
            && is_const_eval_select(tcx, func)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_const_eval_select(tcx: &TypeCx<'_>, func: &Operand) -> Result<bool> {
    let Operand::Constant(func) = func else { return Ok(false) };
    let TyKind::FnDef(def, _) = *tcx.interner.kind(func.const_.ty()) else { return Ok(false) };
    Ok(match &tcx.store.item(def)?.data {
        ItemData::Fn(f) => f.intrinsic.is_some_and(|intrinsic| tcx.interner.str(intrinsic.name) == "const_eval_select"),
        _ => false,
    })
}
