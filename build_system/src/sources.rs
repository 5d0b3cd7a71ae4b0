//! rustc's own sources: found, checked, and unpacked into the cache once.
//!
//! Sought in this order: what the user names (`--rust-src`, `RAC_RUST_SRC`); the toolchain's components, as far as
//! they hold what is asked for; Debian's source package of the same release.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use liblzma::read::XzDecoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::context::Context;
use crate::disk;
use crate::links;
use crate::progress::Step;

/// `rustc_1.95.0+dfsg1.orig.tar.xz`.
const DEBIAN_SHA256: &str = "fee0a232c32b6f919b2166efc441a7c37884905bdcc2170163579eeed5feee6b";
/// `rustc-1.95.0-src.tar.xz`, the part of the same tree that `KEPT` names.
const EXTRACT_SHA256: &str = "a33b492c5ebd61e7c99baaee19a00de1106a4112001af89c1a6dcbd9227c312b";
const DEBIAN_UPSTREAM_VERSION: &str = "1.95.0+dfsg1";

/// The parts of the tree that rac's build and tests read.
const KEPT: &[&str] = &[
    "compiler",
    "library",
    "tests/ui",
    "tests/auxiliary",
    "Cargo.toml",
    "Cargo.lock",
    "version",
    "git-commit-hash",
    "git-commit-info",
    "COPYRIGHT",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];
/// Needs submodules that no source package holds.
const SKIPPED: &str = "compiler/rustc_codegen_gcc";

/// The unpacked tree, made on first use.
pub fn ensure(cx: &Context, named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let tree = cx.cache.join("src");
    if tree.join("compiler").is_dir() && tree.join("tests/ui").is_dir() {
        cx.progress.unchanged("sources", &format!("in {}", tree.display()));
        return Ok(tree);
    }
    let _lock = cx.lock_cache()?;
    if tree.is_dir() {
        return Ok(tree);
    }
    disk::require(&cx.cache, 1, "unpacking rustc's sources")?;
    match named {
        Some(path) => {
            let path = std::path::absolute(path).with_context(|| format!("bad path {}", path.display()))?;
            let what = path.metadata().with_context(|| format!("cannot open rustc's sources {}", path.display()))?;
            if what.is_dir() { from_directory(cx, &path, &tree)? } else { from_archive(cx, &path, &tree)? }
        }
        None => {
            let (_download, archive) = download_debian(cx)?;
            from_archive(cx, &archive, &tree)?;
        }
    }
    Ok(tree)
}

fn from_directory(cx: &Context, from: &Path, tree: &Path) -> anyhow::Result<()> {
    check_commit(cx, from, from)?;
    let mut step = cx.progress.step("sources", &format!("copying {}", from.display()));
    let staging = links::staging_for(tree)?;
    for kept in KEPT {
        for entry in WalkDir::new(from.join(kept)) {
            cx.interrupt.check()?;
            // A part that this tree lacks is reported below, by name.
            let Ok(entry) = entry else { continue };
            let relative = entry.path().strip_prefix(from).context("walked out of the tree")?;
            if relative.starts_with(SKIPPED) {
                continue;
            }
            let to = staging.path().join(relative);
            if entry.file_type().is_dir() {
                fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
            } else if entry.file_type().is_file() {
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
                }
                fs::copy(entry.path(), &to).with_context(|| format!("cannot copy {}", entry.path().display()))?;
                step.inc(kept);
            }
        }
    }
    finish(staging, tree, from, step)
}

fn from_archive(cx: &Context, archive: &Path, tree: &Path) -> anyhow::Result<()> {
    let mut step = cx.progress.step("sources", &format!("unpacking {}", archive.display()));
    let hash = sha256(cx, archive)?;
    let known = hash == DEBIAN_SHA256 || hash == EXTRACT_SHA256;
    let staging = links::staging_for(tree)?;
    let file = File::open(archive).with_context(|| format!("cannot open {}", archive.display()))?;
    let damaged = || format!("{} is not a whole .tar.xz archive", archive.display());
    let mut tar = tar::Archive::new(XzDecoder::new(BufReader::new(file)));
    for entry in tar.entries().with_context(damaged)? {
        cx.interrupt.check()?;
        let mut entry = entry.with_context(damaged)?;
        let path = entry.path().with_context(damaged)?.into_owned();
        let mut components = path.components();
        // Archives wrap everything in one directory.
        components.next();
        let relative = components.as_path().to_owned();
        if !is_kept(&relative) {
            continue;
        }
        let to = staging.path().join(&relative);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        entry.unpack(&to).with_context(|| format!("cannot unpack {}", relative.display()))?;
        step.inc(KEPT.iter().find(|kept| relative.starts_with(kept)).unwrap_or(&""));
    }
    if !known {
        check_commit(cx, staging.path(), archive)?;
    }
    finish(staging, tree, archive, step)
}

fn is_kept(relative: &Path) -> bool {
    relative.components().all(|part| matches!(part, Component::Normal(_)))
        && KEPT.iter().any(|kept| relative.starts_with(kept))
        && !relative.starts_with(SKIPPED)
}

fn finish(staging: TempDir, tree: &Path, from: &Path, step: Step) -> anyhow::Result<()> {
    for part in ["compiler", "library", "tests/ui", "Cargo.lock"] {
        if !staging.path().join(part).exists() {
            bail!("{} lacks {part}: it is not the source tree of rustc", from.display());
        }
    }
    links::install_dir(staging, tree)?;
    step.finish(&format!("unpacked into {}", tree.display()));
    Ok(())
}

/// `origin` is what the error names: the tree itself, or the archive that it came from.
fn check_commit(cx: &Context, tree: &Path, origin: &Path) -> anyhow::Result<()> {
    let read = |name: &str| fs::read_to_string(tree.join(name)).unwrap_or_default();
    if read("git-commit-hash").trim() == cx.toolchain.commit || read("version").trim() == cx.toolchain.version_string()
    {
        return Ok(());
    }
    let version = read("version");
    let found = if version.trim().is_empty() { "nothing that names its version" } else { version.trim() };
    bail!("{} holds {found}, not the sources of rustc {}", origin.display(), cx.toolchain.version_string())
}

fn sha256(cx: &Context, path: &Path) -> anyhow::Result<String> {
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        cx.interrupt.check()?;
        let read = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            return Ok(format!("{:x}", hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

/// Fetches Debian's source package by apt, which checks its signature, without touching the system's own lists.
///
/// Returns the archive and the temporary directory that holds it.
fn download_debian(cx: &Context) -> anyhow::Result<(TempDir, PathBuf)> {
    let none = |why: &str| {
        format!(
            "found no sources of rustc {} ({why}): name them by --rust-src DIR|ARCHIVE or RAC_RUST_SRC",
            cx.toolchain.release
        )
    };
    let targets = Command::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian", "Created-By: Packages"])
        .output();
    let targets = match targets {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => bail!(none("there is no apt to fetch Debian's source package")),
    };
    let Some(uri) = targets.lines().find(|line| line.starts_with("http")) else {
        bail!(none("apt knows no Debian mirror"));
    };
    let step = cx.progress.step("sources", &format!("fetching Debian's source package from {uri}"));
    let dir = tempfile::Builder::new()
        .prefix("src-download.tmp-")
        .tempdir_in(&cx.cache)
        .with_context(|| format!("cannot make a temporary directory in {}", cx.cache.display()))?;
    for part in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(dir.path().join(part)).context("cannot make apt's directories")?;
    }
    let list: String = ["sid", "testing"]
        .iter()
        .map(|suite| format!("deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {uri} {suite} main\n"))
        .collect();
    fs::write(dir.path().join("sources.list"), list).context("cannot write apt's list")?;
    let apt = |program: &str, arguments: &[&str]| -> anyhow::Result<String> {
        cx.interrupt.check()?;
        let at = |part: &str| dir.path().join(part).display().to_string();
        let output = Command::new(program)
            .current_dir(dir.path())
            .args(["-o", &format!("Dir::Etc::SourceList={}", at("sources.list"))])
            .args(["-o", "Dir::Etc::SourceParts=/dev/null"])
            .args(["-o", &format!("Dir::State::Lists={}", at("lists"))])
            .args(["-o", &format!("Dir::Cache={}", at("cache"))])
            .args(["-o", "APT::Sandbox::User="])
            .args(arguments)
            .output()
            .with_context(|| format!("cannot run {program}"))?;
        cx.interrupt.check()?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            let line = message.lines().find(|line| line.starts_with("E:")).unwrap_or("no message");
            bail!(none(&format!("{program} {}: {line}", arguments[0])));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    apt("apt-get", &["update"])?;
    let versions = apt("apt-cache", &["showsrc", "rustc"])?;
    let version = versions
        .lines()
        .filter_map(|line| line.strip_prefix("Version: "))
        .find(|version| version.starts_with(DEBIAN_UPSTREAM_VERSION));
    let Some(version) = version else {
        bail!(none(&format!("Debian's archive no longer holds version {DEBIAN_UPSTREAM_VERSION}")));
    };
    // The tree alone, whose hash is known: the package's description and Debian's patches are not needed.
    apt("apt-get", &["source", "--download-only", "--tar-only", &format!("rustc={version}")])?;
    let archive = dir.path().join(format!("rustc_{DEBIAN_UPSTREAM_VERSION}.orig.tar.xz"));
    let hash = sha256(cx, &archive)?;
    if hash != DEBIAN_SHA256 {
        bail!("Debian's {} has sha256 {hash}, expected {DEBIAN_SHA256}", archive.display());
    }
    step.finish(&format!("fetched Debian's rustc {version}"));
    Ok((dir, archive))
}
