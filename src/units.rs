//! All of a crate's code: functions compiled on all cores, then divided into object files.

use crate::code_cache::CodeCache;
use crate::base::{FunctionBuffers, FunctionError, codegen_fn};
use crate::constant::codegen_static;
use crate::debuginfo::line_info::LineInfoContext;
use crate::mono::MonoItems;
use crate::object_writer::{ObjectContext, write_object};
use crate::prelude::*;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use parking_lot::Mutex;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What code generation made of a crate.
pub struct CodegenResults {
    /// ELF object files.
    pub objects: Vec<Vec<u8>>,
    /// The allocator's shim, which a library leaves to who is linked with it.
    pub allocator_object: Option<Vec<u8>>,
    /// Assembly to add to them; empty if there is none.
    pub global_asm: String,
    pub warnings: Vec<Warning>,
    /// `(symbol, CLIF)` of each function, where it was asked for.
    pub clif: Vec<(String, String)>,
    /// How many functions were compiled.
    pub function_count: usize,
}

/// Cranelift's target for x86-64 Linux.
pub fn build_isa(opts: &CodegenOptions) -> anyhow::Result<OwnedTargetIsa> {
    let mut flags = settings::builder();
    flags.enable("is_pic")?;
    // It runs on the function as it was generated, where its errors can still be told in terms of MIR.
    flags.set("enable_verifier", "false")?;
    flags.set("enable_llvm_abi_extensions", "true")?;
    flags.set("tls_model", "elf_gd")?;
    flags.set("enable_probestack", "true")?;
    flags.set("probestack_strategy", "inline")?;
    flags.set("unwind_info", "true")?;
    flags.set("machine_code_cfg_info", "false")?;
    if opts.verifier {
        // Code that is taken from the cache is made again, and must be the same.
        flags.enable("enable_incremental_compilation_cache_checks")?;
    }
    // A call through the PLT reaches a function wherever it is.
    flags.enable("use_colocated_libcalls")?;
    if opts.frame_pointers {
        flags.enable("preserve_frame_pointers")?;
    }
    flags.set("opt_level", match opts.opt_level {
        OptLevel::None => "none",
        OptLevel::Speed => "speed",
        OptLevel::SpeedAndSize => "speed_and_size",
    })?;
    let triple: target_lexicon::Triple = "x86_64-unknown-linux-gnu".parse().map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut isa = cranelift_codegen::isa::lookup(triple)?;
    // Nothing but 128-bit atomics uses this, and rustc lets only code for CPUs with the feature have those.
    isa.enable("has_cmpxchg16b")?;
    // What Rust's x86_64-unknown-linux-gnu guarantees is less than what Cranelift would take for granted.
    for flag in &opts.isa_flags {
        isa.enable(flag)?;
    }
    Ok(isa.finish(settings::Flags::new(flags))?)
}

/// Compiles `items` to object files. The result depends on the program and the options alone, not on what is in `code_cache`.
pub fn codegen_units<'tcx>(
    tcx: TyCtxt<'tcx>,
    items: &MonoItems,
    opts: &CodegenOptions,
    code_cache: Option<&'tcx CodeCache>,
) -> anyhow::Result<Result<CodegenResults, Vec<FunctionError>>> {
    let cx = CodegenCx::new(tcx, build_isa(opts)?, opts.clone(), code_cache);
    let units = match crate::mono::partition(tcx, items, opts.units) {
        Ok(units) => units,
        Err(error) => anyhow::bail!("{error}"),
    };

    let all: Vec<Instance> = units.iter().flat_map(|unit| unit.fns.iter().copied()).collect();
    let buffers: Mutex<Vec<FunctionBuffers>> = Mutex::default();
    let compiled: Vec<Result<CompiledFunction, FunctionError>> = all
        .par_iter()
        .map(|&instance| {
            let mut own = buffers.lock().pop().unwrap_or_default();
            let result = codegen_fn(&cx, &mut own, instance);
            buffers.lock().push(own);
            result
        })
        .collect();
    let mut functions = Vec::with_capacity(compiled.len());
    let mut errors = Vec::new();
    for result in compiled {
        match result {
            Ok(function) => functions.push(function),
            Err(error) => errors.push(error),
        }
    }

    let mut global_asm = String::new();
    let mut statics = Vec::new();
    for &def in &items.statics {
        match guarded(&cx, def, || codegen_static(&cx, def)) {
            Ok(data) => statics.push(Arc::new(data)),
            Err(error) => errors.push(error),
        }
    }
    for &def in &items.global_asm {
        let asm = guarded(&cx, def, || match &tcx.store.item(def).or_fatal().data {
            ItemData::GlobalAsm(asm) => crate::global_asm::codegen_global_asm(&cx, asm).or_fatal(),
            _ => bug!("not global assembly"),
        });
        match asm {
            Ok(asm) => global_asm.push_str(&asm),
            Err(error) => errors.push(error),
        }
    }
    let (shims, allocator) = match shims(&cx, items) {
        Ok(shims) => shims,
        Err(error) => {
            errors.push(error);
            Default::default()
        }
    };
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    for function in &functions {
        global_asm.push_str(&function.global_asm);
    }

    // Anonymous data goes to the first unit that refers to it.
    let mut placed: FxHashSet<Symbol> = statics.iter().map(|data| data.symbol).collect();
    let mut rest = &functions[..];
    let mut parts: Vec<(Vec<&CompiledFunction>, Vec<&DataObject>)> = Vec::new();
    for (i, unit) in units.iter().enumerate() {
        let (own, others) = rest.split_at(unit.fns.len());
        rest = others;
        let mut part: (Vec<&CompiledFunction>, Vec<&DataObject>) = (own.iter().collect(), Vec::new());
        if i == 0 {
            part.0.extend(&shims);
            for data in &statics {
                part.1.push(data);
                place_data(&data.data, &mut placed, &mut part.1);
            }
        }
        for func in part.0.clone() {
            place_data(&func.data, &mut placed, &mut part.1);
        }
        parts.push(part);
    }
    let has_allocator = !allocator.is_empty();
    if has_allocator {
        parts.push((allocator.iter().collect(), Vec::new()));
    }

    let crate_name = &tcx.store.crate_dep(tcx.store.local).name;
    let file_name = |file: FileId| match tcx.store.source_file(file) {
        Some(file) => tcx.str(file.name).to_owned(),
        None => "unknown".to_owned(),
    };
    let personality = tcx.internal_symbol_name("rust_eh_personality");
    let mut objects = parts
        .par_iter()
        .enumerate()
        .map(|(i, (functions, data))| {
            let object = ObjectContext {
                interner: &tcx.interner,
                isa: &*cx.isa,
                personality: personality.clone(),
                name: format!("{crate_name}.{i}"),
            };
            let lines = opts
                .debuginfo
                .then(|| LineInfoContext::new(&opts.source.0, &opts.source.1, &file_name));
            write_object(&object, functions, data, lines)
        })
        .collect::<anyhow::Result<Vec<_>>>()?;

    let clif = functions
        .iter_mut()
        .filter_map(|func| Some((tcx.str(func.symbol).to_owned(), func.clif.take()?)))
        .collect();
    let allocator_object = if has_allocator { objects.pop() } else { None };
    Ok(Ok(CodegenResults {
        objects,
        allocator_object,
        global_asm,
        warnings: cx.take_warnings(),
        clif,
        function_count: functions.len(),
    }))
}

/// Adds data and what it refers to, once.
fn place_data<'a>(data: &'a [Arc<DataObject>], placed: &mut FxHashSet<Symbol>, out: &mut Vec<&'a DataObject>) {
    let mut stack: Vec<&'a Arc<DataObject>> = data.iter().rev().collect();
    while let Some(data) = stack.pop() {
        if placed.insert(data.symbol) {
            out.push(data);
            stack.extend(data.data.iter().rev());
        }
    }
}

/// The functions that no item asks for: `main`, and apart from it the allocator's.
fn shims(
    cx: &CodegenCx<'_>,
    items: &MonoItems,
) -> Result<(Vec<CompiledFunction>, Vec<CompiledFunction>), FunctionError> {
    let entry = cx.tcx.store.krate(cx.tcx.store.local).ok().and_then(|krate| krate.root.entry_fn);
    let def = entry.unwrap_or(DefId { krate: cx.tcx.store.local, index: DefIndex(0) });
    guarded(cx, def, || {
        let main = items.start.map(|start| crate::main_shim::codegen_main(cx, start)).into_iter().collect();
        (main, if cx.opts.allocator_shim { crate::allocator::codegen(cx) } else { Vec::new() })
    })
}

/// Runs code generation for an item that is no function; a failure names it.
fn guarded<T>(cx: &CodegenCx<'_>, def: DefId, f: impl FnOnce() -> T) -> Result<T, FunctionError> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        let span = cx.tcx.store.item(def).map_or(Span::DUMMY, |item| item.span);
        crate::base::function_error(cx, Instance::new(def, Args::EMPTY), span, payload)
    })
}
