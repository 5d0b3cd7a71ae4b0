//! The workspace's own unit tests, the build system's, and those of `rac-ra`, by cargo.
//!
//! They use the release profile, whose dependencies `./y.sh build` has compiled already.

use std::process::Command;

use super::summary::Counts;
use crate::context::Context;
use crate::exec;
use crate::rust_analyzer;

pub fn run(cx: &Context) -> anyhow::Result<Counts> {
    let mut workspace = cx.toolchain.program("cargo");
    workspace
        .current_dir(&cx.root)
        .args(["test", "--workspace", "--release", "--locked", "--no-fail-fast", "--target-dir"])
        .arg(cx.root.join("target"));
    let mut build_system = cx.toolchain.program("cargo");
    build_system
        .current_dir(cx.root.join("build_system"))
        .args(["test", "--locked", "--target-dir"])
        .arg(cx.root.join("build_system/target"));
    let mut counts = cargo_test(cx, "workspace", workspace)?;
    counts += cargo_test(cx, "build system", build_system)?;
    // Another checkout uses the same directory.
    let _lock = cx.lock_cache()?;
    counts += cargo_test(cx, "rac-ra", rust_analyzer::command(cx, "test")?)?;
    Ok(counts)
}

fn cargo_test(cx: &Context, name: &str, mut command: Command) -> anyhow::Result<Counts> {
    let step = cx.progress.step(name, "building and running its unit tests");
    let finished = exec::run(&mut command, &exec::Limits::default(), &cx.interrupt)?;
    let stdout = String::from_utf8_lossy(&finished.stdout);
    let mut counts = counts(&stdout);
    if !finished.outcome.success() {
        // A build that fails prints no count, and is one failure.
        counts.failed = counts.failed.max(1);
        print!("{stdout}");
        // What does not compile is told on stderr, after warnings that only hide it.
        let stderr = String::from_utf8_lossy(&finished.stderr);
        stderr.lines().skip_while(|line| !line.starts_with("error")).for_each(|line| eprintln!("{line}"));
    }
    step.finish(&format!("{} passed, {} failed", counts.passed, counts.failed));
    Ok(counts)
}

/// Sums libtest's `test result: ok. 12 passed; 0 failed; ...` lines.
fn counts(stdout: &str) -> Counts {
    let mut counts = Counts::default();
    for line in stdout.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        for part in line.split([';', '.']) {
            let mut words = part.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else { continue };
            match words.next() {
                Some("passed") => counts.passed += number,
                Some("failed") => counts.failed += number,
                _ => {}
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn sums_all_test_binaries() {
        let counts = counts(
            "running 3 tests\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: ok. 4 passed; 0 failed; 7 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!((counts.passed, counts.failed), (6, 1));
    }
}
