//! The crates that the local one depends on, as rust-analyzer sees them: the text of their interfaces, not their sources.
//!
//! Each is put into the database once and never written again: a dependency that changed is another crate, and what is known of
//! the others remains known. One that was compiled again from other bodies is the same crate still.

use crate::files::{Files, abs_path};
use crate::proc_macros;
use ra_ap_base_db::{
    BuiltCrateData, BuiltDependency, Crate, CrateDisplayName, CrateName, CrateOrigin, CrateWorkspaceData, Env, ExtraCrateData,
    FileSet, SourceDatabase, SourceRoot, SourceRootId, VfsPath,
};
use ra_ap_cfg::CfgOptions;
use ra_ap_hir_expand::proc_macro::ProcMacros;
use ra_ap_ide_db::RootDatabase;
use ra_ap_intern::Symbol;
use ra_ap_span::Edition;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::{AnalysisInput, DependencyInput};
use rac::adapter::store::COMPILER;
use ramir::Interface;
use ramir::reader::OpenCrate;
use rustc_hash::{FxBuildHasher, FxHashMap};
use salsa::{Durability, Setter};
use std::hash::BuildHasher;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use triomphe::Arc;

/// What is the same for all dependencies.
pub struct Surroundings {
    /// The library's crates by name.
    pub library: Vec<(&'static str, Crate)>,
    /// core, alloc and std, as each crate depends on them.
    pub std: Vec<BuiltDependency>,
    pub cfg: CfgOptions,
    pub workspace: Arc<CrateWorkspaceData>,
}

#[derive(Default)]
pub struct Dependencies {
    /// The crates that were ever met: by stable id, and a hash of all that they are made of.
    known: FxHashMap<(u64, u64), Crate>,
    /// Those of the local crate, by stable id.
    current: FxHashMap<u64, Crate>,
    /// Crates of which nothing is known.
    missing: Vec<String>,
    /// The files that were read.
    read: FxHashMap<PathBuf, Summary>,
}

/// What is remembered of an interface, so that a file that did not change is not read again.
#[derive(Clone)]
struct Summary {
    /// Inode, time of the last change in seconds and nanoseconds. A file is only ever replaced.
    version: (u64, i64, i64),
    /// Of edition and text.
    hash: u64,
    externs: Vec<(String, u64)>,
}

impl Dependencies {
    /// Enters the crates that the local one is compiled with.
    pub fn set(
        &mut self,
        db: &mut RootDatabase,
        files: &mut Files,
        surroundings: &Surroundings,
        input: &AnalysisInput,
    ) -> Result<()> {
        self.current.clear();
        self.missing.clear();
        self.set_macros(db, files, surroundings, input)?;
        let inputs = &input.dependencies;
        // What stands for a crate in the hash of those that depend on it.
        let mut hashes: FxHashMap<u64, u64> = FxHashMap::default();
        for input in inputs {
            let id = input.stable_crate_id;
            let Some(path) = &input.interface else {
                // What rust-analyzer has no sources of, is unknown where it is named.
                let of_library = surroundings.library.iter().find(|(name, _)| *name == input.name);
                self.current.extend(of_library.map(|(_, krate)| (id, *krate)));
                continue;
            };
            let Some((summary, read)) = self.summary(path)? else {
                self.missing.push(input.name.clone());
                continue;
            };
            let named: Vec<_> = summary.externs.iter().map(|(name, id)| (name, id, hashes.get(id))).collect();
            let hash = FxBuildHasher.hash_one((summary.hash, named));
            hashes.insert(id, hash);
            if self.reuse(id, hash).is_some() {
                continue;
            }
            // What was read before is needed again if a crate that it depends on is another.
            let interface = match read {
                Some(interface) => Some(interface),
                None => OpenCrate::open(path, COMPILER)?.interface()?,
            };
            let interface = interface.ok_or_else(|| Error::missing(format!("the interface of `{}`", input.name)))?;
            let dependencies = self.named(surroundings, &interface.externs, inputs);
            let krate = Dependency { name: &input.name, id, hash, interface, dependencies, is_proc_macro: false };
            self.enter(db, files, surroundings, krate)?;
        }
        Ok(())
    }

    /// What there is to know of a file's interface, if it has one, and the interface if it had to be read.
    fn summary(&mut self, path: &Path) -> Result<Option<(Summary, Option<Interface>)>> {
        let metadata = path.metadata().map_err(|error| Error::missing(format!("`{}`: {error}", path.display())))?;
        let version = (metadata.ino(), metadata.mtime(), metadata.mtime_nsec());
        if let Some(known) = self.read.get(path)
            && known.version == version
        {
            return Ok(Some((known.clone(), None)));
        }
        let Some(interface) = OpenCrate::open(path, COMPILER)?.interface()? else { return Ok(None) };
        let hash = FxBuildHasher.hash_one((&interface.edition, &interface.text));
        let summary = Summary { version, hash, externs: interface.externs.clone() };
        self.read.insert(path.to_owned(), summary.clone());
        Ok(Some((summary, Some(interface))))
    }

    /// Enters the crates of procedural macros.
    fn set_macros(
        &mut self,
        db: &mut RootDatabase,
        files: &mut Files,
        surroundings: &Surroundings,
        input: &AnalysisInput,
    ) -> Result<()> {
        let mut macros = FxHashMap::default();
        if let Some(server) = &input.macro_server {
            for krate in &input.macro_crates {
                let text = proc_macros::declarations(krate);
                let (id, hash) = (krate.stable_crate_id, FxBuildHasher.hash_one((&text, &krate.library, &krate.edition)));
                let entered = match self.reuse(id, hash) {
                    Some(known) => known,
                    None => {
                        let interface = Interface { edition: krate.edition.clone(), externs: Vec::new(), text };
                        let (name, dependencies) = (&krate.name, surroundings.std.clone());
                        let krate = Dependency { name, id, hash, interface, dependencies, is_proc_macro: true };
                        self.enter(db, files, surroundings, krate)?
                    }
                };
                macros.insert(entered, Arc::new(proc_macros::of_crate(krate, server)?));
            }
        }
        let known = ProcMacros::get(db);
        if *known.by_crate(db) != macros {
            known.set_by_crate(db).with_durability(Durability::LOW).to(macros);
        }
        Ok(())
    }

    /// A crate that is in the database, as one of the local crate's.
    fn reuse(&mut self, id: u64, hash: u64) -> Option<Crate> {
        let known = *self.known.get(&(id, hash))?;
        self.current.insert(id, known);
        Some(known)
    }

    /// Puts a crate into the database, as one of the local crate's.
    fn enter(
        &mut self,
        db: &mut RootDatabase,
        files: &mut Files,
        surroundings: &Surroundings,
        krate: Dependency<'_>,
    ) -> Result<Crate> {
        let (id, hash) = (krate.id, krate.hash);
        let entered = enter(db, files, surroundings, krate)?;
        self.known.insert((id, hash), entered);
        self.current.insert(id, entered);
        Ok(entered)
    }

    /// The crates that a text can name: those that it begins paths with, and since macros do not care what the crate that uses them
    /// calls another one, all others by their own names.
    fn named(
        &self,
        surroundings: &Surroundings,
        externs: &[(String, u64)],
        inputs: &[DependencyInput],
    ) -> Vec<BuiltDependency> {
        let mut named = self.externs(surroundings, externs);
        for input in inputs {
            if !named.iter().any(|dependency| dependency.name.as_str() == input.name) {
                named.extend(self.dependency(surroundings, &input.name, input.stable_crate_id));
            }
        }
        named
    }

    /// The crates that paths begin with, and those of std.
    pub fn externs(&self, surroundings: &Surroundings, externs: &[(String, u64)]) -> Vec<BuiltDependency> {
        let mut named = surroundings.std.clone();
        let is_std = |name: &String| surroundings.std.iter().any(|dependency| dependency.name.as_str() == *name);
        let others = externs.iter().filter(|(name, _)| !is_std(name));
        named.extend(others.filter_map(|(name, id)| self.dependency(surroundings, name, *id)));
        named
    }

    fn dependency(&self, surroundings: &Surroundings, name: &str, id: u64) -> Option<BuiltDependency> {
        let mut dependency = surroundings.std.first()?.clone();
        dependency.crate_id = *self.current.get(&id)?;
        dependency.name = CrateName::normalize_dashes(name);
        Some(dependency)
    }

    /// The crates' stable ids.
    pub fn ids(&self) -> FxHashMap<Crate, u64> {
        self.current.iter().map(|(id, krate)| (*krate, *id)).collect()
    }

    /// The crates that were compiled by another compiler.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }
}

struct Dependency<'a> {
    name: &'a str,
    /// Stable id.
    id: u64,
    /// Of all that it is made of.
    hash: u64,
    interface: Interface,
    dependencies: Vec<BuiltDependency>,
    is_proc_macro: bool,
}

/// Puts a crate into the database. Nothing that is there is written, and so nothing that is known has to be verified.
fn enter(db: &mut RootDatabase, files: &mut Files, surroundings: &Surroundings, krate: Dependency<'_>) -> Result<Crate> {
    let Dependency { name, id, hash, interface, dependencies, is_proc_macro } = krate;
    let edition: Edition = interface
        .edition
        .parse()
        .map_err(|_| Error::unsupported(format!("edition {} in rust-analyzer", interface.edition)))?;
    // No such file is there: the path only tells one crate's text from another's.
    let path = format!("/interfaces/{name}-{id:016x}/{hash:016x}.rs");
    let file = files.id(Path::new(&path));
    let mut set = FileSet::default();
    set.insert(file, VfsPath::from(abs_path(Path::new(&path))?));
    // As many as there are files: each has a root of its own, after those of the library and the local crate.
    let root = SourceRootId(file.index() + 2);
    db.set_file_text_with_durability(file, &interface.text, Durability::HIGH);
    db.set_file_source_root_with_durability(file, root, Durability::HIGH);
    db.set_source_root_with_durability(root, Arc::new(SourceRoot::new_library(set)), Durability::HIGH);
    let data = BuiltCrateData {
        root_file_id: file,
        edition,
        dependencies,
        origin: CrateOrigin::Library { repo: None, name: Symbol::intern(name) },
        crate_attrs: Box::default(),
        is_proc_macro,
        proc_macro_cwd: Arc::new(abs_path(Path::new("/"))?),
    };
    let extra = ExtraCrateData {
        version: None,
        display_name: Some(CrateDisplayName::from_canonical_name(name)),
        potential_cfg_options: None,
    };
    let (workspace, cfg) = (surroundings.workspace.clone(), surroundings.cfg.clone());
    Ok(Crate::builder(data, extra, workspace, cfg, Env::default()).durability(Durability::HIGH).new(db))
}
