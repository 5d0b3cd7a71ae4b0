//! Drops of a coroutine in its own body: what it captures, one by one.
//! Semantics: `rustc_mir_transform::coroutine::drop::elaborate_coroutine_drops`.
//!
//! None of the captures was moved, else [`super::super::elaborate_drops`] has done it. The whole must not be dropped: the
//! body that drops a coroutine is made of this one.

use super::{Coroutine, SELF_ARG};
use crate::adapter::Result;
use crate::adapter::complete::cfg;
use crate::adapter::complete::place_ty::TypeCx;
use crate::adapter::unwind::Unwind;
use ramir::*;

pub fn elaborate_coroutine_drops(tcx: &TypeCx<'_>, coroutine: &Coroutine, body: &mut Body) -> Result<()> {
    let mut captures = Vec::new();
    for (i, &ty) in tcx.upvar_tys(coroutine.ty)?.iter().enumerate() {
        if tcx.needs_drop(ty)? {
            captures.push(Place::from_local(SELF_ARG).project(PlaceElem::Field(FieldIdx::new(i), ty)));
        }
    }
    for i in 0..body.blocks.len() {
        let is_cleanup = body.blocks[i].is_cleanup;
        let Terminator { source_info, kind: TerminatorKind::Drop { place, target, unwind } } =
            body.blocks[i].terminator.clone()
        else {
            continue;
        };
        if place.as_local() != Some(SELF_ARG) {
            continue;
        }
        let unwind = match unwind {
            _ if is_cleanup => Unwind::InCleanup,
            UnwindAction::Cleanup(cleanup) => Unwind::To(cleanup),
            _ => Unwind::To(resume(body, source_info)),
        };
        let target = ladder(body, source_info, &captures, target, unwind);
        body.blocks[i].terminator.kind = TerminatorKind::Goto { target };
    }
    Ok(())
}

/// Drops `places` in order, then goes to `succ`. If one unwinds, the rest is dropped all the same.
fn ladder(body: &mut Body, source_info: SourceInfo, places: &[Place], succ: BasicBlock, unwind: Unwind) -> BasicBlock {
    let (mut entry, mut entry_unwind) = (succ, unwind);
    for (i, place) in places.iter().enumerate().rev() {
        let drop = TerminatorKind::Drop { place: place.clone(), target: entry, unwind: entry_unwind.action() };
        entry = cfg::push_block(body, Vec::new(), source_info, drop, unwind.is_cleanup());
        if let Unwind::To(rest) = entry_unwind
            && i > 0
        {
            let unwind = Unwind::InCleanup.action();
            let drop = TerminatorKind::Drop { place: place.clone(), target: rest, unwind };
            entry_unwind = Unwind::To(cfg::push_block(body, Vec::new(), source_info, drop, true));
        }
    }
    entry
}

fn resume(body: &mut Body, source_info: SourceInfo) -> BasicBlock {
    match cfg::resume_block(body) {
        Some(block) => block,
        None => cfg::push_block(body, Vec::new(), source_info, TerminatorKind::UnwindResume, true),
    }
}
