//! rac: an ahead-of-time Rust compiler over exported MIR and Cranelift.
//!
//! Layers, each of which knows only those before it: `ramir` (a crate of its own) ← [`adapter`] ← [`mono`] ← code
//! generation (`base`, `abi`, `intrinsics`, ...) ← `driver` ← `bin/rac`.

pub mod adapter;
pub mod mono;
pub mod driver;

/// The version of the code generator library, for `-vV`.
pub const CRANELIFT_VERSION: &str = cranelift_codegen::VERSION;
