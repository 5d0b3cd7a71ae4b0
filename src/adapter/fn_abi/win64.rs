//! The Win64 calling convention, for `extern "win64"`. Semantics: `rustc_target::callconv::x86_win64`.

use super::{ArgAbi, FnAbi};
use crate::adapter::{Result, Tcx};
use rustc_abi::{BackendRepr, Float, Integer, Primitive, Reg, RegKind, Size};

pub(super) fn adjust<'tcx>(tcx: &'tcx Tcx, abi: &mut FnAbi<'tcx>) -> Result<()> {
    if !abi.ret.is_ignore() {
        classify(&mut abi.ret, true);
    }
    for arg in &mut abi.args {
        // Zero-sized arguments have a register too, as with gcc and clang.
        if arg.is_ignore() || arg.layout.pass_indirectly_in_non_rustic_abis(tcx)? {
            arg.make_indirect();
        } else {
            classify(arg, false);
        }
    }
    Ok(())
}

fn classify(arg: &mut ArgAbi<'_>, is_ret: bool) {
    match arg.layout.backend_repr {
        BackendRepr::Memory { sized: false } | BackendRepr::SimdVector { .. } | BackendRepr::ScalableVector { .. } => {}
        BackendRepr::ScalarPair(..) | BackendRepr::Memory { sized: true } => {
            let size = arg.layout.size;
            match size.bytes() {
                1 | 2 | 4 | 8 => arg.cast_to(Reg { kind: RegKind::Integer, size }),
                _ => arg.make_indirect(),
            }
        }
        BackendRepr::Scalar(scalar) => match scalar.primitive() {
            Primitive::Int(Integer::I128, _) if is_ret => {
                arg.cast_to(Reg { kind: RegKind::Vector, size: Size::from_bytes(16) });
            }
            Primitive::Float(Float::F128) => {}
            _ if arg.layout.size.bytes() > 8 => arg.make_indirect(),
            _ => arg.extend_integer_to_32_bits(),
        },
    }
}
