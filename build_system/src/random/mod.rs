//! `./y.sh random`: random programs, compiled by rac and by rustc, must do the same.
//!
//! A program is made from its seed alone, so a failure is a number. The programs are well-typed, end, and depend on
//! nothing outside themselves; what they print is the results, the panics, and the order in which values were dropped.

mod program;
mod types;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;

use crate::context::Context;
use crate::exec::{self, Finished, Limits};
use crate::suites::summary::in_parallel;

#[derive(Args)]
pub struct RandomArgs {
    /// How many programs
    #[arg(long, value_name = "N", default_value_t = 200)]
    count: u64,
    /// The first program's seed; the others' follow
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Programs at a time (all cores unless given)
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Print one program and stop
    #[arg(long, value_name = "SEED")]
    print: Option<u64>,
    /// The compiler under test, a program with rustc's command line
    #[arg(long, value_name = "PATH")]
    rac: Option<PathBuf>,
    /// An argument for both compilers (may be repeated)
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
}

/// The compiler under test, and the arguments that it gets, or that both get.
pub struct Compilers<'a> {
    pub rac: PathBuf,
    pub rac_args: &'a [String],
    pub args: &'a [String],
}

enum Verdict {
    Same,
    /// rustc does not accept it: the generator's mistake.
    Invalid(String),
    Differs(String),
}

/// Errors: when a program behaves differently; the programs are left in `target/random`.
pub fn run(cx: &Context, args: &RandomArgs) -> anyhow::Result<()> {
    if let Some(seed) = args.print {
        print!("{}", program::generate(seed));
        return Ok(());
    }
    let jobs = args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    let rac = args.rac.clone().unwrap_or_else(|| cx.rac());
    let compilers = Compilers { rac, rac_args: &[], args: &args.args };
    let bad = compare_all(cx, &compilers, args.seed..args.seed + args.count, jobs)?;
    if bad > 0 {
        bail!("{bad} of {} programs failed; they are in {}", args.count, directory(cx).display());
    }
    Ok(())
}

/// A program with many functions, for measurements.
pub fn long_program(seed: u64, functions: usize) -> String {
    program::generate_sized(seed, functions)
}

fn directory(cx: &Context) -> PathBuf {
    cx.root.join("target/random")
}

/// Compares the programs of `seeds`, and says which are bad; gives their number.
pub fn compare_all(cx: &Context, compilers: &Compilers<'_>, seeds: Range<u64>, jobs: usize) -> anyhow::Result<usize> {
    let directory = directory(cx);
    fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let seeds: Vec<u64> = seeds.collect();
    let mut step = cx.progress.step("random", "programs by rac and by rustc");
    step.set_total(seeds.len() as u64);
    let mut bad = 0;
    in_parallel(
        &seeds,
        jobs.max(1),
        |&seed| compare(cx, compilers, &directory, seed),
        |seed, verdict| {
            match verdict {
                Verdict::Same => {}
                Verdict::Invalid(why) => println!("seed {seed}: rustc rejects it: {why}"),
                Verdict::Differs(how) => println!("seed {seed}: {how}"),
            }
            bad += usize::from(!matches!(verdict, Verdict::Same));
            step.inc(&format!("{bad} bad"));
        },
    )?;
    step.finish(&format!("{} programs, {bad} bad", seeds.len()));
    Ok(bad)
}

fn compare(cx: &Context, compilers: &Compilers<'_>, directory: &Path, seed: u64) -> anyhow::Result<Verdict> {
    let source = directory.join(format!("r{seed}.rs"));
    fs::write(&source, program::generate(seed)).with_context(|| format!("cannot write {}", source.display()))?;
    let mut results = Vec::new();
    let mut rac = Command::new(&compilers.rac);
    rac.args(compilers.rac_args);
    for (name, mut command) in [("rustc", cx.toolchain.program("rustc")), ("rac", rac)] {
        let executable = directory.join(format!("r{seed}.{name}"));
        command.arg(&source).args(["--edition=2024", "-Awarnings"]).args(compilers.args).arg("-o").arg(&executable);
        let limits = Limits { time: Some(Duration::from_secs(60)), ..Limits::default() };
        let compiled = exec::run(command.env("RAC_VERIFY", "1"), &limits, &cx.interrupt)?;
        if !compiled.outcome.success() {
            let stderr = String::from_utf8_lossy(&compiled.stderr);
            let why = stderr.lines().find(|line| line.contains("error")).unwrap_or_default().to_owned();
            return Ok(if name == "rustc" {
                Verdict::Invalid(why)
            } else {
                Verdict::Differs(format!("rac does not compile it ({}): {why}", compiled.outcome))
            });
        }
        let limits = Limits { time: Some(Duration::from_secs(20)), ..Limits::default() };
        results.push(exec::run(&mut Command::new(&executable), &limits, &cx.interrupt)?);
        fs::remove_file(&executable).with_context(|| format!("cannot remove {}", executable.display()))?;
    }
    let [rustc, rac] = &results[..] else { bail!("two compilers, two results") };
    let verdict = difference(rustc, rac);
    if matches!(verdict, Verdict::Same) {
        fs::remove_file(&source).with_context(|| format!("cannot remove {}", source.display()))?;
    }
    Ok(verdict)
}

fn difference(rustc: &Finished, rac: &Finished) -> Verdict {
    if rustc.outcome != rac.outcome {
        return Verdict::Differs(format!("{} with rustc, {} with rac", rustc.outcome, rac.outcome));
    }
    let (theirs, ours) = (String::from_utf8_lossy(&rustc.stdout), String::from_utf8_lossy(&rac.stdout));
    if theirs == ours {
        return Verdict::Same;
    }
    let lines = theirs.lines().zip(ours.lines()).find(|(theirs, ours)| theirs != ours);
    Verdict::Differs(match lines {
        Some((theirs, ours)) => format!("`{theirs}` with rustc, `{ours}` with rac"),
        None => "one output is longer".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::program::generate;

    #[test]
    fn a_seed_is_a_program() {
        assert_eq!(generate(5), generate(5));
        assert_ne!(generate(5), generate(6));
    }
}
