//! compiletest's `//@` directives, as far as single-crate run-pass files use them.
//!
//! Specified by the rustc dev guide, chapter "compiletest directives". What depends on the platform is answered for
//! x86_64-unknown-linux-gnu.

use anyhow::{Context as _, bail};
use regex::Regex;

/// How to compile and run one file.
#[derive(Default)]
pub struct Directives {
    pub edition: Option<String>,
    pub compile_flags: Vec<String>,
    pub run_flags: Vec<String>,
    pub rustc_env: Vec<(String, String)>,
    pub unset_rustc_env: Vec<String>,
    pub exec_env: Vec<(String, String)>,
    pub unset_exec_env: Vec<String>,
    pub check_run_results: bool,
    pub compare_output_by_lines: bool,
    pub normalize_stdout: Vec<(Regex, String)>,
    pub normalize_stderr: Vec<(Regex, String)>,
}

pub enum Selection {
    Selected(Box<Directives>),
    /// Not a run-pass file.
    Other,
    /// A run-pass file that this suite leaves out, and why.
    Skipped(String),
}

/// What `only-` and `ignore-` may name and that is true of the platform and the toolchain.
const TRUE_OF_TARGET: &[&str] =
    &["linux", "unix", "gnu", "x86_64", "64bit", "x86_64-unknown-linux-gnu", "elf", "endian-little", "stable", "test", "auxiliary"];

/// What `needs-` may name and that a test gets.
const AVAILABLE: &[&str] = &[
    "unwind",
    "threads",
    "subprocess",
    "asm-support",
    "dynamic-linking",
    "deterministic-layouts",
    "relocation-model-pic",
    "run-enabled",
    "crate-type",
    "target-has-atomic",
];

/// Errors: when a directive that is honoured has a value that cannot be read.
pub fn parse(source: &str) -> anyhow::Result<Selection> {
    let mut directives = Directives::default();
    let mut run_pass = false;
    let mut skipped = None;
    for line in source.lines() {
        let Some(line) = line.trim_start().strip_prefix("//@") else { continue };
        let line = line.trim();
        if line.starts_with('[') {
            skipped.get_or_insert_with(|| "revisions".to_owned());
            continue;
        }
        let end = line.find([':', ' ']).unwrap_or(line.len());
        let (name, value) = line.split_at(end);
        let value = value.strip_prefix(':').map(str::trim);
        let text = value.unwrap_or_default();
        let bad = || format!("bad directive `{line}`");
        match name {
            "run-pass" => run_pass = true,
            "edition" => directives.edition = Some(first_edition(text).to_owned()),
            "compile-flags" => directives.compile_flags.extend(split_flags(text)),
            "run-flags" => directives.run_flags.extend(split_flags(text)),
            "rustc-env" => directives.rustc_env.push(variable(text)),
            "unset-rustc-env" => directives.unset_rustc_env.push(text.to_owned()),
            "exec-env" => directives.exec_env.push(variable(text)),
            "unset-exec-env" => directives.unset_exec_env.push(text.to_owned()),
            "check-run-results" => directives.check_run_results = true,
            "compare-output-by-lines" => directives.compare_output_by_lines = true,
            "normalize-stdout" => directives.normalize_stdout.push(normalization(text).with_context(bad)?),
            "normalize-stderr" => directives.normalize_stderr.push(normalization(text).with_context(bad)?),
            "revisions" => {
                skipped.get_or_insert_with(|| "revisions".to_owned());
            }
            "aux-build" | "aux-crate" | "aux-bin" | "aux-codegen-backend" | "proc-macro" => {
                skipped.get_or_insert_with(|| "needs another crate".to_owned());
            }
            _ => {
                if let Some(reason) = excluded_by(name) {
                    skipped.get_or_insert(reason);
                }
            }
        }
    }
    Ok(match (run_pass, skipped) {
        (false, _) => Selection::Other,
        (true, Some(reason)) => Selection::Skipped(reason),
        (true, None) => Selection::Selected(Box::new(directives)),
    })
}

fn excluded_by(name: &str) -> Option<String> {
    let excluded = if let Some(what) = name.strip_prefix("only-") {
        !TRUE_OF_TARGET.contains(&what)
    } else if let Some(what) = name.strip_prefix("ignore-") {
        TRUE_OF_TARGET.contains(&what)
    } else if let Some(what) = name.strip_prefix("needs-") {
        !AVAILABLE.contains(&what)
    } else {
        false
    };
    excluded.then(|| name.to_owned())
}

/// Words; single quotes, and no others, keep spaces.
fn split_flags(text: &str) -> Vec<String> {
    let mut flags = Vec::new();
    let mut flag = None;
    let mut quoted = false;
    for c in text.chars() {
        if c == '\'' {
            quoted = !quoted;
        } else if c.is_whitespace() && !quoted {
            flags.extend(flag.take());
        } else {
            flag.get_or_insert_with(String::new).push(c);
        }
    }
    flags.extend(flag);
    flags
}

/// The edition to test of `2021` or a range such as `2018..2024`.
fn first_edition(text: &str) -> &str {
    text.split("..").next().unwrap_or(text).trim()
}

fn variable(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim().to_owned(), value.trim().to_owned())
}

/// `"regex" -> "replacement"`.
fn normalization(text: &str) -> anyhow::Result<(Regex, String)> {
    let Some((from, to)) = text.split_once("->") else { bail!("no `->`") };
    let unquote = |part: &str| part.trim().strip_prefix('"').and_then(|part| part.strip_suffix('"')).map(str::to_owned);
    let from = unquote(from).context("no quoted pattern")?.replace("\\\"", "\"");
    let to = unquote(to).context("no quoted replacement")?;
    Ok((Regex::new(&from)?, to))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{Selection, parse};

    fn check(source: &str, expected: Expect) {
        let text = match parse(source) {
            Ok(Selection::Selected(d)) => format!(
                "edition {:?} flags {:?} run {:?} env {:?} {:?} results {}",
                d.edition, d.compile_flags, d.run_flags, d.rustc_env, d.exec_env, d.check_run_results
            ),
            Ok(Selection::Other) => "other".to_owned(),
            Ok(Selection::Skipped(reason)) => format!("skipped: {reason}"),
            Err(error) => format!("error: {error:#}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn selected_with_everything() {
        check(
            "//@ run-pass\n//@ edition:2018..2021\n//@ compile-flags: -C opt-level=2 --cfg 'a=\"b\"'\n\
             //@ run-flags: --x\n//@ exec-env:A = b\n//@ rustc-env:C=d\n//@ check-run-results\nfn main() {}",
            expect![[
                r#"edition Some("2018") flags ["-C", "opt-level=2", "--cfg", "a=\"b\""] run ["--x"] env [("C", "d")] [("A", "b")] results true"#
            ]],
        );
    }

    #[test]
    fn platform_and_needs() {
        check("//@ run-pass\n//@ only-windows because", expect!["skipped: only-windows"]);
        check("//@ run-pass\n//@ ignore-linux", expect!["skipped: ignore-linux"]);
        check("//@ run-pass\n//@ needs-sanitizer-cfi", expect!["skipped: needs-sanitizer-cfi"]);
        check(
            "//@ run-pass\n//@ only-unix\n//@ ignore-wasm\n//@ needs-unwind",
            expect!["edition None flags [] run [] env [] [] results false"],
        );
    }

    #[test]
    fn other_crates_and_revisions() {
        check("//@ run-pass\n//@ aux-build: x.rs", expect!["skipped: needs another crate"]);
        check("//@ revisions: a b\n//@[a] run-pass", expect!["other"]);
        check("//@ revisions: a b\n//@ run-pass", expect!["skipped: revisions"]);
        check("//@ check-pass", expect!["other"]);
    }
}
