//! The text form of ramir: what `rac --emit ramir` prints and what tests write by hand.
//!
//! Types, constants and bodies look like Rust and like rustc's `--emit mir`; items and allocations are written as
//! `Name { field: value }` with the fields that say nothing left out. With spans, text parses back to an equal value.
//!
//! ```text
//! fn sample::add<>(_1: i32, mut _2: i32) -> i32 {
//!     let _3: (i32, bool);
//!     debug x => _1 arg 1;
//!
//!     bb0: {
//!         _3 = AddWithOverflow(copy _1, const 1_i32);
//!         assert(copy (_3.1: bool) == false, Overflow(Add, copy _1, const 1_i32)) -> [return: bb1, unwind: continue];
//!     }
//! }
//! ```
//!
//! A definition is a path (`core::mem::swap`, `core::num::{impl#3}::abs`) that [`Resolve`] knows, or its number
//! `#crate:index`. A generic parameter is `T/#0`, a bound region `'^0:1` (binder from the innermost, variable), an
//! allocation `alloc5`, a span `@file:line:column`, with `/scope` behind it where there is a source scope.

mod alloc;
mod body;
mod doc;
mod item;
mod lexer;
mod parse;
mod print;

pub use item::Crate;
pub use print::Printer;

use crate::file::{Error, Section};
use crate::reader::LoadedCrate;
use crate::*;
use parse::Parser;
use rustc_hash::FxHashMap;

/// Where and why a text does not parse. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct ParseError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl ParseError {
    fn at(text: &str, offset: usize, message: String) -> ParseError {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ParseError {
            line: before.bytes().filter(|&b| b == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
        }
    }
}

/// Names definitions for the printer.
pub trait DefNames {
    /// A path that stands for this definition alone, or `None` for one that is to be printed by number.
    fn def_path(&self, def: DefId) -> Option<String>;
}

/// Finds definitions by path for the parser.
pub trait Resolve {
    fn resolve(&self, path: &str) -> Option<DefId>;
}

/// No names: every definition is a number.
impl DefNames for () {
    fn def_path(&self, _: DefId) -> Option<String> {
        None
    }
}

impl Resolve for () {
    fn resolve(&self, _: &str) -> Option<DefId> {
        None
    }
}

/// Paths of definitions, both ways. A path that is given to a second definition stays the first one's, and the second
/// is printed by number.
#[derive(Clone, Debug, Default)]
pub struct DefTable {
    paths: FxHashMap<DefId, String>,
    defs: FxHashMap<String, DefId>,
}

impl DefTable {
    pub fn insert(&mut self, def: DefId, path: String) {
        if let std::collections::hash_map::Entry::Vacant(entry) = self.defs.entry(path) {
            self.paths.insert(def, entry.key().clone());
            entry.insert(def);
        }
    }

    /// Adds the definitions of a crate whose file is mapped.
    pub fn insert_loaded(&mut self, interner: &Interner, krate: &LoadedCrate) -> Result<(), Error> {
        let mut keys = Vec::new();
        for index in krate.keys(Section::DefKeys) {
            keys.extend(krate.def_key(index)?.map(|key| (index, key)));
        }
        self.insert_crate(interner, krate.num(), &krate.dep().name, keys);
        Ok(())
    }

    /// Adds the definitions of a crate, whose root is `name`. Keys come parents first.
    pub fn insert_crate(
        &mut self,
        interner: &Interner,
        krate: CrateNum,
        name: &str,
        keys: impl IntoIterator<Item = (DefIndex, DefKey)>,
    ) {
        let mut paths: FxHashMap<DefIndex, String> = FxHashMap::default();
        for (index, key) in keys {
            let path = match key.parent {
                None => name.to_owned(),
                Some(parent) => match paths.get(&parent) {
                    Some(parent) => format!("{parent}::{}", segment(interner, &key)),
                    None => continue,
                },
            };
            self.insert(DefId { krate, index }, path.clone());
            paths.insert(index, path);
        }
    }
}

impl<S: Into<String>> FromIterator<(DefId, S)> for DefTable {
    fn from_iter<I: IntoIterator<Item = (DefId, S)>>(iter: I) -> Self {
        let mut table = DefTable::default();
        for (def, path) in iter {
            table.insert(def, path.into());
        }
        table
    }
}

impl DefNames for DefTable {
    fn def_path(&self, def: DefId) -> Option<String> {
        self.paths.get(&def).cloned()
    }
}

impl Resolve for DefTable {
    fn resolve(&self, path: &str) -> Option<DefId> {
        self.defs.get(path).copied()
    }
}

/// One step of a definition's path.
pub fn segment(interner: &Interner, key: &DefKey) -> String {
    let unnamed = |what: &str| format!("{{{what}#{}}}", key.disambiguator);
    match key.data {
        DefPathData::TypeNs(name)
        | DefPathData::ValueNs(name)
        | DefPathData::MacroNs(name)
        | DefPathData::LifetimeNs(name)
        | DefPathData::OpaqueLifetime(name)
        | DefPathData::AnonAssocTy(name) => match key.disambiguator {
            0 => interner.str(name).to_owned(),
            n => format!("{}#{n}", interner.str(name)),
        },
        DefPathData::CrateRoot => unnamed("crate"),
        DefPathData::Impl => unnamed("impl"),
        DefPathData::ForeignMod => unnamed("extern"),
        DefPathData::Use => unnamed("use"),
        DefPathData::GlobalAsm => unnamed("global_asm"),
        DefPathData::Closure => unnamed("closure"),
        DefPathData::Ctor => unnamed("constructor"),
        DefPathData::AnonConst => unnamed("const"),
        DefPathData::LateAnonConst => unnamed("late_const"),
        DefPathData::DesugaredAnonymousLifetime => unnamed("lifetime"),
        DefPathData::OpaqueTy => unnamed("opaque"),
        DefPathData::SyntheticCoroutineBody => unnamed("coroutine_body"),
        DefPathData::NestedStatic => unnamed("nested_static"),
    }
}

/// The type as text.
pub fn print_ty(interner: &Interner, names: &dyn DefNames, ty: Ty) -> String {
    Printer::new(interner, names).ty(ty)
}

/// The body as text, without spans, under the name `name`.
pub fn print_body(interner: &Interner, names: &dyn DefNames, name: &str, body: &Body) -> String {
    Printer::new(interner, names).body(name, body)
}

/// The item as text, without spans.
pub fn print_item(interner: &Interner, names: &dyn DefNames, def: DefId, item: &Item) -> String {
    Printer::new(interner, names).item(def, item)
}

/// The whole crate as text that [`parse_crate`] reads, spans included.
pub fn print_crate(interner: &Interner, names: &dyn DefNames, krate: &Crate) -> String {
    let base = krate.allocs.first().map_or(0, |id| id.0);
    Printer::new(interner, names).with_spans(true).with_alloc_base(base).krate(krate)
}

/// Parses a type.
pub fn parse_ty(interner: &Interner, resolve: &dyn Resolve, text: &str) -> Result<Ty, ParseError> {
    whole(interner, resolve, text, Parser::ty)
}

/// Parses a body: `fn name(..) -> T { .. }`, whose name may be anything, and before or after it the allocations it uses.
/// An allocation that the text does not define is one that `interner` has already.
pub fn parse_body(interner: &Interner, resolve: &dyn Resolve, text: &str) -> Result<Body, ParseError> {
    whole(interner, resolve, text, |p| {
        p.alloc_items()?;
        p.expect_word("fn")?;
        if p.at("#") {
            p.def().map(drop)?
        } else {
            p.path().map(drop)?
        }
        let body = p.body()?;
        p.alloc_items()?;
        Ok(body)
    })
}

/// Parses an item and what it defines.
pub fn parse_item(interner: &Interner, resolve: &dyn Resolve, text: &str) -> Result<(DefId, Item), ParseError> {
    whole(interner, resolve, text, Parser::item)
}

/// Parses a crate. `resolve` knows the definitions of other crates.
pub fn parse_crate(interner: &Interner, resolve: &dyn Resolve, text: &str) -> Result<Crate, ParseError> {
    whole(interner, resolve, text, Parser::krate)
}

fn whole<'a, T>(
    interner: &'a Interner,
    resolve: &'a dyn Resolve,
    text: &'a str,
    parse: impl FnOnce(&mut Parser<'a>) -> Result<T, ParseError>,
) -> Result<T, ParseError> {
    let mut parser = Parser::new(interner, resolve, text)?;
    let value = parse(&mut parser)?;
    if parser.at_end() { Ok(value) } else { Err(parser.unexpected("the end")) }
}
