//! Where an expression stands: ramir's spans from rust-analyzer's source maps.

use crate::files::Files;
use ra_ap_hir_def::{
    DefWithBodyId,
    expr_store::{BodySourceMap, Body},
    hir::ExprId,
};
use ra_ap_hir_expand::InFile;
use ra_ap_hir_ty::mir::MirSpan;
use ra_ap_ide_db::{RootDatabase, base_db::SourceDatabase};
use ra_ap_span::{FileId, TextRange, TextSize};
use ra_ap_syntax::{AstNode, ast};
use rac::adapter::store::Store;
use ramir::Span;
use std::cell::Cell;

/// The spans of one body.
pub struct Spans<'a, 'db> {
    db: &'db RootDatabase,
    files: &'a Files,
    store: &'a Store,
    map: &'db BodySourceMap,
    whole: Span,
    /// The file that was asked for last, with its number in the store.
    last: Cell<Option<(FileId, Option<u32>)>>,
}

impl<'a, 'db> Spans<'a, 'db> {
    /// `whole` is the span of what has no place of its own.
    pub fn new(db: &'db RootDatabase, files: &'a Files, store: &'a Store, owner: DefWithBodyId, whole: Span) -> Self {
        let (_, map) = Body::with_source_map(db, owner);
        Spans { db, files, store, map, whole, last: Cell::new(None) }
    }

    pub fn span(&self, span: MirSpan) -> Span {
        let source = match span {
            MirSpan::ExprId(id) => self.map.expr_syntax(id).ok(),
            MirSpan::PatId(id) => self.map.pat_syntax(id).ok(),
            MirSpan::BindingId(id) => {
                self.map.patterns_for_binding(id).first().and_then(|&pat| self.map.pat_syntax(pat).ok())
            }
            MirSpan::SelfParam | MirSpan::Unknown => None,
        };
        match source {
            Some(source) => self.range(source.file_id, source.value.text_range()),
            None => self.whole,
        }
    }

    /// The span that a callee sees as its caller's location: of a method call, it begins with the method's name.
    pub fn fn_span(&self, span: MirSpan) -> Span {
        let MirSpan::ExprId(id) = span else { return self.span(span) };
        self.method_name(id).unwrap_or_else(|| self.span(span))
    }

    fn method_name(&self, id: ExprId) -> Option<Span> {
        let source = self.map.expr_syntax(id).ok()?;
        let root = source.file_id.parse_or_expand(self.db);
        let node = source.value.syntax_node_ptr().try_to_node(&root)?;
        let call = ast::MethodCallExpr::cast(node)?;
        let name = call.name_ref()?;
        Some(self.range(source.file_id, name.syntax().text_range()))
    }

    fn range(&self, file: ra_ap_hir_expand::HirFileId, range: TextRange) -> Span {
        let range = InFile::new(file, range).original_node_file_range_rooted(self.db);
        let file = range.file_id.file_id(self.db);
        self.position(file, range.range.start()).unwrap_or(self.whole)
    }

    fn position(&self, file: FileId, offset: TextSize) -> Option<Span> {
        let number = match self.last.get() {
            Some((last, number)) if last == file => number,
            _ => {
                let number = self.number(file);
                self.last.set(Some((file, number)));
                number
            }
        }?;
        // Both counted from 0, the column in bytes.
        let (line, col) = self.db.line_column(file, offset).ok()?;
        let text = self.db.file_text(file).text(self.db);
        let end = u32::from(offset) as usize;
        let before = text.get(end.checked_sub(col as usize)?..end)?;
        Some(Span {
            // The local crate's files are the first ones.
            file: ramir::FileId(number),
            line: line + 1,
            col: before.chars().count() as u32 + 1,
        })
    }

    fn number(&self, file: FileId) -> Option<u32> {
        let path = self.files.path(file)?;
        let files = &self.store.krate(self.store.local).ok()?.root.files;
        let position = files.iter().position(|file| path.ends_with(self.store.interner().str(file.name)))?;
        Some(position as u32)
    }
}
