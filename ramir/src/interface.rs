//! A crate as an analysis of its dependents sees it: source text in which all macros are expanded, with the bodies left out.
//!
//! The text is what rustc's front end made of the crate, so it is of one file and asks for no configuration, environment, build
//! script or procedural macro. It says what can be named and of which type it is; what the bodies do is told by the items of the file.

use bincode::{Decode, Encode};

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Interface {
    /// `2015`, `2018`, `2021` or `2024`.
    pub edition: String,
    /// The crates that its paths begin with: name, and stable id.
    pub externs: Vec<(String, u64)>,
    /// Of functions that the compiler may have to evaluate, and of constants, it has the bodies too; the others do not return.
    pub text: String,
}
