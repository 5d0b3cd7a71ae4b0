//! Files and directories that become visible complete or not at all.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use tempfile::TempDir;

/// A directory beside `target`, removed on drop unless [`install_dir`] takes it.
pub fn staging_for(target: &Path) -> anyhow::Result<TempDir> {
    let parent = target.parent().with_context(|| format!("{} has no parent", target.display()))?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    tempfile::Builder::new()
        .prefix(&format!("{name}.tmp-"))
        .tempdir_in(parent)
        .with_context(|| format!("cannot make a temporary directory in {}", parent.display()))
}

/// Renames `staging` to `target`, which is replaced if it exists.
pub fn install_dir(staging: TempDir, target: &Path) -> anyhow::Result<()> {
    if target.symlink_metadata().is_ok() {
        let old = staging_for(target)?;
        fs::rename(target, old.path().join("old")).with_context(|| format!("cannot replace {}", target.display()))?;
    }
    // A temporary directory is private to its maker; what is installed is not.
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(staging.path(), mode)
        .with_context(|| format!("cannot open up {}", staging.path().display()))?;
    fs::rename(staging.path(), target).with_context(|| format!("cannot install {}", target.display()))?;
    // The rename moved it; there is nothing left to remove.
    let _moved = staging.keep();
    Ok(())
}

/// Puts `from` at `to` by a hard link, or by a copy across file systems; the old `to` is replaced by one rename.
pub fn install_file(from: &Path, to: &Path) -> anyhow::Result<()> {
    let staging = staging_for(to)?;
    let temporary = staging.path().join("file");
    link_or_copy(from, &temporary)?;
    fs::rename(&temporary, to).with_context(|| format!("cannot write {}", to.display()))
}

/// As `install_file`, for a file that its maker may write over in place, and with it every hard link. Does nothing if
/// `to` was copied from `from` as it now is.
pub fn refresh_copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let metadata = from.metadata().with_context(|| format!("cargo built no {}", from.display()))?;
    if let Ok(copy) = to.metadata()
        && copy.len() == metadata.len()
        && metadata.modified()? <= copy.modified()?
    {
        return Ok(());
    }
    let staging = staging_for(to)?;
    let temporary = staging.path().join("file");
    fs::copy(from, &temporary).with_context(|| format!("cannot copy {}", from.display()))?;
    fs::rename(&temporary, to).with_context(|| format!("cannot write {}", to.display()))
}

/// As `install_file`, for a destination that is not visible yet.
pub fn link_or_copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    if fs::hard_link(from, to).is_err() {
        fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}
