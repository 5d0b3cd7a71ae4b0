//! [`CValue`] and [`CPlace`]: typed values to read and places to read and write, in registers or in memory.

use crate::prelude::*;

/// The pointer to and layout of a field; the offset of an unsized field depends on its dynamic alignment.
fn codegen_field<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    base: Pointer,
    extra: Option<Value>,
    layout: TyAndLayout<'tcx>,
    field: FieldIdx,
) -> (Pointer, TyAndLayout<'tcx>) {
    let offset = layout.fields.offset(field.index()).bytes();
    let field_layout = fx.field_layout(layout, field.index());
    if field_layout.is_sized() || matches!(fx.kind(field_layout.ty), TyKind::Slice(_) | TyKind::Str) {
        return (base.offset_i64(fx, offset as i64), field_layout);
    }
    let (_, mut align) = crate::unsize::size_and_align_of(fx, field_layout, extra);
    if let TyKind::Adt(def, _) = *fx.kind(layout.ty)
        && let Some(pack) = fx.tcx.adt_def(def).or_fatal().repr.pack
    {
        let pack = fx.bcx.ins().iconst(fx.pointer_type, pack as i64);
        align = fx.bcx.ins().umin(align, pack);
    }
    // offset.next_multiple_of(align)
    let below = fx.bcx.ins().iadd_imm_s(align, offset as i64 - 1);
    let mask = fx.bcx.ins().ineg(align);
    let offset = fx.bcx.ins().band(below, mask);
    (base.offset_value(fx, offset), field_layout)
}

/// Where the second scalar of a pair lies in memory.
fn scalar_pair_b_offset(fx: &FunctionCx<'_, '_, '_>, a: Scalar, b: Scalar) -> i64 {
    // Every scalar is aligned to its size on x86_64.
    let (a, b) = (scalar_to_clif_type(fx.tcx, a), scalar_to_clif_type(fx.tcx, b));
    i64::from(a.bytes().next_multiple_of(b.bytes()))
}

fn notrap() -> MemFlags {
    MemFlags::new().with_notrap()
}

/// A value that is only read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CValue<'tcx>(CValueInner, TyAndLayout<'tcx>);

#[derive(Clone, Copy, Debug)]
enum CValueInner {
    /// In memory; with metadata if the type is unsized.
    ByRef(Pointer, Option<Value>),
    ByVal(Value),
    ByValPair(Value, Value),
}

impl<'tcx> CValue<'tcx> {
    pub(crate) fn by_ref(ptr: Pointer, layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        CValue(CValueInner::ByRef(ptr, None), layout)
    }

    pub(crate) fn by_ref_unsized(ptr: Pointer, meta: Value, layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        CValue(CValueInner::ByRef(ptr, Some(meta)), layout)
    }

    pub(crate) fn by_val(value: Value, layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        CValue(CValueInner::ByVal(value), layout)
    }

    pub(crate) fn by_val_pair(value: Value, extra: Value, layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        CValue(CValueInner::ByValPair(value, extra), layout)
    }

    /// The value of a type of size 0.
    pub(crate) fn zst(layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        assert!(layout.is_zst());
        CValue::by_ref(Pointer::dangling(layout.align.abi), layout)
    }

    pub(crate) fn layout(&self) -> TyAndLayout<'tcx> {
        self.1
    }

    /// The value's memory; spills a value in registers to the stack.
    pub(crate) fn force_stack(self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> (Pointer, Option<Value>) {
        match self.0 {
            CValueInner::ByRef(ptr, meta) => (ptr, meta),
            CValueInner::ByVal(_) | CValueInner::ByValPair(..) => {
                let place = CPlace::new_stack_slot(fx, self.1);
                place.write_cvalue(fx, self);
                (place.to_ptr(), None)
            }
        }
    }

    pub(crate) fn try_to_ptr(self) -> Option<(Pointer, Option<Value>)> {
        match self.0 {
            CValueInner::ByRef(ptr, meta) => Some((ptr, meta)),
            CValueInner::ByVal(_) | CValueInner::ByValPair(..) => None,
        }
    }

    /// The value of a type whose representation is a scalar or vector.
    #[track_caller]
    pub(crate) fn load_scalar(self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> Value {
        match self.0 {
            CValueInner::ByVal(value) => value,
            CValueInner::ByRef(ptr, None) => {
                let ty = match self.1.backend_repr {
                    BackendRepr::Scalar(scalar) => scalar_to_clif_type(fx.tcx, scalar),
                    BackendRepr::SimdVector { element, count } => {
                        let lane = scalar_to_clif_type(fx.tcx, element);
                        match lane.by(count as u32) {
                            Some(ty) => ty,
                            None => fatal(format!("unsupported: vector of {count} x {lane}")),
                        }
                    }
                    _ => bug!("load_scalar of {:?}", fx.ty_str(self.1.ty)),
                };
                ptr.load(fx, ty, notrap())
            }
            CValueInner::ByRef(_, Some(_)) => bug!("load_scalar of an unsized value"),
            CValueInner::ByValPair(..) => bug!("load_scalar of a pair {}", fx.ty_str(self.1.ty)),
        }
    }

    /// The value of a type whose representation is a pair of scalars.
    #[track_caller]
    pub(crate) fn load_scalar_pair(self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> (Value, Value) {
        match self.0 {
            CValueInner::ByValPair(a, b) => (a, b),
            CValueInner::ByRef(ptr, None) => {
                let BackendRepr::ScalarPair(a, b) = self.1.backend_repr else {
                    bug!("load_scalar_pair of {}", fx.ty_str(self.1.ty))
                };
                let b_offset = scalar_pair_b_offset(fx, a, b);
                let (a, b) = (scalar_to_clif_type(fx.tcx, a), scalar_to_clif_type(fx.tcx, b));
                let first = ptr.load(fx, a, notrap());
                let second = ptr.offset_i64(fx, b_offset).load(fx, b, notrap());
                (first, second)
            }
            CValueInner::ByRef(_, Some(_)) => bug!("load_scalar_pair of an unsized value"),
            CValueInner::ByVal(_) => bug!("load_scalar_pair of a scalar {}", fx.ty_str(self.1.ty)),
        }
    }

    pub(crate) fn value_field(self, fx: &mut FunctionCx<'_, '_, 'tcx>, field: FieldIdx) -> CValue<'tcx> {
        let layout = self.1;
        match self.0 {
            CValueInner::ByVal(value) => {
                let field_layout = fx.field_layout(layout, field.index());
                if field_layout.is_zst() {
                    return CValue::zst(field_layout);
                }
                match field_layout.backend_repr {
                    BackendRepr::Scalar(_) if field_layout.size == layout.size => CValue::by_val(value, field_layout),
                    _ => {
                        let (ptr, _) = self.force_stack(fx);
                        CValue::by_ref(ptr, layout).value_field(fx, field)
                    }
                }
            }
            CValueInner::ByValPair(a, b) => {
                let field_layout = fx.field_layout(layout, field.index());
                if field_layout.is_zst() {
                    return CValue::zst(field_layout);
                }
                match (fx.clif_pair_type(layout.ty).is_some(), field.0) {
                    (true, 0) => CValue::by_val(a, field_layout),
                    (true, 1) => CValue::by_val(b, field_layout),
                    _ => {
                        let (ptr, _) = self.force_stack(fx);
                        CValue::by_ref(ptr, layout).value_field(fx, field)
                    }
                }
            }
            CValueInner::ByRef(ptr, extra) => {
                let (ptr, field_layout) = codegen_field(fx, ptr, extra, layout, field);
                match extra {
                    Some(extra) if fx.type_has_metadata(field_layout) => {
                        CValue::by_ref_unsized(ptr, extra, field_layout)
                    }
                    _ => CValue::by_ref(ptr, field_layout),
                }
            }
        }
    }

    /// Lane `lane_idx` of a vector.
    pub(crate) fn value_lane(self, fx: &mut FunctionCx<'_, '_, 'tcx>, lane_idx: u64) -> CValue<'tcx> {
        let (lane_count, lane_ty) = fx.simd_size_and_type(self.1.ty);
        assert!(lane_idx < lane_count);
        self.value_typed_lane(fx, lane_ty, lane_idx)
    }

    /// As [`Self::value_lane`], with the vector seen as one of `lane_ty`.
    pub(crate) fn value_typed_lane(
        self,
        fx: &mut FunctionCx<'_, '_, 'tcx>,
        lane_ty: Ty,
        lane_idx: u64,
    ) -> CValue<'tcx> {
        let lane_layout = fx.layout_of(lane_ty);
        assert!(lane_layout.size * (lane_idx + 1) <= self.1.size);
        let (ptr, _) = self.force_stack(fx);
        let offset = lane_layout.size.bytes() * lane_idx;
        CValue::by_ref(ptr.offset_i64(fx, offset as i64), lane_layout)
    }

    /// As [`Self::value_lane`], with an index that is computed at run time.
    pub(crate) fn value_lane_dyn(self, fx: &mut FunctionCx<'_, '_, 'tcx>, lane_idx: Value) -> CValue<'tcx> {
        let (_, lane_ty) = fx.simd_size_and_type(self.1.ty);
        let lane_layout = fx.layout_of(lane_ty);
        let (ptr, _) = self.force_stack(fx);
        let offset = lane_offset(fx, lane_layout, lane_idx);
        CValue::by_ref(ptr.offset_value(fx, offset), lane_layout)
    }

    /// A constant of a primitive type.
    pub(crate) fn const_val(
        fx: &mut FunctionCx<'_, '_, 'tcx>,
        layout: TyAndLayout<'tcx>,
        const_val: ScalarInt,
    ) -> CValue<'tcx> {
        use cranelift_codegen::ir::immediates::{Ieee16, Ieee32, Ieee64, Ieee128};
        assert_eq!(u64::from(const_val.size), layout.size.bytes());
        let bits = const_val.data;
        let val = match fx.expect_clif_type(layout.ty) {
            types::F16 => fx.bcx.ins().f16const(Ieee16::with_bits(bits as u16)),
            types::F32 => fx.bcx.ins().f32const(Ieee32::with_bits(bits as u32)),
            types::F64 => fx.bcx.ins().f64const(Ieee64::with_bits(bits as u64)),
            types::F128 => {
                let constant = fx.bcx.func.dfg.constants.insert(Ieee128::with_bits(bits).into());
                fx.bcx.ins().f128const(constant)
            }
            ty => int_const(fx, ty, bits),
        };
        CValue::by_val(val, layout)
    }

    /// A pointer with another pointer's type.
    pub(crate) fn cast_pointer_to(self, layout: TyAndLayout<'tcx>) -> Self {
        assert_eq!(self.1.size, layout.size);
        CValue(self.0, layout)
    }

    /// A value of a pattern type as one of its base type.
    pub(crate) fn cast_pat_ty_to_base(self, layout: TyAndLayout<'tcx>) -> Self {
        assert_eq!(self.1.size, layout.size);
        CValue(self.0, layout)
    }
}

fn lane_offset<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, lane: TyAndLayout<'tcx>, lane_idx: Value) -> Value {
    let lane_idx = match fx.bcx.func.dfg.value_type(lane_idx) {
        types::I64 => lane_idx,
        _ => fx.bcx.ins().uextend(types::I64, lane_idx),
    };
    fx.bcx.ins().imul_imm_s(lane_idx, lane.size.bytes() as i64)
}

impl<'tcx> FunctionCx<'_, '_, 'tcx> {
    /// Number and type of the lanes of a `#[repr(simd)]` struct.
    pub(crate) fn simd_size_and_type(&self, ty: Ty) -> (u64, Ty) {
        // Only calls of the intrinsics tell that a program takes something else for a vector.
        let no_vector = || fatal(format!("expected a SIMD type, found `{}`", self.ty_str(ty)));
        let TyKind::Adt(def, args) = *self.kind(ty) else { return no_vector() };
        let adt = self.tcx.adt_def(def).or_fatal();
        let Some(field) = adt.variants.first().and_then(|variant| variant.fields.first()) else { return no_vector() };
        match *self.kind(self.tcx.field_ty(field, args).or_fatal()) {
            TyKind::Array(elem, len) => (self.tcx.const_to_usize(len).or_fatal(), elem),
            _ => no_vector(),
        }
    }
}

/// A place that can be read and written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CPlace<'tcx> {
    inner: CPlaceInner,
    layout: TyAndLayout<'tcx>,
}

#[derive(Clone, Copy, Debug)]
enum CPlaceInner {
    Var(Variable),
    VarPair(Variable, Variable),
    /// With metadata if the type is unsized.
    Addr(Pointer, Option<Value>),
}

impl<'tcx> CPlace<'tcx> {
    pub(crate) fn layout(&self) -> TyAndLayout<'tcx> {
        self.layout
    }

    pub(crate) fn new_stack_slot(fx: &mut FunctionCx<'_, '_, 'tcx>, layout: TyAndLayout<'tcx>) -> CPlace<'tcx> {
        assert!(layout.is_sized());
        let ptr = match layout.size.bytes() {
            0 => Pointer::dangling(layout.align.abi),
            size => match (u32::try_from(size), u32::try_from(layout.align.bytes())) {
                (Ok(size), Ok(align)) if size < u32::MAX - 2 * align => fx.create_stack_slot(size, align),
                _ => fatal(format!("values of type {} are too big for the stack", fx.ty_str(layout.ty))),
            },
        };
        CPlace { inner: CPlaceInner::Addr(ptr, None), layout }
    }

    pub(crate) fn new_var(fx: &mut FunctionCx<'_, '_, 'tcx>, layout: TyAndLayout<'tcx>) -> CPlace<'tcx> {
        let ty = fx.expect_clif_type(layout.ty);
        CPlace { inner: CPlaceInner::Var(fx.bcx.declare_var(ty)), layout }
    }

    pub(crate) fn new_var_pair(fx: &mut FunctionCx<'_, '_, 'tcx>, layout: TyAndLayout<'tcx>) -> CPlace<'tcx> {
        let Some((a, b)) = fx.clif_pair_type(layout.ty) else { bug!("no pair type for {}", fx.ty_str(layout.ty)) };
        CPlace { inner: CPlaceInner::VarPair(fx.bcx.declare_var(a), fx.bcx.declare_var(b)), layout }
    }

    pub(crate) fn for_ptr(ptr: Pointer, layout: TyAndLayout<'tcx>) -> CPlace<'tcx> {
        CPlace { inner: CPlaceInner::Addr(ptr, None), layout }
    }

    pub(crate) fn for_ptr_with_extra(ptr: Pointer, extra: Value, layout: TyAndLayout<'tcx>) -> CPlace<'tcx> {
        CPlace { inner: CPlaceInner::Addr(ptr, Some(extra)), layout }
    }

    pub(crate) fn to_cvalue(self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> CValue<'tcx> {
        match self.inner {
            CPlaceInner::Var(var) => CValue::by_val(fx.bcx.use_var(var), self.layout),
            CPlaceInner::VarPair(a, b) => {
                CValue::by_val_pair(fx.bcx.use_var(a), fx.bcx.use_var(b), self.layout)
            }
            CPlaceInner::Addr(ptr, extra) => CValue(CValueInner::ByRef(ptr, extra), self.layout),
        }
    }

    /// How the place is stored, for comments.
    pub(crate) fn debug_comment(self) -> (&'static str, String) {
        use crate::pointer::PointerBase;
        match self.inner {
            CPlaceInner::Var(var) => ("ssa", format!("var={}", var.as_u32())),
            CPlaceInner::VarPair(a, b) => ("ssa", format!("var=({}, {})", a.as_u32(), b.as_u32())),
            CPlaceInner::Addr(ptr, meta) => {
                let meta = meta.map_or(String::new(), |meta| format!(",meta={meta}"));
                match ptr.debug_base_and_offset() {
                    (PointerBase::Addr(addr), offset) => ("reuse", format!("storage={addr}{offset}{meta}")),
                    (PointerBase::Stack(slot), offset) => ("stack", format!("storage={slot}{offset}{meta}")),
                    (PointerBase::Dangling(align), _) => ("zst", format!("align={}", align.bytes())),
                }
            }
        }
    }

    #[track_caller]
    pub(crate) fn to_ptr(self) -> Pointer {
        match self.inner {
            CPlaceInner::Addr(ptr, None) => ptr,
            _ => bug!("not a sized place in memory: {self:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn to_ptr_unsized(self) -> (Pointer, Value) {
        match self.inner {
            CPlaceInner::Addr(ptr, Some(extra)) => (ptr, extra),
            _ => bug!("not an unsized place: {self:?}"),
        }
    }

    /// The place's memory, if it is not in registers.
    pub(crate) fn try_to_ptr(self) -> Option<Pointer> {
        match self.inner {
            CPlaceInner::Var(_) | CPlaceInner::VarPair(..) => None,
            CPlaceInner::Addr(ptr, None) => Some(ptr),
            CPlaceInner::Addr(_, Some(_)) => bug!("not a sized place: {self:?}"),
        }
    }

    pub(crate) fn write_cvalue(self, fx: &mut FunctionCx<'_, '_, 'tcx>, from: CValue<'tcx>) {
        self.write_cvalue_maybe_transmute(fx, from, "write_cvalue");
    }

    /// Writes a value of another type and the same size.
    pub(crate) fn write_cvalue_transmute(self, fx: &mut FunctionCx<'_, '_, 'tcx>, from: CValue<'tcx>) {
        self.write_cvalue_maybe_transmute(fx, from, "write_cvalue_transmute");
    }

    fn write_cvalue_maybe_transmute(
        self,
        fx: &mut FunctionCx<'_, '_, 'tcx>,
        from: CValue<'tcx>,
        method: &'static str,
    ) {
        let dst_layout = self.layout;
        assert_eq!(
            dst_layout.size,
            from.1.size,
            "{method}: {} <- {}",
            fx.ty_str(dst_layout.ty),
            fx.ty_str(from.1.ty)
        );
        if fx.clif_comments.enabled() {
            let text = format!("{method}: {:?}: {} <- {:?}", self.inner, fx.ty_str(dst_layout.ty), from.0);
            fx.add_comment_here(text);
        }
        match self.inner {
            CPlaceInner::Var(var) => {
                let ty = fx.expect_clif_type(dst_layout.ty);
                let data = from.load_as(fx, dst_layout, ty);
                fx.bcx.def_var(var, data);
            }
            CPlaceInner::VarPair(a, b) => {
                let Some((ty_a, ty_b)) = fx.clif_pair_type(dst_layout.ty) else { bug!("not a pair") };
                let (val_a, val_b) = from.load_as_pair(fx, dst_layout, ty_a, ty_b);
                fx.bcx.def_var(a, val_a);
                fx.bcx.def_var(b, val_b);
            }
            CPlaceInner::Addr(_, Some(_)) => bug!("write to an unsized place {self:?}"),
            CPlaceInner::Addr(to, None) => {
                if dst_layout.size == Size::ZERO {
                    return;
                }
                match (from.0, from.1.backend_repr) {
                    (CValueInner::ByVal(val), _) => to.store(fx, val, notrap()),
                    (CValueInner::ByRef(_, None), BackendRepr::Scalar(_)) => {
                        let val = from.load_scalar(fx);
                        to.store(fx, val, notrap());
                    }
                    (CValueInner::ByValPair(..) | CValueInner::ByRef(_, None), BackendRepr::ScalarPair(a, b)) => {
                        let b_offset = scalar_pair_b_offset(fx, a, b);
                        let (val_a, val_b) = from.load_scalar_pair(fx);
                        to.store(fx, val_a, notrap());
                        to.offset_i64(fx, b_offset).store(fx, val_b, notrap());
                    }
                    (CValueInner::ByValPair(..), repr) => bug!("a pair of representation {repr:?}"),
                    (CValueInner::ByRef(ptr, None), _) => {
                        copy_memory(fx, to, ptr, dst_layout.size.bytes());
                    }
                    (CValueInner::ByRef(_, Some(_)), _) => fatal("unsupported: a move of an unsized value"),
                }
            }
        }
    }

    /// The place with another type of the same size.
    pub(crate) fn place_transmute_type(self, fx: &mut FunctionCx<'_, '_, 'tcx>, ty: Ty) -> CPlace<'tcx> {
        CPlace { inner: self.inner, layout: fx.layout_of(ty) }
    }

    pub(crate) fn place_field(self, fx: &mut FunctionCx<'_, '_, 'tcx>, field: FieldIdx) -> CPlace<'tcx> {
        match self.inner {
            CPlaceInner::Var(_) => {
                let layout = fx.field_layout(self.layout, field.index());
                if layout.is_zst() {
                    return CPlace::for_ptr(Pointer::dangling(layout.align.abi), layout);
                }
                bug!("field of a place in a register: {}", fx.ty_str(self.layout.ty))
            }
            CPlaceInner::VarPair(a, b) => {
                let layout = fx.field_layout(self.layout, field.index());
                let var = match field.0 {
                    0 => a,
                    1 => b,
                    _ => bug!("field {field:?} of a pair"),
                };
                CPlace { inner: CPlaceInner::Var(var), layout }
            }
            CPlaceInner::Addr(base, extra) => {
                let (ptr, layout) = codegen_field(fx, base, extra, self.layout, field);
                let extra = extra.filter(|_| fx.type_has_metadata(layout));
                CPlace { inner: CPlaceInner::Addr(ptr, extra), layout }
            }
        }
    }

    /// Lane `lane_idx` of a vector.
    pub(crate) fn place_lane(self, fx: &mut FunctionCx<'_, '_, 'tcx>, lane_idx: u64) -> CPlace<'tcx> {
        let (lane_count, lane_ty) = fx.simd_size_and_type(self.layout.ty);
        assert!(lane_idx < lane_count);
        self.place_typed_lane(fx, lane_ty, lane_idx)
    }

    /// As [`Self::place_lane`], with the vector seen as one of `lane_ty`.
    pub(crate) fn place_typed_lane(
        self,
        fx: &mut FunctionCx<'_, '_, 'tcx>,
        lane_ty: Ty,
        lane_idx: u64,
    ) -> CPlace<'tcx> {
        let lane_layout = fx.layout_of(lane_ty);
        assert!(lane_layout.size * (lane_idx + 1) <= self.layout.size);
        let offset = lane_layout.size.bytes() * lane_idx;
        CPlace::for_ptr(self.to_ptr().offset_i64(fx, offset as i64), lane_layout)
    }

    /// Writes a lane whose index is computed at run time.
    pub(crate) fn write_lane_dyn(self, fx: &mut FunctionCx<'_, '_, 'tcx>, lane_idx: Value, value: CValue<'tcx>) {
        let (_, lane_ty) = fx.simd_size_and_type(self.layout.ty);
        let lane_layout = fx.layout_of(lane_ty);
        let offset = lane_offset(fx, lane_layout, lane_idx);
        let ptr = self.to_ptr().offset_value(fx, offset);
        CPlace::for_ptr(ptr, lane_layout).write_cvalue(fx, value);
    }

    /// Element `index` of an array or slice.
    pub(crate) fn place_index(self, fx: &mut FunctionCx<'_, '_, 'tcx>, index: Value) -> CPlace<'tcx> {
        let (elem_ty, ptr) = match *fx.kind(self.layout.ty) {
            TyKind::Array(elem, _) => (elem, self.to_ptr()),
            TyKind::Slice(elem) => (elem, self.to_ptr_unsized().0),
            _ => bug!("index into {}", fx.ty_str(self.layout.ty)),
        };
        let elem_layout = fx.layout_of(elem_ty);
        let offset = match elem_layout.size.bytes() {
            1 => index,
            size => fx.bcx.ins().imul_imm_s(index, size as i64),
        };
        CPlace::for_ptr(ptr.offset_value(fx, offset), elem_layout)
    }

    /// What the pointer in this place points to.
    pub(crate) fn place_deref(self, fx: &mut FunctionCx<'_, '_, 'tcx>) -> CPlace<'tcx> {
        let Some(to) = fx.tcx.builtin_deref(self.layout.ty) else { bug!("deref of {}", fx.ty_str(self.layout.ty)) };
        let layout = fx.layout_of(to);
        let ptr = self.to_cvalue(fx);
        if matches!(self.layout.backend_repr, BackendRepr::ScalarPair(..)) && fx.type_has_metadata(layout) {
            let (addr, extra) = ptr.load_scalar_pair(fx);
            CPlace::for_ptr_with_extra(Pointer::new(addr), extra, layout)
        } else {
            let addr = ptr.load_scalar(fx);
            CPlace::for_ptr(Pointer::new(addr), layout)
        }
    }

    /// A pointer to this place, with the layout of the pointer's type.
    pub(crate) fn place_ref(self, fx: &mut FunctionCx<'_, '_, 'tcx>, layout: TyAndLayout<'tcx>) -> CValue<'tcx> {
        match self.inner {
            CPlaceInner::Addr(ptr, Some(extra)) => CValue::by_val_pair(ptr.get_addr(fx), extra, layout),
            _ => CValue::by_val(self.to_ptr().get_addr(fx), layout),
        }
    }

    pub(crate) fn downcast_variant(self, fx: &FunctionCx<'_, '_, 'tcx>, variant: VariantIdx) -> Self {
        assert!(self.layout.is_sized());
        CPlace { inner: self.inner, layout: fx.variant_layout(self.layout, variant) }
    }
}

impl<'tcx> CValue<'tcx> {
    /// The value, whose type may be another, in one register of type `ty`.
    fn load_as(self, fx: &mut FunctionCx<'_, '_, 'tcx>, dst_layout: TyAndLayout<'tcx>, ty: Type) -> Value {
        let val = match self.0 {
            CValueInner::ByVal(val) => val,
            _ => {
                let (ptr, _) = self.force_stack(fx);
                CValue::by_ref(ptr, dst_layout).load_scalar(fx)
            }
        };
        cast_bits(fx, val, ty)
    }

    /// The value, whose type may be another, in two registers.
    fn load_as_pair(
        self,
        fx: &mut FunctionCx<'_, '_, 'tcx>,
        dst_layout: TyAndLayout<'tcx>,
        ty_a: Type,
        ty_b: Type,
    ) -> (Value, Value) {
        let (a, b) = match self.0 {
            CValueInner::ByValPair(a, b)
                if fx.bcx.func.dfg.value_type(a).bytes() == ty_a.bytes()
                    && fx.bcx.func.dfg.value_type(b).bytes() == ty_b.bytes() =>
            {
                (a, b)
            }
            _ => {
                let (ptr, _) = self.force_stack(fx);
                CValue::by_ref(ptr, dst_layout).load_scalar_pair(fx)
            }
        };
        (cast_bits(fx, a, ty_a), cast_bits(fx, b, ty_b))
    }
}

fn cast_bits(fx: &mut FunctionCx<'_, '_, '_>, val: Value, ty: Type) -> Value {
    let from = fx.bcx.func.dfg.value_type(val);
    if from == ty {
        return val;
    }
    assert_eq!(from.bytes(), ty.bytes(), "bits of {from} as {ty}");
    codegen_bitcast(fx, ty, val)
}

/// Copies `size` bytes between memory that does not overlap, or is the same.
fn copy_memory(fx: &mut FunctionCx<'_, '_, '_>, to: Pointer, from: Pointer, size: u64) {
    /// Up to so many bytes are copied in registers.
    const INLINE: u64 = 64;
    let flags = notrap();
    if size > INLINE {
        let to = to.get_addr(fx);
        let from = from.get_addr(fx);
        let size = fx.bcx.ins().iconst(fx.pointer_type, size as i64);
        fx.call_memcpy(to, from, size);
        return;
    }
    // All is loaded before anything is stored, so that a copy of a place to itself is right.
    let mut chunks: SmallVec<[(i64, Value); 8]> = SmallVec::new();
    let mut offset = 0;
    while offset < size {
        let ty = match size - offset {
            16.. => types::I8X16,
            8.. => types::I64,
            4.. => types::I32,
            2.. => types::I16,
            _ => types::I8,
        };
        let val = from.offset_i64(fx, offset as i64).load(fx, ty, flags);
        chunks.push((offset as i64, val));
        offset += u64::from(ty.bytes());
    }
    for (offset, val) in chunks {
        to.offset_i64(fx, offset).store(fx, val, flags);
    }
}
