//! What statements and terminators do to the places that they mention.
//! Semantics: `rustc_middle::mir::visit::PlaceContext`.

use crate::adapter::complete::move_paths::rvalue_operands;
use ramir::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Copied, borrowed, dropped, or looked into.
    Read,
    Move,
    /// Written as a whole.
    Write,
    /// Its discriminant is written.
    Discriminant,
}

/// Whether a write to the place leaves a part of its local.
pub fn is_partial(place: &Place) -> bool {
    !place.projection.is_empty()
}

/// What is written comes before what is read.
pub fn statement_uses(statement: &StatementKind, f: &mut dyn FnMut(&Place, Use)) {
    match statement {
        StatementKind::Assign(place, rvalue) => {
            f(place, Use::Write);
            match rvalue {
                Rvalue::Ref(_, place)
                | Rvalue::RawPtr(_, place)
                | Rvalue::Discriminant(place)
                | Rvalue::CopyForDeref(place) => f(place, Use::Read),
                rvalue => rvalue_operands(rvalue).into_iter().for_each(|operand| operand_use(operand, f)),
            }
        }
        StatementKind::SetDiscriminant { place, .. } => f(place, Use::Discriminant),
        StatementKind::Assume(operand) => operand_use(operand, f),
        StatementKind::CopyNonOverlapping { src, dst, count } => {
            [src, dst, count].into_iter().for_each(|operand| operand_use(operand, f));
        }
        StatementKind::StorageLive(_) | StatementKind::StorageDead(_) | StatementKind::Nop => {}
    }
}

pub fn terminator_uses(terminator: &TerminatorKind, f: &mut dyn FnMut(&Place, Use)) {
    match terminator {
        TerminatorKind::SwitchInt { discr, .. } => operand_use(discr, f),
        TerminatorKind::Drop { place, .. } => f(place, Use::Read),
        TerminatorKind::Call { func, args, destination, .. } => {
            f(destination, Use::Write);
            operand_use(func, f);
            args.iter().for_each(|arg| operand_use(arg, f));
        }
        TerminatorKind::TailCall { func, args, .. } => {
            operand_use(func, f);
            args.iter().for_each(|arg| operand_use(arg, f));
        }
        TerminatorKind::Yield { value, resume_arg, .. } => {
            f(resume_arg, Use::Write);
            operand_use(value, f);
        }
        TerminatorKind::Assert { cond, msg, .. } => {
            operand_use(cond, f);
            match msg {
                AssertKind::BoundsCheck { len: a, index: b }
                | AssertKind::Overflow(_, a, b)
                | AssertKind::MisalignedPointerDereference { required: a, found: b } => {
                    operand_use(a, f);
                    operand_use(b, f);
                }
                AssertKind::OverflowNeg(a)
                | AssertKind::DivisionByZero(a)
                | AssertKind::RemainderByZero(a)
                | AssertKind::InvalidEnumConstruction(a) => operand_use(a, f),
                AssertKind::ResumedAfterReturn(_)
                | AssertKind::ResumedAfterPanic(_)
                | AssertKind::ResumedAfterDrop(_)
                | AssertKind::NullPointerDereference => {}
            }
        }
        TerminatorKind::InlineAsm(asm) => {
            for operand in &asm.operands {
                match operand {
                    InlineAsmOperand::In { value, .. } => operand_use(value, f),
                    InlineAsmOperand::Out { place: Some(place), .. } => f(place, Use::Write),
                    InlineAsmOperand::InOut { in_value, out_place, .. } => {
                        if let Some(place) = out_place {
                            f(place, Use::Write);
                        }
                        operand_use(in_value, f);
                    }
                    _ => {}
                }
            }
        }
        TerminatorKind::Return => f(&Place::from_local(Local::RETURN), Use::Move),
        TerminatorKind::Goto { .. }
        | TerminatorKind::UnwindResume
        | TerminatorKind::UnwindTerminate(_)
        | TerminatorKind::Unreachable
        | TerminatorKind::CoroutineDrop => {}
    }
}

fn operand_use(operand: &Operand, f: &mut dyn FnMut(&Place, Use)) {
    match operand {
        Operand::Copy(place) => f(place, Use::Read),
        Operand::Move(place) => f(place, Use::Move),
        Operand::Constant(_) | Operand::RuntimeChecks(_) => {}
    }
}
