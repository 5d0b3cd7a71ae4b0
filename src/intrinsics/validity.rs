//! `assert_inhabited`, `assert_zero_valid`, `assert_mem_uninitialized_valid`: abort where a type does not admit such
//! memory. Semantics: `rustc_const_eval::util::check_validity_requirement`, its lax form.

use super::{IntrinsicCall, Outcome};
use crate::prelude::*;
use rustc_abi::HasDataLayout as _;

/// The byte that the memory is filled with; `None`: the type only has to be inhabited.
type Fill = Option<u8>;

pub(super) fn codegen_validity_assertion<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
) -> Outcome {
    let ty = call.type_at(0);
    let layout = fx.layout_of(ty);
    let fill: Fill = match call.name {
        "assert_zero_valid" => Some(0),
        // Uninitialized memory is taken to be filled with ones, to catch what matters.
        "assert_mem_uninitialized_valid" => Some(1),
        _ => None,
    };
    let valid = match fill {
        None => !layout.is_uninhabited(),
        Some(byte) => admits_fill(fx, layout, byte),
    };
    if valid {
        return Outcome::Done;
    }
    let ty = fx.ty_str(ty);
    let message = match fill {
        _ if layout.is_uninhabited() => format!("attempted to instantiate uninhabited type `{ty}`"),
        Some(0) => format!("attempted to zero-initialize type `{ty}`, which is invalid"),
        _ => format!("attempted to leave type `{ty}` uninitialized, which is invalid"),
    };
    crate::base::codegen_panic_nounwind(fx, &message, call.source_info);
    Outcome::Terminated
}

fn admits_fill<'tcx>(fx: &FunctionCx<'_, '_, 'tcx>, layout: TyAndLayout<'tcx>, byte: u8) -> bool {
    let dl = fx.tcx.data_layout();
    let scalar_admits = |s: Scalar| {
        let bytes = s.size(dl).bytes();
        let value = (0..bytes).fold(0_u128, |value, _| value << 8 | u128::from(byte));
        s.valid_range(dl).contains(value)
    };
    let repr_admits = match layout.backend_repr {
        BackendRepr::Scalar(s) => scalar_admits(s),
        BackendRepr::ScalarPair(a, b) => scalar_admits(a) && scalar_admits(b),
        BackendRepr::SimdVector { element, count } => count == 0 || scalar_admits(element),
        _ => true,
    };
    if layout.is_uninhabited() || !repr_admits {
        return false;
    }

    // A made-up address is neither aligned nor dereferenceable.
    if let TyKind::Ref(_, pointee, _) = *fx.kind(layout.ty) {
        let pointee = fx.layout_of(pointee);
        if pointee.align.abi.bytes() > 1 || pointee.size.bytes() > 0 {
            return false;
        }
    } else if let Some(pointee) = fx.tcx.boxed_ty(layout.ty) {
        let pointee = fx.layout_of(pointee);
        if pointee.align.abi.bytes() > 1 || pointee.size.bytes() > 0 {
            return false;
        }
    }

    // Array elements and the variants of enums are not looked at.
    let fields_admit = match &layout.fields {
        FieldsShape::Arbitrary { offsets, .. } => {
            (0..offsets.len()).all(|i| admits_fill(fx, fx.field_layout(layout, i), byte))
        }
        _ => true,
    };
    fields_admit && !matches!(layout.variants, Variants::Empty)
}
