//! What an object says about its code to unwinders and debuggers.

mod emit;
mod gcc_except_table;
pub(crate) mod line_info;
pub(crate) mod unwind;

use crate::prelude::*;

/// The positions of a function, numbered as Cranelift's source locations.
#[derive(Default)]
pub(crate) struct SourceLocs {
    spans: Vec<Span>,
    by_span: FxHashMap<Span, u32>,
}

impl SourceLocs {
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.by_span.clear();
    }

    /// The source location of a position.
    pub(crate) fn get(&mut self, span: Span) -> SourceLoc {
        if span.is_dummy() {
            return SourceLoc::default();
        }
        let n = *self.by_span.entry(span).or_insert_with(|| {
            self.spans.push(span);
            self.spans.len() as u32 - 1
        });
        SourceLoc::new(n)
    }

    /// The position of a source location.
    pub(crate) fn span(&self, loc: SourceLoc) -> Option<Span> {
        if loc.is_default() { None } else { self.spans.get(loc.bits() as usize).copied() }
    }
}
