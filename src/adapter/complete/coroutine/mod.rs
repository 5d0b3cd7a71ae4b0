//! Makes a coroutine's body a state machine: the body that resumes it, its layout, and the body that drops it.
//! Semantics: `rustc_mir_transform::coroutine` (`StateTransform`), without async drop.
//!
//! A raw body of a coroutine has the coroutine by value as its first parameter, of which captures are fields, what it is
//! resumed with as its second, and suspends at `Yield`s. States are numbered as rustc numbers them: unresumed, returned,
//! panicked, then the suspension points in the order of the raw body's blocks.

mod adopt;
mod async_context;
mod drop;
mod layout;
mod liveness;
mod state;

pub use adopt::adopt_layout;

use super::cfg;
use super::place_ty::TypeCx;
use crate::adapter::provider::ProvidedCoroutine;
use crate::adapter::{Error, Result};
use layout::Saved;
use liveness::Locals;
use ramir::*;

/// The coroutine, in its own body.
pub const SELF_ARG: Local = Local(1);
/// What it is resumed with.
const RESUME_ARG: Local = Local(2);

/// The coroutine that a raw body is the body of.
#[derive(Clone, Copy, Debug)]
pub struct Coroutine {
    pub ty: Ty,
    kind: CoroutineKind,
    is_movable: bool,
    yield_ty: Ty,
    return_ty: Ty,
}

impl Coroutine {
    /// `None`: the body is none of a coroutine, or none that has the coroutine by value.
    pub fn of_body(tcx: &TypeCx<'_>, def: DefId, body: &Body) -> Result<Option<Coroutine>> {
        let Some(decl) = body.locals.get(SELF_ARG.index()) else { return Ok(None) };
        let TyKind::Coroutine(of, args) = *tcx.interner.kind(decl.ty) else { return Ok(None) };
        let Some(ItemData::Closure(ClosureDef { coroutine: Some(item), .. })) = tcx.store.opt_item(def)?.map(|item| &item.data)
        else {
            return Ok(None);
        };
        // The body that takes its captures by move is of the same type.
        if (of != def && tcx.store.coroutine_def(of)?.by_move_body != Some(def)) || body.arg_count != 2 {
            return Err(Error::unsupported("a coroutine's body that takes another coroutine"));
        }
        let args = tcx.interner.args(args);
        let ty_at = |from_end: usize| args.len().checked_sub(from_end).and_then(|i| args[i].as_type());
        let (Some(yield_ty), Some(return_ty)) = (ty_at(3), ty_at(2)) else {
            return Err(Error::missing("coroutine arguments"));
        };
        Ok(Some(Coroutine { ty: decl.ty, kind: item.kind, is_movable: item.is_movable, yield_ty, return_ty }))
    }

    fn is_async(&self) -> bool {
        matches!(self.kind, CoroutineKind::Async(_) | CoroutineKind::AsyncGen(_))
    }
}

/// The locals, by index, whose storage neither begins nor ends; those that are made later are such, too.
pub fn always_live_locals(body: &Body) -> Vec<bool> {
    let mut always_live = vec![true; body.locals.len()];
    for statement in body.blocks.iter().flat_map(|block| &block.statements) {
        if let StatementKind::StorageLive(local) | StatementKind::StorageDead(local) = statement.kind {
            always_live[local.index()] = false;
        }
    }
    always_live
}

/// Turns `body` into the one that resumes the coroutine. `suspensions` are its blocks that end in a `Yield`, in order.
/// With a `given` layout, that is the coroutine's.
pub fn state_transform(
    tcx: &TypeCx<'_>,
    coroutine: &Coroutine,
    body: &mut Body,
    suspensions: &[BasicBlock],
    always_live: &[bool],
    given: Option<&CoroutineLayout>,
) -> Result<ProvidedCoroutine> {
    let async_drop = tcx.store.lang_item("async_drop");
    if coroutine.is_async() && async_drop.is_some_and(|def| !tcx.store.trait_impls(def).is_empty()) {
        return Err(Error::unsupported("an async coroutine where types may be dropped asynchronously"));
    }
    let new_ids = cfg::remove_dead_blocks(body);
    let suspensions: Vec<BasicBlock> = suspensions.iter().filter_map(|block| new_ids[block.index()]).collect();
    if coroutine.is_async() {
        async_context::transform_async_context(tcx, body)?;
    }
    let mut always = Locals::new_filled(body.locals.len());
    for (local, _) in always_live.iter().enumerate().filter(|(_, is)| !**is) {
        always.remove(local);
    }
    let Saved { locals, layout } = Saved::compute(tcx, body, &suspensions, &always, coroutine.is_movable);
    let (layout, fields) = match given {
        Some(given) => {
            let revealed = |layout: &CoroutineLayout| {
                let field_tys = layout.field_tys.iter().map(|&ty| tcx.reveal(ty)).collect::<Result<_>>()?;
                Ok::<_, Error>(CoroutineLayout { field_tys, ..layout.clone() })
            };
            let fields = adopt_layout(&revealed(&layout)?, &revealed(given)?, &|ty| tcx.print_ty(ty))?;
            (given.clone(), fields)
        }
        None => {
            let fields = (0..locals.len() as u32).collect();
            (layout, fields)
        }
    };
    let drop = state::make_state_machine(tcx, coroutine, body, &suspensions, &locals, &fields, &layout)?;
    Ok(ProvidedCoroutine { layout, drop })
}
