//! Assignments: operators with their checks, casts, aggregates.

use super::{Lowering, rvalue_name};
use crate::ty::mutability;
use ra_ap_hir_ty::{
    PointerCast,
    mir::{AggregateKind, BinOp, BorrowKind, CastKind, Operand, OperandKind, Place, Rvalue, UnOp},
    next_solver::{Ty, TyKind},
};
use ra_ap_rustc_type_ir::inherent::IntoKind;
use rac::adapter::error::{Error, Result};
use ramir::{AssertKind, BinOp as B, Mutability, RawPtrKind};

impl<'a, 'db> Lowering<'a, 'db> {
    pub(super) fn assignment(&mut self, place: &Place, rvalue: &Rvalue) -> Result<()> {
        match rvalue {
            Rvalue::Discriminant(of) => return self.read_discriminant(place, of),
            Rvalue::Use(Operand { kind: OperandKind::Static(id), .. }) => {
                let (place, ty) = self.place(place)?;
                let ty = self.types.ty(ty)?;
                return self.static_address(place, ty, *id);
            }
            _ => {}
        }
        let (dest, dest_ty) = self.place(place)?;
        let rvalue = match rvalue {
            Rvalue::Use(operand) => {
                let (operand, ty) = self.operand(operand)?;
                self.check_type(self.types.ty(ty)?, dest_ty)?;
                ramir::Rvalue::Use(operand)
            }
            Rvalue::CopyForDeref(of) => ramir::Rvalue::CopyForDeref(self.place(of)?.0),
            Rvalue::Repeat(operand, len) => {
                let (operand, _) = self.operand(operand)?;
                let len = match dest_ty.kind() {
                    TyKind::Array(..) => {
                        let array = self.types.ty(dest_ty)?;
                        match *self.types.id.store.interner().kind(array) {
                            ramir::TyKind::Array(_, len) => len,
                            _ => self.types.konst(len.as_ref())?,
                        }
                    }
                    _ => self.types.konst(len.as_ref())?,
                };
                if matches!(operand, ramir::Operand::Move(_)) && !self.is_one(len) {
                    return Err(Error::unsupported("a value that is moved into an array of no or unknown length"));
                }
                ramir::Rvalue::Repeat(operand, len)
            }
            Rvalue::Ref(kind, of) => {
                let (of, ty) = self.place(of)?;
                let to = self.types.ty(ty)?;
                let value_ty = match (dest_ty.kind(), kind) {
                    (TyKind::RawPtr(_, m), _) => ramir::TyKind::RawPtr(to, mutability(m)),
                    (_, BorrowKind::Mut { .. }) => ramir::TyKind::Ref(ramir::Region::Erased, to, Mutability::Mut),
                    (TyKind::Ref(_, _, m), _) => ramir::TyKind::Ref(ramir::Region::Erased, to, mutability(m)),
                    _ => ramir::TyKind::Ref(ramir::Region::Erased, to, Mutability::Not),
                };
                self.check_type(self.mk(value_ty), dest_ty)?;
                match (dest_ty.kind(), kind) {
                    (TyKind::RawPtr(_, m), _) => ramir::Rvalue::RawPtr(
                        match mutability(m) {
                            Mutability::Mut => RawPtrKind::Mut,
                            Mutability::Not => RawPtrKind::Const,
                        },
                        of,
                    ),
                    (_, BorrowKind::Mut { .. }) => ramir::Rvalue::Ref(ramir::BorrowKind::Mut, of),
                    (_, BorrowKind::Shared) => ramir::Rvalue::Ref(ramir::BorrowKind::Shared, of),
                    (_, BorrowKind::Shallow) => return Err(Error::unsupported("a shallow borrow")),
                }
            }
            Rvalue::Len(of) => {
                let (of, ty) = self.place(of)?;
                ramir::Rvalue::Use(self.len_of(of, ty)?)
            }
            Rvalue::Cast(kind, operand, to) => self.cast(kind, operand, to.as_ref())?,
            Rvalue::CheckedBinaryOp(op, lhs, rhs) => return self.binary(dest, dest_ty, op, lhs, rhs),
            Rvalue::UnaryOp(op, operand) => match self.unary(op, operand)? {
                Some(rvalue) => rvalue,
                None => return self.overloaded_unary(dest, op, operand),
            },
            Rvalue::Aggregate(kind, operands) => self.aggregate(kind, operands, dest_ty)?,
            other => return Err(Error::unsupported(format!("`{}` in rust-analyzer's MIR", rvalue_name(other)))),
        };
        self.assign(dest, rvalue);
        Ok(())
    }

    fn is_one(&self, len: ramir::Const) -> bool {
        let value = self.types.id.store.interner().const_kind(len);
        matches!(value, ramir::ConstKind::Value(_, ramir::ValTree::Leaf(len)) if len.data == 1)
    }

    /// What is written must have the type of where it is written: a difference is a step that rust-analyzer left out.
    /// Types with projections and bound regions may be equal without looking so.
    pub(super) fn check_type(&self, value: ramir::Ty, to: Ty<'db>) -> Result<()> {
        use ramir::interner::TypeFlags;
        let interner = self.types.id.store.interner();
        let to = self.types.ty(to)?;
        let unknown = TypeFlags::HAS_ALIAS.union(TypeFlags::HAS_BOUND);
        if value == to
            || interner.flags(value).intersects(unknown)
            || interner.flags(to).intersects(unknown)
            || matches!(interner.kind(value), ramir::TyKind::Never)
        {
            return Ok(());
        }
        let name = |ty| ramir::text::print_ty(interner, &crate::ty::Names(self.types.id.store), ty);
        Err(Error::unsupported(format!("a value of type `{}` where `{}` is expected", name(value), name(to))))
    }

    /// rust-analyzer reads discriminants into one wide local; in ramir each has the enum's type.
    fn read_discriminant(&mut self, place: &Place, of: &Place) -> Result<()> {
        if !place.projection.is_empty() {
            return Err(Error::unsupported("a discriminant that is kept"));
        }
        let (of, ty) = self.place(of)?;
        let discr = self.discriminant(of, ty)?;
        self.discr = Some((place.local, discr));
        Ok(())
    }

    fn discriminant(&mut self, of: ramir::Place, ty: Ty<'db>) -> Result<ramir::Local> {
        let ty = self.types.ty(ty)?;
        let interner = self.types.id.store.interner();
        let ramir::TyKind::Adt(def, _) = *interner.kind(ty) else {
            return Err(Error::unsupported("the discriminant of what is no enum"));
        };
        let ramir::ItemData::Adt(adt) = &self.types.id.store.item(def)?.data else {
            return Err(Error::missing(self.types.id.store.def_path_str(def)));
        };
        use ramir::{IntTy, ReprInt, UintTy};
        let kind = match adt.repr.int {
            None | Some(ReprInt::Pointer(true)) => ramir::TyKind::Int(IntTy::Isize),
            Some(ReprInt::Pointer(false)) => ramir::TyKind::Uint(UintTy::Usize),
            Some(ReprInt::Fixed(1, true)) => ramir::TyKind::Int(IntTy::I8),
            Some(ReprInt::Fixed(2, true)) => ramir::TyKind::Int(IntTy::I16),
            Some(ReprInt::Fixed(4, true)) => ramir::TyKind::Int(IntTy::I32),
            Some(ReprInt::Fixed(8, true)) => ramir::TyKind::Int(IntTy::I64),
            Some(ReprInt::Fixed(_, true)) => ramir::TyKind::Int(IntTy::I128),
            Some(ReprInt::Fixed(1, false)) => ramir::TyKind::Uint(UintTy::U8),
            Some(ReprInt::Fixed(2, false)) => ramir::TyKind::Uint(UintTy::U16),
            Some(ReprInt::Fixed(4, false)) => ramir::TyKind::Uint(UintTy::U32),
            Some(ReprInt::Fixed(8, false)) => ramir::TyKind::Uint(UintTy::U64),
            Some(ReprInt::Fixed(_, false)) => ramir::TyKind::Uint(UintTy::U128),
        };
        let discr_ty = self.mk(kind);
        let discr = self.new_local(discr_ty);
        self.assign(ramir::Place::from_local(discr), ramir::Rvalue::Discriminant(of));
        Ok(discr)
    }

    /// Bits and signedness of an integer type.
    pub(super) fn int_bits(&self, ty: ramir::Ty) -> Result<(u32, bool)> {
        use ramir::{IntTy, UintTy};
        Ok(match *self.types.id.store.interner().kind(ty) {
            ramir::TyKind::Int(int) => (
                match int {
                    IntTy::I8 => 8,
                    IntTy::I16 => 16,
                    IntTy::I32 => 32,
                    IntTy::I64 | IntTy::Isize => 64,
                    IntTy::I128 => 128,
                },
                true,
            ),
            ramir::TyKind::Uint(uint) => (
                match uint {
                    UintTy::U8 => 8,
                    UintTy::U16 => 16,
                    UintTy::U32 => 32,
                    UintTy::U64 | UintTy::Usize => 64,
                    UintTy::U128 => 128,
                },
                false,
            ),
            _ => return Err(Error::unsupported("an integer operation on what is no integer")),
        })
    }

    /// rust-analyzer does not tell an overloaded operator from a built-in one.
    fn overloaded_unary(&mut self, dest: ramir::Place, op: &UnOp, operand: &Operand) -> Result<()> {
        let (operand, ty) = self.operand(operand)?;
        let name = match op {
            UnOp::Not => "not",
            UnOp::Neg => "neg",
        };
        let self_ty = self.types.ty(ty)?;
        self.operator_call(name, name, &[self_ty], vec![operand], dest)
    }

    /// `None`: the operand's type is not primitive.
    fn unary(&mut self, op: &UnOp, operand: &Operand) -> Result<Option<ramir::Rvalue>> {
        let is_literal = matches!(operand.kind, OperandKind::Allocation { .. });
        let (operand, ty) = self.operand(operand)?;
        match (op, ty.kind()) {
            (UnOp::Not, TyKind::Bool | TyKind::Int(_) | TyKind::Uint(_)) => {}
            (UnOp::Neg, TyKind::Int(_) | TyKind::Float(_)) => {}
            _ => return Ok(None),
        }
        let is_signed = matches!(ty.kind(), TyKind::Int(_));
        let ty = self.types.ty(ty)?;
        match op {
            UnOp::Not => Ok(Some(ramir::Rvalue::UnaryOp(ramir::UnOp::Not, operand))),
            UnOp::Neg if is_signed => {
                let (bits, _) = self.int_bits(ty)?;
                if is_literal
                    && let ramir::Operand::Constant(constant) = &operand
                    && let ramir::MirConst::Val(ramir::ConstValue::Scalar(ramir::Scalar::Int(int)), _) = constant.const_
                {
                    // `-128` is one literal: there is no 128 in it to be negated.
                    let data = int.data.wrapping_neg() & mask(bits);
                    return Ok(Some(ramir::Rvalue::Use(self.scalar(ty, data, int.size))));
                }
                if self.overflow_checks {
                    let min = self.scalar(ty, 1 << (bits - 1), (bits / 8) as u8);
                    let bool = self.bool();
                    let operands = Box::new((to_copy(&operand), min));
                    let is_min = self.temp(bool, ramir::Rvalue::BinaryOp(B::Eq, operands));
                    let msg = AssertKind::OverflowNeg(to_copy(&operand));
                    self.assert(ramir::Operand::Move(is_min), false, msg);
                }
                Ok(Some(ramir::Rvalue::UnaryOp(ramir::UnOp::Neg, operand)))
            }
            UnOp::Neg => Ok(Some(ramir::Rvalue::UnaryOp(ramir::UnOp::Neg, operand))),
        }
    }

    fn binary(&mut self, dest: ramir::Place, dest_ty: Ty<'db>, op: &BinOp, lhs: &Operand, rhs: &Operand) -> Result<()> {
        let (lhs, lhs_ty) = self.operand(lhs)?;
        let (rhs, rhs_ty) = self.operand(rhs)?;
        let is_comparison = matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge);
        match (lhs_ty.kind(), rhs_ty.kind()) {
            (
                TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_),
                TyKind::Bool | TyKind::Char | TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_),
            ) => {}
            (TyKind::RawPtr(..), TyKind::RawPtr(..)) | (TyKind::FnPtr(..), TyKind::FnPtr(..)) if is_comparison => {}
            _ if matches!(op, BinOp::Eq) => return self.pattern_constant(dest, lhs, lhs_ty, rhs, rhs_ty),
            _ => return Err(Error::unsupported(format!("`{op}` on types that are not primitive"))),
        }
        let is_int = matches!(lhs_ty.kind(), TyKind::Int(_) | TyKind::Uint(_));
        let lhs_ty = self.types.ty(lhs_ty)?;
        let rhs_ty = self.types.ty(rhs_ty)?;
        let (lowered, checked) = match op {
            BinOp::Add => (B::Add, Some(B::AddWithOverflow)),
            BinOp::Sub => (B::Sub, Some(B::SubWithOverflow)),
            BinOp::Mul => (B::Mul, Some(B::MulWithOverflow)),
            BinOp::Div => (B::Div, None),
            BinOp::Rem => (B::Rem, None),
            BinOp::BitXor => (B::BitXor, None),
            BinOp::BitAnd => (B::BitAnd, None),
            BinOp::BitOr => (B::BitOr, None),
            BinOp::Shl => (B::Shl, None),
            BinOp::Shr => (B::Shr, None),
            BinOp::Eq => (B::Eq, None),
            BinOp::Lt => (B::Lt, None),
            BinOp::Le => (B::Le, None),
            BinOp::Ne => (B::Ne, None),
            BinOp::Ge => (B::Ge, None),
            BinOp::Gt => (B::Gt, None),
            BinOp::Offset => (B::Offset, None),
        };
        let operands = Box::new((lhs.clone(), rhs.clone()));
        if is_int && self.overflow_checks {
            if let Some(checked) = checked {
                let ty = self.types.ty(dest_ty)?;
                let bool = self.bool();
                let pair_ty = self.mk(ramir::TyKind::Tuple(Box::new([ty, bool])));
                let pair =
                    self.temp(pair_ty, ramir::Rvalue::BinaryOp(checked, Box::new((to_copy(&lhs), to_copy(&rhs)))));
                let overflowed = pair.project(ramir::PlaceElem::Field(ramir::FieldIdx(1), bool));
                let msg = AssertKind::Overflow(lowered, lhs, rhs);
                self.assert(ramir::Operand::Move(overflowed), false, msg);
                let value = pair.project(ramir::PlaceElem::Field(ramir::FieldIdx(0), ty));
                self.assign(dest, ramir::Rvalue::Use(ramir::Operand::Move(value)));
                return Ok(());
            }
            if matches!(lowered, B::Shl | B::Shr) {
                self.shift_check(lowered, &lhs, lhs_ty, &rhs, rhs_ty)?;
            }
        }
        if is_int && matches!(lowered, B::Div | B::Rem) {
            self.division_check(lowered, &lhs, &rhs, lhs_ty)?;
        }
        self.assign(dest, ramir::Rvalue::BinaryOp(lowered, operands));
        Ok(())
    }

    /// Whether the place that a pattern looks at holds the pattern's constant, by `PartialEq`. rustc takes the constant apart
    /// and compares its leaves; a type in such a constant has the derived `PartialEq`, which does the same.
    fn pattern_constant(
        &mut self,
        dest: ramir::Place,
        constant: ramir::Operand,
        mut constant_ty: Ty<'db>,
        place: ramir::Operand,
        mut place_ty: Ty<'db>,
    ) -> Result<()> {
        let shared = |ty: Ty<'db>| match ty.kind() {
            TyKind::Ref(_, to, m) if mutability(m) == Mutability::Not => Some(to),
            _ => None,
        };
        let operands = if let (Some(a), Some(b)) = (shared(constant_ty), shared(place_ty)) {
            (constant_ty, place_ty) = (a, b);
            vec![constant, place]
        } else {
            vec![self.borrowed(constant, constant_ty)?, self.borrowed(place, place_ty)?]
        };
        let types = [self.types.ty(constant_ty)?, self.types.ty(place_ty)?];
        self.operator_call("eq", "eq", &types, operands, dest)
    }

    /// A shared reference to an operand's place, or to a temporary that holds a constant, which is never dropped.
    fn borrowed(&mut self, operand: ramir::Operand, ty: Ty<'db>) -> Result<ramir::Operand> {
        let needs_drop = self.may_need_drop(ty);
        let ty = self.types.ty(ty)?;
        let place = match operand {
            ramir::Operand::Copy(place) | ramir::Operand::Move(place) => place,
            constant if needs_drop => {
                let store = self.types.id.store;
                let wrapper = store.require_lang_item("manually_drop")?;
                let args = store.interner().mk_args(&[ramir::GenericArg::Type(ty)]);
                let wrapper_ty = self.mk(ramir::TyKind::Adt(wrapper, args));
                let wrapped = ramir::Rvalue::Cast(ramir::CastKind::Transmute, constant, wrapper_ty);
                let wrapped = self.temp(wrapper_ty, wrapped);
                self.inside(wrapped, wrapper, &[0, 0], ty)?
            }
            constant => self.temp(ty, ramir::Rvalue::Use(constant)),
        };
        let reference = self.mk(ramir::TyKind::Ref(ramir::Region::Erased, ty, Mutability::Not));
        let borrow = ramir::Rvalue::Ref(ramir::BorrowKind::Shared, place);
        Ok(ramir::Operand::Copy(self.temp(reference, borrow)))
    }

    /// A shift overflows if its distance, taken as unsigned, is not less than the number of bits.
    fn shift_check(
        &mut self,
        op: B,
        lhs: &ramir::Operand,
        lhs_ty: ramir::Ty,
        rhs: &ramir::Operand,
        rhs_ty: ramir::Ty,
    ) -> Result<()> {
        use ramir::{IntTy, TyKind as K, UintTy};
        let (bits, _) = self.int_bits(lhs_ty)?;
        let (rhs_bits, _) = self.int_bits(rhs_ty)?;
        let unsigned = match *self.types.id.store.interner().kind(rhs_ty) {
            K::Int(int) => Some(match int {
                IntTy::Isize => UintTy::Usize,
                IntTy::I8 => UintTy::U8,
                IntTy::I16 => UintTy::U16,
                IntTy::I32 => UintTy::U32,
                IntTy::I64 => UintTy::U64,
                IntTy::I128 => UintTy::U128,
            }),
            _ => None,
        };
        let (distance, ty) = match unsigned {
            Some(uint) => {
                let ty = self.mk(K::Uint(uint));
                let cast = ramir::Rvalue::Cast(ramir::CastKind::IntToInt, to_copy(rhs), ty);
                (ramir::Operand::Move(self.temp(ty, cast)), ty)
            }
            None => (to_copy(rhs), rhs_ty),
        };
        let limit = self.scalar(ty, bits.into(), (rhs_bits / 8) as u8);
        let bool = self.bool();
        let inside = self.temp(bool, ramir::Rvalue::BinaryOp(B::Lt, Box::new((distance, limit))));
        self.assert(ramir::Operand::Move(inside), true, AssertKind::Overflow(op, to_copy(lhs), to_copy(rhs)));
        Ok(())
    }

    fn division_check(&mut self, op: B, lhs: &ramir::Operand, rhs: &ramir::Operand, ty: ramir::Ty) -> Result<()> {
        let (bits, signed) = self.int_bits(ty)?;
        let size = (bits / 8) as u8;
        let bool = self.bool();
        let zero = self.scalar(ty, 0, size);
        let is_zero = self.temp(bool, ramir::Rvalue::BinaryOp(B::Eq, Box::new((to_copy(rhs), zero))));
        let msg = match op {
            B::Div => AssertKind::DivisionByZero(to_copy(lhs)),
            _ => AssertKind::RemainderByZero(to_copy(lhs)),
        };
        self.assert(ramir::Operand::Move(is_zero), false, msg);
        if signed {
            // The smallest value has no opposite.
            let minus_one = self.scalar(ty, mask(bits), size);
            let min = self.scalar(ty, 1 << (bits - 1), size);
            let is_neg_1 = self.temp(bool, ramir::Rvalue::BinaryOp(B::Eq, Box::new((to_copy(rhs), minus_one))));
            let is_min = self.temp(bool, ramir::Rvalue::BinaryOp(B::Eq, Box::new((to_copy(lhs), min))));
            let both = Box::new((ramir::Operand::Move(is_neg_1), ramir::Operand::Move(is_min)));
            let overflows = self.temp(bool, ramir::Rvalue::BinaryOp(B::BitAnd, both));
            let msg = AssertKind::Overflow(op, to_copy(lhs), to_copy(rhs));
            self.assert(ramir::Operand::Move(overflows), false, msg);
        }
        Ok(())
    }

    fn cast(&mut self, kind: &CastKind, operand: &Operand, to: Ty<'db>) -> Result<ramir::Rvalue> {
        use ramir::CastKind as C;
        let (mut operand, from) = self.operand(operand)?;
        let target = self.types.ty(to)?;
        let kind = match kind {
            CastKind::PointerExposeAddress => C::PointerExposeProvenance,
            CastKind::PointerFromExposedAddress => C::PointerWithExposedProvenance,
            CastKind::PtrToPtr => C::PtrToPtr,
            CastKind::IntToInt => {
                if matches!(from.kind(), TyKind::Adt(..)) {
                    let place = match operand {
                        ramir::Operand::Copy(place) | ramir::Operand::Move(place) => place,
                        other => {
                            let ty = self.types.ty(from)?;
                            self.temp(ty, ramir::Rvalue::Use(other))
                        }
                    };
                    operand = ramir::Operand::Move(ramir::Place::from_local(self.discriminant(place, from)?));
                }
                C::IntToInt
            }
            CastKind::FloatToInt => C::FloatToInt,
            CastKind::FloatToFloat => C::FloatToFloat,
            CastKind::IntToFloat => C::IntToFloat,
            CastKind::FnPtrToPtr => C::FnPtrToPtr,
            CastKind::PointerCoercion(coercion) => match coercion {
                PointerCast::ReifyFnPointer => C::ReifyFnPointer,
                PointerCast::UnsafeFnPointer => C::UnsafeFnPointer,
                PointerCast::ClosureFnPointer(_) => C::ClosureFnPointer,
                PointerCast::MutToConstPointer => C::MutToConstPointer,
                // A block's value is coerced, then the block.
                PointerCast::Unsize if self.types.ty(from)? == target => return Ok(ramir::Rvalue::Use(operand)),
                PointerCast::Unsize => C::Unsize,
                PointerCast::ArrayToPointer => {
                    // `&[T; N] as *const T` takes a raw pointer to the array first.
                    if let TyKind::Ref(_, array, m) = from.kind() {
                        if !matches!(array.kind(), TyKind::Array(..)) {
                            return Err(Error::unsupported("a cast of a reference to what is no array"));
                        }
                        let (ramir::Operand::Copy(place) | ramir::Operand::Move(place)) = operand else {
                            return Err(Error::unsupported("a cast of a constant reference"));
                        };
                        let array = self.types.ty(array)?;
                        let kind = match mutability(m) {
                            Mutability::Mut => RawPtrKind::Mut,
                            Mutability::Not => RawPtrKind::Const,
                        };
                        let pointer = self.mk(ramir::TyKind::RawPtr(array, mutability(m)));
                        let place = place.project(ramir::PlaceElem::Deref);
                        operand = ramir::Operand::Copy(self.temp(pointer, ramir::Rvalue::RawPtr(kind, place)));
                    }
                    C::ArrayToPointer
                }
            },
            CastKind::DynStar => return Err(Error::unsupported("a cast to `dyn*`")),
        };
        Ok(ramir::Rvalue::Cast(kind, operand, target))
    }

    fn aggregate(&mut self, kind: &AggregateKind, operands: &[Operand], ty: Ty<'db>) -> Result<ramir::Rvalue> {
        use ramir::AggregateKind as A;
        let kind = match kind {
            AggregateKind::Array(elem) => A::Array(self.types.ty(elem.as_ref())?),
            AggregateKind::Tuple(_) => A::Tuple,
            AggregateKind::Adt(variant, args) => {
                let (def, index) = self.types.id.variant(*variant)?;
                A::Adt(def, index, self.types.args(def, args.as_ref())?, None)
            }
            AggregateKind::Union(_, field) => {
                let ty = self.types.ty(ty)?;
                let ramir::TyKind::Adt(def, args) = *self.types.id.store.interner().kind(ty) else {
                    return Err(Error::unsupported("a union literal of another type"));
                };
                let field = ramir::FieldIdx(field.local_id.into_raw().into_u32());
                A::Adt(def, ramir::VariantIdx(0), args, Some(field))
            }
            AggregateKind::Closure(ty) => {
                let ty = self.types.ty(ty.as_ref())?;
                match *self.types.id.store.interner().kind(ty) {
                    ramir::TyKind::Closure(def, args) => A::Closure(def, args),
                    ramir::TyKind::Coroutine(def, args) => A::Coroutine(def, args),
                    _ => return Err(Error::unsupported("a closure of another type")),
                }
            }
        };
        let operands = operands.iter().map(|operand| Ok(self.operand(operand)?.0)).collect::<Result<_>>()?;
        Ok(ramir::Rvalue::Aggregate(kind, operands))
    }
}

fn mask(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

/// The operand, to be read once more.
fn to_copy(operand: &ramir::Operand) -> ramir::Operand {
    match operand {
        ramir::Operand::Move(place) => ramir::Operand::Copy(place.clone()),
        other => other.clone(),
    }
}
