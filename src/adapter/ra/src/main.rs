//! `rac` with rust-analyzer linked in: what `rac --frontend ra` runs.

fn main() -> std::process::ExitCode {
    rac::driver::main(std::env::args(), Some(&rac_ra::RustAnalyzer))
}
