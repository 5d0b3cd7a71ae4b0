//! `ra-mir-export`: a rustc driver that writes what rustc knows of a crate as a `.ramir` file.
//!
//! The only place of the project that uses `rustc_private`. It knows nothing of rac, rust-analyzer or Cranelift.

#![feature(rustc_private)]

extern crate rustc_abi;
extern crate rustc_ast;
extern crate rustc_ast_pretty;
extern crate rustc_attr_parsing;
extern crate rustc_codegen_ssa;
extern crate rustc_data_structures;
extern crate rustc_driver;
extern crate rustc_expand;
extern crate rustc_hir;
extern crate rustc_incremental;
extern crate rustc_interface;
extern crate rustc_metadata;
extern crate rustc_middle;
extern crate rustc_mir_transform;
extern crate rustc_session;
extern crate rustc_span;
extern crate rustc_target;
extern crate rustc_trait_selection;
extern crate rustc_type_ir;

mod ahead;
mod alloc;
mod body;
mod cx;
mod driver;
mod dump;
mod incremental;
mod info;
mod interface;
mod item;
mod krate;
mod rustc;
mod ty;

use anyhow::{Context, Result, bail};
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes crates that rustc compiles, or has compiled, as .ramir files.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Export every crate of the sysroot into the directory given by --out
    #[arg(long, conflicts_with_all = ["crate_file", "rustc_args"])]
    export_sysroot: bool,
    /// Export this dependency (an rlib or rmeta) from its metadata
    #[arg(long, value_name = "PATH", conflicts_with = "rustc_args")]
    crate_file: Option<PathBuf>,
    /// Where other crates are looked for, as rustc's -L
    #[arg(short = 'L', value_name = "PATH")]
    library_path: Vec<String>,
    /// Crates that the dependency needs, as rustc's --extern
    #[arg(long = "extern", value_name = "NAME=PATH")]
    externs: Vec<String>,
    /// Print rustc's answers about the local crate, or without rustc's arguments about the sysroot, and export nothing
    #[arg(long, value_name = "KIND", conflicts_with_all = ["export_sysroot", "crate_file", "out"])]
    dump: Option<dump::Kind>,
    /// The file to write, or the directory with --export-sysroot
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write what a linker has to know of the local crate into this file
    #[arg(long, value_name = "PATH")]
    info: Option<PathBuf>,
    /// Write the crate's items into this file, and what a linker has to know beside it into one with the extension `info`, as
    /// soon as they are checked, and then a byte to standard input, which is a socket. Not of libraries, nor of crates with
    /// async closures or async generators
    #[arg(long, value_name = "PATH", requires_all = ["out", "info"])]
    ahead: Option<PathBuf>,
    /// Leave the local crate's MIR as it is before rustc optimizes it, where rustc's arguments do not say how much it is to
    #[arg(long)]
    unoptimized: bool,
    /// The toolchain whose standard library is used
    #[arg(long, value_name = "DIR")]
    sysroot: Option<PathBuf>,
    /// Name on stderr what could not be exported
    #[arg(long)]
    verbose: bool,
    /// rustc's own arguments: the local crate is compiled as far as its MIR
    #[arg(last = true)]
    rustc_args: Vec<String>,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("error: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let mut args = vec!["rustc".to_owned()];
    if let Some(sysroot) = &cli.sysroot {
        args.push("--sysroot".into());
        args.push(sysroot.to_str().context("--sysroot: the path is not UTF-8")?.into());
    }
    let job = if cli.export_sysroot {
        let Some(out) = cli.out else { bail!("--export-sysroot needs --out DIR") };
        std::fs::create_dir_all(&out).with_context(|| format!("{}", out.display()))?;
        driver::Job::Sysroot(out)
    } else if let Some(file) = cli.crate_file {
        let Some(out) = cli.out else { bail!("--crate-file needs --out FILE") };
        for path in &cli.library_path {
            args.extend(["-L".into(), path.clone()]);
        }
        for dep in &cli.externs {
            args.extend(["--extern".into(), dep.clone()]);
        }
        driver::Job::CrateFile(file, out)
    } else if let (Some(kind), []) = (cli.dump, &cli.rustc_args[..]) {
        driver::Job::DumpSysroot(kind)
    } else {
        if cli.rustc_args.is_empty() {
            bail!("nothing to do: give rustc's arguments after `--`, or --export-sysroot, or --crate-file");
        }
        args.extend(cli.rustc_args);
        match (cli.dump, cli.out) {
            (Some(kind), _) => driver::Job::Dump(kind),
            (None, Some(out)) => {
                ahead::want(cli.ahead);
                driver::Job::Local { out, info: cli.info }
            }
            (None, None) => bail!("--out FILE is missing"),
        }
    };
    driver::run(job, args, driver::Settings { verbose: cli.verbose, unoptimized: cli.unoptimized })
}
