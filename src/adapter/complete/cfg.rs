//! The control flow graph of a body: orders, renumbering, and the removal of blocks that do nothing.
//! Semantics: `rustc_mir_transform::{simplify, remove_noop_landing_pads}`.

use ramir::*;

/// The blocks that can be reached, each before its successors unless there is a loop.
pub fn reverse_postorder(body: &Body) -> Vec<BasicBlock> {
    let mut order = Vec::with_capacity(body.blocks.len());
    let mut seen = vec![false; body.blocks.len()];
    seen[0] = true;
    let mut stack = vec![(BasicBlock::START, body.blocks[0].terminator.kind.successors().into_iter())];
    while let Some((block, rest)) = stack.last_mut() {
        match rest.next() {
            Some(next) if !seen[next.index()] => {
                seen[next.index()] = true;
                stack.push((next, body.blocks[next.index()].terminator.kind.successors().into_iter()));
            }
            Some(_) => {}
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// Calls `f` for each block that the terminator names, cleanup blocks included.
pub fn for_each_target(terminator: &mut TerminatorKind, f: &mut dyn FnMut(&mut BasicBlock)) {
    match terminator {
        TerminatorKind::Goto { target } => f(target),
        TerminatorKind::SwitchInt { targets, .. } => {
            targets.targets.iter_mut().for_each(&mut *f);
            f(&mut targets.otherwise);
        }
        TerminatorKind::Drop { target, .. } | TerminatorKind::Assert { target, .. } => f(target),
        TerminatorKind::Call { target, .. } => target.iter_mut().for_each(&mut *f),
        TerminatorKind::InlineAsm(asm) => asm.targets.iter_mut().for_each(&mut *f),
        TerminatorKind::Yield { resume, drop, .. } => {
            f(resume);
            drop.iter_mut().for_each(&mut *f);
        }
        TerminatorKind::UnwindResume
        | TerminatorKind::UnwindTerminate(_)
        | TerminatorKind::Return
        | TerminatorKind::Unreachable
        | TerminatorKind::TailCall { .. }
        | TerminatorKind::CoroutineDrop => {}
    }
    if let Some(UnwindAction::Cleanup(block)) = unwind_mut(terminator) {
        f(block);
    }
}

/// What the terminator does when it unwinds.
pub fn unwind_mut(terminator: &mut TerminatorKind) -> Option<&mut UnwindAction> {
    match terminator {
        TerminatorKind::Drop { unwind, .. }
        | TerminatorKind::Assert { unwind, .. }
        | TerminatorKind::Call { unwind, .. } => Some(unwind),
        TerminatorKind::InlineAsm(asm) => Some(&mut asm.unwind),
        _ => None,
    }
}

/// What the terminator does when it unwinds.
pub fn unwind(terminator: &TerminatorKind) -> Option<UnwindAction> {
    match terminator {
        TerminatorKind::Drop { unwind, .. }
        | TerminatorKind::Assert { unwind, .. }
        | TerminatorKind::Call { unwind, .. } => Some(*unwind),
        TerminatorKind::InlineAsm(asm) => Some(asm.unwind),
        _ => None,
    }
}

/// A block that does nothing but resume unwinding.
pub fn resume_block(body: &Body) -> Option<BasicBlock> {
    let resumes = |block: &BasicBlockData| {
        block.statements.is_empty() && matches!(block.terminator.kind, TerminatorKind::UnwindResume)
    };
    body.blocks.iter().position(resumes).map(BasicBlock::new)
}

/// Sees to it that nothing leads back to the entry block.
pub fn split_entry(body: &mut Body) {
    let start = BasicBlock::START;
    if !body.blocks.iter().any(|block| block.terminator.kind.successors().contains(&start)) {
        return;
    }
    let moved = BasicBlock::new(body.blocks.len());
    for block in &mut body.blocks {
        for_each_target(&mut block.terminator.kind, &mut |target| {
            if *target == start {
                *target = moved;
            }
        });
    }
    let source_info = body.blocks[0].terminator.source_info;
    let goto = Terminator { source_info, kind: TerminatorKind::Goto { target: moved } };
    let entry = BasicBlockData { statements: Vec::new(), terminator: goto, is_cleanup: false };
    let old = std::mem::replace(&mut body.blocks[0], entry);
    body.blocks.push(old);
}

/// Leads every edge past blocks that only go elsewhere, lets unwinding that cleans nothing up continue, and removes
/// what cannot be reached.
pub fn simplify(body: &mut Body) {
    let past: Vec<BasicBlock> = (0..body.blocks.len()).map(|block| skip_gotos(body, BasicBlock::new(block))).collect();
    let resumes = |block: BasicBlock| {
        let data = &body.blocks[block.index()];
        data.statements.is_empty() && matches!(data.terminator.kind, TerminatorKind::UnwindResume)
    };
    let resumes: Vec<bool> = (0..body.blocks.len()).map(|block| resumes(BasicBlock::new(block))).collect();
    for block in &mut body.blocks {
        for_each_target(&mut block.terminator.kind, &mut |target| *target = past[target.index()]);
        if let Some(unwind) = unwind_mut(&mut block.terminator.kind)
            && let UnwindAction::Cleanup(to) = *unwind
            && resumes[to.index()]
        {
            *unwind = UnwindAction::Continue;
        }
    }
    merge_chains(body);
    remove_dead_blocks(body);
    for block in &mut body.blocks {
        block.statements.retain(|statement| statement.kind != StatementKind::Nop);
    }
}

/// Where control that enters `block` does something first.
fn skip_gotos(body: &Body, block: BasicBlock) -> BasicBlock {
    let mut at = block;
    // An empty loop has no such block.
    for _ in 0..body.blocks.len() {
        let data = &body.blocks[at.index()];
        match data.terminator.kind {
            TerminatorKind::Goto { target } if data.statements.is_empty() => at = target,
            _ => return at,
        }
    }
    block
}

/// Appends to each block that ends in a goto the block it goes to, if nothing else leads there.
fn merge_chains(body: &mut Body) {
    let mut predecessors = vec![0usize; body.blocks.len()];
    predecessors[0] = 1;
    let reachable = reverse_postorder(body);
    for &block in &reachable {
        for target in body.blocks[block.index()].terminator.kind.successors() {
            predecessors[target.index()] += 1;
        }
    }
    for block in reachable {
        while let TerminatorKind::Goto { target } = body.blocks[block.index()].terminator.kind
            && predecessors[target.index()] == 1
            && target != block
            && target != BasicBlock::START
        {
            predecessors[target.index()] = 0;
            let merged = &mut body.blocks[target.index()];
            let statements = std::mem::take(&mut merged.statements);
            let source_info = merged.terminator.source_info;
            let kind = std::mem::replace(&mut merged.terminator.kind, TerminatorKind::Unreachable);
            let block = &mut body.blocks[block.index()];
            block.statements.extend(statements);
            block.terminator = Terminator { source_info, kind };
        }
    }
}

/// Keeps the order of the blocks that stay; returns their new numbers by the old ones.
pub fn remove_dead_blocks(body: &mut Body) -> Vec<Option<BasicBlock>> {
    let mut live = vec![false; body.blocks.len()];
    for block in reverse_postorder(body) {
        live[block.index()] = true;
    }
    let mut new_ids = Vec::with_capacity(live.len());
    let mut next = 0;
    for &live in &live {
        new_ids.push(live.then(|| BasicBlock::new(next)));
        next += usize::from(live);
    }
    let mut is_live = live.iter();
    body.blocks.retain(|_| is_live.next().is_some_and(|&live| live));
    for block in &mut body.blocks {
        for_each_target(&mut block.terminator.kind, &mut |target| {
            // What is reached leads only to what is.
            *target = new_ids[target.index()].unwrap_or(*target);
        });
    }
    new_ids
}

/// Adds a block.
pub fn push_block(
    body: &mut Body,
    statements: Vec<Statement>,
    source_info: SourceInfo,
    kind: TerminatorKind,
    is_cleanup: bool,
) -> BasicBlock {
    body.blocks.push(BasicBlockData { statements, terminator: Terminator { source_info, kind }, is_cleanup });
    BasicBlock::new(body.blocks.len() - 1)
}
