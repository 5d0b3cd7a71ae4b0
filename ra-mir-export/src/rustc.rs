//! rustc's names that nearly every module uses.

pub use rustc_hir::def::DefKind;
pub use rustc_middle::mir;
pub use rustc_middle::ty::{self, Ty, TyCtxt, TypeVisitableExt};
pub use rustc_span::def_id::{CrateNum, DefId, DefIndex, LOCAL_CRATE, LocalDefId};
