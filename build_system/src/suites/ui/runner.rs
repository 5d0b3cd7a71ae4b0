//! Compiles and runs one test: its auxiliary crates, itself, the program, and what the program wrote.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::directives::{self, Aux, AuxKind, Directives, Mode};
use super::normalize;
use super::report::{self, Outcome, TestResult};
use super::select::{Owner, Test};
use crate::context::Context;
use crate::exec::{self, Finished, Limits};
use crate::suites::{AuxCompiler, Frontend, Options};

const COMPILE_TIME: Duration = Duration::from_secs(60);
/// `threads-sendsync/mpsc_stress.rs` takes a minute on two cores, with rustc too.
const RUN_TIME: Duration = Duration::from_secs(180);
const MEMORY: u64 = 8 << 30;
/// How much of stderr the report keeps a test, in bytes.
const STDERR_KEPT: usize = 4000;

/// What is the same for all tests of a run.
pub struct Runner<'a> {
    cx: &'a Context,
    options: &'a Options<'a>,
    tree: PathBuf,
    helpers: PathBuf,
    scratch: tempfile::TempDir,
}

impl<'a> Runner<'a> {
    /// Errors: when the C library that some tests link cannot be built.
    pub fn new(cx: &'a Context, options: &'a Options<'a>, tree: PathBuf) -> anyhow::Result<Self> {
        let target = cx.root.join("target");
        fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
        let scratch = tempfile::Builder::new()
            .prefix("ui.tmp-")
            .tempdir_in(&target)
            .with_context(|| format!("cannot make a temporary directory in {}", target.display()))?;
        let runner = Runner { cx, options, helpers: scratch.path().join("helpers"), scratch, tree };
        runner.build_helpers()?;
        Ok(runner)
    }

    fn build_helpers(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.helpers).with_context(|| format!("cannot make {}", self.helpers.display()))?;
        let object = self.helpers.join("rust_test_helpers.o");
        let archive = self.helpers.join("librust_test_helpers.a");
        let mut cc = Command::new("cc");
        cc.args(["-c", "-O2", "-fPIC", "-w", "-o"]).arg(&object).arg(self.tree.join("tests/auxiliary/rust_test_helpers.c"));
        let mut ar = Command::new("ar");
        ar.arg("crs").arg(&archive).arg(&object);
        for command in [&mut cc, &mut ar] {
            let finished = exec::run(command, &Limits::default(), &self.cx.interrupt)?;
            if !finished.outcome.success() {
                bail!("cannot build rust_test_helpers: {}", String::from_utf8_lossy(&finished.stderr).trim());
            }
        }
        Ok(())
    }

    pub fn run_test(&self, test: &Test) -> anyhow::Result<TestResult> {
        let directory = tempfile::tempdir_in(self.scratch.path()).context("cannot make a test's directory")?;
        let mut attempt = Attempt {
            runner: self,
            test,
            directory: directory.path(),
            needs_dylib: false,
            result: TestResult {
                path: test.name.clone(),
                mode: test.mode,
                simple: test.is_simple(),
                outcome: Outcome::Passed,
                reason: String::new(),
                stderr: String::new(),
                compile_seconds: 0.0,
                run_seconds: 0.0,
                flaky: false,
            },
        };
        attempt.run()?;
        Ok(attempt.result)
    }
}

/// One test that is under way.
struct Attempt<'a> {
    runner: &'a Runner<'a>,
    test: &'a Test,
    directory: &'a Path,
    /// An auxiliary crate is a Rust shared library.
    needs_dylib: bool,
    result: TestResult,
}

impl Attempt<'_> {
    fn run(&mut self) -> anyhow::Result<()> {
        let mut built = BTreeSet::new();
        let Some(externs) = self.build_aux(&self.test.directives.aux, &mut built)? else { return Ok(()) };
        let executable = self.directory.join("a");
        let mut compile = Command::new(&self.runner.options.compiler);
        self.test.arguments(self.runner.cx, &self.runner.tree, self.directory, &mut compile);
        compile.arg("-L").arg(format!("native={}", self.runner.helpers.display()));
        if !built.is_empty() {
            compile.arg("-L").arg(self.aux_directory());
        }
        compile.args(externs);
        self.linkage(&self.test.directives, &mut compile);
        match self.test.mode {
            Mode::BuildPass => compile.arg("--out-dir").arg(self.directory),
            _ => compile.arg("-o").arg(&executable),
        };
        self.frontend(&mut compile);
        let compiled = self.compile(compile)?;
        if !self.succeeded(&compiled, "") || self.test.mode == Mode::BuildPass {
            return Ok(());
        }
        let mut run = self.run_command(&executable);
        let limits = Limits { time: Some(RUN_TIME), memory: Some(MEMORY), ..Limits::default() };
        let ran = exec::run(run.current_dir(self.directory), &limits, &self.runner.cx.interrupt)?;
        self.result.run_seconds = ran.time.as_secs_f64();
        self.judge(&ran)
    }

    fn aux_directory(&self) -> PathBuf {
        self.directory.join("auxiliary")
    }

    /// Builds auxiliary crates and what they need themselves. The result is the `--extern` arguments for who needs them;
    /// `None`: one does not compile.
    fn build_aux(&mut self, wanted: &[Aux], built: &mut BTreeSet<String>) -> anyhow::Result<Option<Vec<String>>> {
        let mut externs = Vec::new();
        for aux in wanted {
            if built.insert(aux.file.clone()) && !self.build_one_aux(aux, built)? {
                return Ok(None);
            }
            let stem = Path::new(&aux.file).file_stem().unwrap_or_default().to_string_lossy().replace('-', "_");
            let name = match &aux.kind {
                AuxKind::Crate(name) => name,
                AuxKind::ProcMacro => &stem,
                AuxKind::Build | AuxKind::Bin => continue,
            };
            let in_aux = |file: String| self.aux_directory().join(file);
            let rlib = in_aux(format!("lib{stem}.rlib"));
            let library = if rlib.exists() { rlib } else { in_aux(format!("lib{stem}.so")) };
            externs.extend(["--extern".to_owned(), format!("{name}={}", library.display())]);
        }
        Ok(Some(externs))
    }

    fn build_one_aux(&mut self, aux: &Aux, built: &mut BTreeSet<String>) -> anyhow::Result<bool> {
        let source = self.test.path.with_file_name("auxiliary").join(&aux.file);
        let text = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let text = String::from_utf8_lossy(&text);
        let directives = directives::parse_aux(&text, self.test.revision.as_deref())
            .with_context(|| format!("in {}", source.display()))?;
        let Some(externs) = self.build_aux(&directives.aux, built)? else { return Ok(false) };
        let options = self.runner.options;
        let own = options.args.aux != AuxCompiler::Rustc;
        let rustc = self.runner.cx.toolchain.sysroot.join("bin/rustc");
        let mut compile = Command::new(if own { &options.compiler } else { &rustc });
        if own {
            self.frontend(&mut compile);
        } else {
            // rac has these names only, and instantiates what it finds MIR of.
            compile.args(["-Csymbol-mangling-version=v0", "-Zalways-encode-mir"]);
        }
        let owner = Owner {
            cx: self.runner.cx,
            tree: &self.runner.tree,
            build: self.directory,
            revision: self.test.revision.as_deref(),
            revisions: &self.test.revisions,
        };
        owner.arguments(&source, &directives, &mut compile);
        let mut out = self.aux_directory();
        compile.arg("-L").arg(&out).arg("-L").arg(format!("native={}", self.runner.helpers.display()));
        match aux.kind {
            AuxKind::Bin => {
                out.push("bin");
                compile.args(["--crate-type", "bin"]);
            }
            AuxKind::ProcMacro => drop(compile.args(["--crate-type", "proc-macro", "--extern", "proc_macro"])),
            // The source itself says what it is.
            AuxKind::Build | AuxKind::Crate(_) if directives.no_prefer_dynamic => {}
            AuxKind::Build | AuxKind::Crate(_) => {
                let shared = options.args.aux == AuxCompiler::RacDylib || is_dylib(&text);
                let ty = if shared { "dylib" } else { "rlib" };
                compile.args(["--crate-type", ty]);
            }
        }
        self.needs_dylib |= matches!(aux.kind, AuxKind::Build | AuxKind::Crate(_)) && is_dylib(&text);
        self.linkage(&directives, &mut compile);
        fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
        compile.args(externs).arg("--out-dir").arg(&out);
        let compiled = self.compile(compile)?;
        Ok(self.succeeded(&compiled, &format!("auxiliary/{}: ", aux.file)))
    }

    /// compiletest prefers shared libraries. Here that is so only where they are what is asked for.
    fn linkage(&self, directives: &Directives, command: &mut Command) {
        let wanted = self.runner.options.args.aux == AuxCompiler::RacDylib || self.needs_dylib;
        if wanted && !directives.no_prefer_dynamic {
            command.args(["-C", "prefer-dynamic"]);
        }
    }

    /// What rac is told besides of each crate.
    fn frontend(&self, command: &mut Command) {
        let Options { args, frontend, .. } = self.runner.options;
        if *frontend != Frontend::Rustc {
            command.args(["--frontend", frontend.name()]);
        }
        command.args(&args.rac_args).env("RAC_VERIFY", "1");
    }

    fn compile(&mut self, mut command: Command) -> anyhow::Result<Finished> {
        let limits = Limits { time: Some(COMPILE_TIME), memory: Some(MEMORY), ..Limits::default() };
        let finished = exec::run(command.current_dir(self.directory), &limits, &self.runner.cx.interrupt)?;
        self.result.compile_seconds += finished.time.as_secs_f64();
        Ok(finished)
    }

    /// Whether it compiled; `what` begins the reason if not.
    fn succeeded(&mut self, compiled: &Finished, what: &str) -> bool {
        if compiled.outcome.success() {
            return true;
        }
        let outcome = match compiled.outcome {
            exec::Outcome::Exit(101) | exec::Outcome::Signal(_) => Outcome::CompileCrash,
            exec::Outcome::Exit(_) => Outcome::CompileError,
            exec::Outcome::Timeout => Outcome::CompileTimeout,
        };
        self.fail(outcome, compiled);
        self.result.reason.insert_str(0, what);
        false
    }

    fn run_command(&self, executable: &Path) -> Command {
        let directives = &self.test.directives;
        let mut command = Command::new(executable);
        let libraries = format!("{}:{}", self.aux_directory().display(), self.runner.cx.toolchain.target_lib().display());
        command
            .args(&directives.run_flags)
            .env("LD_LIBRARY_PATH", libraries)
            .env("RUST_TEST_TMPDIR", self.directory)
            .env_remove("RUST_BACKTRACE")
            .envs(directives.exec_env.iter().map(|(name, value)| (name, value)));
        for name in &directives.unset_exec_env {
            command.env_remove(name);
        }
        command
    }

    /// Compares how the program ended, and what it wrote, with what the test asks for.
    fn judge(&mut self, ran: &Finished) -> anyhow::Result<()> {
        let mode = self.test.mode;
        let as_wanted = match ran.outcome {
            exec::Outcome::Timeout => false,
            exec::Outcome::Exit(0) => matches!(mode, Mode::RunPass | Mode::BuildPass),
            exec::Outcome::Exit(1..128) => matches!(mode, Mode::RunFail | Mode::RunFailOrCrash),
            exec::Outcome::Exit(_) | exec::Outcome::Signal(_) => matches!(mode, Mode::RunCrash | Mode::RunFailOrCrash),
        };
        if !as_wanted {
            let outcome = match ran.outcome {
                exec::Outcome::Exit(_) => Outcome::RunError,
                exec::Outcome::Signal(_) => Outcome::RunCrash,
                exec::Outcome::Timeout => Outcome::RunTimeout,
            };
            self.fail(outcome, ran);
            if mode != Mode::RunPass {
                self.result.reason = format!("{} in a {} test", ran.outcome, mode.name());
            }
            return Ok(());
        }
        if let (Some(wanted), Mode::RunFail) = (self.test.directives.failure_status, mode)
            && ran.outcome != exec::Outcome::Exit(wanted)
        {
            self.fail(Outcome::RunError, ran);
            self.result.reason = format!("{}, expected {wanted}", ran.outcome);
            return Ok(());
        }
        self.check_patterns(ran);
        if self.test.directives.check_run_results && self.result.outcome == Outcome::Passed {
            self.check_output(ran)?;
        }
        Ok(())
    }

    fn check_patterns(&mut self, ran: &Finished) {
        let directives = &self.test.directives;
        let mut text = String::from_utf8_lossy(&ran.stderr).into_owned();
        if directives.check_stdout {
            text.insert_str(0, &String::from_utf8_lossy(&ran.stdout));
        }
        let missing = directives.error_patterns.iter().find(|pattern| !text.contains(pattern.as_str()));
        let unmatched = || directives.regex_error_patterns.iter().find(|pattern| !pattern.is_match(&text));
        let reason = if let Some(pattern) = missing {
            format!("`{pattern}` was not written")
        } else if let Some(pattern) = unmatched() {
            format!("nothing matches `{pattern}`")
        } else if let Some(pattern) = directives.forbid_output.iter().find(|pattern| text.contains(pattern.as_str())) {
            format!("`{pattern}` was written")
        } else {
            return;
        };
        self.fail(Outcome::WrongOutput, ran);
        self.result.reason = reason;
    }

    fn check_output(&mut self, ran: &Finished) -> anyhow::Result<()> {
        let test = self.test;
        let directives = &test.directives;
        let source_directory = test.path.parent().context("a test has no directory")?;
        for (stream, output, custom) in [
            ("stdout", &ran.stdout, &directives.normalize_stdout),
            ("stderr", &ran.stderr, &directives.normalize_stderr),
        ] {
            let of_revision = test.revision.as_ref().map(|rev| test.path.with_extension(format!("{rev}.run.{stream}")));
            let common = test.path.with_extension(format!("run.{stream}"));
            // No file stands for no output.
            let expected = of_revision
                .and_then(|path| fs::read_to_string(path).ok())
                .or_else(|| fs::read_to_string(common).ok())
                .unwrap_or_default();
            let actual = normalize::normalize(output, source_directory, self.directory, custom);
            if !normalize::same(&actual, &expected, directives.compare_output_by_lines) {
                let line = actual.lines().zip(expected.lines()).find(|(actual, expected)| actual != expected);
                let (actual_line, expected_line) =
                    line.unwrap_or((actual.lines().last().unwrap_or_default(), expected.lines().last().unwrap_or_default()));
                self.result.outcome = Outcome::WrongOutput;
                self.result.reason = format!("{stream} has `{actual_line}`, expected `{expected_line}`");
                self.result.stderr = tail(&actual);
                return Ok(());
            }
        }
        Ok(())
    }

    fn fail(&mut self, outcome: Outcome, finished: &Finished) {
        let stderr = String::from_utf8_lossy(&finished.stderr);
        let result = &mut self.result;
        result.outcome = outcome;
        result.reason = report::first_reason(&stderr);
        if result.reason.is_empty() || matches!(finished.outcome, exec::Outcome::Signal(_)) {
            result.reason = format!("{} {}", finished.outcome, result.reason).trim_end().to_owned();
        }
        result.stderr = tail(&stderr);
    }
}

fn is_dylib(source: &str) -> bool {
    source.lines().any(|line| line.starts_with("#![crate_type") && line.contains("\"dylib\""))
}

fn tail(text: &str) -> String {
    let mut start = text.len().saturating_sub(STDERR_KEPT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].to_owned()
}
