//! Runs a program with its output captured, under limits of time and memory, and ends all that it started.

use std::fmt;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use wait_timeout::ChildExt;

use crate::interrupt::{Interrupt, Interrupted};

/// What is kept of each output stream unless [`Limits`] says otherwise, in bytes; the rest is read and dropped.
const KEPT_OUTPUT: usize = 4 << 20;

#[derive(Default, Clone)]
pub struct Limits {
    pub time: Option<Duration>,
    /// Address space, in bytes.
    pub memory: Option<u64>,
    /// What is kept of each output stream, in bytes.
    pub output: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Exit(i32),
    Signal(i32),
    Timeout,
}

pub struct Finished {
    pub outcome: Outcome,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub time: Duration,
}

impl Outcome {
    pub fn success(self) -> bool {
        self == Outcome::Exit(0)
    }

    fn of(status: ExitStatus) -> Self {
        match status.code() {
            Some(code) => Outcome::Exit(code),
            None => Outcome::Signal(status.signal().unwrap_or(0)),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Outcome::Exit(code) => write!(f, "exit code {code}"),
            Outcome::Signal(number) => match Signal::try_from(number) {
                Ok(signal) => f.write_str(signal.as_str()),
                Err(_) => write!(f, "signal {number}"),
            },
            Outcome::Timeout => f.write_str("time limit"),
        }
    }
}

/// Errors: when the program cannot be started, or Ctrl-C came first.
pub fn run(command: &mut Command, limits: &Limits, interrupt: &Interrupt) -> anyhow::Result<Finished> {
    interrupt.check()?;
    let program = command.get_program().to_string_lossy().into_owned();
    let started = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let memory = limits.memory;
    // SAFETY: setrlimit is async-signal-safe, and nothing else happens between fork and exec.
    unsafe {
        command.pre_exec(move || {
            setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
            if let Some(bytes) = memory {
                setrlimit(Resource::RLIMIT_AS, bytes, bytes)?;
            }
            Ok(())
        });
    }
    let mut child = command.spawn().with_context(|| format!("cannot run {program}"))?;
    let kept = limits.output.unwrap_or(KEPT_OUTPUT);
    let group = Pid::from_raw(child.id() as i32);
    let stdout = collect(child.stdout.take(), kept);
    let stderr = collect(child.stderr.take(), kept);
    let outcome = loop {
        let slice = Duration::from_millis(200);
        let left = limits.time.map_or(slice, |limit| limit.saturating_sub(started.elapsed()).min(slice));
        if let Some(status) = child.wait_timeout(left).context("cannot wait for a child")? {
            break Outcome::of(status);
        }
        let late = limits.time.is_some_and(|limit| started.elapsed() >= limit);
        if late || interrupt.is_set() {
            // The group may be gone already, which is what is wanted.
            let _gone = killpg(group, Signal::SIGKILL);
            child.wait().context("cannot wait for a child")?;
            interrupt.check()?;
            break Outcome::Timeout;
        }
    };
    let time = started.elapsed();
    // Whatever the program left running would keep the pipes open.
    let _gone = killpg(group, Signal::SIGKILL);
    if interrupt.is_set() {
        return Err(Interrupted.into());
    }
    Ok(Finished { outcome, stdout: receive(stdout), stderr: receive(stderr), time })
}

fn collect(stream: Option<impl Read + Send + 'static>, limit: usize) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        if let Some(mut stream) = stream {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                let room = limit.saturating_sub(kept.len()).min(read);
                kept.extend_from_slice(&buffer[..room]);
            }
        }
        // The receiver gives up after a while; then nobody wants the output.
        let _unwanted = sender.send(kept);
    });
    receiver
}

/// A process that left its group may hold the pipe for ever; it gets a second.
fn receive(receiver: mpsc::Receiver<Vec<u8>>) -> Vec<u8> {
    receiver.recv_timeout(Duration::from_secs(1)).unwrap_or_default()
}
