//! ramir: rac's own model of monomorphization-time Rust: types, items, MIR bodies and allocations.
//!
//! Names and shapes are rustc's (`rustc_middle::ty`, `rustc_middle::mir`, `rustc_hir::def`) wherever rustc has one.
//! A crate is stored in a `.ramir` file ([`file`]): a versioned container that is mapped into memory and decoded
//! item by item ([`reader`]). Types, generic arguments, constants and names are interned ([`interner`]), so that an id
//! is a `u32`, equality is identity, and everything is `Send + Sync`.
//!
//! Invariant: this crate knows neither rustc, nor rust-analyzer, nor Cranelift. Regions are erased, except those bound
//! by a `for<..>` inside a type, which take part in a type's identity.

pub mod alloc;
pub mod file;
pub mod ids;
pub mod interface;
pub mod interner;
pub mod item;
pub mod mir;
pub mod reader;
pub mod simplify;
pub mod text;
pub mod ty;

pub use alloc::*;
pub use ids::*;
pub use interface::Interface;
pub use interner::Interner;
pub use item::*;
pub use mir::*;
pub use simplify::{SimplifiedType, simplify_type};
pub use ty::*;
