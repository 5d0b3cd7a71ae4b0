//! The contexts of code generation, and small helpers that all of it uses.
//!
//! [`CodegenCx`] is shared by all threads and immutable; [`FunctionCx`] is what is known while one function is built.

use crate::code_cache::CodeCache;
use crate::constant::DataCache;
use crate::prelude::*;
use crate::pretty_clif::CommentWriter;
use cranelift_codegen::ir::{ExtFuncData, ExternalName, GlobalValueData, UserExternalName};
use cranelift_codegen::isa::OwnedTargetIsa;
use rustc_abi::{Float, Integer};
use std::cell::Cell;
use std::rc::Rc;

/// Which exceptions a handler of a `try_call` takes.
pub(crate) const EXCEPTION_HANDLER_CLEANUP: u32 = 0;
pub(crate) const EXCEPTION_HANDLER_CATCH: u32 = 1;

/// What code generation depends on besides the program.
#[derive(Clone, Debug)]
pub struct CodegenOptions {
    pub opt_level: OptLevel,
    /// Line tables.
    pub debuginfo: bool,
    /// Run Cranelift's verifier on each function.
    pub verifier: bool,
    /// Keep each function's CLIF as text.
    pub emit_clif: bool,
    /// How many object files the functions are divided into.
    pub units: usize,
    /// The crate is compiled to a dynamic object or a library: its exported items keep default visibility.
    pub is_library: bool,
    /// Define the `__rust_alloc` family: for a final link in which no dynamic object has it.
    pub allocator_shim: bool,
    /// What std's start-up is told to do about SIGPIPE.
    pub sigpipe: u8,
    pub frame_pointers: bool,
    /// CPU features beyond x86-64's baseline that may be used, as Cranelift names them (`has_sse41`).
    pub isa_flags: Vec<String>,
    /// Path and working directory of the crate's root file, for debug information.
    pub source: (String, String),
    /// Miscompile on purpose.
    pub seeded_bug: Option<crate::SeededBug>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OptLevel {
    None,
    Speed,
    SpeedAndSize,
}

/// What all functions of a compilation share.
pub struct CodegenCx<'tcx> {
    pub tcx: TyCtxt<'tcx>,
    pub isa: OwnedTargetIsa,
    pub opts: CodegenOptions,
    /// Machine code that may be used again.
    pub(crate) code_cache: Option<&'tcx CodeCache>,
    /// Anonymous data that has been made.
    pub(crate) data: DataCache,
    warnings: parking_lot::Mutex<Vec<Warning>>,
}

/// Something that compiles, but not to what was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    pub span: Span,
    pub message: String,
}

impl<'tcx> CodegenCx<'tcx> {
    pub fn new(
        tcx: TyCtxt<'tcx>,
        isa: OwnedTargetIsa,
        opts: CodegenOptions,
        code_cache: Option<&'tcx CodeCache>,
    ) -> Self {
        CodegenCx { tcx, isa, opts, code_cache, data: DataCache::default(), warnings: Default::default() }
    }

    pub(crate) fn warn(&self, span: Span, message: &str) {
        self.warnings.lock().push(Warning { span, message: message.to_owned() });
    }

    /// The warnings so far, in an order that does not depend on threads.
    pub fn take_warnings(&self) -> Vec<Warning> {
        let mut warnings = std::mem::take(&mut *self.warnings.lock());
        warnings.sort_by(|a, b| {
            let key = |w: &Warning| (w.span.file, w.span.line, w.span.col);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        warnings.dedup();
        warnings
    }

    /// The symbol to call or take the address of for an instance.
    pub(crate) fn symbol_name(&self, instance: Instance) -> &'tcx str {
        self.tcx.symbol_name(instance).or_fatal()
    }
}

/// Why a function cannot be compiled. Thrown with [`std::panic::resume_unwind`] and caught for each function.
#[derive(Debug)]
pub(crate) struct Fatal(pub(crate) String);

/// Gives up the current function with an error of the user's program or an unsupported construct.
pub(crate) fn fatal(message: impl Into<String>) -> ! {
    std::panic::resume_unwind(Box::new(Fatal(message.into())))
}

/// Makes a query infallible: an error gives up the current function.
pub(crate) trait OrFatal<T> {
    fn or_fatal(self) -> T;
}

impl<T> OrFatal<T> for crate::adapter::Result<T> {
    #[inline]
    fn or_fatal(self) -> T {
        match self {
            Ok(value) => value,
            Err(e) => fatal(e.to_string()),
        }
    }
}

/// A compiler bug, with what was found; names the function and its MIR on its way out.
macro_rules! bug {
    ($($arg:tt)*) => { panic!($($arg)*) };
}
pub(crate) use bug;

pub(crate) fn pointer_ty(_tcx: TyCtxt<'_>) -> Type {
    types::I64
}

pub(crate) fn scalar_to_clif_type(tcx: TyCtxt<'_>, scalar: Scalar) -> Type {
    match scalar.primitive() {
        Primitive::Int(int, _) => match int {
            Integer::I8 => types::I8,
            Integer::I16 => types::I16,
            Integer::I32 => types::I32,
            Integer::I64 => types::I64,
            Integer::I128 => types::I128,
        },
        Primitive::Float(float) => match float {
            Float::F16 => types::F16,
            Float::F32 => types::F32,
            Float::F64 => types::F64,
            Float::F128 => types::F128,
        },
        Primitive::Pointer(_) => pointer_ty(tcx),
    }
}

/// The type of a primitive in a register; `None` for anything else, also for single-scalar structs.
pub(crate) fn clif_type_from_ty(tcx: TyCtxt<'_>, ty: Ty) -> Option<Type> {
    Some(match tcx.kind(ty) {
        TyKind::Bool => types::I8,
        TyKind::Uint(size) => match size {
            UintTy::U8 => types::I8,
            UintTy::U16 => types::I16,
            UintTy::U32 => types::I32,
            UintTy::U64 | UintTy::Usize => types::I64,
            UintTy::U128 => types::I128,
        },
        TyKind::Int(size) => match size {
            IntTy::I8 => types::I8,
            IntTy::I16 => types::I16,
            IntTy::I32 => types::I32,
            IntTy::I64 | IntTy::Isize => types::I64,
            IntTy::I128 => types::I128,
        },
        TyKind::Char => types::I32,
        TyKind::Float(size) => match size {
            FloatTy::F16 => types::F16,
            FloatTy::F32 => types::F32,
            FloatTy::F64 => types::F64,
            FloatTy::F128 => types::F128,
        },
        TyKind::FnPtr(..) => pointer_ty(tcx),
        TyKind::RawPtr(..) | TyKind::Ref(..) if is_thin_ptr(tcx, ty) => pointer_ty(tcx),
        _ => return None,
    })
}

/// The types of a wide pointer or a pair of primitives in registers.
pub(crate) fn clif_pair_type_from_ty(tcx: TyCtxt<'_>, ty: Ty) -> Option<(Type, Type)> {
    Some(match tcx.kind(ty) {
        TyKind::Tuple(tys) => match **tys {
            [a, b] => (clif_type_from_ty(tcx, a)?, clif_type_from_ty(tcx, b)?),
            _ => return None,
        },
        TyKind::RawPtr(..) | TyKind::Ref(..) if !is_thin_ptr(tcx, ty) => (pointer_ty(tcx), pointer_ty(tcx)),
        _ => return None,
    })
}

fn is_thin_ptr(tcx: TyCtxt<'_>, ptr_ty: Ty) -> bool {
    matches!(tcx.layout_of(ptr_ty).or_fatal().backend_repr, BackendRepr::Scalar(_))
}

/// The type of the last field, recursively: what a pointer's metadata describes.
pub(crate) fn struct_tail(tcx: TyCtxt<'_>, ty: Ty) -> Ty {
    tcx.struct_tail(ty).or_fatal()
}

/// Whether a pointer to a value of this layout is wide.
pub(crate) fn type_has_metadata(tcx: TyCtxt<'_>, layout: TyAndLayout<'_>) -> bool {
    layout.is_unsized() && !matches!(tcx.kind(struct_tail(tcx, layout.ty)), TyKind::Foreign(_))
}

pub(crate) fn codegen_icmp_imm(fx: &mut FunctionCx<'_, '_, '_>, intcc: IntCC, lhs: Value, rhs: i128) -> Value {
    let ty = fx.bcx.func.dfg.value_type(lhs);
    let rhs = int_const(fx, ty, rhs as u128);
    fx.bcx.ins().icmp(intcc, lhs, rhs)
}

/// `iconst` for any integer type; bits beyond the type's width are dropped.
pub(crate) fn int_const(fx: &mut FunctionCx<'_, '_, '_>, ty: Type, bits: u128) -> Value {
    bcx_int_const(&mut fx.bcx, ty, bits)
}

pub(crate) fn bcx_int_const(bcx: &mut FunctionBuilder<'_>, ty: Type, bits: u128) -> Value {
    match ty.bits() {
        128 => {
            let lsb = bcx.ins().iconst(types::I64, bits as u64 as i64);
            let msb = bcx.ins().iconst(types::I64, (bits >> 64) as u64 as i64);
            bcx.ins().iconcat(lsb, msb)
        }
        64 => bcx.ins().iconst(ty, bits as u64 as i64),
        width => bcx.ins().iconst(ty, (bits as u64 & ((1 << width) - 1)) as i64),
    }
}

pub(crate) fn codegen_bitcast(fx: &mut FunctionCx<'_, '_, '_>, dst_ty: Type, val: Value) -> Value {
    let flags = MemFlags::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
    fx.bcx.ins().bitcast(dst_ty, flags, val)
}

pub(crate) fn type_zero_value(bcx: &mut FunctionBuilder<'_>, ty: Type) -> Value {
    bcx_int_const(bcx, ty, 0)
}

pub(crate) fn type_min_max_value(bcx: &mut FunctionBuilder<'_>, ty: Type, signed: bool) -> (Value, Value) {
    assert!(ty.is_int());
    let ones = u128::MAX >> (128 - ty.bits());
    let (min, max) = if signed { (ones ^ (ones >> 1), ones >> 1) } else { (0, ones) };
    (bcx_int_const(bcx, ty, min), bcx_int_const(bcx, ty, max))
}

/// Whether a primitive's arithmetic and extension are signed.
pub(crate) fn type_sign(tcx: TyCtxt<'_>, ty: Ty) -> bool {
    tcx.is_signed(ty)
}

/// A trap for code that is never reached in a correct program.
pub(crate) fn trap_unreachable(fx: &mut FunctionCx<'_, '_, '_>) {
    fx.bcx.ins().trap(TRAP_UNREACHABLE);
}

pub(crate) const TRAP_UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);

/// What is known while a function is built.
pub(crate) struct FunctionCx<'m, 'clif, 'tcx: 'm> {
    pub(crate) cx: &'m CodegenCx<'tcx>,
    pub(crate) tcx: TyCtxt<'tcx>,
    pub(crate) pointer_type: Type,
    /// The symbols that the function refers to.
    pub(crate) refs: SymbolTable,

    pub(crate) instance: Instance,
    pub(crate) symbol_name: &'tcx str,
    pub(crate) mir: &'tcx Body,
    /// What the body's parameters stand for.
    pub(crate) args: Args,
    pub(crate) fn_abi: Rc<FnAbi<'tcx>>,

    pub(crate) bcx: FunctionBuilder<'clif>,
    /// By `BasicBlock`.
    pub(crate) block_map: Vec<Block>,
    /// By `Local`.
    pub(crate) local_map: Vec<CPlace<'tcx>>,

    /// The hidden argument of a `#[track_caller]` function.
    pub(crate) caller_location: Option<CValue<'tcx>>,
    /// Whether the last parameter belongs to no argument: see [`crate::abi::variadic`] and [`crate::abi::tail_call`].
    pub(crate) has_hidden_param: bool,
    /// Holds the exception pointer in cleanup blocks.
    pub(crate) exception_slot: Variable,

    /// Position of the construct that is being compiled; outlives this context, for error messages.
    pub(crate) cur_source_info: &'m Cell<SourceInfo>,
    pub(crate) source_locs: crate::debuginfo::SourceLocs,
    pub(crate) clif_comments: CommentWriter,

    pub(crate) inline_asm: String,
    pub(crate) inline_asm_index: u32,
}

/// What a function reference is for. One symbol may be declared with several signatures.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FuncKey {
    Instance(Instance),
    /// A runtime function, by the position of its symbol.
    Lib(u32),
    /// Only the address is taken.
    Addr(u32),
}

/// The symbols that a function refers to; positions in `symbols` are the indices of Cranelift's external names.
#[derive(Default)]
pub(crate) struct SymbolTable {
    pub(crate) symbols: Vec<SymbolRef>,
    by_ref: FxHashMap<SymbolRef, u32>,
    funcs: FxHashMap<FuncKey, FuncRef>,
    globals: FxHashMap<(u32, bool), GlobalValue>,
    pub(crate) data: Vec<std::sync::Arc<DataObject>>,
    has_data: FxHashSet<Symbol>,
}

impl SymbolTable {
    /// Empties the table for another function.
    pub(crate) fn clear(&mut self) {
        self.symbols.clear();
        self.by_ref.clear();
        self.funcs.clear();
        self.globals.clear();
        self.data.clear();
        self.has_data.clear();
    }

    /// The position of a symbol.
    pub(crate) fn position(&mut self, symbol: SymbolRef) -> u32 {
        *self.by_ref.entry(symbol).or_insert_with(|| {
            self.symbols.push(symbol);
            self.symbols.len() as u32 - 1
        })
    }

    /// A reference to a function. With `colocated` it can be called, and be addressed relative to the code; otherwise
    /// it is addressed through the GOT.
    pub(crate) fn import_func(
        &mut self,
        bcx: &mut FunctionBuilder<'_>,
        symbol: SymbolRef,
        colocated: bool,
        sig: Signature,
    ) -> FuncRef {
        let index = self.position(symbol);
        let signature = bcx.import_signature(sig);
        let name = bcx.func.declare_imported_user_function(UserExternalName { namespace: 0, index });
        bcx.import_function(ExtFuncData { name: ExternalName::user(name), signature, colocated, patchable: false })
    }

    /// Notes that `data` is referred to, and returns the reference.
    pub(crate) fn add_data(&mut self, data: &std::sync::Arc<DataObject>) -> SymbolRef {
        if self.has_data.insert(data.symbol) {
            self.data.push(data.clone());
        }
        SymbolRef { name: data.symbol, kind: SymbolKind::Data, weak: false }
    }
}

impl<'tcx> FunctionCx<'_, '_, 'tcx> {
    /// What a type of the body is in this instance.
    #[inline]
    pub(crate) fn monomorphize(&self, ty: Ty) -> Ty {
        self.tcx.monomorphize(ty, self.args).or_fatal()
    }

    pub(crate) fn monomorphize_const(&self, ct: Const) -> Const {
        self.tcx.monomorphize_const(ct, self.args).or_fatal()
    }

    /// The layout of a type without parameters.
    #[inline]
    pub(crate) fn layout_of(&self, ty: Ty) -> TyAndLayout<'tcx> {
        self.tcx.layout_of(ty).or_fatal()
    }

    pub(crate) fn field_layout(&self, layout: TyAndLayout<'tcx>, i: usize) -> TyAndLayout<'tcx> {
        layout.field(self.tcx, i).or_fatal()
    }

    pub(crate) fn variant_layout(&self, layout: TyAndLayout<'tcx>, variant: VariantIdx) -> TyAndLayout<'tcx> {
        layout.for_variant(self.tcx, variant).or_fatal()
    }

    pub(crate) fn type_has_metadata(&self, layout: TyAndLayout<'tcx>) -> bool {
        type_has_metadata(self.tcx, layout)
    }

    pub(crate) fn kind(&self, ty: Ty) -> &'tcx TyKind {
        self.tcx.kind(ty)
    }

    pub(crate) fn clif_type(&self, ty: Ty) -> Option<Type> {
        clif_type_from_ty(self.tcx, ty)
    }

    pub(crate) fn clif_pair_type(&self, ty: Ty) -> Option<(Type, Type)> {
        clif_pair_type_from_ty(self.tcx, ty)
    }

    /// A value of a primitive type that must have a register type.
    #[track_caller]
    pub(crate) fn expect_clif_type(&self, ty: Ty) -> Type {
        self.clif_type(ty).unwrap_or_else(|| bug!("no register type for {}", self.ty_str(ty)))
    }

    /// A type for messages.
    pub(crate) fn ty_str(&self, ty: Ty) -> String {
        self.tcx.type_in_message(ty).unwrap_or_else(|_| format!("{:?}", self.tcx.kind(ty)))
    }

    /// The type of a place of the body, monomorphized.
    pub(crate) fn place_ty(&self, place: &Place) -> Ty {
        crate::base::place_ty(self, place)
    }

    /// The type of an operand of the body, monomorphized.
    pub(crate) fn operand_ty(&self, operand: &Operand) -> Ty {
        match operand {
            Operand::Copy(place) | Operand::Move(place) => self.place_ty(place),
            Operand::Constant(ct) => self.monomorphize(ct.const_.ty()),
            Operand::RuntimeChecks(_) => self.tcx.common.bool,
        }
    }

    pub(crate) fn get_block(&self, bb: BasicBlock) -> Block {
        self.block_map[bb.index()]
    }

    /// Moves a block out of the way; the entry block cannot be moved.
    pub(crate) fn set_cold_block(&mut self, block: Block) {
        // It is not there yet while it has no instruction.
        if self.bcx.func.layout.entry_block().is_some_and(|entry| entry != block) {
            self.bcx.set_cold_block(block);
        }
    }

    pub(crate) fn get_local_place(&mut self, local: Local) -> CPlace<'tcx> {
        self.local_map[local.index()]
    }

    /// Stack memory of at least `size` bytes; `size` is rounded up to a multiple of `align`.
    pub(crate) fn create_stack_slot(&mut self, size: u32, align: u32) -> Pointer {
        const ABI_ALIGN: u32 = 16;
        assert!(align.is_power_of_two(), "alignment {align}");
        let size = size.next_multiple_of(align);
        let data = |size, align: u32| StackSlotData::new(StackSlotKind::ExplicitSlot, size, align.ilog2() as u8);
        if align <= ABI_ALIGN {
            return Pointer::stack_slot(self.bcx.create_sized_stack_slot(data(size, align)));
        }
        // Frames are aligned to 16 bytes only: take more and round the address up.
        let slot = self.bcx.create_sized_stack_slot(data(size + align, ABI_ALIGN));
        let base = self.bcx.ins().stack_addr(self.pointer_type, slot, 0);
        let bumped = self.bcx.ins().iadd_imm_s(base, i64::from(align) - 1);
        Pointer::new(self.bcx.ins().band_imm_s(bumped, -i64::from(align)))
    }

    pub(crate) fn set_debug_loc(&mut self, source_info: SourceInfo) {
        self.cur_source_info.set(source_info);
        if self.cx.opts.debuginfo {
            let loc = self.source_locs.get(source_info.span);
            self.bcx.set_srcloc(loc);
        }
    }

    /// Where the construct that is being compiled stands.
    pub(crate) fn cur_source_info(&self) -> SourceInfo {
        self.cur_source_info.get()
    }

    /// The `&'static Location` of a construct: the caller's in a `#[track_caller]` function, also through inlining.
    pub(crate) fn get_caller_location(&mut self, source_info: SourceInfo) -> CValue<'tcx> {
        crate::base::caller_location(self, source_info)
    }

    /// The reference to call a runtime function by.
    pub(crate) fn lib_func_ref(&mut self, name: &str, sig: impl FnOnce() -> Signature) -> FuncRef {
        let symbol = SymbolRef { name: self.tcx.sym(name), kind: SymbolKind::Func, weak: false };
        let key = FuncKey::Lib(self.refs.position(symbol));
        self.func_ref(key, |_| (symbol, sig(), true))
    }

    /// The reference to take the address of a function symbol by: through the GOT, so that it is the same address in
    /// every dynamic object.
    pub(crate) fn func_addr_ref(&mut self, symbol: SymbolRef) -> FuncRef {
        let key = FuncKey::Addr(self.refs.position(symbol));
        self.func_ref(key, |_| (symbol, Signature::new(CallConv::SystemV), false))
    }

    /// The reference for `key`, made on first use from a symbol, a signature and whether it is called directly.
    pub(crate) fn func_ref(
        &mut self,
        key: FuncKey,
        make: impl FnOnce(&Self) -> (SymbolRef, Signature, bool),
    ) -> FuncRef {
        if let Some(&func_ref) = self.refs.funcs.get(&key) {
            return func_ref;
        }
        let (symbol, sig, colocated) = make(self);
        let func_ref = self.refs.import_func(&mut self.bcx, symbol, colocated, sig);
        self.refs.funcs.insert(key, func_ref);
        func_ref
    }

    /// A reference with a signature of its own: for variadic calls.
    pub(crate) fn fresh_func_ref(&mut self, name: &str, sig: Signature) -> FuncRef {
        let symbol = SymbolRef { name: self.tcx.sym(name), kind: SymbolKind::Func, weak: false };
        self.refs.import_func(&mut self.bcx, symbol, true, sig)
    }

    /// The global value of a data symbol; `local` if it is defined in the same dynamic object for certain.
    pub(crate) fn data_ref(&mut self, symbol: SymbolRef, local: bool) -> GlobalValue {
        let index = self.refs.position(symbol);
        if let Some(&gv) = self.refs.globals.get(&(index, local)) {
            return gv;
        }
        let name = self.bcx.func.declare_imported_user_function(UserExternalName { namespace: 0, index });
        let gv = self.bcx.create_global_value(GlobalValueData::Symbol {
            name: ExternalName::user(name),
            offset: 0.into(),
            colocated: local,
            tls: symbol.kind == SymbolKind::Tls,
        });
        self.refs.globals.insert((index, local), gv);
        gv
    }
}
