//! Unsizing of pointers: which types a coercion changes. Semantics: `rustc_middle::ty::util::struct_lockstep_tails`,
//! `rustc_monomorphize::{custom_coerce_unsize_info, collector::find_tails_for_unsizing}`.

use super::select::{Selection, SelectionContext};
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

impl Tcx {
    /// The two types at the ends of `source` and `target` where they first differ in kind: `[T; N]` and `[T]`, or a type
    /// and the `dyn` that it becomes.
    pub fn struct_lockstep_tails(&self, mut source: Ty, mut target: Ty) -> Result<(Ty, Ty)> {
        loop {
            match (self.kind(source), self.kind(target)) {
                (&TyKind::Adt(a, a_args), &TyKind::Adt(b, b_args)) if a == b => {
                    let adt = self.adt_def(a)?;
                    let tail = match adt.variants.first().and_then(|v| v.fields.last()) {
                        Some(tail) if adt.kind == AdtKind::Struct => tail,
                        _ => return Ok((source, target)),
                    };
                    (source, target) = (self.field_ty(tail, a_args)?, self.field_ty(tail, b_args)?);
                }
                (TyKind::Tuple(a), TyKind::Tuple(b)) if a.len() == b.len() && !a.is_empty() => {
                    (source, target) = (a[a.len() - 1], b[b.len() - 1]);
                }
                _ => return Ok((source, target)),
            }
        }
    }

    /// The pointees that an unsizing coercion between two pointer-like types turns into each other, at their tails.
    /// Smart pointers coerce through the one field that differs.
    pub fn find_tails_for_unsizing(&self, source: Ty, target: Ty) -> Result<(Ty, Ty)> {
        // What is coerced to a type that differs in its regions stays what it is.
        if source == target {
            return Ok((source, target));
        }
        match (self.kind(source), self.kind(target)) {
            (&(TyKind::Ref(_, a, _) | TyKind::RawPtr(a, _)), &(TyKind::Ref(_, b, _) | TyKind::RawPtr(b, _))) => {
                self.struct_lockstep_tails(a, b)
            }
            (&TyKind::Pat(a, _), &TyKind::Pat(b, _)) => self.find_tails_for_unsizing(a, b),
            (&TyKind::Adt(a, a_args), &TyKind::Adt(b, b_args)) if a == b => {
                if let Some((a, b)) = self.boxed_ty(source).zip(self.boxed_ty(target)) {
                    return self.struct_lockstep_tails(a, b);
                }
                let index = self.coerce_unsized_field(source, target)?;
                let adt = self.adt_def(a)?;
                let field = adt
                    .variants
                    .first()
                    .and_then(|v| v.fields.get(index.index()))
                    .ok_or_else(|| Error::missing("field of a CoerceUnsized struct"))?;
                self.find_tails_for_unsizing(self.field_ty(field, a_args)?, self.field_ty(field, b_args)?)
            }
            _ => Err(Error::unsupported(format!("unsizing of {:?} to {:?}", self.kind(source), self.kind(target)))),
        }
    }

    /// The field that a coercion between two instances of one struct goes through (`coerce_unsized_info`): the one whose
    /// type differs and is not without content.
    pub fn coerce_unsized_field(&self, source: Ty, target: Ty) -> Result<FieldIdx> {
        let unsupported =
            || Error::unsupported(format!("coercion of {:?} to {:?}", self.kind(source), self.kind(target)));
        let coerce_unsized = self.store.require_lang_item("coerce_unsized")?;
        let goal = TraitRef {
            def_id: coerce_unsized,
            args: self.mk_args(&[GenericArg::Type(source), GenericArg::Type(target)]),
        };
        if !matches!(SelectionContext::new(self).select(goal)?, Some(Selection::Impl { .. })) {
            return Err(unsupported());
        }
        let (&TyKind::Adt(def, a_args), &TyKind::Adt(_, b_args)) = (self.kind(source), self.kind(target)) else {
            return Err(unsupported());
        };
        let adt = self.adt_def(def)?;
        let mut found = None;
        for (i, field) in adt.variants.iter().flat_map(|v| &v.fields).enumerate() {
            let (a, b) = (self.field_ty(field, a_args)?, self.field_ty(field, b_args)?);
            let is_phantom = matches!(*self.kind(a), TyKind::Adt(def, _) if self.adt_def(def)?.flags.is_phantom_data);
            if a != b && !is_phantom && found.replace(FieldIdx::new(i)).is_some() {
                return Err(unsupported());
            }
        }
        found.ok_or_else(unsupported)
    }
}
