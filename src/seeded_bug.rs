//! Deliberate miscompilations, by which `./y.sh bisect` is tested: `--seed-bug KIND=TEXT` makes one operation wrong in each
//! function whose symbol contains TEXT.
//!
//! Most kinds change a function's CLIF when it is complete. What CLIF does not show any more asks [`seeded`] where it is
//! generated.

use crate::prelude::*;
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{AtomicRmwOp, InstructionData, Opcode};

/// What is made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum BugKind {
    /// Integer additions subtract.
    Integer,
    /// Floating-point additions subtract.
    Float,
    /// Calls pass their first two arguments of one type in the wrong order.
    Abi,
    /// Nothing is dropped.
    Drop,
    /// An array that becomes a slice loses its last element.
    Unsize,
    /// Discriminants are off by one.
    Discriminant,
    /// Atomic additions subtract.
    Atomics,
    /// Unwinding skips the function's cleanup.
    Unwinding,
    /// Integer constants above 255 are off by one.
    Constant,
    /// `count_ones` counts leading zeros.
    Intrinsic,
}

#[derive(Clone, Debug)]
pub struct SeededBug {
    pub kind: BugKind,
    /// Part of the symbols of the functions that are made wrong.
    pub symbol: String,
}

/// Whether a bug of this kind is to be generated in the function at hand.
pub(crate) fn seeded(fx: &FunctionCx<'_, '_, '_>, kind: BugKind) -> bool {
    fx.cx.opts.seeded_bug.as_ref().is_some_and(|bug| bug.kind == kind && fx.symbol_name.contains(&bug.symbol))
}

/// Puts the bug into a complete function.
pub(crate) fn apply(bug: &SeededBug, symbol: &str, func: &mut Function) {
    if !symbol.contains(&bug.symbol) {
        return;
    }
    let blocks: Vec<_> = func.layout.blocks().collect();
    let insts: Vec<_> = blocks.iter().flat_map(|&block| func.layout.block_insts(block).collect::<Vec<_>>()).collect();
    for inst in insts {
        let args = func.dfg.inst_args(inst).to_vec();
        let swapped = (1..args.len()).find(|&i| func.dfg.value_type(args[i - 1]) == func.dfg.value_type(args[i]));
        match (bug.kind, &mut func.dfg.insts[inst]) {
            (BugKind::Integer, InstructionData::Binary { opcode, .. }) => match *opcode {
                Opcode::Iadd => *opcode = Opcode::Isub,
                Opcode::UaddOverflow => *opcode = Opcode::UsubOverflow,
                Opcode::SaddOverflow => *opcode = Opcode::SsubOverflow,
                _ => {}
            },
            (BugKind::Float, InstructionData::Binary { opcode: opcode @ Opcode::Fadd, .. }) => *opcode = Opcode::Fsub,
            (BugKind::Abi, InstructionData::Call { .. } | InstructionData::TryCall { .. }) => {
                if let Some(i) = swapped {
                    func.dfg.inst_args_mut(inst).swap(i - 1, i);
                }
            }
            (BugKind::Atomics, InstructionData::AtomicRmw { op: op @ AtomicRmwOp::Add, .. }) => *op = AtomicRmwOp::Sub,
            (BugKind::Constant, InstructionData::UnaryImm { opcode: Opcode::Iconst, imm }) if imm.bits() > 255 => {
                *imm = Imm64::new(imm.bits() - 1);
            }
            (BugKind::Intrinsic, InstructionData::Unary { opcode: opcode @ Opcode::Popcnt, .. }) => *opcode = Opcode::Clz,
            _ => {}
        }
    }
}
