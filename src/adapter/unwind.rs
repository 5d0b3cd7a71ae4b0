//! Where control goes when a step of a drop unwinds; for all who build drops (`rustc_mir_transform::elaborate_drop::Unwind`).

use super::error::Result;
use ramir::{BasicBlock, UnwindAction, UnwindTerminateReason};

#[derive(Clone, Copy)]
pub(super) enum Unwind {
    To(BasicBlock),
    /// The step itself runs while unwinding.
    InCleanup,
}

impl Unwind {
    pub(super) fn is_cleanup(self) -> bool {
        matches!(self, Unwind::InCleanup)
    }

    pub(super) fn action(self) -> UnwindAction {
        match self {
            Unwind::To(block) => UnwindAction::Cleanup(block),
            Unwind::InCleanup => UnwindAction::Terminate(UnwindTerminateReason::InCleanup),
        }
    }

    /// The same with another block, where there is one.
    pub(super) fn try_map(self, f: impl FnOnce(BasicBlock) -> Result<BasicBlock>) -> Result<Unwind> {
        Ok(match self {
            Unwind::To(block) => Unwind::To(f(block)?),
            Unwind::InCleanup => Unwind::InCleanup,
        })
    }
}
