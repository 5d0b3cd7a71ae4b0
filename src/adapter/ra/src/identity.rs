//! Which ramir definition a rust-analyzer definition is.
//!
//! Definitions are found by path; impls by their header (module, self type, trait reference), since rustc numbers them in
//! expansion order. Items of the local crate, which may lie in blocks, are all entered when the crate is first asked for.

use crate::ty::TyLowering;
use ra_ap_hir::Module;
use ra_ap_hir_def::{
    AdtId, AssocItemId, ConstId, DefWithBodyId, FunctionId, HasModule, ImplId, ItemContainerId, Lookup, ModuleDefId, ModuleId,
    StaticId, TraitId, TypeAliasId, VariantId,
    expr_store::Body,
    hir::generics::GenericParams,
    nameres::{DefMap, crate_def_map},
    signatures::{
        ConstSignature, EnumSignature, FunctionSignature, StaticSignature, StructSignature, TraitSignature,
        TypeAliasSignature, UnionSignature,
    },
};
use ra_ap_hir_ty::db::HirDatabase;
use ra_ap_ide_db::RootDatabase;
use rac::adapter::error::{Error, Result};
use rac::adapter::store::Store;
use ramir::{CrateNum, DefId, DefIndex, DefPathData, ItemData, Symbol};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// A rust-analyzer definition that has a [`DefId`] of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Def {
    Module(ModuleId),
    Function(FunctionId),
    Adt(AdtId),
    Const(ConstId),
    Static(StaticId),
    Trait(TraitId),
    TypeAlias(TypeAliasId),
    Impl(ImplId),
}

/// What was found so far.
#[derive(Default)]
pub struct Cache {
    defs: RefCell<FxHashMap<Def, DefId>>,
    functions: RefCell<Option<FxHashMap<DefId, FunctionId>>>,
}

/// The definitions of one database against those of one store.
#[derive(Clone, Copy)]
pub struct Identity<'a, 'db> {
    pub db: &'db RootDatabase,
    pub store: &'a Store,
    pub cache: &'a Cache,
    pub local: ra_ap_base_db::Crate,
}

impl<'a, 'db> Identity<'a, 'db> {
    /// The local function whose body `def` is.
    pub fn local_function(&self, def: DefId) -> Result<Option<FunctionId>> {
        if self.cache.functions.borrow().is_none() {
            let mut functions = FxHashMap::default();
            let root = DefId { krate: self.store.local, index: DefIndex(0) };
            self.enter_def_map(crate_def_map(self.db, self.local), root, &mut functions);
            *self.cache.functions.borrow_mut() = Some(functions);
        }
        Ok(self.cache.functions.borrow().as_ref().and_then(|functions| functions.get(&def).copied()))
    }

    /// Enters the items of a crate's or a block's map, whose root module is `root`. What has no exported definition is left out.
    fn enter_def_map(&self, map: &DefMap, root: DefId, functions: &mut FxHashMap<DefId, FunctionId>) {
        let mut modules = vec![(map.root_module_id(), root)];
        while let Some((module, at)) = modules.pop() {
            self.cache.defs.borrow_mut().insert(Def::Module(module), at);
            let scope = &map[module].scope;
            for (name, child) in &map[module].children {
                if let Some(child_def) = self.only_child(at, DefPathData::TypeNs(self.sym(name.as_str()))) {
                    modules.push((*child, child_def));
                }
            }
            for decl in scope.declarations() {
                let (def, name) = match decl {
                    ModuleDefId::FunctionId(id) => (Def::Function(id), self.function_name(id)),
                    ModuleDefId::AdtId(id) => (Def::Adt(id), self.adt_name(id)),
                    ModuleDefId::TraitId(id) => (Def::Trait(id), self.trait_name(id)),
                    ModuleDefId::ConstId(id) => match self.const_name(id) {
                        Some(name) => (Def::Const(id), name),
                        None => continue,
                    },
                    ModuleDefId::StaticId(id) => (Def::Static(id), self.static_name(id)),
                    ModuleDefId::TypeAliasId(id) => (Def::TypeAlias(id), self.alias_name(id)),
                    _ => continue,
                };
                let Some(def_id) = self.named_child(at, def, name) else { continue };
                self.cache.defs.borrow_mut().insert(def, def_id);
                match def {
                    Def::Function(id) => self.enter_function(id, def_id, functions),
                    Def::Const(id) => self.enter_blocks(id.into(), def_id, functions),
                    Def::Static(id) => self.enter_blocks(id.into(), def_id, functions),
                    Def::Trait(id) => {
                        let items = id.trait_items(self.db).items.iter().map(|(_, item)| *item);
                        self.enter_assoc_items(items, def_id, functions);
                    }
                    _ => {}
                }
            }
            for const_id in scope.unnamed_consts() {
                // `const _`: items in it are children of an unnamed constant, which only its place tells apart.
                let underscore = DefPathData::ValueNs(self.sym("_"));
                if let Some(def_id) = self.only_child(at, underscore) {
                    self.enter_blocks(const_id.into(), def_id, functions);
                }
            }
            for impl_id in scope.impls() {
                let Ok(candidates) = self.impl_candidates(impl_id, at) else { continue };
                let items = impl_id.impl_items(self.db).items.iter().map(|(_, item)| *item);
                if let [def_id] = candidates[..] {
                    self.cache.defs.borrow_mut().insert(Def::Impl(impl_id), def_id);
                }
                for item in items {
                    for def_id in &candidates {
                        self.enter_assoc_items([item].into_iter(), *def_id, functions);
                    }
                }
            }
        }
    }

    fn enter_assoc_items(
        &self,
        items: impl Iterator<Item = AssocItemId>,
        container: DefId,
        functions: &mut FxHashMap<DefId, FunctionId>,
    ) {
        for item in items {
            match item {
                AssocItemId::FunctionId(id) => {
                    let name = DefPathData::ValueNs(self.function_name(id));
                    if let Some(def_id) = self.only_child(container, name) {
                        self.cache.defs.borrow_mut().insert(Def::Function(id), def_id);
                        self.enter_function(id, def_id, functions);
                    }
                }
                AssocItemId::ConstId(id) => {
                    let name = self.const_name(id).map(DefPathData::ValueNs);
                    if let Some(def_id) = name.and_then(|name| self.only_child(container, name)) {
                        self.cache.defs.borrow_mut().insert(Def::Const(id), def_id);
                        self.enter_blocks(id.into(), def_id, functions);
                    }
                }
                AssocItemId::TypeAliasId(_) => {}
            }
        }
    }

    fn enter_function(&self, id: FunctionId, def_id: DefId, functions: &mut FxHashMap<DefId, FunctionId>) {
        if FunctionSignature::of(self.db, id).has_body() {
            functions.insert(def_id, id);
            self.enter_blocks(id.into(), def_id, functions);
        }
    }

    fn enter_blocks(&self, owner: DefWithBodyId, def_id: DefId, functions: &mut FxHashMap<DefId, FunctionId>) {
        let body = Body::of(self.db, owner);
        let maps: Vec<_> = body.blocks(self.db).collect();
        if maps.is_empty() {
            return;
        }
        let parents = self.block_parents(owner, def_id);
        for (block, map) in maps {
            self.enter_def_map(map, parents.get(&block).copied().unwrap_or(def_id), functions);
        }
    }

    /// The definition of `def`; an error if the exported crates have none that is certainly the same.
    pub fn def_id(&self, def: Def) -> Result<DefId> {
        if let Some(&found) = self.cache.defs.borrow().get(&def) {
            return Ok(found);
        }
        let found = self.find(def)?;
        self.cache.defs.borrow_mut().insert(def, found);
        Ok(found)
    }

    fn find(&self, def: Def) -> Result<DefId> {
        let db = self.db;
        let (container, name) = match def {
            Def::Module(id) => return self.find_module(id),
            Def::Adt(id) => (ItemContainerId::ModuleId(id.module(db)), self.adt_name(id)),
            Def::Trait(id) => (ItemContainerId::ModuleId(id.module(db)), self.trait_name(id)),
            Def::Function(id) => (id.lookup(db).container, self.function_name(id)),
            Def::Const(id) => (
                id.lookup(db).container,
                self.const_name(id).ok_or_else(|| Error::unsupported("an unnamed constant as an operand"))?,
            ),
            Def::Static(id) => (id.lookup(db).container, self.static_name(id)),
            Def::TypeAlias(id) => (id.lookup(db).container, self.alias_name(id)),
            Def::Impl(id) => {
                let parent = self.def_id(Def::Module(id.module(db)))?;
                let candidates = self.impl_candidates(id, parent)?;
                return match candidates[..] {
                    [one] => Ok(one),
                    _ => Err(self.unknown(def, &format!("{} impls have its header", candidates.len()))),
                };
            }
        };
        let found = match container {
            ItemContainerId::ModuleId(id) => self.named_child(self.def_id(Def::Module(id))?, def, name),
            ItemContainerId::TraitId(id) => self.named_child(self.def_id(Def::Trait(id))?, def, name),
            ItemContainerId::ExternBlockId(id) => {
                let module = self.def_id(Def::Module(id.module(db)))?;
                let blocks = self.children(module, DefPathData::ForeignMod)?;
                one(blocks.into_iter().filter_map(|block| self.named_child(block, def, name)))
            }
            ItemContainerId::ImplId(id) => {
                let parent = self.def_id(Def::Module(id.module(db)))?;
                let candidates = self.impl_candidates(id, parent)?;
                one(candidates.into_iter().filter_map(|candidate| self.named_child(candidate, def, name)))
            }
        };
        found.ok_or_else(|| self.unknown(def, self.store.interner().str(name)))
    }

    fn unknown(&self, def: Def, what: &str) -> Error {
        let kind = match def {
            Def::Module(_) => "module",
            Def::Function(_) => "function",
            Def::Adt(_) => "type",
            Def::Const(_) => "constant",
            Def::Static(_) => "static",
            Def::Trait(_) => "trait",
            Def::TypeAlias(_) => "type alias",
            Def::Impl(_) => "impl",
        };
        Error::unsupported(format!("{kind} `{what}`, which rust-analyzer and the exported crates do not agree on"))
    }

    fn find_module(&self, id: ModuleId) -> Result<DefId> {
        let db = self.db;
        if id.block(db).is_some() {
            return Err(self.unknown(Def::Module(id), "in a block"));
        }
        let mut at = DefId { krate: self.crate_num(id.krate(db))?, index: DefIndex(0) };
        let path = Module::from(id).path_to_root(db);
        for name in path.iter().rev().filter_map(|module| module.name(db)) {
            at = self
                .only_child(at, DefPathData::TypeNs(self.sym(name.as_str())))
                .ok_or_else(|| self.unknown(Def::Module(id), name.as_str()))?;
        }
        Ok(at)
    }

    fn crate_num(&self, krate: ra_ap_base_db::Crate) -> Result<CrateNum> {
        if krate == self.local {
            return Ok(self.store.local);
        }
        let name = krate.extra_data(self.db).display_name.as_ref().map(|name| name.crate_name().to_string());
        let name = name.unwrap_or_default();
        self.store
            .crates()
            .map(|krate| krate.loaded.num())
            .find(|num| self.store.crate_dep(*num).name == name)
            .ok_or_else(|| Error::missing(format!("crate `{name}`")))
    }

    /// The exported impls in module `parent` with the header of `id`: at most one for a trait, any number of inherent ones.
    fn impl_candidates(&self, id: ImplId, parent: DefId) -> Result<Vec<DefId>> {
        let lowering = TyLowering::new(*self);
        let self_ty = lowering.ty(self.db.impl_self_ty(id).skip_binder())?;
        let trait_ref = match self.db.impl_trait(id) {
            Some(trait_ref) => Some(lowering.trait_ref(trait_ref.skip_binder())?),
            None => None,
        };
        let mut found = Vec::new();
        for def_id in self.children(parent, DefPathData::Impl)? {
            if let ItemData::Impl(def) = &self.store.item(def_id)?.data
                && def.self_ty == self_ty
                && def.trait_ref == trait_ref
            {
                found.push(def_id);
            }
        }
        Ok(found)
    }

    fn named_child(&self, parent: DefId, def: Def, name: Symbol) -> Option<DefId> {
        self.only_child(
            parent,
            match def {
                Def::Module(_) | Def::Adt(_) | Def::Trait(_) | Def::TypeAlias(_) | Def::Impl(_) => DefPathData::TypeNs(name),
                Def::Function(_) | Def::Const(_) | Def::Static(_) => DefPathData::ValueNs(name),
            },
        )
    }

    /// The child of `parent` with that name, if there is exactly one.
    pub fn only_child(&self, parent: DefId, data: DefPathData) -> Option<DefId> {
        one(self.children(parent, data).ok()?.into_iter())
    }

    /// All children of `parent` with that name, in the order of their disambiguators.
    pub fn children(&self, parent: DefId, data: DefPathData) -> Result<Vec<DefId>> {
        let mut found = Vec::new();
        for &index in self.store.children(parent)? {
            let child = DefId { krate: parent.krate, index };
            let key = self.store.def_key(child)?;
            if key.data == data {
                found.push((key.disambiguator, child));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, child)| child).collect())
    }

    pub fn sym(&self, name: &str) -> Symbol {
        self.store.interner().sym(name)
    }

    /// The ADT and the variant's position in it.
    pub fn variant(&self, id: VariantId) -> Result<(DefId, ramir::VariantIdx)> {
        let db = self.db;
        let (adt, index, name) = match id {
            VariantId::EnumVariantId(id) => {
                let loc = id.lookup(db);
                (AdtId::EnumId(loc.parent), loc.index(db), Some(self.sym(loc.name.as_str())))
            }
            VariantId::StructId(id) => (AdtId::StructId(id), 0, None),
            VariantId::UnionId(id) => (AdtId::UnionId(id), 0, None),
        };
        let def_id = self.def_id(Def::Adt(adt))?;
        let variant = match &self.store.item(def_id)?.data {
            ItemData::Adt(adt) => adt.variants.get(index),
            _ => None,
        };
        match variant {
            Some(variant) if name.is_none_or(|name| name == variant.name) => Ok((def_id, ramir::VariantIdx::new(index))),
            _ => Err(self.unknown(Def::Adt(adt), "variant")),
        }
    }

    pub fn function_name(&self, id: FunctionId) -> Symbol {
        self.sym(FunctionSignature::of(self.db, id).name.as_str())
    }

    fn adt_name(&self, id: AdtId) -> Symbol {
        self.sym(match id {
            AdtId::StructId(id) => StructSignature::of(self.db, id).name.as_str(),
            AdtId::EnumId(id) => EnumSignature::of(self.db, id).name.as_str(),
            AdtId::UnionId(id) => UnionSignature::of(self.db, id).name.as_str(),
        })
    }

    fn trait_name(&self, id: TraitId) -> Symbol {
        self.sym(TraitSignature::of(self.db, id).name.as_str())
    }

    fn const_name(&self, id: ConstId) -> Option<Symbol> {
        ConstSignature::of(self.db, id).name.as_ref().map(|name| self.sym(name.as_str()))
    }

    fn static_name(&self, id: StaticId) -> Symbol {
        self.sym(StaticSignature::of(self.db, id).name.as_str())
    }

    fn alias_name(&self, id: TypeAliasId) -> Symbol {
        self.sym(TypeAliasSignature::of(self.db, id).name.as_str())
    }

    /// How many lifetime parameters stand before the type and constant parameters of an impl.
    pub fn impl_lifetimes(&self, id: ImplId) -> u32 {
        GenericParams::of(self.db, id.into()).len_lifetimes() as u32
    }
}

fn one<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
