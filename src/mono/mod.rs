//! What the program needs: the collector, what of a body an instance can reach, and the division into units.
//!
//! Knows neither Cranelift nor where a body came from. Semantics: `rustc_monomorphize`.

pub mod collector;
pub mod local;
pub mod partitioning;
pub mod place;
pub mod reachable;
#[cfg(test)]
mod tests;

pub use collector::{CollectError, MonoItems, collect};
pub use partitioning::{CodegenUnit, partition};
