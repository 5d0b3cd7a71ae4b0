//! Vtables that mono items need: `TYPE as DYN = [ENTRY, ..]`.
//!
//! An entry is `drop` (`no_drop` where there is nothing to drop), `size N`, `align N`, `vacant`, an instance, or
//! `vptr TRAIT<ARGS>` for a supertrait's vtable.

use super::Dump;
use crate::rustc::*;
use rustc_data_structures::fx::FxIndexSet;
use rustc_middle::mir::interpret::GlobalAlloc;
use rustc_middle::ty::adjustment::PointerCoercion;
use rustc_middle::ty::{TypingEnv, VtblEntry};
use std::collections::BTreeSet;

impl<'tcx> Dump<'tcx, '_> {
    pub(super) fn vtable_lines(&self) -> BTreeSet<String> {
        let mut pairs: FxIndexSet<(Ty<'tcx>, Ty<'tcx>)> = FxIndexSet::default();
        self.for_each_body(|instance, body| {
            for block in body.basic_blocks.iter() {
                for statement in &block.statements {
                    if let mir::StatementKind::Assign(assign) = &statement.kind
                        && let mir::Rvalue::Cast(kind, op, target) = &assign.1
                        && let mir::CastKind::PointerCoercion(PointerCoercion::Unsize, _) = kind
                    {
                        let source = self.mono(instance, op.ty(&body.local_decls, self.tcx));
                        let target = self.mono(instance, *target);
                        pairs.extend(self.unsized_tail(source, target));
                    }
                }
            }
        });
        for alloc in self.const_allocs() {
            if let GlobalAlloc::VTable(ty, preds) = self.tcx.global_alloc(alloc) {
                pairs.insert((ty, Ty::new_dynamic(self.tcx, preds, self.tcx.lifetimes.re_erased)));
            }
        }
        pairs.into_iter().map(|(ty, dyn_ty)| self.vtable(ty, dyn_ty)).collect()
    }

    /// The concrete type and the `dyn` type of an unsizing of `source` to `target`, if it is to a `dyn` type.
    fn unsized_tail(&self, source: Ty<'tcx>, target: Ty<'tcx>) -> Option<(Ty<'tcx>, Ty<'tcx>)> {
        let tcx = self.tcx;
        let env = TypingEnv::fully_monomorphized();
        if let (Some(a), Some(b)) = (source.builtin_deref(true), target.builtin_deref(true))
            && !source.is_box()
        {
            let (a, b) = tcx.struct_lockstep_tails_for_codegen(a, b, env);
            return (b.is_trait() && !a.is_trait()).then_some((a, b));
        }
        match (source.kind(), target.kind()) {
            (ty::Adt(def, a), ty::Adt(_, b)) => def.all_fields().find_map(|field| {
                let source = tcx.normalize_erasing_regions(env, field.ty(tcx, a));
                let target = tcx.normalize_erasing_regions(env, field.ty(tcx, b));
                if source == target || source.is_phantom_data() { None } else { self.unsized_tail(source, target) }
            }),
            (ty::Pat(source, _), ty::Pat(target, _)) => self.unsized_tail(*source, *target),
            _ => None,
        }
    }

    fn vtable(&self, ty: Ty<'tcx>, dyn_ty: Ty<'tcx>) -> String {
        let tcx = self.tcx;
        let env = TypingEnv::fully_monomorphized();
        let principal = match dyn_ty.kind() {
            ty::Dynamic(preds, _) => preds.principal(),
            _ => None,
        };
        let entries: &[VtblEntry<'tcx>] = match principal {
            Some(principal) => {
                let principal = tcx.instantiate_bound_regions_with_erased(principal);
                let trait_ref = tcx.erase_and_anonymize_regions(principal.with_self_ty(tcx, ty));
                tcx.vtable_entries(trait_ref)
            }
            None => TyCtxt::COMMON_VTABLE_ENTRIES,
        };
        let layout = tcx.layout_of(env.as_query_input(ty)).ok();
        let entries: Vec<String> = entries
            .iter()
            .map(|entry| match entry {
                VtblEntry::MetadataDropInPlace if ty.needs_drop(tcx, env) => "drop".into(),
                VtblEntry::MetadataDropInPlace => "no_drop".into(),
                VtblEntry::MetadataSize => format!("size {}", layout.map_or(0, |l| l.size.bytes())),
                VtblEntry::MetadataAlign => format!("align {}", layout.map_or(0, |l| l.align.abi.bytes())),
                VtblEntry::Vacant => "vacant".into(),
                VtblEntry::Method(instance) => self.instance(*instance),
                VtblEntry::TraitVPtr(t) => format!("vptr {}", self.def_with_args(t.def_id, t.args)),
            })
            .collect();
        format!("{} as {} = [{}]", self.ty(ty), self.ty(dyn_ty), entries.join(", "))
    }
}
