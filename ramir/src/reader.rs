//! Decoding of a mapped crate into an [`Interner`]: file-local numbers become global ids on the way.
//!
//! Each table entry is decoded when it is first asked for. Types, arguments, constants and names are mapped once;
//! items and bodies are decoded at each call, and whoever calls keeps them.

use crate::alloc::*;
use crate::file::{CONFIG, CrateDep, CrateFile, Error, Section};
use crate::ids::*;
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
pub struct DecodeCx(Arc<Maps>);

/// A crate whose file is mapped.
pub struct LoadedCrate {
    cx: DecodeCx,
    num: CrateNum,
    dep: CrateDep,
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
        let dep = self.crates[0].clone();
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
        LoadedCrate { cx: DecodeCx(Arc::new(maps)), num, dep }
    }
}

impl LoadedCrate {
    pub fn num(&self) -> CrateNum {
        self.num
    }

    /// The crate's name, id and hash.
    pub fn dep(&self) -> &CrateDep {
        &self.dep
    }

    pub fn path(&self) -> &Path {
        self.cx.0.file.path()
    }

    pub fn root(&self) -> Result<CrateRoot, Error> {
        self.cx.decode(Section::Root, 0)
    }

    pub fn def_key(&self, index: DefIndex) -> Result<Option<DefKey>, Error> {
        self.keyed(Section::DefKeys, index)
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

    pub fn has(&self, section: Section, index: DefIndex) -> bool {
        self.cx.0.file.find(section, index).is_some()
    }

    /// The definitions that a keyed table has entries for.
    pub fn keys(&self, section: Section) -> impl Iterator<Item = DefIndex> + '_ {
        self.cx.0.file.keys(section)
    }

    /// The allocations of this crate.
    pub fn alloc_range(&self) -> std::ops::Range<u32> {
        self.cx.0.alloc_base..self.cx.0.alloc_base + self.cx.0.file.count(Section::Allocs) as u32
    }

    /// Decodes the content of one of this crate's allocations into the interner.
    pub fn load_alloc(&self, id: AllocId) -> Result<(), Error> {
        let alloc = self.cx.decode(Section::Allocs, (id.0 - self.cx.0.alloc_base) as usize)?;
        self.cx.0.interner.set_alloc(id, alloc);
        Ok(())
    }

    fn keyed<T: Decode<DecodeCx>>(&self, section: Section, index: DefIndex) -> Result<Option<T>, Error> {
        self.cx.0.file.find(section, index).map(|i| self.cx.decode(section, i)).transpose()
    }
}

impl DecodeCx {
    fn decode<T: Decode<DecodeCx>>(&self, section: Section, i: usize) -> Result<T, Error> {
        let bytes = self.0.file.entry(section, i)?;
        bincode::decode_from_slice_with_context(bytes, CONFIG, self.clone())
            .map(|(value, _)| value)
            .map_err(|e| self.0.file.corrupt(section, e))
    }

    fn mapped(
        &self,
        map: &[AtomicU32],
        raw: u32,
        make: impl FnOnce() -> Result<u32, DecodeError>,
    ) -> Result<u32, DecodeError> {
        let slot = map.get(raw as usize).ok_or(DecodeError::Other("id out of range"))?;
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

    fn entry<T: Decode<DecodeCx>>(&self, section: Section, raw: u32) -> Result<T, DecodeError> {
        self.decode(section, raw as usize).map_err(|e| DecodeError::OtherString(e.to_string()))
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
    Symbol: |cx, raw| cx.mapped(&cx.0.symbols, raw, || {
        Ok(cx.0.interner.sym(&cx.entry::<String>(Section::Symbols, raw)?).0)
    });
    Ty: |cx, raw| cx.mapped(&cx.0.tys, raw, || Ok(cx.0.interner.mk(cx.entry(Section::Tys, raw)?).0));
    Args: |cx, raw| cx.mapped(&cx.0.args, raw, || {
        Ok(cx.0.interner.mk_args(&cx.entry::<Vec<GenericArg>>(Section::Args, raw)?).0)
    });
    Const: |cx, raw| cx.mapped(&cx.0.consts, raw, || Ok(cx.0.interner.mk_const(cx.entry(Section::Consts, raw)?).0));
    AllocId: |cx, raw| if (raw as usize) < cx.0.file.count(Section::Allocs) {
        Ok(cx.0.alloc_base + raw)
    } else {
        Err(DecodeError::Other("allocation out of range"))
    };
    CrateNum: |cx, raw| cx.0.crates.get(raw as usize).map(|c| c.0).ok_or(DecodeError::Other("crate out of range"));
    FileId: |cx, raw| Ok::<u32, DecodeError>(cx.0.file_base + raw);
}

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
