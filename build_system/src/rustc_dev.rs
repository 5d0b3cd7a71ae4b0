//! The compiler's crates, which `ra-mir-export` links: rustup's component `rustc-dev`, or a build of the sources.
//!
//! The build is an ordinary cargo workspace in the cache whose one crate depends by path on `rustc_driver`: no LLVM, no
//! `x.py`. Its target directory stays, so that an interrupted build carries on; what others use is
//! `rustc-dev/dylib-<hash>`, which appears by one rename. The hash is of how the crates are built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use sha2::{Digest, Sha256};

use crate::cargo;
use crate::context::Context;
use crate::disk;
use crate::links;
use crate::sources;
use crate::toolchain::Toolchain;

const MANIFEST: &str = include_str!("../rustc-dev/Cargo.toml");
const MAIN: &str = include_str!("../rustc-dev/main.rs");

/// Where the build is installed.
fn lib(cx: &Context) -> PathBuf {
    let mut hash = format!("{:x}", Sha256::digest([MANIFEST, MAIN].concat()));
    hash.truncate(12);
    cx.cache.join("rustc-dev").join(format!("dylib-{hash}"))
}

/// Where the compiler's crates are, for the compiler and for the dynamic linker.
pub struct RustcDev {
    /// `None` where rustup's component is installed: rustc then finds them by itself.
    pub lib: Option<PathBuf>,
}

impl RustcDev {
    /// Without building anything.
    pub fn find(cx: &Context) -> RustcDev {
        RustcDev { lib: (!cx.toolchain.has_rustc_dev()).then(|| lib(cx)) }
    }

    /// The flags that build a `rustc_private` program which runs without `LD_LIBRARY_PATH`.
    pub fn rustflags(&self, toolchain: &Toolchain) -> Vec<String> {
        let mut flags = Vec::new();
        // An rpath, not a runpath: the latter is not searched for what librustc_driver.so itself needs.
        flags.push("-Clink-arg=-Wl,--disable-new-dtags".to_owned());
        if let Some(lib) = &self.lib {
            flags.push(format!("-L{}", lib.display()));
            flags.push(format!("-Clink-arg=-Wl,-rpath,{}", lib.display()));
        }
        flags.push(format!("-Clink-arg=-Wl,-rpath,{}", toolchain.sysroot.join("lib").display()));
        flags.push(format!("-Clink-arg=-Wl,-rpath,{}", toolchain.target_lib().display()));
        flags
    }
}

/// Finds the crates or builds them.
pub fn ensure(cx: &Context, rust_src: Option<&Path>) -> anyhow::Result<RustcDev> {
    if cx.toolchain.has_rustc_dev() {
        cx.progress.unchanged("rustc-dev", "rustup's component");
        return Ok(RustcDev { lib: None });
    }
    let workspace = cx.cache.join("rustc-dev");
    let lib = lib(cx);
    if lib.is_dir() {
        cx.progress.unchanged("rustc-dev", &format!("in {}", lib.display()));
        return Ok(RustcDev { lib: Some(lib) });
    }
    let tree = sources::ensure(cx, rust_src)?;
    let _lock = cx.lock_cache()?;
    if !lib.is_dir() {
        build(cx, &tree, &workspace, &lib)?;
    }
    Ok(RustcDev { lib: Some(lib) })
}

fn build(cx: &Context, tree: &Path, workspace: &Path, lib: &Path) -> anyhow::Result<()> {
    disk::require(&cx.cache, DISK_GIB, "building the compiler's crates")?;
    write_if_changed(&workspace.join("Cargo.toml"), MANIFEST)?;
    write_if_changed(&workspace.join("src/main.rs"), MAIN)?;
    let lock = workspace.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(tree.join("Cargo.lock"), &lock).with_context(|| format!("cannot write {}", lock.display()))?;
    }
    let mut step = cx.progress.step("rustc-dev", "building the compiler's crates (about 12 minutes on 2 cores)");
    if let Some(units) = cargo::count_units(command(cx, workspace, "build")) {
        step.set_total(units);
    }
    let log = workspace.join("y-build.log");
    let built = cargo::build(cx, command(cx, workspace, "build"), &[], &log, &mut step)?;
    // Linked again with its references to itself bound: the dynamic linker would else look up 50,000 symbols each time
    // the exporter starts, which takes longer than the front end of a small program.
    let mut link = command(cx, workspace, "rustc");
    link.args(["-p", "rustc_driver", "--lib"]);
    cargo::build(cx, link, &["-Clink-arg=-Wl,-Bsymbolic"], &log, &mut step)?;

    let staging = links::staging_for(lib)?;
    let mut installed = 0;
    for file in &built.files {
        // The .rlib files' code is in librustc_driver.so already; what rustc reads is their metadata.
        if file.extension().is_some_and(|extension| extension == "rmeta" || extension == "so") {
            let name = file.file_name().with_context(|| format!("{} has no name", file.display()))?;
            let to = staging.path().join(name);
            if !to.exists() {
                links::link_or_copy(file, &to)?;
                installed += 1;
            }
        }
    }
    if !staging.path().join("librustc_driver.so").exists() {
        bail!("cargo built no librustc_driver.so: see {}", workspace.join("y-build.log").display());
    }
    links::install_dir(staging, lib)?;
    step.finish(&format!("built {} crates, installed {installed} files in {}", built.compiled, lib.display()));
    Ok(())
}

/// Free space that the build needs, measured and rounded up.
const DISK_GIB: u64 = 5;

/// `cargo build` (or another of its `subcommand`s) of a compiler crate, with the same environment on every run, or cargo would find nothing fresh.
pub fn command(cx: &Context, workspace: &Path, subcommand: &str) -> Command {
    let toolchain = &cx.toolchain;
    let mut command = toolchain.program("cargo");
    command
        .current_dir(workspace)
        .args([subcommand, "--release"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CFG_RELEASE", &toolchain.release)
        .env("CFG_RELEASE_CHANNEL", "stable")
        .env("CFG_VERSION", toolchain.version_string())
        .env("CFG_VER_HASH", &toolchain.commit)
        .env("CFG_VER_DATE", &toolchain.commit_date)
        .env("CFG_COMPILER_HOST_TRIPLE", &toolchain.host)
        .env("RUSTC_INSTALL_BINDIR", "bin")
        .env("CFG_LIBDIR_RELATIVE", "lib")
        .env("CFG_DISABLE_UNSTABLE_FEATURES", "0")
        .env("DOC_RUST_LANG_ORG_CHANNEL", format!("https://doc.rust-lang.org/{}", toolchain.release));
    command
}

/// Leaves the file's time alone when nothing changed.
pub fn write_if_changed(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
