//! Explicit tail calls (`become`). Cranelift's tail calls need a calling convention of their own, which function pointers
//! and other crates' callers do not have. So a function with tail calls is compiled under another name with one more
//! parameter, the address of a [buffer](Buffer): a tail call leaves the callee's address and its argument registers there
//! and returns. The function's own symbol is a piece of assembly that calls the body, and then either returns its result
//! or gives up its frame and jumps to the callee. Semantics: `rustc_codegen_ssa::mir::block`, psABI x86-64, section 3.2.3.

use super::pass_mode::adjust_arg_for_abi;
use super::{GENERAL_ARGS as GENERAL, VECTOR_ARGS as VECTORS, clif_sig_from_fn_abi, codegen_call_arguments, func_addr};
use crate::base::codegen_operand;
use crate::prelude::*;
use cranelift_codegen::ir::{ArgumentExtension, ArgumentPurpose};
use cranelift_codegen::ir::immediates::Offset32;
use std::fmt::Write;

/// The buffer's layout: the callee's address (0 for a plain return), the general registers, the vector registers.
struct Buffer;

impl Buffer {
    const CALLEE: i32 = 0;
    const GENERAL: i32 = 8;
    const VECTOR: i32 = 64;
    const SIZE: i32 = 192;
    /// The function's own arguments on the stack: between are the frame pointer and the return address.
    const OWN_STACK: i32 = Buffer::SIZE + 16;
}

/// Where a parameter travels.
#[derive(Clone, Copy)]
enum ArgRegister {
    General(usize),
    /// Two halves of 64 bits.
    GeneralPair(usize),
    Vector(usize),
    /// In the caller's frame, in the unit of 8 bytes of this number.
    Stack(usize),
}

/// How many registers, and units of the stack, a signature's parameters take.
#[derive(Clone, Copy)]
pub(crate) struct ArgRegs {
    general: usize,
    vector: usize,
    stack: usize,
}

/// Where a signature's parameters are; `None` if one of them is on the stack in more than one unit.
fn arg_registers(sig: &Signature) -> Option<(SmallVec<[ArgRegister; 8]>, ArgRegs)> {
    let mut used = ArgRegs { general: 0, vector: 0, stack: 0 };
    let mut registers = SmallVec::new();
    for param in &sig.params {
        if !matches!(param.purpose, ArgumentPurpose::Normal | ArgumentPurpose::StructReturn) {
            return None;
        }
        let ty = param.value_type;
        registers.push(if ty == types::I128 && used.general + 2 <= GENERAL.len() {
            used.general += 2;
            ArgRegister::GeneralPair(used.general - 2)
        } else if ty != types::I128 && ty.is_int() && used.general < GENERAL.len() {
            used.general += 1;
            ArgRegister::General(used.general - 1)
        } else if !ty.is_int() && used.vector < VECTORS {
            used.vector += 1;
            ArgRegister::Vector(used.vector - 1)
        } else if ty.bytes() <= 8 {
            used.stack += 1;
            ArgRegister::Stack(used.stack - 1)
        } else {
            return None;
        });
    }
    Some((registers, used))
}

/// Whether a body ends in a tail call somewhere.
pub(crate) fn has_tail_call(body: &Body) -> bool {
    body.blocks.iter().any(|block| matches!(block.terminator.kind, TerminatorKind::TailCall { .. }))
}

/// Adds the parameter for the buffer to the signature of a function with tail calls.
pub(crate) fn add_buffer_param(sig: &mut Signature) -> ArgRegs {
    let regs = match arg_registers(sig) {
        Some((_, regs)) if sig.call_conv == CallConv::SystemV => regs,
        _ => fatal("unsupported: explicit tail call with large arguments on the stack"),
    };
    sig.params.push(AbiParam::new(types::I64));
    regs
}

pub(crate) fn codegen_tail_call(fx: &mut FunctionCx<'_, '_, '_>, func: &Operand, args: &[Operand]) {
    let fn_ty = fx.operand_ty(func);
    let sig = fx.tcx.fn_sig_of_ty(fn_ty).or_fatal();
    let (fn_abi, callee) = match *fx.kind(fn_ty) {
        TyKind::FnDef(def, fn_args) => {
            // A shim passes what a tail call cannot: the caller's location.
            let instance = fx.tcx.resolve_for_fn_ptr(def, fn_args).or_fatal();
            if let InstanceKind::Intrinsic(_) = instance.def {
                fatal("unsupported: explicit tail call of an intrinsic");
            }
            (fx.tcx.fn_abi_of_instance(instance, &[]).or_fatal(), func_addr(fx, instance))
        }
        _ => (fx.tcx.fn_abi_of_fn_ptr(fn_ty, &[]).or_fatal(), codegen_operand(fx, func).load_scalar(fx)),
    };
    let own_abi = fx.fn_abi.clone();
    let clif_sig = clif_sig_from_fn_abi(fx.cx, &fn_abi);
    let own_sig = clif_sig_from_fn_abi(fx.cx, &own_abi);
    let registers = match arg_registers(&clif_sig) {
        Some((registers, _)) if clif_sig == own_sig && !fn_abi.c_variadic => registers,
        _ => fatal("unsupported: explicit tail call of a function that is called in another way than this one"),
    };
    let Some(entry) = fx.bcx.func.layout.entry_block() else { bug!("no entry block") };
    let own_params: SmallVec<[Value; 8]> = fx.bcx.func.dfg.block_params(entry).into();
    let Some((&buffer, own_params)) = own_params.split_last() else { bug!("no parameter for the buffer") };

    let arguments = codegen_call_arguments(fx, sig.abi, args);
    assert_eq!(fn_abi.args.len(), arguments.len(), "arguments of a tail call of {}", fx.ty_str(fn_ty));
    // The return pointer is handed on.
    let mut values: SmallVec<[Value; 8]> = SmallVec::new();
    if let PassMode::Indirect { .. } = fn_abi.ret.mode {
        values.push(own_params[0]);
    }
    // What is passed in memory cannot stay in this frame: it goes to where the caller passed the like. That may hold
    // other arguments of this call, so everything is read before anything is written.
    let mut in_memory: SmallVec<[(CPlace<'_>, Pointer); 4]> = SmallVec::new();
    for (argument, arg_abi) in arguments.into_iter().zip(&fn_abi.args) {
        match arg_abi.mode {
            PassMode::Indirect { meta_attrs: None, on_stack: false, .. } => {
                let copy = CPlace::new_stack_slot(fx, arg_abi.layout);
                copy.write_cvalue(fx, argument.value);
                let to = own_params[values.len()];
                in_memory.push((copy, Pointer::new(to)));
                values.push(to);
            }
            PassMode::Indirect { .. } => fatal("unsupported: explicit tail call with an unsized argument"),
            _ => values.extend(adjust_arg_for_abi(fx, argument.value, arg_abi, argument.is_owned)),
        }
    }
    for (copy, to) in in_memory {
        let value = copy.to_cvalue(fx);
        CPlace::for_ptr(to, copy.layout()).write_cvalue(fx, value);
    }

    let flags = MemFlags::trusted();
    let store = |fx: &mut FunctionCx<'_, '_, '_>, value: Value, offset: i32| {
        fx.bcx.ins().store(flags, value, buffer, Offset32::new(offset));
    };
    let general = |register: usize| Buffer::GENERAL + 8 * register as i32;
    for ((value, register), param) in values.into_iter().zip(registers).zip(&clif_sig.params) {
        let value = match (param.value_type, param.extension) {
            (types::I8 | types::I16 | types::I32, ArgumentExtension::Sext) => fx.bcx.ins().sextend(types::I64, value),
            (types::I8 | types::I16 | types::I32, _) => fx.bcx.ins().uextend(types::I64, value),
            _ => value,
        };
        match register {
            ArgRegister::General(i) => store(fx, value, general(i)),
            ArgRegister::Stack(i) => store(fx, value, Buffer::OWN_STACK + 8 * i as i32),
            ArgRegister::GeneralPair(i) => {
                let (low, high) = fx.bcx.ins().isplit(value);
                store(fx, low, general(i));
                store(fx, high, general(i + 1));
            }
            ArgRegister::Vector(i) => store(fx, value, Buffer::VECTOR + 16 * i as i32),
        }
    }
    store(fx, callee, Buffer::CALLEE);
    // The result is the callee's; here it is anything.
    let results: SmallVec<[Value; 2]> = clif_sig
        .returns
        .iter()
        .map(|param| fx.bcx.ins().load(param.value_type, flags, buffer, Offset32::new(Buffer::VECTOR)))
        .collect();
    fx.bcx.ins().return_(&results);
}

/// The symbol that the body of a function with tail calls is compiled under.
pub(crate) fn body_symbol(symbol: &str) -> String {
    format!("{symbol}__tail")
}

impl ArgRegs {
    /// Below the buffer are the body's arguments on the stack, and the buffer's address where the registers are full.
    fn below_buffer(self) -> i32 {
        (8 * (self.stack + 1)).next_multiple_of(16) as i32
    }

    /// The frame of [`trampoline`].
    pub(crate) fn frame_size(self) -> i32 {
        Buffer::SIZE + self.below_buffer()
    }
}

/// What the function's own symbol does in its frame: calls the body, then returns or jumps.
pub(crate) fn trampoline(symbol: &str, regs: ArgRegs) -> String {
    let at = regs.below_buffer();
    let mut body = String::new();
    let _ = writeln!(body, "    mov qword ptr [rsp + {}], 0", at + Buffer::CALLEE);
    for i in 0..regs.stack {
        let _ = writeln!(body, "    mov r11, [rbp + {}]\n    mov [rsp + {}], r11", 16 + 8 * i, 8 * i);
    }
    let _ = match GENERAL.get(regs.general) {
        Some(reg) => writeln!(body, "    lea {reg}, [rsp + {at}]"),
        None => writeln!(body, "    lea r11, [rsp + {at}]\n    mov [rsp + {}], r11", 8 * regs.stack),
    };
    let _ = writeln!(body, "    call {}", body_symbol(symbol));
    let _ = writeln!(body, "    mov r11, [rsp + {}]", at + Buffer::CALLEE);
    let _ = writeln!(body, "    test r11, r11\n    je .L{symbol}_return");
    for (i, reg) in GENERAL[..regs.general].iter().enumerate() {
        let _ = writeln!(body, "    mov {reg}, [rsp + {}]", at + Buffer::GENERAL + 8 * i as i32);
    }
    for i in 0..regs.vector {
        let _ = writeln!(body, "    movaps xmm{i}, [rsp + {}]", at + Buffer::VECTOR + 16 * i as i32);
    }
    let _ = writeln!(body, "    .cfi_remember_state\n    leave\n    .cfi_def_cfa rsp, 8\n    jmp r11");
    let _ = writeln!(body, "    .cfi_restore_state\n.L{symbol}_return:");
    body
}
