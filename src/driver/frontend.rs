//! The front end: rustc's own, run as `ra-mir-export`, which checks the crate, prints rustc's diagnostics and writes
//! the crate's `.ramir`.

use super::options::{Color, CrateType, OptLevel, OutputType, Session};
use super::output::Scratch;
use super::toolchain::Toolchain;
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Read};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The scratch file with the rules for make, if they are wanted and the front end came to them.
pub const DEP_INFO: &str = "deps.d";

/// A front end that is running.
pub struct Running {
    child: Child,
    checked: Checked,
    outputs: Outputs,
    ahead: Option<Ahead>,
    /// All that is wanted is what it prints.
    prints: bool,
}

/// The files that the front end writes.
#[derive(Clone)]
pub struct Checked {
    /// Absent for a procedural macro, of which only the info is told.
    pub ramir: PathBuf,
    pub info: PathBuf,
    /// Absent for what nothing can depend on.
    pub metadata: PathBuf,
}

/// The outputs that rustc names after the crate. Told a path it would count that among the options, which must be the same for what
/// it knows of the crate from the last time (`-C incremental`).
struct Outputs {
    directory: PathBuf,
    metadata: PathBuf,
    dep_info: PathBuf,
}

/// Which bodies the front end writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// As they are before rustc optimizes them.
    Unoptimized,
    Optimized,
    /// Of a crate of which it wrote the others before: it has told its messages.
    OptimizedAgain,
}

/// The crate's items, which are there before its bodies are checked.
struct Ahead {
    /// The other end of the front end's standard input. The front end writes to it when the items are there.
    told: UnixStream,
    items: Checked,
}

/// Starts the front end on the session's crate; `mir` is where it writes the MIR as text, if that is wanted, `ahead` says
/// whether the items are wanted before the rest, and `bodies` which bodies are.
pub fn start(
    session: &Session,
    toolchain: &Toolchain,
    scratch: &Scratch,
    mir: Option<&Path>,
    ahead: bool,
    bodies: Bodies,
) -> Result<Running> {
    let checked =
        Checked { ramir: scratch.path("local.ramir"), info: scratch.path("info"), metadata: scratch.path("lib.rmeta") };
    let mut command = Command::new(&toolchain.exporter);
    command.arg("--out").arg(&checked.ramir).arg("--info").arg(&checked.info);
    command.arg("--sysroot").arg(&toolchain.sysroot);
    match bodies {
        Bodies::Unoptimized => drop(command.arg("--unoptimized")),
        Bodies::Optimized => {}
        Bodies::OptimizedAgain => drop(command.stderr(Stdio::null())),
    }
    let ahead = ahead.then(|| want_ahead(&mut command, scratch)).transpose()?;
    command.arg("--").args(session.frontend_args());
    // The front end's standard error is the terminal or file that rac was given, so it decides on colours alike. JSON has
    // none.
    if session.cli.json.is_empty() && session.cli.error_format.as_deref() != Some("json") {
        command.arg(match session.cli.color {
            Color::Always => "--color=always",
            Color::Never => "--color=never",
            Color::Auto if std::io::stderr().is_terminal() => "--color=always",
            Color::Auto => "--color=auto",
        });
    }
    command.arg("--emit=metadata");
    // Without an output that has code, nothing is exported from the crate.
    if session.emits(OutputType::Link) && !session.no_codegen {
        command.arg("--emit=link");
    } else if session
        .emit
        .iter()
        .any(|(ty, _)| !matches!(ty, OutputType::Metadata | OutputType::Mir | OutputType::DepInfo))
        && !session.no_codegen
    {
        command.arg("--emit=obj");
    }
    if session.emits(OutputType::DepInfo) {
        command.arg("--emit=dep-info");
    }
    if let Some(mir) = mir {
        command.arg(format!("--emit=mir={}", mir.display()));
    }
    let outputs =
        Outputs { directory: scratch.path("out"), metadata: checked.metadata.clone(), dep_info: scratch.path(DEP_INFO) };
    std::fs::create_dir_all(&outputs.directory).context("cannot make a directory for the front end's outputs")?;
    command.arg("--out-dir").arg(&outputs.directory);
    let child =
        command.spawn().with_context(|| format!("cannot run the front end `{}`", toolchain.exporter.display()))?;
    Ok(Running { child, checked, outputs, ahead, prints: session.unpretty })
}

/// Whether nobody else compiles the crate's functions, nor wants them fast. What rustc's optimizations of MIR do to them only makes
/// them look unlike others then.
pub fn is_unoptimized_executable(session: &Session) -> bool {
    let types = &session.cli.crate_type;
    session.opt_level == OptLevel::None && types.iter().all(|name| CrateType::named(name) == Some(CrateType::Bin))
}

/// Has the front end write the items ahead.
fn want_ahead(command: &mut Command, scratch: &Scratch) -> Result<Ahead> {
    let (told, tell) = UnixStream::pair().context("cannot make a socket")?;
    // Who reads from standard input, a procedural macro say, finds nothing there.
    told.shutdown(Shutdown::Write).context("cannot close a socket")?;
    let ramir = scratch.path("ahead.ramir");
    let items = Checked { info: ramir.with_extension("info"), metadata: scratch.path("ahead.rmeta"), ramir };
    command.arg("--ahead").arg(&items.ramir).stdin(OwnedFd::from(tell));
    Ok(Ahead { told, items })
}

impl Running {
    /// Waits for the items. `None`: none are to come, or the program is wrong.
    pub fn items(&mut self) -> Result<Option<Checked>> {
        let Some(Ahead { mut told, items }) = self.ahead.take() else { return Ok(None) };
        let count = told.read(&mut [0]).context("cannot hear from the front end")?;
        Ok((count != 0).then_some(items))
    }

    /// Ends the front end, whose verdict nobody waits for.
    pub fn stop(mut self) -> Result<()> {
        self.child.kill().context("cannot end the front end")?;
        self.child.wait().context("the front end was lost")?;
        self.outputs.take()
    }

    /// Waits for the front end. `Err(code)` inside: the program is wrong and the front end has said so, or there is no more
    /// to do.
    pub fn finish(&mut self) -> Result<std::result::Result<Checked, u8>> {
        let status = self.child.wait().context("the front end was lost")?;
        self.outputs.take()?;
        match status.code() {
            Some(0) if self.checked.info.exists() => Ok(Ok(self.checked.clone())),
            Some(0) if self.prints => Ok(Err(0)),
            Some(0) => bail!("the front end wrote no output"),
            Some(code) => Ok(Err(u8::try_from(code).unwrap_or(1))),
            None => bail!("the front end was ended by a signal: {status}"),
        }
    }
}

impl Outputs {
    /// Moves the outputs to where they are looked for.
    fn take(&self) -> Result<()> {
        let what = "cannot take the front end's outputs";
        for entry in std::fs::read_dir(&self.directory).context(what)? {
            let path = entry.context(what)?.path();
            let to = match path.extension().and_then(|extension| extension.to_str()) {
                Some("rmeta") => &self.metadata,
                Some("d") => &self.dep_info,
                _ => continue,
            };
            std::fs::rename(&path, to).context(what)?;
        }
        Ok(())
    }
}

/// Exports a dependency from its metadata, for one that has no `.ramir` beside it.
pub fn export_dependency(toolchain: &Toolchain, session: &Session, rlib: &Path, out: &Path) -> Result<()> {
    let mut command = Command::new(&toolchain.exporter);
    command.arg("--crate-file").arg(rlib).arg("--out").arg(out).arg("--sysroot").arg(&toolchain.sysroot);
    for path in &session.cli.library_path {
        command.arg("-L").arg(path);
    }
    for name in &session.cli.externs {
        command.arg("--extern").arg(name);
    }
    let status = command.status().with_context(|| format!("cannot run `{}`", toolchain.exporter.display()))?;
    if !status.success() {
        bail!("cannot export the MIR of `{}`", rlib.display());
    }
    Ok(())
}
