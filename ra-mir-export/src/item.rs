//! Conversion of definitions: what rustc's queries say of each, bodies apart.
//!
//! Which query may be asked of which kind of definition follows what `rustc_metadata::rmeta::encoder` stores.

use crate::body::{coroutine_kind, template_pieces, variant};
use crate::cx::{ExportCx, def_index};
use crate::rustc::*;
use crate::ty::mutability;
use rustc_abi::IntegerType;
use rustc_data_structures::fingerprint::Fingerprint;
use rustc_data_structures::stable_hasher::{HashStable, StableHasher};
use rustc_hir::attrs::{InlineAttr, Linkage};
use rustc_hir::def::CtorKind;
use rustc_hir::definitions::DefPathData;
use rustc_hir::{self as hir, LangItem, find_attr};
use rustc_middle::middle::codegen_fn_attrs::CodegenFnAttrFlags;
use rustc_middle::traits::specialization_graph::Node;
use rustc_middle::ty::AssocContainer;
use rustc_span::hygiene::{ExpnKind, MacroKind};
use rustc_span::sym;
use std::ops::Bound;

impl<'tcx> ExportCx<'tcx, '_> {
    pub fn def_key(&mut self, def_id: DefId) -> ramir::DefKey {
        let key = self.tcx.def_key(def_id);
        use DefPathData as D;
        use ramir::DefPathData as R;
        let data = match key.disambiguated_data.data {
            D::CrateRoot => R::CrateRoot,
            D::Impl => R::Impl,
            D::ForeignMod => R::ForeignMod,
            D::Use => R::Use,
            D::GlobalAsm => R::GlobalAsm,
            D::TypeNs(s) => R::TypeNs(self.symbol(s)),
            D::ValueNs(s) => R::ValueNs(self.symbol(s)),
            D::MacroNs(s) => R::MacroNs(self.symbol(s)),
            D::LifetimeNs(s) => R::LifetimeNs(self.symbol(s)),
            D::Closure => R::Closure,
            D::Ctor => R::Ctor,
            D::AnonConst => R::AnonConst,
            D::LateAnonConst => R::LateAnonConst,
            D::DesugaredAnonymousLifetime => R::DesugaredAnonymousLifetime,
            D::OpaqueTy => R::OpaqueTy,
            D::OpaqueLifetime(s) => R::OpaqueLifetime(self.symbol(s)),
            D::AnonAssocTy(s) => R::AnonAssocTy(self.symbol(s)),
            D::SyntheticCoroutineBody => R::SyntheticCoroutineBody,
            D::NestedStatic => R::NestedStatic,
        };
        ramir::DefKey {
            parent: key.parent.map(def_index),
            data,
            disambiguator: key.disambiguated_data.disambiguator,
            local_hash: self.tcx.def_path_hash(def_id).local_hash().as_u64(),
        }
    }

    /// The item, or `None` for kinds that nothing after type checking asks for.
    pub fn item(&mut self, def_id: DefId, kind: DefKind) -> Option<ramir::Item> {
        use ramir::ItemData as I;
        let tcx = self.tcx;
        let data = match kind {
            DefKind::Struct | DefKind::Union | DefKind::Enum => I::Adt(self.adt(def_id)),
            DefKind::Trait => I::Trait(self.trait_def(def_id)),
            DefKind::TraitAlias => I::TraitAlias,
            DefKind::Impl { of_trait } => I::Impl(self.impl_def(def_id, of_trait)),
            DefKind::Fn | DefKind::AssocFn => I::Fn(self.fn_def(def_id, kind)),
            DefKind::Ctor(_, ctor_kind) => I::Ctor(self.ctor(def_id, ctor_kind)),
            DefKind::Const | DefKind::AssocConst => I::Const(self.const_def(def_id, kind)),
            DefKind::Static { mutability: m, nested, .. } => I::Static(self.static_def(def_id, m, nested)),
            DefKind::TyAlias if tcx.type_alias_is_lazy(def_id) => I::TyAlias(self.type_of(def_id)),
            DefKind::AssocTy => I::AssocTy(self.assoc_ty(def_id)),
            DefKind::OpaqueTy if has_hidden_type(tcx, def_id) => I::OpaqueTy(self.type_of(def_id)),
            DefKind::ForeignTy => I::ForeignTy,
            DefKind::Closure | DefKind::SyntheticCoroutineBody => I::Closure(self.closure(def_id)),
            DefKind::AnonConst | DefKind::InlineConst => I::AnonConst(self.type_of(def_id)),
            DefKind::GlobalAsm => I::GlobalAsm(self.global_asm(def_id.as_local()?)),
            DefKind::Mod
            | DefKind::Variant
            | DefKind::TyAlias
            | DefKind::TyParam
            | DefKind::ConstParam
            | DefKind::LifetimeParam
            | DefKind::Macro(_)
            | DefKind::ExternCrate
            | DefKind::Use
            | DefKind::ForeignMod
            | DefKind::OpaqueTy
            | DefKind::Field => return None,
        };
        let span = tcx.def_span(def_id);
        let (generics, predicates) = match kind {
            DefKind::GlobalAsm | DefKind::Static { nested: true, .. } => Default::default(),
            _ => {
                let predicates = tcx.explicit_predicates_of(def_id).predicates.iter().map(|&(c, _)| c);
                (self.generics(def_id), self.clauses(predicates))
            }
        };
        Some(ramir::Item { generics, predicates, span: self.span(span), is_generated: is_generated(tcx, def_id), data })
    }

    pub fn type_of(&mut self, def_id: DefId) -> ramir::Ty {
        self.ty(self.tcx.type_of(def_id).instantiate_identity())
    }

    fn generics(&mut self, def_id: DefId) -> ramir::Generics {
        let generics = self.tcx.generics_of(def_id);
        let own_params = generics
            .own_params
            .iter()
            .map(|param| ramir::GenericParam {
                name: self.symbol(param.name),
                kind: match param.kind {
                    ty::GenericParamDefKind::Lifetime => ramir::GenericParamKind::Lifetime,
                    ty::GenericParamDefKind::Type { .. } => ramir::GenericParamKind::Type,
                    ty::GenericParamDefKind::Const { .. } => {
                        ramir::GenericParamKind::Const(self.type_of(param.def_id))
                    }
                },
                default: param.default_value(self.tcx).map(|arg| match arg.instantiate_identity().kind() {
                    ty::GenericArgKind::Lifetime(_) => ramir::GenericArg::Lifetime(ramir::Region::Erased),
                    ty::GenericArgKind::Type(ty) => ramir::GenericArg::Type(self.ty(ty)),
                    ty::GenericArgKind::Const(ct) => ramir::GenericArg::Const(self.ct(ct)),
                }),
            })
            .collect();
        ramir::Generics {
            parent: generics.parent.map(|p| self.def_id(p)),
            parent_count: generics.parent_count as u32,
            has_self: generics.has_self,
            own_params,
        }
    }

    fn adt(&mut self, def_id: DefId) -> ramir::AdtDef {
        let tcx = self.tcx;
        let adt = tcx.adt_def(def_id);
        let discrs: Vec<u128> = match adt.is_enum() {
            true => adt.discriminants(tcx).map(|(_, discr)| discr.val).collect(),
            false => vec![0; adt.variants().len()],
        };
        let variants = adt
            .variants()
            .iter()
            .zip(discrs)
            .map(|(v, discr)| ramir::VariantDef {
                def_id: self.def_id(v.def_id),
                name: self.symbol(v.name),
                ctor: v.ctor.map(|(kind, def)| (ctor_kind(kind), self.def_id(def))),
                discr,
                fields: v
                    .fields
                    .iter()
                    .map(|f| ramir::FieldDef {
                        def_id: self.def_id(f.did),
                        name: self.symbol(f.name),
                        ty: self.type_of(f.did),
                    })
                    .collect(),
                is_non_exhaustive: v.is_field_list_non_exhaustive(),
            })
            .collect();
        let repr = adt.repr();
        let (start, end) = tcx.layout_scalar_valid_range(def_id);
        let included = |bound| match bound {
            Bound::Included(n) => Some(n),
            Bound::Excluded(_) | Bound::Unbounded => None,
        };
        ramir::AdtDef {
            kind: match adt.adt_kind() {
                ty::AdtKind::Struct => ramir::AdtKind::Struct,
                ty::AdtKind::Union => ramir::AdtKind::Union,
                ty::AdtKind::Enum => ramir::AdtKind::Enum,
            },
            repr: ramir::ReprOptions {
                int: repr.int.map(|int| match int {
                    IntegerType::Pointer(signed) => ramir::ReprInt::Pointer(signed),
                    IntegerType::Fixed(int, signed) => ramir::ReprInt::Fixed(int.size().bytes() as u8, signed),
                }),
                align: repr.align.map(|a| a.bytes()),
                pack: repr.pack.map(|a| a.bytes()),
                flags: repr.flags.bits(),
                field_shuffle_seed: repr.field_shuffle_seed.as_u64(),
            },
            flags: ramir::AdtFlags {
                is_box: adt.is_box(),
                is_phantom_data: adt.is_phantom_data(),
                is_manually_drop: adt.is_manually_drop(),
                // rustc 1.95 gives `MaybeDangling` no treatment of its own.
                is_maybe_dangling: false,
                is_unsafe_cell: adt.is_unsafe_cell(),
                is_unsafe_pinned: adt.is_unsafe_pinned(),
                is_variant_list_non_exhaustive: adt.is_variant_list_non_exhaustive(),
                has_ctor: adt.is_struct() && adt.non_enum_variant().ctor.is_some(),
                scalar_valid_range_start: included(start),
                scalar_valid_range_end: included(end),
                unsupported_repr: repr.scalable.is_some(),
            },
            variants,
            destructor: adt.destructor(tcx).map(|d| self.def_id(d.did)),
            stable_hash: adt_stable_hash(tcx, adt),
        }
    }

    fn trait_def(&mut self, def_id: DefId) -> ramir::TraitDef {
        let tcx = self.tcx;
        let def = tcx.trait_def(def_id);
        let supers = tcx.explicit_super_predicates_of(def_id).skip_binder().iter().map(|&(c, _)| c);
        ramir::TraitDef {
            items: self.def_ids(tcx.associated_item_def_ids(def_id)),
            super_predicates: self.clauses(supers),
            is_auto: def.has_auto_impl,
            is_marker: def.is_marker,
            is_unsafe: def.safety.is_unsafe(),
            is_coinductive: def.is_coinductive || def.has_auto_impl,
            is_dyn_compatible: tcx.is_dyn_compatible(def_id),
        }
    }

    fn impl_def(&mut self, def_id: DefId, of_trait: bool) -> ramir::ImplDef {
        let tcx = self.tcx;
        let header = of_trait.then(|| tcx.impl_trait_header(def_id));
        let items = tcx
            .associated_item_def_ids(def_id)
            .iter()
            .map(|&item| ramir::ImplItem {
                def_id: self.def_id(item),
                trait_item: tcx.associated_item(item).trait_item_def_id().map(|t| self.def_id(t)),
            })
            .collect();
        ramir::ImplDef {
            self_ty: self.type_of(def_id),
            trait_ref: header.map(|h| self.trait_ref(h.trait_ref.instantiate_identity())),
            polarity: match header.map(|h| h.polarity) {
                None | Some(ty::ImplPolarity::Positive) => ramir::ImplPolarity::Positive,
                Some(ty::ImplPolarity::Negative) => ramir::ImplPolarity::Negative,
                Some(ty::ImplPolarity::Reservation) => ramir::ImplPolarity::Reservation,
            },
            specialization_parent: header
                .and_then(|h| match def_id.is_local() {
                    true => {
                        let trait_def = tcx.trait_def(h.trait_ref.skip_binder().def_id);
                        match trait_def.ancestors(tcx, def_id).ok()?.nth(1)? {
                            Node::Impl(parent) => Some(parent),
                            Node::Trait(_) => None,
                        }
                    }
                    false => tcx.impl_parent(def_id),
                })
                .map(|p| self.def_id(p)),
            items,
        }
    }

    fn assoc_item(&mut self, def_id: DefId) -> ramir::AssocItem {
        let item = self.tcx.associated_item(def_id);
        let container = self.tcx.parent(def_id);
        let defaultness = item.defaultness(self.tcx);
        ramir::AssocItem {
            container: match item.container {
                AssocContainer::Trait => ramir::AssocContainer::Trait(self.def_id(container)),
                AssocContainer::TraitImpl(trait_item) => ramir::AssocContainer::TraitImpl {
                    impl_def: self.def_id(container),
                    trait_item: trait_item.ok().map(|t| self.def_id(t)),
                },
                AssocContainer::InherentImpl => ramir::AssocContainer::InherentImpl(self.def_id(container)),
            },
            has_value: defaultness.has_value(),
            is_default: defaultness.is_default(),
        }
    }

    fn fn_def(&mut self, def_id: DefId, kind: DefKind) -> ramir::FnDef {
        let tcx = self.tcx;
        let assoc = (kind == DefKind::AssocFn).then(|| self.assoc_item(def_id));
        let vtable_safe = match assoc {
            Some(ramir::AssocItem { container: ramir::AssocContainer::Trait(_), .. }) => {
                rustc_trait_selection::traits::is_vtable_safe_method(
                    tcx,
                    tcx.parent(def_id),
                    tcx.associated_item(def_id),
                ) && !tcx.defaultness(def_id).is_final()
            }
            _ => false,
        };
        ramir::FnDef {
            name: self.symbol(tcx.item_name(def_id)),
            sig: self.poly_fn_sig(tcx.fn_sig(def_id).instantiate_identity()),
            attrs: self.codegen_fn_attrs(def_id),
            assoc,
            intrinsic: tcx.intrinsic(def_id).map(|i| ramir::Intrinsic {
                name: self.symbol(i.name),
                must_be_overridden: i.must_be_overridden,
            }),
            is_const: tcx.is_const_fn(def_id),
            is_foreign: tcx.is_foreign_item(def_id),
            exported: tcx.is_reachable_non_generic(def_id),
            vtable_safe,
        }
    }

    fn ctor(&mut self, def_id: DefId, kind: CtorKind) -> ramir::CtorDef {
        let tcx = self.tcx;
        let parent = tcx.parent(def_id);
        let (adt, variant_def) = match tcx.def_kind(parent) {
            DefKind::Variant => (tcx.parent(parent), parent),
            _ => (parent, parent),
        };
        let sig = match kind {
            CtorKind::Fn => self.poly_fn_sig(tcx.fn_sig(def_id).instantiate_identity()),
            CtorKind::Const => ramir::PolyFnSig {
                bound_vars: 0,
                inputs_and_output: [self.type_of(def_id)].into(),
                c_variadic: false,
                safe: true,
                abi: ramir::ExternAbi::Rust,
            },
        };
        ramir::CtorDef {
            adt: self.def_id(adt),
            variant: variant(tcx.adt_def(adt).variant_index_with_id(variant_def)),
            kind: ctor_kind(kind),
            sig,
        }
    }

    fn const_def(&mut self, def_id: DefId, kind: DefKind) -> ramir::ConstDef {
        let tcx = self.tcx;
        let assoc = (kind == DefKind::AssocConst).then(|| self.assoc_item(def_id));
        let has_value = assoc.is_none_or(|a| a.has_value);
        let type_const = (has_value && tcx.is_type_const(def_id)).then(|| tcx.const_of_item(def_id).instantiate_identity());
        let value = if !has_value || type_const.is_some() || self.is_ahead {
            None
        } else if let Some((value, _)) = tcx.trivial_const(def_id) {
            Some(value)
        } else if tcx.generics_of(def_id).requires_monomorphization(tcx)
            // rustc evaluates a plain constant whether or not it is used, but one of an impl only where it is: its value
            // may be an error that nobody is to see.
            || kind == DefKind::AssocConst && !self.evaluate_assoc_consts
        {
            None
        } else {
            tcx.const_eval_poly(def_id).ok()
        };
        ramir::ConstDef {
            name: self.symbol(tcx.item_name(def_id)),
            ty: self.type_of(def_id),
            assoc,
            value: value.map(|v| self.const_value(v)),
            type_const: type_const.map(|ct| self.ct(ct)),
        }
    }

    fn static_def(&mut self, def_id: DefId, m: ty::Mutability, nested: bool) -> ramir::StaticDef {
        let tcx = self.tcx;
        let is_foreign = tcx.is_foreign_item(def_id);
        let initializer = match is_foreign || self.is_ahead {
            true => None,
            false => tcx.eval_static_initializer(def_id).ok().map(|alloc| self.new_memory(alloc.inner())),
        };
        let (name, ty) = if nested {
            // A nested static has no type of its own: it is bytes.
            let size = initializer.and_then(|a| match self.interner.global_alloc(a) {
                Some(ramir::GlobalAlloc::Memory(memory)) => Some(memory.bytes.len() as u64),
                _ => None,
            });
            let bytes = Ty::new_array(tcx, tcx.types.u8, size.unwrap_or(0));
            (self.interner.sym("{nested}"), self.ty(bytes))
        } else {
            (self.symbol(tcx.item_name(def_id)), self.type_of(def_id))
        };
        ramir::StaticDef {
            name,
            ty,
            mutability: mutability(m),
            attrs: self.codegen_fn_attrs(def_id),
            is_foreign,
            exported: tcx.is_reachable_non_generic(def_id),
            initializer,
        }
    }

    fn assoc_ty(&mut self, def_id: DefId) -> ramir::AssocTyDef {
        let tcx = self.tcx;
        let assoc = self.assoc_item(def_id);
        let item_bounds = match assoc.container {
            ramir::AssocContainer::Trait(_) => {
                let bounds = tcx.explicit_item_bounds(def_id).skip_binder();
                self.clauses(bounds.iter().map(|&(c, _)| c))
            }
            _ => Vec::new(),
        };
        ramir::AssocTyDef {
            // Those that stand for an `impl Trait` in a trait's signature have none.
            name: tcx.opt_item_name(def_id).map_or_else(|| self.interner.sym(""), |n| self.symbol(n)),
            assoc,
            ty: assoc.has_value.then(|| self.type_of(def_id)),
            item_bounds,
        }
    }

    fn closure(&mut self, def_id: DefId) -> ramir::ClosureDef {
        let tcx = self.tcx;
        let coroutine = tcx.coroutine_kind(def_id).and_then(|kind| {
            let layout = match self.is_ahead {
                true => None,
                false => Some(self.coroutine_layout(tcx.optimized_mir(def_id).coroutine_layout_raw()?)),
            };
            Some(ramir::CoroutineDef {
                kind: coroutine_kind(kind),
                is_movable: kind.movability() == hir::Movability::Movable,
                layout,
                by_move_body: tcx
                    .needs_coroutine_by_move_body_def_id(def_id)
                    .then(|| self.def_id(tcx.coroutine_by_move_body_def_id(def_id))),
            })
        });
        let is_coroutine_closure = tcx.def_kind(def_id) == DefKind::Closure
            && tcx.type_of(def_id).skip_binder().is_coroutine_closure();
        ramir::ClosureDef {
            attrs: self.codegen_fn_attrs(def_id),
            coroutine,
            coroutine_for_closure: is_coroutine_closure.then(|| self.def_id(tcx.coroutine_for_closure(def_id))),
            captures: self.captures(def_id),
        }
    }

    fn captures(&mut self, def_id: DefId) -> Option<ramir::Captures> {
        let tcx = self.tcx;
        let local = def_id.as_local()?;
        let (DefKind::Closure, ty::Closure(_, args) | ty::Coroutine(_, args)) =
            (tcx.def_kind(def_id), *tcx.type_of(def_id).skip_binder().kind())
        else {
            return None;
        };
        let places = tcx.closure_captures(local).iter().map(|place| self.symbol(place.to_symbol())).collect();
        Some(ramir::Captures { args: self.args(args), places })
    }

    fn coroutine_layout(&mut self, layout: &mir::CoroutineLayout<'tcx>) -> ramir::CoroutineLayout {
        ramir::CoroutineLayout {
            field_tys: layout.field_tys.iter().map(|f| self.ty(f.ty)).collect(),
            ignore_for_traits: layout.field_tys.iter().map(|f| f.ignore_for_traits).collect(),
            variant_fields: layout
                .variant_fields
                .iter()
                .map(|fields| fields.iter().map(|f| f.as_u32()).collect())
                .collect(),
            storage_conflicts: layout
                .storage_conflicts
                .rows()
                .map(|row| layout.storage_conflicts.iter(row).map(|f| f.as_u32()).collect())
                .collect(),
        }
    }

    fn codegen_fn_attrs(&mut self, def_id: DefId) -> ramir::CodegenFnAttrs {
        let attrs = self.tcx.codegen_fn_attrs(def_id);
        let has = |flag| attrs.flags.contains(flag);
        use CodegenFnAttrFlags as F;
        ramir::CodegenFnAttrs {
            inline: match attrs.inline {
                InlineAttr::None => ramir::InlineAttr::None,
                InlineAttr::Hint => ramir::InlineAttr::Hint,
                InlineAttr::Always | InlineAttr::Force { .. } => ramir::InlineAttr::Always,
                InlineAttr::Never => ramir::InlineAttr::Never,
            },
            cold: has(F::COLD),
            never_unwind: has(F::NEVER_UNWIND),
            naked: has(F::NAKED),
            track_caller: has(F::TRACK_CALLER),
            no_mangle: has(F::NO_MANGLE),
            rustc_std_internal_symbol: has(F::RUSTC_STD_INTERNAL_SYMBOL),
            thread_local: has(F::THREAD_LOCAL),
            used: has(F::USED_LINKER),
            externally_implementable: has(F::EXTERNALLY_IMPLEMENTABLE_ITEM),
            foreign_item_aliases: attrs
                .foreign_item_symbol_aliases
                .iter()
                .map(|&(item, l, _)| (self.def_id(item), linkage(l)))
                .collect(),
            allocator: has(F::ALLOCATOR) || has(F::DEALLOCATOR) || has(F::REALLOCATOR) || has(F::ALLOCATOR_ZEROED),
            symbol_name: attrs.symbol_name.map(|s| self.symbol(s)),
            link_section: attrs.link_section.map(|s| self.symbol(s)),
            linkage: attrs.linkage.map(linkage),
            import_linkage: attrs.import_linkage.map(linkage),
            target_features: attrs.target_features.iter().map(|f| self.symbol(f.name)).collect(),
            alignment: attrs.alignment.map(|a| a.bytes()),
            safe_target_features: attrs.safe_target_features,
        }
    }

    fn global_asm(&mut self, def_id: LocalDefId) -> ramir::GlobalAsm {
        let tcx = self.tcx;
        let asm = tcx.hir_expect_item(def_id).expect_global_asm();
        let operands = asm
            .operands
            .iter()
            .map(|(op, _)| match op {
                hir::InlineAsmOperand::Const { anon_const } => {
                    let anon = anon_const.def_id.to_def_id();
                    let ty = tcx.typeck(anon_const.def_id).node_type(anon_const.hir_id);
                    let text = match tcx.const_eval_poly(anon).ok().and_then(|v| v.try_to_scalar_int()) {
                        Some(int) if ty.is_signed() => int.to_int(int.size()).to_string(),
                        Some(int) => int.to_bits_unchecked().to_string(),
                        None => String::new(),
                    };
                    ramir::GlobalAsmOperand::Const(text.into())
                }
                hir::InlineAsmOperand::SymFn { expr } => match *tcx.typeck(def_id).expr_ty(expr).kind() {
                    ty::FnDef(def, args) => {
                        ramir::GlobalAsmOperand::SymFn { def_id: self.def_id(def), args: self.args(args) }
                    }
                    _ => ramir::GlobalAsmOperand::Const(String::new().into()),
                },
                &hir::InlineAsmOperand::SymStatic { def_id, .. } => {
                    ramir::GlobalAsmOperand::SymStatic(self.def_id(def_id))
                }
                // rustc refuses the other kinds outside of functions.
                _ => ramir::GlobalAsmOperand::Const(String::new().into()),
            })
            .collect();
        ramir::GlobalAsm { template: template_pieces(asm.template), operands, options: asm.options.bits() }
    }

    /// The crate's lang items, by name.
    pub fn lang_items(&mut self) -> Vec<(ramir::Symbol, ramir::DefId)> {
        let items: Vec<(LangItem, DefId)> =
            self.tcx.lang_items().iter().filter(|(_, def)| def.krate == self.krate).collect();
        items.iter().map(|&(item, def)| (self.symbol(item.name()), self.def_id(def))).collect()
    }
}

/// An `impl Trait` in the signature of a trait's method without a body hides nothing.
fn has_hidden_type(tcx: TyCtxt<'_>, def_id: DefId) -> bool {
    let parent = match tcx.opaque_ty_origin(def_id) {
        hir::OpaqueTyOrigin::FnReturn { parent, .. } | hir::OpaqueTyOrigin::AsyncFn { parent, .. } => parent,
        hir::OpaqueTyOrigin::TyAlias { .. } => return true,
    };
    match tcx.opt_associated_item(parent) {
        Some(item) if matches!(item.container, AssocContainer::Trait) => item.defaultness(tcx).has_value(),
        _ => true,
    }
}

fn ctor_kind(kind: CtorKind) -> ramir::CtorKind {
    match kind {
        CtorKind::Fn => ramir::CtorKind::Fn,
        CtorKind::Const => ramir::CtorKind::Const,
    }
}

fn linkage(linkage: Linkage) -> ramir::Linkage {
    match linkage {
        Linkage::External => ramir::Linkage::External,
        Linkage::AvailableExternally => ramir::Linkage::AvailableExternally,
        Linkage::LinkOnceAny => ramir::Linkage::LinkOnceAny,
        Linkage::LinkOnceODR => ramir::Linkage::LinkOnceODR,
        Linkage::WeakAny => ramir::Linkage::WeakAny,
        Linkage::WeakODR => ramir::Linkage::WeakODR,
        Linkage::Internal => ramir::Linkage::Internal,
        Linkage::ExternalWeak => ramir::Linkage::ExternalWeak,
        Linkage::Common => ramir::Linkage::Common,
    }
}

/// What `HashStable for AdtDefData` caches, with the controls that `TyCtxt::type_id_hash` sets.
fn adt_stable_hash(tcx: TyCtxt<'_>, adt: ty::AdtDef<'_>) -> u128 {
    let hash: Fingerprint = tcx.with_stable_hashing_context(|mut hcx| {
        let mut hasher = StableHasher::new();
        hcx.while_hashing_spans(false, |hcx| {
            adt.did().hash_stable(hcx, &mut hasher);
            adt.variants().hash_stable(hcx, &mut hasher);
            adt.flags().hash_stable(hcx, &mut hasher);
            adt.repr().hash_stable(hcx, &mut hasher);
        });
        hasher.finish()
    });
    let (low, high) = hash.split();
    u128::from(high.as_u64()) << 64 | u128::from(low.as_u64())
}

/// Whether the local definition, or what it is in, comes from a derive, built-in or procedural, or belongs to the harness of tests.
fn is_generated(tcx: TyCtxt<'_>, def_id: DefId) -> bool {
    let Some(mut def) = def_id.as_local() else { return false };
    loop {
        let is_made = match tcx.expn_that_defined(def).expn_data().kind {
            ExpnKind::Macro(MacroKind::Derive, _) => true,
            // The attribute makes a constant that describes the test, beside the function.
            ExpnKind::Macro(MacroKind::Attr, sym::test | sym::bench) => {
                let attrs = tcx.hir_attrs(tcx.local_def_id_to_hir_id(def));
                tcx.def_kind(def) == DefKind::Const && find_attr!(attrs, RustcTestMarker(..))
            }
            _ => false,
        };
        // The harness comes after all macros.
        let is_harness = matches!(tcx.def_span(def).ctxt().outer_expn_data().kind, ExpnKind::AstPass(_));
        if is_made || is_harness {
            return true;
        }
        let Some(parent) = tcx.opt_local_parent(def) else { return false };
        def = parent;
    }
}
