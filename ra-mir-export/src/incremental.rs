//! Where rustc's incremental state is kept, and what it hangs on.
//!
//! The state is rustc's own, its dependency graph and the answers to queries (`rustc_incremental::persist`). Each compilation works on a
//! copy, and one that came to its end without errors publishes it by a rename: compilations beside one another, errors and a sudden
//! end leave what was there.
//!
//! It lies in a directory of its own below that of `-C incremental`. A rustc that generates code looks for object files in its state,
//! and answers some queries otherwise; and what one cannot use it removes.
//!
//! Metadata is not a part of it, as it is with rustc: it has to have the same indices of definitions as the `.ramir` file, and those
//! that are made on demand may get others in another order.

use crate::rustc::*;
use anyhow::{Context, Result, ensure};
use rustc_interface::interface::Config;
use std::fs::File;
use std::hash::Hash;
use std::os::fd::AsRawFd;
use std::time::SystemTime;

/// MIR that is optimized and MIR that is not have two directories: who wants one of them and then the other keeps both.
pub fn set_up(config: &mut Config, unoptimized: bool) {
    let Some(mut directory) = config.opts.incremental.take() else { return };
    // What other providers have answered is no answer: another build of this program begins anew.
    let Ok(identity) = identity() else { return };
    directory.push(if unoptimized { "ramir-unoptimized" } else { "ramir" });
    config.opts.incremental = Some(directory);
    config.hash_untracked_state = Some(Box::new(move |_, hasher| identity.hash(hasher)));
}

/// Tells this build from others.
fn identity() -> Result<(u64, SystemTime)> {
    let metadata = std::env::current_exe()?.metadata()?;
    Ok((metadata.len(), metadata.modified()?))
}

/// In a process that was forked: the state stays the other one's. What this one would write into the graph goes nowhere, and the lock
/// ends with the other process.
pub fn leave(tcx: TyCtxt<'_>, null: &File) -> Result<()> {
    let Some(session) = tcx.sess.incr_comp_session_dir_opt().map(|directory| directory.clone()) else { return Ok(()) };
    let directory = session.parent().context("the state has no directory")?;
    let open: Vec<_> = std::fs::read_dir("/proc/self/fd")?.collect::<Result<_, _>>()?;
    for entry in open {
        // The one that lists them is closed by now.
        let Ok(file) = std::fs::read_link(entry.path()) else { continue };
        if file.starts_with(directory) {
            let number = entry.file_name().to_str().and_then(|name| name.parse().ok()).context("a file without a number")?;
            // SAFETY: whoever has the number goes on to write to it, and that is the purpose.
            let result = unsafe { nix::libc::dup2(null.as_raw_fd(), number) };
            ensure!(result == number, "cannot leave `{}`: {}", file.display(), std::io::Error::last_os_error());
        }
    }
    Ok(())
}
