//! Decoding of a mapped crate into an [`Interner`]: file-local numbers become global ids on the way.
//!
//! Each table entry is decoded when it is first asked for. Types, arguments, constants and names are mapped once;
//! items and bodies are decoded at each call, and whoever calls keeps them.

use crate::alloc::*;
use crate::file::{CONFIG, CrateDep, CrateFile, Error, Section};
use crate::ids::*;
use crate::interface::Interface;
use crate::interner::Interner;
use crate::item::*;
use crate::mir::*;
use crate::ty::*;
use bincode::de::Decoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{Decode, Encode};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const UNMAPPED: u32 = u32::MAX;

/// A crate that is being read: the mapped file and its number maps.
struct Maps {
    interner: Arc<Interner>,
    file: CrateFile,
    /// The file's crate table in the reader's numbers.
    crates: Vec<CrateNum>,
    file_base: u32,
    alloc_base: u32,
    symbols: Box<[AtomicU32]>,
    tys: Box<[AtomicU32]>,
    args: Box<[AtomicU32]>,
    consts: Box<[AtomicU32]>,
}

/// The context that ids are decoded in.
#[derive(Clone)]
pub struct DecodeCx {
    maps: Arc<Maps>,
    /// While an entry of the tables of types, arguments or constants is decoded: the ids it may refer to. What an entry
    /// is made of was interned before it, so a cycle is damage.
    below: Below,
    /// How many entries and nested patterns are being decoded around the current one.
    depth: u32,
}

#[derive(Clone, Copy)]
struct Below {
    tys: u32,
    args: u32,
    consts: u32,
}

/// Types nest less than this; each level takes part of the stack.
const MAX_DEPTH: u32 = 1000;

/// A crate whose file is mapped.
pub struct LoadedCrate {
    cx: DecodeCx,
    num: CrateNum,
    deps: Vec<CrateDep>,
}

/// A file whose crate table has been read, so that the reader can number its crates before anything is decoded.
pub struct OpenCrate {
    file: CrateFile,
    pub crates: Vec<CrateDep>,
}

impl OpenCrate {
    /// Opens `path`; `compiler` is the identity that the file must have been written by.
    pub fn open(path: &Path, compiler: &str) -> Result<OpenCrate, Error> {
        let file = CrateFile::open(path, compiler)?;
        let mut crates = Vec::new();
        for i in 0..file.count(Section::Crates) {
            let bytes = file.entry(Section::Crates, i)?;
            let (dep, _) = bincode::decode_from_slice::<CrateDep, _>(bytes, CONFIG)
                .map_err(|e| file.corrupt(Section::Crates, e))?;
            crates.push(dep);
        }
        if crates.is_empty() {
            return Err(file.corrupt(Section::Crates, "no crate named"));
        }
        Ok(OpenCrate { file, crates })
    }

    /// What the file says of the crate for an analysis of its dependents.
    pub fn interface(&self) -> Result<Option<Interface>, Error> {
        if self.file.count(Section::Interface) == 0 {
            return Ok(None);
        }
        let bytes = self.file.entry(Section::Interface, 0)?;
        let (interface, _) = bincode::decode_from_slice::<Interface, _>(bytes, CONFIG)
            .map_err(|e| self.file.corrupt(Section::Interface, e))?;
        Ok(Some(interface))
    }

    /// Binds the file to an interner. `crates[i]` is the number of the file's crate `i`; `file_base` is the number that
    /// its first source file gets.
    pub fn load(self, interner: Arc<Interner>, crates: Vec<CrateNum>, file_base: u32) -> LoadedCrate {
        let map = |section| (0..self.file.count(section)).map(|_| AtomicU32::new(UNMAPPED)).collect();
        let mut alloc_base = 0;
        for i in 0..self.file.count(Section::Allocs) {
            let id = interner.reserve_alloc();
            if i == 0 {
                alloc_base = id.0;
            }
            debug_assert_eq!(id.0, alloc_base + i as u32, "crates are loaded by one thread");
        }
        let num = crates[0];
        let deps = self.crates;
        let maps = Maps {
            symbols: map(Section::Symbols),
            tys: map(Section::Tys),
            args: map(Section::Args),
            consts: map(Section::Consts),
            interner,
            crates,
            file_base,
            alloc_base,
            file: self.file,
        };
        let below = Below { tys: u32::MAX, args: u32::MAX, consts: u32::MAX };
        LoadedCrate { cx: DecodeCx { maps: Arc::new(maps), below, depth: 0 }, num, deps }
    }
}

impl LoadedCrate {
    pub fn num(&self) -> CrateNum {
        self.num
    }

    /// The crate's name, id and hash.
    pub fn dep(&self) -> &CrateDep {
        &self.deps[0]
    }

    /// The crates that the file refers to, itself first.
    pub fn deps(&self) -> impl Iterator<Item = (CrateNum, &CrateDep)> {
        self.cx.maps.crates.iter().copied().zip(&self.deps)
    }

    pub fn path(&self) -> &Path {
        self.cx.maps.file.path()
    }

    pub fn root(&self) -> Result<CrateRoot, Error> {
        self.cx.decode(Section::Root, 0)
    }

    pub fn def_key(&self, index: DefIndex) -> Result<Option<DefKey>, Error> {
        self.keyed(Section::DefKeys, index)
    }

    /// The definitions right below one, in the order of their indices.
    pub fn children(&self, index: DefIndex) -> Result<Vec<DefIndex>, Error> {
        Ok(self.keyed(Section::Children, index)?.unwrap_or_default())
    }

    pub fn item(&self, index: DefIndex) -> Result<Option<Item>, Error> {
        self.keyed(Section::Items, index)
    }

    pub fn body(&self, index: DefIndex) -> Result<Option<Body>, Error> {
        self.keyed(Section::Bodies, index)
    }

    pub fn ctfe_body(&self, index: DefIndex) -> Result<Option<Body>, Error> {
        self.keyed(Section::CtfeBodies, index)
    }

    pub fn promoted(&self, index: DefIndex) -> Result<Option<Vec<Body>>, Error> {
        self.keyed(Section::Promoted, index)
    }

    /// The body that drops a coroutine.
    pub fn coroutine_drop(&self, index: DefIndex) -> Result<Option<Body>, Error> {
        self.keyed(Section::CoroutineDrops, index)
    }

    pub fn has(&self, section: Section, index: DefIndex) -> bool {
        self.cx.maps.file.find(section, index).is_some()
    }

    /// The definitions that a keyed table has entries for.
    pub fn keys(&self, section: Section) -> impl Iterator<Item = DefIndex> + '_ {
        self.cx.maps.file.keys(section)
    }

    /// The allocations of this crate.
    pub fn alloc_range(&self) -> std::ops::Range<u32> {
        self.cx.maps.alloc_base..self.cx.maps.alloc_base + self.cx.maps.file.count(Section::Allocs) as u32
    }

    /// Decodes the content of one of this crate's allocations into the interner.
    pub fn load_alloc(&self, id: AllocId) -> Result<(), Error> {
        let alloc = self.cx.decode(Section::Allocs, (id.0 - self.cx.maps.alloc_base) as usize)?;
        self.cx.maps.interner.set_alloc(id, alloc);
        Ok(())
    }

    fn keyed<T: Decode<DecodeCx>>(&self, section: Section, index: DefIndex) -> Result<Option<T>, Error> {
        self.cx.maps.file.find(section, index).map(|i| self.cx.decode(section, i)).transpose()
    }
}

impl DecodeCx {
    fn decode<T: Decode<DecodeCx>>(&self, section: Section, i: usize) -> Result<T, Error> {
        let file = &self.maps.file;
        self.decode_bytes(file.entry(section, i)?).map_err(|e| match e {
            DecodeError::Other(what) => file.corrupt(section, what),
            DecodeError::OtherString(what) => file.corrupt(section, what),
            e => file.corrupt(section, e),
        })
    }

    /// Decodes an entry that another one refers to; `below` is what the inner one may refer to in its turn.
    fn nested<T: Decode<DecodeCx>>(&self, section: Section, raw: u32, below: Below) -> Result<T, DecodeError> {
        let bytes = self.maps.file.entry(section, raw as usize).map_err(|e| DecodeError::OtherString(e.to_string()))?;
        DecodeCx { maps: self.maps.clone(), below, depth: deeper(self.depth)? }.decode_bytes(bytes)
    }

    fn decode_bytes<T: Decode<DecodeCx>>(&self, bytes: &[u8]) -> Result<T, DecodeError> {
        let (value, len) = bincode::decode_from_slice_with_context(bytes, CONFIG, self.clone())?;
        if len == bytes.len() { Ok(value) } else { Err(DecodeError::Other("bytes left over")) }
    }
}

fn deeper(depth: u32) -> Result<u32, DecodeError> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(DecodeError::Other("nested too deeply")) }
}

fn mapped(
    map: &[AtomicU32],
    raw: u32,
    below: u32,
    make: impl FnOnce() -> Result<u32, DecodeError>,
) -> Result<u32, DecodeError> {
    let slot = map.get(raw as usize).ok_or(DecodeError::Other("id out of range"))?;
    if raw >= below {
        return Err(DecodeError::Other("an entry refers to itself or to a later one"));
    }
    match slot.load(Ordering::Relaxed) {
        UNMAPPED => {
            // Two threads that get here at once intern the same value.
            let id = make()?;
            slot.store(id, Ordering::Relaxed);
            Ok(id)
        }
        id => Ok(id),
    }
}

macro_rules! raw_encode {
    ($($name:ident),*) => {$(
        impl Encode for $name {
            fn encode<E: Encoder>(&self, e: &mut E) -> Result<(), EncodeError> {
                self.0.encode(e)
            }
        }
    )*};
}

raw_encode!(Symbol, Ty, Args, Const, AllocId, CrateNum, FileId);

macro_rules! mapped_decode {
    ($($name:ident: |$cx:ident, $raw:ident| $map:expr;)*) => {$(
        impl Decode<DecodeCx> for $name {
            fn decode<D: Decoder<Context = DecodeCx>>(d: &mut D) -> Result<Self, DecodeError> {
                let $raw = u32::decode(d)?;
                let $cx = d.context();
                Ok($name($map?))
            }
        }
        bincode::impl_borrow_decode_with_context!($name, DecodeCx);
    )*};
}

mapped_decode! {
    Symbol: |cx, raw| mapped(&cx.maps.symbols, raw, u32::MAX, || {
        Ok(cx.maps.interner.sym(&cx.nested::<String>(Section::Symbols, raw, cx.below)?).0)
    });
    Ty: |cx, raw| mapped(&cx.maps.tys, raw, cx.below.tys, || {
        Ok(cx.maps.interner.mk(cx.nested(Section::Tys, raw, Below { tys: raw, ..cx.below })?).0)
    });
    Args: |cx, raw| mapped(&cx.maps.args, raw, cx.below.args, || {
        let args = cx.nested::<Vec<GenericArg>>(Section::Args, raw, Below { args: raw, ..cx.below })?;
        Ok(cx.maps.interner.mk_args(&args).0)
    });
    Const: |cx, raw| mapped(&cx.maps.consts, raw, cx.below.consts, || {
        Ok(cx.maps.interner.mk_const(cx.nested(Section::Consts, raw, Below { consts: raw, ..cx.below })?).0)
    });
    AllocId: |cx, raw| if (raw as usize) < cx.maps.file.count(Section::Allocs) {
        Ok(cx.maps.alloc_base + raw)
    } else {
        Err(DecodeError::Other("allocation out of range"))
    };
    CrateNum: |cx, raw| cx.maps.crates.get(raw as usize).map(|c| c.0).ok_or(DecodeError::Other("crate out of range"));
    FileId: |cx, raw| cx.maps.file_base.checked_add(raw).ok_or(DecodeError::Other("source file out of range"));
}

impl Encode for Pattern {
    fn encode<E: Encoder>(&self, e: &mut E) -> Result<(), EncodeError> {
        match self {
            Pattern::Range { start, end } => (0u8, *start, *end).encode(e),
            Pattern::Or(parts) => (1u8, parts).encode(e),
            Pattern::NotNull => 2u8.encode(e),
        }
    }
}

/// By hand, because it nests without passing through a table.
impl Decode<DecodeCx> for Pattern {
    fn decode<D: Decoder<Context = DecodeCx>>(d: &mut D) -> Result<Self, DecodeError> {
        match u8::decode(d)? {
            0 => Ok(Pattern::Range { start: Const::decode(d)?, end: Const::decode(d)? }),
            1 => {
                d.context().depth = deeper(d.context().depth)?;
                let parts = Vec::decode(d)?;
                d.context().depth -= 1;
                Ok(Pattern::Or(parts.into()))
            }
            2 => Ok(Pattern::NotNull),
            _ => Err(DecodeError::Other("no such pattern")),
        }
    }
}

bincode::impl_borrow_decode_with_context!(Pattern, DecodeCx);

/// By hand, because there has to be an output.
impl Decode<DecodeCx> for PolyFnSig {
    fn decode<D: Decoder<Context = DecodeCx>>(d: &mut D) -> Result<Self, DecodeError> {
        let sig = PolyFnSig {
            bound_vars: Decode::decode(d)?,
            inputs_and_output: Decode::decode(d)?,
            c_variadic: Decode::decode(d)?,
            safe: Decode::decode(d)?,
            abi: Decode::decode(d)?,
        };
        if sig.inputs_and_output.is_empty() { Err(DecodeError::Other("a signature without output")) } else { Ok(sig) }
    }
}

bincode::impl_borrow_decode_with_context!(PolyFnSig, DecodeCx);

impl Encode for ProjectionElems {
    fn encode<E: Encoder>(&self, e: &mut E) -> Result<(), EncodeError> {
        self.0.as_slice().encode(e)
    }
}

impl Decode<DecodeCx> for ProjectionElems {
    fn decode<D: Decoder<Context = DecodeCx>>(d: &mut D) -> Result<Self, DecodeError> {
        let len = u64::decode(d)?;
        (0..len).map(|_| PlaceElem::decode(d)).collect()
    }
}

bincode::impl_borrow_decode_with_context!(ProjectionElems, DecodeCx);
