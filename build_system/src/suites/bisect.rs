//! Bugs that rac puts in on purpose, and whether `./y.sh bisect` finds the function of each.
//!
//! The reference is the toolchain's own rustc, which is always there.

use std::path::PathBuf;

use clap::Parser as _;

use super::Options;
use super::summary::{Counts, in_parallel};
use crate::bisect::{self, BisectArgs};
use crate::context::Context;

const PROGRAM: &str = "build_system/bisect/seeded.rs";

/// A kind of bug, as `rac --seed-bug` calls it, what the symbol of the function has in it that gets it, and the same of the
/// function that is to be found.
const BUGS: [(&str, &str, &str); 10] = [
    ("integer", "wrong_integer", "wrong_integer"),
    ("float", "wrong_float", "wrong_float"),
    ("abi", "wrong_abi", "wrong_abi"),
    ("drop", "wrong_drop", "wrong_drop"),
    ("unsize", "wrong_unsize", "wrong_unsize"),
    ("discriminant", "wrong_discriminant", "wrong_discriminant"),
    ("atomics", "fetch_add", "fetch_add"),
    ("unwinding", "wrong_unwinding", "wrong_unwinding"),
    ("constant", "wrong_constant", "wrong_constant"),
    // LLVM always inlines `count_ones`, so that the smallest part that can be exchanged is its caller.
    ("intrinsic", "count_ones", "uses_intrinsic"),
];

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: BisectArgs,
}

pub fn run(cx: &Context, options: &Options<'_>) -> anyhow::Result<Counts> {
    let mut step = cx.progress.step("bisect", "finding seeded bugs");
    step.set_total(BUGS.len() as u64);
    let results = in_parallel(
        &BUGS,
        options.jobs,
        |&(kind, symbol, _)| {
            let out: PathBuf = cx.root.join("target/bisect-test").join(kind);
            let mut words = vec!["bisect".to_owned(), cx.root.join(PROGRAM).display().to_string()];
            words.extend(["--reference=llvm", "--arg=--edition=2021"].map(str::to_owned));
            words.push(format!("--rac={}", options.compiler.display()));
            words.push(format!("--rac-arg=--seed-bug={kind}={symbol}"));
            words.push(format!("--out={}", out.display()));
            Ok(bisect::find(cx, &Line::try_parse_from(words)?.args).map(|found| found.symbol))
        },
        |&(kind, ..), _| step.inc(kind),
    )?;
    drop(step);
    let mut counts = Counts::default();
    for ((kind, _, expected), result) in BUGS.iter().zip(results) {
        let failure = match result {
            Ok(found) if found.contains(expected) => None,
            Ok(found) => Some(format!("found {found}, not {expected}")),
            Err(error) => Some(format!("{error:#}")),
        };
        counts += Counts { passed: usize::from(failure.is_none()), failed: usize::from(failure.is_some()) };
        println!("{kind:<14} {}", failure.map_or("ok".to_owned(), |failure| format!("FAILED: {failure}")));
    }
    Ok(counts)
}
