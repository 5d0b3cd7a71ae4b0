//! Which move paths may be initialized, and which may be uninitialized, at each location of a body.
//! Semantics: `rustc_mir_dataflow::impls::{MaybeInitializedPlaces, MaybeUninitializedPlaces}`.

use super::move_paths::{Effect, LookupResult, MoveData, PathIdx};
use super::place_ty::TypeCx;
use crate::adapter::Result;
use ramir::*;
use rustc_index::bit_set::DenseBitSet;

/// The state at a location.
#[derive(Clone, PartialEq)]
pub struct Inits {
    maybe_init: DenseBitSet<PathIdx>,
    maybe_uninit: DenseBitSet<PathIdx>,
}

impl Inits {
    /// The function's entry: the arguments are initialized.
    fn entry(data: &MoveData, body: &Body) -> Inits {
        let len = data.paths.len();
        let mut state = Inits { maybe_init: DenseBitSet::new_empty(len), maybe_uninit: DenseBitSet::new_filled(len) };
        for arg in 1..=body.arg_count as usize {
            if let Some(path) = data.local_path(Local::new(arg)) {
                state.set(data, path, Effect::Init);
            }
        }
        state
    }

    fn set(&mut self, data: &MoveData, path: PathIdx, effect: Effect) {
        data.for_each_below(path, &mut |path| {
            let (now, no_longer) = match effect {
                Effect::Init => (&mut self.maybe_init, &mut self.maybe_uninit),
                Effect::Uninit => (&mut self.maybe_uninit, &mut self.maybe_init),
                Effect::Borrowed => {
                    self.maybe_init.insert(path);
                    return;
                }
            };
            now.insert(path);
            no_longer.remove(path);
        });
    }

    pub fn apply(&mut self, data: &MoveData, effects: &[(PathIdx, Effect)]) {
        for &(path, effect) in effects {
            self.set(data, path, effect);
        }
    }

    /// A call has returned and written its destination.
    pub fn call_return(&mut self, data: &MoveData, destination: &Place) {
        if let LookupResult::Exact(path) = data.find(destination) {
            self.set(data, path, Effect::Init);
        }
    }

    fn union(&mut self, other: &Inits) -> bool {
        let init = self.maybe_init.union(&other.maybe_init);
        self.maybe_uninit.union(&other.maybe_uninit) | init
    }

    pub fn maybe_init(&self, path: PathIdx) -> bool {
        self.maybe_init.contains(path)
    }

    pub fn maybe_uninit(&self, path: PathIdx) -> bool {
        self.maybe_uninit.contains(path)
    }

    /// Whether the path or any below it may be initialized.
    pub fn maybe_init_below(&self, data: &MoveData, path: PathIdx) -> bool {
        let mut maybe_init = false;
        data.for_each_below(path, &mut |path| maybe_init |= self.maybe_init(path));
        maybe_init
    }

    /// Whether anything to drop in the path may be initialized, and whether anything may be uninitialized.
    pub fn below(&self, data: &MoveData, path: PathIdx) -> (bool, bool) {
        let mut state = (false, false);
        data.for_each_below(path, &mut |path| {
            if data.paths[path].has_rest {
                state.0 |= self.maybe_init(path);
                state.1 |= self.maybe_uninit(path);
            }
        });
        state
    }
}

/// The state at the entry of each block; `None` for blocks that cannot be reached.
pub struct InitResults {
    entry: Vec<Option<Inits>>,
}

impl InitResults {
    pub fn compute(tcx: &TypeCx<'_>, data: &MoveData, body: &Body) -> Result<InitResults> {
        let mut entry: Vec<Option<Inits>> = vec![None; body.blocks.len()];
        entry[BasicBlock::START.index()] = Some(Inits::entry(data, body));
        let mut queue = DenseBitSet::new_empty(body.blocks.len());
        let order = super::cfg::reverse_postorder(body);
        let mut rank = vec![usize::MAX; body.blocks.len()];
        for (i, block) in order.iter().enumerate() {
            rank[block.index()] = i;
        }
        queue.insert(0);
        while let Some(first) = queue.iter().next() {
            queue.remove(first);
            let block = order[first];
            let Some(mut state) = entry[block.index()].clone() else { continue };
            let block_data = &body.blocks[block.index()];
            for index in 0..=block_data.statements.len() {
                state.apply(data, data.effects(block, index));
            }
            let mut propagate = |to: BasicBlock, state: &Inits| {
                let changed = match &mut entry[to.index()] {
                    Some(old) => old.union(state),
                    slot => {
                        *slot = Some(state.clone());
                        true
                    }
                };
                if changed {
                    queue.insert(rank[to.index()]);
                }
            };
            if let TerminatorKind::Call { destination, target, unwind, .. } = &block_data.terminator.kind {
                if let UnwindAction::Cleanup(cleanup) = unwind {
                    propagate(*cleanup, &state);
                }
                if let Some(target) = target {
                    state.call_return(data, destination);
                    propagate(*target, &state);
                }
            } else if let TerminatorKind::Yield { resume, resume_arg, drop, .. } = &block_data.terminator.kind {
                if let Some(drop) = drop {
                    propagate(*drop, &state);
                }
                state.call_return(data, resume_arg);
                propagate(*resume, &state);
            } else if let Some((place, targets)) = discriminant_switch(block_data) {
                for (i, &to) in targets.targets.iter().enumerate() {
                    let mut state = state.clone();
                    state.apply(data, &data.inactive_variants(tcx, place, |discr| discr == targets.values[i])?);
                    propagate(to, &state);
                }
                state.apply(data, &data.inactive_variants(tcx, place, |discr| !targets.values.contains(&discr))?);
                propagate(targets.otherwise, &state);
            } else {
                for to in block_data.terminator.kind.successors() {
                    propagate(to, &state);
                }
            }
        }
        Ok(InitResults { entry })
    }

    pub fn entry(&self, block: BasicBlock) -> Option<&Inits> {
        self.entry[block.index()].as_ref()
    }

    /// The state before the terminator.
    pub fn before_terminator(&self, data: &MoveData, body: &Body, block: BasicBlock) -> Option<Inits> {
        let mut state = self.entry(block)?.clone();
        for index in 0..body.blocks[block.index()].statements.len() {
            state.apply(data, data.effects(block, index));
        }
        Some(state)
    }
}

/// The place whose discriminant the block switches on, read in the block itself.
fn discriminant_switch(block: &BasicBlockData) -> Option<(&Place, &SwitchTargets)> {
    let TerminatorKind::SwitchInt { discr: Operand::Copy(discr) | Operand::Move(discr), targets } =
        &block.terminator.kind
    else {
        return None;
    };
    // Between the two there are at most statements about storage, else the enum could have changed.
    for statement in block.statements.iter().rev() {
        match &statement.kind {
            StatementKind::Assign(place, Rvalue::Discriminant(of)) if place == discr => return Some((of, targets)),
            StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop => {}
            _ => return None,
        }
    }
    None
}
