//! Leads a jump to a switch on what was just set on to where the switch leads.
//!
//! rustc branches where a condition is decided (`rustc_mir_build::builder::matches`, `then_else_break`). A raw body may set a local in
//! each outcome of `let`, `&&` or `||`, and switch on it after they have met: then what is initialized in one outcome only would be
//! dropped by a flag, which rustc has not, and which lives as long as a coroutine sleeps.

use ramir::*;

/// Threads the jumps of `body`. What they lead past may be unreachable thereafter.
pub fn thread_jumps(body: &mut Body) {
    for i in 0..body.blocks.len() {
        if let Some((passed, target)) = decided_target(body, BasicBlock::new(i)) {
            let block = &mut body.blocks[i];
            block.statements.extend(passed);
            block.terminator.kind = TerminatorKind::Goto { target };
        }
    }
}

/// Where `block` leads in the end, if it only jumps to a switch on what it has set, and the statements on the way.
fn decided_target(body: &Body, block: BasicBlock) -> Option<(Vec<Statement>, BasicBlock)> {
    let data = &body.blocks[block.index()];
    let TerminatorKind::Goto { target: mut at } = data.terminator.kind else { return None };
    let (local, value) = set_last(&data.statements)?;
    let mut passed = Vec::new();
    // A loop that never ends has no switch.
    for _ in 0..body.blocks.len() {
        let next = &body.blocks[at.index()];
        if !next.statements.iter().all(is_of_storage) {
            return None;
        }
        passed.extend(next.statements.iter().cloned());
        match &next.terminator.kind {
            TerminatorKind::Goto { target } => at = *target,
            TerminatorKind::SwitchInt { discr: Operand::Copy(place) | Operand::Move(place), targets } => {
                return (place.as_local() == Some(local)).then(|| (passed, targets.target_for(value)));
            }
            _ => return None,
        }
    }
    None
}

/// The local that the last of the statements that is not of storage sets to a scalar, and the scalar.
fn set_last(statements: &[Statement]) -> Option<(Local, u128)> {
    let last = statements.iter().rev().find(|statement| !is_of_storage(statement))?;
    let StatementKind::Assign(place, Rvalue::Use(Operand::Constant(constant))) = &last.kind else { return None };
    let MirConst::Val(ConstValue::Scalar(Scalar::Int(value)), _) = constant.const_ else { return None };
    Some((place.as_local()?, value.data))
}

/// Whether the statement changes no value. A local that is switched on has its storage.
fn is_of_storage(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop)
}
