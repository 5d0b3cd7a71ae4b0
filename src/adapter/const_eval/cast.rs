//! Casts. Semantics: `rustc_const_eval::interpret::cast`.

use super::error::{InterpResult, unsupported};
use super::interp::Interp;
use super::memory::{Pointer, Prov, Scalar};
use super::operand::{Imm, Op};
use super::operator::{NumKind, with_float};
use super::place::Place;
use crate::adapter::TyAndLayout;
use crate::adapter::resolve::ClosureKind;
use ramir::{CastKind, FloatTy, GlobalAlloc, Ty, TyKind};
use rustc_apfloat::{Float, FloatConvert};

impl<'tcx> Interp<'tcx> {
    pub fn cast(&mut self, kind: CastKind, value: Op<'tcx>, to: TyAndLayout<'tcx>, dest: &Place<'tcx>) -> InterpResult {
        match kind {
            CastKind::Unsize => self.unsize_into(value, to, dest),
            CastKind::Transmute | CastKind::Subtype => self.copy_op(&value, dest),
            CastKind::IntToInt | CastKind::IntToFloat | CastKind::PointerWithExposedProvenance => {
                let bits = self.read_scalar(&value)?;
                let result = self.int_cast(bits, value.layout, to)?;
                self.write_scalar(result, dest)
            }
            CastKind::FloatToInt | CastKind::FloatToFloat => {
                let bits = self.read_scalar(&value)?.bits()?;
                let result = self.float_cast(bits, value.layout.ty, to)?;
                self.write_scalar(result, dest)
            }
            CastKind::PtrToPtr
            | CastKind::FnPtrToPtr
            | CastKind::MutToConstPointer
            | CastKind::ArrayToPointer
            | CastKind::UnsafeFnPointer
            | CastKind::PointerExposeProvenance => {
                let imm = self.read_imm(&value)?;
                if kind == CastKind::PointerExposeProvenance
                    && let Imm::Scalar(Scalar::Ptr(..)) | Imm::Pair(Scalar::Ptr(..), _) = imm
                {
                    return unsupported("exposing pointers in a constant");
                }
                let imm = match imm {
                    Imm::Pair(ptr, _) if to.size.bytes() == 8 => Imm::Scalar(ptr),
                    other => other,
                };
                self.write_imm(imm, dest)
            }
            CastKind::ReifyFnPointer => match *self.tcx.kind(value.layout.ty) {
                TyKind::FnDef(def_id, args) => {
                    let id = self.tcx.special_alloc(GlobalAlloc::Function { def_id, args })?;
                    self.write_scalar(Scalar::Ptr(Prov::Global(id), 0), dest)
                }
                ref other => unsupported(format!("reification of {other:?}")),
            },
            CastKind::ClosureFnPointer => match *self.tcx.kind(value.layout.ty) {
                TyKind::Closure(def, args) => {
                    let instance = self.tcx.resolve_closure(def, args, ClosureKind::FnOnce)?;
                    let function = GlobalAlloc::Function { def_id: instance.def_id(), args: instance.args };
                    let id = self.tcx.special_alloc(function)?;
                    self.write_scalar(Scalar::Ptr(Prov::Global(id), 0), dest)
                }
                ref other => unsupported(format!("function pointer to {other:?}")),
            },
        }
    }

    fn int_cast(&self, value: Scalar, from: TyAndLayout<'tcx>, to: TyAndLayout<'tcx>) -> InterpResult<Scalar> {
        if let Scalar::Ptr(..) = value {
            return if to.size == from.size { Ok(value) } else { unsupported("unable to turn pointer into raw bytes") };
        }
        let bits = value.bits()?;
        let signed = match (&from.backend_repr, self.num_kind(from.ty)) {
            (rustc_abi::BackendRepr::Scalar(s), _) => matches!(s.primitive(), rustc_abi::Primitive::Int(_, true)),
            (_, kind) => kind == NumKind::Int { signed: true },
        };
        let extended = if signed { from.size.sign_extend(bits) as u128 } else { bits };
        Ok(match self.num_kind(to.ty) {
            NumKind::Float(f) => {
                let bits = with_float!(f, F => if signed {
                    F::from_i128(extended as i128).value.to_bits()
                } else {
                    F::from_u128(extended).value.to_bits()
                });
                Scalar::int(bits, to.size)
            }
            _ => Scalar::int(extended, to.size),
        })
    }

    fn float_cast(&self, bits: u128, from: Ty, to: TyAndLayout<'tcx>) -> InterpResult<Scalar> {
        let TyKind::Float(from) = *self.tcx.kind(from) else {
            return unsupported("float cast of another type");
        };
        Ok(match self.num_kind(to.ty) {
            NumKind::Int { signed } => {
                let width = to.size.bits() as usize;
                let bits = with_float!(from, F => if signed {
                    F::from_bits(bits).to_i128(width).value as u128
                } else {
                    F::from_bits(bits).to_u128(width).value
                });
                Scalar::int(bits, to.size)
            }
            NumKind::Float(target) => {
                let bits = with_float!(from, F => with_float!(target, G => {
                    let mut loses_info = false;
                    let value: G = F::from_bits(bits).convert(&mut loses_info).value;
                    if value.is_nan() { G::NAN.to_bits() } else { value.to_bits() }
                }));
                Scalar::int(bits, to.size)
            }
            NumKind::Pointer => return unsupported("cast of a float to a pointer"),
        })
    }

    /// Coerces a pointer, or a struct that contains one, to an unsized pointee.
    fn unsize_into(&mut self, value: Op<'tcx>, to: TyAndLayout<'tcx>, dest: &Place<'tcx>) -> InterpResult {
        let (from_ty, to_ty) = (value.layout.ty, to.ty);
        let both_pointers = |from: &TyKind, to: &TyKind| {
            matches!(from, TyKind::Ref(..) | TyKind::RawPtr(..)) && matches!(to, TyKind::Ref(..) | TyKind::RawPtr(..))
        };
        if both_pointers(self.tcx.kind(from_ty), self.tcx.kind(to_ty)) {
            let (Some(from), Some(to)) = (self.tcx.builtin_deref(from_ty), self.tcx.builtin_deref(to_ty)) else {
                return unsupported("unsizing of a value that is no pointer");
            };
            let imm = self.read_imm(&value)?;
            let imm = self.unsize_pointer(imm, from, to)?;
            return self.write_imm(imm, dest);
        }
        match (self.tcx.kind(from_ty), self.tcx.kind(to_ty)) {
            (TyKind::Adt(a, _), TyKind::Adt(b, _)) if a == b => {}
            (TyKind::Pat(..), TyKind::Pat(..)) => {}
            (from, to) => return unsupported(format!("unsizing of {from:?} to {to:?}")),
        }
        for i in 0..value.layout.fields.count() {
            let field = self.op_field(value, i)?;
            let field_dest = self.place_field(dest, i)?;
            if field.layout.size.bytes() == 0 && field_dest.layout.size.bytes() == 0 {
                continue;
            }
            if field.layout.ty == field_dest.layout.ty {
                self.copy_op(&field, &field_dest)?;
            } else {
                self.unsize_into(field, field_dest.layout, &field_dest)?;
            }
        }
        Ok(())
    }

    fn unsize_pointer(&mut self, pointer: Imm, from: Ty, to: Ty) -> InterpResult<Imm> {
        let (mut from_tail, mut to_tail) = (from, to);
        // Structs that differ in their last field only are coerced as that field.
        loop {
            let (TyKind::Adt(a, a_args), TyKind::Adt(b, b_args)) = (self.tcx.kind(from_tail), self.tcx.kind(to_tail))
            else {
                break;
            };
            let (true, Some(field)) = (a == b, self.tcx.adt_def(*a)?.variants.first().and_then(|v| v.fields.last()))
            else {
                break;
            };
            let next = (self.tcx.field_ty(field, *a_args)?, self.tcx.field_ty(field, *b_args)?);
            if next == (from_tail, to_tail) {
                break;
            }
            (from_tail, to_tail) = next;
        }
        match (self.tcx.kind(from_tail), self.tcx.kind(to_tail)) {
            (TyKind::Array(_, len), TyKind::Slice(_)) => {
                let len = self.tcx.const_to_usize(*len)?;
                Ok(Imm::Pair(pointer.scalar()?, Scalar::usize(len)))
            }
            (TyKind::Dynamic(..), TyKind::Dynamic(..)) => {
                let (data, vtable) = pointer.pair()?;
                let (ty, old) = self.vtable(vtable.to_pointer()?)?;
                if old == to_tail {
                    return Ok(pointer);
                }
                Ok(Imm::Pair(data, self.vtable_pointer(ty, to_tail)?.into()))
            }
            (_, TyKind::Dynamic(..)) => {
                Ok(Imm::Pair(pointer.scalar()?, self.vtable_pointer(from_tail, to_tail)?.into()))
            }
            (from, to) => unsupported(format!("unsizing of a pointer to {from:?} to one to {to:?}")),
        }
    }

    pub fn vtable_pointer(&self, ty: Ty, dyn_ty: Ty) -> InterpResult<Pointer> {
        let id = self.tcx.special_alloc(GlobalAlloc::VTable { ty, dyn_ty })?;
        Ok(Pointer { prov: Some(Prov::Global(id)), offset: 0 })
    }

    /// The type and `dyn` type of the vtable that `ptr` points to.
    pub fn vtable(&self, ptr: Pointer) -> InterpResult<(Ty, Ty)> {
        if let Some(Prov::Global(id)) = ptr.prov
            && let GlobalAlloc::VTable { ty, dyn_ty } = *self.tcx.store.global_alloc(id)?
        {
            return Ok((ty, dyn_ty));
        }
        super::error::failed("using a pointer as vtable that does not point to one")
    }
}
