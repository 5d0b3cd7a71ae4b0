//! rustc_codegen_cranelift from the same sources, as the measure of rac's code generation.
//!
//! It is built outside rustc's own workspace, against the crates in `rustc-dev/lib`, so that nothing there is rebuilt.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use walkdir::WalkDir;

use crate::cargo;
use crate::context::Context;
use crate::links;
use crate::rustc_dev::{self, RustcDev};
use crate::sources;

/// A rustc that generates code by cg_clif.
pub struct CgClif {
    directory: PathBuf,
    rustc_dev: RustcDev,
}

const BACKEND: &str = "librustc_codegen_cranelift.so";
const DRIVER: &str = "rustc";

impl CgClif {
    /// `None` before `./y.sh prepare --cg-clif`.
    pub fn find(cx: &Context) -> Option<CgClif> {
        let directory = cx.cache.join("cg_clif/lib");
        directory.join(BACKEND).is_file().then(|| CgClif { directory, rustc_dev: RustcDev::find(cx) })
    }

    /// The start of a command line; rustc's arguments follow.
    pub fn command(&self, cx: &Context) -> Command {
        let mut backend = OsString::from("-Zcodegen-backend=");
        backend.push(self.directory.join(BACKEND));
        let mut command = match &self.rustc_dev.lib {
            None => cx.toolchain.program("rustc"),
            Some(lib) => {
                let mut command = Command::new(self.directory.join(DRIVER));
                let mut path = lib.clone().into_os_string();
                path.push(":");
                path.push(cx.toolchain.target_lib());
                command.env("LD_LIBRARY_PATH", path).arg("--sysroot").arg(&cx.toolchain.sysroot);
                command
            }
        };
        command.arg(backend).env("RUSTC_BOOTSTRAP", "1");
        command
    }
}

/// Builds it unless the cache has it.
pub fn ensure(cx: &Context, rust_src: Option<&Path>) -> anyhow::Result<()> {
    if CgClif::find(cx).is_some() {
        cx.progress.unchanged("cg_clif", "unchanged");
        return Ok(());
    }
    let rustc_dev = rustc_dev::ensure(cx, rust_src)?;
    let tree = sources::ensure(cx, rust_src)?;
    let _lock = cx.lock_cache()?;
    let mut step = cx.progress.step("cg_clif", "building (about 2 minutes on 2 cores)");
    let package = cx.cache.join("cg_clif/build");
    let origin = tree.join("compiler/rustc_codegen_cranelift");
    copy_package(&origin, &package)?;

    let mut command = rustc_dev::command(cx, &package, "build");
    command.args(["--features", "unwinding,inline_asm_sym"]);
    // Cargo's own separator of flags, which may hold spaces.
    command.env("CARGO_ENCODED_RUSTFLAGS", rustc_dev.rustflags(&cx.toolchain).join("\u{1f}"));
    let log = package.join("y-build.log");
    cargo::build(cx, command, &[], &log, &mut step)?;

    let lib = cx.cache.join("cg_clif/lib");
    let staging = links::staging_for(&lib)?;
    links::link_or_copy(&package.join("target/release").join(BACKEND), &staging.path().join(BACKEND))?;
    if rustc_dev.lib.is_some() {
        let driver = cx.cache.join("rustc-dev/target/release/rustc-dev");
        links::link_or_copy(&driver, &staging.path().join(DRIVER))?;
    }
    links::install_dir(staging, &lib)?;
    step.finish("built");
    Ok(())
}

/// The package alone, as a workspace of its own.
fn copy_package(origin: &Path, package: &Path) -> anyhow::Result<()> {
    for entry in WalkDir::new(origin.join("src")) {
        let entry = entry.with_context(|| format!("cannot list {}", origin.display()))?;
        if entry.file_type().is_file() {
            copy_if_changed(entry.path(), origin, package)?;
        }
    }
    copy_if_changed(&origin.join("Cargo.lock"), origin, package)?;
    let manifest = origin.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let text = format!("{text}\n[workspace]\n\n[profile.release]\nopt-level = 3\ndebug = 0\ncodegen-units = 16\n");
    rustc_dev::write_if_changed(&package.join("Cargo.toml"), &text)
}

fn copy_if_changed(file: &Path, origin: &Path, package: &Path) -> anyhow::Result<()> {
    let relative = file.strip_prefix(origin).context("walked out of the package")?;
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    rustc_dev::write_if_changed(&package.join(relative), &text)
}
