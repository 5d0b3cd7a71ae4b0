//! The `.ramir` container: a header, then sections; each section is a table of byte strings, found by position or key.
//!
//! Layout, all integers little-endian: magic `RAMIRv` + format version (`u16`); file length (`u64`); compiler identity
//! (`u32` length, bytes); then for each of [`Section::COUNT`] sections `(offset, length)` as `u64`s and the CRC-32 of the
//! table's index (`u32`). A table is its index and the entries' bytes. The index is the entry count (`u32`), for keyed tables
//! the ascending keys (`u32` each), `count + 1` offsets (`u32`) into the bytes, and the CRC-32 of each entry (`u32` each).
//! The content of entries is bincode with variable-length integers; [`crate::reader`] decodes it.
//!
//! Invariant: a damaged bit is found before anything that depends on it is used: the index is checked when the file is
//! opened, an entry when it is read.

use crate::ids::*;
use crate::interface::Interface;
use crate::interner::Interner;
use crate::item::*;
use crate::mir::*;
use bincode::{Decode, Encode};
use memmap2::Mmap;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 6] = b"RAMIRv";

/// Changes with every change of the model or the container.
pub const FORMAT_VERSION: u16 = 11;

/// Bytes that decoding one entry may claim: a damaged length must not become an allocation of its size.
const DECODE_LIMIT: usize = 1 << 30;

pub(crate) type Config = bincode::config::Configuration<
    bincode::config::LittleEndian,
    bincode::config::Varint,
    bincode::config::Limit<DECODE_LIMIT>,
>;

pub(crate) const CONFIG: Config = bincode::config::standard().with_limit::<DECODE_LIMIT>();

/// Size of a section's entry in the header.
const SECTION_ENTRY: usize = 20;

/// Why a file cannot be used. Every variant names the file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{path}: not a .ramir file")]
    BadMagic { path: PathBuf },
    #[error("{path}: .ramir format {found}, but this rac reads format {FORMAT_VERSION}; export it again")]
    BadVersion { path: PathBuf, found: u16 },
    #[error("{path}: written by `{found}`, but this rac is locked to `{expected}`")]
    BadCompiler { path: PathBuf, found: String, expected: String },
    #[error("{path}: truncated: {found} bytes of {expected}")]
    Truncated { path: PathBuf, found: u64, expected: u64 },
    #[error("{path}: damaged {what}: {detail}")]
    Corrupt { path: PathBuf, what: String, detail: String },
}

const WRONG_CHECKSUM: &str = "wrong checksum";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Section {
    Crates,
    Root,
    Symbols,
    Tys,
    Args,
    Consts,
    Allocs,
    /// What rust-analyzer is told of the crate; one entry or none.
    Interface,
    DefKeys,
    /// The definitions below a definition, where there are any; made from `DefKeys`.
    Children,
    Items,
    /// What code generation compiles (`optimized_mir`).
    Bodies,
    /// What the evaluator runs where it differs from `Bodies` (`mir_for_ctfe`).
    CtfeBodies,
    Promoted,
    /// What drops a coroutine in whatever state it is in (`CoroutineInfo::coroutine_drop`); its argument is `*mut Self`.
    CoroutineDrops,
}

impl Section {
    pub const COUNT: usize = Section::CoroutineDrops as usize + 1;
}

/// A crate that the file refers to; entry 0 is the file's own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CrateDep {
    pub name: String,
    pub stable_crate_id: u64,
    /// rustc's strict version hash, by which a dependency is the one that was compiled against.
    pub svh: [u8; 16],
}

/// Collects a crate and writes its file.
pub struct CrateWriter<'a> {
    pub interner: &'a Interner,
    /// `rustc -V` with the commit hash, as `rac` expects it.
    pub compiler: String,
    /// The crate table: `CrateNum(i)` in the data is entry `i`.
    pub crates: Vec<CrateDep>,
    pub root: CrateRoot,
    pub interface: Option<Interface>,
    pub def_keys: BTreeMap<DefIndex, DefKey>,
    pub items: BTreeMap<DefIndex, Item>,
    pub bodies: BTreeMap<DefIndex, Body>,
    pub ctfe_bodies: BTreeMap<DefIndex, Body>,
    pub promoted: BTreeMap<DefIndex, Vec<Body>>,
    pub coroutine_drops: BTreeMap<DefIndex, Body>,
}

impl CrateWriter<'_> {
    /// Writes the file under a temporary name beside `path`, then renames it: there is never a partial file.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let sections = self.sections().map_err(|e| Error::Corrupt {
            path: path.to_owned(),
            what: "value".into(),
            detail: e.to_string(),
        })?;
        let mut header = Vec::new();
        let header_len = 6 + 2 + 8 + 4 + self.compiler.len() + Section::COUNT * SECTION_ENTRY;
        let total = header_len + sections.iter().map(Table::len).sum::<usize>();
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        header.extend_from_slice(&(total as u64).to_le_bytes());
        header.extend_from_slice(&(self.compiler.len() as u32).to_le_bytes());
        header.extend_from_slice(self.compiler.as_bytes());
        let mut offset = header_len;
        for section in &sections {
            header.extend_from_slice(&(offset as u64).to_le_bytes());
            header.extend_from_slice(&(section.len() as u64).to_le_bytes());
            header.extend_from_slice(&crc32fast::hash(&section.bytes[..section.index_len]).to_le_bytes());
            offset += section.len();
        }
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // As any file that a program writes: the user's umask decides, not tempfile's private mode.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut tmp = builder.tempfile_in(dir).map_err(io)?;
        tmp.write_all(&header).map_err(io)?;
        for section in &sections {
            tmp.write_all(&section.bytes).map_err(io)?;
        }
        tmp.persist(path).map_err(|e| io(e.error))?;
        Ok(())
    }

    fn sections(&self) -> Result<Vec<Table>, bincode::error::EncodeError> {
        let i = self.interner;
        let [symbols, tys, args, consts, allocs] = i.counts().map(|n| n as u32);
        Ok(vec![
            dense(self.crates.iter())?,
            dense(std::iter::once(&self.root))?,
            dense((0..symbols).map(|n| i.str(crate::Symbol(n))))?,
            dense((0..tys).map(|n| i.kind(crate::Ty(n))))?,
            dense((0..args).map(|n| i.args(crate::Args(n))))?,
            dense((0..consts).map(|n| i.const_kind(crate::Const(n))))?,
            dense((0..allocs).map(|n| i.global_alloc(crate::AllocId(n)).expect("every reserved allocation is set")))?,
            dense(self.interface.iter())?,
            keyed(&self.def_keys)?,
            keyed(&self.children())?,
            keyed(&self.items)?,
            keyed(&self.bodies)?,
            keyed(&self.ctfe_bodies)?,
            keyed(&self.promoted)?,
            keyed(&self.coroutine_drops)?,
        ])
    }

    fn children(&self) -> BTreeMap<DefIndex, Vec<DefIndex>> {
        let mut children: BTreeMap<DefIndex, Vec<DefIndex>> = BTreeMap::new();
        for (index, key) in &self.def_keys {
            if let Some(parent) = key.parent {
                children.entry(parent).or_default().push(*index);
            }
        }
        children
    }
}

fn dense<T: Encode>(entries: impl Iterator<Item = T>) -> Result<Table, bincode::error::EncodeError> {
    let (mut offsets, mut bytes) = (vec![0u32], Vec::new());
    for entry in entries {
        bincode::encode_into_std_write(entry, &mut bytes, CONFIG)?;
        offsets.push(offset(&bytes)?);
    }
    Ok(table(&[], &offsets, &bytes))
}

fn keyed<T: Encode>(map: &BTreeMap<DefIndex, T>) -> Result<Table, bincode::error::EncodeError> {
    let (mut keys, mut offsets, mut bytes) = (Vec::new(), vec![0u32], Vec::new());
    for (key, entry) in map {
        bincode::encode_into_std_write(entry, &mut bytes, CONFIG)?;
        keys.push(key.0);
        offsets.push(offset(&bytes)?);
    }
    Ok(table(&keys, &offsets, &bytes))
}

fn offset(bytes: &[u8]) -> Result<u32, bincode::error::EncodeError> {
    u32::try_from(bytes.len()).map_err(|_| bincode::error::EncodeError::Other("a section of more than 4 GiB"))
}

/// A table as it lies in the file.
struct Table {
    bytes: Vec<u8>,
    index_len: usize,
}

impl Table {
    fn len(&self) -> usize {
        self.bytes.len()
    }
}

fn table(keys: &[u32], offsets: &[u32], bytes: &[u8]) -> Table {
    let count = offsets.len() - 1;
    let index_len = index_len(count, !keys.is_empty());
    let mut out = Vec::with_capacity(index_len + bytes.len());
    out.extend_from_slice(&(count as u32).to_le_bytes());
    for n in keys.iter().chain(offsets) {
        out.extend_from_slice(&n.to_le_bytes());
    }
    for i in 0..count {
        let entry = &bytes[offsets[i] as usize..offsets[i + 1] as usize];
        out.extend_from_slice(&crc32fast::hash(entry).to_le_bytes());
    }
    out.extend_from_slice(bytes);
    Table { bytes: out, index_len }
}

fn index_len(count: usize, keyed: bool) -> usize {
    4 * (1 + count + 1 + count + if keyed { count } else { 0 })
}

/// A mapped file whose header has been checked.
pub struct CrateFile {
    path: PathBuf,
    map: Mmap,
    sections: [TableRef; Section::COUNT],
}

#[derive(Clone, Copy, Default)]
struct TableRef {
    /// Start of the table in the file, after its count.
    start: usize,
    /// End of the table in the file.
    end: usize,
    count: usize,
    keyed: bool,
}

impl CrateFile {
    /// Maps `path` and checks that it is whole, of this format, and written by `compiler`.
    pub fn open(path: &Path, compiler: &str) -> Result<CrateFile, Error> {
        let io = |source| Error::Io { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(io)?;
        // SAFETY: .ramir files are written under another name and renamed, never changed in place.
        let map = unsafe { Mmap::map(&file) }.map_err(io)?;
        let path = path.to_owned();
        let bytes = &map[..];
        if bytes.len() < 20 || &bytes[..6] != MAGIC {
            return Err(Error::BadMagic { path });
        }
        let found = u16::from_le_bytes([bytes[6], bytes[7]]);
        if found != FORMAT_VERSION {
            return Err(Error::BadVersion { path, found });
        }
        let corrupt =
            |what: &str| Error::Corrupt { path: path.clone(), what: what.into(), detail: "out of bounds".into() };
        let expected = u64_at(bytes, 8).ok_or_else(|| corrupt("header"))?;
        if expected != bytes.len() as u64 {
            return Err(Error::Truncated { path, found: bytes.len() as u64, expected });
        }
        let name_len = u32_at(bytes, 16).ok_or_else(|| corrupt("header"))? as usize;
        let name = bytes.get(20..20 + name_len).ok_or_else(|| corrupt("header"))?;
        if name != compiler.as_bytes() {
            let found = String::from_utf8_lossy(name).into_owned();
            return Err(Error::BadCompiler { path, found, expected: compiler.into() });
        }
        let mut sections = [TableRef::default(); Section::COUNT];
        for (n, section) in sections.iter_mut().enumerate() {
            let at = 20 + name_len + n * SECTION_ENTRY;
            let (offset, len) = u64_at(bytes, at).zip(u64_at(bytes, at + 8)).ok_or_else(|| corrupt("section table"))?;
            let crc = u32_at(bytes, at + 16).ok_or_else(|| corrupt("section table"))?;
            let (start, end) = (offset as usize, (offset as usize).saturating_add(len as usize));
            let count = u32_at(bytes, start).ok_or_else(|| corrupt("section"))? as usize;
            let keyed = n >= Section::DefKeys as usize;
            let index_len = index_len(count, keyed);
            if end > bytes.len() || start + index_len > end {
                return Err(corrupt("section"));
            }
            if crc32fast::hash(&bytes[start..start + index_len]) != crc {
                return Err(Error::Corrupt { path, what: "section".into(), detail: WRONG_CHECKSUM.into() });
            }
            *section = TableRef { start: start + 4, end, count, keyed };
        }
        Ok(CrateFile { path, map, sections })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many entries a table has.
    pub fn count(&self, section: Section) -> usize {
        self.sections[section as usize].count
    }

    /// The keys of a keyed table, ascending.
    pub fn keys(&self, section: Section) -> impl Iterator<Item = DefIndex> + '_ {
        let table = self.sections[section as usize];
        debug_assert!(table.keyed);
        (0..table.count).map(move |i| DefIndex(self.word(table, i)))
    }

    /// The position of a key in a keyed table.
    pub fn find(&self, section: Section, key: DefIndex) -> Option<usize> {
        let table = self.sections[section as usize];
        let (mut lo, mut hi) = (0, table.count);
        while lo < hi {
            let mid = (lo + hi) / 2;
            match self.word(table, mid).cmp(&key.0) {
                std::cmp::Ordering::Equal => return Some(mid),
                std::cmp::Ordering::Less => lo = mid + 1,
                std::cmp::Ordering::Greater => hi = mid,
            }
        }
        None
    }

    /// The bytes of an entry by position.
    pub fn entry(&self, section: Section, i: usize) -> Result<&[u8], Error> {
        let table = self.sections[section as usize];
        let corrupt = || self.corrupt(section, "entry out of bounds");
        if i >= table.count {
            return Err(corrupt());
        }
        let offsets = if table.keyed { table.count } else { 0 };
        let crcs = offsets + table.count + 1;
        let data = table.start + 4 * (crcs + table.count);
        let lo = data + self.word(table, offsets + i) as usize;
        let hi = data + self.word(table, offsets + i + 1) as usize;
        if hi > table.end || lo > hi {
            return Err(corrupt());
        }
        let bytes = &self.map[lo..hi];
        if crc32fast::hash(bytes) != self.word(table, crcs + i) {
            return Err(self.corrupt(section, WRONG_CHECKSUM));
        }
        Ok(bytes)
    }

    pub(crate) fn corrupt(&self, section: Section, detail: impl ToString) -> Error {
        Error::Corrupt { path: self.path.clone(), what: format!("{section:?}"), detail: detail.to_string() }
    }

    fn word(&self, table: TableRef, i: usize) -> u32 {
        u32_at(&self.map, table.start + 4 * i).expect("checked when the file was opened")
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

#[cfg(test)]
mod tests;
