//! `./y.sh test`: the suites that `config.txt` selects, one after the other, and the line that sums them up.

mod bad_input;
mod bisect;
mod cargo;
mod config;
mod drop_order;
mod examples;
mod incremental;
mod oracle;
pub mod summary;
mod ui;
mod unit;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::random::{self, Compilers};
use summary::Counts;

#[derive(Args)]
pub struct TestArgs {
    /// The suites to run, instead of those that config.txt selects
    #[arg(value_enum, value_name = "SUITE")]
    suites: Vec<Suite>,
    /// Run only the tests whose path contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Tests at a time (all cores unless given)
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// A fixed sample of 300 tests for ui and of 20 for oracle, and no unit tests
    #[arg(long)]
    quick: bool,
    /// ui and oracle: a fixed sample of this many tests of rustc's tests/ui
    #[arg(long, value_name = "N", conflicts_with = "quick")]
    sample: Option<usize>,
    /// ui: only what did not pass the last time
    #[arg(long)]
    rerun_failed: bool,
    /// ui: what compiles auxiliary crates, and to what; other than rac's rlibs, only for the tests that have such crates
    #[arg(long, value_enum, default_value_t, value_name = "COMPILER")]
    aux: AuxCompiler,
    /// ui: where the bodies come from; rust-analyzer's alone only for run-pass tests of one crate without revisions
    #[arg(long, value_enum, default_value_t, value_name = "FRONTEND")]
    frontend: Frontend,
    /// The compiler under test, a program with rustc's command line
    #[arg(long, value_name = "PATH", alias = "compiler")]
    rac: Option<PathBuf>,
    /// Another argument for the compiler (may be repeated)
    #[arg(long = "rac-arg", value_name = "ARG", allow_hyphen_values = true)]
    rac_args: Vec<String>,
    /// ui and oracle: print the selected files and stop
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    sources: crate::SourceArgs,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// The unit tests of rac, ramir and the build system
    Unit,
    /// The programs in example/
    Examples,
    /// The cases in example/drop_order/, compared with rustc's
    DropOrder,
    /// rac's layouts, constants, ABIs and symbols, compared with rustc's
    Oracle,
    /// Bugs put in on purpose, which `bisect` must find
    Bisect,
    /// Random programs, which must do the same as rustc's
    Random,
    /// rustc's own tests/ui: run-pass, build-pass, run-fail
    Ui,
    /// A fixed sample of rustc's tests/ui, with rust-analyzer's bodies alone
    UiRa,
    /// A fixed sample of what does not compile in rustc's tests/ui: the same messages with rust-analyzer and without
    BadInput,
    /// cargo with rac in rustc's place, on the workspace in example/cargo/
    Cargo,
    /// The program in example/incremental/, edited step by step, with what is known of the last step and without
    Incremental,
}

impl Suite {
    const ALL: [Suite; 11] = [
        Suite::Unit,
        Suite::Examples,
        Suite::DropOrder,
        Suite::Oracle,
        Suite::Bisect,
        Suite::Random,
        Suite::Ui,
        Suite::UiRa,
        Suite::BadInput,
        Suite::Cargo,
        Suite::Incremental,
    ];

    fn name(self) -> &'static str {
        match self {
            Suite::Unit => "unit",
            Suite::Examples => "examples",
            Suite::DropOrder => "drop-order",
            Suite::Oracle => "oracle",
            Suite::Bisect => "bisect",
            Suite::Random => "random",
            Suite::Ui => "ui",
            Suite::UiRa => "ui-ra",
            Suite::BadInput => "bad-input",
            Suite::Cargo => "cargo",
            Suite::Incremental => "incremental",
        }
    }
}

/// Who compiles a test's auxiliary crates.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum AuxCompiler {
    /// rac, to rlibs
    #[default]
    Rac,
    /// rac, to dylibs, as compiletest does
    RacDylib,
    /// The toolchain's rustc, to rlibs: rac's objects are linked with its
    Rustc,
}

/// Where the bodies of the tests' crates come from.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Frontend {
    /// rustc
    #[default]
    Rustc,
    /// rust-analyzer: what it refuses is a failure
    Ra,
    /// rust-analyzer, and rustc where it refuses
    Mixed,
}

impl Frontend {
    /// The compiler's name for it.
    fn name(self) -> &'static str {
        match self {
            Frontend::Rustc => "rustc",
            Frontend::Ra => "ra",
            Frontend::Mixed => "mixed",
        }
    }
}

/// What the suites share of the command line.
#[derive(Clone)]
struct Options<'a> {
    compiler: PathBuf,
    args: &'a TestArgs,
    jobs: usize,
    frontend: Frontend,
    /// So many tests of ui, a fixed sample.
    sample: Option<usize>,
}

/// Errors: when a suite cannot run at all. Failed tests are in the exit code.
pub fn run(cx: &Context, args: &TestArgs) -> anyhow::Result<ExitCode> {
    let mut suites = if args.suites.is_empty() { config::suites(cx)? } else { args.suites.clone() };
    if args.quick && args.suites.is_empty() {
        suites.retain(|suite| *suite != Suite::Unit);
    }
    let options = Options {
        compiler: args.rac.clone().unwrap_or_else(|| cx.rac()),
        args,
        jobs: args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get())).max(1),
        frontend: args.frontend,
        sample: args.sample.or(args.quick.then_some(QUICK_SAMPLE)),
    };
    let needs_compiler = suites.iter().any(|suite| *suite != Suite::Unit) && !args.list;
    if args.rac.is_none() && needs_compiler && !options.compiler.is_file() {
        bail!("there is no dist/bin/rac: run `./y.sh build` first");
    }
    let lists = |suite: Suite| matches!(suite, Suite::Oracle | Suite::Ui | Suite::UiRa);
    let mut total = Counts::default();
    for suite in Suite::ALL.into_iter().filter(|suite| suites.contains(suite) && (lists(*suite) || !args.list)) {
        println!("== {}", suite.name());
        total += match suite {
            Suite::Unit => unit::run(cx)?,
            Suite::Examples => examples::run(cx, &options)?,
            Suite::DropOrder => drop_order::run(cx, &options)?,
            Suite::Oracle => oracle::run(cx, &options)?,
            Suite::Bisect => bisect::run(cx, &options)?,
            Suite::Random => random_programs(cx, &options)?,
            Suite::Ui => ui::run(cx, &options)?,
            Suite::UiRa => {
                let sample = Some(options.sample.unwrap_or(RA_SAMPLE));
                ui::run(cx, &Options { frontend: Frontend::Ra, sample, ..options.clone() })?
            }
            Suite::BadInput => bad_input::run(cx, &options, options.args.sample.unwrap_or(BAD_INPUT))?,
            Suite::Cargo => cargo::run(cx, &options)?,
            Suite::Incremental => incremental::run(cx, &options)?,
        };
    }
    if args.list {
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many tests of ui `--quick` takes.
const QUICK_SAMPLE: usize = 300;

/// How many tests of ui the suite `ui-ra` takes.
const RA_SAMPLE: usize = 400;

/// How many programs that do not compile the suite `bad-input` takes.
const BAD_INPUT: usize = 200;

/// How many random programs the suite has; `./y.sh random` makes any number.
const RANDOM_PROGRAMS: u64 = 60;

fn random_programs(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let count = RANDOM_PROGRAMS;
    let compilers = Compilers { rac: options.compiler.clone(), rac_args: &options.args.rac_args, args: &[] };
    let failed = random::compare_all(cx, &compilers, 0..count, options.jobs)?;
    Ok(Counts { passed: count as usize - failed, failed })
}
