//! Rewrites the body of a coroutine: saved locals become fields of the coroutine, `Yield` and `Return` write its state, and
//! the entry switches on that.
//! Semantics: `rustc_mir_transform::coroutine::{TransformVisitor, create_coroutine_resume_function}`,
//! `rustc_mir_transform::coroutine::drop::create_coroutine_drop_shim`.
//!
//! Statements about storage are not restored behind a suspension: nothing looks at them in a complete body.

use super::drop::elaborate_coroutine_drops;
use super::layout::{POISONED, RESERVED_VARIANTS, RETURNED, UNRESUMED};
use super::{Coroutine, RESUME_ARG, SELF_ARG};
use crate::adapter::complete::place_ty::TypeCx;
use crate::adapter::complete::{cfg, elaborate_box_derefs, visit};
use crate::adapter::{Error, Result};
use ramir::*;
use rustc_hash::FxHashMap;

/// Where the coroutine is suspended.
struct SuspensionPoint {
    state: VariantIdx,
    resume: BasicBlock,
    /// Where what it is resumed with goes.
    resume_arg: Place,
    drop: Option<BasicBlock>,
}

/// Turns `body` into the one that resumes the coroutine, and returns the one that drops it. `locals[i]` is saved in the field
/// `fields[i]` of the layout.
pub fn make_state_machine(
    tcx: &TypeCx<'_>,
    coroutine: &Coroutine,
    body: &mut Body,
    suspensions: &[BasicBlock],
    locals: &[Local],
    fields: &[u32],
    layout: &CoroutineLayout,
) -> Result<Body> {
    let saved: FxHashMap<Local, Place> = locals
        .iter()
        .zip(fields)
        .map(|(&local, &field)| Ok((local, field_place(layout, field)?)))
        .collect::<Result<_>>()?;
    let is_return = |block: &BasicBlockData| matches!(block.terminator.kind, TerminatorKind::Return);
    // What has no value is returned nowhere.
    let can_return = !matches!(tcx.interner.kind(coroutine.return_ty), TyKind::Never) && body.blocks.iter().any(is_return);
    let ret_ty = resumed_ty(tcx, coroutine)?;
    let new_ret = new_local(body, ret_ty);
    let mut cx = Transform { tcx, coroutine, discr_ty: tcx.interner.mk(TyKind::Uint(UintTy::U32)), points: Vec::new() };
    for (i, &block) in suspensions.iter().enumerate() {
        cx.suspend(body, block, VariantIdx::new(RESERVED_VARIANTS + i), new_ret)?;
    }
    for i in 0..body.blocks.len() {
        if !suspensions.contains(&BasicBlock::new(i)) && is_return(&body.blocks[i]) {
            let val = Operand::Move(Place::from_local(Local::RETURN));
            cx.set_state(&mut body.blocks[i], Some(val), RETURNED, new_ret)?;
        }
    }
    save_locals(body, &saved);
    cx.points.iter_mut().for_each(|point| replace_base(&mut point.resume_arg, &saved));
    swap_locals(body, &mut cx.points, Local::RETURN, new_ret);

    // Nobody assigns to parameters before the body begins.
    let source_info = outermost(body);
    if let Some(field) = saved.get(&RESUME_ARG) {
        let kind = StatementKind::Assign(field.clone(), Rvalue::Use(Operand::Move(Place::from_local(RESUME_ARG))));
        body.blocks[0].statements.insert(0, Statement { source_info, kind });
    }
    body.arg_count = if matches!(coroutine.kind, CoroutineKind::Gen(_)) { 1 } else { 2 };
    body.spread_arg = None;
    body.var_debug_info.iter_mut().for_each(|var| var.argument_index = None);

    // Drops what a coroutine has that was never resumed.
    let returns = cfg::push_block(body, Vec::new(), source_info, TerminatorKind::Return, false);
    let place = Place::from_local(SELF_ARG);
    let drop = TerminatorKind::Drop { place, target: returns, unwind: UnwindAction::Continue };
    let drop_clean = cfg::push_block(body, Vec::new(), source_info, drop, false);
    elaborate_coroutine_drops(tcx, coroutine, body)?;

    let drop_body = cx.drop_shim(body.clone(), drop_clean)?;
    cx.resume_function(body, can_return)?;
    Ok(drop_body)
}

struct Transform<'a> {
    tcx: &'a TypeCx<'a>,
    coroutine: &'a Coroutine,
    discr_ty: Ty,
    points: Vec<SuspensionPoint>,
}

impl Transform<'_> {
    /// Ends `block`, which ends in a `Yield`, with a return from the body.
    fn suspend(&mut self, body: &mut Body, block: BasicBlock, state: VariantIdx, new_ret: Local) -> Result<()> {
        let data = &mut body.blocks[block.index()];
        let kind = std::mem::replace(&mut data.terminator.kind, TerminatorKind::Return);
        let TerminatorKind::Yield { value, resume, resume_arg, drop } = kind else {
            return Err(Error::missing(format!("`Yield` at the end of {block:?}")));
        };
        self.points.push(SuspensionPoint { state, resume, resume_arg, drop });
        self.set_state(data, Some(value), state, new_ret)
    }

    /// Writes what the body returns, as what the coroutine returns or yields, and the state that it is in then.
    fn set_state(
        &self,
        block: &mut BasicBlockData,
        val: Option<Operand>,
        state: VariantIdx,
        new_ret: Local,
    ) -> Result<()> {
        let source_info = block.terminator.source_info;
        let value = self.returned_value(val, state == RETURNED, source_info.span)?;
        let kind = StatementKind::Assign(Place::from_local(new_ret), value);
        block.statements.push(Statement { source_info, kind });
        block.statements.push(set_discriminant(state, source_info));
        Ok(())
    }

    /// `val` as a value of the type that resuming gives. `None`: what a `gen` that has returned gives ever after.
    fn returned_value(&self, val: Option<Operand>, is_return: bool, span: Span) -> Result<Rvalue> {
        let Coroutine { kind, yield_ty, return_ty, .. } = *self.coroutine;
        let (item, variant, tys, operand) = match kind {
            CoroutineKind::Async(_) if is_return => ("Poll", 0, vec![return_ty], val),
            CoroutineKind::Async(_) => ("Poll", 1, vec![return_ty], None),
            CoroutineKind::Gen(_) if is_return => ("Option", 0, vec![yield_ty], None),
            CoroutineKind::Gen(_) => ("Option", 1, vec![yield_ty], val),
            CoroutineKind::AsyncGen(_) if is_return => return self.async_gen_finished(span),
            CoroutineKind::AsyncGen(_) => return val.map(Rvalue::Use).ok_or_else(|| Error::missing("value of a `yield`")),
            CoroutineKind::Coroutine => ("coroutine_state", u32::from(is_return), vec![yield_ty, return_ty], val),
        };
        let def = self.tcx.store.require_lang_item(item)?;
        let args: Vec<GenericArg> = tys.into_iter().map(GenericArg::Type).collect();
        let aggregate = AggregateKind::Adt(def, VariantIdx(variant), self.tcx.interner.mk_args(&args), None);
        Ok(Rvalue::Aggregate(aggregate, operand.into_iter().collect()))
    }

    /// `Poll::<Option<T>>::FINISHED`.
    fn async_gen_finished(&self, span: Span) -> Result<Rvalue> {
        let ty = self.coroutine.yield_ty;
        let first_arg = |ty: Ty| match *self.tcx.interner.kind(ty) {
            TyKind::Adt(_, args) => self.tcx.interner.args(args).first().and_then(|arg| arg.as_type()),
            _ => None,
        };
        let item_ty = first_arg(ty).and_then(first_arg).ok_or_else(|| Error::missing("item of an `async gen`"))?;
        let def = self.tcx.store.require_lang_item("AsyncGenFinished")?;
        let args = self.tcx.interner.mk_args(&[GenericArg::Type(item_ty)]);
        let const_ = MirConst::Unevaluated { def, args, promoted: None, ty };
        Ok(Rvalue::Use(Operand::Constant(Box::new(ConstOperand { span, const_ }))))
    }

    fn resume_function(&self, body: &mut Body, can_return: bool) -> Result<()> {
        let can_unwind = body.blocks.iter().any(|block| cfg::unwind(&block.terminator.kind).is_some());
        if can_unwind {
            poison_if_unwound(body);
        }
        let source_info = outermost(body);
        let mut cases = vec![(UNRESUMED, BasicBlock::START)];
        if can_return {
            let block = match self.coroutine.kind {
                CoroutineKind::Async(_) | CoroutineKind::Coroutine => {
                    self.panic_block(body, AssertKind::ResumedAfterReturn(self.coroutine.kind))
                }
                CoroutineKind::Gen(_) | CoroutineKind::AsyncGen(_) => {
                    let value = self.returned_value(None, true, source_info.span)?;
                    let kind = StatementKind::Assign(Place::from_local(Local::RETURN), value);
                    cfg::push_block(body, vec![Statement { source_info, kind }], source_info, TerminatorKind::Return, false)
                }
            };
            cases.push((RETURNED, block));
        }
        if can_unwind {
            cases.push((POISONED, self.panic_block(body, AssertKind::ResumedAfterPanic(self.coroutine.kind))));
        }
        for point in &self.points {
            let mut statements = Vec::new();
            if point.resume_arg.as_local() != Some(RESUME_ARG) {
                let value = Rvalue::Use(Operand::Move(Place::from_local(RESUME_ARG)));
                let kind = StatementKind::Assign(point.resume_arg.clone(), value);
                statements.push(Statement { source_info, kind });
            }
            let goto = TerminatorKind::Goto { target: point.resume };
            cases.push((point.state, cfg::push_block(body, statements, source_info, goto, false)));
        }
        let otherwise = cfg::push_block(body, Vec::new(), source_info, TerminatorKind::Unreachable, false);
        self.insert_switch(body, cases, otherwise);

        let ref_ty = self.tcx.interner.mk(TyKind::Ref(Region::Erased, self.coroutine.ty, Mutability::Mut));
        if matches!(self.coroutine.kind, CoroutineKind::Gen(_)) {
            // `Iterator::next` takes no pin.
            body.locals[SELF_ARG.index()].ty = ref_ty;
            self_to(body, &Place::from_local(SELF_ARG).project(PlaceElem::Deref));
        } else {
            let pin = self.tcx.store.require_lang_item("pin")?;
            let args = self.tcx.interner.mk_args(&[GenericArg::Type(ref_ty)]);
            body.locals[SELF_ARG.index()].ty = self.tcx.interner.mk(TyKind::Adt(pin, args));
            let unpinned = Place::from_local(new_local(body, ref_ty));
            self_to(body, &unpinned.project(PlaceElem::Deref));
            let pointer = Place::from_local(SELF_ARG).project(PlaceElem::Field(FieldIdx(0), ref_ty));
            let kind = StatementKind::Assign(unpinned, Rvalue::Use(Operand::Copy(pointer)));
            body.blocks[0].statements.insert(0, Statement { source_info, kind });
        }
        cfg::remove_dead_blocks(body);
        elaborate_box_derefs::elaborate_box_derefs(self.tcx, body)
    }

    /// The body that drops the coroutine; its parameter is a raw pointer to it.
    fn drop_shim(&self, mut body: Body, drop_clean: BasicBlock) -> Result<Body> {
        let source_info = outermost(&body);
        body.arg_count = 1;
        let mut cases = vec![(UNRESUMED, drop_clean)];
        for point in &self.points {
            cases.extend(point.drop.map(|drop| (point.state, drop)));
        }
        let otherwise = cfg::push_block(&mut body, Vec::new(), source_info, TerminatorKind::Return, false);
        self.insert_switch(&mut body, cases, otherwise);
        for block in &mut body.blocks {
            if matches!(block.terminator.kind, TerminatorKind::CoroutineDrop) {
                block.terminator.kind = TerminatorKind::Return;
            }
        }
        let Body { locals, span, .. } = &mut body;
        locals[0] = LocalDecl { ty: self.tcx.unit, mutability: Mutability::Mut, span: *span };
        let ptr_ty = self.tcx.interner.mk(TyKind::RawPtr(self.coroutine.ty, Mutability::Mut));
        locals[SELF_ARG.index()] = LocalDecl { ty: ptr_ty, mutability: Mutability::Not, span: *span };
        self_to(&mut body, &Place::from_local(SELF_ARG).project(PlaceElem::Deref));
        cfg::remove_dead_blocks(&mut body);
        elaborate_box_derefs::elaborate_box_derefs(self.tcx, &mut body)?;
        Ok(body)
    }

    /// A block that panics.
    fn panic_block(&self, body: &mut Body, msg: AssertKind) -> BasicBlock {
        let source_info = outermost(body);
        let value = ConstValue::Scalar(Scalar::Int(ScalarInt { data: 0, size: 1 }));
        let cond = ConstOperand { span: body.span, const_: MirConst::Val(value, self.tcx.bool) };
        let kind = TerminatorKind::Assert {
            cond: Operand::Constant(Box::new(cond)),
            expected: true,
            msg,
            target: BasicBlock::new(body.blocks.len()),
            unwind: UnwindAction::Continue,
        };
        cfg::push_block(body, Vec::new(), source_info, kind, false)
    }

    /// Lets the body begin with a switch on the state. What was its entry becomes the block after it; in `cases` and
    /// `otherwise` it still has its old number, to which nothing else leads.
    fn insert_switch(&self, body: &mut Body, cases: Vec<(VariantIdx, BasicBlock)>, otherwise: BasicBlock) {
        let source_info = outermost(body);
        let discr = Place::from_local(new_local(body, self.discr_ty));
        let read = StatementKind::Assign(discr.clone(), Rvalue::Discriminant(Place::from_local(SELF_ARG)));
        let (values, targets) = cases.into_iter().map(|(state, block)| (u128::from(state.0), block)).unzip();
        let targets = SwitchTargets { values, targets, otherwise };
        let terminator = Terminator { source_info, kind: TerminatorKind::SwitchInt { discr: Operand::Move(discr), targets } };
        let statements = vec![Statement { source_info, kind: read }];
        body.blocks.insert(0, BasicBlockData { statements, terminator, is_cleanup: false });
        for block in &mut body.blocks {
            cfg::for_each_target(&mut block.terminator.kind, &mut |target| target.0 += 1);
        }
    }
}

/// The type of what resuming the coroutine returns.
fn resumed_ty(tcx: &TypeCx<'_>, coroutine: &Coroutine) -> Result<Ty> {
    let Coroutine { kind, yield_ty, return_ty, .. } = *coroutine;
    let (item, tys) = match kind {
        CoroutineKind::Async(_) => ("Poll", vec![return_ty]),
        CoroutineKind::Gen(_) => ("Option", vec![yield_ty]),
        CoroutineKind::AsyncGen(_) => return Ok(yield_ty),
        CoroutineKind::Coroutine => ("coroutine_state", vec![yield_ty, return_ty]),
    };
    let args: Vec<GenericArg> = tys.into_iter().map(GenericArg::Type).collect();
    Ok(tcx.interner.mk(TyKind::Adt(tcx.store.require_lang_item(item)?, tcx.interner.mk_args(&args))))
}

/// A field of the coroutine, through the last variant that has it; a field is at the same place in all.
fn field_place(layout: &CoroutineLayout, field: u32) -> Result<Place> {
    for (variant, fields) in layout.variant_fields.iter().enumerate().rev() {
        if let Some(i) = fields.iter().position(|&f| f == field) {
            let variant = Place::from_local(SELF_ARG).project(PlaceElem::Downcast(VariantIdx::new(variant)));
            return Ok(variant.project(PlaceElem::Field(FieldIdx::new(i), layout.field_tys[field as usize])));
        }
    }
    Err(Error::missing("variant of a coroutine's field"))
}

fn replace_base(place: &mut Place, saved: &FxHashMap<Local, Place>) {
    if let Some(field) = saved.get(&place.local) {
        let projection = std::mem::replace(place, field.clone()).projection;
        place.projection.0.extend(projection.0);
    }
}

/// Makes each mention of a saved local one of its field.
fn save_locals(body: &mut Body, saved: &FxHashMap<Local, Place>) {
    let Body { blocks, locals, var_debug_info, .. } = body;
    for block in blocks {
        let mut statements = Vec::with_capacity(block.statements.len());
        for mut statement in std::mem::take(&mut block.statements) {
            if let StatementKind::StorageLive(local) | StatementKind::StorageDead(local) = statement.kind
                && saved.contains_key(&local)
            {
                continue;
            }
            let mut cx = Indices { locals, before: &mut statements, source_info: statement.source_info };
            visit::statement_places(&mut statement.kind, &mut |place| cx.place(place, saved));
            statements.push(statement);
        }
        let Terminator { source_info, kind } = &mut block.terminator;
        let mut cx = Indices { locals, before: &mut statements, source_info: *source_info };
        visit::terminator_places(kind, &mut |place| cx.place(place, saved));
        block.statements = statements;
    }
    for info in var_debug_info {
        if let VarDebugInfoContents::Place(place) = &mut info.value {
            replace_base(place, saved);
        }
    }
}

/// Reads saved locals that are indices into locals of their own: an index is no place.
struct Indices<'a> {
    locals: &'a mut Vec<LocalDecl>,
    before: &'a mut Vec<Statement>,
    source_info: SourceInfo,
}

impl Indices<'_> {
    fn place(&mut self, place: &mut Place, saved: &FxHashMap<Local, Place>) {
        for elem in place.projection.0.iter_mut() {
            if let PlaceElem::Index(local) = elem
                && let Some(field) = saved.get(local)
            {
                let LocalDecl { ty, .. } = self.locals[local.index()];
                self.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: self.source_info.span });
                *local = Local::new(self.locals.len() - 1);
                let kind = StatementKind::Assign(Place::from_local(*local), Rvalue::Use(Operand::Copy(field.clone())));
                self.before.push(Statement { source_info: self.source_info, kind });
            }
        }
        replace_base(place, saved);
    }
}

/// Exchanges two locals, declarations and mentions.
fn swap_locals(body: &mut Body, points: &mut [SuspensionPoint], a: Local, b: Local) {
    let swap = |local: &mut Local| {
        if *local == a {
            *local = b;
        } else if *local == b {
            *local = a;
        }
    };
    let mut swap_place = |place: &mut Place| {
        swap(&mut place.local);
        for elem in place.projection.0.iter_mut() {
            if let PlaceElem::Index(local) = elem {
                swap(local);
            }
        }
    };
    body.locals.swap(a.index(), b.index());
    visit::body_places(body, &mut swap_place);
    points.iter_mut().for_each(|point| swap_place(&mut point.resume_arg));
    for block in &mut body.blocks {
        for statement in &mut block.statements {
            if let StatementKind::StorageLive(local) | StatementKind::StorageDead(local) = &mut statement.kind {
                swap(local);
            }
        }
    }
}

/// Lets each mention of the coroutine begin with `base`.
fn self_to(body: &mut Body, base: &Place) {
    visit::body_places(body, &mut |place| {
        if place.local == SELF_ARG {
            let projection = std::mem::replace(place, base.clone()).projection;
            place.projection.0.extend(projection.0);
        }
    });
}

/// Sees to it that whatever unwinds out of the body leaves the coroutine panicked.
fn poison_if_unwound(body: &mut Body) {
    let source_info = outermost(body);
    let set = vec![set_discriminant(POISONED, source_info)];
    let poison = cfg::push_block(body, set, source_info, TerminatorKind::UnwindResume, true);
    for (i, block) in body.blocks.iter_mut().enumerate() {
        match &mut block.terminator.kind {
            kind @ TerminatorKind::UnwindResume if i != poison.index() => *kind = TerminatorKind::Goto { target: poison },
            kind if !block.is_cleanup => {
                if let Some(unwind @ UnwindAction::Continue) = cfg::unwind_mut(kind) {
                    *unwind = UnwindAction::Cleanup(poison);
                }
            }
            _ => {}
        }
    }
}

fn set_discriminant(state: VariantIdx, source_info: SourceInfo) -> Statement {
    let place = Place::from_local(SELF_ARG);
    Statement { source_info, kind: StatementKind::SetDiscriminant { place, variant_index: state } }
}

fn outermost(body: &Body) -> SourceInfo {
    SourceInfo { span: body.span, scope: SourceScope(0) }
}

fn new_local(body: &mut Body, ty: Ty) -> Local {
    body.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: body.span });
    Local::new(body.locals.len() - 1)
}
