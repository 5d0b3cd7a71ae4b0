//! Patterns whose variables rust-analyzer would drop in another order than rustc.

use ra_ap_hir_def::{
    ExpressionStoreOwnerId,
    expr_store::ExpressionStore,
    hir::{BindingId, Pat, PatId},
};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::error::{Error, Result};

/// An error if the alternatives of a pattern bind in different orders: rustc goes by the first one.
pub fn check(db: &RootDatabase, owner: ExpressionStoreOwnerId) -> Result<()> {
    let (store, _) = ExpressionStore::with_source_map(db, owner);
    for (_, pat) in store.pats() {
        if let Pat::Or(alternatives) = pat {
            let orders: Vec<_> = alternatives.iter().map(|&alternative| bindings(store, alternative)).collect();
            if orders.windows(2).any(|pair| pair[0] != pair[1]) {
                return Err(Error::unsupported("alternatives of a pattern that bind in different orders"));
            }
        }
    }
    Ok(())
}

fn bindings(store: &ExpressionStore, pat: PatId) -> Vec<BindingId> {
    let mut found = Vec::new();
    store.walk_bindings_in_pat(pat, |binding| found.push(binding));
    found
}
