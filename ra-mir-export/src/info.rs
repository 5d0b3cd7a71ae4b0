//! What a linker has to know of the local crate, as rustc decided it: its name and types, the crates that it is linked
//! with, and which symbols leave it. One fact a line, its parts divided by tabs:
//!
//! - `name NAME` and `type TYPE` for each type, in rustc's words;
//! - `edition EDITION`, `feature NAME` for each unstable feature of the language that is on, and `cfg NAME` or
//!   `cfg NAME="VALUE"` for each part of the active configuration, sorted;
//! - `sigpipe NUMBER`, what std's start-up is told to do about SIGPIPE, if there is a `main`;
//! - `allocator`, if the program has an allocator that needs a shim;
//! - `extern NAME STABLE_ID` for each crate that paths begin with;
//! - `macros NAME STABLE_ID LIBRARY EDITION` for each crate of procedural macros that is loaded, then for each of its macros
//!   `macro derive|attribute|call NAME HELPERS`, the names of a derive's own attributes divided by commas;
//! - `crate NAME STABLE_ID RLIB DYLIB RMETA` for each crate that code may come from, dependents first, empty where there is
//!   no such file;
//! - `link TYPE STABLE_ID static|dynamic|included`, how a crate gets into an output of that type;
//! - `export TYPE SYMBOL` and `need TYPE SYMBOL`: what a shared library exports, and what has to be taken from archives;
//! - `import FILE AS_NEEDED SYMBOL`: a symbol of a library that need not be there when linking (`raw-dylib`), `y` or `n` for
//!   whether the library is recorded only where it is used, and no symbol for a library without any;
//! - `metadata SYMBOL`: the symbol of a shared library's metadata.

use crate::rustc::*;
use anyhow::{Context, Result};
use rustc_codegen_ssa::CrateInfo;
use rustc_expand::base::SyntaxExtensionKind;
use rustc_metadata::creader::{CStore, LoadedMacro};
use rustc_middle::middle::dependency_format::Linkage;
use rustc_hir::attrs::NativeLibKind;
use rustc_session::config::{CrateType, EntryFnType};
use rustc_span::Symbol;
use std::fmt::Write;
use std::path::Path;

/// Only the name and the types: they are known before the crate is checked.
pub fn write_types(tcx: TyCtxt<'_>, path: &Path) -> Result<()> {
    write_file(path, types(tcx))
}

pub fn write(tcx: TyCtxt<'_>, path: &Path) -> Result<()> {
    let mut text = types(tcx);
    let mut line = |parts: &[&dyn std::fmt::Display]| {
        for (i, part) in parts.iter().enumerate() {
            let end = if i + 1 == parts.len() { '\n' } else { '\t' };
            // A string takes everything.
            let _ = write!(text, "{part}{end}");
        }
    };
    line(&[&"edition", &tcx.sess.edition()]);
    for feature in tcx.features().enabled_lang_features() {
        line(&[&"feature", &feature.gate_name]);
    }
    let mut cfg: Vec<String> = tcx.sess.psess.config.iter().map(cfg_text).collect();
    cfg.sort();
    for cfg in cfg {
        line(&[&"cfg", &cfg]);
    }
    if let Some((_, EntryFnType::Main { sigpipe })) = tcx.entry_fn(()) {
        line(&[&"sigpipe", &sigpipe]);
    }
    if tcx.allocator_kind(()).is_some() {
        line(&[&"allocator"]);
    }
    let id = |krate: CrateNum| format!("{:016x}", tcx.stable_crate_id(krate).as_u64());
    let store = CStore::from_tcx(tcx);
    let mut last = None;
    for def in store.all_proc_macro_def_ids(tcx) {
        let LoadedMacro::ProcMacro(extension) = store.load_macro_untracked(tcx, def) else { continue };
        if last.replace(def.krate) != Some(def.krate) {
            let source = tcx.used_crate_source(def.krate);
            let library = source.dylib.as_ref().map_or(String::new(), |path| path.display().to_string());
            line(&[&"macros", &tcx.crate_name(def.krate), &id(def.krate), &library, &extension.edition]);
        }
        let kind = match extension.kind {
            SyntaxExtensionKind::Derive(_) => "derive",
            SyntaxExtensionKind::Attr(_) => "attribute",
            _ => "call",
        };
        let helpers: Vec<&str> = extension.helper_attrs.iter().map(|name| name.as_str()).collect();
        line(&[&"macro", &kind, &tcx.item_name(def), &helpers.join(",")]);
    }
    for (name, id) in crate::interface::externs(tcx) {
        line(&[&"extern", &name, &format!("{id:016x}")]);
    }
    let formats = tcx.dependency_formats(());
    // The linker resolves what stands on the left from what stands on the right, and all code may need compiler_builtins.
    let all = || tcx.postorder_cnums(()).iter().rev().copied().filter(|&krate| !tcx.crate_dep_kind(krate).macros_only());
    let (last, first): (Vec<CrateNum>, Vec<CrateNum>) = all().partition(|&krate| tcx.is_compiler_builtins(krate));
    for krate in first.into_iter().chain(last) {
        let source = tcx.used_crate_source(krate);
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map_or(String::new(), |p| p.display().to_string());
        line(&[
            &"crate",
            &tcx.crate_name(krate),
            &id(krate),
            &path(&source.rlib),
            &path(&source.dylib),
            &path(&source.rmeta),
        ]);
        for (&ty, list) in formats.iter() {
            let how = match list.get(krate) {
                Some(Linkage::Static) => "static",
                Some(Linkage::Dynamic) => "dynamic",
                Some(Linkage::IncludedFromDylib) => "included",
                Some(Linkage::NotLinked) | None => continue,
            };
            line(&[&"link", &type_name(ty), &id(krate), &how]);
        }
    }
    for krate in all().chain([LOCAL_CRATE]) {
        for lib in tcx.native_libraries(krate) {
            let NativeLibKind::RawDylib { as_needed } = lib.kind else { continue };
            let file = if lib.verbatim.unwrap_or(false) { lib.name.to_string() } else { format!("lib{}.so", lib.name) };
            let as_needed = if as_needed.unwrap_or(true) { "y" } else { "n" };
            line(&[&"import", &file, &as_needed, &""]);
            for import in &lib.dll_imports {
                line(&[&"import", &file, &as_needed, &import.name]);
            }
        }
    }
    if tcx.crate_types().contains(&CrateType::Executable) {
        // The toolchain's crates have none.
        for krate in all().filter(|&krate| is_users(tcx, krate)) {
            for &(symbol, info) in tcx.exported_non_generic_symbols(krate) {
                if info.used {
                    line(&[&"need", &"bin", &symbol.symbol_name_for_local_instance(tcx)]);
                }
            }
        }
    }
    let is_shared = |ty: &CrateType| matches!(ty, CrateType::Dylib | CrateType::Cdylib);
    if tcx.crate_types().iter().any(is_shared) && !formats.is_empty() {
        let info = CrateInfo::new(tcx, String::new());
        for &ty in info.crate_types.iter().filter(|ty| is_shared(ty)) {
            let (exported, needed) = (info.exported_symbols.get(&ty), info.linked_symbols.get(&ty));
            for (what, symbols) in [("export", exported), ("need", needed)] {
                for (symbol, _) in symbols.into_iter().flatten() {
                    line(&[&what, &type_name(ty), symbol]);
                }
            }
        }
        line(&[&"metadata", &info.metadata_symbol]);
    }
    write_file(path, text)
}

/// As `rustc --print cfg` writes it.
fn cfg_text((name, value): &(Symbol, Option<Symbol>)) -> String {
    match value {
        Some(value) => format!("{name}=\"{value}\""),
        None => name.to_string(),
    }
}

fn is_users(tcx: TyCtxt<'_>, krate: CrateNum) -> bool {
    let sysroot = tcx.sess.opts.sysroot.path();
    tcx.used_crate_source(krate).paths().all(|path| !path.starts_with(sysroot))
}

fn types(tcx: TyCtxt<'_>) -> String {
    let types = tcx.crate_types().iter().map(|&ty| format!("type\t{}\n", type_name(ty)));
    format!("name\t{}\n{}", tcx.crate_name(LOCAL_CRATE), types.collect::<String>())
}

fn type_name(ty: CrateType) -> &'static str {
    match ty {
        CrateType::Executable => "bin",
        CrateType::Dylib => "dylib",
        CrateType::Rlib => "rlib",
        CrateType::StaticLib => "staticlib",
        CrateType::Cdylib => "cdylib",
        CrateType::ProcMacro => "proc-macro",
        CrateType::Sdylib => "sdylib",
    }
}

fn write_file(path: &Path, text: String) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
