//! Code that a macro of another crate makes, where it would mean something else in that crate's edition.
//!
//! To rustc a block is of the edition of the macro that wrote its braces, to rust-analyzer of that of the crate which it stands in.
//! Since 2024 the temporaries of a block's last expression end with it, and those of `if let` before its `else`
//! (`rustc_hir_analysis::check::region`).

use ra_ap_base_db::Crate;
use ra_ap_hir_expand::MacroCallId;
use ra_ap_ide_db::RootDatabase;
use ra_ap_span::Edition;
use ra_ap_syntax::{AstNode, SyntaxNode, SyntaxToken, ast};
use rac::adapter::error::{Error, Result};

/// An error if what `call` makes in the crate `local` depends on the edition of the macro. The standard library's macros are written
/// with care.
pub fn check(db: &RootDatabase, local: Crate, call: MacroCallId) -> Result<()> {
    let by = call.loc(db).def.krate;
    let since_2024 = local.data(db).edition >= Edition::Edition2024;
    let (defined, origin) = (by.data(db).edition >= Edition::Edition2024, &by.data(db).origin);
    if defined == since_2024 || origin.is_lang() {
        return Ok(());
    }
    let (parsed, map) = &call.parse_macro_expansion(db).value;
    let is_other = |token: Option<SyntaxToken>| {
        let edition = token.map(|token| map.span_at(token.text_range().start()).ctx.edition(db));
        edition.is_some_and(|edition| (edition >= Edition::Edition2024) != since_2024)
    };
    match parsed.syntax_node().descendants().any(|node| depends_on_edition(&node, is_other)) {
        true => Err(Error::unsupported("a macro of a crate of another edition, in which temporaries end elsewhere")),
        false => Ok(()),
    }
}

/// Whether the node's temporaries end elsewhere in another edition, which it is of if its token is.
fn depends_on_edition(node: &SyntaxNode, is_other: impl Fn(Option<SyntaxToken>) -> bool) -> bool {
    if let Some(block) = ast::BlockExpr::cast(node.clone()) {
        let list = block.stmt_list();
        return list.as_ref().and_then(|list| list.tail_expr()).is_some_and(|tail| has_temporaries(&tail))
            && is_other(list.and_then(|list| ast::StmtList::l_curly_token(&list)));
    }
    if let Some(branch) = ast::IfExpr::cast(node.clone()) {
        let has_let = branch.condition().is_some_and(|condition| {
            condition.syntax().descendants().any(|node| ast::LetExpr::can_cast(node.kind())) && has_calls(&condition)
        });
        return has_let && branch.else_branch().is_some() && is_other(branch.if_token());
    }
    false
}

/// Whether an expression may make temporaries that live on after it. What stands in blocks within is of no matter.
fn has_temporaries(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::IfExpr(branch) => {
            branch.condition().is_some_and(|condition| matches!(condition, ast::Expr::LetExpr(_)) && has_calls(&condition))
        }
        ast::Expr::MatchExpr(matched) => matched.expr().is_some_and(|scrutinee| has_calls(&scrutinee)),
        ast::Expr::BlockExpr(_)
        | ast::Expr::LoopExpr(_)
        | ast::Expr::WhileExpr(_)
        | ast::Expr::ForExpr(_)
        | ast::Expr::ClosureExpr(_)
        | ast::Expr::PathExpr(_)
        | ast::Expr::Literal(_) => false,
        expr => has_calls(expr),
    }
}

fn has_calls(expr: &ast::Expr) -> bool {
    let makes = |node: SyntaxNode| {
        ast::CallExpr::can_cast(node.kind())
            || ast::MethodCallExpr::can_cast(node.kind())
            || ast::MacroExpr::can_cast(node.kind())
            || ast::RecordExpr::can_cast(node.kind())
            || ast::BinExpr::can_cast(node.kind())
            || ast::IndexExpr::can_cast(node.kind())
    };
    expr.syntax().descendants().any(makes)
}

#[cfg(test)]
mod tests {
    use super::depends_on_edition;
    use ra_ap_span::Edition;
    use ra_ap_syntax::{AstNode, SourceFile};

    #[test]
    fn only_temporaries_of_tails_and_of_if_let_matter() {
        let matters = |body: &str| {
            let file = SourceFile::parse(&format!("fn f() {{ {body}; }}"), Edition::Edition2024).tree();
            // The function's own block is no macro's.
            file.syntax().descendants().skip(5).any(|node| depends_on_edition(&node, |_| true))
        };
        for body in ["{ g().x }", "{ a + b }", "if let A = g() {} else {}", "{ match g() { A => 1 } }", "{ m!() }"] {
            assert!(matters(body), "{body}");
        }
        for body in ["{ g(); }", "{ x }", "{ let x = g(); x }", "if let A = x {} else {}", "if g() { 1 } else { 2 }"] {
            assert!(!matters(body), "{body}");
        }
    }
}
