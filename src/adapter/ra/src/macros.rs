//! Which bodies have macro calls that rust-analyzer could not expand.
//!
//! It goes on without them, or with what came out, since an editor has to; a compiler must not.

use either::Either;
use ra_ap_hir_def::{
    ExpressionStoreOwnerId, HasModule,
    expr_store::{ExpressionStore, ExpressionStoreDiagnostics},
};
use ra_ap_hir_expand::{FileRange, HirFileId, MacroCallId};
use ra_ap_ide_db::RootDatabase;
use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};
use rac::adapter::error::{Error, Result};

/// An error if a macro call did not expand as it should: one in the body, or one that the item comes from.
pub fn check(db: &RootDatabase, owner: ExpressionStoreOwnerId) -> Result<()> {
    let (mut file, _) = owner.generic_def(db).file_id_and_params_of(db);
    while let HirFileId::MacroFile(call) = file {
        expanded(db, call)?;
        file = call.parent(db);
    }
    let (_, map) = ExpressionStore::with_source_map(db, owner);
    for diagnostic in map.diagnostics() {
        match diagnostic {
            ExpressionStoreDiagnostics::UnresolvedMacroCall { path, .. } => {
                return Err(unexpanded(&path.display(db, ra_ap_span::Edition::LATEST).to_string(), "it is not found"));
            }
            ExpressionStoreDiagnostics::UnreachableLabel { name, .. }
            | ExpressionStoreDiagnostics::UndeclaredLabel { name, .. } => {
                return Err(Error::unsupported(format!(
                    "the label `{}`, which rust-analyzer does not find",
                    name.as_str()
                )));
            }
            _ => {}
        }
    }
    map.macro_calls().try_for_each(|(_, call)| {
        defined_before(db, owner, call)?;
        expanded(db, call)
    })
}

/// An error if a call was taken for one of a `macro_rules` that is defined after it. There is another macro of the name, then.
fn defined_before(db: &RootDatabase, owner: ExpressionStoreOwnerId, call: MacroCallId) -> Result<()> {
    let loc = call.loc(db);
    let Either::Left(definition) = loc.def.ast_id() else { return Ok(()) };
    if loc.def.krate != owner.krate(db) {
        return Ok(());
    }
    let ast::Macro::MacroRules(rules) = definition.to_node(db) else { return Ok(()) };
    if let HirFileId::MacroFile(by) = definition.file_id
        && by.call_node(db).value.text().to_string().contains('$')
    {
        // rustc tells the names of its variables apart by where they come from.
        return Err(Error::unsupported("a macro that another one makes with a `$` that it was given"));
    }
    let defined = match definition.file_id {
        HirFileId::FileId(file_id) => FileRange { file_id, range: rules.syntax().text_range() },
        HirFileId::MacroFile(call) => call.loc(db).kind.original_call_range_with_input(db),
    };
    let called = loc.kind.original_call_range_with_input(db);
    let name = rules.name().map(|name| name.text().to_string()).unwrap_or_default();
    let is_before = if defined.file_id == called.file_id {
        defined.range.start() <= called.range.start()
    } else {
        let module = owner.module(db);
        let mut macros = module.def_map(db)[module].scope.legacy_macros();
        !macros.any(|(other, definitions)| other.as_str() == name && definitions.len() > 1)
    };
    if is_before {
        Ok(())
    } else {
        Err(Error::unsupported(format!("the macro `{name}`, which is defined again later")))
    }
}

fn expanded(db: &RootDatabase, call: MacroCallId) -> Result<()> {
    let Some(outcome) = call.parse_macro_expansion_error(db) else { return Ok(()) };
    let node = call.call_node(db).value;
    let path = ast::MacroCall::cast(node).and_then(|call| call.path());
    let path = path.map_or_else(|| "an attribute".to_owned(), |path| path.syntax().text().to_string());
    let reason = match (&outcome.err, outcome.value.first()) {
        (Some(error), _) => error.render_to_string(db).message,
        (None, Some(error)) => error.to_string(),
        (None, None) => return Ok(()),
    };
    Err(unexpanded(&path, &reason))
}

fn unexpanded(path: &str, reason: &str) -> Error {
    Error::unsupported(format!("a macro call that rust-analyzer cannot expand: `{path}!`: {reason}"))
}
