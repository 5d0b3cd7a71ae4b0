//! rustc's `tests/ui`: the run-pass files that need one crate, no revision and no other platform.
//!
//! Each is compiled and run apart, under limits of time and memory; the results keep the files' order.

mod directives;
mod normalize;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use walkdir::WalkDir;

use self::directives::{Directives, Selection};
pub use self::report::first_reason;
use self::report::{Outcome, Report, TestResult};
use super::Options;
use super::summary::{Counts, in_parallel, sample};
use crate::context::Context;
use crate::exec::{self, Finished, Limits};
use crate::sources;

const COMPILE_TIME: Duration = Duration::from_secs(60);
/// `threads-sendsync/mpsc_stress.rs` takes a minute on two cores, with rustc too.
const RUN_TIME: Duration = Duration::from_secs(180);
const MEMORY: u64 = 8 << 30;
const QUICK_SAMPLE: usize = 300;
const EXCLUSIONS: &str = "scripts/ui-excluded.txt";
/// How many groups of failures the summary prints.
const GROUPS: usize = 40;
/// How much of stderr the report keeps a test, in bytes.
const STDERR_KEPT: usize = 4000;

/// More failures than this are not run again: then it is the compiler that is broken.
const RETRIES: usize = 60;

pub struct Test {
    /// Relative to `tests/ui`.
    pub name: String,
    path: PathBuf,
    directives: Box<Directives>,
}

/// What is the same for all tests of a run.
struct Runner<'a> {
    cx: &'a Context,
    options: &'a Options<'a>,
    tree: PathBuf,
    scratch: tempfile::TempDir,
    helpers: PathBuf,
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let tree = sources::ensure(cx, options.args.sources.rust_src.as_deref())?;
    let (all, skipped) = select(&tree.join("tests/ui"))?;
    let selected = all.len();
    let exclusions_path = cx.root.join(EXCLUSIONS);
    let exclusions = report::read_exclusions(&exclusions_path)?;
    let names: BTreeSet<&str> = all.iter().map(|test| test.name.as_str()).collect();
    if let Some(unknown) = exclusions.keys().find(|name| !names.contains(name.as_str())) {
        bail!("{} lists {unknown}, which is not a selected file", exclusions_path.display());
    }
    let report_path = cx.root.join("target/ui-report.json");
    let (tests, partial) = narrow(all, options, &report_path)?;
    println!("{} of {selected} files ({})", tests.len(), describe_skipped(&skipped));
    if options.args.list {
        tests.iter().for_each(|test| println!("{}", test.name));
        return Ok(Counts::default());
    }

    let target = cx.root.join("target");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
    let scratch = tempfile::Builder::new()
        .prefix("ui.tmp-")
        .tempdir_in(&target)
        .with_context(|| format!("cannot make a temporary directory in {}", target.display()))?;
    let runner = Runner { cx, options, helpers: scratch.path().join("helpers"), scratch, tree };
    runner.build_helpers()?;
    let mut step = cx.progress.step("ui", "compiling and running");
    step.set_total(tests.len() as u64);
    let mut failed = 0;
    let mut results = in_parallel(
        &tests,
        options.jobs,
        |test| runner.run_test(test),
        |test, result| {
            failed += usize::from(result.outcome != Outcome::Passed);
            step.inc(&format!("{failed} failed  {}", test.name));
        },
    )?;
    step.finish("done");
    retry(cx, &runner, &tests, &mut results, &exclusions)?;
    let counts = summarize(&results, &exclusions);
    write_report(results, &exclusions, options, &report_path, partial)?;
    println!("report: {}", report_path.display());
    Ok(counts)
}

/// Runs once more, one at a time, what failed and what is listed and passed: the second result counts.
fn retry(
    cx: &Context,
    runner: &Runner<'_>,
    tests: &[Test],
    results: &mut [TestResult],
    exclusions: &BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let indices = |passed: bool| -> Vec<usize> {
        let unexpected = |result: &TestResult| {
            (result.outcome == Outcome::Passed) == passed && exclusions.contains_key(&result.path) == passed
        };
        (0..results.len()).filter(|&index| unexpected(&results[index])).collect()
    };
    let mut again = indices(false);
    if again.len() > RETRIES {
        again.clear();
    }
    again.extend(indices(true));
    if again.is_empty() {
        return Ok(());
    }
    let mut step = cx.progress.step("ui", "once more");
    step.set_total(again.len() as u64);
    for index in again {
        let second = runner.run_test(&tests[index])?;
        step.inc(&tests[index].name);
        let first = std::mem::replace(&mut results[index], second);
        results[index].note_first(first);
    }
    step.finish("done");
    Ok(())
}

/// All run-pass files by path: those of this suite, and why others are left out.
fn select(root: &Path) -> anyhow::Result<(Vec<Test>, BTreeMap<String, usize>)> {
    let mut tests = Vec::new();
    let mut skipped = BTreeMap::new();
    let is_tests = |entry: &walkdir::DirEntry| {
        entry.file_name() != "auxiliary" && !entry.path().join("compiletest-ignore-dir").exists()
    };
    let files = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_tests);
    for entry in files {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let selection = directives::parse(&String::from_utf8_lossy(&source)).with_context(|| format!("in {}", path.display()))?;
        match selection {
            Selection::Selected(directives) => {
                let name = path.strip_prefix(root).context("walked out of the tree")?.to_string_lossy().into_owned();
                tests.push(Test { name, path: path.to_owned(), directives });
            }
            Selection::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
            Selection::Other => {}
        }
    }
    Ok((tests, skipped))
}

fn describe_skipped(skipped: &BTreeMap<String, usize>) -> String {
    let (mut platform, mut parts) = (0, Vec::new());
    for (reason, count) in skipped {
        if reason.contains(' ') || reason == "revisions" {
            parts.push(format!("{count} {reason}"));
        } else {
            platform += count;
        }
    }
    format!("left out: {}, {platform} for another platform or feature", parts.join(", "))
}

/// Applies `--filter`, `--rerun-failed` and the samples; the flag tells whether the report is to be merged.
fn narrow(mut tests: Vec<Test>, options: &Options<'_>, report: &Path) -> anyhow::Result<(Vec<Test>, bool)> {
    let mut partial = false;
    if let Some(filter) = &options.args.filter {
        tests.retain(|test| test.name.contains(filter.as_str()));
        partial = true;
    }
    if options.args.rerun_failed {
        let report = Report::read(report)?;
        let failed: BTreeSet<&str> =
            report.tests.iter().filter(|test| test.outcome != Outcome::Passed).map(|test| test.path.as_str()).collect();
        tests.retain(|test| failed.contains(test.name.as_str()));
        partial = true;
    }
    if let Some(wanted) = options.args.sample.or(options.args.quick.then_some(QUICK_SAMPLE)) {
        sample(&mut tests, wanted);
    }
    Ok((tests, partial))
}

/// A fixed sample of this suite's files, without those that are known to fail.
pub fn fixed_sample(cx: &Context, options: &Options<'_>, tree: &Path, wanted: usize) -> anyhow::Result<Vec<Test>> {
    let (mut tests, _) = select(&tree.join("tests/ui"))?;
    if let Some(filter) = &options.args.filter {
        tests.retain(|test| test.name.contains(filter.as_str()));
    }
    sample(&mut tests, wanted);
    let exclusions = report::read_exclusions(&cx.root.join(EXCLUSIONS))?;
    tests.retain(|test| !exclusions.contains_key(&test.name));
    Ok(tests)
}

impl Test {
    /// Adds rustc's arguments and environment for this file to a command that writes into `build`.
    pub fn arguments(&self, cx: &Context, tree: &Path, build: &Path, command: &mut Command) {
        let directives = &self.directives;
        command
            .arg(&self.path)
            .args(["-A", "unused", "-A", "internal_features"])
            .arg(format!("--edition={}", directives.edition.as_deref().unwrap_or("2015")))
            .args(directives.compile_flags.iter().map(|flag| substitute(cx, tree, build, flag)))
            .env("RUSTC_BOOTSTRAP", "1")
            .envs(directives.rustc_env.iter().map(|(name, value)| (name, value)));
        for name in ["RUST_BACKTRACE", "RUST_LOG"].into_iter().chain(directives.unset_rustc_env.iter().map(String::as_str)) {
            if !directives.rustc_env.iter().any(|(set, _)| set == name) {
                command.env_remove(name);
            }
        }
    }
}

fn substitute(cx: &Context, tree: &Path, build: &Path, flag: &str) -> String {
    if !flag.contains("{{") {
        return flag.to_owned();
    }
    flag.replace("{{src-base}}", &tree.join("tests/ui").to_string_lossy())
        .replace("{{rust-src-base}}", &tree.to_string_lossy())
        .replace("{{build-base}}", &build.to_string_lossy())
        .replace("{{sysroot-base}}", &cx.toolchain.sysroot.to_string_lossy())
        .replace("{{target}}", &cx.toolchain.host)
}

impl Runner<'_> {
    /// The C library that some tests link.
    fn build_helpers(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.helpers).with_context(|| format!("cannot make {}", self.helpers.display()))?;
        let object = self.helpers.join("rust_test_helpers.o");
        let archive = self.helpers.join("librust_test_helpers.a");
        let mut cc = Command::new("cc");
        cc.args(["-c", "-O2", "-fPIC", "-w", "-o"]).arg(&object).arg(self.tree.join("tests/auxiliary/rust_test_helpers.c"));
        let mut ar = Command::new("ar");
        ar.arg("crs").arg(&archive).arg(&object);
        for command in [&mut cc, &mut ar] {
            let finished = exec::run(command, &Limits::default(), &self.cx.interrupt)?;
            if !finished.outcome.success() {
                bail!("cannot build rust_test_helpers: {}", String::from_utf8_lossy(&finished.stderr).trim());
            }
        }
        Ok(())
    }

    fn run_test(&self, test: &Test) -> anyhow::Result<TestResult> {
        let directory = tempfile::tempdir_in(self.scratch.path()).context("cannot make a test's directory")?;
        let executable = directory.path().join("a");
        let mut compile = self.compile_command(test, &executable);
        compile.current_dir(directory.path());
        let limits = Limits { time: Some(COMPILE_TIME), memory: Some(MEMORY), ..Limits::default() };
        let compiled = exec::run(&mut compile, &limits, &self.cx.interrupt)?;
        let mut result = TestResult {
            path: test.name.clone(),
            outcome: Outcome::Passed,
            reason: String::new(),
            stderr: String::new(),
            compile_seconds: compiled.time.as_secs_f64(),
            run_seconds: 0.0,
            flaky: false,
        };
        if !compiled.outcome.success() {
            let outcome = match compiled.outcome {
                exec::Outcome::Exit(101) | exec::Outcome::Signal(_) => Outcome::CompileCrash,
                exec::Outcome::Exit(_) => Outcome::CompileError,
                exec::Outcome::Timeout => Outcome::CompileTimeout,
            };
            fail(&mut result, outcome, &compiled);
            return Ok(result);
        }
        let mut run = self.run_command(test, &executable);
        run.current_dir(directory.path());
        let limits = Limits { time: Some(RUN_TIME), ..limits };
        let ran = exec::run(&mut run, &limits, &self.cx.interrupt)?;
        result.run_seconds = ran.time.as_secs_f64();
        match ran.outcome {
            exec::Outcome::Exit(0) => self.check_output(test, directory.path(), &ran, &mut result)?,
            exec::Outcome::Exit(_) => fail(&mut result, Outcome::RunError, &ran),
            exec::Outcome::Signal(_) => fail(&mut result, Outcome::RunCrash, &ran),
            exec::Outcome::Timeout => fail(&mut result, Outcome::RunTimeout, &ran),
        }
        Ok(result)
    }

    fn compile_command(&self, test: &Test, executable: &Path) -> Command {
        let mut command = Command::new(&self.options.compiler);
        test.arguments(self.cx, &self.tree, executable.parent().unwrap_or(executable), &mut command);
        command
            .arg("-L")
            .arg(format!("native={}", self.helpers.display()))
            .arg("-o")
            .arg(executable)
            .args(&self.options.args.rac_args)
            .env("RAC_VERIFY", "1");
        command
    }

    fn run_command(&self, test: &Test, executable: &Path) -> Command {
        let directives = &test.directives;
        let mut command = Command::new(executable);
        command
            .args(&directives.run_flags)
            .env("LD_LIBRARY_PATH", self.cx.toolchain.target_lib())
            .env("RUST_TEST_TMPDIR", executable.parent().unwrap_or(executable))
            .env_remove("RUST_BACKTRACE")
            .envs(directives.exec_env.iter().map(|(name, value)| (name, value)));
        for name in &directives.unset_exec_env {
            command.env_remove(name);
        }
        command
    }

    fn check_output(&self, test: &Test, build: &Path, ran: &Finished, result: &mut TestResult) -> anyhow::Result<()> {
        let directives = &test.directives;
        if !directives.check_run_results {
            return Ok(());
        }
        let source_directory = test.path.parent().context("a test has no directory")?;
        for (stream, output, custom) in [
            ("stdout", &ran.stdout, &directives.normalize_stdout),
            ("stderr", &ran.stderr, &directives.normalize_stderr),
        ] {
            let expected = test.path.with_extension(format!("run.{stream}"));
            // No file stands for no output.
            let expected = fs::read_to_string(&expected).unwrap_or_default();
            let actual = normalize::normalize(output, source_directory, build, custom);
            if !normalize::same(&actual, &expected, directives.compare_output_by_lines) {
                let line = actual.lines().zip(expected.lines()).find(|(actual, expected)| actual != expected);
                let (actual_line, expected_line) =
                    line.unwrap_or((actual.lines().last().unwrap_or_default(), expected.lines().last().unwrap_or_default()));
                result.outcome = Outcome::WrongOutput;
                result.reason = format!("{stream} has `{actual_line}`, expected `{expected_line}`");
                result.stderr = tail(&actual);
                return Ok(());
            }
        }
        Ok(())
    }
}

fn fail(result: &mut TestResult, outcome: Outcome, finished: &Finished) {
    let stderr = String::from_utf8_lossy(&finished.stderr);
    result.outcome = outcome;
    result.reason = report::first_reason(&stderr);
    if result.reason.is_empty() || matches!(finished.outcome, exec::Outcome::Signal(_)) {
        result.reason = format!("{} {}", finished.outcome, result.reason).trim_end().to_owned();
    }
    result.stderr = tail(&stderr);
}

fn tail(text: &str) -> String {
    let mut start = text.len().saturating_sub(STDERR_KEPT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}

/// Prints outcomes and reasons; an excluded file that passes counts as failed.
fn summarize(results: &[TestResult], exclusions: &BTreeMap<String, String>) -> Counts {
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    let mut counts = Counts::default();
    let mut excluded = 0;
    let mut stale = Vec::new();
    for result in results {
        *outcomes.entry(result.outcome).or_default() += 1;
        match (result.outcome == Outcome::Passed, exclusions.contains_key(&result.path)) {
            (true, false) => counts.passed += 1,
            (false, true) => excluded += 1,
            (false, false) => counts.failed += 1,
            (true, true) => {
                counts.failed += 1;
                stale.push(&result.path);
            }
        }
    }
    println!("outcomes:");
    for (outcome, count) in &outcomes {
        println!("  {count:>5}  {}", outcome.describe());
    }
    if excluded > 0 {
        println!("  of these {excluded} failed as {EXCLUSIONS} says");
    }
    for result in results.iter().filter(|result| result.flaky) {
        println!("flaky: {}  {}", result.path, result.reason);
    }
    let unexpected = || {
        results.iter().filter(|result| result.outcome != Outcome::Passed && !exclusions.contains_key(&result.path))
    };
    let groups = report::group(unexpected());
    if !groups.is_empty() {
        println!("top failure reasons:");
    }
    for (reason, files) in groups.iter().take(GROUPS) {
        let more = if files.len() > 2 { ", ..." } else { "" };
        println!("  {:>5}  {reason}  [{}{more}]", files.len(), files[..files.len().min(2)].join(", "));
    }
    if groups.len() > GROUPS {
        let rest: usize = groups[GROUPS..].iter().map(|(_, files)| files.len()).sum();
        println!("  {rest:>5}  for {} other reasons", groups.len() - GROUPS);
    }
    for path in stale {
        println!("{path} passes: remove it from {EXCLUSIONS}");
    }
    if !groups.is_empty() {
        println!("not in {EXCLUSIONS}:");
        unexpected().for_each(|result| println!("{}", result.exclusion_line()));
    }
    counts
}

fn write_report(
    results: Vec<TestResult>,
    exclusions: &BTreeMap<String, String>,
    options: &Options<'_>,
    path: &Path,
    partial: bool,
) -> anyhow::Result<()> {
    let compiler = options.compiler.display().to_string();
    let mut tests = results;
    if partial && path.exists() {
        let old = Report::read(path)?;
        if old.compiler == compiler {
            let ran: BTreeSet<String> = tests.iter().map(|test| test.path.clone()).collect();
            tests.extend(old.tests.into_iter().filter(|test| !ran.contains(&test.path)));
            tests.sort_by(|a, b| a.path.cmp(&b.path));
        }
    }
    let passed = tests.iter().filter(|test| test.outcome == Outcome::Passed).count();
    let excluded = tests.iter().filter(|test| test.outcome != Outcome::Passed && exclusions.contains_key(&test.path)).count();
    let report = Report { compiler, passed, failed: tests.len() - passed - excluded, excluded, tests };
    report.write(path)
}
