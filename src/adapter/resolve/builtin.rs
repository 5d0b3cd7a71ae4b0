//! Bounds that the language itself proves: sizedness, copies of built-in types, callables, coroutines, unsizing, and
//! auto traits by structure. Semantics: `rustc_trait_selection::traits::select::{candidate_assembly, confirmation}`.

use super::ClosureKind;
use super::matching::Matcher;
use super::select::{BuiltinTrait, SelectionContext, provable};
use crate::adapter::ty::MAX_TAIL;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

impl BuiltinTrait {
    /// Whether there can also be impls, in std or by users.
    pub fn allows_impls(self) -> bool {
        !matches!(
            self,
            BuiltinTrait::Sized
                | BuiltinTrait::MetaSized
                | BuiltinTrait::PointeeSized
                | BuiltinTrait::DiscriminantKind
                | BuiltinTrait::Pointee
                | BuiltinTrait::Unsize
                | BuiltinTrait::Destruct
                | BuiltinTrait::Tuple
                | BuiltinTrait::FnPtr
                | BuiltinTrait::BikeshedGuaranteedNoDrop
        )
    }
}

impl SelectionContext<'_> {
    pub(super) fn builtin_holds(&mut self, builtin: BuiltinTrait, goal: TraitRef, self_ty: Ty) -> Result<bool> {
        let tcx = self.tcx;
        let kind = tcx.kind(self_ty);
        let args = tcx.args(goal.args);
        let coroutine = |def: DefId| tcx.coroutine_def(def).map(|c| c.kind);
        Ok(match builtin {
            BuiltinTrait::Sized => self.is_sized(self_ty)?,
            BuiltinTrait::MetaSized => !matches!(tcx.kind(self.struct_tail(self_ty)?), TyKind::Foreign(_)),
            BuiltinTrait::PointeeSized
            | BuiltinTrait::DiscriminantKind
            | BuiltinTrait::Pointee
            | BuiltinTrait::Destruct => true,
            BuiltinTrait::CopyOrClone => self.builtin_copy_clone(goal.def_id, self_ty)?,
            BuiltinTrait::Unsize => match args.get(1).and_then(|arg| arg.as_type()) {
                Some(target) => self.unsize_holds(goal.def_id, self_ty, target)?,
                None => false,
            },
            BuiltinTrait::Transmute => return Err(Error::unsupported("TransmuteFrom")),
            BuiltinTrait::Tuple => matches!(kind, TyKind::Tuple(_)),
            BuiltinTrait::FnPtr => matches!(kind, TyKind::FnPtr(_)),
            BuiltinTrait::BikeshedGuaranteedNoDrop => match *kind {
                TyKind::Ref(..) => true,
                TyKind::Adt(def, _) if tcx.adt_def(def)?.flags.is_manually_drop => true,
                TyKind::Tuple(ref tys) => self.all_hold(goal.def_id, tys)?,
                TyKind::Array(elem, _) => self.all_hold(goal.def_id, &[elem])?,
                _ => tcx.is_copy(self_ty)?,
            },
            BuiltinTrait::Coroutine => match *kind {
                TyKind::Coroutine(def, _) => coroutine(def)? == CoroutineKind::Coroutine,
                _ => false,
            },
            BuiltinTrait::Future => match *kind {
                TyKind::Coroutine(def, _) => matches!(coroutine(def)?, CoroutineKind::Async(_)),
                _ => false,
            },
            BuiltinTrait::Iterator | BuiltinTrait::FusedIterator => match *kind {
                TyKind::Coroutine(def, _) => matches!(coroutine(def)?, CoroutineKind::Gen(_)),
                _ => false,
            },
            BuiltinTrait::AsyncIterator => match *kind {
                TyKind::Coroutine(def, _) => matches!(coroutine(def)?, CoroutineKind::AsyncGen(_)),
                _ => false,
            },
            BuiltinTrait::AsyncFnKindHelper => {
                let goal_kind = args.get(1).and_then(|arg| arg.as_type()).and_then(|ty| tcx.to_closure_kind(ty));
                tcx.to_closure_kind(self_ty).zip(goal_kind).is_some_and(|(actual, goal)| actual.extends(goal))
            }
            BuiltinTrait::Fn(requested) => match *kind {
                TyKind::Closure(_, closure_args) => {
                    let actual = tcx.closure_kind(closure_args)?;
                    actual.extends(requested) && self.callable_matches(self_ty, args)?
                }
                TyKind::CoroutineClosure(_, closure_args) => {
                    let parts = tcx.coroutine_closure_parts(closure_args)?;
                    let by_itself = tcx.to_closure_kind(parts.kind).is_some_and(|actual| actual.extends(requested))
                        && !tcx.has_self_borrows(&parts);
                    (by_itself || requested == ClosureKind::FnOnce) && self.callable_matches(self_ty, args)?
                }
                TyKind::FnPtr(_) | TyKind::FnDef(..) => self.callable_matches(self_ty, args)?,
                _ => false,
            },
            BuiltinTrait::AsyncFn(requested) => match *kind {
                TyKind::CoroutineClosure(_, closure_args) => {
                    let parts = tcx.coroutine_closure_parts(closure_args)?;
                    tcx.to_closure_kind(parts.kind).is_some_and(|actual| actual.extends(requested))
                        && self.callable_matches(self_ty, args)?
                }
                TyKind::Closure(_, closure_args) => {
                    let actual = tcx.closure_kind(closure_args)?;
                    actual.extends(requested)
                        && self.callable_matches(self_ty, args)?
                        && self.returns_future(self_ty)?
                }
                TyKind::FnPtr(_) | TyKind::FnDef(..) => {
                    self.callable_matches(self_ty, args)? && self.returns_future(self_ty)?
                }
                _ => false,
            },
        })
    }

    /// Whether the argument tuple in `args` (`[Self, Args]`) is what `callable` takes.
    fn callable_matches(&mut self, callable: Ty, args: &[GenericArg]) -> Result<bool> {
        let Some(inputs) = args.get(1).and_then(|arg| arg.as_type()) else { return Ok(false) };
        let Some(sig) = self.callable_sig(callable)? else { return Ok(false) };
        Ok(Matcher::same_ty(self.tcx, sig.tupled_inputs, inputs))
    }

    fn returns_future(&mut self, callable: Ty) -> Result<bool> {
        let future = self.tcx.store.require_lang_item("future_trait")?;
        match self.callable_sig(callable)? {
            Some(sig) => self.holds(future, &[GenericArg::Type(sig.output)]),
            None => Ok(false),
        }
    }

    /// `Copy` or `Clone` of the types that have no impl in core.
    fn builtin_copy_clone(&mut self, trait_def: DefId, ty: Ty) -> Result<bool> {
        let tcx = self.tcx;
        match *tcx.kind(ty) {
            TyKind::FnDef(..) | TyKind::FnPtr(_) | TyKind::Error => Ok(true),
            TyKind::Tuple(ref tys) => self.all_hold(trait_def, tys),
            TyKind::Pat(base, _) => self.all_hold(trait_def, &[base]),
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => self.all_hold(trait_def, tcx.upvar_tys(ty)?),
            // `#![feature(coroutine_clone)]`: whether the coroutine may move is settled by type checking.
            TyKind::Coroutine(def, args) => match tcx.coroutine_def(def)?.kind {
                CoroutineKind::Async(_) | CoroutineKind::AsyncGen(_) => Ok(false),
                CoroutineKind::Gen(_) | CoroutineKind::Coroutine => {
                    let upvars = tcx.upvar_tys(ty)?;
                    Ok(self.all_hold(trait_def, upvars)? && self.witness_holds(trait_def, def, args)?)
                }
            },
            TyKind::CoroutineWitness(def, args) => self.witness_holds(trait_def, def, args),
            _ => Ok(false),
        }
    }

    /// A bound on all types that live in a coroutine across a suspension.
    fn witness_holds(&mut self, trait_def: DefId, coroutine: DefId, args: Args) -> Result<bool> {
        let layout = self.tcx.store.coroutine_layout(coroutine)?;
        for (i, &ty) in layout.field_tys.iter().enumerate() {
            if layout.ignore_for_traits.get(i) == Some(&true) {
                continue;
            }
            let Some(ty) = provable(self.monomorphize(ty, args))? else { return Ok(false) };
            if !self.holds(trait_def, &[GenericArg::Type(ty)])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// An auto trait of a type that no impl of it mentions.
    pub(super) fn auto_trait_holds(&mut self, trait_def: DefId, ty: Ty) -> Result<bool> {
        let tcx = self.tcx;
        match *tcx.kind(ty) {
            TyKind::Error | TyKind::Str => Ok(true),
            TyKind::Foreign(_) | TyKind::Dynamic(..) | TyKind::Alias(..) | TyKind::Param(_) | TyKind::Bound { .. } => {
                Ok(false)
            }
            TyKind::UnsafeBinder { ty, .. } => {
                let ty = tcx.erase_bound_in_ty(ty)?;
                self.all_hold(trait_def, &[ty])
            }
            TyKind::RawPtr(ty, _)
            | TyKind::Ref(_, ty, _)
            | TyKind::Pat(ty, _)
            | TyKind::Array(ty, _)
            | TyKind::Slice(ty) => self.all_hold(trait_def, &[ty]),
            TyKind::Tuple(ref tys) => self.all_hold(trait_def, tys),
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => self.all_hold(trait_def, tcx.upvar_tys(ty)?),
            TyKind::Coroutine(def, args) => {
                // A coroutine that borrows from itself may not move.
                if tcx.store.lang_item("unpin") == Some(trait_def) {
                    return Ok(tcx.coroutine_def(def)?.is_movable);
                }
                let upvars = tcx.upvar_tys(ty)?;
                Ok(self.all_hold(trait_def, upvars)? && self.witness_holds(trait_def, def, args)?)
            }
            TyKind::CoroutineWitness(def, args) => self.witness_holds(trait_def, def, args),
            TyKind::Adt(def, args) => {
                let adt = tcx.adt_def(def)?;
                if adt.flags.is_phantom_data {
                    let tys: Vec<Ty> = tcx.args(args).iter().filter_map(|arg| arg.as_type()).collect();
                    return self.all_hold(trait_def, &tys);
                }
                for field in adt.variants.iter().flat_map(|v| &v.fields) {
                    let Some(ty) = provable(self.monomorphize(field.ty, args))? else { return Ok(false) };
                    if !self.holds(trait_def, &[GenericArg::Type(ty)])? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ref kind => Ok(is_leaf(kind)),
        }
    }

    pub(super) fn is_sized(&mut self, ty: Ty) -> Result<bool> {
        let tail = self.struct_tail(ty)?;
        Ok(!matches!(self.tcx.kind(tail), TyKind::Str | TyKind::Slice(_) | TyKind::Dynamic(..) | TyKind::Foreign(_)))
    }

    /// The type that decides a type's metadata: the last field of structs and tuples, all the way down. Nothing but
    /// the tail itself is normalized, since the rest may depend on the bound that asks.
    pub(super) fn struct_tail(&mut self, of: Ty) -> Result<Ty> {
        let tcx = self.tcx;
        let mut ty = of;
        for _ in 0..MAX_TAIL {
            ty = match *tcx.kind(ty) {
                TyKind::Adt(def, args) => {
                    let adt = tcx.adt_def(def)?;
                    match adt.variants.first().and_then(|v| v.fields.last()) {
                        Some(field) if adt.kind == AdtKind::Struct => tcx.subst(field.ty, args)?,
                        _ => return Ok(ty),
                    }
                }
                TyKind::Tuple(ref tys) => match tys.last() {
                    Some(&last) => last,
                    None => return Ok(ty),
                },
                TyKind::Pat(base, _) => base,
                TyKind::Alias(..) => self.normalize(ty)?,
                TyKind::Dynamic(..) => return self.normalize(ty),
                _ => return Ok(ty),
            };
        }
        Err(tcx.nests_too_deeply(of))
    }

    fn unsize_holds(&mut self, unsize: DefId, source: Ty, target: Ty) -> Result<bool> {
        let tcx = self.tcx;
        match (tcx.kind(source), tcx.kind(target)) {
            (TyKind::Dynamic(a, _), TyKind::Dynamic(b, _)) => {
                let (from, to) = (tcx.principal(source)?, tcx.principal(target)?);
                let upcasts = match from {
                    Some(from) => self.supertraits(from)?,
                    None => Vec::new(),
                };
                let principal_ok = match to {
                    None => true,
                    Some(to) => {
                        let to_args = &tcx.args(to.args)[1..];
                        upcasts.iter().any(|up| {
                            up.def_id == to.def_id && Matcher::same_args(tcx, &tcx.args(up.args)[1..], to_args)
                        })
                    }
                };
                let autos_ok = b.iter().all(|p| match p.pred {
                    ExistentialPredicate::AutoTrait(def) => {
                        a.iter().any(|p| p.pred == ExistentialPredicate::AutoTrait(def))
                            || upcasts.iter().any(|up| up.def_id == def)
                    }
                    _ => true,
                });
                Ok(principal_ok && autos_ok)
            }
            (_, TyKind::Dynamic(preds, _)) => {
                if !self.is_sized(source)? {
                    return Ok(false);
                }
                for pred in preds {
                    let with_self = |args: Args| -> Result<Args> {
                        let args = tcx.args(tcx.erase_bound_in_args(args)?);
                        let all: Vec<_> =
                            std::iter::once(GenericArg::Type(source)).chain(args.iter().copied()).collect();
                        Ok(tcx.mk_args(&all))
                    };
                    let holds = match pred.pred {
                        ExistentialPredicate::Trait { def_id, args } => {
                            self.select(TraitRef { def_id, args: with_self(args)? })?.is_some()
                        }
                        ExistentialPredicate::AutoTrait(def_id) => self.holds(def_id, &[GenericArg::Type(source)])?,
                        ExistentialPredicate::Projection { def_id, args, term: Term::Ty(ty) } => {
                            let ty = tcx.erase_bound_in_ty(ty)?;
                            let value = provable(self.project(def_id, with_self(args)?))?;
                            value.is_some_and(|value| Matcher::same_ty(tcx, value, ty))
                        }
                        ExistentialPredicate::Projection { .. } => true,
                    };
                    if !holds {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (TyKind::Array(a, _), TyKind::Slice(b)) => Ok(Matcher::same_ty(tcx, *a, *b)),
            (TyKind::Adt(a, a_args), TyKind::Adt(b, b_args)) if a == b => {
                let adt = tcx.adt_def(*a)?;
                if adt.kind != AdtKind::Struct {
                    return Ok(false);
                }
                let Some(tail) = adt.variants.first().and_then(|v| v.fields.last()) else { return Ok(false) };
                let (source_tail, target_tail) =
                    (self.monomorphize(tail.ty, *a_args)?, self.monomorphize(tail.ty, *b_args)?);
                self.holds(unsize, &[GenericArg::Type(source_tail), GenericArg::Type(target_tail)])
            }
            _ => Ok(false),
        }
    }
}

/// Types of values that have no parts and own nothing: they are `Copy`, are sized, and have all auto traits.
pub(in crate::adapter) fn is_leaf(kind: &TyKind) -> bool {
    matches!(
        kind,
        TyKind::Bool
            | TyKind::Char
            | TyKind::Int(_)
            | TyKind::Uint(_)
            | TyKind::Float(_)
            | TyKind::Never
            | TyKind::FnDef(..)
            | TyKind::FnPtr(_)
    )
}

impl Tcx {
    /// Whether dropping a value of `ty` runs code. Semantics: `rustc_ty_utils::needs_drop`.
    pub fn needs_drop(&self, ty: Ty) -> Result<bool> {
        match *self.kind(ty) {
            ref kind if is_leaf(kind) => Ok(false),
            TyKind::RawPtr(..)
            | TyKind::Ref(..)
            | TyKind::Str
            | TyKind::Foreign(_) => Ok(false),
            TyKind::Dynamic(..) | TyKind::Error | TyKind::Coroutine(..) | TyKind::CoroutineWitness(..) => Ok(true),
            TyKind::Pat(inner, _) | TyKind::Slice(inner) => self.needs_drop(inner),
            TyKind::Array(elem, len) => Ok(self.needs_drop(elem)? && self.const_to_usize(len)? != 0),
            _ => self.resolve.needs_drop.get_or_try(ty, |&ty| self.compute_needs_drop(ty)).copied(),
        }
    }

    fn compute_needs_drop(&self, ty: Ty) -> Result<bool> {
        let any = |tys: &[Ty]| -> Result<bool> {
            for &ty in tys {
                if self.needs_drop(ty)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match *self.kind(ty) {
            TyKind::Tuple(ref tys) => any(tys),
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => any(self.upvar_tys(ty)?),
            TyKind::UnsafeBinder { ty, .. } => {
                let ty = self.erase_bound_in_ty(ty)?;
                self.needs_drop(ty)
            }
            TyKind::Adt(def, args) => {
                let adt = self.adt_def(def)?;
                if adt.flags.is_manually_drop {
                    return Ok(false);
                }
                if adt.destructor.is_some() || adt.flags.is_box {
                    return Ok(true);
                }
                // A union's own destructor runs, its fields' do not.
                if adt.kind == AdtKind::Union {
                    return Ok(false);
                }
                for field in adt.variants.iter().flat_map(|v| &v.fields) {
                    if self.needs_drop(self.field_ty(field, args)?)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ref other => Err(Error::unsupported(format!("needs_drop of {other:?}"))),
        }
    }

    pub fn is_sized(&self, ty: Ty) -> Result<bool> {
        match self.kind(ty) {
            TyKind::Str | TyKind::Slice(_) | TyKind::Dynamic(..) | TyKind::Foreign(_) => Ok(false),
            TyKind::Adt(..) | TyKind::Tuple(_) | TyKind::Pat(..) => {
                self.resolve.sized.get_or_try(ty, |&ty| SelectionContext::new(self).is_sized(ty)).copied()
            }
            _ => Ok(true),
        }
    }

    /// No `UnsafeCell` outside of pointers.
    pub fn is_freeze(&self, ty: Ty) -> Result<bool> {
        match *self.kind(ty) {
            ref kind if is_leaf(kind) => Ok(true),
            TyKind::RawPtr(..)
            | TyKind::Ref(..)
            | TyKind::Str => Ok(true),
            TyKind::Slice(elem) | TyKind::Array(elem, _) => self.is_freeze(elem),
            _ => self.implements("freeze", ty),
        }
    }

    pub fn is_copy(&self, ty: Ty) -> Result<bool> {
        match *self.kind(ty) {
            ref kind if is_leaf(kind) => Ok(true),
            TyKind::RawPtr(..)
            | TyKind::Ref(_, _, Mutability::Not) => Ok(true),
            TyKind::Ref(_, _, Mutability::Mut) | TyKind::Str | TyKind::Slice(_) | TyKind::Dynamic(..) => Ok(false),
            _ => self.implements("copy", ty),
        }
    }

    /// Whether `ty` implements a trait that is a lang item and has no other parameters.
    pub fn implements(&self, lang_item: &str, ty: Ty) -> Result<bool> {
        let def_id = self.store.require_lang_item(lang_item)?;
        self.trait_holds(TraitRef { def_id, args: self.mk_args(&[GenericArg::Type(ty)]) })
    }

    /// The principal trait of a `dyn` type with the type itself as `Self`.
    pub fn principal(&self, dyn_ty: Ty) -> Result<Option<TraitRef>> {
        let TyKind::Dynamic(preds, _) = self.kind(dyn_ty) else { return Ok(None) };
        let Some(&ExistentialPredicate::Trait { def_id, args }) = preds.first().map(|p| &p.pred) else {
            return Ok(None);
        };
        let args = self.args(self.erase_bound_in_args(args)?);
        let all: Vec<_> = std::iter::once(GenericArg::Type(dyn_ty)).chain(args.iter().copied()).collect();
        Ok(Some(TraitRef { def_id, args: self.mk_args(&all) }))
    }
}
