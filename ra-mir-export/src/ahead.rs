//! The crate's items, written as soon as rustc has checked them, while it goes on to check the bodies.
//!
//! rustc checks all items and the types in all bodies before it borrow-checks the first body (`rustc_interface::passes`,
//! `run_required_analyses`). `check_transmutes`, which nothing else asks for, is where the first body tells that the time has come;
//! no query that the export makes is being answered then.

use crate::krate::{Options, export};
use crate::rustc::*;
use anyhow::{Context, Result};
use rustc_middle::util::Providers;
use rustc_session::config::CrateType;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

/// Where the items are to be written, until they are.
static WANTED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// rustc's own answer to the query.
static CHECK_TRANSMUTES: OnceLock<fn(TyCtxt<'_>, LocalDefId)> = OnceLock::new();

pub fn want(path: Option<PathBuf>) {
    *WANTED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = path;
}

pub fn install(providers: &mut Providers) {
    let own = std::mem::replace(&mut providers.queries.check_transmutes, |tcx, def| {
        if let Some(check) = CHECK_TRANSMUTES.get() {
            check(tcx, def);
        }
        let wanted = WANTED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(path) = wanted {
            // Who hears nothing waits for the whole export, which fails in the same way.
            let _ = write(tcx, &path);
        }
    });
    CHECK_TRANSMUTES.get_or_init(|| own);
}

fn write(tcx: TyCtxt<'_>, path: &Path) -> Result<()> {
    let is_coroutine = |def: LocalDefId| tcx.def_kind(def) == DefKind::Closure && tcx.is_coroutine(def.to_def_id());
    let has_errors = || tcx.dcx().has_errors().is_some();
    if has_errors() || tcx.crate_types() != [CrateType::Executable] || tcx.hir_body_owners().any(is_coroutine) {
        return Ok(());
    }
    export(tcx, LOCAL_CRATE, path, Options { verbose: false, is_sysroot: false, is_ahead: true })?;
    crate::info::write(tcx, &path.with_extension("info"))?;
    if has_errors() {
        return Ok(());
    }
    let socket = std::io::stdin().as_fd().try_clone_to_owned().context("standard input is closed")?;
    File::from(socket).write_all(b"\n").context("nobody waits for the items")
}
