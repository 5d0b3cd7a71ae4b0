//! A function whose ABI does not let it unwind ends the process instead, and calls that cannot unwind need no cleanup.
//! Semantics: `rustc_mir_transform::abort_unwinding_calls`, `rustc_middle::ty::layout::fn_can_unwind` where panics unwind.

use super::cfg;
use super::place_ty::TypeCx;
use crate::adapter::Result;
use crate::adapter::fn_abi::abi_can_unwind;
use ramir::*;

pub fn abort_unwinding_calls(tcx: &TypeCx<'_>, def: DefId, body: &mut Body) -> Result<()> {
    let body_can_unwind = match &tcx.store.item(def)?.data {
        ItemData::Fn(f) => fn_can_unwind(tcx, Some(def), f.sig.abi)?,
        ItemData::Closure(_) => fn_can_unwind(tcx, Some(def), ExternAbi::RustCall)?,
        // Constants are evaluated, and then nothing unwinds.
        _ => return Ok(()),
    };
    for block in &mut body.blocks {
        if !body_can_unwind && matches!(block.terminator.kind, TerminatorKind::UnwindResume) {
            block.terminator.kind = TerminatorKind::UnwindTerminate(UnwindTerminateReason::Abi);
        }
        if block.is_cleanup {
            continue;
        }
        let can_unwind = match &block.terminator.kind {
            TerminatorKind::Call { func, .. } => call_can_unwind(tcx, &body.locals, func)?,
            TerminatorKind::InlineAsm(asm) => asm.options & MAY_UNWIND != 0,
            _ => true,
        };
        if let Some(unwind) = cfg::unwind_mut(&mut block.terminator.kind) {
            if !can_unwind {
                *unwind = UnwindAction::Unreachable;
            } else if !body_can_unwind && *unwind == UnwindAction::Continue {
                *unwind = UnwindAction::Terminate(UnwindTerminateReason::Abi);
            }
        }
    }
    Ok(())
}

/// In [`InlineAsm::options`].
const MAY_UNWIND: u16 = 256;

fn call_can_unwind(tcx: &TypeCx<'_>, locals: &[LocalDecl], func: &Operand) -> Result<bool> {
    match *tcx.interner.kind(tcx.operand_ty(locals, func)?) {
        TyKind::FnDef(def, _) => match &tcx.store.item(def)?.data {
            ItemData::Fn(f) => fn_can_unwind(tcx, Some(def), f.sig.abi),
            _ => Ok(true),
        },
        TyKind::FnPtr(ref sig) => fn_can_unwind(tcx, None, sig.abi),
        _ => Ok(true),
    }
}

fn fn_can_unwind(tcx: &TypeCx<'_>, def: Option<DefId>, abi: ExternAbi) -> Result<bool> {
    if let Some(def) = def {
        let attrs = match &tcx.store.item(def)?.data {
            ItemData::Fn(f) => Some(&f.attrs),
            ItemData::Closure(c) => Some(&c.attrs),
            _ => None,
        };
        if attrs.is_some_and(|attrs| attrs.never_unwind) {
            return Ok(false);
        }
    }
    Ok(abi_can_unwind(abi, true))
}
