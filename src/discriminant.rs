//! Reading and writing enum discriminants. Semantics: `rustc_codegen_ssa::mir::{place, operand}`,
//! `rustc_abi::TagEncoding`.

use crate::prelude::*;
use crate::seeded_bug::{BugKind, seeded};
use rustc_abi::TagEncoding;

/// Writes the tag of a variant; nothing if the layout stores none for it.
pub(crate) fn codegen_set_discriminant<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    place: CPlace<'tcx>,
    variant_index: VariantIdx,
) {
    let layout = place.layout();
    if fx.variant_layout(layout, variant_index).is_uninhabited() {
        return;
    }
    let Variants::Multiple { tag_field, ref tag_encoding, .. } = layout.variants else { return };
    let tag_value = match *tag_encoding {
        TagEncoding::Direct => match fx.tcx.discriminant_for_variant(layout.ty, variant_index).or_fatal() {
            Some(discr) => discr,
            None => bug!("no discriminant for {}", fx.ty_str(layout.ty)),
        },
        TagEncoding::Niche { untagged_variant, .. } if untagged_variant == variant_index => return,
        TagEncoding::Niche { ref niche_variants, niche_start, .. } => {
            u128::from(variant_index.0 - niche_variants.start().0).wrapping_add(niche_start)
        }
    };
    let tag_place = place.place_field(fx, tag_field);
    let clif_ty = fx.expect_clif_type(tag_place.layout().ty);
    let value = int_const(fx, clif_ty, tag_value);
    tag_place.write_cvalue(fx, CValue::by_val(value, tag_place.layout()));
}

/// The discriminant of `value`, of type `dest_layout.ty`.
pub(crate) fn codegen_get_discriminant<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    value: CValue<'tcx>,
    dest_layout: TyAndLayout<'tcx>,
) -> CValue<'tcx> {
    let layout = value.layout();
    let cast_to = fx.expect_clif_type(dest_layout.ty);
    let discr = match layout.variants {
        // Never executed.
        Variants::Empty => int_const(fx, cast_to, 0),
        Variants::Single { index } => {
            let discr = fx.tcx.discriminant_for_variant(layout.ty, index).or_fatal();
            int_const(fx, cast_to, discr.unwrap_or(index.0.into()))
        }
        Variants::Multiple { tag, tag_field, ref tag_encoding, .. } => {
            let tag_value = value.value_field(fx, tag_field).load_scalar(fx);
            match *tag_encoding {
                TagEncoding::Direct => {
                    let signed = matches!(tag.primitive(), Primitive::Int(_, true));
                    crate::cast::clif_intcast(fx, tag_value, cast_to, signed)
                }
                TagEncoding::Niche { untagged_variant, ref niche_variants, niche_start } => {
                    let (first, last) = (niche_variants.start().0, niche_variants.end().0);
                    let tag_ty = fx.bcx.func.dfg.value_type(tag_value);
                    let (is_niche, tagged) = if first == last {
                        let is_niche = codegen_icmp_imm(fx, IntCC::Equal, tag_value, niche_start as i128);
                        (is_niche, int_const(fx, cast_to, first.into()))
                    } else {
                        // The niche's values follow each other from `niche_start` on, modulo the tag's width.
                        let start = int_const(fx, tag_ty, niche_start);
                        let relative = fx.bcx.ins().isub(tag_value, start);
                        let is_niche =
                            codegen_icmp_imm(fx, IntCC::UnsignedLessThanOrEqual, relative, (last - first).into());
                        let relative = crate::cast::clif_intcast(fx, relative, cast_to, false);
                        let first = int_const(fx, cast_to, first.into());
                        (is_niche, fx.bcx.ins().iadd(relative, first))
                    };
                    let untagged = int_const(fx, cast_to, untagged_variant.0.into());
                    fx.bcx.ins().select(is_niche, tagged, untagged)
                }
            }
        }
    };
    let discr = if seeded(fx, BugKind::Discriminant) { fx.bcx.ins().iadd_imm_s(discr, 1) } else { discr };
    CValue::by_val(discr, dest_layout)
}
