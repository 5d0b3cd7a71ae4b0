//! In which order the locals that are alive at a point are dropped.
//!
//! rustc drops what is scheduled at a point in the same order on every way out of there, unwinding included
//! (`rustc_mir_build::builder::scope`). Raw MIR says it for the ways that lead to a return: the `Drop`s that stand there.
//! Where no return can be reached, those count that stand behind a call which does not return. Where there is neither, and
//! for locals that are dropped nowhere, what was scheduled last goes first. Where the end of storage matters, it is ordered
//! as drops are.

use super::cfg::reverse_postorder;
use super::place_ty::TypeCx;
use ramir::*;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// What is done to a local on a way out of its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    Drop(Local),
    StorageDead(Local),
}

impl Exit {
    fn local(self) -> Local {
        match self {
            Exit::Drop(local) | Exit::StorageDead(local) => local,
        }
    }
}

pub struct DropOrder<'a> {
    body: &'a Body,
    /// The next block on a shortest way to a return, else to the end behind a call that does not return, or the block
    /// itself if it is such an end; `None`: there is no way.
    to_exit: Vec<Option<BasicBlock>>,
    /// The block before on a shortest way from the entry.
    from_entry: Vec<Option<BasicBlock>>,
    scheduled: FxHashMap<Local, usize>,
}

impl<'a> DropOrder<'a> {
    pub fn new(tcx: &TypeCx<'_>, body: &'a Body) -> DropOrder<'a> {
        let count = body.blocks.len();
        let mut predecessors: Vec<Vec<BasicBlock>> = vec![Vec::new(); count];
        let mut from_entry = vec![None; count];
        let mut seen = vec![false; count];
        seen[0] = true;
        let mut queue = VecDeque::from([BasicBlock::START]);
        while let Some(block) = queue.pop_front() {
            for next in body.blocks[block.index()].terminator.kind.successors() {
                predecessors[next.index()].push(block);
                if !std::mem::replace(&mut seen[next.index()], true) {
                    from_entry[next.index()] = Some(block);
                    queue.push_back(next);
                }
            }
        }
        let mut to_exit = vec![None; count];
        let is_return = |block: &BasicBlockData| {
            matches!(block.terminator.kind, TerminatorKind::Return | TerminatorKind::TailCall { .. })
        };
        let blocks = || body.blocks.iter().enumerate().filter(|(i, _)| seen[*i]);
        let returns = blocks().filter(|(_, block)| is_return(block)).map(|(i, _)| BasicBlock::new(i)).collect();
        let dead_ends = blocks().filter_map(|(_, block)| never_target(tcx, body, block)).map(|b| straight_end(body, b));
        for exits in [returns, dead_ends.collect::<Vec<_>>()] {
            for exit in exits {
                to_exit[exit.index()] = Some(exit);
                queue.push_back(exit);
            }
            while let Some(block) = queue.pop_front() {
                for &before in &predecessors[block.index()] {
                    if to_exit[before.index()].is_none() {
                        to_exit[before.index()] = Some(block);
                        queue.push_back(before);
                    }
                }
            }
        }
        DropOrder { body, to_exit, from_entry, scheduled: scheduled(body) }
    }

    /// Orders the drops of `locals`, which are alive in `block`, and the ends of `storage`.
    pub fn sort(&self, block: BasicBlock, mut locals: Vec<Local>, mut storage: Vec<Local>) -> Vec<Exit> {
        if locals.len() < 2 && storage.is_empty() {
            return locals.into_iter().map(Exit::Drop).collect();
        }
        let mut sorted = Vec::with_capacity(locals.len() + storage.len());
        let mut at = block;
        while self.to_exit[at.index()].is_none()
            && let Some(before) = self.from_entry[at.index()]
        {
            at = before;
        }
        loop {
            let data = &self.body.blocks[at.index()];
            if at != block {
                for statement in &data.statements {
                    if let StatementKind::StorageDead(local) = statement.kind
                        && let Some(i) = storage.iter().position(|&l| l == local)
                    {
                        sorted.push(Exit::StorageDead(storage.remove(i)));
                    }
                }
            }
            if let TerminatorKind::Drop { place, .. } = &data.terminator.kind
                && let Some(local) = place.as_local()
                && let Some(i) = locals.iter().position(|&l| l == local)
            {
                sorted.push(Exit::Drop(locals.remove(i)));
            }
            match self.to_exit[at.index()] {
                Some(next) if next != at && !(locals.is_empty() && storage.is_empty()) => at = next,
                _ => break,
            }
        }
        let age = |local: Local| self.scheduled.get(&local).copied().unwrap_or(0);
        for exit in locals.into_iter().map(Exit::Drop).chain(storage.into_iter().map(Exit::StorageDead)) {
            // What has no storage any more is not dropped.
            let ends = |other: &Exit| *other == Exit::StorageDead(exit.local());
            let comes_later = |other: &Exit| ends(other) || age(other.local()) < age(exit.local());
            let i = sorted.iter().position(comes_later).unwrap_or(sorted.len());
            sorted.insert(i, exit);
        }
        sorted
    }
}

/// The block behind a call that does not return: it only tells what is alive there.
pub fn never_target(tcx: &TypeCx<'_>, body: &Body, block: &BasicBlockData) -> Option<BasicBlock> {
    match &block.terminator.kind {
        TerminatorKind::Call { destination, target, .. } => {
            let local = destination.as_local()?;
            let is_never = matches!(tcx.interner.kind(body.locals[local.index()].ty), TyKind::Never);
            if is_never { *target } else { None }
        }
        _ => None,
    }
}

/// The last block of a way without branches.
fn straight_end(body: &Body, mut block: BasicBlock) -> BasicBlock {
    for _ in &body.blocks {
        match body.blocks[block.index()].terminator.kind {
            TerminatorKind::Drop { target, .. } | TerminatorKind::Goto { target } => block = target,
            _ => break,
        }
    }
    block
}

/// When each local is scheduled: where its storage becomes live, else where it is assigned first. Blocks count in reverse
/// postorder, in which whatever surrounds a scope comes before it.
fn scheduled(body: &Body) -> FxHashMap<Local, usize> {
    let mut time = body.arg_count as usize;
    let mut assigned: FxHashMap<Local, usize> = (1..=time).map(|arg| (Local::new(arg), arg)).collect();
    let mut live = FxHashMap::default();
    for block in reverse_postorder(body) {
        let data = &body.blocks[block.index()];
        for statement in &data.statements {
            time += 1;
            match &statement.kind {
                StatementKind::StorageLive(local) => {
                    live.entry(*local).or_insert(time);
                }
                StatementKind::Assign(place, _) => {
                    assigned.entry(place.local).or_insert(time);
                }
                _ => {}
            }
        }
        time += 1;
        if let TerminatorKind::Call { destination, .. } | TerminatorKind::Yield { resume_arg: destination, .. } =
            &data.terminator.kind
        {
            assigned.entry(destination.local).or_insert(time);
        }
    }
    assigned.extend(live);
    assigned
}
