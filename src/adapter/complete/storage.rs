//! Which locals have storage that ends later, at each location of a coroutine's raw body.
//!
//! rustc ends the storage of what is in scope on every way out of a coroutine's scopes, unwinding included: else more locals
//! would seem to need their storage at the same time (`rustc_mir_build::builder::scope`, `Scope::needs_cleanup`). A raw body
//! says where it ends by `StorageDead`; it begins where the local is mentioned first.

use super::cfg::reverse_postorder;
use super::uses::{Use, statement_uses, terminator_uses};
use ramir::*;
use rustc_index::bit_set::DenseBitSet;

pub struct Storage {
    /// Locals, by index, that have a `StorageDead`.
    ends: DenseBitSet<usize>,
    entry: Vec<DenseBitSet<usize>>,
}

impl Storage {
    /// No local is looked at.
    pub fn none(body: &Body) -> Storage {
        Storage { entry: Vec::new(), ends: DenseBitSet::new_empty(body.locals.len()) }
    }

    pub fn compute(body: &Body) -> Storage {
        let mut storage = Storage::none(body);
        storage.entry = vec![storage.ends.clone(); body.blocks.len()];
        for statement in body.blocks.iter().flat_map(|block| &block.statements) {
            if let StatementKind::StorageDead(local) = statement.kind {
                storage.ends.insert(local.index());
            }
        }
        let order = reverse_postorder(body);
        let mut changed = !storage.ends.is_empty();
        while std::mem::take(&mut changed) {
            for &block in &order {
                let data = &body.blocks[block.index()];
                let mut state = storage.entry[block.index()].clone();
                data.statements.iter().for_each(|statement| storage.apply(&mut state, statement));
                terminator_uses(&data.terminator.kind, &mut |place, what| storage.mention(&mut state, place, what));
                for next in data.terminator.kind.successors() {
                    changed |= storage.entry[next.index()].union(&state);
                }
            }
        }
        storage
    }

    /// The locals, by index, that have storage at the entry of `block`, for [`Self::apply`].
    pub fn entry(&self, block: BasicBlock) -> &DenseBitSet<usize> {
        self.entry.get(block.index()).unwrap_or(&self.ends)
    }

    pub fn apply(&self, state: &mut DenseBitSet<usize>, statement: &Statement) {
        if self.entry.is_empty() {
            return;
        }
        statement_uses(&statement.kind, &mut |place, what| self.mention(state, place, what));
        match statement.kind {
            StatementKind::StorageLive(local) if self.ends.contains(local.index()) => {
                state.insert(local.index());
            }
            StatementKind::StorageDead(local) => {
                state.remove(local.index());
            }
            _ => {}
        }
    }

    fn mention(&self, state: &mut DenseBitSet<usize>, place: &Place, what: Use) {
        // Moving out of a place begins nothing.
        if what != Use::Move && self.ends.contains(place.local.index()) {
            state.insert(place.local.index());
        }
    }
}
