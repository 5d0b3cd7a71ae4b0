//! Items and whole crates as text.

use super::doc::{Doc, Text, Word, enums, parse_fields, print_variant, structs, words};
use super::lexer::{Tok, quote};
use super::parse::Parser;
use super::print::Printer;
use super::{DefTable, ParseError};
use crate::file::{CrateDep, CrateWriter, Error, Section};
use crate::reader::LoadedCrate;
use crate::*;
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, ParseError>;

words! {
    Mutability = Not { Not, Mut }
    AdtKind { Struct, Union, Enum }
    CtorKind { Fn, Const }
    ImplPolarity = Positive { Positive, Negative, Reservation }
    InlineAttr = None { None, Hint, Always, Never }
    Linkage {
        External, AvailableExternally, LinkOnceAny, LinkOnceODR, WeakAny, WeakODR, Internal, ExternalWeak, Common,
    }
    CoroutineSource { Block, Closure, Fn }
}

structs! {
    Item { generics, predicates, span, is_generated, data }
    Generics { parent, parent_count, has_self, own_params }
    GenericParam { name, kind, default }
    AdtDef { kind, repr, flags, variants, destructor, stable_hash }
    AdtFlags {
        is_box, is_phantom_data, is_manually_drop, is_maybe_dangling, is_unsafe_cell, is_unsafe_pinned,
        is_variant_list_non_exhaustive, has_ctor,
        scalar_valid_range_start, scalar_valid_range_end, unsupported_repr,
    }
    ReprOptions { int, align, pack, flags, field_shuffle_seed }
    VariantDef { def_id, name, ctor, discr, fields, is_non_exhaustive }
    FieldDef { def_id, name, ty }
    TraitDef { items, super_predicates, is_auto, is_marker, is_unsafe, is_coinductive, is_dyn_compatible }
    ImplDef { self_ty, trait_ref, polarity, specialization_parent, items }
    ImplItem { def_id, trait_item }
    AssocItem { container, has_value, is_default }
    FnDef { name, sig, attrs, assoc, intrinsic, is_const, is_foreign, exported, vtable_safe }
    Intrinsic { name, must_be_overridden }
    CodegenFnAttrs {
        inline, cold, never_unwind, naked, track_caller, no_mangle, rustc_std_internal_symbol, thread_local, used,
        externally_implementable, foreign_item_aliases, allocator, symbol_name, link_section, linkage, import_linkage, target_features, alignment, safe_target_features,
    }
    CtorDef { adt, variant, kind, sig }
    ConstDef { name, ty, assoc, value, type_const }
    StaticDef { name, ty, mutability, attrs, is_foreign, exported, initializer }
    AssocTyDef { name, assoc, ty, item_bounds }
    ClosureDef { attrs, coroutine, coroutine_for_closure, captures }
    Captures { args, places }
    CoroutineDef { kind, is_movable, layout, by_move_body }
    CoroutineLayout { field_tys, ignore_for_traits, variant_fields, storage_conflicts }
    GlobalAsm { template, operands, options }
    CrateRoot {
        name, stable_crate_id, lang_items, trait_impls, exported_generics, entry_fn, files, mono_roots, global_asm,
        native_libs, has_panic_handler, has_global_allocator, has_alloc_error_handler, is_no_builtins,
        is_compiler_builtins, is_panic_runtime, needs_panic_runtime, needs_allocator, is_proc_macro,
        panic_strategy_abort,
    }
    TraitImpl { def_id, simplified_self }
    SourceFile { name, md5 }
    NativeLib { name, kind, whole_archive, verbatim, bundled }
    DefKey { parent, data, disambiguator, local_hash }
    CrateDep { name, stable_crate_id, svh }
}

enums! {
    GenericParamKind { Lifetime, Type, Const(ty) }
    ItemData {
        Mod,
        Adt(adt),
        Variant,
        Trait(def),
        TraitAlias,
        Impl(def),
        Fn(def),
        Ctor(def),
        Const(def),
        Static(def),
        TyAlias(ty),
        AssocTy(def),
        OpaqueTy(ty),
        ForeignTy,
        ForeignMod,
        Closure(def),
        AnonConst(ty),
        GlobalAsm(asm),
        Other,
    }
    ReprInt { Pointer(signed), Fixed(size, signed) }
    AssocContainer { Trait(def), TraitImpl { impl_def, trait_item }, InherentImpl(def) }
    CoroutineKind { Async(source), Gen(source), AsyncGen(source), Coroutine }
    GlobalAsmOperand { Const(text), SymFn { def_id, args }, SymStatic(def_id) }
    SimplifiedType {
        Primitive(ty),
        Array,
        Slice,
        UnsafeBinder,
        Error,
        Ref(mutability),
        Ptr(mutability),
        Tuple(len),
        Function(len),
        Dynamic(def_id),
        Def(def_id),
        Witness(def_id),
    }
    ExportedGeneric { Instance { def_id, args }, DropGlue(ty) }
    DefPathData {
        CrateRoot,
        Impl,
        ForeignMod,
        Use,
        GlobalAsm,
        TypeNs(name),
        ValueNs(name),
        MacroNs(name),
        LifetimeNs(name),
        Closure,
        Ctor,
        AnonConst,
        LateAnonConst,
        DesugaredAnonymousLifetime,
        OpaqueTy,
        OpaqueLifetime(name),
        AnonAssocTy(name),
        SyntheticCoroutineBody,
        NestedStatic,
    }
}

/// Values whose absence is their `Default`, by how they are printed and parsed.
macro_rules! simple {
    ($($ty:ty: |$v:ident, $p:ident| $print:expr, $parse:expr;)*) => {$(
        impl Text for $ty {
            fn print(&self, $p: &Printer<'_>) -> Doc {
                let ($v, _) = (self, $p);
                Doc::Leaf($print)
            }
            fn parse($p: &mut Parser<'_>) -> Result<Self> {
                $parse
            }
            fn absent() -> Option<Self> {
                Some(Self::default())
            }
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

simple! {
    bool: |v, p| v.to_string(), {
        let value = p.eat_word("true");
        if !value {
            p.expect_word("false")?;
        }
        Ok(value)
    };
    u8: |v, p| v.to_string(), p.number();
    u16: |v, p| v.to_string(), p.number();
    u32: |v, p| v.to_string(), p.number();
    u64: |v, p| v.to_string(), p.number();
    u128: |v, p| v.to_string(), p.number();
    String: |v, p| quote(v), p.utf8();
}

/// Values that are always there.
macro_rules! present {
    ($($ty:ty: |$v:ident, $p:ident| $print:expr, $parse:expr;)*) => {$(
        impl Text for $ty {
            fn print(&self, $p: &Printer<'_>) -> Doc {
                let ($v, _) = (self, $p);
                Doc::Leaf($print)
            }
            fn parse($p: &mut Parser<'_>) -> Result<Self> {
                $parse
            }
        }
    )*};
}

present! {
    char: |v, p| super::lexer::quote_char(*v), match p.peek() {
        Tok::Char(c) => {
            let c = *c;
            p.bump();
            Ok(c)
        }
        _ => Err(p.unexpected("a character")),
    };
    Symbol: |v, p| p.sym(*v), p.sym();
    Ty: |v, p| p.ty(*v), p.ty();
    Const: |v, p| p.konst(*v), p.konst();
    DefId: |v, p| p.def(*v), p.def();
    DefIndex: |v, p| v.0.to_string(), p.number().map(DefIndex);
    VariantIdx: |v, p| v.0.to_string(), p.number().map(VariantIdx);
    SourceScope: |v, p| v.0.to_string(), p.number().map(SourceScope);
    PolyFnSig: |v, p| {
        let mut out = String::new();
        p.sig_to(&mut out, v);
        out
    }, p.sig();
    TraitRef: |v, p| p.def_with_args(v.def_id, v.args), {
        let (def_id, args) = p.def_with_args()?;
        Ok(TraitRef { def_id, args })
    };
    Clause: |v, p| match v {
        Clause::Trait { trait_ref, polarity } => {
            let not = if *polarity { "" } else { "!" };
            format!("{not}{}", p.def_with_args(trait_ref.def_id, trait_ref.args))
        }
        Clause::Projection { def_id, args, term } => {
            let mut out = format!("proj {} == ", p.def_with_args(*def_id, *args));
            p.term_to(&mut out, term);
            out
        }
    }, {
        if p.eat_word("proj") {
            let (def_id, args) = p.def_with_args()?;
            p.expect("==")?;
            Ok(Clause::Projection { def_id, args, term: p.term()? })
        } else {
            let polarity = !p.eat("!");
            Ok(Clause::Trait { trait_ref: Text::parse(p)?, polarity })
        }
    };
    [u8; 16]: |v, p| format!("0x{:032x}", u128::from_be_bytes(*v)), p.number().map(u128::to_be_bytes);
}

impl Text for Args {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::Leaf(p.args(*self))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.args()
    }
    fn absent() -> Option<Self> {
        Some(Args::EMPTY)
    }
    fn is_absent(&self) -> bool {
        *self == Args::EMPTY
    }
}

impl Text for GenericArg {
    fn print(&self, p: &Printer<'_>) -> Doc {
        let mut out = String::new();
        p.arg_to(&mut out, self);
        Doc::Leaf(out)
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.arg()
    }
}

impl Text for Span {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::Leaf(p.span(*self))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.span()
    }
    fn absent() -> Option<Self> {
        Some(Span::DUMMY)
    }
    fn is_absent(&self) -> bool {
        *self == Span::DUMMY
    }
    fn is_left_out(&self, p: &Printer<'_>) -> bool {
        self.is_absent() || !p.spans
    }
}

impl<T: Text> Text for Option<T> {
    fn print(&self, p: &Printer<'_>) -> Doc {
        match self {
            Some(value) => value.print(p),
            None => Doc::Leaf("-".to_owned()),
        }
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        if p.eat("-") { Ok(None) } else { T::parse(p).map(Some) }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Text> Text for Vec<T> {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::List(self.iter().map(|value| value.print(p)).collect())
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.expect("[")?;
        p.list("]", T::parse)
    }
    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<A: Text, B: Text> Text for (A, B) {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::Tuple("", vec![self.0.print(p), self.1.print(p)])
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.expect("(")?;
        let a = A::parse(p)?;
        p.expect(",")?;
        let b = B::parse(p)?;
        p.eat(",");
        p.expect(")")?;
        Ok((a, b))
    }
}

/// All that a `.ramir` file holds, decoded.
pub struct Crate {
    pub num: CrateNum,
    /// The crates that it refers to, and itself.
    pub deps: BTreeMap<CrateNum, CrateDep>,
    pub root: CrateRoot,
    pub def_keys: BTreeMap<DefIndex, DefKey>,
    pub items: BTreeMap<DefIndex, Item>,
    pub bodies: BTreeMap<DefIndex, Body>,
    pub ctfe_bodies: BTreeMap<DefIndex, Body>,
    pub promoted: BTreeMap<DefIndex, Vec<Body>>,
    pub coroutine_drops: BTreeMap<DefIndex, Body>,
    pub allocs: Vec<AllocId>,
}

impl Crate {
    /// Decodes everything in a loaded file, allocations into its interner.
    pub fn load(krate: &LoadedCrate) -> std::result::Result<Crate, Error> {
        fn table<T>(
            krate: &LoadedCrate,
            section: Section,
            get: impl Fn(DefIndex) -> std::result::Result<Option<T>, Error>,
        ) -> std::result::Result<BTreeMap<DefIndex, T>, Error> {
            let mut table = BTreeMap::new();
            for index in krate.keys(section) {
                if let Some(value) = get(index)? {
                    table.insert(index, value);
                }
            }
            Ok(table)
        }
        let allocs: Vec<AllocId> = krate.alloc_range().map(AllocId).collect();
        for &id in &allocs {
            krate.load_alloc(id)?;
        }
        Ok(Crate {
            num: krate.num(),
            deps: krate.deps().map(|(num, dep)| (num, dep.clone())).collect(),
            root: krate.root()?,
            def_keys: table(krate, Section::DefKeys, |index| krate.def_key(index))?,
            items: table(krate, Section::Items, |index| krate.item(index))?,
            bodies: table(krate, Section::Bodies, |index| krate.body(index))?,
            ctfe_bodies: table(krate, Section::CtfeBodies, |index| krate.ctfe_body(index))?,
            promoted: table(krate, Section::Promoted, |index| krate.promoted(index))?,
            coroutine_drops: table(krate, Section::CoroutineDrops, |index| krate.coroutine_drop(index))?,
            allocs,
        })
    }

    /// Adds the paths of this crate's definitions.
    pub fn name_defs(&self, interner: &Interner, table: &mut DefTable) {
        let keys = self.def_keys.iter().map(|(&index, &key)| (index, key));
        table.insert_crate(interner, self.num, interner.str(self.root.name), keys);
    }

    /// A writer of this crate's file. All of `interner` goes into the file, so nothing else may be in there, and crates
    /// have to be numbered from 0, this one first.
    pub fn into_writer(self, interner: &Interner, compiler: String) -> CrateWriter<'_> {
        CrateWriter {
            interner,
            compiler,
            crates: self.deps.into_values().collect(),
            root: self.root,
            interface: None,
            def_keys: self.def_keys,
            items: self.items,
            bodies: self.bodies,
            ctfe_bodies: self.ctfe_bodies,
            promoted: self.promoted,
            coroutine_drops: self.coroutine_drops,
        }
    }
}

impl Printer<'_> {
    pub fn item(&self, def: DefId, item: &Item) -> String {
        self.entry(&format!("item {}", self.def(def)), item)
    }

    fn entry(&self, head: &str, value: &impl Text) -> String {
        let mut out = format!("{head} ");
        value.print(self).render(0, &mut out);
        out.push('\n');
        out
    }

    /// The whole crate.
    pub fn krate(&self, krate: &Crate) -> String {
        let def = |index| self.def(DefId { krate: krate.num, index });
        let mut out = format!("crate {} {}\n", krate.num.0, self.sym(krate.root.name));
        for (num, dep) in &krate.deps {
            out += &self.entry(&format!("extern {}", num.0), dep);
        }
        for (index, key) in &krate.def_keys {
            out += &self.entry(&format!("def {}", index.0), key);
        }
        out += &self.entry("root", &krate.root);
        for &id in &krate.allocs {
            out += &self.alloc(id);
        }
        for (&index, item) in &krate.items {
            out.push('\n');
            out += &self.item(DefId { krate: krate.num, index }, item);
        }
        for (&index, body) in &krate.bodies {
            out.push('\n');
            out += &self.body(&def(index), body);
        }
        for (&index, body) in &krate.ctfe_bodies {
            out.push_str("\nctfe ");
            out += &self.body(&def(index), body);
        }
        for (&index, body) in &krate.coroutine_drops {
            out.push_str("\ncoroutine_drop ");
            out += &self.body(&def(index), body);
        }
        for (&index, bodies) in &krate.promoted {
            for (n, body) in bodies.iter().enumerate() {
                out += &format!("\npromoted {n} ");
                out += &self.body(&def(index), body);
            }
        }
        out
    }
}

impl Parser<'_> {
    pub(super) fn item(&mut self) -> Result<(DefId, Item)> {
        self.expect_word("item")?;
        Ok((self.def()?, Text::parse(self)?))
    }

    pub(super) fn krate(&mut self) -> Result<Crate> {
        self.expect_word("crate")?;
        let num = CrateNum(self.number()?);
        let name = self.sym()?;
        let mut deps = BTreeMap::new();
        while self.eat_word("extern") {
            let dep = CrateNum(self.number()?);
            deps.insert(dep, Text::parse(self)?);
        }
        let mut def_keys = BTreeMap::new();
        while self.eat_word("def") {
            let index = DefIndex(self.number()?);
            def_keys.insert(index, Text::parse(self)?);
        }
        let keys = def_keys.iter().map(|(&index, &key)| (index, key));
        self.defs.insert_crate(self.interner, num, self.interner.str(name), keys);
        self.expect_word("root")?;
        let mut krate = Crate {
            num,
            deps,
            root: Text::parse(self)?,
            def_keys,
            items: BTreeMap::new(),
            bodies: BTreeMap::new(),
            ctfe_bodies: BTreeMap::new(),
            promoted: BTreeMap::new(),
            coroutine_drops: BTreeMap::new(),
            allocs: self.defined_allocs(),
        };
        while !self.at_end() {
            self.entry(&mut krate)?;
        }
        Ok(krate)
    }

    fn entry(&mut self, krate: &mut Crate) -> Result<()> {
        let at = self.pos();
        let (def, twice);
        if self.at_word("item") {
            let item;
            (def, item) = self.item()?;
            twice = krate.items.insert(def.index, item).is_some();
        } else if self.eat_word("promoted") {
            let n: usize = self.number()?;
            let body;
            (def, body) = self.function()?;
            let bodies = krate.promoted.entry(def.index).or_default();
            twice = bodies.len() != n;
            bodies.push(body);
        } else if self.eat_word("ctfe") {
            let body;
            (def, body) = self.function()?;
            twice = krate.ctfe_bodies.insert(def.index, body).is_some();
        } else if self.eat_word("coroutine_drop") {
            let body;
            (def, body) = self.function()?;
            twice = krate.coroutine_drops.insert(def.index, body).is_some();
        } else if self.at_word("fn") {
            let body;
            (def, body) = self.function()?;
            twice = krate.bodies.insert(def.index, body).is_some();
        } else {
            let before = self.pos();
            self.alloc_items()?;
            return if self.pos() > before { Ok(()) } else { Err(self.unexpected("an item, a body or an allocation")) };
        }
        if def.krate != krate.num {
            return Err(self.error_at(at, "the definition is another crate's"));
        }
        if twice { Err(self.error_at(at, "defined twice, or not in order")) } else { Ok(()) }
    }

    fn function(&mut self) -> Result<(DefId, Body)> {
        self.expect_word("fn")?;
        Ok((self.def()?, self.body()?))
    }
}
