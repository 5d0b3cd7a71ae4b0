//! In the body of an async coroutine, what it is resumed with becomes the `&mut Context<'_>` that `ResumeTy` hides.
//! Semantics: `rustc_mir_transform::coroutine::transform_async_context`.

use crate::adapter::complete::place_ty::TypeCx;
use crate::adapter::{Error, Result};
use ramir::*;

pub fn transform_async_context(tcx: &TypeCx<'_>, body: &mut Body) -> Result<()> {
    let interner = tcx.interner;
    let resume_ty_def = tcx.store.require_lang_item("ResumeTy")?;
    let get_context = tcx.store.require_lang_item("get_context")?;
    let context_def = tcx.store.require_lang_item("Context")?;
    let context = TyKind::Adt(context_def, interner.mk_args(&[GenericArg::Lifetime(Region::Erased)]));
    let context_mut_ref = interner.mk(TyKind::Ref(Region::Erased, interner.mk(context), Mutability::Mut));
    for decl in &mut body.locals {
        if matches!(*interner.kind(decl.ty), TyKind::Adt(def, _) if def == resume_ty_def) {
            decl.ty = context_mut_ref;
        }
    }
    for i in 0..body.blocks.len() {
        let block = &body.blocks[i];
        let TerminatorKind::Call { func: Operand::Constant(func), args, destination, target, .. } = &block.terminator.kind
        else {
            continue;
        };
        if !matches!(*interner.kind(func.const_.ty()), TyKind::FnDef(def, _) if def == get_context) {
            continue;
        }
        let ([arg], Some(target)) = (&args[..], *target) else {
            return Err(Error::missing("argument or return of `get_context`"));
        };
        let assign = StatementKind::Assign(destination.clone(), Rvalue::Use(arg.clone()));
        let source_info = block.terminator.source_info;
        let block = &mut body.blocks[i];
        block.statements.push(Statement { source_info, kind: assign });
        block.terminator.kind = TerminatorKind::Goto { target };
    }
    Ok(())
}
