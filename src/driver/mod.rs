//! The driver: rac's command line, from arguments to an executable.
//!
//! Knows options, processes, files and diagnostics; knows no details of MIR and no Cranelift. The command line is
//! rustc's (`rustc --help`); what rac does not have is refused by name.

mod analysis;
mod aot;
mod crate_info;
mod crates;
mod diagnostics;
mod frontend;
mod link;
mod oracle;
pub mod options;
mod output;
mod rlib;
mod toolchain;

use crate::adapter::provider::Analysis;
use clap::Parser;
use diagnostics::Diagnostics;
use options::{Cli, Frontend, Session};
use std::process::ExitCode;

/// rustc's exit code for a program that does not compile.
const EXIT_FAILURE: u8 = 1;

/// Runs rac with the given arguments, the program's name first. `analysis` is what `--frontend ra` uses; without one,
/// the executable that has it is run instead.
pub fn main(args: impl Iterator<Item = String>, analysis: Option<&dyn Analysis>) -> ExitCode {
    let args = match options::expand_argfiles(args) {
        Ok(args) => args,
        Err(error) => {
            Diagnostics::default().error(&format!("{error:#}"));
            return ExitCode::from(EXIT_FAILURE);
        }
    };
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // A failure to print has nowhere to be reported.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { EXIT_FAILURE } else { 0 });
        }
    };
    let diagnostics = Diagnostics::new(cli.color, cli.error_format.as_deref());
    match run(cli, &args, analysis, &diagnostics) {
        Ok(code) => code,
        Err(error) => {
            diagnostics.error(&format!("{error:#}"));
            ExitCode::from(EXIT_FAILURE)
        }
    }
}

fn run(
    cli: Cli,
    args: &[String],
    analysis: Option<&dyn Analysis>,
    diagnostics: &Diagnostics,
) -> anyhow::Result<ExitCode> {
    if cli.version {
        println!("{}", toolchain::version_text(cli.verbose));
        return Ok(ExitCode::SUCCESS);
    }
    if cli.print.iter().any(|what| what != options::LINK_ARGS) || cli.explain.is_some() {
        return toolchain::delegate(&cli);
    }
    let mut session = Session::new(cli)?;
    let analysis = match (session.cli.frontend, analysis) {
        (Frontend::Rustc, _) => None,
        (Frontend::Ra, Some(analysis)) => Some(analysis),
        (Frontend::Ra, None) => return Err(analysis::run_instead(args)),
    };
    output::remove_on_interrupt()?;
    aot::compile(&mut session, args, analysis, diagnostics)
}
