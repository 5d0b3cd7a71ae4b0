//! Promotes constant temporaries behind references: `&[1, 2, 3]` becomes a reference to a constant's memory.
//! Semantics: `rustc_mir_transform::promote_consts`, for what it promotes outside of constants.
//!
//! A superset of rustc's choice would do no harm, as the program is accepted already, except where it would be seen: what
//! has interior mutability or a destructor, and what is borrowed mutably, is never promoted.

use super::place_ty::{TypeCx, identity_args};
use super::visit;
use crate::adapter::Result;
use crate::adapter::resolve::is_leaf;
use ramir::*;
use rustc_hash::{FxHashMap, FxHashSet};

/// Replaces promotable borrows in the body of `def`, and returns the bodies of what they refer to.
pub fn promote_consts(tcx: &TypeCx<'_>, def: DefId, body: &mut Body) -> Result<Vec<Body>> {
    let mut candidates = Vec::new();
    for (b, block) in body.blocks.iter().enumerate() {
        for (s, statement) in block.statements.iter().enumerate() {
            if let StatementKind::Assign(_, Rvalue::Ref(..)) = statement.kind {
                candidates.push((b, s));
            }
        }
    }
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let mut validator = Validator { tcx, body, temps: collect_temps(tcx, body)?, known: FxHashMap::default() };
    let mut promotable = Vec::new();
    let mut partly_promotable = Vec::new();
    for (b, s) in candidates {
        let StatementKind::Assign(_, rvalue) = &body.blocks[b].statements[s].kind else { continue };
        // What is borrowed through a reference is promoted only as a part of something else.
        if matches!(rvalue, Rvalue::Ref(_, place) if place.projection.contains(&PlaceElem::Deref)) {
            continue;
        }
        if validator.rvalue(rvalue)?.is_some() {
            promotable.push((b, s));
        } else if let Rvalue::Ref(BorrowKind::Shared, place) = rvalue
            && validator.is_interior(place)?
        {
            partly_promotable.push((b, s));
        }
    }
    let temps = validator.temps;
    let args = identity_args(tcx.store, def)?;
    let mut promoted = Vec::new();
    // What refers to another candidate takes it along, so that it comes first.
    let dependents = dependents_first(body, &temps, promotable);
    for (b, s) in dependents {
        let Statement { source_info, kind } = body.blocks[b].statements[s].clone();
        let StatementKind::Assign(place, rvalue) = kind else { continue };
        if let Some(local) = place.as_local()
            && !is_used(body, local)
        {
            continue;
        }
        let ty = tcx.place_ty(&body.locals, &place)?;
        let span = source_info.span;
        let mut promoter = Promoter { body, temps: &temps, promoted: new_body(ty, span), copies: FxHashMap::default() };
        promoter.assign(Local::RETURN, rvalue);
        let Promoter { promoted: constant, copies, .. } = promoter;
        let index = Promoted::new(promoted.len());
        promoted.push(constant);
        let const_ = MirConst::Unevaluated { def, args, promoted: Some(index), ty };
        let value = Operand::Constant(Box::new(ConstOperand { span, const_ }));
        body.blocks[b].statements[s].kind = StatementKind::Assign(place, Rvalue::Use(value));
        remove_unused(body, copies.into_keys().collect());
    }
    // A statement is put before each: the last come first, so that the others stay where they are.
    partly_promotable.sort();
    for (b, s) in partly_promotable.into_iter().rev() {
        let Statement { source_info, kind } = body.blocks[b].statements[s].clone();
        let StatementKind::Assign(place, Rvalue::Ref(kind, mut borrowed)) = kind else { continue };
        let base = Place::from_local(borrowed.local);
        let ty = tcx.interner.mk(TyKind::Ref(Region::Erased, tcx.place_ty(&body.locals, &base)?, Mutability::Not));
        let span = source_info.span;
        let mut promoter = Promoter { body, temps: &temps, promoted: new_body(ty, span), copies: FxHashMap::default() };
        promoter.assign(Local::RETURN, Rvalue::Ref(kind, base));
        let Promoter { promoted: constant, copies, .. } = promoter;
        let index = Promoted::new(promoted.len());
        promoted.push(constant);
        let const_ = MirConst::Unevaluated { def, args, promoted: Some(index), ty };
        let value = Operand::Constant(Box::new(ConstOperand { span, const_ }));
        body.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span });
        let reference = Place::from_local(Local::new(body.locals.len() - 1));
        borrowed.local = reference.local;
        borrowed.projection.0.insert(0, PlaceElem::Deref);
        let statements = &mut body.blocks[b].statements;
        statements[s].kind = StatementKind::Assign(place, Rvalue::Ref(kind, borrowed));
        statements.insert(s, Statement { source_info, kind: StatementKind::Assign(reference, Rvalue::Use(value)) });
        remove_unused(body, copies.into_keys().collect());
    }
    Ok(promoted)
}

/// Where a temporary is assigned, if that is in one statement, or by the block's call, and nothing else can change it.
type Temps = FxHashMap<Local, (usize, usize)>;

/// In [`Temps`], for a block's terminator.
const CALL: usize = usize::MAX;

/// What assigns a temporary.
enum Definition<'a> {
    Rvalue(&'a Rvalue),
    Call { func: &'a Operand, args: &'a [Operand] },
}

fn definition(body: &Body, (b, s): (usize, usize)) -> Option<Definition<'_>> {
    let block = &body.blocks[b];
    match (&block.terminator.kind, block.statements.get(s).map(|statement| &statement.kind)) {
        (_, Some(StatementKind::Assign(_, rvalue))) => Some(Definition::Rvalue(rvalue)),
        (TerminatorKind::Call { func, args, .. }, None) => Some(Definition::Call { func, args }),
        _ => None,
    }
}

/// Whether a call of the function is promoted (`#[rustc_promotable]`).
fn is_promotable_fn(tcx: &TypeCx<'_>, func: &Operand) -> Result<bool> {
    let Operand::Constant(func) = func else { return Ok(false) };
    let TyKind::FnDef(def, _) = *tcx.interner.kind(func.const_.ty()) else { return Ok(false) };
    let key = tcx.store.def_key(def)?;
    let (DefPathData::ValueNs(name), Some(parent)) = (key.data, key.parent) else { return Ok(false) };
    if tcx.store.crate_dep(def.krate).name != "core" {
        return Ok(false);
    }
    let name = tcx.interner.str(name);
    let parent = DefId { krate: def.krate, index: parent };
    if tcx.store.def_key(parent)?.data != DefPathData::Impl {
        let path = tcx.store.def_path_str(def);
        return Ok(matches!(
            path.as_str(),
            "core::mem::size_of" | "core::mem::align_of" | "core::ptr::null" | "core::ptr::null_mut"
        ));
    }
    let ItemData::Impl(imp) = &tcx.store.item(parent)?.data else { return Ok(false) };
    Ok(match *tcx.interner.kind(imp.self_ty) {
        TyKind::Int(_) | TyKind::Uint(_) => matches!(name, "min_value" | "max_value"),
        TyKind::Adt(adt, _) => {
            name == "new"
                && matches!(
                    tcx.store.def_path_str(adt).as_str(),
                    "core::ops::range::RangeInclusive"
                        | "core::task::wake::RawWaker"
                        | "core::task::wake::RawWakerVTable"
                )
        }
        _ => false,
    })
}

fn collect_temps(tcx: &TypeCx<'_>, body: &Body) -> Result<Temps> {
    let mut temps = Temps::default();
    let mut other: FxHashSet<Local> = (0..=body.arg_count as usize).map(Local::new).collect();
    for info in &body.var_debug_info {
        if let VarDebugInfoContents::Place(place) = &info.value {
            other.insert(place.local);
        }
    }
    let mut changed = |place: &Place| {
        if !place.is_indirect() {
            other.insert(place.local);
        }
    };
    for (b, block) in body.blocks.iter().enumerate() {
        for (s, statement) in block.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Assign(place, rvalue) => {
                    match place.as_local() {
                        Some(local) if !temps.contains_key(&local) => {
                            temps.insert(local, (b, s));
                        }
                        _ => changed(place),
                    }
                    match rvalue {
                        // A mutable borrow of nothing changes nothing, and is a candidate itself.
                        Rvalue::Ref(BorrowKind::Mut, place) if is_empty_array(body, &temps, place) => {}
                        Rvalue::Ref(BorrowKind::Mut, place) | Rvalue::RawPtr(_, place) => changed(place),
                        _ => {}
                    }
                }
                StatementKind::SetDiscriminant { place, .. } => changed(place),
                _ => {}
            }
        }
        match &block.terminator.kind {
            TerminatorKind::Call { func, destination, target: Some(_), .. } => match destination.as_local() {
                Some(local) if !temps.contains_key(&local) && is_promotable_fn(tcx, func)? => {
                    temps.insert(local, (b, CALL));
                }
                _ => changed(destination),
            },
            TerminatorKind::Call { destination, .. } => changed(destination),
            TerminatorKind::Yield { resume_arg, .. } => changed(resume_arg),
            TerminatorKind::InlineAsm(asm) => {
                for operand in &asm.operands {
                    if let InlineAsmOperand::Out { place: Some(place), .. }
                    | InlineAsmOperand::InOut { out_place: Some(place), .. } = operand
                    {
                        changed(place);
                    }
                }
            }
            _ => {}
        }
    }
    temps.retain(|local, _| !other.contains(local));
    Ok(temps)
}

fn is_empty_array(body: &Body, temps: &Temps, place: &Place) -> bool {
    place.as_local().and_then(|local| temps.get(&local)).is_some_and(|&at| {
        matches!(definition(body, at),
            Some(Definition::Rvalue(Rvalue::Aggregate(AggregateKind::Array(_), operands))) if operands.is_empty())
    })
}

/// What is known of a constant value (`rustc_const_eval::check_consts::qualifs`).
#[derive(Clone, Copy, Default)]
struct Qualifs {
    has_mut_interior: bool,
    needs_drop: bool,
}

struct Validator<'a> {
    tcx: &'a TypeCx<'a>,
    body: &'a Body,
    temps: Temps,
    /// `None` while a temporary is looked at, and for those that are no constants.
    known: FxHashMap<Local, Option<Qualifs>>,
}

impl Validator<'_> {
    fn local(&mut self, local: Local) -> Result<Option<Qualifs>> {
        if let Some(&known) = self.known.get(&local) {
            return Ok(known);
        }
        self.known.insert(local, None);
        let body = self.body;
        let value = match self.temps.get(&local).and_then(|&at| definition(body, at)) {
            Some(Definition::Rvalue(rvalue)) => self.rvalue(rvalue)?,
            Some(Definition::Call { args, .. }) => self.call(args, body.locals[local.index()].ty)?,
            // A function item has one value, which need not be assigned.
            None => matches!(self.tcx.interner.kind(body.locals[local.index()].ty), TyKind::FnDef(..))
                .then(Qualifs::default),
        };
        self.known.insert(local, value);
        Ok(value)
    }

    /// The result of a call of a function that is promoted.
    fn call(&mut self, args: &[Operand], ty: Ty) -> Result<Option<Qualifs>> {
        for arg in args {
            if self.operand(arg)?.is_none() {
                return Ok(None);
            }
        }
        self.of_ty(ty).map(Some)
    }

    fn of_ty(&self, ty: Ty) -> Result<Qualifs> {
        Ok(Qualifs { has_mut_interior: !self.is_freeze(ty)?, needs_drop: self.tcx.needs_drop(ty)? })
    }

    /// A place that is read or borrowed.
    fn place(&mut self, place: &Place) -> Result<Option<Qualifs>> {
        let Some(mut value) = self.local(place.local)? else { return Ok(None) };
        if value.needs_drop {
            // A part may need none, but the whole would not be dropped either.
            return Ok(None);
        }
        for elem in place.projection.iter() {
            match elem {
                PlaceElem::Field(_, ty) => {
                    let field = self.of_ty(*ty)?;
                    value.has_mut_interior &= field.has_mut_interior;
                }
                PlaceElem::ConstantIndex { .. } | PlaceElem::Downcast(_) => {}
                _ => return Ok(None),
            }
        }
        let base = self.tcx.place_ty(&self.body.locals, &Place::from_local(place.local))?;
        let is_union = match *self.tcx.interner.kind(base) {
            TyKind::Adt(def, _) => self.tcx.adt_def(def)?.kind == AdtKind::Union,
            _ => false,
        };
        Ok((!is_union || place.projection.is_empty()).then_some(value))
    }

    fn operand(&mut self, operand: &Operand) -> Result<Option<Qualifs>> {
        match operand {
            Operand::Copy(place) | Operand::Move(place) => self.place(place),
            Operand::Constant(constant) => {
                if let MirConst::Val(ConstValue::Scalar(Scalar::Ptr { alloc, .. }), _) = constant.const_
                    && matches!(self.tcx.interner.global_alloc(alloc), Some(GlobalAlloc::Static(_)))
                {
                    return Ok(None);
                }
                Ok(Some(self.of_ty(constant.const_.ty())?))
            }
            Operand::RuntimeChecks(_) => Ok(None),
        }
    }

    /// What an rvalue that is a constant evaluates to; `None` for one that is none.
    fn rvalue(&mut self, rvalue: &Rvalue) -> Result<Option<Qualifs>> {
        let plain = |value: Option<Qualifs>| value.map(|_| Qualifs::default());
        Ok(match rvalue {
            Rvalue::Use(operand) | Rvalue::Repeat(operand, _) => self.operand(operand)?,
            Rvalue::UnaryOp(UnOp::Neg | UnOp::Not, operand) => plain(self.operand(operand)?),
            Rvalue::BinaryOp(op, operands) if can_evaluate(*op) => {
                let ty = self.tcx.operand_ty(&self.body.locals, &operands.0)?;
                let is_number = matches!(
                    self.tcx.interner.kind(ty),
                    TyKind::Int(_) | TyKind::Uint(_) | TyKind::Float(_) | TyKind::Bool | TyKind::Char
                );
                match (is_number, self.operand(&operands.0)?, self.operand(&operands.1)?) {
                    (true, Some(_), Some(_)) => Some(Qualifs::default()),
                    _ => None,
                }
            }
            Rvalue::Cast(kind, operand, _) if is_const_cast(*kind) => self.operand(operand)?,
            Rvalue::Aggregate(kind, operands) => {
                let mut value = Qualifs::default();
                match *kind {
                    AggregateKind::Array(_) | AggregateKind::Tuple => {}
                    AggregateKind::Adt(def, _, _, _) => {
                        let adt = self.tcx.adt_def(def)?;
                        value.has_mut_interior = adt.flags.is_unsafe_cell;
                        value.needs_drop = adt.destructor.is_some();
                    }
                    AggregateKind::Closure(..) => {}
                    AggregateKind::Coroutine(..) | AggregateKind::CoroutineClosure(..) | AggregateKind::RawPtr(..) => {
                        return Ok(None);
                    }
                }
                for operand in operands {
                    let Some(part) = self.operand(operand)? else { return Ok(None) };
                    value.has_mut_interior |= part.has_mut_interior;
                    value.needs_drop |= part.needs_drop;
                }
                Some(value)
            }
            Rvalue::Ref(kind, place) => self.borrow(*kind, place)?,
            _ => None,
        })
    }

    fn borrow(&mut self, kind: BorrowKind, place: &Place) -> Result<Option<Qualifs>> {
        if kind == BorrowKind::Mut {
            let is_nothing = is_empty_array(self.body, &self.temps, place);
            return Ok(is_nothing.then(Qualifs::default));
        }
        // `&(*r).field` of a promoted `r`.
        if let [PlaceElem::Deref, fields @ ..] = &place.projection[..]
            && fields.iter().all(|elem| matches!(elem, PlaceElem::Field(..)))
        {
            let base = self.tcx.place_ty(&self.body.locals, &Place::from_local(place.local))?;
            return match self.tcx.interner.kind(base) {
                TyKind::Ref(_, _, Mutability::Not) => self.local(place.local),
                _ => Ok(None),
            };
        }
        Ok(match self.place(place)? {
            Some(Qualifs { has_mut_interior: false, needs_drop: false }) => Some(Qualifs::default()),
            _ => None,
        })
    }

    /// Whether a part of a constant is borrowed, which may be a part that only running the body tells.
    fn is_interior(&mut self, place: &Place) -> Result<bool> {
        if place.projection.is_empty() || place.is_indirect() {
            return Ok(false);
        }
        let base = self.local(place.local)?;
        Ok(matches!(base, Some(Qualifs { has_mut_interior: false, needs_drop: false })))
    }

    /// Whether nothing in a value of the type can change behind a shared reference.
    fn is_freeze(&self, ty: Ty) -> Result<bool> {
        Ok(match *self.tcx.interner.kind(ty) {
            ref kind if is_leaf(kind) => true,
            TyKind::Str | TyKind::RawPtr(..) | TyKind::Ref(..) => true,
            TyKind::Array(ty, _) | TyKind::Slice(ty) | TyKind::Pat(ty, _) => self.is_freeze(ty)?,
            TyKind::Tuple(ref tys) => self.all_freeze(tys)?,
            TyKind::Closure(..) => self.all_freeze(self.tcx.upvar_tys(ty)?)?,
            TyKind::Adt(def, args) => {
                let adt = self.tcx.adt_def(def)?;
                if adt.flags.is_phantom_data {
                    return Ok(true);
                }
                if adt.flags.is_unsafe_cell {
                    return Ok(false);
                }
                for field in adt.variants.iter().flat_map(|variant| &variant.fields) {
                    if !self.is_freeze(self.tcx.subst(field.ty, args)?)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        })
    }

    fn all_freeze(&self, tys: &[Ty]) -> Result<bool> {
        for &ty in tys {
            if !self.is_freeze(ty)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Division can fail, and offsets are for pointers.
fn can_evaluate(op: BinOp) -> bool {
    !matches!(op, BinOp::Div | BinOp::Rem | BinOp::Offset)
}

fn is_const_cast(kind: CastKind) -> bool {
    match kind {
        CastKind::ReifyFnPointer
        | CastKind::UnsafeFnPointer
        | CastKind::ClosureFnPointer
        | CastKind::MutToConstPointer
        | CastKind::ArrayToPointer
        | CastKind::Unsize
        | CastKind::IntToInt
        | CastKind::FloatToInt
        | CastKind::FloatToFloat
        | CastKind::IntToFloat
        | CastKind::PtrToPtr
        | CastKind::FnPtrToPtr
        | CastKind::Subtype => true,
        CastKind::PointerExposeProvenance | CastKind::PointerWithExposedProvenance | CastKind::Transmute => false,
    }
}

/// Orders candidates so that each comes before those that its value contains.
fn dependents_first(body: &Body, temps: &Temps, candidates: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    fn visit(
        body: &Body,
        temps: &Temps,
        at: (usize, usize),
        seen: &mut FxHashSet<(usize, usize)>,
        out: &mut Vec<(usize, usize)>,
    ) {
        if !seen.insert(at) {
            return;
        }
        for local in reads(body, at) {
            if let Some(&definition) = temps.get(&local) {
                visit(body, temps, definition, seen, out);
            }
        }
        out.push(at);
    }
    let mut order = Vec::new();
    let mut seen = FxHashSet::default();
    for &at in &candidates {
        visit(body, temps, at, &mut seen, &mut order);
    }
    let candidates: FxHashSet<(usize, usize)> = candidates.into_iter().collect();
    order.into_iter().rev().filter(|at| candidates.contains(at)).collect()
}

/// The locals that an assignment reads.
fn reads(body: &Body, at: (usize, usize)) -> Vec<Local> {
    let mut out = Vec::new();
    match definition(body, at) {
        Some(Definition::Rvalue(rvalue)) => {
            visit::rvalue_places(&mut rvalue.clone(), &mut |place| out.push(place.local));
        }
        Some(Definition::Call { args, .. }) => {
            for arg in args {
                if let Operand::Copy(place) | Operand::Move(place) = arg {
                    out.push(place.local);
                }
            }
        }
        None => {}
    }
    out
}

fn new_body(ty: Ty, span: Span) -> Body {
    let source_info = SourceInfo { span, scope: SourceScope(0) };
    Body {
        locals: vec![LocalDecl { ty, mutability: Mutability::Mut, span }],
        arg_count: 0,
        spread_arg: None,
        blocks: vec![BasicBlockData {
            statements: Vec::new(),
            terminator: Terminator { source_info, kind: TerminatorKind::Return },
            is_cleanup: false,
        }],
        scopes: vec![SourceScopeData { span, parent_scope: None, inlined: None, inlined_parent_scope: None }],
        var_debug_info: Vec::new(),
        required_consts: Vec::new(),
        span,
    }
}

/// Copies the temporaries that a constant is made of into a body of their own.
struct Promoter<'a> {
    body: &'a Body,
    temps: &'a Temps,
    promoted: Body,
    copies: FxHashMap<Local, Local>,
}

impl Promoter<'_> {
    fn assign(&mut self, to: Local, mut rvalue: Rvalue) {
        visit::rvalue_places(&mut rvalue, &mut |place| place.local = self.copy(place.local));
        let Some(block) = self.promoted.blocks.last_mut() else { return };
        let source_info = block.terminator.source_info;
        let kind = StatementKind::Assign(Place::from_local(to), rvalue);
        block.statements.push(Statement { source_info, kind });
    }

    fn call(&mut self, to: Local, func: Operand, mut args: Vec<Operand>) {
        for arg in &mut args {
            if let Operand::Copy(place) | Operand::Move(place) = arg {
                place.local = self.copy(place.local);
            }
        }
        let target = BasicBlock::new(self.promoted.blocks.len());
        let Some(block) = self.promoted.blocks.last_mut() else { return };
        let after = BasicBlockData { statements: Vec::new(), ..block.clone() };
        let kind = TerminatorKind::Call {
            func,
            args,
            destination: Place::from_local(to),
            target: Some(target),
            unwind: UnwindAction::Continue,
            fn_span: block.terminator.source_info.span,
        };
        block.terminator.kind = kind;
        self.promoted.blocks.push(after);
    }

    fn copy(&mut self, local: Local) -> Local {
        if let Some(&copy) = self.copies.get(&local) {
            return copy;
        }
        self.promoted.locals.push(self.body.locals[local.index()].clone());
        let copy = Local::new(self.promoted.locals.len() - 1);
        self.copies.insert(local, copy);
        match self.temps.get(&local).and_then(|&at| definition(self.body, at)) {
            Some(Definition::Rvalue(rvalue)) => self.assign(copy, rvalue.clone()),
            Some(Definition::Call { func, args }) => self.call(copy, func.clone(), args.to_vec()),
            None => {}
        }
        copy
    }
}

/// How often each local is read, its storage and its own drop left out.
fn count_uses(body: &mut Body) -> Vec<usize> {
    let mut uses = vec![0; body.locals.len()];
    let mut read = |place: &mut Place| {
        uses[place.local.index()] += 1;
        for elem in place.projection.iter() {
            if let PlaceElem::Index(local) = elem {
                uses[local.index()] += 1;
            }
        }
    };
    for block in &mut body.blocks {
        for statement in &mut block.statements {
            match &mut statement.kind {
                StatementKind::Assign(place, rvalue) => {
                    if place.as_local().is_none() {
                        read(place);
                    }
                    visit::rvalue_places(rvalue, &mut read);
                }
                other => visit::statement_places(other, &mut read),
            }
        }
        match &mut block.terminator.kind {
            TerminatorKind::Drop { place, .. } if place.as_local().is_some() => {}
            other => visit::terminator_places(other, &mut read),
        }
    }
    uses
}

fn is_used(body: &mut Body, local: Local) -> bool {
    local == Local::RETURN || count_uses(body)[local.index()] > 0
}

/// Removes those of `temps` that nothing reads any more.
fn remove_unused(body: &mut Body, mut temps: Vec<Local>) {
    loop {
        let uses = count_uses(body);
        let unused: FxHashSet<Local> = temps.iter().copied().filter(|local| uses[local.index()] == 0).collect();
        if unused.is_empty() {
            return;
        }
        temps.retain(|local| !unused.contains(local));
        for block in &mut body.blocks {
            for statement in &mut block.statements {
                let about = match &statement.kind {
                    StatementKind::Assign(place, _) => place.as_local(),
                    StatementKind::StorageLive(local) | StatementKind::StorageDead(local) => Some(*local),
                    _ => None,
                };
                if about.is_some_and(|local| unused.contains(&local)) {
                    statement.kind = StatementKind::Nop;
                }
            }
            if let TerminatorKind::Drop { place, target, .. }
            | TerminatorKind::Call { destination: place, target: Some(target), .. } = &block.terminator.kind
                && place.as_local().is_some_and(|local| unused.contains(&local))
            {
                block.terminator.kind = TerminatorKind::Goto { target: *target };
            }
        }
    }
}
