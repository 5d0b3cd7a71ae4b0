//! `TypeId`: rustc's 128-bit stable hash of a type. Semantics: `TyCtxt::type_id_hash`, and `HashStable` as it is derived
//! for `rustc_type_ir::TyKind` and what it is made of: an enum's variant by its number in an `isize`, then the fields in
//! the order of their declaration. Types, constants and lists hash as the fingerprint of their content.

use super::fold::{TypeFolder, fold_args, fold_sig, super_fold_ty};
use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::*;
use rustc_stable_hash::FromStableHash;
use rustc_stable_hash::hashers::{SipHasher128Hash, StableSipHasher128};
use std::hash::Hasher;

#[derive(Default)]
pub struct Cache {
    hashes: Memo<Ty, u128>,
    fingerprints: Memo<Ty, Fingerprint>,
    lists: Memo<Args, Fingerprint>,
}

#[derive(Clone, Copy)]
struct Fingerprint(u64, u64);

impl FromStableHash for Fingerprint {
    type Hash = SipHasher128Hash;

    fn from(SipHasher128Hash([low, high]): SipHasher128Hash) -> Fingerprint {
        Fingerprint(low, high)
    }
}

impl Fingerprint {
    fn as_u128(self) -> u128 {
        u128::from(self.1) << 64 | u128::from(self.0)
    }
}

impl Tcx {
    /// `tcx.type_id_hash(ty)`, for a concrete type.
    pub fn type_id_hash(&self, ty: Ty) -> Result<u128> {
        let hash = self.type_ids.hashes.get_or_try(ty, |&ty| {
            let ty = Anonymize { tcx: self, binders: Vec::new() }.fold_ty(ty, 0)?;
            let mut hasher = Stable::new(self);
            hasher.ty(ty)?;
            Ok::<_, Error>(hasher.finish().as_u128())
        })?;
        Ok(*hash)
    }
}

/// Numbers each binder's variables in the order in which they are met, and leaves out the others, so that equal types
/// are the same.
struct Anonymize<'a> {
    tcx: &'a Tcx,
    /// The old numbers of the variables of each binder around, outermost first, in the order of the new ones.
    binders: Vec<Vec<u32>>,
}

impl Anonymize<'_> {
    /// What `fold` makes of something under a binder, and how many variables the binder keeps.
    fn bind<T>(&mut self, fold: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, u32)> {
        self.binders.push(Vec::new());
        let value = fold(self)?;
        Ok((value, self.binders.pop().map_or(0, |vars| vars.len() as u32)))
    }

    fn fold_term(&mut self, term: Term, depth: u32) -> Result<Term> {
        Ok(match term {
            Term::Ty(ty) => Term::Ty(self.fold_ty(ty, depth)?),
            Term::Const(ct) => Term::Const(self.fold_const(ct, depth)?),
        })
    }
}

impl TypeFolder for Anonymize<'_> {
    fn interner(&self) -> &Interner {
        self.tcx
    }

    fn fold_region(&mut self, region: Region, _depth: u32) -> Region {
        let Region::Bound { debruijn, var } = region else { return region };
        let index = self.binders.len().checked_sub(1 + debruijn as usize);
        let Some(vars) = index.and_then(|i| self.binders.get_mut(i)) else { return region };
        let new = vars.iter().position(|&old| old == var).unwrap_or_else(|| {
            vars.push(var);
            vars.len() - 1
        });
        Region::Bound { debruijn, var: new as u32 }
    }

    fn fold_ty(&mut self, ty: Ty, depth: u32) -> Result<Ty> {
        let tcx = self.tcx;
        let kind = match tcx.kind(ty) {
            TyKind::FnPtr(sig) => {
                let (sig, bound_vars) = self.bind(|f| fold_sig(f, sig, depth + 1))?;
                TyKind::FnPtr(Box::new(PolyFnSig { bound_vars, ..sig }))
            }
            &TyKind::UnsafeBinder { ty, .. } => {
                let (ty, bound_vars) = self.bind(|f| f.fold_ty(ty, depth + 1))?;
                TyKind::UnsafeBinder { bound_vars, ty }
            }
            TyKind::Dynamic(preds, region) => {
                let preds = preds
                    .iter()
                    .map(|pred| {
                        let (pred, bound_vars) = self.bind(|f| {
                            let depth = depth + 1;
                            Ok(match pred.pred {
                                ExistentialPredicate::Trait { def_id, args } => {
                                    ExistentialPredicate::Trait { def_id, args: fold_args(f, args, depth)? }
                                }
                                ExistentialPredicate::Projection { def_id, args, term } => {
                                    ExistentialPredicate::Projection {
                                        def_id,
                                        args: fold_args(f, args, depth)?,
                                        term: f.fold_term(term, depth)?,
                                    }
                                }
                                ExistentialPredicate::AutoTrait(def) => ExistentialPredicate::AutoTrait(def),
                            })
                        })?;
                        Ok(PolyExistentialPredicate { bound_vars, pred })
                    })
                    .collect::<Result<_>>()?;
                TyKind::Dynamic(preds, self.fold_region(*region, depth))
            }
            _ => return super_fold_ty(self, ty, depth),
        };
        Ok(tcx.mk(kind))
    }
}

/// A hasher with the `HashStable` impls that types need.
struct Stable<'a> {
    tcx: &'a Tcx,
    hasher: StableSipHasher128,
}

impl<'a> Stable<'a> {
    fn new(tcx: &'a Tcx) -> Self {
        Stable { tcx, hasher: StableSipHasher128::new() }
    }

    fn finish(self) -> Fingerprint {
        self.hasher.finish()
    }

    fn variant(&mut self, discriminant: isize) {
        self.hasher.write_isize(discriminant);
    }

    fn bool(&mut self, value: bool) {
        self.hasher.write_u8(value.into());
    }

    fn fingerprint(&mut self, fingerprint: Fingerprint) {
        self.hasher.write_u64(fingerprint.0);
        self.hasher.write_u64(fingerprint.1);
    }

    /// An interned list.
    fn list<T>(&mut self, items: &[T], mut hash: impl FnMut(&mut Self, &T) -> Result<()>) -> Result<()> {
        let mut inner = Stable::new(self.tcx);
        inner.hasher.write_usize(items.len());
        for item in items {
            hash(&mut inner, item)?;
        }
        self.fingerprint(inner.finish());
        Ok(())
    }

    fn tys(&mut self, tys: &[Ty]) -> Result<()> {
        self.list(tys, |h, &ty| h.ty(ty))
    }

    /// A definition: its `DefPathHash`.
    fn def_id(&mut self, def: DefId) -> Result<()> {
        let store = &self.tcx.store;
        self.fingerprint(Fingerprint(store.crate_dep(def.krate).stable_crate_id, store.def_key(def)?.local_hash));
        Ok(())
    }

    fn ty(&mut self, ty: Ty) -> Result<()> {
        let tcx = self.tcx;
        let fingerprint = tcx.type_ids.fingerprints.get_or_try(ty, |&ty| {
            let mut inner = Stable::new(tcx);
            inner.ty_kind(tcx.kind(ty))?;
            Ok::<_, Error>(inner.finish())
        })?;
        self.fingerprint(*fingerprint);
        Ok(())
    }

    fn args(&mut self, args: Args) -> Result<()> {
        let tcx = self.tcx;
        let fingerprint = tcx.type_ids.lists.get_or_try(args, |&args| {
            let args = tcx.interner.args(args);
            let mut inner = Stable::new(tcx);
            inner.hasher.write_usize(args.len());
            for arg in args {
                inner.arg(arg)?;
            }
            Ok::<_, Error>(inner.finish())
        })?;
        self.fingerprint(*fingerprint);
        Ok(())
    }

    fn arg(&mut self, arg: &GenericArg) -> Result<()> {
        match *arg {
            GenericArg::Lifetime(region) => {
                self.variant(0);
                self.region(region);
                Ok(())
            }
            GenericArg::Type(ty) => {
                self.variant(1);
                self.ty(ty)
            }
            GenericArg::Const(ct) => {
                self.variant(2);
                self.ct(ct)
            }
        }
    }

    fn region(&mut self, region: Region) {
        match region {
            Region::Erased => self.variant(6),
            Region::Bound { debruijn, var } => {
                self.variant(1);
                // `BoundVarIndexKind::Bound`
                self.variant(0);
                self.hasher.write_u32(debruijn);
                self.hasher.write_u32(var);
                // `BoundRegionKind::Anon`
                self.variant(0);
            }
        }
    }

    /// The list of what a binder binds.
    fn bound_vars(&mut self, count: u32) -> Result<()> {
        self.list(&vec![(); count as usize], |h, ()| {
            // `BoundVariableKind::Region(BoundRegionKind::Anon)`
            h.variant(1);
            h.variant(0);
            Ok(())
        })
    }

    fn mutability(&mut self, mutability: Mutability) {
        self.variant(mutability.is_mut().into());
    }

    fn ty_kind(&mut self, kind: &TyKind) -> Result<()> {
        match *kind {
            TyKind::Bool => self.variant(0),
            TyKind::Char => self.variant(1),
            TyKind::Int(int) => {
                self.variant(2);
                self.variant(int as isize);
            }
            TyKind::Uint(int) => {
                self.variant(3);
                self.variant(int as isize);
            }
            TyKind::Float(float) => {
                self.variant(4);
                self.variant(float as isize);
            }
            TyKind::Adt(def, args) => {
                self.variant(5);
                let hash = self.tcx.adt_def(def)?.stable_hash;
                self.fingerprint(Fingerprint(hash as u64, (hash >> 64) as u64));
                self.args(args)?;
            }
            TyKind::Foreign(def) => {
                self.variant(6);
                self.def_id(def)?;
            }
            TyKind::Str => self.variant(7),
            TyKind::Array(elem, len) => {
                self.variant(8);
                self.ty(elem)?;
                self.ct(len)?;
            }
            TyKind::Pat(base, ref pattern) => {
                self.variant(9);
                self.ty(base)?;
                self.pattern(pattern)?;
            }
            TyKind::Slice(elem) => {
                self.variant(10);
                self.ty(elem)?;
            }
            TyKind::RawPtr(to, mutability) => {
                self.variant(11);
                self.ty(to)?;
                self.mutability(mutability);
            }
            TyKind::Ref(region, to, mutability) => {
                self.variant(12);
                self.region(region);
                self.ty(to)?;
                self.mutability(mutability);
            }
            TyKind::FnDef(def, args) => self.def_with_args(13, def, args)?,
            TyKind::FnPtr(ref sig) => {
                self.variant(14);
                self.tys(&sig.inputs_and_output)?;
                self.bound_vars(sig.bound_vars)?;
                self.bool(sig.c_variadic);
                // `Safety` is `Unsafe`, `Safe`.
                self.variant(sig.safe.into());
                self.abi(sig.abi);
            }
            TyKind::UnsafeBinder { bound_vars, ty } => {
                self.variant(15);
                self.ty(ty)?;
                self.bound_vars(bound_vars)?;
            }
            TyKind::Dynamic(ref preds, region) => {
                self.variant(16);
                self.list(preds, |h, pred| {
                    h.existential_predicate(&pred.pred)?;
                    h.bound_vars(pred.bound_vars)
                })?;
                self.region(region);
            }
            TyKind::Closure(def, args) => self.def_with_args(17, def, args)?,
            TyKind::CoroutineClosure(def, args) => self.def_with_args(18, def, args)?,
            TyKind::Coroutine(def, args) => self.def_with_args(19, def, args)?,
            TyKind::CoroutineWitness(def, args) => self.def_with_args(20, def, args)?,
            TyKind::Never => self.variant(21),
            TyKind::Tuple(ref tys) => {
                self.variant(22);
                self.tys(tys)?;
            }
            TyKind::Alias(..) | TyKind::Param(_) | TyKind::Bound { .. } | TyKind::Error => {
                return Err(Error::missing(format!("TypeId of {kind:?}, which is not concrete")));
            }
        }
        Ok(())
    }

    fn def_with_args(&mut self, discriminant: isize, def: DefId, args: Args) -> Result<()> {
        self.variant(discriminant);
        self.def_id(def)?;
        self.args(args)
    }

    fn pattern(&mut self, pattern: &Pattern) -> Result<()> {
        match pattern {
            Pattern::Range { start, end } => {
                self.variant(0);
                self.ct(*start)?;
                self.ct(*end)
            }
            Pattern::Or(parts) => {
                self.variant(1);
                self.list(parts, |h, part| h.pattern(part))
            }
            Pattern::NotNull => {
                self.variant(2);
                Ok(())
            }
        }
    }

    fn existential_predicate(&mut self, pred: &ExistentialPredicate) -> Result<()> {
        match *pred {
            ExistentialPredicate::Trait { def_id, args } => self.def_with_args(0, def_id, args),
            ExistentialPredicate::Projection { def_id, args, term } => {
                self.def_with_args(1, def_id, args)?;
                match term {
                    Term::Ty(ty) => {
                        self.variant(0);
                        self.ty(ty)
                    }
                    Term::Const(ct) => {
                        self.variant(1);
                        self.ct(ct)
                    }
                }
            }
            ExistentialPredicate::AutoTrait(def) => {
                self.variant(2);
                self.def_id(def)
            }
        }
    }

    fn ct(&mut self, ct: Const) -> Result<()> {
        let mut inner = Stable::new(self.tcx);
        match self.tcx.const_kind(ct) {
            ConstKind::Value(ty, tree) => {
                inner.variant(5);
                inner.ty(*ty)?;
                match tree {
                    ValTree::Leaf(leaf) => {
                        inner.variant(0);
                        inner.hasher.write_u128(leaf.data);
                        inner.hasher.write_u8(leaf.size);
                    }
                    ValTree::Branch(parts) => {
                        inner.variant(1);
                        inner.hasher.write_usize(parts.len());
                        for &part in parts {
                            inner.ct(part)?;
                        }
                    }
                }
            }
            other => return Err(Error::missing(format!("TypeId of {other:?}, which is not concrete"))),
        }
        self.fingerprint(inner.finish());
        Ok(())
    }

    /// An ABI hashes as its name in `extern "name"`.
    fn abi(&mut self, abi: ExternAbi) {
        let (name, unwind) = match abi {
            ExternAbi::Rust => ("Rust", false),
            ExternAbi::RustCall => ("rust-call", false),
            ExternAbi::RustCold => ("rust-cold", false),
            ExternAbi::RustInvalid => ("rust-invalid", false),
            ExternAbi::RustPreserveNone => ("rust-preserve-none", false),
            ExternAbi::C { unwind } => ("C", unwind),
            ExternAbi::System { unwind } => ("system", unwind),
            ExternAbi::SysV64 { unwind } => ("sysv64", unwind),
            ExternAbi::Win64 { unwind } => ("win64", unwind),
            ExternAbi::EfiApi => ("efiapi", false),
            ExternAbi::Unadjusted => ("unadjusted", false),
            ExternAbi::Custom => ("custom", false),
            ExternAbi::Cdecl { unwind } => ("cdecl", unwind),
            ExternAbi::Stdcall { unwind } => ("stdcall", unwind),
            ExternAbi::Fastcall { unwind } => ("fastcall", unwind),
            ExternAbi::Vectorcall { unwind } => ("vectorcall", unwind),
            ExternAbi::Thiscall { unwind } => ("thiscall", unwind),
            ExternAbi::X86Interrupt => ("x86-interrupt", false),
            ExternAbi::Other(name) => (self.tcx.str(name), false),
        };
        self.hasher.write(name.as_bytes());
        if unwind {
            self.hasher.write(b"-unwind");
        }
        self.hasher.write_u8(0xff);
        self.hasher.write_u32(u32::from_be_bytes(*b"ABI\0"));
    }
}
