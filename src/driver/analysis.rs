//! What a front end within rac's process is told of the session.

use super::crate_info::CrateInfo;
use super::options::{CrateType, Session};
use super::toolchain::Toolchain;
use crate::adapter::provider::{AnalysisInput, DependencyInput};
use anyhow::{Context, Result, ensure};
use std::process::Command;

/// What an analysis is told of the session's crate. `dependencies`: the crates of `info`, with their files.
pub fn input(
    session: &Session,
    toolchain: &Toolchain,
    info: &CrateInfo,
    dependencies: Vec<DependencyInput>,
) -> Result<AnalysisInput> {
    ensure!(session.input != "-", "rust-analyzer needs a source file, not standard input");
    let source = std::path::absolute(&session.input).context("cannot find the working directory")?;
    Ok(AnalysisInput {
        source,
        crate_name: session.crate_name.clone(),
        edition: info.edition.clone(),
        features: info.features.clone(),
        dependencies,
        externs: info.externs.clone(),
        macro_crates: info.macro_crates.clone(),
        macro_server: toolchain.macro_server(),
        directory: std::env::current_dir().context("cannot find the working directory")?,
        unstable_options: session.cli.unstable.iter().map(|option| option.replace('_', "-")).collect(),
        cfg: info.cfg.clone(),
        source_name: is_called_as_given(session).then(|| session.input.clone()),
        env: environment(&session.cli.env_set),
        overflow_checks: session.overflow_checks,
        is_library: info.types.iter().any(|&ty| ty != CrateType::Bin),
    })
}

/// What an analysis will be told, as far as the options tell, of a crate that needs no other than the standard library's. `cfg` is
/// active without options.
pub fn expected(session: &Session, toolchain: &Toolchain, mut cfg: Vec<String>) -> Result<AnalysisInput> {
    cfg.retain(|name| match name.as_str() {
        "debug_assertions" | "ub_checks" => session.debug_assertions,
        "overflow_checks" => session.overflow_checks,
        _ => true,
    });
    cfg.extend(session.cli.cfg.iter().cloned());
    let mut info = CrateInfo::default();
    info.edition = session.cli.edition.clone().unwrap_or_else(|| "2015".to_owned());
    info.cfg = cfg;
    input(session, toolchain, &info, Vec::new())
}

/// Whether rustc calls source files as they are called on the command line.
fn is_called_as_given(session: &Session) -> bool {
    let cli = &session.cli;
    cli.remap_path_prefix.is_empty() && !cli.unstable.iter().any(|option| option.starts_with("remap"))
}

/// The process's variables, as far as they are Unicode, and those of `--env-set`, which come last and take precedence.
fn environment(env_set: &[String]) -> Vec<(String, String)> {
    let own =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let set = env_set
        .iter()
        .filter_map(|option| option.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.chain(set).collect()
}

/// The configuration that rustc has active without options.
pub fn default_cfg(toolchain: &Toolchain) -> Result<Vec<String>> {
    let directory = tempfile::tempdir().context("cannot make a directory")?;
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("empty.rs"), "").context("cannot write an empty crate")?;
    let info = at("info");
    let mut front_end = Command::new(&toolchain.exporter);
    front_end.arg("--out").arg(at("ramir")).arg("--info").arg(&info).arg("--sysroot").arg(&toolchain.sysroot).arg("--");
    front_end.arg(at("empty.rs")).arg("--crate-type=lib").arg("--emit=metadata").arg("--out-dir").arg(directory.path());
    let output = front_end.output().with_context(|| format!("cannot run `{}`", toolchain.exporter.display()))?;
    ensure!(
        output.status.success(),
        "the front end finds no configuration: {}",
        String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default()
    );
    Ok(CrateInfo::read(&info)?.cfg)
}
