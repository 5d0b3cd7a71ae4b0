//! Which tests there are: the files of `tests/ui` that are built or run, each revision a test of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use walkdir::WalkDir;

use super::directives::{self, Directives, Mode, Selection};
use crate::context::Context;

pub struct Test {
    /// The path relative to `tests/ui`, and `#REVISION`.
    pub name: String,
    pub path: PathBuf,
    pub revision: Option<String>,
    /// All revisions of the file.
    pub revisions: Vec<String>,
    pub mode: Mode,
    pub directives: Box<Directives>,
}

impl Test {
    /// One crate and no revision.
    pub fn is_simple(&self) -> bool {
        self.revision.is_none() && self.directives.aux.is_empty()
    }

    /// Adds rustc's arguments and environment for this file to a command that writes into `build`.
    pub fn arguments(&self, cx: &Context, tree: &Path, build: &Path, command: &mut Command) {
        // Only a test whose warnings are looked at would mind.
        command.args(["-A", "unused", "-A", "internal_features"]);
        let owner = Owner { cx, tree, build, revision: self.revision.as_deref(), revisions: &self.revisions };
        owner.arguments(&self.path, &self.directives, command);
    }
}

/// What a test and its auxiliary crates have in common.
pub struct Owner<'a> {
    pub cx: &'a Context,
    pub tree: &'a Path,
    pub build: &'a Path,
    pub revision: Option<&'a str>,
    pub revisions: &'a [String],
}

impl Owner<'_> {
    pub fn arguments(&self, source: &Path, directives: &Directives, command: &mut Command) {
        let flags: Vec<String> = directives.compile_flags.iter().map(|flag| self.substitute(flag)).collect();
        command.arg(source);
        if !flags.iter().any(|flag| flag.starts_with("--edition")) {
            command.arg(format!("--edition={}", directives.edition.as_deref().unwrap_or("2015")));
        }
        if let Some(revision) = self.revision {
            command.arg("--cfg").arg(cfg_name(revision));
        }
        if !directives.no_auto_check_cfg {
            let mut names: Vec<String> = self.revisions.iter().map(|name| cfg_name(name)).collect();
            names.extend(["test".to_owned(), "FALSE".to_owned()]);
            command.arg(format!("--check-cfg=cfg({})", names.join(",")));
        }
        command
            .args(flags)
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LOG")
            .envs(directives.rustc_env.iter().map(|(name, value)| (name, value)));
        for name in &directives.unset_rustc_env {
            command.env_remove(name);
        }
    }

    fn substitute(&self, flag: &str) -> String {
        if !flag.contains("{{") {
            return flag.to_owned();
        }
        flag.replace("{{src-base}}", &self.tree.join("tests/ui").to_string_lossy())
            .replace("{{rust-src-base}}", &self.tree.to_string_lossy())
            .replace("{{build-base}}", &self.build.to_string_lossy())
            .replace("{{sysroot-base}}", &self.cx.toolchain.sysroot.to_string_lossy())
            .replace("{{target}}", &self.cx.toolchain.host)
    }
}

fn cfg_name(revision: &str) -> String {
    revision.to_lowercase().replace('-', "_")
}

/// All tests by path, and how many were left out for each reason.
pub fn select(root: &Path) -> anyhow::Result<(Vec<Test>, BTreeMap<String, usize>)> {
    let mut tests = Vec::new();
    let mut skipped = BTreeMap::new();
    let is_tests = |entry: &walkdir::DirEntry| {
        entry.file_name() != "auxiliary" && !entry.path().join("compiletest-ignore-dir").exists()
    };
    let files = WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(is_tests);
    for entry in files {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let source = String::from_utf8_lossy(&source);
        let name = path.strip_prefix(root).context("walked out of the tree")?.to_string_lossy();
        let revisions = directives::revisions(&source);
        let each = if revisions.is_empty() { vec![None] } else { revisions.iter().cloned().map(Some).collect() };
        for revision in each {
            let selection = directives::parse(&source, revision.as_deref())
                .with_context(|| format!("in {}", path.display()))?;
            match selection {
                Selection::Selected(mode, directives) => tests.push(Test {
                    name: match &revision {
                        Some(revision) => format!("{name}#{revision}"),
                        None => name.clone().into_owned(),
                    },
                    path: path.to_owned(),
                    revision,
                    revisions: revisions.clone(),
                    mode,
                    directives,
                }),
                Selection::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
                Selection::Other => {}
            }
        }
    }
    Ok((tests, skipped))
}

pub fn describe_skipped(skipped: &BTreeMap<String, usize>) -> String {
    let count = |of_llvm: bool| -> usize {
        let about_llvm = |reason: &str| reason.contains("llvm") || reason == "needs-backends";
        skipped.iter().filter(|(reason, _)| about_llvm(reason) == of_llvm).map(|(_, count)| count).sum()
    };
    format!("left out: {} that need LLVM, {} for another platform or feature", count(true), count(false))
}
