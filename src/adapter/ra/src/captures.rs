//! What a closure captures, by rustc and by rust-analyzer: a closure's type may be named only where they agree.
//!
//! A value of that type is made by one body, called by another and dropped by a third, and not all need have the same
//! front end. rustc's captures are part of the exported item, which calls the captured places what
//! `rustc_middle::ty::CapturedPlace::to_symbol` does.

use crate::identity::Identity;
use crate::ty::TyLowering;
use ra_ap_hir_def::{
    ExpressionStoreOwnerId,
    expr_store::ExpressionStore,
    hir::{ClosureKind, CoroutineKind},
};
use ra_ap_hir_ty::{
    InferenceResult,
    closure_analysis::ProjectionKind,
    db::{InternedClosure, InternedClosureId, InternedCoroutineId},
    next_solver::TyKind,
};
use ra_ap_rustc_type_ir::inherent::IntoKind;
use rac::adapter::error::{Error, Result};
use ramir::interner::TypeFlags;
use ramir::{Captures, DefId, GenericArg, ItemData, Symbol};

impl<'a, 'db> Identity<'a, 'db> {
    /// rustc's captures of a closure or coroutine of the local crate.
    pub fn exported_captures(&self, def: DefId) -> Result<&'a Captures> {
        let captures = match &self.store.item(def)?.data {
            ItemData::Closure(closure) => closure.captures.as_ref(),
            _ => None,
        };
        captures.ok_or_else(|| Error::unsupported("a closure whose captures rustc does not tell"))
    }
}

impl<'a, 'db> TyLowering<'a, 'db> {
    /// The closure's own arguments as rustc has them, checked against rust-analyzer's: kind, signature and captures, in
    /// terms of `parent`, the arguments of the function around it.
    pub fn agreed_closure_args(
        &self,
        closure: InternedClosureId<'db>,
        def: DefId,
        parent: ramir::Args,
        lowered: [GenericArg; 3],
    ) -> Result<[GenericArg; 3]> {
        let own = self.exported_args(def, parent)?;
        let ([kind, sig, upvars], [ra_kind, ra_sig, ra_upvars]) = (own, lowered);
        if kind != ra_kind || !self.captures_agree(closure.loc(self.id.db), def, [upvars, ra_upvars])? {
            return Err(self.disagreement(def, "a closure whose captures"));
        }
        let interner = self.id.store.interner();
        let sig_of = |arg: GenericArg| arg.as_type().map(|ty| interner.kind(ty));
        let (Some(ramir::TyKind::FnPtr(sig)), Some(ramir::TyKind::FnPtr(ra_sig))) = (sig_of(sig), sig_of(ra_sig)) else {
            return Err(self.disagreement(def, "a closure whose captures"));
        };
        if !self.all_may_be_equal(&sig.inputs_and_output, &ra_sig.inputs_and_output) {
            return Err(self.disagreement(def, "a closure whose signature"));
        }
        Ok(own)
    }

    /// As [`Self::agreed_closure_args`], of a coroutine: kind, what it is resumed with, yields and returns, and captures. What an
    /// async body is resumed with, rust-analyzer does not say.
    pub fn agreed_coroutine_args(
        &self,
        coroutine: InternedCoroutineId<'db>,
        def: DefId,
        parent: ramir::Args,
        lowered: [GenericArg; 5],
    ) -> Result<[GenericArg; 5]> {
        let own = self.exported_args(def, parent)?;
        let loc = coroutine.loc(self.id.db);
        let is_async = matches!(loc.kind, ClosureKind::Coroutine { kind: CoroutineKind::Async | CoroutineKind::AsyncGen, .. });
        let ([kind, resume, yields, returns, upvars], [ra_kind, ra_resume, ra_yields, ra_returns, ra_upvars]) = (own, lowered);
        if kind != ra_kind || !self.captures_agree(loc, def, [upvars, ra_upvars])? {
            return Err(self.disagreement(def, "a coroutine whose captures"));
        }
        let types = |args: [GenericArg; 3]| args.map(|arg| arg.as_type()).into_iter().flatten().collect::<Vec<_>>();
        let ra_resume = if is_async { resume } else { ra_resume };
        if !self.all_may_be_equal(&types([resume, yields, returns]), &types([ra_resume, ra_yields, ra_returns])) {
            return Err(self.disagreement(def, "a coroutine whose signature"));
        }
        Ok(own)
    }

    /// What rustc gives a closure or coroutine as arguments besides those of the function around it.
    fn exported_args<const N: usize>(&self, def: DefId, parent: ramir::Args) -> Result<[GenericArg; N]> {
        let exported = self.id.exported_captures(def)?;
        let interner = &**self.id.store.interner();
        let Some(own) = interner.args(exported.args).last_chunk::<N>() else {
            return Err(self.disagreement(def, "a closure whose arguments"));
        };
        let own = interner.args(rac::adapter::fold::subst_args(interner, interner.mk_args(own), parent)?);
        own.last_chunk::<N>().copied().ok_or_else(|| self.disagreement(def, "a closure whose arguments"))
    }

    /// Whether rustc and rust-analyzer capture the same, in one order; `upvars` are their tuples of captured types.
    fn captures_agree(&self, closure: InternedClosure<'db>, def: DefId, upvars: [GenericArg; 2]) -> Result<bool> {
        let interner = self.id.store.interner();
        let [Some(ramir::TyKind::Tuple(tys)), Some(ramir::TyKind::Tuple(ra_tys))] =
            upvars.map(|arg| arg.as_type().map(|ty| interner.kind(ty)))
        else {
            return Ok(false);
        };
        if !self.all_may_be_equal(tys, ra_tys) {
            return Ok(false);
        }
        let names = self.capture_names(closure)?;
        let exported = &self.id.exported_captures(def)?.places;
        // Both make names for the parameters of an async function that have none, in the order of the parameters.
        let mut last_generated = None;
        Ok(names.len() == exported.len()
            && names.iter().zip(exported).all(|(&name, &place)| {
                match interner.str(name).strip_prefix("<ra@gennew>").and_then(|number| number.parse::<u32>().ok()) {
                    Some(generated) => {
                        let in_order = last_generated < Some(generated);
                        last_generated = Some(generated);
                        in_order && (interner.str(place) == "_" || interner.str(place).starts_with("__arg"))
                    }
                    None => name == place,
                }
            }))
    }

    fn disagreement(&self, def: DefId, what: &str) -> Error {
        let path = self.id.store.def_path_str(def);
        Error::unsupported(format!("`{path}`, {what} rust-analyzer and rustc do not agree on"))
    }

    fn all_may_be_equal(&self, a: &[ramir::Ty], b: &[ramir::Ty]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.may_be_equal(a, b))
    }

    /// Whether two types are the same, as far as it can be seen without normalizing.
    fn may_be_equal(&self, a: ramir::Ty, b: ramir::Ty) -> bool {
        use ramir::TyKind as K;
        let interner = self.id.store.interner();
        if a == b {
            return true;
        }
        let unknown = TypeFlags::HAS_ALIAS.union(TypeFlags::HAS_BOUND);
        match (interner.kind(a), interner.kind(b)) {
            (K::Alias(..), _) | (_, K::Alias(..)) => true,
            (&K::Ref(_, a, m), &K::Ref(_, b, n)) => m == n && self.may_be_equal(a, b),
            (&K::RawPtr(a, m), &K::RawPtr(b, n)) => m == n && self.may_be_equal(a, b),
            (K::Tuple(a), K::Tuple(b)) => self.all_may_be_equal(a, b),
            (K::Adt(a, _), K::Adt(b, _)) if a != b => false,
            (K::Ref(..), _) | (_, K::Ref(..)) => false,
            _ => interner.flags(a).intersects(unknown) || interner.flags(b).intersects(unknown),
        }
    }

    /// What rustc calls the captured places, in order.
    fn capture_names(&self, closure: InternedClosure<'db>) -> Result<Vec<Symbol>> {
        let InternedClosure { owner, expr, .. } = closure;
        let store_owner: ExpressionStoreOwnerId = owner.expression_store_owner(self.id.db);
        let store = ExpressionStore::of(self.id.db, store_owner);
        let infer = InferenceResult::of(self.id.db, owner);
        let mut names = Vec::new();
        for capture in infer.closures_data[&expr].min_captures.values().flatten() {
            let mut name = store[capture.captured_local()].name.as_str().to_owned();
            for (i, projection) in capture.place.projections.iter().enumerate() {
                let ProjectionKind::Field { field_idx, variant_idx } = projection.kind else { continue };
                let field = match capture.place.ty_before_projection(i).kind() {
                    TyKind::Tuple(_) => field_idx.to_string(),
                    _ => self.field_name(capture.place.ty_before_projection(i), variant_idx, field_idx)?,
                };
                name.push_str("__");
                name.push_str(&field);
            }
            names.push(self.id.sym(&name));
        }
        Ok(names)
    }

    fn field_name(&self, ty: ra_ap_hir_ty::next_solver::Ty<'db>, variant: u32, field: u32) -> Result<String> {
        let store = self.id.store;
        let missing = || Error::missing("a captured field");
        let ramir::TyKind::Adt(def, _) = *store.interner().kind(self.ty(ty)?) else { return Err(missing()) };
        let ramir::ItemData::Adt(adt) = &store.item(def)?.data else { return Err(missing()) };
        let field = adt.variants.get(variant as usize).and_then(|variant| variant.fields.get(field as usize));
        Ok(store.interner().str(field.ok_or_else(missing)?.name).to_owned())
    }
}
