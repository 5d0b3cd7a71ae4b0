//! compiletest's `//@` directives, as far as files that are built and run use them.
//!
//! Specified by the rustc dev guide, chapter "compiletest directives". What depends on the platform is answered for
//! x86_64-unknown-linux-gnu, the stable toolchain, unwinding panics and a backend that is not LLVM.

use anyhow::{Context as _, bail};
use regex::Regex;
use serde::{Deserialize, Serialize};

/// What a test is there to show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    BuildPass,
    RunPass,
    /// The program ends with an exit code of its own that is not 0; 101 is a panic's.
    RunFail,
    /// A signal ends the program.
    RunCrash,
    RunFailOrCrash,
}

impl Mode {
    fn named(directive: &str) -> Option<Mode> {
        Some(match directive {
            "build-pass" => Mode::BuildPass,
            "run-pass" => Mode::RunPass,
            "run-fail" => Mode::RunFail,
            "run-crash" => Mode::RunCrash,
            "run-fail-or-crash" => Mode::RunFailOrCrash,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Mode::BuildPass => "build-pass",
            Mode::RunPass => "run-pass",
            Mode::RunFail => "run-fail",
            Mode::RunCrash => "run-crash",
            Mode::RunFailOrCrash => "run-fail-or-crash",
        }
    }
}

/// Another crate that a test needs, in its `auxiliary` directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aux {
    pub kind: AuxKind,
    pub file: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuxKind {
    /// To be found in the search path.
    Build,
    /// Given by `--extern` under this name, options before it included.
    Crate(String),
    /// Given by `--extern` under its own name.
    ProcMacro,
    /// A program that the test runs.
    Bin,
}

/// How to compile and run one file, or one of its crates.
#[derive(Default)]
pub struct Directives {
    pub edition: Option<String>,
    pub compile_flags: Vec<String>,
    pub run_flags: Vec<String>,
    pub rustc_env: Vec<(String, String)>,
    pub unset_rustc_env: Vec<String>,
    pub exec_env: Vec<(String, String)>,
    pub unset_exec_env: Vec<String>,
    pub aux: Vec<Aux>,
    pub no_prefer_dynamic: bool,
    pub no_auto_check_cfg: bool,
    pub check_stdout: bool,
    pub error_patterns: Vec<String>,
    pub regex_error_patterns: Vec<Regex>,
    pub forbid_output: Vec<String>,
    pub failure_status: Option<i32>,
    pub check_run_results: bool,
    pub compare_output_by_lines: bool,
    pub normalize_stdout: Vec<(Regex, String)>,
    pub normalize_stderr: Vec<(Regex, String)>,
}

pub enum Selection {
    Selected(Mode, Box<Directives>),
    /// Not a file that is built or run, or one that must not build.
    Other,
    /// A file that this suite leaves out, and why.
    Skipped(String),
}

/// What `only-` and `ignore-` may name and that is true of the platform and the toolchain.
const TRUE_OF_TARGET: &[&str] = &[
    "linux",
    "unix",
    "gnu",
    "x86_64",
    "64bit",
    "x86_64-unknown-linux-gnu",
    "elf",
    "endian-little",
    "stable",
    "stage2",
    "test",
    "auxiliary",
];

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
    "symlink",
    "rust-lld",
    "target-std",
];

const CRATE_TYPES: &[&str] = &["bin", "lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"];
const ATOMIC_WIDTHS: &[&str] = &["8", "16", "32", "64", "ptr"];
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// The revisions of a file, none for a file that is one test.
pub fn revisions(source: &str) -> Vec<String> {
    let names = lines(source).filter_map(|line| line.strip_prefix("revisions:"));
    names.flat_map(str::split_whitespace).map(str::to_owned).collect()
}

/// Reads what holds for a revision, or for a file without revisions.
///
/// Errors: when a directive that is honoured has a value that cannot be read.
pub fn parse(source: &str, revision: Option<&str>) -> anyhow::Result<Selection> {
    let mut mode = None;
    let mut skipped = None;
    let directives = read(source, revision, |name, value| {
        if let Some(named) = Mode::named(name) {
            mode = Some(named);
        } else if matches!(name, "check-pass" | "check-fail" | "build-fail") {
            mode = None;
        } else if let Some(reason) = excluded_by(name, value) {
            skipped.get_or_insert(reason);
        }
    })?;
    let Some(mode) = mode else { return Ok(Selection::Other) };
    if skipped.is_none() {
        skipped = other_target(&directives.compile_flags).map(|target| format!("target {target}"));
    }
    Ok(match skipped {
        Some(reason) => Selection::Skipped(reason),
        None => Selection::Selected(mode, Box::new(directives)),
    })
}

/// Reads the directives of a file in `auxiliary`, which is never left out.
pub fn parse_aux(source: &str, revision: Option<&str>) -> anyhow::Result<Directives> {
    read(source, revision, |_, _| {})
}

fn lines(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| line.trim_start().strip_prefix("//@")).map(str::trim)
}

/// The line without its `[revision,..]`, if it is meant for the revision.
fn for_revision<'a>(line: &'a str, revision: Option<&str>) -> Option<&'a str> {
    let Some(rest) = line.strip_prefix('[') else { return Some(line) };
    let (names, rest) = rest.split_once(']')?;
    names.split(',').any(|name| Some(name.trim()) == revision).then(|| rest.trim())
}

fn read(source: &str, revision: Option<&str>, mut other: impl FnMut(&str, &str)) -> anyhow::Result<Directives> {
    let mut d = Directives::default();
    for line in lines(source).filter_map(|line| for_revision(line, revision)) {
        let end = line.find([':', ' ']).unwrap_or(line.len());
        let (name, value) = line.split_at(end);
        let text = value.strip_prefix(':').map(str::trim).unwrap_or_default();
        let bad = || format!("bad directive `{line}`");
        match name {
            "edition" => d.edition = Some(first_edition(text).to_owned()),
            "compile-flags" => d.compile_flags.extend(split_flags(text)),
            "run-flags" => d.run_flags.extend(split_flags(text)),
            "rustc-env" => d.rustc_env.push(variable(text)),
            "unset-rustc-env" => d.unset_rustc_env.push(text.to_owned()),
            "exec-env" => d.exec_env.push(variable(text)),
            "unset-exec-env" => d.unset_exec_env.push(text.to_owned()),
            "aux-build" => d.aux.push(Aux { kind: AuxKind::Build, file: text.to_owned() }),
            "aux-bin" => d.aux.push(Aux { kind: AuxKind::Bin, file: text.to_owned() }),
            "proc-macro" => d.aux.push(Aux { kind: AuxKind::ProcMacro, file: text.to_owned() }),
            "aux-crate" => {
                let (name, file) = text.split_once('=').with_context(bad)?;
                d.aux.push(Aux { kind: AuxKind::Crate(name.trim().to_owned()), file: file.trim().to_owned() });
            }
            "no-prefer-dynamic" => d.no_prefer_dynamic = true,
            "no-auto-check-cfg" => d.no_auto_check_cfg = true,
            "check-stdout" => d.check_stdout = true,
            "error-pattern" => d.error_patterns.push(text.to_owned()),
            "regex-error-pattern" => d.regex_error_patterns.push(Regex::new(text).with_context(bad)?),
            "forbid-output" => d.forbid_output.push(text.to_owned()),
            "failure-status" => d.failure_status = Some(text.parse().with_context(bad)?),
            "dont-check-failure-status" => d.failure_status = None,
            "check-run-results" => d.check_run_results = true,
            "compare-output-by-lines" => d.compare_output_by_lines = true,
            "normalize-stdout" => d.normalize_stdout.push(normalization(text).with_context(bad)?),
            "normalize-stderr" => d.normalize_stderr.push(normalization(text).with_context(bad)?),
            _ => other(name, text),
        }
    }
    Ok(d)
}

fn excluded_by(name: &str, value: &str) -> Option<String> {
    let all_of = |known: &[&str]| value.split(',').all(|one| known.contains(&one.trim()));
    let has = |wanted: &str| value.split_whitespace().any(|one| one == wanted);
    let excluded = match name {
        "ignore-backends" => has("rac"),
        "needs-backends" => !has("rac"),
        "needs-crate-type" => !all_of(CRATE_TYPES),
        "needs-target-has-atomic" => !all_of(ATOMIC_WIDTHS),
        "min-llvm-version" | "max-llvm-major-version" | "exact-llvm-major-version" | "min-system-llvm-version" => true,
        "add-minicore" | "should-fail" => true,
        _ => match name.split_once('-') {
            Some(("only", what)) => !TRUE_OF_TARGET.contains(&what),
            Some(("ignore", what)) => TRUE_OF_TARGET.contains(&what),
            Some(("needs", what)) => !AVAILABLE.contains(&what),
            _ => false,
        },
    };
    excluded.then(|| name.to_owned())
}

/// The target that the flags ask for, if it is not the host.
fn other_target(flags: &[String]) -> Option<&str> {
    let mut given = flags.iter().zip(flags.iter().skip(1).map(Some).chain([None])).filter_map(|(flag, next)| {
        flag.strip_prefix("--target=").or_else(|| next.filter(|_| flag == "--target").map(String::as_str))
    });
    given.find(|target| *target != TARGET)
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

/// `NAME=VALUE`; spaces belong to the value.
fn variable(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim().to_owned(), value.to_owned())
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

    use super::{Selection, parse, revisions};

    fn check_revision(source: &str, revision: Option<&str>, expected: Expect) {
        let text = match parse(source, revision) {
            Ok(Selection::Selected(mode, d)) => format!(
                "{} edition {:?} flags {:?} run {:?} env {:?} {:?} results {}{}",
                mode.name(),
                d.edition,
                d.compile_flags,
                d.run_flags,
                d.rustc_env,
                d.exec_env,
                d.check_run_results,
                d.aux.iter().map(|aux| format!(" {:?} {}", aux.kind, aux.file)).collect::<String>(),
            ),
            Ok(Selection::Other) => "other".to_owned(),
            Ok(Selection::Skipped(reason)) => format!("skipped: {reason}"),
            Err(error) => format!("error: {error:#}"),
        };
        expected.assert_eq(&text);
    }

    fn check(source: &str, expected: Expect) {
        check_revision(source, None, expected);
    }

    #[test]
    fn selected_with_everything() {
        check(
            "//@ run-pass\n//@ edition:2018..2021\n//@ compile-flags: -C opt-level=2 --cfg 'a=\"b\"'\n\
             //@ run-flags: --x\n//@ exec-env:A = b\n//@ rustc-env:C=d\n//@ check-run-results\nfn main() {}",
            expect![[
                r#"run-pass edition Some("2018") flags ["-C", "opt-level=2", "--cfg", "a=\"b\""] run ["--x"] env [("C", "d")] [("A", " b")] results true"#
            ]],
        );
    }

    #[test]
    fn platform_and_needs() {
        check("//@ run-pass\n//@ only-windows because", expect!["skipped: only-windows"]);
        check("//@ run-pass\n//@ ignore-linux", expect!["skipped: ignore-linux"]);
        check("//@ run-pass\n//@ needs-sanitizer-cfi", expect!["skipped: needs-sanitizer-cfi"]);
        check("//@ build-pass\n//@ needs-llvm-components: x86", expect!["skipped: needs-llvm-components"]);
        check("//@ build-pass\n//@ needs-target-has-atomic: 8, 128", expect!["skipped: needs-target-has-atomic"]);
        check("//@ build-pass\n//@ compile-flags: --target wasm32-wasip1", expect!["skipped: target wasm32-wasip1"]);
        check(
            "//@ run-pass\n//@ only-unix\n//@ ignore-wasm\n//@ needs-unwind\n//@ ignore-backends: gcc\n\
             //@ needs-crate-type: dylib",
            expect!["run-pass edition None flags [] run [] env [] [] results false"],
        );
    }

    #[test]
    fn other_crates() {
        check(
            "//@ run-fail\n//@ aux-build: x.rs\n//@ aux-crate:priv:y=z.rs\n//@ proc-macro: m.rs\n//@ aux-bin: b.rs",
            expect![[
                r#"run-fail edition None flags [] run [] env [] [] results false Build x.rs Crate("priv:y") z.rs ProcMacro m.rs Bin b.rs"#
            ]],
        );
    }

    #[test]
    fn each_revision_is_a_test() {
        let source = "//@ revisions: a b\n//@[a] run-pass\n//@[b] check-fail\n//@ [a,c] edition: 2021\n//@[b] edition:2024";
        assert_eq!(revisions(source), ["a", "b"]);
        check_revision(
            source,
            Some("a"),
            expect![[r#"run-pass edition Some("2021") flags [] run [] env [] [] results false"#]],
        );
        check_revision(source, Some("b"), expect!["other"]);
        check("//@ check-pass", expect!["other"]);
    }
}
