//! Vectors at compile time: lane by lane, as far as constants use them.
//! Semantics: `rustc_const_eval::interpret::intrinsics::simd`.

use super::error::{InterpResult, failed};
use super::interp::Interp;
use super::intrinsics::numeric_intrinsic;
use super::memory::Scalar;
use super::operand::{Op, OpKind};
use super::operator::NumKind;
use super::place::Place;
use crate::adapter::TyAndLayout;
use ramir::{Args, BinOp, TyKind, UnOp};

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
            "neg" => self.for_each_lane(dest, |this, i, to| {
                let lane = this.lane(args[0], i)?;
                let imm = this.unary_op(UnOp::Neg, &lane)?;
                this.write_imm(imm, to)
            })?,
            // These are the scalar intrinsic on each lane.
            "fabs" | "floor" | "ceil" | "trunc" | "round" | "round_ties_even" | "fma" | "relaxed_fma" | "fmin"
            | "fmax" => {
                let scalar = match name {
                    "fmin" => "minnum",
                    "fmax" => "maxnum",
                    "relaxed_fma" => "fma",
                    other => other,
                };
                self.for_each_lane(dest, |this, i, to| {
                    let lanes = args.iter().map(|arg| this.lane(*arg, i)).collect::<InterpResult<Vec<_>>>()?;
                    this.float_intrinsic(scalar, &lanes, to)?;
                    Ok(())
                })?
            }
            "bswap" | "bitreverse" | "ctpop" | "ctlz" | "cttz" => self.for_each_lane(dest, |this, i, to| {
                let lane = this.lane(args[0], i)?;
                let bits = this.read_scalar(&lane)?.bits()?;
                let result = numeric_intrinsic(name, bits, lane.layout.size)?;
                this.write_scalar(Scalar::int(result, to.layout.size), to)
            })?,
            "saturating_add" | "saturating_sub" => self.for_each_lane(dest, |this, i, to| {
                let (a, b) = (this.lane(args[0], i)?, this.lane(args[1], i)?);
                let result = this.saturating(name == "saturating_add", &a, &b)?;
                this.write_scalar(result, to)
            })?,
            "funnel_shl" | "funnel_shr" => self.for_each_lane(dest, |this, i, to| {
                let mut bits = [0; 3];
                for (bits, arg) in bits.iter_mut().zip(args) {
                    let lane = this.lane(*arg, i)?;
                    *bits = this.read_scalar(&lane)?.bits()?;
                }
                let [high, low, shift] = bits;
                let width = to.layout.size.bits() as u32;
                let shift = shift as u32;
                if shift >= width {
                    return failed(format!("funnel shift by {shift} of {width} bits"));
                }
                let rest = width - shift;
                let result = match name {
                    _ if shift == 0 => {
                        if name == "funnel_shl" {
                            high
                        } else {
                            low
                        }
                    }
                    "funnel_shl" => high << shift | low >> rest,
                    _ => low >> shift | high << rest,
                };
                this.write_scalar(Scalar::int(result, to.layout.size), to)
            })?,
            "arith_offset" => self.for_each_lane(dest, |this, i, to| {
                let (ptr, count) = (this.lane(args[0], i)?, this.lane(args[1], i)?);
                let (pointer, count) = (this.read_pointer(&ptr)?, this.read_usize(&count)?);
                let Some(pointee) = this.tcx.builtin_deref(ptr.layout.ty) else {
                    return failed("offset of a value that is no pointer");
                };
                let bytes = count.wrapping_mul(this.layout_of(pointee)?.size.bytes());
                this.write_scalar(pointer.wrapping_add(bytes).into(), to)
            })?,
            "cast_ptr" | "with_exposed_provenance" | "expose_provenance" => {
                self.for_each_lane(dest, |this, i, to| {
                    let lane = this.lane(args[0], i)?;
                    let value = this.read_scalar(&lane)?;
                    this.write_scalar(value, to)
                })?
            }
            "shuffle" => {
                let (count, _) = self.lanes(args[0].layout)?;
                self.for_each_lane(dest, |this, i, to| {
                    let position = this.lane(args[2], i)?;
                    let position = this.read_scalar(&position)?.bits()? as u64;
                    let lane = match position.checked_sub(count) {
                        None => this.lane(args[0], position)?,
                        Some(position) if position < count => this.lane(args[1], position)?,
                        Some(_) => return failed(format!("position {position} of a shuffle of {count} lanes")),
                    };
                    this.copy_op(&lane, to)
                })?
            }
            "select" => self.for_each_lane(dest, |this, i, to| {
                let from = if this.mask_lane(args[0], i)? { args[1] } else { args[2] };
                let lane = this.lane(from, i)?;
                this.copy_op(&lane, to)
            })?,
            "select_bitmask" => {
                let mask = self.op_pointer(&args[0])?;
                let byte = self.layout_of(self.tcx.common.u8)?;
                self.for_each_lane(dest, |this, i, to| {
                    let bits = Op { kind: OpKind::Mem(mask.wrapping_add(i / 8), None), layout: byte };
                    let set = this.read_scalar(&bits)?.bits()? >> (i % 8) & 1 == 1;
                    let lane = this.lane(args[if set { 1 } else { 2 }], i)?;
                    this.copy_op(&lane, to)
                })?
            }
            "bitmask" => {
                let (count, _) = self.lanes(args[0].layout)?;
                let byte = self.layout_of(self.tcx.common.u8)?;
                let (to, _) = self.place_ptr(dest)?;
                for at in 0..dest.layout.size.bytes() {
                    let mut bits = 0;
                    for i in (at * 8..count).take(8) {
                        bits |= u128::from(self.mask_lane(args[0], i)?) << (i % 8);
                    }
                    let to = Place::mem(to.wrapping_add(at), None, byte);
                    self.write_scalar(Scalar::int(bits, byte.size), &to)?;
                }
            }
            "gather" => self.for_each_lane(dest, |this, i, to| {
                let lane = if this.mask_lane(args[2], i)? {
                    let ptr = this.lane(args[1], i)?;
                    this.deref(&ptr)?.into_op()
                } else {
                    this.lane(args[0], i)?
                };
                this.copy_op(&lane, to)
            })?,
            "scatter" => {
                for i in 0..self.lanes(args[0].layout)?.0 {
                    if self.mask_lane(args[2], i)? {
                        let (value, ptr) = (self.lane(args[0], i)?, self.lane(args[1], i)?);
                        let to = self.deref(&ptr)?;
                        self.copy_op(&value, &to)?;
                    }
                }
            }
            "masked_load" => {
                let base = self.read_pointer(&args[1])?;
                self.for_each_lane(dest, |this, i, to| {
                    let lane = if this.mask_lane(args[0], i)? {
                        let at = base.wrapping_add(i * to.layout.size.bytes());
                        Op { kind: OpKind::Mem(at, None), layout: to.layout }
                    } else {
                        this.lane(args[2], i)?
                    };
                    this.copy_op(&lane, to)
                })?
            }
            "masked_store" => {
                let base = self.read_pointer(&args[1])?;
                let (count, elem) = self.lanes(args[2].layout)?;
                for i in 0..count {
                    if self.mask_lane(args[0], i)? {
                        let value = self.lane(args[2], i)?;
                        let to = Place::mem(base.wrapping_add(i * elem.size.bytes()), None, elem);
                        self.copy_op(&value, &to)?;
                    }
                }
            }
            _ => match name.strip_prefix("reduce_") {
                Some(name) => return self.simd_reduce(name, args, dest),
                None => return Ok(false),
            },
        }
        Ok(true)
    }

    /// Reductions, from the first lane to the last.
    fn simd_reduce(&mut self, name: &str, args: &[Op<'tcx>], dest: &Place<'tcx>) -> InterpResult<bool> {
        let (count, elem) = self.lanes(args[0].layout)?;
        let op = match name {
            "add_ordered" | "add_unordered" => BinOp::Add,
            "mul_ordered" | "mul_unordered" => BinOp::Mul,
            "and" => BinOp::BitAnd,
            "or" => BinOp::BitOr,
            "xor" => BinOp::BitXor,
            "min" => BinOp::Lt,
            "max" => BinOp::Gt,
            "all" | "any" => {
                let mut set = 0;
                for i in 0..count {
                    set += u64::from(self.mask_lane(args[0], i)?);
                }
                let result = if name == "all" { set == count } else { set > 0 };
                self.write_scalar(Scalar::bool(result), dest)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let (mut acc, first) = match args.get(1) {
            Some(start) => (self.read_imm(start)?, 0),
            None => {
                let lane = self.lane(args[0], 0)?;
                (self.read_imm(&lane)?, 1)
            }
        };
        for i in first..count {
            let lane = self.lane(args[0], i)?;
            let lane = self.read_imm(&lane)?;
            acc = match op {
                BinOp::Lt | BinOp::Gt => {
                    // A NaN gives way to any number.
                    let wins = self.binary_op(op, lane, elem, acc, elem)?;
                    let acc_is_nan = self.binary_op(BinOp::Ne, acc, elem, acc, elem)?;
                    if wins.scalar()?.to_bool()? || acc_is_nan.scalar()?.to_bool()? { lane } else { acc }
                }
                _ => self.binary_op(op, acc, elem, lane, elem)?,
            };
        }
        self.write_imm(acc, dest)?;
        Ok(true)
    }

    /// Computes each lane of `dest`.
    fn for_each_lane(
        &mut self,
        dest: &Place<'tcx>,
        mut f: impl FnMut(&mut Self, u64, &Place<'tcx>) -> InterpResult,
    ) -> InterpResult {
        for i in 0..self.lanes(dest.layout)?.0 {
            let to = self.lane_place(dest, i)?;
            f(self, i, &to)?;
        }
        Ok(())
    }

    /// A mask's lane, which is all ones or all zeros.
    fn mask_lane(&mut self, mask: Op<'tcx>, i: u64) -> InterpResult<bool> {
        let lane = self.lane(mask, i)?;
        let bits = self.read_scalar(&lane)?.bits()?;
        if bits != 0 && bits != lane.layout.size.unsigned_int_max() {
            return failed("each element of a SIMD mask must be all-0-bits or all-1-bits");
        }
        Ok(bits != 0)
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
