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

/// What to compile for an instance: a body, and the arguments to substitute into it.
#[derive(Clone, Copy, Debug)]
pub struct InstanceBody<'tcx> {
    pub body: &'tcx Body,
    /// The instance's arguments for a written body. A shim is built for its instance, in concrete types: nothing is
    /// left to substitute, and this is [`Args::EMPTY`].
    pub args: Args,
}

impl Tcx {
    /// The body to compile for an instance.
    pub fn instance_mir(&self, instance: Instance) -> Result<InstanceBody<'_>> {
        match instance.def {
            InstanceKind::Item(def) => Ok(InstanceBody {
                body: self
                    .store
                    .body(def)?
                    .ok_or_else(|| Error::missing(format!("body of {}", self.store.def_path_str(def))))?,
                args: instance.args,
            }),
            kind => Ok(InstanceBody {
                body: self.shims.bodies.get_or_try((kind, instance.args), |(kind, _)| {
                    Err(Error::unsupported(format!("shim {kind:?}")))
                })?,
                args: Args::EMPTY,
            }),
        }
    }
}
