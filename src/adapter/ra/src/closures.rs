//! Closures, which have no name: both compilers number them in source order within the item or closure around them.

use crate::identity::{Def, Identity};
use ra_ap_hir_def::{
    DefWithBodyId, FunctionId,
    expr_store::{Body, ExpressionStore},
    hir::{ClosureKind, Expr, ExprId},
};
use ra_ap_hir_ty::{
    InferBodyId,
    db::{InternedClosure, InternedClosureId},
};
use rac::adapter::error::{Error, Result};
use ramir::{DefId, DefPathData};

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

    fn closures(&self, function: FunctionId) -> Result<Vec<(ExprId, DefId, ClosureKind)>> {
        let body = Body::of(self.db, function.into());
        let mut found = Vec::new();
        self.number_closures(body, body.root_expr(), self.def_id(Def::Function(function))?, &mut found)?;
        Ok(found)
    }

    /// Numbers the closures below `root`, whose definitions are children of `parent`.
    fn number_closures(
        &self,
        store: &ExpressionStore,
        root: ExprId,
        parent: DefId,
        found: &mut Vec<(ExprId, DefId, ClosureKind)>,
    ) -> Result<()> {
        let mut own = Vec::new();
        closures_below(store, root, &mut own);
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
            self.number_closures(store, body, def, found)?;
        }
        Ok(())
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
