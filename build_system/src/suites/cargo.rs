//! cargo with rac in rustc's place. The workspace in `example/cargo/`, which needs no registry, is built, edited, tested and
//! checked with each front end; what its programs print, which tests pass and what is said of an error must be as with the
//! toolchain's own rustc. `--filter` selects front ends.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use walkdir::WalkDir;

use super::Options;
use super::summary::{Counts, Row, in_parallel, print_rows};
use crate::context::Context;
use crate::exec::{self, Limits, Outcome};

const CARGO_TIME: Duration = Duration::from_secs(120);
const RUN_TIME: Duration = Duration::from_secs(30);

/// How the workspace is compiled.
struct Front {
    name: &'static str,
    /// The value of `RAC_FRONTEND`.
    frontend: &'static str,
}

const BY_RUSTC: Front = Front { name: "reference", frontend: "rustc" };

const FRONTS: [Front; 3] = [
    Front { name: "rustc", frontend: "rustc" },
    Front { name: "mixed", frontend: "mixed" },
    Front { name: "ra", frontend: "ra" },
];

/// The executables that are run. They depend on `geom`.
const PROGRAMS: [&str; 2] = ["app", "shapes"];

type Check = fn(&Workspace<'_>, &Reference) -> anyhow::Result<()>;

/// In this order: each begins with what the ones before have left.
const CHECKS: [(&str, Check); 8] = [
    ("build", build),
    ("nothing to do", nothing_to_do),
    ("edit", edit),
    ("artifacts", artifacts),
    ("test", test),
    ("check", check),
    ("release", release),
    ("error", error),
];

/// File, text, and what comes in its place: bodies of `geom`, one that is compiled there and one that is generic.
type Edit = (&'static str, &'static str, &'static str);
const EDITS: [Edit; 2] =
    [("geom/src/figure.rs", "\"circle of ", "\"disc of "), ("geom/src/stack.rs", "\"drop {} ", "\"dropped {} ")];
const MISTAKE: Edit = ("app/src/main.rs", "points();\n", "points();\n    let _made: String = geom::made();\n");

/// What cargo says of its own work, beside the compiler's messages.
const STATUS: [&str; 6] = ["Compiling ", "Checking ", "Finished ", "Running ", "Doc-tests ", "Blocking "];

/// What the programs printed.
type Outputs = BTreeMap<&'static str, String>;

/// What the toolchain's rustc makes of the workspace.
struct Reference {
    before: Outputs,
    after: Outputs,
    tests: Vec<String>,
    mistake: String,
}

/// A copy of the workspace, and who compiles it.
struct Workspace<'a> {
    cx: &'a Context,
    front: &'a Front,
    compiler: PathBuf,
    flags: String,
    directory: PathBuf,
}

/// What a call of cargo said.
struct Said {
    outcome: Outcome,
    stdout: String,
    stderr: String,
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let filter = options.args.filter.as_deref().unwrap_or_default();
    let fronts: Vec<&Front> = FRONTS.iter().filter(|front| front.name.contains(filter)).collect();
    let output = cx.root.join("target/cargo-suite");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("cannot remove {}", output.display()))?;
    }
    let mut step = cx.progress.step("cargo", "a workspace by rustc and by rac");
    step.set_total(fronts.len() as u64);
    let reference = reference(cx, &output).context("example/cargo by rustc")?;
    let compiler = std::path::absolute(&options.compiler).context("bad path of the compiler")?;
    // cargo's separator, so that arguments may have spaces in them.
    let flags = options.args.rac_args.join("\u{1f}");
    let rows = in_parallel(
        &fronts,
        options.jobs,
        |front| rows(&Workspace::copy(cx, front, compiler.clone(), flags.clone(), &output)?, &reference),
        |front, _| step.inc(front.name),
    )?;
    drop(step);
    Ok(print_rows("cargo", 22, rows.iter().flatten()))
}

fn reference(cx: &Context, output: &Path) -> anyhow::Result<Reference> {
    let rustc = cx.toolchain.sysroot.join("bin/rustc");
    let workspace = Workspace::copy(cx, &BY_RUSTC, rustc, String::new(), output)?;
    workspace.succeed(&["build"])?;
    let before = workspace.outputs("debug")?;
    workspace.edit(&EDITS)?;
    workspace.succeed(&["build"])?;
    let after = workspace.outputs("debug")?;
    ensure!(before != after, "the edit changes nothing");
    let tests = tests(&workspace.succeed(&["test"])?);
    ensure!(!tests.is_empty(), "there are no tests");
    workspace.edit(&[MISTAKE])?;
    let mistake = workspace.cargo(&["build"])?.messages();
    ensure!(mistake.contains("error[E0308]: mismatched types"), "another error than the one put in: {mistake}");
    Ok(Reference { before, after, tests, mistake })
}

fn rows(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, check) in CHECKS {
        rows.push(Row::of(format!("{name} ({})", workspace.front.name), || check(workspace, reference)));
        workspace.cx.interrupt.check()?;
    }
    Ok(rows)
}

fn build(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    workspace.succeed(&["build"])?;
    workspace.compare("debug", &reference.before)
}

fn nothing_to_do(workspace: &Workspace<'_>, _: &Reference) -> anyhow::Result<()> {
    let compiled = workspace.succeed(&["build"])?.packages("Compiling ");
    ensure!(compiled.is_empty(), "compiled again without an edit: {compiled:?}");
    Ok(())
}

fn edit(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    workspace.edit(&EDITS)?;
    let compiled = workspace.succeed(&["build"])?.packages("Compiling ");
    let mut expected = [&["geom"][..], &PROGRAMS].concat();
    expected.sort();
    ensure!(compiled == expected, "compiled {compiled:?}, not {expected:?}");
    workspace.compare("debug", &reference.after)
}

/// The parts of cargo's messages that matter here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    profile: Option<Profile>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// With the tests' executables, so that there is something to compile.
fn artifacts(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    let said = workspace.succeed(&["build", "--all-targets", "--message-format=json"])?;
    let mut outputs = Outputs::new();
    let mut harnesses = Vec::new();
    for line in said.stdout.lines() {
        let message: Message = serde_json::from_str(line).with_context(|| format!("cargo's message `{line}`"))?;
        ensure!(message.reason != "compiler-message", "an unexpected message: {line}");
        if let Some(missing) = message.filenames.iter().find(|file| !file.is_file()) {
            bail!("there is no {}", missing.display());
        }
        let (Some(executable), Some(target), Some(profile)) = (message.executable, message.target, message.profile)
        else {
            continue;
        };
        let mode =
            fs::metadata(&executable).with_context(|| format!("no {}", executable.display()))?.permissions().mode();
        ensure!(mode & 0o100 != 0, "{} is not executable", executable.display());
        if profile.test {
            harnesses.push(target.name);
        } else if let Some(program) = PROGRAMS.iter().find(|program| **program == target.name) {
            outputs.insert(program, workspace.output(&executable)?);
        }
    }
    for harness in ["app", "figures", "geom"] {
        ensure!(harnesses.iter().any(|name| name == harness), "no test executable {harness}, but {harnesses:?}");
    }
    workspace.same(&outputs, &reference.after)
}

fn test(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    let tests = tests(&workspace.succeed(&["test"])?);
    ensure!(tests == reference.tests, "tests passed: {tests:?}, not {:?}", reference.tests);
    Ok(())
}

fn check(workspace: &Workspace<'_>, _: &Reference) -> anyhow::Result<()> {
    let checked = workspace.succeed(&["check"])?.packages("Checking ");
    for program in PROGRAMS {
        ensure!(checked.iter().any(|name| name == program), "checked {checked:?}, not {program}");
    }
    Ok(())
}

fn release(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    workspace.succeed(&["build", "--release"])?;
    workspace.compare("release", &reference.after)
}

/// Without the mistake the workspace is as it was.
fn error(workspace: &Workspace<'_>, reference: &Reference) -> anyhow::Result<()> {
    workspace.edit(&[MISTAKE])?;
    let said = workspace.cargo(&["build"])?;
    ensure!(said.outcome == Outcome::Exit(101), "{}, not exit code 101", said.outcome);
    same_text("message", &said.messages(), &reference.mistake)?;
    let (file, text, mistake) = MISTAKE;
    workspace.edit(&[(file, mistake, text)])?;
    workspace.succeed(&["build"])?;
    workspace.compare("debug", &reference.after)
}

impl<'a> Workspace<'a> {
    /// Copies the sources: they are edited, and cargo is to find nothing of an earlier run.
    fn copy(
        cx: &'a Context,
        front: &'a Front,
        compiler: PathBuf,
        flags: String,
        output: &Path,
    ) -> anyhow::Result<Self> {
        let source = cx.root.join("example/cargo");
        let directory = output.join(front.name);
        let entries = WalkDir::new(&source).into_iter().filter_entry(|entry| entry.file_name() != "target");
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", source.display()))?;
            let to = directory.join(entry.path().strip_prefix(&source)?);
            if entry.file_type().is_dir() {
                fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
            } else {
                fs::copy(entry.path(), &to).with_context(|| format!("cannot write {}", to.display()))?;
            }
        }
        Ok(Workspace { cx, front, compiler, flags, directory })
    }

    fn edit(&self, edits: &[Edit]) -> anyhow::Result<()> {
        for (file, from, to) in edits {
            let path = self.directory.join(file);
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            ensure!(text.matches(from).count() == 1, "{file}: `{from}` is not there once");
            fs::write(&path, text.replace(from, to)).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Runs cargo for the whole workspace.
    fn cargo(&self, words: &[&str]) -> anyhow::Result<Said> {
        let mut cargo = self.cx.toolchain.program("cargo");
        cargo.args(words).args(["--workspace", "--offline", "--locked", "--target-dir=target"]);
        cargo.current_dir(&self.directory).env("RUSTC", &self.compiler).env("RAC_FRONTEND", self.front.frontend);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", &self.flags).env("CARGO_TERM_COLOR", "never").env("RUSTC_WRAPPER", "");
        // A make that runs all this has a jobserver of its own.
        cargo.env_remove("MAKEFLAGS").env_remove("CARGO_MAKEFLAGS");
        let limits = Limits { time: Some(CARGO_TIME), ..Limits::default() };
        let finished = exec::run(&mut cargo, &limits, &self.cx.interrupt)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Said { outcome: finished.outcome, stdout: text(&finished.stdout), stderr: text(&finished.stderr) })
    }

    /// Runs cargo, which must succeed, with nothing said by the compiler.
    fn succeed(&self, words: &[&str]) -> anyhow::Result<Said> {
        let said = self.cargo(words)?;
        let messages = said.messages();
        if !said.outcome.success() || !messages.is_empty() {
            let line = messages.lines().find(|line| line.starts_with("error")).or(messages.lines().next());
            bail!("cargo {} ended with {}: {}", words.join(" "), said.outcome, line.unwrap_or_default());
        }
        Ok(said)
    }

    fn outputs(&self, profile: &str) -> anyhow::Result<Outputs> {
        let directory = self.directory.join("target").join(profile);
        PROGRAMS.iter().map(|&program| Ok((program, self.output(&directory.join(program))?))).collect()
    }

    fn output(&self, executable: &Path) -> anyhow::Result<String> {
        let limits = Limits { time: Some(RUN_TIME), ..Limits::default() };
        let mut program = Command::new(executable);
        let ran = exec::run(program.current_dir(&self.directory), &limits, &self.cx.interrupt)?;
        ensure!(ran.outcome.success(), "{}: {}", executable.display(), ran.outcome);
        Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
    }

    fn compare(&self, profile: &str, reference: &Outputs) -> anyhow::Result<()> {
        self.same(&self.outputs(profile)?, reference)
    }

    fn same(&self, outputs: &Outputs, reference: &Outputs) -> anyhow::Result<()> {
        for program in PROGRAMS {
            let output = outputs.get(program).with_context(|| format!("there is no {program}"))?;
            same_text(program, output, &reference[program])?;
        }
        Ok(())
    }
}

impl Said {
    /// What cargo did `verb` to, by name.
    fn packages(&self, verb: &str) -> Vec<String> {
        let lines = self.stderr.lines().filter_map(|line| line.trim_start().strip_prefix(verb));
        let mut packages: Vec<String> = lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
        packages.sort();
        packages
    }

    /// The compiler's messages, and cargo's errors and warnings.
    fn messages(&self) -> String {
        let is_status = |line: &&str| STATUS.iter().any(|status| line.trim_start().starts_with(status));
        let lines: Vec<&str> = self.stderr.lines().filter(|line| !is_status(line)).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// The lines of a test harness's output that tell of tests, in alphabetical order: it runs them on several threads.
fn tests(said: &Said) -> Vec<String> {
    let lines = said.stdout.lines().filter(|line| line.starts_with("test ") && !line.starts_with("test result"));
    let mut tests: Vec<String> = lines.map(str::to_owned).collect();
    tests.sort();
    tests
}

fn same_text(what: &str, actual: &str, expected: &str) -> anyhow::Result<()> {
    let (mut actual, mut expected) = (actual.lines(), expected.lines());
    for number in 1.. {
        match (actual.next(), expected.next()) {
            (None, None) => break,
            (a, e) => {
                ensure!(a == e, "{what}: line {number} is `{}`, not `{}`", a.unwrap_or("(end)"), e.unwrap_or("(end)"))
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Said, same_text, tests};
    use crate::exec::Outcome;

    fn said(stdout: &str, stderr: &str) -> Said {
        Said { outcome: Outcome::Exit(0), stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn status_is_no_message() {
        let stderr = "   Compiling b v0.1.0 (/b)\n   Compiling a v0.1.0\nwarning: c\n\n    Finished `dev` profile\n";
        let said = said("", stderr);
        assert_eq!(said.packages("Compiling "), ["a", "b"]);
        assert_eq!(said.messages(), "warning: c");
    }

    #[test]
    fn tests_are_told_from_their_results() {
        let said = said("running 2 tests\ntest b ... ok\ntest a ... ok\n\ntest result: ok. 2 passed\n", "");
        assert_eq!(tests(&said), ["test a ... ok", "test b ... ok"]);
    }

    #[test]
    fn differences_name_the_line() {
        assert!(same_text("a", "x\ny\n", "x\ny\n").is_ok());
        let error = same_text("a", "x\n", "x\ny\n").unwrap_err().to_string();
        assert_eq!(error, "a: line 2 is `(end)`, not `y`");
    }
}
