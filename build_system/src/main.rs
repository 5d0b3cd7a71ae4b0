//! The build system behind `./y.sh`: its command line, and which step follows which.
//!
//! It must not know the compiler's internals: it starts `rac`, `ra-mir-export`, cargo and rustc as programs.

mod bench;
mod bisect;
mod build;
mod cargo;
mod cg_clif;
mod context;
mod disk;
mod exec;
mod exporter;
mod interrupt;
mod links;
mod patch;
mod progress;
mod random;
mod rust_analyzer;
mod rustc_dev;
mod sources;
mod suites;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::context::Context;

#[derive(Parser)]
#[command(name = "./y.sh", bin_name = "./y.sh", about = "Builds, tests and measures rac", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make what depends only on the toolchain: the compiler crates, ra-mir-export and std's MIR
    Prepare {
        #[command(flatten)]
        sources: SourceArgs,
        /// Build rustc_codegen_cranelift too, for `bench`
        #[arg(long)]
        cg_clif: bool,
    },
    /// Do all of `prepare`, then build rac and assemble dist/
    Build(SourceArgs),
    /// Run the test suites that config.txt selects
    Test(suites::TestArgs),
    /// Remove what this checkout built
    Clean {
        /// Remove the cache of this toolchain too
        #[arg(long)]
        cache: bool,
    },
    /// Find the function whose code from rac makes a program behave unlike the reference compiler's
    Bisect(bisect::BisectArgs),
    /// Show rac's code of a program's functions beside the reference compiler's
    Diff(bisect::DiffArgs),
    /// Compile random programs with rac and rustc, and compare what they do
    Random(random::RandomArgs),
    /// Compare rac's speed with rustc's, side by side
    Bench(bench::BenchArgs),
    /// Open a rust-analyzer crate's patches as a git repository, or write its commits back
    Patch(patch::PatchArgs),
}

#[derive(Args)]
pub struct SourceArgs {
    /// rustc's sources: a directory or a .tar.xz, instead of searching for them
    #[arg(long, value_name = "DIR|ARCHIVE", env = "RAC_RUST_SRC")]
    rust_src: Option<PathBuf>,
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let cx = Context::discover()?;
    match cli.command {
        Command::Prepare { sources, cg_clif } => {
            let _lock = cx.lock_checkout()?;
            if cg_clif {
                cg_clif::ensure(&cx, sources.rust_src.as_deref())?;
            }
            build::prepare(&cx, sources.rust_src.as_deref())?;
        }
        Command::Build(args) => {
            let _lock = cx.lock_checkout()?;
            build::build(&cx, args.rust_src.as_deref())?;
        }
        Command::Test(args) => return suites::run(&cx, &args),
        Command::Clean { cache } => {
            let _lock = cx.lock_checkout()?;
            build::clean(&cx, cache)?;
        }
        Command::Bisect(args) => bisect::bisect(&cx, &args)?,
        Command::Diff(args) => bisect::diff(&cx, &args)?,
        Command::Random(args) => random::run(&cx, &args)?,
        Command::Bench(args) => bench::run(&cx, &args)?,
        Command::Patch(args) => patch::run(&cx, &args)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    // What is tested and measured must not depend on a process that is running or not.
    // SAFETY: nothing has started a thread yet.
    unsafe { std::env::set_var("RAC_FRONTEND", "rustc") };
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) if error.is::<interrupt::Interrupted>() => {
            eprintln!("interrupted; the next run carries on from here");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
