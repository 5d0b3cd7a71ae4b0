//! Trait selection when all types are known: impl headers and where-clauses, specialization, the built-in rules, and
//! from them instances and projections. Regions are erased, so matching ignores them.
//!
//! Invariant: the arguments of every query are concrete and normalized; what is memoized is a function of them alone.
//! Semantics: `rustc_ty_utils::instance`, `rustc_trait_selection::traits::{select, project, specialize}`.

mod builtin;
mod callable;
mod coerce;
mod matching;
mod project;
mod select;
mod specialize;
#[cfg(test)]
mod tests;

pub(super) use builtin::is_leaf;
pub use callable::CoroutineClosureParts;
pub use select::Selection;

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::*;
use rustc_hash::FxHashMap;
pub(super) use select::provable;
use select::{BuiltinTrait, ImplIndex, SelectionContext};
use std::sync::OnceLock;

#[derive(Default)]
pub struct Cache {
    instances: Memo<(DefId, Args), Option<Instance>>,
    selections: Memo<TraitRef, Option<Selection>>,
    projections: Memo<(DefId, Args), Ty>,
    impls: Memo<DefId, ImplIndex>,
    builtin_traits: OnceLock<FxHashMap<DefId, BuiltinTrait>>,
    needs_drop: Memo<Ty, bool>,
    sized: Memo<Ty, bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClosureKind {
    Fn,
    FnMut,
    FnOnce,
}

impl Tcx {
    /// The instance that a call of `def` with concrete `args` reaches (`Instance::try_resolve`); `None` if the trait
    /// bound does not hold.
    pub fn resolve_instance(&self, def: DefId, args: Args) -> Result<Option<Instance>> {
        self.resolve
            .instances
            .get_or_try((def, args), |&(def, args)| {
                let args = self.normalize_args(args)?;
                match self.trait_of_assoc(def)? {
                    Some(trait_def) => self.resolve_associated_item(trait_def, def, args),
                    None => self.resolve_item(def, args),
                }
            })
            .copied()
    }

    /// As [`Self::resolve_instance`], for a call that is known to be valid.
    pub fn expect_resolve(&self, def: DefId, args: Args) -> Result<Instance> {
        self.resolve_instance(def, args)?.ok_or_else(|| {
            let self_ty = self.args(args).first().and_then(|arg| arg.as_type()).map(|ty| self.kind(ty));
            Error::missing(format!("impl that gives {} for {self_ty:?}", self.store.def_path_str(def)))
        })
    }

    fn resolve_item(&self, def: DefId, args: Args) -> Result<Option<Instance>> {
        if let ItemData::Fn(f) = &self.store.item(def)?.data
            && f.intrinsic.is_some()
        {
            return Ok(Some(Instance { def: InstanceKind::Intrinsic(def), args }));
        }
        if self.store.lang_item("drop_in_place") == Some(def) {
            let [GenericArg::Type(ty)] = *self.args(args) else {
                return Err(Error::missing("argument of drop_in_place"));
            };
            let glue = self.needs_drop(ty)?.then_some(ty);
            return Ok(Some(Instance { def: InstanceKind::DropGlue(def, glue), args }));
        }
        if self.store.lang_item("async_drop_in_place") == Some(def) {
            return Err(Error::unsupported("async drop"));
        }
        Ok(Some(Instance { def: InstanceKind::Item(def), args }))
    }

    /// What a `dyn` type says an associated constant of its trait is.
    pub fn object_const(&self, def: DefId, args: Args, self_ty: Ty) -> Result<Option<Const>> {
        match SelectionContext::new(self).project_object(def, args, self_ty)? {
            Some(Term::Const(ct)) => Ok(Some(ct)),
            _ => Ok(None),
        }
    }

    fn resolve_associated_item(&self, trait_def: DefId, item: DefId, args: Args) -> Result<Option<Instance>> {
        let trait_len = self.store.item(trait_def)?.generics.count();
        let Some(trait_args) = self.args(args).get(..trait_len) else {
            return Err(Error::missing(format!("arguments of {}", self.store.def_path_str(item))));
        };
        let Some(self_ty) = trait_args.first().and_then(|arg| arg.as_type()) else {
            return Err(Error::missing(format!("self type of {}", self.store.def_path_str(item))));
        };
        let goal = TraitRef { def_id: trait_def, args: self.mk_args(trait_args) };
        match self.select(goal)? {
            Some(Selection::Impl { def, args: impl_args }) => {
                let mut selcx = SelectionContext::new(self);
                let (leaf, leaf_args) = selcx.leaf_def(trait_def, item, args, def, impl_args)?;
                // A trait's method that is an intrinsic stays one.
                let kind = match &self.store.item(leaf)?.data {
                    ItemData::Fn(f) if f.intrinsic.is_some() => InstanceKind::Intrinsic(leaf),
                    _ => InstanceKind::Item(leaf),
                };
                Ok(Some(Instance { def: kind, args: leaf_args }))
            }
            Some(Selection::Object) => {
                let Some(offset) = self.own_existential_vtable_entries(trait_def)?.iter().position(|&def| def == item)
                else {
                    // Without a slot, only a method that cannot be overridden (`final`) can be called on a `dyn` type.
                    let is_provided = matches!(
                        self.store.item(item)?.data,
                        ItemData::Fn(FnDef { assoc: Some(AssocItem { has_value: true, .. }), .. })
                    );
                    return Ok(is_provided.then(|| Instance::new(item, args)));
                };
                let base = self.first_method_vtable_slot(goal)?;
                Ok(Some(Instance { def: InstanceKind::Virtual(item, base + offset), args }))
            }
            Some(Selection::Builtin) => match self.builtin_trait(trait_def) {
                Some(builtin) => self.resolve_builtin(builtin, trait_def, item, args, self_ty),
                None => Ok(None),
            },
            Some(Selection::Coinductive) | None => Ok(None),
        }
    }

    fn resolve_builtin(
        &self,
        builtin: BuiltinTrait,
        trait_def: DefId,
        item: DefId,
        args: Args,
        self_ty: Ty,
    ) -> Result<Option<Instance>> {
        let is = |name: &str, def: DefId| self.store.lang_item(name) == Some(def);
        let shim = |def: InstanceKind| Ok(Some(Instance { def, args }));
        match builtin {
            BuiltinTrait::CopyOrClone if is("clone", trait_def) => {
                if is("clone_fn", item) {
                    shim(InstanceKind::CloneShim(item, self_ty))
                } else {
                    shim(InstanceKind::Item(item))
                }
            }
            BuiltinTrait::FnPtr => shim(InstanceKind::FnPtrAddrShim(item, self_ty)),
            BuiltinTrait::Fn(requested) => match *self.kind(self_ty) {
                TyKind::Closure(def, closure_args) => self.resolve_closure(def, closure_args, requested).map(Some),
                TyKind::CoroutineClosure(def, closure_args) => {
                    // The `Fn` traits of an async closure all give the coroutine of `FnOnce`.
                    let parts = self.coroutine_closure_parts(closure_args)?;
                    let kind = if self.to_closure_kind(parts.kind) == Some(ClosureKind::FnOnce) {
                        InstanceKind::Item(def)
                    } else {
                        InstanceKind::ConstructCoroutineInClosureShim {
                            coroutine_closure: def,
                            receiver_by_ref: requested != ClosureKind::FnOnce,
                        }
                    };
                    Ok(Some(Instance { def: kind, args: closure_args }))
                }
                _ => shim(InstanceKind::FnPtrShim(item, self_ty)),
            },
            BuiltinTrait::AsyncFn(requested) => match *self.kind(self_ty) {
                TyKind::CoroutineClosure(def, closure_args) => {
                    let parts = self.coroutine_closure_parts(closure_args)?;
                    let by_move = requested == ClosureKind::FnOnce
                        && self.to_closure_kind(parts.kind) != Some(ClosureKind::FnOnce);
                    let kind = if by_move {
                        InstanceKind::ConstructCoroutineInClosureShim { coroutine_closure: def, receiver_by_ref: false }
                    } else {
                        InstanceKind::Item(def)
                    };
                    Ok(Some(Instance { def: kind, args: closure_args }))
                }
                TyKind::Closure(def, closure_args) => self.resolve_closure(def, closure_args, requested).map(Some),
                _ => shim(InstanceKind::FnPtrShim(item, self_ty)),
            },
            BuiltinTrait::Future => self.resolve_coroutine("poll", item, args, self_ty),
            BuiltinTrait::Iterator => self.resolve_coroutine("next", item, args, self_ty),
            BuiltinTrait::AsyncIterator => self.resolve_coroutine("async_iterator_poll_next", item, args, self_ty),
            BuiltinTrait::Coroutine => self.resolve_coroutine("coroutine_resume", item, args, self_ty),
            _ => Ok(None),
        }
    }

    /// `method` is the lang item that runs the coroutine; the trait's other methods are its defaults.
    fn resolve_coroutine(&self, method: &str, item: DefId, args: Args, self_ty: Ty) -> Result<Option<Instance>> {
        let TyKind::Coroutine(def, coroutine_args) = *self.kind(self_ty) else { return Ok(None) };
        if self.store.require_lang_item(method)? != item {
            return Ok(Some(Instance::new(item, args)));
        }
        let kind = self.to_closure_kind(self.coroutine_parts(coroutine_args)?.kind);
        let body = match self.coroutine_def(def)?.by_move_body {
            Some(by_move) if kind == Some(ClosureKind::FnOnce) => by_move,
            _ => def,
        };
        Ok(Some(Instance::new(body, coroutine_args)))
    }

    /// What a function pointer to `def` points to: a shim for `#[track_caller]` functions.
    pub fn resolve_for_fn_ptr(&self, def: DefId, args: Args) -> Result<Instance> {
        let mut instance = self.expect_resolve(def, args)?;
        match instance.def {
            InstanceKind::Item(def) if self.is_track_caller(def)? => instance.def = InstanceKind::ReifyShim(def),
            InstanceKind::Virtual(def, _) => instance.def = InstanceKind::ReifyShim(def),
            _ => {}
        }
        Ok(instance)
    }

    /// What a vtable slot for `def` holds: a shim where `self` is unsized or the function is `#[track_caller]`.
    pub fn resolve_for_vtable(&self, def: DefId, args: Args) -> Result<Instance> {
        let takes_self_by_value = self.store.item(def)?.generics.has_self
            && self.fn_sig(def)?.inputs().first().is_some_and(|&ty| matches!(self.kind(ty), TyKind::Param(p) if p.index == 0));
        if takes_self_by_value {
            return Ok(Instance { def: InstanceKind::VTableShim(def), args });
        }
        let mut instance = self.expect_resolve(def, args)?;
        match instance.def {
            InstanceKind::Item(found) => {
                // Callers through the vtable pass a location only if the trait says so.
                if self.is_track_caller(found)? && !self.trait_says_track_caller(found)? {
                    if matches!(self.store.item(found)?.data, ItemData::Closure(_)) {
                        instance = Instance { def: InstanceKind::ReifyShim(def), args };
                    } else {
                        instance.def = InstanceKind::ReifyShim(found);
                    }
                }
            }
            InstanceKind::Virtual(found, _) => instance.def = InstanceKind::ReifyShim(found),
            _ => {}
        }
        Ok(instance)
    }

    fn is_track_caller(&self, def: DefId) -> Result<bool> {
        Ok(self.codegen_attrs(def)?.is_some_and(|attrs| attrs.track_caller))
    }

    /// Whether a `#[track_caller]` function has the attribute from its trait, or is the trait's own.
    fn trait_says_track_caller(&self, def: DefId) -> Result<bool> {
        match self.store.item(def)?.data {
            ItemData::Fn(FnDef { assoc: Some(assoc), .. }) => match assoc.container {
                AssocContainer::Trait(_) => Ok(true),
                AssocContainer::TraitImpl { trait_item: Some(item), .. } => self.is_track_caller(item),
                _ => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// The function that makes a value of closure type `closure` callable as `kind`.
    pub fn resolve_closure(&self, def: DefId, args: Args, requested: ClosureKind) -> Result<Instance> {
        if requested != ClosureKind::FnOnce || self.closure_kind(args)? == ClosureKind::FnOnce {
            return Ok(Instance::new(def, args));
        }
        let fn_once = self.store.require_lang_item("fn_once")?;
        let call_once = self
            .trait_def(fn_once)?
            .items
            .iter()
            .copied()
            .find(|&item| matches!(self.store.item(item).map(|item| &item.data), Ok(ItemData::Fn(_))))
            .ok_or_else(|| Error::missing("FnOnce::call_once"))?;
        let closure = self.mk(TyKind::Closure(def, args));
        let inputs = self.normalize(self.closure_sig(args)?.inputs()[0])?;
        let track_caller = self.is_track_caller(def)?;
        Ok(Instance {
            def: InstanceKind::ClosureOnceShim { call_once, track_caller },
            args: self.mk_args(&[GenericArg::Type(closure), GenericArg::Type(inputs)]),
        })
    }

    /// `drop_in_place::<ty>`.
    pub fn resolve_drop_in_place(&self, ty: Ty) -> Result<Instance> {
        self.expect_resolve(self.store.require_lang_item("drop_in_place")?, self.mk_args(&[GenericArg::Type(ty)]))
    }

    /// Whether a trait bound on concrete types holds.
    pub fn trait_holds(&self, trait_ref: TraitRef) -> Result<bool> {
        Ok(self.select(trait_ref)?.is_some())
    }

    /// As [`Tcx::trait_holds`], for a bound that the program may only ask about.
    pub fn trait_holds_exactly(&self, trait_ref: TraitRef) -> Result<bool> {
        Ok(SelectionContext::exact(self).select(trait_ref)?.is_some())
    }

    /// Whether the where-clauses of `def` itself, without those of its parents, hold for concrete `args`.
    pub fn own_clauses_hold(&self, def: DefId, args: Args) -> Result<bool> {
        SelectionContext::new(self).clauses_hold(def, args)
    }

    /// As [`Tcx::own_clauses_hold`], for clauses that nobody has to fulfil.
    pub fn own_clauses_hold_exactly(&self, def: DefId, args: Args) -> Result<bool> {
        SelectionContext::exact(self).clauses_hold(def, args)
    }
}
