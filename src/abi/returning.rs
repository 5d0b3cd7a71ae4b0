//! Return values: of the current function, and of calls.

use super::pass_mode::{from_casted_value, to_casted_value};
use crate::analyze::SsaKind;
use crate::prelude::*;

/// The place of the current function's return value: memory of the caller's, or a local.
pub(super) fn codegen_return_param<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    ssa_analyzed: &[SsaKind],
    block_params: &mut impl Iterator<Item = Value>,
) -> CPlace<'tcx> {
    let fn_abi = fx.fn_abi.clone();
    let layout = fn_abi.ret.layout;
    let (place, param): (_, SmallVec<[Value; 1]>) = match fn_abi.ret.mode {
        PassMode::Indirect { .. } => match block_params.next() {
            Some(param) => (CPlace::for_ptr(Pointer::new(param), layout), smallvec![param]),
            None => bug!("no return pointer"),
        },
        _ => {
            let is_ssa = ssa_analyzed[Local::RETURN.index()].is_ssa(fx, layout.ty);
            (super::make_local_place(fx, Local::RETURN, layout, is_ssa), smallvec![])
        }
    };
    super::comments::add_arg_comment(fx, "ret", Some(Local::RETURN), None, &param, &fn_abi.ret.mode, layout);
    place
}

/// Makes a call by `f`, which gets the return pointer if there is one, and writes its results to `ret_place`.
pub(super) fn codegen_with_call_return_arg<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    ret_abi: &ArgAbi<'tcx>,
    ret_place: CPlace<'tcx>,
    f: impl FnOnce(&mut FunctionCx<'_, '_, 'tcx>, Option<Value>) -> SmallVec<[Value; 2]>,
) {
    let (temp, return_ptr) = match ret_abi.mode {
        PassMode::Indirect { .. } => match ret_place.try_to_ptr() {
            Some(ptr) => (None, Some(ptr.get_addr(fx))),
            None => {
                let temp = CPlace::new_stack_slot(fx, ret_abi.layout);
                (Some(temp), Some(temp.to_ptr().get_addr(fx)))
            }
        },
        _ => (None, None),
    };
    let results = f(fx, return_ptr);
    let value = match ret_abi.mode {
        PassMode::Ignore => return,
        PassMode::Direct(_) => CValue::by_val(results[0], ret_abi.layout),
        PassMode::Pair(..) => CValue::by_val_pair(results[0], results[1], ret_abi.layout),
        PassMode::Cast(ref cast) => from_casted_value(fx, &results, ret_abi.layout, cast),
        PassMode::Indirect { .. } => match temp {
            Some(temp) => temp.to_cvalue(fx),
            None => return,
        },
    };
    ret_place.write_cvalue(fx, value);
}

pub(crate) fn codegen_return(fx: &mut FunctionCx<'_, '_, '_>) {
    let fn_abi = fx.fn_abi.clone();
    let values: SmallVec<[Value; 2]> = match fn_abi.ret.mode {
        PassMode::Ignore | PassMode::Indirect { .. } => smallvec![],
        PassMode::Direct(_) => {
            let val = fx.get_local_place(Local::RETURN).to_cvalue(fx).load_scalar(fx);
            smallvec![val]
        }
        PassMode::Pair(..) => {
            let (a, b) = fx.get_local_place(Local::RETURN).to_cvalue(fx).load_scalar_pair(fx);
            smallvec![a, b]
        }
        PassMode::Cast(ref cast) => {
            let value = fx.get_local_place(Local::RETURN).to_cvalue(fx);
            to_casted_value(fx, value, cast)
        }
    };
    fx.bcx.ins().return_(&values);
}
