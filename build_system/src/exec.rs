//! Runs a program with its output captured, under limits of time and memory, and ends all that it started.

use std::fmt;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use wait_timeout::ChildExt;

use crate::interrupt::{Interrupt, Interrupted};

/// What is kept of each output stream unless [`Limits`] says otherwise, in bytes; the rest is read and dropped.
const KEPT_OUTPUT: usize = 4 << 20;
/// How long a stream of a program that has ended may stand still before it is given up.
const STILL: Duration = Duration::from_secs(2);

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
    /// Both streams ended. Otherwise a process that is left holds one, and what came until then is here.
    pub complete: bool,
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
    let ((stdout, stdout_ended), (stderr, stderr_ended)) = (receive(&stdout), receive(&stderr));
    Ok(Finished { outcome, stdout, stderr, complete: stdout_ended && stderr_ended, time })
}

/// What a thread has read of a stream so far.
struct Collected {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// A message each time that something came; closed at the stream's end.
    progress: mpsc::Receiver<()>,
}

fn collect(stream: Option<impl Read + Send + 'static>, limit: usize) -> Collected {
    let (sender, progress) = mpsc::channel();
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&bytes);
    std::thread::spawn(move || {
        let Some(mut stream) = stream else { return };
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let room = limit.saturating_sub(kept.len()).min(read);
            kept.extend_from_slice(&buffer[..room]);
            drop(kept);
            // Nobody listens any more once the receiver has given the stream up.
            let _unheard = sender.send(());
        }
    });
    Collected { bytes, progress }
}

/// The output, and whether the stream ended. A process that left its group may hold the pipe for ever: a stream in which
/// nothing moves is given up.
fn receive(collected: &Collected) -> (Vec<u8>, bool) {
    let ended = loop {
        match collected.progress.recv_timeout(STILL) {
            Ok(()) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break true,
            Err(mpsc::RecvTimeoutError::Timeout) => break false,
        }
    };
    (std::mem::take(&mut *collected.bytes.lock().unwrap_or_else(PoisonError::into_inner)), ended)
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::{Limits, Outcome, run};
    use crate::interrupt::Interrupt;

    fn shell(script: &str, limits: Limits) -> super::Finished {
        run(Command::new("sh").args(["-c", script]), &limits, &Interrupt::default()).unwrap()
    }

    #[test]
    fn output_is_kept_where_a_pipe_stays_open() {
        let finished = shell("echo early; setsid sleep 30 & sleep 0.2", Limits::default());
        assert_eq!((finished.stdout.as_slice(), finished.complete), (&b"early\n"[..], false));
        let finished = shell("sleep 0.1; echo late; echo error >&2", Limits::default());
        assert_eq!((finished.stdout.as_slice(), finished.complete), (&b"late\n"[..], true));
        assert_eq!(finished.stderr, b"error\n");
    }

    #[test]
    fn limits_hold() {
        let time = Limits { time: Some(Duration::from_millis(100)), ..Limits::default() };
        assert!(shell("sleep 30", time).outcome == Outcome::Timeout);
        let output = Limits { output: Some(3), ..Limits::default() };
        assert_eq!(shell("echo abcdef", output).stdout, b"abc");
    }
}
