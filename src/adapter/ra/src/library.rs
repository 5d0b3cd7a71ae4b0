//! A rust-analyzer database with the standard library's sources, built without cargo and without network, and room for one
//! crate beside them.
//!
//! Knows where the sources of core, alloc and std lie, and nothing of ramir. What is known of the library outlives a change
//! of the crate: the library's inputs are durable and never written again.

use crate::dependencies::{Dependencies, Surroundings};
use crate::files::{Files, Sources, abs_path};
use ra_ap_base_db::{
    BuildMetadata, BuiltCrateData, Crate, CrateBuilderId, CrateDisplayName, CrateGraphBuilder, CrateName, CrateOrigin,
    CrateWorkspaceData, DependencyBuilder, Env, ExtraCrateData, FileSet, LangCrateOrigin, LibraryRoots, LocalRoots, Prerelease,
    SourceDatabase, SourceRoot, SourceRootId, Version,
    target::{Arch, TargetData},
};
use ra_ap_cfg::CfgOptions;
use ra_ap_hir_def::{
    ModuleDefId,
    nameres::{ModuleOrigin, crate_def_map},
};
use ra_ap_hir_expand::proc_macro::ProcMacros;
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase};
use ra_ap_ide_db::RootDatabase;
use ra_ap_intern::Symbol;
use ra_ap_span::{Edition, FileId};
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::{AnalysisInput, LibraryInput, STACK_SIZE};
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::{Durability, Setter};
use std::path::Path;
use triomphe::Arc;

/// rustc's data layout for x86_64-unknown-linux-gnu.
const DATA_LAYOUT: &str = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

/// The compiler whose standard library is read.
const TOOLCHAIN: Version =
    Version { major: 1, minor: 95, patch: 0, pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY };

const LIBRARY_ROOT: SourceRootId = SourceRootId(0);
const LOCAL_ROOT: SourceRootId = SourceRootId(1);

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

/// Makes most crates' first questions: what it uses of the library is analysed when the first crate comes.
const WARM_UP: &str = include_str!("warm_up.rs.in");
const WARM_UP_PATH: &str = "/warm_up.rs";

/// The database: the library, and one crate beside it.
pub struct Library {
    pub db: RootDatabase,
    pub files: Files,
    /// The crate beside the library.
    pub krate: Crate,
    /// The crates that it depends on.
    pub dependencies: Dependencies,
    surroundings: Surroundings,
    /// The configuration that the library was loaded with.
    pub cfg: Vec<String>,
    /// Its files and their texts.
    texts: Vec<(FileId, String)>,
    /// Those of them that were written since somebody asked.
    changed: FxHashSet<FileId>,
    /// Its environment, with what macros are told of the files.
    env: Vec<(String, String)>,
}

impl Library {
    /// Reads the sources and describes the crates; nothing is analysed yet. The crate beside the library is one that
    /// [`Library::warm_up`] analyses.
    pub fn load(input: &LibraryInput) -> Result<Library> {
        let mut files = Files::default();
        let mut sources = Sources::default();
        for dir in LIBRARY_DIRS {
            sources.add_directory(&mut files, &input.source.join(dir))?;
        }
        sources.add_text(&mut files, &input.source.join(HASHBROWN_ROOT), HASHBROWN.to_owned())?;
        let mut local = Sources::default();
        let root_file = local.add_text(&mut files, Path::new(WARM_UP_PATH), WARM_UP.to_owned())?;

        let mut db = RootDatabase::new(None);
        db.enable_proc_attr_macros();
        set_root(&mut db, LIBRARY_ROOT, sources.set, Durability::HIGH);
        set_root(&mut db, LOCAL_ROOT, local.set, Durability::LOW);
        for (texts, durability) in [(sources.texts, Durability::HIGH), (local.texts.clone(), Durability::LOW)] {
            for (file, text) in texts {
                db.set_file_text_with_durability(file, &text, durability);
            }
        }
        LibraryRoots::get(&db).set_roots(&mut db).to([LIBRARY_ROOT].into_iter().collect());
        LocalRoots::get(&db).set_roots(&mut db).to([LOCAL_ROOT].into_iter().collect());

        let workspace = Arc::new(CrateWorkspaceData {
            target: Ok(TargetData { data_layout: DATA_LAYOUT.into(), arch: Arch::Other }),
            toolchain: Some(TOOLCHAIN),
        });
        let mut graph = Graph { crates: CrateGraphBuilder::default(), workspace: workspace.clone() };
        let mut library: Vec<(&str, CrateBuilderId)> = Vec::new();
        for krate in LIBRARY {
            let path = input.source.join(krate.root);
            let mut cfg = library_cfg(&input.cfg);
            for feature in krate.features {
                cfg.insert_key_value(Symbol::intern("feature"), Symbol::intern(feature));
            }
            let origin = CrateOrigin::Lang(krate.origin);
            let id = graph.add(files.id(&path), krate.edition, krate.name, origin, cfg, &path)?;
            for (name, dep) in library.iter().filter(|(name, _)| krate.deps.contains(name)) {
                graph.depend(id, name, *dep, *name != "compiler_builtins", false)?;
            }
            library.push((krate.name, id));
        }
        let origin = CrateOrigin::Local { repo: None, name: None };
        let cfg = parse_cfg(&input.cfg);
        let local_id =
            graph.add(root_file, Edition::Edition2024, "warm_up", origin, cfg, Path::new(WARM_UP_PATH))?;
        for (name, dep) in library.iter().filter(|(name, _)| ["core", "alloc", "std"].contains(name)) {
            // `alloc` is named only after `extern crate alloc`, as with rustc.
            graph.depend(local_id, name, *dep, *name != "alloc", true)?;
        }
        let crates = graph.crates.set_in_db(&mut db);
        let krate = crates.get(&local_id).copied();
        let krate = krate.ok_or_else(|| Error::missing("the crate beside the library"))?;
        let (cfg, changed) = (input.cfg.clone(), FxHashSet::default());
        let surroundings = Surroundings {
            library: library.iter().filter_map(|(name, id)| Some((*name, *crates.get(id)?))).collect(),
            std: krate.data(&db).dependencies.clone(),
            cfg: library_cfg(&input.cfg),
            workspace,
        };
        let dependencies = Dependencies::default();
        let (texts, env) = (local.texts, Vec::new());
        let mut library = Library { db, files, krate, dependencies, surroundings, cfg, texts, changed, env };
        // What was made durable with the graph is from here on what changes. A write to a durable input would have all that is
        // known of the library verified.
        library.write_crate(krate.data(&library.db).clone(), krate.extra_data(&library.db).clone(), parse_cfg(&input.cfg));
        library.write_env(Vec::new());
        let macros = ProcMacros::get(&library.db);
        macros.set_by_crate(&mut library.db).with_durability(Durability::LOW).to(FxHashMap::default());
        Ok(library)
    }

    /// Analyses what the crate beside the library asks for, and empties the crate.
    pub fn warm_up(&mut self) {
        let db = &self.db;
        attach_db(db, || {
            let map = crate_def_map(db, self.krate);
            for decl in map[map.root_module_id()].scope.declarations() {
                if let ModuleDefId::FunctionId(function) = decl {
                    // A function that cannot be lowered has asked its questions too.
                    let _ = db.mir_body(InferBodyId::from(function));
                }
            }
        });
        // Nothing is left to be asked of that crate.
        for (file, text) in &mut self.texts {
            text.clear();
            self.db.set_file_text_with_durability(*file, text, Durability::LOW);
        }
    }

    /// Writes what is there already: a write frees what was analysed anew since the last one, and its time is spent here.
    pub fn settle(&mut self) {
        self.write_env(self.env.clone());
    }

    /// Puts a crate beside the library, in the place of the one that was there. Only what differs is written, so that what is
    /// known of the rest remains known.
    pub fn set_crate(&mut self, input: &AnalysisInput) -> Result<()> {
        let mut sources = Sources::default();
        let root_file = sources.add_crate(&mut self.files, &input.source, &input.env)?;
        let edition: Edition = input
            .edition
            .parse()
            .map_err(|_| Error::unsupported(format!("edition {} in rust-analyzer", input.edition)))?;
        let new_set = sources.set;
        if *self.db.source_root(LOCAL_ROOT).source_root(&self.db) != SourceRoot::new_local(new_set.clone()) {
            set_root(&mut self.db, LOCAL_ROOT, new_set, Durability::LOW);
        }
        for (file, text) in &sources.texts {
            if !self.texts.iter().any(|(known, old)| known == file && old == text) {
                self.db.set_file_text_with_durability(*file, text, Durability::LOW);
                self.changed.insert(*file);
            }
        }
        self.texts = sources.texts;
        let files: Vec<FileId> = self.texts.iter().map(|(file, _)| *file).collect();
        self.dependencies.set(&mut self.db, &mut self.files, &self.surroundings, input)?;
        let data = BuiltCrateData {
            root_file_id: root_file,
            edition,
            dependencies: self.dependencies.externs(&self.surroundings, &input.externs),
            origin: CrateOrigin::Local { repo: None, name: Some(Symbol::intern(&input.crate_name)) },
            proc_macro_cwd: Arc::new(abs_path(&input.directory)?),
            ..self.krate.data(&self.db).clone()
        };
        let extra = ExtraCrateData {
            display_name: Some(CrateDisplayName::from_canonical_name(&input.crate_name)),
            ..self.krate.extra_data(&self.db).clone()
        };
        let cfg = parse_cfg(&input.cfg);
        let (db, krate) = (&self.db, self.krate);
        if *krate.data(db) != data || *krate.extra_data(db) != extra || *krate.cfg_options(db) != cfg {
            self.write_crate(data, extra, cfg);
        }
        let mut env = input.env.clone();
        for &file in &files {
            if let Some(name) = self.files.path(file).and_then(|path| name_of_file(input, path)) {
                env.push((name_key(file), name));
            }
            if sources.normalized.contains(&file) {
                env.push((format!("=normalized {}", file.index()), String::new()));
            }
        }
        // Which modules there are may depend on what macros make of the environment: it has the paths that are known.
        let known = self.env.iter().filter(|(key, _)| key.starts_with(MODULE_KEY)).cloned().collect::<Vec<_>>();
        self.change_env(env.iter().cloned().chain(known).collect());
        env.extend(self.module_paths(&input.crate_name, root_file, files.len() > 1));
        self.change_env(env);
        Ok(())
    }

    /// The crate's files that changed since this was asked the last time.
    pub fn take_changed(&mut self) -> FxHashSet<FileId> {
        std::mem::take(&mut self.changed)
    }

    /// Forgets the names of files that rustc calls otherwise, a module's by its `#[path]`. `names`: of the files that have code.
    pub fn check_names(&mut self, names: &[&str]) {
        let mut env = self.env.clone();
        for (file, _) in &self.texts {
            let key = name_key(*file);
            let Some((_, name)) = env.iter().find(|(other, _)| *other == key) else { continue };
            let file_name = Path::new(name).file_name();
            if !names.contains(&name.as_str()) && names.iter().any(|other| Path::new(other).file_name() == file_name) {
                env.retain(|(other, _)| *other != key);
            }
        }
        self.change_env(env);
    }

    /// Of each file that is a module, the module's path; none of one that is several modules.
    fn module_paths(&self, crate_name: &str, root: FileId, has_more: bool) -> Vec<(String, String)> {
        let key = |file: FileId| format!("{MODULE_KEY}{}", file.index());
        if !has_more {
            return vec![(key(root), crate_name.to_owned())];
        }
        let (db, krate) = (self.db.clone(), self.krate);
        let find = move || attach_db(&db, || paths_of_files(&db, krate, crate_name));
        let paths = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, find);
            // A crate whose items rust-analyzer panics on has no bodies from it either.
            thread.ok()?.join().ok()
        });
        let paths = paths.unwrap_or_default().into_iter();
        paths.filter_map(|(file, path)| Some((key(file), path?))).collect()
    }

    fn change_env(&mut self, variables: Vec<(String, String)>) {
        if self.env != variables {
            self.write_env(variables);
        }
    }

    fn write_env(&mut self, variables: Vec<(String, String)>) {
        let env: Env = variables.iter().cloned().collect();
        self.krate.set_env(&mut self.db).with_durability(Durability::LOW).to(env);
        self.env = variables;
    }

    fn write_crate(&mut self, data: BuiltCrateData, extra: ExtraCrateData, cfg: CfgOptions) {
        let (db, krate) = (&mut self.db, self.krate);
        krate.set_data(db).with_durability(Durability::LOW).to(data);
        krate.set_extra_data(db).with_durability(Durability::LOW).to(extra);
        krate.set_cfg_options(db).with_durability(Durability::LOW).to(cfg);
    }
}

fn set_root(db: &mut RootDatabase, id: SourceRootId, set: FileSet, durability: Durability) {
    let root = if id == LIBRARY_ROOT { SourceRoot::new_library(set) } else { SourceRoot::new_local(set) };
    let files: Vec<FileId> = root.iter().collect();
    for file in files {
        db.set_file_source_root_with_durability(file, id, durability);
    }
    db.set_source_root_with_durability(id, Arc::new(root), durability);
}

fn paths_of_files(db: &RootDatabase, krate: Crate, crate_name: &str) -> FxHashMap<FileId, Option<String>> {
    let map = crate_def_map(db, krate);
    let mut paths: FxHashMap<FileId, Option<String>> = FxHashMap::default();
    let mut modules = vec![(map.root_module_id(), crate_name.to_owned())];
    while let Some((module, path)) = modules.pop() {
        if let ModuleOrigin::CrateRoot { definition } | ModuleOrigin::File { definition, .. } = map[module].origin {
            let path = path.clone();
            paths.entry(definition.file_id(db)).and_modify(|path| *path = None).or_insert(Some(path));
        }
        let children = map[module].children.iter();
        modules.extend(children.map(|(name, child)| (*child, format!("{path}::{}", name.as_str()))));
    }
    paths
}

/// What rustc calls a file: as the root is called on the command line, and beside it.
fn name_of_file(input: &AnalysisInput, path: &Path) -> Option<String> {
    let root = Path::new(input.source_name.as_ref()?);
    let relative = path.strip_prefix(input.source.parent()?).ok()?;
    root.parent()?.join(relative).into_os_string().into_string().ok()
}

/// What macros are told of a file is in the environment too. Variables' names have no `=`.
fn name_key(file: FileId) -> String {
    format!("=file {}", file.index())
}

const MODULE_KEY: &str = "=module ";

struct Graph {
    crates: CrateGraphBuilder,
    workspace: Arc<CrateWorkspaceData>,
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
            Arc::new(abs_path(dir)?),
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

/// What holds of std, which was compiled for the same target in its own way: only the target's properties. Those that
/// stable rustc does not tell of are derived: where this target has atomic operations, it has all kinds of them.
fn library_cfg(lines: &[String]) -> CfgOptions {
    let target =
        lines.iter().filter(|line| line.starts_with("target_") || ["unix", "panic=\"unwind\""].contains(&line.as_str()));
    let atomics = lines.iter().filter_map(|line| line.strip_prefix("target_has_atomic=")).flat_map(|width| {
        ["load_store", "equal_alignment"].map(|kind| format!("target_has_atomic_{kind}={width}"))
    });
    let names = ["target_has_atomic", "target_has_atomic_load_store", "target_thread_local"].map(str::to_owned);
    let target: Vec<String> = target.cloned().chain(atomics).chain(names).collect();
    parse_cfg(&target)
}
