//! `TYPE: size S align A repr REPR fields FIELDS niche NICHE variants VARIANTS`.

use crate::adapter::layout::LayoutData;
use crate::adapter::{Result, Tcx};
use ramir::*;
use rustc_abi::{FieldsShape, TagEncoding, Variants};
use std::fmt::Write;

pub(super) fn line(tcx: &Tcx, name: &str, ty: Ty) -> Result<String> {
    let layout = tcx.layout_of(ty)?.layout;
    let mut line = format!("{name}: {} repr {:?} ", size(layout), layout.backend_repr);
    if layout.uninhabited {
        line.push_str("uninhabited ");
    }
    let _ = write!(line, "fields {} niche ", fields(&layout.fields));
    match &layout.largest_niche {
        None => line.push_str("none"),
        Some(niche) => {
            let _ = write!(line, "{} {:?} {:?}", niche.offset.bytes(), niche.value, niche.valid_range);
        }
    }
    let _ = write!(line, " variants {}", variants(&layout.variants));
    Ok(line)
}

fn size(layout: &LayoutData) -> String {
    format!("size {} align {}", layout.size.bytes(), layout.align.abi.bytes())
}

fn fields(fields: &FieldsShape<FieldIdx>) -> String {
    match fields {
        FieldsShape::Primitive => "primitive".into(),
        FieldsShape::Union(count) => format!("union {count}"),
        FieldsShape::Array { stride, count } => format!("array {}x{count}", stride.bytes()),
        FieldsShape::Arbitrary { offsets, .. } => {
            format!("{:?}", offsets.iter().map(|offset| offset.bytes()).collect::<Vec<_>>())
        }
    }
}

fn variants(variants: &Variants<FieldIdx, VariantIdx>) -> String {
    match variants {
        Variants::Empty => "empty".into(),
        Variants::Single { index } => format!("single {}", index.0),
        Variants::Multiple { tag, tag_encoding, tag_field, variants } => {
            let encoding = match tag_encoding {
                TagEncoding::Direct => "direct".into(),
                TagEncoding::Niche { untagged_variant, niche_variants, niche_start } => format!(
                    "niche(untagged {}, {}..={}, start {niche_start})",
                    untagged_variant.0,
                    niche_variants.start().0,
                    niche_variants.end().0
                ),
            };
            let parts: Vec<String> = variants.iter().map(variant).collect();
            format!("tag {tag:?} field {} {encoding} {{{}}}", tag_field.0, parts.join(" | "))
        }
    }
}

fn variant(layout: &LayoutData) -> String {
    let uninhabited = if layout.uninhabited { " uninhabited" } else { "" };
    format!("{}{uninhabited} fields {}", size(layout), fields(&layout.fields))
}
