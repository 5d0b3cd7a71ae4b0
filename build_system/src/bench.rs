//! `./y.sh bench`: rac beside rustc's debug build and, where it is built, cg_clif, in one run on the same programs.
//!
//! Compile times are whole processes, cold, from the source file to the executable, the compilers taking turns. Code
//! generation is what each compiler says of itself, one codegen unit on one thread, from MIR to machine code in memory:
//! rac through `RAC_TIMINGS=1`, cg_clif ("codegen cgu", "compile functions") and LLVM ("codegen_module", LLVM's own passes)
//! through rustc's self-profiler. Peak memory is that of the largest process.
//!
//! The programs: those in `build_system/bench`, a dozen of rustc's tests/ui, and three long ones from the generator of
//! random programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use wait4::Wait4;

use crate::cg_clif::CgClif;
use crate::context::Context;
use crate::exec::{self, Limits};
use crate::random;
use crate::rustc_dev::write_if_changed;

#[derive(Args)]
pub struct BenchArgs {
    /// Programs to compile, instead of the usual ones
    #[arg(value_name = "FILE")]
    programs: Vec<PathBuf>,
    /// Runs of each compiler on each program
    #[arg(long, value_name = "N", default_value_t = 11)]
    runs: usize,
}

/// A line of the table.
#[derive(Serialize)]
struct Row {
    program: String,
    compiler: &'static str,
    compile: Spread,
    executable_bytes: u64,
    /// Of the compilation, in KiB.
    peak_memory: u64,
    run: Spread,
    codegen: Option<Codegen>,
}

/// Seconds.
#[derive(Serialize, Clone, Copy)]
struct Spread {
    median: f64,
    min: f64,
    max: f64,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
struct Codegen {
    #[serde(alias = "codegen_fns")]
    functions: u64,
    #[serde(alias = "codegen_seconds")]
    seconds: f64,
}

impl Codegen {
    fn per_second(self) -> f64 {
        self.functions as f64 / self.seconds
    }
}

struct Compiler {
    name: &'static str,
    command: Box<dyn Fn() -> Command>,
    /// One more compilation, which tells the time of code generation alone.
    codegen: Option<CodegenProbe>,
}

type CodegenProbe = fn(&Context, Command, &Path) -> anyhow::Result<Codegen>;

pub fn run(cx: &Context, args: &BenchArgs) -> anyhow::Result<()> {
    if !cx.rac().is_file() {
        bail!("there is no dist/bin/rac: run `./y.sh build` first");
    }
    let programs = if args.programs.is_empty() { usual_programs(cx)? } else { args.programs.clone() };
    let compilers = compilers(cx);
    let mut rows = Vec::new();
    for program in &programs {
        rows.extend(measure(cx, program, &compilers, args.runs.max(1))?);
    }
    print_compile_table(&rows);
    print_codegen_table(&rows);
    print_means(&rows);
    let path = cx.root.join("target/bench.json");
    let text = serde_json::to_vec_pretty(&rows).context("cannot format the results")?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("\n{}", path.display());
    Ok(())
}

/// Some of tests/ui with more than a few lines, of different kinds.
const UI_PROGRAMS: [&str; 12] = [
    "array-slice-vec/vec-matching.rs",
    "binop/augmented-assignment.rs",
    "borrowck/borrowck-field-sensitivity-rpass.rs",
    "cast/supported-cast.rs",
    "deriving/issue-58319.rs",
    "drop/dropck_legal_cycles.rs",
    "drop/issue-23338-ensure-param-drop-order.rs",
    "macros/macro-first-set.rs",
    "match/overeager-sub-match-pruning-13027.rs",
    "std/issue-3563-3.rs",
    "structs-enums/align-struct.rs",
    "traits/trait-upcasting/struct.rs",
];

/// Seeds and numbers of functions of the generated programs.
const GENERATED: [(u64, usize); 3] = [(1, 150), (2, 200), (3, 250)];

fn usual_programs(cx: &Context) -> anyhow::Result<Vec<PathBuf>> {
    let directory = cx.root.join("build_system/bench");
    let mut programs = Vec::new();
    for entry in fs::read_dir(&directory).with_context(|| format!("cannot list {}", directory.display()))? {
        programs.push(entry.with_context(|| format!("cannot list {}", directory.display()))?.path());
    }
    programs.sort();
    let ui = cx.cache.join("src/tests/ui");
    programs.extend(UI_PROGRAMS.iter().map(|path| ui.join(path)).filter(|path| path.is_file()));
    let generated = cx.root.join("target/bench");
    for (seed, functions) in GENERATED {
        let path = generated.join(format!("generated_{seed}.rs"));
        write_if_changed(&path, &random::long_program(seed, functions))?;
        programs.push(path);
    }
    Ok(programs)
}

fn compilers(cx: &Context) -> Vec<Compiler> {
    let rac = cx.rac();
    let rustc = cx.toolchain.sysroot.join("bin/rustc");
    let mut compilers = vec![
        Compiler {
            name: "rustc",
            command: Box::new(move || {
                let mut command = Command::new(&rustc);
                // For the self-profiler.
                command.env("RUSTC_BOOTSTRAP", "1");
                command
            }),
            codegen: Some(llvm_codegen),
        },
        Compiler { name: "rac", command: Box::new(move || Command::new(&rac)), codegen: Some(rac_codegen) },
    ];
    match CgClif::find(cx) {
        Some(cg_clif) => {
            let sysroot_command = cg_clif.command(cx);
            let command = move || clone_command(&sysroot_command);
            compilers.push(Compiler { name: "cg_clif", command: Box::new(command), codegen: Some(cg_clif_codegen) });
        }
        None => cx.progress.note("without cg_clif: `./y.sh prepare --cg-clif` builds it"),
    }
    compilers
}

fn clone_command(command: &Command) -> Command {
    let mut clone = Command::new(command.get_program());
    clone.args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            clone.env(name, value);
        }
    }
    clone
}

fn measure(cx: &Context, program: &Path, compilers: &[Compiler], runs: usize) -> anyhow::Result<Vec<Row>> {
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let program = std::path::absolute(program).with_context(|| format!("bad path {}", program.display()))?;
    let edition = edition(&program)?;
    let mut step = cx.progress.step("bench", &name);
    step.set_total((runs * compilers.len()) as u64);
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let mut compile = vec![Vec::new(); compilers.len()];
    let mut run = vec![Vec::new(); compilers.len()];
    let mut sizes = vec![0; compilers.len()];
    let mut peaks = vec![0; compilers.len()];
    for _ in 0..runs {
        for (index, compiler) in compilers.iter().enumerate() {
            let executable = scratch.path().join(compiler.name);
            let mut command = (compiler.command)();
            command.args(&edition).arg("-Awarnings").arg(&program).arg("-o").arg(&executable).current_dir(scratch.path());
            let (seconds, peak) = timed(cx, &mut command, compiler.name, &program)?;
            compile[index].push(seconds);
            peaks[index] = peak.max(peaks[index]);
            let (seconds, _) = timed(cx, &mut Command::new(&executable), "the program of", &program)?;
            run[index].push(seconds);
            sizes[index] = executable.metadata().map_or(0, |metadata| metadata.len());
            step.inc(&format!("{name} by {}", compiler.name));
        }
    }
    let mut rows = Vec::new();
    for (index, compiler) in compilers.iter().enumerate() {
        let codegen = match compiler.codegen {
            None => None,
            Some(probe) => {
                let mut best: Option<Codegen> = None;
                for _ in 0..runs.min(5) {
                    let mut command = (compiler.command)();
                    command.args(&edition).arg("-Awarnings").arg(&program).arg("-o").arg(scratch.path().join("probe"));
                    command.current_dir(scratch.path());
                    let codegen = probe(cx, command, scratch.path())?;
                    if best.is_none_or(|best| codegen.seconds < best.seconds) {
                        best = Some(codegen);
                    }
                }
                best
            }
        };
        rows.push(Row {
            program: name.clone(),
            compiler: compiler.name,
            compile: spread(&mut compile[index]),
            executable_bytes: sizes[index],
            peak_memory: peaks[index],
            run: spread(&mut run[index]),
            codegen,
        });
    }
    Ok(rows)
}

/// The edition that a program of tests/ui asks for, and 2024 for others.
fn edition(program: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(program).with_context(|| format!("cannot read {}", program.display()))?;
    let directives: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("//@")).map(str::trim).collect();
    if directives.is_empty() {
        return Ok(vec!["--edition=2024".to_owned()]);
    }
    let edition = directives.iter().find_map(|line| line.strip_prefix("edition:")).map(str::trim).unwrap_or("2015");
    // Of a range, its first.
    Ok(vec![format!("--edition={}", edition.split("..").next().unwrap_or(edition))])
}

/// Seconds, and the peak memory in KiB.
fn timed(cx: &Context, command: &mut Command, what: &str, program: &Path) -> anyhow::Result<(f64, u64)> {
    cx.interrupt.check()?;
    let started = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {what} {}", program.display()))?;
    let usage = child.wait4().context("cannot wait for a child")?;
    let seconds = started.elapsed().as_secs_f64();
    cx.interrupt.check()?;
    if !usage.status.success() {
        bail!("{what} {} ended with {}", program.display(), usage.status);
    }
    Ok((seconds, usage.rusage.maxrss / 1024))
}

fn spread(values: &mut [f64]) -> Spread {
    values.sort_by(f64::total_cmp);
    Spread { median: values[values.len() / 2], min: values[0], max: values[values.len() - 1] }
}

fn rac_codegen(cx: &Context, mut command: Command, _scratch: &Path) -> anyhow::Result<Codegen> {
    command.env("RAC_TIMINGS", "1").env("RAYON_NUM_THREADS", "1");
    let finished = exec::run(&mut command, &Limits::default(), &cx.interrupt)?;
    let stderr = String::from_utf8_lossy(&finished.stderr);
    let line =
        stderr.lines().find(|line| line.starts_with('{')).context("rac prints no timings under RAC_TIMINGS=1")?;
    serde_json::from_str(line).context("rac's timings cannot be read")
}

fn cg_clif_codegen(cx: &Context, command: Command, scratch: &Path) -> anyhow::Result<Codegen> {
    profiled(cx, command, scratch, &["codegen cgu", "compile functions"])
}

fn llvm_codegen(cx: &Context, command: Command, scratch: &Path) -> anyhow::Result<Codegen> {
    profiled(cx, command, scratch, &["codegen_module", "LLVM_module_optimize", "LLVM_module_codegen"])
}

/// What rustc's self-profiler says of the activities `labels`; it counts functions only for cg_clif.
fn profiled(cx: &Context, mut command: Command, scratch: &Path, labels: &[&str]) -> anyhow::Result<Codegen> {
    let directory = tempfile::tempdir_in(scratch).context("cannot make a temporary directory")?;
    let mut profile = std::ffi::OsString::from("-Zself-profile=");
    profile.push(directory.path());
    command.arg(profile).args(["-Zself-profile-events=generic-activity", "-Ccodegen-units=1"]);
    timed(cx, &mut command, "rustc's profiler in", directory.path())?;
    let file = fs::read_dir(directory.path())
        .context("cannot list the profile")?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "mm_profdata"))
        .context("rustc wrote no profile")?;
    let data = analyzeme::ProfilingData::new(&file.with_extension(""))
        .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", file.display()))?;
    let mut codegen = Codegen { functions: 0, seconds: 0.0 };
    for event in data.iter_full() {
        let seconds = event.duration().unwrap_or_default().as_secs_f64();
        if labels.contains(&&*event.label) {
            codegen.seconds += seconds;
        } else if event.label == "compile function" {
            codegen.functions += 1;
        }
    }
    Ok(codegen)
}

fn print_compile_table(rows: &[Row]) {
    println!("\ncold compile and link, milliseconds");
    println!(
        "{:<24} {:<8} {:>8} {:>8} {:>8} {:>9} {:>10} {:>8} {:>8}",
        "program", "compiler", "median", "min", "max", "of rustc", "size, KiB", "run", "MiB"
    );
    for row in rows {
        let rustc = rows.iter().find(|other| other.program == row.program && other.compiler == "rustc");
        let ratio = rustc.map_or(1.0, |rustc| row.compile.median / rustc.compile.median);
        println!(
            "{:<24} {:<8} {:>8.1} {:>8.1} {:>8.1} {:>9.2} {:>10} {:>8.1} {:>8}",
            shortened(&row.program),
            row.compiler,
            row.compile.median * 1e3,
            row.compile.min * 1e3,
            row.compile.max * 1e3,
            ratio,
            row.executable_bytes >> 10,
            row.run.median * 1e3,
            row.peak_memory >> 10,
        );
    }
}

/// A name that fits its column.
fn shortened(name: &str) -> &str {
    name.char_indices().nth(24).map_or(name, |(end, _)| &name[..end])
}

/// How rac's figure relates to another compiler's over all programs: the geometric mean of the ratios.
fn print_means(rows: &[Row]) {
    println!("\nrac in relation to the others, geometric mean over all programs");
    println!("{:<10} {:>12} {:>12} {:>12} {:>14}", "", "compile time", "run time", "memory", "functions/s");
    for other in ["rustc", "cg_clif"] {
        let mean = |figure: &dyn Fn(&Row) -> Option<f64>| {
            let ratios: Vec<f64> = rows
                .iter()
                .filter(|row| row.compiler == "rac")
                .filter_map(|row| {
                    let reference = rows.iter().find(|r| r.program == row.program && r.compiler == other)?;
                    Some((figure(row)? / figure(reference)?).ln())
                })
                .filter(|ratio| ratio.is_finite())
                .collect();
            match ratios.len() {
                0 => "-".to_owned(),
                count => format!("{:.2}", (ratios.iter().sum::<f64>() / count as f64).exp()),
            }
        };
        println!(
            "{other:<10} {:>12} {:>12} {:>12} {:>14}",
            mean(&|row| Some(row.compile.median)),
            mean(&|row| Some(row.run.median)),
            mean(&|row| Some(row.peak_memory as f64)),
            mean(&|row| row.codegen.filter(|codegen| codegen.functions > 0).map(Codegen::per_second)),
        );
    }
}

fn print_codegen_table(rows: &[Row]) {
    println!("\ncode generation alone, one thread, no debuginfo, best run");
    println!(
        "{:<24} {:<8} {:>10} {:>12} {:>12} {:>11}",
        "program", "compiler", "functions", "ms", "functions/s", "of cg_clif"
    );
    for row in rows {
        let Some(codegen) = row.codegen else { continue };
        let reference = rows
            .iter()
            .find(|other| other.program == row.program && other.compiler == "cg_clif")
            .and_then(|other| other.codegen);
        let ratio = match reference {
            // LLVM's profile counts no functions; they are the same ones.
            Some(reference) if codegen.functions == 0 => format!("{:.2}", reference.seconds / codegen.seconds),
            Some(reference) => format!("{:.2}", codegen.per_second() / reference.per_second()),
            None => "-".to_owned(),
        };
        println!(
            "{:<24} {:<8} {:>10} {:>12.2} {:>12.0} {ratio:>11}",
            shortened(&row.program),
            row.compiler,
            codegen.functions,
            codegen.seconds * 1e3,
            codegen.per_second(),
        );
    }
}
