//! Layouts of concrete types, equal to rustc's: the query, its cache, and how a layout is walked.
//!
//! Semantics: `rustc_ty_utils::layout` for the layouts ([`compute`]), `rustc_middle::ty::layout` for fields and variants.

mod compute;

use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::*;
use rustc_abi::{AddressSpace, HasDataLayout, Primitive, TargetDataLayout, Variants};

pub type LayoutData = rustc_abi::LayoutData<FieldIdx, VariantIdx>;

/// LLVM's data layout of x86_64-unknown-linux-gnu, as the target's specification gives it.
const DATA_LAYOUT: &str = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

pub struct Cache {
    target: TargetDataLayout,
    layouts: Memo<Ty, LayoutData>,
    /// Layouts that belong to a part of a type which is no type by itself.
    parts: Memo<(Ty, Part), LayoutData>,
    maybe_unsized: Memo<DefId, bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    /// A variant that the type's layout leaves out, because no value of it exists.
    AbsentVariant(VariantIdx),
    /// The tag of an enum or coroutine.
    Tag,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            target: TargetDataLayout::parse_from_llvm_datalayout_string(DATA_LAYOUT, AddressSpace::ZERO)
                .ok()
                .expect("the data layout above is well-formed"),
            layouts: Memo::default(),
            parts: Memo::default(),
            maybe_unsized: Memo::default(),
        }
    }
}

impl HasDataLayout for Tcx {
    fn data_layout(&self) -> &TargetDataLayout {
        &self.layouts.target
    }
}

/// A type with its layout (`rustc_abi::TyAndLayout`); dereferences to the layout.
#[derive(Clone, Copy, Debug)]
pub struct TyAndLayout<'tcx> {
    pub ty: Ty,
    pub layout: &'tcx LayoutData,
}

impl std::ops::Deref for TyAndLayout<'_> {
    type Target = LayoutData;
    fn deref(&self) -> &LayoutData {
        self.layout
    }
}

impl<'tcx> TyAndLayout<'tcx> {
    /// The layout of field `i`: of a struct, tuple, union, array, slice, closure, of a wide pointer's two halves, of an
    /// enum's tag, or of the variant that [`Self::for_variant`] chose.
    pub fn field(self, tcx: &'tcx Tcx, i: usize) -> Result<TyAndLayout<'tcx>> {
        let no_field = || Error::missing(format!("field {i} of {:?}", tcx.kind(self.ty)));
        let field_ty = match *tcx.kind(self.ty) {
            TyKind::Pat(base, _) if i == 0 => base,
            TyKind::UnsafeBinder { ty, .. } => {
                return TyAndLayout { ty: tcx.erase_bound_in_ty(ty)?, ..self }.field(tcx, i);
            }
            TyKind::Ref(_, pointee, _) | TyKind::RawPtr(pointee, _) => match i {
                // The data pointer keeps the wide pointer's type, as in rustc: there may be no thin type for it.
                0 => {
                    let unit = tcx.common.unit;
                    let thin = if matches!(tcx.kind(self.ty), TyKind::Ref(..)) {
                        tcx.mk_ref(unit, Mutability::Mut)
                    } else {
                        tcx.common.mut_unit_ptr
                    };
                    return Ok(TyAndLayout { ty: self.ty, layout: tcx.layout_of(thin)?.layout });
                }
                1 => tcx.metadata_ty(pointee)?,
                _ => return Err(no_field()),
            },
            TyKind::Array(elem, _) | TyKind::Slice(elem) => elem,
            TyKind::Str => tcx.common.u8,
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => {
                *tcx.upvar_tys(self.ty)?.get(i).ok_or_else(no_field)?
            }
            TyKind::Coroutine(def, args) => match &self.layout.variants {
                Variants::Single { index } => {
                    let info = tcx.coroutine_layout(def, args)?;
                    let local = info.variant_fields.get(index.index()).and_then(|fields| fields.get(i));
                    tcx.monomorphize(info.field_tys[*local.ok_or_else(no_field)? as usize], args)?
                }
                Variants::Multiple { tag, tag_field, .. } if tag_field.index() == i => {
                    return tcx.tag_layout(self.ty, *tag);
                }
                _ => *tcx.upvar_tys(self.ty)?.get(i).ok_or_else(no_field)?,
            },
            TyKind::Tuple(ref tys) => *tys.get(i).ok_or_else(no_field)?,
            TyKind::Adt(def, args) => match &self.layout.variants {
                Variants::Single { index } => {
                    let variant = tcx.adt_def(def)?.variants.get(index.index()).ok_or_else(no_field)?;
                    tcx.field_ty(variant.fields.get(i).ok_or_else(no_field)?, args)?
                }
                Variants::Multiple { tag, .. } if i == 0 => return tcx.tag_layout(self.ty, *tag),
                _ => return Err(no_field()),
            },
            _ => return Err(no_field()),
        };
        tcx.layout_of(field_ty)
    }

    /// The layout of one variant, as if the enum were that variant's struct.
    pub fn for_variant(self, tcx: &'tcx Tcx, variant: VariantIdx) -> Result<TyAndLayout<'tcx>> {
        let layout = match &self.layout.variants {
            Variants::Single { index } if *index == variant => return Ok(self),
            Variants::Single { .. } | Variants::Empty => {
                tcx.layouts.parts.get_or_try((self.ty, Part::AbsentVariant(variant)), |_| {
                    let fields = match *tcx.kind(self.ty) {
                        TyKind::Adt(def, _) => tcx.adt_def(def)?.variants.get(variant.index()).map(|v| v.fields.len()),
                        _ => None,
                    };
                    let fields = fields
                        .ok_or_else(|| Error::missing(format!("variant {variant:?} of {:?}", tcx.kind(self.ty))))?;
                    Ok::<_, Error>(LayoutData::uninhabited_variant(tcx, variant, fields))
                })?
            }
            Variants::Multiple { variants, .. } => &variants[variant],
        };
        Ok(TyAndLayout { ty: self.ty, layout })
    }

    pub fn is_transparent(self, tcx: &Tcx) -> bool {
        self.adt_repr(tcx).is_some_and(|repr| repr.transparent())
    }

    /// The one field that is not a 1-ZST, or `None` if there are none or several.
    pub fn non_1zst_field(self, tcx: &'tcx Tcx) -> Result<Option<(FieldIdx, TyAndLayout<'tcx>)>> {
        let mut found = None;
        for i in 0..self.fields.count() {
            let field = self.field(tcx, i)?;
            if field.is_1zst() {
                continue;
            }
            if found.is_some() {
                return Ok(None);
            }
            found = Some((FieldIdx::new(i), field));
        }
        Ok(found)
    }

    /// Whether C ABIs pass the type by pointer whatever its size: `VaList`.
    pub fn pass_indirectly_in_non_rustic_abis(self, tcx: &'tcx Tcx) -> Result<bool> {
        let mut base = self;
        while base.is_transparent(tcx) {
            match base.non_1zst_field(tcx)? {
                Some((_, field)) => base = field,
                None => break,
            }
        }
        let flag = rustc_abi::ReprFlags::PASS_INDIRECTLY_IN_NON_RUSTIC_ABIS;
        Ok(base.adt_repr(tcx).is_some_and(|repr| repr.flags.contains(flag)))
    }

    fn adt_repr(self, tcx: &Tcx) -> Option<rustc_abi::ReprOptions> {
        match *tcx.kind(self.ty) {
            TyKind::Adt(def, _) => tcx.adt_def(def).ok().map(|adt| compute::repr_options(&adt.repr)),
            _ => None,
        }
    }
}

impl Tcx {
    /// The layout of a concrete type.
    pub fn layout_of(&self, ty: Ty) -> Result<TyAndLayout<'_>> {
        self.layout_of_nested(ty, 0)
    }

    fn tag_layout(&self, of: Ty, tag: rustc_abi::Scalar) -> Result<TyAndLayout<'_>> {
        let layout =
            self.layouts.parts.get_or_try((of, Part::Tag), |_| Ok::<_, Error>(LayoutData::scalar(self, tag)))?;
        Ok(TyAndLayout { ty: self.primitive_ty(tag.primitive()), layout })
    }

    /// The type that has the layout of a primitive.
    pub fn primitive_ty(&self, primitive: Primitive) -> Ty {
        use rustc_abi::{Float, Integer};
        let c = &self.common;
        match primitive {
            Primitive::Int(Integer::I8, false) => c.u8,
            Primitive::Int(Integer::I16, false) => c.u16,
            Primitive::Int(Integer::I32, false) => c.u32,
            Primitive::Int(Integer::I64, false) => c.u64,
            Primitive::Int(Integer::I128, false) => c.u128,
            Primitive::Int(Integer::I8, true) => c.i8,
            Primitive::Int(Integer::I16, true) => c.i16,
            Primitive::Int(Integer::I32, true) => c.i32,
            Primitive::Int(Integer::I64, true) => c.i64,
            Primitive::Int(Integer::I128, true) => c.i128,
            Primitive::Float(Float::F16) => c.f16,
            Primitive::Float(Float::F32) => c.f32,
            Primitive::Float(Float::F64) => c.f64,
            Primitive::Float(Float::F128) => c.f128,
            Primitive::Pointer(_) => c.mut_unit_ptr,
        }
    }

    /// The type of a wide pointer's second half: `usize`, or a reference to a vtable's fixed part.
    fn metadata_ty(&self, pointee: Ty) -> Result<Ty> {
        let tail = self.struct_tail(pointee)?;
        match self.kind(tail) {
            TyKind::Slice(_) | TyKind::Str => Ok(self.common.usize),
            TyKind::Dynamic(..) => Ok(self.mk_ref(self.mk_array(self.common.usize, 3), Mutability::Not)),
            _ => Ok(self.common.unit),
        }
    }

    /// What a coroutine keeps across suspension points, in terms of its `args`.
    pub fn coroutine_layout(&self, def: DefId, args: Args) -> Result<&CoroutineLayout> {
        let coroutine = self.coroutine_def(def)?;
        if self.is_async_drop_glue(def, args)? {
            return Err(Error::unsupported("async drop: the glue's coroutine"));
        }
        // The body of an async closure that is called by value moves its captures and has a layout of its own.
        let by_value = self.coroutine_parts(args)?.kind == self.common.i32;
        match coroutine.by_move_body {
            Some(body) if by_value => self.store.coroutine_layout(body),
            _ => self.store.coroutine_layout(def),
        }
    }

    /// Whether the coroutine is `async_drop_in_place::<T>`'s, whose body depends on `T`.
    fn is_async_drop_glue(&self, def: DefId, args: Args) -> Result<bool> {
        let Some(glue) = self.store.lang_item("async_drop_in_place") else { return Ok(false) };
        if def.krate != glue.krate || self.store.def_key(def)?.parent != Some(glue.index) {
            return Ok(false);
        }
        let dropped = self.args(args).first().and_then(|arg| arg.as_type());
        // For a coroutine it only drives that coroutine's own drop.
        Ok(!dropped.is_some_and(|ty| matches!(self.kind(ty), TyKind::Coroutine(..))))
    }
}
