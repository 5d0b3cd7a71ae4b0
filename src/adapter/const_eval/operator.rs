//! Arithmetic and comparisons. Semantics: `rustc_const_eval::interpret::operator`.

use super::error::{InterpResult, failed, unsupported};
use super::interp::Interp;
use super::memory::{Pointer, Prov, Scalar};
use super::operand::{Imm, Op};
use crate::adapter::TyAndLayout;
use ramir::{BinOp, FloatTy, GlobalAlloc, Ty, TyKind, UnOp};
use rustc_abi::Size;
use rustc_apfloat::Float;

/// Runs `$body` with `$F` as the float type that `$ty` names.
macro_rules! with_float {
    ($ty:expr, $F:ident => $body:expr) => {
        match $ty {
            FloatTy::F16 => {
                type $F = rustc_apfloat::ieee::Half;
                $body
            }
            FloatTy::F32 => {
                type $F = rustc_apfloat::ieee::Single;
                $body
            }
            FloatTy::F64 => {
                type $F = rustc_apfloat::ieee::Double;
                $body
            }
            FloatTy::F128 => {
                type $F = rustc_apfloat::ieee::Quad;
                $body
            }
        }
    };
}
pub(super) use with_float;

/// Whether an integer type is signed, and where floats, bools and chars are among the primitives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumKind {
    Int { signed: bool },
    Float(FloatTy),
    Pointer,
}

impl<'tcx> Interp<'tcx> {
    pub fn num_kind(&self, ty: Ty) -> NumKind {
        match *self.tcx.kind(ty) {
            TyKind::Int(_) => NumKind::Int { signed: true },
            TyKind::Float(f) => NumKind::Float(f),
            TyKind::Ref(..) | TyKind::RawPtr(..) | TyKind::FnPtr(_) => NumKind::Pointer,
            TyKind::Pat(base, _) => self.num_kind(base),
            TyKind::Adt(..) if self.tcx.boxed_ty(ty).is_some() => NumKind::Pointer,
            _ => NumKind::Int { signed: false },
        }
    }

    /// A binary operation. `left` and `right` are immediates with their layouts; the result is of MIR's type for it.
    pub fn binary_op(
        &self,
        op: BinOp,
        left: Imm,
        left_layout: TyAndLayout<'tcx>,
        right: Imm,
        right_layout: TyAndLayout<'tcx>,
    ) -> InterpResult<Imm> {
        if op == BinOp::Offset {
            let pointee = self.tcx.builtin_deref(left_layout.ty);
            let Some(pointee) = pointee else { return unsupported("offset of a value that is no pointer") };
            let size = self.layout_of(pointee)?.size.bytes();
            let count = right.scalar()?.to_u64()?;
            let (ptr, meta) = left.pointer()?;
            return Ok(Imm::from_pointer(self.offset_in_bounds(ptr, count.wrapping_mul(size))?, meta));
        }
        match self.num_kind(left_layout.ty) {
            NumKind::Pointer => self.binary_pointer_op(op, left, right),
            NumKind::Float(f) => {
                Ok(Imm::Scalar(binary_float_op(op, f, left.scalar()?.bits()?, right.scalar()?.bits()?)?))
            }
            NumKind::Int { signed } => {
                let (l, r) = (left.scalar()?, right.scalar()?);
                if let (Scalar::Ptr(..), _) | (_, Scalar::Ptr(..)) = (l, r) {
                    // An integer that was made of a pointer.
                    return self.binary_pointer_op(op, left, right);
                }
                let right_signed = self.num_kind(right_layout.ty) == NumKind::Int { signed: true };
                let left_size = left_layout.size;
                binary_int_op(op, signed, left_size, l.bits()?, r.bits()?, right_layout.size, right_signed)
            }
        }
    }

    fn binary_pointer_op(&self, op: BinOp, left: Imm, right: Imm) -> InterpResult<Imm> {
        let bool_result = |b| Ok(Imm::Scalar(Scalar::bool(b)));
        let ((l, l_meta), (r, r_meta)) = (left.pointer()?, right.pointer()?);
        let meta = |meta: Option<Scalar>| match meta {
            Some(Scalar::Int { data, .. }) => data as u64,
            _ => 0,
        };
        if l.prov.is_none() && r.prov.is_none() {
            let (a, b) = ((l.offset, meta(l_meta)), (r.offset, meta(r_meta)));
            return match op {
                BinOp::Eq => bool_result(a == b),
                BinOp::Ne => bool_result(a != b),
                BinOp::Lt => bool_result(a < b),
                BinOp::Le => bool_result(a <= b),
                BinOp::Gt => bool_result(a > b),
                BinOp::Ge => bool_result(a >= b),
                _ => unsupported(format!("{op:?} of pointers")),
            };
        }
        let same = match (l.prov, r.prov) {
            (Some(a), Some(b)) => self.same_alloc(a, b)?,
            _ => false,
        };
        match (op, self.guaranteed_cmp(l.into(), r.into())?) {
            (BinOp::Eq, 0) => bool_result(false),
            (BinOp::Ne, 0) => bool_result(true),
            // Within one allocation of this evaluation offsets decide.
            (BinOp::Eq, _) if same => bool_result(l.offset == r.offset && l_meta == r_meta),
            (BinOp::Ne, _) if same => bool_result(l.offset != r.offset || l_meta != r_meta),
            (BinOp::Lt, _) if same => bool_result(l.offset < r.offset),
            (BinOp::Le, _) if same => bool_result(l.offset <= r.offset),
            (BinOp::Gt, _) if same => bool_result(l.offset > r.offset),
            (BinOp::Ge, _) if same => bool_result(l.offset >= r.offset),
            _ => unsupported("pointers cannot be reliably compared during const eval"),
        }
    }

    /// 1 if two pointers are equal at run time, 0 if they are not, 2 if that is not known.
    pub fn guaranteed_cmp(&self, a: Scalar, b: Scalar) -> InterpResult<u8> {
        match (a, b) {
            (Scalar::Int { data: a, .. }, Scalar::Int { data: b, .. }) => Ok((a == b).into()),
            (Scalar::Int { data, .. }, Scalar::Ptr(prov, offset))
            | (Scalar::Ptr(prov, offset), Scalar::Int { data, .. }) => {
                let shifted = Scalar::Ptr(prov, offset.wrapping_sub(data as u64));
                Ok(if self.may_be_null(shifted)? { 2 } else { 0 })
            }
            (Scalar::Ptr(a, a_offset), Scalar::Ptr(b, b_offset)) => {
                let ((a_size, a_align), (b_size, b_align)) = (self.alloc_size_align(a)?, self.alloc_size_align(b)?);
                let min_align = a_align.min(b_align);
                if min_align > 1 && a_offset % min_align != b_offset % min_align {
                    return Ok(0);
                }
                if let (Prov::Global(a_id), Prov::Global(b_id)) = (a, b)
                    && let (GlobalAlloc::Static(a_def), GlobalAlloc::Static(b_def)) =
                        (self.tcx.store.global_alloc(a_id)?, self.tcx.store.global_alloc(b_id)?)
                {
                    return Ok(if a_def == b_def {
                        (a_offset == b_offset).into()
                    } else if a_offset < a_size && b_offset < b_size {
                        0
                    } else {
                        2
                    });
                }
                Ok(2)
            }
        }
    }

    /// `ptr + bytes`, which must stay within the allocation.
    pub fn offset_in_bounds(&self, ptr: Pointer, bytes: u64) -> InterpResult<Pointer> {
        let to = ptr.wrapping_add(bytes);
        match ptr.prov {
            Some(prov) if bytes != 0 => {
                let (size, _) = self.alloc_size_align(prov)?;
                if ptr.offset > size || to.offset > size {
                    return failed(format!(
                        "in-bounds pointer arithmetic failed: attempting to offset pointer by {} bytes, but the allocation has {size} bytes",
                        bytes as i64
                    ));
                }
            }
            None if bytes != 0 => {
                return failed("in-bounds pointer arithmetic failed: pointer without provenance");
            }
            _ => {}
        }
        Ok(to)
    }

    pub fn unary_op(&self, op: UnOp, value: &Op<'tcx>) -> InterpResult<Imm> {
        let size = value.layout.size;
        match op {
            UnOp::PtrMetadata => match self.read_imm(value)? {
                Imm::Pair(_, meta) => Ok(Imm::Scalar(meta)),
                _ => Ok(Imm::Uninit),
            },
            UnOp::Not => {
                let bits = self.read_scalar(value)?.bits()?;
                let bits = if *self.tcx.kind(value.layout.ty) == TyKind::Bool { bits ^ 1 } else { !bits };
                Ok(Imm::Scalar(Scalar::int(bits, size)))
            }
            UnOp::Neg => {
                let bits = self.read_scalar(value)?.bits()?;
                let bits = match self.num_kind(value.layout.ty) {
                    NumKind::Float(f) => with_float!(f, F => (-F::from_bits(bits)).to_bits()),
                    _ => bits.wrapping_neg(),
                };
                Ok(Imm::Scalar(Scalar::int(bits, size)))
            }
        }
    }
}

fn binary_float_op(op: BinOp, ty: FloatTy, a: u128, b: u128) -> InterpResult<Scalar> {
    let bits: u32 = match ty {
        FloatTy::F16 => 16,
        FloatTy::F32 => 32,
        FloatTy::F64 => 64,
        FloatTy::F128 => 128,
    };
    with_float!(ty, F => {
        let (a, b) = (F::from_bits(a), F::from_bits(b));
        let result = match op {
            BinOp::Eq => return Ok(Scalar::bool(a == b)),
            BinOp::Ne => return Ok(Scalar::bool(a != b)),
            BinOp::Lt => return Ok(Scalar::bool(a < b)),
            BinOp::Le => return Ok(Scalar::bool(a <= b)),
            BinOp::Gt => return Ok(Scalar::bool(a > b)),
            BinOp::Ge => return Ok(Scalar::bool(a >= b)),
            BinOp::Add => (a + b).value,
            BinOp::Sub => (a - b).value,
            BinOp::Mul => (a * b).value,
            BinOp::Div => (a / b).value,
            BinOp::Rem => (a % b).value,
            _ => return unsupported(format!("{op:?} of floats")),
        };
        let result = if result.is_nan() { F::NAN } else { result };
        Ok(Scalar::int(result.to_bits(), Size::from_bits(bits)))
    })
}

fn binary_int_op(
    op: BinOp,
    signed: bool,
    size: Size,
    l: u128,
    r: u128,
    right_size: Size,
    right_signed: bool,
) -> InterpResult<Imm> {
    let scalar = |bits| Ok(Imm::Scalar(Scalar::int(bits, size)));
    let bool_result = |b| Ok(Imm::Scalar(Scalar::bool(b)));
    let sext = |x: u128| size.sign_extend(x);
    let ordering = || if signed { sext(l).cmp(&sext(r)) } else { l.cmp(&r) };
    match op {
        BinOp::Eq => bool_result(l == r),
        BinOp::Ne => bool_result(l != r),
        BinOp::Lt => bool_result(ordering().is_lt()),
        BinOp::Le => bool_result(ordering().is_le()),
        BinOp::Gt => bool_result(ordering().is_gt()),
        BinOp::Ge => bool_result(ordering().is_ge()),
        BinOp::Cmp => Ok(Imm::Scalar(Scalar::int(ordering() as i8 as u128, Size::from_bytes(1)))),
        BinOp::BitAnd => scalar(l & r),
        BinOp::BitOr => scalar(l | r),
        BinOp::BitXor => scalar(l ^ r),
        BinOp::Shl | BinOp::ShlUnchecked | BinOp::Shr | BinOp::ShrUnchecked => {
            let bits = u128::from(size.bits() as u32);
            let amount = if right_signed { right_size.sign_extend(r) as u128 } else { r };
            let overflow = amount >= bits;
            if overflow && matches!(op, BinOp::ShlUnchecked | BinOp::ShrUnchecked) {
                return failed(format!("overflowing shift by {amount}"));
            }
            let amount = (amount % bits) as u32;
            scalar(match op {
                BinOp::Shl | BinOp::ShlUnchecked => l << amount,
                _ if signed => (sext(l) >> amount) as u128,
                _ => l >> amount,
            })
        }
        BinOp::Div | BinOp::Rem => {
            if r == 0 {
                return failed(if op == BinOp::Div {
                    "dividing by zero"
                } else {
                    "calculating the remainder with a divisor of zero"
                });
            }
            if signed {
                let (a, b) = (sext(l), sext(r));
                if b == -1 && a == size.signed_int_min() {
                    return failed(if op == BinOp::Div {
                        "overflow in signed division"
                    } else {
                        "overflow in signed remainder"
                    });
                }
                scalar(if op == BinOp::Div { a / b } else { a % b } as u128)
            } else {
                scalar(if op == BinOp::Div { l / r } else { l % r })
            }
        }
        BinOp::Add
        | BinOp::AddUnchecked
        | BinOp::AddWithOverflow
        | BinOp::Sub
        | BinOp::SubUnchecked
        | BinOp::SubWithOverflow
        | BinOp::Mul
        | BinOp::MulUnchecked
        | BinOp::MulWithOverflow => {
            let (bits, overflow) = if signed {
                let (a, b) = (sext(l), sext(r));
                let (value, overflow) = match op {
                    BinOp::Add | BinOp::AddUnchecked | BinOp::AddWithOverflow => a.overflowing_add(b),
                    BinOp::Sub | BinOp::SubUnchecked | BinOp::SubWithOverflow => a.overflowing_sub(b),
                    _ => a.overflowing_mul(b),
                };
                let truncated = size.truncate(value as u128);
                (truncated, overflow || size.sign_extend(truncated) != value)
            } else {
                let (value, overflow) = match op {
                    BinOp::Add | BinOp::AddUnchecked | BinOp::AddWithOverflow => l.overflowing_add(r),
                    BinOp::Sub | BinOp::SubUnchecked | BinOp::SubWithOverflow => l.overflowing_sub(r),
                    _ => l.overflowing_mul(r),
                };
                let truncated = size.truncate(value);
                (truncated, overflow || truncated != value)
            };
            match op {
                BinOp::AddWithOverflow | BinOp::SubWithOverflow | BinOp::MulWithOverflow => {
                    Ok(Imm::Pair(Scalar::int(bits, size), Scalar::bool(overflow)))
                }
                BinOp::AddUnchecked | BinOp::SubUnchecked | BinOp::MulUnchecked if overflow => {
                    failed("arithmetic overflow in an unchecked operation")
                }
                _ => scalar(bits),
            }
        }
        BinOp::Offset => unsupported("offset of an integer"),
    }
}
