//! Programs of rustc's `tests/ui` that do not compile: with rust-analyzer beside it, rac must say what it says with rustc's front end
//! alone, and end with the same code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use walkdir::WalkDir;

use super::Options;
use super::summary::{Counts, in_parallel, sample};
use crate::context::Context;
use crate::exec::{self, Limits};
use crate::sources;

/// A program that makes rac hang is a failure, not the end of the run.
const TIME: Duration = Duration::from_secs(60);
const MEMORY: u64 = 8 << 30;

/// What is compared with the front end alone. The executable is to be there before rustc's verdict, which is when most can go wrong.
const BESIDE: [&str; 3] = ["--frontend", "mixed", "--check=background"];

/// Directives that a program of one file, compiled without options, has none of.
const MORE: [&str; 9] = [
    "aux-build", "aux-crate", "proc-macro", "revisions", "compile-flags", "rustc-env", "needs-", "only-", "ignore-",
];

struct Program {
    path: PathBuf,
    edition: String,
}

pub fn run(cx: &Context, options: &Options<'_>, wanted: usize) -> anyhow::Result<Counts> {
    let tree = sources::ensure(cx, options.args.sources.rust_src.as_deref())?.join("tests/ui");
    let mut programs = programs(&tree)?;
    programs.retain(|program| {
        options.args.filter.as_ref().is_none_or(|filter| program.path.to_string_lossy().contains(filter))
    });
    sample(&mut programs, wanted);
    let mut step = cx.progress.step("bad-input", "compiling with each front end");
    step.set_total(programs.len() as u64);
    let results = in_parallel(
        &programs,
        options.jobs,
        |program| compare(cx, options, &tree, program),
        |program, _| step.inc(&program.path.to_string_lossy()),
    )?;
    drop(step);
    let mut counts = Counts::default();
    for (program, difference) in programs.iter().zip(results) {
        counts += Counts { passed: usize::from(difference.is_none()), failed: usize::from(difference.is_some()) };
        if let Some(difference) = difference {
            println!("{}: {difference}", program.path.display());
        }
    }
    Ok(counts)
}

/// The programs that expect an error and need nothing else, in the order of their paths.
fn programs(tree: &Path) -> anyhow::Result<Vec<Program>> {
    let mut programs = Vec::new();
    for entry in WalkDir::new(tree).sort_by_file_name() {
        let path = entry.with_context(|| format!("cannot list {}", tree.display()))?.into_path();
        if path.extension().is_none_or(|extension| extension != "rs") || path.iter().any(|part| part == "auxiliary") {
            continue;
        }
        // Some are no Unicode on purpose.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let directives = || text.lines().filter_map(|line| line.trim_start().strip_prefix("//@"));
        let is_plain = !directives().any(|line| MORE.iter().any(|more| line.trim_start().starts_with(more)));
        if is_plain && text.contains("//~") && text.contains("ERROR") {
            let edition = directives().find_map(|line| line.trim().strip_prefix("edition:"));
            let edition = edition.and_then(|editions| editions.trim().get(..4)).unwrap_or("2015").to_owned();
            programs.push(Program { path, edition });
        }
    }
    Ok(programs)
}

/// The first line that differs, if one does.
fn compare(cx: &Context, options: &Options<'_>, tree: &Path, program: &Program) -> anyhow::Result<Option<String>> {
    let told = |arguments: &[&str]| -> anyhow::Result<Vec<String>> {
        let directory = tempfile::tempdir().context("cannot make a directory")?;
        let mut rac = Command::new(&options.compiler);
        rac.args(arguments).arg(&program.path).arg(format!("--edition={}", program.edition));
        rac.arg("--out-dir").arg(directory.path()).args(&options.args.rac_args);
        rac.env("RUSTC_BOOTSTRAP", "1").current_dir(tree);
        let limits = Limits { time: Some(TIME), memory: Some(MEMORY), output: None };
        let finished = exec::run(&mut rac, &limits, &cx.interrupt)?;
        let text = String::from_utf8_lossy(&finished.stderr).replace(&*directory.path().to_string_lossy(), "OUT");
        // The name of a file that is written beside has a number of its own in it.
        let lines = text.lines().filter(|line| !line.contains("the full name for the type has been written to"));
        Ok(lines.map(str::to_owned).chain([finished.outcome.to_string()]).collect())
    };
    let (alone, beside) = (told(&["--frontend", "rustc"])?, told(&BESIDE)?);
    let end = String::new();
    let differs = (0..alone.len().max(beside.len())).find(|&i| alone.get(i) != beside.get(i));
    Ok(differs.map(|i| format!("`{}`, not `{}`", beside.get(i).unwrap_or(&end), alone.get(i).unwrap_or(&end))))
}
