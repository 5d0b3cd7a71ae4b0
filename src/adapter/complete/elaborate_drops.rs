//! Makes every drop a drop of what is initialized: drops of what is not are removed, those of what may be are guarded
//! by flags, and those of what is partly moved become drops of the parts.
//! Semantics: `rustc_mir_transform::{elaborate_drops, elaborate_drop}`.

use super::cfg;
use super::dataflow::{InitResults, Inits};
use super::move_paths::{Effect, LookupResult, MoveData, MoveElem, PathIdx, constant_index};
use super::place_ty::TypeCx;
use crate::adapter::unwind::Unwind;
use crate::adapter::{Error, Result};
use ramir::*;
use rustc_hash::FxHashMap;

pub fn elaborate_drops(tcx: &TypeCx<'_>, body: &mut Body) -> Result<()> {
    split_call_edges(body);
    let data = MoveData::gather(tcx, body)?;
    let inits = InitResults::compute(tcx, &data, body)?;
    let mut cx = Elaborator {
        tcx,
        data: &data,
        flags: vec![None; data.paths.len()],
        locals: std::mem::take(&mut body.locals),
        blocks: Vec::new(),
        first_new: body.blocks.len(),
        flag_clears: FxHashMap::default(),
        resume: cfg::resume_block(body),
        terminators: Vec::new(),
    };
    let result = cx.collect_flags(body, &inits).and_then(|()| cx.elaborate_all(body, &inits));
    body.locals = std::mem::take(&mut cx.locals);
    result?;
    cx.apply(body);
    Ok(())
}

/// Gives each call that has a cleanup block a return block of its own, where flags can be set, and each suspension one that
/// it is resumed in.
fn split_call_edges(body: &mut Body) {
    let mut predecessors = vec![0usize; body.blocks.len()];
    for block in &body.blocks {
        for target in block.terminator.kind.successors() {
            predecessors[target.index()] += 1;
        }
    }
    for i in 0..body.blocks.len() {
        let next = BasicBlock::new(body.blocks.len());
        let Terminator { source_info, kind } = &mut body.blocks[i].terminator;
        if let TerminatorKind::Call { target: Some(target), unwind: UnwindAction::Cleanup(_), .. }
        | TerminatorKind::Yield { resume: target, .. } = kind
            && predecessors[target.index()] > 1
        {
            let goto = Terminator { source_info: *source_info, kind: TerminatorKind::Goto { target: *target } };
            *target = next;
            let is_cleanup = body.blocks[i].is_cleanup;
            body.blocks.push(BasicBlockData { statements: Vec::new(), terminator: goto, is_cleanup });
        }
    }
}

/// How a value is to be dropped.
enum DropStyle {
    Dead,
    Static,
    Conditional,
    /// Its parts one by one.
    Open,
}

struct Elaborator<'a> {
    tcx: &'a TypeCx<'a>,
    data: &'a MoveData,
    /// The drop flag of each path.
    flags: Vec<Option<Local>>,
    locals: Vec<LocalDecl>,
    /// The blocks that were made, which follow those of the body.
    blocks: Vec<BasicBlockData>,
    first_new: usize,
    /// The paths that are dropped at the end of a block of the body.
    flag_clears: FxHashMap<BasicBlock, PathIdx>,
    resume: Option<BasicBlock>,
    /// What the terminators of the body's blocks become.
    terminators: Vec<(BasicBlock, TerminatorKind)>,
}

/// A drop that is being elaborated.
#[derive(Clone)]
struct DropCtxt<'s> {
    state: &'s Inits,
    source_info: SourceInfo,
    place: Place,
    path: PathIdx,
    succ: BasicBlock,
    unwind: Unwind,
}

/// A part of a value, and its path if it has one of its own.
type Part = (Place, Option<PathIdx>);

impl Elaborator<'_> {
    fn collect_flags(&mut self, body: &Body, inits: &InitResults) -> Result<()> {
        for (i, block) in body.blocks.iter().enumerate() {
            let TerminatorKind::Drop { place, .. } = &block.terminator.kind else { continue };
            let LookupResult::Exact(path) = self.data.find(place) else { continue };
            let Some(state) = inits.before_terminator(self.data, body, BasicBlock::new(i)) else { continue };
            let mut conditional = Vec::new();
            self.data.for_each_below(path, &mut |path| {
                if state.maybe_init(path) && state.maybe_uninit(path) {
                    conditional.push(path);
                }
            });
            for path in conditional {
                if self.flags[path].is_none() {
                    self.flags[path] = Some(self.new_temp(self.tcx.bool, block.terminator.source_info.span));
                }
            }
        }
        Ok(())
    }

    fn elaborate_all(&mut self, body: &Body, inits: &InitResults) -> Result<()> {
        for (i, block) in body.blocks.iter().enumerate() {
            let id = BasicBlock::new(i);
            let TerminatorKind::Drop { place, target, unwind } = &block.terminator.kind else { continue };
            let Some(state) = inits.before_terminator(self.data, body, id) else { continue };
            if !self.tcx.place_needs_drop(&self.locals, place)? {
                self.terminators.push((id, TerminatorKind::Goto { target: *target }));
                continue;
            }
            // Behind a pointer, or within a type that has a destructor: initialized, since the program may assign to it.
            let LookupResult::Exact(path) = self.data.find(place) else { continue };
            let source_info = block.terminator.source_info;
            let style = self.drop_style(&state, path);
            match style {
                DropStyle::Dead => {
                    self.terminators.push((id, TerminatorKind::Goto { target: *target }));
                    continue;
                }
                DropStyle::Static => {
                    self.flag_clears.insert(id, path);
                    continue;
                }
                DropStyle::Conditional | DropStyle::Open => {}
            }
            let unwind = match *unwind {
                _ if block.is_cleanup => Unwind::InCleanup,
                UnwindAction::Cleanup(cleanup) => Unwind::To(cleanup),
                UnwindAction::Continue => Unwind::To(self.resume(source_info)),
                UnwindAction::Unreachable | UnwindAction::Terminate(_) => {
                    return Err(Error::unsupported(format!("a drop of {place:?} that unwinds as {unwind:?}")));
                }
            };
            let cx = DropCtxt { state: &state, source_info, place: place.clone(), path, succ: *target, unwind };
            let target = match style {
                DropStyle::Open => self.open_drop(&cx)?,
                _ => self.complete_drop(&cx),
            };
            self.terminators.push((id, TerminatorKind::Goto { target }));
        }
        Ok(())
    }

    fn drop_style(&self, state: &Inits, path: PathIdx) -> DropStyle {
        let multipart = !self.data.paths[path].children.is_empty();
        match (state.below(self.data, path), multipart) {
            ((false, _), _) => DropStyle::Dead,
            ((true, false), _) => DropStyle::Static,
            ((true, true), false) => DropStyle::Conditional,
            ((true, true), true) => DropStyle::Open,
        }
    }

    /// The block that drops what `cx` says, part by part where need be.
    fn elaborated_drop(&mut self, cx: &DropCtxt<'_>) -> Result<BasicBlock> {
        Ok(match self.drop_style(cx.state, cx.path) {
            DropStyle::Dead => cx.succ,
            DropStyle::Static | DropStyle::Conditional => self.complete_drop(cx),
            DropStyle::Open => self.open_drop(cx)?,
        })
    }

    /// Drops all of the place.
    fn drop_block(&mut self, cx: &DropCtxt<'_>) -> BasicBlock {
        let kind = TerminatorKind::Drop { place: cx.place.clone(), target: cx.succ, unwind: cx.unwind.action() };
        self.new_block(cx, Vec::new(), kind)
    }

    /// Drops all of the place if the flag of the path says that it is initialized, and clears the flag.
    fn complete_drop(&mut self, cx: &DropCtxt<'_>) -> BasicBlock {
        let kind = TerminatorKind::Drop { place: cx.place.clone(), target: cx.succ, unwind: cx.unwind.action() };
        // On the unwind path nothing reads the flag again.
        let clear = if cx.unwind.is_cleanup() { Vec::new() } else { self.set_flags(cx.path, false, cx.source_info) };
        let drop = self.new_block(cx, clear, kind);
        self.flag_test(cx, drop, cx.succ)
    }

    /// Goes to `on_set` if the path itself is initialized, else to `on_unset`.
    fn flag_test(&mut self, cx: &DropCtxt<'_>, on_set: BasicBlock, on_unset: BasicBlock) -> BasicBlock {
        match (cx.state.maybe_init(cx.path), cx.state.maybe_uninit(cx.path), self.flags[cx.path]) {
            (false, ..) => on_unset,
            (true, true, Some(flag)) => {
                let targets = SwitchTargets { values: vec![0], targets: vec![on_unset], otherwise: on_set };
                let discr = Operand::Copy(Place::from_local(flag));
                self.new_block(cx, Vec::new(), TerminatorKind::SwitchInt { discr, targets })
            }
            (true, ..) => on_set,
        }
    }

    fn open_drop(&mut self, cx: &DropCtxt<'_>) -> Result<BasicBlock> {
        let ty = self.tcx.place_ty(&self.locals, &cx.place)?;
        match *self.tcx.interner.kind(ty) {
            TyKind::Closure(..) | TyKind::CoroutineClosure(..) | TyKind::Coroutine(..) => {
                let tys = self.tcx.upvar_tys(ty)?;
                self.open_drop_for_tuple(cx, tys)
            }
            TyKind::Tuple(ref tys) => self.open_drop_for_tuple(cx, tys),
            TyKind::Adt(def, args) => {
                let adt = self.tcx.adt_def(def)?;
                if adt.flags.is_box {
                    return self.open_drop_for_box(cx, adt, args, ty);
                }
                if adt.destructor.is_some() || adt.kind == AdtKind::Union {
                    return Err(Error::unsupported(format!("a move out of a part of `{}`", self.tcx.print_ty(ty))));
                }
                match adt.kind {
                    AdtKind::Enum => self.open_drop_for_variants(cx, adt, args),
                    _ => {
                        let parts = self.fields(&cx.place, Some(cx.path), &adt.variants[0], args)?;
                        let succ = self.ladder_bottom(cx);
                        Ok(self.ladder(cx, &parts, succ)?.0)
                    }
                }
            }
            TyKind::Array(_, len) => {
                let len = self.tcx.array_len(len).ok_or_else(|| Error::unsupported("moves out of a generic array"))?;
                let parts = self.array_parts(cx, len);
                let succ = self.ladder_bottom(cx);
                Ok(self.ladder(cx, &parts, succ)?.0)
            }
            _ => Err(Error::unsupported(format!("a move out of a part of `{}`", self.tcx.print_ty(ty)))),
        }
    }

    /// The elements with a path of their own, and the runs of elements between them. As in rustc the last comes first,
    /// though a run is dropped from its front.
    fn array_parts(&self, cx: &DropCtxt<'_>, len: u64) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut run = 0;
        let run_part = |from, to| (cx.place.project(PlaceElem::Subslice { from, to, from_end: false }), None);
        for i in 0..len {
            let Some(path) = self.data.child(cx.path, MoveElem::Index(i)) else { continue };
            if run < i {
                parts.push(run_part(run, i));
            }
            parts.push((cx.place.project(constant_index(i, len)), Some(path)));
            run = i + 1;
        }
        if run < len {
            parts.push(run_part(run, len));
        }
        parts.reverse();
        parts
    }

    fn open_drop_for_tuple(&mut self, cx: &DropCtxt<'_>, tys: &[Ty]) -> Result<BasicBlock> {
        let mut parts = Vec::new();
        for (i, &ty) in tys.iter().enumerate() {
            if self.tcx.needs_drop(ty)? {
                let field = FieldIdx::new(i);
                let path = self.data.child(cx.path, MoveElem::Field(field));
                parts.push((cx.place.project(PlaceElem::Field(field, ty)), path));
            }
        }
        let succ = self.ladder_bottom(cx);
        Ok(self.ladder(cx, &parts, succ)?.0)
    }

    /// The fields of a variant that need drop.
    fn fields(&self, base: &Place, path: Option<PathIdx>, variant: &VariantDef, args: Args) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        for (i, field) in variant.fields.iter().enumerate() {
            let index = FieldIdx::new(i);
            let child = path.and_then(|path| self.data.child(path, MoveElem::Field(index)));
            // A path knows the field's type as the body has it, normalized.
            let known = child.and_then(|child| self.data.paths[child].place.projection.last().copied());
            let ty = match known {
                Some(PlaceElem::Field(_, ty)) => ty,
                _ => self.tcx.subst(field.ty, args)?,
            };
            if self.tcx.needs_drop(ty)? {
                parts.push((base.project(PlaceElem::Field(index, ty)), child));
            }
        }
        Ok(parts)
    }

    /// Clears the flag of the value itself, which guards the parts that have no path of their own, after them.
    fn ladder_bottom(&mut self, cx: &DropCtxt<'_>) -> BasicBlock {
        match self.flags[cx.path] {
            Some(flag) if !cx.unwind.is_cleanup() => {
                let clear = self.set_flag(flag, false, cx.source_info);
                self.new_block(cx, vec![clear], TerminatorKind::Goto { target: cx.succ })
            }
            _ => cx.succ,
        }
    }

    /// Drops `parts` in order, then goes to `succ`. Returns the entry, and the entry to the same on the unwind path.
    fn ladder(&mut self, cx: &DropCtxt<'_>, parts: &[Part], succ: BasicBlock) -> Result<(BasicBlock, Unwind)> {
        let mut entry = succ;
        let mut entry_unwind = cx.unwind;
        for part in parts.iter().rev() {
            entry = self.drop_part(cx, part, entry, entry_unwind)?;
            if let Unwind::To(rest) = entry_unwind {
                entry_unwind = Unwind::To(self.drop_part(cx, part, rest, Unwind::InCleanup)?);
            }
        }
        Ok((entry, entry_unwind))
    }

    fn drop_part(
        &mut self,
        cx: &DropCtxt<'_>,
        (place, path): &Part,
        succ: BasicBlock,
        unwind: Unwind,
    ) -> Result<BasicBlock> {
        let part = DropCtxt { place: place.clone(), succ, unwind, ..cx.clone() };
        match path {
            Some(path) => self.elaborated_drop(&DropCtxt { path: *path, ..part }),
            None => {
                // Governed by the flag of the whole, which the last of the parts must still find set.
                let drop = self.drop_block(&part);
                Ok(self.flag_test(&part, drop, succ))
            }
        }
    }

    fn open_drop_for_variants(&mut self, cx: &DropCtxt<'_>, adt: &AdtDef, args: Args) -> Result<BasicBlock> {
        let succ = self.ladder_bottom(cx);
        let mut values = Vec::new();
        let mut targets = Vec::new();
        let mut otherwise_needs_drop = false;
        let mut has_otherwise = false;
        for (i, variant) in adt.variants.iter().enumerate() {
            let index = VariantIdx::new(i);
            let path = self.data.child(cx.path, MoveElem::Downcast(index));
            let base = cx.place.project(PlaceElem::Downcast(index));
            let parts = self.fields(&base, path, variant, args)?;
            if path.is_some() {
                values.push(variant.discr);
                let variant_cx = DropCtxt { path: path.unwrap_or(cx.path), ..cx.clone() };
                targets.push(self.ladder(&variant_cx, &parts, succ)?.0);
            } else {
                has_otherwise = true;
                otherwise_needs_drop |= !parts.is_empty();
            }
        }
        let otherwise = match targets.last() {
            _ if otherwise_needs_drop => {
                let whole = DropCtxt { succ, ..cx.clone() };
                self.drop_block(&whole)
            }
            Some(&last) if !has_otherwise => {
                values.pop();
                targets.pop();
                last
            }
            _ => succ,
        };
        if otherwise == succ && targets.iter().all(|&target| target == succ) {
            return Ok(succ);
        }
        let discr_ty = self.discriminant_ty(adt);
        let discr = Place::from_local(self.new_temp(discr_ty, cx.source_info.span));
        let read = self.assign(discr.clone(), Rvalue::Discriminant(cx.place.clone()), cx.source_info);
        let targets = SwitchTargets { values, targets, otherwise };
        let switch = TerminatorKind::SwitchInt { discr: Operand::Move(discr), targets };
        let switch = self.new_block(cx, vec![read], switch);
        // What is not initialized has no discriminant to read.
        Ok(self.flag_test(cx, switch, succ))
    }

    fn discriminant_ty(&self, adt: &AdtDef) -> Ty {
        let int = |size: u8| match size {
            1 => (IntTy::I8, UintTy::U8),
            2 => (IntTy::I16, UintTy::U16),
            4 => (IntTy::I32, UintTy::U32),
            8 => (IntTy::I64, UintTy::U64),
            _ => (IntTy::I128, UintTy::U128),
        };
        let kind = match adt.repr.int {
            None | Some(ReprInt::Pointer(true)) => TyKind::Int(IntTy::Isize),
            Some(ReprInt::Pointer(false)) => TyKind::Uint(UintTy::Usize),
            Some(ReprInt::Fixed(size, true)) => TyKind::Int(int(size).0),
            Some(ReprInt::Fixed(size, false)) => TyKind::Uint(int(size).1),
        };
        self.tcx.interner.mk(kind)
    }

    /// The content of the box if it is still there, then the box itself, whose destructor frees the memory, and its
    /// allocator.
    fn open_drop_for_box(&mut self, cx: &DropCtxt<'_>, adt: &AdtDef, args: Args, ty: Ty) -> Result<BasicBlock> {
        let succ = self.ladder_bottom(cx);
        let fields = self.fields(&cx.place, Some(cx.path), &adt.variants[0], args)?;
        let (after, after_unwind) = self.ladder(cx, &fields, succ)?;
        let free = self.destructor_call(cx, ty, after, after_unwind)?;
        let free_unwind = after_unwind.try_map(|block| self.destructor_call(cx, ty, block, Unwind::InCleanup))?;
        let [unique_ty, nonnull_ty, ptr_ty] = super::elaborate_box_derefs::pointer_tys(self.tcx, ty)?;
        let nonnull = cx
            .place
            .project(PlaceElem::Field(FieldIdx(0), unique_ty))
            .project(PlaceElem::Field(FieldIdx(0), nonnull_ty));
        let ptr = Place::from_local(self.new_temp(ptr_ty, cx.source_info.span));
        let content = (ptr.project(PlaceElem::Deref), self.data.child(cx.path, MoveElem::Deref));
        let drop = self.drop_part(cx, &content, free, free_unwind)?;
        let contents = if drop == free {
            free
        } else {
            let get = Rvalue::Cast(CastKind::Transmute, Operand::Copy(nonnull), ptr_ty);
            let get = self.assign(ptr, get, cx.source_info);
            self.new_block(cx, vec![get], TerminatorKind::Goto { target: drop })
        };
        Ok(self.flag_test(cx, contents, after))
    }

    /// Calls `Drop::drop` of the type's own impl.
    fn destructor_call(&mut self, cx: &DropCtxt<'_>, ty: Ty, succ: BasicBlock, unwind: Unwind) -> Result<BasicBlock> {
        let drop_trait = self.tcx.store.require_lang_item("drop")?;
        let drop_fn = match &self.tcx.store.item(drop_trait)?.data {
            ItemData::Trait(def) => def.items.first().copied(),
            _ => None,
        };
        let drop_fn = drop_fn.ok_or_else(|| Error::missing("method of lang item `drop`"))?;
        let interner = self.tcx.interner;
        let span = cx.source_info.span;
        let ref_ty = interner.mk(TyKind::Ref(Region::Erased, ty, Mutability::Mut));
        let reference = Place::from_local(self.new_temp(ref_ty, span));
        let destination = Place::from_local(self.new_temp(self.tcx.unit, span));
        let borrow = self.assign(reference.clone(), Rvalue::Ref(BorrowKind::Mut, cx.place.clone()), cx.source_info);
        let fn_ty = interner.mk(TyKind::FnDef(drop_fn, interner.mk_args(&[GenericArg::Type(ty)])));
        let func = ConstOperand { span, const_: MirConst::Val(ConstValue::ZeroSized, fn_ty) };
        let call = TerminatorKind::Call {
            func: Operand::Constant(Box::new(func)),
            args: vec![Operand::Move(reference)],
            destination,
            target: Some(succ),
            unwind: unwind.action(),
            fn_span: span,
        };
        let cx = DropCtxt { unwind, ..cx.clone() };
        Ok(self.new_block(&cx, vec![borrow], call))
    }

    fn set_flag(&self, flag: Local, value: bool, source_info: SourceInfo) -> Statement {
        let value = ConstValue::Scalar(Scalar::Int(ScalarInt { data: value.into(), size: 1 }));
        let value = ConstOperand { span: source_info.span, const_: MirConst::Val(value, self.tcx.bool) };
        self.assign(Place::from_local(flag), Rvalue::Use(Operand::Constant(Box::new(value))), source_info)
    }

    fn flag_effect(&self, path: PathIdx, effect: Effect, source_info: SourceInfo) -> Vec<Statement> {
        match effect {
            Effect::Init => self.set_flags(path, true, source_info),
            Effect::Uninit => self.set_flags(path, false, source_info),
            Effect::Borrowed => Vec::new(),
        }
    }

    fn set_flags(&self, path: PathIdx, value: bool, source_info: SourceInfo) -> Vec<Statement> {
        let mut out = Vec::new();
        self.data.for_each_below(path, &mut |path| {
            out.extend(self.flags[path].map(|flag| self.set_flag(flag, value, source_info)));
        });
        out
    }

    fn assign(&self, place: Place, rvalue: Rvalue, source_info: SourceInfo) -> Statement {
        Statement { source_info, kind: StatementKind::Assign(place, rvalue) }
    }

    fn new_temp(&mut self, ty: Ty, span: Span) -> Local {
        self.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span });
        Local::new(self.locals.len() - 1)
    }

    fn push_block(&mut self, block: BasicBlockData) -> BasicBlock {
        self.blocks.push(block);
        BasicBlock::new(self.first_new + self.blocks.len() - 1)
    }

    fn new_block(&mut self, cx: &DropCtxt<'_>, statements: Vec<Statement>, kind: TerminatorKind) -> BasicBlock {
        let terminator = Terminator { source_info: cx.source_info, kind };
        self.push_block(BasicBlockData { statements, terminator, is_cleanup: cx.unwind.is_cleanup() })
    }

    fn resume(&mut self, source_info: SourceInfo) -> BasicBlock {
        match self.resume {
            Some(block) => block,
            None => {
                let terminator = Terminator { source_info, kind: TerminatorKind::UnwindResume };
                let block = self.push_block(BasicBlockData { statements: Vec::new(), terminator, is_cleanup: true });
                self.resume = Some(block);
                block
            }
        }
    }

    /// Writes the new terminators, the new blocks and the assignments to flags into the body.
    fn apply(self, body: &mut Body) {
        let elaborated: FxHashMap<BasicBlock, TerminatorKind> = self.terminators.iter().cloned().collect();
        let mut at_start: Vec<(BasicBlock, Vec<Statement>)> = Vec::new();
        for i in 0..body.blocks.len() {
            let id = BasicBlock::new(i);
            let block = &mut body.blocks[i];
            let mut statements = Vec::with_capacity(block.statements.len());
            for (index, statement) in std::mem::take(&mut block.statements).into_iter().enumerate() {
                for &(path, effect) in self.data.effects(id, index) {
                    statements.extend(self.flag_effect(path, effect, statement.source_info));
                }
                statements.push(statement);
            }
            let source_info = block.terminator.source_info;
            if let TerminatorKind::Drop { .. } = block.terminator.kind {
                if let Some(&path) = self.flag_clears.get(&id) {
                    statements.extend(self.set_flags(path, false, source_info));
                }
            } else {
                for &(path, effect) in self.data.terminator_effects(id) {
                    statements.extend(self.flag_effect(path, effect, source_info));
                }
            }
            if let TerminatorKind::Call { destination, target: Some(target), unwind, .. } = &block.terminator.kind
                && let LookupResult::Exact(path) = self.data.find(destination)
            {
                let init = self.set_flags(path, true, source_info);
                match unwind {
                    UnwindAction::Cleanup(_) => at_start.push((*target, init)),
                    // Nothing reads the flags if the call does not return.
                    _ => statements.extend(init),
                }
            }
            if let TerminatorKind::Yield { resume, resume_arg, .. } = &block.terminator.kind
                && let LookupResult::Exact(path) = self.data.find(resume_arg)
            {
                at_start.push((*resume, self.set_flags(path, true, source_info)));
            }
            block.statements = statements;
            if let Some(kind) = elaborated.get(&id) {
                block.terminator.kind = kind.clone();
            }
        }
        body.blocks.extend(self.blocks.iter().cloned());
        for (block, statements) in at_start {
            body.blocks[block.index()].statements.splice(0..0, statements);
        }
        let source_info = SourceInfo { span: body.span, scope: SourceScope(0) };
        let mut first: Vec<Statement> =
            self.flags.iter().flatten().map(|&flag| self.set_flag(flag, false, source_info)).collect();
        for arg in 1..=body.arg_count as usize {
            if let Some(path) = self.data.local_path(Local::new(arg)) {
                first.extend(self.set_flags(path, true, source_info));
            }
        }
        body.blocks[0].statements.splice(0..0, first);
    }
}
