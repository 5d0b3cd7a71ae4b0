//! What a type's layout is, by kind of type; `rustc_abi::LayoutCalculator` does the arithmetic.
//! Semantics: `rustc_ty_utils::layout::layout_of_uncached`.

use super::{LayoutData, TyAndLayout};
use crate::adapter::error::ErrorKind;
use crate::adapter::{Error, Result, Tcx};
use ramir::interner::TypeFlags;
use ramir::*;
use rustc_abi::{
    AddressSpace, Align, BackendRepr, FieldsShape, Float, HasDataLayout, Integer, IntegerType, LayoutCalculator,
    LayoutCalculatorError, Niche, Primitive, Scalar, Size, StructKind, WrappingRange,
};
use rustc_index::IndexVec;
use rustc_index::bit_set::BitMatrix;
use std::ops::{Bound, Deref};

/// How deep types may nest by value: generic recursion can ask for a type of infinite size.
const MAX_DEPTH: u32 = 256;

/// A part's layout in the form that the calculator takes.
#[derive(Clone, Copy, Debug)]
struct Part<'a>(&'a LayoutData);

impl<'a> Deref for Part<'a> {
    type Target = &'a LayoutData;
    fn deref(&self) -> &&'a LayoutData {
        &self.0
    }
}

impl AsRef<LayoutData> for Part<'_> {
    fn as_ref(&self) -> &LayoutData {
        self.0
    }
}

fn integer(bytes: u8) -> Option<Integer> {
    Some(match bytes {
        1 => Integer::I8,
        2 => Integer::I16,
        4 => Integer::I32,
        8 => Integer::I64,
        16 => Integer::I128,
        _ => return None,
    })
}

pub(super) fn repr_options(repr: &ReprOptions) -> rustc_abi::ReprOptions {
    rustc_abi::ReprOptions {
        int: repr.int.and_then(|int| match int {
            ReprInt::Pointer(signed) => Some(IntegerType::Pointer(signed)),
            ReprInt::Fixed(bytes, signed) => Some(IntegerType::Fixed(integer(bytes)?, signed)),
        }),
        align: repr.align.and_then(|bytes| Align::from_bytes(bytes).ok()),
        pack: repr.pack.and_then(|bytes| Align::from_bytes(bytes).ok()),
        flags: rustc_abi::ReprFlags::from_bits_truncate(repr.flags),
        ..Default::default()
    }
}

fn int_ty(ty: IntTy) -> Integer {
    match ty {
        IntTy::I8 => Integer::I8,
        IntTy::I16 => Integer::I16,
        IntTy::I32 => Integer::I32,
        IntTy::I64 | IntTy::Isize => Integer::I64,
        IntTy::I128 => Integer::I128,
    }
}

fn uint_ty(ty: UintTy) -> Integer {
    match ty {
        UintTy::U8 => Integer::I8,
        UintTy::U16 => Integer::I16,
        UintTy::U32 => Integer::I32,
        UintTy::U64 | UintTy::Usize => Integer::I64,
        UintTy::U128 => Integer::I128,
    }
}

fn float_ty(ty: FloatTy) -> Float {
    match ty {
        FloatTy::F16 => Float::F16,
        FloatTy::F32 => Float::F32,
        FloatTy::F64 => Float::F64,
        FloatTy::F128 => Float::F128,
    }
}

/// The tag type for discriminants in `min..=max`, and whether it is signed (`IntegerExt::discr_range_of_repr`).
fn discr_range_of_repr(tcx: &Tcx, repr: &rustc_abi::ReprOptions, min: i128, max: i128) -> (Integer, bool) {
    if let Some(int) = repr.int {
        return (Integer::from_attr(tcx, int), int.is_signed());
    }
    let unsigned_fit = Integer::fit_unsigned(std::cmp::max(min as u128, max as u128));
    let signed_fit = std::cmp::max(Integer::fit_signed(min), Integer::fit_signed(max));
    let at_least = if repr.c() { tcx.data_layout().c_enum_min_size } else { Integer::I8 };
    if unsigned_fit <= signed_fit { (unsigned_fit.max(at_least), false) } else { (signed_fit.max(at_least), true) }
}

impl Tcx {
    pub(super) fn layout_of_nested(&self, ty: Ty, depth: u32) -> Result<TyAndLayout<'_>> {
        if let Some(layout) = self.layouts.layouts.get(&ty) {
            return Ok(TyAndLayout { ty, layout });
        }
        if self.flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            let normalized = self.normalize(ty)?;
            if normalized != ty {
                return self.layout_of_nested(normalized, depth);
            }
        }
        if depth > MAX_DEPTH {
            return Err(self.layout_error(ty, "a cycle occurred during layout computation"));
        }
        let layout = self.layouts.layouts.get_or_try(ty, |&ty| self.compute_layout(ty, depth + 1))?;
        Ok(TyAndLayout { ty, layout })
    }

    fn layout_error(&self, ty: Ty, what: &str) -> Error {
        ErrorKind::Layout(format!("{what}: {:?}", self.kind(ty))).into()
    }

    fn calculator_error(&self, ty: Ty, error: LayoutCalculatorError<Part<'_>>) -> Error {
        self.layout_error(
            ty,
            match error {
                LayoutCalculatorError::SizeOverflow => "values of the type are too big for the target architecture",
                LayoutCalculatorError::UnexpectedUnsized(_) => "the size of a part of the type is not known",
                LayoutCalculatorError::EmptyUnion => "the union has no fields",
                LayoutCalculatorError::ReprConflict => "the representation hints of the type conflict",
                LayoutCalculatorError::ZeroLengthSimdType => "the SIMD type has zero elements",
                LayoutCalculatorError::OversizedSimdType { .. } => "the SIMD type has too many elements",
                LayoutCalculatorError::NonPrimitiveSimdType(_) => {
                    "the SIMD type's elements are not integers, floats or pointers"
                }
            },
        )
    }

    fn full_scalar(&self, value: Primitive) -> Scalar {
        Scalar::Initialized { value, valid_range: WrappingRange::full(value.size(self)) }
    }

    fn compute_layout(&self, ty: Ty, depth: u32) -> Result<LayoutData> {
        let calc = LayoutCalculator::new(&self.layouts.target);
        let map = |result: Result<LayoutData, LayoutCalculatorError<Part<'_>>>| {
            result.map_err(|e| self.calculator_error(ty, e))
        };
        let scalar = |value| Ok(LayoutData::scalar(self, self.full_scalar(value)));
        let part = |ty: Ty| Ok::<_, Error>(Part(self.layout_of_nested(ty, depth)?.layout));
        let univariant = |tys: &[Ty], kind| {
            let fields = tys.iter().map(|&ty| part(ty)).collect::<Result<IndexVec<FieldIdx, _>>>()?;
            map(calc.univariant(&fields, &Default::default(), kind))
        };

        match *self.kind(ty) {
            TyKind::Pat(base, ref pattern) => {
                let mut layout = self.layout_of_nested(base, depth)?.layout.clone();
                self.restrict_to_pattern(ty, pattern, &mut layout)?;
                Ok(layout)
            }

            TyKind::Bool => Ok(LayoutData::scalar(
                self,
                Scalar::Initialized {
                    value: Primitive::Int(Integer::I8, false),
                    valid_range: WrappingRange { start: 0, end: 1 },
                },
            )),
            TyKind::Char => Ok(LayoutData::scalar(
                self,
                Scalar::Initialized {
                    value: Primitive::Int(Integer::I32, false),
                    valid_range: WrappingRange { start: 0, end: char::MAX.into() },
                },
            )),
            TyKind::Int(int) => scalar(Primitive::Int(int_ty(int), true)),
            TyKind::Uint(int) => scalar(Primitive::Int(uint_ty(int), false)),
            TyKind::Float(float) => scalar(Primitive::Float(float_ty(float))),
            TyKind::Never => Ok(LayoutData::never_type(self)),

            TyKind::FnPtr(_) => Ok(LayoutData::scalar(self, self.pointer_scalar(true))),
            TyKind::Ref(_, pointee, _) | TyKind::RawPtr(pointee, _) => {
                let data = self.pointer_scalar(matches!(self.kind(ty), TyKind::Ref(..)));
                let tail = self.struct_tail(pointee)?;
                let metadata = match self.kind(tail) {
                    TyKind::Slice(_) | TyKind::Str => self.full_scalar(Primitive::Int(Integer::I64, false)),
                    TyKind::Dynamic(..) => self.pointer_scalar(true),
                    TyKind::Param(_) | TyKind::Alias(..) | TyKind::Bound { .. } | TyKind::Error => {
                        return Err(self.layout_error(ty, "the type behind the pointer is not known"));
                    }
                    _ => return Ok(LayoutData::scalar(self, data)),
                };
                Ok(LayoutData::scalar_pair(self, data, metadata))
            }

            TyKind::Array(elem, count) => {
                let count = self.const_to_usize(count)?;
                map(calc.array_like(self.layout_of_nested(elem, depth)?.layout, Some(count)))
            }
            TyKind::Slice(elem) => map(calc.array_like(self.layout_of_nested(elem, depth)?.layout, None)),
            TyKind::Str => map(calc.array_like(self.layout_of_nested(self.common.u8, depth)?.layout, None)),

            TyKind::FnDef(..) => Ok(LayoutData::unit(self, true)),
            TyKind::Dynamic(..) | TyKind::Foreign(_) => Ok(LayoutData::unit(self, false)),

            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => {
                univariant(self.upvar_tys(ty)?, StructKind::AlwaysSized)
            }
            TyKind::Tuple(ref tys) => {
                let kind = if tys.is_empty() { StructKind::AlwaysSized } else { StructKind::MaybeUnsized };
                univariant(tys, kind)
            }
            TyKind::Coroutine(def, args) => self.coroutine_type_layout(ty, def, args, depth),
            TyKind::Adt(def, args) => self.adt_layout(ty, def, args, depth),
            TyKind::UnsafeBinder { ty, .. } => {
                Ok(self.layout_of_nested(self.erase_bound_in_ty(ty)?, depth)?.layout.clone())
            }

            TyKind::Param(_)
            | TyKind::Alias(..)
            | TyKind::Bound { .. }
            | TyKind::CoroutineWitness(..)
            | TyKind::Error => Err(self.layout_error(ty, "the type has an unknown layout")),
        }
    }

    fn pointer_scalar(&self, non_null: bool) -> Scalar {
        let mut scalar = self.full_scalar(Primitive::Pointer(AddressSpace::ZERO));
        if non_null {
            scalar.valid_range_mut().start = 1;
        }
        scalar
    }

    fn coroutine_type_layout(&self, ty: Ty, def: DefId, args: Args, depth: u32) -> Result<LayoutData> {
        let info = self.coroutine_layout(def, args)?;
        let maybe_uninit = self.store.require_lang_item("maybe_uninit")?;
        let locals = info
            .field_tys
            .iter()
            .map(|&local| {
                // A saved local is only initialized in the variants that name it.
                let local = GenericArg::Type(self.monomorphize(local, args)?);
                let uninit = self.mk(TyKind::Adt(maybe_uninit, self.mk_args(&[local])));
                Ok(Part(self.layout_of_nested(uninit, depth)?.layout))
            })
            .collect::<Result<IndexVec<usize, _>>>()?;
        let prefix = self
            .upvar_tys(ty)?
            .iter()
            .map(|&upvar| Ok(Part(self.layout_of_nested(upvar, depth)?.layout)))
            .collect::<Result<IndexVec<FieldIdx, _>>>()?;
        let variant_fields: IndexVec<VariantIdx, IndexVec<FieldIdx, usize>> =
            info.variant_fields.iter().map(|fields| fields.iter().map(|&local| local as usize).collect()).collect();
        let mut conflicts = BitMatrix::<usize, usize>::new(locals.len(), locals.len());
        for (local, others) in info.storage_conflicts.iter().enumerate() {
            for &other in others {
                conflicts.insert(local, other as usize);
            }
        }
        LayoutCalculator::new(&self.layouts.target)
            .coroutine(&locals, prefix, &variant_fields, &conflicts, |tag| {
                Part(self.layouts.parts.insert((ty, super::Part::Tag), LayoutData::scalar(self, tag)))
            })
            .map_err(|e| self.calculator_error(ty, e))
    }

    fn adt_layout(&self, ty: Ty, def: DefId, args: Args, depth: u32) -> Result<LayoutData> {
        let calc = LayoutCalculator::new(&self.layouts.target);
        let adt = self.adt_def(def)?;
        let repr = repr_options(&adt.repr);
        if adt.flags.unsupported_repr {
            return Err(Error::unsupported(format!("representation of {}", self.store.def_path_str(def))));
        }

        if repr.simd() {
            let field = match &adt.variants[..] {
                [VariantDef { fields, .. }] if fields.len() == 1 => Some(self.field_ty(&fields[0], args)?),
                _ => None,
            };
            let Some(&TyKind::Array(elem, len)) = field.map(|ty| self.kind(ty)) else {
                return Err(self.layout_error(ty, "a SIMD type is a struct of one array"));
            };
            let elem = Part(self.layout_of_nested(elem, depth)?.layout);
            return calc
                .simd_type(elem, self.const_to_usize(len)?, repr.packed())
                .map_err(|e| self.calculator_error(ty, e));
        }

        let variants = adt
            .variants
            .iter()
            .map(|variant| {
                variant
                    .fields
                    .iter()
                    .map(|field| Ok(Part(self.layout_of_nested(self.field_ty(field, args)?, depth)?.layout)))
                    .collect::<Result<IndexVec<FieldIdx, _>>>()
            })
            .collect::<Result<IndexVec<VariantIdx, _>>>()?;

        if adt.kind == AdtKind::Union {
            return calc.layout_of_union(&repr, &variants).map_err(|e| self.calculator_error(ty, e));
        }

        let is_enum = adt.kind == AdtKind::Enum;
        let bound = |value: Option<u128>| value.map_or(Bound::Unbounded, Bound::Included);
        let valid_range = (bound(adt.flags.scalar_valid_range_start), bound(adt.flags.scalar_valid_range_end));
        let discriminants = is_enum
            .then(|| adt.variants.iter().enumerate().map(|(i, v)| (VariantIdx::new(i), v.discr as i128)))
            .into_iter()
            .flatten();
        calc.layout_of_struct_or_enum(
            &repr,
            &variants,
            is_enum,
            // Writes through a shared reference could destroy a niche that is in use.
            adt.flags.is_unsafe_cell || adt.flags.is_unsafe_pinned,
            valid_range,
            |min, max| discr_range_of_repr(self, &repr, min, max),
            discriminants,
            !self.adt_maybe_unsized(def)?,
        )
        .map_err(|e| self.calculator_error(ty, e))
    }

    fn restrict_to_pattern(&self, ty: Ty, pattern: &Pattern, layout: &mut LayoutData) -> Result<()> {
        let unsupported = || self.layout_error(ty, "pattern type that has no layout");
        let size = layout.size;
        let (BackendRepr::Scalar(scalar) | BackendRepr::ScalarPair(scalar, _)) = &mut layout.backend_repr else {
            return Err(unsupported());
        };
        let signed = matches!(scalar.primitive(), Primitive::Int(_, true));
        let bits = |ct: Const| match self.const_kind(self.normalize_const(ct)?) {
            ConstKind::Value(_, ValTree::Leaf(n)) => Ok(n.data),
            _ => Err(unsupported()),
        };
        match pattern {
            Pattern::NotNull => scalar.valid_range_mut().start = 1,
            Pattern::Range { start, end } => {
                let (start, end) = (bits(*start)?, bits(*end)?);
                let wraps = if signed { size.sign_extend(end) < size.sign_extend(start) } else { end < start };
                if wraps {
                    return Err(unsupported());
                }
                *scalar.valid_range_mut() = WrappingRange { start, end };
            }
            Pattern::Or(parts) => {
                // Two signed ranges that meet at the overflow make one wrapping range.
                let [Pattern::Range { start: a, end: b }, Pattern::Range { start: c, end: d }] = &parts[..] else {
                    return Err(unsupported());
                };
                let (mut low, mut high) = ((bits(*a)?, bits(*b)?), (bits(*c)?, bits(*d)?));
                if high.0 == size.truncate(size.signed_int_min() as u128) {
                    (low, high) = (high, low);
                }
                if !signed
                    || size.sign_extend(low.1) >= size.sign_extend(high.0)
                    || high.1 != size.signed_int_max() as u128
                {
                    return Err(unsupported());
                }
                *scalar.valid_range_mut() = WrappingRange { start: high.0, end: low.1 };
            }
        }
        layout.largest_niche =
            Some(Niche { offset: Size::ZERO, value: scalar.primitive(), valid_range: scalar.valid_range(self) });
        layout.fields = FieldsShape::Arbitrary {
            offsets: [Size::ZERO].into_iter().collect(),
            in_memory_order: [FieldIdx::new(0)].into_iter().collect(),
        };
        Ok(())
    }

    /// Whether some instance of a struct has an unsized last field, judged by its definition: then fields before the
    /// last are laid out in a way that does not depend on it.
    fn adt_maybe_unsized(&self, def: DefId) -> Result<bool> {
        self.layouts
            .maybe_unsized
            .get_or_try(def, |&def| {
                let adt = self.adt_def(def)?;
                if adt.kind != AdtKind::Struct {
                    return Ok(false);
                }
                let Some(tail) = adt.variants.first().and_then(|v| v.fields.last()) else {
                    return Ok(false);
                };
                Ok(!self.is_sized_in_generic(tail.ty, &self.store.item(def)?.predicates)?)
            })
            .copied()
    }

    /// Whether a type that may have parameters is sized under the given where-clauses.
    pub(in crate::adapter) fn is_sized_in_generic(&self, ty: Ty, clauses: &[Clause]) -> Result<bool> {
        let bounded = |clauses: &[Clause], is_self: &dyn Fn(Ty) -> bool| {
            clauses.iter().any(|clause| match clause {
                Clause::Trait { trait_ref, polarity: true } => {
                    let self_ty = self.args(trait_ref.args).first().and_then(|arg| arg.as_type());
                    self_ty.is_some_and(is_self) && self.implies_sized(trait_ref.def_id)
                }
                _ => false,
            })
        };
        Ok(match *self.kind(ty) {
            TyKind::Str | TyKind::Slice(_) | TyKind::Dynamic(..) | TyKind::Foreign(_) => false,
            TyKind::Pat(base, _) => self.is_sized_in_generic(base, clauses)?,
            TyKind::Tuple(ref tys) => match tys.last() {
                Some(&last) => self.is_sized_in_generic(last, clauses)?,
                None => true,
            },
            TyKind::Adt(def, args) => {
                let adt = self.adt_def(def)?;
                match adt.variants.first().and_then(|v| v.fields.last()) {
                    Some(last) if adt.kind == AdtKind::Struct => {
                        self.is_sized_in_generic(self.subst(last.ty, args)?, clauses)?
                    }
                    _ => true,
                }
            }
            TyKind::Alias(..) if !self.flags(ty).intersects(TypeFlags::HAS_PARAM) => {
                self.is_sized_in_generic(self.normalize(ty)?, clauses)?
            }
            TyKind::Alias(AliasKind::Projection, def, _) => {
                bounded(clauses, &|other| other == ty)
                    || match &self.store.item(def)?.data {
                        ItemData::AssocTy(assoc) => bounded(
                            &assoc.item_bounds,
                            &|other| matches!(*self.kind(other), TyKind::Alias(_, d, _) if d == def),
                        ),
                        _ => true,
                    }
            }
            TyKind::Param(_) => bounded(clauses, &|other| other == ty),
            _ => true,
        })
    }

    fn implies_sized(&self, trait_def: DefId) -> bool {
        Some(trait_def) == self.store.lang_item("sized")
            || self.trait_def(trait_def).is_ok_and(|def| {
                def.super_predicates.iter().any(|clause| {
                    matches!(clause, Clause::Trait { trait_ref, polarity: true }
                        if trait_ref.def_id != trait_def && self.implies_sized(trait_ref.def_id))
                })
            })
    }
}
