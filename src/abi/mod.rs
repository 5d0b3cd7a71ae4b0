//! Everything that has to do with calls: signatures, arguments of the current function, calls with unwinding.

mod comments;
mod pass_mode;
mod returning;
pub(crate) mod tail_call;
pub(crate) mod variadic;

use crate::base::{codegen_operand, codegen_place, codegen_unwind_terminate};
use crate::prelude::*;
use crate::seeded_bug::{BugKind, seeded};
use cranelift_codegen::ir::{BlockArg, ExceptionTableData, ExceptionTableItem, ExceptionTag};
use pass_mode::*;

pub(crate) use returning::codegen_return;

/// The general registers of arguments, in their order. psABI x86-64, section 3.2.3.
const GENERAL_ARGS: [&str; 6] = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"];
/// How many vector registers arguments may take.
const VECTOR_ARGS: usize = 8;

/// The Cranelift signature of an ABI. A variadic one has the parameters of this call.
pub(crate) fn clif_sig_from_fn_abi(cx: &CodegenCx<'_>, fn_abi: &FnAbi<'_>) -> Signature {
    let mut sig = Signature::new(conv_to_call_conv(fn_abi.conv));
    let return_ptr = get_abi_return(cx.tcx, &fn_abi.ret, &mut sig.returns);
    sig.params.extend(return_ptr);
    for arg in &fn_abi.args {
        sig.params.extend(get_abi_param(cx.tcx, arg));
    }
    sig
}

fn conv_to_call_conv(conv: CanonAbi) -> CallConv {
    match conv {
        CanonAbi::Rust | CanonAbi::C => CallConv::SystemV,
        CanonAbi::Win64 => CallConv::WindowsFastcall,
    }
}

/// The address of an instance's function, as a function pointer.
pub(crate) fn func_addr(fx: &mut FunctionCx<'_, '_, '_>, instance: Instance) -> Value {
    let symbol = crate::constant::func_symbol(fx.cx, instance);
    let func_ref = fx.func_addr_ref(symbol);
    fx.bcx.ins().func_addr(fx.pointer_type, func_ref)
}

impl<'tcx> FunctionCx<'_, '_, 'tcx> {
    /// The reference to call an instance by.
    pub(crate) fn get_function_ref_with_abi(&mut self, instance: Instance, fn_abi: &FnAbi<'tcx>) -> FuncRef {
        if fn_abi.c_variadic {
            let name = self.cx.symbol_name(instance);
            return self.fresh_func_ref(name, clif_sig_from_fn_abi(self.cx, fn_abi));
        }
        let func_ref = self.func_ref(FuncKey::Instance(instance), |fx| {
            let name = fx.tcx.sym(fx.cx.symbol_name(instance));
            (SymbolRef { name, kind: SymbolKind::Func, weak: false }, clif_sig_from_fn_abi(fx.cx, fn_abi), true)
        });
        if self.clif_comments.enabled() {
            let path = self.tcx.store.def_path_str(instance.def_id());
            self.add_comment(func_ref, path);
        }
        func_ref
    }

    /// C's `memcpy`: `size` bytes, which do not overlap.
    pub(crate) fn call_memcpy(&mut self, to: Value, from: Value, size: Value) {
        self.memory_call("memcpy", &[to, from, size]);
    }

    /// C's `memmove`.
    pub(crate) fn call_memmove(&mut self, to: Value, from: Value, size: Value) {
        self.memory_call("memmove", &[to, from, size]);
    }

    /// C's `memset`; `byte` is an `i8`.
    pub(crate) fn call_memset(&mut self, to: Value, byte: Value, size: Value) {
        let byte = self.bcx.ins().uextend(types::I32, byte);
        self.memory_call("memset", &[to, byte, size]);
    }

    fn memory_call(&mut self, name: &str, args: &[Value; 3]) {
        let types = args.map(|arg| self.bcx.func.dfg.value_type(arg));
        let func_ref = self.lib_func_ref(name, || Signature {
            params: types.map(AbiParam::new).into(),
            returns: vec![AbiParam::new(types::I64)],
            call_conv: CallConv::SystemV,
        });
        self.bcx.ins().call(func_ref, args);
    }

    /// Calls a C function by name.
    pub(crate) fn lib_call(
        &mut self,
        name: &str,
        params: Vec<AbiParam>,
        returns: Vec<AbiParam>,
        args: &[Value],
    ) -> SmallVec<[Value; 2]> {
        let func_ref = self.lib_func_ref(name, || Signature { params, returns, call_conv: CallConv::SystemV });
        let inst = self.bcx.ins().call(func_ref, args);
        self.bcx.inst_results(inst).into()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum CallTarget {
    Direct(FuncRef),
    Indirect(SigRef, Value),
}

/// Calls; if unwinding has to do something here, with a landing pad. With `target_block` the call ends the block and
/// continues there; otherwise its results are returned.
pub(crate) fn codegen_call_with_unwind_action(
    fx: &mut FunctionCx<'_, '_, '_>,
    source_info: SourceInfo,
    target: CallTarget,
    unwind: UnwindAction,
    call_args: &[Value],
    target_block: Option<Block>,
) -> SmallVec<[Value; 2]> {
    let sig_ref = match target {
        CallTarget::Direct(func_ref) => fx.bcx.func.dfg.ext_funcs[func_ref].signature,
        CallTarget::Indirect(sig_ref, _) => sig_ref,
    };
    if target_block.is_some() {
        assert!(fx.bcx.func.dfg.signatures[sig_ref].returns.is_empty());
    }
    let unwind = match fx.tcx.opts.panic {
        crate::adapter::PanicStrategy::Unwind => unwind,
        crate::adapter::PanicStrategy::Abort => UnwindAction::Unreachable,
    };
    let unwind = if seeded(fx, BugKind::Unwinding) { UnwindAction::Continue } else { unwind };
    let (UnwindAction::Cleanup(_) | UnwindAction::Terminate(_)) = unwind else {
        let inst = match target {
            CallTarget::Direct(func_ref) => fx.bcx.ins().call(func_ref, call_args),
            CallTarget::Indirect(sig_ref, ptr) => fx.bcx.ins().call_indirect(sig_ref, ptr, call_args),
        };
        let results = fx.bcx.inst_results(inst).into();
        if let Some(block) = target_block {
            fx.bcx.ins().jump(block, &[]);
        }
        return results;
    };

    let return_types: SmallVec<[Type; 2]> =
        fx.bcx.func.dfg.signatures[sig_ref].returns.iter().map(|param| param.value_type).collect();
    let normal_block = target_block.unwrap_or_else(|| fx.bcx.create_block());
    let normal_args: SmallVec<[BlockArg; 2]> = (0..return_types.len() as u32).map(BlockArg::TryCallRet).collect();
    let landing_pad = fx.bcx.create_block();
    let normal_call = fx.bcx.func.dfg.block_call(normal_block, &normal_args);
    let landing_call = fx.bcx.func.dfg.block_call(landing_pad, &[BlockArg::TryCallExn(0)]);
    let Some(tag) = ExceptionTag::with_number(EXCEPTION_HANDLER_CLEANUP) else { bug!("a small number") };
    let table = ExceptionTableData::new(sig_ref, normal_call, [ExceptionTableItem::Tag(tag, landing_call)]);
    let table = fx.bcx.func.dfg.exception_tables.push(table);
    match target {
        CallTarget::Direct(func_ref) => fx.bcx.ins().try_call(func_ref, call_args, table),
        CallTarget::Indirect(_, ptr) => fx.bcx.ins().try_call_indirect(ptr, call_args, table),
    };

    fx.bcx.seal_block(landing_pad);
    fx.bcx.switch_to_block(landing_pad);
    fx.set_cold_block(landing_pad);
    let exception = fx.bcx.append_block_param(landing_pad, fx.pointer_type);
    match unwind {
        UnwindAction::Cleanup(cleanup) => {
            fx.bcx.def_var(fx.exception_slot, exception);
            let cleanup = fx.get_block(cleanup);
            fx.bcx.ins().jump(cleanup, &[]);
        }
        UnwindAction::Terminate(reason) => codegen_unwind_terminate(fx, reason, source_info),
        UnwindAction::Continue | UnwindAction::Unreachable => {}
    }

    if target_block.is_some() {
        return smallvec![];
    }
    fx.bcx.seal_block(normal_block);
    fx.bcx.switch_to_block(normal_block);
    return_types.into_iter().map(|ty| fx.bcx.append_block_param(normal_block, ty)).collect()
}

/// A place for a local: registers if it may live there, else the stack.
fn make_local_place<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    local: Local,
    layout: TyAndLayout<'tcx>,
    is_ssa: bool,
) -> CPlace<'tcx> {
    if layout.is_unsized() {
        fatal("unsupported: unsized local");
    }
    let place = match layout.backend_repr {
        BackendRepr::ScalarPair(..) if is_ssa => CPlace::new_var_pair(fx, layout),
        _ if is_ssa => CPlace::new_var(fx, layout),
        _ => CPlace::new_stack_slot(fx, layout),
    };
    comments::add_local_place_comments(fx, place, local);
    place
}

/// How an argument of a body arrives.
enum ArgKind<'tcx> {
    Normal(Option<CValue<'tcx>>),
    /// A tuple whose fields are arguments of their own.
    Spread(Vec<Option<CValue<'tcx>>>),
}

/// The entry block: arguments from parameters to locals, and a place for each local.
pub(crate) fn codegen_fn_prelude<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, start_block: Block) {
    fx.bcx.append_block_params_for_function_params(start_block);
    fx.bcx.switch_to_block(start_block);

    let fn_abi = fx.fn_abi.clone();
    let mir = fx.mir;
    let ssa_analyzed = crate::analyze::analyze(fx.mir);
    comments::add_args_header_comment(fx);

    let params: SmallVec<[Value; 8]> = fx.bcx.func.dfg.block_params(start_block).into();
    let mut params = params.into_iter();
    let hidden = if fx.has_hidden_param { params.next_back() } else { None };
    // In a C-variadic function that is the address of the list that the last argument is.
    let va_list = if fn_abi.c_variadic { hidden } else { None };
    let fixed_count = mir.arg_count - u32::from(fn_abi.c_variadic);
    let ret_place = returning::codegen_return_param(fx, &ssa_analyzed, &mut params);
    fx.local_map.push(ret_place);

    let mut arg_abis = fn_abi.args.iter();
    let next_abi = |arg_abis: &mut std::slice::Iter<'_, ArgAbi<'tcx>>| match arg_abis.next() {
        Some(abi) => abi.clone(),
        None => bug!("more arguments than the ABI has"),
    };
    let mut args: SmallVec<[(Local, ArgKind<'tcx>, Ty); 8]> = SmallVec::new();
    for local in (1..=fixed_count).map(Local) {
        let ty = fx.monomorphize(mir.locals[local.index()].ty);
        let kind = if Some(local) == mir.spread_arg {
            let TyKind::Tuple(tys) = fx.kind(ty) else { bug!("the spread argument is no tuple") };
            let fields = (0..tys.len())
                .map(|i| cvalue_for_param(fx, Some(local), Some(i), &next_abi(&mut arg_abis), &mut params))
                .collect();
            ArgKind::Spread(fields)
        } else {
            ArgKind::Normal(cvalue_for_param(fx, Some(local), None, &next_abi(&mut arg_abis), &mut params))
        };
        args.push((local, kind, ty));
    }
    if fx.tcx.requires_caller_location(fx.instance).or_fatal() {
        fx.caller_location = cvalue_for_param(fx, None, None, &next_abi(&mut arg_abis), &mut params);
    }
    assert!(arg_abis.next().is_none() && params.next().is_none(), "arguments left over");

    comments::add_locals_header_comment(fx);
    for (local, kind, ty) in args {
        // The callee owns memory that it is passed.
        if let ArgKind::Normal(Some(val)) = &kind
            && let Some((ptr, meta)) = val.try_to_ptr()
        {
            let place = match meta {
                Some(meta) => CPlace::for_ptr_with_extra(ptr, meta, val.layout()),
                None => CPlace::for_ptr(ptr, val.layout()),
            };
            comments::add_local_place_comments(fx, place, local);
            fx.local_map.push(place);
            continue;
        }
        let layout = fx.layout_of(ty);
        let is_ssa = ssa_analyzed[local.index()].is_ssa(fx, ty);
        let place = make_local_place(fx, local, layout, is_ssa);
        fx.local_map.push(place);
        match kind {
            ArgKind::Normal(Some(val)) => place.write_cvalue(fx, val),
            ArgKind::Normal(None) => {}
            ArgKind::Spread(fields) => {
                for (i, field) in fields.into_iter().enumerate() {
                    if let Some(val) = field {
                        place.place_field(fx, FieldIdx::new(i)).write_cvalue(fx, val);
                    }
                }
            }
        }
    }
    if let Some(va_list) = va_list {
        let layout = fx.layout_of(fx.monomorphize(mir.locals[mir.arg_count as usize].ty));
        fx.local_map.push(CPlace::for_ptr(Pointer::new(va_list), layout));
    }
    for local in (mir.arg_count as usize + 1..mir.locals.len()).map(Local::new) {
        let ty = fx.monomorphize(mir.locals[local.index()].ty);
        let layout = fx.layout_of(ty);
        let is_ssa = ssa_analyzed[local.index()].is_ssa(fx, ty);
        let place = make_local_place(fx, local, layout, is_ssa);
        fx.local_map.push(place);
    }
}

/// An argument of a call; memory that `is_owned` may be handed on without a copy.
struct CallArgument<'tcx> {
    value: CValue<'tcx>,
    is_owned: bool,
}

fn codegen_call_argument_operand<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, operand: &Operand) -> CallArgument<'tcx> {
    CallArgument { value: codegen_operand(fx, operand), is_owned: matches!(operand, Operand::Move(_)) }
}

/// What a call calls.
#[derive(Clone, Copy)]
enum Callee {
    Instance(Instance),
    /// A function pointer and its type.
    Pointer(Value, Ty),
    /// Nothing: the call is done.
    Done,
}

pub(crate) fn codegen_terminator_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    source_info: SourceInfo,
    func: &Operand,
    args: &[Operand],
    destination: &Place,
    target: Option<BasicBlock>,
    unwind: UnwindAction,
) {
    let ret_place = codegen_place(fx, destination);
    let fn_ty = fx.operand_ty(func);
    let callee = match *fx.kind(fn_ty) {
        TyKind::FnDef(def, fn_args) => {
            let instance = fx.tcx.expect_resolve(def, fn_args).or_fatal();
            codegen_special_call(fx, instance, args, ret_place, target, source_info)
        }
        _ => {
            let ptr = codegen_operand(fx, func).load_scalar(fx);
            Callee::Pointer(ptr, fn_ty)
        }
    };
    if let Callee::Done = callee {
        return;
    }
    let sig = fx.tcx.fn_sig_of_ty(fn_ty).or_fatal();
    let extra_args: SmallVec<[Ty; 4]> = if sig.c_variadic {
        args[sig.inputs().len()..].iter().map(|arg| fx.operand_ty(arg)).collect()
    } else {
        smallvec![]
    };
    let fn_abi = match callee {
        Callee::Instance(instance) => fx.tcx.fn_abi_of_instance(instance, &extra_args).or_fatal(),
        Callee::Pointer(_, ty) => fx.tcx.fn_abi_of_fn_ptr(ty, &extra_args).or_fatal(),
        Callee::Done => return,
    };
    if let Callee::Instance(instance) = callee
        && let Ok(Some(attrs)) = fx.tcx.codegen_attrs(instance.def_id())
        && attrs.cold
    {
        if let Some(block) = fx.bcx.current_block() {
            fx.set_cold_block(block);
        }
        if let Some(target) = target {
            let block = fx.get_block(target);
            fx.set_cold_block(block);
        }
    }

    let mut call_arguments = codegen_call_arguments(fx, sig.abi, args);
    if let Callee::Instance(instance) = callee
        && fx.tcx.requires_caller_location(instance).or_fatal()
    {
        let location = fx.get_caller_location(source_info);
        call_arguments.push(CallArgument { value: location, is_owned: false });
    }
    assert_eq!(fn_abi.args.len(), call_arguments.len(), "arguments of a call of {}", fx.ty_str(fn_ty));

    let (call_target, self_override) = match callee {
        Callee::Instance(Instance { def: InstanceKind::Virtual(_, slot), .. }) => {
            let (ptr, method) = crate::vtable::get_ptr_and_method_ref(fx, call_arguments[0].value, slot);
            let sig = fx.bcx.import_signature(clif_sig_from_fn_abi(fx.cx, &fn_abi));
            (CallTarget::Indirect(sig, method), Some(ptr.get_addr(fx)))
        }
        Callee::Instance(instance) => (CallTarget::Direct(fx.get_function_ref_with_abi(instance, &fn_abi)), None),
        Callee::Pointer(ptr, _) => {
            let sig = fx.bcx.import_signature(clif_sig_from_fn_abi(fx.cx, &fn_abi));
            (CallTarget::Indirect(sig, ptr), None)
        }
        Callee::Done => return,
    };

    let instance = match callee {
        Callee::Instance(instance) => Some(instance),
        _ => None,
    };
    let ret_abi = fn_abi.ret.clone();
    // A call without a result to write ends the block itself.
    let direct_target = match (&ret_abi.mode, target) {
        (PassMode::Ignore, Some(target)) => Some(fx.get_block(target)),
        _ => None,
    };
    returning::codegen_with_call_return_arg(fx, &ret_abi, ret_place, |fx, return_ptr| {
        let mut values: SmallVec<[Value; 8]> = return_ptr.into_iter().collect();
        for (i, arg) in call_arguments.into_iter().enumerate() {
            match self_override {
                Some(ptr) if i == 0 => values.push(ptr),
                _ => values.extend(adjust_arg_for_abi(fx, arg.value, &fn_abi.args[i], arg.is_owned)),
            }
        }
        let call_target = if fn_abi.c_variadic { variadic_target(fx, call_target, instance, &mut values) } else { call_target };
        codegen_call_with_unwind_action(fx, source_info, call_target, unwind, &values, direct_target)
    });
    if direct_target.is_none() {
        jump_to_target(fx, target);
    }
}

fn jump_to_target(fx: &mut FunctionCx<'_, '_, '_>, target: Option<BasicBlock>) {
    match target {
        Some(target) => {
            let block = fx.get_block(target);
            fx.bcx.ins().jump(block, &[]);
        }
        None => trap_unreachable(fx),
    }
}

/// Calls that are not calls: intrinsics and empty drop glue.
fn codegen_special_call<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    instance: Instance,
    args: &[Operand],
    ret_place: CPlace<'tcx>,
    target: Option<BasicBlock>,
    source_info: SourceInfo,
) -> Callee {
    match instance.def {
        InstanceKind::Intrinsic(_) => {
            match crate::intrinsics::codegen_intrinsic_call(fx, instance, args, ret_place, target, source_info) {
                Ok(()) => Callee::Done,
                Err(instance) => Callee::Instance(instance),
            }
        }
        InstanceKind::DropGlue(_, None) => {
            jump_to_target(fx, target);
            Callee::Done
        }
        InstanceKind::Item(def) => {
            // Vendor intrinsics are declared as foreign functions with names of LLVM's.
            if matches!(fx.tcx.fn_def(def), Ok(f) if f.is_foreign) {
                let name = fx.cx.symbol_name(instance);
                if name.starts_with("llvm.") {
                    crate::intrinsics::codegen_llvm_intrinsic_call(fx, name, args, ret_place, target, source_info);
                    return Callee::Done;
                }
            }
            Callee::Instance(instance)
        }
        _ => Callee::Instance(instance),
    }
}

/// The arguments of a call; those of a "rust-call" function are unpacked from their tuple.
fn codegen_call_arguments<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    abi: ExternAbi,
    args: &[Operand],
) -> SmallVec<[CallArgument<'tcx>; 8]> {
    let mut out: SmallVec<[CallArgument<'tcx>; 8]> = SmallVec::new();
    let (args, packed) = match (abi, args.split_last()) {
        (ExternAbi::RustCall, Some((packed, args))) => (args, Some(packed)),
        _ => (args, None),
    };
    for arg in args {
        out.push(codegen_call_argument_operand(fx, arg));
    }
    if let Some(packed) = packed {
        let packed = codegen_call_argument_operand(fx, packed);
        let TyKind::Tuple(tys) = fx.kind(packed.value.layout().ty) else { bug!("packed arguments are no tuple") };
        for i in 0..tys.len() {
            let value = packed.value.value_field(fx, FieldIdx::new(i));
            out.push(CallArgument { value, is_owned: packed.is_owned });
        }
    }
    out
}

/// A variadic callee expects in `al` an upper bound of the vector registers that hold arguments. Cranelift has no
/// such convention, so a call with floats goes through a piece of code that sets it.
fn variadic_target(
    fx: &mut FunctionCx<'_, '_, '_>,
    target: CallTarget,
    callee: Option<Instance>,
    values: &mut SmallVec<[Value; 8]>,
) -> CallTarget {
    let floats = values.iter().filter(|&&val| !fx.bcx.func.dfg.value_type(val).is_int()).count();
    if floats == 0 {
        return target;
    }
    match (target, callee) {
        (CallTarget::Direct(func_ref), Some(instance)) => {
            let sig = fx.bcx.func.dfg.ext_funcs[func_ref].signature;
            let sig = fx.bcx.func.dfg.signatures[sig].clone();
            let thunk = crate::constant::variadic_thunk(fx.cx, instance);
            fx.refs.add_data(&thunk);
            let name = fx.tcx.str(thunk.symbol);
            CallTarget::Direct(fx.fresh_func_ref(name, sig))
        }
        (CallTarget::Indirect(sig, ptr), _) => {
            const INT_REGISTERS: usize = GENERAL_ARGS.len();
            const FLOAT_REGISTERS: usize = VECTOR_ARGS;
            let mut sig = fx.bcx.func.dfg.signatures[sig].clone();
            let in_registers = sig.params.iter().all(|param| param.value_type.bytes() <= 8);
            if !in_registers || floats > FLOAT_REGISTERS || values.len() - floats > INT_REGISTERS {
                fatal("unsupported: C-variadic call through a function pointer with floats and arguments on the stack")
            }
            // The function's address becomes an argument on the stack, where the callee does not look.
            let zero = fx.bcx.ins().iconst(types::I64, 0);
            let unused = INT_REGISTERS - (values.len() - floats);
            values.extend(std::iter::repeat_n(zero, unused));
            values.push(ptr);
            sig.params.extend(std::iter::repeat_n(AbiParam::new(types::I64), unused + 1));
            let thunk = crate::constant::variadic_indirect_thunk(fx.cx);
            fx.refs.add_data(&thunk);
            let name = fx.tcx.str(thunk.symbol);
            CallTarget::Direct(fx.fresh_func_ref(name, sig))
        }
        (CallTarget::Direct(_), None) => bug!("a direct call of no instance"),
    }
}

/// Drops a place and continues at `target`.
pub(crate) fn codegen_drop<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    source_info: SourceInfo,
    place: &Place,
    target: BasicBlock,
    unwind: UnwindAction,
) {
    let ty = fx.place_ty(place);
    let instance = fx.tcx.resolve_drop_in_place(ty).or_fatal();
    let target_block = fx.get_block(target);
    if let InstanceKind::DropGlue(_, None) = instance.def {
        fx.bcx.ins().jump(target_block, &[]);
        return;
    }
    let drop_place = codegen_place(fx, place);
    if let TyKind::Dynamic(..) = fx.kind(ty) {
        let (ptr, vtable) = drop_place.to_ptr_unsized();
        let ptr = ptr.get_addr(fx);
        let drop_fn = crate::vtable::drop_fn_of_obj(fx, vtable);
        let call_block = fx.bcx.create_block();
        fx.bcx.ins().brif(drop_fn, call_block, &[], target_block, &[]);
        fx.bcx.seal_block(call_block);
        fx.bcx.switch_to_block(call_block);
        let mut sig = Signature::new(CallConv::SystemV);
        sig.params.push(AbiParam::new(fx.pointer_type));
        let sig = fx.bcx.import_signature(sig);
        let call = CallTarget::Indirect(sig, drop_fn);
        codegen_call_with_unwind_action(fx, source_info, call, unwind, &[ptr], Some(target_block));
        return;
    }
    let fn_abi = fx.tcx.fn_abi_of_instance(instance, &[]).or_fatal();
    let ptr_layout = fx.layout_of(fx.tcx.mk_ptr(ty, Mutability::Mut));
    let ptr = drop_place.place_ref(fx, ptr_layout);
    let mut args = adjust_arg_for_abi(fx, ptr, &fn_abi.args[0], true);
    if fx.tcx.requires_caller_location(instance).or_fatal() {
        let location = fx.get_caller_location(source_info);
        args.extend(adjust_arg_for_abi(fx, location, &fn_abi.args[1], false));
    }
    let func_ref = fx.get_function_ref_with_abi(instance, &fn_abi);
    codegen_call_with_unwind_action(fx, source_info, CallTarget::Direct(func_ref), unwind, &args, Some(target_block));
}
