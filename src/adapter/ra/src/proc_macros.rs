//! Procedural macros: the toolchain's server runs them in a process of its own, as it does for an IDE.
//!
//! A process that was forked must not talk to the server of the one that it comes from, whose answers it would take away: each
//! process starts its own when the first macro is expanded.

use crate::files::abs_path;
use crate::provider::lock;
use ra_ap_base_db::{Env, SourceDatabase};
use ra_ap_hir_expand::proc_macro::{CrateProcMacros, ProcMacro, ProcMacroExpander, ProcMacroExpansionError, ProcMacroKind};
use ra_ap_hir_expand::tt;
use ra_ap_intern::Symbol;
use ra_ap_paths::AbsPathBuf;
use ra_ap_proc_macro_api::{MacroDylib, ProcMacroClient, ProcMacroKind as ServedKind};
use ra_ap_span::Span;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::{MacroKind, ProcMacroCrate};
use rustc_hash::FxHashMap;
use std::any::Any;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// The server of this process.
static SERVER: Mutex<Option<Server>> = Mutex::new(None);

struct Server {
    /// The process that started it.
    process: u32,
    client: ProcMacroClient,
    /// What it has loaded.
    libraries: FxHashMap<AbsPathBuf, Vec<ra_ap_proc_macro_api::ProcMacro>>,
}

/// One macro, of a library that is loaded when it is expanded the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expander {
    server: AbsPathBuf,
    library: AbsPathBuf,
    /// Of the library: another one is another macro.
    modified: Option<SystemTime>,
    name: String,
    kind: ServedKind,
}

/// The macros of a crate, as rust-analyzer knows them; `server` is the toolchain's.
pub fn of_crate(krate: &ProcMacroCrate, server: &Path) -> Result<CrateProcMacros> {
    let (server, library) = (abs_path(server)?, abs_path(&krate.library)?);
    let modified = std::fs::metadata(&krate.library).and_then(|metadata| metadata.modified()).ok();
    let proc_macro = |name: &str, kind: MacroKind| {
        let (served, kind) = match kind {
            MacroKind::Derive => (ServedKind::CustomDerive, ProcMacroKind::CustomDerive),
            MacroKind::Attribute => (ServedKind::Attr, ProcMacroKind::Attr),
            MacroKind::Call => (ServedKind::Bang, ProcMacroKind::Bang),
        };
        let (server, library, name) = (server.clone(), library.clone(), name.to_owned());
        let expander = Expander { server, library, modified, name: name.clone(), kind: served };
        ProcMacro { name: Symbol::intern(&name), kind, expander: Arc::new(expander), disabled: false }
    };
    Ok(CrateProcMacros::new(krate.macros.iter().map(|one| proc_macro(&one.name, one.kind)).collect()))
}

/// What a crate of macros looks like in source, for name resolution.
pub fn declarations(krate: &ProcMacroCrate) -> String {
    let declaration = |(i, one): (usize, &rac::adapter::provider::ProcMacro)| {
        let name = &one.name;
        match one.kind {
            MacroKind::Derive => {
                let helpers = one.helpers.join(", ");
                format!("#[proc_macro_derive({name}, attributes({helpers}))]\npub fn derive_{i}() {{}}\n")
            }
            MacroKind::Attribute => format!("#[proc_macro_attribute]\npub fn {name}() {{}}\n"),
            MacroKind::Call => format!("#[proc_macro]\npub fn {name}() {{}}\n"),
        }
    };
    krate.macros.iter().enumerate().map(declaration).collect()
}

impl Expander {
    /// The macro in this process's server.
    fn served(&self) -> Result<ra_ap_proc_macro_api::ProcMacro> {
        let mut current = lock(&SERVER);
        if current.as_ref().is_none_or(|server| server.process != std::process::id() || server.client.exited().is_some()) {
            let env = FxHashMap::<String, Option<String>>::default();
            let client = ProcMacroClient::spawn(&self.server, &env, None, 1)
                .map_err(|error| Error::missing(format!("the server of procedural macros: {error}")))?;
            let started = Server { process: std::process::id(), client, libraries: FxHashMap::default() };
            // To drop one is to end it, and it may be the server of the process that this one was forked from.
            std::mem::forget(current.replace(started));
        }
        let server = current.as_mut().ok_or_else(|| Error::missing("the server of procedural macros"))?;
        if !server.libraries.contains_key(&self.library) {
            let macros = load(&server.client, &self.library)?;
            server.libraries.insert(self.library.clone(), macros);
        }
        let found = server.libraries[&self.library].iter().find(|one| one.name() == self.name && one.kind() == self.kind);
        found.cloned().ok_or_else(|| Error::missing(format!("macro `{}` in `{}`", self.name, self.library)))
    }
}

/// Has the server load a library. The client uses rayon to ask several servers at a time, which would start threads here; a process
/// with threads cannot be forked.
fn load(client: &ProcMacroClient, library: &AbsPathBuf) -> Result<Vec<ra_ap_proc_macro_api::ProcMacro>> {
    let load = || {
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        alone.map(|pool| pool.install(|| client.load_dylib(MacroDylib::new(library.clone()))))
    };
    let loaded = std::thread::scope(|scope| scope.spawn(load).join());
    match loaded {
        Ok(Ok(Ok(macros))) => Ok(macros),
        Ok(Ok(Err(error))) => Err(Error::missing(format!("procedural macros in `{library}`: {error}"))),
        _ => Err(Error::missing(format!("procedural macros in `{library}`"))),
    }
}

impl ProcMacroExpander for Expander {
    fn expand(
        &self,
        _: &dyn SourceDatabase,
        input: &tt::TopSubtree,
        attribute: Option<&tt::TopSubtree>,
        env: &Env,
        def_site: Span,
        call_site: Span,
        mixed_site: Span,
        directory: String,
    ) -> std::result::Result<tt::TopSubtree, ProcMacroExpansionError> {
        let served = self.served().map_err(|error| ProcMacroExpansionError::System(error.to_string()))?;
        let (input, attribute) = (input.view(), attribute.map(|attribute| attribute.view()));
        // What is told of files stands there under names that no variable can have.
        let mut variables = Vec::<(String, String)>::from(env.clone());
        variables.retain(|(name, _)| !name.contains('='));
        match served.expand(input, attribute, variables, def_site, call_site, mixed_site, directory, None) {
            // rust-analyzer would read another token.
            Ok(Ok(expanded)) if has_negative_literal(&expanded) => {
                Err(ProcMacroExpansionError::Panic("a literal that is negative".to_owned()))
            }
            Ok(Ok(expanded)) => Ok(expanded),
            Ok(Err(panic)) => Err(ProcMacroExpansionError::Panic(panic)),
            Err(error) => Err(ProcMacroExpansionError::System(error.to_string())),
        }
    }

    fn eq_dyn(&self, other: &dyn ProcMacroExpander) -> bool {
        (other as &dyn Any).downcast_ref::<Self>() == Some(self)
    }
}

/// A macro can make a token of `-1`, which no source has.
fn has_negative_literal(tokens: &tt::TopSubtree) -> bool {
    let is_negative = |token| matches!(&token, tt::TokenTree::Leaf(tt::Leaf::Literal(one)) if one.text().starts_with('-'));
    tokens.token_trees().iter_flat_tokens().any(is_negative)
}

#[cfg(test)]
mod tests {
    use super::declarations;
    use expect_test::expect;
    use rac::adapter::provider::{MacroKind, ProcMacro, ProcMacroCrate};

    #[test]
    fn macros_are_declared() {
        let one = |name: &str, kind, helpers: &[&str]| ProcMacro {
            name: name.to_owned(),
            kind,
            helpers: helpers.iter().map(|helper| (*helper).to_owned()).collect(),
        };
        let macros = vec![
            one("Serialize", MacroKind::Derive, &["serde", "other"]),
            one("main", MacroKind::Attribute, &[]),
            one("html", MacroKind::Call, &[]),
        ];
        let krate = ProcMacroCrate { name: "m".to_owned(), stable_crate_id: 1, library: "/m.so".into(), edition: "2021".to_owned(), macros };
        expect![[r#"
            #[proc_macro_derive(Serialize, attributes(serde, other))]
            pub fn derive_0() {}
            #[proc_macro_attribute]
            pub fn main() {}
            #[proc_macro]
            pub fn html() {}
        "#]]
        .assert_eq(&declarations(&krate));
    }
}
