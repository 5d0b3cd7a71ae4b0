//! Decodes everything in the given `.ramir` files and prints how much there is: a file that an exporter wrote is whole.
//!
//! `cargo run -p ramir --example ramir_check -- FILE...`

use ramir::file::{CrateDep, Section};
use ramir::reader::OpenCrate;
use ramir::{AllocId, CrateNum, Interner};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let compiler = "rustc 1.95.0 (59807616e 2026-04-14)";
    let interner = Arc::new(Interner::new());
    let mut known: Vec<CrateDep> = Vec::new();
    let mut files = 0;
    for path in std::env::args().skip(1) {
        let open = OpenCrate::open(Path::new(&path), compiler)?;
        let nums = open
            .crates
            .iter()
            .map(|dep| {
                let at = known.iter().position(|k| k == dep).unwrap_or_else(|| {
                    known.push(dep.clone());
                    known.len() - 1
                });
                CrateNum(at as u32)
            })
            .collect();
        let krate = open.load(interner.clone(), nums, files);
        let root = krate.root()?;
        files += root.files.len() as u32;
        let (mut def_keys, mut items, mut bodies, mut blocks, mut ctfe, mut promoted) = (0, 0, 0, 0, 0, 0);
        for index in krate.keys(Section::DefKeys) {
            def_keys += usize::from(krate.def_key(index)?.is_some());
            items += usize::from(krate.item(index)?.is_some());
            if let Some(body) = krate.body(index)? {
                bodies += 1;
                blocks += body.blocks.len();
            }
            ctfe += usize::from(krate.ctfe_body(index)?.is_some());
            promoted += krate.promoted(index)?.map_or(0, |p| p.len());
            krate.coroutine_drop(index)?;
        }
        let allocs = krate.alloc_range();
        for id in allocs.clone() {
            krate.load_alloc(AllocId(id))?;
        }
        println!(
            "{:24} defs {def_keys:6} items {items:6} bodies {bodies:6} blocks {blocks:7} ctfe {ctfe:6} promoted {promoted:5} allocs {:5}",
            krate.dep().name,
            allocs.len()
        );
    }
    let [symbols, tys, args, consts, _] = interner.counts();
    println!("together: {symbols} names, {tys} types, {args} argument lists, {consts} type-level constants");
    Ok(())
}
