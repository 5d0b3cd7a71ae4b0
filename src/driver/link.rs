//! Linking: the linker's command line, as rustc's `back::link` makes it for `x86_64-unknown-linux-gnu`.

use super::crate_info::{CrateInfo, Linkage, RawDylib};
use super::options::{CrateType, Session, Strip};
use super::output::Scratch;
use super::rlib;
use super::toolchain::Toolchain;
use crate::adapter::store::Store;
use anyhow::{Context, Result, bail};
use ramir::NativeLib;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything that a link takes.
pub struct LinkInput<'a> {
    pub ty: CrateType,
    pub info: &'a CrateInfo,
    pub objects: &'a [PathBuf],
    pub native_libs: Vec<NativeLibArg>,
    /// What a Rust library says of itself.
    pub metadata: &'a Path,
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

/// Links an executable or a shared library to `out`, which will be renamed to `wanted`: the name that messages have.
pub fn link(
    session: &Session,
    toolchain: &Toolchain,
    scratch: &Scratch,
    input: &LinkInput<'_>,
    out: &Path,
    wanted: &Path,
) -> Result<()> {
    let LinkInput { ty, info, .. } = *input;
    let linker = session.linker.clone().unwrap_or_else(|| PathBuf::from("cc"));
    let mut command = Command::new(&linker);
    command.arg("-m64");
    if ty.is_shared() {
        let script = scratch.path("exports");
        std::fs::write(&script, version_script(info.exported(ty))).context("cannot write the list of exported symbols")?;
        command.arg(format!("-Wl,--version-script={}", script.display()));
    }
    command.args(info.needed(ty).iter().map(|symbol| format!("-Wl,--undefined={symbol}")));
    command.args(input.objects);
    if ty == CrateType::Dylib {
        let object = scratch.path("metadata.o");
        let symbol = info.metadata_symbol.as_deref().context("the front end named no symbol for the metadata")?;
        rlib::write_dylib_metadata(&object, input.metadata, symbol)?;
        command.arg(object);
    }
    command.arg("-Wl,--as-needed");
    for path in &session.cli.library_path {
        let path = path.split_once('=').map_or(path.as_str(), |(_, path)| path);
        command.arg("-L").arg(path);
    }
    let (own, toolchains): (Vec<_>, Vec<_>) = info
        .linked(ty)
        .filter_map(|(krate, linkage)| match linkage {
            Linkage::Static => Some((krate, linkage, krate.rlib.as_ref()?)),
            Linkage::Dynamic => Some((krate, linkage, krate.dylib.as_ref()?)),
            Linkage::Included => None,
        })
        .partition(|(_, _, file)| !toolchain.has(file));
    for (krate, linkage, file) in own {
        library(&mut command, session, ty, &krate.name, linkage, file)?;
    }
    if session.link_native_libraries {
        for lib in &input.native_libs {
            native_lib(&mut command, lib);
        }
        for (i, lib) in info.raw_dylibs.iter().enumerate() {
            let stub = scratch.path(&format!("libraw{i}.so"));
            stub_library(toolchain, scratch, &linker, lib, &stub)?;
            let as_needed = if lib.as_needed { "-Wl,--as-needed" } else { "-Wl,--no-as-needed" };
            command.arg(as_needed).arg(stub).arg("-Wl,--as-needed");
        }
    }
    let needs_system = toolchains.iter().any(|(krate, ..)| matches!(krate.name.as_str(), "std" | "libc" | "unwind"));
    for (krate, linkage, file) in toolchains {
        library(&mut command, session, ty, &krate.name, linkage, file)?;
    }
    command.arg("-Wl,-Bdynamic");
    if needs_system && session.link_native_libraries {
        command.args(SYSTEM_LIBS);
    }
    if session.linker.is_none() {
        let mut search = std::ffi::OsString::from("-B");
        search.push(toolchain.gcc_ld());
        command.arg(search).arg("-fuse-ld=lld");
    }
    command.args(["-Wl,--eh-frame-hdr", "-Wl,-z,noexecstack"]);
    command.arg("-L").arg(toolchain.target_lib()).arg("-o").arg(out);
    command.arg("-Wl,--gc-sections").arg(if ty.is_shared() { "-shared" } else { "-pie" });
    if session.export_executable_symbols && !ty.is_shared() {
        command.arg("-Wl,--export-dynamic");
    }
    command.arg("-Wl,-z,relro,-z,now");
    match session.strip {
        Strip::None => {}
        Strip::Debuginfo => drop(command.arg("-Wl,--strip-debug")),
        Strip::Symbols => drop(command.arg("-Wl,--strip-all")),
    }
    if !session.default_linker_libraries {
        command.arg("-nodefaultlibs");
    }
    command.args(&session.link_args);
    if session.prints_link_args() {
        println!("{}", shown(&command));
    }
    run(command, &linker, wanted)
}

/// Adds a Rust crate's library.
fn library(
    command: &mut Command,
    session: &Session,
    ty: CrateType,
    name: &str,
    linkage: Linkage,
    file: &Path,
) -> Result<()> {
    match linkage {
        // Dependents of a Rust shared library may need any part of what is in it.
        Linkage::Static if ty == CrateType::Dylib && name != "compiler_builtins" => {
            command.arg("-Wl,--whole-archive").arg(file).arg("-Wl,--no-whole-archive");
        }
        Linkage::Static => drop(command.arg(file)),
        // By its name, so that the loader looks for that and not for the path.
        Linkage::Dynamic => {
            let (directory, name) = (file.parent(), file.file_name().and_then(|name| name.to_str()));
            let (Some(directory), Some(name)) = (directory, name) else { bail!("bad path `{}`", file.display()) };
            command.arg("-Wl,-Bdynamic").arg("-L").arg(directory).arg(format!("-l:{name}"));
            if session.rpath {
                command.arg(format!("-Wl,-rpath,{}", directory.display()));
            }
        }
        Linkage::Included => {}
    }
    Ok(())
}

/// Makes a shared library that has nothing but symbols, in the place of one that is there at run time only.
fn stub_library(toolchain: &Toolchain, scratch: &Scratch, linker: &Path, lib: &RawDylib, out: &Path) -> Result<()> {
    let object = scratch.path("raw-dylib.o");
    // A version is a part of the name, in the library as in those that import from it.
    let names: Vec<&str> = lib.symbols.iter().map(|symbol| symbol.split('@').next().unwrap_or(symbol)).collect();
    rlib::write_stub_object(&object, &names)?;
    let mut versions: BTreeMap<&str, String> = BTreeMap::new();
    for symbol in &lib.symbols {
        if let Some((name, version)) = symbol.split_once('@') {
            *versions.entry(version.trim_start_matches('@')).or_default() += &format!(" {name};");
        }
    }
    let mut command = Command::new(linker);
    command.arg("-m64").arg(&object).args(["-shared", "-nostdlib"]);
    if linker == Path::new("cc") {
        let mut search = std::ffi::OsString::from("-B");
        search.push(toolchain.gcc_ld());
        command.arg(search).arg("-fuse-ld=lld");
    }
    if !versions.is_empty() {
        let script = scratch.path("raw-dylib.versions");
        let text: String = versions.iter().map(|(version, names)| format!("{version} {{{names} }};\n")).collect();
        std::fs::write(&script, text).context("cannot write the versions of a library's symbols")?;
        command.arg(format!("-Wl,--version-script={}", script.display()));
    }
    command.arg(format!("-Wl,-soname,{}", lib.file)).arg("-o").arg(out);
    run(command, linker, out)
}

fn version_script(exported: &[String]) -> String {
    let names: String = exported.iter().map(|symbol| format!("    {symbol};\n")).collect();
    match names.is_empty() {
        true => "{\n  local:\n    *;\n};\n".to_owned(),
        false => format!("{{\n  global:\n{names}  local:\n    *;\n}};\n"),
    }
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

/// A command line as `--print link-args` shows it: each word in quotes, for a shell.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| format!("{:?}", word.to_string_lossy())).collect::<Vec<_>>().join(" ")
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

/// Native libraries of the local crate, of its dependencies outside the toolchain, and of the command line.
pub fn native_libs(
    session: &Session,
    toolchain: &Toolchain,
    store: &Store,
    info: &CrateInfo,
    ty: CrateType,
) -> Result<Vec<NativeLibArg>> {
    let is_file = |lib: &&NativeLib| store.interner().str(lib.kind) != "raw-dylib";
    let own = store.krate(store.local)?.root.native_libs.iter().filter(is_file);
    let mut libs: Vec<NativeLibArg> = own.map(|lib| from_attribute(store, lib)).collect();
    for spec in &session.cli.link_lib {
        libs.push(from_option(spec)?);
    }
    for krate in store.crates() {
        let id = krate.root.stable_crate_id;
        let Some(used) = info.crates.iter().find(|used| used.stable_crate_id == id) else { continue };
        if toolchain.has(used.source()?) {
            continue;
        }
        let is_archive = info.linkage(ty, id) == Some(Linkage::Static);
        let libs_of = krate.root.native_libs.iter().filter(is_file).filter(|lib| {
            // A dependency's rlib has its bundled libraries inside, a shared library all of them.
            !lib.bundled && (is_archive || store.interner().str(lib.kind) != "static")
        });
        libs.extend(libs_of.map(|lib| from_attribute(store, lib)));
    }
    Ok(libs)
}

/// The archives that become part of the local crate's.
pub fn bundled_libs(session: &Session, store: &Store) -> Result<Vec<PathBuf>> {
    let mut libs: Vec<NativeLibArg> = Vec::new();
    let own = store.krate(store.local)?.root.native_libs.iter().filter(|lib| lib.bundled);
    libs.extend(own.map(|lib| from_attribute(store, lib)));
    for spec in &session.cli.link_lib {
        let lib = from_option(spec)?;
        // The front end puts libraries of the command line among the crate's own.
        if lib.is_static && !spec.contains("-bundle") && libs.iter().all(|known| known.name != lib.name) {
            libs.push(lib);
        }
    }
    libs.iter().map(|lib| find_archive(session, lib)).collect()
}

fn find_archive(session: &Session, lib: &NativeLibArg) -> Result<PathBuf> {
    let name = if lib.verbatim { lib.name.clone() } else { format!("lib{}.a", lib.name) };
    let directories = session.cli.library_path.iter().filter_map(|path| match path.split_once('=') {
        Some(("native" | "all", directory)) => Some(directory),
        Some(_) => None,
        None => Some(path.as_str()),
    });
    let found = directories.map(|directory| Path::new(directory).join(&name)).find(|path| path.exists());
    found.with_context(|| format!("could not find native static library `{}`, perhaps an -L flag is missing?", lib.name))
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
