//! Closures, which have no name: rustc numbers them within the item or closure around them in the order of expansion.
//! What a fragment of source has itself comes first, in source order; then each macro call in it, in the same way.

use crate::identity::{Def, Identity};
use ra_ap_hir_def::{
    BlockId, DefWithBodyId, FunctionId,
    expr_store::{Body, BodySourceMap, ExpressionStore},
    hir::{ClosureKind, Expr, ExprId},
};
use ra_ap_hir_expand::HirFileId;
use ra_ap_hir_ty::{
    InferBodyId,
    db::{InternedClosure, InternedClosureId},
};
use ra_ap_span::TextSize;
use rac::adapter::error::{Error, Result};
use ramir::{DefId, DefPathData};
use rustc_hash::FxHashMap;

impl<'a, 'db> Identity<'a, 'db> {
    /// The definition of a closure in a function of the local crate.
    pub fn closure_def(&self, closure: InternedClosureId<'db>) -> Result<DefId> {
        let InternedClosure { owner, expr, .. } = closure.loc(self.db);
        let InferBodyId::DefWithBodyId(DefWithBodyId::FunctionId(function)) = owner else {
            return Err(Error::unsupported("a closure in a constant"));
        };
        let found = self.closures(function)?.into_iter().find(|(found, ..)| *found == expr);
        found.map(|(_, def, _)| def).ok_or_else(|| Error::unsupported("a closure that rustc does not have"))
    }

    /// The closure that `def` is, with the function around it.
    pub fn local_closure(&self, def: DefId) -> Result<Option<(FunctionId, InternedClosureId<'db>)>> {
        let mut outer = def;
        loop {
            let key = self.store.def_key(outer)?;
            match (key.data, key.parent) {
                (DefPathData::Closure, Some(parent)) => outer = DefId { krate: def.krate, index: parent },
                _ => break,
            }
        }
        let Some(function) = self.local_function(outer)? else { return Ok(None) };
        let found = self.closures(function)?.into_iter().find(|(_, found, _)| *found == def);
        let Some((expr, _, kind)) = found else {
            return Err(Error::unsupported("a closure that rust-analyzer does not find"));
        };
        let owner = InferBodyId::from(function);
        Ok(Some((function, InternedClosureId::new(self.db, InternedClosure { owner, expr, kind }))))
    }

    /// Blocks within closures: the items in them are the closure's.
    pub fn block_parents(&self, owner: DefWithBodyId, def: DefId) -> FxHashMap<BlockId, DefId> {
        let mut parents = FxHashMap::default();
        if let DefWithBodyId::FunctionId(function) = owner
            && let Ok(closures) = self.closures(function)
            && !closures.is_empty()
        {
            let body = Body::of(self.db, owner);
            blocks_below(body, body.root_expr(), def, &closures, &mut parents);
        }
        parents
    }

    fn closures(&self, function: FunctionId) -> Result<Vec<(ExprId, DefId, ClosureKind)>> {
        let (body, map) = Body::with_source_map(self.db, function.into());
        let mut found = Vec::new();
        self.number_closures(body, map, body.root_expr(), self.def_id(Def::Function(function))?, &mut found)?;
        Ok(found)
    }

    /// Numbers the closures below `root`, whose definitions are children of `parent`.
    fn number_closures(
        &self,
        store: &ExpressionStore,
        map: &BodySourceMap,
        root: ExprId,
        parent: DefId,
        found: &mut Vec<(ExprId, DefId, ClosureKind)>,
    ) -> Result<()> {
        let mut own = Vec::new();
        closures_below(store, root, &mut own);
        let mut keyed = Vec::new();
        for closure in own {
            let source = map.expr_syntax(closure.0).map_err(|_| Error::unsupported("a closure that is not in the source"))?;
            keyed.push((self.expansion_order(source.file_id, source.value.text_range().start()), closure));
        }
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        let own: Vec<_> = keyed.into_iter().map(|(_, closure)| closure).collect();
        let defs = self.children(parent, DefPathData::Closure)?;
        if defs.len() != own.len() {
            return Err(Error::unsupported(format!(
                "{} closures where rustc has {}: their order is not certain",
                own.len(),
                defs.len()
            )));
        }
        for ((expr, kind, body), def) in own.into_iter().zip(defs) {
            found.push((expr, def, kind));
            self.number_closures(store, map, body, def, found)?;
        }
        Ok(())
    }

    /// Where something stands: the macro calls around it, then its place in the last one's expansion.
    fn expansion_order(&self, file: HirFileId, start: TextSize) -> Vec<(bool, TextSize)> {
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
}

/// The closures in an expression, in source order, without those within them.
fn closures_below(store: &ExpressionStore, expr: ExprId, found: &mut Vec<(ExprId, ClosureKind, ExprId)>) {
    if let Expr::Closure { body, closure_kind, .. } = &store[expr] {
        found.push((expr, *closure_kind, *body));
        return;
    }
    store.walk_child_exprs(expr, |child| closures_below(store, child, found));
}

fn blocks_below(
    store: &ExpressionStore,
    expr: ExprId,
    mut parent: DefId,
    closures: &[(ExprId, DefId, ClosureKind)],
    found: &mut FxHashMap<BlockId, DefId>,
) {
    match &store[expr] {
        Expr::Closure { .. } => {
            if let Some((_, def, _)) = closures.iter().find(|(closure, ..)| *closure == expr) {
                parent = *def;
            }
        }
        Expr::Block { id: Some(block), .. } | Expr::Unsafe { id: Some(block), .. } => {
            found.insert(*block, parent);
        }
        _ => {}
    }
    store.walk_child_exprs(expr, |child| blocks_below(store, child, parent, closures, found));
}
