//! The programs in `example/drop_order/`: many small cases each, which print how values live, and are run once more for each
//! of their events with a panic there. What rac's executables print is compared with what rustc's do, case by case: of the
//! editions 2021 and 2024, with rustc's bodies and with rust-analyzer's.
//!
//! Directives are those of the examples: with `edition` a program is of that one only, and `no-ra` with a reason says that
//! rust-analyzer has no MIR for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::Options;
use super::summary::{Counts, in_parallel};
use crate::context::Context;
use crate::exec::{self, Limits};

const COMPILE_TIME: Duration = Duration::from_secs(120);
const RUN_TIME: Duration = Duration::from_secs(60);
const EDITIONS: [&str; 2] = ["2021", "2024"];
const FRONTENDS: [&str; 2] = ["rustc", "ra"];

struct Program {
    topic: String,
    path: PathBuf,
    /// The only edition that it is of.
    edition: Option<String>,
    /// Whether rust-analyzer's bodies are not compared.
    no_ra: bool,
}

/// A program, of one edition.
struct Job<'a> {
    program: &'a Program,
    edition: &'static str,
}

/// What a program printed: its cases by name, in order.
type Cases = Vec<(String, String)>;

struct Row {
    reference: Cases,
    /// For each front end: what differs, by case, or why there is no program; `None`: not compared.
    results: [Option<Result<Vec<String>, String>>; 2],
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let programs = collect(&cx.root.join("example/drop_order"), options)?;
    let jobs: Vec<Job<'_>> = programs
        .iter()
        .flat_map(|program| EDITIONS.map(|edition| Job { program, edition }))
        .filter(|job| job.program.edition.as_ref().is_none_or(|only| only == job.edition))
        .collect();
    let output = cx.root.join("target/drop_order");
    fs::create_dir_all(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let mut step = cx.progress.step("drop-order", "cases by rustc and by rac");
    step.set_total(jobs.len() as u64);
    let rows = in_parallel(
        &jobs,
        options.jobs,
        |job| run_one(cx, options, job, &output),
        |job, _| step.inc(&job.program.topic),
    )?;
    drop(step);
    Ok(report(&programs, &jobs, &rows))
}

fn collect(directory: &Path, options: &Options<'_>) -> anyhow::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", directory.display()))?.path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let topic = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if options.args.filter.as_ref().is_some_and(|filter| !topic.contains(filter.as_str())) {
            continue;
        }
        let source = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (mut edition, mut no_ra) = (None, false);
        for line in source.lines().map_while(|line| line.strip_prefix("// ")) {
            match line.split_once(": ") {
                Some(("edition", only)) => edition = Some(only.to_owned()),
                Some(("no-ra", _)) => no_ra = true,
                _ => bail!("{}: unknown directive `{line}`", path.display()),
            }
        }
        programs.push(Program { topic, path, edition, no_ra });
    }
    programs.sort_by(|a, b| a.topic.cmp(&b.topic));
    Ok(programs)
}

fn run_one(cx: &Context, options: &Options<'_>, job: &Job<'_>, output: &Path) -> anyhow::Result<Row> {
    let Job { program, edition } = job;
    let name = format!("{}-{edition}", program.topic);
    let reference = match outputs(cx, cx.toolchain.program("rustc"), job, &output.join(&name))? {
        Ok(reference) => reference,
        Err(why) => bail!("{name} by rustc: {why}"),
    };
    let mut results = [None, None];
    for (frontend, result) in FRONTENDS.iter().zip(&mut results) {
        if *frontend == "ra" && program.no_ra {
            continue;
        }
        let mut rac = Command::new(&options.compiler);
        rac.args(["--frontend", frontend]).args(&options.args.rac_args);
        let cases = outputs(cx, rac, job, &output.join(format!("{name}-{frontend}")))?;
        *result = Some(cases.map(|cases| differences(&reference, &cases)));
    }
    Ok(Row { reference, results })
}

/// Compiles and runs; the inner error is the compiler's or the program's.
fn outputs(
    cx: &Context,
    mut compiler: Command,
    job: &Job<'_>,
    executable: &Path,
) -> anyhow::Result<Result<Cases, String>> {
    compiler
        .arg(&job.program.path)
        .arg(format!("--edition={}", job.edition))
        .arg("-Awarnings")
        .arg("-o")
        .arg(executable)
        .env("RAC_VERIFY", "1")
        .current_dir(&cx.root);
    let compiled = exec::run(&mut compiler, &Limits { time: Some(COMPILE_TIME), ..Limits::default() }, &cx.interrupt)?;
    if !compiled.outcome.success() {
        let stderr = String::from_utf8_lossy(&compiled.stderr);
        let line = stderr.lines().find(|line| line.contains("error")).unwrap_or_default();
        return Ok(Err(format!("not compiled ({}): {line}", compiled.outcome)));
    }
    let limits = Limits { time: Some(RUN_TIME), ..Limits::default() };
    let ran = exec::run(&mut Command::new(executable), &limits, &cx.interrupt)?;
    let cases = split(&String::from_utf8_lossy(&ran.stdout));
    if !ran.outcome.success() {
        let last = cases.last().map_or("the first case", |(name, _)| name);
        return Ok(Err(format!("{} in {last}", ran.outcome)));
    }
    Ok(Ok(cases))
}

/// The parts of an output that begin with a line `case NAME`.
fn split(stdout: &str) -> Cases {
    let mut cases = Cases::new();
    for line in stdout.lines() {
        match (line.strip_prefix("case "), cases.last_mut()) {
            (Some(name), _) => cases.push((name.to_owned(), String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    cases
}

/// The cases that differ, with their first line that does.
fn differences(reference: &Cases, cases: &Cases) -> Vec<String> {
    let mut different = Vec::new();
    for (i, (name, expected)) in reference.iter().enumerate() {
        let actual = cases.get(i).filter(|(actual, _)| actual == name).map_or("", |(_, text)| text.as_str());
        if actual != expected {
            let lines = expected.lines().zip(actual.lines()).find(|(expected, actual)| expected != actual);
            different.push(match lines {
                Some((expected, actual)) => format!("{name}: `{}` instead of `{}`", actual.trim(), expected.trim()),
                None => format!("{name}: another number of lines"),
            });
        }
    }
    different
}

/// Prints the table of topics and what differs.
fn report(programs: &[Program], jobs: &[Job<'_>], rows: &[Row]) -> Counts {
    let mut counts = Counts::default();
    let mut failures = Vec::new();
    let columns = EDITIONS.iter().flat_map(|edition| FRONTENDS.map(|frontend| format!("{edition} {frontend}")));
    println!(
        "{:<14} {:>5} {:>8} {}",
        "topic",
        "cases",
        "editions",
        columns.map(|column| format!("{column:>11}")).collect::<String>()
    );
    for program in programs {
        let of = |edition: &str| {
            jobs.iter().position(|job| std::ptr::eq(job.program, program) && job.edition == edition).map(|i| &rows[i])
        };
        let mut cells = String::new();
        for edition in EDITIONS {
            for (i, frontend) in FRONTENDS.iter().enumerate() {
                let Some((row, Some(result))) = of(edition).map(|row| (row, &row.results[i])) else {
                    cells += &format!("{:>11}", "-");
                    continue;
                };
                let total = row.reference.len();
                let label = format!("{} {edition} {frontend}", program.topic);
                let failed = match result {
                    Ok(different) => {
                        failures.extend(different.iter().map(|what| format!("{label}: {what}")));
                        different.len()
                    }
                    Err(why) => {
                        failures.push(format!("{label}: {why}"));
                        total
                    }
                };
                counts += Counts { passed: total - failed, failed };
                cells += &format!("{:>11}", format!("{}/{total}", total - failed));
            }
        }
        let [old, new] = EDITIONS.map(|edition| of(edition).map(|row| &row.reference));
        let cases = old.or(new).map_or(0, Vec::len);
        let differ = match (old, new) {
            (Some(old), Some(new)) => differences(old, new).len().to_string(),
            _ => "-".to_owned(),
        };
        println!("{:<14} {cases:>5} {differ:>8} {cells}", program.topic);
    }
    for failure in failures {
        println!("{failure}");
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{differences, split};

    #[test]
    fn cases_are_compared_by_name() {
        let reference = split("case a\n  +x -x\n  +x!\ncase b\n  +y -y\n");
        assert_eq!(reference.len(), 2);
        assert_eq!(differences(&reference, &reference), [""; 0]);
        let other = split("case a\n  +x -x\n  -x!\ncase b\n  +y -y\n  +y!\n");
        assert_eq!(differences(&reference, &other), ["a: `-x!` instead of `+x!`", "b: another number of lines"]);
        assert_eq!(differences(&reference, &split("case b\n  +y -y\n")).len(), 2);
    }
}
