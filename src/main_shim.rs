//! The C function `main`, which starts the Rust runtime. Semantics: `rustc_codegen_ssa::base::maybe_create_entry_wrapper`.

use crate::base::codegen_raw_fn;
use crate::constant::func_symbol;
use crate::prelude::*;

/// `main`, calling `start`, an instance of the lang item `start`, for the crate's entry function.
pub(crate) fn codegen_main(cx: &CodegenCx<'_>, start: Instance) -> CompiledFunction {
    let ptr = types::I64;
    let Some(main) = cx.tcx.store.krate(cx.tcx.store.local).or_fatal().root.entry_fn else {
        bug!("a start function without a main function")
    };
    let main = func_symbol(cx, Instance::new(main, Args::EMPTY));
    let start_symbol = func_symbol(cx, start);
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params = vec![AbiParam::new(types::I32), AbiParam::new(ptr)];
    sig.returns = vec![AbiParam::new(types::I32)];
    let start_abi = cx.tcx.fn_abi_of_instance(start, &[]).or_fatal();
    let start_sig = crate::abi::clif_sig_from_fn_abi(cx, &start_abi);
    codegen_raw_fn(cx, "main", Visibility::Export, sig, |bcx, refs, params| {
        let main = refs.import_func(bcx, main, false, Signature::new(CallConv::SystemV));
        let main = bcx.ins().func_addr(ptr, main);
        let argc = bcx.ins().sextend(ptr, params[0]);
        let sigpipe = bcx.ins().iconst(types::I8, i64::from(cx.opts.sigpipe));
        let start = refs.import_func(bcx, start_symbol, true, start_sig);
        let call = bcx.ins().call(start, &[main, argc, params[1], sigpipe]);
        let result = bcx.inst_results(call)[0];
        let result = bcx.ins().ireduce(types::I32, result);
        bcx.ins().return_(&[result]);
    })
}
