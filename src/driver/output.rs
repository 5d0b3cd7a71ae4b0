//! Output files: written under another name, moved into place when complete, removed when rac is interrupted.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// Directories to remove if a signal ends rac. A signal handler has no other way to reach them.
static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From here on, Ctrl-C removes scratch directories and ends rac with the shell's code for an interrupt.
pub fn remove_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        if let Ok(dirs) = SCRATCH.lock() {
            for dir in dirs.iter() {
                // The process ends whether or not this succeeds.
                let _ = std::fs::remove_dir_all(dir);
            }
        }
        eprintln!("error: interrupted");
        std::process::exit(130);
    })
    .context("cannot install the interrupt handler")
}

/// A directory for intermediate files, on the file system of the output, so that a rename completes it.
pub struct Scratch(TempDir);

impl Scratch {
    /// `beside` is the output that will be made.
    pub fn new(beside: &Path) -> Result<Scratch> {
        let parent = match beside.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let dir = tempfile::Builder::new()
            .prefix(".rac-")
            .tempdir_in(parent)
            .with_context(|| format!("cannot write to directory `{}`", parent.display()))?;
        if let Ok(mut dirs) = SCRATCH.lock() {
            dirs.push(dir.path().to_owned());
        }
        Ok(Scratch(dir))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Moves a finished file to where the user wants it. The null device swallows it.
    pub fn publish(&self, from: &Path, to: &Path) -> Result<()> {
        if to == Path::new("/dev/null") {
            return Ok(());
        }
        std::fs::rename(from, to).with_context(|| format!("cannot write `{}`", to.display()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Ok(mut dirs) = SCRATCH.lock() {
            dirs.retain(|dir| dir != self.0.path());
        }
    }
}

/// Writes a file so that it is there whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let scratch = Scratch::new(path)?;
    let tmp = scratch.path("out");
    std::fs::write(&tmp, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    scratch.publish(&tmp, path)
}
