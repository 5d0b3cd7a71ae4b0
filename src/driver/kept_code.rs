//! Machine code that is kept from one compilation of a crate to the next (`-C incremental=DIR`), beside what the front end keeps.
//!
//! It lies in `DIR/machine-code`, a file for each crate, which is read whole or not at all and replaced by a rename. Compilations beside
//! one another replace it in any order: whatever is found there is right, or of no use.

use super::options::Session;
use super::output::write_whole;
use crate::CodeCache;
use crate::adapter::store::Store;
use anyhow::{Context, Result};
use std::path::PathBuf;

pub struct KeptCode {
    file: PathBuf,
    pub cache: CodeCache,
}

impl KeptCode {
    /// What there is of the crate that `store` has opened; `None` if nothing is to be kept.
    pub fn open(session: &Session, store: &Store) -> Option<KeptCode> {
        let krate = store.crate_dep(store.local);
        let name = format!("{}-{:016x}", krate.name, krate.stable_crate_id);
        let file = session.incremental.as_ref()?.join("machine-code").join(name);
        // The first compilation finds none.
        let cache = CodeCache::decode(std::fs::read(&file).unwrap_or_default());
        Some(KeptCode { file, cache })
    }

    /// Leaves the next compilation what this one has used.
    pub fn keep(&self) -> Result<()> {
        let Some(bytes) = self.cache.encode() else { return Ok(()) };
        let directory = self.file.parent().context("no directory to keep machine code in")?;
        std::fs::create_dir_all(directory).with_context(|| format!("cannot make `{}`", directory.display()))?;
        write_whole(&self.file, &bytes)
    }
}
