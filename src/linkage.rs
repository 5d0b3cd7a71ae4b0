//! Which symbols other objects see.

use crate::prelude::*;

/// The visibility of a function that this crate compiles.
pub(crate) fn fn_visibility(cx: &CodegenCx<'_>, instance: Instance) -> Visibility {
    // What rustc would copy into each object has a name that says nothing of the crate that instantiates it.
    let own_copy = if instance.def_id().krate == cx.tcx.store.local { Visibility::Hidden } else { Visibility::Shared };
    let InstanceKind::Item(def) = instance.def else { return Visibility::Shared };
    let Ok(Some(attrs)) = cx.tcx.codegen_attrs(def) else { return own_copy };
    let exported = attrs.no_mangle || attrs.symbol_name.is_some() || attrs.rustc_std_internal_symbol;
    let is_pub = exported || (cx.opts.is_library && matches!(cx.tcx.fn_def(def), Ok(f) if f.exported));
    match attr_visibility(attrs.linkage, is_pub) {
        Visibility::Hidden => own_copy,
        visibility => visibility,
    }
}

/// The visibility of a static that this crate defines.
pub(crate) fn static_visibility(cx: &CodegenCx<'_>, item: &StaticDef) -> Visibility {
    let attrs = &item.attrs;
    let exported = attrs.no_mangle || attrs.symbol_name.is_some() || attrs.rustc_std_internal_symbol;
    attr_visibility(attrs.linkage, exported || (cx.opts.is_library && item.exported))
}

/// The externally implementable items that an item with `attrs` is the definition of.
pub(crate) fn aliases(cx: &CodegenCx<'_>, attrs: &CodegenFnAttrs) -> Vec<(Symbol, Visibility)> {
    let alias = |&(item, linkage): &(DefId, Linkage)| {
        let name = cx.symbol_name(Instance::new(item, Args::EMPTY));
        (cx.tcx.sym(name), attr_visibility(Some(linkage), true))
    };
    attrs.foreign_item_aliases.iter().map(alias).collect()
}

fn attr_visibility(linkage: Option<Linkage>, exported: bool) -> Visibility {
    match linkage {
        Some(
            Linkage::WeakAny
            | Linkage::WeakODR
            | Linkage::LinkOnceAny
            | Linkage::LinkOnceODR
            | Linkage::ExternalWeak
            | Linkage::Common
            | Linkage::AvailableExternally,
        ) => Visibility::Weak,
        Some(Linkage::Internal) => Visibility::Hidden,
        Some(Linkage::External) => Visibility::Export,
        None if exported => Visibility::Export,
        None => Visibility::Hidden,
    }
}
