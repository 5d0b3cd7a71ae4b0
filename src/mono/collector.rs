//! Finds what has to be compiled: from the roots, through the bodies as they are for each instance.
//!
//! A body is scanned once an instance. The instances that a generation of scans finds are the next generation, so that
//! a generation can be scanned on all cores and the order of the result depends on the program alone.
//! Semantics: `rustc_monomorphize::collector`.

use super::local::should_codegen_locally;
use super::place::{operand_ty, place_ty};
use super::reachable::mono_reachable;
use crate::adapter::resolve::ClosureKind;
use crate::adapter::vtable::VtblEntry;
use crate::adapter::{Error, Instance, InstanceKind, Result, Tcx};
use indexmap::IndexSet;
use ramir::*;
use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashSet};

/// What the crate's objects define.
#[derive(Clone, Debug, Default)]
pub struct MonoItems {
    pub fns: Vec<Instance>,
    pub statics: Vec<DefId>,
    pub global_asm: Vec<DefId>,
    /// `lang_start` for the return type of `main`, which the entry point calls; `None` for a library.
    pub start: Option<Instance>,
}

/// Why an item cannot be compiled, and where.
#[derive(Debug, thiserror::Error)]
#[error("{error}\n  in {item}{at}")]
pub struct CollectError {
    #[source]
    pub error: Error,
    /// The function or static whose code or value asks for it.
    pub item: String,
    /// ` (file:line:column)`, or empty.
    pub at: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum MonoItem {
    Fn(Instance),
    Static(DefId),
    GlobalAsm(DefId),
}

/// Longer chains of instantiations are taken for endless ones: rustc's limit is 128 for one function.
const MAX_GENERATIONS: usize = 2000;

/// Fewer items than this are scanned where they are found.
const PARALLEL: usize = 16;

/// Collects what the local crate has to compile.
pub fn collect(tcx: &Tcx) -> Result<MonoItems, CollectError> {
    let mut start = None;
    let mut used = UsedItems::new(tcx);
    collect_roots(&mut used, &mut start).map_err(|error| CollectError {
        error,
        item: tcx.store.crate_dep(tcx.store.local).name.clone(),
        at: String::new(),
    })?;
    let mut items: IndexSet<MonoItem, FxBuildHasher> = IndexSet::default();
    items.extend(used.items);
    let mut done = 0;
    let mut generation = 0;
    while done < items.len() {
        generation += 1;
        let todo: Vec<MonoItem> = items.as_slice()[done..].iter().copied().collect();
        done = items.len();
        if generation > MAX_GENERATIONS {
            let error = Error::unsupported("reached the recursion limit while instantiating");
            return Err(collect_error(tcx, todo[0], Failure { error, span: Span::DUMMY }));
        }
        let scan = |&item: &MonoItem| scan_item(tcx, item).map_err(|failure| collect_error(tcx, item, failure));
        let found: Vec<Result<Vec<MonoItem>, CollectError>> = if todo.len() < PARALLEL {
            todo.iter().map(scan).collect()
        } else {
            todo.par_iter().with_min_len(PARALLEL / 2).map(scan).collect()
        };
        for used in found {
            items.extend(used?);
        }
    }
    let mut out = MonoItems { start, ..MonoItems::default() };
    for item in items {
        match item {
            MonoItem::Fn(instance) => out.fns.push(instance),
            MonoItem::Static(def) => out.statics.push(def),
            MonoItem::GlobalAsm(def) => out.global_asm.push(def),
        }
    }
    Ok(out)
}

fn collect_roots(used: &mut UsedItems<'_>, start: &mut Option<Instance>) -> Result<()> {
    let tcx = used.tcx;
    let root = &tcx.store.krate(tcx.store.local)?.root;
    for &def in &root.mono_roots {
        let item = tcx.store.item(def)?;
        match &item.data {
            ItemData::Static(_) => used.push_static(def)?,
            _ => {
                let args = lifetimes_of(tcx, def)?;
                // A function whose bounds do not hold cannot be called.
                if tcx.own_clauses_hold(def, args)? && parents_hold(tcx, def, args)? {
                    used.push_fn(Instance::new(def, args))?;
                }
            }
        }
    }
    used.items.extend(root.global_asm.iter().map(|&def| MonoItem::GlobalAsm(def)));
    if let Some(main) = root.entry_fn {
        used.push_fn(Instance::new(main, Args::EMPTY))?;
        let output = tcx.concrete_sig(main, Args::EMPTY)?.output();
        let args = tcx.mk_args(&[GenericArg::Type(output)]);
        let instance = tcx.expect_resolve(tcx.store.require_lang_item("start")?, args)?;
        used.push_fn(instance)?;
        *start = Some(instance);
    }
    Ok(())
}

/// Arguments for a definition whose parameters are all lifetimes.
fn lifetimes_of(tcx: &Tcx, def: DefId) -> Result<Args> {
    let count = tcx.store.item(def)?.generics.count();
    Ok(tcx.mk_args(&vec![GenericArg::Lifetime(Region::Erased); count]))
}

fn parents_hold(tcx: &Tcx, def: DefId, args: Args) -> Result<bool> {
    let mut at = tcx.store.item(def)?.generics.parent;
    while let Some(parent) = at {
        if !tcx.own_clauses_hold(parent, args)? {
            return Ok(false);
        }
        at = tcx.store.item(parent)?.generics.parent;
    }
    Ok(true)
}

/// An error and the place in the body that it comes from.
struct Failure {
    error: Error,
    span: Span,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, span: Span::DUMMY }
    }
}

fn collect_error(tcx: &Tcx, item: MonoItem, failure: Failure) -> CollectError {
    let def = match item {
        MonoItem::Fn(instance) => instance.def_id(),
        MonoItem::Static(def) | MonoItem::GlobalAsm(def) => def,
    };
    let span = match failure.span.is_dummy() {
        true => tcx.store.item(def).map_or(Span::DUMMY, |item| item.span),
        false => failure.span,
    };
    let at = match tcx.store.source_file(span.file) {
        Some(file) if !span.is_dummy() => format!(" ({}:{}:{})", tcx.str(file.name), span.line, span.col),
        _ => String::new(),
    };
    CollectError { error: failure.error, item: tcx.store.def_path_str(def), at }
}

fn scan_item(tcx: &Tcx, item: MonoItem) -> Result<Vec<MonoItem>, Failure> {
    let mut used = UsedItems::new(tcx);
    match item {
        MonoItem::Fn(instance) => {
            let body = tcx.instance_mir(instance)?;
            scan_body(&mut used, body.body, body.args)?;
        }
        MonoItem::Static(def) => {
            if tcx.store.def_key(def)?.data != DefPathData::NestedStatic {
                let ty = tcx.normalize(tcx.static_def(def)?.ty)?;
                used.visit_drop(ty, true)?;
            }
            used.visit_alloc(tcx.eval_static(def)?)?;
        }
        MonoItem::GlobalAsm(def) => {
            if let ItemData::GlobalAsm(asm) = &tcx.store.item(def)?.data {
                for operand in &asm.operands {
                    match *operand {
                        GlobalAsmOperand::Const(_) => {}
                        GlobalAsmOperand::SymFn { def_id, args } => {
                            let instance = tcx.resolve_for_fn_ptr(def_id, args)?;
                            used.visit_instance(instance, false)?;
                        }
                        GlobalAsmOperand::SymStatic(def) => used.push_static(def)?,
                    }
                }
            }
        }
    }
    Ok(used.items.into_iter().collect())
}

fn scan_body(used: &mut UsedItems<'_>, body: &Body, args: Args) -> Result<(), Failure> {
    let tcx = used.tcx;
    let reachable = mono_reachable(tcx, body, args)?;
    let mut scan = Scan { used, body, args };
    for (block, _) in body.blocks.iter().zip(reachable).filter(|(_, reachable)| *reachable) {
        for statement in &block.statements {
            scan.statement(&statement.kind).map_err(|error| Failure { error, span: statement.source_info.span })?;
        }
        let span = block.terminator.source_info.span;
        scan.terminator(&block.terminator.kind).map_err(|error| Failure { error, span })?;
    }
    for constant in &body.required_consts {
        tcx.eval_mir_const(&constant.const_, args).map_err(|error| Failure { error, span: constant.span })?;
    }
    Ok(())
}

/// One instance's body.
struct Scan<'a, 'u> {
    used: &'u mut UsedItems<'a>,
    body: &'u Body,
    args: Args,
}

impl Scan<'_, '_> {
    fn statement(&mut self, kind: &StatementKind) -> Result<()> {
        match kind {
            StatementKind::Assign(_, rvalue) => self.rvalue(rvalue),
            StatementKind::Assume(operand) => self.operand(operand),
            StatementKind::CopyNonOverlapping { src, dst, count } => {
                self.operand(src)?;
                self.operand(dst)?;
                self.operand(count)
            }
            StatementKind::SetDiscriminant { .. }
            | StatementKind::StorageLive(_)
            | StatementKind::StorageDead(_)
            | StatementKind::Nop => Ok(()),
        }
    }

    fn rvalue(&mut self, rvalue: &Rvalue) -> Result<()> {
        match rvalue {
            Rvalue::Cast(kind, operand, to) => {
                self.cast(*kind, operand, *to)?;
                self.operand(operand)
            }
            Rvalue::Use(operand)
            | Rvalue::Repeat(operand, _)
            | Rvalue::UnaryOp(_, operand)
            | Rvalue::WrapUnsafeBinder(operand, _) => self.operand(operand),
            Rvalue::BinaryOp(_, operands) => {
                self.operand(&operands.0)?;
                self.operand(&operands.1)
            }
            Rvalue::Aggregate(_, operands) => operands.iter().try_for_each(|operand| self.operand(operand)),
            Rvalue::ThreadLocalRef(def) => self.used.push_static(*def),
            Rvalue::Ref(..) | Rvalue::RawPtr(..) | Rvalue::Discriminant(_) | Rvalue::CopyForDeref(_) => Ok(()),
        }
    }

    fn cast(&mut self, kind: CastKind, operand: &Operand, to: Ty) -> Result<()> {
        let tcx = self.used.tcx;
        match kind {
            CastKind::Unsize => {
                let source = operand_ty(tcx, self.body, self.args, operand)?;
                let target = tcx.monomorphize(to, self.args)?;
                let (source, target) = tcx.find_tails_for_unsizing(source, target)?;
                let is_dyn = |ty| matches!(tcx.kind(ty), TyKind::Dynamic(..));
                if is_dyn(target) && !is_dyn(source) {
                    self.used.visit_vtable(source, target)?;
                }
            }
            CastKind::ReifyFnPointer => {
                let ty = operand_ty(tcx, self.body, self.args, operand)?;
                self.used.visit_fn(ty, false)?;
            }
            CastKind::ClosureFnPointer => {
                let ty = operand_ty(tcx, self.body, self.args, operand)?;
                if let TyKind::Closure(def, args) = *tcx.kind(ty) {
                    self.used.push_fn(tcx.resolve_closure(def, args, ClosureKind::FnOnce)?)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn operand(&mut self, operand: &Operand) -> Result<()> {
        match operand {
            Operand::Constant(constant) => self.constant(&constant.const_),
            Operand::Copy(_) | Operand::Move(_) | Operand::RuntimeChecks(_) => Ok(()),
        }
    }

    fn constant(&mut self, constant: &MirConst) -> Result<()> {
        let value = match constant {
            MirConst::Val(value, _) => *value,
            MirConst::Ty(..) | MirConst::Unevaluated { .. } => self.used.tcx.eval_mir_const(constant, self.args)?,
        };
        match value {
            ConstValue::Scalar(Scalar::Int(_)) | ConstValue::ZeroSized => Ok(()),
            ConstValue::Scalar(Scalar::Ptr { alloc, .. })
            | ConstValue::Slice { alloc, .. }
            | ConstValue::Indirect { alloc, .. } => self.used.visit_alloc(alloc),
        }
    }

    fn terminator(&mut self, kind: &TerminatorKind) -> Result<()> {
        let tcx = self.used.tcx;
        match kind {
            TerminatorKind::Call { func, args, unwind, .. } => {
                self.unwind(unwind)?;
                let callee = operand_ty(tcx, self.body, self.args, func)?;
                self.used.visit_fn(callee, true)?;
                self.operand(func)?;
                args.iter().try_for_each(|arg| self.operand(arg))
            }
            TerminatorKind::TailCall { func, args, .. } => {
                let callee = operand_ty(tcx, self.body, self.args, func)?;
                // A tail call is a jump to an address, and cannot pass a hidden location.
                self.used.visit_fn(callee, false)?;
                self.operand(func)?;
                args.iter().try_for_each(|arg| self.operand(arg))
            }
            TerminatorKind::Drop { place, unwind, .. } => {
                self.unwind(unwind)?;
                let ty = place_ty(tcx, self.body, self.args, place)?;
                self.used.visit_drop(ty, true)
            }
            TerminatorKind::Assert { cond, msg, unwind, .. } => {
                self.unwind(unwind)?;
                self.operand(cond)?;
                self.used.push_lang_item(panic_function(msg))?;
                match msg {
                    AssertKind::BoundsCheck { len: a, index: b }
                    | AssertKind::Overflow(_, a, b)
                    | AssertKind::MisalignedPointerDereference { required: a, found: b } => {
                        self.operand(a)?;
                        self.operand(b)
                    }
                    AssertKind::OverflowNeg(a)
                    | AssertKind::DivisionByZero(a)
                    | AssertKind::RemainderByZero(a)
                    | AssertKind::InvalidEnumConstruction(a) => self.operand(a),
                    AssertKind::ResumedAfterReturn(_)
                    | AssertKind::ResumedAfterPanic(_)
                    | AssertKind::ResumedAfterDrop(_)
                    | AssertKind::NullPointerDereference => Ok(()),
                }
            }
            TerminatorKind::UnwindTerminate(reason) => self.used.push_lang_item(terminate_function(*reason)),
            TerminatorKind::InlineAsm(asm) => {
                self.unwind(&asm.unwind)?;
                asm.operands.iter().try_for_each(|operand| self.asm_operand(operand))
            }
            TerminatorKind::SwitchInt { discr, .. } => self.operand(discr),
            TerminatorKind::Goto { .. }
            | TerminatorKind::UnwindResume
            | TerminatorKind::Return
            | TerminatorKind::Unreachable => Ok(()),
            TerminatorKind::Yield { .. } | TerminatorKind::CoroutineDrop => {
                Err(Error::unsupported("`Yield` or `CoroutineDrop` in a body that is to be compiled"))
            }
        }
    }

    fn asm_operand(&mut self, operand: &InlineAsmOperand) -> Result<()> {
        match operand {
            InlineAsmOperand::In { value, .. } | InlineAsmOperand::InOut { in_value: value, .. } => self.operand(value),
            InlineAsmOperand::SymFn { value } => {
                let ty = self.used.tcx.monomorphize(value.const_.ty(), self.args)?;
                self.used.visit_fn(ty, false)
            }
            InlineAsmOperand::SymStatic { def_id } => self.used.push_static(*def_id),
            InlineAsmOperand::Const { value } => self.constant(&value.const_),
            InlineAsmOperand::Out { .. } | InlineAsmOperand::Label { .. } => Ok(()),
        }
    }

    fn unwind(&mut self, unwind: &UnwindAction) -> Result<()> {
        match unwind {
            UnwindAction::Terminate(reason) => self.used.push_lang_item(terminate_function(*reason)),
            _ => Ok(()),
        }
    }
}

/// What an item needs, in the order of its code.
struct UsedItems<'a> {
    tcx: &'a Tcx,
    items: IndexSet<MonoItem, FxBuildHasher>,
    allocs: FxHashSet<AllocId>,
}

impl<'a> UsedItems<'a> {
    fn new(tcx: &'a Tcx) -> UsedItems<'a> {
        UsedItems { tcx, items: IndexSet::default(), allocs: FxHashSet::default() }
    }

    fn push_fn(&mut self, instance: Instance) -> Result<()> {
        if !self.items.contains(&MonoItem::Fn(instance)) && should_codegen_locally(self.tcx, instance)? {
            self.items.insert(MonoItem::Fn(instance));
        }
        Ok(())
    }

    fn push_static(&mut self, def: DefId) -> Result<()> {
        if def.krate == self.tcx.store.local && !self.tcx.static_def(def)?.is_foreign {
            self.items.insert(MonoItem::Static(def));
        }
        Ok(())
    }

    fn push_lang_item(&mut self, name: &str) -> Result<()> {
        self.push_fn(Instance::new(self.tcx.store.require_lang_item(name)?, Args::EMPTY))
    }

    /// A function item that is called, or turned into a pointer.
    fn visit_fn(&mut self, ty: Ty, is_direct_call: bool) -> Result<()> {
        if let TyKind::FnDef(def, args) = *self.tcx.kind(ty) {
            let instance = match is_direct_call {
                true => self.tcx.expect_resolve(def, args)?,
                false => self.tcx.resolve_for_fn_ptr(def, args)?,
            };
            self.visit_instance(instance, is_direct_call)?;
        }
        Ok(())
    }

    fn visit_drop(&mut self, ty: Ty, is_direct_call: bool) -> Result<()> {
        let instance = self.tcx.resolve_drop_in_place(ty)?;
        self.visit_instance(instance, is_direct_call)
    }

    fn visit_instance(&mut self, instance: Instance, is_direct_call: bool) -> Result<()> {
        match instance.def {
            InstanceKind::Intrinsic(def) => {
                let intrinsic = self.tcx.fn_def(def)?.intrinsic;
                match intrinsic.map(|i| (self.tcx.str(i.name), i.must_be_overridden)) {
                    Some(("assert_inhabited" | "assert_zero_valid" | "assert_mem_uninitialized_valid", _)) => {
                        self.push_lang_item("panic_nounwind")
                    }
                    Some((_, false)) => self.push_fn(Instance::new(def, instance.args)),
                    _ => Ok(()),
                }
            }
            InstanceKind::Virtual(..) => Ok(()),
            // A call of drop glue that does nothing is left out; a pointer to it needs a function.
            InstanceKind::DropGlue(_, None) if is_direct_call => Ok(()),
            _ => self.push_fn(instance),
        }
    }

    fn visit_vtable(&mut self, ty: Ty, dyn_ty: Ty) -> Result<()> {
        for entry in self.tcx.vtable_entries(ty, dyn_ty)? {
            if let VtblEntry::Method(instance) = *entry {
                self.push_fn(instance)?;
            }
        }
        if self.tcx.needs_drop(ty)? {
            self.visit_drop(ty, false)?;
        }
        Ok(())
    }

    /// What memory points to.
    fn visit_alloc(&mut self, id: AllocId) -> Result<()> {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            if !self.allocs.insert(id) {
                continue;
            }
            match self.tcx.store.global_alloc(id)? {
                GlobalAlloc::Memory(alloc) => stack.extend(alloc.provenance.iter().rev().map(|&(_, to)| to)),
                GlobalAlloc::Function { def_id, args } => {
                    let instance = self.tcx.resolve_for_fn_ptr(*def_id, *args)?;
                    self.visit_instance(instance, false)?;
                }
                GlobalAlloc::Static(def) => self.push_static(*def)?,
                GlobalAlloc::VTable { ty, dyn_ty } => self.visit_vtable(*ty, *dyn_ty)?,
                GlobalAlloc::TypeId(_) => {}
            }
        }
        Ok(())
    }
}

/// The lang item that a failed assertion calls.
pub fn panic_function(msg: &AssertKind) -> &'static str {
    match msg {
        AssertKind::BoundsCheck { .. } => "panic_bounds_check",
        AssertKind::Overflow(op, ..) => match op {
            BinOp::Add => "panic_const_add_overflow",
            BinOp::Sub => "panic_const_sub_overflow",
            BinOp::Mul => "panic_const_mul_overflow",
            BinOp::Div => "panic_const_div_overflow",
            BinOp::Rem => "panic_const_rem_overflow",
            BinOp::Shl => "panic_const_shl_overflow",
            _ => "panic_const_shr_overflow",
        },
        AssertKind::OverflowNeg(_) => "panic_const_neg_overflow",
        AssertKind::DivisionByZero(_) => "panic_const_div_by_zero",
        AssertKind::RemainderByZero(_) => "panic_const_rem_by_zero",
        AssertKind::ResumedAfterReturn(kind) => match kind {
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed",
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none",
        },
        AssertKind::ResumedAfterPanic(kind) => match kind {
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed_panic",
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed_panic",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed_panic",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none_panic",
        },
        AssertKind::ResumedAfterDrop(kind) => match kind {
            CoroutineKind::Coroutine => "panic_const_coroutine_resumed_drop",
            CoroutineKind::Async(_) => "panic_const_async_fn_resumed_drop",
            CoroutineKind::AsyncGen(_) => "panic_const_async_gen_fn_resumed_drop",
            CoroutineKind::Gen(_) => "panic_const_gen_fn_none_drop",
        },
        AssertKind::MisalignedPointerDereference { .. } => "panic_misaligned_pointer_dereference",
        AssertKind::NullPointerDereference => "panic_null_pointer_dereference",
        AssertKind::InvalidEnumConstruction(_) => "panic_invalid_enum_construction",
    }
}

/// The lang item that ends the program where a panic may not pass.
pub fn terminate_function(reason: UnwindTerminateReason) -> &'static str {
    match reason {
        UnwindTerminateReason::Abi => "panic_cannot_unwind",
        UnwindTerminateReason::InCleanup => "panic_in_cleanup",
    }
}
