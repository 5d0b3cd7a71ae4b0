//! Makes explicit what raw MIR leaves out: an assignment drops the old value, and unwinding drops what is alive, as does
//! dropping a suspended coroutine.
//! Semantics: `rustc_mir_build::builder::scope` (the unwind and coroutine drop trees, `build_drop_and_replace`).
//!
//! The drops made here are as those of built MIR: they stand for a drop of what is initialized there, and
//! [`super::elaborate_drops`] says what that is.

use super::dataflow::{InitResults, Inits};
use super::drop_order::{self, DropOrder, Exit};
use super::move_paths::{LookupResult, MoveData, rvalue_operands};
use super::place_ty::TypeCx;
use super::scheduled::{self, Scheduled};
use super::storage::Storage;
use crate::adapter::{Error, Result};
use ramir::*;
use rustc_hash::{FxHashMap, FxHashSet};
use rustc_index::bit_set::DenseBitSet;

/// Returns the blocks that end in a `Yield`, in the order that they had.
pub fn add_cleanup(tcx: &TypeCx<'_>, def: DefId, body: &mut Body) -> Result<Vec<BasicBlock>> {
    let with_dead_ends = body.clone();
    let order = DropOrder::new(tcx, &with_dead_ends);
    for (i, block) in with_dead_ends.blocks.iter().enumerate() {
        if drop_order::never_target(tcx, &with_dead_ends, block).is_some()
            && let TerminatorKind::Call { target, .. } = &mut body.blocks[i].terminator.kind
        {
            *target = None;
        }
    }
    let raw = body.clone();
    let data = MoveData::gather(tcx, &raw)?;
    let inits = InitResults::compute(tcx, &data, &raw)?;
    let named = raw.var_debug_info.iter().filter_map(|info| match &info.value {
        VarDebugInfoContents::Place(place) => Some(place.local),
        VarDebugInfoContents::Const(_) => None,
    });
    let mut cx = Cx {
        tcx,
        order,
        scheduled: Scheduled::compute(&raw),
        scheduled_here: DenseBitSet::new_empty(raw.locals.len()),
        storage: if tcx.coroutine.is_some() { Storage::compute(&raw) } else { Storage::none(&raw) },
        storage_here: DenseBitSet::new_empty(raw.locals.len()),
        variables: named.chain([Local::RETURN]).collect(),
        is_constant: matches!(
            tcx.store.item(def)?.data,
            ItemData::Const(_) | ItemData::Static(_) | ItemData::AnonConst(_)
        ),
        raw: &raw,
        data: &data,
        body,
        chains: FxHashMap::default(),
        drop_chains: FxHashMap::default(),
        resume: None,
        coroutine_drop: None,
        suspensions: Vec::new(),
    };
    for block in 0..raw.blocks.len() {
        let block = BasicBlock::new(block);
        if let Some(state) = inits.entry(block) {
            cx.block(block, state.clone())?;
        }
    }
    Ok(cx.suspensions)
}

struct Cx<'a> {
    tcx: &'a TypeCx<'a>,
    raw: &'a Body,
    data: &'a MoveData,
    order: DropOrder<'a>,
    scheduled: Scheduled,
    /// What is scheduled at the current statement.
    scheduled_here: DenseBitSet<usize>,
    /// In a coroutine, what has storage.
    storage: Storage,
    /// What has it at the current statement.
    storage_here: DenseBitSet<usize>,
    /// Locals that the program names, and the return place.
    variables: FxHashSet<Local>,
    is_constant: bool,
    body: &'a mut Body,
    /// The cleanup block that does something to a local and goes on to a block.
    chains: FxHashMap<(Exit, BasicBlock), BasicBlock>,
    /// The same where a suspended coroutine is dropped.
    drop_chains: FxHashMap<(Exit, BasicBlock), BasicBlock>,
    resume: Option<BasicBlock>,
    coroutine_drop: Option<BasicBlock>,
    suspensions: Vec<BasicBlock>,
}

impl Cx<'_> {
    fn block(&mut self, block: BasicBlock, mut state: Inits) -> Result<()> {
        let data = &self.raw.blocks[block.index()];
        // The block that is being written; an overwriting assignment begins another.
        let mut current = block;
        let mut statements = Vec::with_capacity(data.statements.len());
        self.scheduled_here.clone_from(self.scheduled.entry(block));
        self.storage_here.clone_from(self.storage.entry(block));
        for (index, statement) in data.statements.iter().enumerate() {
            if let StatementKind::Assign(_, rvalue) = &statement.kind {
                rvalue_operands(rvalue).into_iter().try_for_each(|operand| self.check_operand(&state, operand))?;
            }
            scheduled::apply(&mut self.scheduled_here, statement);
            self.storage.apply(&mut self.storage_here, statement);
            if let StatementKind::StorageLive(local) = statement.kind
                && let Some(path) = self.data.local_path(local)
                && state.maybe_init_below(self.data, path)
            {
                // Only the drop of the value begins here.
                continue;
            }
            if let StatementKind::StorageDead(local) = statement.kind
                && let Some(path) = self.data.local_path(local)
                && state.below(self.data, path).0
            {
                return Err(self.undropped(local, "is alive when its storage dies"));
            }
            state.apply(self.data, moves(self.data.effects(block, index)));
            if let StatementKind::Assign(place, rvalue) = &statement.kind
                && self.overwrites(&state, place)?
            {
                let source_info = statement.source_info;
                let value = match rvalue {
                    Rvalue::Use(operand) if is_apart(operand, place) => operand.clone(),
                    _ => {
                        let ty = self.tcx.place_ty(&self.raw.locals, place)?;
                        let temp = self.new_temp(ty, source_info.span);
                        let kind = StatementKind::Assign(Place::from_local(temp), rvalue.clone());
                        statements.push(Statement { source_info, kind });
                        Operand::Move(Place::from_local(temp))
                    }
                };
                state.apply(self.data, self.data.effects(block, index));
                let unwind = self.unwind_to(block, &state, source_info)?;
                current = self.replace(current, &mut statements, source_info, place, value, unwind);
                continue;
            }
            if let StatementKind::Assign(place, rvalue) = &statement.kind
                && self.reads_itself(place, rvalue)
            {
                let ty = self.tcx.place_ty(&self.raw.locals, place)?;
                let source_info = statement.source_info;
                let temp = Place::from_local(self.new_temp(ty, source_info.span));
                let kind = StatementKind::Assign(temp.clone(), rvalue.clone());
                statements.push(Statement { source_info, kind });
                let kind = StatementKind::Assign(place.clone(), Rvalue::Use(Operand::Move(temp)));
                statements.push(Statement { source_info, kind });
                state.apply(self.data, self.data.effects(block, index));
                continue;
            }
            state.apply(self.data, self.data.effects(block, index));
            statements.push(statement.clone());
        }

        let end = data.statements.len();
        let source_info = data.terminator.source_info;
        let mut kind = data.terminator.kind.clone();
        let before = state.clone();
        state.apply(self.data, self.data.effects(block, end));
        match &mut kind {
            TerminatorKind::Call { args, destination, target, unwind, .. } => {
                args.iter().try_for_each(|arg| self.check_operand(&before, arg))?;
                let cleanup = self.unwind_to(block, &state, source_info)?;
                *unwind = action(cleanup);
                let overwrites = target.is_some() && self.overwrites(&state, destination)?;
                let aliases = args.iter().any(|arg| matches!(arg, Operand::Move(p) if p.local == destination.local))
                    && !destination.is_indirect();
                if let Some(target) = target
                    && (overwrites || aliases)
                {
                    let ty = self.tcx.place_ty(&self.raw.locals, destination)?;
                    let temp = Place::from_local(self.new_temp(ty, source_info.span));
                    let place = std::mem::replace(destination, temp.clone());
                    let value = Operand::Move(temp);
                    let goto = TerminatorKind::Goto { target: *target };
                    let write = self.new_block(Vec::new(), source_info, goto, false);
                    *target = write;
                    self.finish_block(current, &mut statements, source_info, kind);
                    if overwrites {
                        state.call_return(self.data, &place);
                        let unwind = self.unwind_to(block, &state, source_info)?;
                        let goto = self.body.blocks[write.index()].terminator.clone();
                        let last = self.replace(write, &mut statements, source_info, &place, value, unwind);
                        self.finish_block(last, &mut statements, source_info, goto.kind);
                    } else {
                        let kind = StatementKind::Assign(place, Rvalue::Use(value));
                        self.body.blocks[write.index()].statements.push(Statement { source_info, kind });
                    }
                    return Ok(());
                }
            }
            TerminatorKind::Drop { place, target, .. } if !self.may_drop(&before, place)? => {
                kind = TerminatorKind::Goto { target: *target };
            }
            TerminatorKind::Drop { place, .. }
                if place.as_local().is_some_and(|local| !self.scheduled.contains(&self.scheduled_here, local)) =>
            {
                return Err(self.undropped(place.local, "is dropped where it is not live"));
            }
            TerminatorKind::Assert { unwind, .. } | TerminatorKind::Drop { unwind, .. } => {
                let cleanup = self.unwind_to(block, &state, source_info)?;
                *unwind = action(cleanup);
            }
            TerminatorKind::InlineAsm(asm) => {
                let cleanup = self.unwind_to(block, &state, source_info)?;
                asm.unwind = action(cleanup);
            }
            TerminatorKind::Yield { value, resume_arg, drop, .. } => {
                self.check_operand(&before, value)?;
                if self.overwrites(&state, resume_arg)? {
                    return Err(Error::unsupported("a yield whose result overwrites a value that needs drop"));
                }
                *drop = self.coroutine_drop_to(block, &state, source_info)?;
                self.suspensions.push(current);
            }
            // What is left in a constant's locals is a part of its value.
            TerminatorKind::Return if self.is_constant => {}
            TerminatorKind::Return => {
                if let Some(&local) = self.alive(&state).first() {
                    return Err(self.undropped(local, "is alive when the function returns"));
                }
            }
            _ => {}
        }
        self.finish_block(current, &mut statements, source_info, kind);
        Ok(())
    }

    fn finish_block(
        &mut self,
        block: BasicBlock,
        statements: &mut Vec<Statement>,
        source_info: SourceInfo,
        kind: TerminatorKind,
    ) {
        let block = &mut self.body.blocks[block.index()];
        block.statements = std::mem::take(statements);
        block.terminator = Terminator { source_info, kind };
    }

    /// Ends `current` with a drop of `place`, after which `value` is assigned to it, also if the drop unwinds. Returns
    /// the block that goes on; its first statement is in `statements`.
    fn replace(
        &mut self,
        current: BasicBlock,
        statements: &mut Vec<Statement>,
        source_info: SourceInfo,
        place: &Place,
        value: Operand,
        unwind: Option<BasicBlock>,
    ) -> BasicBlock {
        let assign = Statement { source_info, kind: StatementKind::Assign(place.clone(), Rvalue::Use(value)) };
        let after = self.new_block(Vec::new(), source_info, TerminatorKind::Unreachable, false);
        let resume = match unwind {
            Some(block) => block,
            None => self.resume(source_info),
        };
        let goto = TerminatorKind::Goto { target: resume };
        let cleanup = self.new_block(vec![assign.clone()], source_info, goto, true);
        let drop = TerminatorKind::Drop { place: place.clone(), target: after, unwind: UnwindAction::Cleanup(cleanup) };
        self.finish_block(current, statements, source_info, drop);
        statements.push(assign);
        after
    }

    /// Whether an assignment to `place` has an old value to drop.
    fn overwrites(&self, state: &Inits, place: &Place) -> Result<bool> {
        if !self.tcx.needs_drop(self.tcx.place_ty(&self.raw.locals, place)?)? {
            return Ok(false);
        }
        let alive = match self.data.find(place) {
            LookupResult::Exact(path) => state.below(self.data, path).0,
            LookupResult::Parent(Some(path)) => state.maybe_init(path),
            // Behind a pointer.
            LookupResult::Parent(None) => true,
        };
        if alive
            && let Some(local) = place.as_local()
            && !self.variables.contains(&local)
            && local.index() > self.raw.arg_count as usize
        {
            return Err(self.undropped(local, "is assigned again"));
        }
        Ok(alive)
    }

    /// Refuses what would be dropped twice: a copy of a value that has a destructor, and a move out of what is moved
    /// already. The branches of a match are not relied on for the latter.
    fn check_operand(&self, state: &Inits, operand: &Operand) -> Result<()> {
        match operand {
            Operand::Copy(place) => {
                let ty = self.tcx.place_ty(&self.raw.locals, place)?;
                if self.tcx.surely_needs_drop(ty)? {
                    return Err(Error::unsupported(format!("a copy of a value of type `{}`", self.tcx.print_ty(ty))));
                }
            }
            Operand::Move(place) if !place.projection.iter().any(|elem| matches!(elem, PlaceElem::Downcast(_))) => {
                if let LookupResult::Exact(path) = self.data.find(place)
                    && !state.maybe_init_below(self.data, path)
                {
                    let ty = self.tcx.print_ty(self.tcx.place_ty(&self.raw.locals, place)?);
                    return Err(Error::unsupported(format!("a move of a value of type `{ty}` that is not there")));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a drop of `place` may do something.
    fn may_drop(&self, state: &Inits, place: &Place) -> Result<bool> {
        Ok(self.tcx.place_needs_drop(&self.raw.locals, place)?
            && match self.data.find(place) {
                LookupResult::Exact(path) => state.below(self.data, path).0,
                LookupResult::Parent(_) => true,
            })
    }

    fn undropped(&self, local: Local, problem: &str) -> Error {
        let ty = self.tcx.print_ty(self.raw.locals[local.index()].ty);
        Error::unsupported(format!("{local:?}, a temporary of type `{ty}` that no drop was lowered for, {problem}"))
    }

    /// Whether evaluating the value may read what the assignment writes.
    fn reads_itself(&self, place: &Place, rvalue: &Rvalue) -> bool {
        let same = |operand: &&Operand| matches!(operand, Operand::Copy(read) | Operand::Move(read) if read.local == place.local);
        matches!(rvalue, Rvalue::Aggregate(..)) && rvalue_operands(rvalue).iter().any(same)
    }

    /// The locals that hold something to drop.
    fn alive(&self, state: &Inits) -> Vec<Local> {
        (1..self.raw.locals.len())
            .map(Local::new)
            .filter(|&local| self.data.local_path(local).is_some_and(|path| state.below(self.data, path).0))
            .collect()
    }

    /// What is to be done on a way out of the body, from somewhere in the raw `block` where `state` is what is alive.
    fn exits(&self, block: BasicBlock, state: &Inits) -> Vec<Exit> {
        let mut locals = self.alive(state);
        locals.retain(|&local| self.scheduled.contains(&self.scheduled_here, local));
        self.order.sort(block, locals, self.storage_here.iter().map(Local::new).collect())
    }

    /// The cleanup block that drops what is alive in `state`, which is somewhere in the raw `block`.
    fn unwind_to(&mut self, block: BasicBlock, state: &Inits, source_info: SourceInfo) -> Result<Option<BasicBlock>> {
        let exits = self.exits(block, state);
        if exits.is_empty() {
            return Ok(None);
        }
        let mut next = self.resume(source_info);
        for &exit in exits.iter().rev() {
            next = self.unwind_step(exit, next, source_info);
        }
        Ok(Some(next))
    }

    /// The cleanup block that does one thing and goes on to `next`.
    fn unwind_step(&mut self, exit: Exit, next: BasicBlock, source_info: SourceInfo) -> BasicBlock {
        if let Some(&block) = self.chains.get(&(exit, next)) {
            return block;
        }
        let unwind = UnwindAction::Terminate(UnwindTerminateReason::InCleanup);
        let block = self.exit_block(exit, next, unwind, source_info, true);
        self.chains.insert((exit, next), block);
        block
    }

    /// The block that drops what is alive in `state`, which is at the end of the raw `block`, where the coroutine is
    /// suspended.
    fn coroutine_drop_to(
        &mut self,
        block: BasicBlock,
        state: &Inits,
        source_info: SourceInfo,
    ) -> Result<Option<BasicBlock>> {
        let exits = self.exits(block, state);
        if !exits.iter().any(|exit| matches!(exit, Exit::Drop(_))) {
            return Ok(None);
        }
        let mut next = match self.coroutine_drop {
            Some(block) => block,
            None => {
                let block = self.new_block(Vec::new(), source_info, TerminatorKind::CoroutineDrop, false);
                self.coroutine_drop = Some(block);
                block
            }
        };
        let mut unwind = self.resume(source_info);
        for (i, &exit) in exits.iter().enumerate().rev() {
            next = match self.drop_chains.get(&(exit, next)) {
                Some(&block) => block,
                None => {
                    let block = self.exit_block(exit, next, UnwindAction::Cleanup(unwind), source_info, false);
                    self.drop_chains.insert((exit, next), block);
                    block
                }
            };
            if i > 0 {
                unwind = self.unwind_step(exit, unwind, source_info);
            }
        }
        Ok(Some(next))
    }

    fn exit_block(
        &mut self,
        exit: Exit,
        next: BasicBlock,
        unwind: UnwindAction,
        source_info: SourceInfo,
        is_cleanup: bool,
    ) -> BasicBlock {
        match exit {
            Exit::Drop(local) => {
                let drop = TerminatorKind::Drop { place: Place::from_local(local), target: next, unwind };
                self.new_block(Vec::new(), source_info, drop, is_cleanup)
            }
            Exit::StorageDead(local) => {
                let dead = Statement { source_info, kind: StatementKind::StorageDead(local) };
                self.new_block(vec![dead], source_info, TerminatorKind::Goto { target: next }, is_cleanup)
            }
        }
    }

    fn resume(&mut self, source_info: SourceInfo) -> BasicBlock {
        match self.resume {
            Some(block) => block,
            None => {
                let block = self.new_block(Vec::new(), source_info, TerminatorKind::UnwindResume, true);
                self.resume = Some(block);
                block
            }
        }
    }

    fn new_block(
        &mut self,
        statements: Vec<Statement>,
        source_info: SourceInfo,
        kind: TerminatorKind,
        is_cleanup: bool,
    ) -> BasicBlock {
        self.body.blocks.push(BasicBlockData { statements, terminator: Terminator { source_info, kind }, is_cleanup });
        BasicBlock::new(self.body.blocks.len() - 1)
    }

    fn new_temp(&mut self, ty: Ty, span: Span) -> Local {
        self.body.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span });
        Local::new(self.body.locals.len() - 1)
    }
}

fn action(cleanup: Option<BasicBlock>) -> UnwindAction {
    cleanup.map_or(UnwindAction::Continue, UnwindAction::Cleanup)
}

/// What a statement moves out of, without what it initializes.
fn moves(effects: &[(usize, super::move_paths::Effect)]) -> &[(usize, super::move_paths::Effect)] {
    let inits = effects.iter().rev().take_while(|(_, effect)| *effect == super::move_paths::Effect::Init).count();
    &effects[..effects.len() - inits]
}

/// Whether reading the operand cannot read what an assignment to `place` writes, nor what dropping its old value frees.
fn is_apart(operand: &Operand, place: &Place) -> bool {
    match operand {
        Operand::Copy(read) | Operand::Move(read) => read.local != place.local && !read.is_indirect(),
        Operand::Constant(_) | Operand::RuntimeChecks(_) => true,
    }
}
