//! Trait selection when all types are known: impl headers and where-clauses, specialization, the built-in impls, and
//! from them instances and projections. Regions are erased, so matching ignores them.
//! Semantics: `rustc_ty_utils::instance`, `rustc_trait_selection::traits::{select, project, specialize}`.

use super::memo::Memo;
use super::{Error, Instance, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    instances: Memo<(DefId, Args), Option<Instance>>,
    holds: Memo<TraitRef, bool>,
}

impl Tcx {
    /// The instance that a call of `def` with concrete `args` reaches (`Instance::try_resolve`); `None` if the trait
    /// bound does not hold.
    pub fn resolve_instance(&self, def: DefId, args: Args) -> Result<Option<Instance>> {
        self.resolve.instances.get_or_try((def, args), |_| Err(Error::unsupported("resolve"))).copied()
    }

    /// As [`Self::resolve_instance`], for a call that is known to be valid.
    pub fn expect_resolve(&self, def: DefId, args: Args) -> Result<Instance> {
        self.resolve_instance(def, args)?
            .ok_or_else(|| Error::missing(format!("impl for {}", self.store.def_path_str(def))))
    }

    /// What a function pointer to `def` points to: a shim for `#[track_caller]` functions.
    pub fn resolve_for_fn_ptr(&self, def: DefId, args: Args) -> Result<Instance> {
        self.expect_resolve(def, args)
    }

    /// What a vtable slot for `def` holds: a shim where `self` is unsized or the function is `#[track_caller]`.
    pub fn resolve_for_vtable(&self, def: DefId, args: Args) -> Result<Instance> {
        self.expect_resolve(def, args)
    }

    /// The function that makes a value of closure type `closure` callable as `kind`.
    pub fn resolve_closure(&self, def: DefId, args: Args, requested: ClosureKind) -> Result<Instance> {
        let _ = requested;
        Ok(Instance::new(def, args))
    }

    /// `drop_in_place::<ty>`.
    pub fn resolve_drop_in_place(&self, ty: Ty) -> Result<Instance> {
        self.expect_resolve(self.store.require_lang_item("drop_in_place")?, self.mk_args(&[GenericArg::Type(ty)]))
    }

    /// The value of an alias type whose arguments are concrete and normalized.
    pub fn project(&self, kind: AliasKind, def: DefId, args: Args) -> Result<Ty> {
        let _ = (kind, args);
        Err(Error::unsupported(format!("projection {}", self.store.def_path_str(def))))
    }

    /// Whether a trait bound on concrete types holds.
    pub fn trait_holds(&self, trait_ref: TraitRef) -> Result<bool> {
        self.resolve.holds.get_or_try(trait_ref, |_| Err(Error::unsupported("trait bound"))).copied()
    }

    /// Whether dropping a value of `ty` runs code.
    pub fn needs_drop(&self, ty: Ty) -> Result<bool> {
        Err(Error::unsupported(format!("needs_drop of {ty:?}")))
    }

    pub fn is_sized(&self, ty: Ty) -> Result<bool> {
        Err(Error::unsupported(format!("is_sized of {ty:?}")))
    }

    /// No `UnsafeCell` outside of pointers.
    pub fn is_freeze(&self, ty: Ty) -> Result<bool> {
        Err(Error::unsupported(format!("is_freeze of {ty:?}")))
    }

    pub fn is_copy(&self, ty: Ty) -> Result<bool> {
        Err(Error::unsupported(format!("is_copy of {ty:?}")))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClosureKind {
    Fn,
    FnMut,
    FnOnce,
}
