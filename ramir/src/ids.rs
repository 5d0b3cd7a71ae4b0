//! Identities: crates, definitions, and the small indices that bodies use.
//!
//! A definition is `(crate, DefIndex)`. For a crate that rustc compiled the index is rustc's own `DefIndex` in that
//! crate's metadata, so that files which were written at different times agree; the stable name is the [`crate::DefKey`]
//! path. In a file a crate is a position in the file's crate table; in memory it is a number given by the reader.

use crate::reader::DecodeCx;
use bincode::{Decode, Encode};

macro_rules! index_type {
    ($($(#[$m:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[bincode(decode_context = "DecodeCx")]
        pub struct $name(pub u32);
        impl $name {
            #[inline]
            pub const fn new(i: usize) -> Self {
                $name(i as u32)
            }
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    )*};
}

index_type! {
    /// A definition's index within its crate.
    DefIndex "def";
    /// A local of a body; 0 is the return place, then the arguments.
    Local "_";
    /// A basic block of a body; 0 is the entry.
    BasicBlock "bb";
    /// A field by declaration order.
    FieldIdx "";
    /// A variant by declaration order.
    VariantIdx "";
    /// A source scope of a body; 0 is the outermost.
    SourceScope "scope";
    /// A promoted constant of a body.
    Promoted "promoted";
}

#[cfg(feature = "rustc_index")]
mod abi_index {
    use super::{FieldIdx, VariantIdx};

    macro_rules! idx {
        ($($name:ident),*) => {$(
            impl rustc_index::Idx for $name {
                fn new(i: usize) -> Self {
                    $name::new(i)
                }
                fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*};
    }

    idx!(FieldIdx, VariantIdx);
}

impl Local {
    /// The return place.
    pub const RETURN: Local = Local(0);
}

impl BasicBlock {
    /// The entry block.
    pub const START: BasicBlock = BasicBlock(0);
}

/// A crate, numbered by the reader in load order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CrateNum(pub u32);

impl CrateNum {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A definition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct DefId {
    pub krate: CrateNum,
    pub index: DefIndex,
}

impl std::fmt::Debug for DefId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.krate.0, self.index.0)
    }
}

/// A source file, numbered by the reader over all loaded crates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A source position: the start of the outermost macro call site that covers the construct.
/// Lines and columns count from 1, columns in characters; line 0 means "no position".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Span {
    pub file: FileId,
    pub line: u32,
    pub col: u32,
}

impl Span {
    pub const DUMMY: Span = Span { file: FileId(0), line: 0, col: 0 };

    pub const fn is_dummy(self) -> bool {
        self.line == 0
    }
}
