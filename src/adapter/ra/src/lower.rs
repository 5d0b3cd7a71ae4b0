//! One body of rust-analyzer's MIR as a raw ramir body.
//!
//! The checks that rustc's MIR building emits are added here; moves are told from copies by rust-analyzer's solver. What is
//! not in rust-analyzer's MIR (drop elaboration, cleanup, promotion) is left to completion. Semantics:
//! `rustc_mir_build::builder`.

mod asm;
mod call;
mod place;
mod rvalue;

use crate::spans::Spans;
use crate::ty::TyLowering;
use ra_ap_hir_def::{ExpressionStoreOwnerId, GenericDefId, expr_store::ExpressionStore};
use ra_ap_hir_ty::{
    db::HirDatabase,
    mir::{
        BasicBlockId, InlineAsmOperand, LocalId, MirBody, MirSpan, Operand, OperandKind, Place, ProjectionElem, Rvalue,
        StatementKind, TerminatorKind,
    },
    next_solver::{
        DbInterner, ParamEnv, Ty, TypingMode,
        infer::{DbInternerInferExt, InferCtxt},
    },
};
use rac::adapter::error::{Error, Result};
use ramir::{BasicBlock, Local, UnwindAction};
use rustc_hash::{FxHashMap, FxHashSet};

/// Lowers one body.
pub struct Lowering<'a, 'db> {
    types: TyLowering<'a, 'db>,
    mir: &'db MirBody<'db>,
    owner: ExpressionStoreOwnerId,
    infcx: InferCtxt<'db>,
    /// Reveals no opaque type: what is behind one is moved, unless its bounds say that it is `Copy`.
    opaque_infcx: InferCtxt<'db>,
    env: ParamEnv<'db>,
    spans: Spans<'a, 'db>,
    overflow_checks: bool,
    is_coroutine: bool,
    locals: Vec<ramir::LocalDecl>,
    local_map: FxHashMap<LocalId, Local>,
    /// Locals that something is written to.
    assigned: FxHashSet<LocalId>,
    blocks: Vec<PartialBlock>,
    block_map: FxHashMap<BasicBlockId, BasicBlock>,
    at: BasicBlock,
    /// Where the current statement stands.
    info: ramir::SourceInfo,
    fn_span: ramir::Span,
    /// The discriminant that was read last in the current block, with rust-analyzer's local for it.
    discr: Option<(LocalId, Local)>,
}

struct PartialBlock {
    statements: Vec<ramir::Statement>,
    terminator: Option<ramir::Terminator>,
}

/// What is lowered: the MIR, whose generic parameters and whose source it has.
pub struct Input<'db> {
    pub mir: &'db MirBody<'db>,
    pub generic_def: GenericDefId,
    pub owner: ExpressionStoreOwnerId,
    pub overflow_checks: bool,
    /// What lives across a suspension point is kept in the value: the storage of every local counts.
    pub is_coroutine: bool,
    /// The span of the definition.
    pub span: ramir::Span,
}

/// The raw body.
pub fn lower<'a, 'db>(types: TyLowering<'a, 'db>, spans: Spans<'a, 'db>, input: Input<'db>) -> Result<ramir::Body> {
    let db = types.id.db;
    let interner = DbInterner::new_with(db, types.id.local);
    let info = ramir::SourceInfo { span: input.span, scope: ramir::SourceScope(0) };
    let mut lowering = Lowering {
        mir: input.mir,
        owner: input.owner,
        infcx: interner.infer_ctxt().build(TypingMode::PostAnalysis),
        opaque_infcx: interner.infer_ctxt().build(TypingMode::non_body_analysis()),
        env: db.trait_environment(input.generic_def),
        types,
        spans,
        overflow_checks: input.overflow_checks,
        is_coroutine: input.is_coroutine,
        locals: Vec::new(),
        local_map: FxHashMap::default(),
        assigned: FxHashSet::default(),
        blocks: Vec::new(),
        block_map: FxHashMap::default(),
        at: BasicBlock::START,
        info,
        fn_span: input.span,
        discr: None,
    };
    lowering.run().map_err(|error| lowering.at_line(error))?;
    lowering.finish(input)
}

impl<'a, 'db> Lowering<'a, 'db> {
    fn at_line(&self, error: Error) -> Error {
        match error.kind() {
            rac::adapter::error::ErrorKind::Unsupported(what) => {
                Error::unsupported(format!("{what} (line {})", self.info.span.line))
            }
            _ => error,
        }
    }

    fn run(&mut self) -> Result<()> {
        let mir = self.mir;
        let mut order = vec![LocalId::from_raw(0.into())];
        order.extend(mir.param_locals.iter().copied());
        for local in order {
            self.assigned.insert(local);
            self.local(local)?;
        }
        let reachable = self.reachable()?;
        // Block 0 is the entry.
        for &id in &reachable {
            let block = self.new_block();
            self.block_map.insert(id, block);
        }
        self.find_assigned();
        for id in reachable {
            self.at = self.block_map[&id];
            self.discr = None;
            let block = &mir.basic_blocks[id];
            for statement in &block.statements {
                self.set_span(statement.span);
                self.statement(&statement.kind)?;
            }
            if let Some(terminator) = &block.terminator {
                self.set_span(terminator.span);
                self.terminator(&terminator.kind)?;
            }
        }
        Ok(())
    }

    fn set_span(&mut self, span: MirSpan) {
        self.info.span = self.spans.span(span);
        self.fn_span = self.spans.fn_span(span);
    }

    /// The blocks that the entry leads to, it first, in the order that they were made in; a reachable one without a terminator is an
    /// error.
    fn reachable(&self) -> Result<Vec<BasicBlockId>> {
        let mut seen = FxHashSet::default();
        let mut order = Vec::new();
        let mut todo = vec![self.mir.start_block];
        while let Some(id) = todo.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let Some(terminator) = &self.mir.basic_blocks[id].terminator else {
                return Err(Error::unsupported("control flow that rust-analyzer's MIR leaves open"));
            };
            match &terminator.kind {
                TerminatorKind::Goto { target } | TerminatorKind::Drop { target, .. } => todo.push(*target),
                TerminatorKind::SwitchInt { targets, .. } => todo.extend(targets.all_targets().iter().copied()),
                TerminatorKind::Call { target, .. } => todo.extend(*target),
                TerminatorKind::Yield { resume, .. } => todo.push(*resume),
                TerminatorKind::InlineAsm { targets, .. } => todo.extend(targets.iter().copied()),
                TerminatorKind::Return | TerminatorKind::Unreachable | TerminatorKind::TailCall { .. } => {}
                other => return Err(Error::unsupported(format!("a terminator of rust-analyzer's MIR: {other:?}"))),
            }
        }
        // The entry was made first.
        order.sort_unstable();
        Ok(order)
    }

    fn find_assigned(&mut self) {
        for (_, block) in self.mir.basic_blocks.iter() {
            for statement in &block.statements {
                if let StatementKind::Assign(place, _) = &statement.kind {
                    self.assigned.insert(place.local);
                }
            }
            match block.terminator.as_ref().map(|terminator| &terminator.kind) {
                Some(TerminatorKind::Call { destination: place, .. } | TerminatorKind::Yield { resume_arg: place, .. }) => {
                    self.assigned.insert(place.local);
                }
                Some(TerminatorKind::InlineAsm { operands, .. }) => {
                    let places = operands.iter().filter_map(|operand| match operand {
                        InlineAsmOperand::Out { place } | InlineAsmOperand::InOut { out_place: place, .. } => place.as_ref(),
                        _ => None,
                    });
                    self.assigned.extend(places.map(|place| place.local));
                }
                _ => {}
            }
        }
    }

    fn local(&mut self, id: LocalId) -> Result<Local> {
        if let Some(&local) = self.local_map.get(&id) {
            return Ok(local);
        }
        let ty = self.types.ty(self.mir.locals[id].ty.as_ref())?;
        let local = self.new_local(ty);
        self.local_map.insert(id, local);
        Ok(local)
    }

    fn new_local(&mut self, ty: ramir::Ty) -> Local {
        self.locals.push(ramir::LocalDecl { ty, mutability: ramir::Mutability::Mut, span: self.info.span });
        Local::new(self.locals.len() - 1)
    }

    fn new_block(&mut self) -> BasicBlock {
        self.blocks.push(PartialBlock { statements: Vec::new(), terminator: None });
        BasicBlock::new(self.blocks.len() - 1)
    }

    fn push(&mut self, kind: ramir::StatementKind) {
        let statement = ramir::Statement { source_info: self.info, kind };
        self.blocks[self.at.index()].statements.push(statement);
    }

    fn assign(&mut self, place: ramir::Place, rvalue: ramir::Rvalue) {
        self.push(ramir::StatementKind::Assign(place, rvalue));
    }

    /// A new local with that value.
    fn temp(&mut self, ty: ramir::Ty, rvalue: ramir::Rvalue) -> ramir::Place {
        let place = ramir::Place::from_local(self.new_local(ty));
        self.assign(place.clone(), rvalue);
        place
    }

    fn terminate(&mut self, kind: ramir::TerminatorKind) {
        self.blocks[self.at.index()].terminator = Some(ramir::Terminator { source_info: self.info, kind });
    }

    /// Goes on in a new block if `cond` is as expected, else panics.
    fn assert(&mut self, cond: ramir::Operand, expected: bool, msg: ramir::AssertKind) {
        let target = self.new_block();
        self.terminate(ramir::TerminatorKind::Assert { cond, expected, msg, target, unwind: UnwindAction::Continue });
        self.at = target;
    }

    fn mk(&self, kind: ramir::TyKind) -> ramir::Ty {
        self.types.id.store.interner().mk(kind)
    }

    fn usize(&self) -> ramir::Ty {
        self.mk(ramir::TyKind::Uint(ramir::UintTy::Usize))
    }

    fn bool(&self) -> ramir::Ty {
        self.mk(ramir::TyKind::Bool)
    }

    fn is_copy(&self, ty: Ty<'db>) -> bool {
        self.opaque_infcx.type_is_copy_modulo_regions(self.env, ty)
    }

    fn statement(&mut self, kind: &StatementKind) -> Result<()> {
        match kind {
            StatementKind::Assign(place, rvalue) => self.assignment(place, rvalue),
            StatementKind::FakeRead(place) => self.bounds_check(place),
            StatementKind::StorageLive(local) => {
                let counts = self.is_coroutine || self.may_need_drop(self.mir.locals[*local].ty.as_ref());
                if counts && self.assigned.contains(local) {
                    let local = self.local(*local)?;
                    self.push(ramir::StatementKind::StorageLive(local));
                }
                Ok(())
            }
            StatementKind::StorageDead(local) => {
                if self.is_coroutine && self.assigned.contains(local) && !self.mir.param_locals.contains(local) {
                    let local = self.local(*local)?;
                    self.push(ramir::StatementKind::StorageDead(local));
                }
                Ok(())
            }
            StatementKind::Nop => Ok(()),
            StatementKind::Deinit(_) => Err(Error::unsupported("`Deinit` in rust-analyzer's MIR")),
        }
    }

    fn terminator(&mut self, kind: &TerminatorKind) -> Result<()> {
        match kind {
            TerminatorKind::Goto { target } => {
                let target = self.block_map[target];
                self.terminate(ramir::TerminatorKind::Goto { target });
            }
            TerminatorKind::SwitchInt { discr, targets } => {
                let (discr, bits) = self.switched(discr)?;
                let mask = if bits >= 128 { u128::MAX } else { (1 << bits) - 1 };
                let (values, blocks) =
                    targets.iter().map(|(value, target)| (value & mask, self.block_map[&target])).unzip();
                let otherwise = self.block_map[&targets.otherwise()];
                let targets = ramir::SwitchTargets { values, targets: blocks, otherwise };
                self.terminate(ramir::TerminatorKind::SwitchInt { discr, targets });
            }
            TerminatorKind::Return => self.terminate(ramir::TerminatorKind::Return),
            TerminatorKind::Unreachable => self.terminate(ramir::TerminatorKind::Unreachable),
            TerminatorKind::Drop { place, target, .. } => {
                let target = self.block_map[target];
                if !place.projection.is_empty() {
                    return Err(Error::unsupported("a drop of a part in rust-analyzer's MIR"));
                }
                if self.assigned.contains(&place.local) && self.may_need_drop(self.mir.locals[place.local].ty.as_ref())
                {
                    let place = ramir::Place::from_local(self.local(place.local)?);
                    self.terminate(ramir::TerminatorKind::Drop { place, target, unwind: UnwindAction::Continue });
                } else {
                    self.terminate(ramir::TerminatorKind::Goto { target });
                }
            }
            TerminatorKind::Call { func, args, destination, target, .. } => {
                self.call(func, args, destination, *target)?;
            }
            TerminatorKind::TailCall { func, args } => self.tail_call(func, args)?,
            TerminatorKind::Yield { value, resume, resume_arg, .. } => {
                let value = self.operand(value)?.0;
                let resume_arg = self.place(resume_arg)?.0;
                let resume = self.block_map[resume];
                self.terminate(ramir::TerminatorKind::Yield { value, resume, resume_arg, drop: None });
            }
            TerminatorKind::InlineAsm { asm, operands, targets } => self.inline_asm(*asm, operands, targets)?,
            other => return Err(Error::unsupported(format!("a terminator of rust-analyzer's MIR: {other:?}"))),
        }
        Ok(())
    }

    fn may_need_drop(&self, ty: Ty<'db>) -> bool {
        use ra_ap_hir_ty::next_solver::TyKind;
        use ra_ap_rustc_type_ir::inherent::IntoKind;
        !matches!(
            ty.kind(),
            TyKind::Bool
                | TyKind::Char
                | TyKind::Int(_)
                | TyKind::Uint(_)
                | TyKind::Float(_)
                | TyKind::RawPtr(..)
                | TyKind::Ref(..)
                | TyKind::FnDef(..)
                | TyKind::FnPtr(..)
                | TyKind::Never
        )
    }

    /// The operand of a switch and how many bits of it count.
    fn switched(&mut self, discr: &Operand) -> Result<(ramir::Operand, u32)> {
        if let OperandKind::Copy(place) | OperandKind::Move(place) = &discr.kind
            && let Some((id, local)) = self.discr
            && place.projection.is_empty()
            && place.local == id
        {
            let ty = self.locals[local.index()].ty;
            let bits = self.int_bits(ty)?.0;
            return Ok((ramir::Operand::Move(ramir::Place::from_local(local)), bits));
        }
        let (operand, ty) = self.operand(discr)?;
        let ty = self.types.ty(ty)?;
        let bits = match self.types.id.store.interner().kind(ty) {
            ramir::TyKind::Bool => 8,
            ramir::TyKind::Char => 32,
            _ => self.int_bits(ty)?.0,
        };
        Ok((operand, bits))
    }

    fn finish(mut self, input: Input<'db>) -> Result<ramir::Body> {
        let body = ExpressionStore::of(self.types.id.db, input.owner);
        let mut var_debug_info = Vec::new();
        for (binding, local) in self.mir.binding_locals.iter() {
            if let Some(&local) = self.local_map.get(local) {
                let argument_index =
                    (1..=self.mir.param_locals.len()).contains(&local.index()).then_some(local.index() as u32);
                self.set_span(MirSpan::BindingId(binding));
                var_debug_info.push(ramir::VarDebugInfo {
                    name: self.types.id.sym(body[binding].name.as_str()),
                    source_info: self.info,
                    argument_index,
                    value: ramir::VarDebugInfoContents::Place(ramir::Place::from_local(local)),
                });
            }
        }
        let mut blocks = Vec::new();
        for block in self.blocks {
            let terminator = block.terminator.ok_or_else(|| Error::unsupported("a block that was left open"))?;
            blocks.push(ramir::BasicBlockData { statements: block.statements, terminator, is_cleanup: false });
        }
        Ok(ramir::Body {
            locals: self.locals,
            arg_count: self.mir.param_locals.len() as u32,
            spread_arg: None,
            blocks,
            scopes: vec![ramir::SourceScopeData {
                span: input.span,
                parent_scope: None,
                inlined: None,
                inlined_parent_scope: None,
            }],
            var_debug_info,
            required_consts: Vec::new(),
            span: input.span,
        })
    }
}

fn unsupported_place(place: &Place) -> Error {
    let last = place.projection.lookup().last();
    Error::unsupported(format!("a place that ends in {:?}", last.map(|elem: &ProjectionElem<LocalId>| *elem)))
}

/// What an assignment's right-hand side is called in messages.
fn rvalue_name(rvalue: &Rvalue) -> String {
    let text = format!("{rvalue:?}");
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
