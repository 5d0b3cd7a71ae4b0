//! `-C incremental`: the program in `example/incremental/` is edited step by step. After each step it is compiled from what
//! is known of the steps before and from nothing, by rac and by the toolchain's rustc in the same directory: messages, exit
//! codes, the program's output and rac's `.ramir` must be the same; what rac makes of what is known and of nothing must be one program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use super::Options;
use super::summary::{Counts, Row, in_parallel, print_rows};
use crate::context::Context;
use crate::exec::{self, Limits, Outcome};

const COMPILE_TIME: Duration = Duration::from_secs(60);
const RUN_TIME: Duration = Duration::from_secs(10);

/// Where the bodies come from. With `mixed` only an executable is made, beside rustc's check.
const FRONTENDS: [&str; 2] = ["rustc", "mixed"];

const FILES: [&str; 4] = ["main.rs", "numbers.rs", "shapes.rs", "words.rs"];

struct Step {
    name: &'static str,
    /// File, text, and what comes in its place.
    edits: &'static [(&'static str, &'static str, &'static str)],
    /// Other options than before.
    options: &'static [&'static str],
    /// What rustc says of the program.
    expected: Expected,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Its output changes, or does not.
    Changed,
    Same,
    /// An error with this in it.
    Error(&'static str),
}

use Expected::{Changed, Error, Same};

const fn step(
    name: &'static str,
    edits: &'static [(&'static str, &'static str, &'static str)],
    expected: Expected,
) -> Step {
    Step { name, edits, options: &[], expected }
}

/// A function that one step puts in and another takes out.
macro_rules! shout {
    () => {
        "fn shout(text: &str) -> String {\n    text.to_uppercase()\n}\n\n"
    };
}

/// Each begins with what the ones before have left.
const STEPS: [Step; 24] = [
    step("nothing", &[], Same),
    step("a body", &[("main.rs", "value * 2\n", "value * 3\n")], Changed),
    step("a generic body", &[("shapes.rs", "map(Shape::area)", "map(|shape| 1 + shape.area())")], Changed),
    step(
        "a signature",
        &[
            ("numbers.rs", "step(&mut self, by: u32) {\n", "step(&mut self, by: u64) {\n"),
            ("numbers.rs", "self.value += by;\n", "self.value += by as u32 + 1;\n"),
            ("main.rs", "move |to: u32|", "move |to: u64|"),
        ],
        Changed,
    ),
    step(
        "a field",
        &[
            ("shapes.rs", "    pub side: u32,\n", "    pub side: u32,\n    pub round: bool,\n"),
            ("main.rs", "side: 3 }", "side: 3, round: true }"),
            ("main.rs", "side: 4 }", "side: 4, round: false }"),
        ],
        Changed,
    ),
    step("a derive", &[("shapes.rs", "derive(Debug, Default)", "derive(Debug, Default, Clone, PartialEq)")], Same),
    step(
        "a method of an impl",
        &[(
            "shapes.rs",
            "impl Shape for Square {\n",
            "impl Shape for Square {\n    fn describe(&self) -> String {\n        format!(\"{self:?}\")\n    }\n\n",
        )],
        Changed,
    ),
    step(
        "a new function",
        &[("words.rs", "    text\n}\n", "    shout(&text)\n}\n"), ("words.rs", "pub fn", concat!(shout!(), "pub fn"))],
        Changed,
    ),
    step(
        "one function less",
        &[("words.rs", "shout(&text)", "text"), ("words.rs", shout!(), "")],
        Changed,
    ),
    step("a macro", &[("main.rs", "$first $(+ $more)*", "$first $(* $more)*")], Same),
    step("a macro's use", &[("main.rs", "sum!(1, 2, 3)", "sum!(1, 2, 4)")], Changed),
    step("a constant of another file", &[("numbers.rs", "double(2)", "double(3)")], Changed),
    step("a constant function", &[("numbers.rs", "n * 2\n", "n * 3\n")], Changed),
    step("a static", &[("numbers.rs", "[10, 20, 30]", "[11, 20, 30]")], Changed),
    step("lines that move", &[("main.rs", "mod numbers;\n", "// One line more.\n\nmod numbers;\n")], Changed),
    step("a type error", &[("words.rs", "    text\n}", "    text.len()\n}")], Error("error[E0308]")),
    step("a type error repaired", &[("words.rs", "text.len()", "text")], Same),
    step(
        "a borrow error",
        &[("words.rs", "    text.push_str", "    let moved = text;\n    text.push_str")],
        Error("error[E0382]"),
    ),
    step("a borrow error repaired", &[("words.rs", "    let moved = text;\n", "    text.push('-');\n")], Changed),
    step("a constant that overflows", &[("numbers.rs", "double(3)", "double(usize::MAX)")], Error("error[E0080]")),
    step("a constant repaired", &[("numbers.rs", "double(usize::MAX)", "double(3)")], Same),
    step("one warning less", &[("main.rs", "    let unused = 1;\n", "")], Changed),
    Step { name: "other options", edits: &[], options: &["-Coverflow-checks=no"], expected: Same },
    step(AFTER_OPTIONS, &[("main.rs", "value * 3\n", "value * 4\n")], Changed),
];

/// The step after one with other options, which leave nothing behind that is of use with these.
const AFTER_OPTIONS: &str = "a body after other options";

/// A copy of the program, and who compiles it.
struct Workspace<'a> {
    cx: &'a Context,
    options: &'a Options<'a>,
    frontend: &'static str,
    directory: PathBuf,
}

/// What a compilation came to.
struct Compiled {
    outcome: Outcome,
    messages: String,
    /// The program and its output, unless there is an error.
    program: Option<Vec<u8>>,
    output: Option<String>,
    /// rac's text of the crate, if it was asked for.
    ramir: Option<String>,
    /// The functions whose machine code rac has not made again.
    reused: usize,
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let output = cx.root.join("target/incremental-suite");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("cannot remove {}", output.display()))?;
    }
    let filter = options.args.filter.as_deref().unwrap_or_default();
    let frontends: Vec<&'static str> = FRONTENDS.into_iter().filter(|frontend| frontend.contains(filter)).collect();
    let mut progress = cx.progress.step("incremental", "a program that is edited");
    progress.set_total(frontends.len() as u64);
    let rows = in_parallel(
        &frontends,
        options.jobs,
        |frontend| rows(&Workspace::copy(cx, options, frontend, &output)?),
        |frontend, _| progress.inc(frontend),
    )?;
    drop(progress);
    Ok(print_rows("incremental", 40, rows.iter().flatten()))
}

fn rows(workspace: &Workspace<'_>) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut row = |name: &str, check: &mut dyn FnMut() -> anyhow::Result<()>| {
        rows.push(Row::of(format!("{name} ({})", workspace.frontend), check));
        workspace.cx.interrupt.check()
    };
    let mut last = String::new();
    row("the first time", &mut || {
        last = workspace.compare(&[], Some("not-loaded"))?.output.context("the program has an error")?;
        Ok(())
    })?;
    for step in &STEPS {
        row(step.name, &mut || {
            workspace.edit(step.edits)?;
            let is_known = step.options.is_empty() && step.name != AFTER_OPTIONS;
            let reference = workspace.compare(step.options, Some(if is_known { "loaded" } else { "not-loaded" }))?;
            let messages = reference.messages;
            match (step.expected, reference.output) {
                (Error(text), None) => ensure!(messages.contains(text), "another error: {messages}"),
                (Changed | Same, Some(output)) => {
                    ensure!((output == last) == (step.expected == Same), "not the step that it was to be: {output}");
                    last = output;
                }
                _ => bail!("not the step that it was to be: {messages}"),
            }
            Ok(())
        })?;
    }
    row("ended by force", &mut || {
        workspace.edit(&[("main.rs", "value * 4\n", "value * 5\n")])?;
        for milliseconds in [20, 60, 100, 140, 180] {
            workspace.rac("state", &[], None, Duration::from_millis(milliseconds))?;
        }
        workspace.compare(&[], Some("loaded")).map(drop)
    })?;
    row("two at a time", &mut || {
        workspace.edit(&[("main.rs", "value * 5\n", "value * 6\n")])?;
        let other = Workspace { directory: workspace.directory.clone(), ..*workspace };
        let compile = |name: &str| {
            let compiled = other.rac_as(name, "state", &[], None, COMPILE_TIME)?;
            ensure!(compiled.outcome.success(), "{}: {}", compiled.outcome, compiled.messages);
            anyhow::Ok(compiled.output)
        };
        let (one, two) = std::thread::scope(|scope| {
            let one = scope.spawn(|| compile("one"));
            let two = compile("two");
            (one.join().map_err(|_| anyhow::anyhow!("a thread panicked")), two)
        });
        ensure!(one?? == two?, "two programs of one source");
        workspace.compare(&[], Some("loaded")).map(drop)
    })?;
    Ok(rows)
}

impl<'a> Workspace<'a> {
    fn copy(
        cx: &'a Context,
        options: &'a Options<'a>,
        frontend: &'static str,
        output: &Path,
    ) -> anyhow::Result<Workspace<'a>> {
        let directory = output.join(frontend);
        fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
        for file in FILES {
            let from = cx.root.join("example/incremental").join(file);
            fs::copy(&from, directory.join(file)).with_context(|| format!("cannot copy {}", from.display()))?;
        }
        Ok(Workspace { cx, options, frontend, directory })
    }

    fn edit(&self, edits: &[(&str, &str, &str)]) -> anyhow::Result<()> {
        for (file, from, to) in edits {
            let path = self.directory.join(file);
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            ensure!(text.matches(from).count() == 1, "{file}: `{from}` is not there once");
            fs::write(&path, text.replace(from, to)).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Compiles with what is known, from nothing, and by rustc, which gives the reference. The directory of rac's state is
    /// rustc's, too. `state`: what rac must find of the last time.
    fn compare(&self, arguments: &[&str], state: Option<&str>) -> anyhow::Result<Compiled> {
        let fresh = self.directory.join("fresh");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).with_context(|| format!("cannot remove {}", fresh.display()))?;
        }
        let known = self.rac("state", arguments, state, COMPILE_TIME)?;
        let clean = self.rac("fresh", arguments, Some("not-loaded"), COMPILE_TIME)?;
        let rustc = self.cx.toolchain.program("rustc");
        let reference = self.compile(rustc, "rustc", "state", arguments, COMPILE_TIME)?;
        for (what, other) in [("rustc", &reference), ("nothing known", &clean)] {
            same(&format!("with {what}: exit code"), &known.outcome.to_string(), &other.outcome.to_string())?;
            same(&format!("with {what}: message"), &known.messages, &other.messages)?;
            let text = |output: &Option<String>| output.clone().unwrap_or_default();
            same(&format!("with {what}: output"), &text(&known.output), &text(&other.output))?;
        }
        ensure!(known.ramir.is_some() == clean.ramir.is_some(), "one of two crates has no text");
        ensure!(known.program == clean.program, "two programs");
        let reuses = state == Some("loaded") && known.program.is_some();
        ensure!(!reuses || known.reused > 0, "no machine code was used again");
        ensure!(clean.reused == 0, "machine code is used again that nobody has made");
        same("ramir", &known.ramir.unwrap_or_default(), &clean.ramir.unwrap_or_default())?;
        Ok(reference)
    }

    fn rac(
        &self,
        incremental: &str,
        arguments: &[&str],
        state: Option<&str>,
        time: Duration,
    ) -> anyhow::Result<Compiled> {
        self.rac_as("rac", incremental, arguments, state, time)
    }

    fn rac_as(
        &self,
        name: &str,
        incremental: &str,
        arguments: &[&str],
        state: Option<&str>,
        time: Duration,
    ) -> anyhow::Result<Compiled> {
        let mut rac = Command::new(&self.options.compiler);
        rac.args(["--frontend", self.frontend]).args(&self.options.args.rac_args);
        if let Some(state) = state {
            rac.arg(format!("-Zassert-incr-state={state}"));
        }
        self.compile(rac, name, incremental, arguments, time)
    }

    /// Compiles and runs.
    fn compile(
        &self,
        mut compiler: Command,
        name: &str,
        incremental: &str,
        arguments: &[&str],
        time: Duration,
    ) -> anyhow::Result<Compiled> {
        let (executable, text) = (self.directory.join(name), self.directory.join(format!("{name}.txt")));
        let with_text = name == "rac" && self.frontend == "rustc";
        compiler.current_dir(&self.directory).args(["main.rs", "--edition=2024", "--crate-name=main"]);
        compiler.arg(format!("--emit=link={}", executable.display()));
        if with_text {
            compiler.arg(format!("--emit=ramir={}", text.display()));
        }
        compiler.arg(format!("-Cincremental={incremental}")).args(arguments);
        // What is said of a stable compiler's features is said alike.
        compiler.env("RUSTC_BOOTSTRAP", "1").env("RAC_TIMINGS", "1");
        let compiled = exec::run(&mut compiler, &Limits { time: Some(time), ..Limits::default() }, &self.cx.interrupt)?;
        let stderr = String::from_utf8_lossy(&compiled.stderr).into_owned();
        let (timings, messages): (Vec<&str>, Vec<&str>) = stderr.lines().partition(|line| line.starts_with(TIMINGS));
        let messages = messages.join("\n");
        let reused = timings.first().map_or(Ok(0), |line| reused(line))?;
        let (mut program, mut output, mut ramir) = (None, None, None);
        if compiled.outcome.success() {
            let limits = Limits { time: Some(RUN_TIME), ..Limits::default() };
            let ran = exec::run(&mut Command::new(&executable), &limits, &self.cx.interrupt)?;
            ensure!(ran.outcome.success(), "the program: {}", ran.outcome);
            program = Some(fs::read(&executable).with_context(|| format!("cannot read {}", executable.display()))?);
            output = Some(String::from_utf8_lossy(&ran.stdout).into_owned());
            if with_text {
                ramir = Some(fs::read_to_string(&text).with_context(|| format!("cannot read {}", text.display()))?);
            }
        }
        Ok(Compiled { outcome: compiled.outcome, messages, program, output, ramir, reused })
    }
}

/// What a line of timings (`RAC_TIMINGS`) begins with.
const TIMINGS: &str = "{\"codegen_fns\"";

/// The number of functions that were not compiled again, from a line of timings.
fn reused(line: &str) -> anyhow::Result<usize> {
    let (_, rest) = line.split_once("\"reused_fns\":").context("timings that do not tell what was used again")?;
    let number = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    number.parse().with_context(|| format!("no number in `{line}`"))
}

fn same(what: &str, actual: &str, expected: &str) -> anyhow::Result<()> {
    let lines = actual.lines().map(Some).chain([None]).zip(expected.lines().map(Some).chain([None]));
    for (actual, expected) in lines {
        let text = |line: Option<&str>| line.unwrap_or("(end)").to_owned();
        ensure!(actual == expected, "{what}: `{}`, not `{}`", text(actual), text(expected));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{reused, same};

    #[test]
    fn the_functions_used_again_are_read_from_timings() {
        assert_eq!(reused(r#"{"codegen_fns":12,"reused_fns":10,"link_seconds":0.1}"#).ok(), Some(10));
        assert!(reused(r#"{"codegen_fns":12}"#).is_err());
    }

    #[test]
    fn the_first_difference_is_told() {
        assert!(same("a", "x\ny\n", "x\ny\n").is_ok());
        assert_eq!(same("a", "x\n", "x\ny\n").unwrap_err().to_string(), "a: `(end)`, not `y`");
        assert_eq!(same("a", "x\nz\n", "x\ny\n").unwrap_err().to_string(), "a: `z`, not `y`");
    }
}
