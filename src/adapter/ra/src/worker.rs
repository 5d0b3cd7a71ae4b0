//! Threads that have rust-analyzer analyse one body after the other, each under a time limit.
//!
//! A body whose analysis does not end keeps its thread until the process ends; the next body gets another one.

use crate::provider::lock;
use ra_ap_hir_def::DefWithBodyId;
use ra_ap_hir_ty::{InferBodyId, attach_db, db::HirDatabase};
use ra_ap_ide_db::RootDatabase;
use rac::adapter::error::{Error, Result};
use rac::adapter::provider::STACK_SIZE;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// A body of ordinary size takes a millisecond.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Once one body has not ended: others may wait for the same.
const NEXT_TIME_LIMIT: Duration = Duration::from_secs(1);

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

pub struct Workers {
    db: Mutex<RootDatabase>,
    idle: Mutex<Vec<Sender<Request>>>,
    limit_ms: AtomicU64,
}

struct Request {
    body: DefWithBodyId,
    done: Sender<Result<()>>,
}

impl Workers {
    pub fn new(db: RootDatabase) -> Workers {
        Workers { db: Mutex::new(db), idle: Mutex::default(), limit_ms: AtomicU64::new(TIME_LIMIT.as_millis() as u64) }
    }

    /// Has rust-analyzer lower a body, so that the database knows its MIR. An error: it panicked, or did not end in time.
    pub fn analyse(&self, body: DefWithBodyId) -> Result<()> {
        let idle = lock(&self.idle).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => start(lock(&self.db).clone())?,
        };
        let (done, outcome) = channel();
        let ended = || Error::unsupported("a body whose analysis ended abruptly");
        worker.send(Request { body, done }).map_err(|_| ended())?;
        let limit = Duration::from_millis(self.limit_ms.load(Ordering::Relaxed));
        match outcome.recv_timeout(limit) {
            Ok(result) => {
                lock(&self.idle).push(worker);
                result
            }
            Err(RecvTimeoutError::Timeout) => {
                self.limit_ms.store(NEXT_TIME_LIMIT.as_millis() as u64, Ordering::Relaxed);
                Err(Error::unsupported(format!("a body that rust-analyzer takes more than {} s for", limit.as_secs())))
            }
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

fn start(db: RootDatabase) -> Result<Sender<Request>> {
    let (sender, requests): (_, Receiver<Request>) = channel();
    let work = move || {
        begin();
        for Request { body, done } in requests {
            let analyse = || {
                // Whether it can be lowered is asked again by who needs it, and known then.
                let _ = db.mir_body(InferBodyId::from(body));
            };
            let outcome = attach_db(&db, || catch_unwind(AssertUnwindSafe(analyse)));
            // Who asked may have given up.
            let _ = done.send(outcome.map_err(|payload| panicked(payload.as_ref())));
        }
    };
    let thread = std::thread::Builder::new().name("analysis".to_owned()).stack_size(STACK_SIZE).spawn(work);
    thread.map_err(|error| Error::unsupported(format!("analysis without a thread: {error}")))?;
    Ok(sender)
}

/// Makes this thread one that rust-analyzer runs on.
pub fn begin() {
    IS_WORKER.set(true);
}

/// A panic of rust-analyzer is an error with its message: it is not printed.
pub fn silence_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !IS_WORKER.get() {
            print(info);
        }
    }));
}

pub fn panicked(payload: &(dyn Any + Send)) -> Error {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Error::unsupported(format!("a body that rust-analyzer panics on ({message})"))
}
