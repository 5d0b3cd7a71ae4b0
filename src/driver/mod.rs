//! The driver: rac's command line, from arguments to an executable.
//!
//! Knows options, processes, files and diagnostics; knows no details of MIR and no Cranelift. The command line is
//! rustc's (`rustc --help`); what rac does not have is refused by name.

mod ahead;
mod analysis;
mod aot;
mod crate_info;
mod crates;
mod dep_info;
mod diagnostics;
mod frontend;
mod kept_code;
mod link;
pub mod options;
mod oracle;
mod output;
mod report;
mod resident;
mod rlib;
mod toolchain;

pub use resident::serve;

use crate::adapter::provider::{Analysis, STACK_SIZE};
use anyhow::Context;
use clap::Parser;
use diagnostics::Diagnostics;
use options::{Cli, Frontend, Session};
use resident::Answer;
use std::process::ExitCode;

/// rustc's exit code for a program that does not compile.
const EXIT_FAILURE: u8 = 1;

/// Runs rac with the given arguments, the program's name first. `analysis` is what the front ends of rust-analyzer use;
/// without one, a process that has it is asked to compile.
pub fn main(args: impl Iterator<Item = String>, analysis: Option<&dyn Analysis>) -> ExitCode {
    ExitCode::from(exit_code(args, analysis))
}

/// As [`main`], with the exit code as a number.
fn exit_code(args: impl Iterator<Item = String>, analysis: Option<&dyn Analysis>) -> u8 {
    let args = match options::expand_argfiles(args) {
        Ok(args) => args,
        Err(error) => {
            Diagnostics::default().error(&format!("{error:#}"));
            return EXIT_FAILURE;
        }
    };
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // A failure to print has nowhere to be reported.
            let _ = error.print();
            return if error.use_stderr() { EXIT_FAILURE } else { 0 };
        }
    };
    let diagnostics = Diagnostics::new(cli.color, cli.error_format.as_deref());
    match run(cli, &args, analysis, &diagnostics) {
        Ok(code) => code,
        Err(error) => {
            diagnostics.error(&format!("{error:#}"));
            EXIT_FAILURE
        }
    }
}

fn run(cli: Cli, args: &[String], analysis: Option<&dyn Analysis>, diagnostics: &Diagnostics) -> anyhow::Result<u8> {
    if cli.version {
        println!("{}", toolchain::version_text(cli.verbose));
        return Ok(0);
    }
    if cli.print.iter().any(|what| what != options::LINK_ARGS) || cli.explain.is_some() {
        return toolchain::delegate(&cli);
    }
    let mut session = Session::new(cli)?;
    match (session.cli.frontend, analysis) {
        (Frontend::Rustc, _) => {}
        (_, Some(analysis)) => return with_analysis(&mut session, args, analysis, diagnostics),
        (frontend, None) => match resident::compile(&session, args)? {
            Answer::Done(code) => return Ok(code),
            Answer::NotRunning => {}
            Answer::Lost(what) if frontend == Frontend::Ra => anyhow::bail!("{what}"),
            Answer::Lost(what) => session.lost_analysis = Some(what),
        },
    }
    output::remove_on_interrupt()?;
    aot::compile(&mut session, args, None, diagnostics)
}

/// Compiles with an analysis, on threads that have the stack that it needs.
fn with_analysis(
    session: &mut Session,
    args: &[String],
    analysis: &dyn Analysis,
    diagnostics: &Diagnostics,
) -> anyhow::Result<u8> {
    output::remove_on_interrupt()?;
    rayon::ThreadPoolBuilder::new().stack_size(STACK_SIZE).build_global().context("cannot start threads")?;
    std::thread::scope(|scope| {
        let compile = || aot::compile(session, args, Some(analysis), diagnostics);
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, compile);
        match thread.context("cannot start a thread")?.join() {
            Ok(result) => result,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    })
}
