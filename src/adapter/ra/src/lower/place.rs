//! Places, operands and constants.

use super::{Lowering, unsupported_place};
use crate::identity::Def;
use ra_ap_hir_def::StaticId;
use ra_ap_hir_ty::{
    MemoryMap,
    db::GeneralConstId,
    mir::{Operand, OperandKind, Place, PlaceTy, ProjectionElem},
    next_solver::{Const, ConstKind, Ty, TyKind},
};
use ra_ap_rustc_type_ir::{
    FloatTy,
    inherent::{GenericArgs as _, IntoKind, Ty as _},
};
use rac::adapter::error::{Error, Result};
use ramir::{ConstValue, MirConst, PlaceElem};

impl<'a, 'db> Lowering<'a, 'db> {
    pub(super) fn place(&mut self, place: &Place) -> Result<(ramir::Place, Ty<'db>)> {
        self.place_prefix(place, place.projection.lookup().len())
    }

    /// The first `len` steps of a place.
    pub(super) fn place_prefix(&mut self, place: &Place, len: usize) -> Result<(ramir::Place, Ty<'db>)> {
        let mut lowered = ramir::Place::from_local(self.local(place.local)?);
        let mut ty = PlaceTy::from_ty(self.mir.locals[place.local].ty.as_ref());
        for elem in &place.projection.lookup()[..len] {
            let base = ty.ty;
            ty = match (elem, base.kind()) {
                // rust-analyzer takes the number of elements behind the part for its end.
                (&ProjectionElem::Subslice { from, to }, TyKind::Array(elem, len)) => {
                    let len = self.known_len(len)?.checked_sub(from + to).ok_or_else(|| unsupported_place(place))?;
                    PlaceTy::from_ty(Ty::new_array(self.infcx.interner, elem, len))
                }
                // Of a coroutine rust-analyzer knows no fields.
                (&ProjectionElem::Field(field), TyKind::Coroutine(_, args)) => {
                    let upvars = args.as_coroutine().tupled_upvars_ty();
                    let ty = upvars.tuple_fields().get(field.0 as usize).copied();
                    PlaceTy::from_ty(ty.ok_or_else(|| unsupported_place(place))?)
                }
                _ => ty.projection_ty(&self.infcx, elem, self.env),
            };
            let elem = match *elem {
                ProjectionElem::Deref => PlaceElem::Deref,
                ProjectionElem::Field(field) => {
                    let ty = self.types.ty(ty.ty)?;
                    PlaceElem::Field(ramir::FieldIdx(field.0), ty)
                }
                ProjectionElem::Index(index) => PlaceElem::Index(self.local(index)?),
                ProjectionElem::ConstantIndex { offset, from_end } => match (base.kind(), from_end) {
                    (TyKind::Array(_, len), true) => {
                        let len = self.known_len(len)?;
                        let offset = len.checked_sub(offset + 1).ok_or_else(|| unsupported_place(place))?;
                        PlaceElem::ConstantIndex { offset, min_length: len, from_end: false }
                    }
                    (_, true) => PlaceElem::ConstantIndex { offset: offset + 1, min_length: offset + 1, from_end },
                    (_, false) => PlaceElem::ConstantIndex { offset, min_length: offset + 1, from_end },
                },
                ProjectionElem::Subslice { from, to } => match base.kind() {
                    TyKind::Array(_, len) => {
                        let to = self.known_len(len)?.checked_sub(to).ok_or_else(|| unsupported_place(place))?;
                        PlaceElem::Subslice { from, to, from_end: false }
                    }
                    _ => PlaceElem::Subslice { from, to, from_end: true },
                },
                ProjectionElem::Downcast(variant) => PlaceElem::Downcast(self.types.id.variant(variant)?.1),
            };
            lowered.projection.0.push(elem);
        }
        Ok((lowered, ty.ty))
    }

    fn known_len(&self, len: Const<'db>) -> Result<u64> {
        ra_ap_hir_ty::consteval::try_const_usize(self.types.id.db, len)
            .and_then(|len| u64::try_from(len).ok())
            .ok_or_else(|| Error::unsupported("a pattern for the end of an array of unknown length"))
    }

    pub(super) fn operand(&mut self, operand: &Operand) -> Result<(ramir::Operand, Ty<'db>)> {
        match &operand.kind {
            OperandKind::Copy(place) | OperandKind::Move(place) => {
                let (place, ty) = self.place(place)?;
                let operand = if self.is_copy(ty) { ramir::Operand::Copy(place) } else { ramir::Operand::Move(place) };
                Ok((operand, ty))
            }
            OperandKind::Constant { konst, ty } => {
                let ty = ty.as_ref();
                Ok((self.constant(self.konst(konst.as_ref(), ty)?), ty))
            }
            OperandKind::Allocation { allocation } => {
                let data = allocation.as_ref();
                let value = self.literal(data.ty, &data.memory, &data.memory_map)?;
                let ty = self.types.ty(data.ty)?;
                Ok((self.constant(MirConst::Val(value, ty)), data.ty))
            }
            OperandKind::OffsetOf { container, fields } => self.offset_of(container.as_ref(), fields.lookup()),
            OperandKind::Static(_) => Err(Error::unsupported("the address of a static as an operand")),
        }
    }

    pub(super) fn constant(&self, const_: MirConst) -> ramir::Operand {
        ramir::Operand::Constant(Box::new(ramir::ConstOperand { span: self.info.span, const_ }))
    }

    /// An integer, `bool` or `char` of type `ty`.
    pub(super) fn scalar(&self, ty: ramir::Ty, data: u128, size: u8) -> ramir::Operand {
        let scalar = ramir::Scalar::Int(ramir::ScalarInt { data, size });
        self.constant(MirConst::Val(ConstValue::Scalar(scalar), ty))
    }

    fn konst(&self, konst: Const<'db>, ty: Ty<'db>) -> Result<MirConst> {
        let lowered = self.types.ty(ty)?;
        match konst.kind() {
            ConstKind::Param(_) => Ok(MirConst::Ty(lowered, self.types.konst(konst)?)),
            ConstKind::Unevaluated(unevaluated) => match unevaluated.def.0 {
                GeneralConstId::ConstId(id) => {
                    let def = self.types.id.def_id(Def::Const(id))?;
                    let args = self.types.args(def, unevaluated.args)?;
                    Ok(MirConst::Unevaluated { def, args, promoted: None, ty: lowered })
                }
                GeneralConstId::AnonConstId(id) => {
                    let (def, args) = self.types.anon_const(id, unevaluated.args)?;
                    Ok(MirConst::Unevaluated { def, args, promoted: None, ty: lowered })
                }
                GeneralConstId::StaticId(_) => Err(Error::unsupported("a static as a constant")),
            },
            _ => Err(Error::unsupported("a constant of an unknown kind in rust-analyzer's MIR")),
        }
    }

    /// The value of a literal, or of a function item.
    fn literal(&self, ty: Ty<'db>, memory: &[u8], map: &MemoryMap<'db>) -> Result<ConstValue> {
        let pointee = |bytes: &[u8]| {
            self.types.id.store.interner().new_alloc(ramir::GlobalAlloc::Memory(ramir::Allocation {
                bytes: bytes.to_vec(),
                provenance: Vec::new(),
                uninit: Vec::new(),
                align: 1,
                mutability: ramir::Mutability::Not,
            }))
        };
        match (ty.kind(), map) {
            (TyKind::FnDef(..), MemoryMap::Empty) => Ok(ConstValue::ZeroSized),
            (TyKind::Tuple(tys), MemoryMap::Empty) if tys.is_empty() => Ok(ConstValue::ZeroSized),
            (TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_), MemoryMap::Empty) => {
                // rust-analyzer writes floats with more bytes than they have.
                let size = match ty.kind() {
                    TyKind::Float(FloatTy::F16 | FloatTy::F128) => {
                        // Their bits are not always those of the value.
                        return Err(Error::unsupported("a literal of type `f16` or `f128`"));
                    }
                    TyKind::Float(FloatTy::F32) => 4,
                    TyKind::Float(FloatTy::F64) => 8,
                    _ => memory.len().min(16),
                };
                if memory.len() < size {
                    return Err(Error::unsupported("a literal with too few bytes"));
                }
                let mut data = [0; 16];
                data[..size].copy_from_slice(&memory[..size]);
                let data = u128::from_le_bytes(data);
                Ok(ConstValue::Scalar(ramir::Scalar::Int(ramir::ScalarInt { data, size: size as u8 })))
            }
            (TyKind::Ref(_, to, _), map) => {
                let bytes: &[u8] = match map {
                    MemoryMap::Simple(bytes) => bytes,
                    MemoryMap::Empty => &[],
                    MemoryMap::Complex(_) => {
                        return Err(Error::unsupported("a constant with addresses of rust-analyzer's"));
                    }
                };
                let alloc = pointee(bytes);
                match to.kind() {
                    TyKind::Array(..) => Ok(ConstValue::Scalar(ramir::Scalar::Ptr { alloc, offset: 0 })),
                    TyKind::Str | TyKind::Slice(_) | TyKind::Adt(..) => {
                        Ok(ConstValue::Slice { alloc, len: bytes.len() as u64 })
                    }
                    _ => Err(Error::unsupported("a literal of an unknown type")),
                }
            }
            _ => Err(Error::unsupported("a constant value that is no literal")),
        }
    }

    /// The address of a static, as the reference or pointer type that `place` has.
    pub(super) fn static_address(&mut self, place: ramir::Place, ty: ramir::Ty, id: StaticId) -> Result<()> {
        let def = self.types.id.def_id(Def::Static(id))?;
        let ramir::ItemData::Static(item) = &self.types.id.store.item(def)?.data else {
            return Err(Error::missing(self.types.id.store.def_path_str(def)));
        };
        if item.attrs.thread_local {
            self.assign(place, ramir::Rvalue::ThreadLocalRef(def));
        } else {
            let alloc = self.types.id.store.interner().new_alloc(ramir::GlobalAlloc::Static(def));
            let value = ConstValue::Scalar(ramir::Scalar::Ptr { alloc, offset: 0 });
            let operand = self.constant(MirConst::Val(value, ty));
            self.assign(place, ramir::Rvalue::Use(operand));
        }
        Ok(())
    }

    /// A read of a place marks where an index into it is checked.
    pub(super) fn bounds_check(&mut self, place: &Place) -> Result<()> {
        let Some((ProjectionElem::Index(index), base)) = place.projection.lookup().split_last() else { return Ok(()) };
        let (base, base_ty) = self.place_prefix(place, base.len())?;
        let index = ramir::Operand::Copy(ramir::Place::from_local(self.local(*index)?));
        let len = self.len_of(base, base_ty)?;
        let bool = self.bool();
        let operands = Box::new((index.clone(), len.clone()));
        let in_bounds = self.temp(bool, ramir::Rvalue::BinaryOp(ramir::BinOp::Lt, operands));
        self.assert(ramir::Operand::Move(in_bounds), true, ramir::AssertKind::BoundsCheck { len, index });
        Ok(())
    }

    /// The length of an array or slice.
    pub(super) fn len_of(&mut self, place: ramir::Place, ty: Ty<'db>) -> Result<ramir::Operand> {
        let usize = self.usize();
        match ty.kind() {
            TyKind::Array(..) => {
                let ty = self.types.ty(ty)?;
                let ramir::TyKind::Array(_, len) = *self.types.id.store.interner().kind(ty) else {
                    return Err(Error::unsupported("an array without a length"));
                };
                Ok(self.constant(MirConst::Ty(usize, len)))
            }
            TyKind::Slice(_) => {
                let slice = self.types.ty(ty)?;
                let pointer = self.mk(ramir::TyKind::RawPtr(slice, ramir::Mutability::Not));
                let pointer = self.temp(pointer, ramir::Rvalue::RawPtr(ramir::RawPtrKind::FakeForPtrMetadata, place));
                let len = ramir::Rvalue::UnaryOp(ramir::UnOp::PtrMetadata, ramir::Operand::Copy(pointer));
                Ok(ramir::Operand::Copy(self.temp(usize, len)))
            }
            _ => Err(Error::unsupported("the length of what is neither array nor slice")),
        }
    }
}
