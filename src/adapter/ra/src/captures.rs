//! What a closure captures, by rustc and by rust-analyzer: a closure's type may be named only where they agree.
//!
//! A value of that type is made by one body, called by another and dropped by a third, and not all need have the same
//! front end. rustc's captures are part of the exported item; those of a coroutine stand in its exported body, whose first parameter has
//! the coroutine's type, and whose debug information names the captured places (`rustc_middle::ty::CapturedPlace::to_symbol`).

use crate::identity::Identity;
use crate::ty::TyLowering;
use ra_ap_hir_def::{ExpressionStoreOwnerId, expr_store::ExpressionStore};
use ra_ap_hir_ty::{
    InferenceResult,
    closure_analysis::ProjectionKind,
    db::{InternedClosure, InternedClosureId, InternedCoroutineId},
    next_solver::TyKind,
};
use ra_ap_rustc_type_ir::inherent::IntoKind;
use rac::adapter::error::{Error, Result};
use ramir::interner::TypeFlags;
use ramir::{Captures, DefId, GenericArg, ItemData, Local, PlaceElem, Symbol, VarDebugInfoContents};

impl<'a, 'db> Identity<'a, 'db> {
    /// rustc's captures of a closure of the local crate.
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
        let exported = self.id.exported_captures(def)?;
        let interner = &**self.id.store.interner();
        let disagree = || {
            Error::unsupported(format!(
                "`{}`, a closure whose captures rust-analyzer and rustc do not agree on",
                self.id.store.def_path_str(def)
            ))
        };
        let Some(&own) = interner.args(exported.args).last_chunk::<3>() else { return Err(disagree()) };
        let own = interner.args(rac::adapter::fold::subst_args(interner, interner.mk_args(&own), parent)?);
        let Some(&own) = own.last_chunk::<3>() else { return Err(disagree()) };
        let [GenericArg::Type(kind), GenericArg::Type(sig), GenericArg::Type(upvars)] = own else {
            return Err(disagree());
        };
        let [GenericArg::Type(ra_kind), GenericArg::Type(ra_sig), GenericArg::Type(ra_upvars)] = lowered else {
            return Err(disagree());
        };
        if kind != ra_kind {
            return Err(disagree());
        }
        let (ramir::TyKind::Tuple(tys), ramir::TyKind::Tuple(ra_tys)) =
            (interner.kind(upvars), interner.kind(ra_upvars))
        else {
            return Err(disagree());
        };
        let names = self.capture_names(closure.loc(self.id.db))?;
        let same_types = tys.len() == ra_tys.len() && tys.iter().zip(ra_tys).all(|(&ty, &ra_ty)| self.may_be_equal(ty, ra_ty));
        if !same_types || names != exported.places {
            return Err(disagree());
        }
        let (ramir::TyKind::FnPtr(sig), ramir::TyKind::FnPtr(ra_sig)) = (interner.kind(sig), interner.kind(ra_sig))
        else {
            return Err(disagree());
        };
        let same_sig = sig.inputs_and_output.len() == ra_sig.inputs_and_output.len()
            && sig
                .inputs_and_output
                .iter()
                .zip(&ra_sig.inputs_and_output)
                .all(|(&ty, &ra_ty)| self.may_be_equal(ty, ra_ty));
        if !same_sig {
            return Err(Error::unsupported(format!(
                "`{}`, a closure whose signature rust-analyzer and rustc do not agree on",
                self.id.store.def_path_str(def)
            )));
        }
        Ok(own)
    }

    /// Checks what is captured by a coroutine that is made here: its body is rustc's and must find it. `def` and `args` are the
    /// coroutine's lowered type.
    pub fn check_coroutine(&self, coroutine: InternedCoroutineId<'db>, def: DefId, args: ramir::Args) -> Result<()> {
        let disagree = || {
            Error::unsupported(format!(
                "`{}`, a coroutine whose captures rust-analyzer and rustc do not agree on",
                self.id.store.def_path_str(def)
            ))
        };
        let interner = self.id.store.interner();
        let body = self.id.store.exported_body(def)?.ok_or_else(disagree)?;
        // `&mut Self` or `Pin<&mut Self>`
        let pointee = |ty| match *interner.kind(ty) {
            ramir::TyKind::Ref(_, to, _) => to,
            _ => ty,
        };
        let mut self_ty = body.locals.get(1).ok_or_else(disagree)?.ty;
        let pinned = match *interner.kind(self_ty) {
            ramir::TyKind::Adt(_, args) if let [GenericArg::Type(pointer)] = interner.args(args) => {
                self_ty = *pointer;
                true
            }
            _ => false,
        };
        let self_ty = pointee(self_ty);
        let ramir::TyKind::Coroutine(rustc_def, rustc_args) = *interner.kind(self_ty) else { return Err(disagree()) };
        let upvars = interner.args(args).last().and_then(|arg| arg.as_type());
        let upvars = upvars.ok_or_else(disagree)?;
        let ramir::TyKind::Tuple(tys) = interner.kind(upvars) else { return Err(disagree()) };
        if rustc_def != def || interner.args(rustc_args).last() != Some(&GenericArg::Type(upvars)) {
            return Err(disagree());
        }
        let names = self.capture_names(coroutine.loc(self.id.db))?;
        if names.len() != tys.len() {
            return Err(disagree());
        }
        let mut known = vec![Vec::new(); tys.len()];
        for info in &body.var_debug_info {
            let VarDebugInfoContents::Place(place) = &info.value else { continue };
            let path = match &place.projection[..] {
                [PlaceElem::Field(_, _), PlaceElem::Deref, path @ ..] if pinned && place.local == Local::new(1) => path,
                [PlaceElem::Deref, path @ ..] if pointee(body.locals[place.local.index()].ty) == self_ty => path,
                _ => continue,
            };
            if let [PlaceElem::Field(field, _), rest @ ..] = path
                && matches!(rest, [] | [PlaceElem::Deref])
                && let Some(known) = known.get_mut(field.index())
            {
                known.push(info.name);
            }
        }
        // Both make names for parameters that have none, in the order of the parameters.
        let mut last_generated = None;
        for (i, ty) in tys.iter().enumerate() {
            let generated =
                interner.str(names[i]).strip_prefix("<ra@gennew>").and_then(|number| number.parse::<u32>().ok());
            let certain = match generated {
                Some(_) => {
                    let in_order = last_generated < generated;
                    last_generated = generated;
                    let is_unnamed =
                        |name: &Symbol| interner.str(*name) == "_" || interner.str(*name).starts_with("__arg");
                    in_order && !known[i].is_empty() && known[i].iter().all(is_unnamed)
                }
                None => known[i].contains(&names[i]),
            };
            // Without a name, only a type of its own makes a capture certain.
            let certain = certain || tys.iter().filter(|&other| other == ty).count() == 1;
            if !certain {
                return Err(disagree());
            }
        }
        Ok(())
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
            (K::Tuple(a), K::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.may_be_equal(a, b)),
            (K::Adt(a, _), K::Adt(b, _)) if a != b => false,
            // Where one is made, its captures are compared.
            (K::Coroutine(a, _), K::Coroutine(b, _)) => a == b,
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
