//! `./y.sh bench`: rac beside rustc's debug build and, where it is built, cg_clif, in one run on the same programs.
//!
//! Compile times are whole processes, cold, from the source file to the executable, the compilers taking turns. Code
//! generation is what each compiler says of itself, one codegen unit on one thread, from MIR to machine code in memory:
//! rac through `RAC_TIMINGS=1`, cg_clif through rustc's self-profiler ("codegen cgu" and "compile functions").

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::cg_clif::CgClif;
use crate::context::Context;
use crate::exec::{self, Limits};

#[derive(Args)]
pub struct BenchArgs {
    /// Programs to compile, instead of those in build_system/bench
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
    let programs = if args.programs.is_empty() { own_programs(cx)? } else { args.programs.clone() };
    let compilers = compilers(cx);
    let mut rows = Vec::new();
    for program in &programs {
        rows.extend(measure(cx, program, &compilers, args.runs.max(1))?);
    }
    print_compile_table(&rows);
    print_codegen_table(&rows);
    let path = cx.root.join("target/bench.json");
    let text = serde_json::to_vec_pretty(&rows).context("cannot format the results")?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("\n{}", path.display());
    Ok(())
}

fn own_programs(cx: &Context) -> anyhow::Result<Vec<PathBuf>> {
    let directory = cx.root.join("build_system/bench");
    let mut programs = Vec::new();
    for entry in fs::read_dir(&directory).with_context(|| format!("cannot list {}", directory.display()))? {
        programs.push(entry.with_context(|| format!("cannot list {}", directory.display()))?.path());
    }
    programs.sort();
    Ok(programs)
}

fn compilers(cx: &Context) -> Vec<Compiler> {
    let rac = cx.rac();
    let rustc = cx.toolchain.sysroot.join("bin/rustc");
    let mut compilers = vec![
        Compiler { name: "rustc", command: Box::new(move || Command::new(&rustc)), codegen: None },
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
    let mut step = cx.progress.step("bench", &name);
    step.set_total((runs * compilers.len()) as u64);
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let mut compile = vec![Vec::new(); compilers.len()];
    let mut run = vec![Vec::new(); compilers.len()];
    let mut sizes = vec![0; compilers.len()];
    for _ in 0..runs {
        for (index, compiler) in compilers.iter().enumerate() {
            let executable = scratch.path().join(compiler.name);
            let mut command = (compiler.command)();
            command.arg("--edition=2024").arg(&program).arg("-o").arg(&executable).current_dir(scratch.path());
            compile[index].push(timed(cx, &mut command, compiler.name, &program)?);
            run[index].push(timed(cx, &mut Command::new(&executable), "the program of", &program)?);
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
                    command.arg("--edition=2024").arg(&program).arg("-o").arg(scratch.path().join("probe"));
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
            run: spread(&mut run[index]),
            codegen,
        });
    }
    Ok(rows)
}

fn timed(cx: &Context, command: &mut Command, what: &str, program: &Path) -> anyhow::Result<f64> {
    let limits = Limits { time: Some(Duration::from_secs(120)), ..Limits::default() };
    let finished = exec::run(command, &limits, &cx.interrupt)?;
    if !finished.outcome.success() {
        eprint!("{}", String::from_utf8_lossy(&finished.stderr));
        bail!("{what} {} ended with {}", program.display(), finished.outcome);
    }
    Ok(finished.time.as_secs_f64())
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

fn cg_clif_codegen(cx: &Context, mut command: Command, scratch: &Path) -> anyhow::Result<Codegen> {
    let directory = tempfile::tempdir_in(scratch).context("cannot make a temporary directory")?;
    let mut profile = std::ffi::OsString::from("-Zself-profile=");
    profile.push(directory.path());
    command.arg(profile).args(["-Zself-profile-events=generic-activity", "-Ccodegen-units=1"]);
    timed(cx, &mut command, "cg_clif on", directory.path())?;
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
        match &*event.label {
            "codegen cgu" | "compile functions" => codegen.seconds += seconds,
            "compile function" => codegen.functions += 1,
            _ => {}
        }
    }
    Ok(codegen)
}

fn print_compile_table(rows: &[Row]) {
    println!("\ncold compile and link, milliseconds");
    println!(
        "{:<12} {:<8} {:>8} {:>8} {:>8} {:>9} {:>10} {:>8}",
        "program", "compiler", "median", "min", "max", "of rustc", "size, KiB", "run"
    );
    for row in rows {
        let rustc = rows.iter().find(|other| other.program == row.program && other.compiler == "rustc");
        let ratio = rustc.map_or(1.0, |rustc| row.compile.median / rustc.compile.median);
        println!(
            "{:<12} {:<8} {:>8.1} {:>8.1} {:>8.1} {:>9.2} {:>10} {:>8.1}",
            row.program,
            row.compiler,
            row.compile.median * 1e3,
            row.compile.min * 1e3,
            row.compile.max * 1e3,
            ratio,
            row.executable_bytes >> 10,
            row.run.median * 1e3,
        );
    }
}

fn print_codegen_table(rows: &[Row]) {
    println!("\ncode generation alone, one thread, no debuginfo, best run");
    println!(
        "{:<12} {:<8} {:>10} {:>12} {:>12} {:>11}",
        "program", "compiler", "functions", "ms", "functions/s", "of cg_clif"
    );
    for row in rows {
        let Some(codegen) = row.codegen else { continue };
        let reference = rows
            .iter()
            .find(|other| other.program == row.program && other.compiler == "cg_clif")
            .and_then(|other| other.codegen);
        let ratio = match reference {
            Some(reference) => format!("{:.2}", codegen.per_second() / reference.per_second()),
            None => "-".to_owned(),
        };
        println!(
            "{:<12} {:<8} {:>10} {:>12.2} {:>12.0} {ratio:>11}",
            row.program,
            row.compiler,
            codegen.functions,
            codegen.seconds * 1e3,
            codegen.per_second(),
        );
    }
}
