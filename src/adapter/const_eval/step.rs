//! Statements, rvalues and terminators. Semantics: `rustc_const_eval::interpret::step`.
//! Nothing unwinds: a panic ends the evaluation.

use super::error::{InterpResult, failed, unsupported};
use super::interp::{Interp, LocalState};
use super::memory::{Pointer, Scalar};
use super::operand::{Imm, Op};
use super::place::Place;
use ramir::*;

/// A bound for endless loops only: rustc has evaluated what it has accepted.
const MAX_STEPS: u64 = 1 << 31;

impl<'tcx> Interp<'tcx> {
    /// Runs until the frame at depth `depth` has returned; its frame stays on the stack.
    pub fn run(&mut self, depth: usize) -> InterpResult {
        loop {
            let frame = self.frame();
            let body = frame.body;
            let block = &body.blocks[frame.block.index()];
            match block.statements.get(frame.statement) {
                Some(statement) => {
                    self.statement(statement)?;
                    self.frame_mut().statement += 1;
                }
                None => {
                    self.steps += 1;
                    if self.steps > MAX_STEPS {
                        return failed("constant evaluation is taking too long");
                    }
                    if matches!(block.terminator.kind, TerminatorKind::Return) && self.stack.len() == depth {
                        return Ok(());
                    }
                    self.terminator(&block.terminator)?;
                }
            }
        }
    }

    fn statement(&mut self, statement: &'tcx Statement) -> InterpResult {
        match &statement.kind {
            StatementKind::Assign(place, rvalue) => self.assign(place, rvalue),
            StatementKind::SetDiscriminant { place, variant_index } => {
                let place = self.eval_place(place)?;
                self.write_variant(*variant_index, &place)
            }
            StatementKind::StorageLive(local) | StatementKind::StorageDead(local) => {
                let state = std::mem::replace(&mut self.frame_mut().locals[local.index()], LocalState::Unset);
                if let LocalState::Mem(id) = state {
                    self.memory.free(id);
                }
                Ok(())
            }
            StatementKind::Assume(cond) => {
                let cond = self.eval_operand(cond)?;
                if self.read_scalar(&cond)?.to_bool()? { Ok(()) } else { failed("`assume` called with `false`") }
            }
            StatementKind::CopyNonOverlapping { src, dst, count } => {
                let (src, dst, count) = (self.eval_operand(src)?, self.eval_operand(dst)?, self.eval_operand(count)?);
                self.copy_elements(&src, &dst, &count)
            }
            StatementKind::Nop => Ok(()),
        }
    }

    /// `count` elements from `*src` to `*dst`.
    pub fn copy_elements(&mut self, src: &Op<'tcx>, dst: &Op<'tcx>, count: &Op<'tcx>) -> InterpResult {
        let count = self.read_usize(count)?;
        let from = self.deref(src)?;
        let Some(size) = from.layout.size.bytes().checked_mul(count) else {
            return failed("overflow computing total size of `copy`");
        };
        let (src, dst) = (self.read_pointer(src)?, self.read_pointer(dst)?);
        self.copy_memory(src, dst, size, 1)
    }

    fn assign(&mut self, place: &'tcx ramir::Place, rvalue: &'tcx Rvalue) -> InterpResult {
        let dest = self.eval_place(place)?;
        match rvalue {
            Rvalue::Use(operand) => {
                let op = self.eval_operand(operand)?;
                self.copy_op(&op, &dest)
            }
            Rvalue::CopyForDeref(place) => {
                let op = self.place_op(place)?;
                self.copy_op(&op, &dest)
            }
            Rvalue::Repeat(operand, count) => {
                let op = self.eval_operand(operand)?;
                let args = self.frame().args;
                let count = self.tcx.const_to_usize(self.tcx.monomorphize_const(*count, args)?)?;
                let size = op.layout.size.bytes();
                if size == 0 || count == 0 {
                    return Ok(());
                }
                let (ptr, _) = self.place_ptr(&dest)?;
                let first = Place::mem(ptr, None, op.layout);
                self.copy_op(&op, &first)?;
                self.copy_memory(ptr, ptr.wrapping_add(size), size, count - 1)
            }
            Rvalue::Ref(_, place) | Rvalue::RawPtr(_, place) => {
                let place = self.eval_place(place)?;
                let (ptr, meta) = self.place_ptr(&place)?;
                self.write_imm(Imm::from_pointer(ptr, meta), &dest)
            }
            Rvalue::ThreadLocalRef(def) => {
                failed(format!("cannot access thread local static `{}`", self.tcx.store.def_path_str(*def)))
            }
            Rvalue::Cast(kind, operand, ty) => {
                let op = self.eval_operand(operand)?;
                let to = self.layout_of(self.mono(*ty)?)?;
                self.cast(*kind, op, to, &dest)
            }
            Rvalue::BinaryOp(op, operands) => {
                let (left, right) = (self.eval_operand(&operands.0)?, self.eval_operand(&operands.1)?);
                let (l, r) = (self.read_imm(&left)?, self.read_imm(&right)?);
                let result = self.binary_op(*op, l, left.layout, r, right.layout)?;
                self.write_imm(result, &dest)
            }
            Rvalue::UnaryOp(op, operand) => {
                let value = self.eval_operand(operand)?;
                let result = self.unary_op(*op, &value)?;
                match result {
                    Imm::Uninit => Ok(()),
                    result => self.write_imm(result, &dest),
                }
            }
            Rvalue::Discriminant(place) => {
                let op = self.place_op(place)?;
                let (discr, layout) = self.read_discriminant(op)?;
                self.write_scalar(Scalar::int(discr, layout.size), &dest)
            }
            Rvalue::Aggregate(kind, operands) => self.aggregate(*kind, operands, &dest),
            Rvalue::WrapUnsafeBinder(operand, _) => {
                let op = self.eval_operand(operand)?;
                self.copy_op(&op, &dest)
            }
        }
    }

    fn aggregate(&mut self, kind: AggregateKind, operands: &'tcx [Operand], dest: &Place<'tcx>) -> InterpResult {
        let (variant, active_field) = match kind {
            AggregateKind::RawPtr(..) => {
                let [data, meta] = operands else { return unsupported("raw pointer of other than two parts") };
                let (data, meta) = (self.eval_operand(data)?, self.eval_operand(meta)?);
                let data = self.read_scalar(&data)?;
                let meta = if meta.layout.size.bytes() == 0 { None } else { Some(self.read_scalar(&meta)?) };
                return self.write_imm(Imm::from_pointer(data.to_pointer()?, meta), dest);
            }
            AggregateKind::Adt(def, variant, _, active) => {
                let is_enum = self.tcx.adt_def(def)?.kind == AdtKind::Enum;
                (is_enum.then_some(variant), active)
            }
            AggregateKind::Coroutine(..) => (Some(VariantIdx(0)), None),
            AggregateKind::Array(_)
            | AggregateKind::Tuple
            | AggregateKind::Closure(..)
            | AggregateKind::CoroutineClosure(..) => (None, None),
        };
        let fields_place = match (kind, variant) {
            // A coroutine's captures belong to the whole, its variants hold what is saved.
            (AggregateKind::Coroutine(..), _) | (_, None) => *dest,
            (_, Some(variant)) => {
                let (ptr, meta) = self.place_ptr(dest)?;
                Place::mem(ptr, meta, dest.layout.for_variant(self.tcx, variant)?)
            }
        };
        for (i, operand) in operands.iter().enumerate() {
            let op = self.eval_operand(operand)?;
            if op.layout.size.bytes() == 0 {
                continue;
            }
            let field = match kind {
                AggregateKind::Array(_) => self.place_index(&fields_place, i as u64)?,
                _ => self.place_field(&fields_place, active_field.map_or(i, |field| field.index()))?,
            };
            self.copy_op(&op, &field)?;
        }
        match variant {
            Some(variant) => self.write_variant(variant, dest),
            None => Ok(()),
        }
    }

    pub fn go_to(&mut self, block: BasicBlock) {
        let frame = self.frame_mut();
        frame.block = block;
        frame.statement = 0;
    }

    /// Continues after a call, if it was expected to return.
    pub fn return_to(&mut self, target: Option<BasicBlock>) -> InterpResult {
        match target {
            Some(target) => {
                self.go_to(target);
                Ok(())
            }
            None => failed("entering unreachable code"),
        }
    }

    fn terminator(&mut self, terminator: &'tcx Terminator) -> InterpResult {
        match &terminator.kind {
            TerminatorKind::Goto { target } => {
                self.go_to(*target);
                Ok(())
            }
            TerminatorKind::SwitchInt { discr, targets } => {
                let discr = self.eval_operand(discr)?;
                let value = self.read_scalar(&discr)?;
                let target = match value {
                    Scalar::Int { data, .. } => {
                        let i = targets.values.iter().position(|value| *value == data);
                        i.map_or(targets.otherwise, |i| targets.targets[i])
                    }
                    Scalar::Ptr(..) if targets.values[..] == [0] && !self.may_be_null(value)? => targets.otherwise,
                    Scalar::Ptr(..) => return unsupported("pointers cannot be reliably compared during const eval"),
                };
                self.go_to(target);
                Ok(())
            }
            TerminatorKind::Return => self.return_from_frame(),
            TerminatorKind::Unreachable => failed("entering unreachable code"),
            TerminatorKind::Drop { place, target, .. } => {
                let place = self.eval_place(place)?;
                self.drop_place(place, *target)
            }
            TerminatorKind::Call { func, args, destination, target, .. } => {
                let callee = self.eval_operand(func)?;
                let args = args.iter().map(|arg| self.eval_operand(arg)).collect::<InterpResult<Vec<_>>>()?;
                let dest = self.eval_place(destination)?;
                self.call(callee, args, dest, *target)
            }
            TerminatorKind::TailCall { func, args, .. } => {
                let callee = self.eval_operand(func)?;
                let args = args.iter().map(|arg| self.eval_operand(arg)).collect::<InterpResult<Vec<_>>>()?;
                self.tail_call(callee, args)
            }
            TerminatorKind::Assert { cond, expected, msg, target, .. } => {
                let cond = self.eval_operand(cond)?;
                if self.read_scalar(&cond)?.to_bool()? == *expected {
                    self.go_to(*target);
                    return Ok(());
                }
                let message = self.assert_message(msg)?;
                failed(message)
            }
            TerminatorKind::UnwindResume | TerminatorKind::UnwindTerminate(_) => unsupported("unwinding in a constant"),
            TerminatorKind::InlineAsm(_) => unsupported("inline assembly is not supported in a constant"),
            TerminatorKind::Yield { .. } => unsupported("`Yield` in a body that is to be evaluated"),
            TerminatorKind::CoroutineDrop => unsupported("`CoroutineDrop` in a body that is to be evaluated"),
        }
    }

    /// Leaves the innermost frame with the value of its return place.
    fn return_from_frame(&mut self) -> InterpResult {
        let frame = self.stack.len() - 1;
        let result = self.local_op(frame, Local::RETURN)?;
        let (dest, target) = (self.frame().dest, self.frame().target);
        if let Some(dest) = dest
            && target.is_some()
        {
            self.copy_op(&result, &dest)?;
        }
        self.pop_frame(None);
        self.return_to(target)
    }

    /// The text of a failed check, as the run-time panic has it.
    fn assert_message(&mut self, kind: &'tcx AssertKind) -> InterpResult<String> {
        let mut show = |operand: &Operand| -> InterpResult<String> {
            let op = self.eval_operand(operand)?;
            let bits = self.read_scalar(&op)?.bits()?;
            Ok(if self.tcx.is_signed(op.layout.ty) {
                op.layout.size.sign_extend(bits).to_string()
            } else {
                bits.to_string()
            })
        };
        Ok(match kind {
            AssertKind::BoundsCheck { len, index } => {
                format!("index out of bounds: the length is {} but the index is {}", show(len)?, show(index)?)
            }
            AssertKind::Overflow(op, left, right) => {
                let (l, r) = (show(left)?, show(right)?);
                match op {
                    BinOp::Add => format!("attempt to compute `{l} + {r}`, which would overflow"),
                    BinOp::Sub => format!("attempt to compute `{l} - {r}`, which would overflow"),
                    BinOp::Mul => format!("attempt to compute `{l} * {r}`, which would overflow"),
                    BinOp::Div => format!("attempt to compute `{l} / {r}`, which would overflow"),
                    BinOp::Rem => format!("attempt to compute `{l} % {r}`, which would overflow"),
                    BinOp::Shl => format!("attempt to shift left by `{r}`, which would overflow"),
                    BinOp::Shr => format!("attempt to shift right by `{r}`, which would overflow"),
                    other => format!("overflow in {other:?}"),
                }
            }
            AssertKind::OverflowNeg(value) => format!("attempt to negate `{}`, which would overflow", show(value)?),
            AssertKind::DivisionByZero(value) => format!("attempt to divide `{}` by zero", show(value)?),
            AssertKind::RemainderByZero(value) => {
                format!("attempt to calculate the remainder of `{}` with a divisor of zero", show(value)?)
            }
            AssertKind::ResumedAfterReturn(_) => "coroutine resumed after completion".to_owned(),
            AssertKind::ResumedAfterPanic(_) => "coroutine resumed after panicking".to_owned(),
            AssertKind::ResumedAfterDrop(_) => "coroutine resumed after drop".to_owned(),
            AssertKind::MisalignedPointerDereference { required, found } => format!(
                "misaligned pointer dereference: address must be a multiple of {} but is {}",
                show(required)?,
                show(found)?
            ),
            AssertKind::NullPointerDereference => "null pointer dereference occurred".to_owned(),
            AssertKind::InvalidEnumConstruction(value) => {
                format!("trying to construct an enum from an invalid value {}", show(value)?)
            }
        })
    }

    /// A place that a result without bytes goes to.
    pub fn unit_place(&self) -> InterpResult<Place<'tcx>> {
        let ptr = Pointer::absolute(1);
        Ok(Place::mem(ptr, None, self.layout_of(self.tcx.common.unit)?))
    }
}
