//! `ra-mir-export` and what it writes of the toolchain's own crates, both cached under the hash of its sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::cargo;
use crate::context::Context;
use crate::disk;
use crate::exec;
use crate::links;
use crate::rustc_dev::{RustcDev, write_if_changed};

pub struct Exporter {
    pub binary: PathBuf,
    /// The `.ramir` files of std and the rest of the sysroot.
    pub std: PathBuf,
    /// Changes whenever one of the two may have.
    pub key: String,
}

/// Builds the exporter and lets it export the sysroot, unless the cache has both.
pub fn ensure(cx: &Context, rustc_dev: &RustcDev) -> anyhow::Result<Exporter> {
    let flags = rustc_dev.rustflags(&cx.toolchain);
    write_cargo_config(cx, &flags)?;
    let key = key(cx, &flags)?;
    let exporter = Exporter {
        binary: cx.cache.join("ra-mir-export").join(&key).join("ra-mir-export"),
        std: cx.cache.join("std").join(&key),
        key,
    };
    if exporter.binary.is_file() && exporter.std.is_dir() {
        cx.progress.unchanged("ra-mir-export", "unchanged");
        cx.progress.unchanged("std's MIR", "unchanged");
        return Ok(exporter);
    }
    let _lock = cx.lock_cache()?;
    if !exporter.binary.is_file() {
        build(cx, &exporter)?;
    }
    if !exporter.std.is_dir() {
        export_std(cx, &exporter)?;
        prune(&cx.cache.join("ra-mir-export"))?;
        prune(&cx.cache.join("std"))?;
    }
    Ok(exporter)
}

/// How many versions of the exporter the cache keeps, for checkouts that differ.
const KEPT_VERSIONS: usize = 8;

/// Removes all but the newest directories in `directory`.
fn prune(directory: &Path) -> anyhow::Result<()> {
    let list = || format!("cannot list {}", directory.display());
    let mut versions = Vec::new();
    for entry in fs::read_dir(directory).with_context(list)? {
        let entry = entry.with_context(list)?;
        versions.push((entry.metadata().and_then(|metadata| metadata.modified()).with_context(list)?, entry.path()));
    }
    versions.sort();
    let old = versions.len().saturating_sub(KEPT_VERSIONS);
    for (_, path) in &versions[..old] {
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

fn build(cx: &Context, exporter: &Exporter) -> anyhow::Result<()> {
    let package = cx.root.join("ra-mir-export");
    let target = package.join("target");
    let mut step = cx.progress.step("ra-mir-export", "building");
    let mut command = cx.toolchain.program("cargo");
    command.current_dir(&package).args(["build", "--release", "--locked", "--target-dir"]).arg(&target);
    cargo::build(cx, command, &[], &target.join("y-build.log"), &mut step)?;
    let directory = exporter.binary.parent().context("the exporter's place has no parent")?;
    let staging = links::staging_for(directory)?;
    let built = target.join("release/ra-mir-export");
    // A copy: cargo writes over the file that a hard link would share.
    fs::copy(&built, staging.path().join("ra-mir-export"))
        .with_context(|| format!("cannot copy {}", built.display()))?;
    links::install_dir(staging, directory)?;
    step.finish("built");
    Ok(())
}

fn export_std(cx: &Context, exporter: &Exporter) -> anyhow::Result<()> {
    disk::require(&cx.cache, 1, "exporting std's MIR")?;
    let step = cx.progress.step("std's MIR", "exporting");
    let staging = links::staging_for(&exporter.std)?;
    let mut command = std::process::Command::new(&exporter.binary);
    command
        .args(["--export-sysroot", "--out"])
        .arg(staging.path())
        .arg("--sysroot")
        .arg(&cx.toolchain.sysroot)
        .stdin(Stdio::null());
    let finished = exec::run(&mut command, &exec::Limits::default(), &cx.interrupt)?;
    if !finished.outcome.success() {
        eprint!("{}", String::from_utf8_lossy(&finished.stderr));
        bail!("ra-mir-export cannot export the sysroot: {}", finished.outcome);
    }
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(staging.path()).context("cannot list what was exported")? {
        let metadata = entry.and_then(|entry| entry.metadata()).context("cannot list what was exported")?;
        files += 1;
        bytes += metadata.len();
    }
    if files == 0 {
        bail!("ra-mir-export wrote no file for the sysroot {}", cx.toolchain.sysroot.display());
    }
    links::install_dir(staging, &exporter.std)?;
    step.finish(&format!("{files} crates, {} MiB", bytes >> 20));
    Ok(())
}

/// Flags for the exporter's package, in cargo's own place for them: plain cargo and editors then work in it too.
fn write_cargo_config(cx: &Context, flags: &[String]) -> anyhow::Result<()> {
    let flags: String = flags.iter().map(|flag| format!("    {flag:?},\n")).collect();
    let text = format!(
        "# Written by ./y.sh for this machine.\n[build]\nrustflags = [\n{flags}]\n\n[env]\nRUSTC_BOOTSTRAP = \"1\"\n"
    );
    write_if_changed(&cx.root.join("ra-mir-export/.cargo/config.toml"), &text)
}

/// The hash of all that the exporter is made of, and of the flags that say where it will find the compiler.
fn key(cx: &Context, flags: &[String]) -> anyhow::Result<String> {
    let mut hasher = Sha256::new();
    for flag in flags {
        hash_part(&mut hasher, flag.as_bytes());
    }
    for package in ["ramir", "ra-mir-export"] {
        let package = cx.root.join(package);
        for entry in
            WalkDir::new(&package).sort_by_file_name().into_iter().filter_entry(|entry| !is_output(&package, entry))
        {
            let entry = entry.with_context(|| format!("cannot list {}", package.display()))?;
            if entry.file_type().is_file() {
                let relative = entry.path().strip_prefix(&cx.root).context("walked out of the checkout")?;
                hash_part(&mut hasher, relative.as_os_str().as_encoded_bytes());
                let text = fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
                hash_part(&mut hasher, &text);
            }
        }
    }
    // `ramir` takes its edition and version from here.
    let manifest = fs::read(cx.root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    hash_part(&mut hasher, &manifest);
    let digest = hasher.finalize();
    Ok(digest[..10].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// With its length before it, so that two parts never read as one.
fn hash_part(hasher: &mut Sha256, part: &[u8]) {
    hasher.update((part.len() as u64).to_le_bytes());
    hasher.update(part);
}

fn is_output(package: &Path, entry: &DirEntry) -> bool {
    entry.path() == package.join("target")
        || entry.path() == package.join(".cargo")
        || entry.path() == package.join("tests")
}
