//! What the slots of a vtable are. Semantics: `rustc_trait_selection::traits::vtable`.

use super::memo::Memo;
use super::{Error, Instance, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    entries: Memo<(Ty, Ty), Vec<VtblEntry>>,
}

/// A vtable's slot, after drop, size and align which come first as slots of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VtblEntry {
    MetadataDropInPlace,
    MetadataSize,
    MetadataAlign,
    /// A method that cannot be called through `dyn`.
    Vacant,
    Method(Instance),
    /// The vtable of a supertrait that is not a prefix of this one.
    TraitVPtr(TraitRef),
}

impl Tcx {
    /// All slots of the vtable of `ty` for `dyn_ty`.
    pub fn vtable_entries(&self, ty: Ty, dyn_ty: Ty) -> Result<&[VtblEntry]> {
        self.vtables.entries.get_or_try((ty, dyn_ty), |_| Err(Error::unsupported("vtable"))).map(Vec::as_slice)
    }
}
