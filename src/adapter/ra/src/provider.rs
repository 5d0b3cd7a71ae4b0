//! The bodies of the local crate, each lowered when it is asked for.
//!
//! rust-analyzer's part is done by threads of its own, under a time limit: an analysis that hangs or panics costs its body.

use crate::bodies::{Lowered, Lowering, Places};
use crate::files::Files;
use crate::identity::{Cache, Identity};
use crate::library::Library;
use crate::lower;
use crate::macros;
use crate::nested;
use crate::patterns;
use crate::spans::Spans;
use crate::ty::TyLowering;
use crate::unknown::{unknown, unresolved_macro};
use crate::worker::Workers;
use ra_ap_base_db::Crate;
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase, mir::MirLowerError};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::complete;
use rac::adapter::error::{Error, ErrorKind, Result};
use rac::adapter::provider::{Analysis, AnalysisInput, BodyProvider, LibraryInput, LoweredAhead, ProvidedBody, STACK_SIZE};
use rac::adapter::store::Store;
use ramir::{DefId, DefPathData, ItemData};
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

/// rust-analyzer, to be started on a crate.
#[derive(Default)]
pub struct RustAnalyzer {
    library: Mutex<Option<Library>>,
    /// The bodies of the crate that was taken in last, as far as they were lowered ahead; `None` if no crate was.
    places: Mutex<Option<Places>>,
    lowering: Mutex<Option<Lowering>>,
    /// The crate is analysed by a provider, which may have threads that never end: nothing is written any more.
    is_started: AtomicBool,
}

impl Analysis for RustAnalyzer {
    fn load_library(&self, input: &LibraryInput) -> Result<()> {
        let mut library = lock(&self.library);
        if library.is_none() {
            crate::worker::silence_panics();
            *library = Some(with_large_stack(|| {
                let mut library = Library::load(input)?;
                library.warm_up();
                Ok(library)
            })?);
        }
        Ok(())
    }

    fn start(&self, input: &AnalysisInput, store: &Store) -> Result<Box<dyn BodyProvider>> {
        let mut library = lock(&self.library);
        let library = library.as_mut().ok_or_else(no_library)?;
        if !self.is_started.swap(true, Ordering::Relaxed) {
            let interner = store.interner();
            let files = &store.krate(store.local)?.root.files;
            let names: Vec<&str> = files.iter().map(|file| interner.str(file.name)).collect();
            library.set_crate(input)?;
            library.check_names(&names);
        }
        let (db, files, krate) = (library.db.clone(), library.files.clone(), library.krate);
        let mut unknown = unknown(input, library.dependencies.missing());
        if unknown.is_none() && !input.macro_crates.is_empty() {
            let db = db.clone();
            unknown = with_large_stack(move || Ok(attach_db(&db, || unresolved_macro(&db, krate))))?;
        }
        Ok(Box::new(Provider {
            workers: Workers::new(db.clone()),
            db: Mutex::new(db),
            idle: Mutex::default(),
            files,
            krate,
            crates: library.dependencies.ids(),
            overflow_checks: input.overflow_checks,
            unknown,
            is_library: input.is_library,
        }))
    }

    fn library_cfg(&self) -> Option<Vec<String>> {
        lock(&self.library).as_ref().map(|library| library.cfg.clone())
    }

    fn take_in(&self, input: &AnalysisInput) -> Result<()> {
        let mut library = lock(&self.library);
        library.as_mut().ok_or_else(no_library)?.set_crate(input)?;
        lock(&self.places).get_or_insert_default();
        Ok(())
    }

    fn start_lowering(&self) -> Result<bool> {
        if lock(&self.places).is_none() {
            return Ok(false);
        }
        let mut library = lock(&self.library);
        let library = library.as_mut().ok_or_else(no_library)?;
        // Those that were edited are wanted first, and what they reach is looked for among the others.
        let changed = library.take_changed();
        *lock(&self.lowering) = Some(Lowering::start(library.db.clone(), library.krate, changed)?);
        Ok(true)
    }

    fn finish_lowering(&self) -> Result<Option<LoweredAhead>> {
        let Some(lowering) = lock(&self.lowering).take() else { return Ok(None) };
        let Lowered { places, changed_time, time } = lowering.finish()?;
        let mut known = lock(&self.places);
        let known = known.get_or_insert_default();
        let lowered = places.iter().filter(|(function, place)| known.get(function) != Some(place)).count();
        *known = places;
        Ok(Some(LoweredAhead { bodies: known.len(), lowered, changed_time, time }))
    }

    fn settle(&self) {
        if let Some(library) = &mut *lock(&self.library) {
            library.settle();
        }
    }
}

fn no_library() -> Error {
    Error::missing("the library's analysis")
}

struct Provider {
    workers: Workers,
    db: Mutex<RootDatabase>,
    /// Handles that no thread uses.
    idle: Mutex<Vec<Handle>>,
    files: Files,
    krate: Crate,
    /// The stable ids of the crates that the local one is compiled with.
    crates: FxHashMap<Crate, u64>,
    overflow_checks: bool,
    /// Why no body of the crate is lowered.
    unknown: Option<String>,
    is_library: bool,
}

/// What a thread asks with.
struct Handle {
    db: RootDatabase,
    cache: Cache,
}

impl BodyProvider for Provider {
    fn body(&self, store: &Store, def: DefId) -> Result<Option<ProvidedBody>> {
        if !has_lowered_body(store, def)? {
            return Ok(None);
        }
        if let Some(unknown) = &self.unknown {
            return Err(Error::unsupported(unknown));
        }
        if self.is_library && has_nested_static(store, def)? {
            return Err(Error::unsupported("a static whose value borrows memory that has a symbol of its own"));
        }
        let handle = lock(&self.idle).pop();
        let handle = handle.unwrap_or_else(|| Handle { db: lock(&self.db).clone(), cache: Cache::default() });
        let raw = attach_db(&handle.db, || {
            catch_unwind(AssertUnwindSafe(|| self.raw_body(&handle, store, def)))
                .unwrap_or_else(|payload| Err(crate::worker::panicked(payload.as_ref())))
        });
        lock(&self.idle).push(handle);
        let in_function = |error: Error| match error.kind() {
            ErrorKind::Unsupported(what) => Error::unsupported(format!("{what}, in `{}`", store.def_path_str(def))),
            _ => error,
        };
        match raw.map_err(in_function)? {
            Some(raw) => complete::complete(store, def, raw).map(Some).map_err(in_function),
            None => Ok(None),
        }
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Runs `f` on a thread of its own, which has ended when this returns.
fn with_large_stack<T: Send>(f: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, f);
        match thread.map(|thread| thread.join()) {
            Ok(Ok(result)) => result,
            _ => Err(Error::unsupported("a library whose analysis ended abruptly")),
        }
    })
}

impl Provider {
    fn raw_body(&self, handle: &Handle, store: &Store, def: DefId) -> Result<Option<ramir::Body>> {
        let db = &handle.db;
        let (files, cache, local, crates) = (&self.files, &handle.cache, self.krate, &self.crates);
        let id = Identity { db, files, store, cache, local, crates };
        let item = store.item(def)?;
        // What is generated follows from items, and items are the exported ones.
        if item.is_generated || id.is_in_exported_body(def)? {
            return Ok(None);
        }
        let owner = match item.data {
            ItemData::Closure(_) | ItemData::AnonConst(_) => id.body_around(def)?.map(|(owner, _)| owner),
            _ => id.local_body(def)?,
        };
        if let Some(owner) = owner {
            self.workers.analyse(owner)?;
        }
        let (body, mir) = match item.data {
            ItemData::Closure(_) => {
                let Some(closure) = id.local_closure(def)? else { return self.unknown(&id, def) };
                (closure.loc(db).owner, db.mir_body_for_closure(closure))
            }
            ItemData::AnonConst(_) => {
                let Some(constant) = id.local_anon_const(def)? else { return self.unknown(&id, def) };
                (constant.into(), db.mir_body(constant.into()))
            }
            _ => {
                let Some(owner) = owner else { return self.unknown(&id, def) };
                let body = InferBodyId::DefWithBodyId(owner);
                (body, db.mir_body(body))
            }
        };
        let owner = body.expression_store_owner(db);
        macros::check(db, owner)?;
        patterns::check(db, owner)?;
        let mir = mir.map_err(|error| refused(&error))?;
        let spans = Spans::new(id, owner, item.span);
        let is_constant = matches!(item.data, ItemData::Const(_) | ItemData::Static(_) | ItemData::AnonConst(_));
        let input = lower::Input {
            mir,
            generic_def: body.generic_def(db),
            owner,
            // Constants are always checked.
            overflow_checks: self.overflow_checks || is_constant,
            is_coroutine: matches!(&item.data, ItemData::Closure(item) if item.coroutine.is_some()),
            span: item.span,
        };
        let mut lowered = lower::lower(TyLowering::new(id), spans, input)?;
        if let ItemData::Fn(function) = &item.data
            && function.sig.abi == ramir::ExternAbi::RustCall
        {
            // The last argument is a tuple here, and its fields are arguments to the caller.
            lowered.spread_arg = Some(ramir::Local::new(lowered.arg_count as usize));
        }
        Ok(Some(lowered))
    }

    /// A definition that rust-analyzer does not see. One without a body is not missed.
    fn unknown(&self, id: &Identity<'_, '_>, def: DefId) -> Result<Option<ramir::Body>> {
        match id.store.is_ahead() || id.has_exported_body(def) {
            true => Err(Error::unsupported("a definition that rust-analyzer does not find")),
            false => Ok(None),
        }
    }
}

/// Whether the definition is one whose body is lowered here, if it has one.
fn has_lowered_body(store: &Store, def: DefId) -> Result<bool> {
    Ok(match store.opt_item(def)?.map(|item| &item.data) {
        Some(ItemData::Fn(item)) => !item.is_foreign,
        Some(ItemData::Closure(item)) => nested::has_lowered_body(item),
        Some(ItemData::Const(item)) => item.type_const.is_none() && item.assoc.is_none_or(|assoc| assoc.has_value),
        Some(ItemData::Static(item)) => {
            !item.is_foreign && !matches!(store.def_key(def)?.data, DefPathData::NestedStatic)
        }
        Some(ItemData::AnonConst(_)) => true,
        _ => false,
    })
}

/// Whether the definition is a static that refers to memory which rustc has made a static of its own.
fn has_nested_static(store: &Store, def: DefId) -> Result<bool> {
    for &index in store.children(def)? {
        if matches!(store.def_key(DefId { krate: def.krate, index })?.data, DefPathData::NestedStatic) {
            return Ok(true);
        }
    }
    Ok(false)
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
