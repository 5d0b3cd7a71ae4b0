//! `rac` with rust-analyzer linked in: what compiles for `rac --frontend ra`, once or as the resident process.

use rac_ra::RustAnalyzer;
use std::process::ExitCode;

/// glibc's grows the memory of each thread but the first a page at a time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let analysis = RustAnalyzer::default();
    match rac::driver::serve(std::env::args(), &analysis) {
        Some(code) => code,
        None => rac::driver::main(std::env::args(), Some(&analysis)),
    }
}
