//! rust-analyzer's types, arguments and type-level constants as ramir's.
//!
//! Free regions are erased and bound ones numbered in order of appearance, as in exported types.

use crate::identity::{Def, Identity};
use ra_ap_hir_def::{
    CallableDefId, GenericDefId, ImplId, ItemContainerId, Lookup, TypeOrConstParamId,
    hir::generics::{GenericParams, TypeOrConstParamData},
};
use ra_ap_hir_ty::{
    db::{AnonConstId, GeneralConstId, InternedClosureId, InternedCoroutineId},
    next_solver::{
        self as ns, Binder, Const, ConstKind, FnSig, GenericArg, GenericArgKind, GenericArgs, Region, RegionKind,
        SolverDefId, TermKind, TraitRef, Ty, TyKind,
    },
};
use ra_ap_rustc_type_ir::{self as rti, BoundVarIndexKind, inherent::IntoKind};
use rac::adapter::error::{Error, Result};
use ramir::{DefId, DefPathData, GenericParamKind, Generics};
use std::cell::RefCell;

/// Lowers types; `binders` are the bound regions that were met, by binder.
pub struct TyLowering<'a, 'db> {
    pub id: Identity<'a, 'db>,
    binders: RefCell<Vec<Vec<u32>>>,
    /// The impl whose header is lowered before it is known which one it is, and how many lifetimes it has.
    of_impl: Option<(ImplId, u32)>,
}

impl<'a, 'db> TyLowering<'a, 'db> {
    pub fn new(id: Identity<'a, 'db>) -> Self {
        TyLowering { id, binders: RefCell::default(), of_impl: None }
    }

    /// For the header of an impl that has so many lifetimes.
    pub fn of_impl(id: Identity<'a, 'db>, of: ImplId, lifetimes: u32) -> Self {
        TyLowering { of_impl: Some((of, lifetimes)), ..TyLowering::new(id) }
    }

    fn interner(&self) -> &'a ramir::Interner {
        self.id.store.interner()
    }

    fn mk(&self, kind: ramir::TyKind) -> ramir::Ty {
        self.interner().mk(kind)
    }

    pub fn ty(&self, ty: Ty<'db>) -> Result<ramir::Ty> {
        use ramir::TyKind as K;
        let kind = match ty.kind() {
            TyKind::Bool => K::Bool,
            TyKind::Char => K::Char,
            TyKind::Int(int) => K::Int(match int {
                rti::IntTy::Isize => ramir::IntTy::Isize,
                rti::IntTy::I8 => ramir::IntTy::I8,
                rti::IntTy::I16 => ramir::IntTy::I16,
                rti::IntTy::I32 => ramir::IntTy::I32,
                rti::IntTy::I64 => ramir::IntTy::I64,
                rti::IntTy::I128 => ramir::IntTy::I128,
            }),
            TyKind::Uint(uint) => K::Uint(match uint {
                rti::UintTy::Usize => ramir::UintTy::Usize,
                rti::UintTy::U8 => ramir::UintTy::U8,
                rti::UintTy::U16 => ramir::UintTy::U16,
                rti::UintTy::U32 => ramir::UintTy::U32,
                rti::UintTy::U64 => ramir::UintTy::U64,
                rti::UintTy::U128 => ramir::UintTy::U128,
            }),
            TyKind::Float(float) => K::Float(match float {
                rti::FloatTy::F16 => ramir::FloatTy::F16,
                rti::FloatTy::F32 => ramir::FloatTy::F32,
                rti::FloatTy::F64 => ramir::FloatTy::F64,
                rti::FloatTy::F128 => ramir::FloatTy::F128,
            }),
            TyKind::Adt(adt, args) => {
                let def = self.id.def_id(Def::Adt(adt.def_id()))?;
                K::Adt(def, self.args(def, args)?)
            }
            TyKind::Foreign(id) => K::Foreign(self.id.def_id(Def::TypeAlias(id.0))?),
            TyKind::Str => K::Str,
            TyKind::Array(elem, len) => K::Array(self.ty(elem)?, self.konst(len)?),
            TyKind::Slice(elem) => K::Slice(self.ty(elem)?),
            TyKind::RawPtr(to, m) => K::RawPtr(self.ty(to)?, mutability(m)),
            TyKind::Ref(region, to, m) => {
                let region = self.region(region);
                K::Ref(region, self.ty(to)?, mutability(m))
            }
            TyKind::FnDef(callable, args) => {
                let (def, args) = self.callable(callable.0, args)?;
                K::FnDef(def, args)
            }
            TyKind::FnPtr(sig, header) => K::FnPtr(Box::new(self.poly_fn_sig(sig.with(header))?)),
            TyKind::Dynamic(preds, region) => {
                let region = self.region(region);
                K::Dynamic(self.existential(preds)?, region)
            }
            TyKind::Closure(closure, args) => {
                let def = self.id.closure_def(closure.0)?;
                K::Closure(def, self.closure_args(closure.0, def, args)?)
            }
            TyKind::Coroutine(coroutine, args) => {
                let def = self.id.coroutine_def(coroutine.0)?;
                K::Coroutine(def, self.coroutine_args(coroutine.0, def, args)?)
            }
            TyKind::Never => K::Never,
            TyKind::Tuple(tys) => K::Tuple(tys.iter().map(|ty| self.ty(ty)).collect::<Result<_>>()?),
            TyKind::Alias(alias) => match alias.kind {
                rti::AliasTyKind::Projection { def_id } => {
                    let def = self.id.def_id(Def::TypeAlias(def_id.0))?;
                    K::Alias(ramir::AliasKind::Projection, def, self.args(def, alias.args)?)
                }
                rti::AliasTyKind::Opaque { def_id } => self.opaque(def_id.0, alias.args)?,
                rti::AliasTyKind::Inherent { .. } => return Err(Error::unsupported("an inherent associated type")),
                rti::AliasTyKind::Free { .. } => return Err(Error::unsupported("a type alias that was kept")),
            },
            TyKind::Param(param) => K::Param(self.param(param.id.into())?),
            TyKind::Pat(..) => return Err(Error::unsupported("a pattern type")),
            TyKind::UnsafeBinder(_) => return Err(Error::unsupported("an unsafe binder")),
            TyKind::CoroutineClosure(..) => return Err(Error::unsupported("an async closure")),
            TyKind::CoroutineWitness(..) => return Err(Error::unsupported("what a coroutine keeps, as a type")),
            TyKind::Bound(..) | TyKind::Placeholder(_) => return Err(Error::unsupported("a bound type variable")),
            TyKind::Infer(_) => return Err(Error::unsupported("a type that rust-analyzer did not infer")),
            TyKind::Error(_) => return Err(Error::unsupported("a type that rust-analyzer does not know")),
        };
        Ok(self.mk(kind))
    }

    fn region(&self, region: Region<'db>) -> ramir::Region {
        let RegionKind::ReBound(BoundVarIndexKind::Bound(debruijn), bound) = region.kind() else {
            return ramir::Region::Erased;
        };
        let mut binders = self.binders.borrow_mut();
        let debruijn = debruijn.as_u32();
        let Some(at) = (binders.len() as u32).checked_sub(debruijn + 1) else { return ramir::Region::Erased };
        let vars = &mut binders[at as usize];
        let var = bound.var.as_u32();
        let position = vars.iter().position(|&v| v == var).unwrap_or_else(|| {
            vars.push(var);
            vars.len() - 1
        });
        ramir::Region::Bound { debruijn, var: position as u32 }
    }

    /// Runs `f` within a binder; also how many variables of it were met.
    fn in_binder<T>(&self, f: impl FnOnce() -> Result<T>) -> Result<(T, u32)> {
        self.binders.borrow_mut().push(Vec::new());
        let value = f();
        let vars = self.binders.borrow_mut().pop().map_or(0, |vars| vars.len() as u32);
        Ok((value?, vars))
    }

    pub fn poly_fn_sig(&self, sig: Binder<'db, FnSig<'db>>) -> Result<ramir::PolyFnSig> {
        let sig = sig.skip_binder();
        let (tys, bound_vars) =
            self.in_binder(|| sig.inputs_and_output.iter().map(|ty| self.ty(ty)).collect::<Result<Box<[_]>>>())?;
        Ok(ramir::PolyFnSig {
            bound_vars,
            inputs_and_output: tys,
            c_variadic: sig.c_variadic(),
            safe: sig.fn_sig_kind.is_safe(),
            abi: self.abi(sig.abi())?,
        })
    }

    fn abi(&self, abi: ra_ap_rustc_abi_ra::ExternAbi) -> Result<ramir::ExternAbi> {
        use ra_ap_rustc_abi_ra::ExternAbi as A;
        use ramir::ExternAbi as B;
        Ok(match abi {
            A::Rust => B::Rust,
            A::RustCall => B::RustCall,
            A::RustCold => B::RustCold,
            A::C { unwind } => B::C { unwind },
            A::System { unwind } => B::System { unwind },
            A::SysV64 { unwind } => B::SysV64 { unwind },
            A::Win64 { unwind } => B::Win64 { unwind },
            A::EfiApi => B::EfiApi,
            A::Unadjusted => B::Unadjusted,
            other => return Err(Error::unsupported(format!("the ABI {other:?}"))),
        })
    }

    fn existential(
        &self,
        preds: ns::BoundExistentialPredicates<'db>,
    ) -> Result<Box<[ramir::PolyExistentialPredicate]>> {
        use ramir::ExistentialPredicate as P;
        let mut lowered = Vec::new();
        for pred in preds.iter() {
            let (pred, bound_vars) = self.in_binder(|| {
                Ok(match pred.skip_binder() {
                    rti::ExistentialPredicate::Trait(t) => {
                        let def_id = self.id.def_id(Def::Trait(t.def_id.0))?;
                        P::Trait { def_id, args: self.args_without_self(def_id, t.args)? }
                    }
                    rti::ExistentialPredicate::Projection(p) => {
                        let SolverDefId::TypeAliasId(alias) = p.def_id.into() else {
                            return Err(Error::unsupported("a `dyn` type with an associated constant"));
                        };
                        let def_id = self.id.def_id(Def::TypeAlias(alias))?;
                        let args = self.args_without_self(def_id, p.args)?;
                        let term = match p.term.kind() {
                            TermKind::Ty(ty) => ramir::Term::Ty(self.ty(ty)?),
                            TermKind::Const(ct) => ramir::Term::Const(self.konst(ct)?),
                        };
                        P::Projection { def_id, args, term }
                    }
                    rti::ExistentialPredicate::AutoTrait(id) => P::AutoTrait(self.id.def_id(Def::Trait(id.0))?),
                })
            })?;
            lowered.push(ramir::PolyExistentialPredicate { bound_vars, pred });
        }
        let mut keyed = Vec::new();
        for pred in lowered {
            let (class, def) = match pred.pred {
                P::Trait { def_id, .. } => (0, def_id),
                P::Projection { def_id, .. } => (1, def_id),
                P::AutoTrait(def_id) => (2, def_id),
            };
            // rustc's order within a class is that of `DefPathHash`.
            let hash = (self.id.store.crate_dep(def.krate).stable_crate_id, self.id.store.def_key(def)?.local_hash);
            keyed.push(((class, hash), pred));
        }
        keyed.sort_by_key(|(key, _)| *key);
        Ok(keyed.into_iter().map(|(_, pred)| pred).collect())
    }

    pub fn trait_ref(&self, trait_ref: TraitRef<'db>) -> Result<ramir::TraitRef> {
        let def_id = self.id.def_id(Def::Trait(trait_ref.def_id.0))?;
        Ok(ramir::TraitRef { def_id, args: self.args(def_id, trait_ref.args)? })
    }

    /// A function or constructor with its arguments.
    pub fn callable(&self, callable: CallableDefId, args: GenericArgs<'db>) -> Result<(DefId, ramir::Args)> {
        match callable {
            CallableDefId::FunctionId(id) => {
                let def = self.id.def_id(Def::Function(id))?;
                Ok((def, self.args(def, args)?))
            }
            CallableDefId::StructId(id) => self.ctor(id.into(), args),
            CallableDefId::EnumVariantId(id) => self.ctor(id.into(), args),
        }
    }

    fn ctor(&self, id: ra_ap_hir_def::VariantId, args: GenericArgs<'db>) -> Result<(DefId, ramir::Args)> {
        let (adt, variant) = self.id.variant(id)?;
        let ramir::ItemData::Adt(def) = &self.id.store.item(adt)?.data else {
            return Err(Error::missing(self.id.store.def_path_str(adt)));
        };
        let (_, ctor) = def.variants[variant.index()].ctor.ok_or_else(|| Error::missing("a constructor"))?;
        Ok((ctor, self.args(adt, args)?))
    }

    /// Arguments in the order of the exported definition's parameters.
    pub fn args(&self, def: DefId, args: GenericArgs<'db>) -> Result<ramir::Args> {
        let args: Vec<GenericArg<'db>> = args.iter().collect();
        self.arg_list(def, &args, false)
    }

    fn args_without_self(&self, def: DefId, args: GenericArgs<'db>) -> Result<ramir::Args> {
        let args: Vec<GenericArg<'db>> = args.iter().collect();
        self.arg_list(def, &args, true)
    }

    fn arg_list(&self, def: DefId, args: &[GenericArg<'db>], without_self: bool) -> Result<ramir::Args> {
        let mut params = Vec::new();
        self.param_kinds(&self.id.store.item(def)?.generics, &mut params)?;
        let params = if without_self { params.get(1..).unwrap_or(&[]) } else { &params[..] };
        let same = params.len() == args.len()
            && params.iter().zip(args).all(|(param, arg)| {
                matches!(param, GenericParamKind::Lifetime) == matches!(arg.kind(), GenericArgKind::Lifetime(_))
            });
        let mut lowered = Vec::new();
        if same {
            for arg in args {
                lowered.push(self.arg(*arg)?);
            }
        } else {
            // The two count late-bound lifetimes differently: types and constants still correspond.
            let mut rest = args.iter().filter(|arg| !matches!(arg.kind(), GenericArgKind::Lifetime(_)));
            for param in params {
                lowered.push(match param {
                    GenericParamKind::Lifetime => ramir::GenericArg::Lifetime(ramir::Region::Erased),
                    _ => self.arg(*rest.next().ok_or_else(|| self.arg_mismatch(def))?)?,
                });
            }
            if rest.next().is_some() {
                return Err(self.arg_mismatch(def));
            }
        }
        for (param, arg) in params.iter().zip(&lowered) {
            match (param, arg) {
                (GenericParamKind::Lifetime, ramir::GenericArg::Lifetime(_))
                | (GenericParamKind::Type, ramir::GenericArg::Type(_))
                | (GenericParamKind::Const(_), ramir::GenericArg::Const(_)) => {}
                _ => return Err(self.arg_mismatch(def)),
            }
        }
        Ok(self.interner().mk_args(&lowered))
    }

    fn arg_mismatch(&self, def: DefId) -> Error {
        Error::unsupported(format!(
            "`{}`, whose generic parameters rust-analyzer and the exported crates do not agree on",
            self.id.store.def_path_str(def)
        ))
    }

    fn param_kinds(&self, generics: &Generics, out: &mut Vec<GenericParamKind>) -> Result<()> {
        if let Some(parent) = generics.parent {
            self.param_kinds(&self.id.store.item(parent)?.generics, out)?;
        }
        out.extend(generics.own_params.iter().map(|param| param.kind));
        Ok(())
    }

    fn arg(&self, arg: GenericArg<'db>) -> Result<ramir::GenericArg> {
        Ok(match arg.kind() {
            GenericArgKind::Lifetime(region) => ramir::GenericArg::Lifetime(self.region(region)),
            GenericArgKind::Type(ty) => ramir::GenericArg::Type(self.ty(ty)?),
            GenericArgKind::Const(ct) => ramir::GenericArg::Const(self.konst(ct)?),
        })
    }

    /// The parameter's position in the flattened list of exported parameters.
    fn param(&self, id: TypeOrConstParamId) -> Result<ramir::ParamTy> {
        let params = GenericParams::of(self.id.db, id.parent);
        let position = id.local_id.into_raw().into_u32();
        let data: &TypeOrConstParamData = &params[id.local_id];
        let name = data.name().map(|name| self.id.sym(name.as_str()));
        let def = match id.parent {
            GenericDefId::ImplId(impl_id) => {
                let name = name.ok_or_else(|| Error::unsupported("`impl Trait` in the header of an impl"))?;
                let lifetimes = match self.of_impl {
                    Some((id, lifetimes)) if id == impl_id => lifetimes,
                    _ => self.id.impl_lifetimes(impl_id)?,
                };
                return Ok(ramir::ParamTy { index: lifetimes + position, name });
            }
            GenericDefId::FunctionId(id) => Def::Function(id),
            GenericDefId::AdtId(id) => Def::Adt(id),
            GenericDefId::ConstId(id) => Def::Const(id),
            GenericDefId::StaticId(id) => Def::Static(id),
            GenericDefId::TraitId(id) => Def::Trait(id),
            GenericDefId::TypeAliasId(id) => Def::TypeAlias(id),
        };
        let def = self.id.def_id(def)?;
        let generics = &self.id.store.item(def)?.generics;
        let own = generics.own_params.iter().enumerate();
        let found = own.filter(|(_, param)| !matches!(param.kind, GenericParamKind::Lifetime)).nth(position as usize);
        let Some((index, param)) = found else { return Err(self.arg_mismatch(def)) };
        if name.is_some_and(|name| name != param.name) {
            return Err(self.arg_mismatch(def));
        }
        Ok(ramir::ParamTy { index: generics.parent_count + index as u32, name: param.name })
    }

    pub fn konst(&self, ct: Const<'db>) -> Result<ramir::Const> {
        use ramir::ConstKind as K;
        let kind = match ct.kind() {
            ConstKind::Param(param) => K::Param(self.param(param.id.into())?),
            ConstKind::Value(value) => {
                let leaf =
                    value.try_to_leaf().ok_or_else(|| Error::unsupported("a constant argument that is no scalar"))?;
                let size = leaf.size();
                let data = leaf.to_bits(size);
                K::Value(self.ty(value.ty)?, ramir::ValTree::Leaf(ramir::ScalarInt { data, size: size.bytes() as u8 }))
            }
            ConstKind::Unevaluated(unevaluated) => match unevaluated.def.0 {
                GeneralConstId::ConstId(id) => {
                    let def = self.id.def_id(Def::Const(id))?;
                    K::Unevaluated(def, self.args(def, unevaluated.args)?)
                }
                GeneralConstId::AnonConstId(id) => {
                    let (def, args) = self.anon_const(id, unevaluated.args)?;
                    K::Unevaluated(def, args)
                }
                GeneralConstId::StaticId(_) => return Err(Error::unsupported("a static in a type")),
            },
            _ => return Err(Error::unsupported("a constant argument that rust-analyzer did not infer")),
        };
        Ok(self.interner().mk_const(kind))
    }

    /// The arguments of the function around it, then kind, signature and captures.
    fn closure_args(
        &self,
        closure: InternedClosureId<'db>,
        def: DefId,
        args: GenericArgs<'db>,
    ) -> Result<ramir::Args> {
        let root = self.id.typeck_root(def)?;
        let args: Vec<GenericArg<'db>> = args.iter().collect();
        let Some((parent, [kind, sig, upvars])) = args.split_last_chunk::<3>() else {
            return Err(Error::unsupported("a closure without a signature"));
        };
        let parent = self.arg_list(root, parent, false)?;
        let kind = self.arg(*kind)?;
        let ramir::GenericArg::Type(sig) = self.arg(*sig)? else {
            return Err(Error::unsupported("a closure without a signature"));
        };
        let ramir::TyKind::FnPtr(sig) = self.interner().kind(sig) else {
            return Err(Error::unsupported("a closure without a signature"));
        };
        let sig = ramir::PolyFnSig { abi: ramir::ExternAbi::RustCall, ..(**sig).clone() };
        let sig = ramir::GenericArg::Type(self.mk(ramir::TyKind::FnPtr(Box::new(sig))));
        let own = self.agreed_closure_args(closure, def, parent, [kind, sig, self.arg(*upvars)?])?;
        let mut lowered = self.interner().args(parent).to_vec();
        lowered.extend(own);
        Ok(self.interner().mk_args(&lowered))
    }

    /// The arguments of the function around it, then kind, what is passed in and out, and captures.
    fn coroutine_args(
        &self,
        coroutine: InternedCoroutineId<'db>,
        def: DefId,
        args: GenericArgs<'db>,
    ) -> Result<ramir::Args> {
        let args: Vec<GenericArg<'db>> = args.iter().collect();
        let Some((parent, &[kind, resume, yields, returns, upvars])) = args.split_last_chunk::<5>() else {
            return Err(Error::unsupported("a coroutine without a signature"));
        };
        let parent = self.arg_list(self.id.typeck_root(def)?, parent, false)?;
        let own = [self.arg(kind)?, self.arg(resume)?, self.arg(yields)?, self.arg(returns)?, self.arg(upvars)?];
        let mut lowered = self.interner().args(parent).to_vec();
        lowered.extend(self.agreed_coroutine_args(coroutine, def, parent, own)?);
        Ok(self.interner().mk_args(&lowered))
    }

    /// An anonymous or inline constant with its arguments.
    pub fn anon_const(&self, id: AnonConstId<'db>, args: GenericArgs<'db>) -> Result<(DefId, ramir::Args)> {
        let def = self.id.anon_const_def(id)?;
        let item = self.id.store.item(def)?;
        let ramir::ItemData::AnonConst(ty) = item.data else { return Err(self.arg_mismatch(def)) };
        let args = match (item.generics.parent, &item.generics.own_params[..]) {
            (None, []) => ramir::Args::EMPTY,
            (Some(parent), []) => self.args(parent, args)?,
            // An inline constant has its type as an argument.
            (Some(parent), [_]) if matches!(*self.interner().kind(ty), ramir::TyKind::Param(_)) => {
                let mut lowered = self.interner().args(self.args(parent, args)?).to_vec();
                let ty = id.loc(self.id.db).ty.get().instantiate_identity().skip_norm_wip();
                lowered.push(ramir::GenericArg::Type(self.ty(ty)?));
                self.interner().mk_args(&lowered)
            }
            _ => return Err(self.arg_mismatch(def)),
        };
        Ok((def, args))
    }

    /// An `impl Trait` that a function returns or a type alias stands for. What a trait's method returns is a projection.
    fn opaque(
        &self,
        id: ra_ap_hir_ty::db::InternedOpaqueTyId<'db>,
        args: GenericArgs<'db>,
    ) -> Result<ramir::TyKind> {
        use ra_ap_hir_ty::ImplTraitId;
        let (parent, index) = match id.loc(self.id.db) {
            ImplTraitId::ReturnTypeImplTrait(function, index) => (Def::Function(function), index),
            ImplTraitId::TypeAliasImplTrait(alias, index) => (Def::TypeAlias(alias), index),
        };
        // rust-analyzer numbers each one before those within it.
        let index = index.into_raw().into_u32() as usize;
        let unknown = || Error::unsupported("an `impl Trait` that rustc does not have");
        let parent_def = self.id.def_id(parent)?;
        if let Def::Function(function) = parent
            && let ItemContainerId::TraitId(container) = function.lookup(self.id.db).container
        {
            let name = DefPathData::AnonAssocTy(self.id.function_name(function));
            let types = self.id.children(self.id.def_id(Def::Trait(container))?, name)?;
            let def = *types.get(index).ok_or_else(unknown)?;
            return Ok(ramir::TyKind::Alias(ramir::AliasKind::Projection, def, self.args(def, args)?));
        }
        let mut opaques = Vec::new();
        self.opaques_below(parent_def, &mut opaques)?;
        let def = *opaques.get(index).ok_or_else(unknown)?;
        Ok(ramir::TyKind::Alias(ramir::AliasKind::Opaque, def, self.args(def, args)?))
    }

    /// Each opaque type, then those in its bounds.
    fn opaques_below(&self, parent: DefId, found: &mut Vec<DefId>) -> Result<()> {
        for opaque in self.id.children(parent, DefPathData::OpaqueTy)? {
            found.push(opaque);
            self.opaques_below(opaque, found)?;
        }
        Ok(())
    }
}

pub fn mutability(m: ns::Mutability) -> ramir::Mutability {
    match m {
        ns::Mutability::Not => ramir::Mutability::Not,
        ns::Mutability::Mut => ramir::Mutability::Mut,
    }
}

/// Paths for messages.
pub struct Names<'a>(pub &'a rac::adapter::store::Store);

impl ramir::text::DefNames for Names<'_> {
    fn def_path(&self, def: DefId) -> Option<String> {
        Some(self.0.def_path_str(def))
    }
}
