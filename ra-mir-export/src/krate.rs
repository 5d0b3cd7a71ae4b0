//! Export of one crate: a walk over all its definitions, then the crate's own facts.

use crate::body::Unsupported;
use crate::cx::{ExportCx, compiler, def_index};
use crate::rustc::*;
use ramir::file::CrateWriter;
use rustc_attr_parsing::eval_config_entry;
use rustc_hir::attrs::NativeLibKind;
use rustc_hir::def::CtorKind;
use rustc_hir::find_attr;
use rustc_middle::middle::codegen_fn_attrs::CodegenFnAttrFlags;
use rustc_middle::middle::exported_symbols::ExportedSymbol;
use rustc_session::config::CrateType;
use rustc_span::sym;
use rustc_target::spec::PanicStrategy;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

#[derive(Clone, Copy)]
pub struct Options {
    /// Name on stderr what is left out.
    pub verbose: bool,
    /// The crate belongs to the toolchain.
    pub is_sysroot: bool,
    /// The crate's bodies are not checked yet. Only those are written that follow from items: of derived functions and constructors.
    pub is_ahead: bool,
}

/// Writes the `.ramir` file of `krate`, with what is told of it to an analysis of its dependents.
pub fn export(
    tcx: TyCtxt<'_>,
    krate: CrateNum,
    interface: Option<ramir::Interface>,
    path: &Path,
    options: Options,
) -> Result<(), ramir::file::Error> {
    let interner = ramir::Interner::new();
    let mut cx = ExportCx::new(tcx, &interner, krate);
    cx.evaluate_assoc_consts = options.is_sysroot;
    cx.is_ahead = options.is_ahead;
    if krate == LOCAL_CRATE {
        // Also those that no item mentions: they are linked, and std starts the program.
        for &dep in tcx.crates(()) {
            if tcx.extern_crate(dep).is_some_and(|dep| dep.is_direct()) {
                cx.crate_num(dep);
            }
        }
    }
    let mut out = Tables::default();
    let indices: Vec<DefIndex> = match krate {
        // To ask for them in the usual way is to wait for the check of the crate.
        LOCAL_CRATE if options.is_ahead => {
            (0..tcx.untracked().definitions.read().num_definitions()).map(DefIndex::from_usize).collect()
        }
        LOCAL_CRATE => tcx.iter_local_def_id().map(|d| d.local_def_index).collect(),
        _ => (0..tcx.num_extern_def_ids(krate)).map(DefIndex::from_usize).collect(),
    };
    for index in indices {
        let def_id = DefId { krate, index };
        let key = cx.def_key(def_id);
        out.def_keys.insert(def_index(index), key);
        let report = |what: &str| {
            if options.verbose {
                eprintln!("ra-mir-export: {}: {what}", tcx.def_path_debug_str(def_id));
            }
        };
        if krate == LOCAL_CRATE {
            out.definition(&mut cx, def_id, &report);
        } else {
            // The metadata lacks some definitions that nothing can name (an anonymous constant that was a plain path,
            // say); rustc's decoder panics when it is asked for one.
            let result = crate::driver::quietly(|| {
                catch_unwind(AssertUnwindSafe(|| out.definition(&mut cx, def_id, &report)))
            });
            if result.is_err() {
                report("not in the metadata");
            }
        }
    }
    let mut root = cx.crate_root();
    cx.finish_allocs();
    // Making the MIR may itself find errors, a constant that overflows say; rustc then ends with its own exit code.
    if krate == LOCAL_CRATE && tcx.dcx().has_errors().is_some() {
        return Ok(());
    }
    root.files = std::mem::take(&mut cx.files);
    let writer = CrateWriter {
        interner: &interner,
        compiler: compiler(),
        crates: cx.crates,
        root,
        interface,
        def_keys: out.def_keys,
        items: out.items,
        bodies: out.bodies,
        ctfe_bodies: out.ctfe_bodies,
        promoted: out.promoted,
        coroutine_drops: out.coroutine_drops,
    };
    writer.write(path)
}

#[derive(Default)]
struct Tables {
    def_keys: BTreeMap<ramir::DefIndex, ramir::DefKey>,
    items: BTreeMap<ramir::DefIndex, ramir::Item>,
    bodies: BTreeMap<ramir::DefIndex, ramir::Body>,
    ctfe_bodies: BTreeMap<ramir::DefIndex, ramir::Body>,
    promoted: BTreeMap<ramir::DefIndex, Vec<ramir::Body>>,
    coroutine_drops: BTreeMap<ramir::DefIndex, ramir::Body>,
}

impl Tables {
    fn definition<'tcx>(&mut self, cx: &mut ExportCx<'tcx, '_>, def_id: DefId, report: &dyn Fn(&str)) {
        let tcx = cx.tcx;
        let index = def_index(def_id.index);
        let kind = tcx.def_kind(def_id);
        // The compiler makes up constants for arguments that turn out to be plain paths; they have no body.
        if kind == DefKind::AnonConst && def_id.as_local().is_some_and(|d| !tcx.mir_keys(()).contains(&d)) {
            return;
        }
        let item = cx.item(def_id, kind);
        let follows_from_item = matches!(kind, DefKind::Ctor(..)) || item.as_ref().is_some_and(|item| item.is_generated);
        if let Some(item) = item {
            self.items.insert(index, item);
        }
        if cx.is_ahead && !follows_from_item {
            return;
        }
        if let Err(Unsupported(what)) = self.bodies_of(cx, def_id, kind) {
            report(&what);
        }
    }

    fn bodies_of<'tcx>(
        &mut self,
        cx: &mut ExportCx<'tcx, '_>,
        def_id: DefId,
        kind: DefKind,
    ) -> Result<(), Unsupported> {
        let tcx = cx.tcx;
        let index = def_index(def_id.index);
        match kind {
            DefKind::Fn | DefKind::AssocFn | DefKind::Closure | DefKind::SyntheticCoroutineBody => {
                let available = tcx.is_mir_available(def_id);
                if available {
                    let mir = tcx.optimized_mir(def_id);
                    self.bodies.insert(index, cx.body(mir)?);
                    if let Some(drop) = mir.coroutine_drop() {
                        self.coroutine_drops.insert(index, cx.body(drop)?);
                    }
                    self.promoted(cx, def_id)?;
                }
                let has_ctfe = tcx.is_const_fn(def_id)
                    && match def_id.as_local() {
                        Some(local) => available && tcx.mir_keys(()).contains(&local),
                        None => !tcx.is_foreign_item(def_id) && tcx.intrinsic(def_id).is_none_or(|i| !i.must_be_overridden),
                    };
                if has_ctfe {
                    let ctfe = cx.body(tcx.mir_for_ctfe(def_id))?;
                    if !available {
                        self.promoted(cx, def_id)?;
                    }
                    if self.bodies.get(&index) != Some(&ctfe) {
                        self.ctfe_bodies.insert(index, ctfe);
                    }
                }
            }
            DefKind::Ctor(_, CtorKind::Fn) => {
                self.bodies.insert(index, cx.body(tcx.mir_for_ctfe(def_id))?);
            }
            DefKind::Const | DefKind::AssocConst | DefKind::AnonConst | DefKind::InlineConst => {
                let has_value = match kind {
                    DefKind::AssocConst => tcx.associated_item(def_id).defaultness(tcx).has_value(),
                    _ => true,
                };
                if !has_value || kind != DefKind::InlineConst && tcx.is_type_const(def_id) {
                    return Ok(());
                }
                if let Some((value, ty)) = tcx.trivial_const(def_id) {
                    let body = cx.literal_body(def_id, value, ty);
                    self.ctfe_bodies.insert(index, body);
                } else {
                    self.ctfe_bodies.insert(index, cx.body(tcx.mir_for_ctfe(def_id))?);
                    self.promoted(cx, def_id)?;
                }
            }
            DefKind::Static { nested: false, .. } if def_id.is_local() && !tcx.is_foreign_item(def_id) => {
                self.ctfe_bodies.insert(index, cx.body(tcx.mir_for_ctfe(def_id))?);
                self.promoted(cx, def_id)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn promoted<'tcx>(&mut self, cx: &mut ExportCx<'tcx, '_>, def_id: DefId) -> Result<(), Unsupported> {
        let promoted = cx.tcx.promoted_mir(def_id);
        if !promoted.is_empty() {
            let bodies = promoted.iter().map(|body| cx.body(body)).collect::<Result<_, _>>()?;
            self.promoted.insert(def_index(def_id.index), bodies);
        }
        Ok(())
    }
}

impl<'tcx> ExportCx<'tcx, '_> {
    /// The body of a constant that rustc keeps no MIR for, because it is one literal.
    fn literal_body(&mut self, def_id: DefId, value: mir::ConstValue, ty: Ty<'tcx>) -> ramir::Body {
        let span = self.span(self.tcx.def_span(def_id));
        let source_info = ramir::SourceInfo { span, scope: ramir::SourceScope(0) };
        let ty = self.ty(ty);
        let operand = ramir::ConstOperand { span, const_: ramir::MirConst::Val(self.const_value(value), ty) };
        let assign = ramir::StatementKind::Assign(
            ramir::Place::from_local(ramir::Local::RETURN),
            ramir::Rvalue::Use(ramir::Operand::Constant(Box::new(operand))),
        );
        ramir::Body {
            locals: vec![ramir::LocalDecl { ty, mutability: ramir::Mutability::Mut, span }],
            arg_count: 0,
            spread_arg: None,
            blocks: vec![ramir::BasicBlockData {
                statements: vec![ramir::Statement { source_info, kind: assign }],
                terminator: ramir::Terminator { source_info, kind: ramir::TerminatorKind::Return },
                is_cleanup: false,
            }],
            scopes: vec![ramir::SourceScopeData {
                span,
                parent_scope: None,
                inlined: None,
                inlined_parent_scope: None,
            }],
            var_debug_info: Vec::new(),
            required_consts: Vec::new(),
            span,
        }
    }

    fn crate_root(&mut self) -> ramir::CrateRoot {
        let tcx = self.tcx;
        let krate = self.krate;
        let is_local = krate == LOCAL_CRATE;
        let mut trait_impls: Vec<(ramir::DefId, Vec<ramir::TraitImpl>)> = Vec::new();
        let mut by_trait: BTreeMap<ramir::DefId, usize> = BTreeMap::new();
        for &impl_def in tcx.trait_impls_in_crate(krate) {
            let trait_def = self.def_id(tcx.impl_trait_ref(impl_def).skip_binder().def_id);
            let self_ty = self.type_of(impl_def);
            let simplified_self = ramir::simplify_type(self.interner, self_ty);
            let def_id = self.def_id(impl_def);
            let at = *by_trait.entry(trait_def).or_insert_with(|| {
                trait_impls.push((trait_def, Vec::new()));
                trait_impls.len() - 1
            });
            trait_impls[at].1.push(ramir::TraitImpl { def_id, simplified_self });
        }
        let global_asm: Vec<DefId> = match is_local {
            true => tcx
                .hir_crate_items(())
                .free_items()
                .map(|item| item.owner_id.to_def_id())
                .filter(|&d| tcx.def_kind(d) == DefKind::GlobalAsm)
                .collect(),
            false => Vec::new(),
        };
        let mono_roots = self.mono_roots();
        // rustc answers the queries about these attributes for extern crates only, and the last two not even there.
        let attrs = tcx.hir_krate_attrs();
        let name = tcx.crate_name(krate);
        let (is_no_builtins, is_compiler_builtins, is_panic_runtime, needs_panic_runtime, needs_allocator) =
            match is_local {
                true => (
                    find_attr!(attrs, NoBuiltins),
                    find_attr!(attrs, CompilerBuiltins),
                    find_attr!(attrs, PanicRuntime),
                    find_attr!(attrs, NeedsPanicRuntime),
                    find_attr!(attrs, NeedsAllocator),
                ),
                false => (
                    tcx.is_no_builtins(krate),
                    tcx.is_compiler_builtins(krate),
                    tcx.is_panic_runtime(krate),
                    name == sym::std,
                    name == sym::alloc,
                ),
            };
        ramir::CrateRoot {
            name: self.symbol(tcx.crate_name(krate)),
            stable_crate_id: tcx.stable_crate_id(krate).as_u64(),
            lang_items: self.lang_items(),
            trait_impls,
            exported_generics: self.exported_generics(),
            entry_fn: if is_local { tcx.entry_fn(()).map(|(def, _)| self.def_id(def)) } else { None },
            files: Vec::new(),
            mono_roots,
            global_asm: self.def_ids(&global_asm),
            native_libs: self.native_libs(),
            has_panic_handler: tcx.has_panic_handler(krate),
            has_global_allocator: tcx.has_global_allocator(krate),
            has_alloc_error_handler: tcx.has_alloc_error_handler(krate),
            is_no_builtins,
            is_compiler_builtins,
            is_panic_runtime,
            needs_panic_runtime,
            needs_allocator,
            is_proc_macro: is_local && tcx.crate_types().contains(&CrateType::ProcMacro),
            panic_strategy_abort: match is_local {
                true => tcx.sess.panic_strategy() != PanicStrategy::Unwind,
                false => tcx.required_panic_strategy(krate).is_some_and(|s| s != PanicStrategy::Unwind),
            },
        }
    }

    /// Generic instances that the crate's object code already has, so that others need not compile them.
    fn exported_generics(&mut self) -> Vec<ramir::ExportedGeneric> {
        // Asking it of the local crate would collect its mono items, and there is no object code yet.
        if self.krate == LOCAL_CRATE {
            return Vec::new();
        }
        let tcx = self.tcx;
        tcx.exported_generic_symbols(self.krate)
            .iter()
            .filter_map(|&(symbol, _)| match symbol {
                ExportedSymbol::Generic(def, args) => {
                    Some(ramir::ExportedGeneric::Instance { def_id: self.def_id(def), args: self.args(args) })
                }
                ExportedSymbol::DropGlue(ty) => Some(ramir::ExportedGeneric::DropGlue(self.ty(ty))),
                _ => None,
            })
            .collect()
    }

    /// What a build of the crate starts from, as `rustc_monomorphize::collector` has it: `main`, every static, and the
    /// functions that something outside can name.
    fn mono_roots(&mut self) -> Vec<ramir::DefId> {
        let tcx = self.tcx;
        if self.krate != LOCAL_CRATE {
            return Vec::new();
        }
        let entry_fn = tcx.entry_fn(()).map(|(def, _)| def);
        let internal = CodegenFnAttrFlags::RUSTC_STD_INTERNAL_SYMBOL
            | CodegenFnAttrFlags::EXTERNALLY_IMPLEMENTABLE_ITEM;
        let mut roots = Vec::new();
        for &local in tcx.mir_keys(()) {
            let def_id = local.to_def_id();
            let is_root = match tcx.def_kind(local) {
                DefKind::Static { nested, .. } => !nested,
                DefKind::Fn | DefKind::AssocFn => {
                    !tcx.generics_of(def_id).requires_monomorphization(tcx)
                        && (entry_fn == Some(def_id)
                            || tcx.is_reachable_non_generic(def_id)
                            || tcx.codegen_fn_attrs(def_id).flags.intersects(internal))
                }
                _ => false,
            };
            if is_root {
                roots.push(self.def_id(def_id));
            }
        }
        roots
    }

    fn native_libs(&mut self) -> Vec<ramir::NativeLib> {
        let tcx = self.tcx;
        let libs = tcx.native_libraries(self.krate);
        libs.iter()
            .filter(|lib| lib.cfg.as_ref().is_none_or(|cfg| eval_config_entry(tcx.sess, cfg).as_bool()))
            .map(|lib| {
                let (kind, whole_archive, bundled) = match lib.kind {
                    NativeLibKind::Static { bundle, whole_archive, .. } => {
                        ("static", whole_archive, bundle.unwrap_or(true))
                    }
                    NativeLibKind::Dylib { .. } => ("dylib", None, false),
                    NativeLibKind::RawDylib { .. } => ("raw-dylib", None, false),
                    NativeLibKind::Framework { .. } => ("framework", None, false),
                    NativeLibKind::LinkArg => ("link-arg", None, false),
                    NativeLibKind::WasmImportModule => ("wasm-import-module", None, false),
                    NativeLibKind::Unspecified => ("", None, false),
                };
                ramir::NativeLib {
                    name: self.symbol(lib.name),
                    kind: self.interner.sym(kind),
                    whole_archive,
                    verbatim: lib.verbatim.unwrap_or(false),
                    bundled,
                }
            })
            .collect()
    }
}
