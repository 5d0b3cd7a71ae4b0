//! Makes a raw body complete: rustc's runtime MIR, with every drop, unwind edge and promoted constant explicit.
//!
//! A raw body is what a front end lowers an expression tree to, one construct at a time. It differs from
//! `rustc_middle::mir`'s runtime phase in this:
//! - Every unwind action is `Continue`, and there are no cleanup blocks.
//! - A `Drop` of each local stands where its scope ends, whether or not the local is initialized there. Unwinding drops it
//!   from its `StorageLive` on, if it has one, which may come after its initialization. Behind a call of type `!` the `Drop`s of
//!   the scopes around it may stand, to tell their order.
//! - An assignment or call overwrites its destination without dropping what was there.
//! - A box is dereferenced like a reference, and constant temporaries are not promoted.
//! - A coroutine is as [`coroutine`] says.
//!
//! `Operand::Move` says what is moved; it is for the front end to say it of every place whose type is not `Copy`. A
//! local that needs drop, and that no `Drop` is there for, is an error, never a leak.
//!
//! Must not know which front end made the body, nor what is done with it.

mod abort_unwinding_calls;
mod cfg;
mod check_alignment;
mod check_enums;
mod check_null;
mod check_pointers;
mod cleanup;
mod compare;
mod const_eval_select;
pub mod coroutine;
mod dataflow;
mod drop_order;
mod elaborate_box_derefs;
mod elaborate_drops;
mod jump_threading;
mod move_paths;
mod place_ty;
mod project;
mod promote;
mod required_consts;
mod scheduled;
#[cfg(test)]
mod soundness;
mod storage;
#[cfg(test)]
mod tests;
pub mod ub_checks;
mod unused_locals;
mod uses;
mod validate;
mod visit;

pub use compare::Facts;

use super::Result;
use super::provider::ProvidedBody;
use super::store::Store;
use coroutine::Coroutine;
use place_ty::TypeCx;
use ramir::*;

/// Completes the body of `def`. A body that is complete already stays as it is. The body of a coroutine gets the layout that
/// others know of it, if they do ([`Store::exported_coroutine_layout`]).
pub fn complete(store: &Store, def: DefId, body: Body) -> Result<ProvidedBody> {
    let layout = match store.opt_item(def)?.map(|item| &item.data) {
        Some(ItemData::Closure(ClosureDef { coroutine: Some(_), .. })) => store.exported_coroutine_layout(def)?,
        _ => None,
    };
    complete_with_layout(store, def, body, layout)
}

/// As [`complete`]; if it is the body of a coroutine, with this layout instead of one of its own.
fn complete_with_layout(
    store: &Store,
    def: DefId,
    mut body: Body,
    layout: Option<&CoroutineLayout>,
) -> Result<ProvidedBody> {
    if is_complete(&body) {
        return Ok(ProvidedBody { body, promoted: Vec::new(), coroutine: None });
    }
    let mut tcx = TypeCx::new(store, def)?;
    tcx.coroutine = Coroutine::of_body(&tcx, def, &body)?;
    validate::validate(&tcx, &body)?;
    jump_threading::thread_jumps(&mut body);
    if body.required_consts.is_empty() {
        required_consts::compute_required_consts(tcx.interner, &mut body);
    }
    let promoted = promote::promote_consts(&tcx, def, &mut body)?;
    cfg::split_entry(&mut body);
    let always_live = tcx.coroutine.is_some().then(|| coroutine::always_live_locals(&body));
    let suspensions = cleanup::add_cleanup(&tcx, def, &mut body)?;
    scheduled::remove_marks(&mut body);
    elaborate_drops::elaborate_drops(&tcx, &mut body)?;
    validate::no_packed_drops(&tcx, &body)?;
    abort_unwinding_calls::abort_unwinding_calls(&tcx, def, &mut body)?;
    elaborate_box_derefs::elaborate_box_derefs(&tcx, &mut body)?;
    let mut provided = None;
    if let (Some(coroutine), Some(always_live)) = (&tcx.coroutine, &always_live) {
        let made = coroutine::state_transform(&tcx, coroutine, &mut body, &suspensions, always_live, layout)?;
        provided = Some(made);
    }
    for body in [&mut body].into_iter().chain(provided.as_mut().map(|coroutine| &mut coroutine.drop)) {
        cfg::simplify(body);
        unused_locals::remove_unused_locals(body);
        validate::no_suspensions(body)?;
    }
    Ok(ProvidedBody { body, promoted, coroutine: provided })
}

/// Whether unwinding or promoted constants are explicit already. A body that has neither, and drops nothing, is complete
/// as it is raw.
fn is_complete(body: &Body) -> bool {
    let suspends = |block: &BasicBlockData| matches!(block.terminator.kind, TerminatorKind::Yield { .. });
    let unwinds = |block: &BasicBlockData| {
        let unwind = cfg::unwind(&block.terminator.kind);
        block.is_cleanup || unwind.is_some_and(|unwind| unwind != UnwindAction::Continue)
    };
    let refers_to_promoted = |block: &BasicBlockData| {
        block.statements.iter().any(|statement| match &statement.kind {
            StatementKind::Assign(_, rvalue) => move_paths::rvalue_operands(rvalue).into_iter().any(is_promoted),
            _ => false,
        })
    };
    !body.blocks.iter().any(suspends) && body.blocks.iter().any(|block| unwinds(block) || refers_to_promoted(block))
}

fn is_promoted(operand: &Operand) -> bool {
    match operand {
        Operand::Constant(constant) => matches!(constant.const_, MirConst::Unevaluated { promoted: Some(_), .. }),
        _ => false,
    }
}
