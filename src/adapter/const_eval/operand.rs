//! Values that are read: immediates and values in memory, and the parts of them.
//! Semantics: `rustc_const_eval::interpret::{operand, projection, discriminant}`.

use super::error::{InterpResult, failed, unsupported};
use super::interp::{Interp, LocalState};
use super::memory::*;
use super::place::Place;
use crate::adapter::{Tcx, TyAndLayout};
use ramir::{FieldIdx, Local, MirConst, Operand, PlaceElem, TyKind, VariantIdx};
use rustc_abi::{BackendRepr, FieldsShape, Size, TagEncoding, Variants};

/// A value of at most two scalars.
#[derive(Clone, Copy, Debug)]
pub enum Imm {
    /// Not initialized, or without bytes.
    Uninit,
    Scalar(Scalar),
    Pair(Scalar, Scalar),
}

impl Imm {
    pub fn scalar(self) -> InterpResult<Scalar> {
        match self {
            Imm::Scalar(scalar) => Ok(scalar),
            Imm::Uninit => failed("using uninitialized data, but this operation requires initialized memory"),
            Imm::Pair(..) => failed("expected one scalar, found two"),
        }
    }

    pub fn pair(self) -> InterpResult<(Scalar, Scalar)> {
        match self {
            Imm::Pair(a, b) => Ok((a, b)),
            Imm::Uninit => failed("using uninitialized data, but this operation requires initialized memory"),
            Imm::Scalar(_) => failed("expected two scalars, found one"),
        }
    }

    /// A pointer with its metadata, if it is wide.
    pub fn pointer(self) -> InterpResult<(Pointer, Option<Scalar>)> {
        match self {
            Imm::Pair(ptr, meta) => Ok((ptr.to_pointer()?, Some(meta))),
            other => Ok((other.scalar()?.to_pointer()?, None)),
        }
    }

    pub fn from_pointer(ptr: Pointer, meta: Option<Scalar>) -> Imm {
        match meta {
            Some(meta) => Imm::Pair(ptr.into(), meta),
            None => Imm::Scalar(ptr.into()),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum OpKind {
    Imm(Imm),
    Mem(Pointer, Option<Scalar>),
}

/// A value with its type.
#[derive(Clone, Copy, Debug)]
pub struct Op<'tcx> {
    pub kind: OpKind,
    pub layout: TyAndLayout<'tcx>,
}

impl<'tcx> Op<'tcx> {
    pub fn imm(imm: Imm, layout: TyAndLayout<'tcx>) -> Op<'tcx> {
        Op { kind: OpKind::Imm(imm), layout }
    }

    pub fn scalar(scalar: Scalar, layout: TyAndLayout<'tcx>) -> Op<'tcx> {
        Op::imm(Imm::Scalar(scalar), layout)
    }
}

/// The scalars that a layout consists of.
#[derive(Clone, Copy)]
pub enum Repr {
    Scalar(Size),
    Pair(Size, Size, Size),
}

/// How a value of this layout is split into scalars; where each has to be initialized if `strict`.
pub fn scalar_repr(tcx: &Tcx, layout: &TyAndLayout<'_>, strict: bool) -> Option<Repr> {
    match layout.backend_repr {
        BackendRepr::Scalar(s) if !strict || !s.is_uninit_valid() => Some(Repr::Scalar(s.size(tcx))),
        BackendRepr::ScalarPair(a, b) if !strict || !(a.is_uninit_valid() || b.is_uninit_valid()) => {
            let b_offset = a.size(tcx).align_to(b.align(tcx).abi);
            Some(Repr::Pair(a.size(tcx), b_offset, b.size(tcx)))
        }
        _ => None,
    }
}

impl<'tcx> Interp<'tcx> {
    /// Puts an immediate into memory, where it has an address.
    pub fn spill(&mut self, imm: Imm, layout: TyAndLayout<'tcx>) -> InterpResult<Pointer> {
        let id = self.memory.allocate(layout.size.bytes(), layout.align.abi.bytes(), MemoryKind::Stack)?;
        let ptr = Pointer { prov: Some(Prov::Local(id)), offset: 0 };
        self.write_imm_to_memory(imm, ptr, layout)?;
        Ok(ptr)
    }

    /// The address of a value, which is put into memory if need be.
    pub fn op_pointer(&mut self, op: &Op<'tcx>) -> InterpResult<Pointer> {
        match op.kind {
            OpKind::Mem(ptr, _) => Ok(ptr),
            OpKind::Imm(imm) => self.spill(imm, op.layout),
        }
    }

    /// Reads a value that consists of scalars.
    pub fn read_imm(&self, op: &Op<'tcx>) -> InterpResult<Imm> {
        let ptr = match op.kind {
            OpKind::Imm(imm) => return Ok(imm),
            OpKind::Mem(ptr, _) => ptr,
        };
        if op.layout.size.bytes() == 0 {
            return Ok(Imm::Uninit);
        }
        let repr = match scalar_repr(self.tcx, &op.layout, false) {
            Some(repr) => repr,
            // Transparent wrappers and one-element arrays may have no scalar representation of their own.
            None if op.layout.size.bytes() <= 16 && op.layout.size.bytes().is_power_of_two() => {
                Repr::Scalar(op.layout.size)
            }
            None => return unsupported("reading a value of several parts as a scalar"),
        };
        let alloc = self.alloc_ref(self.prov(ptr)?)?;
        check_bounds(ptr.offset, op.layout.size.bytes(), alloc.bytes().len() as u64)?;
        Ok(match repr {
            Repr::Scalar(size) => match alloc.read_scalar(ptr.offset, size.bytes())? {
                Some(scalar) => Imm::Scalar(scalar),
                None => Imm::Uninit,
            },
            Repr::Pair(a, b_offset, b) => {
                let first = alloc.read_scalar(ptr.offset, a.bytes())?;
                match (first, alloc.read_scalar(ptr.offset + b_offset.bytes(), b.bytes())?) {
                    (Some(a), Some(b)) => Imm::Pair(a, b),
                    _ => Imm::Uninit,
                }
            }
        })
    }

    pub fn read_scalar(&self, op: &Op<'tcx>) -> InterpResult<Scalar> {
        self.read_imm(op)?.scalar()
    }

    pub fn read_pointer(&self, op: &Op<'tcx>) -> InterpResult<Pointer> {
        self.read_scalar(op)?.to_pointer()
    }

    pub fn read_usize(&self, op: &Op<'tcx>) -> InterpResult<u64> {
        self.read_scalar(op)?.to_u64()
    }

    /// The place that a reference, pointer or box points to.
    pub fn deref(&self, op: &Op<'tcx>) -> InterpResult<Place<'tcx>> {
        let Some(pointee) = self.tcx.builtin_deref(op.layout.ty) else {
            return unsupported("dereference of a value that is no pointer");
        };
        let (ptr, meta) = self.read_imm(op)?.pointer()?;
        Ok(Place::mem(ptr, meta, self.layout_of(pointee)?))
    }

    pub fn local_op(&mut self, frame: usize, local: Local) -> InterpResult<Op<'tcx>> {
        let layout = self.local_layout(frame, local)?;
        let kind = match self.stack[frame].locals[local.index()] {
            LocalState::Unset => OpKind::Imm(Imm::Uninit),
            LocalState::Imm(imm) => OpKind::Imm(imm),
            LocalState::Mem(id) => OpKind::Mem(Pointer { prov: Some(Prov::Local(id)), offset: 0 }, None),
        };
        Ok(Op { kind, layout })
    }

    pub fn place_op(&mut self, place: &ramir::Place) -> InterpResult<Op<'tcx>> {
        let frame = self.stack.len() - 1;
        let mut op = self.local_op(frame, place.local)?;
        for elem in place.projection.iter() {
            op = self.project(op, elem)?;
        }
        Ok(op)
    }

    pub fn eval_operand(&mut self, operand: &Operand) -> InterpResult<Op<'tcx>> {
        match operand {
            Operand::Copy(place) | Operand::Move(place) => self.place_op(place),
            Operand::Constant(ct) => self.eval_const(&ct.const_),
            // The same in every crate that evaluates the constant, whatever that crate's options.
            Operand::RuntimeChecks(_) => Ok(Op::scalar(Scalar::bool(true), self.layout_of(self.tcx.common.bool)?)),
        }
    }

    pub fn eval_const(&mut self, ct: &MirConst) -> InterpResult<Op<'tcx>> {
        let args = self.frame().args;
        let layout = self.layout_of(self.mono(ct.ty())?)?;
        let value = self.tcx.eval_mir_const(ct, args)?;
        self.const_value_op(value, layout)
    }

    pub fn const_value_op(&self, value: ramir::ConstValue, layout: TyAndLayout<'tcx>) -> InterpResult<Op<'tcx>> {
        use ramir::ConstValue;
        let global = |alloc, offset| Pointer { prov: Some(Prov::Global(alloc)), offset };
        let kind = match value {
            ConstValue::ZeroSized => OpKind::Imm(Imm::Uninit),
            ConstValue::Scalar(ramir::Scalar::Int(int)) => {
                OpKind::Imm(Imm::Scalar(Scalar::Int { data: int.data, size: int.size }))
            }
            ConstValue::Scalar(ramir::Scalar::Ptr { alloc, offset }) => {
                OpKind::Imm(Imm::Scalar(global(alloc, offset).into()))
            }
            ConstValue::Slice { alloc, len } => OpKind::Imm(Imm::Pair(global(alloc, 0).into(), Scalar::usize(len))),
            ConstValue::Indirect { alloc, offset } => OpKind::Mem(global(alloc, offset), None),
        };
        Ok(Op { kind, layout })
    }

    /// One step into a value.
    pub fn project(&mut self, op: Op<'tcx>, elem: &PlaceElem) -> InterpResult<Op<'tcx>> {
        match *elem {
            PlaceElem::Deref => Ok(self.deref(&op)?.into_op()),
            PlaceElem::Field(field, _) => self.op_field(op, field.index()),
            PlaceElem::Downcast(variant) => Ok(Op { kind: op.kind, layout: op.layout.for_variant(self.tcx, variant)? }),
            PlaceElem::OpaqueCast(_) => Ok(op),
            PlaceElem::UnwrapUnsafeBinder(ty) => Ok(Op { kind: op.kind, layout: self.layout_of(self.mono(ty)?)? }),
            PlaceElem::Index(_) | PlaceElem::ConstantIndex { .. } | PlaceElem::Subslice { .. } => {
                let meta = match op.kind {
                    OpKind::Mem(_, meta) => meta,
                    OpKind::Imm(_) => None,
                };
                let ptr = self.op_pointer(&op)?;
                Ok(self.project_place(Place::mem(ptr, meta, op.layout), elem)?.into_op())
            }
        }
    }

    pub fn op_field(&mut self, op: Op<'tcx>, i: usize) -> InterpResult<Op<'tcx>> {
        let imm = match op.kind {
            OpKind::Mem(ptr, meta) => {
                return Ok(self.place_field(&Place::mem(ptr, meta, op.layout), i)?.into_op());
            }
            OpKind::Imm(imm) => imm,
        };
        let layout = op.layout.field(self.tcx, i)?;
        if layout.size.bytes() == 0 {
            return Ok(Op::imm(Imm::Uninit, layout));
        }
        let offset = op.layout.fields.offset(i);
        let part = match (imm, scalar_repr(self.tcx, &op.layout, false)) {
            (Imm::Uninit, _) => Some(Imm::Uninit),
            (Imm::Scalar(_), _)
                if layout.size == op.layout.size && matches!(layout.backend_repr, BackendRepr::Scalar(_)) =>
            {
                Some(imm)
            }
            (Imm::Pair(..), _)
                if layout.size == op.layout.size && matches!(layout.backend_repr, BackendRepr::ScalarPair(..)) =>
            {
                Some(imm)
            }
            (Imm::Pair(a, b), Some(Repr::Pair(a_size, b_offset, b_size)))
                if matches!(layout.backend_repr, BackendRepr::Scalar(_)) =>
            {
                if offset == Size::ZERO && layout.size == a_size {
                    Some(Imm::Scalar(a))
                } else if offset == b_offset && layout.size == b_size {
                    Some(Imm::Scalar(b))
                } else {
                    None
                }
            }
            _ => None,
        };
        if let Some(part) = part {
            return Ok(Op::imm(part, layout));
        }
        let ptr = self.spill(imm, op.layout)?;
        Ok(self.place_field(&Place::mem(ptr, None, op.layout), i)?.into_op())
    }

    /// The active variant of a value.
    pub fn read_variant(&mut self, op: Op<'tcx>) -> InterpResult<VariantIdx> {
        let (tag, encoding, tag_field) = match &op.layout.variants {
            Variants::Empty => return failed("read discriminant of an uninhabited enum variant"),
            Variants::Single { index } => {
                let index = *index;
                if op.layout.uninhabited {
                    return failed("read discriminant of an uninhabited enum variant");
                }
                return Ok(index);
            }
            Variants::Multiple { tag, tag_encoding, tag_field, .. } => (*tag, tag_encoding.clone(), *tag_field),
        };
        let tag_op = self.op_field(op, tag_field.index())?;
        let value = self.read_scalar(&tag_op)?;
        let tag_size = tag.size(self.tcx);
        match encoding {
            TagEncoding::Direct => {
                let bits = value.bits()?;
                let discr_size = self.layout_of(self.tcx.discriminant_ty(op.layout.ty)?)?.size;
                let signed = matches!(tag.primitive(), rustc_abi::Primitive::Int(_, true));
                let discr = if signed { tag_size.sign_extend(bits) as u128 } else { bits };
                self.variant_with_discr(&op, discr_size.truncate(discr))
            }
            TagEncoding::Niche { untagged_variant, niche_variants, niche_start } => {
                let Scalar::Int { data, .. } = value else {
                    return if niche_start == 0
                        && niche_variants.start() == niche_variants.end()
                        && !self.may_be_null(value)?
                    {
                        Ok(untagged_variant)
                    } else {
                        failed("enum tag is a pointer of unknown address")
                    };
                };
                let relative = tag_size.truncate(data.wrapping_sub(niche_start));
                let last = niche_variants.end().0 - niche_variants.start().0;
                Ok(if relative <= u128::from(last) {
                    VariantIdx(niche_variants.start().0 + relative as u32)
                } else {
                    untagged_variant
                })
            }
        }
    }

    fn variant_with_discr(&self, op: &Op<'tcx>, discr: u128) -> InterpResult<VariantIdx> {
        let variant = match *self.tcx.kind(op.layout.ty) {
            TyKind::Adt(def, _) => {
                self.tcx.adt_def(def)?.variants.iter().position(|variant| variant.discr == discr).map(VariantIdx::new)
            }
            TyKind::Coroutine(..) => Some(VariantIdx(discr as u32)),
            _ => None,
        };
        match variant {
            Some(variant) => Ok(variant),
            None => failed(format!("enum value has invalid tag: {discr:#x}")),
        }
    }

    /// The user-visible discriminant of a value; 0 for types that are no enum.
    pub fn read_discriminant(&mut self, op: Op<'tcx>) -> InterpResult<(u128, TyAndLayout<'tcx>)> {
        let layout = self.layout_of(self.tcx.discriminant_ty(op.layout.ty)?)?;
        let variant = self.read_variant(op)?;
        let discr = self.tcx.discriminant_for_variant(op.layout.ty, variant)?.unwrap_or(0);
        Ok((layout.size.truncate(discr), layout))
    }
}

/// The field's byte offset within a layout.
pub fn field_offset(layout: &TyAndLayout<'_>, i: usize) -> u64 {
    match layout.fields {
        FieldsShape::Primitive => 0,
        _ => layout.fields.offset(i).bytes(),
    }
}

/// Where the tag is, if the variant is written as a tag: its value and field.
pub fn tag_for_variant<'tcx>(
    tcx: &'tcx Tcx,
    layout: TyAndLayout<'tcx>,
    variant: VariantIdx,
) -> InterpResult<Option<(Scalar, FieldIdx)>> {
    if layout.for_variant(tcx, variant)?.uninhabited {
        return failed("writing discriminant of an uninhabited enum variant");
    }
    Ok(match &layout.variants {
        Variants::Empty | Variants::Single { .. } => None,
        Variants::Multiple { tag_encoding: TagEncoding::Direct, tag, tag_field, .. } => {
            let discr = tcx.discriminant_for_variant(layout.ty, variant)?.unwrap_or(0);
            Some((Scalar::int(discr, tag.size(tcx)), *tag_field))
        }
        Variants::Multiple { tag_encoding: TagEncoding::Niche { untagged_variant, .. }, .. }
            if *untagged_variant == variant =>
        {
            None
        }
        Variants::Multiple {
            tag_encoding: TagEncoding::Niche { niche_variants, niche_start, .. },
            tag,
            tag_field,
            ..
        } => {
            let relative = u128::from(variant.0 - niche_variants.start().0);
            Some((Scalar::int(relative.wrapping_add(*niche_start), tag.size(tcx)), *tag_field))
        }
    })
}
