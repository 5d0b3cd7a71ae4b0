//! rac's answers beside rustc's, for the programs in `example/` and a fixed sample of rustc's `tests/ui`.
//!
//! For each file `ra-mir-export --dump KIND` writes rustc's answers, and `rac --oracle KIND=FILE` gives its own to the same
//! questions. What an answer looks like is between those two: here lines and differences are counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::Options;
use super::examples::{self, Example};
use super::summary::{Counts, in_parallel};
use super::ui::{self, Test};
use crate::context::Context;
use crate::exec::{self, Limits};
use crate::sources;

const KINDS: [&str; 6] = ["layouts", "type-ids", "consts", "abis", "vtables", "symbols"];
const SAMPLE: usize = 60;
const QUICK_SAMPLE: usize = 20;
const LIMITS: Limits = Limits { time: Some(Duration::from_secs(120)), memory: Some(8 << 30), output: Some(1 << 30) };
/// How many lines of differences are printed a file and kind; the report has all.
const SHOWN: usize = 4;

enum Subject {
    Example(Example),
    Ui(Test),
}

impl Subject {
    fn name(&self) -> String {
        match self {
            Subject::Example(example) => format!("example/{}.rs", example.name),
            Subject::Ui(test) => format!("tests/ui/{}", test.name),
        }
    }
}

/// What is the same for all files of a run.
struct Runner<'a> {
    cx: &'a Context,
    options: &'a Options<'a>,
    exporter: PathBuf,
    tree: PathBuf,
    scratch: tempfile::TempDir,
}

/// How rac's answers of one kind compare with rustc's.
struct Comparison {
    kind: &'static str,
    lines: usize,
    differences: usize,
    text: Vec<String>,
}

struct FileResult {
    comparisons: Vec<Comparison>,
    /// Why there is not a comparison of each kind.
    failure: Option<String>,
}

impl FileResult {
    fn agrees(&self) -> bool {
        self.failure.is_none() && self.comparisons.iter().all(|comparison| comparison.differences == 0)
    }
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let tree = sources::ensure(cx, options.args.sources.rust_src.as_deref())?;
    let wanted = options.args.sample.unwrap_or(if options.args.quick { QUICK_SAMPLE } else { SAMPLE });
    let examples = examples::collect(cx, options)?.into_iter().filter(Example::has_oracle);
    let mut subjects: Vec<Subject> = examples.map(Subject::Example).collect();
    subjects.extend(ui::fixed_sample(cx, options, &tree, wanted)?.into_iter().map(Subject::Ui));
    if options.args.list {
        subjects.iter().for_each(|subject| println!("{}", subject.name()));
        return Ok(Counts::default());
    }
    let target = cx.root.join("target");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
    let scratch = tempfile::Builder::new()
        .prefix("oracle.tmp-")
        .tempdir_in(&target)
        .with_context(|| format!("cannot make a temporary directory in {}", target.display()))?;
    let runner = Runner { cx, options, exporter: exporter(options)?, tree, scratch };
    let mut step = cx.progress.step("oracle", "asking rustc and rac");
    step.set_total(subjects.len() as u64);
    let results = in_parallel(
        &subjects,
        options.jobs,
        |subject| runner.compare(subject),
        |subject, _| step.inc(&subject.name()),
    )?;
    drop(step);
    summarize(&subjects, &results, &target.join("oracle.txt"))
}

/// The exporter that the compiler itself would use.
fn exporter(options: &Options<'_>) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os("RAC_EXPORTER") {
        return Ok(path.into());
    }
    let compiler =
        options.compiler.canonicalize().with_context(|| format!("no compiler {}", options.compiler.display()))?;
    let exporter = compiler.with_file_name("ra-mir-export");
    if !exporter.is_file() {
        bail!("there is no {}: run `./y.sh build`, or name one with RAC_EXPORTER", exporter.display());
    }
    Ok(exporter)
}

impl Runner<'_> {
    fn compare(&self, subject: &Subject) -> anyhow::Result<FileResult> {
        let directory = tempfile::tempdir_in(self.scratch.path()).context("cannot make a file's directory")?;
        let mut rac = Command::new(&self.options.compiler);
        self.arguments(subject, directory.path(), &mut rac);
        for kind in KINDS {
            let mut dump = Command::new(&self.exporter);
            dump.args(["--dump", kind, "--sysroot"]).arg(&self.cx.toolchain.sysroot).arg("--");
            self.arguments(subject, directory.path(), &mut dump);
            let dumped = exec::run(&mut dump, &LIMITS, &self.cx.interrupt)?;
            if !dumped.outcome.success() || !dumped.complete {
                let failure = format!("no {kind} from rustc: {}", reason(&dumped));
                return Ok(FileResult { comparisons: Vec::new(), failure: Some(failure) });
            }
            let answers = directory.path().join(kind);
            fs::write(&answers, &dumped.stdout).with_context(|| format!("cannot write {}", answers.display()))?;
            rac.arg("--oracle").arg(format!("{kind}={}", answers.display()));
        }
        let finished = exec::run(&mut rac, &LIMITS, &self.cx.interrupt)?;
        let comparisons = parse(&String::from_utf8_lossy(&finished.stdout));
        let complete = comparisons.iter().map(|comparison| comparison.kind).eq(KINDS);
        let differs = comparisons.iter().any(|comparison| comparison.differences > 0);
        // Differences make the exit code 1, and so do errors: then a kind is missing.
        let expected = exec::Outcome::Exit(i32::from(differs));
        let failure = (!complete || !finished.complete || finished.outcome != expected).then(|| format!("rac: {}", reason(&finished)));
        Ok(FileResult { comparisons, failure })
    }

    fn arguments(&self, subject: &Subject, directory: &Path, command: &mut Command) {
        match subject {
            Subject::Example(example) => example.arguments(command),
            Subject::Ui(test) => test.arguments(self.cx, &self.tree, directory, command),
        }
        command.args(&self.options.args.rac_args).current_dir(directory);
    }
}

fn reason(finished: &exec::Finished) -> String {
    let line = ui::first_reason(&String::from_utf8_lossy(&finished.stderr));
    format!("{} {line}", finished.outcome).trim_end().to_owned()
}

/// Reads `KIND: N lines, M differences`, each with the differences below it.
fn parse(stdout: &str) -> Vec<Comparison> {
    let mut comparisons: Vec<Comparison> = Vec::new();
    for line in stdout.lines() {
        match (header(line), comparisons.last_mut()) {
            (Some(comparison), _) => comparisons.push(comparison),
            (None, Some(comparison)) => comparison.text.push(line.to_owned()),
            (None, None) => {}
        }
    }
    comparisons
}

fn header(line: &str) -> Option<Comparison> {
    let (kind, counts) = line.split_once(": ")?;
    let kind = KINDS.into_iter().find(|known| *known == kind)?;
    let (lines, differences) = counts.strip_suffix(" differences")?.split_once(" lines, ")?;
    Some(Comparison { kind, lines: lines.parse().ok()?, differences: differences.parse().ok()?, text: Vec::new() })
}

/// Prints a table of the kinds and the beginnings of what differs, all of which goes into the report.
fn summarize(subjects: &[Subject], results: &[FileResult], report_path: &Path) -> anyhow::Result<Counts> {
    println!("{:<10} {:>6} {:>9} {:>12}", "kind", "files", "lines", "differences");
    for kind in KINDS {
        let of_kind =
            || results.iter().flat_map(|result| &result.comparisons).filter(|comparison| comparison.kind == kind);
        let lines: usize = of_kind().map(|comparison| comparison.lines).sum();
        let differences: usize = of_kind().map(|comparison| comparison.differences).sum();
        println!("{kind:<10} {:>6} {lines:>9} {differences:>12}", of_kind().count());
    }
    let mut counts = Counts::default();
    let mut report = String::new();
    for (subject, result) in subjects.iter().zip(results) {
        counts += Counts { passed: usize::from(result.agrees()), failed: usize::from(!result.agrees()) };
        if let Some(failure) = &result.failure {
            let line = format!("{}: {failure}", subject.name());
            println!("{line}");
            report += &format!("{line}\n");
        }
        for comparison in result.comparisons.iter().filter(|comparison| comparison.differences > 0) {
            let line = format!("{}: {} {} differ", subject.name(), comparison.differences, comparison.kind);
            println!("{line}");
            report += &format!("{line}\n");
            for (index, difference) in comparison.text.iter().enumerate() {
                if index < SHOWN {
                    println!("    {difference}");
                }
                report += &format!("    {difference}\n");
            }
        }
    }
    fs::write(report_path, report).with_context(|| format!("cannot write {}", report_path.display()))?;
    if counts.failed > 0 {
        println!("all differences: {}", report_path.display());
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn differences_belong_to_the_kind_above_them() {
        let text = "layouts: 7 lines, 1 differences\n- u8: size 1\n+ u8: size 2\nconsts: 3 lines, 0 differences\n";
        let seen: Vec<_> = parse(text).into_iter().map(|c| (c.kind, c.lines, c.differences, c.text.len())).collect();
        assert_eq!(seen, [("layouts", 7, 1, 2), ("consts", 3, 0, 0)]);
    }

    #[test]
    fn a_difference_is_no_header() {
        let text = "abis: 2 lines, 1 differences\n- f: rust lines, 3 differences\n+ f: c\n";
        assert_eq!(parse(text).len(), 1);
    }
}
