//! A child of the resident process that keeps what is known of one crate, for a crate that is compiled again and again.
//!
//! Before each compilation it has the analysis take in what changed, and forks a job that finds the rest known. When the job is done it
//! has the change analysed for the jobs to come. What the analysis has to be told of the crate, the first job tells it, when rustc's
//! front end has found it out.

use super::job;
use super::request::Request;
use super::server::{IDLE, REQUEST_TIME, WATCH, fork_child};
use crate::adapter::provider::{Analysis, AnalysisInput, BodyProvider, LibraryInput, LoweredAhead};
use crate::adapter::store::Store;
use anyhow::{Context, Result};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::waitpid;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How many crates are kept at a time: each is a process with its memory. Others are compiled as if for once.
const MAX_KEPT: usize = 8;

/// Compiles through the crate's keeper, which this process becomes if there is none. `socket` is the resident process's.
pub fn compile(
    socket: &Path,
    key: u64,
    request: Request,
    streams: Vec<OwnedFd>,
    stream: UnixStream,
    analysis: &dyn Analysis,
) -> Result<()> {
    let own = socket.with_extension(format!("{key:016x}.kept"));
    if let Ok(keeper) = UnixStream::connect(&own) {
        let mut fds: Vec<_> = streams.iter().map(|fd| fd.as_fd()).collect();
        fds.push(stream.as_fd());
        return request.send(&keeper, &fds);
    }
    if kept(socket) >= MAX_KEPT {
        return job::compile(&request, &streams, stream, analysis);
    }
    // One that nobody answers at belongs to a process that is gone.
    let _ = std::fs::remove_file(&own);
    let Ok(listener) = UnixListener::bind(&own) else {
        // Another child was faster.
        return job::compile(&request, &streams, stream, analysis);
    };
    let mut keeper = Keeper { listener, own, resident: socket, analysis, input: None };
    let compiled = keeper.compile(&request, &streams, stream);
    // Who reads what the client writes must not wait for this process.
    drop(streams);
    let result = compiled.and_then(|()| keeper.serve());
    let _ = std::fs::remove_file(&keeper.own);
    result
}

/// How many keepers the resident process has. The sockets of those that were killed are removed.
fn kept(socket: &Path) -> usize {
    let stem = socket.file_stem().unwrap_or_default().as_encoded_bytes();
    let entries = socket.parent().and_then(|directory| directory.read_dir().ok());
    let is_kept = |name: &std::ffi::OsStr| {
        let name = name.as_encoded_bytes();
        name.starts_with(stem) && name.ends_with(b".kept")
    };
    let is_alive = |path: PathBuf| match UnixStream::connect(&path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            let _ = std::fs::remove_file(path);
            false
        }
        // One that cannot be asked just now is one nevertheless.
        _ => true,
    };
    let entries = entries.into_iter().flatten().flatten();
    entries.filter(|entry| is_kept(&entry.file_name()) && is_alive(entry.path())).count()
}

struct Keeper<'a> {
    listener: UnixListener,
    own: PathBuf,
    resident: &'a Path,
    analysis: &'a dyn Analysis,
    /// What the last job was about.
    input: Option<AnalysisInput>,
}

impl Keeper<'_> {
    /// Until nobody asks any more, or the resident process is gone or another.
    fn serve(&mut self) -> Result<()> {
        let inode = self.resident.metadata().context("the resident process is gone")?.ino();
        let mut last = Instant::now();
        while last.elapsed() < IDLE && self.resident.metadata().is_ok_and(|metadata| metadata.ino() == inode) {
            let mut fds = [PollFd::new(self.listener.as_fd(), PollFlags::POLLIN)];
            let watch = PollTimeout::try_from(WATCH).context("a bad interval")?;
            match poll(&mut fds, watch) {
                Ok(0) | Err(nix::errno::Errno::EINTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error).context("cannot wait for requests"),
            }
            let Ok((from, _)) = self.listener.accept() else { continue };
            from.set_read_timeout(Some(REQUEST_TIME)).context("cannot limit a read")?;
            // Who asks for nothing only looks whether somebody is here, or was ended.
            let Ok((request, mut fds)) = Request::receive(&from) else { continue };
            let Some(stream) = fds.pop().map(UnixStream::from) else { continue };
            self.compile(&request, &fds, stream)?;
            last = Instant::now();
        }
        Ok(())
    }

    /// Takes in what changed and has a job compile.
    fn compile(&mut self, request: &Request, streams: &[OwnedFd], stream: UnixStream) -> Result<()> {
        if let Some(input) = &self.input {
            self.analysis.take_in(input)?;
        }
        let (mut told, tell) = std::io::pipe().context("cannot make a pipe")?;
        let Some(child) = fork_child()? else {
            drop(told);
            job::end_with(|| job::compile(request, streams, stream, &Telling { analysis: self.analysis, tell }))
        };
        drop((tell, stream));
        let mut bytes = Vec::new();
        told.read_to_end(&mut bytes).context("cannot hear from a job")?;
        waitpid(child, None).context("a job was lost")?;
        // A program with errors says nothing: what was known before still holds.
        if !bytes.is_empty() {
            let (input, _) = bincode::decode_from_slice(&bytes, bincode::config::standard())?;
            self.analysis.take_in(&input)?;
            self.input = Some(input);
        }
        self.analysis.start_lowering()?;
        self.analysis.finish_lowering()?;
        self.analysis.settle();
        Ok(())
    }
}

/// The analysis of a job, which tells the keeper what it is started with.
struct Telling<'a> {
    analysis: &'a dyn Analysis,
    tell: std::io::PipeWriter,
}

impl Analysis for Telling<'_> {
    fn load_library(&self, library: &LibraryInput) -> crate::adapter::Result<()> {
        self.analysis.load_library(library)
    }

    fn start(&self, input: &AnalysisInput, store: &Store) -> crate::adapter::Result<Box<dyn BodyProvider>> {
        if let Ok(bytes) = bincode::encode_to_vec(input, bincode::config::standard()) {
            // A keeper that is gone has no use for it.
            let _ = (&self.tell).write_all(&bytes);
        }
        self.analysis.start(input, store)
    }

    fn library_cfg(&self) -> Option<Vec<String>> {
        self.analysis.library_cfg()
    }

    fn take_in(&self, input: &AnalysisInput) -> crate::adapter::Result<()> {
        self.analysis.take_in(input)
    }

    fn start_lowering(&self) -> crate::adapter::Result<bool> {
        self.analysis.start_lowering()
    }

    fn finish_lowering(&self) -> crate::adapter::Result<Option<LoweredAhead>> {
        self.analysis.finish_lowering()
    }

    fn settle(&self) {
        self.analysis.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keepers_that_live_count() {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("resident.sock");
        let own = |name: &str| socket.with_extension(format!("{name}.kept"));
        let _alive = UnixListener::bind(own("1")).expect("a socket");
        drop(UnixListener::bind(own("2")).expect("a socket"));
        let _other = UnixListener::bind(directory.path().join("other.3.kept")).expect("a socket");
        assert_eq!(kept(&socket), 1);
        assert!(own("1").exists() && !own("2").exists());
    }
}
