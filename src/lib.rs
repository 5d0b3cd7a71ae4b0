//! rac.
