//! Which instances this crate compiles, and which it links to. Semantics: `should_codegen_locally` in
//! `rustc_monomorphize::collector`.

use crate::adapter::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::*;

/// Whether this crate has to compile `instance`, because no dependency's object code has it.
pub fn should_codegen_locally(tcx: &Tcx, instance: Instance) -> Result<bool> {
    let def = match instance.def {
        InstanceKind::Item(def)
        | InstanceKind::DropGlue(def, Some(_))
        | InstanceKind::ThreadLocalShim(def)
        | InstanceKind::FutureDropPollShim(def, ..)
        | InstanceKind::AsyncDropGlueCtorShim(def, _)
        | InstanceKind::AsyncDropGlue(def, _) => def,
        _ => return Ok(true),
    };
    let data = &tcx.store.item(def)?.data;
    let exported = match data {
        ItemData::Fn(f) if f.is_foreign => return Ok(false),
        ItemData::Static(s) if s.is_foreign => return Ok(false),
        ItemData::Fn(f) => f.exported,
        _ => false,
    };
    if def.krate == tcx.store.local {
        return Ok(true);
    }
    if matches!(data, ItemData::Static(_)) || exported || tcx.upstream_monomorphization(instance)?.is_some() {
        return Ok(false);
    }
    if matches!(data, ItemData::Ctor(_)) || instance.def != InstanceKind::Item(def) || tcx.store.body(def)?.is_some() {
        return Ok(true);
    }
    // Only the body of a coroutine that takes its captures by move may be made from another one.
    if matches!(data, ItemData::Closure(_) | ItemData::Other) {
        return Ok(true);
    }
    Err(Error::missing(format!("body of {}", tcx.store.def_path_str(def))))
}
