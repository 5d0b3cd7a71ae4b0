//! A type's outermost shape, by which impls are found. Semantics: `rustc_type_ir::fast_reject::simplify_type`.

use crate::adapter::Tcx;
use ramir::*;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum SimplifiedType {
    Bool,
    Char,
    Int(IntTy),
    Uint(UintTy),
    Float(FloatTy),
    Str,
    Never,
    Array,
    Slice,
    UnsafeBinder,
    Error,
    Ref(Mutability),
    Ptr(Mutability),
    Tuple(usize),
    Function(usize),
    /// By its principal trait; `None` if there are only auto traits.
    Dynamic(Option<DefId>),
    /// An ADT, foreign type, function, closure or coroutine.
    Def(DefId),
    Witness(DefId),
}

/// `None` for a parameter or alias, which can be anything.
pub(super) fn simplify(tcx: &Tcx, ty: Ty) -> Option<SimplifiedType> {
    Some(match *tcx.kind(ty) {
        TyKind::Bool => SimplifiedType::Bool,
        TyKind::Char => SimplifiedType::Char,
        TyKind::Int(int) => SimplifiedType::Int(int),
        TyKind::Uint(uint) => SimplifiedType::Uint(uint),
        TyKind::Float(float) => SimplifiedType::Float(float),
        TyKind::Str => SimplifiedType::Str,
        TyKind::Never => SimplifiedType::Never,
        TyKind::Array(..) => SimplifiedType::Array,
        TyKind::Slice(_) => SimplifiedType::Slice,
        // Whether an impl is for all patterns or for one does not show in the shape.
        TyKind::Pat(base, _) => return simplify(tcx, base),
        TyKind::UnsafeBinder { .. } => SimplifiedType::UnsafeBinder,
        TyKind::Error => SimplifiedType::Error,
        TyKind::Ref(_, _, m) => SimplifiedType::Ref(m),
        TyKind::RawPtr(_, m) => SimplifiedType::Ptr(m),
        TyKind::Tuple(ref tys) => SimplifiedType::Tuple(tys.len()),
        TyKind::FnPtr(ref sig) => SimplifiedType::Function(sig.inputs().len()),
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
