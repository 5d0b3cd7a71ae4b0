//! `TYPE as DYN = [ENTRY, ..]`: the slots of a vtable, and instances as they are written there.

use super::Names;
use crate::adapter::vtable::VtblEntry;
use crate::adapter::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::text::{Printer, parse_ty};
use ramir::*;

pub(super) fn line(tcx: &Tcx, names: &Names, subject: &str) -> Result<String> {
    let (ty, dyn_ty) = subject.split_once(" as dyn (").ok_or_else(|| Error::missing("types of the vtable"))?;
    let parse = |text: &str| parse_ty(tcx, names, text).map_err(|e| Error::missing(e.to_string()));
    let (ty, dyn_ty) = (parse(ty)?, parse(&format!("dyn ({dyn_ty}"))?);
    let layout = tcx.layout_of(ty)?;
    let entries = tcx
        .vtable_entries(ty, dyn_ty)?
        .iter()
        .map(|entry| {
            Ok(match *entry {
                VtblEntry::MetadataDropInPlace if tcx.needs_drop(ty)? => "drop".to_owned(),
                VtblEntry::MetadataDropInPlace => "no_drop".to_owned(),
                VtblEntry::MetadataSize => format!("size {}", layout.size.bytes()),
                VtblEntry::MetadataAlign => format!("align {}", layout.align.abi.bytes()),
                VtblEntry::Vacant => "vacant".to_owned(),
                VtblEntry::Method(found) => instance(tcx, names, found),
                VtblEntry::TraitVPtr(t) => format!("vptr {}", def_with_args(tcx, names, t.def_id, t.args)),
            })
        })
        .collect::<Result<Vec<String>>>()?;
    Ok(format!("{subject} = [{}]", entries.join(", ")))
}

/// What kind of body an instance has, and whose.
pub(super) fn instance(tcx: &Tcx, names: &Names, instance: Instance) -> String {
    let kind = match instance.def {
        InstanceKind::Item(_) => "item",
        InstanceKind::ReifyShim(_) => "reify_shim",
        InstanceKind::ClosureOnceShim { .. } => "closure_once_shim",
        InstanceKind::FnPtrShim(..) => "fn_ptr_shim",
        InstanceKind::VTableShim(_) => "vtable_shim",
        InstanceKind::CloneShim(_, ty) => return format!("clone_shim {}", Printer::new(tcx, names).ty(ty)),
        _ => "other",
    };
    format!("{kind} {}", def_with_args(tcx, names, instance.def_id(), instance.args))
}

fn def_with_args(tcx: &Tcx, names: &Names, def: DefId, args: Args) -> String {
    let item = Printer::new(tcx, names).ty(tcx.mk(TyKind::FnDef(def, args)));
    item.strip_prefix("fndef ").unwrap_or(&item).to_owned()
}
