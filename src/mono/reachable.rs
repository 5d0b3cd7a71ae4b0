//! The blocks of a body that an instance can reach, given that switches on constants go one way. The collector and code
//! generation have to agree on it. Semantics: `rustc_middle::mir::traversal::MonoReachable`.

use crate::adapter::{Result, Tcx};
use ramir::*;

/// By block: whether it can be reached from the start.
pub fn mono_reachable(tcx: &Tcx, body: &Body, args: Args) -> Result<Vec<bool>> {
    let mut reached = vec![false; body.blocks.len()];
    let mut stack = vec![BasicBlock::START];
    while let Some(bb) = stack.pop() {
        if std::mem::replace(&mut reached[bb.index()], true) {
            continue;
        }
        let block = &body.blocks[bb.index()];
        match const_switch_target(tcx, block, args)? {
            Some(target) => stack.push(target),
            None => stack.extend(block.terminator.kind.successors()),
        }
    }
    Ok(reached)
}

/// The only block that a switch on a constant goes to.
pub fn const_switch_target(tcx: &Tcx, block: &BasicBlockData, args: Args) -> Result<Option<BasicBlock>> {
    let TerminatorKind::SwitchInt { discr, targets } = &block.terminator.kind else { return Ok(None) };
    let constant = match discr {
        Operand::Constant(constant) => constant,
        Operand::RuntimeChecks(check) => return Ok(Some(targets.target_for(runtime_check(tcx, *check).into()))),
        Operand::Copy(place) | Operand::Move(place) => {
            // `_1 = const ..; switchInt(_1)`
            let last = block
                .statements
                .iter()
                .rev()
                .find(|s| !matches!(s.kind, StatementKind::StorageLive(_) | StatementKind::StorageDead(_)));
            match last.map(|s| &s.kind) {
                Some(StatementKind::Assign(to, Rvalue::Use(operand))) if to == place => match operand {
                    Operand::Constant(constant) => constant,
                    Operand::RuntimeChecks(check) => {
                        return Ok(Some(targets.target_for(runtime_check(tcx, *check).into())));
                    }
                    _ => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
    };
    match tcx.eval_mir_const(&constant.const_, args)? {
        ConstValue::Scalar(Scalar::Int(int)) => Ok(Some(targets.target_for(int.data))),
        _ => Ok(None),
    }
}

/// The value of a check that this compilation's options decide.
pub fn runtime_check(tcx: &Tcx, check: RuntimeChecks) -> bool {
    match check {
        RuntimeChecks::UbChecks => tcx.opts.ub_checks,
        RuntimeChecks::OverflowChecks => tcx.opts.overflow_checks,
        RuntimeChecks::ContractChecks => false,
    }
}
