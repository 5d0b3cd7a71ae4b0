//! Structural folding of types: substitution of generic arguments, instantiation of bound regions, and normalization of
//! what is then concrete. Semantics: `rustc_type_ir::fold`, `rustc_middle::ty::normalize_erasing_regions`.

use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::interner::TypeFlags;
use ramir::*;

/// Substituted and normalized types, by `(type, args)`.
#[derive(Default)]
pub struct Cache {
    tys: Memo<(Ty, Args), Ty>,
}

/// A transformation of types. `depth` counts the binders that were entered.
pub trait TypeFolder {
    fn interner(&self) -> &Interner;

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        super_fold_ty(self, ty, depth)
    }

    fn fold_const(&mut self, ct: Const, depth: u32) -> Result<Const> {
        super_fold_const(self, ct, depth)
    }

    fn fold_region(&mut self, region: Region, _depth: u32) -> Region {
        region
    }
}

pub fn fold_arg<F: TypeFolder + ?Sized>(f: &mut F, arg: GenericArg, depth: u32) -> Result<GenericArg> {
    Ok(match arg {
        GenericArg::Lifetime(r) => GenericArg::Lifetime(f.fold_region(r, depth)),
        GenericArg::Type(ty) => GenericArg::Type(f.fold_ty(ty, depth)?),
        GenericArg::Const(ct) => GenericArg::Const(f.fold_const(ct, depth)?),
    })
}

pub fn fold_args<F: TypeFolder + ?Sized>(f: &mut F, args: Args, depth: u32) -> Result<Args> {
    if args == Args::EMPTY {
        return Ok(args);
    }
    let old = f.interner().args(args).to_vec();
    let new = old.iter().map(|&arg| fold_arg(f, arg, depth)).collect::<Result<smallvec::SmallVec<[_; 8]>>>()?;
    Ok(if new[..] == old[..] { args } else { f.interner().mk_args(&new) })
}

fn fold_term<F: TypeFolder + ?Sized>(f: &mut F, term: Term, depth: u32) -> Result<Term> {
    Ok(match term {
        Term::Ty(ty) => Term::Ty(f.fold_ty(ty, depth)?),
        Term::Const(ct) => Term::Const(f.fold_const(ct, depth)?),
    })
}

pub fn fold_sig<F: TypeFolder + ?Sized>(f: &mut F, sig: &PolyFnSig, depth: u32) -> Result<PolyFnSig> {
    let tys = sig.inputs_and_output.iter().map(|&ty| f.fold_ty(ty, depth)).collect::<Result<_>>()?;
    Ok(PolyFnSig { inputs_and_output: tys, ..*sig })
}

fn fold_pattern<F: TypeFolder + ?Sized>(f: &mut F, pattern: &Pattern, depth: u32) -> Result<Pattern> {
    Ok(match pattern {
        Pattern::Range { start, end } => {
            Pattern::Range { start: f.fold_const(*start, depth)?, end: f.fold_const(*end, depth)? }
        }
        Pattern::Or(parts) => Pattern::Or(parts.iter().map(|p| fold_pattern(f, p, depth)).collect::<Result<_>>()?),
        Pattern::NotNull => Pattern::NotNull,
    })
}

/// Folds what the type is made of, not the type itself.
pub fn super_fold_ty<F: TypeFolder + ?Sized>(f: &mut F, ty: Ty, depth: u32) -> Result<Ty> {
    let kind = f.interner().kind(ty).clone();
    let new = match kind {
        TyKind::Bool
        | TyKind::Char
        | TyKind::Int(_)
        | TyKind::Uint(_)
        | TyKind::Float(_)
        | TyKind::Foreign(_)
        | TyKind::Str
        | TyKind::Never
        | TyKind::Param(_)
        | TyKind::Bound { .. }
        | TyKind::Error => return Ok(ty),
        TyKind::Adt(def, args) => TyKind::Adt(def, fold_args(f, args, depth)?),
        TyKind::Array(elem, len) => TyKind::Array(f.fold_ty(elem, depth)?, f.fold_const(len, depth)?),
        TyKind::Pat(base, ref pattern) => TyKind::Pat(f.fold_ty(base, depth)?, fold_pattern(f, pattern, depth)?),
        TyKind::Slice(elem) => TyKind::Slice(f.fold_ty(elem, depth)?),
        TyKind::RawPtr(to, m) => TyKind::RawPtr(f.fold_ty(to, depth)?, m),
        TyKind::Ref(r, to, m) => TyKind::Ref(f.fold_region(r, depth), f.fold_ty(to, depth)?, m),
        TyKind::FnDef(def, args) => TyKind::FnDef(def, fold_args(f, args, depth)?),
        TyKind::FnPtr(ref sig) => TyKind::FnPtr(Box::new(fold_sig(f, sig, depth + 1)?)),
        TyKind::UnsafeBinder { bound_vars, ty } => TyKind::UnsafeBinder { bound_vars, ty: f.fold_ty(ty, depth + 1)? },
        TyKind::Dynamic(ref preds, r) => {
            let preds = preds
                .iter()
                .map(|p| {
                    let depth = depth + 1;
                    let pred = match p.pred {
                        ExistentialPredicate::Trait { def_id, args } => {
                            ExistentialPredicate::Trait { def_id, args: fold_args(f, args, depth)? }
                        }
                        ExistentialPredicate::Projection { def_id, args, term } => ExistentialPredicate::Projection {
                            def_id,
                            args: fold_args(f, args, depth)?,
                            term: fold_term(f, term, depth)?,
                        },
                        ExistentialPredicate::AutoTrait(def) => ExistentialPredicate::AutoTrait(def),
                    };
                    Ok(PolyExistentialPredicate { bound_vars: p.bound_vars, pred })
                })
                .collect::<Result<_>>()?;
            TyKind::Dynamic(preds, f.fold_region(r, depth))
        }
        TyKind::Closure(def, args) => TyKind::Closure(def, fold_args(f, args, depth)?),
        TyKind::CoroutineClosure(def, args) => TyKind::CoroutineClosure(def, fold_args(f, args, depth)?),
        TyKind::Coroutine(def, args) => TyKind::Coroutine(def, fold_args(f, args, depth)?),
        TyKind::CoroutineWitness(def, args) => TyKind::CoroutineWitness(def, fold_args(f, args, depth)?),
        TyKind::Tuple(ref tys) => TyKind::Tuple(tys.iter().map(|&ty| f.fold_ty(ty, depth)).collect::<Result<_>>()?),
        TyKind::Alias(kind, def, args) => TyKind::Alias(kind, def, fold_args(f, args, depth)?),
    };
    Ok(f.interner().mk(new))
}

/// Folds what the constant is made of, not the constant itself.
pub fn super_fold_const<F: TypeFolder + ?Sized>(f: &mut F, ct: Const, depth: u32) -> Result<Const> {
    let kind = f.interner().const_kind(ct).clone();
    let new = match kind {
        ConstKind::Param(_) | ConstKind::Bound { .. } | ConstKind::Error => return Ok(ct),
        ConstKind::Value(ty, tree) => {
            let tree = match tree {
                ValTree::Leaf(_) => tree,
                ValTree::Branch(parts) => {
                    ValTree::Branch(parts.iter().map(|&c| f.fold_const(c, depth)).collect::<Result<_>>()?)
                }
            };
            ConstKind::Value(f.fold_ty(ty, depth)?, tree)
        }
        ConstKind::Unevaluated(def, args) => ConstKind::Unevaluated(def, fold_args(f, args, depth)?),
    };
    Ok(f.interner().mk_const(new))
}

struct Subst<'a> {
    interner: &'a Interner,
    args: &'a [GenericArg],
}

impl TypeFolder for Subst<'_> {
    fn interner(&self) -> &Interner {
        self.interner
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        if !self.interner.flags(ty).intersects(TypeFlags::HAS_PARAM) {
            return Ok(ty);
        }
        match *self.interner.kind(ty) {
            TyKind::Param(p) => match self.args.get(p.index as usize) {
                Some(&GenericArg::Type(new)) => Ok(new),
                _ => Err(Error::missing(format!("argument for parameter `{}`", self.interner.str(p.name)))),
            },
            _ => super_fold_ty(self, ty, depth),
        }
    }

    fn fold_const(&mut self, ct: Const, depth: u32) -> Result<Const> {
        if !self.interner.const_flags(ct).intersects(TypeFlags::HAS_PARAM) {
            return Ok(ct);
        }
        match *self.interner.const_kind(ct) {
            ConstKind::Param(p) => match self.args.get(p.index as usize) {
                Some(&GenericArg::Const(new)) => Ok(new),
                _ => Err(Error::missing(format!("argument for parameter `{}`", self.interner.str(p.name)))),
            },
            _ => super_fold_const(self, ct, depth),
        }
    }
}

/// Replaces the bound regions of the outermost binder by erased ones.
struct EraseBound<'a> {
    tcx: &'a Tcx,
}

impl TypeFolder for EraseBound<'_> {
    fn interner(&self) -> &Interner {
        self.tcx
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        if self.tcx.flags(ty).intersects(TypeFlags::HAS_BOUND) { super_fold_ty(self, ty, depth) } else { Ok(ty) }
    }

    fn fold_region(&mut self, region: Region, depth: u32) -> Region {
        match region {
            Region::Bound { debruijn, .. } if debruijn >= depth => Region::Erased,
            other => other,
        }
    }
}

struct Normalize<'a> {
    tcx: &'a Tcx,
}

impl TypeFolder for Normalize<'_> {
    fn interner(&self) -> &Interner {
        self.tcx
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        if !self.tcx.flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ty);
        }
        match *self.tcx.kind(ty) {
            TyKind::Alias(kind, def, args) => {
                let args = fold_args(self, args, depth)?;
                let value = self.tcx.project(kind, def, args)?;
                self.fold_ty(value, depth)
            }
            _ => super_fold_ty(self, ty, depth),
        }
    }

    fn fold_const(&mut self, ct: Const, depth: u32) -> Result<Const> {
        if !self.tcx.const_flags(ct).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ct);
        }
        match *self.tcx.const_kind(ct) {
            ConstKind::Unevaluated(def, args) => {
                let args = fold_args(self, args, depth)?;
                self.tcx.eval_type_const(def, args)
            }
            _ => super_fold_const(self, ct, depth),
        }
    }
}

/// Replaces parameters by `args`, without normalizing.
pub fn subst(interner: &Interner, ty: Ty, args: Args) -> Result<Ty> {
    Subst { interner, args: interner.args(args) }.fold_ty(ty, 0)
}

/// As [`subst`], for an argument list.
pub fn subst_args(interner: &Interner, list: Args, args: Args) -> Result<Args> {
    if !interner.args_flags(list).intersects(TypeFlags::HAS_PARAM) {
        return Ok(list);
    }
    fold_args(&mut Subst { interner, args: interner.args(args) }, list, 0)
}

impl Tcx {
    /// Replaces parameters by `args`, without normalizing.
    pub fn subst(&self, ty: Ty, args: Args) -> Result<Ty> {
        subst(self, ty, args)
    }

    pub fn subst_const(&self, ct: Const, args: Args) -> Result<Const> {
        Subst { interner: self, args: self.args(args) }.fold_const(ct, 0)
    }

    pub fn subst_args(&self, list: Args, args: Args) -> Result<Args> {
        subst_args(self, list, args)
    }

    pub fn subst_sig(&self, sig: &PolyFnSig, args: Args) -> Result<PolyFnSig> {
        fold_sig(&mut Subst { interner: self, args: self.args(args) }, sig, 0)
    }

    /// Resolves every projection, opaque type and unevaluated constant in a type without parameters.
    pub fn normalize(&self, ty: Ty) -> Result<Ty> {
        Normalize { tcx: self }.fold_ty(ty, 0)
    }

    pub fn normalize_const(&self, ct: Const) -> Result<Const> {
        Normalize { tcx: self }.fold_const(ct, 0)
    }

    pub fn normalize_args(&self, args: Args) -> Result<Args> {
        if !self.args_flags(args).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(args);
        }
        fold_args(&mut Normalize { tcx: self }, args, 0)
    }

    /// `instantiate_and_normalize_erasing_regions`: what a type of a generic body is in an instance.
    pub fn monomorphize(&self, ty: Ty, args: Args) -> Result<Ty> {
        let flags = self.flags(ty);
        if !flags.intersects(TypeFlags::HAS_PARAM.union(TypeFlags::HAS_ALIAS)) {
            return Ok(ty);
        }
        self.normalized.tys.get_or_try((ty, args), |_| self.normalize(self.subst(ty, args)?)).copied()
    }

    pub fn monomorphize_const(&self, ct: Const, args: Args) -> Result<Const> {
        self.normalize_const(self.subst_const(ct, args)?)
    }

    pub fn monomorphize_args(&self, list: Args, args: Args) -> Result<Args> {
        self.normalize_args(self.subst_args(list, args)?)
    }

    /// A signature with its own bound regions erased, as `instantiate_bound_regions_with_erased` gives it.
    pub fn erase_late_bound(&self, sig: &PolyFnSig) -> Result<PolyFnSig> {
        Ok(PolyFnSig { bound_vars: 0, ..fold_sig(&mut EraseBound { tcx: self }, sig, 0)? })
    }

    /// Replaces bound regions of binders outside of `ty` by erased ones.
    pub fn erase_bound_in_ty(&self, ty: Ty) -> Result<Ty> {
        EraseBound { tcx: self }.fold_ty(ty, 0)
    }

    pub fn erase_bound_in_args(&self, args: Args) -> Result<Args> {
        fold_args(&mut EraseBound { tcx: self }, args, 0)
    }
}
