//! Which impl, or which built-in rule, makes a trait bound on concrete types hold.
//!
//! Semantics: `rustc_trait_selection::traits::select`, with an empty `ParamEnv` and all types revealed.

use super::matching::Matcher;
use super::ClosureKind;
use crate::adapter::error::ErrorKind;
use crate::adapter::fold::{TypeFolder, fold_args, super_fold_const, super_fold_ty};
use crate::adapter::{Error, Result, Tcx};
use ramir::interner::TypeFlags;
use ramir::*;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Deeper than any sound program's bounds nest; rustc's default limit is 128.
const RECURSION_LIMIT: usize = 256;

/// Why a bound holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection {
    Impl {
        def: DefId,
        args: Args,
    },
    /// A rule of the language.
    Builtin,
    /// `dyn Trait: Trait`, or one of its supertraits.
    Object,
    /// It is being proved, and a proof of it may use itself.
    Coinductive,
}

/// The impls of a trait, by what their self type looks like.
#[derive(Default)]
pub(super) struct ImplIndex {
    by_self: FxHashMap<SimplifiedType, Vec<DefId>>,
    blanket: Vec<DefId>,
}

/// Traits with rules of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BuiltinTrait {
    Sized,
    MetaSized,
    PointeeSized,
    /// `Copy`, `Clone`, `TrivialClone`
    CopyOrClone,
    DiscriminantKind,
    Pointee,
    Unsize,
    Destruct,
    Transmute,
    Tuple,
    FnPtr,
    BikeshedGuaranteedNoDrop,
    Coroutine,
    Future,
    Iterator,
    FusedIterator,
    AsyncIterator,
    AsyncFnKindHelper,
    AsyncFn(ClosureKind),
    Fn(ClosureKind),
}

const BUILTIN_TRAITS: &[(&str, BuiltinTrait)] = &[
    ("sized", BuiltinTrait::Sized),
    ("meta_sized", BuiltinTrait::MetaSized),
    ("pointee_sized", BuiltinTrait::PointeeSized),
    ("copy", BuiltinTrait::CopyOrClone),
    ("clone", BuiltinTrait::CopyOrClone),
    ("trivial_clone", BuiltinTrait::CopyOrClone),
    ("discriminant_kind", BuiltinTrait::DiscriminantKind),
    ("pointee_trait", BuiltinTrait::Pointee),
    ("unsize", BuiltinTrait::Unsize),
    ("destruct", BuiltinTrait::Destruct),
    ("transmute_trait", BuiltinTrait::Transmute),
    ("tuple_trait", BuiltinTrait::Tuple),
    ("fn_ptr_trait", BuiltinTrait::FnPtr),
    ("bikeshed_guaranteed_no_drop", BuiltinTrait::BikeshedGuaranteedNoDrop),
    ("coroutine", BuiltinTrait::Coroutine),
    ("future_trait", BuiltinTrait::Future),
    ("iterator", BuiltinTrait::Iterator),
    ("fused_iterator", BuiltinTrait::FusedIterator),
    ("async_iterator", BuiltinTrait::AsyncIterator),
    ("async_fn_kind_helper", BuiltinTrait::AsyncFnKindHelper),
    ("async_fn", BuiltinTrait::AsyncFn(ClosureKind::Fn)),
    ("async_fn_mut", BuiltinTrait::AsyncFn(ClosureKind::FnMut)),
    ("async_fn_once", BuiltinTrait::AsyncFn(ClosureKind::FnOnce)),
    ("fn", BuiltinTrait::Fn(ClosureKind::Fn)),
    ("fn_mut", BuiltinTrait::Fn(ClosureKind::FnMut)),
    ("fn_once", BuiltinTrait::Fn(ClosureKind::FnOnce)),
];

impl Tcx {
    pub(super) fn builtin_trait(&self, def: DefId) -> Option<BuiltinTrait> {
        let table = self.resolve.builtin_traits.get_or_init(|| {
            BUILTIN_TRAITS.iter().filter_map(|&(name, b)| Some((self.store.lang_item(name)?, b))).collect()
        });
        table.get(&def).copied()
    }

    pub(super) fn impl_index(&self, trait_def: DefId) -> Result<&ImplIndex> {
        self.resolve.impls.get_or_try(trait_def, |&trait_def| {
            let mut index = ImplIndex::default();
            for &TraitImpl { def_id, simplified_self } in self.store.trait_impls(trait_def) {
                match simplified_self {
                    Some(key) => index.by_self.entry(key).or_default().push(def_id),
                    None => index.blanket.push(def_id),
                }
            }
            Ok(index)
        })
    }

    /// What proves a bound on concrete, normalized types, or `None` if it does not hold.
    pub fn select(&self, trait_ref: TraitRef) -> Result<Option<Selection>> {
        match self.resolve.selections.get(&trait_ref) {
            Some(selection) => Ok(*selection),
            None => SelectionContext::new(self).select(trait_ref),
        }
    }
}

/// One query, with the bounds that are being proved.
pub(super) struct SelectionContext<'a> {
    pub tcx: &'a Tcx,
    /// With each bound: whether it is asked for the value of a projection.
    stack: Vec<(TraitRef, bool)>,
    /// The lowest entry of the stack that a cycle has come back to.
    reached: usize,
    /// Types that differ in how they bind regions are not taken for the same: rustc has not checked this bound.
    exact: bool,
}

impl<'a> SelectionContext<'a> {
    pub fn new(tcx: &'a Tcx) -> SelectionContext<'a> {
        SelectionContext { tcx, stack: Vec::new(), reached: usize::MAX, exact: false }
    }

    /// For bounds that rustc has not checked.
    pub fn exact(tcx: &'a Tcx) -> SelectionContext<'a> {
        SelectionContext { exact: true, ..SelectionContext::new(tcx) }
    }

    pub fn select(&mut self, trait_ref: TraitRef) -> Result<Option<Selection>> {
        self.select_for(trait_ref, false)
    }

    /// With `projection`, for the value of an associated type: an impl gives that by its header, so a cycle through it
    /// does not refute what the cycle began with.
    pub fn select_for(&mut self, trait_ref: TraitRef, projection: bool) -> Result<Option<Selection>> {
        if !self.exact
            && let Some(selection) = self.tcx.resolve.selections.get(&trait_ref)
        {
            return Ok(*selection);
        }
        if let Some(at) = self.stack.iter().position(|&(t, _)| t == trait_ref) {
            self.reached = self.reached.min(at);
            for &(entry, projection) in &self.stack[at..] {
                if !projection && !self.is_coinductive(entry.def_id)? {
                    return Ok(None);
                }
            }
            return Ok(Some(Selection::Coinductive));
        }
        let depth = self.stack.len();
        if depth >= RECURSION_LIMIT {
            let name = self.tcx.store.def_path_str(trait_ref.def_id);
            return Err(Error::unsupported(format!("overflow evaluating a bound on `{name}`")));
        }
        self.stack.push((trait_ref, projection));
        let outer = std::mem::replace(&mut self.reached, usize::MAX);
        let result = self.assemble(trait_ref);
        self.stack.pop();
        let reached = self.reached;
        // What depends on an unfinished proof further out is true only within it.
        self.reached = outer.min(if reached < depth { reached } else { usize::MAX });
        let selection = result?;
        if reached >= depth && !self.exact {
            self.tcx.resolve.selections.insert(trait_ref, selection);
        }
        Ok(selection)
    }

    /// The only impl whose header matches `goal` and determines all its parameters, its where-clauses aside.
    pub fn impl_by_header(&mut self, goal: TraitRef) -> Result<Option<(DefId, Args)>> {
        let tcx = self.tcx;
        let mut found = None;
        for &TraitImpl { def_id: def, .. } in tcx.store.trait_impls(goal.def_id) {
            let item = tcx.store.item(def)?;
            let Some(header) = tcx.impl_def(def)?.trait_ref else { continue };
            let mut matcher = Matcher::new(tcx, item.generics.count());
            if !matcher.args(header.args, goal.args, 0) {
                continue;
            }
            matcher.bind_lifetimes(&item.generics);
            let is_open = matcher.bindings.iter().any(|b| b.is_none()) || !matcher.deferred.is_empty();
            if is_open || found.replace((def, known_args(tcx, &matcher))).is_some() {
                return Ok(None);
            }
        }
        Ok(found)
    }

    pub fn holds(&mut self, def_id: DefId, args: &[GenericArg]) -> Result<bool> {
        Ok(self.select(TraitRef { def_id, args: self.tcx.mk_args(args) })?.is_some())
    }

    /// Whether `ty: Trait` holds for each of `tys`.
    pub fn all_hold(&mut self, def_id: DefId, tys: &[Ty]) -> Result<bool> {
        for &ty in tys {
            let ty = self.normalize(ty)?;
            if !self.holds(def_id, &[GenericArg::Type(ty)])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_coinductive(&self, trait_def: DefId) -> Result<bool> {
        Ok(self.tcx.trait_def(trait_def).is_ok_and(|t| t.is_coinductive)
            || matches!(
                self.tcx.builtin_trait(trait_def),
                Some(BuiltinTrait::Sized | BuiltinTrait::MetaSized | BuiltinTrait::PointeeSized)
            ))
    }

    fn assemble(&mut self, goal: TraitRef) -> Result<Option<Selection>> {
        let tcx = self.tcx;
        let Some(self_ty) = tcx.args(goal.args).first().and_then(|arg| arg.as_type()) else {
            return Err(Error::missing("self type of a bound"));
        };
        if let ItemData::TraitAlias = tcx.store.item(goal.def_id)?.data {
            return Ok(self.clauses_hold(goal.def_id, goal.args)?.then_some(Selection::Builtin));
        }
        let builtin = tcx.builtin_trait(goal.def_id);
        if let Some(builtin) = builtin {
            if self.builtin_holds(builtin, goal, self_ty)? {
                return Ok(Some(Selection::Builtin));
            }
            if !builtin.allows_impls() {
                return Ok(None);
            }
        }
        if matches!(tcx.kind(self_ty), TyKind::Dynamic(..))
            && let Some(selection) = self.object_candidate(goal, self_ty)?
        {
            return Ok(Some(selection));
        }
        let (selection, has_relevant_impl) = self.impl_candidate(goal, self_ty)?;
        if selection.is_some() || has_relevant_impl {
            return Ok(selection);
        }
        if builtin.is_none() && tcx.trait_def(goal.def_id)?.is_auto && self.auto_trait_holds(goal.def_id, self_ty)? {
            return Ok(Some(Selection::Builtin));
        }
        Ok(None)
    }

    /// The most specific impl that applies; and whether there is an impl whose self type may be this one, which keeps
    /// an auto trait from being derived.
    fn impl_candidate(&mut self, goal: TraitRef, self_ty: Ty) -> Result<(Option<Selection>, bool)> {
        let tcx = self.tcx;
        let index = tcx.impl_index(goal.def_id)?;
        let by_self = simplify_type(&tcx.interner, self_ty).and_then(|key| index.by_self.get(&key));
        let relevant = by_self.into_iter().flatten().chain(&index.blanket);
        let mut found: SmallVec<[(DefId, Args, bool); 2]> = SmallVec::new();
        let mut has_relevant = false;
        for &def in relevant {
            has_relevant = true;
            if let Some((args, binders_differ)) = self.match_impl(def, goal)?
                && !(binders_differ && self.exact)
            {
                found.push((def, args, binders_differ));
            }
        }
        if found.len() > 1 && found.iter().any(|&(_, _, differ)| !differ) {
            found.retain(|&mut (_, _, differ)| !differ);
        }
        let mut best: Option<(DefId, Args)> = None;
        for &(def, args, _) in &found {
            best = match best {
                Some((other, _)) if !tcx.specializes(def, other)? => best,
                _ => Some((def, args)),
            };
        }
        let Some((def, args)) = best else { return Ok((None, has_relevant)) };
        Ok(match tcx.impl_def(def)?.polarity {
            ImplPolarity::Positive => (Some(Selection::Impl { def, args }), true),
            ImplPolarity::Negative | ImplPolarity::Reservation => (None, true),
        })
    }

    /// The arguments with which an impl gives `goal`, if its header matches and its where-clauses hold; and whether the
    /// match had to ignore that regions are bound differently.
    pub fn match_impl(&mut self, def: DefId, goal: TraitRef) -> Result<Option<(Args, bool)>> {
        let tcx = self.tcx;
        let item = tcx.store.item(def)?;
        let Some(header) = tcx.impl_def(def)?.trait_ref else { return Ok(None) };
        let mut matcher = Matcher::new(tcx, item.generics.count());
        if !matcher.args(header.args, goal.args, 0) {
            return Ok(None);
        }
        let binders_differ = matcher.binders_differ;
        Ok(self.finish_match(matcher, item)?.map(|args| (args, binders_differ)))
    }

    /// Checks an item's where-clauses, which may give values to parameters that its header leaves open.
    pub fn finish_match(&mut self, mut matcher: Matcher<'a>, item: &Item) -> Result<Option<Args>> {
        let tcx = self.tcx;
        matcher.bind_lifetimes(&item.generics);
        let mut clauses: SmallVec<[Clause; 8]> = item.predicates.iter().copied().collect();
        loop {
            let deferred = std::mem::take(&mut matcher.deferred);
            let open = matcher.bindings.iter().any(|b| b.is_none());
            let mut args = known_args(tcx, &matcher);
            let mut progress = false;
            for (pattern, target) in deferred {
                if open && !self.is_known(&matcher, term_arg(pattern)) {
                    matcher.deferred.push((pattern, target));
                    continue;
                }
                progress = true;
                let Some(value) = provable(self.monomorphize_term(pattern, args))? else { return Ok(None) };
                if !Matcher::same_term(tcx, value, target) {
                    return Ok(None);
                }
            }
            let mut rest: SmallVec<[Clause; 8]> = SmallVec::new();
            for clause in clauses {
                let subject = match clause {
                    Clause::Trait { trait_ref, .. } => trait_ref.args,
                    Clause::Projection { args, .. } => args,
                };
                if open && !tcx.args(subject).iter().all(|&arg| self.is_known(&matcher, arg)) {
                    rest.push(clause);
                    continue;
                }
                progress = true;
                let holds = match clause {
                    Clause::Projection { def_id, args: subject, term } if open => {
                        let value = provable(self.projection_value(def_id, subject, args))?;
                        let holds = value.is_some_and(|value| matcher.term(term, value));
                        args = known_args(tcx, &matcher);
                        holds
                    }
                    _ => self.clause_holds(clause, args)?,
                };
                if !holds {
                    return Ok(None);
                }
            }
            clauses = rest;
            if clauses.is_empty() && matcher.deferred.is_empty() {
                break;
            }
            if !progress {
                return Err(Error::unsupported("an impl with a parameter that nothing determines"));
            }
        }
        if matcher.bindings.iter().any(|b| b.is_none()) {
            return Err(Error::unsupported("an impl with a parameter that nothing determines"));
        }
        Ok(Some(known_args(tcx, &matcher)))
    }

    /// Whether all parameters in `arg` have a value.
    fn is_known(&self, matcher: &Matcher<'_>, arg: GenericArg) -> bool {
        struct Visitor<'v> {
            tcx: &'v Tcx,
            matcher: &'v Matcher<'v>,
            known: bool,
        }
        impl TypeFolder for Visitor<'_> {
            fn interner(&self) -> &Interner {
                self.tcx
            }
            fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
                if !self.tcx.flags(ty).intersects(TypeFlags::HAS_PARAM) {
                    return Ok(ty);
                }
                match self.tcx.kind(ty) {
                    TyKind::Param(p) => {
                        self.known &= matches!(self.matcher.bindings.get(p.index as usize), Some(Some(_)));
                        Ok(ty)
                    }
                    _ => super_fold_ty(self, ty, depth),
                }
            }
            fn fold_const(&mut self, ct: Const, depth: u32) -> Result<Const> {
                match self.tcx.const_kind(ct) {
                    ConstKind::Param(p) => {
                        self.known &= matches!(self.matcher.bindings.get(p.index as usize), Some(Some(_)));
                        Ok(ct)
                    }
                    _ => super_fold_const(self, ct, depth),
                }
            }
        }
        let mut visitor = Visitor { tcx: self.tcx, matcher, known: true };
        let folded = crate::adapter::fold::fold_arg(&mut visitor, arg, 0);
        folded.is_ok() && visitor.known
    }

    /// Whether all where-clauses of `def`, without those of its parents, hold for `args`.
    pub fn clauses_hold(&mut self, def: DefId, args: Args) -> Result<bool> {
        for &clause in &self.tcx.store.item(def)?.predicates {
            if !self.clause_holds(clause, args)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub fn clause_holds(&mut self, clause: Clause, args: Args) -> Result<bool> {
        let tcx = self.tcx;
        match clause {
            Clause::Trait { trait_ref, polarity } => {
                let Some(goal_args) = provable(self.monomorphize_args(trait_ref.args, args))? else {
                    return Ok(false);
                };
                let goal = TraitRef { def_id: trait_ref.def_id, args: goal_args };
                if polarity { Ok(self.select(goal)?.is_some()) } else { self.negative_impl_exists(goal) }
            }
            Clause::Projection { def_id, args: subject, term } => {
                let Some(value) = provable(self.projection_value(def_id, subject, args))? else { return Ok(false) };
                let Some(term) = provable(self.monomorphize_term(term, args))? else { return Ok(false) };
                Ok(Matcher::same_term(tcx, value, term))
            }
        }
    }

    fn negative_impl_exists(&mut self, goal: TraitRef) -> Result<bool> {
        for &TraitImpl { def_id: def, .. } in self.tcx.store.trait_impls(goal.def_id) {
            if self.tcx.impl_def(def)?.polarity == ImplPolarity::Negative && self.match_impl(def, goal)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn projection_value(&mut self, def: DefId, subject: Args, args: Args) -> Result<Term> {
        let subject = self.monomorphize_args(subject, args)?;
        match &self.tcx.store.item(def)?.data {
            ItemData::Const(_) => Ok(Term::Const(self.tcx.eval_type_const(def, subject)?)),
            _ => Ok(Term::Ty(self.project(def, subject)?)),
        }
    }

    pub fn monomorphize_term(&mut self, term: Term, args: Args) -> Result<Term> {
        Ok(match term {
            Term::Ty(ty) => Term::Ty(self.monomorphize(ty, args)?),
            Term::Const(ct) => {
                let ct = self.tcx.subst_const(ct, args)?;
                Term::Const(Normalizer { selcx: self }.fold_const(ct, 0)?)
            }
        })
    }

    pub fn monomorphize(&mut self, ty: Ty, args: Args) -> Result<Ty> {
        let ty = self.tcx.subst(ty, args)?;
        self.normalize(ty)
    }

    pub fn monomorphize_args(&mut self, list: Args, args: Args) -> Result<Args> {
        let list = self.tcx.subst_args(list, args)?;
        self.normalize_args(list)
    }

    pub fn normalize(&mut self, ty: Ty) -> Result<Ty> {
        if !self.tcx.flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ty);
        }
        Normalizer { selcx: self }.fold_ty(ty, 0)
    }

    pub fn normalize_args(&mut self, args: Args) -> Result<Args> {
        if !self.tcx.args_flags(args).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(args);
        }
        fold_args(&mut Normalizer { selcx: self }, args, 0)
    }

    /// `dyn Trait: Trait`, with its supertraits and its auto traits.
    fn object_candidate(&mut self, goal: TraitRef, self_ty: Ty) -> Result<Option<Selection>> {
        let tcx = self.tcx;
        let TyKind::Dynamic(preds, _) = tcx.kind(self_ty) else { return Ok(None) };
        if preds.iter().any(|p| matches!(p.pred, ExistentialPredicate::AutoTrait(def) if def == goal.def_id)) {
            return Ok(Some(Selection::Builtin));
        }
        let Some(principal) = tcx.principal(self_ty)? else { return Ok(None) };
        for upcast in self.supertraits(principal)? {
            if upcast.def_id == goal.def_id && Matcher::same_args(tcx, tcx.args(upcast.args), tcx.args(goal.args)) {
                return Ok(Some(Selection::Object));
            }
        }
        Ok(None)
    }

    /// A trait and all its supertraits, each once.
    pub fn supertraits(&mut self, trait_ref: TraitRef) -> Result<Vec<TraitRef>> {
        let mut all = vec![trait_ref];
        let mut next = 0;
        while let Some(&at) = all.get(next) {
            next += 1;
            for clause in super_clauses(self.tcx, at.def_id)? {
                if let Clause::Trait { trait_ref, polarity: true } = *clause
                    && let Some(args) = provable(self.monomorphize_args(trait_ref.args, at.args))?
                {
                    let upcast = TraitRef { def_id: trait_ref.def_id, args };
                    if !all.contains(&upcast) {
                        all.push(upcast);
                    }
                }
            }
        }
        Ok(all)
    }
}

/// The clauses on `Self` of a trait or a trait alias.
pub(super) fn super_clauses(tcx: &Tcx, def: DefId) -> Result<&[Clause]> {
    let item = tcx.store.item(def)?;
    Ok(match &item.data {
        ItemData::Trait(t) => &t.super_predicates,
        _ => &item.predicates,
    })
}

fn term_arg(term: Term) -> GenericArg {
    match term {
        Term::Ty(ty) => GenericArg::Type(ty),
        Term::Const(ct) => GenericArg::Const(ct),
    }
}

/// The bindings as arguments; what has no value yet is an error type, which no clause that is checked mentions.
fn known_args(tcx: &Tcx, matcher: &Matcher<'_>) -> Args {
    let args: SmallVec<[GenericArg; 8]> =
        matcher.bindings.iter().map(|b| b.unwrap_or_else(|| GenericArg::Type(tcx.mk(TyKind::Error)))).collect();
    tcx.mk_args(&args)
}

/// A type whose normalization needs a bound that does not hold makes the clause it is in false, which is not a failure.
pub fn provable<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if matches!(e.kind(), ErrorKind::Unsatisfied(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Normalization within a selection, so that cycles through it are seen.
struct Normalizer<'a, 'b> {
    selcx: &'b mut SelectionContext<'a>,
}

impl TypeFolder for Normalizer<'_, '_> {
    fn interner(&self) -> &Interner {
        self.selcx.tcx
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        if !self.selcx.tcx.flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ty);
        }
        match *self.selcx.tcx.kind(ty) {
            TyKind::Alias(kind, def, args) => {
                let args = fold_args(self, args, depth)?;
                let value = self.selcx.project_alias(kind, def, args)?;
                self.fold_ty(value, depth)
            }
            _ => super_fold_ty(self, ty, depth),
        }
    }

    fn fold_const(&mut self, ct: Const, depth: u32) -> Result<Const> {
        if !self.selcx.tcx.const_flags(ct).intersects(TypeFlags::HAS_ALIAS) {
            return Ok(ct);
        }
        match *self.selcx.tcx.const_kind(ct) {
            ConstKind::Unevaluated(def, args) => {
                let args = fold_args(self, args, depth)?;
                self.selcx.tcx.eval_type_const(def, args)
            }
            _ => super_fold_const(self, ct, depth),
        }
    }
}
