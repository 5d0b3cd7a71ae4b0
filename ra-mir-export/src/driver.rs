//! Running rustc: its front end as it is, then our export in place of code generation.

use crate::ahead;
use crate::incremental;
use crate::krate::{Options, export};
use crate::rustc::*;
use anyhow::{Context, Result, anyhow};
use rustc_ast::{AttrVec, Crate, DUMMY_NODE_ID, ModSpans};
use rustc_codegen_ssa::target_features::cfg_target_feature;
use rustc_codegen_ssa::traits::CodegenBackend;
use rustc_codegen_ssa::{CodegenResults, TargetConfig};
use rustc_data_structures::fx::FxIndexMap;
use rustc_driver::{Callbacks, Compilation};
use rustc_interface::{interface, passes};
use rustc_middle::dep_graph::{WorkProduct, WorkProductId};
use rustc_session::Session;
use rustc_session::config::{CrateType, Input, OutputFilenames, OutputType, SymbolManglingVersion};
use rustc_span::FileName;
use std::any::Any;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub enum Job {
    /// Each crate of the sysroot into a directory.
    Sysroot(PathBuf),
    /// A dependency into a file.
    CrateFile(PathBuf, PathBuf),
    /// The crate that rustc's arguments name, into a file, and what a linker has to know of it into another. Of a
    /// procedural macro only the latter is written, and not even that is checked.
    Local { out: PathBuf, info: Option<PathBuf> },
    /// Answers about that crate, on stdout.
    Dump(crate::dump::Kind),
    /// Answers about the sysroot's crates.
    DumpSysroot(crate::dump::Kind),
}

#[derive(Clone, Copy)]
pub struct Settings {
    /// Name on stderr what is left out.
    pub verbose: bool,
    /// The local crate's MIR is not optimized, unless rustc's options say that it is.
    pub unoptimized: bool,
}

/// Runs rustc's front end with `args` (`args[0]` is its own name) and does the job when it has succeeded.
/// The exit code is rustc's unless the job itself fails.
pub fn run(job: Job, mut args: Vec<String>, settings: Settings) -> Result<ExitCode> {
    let source = match &job {
        Job::Sysroot(_) | Job::DumpSysroot(_) => Some(sysroot_source()),
        Job::CrateFile(file, _) => {
            args.push("--extern".into());
            args.push(format!("dependency={}", file.to_str().context("--crate-file: the path is not UTF-8")?));
            Some("#![no_std]\nextern crate dependency as _;\n".to_owned())
        }
        Job::Local { .. } | Job::Dump(_) => None,
    };
    if source.is_some() {
        args.extend(["--crate-type=lib", "--cap-lints=allow", "--edition=2024", "export.rs"].map(str::to_owned));
    }
    set_stability(source.is_some(), &args);
    install_panic_hook();
    let mut callbacks = ExportCallbacks { job, source, settings, interface: None, error: None };
    let code = rustc_driver::catch_with_exit_code(|| rustc_driver::run_compiler(&args, &mut callbacks));
    match callbacks.error {
        Some(error) => Err(error),
        None => Ok(code),
    }
}

/// The compiler crates that this driver is built with may allow unstable features to everybody, as a nightly does. Users'
/// crates get what the stable toolchain gives them: nothing, unless `RUSTC_BOOTSTRAP` says so.
fn set_stability(own_source: bool, args: &[String]) {
    let given = std::env::var("RUSTC_BOOTSTRAP").unwrap_or_default();
    let names_crate = || {
        let name = args.windows(2).find(|w| w[0] == "--crate-name").map(|w| w[1].as_str());
        name.is_some_and(|name| given.split(',').any(|g| g == name))
    };
    let value = if own_source || given == "1" || names_crate() { "1" } else { "-1" };
    // SAFETY: nothing has started a thread yet.
    unsafe { std::env::set_var("RUSTC_BOOTSTRAP", value) };
}

/// A crate that loads all of the sysroot.
fn sysroot_source() -> String {
    let mut source = "#![no_std]\n#![feature(rustc_private, test, panic_unwind, panic_abort)]\n".to_owned();
    for krate in ["std", "core", "alloc", "proc_macro", "test", "panic_unwind", "panic_abort"] {
        source += &format!("extern crate {krate} as _;\n");
    }
    source
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`, whose panics are expected, without their messages.
pub fn quietly<T>(f: impl FnOnce() -> T) -> T {
    QUIET.set(true);
    let result = f();
    QUIET.set(false);
    result
}

fn install_panic_hook() {
    rustc_driver::install_ice_hook(rustc_driver::DEFAULT_BUG_REPORT_URL, |_| ());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            hook(info);
        }
    }));
    rustc_driver::install_ctrlc_handler();
}

struct ExportCallbacks {
    job: Job,
    source: Option<String>,
    settings: Settings,
    /// Of a library.
    interface: Option<ramir::Interface>,
    error: Option<anyhow::Error>,
}

impl Callbacks for ExportCallbacks {
    fn config(&mut self, config: &mut interface::Config) {
        config.make_codegen_backend = Some(Box::new(|_, _| Box::new(NoCodegen)));
        // Whoever depends on this crate instantiates what it has no object code for, inline functions included.
        config.opts.unstable_opts.always_encode_mir = true;
        if self.settings.unoptimized {
            config.opts.unstable_opts.mir_opt_level.get_or_insert(0);
        }
        // rac has no other names, and metadata has to say so.
        config.opts.cg.symbol_mangling_version = Some(SymbolManglingVersion::V0);
        match self.job {
            Job::Local { .. } => {
                // As rustc's own callbacks have it: messages name what is in scope by its last name.
                config.opts.trimmed_def_paths = true;
                incremental::set_up(config, self.settings.unoptimized);
            }
            // What asks for answers leaves nothing behind.
            _ => config.opts.incremental = None,
        }
        config.override_queries = Some(|_, providers| {
            // No generic instance that rustc would choose is in our object code: dependents make their own.
            providers.queries.exported_generic_symbols = |_, _| &[];
            providers.queries.global_backend_features = |_, ()| Vec::new();
            ahead::install(providers);
        });
        if let Some(input) = self.source.take() {
            config.input = Input::Str { name: FileName::Custom("export".into()), input };
        }
    }

    /// rustc would keep its incremental state only after code generation: with `-C incremental` the rest of
    /// `rustc_driver_impl::run_compiler` is done here.
    fn after_crate_root_parsing(&mut self, compiler: &interface::Compiler, krate: &mut Crate) -> Compilation {
        if compiler.sess.opts.incremental.is_none() {
            return Compilation::Continue;
        }
        let nothing = Crate {
            attrs: AttrVec::new(),
            items: Default::default(),
            spans: ModSpans::default(),
            id: DUMMY_NODE_ID,
            is_placeholder: false,
        };
        let krate = std::mem::replace(krate, nothing);
        let hash = passes::create_and_enter_global_ctxt(compiler, krate, |tcx| {
            // Expands macros and resolves names.
            let _ = tcx.resolver_for_lowering();
            if self.after_expansion(compiler, tcx) == Compilation::Stop {
                return None;
            }
            passes::write_dep_info(tcx);
            tcx.ensure_ok().analysis(());
            self.after_analysis(compiler, tcx);
            self.error.is_none().then(|| tcx.crate_hash(LOCAL_CRATE))
        });
        if hash.is_some() && compiler.sess.dcx().has_errors_or_delayed_bugs().is_none() {
            rustc_incremental::finalize_session_directory(&compiler.sess, hash);
        }
        Compilation::Stop
    }

    fn after_expansion<'tcx>(&mut self, _: &interface::Compiler, tcx: TyCtxt<'tcx>) -> Compilation {
        if let Job::Local { info: Some(info), .. } = &self.job
            && tcx.crate_types().contains(&CrateType::ProcMacro)
            && tcx.dcx().has_errors().is_none()
        {
            self.error = crate::info::write_types(tcx, info).err();
            return Compilation::Stop;
        }
        if let Job::Local { .. } = &self.job
            && tcx.crate_types().iter().any(|ty| matches!(ty, CrateType::Rlib | CrateType::Dylib))
            && tcx.dcx().has_errors().is_none()
        {
            self.interface = Some(crate::interface::of_local_crate(tcx));
        }
        Compilation::Continue
    }

    fn after_analysis<'tcx>(&mut self, _: &interface::Compiler, tcx: TyCtxt<'tcx>) -> Compilation {
        if tcx.dcx().has_errors().is_none()
            && let Err(e) = self.export(tcx)
        {
            self.error = Some(e);
        }
        Compilation::Stop
    }
}

impl ExportCallbacks {
    fn export(&mut self, tcx: TyCtxt<'_>) -> Result<()> {
        let is_sysroot = matches!(self.job, Job::Sysroot(_));
        let options = Options { verbose: self.settings.verbose, is_sysroot, is_ahead: false };
        match &self.job {
            Job::Local { out, info } => {
                export(tcx, LOCAL_CRATE, self.interface.take(), out, options)?;
                if tcx.sess.opts.output_types.contains_key(&OutputType::Mir) {
                    rustc_mir_transform::dump_mir::emit_mir(tcx)?;
                }
                if let Some(info) = info {
                    crate::info::write(tcx, info)?;
                }
                let is_library = tcx.crate_types().iter().any(|t| {
                    matches!(t, CrateType::Rlib | CrateType::Dylib | CrateType::ProcMacro)
                });
                if is_library && tcx.sess.opts.output_types.contains_key(&OutputType::Metadata) {
                    rustc_metadata::fs::encode_and_write_metadata(tcx);
                }
            }
            Job::Dump(kind) => crate::dump::dump(tcx, *kind, false)?,
            Job::DumpSysroot(kind) => crate::dump::dump(tcx, *kind, true)?,
            Job::Sysroot(dir) => {
                for &krate in tcx.crates(()) {
                    let source = tcx.used_crate_source(krate);
                    let path = source.paths().next().context("a crate without a file")?;
                    let stem = path.file_stem().and_then(|s| s.to_str()).context("a crate with a strange file name")?;
                    export(tcx, krate, None, &dir.join(format!("{stem}.ramir")), options)?;
                }
            }
            Job::CrateFile(file, out) => {
                let wanted = std::fs::canonicalize(file).with_context(|| format!("{}", file.display()))?;
                let is_wanted = |path: &Path| std::fs::canonicalize(path).is_ok_and(|p| p == wanted);
                let krate = tcx
                    .crates(())
                    .iter()
                    .copied()
                    .find(|&c| tcx.used_crate_source(c).paths().any(|p| is_wanted(p)))
                    .ok_or_else(|| anyhow!("{}: rustc did not load it", file.display()))?;
                export(tcx, krate, None, out, options)?;
            }
        }
        Ok(())
    }
}

/// In place of a code generator: it only says what the target has, as rustc with LLVM does for x86_64 Linux.
struct NoCodegen;

impl CodegenBackend for NoCodegen {
    fn name(&self) -> &'static str {
        "ramir"
    }

    fn target_config(&self, sess: &Session) -> TargetConfig {
        let base = ["fxsr", "sse", "sse2", "x87"];
        let (unstable_target_features, target_features) =
            cfg_target_feature::<0>(sess, |_| Default::default(), |feature| base.contains(&feature));
        TargetConfig {
            target_features,
            unstable_target_features,
            has_reliable_f16: true,
            has_reliable_f16_math: true,
            has_reliable_f128: true,
            has_reliable_f128_math: false,
        }
    }

    fn codegen_crate<'tcx>(&self, _: TyCtxt<'tcx>) -> Box<dyn Any> {
        Box::new(())
    }

    fn join_codegen(
        &self,
        _: Box<dyn Any>,
        sess: &Session,
        _: &OutputFilenames,
    ) -> (CodegenResults, FxIndexMap<WorkProductId, WorkProduct>) {
        sess.dcx().fatal("ra-mir-export generates no code")
    }
}
