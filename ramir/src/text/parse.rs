//! The parser's base, and parsing of names, spans, types, generic arguments and type-level constants.

use super::doc::Word;
use super::lexer::{Tok, lex};
use super::print::{abi_from_name, int_size, primitive, uint_size};
use super::{DefTable, ParseError, Resolve};
use crate::*;
use rustc_hash::FxHashMap;

type Result<T> = std::result::Result<T, ParseError>;

/// Types and places may nest this deep.
const MAX_DEPTH: u32 = 256;

/// Parses the text form into an [`Interner`].
pub(super) struct Parser<'a> {
    text: &'a str,
    toks: Vec<(Tok<'a>, usize)>,
    pos: usize,
    pub(super) interner: &'a Interner,
    resolve: &'a dyn Resolve,
    /// The definitions that the text itself has given names to.
    pub(super) defs: DefTable,
    /// The allocations that the text defines, by the number it gives them.
    allocs: FxHashMap<u32, AllocId>,
    depth: u32,
}

impl<'a> Parser<'a> {
    pub(super) fn new(interner: &'a Interner, resolve: &'a dyn Resolve, text: &'a str) -> Result<Parser<'a>> {
        let toks = lex(text)?;
        let mut allocs = FxHashMap::default();
        // Allocations refer to each other, and bodies to allocations that come later: number them first.
        let mut defined: Vec<u32> = toks
            .windows(2)
            .filter(|pair| pair[1].0 == Tok::Punct("="))
            .filter_map(|pair| alloc_number(&pair[0].0))
            .collect();
        defined.sort_unstable();
        defined.dedup();
        for number in defined {
            allocs.insert(number, interner.reserve_alloc());
        }
        Ok(Parser { text, toks, pos: 0, interner, resolve, defs: DefTable::default(), allocs, depth: 0 })
    }

    pub(super) fn pos(&self) -> usize {
        self.pos
    }

    pub(super) fn peek(&self) -> &Tok<'a> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, n: usize) -> &Tok<'a> {
        &self.toks[(self.pos + n).min(self.toks.len() - 1)].0
    }

    pub(super) fn bump(&mut self) -> Tok<'a> {
        let tok = self.peek().clone();
        if self.pos + 1 < self.toks.len() {
            self.pos += 1;
        }
        tok
    }

    pub(super) fn at(&self, punct: &str) -> bool {
        self.at_nth(0, punct)
    }

    pub(super) fn at_nth(&self, n: usize, punct: &str) -> bool {
        matches!(self.peek_at(n), Tok::Punct(p) if *p == punct)
    }

    pub(super) fn at_end(&self) -> bool {
        *self.peek() == Tok::Eof
    }

    pub(super) fn eat(&mut self, punct: &str) -> bool {
        let at = self.at(punct);
        if at {
            self.bump();
        }
        at
    }

    pub(super) fn expect(&mut self, punct: &str) -> Result<()> {
        if self.eat(punct) { Ok(()) } else { Err(self.unexpected(&format!("`{punct}`"))) }
    }

    /// Whether the next token is this word, and not the start of a path.
    pub(super) fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), Tok::Ident(s) if *s == word) && !self.at_nth(1, "::")
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let at = self.at_word(word);
        if at {
            self.bump();
        }
        at
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    /// The next token, if it is an identifier.
    pub(super) fn peek_ident(&self) -> Option<&'a str> {
        match self.peek() {
            Tok::Ident(s) => Some(s),
            _ => None,
        }
    }

    pub(super) fn ident(&mut self) -> Result<&'a str> {
        match self.peek_ident() {
            Some(s) => {
                self.bump();
                Ok(s)
            }
            None => Err(self.unexpected("a name")),
        }
    }

    pub(super) fn word<T: Word>(&mut self) -> Result<T> {
        let at = self.pos;
        let word = self.ident()?;
        T::from_word(word).ok_or_else(|| self.error_at(at, format!("`{word}` is not one of the possible words here")))
    }

    pub(super) fn string(&mut self) -> Result<Vec<u8>> {
        match self.peek() {
            Tok::Str(_) => match self.bump() {
                Tok::Str(bytes) => Ok(bytes),
                _ => Ok(Vec::new()),
            },
            _ => Err(self.unexpected("a string")),
        }
    }

    pub(super) fn utf8(&mut self) -> Result<String> {
        let at = self.pos;
        String::from_utf8(self.string()?).map_err(|e| self.error_at(at, e.to_string()))
    }

    /// A plain number, decimal or hexadecimal.
    pub(super) fn number<T: TryFrom<u128>>(&mut self) -> Result<T> {
        let at = self.pos;
        let Tok::Num(digits) = *self.peek() else { return Err(self.unexpected("a number")) };
        self.bump();
        parse_u128(digits)
            .and_then(|n| T::try_from(n).ok())
            .ok_or_else(|| self.error_at(at, format!("`{digits}` is not a number that fits here")))
    }

    /// The number in a name like `_5` or `bb5`.
    pub(super) fn numbered(&mut self, prefix: &str, what: &str) -> Result<u32> {
        let number = self.peek_ident().and_then(|s| s.strip_prefix(prefix)).and_then(decimal);
        match number {
            Some(n) => {
                self.bump();
                Ok(n)
            }
            None => Err(self.unexpected(what)),
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        self.error_at(self.pos, message)
    }

    /// An error at the token that was next at `pos`.
    pub(super) fn error_at(&self, pos: usize, message: impl Into<String>) -> ParseError {
        ParseError::at(self.text, self.toks[pos].1, message.into())
    }

    pub(super) fn unexpected(&self, expected: &str) -> ParseError {
        self.error(format!("expected {expected}, found {}", self.peek()))
    }

    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// Items with commas between them up to `close`, which is taken too.
    pub(super) fn list<T>(&mut self, close: &str, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(item(self)?);
            if !self.eat(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    pub(super) fn sym(&mut self) -> Result<Symbol> {
        if let Some(s) = self.peek_ident() {
            self.bump();
            return Ok(self.interner.sym(s));
        }
        if !matches!(self.peek(), Tok::Str(_)) {
            return Err(self.unexpected("a name"));
        }
        let s = self.utf8()?;
        Ok(self.interner.sym(&s))
    }

    /// The allocations that the text defines, in the order of their numbers.
    pub(super) fn defined_allocs(&self) -> Vec<AllocId> {
        let mut ids: Vec<AllocId> = self.allocs.values().copied().collect();
        ids.sort_unstable();
        ids
    }

    pub(super) fn alloc_id(&mut self) -> Result<AllocId> {
        let Some(number) = alloc_number(self.peek()) else { return Err(self.unexpected("an allocation")) };
        let id = match self.allocs.get(&number) {
            Some(&id) => id,
            // Not of this text: one that the interner has.
            None if (number as usize) < self.interner.counts()[4] => AllocId(number),
            None => return Err(self.error(format!("there is no allocation alloc{number}"))),
        };
        self.bump();
        Ok(id)
    }

    /// Whether the next tokens are like `name#2`; a blank before the `#` makes it a word and a definition's number.
    fn at_numbered_segment(&self) -> bool {
        let end = self.peek_ident().map(|s| self.toks[self.pos].1 + s.len());
        self.at_nth(1, "#") && end == Some(self.toks[self.pos + 1].1)
    }

    /// A path as text, whatever it stands for.
    pub(super) fn path(&mut self) -> Result<String> {
        let mut path = String::new();
        loop {
            let braced = self.eat("{");
            if braced {
                path.push('{');
            }
            let numbered = self.at_numbered_segment();
            path.push_str(self.ident()?);
            if numbered {
                self.bump();
                path.push_str(&format!("#{}", self.number::<u32>()?));
            }
            if braced {
                self.expect("}")?;
                path.push('}');
            }
            if !self.eat("::") {
                return Ok(path);
            }
            path.push_str("::");
        }
    }

    pub(super) fn def(&mut self) -> Result<DefId> {
        if self.eat("#") {
            let krate = CrateNum(self.number()?);
            self.expect(":")?;
            return Ok(DefId { krate, index: DefIndex(self.number()?) });
        }
        let at = self.pos;
        let path = self.path()?;
        self.defs
            .resolve(&path)
            .or_else(|| self.resolve.resolve(&path))
            .ok_or_else(|| self.error_at(at, format!("there is no definition `{path}`")))
    }

    pub(super) fn def_with_args(&mut self) -> Result<(DefId, Args)> {
        Ok((self.def()?, self.args()?))
    }

    /// `<..>`, or nothing.
    pub(super) fn args(&mut self) -> Result<Args> {
        if !self.eat("<") {
            return Ok(Args::EMPTY);
        }
        let args = self.nested(|p| p.list(">", Self::arg))?;
        Ok(self.interner.mk_args(&args))
    }

    pub(super) fn arg(&mut self) -> Result<GenericArg> {
        Ok(match self.region()? {
            Some(region) => GenericArg::Lifetime(region),
            None => match self.term()? {
                Term::Ty(ty) => GenericArg::Type(ty),
                Term::Const(ct) => GenericArg::Const(ct),
            },
        })
    }

    pub(super) fn term(&mut self) -> Result<Term> {
        if self.at_literal() || self.at_word("const") {
            Ok(Term::Const(self.konst()?))
        } else {
            Ok(Term::Ty(self.ty()?))
        }
    }

    fn region(&mut self) -> Result<Option<Region>> {
        if self.eat("'_") {
            Ok(Some(Region::Erased))
        } else if self.eat("'^") {
            let (debruijn, var) = self.bound()?;
            Ok(Some(Region::Bound { debruijn, var }))
        } else {
            Ok(None)
        }
    }

    fn bound(&mut self) -> Result<(u32, u32)> {
        let debruijn = self.number()?;
        self.expect(":")?;
        Ok((debruijn, self.number()?))
    }

    /// `@file:line:column`, or nothing.
    pub(super) fn span(&mut self) -> Result<Span> {
        if !self.eat("@") {
            return Ok(Span::DUMMY);
        }
        let file = FileId(self.number()?);
        self.expect(":")?;
        let line = self.number()?;
        self.expect(":")?;
        Ok(Span { file, line, col: self.number()? })
    }

    pub(super) fn ty(&mut self) -> Result<Ty> {
        let kind = self.nested(Self::ty_kind)?;
        Ok(self.interner.mk(kind))
    }

    fn ty_kind(&mut self) -> Result<TyKind> {
        if self.at_param() {
            return Ok(TyKind::Param(self.param()?));
        }
        match *self.peek() {
            Tok::Punct("(") => {
                self.bump();
                Ok(TyKind::Tuple(self.list(")", Self::ty)?.into()))
            }
            Tok::Punct("[") => {
                self.bump();
                let ty = self.ty()?;
                let kind = if self.eat(";") { TyKind::Array(ty, self.konst()?) } else { TyKind::Slice(ty) };
                self.expect("]")?;
                Ok(kind)
            }
            Tok::Punct("*") => {
                self.bump();
                let mutability = self.pointer_mutability()?;
                Ok(TyKind::RawPtr(self.ty()?, mutability))
            }
            Tok::Punct("&") => {
                self.bump();
                let region = self.region()?.unwrap_or(Region::Erased);
                let mutability = if self.eat_word("mut") { Mutability::Mut } else { Mutability::Not };
                Ok(TyKind::Ref(region, self.ty()?, mutability))
            }
            Tok::Punct("!") => {
                self.bump();
                Ok(TyKind::Never)
            }
            Tok::Punct("^") => {
                self.bump();
                let (debruijn, var) = self.bound()?;
                Ok(TyKind::Bound { debruijn, var })
            }
            Tok::Punct("{") => {
                self.bump();
                self.expect_word("error")?;
                self.expect("}")?;
                Ok(TyKind::Error)
            }
            Tok::Ident(word) if !self.at_nth(1, "::") && !self.at_numbered_segment() => self.ty_word(word),
            Tok::Ident(_) | Tok::Punct("#") => {
                let (def, args) = self.def_with_args()?;
                Ok(TyKind::Adt(def, args))
            }
            _ => Err(self.unexpected("a type")),
        }
    }

    fn ty_word(&mut self, word: &str) -> Result<TyKind> {
        if let Some(kind) = primitive(word) {
            self.bump();
            return Ok(kind);
        }
        let with_args = |p: &mut Self, make: fn(DefId, Args) -> TyKind| {
            p.bump();
            let (def, args) = p.def_with_args()?;
            Ok(make(def, args))
        };
        match word {
            "fn" | "for" | "unsafe" | "extern" => Ok(TyKind::FnPtr(Box::new(self.sig()?))),
            "foreign" => {
                self.bump();
                Ok(TyKind::Foreign(self.def()?))
            }
            "fndef" => with_args(self, TyKind::FnDef),
            "closure" => with_args(self, TyKind::Closure),
            "coroutine_closure" => with_args(self, TyKind::CoroutineClosure),
            "coroutine" => with_args(self, TyKind::Coroutine),
            "coroutine_witness" => with_args(self, TyKind::CoroutineWitness),
            "proj" => with_args(self, |def, args| TyKind::Alias(AliasKind::Projection, def, args)),
            "inherent" => with_args(self, |def, args| TyKind::Alias(AliasKind::Inherent, def, args)),
            "opaque" => with_args(self, |def, args| TyKind::Alias(AliasKind::Opaque, def, args)),
            "alias" => with_args(self, |def, args| TyKind::Alias(AliasKind::Free, def, args)),
            "pat" => {
                self.bump();
                self.expect("(")?;
                let ty = self.ty()?;
                self.expect_word("is")?;
                let pattern = self.pattern()?;
                self.expect(")")?;
                Ok(TyKind::Pat(ty, pattern))
            }
            "binder" => {
                self.bump();
                self.expect("<")?;
                let bound_vars = self.number()?;
                self.expect(">")?;
                Ok(TyKind::UnsafeBinder { bound_vars, ty: self.ty()? })
            }
            "dyn" => {
                self.bump();
                let region = self.region()?.unwrap_or(Region::Erased);
                self.expect("(")?;
                let mut preds = Vec::new();
                while !self.eat(")") {
                    preds.push(self.existential()?);
                    if !self.eat("+") {
                        self.expect(")")?;
                        break;
                    }
                }
                Ok(TyKind::Dynamic(preds.into(), region))
            }
            _ => {
                let (def, args) = self.def_with_args()?;
                Ok(TyKind::Adt(def, args))
            }
        }
    }

    pub(super) fn pointer_mutability(&mut self) -> Result<Mutability> {
        if self.eat_word("mut") {
            Ok(Mutability::Mut)
        } else {
            self.expect_word("const")?;
            Ok(Mutability::Not)
        }
    }

    fn for_binder(&mut self) -> Result<u32> {
        if !self.eat_word("for") {
            return Ok(0);
        }
        self.expect("<")?;
        let bound_vars = self.number()?;
        self.expect(">")?;
        Ok(bound_vars)
    }

    fn existential(&mut self) -> Result<PolyExistentialPredicate> {
        let bound_vars = self.for_binder()?;
        let pred = if self.eat_word("proj") {
            let (def_id, args) = self.def_with_args()?;
            self.expect("==")?;
            ExistentialPredicate::Projection { def_id, args, term: self.term()? }
        } else if self.eat_word("auto") {
            ExistentialPredicate::AutoTrait(self.def()?)
        } else {
            let (def_id, args) = self.def_with_args()?;
            ExistentialPredicate::Trait { def_id, args }
        };
        Ok(PolyExistentialPredicate { bound_vars, pred })
    }

    fn pattern(&mut self) -> Result<Pattern> {
        if self.eat("!") {
            self.expect_word("null")?;
            return Ok(Pattern::NotNull);
        }
        if self.at_word("or") && self.at_nth(1, "(") {
            self.bump();
            self.bump();
            return Ok(Pattern::Or(self.nested(|p| p.list(")", Self::pattern))?.into()));
        }
        let start = self.konst()?;
        self.expect("..=")?;
        Ok(Pattern::Range { start, end: self.konst()? })
    }

    pub(super) fn sig(&mut self) -> Result<PolyFnSig> {
        let bound_vars = self.for_binder()?;
        let safe = !self.eat_word("unsafe");
        let abi = if self.eat_word("extern") {
            let other = self.eat_word("other");
            let at = self.pos;
            let name = self.utf8()?;
            if other {
                ExternAbi::Other(self.interner.sym(&name))
            } else {
                abi_from_name(&name).ok_or_else(|| self.error_at(at, format!("there is no ABI {name:?}")))?
            }
        } else {
            ExternAbi::Rust
        };
        self.expect_word("fn")?;
        self.expect("(")?;
        let mut c_variadic = false;
        let mut tys = Vec::new();
        while !self.eat(")") {
            if self.eat("...") {
                c_variadic = true;
                self.expect(")")?;
                break;
            }
            tys.push(self.ty()?);
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        tys.push(self.output()?);
        Ok(PolyFnSig { bound_vars, inputs_and_output: tys.into(), c_variadic, safe, abi })
    }

    /// `-> T`, or nothing for the unit type.
    fn output(&mut self) -> Result<Ty> {
        if self.eat("->") { self.ty() } else { Ok(self.interner.mk(TyKind::Tuple(Box::new([])))) }
    }

    fn at_param(&self) -> bool {
        matches!(self.peek(), Tok::Ident(_) | Tok::Str(_)) && self.at_nth(1, "/")
    }

    fn param(&mut self) -> Result<ParamTy> {
        let name = self.sym()?;
        self.expect("/")?;
        self.expect("#")?;
        Ok(ParamTy { index: self.number()?, name })
    }

    pub(super) fn at_literal(&self) -> bool {
        match self.peek() {
            Tok::Num(_) | Tok::Char(_) => true,
            Tok::Punct(p) => *p == "-",
            Tok::Ident("true" | "false") => !self.at_nth(1, "::"),
            _ => false,
        }
    }

    /// `5_usize`, `-1.5_f32`, `true`, `'c'`.
    pub(super) fn literal(&mut self) -> Result<(Ty, ScalarInt)> {
        let at = self.pos;
        if let Tok::Char(c) = *self.peek() {
            self.bump();
            return Ok((self.interner.mk(TyKind::Char), ScalarInt { data: u32::from(c).into(), size: 4 }));
        }
        for (word, data) in [("false", 0), ("true", 1)] {
            if self.eat_word(word) {
                return Ok((self.interner.mk(TyKind::Bool), ScalarInt { data, size: 1 }));
            }
        }
        let negative = self.eat("-");
        let Tok::Num(text) = *self.peek() else { return Err(self.unexpected("a literal")) };
        self.bump();
        let value = text.rsplit_once('_').and_then(|(digits, suffix)| {
            let kind = primitive(suffix)?;
            let scalar = match kind {
                TyKind::Uint(uint) if !negative => {
                    let data = parse_u128(digits)?;
                    let size = uint_size(uint);
                    (size == 16 || data >> (8 * size) == 0).then_some(ScalarInt { data, size })?
                }
                TyKind::Int(int) => {
                    let magnitude = parse_u128(digits)?;
                    let size = int_size(int);
                    let bits = 8 * u32::from(size);
                    let limit = (1u128 << (bits - 1)) - u128::from(!negative);
                    let data = if negative { magnitude.wrapping_neg() } else { magnitude };
                    let mask = u128::MAX >> (128 - bits);
                    (magnitude <= limit).then_some(ScalarInt { data: data & mask, size })?
                }
                TyKind::Float(FloatTy::F32) => {
                    let value: f32 = digits.parse().ok()?;
                    let value = if negative { -value } else { value };
                    ScalarInt { data: value.to_bits().into(), size: 4 }
                }
                TyKind::Float(FloatTy::F64) => {
                    let value: f64 = digits.parse().ok()?;
                    let value = if negative { -value } else { value };
                    ScalarInt { data: value.to_bits().into(), size: 8 }
                }
                _ => return None,
            };
            Some((kind, scalar))
        });
        let (kind, scalar) = value.ok_or_else(|| {
            self.error_at(
                at,
                format!("`{text}` is not a literal: a value and a type like `5_usize`, in the type's range"),
            )
        })?;
        Ok((self.interner.mk(kind), scalar))
    }

    pub(super) fn scalar_int(&mut self) -> Result<ScalarInt> {
        self.expect_word("scalar")?;
        self.expect("(")?;
        let data = self.number()?;
        self.expect(",")?;
        let size = self.number()?;
        self.expect(")")?;
        Ok(ScalarInt { data, size })
    }

    pub(super) fn konst(&mut self) -> Result<Const> {
        let kind = self.nested(Self::const_kind)?;
        Ok(self.interner.mk_const(kind))
    }

    fn const_kind(&mut self) -> Result<ConstKind> {
        if self.at_literal() {
            let (ty, scalar) = self.literal()?;
            return Ok(ConstKind::Value(ty, ValTree::Leaf(scalar)));
        }
        self.expect_word("const")?;
        if self.at_param() {
            return Ok(ConstKind::Param(self.param()?));
        }
        if self.at("{") && matches!(self.peek_at(1), Tok::Ident("error")) {
            self.bump();
            self.bump();
            self.expect("}")?;
            return Ok(ConstKind::Error);
        }
        if self.eat("^") {
            let (debruijn, var) = self.bound()?;
            return Ok(ConstKind::Bound { debruijn, var });
        }
        if self.eat("[") {
            let parts = self.list("]", Self::konst)?;
            self.expect(":")?;
            return Ok(ConstKind::Value(self.ty()?, ValTree::Branch(parts.into())));
        }
        if self.at_word("scalar") && self.at_nth(1, "(") {
            let scalar = self.scalar_int()?;
            self.expect(":")?;
            return Ok(ConstKind::Value(self.ty()?, ValTree::Leaf(scalar)));
        }
        let (def, args) = self.def_with_args()?;
        Ok(ConstKind::Unevaluated(def, args))
    }
}

fn parse_u128(digits: &str) -> Option<u128> {
    let digits = digits.replace('_', "");
    match digits.strip_prefix("0x") {
        Some(hex) => u128::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn decimal(digits: &str) -> Option<u32> {
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

fn alloc_number(tok: &Tok<'_>) -> Option<u32> {
    match tok {
        Tok::Ident(s) => s.strip_prefix("alloc").and_then(decimal),
        _ => None,
    }
}
