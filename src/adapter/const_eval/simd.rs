//! Vectors at compile time: lane by lane, as far as constants use them.
//! Semantics: `rustc_const_eval::interpret::intrinsics::simd`.

use super::error::{InterpResult, failed};
use super::interp::Interp;
use super::memory::Scalar;
use super::operand::{Op, OpKind};
use super::operator::NumKind;
use super::place::Place;
use crate::adapter::TyAndLayout;
use ramir::{Args, BinOp, TyKind};

impl<'tcx> Interp<'tcx> {
    /// The number of lanes and their layout.
    fn lanes(&self, layout: TyAndLayout<'tcx>) -> InterpResult<(u64, TyAndLayout<'tcx>)> {
        let array = layout.field(self.tcx, 0)?;
        match *self.tcx.kind(array.ty) {
            TyKind::Array(elem, len) => Ok((self.tcx.const_to_usize(len)?, self.layout_of(elem)?)),
            _ => failed("SIMD operation on a type that is no vector"),
        }
    }

    fn lane(&mut self, op: Op<'tcx>, i: u64) -> InterpResult<Op<'tcx>> {
        let (_, elem) = self.lanes(op.layout)?;
        let ptr = self.op_pointer(&op)?;
        Ok(Op { kind: OpKind::Mem(ptr.wrapping_add(i * elem.size.bytes()), None), layout: elem })
    }

    fn lane_place(&mut self, place: &Place<'tcx>, i: u64) -> InterpResult<Place<'tcx>> {
        let (_, elem) = self.lanes(place.layout)?;
        let (ptr, _) = self.place_ptr(place)?;
        Ok(Place::mem(ptr.wrapping_add(i * elem.size.bytes()), None, elem))
    }

    /// Evaluates a `simd_*` intrinsic if it is one that is known.
    pub fn simd_intrinsic(
        &mut self,
        name: &str,
        _generic_args: Args,
        args: &[Op<'tcx>],
        dest: &Place<'tcx>,
    ) -> InterpResult<bool> {
        let Some(name) = name.strip_prefix("simd_") else { return Ok(false) };
        let binary = match name {
            "add" => Some(BinOp::Add),
            "sub" => Some(BinOp::Sub),
            "mul" => Some(BinOp::Mul),
            "div" => Some(BinOp::Div),
            "rem" => Some(BinOp::Rem),
            "and" => Some(BinOp::BitAnd),
            "or" => Some(BinOp::BitOr),
            "xor" => Some(BinOp::BitXor),
            "shl" => Some(BinOp::Shl),
            "shr" => Some(BinOp::Shr),
            "eq" => Some(BinOp::Eq),
            "ne" => Some(BinOp::Ne),
            "lt" => Some(BinOp::Lt),
            "le" => Some(BinOp::Le),
            "gt" => Some(BinOp::Gt),
            "ge" => Some(BinOp::Ge),
            _ => None,
        };
        if let Some(op) = binary {
            let (count, elem) = self.lanes(dest.layout)?;
            for i in 0..count {
                let (a, b) = (self.lane(args[0], i)?, self.lane(args[1], i)?);
                let result = self.binary_op(op, self.read_imm(&a)?, a.layout, self.read_imm(&b)?, b.layout)?;
                let result = match result.scalar()? {
                    // A comparison's lane is all ones or all zeros.
                    Scalar::Int { data, .. } if op_is_comparison(op) => {
                        Scalar::int(if data == 1 { u128::MAX } else { 0 }, elem.size)
                    }
                    other => other,
                };
                let to = self.lane_place(dest, i)?;
                self.write_scalar(result, &to)?;
            }
            return Ok(true);
        }
        match name {
            "splat" => {
                let (count, _) = self.lanes(dest.layout)?;
                for i in 0..count {
                    let to = self.lane_place(dest, i)?;
                    self.copy_op(&args[0], &to)?;
                }
            }
            "insert" | "insert_dyn" => {
                self.copy_op(&args[0], dest)?;
                let i = self.lane_index(&args[1], dest.layout)?;
                let to = self.lane_place(dest, i)?;
                self.copy_op(&args[2], &to)?;
            }
            "extract" | "extract_dyn" => {
                let i = self.lane_index(&args[1], args[0].layout)?;
                let lane = self.lane(args[0], i)?;
                self.copy_op(&lane, dest)?;
            }
            "cast" | "as" => {
                let (count, to_elem) = self.lanes(dest.layout)?;
                for i in 0..count {
                    let lane = self.lane(args[0], i)?;
                    let to = self.lane_place(dest, i)?;
                    let kind = match (self.num_kind(lane.layout.ty), self.num_kind(to_elem.ty)) {
                        (NumKind::Float(_), NumKind::Float(_)) => ramir::CastKind::FloatToFloat,
                        (NumKind::Float(_), _) => ramir::CastKind::FloatToInt,
                        (_, NumKind::Float(_)) => ramir::CastKind::IntToFloat,
                        _ => ramir::CastKind::IntToInt,
                    };
                    self.cast(kind, lane, to_elem, &to)?;
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn lane_index(&self, index: &Op<'tcx>, vector: TyAndLayout<'tcx>) -> InterpResult<u64> {
        let i = self.read_scalar(index)?.bits()? as u64;
        if i >= self.lanes(vector)?.0 {
            return failed(format!("index {i} of a vector lane is out of bounds"));
        }
        Ok(i)
    }
}

fn op_is_comparison(op: BinOp) -> bool {
    matches!(op, BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge)
}
