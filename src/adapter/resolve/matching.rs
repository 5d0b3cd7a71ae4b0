//! Matching of a pattern that mentions an impl's parameters against concrete types.
//!
//! Semantics: what `InferCtxt::eq` does for fresh variables on one side. Regions do not count, except that a parameter
//! cannot stand for a type that mentions a region of a binder around it. Aliases in the pattern are put aside, since
//! they mean something only when the parameters are known.

use crate::adapter::Tcx;
use ramir::interner::TypeFlags;
use ramir::*;
use smallvec::SmallVec;

pub(super) struct Matcher<'a> {
    tcx: &'a Tcx,
    /// The parameters' values, by index.
    pub bindings: SmallVec<[Option<GenericArg>; 8]>,
    /// Pairs of an alias in the pattern and what it has to be equal to.
    pub deferred: SmallVec<[(Term, Term); 2]>,
    /// A bound region met an erased one: the types differ by more than the names of free regions.
    pub binders_differ: bool,
}

impl<'a> Matcher<'a> {
    pub fn new(tcx: &'a Tcx, params: usize) -> Matcher<'a> {
        Matcher { tcx, bindings: SmallVec::from_elem(None, params), deferred: SmallVec::new(), binders_differ: false }
    }

    /// Whether two types without parameters are the same but for regions.
    pub fn same_ty(tcx: &Tcx, a: Ty, b: Ty) -> bool {
        a == b || {
            let mut matcher = Matcher::new(tcx, 0);
            matcher.ty(a, b, 0) && matcher.deferred.is_empty()
        }
    }

    pub fn same_term(tcx: &Tcx, a: Term, b: Term) -> bool {
        match (a, b) {
            (Term::Ty(a), Term::Ty(b)) => Matcher::same_ty(tcx, a, b),
            (Term::Const(a), Term::Const(b)) => a == b,
            _ => false,
        }
    }

    /// Whether two argument lists without parameters are the same but for regions.
    pub fn same_args(tcx: &Tcx, a: &[GenericArg], b: &[GenericArg]) -> bool {
        a == b || {
            let mut matcher = Matcher::new(tcx, 0);
            matcher.arg_slices(a, b, 0) && matcher.deferred.is_empty()
        }
    }

    /// Gives lifetime parameters, which are all alike, their value.
    pub fn bind_lifetimes(&mut self, generics: &Generics) {
        for (binding, param) in self.bindings.iter_mut().zip(&generics.own_params) {
            if param.kind == GenericParamKind::Lifetime {
                binding.get_or_insert(GenericArg::Lifetime(Region::Erased));
            }
        }
    }

    fn is_ground(&self, flags: TypeFlags) -> bool {
        !flags.intersects(TypeFlags::HAS_PARAM.union(TypeFlags::HAS_ALIAS))
    }

    pub fn term(&mut self, pattern: Term, target: Term) -> bool {
        match (pattern, target) {
            (Term::Ty(p), Term::Ty(t)) => self.ty(p, t, 0),
            (Term::Const(p), Term::Const(t)) => self.const_(p, t, 0),
            _ => false,
        }
    }

    pub fn args(&mut self, pattern: Args, target: Args, depth: u32) -> bool {
        if pattern == target && self.is_ground(self.tcx.args_flags(pattern)) {
            return true;
        }
        let tcx = self.tcx;
        self.arg_slices(tcx.args(pattern), tcx.args(target), depth)
    }

    pub fn arg_slices(&mut self, pattern: &[GenericArg], target: &[GenericArg], depth: u32) -> bool {
        pattern.len() == target.len()
            && pattern.iter().zip(target).all(|(p, t)| match (*p, *t) {
                (GenericArg::Lifetime(p), GenericArg::Lifetime(t)) => self.region(p, t),
                (GenericArg::Type(p), GenericArg::Type(t)) => self.ty(p, t, depth),
                (GenericArg::Const(p), GenericArg::Const(t)) => self.const_(p, t, depth),
                _ => false,
            })
    }

    fn region(&mut self, pattern: Region, target: Region) -> bool {
        match (pattern, target) {
            (Region::Bound { .. }, Region::Bound { .. }) => pattern == target,
            (Region::Erased, Region::Erased) => true,
            _ => {
                self.binders_differ = true;
                true
            }
        }
    }

    pub fn ty(&mut self, pattern: Ty, target: Ty, depth: u32) -> bool {
        let tcx = self.tcx;
        let ground = self.is_ground(tcx.flags(pattern));
        if ground && pattern == target {
            return true;
        }
        match (tcx.kind(pattern), tcx.kind(target)) {
            (TyKind::Param(p), _) => {
                if depth > 0 && has_escaping(tcx, target, 0) {
                    return false;
                }
                match self.bindings.get(p.index as usize).copied() {
                    Some(None) => {
                        self.bindings[p.index as usize] = Some(GenericArg::Type(target));
                        true
                    }
                    Some(Some(GenericArg::Type(bound))) => Matcher::same_ty(tcx, bound, target),
                    _ => false,
                }
            }
            (TyKind::Alias(..), _) => {
                self.deferred.push((Term::Ty(pattern), Term::Ty(target)));
                true
            }
            (TyKind::Adt(a, p), TyKind::Adt(b, t))
            | (TyKind::FnDef(a, p), TyKind::FnDef(b, t))
            | (TyKind::Closure(a, p), TyKind::Closure(b, t))
            | (TyKind::CoroutineClosure(a, p), TyKind::CoroutineClosure(b, t))
            | (TyKind::Coroutine(a, p), TyKind::Coroutine(b, t))
            | (TyKind::CoroutineWitness(a, p), TyKind::CoroutineWitness(b, t)) => a == b && self.args(*p, *t, depth),
            (TyKind::Array(p, p_len), TyKind::Array(t, t_len)) => {
                self.ty(*p, *t, depth) && self.const_(*p_len, *t_len, depth)
            }
            (TyKind::Pat(p, p_pat), TyKind::Pat(t, t_pat)) => {
                self.ty(*p, *t, depth) && self.pattern(p_pat, t_pat, depth)
            }
            (TyKind::Slice(p), TyKind::Slice(t)) => self.ty(*p, *t, depth),
            (TyKind::RawPtr(p, pm), TyKind::RawPtr(t, tm)) => pm == tm && self.ty(*p, *t, depth),
            (TyKind::Ref(pr, p, pm), TyKind::Ref(tr, t, tm)) => {
                pm == tm && self.region(*pr, *tr) && self.ty(*p, *t, depth)
            }
            (TyKind::FnPtr(p), TyKind::FnPtr(t)) => {
                self.binders_differ |= p.bound_vars != t.bound_vars;
                p.c_variadic == t.c_variadic
                    && p.safe == t.safe
                    && p.abi == t.abi
                    && p.inputs_and_output.len() == t.inputs_and_output.len()
                    && p.inputs_and_output.iter().zip(&t.inputs_and_output).all(|(p, t)| self.ty(*p, *t, depth + 1))
            }
            (TyKind::UnsafeBinder { ty: p, .. }, TyKind::UnsafeBinder { ty: t, .. }) => self.ty(*p, *t, depth + 1),
            (TyKind::Dynamic(p, _), TyKind::Dynamic(t, _)) => {
                p.len() == t.len() && p.iter().zip(t).all(|(p, t)| self.existential(&p.pred, &t.pred, depth + 1))
            }
            (TyKind::Tuple(p), TyKind::Tuple(t)) => {
                p.len() == t.len() && p.iter().zip(t).all(|(p, t)| self.ty(*p, *t, depth))
            }
            _ => pattern == target,
        }
    }

    fn existential(&mut self, pattern: &ExistentialPredicate, target: &ExistentialPredicate, depth: u32) -> bool {
        match (pattern, target) {
            (
                ExistentialPredicate::Trait { def_id: a, args: p },
                ExistentialPredicate::Trait { def_id: b, args: t },
            ) => a == b && self.args(*p, *t, depth),
            (
                ExistentialPredicate::Projection { def_id: a, args: p, term: p_term },
                ExistentialPredicate::Projection { def_id: b, args: t, term: t_term },
            ) => {
                a == b
                    && self.args(*p, *t, depth)
                    && match (*p_term, *t_term) {
                        (Term::Ty(p), Term::Ty(t)) => self.ty(p, t, depth),
                        (Term::Const(p), Term::Const(t)) => self.const_(p, t, depth),
                        _ => false,
                    }
            }
            (ExistentialPredicate::AutoTrait(a), ExistentialPredicate::AutoTrait(b)) => a == b,
            _ => false,
        }
    }

    fn pattern(&mut self, pattern: &Pattern, target: &Pattern, depth: u32) -> bool {
        match (pattern, target) {
            (Pattern::Range { start: ps, end: pe }, Pattern::Range { start: ts, end: te }) => {
                self.const_(*ps, *ts, depth) && self.const_(*pe, *te, depth)
            }
            (Pattern::Or(p), Pattern::Or(t)) => {
                p.len() == t.len() && p.iter().zip(t).all(|(p, t)| self.pattern(p, t, depth))
            }
            (Pattern::NotNull, Pattern::NotNull) => true,
            _ => false,
        }
    }

    fn const_(&mut self, pattern: Const, target: Const, depth: u32) -> bool {
        let tcx = self.tcx;
        match (tcx.const_kind(pattern), tcx.const_kind(target)) {
            (ConstKind::Param(p), _) => match self.bindings.get(p.index as usize).copied() {
                Some(None) => {
                    self.bindings[p.index as usize] = Some(GenericArg::Const(target));
                    true
                }
                Some(bound) => bound == Some(GenericArg::Const(target)),
                None => false,
            },
            (ConstKind::Unevaluated(..), _) => {
                self.deferred.push((Term::Const(pattern), Term::Const(target)));
                true
            }
            (ConstKind::Value(p_ty, ValTree::Leaf(p)), ConstKind::Value(t_ty, ValTree::Leaf(t))) => {
                p == t && self.ty(*p_ty, *t_ty, depth)
            }
            (ConstKind::Value(p_ty, ValTree::Branch(p)), ConstKind::Value(t_ty, ValTree::Branch(t))) => {
                p.len() == t.len()
                    && self.ty(*p_ty, *t_ty, depth)
                    && p.iter().zip(t).all(|(p, t)| self.const_(*p, *t, depth))
            }
            _ => pattern == target,
        }
    }
}

/// Whether `ty` mentions a region that a binder outside of it binds; `inner` binders were entered.
fn has_escaping(tcx: &Tcx, ty: Ty, inner: u32) -> bool {
    if !tcx.flags(ty).intersects(TypeFlags::HAS_BOUND) {
        return false;
    }
    let region = |r: Region| matches!(r, Region::Bound { debruijn, .. } if debruijn >= inner);
    let args = |list: Args, inner: u32| {
        tcx.args(list).iter().any(|arg| match *arg {
            GenericArg::Lifetime(Region::Bound { debruijn, .. }) => debruijn >= inner,
            GenericArg::Type(ty) => has_escaping(tcx, ty, inner),
            _ => false,
        })
    };
    match *tcx.kind(ty) {
        TyKind::Adt(_, list)
        | TyKind::FnDef(_, list)
        | TyKind::Closure(_, list)
        | TyKind::CoroutineClosure(_, list)
        | TyKind::Coroutine(_, list)
        | TyKind::CoroutineWitness(_, list)
        | TyKind::Alias(_, _, list) => args(list, inner),
        TyKind::Array(ty, _) | TyKind::Pat(ty, _) | TyKind::Slice(ty) | TyKind::RawPtr(ty, _) => {
            has_escaping(tcx, ty, inner)
        }
        TyKind::Ref(r, ty, _) => region(r) || has_escaping(tcx, ty, inner),
        TyKind::FnPtr(ref sig) => sig.inputs_and_output.iter().any(|&ty| has_escaping(tcx, ty, inner + 1)),
        TyKind::UnsafeBinder { ty, .. } => has_escaping(tcx, ty, inner + 1),
        TyKind::Dynamic(ref preds, r) => {
            region(r)
                || preds.iter().any(|p| match p.pred {
                    ExistentialPredicate::Trait { args: list, .. } => args(list, inner + 1),
                    ExistentialPredicate::Projection { args: list, term, .. } => {
                        args(list, inner + 1) || matches!(term, Term::Ty(ty) if has_escaping(tcx, ty, inner + 1))
                    }
                    ExistentialPredicate::AutoTrait(_) => false,
                })
        }
        TyKind::Tuple(ref tys) => tys.iter().any(|&ty| has_escaping(tcx, ty, inner)),
        _ => false,
    }
}
