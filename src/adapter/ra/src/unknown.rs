//! What changes the meaning of a crate and is not known to rust-analyzer, which would lower the crate as if it were not there.
//! What it does not know and says so is no matter of this.

use ra_ap_base_db::Crate;
use ra_ap_hir_def::nameres::{crate_def_map, diagnostics::DefDiagnosticKind};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::provider::AnalysisInput;

/// Unstable features of the language.
const FEATURES: &[&str] = &[
    // `cfg(version("1.50"))` is taken as false.
    "cfg_version",
    // Names of fields and methods have the hygiene of the macro that they stand in.
    "decl_macro",
    // `assert!` prints the values in its condition.
    "generic_assert",
    // `#[loop_match]` goes on with the next arm without leaving this one's scope.
    "loop_match",
    // Macros by example as attributes and derives are not expanded.
    "macro_attr",
    "macro_derive",
    // Counts other things than rustc does.
    "macro_metavar_expr",
    // What is assigned lives as long as the block around.
    "super_let",
];

/// `-Z` options.
const OPTIONS: &[&str] = &[
    // Attributes of the crate that do not stand in its source.
    "crate-attr",
    // `{:?}` prints less or nothing.
    "fmt-debug",
    // A caller's location lacks its file, line or column.
    "location-detail",
    // Checks of pointers are passes over MIR.
    "mir-enable-passes",
];

/// The first thing about a crate that rust-analyzer does not know. `missing`: the dependencies that have no interface.
pub fn unknown(input: &AnalysisInput, missing: &[String]) -> Option<String> {
    let feature = input.features.iter().find(|feature| FEATURES.contains(&feature.as_str()));
    let name = |option: &str| option.split('=').next().unwrap_or_default().to_owned();
    let option = input.unstable_options.iter().map(|option| name(option)).find(|name| OPTIONS.contains(&name.as_str()));
    // Without the server rust-analyzer would go on with what stands there.
    let macros = input.macro_crates.first().filter(|_| input.macro_server.is_none());
    feature
        .map(|feature| format!("the feature `{feature}` in rust-analyzer"))
        .or(option.map(|option| format!("`-Z {option}` in rust-analyzer")))
        .or(missing.first().map(|name| format!("crate `{name}`, which another compiler has compiled, in rust-analyzer")))
        .or(macros.map(|krate| format!("the procedural macros of `{}` in rust-analyzer", krate.name)))
}

/// The first macro among the crate's items that rust-analyzer does not find or expand, though rustc did. It would go on without what
/// the macro makes.
pub fn unresolved_macro(db: &RootDatabase, krate: Crate) -> Option<String> {
    crate_def_map(db, krate).diagnostics().iter().find_map(|diagnostic| match &diagnostic.kind {
        DefDiagnosticKind::UnresolvedMacroCall { path, .. } | DefDiagnosticKind::MacroError { path, .. } => {
            let path: Vec<&str> = path.segments().iter().map(|name| name.as_str()).collect();
            Some(format!("the macro `{}`, which rust-analyzer does not find or expand", path.join("::")))
        }
        _ => None,
    })
}
