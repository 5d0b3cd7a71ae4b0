//! Archives: `.rlib` (metadata and objects) and `.a` (the objects of a crate and of all it depends on).
//! Semantics: rustc's `back::link::link_rlib` and `back::archive`.

use super::link::LinkedCrate;
use anyhow::{Context, Result};
use ar_archive_writer::{ArchiveKind, NewArchiveMember, write_archive_to_stream};
use object::read::archive::ArchiveFile;
use std::path::{Path, PathBuf};

/// The member that rustc reads a crate's metadata from.
const METADATA_MEMBER: &str = "lib.rmeta";

/// Writes an rlib.
pub fn write_rlib(out: &Path, metadata: &Path, objects: &[PathBuf]) -> Result<()> {
    let mut members = vec![(METADATA_MEMBER.to_owned(), read(metadata)?)];
    for object in objects {
        members.push((file_name(object), read(object)?));
    }
    write(out, members)
}

/// Writes a static library with everything in it but the system's libraries.
pub fn write_staticlib(out: &Path, objects: &[PathBuf], crates: &[LinkedCrate]) -> Result<()> {
    let mut members = Vec::new();
    for object in objects {
        members.push((file_name(object), read(object)?));
    }
    for krate in crates {
        let bytes = read(&krate.rlib)?;
        let damaged = || format!("cannot read archive `{}`", krate.rlib.display());
        let archive = ArchiveFile::parse(&*bytes).with_context(damaged)?;
        for member in archive.members() {
            let member = member.with_context(damaged)?;
            let name = String::from_utf8_lossy(member.name()).into_owned();
            if name != METADATA_MEMBER {
                members.push((name, member.data(&*bytes).with_context(damaged)?.to_vec()));
            }
        }
    }
    write(out, members)
}

fn write(out: &Path, members: Vec<(String, Vec<u8>)>) -> Result<()> {
    let members: Vec<NewArchiveMember<'_>> = members
        .into_iter()
        .map(|(name, bytes)| NewArchiveMember {
            buf: Box::new(bytes),
            object_reader: &ar_archive_writer::DEFAULT_OBJECT_READER,
            member_name: name,
            mtime: 0,
            uid: 0,
            gid: 0,
            perms: 0o644,
        })
        .collect();
    let mut buffer = std::io::Cursor::new(Vec::new());
    write_archive_to_stream(&mut buffer, &members, ArchiveKind::Gnu, false, None)
        .with_context(|| format!("cannot make archive `{}`", out.display()))?;
    std::fs::write(out, buffer.into_inner()).with_context(|| format!("cannot write `{}`", out.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
