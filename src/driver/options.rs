//! rac's options: rustc's command line as far as it applies, and what follows from it for one compilation.
//! Semantics: the rustc book, "Command-line Arguments" and "Codegen Options".

use crate::adapter;
use crate::{BugKind, SeededBug};
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{ArgAction, Parser, ValueEnum};
use std::path::{Path, PathBuf};

/// The one target that rac compiles for, which is also its host.
pub const TARGET: &str = "x86_64-unknown-linux-gnu";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Where the bodies of the crate being compiled come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Frontend {
    /// As `mixed` if rust-analyzer's process is running, else as `rustc`; so too with `--cap-lints`, as for others' crates.
    #[default]
    Auto,
    /// rustc's MIR.
    Rustc,
    /// rust-analyzer's MIR. What it cannot lower is an error.
    Ra,
    /// rust-analyzer's MIR, and rustc's of what rust-analyzer cannot lower.
    Mixed,
}

/// What becomes of rustc's check of the crate where code is generated from rust-analyzer's bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Check {
    /// It runs beside code generation, and what it finds decides.
    #[default]
    On,
    /// As `on`, but the executable is there before the check is done.
    Background,
    /// The check is left out, unless bodies of rustc's are needed.
    Off,
}

/// How the bodies are listed that `--frontend mixed` took from rustc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A line a body.
    Text,
    /// An object a body, one a line.
    Json,
}

/// A Rust compiler: rustc's front end, Cranelift's code.
#[derive(Parser, Debug)]
#[command(name = "rac", disable_version_flag = true, disable_help_subcommand = true, args_override_self = true)]
pub struct Cli {
    /// The crate's root file, or `-` for standard input.
    pub input: Option<String>,
    /// Configure the compilation environment.
    #[arg(long, value_name = "SPEC")]
    pub cfg: Vec<String>,
    /// Provide the set of expected `--cfg`s.
    #[arg(long, value_name = "SPEC")]
    pub check_cfg: Vec<String>,
    /// Add a directory to the library search path: `[KIND=]PATH`.
    #[arg(short = 'L', value_name = "[KIND=]PATH")]
    pub library_path: Vec<String>,
    /// Link to a native library: `[KIND[:MODIFIERS]=]NAME[:RENAME]`.
    #[arg(short = 'l', value_name = "[KIND=]NAME")]
    pub link_lib: Vec<String>,
    /// The type of crate to make: bin, lib, rlib, dylib, cdylib, staticlib or proc-macro.
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub crate_type: Vec<String>,
    /// The name of the crate being built.
    #[arg(long, value_name = "NAME")]
    pub crate_name: Option<String>,
    /// The edition of the crate.
    #[arg(long, value_name = "EDITION")]
    pub edition: Option<String>,
    /// What to write: link, obj, metadata, dep-info, mir, clif or ramir, each with an optional `=PATH`.
    #[arg(long, value_name = "TYPE[=PATH]", value_delimiter = ',')]
    pub emit: Vec<String>,
    /// Compiler information to print.
    #[arg(long, value_name = "INFO[=FILE]", value_delimiter = ',')]
    pub print: Vec<String>,
    /// Equivalent to `-C debuginfo=2`.
    #[arg(short = 'g')]
    pub debug: bool,
    /// Equivalent to `-C opt-level=3`.
    #[arg(short = 'O')]
    pub optimize: bool,
    /// Write the output to this file.
    #[arg(short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the output into this directory.
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// Explain an error.
    #[arg(long, value_name = "CODE")]
    pub explain: Option<String>,
    /// Build a test harness.
    #[arg(long)]
    pub test: bool,
    /// The target triple to compile for.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Allow a lint.
    #[arg(short = 'A', long, value_name = "LINT")]
    pub allow: Vec<String>,
    /// Warn about a lint.
    #[arg(short = 'W', long, value_name = "LINT")]
    pub warn: Vec<String>,
    /// Warn about a lint even where it is allowed.
    #[arg(long, value_name = "LINT")]
    pub force_warn: Vec<String>,
    /// Deny a lint.
    #[arg(short = 'D', long, value_name = "LINT")]
    pub deny: Vec<String>,
    /// Forbid a lint.
    #[arg(short = 'F', long, value_name = "LINT")]
    pub forbid: Vec<String>,
    /// The most restrictive lint level.
    #[arg(long, value_name = "LEVEL")]
    pub cap_lints: Option<String>,
    /// Set a code generation option.
    #[arg(short = 'C', long = "codegen", value_name = "OPT[=VALUE]")]
    pub codegen: Vec<String>,
    /// Set an unstable option.
    #[arg(short = 'Z', value_name = "FLAG")]
    pub unstable: Vec<String>,
    /// Print version information.
    #[arg(short = 'V', long)]
    pub version: bool,
    /// Use verbose output.
    #[arg(short = 'v', long)]
    pub verbose: bool,
    /// Where to find another crate: `NAME[=PATH]`.
    #[arg(long = "extern", value_name = "NAME[=PATH]")]
    pub externs: Vec<String>,
    /// Override the system root.
    #[arg(long, value_name = "PATH")]
    pub sysroot: Option<PathBuf>,
    /// How errors are shown: human, short or json.
    #[arg(long, value_name = "FORMAT")]
    pub error_format: Option<String>,
    /// What JSON messages contain.
    #[arg(long, value_name = "CONFIG")]
    pub json: Vec<String>,
    /// When to colour messages.
    #[arg(long, value_enum, default_value_t)]
    pub color: Color,
    /// The width of the terminal.
    #[arg(long, value_name = "WIDTH")]
    pub diagnostic_width: Option<String>,
    /// Remap source names: `FROM=TO`.
    #[arg(long, value_name = "FROM=TO")]
    pub remap_path_prefix: Vec<String>,
    /// Where remapped names are used.
    #[arg(long, value_name = "SCOPE")]
    pub remap_path_scope: Vec<String>,
    /// Where the bodies of the crate come from.
    #[arg(long, value_enum, default_value_t, env = "RAC_FRONTEND")]
    pub frontend: Frontend,
    /// What becomes of rustc's check of an executable's crate where its bodies come from rust-analyzer.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, hide_default_value = true)]
    pub check: Check,
    /// List on standard error the bodies that rust-analyzer could not lower, each with the reason.
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub report_fallback: Option<ReportFormat>,
    /// Compare rac's answers with rustc's, as `ra-mir-export --dump KIND` printed them, and compile nothing: layouts,
    /// type-ids, consts, abis, vtables or symbols.
    #[arg(long, value_name = "KIND=FILE", hide = true)]
    pub oracle: Vec<String>,
    /// Compare what rust-analyzer's bodies do with what rustc's do, print what differs, and compile nothing.
    #[arg(long, hide = true)]
    pub compare_bodies: bool,
    /// Miscompile one kind of operation in the functions whose symbol contains TEXT, to test how bugs are found.
    #[arg(long, value_name = "KIND=TEXT", hide = true)]
    pub seed_bug: Option<String>,
    /// Set an environment variable for `env!`.
    #[arg(long = "env-set", value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub env_set: Vec<String>,
}

/// A kind of output file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputType {
    Link,
    Obj,
    Metadata,
    Mir,
    Clif,
    Ramir,
    DepInfo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrateType {
    Bin,
    Rlib,
    Dylib,
    Cdylib,
    Staticlib,
    ProcMacro,
}

impl CrateType {
    pub fn named(name: &str) -> Option<CrateType> {
        Some(match name {
            "bin" => CrateType::Bin,
            "lib" | "rlib" => CrateType::Rlib,
            "dylib" => CrateType::Dylib,
            "cdylib" => CrateType::Cdylib,
            "staticlib" => CrateType::Staticlib,
            "proc-macro" => CrateType::ProcMacro,
            _ => return None,
        })
    }

    /// It is linked to a shared library.
    pub fn is_shared(self) -> bool {
        matches!(self, CrateType::Dylib | CrateType::Cdylib)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strip {
    None,
    Debuginfo,
    Symbols,
}

/// The `--print` request that [`Session::prints_link_args`] tells.
pub const LINK_ARGS: &str = "link-args";

/// One compilation: the options, checked, with rustc's defaults filled in.
#[derive(Debug)]
pub struct Session {
    pub cli: Cli,
    pub input: String,
    pub crate_name: String,
    /// What files are named after that have no `lib` before their name.
    pub file_stem: String,
    pub emit: Vec<(OutputType, Option<PathBuf>)>,
    pub panic: adapter::PanicStrategy,
    pub opt_level: OptLevel,
    pub debuginfo: DebugInfo,
    pub overflow_checks: bool,
    pub debug_assertions: bool,
    pub linker: Option<PathBuf>,
    pub link_native_libraries: bool,
    /// An executable exports what a library would.
    pub export_executable_symbols: bool,
    pub default_linker_libraries: bool,
    /// The front end prints something else and compiles nothing.
    pub unpretty: bool,
    /// Nothing but metadata is wanted.
    pub no_codegen: bool,
    pub link_args: Vec<String>,
    pub extra_filename: String,
    pub rpath: bool,
    pub strip: Strip,
    pub codegen_units: Option<usize>,
    pub target_cpu: Option<String>,
    pub target_features: Vec<String>,
    pub save_temps: bool,
    pub force_frame_pointers: bool,
    /// The crate is going to be compiled again: where what is known of it is kept.
    pub incremental: Option<PathBuf>,
    pub seeded_bug: Option<SeededBug>,
    /// What `--json` asks of the front end.
    json: Vec<String>,
    /// Each output is told of on standard error when it is there.
    pub tells_artifacts: bool,
    /// Print how long each phase took, as one line of JSON on standard error.
    pub timings: bool,
    /// Run Cranelift's verifier over every function.
    pub verify: bool,
    /// Why rust-analyzer, which was to be asked, could not be.
    pub lost_analysis: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptLevel {
    None,
    Speed,
    SpeedAndSize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum DebugInfo {
    None,
    LineTables,
    Full,
}

impl Session {
    /// Checks the options. What rac cannot do is an error that names it.
    pub fn new(cli: Cli) -> Result<Session> {
        let input = cli.input.clone().context("no input filename given")?;
        if let Some(target) = &cli.target {
            ensure!(target == TARGET, "target `{target}` is not supported: rac compiles for `{TARGET}` only");
        }
        check_crate_types(&cli)?;
        if cli.check != Check::On && cli.frontend == Frontend::Rustc {
            bail!("`--check` is for bodies that come from rust-analyzer: `--frontend ra`, `mixed` or `auto`");
        }
        let file_stem = match &cli.crate_name {
            Some(name) => name.clone(),
            None if input == "-" => "rust_out".to_owned(),
            None => Path::new(&input).file_stem().context("the input file has no name")?.to_string_lossy().into_owned(),
        };
        let (artifacts, json) = json(&cli);
        let mut session = Session {
            emit: emit(&cli)?,
            input,
            crate_name: file_stem.replace('-', "_"),
            file_stem,
            panic: adapter::PanicStrategy::Unwind,
            opt_level: if cli.optimize { OptLevel::Speed } else { OptLevel::None },
            debuginfo: if cli.debug { DebugInfo::Full } else { DebugInfo::None },
            overflow_checks: true,
            debug_assertions: true,
            linker: None,
            link_native_libraries: true,
            export_executable_symbols: false,
            default_linker_libraries: false,
            unpretty: false,
            no_codegen: false,
            link_args: Vec::new(),
            extra_filename: String::new(),
            rpath: false,
            strip: Strip::None,
            codegen_units: None,
            target_cpu: None,
            target_features: Vec::new(),
            save_temps: false,
            force_frame_pointers: false,
            incremental: None,
            json,
            tells_artifacts: artifacts,
            seeded_bug: cli.seed_bug.as_deref().map(seeded_bug).transpose()?,
            timings: std::env::var_os("RAC_TIMINGS").is_some_and(|v| v != "0"),
            verify: cfg!(debug_assertions) || std::env::var_os("RAC_VERIFY").is_some_and(|v| v != "0"),
            lost_analysis: None,
            cli,
        };
        let (mut overflow_checks, mut debug_assertions) = (None, None);
        for option in session.cli.codegen.clone() {
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name.replace('_', "-"), Some(value.to_owned())),
                None => (option.replace('_', "-"), None),
            };
            session.set_codegen(&name, value, &mut overflow_checks, &mut debug_assertions)?;
        }
        for option in &session.cli.unstable {
            match option.replace('_', "-").as_str() {
                "force-overflow-checks" | "force-overflow-checks=yes" => overflow_checks = Some(true),
                "force-overflow-checks=no" => overflow_checks = Some(false),
                "link-native-libraries=no" => session.link_native_libraries = false,
                "export-executable-symbols" | "export-executable-symbols=yes" => {
                    session.export_executable_symbols = true
                }
                "no-codegen" => session.no_codegen = true,
                option if option.starts_with("unpretty=") => session.unpretty = true,
                _ => {}
            }
        }
        // Others' crates, whose lints cargo caps, are compiled once: nobody waits for them between two edits.
        if session.cli.frontend == Frontend::Auto && session.cli.cap_lints.is_some() {
            session.cli.frontend = Frontend::Rustc;
        }
        session.debug_assertions = debug_assertions.unwrap_or(session.opt_level == OptLevel::None);
        session.overflow_checks = overflow_checks.unwrap_or(session.debug_assertions);
        Ok(session)
    }

    /// Takes over the name that the front end found, which may stand in the source.
    pub fn set_crate_name(&mut self, name: &str) {
        if self.crate_name != name {
            self.crate_name = name.to_owned();
            self.file_stem = name.to_owned();
        }
    }

    fn set_codegen(
        &mut self,
        name: &str,
        value: Option<String>,
        overflow_checks: &mut Option<bool>,
        debug_assertions: &mut Option<bool>,
    ) -> Result<()> {
        let text = value.as_deref().unwrap_or("");
        let required =
            || value.clone().with_context(|| format!("codegen option `{name}` requires a value (-C {name}=..)"));
        let flag = || parse_bool(name, value.as_deref());
        match name {
            "opt-level" => {
                self.opt_level = match required()?.as_str() {
                    "0" => OptLevel::None,
                    "1" | "2" | "3" => OptLevel::Speed,
                    "s" | "z" => OptLevel::SpeedAndSize,
                    other => bail!("incorrect value `{other}` for codegen option `opt-level`"),
                }
            }
            "debuginfo" => {
                self.debuginfo = match required()?.as_str() {
                    "0" | "none" => DebugInfo::None,
                    "line-directives-only" | "line-tables-only" | "1" | "limited" => DebugInfo::LineTables,
                    "2" | "full" => DebugInfo::Full,
                    other => bail!("incorrect value `{other}` for codegen option `debuginfo`"),
                }
            }
            "panic" => {
                self.panic = match required()?.as_str() {
                    "unwind" => adapter::PanicStrategy::Unwind,
                    "abort" => adapter::PanicStrategy::Abort,
                    other => bail!("incorrect value `{other}` for codegen option `panic`"),
                }
            }
            "overflow-checks" => *overflow_checks = Some(flag()?),
            "debug-assertions" => *debug_assertions = Some(flag()?),
            "rpath" => self.rpath = flag()?,
            "save-temps" => self.save_temps = flag()?,
            "force-frame-pointers" => {
                self.force_frame_pointers = matches!(text, "always" | "non-leaf") || flag().unwrap_or(false);
            }
            "incremental" => self.incremental = Some(required()?.into()),
            "linker" => self.linker = Some(required()?.into()),
            "link-arg" => self.link_args.push(required()?),
            "link-args" => self.link_args.extend(required()?.split_whitespace().map(str::to_owned)),
            "extra-filename" => self.extra_filename = required()?,
            "codegen-units" => {
                self.codegen_units = Some(text.parse().with_context(|| format!("codegen option `{name}`: `{text}`"))?)
            }
            "target-cpu" => self.target_cpu = Some(required()?),
            "target-feature" => self.target_features.extend(required()?.split(',').map(str::to_owned)),
            "strip" => {
                self.strip = match required()?.as_str() {
                    "none" => Strip::None,
                    "debuginfo" => Strip::Debuginfo,
                    "symbols" => Strip::Symbols,
                    other => bail!("incorrect value `{other}` for codegen option `strip`"),
                }
            }
            "relocation-model" => {
                ensure!(matches!(text, "pic" | "pie"), "codegen option `relocation-model={text}` is not supported")
            }
            "code-model" => ensure!(text == "small", "codegen option `code-model={text}` is not supported"),
            "default-linker-libraries" => self.default_linker_libraries = flag()?,
            "profile-generate" | "profile-use" | "instrument-coverage"
                if !matches!(text, "no" | "n" | "off" | "false") =>
            {
                bail!("codegen option `{name}` is not supported: it needs LLVM")
            }
            // The front end checks the names and values of the rest, which ask for speed at most: what rac generates is
            // the same with and without them.
            _ => {}
        }
        Ok(())
    }

    /// What the adapter's queries depend on.
    pub fn adapter_options(&self) -> adapter::Options {
        adapter::Options {
            overflow_checks: self.overflow_checks,
            ub_checks: self.debug_assertions,
            panic: self.panic,
            share_generics: self.opt_level != OptLevel::Speed,
        }
    }

    /// `--print link-args`: unlike other requests, it does not keep the crate from being compiled.
    pub fn prints_link_args(&self) -> bool {
        self.cli.print.iter().any(|what| what == LINK_ARGS)
    }

    pub fn emits(&self, what: OutputType) -> bool {
        self.emit.iter().any(|(ty, _)| *ty == what)
    }

    /// The options that rustc's front end gets: everything but where outputs go and what only rac knows.
    pub fn frontend_args(&self) -> Vec<String> {
        let cli = &self.cli;
        let mut args = vec![self.input.clone()];
        let mut many = |name: &str, values: &[String]| {
            for value in values {
                args.push(name.to_owned());
                args.push(value.clone());
            }
        };
        many("--cfg", &cli.cfg);
        many("--check-cfg", &cli.check_cfg);
        many("-L", &cli.library_path);
        many("-l", &cli.link_lib);
        many("--allow", &cli.allow);
        many("--warn", &cli.warn);
        many("--force-warn", &cli.force_warn);
        many("--deny", &cli.deny);
        many("--forbid", &cli.forbid);
        many("-C", &cli.codegen);
        many("-Z", &cli.unstable);
        many("--extern", &cli.externs);
        many("--json", &self.json);
        many("--remap-path-prefix", &cli.remap_path_prefix);
        many("--remap-path-scope", &cli.remap_path_scope);
        many("--env-set", &cli.env_set);
        let mut one = |name: &str, value: &Option<String>| args.extend(value.as_ref().map(|v| format!("{name}={v}")));
        one("--crate-name", &cli.crate_name);
        one("--edition", &cli.edition);
        one("--cap-lints", &cli.cap_lints);
        one("--error-format", &cli.error_format);
        one("--diagnostic-width", &cli.diagnostic_width);
        for ty in &cli.crate_type {
            args.push(format!("--crate-type={ty}"));
        }
        for (set, option) in [(cli.debug, "-g"), (cli.optimize, "-O"), (cli.test, "--test"), (cli.verbose, "-v")] {
            if set {
                args.push(option.to_owned());
            }
        }
        args
    }
}

fn seeded_bug(spec: &str) -> Result<SeededBug> {
    let (kind, symbol) = spec.split_once('=').with_context(|| format!("`--seed-bug {spec}`: expected KIND=TEXT"))?;
    let kind = BugKind::from_str(kind, false).map_err(|_| anyhow!("`--seed-bug {spec}`: no such kind of bug"))?;
    Ok(SeededBug { kind, symbol: symbol.to_owned() })
}

fn parse_bool(name: &str, value: Option<&str>) -> Result<bool> {
    match value {
        None | Some("y" | "yes" | "on" | "true") => Ok(true),
        Some("n" | "no" | "off" | "false") => Ok(false),
        Some(other) => bail!("incorrect value `{other}` for codegen option `{name}`"),
    }
}

/// Whether `--json` has artifacts told of, and what else it says. The front end would tell of files that are not the outputs.
fn json(cli: &Cli) -> (bool, Vec<String>) {
    let parts = || cli.json.iter().flat_map(|config| config.split(','));
    let others = parts().filter(|part| *part != "artifacts").map(str::to_owned);
    (parts().any(|part| part == "artifacts"), others.collect())
}

fn check_crate_types(cli: &Cli) -> Result<()> {
    for ty in &cli.crate_type {
        match CrateType::named(ty) {
            Some(_) => {}
            None if ty == "sdylib" => bail!("crate type `{ty}` is not supported"),
            None => bail!("unknown crate type: `{ty}`"),
        }
    }
    Ok(())
}

fn emit(cli: &Cli) -> Result<Vec<(OutputType, Option<PathBuf>)>> {
    let mut emit = Vec::new();
    for spec in &cli.emit {
        let (name, path) = match spec.split_once('=') {
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (spec.as_str(), None),
        };
        let ty = match name {
            "link" => OutputType::Link,
            "obj" => OutputType::Obj,
            "metadata" => OutputType::Metadata,
            "clif" => OutputType::Clif,
            "ramir" => OutputType::Ramir,
            "dep-info" => OutputType::DepInfo,
            "mir" => OutputType::Mir,
            "llvm-ir" | "llvm-bc" | "asm" | "thin-link-bitcode" => {
                bail!("`--emit {name}` is not supported")
            }
            other => bail!("unknown emission type: `{other}`"),
        };
        emit.push((ty, path));
    }
    if emit.is_empty() {
        emit.push((OutputType::Link, None));
    }
    Ok(emit)
}

/// The arguments without those that only rac knows.
pub fn rustc_args(args: &[String]) -> Vec<&String> {
    let mut rest = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.split_once('=').map_or(arg.as_str(), |(name, _)| name) {
            // Its value may be an argument of its own.
            "--frontend" | "--check" => drop((!arg.contains('=')).then(|| args.next())),
            "--report-fallback" | "--compare-bodies" => {}
            _ => rest.push(arg),
        }
    }
    rest
}

/// Replaces each `@FILE` argument by the lines of that file, as rustc does.
pub fn expand_argfiles(args: impl Iterator<Item = String>) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for arg in args {
        match arg.strip_prefix('@') {
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).with_context(|| format!("failed to load argument file `{path}`"))?;
                out.extend(text.lines().map(str::to_owned));
            }
            None => out.push(arg),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn session(args: &[&str]) -> Result<Session> {
        let cli = Cli::try_parse_from([&["rac"], args].concat())?;
        Session::new(cli)
    }

    #[test]
    fn checks_follow_the_optimization_level() {
        let checks = |args: &[&str]| {
            let s = session(args).unwrap();
            (s.overflow_checks, s.debug_assertions)
        };
        assert_eq!(checks(&["a.rs"]), (true, true));
        assert_eq!(checks(&["a.rs", "-O"]), (false, false));
        assert_eq!(checks(&["a.rs", "-O", "-C", "debug-assertions"]), (true, true));
        assert_eq!(checks(&["a.rs", "-Coverflow-checks=no"]), (false, true));
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let errors: Vec<String> = [
            &["a.rs", "--target", "wasm32-wasip1"][..],
            &["a.rs", "--emit", "llvm-ir"],
            &["a.rs", "--crate-type", "sdylib"],
            &["a.rs", "-Cprofile-use=x"],
            &["a.rs", "-Copt-level=7"],
            &[],
        ]
        .iter()
        .map(|args| session(args).unwrap_err().to_string())
        .collect();
        expect![[r#"
            target `wasm32-wasip1` is not supported: rac compiles for `x86_64-unknown-linux-gnu` only
            `--emit llvm-ir` is not supported
            crate type `sdylib` is not supported
            codegen option `profile-use` is not supported: it needs LLVM
            incorrect value `7` for codegen option `opt-level`
            no input filename given"#]]
        .assert_eq(&errors.join("\n"));
    }

    #[test]
    fn rustc_gets_nothing_that_only_rac_knows() {
        let args =
            ["a.rs", "--frontend", "mixed", "-O", "--report-fallback=json", "--check=off", "--frontend=ra", "--test"];
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        assert_eq!(rustc_args(&args), ["a.rs", "-O", "--test"]);
    }

    #[test]
    fn the_front_end_gets_its_own_options_only() {
        let s =
            session(&["my-prog.rs", "-o", "x", "--edition=2024", "-Copt-level=1", "--emit=clif,link", "--cfg", "a"]);
        expect![[r#"my-prog.rs --cfg a -C opt-level=1 --edition=2024"#]]
            .assert_eq(&s.unwrap().frontend_args().join(" "));
    }

    #[test]
    fn artifacts_are_told_by_rac() {
        let s =
            session(&["a.rs", "--error-format=json", "--json=artifacts,future-incompat", "--json=artifacts"]).unwrap();
        assert!(s.tells_artifacts);
        expect![[r#"a.rs --json future-incompat --error-format=json"#]].assert_eq(&s.frontend_args().join(" "));
    }
}
