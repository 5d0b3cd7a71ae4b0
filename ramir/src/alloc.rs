//! Memory that constants point to: bytes, relocations, and what an allocation id can stand for.
//! Shape: `rustc_middle::mir::interpret`.

use crate::ids::*;
use crate::reader::DecodeCx;
use crate::ty::*;
use bincode::{Decode, Encode};

/// An allocation; its content is [`crate::Interner::global_alloc`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AllocId(pub u32);

/// What an [`AllocId`] stands for.
#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum GlobalAlloc {
    Memory(Allocation),
    /// A function's address: a definition and its arguments, as a function pointer is reified from it.
    Function {
        def_id: DefId,
        args: Args,
    },
    /// The address of a static.
    Static(DefId),
    /// The vtable of `ty` for the `dyn` type whose principal part is given (`None`: only drop, size and align).
    VTable {
        ty: Ty,
        dyn_ty: Ty,
    },
    /// The pointer that `type_id_of` puts into a `TypeId`: its offset is part of the hash of `ty`.
    TypeId(Ty),
}

/// Bytes with relocations. Where `provenance` has an entry, the pointer-sized bytes hold the offset within the target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Allocation {
    pub bytes: Vec<u8>,
    /// `(offset in bytes, target)`, ascending.
    pub provenance: Vec<(u64, AllocId)>,
    /// Ranges `[start, end)` of bytes that are not initialized, ascending; usually empty.
    pub uninit: Vec<(u64, u64)>,
    /// In bytes, a power of two.
    pub align: u64,
    pub mutability: Mutability,
}

/// A scalar: bits, or a pointer into an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Scalar {
    Int(ScalarInt),
    /// `alloc + offset` bytes.
    Ptr {
        alloc: AllocId,
        offset: u64,
    },
}

/// The value of an evaluated constant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ConstValue {
    Scalar(Scalar),
    ZeroSized,
    /// `&[u8]` or `&str`: a wide pointer to the start of `alloc`; `len` is its metadata.
    Slice {
        alloc: AllocId,
        len: u64,
    },
    /// The value lies in memory, `offset` bytes into `alloc`.
    Indirect {
        alloc: AllocId,
        offset: u64,
    },
}
