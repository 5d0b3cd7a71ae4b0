//! Where an expression stands: ramir's spans from rust-analyzer's source maps.

use crate::identity::Identity;
use ra_ap_hir_def::{
    ExpressionStoreOwnerId,
    expr_store::{ExpressionStore, ExpressionStoreSourceMap},
    hir::ExprId,
};
use ra_ap_hir_ty::mir::MirSpan;
use ra_ap_syntax::{AstNode, ast};
use ramir::Span;

/// The spans of one body.
pub struct Spans<'a, 'db> {
    id: Identity<'a, 'db>,
    map: &'db ExpressionStoreSourceMap,
    whole: Span,
}

impl<'a, 'db> Spans<'a, 'db> {
    /// `whole` is the span of what has no place of its own.
    pub fn new(id: Identity<'a, 'db>, owner: ExpressionStoreOwnerId, whole: Span) -> Self {
        let (_, map) = ExpressionStore::with_source_map(id.db, owner);
        Spans { id, map, whole }
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
            Some(source) => self.id.position(source.file_id, source.value.text_range()).unwrap_or(self.whole),
            None => self.whole,
        }
    }

    /// The span that a callee sees as its caller's location: of a method call, it begins with the method's name, of an overloaded
    /// index with its bracket.
    pub fn fn_span(&self, span: MirSpan) -> Span {
        let MirSpan::ExprId(id) = span else { return self.span(span) };
        self.callee_span(id).unwrap_or_else(|| self.span(span))
    }

    fn callee_span(&self, id: ExprId) -> Option<Span> {
        let source = self.map.expr_syntax(id).ok()?;
        let root = source.file_id.parse_or_expand(self.id.db);
        let node = source.value.syntax_node_ptr().try_to_node(&root)?;
        let range = match ast::Expr::cast(node)? {
            ast::Expr::MethodCallExpr(call) => call.name_ref()?.syntax().text_range(),
            ast::Expr::IndexExpr(index) => index.l_brack_token()?.text_range(),
            _ => return None,
        };
        self.id.position(source.file_id, range)
    }
}
