//! The door for a front end that lives in rac's process and lowers bodies on demand.
//!
//! Whoever implements it may know anything; whoever asks knows only ramir, and cannot tell its bodies from exported ones.

use super::error::Result;
use super::store::Store;
use ramir::{Body, DefId};
use std::path::PathBuf;

/// A body and the constants that were promoted out of it.
pub struct ProvidedBody {
    pub body: Body,
    pub promoted: Vec<Body>,
}

/// A source of the local crate's bodies.
pub trait BodyProvider: Send + Sync {
    /// The body of `def`, complete in the sense of rustc's runtime MIR. `None`: the definition is none of the provider's
    /// business, and the exported body is used. An error: it is, and the provider cannot lower it.
    ///
    /// Asked from any thread, now and then twice for one definition; must not ask `store` for bodies of the local crate.
    fn body(&self, store: &Store, def: DefId) -> Result<Option<ProvidedBody>>;
}

/// A front end that can be started on a crate.
pub trait Analysis {
    /// `store` has the exported items of the crate and of all its dependencies.
    fn start(&self, input: &AnalysisInput, store: &Store) -> Result<Box<dyn BodyProvider>>;
}

/// The crate that an analysis is to lower, as the command line describes it.
#[derive(Clone, Debug)]
pub struct AnalysisInput {
    /// The root source file.
    pub source: PathBuf,
    pub crate_name: String,
    /// `2015`, `2018`, `2021` or `2024`.
    pub edition: String,
    /// The active configuration, as `rustc --print cfg` prints it: `name` or `name="value"`.
    pub cfg: Vec<String>,
    pub sysroot: PathBuf,
    /// The directory `library` of rustc's sources.
    pub library_source: PathBuf,
    pub overflow_checks: bool,
}
