//! A rust-analyzer database with the standard library's sources and one crate, built without cargo and without network.
//!
//! Knows where the sources of core, alloc and std lie, and nothing of ramir.

use ra_ap_base_db::{
    BuildMetadata, CrateBuilderId, CrateDisplayName, CrateGraphBuilder, CrateName, CrateOrigin, CrateWorkspaceData, DependencyBuilder, Env,
    FileSet, LangCrateOrigin, Prerelease, SourceRoot, Version, VfsPath,
    target::{Arch, TargetData},
};
use ra_ap_cfg::CfgOptions;
use ra_ap_ide_db::{ChangeWithProcMacros, RootDatabase};
use ra_ap_intern::Symbol;
use ra_ap_paths::{AbsPathBuf, Utf8PathBuf};
use ra_ap_span::{Edition, FileId};
use ra_ap_vfs::Vfs;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::AnalysisInput;
use std::path::Path;

/// rustc's data layout for x86_64-unknown-linux-gnu.
const DATA_LAYOUT: &str = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

/// The compiler whose standard library is read.
const TOOLCHAIN: Version =
    Version { major: 1, minor: 95, patch: 0, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY };

/// A library crate of the sysroot: name, root file below `library`, the crates it names, its features.
struct LibraryCrate {
    name: &'static str,
    origin: LangCrateOrigin,
    root: &'static str,
    edition: Edition,
    deps: &'static [&'static str],
    features: &'static [&'static str],
}

const LIBRARY: &[LibraryCrate] = &[
    LibraryCrate {
        name: "core",
        origin: LangCrateOrigin::Core,
        root: "core/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &[],
        features: &[],
    },
    LibraryCrate {
        name: "compiler_builtins",
        origin: LangCrateOrigin::Other,
        root: "compiler-builtins/compiler-builtins/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core"],
        features: &["compiler-builtins"],
    },
    LibraryCrate {
        name: "alloc",
        origin: LangCrateOrigin::Alloc,
        root: "alloc/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core", "compiler_builtins"],
        features: &[],
    },
    LibraryCrate {
        name: "unwind",
        origin: LangCrateOrigin::Other,
        root: "unwind/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core"],
        features: &[],
    },
    LibraryCrate {
        name: "panic_unwind",
        origin: LangCrateOrigin::Other,
        root: "panic_unwind/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core", "alloc", "unwind"],
        features: &[],
    },
    LibraryCrate {
        name: "std_detect",
        origin: LangCrateOrigin::Other,
        root: "std_detect/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core", "alloc"],
        features: &["std_detect_file_io", "std_detect_dlsym_getauxval"],
    },
    LibraryCrate {
        name: "hashbrown",
        origin: LangCrateOrigin::Dependency,
        root: HASHBROWN_ROOT,
        edition: Edition::Edition2024,
        deps: &["core"],
        features: &[],
    },
    LibraryCrate {
        name: "std",
        origin: LangCrateOrigin::Std,
        root: "std/src/lib.rs",
        edition: Edition::Edition2024,
        deps: &["core", "alloc", "compiler_builtins", "unwind", "panic_unwind", "std_detect", "hashbrown"],
        features: &["backtrace", "panic-unwind"],
    },
];

/// std's hash tables come from crates.io. Without their types, the parameters of std's would seem unused, and would not be inferred.
const HASHBROWN: &str = include_str!("hashbrown.rs.in");
const HASHBROWN_ROOT: &str = "hashbrown/src/lib.rs";

/// The directories of `library` that those crates' modules lie in.
const LIBRARY_DIRS: &[&str] = &[
    "core/src",
    "alloc/src",
    "std/src",
    "unwind/src",
    "panic_unwind/src",
    "std_detect/src",
    "compiler-builtins/compiler-builtins/src",
    "portable-simd/crates",
    "stdarch/crates/core_arch/src",
    "backtrace/src",
];

/// A loaded database.
pub struct Loaded {
    pub db: RootDatabase,
    pub vfs: Vfs,
    /// The root file of the crate that is being compiled.
    pub root_file: FileId,
}

/// Reads the sources and describes the crates; nothing is analysed yet.
pub fn load(input: &AnalysisInput) -> Result<Loaded> {
    let mut files = Files { vfs: Vfs::default(), change: ChangeWithProcMacros::default() };
    let mut library_set = FileSet::default();
    for dir in LIBRARY_DIRS {
        files.read_dir(&input.library_source.join(dir), &mut library_set)?;
    }
    files.add_text(&input.library_source.join(HASHBROWN_ROOT), HASHBROWN.to_owned(), &mut library_set)?;
    let mut local_set = FileSet::default();
    let source_dir = input.source.parent().unwrap_or(Path::new("/"));
    let root_file = files.read_file(&input.source, &mut local_set)?;
    files.read_modules(&input.source, source_dir, &mut local_set)?;
    files.change.set_roots(vec![SourceRoot::new_library(library_set), SourceRoot::new_local(local_set)]);

    let mut graph = Graph {
        crates: CrateGraphBuilder::default(),
        workspace: triomphe::Arc::new(CrateWorkspaceData {
            target: Ok(TargetData { data_layout: DATA_LAYOUT.into(), arch: Arch::Other }),
            toolchain: Some(TOOLCHAIN),
        }),
    };
    let mut library: Vec<(&str, CrateBuilderId)> = Vec::new();
    for krate in LIBRARY {
        let path = input.library_source.join(krate.root);
        let file = files.file_id(&path)?;
        let mut cfg = library_cfg(&input.cfg);
        for feature in krate.features {
            cfg.insert_key_value(Symbol::intern("feature"), Symbol::intern(feature));
        }
        let id = graph.add(file, krate.edition, krate.name, CrateOrigin::Lang(krate.origin), cfg, &path)?;
        for (name, dep) in library.iter().filter(|(name, _)| krate.deps.contains(name)) {
            graph.depend(id, name, *dep, *name != "compiler_builtins", false)?;
        }
        library.push((krate.name, id));
    }
    let edition: Edition = input
        .edition
        .parse()
        .map_err(|_| Error::unsupported(format!("edition {} in rust-analyzer", input.edition)))?;
    let origin = CrateOrigin::Local { repo: None, name: Some(Symbol::intern(&input.crate_name)) };
    let local = graph.add(root_file, edition, &input.crate_name, origin, parse_cfg(&input.cfg), &input.source)?;
    for (name, dep) in library.iter().filter(|(name, _)| ["core", "alloc", "std"].contains(name)) {
        // `alloc` is named only after `extern crate alloc`, as with rustc.
        graph.depend(local, name, *dep, *name != "alloc", true)?;
    }
    files.change.set_crate_graph(graph.crates);

    let mut db = RootDatabase::new(None);
    files.change.apply(&mut db);
    Ok(Loaded { db, vfs: files.vfs, root_file })
}

struct Files {
    vfs: Vfs,
    change: ChangeWithProcMacros,
}

impl Files {
    fn file_id(&self, path: &Path) -> Result<FileId> {
        let found = self.vfs.file_id(&vfs_path(path)?);
        found.map(|(id, _)| id).ok_or_else(|| Error::missing(format!("source file `{}`", path.display())))
    }

    fn read_file(&mut self, path: &Path, set: &mut FileSet) -> Result<FileId> {
        let at = vfs_path(path)?;
        if let Some((id, _)) = self.vfs.file_id(&at) {
            return Ok(id);
        }
        let bytes = std::fs::read(path).map_err(|e| Error::missing(format!("source file `{}`: {e}", path.display())))?;
        // A file that is no UTF-8 is no module; `include_bytes!` may name it.
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Error::unsupported(format!("`{}`, which is no UTF-8", path.display())));
        };
        self.add_text(path, text, set)
    }

    fn add_text(&mut self, path: &Path, text: String, set: &mut FileSet) -> Result<FileId> {
        let at = vfs_path(path)?;
        self.vfs.set_file_contents(at.clone(), Some(text.clone().into_bytes()));
        let id = self.file_id(path)?;
        set.insert(id, at);
        self.change.change_file(id, Some(text));
        Ok(id)
    }

    /// All Rust sources below `dir`.
    fn read_dir(&mut self, dir: &Path, set: &mut FileSet) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(ty) if ty.is_dir() => {
                    if !["tests", "benches", "benchmarks", "examples"].iter().any(|skip| path.ends_with(skip)) {
                        self.read_dir(&path, set)?;
                    }
                }
                Ok(_) if path.extension().is_some_and(|ext| ext == "rs" || ext == "md") => {
                    self.read_file(&path, set)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The files that the modules which `file` declares may lie in, and theirs. `dir` is where they are looked for.
    fn read_modules(&mut self, file: &Path, dir: &Path, set: &mut FileSet) -> Result<()> {
        let Ok(text) = std::fs::read_to_string(file) else { return Ok(()) };
        for name in declared_modules(&text) {
            let inner = dir.join(name);
            for candidate in [dir.join(format!("{name}.rs")), inner.join("mod.rs")] {
                if candidate.is_file() {
                    self.read_file(&candidate, set)?;
                    self.read_modules(&candidate, &inner, set)?;
                }
            }
            if text.contains("#[path") {
                self.read_dir(dir, set)?;
            }
        }
        Ok(())
    }
}

/// The names in `mod name;`, wherever they stand: a file too many does no harm.
fn declared_modules(text: &str) -> impl Iterator<Item = &str> {
    text.split("mod ").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(';')?;
        let name = name.trim();
        let name = name.strip_prefix("r#").unwrap_or(name);
        (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
    })
}

struct Graph {
    crates: CrateGraphBuilder,
    workspace: triomphe::Arc<CrateWorkspaceData>,
}

impl Graph {
    fn add(
        &mut self,
        root: FileId,
        edition: Edition,
        name: &str,
        origin: CrateOrigin,
        cfg: CfgOptions,
        path: &Path,
    ) -> Result<CrateBuilderId> {
        let dir = path.parent().unwrap_or(Path::new("/"));
        Ok(self.crates.add_crate_root(
            root,
            edition,
            Some(CrateDisplayName::from_canonical_name(name)),
            None,
            cfg,
            None,
            Env::default(),
            origin,
            Vec::new(),
            false,
            triomphe::Arc::new(abs_path(dir)?),
            self.workspace.clone(),
        ))
    }

    fn depend(&mut self, from: CrateBuilderId, name: &str, to: CrateBuilderId, prelude: bool, sysroot: bool) -> Result<()> {
        let name = CrateName::normalize_dashes(name);
        self.crates
            .add_dep(from, DependencyBuilder::with_prelude(name, to, prelude, sysroot))
            .map_err(|e| Error::unsupported(format!("a crate graph with a cycle: {e}")))
    }
}

fn abs_path(path: &Path) -> Result<AbsPathBuf> {
    Utf8PathBuf::from_path_buf(path.to_owned())
        .ok()
        .and_then(|path| AbsPathBuf::try_from(path).ok())
        .ok_or_else(|| Error::unsupported(format!("the path `{}`, which is not absolute UTF-8", path.display())))
}

fn vfs_path(path: &Path) -> Result<VfsPath> {
    Ok(VfsPath::from(abs_path(path)?.normalize()))
}

fn parse_cfg(lines: &[String]) -> CfgOptions {
    let mut cfg = CfgOptions::default();
    for line in lines {
        match line.split_once('=') {
            Some((key, value)) => {
                cfg.insert_key_value(Symbol::intern(key), Symbol::intern(value.trim_matches('"')));
            }
            None => cfg.insert_atom(Symbol::intern(line)),
        }
    }
    cfg
}

/// What holds of std, which was compiled for the same target in its own way: only the target's properties.
fn library_cfg(lines: &[String]) -> CfgOptions {
    let target: Vec<String> = lines
        .iter()
        .filter(|line| line.starts_with("target_") || ["unix", "panic=\"unwind\""].contains(&line.as_str()))
        .cloned()
        .collect();
    parse_cfg(&target)
}
