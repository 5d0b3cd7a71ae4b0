//! rac: an ahead-of-time Rust compiler over exported MIR and Cranelift.
//!
//! Layers, each of which knows only those before it: `ramir` (a crate of its own) ← [`adapter`] ← [`mono`] ← code
//! generation (`base`, `abi`, `intrinsics`, ...) ← `driver` ← `bin/rac`.

pub mod adapter;
pub mod driver;
pub mod mono;
pub mod oracle;

mod abi;
mod allocator;
mod analyze;
mod base;
mod cast;
mod code_cache;
mod codegen_f16_f128;
mod codegen_i128;
mod common;
mod compiled;
mod constant;
mod debuginfo;
mod discriminant;
mod global_asm;
mod inline_asm;
mod intrinsics;
mod linkage;
mod main_shim;
mod num;
mod object_writer;
mod pointer;
mod pretty_clif;
mod rvalue;
mod seeded_bug;
#[cfg(test)]
mod tests;
mod units;
mod unsize;
mod value_and_place;
mod vtable;

pub use base::FunctionError;
pub use code_cache::CodeCache;
pub use common::{CodegenCx, CodegenOptions, OptLevel, Warning};
pub use seeded_bug::{BugKind, SeededBug};
pub use units::{CodegenResults, build_isa, codegen_units};

/// The version of the code generator library, for `-vV`.
pub const CRANELIFT_VERSION: &str = cranelift_codegen::VERSION;

/// What every file of the code generator uses.
mod prelude {
    pub(crate) use crate::adapter::fn_abi::{ArgAbi, CanonAbi, FnAbi, PassMode};
    pub(crate) use crate::adapter::{Instance, InstanceKind, TyAndLayout, TyCtxt};
    pub(crate) use crate::common::*;
    pub(crate) use crate::compiled::*;
    pub(crate) use crate::pointer::Pointer;
    pub(crate) use crate::value_and_place::{CPlace, CValue};
    pub(crate) use cranelift_codegen::Context;
    pub(crate) use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
    pub(crate) use cranelift_codegen::ir::{
        AbiParam, Block, FuncRef, Function, GlobalValue, Inst, InstBuilder, MemFlagsData as MemFlags, SigRef, Signature,
        SourceLoc, StackSlot, StackSlotData, StackSlotKind, TrapCode, Type, Value, types,
    };
    pub(crate) use cranelift_codegen::isa::CallConv;
    pub(crate) use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
    pub(crate) use ramir::*;
    pub(crate) use rustc_abi::{Align, BackendRepr, FieldsShape, Primitive, Scalar, Size, Variants};
    pub(crate) use rustc_hash::{FxHashMap, FxHashSet};
    pub(crate) use smallvec::{SmallVec, smallvec};
}
