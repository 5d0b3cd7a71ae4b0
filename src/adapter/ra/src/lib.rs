//! rust-analyzer as a front end: its database, its MIR, and the way from there to ramir.
//!
//! The only package that names a `ra_ap_*` crate. It gives `rac::adapter` complete bodies and knows nothing behind it.

mod bodies;
mod captures;
mod dependencies;
mod files;
mod identity;
mod items;
mod library;
mod lower;
mod macros;
mod nested;
mod patterns;
mod proc_macros;
mod provider;
mod spans;
mod ty;
mod unknown;
mod worker;

pub use provider::RustAnalyzer;
