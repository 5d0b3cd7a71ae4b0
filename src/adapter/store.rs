//! The crates of a compilation, mapped; items and bodies by definition, decoded once.
//!
//! Knows only ramir. A front end in this process ([`BodyProvider`]) is asked for the local crate's bodies before the files.

use super::complete::Facts;
use super::error::{Error, Result};
use super::memo::Memo;
use super::provider::{BodyProvider, ProvidedBody};
use ramir::reader::{LoadedCrate, OpenCrate};
use parking_lot::Mutex;
use ramir::*;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The identity of the compiler that rac's files are written by and that std was compiled with.
pub const COMPILER: &str = "rustc 1.95.0 (59807616e 2026-04-14)";

/// A crate of the compilation.
pub struct CrateData {
    pub loaded: LoadedCrate,
    pub root: CrateRoot,
}

/// Where the local crate's bodies come from, if not from its file.
struct Provider {
    bodies: Box<dyn BodyProvider>,
    on_refusal: OnRefusal,
    refused: Mutex<Vec<(DefId, Error)>>,
}

/// What happens when a provider cannot lower a body that is its business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// The error is the compilation's.
    Fail,
    /// The exported body is used; also where the provider's does something else.
    UseExported,
}

pub struct Store {
    interner: Arc<Interner>,
    /// By `CrateNum`; `None` for a crate that others mention and that was not given.
    crates: Vec<Option<CrateData>>,
    names: Vec<ramir::file::CrateDep>,
    /// The first source file number of each crate, by `CrateNum`.
    file_bases: Vec<u32>,
    /// The crate that is being compiled.
    pub local: CrateNum,
    provider: Option<Provider>,
    is_ahead: bool,
    provided: Memo<DefId, Option<ProvidedBody>>,
    lang_items: FxHashMap<Symbol, DefId>,
    trait_impls: FxHashMap<DefId, Vec<TraitImpl>>,
    items: Memo<DefId, Option<Item>>,
    def_keys: Memo<DefId, Option<DefKey>>,
    children: Memo<DefId, Vec<DefIndex>>,
    bodies: Memo<DefId, Option<Body>>,
    ctfe_bodies: Memo<DefId, Option<Body>>,
    promoted: Memo<DefId, Vec<Body>>,
    coroutine_drops: Memo<DefId, Option<Body>>,
}

impl Store {
    /// Opens `files`; the first is the crate being compiled. A file whose dependency has another hash than the file
    /// that is given for it is an error.
    pub fn open(files: &[PathBuf]) -> Result<Store> {
        let interner = Arc::new(Interner::new());
        let mut names: Vec<ramir::file::CrateDep> = Vec::new();
        let mut by_id: FxHashMap<u64, CrateNum> = FxHashMap::default();
        let mut opened = Vec::new();
        for path in files {
            let open = OpenCrate::open(path, COMPILER)?;
            let crates = open
                .crates
                .iter()
                .map(|dep| {
                    let num = *by_id.entry(dep.stable_crate_id).or_insert_with(|| {
                        names.push(dep.clone());
                        CrateNum(names.len() as u32 - 1)
                    });
                    if names[num.index()].svh == dep.svh {
                        Ok(num)
                    } else {
                        Err(Error::missing(format!(
                            "{}: it was compiled against another version of crate `{}`",
                            Path::new(path).display(),
                            dep.name
                        )))
                    }
                })
                .collect::<Result<Vec<_>>>()?;
            opened.push((open, crates));
        }
        let mut store = Store {
            interner: interner.clone(),
            crates: (0..names.len()).map(|_| None).collect(),
            file_bases: vec![0; names.len()],
            names,
            local: CrateNum(0),
            provider: None,
            is_ahead: false,
            provided: Memo::default(),
            lang_items: FxHashMap::default(),
            trait_impls: FxHashMap::default(),
            items: Memo::default(),
            def_keys: Memo::default(),
            children: Memo::default(),
            bodies: Memo::default(),
            ctfe_bodies: Memo::default(),
            promoted: Memo::default(),
            coroutine_drops: Memo::default(),
        };
        let mut file_base = 0;
        for (open, crates) in opened {
            let num = crates[0];
            let loaded = open.load(interner.clone(), crates, file_base);
            let root = loaded.root()?;
            store.file_bases[num.index()] = file_base;
            file_base += root.files.len() as u32;
            store.lang_items.extend(root.lang_items.iter().copied());
            for (trait_def, impls) in &root.trait_impls {
                store.trait_impls.entry(*trait_def).or_default().extend(impls);
            }
            store.crates[num.index()] = Some(CrateData { loaded, root });
        }
        Ok(store)
    }

    /// From now on the bodies of the local crate come from `bodies`.
    pub fn set_provider(&mut self, bodies: Box<dyn BodyProvider>, on_refusal: OnRefusal) {
        self.provider = Some(Provider { bodies, on_refusal, refused: Mutex::default() });
    }

    /// The local crate's file was written before its bodies were checked, and has hardly any: the provider must have them.
    pub fn set_ahead(&mut self) {
        self.is_ahead = true;
    }

    pub fn is_ahead(&self) -> bool {
        self.is_ahead
    }

    /// The definitions whose bodies the provider has given, with these.
    pub fn all_provided(&self) -> Vec<(DefId, &ProvidedBody)> {
        self.provided.entries().into_iter().filter_map(|(def, body)| Some((def, body.as_ref()?))).collect()
    }

    /// What the provider says of a definition of the local crate.
    fn provided(&self, def: DefId) -> Result<Option<&ProvidedBody>> {
        match &self.provider {
            Some(provider) if def.krate == self.local => {
                let body = self.provided.get_or_try(def, |&def| match provider.on_refusal {
                    OnRefusal::Fail => provider.bodies.body(self, def),
                    OnRefusal::UseExported => Ok(self.verified(&*provider.bodies, def).unwrap_or_else(|error| {
                        provider.refused.lock().push((def, error));
                        None
                    })),
                });
                Ok(body?.as_ref())
            }
            _ => Ok(None),
        }
    }

    /// A provided body that does what the exported one does, as far as that can be told by comparing them.
    fn verified(&self, bodies: &dyn BodyProvider, def: DefId) -> Result<Option<ProvidedBody>> {
        let Some(provided) = bodies.body(self, def)? else { return Ok(None) };
        if let Some(exported) = self.exported_facts(def)? {
            let differences = exported.differences(&Facts::of_provided(self, def, &provided)?);
            if let Some(first) = differences.first() {
                return Err(Error::unsupported(format!("a body that does otherwise than rustc's: {first}")));
            }
        }
        Ok(Some(provided))
    }

    /// What the exported body does, if there is one.
    pub fn exported_facts(&self, def: DefId) -> Result<Option<Facts>> {
        let Some(body) = self.exported_body(def)? else { return Ok(None) };
        Facts::of(self, def, body, self.exported_promoted(def)?, self.exported_coroutine(def)?).map(Some)
    }

    /// What drops a coroutine, and its layout, whatever a provider has.
    pub fn exported_coroutine(&self, def: DefId) -> Result<Option<(&Body, &CoroutineLayout)>> {
        let Some(drop) = self.exported_coroutine_drop(def)? else { return Ok(None) };
        Ok(self.exported_coroutine_layout(def)?.map(|layout| (drop, layout)))
    }

    /// The definitions whose exported bodies are used because the provider refused them, each once, in order, with why.
    pub fn refused(&self) -> Vec<(DefId, Error)> {
        let mut refused = self.provider.as_ref().map_or_else(Vec::new, |provider| provider.refused.lock().clone());
        refused.sort_by_key(|(def, _)| def.index.0);
        refused.dedup_by_key(|(def, _)| *def);
        refused
    }

    pub fn interner(&self) -> &Arc<Interner> {
        &self.interner
    }

    /// The crates that are loaded.
    pub fn crates(&self) -> impl Iterator<Item = &CrateData> {
        self.crates.iter().flatten()
    }

    pub fn krate(&self, num: CrateNum) -> Result<&CrateData> {
        self.crates[num.index()]
            .as_ref()
            .ok_or_else(|| Error::missing(format!("crate `{}`", self.names[num.index()].name)))
    }

    /// A crate's name, id and hash, loaded or not.
    pub fn crate_dep(&self, num: CrateNum) -> &ramir::file::CrateDep {
        &self.names[num.index()]
    }

    pub fn lang_item(&self, name: &str) -> Option<DefId> {
        self.lang_items.get(&self.interner.sym(name)).copied()
    }

    pub fn is_lang_item(&self, def: DefId) -> bool {
        self.lang_items.values().any(|item| *item == def)
    }

    pub fn require_lang_item(&self, name: &str) -> Result<DefId> {
        self.lang_item(name).ok_or_else(|| Error::missing(format!("lang item `{name}`")))
    }

    /// All impls of a trait, in all loaded crates.
    pub fn trait_impls(&self, trait_def: DefId) -> &[TraitImpl] {
        self.trait_impls.get(&trait_def).map_or(&[], |v| v)
    }

    pub fn opt_item(&self, def: DefId) -> Result<Option<&Item>> {
        let item = self.items.get_or_try(def, |def| self.krate(def.krate)?.loaded.item(def.index).map_err(Error::from))?;
        Ok(item.as_ref())
    }

    pub fn item(&self, def: DefId) -> Result<&Item> {
        self.opt_item(def)?.ok_or_else(|| Error::missing(format!("item {}", self.def_path_str(def))))
    }

    pub fn def_key(&self, def: DefId) -> Result<&DefKey> {
        self.def_keys
            .get_or_try(def, |def| self.krate(def.krate)?.loaded.def_key(def.index).map_err(Error::from))?
            .as_ref()
            .ok_or_else(|| Error::missing(format!("definition {def:?}")))
    }

    /// The definitions right below one, in the order of their indices.
    pub fn children(&self, def: DefId) -> Result<&[DefIndex]> {
        let children = self
            .children
            .get_or_try(def, |def| self.krate(def.krate)?.loaded.children(def.index).map_err(Error::from))?;
        Ok(children)
    }

    /// The body that code generation compiles.
    pub fn body(&self, def: DefId) -> Result<Option<&Body>> {
        if let Some(provided) = self.provided(def)? {
            return Ok(Some(&provided.body));
        }
        self.exported_body(def)
    }

    /// The body in the crate's file, whatever a provider has.
    pub fn exported_body(&self, def: DefId) -> Result<Option<&Body>> {
        let body = self.bodies.get_or_try(def, |def| self.krate(def.krate)?.loaded.body(def.index).map_err(Error::from))?;
        Ok(body.as_ref())
    }

    /// Whether a body of the provider stands for what the front end has stored of `def`: its body, and its value if it is
    /// a constant or a static.
    pub fn is_provided(&self, def: DefId) -> Result<bool> {
        Ok(self.provided(def)?.is_some())
    }

    /// Whether the exported body is used where the provider refuses.
    pub fn uses_exported_if_refused(&self) -> bool {
        self.provider.as_ref().is_some_and(|provider| provider.on_refusal == OnRefusal::UseExported)
    }

    /// The body that the evaluator runs: the provider's, `mir_for_ctfe` where it was exported, else the one for code
    /// generation.
    pub fn body_for_ctfe(&self, def: DefId) -> Result<Option<&Body>> {
        if let Some(provided) = self.provided(def)? {
            return Ok(Some(&provided.body));
        }
        let body = self
            .ctfe_bodies
            .get_or_try(def, |def| self.krate(def.krate)?.loaded.ctfe_body(def.index).map_err(Error::from))?;
        match body {
            Some(body) => Ok(Some(body)),
            None => self.body(def),
        }
    }

    /// The promoted constants of the body that [`Store::body`] gives.
    pub fn promoted(&self, def: DefId) -> Result<&[Body]> {
        if let Some(provided) = self.provided(def)? {
            return Ok(&provided.promoted);
        }
        self.exported_promoted(def)
    }

    /// The promoted constants of [`Store::exported_body`].
    pub fn exported_promoted(&self, def: DefId) -> Result<&[Body]> {
        let promoted = self.promoted.get_or_try(def, |def| {
            Ok::<_, Error>(self.krate(def.krate)?.loaded.promoted(def.index)?.unwrap_or_default())
        })?;
        Ok(promoted)
    }

    /// What drops the coroutine whose body [`Store::body`] gives, and its layout. `None`: the body is no coroutine's.
    pub fn coroutine(&self, def: DefId) -> Result<Option<(&Body, &CoroutineLayout)>> {
        let drop = self.coroutine_drop(def)?;
        drop.map(|drop| Ok((drop, self.coroutine_layout(def)?))).transpose()
    }

    /// The layout of the coroutine whose body [`Store::body`] gives.
    pub fn coroutine_layout(&self, def: DefId) -> Result<&CoroutineLayout> {
        if let Some(ProvidedBody { coroutine: Some(coroutine), .. }) = self.provided(def)? {
            return Ok(&coroutine.layout);
        }
        let layout = self.exported_coroutine_layout(def)?;
        layout.ok_or_else(|| Error::missing(format!("layout of coroutine {}", self.def_path_str(def))))
    }

    /// What drops the coroutine whose body [`Store::body`] gives.
    pub fn coroutine_drop(&self, def: DefId) -> Result<Option<&Body>> {
        if let Some(ProvidedBody { coroutine: Some(coroutine), .. }) = self.provided(def)? {
            return Ok(Some(&coroutine.drop));
        }
        self.exported_coroutine_drop(def)
    }

    /// What drops the coroutine whose body is [`Store::exported_body`].
    pub fn exported_coroutine_drop(&self, def: DefId) -> Result<Option<&Body>> {
        let body = self
            .coroutine_drops
            .get_or_try(def, |def| self.krate(def.krate)?.loaded.coroutine_drop(def.index).map_err(Error::from))?;
        Ok(body.as_ref())
    }

    /// The layout of a coroutine that others may have been compiled with, whatever a provider has; `None` if the crate's file
    /// was written before there was any.
    pub fn exported_coroutine_layout(&self, def: DefId) -> Result<Option<&CoroutineLayout>> {
        Ok(self.coroutine_def(def)?.layout.as_ref())
    }

    pub fn coroutine_def(&self, def: DefId) -> Result<&CoroutineDef> {
        match &self.item(def)?.data {
            ItemData::Closure(ClosureDef { coroutine: Some(coroutine), .. }) => Ok(coroutine),
            _ => Err(Error::missing(format!("coroutine {}", self.def_path_str(def)))),
        }
    }

    /// The content of an allocation.
    pub fn global_alloc(&self, id: AllocId) -> Result<&GlobalAlloc> {
        if let Some(alloc) = self.interner.global_alloc(id) {
            return Ok(alloc);
        }
        if let Some(krate) = self.crates().find(|krate| krate.loaded.alloc_range().contains(&id.0)) {
            krate.loaded.load_alloc(id)?;
        }
        self.interner.global_alloc(id).ok_or_else(|| Error::missing(format!("allocation {}", id.0)))
    }

    /// A source file by number.
    pub fn source_file(&self, file: FileId) -> Option<&SourceFile> {
        self.crates().find_map(|krate| {
            let base = self.file_bases[krate.loaded.num().index()];
            file.0.checked_sub(base).and_then(|i| krate.root.files.get(i as usize))
        })
    }

    /// A definition's path for people: `core::option::Option::map`.
    pub fn def_path_str(&self, def: DefId) -> String {
        let mut segments = Vec::new();
        let mut at = Some(def);
        while let Some(def) = at {
            let Ok(key) = self.def_key(def) else {
                segments.push(format!("{:?}", def.index));
                break;
            };
            let name = match key.data {
                DefPathData::CrateRoot => break,
                DefPathData::TypeNs(s)
                | DefPathData::ValueNs(s)
                | DefPathData::MacroNs(s)
                | DefPathData::LifetimeNs(s)
                | DefPathData::OpaqueLifetime(s)
                | DefPathData::AnonAssocTy(s) => self.interner.str(s).to_owned(),
                DefPathData::Impl => format!("{{impl#{}}}", key.disambiguator),
                DefPathData::Closure => format!("{{closure#{}}}", key.disambiguator),
                DefPathData::Ctor => "{constructor}".into(),
                DefPathData::ForeignMod => "{extern}".into(),
                other => format!("{{{other:?}#{}}}", key.disambiguator),
            };
            segments.push(name);
            at = key.parent.map(|index| DefId { krate: def.krate, index });
        }
        segments.push(self.names[def.krate.index()].name.clone());
        segments.reverse();
        segments.join("::")
    }
}
