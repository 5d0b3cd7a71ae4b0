//! The resident process itself.

use super::request::Request;
use super::{job, keeper};
use crate::adapter::provider::{Analysis, LibraryInput};
use crate::driver::analysis;
use crate::driver::toolchain::Toolchain;
use anyhow::{Context, Result, ensure};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, Uid, fork, setsid};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The first argument of an executable that is to stay; the socket and the sysroot follow.
pub const ARGUMENT: &str = "--resident";

/// Written to standard output when requests are taken.
pub const READY: &[u8] = b"ready";

/// A process that nobody has asked for so long ends.
pub const IDLE: Duration = Duration::from_secs(30 * 60);

/// How long a client may take to send its request.
pub const REQUEST_TIME: Duration = Duration::from_secs(10);

/// How often a process without requests looks whether it is still wanted.
pub const WATCH: Duration = Duration::from_secs(2);

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
        match fork_child() {
            Ok(Some(_)) => true,
            Ok(None) => {
                job::end_with(|| {
                    let client = getsockopt(&stream, PeerCredentials).context("cannot tell who asks")?;
                    ensure!(client.uid() == Uid::current().as_raw(), "user {} asks", client.uid());
                    stream.set_read_timeout(Some(REQUEST_TIME)).context("cannot limit a read")?;
                    let (request, streams) = Request::receive(&stream)?;
                    match request.keep {
                        None => job::compile(&request, &streams, stream, self.analysis),
                        Some(key) => keeper::compile(self.socket, key, request, streams, stream, self.analysis),
                    }
                })
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                false
            }
        }
    }
}

/// Forks. `None`: this is the child.
pub fn fork_child() -> Result<Option<Pid>> {
    let threads = std::fs::read_dir("/proc/self/task").context("cannot count threads")?.count();
    ensure!(threads == 1, "a process with {threads} threads cannot fork");
    // SAFETY: this process has one thread, so the child has all of it, and no lock is held by a thread that it lacks.
    match unsafe { fork() }.context("cannot fork")? {
        ForkResult::Parent { child } => Ok(Some(child)),
        ForkResult::Child => Ok(None),
    }
}
