//! What a client hands over: all that a compilation depends on, and on the socket beside it the standard streams.

use anyhow::{Context, Result, bail, ensure};
use bincode::{Decode, Encode};
use nix::cmsg_space;
use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use nix::sys::stat::{Mode, umask};
use std::ffi::OsString;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// Far more than a command line and an environment can have.
const MAX_BYTES: usize = 64 << 20;

/// A damaged length must not become an allocation of its size.
fn encoding() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<MAX_BYTES>()
}

/// The standard streams and a connection.
const MAX_FDS: usize = 4;

/// The limits that a shell sets and a compilation meets, by their place in requests.
const LIMITS: [Resource; 6] = [
    Resource::RLIMIT_AS,
    Resource::RLIMIT_CPU,
    Resource::RLIMIT_DATA,
    Resource::RLIMIT_FSIZE,
    Resource::RLIMIT_NOFILE,
    Resource::RLIMIT_CORE,
];

/// The variables that name descriptors of make's or cargo's jobserver, which the process that compiles does not have.
const JOBSERVER: [&str; 3] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"];

#[derive(Encode, Decode)]
pub struct Request {
    /// The program's name first.
    pub args: Vec<String>,
    /// Of a crate that is compiled again and again (`-C incremental`): what tells it from others.
    pub keep: Option<u64>,
    directory: Vec<u8>,
    environment: Vec<(Vec<u8>, Vec<u8>)>,
    umask: u32,
    /// Soft and hard.
    limits: [(rlim_t, rlim_t); LIMITS.len()],
}

impl Request {
    /// This process's own state, with those arguments. `keep`: the crate is going to be compiled again.
    pub fn new(args: &[String], keep: bool) -> Result<Request> {
        // The mask can only be read by setting it.
        let mask = umask(Mode::empty());
        umask(mask);
        let mut limits = [(0, 0); LIMITS.len()];
        for (limit, resource) in limits.iter_mut().zip(LIMITS) {
            *limit = getrlimit(resource).context("cannot read a resource limit")?;
        }
        let directory = std::env::current_dir().context("cannot find the working directory")?;
        let key = || {
            let mut hasher = FxHasher::default();
            (args, &directory).hash(&mut hasher);
            hasher.finish()
        };
        Ok(Request {
            keep: keep.then(key),
            args: args.to_vec(),
            directory: directory.into_os_string().into_vec(),
            environment: std::env::vars_os()
                .filter(|(name, _)| !JOBSERVER.iter().any(|variable| name == variable))
                .map(|(name, value)| (name.into_vec(), value.into_vec()))
                .collect(),
            umask: mask.bits(),
            limits,
        })
    }

    /// Sends the request, and descriptors: the standard streams first.
    pub fn send(&self, mut stream: &UnixStream, fds: &[BorrowedFd<'_>]) -> Result<()> {
        let bytes = bincode::encode_to_vec(self, encoding()).context("cannot encode a request")?;
        let length = (bytes.len() as u64).to_le_bytes();
        let fds: Vec<RawFd> = fds.iter().map(|fd| fd.as_raw_fd()).collect();
        let rights = [ControlMessage::ScmRights(&fds)];
        let sent = sendmsg::<()>(stream.as_raw_fd(), &[IoSlice::new(&length)], &rights, MsgFlags::empty(), None)?;
        ensure!(sent == length.len(), "the request's length was not sent whole");
        stream.write_all(&bytes)?;
        Ok(())
    }

    /// Receives a request and what came with it.
    pub fn receive(mut stream: &UnixStream) -> Result<(Request, Vec<OwnedFd>)> {
        let mut length = [0; 8];
        let mut space = cmsg_space!([RawFd; MAX_FDS]);
        let mut streams = Vec::new();
        let received = {
            let mut parts = [IoSliceMut::new(&mut length)];
            let message =
                recvmsg::<()>(stream.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
            for part in message.cmsgs()? {
                if let ControlMessageOwned::ScmRights(fds) = part {
                    // SAFETY: the kernel has just made these descriptors for this process, and nothing else knows of them.
                    streams.extend(fds.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }));
                }
            }
            message.bytes
        };
        ensure!(received == length.len(), "a request is cut off");
        let length = u64::from_le_bytes(length);
        ensure!(length <= MAX_BYTES as u64, "a request of {length} bytes");
        let mut bytes = vec![0; length as usize];
        stream.read_exact(&mut bytes)?;
        let (request, _) = bincode::decode_from_slice(&bytes, encoding())?;
        Ok((request, streams))
    }

    /// Makes the client's state this process's own. The process must have one thread.
    pub fn assume(&self, streams: &[OwnedFd]) -> Result<()> {
        let [stdin, stdout, stderr, ..] = streams else { bail!("a request without standard streams") };
        nix::unistd::dup2_stdin(stdin).context("cannot take over standard input")?;
        nix::unistd::dup2_stdout(stdout).context("cannot take over standard output")?;
        nix::unistd::dup2_stderr(stderr).context("cannot take over standard error")?;
        let names: Vec<OsString> = std::env::vars_os().map(|(name, _)| name).collect();
        // SAFETY: no other thread reads the environment.
        unsafe {
            for name in names {
                std::env::remove_var(name);
            }
            for (name, value) in &self.environment {
                std::env::set_var(OsString::from_vec(name.clone()), OsString::from_vec(value.clone()));
            }
        }
        let directory = PathBuf::from(OsString::from_vec(self.directory.clone()));
        std::env::set_current_dir(&directory).with_context(|| format!("cannot enter `{}`", directory.display()))?;
        umask(Mode::from_bits_truncate(self.umask));
        for (&(soft, hard), resource) in self.limits.iter().zip(LIMITS) {
            // Those of whoever started the resident process cannot be exceeded.
            let (_, most) = getrlimit(resource).context("cannot read a resource limit")?;
            setrlimit(resource, soft.min(most), hard.min(most)).context("cannot set a resource limit")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Request;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn a_request_arrives_with_its_streams() {
        let (a, b) = UnixStream::pair().unwrap();
        let sent = Request::new(&["rac".to_owned(), "x.rs".to_owned()], true).unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        sent.send(&a, &[file.as_fd(), b.as_fd(), file.as_fd()]).unwrap();
        let (received, streams) = Request::receive(&b).unwrap();
        assert_eq!((received.args, received.keep), (sent.args, sent.keep));
        assert_eq!(received.directory, sent.directory);
        assert_eq!(received.environment, sent.environment);
        assert_eq!(received.limits, sent.limits);
        assert_eq!(streams.len(), 3);
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        let (mut a, b) = UnixStream::pair().unwrap();
        a.write_all(&[255; 8]).unwrap();
        assert!(Request::receive(&b).is_err());
        let (a, b) = UnixStream::pair().unwrap();
        drop(a);
        assert!(Request::receive(&b).is_err());
    }
}
