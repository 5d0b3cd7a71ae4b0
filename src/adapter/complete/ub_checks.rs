//! The checks that debug builds make of unsafe code, in the bodies that code generation compiles.
//! Semantics: the first passes of `rustc_mir_transform::run_optimization_passes`.
//!
//! The evaluator runs bodies without them, as rustc's does (`mir_for_ctfe`): the address of a pointer, which they look at, is
//! not known there. So they are no part of what a body needs to be complete, and are put in where a body is asked for to be
//! compiled. Exported bodies have them from rustc.

use super::place_ty::{TypeCx, identity_args};
use super::{check_alignment, check_enums, check_null, const_eval_select};
use crate::adapter::memo::Memo;
use crate::adapter::{Result, Tcx};
use ramir::*;

/// By definition: the body to compile; `None` if it is the one that the evaluator runs.
#[derive(Default)]
pub struct Cache {
    bodies: Memo<DefId, Option<Body>>,
}

impl Tcx {
    /// The body to compile for an item: as the store has it, with what only happens at run time, and with the checks of unsafe
    /// code if they are on.
    pub fn body_to_compile(&self, def: DefId) -> Result<Option<&Body>> {
        let Some(body) = self.store.body(def)? else { return Ok(None) };
        if !self.store.is_provided(def)? {
            return Ok(Some(body));
        }
        let checked = self.checked.bodies.get_or_try(def, |&def| {
            let types = TypeCx::new(&self.store, def)?;
            if !self.opts.ub_checks && !const_eval_select::has_calls(&types, body)? {
                return Ok(None);
            }
            let mut checked = body.clone();
            let mut changed = const_eval_select::call_at_run_time(&types, &mut checked)?;
            if self.opts.ub_checks {
                changed |= add_ub_checks(self, def, &mut checked)?;
            }
            Ok::<_, crate::adapter::Error>(changed.then_some(checked))
        })?;
        Ok(Some(checked.as_ref().unwrap_or(body)))
    }
}

/// Puts the checks into the body of `def`, which is complete and has none. `false`: there was nothing to check.
pub fn add_ub_checks(tcx: &Tcx, def: DefId, body: &mut Body) -> Result<bool> {
    // Where nothing implements panics, code that cannot panic shall still link.
    let runs = matches!(tcx.store.item(def)?.data, ItemData::Fn(_) | ItemData::Closure(_));
    if !runs || tcx.store.lang_item("panic_impl").is_none() {
        return Ok(false);
    }
    let cx = CheckCx { tcx, types: TypeCx::new(&tcx.store, def)?, def, clauses: clauses(tcx, def)? };
    let blocks = body.blocks.len();
    check_alignment::check_alignment(&cx, body)?;
    check_null::check_null(&cx, body)?;
    check_enums::check_enums(&cx, body)?;
    Ok(body.blocks.len() != blocks)
}

/// What the passes ask, for the body of one definition.
pub struct CheckCx<'a> {
    pub tcx: &'a Tcx,
    pub types: TypeCx<'a>,
    pub def: DefId,
    /// The where-clauses that hold in the body.
    clauses: Vec<Clause>,
}

impl CheckCx<'_> {
    pub fn is_sized(&self, ty: Ty) -> Result<bool> {
        self.tcx.is_sized_in_generic(ty, &self.clauses)
    }

    /// `SizedTypeProperties::ALIGN` or another constant of a type that is a lang item.
    pub fn const_of_ty(&self, lang_item: &str, ty: Ty, span: Span) -> Result<Operand> {
        let def = self.tcx.store.require_lang_item(lang_item)?;
        let args = self.tcx.mk_args(&[GenericArg::Type(ty)]);
        let const_ = MirConst::Unevaluated { def, args, promoted: None, ty: self.tcx.common.usize };
        Ok(Operand::Constant(Box::new(ConstOperand { span, const_ })))
    }
}

fn clauses(tcx: &Tcx, def: DefId) -> Result<Vec<Clause>> {
    let mut clauses = Vec::new();
    let mut at = Some(def);
    while let Some(def) = at {
        let item = tcx.store.item(def)?;
        clauses.extend(&item.predicates);
        if let ItemData::Trait(_) = item.data {
            let trait_ref = TraitRef { def_id: def, args: identity_args(&tcx.store, def)? };
            clauses.push(Clause::Trait { trait_ref, polarity: true });
        }
        at = item.generics.parent;
    }
    Ok(clauses)
}

/// A place in a body where a check is put: what is added goes to the end of `statements`.
pub struct Insertion<'a> {
    pub tcx: &'a Tcx,
    pub locals: &'a mut Vec<LocalDecl>,
    pub statements: &'a mut Vec<Statement>,
    pub source_info: SourceInfo,
}

impl<'a> Insertion<'a> {
    /// At the end of `block`.
    pub fn new(tcx: &'a Tcx, body: &'a mut Body, block: usize, source_info: SourceInfo) -> Insertion<'a> {
        Insertion { tcx, locals: &mut body.locals, statements: &mut body.blocks[block].statements, source_info }
    }

    /// A new local with the value, as a place.
    pub fn place(&mut self, ty: Ty, value: Rvalue) -> Place {
        self.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: self.source_info.span });
        let place = Place::from_local(Local::new(self.locals.len() - 1));
        let kind = StatementKind::Assign(place.clone(), value);
        self.statements.push(Statement { source_info: self.source_info, kind });
        place
    }

    /// A new local with the value, copied.
    pub fn temp(&mut self, ty: Ty, value: Rvalue) -> Operand {
        Operand::Copy(self.place(ty, value))
    }

    pub fn binary(&mut self, ty: Ty, op: BinOp, left: Operand, right: Operand) -> Operand {
        self.temp(ty, Rvalue::BinaryOp(op, Box::new((left, right))))
    }

    pub fn bool(&self, value: bool) -> Operand {
        self.scalar(self.tcx.common.bool, value.into(), 1)
    }

    pub fn usize(&self, value: u64) -> Operand {
        self.scalar(self.tcx.common.usize, value.into(), 8)
    }

    pub fn u128(&self, value: u128) -> Operand {
        self.scalar(self.tcx.common.u128, value, 16)
    }

    fn scalar(&self, ty: Ty, data: u128, size: u8) -> Operand {
        let const_ = MirConst::Val(ConstValue::Scalar(Scalar::Int(ScalarInt { data, size })), ty);
        Operand::Constant(Box::new(ConstOperand { span: self.source_info.span, const_ }))
    }
}

/// Cuts `block` in two before the statement `at`; the first part ends in a goto to the second, which is returned.
pub fn split_block(body: &mut Body, block: usize, at: usize) -> BasicBlock {
    let new = BasicBlock::new(body.blocks.len());
    let first = &mut body.blocks[block];
    let source_info = first.terminator.source_info;
    let goto = Terminator { source_info, kind: TerminatorKind::Goto { target: new } };
    let second = BasicBlockData {
        statements: first.statements.split_off(at),
        terminator: std::mem::replace(&mut first.terminator, goto),
        is_cleanup: first.is_cleanup,
    };
    body.blocks.push(second);
    new
}

/// The end of a block with a check that fails unless `cond`. It must not unwind: the code around it is unsafe, and would not
/// expect that.
pub fn assert(source_info: SourceInfo, cond: Operand, msg: AssertKind, target: BasicBlock) -> Terminator {
    let kind = TerminatorKind::Assert { cond, expected: true, msg, target, unwind: UnwindAction::Unreachable };
    Terminator { source_info, kind }
}
