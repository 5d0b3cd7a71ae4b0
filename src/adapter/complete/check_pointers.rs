//! Finds where a statement reads, writes or borrows through a raw pointer to what is sized, for the passes that check such
//! pointers. Semantics: `rustc_mir_transform::check_pointers`.
//!
//! Terminators are not looked at: rustc's MIR, and a provider's too, puts what goes into a call into temporaries first.

use super::move_paths::rvalue_operands;
use super::ub_checks::{CheckCx, Insertion, assert, split_block};
use crate::adapter::Result;
use ramir::*;
use smallvec::SmallVec;

/// A pointer that a statement goes through.
pub struct PointerUse {
    pub pointer: Local,
    /// The type that the pointer has to be good for.
    pub pointee: Ty,
    pub is_borrow: bool,
}

/// Of what a borrow of a part, `&(*p).field`, takes the type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BorrowOfPart {
    /// Of the part.
    Part,
    /// Of what the pointer points to.
    Pointee,
}

/// Puts before each statement, for each pointer that it goes through, what `check` makes, which says whether the pointer is
/// good and what is reported if it is not. Pointers to `excluded` types, and to arrays of them, are not checked.
pub fn check_pointers(
    cx: &CheckCx<'_>,
    body: &mut Body,
    excluded: &[Ty],
    borrow_of_part: BorrowOfPart,
    check: impl Fn(&mut Insertion<'_>, &PointerUse) -> Result<(Operand, AssertKind)>,
) -> Result<()> {
    // What is split off goes to the end, so that backwards nothing is seen twice.
    for block in (0..body.blocks.len()).rev() {
        for index in (0..body.blocks[block].statements.len()).rev() {
            let statement = &body.blocks[block].statements[index];
            let source_info = statement.source_info;
            for pointer in pointer_uses(cx, &body.locals, &statement.kind, excluded, borrow_of_part)? {
                let target = split_block(body, block, index);
                let mut insertion = Insertion::new(cx.tcx, body, block, source_info);
                let (cond, msg) = check(&mut insertion, &pointer)?;
                body.blocks[block].terminator = assert(source_info, cond, msg, target);
            }
        }
    }
    Ok(())
}

/// The number that the pointer is.
pub fn address(insertion: &mut Insertion<'_>, pointer: Local) -> Operand {
    let (unit, usize) = (insertion.tcx.common.unit, insertion.tcx.common.usize);
    let thin_ty = insertion.tcx.mk_ptr(unit, Mutability::Not);
    let pointer = Operand::Copy(Place::from_local(pointer));
    let thin = insertion.temp(thin_ty, Rvalue::Cast(CastKind::PtrToPtr, pointer, thin_ty));
    insertion.temp(usize, Rvalue::Cast(CastKind::Transmute, thin, usize))
}

fn pointer_uses(
    cx: &CheckCx<'_>,
    locals: &[LocalDecl],
    statement: &StatementKind,
    excluded: &[Ty],
    borrow_of_part: BorrowOfPart,
) -> Result<Vec<PointerUse>> {
    let mut uses = Vec::new();
    for (place, is_borrow) in accessed_places(statement) {
        // Places are separated: only their first step goes through a pointer.
        let &TyKind::RawPtr(pointee, _) = cx.tcx.kind(locals[place.local.index()].ty) else { continue };
        if !place.is_indirect() {
            continue;
        }
        let pointee = match borrow_of_part {
            BorrowOfPart::Part if is_borrow => cx.types.place_ty(locals, place)?,
            _ => pointee,
        };
        if !cx.is_sized(pointee)? {
            continue;
        }
        let element = match *cx.tcx.kind(pointee) {
            TyKind::Array(element, _) => element,
            _ => pointee,
        };
        if !excluded.contains(&element) {
            uses.push(PointerUse { pointer: place.local, pointee, is_borrow });
        }
    }
    Ok(uses)
}

/// The places that the statement reads, writes or borrows, and whether it borrows them. That it takes a place's address or
/// discriminant is none of these.
fn accessed_places(statement: &StatementKind) -> Vec<(&Place, bool)> {
    let mut places = Vec::new();
    let mut operands = SmallVec::new();
    match statement {
        StatementKind::Assign(to, rvalue) => {
            places.push((to, false));
            match rvalue {
                Rvalue::Ref(_, place) => places.push((place, true)),
                Rvalue::CopyForDeref(place) => places.push((place, false)),
                _ => operands = rvalue_operands(rvalue),
            }
        }
        StatementKind::Assume(operand) => operands.push(operand),
        StatementKind::CopyNonOverlapping { src, dst, count } => operands.extend([src, dst, count]),
        StatementKind::SetDiscriminant { .. }
        | StatementKind::StorageLive(_)
        | StatementKind::StorageDead(_)
        | StatementKind::Nop => {}
    }
    for operand in operands {
        if let Operand::Copy(place) | Operand::Move(place) = operand {
            places.push((place, false));
        }
    }
    places
}
