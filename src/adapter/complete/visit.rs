//! Visits the places and constants of statements and terminators.

use ramir::*;

/// Calls `f` for each place of the statement, those that only its storage is meant of excluded.
pub fn statement_places(statement: &mut StatementKind, f: &mut dyn FnMut(&mut Place)) {
    match statement {
        StatementKind::Assign(place, rvalue) => {
            f(place);
            rvalue_places(rvalue, f);
        }
        StatementKind::SetDiscriminant { place, .. } => f(place),
        StatementKind::Assume(operand) => operand_place(operand, f),
        StatementKind::CopyNonOverlapping { src, dst, count } => {
            for operand in [src, dst, count] {
                operand_place(operand, f);
            }
        }
        StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop => {}
    }
}

pub fn rvalue_places(rvalue: &mut Rvalue, f: &mut dyn FnMut(&mut Place)) {
    match rvalue {
        Rvalue::Ref(_, place)
        | Rvalue::RawPtr(_, place)
        | Rvalue::Discriminant(place)
        | Rvalue::CopyForDeref(place) => {
            f(place);
        }
        other => rvalue_operands_mut(other, &mut |operand| operand_place(operand, f)),
    }
}

fn rvalue_operands_mut(rvalue: &mut Rvalue, f: &mut dyn FnMut(&mut Operand)) {
    match rvalue {
        Rvalue::Use(operand)
        | Rvalue::Repeat(operand, _)
        | Rvalue::Cast(_, operand, _)
        | Rvalue::UnaryOp(_, operand)
        | Rvalue::WrapUnsafeBinder(operand, _) => f(operand),
        Rvalue::BinaryOp(_, operands) => {
            f(&mut operands.0);
            f(&mut operands.1);
        }
        Rvalue::Aggregate(_, operands) => operands.iter_mut().for_each(f),
        Rvalue::Ref(..)
        | Rvalue::ThreadLocalRef(_)
        | Rvalue::RawPtr(..)
        | Rvalue::Discriminant(_)
        | Rvalue::CopyForDeref(_) => {}
    }
}

fn operand_place(operand: &mut Operand, f: &mut dyn FnMut(&mut Place)) {
    if let Operand::Copy(place) | Operand::Move(place) = operand {
        f(place);
    }
}

pub fn terminator_places(terminator: &mut TerminatorKind, f: &mut dyn FnMut(&mut Place)) {
    if let TerminatorKind::Drop { place, .. }
    | TerminatorKind::Call { destination: place, .. }
    | TerminatorKind::Yield { resume_arg: place, .. } = terminator
    {
        f(place);
    }
    if let TerminatorKind::InlineAsm(asm) = terminator {
        for operand in &mut asm.operands {
            match operand {
                InlineAsmOperand::Out { place: Some(place), .. }
                | InlineAsmOperand::InOut { out_place: Some(place), .. } => f(place),
                _ => {}
            }
        }
    }
    terminator_operands(terminator, &mut |operand| operand_place(operand, f));
}

fn terminator_operands(terminator: &mut TerminatorKind, f: &mut dyn FnMut(&mut Operand)) {
    match terminator {
        TerminatorKind::SwitchInt { discr: operand, .. } | TerminatorKind::Yield { value: operand, .. } => f(operand),
        TerminatorKind::Call { func, args, .. } | TerminatorKind::TailCall { func, args, .. } => {
            f(func);
            args.iter_mut().for_each(f);
        }
        TerminatorKind::Assert { cond, msg, .. } => {
            f(cond);
            match msg {
                AssertKind::BoundsCheck { len: a, index: b }
                | AssertKind::Overflow(_, a, b)
                | AssertKind::MisalignedPointerDereference { required: a, found: b } => {
                    f(a);
                    f(b);
                }
                AssertKind::OverflowNeg(a)
                | AssertKind::DivisionByZero(a)
                | AssertKind::RemainderByZero(a)
                | AssertKind::InvalidEnumConstruction(a) => f(a),
                AssertKind::ResumedAfterReturn(_)
                | AssertKind::ResumedAfterPanic(_)
                | AssertKind::ResumedAfterDrop(_)
                | AssertKind::NullPointerDereference => {}
            }
        }
        TerminatorKind::InlineAsm(asm) => {
            for operand in &mut asm.operands {
                match operand {
                    InlineAsmOperand::In { value, .. } | InlineAsmOperand::InOut { in_value: value, .. } => f(value),
                    _ => {}
                }
            }
        }
        TerminatorKind::Goto { .. }
        | TerminatorKind::UnwindResume
        | TerminatorKind::UnwindTerminate(_)
        | TerminatorKind::Return
        | TerminatorKind::Unreachable
        | TerminatorKind::Drop { .. }
        | TerminatorKind::CoroutineDrop => {}
    }
}

/// Calls `f` for each place of the body, also those of its debug information.
pub fn body_places(body: &mut Body, f: &mut dyn FnMut(&mut Place)) {
    for block in &mut body.blocks {
        block.statements.iter_mut().for_each(|statement| statement_places(&mut statement.kind, f));
        terminator_places(&mut block.terminator.kind, f);
    }
    for info in &mut body.var_debug_info {
        if let VarDebugInfoContents::Place(place) = &mut info.value {
            f(place);
        }
    }
}

/// Calls `f` for each constant of the statement.
pub fn statement_consts(statement: &mut StatementKind, f: &mut dyn FnMut(&mut ConstOperand)) {
    let mut operand = |operand: &mut Operand| operand_const(operand, f);
    match statement {
        StatementKind::Assign(_, rvalue) => rvalue_operands_mut(rvalue, &mut operand),
        StatementKind::Assume(o) => operand(o),
        StatementKind::CopyNonOverlapping { src, dst, count } => [src, dst, count].into_iter().for_each(operand),
        StatementKind::SetDiscriminant { .. }
        | StatementKind::StorageLive(_)
        | StatementKind::StorageDead(_)
        | StatementKind::Nop => {}
    }
}

/// Calls `f` for each constant of the terminator.
pub fn terminator_consts(terminator: &mut TerminatorKind, f: &mut dyn FnMut(&mut ConstOperand)) {
    terminator_operands(terminator, &mut |operand| operand_const(operand, f));
    if let TerminatorKind::InlineAsm(asm) = terminator {
        for operand in &mut asm.operands {
            if let InlineAsmOperand::Const { value } | InlineAsmOperand::SymFn { value } = operand {
                f(value);
            }
        }
    }
}

fn operand_const(operand: &mut Operand, f: &mut dyn FnMut(&mut ConstOperand)) {
    if let Operand::Constant(constant) = operand {
        f(constant);
    }
}
