//! The specialization graph: which impl is more specific, and which impl or trait defines an associated item.
//! Semantics: `rustc_middle::traits::specialization_graph`, `rustc_trait_selection::traits::specialize::translate_args`.

use super::select::SelectionContext;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

impl Tcx {
    /// Whether impl `child` specializes impl `parent`, directly or not.
    pub(super) fn specializes(&self, child: DefId, parent: DefId) -> Result<bool> {
        let mut at = self.impl_def(child)?.specialization_parent;
        while let Some(def) = at {
            if def == parent {
                return Ok(true);
            }
            at = self.impl_def(def)?.specialization_parent;
        }
        Ok(false)
    }

    /// The arguments of `def`'s own parameters, put after `parent_args` instead of those of `from`, its trait.
    pub(super) fn rebase(&self, args: Args, from: DefId, parent_args: Args) -> Result<Args> {
        let skip = self.store.item(from)?.generics.count();
        let own = self.args(args).get(skip..).unwrap_or(&[]);
        if own.is_empty() {
            return Ok(parent_args);
        }
        let all: Vec<_> = self.args(parent_args).iter().chain(own).copied().collect();
        Ok(self.mk_args(&all))
    }
}

impl SelectionContext<'_> {
    /// The most specific definition of `trait_item` for impl `impl_def`, starting from it, with its arguments. `args`
    /// are those of the trait's item.
    pub(super) fn leaf_def(
        &mut self,
        trait_def: DefId,
        trait_item: DefId,
        args: Args,
        impl_def: DefId,
        impl_args: Args,
    ) -> Result<(DefId, Args)> {
        let tcx = self.tcx;
        let mut node = Some(impl_def);
        while let Some(def) = node {
            let header = tcx.impl_def(def)?;
            if let Some(item) = header.items.iter().find(|item| item.trait_item == Some(trait_item)) {
                let node_args = if def == impl_def {
                    impl_args
                } else {
                    let trait_len = tcx.store.item(trait_def)?.generics.count();
                    let goal_args = tcx.mk_args(&tcx.args(args)[..trait_len]);
                    let goal = TraitRef { def_id: trait_def, args: goal_args };
                    let (node_args, _) = self
                        .match_impl(def, goal)?
                        .ok_or_else(|| Error::missing("the impl that a specialization refines"))?;
                    node_args
                };
                return Ok((item.def_id, tcx.rebase(args, trait_def, node_args)?));
            }
            node = header.specialization_parent;
        }
        Ok((trait_item, args))
    }
}
