//! `rac-ra`: rac with rust-analyzer linked in, built against patched copies of rust-analyzer's crates.
//!
//! `patches/CRATE/NNNN-what.patch` are applied, in order, to the sources that cargo has of the pinned release. The
//! patched copies and the build are in the cache, for they depend on little that changes between checkouts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::cargo;
use crate::context::Context;
use crate::disk;
use crate::links;
use crate::rustc_dev::write_if_changed;
use crate::sources;

/// A crate with its patches, in the order of their application.
pub struct Patched {
    pub name: String,
    pub version: String,
    pub patches: Vec<PathBuf>,
}

/// Builds `rac-ra`, as far as it is not up to date, and puts it at `to`.
pub fn build(cx: &Context, to: &Path) -> anyhow::Result<()> {
    // Until the executable is copied: another checkout builds its own in the same target directory.
    let _lock = cx.lock_cache()?;
    let command = command(cx, "build")?;
    let target = target(cx);
    disk::require(&cx.cache, 2, "building rust-analyzer's crates")?;
    let mut step = cx.progress.step("rac-ra", "building (the first time about 5 minutes on 2 cores)");
    let built = cargo::build(cx, command, &[], &target.join("y-build.log"), &mut step)?;
    links::refresh_copy(&target.join("release/rac-ra"), to)?;
    step.finish(&if built.compiled == 0 { "unchanged".to_owned() } else { format!("built {} crates", built.compiled) });
    Ok(())
}

fn target(cx: &Context) -> PathBuf {
    cx.cache.join("ra-ap/target")
}

/// `cargo build`, or another `subcommand`, of `rac-ra` with the patched crates, which are made if they are not there.
pub fn command(cx: &Context, subcommand: &str) -> anyhow::Result<Command> {
    let package = cx.root.join("src/adapter/ra");
    let patched = patched_crates(&cx.root.join("patches"), &package.join("Cargo.lock"))?;
    let directories = patch(cx, &package, &patched)?;
    let mut command = cx.toolchain.program("cargo");
    command.current_dir(&package).args([subcommand, "--release", "--locked", "--target-dir"]).arg(target(cx));
    for (Patched { name, .. }, path) in patched.iter().zip(&directories) {
        command.arg("--config").arg(format!("patch.crates-io.{name}.path={:?}", path.display().to_string()));
    }
    Ok(command)
}

/// std's sources, or `None` where the toolchain has them itself.
///
/// A copy apart from the compiler's: rust-analyzer asks cargo about them, and cargo must not see rustc's own workspace
/// around them.
pub fn library_source(cx: &Context, rust_src: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    if cx.toolchain.sysroot.join("lib/rustlib/src/rust/library").is_dir() {
        return Ok(None);
    }
    let library = cx.cache.join("ra-ap/library");
    if !library.is_dir() {
        let tree = sources::ensure(cx, rust_src)?;
        let staging = links::staging_for(&library)?;
        copy_tree(&tree.join("library"), staging.path())?;
        links::install_dir(staging, &library)?;
    }
    Ok(Some(library))
}

/// A crate that rac-ra depends on, which may have no patches yet.
pub fn one_crate(cx: &Context, name: &str) -> anyhow::Result<Patched> {
    let (patches, lock) = (cx.root.join("patches"), cx.root.join("src/adapter/ra/Cargo.lock"));
    if let Some(found) = patched_crates(&patches, &lock)?.into_iter().find(|found| found.name == name) {
        return Ok(found);
    }
    let version = locked_version(&Lock::read(&lock)?, name)?;
    Ok(Patched { name: name.to_owned(), version, patches: Vec::new() })
}

/// The crate's unpatched sources, which cargo fetches if it does not have them.
pub fn source(cx: &Context, crate_: &Patched) -> anyhow::Result<PathBuf> {
    let _lock = cx.lock_cache()?;
    let sources = registry_sources(cx, &cx.root.join("src/adapter/ra"), std::slice::from_ref(crate_))?;
    sources.into_iter().next().with_context(|| format!("cargo found no {}", crate_.name))
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<LockedPackage>,
}

#[derive(Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
}

impl Lock {
    fn read(path: &Path) -> anyhow::Result<Lock> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", path.display()))
    }
}

fn locked_version(lock: &Lock, name: &str) -> anyhow::Result<String> {
    let locked = lock.package.iter().find(|package| package.name == name);
    Ok(locked.with_context(|| format!("rac-ra does not depend on {name}"))?.version.clone())
}

/// The crates that `patches/` names, with the versions that the package's lock file pins.
fn patched_crates(patches: &Path, lock: &Path) -> anyhow::Result<Vec<Patched>> {
    let lock = Lock::read(lock)?;
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in WalkDir::new(patches).min_depth(2).max_depth(2).sort_by_file_name() {
        let path = entry.with_context(|| format!("cannot list {}", patches.display()))?.into_path();
        let name = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        found.entry(name).or_default().push(path);
    }
    found
        .into_iter()
        .map(|(name, patches)| {
            let version = locked_version(&lock, &name).with_context(|| format!("patches/{name}"))?;
            Ok(Patched { name, version, patches })
        })
        .collect()
}

impl Patched {
    /// Where the patched copy is: another place for other patches.
    fn directory(&self, cx: &Context) -> anyhow::Result<PathBuf> {
        let mut hasher = Sha256::new();
        for path in &self.patches {
            hasher.update(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
        }
        let key: String = hasher.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(cx.cache.join(format!("ra-ap/{}-{}-{key}", self.name, self.version)))
    }
}

/// Makes the patched copies that are not there yet; gives the directories of all.
fn patch(cx: &Context, package: &Path, patched: &[Patched]) -> anyhow::Result<Vec<PathBuf>> {
    let directories = patched.iter().map(|patched| patched.directory(cx)).collect::<anyhow::Result<Vec<_>>>()?;
    if directories.iter().all(|directory| directory.is_dir()) {
        return Ok(directories);
    }
    let step = cx.progress.step("rust-analyzer", "fetching and patching its crates");
    let sources = registry_sources(cx, package, patched)?;
    let mut count = 0;
    for ((Patched { patches, .. }, source), directory) in patched.iter().zip(&sources).zip(&directories) {
        if directory.is_dir() {
            continue;
        }
        let staging = links::staging_for(directory)?;
        copy_tree(source, staging.path())?;
        for path in patches {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            apply(&text, staging.path()).with_context(|| format!("{} does not apply", path.display()))?;
            count += 1;
        }
        links::install_dir(staging, directory)?;
    }
    step.finish(&format!("applied {count} patches"));
    Ok(directories)
}

/// Where cargo keeps the unpatched sources, in the order of `patched`; cargo fetches what it does not have.
fn registry_sources(cx: &Context, package: &Path, patched: &[Patched]) -> anyhow::Result<Vec<PathBuf>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
        manifest_path: PathBuf,
    }
    // The package's own manifest cannot be asked, since its lock file holds only with the patched copies in place.
    let probe = cx.cache.join("ra-ap/fetch");
    let mut manifest =
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n"
            .to_owned();
    for Patched { name, version, .. } in patched {
        manifest.push_str(&format!("{name} = \"={version}\"\n"));
    }
    write_if_changed(&probe.join("Cargo.toml"), &manifest)?;
    write_if_changed(&probe.join("src/lib.rs"), "")?;
    fs::copy(package.join("Cargo.lock"), probe.join("Cargo.lock")).context("cannot copy rac-ra's lock file")?;
    let mut command = cx.toolchain.program("cargo");
    command.current_dir(&probe).args(["metadata", "--format-version=1"]).stdin(Stdio::null());
    let output = command.output().context("cannot run cargo")?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        bail!("cargo cannot fetch rust-analyzer's crates");
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("`cargo metadata` printed no JSON")?;
    patched
        .iter()
        .map(|Patched { name, version, .. }| {
            let package = metadata.packages.iter().find(|package| package.name == *name && package.version == *version);
            let manifest = &package.with_context(|| format!("cargo found no {name} {version}"))?.manifest_path;
            Ok(manifest.parent().with_context(|| format!("{name} has no directory"))?.to_owned())
        })
        .collect()
}

/// Applies a patch, which may change several files, to the crate in `directory`. Text before the first file is its reason.
pub fn apply(patch: &str, directory: &Path) -> anyhow::Result<()> {
    let starts: Vec<usize> = patch
        .match_indices("--- a/")
        .map(|(at, _)| at)
        .filter(|&at| at == 0 || patch.as_bytes()[at - 1] == b'\n')
        .collect();
    if starts.is_empty() {
        bail!("it changes no file");
    }
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(patch.len());
        let part = diffy::Patch::from_str(&patch[start..end])?;
        let name = part.original().and_then(|name| name.strip_prefix("a/")).context("a file of it has no name")?;
        let path = directory.join(name);
        let old = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let new = diffy::apply(&old, &part).with_context(|| format!("in {name}"))?;
        fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

pub fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry.with_context(|| format!("cannot list {}", from.display()))?;
        let relative = entry.path().strip_prefix(from).context("walked out of the tree")?;
        let target = to.join(relative);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::apply;

    const PATCH: &str = "Why.\n\n--- a/a.rs\n+++ b/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n--- a/b.rs\n+++ b/b.rs\n@@ -1 +1 @@\n-x\n+y\n";

    #[test]
    fn a_patch_changes_each_file_that_it_names() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("a.rs"), "one\ntwo\n").unwrap();
        std::fs::write(at("b.rs"), "x\n").unwrap();
        apply(PATCH, directory.path()).unwrap();
        assert_eq!(std::fs::read_to_string(at("a.rs")).unwrap(), "one\n2\n");
        assert_eq!(std::fs::read_to_string(at("b.rs")).unwrap(), "y\n");
    }

    #[test]
    fn a_patch_that_does_not_fit_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.rs"), "one\nthree\n").unwrap();
        assert!(apply(PATCH, directory.path()).is_err());
    }
}
