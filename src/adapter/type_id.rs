//! `TypeId`: rustc's 128-bit stable hash of a type. Semantics: `HashStable for Ty` in `rustc_middle::ty::impls_ty`,
//! `rustc_type_ir`'s derived order of fields, `rustc_data_structures::stable_hasher`.

use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::Ty;

#[derive(Default)]
pub struct Cache {
    hashes: Memo<Ty, u128>,
}

impl Tcx {
    /// `tcx.type_id_hash(ty)`, for a concrete type.
    pub fn type_id_hash(&self, ty: Ty) -> Result<u128> {
        self.type_ids.hashes.get_or_try(ty, |_| Err(Error::unsupported("TypeId"))).copied()
    }
}
