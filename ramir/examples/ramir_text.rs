//! Prints the given `.ramir` files as text. With `--check` first it prints nothing but what does not survive: each file is
//! parsed back, and every body must be equal and every text the same.
//!
//! `cargo run -p ramir --example ramir_text -- [--check] FILE...`

use ramir::file::CrateDep;
use ramir::reader::OpenCrate;
use ramir::text::{Crate, DefTable, ParseError, Printer, parse_crate, print_crate};
use ramir::{Body, CrateNum, DefId, DefIndex, Interner};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let compiler = "rustc 1.95.0 (59807616e 2026-04-14)";
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let check = paths.first().is_some_and(|arg| arg == "--check");
    paths.drain(..usize::from(check));

    let interner = Arc::new(Interner::new());
    let mut known: Vec<CrateDep> = Vec::new();
    let (mut crates, mut files) = (Vec::new(), 0);
    for path in &paths {
        let open = OpenCrate::open(Path::new(path), compiler)?;
        let mut number = |dep: &CrateDep| {
            let at = known.iter().position(|k| k == dep).unwrap_or_else(|| {
                known.push(dep.clone());
                known.len() - 1
            });
            CrateNum(at as u32)
        };
        let nums = open.crates.iter().map(&mut number).collect();
        let krate = open.load(interner.clone(), nums, files);
        files += krate.root()?.files.len() as u32;
        crates.push(Crate::load(&krate)?);
    }
    let mut names = DefTable::default();
    for krate in &crates {
        krate.name_defs(&interner, &mut names);
    }
    let (mut bodies, mut bad) = (0, 0);
    for krate in &crates {
        let text = print_crate(&interner, &names, krate);
        if !check {
            print!("{text}");
            continue;
        }
        let name = interner.str(krate.root.name);
        match parse_crate(&interner, &names, &text) {
            Ok(parsed) => {
                bodies += krate.bodies.len() + krate.ctfe_bodies.len();
                let printed = print_crate(&interner, &names, &parsed);
                if printed != text {
                    bad += 1;
                    if let Some((a, b)) = text.lines().zip(printed.lines()).find(|(a, b)| a != b) {
                        println!("{name}: printed again:\n{a}\n{b}");
                    }
                }
            }
            Err(error) => {
                bad += 1;
                println!("{name}: {error}\n{}", text.lines().nth(error.line - 1).unwrap_or_default());
            }
        }
        for table in [&krate.bodies, &krate.ctfe_bodies] {
            bad += unequal(&interner, &names, krate.num, table)?;
        }
    }
    if check {
        println!("{bodies} bodies, {bad} differences");
    }
    if bad > 0 { Err("the text form loses something".into()) } else { Ok(()) }
}

/// How many bodies differ from what their own text parses to, where allocations are the same.
fn unequal(
    interner: &Interner,
    names: &DefTable,
    krate: CrateNum,
    bodies: &BTreeMap<DefIndex, Body>,
) -> Result<usize, ParseError> {
    let printer = Printer::new(interner, names).with_spans(true);
    let mut bad = 0;
    for (&index, body) in bodies {
        let text = printer.body(&printer.def(DefId { krate, index }), body);
        if ramir::text::parse_body(interner, names, &text)? != *body {
            println!("not equal:\n{text}");
            bad += 1;
        }
    }
    Ok(bad)
}
