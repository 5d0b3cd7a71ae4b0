//! The bodies of the local crate, each lowered when it is asked for.

use crate::identity::{Cache, Identity};
use crate::load::{self, Loaded};
use crate::lower;
use crate::spans::Spans;
use crate::ty::TyLowering;
use ra_ap_base_db::Crate;
use ra_ap_hir_def::{DefWithBodyId, FunctionId, Lookup};
use ra_ap_hir_expand::MacroKind;
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase, mir::MirLowerError};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::complete;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::{Analysis, AnalysisInput, BodyProvider, ProvidedBody};
use rac::adapter::store::Store;
use ramir::{DefId, DefPathData, ItemData};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// rust-analyzer's recursion is deep where types are.
const STACK_SIZE: usize = 512 << 20;

/// rust-analyzer, to be started on a crate.
pub struct RustAnalyzer;

impl Analysis for RustAnalyzer {
    fn start(&self, input: &AnalysisInput, _store: &Store) -> Result<Box<dyn BodyProvider>> {
        let loaded = load::load(input)?;
        let krate = ra_ap_hir::attach_db(&loaded.db, || {
            ra_ap_hir::Crate::all(&loaded.db).into_iter().find(|krate| krate.root_file(&loaded.db) == loaded.root_file)
        });
        let krate = krate.ok_or_else(|| Error::missing(format!("crate `{}`", input.crate_name)))?;
        Ok(Box::new(Provider {
            state: Mutex::new(State { loaded, krate: krate.into(), cache: Cache::default() }),
            overflow_checks: input.overflow_checks,
        }))
    }
}

struct Provider {
    state: Mutex<State>,
    overflow_checks: bool,
}

struct State {
    loaded: Loaded,
    krate: Crate,
    cache: Cache,
}

impl BodyProvider for Provider {
    fn body(&self, store: &Store, def: DefId) -> Result<Option<ProvidedBody>> {
        let is_function = match &store.opt_item(def)?.map(|item| &item.data) {
            Some(ItemData::Fn(item)) => !item.is_foreign,
            Some(ItemData::Closure(item)) => item.coroutine.is_none() && item.coroutine_for_closure.is_none(),
            _ => false,
        };
        if !is_function {
            return Ok(None);
        }
        let raw = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, || {
                let state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                attach_db(&state.loaded.db, || {
                    catch_unwind(AssertUnwindSafe(|| self.raw_body(&state, store, def)))
                        .unwrap_or_else(|payload| Err(panicked(payload.as_ref())))
                })
            });
            match thread.map(|thread| thread.join()) {
                Ok(Ok(result)) => result,
                _ => Err(Error::unsupported("a body whose analysis ended abruptly")),
            }
        });
        let in_function = |error: Error| match error.kind() {
            rac::adapter::error::ErrorKind::Unsupported(what) => {
                Error::unsupported(format!("{what}, in `{}`", store.def_path_str(def)))
            }
            _ => error,
        };
        match raw.map_err(in_function)? {
            Some(raw) => complete::complete(store, def, raw).map(Some).map_err(in_function),
            None => Ok(None),
        }
    }
}

impl Provider {
    fn raw_body(&self, state: &State, store: &Store, def: DefId) -> Result<Option<ramir::Body>> {
        let db = &state.loaded.db;
        let id = Identity { db, store, cache: &state.cache, local: state.krate };
        let item = store.item(def)?;
        let (function, mir) = if let ItemData::Closure(_) = item.data {
            let Some((function, closure)) = id.local_closure(def)? else { return Ok(None) };
            (function, db.mir_body_for_closure(closure))
        } else {
            let Some(function) = id.local_function(def)? else { return self.unknown(store, def) };
            if is_derived(db, function) {
                // Derived code follows from the item, and items are the exported ones.
                return Ok(None);
            }
            (function, db.mir_body(InferBodyId::from(function)))
        };
        let mir = mir.map_err(|error| refused(&error))?;
        let spans = Spans::new(db, &state.loaded.vfs, store, DefWithBodyId::from(function), item.span);
        let input = lower::Input {
            mir,
            generic_def: FunctionId::into(function),
            owner: function.into(),
            overflow_checks: self.overflow_checks,
            span: item.span,
        };
        lower::lower(TyLowering::new(id), spans, input).map(Some)
    }

    /// A function that rust-analyzer does not see. One without a body is not missed.
    fn unknown(&self, store: &Store, def: DefId) -> Result<Option<ramir::Body>> {
        if store.krate(def.krate)?.loaded.has(ramir::file::Section::Bodies, def.index)
            && !matches!(store.def_key(def)?.data, DefPathData::Ctor)
        {
            return Err(Error::unsupported("a function that rust-analyzer does not find"));
        }
        Ok(None)
    }
}

/// Whether the function comes from a built-in derive.
fn is_derived(db: &RootDatabase, function: FunctionId) -> bool {
    let file = function.lookup(db).id.file_id;
    file.macro_file().is_some_and(|call| call.kind(db) == MacroKind::DeriveBuiltIn)
}

/// Why rust-analyzer has no MIR for a body.
fn refused(error: &MirLowerError<'_>) -> Error {
    Error::unsupported(match error {
        MirLowerError::NotSupported(what) => format!("{what} in rust-analyzer"),
        MirLowerError::HasErrors => "a body that rust-analyzer finds errors in".to_owned(),
        other => {
            let text = format!("{other:?}");
            let short: String = text.chars().take(200).collect();
            format!("a body that rust-analyzer cannot lower ({short})")
        }
    })
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> Error {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Error::unsupported(format!("a body that rust-analyzer panics on ({message})"))
}
