//! A type's outermost shape, by which impls are found. Semantics: `rustc_type_ir::fast_reject::simplify_type`.

use crate::ids::*;
use crate::interner::Interner;
use crate::reader::DecodeCx;
use crate::ty::*;
use bincode::{Decode, Encode};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum SimplifiedType {
    /// A type that has no parameters: `bool`, `u8`, `str`, `!`.
    Primitive(Ty),
    Array,
    Slice,
    UnsafeBinder,
    Error,
    Ref(Mutability),
    Ptr(Mutability),
    Tuple(u32),
    Function(u32),
    /// By its principal trait; `None` if there are only auto traits.
    Dynamic(Option<DefId>),
    /// An ADT, foreign type, function, closure or coroutine.
    Def(DefId),
    Witness(DefId),
}

/// `None` for a parameter or alias, which can be anything.
pub fn simplify_type(interner: &Interner, ty: Ty) -> Option<SimplifiedType> {
    Some(match *interner.kind(ty) {
        TyKind::Bool
        | TyKind::Char
        | TyKind::Int(_)
        | TyKind::Uint(_)
        | TyKind::Float(_)
        | TyKind::Str
        | TyKind::Never => SimplifiedType::Primitive(ty),
        TyKind::Array(..) => SimplifiedType::Array,
        TyKind::Slice(_) => SimplifiedType::Slice,
        // Whether an impl is for all patterns or for one does not show in the shape.
        TyKind::Pat(base, _) => return simplify_type(interner, base),
        TyKind::UnsafeBinder { .. } => SimplifiedType::UnsafeBinder,
        TyKind::Error => SimplifiedType::Error,
        TyKind::Ref(_, _, m) => SimplifiedType::Ref(m),
        TyKind::RawPtr(_, m) => SimplifiedType::Ptr(m),
        TyKind::Tuple(ref tys) => SimplifiedType::Tuple(tys.len() as u32),
        TyKind::FnPtr(ref sig) => SimplifiedType::Function(sig.inputs().len() as u32),
        TyKind::Dynamic(ref preds, _) => SimplifiedType::Dynamic(preds.iter().find_map(|p| match p.pred {
            ExistentialPredicate::Trait { def_id, .. } => Some(def_id),
            _ => None,
        })),
        TyKind::Adt(def, _)
        | TyKind::Foreign(def)
        | TyKind::FnDef(def, _)
        | TyKind::Closure(def, _)
        | TyKind::CoroutineClosure(def, _)
        | TyKind::Coroutine(def, _) => SimplifiedType::Def(def),
        TyKind::CoroutineWitness(def, _) => SimplifiedType::Witness(def),
        TyKind::Param(_) | TyKind::Alias(..) | TyKind::Bound { .. } => return None,
    })
}
