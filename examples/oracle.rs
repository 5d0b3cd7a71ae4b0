//! `oracle KIND EXPECTED RAMIR..`: compares rac's answers with rustc's, which `ra-mir-export --dump KIND` wrote to the
//! file `EXPECTED`, over the given crates, the local one first. Prints each difference; fails if there is one.

use anyhow::{Context, Result, bail};
use rac::adapter::{Options, PanicStrategy, Tcx, store::Store};
use rac::oracle::{Kind, Oracle};
use std::path::PathBuf;

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let (Some(kind), Some(expected)) = (args.next(), args.next()) else {
        bail!("usage: oracle KIND EXPECTED RAMIR..");
    };
    let kind: Kind = kind.to_string_lossy().parse().map_err(anyhow::Error::msg)?;
    let expected_path = PathBuf::from(expected);
    let expected =
        std::fs::read_to_string(&expected_path).with_context(|| format!("cannot read {}", expected_path.display()))?;
    let files: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let options =
        Options { overflow_checks: true, ub_checks: true, panic: PanicStrategy::Unwind, share_generics: true };
    let tcx = Tcx::new(Store::open(&files)?, options);
    let oracle = Oracle::new(&tcx)?;
    let differences = oracle.compare(kind, &expected);
    for difference in &differences {
        println!("- {}\n+ {}", difference.expected, difference.found);
    }
    let lines = expected.lines().count();
    if differences.is_empty() {
        println!("{lines} equal");
        Ok(())
    } else {
        bail!("{} of {lines} differ", differences.len())
    }
}
