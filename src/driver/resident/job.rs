//! One compilation, in a child of the resident process: it takes the client's place and ends with it.

use super::request::Request;
use crate::adapter::provider::Analysis;
use crate::driver;
use anyhow::{Context, Result};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, setpgid};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The exit code of a compilation that panicked, as rustc's.
const PANICKED: u8 = 101;

/// Runs what a child is there for; the child ends with it.
pub fn end_with(work: impl FnOnce() -> Result<()>) -> ! {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(())) => std::process::exit(0),
        Ok(Err(error)) => {
            eprintln!("error: {error:#}");
            std::process::exit(1)
        }
        Err(_) => std::process::exit(1),
    }
}

/// Compiles and tells the client the exit code. A client that is told none knows that the job was lost.
pub fn compile(request: &Request, streams: &[OwnedFd], stream: UnixStream, analysis: &dyn Analysis) -> Result<()> {
    // A group of its own, with the processes that it starts.
    setpgid(Pid::from_raw(0), Pid::from_raw(0)).context("cannot make a process group")?;
    request.assume(streams)?;
    end_with_client(stream.try_clone().context("cannot share the connection")?)?;
    let args = request.args.iter().cloned();
    let code = catch_unwind(AssertUnwindSafe(|| driver::exit_code(args, Some(analysis)))).unwrap_or(PANICKED);
    let _ = std::io::stdout().flush();
    // A client that is gone needs no code.
    let _ = (&stream).write_all(&[code]);
    Ok(())
}

/// Ends this process and those that it started when the client closes its side.
fn end_with_client(stream: UnixStream) -> Result<()> {
    let watch = move || {
        // That the other side is gone is told unasked.
        let mut fds = [PollFd::new(stream.as_fd(), PollFlags::empty())];
        while matches!(poll(&mut fds, PollTimeout::NONE), Err(nix::errno::Errno::EINTR)) {}
        let _ = killpg(nix::unistd::getpgrp(), Signal::SIGTERM);
    };
    std::thread::Builder::new().name("client".to_owned()).spawn(watch).context("cannot watch the client")?;
    Ok(())
}
