//! rust-analyzer as a front end: its database, its MIR, and the way from there to ramir.
//!
//! The only package that names a `ra_ap_*` crate. It gives `rac::adapter` complete bodies and knows nothing behind it.

use rac::adapter::error::{Error, Result};
use rac::adapter::provider::{Analysis, AnalysisInput, BodyProvider};
use rac::adapter::store::Store;

/// rust-analyzer, to be started on a crate.
pub struct RustAnalyzer;

impl Analysis for RustAnalyzer {
    fn start(&self, input: &AnalysisInput, _store: &Store) -> Result<Box<dyn BodyProvider>> {
        Err(Error::unsupported(format!("rust-analyzer on crate `{}`", input.crate_name)))
    }
}
