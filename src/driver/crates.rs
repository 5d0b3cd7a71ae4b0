//! The `.ramir` files of the crates that a compilation uses: std's from the installation, others' beside their libraries or
//! made from their metadata.

use super::crate_info::{CrateInfo, UsedCrate};
use super::frontend;
use super::options::Session;
use super::output::Scratch;
use super::toolchain::Toolchain;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The local crate's file and those of all others.
pub fn ramir_files(
    session: &Session,
    toolchain: &Toolchain,
    scratch: &Scratch,
    local: &Path,
    info: &CrateInfo,
) -> Result<Vec<PathBuf>> {
    let mut files = vec![local.to_owned()];
    for krate in &info.crates {
        files.push(ramir_file(session, toolchain, scratch, krate)?);
    }
    Ok(files)
}

fn ramir_file(session: &Session, toolchain: &Toolchain, scratch: &Scratch, krate: &UsedCrate) -> Result<PathBuf> {
    let source = krate.source()?;
    let beside = source.with_extension("ramir");
    if toolchain.has(source) {
        let name = beside.file_name().context("a library without a name")?;
        let of_std = toolchain.std_ramir.join(name);
        if of_std.exists() {
            return Ok(of_std);
        }
    } else if beside.exists() {
        return Ok(beside);
    }
    let out = scratch.path(&format!("lib{}-{:016x}.ramir", krate.name, krate.stable_crate_id));
    frontend::export_dependency(toolchain, session, source, &out)?;
    Ok(out)
}
