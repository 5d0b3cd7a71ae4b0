//! `asm!`: each use becomes a function of its own in assembly, which is given its operands in memory and is called from
//! the function that has it. Semantics: the Rust reference on inline assembly, `rustc_target::asm::x86`.
//!
//! The wrapper function takes one argument, the address of the operands' slots, keeps it in `rbx` (which `asm!` may not
//! name), loads the inputs into their registers, runs the template, and stores the outputs. It returns which label was
//! jumped to, 0 for none.

use crate::abi::{CallTarget, codegen_call_with_unwind_action};
use crate::base::{codegen_operand, codegen_place};
use crate::prelude::*;
use std::fmt::Write;

/// rustc's `InlineAsmOptions`, as [`InlineAsm::options`] has them.
pub(crate) mod options {
    pub(crate) const NORETURN: u16 = 1 << 4;
    pub(crate) const ATT_SYNTAX: u16 = 1 << 6;
    pub(crate) const MAY_UNWIND: u16 = 1 << 8;
}

/// A register, or a class that one is to be chosen from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RegOrClass {
    Reg(Reg),
    Class(RegClass),
}

/// A register under the name of its class: `al`, `ax` and the like are one physical register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reg {
    pub(crate) class: RegClass,
    pub(crate) index: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RegClass {
    Reg,
    RegAbcd,
    RegByte,
    Xmm,
    Ymm,
    Zmm,
    K,
    /// `mm0`, `st(0)`, `tmm0`: only ever clobbered.
    Other,
}

/// The general-purpose registers by index, each under its names for 64, 32, 16 and 8 bits.
const GPRS: [[&str; 4]; 14] = [
    ["rax", "eax", "ax", "al"],
    ["rbx", "ebx", "bx", "bl"],
    ["rcx", "ecx", "cx", "cl"],
    ["rdx", "edx", "dx", "dl"],
    ["rsi", "esi", "si", "sil"],
    ["rdi", "edi", "di", "dil"],
    ["r8", "r8d", "r8w", "r8b"],
    ["r9", "r9d", "r9w", "r9b"],
    ["r10", "r10d", "r10w", "r10b"],
    ["r11", "r11d", "r11w", "r11b"],
    ["r12", "r12d", "r12w", "r12b"],
    ["r13", "r13d", "r13w", "r13b"],
    ["r14", "r14d", "r14w", "r14b"],
    ["r15", "r15d", "r15w", "r15b"],
];
/// The one register that the wrapper keeps for itself.
const RBX: u8 = 1;
/// `r12` to `r15`: a wrapper that uses them has to preserve them.
const CALLEE_SAVED_GPRS: std::ops::RangeInclusive<u8> = 10..=13;

impl RegClass {
    fn from_name(name: &str) -> Option<RegClass> {
        Some(match name {
            "reg" => RegClass::Reg,
            "reg_abcd" => RegClass::RegAbcd,
            "reg_byte" => RegClass::RegByte,
            "xmm_reg" => RegClass::Xmm,
            "ymm_reg" => RegClass::Ymm,
            "zmm_reg" => RegClass::Zmm,
            "kreg" => RegClass::K,
            _ => return None,
        })
    }

    /// Size and alignment of the slot that can hold such a register.
    fn slot_size(self) -> u32 {
        match self {
            RegClass::Reg | RegClass::RegAbcd | RegClass::RegByte | RegClass::K | RegClass::Other => 8,
            RegClass::Xmm => 16,
            RegClass::Ymm => 32,
            RegClass::Zmm => 64,
        }
    }

    fn is_gpr(self) -> bool {
        matches!(self, RegClass::Reg | RegClass::RegAbcd | RegClass::RegByte)
    }

    fn is_vector(self) -> bool {
        matches!(self, RegClass::Xmm | RegClass::Ymm | RegClass::Zmm)
    }

    /// The registers to choose from, by preference.
    fn allocatable(self) -> impl Iterator<Item = u8> {
        let indices = match self {
            RegClass::Reg | RegClass::RegByte => 0..GPRS.len() as u8,
            RegClass::RegAbcd => 0..4,
            RegClass::Xmm | RegClass::Ymm | RegClass::Zmm => 0..16,
            RegClass::K => 1..8,
            RegClass::Other => 0..0,
        };
        indices.filter(move |&index| !(self.is_gpr() && index == RBX))
    }
}

impl Reg {
    pub(crate) const AX: Reg = Reg { class: RegClass::Reg, index: 0 };
    pub(crate) const CX: Reg = Reg { class: RegClass::Reg, index: 2 };
    pub(crate) const DX: Reg = Reg { class: RegClass::Reg, index: 3 };
    pub(crate) const SI: Reg = Reg { class: RegClass::Reg, index: 4 };
    pub(crate) const DI: Reg = Reg { class: RegClass::Reg, index: 5 };

    /// `xmmN`, `ymmN` or `zmmN` for a vector of so many bytes.
    pub(crate) fn vector(bytes: u64, index: u8) -> Reg {
        let class = match bytes {
            ..=16 => RegClass::Xmm,
            17..=32 => RegClass::Ymm,
            _ => RegClass::Zmm,
        };
        Reg { class, index }
    }

    /// By rustc's name for the register.
    fn from_name(name: &str) -> Option<Reg> {
        let position = |name: &str| GPRS.iter().position(|names| names[2] == name || names[3] == name || names[0] == name);
        if let Some(index) = position(name) {
            let class = if GPRS[index][3] == name { RegClass::RegByte } else { RegClass::Reg };
            return Some(Reg { class, index: index as u8 });
        }
        let classes = [("xmm", RegClass::Xmm), ("ymm", RegClass::Ymm), ("zmm", RegClass::Zmm), ("k", RegClass::K)];
        for (prefix, class) in classes {
            if let Some(index) = name.strip_prefix(prefix).and_then(|n| n.parse().ok()) {
                return Some(Reg { class, index });
            }
        }
        for (offset, prefix) in [(0, "mm"), (8, "st("), (16, "tmm")] {
            if let Some(index) = name.strip_prefix(prefix).and_then(|n| n.trim_end_matches(')').parse::<u8>().ok()) {
                return Some(Reg { class: RegClass::Other, index: offset + index });
            }
        }
        None
    }

    /// Whether writing one changes the other.
    fn overlaps(self, other: Reg) -> bool {
        let same_file = (self.class.is_gpr() && other.class.is_gpr())
            || (self.class.is_vector() && other.class.is_vector())
            || self.class == other.class;
        same_file && self.index == other.index
    }

    fn must_be_preserved(self) -> bool {
        self.class.is_gpr() && CALLEE_SAVED_GPRS.contains(&self.index)
    }

    /// The name in assembly, under a template modifier.
    pub(crate) fn emit(self, modifier: Option<char>) -> String {
        let vector = |default: &str| match modifier {
            Some('x') => "xmm".to_owned(),
            Some('y') => "ymm".to_owned(),
            Some('z') => "zmm".to_owned(),
            _ => default.to_owned(),
        } + &self.index.to_string();
        let gpr = |width: usize| GPRS[usize::from(self.index)][width].to_owned();
        match self.class {
            RegClass::Reg | RegClass::RegAbcd => match modifier {
                Some('l') => gpr(3),
                Some('h') if self.index < 4 => gpr(3).replace('l', "h"),
                Some('x') => gpr(2),
                Some('e') => gpr(1),
                _ => gpr(0),
            },
            RegClass::RegByte => gpr(3),
            RegClass::Xmm => vector("xmm"),
            RegClass::Ymm => vector("ymm"),
            RegClass::Zmm => vector("zmm"),
            RegClass::K => format!("k{}", self.index),
            RegClass::Other => match self.index {
                ..8 => format!("mm{}", self.index),
                8..16 => format!("st({})", self.index - 8),
                _ => format!("tmm{}", self.index - 16),
            },
        }
    }

    /// Instructions that move between the register and `[rbx + offset]`.
    fn transfer(self, out: &mut String, offset: u32, load: bool) {
        let (mnemonic, reg) = match self.class {
            RegClass::Reg | RegClass::RegAbcd | RegClass::RegByte => ("mov", self.emit(None)),
            RegClass::Xmm if self.index < 16 => ("movups", self.emit(None)),
            RegClass::Xmm | RegClass::Ymm | RegClass::Zmm => ("vmovups", self.emit(None)),
            RegClass::K => ("kmovq", self.emit(None)),
            RegClass::Other => fatal(format!("unsupported: asm operand in register {}", self.emit(None))),
        };
        let _ = match load {
            true => writeln!(out, "    {mnemonic} {reg}, [rbx + {offset}]"),
            false => writeln!(out, "    {mnemonic} [rbx + {offset}], {reg}"),
        };
    }
}

/// An operand whose inputs are computed.
pub(crate) enum CInlineAsmOperand<'tcx> {
    In { reg: RegOrClass, value: CValue<'tcx> },
    Out { reg: RegOrClass, late: bool, place: Option<CPlace<'tcx>> },
    InOut { reg: RegOrClass, in_value: CValue<'tcx>, out_place: Option<CPlace<'tcx>> },
    /// A constant or a symbol.
    Text(String),
    /// Number `n` of the labels, from 1.
    Label(u32),
}

/// A piece of the template: text, or an operand with its modifier.
pub(crate) enum TemplatePiece<'a> {
    Text(&'a str),
    Operand(usize, Option<char>),
}

pub(crate) fn codegen_inline_asm_terminator<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    asm: &InlineAsm,
    source_info: SourceInfo,
) {
    // Labels come after the fall-through target, unless there is none.
    let falls_through = asm.options & options::NORETURN == 0;
    let label_blocks: Vec<Block> =
        asm.targets.iter().skip(usize::from(falls_through)).map(|&bb| fx.get_block(bb)).collect();

    let mut labels = 0;
    let operands: Vec<_> = asm
        .operands
        .iter()
        .map(|operand| match operand {
            InlineAsmOperand::In { reg, value } => {
                CInlineAsmOperand::In { reg: reg_or_class(fx, *reg), value: codegen_operand(fx, value) }
            }
            InlineAsmOperand::Out { reg, late, place } => CInlineAsmOperand::Out {
                reg: reg_or_class(fx, *reg),
                late: *late,
                place: place.as_ref().map(|place| codegen_place(fx, place)),
            },
            InlineAsmOperand::InOut { reg, late: _, in_value, out_place } => CInlineAsmOperand::InOut {
                reg: reg_or_class(fx, *reg),
                in_value: codegen_operand(fx, in_value),
                out_place: out_place.as_ref().map(|place| codegen_place(fx, place)),
            },
            InlineAsmOperand::Const { value } => {
                CInlineAsmOperand::Text(const_operand_text(fx.tcx, value, fx.instance.args))
            }
            InlineAsmOperand::SymFn { value } => {
                CInlineAsmOperand::Text(sym_fn_text(fx.cx, value, fx.instance.args))
            }
            InlineAsmOperand::SymStatic { def_id } => {
                CInlineAsmOperand::Text(asm_symbol(fx.tcx.static_symbol_name(*def_id).or_fatal()))
            }
            InlineAsmOperand::Label { .. } => {
                labels += 1;
                CInlineAsmOperand::Label(labels)
            }
        })
        .collect();
    let template: Vec<_> = asm.template.iter().map(template_piece).collect();

    let label = codegen_inline_asm_inner(fx, &template, operands, asm.options, asm.unwind, source_info);

    // The block that follows once no label was taken.
    for (i, block) in label_blocks.into_iter().enumerate() {
        let taken = fx.bcx.ins().icmp_imm_u(IntCC::Equal, label, i as i64 + 1);
        let next = fx.bcx.create_block();
        fx.bcx.ins().brif(taken, block, &[], next, &[]);
        fx.bcx.seal_block(next);
        fx.bcx.switch_to_block(next);
    }
    match asm.targets.first() {
        Some(&target) if falls_through => {
            let block = fx.get_block(target);
            fx.bcx.ins().jump(block, &[]);
        }
        _ => trap_unreachable(fx),
    }
}

pub(crate) fn template_piece(piece: &InlineAsmTemplatePiece) -> TemplatePiece<'_> {
    match piece {
        InlineAsmTemplatePiece::String(text) => TemplatePiece::Text(text),
        InlineAsmTemplatePiece::Placeholder { operand_idx, modifier } => {
            TemplatePiece::Operand(*operand_idx as usize, *modifier)
        }
    }
}

fn reg_or_class(fx: &FunctionCx<'_, '_, '_>, reg: InlineAsmRegOrRegClass) -> RegOrClass {
    let (name, parsed) = match reg {
        InlineAsmRegOrRegClass::Reg(name) => {
            let name = fx.tcx.str(name);
            (name, Reg::from_name(name).map(RegOrClass::Reg))
        }
        InlineAsmRegOrRegClass::RegClass(name) => {
            let name = fx.tcx.str(name);
            (name, RegClass::from_name(name).map(RegOrClass::Class))
        }
    };
    parsed.unwrap_or_else(|| fatal(format!("unsupported: asm operand in register or class `{name}`")))
}

/// The text of a `const` operand in an instance with arguments `args`: a decimal number.
pub(crate) fn const_operand_text(tcx: TyCtxt<'_>, ct: &ConstOperand, args: Args) -> String {
    let ty = tcx.monomorphize(ct.const_.ty(), args).or_fatal();
    let value = tcx.eval_mir_const(&ct.const_, args).or_fatal();
    let ConstValue::Scalar(ramir::Scalar::Int(int)) = value else {
        fatal("unsupported: asm const operand that is no integer")
    };
    if tcx.is_signed(ty) {
        let unused = 128 - 8 * u32::from(int.size);
        ((int.data << unused).cast_signed() >> unused).to_string()
    } else {
        int.data.to_string()
    }
}

/// The symbol of a `sym` operand that names a function.
pub(crate) fn sym_fn_text(cx: &CodegenCx<'_>, ct: &ConstOperand, args: Args) -> String {
    let ty = cx.tcx.monomorphize(ct.const_.ty(), args).or_fatal();
    let TyKind::FnDef(def, args) = *cx.tcx.kind(ty) else { fatal("asm sym operand that is no function") };
    let instance = cx.tcx.resolve_for_fn_ptr(def, args).or_fatal();
    asm_symbol(cx.symbol_name(instance))
}

/// A symbol as an operand of the assembler, which reads a name like `exit@GLIBC_2.2.5` only in quotes.
pub(crate) fn asm_symbol(symbol: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
    if !symbol.is_empty() && symbol.chars().all(is_plain) {
        return symbol.to_owned();
    }
    format!("\"{}\"", symbol.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\\n"))
}

/// Generates the wrapper and its call; gives the number of the label that was taken. `unwind` counts if the options
/// permit unwinding.
pub(crate) fn codegen_inline_asm_inner<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    template: &[TemplatePiece<'_>],
    operands: Vec<CInlineAsmOperand<'tcx>>,
    options: u16,
    unwind: UnwindAction,
    source_info: SourceInfo,
) -> Value {
    let name = format!("{}__inline_asm_n{}", fx.symbol_name, fx.inline_asm_index);
    fx.inline_asm_index += 1;

    let mut wrapper = Wrapper {
        name: &name,
        template,
        operands: &operands,
        options,
        registers: allocate_registers(&operands),
        slots: Slots::default(),
    };
    wrapper.slots = wrapper.allocate_slots();
    let text = wrapper.generate();
    fx.inline_asm.push_str(&text);
    let slots = wrapper.slots;

    let memory = fx.create_stack_slot(slots.size.max(16), slots.align.max(16));
    for (operand, slot) in operands.iter().zip(&slots.input) {
        if let (
            CInlineAsmOperand::In { value, .. } | CInlineAsmOperand::InOut { in_value: value, .. },
            Some(offset),
        ) = (operand, slot)
        {
            let to = memory.offset_i64(fx, i64::from(*offset));
            CPlace::for_ptr(to, value.layout()).write_cvalue(fx, *value);
        }
    }

    let sig = || Signature {
        call_conv: CallConv::SystemV,
        params: vec![AbiParam::new(types::I64)],
        returns: vec![AbiParam::new(types::I32)],
    };
    let unwind = if options & self::options::MAY_UNWIND != 0 { unwind } else { UnwindAction::Unreachable };
    let func = CallTarget::Direct(fx.lib_func_ref(&name, sig));
    let addr = memory.get_addr(fx);
    let label = codegen_call_with_unwind_action(fx, source_info, func, unwind, &[addr], None)[0];

    for (operand, slot) in operands.iter().zip(&slots.output) {
        if let (
            CInlineAsmOperand::Out { place: Some(place), .. }
            | CInlineAsmOperand::InOut { out_place: Some(place), .. },
            Some(offset),
        ) = (operand, slot)
        {
            let from = memory.offset_i64(fx, i64::from(*offset));
            let layout = place.layout();
            place.write_cvalue(fx, CValue::by_ref(from, layout));
        }
    }
    label
}

/// A register for each operand that has one: given ones first, then those that are written early, then the rest. Inputs
/// and late outputs may share a register.
fn allocate_registers(operands: &[CInlineAsmOperand<'_>]) -> Vec<Option<Reg>> {
    // Whether each taken register holds an input, and an output.
    let mut taken: Vec<(Reg, bool, bool)> = Vec::new();
    let mut registers = vec![None; operands.len()];
    let uses = |operand: &CInlineAsmOperand<'_>| match operand {
        CInlineAsmOperand::In { reg, .. } => Some((*reg, true, false)),
        CInlineAsmOperand::Out { reg, late, .. } => Some((*reg, !late, true)),
        CInlineAsmOperand::InOut { reg, .. } => Some((*reg, true, true)),
        CInlineAsmOperand::Text(_) | CInlineAsmOperand::Label(_) => None,
    };

    for (operand, register) in operands.iter().zip(&mut registers) {
        if let Some((RegOrClass::Reg(reg), input, output)) = uses(operand) {
            *register = Some(reg);
            taken.push((reg, input, output));
        }
    }
    for constrained in [true, false] {
        for (operand, register) in operands.iter().zip(&mut registers) {
            let Some((RegOrClass::Class(class), input, output)) = uses(operand) else { continue };
            if (input && output) != constrained {
                continue;
            }
            let free = class.allocatable().map(|index| Reg { class, index }).find(|reg| {
                !taken.iter().any(|&(other, in_, out)| reg.overlaps(other) && ((input && in_) || (output && out)))
            });
            let Some(reg) = free else { fatal("asm! needs more registers than there are") };
            *register = Some(reg);
            taken.push((reg, input, output));
        }
    }
    registers
}

/// Offsets from `rbx`, by operand.
#[derive(Default)]
struct Slots {
    input: Vec<Option<u32>>,
    output: Vec<Option<u32>>,
    /// Registers to preserve, with their slots.
    preserved: Vec<(Reg, u32)>,
    size: u32,
    align: u32,
}

struct Wrapper<'a, 'tcx> {
    name: &'a str,
    template: &'a [TemplatePiece<'a>],
    operands: &'a [CInlineAsmOperand<'tcx>],
    options: u16,
    registers: Vec<Option<Reg>>,
    slots: Slots,
}

impl Wrapper<'_, '_> {
    fn is_noreturn(&self) -> bool {
        self.options & options::NORETURN != 0 && self.label_count() == 0
    }

    fn label_count(&self) -> u32 {
        self.operands.iter().filter(|operand| matches!(operand, CInlineAsmOperand::Label(_))).count() as u32
    }

    /// Slots do not overlap: outputs are stored while callee-saved registers still wait in theirs, and an output's slot
    /// must not change an input that a label's path reads again.
    fn allocate_slots(&self) -> Slots {
        let mut slots = Slots {
            input: vec![None; self.operands.len()],
            output: vec![None; self.operands.len()],
            align: 16,
            ..Slots::default()
        };
        let mut new_slot = |class: RegClass| {
            let size = class.slot_size();
            let offset = slots.size.next_multiple_of(size);
            slots.size = offset + size;
            slots.align = slots.align.max(size);
            offset
        };
        let mut preserved: Vec<(Reg, u32)> = Vec::new();
        for reg in self.registers.iter().flatten().filter(|reg| reg.must_be_preserved()) {
            if !preserved.iter().any(|(other, _)| other.index == reg.index) {
                preserved.push((Reg { class: RegClass::Reg, index: reg.index }, new_slot(RegClass::Reg)));
            }
        }
        for (i, (operand, reg)) in self.operands.iter().zip(&self.registers).enumerate() {
            let Some(reg) = reg else { continue };
            match operand {
                CInlineAsmOperand::In { .. } => slots.input[i] = Some(new_slot(reg.class)),
                CInlineAsmOperand::Out { place: Some(_), .. } => slots.output[i] = Some(new_slot(reg.class)),
                CInlineAsmOperand::InOut { out_place, .. } => {
                    let slot = new_slot(reg.class);
                    slots.input[i] = Some(slot);
                    slots.output[i] = out_place.map(|_| slot);
                }
                _ => {}
            }
        }
        slots.preserved = preserved;
        slots
    }

    fn generate(&self) -> String {
        let mut out = String::new();
        let name = self.name;
        out.push_str(".intel_syntax noprefix\n");
        let _ = writeln!(out, ".pushsection .text.{name},\"ax\",@progbits");
        // Weak: an instance that several crates compile has the same wrapper in each.
        let _ = writeln!(out, ".weak {name}\n.hidden {name}\n.type {name},@function\n{name}:");
        // rsp is a multiple of 16 afterwards, as a call in the template wants it.
        out.push_str(
            "    .cfi_startproc
    push rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov rbp, rsp
    .cfi_def_cfa_register rbp
    push rbx
    .cfi_offset rbx, -24
    sub rsp, 8
    mov rbx, rdi
",
        );
        for &(reg, slot) in &self.slots.preserved {
            reg.transfer(&mut out, slot, false);
        }
        for (reg, slot) in self.registers.iter().zip(&self.slots.input) {
            if let (Some(reg), Some(slot)) = (reg, slot) {
                reg.transfer(&mut out, *slot, true);
            }
        }

        let att = self.options & options::ATT_SYNTAX != 0;
        if att {
            out.push_str(".att_syntax\n");
        }
        for piece in self.template {
            match *piece {
                TemplatePiece::Text(text) => out.push_str(text),
                TemplatePiece::Operand(i, modifier) => self.emit_operand(&mut out, i, modifier, att),
            }
        }
        out.push('\n');
        if att {
            out.push_str(".intel_syntax noprefix\n");
        }

        if self.is_noreturn() {
            out.push_str("    ud2\n");
        } else {
            self.emit_exit(&mut out, 0);
        }
        for label in 1..=self.label_count() {
            let _ = writeln!(out, ".L{name}_label{label}:");
            self.emit_exit(&mut out, label);
        }
        let _ = writeln!(out, "    .cfi_endproc\n.size {name}, .-{name}\n.popsection\n.att_syntax\n");
        out
    }

    fn emit_operand(&self, out: &mut String, i: usize, modifier: Option<char>, att: bool) {
        match (&self.operands[i], self.registers[i]) {
            (CInlineAsmOperand::Text(text), _) => out.push_str(text),
            (CInlineAsmOperand::Label(label), _) => {
                let _ = write!(out, ".L{}_label{label}", self.name);
            }
            (_, Some(reg)) => {
                if att {
                    out.push('%');
                }
                out.push_str(&reg.emit(modifier));
            }
            (_, None) => bug!("asm operand {i} without a register"),
        }
    }

    /// Stores the outputs and returns `label`.
    fn emit_exit(&self, out: &mut String, label: u32) {
        for (reg, slot) in self.registers.iter().zip(&self.slots.output) {
            if let (Some(reg), Some(slot)) = (reg, slot) {
                reg.transfer(out, *slot, false);
            }
        }
        for &(reg, slot) in &self.slots.preserved {
            reg.transfer(out, slot, true);
        }
        let _ = writeln!(out, "    mov eax, {label}");
        out.push_str("    mov rbx, [rbp - 8]\n    mov rsp, rbp\n    pop rbp\n    ret\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn out(reg: &str, late: bool) -> CInlineAsmOperand<'static> {
        let reg = match RegClass::from_name(reg) {
            Some(class) => RegOrClass::Class(class),
            None => RegOrClass::Reg(Reg::from_name(reg).unwrap()),
        };
        CInlineAsmOperand::Out { reg, late, place: None }
    }

    #[test]
    fn register_names() {
        let names = |name: &str| {
            let reg = Reg::from_name(name).unwrap();
            [None, Some('l'), Some('x'), Some('e'), Some('r')].map(|modifier| reg.emit(modifier)).join(" ")
        };
        expect!["rax al ax eax rax"].assert_eq(&names("ax"));
        expect!["rdi dil di edi rdi"].assert_eq(&names("di"));
        expect!["r8 r8b r8w r8d r8"].assert_eq(&names("r8"));
        expect!["r15b r15b r15b r15b r15b"].assert_eq(&names("r15b"));
        let vector = Reg::from_name("ymm3").unwrap();
        expect!["ymm3 xmm3"].assert_eq(&format!("{} {}", vector.emit(None), vector.emit(Some('x'))));
        assert_eq!(Reg::from_name("st(1)").unwrap().emit(None), "st(1)");
        assert_eq!(Reg::from_name("sp"), None);
    }

    #[test]
    fn allocation() {
        let allocate = |operands: &[CInlineAsmOperand<'_>]| {
            let regs = allocate_registers(operands);
            regs.iter().map(|reg| reg.map_or("-".into(), |reg| reg.emit(None))).collect::<Vec<_>>().join(" ")
        };
        // Given registers come first, whatever their position and name.
        expect!["rcx dl rax"].assert_eq(&allocate(&[out("reg", true), out("dl", true), out("ax", false)]));
        expect!["rdx rcx al"].assert_eq(&allocate(&[out("reg_abcd", false), out("cx", true), out("al", true)]));
        expect!["xmm1 ymm0 -"].assert_eq(&allocate(&[
            out("xmm_reg", true),
            out("ymm0", false),
            CInlineAsmOperand::Text("1".into()),
        ]));
    }

    #[test]
    fn wrapper_preserves_callee_saved_registers() {
        let operands = [out("r12", true), CInlineAsmOperand::Text("42".into()), CInlineAsmOperand::Label(1)];
        let template = [
            TemplatePiece::Text("mov "),
            TemplatePiece::Operand(0, Some('e')),
            TemplatePiece::Text(", "),
            TemplatePiece::Operand(1, None),
            TemplatePiece::Text("\njmp "),
            TemplatePiece::Operand(2, None),
        ];
        let mut wrapper = Wrapper {
            name: "f",
            template: &template,
            operands: &operands,
            options: 0,
            registers: allocate_registers(&operands),
            slots: Slots::default(),
        };
        wrapper.slots = wrapper.allocate_slots();
        expect![[r#"
            .intel_syntax noprefix
            .pushsection .text.f,"ax",@progbits
            .weak f
            .hidden f
            .type f,@function
            f:
                .cfi_startproc
                push rbp
                .cfi_def_cfa_offset 16
                .cfi_offset rbp, -16
                mov rbp, rsp
                .cfi_def_cfa_register rbp
                push rbx
                .cfi_offset rbx, -24
                sub rsp, 8
                mov rbx, rdi
                mov [rbx + 0], r12
            mov r12d, 42
            jmp .Lf_label1
                mov r12, [rbx + 0]
                mov eax, 0
                mov rbx, [rbp - 8]
                mov rsp, rbp
                pop rbp
                ret
            .Lf_label1:
                mov r12, [rbx + 0]
                mov eax, 1
                mov rbx, [rbp - 8]
                mov rsp, rbp
                pop rbp
                ret
                .cfi_endproc
            .size f, .-f
            .popsection
            .att_syntax

        "#]]
        .assert_eq(&wrapper.generate());
    }
}
