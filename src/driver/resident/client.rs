//! The client's side: finds the resident process or starts it, hands the compilation over, waits for the exit code.

use super::Address;
use super::request::Request;
use crate::driver::options::{Frontend, Session};
use crate::driver::toolchain::Toolchain;
use anyhow::{Context, Result, bail, ensure};
use nix::fcntl::{Flock, FlockArg};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

/// What became of a compilation that was to be handed over.
pub enum Answer {
    /// It was compiled, or its errors were printed.
    Done(u8),
    /// The process that was compiling it is gone, or there is none and none can be started. Why.
    Lost(String),
    /// No process is running, and none is to be started.
    NotRunning,
}

/// Has the resident process compile. Only `--frontend auto` does not start one.
pub fn compile(session: &Session, args: &[String]) -> Result<Answer> {
    let starts = session.cli.frontend != Frontend::Auto;
    let address = match Toolchain::find(session.cli.sysroot.as_deref()).and_then(|toolchain| Address::new(&toolchain)) {
        Ok(address) => address,
        // rac without rust-analyzer is whole as long as nobody asks for rust-analyzer.
        Err(_) if !starts => return Ok(Answer::NotRunning),
        Err(error) => return Err(error),
    };
    let stream = match UnixStream::connect(&address.socket) {
        Ok(stream) => stream,
        Err(_) if !starts => return Ok(Answer::NotRunning),
        Err(_) => match start(&address) {
            Ok(stream) => stream,
            Err(error) => return Ok(Answer::Lost(format!("{error:#}"))),
        },
    };
    let (stdin, stdout, stderr) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let streams = [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()];
    if let Err(error) = Request::new(args, session.incremental.is_some())?.send(&stream, &streams) {
        return Ok(Answer::Lost(format!("rust-analyzer's process takes no request: {error:#}")));
    }
    let mut code = Vec::new();
    match (&stream).read_to_end(&mut code) {
        Ok(1) => Ok(Answer::Done(code[0])),
        _ => Ok(Answer::Lost("the process of rust-analyzer ended before the compilation was done".to_owned())),
    }
}

/// Starts the resident process and waits until it takes requests; if another client is about to start it, until that one has.
fn start(address: &Address) -> Result<UnixStream> {
    let lock = open(&address.lock())?;
    let _lock = Flock::lock(lock, FlockArg::LockExclusive)
        .map_err(|(_, error)| error)
        .with_context(|| format!("cannot lock `{}`", address.lock().display()))?;
    if let Ok(stream) = UnixStream::connect(&address.socket) {
        return Ok(stream);
    }
    let log = open(&address.log())?;
    log.set_len(0).context("cannot empty the log of rust-analyzer's process")?;
    let mut child = Command::new(&address.executable)
        .arg(super::server::ARGUMENT)
        .args([&address.socket, &address.sysroot])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot run `{}`", address.executable.display()))?;
    let mut ready = Vec::new();
    child.stdout.take().context("a pipe was lost")?.read_to_end(&mut ready).context("cannot wait for rust-analyzer")?;
    if ready != super::server::READY {
        let _ = child.wait();
        let log = std::fs::read_to_string(address.log()).unwrap_or_default();
        bail!("rust-analyzer's process did not start: {}", log.lines().last().unwrap_or("it says nothing"));
    }
    UnixStream::connect(&address.socket).context("cannot reach rust-analyzer's process")
}

fn open(path: &std::path::Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let file = options.create(true).append(true).mode(0o600).open(path);
    let file = file.with_context(|| format!("cannot open `{}`", path.display()))?;
    ensure!(file.metadata().is_ok_and(|metadata| metadata.is_file()), "`{}` is no file", path.display());
    Ok(file)
}
