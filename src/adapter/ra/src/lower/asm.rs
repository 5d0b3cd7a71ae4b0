//! Inline assembly: the registers by rustc's names, and what an ABI's calls clobber as operands of its own.
//!
//! That the operands go together is for rustc to check. Semantics: `rustc_ast_lowering::asm`, `rustc_target::asm::x86`.

use super::Lowering;
use crate::identity::Def;
use ra_ap_hir_def::{
    expr_store::ExpressionStore,
    hir::{AsmOperand, AsmTemplatePiece, Expr, ExprId, InlineAsmKind, InlineAsmRegOrRegClass as RegOrRegClass},
};
use ra_ap_hir_ty::mir::{BasicBlockId, InlineAsmOperand, Operand, Place};
use rac::adapter::error::{Error, Result};
use ramir::InlineAsmOperand as R;

impl<'a, 'db> Lowering<'a, 'db> {
    pub(super) fn inline_asm(
        &mut self,
        expr: ExprId,
        operands: &[InlineAsmOperand],
        targets: &[BasicBlockId],
    ) -> Result<()> {
        let db = self.types.id.db;
        let Expr::InlineAsm(asm) = &ExpressionStore::of(db, self.owner)[expr] else {
            return Err(Error::missing("the assembly of a terminator"));
        };
        let mut lowered = Vec::with_capacity(operands.len());
        let mut outputs = Vec::new();
        for ((_, written), operand) in asm.operands.iter().zip(operands) {
            let mut reg = || {
                let reg = written.reg().ok_or_else(|| Error::missing("the register of an operand"))?;
                let (reg, physical) = self.asm_reg(reg)?;
                if !matches!(operand, InlineAsmOperand::In { .. }) {
                    outputs.extend(physical);
                }
                Ok::<_, Error>(reg)
            };
            lowered.push(match operand {
                InlineAsmOperand::In { value } => R::In { reg: reg()?, value: self.operand(value)?.0 },
                InlineAsmOperand::Out { place } => {
                    R::Out { reg: reg()?, late: is_late(written), place: self.asm_place(place)? }
                }
                InlineAsmOperand::InOut { in_value, out_place } => R::InOut {
                    reg: reg()?,
                    late: is_late(written),
                    in_value: self.operand(in_value)?.0,
                    out_place: self.asm_place(out_place)?,
                },
                InlineAsmOperand::Const { value } => R::Const { value: self.asm_const(value)? },
                InlineAsmOperand::SymFn { value } => R::SymFn { value: self.asm_const(value)? },
                InlineAsmOperand::SymStatic { id } => {
                    R::SymStatic { def_id: self.types.id.def_id(Def::Static(*id))? }
                }
                InlineAsmOperand::Label { target_index } => R::Label { target_index: *target_index as u32 },
            });
        }
        for name in &asm.template.clobber_abis {
            for register in clobbered_by(name.as_str())? {
                // Another ABI's clobber counts as an output, too.
                if !outputs.contains(&register.physical) {
                    let reg = ramir::InlineAsmRegOrRegClass::Reg(self.types.id.sym(&register.name));
                    lowered.push(R::Out { reg, late: true, place: None });
                    outputs.push(register.physical);
                }
            }
        }
        let pieces = asm.template.pieces.iter().map(|piece| match piece {
            AsmTemplatePiece::Literal(text) => ramir::InlineAsmTemplatePiece::String(text.as_str().into()),
            AsmTemplatePiece::Placeholder { operand, modifier } => {
                ramir::InlineAsmTemplatePiece::Placeholder { operand_idx: *operand as u32, modifier: *modifier }
            }
        });
        self.terminate(ramir::TerminatorKind::InlineAsm(Box::new(ramir::InlineAsm {
            naked: asm.kind == InlineAsmKind::NakedAsm,
            template: pieces.collect(),
            operands: lowered,
            // The bits are rustc's.
            options: asm.options.bits(),
            targets: targets.iter().map(|target| self.block_map[target]).collect(),
            unwind: ramir::UnwindAction::Continue,
        })));
        Ok(())
    }

    /// The register or class, and which register it is.
    fn asm_reg(&self, reg: &RegOrRegClass) -> Result<(ramir::InlineAsmRegOrRegClass, Option<Physical>)> {
        match reg {
            RegOrRegClass::Reg(name) => {
                let register = Register::parse(name.as_str())
                    .ok_or_else(|| Error::unsupported(format!("the register `{}` of assembly", name.as_str())))?;
                let reg = ramir::InlineAsmRegOrRegClass::Reg(self.types.id.sym(&register.name));
                Ok((reg, Some(register.physical)))
            }
            RegOrRegClass::RegClass(name) => {
                Ok((ramir::InlineAsmRegOrRegClass::RegClass(self.types.id.sym(name.as_str())), None))
            }
        }
    }

    fn asm_place(&mut self, place: &Option<Place>) -> Result<Option<ramir::Place>> {
        place.as_ref().map(|place| Ok(self.place(place)?.0)).transpose()
    }

    fn asm_const(&mut self, value: &Operand) -> Result<ramir::ConstOperand> {
        match self.operand(value)?.0 {
            ramir::Operand::Constant(constant) => Ok(*constant),
            _ => Err(Error::missing("a constant operand of assembly")),
        }
    }
}

fn is_late(operand: &AsmOperand) -> bool {
    match operand {
        AsmOperand::Out { late, .. } | AsmOperand::InOut { late, .. } | AsmOperand::SplitInOut { late, .. } => *late,
        AsmOperand::In { .. } | AsmOperand::Label(_) | AsmOperand::Const(_) | AsmOperand::Sym(_) => false,
    }
}

/// A register as the hardware has it. Those that overlap are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Physical {
    file: File,
    index: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum File {
    General,
    Vector,
    Mask,
    Mmx,
    X87,
    Tile,
}

#[derive(PartialEq, Eq, Debug)]
struct Register {
    /// rustc's.
    name: String,
    physical: Physical,
}

/// The general-purpose registers: rustc's name, that of the lowest byte, which is a register of its own to rustc, and the others.
const GENERAL: [[&str; 4]; 14] = [
    ["ax", "al", "eax", "rax"],
    ["bx", "bl", "ebx", "rbx"],
    ["cx", "cl", "ecx", "rcx"],
    ["dx", "dl", "edx", "rdx"],
    ["si", "sil", "esi", "rsi"],
    ["di", "dil", "edi", "rdi"],
    ["r8", "r8b", "r8w", "r8d"],
    ["r9", "r9b", "r9w", "r9d"],
    ["r10", "r10b", "r10w", "r10d"],
    ["r11", "r11b", "r11w", "r11d"],
    ["r12", "r12b", "r12w", "r12d"],
    ["r13", "r13b", "r13w", "r13d"],
    ["r14", "r14b", "r14w", "r14d"],
    ["r15", "r15b", "r15w", "r15d"],
];

impl Register {
    fn new(name: impl Into<String>, file: File, index: usize) -> Register {
        Register { name: name.into(), physical: Physical { file, index } }
    }

    fn parse(name: &str) -> Option<Register> {
        for (index, [word, byte, others @ ..]) in GENERAL.iter().enumerate() {
            if name == *byte {
                return Some(Register::new(name, File::General, index));
            }
            if name == *word || others.contains(&name) {
                return Some(Register::new(*word, File::General, index));
            }
        }
        if name == "st" {
            return Some(Register::new("st(0)", File::X87, 0));
        }
        let all = [
            ("xmm", "", File::Vector, 32),
            ("ymm", "", File::Vector, 32),
            ("zmm", "", File::Vector, 32),
            ("k", "", File::Mask, 8),
            ("mm", "", File::Mmx, 8),
            ("st(", ")", File::X87, 8),
            ("tmm", "", File::Tile, 8),
        ];
        all.into_iter().find_map(|(prefix, suffix, file, count)| {
            let index = (0..count).find(|index| format!("{prefix}{index}{suffix}") == name)?;
            // The upper half of the vector registers has but one name.
            let name = if file == File::Vector && index >= 16 { format!("zmm{index}") } else { name.to_owned() };
            Some(Register::new(name, file, index))
        })
    }
}

/// What a call of a function with the ABI may change.
fn clobbered_by(abi: &str) -> Result<Vec<Register>> {
    let general: &[usize] = match abi {
        "C" | "system" | "sysv64" => &[0, 2, 3, 4, 5, 6, 7, 8, 9],
        "win64" | "efiapi" => &[0, 2, 3, 6, 7, 8, 9],
        _ => return Err(Error::unsupported(format!("assembly that clobbers what the ABI {abi:?} does"))),
    };
    let general = general.iter().map(|&index| Register::new(GENERAL[index][0], File::General, index));
    let vectors = (0..32).map(|index| {
        let prefix = if index < 16 { "xmm" } else { "zmm" };
        Register::new(format!("{prefix}{index}"), File::Vector, index)
    });
    let others = [("k", "", File::Mask), ("mm", "", File::Mmx), ("st(", ")", File::X87), ("tmm", "", File::Tile)];
    let others = others.into_iter().flat_map(|(prefix, suffix, file)| {
        (0..8).map(move |index| Register::new(format!("{prefix}{index}{suffix}"), file, index))
    });
    Ok(general.chain(vectors).chain(others).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// rustc's name, and whether the registers overlap those of `other`.
    fn told(name: &str, other: &str) -> (String, bool) {
        let (one, other) = (Register::parse(name).unwrap(), Register::parse(other).unwrap());
        let overlap = one.physical == other.physical;
        (one.name, overlap)
    }

    #[test]
    fn registers_have_rustcs_names() {
        assert_eq!(told("rax", "al"), ("ax".to_owned(), true));
        assert_eq!(told("al", "cl"), ("al".to_owned(), false));
        assert_eq!(told("r8d", "r8b"), ("r8".to_owned(), true));
        assert_eq!(told("ymm3", "zmm3"), ("ymm3".to_owned(), true));
        assert_eq!(told("xmm17", "xmm1"), ("zmm17".to_owned(), false));
        assert_eq!(told("st", "st(0)"), ("st(0)".to_owned(), true));
        assert_eq!(told("mm1", "xmm1"), ("mm1".to_owned(), false));
        for unknown in ["rsp", "ah", "xmm32", "xmm01", "k8", "st(8)", ""] {
            assert_eq!(Register::parse(unknown), None);
        }
    }

    #[test]
    fn abis_clobber_what_their_names_say() {
        let names = |abi| clobbered_by(abi).unwrap().into_iter().map(|register| register.name).collect::<Vec<_>>();
        let win64 = "ax cx dx r8 r9 r10 r11 xmm0 xmm1 xmm2 xmm3 xmm4 xmm5 xmm6 xmm7 xmm8 xmm9 xmm10 xmm11 xmm12 xmm13 \
            xmm14 xmm15 zmm16 zmm17 zmm18 zmm19 zmm20 zmm21 zmm22 zmm23 zmm24 zmm25 zmm26 zmm27 zmm28 zmm29 zmm30 zmm31 \
            k0 k1 k2 k3 k4 k5 k6 k7 mm0 mm1 mm2 mm3 mm4 mm5 mm6 mm7 st(0) st(1) st(2) st(3) st(4) st(5) st(6) st(7) \
            tmm0 tmm1 tmm2 tmm3 tmm4 tmm5 tmm6 tmm7";
        assert_eq!(names("win64").join(" "), win64);
        assert_eq!(names("C")[..9], ["ax", "cx", "dx", "si", "di", "r8", "r9", "r10", "r11"]);
        assert_eq!(names("C")[9..], names("efiapi")[7..]);
        assert!(clobbered_by("cdecl").is_err());
    }
}
