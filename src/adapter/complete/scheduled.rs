//! Which locals unwinding has to drop.
//!
//! rustc schedules the drop of a value where the expression ends that it is the value of; a value that is there before, as that
//! of a block whose variables are being dropped, is left alone by unwinding (`rustc_mir_build::builder::scope`,
//! `schedule_drop`). A raw body says so by the `StorageLive` of the local, which may stand after its initialization. A local
//! without one is scheduled wherever it is initialized.

use super::cfg::reverse_postorder;
use ramir::*;
use rustc_index::bit_set::DenseBitSet;

pub struct Scheduled {
    /// Locals, by index, that have a `StorageLive`.
    marked: DenseBitSet<usize>,
    /// Those of them that may be scheduled at the entry of each block.
    entry: Vec<DenseBitSet<usize>>,
}

impl Scheduled {
    pub fn compute(body: &Body) -> Scheduled {
        let mut marked = DenseBitSet::new_empty(body.locals.len());
        for statement in body.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::StorageLive(local) = statement.kind {
                marked.insert(local.index());
            }
        }
        let mut entry = vec![DenseBitSet::new_empty(body.locals.len()); body.blocks.len()];
        let order = reverse_postorder(body);
        let mut changed = !marked.is_empty();
        while std::mem::take(&mut changed) {
            for &block in &order {
                let data = &body.blocks[block.index()];
                let mut state = entry[block.index()].clone();
                for statement in &data.statements {
                    apply(&mut state, statement);
                }
                if let TerminatorKind::Drop { place, .. } = &data.terminator.kind
                    && let Some(local) = place.as_local()
                {
                    state.remove(local.index());
                }
                for next in data.terminator.kind.successors() {
                    changed |= entry[next.index()].union(&state);
                }
            }
        }
        Scheduled { marked, entry }
    }

    /// What is scheduled at the entry of `block`, for [`apply`] and [`Self::contains`].
    pub fn entry(&self, block: BasicBlock) -> &DenseBitSet<usize> {
        &self.entry[block.index()]
    }

    pub fn contains(&self, state: &DenseBitSet<usize>, local: Local) -> bool {
        state.contains(local.index()) || !self.marked.contains(local.index())
    }
}

pub fn apply(state: &mut DenseBitSet<usize>, statement: &Statement) {
    match statement.kind {
        StatementKind::StorageLive(local) => {
            state.insert(local.index());
        }
        StatementKind::StorageDead(local) => {
            state.remove(local.index());
        }
        _ => {}
    }
}

/// Removes the marks: to everybody else they would say that there is no value yet.
pub fn remove_marks(body: &mut Body) {
    for block in &mut body.blocks {
        block.statements.retain(|statement| !matches!(statement.kind, StatementKind::StorageLive(_)));
    }
}
