//! Which ramir definition a rust-analyzer definition is.
//!
//! Definitions are found by path; impls by their header (module, self type, trait reference), since rustc numbers them in
//! expansion order. Items of the local crate, which may lie in blocks, are all entered ([`crate::items`]) when a body is
//! first asked for.

use crate::files::Files;
use crate::items::{Bodies, without_attributes};
use crate::nested::NestedDefs;
use crate::ty::TyLowering;
use ra_ap_hir::Module;
use ra_ap_hir_def::{
    AdtId, ConstId, DefWithBodyId, FunctionId, HasModule, ImplId, ItemContainerId, Lookup, ModuleId, StaticId, TraitId,
    TypeAliasId, VariantId,
    signatures::{
        ConstSignature, EnumSignature, FunctionSignature, StaticSignature, StructSignature, TraitSignature,
        TypeAliasSignature, UnionSignature,
    },
};
use ra_ap_hir_expand::{HirFileId, MacroCallId, resolve_span};
use ra_ap_hir_ty::db::HirDatabase;
use ra_ap_ide_db::{RootDatabase, base_db::SourceDatabase};
use ra_ap_span::{FileId, TextRange, TextSize};
use rac::adapter::error::{Error, Result};
use rac::adapter::store::Store;
use ramir::{ConstDef, CrateNum, DefId, DefIndex, DefPathData, GenericParamKind, Item, ItemData, Span, Symbol, TyKind};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

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
    pub defs: RefCell<FxHashMap<Def, DefId>>,
    bodies: RefCell<Option<Bodies>>,
    pub nested: RefCell<FxHashMap<DefWithBodyId, Arc<NestedDefs>>>,
    /// The local crate's anonymous constants by position.
    anon_consts: RefCell<Option<FxHashMap<Span, Vec<DefId>>>>,
    /// The numbers that the local crate's files have in the store.
    files: RefCell<FxHashMap<FileId, Option<ramir::FileId>>>,
}

/// The definitions of one database against those of one store.
#[derive(Clone, Copy)]
pub struct Identity<'a, 'db> {
    pub db: &'db RootDatabase,
    pub files: &'a Files,
    pub store: &'a Store,
    pub cache: &'a Cache,
    pub local: ra_ap_base_db::Crate,
    /// The stable ids of the crates that the local one is compiled with.
    pub crates: &'a FxHashMap<ra_ap_base_db::Crate, u64>,
}

impl<'a, 'db> Identity<'a, 'db> {
    /// The function, constant or static of the local crate whose body `def` has.
    pub fn local_body(&self, def: DefId) -> Result<Option<DefWithBodyId>> {
        if self.cache.bodies.borrow().is_none() {
            let bodies = self.enter_crate();
            *self.cache.bodies.borrow_mut() = Some(bodies);
        }
        Ok(self.cache.bodies.borrow().as_ref().and_then(|bodies| bodies.get(&def).copied()))
    }

    /// Whose generic parameters a closure or an inline constant has (`TyCtxt::typeck_root_def_id`).
    pub fn typeck_root(&self, def: DefId) -> Result<DefId> {
        let mut root = def;
        while let Some(parent) = self.store.def_key(root)?.parent {
            match &self.store.item(root)?.data {
                ItemData::Closure(_) => {}
                // An inline constant, which has its type as a parameter.
                ItemData::AnonConst(ty) if matches!(self.store.interner().kind(*ty), ramir::TyKind::Param(_)) => {}
                _ => break,
            }
            root = DefId { krate: def.krate, index: parent };
        }
        Ok(root)
    }

    /// The local crate's anonymous constants that begin there.
    pub fn anon_consts_at(&self, span: Span) -> Result<Vec<DefId>> {
        if self.cache.anon_consts.borrow().is_none() {
            let krate = self.store.krate(self.store.local)?;
            let mut by_span: FxHashMap<Span, Vec<DefId>> = FxHashMap::default();
            for index in krate.loaded.keys(ramir::file::Section::DefKeys) {
                let def = DefId { krate: self.store.local, index };
                if self.store.def_key(def)?.data == DefPathData::AnonConst
                    && let Some(item) = self.store.opt_item(def)?
                {
                    by_span.entry(item.span).or_default().push(def);
                }
            }
            *self.cache.anon_consts.borrow_mut() = Some(by_span);
        }
        Ok(self.cache.anon_consts.borrow().as_ref().and_then(|consts| consts.get(&span).cloned()).unwrap_or_default())
    }

    /// The position of what stands at `range`: of the outermost macro call that made it, where one did
    /// (`SyntaxContext::outer_expn`, `ExpnId::expansion_cause`).
    pub fn position(&self, file: HirFileId, range: TextRange) -> Option<Span> {
        let (mut file, mut range) = (file, range);
        loop {
            let Some(call) = file.macro_file() else {
                return self.position_in_file(file.file_id()?.file_id(self.db), range.start());
            };
            let map = call.expansion_span_map(self.db);
            let first = map.span_at(range.start());
            let last = map.span_at(range.end().checked_sub(1.into()).unwrap_or_default().max(range.start()));
            // Of two ends, the macro's own one decides (`Span::to`).
            match [first, last].into_iter().find_map(|span| span.ctx.outer_expn(self.db)) {
                Some(call) => {
                    let node = MacroCallId::from(call).loc(self.db).to_node(self.db);
                    (file, range) = (node.file_id, without_attributes(&node.value));
                }
                None => {
                    let place = resolve_span(self.db, first);
                    return self.position_in_file(place.file_id.file_id(self.db), place.range.start());
                }
            }
        }
    }

    fn position_in_file(&self, file: FileId, offset: TextSize) -> Option<Span> {
        let known = self.cache.files.borrow().get(&file).copied();
        let number = known.unwrap_or_else(|| {
            let number = self.file_number(file);
            self.cache.files.borrow_mut().insert(file, number);
            number
        })?;
        // Both counted from 0, the column in bytes.
        let (line, col) = self.db.line_column(file, offset).ok()?;
        let text = self.db.file_text(file).text(self.db);
        let end = u32::from(offset) as usize;
        let before = text.get(end.checked_sub(col as usize)?..end)?;
        // The local crate's files are the first ones.
        Some(Span { file: number, line: line + 1, col: before.chars().count() as u32 + 1 })
    }

    fn file_number(&self, file: FileId) -> Option<ramir::FileId> {
        let path = self.files.path(file)?;
        let files = &self.store.krate(self.store.local).ok()?.root.files;
        let position = files.iter().position(|file| path.ends_with(self.store.interner().str(file.name)))?;
        Some(ramir::FileId(position as u32))
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
        let id = self.crates.get(&krate);
        self.store
            .crates()
            .map(|krate| krate.loaded.num())
            .find(|num| {
                let dep = self.store.crate_dep(*num);
                id.map_or(dep.name == name, |id| dep.stable_crate_id == *id)
            })
            .ok_or_else(|| Error::missing(format!("crate `{name}`")))
    }

    /// The exported impls in module `parent` with the header of `id`: at most one for a trait, any number of inherent ones.
    pub fn impl_candidates(&self, id: ImplId, parent: DefId) -> Result<Vec<DefId>> {
        // Lifetimes that the header leaves out are parameters too, and decide where the others stand.
        let mut headers: Vec<(u32, ramir::Ty, Option<ramir::TraitRef>)> = Vec::new();
        let mut found = Vec::new();
        for def_id in self.children(parent, DefPathData::Impl)? {
            let ItemData::Impl(def) = &self.store.item(def_id)?.data else { continue };
            let lifetimes = self.exported_lifetimes(def_id)?;
            if headers.iter().all(|(known, ..)| *known != lifetimes) {
                let (self_ty, trait_ref) = self.impl_header(id, lifetimes)?;
                headers.push((lifetimes, self_ty, trait_ref));
            }
            if headers.contains(&(lifetimes, def.self_ty, def.trait_ref)) {
                found.push(def_id);
            }
        }
        Ok(found)
    }

    /// The header of an impl that has so many lifetimes.
    fn impl_header(&self, id: ImplId, lifetimes: u32) -> Result<(ramir::Ty, Option<ramir::TraitRef>)> {
        let lowering = TyLowering::of_impl(*self, id, lifetimes);
        let self_ty = lowering.ty(self.db.impl_self_ty(id).skip_binder())?;
        let trait_ref = self.db.impl_trait(id).map(|trait_ref| lowering.trait_ref(trait_ref.skip_binder())).transpose()?;
        Ok((self_ty, trait_ref))
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

    /// What an item with a name is called among the children of its parent.
    pub fn path_data(&self, def: Def) -> Option<DefPathData> {
        Some(match def {
            Def::Adt(id) => DefPathData::TypeNs(self.adt_name(id)),
            Def::Trait(id) => DefPathData::TypeNs(self.trait_name(id)),
            Def::TypeAlias(id) => DefPathData::TypeNs(self.alias_name(id)),
            Def::Function(id) => DefPathData::ValueNs(self.function_name(id)),
            Def::Const(id) => DefPathData::ValueNs(self.const_name(id)?),
            Def::Static(id) => DefPathData::ValueNs(self.static_name(id)),
            Def::Module(_) | Def::Impl(_) => return None,
        })
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
            if key.data == data && !self.describes_test(child)? {
                found.push((key.disambiguator, child));
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, child)| child).collect())
    }

    /// Whether it is the constant that `#[test]` makes beside a function, with the function's name.
    fn describes_test(&self, def: DefId) -> Result<bool> {
        Ok(match self.store.opt_item(def)? {
            Some(Item { is_generated: true, data: ItemData::Const(ConstDef { ty, .. }), .. }) => {
                matches!(*self.store.interner().kind(*ty), TyKind::Adt(adt, _)
                    if self.store.def_path_str(adt) == "test::types::TestDescAndFn")
            }
            _ => false,
        })
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

    /// How many lifetimes an impl has among its parameters, those included that its header leaves out.
    pub fn impl_lifetimes(&self, id: ImplId) -> Result<u32> {
        let known = self.cache.defs.borrow().get(&Def::Impl(id)).copied();
        let def_id = match known {
            Some(def_id) => def_id,
            None => {
                let parent = self.def_id(Def::Module(id.module(self.db)))?;
                let candidates = self.impl_candidates(id, parent)?;
                // Several have the same header, and so the same parameters.
                candidates.first().copied().ok_or_else(|| self.unknown(Def::Impl(id), "with its header"))?
            }
        };
        self.exported_lifetimes(def_id)
    }

    fn exported_lifetimes(&self, def: DefId) -> Result<u32> {
        let params = &self.store.item(def)?.generics.own_params;
        Ok(params.iter().filter(|param| matches!(param.kind, GenericParamKind::Lifetime)).count() as u32)
    }
}

fn one<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
