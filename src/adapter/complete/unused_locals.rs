//! Locals that nothing mentions are removed: what a promoted constant was built in would still take its place on the stack.
//! Semantics: `rustc_mir_transform::simplify::SimplifyLocals`, where nothing is optimized.

use super::visit;
use ramir::*;

pub fn remove_unused_locals(body: &mut Body) {
    let mut used = vec![false; body.locals.len()];
    used[..=body.arg_count as usize].fill(true);
    for_each_local(body, &mut |local| used[local.index()] = true);
    if used.iter().all(|&used| used) {
        return;
    }
    let mut new_ids = Vec::with_capacity(used.len());
    let mut next = 0;
    for &used in &used {
        new_ids.push(Local::new(next));
        next += usize::from(used);
    }
    let mut is_used = used.iter();
    body.locals.retain(|_| is_used.next().is_some_and(|&used| used));
    for block in &mut body.blocks {
        block.statements.retain_mut(|statement| match &mut statement.kind {
            StatementKind::StorageLive(local) | StatementKind::StorageDead(local) => {
                let stays = used[local.index()];
                *local = new_ids[local.index()];
                stays
            }
            _ => true,
        });
    }
    for_each_local(body, &mut |local| *local = new_ids[local.index()]);
}

/// Calls `f` for each mention of a local but those of its storage.
fn for_each_local(body: &mut Body, f: &mut dyn FnMut(&mut Local)) {
    let mut place = |place: &mut Place| {
        f(&mut place.local);
        for elem in place.projection.0.iter_mut() {
            if let PlaceElem::Index(local) = elem {
                f(local);
            }
        }
    };
    visit::body_places(body, &mut place);
}
