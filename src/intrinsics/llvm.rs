//! `extern` functions with a `link_name` that begins with `llvm.`: LLVM's intrinsics, which `core::arch` is written with.

use super::{IntrinsicCall, codegen_unsupported, float, llvm_x86};
use crate::prelude::*;

/// Generates a call of LLVM intrinsic `name`, including the jump to its target.
pub(crate) fn codegen_llvm_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    name: &'tcx str,
    args: &[Operand],
    ret: CPlace<'tcx>,
    target: Option<BasicBlock>,
    source_info: SourceInfo,
) {
    let call = IntrinsicCall { name, generic_args: &[], args, ret, source_info };
    if !codegen_known(fx, &call) {
        codegen_unsupported(fx, &format!("LLVM intrinsic {name}"), source_info);
        return;
    }
    match target {
        Some(target) => {
            let block = fx.get_block(target);
            fx.bcx.ins().jump(block, &[]);
        }
        None => trap_unreachable(fx),
    }
}

fn codegen_known<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) -> bool {
    if let Some(name) = call.name.strip_prefix("llvm.x86.") {
        return llvm_x86::codegen_x86_llvm_intrinsic_call(fx, name, call);
    }
    if call.name == "llvm.prefetch" {
        return true;
    }
    // `llvm.sqrt.f64` is what `core` names `sqrtf64`.
    match call.name.strip_prefix("llvm.").and_then(|name| name.split_once('.')) {
        Some((base, ty)) => float::codegen_float_intrinsic_named(fx, &format!("{base}{ty}"), call),
        None => false,
    }
}
