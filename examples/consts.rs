//! Evaluates every constant and static of the given crates that has both a body and rustc's value, and prints those
//! that come out different.

use rac::adapter::store::Store;
use rac::adapter::{Options, PanicStrategy, Tcx};
use ramir::file::Section;
use ramir::*;
use std::collections::BTreeMap;
use std::fmt::Write;

fn main() {
    let files: Vec<std::path::PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let store = Store::open(&files).unwrap_or_else(|e| panic!("{e}"));
    let opts = Options { overflow_checks: true, ub_checks: true, panic: PanicStrategy::Unwind, share_generics: true };
    let tcx = Tcx::new(store, opts);
    let (mut equal, mut different) = (0, 0);
    let mut errors: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let start = std::time::Instant::now();
    for krate in tcx.store.crates() {
        let num = krate.loaded.num();
        for index in krate.loaded.keys(Section::Items).collect::<Vec<_>>() {
            let def = DefId { krate: num, index };
            let Ok(item) = tcx.store.item(def) else { continue };
            let results = match &item.data {
                ItemData::Const(c) if c.value.is_some() && tcx.store.body_for_ctfe(def).is_ok_and(|b| b.is_some()) => {
                    let value = c.value.map(|v| dump(&tcx, v));
                    (value, tcx.const_eval_from_body(def, Args::EMPTY).map(|v| dump(&tcx, v)))
                }
                ItemData::Static(s) if s.initializer.is_some() && tcx.store.body_for_ctfe(def).is_ok_and(|b| b.is_some()) => {
                    let value = s.initializer.map(|v| dump(&tcx, ConstValue::Indirect { alloc: v, offset: 0 }));
                    let mine = tcx.eval_static_from_body(def);
                    (value, mine.map(|v| dump(&tcx, ConstValue::Indirect { alloc: v, offset: 0 })))
                }
                _ => continue,
            };
            match results {
                (Some(a), Ok(b)) if a == b => equal += 1,
                (Some(a), Ok(b)) => {
                    different += 1;
                    println!("DIFFERENT {}\n  rustc {a}\n  rac   {b}", tcx.store.def_path_str(def));
                }
                (_, Err(e)) => {
                    let entry = errors.entry(e.to_string()).or_insert((0, tcx.store.def_path_str(def)));
                    entry.0 += 1;
                }
                (None, _) => {}
            }
        }
    }
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.sort_by_key(|(_, (n, _))| std::cmp::Reverse(*n));
    for (message, (n, example)) in &errors {
        println!("{n} x {message} [{example}]");
    }
    let failed: usize = errors.iter().map(|(_, (n, _))| n).sum();
    println!("{equal} equal, {different} different, {failed} errors in {:?}", start.elapsed());
}

fn dump(tcx: &Tcx, value: ConstValue) -> String {
    let mut out = String::new();
    let mut seen = Vec::new();
    match value {
        ConstValue::ZeroSized => out.push_str("zst"),
        ConstValue::Scalar(Scalar::Int(i)) => write!(out, "{:#x}:{}", i.data, i.size).unwrap(),
        ConstValue::Scalar(Scalar::Ptr { alloc, offset }) => {
            write!(out, "ptr+{offset} ").unwrap();
            dump_alloc(tcx, alloc, &mut out, &mut seen);
        }
        ConstValue::Slice { alloc, len } => {
            write!(out, "slice {len} ").unwrap();
            dump_alloc(tcx, alloc, &mut out, &mut seen);
        }
        ConstValue::Indirect { alloc, offset } => {
            write!(out, "at {offset} ").unwrap();
            dump_alloc(tcx, alloc, &mut out, &mut seen);
        }
    }
    out
}

fn dump_alloc(tcx: &Tcx, id: AllocId, out: &mut String, seen: &mut Vec<AllocId>) {
    if seen.contains(&id) || seen.len() > 40 {
        out.push_str("...");
        return;
    }
    seen.push(id);
    match tcx.store.global_alloc(id) {
        Ok(GlobalAlloc::Memory(a)) => {
            write!(out, "[{} {:?} ", a.align, a.mutability).unwrap();
            for (i, b) in a.bytes.iter().enumerate().take(400) {
                if a.uninit.iter().any(|(s, e)| (*s..*e).contains(&(i as u64))) {
                    out.push_str("__");
                } else {
                    write!(out, "{b:02x}").unwrap();
                }
            }
            for (at, target) in &a.provenance {
                write!(out, " {at}->").unwrap();
                dump_alloc(tcx, *target, out, seen);
            }
            out.push(']');
        }
        Ok(GlobalAlloc::Function { def_id, args }) => {
            write!(out, "fn {} {:?}", tcx.store.def_path_str(*def_id), args).unwrap();
        }
        Ok(other) => write!(out, "{other:?}").unwrap(),
        Err(e) => write!(out, "ERR {e}").unwrap(),
    }
    seen.pop();
}
