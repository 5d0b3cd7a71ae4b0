//! Symbol names: v0 mangling, equal to rustc's. Semantics: `rustc_symbol_mangling`, RFC 2603.

use super::memo::Memo;
use super::{Error, Instance, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    names: Memo<(Instance, Option<CrateNum>), String>,
}

impl Tcx {
    /// The symbol of an instance. Generic instances name the crate that instantiates them: the local one, or with
    /// `upstream` the dependency whose copy is linked to.
    pub fn symbol_name(&self, instance: Instance, upstream: Option<CrateNum>) -> Result<&str> {
        self.symbols
            .names
            .get_or_try((instance, upstream), |_| Err(Error::unsupported("symbol")))
            .map(String::as_str)
    }

    /// The symbol of a static.
    pub fn static_symbol_name(&self, def: DefId) -> Result<&str> {
        self.symbol_name(Instance::new(def, Args::EMPTY), None)
    }
}
