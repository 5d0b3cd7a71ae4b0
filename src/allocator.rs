//! The functions by which `alloc` reaches the global allocator: the final crate defines them.
//! Semantics: `rustc_ast::expand::allocator`, `rustc_codegen_ssa::base::allocator_shim_contents`.

use crate::base::codegen_raw_fn;
use crate::prelude::*;

/// `(method, parameters, whether it returns a pointer)`; all parameters are of pointer size.
const ALLOCATOR_METHODS: &[(&str, usize, bool)] =
    &[("alloc", 2, true), ("dealloc", 3, false), ("realloc", 4, true), ("alloc_zeroed", 2, true)];

/// The shim: `__rust_alloc` and its siblings call std's `__rdl_alloc` and so on, unless a `#[global_allocator]` defines
/// them itself. A program without a crate that is marked `#![needs_allocator]`, as `alloc` is, has none.
pub(crate) fn codegen(cx: &CodegenCx<'_>) -> Vec<CompiledFunction> {
    let roots = || cx.tcx.store.crates().map(|krate| &krate.root);
    if !roots().any(|root| root.needs_allocator) {
        return Vec::new();
    }
    let mut functions = Vec::new();
    if !roots().any(|root| root.has_global_allocator) {
        for &(method, params, returns) in ALLOCATOR_METHODS {
            functions.push(wrapper(cx, &format!("__rust_{method}"), &format!("__rdl_{method}"), params, returns));
        }
    }
    if !roots().any(|root| root.has_alloc_error_handler) {
        functions.push(wrapper(cx, "__rust_alloc_error_handler", "__rdl_alloc_error_handler", 2, false));
    }
    let marker = cx.tcx.internal_symbol_name("__rust_no_alloc_shim_is_unstable_v2");
    functions.push(codegen_raw_fn(
        cx,
        &marker,
        visibility(cx),
        Signature::new(CallConv::SystemV),
        |bcx, _, _| {
            bcx.ins().return_(&[]);
        },
    ));
    functions
}

/// Dependents of a Rust shared library allocate through its shim.
fn visibility(cx: &CodegenCx<'_>) -> Visibility {
    if cx.opts.is_library { Visibility::Export } else { Visibility::Hidden }
}

fn wrapper(cx: &CodegenCx<'_>, name: &str, callee: &str, params: usize, returns: bool) -> CompiledFunction {
    let mut sig = Signature::new(CallConv::SystemV);
    sig.params = vec![AbiParam::new(types::I64); params];
    sig.returns = vec![AbiParam::new(types::I64); returns.into()];
    let name = cx.tcx.internal_symbol_name(name);
    let callee = cx.tcx.sym(&cx.tcx.internal_symbol_name(callee));
    let callee = SymbolRef { name: callee, kind: SymbolKind::Func, weak: false };
    codegen_raw_fn(cx, &name, visibility(cx), sig.clone(), |bcx, refs, params| {
        let callee = refs.import_func(bcx, callee, true, sig);
        let call = bcx.ins().call(callee, params);
        let results = bcx.inst_results(call).to_vec();
        bcx.ins().return_(&results);
    })
}
