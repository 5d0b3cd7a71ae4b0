//! Types, generic arguments and type-level constants, as `rustc_type_ir` has them, with free regions erased.

use crate::ids::*;
use crate::reader::DecodeCx;
use bincode::{Decode, Encode};

/// An interned string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(pub u32);

/// An interned type; its kind is [`crate::Interner::kind`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ty(pub u32);

/// An interned type-level constant; see [`ConstKind`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Const(pub u32);

/// An interned list of generic arguments; 0 is the empty list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Args(pub u32);

impl Args {
    pub const EMPTY: Args = Args(0);
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Mutability {
    Not,
    Mut,
}

impl Mutability {
    pub const fn is_mut(self) -> bool {
        matches!(self, Mutability::Mut)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum IntTy {
    Isize,
    I8,
    I16,
    I32,
    I64,
    I128,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum UintTy {
    Usize,
    U8,
    U16,
    U32,
    U64,
    U128,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum FloatTy {
    F16,
    F32,
    F64,
    F128,
}

/// A region. Free regions are erased; bound ones are anonymous and count from the innermost binder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Region {
    Erased,
    Bound { debruijn: u32, var: u32 },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum GenericArg {
    Lifetime(Region),
    Type(Ty),
    Const(Const),
}

impl GenericArg {
    pub const fn as_type(self) -> Option<Ty> {
        match self {
            GenericArg::Type(ty) => Some(ty),
            _ => None,
        }
    }

    pub const fn as_const(self) -> Option<Const> {
        match self {
            GenericArg::Const(ct) => Some(ct),
            _ => None,
        }
    }
}

/// The term of a projection predicate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Term {
    Ty(Ty),
    Const(Const),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum AliasKind {
    /// `<T as Trait>::Assoc`
    Projection,
    /// An inherent associated type.
    Inherent,
    /// `impl Trait`; [`crate::ItemData::OpaqueTy`] holds what it hides.
    Opaque,
    /// A type alias that was kept.
    Free,
}

/// The kind of a type. Closure, coroutine and coroutine-closure arguments end in rustc's synthetic ones
/// (`rustc_type_ir::ty_kind::closure`): closure `[.., kind, sig as fn ptr, upvars]`, coroutine
/// `[.., kind, resume, yield, return, upvars]`, coroutine-closure `[.., kind, signature parts, upvars, captures by ref]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum TyKind {
    Bool,
    Char,
    Int(IntTy),
    Uint(UintTy),
    Float(FloatTy),
    Adt(DefId, Args),
    Foreign(DefId),
    Str,
    Array(Ty, Const),
    Pat(Ty, Pattern),
    Slice(Ty),
    RawPtr(Ty, Mutability),
    Ref(Region, Ty, Mutability),
    FnDef(DefId, Args),
    FnPtr(Box<PolyFnSig>),
    UnsafeBinder {
        bound_vars: u32,
        ty: Ty,
    },
    Dynamic(Box<[PolyExistentialPredicate]>, Region),
    Closure(DefId, Args),
    CoroutineClosure(DefId, Args),
    Coroutine(DefId, Args),
    CoroutineWitness(DefId, Args),
    Never,
    Tuple(Box<[Ty]>),
    Alias(AliasKind, DefId, Args),
    Param(ParamTy),
    /// A bound type variable; only in unreachable signatures.
    Bound {
        debruijn: u32,
        var: u32,
    },
    Error,
}

/// A generic parameter: its index in the item's flattened argument list, and its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ParamTy {
    pub index: u32,
    pub name: Symbol,
}

/// What a pattern type restricts its base type to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Pattern {
    Range { start: Const, end: Const },
    Or(Box<[Pattern]>),
    NotNull,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ExternAbi {
    Rust,
    RustCall,
    RustCold,
    RustInvalid,
    RustPreserveNone,
    C {
        unwind: bool,
    },
    System {
        unwind: bool,
    },
    SysV64 {
        unwind: bool,
    },
    Win64 {
        unwind: bool,
    },
    EfiApi,
    Unadjusted,
    Custom,
    Cdecl {
        unwind: bool,
    },
    Stdcall {
        unwind: bool,
    },
    Fastcall {
        unwind: bool,
    },
    Vectorcall {
        unwind: bool,
    },
    Thiscall {
        unwind: bool,
    },
    X86Interrupt,
    /// Any other, by its name in `extern "name"`.
    Other(Symbol),
}

impl ExternAbi {
    /// The name in `extern "name"`; empty for [`ExternAbi::Other`], which brings its own.
    pub const fn plain_name(self) -> &'static str {
        match self {
            ExternAbi::Rust => "Rust",
            ExternAbi::RustCall => "rust-call",
            ExternAbi::RustCold => "rust-cold",
            ExternAbi::RustInvalid => "rust-invalid",
            ExternAbi::RustPreserveNone => "rust-preserve-none",
            ExternAbi::C { unwind: false } => "C",
            ExternAbi::C { unwind: true } => "C-unwind",
            ExternAbi::System { unwind: false } => "system",
            ExternAbi::System { unwind: true } => "system-unwind",
            ExternAbi::SysV64 { unwind: false } => "sysv64",
            ExternAbi::SysV64 { unwind: true } => "sysv64-unwind",
            ExternAbi::Win64 { unwind: false } => "win64",
            ExternAbi::Win64 { unwind: true } => "win64-unwind",
            ExternAbi::EfiApi => "efiapi",
            ExternAbi::Unadjusted => "unadjusted",
            ExternAbi::Custom => "custom",
            ExternAbi::Cdecl { unwind: false } => "cdecl",
            ExternAbi::Cdecl { unwind: true } => "cdecl-unwind",
            ExternAbi::Stdcall { unwind: false } => "stdcall",
            ExternAbi::Stdcall { unwind: true } => "stdcall-unwind",
            ExternAbi::Fastcall { unwind: false } => "fastcall",
            ExternAbi::Fastcall { unwind: true } => "fastcall-unwind",
            ExternAbi::Vectorcall { unwind: false } => "vectorcall",
            ExternAbi::Vectorcall { unwind: true } => "vectorcall-unwind",
            ExternAbi::Thiscall { unwind: false } => "thiscall",
            ExternAbi::Thiscall { unwind: true } => "thiscall-unwind",
            ExternAbi::X86Interrupt => "x86-interrupt",
            ExternAbi::Other(_) => "",
        }
    }
}

/// A function signature under a binder of `bound_vars` regions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode)]
pub struct PolyFnSig {
    pub bound_vars: u32,
    /// The inputs, then the output: never empty.
    pub inputs_and_output: Box<[Ty]>,
    pub c_variadic: bool,
    pub safe: bool,
    pub abi: ExternAbi,
}

impl PolyFnSig {
    pub fn inputs(&self) -> &[Ty] {
        &self.inputs_and_output[..self.inputs_and_output.len() - 1]
    }

    pub fn output(&self) -> Ty {
        self.inputs_and_output[self.inputs_and_output.len() - 1]
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct PolyExistentialPredicate {
    pub bound_vars: u32,
    pub pred: ExistentialPredicate,
}

/// One part of a `dyn` type, in rustc's order: principal trait, projections, auto traits. `args` lack `Self`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ExistentialPredicate {
    Trait { def_id: DefId, args: Args },
    Projection { def_id: DefId, args: Args, term: Term },
    AutoTrait(DefId),
}

/// An integer, char or bool value with its size in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ScalarInt {
    pub data: u128,
    pub size: u8,
}

/// A type-level constant.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ConstKind {
    Param(ParamTy),
    Value(Ty, ValTree),
    Unevaluated(DefId, Args),
    Bound { debruijn: u32, var: u32 },
    Error,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ValTree {
    Leaf(ScalarInt),
    Branch(Box<[Const]>),
}

/// A trait with its arguments; the first is `Self`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct TraitRef {
    pub def_id: DefId,
    pub args: Args,
}

/// A where-clause that matters when types are concrete. Binders over regions are dropped: bound regions are erased.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Clause {
    /// `polarity` false: `!Trait`.
    Trait { trait_ref: TraitRef, polarity: bool },
    /// `<args[0] as Trait<..>>::def_id<..> == term`
    Projection { def_id: DefId, args: Args, term: Term },
}
