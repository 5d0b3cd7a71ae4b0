//! Items: what a definition is, apart from its body. Shapes follow `rustc_middle::ty` (`AdtDef`, `TraitDef`,
//! `Generics`, `AssocItem`) and `rustc_middle::middle::codegen_fn_attrs`.

use crate::alloc::*;
use crate::ids::*;
use crate::mir::*;
use crate::reader::DecodeCx;
use crate::simplify::SimplifiedType;
use crate::ty::*;
use bincode::{Decode, Encode};

/// A definition's place in its crate's tree (`rustc_hir::definitions::DefKey`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct DefKey {
    /// `None` for the crate root.
    pub parent: Option<DefIndex>,
    pub data: DefPathData,
    pub disambiguator: u32,
    /// The crate-local half of rustc's `DefPathHash`; the other half is the crate's `stable_crate_id`.
    pub local_hash: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum DefPathData {
    CrateRoot,
    Impl,
    ForeignMod,
    Use,
    GlobalAsm,
    TypeNs(Symbol),
    ValueNs(Symbol),
    MacroNs(Symbol),
    LifetimeNs(Symbol),
    Closure,
    Ctor,
    AnonConst,
    LateAnonConst,
    DesugaredAnonymousLifetime,
    OpaqueTy,
    OpaqueLifetime(Symbol),
    AnonAssocTy(Symbol),
    SyntheticCoroutineBody,
    NestedStatic,
}

/// A definition without its body.
#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Item {
    pub generics: Generics,
    /// The item's own where-clauses; those of `generics.parent` come on top.
    pub predicates: Vec<Clause>,
    pub span: Span,
    /// A derive made it, or what it is in, or the compiler did for its harness of tests: nobody has written it.
    pub is_generated: bool,
    pub data: ItemData,
}

#[derive(Clone, Debug, Default, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Generics {
    pub parent: Option<DefId>,
    /// How many arguments belong to the parents; own parameter `i` has index `parent_count + i`.
    pub parent_count: u32,
    /// Whether parameter 0 is a trait's `Self`. Set on the trait itself and inherited by its items.
    pub has_self: bool,
    pub own_params: Vec<GenericParam>,
}

impl Generics {
    pub fn count(&self) -> usize {
        self.parent_count as usize + self.own_params.len()
    }
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct GenericParam {
    pub name: Symbol,
    pub kind: GenericParamKind,
    /// In terms of the parameters before it; symbol names leave out arguments that equal it.
    pub default: Option<GenericArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum GenericParamKind {
    Lifetime,
    Type,
    /// With the parameter's type.
    Const(Ty),
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ItemData {
    Mod,
    Adt(AdtDef),
    Variant,
    Trait(TraitDef),
    TraitAlias,
    Impl(ImplDef),
    Fn(FnDef),
    /// The constructor of a tuple struct or tuple variant, as a function.
    Ctor(CtorDef),
    Const(ConstDef),
    Static(StaticDef),
    /// A type alias, or an associated type's value where there is one.
    TyAlias(Ty),
    AssocTy(AssocTyDef),
    /// What an `impl Trait` hides.
    OpaqueTy(Ty),
    ForeignTy,
    ForeignMod,
    Closure(ClosureDef),
    /// An anonymous or inline constant, with its type.
    AnonConst(Ty),
    GlobalAsm(GlobalAsm),
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum AdtKind {
    Struct,
    Union,
    Enum,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct AdtDef {
    pub kind: AdtKind,
    pub repr: ReprOptions,
    pub flags: AdtFlags,
    pub variants: Vec<VariantDef>,
    /// `Drop::drop` of this type's own impl.
    pub destructor: Option<DefId>,
    /// The fingerprint that the definition adds to the stable hash of a type (`TypeId`); its first half is the low one.
    pub stable_hash: u128,
}

/// Properties that the layout or drop rules ask for by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct AdtFlags {
    pub is_box: bool,
    pub is_phantom_data: bool,
    pub is_manually_drop: bool,
    pub is_maybe_dangling: bool,
    pub is_unsafe_cell: bool,
    pub is_unsafe_pinned: bool,
    /// `#[non_exhaustive]` on an enum.
    pub is_variant_list_non_exhaustive: bool,
    /// A struct whose constructor exists, i.e. a tuple or unit struct.
    pub has_ctor: bool,
    /// `#[rustc_layout_scalar_valid_range_start]`
    pub scalar_valid_range_start: Option<u128>,
    /// `#[rustc_layout_scalar_valid_range_end]`
    pub scalar_valid_range_end: Option<u128>,
    /// `#[rustc_scalable_vector]` and similar that rac refuses.
    pub unsupported_repr: bool,
}

/// `rustc_abi::ReprOptions`, whose bits `flags` has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ReprOptions {
    pub int: Option<ReprInt>,
    /// In bytes.
    pub align: Option<u64>,
    /// In bytes.
    pub pack: Option<u64>,
    /// `rustc_abi::ReprFlags::bits`.
    pub flags: u8,
    pub field_shuffle_seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ReprInt {
    /// `true`: signed.
    Pointer(bool),
    /// Size in bytes; `true`: signed.
    Fixed(u8, bool),
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct VariantDef {
    pub def_id: DefId,
    pub name: Symbol,
    /// The constructor's definition, where it is a function or constant.
    pub ctor: Option<(CtorKind, DefId)>,
    /// The discriminant's value, truncated to the discriminant type's size.
    pub discr: u128,
    pub fields: Vec<FieldDef>,
    pub is_non_exhaustive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum CtorKind {
    Fn,
    Const,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct FieldDef {
    pub def_id: DefId,
    pub name: Symbol,
    /// In terms of the ADT's parameters.
    pub ty: Ty,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct TraitDef {
    /// In declaration order, which is also the vtable's.
    pub items: Vec<DefId>,
    /// The clauses on `Self` that make a supertrait, in rustc's order.
    pub super_predicates: Vec<Clause>,
    pub is_auto: bool,
    pub is_marker: bool,
    pub is_unsafe: bool,
    /// `#[rustc_coinductive]` and auto traits.
    pub is_coinductive: bool,
    pub is_dyn_compatible: bool,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ImplDef {
    pub self_ty: Ty,
    /// `None` for an inherent impl.
    pub trait_ref: Option<TraitRef>,
    pub polarity: ImplPolarity,
    /// The impl that this one specializes, else `None` (the trait itself).
    pub specialization_parent: Option<DefId>,
    pub items: Vec<ImplItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ImplPolarity {
    Positive,
    Negative,
    /// `#[rustc_reservation_impl]`: never selected.
    Reservation,
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ImplItem {
    pub def_id: DefId,
    /// The trait's item that it implements.
    pub trait_item: Option<DefId>,
}

/// Where an associated item lives.
#[derive(Clone, Copy, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct AssocItem {
    pub container: AssocContainer,
    /// In a trait: whether there is a default. In an impl: always true.
    pub has_value: bool,
    /// `default` in a specializable impl, or provided by a trait: may be overridden.
    pub is_default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum AssocContainer {
    Trait(DefId),
    TraitImpl { impl_def: DefId, trait_item: Option<DefId> },
    InherentImpl(DefId),
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct FnDef {
    pub name: Symbol,
    /// Late-bound regions are the binder's.
    pub sig: PolyFnSig,
    pub attrs: CodegenFnAttrs,
    pub assoc: Option<AssocItem>,
    pub intrinsic: Option<Intrinsic>,
    pub is_const: bool,
    /// Declared in an `extern` block.
    pub is_foreign: bool,
    /// rustc's `requires_inline`/cross-crate rule is settled by `exported`: the item has a symbol that its crate's
    /// rlib defines and exports.
    pub exported: bool,
    /// Whether an object-safe trait's method has a slot in vtables: it can be called through `dyn`
    /// (`is_vtable_safe_method`) and is not `final`.
    pub vtable_safe: bool,
}

#[derive(Clone, Copy, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Intrinsic {
    pub name: Symbol,
    /// No usable fallback body: code generation has to provide it.
    pub must_be_overridden: bool,
}

/// `rustc_middle::middle::codegen_fn_attrs::CodegenFnAttrs`, as far as code generation here asks.
#[derive(Clone, Debug, Default, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct CodegenFnAttrs {
    pub inline: InlineAttr,
    pub cold: bool,
    pub never_unwind: bool,
    pub naked: bool,
    pub track_caller: bool,
    pub no_mangle: bool,
    /// A symbol of the compiler's own runtime: mangled under the `__rustc` crate.
    pub rustc_std_internal_symbol: bool,
    pub thread_local: bool,
    /// The linker is to keep it: `#[used]`, but not `#[used(compiler)]`.
    pub used: bool,
    /// An externally implementable item, which keeps its mangled name though it is foreign, or an implementation of one.
    pub externally_implementable: bool,
    /// The externally implementable items that this one implements: it is defined under their names as well.
    pub foreign_item_aliases: Vec<(DefId, Linkage)>,
    /// `#[allocator]`-family function.
    pub allocator: bool,
    /// `export_name`, `link_name` or `no_mangle`'s plain name.
    pub symbol_name: Option<Symbol>,
    pub link_section: Option<Symbol>,
    pub linkage: Option<Linkage>,
    pub import_linkage: Option<Linkage>,
    /// Enabled features, implied ones included.
    pub target_features: Vec<Symbol>,
    /// In bytes, if given by `#[align]`.
    pub alignment: Option<u64>,
    /// `#[optnone]`/`#[optimize]` do not change code here.
    pub safe_target_features: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum InlineAttr {
    #[default]
    None,
    Hint,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum Linkage {
    External,
    AvailableExternally,
    LinkOnceAny,
    LinkOnceODR,
    WeakAny,
    WeakODR,
    Internal,
    ExternalWeak,
    Common,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct CtorDef {
    pub adt: DefId,
    pub variant: VariantIdx,
    pub kind: CtorKind,
    /// For `CtorKind::Const` only the output counts.
    pub sig: PolyFnSig,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ConstDef {
    pub name: Symbol,
    pub ty: Ty,
    pub assoc: Option<AssocItem>,
    /// rustc's value, for a constant without generic parameters, and for one that is a plain literal.
    pub value: Option<ConstValue>,
    /// What a `type const` is equal to, in terms of its parameters; it has no body.
    pub type_const: Option<Const>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct StaticDef {
    pub name: Symbol,
    pub ty: Ty,
    pub mutability: Mutability,
    pub attrs: CodegenFnAttrs,
    pub is_foreign: bool,
    /// Has a symbol that its crate's rlib defines and exports.
    pub exported: bool,
    /// The initial memory, as rustc evaluated it; `None` for foreign statics and where the crate has no value stored.
    pub initializer: Option<AllocId>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct AssocTyDef {
    pub name: Symbol,
    pub assoc: AssocItem,
    /// The value in an impl, or a trait's default.
    pub ty: Option<Ty>,
    /// In a trait: bounds on the projection.
    pub item_bounds: Vec<Clause>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct ClosureDef {
    pub attrs: CodegenFnAttrs,
    pub coroutine: Option<CoroutineDef>,
    /// For an async closure: the coroutine that calling it makes.
    pub coroutine_for_closure: Option<DefId>,
    /// Of a closure or coroutine that is written, but no async closure, in the file of the crate that is being compiled.
    pub captures: Option<Captures>,
}

/// What a closure captures.
#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct Captures {
    /// Of the type: the parameters of the function around it, the synthetic ones (see [`crate::TyKind`]), of which the last is a
    /// tuple of the captured types.
    pub args: Args,
    /// The captured places, as `rustc_middle::ty::CapturedPlace::to_symbol` names them.
    pub places: Vec<Symbol>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct CoroutineDef {
    pub kind: CoroutineKind,
    /// It may be moved between suspensions, so that nothing in it is borrowed across one.
    pub is_movable: bool,
    /// `None` in a file that was written before the bodies were checked.
    pub layout: Option<CoroutineLayout>,
    /// The body that `AsyncFnOnce` calls, which takes its captures by move.
    pub by_move_body: Option<DefId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum CoroutineKind {
    Async(CoroutineSource),
    Gen(CoroutineSource),
    AsyncGen(CoroutineSource),
    Coroutine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum CoroutineSource {
    Block,
    Closure,
    Fn,
}

/// `rustc_middle::mir::CoroutineLayout`.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct CoroutineLayout {
    pub field_tys: Vec<Ty>,
    /// Per saved local: left out of the auto-trait and drop analysis.
    pub ignore_for_traits: Vec<bool>,
    /// Per variant (unresumed, returned, panicked, then the suspension points): the saved locals it stores.
    pub variant_fields: Vec<Vec<u32>>,
    /// Per saved local, the saved locals (ascending) that are live at the same time.
    pub storage_conflicts: Vec<Vec<u32>>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct GlobalAsm {
    pub template: Vec<InlineAsmTemplatePiece>,
    pub operands: Vec<GlobalAsmOperand>,
    /// As [`InlineAsm::options`].
    pub options: u16,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum GlobalAsmOperand {
    /// Already printed.
    Const(Box<str>),
    SymFn {
        def_id: DefId,
        args: Args,
    },
    SymStatic(DefId),
}

/// What a crate says about itself; decoded when the file is opened.
#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct CrateRoot {
    pub name: Symbol,
    pub stable_crate_id: u64,
    /// `(name, item)` of each lang item that the crate defines.
    pub lang_items: Vec<(Symbol, DefId)>,
    /// Impls of traits, by trait.
    pub trait_impls: Vec<(DefId, Vec<TraitImpl>)>,
    /// Generic instances that the crate's rlib defines and exports.
    pub exported_generics: Vec<ExportedGeneric>,
    /// `fn main`, or what `#[rustc_main]` or `use .. as main` names.
    pub entry_fn: Option<DefId>,
    pub files: Vec<SourceFile>,
    /// Items to compile whether or not they are called: `#[no_mangle]`, `#[used]`, exported functions.
    pub mono_roots: Vec<DefId>,
    pub global_asm: Vec<DefId>,
    pub native_libs: Vec<NativeLib>,
    /// The crate names an `#[panic_handler]`.
    pub has_panic_handler: bool,
    /// The `#[global_allocator]`'s shims are needed: rustc's `__rust_alloc` family names a crate's own static.
    pub has_global_allocator: bool,
    pub has_alloc_error_handler: bool,
    pub is_no_builtins: bool,
    pub is_compiler_builtins: bool,
    pub is_panic_runtime: bool,
    pub needs_panic_runtime: bool,
    pub needs_allocator: bool,
    pub is_proc_macro: bool,
    /// `unwind`, `abort`, as the crate was compiled.
    pub panic_strategy_abort: bool,
}

/// An impl, and what can be asked of it before it is decoded.
#[derive(Clone, Copy, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct TraitImpl {
    pub def_id: DefId,
    /// The outermost shape of its self type; `None` if that can be anything.
    pub simplified_self: Option<SimplifiedType>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub enum ExportedGeneric {
    Instance { def_id: DefId, args: Args },
    DropGlue(Ty),
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct SourceFile {
    /// As `Location::file` shows it.
    pub name: Symbol,
    /// MD5 of the content where rustc has one of that kind.
    pub md5: Option<[u8; 16]>,
}

#[derive(Clone, Debug, Encode, Decode)]
#[bincode(decode_context = "DecodeCx")]
pub struct NativeLib {
    pub name: Symbol,
    /// As in `-l KIND=NAME`: `dylib`, `static`, `framework`, `raw-dylib`, `link-arg`; empty if not said.
    pub kind: Symbol,
    /// `+whole-archive` etc.
    pub whole_archive: Option<bool>,
    pub verbatim: bool,
    /// Bundled into the rlib already.
    pub bundled: bool,
}
