//! `global_asm!` and naked functions as text, and the assembler. Semantics: `rustc_codegen_ssa::mir::naked_asm`.
//!
//! The assembler is the toolchain's own rustc, whose LLVM reads the same syntax as `asm!` promises; a crate with nothing
//! but a `global_asm!` is compiled to an object.

use crate::inline_asm::{TemplatePiece, asm_symbol, const_operand_text, options, sym_fn_text, template_piece};
use crate::prelude::*;
use anyhow::{Context as _, bail};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The text of a `global_asm!` item.
pub(crate) fn codegen_global_asm(cx: &CodegenCx<'_>, asm: &GlobalAsm) -> crate::adapter::Result<String> {
    let operands = asm
        .operands
        .iter()
        .map(|operand| {
            Ok(match operand {
                GlobalAsmOperand::Const(text) => text.to_string(),
                GlobalAsmOperand::SymFn { def_id, args } => {
                    let instance = cx.tcx.expect_resolve(*def_id, *args)?;
                    asm_symbol(cx.tcx.symbol_name(instance)?)
                }
                GlobalAsmOperand::SymStatic(def) => asm_symbol(cx.tcx.static_symbol_name(*def)?),
            })
        })
        .collect::<crate::adapter::Result<Vec<_>>>()?;
    Ok(assemble_text(&asm.template, &operands, asm.options, "", ""))
}

/// The text of a naked function, whose body is one `naked_asm!`.
pub(crate) fn codegen_naked_asm(
    cx: &CodegenCx<'_>,
    instance: Instance,
    body: &Body,
    symbol: &str,
    visibility: Visibility,
    attrs: &CodegenFnAttrs,
) -> String {
    let Some(TerminatorKind::InlineAsm(asm)) = body.blocks.first().map(|block| &block.terminator.kind) else {
        bug!("a naked function without naked_asm!: {symbol}")
    };
    let operands: Vec<_> = asm
        .operands
        .iter()
        .map(|operand| match operand {
            InlineAsmOperand::Const { value } => const_operand_text(cx.tcx, value, instance.args),
            InlineAsmOperand::SymFn { value } => sym_fn_text(cx, value, instance.args),
            InlineAsmOperand::SymStatic { def_id } => asm_symbol(cx.tcx.static_symbol_name(*def_id).or_fatal()),
            _ => bug!("naked_asm! with a register operand: {symbol}"),
        })
        .collect();

    let section = match attrs.link_section {
        Some(section) => cx.tcx.str(section).to_owned(),
        None => format!(".text.{symbol}"),
    };
    let linkage = linkage_directives(symbol, visibility);
    let align = attrs.alignment.unwrap_or(4);
    let begin = format!(
        ".pushsection {section},\"ax\",@progbits\n.balign {align}\n{linkage}.type {symbol},@function\n{symbol}:\n"
    );
    let end = format!("\n.size {symbol}, .-{symbol}\n.popsection\n");
    assemble_text(&asm.template, &operands, asm.options, &begin, &end)
}

/// What makes a label visible so far.
fn linkage_directives(symbol: &str, visibility: Visibility) -> String {
    match visibility {
        Visibility::Export => format!(".globl {symbol}\n"),
        Visibility::Hidden => format!(".globl {symbol}\n.hidden {symbol}\n"),
        Visibility::Shared => format!(".weak {symbol}\n.hidden {symbol}\n"),
        Visibility::Weak => format!(".weak {symbol}\n"),
    }
}

/// A function that is written in assembly: `body`, in Intel's syntax, within a frame of `frame_size` bytes that it may
/// address through `rsp` and `rbp`.
pub(crate) fn frame_function(func: &CompiledFunction, names: &[(&str, Visibility)], frame_size: i32, body: &str) -> String {
    let symbol = names[0].0;
    let mut labels = String::new();
    for (name, visibility) in names {
        labels.push_str(&linkage_directives(name, *visibility));
        labels.push_str(&format!(".type {name},@function\n{name}:\n"));
    }
    format!(
        ".intel_syntax noprefix
.pushsection .text.{symbol},\"ax\",@progbits
.balign {align}
{labels}    .cfi_startproc
    push rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    mov rbp, rsp
    .cfi_def_cfa_register rbp
    sub rsp, {frame_size}
{body}    leave
    .cfi_def_cfa rsp, 8
    ret
    .cfi_endproc
.size {symbol}, .-{symbol}
.popsection
.att_syntax
",
        align = func.align,
    )
}

/// A template with its operands filled in, which leaves the assembler in AT&T syntax as it found it.
fn assemble_text(
    template: &[InlineAsmTemplatePiece],
    operands: &[String],
    asm_options: u16,
    begin: &str,
    end: &str,
) -> String {
    let mut out = String::from(begin);
    let att = asm_options & options::ATT_SYNTAX != 0;
    if !att {
        out.push_str(".intel_syntax noprefix\n");
    }
    for piece in template {
        match template_piece(piece) {
            TemplatePiece::Text(text) => out.push_str(text),
            TemplatePiece::Operand(i, _) => out.push_str(&operands[i]),
        }
    }
    out.push('\n');
    if !att {
        out.push_str(".att_syntax\n");
    }
    out.push_str(end);
    out
}

/// Assembles to an object file, with the rustc of the toolchain that std comes from.
pub(crate) fn compile_global_asm(rustc: &Path, asm: &str, object: &Path) -> anyhow::Result<()> {
    // The text is a raw string: its delimiter must not occur in it.
    let hashes = (1..).map(|n| "#".repeat(n)).find(|hashes| !asm.contains(&format!("\"{hashes}")));
    let hashes = hashes.unwrap_or_default();
    let source = format!(
        "#![no_std]\n#![allow(bad_asm_style)]\n\
         core::arch::global_asm!(r{hashes}\"{asm}\n\"{hashes}, options(raw, att_syntax));\n"
    );
    let mut child = Command::new(rustc)
        .env_remove("CARGO_MAKEFLAGS")
        .args(["--crate-name", "asm", "--crate-type", "lib", "--edition", "2021", "--emit", "obj"])
        .args(["-C", "panic=abort", "-C", "codegen-units=1", "-C", "debuginfo=0", "-o"])
        .arg(object)
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {} to assemble inline assembly", rustc.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that ends early says why on its standard error.
        let _ = stdin.write_all(source.as_bytes());
    }
    let output = child.wait_with_output().context("waiting for the assembler")?;
    if !output.status.success() {
        bail!("inline assembly is not valid:\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    Ok(())
}
