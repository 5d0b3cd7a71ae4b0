//! The parts of the installation: rac's own files beside its executable, and the Rust toolchain it is locked to.

use super::options::{self, Cli, TARGET};
use crate::adapter::store::COMPILER;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Where things are. `dist/bin/rac` has its exporter beside it and std's export in `../lib/rac/std`.
#[derive(Debug)]
pub struct Toolchain {
    pub sysroot: PathBuf,
    pub exporter: PathBuf,
    pub std_ramir: PathBuf,
    lib: PathBuf,
}

impl Toolchain {
    /// Finds the toolchain; `sysroot` overrides the one that rac was built with.
    pub fn find(sysroot: Option<&Path>) -> Result<Toolchain> {
        let (bin, lib) = own_directories()?;
        let exporter = env_path("RAC_EXPORTER").unwrap_or_else(|| bin.join("ra-mir-export"));
        let std_ramir = env_path("RAC_STD").unwrap_or_else(|| lib.join("std"));
        for (path, what) in [(&exporter, "the exporter"), (&std_ramir, "std's exported MIR")] {
            ensure!(path.exists(), "{what} is missing: `{}`; run `./y.sh build`", path.display());
        }
        let sysroot = match sysroot {
            Some(dir) => dir.to_owned(),
            None => default_sysroot(&lib)?,
        };
        Ok(Toolchain { sysroot, exporter, std_ramir, lib })
    }

    /// The sources of the standard library, which rust-analyzer reads: rustup's component, else what `./y.sh build` noted.
    pub fn library_source(&self) -> Result<PathBuf> {
        let component = self.sysroot.join("lib/rustlib/src/rust/library");
        if component.is_dir() {
            return Ok(component);
        }
        let note = self.lib.join("library-source");
        let text = std::fs::read_to_string(&note)
            .with_context(|| format!("the sources of std are missing: no `{}`; run `./y.sh build`", note.display()))?;
        Ok(PathBuf::from(text.trim_end()))
    }

    /// Whether a library is the toolchain's own.
    pub fn has(&self, library: &Path) -> bool {
        library.starts_with(&self.sysroot)
    }

    /// The program that expands procedural macros for an IDE, if the toolchain has it.
    pub fn macro_server(&self) -> Option<PathBuf> {
        let server = self.sysroot.join("libexec/rust-analyzer-proc-macro-srv");
        server.exists().then_some(server)
    }

    /// Compiles with the toolchain's rustc in rac's place: a procedural macro runs inside of the front end, at build time,
    /// and is no part of the program.
    pub fn compile_instead(&self, args: &[String]) -> Result<u8> {
        let mut rustc = Command::new(self.sysroot.join("bin/rustc"));
        let status = rustc.args(options::rustc_args(&args[1..])).status().context("cannot run the toolchain's rustc")?;
        Ok(exit_code(status))
    }

    /// The target's libraries.
    pub fn target_lib(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// The directory whose `ld.lld` a C compiler driver finds with `-B`.
    pub fn gcc_ld(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET).join("bin/gcc-ld")
    }
}

/// The executable that is rac with rust-analyzer linked in.
pub fn rac_ra() -> Result<PathBuf> {
    let path = match env_path("RAC_RA") {
        Some(path) => path,
        None => own_directories()?.0.join("rac-ra"),
    };
    ensure!(path.exists(), "rust-analyzer's front end is missing: `{}`; run `./y.sh build`", path.display());
    Ok(path)
}

fn env_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// `bin/`, and `lib/rac/` beside it.
fn own_directories() -> Result<(PathBuf, PathBuf)> {
    let exe = std::env::current_exe().context("cannot find rac's own executable")?;
    let exe = exe.canonicalize().unwrap_or(exe);
    let bin = exe.parent().context("rac's executable has no directory")?.to_owned();
    let lib = bin.parent().context("rac's executable has no installation directory")?.join("lib/rac");
    Ok((bin, lib))
}

/// The sysroot that `./y.sh build` noted, else the one of the `rustc` on the path.
fn default_sysroot(lib: &Path) -> Result<PathBuf> {
    if let Some(dir) = env_path("RAC_SYSROOT") {
        return Ok(dir);
    }
    if let Ok(dir) = std::fs::read_to_string(lib.join("sysroot")) {
        return Ok(PathBuf::from(dir.trim_end()));
    }
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let output = output.context("cannot find the Rust toolchain: running `rustc --print sysroot` failed")?;
    ensure!(output.status.success(), "cannot find the Rust toolchain: `rustc --print sysroot` failed");
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim_end()))
}

/// What `-V`, or with `verbose` `-vV`, prints: rustc's lines, because build tools parse them, and rac's own.
pub fn version_text(verbose: bool) -> String {
    let rac = env!("CARGO_PKG_VERSION");
    if !verbose {
        return format!("{COMPILER} (rac {rac})");
    }
    format!(
        "{COMPILER} (rac {rac})\nbinary: rac\ncommit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860\n\
         commit-date: 2026-04-14\nhost: {TARGET}\nrelease: 1.95.0\nCranelift version: {}",
        crate::CRANELIFT_VERSION
    )
}

/// Answers `--print` and `--explain` as the toolchain's rustc does: they do not depend on the code generator.
pub fn delegate(cli: &Cli) -> Result<u8> {
    let toolchain = Toolchain::find(cli.sysroot.as_deref())?;
    if cli.print == ["sysroot"] {
        println!("{}", toolchain.sysroot.display());
        return Ok(0);
    }
    let mut rustc = Command::new(toolchain.sysroot.join("bin/rustc"));
    for print in &cli.print {
        if matches!(print.split('=').next(), Some(options::LINK_ARGS | "native-static-libs")) {
            bail!("`--print {print}` is not supported");
        }
        rustc.arg("--print").arg(print);
    }
    if let Some(code) = &cli.explain {
        rustc.arg("--explain").arg(code);
    }
    for ty in &cli.crate_type {
        rustc.arg("--crate-type").arg(ty);
    }
    for cfg in &cli.cfg {
        rustc.arg("--cfg").arg(cfg);
    }
    for option in &cli.codegen {
        rustc.arg("-C").arg(option);
    }
    if let Some(name) = &cli.crate_name {
        rustc.arg("--crate-name").arg(name);
    }
    if let Some(target) = &cli.target {
        rustc.arg("--target").arg(target);
    }
    if cli.explain.is_none() {
        rustc.arg(cli.input.as_deref().unwrap_or("-")).stdin(std::process::Stdio::null());
    }
    let status = rustc.status().context("cannot run the toolchain's rustc")?;
    Ok(exit_code(status))
}

fn exit_code(status: ExitStatus) -> u8 {
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
