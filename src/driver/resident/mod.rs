//! The resident process: an executable with an analysis, which loads the standard library once and then compiles for many
//! clients, each in a child that it forks.
//!
//! A child starts with the library analysed, whatever happens to it ends with it, and what it allocates is gone when it ends. So
//! a client hands over all that a compilation depends on: arguments, environment, working directory, limits, and its standard
//! streams. Knows processes and sockets, nothing of what an analysis does.
//!
//! Invariant: the resident process has one thread whenever it forks.

mod client;
mod job;
mod keeper;
mod request;
mod server;

pub use client::{Answer, compile};
pub use server::serve;

use super::toolchain::{self, Toolchain};
use anyhow::{Context, Result, ensure};
use nix::unistd::Uid;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Where one kind of resident process is found, and what tells it from others.
struct Address {
    /// The executable that has the analysis.
    executable: PathBuf,
    sysroot: PathBuf,
    socket: PathBuf,
}

impl Address {
    /// The address for this user, this build of rac and this toolchain. Another build at the same path has another address.
    fn new(toolchain: &Toolchain) -> Result<Address> {
        let executable = toolchain::rac_ra()?;
        let metadata = executable.metadata().with_context(|| format!("cannot read `{}`", executable.display()))?;
        let mut hasher = FxHasher::default();
        executable.hash(&mut hasher);
        (metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()).hash(&mut hasher);
        toolchain.sysroot.hash(&mut hasher);
        toolchain.library_source()?.hash(&mut hasher);
        let socket = directory()?.join(format!("{:016x}.sock", hasher.finish()));
        Ok(Address { executable, sysroot: toolchain.sysroot.clone(), socket })
    }

    /// Held by who starts the process.
    fn lock(&self) -> PathBuf {
        self.socket.with_extension("lock")
    }

    /// What the process writes to standard error.
    fn log(&self) -> PathBuf {
        self.socket.with_extension("log")
    }
}

/// A directory that only this user can enter, made if it is not there.
fn directory() -> Result<PathBuf> {
    let directory = match std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
        Some(runtime) if runtime.is_absolute() && runtime.is_dir() => runtime.join("rac"),
        _ => std::env::temp_dir().join(format!("rac-{}", Uid::current())),
    };
    match std::fs::DirBuilder::new().mode(0o700).create(&directory) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| format!("cannot make `{}`", directory.display()));
        }
        _ => {}
    }
    check_private(&directory)?;
    Ok(directory)
}

/// In a directory that is shared, the name can have been taken by somebody else.
fn check_private(directory: &Path) -> Result<()> {
    let metadata =
        directory.symlink_metadata().with_context(|| format!("cannot read `{}`", directory.display()))?;
    let private = metadata.is_dir()
        && metadata.uid() == Uid::current().as_raw()
        && metadata.permissions().mode() & 0o077 == 0;
    ensure!(private, "`{}` is not this user's alone: rac does not use it", directory.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_directory_that_others_can_enter_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let mode = |mode| std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(mode)).unwrap();
        mode(0o700);
        assert!(super::check_private(directory.path()).is_ok());
        mode(0o755);
        assert!(super::check_private(directory.path()).is_err());
        let link = directory.path().join("link");
        mode(0o700);
        std::os::unix::fs::symlink(directory.path(), &link).unwrap();
        assert!(super::check_private(&link).is_err());
    }
}
