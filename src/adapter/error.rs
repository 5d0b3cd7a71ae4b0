//! What a query can fail with. An error names the construct; whoever handles the function adds its name and line.

use std::sync::Arc;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Cheap to clone, since one failure can reach several functions.
#[derive(Clone, Debug)]
pub struct Error(Arc<ErrorKind>);

#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// rac cannot compile this yet.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// A type without a layout: too big, or infinite.
    #[error("{0}")]
    Layout(String),
    /// A constant whose evaluation panics or is undefined: the program's error, reported as rustc does (E0080).
    #[error("evaluation of `{item}` failed: {message}")]
    ConstEval { item: String, message: String },
    /// A bound that a type's normalization needs does not hold. Within trait selection it makes a candidate fail.
    #[error("unsatisfied bound: {0}")]
    Unsatisfied(String),
    /// The exported crates lack something: a body, an item, an impl.
    #[error("missing in the exported crates: {0}")]
    Missing(String),
    #[error(transparent)]
    Ramir(#[from] ramir::file::Error),
}

impl Error {
    pub fn unsupported(what: impl Into<String>) -> Error {
        ErrorKind::Unsupported(what.into()).into()
    }

    pub fn missing(what: impl Into<String>) -> Error {
        ErrorKind::Missing(what.into()).into()
    }

    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Arc::new(kind))
    }
}

impl From<ramir::file::Error> for Error {
    fn from(e: ramir::file::Error) -> Error {
        ErrorKind::from(e).into()
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}
