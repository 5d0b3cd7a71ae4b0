//! Bodies that nobody wrote: drop glue, clone, function-pointer and closure adapters, constructors.
//! Semantics: `rustc_mir_transform::{shim, elaborate_drop}`.

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    bodies: Memo<InstanceKindKey, Body>,
}

type InstanceKindKey = (InstanceKind, Args);

impl Tcx {
    /// The body to compile for an instance. It is in terms of the instance's `args` (substitute them) for written items
    /// and for shims alike.
    pub fn instance_mir(&self, instance: Instance) -> Result<&Body> {
        match instance.def {
            InstanceKind::Item(def) => self
                .store
                .body(def)?
                .ok_or_else(|| Error::missing(format!("body of {}", self.store.def_path_str(def)))),
            kind => self.shims.bodies.get_or_try((kind, instance.args), |(kind, _)| {
                Err(Error::unsupported(format!("shim {kind:?}")))
            }),
        }
    }
}
