//! The adapter: one [`Tcx`] that answers code generation's questions about types, layouts, ABIs, instances, constants
//! and symbols, from crates in ramir's model.
//!
//! Must not know Cranelift. Nothing outside this module can tell where a body came from. Each query lives in a module
//! of its own, which owns its cache; the query's semantics are rustc's, and the module names the file they are in.

pub mod complete;
pub mod const_eval;
pub mod error;
pub mod fn_abi;
pub mod fold;
pub mod instance;
pub mod layout;
pub mod memo;
pub mod provider;
pub mod resolve;
pub mod shim;
pub mod store;
pub mod symbol;
#[cfg(test)]
pub mod testing;
pub mod ty;
pub mod type_id;
pub mod type_name;
mod unwind;
pub mod upstream;
pub mod vtable;

pub use error::{Error, Result};
pub use instance::{Instance, InstanceKind};
pub use layout::TyAndLayout;

use ramir::Interner;
use std::sync::Arc;

/// What the query results depend on, besides the crates (`rustc_session::Options`).
#[derive(Clone, Debug)]
pub struct Options {
    pub overflow_checks: bool,
    /// `-Z ub-checks`, which follows `-C debug-assertions`.
    pub ub_checks: bool,
    pub panic: PanicStrategy,
    /// Whether generic instances that dependencies export are linked to instead of compiled again
    /// (`-Z share-generics`, rustc's default without optimization).
    pub share_generics: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PanicStrategy {
    Unwind,
    Abort,
}

/// The typing context. `Sync`: code generation asks it from all cores.
pub struct Tcx {
    pub interner: Arc<Interner>,
    pub opts: Options,
    pub store: store::Store,
    pub common: ty::CommonTypes,
    pub(crate) normalized: fold::Cache,
    pub(crate) checked: complete::ub_checks::Cache,
    pub(crate) layouts: layout::Cache,
    pub(crate) fn_abis: fn_abi::Cache,
    pub(crate) resolve: resolve::Cache,
    pub(crate) consts: const_eval::Cache,
    pub(crate) shims: shim::Cache,
    pub(crate) symbols: symbol::Cache,
    pub(crate) type_ids: type_id::Cache,
    pub(crate) upstream: upstream::Cache,
    pub(crate) vtables: vtable::Cache,
}

/// How code after the adapter holds the context, as rustc writes it.
pub type TyCtxt<'tcx> = &'tcx Tcx;

impl Tcx {
    pub fn new(store: store::Store, opts: Options) -> Tcx {
        let interner = store.interner().clone();
        Tcx {
            common: ty::CommonTypes::new(&interner),
            interner,
            opts,
            store,
            normalized: Default::default(),
            checked: Default::default(),
            layouts: Default::default(),
            fn_abis: Default::default(),
            resolve: Default::default(),
            consts: Default::default(),
            shims: Default::default(),
            symbols: Default::default(),
            type_ids: Default::default(),
            upstream: Default::default(),
            vtables: Default::default(),
        }
    }
}

impl std::ops::Deref for Tcx {
    type Target = Interner;
    fn deref(&self) -> &Interner {
        &self.interner
    }
}
