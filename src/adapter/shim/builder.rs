//! Construction of bodies by hand.

use crate::adapter::{Result, Tcx};
use ramir::*;

/// A body under construction.
pub struct BodyBuilder<'a> {
    pub tcx: &'a Tcx,
    locals: Vec<LocalDecl>,
    arg_count: u32,
    blocks: Vec<BasicBlockData>,
    source_info: SourceInfo,
    pub spread_arg: Option<Local>,
}

impl<'a> BodyBuilder<'a> {
    /// A body with the given return type and arguments, positioned at the definition of `def`.
    pub fn new(tcx: &'a Tcx, def: DefId, output: Ty, inputs: &[Ty]) -> Result<BodyBuilder<'a>> {
        let span = tcx.store.opt_item(def)?.map_or(Span::DUMMY, |item| item.span);
        let mut builder = BodyBuilder {
            tcx,
            locals: Vec::with_capacity(inputs.len() + 4),
            arg_count: inputs.len() as u32,
            blocks: Vec::new(),
            source_info: SourceInfo { span, scope: SourceScope(0) },
            spread_arg: None,
        };
        builder.new_temp(output);
        for &input in inputs {
            builder.new_temp(input);
        }
        Ok(builder)
    }

    pub fn new_temp(&mut self, ty: Ty) -> Local {
        self.locals.push(LocalDecl { ty, mutability: Mutability::Mut, span: self.source_info.span });
        Local::new(self.locals.len() - 1)
    }

    pub fn new_block(&mut self, statements: Vec<Statement>, kind: TerminatorKind, is_cleanup: bool) -> BasicBlock {
        let terminator = Terminator { source_info: self.source_info, kind };
        self.blocks.push(BasicBlockData { statements, terminator, is_cleanup });
        BasicBlock::new(self.blocks.len() - 1)
    }

    pub fn set_terminator(&mut self, block: BasicBlock, kind: TerminatorKind) {
        self.blocks[block.index()].terminator.kind = kind;
    }

    pub fn set_statements(&mut self, block: BasicBlock, statements: Vec<Statement>) {
        self.blocks[block.index()].statements = statements;
    }

    pub fn statement(&self, kind: StatementKind) -> Statement {
        Statement { source_info: self.source_info, kind }
    }

    pub fn assign(&self, place: Place, rvalue: Rvalue) -> Statement {
        self.statement(StatementKind::Assign(place, rvalue))
    }

    /// A call of the function item `def` with `args`.
    pub fn call(
        &self,
        def: DefId,
        args: &[GenericArg],
        operands: Vec<Operand>,
        destination: Place,
        target: BasicBlock,
        unwind: UnwindAction,
    ) -> TerminatorKind {
        TerminatorKind::Call {
            func: self.fn_operand(def, args),
            args: operands,
            destination,
            target: Some(target),
            unwind,
            fn_span: self.source_info.span,
        }
    }

    /// The value of the function item `def` with `args`.
    pub fn fn_operand(&self, def: DefId, args: &[GenericArg]) -> Operand {
        let ty = self.tcx.mk(TyKind::FnDef(def, self.tcx.mk_args(args)));
        self.constant(ConstValue::ZeroSized, ty)
    }

    pub fn fn_span(&self) -> Span {
        self.source_info.span
    }

    pub fn constant(&self, value: ConstValue, ty: Ty) -> Operand {
        let const_ = MirConst::Val(value, ty);
        Operand::Constant(Box::new(ConstOperand { span: self.source_info.span, const_ }))
    }

    pub fn usize_constant(&self, value: u64) -> Operand {
        let scalar = Scalar::Int(ScalarInt { data: value.into(), size: 8 });
        self.constant(ConstValue::Scalar(scalar), self.tcx.common.usize)
    }

    /// The body, entered at `start`, without blocks that cannot be reached.
    pub fn finish(mut self, start: BasicBlock) -> Body {
        let mut new_ids = vec![None; self.blocks.len()];
        let mut order = Vec::new();
        let mut work = vec![start];
        while let Some(block) = work.pop() {
            if new_ids[block.index()].is_some() {
                continue;
            }
            new_ids[block.index()] = Some(BasicBlock::new(order.len()));
            order.push(block);
            work.extend(self.blocks[block.index()].terminator.kind.successors().into_iter().rev());
        }
        let blocks = order
            .iter()
            .map(|block| {
                let data = &mut self.blocks[block.index()];
                let kind = std::mem::replace(&mut data.terminator.kind, TerminatorKind::Unreachable);
                BasicBlockData {
                    statements: std::mem::take(&mut data.statements),
                    terminator: Terminator {
                        source_info: data.terminator.source_info,
                        kind: retarget(kind, &|block| new_ids[block.index()].unwrap_or(block)),
                    },
                    is_cleanup: data.is_cleanup,
                }
            })
            .collect();
        Body {
            locals: self.locals,
            arg_count: self.arg_count,
            spread_arg: self.spread_arg,
            blocks,
            scopes: vec![SourceScopeData {
                span: self.source_info.span,
                parent_scope: None,
                inlined: None,
                inlined_parent_scope: None,
            }],
            var_debug_info: Vec::new(),
            required_consts: Vec::new(),
            span: self.source_info.span,
        }
    }
}

/// The same terminator with renumbered targets, for the kinds that shims consist of.
fn retarget(kind: TerminatorKind, map: &dyn Fn(BasicBlock) -> BasicBlock) -> TerminatorKind {
    let map_unwind = |unwind| match unwind {
        UnwindAction::Cleanup(block) => UnwindAction::Cleanup(map(block)),
        other => other,
    };
    match kind {
        TerminatorKind::Goto { target } => TerminatorKind::Goto { target: map(target) },
        TerminatorKind::SwitchInt { discr, mut targets } => {
            for target in &mut targets.targets {
                *target = map(*target);
            }
            targets.otherwise = map(targets.otherwise);
            TerminatorKind::SwitchInt { discr, targets }
        }
        TerminatorKind::Drop { place, target, unwind } => {
            TerminatorKind::Drop { place, target: map(target), unwind: map_unwind(unwind) }
        }
        TerminatorKind::Call { func, args, destination, target, unwind, fn_span } => TerminatorKind::Call {
            func,
            args,
            destination,
            target: target.map(map),
            unwind: map_unwind(unwind),
            fn_span,
        },
        other => other,
    }
}
