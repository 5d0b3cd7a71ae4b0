//! What a front end within rac's process is told of the session.

use super::crate_info::CrateInfo;
use super::options::Session;
use super::toolchain::Toolchain;
use crate::adapter::provider::AnalysisInput;
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// What an analysis is told of the session's crate.
pub fn input(session: &Session, info: &CrateInfo) -> Result<AnalysisInput> {
    ensure!(session.input != "-", "rust-analyzer needs a source file, not standard input");
    let source = std::path::absolute(&session.input).context("cannot find the working directory")?;
    Ok(AnalysisInput {
        source,
        crate_name: session.crate_name.clone(),
        edition: info.edition.clone(),
        features: info.features.clone(),
        unstable_options: session.cli.unstable.iter().map(|option| option.replace('_', "-")).collect(),
        cfg: info.cfg.clone(),
        overflow_checks: session.overflow_checks,
    })
}

/// The configuration that rustc has active without options.
pub fn default_cfg(toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut rustc = Command::new(toolchain.sysroot.join("bin/rustc"));
    let output = rustc.args(["--print", "cfg"]).output().context("cannot run the toolchain's rustc")?;
    ensure!(
        output.status.success(),
        "`rustc --print cfg` failed: {}",
        String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default()
    );
    let text = String::from_utf8(output.stdout).context("`rustc --print cfg` printed no UTF-8")?;
    Ok(text.lines().map(str::to_owned).collect())
}
