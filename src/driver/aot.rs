//! Ahead-of-time compilation: front end, collection, code generation, linking, each a phase with its time.

use super::ahead::{self, Ahead};
use super::analysis;
use super::crate_info::{CrateInfo, Linkage, UsedCrate};
use super::crates;
use super::dep_info;
use super::diagnostics::Diagnostics;
use super::frontend::{self, Bodies, Checked};
use super::kept_code::KeptCode;
use super::link::{self, LinkInput};
use super::options::{self, Check, CrateType, DebugInfo, Frontend, OutputType, Session};
use super::oracle;
use super::output::{Scratch, write_whole};
use super::report::Fallback;
use super::rlib;
use super::toolchain::Toolchain;
use crate::adapter::Tcx;
use crate::adapter::provider::{Analysis, DependencyInput, LibraryInput, LoweredAhead};
use crate::adapter::store::{OnRefusal, Store};
use crate::global_asm::compile_global_asm;
use crate::{CodegenOptions, FunctionError, OptLevel, codegen_units, mono};
use anyhow::{Context, Result, bail, ensure};
use ramir::text::DefTable;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Compiles the session's crate. The exit code is the front end's if the program is wrong.
/// `args` are the options as they were given.
pub fn compile(
    session: &mut Session,
    args: &[String],
    analysis: Option<&dyn Analysis>,
    diagnostics: &Diagnostics,
) -> Result<u8> {
    if session.input != "-" {
        // rustc says this in the same words, but only after it has started.
        let path = Path::new(&session.input);
        ensure!(path.exists(), "couldn't read `{}`: No such file or directory (os error 2)", path.display());
    }
    let toolchain = Toolchain::find(session.cli.sysroot.as_deref())?;
    let is_proc_macro = |name: &String| CrateType::named(name) == Some(CrateType::ProcMacro);
    if session.cli.crate_type.iter().any(is_proc_macro) && !session.cli.test {
        return toolchain.compile_instead(args);
    }
    let scratch = Scratch::new(&output_path(session, CrateType::Bin))?;
    let is_compared = analysis.is_some() && session.cli.frontend != Frontend::Ra;
    let bodies = match is_compared && frontend::is_unoptimized_executable(session) {
        true => Bodies::Unoptimized,
        false => Bodies::Optimized,
    };
    let code = compile_beside(session, args, analysis, diagnostics, &toolchain, &scratch, bodies);
    // Also of a crate that is wrong: what it is made from is known.
    if session.emits(OutputType::DepInfo) {
        emit_dep_info(session, &scratch, diagnostics)?;
    }
    code
}

/// As [`compile`], with the front end beside code generation, and files in `scratch`.
fn compile_beside(
    session: &mut Session,
    args: &[String],
    analysis: Option<&dyn Analysis>,
    diagnostics: &Diagnostics,
    toolchain: &Toolchain,
    scratch: &Scratch,
    bodies: Bodies,
) -> Result<u8> {
    let mut phases = Phases::default();
    let mir = session.emits(OutputType::Mir).then(|| emit_path(session, OutputType::Mir, "mir"));
    let is_ahead = analysis.is_some() && ahead::is_possible(session);
    let mut running = frontend::start(session, toolchain, scratch, mir.as_deref(), is_ahead, bodies)?;
    let mut ahead = None;
    let mut looked = analysis.map(|analysis| look_ahead(session, toolchain, analysis)).transpose();
    let items = running.items()?;
    if items.is_none()
        && let Err(code) = running.finish()?
    {
        // Whatever the analysis is at, nobody wants it any more.
        return Ok(code);
    }
    if looked.is_ok()
        && let Some(analysis) = analysis
    {
        match analysis.finish_lowering() {
            Ok(lowered) => phases.lowered_ahead = lowered,
            Err(error) => looked = Err(error.into()),
        }
    }
    let (analysis, lost) = match looked {
        Ok(_) => (analysis, None),
        Err(error) => (None, Some(error)),
    };
    if let Some(analysis) = analysis
        && let Some(items) = items
    {
        phases.end("items");
        let compilation = Compilation::new(session, toolchain, scratch, items)?;
        ahead = Ahead::make(&compilation, analysis, &mut phases);
    }
    if let Some(ahead) = &ahead
        && session.cli.check != Check::On
    {
        scratch.publish(&ahead.executable, &output_path(session, CrateType::Bin))?;
        if session.cli.check == Check::Off {
            running.stop()?;
            diagnostics.warning("rustc has not checked the crate: `--check=off`");
            return ahead.finish(session, diagnostics, &phases);
        }
    }
    let checked = match running.finish()? {
        Ok(checked) => checked,
        Err(code) => return Ok(code),
    };
    phases.end("frontend");
    match lost {
        Some(error) if session.cli.frontend == Frontend::Ra => return Err(error),
        Some(error) => session.lost_analysis = Some(format!("{error:#}")),
        None => {}
    }
    let compilation = Compilation::new(session, toolchain, scratch, checked)?;
    if compilation.info.types.contains(&CrateType::ProcMacro) {
        return toolchain.compile_instead(args);
    }
    if let Some(ahead) = ahead {
        let difference = match compilation.session.cli.frontend {
            // Layouts are rustc's, whoever has lowered the bodies.
            Frontend::Ra if ahead.has_coroutines() => ahead.difference(&compilation.store()?, true)?,
            Frontend::Ra => None,
            _ => ahead.difference(&compilation.store()?, false)?,
        };
        phases.end("compare");
        match difference {
            None => {
                if compilation.session.cli.check == Check::On {
                    scratch.publish(&ahead.executable, &output_path(compilation.session, CrateType::Bin))?;
                }
                return ahead.finish(compilation.session, diagnostics, &phases);
            }
            Some(difference) if compilation.session.cli.check == Check::Background => diagnostics.warning(&format!(
                "a body does otherwise than rustc's, and the crate is compiled again with rustc's: {difference}"
            )),
            Some(_) => {}
        }
    }
    match compilation.compile(analysis, diagnostics, phases, bodies)? {
        Compiled::Done(code) => Ok(code),
        Compiled::Refused(what) => {
            session.lost_analysis = Some(what);
            compile_beside(session, args, None, diagnostics, toolchain, scratch, Bodies::OptimizedAgain)
        }
    }
}

/// What became of a crate that the front end has checked.
enum Compiled {
    /// With this exit code.
    Done(u8),
    /// Some of its bodies cannot be compiled, why, and rustc has others: those that it optimizes.
    Refused(String),
}

/// Has bodies lowered while the front end runs: of a crate that is known from before, or of what the options say the crate is,
/// which is not all where others are named.
fn look_ahead(session: &Session, toolchain: &Toolchain, analysis: &dyn Analysis) -> Result<()> {
    if !analysis.start_lowering()?
        && session.input != "-"
        && session.cli.externs.is_empty()
        && let Some(cfg) = analysis.library_cfg()
    {
        analysis.take_in(&analysis::expected(session, toolchain, cfg)?)?;
        analysis.start_lowering()?;
    }
    Ok(())
}

/// A crate of which the front end has written all or the items, and the files that belong to its compilation.
pub struct Compilation<'a> {
    pub session: &'a Session,
    toolchain: &'a Toolchain,
    pub scratch: &'a Scratch,
    info: CrateInfo,
    checked: Checked,
    /// What is opened as the store.
    files: Vec<PathBuf>,
}

impl<'a> Compilation<'a> {
    fn new(
        session: &'a mut Session,
        toolchain: &'a Toolchain,
        scratch: &'a Scratch,
        checked: Checked,
    ) -> Result<Compilation<'a>> {
        let info = CrateInfo::read(&checked.info)?;
        session.set_crate_name(&info.name);
        let files = crates::ramir_files(session, toolchain, scratch, &checked.ramir, &info)?;
        Ok(Compilation { session, toolchain, scratch, info, checked, files })
    }

    /// The crate and what it depends on.
    pub fn store(&self) -> Result<Store> {
        Ok(Store::open(&self.files)?)
    }

    /// `bodies`: which the front end's are.
    fn compile(
        &self,
        analysis: Option<&dyn Analysis>,
        diagnostics: &Diagnostics,
        mut phases: Phases,
        bodies: Bodies,
    ) -> Result<Compiled> {
        let Compilation { session, scratch, info, checked, .. } = self;
        let mut store = self.store()?;
        if let Some(analysis) = analysis {
            let on_refusal = match session.cli.frontend {
                Frontend::Ra => OnRefusal::Fail,
                _ => OnRefusal::UseExported,
            };
            self.start_analysis(analysis, &mut store, on_refusal)?;
            phases.end("analysis");
        }
        // The process ends with the compilation: freeing every interned value would only take time.
        let mut tcx = ManuallyDrop::new(Tcx::new(store, session.adapter_options()));
        phases.end("load");
        if !session.cli.oracle.is_empty() {
            let agrees = oracle::compare(&tcx, &session.cli.oracle)?;
            return Ok(Compiled::Done(u8::from(!agrees)));
        }
        if session.cli.compare_bodies {
            return Ok(Compiled::Done(u8::from(!oracle::compare_bodies(&tcx)?)));
        }
        emit_ramir(session, &tcx)?;
        if session.emits(OutputType::Metadata) && checked.metadata.exists() {
            let to = emit_path(session, OutputType::Metadata, "rmeta");
            // Who is told of the metadata reads the other file too.
            self.publish_copy(&checked.ramir, &to.with_extension("ramir"))?;
            self.publish_copy(&checked.metadata, &to)?;
            tell(session, diagnostics, &to, "metadata");
        }
        let with_code = [OutputType::Link, OutputType::Obj, OutputType::Clif];
        if session.no_codegen || !with_code.iter().any(|ty| session.emits(*ty)) {
            return Ok(Compiled::Done(0));
        }

        let mut fallback = session.lost_analysis.clone().map(Fallback::Crate);
        let mut generated = self.generate(&tcx, &mut phases);
        let refusal = match &generated {
            Ok(Ok(_)) => None,
            Ok(Err(errors)) => Some(errors.first().map_or_else(String::new, ToString::to_string)),
            Err(error) => Some(format!("{error:#}")),
        };
        match refusal {
            // Whatever is wrong, it may be rust-analyzer's, or that of bodies that are not optimized: rustc's decide.
            Some(what) if bodies == Bodies::Unoptimized => return Ok(Compiled::Refused(what)),
            Some(what) if analysis.is_some() && session.cli.frontend != Frontend::Ra => {
                fallback = Some(Fallback::Crate(what));
                tcx = ManuallyDrop::new(Tcx::new(self.store()?, session.adapter_options()));
                generated = self.generate(&tcx, &mut phases);
            }
            _ if analysis.is_some() => fallback = Some(Fallback::of(&tcx.store)),
            _ => {}
        }
        if let (Some(format), Some(fallback)) = (session.cli.report_fallback, fallback) {
            fallback.print(format)?;
        }
        let objects = match generated? {
            Ok(objects) => objects,
            Err(errors) => {
                for error in errors {
                    diagnostics.error(&error.to_string());
                    if let Some(mir) = error.mir {
                        eprintln!("{mir}");
                    }
                }
                return Ok(Compiled::Done(1));
            }
        };
        objects.warnings.iter().for_each(|warning| diagnostics.warning(warning));
        if session.emits(OutputType::Obj) {
            emit_objects(session, &objects.all(true))?;
        }
        if session.emits(OutputType::Link) {
            for &ty in &info.types {
                let made = self.link(&tcx, &objects, ty)?;
                let out = output_path(session, ty);
                if matches!(ty, CrateType::Rlib | CrateType::Dylib) {
                    self.publish_copy(&checked.ramir, &out.with_extension("ramir"))?;
                }
                scratch.publish(&made, &out)?;
                tell(session, diagnostics, &out, "link");
            }
            phases.end("link");
        }
        if session.timings {
            phases.print();
        }
        Ok(Compiled::Done(0))
    }

    /// Copies a scratch file to where others may be reading the last one.
    fn publish_copy(&self, from: &Path, to: &Path) -> Result<()> {
        let copy = self.scratch.path("copy");
        std::fs::copy(from, &copy).with_context(|| format!("cannot write `{}`", to.display()))?;
        self.scratch.publish(&copy, to)
    }

    pub fn start_analysis(&self, analysis: &dyn Analysis, store: &mut Store, on_refusal: OnRefusal) -> Result<()> {
        let input = analysis::input(self.session, self.toolchain, &self.info, self.dependencies()?)?;
        analysis
            .load_library(&LibraryInput { source: self.toolchain.library_source()?, cfg: self.info.cfg.clone() })?;
        store.set_provider(analysis.start(&input, store)?, on_refusal);
        Ok(())
    }

    /// The crates that the local one is compiled with, each after those that it depends on.
    fn dependencies(&self) -> Result<Vec<DependencyInput>> {
        let own_file = 1;
        let crates = self.info.crates.iter().zip(self.files.iter().skip(own_file)).rev();
        let dependency = |(krate, file): (&UsedCrate, &PathBuf)| {
            let is_std = self.toolchain.has(krate.source()?);
            Ok(DependencyInput {
                name: krate.name.clone(),
                stable_crate_id: krate.stable_crate_id,
                interface: (!is_std).then(|| file.clone()),
            })
        };
        crates.map(dependency).collect()
    }

    /// Collects the crate's mono items and generates their objects. Inner errors: those of single functions.
    pub fn generate(&self, tcx: &Tcx, phases: &mut Phases) -> Result<std::result::Result<Objects, Vec<FunctionError>>> {
        let Compilation { session, scratch, info, .. } = self;
        let items = mono::collect(tcx)?;
        phases.end("collect");
        let kept = KeptCode::open(session, &tcx.store);
        let code_cache = kept.as_ref().map(|kept| &kept.cache);
        let results = match codegen_units(tcx, &items, &codegen_options(session, info)?, code_cache)? {
            Ok(results) => results,
            Err(errors) => return Ok(Err(errors)),
        };
        phases.codegen_fns = results.function_count;
        phases.end("codegen");
        let mut warnings = Vec::new();
        if let Some(kept) = &kept {
            phases.reused_fns = Some(kept.cache.reused());
            // The program is none the worse for it.
            warnings.extend(kept.keep().err().map(|error| format!("machine code is not kept: {error:#}")));
            phases.end("keep");
        }
        for warning in &results.warnings {
            let at = match tcx.store.source_file(warning.span.file) {
                Some(file) if !warning.span.is_dummy() => {
                    format!("\n --> {}:{}:{}", tcx.str(file.name), warning.span.line, warning.span.col)
                }
                _ => String::new(),
            };
            warnings.push(format!("{}{at}", warning.message));
        }
        if session.emits(OutputType::Clif) {
            let text: Vec<String> = results.clif.iter().map(|(symbol, clif)| format!("; {symbol}\n{clif}")).collect();
            write_whole(&emit_path(session, OutputType::Clif, "clif"), text.join("\n").as_bytes())?;
        }
        let write = |name: &str, object: &[u8]| {
            let path = object_path(session, scratch, name);
            std::fs::write(&path, object).with_context(|| format!("cannot write `{}`", path.display()))?;
            anyhow::Ok(path)
        };
        let mut objects = Objects { own: Vec::new(), allocator: None, warnings };
        for (i, object) in results.objects.iter().enumerate() {
            objects.own.push(write(&i.to_string(), object)?);
        }
        if let Some(object) = &results.allocator_object {
            objects.allocator = Some(write("allocator", object)?);
        }
        if !results.global_asm.is_empty() {
            let object = object_path(session, scratch, "asm");
            compile_global_asm(&self.toolchain.sysroot.join("bin/rustc"), &results.global_asm, &object)?;
            objects.own.push(object);
        }
        phases.end("objects");
        Ok(Ok(objects))
    }

    /// Links an output of type `ty`; gives where it is, in the scratch directory.
    pub fn link(&self, tcx: &Tcx, objects: &Objects, ty: CrateType) -> Result<PathBuf> {
        let Compilation { session, toolchain, scratch, info, checked, .. } = self;
        let made = scratch.path("linked");
        let objects = objects.all(info.needs_allocator_shim(ty));
        match ty {
            CrateType::Bin | CrateType::Dylib | CrateType::Cdylib => {
                let input = LinkInput {
                    ty,
                    info,
                    objects: &objects,
                    native_libs: link::native_libs(session, toolchain, &tcx.store, info, ty)?,
                    metadata: &checked.metadata,
                };
                link::link(session, toolchain, scratch, &input, &made, &output_path(session, ty))?;
            }
            CrateType::Rlib => {
                let bundled = link::bundled_libs(session, &tcx.store)?;
                rlib::write_rlib(&made, &checked.metadata, &objects, &bundled)?;
            }
            CrateType::Staticlib => {
                let rlibs = info.linked(ty).filter(|(_, linkage)| *linkage == Linkage::Static);
                let rlibs: Vec<PathBuf> = rlibs.filter_map(|(krate, _)| krate.rlib.clone()).collect();
                rlib::write_staticlib(&made, &objects, &rlibs, &link::bundled_libs(session, &tcx.store)?)?;
            }
            CrateType::ProcMacro => bail!("crate type `proc-macro` cannot be linked with others"),
        }
        Ok(made)
    }
}

/// The crate's object files.
pub struct Objects {
    own: Vec<PathBuf>,
    /// The allocator's shim.
    allocator: Option<PathBuf>,
    /// What is to be told of how they were made.
    pub warnings: Vec<String>,
}

impl Objects {
    fn all(&self, with_allocator: bool) -> Vec<PathBuf> {
        let allocator = self.allocator.iter().filter(|_| with_allocator);
        self.own.iter().chain(allocator).cloned().collect()
    }
}

/// An object that the linker reads: a scratch file, or with `-C save-temps` one beside the output.
fn object_path(session: &Session, scratch: &Scratch, part: &str) -> PathBuf {
    let name = format!("{}{}.{part}.rcgu.o", session.crate_name, session.extra_filename);
    if session.save_temps { output_path(session, CrateType::Bin).with_file_name(name) } else { scratch.path(&name) }
}

fn codegen_options(session: &Session, info: &CrateInfo) -> Result<CodegenOptions> {
    let is_final = |ty: &CrateType| matches!(ty, CrateType::Bin | CrateType::Staticlib);
    let directory = std::env::current_dir().unwrap_or_default();
    Ok(CodegenOptions {
        opt_level: match session.opt_level {
            options::OptLevel::None => OptLevel::None,
            options::OptLevel::Speed => OptLevel::Speed,
            options::OptLevel::SpeedAndSize => OptLevel::SpeedAndSize,
        },
        debuginfo: session.debuginfo != DebugInfo::None,
        verifier: session.verify,
        emit_clif: session.emits(OutputType::Clif),
        units: session.codegen_units.unwrap_or_else(rayon::current_num_threads),
        is_library: !info.types.iter().all(is_final),
        sigpipe: info.sigpipe,
        allocator_shim: info.types.iter().any(|&ty| info.needs_allocator_shim(ty)),
        frame_pointers: session.force_frame_pointers,
        isa_flags: isa_flags(session)?,
        source: (session.input.clone(), directory.to_string_lossy().into_owned()),
        seeded_bug: session.seeded_bug.clone(),
    })
}

/// Cranelift's names for the CPU features that `-C target-feature` turns on. Features that Cranelift does not make use
/// of change nothing in what it generates.
fn isa_flags(session: &Session) -> Result<Vec<String>> {
    if let Some(cpu) = &session.target_cpu {
        ensure!(cpu == "x86-64", "`-C target-cpu={cpu}` is not supported: use `-C target-feature`");
    }
    let known = [
        ("sse3", "has_sse3"),
        ("ssse3", "has_ssse3"),
        ("sse4.1", "has_sse41"),
        ("sse4.2", "has_sse42"),
        ("avx", "has_avx"),
        ("avx2", "has_avx2"),
        ("fma", "has_fma"),
        ("popcnt", "has_popcnt"),
        ("bmi1", "has_bmi1"),
        ("bmi2", "has_bmi2"),
        ("lzcnt", "has_lzcnt"),
    ];
    let enabled = session.target_features.iter().filter_map(|feature| feature.strip_prefix('+'));
    Ok(enabled
        .filter_map(|feature| known.iter().find(|(name, _)| *name == feature))
        .map(|(_, flag)| (*flag).to_owned())
        .collect())
}

/// Writes the crate's ramir as text; the file that dependents read goes beside an rlib.
fn emit_ramir(session: &Session, tcx: &Tcx) -> Result<()> {
    if !session.emits(OutputType::Ramir) {
        return Ok(());
    }
    let store = &tcx.store;
    let mut names = DefTable::default();
    for krate in store.crates() {
        names.insert_loaded(store.interner(), &krate.loaded)?;
    }
    let local = ramir::text::Crate::load(&store.krate(store.local)?.loaded)?;
    let text = ramir::text::print_crate(store.interner(), &names, &local);
    write_whole(&emit_path(session, OutputType::Ramir, "ramir.txt"), text.as_bytes())
}

fn emit_dep_info(session: &Session, scratch: &Scratch, diagnostics: &Diagnostics) -> Result<()> {
    let to = emit_path(session, OutputType::DepInfo, "d");
    let mut outputs = Vec::new();
    for (ty, _) in &session.emit {
        let extension = match ty {
            OutputType::Link => {
                let types = session.cli.crate_type.iter().filter_map(|name| CrateType::named(name));
                let types: Vec<CrateType> = types.collect();
                let types = if types.is_empty() { vec![CrateType::Bin] } else { types };
                outputs.extend(types.into_iter().map(|ty| output_path(session, ty)));
                continue;
            }
            OutputType::Obj => "o",
            OutputType::Metadata => "rmeta",
            OutputType::Mir => "mir",
            OutputType::Clif => "clif",
            OutputType::Ramir => "ramir.txt",
            OutputType::DepInfo => "d",
        };
        outputs.push(emit_path(session, *ty, extension));
    }
    if let Some(rules) = dep_info::read(&scratch.path(frontend::DEP_INFO), &outputs)? {
        write_whole(&to, rules.as_bytes())?;
        tell(session, diagnostics, &to, "dep-info");
    }
    Ok(())
}

/// Tells that an output is there, if anybody wants to know.
fn tell(session: &Session, diagnostics: &Diagnostics, output: &Path, emit: &str) {
    if session.tells_artifacts {
        diagnostics.artifact(output, emit);
    }
}

/// Copies the objects out: one object keeps the crate's name, several are numbered.
fn emit_objects(session: &Session, objects: &[PathBuf]) -> Result<()> {
    let to = emit_path(session, OutputType::Obj, "o");
    for (i, object) in objects.iter().enumerate() {
        let to = if objects.len() == 1 { to.clone() } else { to.with_extension(format!("{i}.o")) };
        let bytes = std::fs::read(object).with_context(|| format!("cannot read `{}`", object.display()))?;
        write_whole(&to, &bytes)?;
    }
    Ok(())
}

/// Where an output of type `ty` goes if its option gives no path.
fn emit_path(session: &Session, ty: OutputType, extension: &str) -> PathBuf {
    if let Some((_, Some(path))) = session.emit.iter().find(|(t, _)| *t == ty) {
        return path.clone();
    }
    match &session.cli.output {
        Some(output) if session.emit.len() == 1 => output.clone(),
        Some(output) => output.with_extension(extension),
        None => {
            let name = match ty {
                OutputType::Metadata => format!("lib{}", session.crate_name),
                _ => session.file_stem.clone(),
            };
            in_out_dir(session, format!("{name}{}.{extension}", session.extra_filename))
        }
    }
}

/// Where the linked crate goes.
fn output_path(session: &Session, ty: CrateType) -> PathBuf {
    if let Some((_, Some(path))) = session.emit.iter().find(|(t, _)| *t == OutputType::Link) {
        return path.clone();
    }
    if let Some(output) = &session.cli.output {
        return output.clone();
    }
    let (name, extra) = (&session.crate_name, &session.extra_filename);
    in_out_dir(
        session,
        match ty {
            CrateType::Bin => format!("{}{extra}", session.file_stem),
            CrateType::Rlib => format!("lib{name}{extra}.rlib"),
            CrateType::Dylib | CrateType::Cdylib | CrateType::ProcMacro => format!("lib{name}{extra}.so"),
            CrateType::Staticlib => format!("lib{name}{extra}.a"),
        },
    )
}

fn in_out_dir(session: &Session, name: String) -> PathBuf {
    session.cli.out_dir.as_deref().unwrap_or(Path::new("")).join(name)
}

/// How long each phase took.
pub struct Phases {
    since: Instant,
    done: Vec<(&'static str, Duration)>,
    /// Functions that were generated, for throughput.
    pub codegen_fns: usize,
    /// The functions, shims among them, whose machine code is the last compilation's, if it is kept.
    pub reused_fns: Option<usize>,
    /// What was lowered beside the front end.
    pub lowered_ahead: Option<LoweredAhead>,
}

impl Default for Phases {
    fn default() -> Self {
        Phases { since: Instant::now(), done: Vec::new(), codegen_fns: 0, reused_fns: None, lowered_ahead: None }
    }
}

impl Phases {
    /// Ends the phase that began when the last one ended.
    pub fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        self.done.push((name, now - self.since));
        self.since = now;
    }

    pub fn print(&self) {
        let seconds = |name: &str, time: Duration| format!("\"{name}_seconds\":{:.6}", time.as_secs_f64());
        let mut parts = vec![format!("\"codegen_fns\":{}", self.codegen_fns)];
        parts.extend(self.reused_fns.map(|count| format!("\"reused_fns\":{count}")));
        parts.extend(self.done.iter().map(|(name, time)| seconds(name, *time)));
        if let Some(LoweredAhead { bodies, lowered, changed_time, time }) = self.lowered_ahead {
            parts.push(format!("\"bodies\":{bodies},\"lowered_bodies\":{lowered}"));
            parts.push(seconds("lower_changed", changed_time));
            parts.push(seconds("lower_ahead", time));
        }
        eprintln!("{{{}}}", parts.join(","));
    }
}
