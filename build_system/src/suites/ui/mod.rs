//! rustc's `tests/ui`: the files that are built, and those that are run and end as they should.
//!
//! Each is compiled and run apart, under limits of time and memory; the results keep the files' order.

mod directives;
mod normalize;
mod report;
mod runner;
mod select;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::bail;

use self::directives::{AuxKind, Mode};
pub use self::report::first_reason;
use self::report::{Outcome, Report, TestResult};
use self::runner::Runner;
pub use self::select::Test;
use self::select::{describe_skipped, select};
use super::{AuxCompiler, Frontend, Options};
use super::summary::{Counts, in_parallel, sample};
use crate::context::Context;
use crate::sources;

const EXCLUSIONS: &str = "scripts/ui-excluded.txt";
/// What besides fails when rust-analyzer alone makes the bodies.
const RA_EXCLUSIONS: &str = "scripts/ui-excluded-ra.txt";
/// What besides fails when rustc compiles the other crates of a test.
const AUX_RUSTC_EXCLUSIONS: &str = "scripts/ui-excluded-aux-rustc.txt";
/// How many groups of failures the summary prints.
const GROUPS: usize = 40;
/// More failures than this are not run again: then it is the compiler that is broken.
const RETRIES: usize = 60;

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let tree = sources::ensure(cx, options.args.sources.rust_src.as_deref())?;
    let (all, skipped) = select(&tree.join("tests/ui"))?;
    let selected = all.len();
    let exclusions = exclusions(cx, options)?;
    let names: BTreeSet<&str> = all.iter().map(|test| test.name.as_str()).collect();
    if let Some(unknown) = exclusions.keys().find(|name| !names.contains(name.as_str())) {
        bail!("{unknown} is listed as excluded and is not a selected test");
    }
    let report_path = report_path(cx, options);
    let (tests, partial) = narrow(all, options, &report_path)?;
    println!("{} of {selected} tests ({})", tests.len(), describe_skipped(&skipped));
    if options.args.list {
        tests.iter().for_each(|test| println!("{}", test.name));
        return Ok(Counts::default());
    }

    let runner = Runner::new(cx, options, tree)?;
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

/// The tests that are known to fail, with the reasons.
fn exclusions(cx: &Context, options: &Options<'_>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut exclusions = report::read_exclusions(&cx.root.join(EXCLUSIONS))?;
    let more = [
        (options.frontend == Frontend::Ra).then_some(RA_EXCLUSIONS),
        (options.args.aux == AuxCompiler::Rustc).then_some(AUX_RUSTC_EXCLUSIONS),
    ];
    for list in more.into_iter().flatten() {
        for (name, reason) in report::read_exclusions(&cx.root.join(list))? {
            if exclusions.insert(name.clone(), reason).is_some() {
                bail!("{list} lists {name}, which another list does too");
            }
        }
    }
    Ok(exclusions)
}

/// Each way to run the suite has a report of its own.
fn report_path(cx: &Context, options: &Options<'_>) -> PathBuf {
    let aux = match options.args.aux {
        AuxCompiler::Rac => "",
        AuxCompiler::RacDylib => "-rac-dylib",
        AuxCompiler::Rustc => "-rustc",
    };
    let frontend = match options.frontend {
        Frontend::Rustc => "",
        Frontend::Ra => "-frontend-ra",
        Frontend::Mixed => "-frontend-mixed",
    };
    cx.root.join(format!("target/ui-report{aux}{frontend}.json"))
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

/// Applies `--filter`, `--rerun-failed` and the samples; the flag tells whether the report is to be merged.
fn narrow(mut tests: Vec<Test>, options: &Options<'_>, report: &Path) -> anyhow::Result<(Vec<Test>, bool)> {
    let mut partial = false;
    if options.args.aux != AuxCompiler::Rac {
        tests.retain(|test| test.directives.aux.iter().any(|aux| aux.kind != AuxKind::ProcMacro));
    }
    if options.frontend == Frontend::Ra {
        tests.retain(|test| test.mode == Mode::RunPass && test.is_simple());
    }
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
    if let Some(wanted) = options.sample {
        sample(&mut tests, wanted);
    }
    Ok((tests, partial))
}

/// A fixed sample of the run-pass files that need nothing else, without those that are known to fail.
pub fn fixed_sample(cx: &Context, options: &Options<'_>, tree: &Path, wanted: usize) -> anyhow::Result<Vec<Test>> {
    let (mut tests, _) = select(&tree.join("tests/ui"))?;
    tests.retain(|test| test.mode == Mode::RunPass && test.is_simple());
    if let Some(filter) = &options.args.filter {
        tests.retain(|test| test.name.contains(filter.as_str()));
    }
    sample(&mut tests, wanted);
    let exclusions = report::read_exclusions(&cx.root.join(EXCLUSIONS))?;
    tests.retain(|test| !exclusions.contains_key(&test.name));
    Ok(tests)
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
    print_classes(results, exclusions);
    println!("outcomes:");
    for (outcome, count) in &outcomes {
        println!("  {count:>5}  {}", outcome.describe());
    }
    if excluded > 0 {
        println!("  of these {excluded} failed as the list of exclusions says");
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
        println!("{path} passes: remove it from the list of exclusions");
    }
    if !groups.is_empty() {
        println!("not excluded:");
        unexpected().for_each(|result| println!("{}", result.exclusion_line()));
    }
    counts
}

/// A table of what the tests are there to show.
fn print_classes(results: &[TestResult], exclusions: &BTreeMap<String, String>) {
    let mut classes: BTreeMap<(Mode, bool), [usize; 3]> = BTreeMap::new();
    for result in results {
        let counts = classes.entry((result.mode, !result.simple)).or_default();
        let column = match (result.outcome == Outcome::Passed, exclusions.contains_key(&result.path)) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        counts[column] += 1;
    }
    println!("{:<48} {:>7} {:>8} {:>7}", "tests", "passed", "excluded", "failed");
    for ((mode, more), [passed, excluded, failed]) in classes {
        let what = if more { ", with other crates or revisions" } else { "" };
        println!("{:<48} {passed:>7} {excluded:>8} {failed:>7}", format!("{}{what}", mode.name()));
    }
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
