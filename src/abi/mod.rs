//! Everything that has to do with calls: signatures, arguments of the current function, calls with unwinding.

mod comments;
mod pass_mode;
mod returning;

use crate::base::codegen_unwind_terminate;
use crate::prelude::*;
use cranelift_codegen::ir::{BlockArg, ExceptionTableData, ExceptionTableItem, ExceptionTag};
use pass_mode::*;

pub(crate) use returning::codegen_return;

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
    pub(crate) fn get_function_ref(&mut self, instance: Instance) -> FuncRef {
        let fn_abi = self.tcx.fn_abi_of_instance(instance, &[]).or_fatal();
        self.get_function_ref_with_abi(instance, &fn_abi)
    }

    pub(crate) fn get_function_ref_with_abi(&mut self, instance: Instance, fn_abi: &FnAbi<'tcx>) -> FuncRef {
        let name = self.cx.symbol_name(instance);
        let cx = self.cx;
        let func_ref = if fn_abi.c_variadic {
            self.fresh_func_ref(name, clif_sig_from_fn_abi(cx, fn_abi))
        } else {
            self.func_ref(name, || clif_sig_from_fn_abi(cx, fn_abi))
        };
        if self.clif_comments.enabled() {
            let path = self.tcx.store.def_path_str(instance.def_id());
            self.add_comment(func_ref, path);
        }
        func_ref
    }

    /// Calls a C function by name.
    pub(crate) fn lib_call(
        &mut self,
        name: &str,
        params: Vec<AbiParam>,
        returns: Vec<AbiParam>,
        args: &[Value],
    ) -> SmallVec<[Value; 2]> {
        let func_ref = self.func_ref(name, || Signature { params, returns, call_conv: CallConv::SystemV });
        let inst = self.bcx.ins().call(func_ref, args);
        self.bcx.inst_results(inst).into()
    }

    /// As [`Self::lib_call`], with typed operands and results.
    pub(crate) fn easy_call(&mut self, name: &str, args: &[CValue<'tcx>], return_ty: Ty) -> CValue<'tcx> {
        let args: SmallVec<[Value; 4]> = args.iter().map(|arg| arg.load_scalar(self)).collect();
        let params = args.iter().map(|&arg| AbiParam::new(self.bcx.func.dfg.value_type(arg))).collect();
        let layout = self.layout_of(return_ty);
        if layout.is_zst() {
            self.lib_call(name, params, vec![], &args);
            return CValue::zst(layout);
        }
        let returns = vec![AbiParam::new(self.expect_clif_type(return_ty))];
        let results = self.lib_call(name, params, returns, &args);
        CValue::by_val(results[0], layout)
    }
}

/// A parameter of a C function: small integers are extended to 32 bits.
pub(crate) fn lib_call_arg_param(_tcx: TyCtxt<'_>, ty: Type, is_signed: bool) -> AbiParam {
    let param = AbiParam::new(ty);
    match (ty, is_signed) {
        (types::I8 | types::I16, true) => param.sext(),
        (types::I8 | types::I16, false) => param.uext(),
        _ => param,
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
    fx.bcx.set_cold_block(landing_pad);
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
