//! The crates that the local one depends on, as rust-analyzer sees them: the text of their interfaces, not their sources.
//!
//! Each is put into the database once and never written again: a dependency that changed is another crate, and what is known of
//! the others remains known. One that was compiled again from other bodies is the same crate still.

use crate::files::{Files, abs_path};
use ra_ap_base_db::{
    BuiltCrateData, BuiltDependency, Crate, CrateDisplayName, CrateName, CrateOrigin, CrateWorkspaceData, Env, ExtraCrateData,
    FileSet, SourceDatabase, SourceRoot, SourceRootId, VfsPath,
};
use ra_ap_cfg::CfgOptions;
use ra_ap_ide_db::RootDatabase;
use ra_ap_span::Edition;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::DependencyInput;
use rac::adapter::store::COMPILER;
use ramir::Interface;
use ramir::reader::OpenCrate;
use rustc_hash::{FxBuildHasher, FxHashMap};
use salsa::Durability;
use std::hash::BuildHasher;
use std::path::Path;
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
}

impl Dependencies {
    /// Enters the crates that the local one is compiled with; each comes after those that it depends on.
    pub fn set(
        &mut self,
        db: &mut RootDatabase,
        files: &mut Files,
        surroundings: &Surroundings,
        inputs: &[DependencyInput],
    ) -> Result<()> {
        self.current.clear();
        self.missing.clear();
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
            let Some(interface) = OpenCrate::open(path, COMPILER)?.interface()? else {
                self.missing.push(input.name.clone());
                continue;
            };
            let dependencies = self.named(surroundings, &interface.externs, inputs);
            let named: Vec<_> = interface.externs.iter().map(|(name, id)| (name, id, hashes.get(id))).collect();
            let hash = FxBuildHasher.hash_one((&interface.edition, &interface.text, named));
            hashes.insert(id, hash);
            let krate = match self.known.get(&(id, hash)) {
                Some(krate) => *krate,
                None => {
                    let krate = enter(db, files, surroundings, input, hash, interface, dependencies)?;
                    self.known.insert((id, hash), krate);
                    krate
                }
            };
            self.current.insert(id, krate);
        }
        Ok(())
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

    /// The stable ids of the crates that are not the library's.
    pub fn ids(&self) -> FxHashMap<Crate, u64> {
        self.current.iter().map(|(id, krate)| (*krate, *id)).collect()
    }

    /// The crates that were compiled by another compiler.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }
}

/// Puts a crate into the database. Nothing that is there is written, and so nothing that is known has to be verified.
fn enter(
    db: &mut RootDatabase,
    files: &mut Files,
    surroundings: &Surroundings,
    input: &DependencyInput,
    hash: u64,
    interface: Interface,
    dependencies: Vec<BuiltDependency>,
) -> Result<Crate> {
    let edition: Edition = interface
        .edition
        .parse()
        .map_err(|_| Error::unsupported(format!("edition {} in rust-analyzer", interface.edition)))?;
    // No such file is there: the path only tells one crate's text from another's.
    let path = format!("/interfaces/{}-{:016x}/{hash:016x}.rs", input.name, input.stable_crate_id);
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
        origin: CrateOrigin::Library { repo: None, name: ra_ap_intern::Symbol::intern(&input.name) },
        crate_attrs: Box::default(),
        is_proc_macro: false,
        proc_macro_cwd: Arc::new(abs_path(Path::new("/"))?),
    };
    let extra = ExtraCrateData {
        version: None,
        display_name: Some(CrateDisplayName::from_canonical_name(&input.name)),
        potential_cfg_options: None,
    };
    let (workspace, cfg) = (surroundings.workspace.clone(), surroundings.cfg.clone());
    Ok(Crate::builder(data, extra, workspace, cfg, Env::default()).durability(Durability::HIGH).new(db))
}
