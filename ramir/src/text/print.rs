//! Printing of names, spans, types, generic arguments and type-level constants.

use super::DefNames;
use super::lexer::{is_ident_continue, is_ident_start, quote, quote_char};
use crate::*;
use std::fmt::Write;

/// Prints parts of the model. Everything but spans and scopes is always there; with [`Printer::with_spans`] the text
/// parses back to an equal value.
pub struct Printer<'a> {
    pub(super) interner: &'a Interner,
    names: &'a dyn DefNames,
    pub(super) spans: bool,
    alloc_base: u32,
}

impl<'a> Printer<'a> {
    pub fn new(interner: &'a Interner, names: &'a dyn DefNames) -> Printer<'a> {
        Printer { interner, names, spans: false, alloc_base: 0 }
    }

    /// Whether to print spans and source scopes.
    pub fn with_spans(mut self, spans: bool) -> Self {
        self.spans = spans;
        self
    }

    /// The number of the allocation that is printed as `alloc0`.
    pub fn with_alloc_base(mut self, alloc_base: u32) -> Self {
        self.alloc_base = alloc_base;
        self
    }

    pub(super) fn alloc_id(&self, id: AllocId) -> String {
        format!("alloc{}", id.0.wrapping_sub(self.alloc_base))
    }

    pub(super) fn sym(&self, sym: Symbol) -> String {
        let s = self.interner.str(sym);
        if is_ident(s) { s.to_owned() } else { quote(s) }
    }

    /// The path of a definition, or its number as `#crate:index` where it has no path of its own.
    pub fn def(&self, def: DefId) -> String {
        match self.names.def_path(def) {
            Some(path) if is_path(&path) => path,
            _ => format!("#{}:{}", def.krate.0, def.index.0),
        }
    }

    pub fn def_with_args(&self, def: DefId, args: Args) -> String {
        let mut out = String::new();
        self.def_args_to(&mut out, def, args);
        out
    }

    pub fn ty(&self, ty: Ty) -> String {
        let mut out = String::new();
        self.ty_to(&mut out, ty);
        out
    }

    pub fn konst(&self, ct: Const) -> String {
        let mut out = String::new();
        self.const_to(&mut out, ct);
        out
    }

    pub(super) fn args(&self, args: Args) -> String {
        let mut out = String::from("<");
        self.list(&mut out, self.interner.args(args), |out, arg| self.arg_to(out, arg));
        out.push('>');
        out
    }

    pub(super) fn span(&self, span: Span) -> String {
        format!("@{}:{}:{}", span.file.0, span.line, span.col)
    }

    /// The span with `prefix` before it, if it is to be printed.
    pub(super) fn span_after(&self, prefix: &str, span: Span) -> String {
        if self.spans && span != Span::DUMMY { format!("{prefix}{}", self.span(span)) } else { String::new() }
    }

    pub(super) fn list<T>(&self, out: &mut String, items: &[T], mut print: impl FnMut(&mut String, &T)) {
        for (n, item) in items.iter().enumerate() {
            if n > 0 {
                out.push_str(", ");
            }
            print(out, item);
        }
    }

    fn def_args_to(&self, out: &mut String, def: DefId, args: Args) {
        out.push_str(&self.def(def));
        if args != Args::EMPTY {
            out.push_str(&self.args(args));
        }
    }

    pub(super) fn arg_to(&self, out: &mut String, arg: &GenericArg) {
        match *arg {
            GenericArg::Lifetime(region) => out.push_str(&region_text(region)),
            GenericArg::Type(ty) => self.ty_to(out, ty),
            GenericArg::Const(ct) => self.const_to(out, ct),
        }
    }

    pub(super) fn term_to(&self, out: &mut String, term: &Term) {
        match *term {
            Term::Ty(ty) => self.ty_to(out, ty),
            Term::Const(ct) => self.const_to(out, ct),
        }
    }

    fn param(&self, param: ParamTy) -> String {
        format!("{}/#{}", self.sym(param.name), param.index)
    }

    fn ty_to(&self, out: &mut String, ty: Ty) {
        let word = |out: &mut String, word: &str, def, args| {
            out.push_str(word);
            out.push(' ');
            self.def_args_to(out, def, args);
        };
        match self.interner.kind(ty) {
            TyKind::Bool => out.push_str("bool"),
            TyKind::Char => out.push_str("char"),
            TyKind::Int(int) => out.push_str(int_name(*int)),
            TyKind::Uint(uint) => out.push_str(uint_name(*uint)),
            TyKind::Float(float) => out.push_str(float_name(*float)),
            TyKind::Str => out.push_str("str"),
            TyKind::Never => out.push('!'),
            TyKind::Error => out.push_str("{error}"),
            TyKind::Adt(def, args) => self.def_args_to(out, *def, *args),
            TyKind::Foreign(def) => word(out, "foreign", *def, Args::EMPTY),
            TyKind::FnDef(def, args) => word(out, "fndef", *def, *args),
            TyKind::Closure(def, args) => word(out, "closure", *def, *args),
            TyKind::CoroutineClosure(def, args) => word(out, "coroutine_closure", *def, *args),
            TyKind::Coroutine(def, args) => word(out, "coroutine", *def, *args),
            TyKind::CoroutineWitness(def, args) => word(out, "coroutine_witness", *def, *args),
            TyKind::Alias(kind, def, args) => word(out, alias_name(*kind), *def, *args),
            TyKind::Array(ty, len) => {
                out.push('[');
                self.ty_to(out, *ty);
                out.push_str("; ");
                self.const_to(out, *len);
                out.push(']');
            }
            TyKind::Slice(ty) => {
                out.push('[');
                self.ty_to(out, *ty);
                out.push(']');
            }
            TyKind::Pat(ty, pattern) => {
                out.push_str("pat(");
                self.ty_to(out, *ty);
                out.push_str(" is ");
                self.pattern_to(out, pattern);
                out.push(')');
            }
            TyKind::RawPtr(ty, mutability) => {
                out.push_str(if mutability.is_mut() { "*mut " } else { "*const " });
                self.ty_to(out, *ty);
            }
            TyKind::Ref(region, ty, mutability) => {
                out.push('&');
                if *region != Region::Erased {
                    let _ = write!(out, "{} ", region_text(*region));
                }
                if mutability.is_mut() {
                    out.push_str("mut ");
                }
                self.ty_to(out, *ty);
            }
            TyKind::FnPtr(sig) => self.sig_to(out, sig),
            TyKind::UnsafeBinder { bound_vars, ty } => {
                let _ = write!(out, "binder<{bound_vars}> ");
                self.ty_to(out, *ty);
            }
            TyKind::Dynamic(preds, region) => {
                out.push_str("dyn ");
                if *region != Region::Erased {
                    let _ = write!(out, "{} ", region_text(*region));
                }
                out.push('(');
                for (n, pred) in preds.iter().enumerate() {
                    if n > 0 {
                        out.push_str(" + ");
                    }
                    self.existential_to(out, pred);
                }
                out.push(')');
            }
            TyKind::Tuple(tys) => {
                out.push('(');
                self.list(out, tys, |out, ty| self.ty_to(out, *ty));
                out.push_str(if tys.len() == 1 { ",)" } else { ")" });
            }
            TyKind::Param(param) => out.push_str(&self.param(*param)),
            TyKind::Bound { debruijn, var } => {
                let _ = write!(out, "^{debruijn}:{var}");
            }
        }
    }

    fn existential_to(&self, out: &mut String, pred: &PolyExistentialPredicate) {
        if pred.bound_vars > 0 {
            let _ = write!(out, "for<{}> ", pred.bound_vars);
        }
        match &pred.pred {
            ExistentialPredicate::Trait { def_id, args } => self.def_args_to(out, *def_id, *args),
            ExistentialPredicate::Projection { def_id, args, term } => {
                out.push_str("proj ");
                self.def_args_to(out, *def_id, *args);
                out.push_str(" == ");
                self.term_to(out, term);
            }
            ExistentialPredicate::AutoTrait(def) => {
                out.push_str("auto ");
                out.push_str(&self.def(*def));
            }
        }
    }

    fn pattern_to(&self, out: &mut String, pattern: &Pattern) {
        match pattern {
            Pattern::Range { start, end } => {
                self.const_to(out, *start);
                out.push_str("..=");
                self.const_to(out, *end);
            }
            Pattern::Or(parts) => {
                out.push_str("or(");
                self.list(out, parts, |out, part| self.pattern_to(out, part));
                out.push(')');
            }
            Pattern::NotNull => out.push_str("!null"),
        }
    }

    pub(super) fn sig_to(&self, out: &mut String, sig: &PolyFnSig) {
        if sig.bound_vars > 0 {
            let _ = write!(out, "for<{}> ", sig.bound_vars);
        }
        if !sig.safe {
            out.push_str("unsafe ");
        }
        match (sig.abi.plain_name(), sig.abi) {
            (_, ExternAbi::Rust) => {}
            (_, ExternAbi::Other(name)) => {
                let _ = write!(out, "extern other {} ", quote(self.interner.str(name)));
            }
            (name, _) => {
                let _ = write!(out, "extern {name:?} ");
            }
        }
        out.push_str("fn(");
        self.list(out, sig.inputs(), |out, ty| self.ty_to(out, *ty));
        if sig.c_variadic {
            out.push_str(if sig.inputs().is_empty() { "..." } else { ", ..." });
        }
        out.push(')');
        if !is_unit(self.interner, sig.output()) {
            out.push_str(" -> ");
            self.ty_to(out, sig.output());
        }
    }

    fn const_to(&self, out: &mut String, ct: Const) {
        match self.interner.const_kind(ct) {
            ConstKind::Value(ty, ValTree::Leaf(scalar)) => match self.literal(*ty, *scalar) {
                Some(literal) => out.push_str(&literal),
                None => {
                    let _ = write!(out, "const {}: ", scalar_text(*scalar));
                    self.ty_to(out, *ty);
                }
            },
            ConstKind::Value(ty, ValTree::Branch(parts)) => {
                out.push_str("const [");
                self.list(out, parts, |out, part| self.const_to(out, *part));
                out.push_str("]: ");
                self.ty_to(out, *ty);
            }
            ConstKind::Param(param) => {
                let _ = write!(out, "const {}", self.param(*param));
            }
            ConstKind::Unevaluated(def, args) => {
                out.push_str("const ");
                self.def_args_to(out, *def, *args);
            }
            ConstKind::Bound { debruijn, var } => {
                let _ = write!(out, "const ^{debruijn}:{var}");
            }
            ConstKind::Error => out.push_str("const {error}"),
        }
    }

    /// A scalar as Rust writes it, where the type says how and nothing is lost.
    pub(super) fn literal(&self, ty: Ty, scalar: ScalarInt) -> Option<String> {
        let ScalarInt { data, size } = scalar;
        let bits = u32::from(size) * 8;
        if bits == 0 || (bits < 128 && data >> bits != 0) {
            return None;
        }
        match *self.interner.kind(ty) {
            TyKind::Bool if size == 1 && data < 2 => Some((data == 1).to_string()),
            TyKind::Char if size == 4 => Some(quote_char(char::from_u32(data as u32)?)),
            TyKind::Uint(uint) if size == uint_size(uint) => Some(format!("{data}_{}", uint_name(uint))),
            TyKind::Int(int) if size == int_size(int) => {
                let value = (data << (128 - bits)) as i128 >> (128 - bits);
                Some(format!("{value}_{}", int_name(int)))
            }
            TyKind::Float(FloatTy::F32) if size == 4 => {
                let value = f32::from_bits(data as u32);
                value.is_finite().then(|| format!("{value:?}_f32"))
            }
            TyKind::Float(FloatTy::F64) if size == 8 => {
                let value = f64::from_bits(data as u64);
                value.is_finite().then(|| format!("{value:?}_f64"))
            }
            _ => None,
        }
    }
}

pub(super) fn scalar_text(scalar: ScalarInt) -> String {
    format!("scalar({:#x}, {})", scalar.data, scalar.size)
}

pub(super) fn is_unit(interner: &Interner, ty: Ty) -> bool {
    matches!(interner.kind(ty), TyKind::Tuple(tys) if tys.is_empty())
}

pub(super) fn region_text(region: Region) -> String {
    match region {
        Region::Erased => "'_".to_owned(),
        Region::Bound { debruijn, var } => format!("'^{debruijn}:{var}"),
    }
}

fn is_ident(s: &str) -> bool {
    s.starts_with(is_ident_start) && s.chars().all(is_ident_continue)
}

/// Whether the parser reads all of `s` as a path: segments `name`, `name#2` or `{impl#2}`.
fn is_path(s: &str) -> bool {
    let name = |s: &str| match s.split_once('#') {
        Some((name, n)) => is_ident(name) && !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()),
        None => is_ident(s),
    };
    s.split("::").all(|segment| match segment.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}').is_some_and(name),
        None => name(segment),
    })
}

pub(super) const fn int_name(int: IntTy) -> &'static str {
    match int {
        IntTy::Isize => "isize",
        IntTy::I8 => "i8",
        IntTy::I16 => "i16",
        IntTy::I32 => "i32",
        IntTy::I64 => "i64",
        IntTy::I128 => "i128",
    }
}

pub(super) const fn int_size(int: IntTy) -> u8 {
    match int {
        IntTy::I8 => 1,
        IntTy::I16 => 2,
        IntTy::I32 => 4,
        IntTy::I64 | IntTy::Isize => 8,
        IntTy::I128 => 16,
    }
}

pub(super) const fn uint_name(uint: UintTy) -> &'static str {
    match uint {
        UintTy::Usize => "usize",
        UintTy::U8 => "u8",
        UintTy::U16 => "u16",
        UintTy::U32 => "u32",
        UintTy::U64 => "u64",
        UintTy::U128 => "u128",
    }
}

pub(super) const fn uint_size(uint: UintTy) -> u8 {
    match uint {
        UintTy::U8 => 1,
        UintTy::U16 => 2,
        UintTy::U32 => 4,
        UintTy::U64 | UintTy::Usize => 8,
        UintTy::U128 => 16,
    }
}

pub(super) const fn float_name(float: FloatTy) -> &'static str {
    match float {
        FloatTy::F16 => "f16",
        FloatTy::F32 => "f32",
        FloatTy::F64 => "f64",
        FloatTy::F128 => "f128",
    }
}

/// The type that a name like `u8` or `str` stands for.
pub(super) fn primitive(name: &str) -> Option<TyKind> {
    use TyKind::{Float, Int, Uint};
    Some(match name {
        "bool" => TyKind::Bool,
        "char" => TyKind::Char,
        "str" => TyKind::Str,
        "isize" => Int(IntTy::Isize),
        "i8" => Int(IntTy::I8),
        "i16" => Int(IntTy::I16),
        "i32" => Int(IntTy::I32),
        "i64" => Int(IntTy::I64),
        "i128" => Int(IntTy::I128),
        "usize" => Uint(UintTy::Usize),
        "u8" => Uint(UintTy::U8),
        "u16" => Uint(UintTy::U16),
        "u32" => Uint(UintTy::U32),
        "u64" => Uint(UintTy::U64),
        "u128" => Uint(UintTy::U128),
        "f16" => Float(FloatTy::F16),
        "f32" => Float(FloatTy::F32),
        "f64" => Float(FloatTy::F64),
        "f128" => Float(FloatTy::F128),
        _ => return None,
    })
}

const fn alias_name(kind: AliasKind) -> &'static str {
    match kind {
        AliasKind::Projection => "proj",
        AliasKind::Inherent => "inherent",
        AliasKind::Opaque => "opaque",
        AliasKind::Free => "alias",
    }
}

/// The ABI whose [`ExternAbi::plain_name`] is `name`.
pub(super) fn abi_from_name(name: &str) -> Option<ExternAbi> {
    use ExternAbi::*;
    let plain = [Rust, RustCall, RustCold, RustInvalid, RustPreserveNone, EfiApi, Unadjusted, Custom, X86Interrupt];
    let unwinding = [false, true].into_iter().flat_map(|unwind| {
        [
            C { unwind },
            System { unwind },
            SysV64 { unwind },
            Win64 { unwind },
            Cdecl { unwind },
            Stdcall { unwind },
            Fastcall { unwind },
            Vectorcall { unwind },
            Thiscall { unwind },
        ]
    });
    plain.into_iter().chain(unwinding).find(|&abi| abi.plain_name() == name)
}
