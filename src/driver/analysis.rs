//! A front end within the process, which `--frontend ra` asks for: what it is told, and the executable that has it.
//!
//! `rac` itself is built without rust-analyzer, so that building and starting it stay quick.

use super::options::Session;
use super::toolchain::{self, Toolchain};
use crate::adapter::provider::AnalysisInput;
use anyhow::{Context, Error, Result, ensure};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Becomes the executable that has an analysis, with the same arguments. Returns only if that fails.
pub fn run_instead(args: &[String]) -> Error {
    match toolchain::rac_ra() {
        Ok(path) => Error::new(Command::new(&path).args(args.iter().skip(1)).exec())
            .context(format!("cannot run `{}`", path.display())),
        Err(error) => error,
    }
}

/// What an analysis is told of the session's crate.
pub fn input(session: &Session, toolchain: &Toolchain) -> Result<AnalysisInput> {
    ensure!(session.input != "-", "`--frontend ra` needs a source file, not standard input");
    let source = std::path::absolute(&session.input).context("cannot find the working directory")?;
    Ok(AnalysisInput {
        source,
        crate_name: session.crate_name.clone(),
        edition: session.cli.edition.clone().unwrap_or_else(|| "2015".to_owned()),
        cfg: active_cfg(session, toolchain)?,
        sysroot: toolchain.sysroot.clone(),
        library_source: toolchain.library_source()?,
        overflow_checks: session.overflow_checks,
    })
}

/// The configuration that rustc has active under the session's options.
fn active_cfg(session: &Session, toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut rustc = Command::new(toolchain.sysroot.join("bin/rustc"));
    rustc.args(["--print", "cfg"]).args(session.frontend_args().into_iter().skip(1));
    let output = rustc.output().context("cannot run the toolchain's rustc")?;
    ensure!(
        output.status.success(),
        "`rustc --print cfg` failed: {}",
        String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default()
    );
    let text = String::from_utf8(output.stdout).context("`rustc --print cfg` printed no UTF-8")?;
    Ok(text.lines().map(str::to_owned).collect())
}
