//! Which crates a compilation needs, and the files that hold them: from the crate tables of `.ramir` files, the options,
//! and the toolchain.

use super::frontend;
use super::link::{LinkedCrate, panic_runtime};
use super::options::Session;
use super::output::Scratch;
use super::toolchain::Toolchain;
use crate::adapter::store::COMPILER;
use anyhow::{Context, Result, bail};
use ramir::file::CrateDep;
use ramir::reader::OpenCrate;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// The crates of a compilation.
pub struct CrateFiles {
    /// The local crate's file first.
    pub ramir: Vec<PathBuf>,
    /// Dependents before what they depend on, as far as the files tell.
    pub linked: Vec<LinkedCrate>,
}

/// Follows the crate tables from the local crate's file.
pub fn locate(session: &Session, toolchain: &Toolchain, scratch: &Scratch, local: &Path) -> Result<CrateFiles> {
    let sysroot = sysroot_crates(toolchain)?;
    let mut files = CrateFiles { ramir: vec![local.to_owned()], linked: Vec::new() };
    let mut seen = HashSet::new();
    let mut queue = std::collections::VecDeque::new();
    let open = OpenCrate::open(local, COMPILER)?;
    seen.insert(open.crates[0].stable_crate_id);
    queue.extend(open.crates.into_iter().skip(1));
    let other_panic_runtime = ["panic_unwind", "panic_abort"];
    while let Some(dep) = queue.pop_front() {
        if !seen.insert(dep.stable_crate_id) {
            continue;
        }
        let (ramir, linked) = match sysroot.get(dep.name.as_str()) {
            Some(ramir) if !is_given(session, &dep.name) => (ramir.clone(), sysroot_rlib(toolchain, &dep.name, ramir)?),
            _ => dependency(session, toolchain, scratch, &dep)?,
        };
        let open = OpenCrate::open(&ramir, COMPILER)?;
        queue.extend(open.crates.into_iter().skip(1));
        let is_wrong_runtime =
            other_panic_runtime.contains(&dep.name.as_str()) && dep.name != panic_runtime(session.panic);
        files.ramir.push(ramir);
        if !is_wrong_runtime {
            files.linked.push(linked);
        }
    }
    let has = |files: &CrateFiles, name: &str| files.linked.iter().any(|krate| krate.name == name);
    let mut wanted = vec!["compiler_builtins"];
    if has(&files, "std") {
        wanted.push(panic_runtime(session.panic));
        // What std's own code calls without a trace in its exported bodies.
        wanted.extend(["miniz_oxide", "adler2", "std_detect", "cfg_if"]);
    }
    for name in wanted {
        if !has(&files, name)
            && let Some(ramir) = sysroot.get(name)
        {
            files.linked.push(sysroot_rlib(toolchain, name, ramir)?);
        }
    }
    Ok(files)
}

fn is_given(session: &Session, name: &str) -> bool {
    session.cli.externs.iter().any(|spec| spec.split_once('=').is_some_and(|(n, _)| extern_name(n) == name))
}

/// `--extern`'s name without its options: `priv,noprelude:name`.
fn extern_name(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// std's export by crate name.
fn sysroot_crates(toolchain: &Toolchain) -> Result<BTreeMap<String, PathBuf>> {
    let dir = &toolchain.std_ramir;
    let mut crates = BTreeMap::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("cannot read `{}`", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "ramir")
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
            && let Some((name, _)) = stem.strip_prefix("lib").and_then(|stem| stem.rsplit_once('-'))
        {
            crates.insert(name.to_owned(), path);
        }
    }
    Ok(crates)
}

fn sysroot_rlib(toolchain: &Toolchain, name: &str, ramir: &Path) -> Result<LinkedCrate> {
    let file = ramir.with_extension("rlib");
    let file = file.file_name().context("a .ramir file without a name")?;
    Ok(LinkedCrate { name: name.to_owned(), is_sysroot: true, rlib: toolchain.target_lib().join(file) })
}

/// Finds a dependency's rlib, and its `.ramir` beside it or makes one.
fn dependency(
    session: &Session,
    toolchain: &Toolchain,
    scratch: &Scratch,
    dep: &CrateDep,
) -> Result<(PathBuf, LinkedCrate)> {
    for rlib in candidates(session, &dep.name) {
        let beside = rlib.with_extension("ramir");
        let ramir = if beside.exists() {
            beside
        } else {
            let out = scratch.path(&format!("lib{}-{:016x}.ramir", dep.name, dep.stable_crate_id));
            frontend::export_dependency(toolchain, session, &rlib, &out)?;
            out
        };
        let open = OpenCrate::open(&ramir, COMPILER)?;
        if open.crates[0].stable_crate_id == dep.stable_crate_id {
            return Ok((ramir, LinkedCrate { name: dep.name.clone(), is_sysroot: false, rlib }));
        }
    }
    bail!("can't find an rlib of crate `{}`; name it with `--extern` or `-L`", dep.name)
}

/// The rlibs that can be crate `name`: those of `--extern`, then `lib<name>*.rlib` in the search path.
fn candidates(session: &Session, name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for spec in &session.cli.externs {
        if let Some((n, path)) = spec.split_once('=')
            && extern_name(n) == name
        {
            found.push(Path::new(path).with_extension("rlib"));
        }
    }
    for path in &session.cli.library_path {
        let dir = match path.split_once('=') {
            Some(("dependency" | "crate" | "all", dir)) => dir,
            Some(_) => continue,
            None => path,
        };
        // A search directory that does not exist is no error, as for rustc.
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        let mut matching: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
                let stem = file.strip_prefix("lib").and_then(|f| f.strip_suffix(".rlib"));
                stem.is_some_and(|stem| stem == name || stem.strip_prefix(name).is_some_and(|r| r.starts_with('-')))
            })
            .collect();
        matching.sort();
        found.extend(matching);
    }
    found
}
