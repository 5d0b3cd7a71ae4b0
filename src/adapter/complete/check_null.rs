//! A raw pointer that is borrowed through must not be null, nor one that is read or written through, unless what it points to
//! has no size. Semantics: `rustc_mir_transform::check_null`.

use super::check_pointers::{BorrowOfPart, address, check_pointers};
use super::ub_checks::CheckCx;
use crate::adapter::Result;
use ramir::*;

pub fn check_null(cx: &CheckCx<'_>, body: &mut Body) -> Result<()> {
    let bool = cx.tcx.common.bool;
    check_pointers(cx, body, &[], BorrowOfPart::Pointee, |insertion, used| {
        let address = address(insertion, used.pointer);
        let zero = insertion.usize(0);
        let matters = if used.is_borrow {
            insertion.bool(true)
        } else {
            let size = cx.const_of_ty("mem_size_const", used.pointee, insertion.source_info.span)?;
            insertion.binary(bool, BinOp::Ne, size, zero.clone())
        };
        let is_null = insertion.binary(bool, BinOp::Eq, address, zero);
        let fails = insertion.binary(bool, BinOp::BitAnd, is_null, matters);
        let is_ok = insertion.temp(bool, Rvalue::UnaryOp(UnOp::Not, fails));
        Ok((is_ok, AssertKind::NullPointerDereference))
    })
}
