//! Types met in mono items, and their layouts:
//! `TYPE: size S align A repr REPR fields FIELDS niche NICHE variants VARIANTS`, sizes and offsets in bytes.
//!
//! `REPR` and scalars are `rustc_abi`'s `Debug`; `FIELDS` is `primitive`, `union N`, `array STRIDExCOUNT`, or the offsets in
//! source order; `NICHE` is `none` or `OFFSET PRIMITIVE RANGE`; `VARIANTS` is `empty`, `single N`, or
//! `tag SCALAR field N direct|niche(untagged N, FIRST..=LAST, start N) {size S align A fields FIELDS | ..}`.

use super::Dump;
use crate::rustc::*;
use rustc_abi::{FieldIdx, FieldsShape, LayoutData, TagEncoding, VariantIdx, Variants};
use rustc_data_structures::fx::FxIndexSet;
use rustc_middle::ty::TypingEnv;
use std::fmt::Write;

impl<'tcx> Dump<'tcx, '_> {
    /// The types of all locals of mono items, and the types of their fields, element types and captures.
    pub(super) fn types(&self) -> FxIndexSet<Ty<'tcx>> {
        let tcx = self.tcx;
        let env = TypingEnv::fully_monomorphized();
        let mut types = FxIndexSet::default();
        let mut open: Vec<Ty<'tcx>> = Vec::new();
        self.for_each_body(|instance, body| {
            open.extend(body.local_decls.iter().map(|decl| self.mono(instance, decl.ty)));
        });
        while let Some(ty) = open.pop() {
            let ty = tcx.erase_and_anonymize_regions(ty);
            if !types.insert(ty) {
                continue;
            }
            match *ty.kind() {
                ty::Adt(def, args) => {
                    let fields = def.all_fields().map(|f| tcx.normalize_erasing_regions(env, f.ty(tcx, args)));
                    open.extend(fields);
                }
                ty::Tuple(tys) => open.extend(tys),
                ty::Array(elem, _) | ty::Slice(elem) | ty::Pat(elem, _) => open.push(elem),
                ty::Closure(_, args) => open.extend(args.as_closure().upvar_tys()),
                ty::Coroutine(_, args) => open.extend(args.as_coroutine().upvar_tys()),
                ty::CoroutineClosure(_, args) => open.extend(args.as_coroutine_closure().upvar_tys()),
                _ => {}
            }
        }
        types
    }

    pub(super) fn layout_line(&self, ty: Ty<'tcx>) -> Option<String> {
        let layout = self.tcx.layout_of(TypingEnv::fully_monomorphized().as_query_input(ty)).ok()?;
        let layout = &*layout.layout.0;
        let mut line = format!(
            "{}: size {} align {} repr {:?} ",
            self.ty(ty),
            layout.size.bytes(),
            layout.align.abi.bytes(),
            layout.backend_repr
        );
        if layout.uninhabited {
            line.push_str("uninhabited ");
        }
        let _ = write!(line, "fields {} niche ", fields_text(&layout.fields));
        match &layout.largest_niche {
            None => line.push_str("none"),
            Some(n) => {
                let _ = write!(line, "{} {:?} {:?}", n.offset.bytes(), n.value, n.valid_range);
            }
        }
        line.push_str(" variants ");
        variants_text(&mut line, &layout.variants);
        Some(line)
    }
}

fn fields_text(fields: &FieldsShape<FieldIdx>) -> String {
    match fields {
        FieldsShape::Primitive => "primitive".into(),
        FieldsShape::Union(count) => format!("union {count}"),
        FieldsShape::Array { stride, count } => format!("array {}x{count}", stride.bytes()),
        FieldsShape::Arbitrary { offsets, .. } => {
            format!("{:?}", offsets.iter().map(|o| o.bytes()).collect::<Vec<_>>())
        }
    }
}

fn variants_text(out: &mut String, variants: &Variants<FieldIdx, VariantIdx>) {
    match variants {
        Variants::Empty => out.push_str("empty"),
        Variants::Single { index } => {
            let _ = write!(out, "single {}", index.as_u32());
        }
        Variants::Multiple { tag, tag_encoding, tag_field, variants } => {
            let _ = write!(out, "tag {tag:?} field {} ", tag_field.as_u32());
            match tag_encoding {
                TagEncoding::Direct => out.push_str("direct"),
                TagEncoding::Niche { untagged_variant, niche_variants, niche_start } => {
                    let (first, last) = (niche_variants.start().as_u32(), niche_variants.end().as_u32());
                    let untagged = untagged_variant.as_u32();
                    let _ = write!(out, "niche(untagged {untagged}, {first}..={last}, start {niche_start})");
                }
            }
            let parts: Vec<String> = variants.iter().map(variant_text).collect();
            let _ = write!(out, " {{{}}}", parts.join(" | "));
        }
    }
}

fn variant_text(variant: &LayoutData<FieldIdx, VariantIdx>) -> String {
    let uninhabited = if variant.uninhabited { " uninhabited" } else { "" };
    let (size, align) = (variant.size.bytes(), variant.align.abi.bytes());
    format!("size {size} align {align}{uninhabited} fields {}", fields_text(&variant.fields))
}
