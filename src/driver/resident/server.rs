//! The resident process itself.

use super::request::Request;
use crate::adapter::provider::{Analysis, LibraryInput};
use crate::driver::{self, analysis};
use crate::driver::toolchain::Toolchain;
use anyhow::{Context, Result, ensure};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, killpg};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, Uid, fork, setpgid, setsid};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The first argument of an executable that is to stay; the socket and the sysroot follow.
pub const ARGUMENT: &str = "--resident";

/// Written to standard output when requests are taken.
pub const READY: &[u8] = b"ready";

/// A process that nobody has asked for so long ends.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// How long a client may take to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// How often a process without requests looks whether it is still wanted.
const WATCH: Duration = Duration::from_secs(2);

/// The exit code of a compilation that panicked, as rustc's.
const PANICKED: u8 = 101;

/// Stays and compiles for clients if the arguments, the program's name first, say so.
pub fn serve(mut args: impl Iterator<Item = String>, analysis: &dyn Analysis) -> Option<ExitCode> {
    args.next();
    if args.next()? != ARGUMENT {
        return None;
    }
    let paths: Vec<PathBuf> = args.map(PathBuf::from).collect();
    let result = match &paths[..] {
        [socket, sysroot] => run(socket, sysroot, analysis),
        _ => Err(anyhow::anyhow!("{ARGUMENT} takes a socket and a sysroot")),
    };
    Some(match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    })
}

fn run(socket: &Path, sysroot: &Path, analysis: &dyn Analysis) -> Result<()> {
    // Of its own session: what the terminal of the first client does is nothing to it.
    setsid().context("cannot leave the session")?;
    let toolchain = Toolchain::find(Some(sysroot))?;
    let library = LibraryInput { source: toolchain.library_source()?, cfg: analysis::default_cfg(&toolchain)? };
    analysis.load_library(&library)?;
    let listener = listen(socket)?;
    let mut out = std::io::stdout();
    out.write_all(READY).and_then(|()| out.flush()).context("nobody waits for this process")?;
    let null = std::fs::File::options().read(true).write(true).open("/dev/null").context("cannot open `/dev/null`")?;
    nix::unistd::dup2_stdout(&null).context("cannot close standard output")?;
    Resident { socket, listener, analysis }.serve()
}

/// The socket appears when requests are taken. One that is there belongs to a process that is gone, since the client that
/// started this one holds the lock and could not connect.
fn listen(socket: &Path) -> Result<UnixListener> {
    let new = socket.with_extension(format!("new-{}", std::process::id()));
    let listener = UnixListener::bind(&new).with_context(|| format!("cannot listen at `{}`", new.display()))?;
    std::fs::rename(&new, socket).with_context(|| format!("cannot listen at `{}`", socket.display()))?;
    Ok(listener)
}

struct Resident<'a> {
    socket: &'a Path,
    listener: UnixListener,
    analysis: &'a dyn Analysis,
}

impl Resident<'_> {
    /// Until nobody asks any more, or the socket is another process's.
    fn serve(&self) -> Result<()> {
        let own = self.socket.metadata().context("the socket is gone")?.ino();
        let is_own = || self.socket.metadata().is_ok_and(|metadata| metadata.ino() == own);
        let mut last = Instant::now();
        let mut children = 0;
        while last.elapsed() < IDLE && is_own() {
            let mut fds = [PollFd::new(self.listener.as_fd(), PollFlags::POLLIN)];
            let watch = PollTimeout::try_from(WATCH).context("a bad interval")?;
            let ready = poll(&mut fds, watch);
            while children > 0 && !matches!(waitpid(None, Some(WaitPidFlag::WNOHANG)), Ok(WaitStatus::StillAlive) | Err(_)) {
                children -= 1;
            }
            if children > 0 {
                last = Instant::now();
            }
            match ready {
                Ok(0) | Err(nix::errno::Errno::EINTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error).context("cannot wait for requests"),
            }
            let Ok((stream, _)) = self.listener.accept() else { continue };
            last = Instant::now();
            if self.answer(stream) {
                children += 1;
            }
        }
        if is_own() {
            let _ = std::fs::remove_file(self.socket);
        }
        Ok(())
    }

    /// Forks a child for the client. A client that gets none sees its connection closed.
    fn answer(&self, stream: UnixStream) -> bool {
        if let Err(error) = check_single_threaded() {
            eprintln!("error: {error:#}");
            return false;
        }
        // SAFETY: this process has one thread, so the child has all of it, and no lock is held by a thread that it lacks.
        match unsafe { fork() } {
            Ok(ForkResult::Parent { .. }) => true,
            Ok(ForkResult::Child) => {
                let code = match catch_unwind(AssertUnwindSafe(|| self.job(&stream))) {
                    Ok(Ok(code)) => Some(code),
                    Ok(Err(error)) => {
                        eprintln!("error: {error:#}");
                        None
                    }
                    Err(_) => Some(PANICKED),
                };
                let _ = std::io::stdout().flush();
                if let Some(code) = code {
                    // A client that is gone needs no code.
                    let _ = (&stream).write_all(&[code]);
                }
                std::process::exit(0)
            }
            Err(error) => {
                eprintln!("error: cannot fork: {error}");
                false
            }
        }
    }

    /// One compilation, in the child.
    fn job(&self, stream: &UnixStream) -> Result<u8> {
        let client = getsockopt(stream, PeerCredentials).context("cannot tell who asks")?;
        ensure!(client.uid() == Uid::current().as_raw(), "user {} asks", client.uid());
        stream.set_read_timeout(Some(REQUEST_TIME)).context("cannot limit a read")?;
        let (request, streams) = Request::receive(stream)?;
        // A group of its own, with the processes that it starts.
        setpgid(Pid::from_raw(0), Pid::from_raw(0)).context("cannot make a process group")?;
        request.assume(streams)?;
        end_with_client(stream.try_clone().context("cannot share the connection")?)?;
        Ok(driver::exit_code(request.args.into_iter(), Some(self.analysis)))
    }
}

/// Ends this process and those that it started when the client closes its side.
fn end_with_client(stream: UnixStream) -> Result<()> {
    let watch = move || {
        let mut fds = [PollFd::new(stream.as_fd(), PollFlags::empty())];
        // That the other side is gone is told unasked.
        while matches!(poll(&mut fds, PollTimeout::NONE), Err(nix::errno::Errno::EINTR)) {}
        let _ = killpg(nix::unistd::getpgrp(), Signal::SIGTERM);
    };
    std::thread::Builder::new().name("client".to_owned()).spawn(watch).context("cannot watch the client")?;
    Ok(())
}

fn check_single_threaded() -> Result<()> {
    let threads = std::fs::read_dir("/proc/self/task").context("cannot count threads")?.count();
    ensure!(threads == 1, "the resident process has {threads} threads and cannot fork");
    Ok(())
}
