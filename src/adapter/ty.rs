//! Types at hand, and small questions about a type's shape that need no layout. Semantics: `rustc_middle::ty::{sty, util}`.

use super::error::ErrorKind;
use super::{Error, Result, Tcx};
use ramir::*;

/// How many structs may nest as each other's last field.
pub(super) const MAX_TAIL: usize = 1000;

/// Types that are asked for all the time.
pub struct CommonTypes {
    pub unit: Ty,
    pub bool: Ty,
    pub char: Ty,
    pub never: Ty,
    pub str_: Ty,
    pub u8: Ty,
    pub u16: Ty,
    pub u32: Ty,
    pub u64: Ty,
    pub u128: Ty,
    pub usize: Ty,
    pub i8: Ty,
    pub i16: Ty,
    pub i32: Ty,
    pub i64: Ty,
    pub i128: Ty,
    pub isize: Ty,
    pub f16: Ty,
    pub f32: Ty,
    pub f64: Ty,
    pub f128: Ty,
    pub mut_unit_ptr: Ty,
}

impl CommonTypes {
    pub fn new(i: &Interner) -> CommonTypes {
        let unit = i.mk(TyKind::Tuple([].into()));
        CommonTypes {
            unit,
            bool: i.mk(TyKind::Bool),
            char: i.mk(TyKind::Char),
            never: i.mk(TyKind::Never),
            str_: i.mk(TyKind::Str),
            u8: i.mk(TyKind::Uint(UintTy::U8)),
            u16: i.mk(TyKind::Uint(UintTy::U16)),
            u32: i.mk(TyKind::Uint(UintTy::U32)),
            u64: i.mk(TyKind::Uint(UintTy::U64)),
            u128: i.mk(TyKind::Uint(UintTy::U128)),
            usize: i.mk(TyKind::Uint(UintTy::Usize)),
            i8: i.mk(TyKind::Int(IntTy::I8)),
            i16: i.mk(TyKind::Int(IntTy::I16)),
            i32: i.mk(TyKind::Int(IntTy::I32)),
            i64: i.mk(TyKind::Int(IntTy::I64)),
            i128: i.mk(TyKind::Int(IntTy::I128)),
            isize: i.mk(TyKind::Int(IntTy::Isize)),
            f16: i.mk(TyKind::Float(FloatTy::F16)),
            f32: i.mk(TyKind::Float(FloatTy::F32)),
            f64: i.mk(TyKind::Float(FloatTy::F64)),
            f128: i.mk(TyKind::Float(FloatTy::F128)),
            mut_unit_ptr: i.mk(TyKind::RawPtr(unit, Mutability::Mut)),
        }
    }
}

impl Tcx {
    pub fn mk_ref(&self, to: Ty, m: Mutability) -> Ty {
        self.mk(TyKind::Ref(Region::Erased, to, m))
    }

    pub fn mk_ptr(&self, to: Ty, m: Mutability) -> Ty {
        self.mk(TyKind::RawPtr(to, m))
    }

    pub fn mk_tuple(&self, tys: &[Ty]) -> Ty {
        self.mk(TyKind::Tuple(tys.into()))
    }

    pub fn mk_slice(&self, elem: Ty) -> Ty {
        self.mk(TyKind::Slice(elem))
    }

    pub fn mk_array(&self, elem: Ty, len: u64) -> Ty {
        self.mk(TyKind::Array(elem, self.mk_usize_const(len)))
    }

    pub fn mk_usize_const(&self, n: u64) -> Const {
        self.mk_const(ConstKind::Value(self.common.usize, ValTree::Leaf(ScalarInt { data: n.into(), size: 8 })))
    }

    /// The definition of an ADT.
    pub fn adt_def(&self, def: DefId) -> Result<&AdtDef> {
        match &self.store.item(def)?.data {
            ItemData::Adt(adt) => Ok(adt),
            _ => Err(Error::missing(format!("ADT {}", self.store.def_path_str(def)))),
        }
    }

    /// The definition of a function; not of a closure or constructor.
    pub fn fn_def(&self, def: DefId) -> Result<&FnDef> {
        match &self.store.item(def)?.data {
            ItemData::Fn(f) => Ok(f),
            _ => Err(Error::missing(format!("function {}", self.store.def_path_str(def)))),
        }
    }

    pub fn trait_def(&self, def: DefId) -> Result<&TraitDef> {
        match &self.store.item(def)?.data {
            ItemData::Trait(t) => Ok(t),
            _ => Err(Error::missing(format!("trait {}", self.store.def_path_str(def)))),
        }
    }

    pub fn impl_def(&self, def: DefId) -> Result<&ImplDef> {
        match &self.store.item(def)?.data {
            ItemData::Impl(i) => Ok(i),
            _ => Err(Error::missing(format!("impl {}", self.store.def_path_str(def)))),
        }
    }

    pub fn static_def(&self, def: DefId) -> Result<&StaticDef> {
        match &self.store.item(def)?.data {
            ItemData::Static(s) => Ok(s),
            _ => Err(Error::missing(format!("static {}", self.store.def_path_str(def)))),
        }
    }

    /// The attributes of anything that has code: functions, closures, statics; default for constructors.
    pub fn codegen_attrs(&self, def: DefId) -> Result<Option<&CodegenFnAttrs>> {
        Ok(match &self.store.item(def)?.data {
            ItemData::Fn(f) => Some(&f.attrs),
            ItemData::Closure(c) => Some(&c.attrs),
            ItemData::Static(s) => Some(&s.attrs),
            _ => None,
        })
    }

    /// A field's type for given arguments, normalized.
    pub fn field_ty(&self, field: &FieldDef, args: Args) -> Result<Ty> {
        self.monomorphize(field.ty, args)
    }

    pub fn coroutine_def(&self, def: DefId) -> Result<&CoroutineDef> {
        self.store.coroutine_def(def)
    }

    /// The last field of the last field and so on, of structs and tuples: what decides a pointer's metadata.
    pub fn struct_tail(&self, ty: Ty) -> Result<Ty> {
        let mut tail = ty;
        // A struct can contain itself only behind a pointer, but generic recursion may not end.
        for _ in 0..MAX_TAIL {
            let next = match *self.kind(tail) {
                TyKind::Adt(def, args) => {
                    let adt = self.adt_def(def)?;
                    match adt.variants.first().and_then(|v| v.fields.last()) {
                        Some(last) if adt.kind == AdtKind::Struct => self.field_ty(last, args)?,
                        _ => return Ok(tail),
                    }
                }
                TyKind::Tuple(ref tys) => match tys.last() {
                    Some(&last) => last,
                    None => return Ok(tail),
                },
                TyKind::Pat(base, _) => base,
                TyKind::Alias(..) => {
                    let next = self.normalize(tail)?;
                    if next == tail {
                        return Ok(tail);
                    }
                    next
                }
                _ => return Ok(tail),
            };
            tail = next;
        }
        Err(self.nests_too_deeply(ty))
    }

    pub(super) fn nests_too_deeply(&self, ty: Ty) -> Error {
        ErrorKind::Layout(format!("the type nests too deeply: {:?}", self.kind(ty))).into()
    }

    /// The type of `discriminant_value`'s result.
    pub fn discriminant_ty(&self, ty: Ty) -> Result<Ty> {
        Ok(match *self.kind(ty) {
            TyKind::Adt(def, _) => {
                let adt = self.adt_def(def)?;
                match (adt.kind, adt.repr.int) {
                    (AdtKind::Enum, None | Some(ReprInt::Pointer(true))) => self.common.isize,
                    (AdtKind::Enum, Some(ReprInt::Pointer(false))) => self.common.usize,
                    (AdtKind::Enum, Some(ReprInt::Fixed(size, signed))) => match (size, signed) {
                        (1, false) => self.common.u8,
                        (2, false) => self.common.u16,
                        (4, false) => self.common.u32,
                        (8, false) => self.common.u64,
                        (16, false) => self.common.u128,
                        (1, true) => self.common.i8,
                        (2, true) => self.common.i16,
                        (4, true) => self.common.i32,
                        (8, true) => self.common.i64,
                        (16, true) => self.common.i128,
                        _ => return Err(Error::missing(format!("integer of {size} bytes"))),
                    },
                    _ => self.common.u8,
                }
            }
            TyKind::Coroutine(..) => self.common.u32,
            TyKind::Pat(base, _) => self.discriminant_ty(base)?,
            _ => self.common.u8,
        })
    }

    /// The discriminant of a variant, truncated to the size of [`Self::discriminant_ty`]; `None` for a type without
    /// variants of its own.
    pub fn discriminant_for_variant(&self, ty: Ty, variant: VariantIdx) -> Result<Option<u128>> {
        Ok(match *self.kind(ty) {
            TyKind::Adt(def, _) => {
                let adt = self.adt_def(def)?;
                match adt.kind {
                    AdtKind::Enum => adt.variants.get(variant.index()).map(|v| v.discr),
                    _ => None,
                }
            }
            TyKind::Coroutine(..) => Some(variant.0.into()),
            _ => None,
        })
    }

    /// The signature of a function, method or constructor for concrete arguments, bound regions erased, normalized.
    pub fn concrete_sig(&self, def: DefId, args: Args) -> Result<PolyFnSig> {
        let sig = match &self.store.item(def)?.data {
            ItemData::Fn(f) => &f.sig,
            ItemData::Ctor(ctor) => &ctor.sig,
            _ => return Err(Error::missing(format!("signature of {}", self.store.def_path_str(def)))),
        };
        self.normalize_sig(&self.subst_sig(sig, args)?)
    }

    /// The signature of a function item or function pointer, bound regions erased, normalized.
    pub fn fn_sig_of_ty(&self, ty: Ty) -> Result<PolyFnSig> {
        match *self.kind(ty) {
            TyKind::FnDef(def, args) => self.concrete_sig(def, args),
            TyKind::FnPtr(ref sig) => self.normalize_sig(sig),
            ref other => Err(Error::missing(format!("signature of {other:?}"))),
        }
    }

    fn normalize_sig(&self, sig: &PolyFnSig) -> Result<PolyFnSig> {
        let sig = self.erase_late_bound(sig)?;
        let tys = sig.inputs_and_output.iter().map(|&ty| self.normalize(ty)).collect::<Result<_>>()?;
        Ok(PolyFnSig { inputs_and_output: tys, ..sig })
    }

    /// The type of a pointer to a thread-local static, as `Rvalue::ThreadLocalRef` has it.
    pub fn thread_local_ptr_ty(&self, def: DefId) -> Result<Ty> {
        let def = self.static_def(def)?;
        let ty = self.normalize(def.ty)?;
        Ok(match def.mutability {
            Mutability::Mut => self.mk_ptr(ty, Mutability::Mut),
            Mutability::Not if def.is_foreign => self.mk_ptr(ty, Mutability::Not),
            Mutability::Not => self.mk_ref(ty, Mutability::Not),
        })
    }

    /// The length of an array type's constant.
    pub fn const_to_usize(&self, ct: Const) -> Result<u64> {
        let ct = self.normalize_const(ct)?;
        match self.const_kind(ct) {
            ConstKind::Value(_, ValTree::Leaf(n)) => Ok(n.data as u64),
            other => Err(Error::unsupported(format!("array length {other:?}"))),
        }
    }

    /// The pointee of a reference, raw pointer or box.
    pub fn builtin_deref(&self, ty: Ty) -> Option<Ty> {
        match *self.kind(ty) {
            TyKind::Ref(_, to, _) | TyKind::RawPtr(to, _) => Some(to),
            _ => self.boxed_ty(ty),
        }
    }

    /// `T` of `Box<T, A>`.
    pub fn boxed_ty(&self, ty: Ty) -> Option<Ty> {
        match *self.kind(ty) {
            TyKind::Adt(def, args) if self.is_box(def) => self.args(args).first().and_then(|arg| arg.as_type()),
            _ => None,
        }
    }

    pub fn is_box(&self, def: DefId) -> bool {
        self.adt_def(def).is_ok_and(|adt| adt.flags.is_box)
    }

    pub fn is_integral(&self, ty: Ty) -> bool {
        matches!(self.kind(ty), TyKind::Int(_) | TyKind::Uint(_))
    }

    /// Signed in the sense of rustc's `Ty::is_signed`: an `iN`.
    pub fn is_signed(&self, ty: Ty) -> bool {
        matches!(self.kind(ty), TyKind::Int(_))
    }

    pub fn is_unit(&self, ty: Ty) -> bool {
        ty == self.common.unit
    }

    pub fn is_never(&self, ty: Ty) -> bool {
        ty == self.common.never
    }

    /// A calling convention's name as `extern "name"` has it.
    pub fn abi_name(&self, abi: ExternAbi) -> &str {
        match abi {
            ExternAbi::Other(name) => self.str(name),
            abi => abi.plain_name(),
        }
    }

    /// The synthetic arguments at the end of a closure's: `(kind, signature as fn ptr, tupled upvars)`.
    pub fn closure_parts(&self, args: Args) -> Result<(Ty, Ty, Ty)> {
        match self.args(args) {
            [.., GenericArg::Type(kind), GenericArg::Type(sig), GenericArg::Type(upvars)] => Ok((*kind, *sig, *upvars)),
            _ => Err(Error::missing("closure arguments")),
        }
    }

    /// The synthetic arguments at the end of a coroutine's.
    pub fn coroutine_parts(&self, args: Args) -> Result<CoroutineParts> {
        match self.args(args) {
            [
                ..,
                GenericArg::Type(kind),
                GenericArg::Type(resume),
                GenericArg::Type(yield_),
                GenericArg::Type(return_),
                GenericArg::Type(upvars),
            ] => {
                Ok(CoroutineParts { kind: *kind, resume: *resume, yield_: *yield_, return_: *return_, upvars: *upvars })
            }
            _ => Err(Error::missing("coroutine arguments")),
        }
    }

    /// The types that a closure, coroutine-closure or coroutine captures.
    pub fn upvar_tys(&self, ty: Ty) -> Result<&[Ty]> {
        let upvars = match *self.kind(ty) {
            TyKind::Closure(_, args) => self.closure_parts(args)?.2,
            TyKind::Coroutine(_, args) => self.coroutine_parts(args)?.upvars,
            TyKind::CoroutineClosure(_, args) => match self.args(args) {
                [.., GenericArg::Type(upvars), GenericArg::Type(_)] => *upvars,
                _ => return Err(Error::missing("coroutine-closure arguments")),
            },
            _ => return Err(Error::missing("captures of a type that has none")),
        };
        match self.kind(upvars) {
            TyKind::Tuple(tys) => Ok(tys),
            _ => Err(Error::missing("captures that are inferred")),
        }
    }
}

/// The synthetic arguments of a coroutine.
#[derive(Clone, Copy, Debug)]
pub struct CoroutineParts {
    pub kind: Ty,
    pub resume: Ty,
    pub yield_: Ty,
    pub return_: Ty,
    pub upvars: Ty,
}
