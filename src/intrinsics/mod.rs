//! Intrinsics: functions that code generation provides. Semantics: `library/core/src/intrinsics/mod.rs`; which of them
//! have to be provided and which have a body to fall back to, is said there by whether they have one.
//!
//! One that rac does not provide and that has no body compiles to a warning and a trap that names it.

mod atomic;
mod cpu_features;
mod float;
mod llvm;
mod llvm_x86;
mod simd;
mod validity;
mod variadic;
mod vector;

use crate::base::codegen_operand;
use crate::cast::{clif_int_or_float_cast, clif_intcast, lib_call_1};
use crate::num;
use crate::prelude::*;
use cranelift_codegen::ir::{BlockArg, ExceptionTableData, ExceptionTableItem, ExceptionTag};

pub(crate) use cpu_features::codegen_absent_features;
pub(crate) use llvm::codegen_llvm_intrinsic_call;

/// A call of an intrinsic: what it is asked to do, and where to go on.
struct IntrinsicCall<'a, 'tcx> {
    name: &'tcx str,
    generic_args: &'tcx [GenericArg],
    args: &'a [Operand],
    ret: CPlace<'tcx>,
    source_info: SourceInfo,
}

impl<'tcx> IntrinsicCall<'_, 'tcx> {
    /// Generic argument `i`, a type.
    fn type_at(&self, i: usize) -> Ty {
        match self.generic_args.get(i).and_then(|arg| arg.as_type()) {
            Some(ty) => ty,
            None => bug!("intrinsic {} lacks type argument {i}", self.name),
        }
    }

    /// All arguments, which must be `N`.
    fn operands<const N: usize>(&self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> [CValue<'tcx>; N] {
        let Ok(args) = <&[Operand; N]>::try_from(self.args) else {
            bug!("intrinsic {} has {} arguments, not {N}", self.name, self.args.len())
        };
        args.each_ref().map(|arg| codegen_operand(fx, arg))
    }

    /// All arguments, which must be `N`, each a scalar.
    fn scalars<const N: usize>(&self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> [Value; N] {
        self.operands(fx).map(|arg| arg.load_scalar(fx))
    }

    /// Writes a scalar result.
    fn ret_scalar(&self, fx: &mut FunctionCx<'_, '_, 'tcx>, val: Value) {
        let layout = self.ret.layout();
        self.ret.write_cvalue(fx, CValue::by_val(val, layout));
    }

    /// Writes a result whose type is the destination's, up to regions and transparent wrappers.
    fn ret_value(&self, fx: &mut FunctionCx<'_, '_, 'tcx>, val: CValue<'tcx>) {
        self.ret.write_cvalue(fx, val);
    }
}

/// What has become of a call.
enum Outcome {
    /// Continue at the call's target.
    Done,
    /// The block is already terminated.
    Terminated,
    /// Not provided here.
    Unknown,
}

/// Generates a call of an intrinsic, including the jump to its target. `Err` is the instance to call instead: the
/// intrinsic's own body.
pub(crate) fn codegen_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    instance: Instance,
    args: &[Operand],
    destination: CPlace<'tcx>,
    target: Option<BasicBlock>,
    source_info: SourceInfo,
) -> Result<(), Instance> {
    let def = fx.tcx.fn_def(instance.def_id()).or_fatal();
    let Some(intrinsic) = def.intrinsic else { bug!("not an intrinsic: {instance:?}") };
    let call = IntrinsicCall {
        name: fx.tcx.str(intrinsic.name),
        generic_args: fx.tcx.args(instance.args),
        args,
        ret: destination,
        source_info,
    };

    let outcome = if call.name.starts_with("simd_") {
        simd::codegen_simd_intrinsic_call(fx, &call)
    } else if call.name.starts_with("atomic_") {
        atomic::codegen_atomic_intrinsic_call(fx, &call)
    } else if float::codegen_float_intrinsic_call(fx, &call) {
        Outcome::Done
    } else {
        codegen_regular_intrinsic_call(fx, &call, target)
    };

    match outcome {
        Outcome::Terminated => {}
        Outcome::Done => match target {
            Some(target) => {
                let block = fx.get_block(target);
                fx.bcx.ins().jump(block, &[]);
            }
            None => trap_unreachable(fx),
        },
        Outcome::Unknown if intrinsic.must_be_overridden => {
            codegen_unsupported(fx, &format!("intrinsic {}", call.name), source_info);
        }
        Outcome::Unknown => return Err(Instance::new(instance.def_id(), instance.args)),
    }
    Ok(())
}

/// Ends the block with a trap that names what is not supported, and warns.
fn codegen_unsupported(fx: &mut FunctionCx<'_, '_, '_>, what: &str, source_info: SourceInfo) {
    fx.cx.warn(source_info.span, &format!("unsupported {what}: the call becomes a trap"));
    crate::base::codegen_panic_nounwind(fx, &format!("{what} is not supported by rac"), source_info);
}

fn codegen_regular_intrinsic_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
    target: Option<BasicBlock>,
) -> Outcome {
    match call.name {
        "abort" => {
            let block = fx.bcx.current_block().expect("a block is being filled");
            fx.set_cold_block(block);
            fx.bcx.ins().trap(TrapCode::unwrap_user(2));
            return Outcome::Terminated;
        }
        "unreachable" => {
            trap_unreachable(fx);
            return Outcome::Terminated;
        }
        "breakpoint" => {
            fx.bcx.ins().debugtrap();
        }
        "cold_path" => {
            let block = fx.bcx.current_block().expect("a block is being filled");
            fx.set_cold_block(block);
        }
        "assume" | "forget" => {
            call.operands::<1>(fx);
        }
        "black_box" => {
            let [val] = call.operands(fx);
            call.ret_value(fx, val);
        }
        "prefetch_read_data" | "prefetch_write_data" | "prefetch_read_instruction" | "prefetch_write_instruction" => {}
        "is_val_statically_known" => {
            let no = fx.bcx.ins().iconst(types::I8, 0);
            call.ret_scalar(fx, no);
        }
        "ub_checks" => ret_bool(fx, call, fx.tcx.opts.ub_checks),
        "overflow_checks" => ret_bool(fx, call, fx.tcx.opts.overflow_checks),
        "contract_checks" => ret_bool(fx, call, false),
        "needs_drop" => {
            let needs_drop = fx.tcx.needs_drop(call.type_at(0)).or_fatal();
            ret_bool(fx, call, needs_drop);
        }
        "size_of" => ret_usize(fx, call, fx.layout_of(call.type_at(0)).size.bytes()),
        "align_of" => ret_usize(fx, call, fx.layout_of(call.type_at(0)).align.abi.bytes()),
        "variant_count" => {
            let TyKind::Adt(def, _) = *fx.kind(call.type_at(0)) else { return Outcome::Unknown };
            ret_usize(fx, call, fx.tcx.adt_def(def).or_fatal().variants.len() as u64);
        }
        "type_id_eq" => {
            let [a, b] = call.operands(fx);
            let eq = memory_eq(fx, a, b);
            call.ret_scalar(fx, eq);
        }
        "caller_location" => {
            let location = fx.get_caller_location(call.source_info);
            call.ret_value(fx, location);
        }
        "assert_inhabited" | "assert_zero_valid" | "assert_mem_uninitialized_valid" => {
            return validity::codegen_validity_assertion(fx, call);
        }
        "catch_unwind" => return codegen_catch_unwind(fx, call, target),
        "va_arg" => variadic::codegen_va_arg(fx, call),
        "va_copy" => variadic::codegen_va_copy(fx, call),
        "va_end" => {}

        "read_via_copy" | "volatile_load" | "unaligned_volatile_load" => {
            let [ptr] = call.operands(fx);
            let layout = fx.layout_of(num::pointee_ty(fx, ptr.layout().ty));
            let ptr = Pointer::new(ptr.load_scalar(fx));
            call.ret_value(fx, CValue::by_ref(ptr, layout));
        }
        "write_via_move" | "volatile_store" | "unaligned_volatile_store" | "nontemporal_store" => {
            let [ptr, val] = call.operands(fx);
            let ptr = Pointer::new(ptr.load_scalar(fx));
            CPlace::for_ptr(ptr, val.layout()).write_cvalue(fx, val);
        }
        "copy" => {
            let [src, dst, count] = call.scalars(fx);
            codegen_copy(fx, call, dst, src, count, true);
        }
        "copy_nonoverlapping" => {
            let [src, dst, count] = call.scalars(fx);
            codegen_copy(fx, call, dst, src, count, false);
        }
        "volatile_copy_memory" => {
            let [dst, src, count] = call.scalars(fx);
            codegen_copy(fx, call, dst, src, count, true);
        }
        "volatile_copy_nonoverlapping_memory" => {
            let [dst, src, count] = call.scalars(fx);
            codegen_copy(fx, call, dst, src, count, false);
        }
        "write_bytes" | "volatile_set_memory" => {
            let [dst, val, count] = call.scalars(fx);
            let size = fx.layout_of(call.type_at(0)).size.bytes();
            let bytes = num::imul_const(fx, count, size);
            fx.call_memset(dst, val, bytes);
        }
        "typed_swap_nonoverlapping" => {
            let [x, y] = call.scalars(fx);
            let layout = fx.layout_of(call.type_at(0));
            let (x, y) = (Pointer::new(x), Pointer::new(y));
            let temp = CPlace::new_stack_slot(fx, layout);
            temp.write_cvalue(fx, CValue::by_ref(x, layout));
            CPlace::for_ptr(x, layout).write_cvalue(fx, CValue::by_ref(y, layout));
            let temp = temp.to_cvalue(fx);
            CPlace::for_ptr(y, layout).write_cvalue(fx, temp);
        }
        "raw_eq" => {
            let [a, b] = call.scalars(fx);
            let size = fx.layout_of(call.type_at(0)).size.bytes();
            let eq = codegen_bytes_eq(fx, a, b, size);
            call.ret_scalar(fx, eq);
        }
        "compare_bytes" => {
            let [a, b, len] = call.scalars(fx);
            let res = codegen_memcmp(fx, a, b, len);
            call.ret_scalar(fx, res);
        }

        "size_of_val" | "align_of_val" => {
            let [ptr] = call.operands(fx);
            let layout = fx.layout_of(call.type_at(0));
            let meta = match ptr.layout().backend_repr {
                BackendRepr::ScalarPair(..) => Some(ptr.load_scalar_pair(fx).1),
                _ => None,
            };
            let (size, align) = crate::unsize::size_and_align_of(fx, layout, meta);
            call.ret_scalar(fx, if call.name == "size_of_val" { size } else { align });
        }
        "vtable_size" => {
            let [vtable] = call.scalars(fx);
            let size = crate::vtable::size_of_obj(fx, vtable);
            call.ret_scalar(fx, size);
        }
        "vtable_align" => {
            let [vtable] = call.scalars(fx);
            let align = crate::vtable::align_of_obj(fx, vtable);
            call.ret_scalar(fx, align);
        }
        "discriminant_value" => {
            let [ptr] = call.scalars(fx);
            let value = CValue::by_ref(Pointer::new(ptr), fx.layout_of(call.type_at(0)));
            let discr = crate::discriminant::codegen_get_discriminant(fx, value, call.ret.layout());
            call.ret_value(fx, discr);
        }

        "offset" | "arith_offset" => {
            let [base, count] = call.operands(fx);
            let res = num::codegen_ptr_offset(fx, base, count);
            call.ret_value(fx, res);
        }
        "ptr_mask" => {
            let [ptr, mask] = call.scalars(fx);
            let res = fx.bcx.ins().band(ptr, mask);
            call.ret_scalar(fx, res);
        }
        "ptr_offset_from" | "ptr_offset_from_unsigned" => {
            let [ptr, base] = call.scalars(fx);
            let size = fx.layout_of(call.type_at(0)).size.bytes();
            let diff = fx.bcx.ins().isub(ptr, base);
            let res = match (call.name, size) {
                (_, 1) => diff,
                // The division is exact, so that a shift gives the same.
                (_, _) if size.is_power_of_two() => fx.bcx.ins().sshr_imm_u(diff, i64::from(size.trailing_zeros())),
                ("ptr_offset_from", _) => fx.bcx.ins().sdiv_imm_s(diff, size as i64),
                _ => fx.bcx.ins().udiv_imm_u(diff, size as i64),
            };
            call.ret_scalar(fx, res);
        }
        "ptr_guaranteed_cmp" => {
            let [a, b] = call.scalars(fx);
            let eq = fx.bcx.ins().icmp(IntCC::Equal, a, b);
            call.ret_scalar(fx, eq);
        }
        "ptr_metadata" => {
            let [ptr] = call.operands(fx);
            let meta = num::codegen_unop(fx, UnOp::PtrMetadata, ptr);
            call.ret.write_cvalue_transmute(fx, meta);
        }
        "aggregate_raw_ptr" => {
            let [data, meta] = call.operands(fx);
            let data = data.load_scalar(fx);
            let layout = call.ret.layout();
            let ptr = match layout.backend_repr {
                BackendRepr::ScalarPair(..) => {
                    let meta = meta.load_scalar(fx);
                    CValue::by_val_pair(data, meta, layout)
                }
                _ => CValue::by_val(data, layout),
            };
            call.ret_value(fx, ptr);
        }
        "slice_get_unchecked" => {
            let [slice, index] = call.operands(fx);
            let (base, _) = slice.load_scalar_pair(fx);
            let layout = call.ret.layout();
            let elem = num::codegen_ptr_offset(fx, CValue::by_val(base, layout), index);
            call.ret_value(fx, elem);
        }
        "transmute" | "transmute_unchecked" => {
            let [val] = call.operands(fx);
            call.ret.write_cvalue_transmute(fx, val);
        }
        "select_unpredictable" => {
            let [cond, if_true, if_false] = call.operands(fx);
            codegen_select(fx, call, cond, if_true, if_false);
        }
        _ => return codegen_int_intrinsic_call(fx, call),
    }
    Outcome::Done
}

/// Intrinsics on integers.
fn codegen_int_intrinsic_call<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>) -> Outcome {
    let bin_op = |fx: &mut FunctionCx<'_, '_, 'tcx>, op| {
        let [x, y] = call.operands(fx);
        let res = num::codegen_int_binop(fx, op, x, y);
        call.ret_value(fx, res);
    };
    let checked = |fx: &mut FunctionCx<'_, '_, 'tcx>, op| {
        let [x, y] = call.operands(fx);
        let res = num::codegen_checked_int_binop(fx, op, x, y);
        call.ret_value(fx, res);
    };
    match call.name {
        "wrapping_add" | "unchecked_add" => bin_op(fx, BinOp::Add),
        "wrapping_sub" | "unchecked_sub" => bin_op(fx, BinOp::Sub),
        "wrapping_mul" | "unchecked_mul" => bin_op(fx, BinOp::Mul),
        "unchecked_div" | "exact_div" => bin_op(fx, BinOp::Div),
        "unchecked_rem" => bin_op(fx, BinOp::Rem),
        "unchecked_shl" => bin_op(fx, BinOp::Shl),
        "unchecked_shr" => bin_op(fx, BinOp::Shr),
        "disjoint_bitor" => bin_op(fx, BinOp::BitOr),
        "three_way_compare" => bin_op(fx, BinOp::Cmp),
        "add_with_overflow" => checked(fx, BinOp::Add),
        "sub_with_overflow" => checked(fx, BinOp::Sub),
        "mul_with_overflow" => checked(fx, BinOp::Mul),
        "saturating_add" | "saturating_sub" => {
            let [x, y] = call.operands(fx);
            let op = if call.name == "saturating_add" { BinOp::Add } else { BinOp::Sub };
            let res = num::codegen_saturating_int_binop(fx, op, x, y);
            call.ret_value(fx, res);
        }
        "rotate_left" => {
            let [x, shift] = call.scalars(fx);
            let res = fx.bcx.ins().rotl(x, shift);
            call.ret_scalar(fx, res);
        }
        "rotate_right" => {
            let [x, shift] = call.scalars(fx);
            let res = fx.bcx.ins().rotr(x, shift);
            call.ret_scalar(fx, res);
        }
        "unchecked_funnel_shl" | "unchecked_funnel_shr" => {
            let [high, low, shift] = call.scalars(fx);
            let res = codegen_funnel_shift(fx, call.name == "unchecked_funnel_shl", high, low, shift);
            call.ret_scalar(fx, res);
        }
        "ctlz" | "ctlz_nonzero" => {
            let [x] = call.scalars(fx);
            let res = fx.bcx.ins().clz(x);
            ret_u32(fx, call, res);
        }
        "cttz" | "cttz_nonzero" => {
            let [x] = call.scalars(fx);
            let res = fx.bcx.ins().ctz(x);
            ret_u32(fx, call, res);
        }
        "ctpop" => {
            let [x] = call.scalars(fx);
            let res = fx.bcx.ins().popcnt(x);
            ret_u32(fx, call, res);
        }
        "bitreverse" => {
            let [x] = call.scalars(fx);
            let res = fx.bcx.ins().bitrev(x);
            call.ret_scalar(fx, res);
        }
        "bswap" => {
            let [x] = call.scalars(fx);
            let res = codegen_bswap(fx, x);
            call.ret_scalar(fx, res);
        }
        "float_to_int_unchecked" => {
            let [x] = call.scalars(fx);
            let to = call.ret.layout().ty;
            let (to_ty, signed) = (fx.expect_clif_type(to), type_sign(fx.tcx, to));
            let res = clif_int_or_float_cast(fx, x, false, to_ty, signed);
            call.ret_scalar(fx, res);
        }
        _ => return Outcome::Unknown,
    }
    Outcome::Done
}

fn ret_bool<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, val: bool) {
    let val = fx.bcx.ins().iconst(types::I8, i64::from(val));
    call.ret_scalar(fx, val);
}

fn ret_usize<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, val: u64) {
    let val = fx.bcx.ins().iconst(fx.pointer_type, val as i64);
    call.ret_scalar(fx, val);
}

fn ret_u32<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, call: &IntrinsicCall<'_, 'tcx>, val: Value) {
    let val = clif_intcast(fx, val, types::I32, false);
    call.ret_scalar(fx, val);
}

fn codegen_bswap(fx: &mut FunctionCx<'_, '_, '_>, val: Value) -> Value {
    if fx.bcx.func.dfg.value_type(val) == types::I8 { val } else { fx.bcx.ins().bswap(val) }
}

/// The upper half (`left`) or lower half of `high:low` shifted by less than the width.
fn codegen_funnel_shift(fx: &mut FunctionCx<'_, '_, '_>, left: bool, high: Value, low: Value, shift: Value) -> Value {
    let ty = fx.bcx.func.dfg.value_type(high);
    let bits = i64::from(ty.bits());
    // The other part moves by `bits - shift`, which for a shift of 0 is one too many: by 1, then by `bits - 1 - shift`.
    let shift = clif_intcast(fx, shift, types::I32, false);
    let max = fx.bcx.ins().iconst(types::I32, bits - 1);
    let rest = fx.bcx.ins().isub(max, shift);
    let (kept, moved) = if left {
        let moved = fx.bcx.ins().ushr_imm_u(low, 1);
        (fx.bcx.ins().ishl(high, shift), fx.bcx.ins().ushr(moved, rest))
    } else {
        let moved = fx.bcx.ins().ishl_imm_u(high, 1);
        (fx.bcx.ins().ushr(low, shift), fx.bcx.ins().ishl(moved, rest))
    };
    fx.bcx.ins().bor(kept, moved)
}

/// Copies `count` elements of the call's type; `overlap` if the ranges may overlap.
fn codegen_copy<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
    dst: Value,
    src: Value,
    count: Value,
    overlap: bool,
) {
    let size = fx.layout_of(call.type_at(0)).size.bytes();
    let bytes = num::imul_const(fx, count, size);
    if overlap {
        fx.call_memmove(dst, src, bytes);
    } else {
        fx.call_memcpy(dst, src, bytes);
    }
}

fn codegen_memcmp(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value, len: Value) -> Value {
    lib_call_1(fx, "memcmp", &[fx.pointer_type; 3], types::I32, &[a, b, len])
}

/// Whether `size` bytes at two addresses are equal.
fn codegen_bytes_eq(fx: &mut FunctionCx<'_, '_, '_>, a: Value, b: Value, size: u64) -> Value {
    let flags = MemFlags::new().with_notrap();
    match size {
        0 => fx.bcx.ins().iconst(types::I8, 1),
        1 | 2 | 4 | 8 | 16 => {
            let ty = Type::int(size as u16 * 8).expect("a power of two");
            let a = fx.bcx.ins().load(ty, flags, a, 0);
            let b = fx.bcx.ins().load(ty, flags, b, 0);
            fx.bcx.ins().icmp(IntCC::Equal, a, b)
        }
        _ => {
            let len = fx.bcx.ins().iconst(fx.pointer_type, size as i64);
            let res = codegen_memcmp(fx, a, b, len);
            fx.bcx.ins().icmp_imm_s(IntCC::Equal, res, 0)
        }
    }
}

/// Whether two values of the same type have the same bytes.
fn memory_eq<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, a: CValue<'tcx>, b: CValue<'tcx>) -> Value {
    let size = a.layout().size.bytes();
    let (a, _) = a.force_stack(fx);
    let (b, _) = b.force_stack(fx);
    let (a, b) = (a.get_addr(fx), b.get_addr(fx));
    codegen_bytes_eq(fx, a, b, size)
}

/// One of two values without a branch.
fn codegen_select<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
    cond: CValue<'tcx>,
    if_true: CValue<'tcx>,
    if_false: CValue<'tcx>,
) {
    let cond = cond.load_scalar(fx);
    let layout = if_true.layout();
    if layout.is_zst() {
        return;
    }
    let res = match layout.backend_repr {
        BackendRepr::Scalar(_) => {
            let (if_true, if_false) = (if_true.load_scalar(fx), if_false.load_scalar(fx));
            CValue::by_val(fx.bcx.ins().select(cond, if_true, if_false), layout)
        }
        BackendRepr::ScalarPair(..) => {
            let (a1, b1) = if_true.load_scalar_pair(fx);
            let (a2, b2) = if_false.load_scalar_pair(fx);
            let a = fx.bcx.ins().select(cond, a1, a2);
            let b = fx.bcx.ins().select(cond, b1, b2);
            CValue::by_val_pair(a, b, layout)
        }
        _ => {
            let (if_true, _) = if_true.force_stack(fx);
            let (if_false, _) = if_false.force_stack(fx);
            let (if_true, if_false) = (if_true.get_addr(fx), if_false.get_addr(fx));
            CValue::by_ref(Pointer::new(fx.bcx.ins().select(cond, if_true, if_false)), layout)
        }
    };
    call.ret_value(fx, res);
}

/// `catch_unwind(f, data, catch_fn)`: 0, or 1 after calling `catch_fn(data, exception)` if `f(data)` unwound.
fn codegen_catch_unwind<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    call: &IntrinsicCall<'_, 'tcx>,
    target: Option<BasicBlock>,
) -> Outcome {
    let [f, data, catch_fn] = call.scalars(fx);
    let sig = |params: usize| Signature {
        call_conv: CallConv::SystemV,
        params: vec![AbiParam::new(types::I64); params],
        returns: vec![],
    };
    let f_sig = fx.bcx.import_signature(sig(1));

    if fx.tcx.opts.panic == crate::adapter::PanicStrategy::Abort {
        fx.bcx.ins().call_indirect(f_sig, f, &[data]);
        let zero = fx.bcx.ins().iconst(types::I32, 0);
        call.ret_scalar(fx, zero);
        return Outcome::Done;
    }

    let Some(target) = target else { bug!("catch_unwind returns") };
    let target = fx.get_block(target);
    let returned = fx.bcx.create_block();
    let caught = fx.bcx.create_block();
    let tag = ExceptionTag::with_number(EXCEPTION_HANDLER_CATCH).expect("a small number");
    let on_return = fx.bcx.func.dfg.block_call(returned, &[]);
    let on_catch = fx.bcx.func.dfg.block_call(caught, &[BlockArg::TryCallExn(0)]);
    let table = ExceptionTableData::new(f_sig, on_return, [ExceptionTableItem::Tag(tag, on_catch)]);
    let table = fx.bcx.func.dfg.exception_tables.push(table);
    fx.bcx.ins().try_call_indirect(f, &[data], table);
    fx.bcx.seal_block(returned);
    fx.bcx.seal_block(caught);

    fx.bcx.switch_to_block(returned);
    let zero = fx.bcx.ins().iconst(types::I32, 0);
    call.ret_scalar(fx, zero);
    fx.bcx.ins().jump(target, &[]);

    let exception = fx.bcx.append_block_param(caught, fx.pointer_type);
    fx.bcx.switch_to_block(caught);
    fx.set_cold_block(caught);
    let catch_sig = fx.bcx.import_signature(sig(2));
    fx.bcx.ins().call_indirect(catch_sig, catch_fn, &[data, exception]);
    let one = fx.bcx.ins().iconst(types::I32, 1);
    call.ret_scalar(fx, one);
    fx.bcx.ins().jump(target, &[]);
    Outcome::Terminated
}
