//! Definitions within bodies that have no name: closures, inline constants, anonymous constants.
//!
//! Each is a child of the definition around it. Closures of one parent are paired in order with rustc's, by their places if
//! there are several; so are constants, of which rustc has no body for a plain path, and rust-analyzer none for a literal.

use crate::identity::{Def, Identity};
use crate::items::{Candidate, without_attributes};
use ra_ap_hir_def::{
    BlockId, DefWithBodyId, ExpressionStoreOwnerId, GenericDefId, HasModule, VariantId,
    expr_store::{Body, BodySourceMap, ExpressionStore, StoreVisitor},
    hir::{ClosureKind, Expr, ExprId, PatId},
    type_ref::TypeRefId,
};
use ra_ap_hir_expand::InFile;
use ra_ap_hir_ty::{
    InferBodyId, InferenceResult,
    db::{AnonConstId, HirDatabase, InternedClosure, InternedClosureId, InternedCoroutineId},
};
use ra_ap_span::TextRange;
use ra_ap_syntax::{AstNode, ast};
use rac::adapter::error::{Error, Result};
use ramir::{ClosureDef, DefId, DefPathData, ItemData};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Whether the body of a closure or coroutine is rust-analyzer's.
pub fn has_lowered_body(item: &ClosureDef) -> bool {
    use ramir::{CoroutineKind as Kind, CoroutineSource as Source};
    match &item.coroutine {
        None => item.coroutine_for_closure.is_none(),
        Some(coroutine) => matches!(
            coroutine.kind,
            Kind::Coroutine | Kind::Async(Source::Block | Source::Fn) | Kind::Gen(Source::Block | Source::Fn)
        ),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NestedKind {
    Closure(ClosureKind),
    /// `const { .. }`
    InlineConst,
    /// The length of an array, or a constant argument.
    AnonConst,
}

/// A definition in a body, with the expression that it is.
#[derive(Clone, Copy, Debug)]
pub struct Nested {
    pub expr: ExprId,
    pub kind: NestedKind,
    pub def: DefId,
    /// The constant or closure around it, or the body's owner.
    pub parent: DefId,
}

/// All of a body's nested definitions.
#[derive(Default)]
pub struct NestedDefs {
    pub defs: Vec<Nested>,
    /// To whom the items in a block belong.
    pub blocks: FxHashMap<BlockId, DefId>,
    /// Parents whose closures are not certain.
    uncertain: Vec<String>,
}

impl NestedDefs {
    fn find(&self, def: DefId) -> Option<&Nested> {
        self.defs.iter().find(|nested| nested.def == def)
    }
}

impl<'a, 'db> Identity<'a, 'db> {
    /// The definition of a closure of the local crate.
    pub fn closure_def(&self, closure: InternedClosureId<'db>) -> Result<DefId> {
        self.closure_at(closure.loc(self.db))
    }

    /// The definition of a coroutine of the local crate, an async block among them.
    pub fn coroutine_def(&self, coroutine: InternedCoroutineId<'db>) -> Result<DefId> {
        self.closure_at(coroutine.loc(self.db))
    }

    fn closure_at(&self, InternedClosure { owner, expr, .. }: InternedClosure<'db>) -> Result<DefId> {
        let ExpressionStoreOwnerId::Body(owner) = owner.expression_store_owner(self.db) else {
            return Err(Error::unsupported("a closure in a constant of a signature"));
        };
        let nested = self.nested(owner)?;
        let found = nested.defs.iter().find(|nested| nested.expr == expr);
        found.map(|nested| nested.def).ok_or_else(|| match nested.uncertain.first() {
            Some(message) => Error::unsupported(message.clone()),
            None => Error::unsupported("a closure that rustc does not have"),
        })
    }

    /// Whether `def` stands in a body that is rustc's, and so is all that is within it: that of an async closure or async generator.
    pub fn is_in_exported_body(&self, def: DefId) -> Result<bool> {
        let mut at = def;
        while let &ramir::DefKey { data: DefPathData::Closure | DefPathData::AnonConst, parent: Some(parent), .. } =
            self.store.def_key(at)?
        {
            at = DefId { krate: def.krate, index: parent };
            if matches!(&self.store.item(at)?.data, ItemData::Closure(item) if !has_lowered_body(item)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The closure that `def` is.
    pub fn local_closure(&self, def: DefId) -> Result<Option<InternedClosureId<'db>>> {
        let Some((owner, outer)) = self.body_around(def)? else { return Ok(None) };
        let nested = self.nested(owner)?;
        let Some(&Nested { expr, kind: NestedKind::Closure(kind), .. }) = nested.find(def) else {
            return Err(match nested.uncertain.first() {
                Some(message) => Error::unsupported(message.clone()),
                None => Error::unsupported("a closure that rust-analyzer does not find"),
            });
        };
        let owner = self.inferred_with(owner, outer, def, &nested)?;
        Ok(Some(InternedClosureId::new(self.db, InternedClosure { owner, expr, kind })))
    }

    /// The anonymous or inline constant that `def` is.
    pub fn local_anon_const(&self, def: DefId) -> Result<Option<AnonConstId<'db>>> {
        if let Some((owner, outer)) = self.body_around(def)?
            && let nested = self.nested(owner)?
            && let Ok(found) = self.anon_const_id(owner, outer, def, &nested)
        {
            return Ok(Some(found));
        }
        let span = self.store.item(def)?.span;
        let mut found = self.signature_consts(def)?.into_iter().filter(|id| {
            let loc = id.loc(self.db);
            let (_, map) = ExpressionStore::with_source_map(self.db, loc.owner);
            let place =
                map.expr_syntax(loc.expr).ok().map(|source| source.map(|ptr| ptr.syntax_node_ptr().text_range()));
            place.and_then(|place| self.position(place.file_id, place.value)) == Some(span)
        });
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(Some(one)),
            _ => Ok(None),
        }
    }

    /// The definition of an anonymous constant; an error if rustc has none that is certainly the same.
    pub fn anon_const_def(&self, id: AnonConstId<'db>) -> Result<DefId> {
        let unknown = || Error::unsupported("an anonymous constant that rustc does not have");
        let loc = id.loc(self.db);
        if let ExpressionStoreOwnerId::Body(owner) = loc.owner {
            let nested = self.nested(owner)?;
            let found = nested.defs.iter().find(|nested| nested.expr == loc.expr);
            return found.map(|nested| nested.def).ok_or_else(unknown);
        }
        if loc.owner.generic_def(self.db).krate(self.db) != self.local {
            return self.only_anon_const(loc.owner);
        }
        let (_, map) = ExpressionStore::with_source_map(self.db, loc.owner);
        let source = map.expr_syntax(loc.expr).map_err(|_| unknown())?;
        let span = self.position(source.file_id, source.value.syntax_node_ptr().text_range()).ok_or_else(unknown)?;
        let mut found = self.anon_consts_at(span)?.into_iter();
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(unknown()),
        }
    }

    /// The anonymous constant in a signature of another crate, if there is but one.
    fn only_anon_const(&self, owner: ExpressionStoreOwnerId) -> Result<DefId> {
        let unknown = || Error::unsupported("an anonymous constant of another crate");
        let ExpressionStoreOwnerId::Signature(generic_def) = owner else { return Err(unknown()) };
        let GenericDefId::FunctionId(function) = generic_def else { return Err(unknown()) };
        let mut known = AnonConstId::all_from_signature(self.db, generic_def).into_iter().flatten();
        let mut defs = self.children(self.def_id(Def::Function(function))?, DefPathData::AnonConst)?;
        defs.retain(|&def| self.is_anon_const(def));
        match (known.next(), known.next(), &defs[..]) {
            (Some(_), None, &[def]) => Ok(def),
            _ => Err(unknown()),
        }
    }

    /// Whether the constant has a body: one that is a plain path has none.
    fn is_anon_const(&self, def: DefId) -> bool {
        matches!(self.store.opt_item(def), Ok(Some(item)) if matches!(item.data, ItemData::AnonConst(_)))
    }

    /// The body that a nested definition stands in, and what it belongs to.
    pub fn body_around(&self, def: DefId) -> Result<Option<(DefWithBodyId, DefId)>> {
        let mut outer = def;
        loop {
            let key = self.store.def_key(outer)?;
            match (key.data, key.parent) {
                (DefPathData::Closure | DefPathData::AnonConst, Some(parent)) => {
                    outer = DefId { krate: def.krate, index: parent };
                }
                _ => break,
            }
        }
        Ok(self.local_body(outer)?.map(|owner| (owner, outer)))
    }

    /// What the nested definition `def` is inferred with: the constant around it, or the whole body.
    fn inferred_with(
        &self,
        owner: DefWithBodyId,
        outer: DefId,
        def: DefId,
        nested: &NestedDefs,
    ) -> Result<InferBodyId<'db>> {
        let mut at = def;
        while let Some(around) = nested.find(at)
            && around.parent != outer
        {
            at = around.parent;
            if nested.find(at).is_some_and(|parent| !matches!(parent.kind, NestedKind::Closure(_))) {
                return Ok(InferBodyId::AnonConstId(self.anon_const_id(owner, outer, at, nested)?));
            }
        }
        Ok(InferBodyId::DefWithBodyId(owner))
    }

    fn anon_const_id(
        &self,
        owner: DefWithBodyId,
        outer: DefId,
        def: DefId,
        nested: &NestedDefs,
    ) -> Result<AnonConstId<'db>> {
        let unknown = || Error::unsupported("an anonymous constant that rust-analyzer does not find");
        let &Nested { expr, kind, .. } = nested.find(def).ok_or_else(unknown)?;
        let around = self.inferred_with(owner, outer, def, nested)?;
        if kind == NestedKind::InlineConst {
            return Ok(AnonConstId::for_inline_const(self.db, around, expr));
        }
        let infer = InferenceResult::of(self.db, around);
        infer.defined_anon_consts().iter().copied().find(|id| id.loc(self.db).expr == expr).ok_or_else(unknown)
    }

    /// The anonymous constants in the signature that `def` stands in.
    fn signature_consts(&self, def: DefId) -> Result<Vec<AnonConstId<'db>>> {
        let db = self.db;
        let mut at = def;
        while let Some(parent) = self.store.def_key(at)?.parent {
            at = DefId { krate: def.krate, index: parent };
            let known = self.cache.defs.borrow().iter().find(|(_, known)| **known == at).map(|(known, _)| *known);
            let owner = match known {
                Some(Def::Function(id)) => GenericDefId::FunctionId(id),
                Some(Def::Adt(id)) => GenericDefId::AdtId(id),
                Some(Def::Const(id)) => GenericDefId::ConstId(id),
                Some(Def::Static(id)) => GenericDefId::StaticId(id),
                Some(Def::Trait(id)) => GenericDefId::TraitId(id),
                Some(Def::TypeAlias(id)) => GenericDefId::TypeAliasId(id),
                Some(Def::Impl(id)) => GenericDefId::ImplId(id),
                Some(Def::Module(_)) => break,
                None => continue,
            };
            let mut found: Vec<_> = AnonConstId::all_from_signature(db, owner).into_iter().flatten().copied().collect();
            if let GenericDefId::AdtId(adt) = owner {
                let variants: Vec<VariantId> = match adt {
                    ra_ap_hir_def::AdtId::StructId(id) => vec![id.into()],
                    ra_ap_hir_def::AdtId::UnionId(id) => vec![id.into()],
                    ra_ap_hir_def::AdtId::EnumId(id) => {
                        id.enum_variants(db).variants.values().map(|(id, _)| (*id).into()).collect()
                    }
                };
                for variant in variants {
                    found.extend(db.field_types_with_diagnostics(variant).defined_anon_consts());
                }
            }
            return Ok(found);
        }
        Ok(Vec::new())
    }

    /// The nested definitions of a body.
    fn nested(&self, owner: DefWithBodyId) -> Result<Arc<NestedDefs>> {
        let def = match owner {
            DefWithBodyId::FunctionId(id) => self.def_id(Def::Function(id))?,
            DefWithBodyId::ConstId(id) => self.def_id(Def::Const(id))?,
            DefWithBodyId::StaticId(id) => self.def_id(Def::Static(id))?,
            DefWithBodyId::VariantId(_) => return Err(Error::unsupported("a definition in a discriminant")),
        };
        Ok(self.nested_of(owner, def))
    }

    /// As [`Self::nested`], of the body that `def` has.
    pub fn nested_of(&self, owner: DefWithBodyId, def: DefId) -> Arc<NestedDefs> {
        if let Some(known) = self.cache.nested.borrow().get(&owner) {
            return known.clone();
        }
        let (body, map) = Body::with_source_map(self.db, owner);
        let mut found = NestedDefs::default();
        let mut finder = Finder { store: body, found: Vec::new(), blocks: Vec::new() };
        for param in &body.params {
            finder.on_pat(param.formal);
        }
        finder.on_expr(body.root_expr());
        self.add_nested(body, map, finder, def, &mut found);
        let found = Arc::new(found);
        self.cache.nested.borrow_mut().insert(owner, found.clone());
        found
    }

    /// Adds what was found directly below `parent`, and what is below that.
    fn add_nested(
        &self,
        store: &ExpressionStore,
        map: &BodySourceMap,
        finder: Finder<'_>,
        parent: DefId,
        out: &mut NestedDefs,
    ) {
        out.blocks.extend(finder.blocks.into_iter().map(|block| (block, parent)));
        let place = |expr| -> Option<InFile<TextRange>> {
            let source = map.expr_syntax(expr).ok()?;
            let root = source.file_id.parse_or_expand(self.db);
            let node = source.value.syntax_node_ptr().try_to_node(&root)?;
            // An inline constant begins behind its keyword, which belongs to the expression around it.
            let inner = ast::BlockExpr::cast(node.clone()).filter(|block| block.const_token().is_some());
            let range = match inner.and_then(|block| block.stmt_list()) {
                Some(braces) => braces.syntax().text_range(),
                None => without_attributes(&node),
            };
            Some(InFile::new(source.file_id, range))
        };
        let (closures, consts): (Vec<_>, Vec<_>) =
            finder.found.into_iter().partition(|(_, kind)| matches!(kind, NestedKind::Closure(_)));
        let candidates = |found: Vec<(ExprId, NestedKind)>| {
            found.into_iter().map(|what| Candidate { what, place: place(what.0) }).collect::<Vec<_>>()
        };
        let defs = self.children(parent, DefPathData::Closure).unwrap_or_default();
        if defs.len() == closures.len() {
            let expected = closures.len();
            let paired = self.pair(&defs, candidates(closures));
            if paired.len() < expected {
                out.uncertain.push("closures whose order is not certain".to_owned());
            }
            self.add_paired(store, map, paired, parent, out);
        } else {
            out.uncertain.push(format!(
                "{} closures where rustc has {}: their order is not certain",
                closures.len(),
                defs.len()
            ));
        }
        let mut defs = self.children(parent, DefPathData::AnonConst).unwrap_or_default();
        defs.retain(|&def| self.is_anon_const(def));
        let paired = self.pair(&defs, candidates(consts));
        self.add_paired(store, map, paired, parent, out);
    }

    fn add_paired(
        &self,
        store: &ExpressionStore,
        map: &BodySourceMap,
        paired: Vec<((ExprId, NestedKind), DefId)>,
        parent: DefId,
        out: &mut NestedDefs,
    ) {
        for ((expr, kind), def) in paired {
            out.defs.push(Nested { expr, kind, def, parent });
            let mut finder = Finder { store, found: Vec::new(), blocks: Vec::new() };
            match kind {
                NestedKind::Closure(_) => store.visit_expr_children(expr, &mut finder),
                NestedKind::InlineConst | NestedKind::AnonConst => finder.on_expr(expr),
            }
            self.add_nested(store, map, finder, def, out);
        }
    }
}

/// Finds closures, constants and blocks, without what is within the former two.
struct Finder<'s> {
    store: &'s ExpressionStore,
    found: Vec<(ExprId, NestedKind)>,
    blocks: Vec<BlockId>,
}

impl StoreVisitor for Finder<'_> {
    fn on_expr(&mut self, expr: ExprId) {
        match &self.store[expr] {
            Expr::Closure { closure_kind, .. } => {
                self.found.push((expr, NestedKind::Closure(*closure_kind)));
                return;
            }
            Expr::Const(inner) => {
                self.found.push((*inner, NestedKind::InlineConst));
                return;
            }
            Expr::Block { id: Some(block), .. } | Expr::Unsafe { id: Some(block), .. } => self.blocks.push(*block),
            _ => {}
        }
        self.store.visit_expr_children(expr, self);
    }

    fn on_anon_const_expr(&mut self, expr: ExprId) {
        self.found.push((expr, NestedKind::AnonConst));
    }

    fn on_pat(&mut self, pat: PatId) {
        self.store.visit_pat_children(pat, self);
    }

    fn on_type(&mut self, ty: TypeRefId) {
        self.store.visit_type_ref_children(ty, self);
    }
}
