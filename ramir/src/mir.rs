//! MIR bodies in rustc's runtime phase (`rustc_middle::mir::syntax` specifies each construct).

use crate::alloc::*;
use crate::ids::*;
use crate::item::CoroutineKind;
use crate::reader::DecodeCx;
use crate::ty::*;
use bincode::{Decode, Encode};
use smallvec::SmallVec;

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Body {
    /// The return place, the arguments, then the rest.
    pub locals: Vec<LocalDecl>,
    pub arg_count: u32,
    /// The argument that receives the remaining arguments as a tuple (`extern "rust-call"` bodies).
    pub spread_arg: Option<Local>,
    pub blocks: Vec<BasicBlockData>,
    pub scopes: Vec<SourceScopeData>,
    pub var_debug_info: Vec<VarDebugInfo>,
    /// Constants that must evaluate for the body to be valid, whether or not they are reached.
    pub required_consts: Vec<ConstOperand>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct LocalDecl {
    pub ty: Ty,
    pub mutability: Mutability,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct SourceInfo {
    pub span: Span,
    pub scope: SourceScope,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct SourceScopeData {
    pub span: Span,
    pub parent_scope: Option<SourceScope>,
    /// Set on the root scope of an inlined body.
    pub inlined: Option<InlinedScope>,
    pub inlined_parent_scope: Option<SourceScope>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct InlinedScope {
    pub callee: DefId,
    pub args: Args,
    /// Whether the callee is `#[track_caller]`: a caller location inside it is the call site's.
    pub track_caller: bool,
    pub call_site: Span,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct VarDebugInfo {
    pub name: Symbol,
    pub source_info: SourceInfo,
    /// From 1; `None` for what is not an argument.
    pub argument_index: Option<u32>,
    pub value: VarDebugInfoContents,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum VarDebugInfoContents {
    Place(Place),
    Const(ConstOperand),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct BasicBlockData {
    pub statements: Vec<Statement>,
    pub terminator: Terminator,
    pub is_cleanup: bool,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Statement {
    pub source_info: SourceInfo,
    pub kind: StatementKind,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum StatementKind {
    Assign(Place, Rvalue),
    SetDiscriminant { place: Place, variant_index: VariantIdx },
    StorageLive(Local),
    StorageDead(Local),
    Assume(Operand),
    CopyNonOverlapping { src: Operand, dst: Operand, count: Operand },
    Nop,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Terminator {
    pub source_info: SourceInfo,
    pub kind: TerminatorKind,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum TerminatorKind {
    Goto {
        target: BasicBlock,
    },
    SwitchInt {
        discr: Operand,
        targets: SwitchTargets,
    },
    UnwindResume,
    UnwindTerminate(UnwindTerminateReason),
    Return,
    Unreachable,
    Drop {
        place: Place,
        target: BasicBlock,
        unwind: UnwindAction,
    },
    Call {
        func: Operand,
        args: Vec<Operand>,
        destination: Place,
        target: Option<BasicBlock>,
        unwind: UnwindAction,
        fn_span: Span,
    },
    TailCall {
        func: Operand,
        args: Vec<Operand>,
        fn_span: Span,
    },
    Assert {
        cond: Operand,
        expected: bool,
        msg: AssertKind,
        target: BasicBlock,
        unwind: UnwindAction,
    },
    InlineAsm(Box<InlineAsm>),
    /// Suspends a coroutine. Only in bodies that are not complete yet, as is [`TerminatorKind::CoroutineDrop`].
    Yield {
        value: Operand,
        resume: BasicBlock,
        /// Where what the coroutine is resumed with is written.
        resume_arg: Place,
        /// Drops what is alive in the suspended coroutine.
        drop: Option<BasicBlock>,
    },
    /// The end of the way on which a suspended coroutine is dropped.
    CoroutineDrop,
}

impl TerminatorKind {
    /// The blocks control may continue in, cleanup blocks included.
    pub fn successors(&self) -> SmallVec<[BasicBlock; 4]> {
        let mut out = SmallVec::new();
        let cleanup = |u: &UnwindAction| match u {
            UnwindAction::Cleanup(bb) => Some(*bb),
            _ => None,
        };
        match self {
            TerminatorKind::Goto { target } => out.push(*target),
            TerminatorKind::SwitchInt { targets, .. } => {
                out.extend(targets.targets.iter().copied());
                out.push(targets.otherwise);
            }
            TerminatorKind::Drop { target, unwind, .. } | TerminatorKind::Assert { target, unwind, .. } => {
                out.push(*target);
                out.extend(cleanup(unwind));
            }
            TerminatorKind::Call { target, unwind, .. } => {
                out.extend(*target);
                out.extend(cleanup(unwind));
            }
            TerminatorKind::InlineAsm(asm) => {
                out.extend(asm.targets.iter().copied());
                out.extend(cleanup(&asm.unwind));
            }
            TerminatorKind::Yield { resume, drop, .. } => {
                out.push(*resume);
                out.extend(*drop);
            }
            TerminatorKind::UnwindResume
            | TerminatorKind::UnwindTerminate(_)
            | TerminatorKind::Return
            | TerminatorKind::Unreachable
            | TerminatorKind::TailCall { .. }
            | TerminatorKind::CoroutineDrop => {}
        }
        out
    }
}

/// `values[i]` goes to `targets[i]`, anything else to `otherwise`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct SwitchTargets {
    pub values: Vec<u128>,
    pub targets: Vec<BasicBlock>,
    pub otherwise: BasicBlock,
}

impl SwitchTargets {
    /// Where a value goes.
    pub fn target_for(&self, value: u128) -> BasicBlock {
        self.values.iter().position(|&v| v == value).map_or(self.otherwise, |i| self.targets[i])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum UnwindAction {
    Continue,
    Unreachable,
    Terminate(UnwindTerminateReason),
    Cleanup(BasicBlock),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum UnwindTerminateReason {
    Abi,
    InCleanup,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum AssertKind {
    BoundsCheck { len: Operand, index: Operand },
    Overflow(BinOp, Operand, Operand),
    OverflowNeg(Operand),
    DivisionByZero(Operand),
    RemainderByZero(Operand),
    ResumedAfterReturn(CoroutineKind),
    ResumedAfterPanic(CoroutineKind),
    ResumedAfterDrop(CoroutineKind),
    MisalignedPointerDereference { required: Operand, found: Operand },
    NullPointerDereference,
    InvalidEnumConstruction(Operand),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct InlineAsm {
    /// The body of a naked function is `naked_asm!`.
    pub naked: bool,
    pub template: Vec<InlineAsmTemplatePiece>,
    pub operands: Vec<InlineAsmOperand>,
    /// rustc's `InlineAsmOptions` bits: pure 1, nomem 2, readonly 4, preserves_flags 8, noreturn 16, nostack 32,
    /// att_syntax 64, raw 128, may_unwind 256.
    pub options: u16,
    /// The fall-through target first (unless `noreturn`), then the labels' blocks.
    pub targets: Vec<BasicBlock>,
    pub unwind: UnwindAction,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum InlineAsmTemplatePiece {
    String(Box<str>),
    Placeholder { operand_idx: u32, modifier: Option<char> },
}

/// A register (`"ax"`) or a register class (`"reg"`), by rustc's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum InlineAsmRegOrRegClass {
    Reg(Symbol),
    RegClass(Symbol),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum InlineAsmOperand {
    In { reg: InlineAsmRegOrRegClass, value: Operand },
    Out { reg: InlineAsmRegOrRegClass, late: bool, place: Option<Place> },
    InOut { reg: InlineAsmRegOrRegClass, late: bool, in_value: Operand, out_place: Option<Place> },
    Const { value: ConstOperand },
    SymFn { value: ConstOperand },
    SymStatic { def_id: DefId },
    Label { target_index: u32 },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Place {
    pub local: Local,
    pub projection: ProjectionElems,
}

/// The projection of a place, outermost step last.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct ProjectionElems(pub SmallVec<[PlaceElem; 2]>);

impl std::ops::Deref for ProjectionElems {
    type Target = [PlaceElem];
    fn deref(&self) -> &[PlaceElem] {
        &self.0
    }
}

impl FromIterator<PlaceElem> for ProjectionElems {
    fn from_iter<I: IntoIterator<Item = PlaceElem>>(iter: I) -> Self {
        ProjectionElems(iter.into_iter().collect())
    }
}

impl Place {
    pub fn from_local(local: Local) -> Place {
        Place { local, projection: ProjectionElems::default() }
    }

    /// The local itself, if nothing is projected.
    pub fn as_local(&self) -> Option<Local> {
        self.projection.is_empty().then_some(self.local)
    }

    /// This place with one more projection step.
    pub fn project(&self, elem: PlaceElem) -> Place {
        let mut place = self.clone();
        place.projection.0.push(elem);
        place
    }

    /// Whether the place goes through a pointer.
    pub fn is_indirect(&self) -> bool {
        self.projection.iter().any(|elem| matches!(elem, PlaceElem::Deref))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum PlaceElem {
    Deref,
    Field(FieldIdx, Ty),
    Index(Local),
    ConstantIndex { offset: u64, min_length: u64, from_end: bool },
    Subslice { from: u64, to: u64, from_end: bool },
    Downcast(VariantIdx),
    OpaqueCast(Ty),
    UnwrapUnsafeBinder(Ty),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Operand {
    Copy(Place),
    Move(Place),
    Constant(Box<ConstOperand>),
    RuntimeChecks(RuntimeChecks),
}

/// A flag of the session that uses the body, not of the crate it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum RuntimeChecks {
    UbChecks,
    ContractChecks,
    OverflowChecks,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ConstOperand {
    pub span: Span,
    pub const_: MirConst,
}

/// A constant in a body (`rustc_middle::mir::Const`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum MirConst {
    /// A type-level constant of the given type.
    Ty(Ty, Const),
    Unevaluated {
        def: DefId,
        args: Args,
        promoted: Option<Promoted>,
        ty: Ty,
    },
    Val(ConstValue, Ty),
}

impl MirConst {
    pub fn ty(&self) -> Ty {
        match *self {
            MirConst::Ty(ty, _) | MirConst::Unevaluated { ty, .. } | MirConst::Val(_, ty) => ty,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Rvalue {
    Use(Operand),
    Repeat(Operand, Const),
    Ref(BorrowKind, Place),
    ThreadLocalRef(DefId),
    RawPtr(RawPtrKind, Place),
    Cast(CastKind, Operand, Ty),
    BinaryOp(BinOp, Box<(Operand, Operand)>),
    UnaryOp(UnOp, Operand),
    Discriminant(Place),
    Aggregate(AggregateKind, Vec<Operand>),
    CopyForDeref(Place),
    WrapUnsafeBinder(Operand, Ty),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum BorrowKind {
    Shared,
    Mut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum RawPtrKind {
    Mut,
    Const,
    /// Only to read a wide pointer's metadata.
    FakeForPtrMetadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum CastKind {
    PointerExposeProvenance,
    PointerWithExposedProvenance,
    ReifyFnPointer,
    UnsafeFnPointer,
    ClosureFnPointer,
    MutToConstPointer,
    ArrayToPointer,
    Unsize,
    IntToInt,
    FloatToInt,
    FloatToFloat,
    IntToFloat,
    PtrToPtr,
    FnPtrToPtr,
    Transmute,
    Subtype,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum AggregateKind {
    Array(Ty),
    Tuple,
    /// The last part is the active field of a union.
    Adt(DefId, VariantIdx, Args, Option<FieldIdx>),
    Closure(DefId, Args),
    Coroutine(DefId, Args),
    CoroutineClosure(DefId, Args),
    /// `*mut`/`*const` to the given type from a data pointer and its metadata.
    RawPtr(Ty, Mutability),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum UnOp {
    Not,
    Neg,
    PtrMetadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum BinOp {
    Add,
    AddUnchecked,
    AddWithOverflow,
    Sub,
    SubUnchecked,
    SubWithOverflow,
    Mul,
    MulUnchecked,
    MulWithOverflow,
    Div,
    Rem,
    BitXor,
    BitAnd,
    BitOr,
    Shl,
    ShlUnchecked,
    Shr,
    ShrUnchecked,
    Eq,
    Lt,
    Le,
    Ne,
    Ge,
    Gt,
    Cmp,
    Offset,
}
