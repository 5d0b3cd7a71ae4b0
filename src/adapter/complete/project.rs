//! Associated types in a generic body, where the headers of impls decide alone.
//!
//! What would take more, where-clauses of the body, specialization, an impl that fits only some instances, stays as opaque as it is:
//! the answer must hold for every instance. Semantics: `rustc_trait_selection::traits::{select, project}`.

use super::place_ty::TypeCx;
use crate::adapter::Result;
use crate::adapter::fold::{TypeFolder, subst, super_fold_ty};
use ramir::interner::TypeFlags;
use ramir::*;

/// Whether an impl is one for certain arguments of its trait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fit {
    Yes,
    No,
    /// For some instances of the body, or it would take more to know.
    Maybe,
}

impl Fit {
    fn and(self, other: impl FnOnce() -> Fit) -> Fit {
        match self {
            Fit::No => Fit::No,
            Fit::Yes => other(),
            Fit::Maybe if other() == Fit::No => Fit::No,
            Fit::Maybe => Fit::Maybe,
        }
    }
}

/// How many aliases may be behind one another.
const MAX_ALIASES: usize = 64;

/// Puts types in the place of aliases.
struct Reveal<'a> {
    tcx: &'a TypeCx<'a>,
    /// The aliases around.
    aliases: usize,
}

impl TypeFolder for Reveal<'_> {
    fn interner(&self) -> &Interner {
        self.tcx.interner
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        if !self.tcx.interner.flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ty);
        }
        let ty = super_fold_ty(self, ty, depth)?;
        let TyKind::Alias(kind, def, args) = *self.tcx.interner.kind(ty) else { return Ok(ty) };
        if self.aliases == MAX_ALIASES {
            return Ok(ty);
        }
        let Some(value) = self.tcx.known_alias(kind, def, args)? else { return Ok(ty) };
        self.aliases += 1;
        let value = self.fold_ty(value, depth);
        self.aliases -= 1;
        value
    }
}

impl TypeCx<'_> {
    /// The type with what is known to stand behind its aliases.
    pub fn reveal(&self, ty: Ty) -> Result<Ty> {
        Reveal { tcx: self, aliases: 0 }.fold_ty(ty, 0)
    }

    /// The type that an alias stands for in every instance of the body. `None`: not known.
    pub fn known_alias(&self, kind: AliasKind, def: DefId, args: Args) -> Result<Option<Ty>> {
        match kind {
            AliasKind::Projection => self.project(def, args),
            AliasKind::Opaque | AliasKind::Free => match self.store.opt_item(def)?.map(|item| &item.data) {
                Some(ItemData::OpaqueTy(ty) | ItemData::TyAlias(ty)) => Ok(Some(subst(self.interner, *ty, args)?)),
                _ => Ok(None),
            },
            AliasKind::Inherent => Ok(None),
        }
    }

    /// The value of the associated type `def` of a trait, with `args` for the trait and for itself. `None`: not known.
    fn project(&self, def: DefId, args: Args) -> Result<Option<Ty>> {
        let args = self.interner.args(args);
        let Some(ItemData::AssocTy(AssocTyDef { assoc: AssocItem { container: AssocContainer::Trait(trait_def), .. }, .. })) =
            self.store.opt_item(def)?.map(|item| &item.data)
        else {
            return Ok(None);
        };
        let trait_params = self.store.item(*trait_def)?.generics.count();
        let Some((trait_args, own_args)) = args.split_at_checked(trait_params) else { return Ok(None) };
        let self_ty = trait_args.first().and_then(|arg| arg.as_type());
        // Of a parameter a where-clause may say what it is.
        let Some(shape) = self_ty.and_then(|ty| simplify_type(self.interner, ty)) else { return Ok(None) };
        if matches!(shape, SimplifiedType::Dynamic(_)) {
            return Ok(None);
        }
        let mut found = None;
        for candidate in self.store.trait_impls(*trait_def) {
            if candidate.simplified_self.is_some_and(|of_impl| of_impl != shape) {
                continue;
            }
            let mut bindings = Vec::new();
            match self.fit(candidate.def_id, trait_args, &mut bindings)? {
                Fit::No => {}
                Fit::Yes if found.is_none() => found = Some((candidate.def_id, bindings)),
                _ => return Ok(None),
            }
        }
        let Some((impl_def, mut impl_args)) = found else { return Ok(None) };
        let ItemData::Impl(ImplDef { items, specialization_parent: None, .. }) = &self.store.item(impl_def)?.data else {
            return Ok(None);
        };
        let Some(value) = items.iter().find(|item| item.trait_item == Some(def)) else { return Ok(None) };
        match &self.store.item(value.def_id)?.data {
            ItemData::AssocTy(AssocTyDef { ty: Some(ty), assoc, .. }) if !assoc.is_default => {
                impl_args.extend(own_args);
                Ok(Some(subst(self.interner, *ty, self.interner.mk_args(&impl_args))?))
            }
            _ => Ok(None),
        }
    }

    /// Whether `impl_def` is an impl for `trait_args`, and with which arguments.
    fn fit(&self, impl_def: DefId, trait_args: &[GenericArg], impl_args: &mut Vec<GenericArg>) -> Result<Fit> {
        let item = self.store.item(impl_def)?;
        let ItemData::Impl(ImplDef { trait_ref: Some(trait_ref), polarity: ImplPolarity::Positive, .. }) = &item.data else {
            return Ok(Fit::Maybe);
        };
        let mut bindings = vec![None; item.generics.count()];
        for (binding, param) in bindings.iter_mut().zip(&item.generics.own_params) {
            if param.kind == GenericParamKind::Lifetime {
                *binding = Some(GenericArg::Lifetime(Region::Erased));
            }
        }
        let mut fit = self.fit_args(self.interner.args(trait_ref.args), trait_args, &mut bindings);
        for clause in &item.predicates {
            if fit != Fit::Yes {
                break;
            }
            if let Clause::Trait { trait_ref, .. } = clause
                && let Some(&GenericArg::Type(ty)) = self.interner.args(trait_ref.args).first()
                && let TyKind::Param(param) = self.interner.kind(ty)
                && let Some(Some(GenericArg::Type(ty))) = bindings.get(param.index as usize)
                && !self.may_implement(*ty, trait_ref.def_id)?
            {
                fit = Fit::No;
            }
        }
        match bindings.into_iter().collect::<Option<Vec<_>>>() {
            Some(bindings) => impl_args.extend(bindings),
            None if fit == Fit::Yes => fit = Fit::Maybe,
            None => {}
        }
        Ok(fit)
    }

    /// Whether the type's outermost shape leaves it open that it implements the trait.
    fn may_implement(&self, ty: Ty, trait_def: DefId) -> Result<bool> {
        let Some(shape) = simplify_type(self.interner, ty) else { return Ok(true) };
        let is = |name: &&str| self.store.lang_item(name) == Some(trait_def);
        let is_callable = matches!(
            self.interner.kind(ty),
            TyKind::FnDef(..) | TyKind::FnPtr(_) | TyKind::Closure(..) | TyKind::CoroutineClosure(..) | TyKind::Dynamic(..)
        );
        // Others that the language knows may hold without an impl.
        let by_impls_alone = match ["fn", "fn_mut", "fn_once"].iter().any(is) {
            true => !is_callable,
            false => !self.store.is_lang_item(trait_def) && !matches!(self.interner.kind(ty), TyKind::Dynamic(..)),
        };
        let fits = |candidate: &TraitImpl| candidate.simplified_self.is_none_or(|of_impl| of_impl == shape);
        let is_auto = matches!(&self.store.item(trait_def)?.data, ItemData::Trait(def) if def.is_auto);
        Ok(is_auto || !by_impls_alone || self.store.trait_impls(trait_def).iter().any(fits))
    }

    fn fit_args(&self, pattern: &[GenericArg], args: &[GenericArg], bindings: &mut [Option<GenericArg>]) -> Fit {
        if pattern.len() != args.len() {
            return Fit::No;
        }
        pattern.iter().zip(args).fold(Fit::Yes, |fit, (&pattern, &arg)| {
            fit.and(|| match (pattern, arg) {
                // Of lifetimes no impl depends.
                (GenericArg::Lifetime(_), GenericArg::Lifetime(_)) => Fit::Yes,
                (GenericArg::Type(pattern), GenericArg::Type(ty)) => self.fit_ty(pattern, ty, bindings),
                (GenericArg::Const(pattern), GenericArg::Const(value)) => self.fit_const(pattern, value, bindings),
                _ => Fit::No,
            })
        })
    }

    fn fit_const(&self, pattern: Const, value: Const, bindings: &mut [Option<GenericArg>]) -> Fit {
        match self.interner.const_kind(pattern) {
            ConstKind::Param(param) => bind(bindings, param.index, GenericArg::Const(value)),
            _ if pattern == value => Fit::Yes,
            _ => Fit::Maybe,
        }
    }

    fn fit_ty(&self, pattern: Ty, ty: Ty, bindings: &mut [Option<GenericArg>]) -> Fit {
        let is_open = TypeFlags::HAS_PARAM.union(TypeFlags::HAS_ALIAS);
        if pattern == ty && !self.interner.flags(pattern).intersects(is_open) {
            return Fit::Yes;
        }
        match (self.interner.kind(pattern), self.interner.kind(ty)) {
            (TyKind::Param(param), _) => bind(bindings, param.index, GenericArg::Type(ty)),
            (TyKind::Alias(..), _) | (_, TyKind::Alias(..) | TyKind::Param(_)) => Fit::Maybe,
            (&TyKind::Adt(pattern, pattern_args), &TyKind::Adt(def, args)) => match pattern == def {
                true => self.fit_args(self.interner.args(pattern_args), self.interner.args(args), bindings),
                false => Fit::No,
            },
            (&TyKind::Ref(_, pattern, a), &TyKind::Ref(_, ty, b)) | (&TyKind::RawPtr(pattern, a), &TyKind::RawPtr(ty, b)) => {
                if a == b { self.fit_ty(pattern, ty, bindings) } else { Fit::No }
            }
            (&TyKind::Slice(pattern), &TyKind::Slice(ty)) => self.fit_ty(pattern, ty, bindings),
            (&TyKind::Array(pattern, pattern_len), &TyKind::Array(ty, len)) => {
                let elements = self.fit_ty(pattern, ty, bindings);
                elements.and(|| self.fit_const(pattern_len, len, bindings))
            }
            (TyKind::Tuple(patterns), TyKind::Tuple(tys)) if patterns.len() == tys.len() => patterns
                .iter()
                .zip(tys)
                .fold(Fit::Yes, |fit, (&pattern, &ty)| fit.and(|| self.fit_ty(pattern, ty, bindings))),
            // Of one shape, and not looked into.
            _ if simplify_type(self.interner, pattern) == simplify_type(self.interner, ty) => Fit::Maybe,
            _ => Fit::No,
        }
    }
}

/// Gives a parameter of an impl its value, or compares it with the one that it has.
fn bind(bindings: &mut [Option<GenericArg>], index: u32, value: GenericArg) -> Fit {
    match bindings.get_mut(index as usize) {
        Some(binding @ None) => {
            *binding = Some(value);
            Fit::Yes
        }
        Some(Some(bound)) if *bound == value => Fit::Yes,
        // Types that differ may be equal in an instance, or but for their regions.
        _ => Fit::Maybe,
    }
}
