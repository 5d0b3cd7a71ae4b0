//! The `rac` executable.

fn main() -> std::process::ExitCode {
    rac::driver::main(std::env::args(), None)
}
