//! Conversion of types, generic arguments, type-level constants, signatures and clauses.
//!
//! Free regions are erased and bound ones renumbered in order of appearance, as rustc does for a type's identity
//! (`erase_and_anonymize_regions`).

use crate::cx::ExportCx;
use crate::rustc::*;
use rustc_abi::ExternAbi;
use rustc_middle::ty::{TypingEnv, ValTreeKind};
use rustc_type_ir::{AliasTyKind, BoundVarIndexKind, ClauseKind};

impl<'tcx> ExportCx<'tcx, '_> {
    pub fn ty(&mut self, ty: Ty<'tcx>) -> ramir::Ty {
        let ty = self.tcx.erase_and_anonymize_regions(ty);
        self.erased_ty(ty)
    }

    pub fn args(&mut self, args: ty::GenericArgsRef<'tcx>) -> ramir::Args {
        let args = self.tcx.erase_and_anonymize_regions(args);
        self.erased_args(args)
    }

    pub fn ct(&mut self, ct: ty::Const<'tcx>) -> ramir::Const {
        let ct = self.tcx.erase_and_anonymize_regions(ct);
        self.erased_const(ct)
    }

    fn erased_ty(&mut self, ty: Ty<'tcx>) -> ramir::Ty {
        if let Some(&converted) = self.tys.get(&ty) {
            return converted;
        }
        let kind = self.ty_kind(ty);
        let converted = self.interner.mk(kind);
        self.tys.insert(ty, converted);
        converted
    }

    fn ty_kind(&mut self, ty: Ty<'tcx>) -> ramir::TyKind {
        use ramir::TyKind as K;
        match *ty.kind() {
            ty::Bool => K::Bool,
            ty::Char => K::Char,
            ty::Int(t) => K::Int(match t {
                ty::IntTy::Isize => ramir::IntTy::Isize,
                ty::IntTy::I8 => ramir::IntTy::I8,
                ty::IntTy::I16 => ramir::IntTy::I16,
                ty::IntTy::I32 => ramir::IntTy::I32,
                ty::IntTy::I64 => ramir::IntTy::I64,
                ty::IntTy::I128 => ramir::IntTy::I128,
            }),
            ty::Uint(t) => K::Uint(match t {
                ty::UintTy::Usize => ramir::UintTy::Usize,
                ty::UintTy::U8 => ramir::UintTy::U8,
                ty::UintTy::U16 => ramir::UintTy::U16,
                ty::UintTy::U32 => ramir::UintTy::U32,
                ty::UintTy::U64 => ramir::UintTy::U64,
                ty::UintTy::U128 => ramir::UintTy::U128,
            }),
            ty::Float(t) => K::Float(match t {
                ty::FloatTy::F16 => ramir::FloatTy::F16,
                ty::FloatTy::F32 => ramir::FloatTy::F32,
                ty::FloatTy::F64 => ramir::FloatTy::F64,
                ty::FloatTy::F128 => ramir::FloatTy::F128,
            }),
            ty::Adt(def, args) => K::Adt(self.def_id(def.did()), self.erased_args(args)),
            ty::Foreign(def) => K::Foreign(self.def_id(def)),
            ty::Str => K::Str,
            ty::Array(elem, len) => K::Array(self.erased_ty(elem), self.erased_const(len)),
            ty::Pat(base, pat) => K::Pat(self.erased_ty(base), self.pattern(pat)),
            ty::Slice(elem) => K::Slice(self.erased_ty(elem)),
            ty::RawPtr(pointee, m) => K::RawPtr(self.erased_ty(pointee), mutability(m)),
            ty::Ref(r, pointee, m) => K::Ref(region(r), self.erased_ty(pointee), mutability(m)),
            ty::FnDef(def, args) => K::FnDef(self.def_id(def), self.erased_args(args)),
            ty::FnPtr(sig, header) => K::FnPtr(Box::new(self.erased_poly_fn_sig(sig.with(header)))),
            ty::UnsafeBinder(binder) => {
                K::UnsafeBinder { bound_vars: binder.bound_vars().len() as u32, ty: self.erased_ty(binder.skip_binder()) }
            }
            ty::Dynamic(preds, r) => {
                K::Dynamic(preds.iter().map(|p| self.existential_predicate(p)).collect(), region(r))
            }
            ty::Closure(def, args) => K::Closure(self.def_id(def), self.erased_args(args)),
            ty::CoroutineClosure(def, args) => K::CoroutineClosure(self.def_id(def), self.erased_args(args)),
            ty::Coroutine(def, args) => K::Coroutine(self.def_id(def), self.erased_args(args)),
            ty::CoroutineWitness(def, args) => K::CoroutineWitness(self.def_id(def), self.erased_args(args)),
            ty::Never => K::Never,
            ty::Tuple(tys) => K::Tuple(tys.iter().map(|t| self.erased_ty(t)).collect()),
            ty::Alias(kind, alias) => {
                let kind = match kind {
                    AliasTyKind::Projection => ramir::AliasKind::Projection,
                    AliasTyKind::Inherent => ramir::AliasKind::Inherent,
                    AliasTyKind::Opaque => ramir::AliasKind::Opaque,
                    AliasTyKind::Free => ramir::AliasKind::Free,
                };
                K::Alias(kind, self.def_id(alias.def_id), self.erased_args(alias.args))
            }
            ty::Param(p) => K::Param(ramir::ParamTy { index: p.index, name: self.symbol(p.name) }),
            ty::Bound(BoundVarIndexKind::Bound(db), bound) => {
                K::Bound { debruijn: db.as_u32(), var: bound.var.as_u32() }
            }
            ty::Bound(BoundVarIndexKind::Canonical, _) | ty::Placeholder(_) | ty::Infer(_) | ty::Error(_) => K::Error,
        }
    }

    fn pattern(&mut self, pat: ty::Pattern<'tcx>) -> ramir::Pattern {
        match *pat {
            ty::PatternKind::Range { start, end } => {
                ramir::Pattern::Range { start: self.erased_const(start), end: self.erased_const(end) }
            }
            ty::PatternKind::Or(parts) => ramir::Pattern::Or(parts.iter().map(|p| self.pattern(p)).collect()),
            ty::PatternKind::NotNull => ramir::Pattern::NotNull,
        }
    }

    fn erased_args(&mut self, args: ty::GenericArgsRef<'tcx>) -> ramir::Args {
        if args.is_empty() {
            return ramir::Args::EMPTY;
        }
        if let Some(&converted) = self.args.get(&args) {
            return converted;
        }
        let list: Vec<_> = args
            .iter()
            .map(|arg| match arg.kind() {
                ty::GenericArgKind::Lifetime(r) => ramir::GenericArg::Lifetime(region(r)),
                ty::GenericArgKind::Type(t) => ramir::GenericArg::Type(self.erased_ty(t)),
                ty::GenericArgKind::Const(c) => ramir::GenericArg::Const(self.erased_const(c)),
            })
            .collect();
        let converted = self.interner.mk_args(&list);
        self.args.insert(args, converted);
        converted
    }

    fn erased_const(&mut self, ct: ty::Const<'tcx>) -> ramir::Const {
        if let Some(&converted) = self.consts.get(&ct) {
            return converted;
        }
        let kind = self.const_kind(ct);
        let converted = self.interner.mk_const(kind);
        self.consts.insert(ct, converted);
        converted
    }

    fn const_kind(&mut self, ct: ty::Const<'tcx>) -> ramir::ConstKind {
        use ramir::ConstKind as K;
        match ct.kind() {
            ty::ConstKind::Param(p) => K::Param(ramir::ParamTy { index: p.index, name: self.symbol(p.name) }),
            ty::ConstKind::Value(value) => {
                let tree = match &**value.valtree {
                    ValTreeKind::Leaf(int) => ramir::ValTree::Leaf(scalar_int(*int)),
                    ValTreeKind::Branch(parts) => {
                        ramir::ValTree::Branch(parts.iter().map(|&p| self.erased_const(p)).collect())
                    }
                };
                K::Value(self.erased_ty(value.ty), tree)
            }
            ty::ConstKind::Unevaluated(uv) => {
                if !ct.has_non_region_param() && !ct.has_escaping_bound_vars() {
                    let env = TypingEnv::fully_monomorphized();
                    if let Ok(value) = self.tcx.try_normalize_erasing_regions(env, ct)
                        && let ty::ConstKind::Value(_) = value.kind()
                    {
                        return self.const_kind(value);
                    }
                }
                K::Unevaluated(self.def_id(uv.def), self.erased_args(uv.args))
            }
            ty::ConstKind::Bound(BoundVarIndexKind::Bound(db), bound) => {
                K::Bound { debruijn: db.as_u32(), var: bound.var.as_u32() }
            }
            ty::ConstKind::Bound(BoundVarIndexKind::Canonical, _)
            | ty::ConstKind::Infer(_)
            | ty::ConstKind::Placeholder(_)
            | ty::ConstKind::Expr(_)
            | ty::ConstKind::Error(_) => K::Error,
        }
    }

    fn existential_predicate(&mut self, pred: ty::PolyExistentialPredicate<'tcx>) -> ramir::PolyExistentialPredicate {
        use ramir::ExistentialPredicate as P;
        let bound_vars = pred.bound_vars().len() as u32;
        let pred = match pred.skip_binder() {
            ty::ExistentialPredicate::Trait(t) => {
                P::Trait { def_id: self.def_id(t.def_id), args: self.erased_args(t.args) }
            }
            ty::ExistentialPredicate::Projection(p) => P::Projection {
                def_id: self.def_id(p.def_id),
                args: self.erased_args(p.args),
                term: self.erased_term(p.term),
            },
            ty::ExistentialPredicate::AutoTrait(def) => P::AutoTrait(self.def_id(def)),
        };
        ramir::PolyExistentialPredicate { bound_vars, pred }
    }

    fn erased_term(&mut self, term: ty::Term<'tcx>) -> ramir::Term {
        match term.kind() {
            ty::TermKind::Ty(t) => ramir::Term::Ty(self.erased_ty(t)),
            ty::TermKind::Const(c) => ramir::Term::Const(self.erased_const(c)),
        }
    }

    pub fn poly_fn_sig(&mut self, sig: ty::PolyFnSig<'tcx>) -> ramir::PolyFnSig {
        let sig = self.tcx.erase_and_anonymize_regions(sig);
        self.erased_poly_fn_sig(sig)
    }

    fn erased_poly_fn_sig(&mut self, sig: ty::PolyFnSig<'tcx>) -> ramir::PolyFnSig {
        let bound_vars = sig.bound_vars().len() as u32;
        let sig = sig.skip_binder();
        ramir::PolyFnSig {
            bound_vars,
            inputs_and_output: sig.inputs_and_output.iter().map(|t| self.erased_ty(t)).collect(),
            c_variadic: sig.c_variadic,
            safe: sig.safety.is_safe(),
            abi: self.extern_abi(sig.abi),
        }
    }

    fn extern_abi(&mut self, abi: ExternAbi) -> ramir::ExternAbi {
        use ramir::ExternAbi as A;
        match abi {
            ExternAbi::Rust => A::Rust,
            ExternAbi::RustCall => A::RustCall,
            ExternAbi::RustCold => A::RustCold,
            ExternAbi::RustInvalid => A::RustInvalid,
            ExternAbi::RustPreserveNone => A::RustPreserveNone,
            ExternAbi::C { unwind } => A::C { unwind },
            ExternAbi::System { unwind } => A::System { unwind },
            ExternAbi::SysV64 { unwind } => A::SysV64 { unwind },
            ExternAbi::Win64 { unwind } => A::Win64 { unwind },
            ExternAbi::EfiApi => A::EfiApi,
            ExternAbi::Unadjusted => A::Unadjusted,
            ExternAbi::Custom => A::Custom,
            ExternAbi::Cdecl { unwind } => A::Cdecl { unwind },
            ExternAbi::Stdcall { unwind } => A::Stdcall { unwind },
            ExternAbi::Fastcall { unwind } => A::Fastcall { unwind },
            ExternAbi::Vectorcall { unwind } => A::Vectorcall { unwind },
            ExternAbi::Thiscall { unwind } => A::Thiscall { unwind },
            ExternAbi::X86Interrupt => A::X86Interrupt,
            other => A::Other(self.interner.sym(other.as_str())),
        }
    }

    pub fn trait_ref(&mut self, trait_ref: ty::TraitRef<'tcx>) -> ramir::TraitRef {
        ramir::TraitRef { def_id: self.def_id(trait_ref.def_id), args: self.args(trait_ref.args) }
    }

    /// A clause that can matter once types are concrete; `None` for the others.
    pub fn clause(&mut self, clause: ty::Clause<'tcx>) -> Option<ramir::Clause> {
        match self.tcx.instantiate_bound_regions_with_erased(clause.kind()) {
            ClauseKind::Trait(pred) => Some(ramir::Clause::Trait {
                trait_ref: self.trait_ref(pred.trait_ref),
                polarity: pred.polarity == ty::PredicatePolarity::Positive,
            }),
            ClauseKind::Projection(pred) => {
                let term = self.tcx.erase_and_anonymize_regions(pred.term);
                Some(ramir::Clause::Projection {
                    def_id: self.def_id(pred.projection_term.def_id),
                    args: self.args(pred.projection_term.args),
                    term: self.erased_term(term),
                })
            }
            _ => None,
        }
    }

    pub fn clauses(&mut self, clauses: impl IntoIterator<Item = ty::Clause<'tcx>>) -> Vec<ramir::Clause> {
        clauses.into_iter().filter_map(|c| self.clause(c)).collect()
    }
}

fn region(r: ty::Region<'_>) -> ramir::Region {
    match r.kind() {
        ty::ReBound(BoundVarIndexKind::Bound(db), bound) => {
            ramir::Region::Bound { debruijn: db.as_u32(), var: bound.var.as_u32() }
        }
        _ => ramir::Region::Erased,
    }
}

pub fn mutability(m: ty::Mutability) -> ramir::Mutability {
    match m {
        ty::Mutability::Not => ramir::Mutability::Not,
        ty::Mutability::Mut => ramir::Mutability::Mut,
    }
}

pub fn scalar_int(int: ty::ScalarInt) -> ramir::ScalarInt {
    ramir::ScalarInt { data: int.to_bits_unchecked(), size: int.size().bytes() as u8 }
}
