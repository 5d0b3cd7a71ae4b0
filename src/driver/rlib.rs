//! Archives: `.rlib` (metadata and objects) and `.a` (the objects of a crate and of all it depends on).
//! Semantics: rustc's `back::link::link_rlib` and `back::archive`.

use anyhow::{Context, Result};
use ar_archive_writer::{ArchiveKind, NewArchiveMember, write_archive_to_stream};
use object::read::archive::ArchiveFile;
use object::write::{Object, StandardSection, Symbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionFlags, SectionKind, SymbolFlags, SymbolKind, SymbolScope, elf};
use std::path::{Path, PathBuf};

/// The member that rustc reads a crate's metadata from.
const METADATA_MEMBER: &str = "lib.rmeta";
/// The mark and version that metadata begins with, and the section with it in a shared library.
const METADATA_HEADER_SIZE: usize = 8;

/// Writes an rlib; the members of the archives in `bundled` become its own.
pub fn write_rlib(out: &Path, metadata: &Path, objects: &[PathBuf], bundled: &[PathBuf]) -> Result<()> {
    // Wrapped, so that a linker that is to take all of an archive can.
    let wrapped = wrap(".rmeta", &read(metadata)?, elf::SHF_EXCLUDE.into(), None)?;
    let mut members = vec![(METADATA_MEMBER.to_owned(), wrapped)];
    for object in objects {
        members.push((file_name(object), read(object)?));
    }
    for archive in bundled {
        add_members(&mut members, archive)?;
    }
    write(out, members)
}

/// Writes a static library with everything in it but the system's libraries.
pub fn write_staticlib(out: &Path, objects: &[PathBuf], rlibs: &[PathBuf], bundled: &[PathBuf]) -> Result<()> {
    let mut members = Vec::new();
    for object in objects {
        members.push((file_name(object), read(object)?));
    }
    for archive in rlibs.iter().chain(bundled) {
        add_members(&mut members, archive)?;
    }
    write(out, members)
}

/// Writes the object file by which a shared library has its metadata.
pub fn write_dylib_metadata(out: &Path, metadata: &Path, symbol: &str) -> Result<()> {
    let metadata = read(metadata)?;
    let header = metadata.get(..METADATA_HEADER_SIZE).context("the crate's metadata is cut off")?;
    let mut bytes = header.to_vec();
    bytes.extend((metadata.len() as u64).to_le_bytes());
    bytes.extend(&metadata);
    let object = wrap(".rustc", &bytes, 0, Some(symbol))?;
    std::fs::write(out, object).with_context(|| format!("cannot write `{}`", out.display()))
}

/// Writes an object file that defines symbols and has nothing in it.
pub fn write_stub_object(out: &Path, symbols: &[&str]) -> Result<()> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let section = object.section_id(StandardSection::Text);
    object.append_section_data(section, &[0xcc], 1);
    for symbol in symbols {
        object.add_symbol(Symbol {
            name: symbol.as_bytes().to_vec(),
            value: 0,
            size: 1,
            kind: SymbolKind::Text,
            scope: SymbolScope::Dynamic,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
    }
    let bytes = object.write().context("cannot make a library's stub")?;
    std::fs::write(out, bytes).with_context(|| format!("cannot write `{}`", out.display()))
}

/// An object file with bytes in a section that is not loaded.
fn wrap(section: &str, bytes: &[u8], flags: u64, symbol: Option<&str>) -> Result<Vec<u8>> {
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let id = object.add_section(Vec::new(), section.as_bytes().to_vec(), SectionKind::ReadOnlyData);
    object.section_mut(id).flags = SectionFlags::Elf { sh_flags: flags };
    object.append_section_data(id, bytes, 1);
    if let Some(symbol) = symbol {
        object.add_symbol(Symbol {
            name: symbol.as_bytes().to_vec(),
            value: 0,
            size: bytes.len() as u64,
            kind: SymbolKind::Data,
            scope: SymbolScope::Dynamic,
            weak: false,
            section: SymbolSection::Section(id),
            flags: SymbolFlags::None,
        });
    }
    object.write().context("cannot wrap the crate's metadata")
}

fn add_members(members: &mut Vec<(String, Vec<u8>)>, path: &Path) -> Result<()> {
    let bytes = read(path)?;
    let damaged = || format!("cannot read archive `{}`", path.display());
    let archive = ArchiveFile::parse(&*bytes).with_context(damaged)?;
    for member in archive.members() {
        let member = member.with_context(damaged)?;
        let name = String::from_utf8_lossy(member.name()).into_owned();
        if name != METADATA_MEMBER {
            members.push((name, member.data(&*bytes).with_context(damaged)?.to_vec()));
        }
    }
    Ok(())
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
