//! Intrinsics at compile time. Semantics: `rustc_const_eval::interpret::intrinsics` and the compile-time machine's own.

use super::error::{InterpResult, failed, unsupported};
use super::interp::Interp;
use super::memory::*;
use super::operand::{Imm, Op, field_offset};
use super::operator::{NumKind, with_float};
use super::place::Place;
use crate::adapter::TyAndLayout;
use ramir::{
    Args, BasicBlock, BinOp, ConstValue, DefId, FloatTy, GenericArg, GlobalAlloc, ItemData, Ty, TyKind, VariantIdx,
};
use rustc_abi::Size;
use rustc_apfloat::{Float, Round};

impl<'tcx> Interp<'tcx> {
    /// Evaluates a call of an intrinsic and continues at `target`. False if there is a body to be called instead.
    pub fn eval_intrinsic(
        &mut self,
        def: DefId,
        generic_args: Args,
        args: &[Op<'tcx>],
        dest: &Place<'tcx>,
        target: Option<BasicBlock>,
    ) -> InterpResult<bool> {
        let tcx = self.tcx;
        let (name, must_be_overridden) = match &tcx.store.item(def)?.data {
            ItemData::Fn(f) => match f.intrinsic {
                Some(intrinsic) => (tcx.str(intrinsic.name), intrinsic.must_be_overridden),
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        let type_at = |i: usize| -> InterpResult<Ty> {
            match tcx.args(generic_args).iter().filter_map(|arg| arg.as_type()).nth(i) {
                Some(ty) => Ok(ty),
                None => failed(format!("intrinsic `{name}` without type argument {i}")),
            }
        };
        if name == "const_eval_select" {
            self.const_eval_select(args, dest, target)?;
            return Ok(true);
        }
        let handled = self.pure_intrinsic(name, generic_args, &type_at, args, dest)?
            || self.memory_intrinsic(name, &type_at, args, dest)?
            || self.float_intrinsic(name, args, dest)?
            || self.simd_intrinsic(name, generic_args, args, dest)?;
        if handled {
            self.return_to(target)?;
            return Ok(true);
        }
        if must_be_overridden {
            return unsupported(format!("intrinsic `{name}` is not supported at compile-time"));
        }
        Ok(false)
    }

    /// Types, integers, and what only constants have.
    fn pure_intrinsic(
        &mut self,
        name: &str,
        generic_args: Args,
        type_at: &dyn Fn(usize) -> InterpResult<Ty>,
        args: &[Op<'tcx>],
        dest: &Place<'tcx>,
    ) -> InterpResult<bool> {
        let tcx = self.tcx;
        let usize_result = |this: &mut Self, n: u64| this.write_scalar(Scalar::usize(n), dest);
        match name {
            "size_of" => usize_result(self, self.layout_of(type_at(0)?)?.size.bytes())?,
            "align_of" | "min_align_of" | "pref_align_of" => {
                usize_result(self, self.layout_of(type_at(0)?)?.align.abi.bytes())?
            }
            "size_of_val" | "align_of_val" | "min_align_of_val" => {
                let place = self.deref(&args[0])?;
                let meta = match place.kind {
                    super::place::PlaceKind::Mem(_, meta) => meta,
                    super::place::PlaceKind::Local { .. } => None,
                };
                let Some((size, align)) = self.size_and_align_of(place.layout, meta)? else {
                    return unsupported("`extern type` does not have known layout");
                };
                usize_result(self, if name == "size_of_val" { size } else { align })?
            }
            "offset_of" => {
                let variant = self.read_scalar(&args[0])?.bits()? as u32;
                let field = self.read_scalar(&args[1])?.bits()? as usize;
                let layout = self.layout_of(type_at(0)?)?.for_variant(tcx, VariantIdx(variant))?;
                usize_result(self, field_offset(&layout, field))?
            }
            "needs_drop" => self.write_scalar(Scalar::bool(tcx.needs_drop(type_at(0)?)?), dest)?,
            "variant_count" => {
                let mut ty = type_at(0)?;
                if let TyKind::Pat(base, _) = *tcx.kind(ty) {
                    ty = base;
                }
                let count = match *tcx.kind(ty) {
                    TyKind::Adt(def, _) => tcx.adt_def(def)?.variants.len(),
                    _ => 0,
                };
                usize_result(self, count as u64)?
            }
            "type_name" => {
                let name = tcx.type_name(type_at(0)?)?;
                let value = ConstValue::Slice { alloc: tcx.bytes_alloc(name.as_bytes()), len: name.len() as u64 };
                let op = self.const_value_op(value, dest.layout)?;
                self.copy_op(&op, dest)?
            }
            "type_id" => self.write_type_id(type_at(0)?, dest)?,
            "type_id_eq" => {
                let (a, b) = (self.read_type_id(args[0])?, self.read_type_id(args[1])?);
                self.write_scalar(Scalar::bool(a == b), dest)?
            }
            "caller_location" => {
                let alloc = tcx.const_caller_location(self.caller_span()?)?;
                self.write_scalar(Scalar::Ptr(Prov::Global(alloc), 0), dest)?
            }
            "discriminant_value" => {
                let place = self.deref(&args[0])?;
                let (discr, layout) = self.read_discriminant(place.into_op())?;
                self.write_scalar(Scalar::int(discr, layout.size), dest)?
            }
            "is_val_statically_known" => self.write_scalar(Scalar::bool(false), dest)?,
            "ub_checks" | "overflow_checks" => self.write_scalar(Scalar::bool(true), dest)?,
            "contract_checks" => self.write_scalar(Scalar::bool(true), dest)?,
            "assert_inhabited" | "assert_zero_valid" | "assert_mem_uninitialized_valid" => {
                let ty = type_at(0)?;
                if self.layout_of(ty)?.uninhabited {
                    return failed(format!(
                        "aborted execution: attempted to instantiate uninhabited type `{}`",
                        tcx.type_name(ty)?
                    ));
                }
                if name != "assert_inhabited" {
                    self.assert_validity(name == "assert_zero_valid", ty)?;
                }
            }
            "assume" => {
                if !self.read_scalar(&args[0])?.to_bool()? {
                    return failed("`assume` called with `false`");
                }
            }
            "unreachable" => return failed("entering unreachable code"),
            "abort" => return failed("aborted execution"),
            "forget" | "cold_path" | "likely" | "unlikely" if args.is_empty() || name == "forget" => {}
            "black_box" | "likely" | "unlikely" => self.copy_op(&args[0], dest)?,
            "ctpop" | "ctlz" | "ctlz_nonzero" | "cttz" | "cttz_nonzero" | "bswap" | "bitreverse" => {
                let layout = self.layout_of(type_at(0)?)?;
                let bits = self.read_scalar(&args[0])?.bits()?;
                let result = numeric_intrinsic(name, bits, layout.size)?;
                self.write_scalar(Scalar::int(result, dest.layout.size), dest)?
            }
            "saturating_add" | "saturating_sub" => {
                let result = self.saturating(name == "saturating_add", &args[0], &args[1])?;
                self.write_scalar(result, dest)?
            }
            "rotate_left" | "rotate_right" => {
                let size = args[0].layout.size;
                let width = size.bits() as u32;
                let value = self.read_scalar(&args[0])?.bits()?;
                let by = (self.read_scalar(&args[1])?.bits()? as u32) % width;
                let by = if name == "rotate_left" || by == 0 { by } else { width - by };
                let result = if by == 0 { value } else { value << by | value >> (width - by) };
                self.write_scalar(Scalar::int(result, size), dest)?
            }
            "exact_div" => {
                let rem = self.int_binary(BinOp::Rem, &args[0], &args[1])?;
                if rem.scalar()?.bits()? != 0 {
                    return failed("exact_div: division leaves a remainder");
                }
                let result = self.int_binary(BinOp::Div, &args[0], &args[1])?;
                self.write_imm(result, dest)?
            }
            "add_with_overflow" | "sub_with_overflow" | "mul_with_overflow" | "wrapping_add" | "wrapping_sub"
            | "wrapping_mul" | "unchecked_add" | "unchecked_sub" | "unchecked_mul" | "unchecked_div"
            | "unchecked_rem" | "unchecked_shl" | "unchecked_shr" | "three_way_compare" => {
                let op = match name {
                    "add_with_overflow" => BinOp::AddWithOverflow,
                    "sub_with_overflow" => BinOp::SubWithOverflow,
                    "mul_with_overflow" => BinOp::MulWithOverflow,
                    "wrapping_add" => BinOp::Add,
                    "wrapping_sub" => BinOp::Sub,
                    "wrapping_mul" => BinOp::Mul,
                    "unchecked_add" => BinOp::AddUnchecked,
                    "unchecked_sub" => BinOp::SubUnchecked,
                    "unchecked_mul" => BinOp::MulUnchecked,
                    "unchecked_div" => BinOp::Div,
                    "unchecked_rem" => BinOp::Rem,
                    "unchecked_shl" => BinOp::ShlUnchecked,
                    "unchecked_shr" => BinOp::ShrUnchecked,
                    _ => BinOp::Cmp,
                };
                let result = self.int_binary(op, &args[0], &args[1])?;
                self.write_imm(result, dest)?
            }
            "transmute" | "transmute_unchecked" => self.copy_op(&args[0], dest)?,
            "vtable_size" | "vtable_align" => {
                let (ty, _) = self.vtable(self.read_pointer(&args[0])?)?;
                let layout = self.layout_of(ty)?;
                let n = if name == "vtable_size" { layout.size.bytes() } else { layout.align.abi.bytes() };
                usize_result(self, n)?
            }
            "type_of" => {
                let ty = self.read_type_id(args[0])?;
                self.write_type_info(ty, dest)?
            }
            "type_id_vtable" => {
                let (ty, dyn_ty) = (self.read_type_id(args[0])?, self.read_type_id(args[1])?);
                self.type_id_vtable(ty, dyn_ty, dest)?
            }
            _ => {
                let _ = generic_args;
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Pointers and what they point to.
    fn memory_intrinsic(
        &mut self,
        name: &str,
        type_at: &dyn Fn(usize) -> InterpResult<Ty>,
        args: &[Op<'tcx>],
        dest: &Place<'tcx>,
    ) -> InterpResult<bool> {
        match name {
            "copy" | "copy_nonoverlapping" | "volatile_copy_memory" => {
                self.copy_elements(&args[0], &args[1], &args[2])?
            }
            "write_bytes" => {
                let place = self.deref(&args[0])?;
                let byte = self.read_scalar(&args[1])?.bits()? as u8;
                let count = self.read_usize(&args[2])?;
                let Some(size) = place.layout.size.bytes().checked_mul(count) else {
                    return failed("overflow computing total size of `write_bytes`");
                };
                if size != 0 {
                    let ptr = self.read_pointer(&args[0])?;
                    let id = self.writable_id(ptr)?;
                    self.memory.fill(id, ptr.offset, size, byte)?
                }
            }
            "compare_bytes" => {
                let (a, b) = (self.read_pointer(&args[0])?, self.read_pointer(&args[1])?);
                let n = self.read_usize(&args[2])?;
                let order = self.read_bytes(a, n)?.cmp(self.read_bytes(b, n)?);
                self.write_scalar(Scalar::int(order as i8 as u128, Size::from_bytes(4)), dest)?
            }
            "raw_eq" => {
                let (a, b) = (self.read_pointer(&args[0])?, self.read_pointer(&args[1])?);
                let size = self.layout_of(type_at(0)?)?.size.bytes();
                let equal = self.read_bytes(a, size)? == self.read_bytes(b, size)?;
                self.write_scalar(Scalar::bool(equal), dest)?
            }
            "typed_swap_nonoverlapping" => {
                let (a, b) = (self.read_pointer(&args[0])?, self.read_pointer(&args[1])?);
                let layout = self.layout_of(type_at(0)?)?;
                let size = layout.size.bytes();
                let (temp, _) = {
                    let place = self.allocate(layout)?;
                    self.place_ptr(&place)?
                };
                self.copy_memory(a, temp, size, 1)?;
                self.copy_memory(b, a, size, 1)?;
                self.copy_memory(temp, b, size, 1)?
            }
            "read_via_copy" | "volatile_load" | "unaligned_volatile_load" => {
                let place = self.deref(&args[0])?;
                self.copy_op(&place.into_op(), dest)?
            }
            "write_via_move" | "volatile_store" | "unaligned_volatile_store" => {
                let place = self.deref(&args[0])?;
                self.copy_op(&args[1], &place)?
            }
            "offset" | "arith_offset" => {
                let (ptr, count) = (self.read_pointer(&args[0])?, self.read_usize(&args[1])?);
                let Some(pointee) = self.tcx.builtin_deref(args[0].layout.ty) else {
                    return unsupported("offset of a value that is no pointer");
                };
                let bytes = count.wrapping_mul(self.layout_of(pointee)?.size.bytes());
                let result =
                    if name == "offset" { self.offset_in_bounds(ptr, bytes)? } else { ptr.wrapping_add(bytes) };
                self.write_scalar(result.into(), dest)?
            }
            "ptr_mask" => {
                let (ptr, mask) = (self.read_pointer(&args[0])?, self.read_usize(&args[1])?);
                if ptr.prov.is_some() {
                    return unsupported("masking of a pointer in a constant");
                }
                self.write_scalar(Scalar::usize(ptr.offset & mask), dest)?
            }
            "ptr_offset_from" | "ptr_offset_from_unsigned" => {
                let (a, b) = (self.read_pointer(&args[0])?, self.read_pointer(&args[1])?);
                let same = match (a.prov, b.prov) {
                    (None, None) => a.offset == b.offset,
                    (Some(a), Some(b)) => self.same_alloc(a, b)?,
                    _ => false,
                };
                if !same {
                    return failed(format!(
                        "`{name}` called on two different pointers that are not both derived from the same allocation"
                    ));
                }
                let distance = a.offset.wrapping_sub(b.offset) as i64;
                if distance < 0 && name == "ptr_offset_from_unsigned" {
                    return failed(format!(
                        "`{name}` called when first pointer has smaller offset than second: {} < {}",
                        a.offset, b.offset
                    ));
                }
                let size = self.layout_of(type_at(0)?)?.size.bytes() as i64;
                if size == 0 || distance % size != 0 {
                    return failed(format!("`{name}`: {distance} bytes are no multiple of the element's size {size}"));
                }
                self.write_scalar(Scalar::usize((distance / size) as u64), dest)?
            }
            "ptr_guaranteed_cmp" => {
                let (a, b) = (self.read_imm(&args[0])?.pointer()?.0, self.read_imm(&args[1])?.pointer()?.0);
                let result = self.guaranteed_cmp(a.into(), b.into())?;
                self.write_scalar(Scalar::int(result.into(), Size::from_bytes(1)), dest)?
            }
            "ptr_metadata" => {
                if let Imm::Pair(_, meta) = self.read_imm(&args[0])? {
                    self.write_scalar(meta, dest)?
                }
            }
            "aggregate_raw_ptr" => {
                let data = self.read_scalar(&args[0])?;
                let imm = if args[1].layout.size.bytes() == 0 {
                    Imm::Scalar(data)
                } else {
                    Imm::Pair(data, self.read_scalar(&args[1])?)
                };
                self.write_imm(imm, dest)?
            }
            "const_allocate" => {
                let (size, align) = (self.read_usize(&args[0])?, self.read_usize(&args[1])?);
                if align != 0 && !align.is_power_of_two() {
                    return failed(format!("invalid align passed to `const_allocate`: {align} is not a power of 2"));
                }
                let id = self.memory.allocate(size, align.max(1), MemoryKind::Heap)?;
                self.write_scalar(Scalar::Ptr(Prov::Local(id), 0), dest)?
            }
            "const_deallocate" => {
                let ptr = self.read_pointer(&args[0])?;
                if let Prov::Local(id) = self.prov(ptr)? {
                    let alloc = self.memory.get(id)?;
                    if alloc.kind != MemoryKind::Heap || ptr.offset != 0 {
                        return failed("deallocating memory that `const_allocate` did not make");
                    }
                    self.memory.free(id);
                }
            }
            "const_make_global" => {
                let ptr = self.read_pointer(&args[0])?;
                match ptr.prov {
                    Some(Prov::Local(id)) if ptr.offset == 0 && self.memory.get(id)?.kind == MemoryKind::Heap => {
                        self.memory.get_mut(id)?.kind = MemoryKind::GlobalHeap;
                    }
                    _ => return failed("`const_make_global` of memory that `const_allocate` did not make"),
                }
                self.write_scalar(ptr.into(), dest)?
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub fn float_intrinsic(&mut self, name: &str, args: &[Op<'tcx>], dest: &Place<'tcx>) -> InterpResult<bool> {
        let algebraic = match name {
            "fadd_algebraic" | "fadd_fast" => Some(BinOp::Add),
            "fsub_algebraic" | "fsub_fast" => Some(BinOp::Sub),
            "fmul_algebraic" | "fmul_fast" => Some(BinOp::Mul),
            "fdiv_algebraic" | "fdiv_fast" => Some(BinOp::Div),
            "frem_algebraic" | "frem_fast" => Some(BinOp::Rem),
            _ => None,
        };
        if let Some(op) = algebraic {
            let result = self.int_binary(op, &args[0], &args[1])?;
            self.write_imm(result, dest)?;
            return Ok(true);
        }
        let suffixes = [("f16", FloatTy::F16), ("f32", FloatTy::F32), ("f64", FloatTy::F64), ("f128", FloatTy::F128)];
        let typed = suffixes.iter().find_map(|(suffix, ty)| name.strip_suffix(suffix).map(|base| (base, *ty)));
        let (base, ty) = match typed {
            Some((base, ty)) => (base.trim_end_matches('_'), ty),
            None => match (name, args.first().map(|arg| self.num_kind(arg.layout.ty))) {
                ("float_to_int_unchecked", _) => return self.float_to_int_unchecked(&args[0], dest),
                (_, Some(NumKind::Float(ty))) => (name, ty),
                _ => return Ok(false),
            },
        };
        let known = [
            "fabs",
            "copysign",
            "floor",
            "ceil",
            "trunc",
            "round",
            "round_ties_even",
            "minnum",
            "maxnum",
            "minimum",
            "maximum",
            "minimum_number_nsz_",
            "maximum_number_nsz_",
            "minimum_number_nsz",
            "maximum_number_nsz",
            "fma",
            "fmuladd",
        ];
        if !known.contains(&base) {
            return Ok(false);
        }
        let bits = args.iter().map(|arg| self.read_scalar(arg)?.bits()).collect::<InterpResult<Vec<u128>>>()?;
        let result = with_float!(ty, F => float_function::<F>(base, &bits)?);
        self.write_scalar(Scalar::int(result, dest.layout.size), dest)?;
        Ok(true)
    }

    fn float_to_int_unchecked(&mut self, value: &Op<'tcx>, dest: &Place<'tcx>) -> InterpResult<bool> {
        self.cast(ramir::CastKind::FloatToInt, *value, dest.layout, dest)?;
        Ok(true)
    }

    fn int_binary(&self, op: BinOp, left: &Op<'tcx>, right: &Op<'tcx>) -> InterpResult<Imm> {
        self.binary_op(op, self.read_imm(left)?, left.layout, self.read_imm(right)?, right.layout)
    }

    pub fn saturating(&self, add: bool, left: &Op<'tcx>, right: &Op<'tcx>) -> InterpResult<Scalar> {
        let op = if add { BinOp::AddWithOverflow } else { BinOp::SubWithOverflow };
        let (value, overflow) = self.int_binary(op, left, right)?.pair()?;
        if !overflow.to_bool()? {
            return Ok(value);
        }
        let size = left.layout.size;
        Ok(if self.tcx.is_signed(left.layout.ty) {
            let negative = size.sign_extend(self.read_scalar(left)?.bits()?) < 0;
            Scalar::int(if negative { size.signed_int_min() } else { size.signed_int_max() } as u128, size)
        } else {
            Scalar::int(if add { size.unsigned_int_max() } else { 0 }, size)
        })
    }

    pub fn write_type_id(&mut self, ty: Ty, dest: &Place<'tcx>) -> InterpResult {
        let hash = self.tcx.type_id_hash(ty)?;
        let id = self.tcx.special_alloc(GlobalAlloc::TypeId(ty))?;
        let (ptr, _) = self.place_ptr(dest)?;
        let to = self.writable_id(ptr)?;
        for (i, half) in [hash as u64, (hash >> 64) as u64].into_iter().enumerate() {
            self.memory.write_scalar(to, ptr.offset + 8 * i as u64, Scalar::Ptr(Prov::Global(id), half))?;
        }
        Ok(())
    }

    fn read_type_id(&mut self, op: Op<'tcx>) -> InterpResult<Ty> {
        let ptr = self.op_pointer(&op)?;
        let alloc = self.alloc_ref(self.prov(ptr)?)?;
        match alloc.prov_at(ptr.offset) {
            Some(Prov::Global(id)) => match self.tcx.store.global_alloc(id)? {
                GlobalAlloc::TypeId(ty) => Ok(*ty),
                _ => failed("invalid `TypeId` value: not all bytes carry type id metadata"),
            },
            _ => failed("invalid `TypeId` value: not all bytes carry type id metadata"),
        }
    }

    /// `Some` vtable of `ty` for `dyn_ty`, if it implements it, else `None`.
    fn type_id_vtable(&mut self, ty: Ty, dyn_ty: Ty, dest: &Place<'tcx>) -> InterpResult {
        let TyKind::Dynamic(preds, _) = self.tcx.kind(dyn_ty) else {
            return failed("`type_id_vtable` of a type that is no trait object");
        };
        let mut implements = true;
        for pred in preds.iter() {
            let (def_id, args) = match pred.pred {
                ramir::ExistentialPredicate::Trait { def_id, args } => (def_id, args),
                ramir::ExistentialPredicate::AutoTrait(def_id) => (def_id, Args::EMPTY),
                ramir::ExistentialPredicate::Projection { .. } => {
                    return unsupported("`type_id_vtable` of a trait object with associated types");
                }
            };
            let mut all = vec![GenericArg::Type(ty)];
            all.extend(self.tcx.args(self.tcx.erase_bound_in_args(args)?));
            let trait_ref = ramir::TraitRef { def_id, args: self.tcx.mk_args(&all) };
            implements &= self.tcx.trait_holds_exactly(trait_ref)?;
        }
        let vtable = if implements { self.vtable_pointer(ty, dyn_ty)?.into() } else { Scalar::usize(0) };
        self.write_scalar(vtable, dest)
    }

    /// Whether `ty` may be made of zero bytes, or left uninitialized.
    fn assert_validity(&self, zero: bool, ty: Ty) -> InterpResult {
        let layout = self.layout_of(ty)?;
        if self.valid_when(zero, layout)? {
            return Ok(());
        }
        failed(format!(
            "aborted execution: attempted to {} type `{}`, which is invalid",
            if zero { "zero-initialize" } else { "leave uninitialized" },
            self.tcx.type_name(ty)?
        ))
    }

    fn valid_when(&self, zero: bool, layout: TyAndLayout<'tcx>) -> InterpResult<bool> {
        use rustc_abi::{BackendRepr, FieldsShape, Variants};
        let scalar_ok = |s: rustc_abi::Scalar| {
            if zero { s.valid_range(self.tcx).contains(0) } else { s.is_always_valid(self.tcx) }
        };
        let ok = match layout.backend_repr {
            BackendRepr::Scalar(s) => scalar_ok(s),
            BackendRepr::ScalarPair(a, b) => scalar_ok(a) && scalar_ok(b),
            BackendRepr::SimdVector { element, count } => count == 0 || scalar_ok(element),
            _ => true,
        };
        if !ok || layout.uninhabited {
            return Ok(false);
        }
        if matches!(self.tcx.kind(layout.ty), TyKind::Ref(..)) {
            return Ok(false);
        }
        match &layout.fields {
            FieldsShape::Array { count, .. } if *count > 0 => self.valid_when(zero, layout.field(self.tcx, 0)?),
            FieldsShape::Arbitrary { offsets, .. } if matches!(layout.variants, Variants::Single { .. }) => {
                for i in 0..offsets.len() {
                    if !self.valid_when(zero, layout.field(self.tcx, i)?)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }
}

pub fn numeric_intrinsic(name: &str, bits: u128, size: Size) -> InterpResult<u128> {
    let extra = 128 - size.bits() as u32;
    Ok(match name {
        "ctpop" => bits.count_ones().into(),
        "ctlz_nonzero" | "cttz_nonzero" if bits == 0 => return failed(format!("`{name}` called on 0")),
        "ctlz" | "ctlz_nonzero" => (bits.leading_zeros() - extra).into(),
        "cttz" | "cttz_nonzero" => bits.trailing_zeros().min(size.bits() as u32).into(),
        "bswap" => (bits << extra).swap_bytes(),
        _ => (bits << extra).reverse_bits(),
    })
}

fn float_function<F: Float>(name: &str, bits: &[u128]) -> InterpResult<u128> {
    let values: Vec<F> = bits.iter().map(|bits| F::from_bits(*bits)).collect();
    let quiet = |value: F| if value.is_nan() { F::NAN } else { value };
    let result = match (name, &values[..]) {
        // These two keep the payload of a NaN.
        ("fabs", [x]) => x.abs(),
        ("copysign", [x, sign]) => x.copy_sign(*sign),
        ("floor", [x]) => quiet(x.round_to_integral(Round::TowardNegative).value),
        ("ceil", [x]) => quiet(x.round_to_integral(Round::TowardPositive).value),
        ("trunc", [x]) => quiet(x.round_to_integral(Round::TowardZero).value),
        ("round", [x]) => quiet(x.round_to_integral(Round::NearestTiesToAway).value),
        ("round_ties_even", [x]) => quiet(x.round_to_integral(Round::NearestTiesToEven).value),
        ("minnum" | "minimum_number_nsz", [a, b]) => quiet(a.min(*b)),
        ("maxnum" | "maximum_number_nsz", [a, b]) => quiet(a.max(*b)),
        ("minimum", [a, b]) => quiet(a.minimum(*b)),
        ("maximum", [a, b]) => quiet(a.maximum(*b)),
        ("fma" | "fmuladd", [a, b, c]) => quiet(a.mul_add(*b, *c).value),
        _ => return unsupported(format!("intrinsic `{name}` of {} arguments", bits.len())),
    };
    Ok(result.to_bits())
}
