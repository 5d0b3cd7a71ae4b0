//! The signature that an instance is compiled with, which for closures, coroutines and some shims is not the one that
//! its definition has. Semantics: `rustc_ty_utils::abi::fn_sig_for_fn_abi`.

use crate::adapter::resolve::ClosureKind;
use crate::adapter::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::*;

impl Tcx {
    /// The type of an instance (`Instance::ty`): a function item, closure or coroutine.
    pub fn instance_ty(&self, instance: Instance) -> Result<Ty> {
        let def = instance.def_id();
        let args = instance.args;
        Ok(match &self.store.item(def)?.data {
            ItemData::Fn(_) | ItemData::Ctor(_) => self.mk(TyKind::FnDef(def, args)),
            ItemData::Static(s) => self.normalize(s.ty)?,
            ItemData::Closure(closure) => {
                let key = self.store.def_key(def)?;
                match (key.data, key.parent) {
                    // The body of an async closure that is called by value: the coroutine's type names the other body.
                    (DefPathData::SyntheticCoroutineBody, Some(parent)) => {
                        let coroutine = self.coroutine_for_closure(DefId { krate: def.krate, index: parent })?;
                        self.mk(TyKind::Coroutine(coroutine, args))
                    }
                    _ if closure.coroutine.is_some() => self.mk(TyKind::Coroutine(def, args)),
                    _ if closure.coroutine_for_closure.is_some() => self.mk(TyKind::CoroutineClosure(def, args)),
                    _ => self.mk(TyKind::Closure(def, args)),
                }
            }
            _ => return Err(Error::missing(format!("type of {}", self.store.def_path_str(def)))),
        })
    }

    /// The signature of an instance as its code has it, bound regions erased, normalized. Arguments of the
    /// `"rust-call"` ABI are still a tuple, and a caller's location is not among them.
    pub fn fn_sig_for_fn_abi(&self, instance: Instance) -> Result<PolyFnSig> {
        if let InstanceKind::ThreadLocalShim(def) = instance.def {
            return Ok(rust_sig(&[], self.thread_local_ptr_ty(def)?));
        }
        let ty = self.instance_ty(instance)?;
        match *self.kind(ty) {
            TyKind::FnDef(def, args) => {
                let mut sig = self.concrete_sig(def, args)?;
                if let (InstanceKind::VTableShim(_), Some(receiver)) = (instance.def, sig.inputs_and_output.first_mut())
                {
                    *receiver = self.mk_ptr(*receiver, Mutability::Mut);
                }
                Ok(sig)
            }
            TyKind::Closure(_, args) => {
                let (_, sig, _) = self.closure_parts(args)?;
                let mut sig = self.fn_sig_of_ty(sig)?;
                let env = self.closure_env_ty(ty, self.closure_kind(args)?);
                sig.inputs_and_output = [env].into_iter().chain(sig.inputs_and_output).collect();
                Ok(sig)
            }
            TyKind::CoroutineClosure(def, args) => self.coroutine_closure_sig(instance, ty, def, args),
            TyKind::Coroutine(def, args) => self.coroutine_sig(ty, def, args),
            ref other => Err(Error::missing(format!("signature of {other:?}"))),
        }
    }

    /// How a closure's body takes the closure.
    fn closure_env_ty(&self, closure: Ty, kind: ClosureKind) -> Ty {
        match kind {
            ClosureKind::Fn => self.mk_ref(closure, Mutability::Not),
            ClosureKind::FnMut => self.mk_ref(closure, Mutability::Mut),
            ClosureKind::FnOnce => closure,
        }
    }

    fn coroutine_closure_sig(&self, instance: Instance, ty: Ty, def: DefId, args: Args) -> Result<PolyFnSig> {
        let parts = self.coroutine_closure_parts(args)?;
        let mut kind = self.to_closure_kind(parts.kind).ok_or_else(|| Error::missing("kind of a closure"))?;
        let mut env = self.closure_env_ty(ty, kind);
        if let InstanceKind::ConstructCoroutineInClosureShim { receiver_by_ref, .. } = instance.def {
            kind = ClosureKind::FnOnce;
            env = if receiver_by_ref { self.mk_ref(ty, Mutability::Not) } else { ty };
        }
        let coroutine = self.normalize(self.coroutine_of_closure(def, args, kind)?)?;
        let inputs = self.normalize(parts.tupled_inputs)?;
        Ok(PolyFnSig { abi: ExternAbi::RustCall, ..rust_sig(&[env, inputs], coroutine) })
    }

    /// What resuming a coroutine is, after the trait that its kind of coroutine implements.
    fn coroutine_sig(&self, ty: Ty, def: DefId, args: Args) -> Result<PolyFnSig> {
        let parts = self.coroutine_parts(args)?;
        let adt = |name, args: &[Ty]| {
            let args: Vec<_> = args.iter().map(|&ty| GenericArg::Type(ty)).collect();
            Ok::<_, Error>(self.mk(TyKind::Adt(self.store.require_lang_item(name)?, self.mk_args(&args))))
        };
        let self_ref = self.mk_ref(ty, Mutability::Mut);
        let pinned = || adt("pin", &[self_ref]);
        Ok(match self.coroutine_def(def)?.kind {
            CoroutineKind::Async(_) => rust_sig(&[pinned()?, self.task_context_ty()?], adt("Poll", &[parts.return_])?),
            CoroutineKind::AsyncGen(_) => rust_sig(&[pinned()?, self.task_context_ty()?], parts.yield_),
            CoroutineKind::Gen(_) => rust_sig(&[self_ref], adt("Option", &[parts.yield_])?),
            CoroutineKind::Coroutine => {
                rust_sig(&[pinned()?, parts.resume], adt("coroutine_state", &[parts.yield_, parts.return_])?)
            }
        })
    }

    /// `&mut Context<'_>`, which an async body has in place of `ResumeTy`.
    fn task_context_ty(&self) -> Result<Ty> {
        let args = self.mk_args(&[GenericArg::Lifetime(Region::Erased)]);
        let context = self.mk(TyKind::Adt(self.store.require_lang_item("Context")?, args));
        Ok(self.mk_ref(context, Mutability::Mut))
    }
}

fn rust_sig(inputs: &[Ty], output: Ty) -> PolyFnSig {
    PolyFnSig {
        bound_vars: 0,
        inputs_and_output: inputs.iter().copied().chain([output]).collect(),
        c_variadic: false,
        safe: true,
        abi: ExternAbi::Rust,
    }
}
