//! The local crate's [`ramir::Interface`]: its expanded syntax tree, printed without what dependents cannot see.
//!
//! A function's body is left out, unless it is `const`: its value may be part of a type. What stays of a body are the items in it,
//! since impls hold everywhere.

use crate::rustc::*;
use rustc_ast::mut_visit::{self, FnKind, MutVisitor};
use rustc_ast::visit::AssocCtxt;
use rustc_ast::{
    AttrVec, Block, BlockCheckMode, Const, Crate, DUMMY_NODE_ID, Expr, ExprKind, Fn, Item, ItemKind, NodeId, Stmt, StmtKind,
};
use rustc_ast_pretty::pprust::{PpAnn, print_crate};
use rustc_metadata::creader::CStore;
use rustc_span::{DUMMY_SP, FileName, Span, sym};

/// Must be asked for before the syntax tree is lowered.
pub fn of_local_crate(tcx: TyCtxt<'_>) -> ramir::Interface {
    let mut krate = tcx.resolver_for_lowering().borrow().1.as_ref().clone();
    strip(&mut krate);
    let edition = tcx.sess.edition();
    let name = FileName::Custom("interface".into());
    let attr_ids = &tcx.sess.psess.attr_id_generator;
    let text = print_crate(tcx.sess.source_map(), &krate, name, String::new(), &Plain, false, edition, attr_ids);
    ramir::Interface { edition: edition.to_string(), externs: externs(tcx), text }
}

/// The names of crates that the local crate's paths begin with, and the crates' stable ids, sorted.
pub fn externs(tcx: TyCtxt<'_>) -> Vec<(String, u64)> {
    let store = CStore::from_tcx(tcx);
    let given = tcx.sess.opts.externs.iter().filter_map(|(name, _)| {
        let krate = store.resolved_extern_crate(rustc_span::Symbol::intern(name))?;
        Some((name.clone(), tcx.stable_crate_id(krate).as_u64()))
    });
    // Those that only `extern crate` names, which are looked for in the library path.
    let found = tcx.crates(()).iter().filter(|&&krate| tcx.extern_crate(krate).is_some_and(|how| how.is_direct()));
    let found = found.map(|&krate| (tcx.crate_name(krate).to_string(), tcx.stable_crate_id(krate).as_u64()));
    let mut externs: Vec<(String, u64)> = given.collect();
    for (name, id) in found {
        if !externs.iter().any(|(other, _)| *other == name) {
            externs.push((name, id));
        }
    }
    externs.sort();
    externs
}

struct Plain;

impl PpAnn for Plain {}

fn strip(krate: &mut Crate) {
    // Those without a place rustc puts in: std, and its prelude.
    krate.items.retain(|item| !item.span.is_dummy() && !is_private_macro(item));
    without_docs(&mut krate.attrs);
    Strip.visit_crate(krate);
}

struct Strip;

impl MutVisitor for Strip {
    fn visit_item(&mut self, item: &mut Item) {
        without_docs(&mut item.attrs);
        if let ItemKind::Mod(_, _, rustc_ast::ModKind::Loaded(items, ..)) = &mut item.kind {
            items.retain(|item| !is_private_macro(item));
        }
        mut_visit::walk_item(self, item);
    }

    fn visit_assoc_item(&mut self, item: &mut rustc_ast::AssocItem, ctxt: AssocCtxt) {
        without_docs(&mut item.attrs);
        mut_visit::walk_assoc_item(self, item, ctxt);
    }

    fn visit_field_def(&mut self, field: &mut rustc_ast::FieldDef) {
        without_docs(&mut field.attrs);
        mut_visit::walk_field_def(self, field);
    }

    fn visit_variant(&mut self, variant: &mut rustc_ast::Variant) {
        without_docs(&mut variant.attrs);
        mut_visit::walk_variant(self, variant);
    }

    fn visit_fn(&mut self, kind: FnKind<'_>, _: &AttrVec, _: Span, _: NodeId) {
        match kind {
            FnKind::Fn(_, _, Fn { sig, body: Some(body), .. }) if matches!(sig.header.constness, Const::No) => {
                body.stmts.retain(|stmt| matches!(&stmt.kind, StmtKind::Item(item) if !is_private_macro(item)));
                for stmt in &mut body.stmts {
                    if let StmtKind::Item(item) = &mut stmt.kind {
                        self.visit_item(item);
                    }
                }
                body.stmts.push(never_ends());
            }
            kind => mut_visit::walk_fn(self, kind),
        }
    }
}

fn without_docs(attrs: &mut AttrVec) {
    attrs.retain(|attr| !attr.is_doc_comment());
}

/// Whether the item is a macro by example that nobody uses any more, as all is expanded.
fn is_private_macro(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::MacroDef(_, def) if def.macro_rules)
        && !item.attrs.iter().any(|attr| attr.has_name(sym::macro_export))
}

/// `loop {}`
fn never_ends() -> Stmt {
    let block = Block {
        stmts: Default::default(),
        id: DUMMY_NODE_ID,
        rules: BlockCheckMode::Default,
        span: DUMMY_SP,
        tokens: None,
    };
    let kind = ExprKind::Loop(Box::new(block), None, DUMMY_SP);
    let expr = Expr { id: DUMMY_NODE_ID, kind, span: DUMMY_SP, attrs: AttrVec::new(), tokens: None };
    Stmt { id: DUMMY_NODE_ID, kind: StmtKind::Expr(Box::new(expr)), span: DUMMY_SP }
}
