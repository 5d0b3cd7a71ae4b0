//! The door for a front end that lives in rac's process and lowers bodies on demand.
//!
//! Whoever implements it may know anything; whoever asks knows only ramir, and cannot tell its bodies from exported ones.

use super::error::Result;
use super::store::Store;
use bincode::{Decode, Encode};
use ramir::{Body, CoroutineLayout, DefId};
use std::path::PathBuf;
use std::time::Duration;

/// A body and the constants that were promoted out of it.
pub struct ProvidedBody {
    pub body: Body,
    pub promoted: Vec<Body>,
    /// If the body is the one that resumes a coroutine.
    pub coroutine: Option<ProvidedCoroutine>,
}

/// What belongs to the body of a coroutine.
pub struct ProvidedCoroutine {
    pub layout: CoroutineLayout,
    /// The body that drops the coroutine; its parameter is `*mut Self`.
    pub drop: Body,
}

/// A source of the local crate's bodies.
pub trait BodyProvider: Send + Sync {
    /// The body of `def`, complete in the sense of rustc's runtime MIR. `None`: the definition is none of the provider's
    /// business, and the exported body is used. An error: it is, and the provider cannot lower it.
    ///
    /// Asked from any thread, now and then twice for one definition; must not ask `store` for bodies of the local crate.
    fn body(&self, store: &Store, def: DefId) -> Result<Option<ProvidedBody>>;
}

/// A front end that can be started on a crate. Its threads need a stack of [`STACK_SIZE`].
pub trait Analysis: Sync {
    /// Reads the sources of the standard library and analyses of it what most crates ask for. Does nothing the second
    /// time.
    fn load_library(&self, library: &LibraryInput) -> Result<()>;

    /// Analyses a crate, once the library is loaded. `store` has the exported items of the crate and of all its
    /// dependencies. A process has one crate, for which this may be asked again with another store.
    fn start(&self, input: &AnalysisInput, store: &Store) -> Result<Box<dyn BodyProvider>>;

    /// Takes in the files of a crate, or what changed of them since the last time. Bodies are not analysed. No thread of it is
    /// left.
    fn take_in(&self, input: &AnalysisInput) -> Result<()>;

    /// The configuration that the library was loaded with; `None` before it is.
    fn library_cfg(&self) -> Option<Vec<String>>;

    /// Starts to lower the bodies of the crate that was taken in, ahead of the question: after a change again those that the
    /// change reaches. `false`: no crate was taken in. Until it is finished, nothing else may be asked.
    fn start_lowering(&self) -> Result<bool>;

    /// Waits for the lowering that was started, if one was. No thread of it is left; an error: one does not end, and nothing
    /// else may be asked any more.
    fn finish_lowering(&self) -> Result<Option<LoweredAhead>>;

    /// Frees what the last change made obsolete, which else the next one would have to do.
    fn settle(&self);
}

/// What was lowered ahead.
#[derive(Clone, Copy, Debug)]
pub struct LoweredAhead {
    /// The bodies of the crate's functions.
    pub bodies: usize,
    /// How many of them were lowered, not known from before.
    pub lowered: usize,
    /// Until those in files that changed were.
    pub changed_time: Duration,
    pub time: Duration,
}

/// Of the threads that ask a provider: type inference recurses as deep as types are. Only what is used of it takes memory.
pub const STACK_SIZE: usize = 512 << 20;

/// The standard library, as an analysis reads it.
#[derive(Clone, Debug)]
pub struct LibraryInput {
    /// The directory `library` of rustc's sources.
    pub source: PathBuf,
    /// A configuration for the library's target, as `rustc --print cfg` prints it; only what is said of the target matters.
    pub cfg: Vec<String>,
}

/// The crate that an analysis is to lower, as the command line describes it.
#[derive(Clone, Debug, Encode, Decode)]
pub struct AnalysisInput {
    /// The root source file, absolute.
    pub source: PathBuf,
    pub crate_name: String,
    /// `2015`, `2018`, `2021` or `2024`.
    pub edition: String,
    /// The unstable features of the language that are on.
    pub features: Vec<String>,
    /// The crates that it is compiled with, also those that others of them need; each comes after those that it depends on.
    pub dependencies: Vec<DependencyInput>,
    /// The crates that its paths begin with: name, and stable id.
    pub externs: Vec<(String, u64)>,
    /// The crates of procedural macros that it is compiled with.
    pub macro_crates: Vec<ProcMacroCrate>,
    /// The toolchain's program that expands procedural macros, if it has one.
    pub macro_server: Option<PathBuf>,
    /// Where rustc runs, and procedural macros.
    pub directory: PathBuf,
    /// The `-Z` options, `NAME` or `NAME=VALUE`, with `-` between words.
    pub unstable_options: Vec<String>,
    /// The active configuration, as `rustc --print cfg` prints it: `name` or `name="value"`.
    pub cfg: Vec<String>,
    /// What rustc calls the root source file. `None`: it may have been told to call files otherwise.
    pub source_name: Option<String>,
    /// The variables that `env!` sees.
    pub env: Vec<(String, String)>,
    pub overflow_checks: bool,
    /// Other crates may name what is in it.
    pub is_library: bool,
}

/// A crate that the local one is compiled with.
#[derive(Clone, Debug, Encode, Decode)]
pub struct DependencyInput {
    pub name: String,
    pub stable_crate_id: u64,
    /// The `.ramir` file that has the crate's interface, if any has. `None`: it is one of the standard library's.
    pub interface: Option<PathBuf>,
}

/// A crate of procedural macros.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ProcMacroCrate {
    pub name: String,
    pub stable_crate_id: u64,
    pub library: PathBuf,
    /// As the local crate's.
    pub edition: String,
    pub macros: Vec<ProcMacro>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ProcMacro {
    pub kind: MacroKind,
    pub name: String,
    /// The attributes that a derive has of its own.
    pub helpers: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum MacroKind {
    Derive,
    Attribute,
    Call,
}
