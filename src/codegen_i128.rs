//! The operations on 128-bit integers that Cranelift has no instructions for: compiler-builtins' functions.

use crate::cast::lib_call_1;
use crate::prelude::*;

/// `Div` or `Rem`.
pub(crate) fn codegen_div_rem(
    fx: &mut FunctionCx<'_, '_, '_>,
    bin_op: BinOp,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> Value {
    let name = match (bin_op, signed) {
        (BinOp::Div, false) => "__udivti3",
        (BinOp::Div, true) => "__divti3",
        (BinOp::Rem, false) => "__umodti3",
        (BinOp::Rem, true) => "__modti3",
        _ => bug!("{bin_op:?} is no division"),
    };
    lib_call_1(fx, name, &[types::I128; 2], types::I128, &[lhs, rhs])
}

/// The wrapped product and whether it overflowed.
pub(crate) fn codegen_mul_overflow(
    fx: &mut FunctionCx<'_, '_, '_>,
    signed: bool,
    lhs: Value,
    rhs: Value,
) -> (Value, Value) {
    let flag = fx.create_stack_slot(4, 4);
    let flag_addr = flag.get_addr(fx);
    let name = if signed { "__rust_i128_mulo" } else { "__rust_u128_mulo" };
    let params = [types::I128, types::I128, fx.pointer_type];
    let product = lib_call_1(fx, name, &params, types::I128, &[lhs, rhs, flag_addr]);
    let flag = flag.load(fx, types::I32, MemFlags::trusted());
    (product, fx.bcx.ins().ireduce(types::I8, flag))
}
