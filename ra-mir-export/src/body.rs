//! Conversion of MIR bodies in the runtime phase. What only analysis needs (fake reads, type ascriptions, coverage
//! marks) is left out.

use crate::cx::ExportCx;
use crate::rustc::*;
use crate::ty::mutability;
use rustc_ast::InlineAsmTemplatePiece;
use rustc_hir::{CoroutineDesugaring, CoroutineKind, CoroutineSource};
use rustc_middle::ty::adjustment::PointerCoercion;
use rustc_target::asm::InlineAsmRegOrRegClass;

/// A construct that ramir has no form for, by name.
#[derive(Debug)]
pub struct Unsupported(pub String);

type Result<T> = std::result::Result<T, Unsupported>;

fn unsupported<T>(what: impl Into<String>) -> Result<T> {
    Err(Unsupported(what.into()))
}

impl<'tcx> ExportCx<'tcx, '_> {
    pub fn body(&mut self, body: &mir::Body<'tcx>) -> Result<ramir::Body> {
        let locals = body
            .local_decls
            .iter()
            .map(|decl| ramir::LocalDecl {
                ty: self.ty(decl.ty),
                mutability: mutability(decl.mutability),
                span: self.span(decl.source_info.span),
            })
            .collect();
        let scopes = body.source_scopes.iter().map(|scope| self.scope(scope)).collect();
        let mut blocks = Vec::with_capacity(body.basic_blocks.len());
        for block in body.basic_blocks.iter() {
            let mut statements = Vec::with_capacity(block.statements.len());
            for statement in &block.statements {
                if let Some(kind) = self.statement(&statement.kind)? {
                    let source_info = self.source_info(statement.source_info);
                    statements.push(ramir::Statement { source_info, kind });
                }
            }
            let terminator = block.terminator();
            blocks.push(ramir::BasicBlockData {
                statements,
                terminator: ramir::Terminator {
                    source_info: self.source_info(terminator.source_info),
                    kind: self.terminator(&terminator.kind)?,
                },
                is_cleanup: block.is_cleanup,
            });
        }
        let mut var_debug_info = Vec::with_capacity(body.var_debug_info.len());
        for var in body.var_debug_info.iter().filter(|v| v.composite.is_none()) {
            var_debug_info.push(ramir::VarDebugInfo {
                name: self.symbol(var.name),
                source_info: self.source_info(var.source_info),
                argument_index: var.argument_index.map(u32::from),
                value: match &var.value {
                    mir::VarDebugInfoContents::Place(place) => {
                        ramir::VarDebugInfoContents::Place(self.place(*place))
                    }
                    mir::VarDebugInfoContents::Const(ct) => ramir::VarDebugInfoContents::Const(self.const_operand(ct)),
                },
            });
        }
        let required_consts = body.required_consts.iter().flatten().map(|ct| self.const_operand(ct)).collect();
        Ok(ramir::Body {
            locals,
            arg_count: body.arg_count as u32,
            spread_arg: body.spread_arg.map(local),
            blocks,
            scopes,
            var_debug_info,
            required_consts,
            span: self.span(body.span),
        })
    }

    fn scope(&mut self, scope: &mir::SourceScopeData<'tcx>) -> ramir::SourceScopeData {
        ramir::SourceScopeData {
            span: self.span(scope.span),
            parent_scope: scope.parent_scope.map(source_scope),
            inlined: scope.inlined.map(|(callee, call_site)| ramir::InlinedScope {
                callee: self.def_id(callee.def_id()),
                args: self.args(callee.args),
                track_caller: callee.def.requires_caller_location(self.tcx),
                call_site: self.span(call_site),
            }),
            inlined_parent_scope: scope.inlined_parent_scope.map(source_scope),
        }
    }

    fn source_info(&mut self, info: mir::SourceInfo) -> ramir::SourceInfo {
        ramir::SourceInfo { span: self.span(info.span), scope: source_scope(info.scope) }
    }

    fn statement(&mut self, kind: &mir::StatementKind<'tcx>) -> Result<Option<ramir::StatementKind>> {
        use mir::StatementKind as S;
        use ramir::StatementKind as R;
        Ok(Some(match kind {
            S::Assign(assign) => R::Assign(self.place(assign.0), self.rvalue(&assign.1)?),
            S::SetDiscriminant { place, variant_index } => {
                R::SetDiscriminant { place: self.place(**place), variant_index: variant(*variant_index) }
            }
            S::StorageLive(l) => R::StorageLive(local(*l)),
            S::StorageDead(l) => R::StorageDead(local(*l)),
            S::Intrinsic(intrinsic) => match &**intrinsic {
                mir::NonDivergingIntrinsic::Assume(op) => R::Assume(self.operand(op)),
                mir::NonDivergingIntrinsic::CopyNonOverlapping(copy) => R::CopyNonOverlapping {
                    src: self.operand(&copy.src),
                    dst: self.operand(&copy.dst),
                    count: self.operand(&copy.count),
                },
            },
            S::FakeRead(..)
            | S::Retag(..)
            | S::PlaceMention(..)
            | S::AscribeUserType(..)
            | S::Coverage(..)
            | S::ConstEvalCounter
            | S::Nop
            | S::BackwardIncompatibleDropHint { .. } => return Ok(None),
        }))
    }

    fn terminator(&mut self, kind: &mir::TerminatorKind<'tcx>) -> Result<ramir::TerminatorKind> {
        use mir::TerminatorKind as T;
        use ramir::TerminatorKind as R;
        Ok(match kind {
            T::Goto { target } => R::Goto { target: block(*target) },
            T::SwitchInt { discr, targets } => {
                let (values, blocks) = targets.iter().map(|(value, target)| (value, block(target))).unzip();
                R::SwitchInt {
                    discr: self.operand(discr),
                    targets: ramir::SwitchTargets { values, targets: blocks, otherwise: block(targets.otherwise()) },
                }
            }
            T::UnwindResume => R::UnwindResume,
            T::UnwindTerminate(reason) => R::UnwindTerminate(terminate_reason(*reason)),
            T::Return => R::Return,
            T::Unreachable => R::Unreachable,
            T::Drop { place, target, unwind, replace: _, drop, async_fut } => {
                if drop.is_some() || async_fut.is_some() {
                    return unsupported("asynchronous drop");
                }
                R::Drop { place: self.place(*place), target: block(*target), unwind: unwind_action(*unwind) }
            }
            T::Call { func, args, destination, target, unwind, call_source: _, fn_span } => R::Call {
                func: self.operand(func),
                args: args.iter().map(|arg| self.operand(&arg.node)).collect(),
                destination: self.place(*destination),
                target: target.map(block),
                unwind: unwind_action(*unwind),
                fn_span: self.span(*fn_span),
            },
            T::TailCall { func, args, fn_span } => R::TailCall {
                func: self.operand(func),
                args: args.iter().map(|arg| self.operand(&arg.node)).collect(),
                fn_span: self.span(*fn_span),
            },
            T::Assert { cond, expected, msg, target, unwind } => R::Assert {
                cond: self.operand(cond),
                expected: *expected,
                msg: self.assert_kind(msg),
                target: block(*target),
                unwind: unwind_action(*unwind),
            },
            // Both are analysis artifacts whose imaginary edge is never taken.
            T::FalseEdge { real_target, .. } | T::FalseUnwind { real_target, .. } => {
                R::Goto { target: block(*real_target) }
            }
            T::Yield { .. } | T::CoroutineDrop => return unsupported("coroutine before its state transform"),
            T::InlineAsm { asm_macro, template, operands, options, line_spans: _, targets, unwind } => {
                let operands = operands.iter().map(|op| self.asm_operand(op)).collect();
                R::InlineAsm(Box::new(ramir::InlineAsm {
                    naked: matches!(asm_macro, mir::InlineAsmMacro::NakedAsm),
                    template: template_pieces(template),
                    operands,
                    options: options.bits(),
                    targets: targets.iter().map(|&t| block(t)).collect(),
                    unwind: unwind_action(*unwind),
                }))
            }
        })
    }

    fn assert_kind(&mut self, msg: &mir::AssertMessage<'tcx>) -> ramir::AssertKind {
        use mir::AssertKind as A;
        use ramir::AssertKind as R;
        match msg {
            A::BoundsCheck { len, index } => R::BoundsCheck { len: self.operand(len), index: self.operand(index) },
            A::Overflow(op, a, b) => R::Overflow(bin_op(*op), self.operand(a), self.operand(b)),
            A::OverflowNeg(a) => R::OverflowNeg(self.operand(a)),
            A::DivisionByZero(a) => R::DivisionByZero(self.operand(a)),
            A::RemainderByZero(a) => R::RemainderByZero(self.operand(a)),
            A::ResumedAfterReturn(kind) => R::ResumedAfterReturn(coroutine_kind(*kind)),
            A::ResumedAfterPanic(kind) => R::ResumedAfterPanic(coroutine_kind(*kind)),
            A::ResumedAfterDrop(kind) => R::ResumedAfterDrop(coroutine_kind(*kind)),
            A::MisalignedPointerDereference { required, found } => R::MisalignedPointerDereference {
                required: self.operand(required),
                found: self.operand(found),
            },
            A::NullPointerDereference => R::NullPointerDereference,
            A::InvalidEnumConstruction(a) => R::InvalidEnumConstruction(self.operand(a)),
        }
    }

    fn asm_operand(&mut self, op: &mir::InlineAsmOperand<'tcx>) -> ramir::InlineAsmOperand {
        use mir::InlineAsmOperand as A;
        use ramir::InlineAsmOperand as R;
        match op {
            A::In { reg, value } => R::In { reg: self.asm_reg(*reg), value: self.operand(value) },
            A::Out { reg, late, place } => {
                R::Out { reg: self.asm_reg(*reg), late: *late, place: place.map(|p| self.place(p)) }
            }
            A::InOut { reg, late, in_value, out_place } => R::InOut {
                reg: self.asm_reg(*reg),
                late: *late,
                in_value: self.operand(in_value),
                out_place: out_place.map(|p| self.place(p)),
            },
            A::Const { value } => R::Const { value: self.const_operand(value) },
            A::SymFn { value } => R::SymFn { value: self.const_operand(value) },
            A::SymStatic { def_id } => R::SymStatic { def_id: self.def_id(*def_id) },
            A::Label { target_index } => R::Label { target_index: *target_index as u32 },
        }
    }

    fn asm_reg(&mut self, reg: InlineAsmRegOrRegClass) -> ramir::InlineAsmRegOrRegClass {
        match reg {
            InlineAsmRegOrRegClass::Reg(reg) => ramir::InlineAsmRegOrRegClass::Reg(self.interner.sym(reg.name())),
            InlineAsmRegOrRegClass::RegClass(class) => {
                ramir::InlineAsmRegOrRegClass::RegClass(self.symbol(class.name()))
            }
        }
    }

    fn place(&mut self, place: mir::Place<'tcx>) -> ramir::Place {
        ramir::Place {
            local: local(place.local),
            projection: place.projection.iter().map(|elem| self.place_elem(elem)).collect(),
        }
    }

    fn place_elem(&mut self, elem: mir::PlaceElem<'tcx>) -> ramir::PlaceElem {
        use mir::ProjectionElem as P;
        use ramir::PlaceElem as R;
        match elem {
            P::Deref => R::Deref,
            P::Field(field, ty) => R::Field(ramir::FieldIdx(field.as_u32()), self.ty(ty)),
            P::Index(l) => R::Index(local(l)),
            P::ConstantIndex { offset, min_length, from_end } => R::ConstantIndex { offset, min_length, from_end },
            P::Subslice { from, to, from_end } => R::Subslice { from, to, from_end },
            P::Downcast(_, v) => R::Downcast(variant(v)),
            P::OpaqueCast(ty) => R::OpaqueCast(self.ty(ty)),
            P::UnwrapUnsafeBinder(ty) => R::UnwrapUnsafeBinder(self.ty(ty)),
        }
    }

    fn operand(&mut self, op: &mir::Operand<'tcx>) -> ramir::Operand {
        match op {
            mir::Operand::Copy(place) => ramir::Operand::Copy(self.place(*place)),
            mir::Operand::Move(place) => ramir::Operand::Move(self.place(*place)),
            mir::Operand::Constant(ct) => ramir::Operand::Constant(Box::new(self.const_operand(ct))),
            mir::Operand::RuntimeChecks(check) => ramir::Operand::RuntimeChecks(match check {
                mir::RuntimeChecks::UbChecks => ramir::RuntimeChecks::UbChecks,
                mir::RuntimeChecks::ContractChecks => ramir::RuntimeChecks::ContractChecks,
                mir::RuntimeChecks::OverflowChecks => ramir::RuntimeChecks::OverflowChecks,
            }),
        }
    }

    pub fn const_operand(&mut self, ct: &mir::ConstOperand<'tcx>) -> ramir::ConstOperand {
        ramir::ConstOperand { span: self.span(ct.span), const_: self.mir_const(ct.const_) }
    }

    fn mir_const(&mut self, ct: mir::Const<'tcx>) -> ramir::MirConst {
        match ct {
            mir::Const::Ty(ty, ct) => ramir::MirConst::Ty(self.ty(ty), self.ct(ct)),
            mir::Const::Unevaluated(uv, ty) => ramir::MirConst::Unevaluated {
                def: self.def_id(uv.def),
                args: self.args(uv.args),
                promoted: uv.promoted.map(|p| ramir::Promoted(p.as_u32())),
                ty: self.ty(ty),
            },
            mir::Const::Val(value, ty) => ramir::MirConst::Val(self.const_value(value), self.ty(ty)),
        }
    }

    fn rvalue(&mut self, rvalue: &mir::Rvalue<'tcx>) -> Result<ramir::Rvalue> {
        use mir::Rvalue as V;
        use ramir::Rvalue as R;
        Ok(match rvalue {
            V::Use(op) => R::Use(self.operand(op)),
            V::Repeat(op, count) => R::Repeat(self.operand(op), self.ct(*count)),
            V::Ref(_, kind, place) => {
                let kind = match kind {
                    mir::BorrowKind::Shared => ramir::BorrowKind::Shared,
                    mir::BorrowKind::Mut { .. } => ramir::BorrowKind::Mut,
                    mir::BorrowKind::Fake(_) => return unsupported("fake borrow"),
                };
                R::Ref(kind, self.place(*place))
            }
            V::ThreadLocalRef(def) => R::ThreadLocalRef(self.def_id(*def)),
            V::RawPtr(kind, place) => {
                let kind = match kind {
                    mir::RawPtrKind::Mut => ramir::RawPtrKind::Mut,
                    mir::RawPtrKind::Const => ramir::RawPtrKind::Const,
                    mir::RawPtrKind::FakeForPtrMetadata => ramir::RawPtrKind::FakeForPtrMetadata,
                };
                R::RawPtr(kind, self.place(*place))
            }
            V::Cast(kind, op, ty) => R::Cast(cast_kind(*kind), self.operand(op), self.ty(*ty)),
            V::BinaryOp(op, operands) => {
                R::BinaryOp(bin_op(*op), Box::new((self.operand(&operands.0), self.operand(&operands.1))))
            }
            V::UnaryOp(op, operand) => {
                let op = match op {
                    mir::UnOp::Not => ramir::UnOp::Not,
                    mir::UnOp::Neg => ramir::UnOp::Neg,
                    mir::UnOp::PtrMetadata => ramir::UnOp::PtrMetadata,
                };
                R::UnaryOp(op, self.operand(operand))
            }
            V::Discriminant(place) => R::Discriminant(self.place(*place)),
            V::Aggregate(kind, fields) => {
                let kind = self.aggregate_kind(kind);
                R::Aggregate(kind, fields.iter().map(|op| self.operand(op)).collect())
            }
            V::CopyForDeref(place) => R::CopyForDeref(self.place(*place)),
            V::WrapUnsafeBinder(op, ty) => R::WrapUnsafeBinder(self.operand(op), self.ty(*ty)),
        })
    }

    fn aggregate_kind(&mut self, kind: &mir::AggregateKind<'tcx>) -> ramir::AggregateKind {
        use mir::AggregateKind as A;
        use ramir::AggregateKind as R;
        match *kind {
            A::Array(ty) => R::Array(self.ty(ty)),
            A::Tuple => R::Tuple,
            A::Adt(def, v, args, _, field) => R::Adt(
                self.def_id(def),
                variant(v),
                self.args(args),
                field.map(|f| ramir::FieldIdx(f.as_u32())),
            ),
            A::Closure(def, args) => R::Closure(self.def_id(def), self.args(args)),
            A::Coroutine(def, args) => R::Coroutine(self.def_id(def), self.args(args)),
            A::CoroutineClosure(def, args) => R::CoroutineClosure(self.def_id(def), self.args(args)),
            A::RawPtr(ty, m) => R::RawPtr(self.ty(ty), mutability(m)),
        }
    }
}

pub fn template_pieces(template: &[InlineAsmTemplatePiece]) -> Vec<ramir::InlineAsmTemplatePiece> {
    template
        .iter()
        .map(|piece| match piece {
            InlineAsmTemplatePiece::String(s) => ramir::InlineAsmTemplatePiece::String((**s).into()),
            InlineAsmTemplatePiece::Placeholder { operand_idx, modifier, span: _ } => {
                ramir::InlineAsmTemplatePiece::Placeholder { operand_idx: *operand_idx as u32, modifier: *modifier }
            }
        })
        .collect()
}

pub fn coroutine_kind(kind: CoroutineKind) -> ramir::CoroutineKind {
    let source = |source| match source {
        CoroutineSource::Block => ramir::CoroutineSource::Block,
        CoroutineSource::Closure => ramir::CoroutineSource::Closure,
        CoroutineSource::Fn => ramir::CoroutineSource::Fn,
    };
    match kind {
        CoroutineKind::Desugared(CoroutineDesugaring::Async, s) => ramir::CoroutineKind::Async(source(s)),
        CoroutineKind::Desugared(CoroutineDesugaring::Gen, s) => ramir::CoroutineKind::Gen(source(s)),
        CoroutineKind::Desugared(CoroutineDesugaring::AsyncGen, s) => ramir::CoroutineKind::AsyncGen(source(s)),
        CoroutineKind::Coroutine(_) => ramir::CoroutineKind::Coroutine,
    }
}

fn local(l: mir::Local) -> ramir::Local {
    ramir::Local(l.as_u32())
}

fn block(bb: mir::BasicBlock) -> ramir::BasicBlock {
    ramir::BasicBlock(bb.as_u32())
}

fn source_scope(scope: mir::SourceScope) -> ramir::SourceScope {
    ramir::SourceScope(scope.as_u32())
}

pub fn variant(v: rustc_abi::VariantIdx) -> ramir::VariantIdx {
    ramir::VariantIdx(v.as_u32())
}

fn terminate_reason(reason: mir::UnwindTerminateReason) -> ramir::UnwindTerminateReason {
    match reason {
        mir::UnwindTerminateReason::Abi => ramir::UnwindTerminateReason::Abi,
        mir::UnwindTerminateReason::InCleanup => ramir::UnwindTerminateReason::InCleanup,
    }
}

fn unwind_action(action: mir::UnwindAction) -> ramir::UnwindAction {
    match action {
        mir::UnwindAction::Continue => ramir::UnwindAction::Continue,
        mir::UnwindAction::Unreachable => ramir::UnwindAction::Unreachable,
        mir::UnwindAction::Terminate(reason) => ramir::UnwindAction::Terminate(terminate_reason(reason)),
        mir::UnwindAction::Cleanup(bb) => ramir::UnwindAction::Cleanup(block(bb)),
    }
}

fn cast_kind(kind: mir::CastKind) -> ramir::CastKind {
    use mir::CastKind as C;
    use ramir::CastKind as R;
    match kind {
        C::PointerExposeProvenance => R::PointerExposeProvenance,
        C::PointerWithExposedProvenance => R::PointerWithExposedProvenance,
        C::PointerCoercion(coercion, _) => match coercion {
            PointerCoercion::ReifyFnPointer(_) => R::ReifyFnPointer,
            PointerCoercion::UnsafeFnPointer => R::UnsafeFnPointer,
            PointerCoercion::ClosureFnPointer(_) => R::ClosureFnPointer,
            PointerCoercion::MutToConstPointer => R::MutToConstPointer,
            PointerCoercion::ArrayToPointer => R::ArrayToPointer,
            PointerCoercion::Unsize => R::Unsize,
        },
        C::IntToInt => R::IntToInt,
        C::FloatToInt => R::FloatToInt,
        C::FloatToFloat => R::FloatToFloat,
        C::IntToFloat => R::IntToFloat,
        C::PtrToPtr => R::PtrToPtr,
        C::FnPtrToPtr => R::FnPtrToPtr,
        C::Transmute => R::Transmute,
        C::Subtype => R::Subtype,
    }
}

fn bin_op(op: mir::BinOp) -> ramir::BinOp {
    use mir::BinOp as B;
    use ramir::BinOp as R;
    match op {
        B::Add => R::Add,
        B::AddUnchecked => R::AddUnchecked,
        B::AddWithOverflow => R::AddWithOverflow,
        B::Sub => R::Sub,
        B::SubUnchecked => R::SubUnchecked,
        B::SubWithOverflow => R::SubWithOverflow,
        B::Mul => R::Mul,
        B::MulUnchecked => R::MulUnchecked,
        B::MulWithOverflow => R::MulWithOverflow,
        B::Div => R::Div,
        B::Rem => R::Rem,
        B::BitXor => R::BitXor,
        B::BitAnd => R::BitAnd,
        B::BitOr => R::BitOr,
        B::Shl => R::Shl,
        B::ShlUnchecked => R::ShlUnchecked,
        B::Shr => R::Shr,
        B::ShrUnchecked => R::ShrUnchecked,
        B::Eq => R::Eq,
        B::Lt => R::Lt,
        B::Le => R::Le,
        B::Ne => R::Ne,
        B::Ge => R::Ge,
        B::Gt => R::Gt,
        B::Cmp => R::Cmp,
        B::Offset => R::Offset,
    }
}
