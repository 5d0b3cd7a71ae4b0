//! Both compilers' versions of a function, in files beside each other, and what differs between them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use similar::TextDiff;

use super::program::{Compiled, Program, run};
use super::{Reference, clif, disassembly};
use crate::context::Context;
use crate::exec::{self, Limits};

/// Writes for each symbol `N.{rac,reference}.{clif,asm}`, as the compilers made them, `N.clif.diff` and `N.asm.diff`
/// of the normalized forms, and prints the CLIF's (or where there is none, the machine code's) difference.
pub fn write(cx: &Context, program: &Program, compiled: &Compiled, symbols: &[String]) -> anyhow::Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let of_rac = disassembly::functions(&read(&compiled.rac)?)?;
    let of_reference = disassembly::functions(&read(&compiled.reference)?)?;
    let rac_clif = rac_clif(cx, program)?;
    let reference_clif = match program.reference {
        Reference::CgClif => Some(reference_clif(cx, program)?),
        Reference::Llvm => None,
    };
    let mut same = 0;
    for (number, symbol) in symbols.iter().enumerate() {
        let name = format!("{:#}", rustc_demangle::demangle(symbol));
        let file = |what: &str| program.out.join(format!("{number}.{what}"));
        let store = |what: &str, text: &str| {
            let path = file(what);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        let none = String::new();
        let asm = (of_rac.get(symbol).unwrap_or(&none), of_reference.get(symbol).unwrap_or(&none));
        store("rac.asm", asm.0)?;
        store("reference.asm", asm.1)?;
        let asm_diff = unified(asm.0, asm.1, program.reference);
        store("asm.diff", &asm_diff)?;
        let ours = section(&rac_clif, symbol);
        let theirs = reference_clif
            .as_ref()
            .and_then(|directory| fs::read_to_string(directory.join(format!("{symbol}.unopt.clif"))).ok());
        let shown = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => {
                store("rac.clif", ours)?;
                store("reference.clif", theirs)?;
                let diff = unified(&clif::normalize(ours)?, &clif::normalize(theirs)?, program.reference);
                store("clif.diff", &diff)?;
                diff
            }
            _ => {
                if let Some(ours) = &ours {
                    store("rac.clif", ours)?;
                }
                asm_diff
            }
        };
        if shown.is_empty() {
            same += 1;
            continue;
        }
        println!("\n{name}\n  {}\n{shown}", file("*").display());
    }
    println!("{} functions, {same} alike; all of it is in {}", symbols.len(), program.out.display());
    Ok(())
}

/// The CLIF of all functions as rac writes it, with MIR and ABIs in comments.
fn rac_clif(cx: &Context, program: &Program) -> anyhow::Result<String> {
    let path = program.out.join("rac.clif");
    let mut command = program.rac();
    command.arg("--emit=clif").arg("-o").arg(&path);
    run(cx, &mut command, "rac")?;
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Lets cg_clif write its CLIF; gives the directory, which has a file `SYMBOL.unopt.clif` for each function.
fn reference_clif(cx: &Context, program: &Program) -> anyhow::Result<PathBuf> {
    let out = program.out.join("reference");
    if out.is_dir() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    fs::create_dir(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut command = program.reference(cx)?;
    command.args(["--emit=llvm-ir", "--out-dir"]).arg(&out);
    // Its outcome says nothing: where LLVM's form is asked for cg_clif writes CLIF, and its driver then misses a file.
    exec::run(&mut command, &Limits::default(), &cx.interrupt)?;
    let list = || format!("cannot list {}", out.display());
    for entry in fs::read_dir(&out).with_context(list)? {
        let path = entry.with_context(list)?.path();
        if path.extension().is_some_and(|extension| extension == "clif") {
            return Ok(path);
        }
    }
    bail!("cg_clif wrote no CLIF")
}

/// The function `symbol` in rac's CLIF file, where each is headed by a line with its symbol.
fn section(text: &str, symbol: &str) -> Option<String> {
    let head = format!("; {symbol}\n");
    let start = if text.starts_with(&head) { 0 } else { text.find(&format!("\n{head}"))? + 1 };
    let body = &text[start + head.len()..];
    let end = body.find("\n}").map_or(body.len(), |at| at + 3).min(body.len());
    Some(body[..end].to_owned())
}

fn unified(rac: &str, reference: &str, name: Reference) -> String {
    TextDiff::from_lines(reference, rac).unified_diff().context_radius(5).header(name.name(), "rac").to_string()
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn a_function_is_found_by_its_whole_symbol() {
        let text = "; _Rab\nfunction u0:0() {\nblock0:\n}\n\n; _Ra\nfunction u0:1() {\nblock0:\n    return\n}\n";
        assert_eq!(section(text, "_Ra").as_deref(), Some("function u0:1() {\nblock0:\n    return\n}\n"));
        assert_eq!(section(text, "_R"), None);
    }
}
