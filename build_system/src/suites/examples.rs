//! The programs in `example/`: each is compiled, run, and its output compared with `NAME.stdout`, in a table. Those in
//! `example/ra/` are compiled three times, through rustc's MIR, through rust-analyzer's, and through that unchecked.
//!
//! The lines `// KEY` or `// KEY: VALUE` before a program's first other line direct it: `edition` (2024 unless given),
//! `rac-flags`, `unstable` (it uses unstable features), `run-fail` (it must exit with 101, as a panic does),
//! `exit-code`, and `no-oracle` with the reason why rac's items cannot be rustc's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::Options;
use super::summary::{Counts, in_parallel};
use crate::context::Context;
use crate::exec::{self, Limits, Outcome};
use crate::progress::duration;

const COMPILE_TIME: Duration = Duration::from_secs(60);
const RUN_TIME: Duration = Duration::from_secs(30);

pub struct Example {
    pub name: String,
    path: PathBuf,
    /// What selects the front end.
    frontend: &'static [&'static str],
    directives: Directives,
    expected: Vec<u8>,
}

struct Directives {
    edition: String,
    flags: Vec<String>,
    unstable: bool,
    no_oracle: bool,
    exit_code: i32,
}

struct Row {
    /// `None` when it passed.
    failure: Option<String>,
    compile: Duration,
    run: Duration,
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let mut examples = collect(cx, options)?;
    let both = cx.root.join("example/ra");
    examples.extend(collect_in(&both, "", &[], options)?);
    examples.extend(collect_in(&both, " (ra)", &["--frontend", "ra"], options)?);
    examples.extend(collect_in(&both, " (unchecked)", &["--frontend", "mixed", "--check=off"], options)?);
    let output = cx.root.join("target/examples");
    fs::create_dir_all(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let mut step = cx.progress.step("examples", "compiling and running");
    step.set_total(examples.len() as u64);
    let rows = in_parallel(
        &examples,
        options.jobs,
        |example| run_one(cx, options, example, &output),
        |example, _| step.inc(&example.name),
    )?;
    drop(step);
    let mut counts = Counts::default();
    println!("{:<28} {:>9} {:>9}  result", "example", "compile", "run");
    for (example, row) in examples.iter().zip(&rows) {
        let result = match &row.failure {
            None => "ok",
            Some(failure) => failure,
        };
        println!("{:<28} {:>9} {:>9}  {result}", example.name, duration(row.compile), duration(row.run));
        counts += Counts { passed: usize::from(row.failure.is_none()), failed: usize::from(row.failure.is_some()) };
    }
    Ok(counts)
}

impl Example {
    /// Whether rac's answers about it can be compared with rustc's.
    pub fn has_oracle(&self) -> bool {
        !self.directives.no_oracle
    }

    /// Adds what rustc needs for this program to a command.
    pub fn arguments(&self, command: &mut Command) {
        if self.directives.unstable {
            command.env("RUSTC_BOOTSTRAP", "1");
        }
        command.arg(&self.path).arg(format!("--edition={}", self.directives.edition)).args(&self.directives.flags);
    }
}

/// The programs of `example/`, each once.
pub fn collect(cx: &Context, options: &Options<'_>) -> anyhow::Result<Vec<Example>> {
    collect_in(&cx.root.join("example"), "", &[], options)
}

/// The programs in `directory`, with `label` after their names.
fn collect_in(
    directory: &Path,
    label: &str,
    frontend: &'static [&'static str],
    options: &Options<'_>,
) -> anyhow::Result<Vec<Example>> {
    let mut examples = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", directory.display()))?.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned() + label;
        if options.args.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let source = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let directives = parse(&source).with_context(|| format!("in {}", path.display()))?;
        let stdout = path.with_extension("stdout");
        let expected = fs::read(&stdout).with_context(|| format!("cannot read {}", stdout.display()))?;
        examples.push(Example { name, path, frontend, directives, expected });
    }
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(examples)
}

fn parse(source: &str) -> anyhow::Result<Directives> {
    let mut directives = Directives {
        edition: "2024".to_owned(),
        flags: Vec::new(),
        unstable: false,
        no_oracle: false,
        exit_code: 0,
    };
    for line in source.lines().map_while(|line| line.strip_prefix("// ")) {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        match (key.trim(), value.trim()) {
            ("edition", edition) => directives.edition = edition.to_owned(),
            ("rac-flags", flags) => {
                let Some(flags) = shlex::split(flags) else { bail!("bad quoting in `{line}`") };
                directives.flags.extend(flags);
            }
            ("no-oracle", reason) if !reason.is_empty() => directives.no_oracle = true,
            ("unstable", "") => directives.unstable = true,
            ("run-fail", "") => directives.exit_code = 101,
            ("exit-code", code) => {
                directives.exit_code = code.parse().with_context(|| format!("bad number in `{line}`"))?;
            }
            _ => {}
        }
    }
    Ok(directives)
}

fn run_one(cx: &Context, options: &Options<'_>, example: &Example, output: &Path) -> anyhow::Result<Row> {
    let executable = output.join(&example.name);
    let mut command = Command::new(&options.compiler);
    example.arguments(&mut command);
    command
        .args(example.frontend)
        .args(&options.args.rac_args)
        .arg("-o")
        .arg(&executable)
        .env("RAC_VERIFY", "1")
        .current_dir(&cx.root);
    let limits = Limits { time: Some(COMPILE_TIME), ..Limits::default() };
    let compiled = exec::run(&mut command, &limits, &cx.interrupt)?;
    let mut row = Row { failure: None, compile: compiled.time, run: Duration::ZERO };
    if !compiled.outcome.success() {
        let stderr = String::from_utf8_lossy(&compiled.stderr);
        let line = stderr.lines().find(|line| line.contains("error")).or(stderr.lines().next()).unwrap_or_default();
        row.failure = Some(format!("FAILED to compile ({}): {line}", compiled.outcome));
        return Ok(row);
    }
    let limits = Limits { time: Some(RUN_TIME), ..Limits::default() };
    let ran = exec::run(Command::new(&executable).current_dir(output), &limits, &cx.interrupt)?;
    row.run = ran.time;
    if ran.outcome != Outcome::Exit(example.directives.exit_code) {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        row.failure = Some(format!("FAILED: {} {}", ran.outcome, stderr.lines().next().unwrap_or_default()));
    } else if ran.stdout != example.expected {
        row.failure = Some(first_difference(&ran.stdout, &example.expected));
    }
    Ok(row)
}

fn first_difference(actual: &[u8], expected: &[u8]) -> String {
    let (actual, expected) = (String::from_utf8_lossy(actual), String::from_utf8_lossy(expected));
    let (mut actual, mut expected) = (actual.lines(), expected.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (actual.next(), expected.next()) {
            (None, None) => return "FAILED: output differs in its line ends".to_owned(),
            (a, e) if a == e => {}
            (a, e) => {
                return format!(
                    "FAILED: line {number} is `{}`, expected `{}`",
                    a.unwrap_or("(end)"),
                    e.unwrap_or("(end)")
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{first_difference, parse};

    #[test]
    fn directives_end_at_the_first_other_line() {
        let directives =
            parse("// edition:2021\n// run-fail\n// rac-flags: -C panic=abort\n\n// exit-code: 3\nfn main() {}")
                .unwrap();
        assert_eq!(directives.edition, "2021");
        assert_eq!(directives.exit_code, 101);
        assert_eq!(directives.flags, ["-C", "panic=abort"]);
    }

    #[test]
    fn differences_name_the_line() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nc\n"), "FAILED: line 2 is `b`, expected `c`");
        assert_eq!(first_difference(b"a\n", b"a\nc\n"), "FAILED: line 2 is `(end)`, expected `c`");
    }
}
