//! Drop glue: what a value contains is dropped in order, and if that unwinds, the rest is dropped on the way out.
//! Semantics: `rustc_mir_transform::{elaborate_drop, add_moves_for_packed_drops}`, for a value all of which is initialized.

use super::builder::BodyBuilder;
use crate::adapter::unwind::Unwind;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// `drop_in_place::<ty>`: takes `*mut ty`. With `None` nothing is to be done, and the type is in `args`.
pub fn drop_glue(tcx: &Tcx, def: DefId, ty: Option<Ty>, args: Args) -> Result<Body> {
    let pointee = match (ty, tcx.args(args)) {
        (Some(ty), _) => ty,
        (None, [GenericArg::Type(ty), ..]) => *ty,
        _ => return Err(Error::missing("type to drop")),
    };
    let ptr = tcx.mk_ptr(pointee, Mutability::Mut);
    let mut builder = BodyBuilder::new(tcx, def, tcx.common.unit, &[ptr])?;
    let return_block = builder.new_block(Vec::new(), TerminatorKind::Return, false);
    let Some(ty) = ty else {
        return Ok(builder.finish(return_block));
    };
    let resume = builder.new_block(Vec::new(), TerminatorKind::UnwindResume, true);
    let mut glue = Glue { tcx, b: builder, resume };
    let place = Place::from_local(Local(1)).project(PlaceElem::Deref);
    let start = glue.open_drop(&place, ty, return_block, Unwind::To(resume))?;
    Ok(glue.b.finish(start))
}

struct FieldToDrop {
    place: Place,
    ty: Ty,
    /// The alignment that packing guarantees for the field, if less than its type's.
    misaligned: bool,
}

struct Glue<'a> {
    tcx: &'a Tcx,
    b: BodyBuilder<'a>,
    resume: BasicBlock,
}

impl Glue<'_> {
    fn unwind_action(&self, unwind: Unwind) -> UnwindAction {
        match unwind {
            Unwind::To(block) if block == self.resume => UnwindAction::Continue,
            other => other.action(),
        }
    }

    /// Drops what `place` contains; returns the block that starts it.
    fn open_drop(&mut self, place: &Place, ty: Ty, succ: BasicBlock, unwind: Unwind) -> Result<BasicBlock> {
        match *self.tcx.kind(ty) {
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => {
                let tys = self.tcx.upvar_tys(ty)?.to_vec();
                self.open_drop_for_tuple(place, &tys, succ, unwind)
            }
            TyKind::Tuple(ref tys) => self.open_drop_for_tuple(place, tys, succ, unwind),
            TyKind::Adt(def, args) => self.open_drop_for_adt(place, ty, def, args, succ, unwind),
            // Code generation calls the vtable's first slot.
            TyKind::Dynamic(..) => Ok(self.drop_block(place.clone(), succ, unwind)),
            TyKind::Array(elem, _) => self.open_drop_for_array(place, ty, elem, succ, unwind),
            TyKind::Slice(elem) => self.drop_loops_for_slice(place, elem, succ, unwind),
            ref other => Err(Error::unsupported(format!("drop glue of {other:?}"))),
        }
    }

    fn drop_block(&mut self, place: Place, target: BasicBlock, unwind: Unwind) -> BasicBlock {
        let action = self.unwind_action(unwind);
        self.b.new_block(Vec::new(), TerminatorKind::Drop { place, target, unwind: action }, unwind.is_cleanup())
    }

    /// Drops one field; out of a packed type it is moved to an aligned place first.
    fn drop_field(&mut self, field: &FieldToDrop, succ: BasicBlock, unwind: Unwind) -> BasicBlock {
        if !field.misaligned {
            return self.drop_block(field.place.clone(), succ, unwind);
        }
        let temp = self.b.new_temp(field.ty);
        let dead = self.b.statement(StatementKind::StorageDead(temp));
        let after = self.b.new_block(vec![dead], TerminatorKind::Goto { target: succ }, unwind.is_cleanup());
        let live = self.b.statement(StatementKind::StorageLive(temp));
        let temp = Place::from_local(temp);
        let take = self.b.assign(temp.clone(), Rvalue::Use(Operand::Move(field.place.clone())));
        let unwind_action = self.unwind_action(unwind);
        let drop = TerminatorKind::Drop { place: temp, target: after, unwind: unwind_action };
        self.b.new_block(vec![live, take], drop, unwind.is_cleanup())
    }

    /// Drops `fields` in order. Returns the entry, and the entry to the same on the unwind path.
    fn drop_ladder(&mut self, fields: &[FieldToDrop], succ: BasicBlock, unwind: Unwind) -> (BasicBlock, Unwind) {
        let mut entry = succ;
        let mut entry_unwind = unwind;
        for field in fields.iter().rev() {
            entry = self.drop_field(field, entry, entry_unwind);
            if let Unwind::To(rest) = entry_unwind {
                entry_unwind = Unwind::To(self.drop_field(field, rest, Unwind::InCleanup));
            }
        }
        (entry, entry_unwind)
    }

    fn open_drop_for_tuple(
        &mut self,
        place: &Place,
        tys: &[Ty],
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let mut fields = Vec::new();
        for (i, &ty) in tys.iter().enumerate() {
            if self.tcx.needs_drop(ty)? {
                let place = place.project(PlaceElem::Field(FieldIdx::new(i), ty));
                fields.push(FieldToDrop { place, ty, misaligned: false });
            }
        }
        Ok(self.drop_ladder(&fields, succ, unwind).0)
    }

    fn open_drop_for_adt(
        &mut self,
        place: &Place,
        ty: Ty,
        def: DefId,
        args: Args,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let adt = self.tcx.adt_def(def)?;
        if adt.variants.is_empty() {
            return Ok(self.b.new_block(Vec::new(), TerminatorKind::Unreachable, unwind.is_cleanup()));
        }
        let (succ, unwind) = match adt.kind {
            AdtKind::Union => (succ, unwind),
            _ if adt.flags.is_manually_drop => (succ, unwind),
            AdtKind::Struct => {
                let fields = self.fields_to_drop(adt, &adt.variants[0], place, args)?;
                self.drop_ladder(&fields, succ, unwind)
            }
            AdtKind::Enum => self.open_drop_for_variants(adt, ty, place, args, succ, unwind)?,
        };
        if adt.destructor.is_none() {
            return Ok(succ);
        }
        let destructor = self.destructor_call(place, ty, succ, unwind)?;
        if !adt.flags.is_box {
            return Ok(destructor);
        }
        // The destructor of a box frees it, so what it holds goes first; it is freed on the unwind path too.
        let free_unwind = unwind.try_map(|succ| self.destructor_call(place, ty, succ, Unwind::InCleanup))?;
        self.box_contents_drop(adt, place, args, destructor, free_unwind)
    }

    fn fields_to_drop(&self, adt: &AdtDef, variant: &VariantDef, base: &Place, args: Args) -> Result<Vec<FieldToDrop>> {
        let mut fields = Vec::new();
        for (i, field) in variant.fields.iter().enumerate() {
            let ty = self.tcx.field_ty(field, args)?;
            if !self.tcx.needs_drop(ty)? {
                continue;
            }
            let misaligned = match adt.repr.pack {
                Some(pack) => self.tcx.layout_of(ty)?.align.abi.bytes() > pack,
                None => false,
            };
            let place = base.project(PlaceElem::Field(FieldIdx::new(i), ty));
            fields.push(FieldToDrop { place, ty, misaligned });
        }
        Ok(fields)
    }

    fn open_drop_for_variants(
        &mut self,
        adt: &AdtDef,
        ty: Ty,
        place: &Place,
        args: Args,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<(BasicBlock, Unwind)> {
        let mut values = Vec::new();
        let mut normal_blocks = Vec::new();
        let mut unwind_blocks = Vec::new();
        for (i, variant) in adt.variants.iter().enumerate() {
            let base = place.project(PlaceElem::Downcast(VariantIdx::new(i)));
            let fields = self.fields_to_drop(adt, variant, &base, args)?;
            if fields.is_empty() {
                continue;
            }
            let (normal, cleanup) = self.drop_ladder(&fields, succ, unwind);
            values.push(variant.discr);
            normal_blocks.push(normal);
            if let Unwind::To(block) = cleanup {
                unwind_blocks.push(block);
            }
        }
        if values.is_empty() {
            return Ok((succ, unwind));
        }
        let entry_unwind = unwind.try_map(|succ| {
            let targets = SwitchTargets { values: values.clone(), targets: unwind_blocks, otherwise: succ };
            self.discriminant_switch(place, ty, targets, true)
        })?;
        let targets = SwitchTargets { values, targets: normal_blocks, otherwise: succ };
        Ok((self.discriminant_switch(place, ty, targets, unwind.is_cleanup())?, entry_unwind))
    }

    fn discriminant_switch(
        &mut self,
        place: &Place,
        ty: Ty,
        targets: SwitchTargets,
        is_cleanup: bool,
    ) -> Result<BasicBlock> {
        let discr_ty = self.tcx.discriminant_ty(ty)?;
        let discr = Place::from_local(self.b.new_temp(discr_ty));
        let read = self.b.assign(discr.clone(), Rvalue::Discriminant(place.clone()));
        let switch = TerminatorKind::SwitchInt { discr: Operand::Move(discr), targets };
        Ok(self.b.new_block(vec![read], switch, is_cleanup))
    }

    /// Calls `Drop::drop` of the type's own impl.
    fn destructor_call(&mut self, place: &Place, ty: Ty, succ: BasicBlock, unwind: Unwind) -> Result<BasicBlock> {
        let drop_trait = self.tcx.store.require_lang_item("drop")?;
        let drop_fn = *self
            .tcx
            .trait_def(drop_trait)?
            .items
            .first()
            .ok_or_else(|| Error::missing("method of lang item `drop`"))?;
        let reference = Place::from_local(self.b.new_temp(self.tcx.mk_ref(ty, Mutability::Mut)));
        let result = Place::from_local(self.b.new_temp(self.tcx.common.unit));
        let borrow = self.b.assign(reference.clone(), Rvalue::Ref(BorrowKind::Mut, place.clone()));
        let action = self.unwind_action(unwind);
        let call = self.b.call(drop_fn, &[GenericArg::Type(ty)], vec![Operand::Move(reference)], result, succ, action);
        Ok(self.b.new_block(vec![borrow], call, unwind.is_cleanup()))
    }

    /// Drops what a box points to.
    fn box_contents_drop(
        &mut self,
        adt: &AdtDef,
        place: &Place,
        args: Args,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let missing = || Error::missing("fields of `Box`");
        let contents = self.tcx.args(args).first().and_then(|arg| arg.as_type()).ok_or_else(missing)?;
        let unique_field = adt.variants[0].fields.first().ok_or_else(missing)?;
        let unique_ty = self.tcx.field_ty(unique_field, args)?;
        let TyKind::Adt(unique, unique_args) = *self.tcx.kind(unique_ty) else {
            return Err(missing());
        };
        let nonnull_field = self.tcx.adt_def(unique)?.variants[0].fields.first().ok_or_else(missing)?;
        let nonnull_ty = self.tcx.field_ty(nonnull_field, unique_args)?;
        let nonnull =
            place.project(PlaceElem::Field(FieldIdx(0), unique_ty)).project(PlaceElem::Field(FieldIdx(0), nonnull_ty));
        let ptr_ty = self.tcx.mk_ptr(contents, Mutability::Not);
        let ptr = Place::from_local(self.b.new_temp(ptr_ty));
        let drop = if self.tcx.needs_drop(contents)? {
            self.drop_block(ptr.project(PlaceElem::Deref), succ, unwind)
        } else {
            return Ok(succ);
        };
        let get = self.b.assign(ptr, Rvalue::Cast(CastKind::Transmute, Operand::Copy(nonnull), ptr_ty));
        Ok(self.b.new_block(vec![get], TerminatorKind::Goto { target: drop }, unwind.is_cleanup()))
    }

    fn open_drop_for_array(
        &mut self,
        place: &Place,
        array: Ty,
        elem: Ty,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let array_ptr = Place::from_local(self.b.new_temp(self.tcx.mk_ptr(array, Mutability::Mut)));
        let slice_ptr_ty = self.tcx.mk_ptr(self.tcx.mk_slice(elem), Mutability::Mut);
        let slice_ptr = Place::from_local(self.b.new_temp(slice_ptr_ty));
        let slice_block = self.drop_loops_for_slice(&slice_ptr.project(PlaceElem::Deref), elem, succ, unwind)?;
        let borrow = self.b.assign(array_ptr.clone(), Rvalue::RawPtr(RawPtrKind::Mut, place.clone()));
        let unsize = self.b.assign(slice_ptr, Rvalue::Cast(CastKind::Unsize, Operand::Move(array_ptr), slice_ptr_ty));
        let goto = TerminatorKind::Goto { target: slice_block };
        Ok(self.b.new_block(vec![borrow, unsize], goto, unwind.is_cleanup()))
    }

    /// Drops the elements of the slice `*local`; the loop of the unwind path carries on where the first one stopped.
    fn drop_loops_for_slice(
        &mut self,
        slice: &Place,
        elem: Ty,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let len = self.b.new_temp(self.tcx.common.usize);
        let cur = self.b.new_temp(self.tcx.common.usize);
        let loop_unwind = unwind.try_map(|succ| Ok(self.drop_loop(slice, elem, cur, len, succ, Unwind::InCleanup)))?;
        let loop_block = self.drop_loop(slice, elem, cur, len, succ, loop_unwind);
        let metadata = Rvalue::UnaryOp(UnOp::PtrMetadata, Operand::Copy(Place::from_local(slice.local)));
        let statements = vec![
            self.b.assign(Place::from_local(len), metadata),
            self.b.assign(Place::from_local(cur), Rvalue::Use(self.b.usize_constant(0))),
        ];
        Ok(self.b.new_block(statements, TerminatorKind::Goto { target: loop_block }, unwind.is_cleanup()))
    }

    fn drop_loop(
        &mut self,
        slice: &Place,
        elem: Ty,
        cur: Local,
        len: Local,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> BasicBlock {
        let is_cleanup = unwind.is_cleanup();
        let ptr = Place::from_local(self.b.new_temp(self.tcx.mk_ptr(elem, Mutability::Mut)));
        let done = Place::from_local(self.b.new_temp(self.tcx.common.bool));
        let [cur_place, len] = [cur, len].map(Place::from_local);

        let is_done = Rvalue::BinaryOp(BinOp::Eq, Box::new((Operand::Copy(cur_place.clone()), Operand::Copy(len))));
        let test = self.b.assign(done.clone(), is_done);
        let loop_block = self.b.new_block(vec![test], TerminatorKind::Unreachable, is_cleanup);

        let next = Rvalue::BinaryOp(BinOp::Add, Box::new((Operand::Copy(cur_place.clone()), self.b.usize_constant(1))));
        let statements = vec![
            self.b.assign(ptr.clone(), Rvalue::RawPtr(RawPtrKind::Mut, slice.project(PlaceElem::Index(cur)))),
            self.b.assign(cur_place, next),
        ];
        let drop_block = self.drop_block(ptr.project(PlaceElem::Deref), loop_block, unwind);
        self.b.set_statements(drop_block, statements);
        let targets = SwitchTargets { values: vec![0], targets: vec![drop_block], otherwise: succ };
        self.b.set_terminator(loop_block, TerminatorKind::SwitchInt { discr: Operand::Move(done), targets });
        loop_block
    }
}
