//! Which generic instances a dependency has compiled and exports, so that they are linked to.
//! Semantics: `Instance::upstream_monomorphization` and the queries behind it.

use super::{Instance, InstanceKind, Result, Tcx};
use ramir::*;
use rustc_hash::FxHashMap;
use std::sync::OnceLock;

#[derive(Default)]
pub struct Cache {
    instances: OnceLock<FxHashMap<(DefId, Args), CrateNum>>,
    drop_glue: OnceLock<FxHashMap<Ty, CrateNum>>,
}

impl Tcx {
    /// The dependency whose rlib has code for a generic instance that this compilation may link to.
    pub fn upstream_monomorphization(&self, instance: Instance) -> Result<Option<CrateNum>> {
        if instance.def_id().krate == self.store.local || !self.has_non_erasable_args(instance.args) {
            return Ok(None);
        }
        if !self.opts.share_generics {
            let never_inlined =
                self.codegen_attrs(instance.def_id())?.is_some_and(|attrs| attrs.inline == InlineAttr::Never);
            if !never_inlined {
                return Ok(None);
            }
        }
        Ok(match instance.def {
            InstanceKind::Item(def) => self.upstream_instances().get(&(def, instance.args)).copied(),
            InstanceKind::DropGlue(_, Some(ty)) => self.upstream_drop_glue().get(&ty).copied(),
            _ => None,
        })
    }

    /// Whether there is a type or constant among the arguments.
    pub fn has_non_erasable_args(&self, args: Args) -> bool {
        self.args(args).iter().any(|arg| !matches!(arg, GenericArg::Lifetime(_)))
    }

    fn upstream_instances(&self) -> &FxHashMap<(DefId, Args), CrateNum> {
        self.upstream.instances.get_or_init(|| {
            let mut map = FxHashMap::default();
            for (num, generic) in self.upstream_generics() {
                if let ExportedGeneric::Instance { def_id, args } = *generic {
                    self.prefer(map.entry((def_id, args)).or_insert(num), num);
                }
            }
            map
        })
    }

    fn upstream_drop_glue(&self) -> &FxHashMap<Ty, CrateNum> {
        self.upstream.drop_glue.get_or_init(|| {
            let mut map = FxHashMap::default();
            for (num, generic) in self.upstream_generics() {
                if let ExportedGeneric::DropGlue(ty) = *generic {
                    self.prefer(map.entry(ty).or_insert(num), num);
                }
            }
            map
        })
    }

    fn upstream_generics(&self) -> impl Iterator<Item = (CrateNum, &ExportedGeneric)> {
        self.store.crates().filter(|krate| krate.loaded.num() != self.store.local).flat_map(|krate| {
            krate.root.exported_generics.iter().map(|generic| (krate.loaded.num(), generic))
        })
    }

    /// Where several crates have a copy, rustc takes the one with the smallest stable id.
    fn prefer(&self, chosen: &mut CrateNum, other: CrateNum) {
        let id = |num| self.store.crate_dep(num).stable_crate_id;
        if id(other) < id(*chosen) {
            *chosen = other;
        }
    }
}
