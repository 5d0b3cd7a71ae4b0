//! The items of the local crate, entered before the first question: each rust-analyzer definition with the exported one.
//!
//! A name decides where it is the only one of its parent. Where it is not (blocks of one function, `const _`, what macros
//! repeat), the position in the source does, and among what one macro call makes, the order of expansion, in which
//! rustc numbers definitions (`rustc_resolve::def_collector`). What is still uncertain is left out.

use crate::identity::{Def, Identity};
use ra_ap_hir_def::{
    AssocItemId, DefWithBodyId, FunctionId, ImplId, Lookup, ModuleDefId, ModuleId,
    expr_store::Body,
    nameres::{DefMap, crate_def_map},
    signatures::FunctionSignature,
    src::HasSource,
};
use ra_ap_hir_expand::{HirFileId, InFile};
use ra_ap_span::{TextRange, TextSize};
use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};
use ramir::{DefId, DefIndex, DefPathData, ItemData, Span};
use rustc_hash::FxHashMap;

/// The local bodies by definition.
pub type Bodies = FxHashMap<DefId, DefWithBodyId>;

/// Where something stands in the order of expansion.
pub type Order = Vec<(bool, TextSize)>;

/// A definition that is to be found among the exported children of one parent.
pub struct Candidate<T> {
    pub what: T,
    /// `None`: it has no place of its own.
    pub place: Option<InFile<TextRange>>,
}

impl<'a, 'db> Identity<'a, 'db> {
    /// Enters all items, and gives those with bodies.
    pub fn enter_crate(&self) -> Bodies {
        let mut bodies = Bodies::default();
        let map = crate_def_map(self.db, self.local);
        let root = DefId { krate: self.store.local, index: DefIndex(0) };
        self.enter(root, &[(map, map.root_module_id())], &mut bodies);
        bodies
    }

    /// Enters the items of modules or blocks that belong to one definition.
    fn enter(&self, parent: DefId, scopes: &[(&'db DefMap, ModuleId)], bodies: &mut Bodies) {
        let mut named: Vec<(DefPathData, Vec<Candidate<Def>>)> = Vec::new();
        let mut add = |data, what, place| match named.iter_mut().find(|(found, _)| *found == data) {
            Some((_, candidates)) => candidates.push(Candidate { what, place }),
            None => named.push((data, vec![Candidate { what, place }])),
        };
        let mut impls = Vec::new();
        let mut modules = FxHashMap::default();
        for &(map, module) in scopes {
            self.cache.defs.borrow_mut().insert(Def::Module(module), parent);
            let scope = &map[module].scope;
            for (name, child) in &map[module].children {
                modules.insert(*child, map);
                let place = map[*child].declaration_source_range(self.db);
                add(DefPathData::TypeNs(self.sym(name.as_str())), Def::Module(*child), place);
            }
            for decl in scope.declarations() {
                let def = match decl {
                    ModuleDefId::FunctionId(id) => Def::Function(id),
                    ModuleDefId::AdtId(id) => Def::Adt(id),
                    ModuleDefId::TraitId(id) => Def::Trait(id),
                    ModuleDefId::ConstId(id) => Def::Const(id),
                    ModuleDefId::StaticId(id) => Def::Static(id),
                    ModuleDefId::TypeAliasId(id) => Def::TypeAlias(id),
                    _ => continue,
                };
                if let Some(data) = self.path_data(def) {
                    add(data, def, self.place(def));
                }
            }
            for id in scope.unnamed_consts() {
                add(DefPathData::ValueNs(self.sym("_")), Def::Const(id), self.place(Def::Const(id)));
            }
            impls.extend(scope.impls());
        }
        let mut found = Vec::new();
        for (data, candidates) in named {
            let children = self.children(parent, data).unwrap_or_default();
            found.extend(self.pair(&children, candidates));
        }
        self.cache.defs.borrow_mut().extend(found.iter().copied());
        for (def, def_id) in found {
            match def {
                Def::Module(id) => self.enter(def_id, &[(modules[&id], id)], bodies),
                Def::Function(id) => self.enter_function(id, def_id, bodies),
                Def::Const(id) => self.enter_body(id.into(), def_id, bodies),
                Def::Static(id) => self.enter_body(id.into(), def_id, bodies),
                Def::Trait(id) => {
                    let items: Vec<_> = id.trait_items(self.db).items.iter().map(|(_, item)| *item).collect();
                    self.enter_assoc_items(&items, def_id, bodies);
                }
                Def::Adt(_) | Def::TypeAlias(_) | Def::Impl(_) => {}
            }
        }
        self.enter_impls(parent, impls, bodies);
    }

    /// Impls are told apart by their headers, those with one header by their places.
    fn enter_impls(&self, parent: DefId, impls: Vec<ImplId>, bodies: &mut Bodies) {
        let mut by_header: Vec<(Vec<DefId>, Vec<Candidate<ImplId>>)> = Vec::new();
        for id in impls {
            let header = self.impl_candidates(id, parent).unwrap_or_default();
            let candidate = Candidate { what: id, place: self.place(Def::Impl(id)) };
            match by_header.iter_mut().find(|(found, _)| *found == header) {
                Some((_, candidates)) => candidates.push(candidate),
                None => by_header.push((header, vec![candidate])),
            }
        }
        // Headers that are not found are looked at last, among what is left.
        by_header.sort_by_key(|(header, _)| header.is_empty());
        let mut taken = Vec::new();
        for (mut header, candidates) in by_header {
            if header.is_empty() {
                header = self.children(parent, DefPathData::Impl).unwrap_or_default();
                header.retain(|def_id| !taken.contains(def_id));
            }
            for (id, def_id) in self.pair(&header, candidates) {
                taken.push(def_id);
                self.cache.defs.borrow_mut().insert(Def::Impl(id), def_id);
                let items: Vec<_> = id.impl_items(self.db).items.iter().map(|(_, item)| *item).collect();
                self.enter_assoc_items(&items, def_id, bodies);
            }
        }
    }

    fn enter_assoc_items(&self, items: &[AssocItemId], container: DefId, bodies: &mut Bodies) {
        let defs = items.iter().filter_map(|item| match *item {
            AssocItemId::FunctionId(id) => Some(Def::Function(id)),
            AssocItemId::ConstId(id) => Some(Def::Const(id)),
            AssocItemId::TypeAliasId(_) => None,
        });
        let mut named: Vec<(DefPathData, Vec<Candidate<Def>>)> = Vec::new();
        for def in defs {
            let Some(data) = self.path_data(def) else { continue };
            let candidate = Candidate { what: def, place: self.place(def) };
            match named.iter_mut().find(|(found, _)| *found == data) {
                Some((_, candidates)) => candidates.push(candidate),
                None => named.push((data, vec![candidate])),
            }
        }
        for (data, candidates) in named {
            let children = self.children(container, data).unwrap_or_default();
            for (def, def_id) in self.pair(&children, candidates) {
                self.cache.defs.borrow_mut().insert(def, def_id);
                match def {
                    Def::Function(id) => self.enter_function(id, def_id, bodies),
                    Def::Const(id) => self.enter_body(id.into(), def_id, bodies),
                    _ => {}
                }
            }
        }
    }

    fn enter_function(&self, id: FunctionId, def_id: DefId, bodies: &mut Bodies) {
        if FunctionSignature::of(self.db, id).has_body() {
            self.enter_body(id.into(), def_id, bodies);
        }
    }

    fn enter_body(&self, owner: DefWithBodyId, def_id: DefId, bodies: &mut Bodies) {
        bodies.insert(def_id, owner);
        let maps: Vec<_> = Body::of(self.db, owner).blocks(self.db).collect();
        if maps.is_empty() {
            return;
        }
        let nested = self.nested_of(owner, def_id);
        let mut by_parent: Vec<(DefId, Vec<(&DefMap, ModuleId)>)> = Vec::new();
        for (block, map) in maps {
            let parent = nested.blocks.get(&block).copied().unwrap_or(def_id);
            let scope = (map, map.root_module_id());
            match by_parent.iter_mut().find(|(found, _)| *found == parent) {
                Some((_, scopes)) => scopes.push(scope),
                None => by_parent.push((parent, vec![scope])),
            }
        }
        for (parent, scopes) in by_parent {
            self.enter(parent, &scopes, bodies);
        }
    }

    /// Which of the exported definitions each candidate is, as far as that is certain.
    pub fn pair<T>(&self, defs: &[DefId], candidates: Vec<Candidate<T>>) -> Vec<(T, DefId)> {
        if let [def] = defs
            && candidates.len() == 1
        {
            return candidates.into_iter().map(|candidate| (candidate.what, *def)).collect();
        }
        let spans: Vec<Option<Span>> =
            defs.iter().map(|&def| self.store.opt_item(def).ok().flatten().map(|item| item.span)).collect();
        let same_count = defs.len() == candidates.len();
        let mut groups: FxHashMap<Option<(u32, u32, u32)>, Vec<(Order, T)>> = FxHashMap::default();
        let without_places = spans.iter().all(Option::is_none) && same_count;
        for Candidate { what, place } in candidates {
            let position = match place {
                Some(place) if !without_places => self.position(place.file_id, place.value).map(key),
                _ => None,
            };
            if position.is_none() && !without_places {
                continue;
            }
            let order = place.map(|place| self.expansion_order(place.file_id, place.value.start()));
            groups.entry(position).or_default().push((order.unwrap_or_default(), what));
        }
        let mut found = Vec::new();
        for (position, mut group) in groups {
            let at: Vec<_> = (0..defs.len()).filter(|&i| without_places || spans[i].map(key) == position).collect();
            if at.len() == group.len() {
                group.sort_by(|(a, _), (b, _)| a.cmp(b));
                found.extend(group.into_iter().zip(at).map(|((_, what), i)| (what, defs[i])));
            }
        }
        found
    }

    /// Where a definition begins, after its attributes, and where it ends.
    fn place(&self, def: Def) -> Option<InFile<TextRange>> {
        use ra_ap_hir_def::AdtId;
        let db = self.db;
        let node = match def {
            Def::Module(_) => return None,
            Def::Function(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Adt(AdtId::StructId(id)) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Adt(AdtId::EnumId(id)) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Adt(AdtId::UnionId(id)) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Const(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Static(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Trait(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::TypeAlias(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
            Def::Impl(id) => id.lookup(db).source(db).map(|node| node.syntax().clone()),
        };
        Some(node.map(|node| without_attributes(&node)))
    }

    /// The macro calls around something, then its place in the last one's expansion.
    pub fn expansion_order(&self, file: HirFileId, start: TextSize) -> Order {
        let mut order = match file.macro_file() {
            Some(call) => {
                let node = call.loc(self.db).to_node(self.db);
                self.expansion_order(node.file_id, node.value.text_range().start())
            }
            None => Vec::new(),
        };
        if let Some(last) = order.last_mut() {
            last.0 = true;
        }
        order.push((false, start));
        order
    }

    /// Whether the definition has a body in the exported file.
    pub fn has_exported_body(&self, def: DefId) -> bool {
        use ramir::file::Section;
        self.store.krate(def.krate).is_ok_and(|krate| {
            !matches!(self.store.opt_item(def), Ok(Some(item)) if matches!(item.data, ItemData::Ctor(_)))
                && (krate.loaded.has(Section::Bodies, def.index) || krate.loaded.has(Section::CtfeBodies, def.index))
        })
    }
}

fn key(span: Span) -> (u32, u32, u32) {
    (span.file.0, span.line, span.col)
}

/// The node's range without the attributes and comments at its beginning, which rustc does not count to a definition.
pub fn without_attributes(node: &SyntaxNode) -> TextRange {
    let first = node
        .children_with_tokens()
        .find(|child| !child.kind().is_trivia() && !matches!(child.kind(), SyntaxKind::ATTR | SyntaxKind::COMMENT));
    let range = node.text_range();
    first.map_or(range, |first| TextRange::new(first.text_range().start(), range.end()))
}

#[cfg(test)]
mod tests {
    use super::without_attributes;
    use ra_ap_span::Edition;
    use ra_ap_syntax::{AstNode, SourceFile, ast::HasModuleItem};

    #[test]
    fn attributes_and_comments_do_not_belong_to_an_item() {
        let check = |text: &str, expected: &str| {
            let file = SourceFile::parse(text, Edition::Edition2024).tree();
            let item = file.items().next().expect("an item");
            assert_eq!(&text[without_attributes(item.syntax())], expected);
        };
        check("fn f() {}", "fn f() {}");
        check("/// docs\n#[inline] #[cold]\npub fn f() {}", "pub fn f() {}");
        check("#[repr(u8)] // why\nenum E { A }", "enum E { A }");
    }
}
