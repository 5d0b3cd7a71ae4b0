//! ramir.
