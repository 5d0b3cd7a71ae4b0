//! Calls: constructors, overloaded calls with their arguments as a tuple, and what rustc lowers without a call.

use super::Lowering;
use ra_ap_hir_def::CallableDefId;
use ra_ap_hir_ty::{
    db::HirDatabase,
    mir::{BasicBlockId, LocalId, Operand, Place, PlaceTy, ProjectionElem},
    next_solver::{Ty, TyKind},
};
use ra_ap_rustc_type_ir::inherent::{IntoKind, Ty as _};
use rac::adapter::error::{Error, Result};
use ramir::{DefId, DefPathData, ItemData, UnwindAction};

impl<'a, 'db> Lowering<'a, 'db> {
    pub(super) fn call(
        &mut self,
        func: &Operand,
        args: &[Operand],
        destination: &Place,
        target: Option<BasicBlockId>,
    ) -> Result<()> {
        let (func, func_ty) = self.operand(func)?;
        let (mut lowered, arg_tys) = self.operands(args)?;
        let (destination, _) = self.place(destination)?;
        let target = target.map(|target| self.block_map[&target]);
        if let TyKind::FnDef(callable, callee_args) = func_ty.kind() {
            match callable.0 {
                CallableDefId::FunctionId(_) => {
                    let (def, _) = self.types.callable(callable.0, callee_args)?;
                    if self.is_fn_trait_method(def)? {
                        let inputs = callee_args.iter().nth(1).and_then(|arg| arg.ty());
                        self.tuple_args(&mut lowered, &arg_tys, inputs)?;
                    } else {
                        self.check_args(callable.0, callee_args, &arg_tys)?;
                    }
                    if let ItemData::Fn(item) = &self.types.id.store.item(def)?.data
                        && let Some(intrinsic) = &item.intrinsic
                        && let Some(target) = target
                    {
                        match (self.types.id.store.interner().str(intrinsic.name), &lowered[..]) {
                            ("transmute", [arg]) => {
                                let arg = arg.clone();
                                let ty = self.types.ty(func_output(self, callable.0, callee_args)?)?;
                                self.assign(destination, ramir::Rvalue::Cast(ramir::CastKind::Transmute, arg, ty));
                                self.terminate(ramir::TerminatorKind::Goto { target });
                                return Ok(());
                            }
                            ("write_box_via_move", [ramir::Operand::Move(b), value]) => {
                                let (b, value) = (b.clone(), value.clone());
                                return self.write_box(b, value, arg_tys[1], destination, target);
                            }
                            _ => {}
                        }
                    }
                }
                CallableDefId::StructId(id) => {
                    return self.construct(id.into(), callee_args, lowered, destination, target);
                }
                CallableDefId::EnumVariantId(id) => {
                    return self.construct(id.into(), callee_args, lowered, destination, target);
                }
            }
        }
        self.terminate(ramir::TerminatorKind::Call {
            func,
            args: lowered,
            destination,
            target,
            unwind: UnwindAction::Continue,
            fn_span: self.fn_span,
        });
        Ok(())
    }

    /// Operands, and their types.
    fn operands(&mut self, operands: &[Operand]) -> Result<(Vec<ramir::Operand>, Vec<Ty<'db>>)> {
        let lowered: Result<Vec<_>> = operands.iter().map(|operand| self.operand(operand)).collect();
        Ok(lowered?.into_iter().unzip())
    }

    /// `become f(args)`: of functions and function pointers, as rustc has it.
    pub(super) fn tail_call(&mut self, func: &Operand, args: &[Operand]) -> Result<()> {
        let (func, func_ty) = self.operand(func)?;
        let (lowered, arg_tys) = self.operands(args)?;
        match func_ty.kind() {
            TyKind::FnDef(callable, callee_args) if let CallableDefId::FunctionId(_) = callable.0 => {
                let (def, _) = self.types.callable(callable.0, callee_args)?;
                let is_intrinsic =
                    matches!(&self.types.id.store.item(def)?.data, ItemData::Fn(item) if item.intrinsic.is_some());
                if is_intrinsic || self.is_fn_trait_method(def)? {
                    return Err(Error::unsupported("a tail call of a closure or an intrinsic"));
                }
                self.check_args(callable.0, callee_args, &arg_tys)?;
            }
            TyKind::FnPtr(..) => {}
            _ => return Err(Error::unsupported("a tail call of what is no function")),
        }
        self.terminate(ramir::TerminatorKind::TailCall { func, args: lowered, fn_span: self.fn_span });
        Ok(())
    }

    /// The sum of what the intrinsic says of each field.
    pub(super) fn offset_of(
        &mut self,
        container: Ty<'db>,
        fields: &[ProjectionElem<LocalId>],
    ) -> Result<(ramir::Operand, Ty<'db>)> {
        let store = self.types.id.store;
        let intrinsic = store.require_lang_item("offset_of")?;
        let (usize, u32) = (self.usize(), self.mk(ramir::TyKind::Uint(ramir::UintTy::U32)));
        let mut offset = self.scalar(usize, 0, 8);
        let mut variant = 0;
        let mut ty = PlaceTy::from_ty(container);
        for elem in fields {
            match *elem {
                ProjectionElem::Downcast(id) => variant = self.types.id.variant(id)?.1.0,
                ProjectionElem::Field(field) => {
                    let args = [ramir::GenericArg::Type(self.types.ty(ty.ty)?)];
                    let func_ty = self.mk(ramir::TyKind::FnDef(intrinsic, store.interner().mk_args(&args)));
                    let next = ramir::Place::from_local(self.new_local(usize));
                    let target = self.new_block();
                    self.terminate(ramir::TerminatorKind::Call {
                        func: self.constant(ramir::MirConst::Val(ramir::ConstValue::ZeroSized, func_ty)),
                        args: vec![self.scalar(u32, variant.into(), 4), self.scalar(u32, field.0.into(), 4)],
                        destination: next.clone(),
                        target: Some(target),
                        unwind: UnwindAction::Continue,
                        fn_span: self.info.span,
                    });
                    self.at = target;
                    let sum = Box::new((offset, ramir::Operand::Copy(next)));
                    offset = ramir::Operand::Copy(self.temp(usize, ramir::Rvalue::BinaryOp(ramir::BinOp::Add, sum)));
                    variant = 0;
                }
                _ => return Err(Error::unsupported("the offset of what is no field")),
            }
            ty = ty.projection_ty(&self.infcx, elem, self.env);
        }
        Ok((offset, Ty::new_usize(self.infcx.interner)))
    }

    /// Calls the method of an operator's trait, goes on behind the call.
    pub(super) fn operator_call(
        &mut self,
        lang_item: &str,
        method: &str,
        args: &[ramir::Ty],
        operands: Vec<ramir::Operand>,
        dest: ramir::Place,
    ) -> Result<()> {
        let store = self.types.id.store;
        let name = DefPathData::ValueNs(self.types.id.sym(method));
        let method = self.types.id.only_child(store.require_lang_item(lang_item)?, name);
        let method = method.ok_or_else(|| Error::missing(format!("a method of `{lang_item}`")))?;
        let args: Vec<_> = args.iter().map(|&ty| ramir::GenericArg::Type(ty)).collect();
        let ty = self.mk(ramir::TyKind::FnDef(method, store.interner().mk_args(&args)));
        let func = self.constant(ramir::MirConst::Val(ramir::ConstValue::ZeroSized, ty));
        let target = self.new_block();
        self.terminate(ramir::TerminatorKind::Call {
            func,
            args: operands,
            destination: dest,
            target: Some(target),
            unwind: UnwindAction::Continue,
            fn_span: self.info.span,
        });
        self.at = target;
        Ok(())
    }

    /// `(*b).value = ManuallyDrop { value: MaybeDangling(value) }; b`, where `b` is a `Box<MaybeUninit<_>>`.
    fn write_box(
        &mut self,
        b: ramir::Place,
        value: ramir::Operand,
        value_ty: Ty<'db>,
        destination: ramir::Place,
        target: ramir::BasicBlock,
    ) -> Result<()> {
        let store = self.types.id.store;
        let value_ty = self.types.ty(value_ty)?;
        let args = store.interner().mk_args(&[ramir::GenericArg::Type(value_ty)]);
        let manually_drop = self.wrapper_in(store.require_lang_item("maybe_uninit")?, 1)?;
        let mut wrapped = value;
        for adt in [self.wrapper_in(manually_drop, 0)?, manually_drop] {
            let kind = ramir::AggregateKind::Adt(adt, ramir::VariantIdx::new(0), args, None);
            let ty = self.mk(ramir::TyKind::Adt(adt, args));
            wrapped = ramir::Operand::Move(self.temp(ty, ramir::Rvalue::Aggregate(kind, vec![wrapped])));
        }
        let ty = self.mk(ramir::TyKind::Adt(manually_drop, args));
        let uninit = b.project(ramir::PlaceElem::Deref);
        self.assign(uninit.project(ramir::PlaceElem::Field(ramir::FieldIdx::new(1), ty)), ramir::Rvalue::Use(wrapped));
        self.assign(destination, ramir::Rvalue::Use(ramir::Operand::Move(b)));
        self.terminate(ramir::TerminatorKind::Goto { target });
        Ok(())
    }

    /// The value in a wrapper of core's, such as `ManuallyDrop`, by the fields that lead to it: each but the last is a wrapper
    /// of the same type. `ManuallyDrop.value: MaybeDangling`, `MaybeDangling.0: T`
    pub(super) fn inside(
        &self,
        mut place: ramir::Place,
        mut adt: DefId,
        fields: &[usize],
        value_ty: ramir::Ty,
    ) -> Result<ramir::Place> {
        let store = self.types.id.store;
        let args = store.interner().mk_args(&[ramir::GenericArg::Type(value_ty)]);
        for &field in fields {
            let ty = match *store.interner().kind(self.field_of(adt, field)?) {
                ramir::TyKind::Adt(def, _) => {
                    adt = def;
                    self.mk(ramir::TyKind::Adt(def, args))
                }
                _ => value_ty,
            };
            place = place.project(ramir::PlaceElem::Field(ramir::FieldIdx::new(field), ty));
        }
        Ok(place)
    }

    /// The wrapper that is a field of another one.
    fn wrapper_in(&self, adt: DefId, field: usize) -> Result<DefId> {
        let store = self.types.id.store;
        match *store.interner().kind(self.field_of(adt, field)?) {
            ramir::TyKind::Adt(def, _) => Ok(def),
            _ => Err(Error::missing(format!("a wrapper in {}", store.def_path_str(adt)))),
        }
    }

    fn field_of(&self, adt: DefId, field: usize) -> Result<ramir::Ty> {
        let store = self.types.id.store;
        let ItemData::Adt(def) = &store.item(adt)?.data else { return Err(Error::missing(store.def_path_str(adt))) };
        let field = def.variants.first().and_then(|variant| variant.fields.get(field));
        field.map(|field| field.ty).ok_or_else(|| Error::missing(format!("a field of {}", store.def_path_str(adt))))
    }

    fn construct(
        &mut self,
        variant: ra_ap_hir_def::VariantId,
        args: ra_ap_hir_ty::next_solver::GenericArgs<'db>,
        operands: Vec<ramir::Operand>,
        destination: ramir::Place,
        target: Option<ramir::BasicBlock>,
    ) -> Result<()> {
        let (def, index) = self.types.id.variant(variant)?;
        let kind = ramir::AggregateKind::Adt(def, index, self.types.args(def, args)?, None);
        self.assign(destination, ramir::Rvalue::Aggregate(kind, operands));
        self.terminate(match target {
            Some(target) => ramir::TerminatorKind::Goto { target },
            None => ramir::TerminatorKind::Unreachable,
        });
        Ok(())
    }

    fn check_args(
        &self,
        callable: CallableDefId,
        args: ra_ap_hir_ty::next_solver::GenericArgs<'db>,
        tys: &[Ty<'db>],
    ) -> Result<()> {
        let sig = self.types.id.db.callable_item_signature(callable);
        let sig = sig.instantiate(self.infcx.interner, args).skip_norm_wip().skip_binder();
        let inputs = sig.inputs();
        if inputs.len() != tys.len() && !(sig.c_variadic() && tys.len() > inputs.len()) {
            return Err(Error::unsupported(format!(
                "a call with {} arguments where {} are expected",
                tys.len(),
                inputs.len()
            )));
        }
        for (&ty, &input) in tys.iter().zip(inputs.iter()) {
            self.check_type(self.types.ty(ty)?, input)?;
        }
        Ok(())
    }

    /// Whether the function is `Fn::call`, `FnMut::call_mut` or `FnOnce::call_once`.
    fn is_fn_trait_method(&self, def: DefId) -> Result<bool> {
        let store = self.types.id.store;
        let key = store.def_key(def)?;
        let (Some(parent), DefPathData::ValueNs(_)) = (key.parent, key.data) else { return Ok(false) };
        let parent = DefId { krate: def.krate, index: parent };
        Ok(["fn", "fn_mut", "fn_once"].iter().any(|name| store.lang_item(name) == Some(parent)))
    }

    /// `f(a, b)` calls `Fn::call(&f, (a, b))`; called by name, the tuple is there already.
    fn tuple_args(&mut self, args: &mut Vec<ramir::Operand>, tys: &[Ty<'db>], inputs: Option<Ty<'db>>) -> Result<()> {
        let Some(inputs) = inputs.filter(|_| !args.is_empty()) else {
            return Err(Error::unsupported("an overloaded call without a callee"));
        };
        if let [_, ty] = tys
            && self.types.ty(*ty)? == self.types.ty(inputs)?
        {
            return Ok(());
        }
        let rest: Vec<_> = args.drain(1..).collect();
        let tys = tys[1..].iter().map(|&ty| self.types.ty(ty)).collect::<Result<Box<[_]>>>()?;
        let tuple_ty = self.mk(ramir::TyKind::Tuple(tys));
        let tuple = self.temp(tuple_ty, ramir::Rvalue::Aggregate(ramir::AggregateKind::Tuple, rest));
        args.push(ramir::Operand::Move(tuple));
        Ok(())
    }
}

/// What the function returns for these arguments.
fn func_output<'db>(
    lowering: &Lowering<'_, 'db>,
    callable: CallableDefId,
    args: ra_ap_hir_ty::next_solver::GenericArgs<'db>,
) -> Result<Ty<'db>> {
    let sig = lowering.types.id.db.callable_item_signature(callable);
    Ok(sig.instantiate(lowering.infcx.interner, args).skip_norm_wip().skip_binder().output())
}
