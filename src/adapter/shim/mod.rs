//! Bodies that nobody wrote: drop glue, clone, function-pointer and closure adapters, constructors.
//! Semantics: `rustc_mir_transform::{shim, elaborate_drop}`.
//!
//! Invariant: a shim is built for one instance. Its types are concrete and normalized and nothing is substituted into it.

mod builder;
mod call;
mod clone;
mod drop;
mod misc;

#[cfg(test)]
mod tests;

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    bodies: Memo<(InstanceKind, Args), Body>,
}

/// What to compile for an instance: a body, and the arguments to substitute into it.
#[derive(Clone, Copy, Debug)]
pub struct InstanceBody<'tcx> {
    pub body: &'tcx Body,
    /// The instance's arguments for a written body. A shim is built for its instance, in concrete types: nothing is
    /// left to substitute, and this is [`Args::EMPTY`].
    pub args: Args,
}

impl Tcx {
    /// The body to compile for an instance.
    pub fn instance_mir(&self, instance: Instance) -> Result<InstanceBody<'_>> {
        match instance.def {
            InstanceKind::Item(def) => {
                if let Some(body) = self.body_to_compile(def)? {
                    return Ok(InstanceBody { body, args: instance.args });
                }
                self.shim_for_item(def, instance)
            }
            InstanceKind::DropGlue(_, Some(ty)) if matches!(self.kind(ty), TyKind::Coroutine(..)) => {
                self.coroutine_drop(ty)
            }
            _ => self.shim(instance),
        }
    }

    /// As [`Self::instance_mir`], with the body that the evaluator runs.
    pub fn instance_mir_for_ctfe(&self, instance: Instance) -> Result<InstanceBody<'_>> {
        match instance.def {
            InstanceKind::Item(def) => {
                if let Some(body) = self.store.body_for_ctfe(def)? {
                    return Ok(InstanceBody { body, args: instance.args });
                }
                self.shim_for_item(def, instance)
            }
            _ => self.instance_mir(instance),
        }
    }

    fn shim_for_item(&self, def: DefId, instance: Instance) -> Result<InstanceBody<'_>> {
        if matches!(self.store.item(def)?.data, ItemData::Ctor(_)) {
            return self.shim(instance);
        }
        Err(Error::missing(format!("body of {}", self.store.def_path_str(def))))
    }

    fn shim(&self, instance: Instance) -> Result<InstanceBody<'_>> {
        let body = self.shims.bodies.get_or_try((instance.def, instance.args), |_| self.make_shim(instance))?;
        Ok(InstanceBody { body, args: Args::EMPTY })
    }

    fn make_shim(&self, instance: Instance) -> Result<Body> {
        match instance.def {
            InstanceKind::Item(def) => misc::constructor(self, def, instance.args),
            InstanceKind::VTableShim(def) => call::vtable_shim(self, def, instance.args),
            InstanceKind::ReifyShim(def) => call::reify_shim(self, def, instance.args),
            InstanceKind::FnPtrShim(def, ty) => call::fn_ptr_shim(self, def, ty),
            InstanceKind::ClosureOnceShim { call_once, .. } => call::closure_once_shim(self, call_once, instance.args),
            InstanceKind::ConstructCoroutineInClosureShim { coroutine_closure, receiver_by_ref } => {
                misc::construct_coroutine(self, coroutine_closure, instance.args, receiver_by_ref)
            }
            InstanceKind::ThreadLocalShim(def) => misc::thread_local(self, def),
            InstanceKind::DropGlue(def, ty) => drop::drop_glue(self, def, ty, instance.args),
            InstanceKind::CloneShim(def, ty) => clone::clone_shim(self, def, ty),
            InstanceKind::FnPtrAddrShim(def, ty) => misc::fn_ptr_addr(self, def, ty),
            InstanceKind::Intrinsic(def) | InstanceKind::Virtual(def, _) => {
                Err(Error::missing(format!("body of {}, which has none", self.store.def_path_str(def))))
            }
            InstanceKind::FutureDropPollShim(..)
            | InstanceKind::AsyncDropGlueCtorShim(..)
            | InstanceKind::AsyncDropGlue(..) => Err(Error::unsupported("async drop")),
        }
    }

    /// The glue of a coroutine is a body that was made beside the resume function.
    fn coroutine_drop(&self, ty: Ty) -> Result<InstanceBody<'_>> {
        let TyKind::Coroutine(def, args) = *self.kind(ty) else {
            return Err(Error::missing("coroutine to drop"));
        };
        let def = self.coroutine_body_def(def, args)?;
        let body = self
            .store
            .coroutine_drop(def)?
            .ok_or_else(|| Error::missing(format!("drop glue of coroutine {}", self.store.def_path_str(def))))?;
        Ok(InstanceBody { body, args })
    }

    /// Where the body of a coroutine is: an async closure that is called as `AsyncFnOnce` has one of its own, which owns
    /// its captures.
    pub fn coroutine_body_def(&self, def: DefId, args: Args) -> Result<DefId> {
        Ok(match self.coroutine_def(def)?.by_move_body {
            // The kind `FnOnce` is written `i32` in a coroutine's arguments.
            Some(by_move) if self.coroutine_parts(args)?.kind == self.common.i32 => by_move,
            _ => def,
        })
    }
}
