//! The values of alias types: associated types through impls, built-in rules and `dyn` bounds; opaque types; aliases.
//! Semantics: `rustc_trait_selection::traits::project`.

use super::ClosureKind;
use super::matching::Matcher;
use super::select::{BuiltinTrait, Selection, SelectionContext, provable, super_clauses};
use crate::adapter::error::ErrorKind;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

impl Tcx {
    /// The value of an alias type whose arguments are concrete and normalized.
    pub fn project(&self, kind: AliasKind, def: DefId, args: Args) -> Result<Ty> {
        SelectionContext::new(self).project_alias(kind, def, args)
    }

    fn unsatisfied(&self, def: DefId, args: Args) -> Error {
        let self_ty = self.args(args).first().and_then(|arg| arg.as_type()).map(|ty| self.kind(ty));
        ErrorKind::Unsatisfied(format!("{} of {self_ty:?}", self.store.def_path_str(def))).into()
    }

    /// The trait that an associated item belongs to, if it is a trait's.
    pub fn trait_of_assoc(&self, def: DefId) -> Result<Option<DefId>> {
        let assoc = match &self.store.item(def)?.data {
            ItemData::Fn(f) => f.assoc,
            ItemData::Const(c) => c.assoc,
            ItemData::AssocTy(a) => Some(a.assoc),
            _ => None,
        };
        Ok(match assoc.map(|assoc| assoc.container) {
            Some(AssocContainer::Trait(def)) => Some(def),
            _ => None,
        })
    }
}

impl SelectionContext<'_> {
    pub fn project_alias(&mut self, kind: AliasKind, def: DefId, args: Args) -> Result<Ty> {
        let tcx = self.tcx;
        match kind {
            AliasKind::Projection => self.project(def, args),
            AliasKind::Opaque | AliasKind::Free => {
                let ty = match tcx.store.item(def)?.data {
                    ItemData::OpaqueTy(ty) | ItemData::TyAlias(ty) => ty,
                    _ => return Err(Error::missing(format!("type of {}", tcx.store.def_path_str(def)))),
                };
                self.monomorphize(ty, args)
            }
            AliasKind::Inherent => self.project_inherent(def, args),
        }
    }

    /// `args` are `[Self, own arguments..]`; the impl's come from matching its self type.
    fn project_inherent(&mut self, def: DefId, args: Args) -> Result<Ty> {
        let tcx = self.tcx;
        let missing = || Error::missing(format!("inherent associated type {}", tcx.store.def_path_str(def)));
        let ItemData::AssocTy(AssocTyDef {
            assoc: AssocItem { container: AssocContainer::InherentImpl(impl_def), .. },
            ty: Some(ty),
            ..
        }) = &tcx.store.item(def)?.data
        else {
            return Err(missing());
        };
        let (self_ty, own) = match tcx.args(args) {
            [GenericArg::Type(self_ty), own @ ..] => (*self_ty, own),
            _ => return Err(missing()),
        };
        let impl_item = tcx.store.item(*impl_def)?;
        let mut matcher = Matcher::new(tcx, impl_item.generics.count());
        if !matcher.ty(tcx.impl_def(*impl_def)?.self_ty, self_ty, 0) {
            return Err(tcx.unsatisfied(def, args));
        }
        let impl_args = self.finish_match(matcher, impl_item)?.ok_or_else(|| tcx.unsatisfied(def, args))?;
        let all: Vec<_> = tcx.args(impl_args).iter().chain(own).copied().collect();
        self.monomorphize(*ty, tcx.mk_args(&all))
    }

    /// The normalized value of associated type `def` of a trait.
    pub fn project(&mut self, def: DefId, args: Args) -> Result<Ty> {
        let cache = &self.tcx.resolve.projections;
        if let Some(ty) = cache.get(&(def, args)) {
            return Ok(*ty);
        }
        let ty = self.project_uncached(def, args)?;
        let ty = self.normalize(ty)?;
        Ok(*self.tcx.resolve.projections.insert((def, args), ty))
    }

    fn project_uncached(&mut self, def: DefId, args: Args) -> Result<Ty> {
        let tcx = self.tcx;
        let trait_def = tcx
            .trait_of_assoc(def)?
            .ok_or_else(|| Error::missing(format!("trait of {}", tcx.store.def_path_str(def))))?;
        let trait_len = tcx.store.item(trait_def)?.generics.count();
        let Some(trait_args) = tcx.args(args).get(..trait_len) else {
            return Err(Error::missing(format!("arguments of {}", tcx.store.def_path_str(def))));
        };
        let Some(self_ty) = trait_args.first().and_then(|arg| arg.as_type()) else {
            return Err(Error::missing("self type of a projection"));
        };
        if matches!(tcx.kind(self_ty), TyKind::Dynamic(..))
            && let Some(Term::Ty(ty)) = self.project_object(def, args, self_ty)?
        {
            return Ok(ty);
        }
        let goal = TraitRef { def_id: trait_def, args: tcx.mk_args(trait_args) };
        let selection = match self.select_for(goal, true)? {
            Some(Selection::Coinductive) => self.impl_by_header(goal)?.map(|(def, args)| Selection::Impl { def, args }),
            other => other,
        };
        match selection {
            Some(Selection::Impl { def: impl_def, args: impl_args }) => {
                let (item, item_args) = self.leaf_def(trait_def, def, args, impl_def, impl_args)?;
                match &tcx.store.item(item)?.data {
                    ItemData::AssocTy(AssocTyDef { ty: Some(ty), .. }) => tcx.subst(*ty, item_args),
                    _ => Err(tcx.unsatisfied(def, args)),
                }
            }
            Some(Selection::Builtin) => match tcx.builtin_trait(trait_def) {
                Some(builtin) => self.project_builtin(builtin, def, args, self_ty),
                None => Err(tcx.unsatisfied(def, args)),
            },
            Some(Selection::Object) => match &tcx.store.item(def)?.data {
                ItemData::AssocTy(AssocTyDef { ty: Some(ty), .. }) => tcx.subst(*ty, args),
                _ => Err(tcx.unsatisfied(def, args)),
            },
            Some(Selection::Coinductive) | None => Err(tcx.unsatisfied(def, args)),
        }
    }

    /// The value that a `dyn` type itself, or a bound on a supertrait, gives.
    pub fn project_object(&mut self, def: DefId, args: Args, self_ty: Ty) -> Result<Option<Term>> {
        let tcx = self.tcx;
        let TyKind::Dynamic(preds, _) = tcx.kind(self_ty) else { return Ok(None) };
        for pred in preds {
            if let ExistentialPredicate::Projection { def_id, args: pred_args, term } = pred.pred
                && def_id == def
            {
                let pred_args = tcx.erase_bound_in_args(pred_args)?;
                let pred_args = self.normalize_args(pred_args)?;
                if Matcher::same_args(tcx, tcx.args(pred_args), &tcx.args(args)[1..]) {
                    return Ok(Some(match term {
                        Term::Ty(ty) => Term::Ty(tcx.erase_bound_in_ty(ty)?),
                        ct => self.monomorphize_term(ct, Args::EMPTY)?,
                    }));
                }
            }
        }
        let Some(principal) = tcx.principal(self_ty)? else { return Ok(None) };
        for upcast in self.supertraits(principal)? {
            for clause in super_clauses(tcx, upcast.def_id)? {
                let Clause::Projection { def_id, args: subject, term } = *clause else { continue };
                if def_id != def {
                    continue;
                }
                if let Some(subject) = provable(self.monomorphize_args(subject, upcast.args))?
                    && Matcher::same_args(tcx, tcx.args(subject), tcx.args(args))
                {
                    return Ok(Some(match term {
                        Term::Ty(ty) => Term::Ty(tcx.subst(ty, upcast.args)?),
                        ct => self.monomorphize_term(ct, upcast.args)?,
                    }));
                }
            }
        }
        Ok(None)
    }

    fn project_builtin(&mut self, builtin: BuiltinTrait, def: DefId, args: Args, self_ty: Ty) -> Result<Ty> {
        let tcx = self.tcx;
        let unsupported = || Error::unsupported(format!("built-in {}", tcx.store.def_path_str(def)));
        let is = |name: &str| tcx.store.lang_item(name) == Some(def);
        match builtin {
            BuiltinTrait::DiscriminantKind => tcx.discriminant_ty(self_ty),
            BuiltinTrait::Pointee => {
                let tail = self.struct_tail(self_ty)?;
                match tcx.kind(tail) {
                    TyKind::Str | TyKind::Slice(_) => Ok(tcx.common.usize),
                    TyKind::Dynamic(..) => {
                        let metadata = tcx.store.require_lang_item("dyn_metadata")?;
                        Ok(tcx.mk(TyKind::Adt(metadata, tcx.mk_args(&[GenericArg::Type(tail)]))))
                    }
                    _ => Ok(tcx.common.unit),
                }
            }
            BuiltinTrait::Coroutine | BuiltinTrait::Future | BuiltinTrait::Iterator | BuiltinTrait::AsyncIterator => {
                let TyKind::Coroutine(_, coroutine_args) = *tcx.kind(self_ty) else { return Err(unsupported()) };
                let parts = tcx.coroutine_parts(coroutine_args)?;
                match builtin {
                    BuiltinTrait::Future => Ok(parts.return_),
                    BuiltinTrait::Iterator => Ok(parts.yield_),
                    BuiltinTrait::AsyncIterator => {
                        // The yield type is `Poll<Option<Item>>`.
                        let inner = |ty: Ty| match *tcx.kind(ty) {
                            TyKind::Adt(_, args) => tcx.args(args).first().and_then(|arg| arg.as_type()),
                            _ => None,
                        };
                        inner(parts.yield_).and_then(inner).ok_or_else(unsupported)
                    }
                    _ if is("coroutine_return") => Ok(parts.return_),
                    _ if is("coroutine_yield") => Ok(parts.yield_),
                    _ => Err(unsupported()),
                }
            }
            BuiltinTrait::Fn(_) => match *tcx.kind(self_ty) {
                TyKind::CoroutineClosure(closure, closure_args) => {
                    tcx.coroutine_of_closure(closure, closure_args, ClosureKind::FnOnce)
                }
                _ => Ok(self.callable_sig(self_ty)?.ok_or_else(unsupported)?.output),
            },
            BuiltinTrait::AsyncFn(goal) => {
                let is_future = is("call_once_future") || is("call_ref_future");
                match *tcx.kind(self_ty) {
                    TyKind::CoroutineClosure(closure, closure_args) if is_future => {
                        tcx.coroutine_of_closure(closure, closure_args, goal)
                    }
                    TyKind::CoroutineClosure(..) => Ok(self.callable_sig(self_ty)?.ok_or_else(unsupported)?.output),
                    _ => {
                        let output = self.callable_sig(self_ty)?.ok_or_else(unsupported)?.output;
                        if is_future {
                            return Ok(output);
                        }
                        let future_output = tcx.store.require_lang_item("future_output")?;
                        self.project(future_output, tcx.mk_args(&[GenericArg::Type(output)]))
                    }
                }
            }
            BuiltinTrait::AsyncFnKindHelper => match tcx.args(args) {
                [
                    _,
                    GenericArg::Type(goal),
                    _,
                    GenericArg::Type(inputs),
                    GenericArg::Type(upvars),
                    GenericArg::Type(by_ref),
                ] => {
                    let goal = tcx.to_closure_kind(*goal).ok_or_else(unsupported)?;
                    tcx.upvars_by_closure_kind(goal, *inputs, *upvars, *by_ref)
                }
                _ => Err(unsupported()),
            },
            _ => Err(unsupported()),
        }
    }
}
