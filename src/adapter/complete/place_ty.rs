//! Types of places in a generic body, and whether a value of a type may have to be dropped.
//! Semantics: `rustc_middle::mir::statement::PlaceTy`, `rustc_ty_utils::needs_drop`.
//!
//! Nothing is normalized but to tell whether a value has to be dropped: else a projection is as opaque as a parameter.

use super::coroutine::{self, Coroutine};
use crate::adapter::fold::{subst, subst_args};
use crate::adapter::store::Store;
use crate::adapter::{Error, Result};
use ramir::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// What the passes ask about types, for the body of one definition.
pub struct TypeCx<'a> {
    pub store: &'a Store,
    pub interner: &'a Interner,
    pub unit: Ty,
    pub bool: Ty,
    /// The coroutine whose body this is, which is its first parameter.
    pub coroutine: Option<Coroutine>,
    /// Types that a where-clause of the definition says are `Copy`.
    copy_tys: FxHashSet<Ty>,
    /// By type, and by what is said of types that only an instance of the body knows.
    needs_drop: RefCell<FxHashMap<(Ty, bool), bool>>,
}

/// The type of a place, and the variant that the place was downcast to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceTy {
    pub ty: Ty,
    pub variant: Option<VariantIdx>,
}

impl<'a> TypeCx<'a> {
    pub fn new(store: &'a Store, def: DefId) -> Result<TypeCx<'a>> {
        let interner = &**store.interner();
        Ok(TypeCx {
            store,
            interner,
            unit: interner.mk(TyKind::Tuple([].into())),
            bool: interner.mk(TyKind::Bool),
            coroutine: None,
            copy_tys: copy_tys(store, def)?,
            needs_drop: RefCell::default(),
        })
    }

    pub fn adt_def(&self, def: DefId) -> Result<&'a AdtDef> {
        match &self.store.item(def)?.data {
            ItemData::Adt(adt) => Ok(adt),
            _ => Err(Error::missing(format!("ADT {}", self.store.def_path_str(def)))),
        }
    }

    /// The type as text, for errors.
    pub fn print_ty(&self, ty: Ty) -> String {
        struct Names<'a>(&'a Store);
        impl ramir::text::DefNames for Names<'_> {
            fn def_path(&self, def: DefId) -> Option<String> {
                Some(self.0.def_path_str(def))
            }
        }
        ramir::text::print_ty(self.interner, &Names(self.store), ty)
    }

    pub fn subst(&self, ty: Ty, args: Args) -> Result<Ty> {
        subst(self.interner, ty, args)
    }

    /// `T` of `Box<T, A>`.
    pub fn boxed_ty(&self, ty: Ty) -> Result<Option<Ty>> {
        match *self.interner.kind(ty) {
            TyKind::Adt(def, args) if self.adt_def(def)?.flags.is_box => {
                Ok(self.interner.args(args).first().and_then(|arg| arg.as_type()))
            }
            _ => Ok(None),
        }
    }

    /// The types that a closure, coroutine-closure or coroutine captures.
    pub fn upvar_tys(&self, ty: Ty) -> Result<&'a [Ty]> {
        let (args, from_end) = match *self.interner.kind(ty) {
            TyKind::Closure(_, args) | TyKind::Coroutine(_, args) => (args, 1),
            TyKind::CoroutineClosure(_, args) => (args, 2),
            _ => return Err(Error::missing("captures of a type that has none")),
        };
        let args = self.interner.args(args);
        let upvars = args.len().checked_sub(from_end).and_then(|i| args[i].as_type());
        match upvars.map(|ty| self.interner.kind(ty)) {
            Some(TyKind::Tuple(tys)) => Ok(tys),
            _ => Err(Error::missing("captures that are inferred")),
        }
    }

    pub fn place_ty(&self, locals: &[LocalDecl], place: &Place) -> Result<Ty> {
        Ok(self.place_ty_with_variant(locals, place.local, &place.projection)?.ty)
    }

    pub fn place_ty_with_variant(
        &self,
        locals: &[LocalDecl],
        local: Local,
        projection: &[PlaceElem],
    ) -> Result<PlaceTy> {
        let base = locals.get(local.index()).ok_or_else(|| Error::missing(format!("declaration of {local:?}")))?;
        projection.iter().try_fold(PlaceTy { ty: base.ty, variant: None }, |base, elem| self.projection_ty(base, elem))
    }

    /// The type of a place whose base has the type `base`.
    pub fn projection_ty(&self, base: PlaceTy, elem: &PlaceElem) -> Result<PlaceTy> {
        let kind = self.interner.kind(base.ty);
        let wrong = || Error::missing(format!("projection {elem:?} of type {kind:?}"));
        let mut variant = None;
        let ty = match *elem {
            PlaceElem::Deref => match *kind {
                TyKind::Ref(_, to, _) | TyKind::RawPtr(to, _) => to,
                _ => self.boxed_ty(base.ty)?.ok_or_else(wrong)?,
            },
            PlaceElem::Field(_, ty) | PlaceElem::OpaqueCast(ty) | PlaceElem::UnwrapUnsafeBinder(ty) => ty,
            PlaceElem::Index(_) | PlaceElem::ConstantIndex { .. } => match *kind {
                TyKind::Array(elem, _) | TyKind::Slice(elem) => elem,
                _ => return Err(wrong()),
            },
            PlaceElem::Subslice { from, to, from_end } => match *kind {
                TyKind::Slice(_) => base.ty,
                TyKind::Array(elem, _) if !from_end => self.array_ty(elem, to - from),
                TyKind::Array(elem, len) => {
                    let len = self.array_len(len).ok_or_else(wrong)?;
                    self.array_ty(elem, len - from - to)
                }
                _ => return Err(wrong()),
            },
            PlaceElem::Downcast(index) => {
                variant = Some(index);
                base.ty
            }
        };
        Ok(PlaceTy { ty, variant })
    }

    pub fn array_len(&self, len: Const) -> Option<u64> {
        match self.interner.const_kind(len) {
            ConstKind::Value(_, ValTree::Leaf(n)) => Some(n.data as u64),
            _ => None,
        }
    }

    fn array_ty(&self, elem: Ty, len: u64) -> Ty {
        let usize = self.interner.mk(TyKind::Uint(UintTy::Usize));
        let len = ValTree::Leaf(ScalarInt { data: len.into(), size: 8 });
        self.interner.mk(TyKind::Array(elem, self.interner.mk_const(ConstKind::Value(usize, len))))
    }

    pub fn operand_ty(&self, locals: &[LocalDecl], operand: &Operand) -> Result<Ty> {
        match operand {
            Operand::Copy(place) | Operand::Move(place) => self.place_ty(locals, place),
            Operand::Constant(ct) => Ok(ct.const_.ty()),
            Operand::RuntimeChecks(_) => Ok(self.bool),
        }
    }

    /// Whether dropping a value of the type may do something. "Yes" where only an instance of the body knows.
    pub fn needs_drop(&self, ty: Ty) -> Result<bool> {
        self.needs_drop_if(ty, true)
    }

    /// Whether dropping what is in the place may do something. Of a coroutine, its body drops what it captures alone.
    pub fn place_needs_drop(&self, locals: &[LocalDecl], place: &Place) -> Result<bool> {
        match self.coroutine {
            Some(coroutine) if place.as_local() == Some(coroutine::SELF_ARG) => {
                self.any_needs_drop(self.upvar_tys(coroutine.ty)?, true)
            }
            _ => self.needs_drop(self.place_ty(locals, place)?),
        }
    }

    /// Whether dropping a value of the type does something in every instance of the body.
    pub fn surely_needs_drop(&self, ty: Ty) -> Result<bool> {
        self.needs_drop_if(ty, false)
    }

    fn needs_drop_if(&self, ty: Ty, unknown: bool) -> Result<bool> {
        if let Some(&known) = self.needs_drop.borrow().get(&(ty, unknown)) {
            return Ok(known);
        }
        // A type that contains itself has to be behind a pointer, which has the destructor if there is one.
        self.needs_drop.borrow_mut().insert((ty, unknown), false);
        let result = self.compute_needs_drop(ty, unknown)?;
        self.needs_drop.borrow_mut().insert((ty, unknown), result);
        Ok(result)
    }

    /// Whether the bounds of an associated type make it `Copy`.
    fn is_bound_by_copy(&self, def: DefId) -> Result<bool> {
        let Some(ItemData::AssocTy(assoc)) = self.store.opt_item(def)?.map(|item| &item.data) else { return Ok(false) };
        let is_itself = |ty: &Ty| matches!(self.interner.kind(*ty), TyKind::Alias(_, of, _) if *of == def);
        Ok(with_supertraits(self.store, traits(&assoc.item_bounds))?.iter().any(is_itself))
    }

    fn any_needs_drop(&self, tys: &[Ty], unknown: bool) -> Result<bool> {
        for &ty in tys {
            if self.needs_drop_if(ty, unknown)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn compute_needs_drop(&self, ty: Ty, unknown: bool) -> Result<bool> {
        Ok(match *self.interner.kind(ty) {
            TyKind::Bool
            | TyKind::Char
            | TyKind::Int(_)
            | TyKind::Uint(_)
            | TyKind::Float(_)
            | TyKind::Foreign(_)
            | TyKind::Str
            | TyKind::RawPtr(..)
            | TyKind::Ref(..)
            | TyKind::FnDef(..)
            | TyKind::FnPtr(_)
            | TyKind::Never
            | TyKind::CoroutineWitness(..)
            | TyKind::Error => false,
            TyKind::Param(_) => unknown && !self.copy_tys.contains(&ty),
            TyKind::Alias(kind, def, args) if let Some(ty) = self.known_alias(kind, def, args)? => {
                self.needs_drop_if(ty, unknown)?
            }
            TyKind::Alias(_, def, _) => unknown && !self.copy_tys.contains(&ty) && !self.is_bound_by_copy(def)?,
            TyKind::Dynamic(..) | TyKind::Coroutine(..) | TyKind::Bound { .. } => true,
            TyKind::UnsafeBinder { ty, .. } | TyKind::Pat(ty, _) | TyKind::Slice(ty) => {
                self.needs_drop_if(ty, unknown)?
            }
            TyKind::Array(elem, len) => self.array_len(len) != Some(0) && self.needs_drop_if(elem, unknown)?,
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) => self.any_needs_drop(self.upvar_tys(ty)?, unknown)?,
            TyKind::Tuple(ref tys) => self.any_needs_drop(tys, unknown)?,
            TyKind::Adt(def, args) => {
                let adt = self.adt_def(def)?;
                if adt.flags.is_manually_drop || adt.flags.is_phantom_data {
                    return Ok(false);
                }
                if adt.destructor.is_some() {
                    return Ok(true);
                }
                if adt.kind == AdtKind::Union {
                    return Ok(false);
                }
                for field in adt.variants.iter().flat_map(|variant| &variant.fields) {
                    if self.needs_drop_if(self.subst(field.ty, args)?, unknown)? {
                        return Ok(true);
                    }
                }
                false
            }
        })
    }
}

/// The self types of the clauses `T: Copy` that hold in the body of `def`, those that follow from supertraits included.
fn copy_tys(store: &Store, def: DefId) -> Result<FxHashSet<Ty>> {
    let mut work = Vec::new();
    let mut at = Some(def);
    while let Some(def) = at {
        let Some(item) = store.opt_item(def)? else { break };
        work.extend(traits(&item.predicates));
        if let ItemData::Trait(_) = item.data {
            work.push(TraitRef { def_id: def, args: identity_args(store, def)? });
        }
        at = item.generics.parent;
    }
    with_supertraits(store, work)
}

/// The traits that clauses say are implemented.
fn traits(clauses: &[Clause]) -> Vec<TraitRef> {
    let trait_of = |clause: &Clause| match *clause {
        Clause::Trait { trait_ref, polarity: true } => Some(trait_ref),
        _ => None,
    };
    clauses.iter().filter_map(trait_of).collect()
}

/// The types that are `Copy` if `work` and their supertraits are implemented.
fn with_supertraits(store: &Store, mut work: Vec<TraitRef>) -> Result<FxHashSet<Ty>> {
    let interner = store.interner();
    let mut out = FxHashSet::default();
    let Some(copy) = store.lang_item("copy") else { return Ok(out) };
    let mut seen = FxHashSet::default();
    while let Some(trait_ref) = work.pop() {
        if !seen.insert(trait_ref) {
            continue;
        }
        if trait_ref.def_id == copy {
            out.extend(interner.args(trait_ref.args).first().and_then(|arg| arg.as_type()));
            continue;
        }
        let Some(ItemData::Trait(def)) = store.opt_item(trait_ref.def_id)?.map(|item| &item.data) else { continue };
        for parent in traits(&def.super_predicates) {
            work.push(TraitRef { def_id: parent.def_id, args: subst_args(interner, parent.args, trait_ref.args)? });
        }
    }
    Ok(out)
}

/// The parameters of `def` as its own arguments.
pub fn identity_args(store: &Store, def: DefId) -> Result<Args> {
    fn collect(store: &Store, def: DefId, out: &mut Vec<GenericArg>) -> Result<()> {
        let generics = &store.item(def)?.generics;
        if let Some(parent) = generics.parent {
            collect(store, parent, out)?;
        }
        for param in &generics.own_params {
            let this = ParamTy { index: out.len() as u32, name: param.name };
            out.push(match param.kind {
                GenericParamKind::Lifetime => GenericArg::Lifetime(Region::Erased),
                GenericParamKind::Type => GenericArg::Type(store.interner().mk(TyKind::Param(this))),
                GenericParamKind::Const(_) => GenericArg::Const(store.interner().mk_const(ConstKind::Param(this))),
            });
        }
        Ok(())
    }
    let mut args = Vec::new();
    collect(store, def, &mut args)?;
    Ok(store.interner().mk_args(&args))
}
