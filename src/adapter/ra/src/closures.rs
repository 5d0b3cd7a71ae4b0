//! Closures and inline constants, which have no name: rustc numbers them within what is around them in the order of expansion.
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
    db::{InternedClosure, InternedClosureId, InternedCoroutineId},
};
use ra_ap_span::TextSize;
use rac::adapter::error::{Error, Result};
use ramir::{DefId, DefPathData, ItemData};
use rustc_hash::FxHashMap;

impl<'a, 'db> Identity<'a, 'db> {
    /// The definition of a closure in a function of the local crate.
    pub fn closure_def(&self, closure: InternedClosureId<'db>) -> Result<DefId> {
        let InternedClosure { owner, expr, .. } = closure.loc(self.db);
        let InferBodyId::DefWithBodyId(DefWithBodyId::FunctionId(function)) = owner else {
            return Err(Error::unsupported("a closure in a constant"));
        };
        let found = self.closures(function)?.closures.into_iter().find(|(found, ..)| *found == expr);
        found.map(|(_, def, _)| def).ok_or_else(|| Error::unsupported("a closure that rustc does not have"))
    }

    /// The definition of a coroutine, an async block among them.
    pub fn coroutine_def(&self, coroutine: InternedCoroutineId<'db>) -> Result<DefId> {
        let InternedClosure { owner, expr, .. } = coroutine.loc(self.db);
        let InferBodyId::DefWithBodyId(DefWithBodyId::FunctionId(function)) = owner else {
            return Err(Error::unsupported("a coroutine in a constant"));
        };
        let found = self.closures(function)?.closures.into_iter().find(|(found, ..)| *found == expr);
        found.map(|(_, def, _)| def).ok_or_else(|| Error::unsupported("a coroutine that rustc does not have"))
    }

    /// The item around closures, coroutines and inline constants, whose parameters they have.
    pub fn item_around(&self, def: DefId) -> Result<DefId> {
        let mut outer = def;
        while let &ramir::DefKey { data: DefPathData::Closure | DefPathData::AnonConst, parent: Some(parent), .. } =
            self.store.def_key(outer)?
        {
            outer = DefId { krate: def.krate, index: parent };
        }
        Ok(outer)
    }

    /// The definition of the `const { .. }` that `expr` of a local function is.
    pub fn inline_const_def(&self, function: FunctionId, expr: ExprId) -> Result<DefId> {
        let found = self.closures(function)?.consts.into_iter().find(|(found, _)| *found == expr);
        found.map(|(_, def)| def).ok_or_else(|| Error::unsupported("an inline constant that rustc does not have"))
    }

    /// The closure that `def` is, with the function around it. In a coroutine, whose body is rustc's, a closure's is too.
    pub fn local_closure(&self, def: DefId) -> Result<Option<(FunctionId, InternedClosureId<'db>)>> {
        let mut outer = def;
        loop {
            let key = self.store.def_key(outer)?;
            let (DefPathData::Closure, Some(parent)) = (key.data, key.parent) else { break };
            outer = DefId { krate: def.krate, index: parent };
            if let ItemData::Closure(item) = &self.store.item(outer)?.data
                && item.coroutine.is_some()
            {
                return Ok(None);
            }
        }
        let Some(function) = self.local_function(outer)? else { return Ok(None) };
        let found = self.closures(function)?.closures.into_iter().find(|(_, found, _)| *found == def);
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
            && let Ok(found) = self.closures(function)
            && !(found.closures.is_empty() && found.consts.is_empty())
        {
            let body = Body::of(self.db, owner);
            blocks_below(body, body.root_expr(), def, &found, &mut parents);
        }
        parents
    }

    fn closures(&self, function: FunctionId) -> Result<Nameless> {
        let (body, map) = Body::with_source_map(self.db, function.into());
        let mut found = Nameless::default();
        self.number_closures(body, map, body.root_expr(), self.def_id(Def::Function(function))?, &mut found)?;
        Ok(found)
    }

    /// Numbers the closures and inline constants below `root`, whose definitions are children of `parent`.
    fn number_closures(
        &self,
        store: &ExpressionStore,
        map: &BodySourceMap,
        root: ExprId,
        parent: DefId,
        found: &mut Nameless,
    ) -> Result<()> {
        let mut own = Below::default();
        nameless_below(store, root, &mut own);
        let consts = self.in_expansion_order(map, own.consts, |(expr, _)| *expr)?;
        let mut defs = self.children(parent, DefPathData::AnonConst)?;
        // Other anonymous constants have no parameter for their type.
        let is_inline = |def: &DefId| self.store.item(*def).is_ok_and(|item| !item.generics.own_params.is_empty());
        defs.retain(|def| is_inline(def));
        if defs.len() != consts.len() {
            return Err(Error::unsupported(format!(
                "{} inline constants where rustc has {}",
                consts.len(),
                defs.len()
            )));
        }
        for ((expr, inner), def) in consts.into_iter().zip(defs) {
            found.consts.push((expr, def));
            self.number_closures(store, map, inner, def, found)?;
        }
        let own = self.in_expansion_order(map, own.closures, |(expr, ..)| *expr)?;
        let defs = self.children(parent, DefPathData::Closure)?;
        if defs.len() != own.len() {
            return Err(Error::unsupported(format!(
                "{} closures where rustc has {}: their order is not certain",
                own.len(),
                defs.len()
            )));
        }
        for ((expr, kind, body), def) in own.into_iter().zip(defs) {
            found.closures.push((expr, def, kind));
            self.number_closures(store, map, body, def, found)?;
        }
        Ok(())
    }

    fn in_expansion_order<T>(&self, map: &BodySourceMap, found: Vec<T>, expr: impl Fn(&T) -> ExprId) -> Result<Vec<T>> {
        // What an `async fn` returns is no expression of the source, and the only closure of its function.
        if found.len() < 2 {
            return Ok(found);
        }
        let mut keyed = Vec::new();
        for it in found {
            let source =
                map.expr_syntax(expr(&it)).map_err(|_| Error::unsupported("a closure that is not in the source"))?;
            keyed.push((self.expansion_order(source.file_id, source.value.text_range().start()), it));
        }
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(keyed.into_iter().map(|(_, it)| it).collect())
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

/// Those of a function, at any depth.
#[derive(Default)]
struct Nameless {
    closures: Vec<(ExprId, DefId, ClosureKind)>,
    consts: Vec<(ExprId, DefId)>,
}

/// Those in an expression, with what is in them.
#[derive(Default)]
struct Below {
    closures: Vec<(ExprId, ClosureKind, ExprId)>,
    consts: Vec<(ExprId, ExprId)>,
}

/// The closures and inline constants in an expression, in source order, without those within them.
fn nameless_below(store: &ExpressionStore, expr: ExprId, found: &mut Below) {
    match &store[expr] {
        Expr::Closure { body, closure_kind, .. } => found.closures.push((expr, *closure_kind, *body)),
        Expr::Const(inner) => found.consts.push((expr, *inner)),
        _ => store.walk_child_exprs(expr, |child| nameless_below(store, child, found)),
    }
}

fn blocks_below(
    store: &ExpressionStore,
    expr: ExprId,
    mut parent: DefId,
    nameless: &Nameless,
    found: &mut FxHashMap<BlockId, DefId>,
) {
    match &store[expr] {
        Expr::Closure { .. } => {
            if let Some((_, def, _)) = nameless.closures.iter().find(|(closure, ..)| *closure == expr) {
                parent = *def;
            }
        }
        Expr::Const(_) => {
            if let Some((_, def)) = nameless.consts.iter().find(|(found, _)| *found == expr) {
                parent = *def;
            }
        }
        Expr::Block { id: Some(block), .. } | Expr::Unsafe { id: Some(block), .. } => {
            found.insert(*block, parent);
        }
        _ => {}
    }
    store.walk_child_exprs(expr, |child| blocks_below(store, child, parent, nameless, found));
}
