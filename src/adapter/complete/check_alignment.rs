//! A raw pointer that is read, written or borrowed through has to be aligned. Semantics: `rustc_mir_transform::check_alignment`.

use super::check_pointers::{BorrowOfPart, address, check_pointers};
use super::ub_checks::CheckCx;
use crate::adapter::Result;
use ramir::*;

pub fn check_alignment(cx: &CheckCx<'_>, body: &mut Body) -> Result<()> {
    let common = &cx.tcx.common;
    let (bool, usize) = (common.bool, common.usize);
    // A reference to a part need only be aligned for the part.
    check_pointers(cx, body, &[bool, common.i8, common.u8], BorrowOfPart::Part, |insertion, used| {
        let found = address(insertion, used.pointer);
        let required = cx.const_of_ty("mem_align_const", used.pointee, insertion.source_info.span)?;
        let (zero, one) = (insertion.usize(0), insertion.usize(1));
        let mask = insertion.binary(usize, BinOp::Sub, required.clone(), one);
        let bits = insertion.binary(usize, BinOp::BitAnd, found.clone(), mask);
        let is_ok = insertion.binary(bool, BinOp::Eq, bits, zero);
        Ok((is_ok, AssertKind::MisalignedPointerDereference { required, found }))
    })
}
