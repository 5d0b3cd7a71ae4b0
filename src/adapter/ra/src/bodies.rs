//! The bodies of a crate's functions, lowered ahead of the question, on several threads.

use crate::provider::lock;
use ra_ap_base_db::Crate;
use ra_ap_hir_def::{
    AssocItemId, DefWithBodyId, FunctionId, Lookup, ModuleDefId,
    expr_store::Body,
    nameres::{DefMap, crate_def_map},
};
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase};
use ra_ap_ide_db::RootDatabase;
use ra_ap_span::FileId;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::STACK_SIZE;
use rustc_hash::{FxHashMap, FxHashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Without progress. A body that does not end costs the crate its analysis.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Where each function's MIR lies in the database's memory. MIR that is lowered again lies elsewhere.
pub type Places = FxHashMap<FunctionId, usize>;

/// The functions of a crate that are being lowered.
pub struct Lowering(JoinHandle<Result<Lowered>>);

/// The functions of a crate that were lowered.
pub struct Lowered {
    pub places: Places,
    /// Until those in files that had changed were.
    pub changed_time: Duration,
    pub time: Duration,
}

impl Lowering {
    /// Starts to lower all functions, those in `changed` files first.
    pub fn start(db: RootDatabase, krate: Crate, changed: FxHashSet<FileId>) -> Result<Lowering> {
        let start = Instant::now();
        let lower_both = move || {
            lower(&db, krate, Some(changed))?;
            let changed_time = start.elapsed();
            let places = lower(&db, krate, None)?;
            Ok(Lowered { places, changed_time, time: start.elapsed() })
        };
        let thread = std::thread::Builder::new().name("lowering".to_owned()).spawn(lower_both);
        thread.map(Lowering).map_err(|error| Error::unsupported(format!("analysis without a thread: {error}")))
    }

    /// Waits until all are. All threads have ended when this returns. An error: one does not end, and the database cannot be
    /// written to any more.
    pub fn finish(self) -> Result<Lowered> {
        self.0.join().unwrap_or_else(|_| Err(Error::unsupported("a crate that rust-analyzer panics on")))
    }
}

/// Lowers the functions of a crate that stand in `files`, or all, as far as the database does not know them, and gives where their MIR
/// lies. All threads have ended when this returns, unless one does not end, which is an error.
fn lower(db: &RootDatabase, krate: Crate, files: Option<FxHashSet<FileId>>) -> Result<Places> {
    let functions = run(db, 1, move |db, _| crate_functions(db, krate, files.as_ref()))?;
    let functions = Arc::new(Mutex::new(functions.concat()));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let places = run(db, threads, move |db, progress| {
        let mut places = Places::default();
        loop {
            let Some(function) = lock(&functions).pop() else { return places };
            let place = catch_unwind(AssertUnwindSafe(|| {
                let mir = db.mir_body(InferBodyId::from(function));
                mir.ok().map(|mir| std::ptr::from_ref(mir).addr())
            }));
            // One that cannot be lowered is told of when it is asked for.
            if let Ok(Some(place)) = place {
                places.insert(function, place);
            }
            progress();
        }
    })?;
    Ok(places.into_iter().flatten().collect())
}

/// What a thread tells.
enum Told<T> {
    Progress,
    /// `None`: it panicked.
    Ended(Option<T>),
}

/// Runs `work`, which is to tell of its progress, on so many threads, and gives what they make of it when all have ended.
fn run<T: Send + 'static>(
    db: &RootDatabase,
    threads: usize,
    work: impl Fn(&RootDatabase, &dyn Fn()) -> T + Clone + Send + 'static,
) -> Result<Vec<T>> {
    let (tell, told) = channel();
    let mut started = Vec::new();
    for _ in 0..threads {
        let (db, work, tell) = (db.clone(), work.clone(), tell.clone());
        let run = move || {
            crate::worker::begin();
            // Nobody may listen any more.
            let progress = || drop(tell.send(Told::Progress));
            let made = attach_db(&db, || catch_unwind(AssertUnwindSafe(|| work(&db, &progress))));
            let _ = tell.send(Told::Ended(made.ok()));
        };
        let builder = std::thread::Builder::new().name("bodies".to_owned()).stack_size(STACK_SIZE);
        let thread = builder.spawn(run).map_err(|error| Error::unsupported(format!("analysis without a thread: {error}")))?;
        started.push(thread);
    }
    let panics = || Error::unsupported("a crate that rust-analyzer panics on");
    let mut all = Vec::new();
    while all.len() < threads {
        match told.recv_timeout(TIME_LIMIT) {
            Ok(Told::Progress) => {}
            Ok(Told::Ended(made)) => all.push(made.ok_or_else(panics)?),
            Err(_) => {
                return Err(Error::unsupported(format!("a body that rust-analyzer takes more than {} s for", TIME_LIMIT.as_secs())));
            }
        }
    }
    // Nothing of the database is left in a thread that has ended.
    for thread in started {
        thread.join().map_err(|_| panics())?;
    }
    Ok(all)
}

/// The functions of a crate that stand in `files`, or all, those in blocks included.
fn crate_functions(db: &RootDatabase, krate: Crate, files: Option<&FxHashSet<FileId>>) -> Vec<FunctionId> {
    let is_in_files = |function: &FunctionId| {
        files.is_none_or(|files| {
            let file = function.lookup(db).id.file_id.original_file(db).file_id(db);
            files.contains(&file)
        })
    };
    let mut functions = Vec::new();
    let mut maps = vec![crate_def_map(db, krate)];
    while let Some(map) = maps.pop() {
        let known = functions.len();
        let mut found = Vec::new();
        map_functions(db, map, &mut found);
        functions.extend(found.into_iter().filter(is_in_files));
        for &function in &functions[known..] {
            let body = Body::of(db, DefWithBodyId::from(function));
            maps.extend(body.blocks(db).map(|(_, map)| map));
        }
    }
    functions
}

/// The functions of a map's modules, traits and impls.
fn map_functions(db: &RootDatabase, map: &DefMap, functions: &mut Vec<FunctionId>) {
    for (_, module) in map.modules() {
        for decl in module.scope.declarations() {
            match decl {
                ModuleDefId::FunctionId(function) => functions.push(function),
                ModuleDefId::TraitId(id) => functions.extend(assoc_functions(&id.trait_items(db).items)),
                _ => {}
            }
        }
        for id in module.scope.impls() {
            functions.extend(assoc_functions(&id.impl_items(db).items));
        }
    }
}

fn assoc_functions<N>(items: &[(N, AssocItemId)]) -> impl Iterator<Item = FunctionId> {
    items.iter().filter_map(|(_, item)| match item {
        AssocItemId::FunctionId(function) => Some(*function),
        _ => None,
    })
}
