//! Signatures of what can be called through `Fn` and its siblings, and the synthetic arguments of closures.
//! Semantics: `rustc_type_ir::ty_kind::closure`.

use super::ClosureKind;
use super::select::SelectionContext;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// A signature as the `Fn` traits see it, with late-bound regions erased.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallableSig {
    pub tupled_inputs: Ty,
    /// For a coroutine-closure, what its coroutine returns at last.
    pub output: Ty,
}

/// The synthetic arguments of a coroutine-closure, with late-bound regions erased in the signature's parts.
#[derive(Clone, Debug)]
pub struct CoroutineClosureParts<'a> {
    pub parent_args: &'a [GenericArg],
    pub kind: Ty,
    pub tupled_inputs: Ty,
    pub resume: Ty,
    pub yield_: Ty,
    pub return_: Ty,
    pub upvars: Ty,
    /// A function pointer type that returns the tuple of by-reference captures, in terms of one bound region.
    pub captures_by_ref: Ty,
}

impl ClosureKind {
    /// Whether a closure of this kind can be called as `other`.
    pub fn extends(self, other: ClosureKind) -> bool {
        self <= other
    }
}

impl SelectionContext<'_> {
    /// `None` for what is not callable through the `Fn` traits.
    pub(super) fn callable_sig(&mut self, ty: Ty) -> Result<Option<CallableSig>> {
        let tcx = self.tcx;
        let sig = match *tcx.kind(ty) {
            TyKind::Closure(_, args) => {
                let sig = tcx.closure_sig(args)?;
                let output = self.normalize(sig.output())?;
                let tupled_inputs = self.normalize(sig.inputs()[0])?;
                return Ok(Some(CallableSig { tupled_inputs, output }));
            }
            TyKind::CoroutineClosure(_, args) => {
                let parts = tcx.coroutine_closure_parts(args)?;
                let (tupled_inputs, output) = (parts.tupled_inputs, parts.return_);
                return Ok(Some(CallableSig { tupled_inputs, output }));
            }
            TyKind::FnDef(def, args) => {
                if tcx.codegen_attrs(def)?.is_some_and(|attrs| !attrs.target_features.is_empty()) {
                    return Ok(None);
                }
                tcx.subst_sig(tcx.fn_sig(def)?, args)?
            }
            TyKind::FnPtr(ref sig) => (**sig).clone(),
            _ => return Ok(None),
        };
        if !sig.safe || sig.c_variadic || sig.abi != ExternAbi::Rust {
            return Ok(None);
        }
        let sig = tcx.erase_late_bound(&sig)?;
        let inputs = sig.inputs().iter().map(|&ty| self.normalize(ty)).collect::<Result<Vec<_>>>()?;
        let output = self.normalize(sig.output())?;
        Ok(Some(CallableSig { tupled_inputs: tcx.mk_tuple(&inputs), output }))
    }
}

impl Tcx {
    /// The signature of a function or constructor, generic.
    pub fn fn_sig(&self, def: DefId) -> Result<&PolyFnSig> {
        match &self.store.item(def)?.data {
            ItemData::Fn(f) => Ok(&f.sig),
            ItemData::Ctor(c) => Ok(&c.sig),
            _ => Err(Error::missing(format!("signature of {}", self.store.def_path_str(def)))),
        }
    }

    /// The kind that rustc encodes as an integer type.
    pub fn to_closure_kind(&self, ty: Ty) -> Option<ClosureKind> {
        match self.kind(ty) {
            TyKind::Int(IntTy::I8) => Some(ClosureKind::Fn),
            TyKind::Int(IntTy::I16) => Some(ClosureKind::FnMut),
            TyKind::Int(IntTy::I32) => Some(ClosureKind::FnOnce),
            _ => None,
        }
    }

    pub fn closure_kind(&self, args: Args) -> Result<ClosureKind> {
        let (kind, ..) = self.closure_parts(args)?;
        self.to_closure_kind(kind).ok_or_else(|| Error::missing("kind of a closure"))
    }

    /// A closure's signature, its inputs as one tuple, with late-bound regions erased.
    pub fn closure_sig(&self, args: Args) -> Result<PolyFnSig> {
        match self.kind(self.closure_parts(args)?.1) {
            TyKind::FnPtr(sig) => self.erase_late_bound(sig),
            _ => Err(Error::missing("signature of a closure")),
        }
    }

    pub fn coroutine_closure_parts(&self, args: Args) -> Result<CoroutineClosureParts<'_>> {
        let missing = || Error::missing("coroutine-closure arguments");
        let [
            parent_args @ ..,
            GenericArg::Type(kind),
            GenericArg::Type(sig),
            GenericArg::Type(upvars),
            GenericArg::Type(captures_by_ref),
        ] = self.args(args)
        else {
            return Err(missing());
        };
        let TyKind::FnPtr(sig) = self.kind(*sig) else { return Err(missing()) };
        let sig = self.erase_late_bound(sig)?;
        let &[resume, tupled_inputs] = sig.inputs() else { return Err(missing()) };
        let TyKind::Tuple(outputs) = self.kind(sig.output()) else { return Err(missing()) };
        let [yield_, return_] = **outputs else { return Err(missing()) };
        Ok(CoroutineClosureParts {
            parent_args,
            kind: *kind,
            tupled_inputs,
            resume,
            yield_,
            return_,
            upvars: *upvars,
            captures_by_ref: *captures_by_ref,
        })
    }

    /// Whether the coroutine of an async closure borrows from the closure, which then cannot be `Fn` by itself.
    pub(super) fn has_self_borrows(&self, parts: &CoroutineClosureParts<'_>) -> bool {
        match self.kind(parts.captures_by_ref) {
            TyKind::FnPtr(sig) => self.erase_bound_in_ty(sig.output()).is_ok_and(|erased| erased != sig.output()),
            _ => true,
        }
    }

    /// The coroutine that an async closure's call makes.
    pub fn coroutine_for_closure(&self, closure: DefId) -> Result<DefId> {
        match self.store.item(closure)?.data {
            ItemData::Closure(ClosureDef { coroutine_for_closure: Some(def), .. }) => Ok(def),
            _ => Err(Error::missing(format!("coroutine of {}", self.store.def_path_str(closure)))),
        }
    }

    /// The coroutine type that calling an async closure as `goal` gives.
    pub fn coroutine_of_closure(&self, def: DefId, args: Args, goal: ClosureKind) -> Result<Ty> {
        let parts = self.coroutine_closure_parts(args)?;
        let upvars = self.upvars_by_closure_kind(goal, parts.tupled_inputs, parts.upvars, parts.captures_by_ref)?;
        let kind = if goal == ClosureKind::FnOnce { self.common.i32 } else { self.common.i16 };
        let mut all = parts.parent_args.to_vec();
        all.extend([kind, parts.resume, parts.yield_, parts.return_, upvars].map(GenericArg::Type));
        Ok(self.mk(TyKind::Coroutine(self.coroutine_for_closure(def)?, self.mk_args(&all))))
    }

    /// What the coroutine of an async closure captures: the inputs, and the closure's captures by reference or by move.
    pub(super) fn upvars_by_closure_kind(&self, goal: ClosureKind, inputs: Ty, upvars: Ty, by_ref: Ty) -> Result<Ty> {
        let captures = match goal {
            ClosureKind::FnOnce => upvars,
            ClosureKind::Fn | ClosureKind::FnMut => match self.kind(by_ref) {
                TyKind::FnPtr(sig) => self.erase_bound_in_ty(sig.output())?,
                _ => return Err(Error::missing("captures by reference of a coroutine-closure")),
            },
        };
        match (self.kind(inputs), self.kind(captures)) {
            (TyKind::Tuple(inputs), TyKind::Tuple(captures)) => {
                let all: Vec<Ty> = inputs.iter().chain(captures).copied().collect();
                Ok(self.mk_tuple(&all))
            }
            _ => Err(Error::missing("captures of a coroutine-closure")),
        }
    }
}
