//! `prepare`, `build` and `clean`: which step follows which, and what `dist/` holds.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context as _;

use crate::cargo;
use crate::context::Context;
use crate::exporter::{self, Exporter};
use crate::links;
use crate::rust_analyzer;
use crate::rustc_dev;

/// Everything but rac itself.
pub fn prepare(cx: &Context, rust_src: Option<&Path>) -> anyhow::Result<Exporter> {
    let rustc_dev = rustc_dev::ensure(cx, rust_src)?;
    exporter::ensure(cx, &rustc_dev)
}

pub fn build(cx: &Context, rust_src: Option<&Path>) -> anyhow::Result<()> {
    let started = std::time::Instant::now();
    let exporter = prepare(cx, rust_src)?;
    build_rac(cx)?;
    let library_source = rust_analyzer::library_source(cx, rust_src)?;
    rust_analyzer::build(cx, &cx.dist().join("bin/rac-ra"))?;
    assemble(cx, &exporter, library_source.as_deref())?;
    cx.progress.note(&format!("dist/bin/rac is ready ({})", crate::progress::duration(started.elapsed())));
    Ok(())
}

fn build_rac(cx: &Context) -> anyhow::Result<()> {
    let target = cx.root.join("target");
    let mut step = cx.progress.step("rac", "building");
    let mut command = cx.toolchain.program("cargo");
    command.current_dir(&cx.root).args(["build", "--release", "--locked", "--bins", "--target-dir"]).arg(&target);
    let built = cargo::build(cx, command, &[], &target.join("y-build.log"), &mut step)?;
    step.finish(&if built.compiled == 0 { "unchanged".to_owned() } else { format!("built {} crates", built.compiled) });
    Ok(())
}

fn assemble(cx: &Context, exporter: &Exporter, library_source: Option<&Path>) -> anyhow::Result<()> {
    let dist = cx.dist();
    links::refresh_copy(&cx.root.join("target/release/rac"), &cx.rac())?;
    // What rac would otherwise ask rustup's proxies for, at each run.
    rustc_dev::write_if_changed(&dist.join("lib/rac/sysroot"), &format!("{}\n", cx.toolchain.sysroot.display()))?;
    if let Some(source) = library_source {
        rustc_dev::write_if_changed(&dist.join("lib/rac/library-source"), &format!("{}\n", source.display()))?;
    }
    let stamp = dist.join("lib/rac/.key");
    let ra_mir_export = dist.join("bin/ra-mir-export");
    let std = dist.join("lib/rac/std");
    let current = fs::read_to_string(&stamp).is_ok_and(|key| key == exporter.key);
    if current && ra_mir_export.is_file() && std.is_dir() {
        return Ok(());
    }
    // The stamp goes first: an interrupted change is then done again.
    match fs::remove_file(&stamp) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot remove {}", stamp.display()));
        }
        _ => {}
    }
    links::install_file(&exporter.binary, &ra_mir_export)?;
    let staging = links::staging_for(&std)?;
    for entry in fs::read_dir(&exporter.std).with_context(|| format!("cannot list {}", exporter.std.display()))? {
        let entry = entry.with_context(|| format!("cannot list {}", exporter.std.display()))?;
        links::link_or_copy(&entry.path(), &staging.path().join(entry.file_name()))?;
    }
    links::install_dir(staging, &std)?;
    fs::write(&stamp, &exporter.key).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Removes what this checkout built, and with `cache` what all checkouts share.
pub fn clean(cx: &Context, cache: bool) -> anyhow::Result<()> {
    let mut directories = vec![cx.dist(), cx.root.join("ra-mir-export/target"), cx.root.join("target")];
    if cache {
        directories.push(cx.cache.clone());
    }
    for directory in directories {
        match fs::remove_dir_all(&directory) {
            Ok(()) => cx.progress.note(&format!("removed {}", directory.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot remove {}", directory.display())),
        }
    }
    Ok(())
}
