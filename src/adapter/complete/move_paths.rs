//! Move paths: the places of a body whose initialization is tracked on their own, and what each location does to them.
//! Semantics: `rustc_mir_dataflow::move_paths`. Only places that need drop are tracked.

use super::place_ty::{PlaceTy, TypeCx};
use crate::adapter::{Error, Result};
use ramir::*;
use smallvec::SmallVec;

/// A move path, by its index in [`MoveData::paths`].
pub type PathIdx = usize;

pub struct MovePath {
    pub place: Place,
    ty: PlaceTy,
    /// Whether dropping it drops more than what the paths below it stand for.
    pub has_rest: bool,
    pub children: SmallVec<[(MoveElem, PathIdx); 2]>,
}

/// A step from a path to one below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MoveElem {
    /// The content of a box.
    Deref,
    Field(FieldIdx),
    Index(u64),
    Downcast(VariantIdx),
}

/// What becomes of a path and all paths below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Init,
    Uninit,
    /// Borrowed, so that another variant than is known may be written.
    Borrowed,
}

pub enum LookupResult {
    Exact(PathIdx),
    /// The nearest path above; `None` for a place that is not tracked at all.
    Parent(Option<PathIdx>),
}

pub type Effects = SmallVec<[(PathIdx, Effect); 2]>;

pub struct MoveData {
    pub paths: Vec<MovePath>,
    locals: Vec<Option<PathIdx>>,
    /// By block and statement, the terminator last, without what a call writes.
    effects: Vec<Vec<Effects>>,
}

impl MoveData {
    pub fn gather(tcx: &TypeCx<'_>, body: &Body) -> Result<MoveData> {
        let mut data =
            MoveData { paths: Vec::new(), locals: Vec::with_capacity(body.locals.len()), effects: Vec::new() };
        for (i, decl) in body.locals.iter().enumerate() {
            let local = Place::from_local(Local::new(i));
            let path = if tcx.place_needs_drop(&body.locals, &local)? {
                Some(data.new_path(None, local, PlaceTy { ty: decl.ty, variant: None }))
            } else {
                None
            };
            data.locals.push(path);
        }
        let mut gather = Gather { tcx, locals: &body.locals, data, at: Effects::new() };
        let mut borrowed = Vec::new();
        for (b, block) in body.blocks.iter().enumerate() {
            let mut effects = Vec::with_capacity(block.statements.len() + 1);
            for (s, statement) in block.statements.iter().enumerate() {
                gather.statement(&statement.kind)?;
                if let StatementKind::Assign(_, Rvalue::Ref(BorrowKind::Mut, place) | Rvalue::RawPtr(_, place)) =
                    &statement.kind
                {
                    borrowed.push((b, s, place));
                }
                effects.push(std::mem::take(&mut gather.at));
            }
            gather.terminator(&block.terminator.kind)?;
            effects.push(std::mem::take(&mut gather.at));
            gather.data.effects.push(effects);
        }
        let mut data = gather.data;
        // A borrow makes no path: the order of drops is that of the paths.
        for (b, s, place) in borrowed {
            if let LookupResult::Exact(path) = data.find(place) {
                data.effects[b][s].push((path, Effect::Borrowed));
            }
        }
        for path in 0..data.paths.len() {
            data.paths[path].has_rest = data.has_rest(tcx, path)?;
        }
        Ok(data)
    }

    fn has_rest(&self, tcx: &TypeCx<'_>, path: PathIdx) -> Result<bool> {
        let PlaceTy { ty, variant } = self.paths[path].ty;
        if self.paths[path].children.is_empty() {
            return Ok(true);
        }
        let is_apart = |index: usize| self.child(path, MoveElem::Field(FieldIdx::new(index))).is_some();
        let rest_of = |tys: &[Ty]| -> Result<bool> {
            for (i, &ty) in tys.iter().enumerate() {
                if !is_apart(i) && tcx.needs_drop(ty)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match *tcx.interner.kind(ty) {
            TyKind::Tuple(ref tys) => rest_of(tys),
            // Of a coroutine only its own body moves parts, which are what it captures.
            TyKind::Closure(..) | TyKind::Coroutine(..) => rest_of(tcx.upvar_tys(ty)?),
            TyKind::Adt(def, args) => {
                let adt = tcx.adt_def(def)?;
                if adt.destructor.is_some() || adt.kind == AdtKind::Union {
                    return Ok(true);
                }
                for (i, data) in adt.variants.iter().enumerate() {
                    let is_this = match variant {
                        Some(variant) => variant.index() == i,
                        None => {
                            adt.kind == AdtKind::Struct
                                || self.child(path, MoveElem::Downcast(VariantIdx::new(i))).is_none()
                        }
                    };
                    let tys = data.fields.iter().map(|field| tcx.subst(field.ty, args)).collect::<Result<Vec<_>>>()?;
                    if is_this && rest_of(&tys)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(true),
        }
    }

    fn new_path(&mut self, parent: Option<(PathIdx, MoveElem)>, place: Place, ty: PlaceTy) -> PathIdx {
        let path = self.paths.len();
        self.paths.push(MovePath { place, ty, has_rest: true, children: SmallVec::new() });
        if let Some((parent, elem)) = parent {
            self.paths[parent].children.push((elem, path));
        }
        path
    }

    pub fn local_path(&self, local: Local) -> Option<PathIdx> {
        self.locals.get(local.index()).copied().flatten()
    }

    pub fn child(&self, path: PathIdx, elem: MoveElem) -> Option<PathIdx> {
        self.paths[path].children.iter().find(|(e, _)| *e == elem).map(|(_, child)| *child)
    }

    /// Calls `f` for the path and all paths below it.
    pub fn for_each_below(&self, path: PathIdx, f: &mut dyn FnMut(PathIdx)) {
        f(path);
        for &(_, child) in &self.paths[path].children {
            self.for_each_below(child, f);
        }
    }

    /// The path of a place, for places that are dropped or assigned whole.
    pub fn find(&self, place: &Place) -> LookupResult {
        let Some(mut path) = self.local_path(place.local) else { return LookupResult::Parent(None) };
        for elem in place.projection.iter() {
            let child = move_elem(elem).and_then(|elem| self.child(path, elem));
            match child {
                Some(child) => path = child,
                None => return LookupResult::Parent(Some(path)),
            }
        }
        LookupResult::Exact(path)
    }

    /// The paths in an enum that a branch of a switch on its discriminant finds uninitialized: those in other variants.
    pub fn inactive_variants(
        &self,
        tcx: &TypeCx<'_>,
        place: &Place,
        is_active: impl Fn(u128) -> bool,
    ) -> Result<Effects> {
        let LookupResult::Exact(path) = self.find(place) else { return Ok(Effects::new()) };
        let TyKind::Adt(def, _) = *tcx.interner.kind(self.paths[path].ty.ty) else { return Ok(Effects::new()) };
        let adt = tcx.adt_def(def)?;
        if adt.kind != AdtKind::Enum {
            return Ok(Effects::new());
        }
        let inactive = self.paths[path].children.iter().filter(|(elem, _)| match elem {
            MoveElem::Downcast(variant) => {
                adt.variants.get(variant.index()).is_some_and(|variant| !is_active(variant.discr))
            }
            _ => false,
        });
        Ok(inactive.map(|&(_, child)| (child, Effect::Uninit)).collect())
    }

    /// What the statement, or with `index` the number of statements the terminator, does on all ways out of it.
    pub fn effects(&self, block: BasicBlock, index: usize) -> &[(PathIdx, Effect)] {
        &self.effects[block.index()][index]
    }

    pub fn terminator_effects(&self, block: BasicBlock) -> &[(PathIdx, Effect)] {
        self.effects[block.index()].last().map_or(&[], |effects| effects)
    }
}

fn move_elem(elem: &PlaceElem) -> Option<MoveElem> {
    match *elem {
        PlaceElem::Deref => Some(MoveElem::Deref),
        PlaceElem::Field(field, _) => Some(MoveElem::Field(field)),
        PlaceElem::Downcast(variant) => Some(MoveElem::Downcast(variant)),
        PlaceElem::ConstantIndex { offset, from_end: false, .. } => Some(MoveElem::Index(offset)),
        _ => None,
    }
}

struct Gather<'a> {
    tcx: &'a TypeCx<'a>,
    locals: &'a [LocalDecl],
    data: MoveData,
    at: Effects,
}

impl Gather<'_> {
    fn statement(&mut self, statement: &StatementKind) -> Result<()> {
        match statement {
            StatementKind::Assign(place, rvalue) => {
                for operand in rvalue_operands(rvalue) {
                    self.operand(operand)?;
                }
                self.init(place)
            }
            StatementKind::StorageDead(local) => self.make_uninit(&Place::from_local(*local)),
            StatementKind::SetDiscriminant { .. }
            | StatementKind::StorageLive(_)
            | StatementKind::Assume(_)
            | StatementKind::CopyNonOverlapping { .. }
            | StatementKind::Nop => Ok(()),
        }
    }

    fn terminator(&mut self, terminator: &TerminatorKind) -> Result<()> {
        match terminator {
            TerminatorKind::SwitchInt { discr, .. } => self.operand(discr),
            TerminatorKind::Assert { cond, .. } => self.operand(cond),
            TerminatorKind::Call { func, args, destination, .. } => {
                self.operand(func)?;
                for arg in args {
                    self.operand(arg)?;
                }
                self.paths_for(destination).map(drop)
            }
            TerminatorKind::TailCall { func, args, .. } => {
                self.operand(func)?;
                args.iter().try_for_each(|arg| self.operand(arg))
            }
            TerminatorKind::Drop { place, .. } => {
                self.paths_for(place)?;
                if let LookupResult::Exact(path) = self.data.find(place) {
                    self.at.push((path, Effect::Uninit));
                }
                Ok(())
            }
            TerminatorKind::InlineAsm(asm) => asm.operands.iter().try_for_each(|operand| match operand {
                InlineAsmOperand::In { value, .. } => self.operand(value),
                InlineAsmOperand::Out { place: Some(place), .. } => self.init(place),
                InlineAsmOperand::InOut { in_value, out_place, .. } => {
                    self.operand(in_value)?;
                    out_place.as_ref().map_or(Ok(()), |place| self.init(place))
                }
                _ => Ok(()),
            }),
            TerminatorKind::Yield { value, resume_arg, .. } => {
                self.operand(value)?;
                self.paths_for(resume_arg).map(drop)
            }
            TerminatorKind::Goto { .. }
            | TerminatorKind::UnwindResume
            | TerminatorKind::UnwindTerminate(_)
            | TerminatorKind::Return
            | TerminatorKind::Unreachable
            | TerminatorKind::CoroutineDrop => Ok(()),
        }
    }

    fn operand(&mut self, operand: &Operand) -> Result<()> {
        match operand {
            Operand::Move(place) => self.make_uninit(place),
            _ => Ok(()),
        }
    }

    fn make_uninit(&mut self, place: &Place) -> Result<()> {
        let paths = self.paths_for(place)?;
        self.at.extend(paths.into_iter().map(|path| (path, Effect::Uninit)));
        Ok(())
    }

    fn init(&mut self, place: &Place) -> Result<()> {
        self.paths_for(place)?;
        if let LookupResult::Exact(path) = self.data.find(place) {
            self.at.push((path, Effect::Init));
        }
        Ok(())
    }

    /// The paths that moving out of `place` makes uninitialized, created where they are missing. None for a place
    /// behind a pointer, within a type that has a destructor, or that needs no drop.
    fn paths_for(&mut self, place: &Place) -> Result<SmallVec<[PathIdx; 1]>> {
        let none = SmallVec::new();
        let Some(mut path) = self.data.local_path(place.local) else { return Ok(none) };
        let mut at = PlaceTy { ty: self.locals[place.local.index()].ty, variant: None };
        let mut base = Place::from_local(place.local);
        for (i, elem) in place.projection.iter().enumerate() {
            let elem = match *elem {
                PlaceElem::Deref => match self.tcx.boxed_ty(at.ty)? {
                    Some(_) => *elem,
                    None => return Ok(none),
                },
                PlaceElem::Field(..) => match *self.tcx.interner.kind(at.ty) {
                    TyKind::Adt(def, _) => {
                        let adt = self.tcx.adt_def(def)?;
                        if adt.destructor.is_some() {
                            return Ok(none);
                        }
                        if adt.kind == AdtKind::Union {
                            // Moving out of a union moves all of it.
                            return Ok(SmallVec::from_slice(&[path]));
                        }
                        *elem
                    }
                    _ => *elem,
                },
                PlaceElem::Downcast(_) => *elem,
                PlaceElem::ConstantIndex { offset, from_end, .. } => match self.known_len(at.ty) {
                    Some(len) => constant_index(if from_end { len - offset } else { offset }, len),
                    None => return Ok(none),
                },
                PlaceElem::Subslice { from, to, from_end } => {
                    let Some(len) = self.known_len(at.ty) else { return Ok(none) };
                    if i + 1 != place.projection.len() {
                        return Err(Error::unsupported("a move out of a part of an array's subslice"));
                    }
                    let elem_ty = self.tcx.projection_ty(at, &constant_index(0, len))?.ty;
                    if !self.tcx.needs_drop(elem_ty)? {
                        return Ok(none);
                    }
                    let to = if from_end { len - to } else { to };
                    let elem_ty = PlaceTy { ty: elem_ty, variant: None };
                    return Ok((from..to).map(|n| self.step(path, &base, constant_index(n, len), elem_ty)).collect());
                }
                PlaceElem::Index(_) | PlaceElem::OpaqueCast(_) | PlaceElem::UnwrapUnsafeBinder(_) => return Ok(none),
            };
            at = self.tcx.projection_ty(at, &elem)?;
            if !self.tcx.needs_drop(at.ty)? {
                return Ok(none);
            }
            path = self.step(path, &base, elem, at);
            base = base.project(elem);
        }
        Ok(SmallVec::from_slice(&[path]))
    }

    fn known_len(&self, ty: Ty) -> Option<u64> {
        match *self.tcx.interner.kind(ty) {
            TyKind::Array(_, len) => self.tcx.array_len(len),
            _ => None,
        }
    }

    fn step(&mut self, path: PathIdx, base: &Place, elem: PlaceElem, ty: PlaceTy) -> PathIdx {
        let Some(step) = move_elem(&elem) else { return path };
        self.data.child(path, step).unwrap_or_else(|| self.data.new_path(Some((path, step)), base.project(elem), ty))
    }
}

pub fn constant_index(offset: u64, len: u64) -> PlaceElem {
    PlaceElem::ConstantIndex { offset, min_length: len, from_end: false }
}

/// The operands of an rvalue, in the order of their evaluation.
pub fn rvalue_operands(rvalue: &Rvalue) -> SmallVec<[&Operand; 2]> {
    match rvalue {
        Rvalue::Use(operand)
        | Rvalue::Repeat(operand, _)
        | Rvalue::Cast(_, operand, _)
        | Rvalue::UnaryOp(_, operand)
        | Rvalue::WrapUnsafeBinder(operand, _) => smallvec::smallvec![operand],
        Rvalue::BinaryOp(_, operands) => smallvec::smallvec![&operands.0, &operands.1],
        Rvalue::Aggregate(_, operands) => operands.iter().collect(),
        Rvalue::Ref(..)
        | Rvalue::ThreadLocalRef(_)
        | Rvalue::RawPtr(..)
        | Rvalue::Discriminant(_)
        | Rvalue::CopyForDeref(_) => SmallVec::new(),
    }
}
