//! Linking: the linker's command line, as rustc's `back::link` makes it for `x86_64-unknown-linux-gnu`.

use super::options::{Session, Strip};
use super::toolchain::Toolchain;
use crate::adapter::PanicStrategy;
use crate::adapter::store::Store;
use anyhow::{Context, Result, bail};
use ramir::{CrateNum, NativeLib};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate to link, besides the one being compiled.
pub struct LinkedCrate {
    pub name: String,
    /// Part of the toolchain, which brings its own list of system libraries.
    pub is_sysroot: bool,
    pub rlib: PathBuf,
}

/// Everything that a link takes.
pub struct LinkInput<'a> {
    pub objects: &'a [PathBuf],
    pub crates: &'a [LinkedCrate],
    pub native_libs: Vec<NativeLibArg>,
}

/// A library of `-l` or `#[link]`.
pub struct NativeLibArg {
    pub name: String,
    pub is_static: bool,
    pub whole_archive: bool,
    pub verbatim: bool,
}

/// What std's own native dependencies are on this target.
const SYSTEM_LIBS: [&str; 7] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// Links an executable to `out`, which will be renamed to `wanted`: the name that messages have.
pub fn link_executable(
    session: &Session,
    toolchain: &Toolchain,
    input: &LinkInput<'_>,
    out: &Path,
    wanted: &Path,
) -> Result<()> {
    let linker = session.linker.clone().unwrap_or_else(|| PathBuf::from("cc"));
    let mut command = Command::new(&linker);
    command.arg("-m64").args(input.objects);
    command.arg("-Wl,--as-needed");
    let sysroot_dynamic = session.prefer_dynamic && input.crates.iter().any(|krate| krate.name == "std");
    for path in &session.cli.library_path {
        let path = path.split_once('=').map_or(path.as_str(), |(_, path)| path);
        command.arg("-L").arg(path);
    }
    let others = input.crates.iter().filter(|krate| !krate.is_sysroot);
    command.args(others.map(|krate| &krate.rlib));
    for lib in &input.native_libs {
        native_lib(&mut command, lib);
    }
    if sysroot_dynamic {
        let std = shared_std(toolchain)?;
        command.arg(std);
        let outside_std = input.crates.iter().filter(|krate| {
            krate.is_sysroot && matches!(krate.name.as_str(), "test" | "getopts" | "proc_macro" | "compiler_builtins")
        });
        command.args(outside_std.map(|krate| &krate.rlib));
        if session.rpath {
            command.arg(format!("-Wl,-rpath,{}", toolchain.target_lib().display()));
        }
    } else {
        command.args(input.crates.iter().filter(|krate| krate.is_sysroot).map(|krate| &krate.rlib));
    }
    command.arg("-Wl,-Bdynamic");
    if input.crates.iter().any(|krate| krate.is_sysroot && matches!(krate.name.as_str(), "std" | "libc" | "unwind")) {
        command.args(SYSTEM_LIBS);
    }
    if session.linker.is_none() {
        let mut search = std::ffi::OsString::from("-B");
        search.push(toolchain.gcc_ld());
        command.arg(search).arg("-fuse-ld=lld");
    }
    command.args(["-Wl,--eh-frame-hdr", "-Wl,-z,noexecstack"]);
    command.arg("-L").arg(toolchain.target_lib()).arg("-o").arg(out);
    command.args(["-Wl,--gc-sections", "-pie", "-Wl,-z,relro,-z,now"]);
    match session.strip {
        Strip::None => {}
        Strip::Debuginfo => drop(command.arg("-Wl,--strip-debug")),
        Strip::Symbols => drop(command.arg("-Wl,--strip-all")),
    }
    command.arg("-nodefaultlibs").args(&session.link_args);
    run(command, &linker, wanted)
}

fn native_lib(command: &mut Command, lib: &NativeLibArg) {
    command.arg(if lib.is_static { "-Wl,-Bstatic" } else { "-Wl,-Bdynamic" });
    let name = if lib.verbatim { format!("-l:{}", lib.name) } else { format!("-l{}", lib.name) };
    if lib.whole_archive {
        command.args(["-Wl,--whole-archive", &name, "-Wl,--no-whole-archive"]);
    } else {
        command.arg(name);
    }
    command.arg("-Wl,-Bdynamic");
}

fn run(mut command: Command, linker: &Path, output_file: &Path) -> Result<()> {
    let output = match command.output() {
        Ok(output) => output,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            bail!("linker `{}` not found; install a C compiler or name one with `-C linker=..`", linker.display())
        }
        Err(e) => return Err(e).with_context(|| format!("cannot run the linker `{}`", linker.display())),
    };
    if output.status.success() {
        return Ok(());
    }
    bail!(
        "linking `{}` with `{}` failed: {}\n{}{}",
        output_file.display(),
        linker.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    )
}

/// `libstd-*.so` of the toolchain.
fn shared_std(toolchain: &Toolchain) -> Result<PathBuf> {
    let dir = toolchain.target_lib();
    let entries = std::fs::read_dir(&dir).with_context(|| format!("cannot read `{}`", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("libstd-") && name.ends_with(".so") {
            return Ok(path);
        }
    }
    bail!("the toolchain has no shared std in `{}`", dir.display())
}

/// The runtime that `-C panic` chooses.
pub fn panic_runtime(panic: PanicStrategy) -> &'static str {
    match panic {
        PanicStrategy::Unwind => "panic_unwind",
        PanicStrategy::Abort => "panic_abort",
    }
}

/// Native libraries of the local crate, of its dependencies outside the toolchain, and of the command line.
pub fn native_libs(session: &Session, store: &Store, sysroot_crates: &[CrateNum]) -> Result<Vec<NativeLibArg>> {
    let mut libs = Vec::new();
    for krate in store.crates().filter(|krate| !sysroot_crates.contains(&krate.loaded.num())) {
        // A dependency's rlib has its bundled libraries inside.
        let is_local = krate.loaded.num() == store.local;
        let libs_of = krate.root.native_libs.iter().filter(|lib| is_local || !lib.bundled);
        libs.extend(libs_of.map(|lib| from_attribute(store, lib)));
    }
    for spec in &session.cli.link_lib {
        libs.push(from_option(spec)?);
    }
    Ok(libs)
}

fn from_attribute(store: &Store, lib: &NativeLib) -> NativeLibArg {
    let kind = store.interner().str(lib.kind);
    NativeLibArg {
        name: store.interner().str(lib.name).to_owned(),
        is_static: kind == "static",
        whole_archive: lib.whole_archive.unwrap_or(false),
        verbatim: lib.verbatim,
    }
}

/// Parses `[KIND[:MODIFIERS]=]NAME[:RENAME]`.
fn from_option(spec: &str) -> Result<NativeLibArg> {
    let (kind, name) = spec.split_once('=').unwrap_or(("", spec));
    let (kind, modifiers) = kind.split_once(':').unwrap_or((kind, ""));
    if !matches!(kind, "" | "dylib" | "static") {
        bail!("library kind `{kind}` is not supported, in `-l {spec}`");
    }
    let name = name.rsplit(':').next().unwrap_or(name);
    let has = |modifier: &str| modifiers.split(',').any(|m| m == modifier);
    Ok(NativeLibArg {
        name: name.to_owned(),
        is_static: kind == "static",
        whole_archive: has("+whole-archive"),
        verbatim: has("+verbatim"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn library_options_are_parsed() {
        let show = |spec| {
            let lib = from_option(spec).unwrap();
            format!("{} static={} whole={} verbatim={}", lib.name, lib.is_static, lib.whole_archive, lib.verbatim)
        };
        assert_eq!(show("z"), "z static=false whole=false verbatim=false");
        assert_eq!(show("static:+whole-archive=foo:bar"), "bar static=true whole=true verbatim=false");
        assert_eq!(show("dylib:+verbatim=libx.so.1"), "libx.so.1 static=false whole=false verbatim=true");
        assert!(from_option("framework=Metal").is_err());
    }
}
