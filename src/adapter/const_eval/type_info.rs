//! Reflection: the `core::mem::type_info::Type` of a type. Semantics: `rustc_const_eval::const_eval::type_info`.

use super::error::{InterpResult, failed};
use super::interp::Interp;
use super::memory::Scalar;
use super::operand::Imm;
use super::place::Place;
use crate::adapter::TyAndLayout;
use ramir::*;

/// A value of one of `type_info`'s types, whose fields and variants are found by name.
enum Info {
    Bool(bool),
    U32(u64),
    Usize(u64),
    Str(String),
    TypeId(Ty),
    Slice(Vec<Info>),
    Struct(Vec<(&'static str, Info)>),
    /// An enum's variant, with its only field.
    Variant(&'static str, Option<Box<Info>>),
}

fn variant(name: &'static str, fields: Vec<(&'static str, Info)>) -> Info {
    Info::Variant(name, Some(Box::new(Info::Struct(fields))))
}

impl<'tcx> Interp<'tcx> {
    pub fn write_type_info(&mut self, ty: Ty, dest: &Place<'tcx>) -> InterpResult {
        let layout = self.layout_of(ty)?;
        let size = match layout.is_sized() {
            true => Info::Variant("Some", Some(Box::new(Info::Usize(layout.size.bytes())))),
            false => Info::Variant("None", None),
        };
        let kind = self.type_kind(ty, layout)?;
        let (ptr, meta) = self.place_ptr(dest)?;
        self.write_info(&Info::Struct(vec![("kind", kind), ("size", size)]), &Place::mem(ptr, meta, dest.layout))
    }

    fn type_kind(&self, ty: Ty, layout: TyAndLayout<'tcx>) -> InterpResult<Info> {
        let int = |signed| variant("Int", vec![("bits", Info::U32(layout.size.bits())), ("signed", Info::Bool(signed))]);
        let pointer = |name, pointee, mutability: Mutability| {
            variant(name, vec![("pointee", Info::TypeId(pointee)), ("mutable", Info::Bool(mutability.is_mut()))])
        };
        Ok(match *self.tcx.kind(ty) {
            TyKind::Bool => variant("Bool", vec![]),
            TyKind::Char => variant("Char", vec![]),
            TyKind::Str => variant("Str", vec![]),
            TyKind::Int(_) => int(true),
            TyKind::Uint(_) => int(false),
            TyKind::Float(_) => variant("Float", vec![("bits", Info::U32(layout.size.bits()))]),
            TyKind::Tuple(ref tys) => {
                let field = |(i, ty): (usize, &Ty)| self.field(i.to_string(), *ty, layout, i);
                variant("Tuple", vec![("fields", Info::Slice(tys.iter().enumerate().map(field).collect()))])
            }
            TyKind::Array(elem, len) => {
                let len = Info::Usize(self.tcx.const_to_usize(len)?);
                variant("Array", vec![("element_ty", Info::TypeId(elem)), ("len", len)])
            }
            TyKind::Slice(elem) => variant("Slice", vec![("element_ty", Info::TypeId(elem))]),
            TyKind::Ref(_, pointee, mutability) => pointer("Reference", pointee, mutability),
            TyKind::RawPtr(pointee, mutability) => pointer("Pointer", pointee, mutability),
            TyKind::Adt(def, args) => self.adt(def, args, layout)?,
            TyKind::FnPtr(ref sig) => self.fn_ptr(sig)?,
            TyKind::Dynamic(ref preds, region) => self.dyn_trait(preds, region)?,
            _ => Info::Variant("Other", None),
        })
    }

    fn field(&self, name: String, ty: Ty, layout: TyAndLayout<'tcx>, i: usize) -> Info {
        let offset = Info::Usize(layout.fields.offset(i).bytes());
        Info::Struct(vec![("name", Info::Str(name)), ("ty", Info::TypeId(ty)), ("offset", offset)])
    }

    fn adt(&self, def: DefId, args: Args, layout: TyAndLayout<'tcx>) -> InterpResult<Info> {
        let tcx = self.tcx;
        let adt = tcx.adt_def(def)?;
        let fields = |variant: &VariantDef, layout: TyAndLayout<'tcx>| -> InterpResult<Info> {
            let mut fields = Vec::new();
            for (i, field) in variant.fields.iter().enumerate() {
                let ty = tcx.field_ty(field, args)?;
                fields.push(self.field(tcx.str(field.name).to_owned(), ty, layout, i));
            }
            Ok(Info::Slice(fields))
        };
        let mut generics = Vec::new();
        for arg in tcx.args(args) {
            generics.push(match *arg {
                GenericArg::Lifetime(_) => variant("Lifetime", vec![]),
                GenericArg::Type(ty) => variant("Type", vec![("ty", Info::TypeId(ty))]),
                GenericArg::Const(ct) => match *tcx.const_kind(ct) {
                    ConstKind::Value(ty, _) => variant("Const", vec![("ty", Info::TypeId(ty))]),
                    ref other => return failed(format!("type information of an argument {other:?}")),
                },
            });
        }
        let generics = ("generics", Info::Slice(generics));
        Ok(match (adt.kind, &adt.variants[..]) {
            (AdtKind::Struct, [only]) => {
                let non_exhaustive = Info::Bool(only.is_non_exhaustive);
                variant("Struct", vec![generics, ("fields", fields(only, layout)?), ("non_exhaustive", non_exhaustive)])
            }
            (AdtKind::Union, [only]) => variant("Union", vec![generics, ("fields", fields(only, layout)?)]),
            (_, all) => {
                let mut variants = Vec::new();
                for (i, variant) in all.iter().enumerate() {
                    let layout = layout.for_variant(tcx, VariantIdx(i as u32))?;
                    variants.push(Info::Struct(vec![
                        ("name", Info::Str(tcx.str(variant.name).to_owned())),
                        ("fields", fields(variant, layout)?),
                        ("non_exhaustive", Info::Bool(variant.is_non_exhaustive)),
                    ]));
                }
                let non_exhaustive = Info::Bool(adt.flags.is_variant_list_non_exhaustive);
                variant("Enum", vec![generics, ("variants", Info::Slice(variants)), ("non_exhaustive", non_exhaustive)])
            }
        })
    }

    fn fn_ptr(&self, sig: &PolyFnSig) -> InterpResult<Info> {
        let erased = |ty: Ty| -> InterpResult<Info> { Ok(Info::TypeId(self.tcx.erase_bound_in_ty(ty)?)) };
        let abi = match sig.abi {
            ExternAbi::Rust => Info::Variant("ExternRust", None),
            ExternAbi::C { .. } => Info::Variant("ExternC", None),
            abi => Info::Variant("Named", Some(Box::new(Info::Str(self.tcx.abi_name(abi).to_owned())))),
        };
        Ok(variant("FnPtr", vec![
            ("unsafety", Info::Bool(!sig.safe)),
            ("abi", abi),
            ("inputs", Info::Slice(sig.inputs().iter().map(|&ty| erased(ty)).collect::<InterpResult<_>>()?)),
            ("output", erased(sig.output())?),
            ("variadic", Info::Bool(sig.c_variadic)),
        ]))
    }

    /// Each trait of a `dyn` type as a type of its own; the principal one with its associated types.
    fn dyn_trait(&self, preds: &[PolyExistentialPredicate], region: Region) -> InterpResult<Info> {
        let tcx = self.tcx;
        let predicate = |preds: Vec<PolyExistentialPredicate>, is_auto| {
            let ty = tcx.mk(TyKind::Dynamic(preds.into(), region));
            let trait_ty = Info::Struct(vec![("ty", Info::TypeId(ty)), ("is_auto", Info::Bool(is_auto))]);
            Info::Struct(vec![("trait_ty", trait_ty)])
        };
        let is_auto = |pred: &PolyExistentialPredicate| matches!(pred.pred, ExistentialPredicate::AutoTrait(_));
        let mut predicates = Vec::new();
        for pred in preds {
            if let ExistentialPredicate::Trait { def_id, .. } = pred.pred {
                let principal = preds.iter().filter(|pred| !is_auto(pred)).cloned().collect();
                predicates.push(predicate(principal, tcx.trait_def(def_id)?.is_auto));
            }
        }
        let autos = preds.iter().filter(|pred| is_auto(pred));
        predicates.extend(autos.map(|pred| predicate(vec![pred.clone()], true)));
        Ok(variant("DynTrait", vec![("predicates", Info::Slice(predicates))]))
    }

    fn write_info(&mut self, info: &Info, place: &Place<'tcx>) -> InterpResult {
        match info {
            Info::Bool(value) => self.write_scalar(Scalar::bool(*value), place),
            Info::U32(value) | Info::Usize(value) => {
                self.write_scalar(Scalar::int((*value).into(), place.layout.size), place)
            }
            Info::Str(text) => {
                let alloc = self.tcx.bytes_alloc(text.as_bytes());
                let value = ConstValue::Slice { alloc, len: text.len() as u64 };
                let op = self.const_value_op(value, place.layout)?;
                self.copy_op(&op, place)
            }
            Info::TypeId(ty) => self.write_type_id(*ty, place),
            Info::Slice(elems) => {
                let elem = self.tcx.builtin_deref(place.layout.ty).map(|slice| self.tcx.kind(slice));
                let Some(TyKind::Slice(elem)) = elem else { return failed("type information of another shape") };
                let array = self.layout_of(self.tcx.mk_array(*elem, elems.len() as u64))?;
                let array = self.allocate(array)?;
                for (i, elem) in elems.iter().enumerate() {
                    let at = self.place_index(&array, i as u64)?;
                    self.write_info(elem, &at)?;
                }
                let (ptr, _) = self.place_ptr(&array)?;
                self.write_imm(Imm::from_pointer(ptr, Some(Scalar::usize(elems.len() as u64))), place)
            }
            Info::Struct(fields) => self.write_info_fields(fields, place),
            Info::Variant(name, field) => {
                let TyKind::Adt(def, _) = *self.tcx.kind(place.layout.ty) else {
                    return failed("type information of another shape");
                };
                let variants = &self.tcx.adt_def(def)?.variants;
                let Some(i) = variants.iter().position(|v| self.tcx.str(v.name) == *name) else {
                    return failed(format!("type information without variant `{name}`"));
                };
                let variant = VariantIdx(i as u32);
                if let Some(field) = field {
                    let (ptr, meta) = self.place_ptr(place)?;
                    let base = Place::mem(ptr, meta, place.layout.for_variant(self.tcx, variant)?);
                    let at = self.place_field(&base, 0)?;
                    self.write_info(field, &at)?;
                }
                self.write_variant(variant, place)
            }
        }
    }

    fn write_info_fields(&mut self, fields: &[(&'static str, Info)], place: &Place<'tcx>) -> InterpResult {
        let TyKind::Adt(def, _) = *self.tcx.kind(place.layout.ty) else {
            return failed("type information of another shape");
        };
        let Some(variant) = self.tcx.adt_def(def)?.variants.first() else {
            return failed("type information of another shape");
        };
        for (i, field) in variant.fields.iter().enumerate() {
            let name = self.tcx.str(field.name);
            let Some((_, info)) = fields.iter().find(|(n, _)| *n == name) else {
                return failed(format!("type information with an unknown field `{name}`"));
            };
            let at = self.place_field(place, i)?;
            self.write_info(info, &at)?;
        }
        Ok(())
    }
}
