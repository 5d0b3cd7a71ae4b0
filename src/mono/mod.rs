//! What the program needs: the collector and its result.
//!
//! Knows neither Cranelift nor where a body came from. Semantics: `rustc_monomorphize::collector`.
