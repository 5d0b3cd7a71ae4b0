//! `./y.sh bisect` and `./y.sh diff`: rac's code for a program beside a reference compiler's, down to one function.
//!
//! Both compilers make one object of the program, under the same v0 symbol names. [`mixture`] takes each symbol from the
//! one or the other object, [`search`] halves the list until one symbol is left, [`report`] shows that one from both.

mod clif;
mod disassembly;
mod mixture;
mod program;
mod report;
mod search;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::exec::{self, Limits, Outcome};
use program::{Compiled, Program};

#[derive(Args)]
pub struct ProgramArgs {
    /// The program, a Rust file with a `main`
    file: PathBuf,
    /// What rac is compared with
    #[arg(long, value_enum, default_value_t)]
    reference: Reference,
    /// An argument for both compilers (may be repeated)
    #[arg(long = "arg", value_name = "ARG", allow_hyphen_values = true)]
    args: Vec<String>,
    /// An argument for rac alone (may be repeated)
    #[arg(long = "rac-arg", value_name = "ARG", allow_hyphen_values = true)]
    rac_args: Vec<String>,
    /// The compiler under test, a program with rustc's command line
    #[arg(long, value_name = "PATH")]
    rac: Option<PathBuf>,
    /// Where objects and reports go
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub struct BisectArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// A command that is given the executable and succeeds where the program behaves, instead of comparing its output and
    /// exit code with the reference's
    #[arg(long, value_name = "COMMAND")]
    check: Option<String>,
    /// Seconds that a run of the program may take
    #[arg(long, value_name = "N", default_value_t = 10)]
    time_limit: u64,
}

#[derive(Args)]
pub struct DiffArgs {
    #[command(flatten)]
    program: ProgramArgs,
    /// Only the functions whose symbol or path contains this
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    /// rustc_codegen_cranelift
    #[default]
    CgClif,
    /// rustc's own code generator
    Llvm,
}

impl Reference {
    pub fn name(self) -> &'static str {
        match self {
            Reference::CgClif => "cg_clif",
            Reference::Llvm => "llvm",
        }
    }
}

/// What a run of the program did.
#[derive(Clone, PartialEq, Eq)]
struct Behaviour {
    outcome: Outcome,
    stdout: Vec<u8>,
}

/// Finds the function that makes rac's program behave unlike the reference's.
///
/// Errors: when a compiler or the linker fails, and when the programs do not differ.
pub fn bisect(cx: &Context, args: &BisectArgs) -> anyhow::Result<()> {
    let found = find(cx, args)?;
    println!("the first function whose code from rac changes what the program does:\n  {}", found.symbol);
    println!("all from {}:  {}", args.program.reference.name(), describe(&found.good, &found.bad));
    println!("with rac's: {}", describe(&found.bad, &found.good));
    report::write(cx, &found.program, &found.compiled, &[found.symbol])
}

/// The result of a search.
pub struct Found {
    pub symbol: String,
    program: Program,
    compiled: Compiled,
    good: Option<Behaviour>,
    bad: Option<Behaviour>,
}

pub fn find(cx: &Context, args: &BisectArgs) -> anyhow::Result<Found> {
    let program = Program::new(cx, &args.program)?;
    let mut step = cx.progress.step("bisect", "compiling with both");
    let compiled = program.compile(cx)?;
    let [rac, reference] = compiled.objects()?;
    let shared: BTreeSet<String> =
        mixture::definitions(&rac)?.intersection(&mixture::definitions(&reference)?).cloned().collect();
    let units: Vec<&String> = shared.iter().collect();
    if units.is_empty() {
        bail!("the two objects define nothing in common");
    }
    // In the order of names; the first `k` come from rac.
    let mut run = |k: usize| -> anyhow::Result<(bool, Option<Behaviour>)> {
        step.inc(&format!("{k} of {} symbols from rac", units.len()));
        let from_rac: BTreeSet<&str> = units[..k].iter().map(|name| name.as_str()).collect();
        let objects = [
            mixture::without(&rac, &shared, |name| !from_rac.contains(name))?,
            mixture::without(&reference, &shared, |name| from_rac.contains(name))?,
        ];
        let executable = program.link(cx, &compiled, &objects)?;
        behave(cx, args, &executable)
    };
    let (reference_passes, good) = run(0)?;
    let (rac_passes, bad) = run(units.len())?;
    let fails = |passes: bool, behaviour: &Option<Behaviour>| !passes || *behaviour != good;
    if !reference_passes {
        bail!("with {}'s code for everything the check fails too", args.program.reference.name());
    }
    if !fails(rac_passes, &bad) {
        bail!("the program behaves alike with rac's code and with {}'s", args.program.reference.name());
    }
    let culprit = search::first_failing(units.len(), |k| {
        let (passes, behaviour) = run(k)?;
        anyhow::Ok(fails(passes, &behaviour))
    })?;
    drop(step);
    let symbol = units[culprit].clone();
    Ok(Found { symbol, program, compiled, good, bad })
}

/// Shows both compilers' code of all functions, or of one.
pub fn diff(cx: &Context, args: &DiffArgs) -> anyhow::Result<()> {
    let program = Program::new(cx, &args.program)?;
    let compiled = program.compile(cx)?;
    let [rac, reference] = compiled.objects()?;
    let (of_rac, of_reference) = (mixture::definitions(&rac)?, mixture::definitions(&reference)?);
    let wanted = |symbol: &&String| match &args.function {
        None => true,
        Some(name) => {
            symbol.contains(name.as_str()) || format!("{:#}", rustc_demangle::demangle(symbol)).contains(name.as_str())
        }
    };
    let symbols: Vec<String> = of_rac.intersection(&of_reference).filter(wanted).cloned().collect();
    if symbols.is_empty() {
        bail!(
            "both compilers have no function in common{}",
            args.function.as_ref().map_or(String::new(), |name| format!(" whose name contains `{name}`"))
        );
    }
    report::write(cx, &program, &compiled, &symbols)
}

/// Runs the executable. With a check command only that command's verdict counts.
fn behave(cx: &Context, args: &BisectArgs, executable: &Path) -> anyhow::Result<(bool, Option<Behaviour>)> {
    let limits = Limits { time: Some(Duration::from_secs(args.time_limit)), ..Limits::default() };
    match &args.check {
        Some(check) => {
            let mut words = shlex::split(check).with_context(|| format!("bad quoting in `{check}`"))?.into_iter();
            let mut command = Command::new(words.next().context("the check command is empty")?);
            let finished = exec::run(command.args(words).arg(executable), &limits, &cx.interrupt)?;
            Ok((finished.outcome.success(), None))
        }
        None => {
            let finished = exec::run(&mut Command::new(executable), &limits, &cx.interrupt)?;
            Ok((true, Some(Behaviour { outcome: finished.outcome, stdout: finished.stdout })))
        }
    }
}

/// The outcome, and the first line of output in which the two runs differ.
fn describe(behaviour: &Option<Behaviour>, other: &Option<Behaviour>) -> String {
    let (Some(behaviour), Some(other)) = (behaviour, other) else { return "as the check command says".to_owned() };
    let (text, others) = (String::from_utf8_lossy(&behaviour.stdout), String::from_utf8_lossy(&other.stdout));
    let mut others = others.lines();
    let differing = text.lines().enumerate().find(|(_, line)| others.next() != Some(line));
    match differing {
        Some((number, line)) => format!("{}, line {} of its output is `{line}`", behaviour.outcome, number + 1),
        None => format!("{}, {} lines of output", behaviour.outcome, text.lines().count()),
    }
}
