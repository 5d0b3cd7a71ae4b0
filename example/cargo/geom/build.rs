//! Says a cfg, and writes a table that the crate includes.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(geom_squares)");
    println!("cargo::rustc-cfg=geom_squares");
    println!("cargo::rustc-env=GEOM_BUILT_BY=build.rs");
    let squares: Vec<String> = (0..8u32).map(|n| (n * n).to_string()).collect();
    let text = format!("pub static SQUARES: [u32; {}] = [{}];\n", squares.len(), squares.join(", "));
    let directory = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&directory).join("squares.rs"), text).expect("OUT_DIR can be written");
}
