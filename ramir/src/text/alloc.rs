//! Allocations and the values that point to them, as text.

use super::ParseError;
use super::doc::{Doc, Text, enums, parse_fields, print_variant};
use super::lexer::quote_bytes;
use super::parse::Parser;
use super::print::Printer;
use crate::*;

type Result<T> = std::result::Result<T, ParseError>;

enums! {
    GlobalAlloc {
        Memory(allocation),
        Function { def_id, args },
        Static(def_id),
        VTable { ty, dyn_ty },
        TypeId(ty),
    }
}

/// By hand, because its bytes are a string.
impl Text for Allocation {
    fn print(&self, p: &Printer<'_>) -> Doc {
        let mut fields = vec![("bytes", Doc::Leaf(quote_bytes(&self.bytes)))];
        if !self.provenance.is_empty() {
            fields.push(("provenance", self.provenance.print(p)));
        }
        if !self.uninit.is_empty() {
            fields.push(("uninit", self.uninit.print(p)));
        }
        fields.push(("align", self.align.print(p)));
        if self.mutability.is_mut() {
            fields.push(("mutability", self.mutability.print(p)));
        }
        Doc::Struct("", fields)
    }

    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        parse_fields!(p, bytes, provenance, uninit, align, mutability);
        let Bytes(bytes) = bytes;
        Ok(Allocation { bytes, provenance, uninit, align, mutability })
    }
}

struct Bytes(Vec<u8>);

impl Text for Bytes {
    fn print(&self, _: &Printer<'_>) -> Doc {
        Doc::Leaf(quote_bytes(&self.0))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.string().map(Bytes)
    }
}

impl Text for AllocId {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::Leaf(p.alloc_id(*self))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.alloc_id()
    }
}

impl Text for ConstValue {
    fn print(&self, p: &Printer<'_>) -> Doc {
        Doc::Leaf(p.const_value(self))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.const_value()
    }
}

impl Printer<'_> {
    /// `alloc5 = Memory { .. };`, or nothing for an allocation whose content is not known.
    pub fn alloc(&self, id: AllocId) -> String {
        let Some(alloc) = self.interner.global_alloc(id) else { return String::new() };
        let mut out = format!("{} = ", self.alloc_id(id));
        alloc.print(self).render(0, &mut out);
        out.push_str(";\n");
        out
    }
}

impl Parser<'_> {
    /// Definitions of allocations, as many as there are here.
    pub(super) fn alloc_items(&mut self) -> Result<()> {
        while self.at_alloc_item() {
            let at = self.pos();
            let id = self.alloc_id()?;
            self.expect("=")?;
            let alloc = Text::parse(self)?;
            self.expect(";")?;
            if self.interner.global_alloc(id).is_some() {
                return Err(self.error_at(at, "the allocation is defined twice"));
            }
            self.interner.set_alloc(id, alloc);
        }
        Ok(())
    }

    fn at_alloc_item(&self) -> bool {
        self.peek_ident().is_some_and(|s| s.starts_with("alloc")) && self.at_nth(1, "=")
    }
}
