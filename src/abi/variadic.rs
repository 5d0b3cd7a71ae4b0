//! Definitions of C-variadic functions. Cranelift has no way to reach arguments beyond a signature, so that such a function
//! is compiled under another name with one more parameter, the address of a `va_list`; the function's own symbol is a
//! piece of assembly that builds the list and calls it. Semantics: psABI x86-64, section 3.5.7.

use super::{GENERAL_ARGS as GENERAL, VECTOR_ARGS as VECTORS};
use crate::prelude::*;
use cranelift_codegen::ir::ArgumentPurpose;
use std::fmt::Write;

/// Registers that the fixed parameters are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FixedRegs {
    general: usize,
    vector: usize,
}

/// Adds the parameter for the `va_list` to the signature of the fixed parameters.
pub(crate) fn add_va_list_param(sig: &mut Signature) -> FixedRegs {
    let mut regs = FixedRegs { general: 0, vector: 0 };
    for param in &sig.params {
        match param.value_type {
            _ if !matches!(param.purpose, ArgumentPurpose::Normal | ArgumentPurpose::StructReturn) => {
                fatal("unsupported: C-variadic function with a parameter on the stack")
            }
            ty if ty.is_int() => regs.general += ty.bytes().div_ceil(8) as usize,
            _ => regs.vector += 1,
        }
    }
    if regs.general >= GENERAL.len() || regs.vector > VECTORS {
        fatal("unsupported: C-variadic function whose fixed parameters fill the registers");
    }
    sig.params.push(AbiParam::new(types::I64));
    regs
}

/// The symbol that the body of variadic function `symbol` is compiled under.
pub(crate) fn body_symbol(symbol: &str) -> String {
    format!("{symbol}__variadic")
}

/// What the function's own symbol does in a frame of [`FRAME_SIZE`]: saves the registers, makes the list, calls the body.
pub(crate) fn trampoline(symbol: &str, regs: FixedRegs) -> String {
    let mut body = String::new();
    for (i, reg) in GENERAL.iter().enumerate() {
        let _ = writeln!(body, "    mov [rsp + {}], {reg}", 8 * i);
    }
    // al says whether there are arguments in vector registers.
    let _ = writeln!(body, "    test al, al\n    je .L{symbol}_no_vectors");
    for i in 0..VECTORS {
        let _ = writeln!(body, "    movaps [rsp + {}], xmm{i}", 48 + 16 * i);
    }
    let _ = writeln!(body, ".L{symbol}_no_vectors:");
    let _ = writeln!(body, "    mov dword ptr [rsp + 176], {}", 8 * regs.general);
    let _ = writeln!(body, "    mov dword ptr [rsp + 180], {}", 48 + 16 * regs.vector);
    let _ = writeln!(body, "    lea r11, [rbp + 16]\n    mov [rsp + 184], r11\n    mov [rsp + 192], rsp");
    let _ = writeln!(body, "    lea {}, [rsp + 176]", GENERAL[regs.general]);
    let _ = writeln!(body, "    call {}", body_symbol(symbol));
    body
}

/// The frame of [`trampoline`]: the register save area and the list.
pub(crate) const FRAME_SIZE: i32 = 208;
