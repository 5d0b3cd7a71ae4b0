//! Code generation of one function: from an instance to a [`CompiledFunction`].
//!
//! Knows neither where the body came from nor which object the code goes to.

use crate::abi::{tail_call, variadic};
use crate::abi::{CallTarget, clif_sig_from_fn_abi, codegen_call_with_unwind_action};
use crate::adapter::shim::InstanceBody;
use crate::debuginfo::SourceLocs;
use crate::prelude::*;
use crate::seeded_bug::{BugKind, seeded};
use crate::pretty_clif::{CommentWriter, clif_text};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExceptionTag, ExternalName, UserFuncName};
use cranelift_codegen::isa::unwind::UnwindInfo;
use cranelift_codegen::{CodegenError, FinalizedMachReloc, FinalizedRelocTarget};
use std::any::Any;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

/// Why a function could not be compiled, and where.
#[derive(Debug, thiserror::Error)]
#[error("{message}\n  in {function}{at}")]
pub struct FunctionError {
    /// The construct, or what went wrong.
    pub message: String,
    /// Path and symbol.
    pub function: String,
    /// ` (file:line:column)`, or empty.
    pub at: String,
    /// The function's MIR, if the fault is the compiler's own.
    pub mir: Option<String>,
}

/// What a thread reuses from function to function.
pub(crate) struct FunctionBuffers {
    context: Context,
    builder: FunctionBuilderContext,
    refs: SymbolTable,
    source_locs: SourceLocs,
    block_map: Vec<Block>,
}

impl Default for FunctionBuffers {
    fn default() -> Self {
        FunctionBuffers {
            context: Context::new(),
            builder: FunctionBuilderContext::new(),
            refs: SymbolTable::default(),
            source_locs: SourceLocs::default(),
            block_map: Vec::new(),
        }
    }
}

/// Compiles an instance. Whatever goes wrong ends in an error that names the function.
pub(crate) fn codegen_fn(
    cx: &CodegenCx<'_>,
    buffers: &mut FunctionBuffers,
    instance: Instance,
) -> Result<CompiledFunction, FunctionError> {
    let at = Cell::new(SourceInfo { span: Span::DUMMY, scope: SourceScope(0) });
    let result = std::panic::catch_unwind(AssertUnwindSafe(|| codegen_fn_inner(cx, buffers, instance, &at)));
    result.map_err(|payload| {
        *buffers = FunctionBuffers::default();
        function_error(cx, instance, at.get().span, payload)
    })
}

pub(crate) fn function_error(cx: &CodegenCx<'_>, instance: Instance, span: Span, payload: Box<dyn Any + Send>) -> FunctionError {
    let (message, is_bug) = match payload.downcast::<Fatal>() {
        Ok(fatal) => (fatal.0, false),
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("unknown panic");
            (format!("internal compiler error: {text}"), true)
        }
    };
    let mut function = cx.tcx.store.def_path_str(instance.def_id());
    if let Ok(symbol) = cx.tcx.symbol_name(instance) {
        function = format!("{function} ({symbol})");
    }
    let at = match cx.tcx.store.source_file(span.file) {
        Some(file) if !span.is_dummy() => format!(" ({}:{}:{})", cx.tcx.str(file.name), span.line, span.col),
        _ => String::new(),
    };
    let mir = match cx.tcx.instance_mir(instance) {
        Ok(InstanceBody { body, .. }) if is_bug => Some(format!("{body:#?}")),
        _ => None,
    };
    FunctionError { message, function, at, mir }
}

fn codegen_fn_inner<'tcx>(
    cx: &CodegenCx<'tcx>,
    buffers: &mut FunctionBuffers,
    instance: Instance,
    at: &Cell<SourceInfo>,
) -> CompiledFunction {
    let tcx = cx.tcx;
    let symbol_name = cx.symbol_name(instance);
    let InstanceBody { body: mir, args } = tcx.instance_mir(instance).or_fatal();
    at.set(SourceInfo { span: mir.span, scope: SourceScope(0) });
    let visibility = crate::linkage::fn_visibility(cx, instance);
    if let Ok(Some(attrs)) = tcx.codegen_attrs(instance.def_id())
        && attrs.naked
        && matches!(instance.def, InstanceKind::Item(_))
    {
        let asm = crate::global_asm::codegen_naked_asm(cx, instance, mir, symbol_name, visibility, attrs);
        return CompiledFunction::only_asm(tcx.sym(symbol_name), visibility, asm);
    }
    let fn_abi = Rc::new(tcx.fn_abi_of_instance(instance, &[]).or_fatal());

    let FunctionBuffers { context, builder, refs, source_locs, block_map } = buffers;
    context.clear();
    // Cranelift does not empty these, and they belong to what a function is known by.
    context.func.dfg.exception_tables.clear();
    refs.clear();
    source_locs.clear();
    block_map.clear();
    context.func.name = UserFuncName::user(0, 0);
    context.func.signature = clif_sig_from_fn_abi(cx, &fn_abi);
    // Such a function has a hidden last parameter, and an entry of its own in assembly.
    let entry = match (fn_abi.c_variadic, tail_call::has_tail_call(mir)) {
        (false, false) => None,
        (true, false) => {
            let regs = variadic::add_va_list_param(&mut context.func.signature);
            Some((variadic::body_symbol(symbol_name), variadic::FRAME_SIZE, variadic::trampoline(symbol_name, regs)))
        }
        (false, true) => {
            let regs = tail_call::add_buffer_param(&mut context.func.signature);
            Some((tail_call::body_symbol(symbol_name), regs.frame_size(), tail_call::trampoline(symbol_name, regs)))
        }
        (true, true) => fatal("unsupported: explicit tail call in a C-variadic function"),
    };
    let has_entry = entry.is_some();

    let clif_comments = CommentWriter::new(cx, instance, &fn_abi);
    let mut bcx = FunctionBuilder::new(&mut context.func, builder);
    let start_block = bcx.create_block();
    // Nothing jumps to the first block of a written body, so it goes on where the arguments were taken.
    let shares_start = matches!(instance.def, InstanceKind::Item(_));
    block_map.extend((0..mir.blocks.len()).map(|i| if i == 0 && shares_start { start_block } else { bcx.create_block() }));
    let exception_slot = bcx.declare_var(types::I64);
    let target_config = cx.isa.frontend_config();
    let mut fx = FunctionCx {
        cx,
        tcx,
        pointer_type: target_config.pointer_type(),
        refs: std::mem::take(refs),
        instance,
        symbol_name,
        mir,
        args,
        fn_abi,
        bcx,
        block_map: std::mem::take(block_map),
        local_map: Vec::with_capacity(mir.locals.len()),
        caller_location: None,
        has_hidden_param: has_entry,
        exception_slot,
        cur_source_info: at,
        source_locs: std::mem::take(source_locs),
        clif_comments,
        inline_asm: String::new(),
        inline_asm_index: 0,
    };
    codegen_fn_body(&mut fx, start_block);
    at.set(SourceInfo { span: mir.span, scope: SourceScope(0) });
    fx.bcx.seal_all_blocks();
    fx.bcx.finalize(target_config);
    *refs = fx.refs;
    *block_map = fx.block_map;
    *source_locs = fx.source_locs;
    let (inline_asm, clif_comments) = (fx.inline_asm, fx.clif_comments);
    if let Some(bug) = &cx.opts.seeded_bug {
        crate::seeded_bug::apply(bug, symbol_name, &mut context.func);
    }

    let clif = clif_comments.enabled().then(|| clif_text(cx, &context.func, &clif_comments));
    if cx.opts.verifier {
        verify_func(cx, context, &clif_comments);
    }
    compile_fn(cx, context, &clif_comments);
    let mut compiled = compiled_function(cx, context, refs, source_locs);
    compiled.symbol = tcx.sym(symbol_name);
    compiled.visibility = visibility;
    // A shim for a method has the method's attributes.
    if let Ok(Some(attrs)) = tcx.codegen_attrs(instance.def_id()) {
        compiled.section = attrs.link_section;
        compiled.align = compiled.align.max(attrs.alignment.unwrap_or(1));
        if matches!(instance.def, InstanceKind::Item(_)) {
            compiled.aliases = crate::linkage::aliases(cx, attrs);
        }
    }
    if cx.opts.debuginfo {
        compiled.decl = (!mir.span.is_dummy()).then_some((mir.span.file, mir.span.line));
        compiled.name = tcx.store.def_path_str(instance.def_id());
    }
    compiled.global_asm = inline_asm;
    if let Some((body_symbol, frame_size, text)) = entry {
        let mut names = vec![(symbol_name, visibility)];
        names.extend(compiled.aliases.drain(..).map(|(alias, visibility)| (tcx.str(alias), visibility)));
        let text = crate::global_asm::frame_function(&compiled, &names, frame_size, &text);
        compiled.global_asm.push_str(&text);
        compiled.symbol = tcx.sym(&body_symbol);
        compiled.visibility = Visibility::Hidden;
    }
    compiled.clif = clif;
    compiled
}

/// Compiles a function that has no MIR.
pub(crate) fn codegen_raw_fn(
    cx: &CodegenCx<'_>,
    name: &str,
    visibility: Visibility,
    signature: Signature,
    build: impl FnOnce(&mut FunctionBuilder<'_>, &mut SymbolTable, &[Value]),
) -> CompiledFunction {
    let mut context = Context::new();
    let mut refs = SymbolTable::default();
    let mut builder = FunctionBuilderContext::new();
    context.func.signature = signature;
    let mut bcx = FunctionBuilder::new(&mut context.func, &mut builder);
    let block = bcx.create_block();
    bcx.append_block_params_for_function_params(block);
    bcx.switch_to_block(block);
    let params = bcx.block_params(block).to_vec();
    build(&mut bcx, &mut refs, &params);
    bcx.seal_all_blocks();
    bcx.finalize(cx.isa.frontend_config());
    let comments = CommentWriter::default();
    verify_func(cx, &context, &comments);
    compile_fn(cx, &mut context, &comments);
    let mut compiled = compiled_function(cx, &mut context, &mut refs, &SourceLocs::default());
    compiled.symbol = cx.tcx.sym(name);
    compiled.visibility = visibility;
    compiled.name = name.to_owned();
    compiled
}

fn verify_func(cx: &CodegenCx<'_>, context: &Context, comments: &CommentWriter) {
    if let Err(errors) = cranelift_codegen::verify_function(&context.func, &*cx.isa) {
        let comments: Box<dyn cranelift_codegen::write::FuncWriter> = Box::new(comments);
        bug!("{}", cranelift_codegen::print_errors::pretty_verifier_error(&context.func, Some(comments), errors))
    }
}

fn compile_fn(cx: &CodegenCx<'_>, context: &mut Context, comments: &CommentWriter) {
    let compiled = match cx.code_cache {
        Some(cache) => cache.compile(context, &*cx.isa),
        None => context.compile(&*cx.isa, &mut ControlPlane::default()).map(drop),
    };
    match compiled {
        Ok(()) => {}
        Err(error) => match error.inner {
            CodegenError::ImplLimitExceeded | CodegenError::CodeTooLarge => {
                fatal("the function is too large for the code generator")
            }
            CodegenError::Unsupported(what) => fatal(format!("unsupported by Cranelift: {what}")),
            error => bug!("{error:?}\n{}", clif_text(cx, error_func(context), comments)),
        },
    }
}

fn error_func(context: &Context) -> &Function {
    &context.func
}

/// Machine code and its tables, out of Cranelift's context.
fn compiled_function(
    cx: &CodegenCx<'_>,
    context: &mut Context,
    refs: &mut SymbolTable,
    source_locs: &SourceLocs,
) -> CompiledFunction {
    let Some(code) = context.compiled_code() else { bug!("nothing compiled") };
    let unwind = match code.create_unwind_info(&*cx.isa) {
        Ok(Some(UnwindInfo::SystemV(info))) => Some(info),
        Ok(_) => None,
        Err(error) => bug!("unwind information: {error}"),
    };
    let buffer = &code.buffer;
    let relocs = buffer
        .relocs()
        .iter()
        .map(|&FinalizedMachReloc { offset, kind, ref target, addend }| {
            let target = match target {
                FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
                    RelocTarget::Symbol(context.func.params.user_named_funcs()[*name].index)
                }
                FinalizedRelocTarget::ExternalName(ExternalName::LibCall(libcall)) => {
                    let name = cranelift_module::default_libcall_names()(*libcall);
                    let symbol = SymbolRef { name: cx.tcx.sym(&name), kind: SymbolKind::Func, weak: false };
                    RelocTarget::Symbol(refs.position(symbol))
                }
                FinalizedRelocTarget::Func(offset) => RelocTarget::SelfOffset(*offset),
                other => bug!("relocation against {other:?}"),
            };
            Relocation { offset, kind, target, addend }
        })
        .collect();
    let mut call_sites = Vec::new();
    for site in buffer.call_sites() {
        for handler in site.exception_handlers {
            let &cranelift_codegen::FinalizedMachExceptionHandler::Tag(tag, landing_pad) = handler else {
                bug!("an exception handler without a tag")
            };
            let catch = Some(tag) == ExceptionTag::with_number(EXCEPTION_HANDLER_CATCH);
            call_sites.push(CallSite { ret_addr: site.ret_addr, landing_pad, catch });
        }
    }
    let mut lines: Vec<LineEntry> = Vec::new();
    if cx.opts.debuginfo {
        for range in buffer.get_srclocs_sorted() {
            if let Some(span) = source_locs.span(range.loc) {
                let entry = LineEntry { offset: range.start, file: span.file, line: span.line, col: span.col };
                lines.push(entry);
            }
        }
    }
    CompiledFunction {
        symbol: Symbol(0),
        visibility: Visibility::Hidden,
        aliases: Vec::new(),
        section: None,
        align: u64::from(buffer.alignment.max(cx.isa.function_alignment().minimum)),
        code: buffer.data().to_vec(),
        relocs,
        symbols: std::mem::take(&mut refs.symbols),
        data: std::mem::take(&mut refs.data),
        unwind,
        call_sites,
        lines,
        decl: None,
        name: String::new(),
        global_asm: String::new(),
        clif: None,
    }
}

fn codegen_fn_body(fx: &mut FunctionCx<'_, '_, '_>, start_block: Block) {
    let mir = fx.mir;
    // A function that nobody can call.
    let uninhabited = (1..=mir.arg_count as usize)
        .any(|arg| fx.layout_of(fx.monomorphize(mir.locals[arg].ty)).is_uninhabited());
    if uninhabited {
        fx.bcx.append_block_params_for_function_params(start_block);
        fx.bcx.switch_to_block(start_block);
        trap_unreachable(fx);
        for block in fx.block_map.clone() {
            if block != start_block {
                fx.bcx.switch_to_block(block);
                trap_unreachable(fx);
            }
        }
        return;
    }
    crate::abi::codegen_fn_prelude(fx, start_block);
    crate::intrinsics::codegen_absent_features(fx);
    let first = fx.get_block(BasicBlock::START);
    if first != start_block {
        fx.bcx.ins().jump(first, &[]);
    }

    let reachable = crate::mono::reachable::mono_reachable(fx.tcx, mir, fx.args).or_fatal();
    for (i, data) in mir.blocks.iter().enumerate() {
        let block = fx.block_map[i];
        if block != start_block {
            fx.bcx.switch_to_block(block);
        }
        if !reachable[i] {
            // Others may still name the block.
            trap_unreachable(fx);
            continue;
        }
        if data.is_cleanup {
            if fx.tcx.opts.panic == crate::adapter::PanicStrategy::Abort {
                trap_unreachable(fx);
                continue;
            }
            fx.set_cold_block(block);
        }
        for stmt in &data.statements {
            crate::rvalue::codegen_stmt(fx, stmt);
        }
        codegen_terminator(fx, data);
    }
}

fn codegen_terminator(fx: &mut FunctionCx<'_, '_, '_>, data: &BasicBlockData) {
    let source_info = data.terminator.source_info;
    fx.set_debug_loc(source_info);
    if fx.clif_comments.enabled() {
        fx.add_comment_here(format!("{:?}", data.terminator.kind));
    }
    match &data.terminator.kind {
        TerminatorKind::Goto { target } => {
            let block = fx.get_block(*target);
            fx.bcx.ins().jump(block, &[]);
        }
        TerminatorKind::Return => crate::abi::codegen_return(fx),
        TerminatorKind::Assert { cond, expected, msg, target, unwind } => {
            codegen_assert(fx, source_info, cond, *expected, msg, *target, *unwind);
        }
        TerminatorKind::SwitchInt { discr, targets } => codegen_switch(fx, data, discr, targets),
        TerminatorKind::Call { func, args, destination, target, unwind, fn_span } => {
            let source_info = SourceInfo { span: *fn_span, ..source_info };
            crate::abi::codegen_terminator_call(fx, source_info, func, args, destination, *target, *unwind);
        }
        TerminatorKind::TailCall { func, args, .. } => tail_call::codegen_tail_call(fx, func, args),
        TerminatorKind::InlineAsm(asm) => crate::inline_asm::codegen_inline_asm_terminator(fx, asm, source_info),
        TerminatorKind::UnwindTerminate(reason) => codegen_unwind_terminate(fx, *reason, source_info),
        TerminatorKind::UnwindResume => {
            let exception = fx.bcx.use_var(fx.exception_slot);
            fx.lib_call("_Unwind_Resume", vec![AbiParam::new(fx.pointer_type)], vec![], &[exception]);
            trap_unreachable(fx);
        }
        TerminatorKind::Unreachable => {
            if let Some(block) = fx.bcx.current_block() {
                fx.set_cold_block(block);
            }
            trap_unreachable(fx);
        }
        TerminatorKind::Drop { target, .. } if seeded(fx, BugKind::Drop) => {
            let block = fx.get_block(*target);
            fx.bcx.ins().jump(block, &[]);
        }
        TerminatorKind::Drop { place, target, unwind } => {
            crate::abi::codegen_drop(fx, source_info, place, *target, *unwind);
        }
        TerminatorKind::Yield { .. } | TerminatorKind::CoroutineDrop => {
            bug!("`Yield` or `CoroutineDrop` in a body that is to be compiled")
        }
    }
}

fn codegen_switch(fx: &mut FunctionCx<'_, '_, '_>, data: &BasicBlockData, discr: &Operand, targets: &SwitchTargets) {
    if let Some(target) = crate::mono::reachable::const_switch_target(fx.tcx, data, fx.args).or_fatal() {
        let block = fx.get_block(target);
        fx.bcx.ins().jump(block, &[]);
        return;
    }
    let discr = codegen_operand(fx, discr);
    let is_bool = discr.layout().ty == fx.tcx.common.bool;
    let discr = discr.load_scalar(fx);
    let otherwise = fx.get_block(targets.otherwise);
    match (&targets.values[..], &targets.targets[..]) {
        // One comparison with zero, or with one of two values.
        (&[value], &[target]) if value == 0 || is_bool => {
            let target = fx.get_block(target);
            let (nonzero, zero) = if value == 0 { (otherwise, target) } else { (target, otherwise) };
            fx.bcx.ins().brif(discr, nonzero, &[], zero, &[]);
        }
        (&[value], &[target]) => {
            let target = fx.get_block(target);
            let is_value = codegen_icmp_imm(fx, IntCC::Equal, discr, value as i128);
            fx.bcx.ins().brif(is_value, target, &[], otherwise, &[]);
        }
        // Cranelift's jump tables subtract the first value of 128 bits as one of 64 (cranelift-frontend 0.135.8).
        (values, blocks) if fx.bcx.func.dfg.value_type(discr) == types::I128 => {
            for (&value, &block) in values.iter().zip(blocks) {
                let is_value = codegen_icmp_imm(fx, IntCC::Equal, discr, value as i128);
                let target = fx.get_block(block);
                let next = fx.bcx.create_block();
                fx.bcx.ins().brif(is_value, target, &[], next, &[]);
                fx.bcx.seal_block(next);
                fx.bcx.switch_to_block(next);
            }
            fx.bcx.ins().jump(otherwise, &[]);
        }
        (values, blocks) => {
            let mut switch = cranelift_frontend::Switch::new();
            for (&value, &block) in values.iter().zip(blocks) {
                switch.set_entry(value, fx.get_block(block));
            }
            switch.emit(&mut fx.bcx, discr, otherwise);
        }
    }
}

fn codegen_assert(
    fx: &mut FunctionCx<'_, '_, '_>,
    source_info: SourceInfo,
    cond: &Operand,
    expected: bool,
    msg: &AssertKind,
    target: BasicBlock,
    unwind: UnwindAction,
) {
    let target = fx.get_block(target);
    let is_overflow_check = match msg {
        AssertKind::OverflowNeg(_) => true,
        AssertKind::Overflow(op, ..) => !matches!(op, BinOp::Div | BinOp::Rem),
        _ => false,
    };
    if is_overflow_check && !fx.tcx.opts.overflow_checks {
        fx.bcx.ins().jump(target, &[]);
        return;
    }
    let cond = codegen_operand(fx, cond).load_scalar(fx);
    let failure = fx.bcx.create_block();
    let (then, or_else) = if expected { (target, failure) } else { (failure, target) };
    fx.bcx.ins().brif(cond, then, &[], or_else, &[]);
    fx.bcx.seal_block(failure);
    fx.bcx.switch_to_block(failure);

    let (lang_item, operands): (_, SmallVec<[&Operand; 2]>) = match msg {
        AssertKind::BoundsCheck { len, index } => ("panic_bounds_check", smallvec![index, len]),
        AssertKind::MisalignedPointerDereference { required, found } => {
            ("panic_misaligned_pointer_dereference", smallvec![required, found])
        }
        AssertKind::InvalidEnumConstruction(source) => ("panic_invalid_enum_construction", smallvec![source]),
        msg => (assert_lang_item(msg), smallvec![]),
    };
    let mut args: SmallVec<[Value; 3]> = SmallVec::new();
    for operand in operands {
        args.push(codegen_operand(fx, operand).load_scalar(fx));
    }
    codegen_panic_inner(fx, lang_item, &args, unwind, source_info);
}

/// The lang item that panics for an assertion whose message has no operands.
fn assert_lang_item(msg: &AssertKind) -> &'static str {
    match msg {
        AssertKind::BoundsCheck { .. } => "panic_bounds_check",
        AssertKind::MisalignedPointerDereference { .. } => "panic_misaligned_pointer_dereference",
        AssertKind::InvalidEnumConstruction(_) => "panic_invalid_enum_construction",
        AssertKind::NullPointerDereference => "panic_null_pointer_dereference",
        AssertKind::Overflow(op, ..) => match op {
            BinOp::Add | BinOp::AddWithOverflow | BinOp::AddUnchecked => "panic_const_add_overflow",
            BinOp::Sub | BinOp::SubWithOverflow | BinOp::SubUnchecked => "panic_const_sub_overflow",
            BinOp::Mul | BinOp::MulWithOverflow | BinOp::MulUnchecked => "panic_const_mul_overflow",
            BinOp::Div => "panic_const_div_overflow",
            BinOp::Rem => "panic_const_rem_overflow",
            BinOp::Shl | BinOp::ShlUnchecked => "panic_const_shl_overflow",
            BinOp::Shr | BinOp::ShrUnchecked => "panic_const_shr_overflow",
            other => bug!("overflow of {other:?}"),
        },
        AssertKind::OverflowNeg(_) => "panic_const_neg_overflow",
        AssertKind::DivisionByZero(_) => "panic_const_div_by_zero",
        AssertKind::RemainderByZero(_) => "panic_const_rem_by_zero",
        AssertKind::ResumedAfterReturn(kind) => match kind {
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed",
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed",
        },
        AssertKind::ResumedAfterPanic(kind) => match kind {
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed_panic",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none_panic",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed_panic",
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed_panic",
        },
        AssertKind::ResumedAfterDrop(kind) => match kind {
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed_drop",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none_drop",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed_drop",
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed_drop",
        },
    }
}

/// The type of a place, without generating code for it.
pub(crate) fn place_ty(fx: &FunctionCx<'_, '_, '_>, place: &Place) -> Ty {
    let tcx = fx.tcx;
    let mut ty = fx.monomorphize(fx.mir.locals[place.local.index()].ty);
    for elem in place.projection.iter() {
        ty = match *elem {
            PlaceElem::Deref => match tcx.builtin_deref(ty) {
                Some(to) => to,
                None => bug!("deref of {}", fx.ty_str(ty)),
            },
            PlaceElem::Field(_, field_ty) => fx.monomorphize(field_ty),
            PlaceElem::Index(_) | PlaceElem::ConstantIndex { .. } => match *tcx.kind(ty) {
                TyKind::Array(elem, _) | TyKind::Slice(elem) => elem,
                _ => bug!("index into {}", fx.ty_str(ty)),
            },
            PlaceElem::Subslice { from, to, from_end } => match *tcx.kind(ty) {
                TyKind::Array(elem, _) if !from_end => tcx.mk_array(elem, to - from),
                _ => ty,
            },
            PlaceElem::Downcast(_) => ty,
            PlaceElem::OpaqueCast(to) | PlaceElem::UnwrapUnsafeBinder(to) => fx.monomorphize(to),
        };
    }
    ty
}

pub(crate) fn codegen_place<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, place: &Place) -> CPlace<'tcx> {
    let mut cplace = fx.get_local_place(place.local);
    for elem in place.projection.iter() {
        cplace = match *elem {
            PlaceElem::Deref => cplace.place_deref(fx),
            PlaceElem::Field(field, _) => cplace.place_field(fx, field),
            PlaceElem::Downcast(variant) => cplace.downcast_variant(fx, variant),
            PlaceElem::OpaqueCast(ty) | PlaceElem::UnwrapUnsafeBinder(ty) => {
                let ty = fx.monomorphize(ty);
                cplace.place_transmute_type(fx, ty)
            }
            PlaceElem::Index(local) => {
                let index = fx.get_local_place(local).to_cvalue(fx).load_scalar(fx);
                cplace.place_index(fx, index)
            }
            PlaceElem::ConstantIndex { offset, from_end, .. } => match *fx.kind(cplace.layout().ty) {
                TyKind::Array(elem, len) => {
                    let len = fx.tcx.const_to_usize(len).or_fatal();
                    let index = if from_end { len - offset } else { offset };
                    let elem = fx.layout_of(elem);
                    let ptr = cplace.to_ptr().offset_i64(fx, (index * elem.size.bytes()) as i64);
                    CPlace::for_ptr(ptr, elem)
                }
                TyKind::Slice(elem) => {
                    let (ptr, len) = cplace.to_ptr_unsized();
                    if from_end {
                        let index = fx.bcx.ins().iadd_imm_s(len, -(offset as i64));
                        cplace.place_index(fx, index)
                    } else {
                        let elem = fx.layout_of(elem);
                        let ptr = ptr.offset_i64(fx, (offset * elem.size.bytes()) as i64);
                        CPlace::for_ptr(ptr, elem)
                    }
                }
                _ => bug!("index into {}", fx.ty_str(cplace.layout().ty)),
            },
            PlaceElem::Subslice { from, to, from_end } => match *fx.kind(cplace.layout().ty) {
                TyKind::Array(elem_ty, _) if !from_end => {
                    let elem = fx.layout_of(elem_ty);
                    let ptr = cplace.to_ptr().offset_i64(fx, (elem.size.bytes() * from) as i64);
                    CPlace::for_ptr(ptr, fx.layout_of(fx.tcx.mk_array(elem_ty, to - from)))
                }
                TyKind::Slice(elem_ty) if from_end => {
                    let elem = fx.layout_of(elem_ty);
                    let (ptr, len) = cplace.to_ptr_unsized();
                    let ptr = ptr.offset_i64(fx, (elem.size.bytes() * from) as i64);
                    let len = fx.bcx.ins().iadd_imm_s(len, -((from + to) as i64));
                    CPlace::for_ptr_with_extra(ptr, len, cplace.layout())
                }
                _ => bug!("subslice of {}", fx.ty_str(cplace.layout().ty)),
            },
        };
    }
    cplace
}

pub(crate) fn codegen_operand<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, operand: &Operand) -> CValue<'tcx> {
    match operand {
        Operand::Move(place) | Operand::Copy(place) => codegen_place(fx, place).to_cvalue(fx),
        Operand::Constant(constant) => crate::constant::codegen_constant_operand(fx, constant),
        Operand::RuntimeChecks(checks) => {
            let layout = fx.layout_of(fx.tcx.common.bool);
            let value = runtime_checks_value(fx, *checks);
            CValue::const_val(fx, layout, ScalarInt { data: value.into(), size: 1 })
        }
    }
}

pub(crate) fn runtime_checks_value(fx: &FunctionCx<'_, '_, '_>, checks: RuntimeChecks) -> bool {
    match checks {
        RuntimeChecks::UbChecks => fx.tcx.opts.ub_checks,
        RuntimeChecks::OverflowChecks => fx.tcx.opts.overflow_checks,
        RuntimeChecks::ContractChecks => false,
    }
}

/// See [`FunctionCx::get_caller_location`]. Semantics: `rustc_middle::mir::Body::caller_location_span`.
pub(crate) fn caller_location<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, source_info: SourceInfo) -> CValue<'tcx> {
    let SourceInfo { mut span, mut scope } = source_info;
    loop {
        let data = &fx.mir.scopes[scope.index()];
        if let Some(inlined) = &data.inlined {
            if !inlined.track_caller {
                return crate::constant::span_as_caller_location(fx, span);
            }
            span = inlined.call_site;
        }
        match data.inlined_parent_scope {
            Some(parent) => scope = parent,
            None => break,
        }
    }
    match fx.caller_location {
        Some(location) => location,
        None => crate::constant::span_as_caller_location(fx, span),
    }
}

/// Panics with a message, without unwinding.
pub(crate) fn codegen_panic_nounwind(fx: &mut FunctionCx<'_, '_, '_>, msg: &str, source_info: SourceInfo) {
    let ptr = crate::constant::pointer_for_anonymous_str(fx, msg);
    let len = fx.bcx.ins().iconst(fx.pointer_type, msg.len() as i64);
    let unwind = UnwindAction::Terminate(UnwindTerminateReason::Abi);
    codegen_panic_inner(fx, "panic_nounwind", &[ptr, len], unwind, source_info);
}

/// Aborts because unwinding reached a function or drop that must not unwind.
pub(crate) fn codegen_unwind_terminate(
    fx: &mut FunctionCx<'_, '_, '_>,
    reason: UnwindTerminateReason,
    source_info: SourceInfo,
) {
    let lang_item = match reason {
        UnwindTerminateReason::Abi => "panic_cannot_unwind",
        UnwindTerminateReason::InCleanup => "panic_in_cleanup",
    };
    codegen_panic_inner(fx, lang_item, &[], UnwindAction::Unreachable, source_info);
}

/// Calls a lang item that does not return; ends the block.
pub(crate) fn codegen_panic_inner(
    fx: &mut FunctionCx<'_, '_, '_>,
    lang_item: &str,
    args: &[Value],
    unwind: UnwindAction,
    source_info: SourceInfo,
) {
    if let Some(block) = fx.bcx.current_block() {
        fx.set_cold_block(block);
    }
    let def = fx.tcx.store.require_lang_item(lang_item).or_fatal();
    let instance = Instance::new(def, Args::EMPTY);
    let fn_abi = fx.tcx.fn_abi_of_instance(instance, &[]).or_fatal();
    let func_ref = fx.get_function_ref_with_abi(instance, &fn_abi);
    let sig = fx.bcx.func.dfg.ext_funcs[func_ref].signature;
    // `#[track_caller]` functions take the location as well.
    let mut args: SmallVec<[Value; 4]> = args.into();
    if args.len() < fx.bcx.func.dfg.signatures[sig].params.len() {
        args.push(fx.get_caller_location(source_info).load_scalar(fx));
    }
    codegen_call_with_unwind_action(fx, source_info, CallTarget::Direct(func_ref), unwind, &args, None);
    trap_unreachable(fx);
}
