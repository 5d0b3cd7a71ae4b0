//! The bodies of a crate's functions, lowered ahead of the question, on several threads.

use crate::provider::lock;
use ra_ap_base_db::Crate;
use ra_ap_hir_def::{
    AssocItemId, DefWithBodyId, FunctionId, ModuleDefId,
    expr_store::Body,
    nameres::{DefMap, crate_def_map},
};
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::STACK_SIZE;
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread::{Scope, ScopedJoinHandle};

/// Where each function's MIR lies in the database's memory. MIR that is lowered again lies elsewhere.
pub type Places = FxHashMap<FunctionId, usize>;

/// Lowers all functions of a crate, as far as the database does not know them, and gives where their MIR lies. All threads
/// have ended when this returns.
pub fn lower_all(db: &RootDatabase, krate: Crate) -> Result<Places> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let functions = Mutex::new(Vec::new());
    let places = Mutex::new(Places::default());
    std::thread::scope(|scope| {
        let collect = |db: &RootDatabase| *lock(&functions) = crate_functions(db, krate);
        let collected = start(scope, "functions", db.clone(), collect)?.join();
        collected.map_err(|_| Error::unsupported("a crate whose items rust-analyzer panics on"))?;
        let mut started = Vec::new();
        for _ in 0..threads {
            let lower = |db: &RootDatabase| {
                loop {
                    let Some(function) = lock(&functions).pop() else { return };
                    let place = catch_unwind(AssertUnwindSafe(|| {
                        let mir = db.mir_body(InferBodyId::from(function));
                        mir.ok().map(|mir| std::ptr::from_ref(mir).addr())
                    }));
                    // One that cannot be lowered is told of when it is asked for.
                    if let Ok(Some(place)) = place {
                        lock(&places).insert(function, place);
                    }
                }
            };
            started.push(start(scope, "bodies", db.clone(), lower)?);
        }
        // A scope that has ended may have threads that are about to end; a thread that was waited for is gone.
        for thread in started {
            thread.join().map_err(|_| Error::unsupported("a crate that rust-analyzer panics on"))?;
        }
        Ok::<_, Error>(())
    })?;
    Ok(places.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    db: RootDatabase,
    work: impl FnOnce(&RootDatabase) + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, ()>> {
    let run = move || {
        crate::worker::begin();
        attach_db(&db, || work(&db));
    };
    let builder = std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_SIZE);
    builder.spawn_scoped(scope, run).map_err(|error| Error::unsupported(format!("analysis without a thread: {error}")))
}

/// All functions of a crate that have bodies, those in blocks included.
fn crate_functions(db: &RootDatabase, krate: Crate) -> Vec<FunctionId> {
    let mut functions = Vec::new();
    let mut maps = vec![crate_def_map(db, krate)];
    while let Some(map) = maps.pop() {
        let known = functions.len();
        map_functions(db, map, &mut functions);
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
