//! How an evaluation ends early.

use crate::adapter::Error;

pub type InterpResult<T = ()> = Result<T, InterpError>;

/// Where it happened is known from the stack, and added by whoever started the evaluation.
#[derive(Debug)]
pub enum InterpError {
    /// A query failed; it says why.
    Query(Error),
    /// The program panicked, did something undefined, or something that constants may not do.
    Failed(String),
    /// rac's evaluator lacks something.
    Unsupported(String),
}

impl From<Error> for InterpError {
    fn from(e: Error) -> InterpError {
        InterpError::Query(e)
    }
}

pub fn failed<T>(message: impl Into<String>) -> InterpResult<T> {
    Err(InterpError::Failed(message.into()))
}

pub fn unsupported<T>(what: impl Into<String>) -> InterpResult<T> {
    Err(InterpError::Unsupported(what.into()))
}
