//! Runs cargo with its output in a log, and turns its messages into progress.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::context::Context;
use crate::interrupt::Interrupted;
use crate::progress::Step;

/// The parts of cargo's JSON messages that matter here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    fresh: bool,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// What a finished `cargo build` made.
#[derive(Default)]
pub struct Built {
    pub files: Vec<PathBuf>,
    /// Crates that were compiled in this run, not found up to date.
    pub compiled: usize,
}

enum Line {
    Out(String),
    Err(String),
}

/// Runs `command` (`cargo build ...`), which must not yet say how its messages are formatted; `rustc_args` are what
/// `cargo rustc` passes on.
///
/// Errors: with the compiler's own error text when the build fails, else as the operating system says.
pub fn build(
    cx: &Context,
    mut command: Command,
    rustc_args: &[&str],
    log: &Path,
    step: &mut Step,
) -> anyhow::Result<Built> {
    if let Some(parent) = log.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    let mut log_file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .args((!rustc_args.is_empty()).then_some("--"))
        .args(rustc_args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().context("cargo's output is not connected")?;
    let stderr = child.stderr.take().context("cargo's output is not connected")?;
    let out_sender = sender.clone();
    std::thread::spawn(move || forward(BufReader::new(stdout), out_sender, Line::Out));
    std::thread::spawn(move || forward(BufReader::new(stderr), sender, Line::Err));

    let mut built = Built::default();
    let mut finished = 0;
    let mut errors = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(Line::Out(line)) => {
                let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
                if message.reason == "compiler-artifact" || message.reason == "build-script-executed" {
                    finished += 1;
                    step.set(finished, message.target.as_ref().map_or("", |target| &target.name));
                }
                if message.reason == "compiler-artifact" {
                    built.compiled += usize::from(!message.fresh);
                    built.files.extend(message.filenames);
                }
            }
            Ok(Line::Err(line)) => {
                writeln!(log_file, "{line}").with_context(|| format!("cannot write {}", log.display()))?;
                if !line.trim_start().starts_with("Compiling ") {
                    errors.push(line);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        if cx.interrupt.is_set() {
            end(&mut child)?;
            return Err(Interrupted.into());
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    if cx.interrupt.is_set() {
        return Err(Interrupted.into());
    }
    if !status.success() {
        for line in errors_only(&errors) {
            eprintln!("{line}");
        }
        bail!("cargo failed ({status}); its whole output is in {}", log.display());
    }
    Ok(built)
}

/// The number of units that `command` (`cargo build ...`) consists of, for the progress bar.
///
/// `None` when cargo does not tell; the bar is then a counter.
pub fn count_units(mut command: Command) -> Option<u64> {
    let output = command.args(["--unit-graph", "-Zunstable-options"]).env("RUSTC_BOOTSTRAP", "1").output().ok()?;
    let graph: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    graph.get("units")?.as_array().map(|units| units.len() as u64)
}

fn forward(reader: impl BufRead, sender: mpsc::Sender<Line>, wrap: fn(String) -> Line) {
    for line in reader.split(b'\n') {
        let Ok(line) = line else { return };
        if sender.send(wrap(String::from_utf8_lossy(&line).into_owned())).is_err() {
            return;
        }
    }
}

/// cargo's stderr from its first error on: warnings of other crates before it only hide it.
fn errors_only(lines: &[String]) -> &[String] {
    let first = lines.iter().position(|line| line.starts_with("error")).unwrap_or(0);
    &lines[first..]
}

/// Asks cargo to end, which ends its compilers.
fn end(child: &mut std::process::Child) -> anyhow::Result<()> {
    let pid = nix::unistd::Pid::from_raw(child.id() as i32);
    // It may have ended by itself: a terminal's Ctrl-C reaches it too.
    let _gone = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    child.wait().context("cannot wait for cargo")?;
    Ok(())
}
