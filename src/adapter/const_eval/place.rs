//! Places: where values are written, and what can be borrowed.
//! Semantics: `rustc_const_eval::interpret::{place, projection}`.

use super::error::{InterpResult, failed, unsupported};
use super::interp::{Interp, LocalState};
use super::memory::*;
use super::operand::{Imm, Op, OpKind, Repr, field_offset, scalar_repr, tag_for_variant};
use crate::adapter::TyAndLayout;
use ramir::*;
use rustc_abi::FieldsShape;

#[derive(Clone, Copy, Debug)]
pub enum PlaceKind {
    /// The whole of a local, which has no address yet.
    Local {
        frame: usize,
        local: Local,
    },
    Mem(Pointer, Option<super::memory::Scalar>),
}

#[derive(Clone, Copy, Debug)]
pub struct Place<'tcx> {
    pub kind: PlaceKind,
    pub layout: TyAndLayout<'tcx>,
}

impl<'tcx> Place<'tcx> {
    pub fn mem(ptr: Pointer, meta: Option<super::memory::Scalar>, layout: TyAndLayout<'tcx>) -> Place<'tcx> {
        Place { kind: PlaceKind::Mem(ptr, meta), layout }
    }

    /// What is in the place; it is not the whole of a local without an address.
    pub fn into_op(self) -> Op<'tcx> {
        let kind = match self.kind {
            PlaceKind::Mem(ptr, meta) => OpKind::Mem(ptr, meta),
            PlaceKind::Local { .. } => OpKind::Imm(Imm::Uninit),
        };
        Op { kind, layout: self.layout }
    }
}

type Value = super::memory::Scalar;

impl<'tcx> Interp<'tcx> {
    pub fn eval_place(&mut self, place: &ramir::Place) -> InterpResult<Place<'tcx>> {
        let frame = self.stack.len() - 1;
        let mut projection = &place.projection[..];
        let mut at = if let [PlaceElem::Deref, rest @ ..] = projection {
            projection = rest;
            let pointer = self.local_op(frame, place.local)?;
            self.deref(&pointer)?
        } else {
            let layout = self.local_layout(frame, place.local)?;
            Place { kind: PlaceKind::Local { frame, local: place.local }, layout }
        };
        for elem in projection {
            at = self.project_place(at, elem)?;
        }
        Ok(at)
    }

    /// The address of a place; a local gets one.
    pub fn place_ptr(&mut self, place: &Place<'tcx>) -> InterpResult<(Pointer, Option<Value>)> {
        match place.kind {
            PlaceKind::Mem(ptr, meta) => Ok((ptr, meta)),
            PlaceKind::Local { frame, local } => {
                let id = match self.stack[frame].locals[local.index()] {
                    LocalState::Mem(id) => id,
                    state => {
                        let layout = self.local_layout(frame, local)?;
                        if !layout.is_sized() {
                            return unsupported("unsized locals");
                        }
                        let (size, align) = (layout.size.bytes(), layout.align.abi.bytes());
                        let id = self.memory.allocate(size, align, MemoryKind::Stack)?;
                        if let LocalState::Imm(imm) = state {
                            self.write_imm_to_memory(imm, Pointer { prov: Some(Prov::Local(id)), offset: 0 }, layout)?;
                        }
                        self.stack[frame].locals[local.index()] = LocalState::Mem(id);
                        id
                    }
                };
                Ok((Pointer { prov: Some(Prov::Local(id)), offset: 0 }, None))
            }
        }
    }

    pub fn project_place(&mut self, base: Place<'tcx>, elem: &PlaceElem) -> InterpResult<Place<'tcx>> {
        match *elem {
            PlaceElem::Deref => {
                let op = self.place_to_op(&base)?;
                self.deref(&op)
            }
            PlaceElem::Field(field, _) => self.place_field(&base, field.index()),
            PlaceElem::Downcast(variant) => {
                let (ptr, meta) = self.place_ptr(&base)?;
                Ok(Place::mem(ptr, meta, base.layout.for_variant(self.tcx, variant)?))
            }
            PlaceElem::OpaqueCast(_) => Ok(base),
            PlaceElem::UnwrapUnsafeBinder(ty) => Ok(Place { kind: base.kind, layout: self.layout_of(self.mono(ty)?)? }),
            PlaceElem::Index(local) => {
                let frame = self.stack.len() - 1;
                let index = self.local_op(frame, local)?;
                let index = self.read_usize(&index)?;
                self.place_index(&base, index)
            }
            PlaceElem::ConstantIndex { offset, min_length, from_end } => {
                let len = self.place_len(&base)?;
                if len < min_length {
                    return failed(format!("indexing out-of-bounds: the len is {len} but the index is {min_length}"));
                }
                self.place_index(&base, if from_end { len - offset } else { offset })
            }
            PlaceElem::Subslice { from, to, from_end } => {
                let len = self.place_len(&base)?;
                let end = if from_end { len.wrapping_sub(to) } else { to };
                if from > end || end > len {
                    return failed("slicing out-of-bounds");
                }
                let (ptr, _) = self.place_ptr(&base)?;
                let elem = base.layout.field(self.tcx, 0)?;
                let ptr = ptr.wrapping_add(from.wrapping_mul(elem.size.bytes()));
                let new_len = end - from;
                Ok(match *self.tcx.kind(base.layout.ty) {
                    TyKind::Array(elem, _) => Place::mem(ptr, None, self.layout_of(self.tcx.mk_array(elem, new_len))?),
                    _ => Place::mem(ptr, Some(Value::usize(new_len)), base.layout),
                })
            }
        }
    }

    pub fn place_field(&mut self, base: &Place<'tcx>, i: usize) -> InterpResult<Place<'tcx>> {
        let (ptr, meta) = self.place_ptr(base)?;
        let layout = base.layout.field(self.tcx, i)?;
        let mut offset = field_offset(&base.layout, i);
        if layout.is_sized() {
            return Ok(Place::mem(ptr.wrapping_add(offset), None, layout));
        }
        // The offset of an unsized tail depends on its alignment, which a `dyn` type's vtable knows.
        if let Some((_, align)) = self.size_and_align_of(layout, meta)? {
            let align = match *self.tcx.kind(base.layout.ty) {
                TyKind::Adt(def, _) => self.tcx.adt_def(def)?.repr.pack.map_or(align, |pack| pack.min(align)),
                _ => align,
            };
            offset = offset.next_multiple_of(align);
        }
        Ok(Place::mem(ptr.wrapping_add(offset), meta, layout))
    }

    /// The number of elements of an array or slice.
    pub fn place_len(&self, place: &Place<'tcx>) -> InterpResult<u64> {
        match (&place.layout.fields, place.kind) {
            (_, PlaceKind::Mem(_, Some(meta))) => meta.to_u64(),
            (FieldsShape::Array { count, .. }, _) => Ok(*count),
            _ => unsupported("length of a value that is no array"),
        }
    }

    pub fn place_index(&mut self, base: &Place<'tcx>, index: u64) -> InterpResult<Place<'tcx>> {
        let len = self.place_len(base)?;
        if index >= len {
            return failed(format!("indexing out of bounds: the len is {len} but the index is {index}"));
        }
        let (ptr, _) = self.place_ptr(base)?;
        let elem = base.layout.field(self.tcx, 0)?;
        Ok(Place::mem(ptr.wrapping_add(index.wrapping_mul(elem.size.bytes())), None, elem))
    }

    /// Size and alignment of a value; `None` for extern types.
    pub fn size_and_align_of(
        &self,
        layout: TyAndLayout<'tcx>,
        meta: Option<Value>,
    ) -> InterpResult<Option<(u64, u64)>> {
        if layout.is_sized() {
            return Ok(Some((layout.size.bytes(), layout.align.abi.bytes())));
        }
        let no_meta = || failed("wide pointer without metadata");
        match *self.tcx.kind(layout.ty) {
            TyKind::Slice(_) | TyKind::Str => {
                let Some(meta) = meta else { return no_meta() };
                let elem = layout.field(self.tcx, 0)?;
                let Some(size) = elem.size.bytes().checked_mul(meta.to_u64()?).filter(|n| *n <= i64::MAX as u64) else {
                    return failed("invalid metadata in wide pointer: slice is bigger than largest supported object");
                };
                Ok(Some((size, elem.align.abi.bytes())))
            }
            TyKind::Dynamic(..) => {
                let Some(meta) = meta else { return no_meta() };
                let (ty, _) = self.vtable(meta.to_pointer()?)?;
                let layout = self.layout_of(ty)?;
                Ok(Some((layout.size.bytes(), layout.align.abi.bytes())))
            }
            TyKind::Foreign(_) => Ok(None),
            TyKind::Adt(..) | TyKind::Tuple(_) => {
                let last = layout.fields.count() - 1;
                let tail = layout.field(self.tcx, last)?;
                let Some((size, mut align)) = self.size_and_align_of(tail, meta)? else { return Ok(None) };
                if let TyKind::Adt(def, _) = *self.tcx.kind(layout.ty)
                    && let Some(pack) = self.tcx.adt_def(def)?.repr.pack
                {
                    align = align.min(pack);
                }
                let offset = layout.fields.offset(last).bytes().next_multiple_of(align);
                let align = align.max(layout.align.abi.bytes());
                Ok(Some(((offset + size).next_multiple_of(align), align)))
            }
            ref other => unsupported(format!("size of a value of type {other:?}")),
        }
    }

    pub fn place_to_op(&mut self, place: &Place<'tcx>) -> InterpResult<Op<'tcx>> {
        match place.kind {
            PlaceKind::Local { frame, local } => self.local_op(frame, local),
            PlaceKind::Mem(..) => Ok(place.into_op()),
        }
    }

    pub fn write_imm_to_memory(&mut self, imm: Imm, ptr: Pointer, layout: TyAndLayout<'tcx>) -> InterpResult {
        let size = layout.size.bytes();
        if size == 0 {
            return Ok(());
        }
        let id = self.writable_id(ptr)?;
        match imm {
            Imm::Uninit => self.memory.mark_uninit(id, ptr.offset, size),
            Imm::Scalar(scalar) => self.memory.write_scalar(id, ptr.offset, scalar),
            Imm::Pair(a, b) => {
                let Some(Repr::Pair(_, b_offset, _)) = scalar_repr(self.tcx, &layout, false) else {
                    return unsupported("writing two scalars to a type of another shape");
                };
                self.memory.write_scalar(id, ptr.offset, a)?;
                self.memory.write_scalar(id, ptr.offset + b_offset.bytes(), b)
            }
        }
    }

    pub fn write_imm(&mut self, imm: Imm, place: &Place<'tcx>) -> InterpResult {
        if let PlaceKind::Local { frame, local } = place.kind
            && !matches!(self.stack[frame].locals[local.index()], LocalState::Mem(_))
        {
            let fits = match (imm, scalar_repr(self.tcx, &place.layout, true)) {
                (Imm::Scalar(s), Some(Repr::Scalar(size))) => s.size() == size.bytes(),
                (Imm::Pair(..), Some(Repr::Pair(..))) => true,
                (Imm::Uninit, _) => true,
                _ => false,
            };
            if fits {
                self.stack[frame].locals[local.index()] =
                    if matches!(imm, Imm::Uninit) { LocalState::Unset } else { LocalState::Imm(imm) };
                return Ok(());
            }
        }
        let (ptr, _) = self.place_ptr(place)?;
        self.write_imm_to_memory(imm, ptr, place.layout)
    }

    pub fn write_scalar(&mut self, scalar: Value, place: &Place<'tcx>) -> InterpResult {
        self.write_imm(Imm::Scalar(scalar), place)
    }

    /// Copies a value into a place of the same size, whatever the two types are.
    pub fn copy_op(&mut self, op: &Op<'tcx>, place: &Place<'tcx>) -> InterpResult {
        let size = op.layout.size;
        if size != place.layout.size {
            return failed(format!(
                "transmuting from {}-byte type to {}-byte type",
                size.bytes(),
                place.layout.size.bytes()
            ));
        }
        if size.bytes() == 0 {
            return Ok(());
        }
        if !op.layout.is_sized() {
            return unsupported("moving a value of unsized type");
        }
        match op.kind {
            OpKind::Imm(imm) => {
                let same_shape = match (imm, scalar_repr(self.tcx, &place.layout, false)) {
                    (Imm::Pair(..), Some(Repr::Pair(_, b_offset, _))) => {
                        matches!(scalar_repr(self.tcx, &op.layout, false), Some(Repr::Pair(_, o, _)) if o == b_offset)
                    }
                    (Imm::Pair(..), _) => false,
                    _ => true,
                };
                if same_shape {
                    return self.write_imm(imm, place);
                }
                let (ptr, _) = self.place_ptr(place)?;
                self.write_imm_to_memory(imm, ptr, op.layout)
            }
            OpKind::Mem(src, _) => {
                if let PlaceKind::Local { frame, local } = place.kind
                    && !matches!(self.stack[frame].locals[local.index()], LocalState::Mem(_))
                    && scalar_repr(self.tcx, &place.layout, true).is_some()
                {
                    // A pointer that was stored in an integer of another shape stays in memory.
                    let as_place = Op { kind: op.kind, layout: place.layout };
                    if let Ok(imm) = self.read_imm(&as_place) {
                        return self.write_imm(imm, place);
                    }
                }
                let (dst, _) = self.place_ptr(place)?;
                self.copy_memory(src, dst, size.bytes(), 1)
            }
        }
    }

    pub fn write_variant(&mut self, variant: VariantIdx, place: &Place<'tcx>) -> InterpResult {
        if let Some((tag, field)) = tag_for_variant(self.tcx, place.layout, variant)? {
            let tag_place = self.place_field(place, field.index())?;
            self.write_scalar(tag, &tag_place)?;
        }
        Ok(())
    }

    /// A place of its own for a value.
    pub fn allocate(&mut self, layout: TyAndLayout<'tcx>) -> InterpResult<Place<'tcx>> {
        let ptr = self.allocate_bytes(layout.size.bytes(), layout.align.abi.bytes())?;
        Ok(Place::mem(ptr, None, layout))
    }

    pub fn allocate_bytes(&mut self, size: u64, align: u64) -> InterpResult<Pointer> {
        let id = self.memory.allocate(size, align, MemoryKind::Stack)?;
        Ok(Pointer { prov: Some(Prov::Local(id)), offset: 0 })
    }
}
