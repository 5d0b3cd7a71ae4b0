//! The crate's items, written as soon as rustc has checked them, while it goes on to check the bodies.
//!
//! rustc checks all items and the types in all bodies before it borrow-checks the first body (`rustc_interface::passes`,
//! `run_required_analyses`). `check_unsafety`, which nothing else asks for, is where the first body tells that the time has come;
//! no query that the export makes is being answered then. With `-C incremental` it is the first body that is not as it was; if all are
//! as they were, there is little to wait for.
//!
//! A forked process does it, while this one goes on: what the export asks for may find errors, and those are to be told when rustc would
//! come to them, and only once.

use crate::incremental;
use crate::krate::{Options, export};
use crate::rustc::*;
use anyhow::{Context, Result, ensure};
use nix::unistd::{ForkResult, fork};
use rustc_hir::{CoroutineDesugaring, CoroutineKind, CoroutineSource};
use rustc_middle::util::Providers;
use rustc_session::config::CrateType;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

/// Where the items are to be written, until they are.
static WANTED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// rustc's own answer to the query.
static CHECK_UNSAFETY: OnceLock<fn(TyCtxt<'_>, LocalDefId)> = OnceLock::new();

pub fn want(path: Option<PathBuf>) {
    *WANTED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = path;
}

pub fn install(providers: &mut Providers) {
    let own = std::mem::replace(&mut providers.queries.check_unsafety, |tcx, def| {
        if let Some(check) = CHECK_UNSAFETY.get() {
            check(tcx, def);
        }
        let wanted = WANTED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        if let Some(path) = wanted
            && tcx.sess.threads() == 1
        {
            // None of it is the answer's concern, which is not to depend on it.
            tcx.dep_graph.with_ignore(|| {
                if is_possible(tcx) {
                    write_beside(tcx, &path);
                }
            });
        }
    });
    CHECK_UNSAFETY.get_or_init(|| own);
}

/// Whether the crate is one of whose bodies others than rustc may have all.
fn is_possible(tcx: TyCtxt<'_>) -> bool {
    let is_rustcs = |def: LocalDefId| match tcx.coroutine_kind(def) {
        Some(CoroutineKind::Desugared(desugaring, source)) => {
            desugaring == CoroutineDesugaring::AsyncGen || source == CoroutineSource::Closure
        }
        _ => false,
    };
    tcx.dcx().has_errors().is_none()
        && tcx.crate_types() == [CrateType::Executable]
        && !tcx.hir_body_owners().any(is_rustcs)
}

/// Who hears nothing of the items waits for the whole export: an error is nobody's concern.
fn write_beside(tcx: TyCtxt<'_>, path: &Path) {
    // SAFETY: rustc's query system is on this thread alone, as `-Z threads` is not given; the others wait for signals or for it,
    // and hold no lock meanwhile.
    if let Ok(ForkResult::Child) = unsafe { fork() } {
        let written = catch_unwind(AssertUnwindSafe(|| write_silently(tcx, path)));
        // SAFETY: nothing of this process is to be cleaned up, and nothing that is buffered is to be written twice.
        unsafe { nix::libc::_exit(i32::from(!matches!(written, Ok(Ok(()))))) }
    }
}

fn write_silently(tcx: TyCtxt<'_>, path: &Path) -> Result<()> {
    let null = File::options().write(true).open("/dev/null").context("cannot open `/dev/null`")?;
    nix::unistd::dup2_stdout(&null).context("cannot close standard output")?;
    nix::unistd::dup2_stderr(&null).context("cannot close standard error")?;
    incremental::leave(tcx, &null)?;
    export(tcx, LOCAL_CRATE, None, path, Options { verbose: false, is_sysroot: false, is_ahead: true })?;
    crate::info::write(tcx, &path.with_extension("info"))?;
    ensure!(tcx.dcx().has_errors().is_none(), "the crate has errors");
    let socket = std::io::stdin().as_fd().try_clone_to_owned().context("standard input is closed")?;
    File::from(socket).write_all(b"\n").context("nobody waits for the items")
}
