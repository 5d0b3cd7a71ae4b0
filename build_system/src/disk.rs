//! Free space, asked before a long step instead of failing in the middle of it.

use std::path::Path;

use anyhow::{Context as _, bail};

const GIB: u64 = 1 << 30;

/// Fails with one line unless `gib` GiB are free on the file system of `dir`.
pub fn require(dir: &Path, gib: u64, what: &str) -> anyhow::Result<()> {
    let stat = nix::sys::statvfs::statvfs(dir)
        .with_context(|| format!("cannot ask for the free space of {}", dir.display()))?;
    let free = stat.blocks_available() * stat.fragment_size();
    if free < gib * GIB {
        bail!(
            "{what} needs {gib} GiB free in {}, and there are {:.1}: free some, or set RAC_CACHE to a directory elsewhere",
            dir.display(),
            free as f64 / GIB as f64,
        );
    }
    Ok(())
}
