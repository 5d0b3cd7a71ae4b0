//! `--oracle`: rac's answers beside rustc's.

use crate::adapter::complete::Facts;
use crate::adapter::{Instance, Tcx};
use crate::mono;
use crate::oracle::{Kind, Oracle};
use anyhow::{Context, Result, anyhow};
use ramir::file::Section;
use ramir::{Args, DefId, ItemData};
use std::collections::BTreeSet;

/// Compares each `KIND=FILE` and prints what differs. `true`: nothing does.
pub fn compare(tcx: &Tcx, specs: &[String]) -> Result<bool> {
    let mut agrees = true;
    let oracle = Oracle::new(tcx)?;
    for spec in specs {
        let (kind, path) = spec.split_once('=').with_context(|| format!("`--oracle {spec}`: expected KIND=FILE"))?;
        let expected = std::fs::read_to_string(path).with_context(|| format!("cannot read `{path}`"))?;
        let differences = match kind {
            "symbols" => symbols(tcx, &expected)?,
            _ => {
                let kind: Kind = kind.parse().map_err(|e: String| anyhow!(e))?;
                let differences = oracle.compare(kind, &expected);
                differences.into_iter().map(|d| format!("- {}\n+ {}", d.expected, d.found)).collect()
            }
        };
        println!("{kind}: {} lines, {} differences", expected.lines().count(), differences.len());
        for difference in &differences {
            println!("{difference}");
        }
        agrees &= differences.is_empty();
    }
    Ok(agrees)
}

/// Compares each body that rust-analyzer lowers with rustc's, and prints what differs. `true`: nothing does.
pub fn compare_bodies(tcx: &Tcx) -> Result<bool> {
    let store = &tcx.store;
    let (mut compared, mut refused, mut different) = (0, 0, 0);
    for index in store.krate(store.local)?.loaded.keys(Section::Bodies) {
        let def = DefId { krate: store.local, index };
        let Some(theirs) = store.exported_body(def)? else { continue };
        let ours = match store.body(def) {
            Ok(Some(ours)) if !std::ptr::eq(ours, theirs) => ours,
            Ok(_) => continue,
            Err(_) => {
                refused += 1;
                continue;
            }
        };
        compared += 1;
        let ours = Facts::of(store, def, ours, store.promoted(def)?, store.coroutine(def)?)?;
        let theirs = Facts::of(store, def, theirs, store.exported_promoted(def)?, store.exported_coroutine(def)?)?;
        let differences = theirs.differences(&ours);
        if !differences.is_empty() {
            different += 1;
            println!("{}:", store.def_path_str(def));
            differences.iter().for_each(|difference| println!("    {difference}"));
        }
    }
    println!("bodies: {compared} compared, {different} differ, {refused} refused");
    Ok(different == 0)
}

/// The symbols of all collected items and of what the dependencies export, as sets: `-` only rustc has it, `+` only rac.
fn symbols(tcx: &Tcx, expected: &str) -> Result<Vec<String>> {
    // rustc has loaded the whole sysroot; rac has what the program depends on.
    let loaded: BTreeSet<&str> = tcx.store.crates().map(|krate| krate.loaded.dep().name.as_str()).collect();
    let is_loaded = |subject: &str| {
        let path = subject.split_once(' ').map_or(subject, |(_, path)| path);
        path.split_once("::").is_none_or(|(krate, _)| !is_identifier(krate) || loaded.contains(krate))
    };
    let theirs: BTreeSet<&str> = expected
        .lines()
        .filter_map(|line| line.rsplit_once(" = "))
        .filter(|(subject, _)| is_loaded(subject))
        .map(|(_, symbol)| symbol)
        .collect();
    let items = mono::collect(tcx)?;
    let mut ours = BTreeSet::new();
    for &instance in &items.fns {
        ours.insert(tcx.symbol_name(instance)?);
    }
    for &def in &items.statics {
        ours.insert(tcx.static_symbol_name(def)?);
    }
    for krate in tcx.store.crates().filter(|krate| krate.loaded.num() != tcx.store.local) {
        for index in krate.loaded.keys(Section::Items) {
            let def = DefId { krate: krate.loaded.num(), index };
            let exported = match &tcx.store.item(def)?.data {
                ItemData::Fn(f) => f.exported && !f.is_foreign,
                ItemData::Static(s) => s.exported && !s.is_foreign,
                _ => false,
            };
            if exported {
                ours.insert(tcx.symbol_name(Instance::new(def, Args::EMPTY))?);
            }
        }
    }
    let missing = theirs.difference(&ours).map(|symbol| format!("- {symbol}"));
    Ok(missing.chain(ours.difference(&theirs).map(|symbol| format!("+ {symbol}"))).collect())
}

fn is_identifier(s: &str) -> bool {
    s.chars().all(|c| c.is_alphanumeric() || c == '_')
}
