//! `Clone::clone` of types that implement it by themselves: tuples, closures, functions, cloneable coroutines.
//! Semantics: `rustc_mir_transform::shim::build_clone_shim`.

use super::builder::BodyBuilder;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// `<ty as Clone>::clone`, where `def` is the trait's method.
pub fn clone_shim(tcx: &Tcx, def: DefId, ty: Ty) -> Result<Body> {
    let mut b = BodyBuilder::new(tcx, def, ty, &[tcx.mk_ref(ty, Mutability::Not)])?;
    let src = Place::from_local(Local(1)).project(PlaceElem::Deref);
    let dest = Place::from_local(Local::RETURN);
    let start = match *tcx.kind(ty) {
        TyKind::Closure(..) | TyKind::CoroutineClosure(..) => {
            let tys = tcx.upvar_tys(ty)?.to_vec();
            tuple_like(&mut b, def, &dest, &src, &tys)
        }
        TyKind::Tuple(ref tys) => tuple_like(&mut b, def, &dest, &src, tys),
        TyKind::Coroutine(coroutine, args) => coroutine_like(&mut b, def, ty, coroutine, args, &dest, &src)?,
        TyKind::FnDef(..) | TyKind::FnPtr(_) => copy(&mut b, dest, src),
        _ if tcx.is_copy(ty)? => copy(&mut b, dest, src),
        ref other => return Err(Error::unsupported(format!("built-in clone of {other:?}"))),
    };
    Ok(b.finish(start))
}

fn copy(b: &mut BodyBuilder<'_>, dest: Place, src: Place) -> BasicBlock {
    let assign = b.assign(dest, Rvalue::Use(Operand::Copy(src)));
    b.new_block(vec![assign], TerminatorKind::Return, false)
}

fn tuple_like(b: &mut BodyBuilder<'_>, def: DefId, dest: &Place, src: &Place, tys: &[Ty]) -> BasicBlock {
    let resume = b.new_block(Vec::new(), TerminatorKind::UnwindResume, true);
    let target = b.new_block(Vec::new(), TerminatorKind::Return, false);
    clone_fields(b, def, dest, src, tys, target, resume).0
}

/// Clones fields in order, then goes to `target`. Where a clone unwinds, the clones made before are dropped, last first,
/// then control goes to `unwind`. Returns the entry, and what to unwind to after the last clone.
fn clone_fields(
    b: &mut BodyBuilder<'_>,
    def: DefId,
    dest: &Place,
    src: &Place,
    tys: &[Ty],
    target: BasicBlock,
    mut unwind: BasicBlock,
) -> (BasicBlock, BasicBlock) {
    let fields: Vec<_> = tys.iter().enumerate().map(|(i, &ty)| PlaceElem::Field(FieldIdx::new(i), ty)).collect();
    let mut unwinds = Vec::new();
    for &field in &fields {
        unwinds.push(unwind);
        let drop = TerminatorKind::Drop {
            place: dest.project(field),
            target: unwind,
            unwind: UnwindAction::Terminate(UnwindTerminateReason::InCleanup),
        };
        unwind = b.new_block(Vec::new(), drop, true);
    }
    let mut next = target;
    for ((&field, &ty), cleanup) in fields.iter().zip(tys).zip(unwinds).rev() {
        let reference = Place::from_local(b.new_temp(b.tcx.mk_ref(ty, Mutability::Not)));
        let borrow = b.assign(reference.clone(), Rvalue::Ref(BorrowKind::Shared, src.project(field)));
        let call = b.call(
            def,
            &[GenericArg::Type(ty)],
            vec![Operand::Move(reference)],
            dest.project(field),
            next,
            UnwindAction::Cleanup(cleanup),
        );
        next = b.new_block(vec![borrow], call, false);
    }
    (next, unwind)
}

fn coroutine_like(
    b: &mut BodyBuilder<'_>,
    def: DefId,
    ty: Ty,
    coroutine: DefId,
    args: Args,
    dest: &Place,
    src: &Place,
) -> Result<BasicBlock> {
    let tcx = b.tcx;
    let layout = tcx.store.coroutine_layout(coroutine)?;
    let upvars = tcx.upvar_tys(ty)?.to_vec();
    let resume = b.new_block(Vec::new(), TerminatorKind::UnwindResume, true);
    let target = b.new_block(Vec::new(), TerminatorKind::Return, false);
    let unreachable = b.new_block(Vec::new(), TerminatorKind::Unreachable, false);
    let switch = b.new_block(Vec::new(), TerminatorKind::Unreachable, false);
    let (start, unwind) = clone_fields(b, def, dest, src, &upvars, switch, resume);
    let mut targets = SwitchTargets { values: Vec::new(), targets: Vec::new(), otherwise: unreachable };
    for (i, saved) in layout.variant_fields.iter().enumerate() {
        let variant = VariantIdx::new(i);
        let tys = saved
            .iter()
            .map(|&local| tcx.monomorphize(layout.field_tys[local as usize], args))
            .collect::<Result<Vec<_>>>()?;
        let downcast = PlaceElem::Downcast(variant);
        let (fields, _) = clone_fields(b, def, &dest.project(downcast), &src.project(downcast), &tys, target, unwind);
        let set = b.statement(StatementKind::SetDiscriminant { place: dest.clone(), variant_index: variant });
        targets.values.push(i as u128);
        targets.targets.push(b.new_block(vec![set], TerminatorKind::Goto { target: fields }, false));
    }
    let discr = Place::from_local(b.new_temp(tcx.discriminant_ty(ty)?));
    let read = b.assign(discr.clone(), Rvalue::Discriminant(src.clone()));
    b.set_statements(switch, vec![read]);
    b.set_terminator(switch, TerminatorKind::SwitchInt { discr: Operand::Move(discr), targets });
    Ok(start)
}
