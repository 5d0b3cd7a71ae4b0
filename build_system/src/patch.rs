//! `./y.sh patch CRATE`: the crate's patches as a git repository, one commit each, to be changed there and written back.
//!
//! A commit's message is the patch's reason, and its line `Patch: NNNN-what` the file's name. What counts is
//! `patches/CRATE/`; the repository is only a way to edit it. The format is that which `rust_analyzer::apply` reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::context::Context;
use crate::links;
use crate::rust_analyzer::{self, Patched};
use crate::rustc_dev::write_if_changed;

/// The tag of the commit whose series is that of `patches/CRATE/`.
const WRITTEN: &str = "written";
const TRAILER: &str = "Patch: ";

#[derive(Args)]
pub struct PatchArgs {
    /// A crate that rac-ra depends on, as `patches/` names it
    #[arg(value_name = "CRATE")]
    name: String,
    /// Write the commits back to patches/CRATE
    #[arg(long)]
    write: bool,
}

pub fn run(cx: &Context, args: &PatchArgs) -> anyhow::Result<()> {
    let patches = cx.root.join("patches").join(&args.name);
    let tree = cx.root.join("target/patch").join(&args.name);
    if args.write {
        let count = write(&tree, &patches)?;
        cx.progress.note(&format!("{} holds the {count} patches", patches.display()));
    } else {
        let crate_ = rust_analyzer::one_crate(cx, &args.name)?;
        let source = rust_analyzer::source(cx, &crate_)?;
        open(&crate_, &source, &tree)?;
        cx.progress.note(&format!("{} has a commit for each patch; `--write` takes them back", tree.display()));
    }
    Ok(())
}

/// Makes the repository at `tree` from the unpatched `source`. Errors: also when one with unwritten work is there.
fn open(crate_: &Patched, source: &Path, tree: &Path) -> anyhow::Result<()> {
    if tree.is_dir() && (is_dirty(tree)? || git(tree, &["rev-parse", "HEAD"])? != git(tree, &["rev-parse", WRITTEN])?) {
        bail!("{} has changes that are not written: `--write` them, or remove it", tree.display());
    }
    let staging = links::staging_for(tree)?;
    let at = staging.path();
    rust_analyzer::copy_tree(source, at)?;
    git(at, &["init", "--quiet"])?;
    // What cargo makes when it is run there.
    fs::write(at.join(".git/info/exclude"), "/target\n").context("cannot write git's list of ignored files")?;
    commit(at, &format!("{} {}, unpatched", crate_.name, crate_.version))?;
    for path in &crate_.patches {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        rust_analyzer::apply(&text, at).with_context(|| format!("{} does not apply", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        commit(at, &format!("{}\n\n{TRAILER}{name}\n", reason(&text)))?;
    }
    git(at, &["tag", WRITTEN])?;
    links::install_dir(staging, tree)
}

/// Writes the repository's commits to `patches`, whose other files are removed; gives their number. A patch that does what
/// its commit does stays as it is.
fn write(tree: &Path, patches: &Path) -> anyhow::Result<usize> {
    if !tree.is_dir() {
        bail!("there is no {}: `./y.sh patch CRATE` opens it", tree.display());
    }
    if is_dirty(tree)? {
        bail!("{} has changes that are in no commit", tree.display());
    }
    let commits = git(tree, &["rev-list", "--reverse", "HEAD"])?;
    let mut series: Vec<(String, String)> = Vec::new();
    for commit in commits.lines().skip(1) {
        let message = git(tree, &["show", "--no-patch", "--format=%B", commit])?;
        let (reason, name) = split_message(&message);
        let name = match name {
            Some(name) => name,
            None => next_name(series.last().map_or("0000", |(last, _)| last), &reason)?,
        };
        if let Some((last, _)) = series.last()
            && name <= *last
        {
            bail!(
                "patch {name} comes after {last}, but is applied before it: patches are applied in order of their names"
            );
        }
        let files = changed_files(tree, commit)?;
        let existing = fs::read_to_string(patches.join(format!("{name}.patch"))).ok();
        let unchanged = existing.filter(|text| self::reason(text) == reason && is_effect(text, &files));
        let text = unchanged.unwrap_or_else(|| patch_text(&reason, &files));
        if !is_effect(&text, &files) {
            bail!("{name}: the patch of commit {commit} does not do what the commit does");
        }
        series.push((name, text));
    }
    for entry in fs::read_dir(patches).into_iter().flatten() {
        let path = entry.with_context(|| format!("cannot list {}", patches.display()))?.path();
        if !series.iter().any(|(name, _)| path.file_stem().is_some_and(|stem| *stem == **name)) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    for (name, text) in &series {
        write_if_changed(&patches.join(format!("{name}.patch")), text)?;
    }
    git(tree, &["tag", "--force", WRITTEN])?;
    Ok(series.len())
}

/// A file that a commit changes: its name, its text before and after.
struct Change {
    name: String,
    old: String,
    new: String,
}

fn changed_files(tree: &Path, commit: &str) -> anyhow::Result<Vec<Change>> {
    let list = git(tree, &["diff-tree", "-r", "--no-renames", "--no-commit-id", "--name-status", commit])?;
    list.lines()
        .map(|line| {
            let Some(("M", name)) = line.split_once('\t') else {
                bail!("commit {commit} adds or removes a file, which no patch can: {line}");
            };
            Ok(Change {
                name: name.to_owned(),
                old: git(tree, &["show", &format!("{commit}^:{name}")])?,
                new: git(tree, &["show", &format!("{commit}:{name}")])?,
            })
        })
        .collect()
}

/// Whether the patch makes exactly these changes.
fn is_effect(patch: &str, files: &[Change]) -> bool {
    let Ok(directory) = tempfile::tempdir() else { return false };
    let at = |name: &str| -> PathBuf { directory.path().join(name) };
    let written = files.iter().all(|file| {
        let path = at(&file.name);
        path.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok()) && fs::write(path, &file.old).is_ok()
    });
    written
        && rust_analyzer::apply(patch, directory.path()).is_ok()
        && files.iter().all(|file| fs::read_to_string(at(&file.name)).is_ok_and(|text| text == file.new))
}

fn patch_text(reason: &str, files: &[Change]) -> String {
    let mut text = format!("{reason}\n\n");
    for Change { name, old, new } in files {
        let mut options = diffy::DiffOptions::new();
        options.set_original_filename(format!("a/{name}")).set_modified_filename(format!("b/{name}"));
        text.push_str(&options.create_patch(old, new).to_string());
    }
    text
}

/// What a patch's text says before its first file.
fn reason(patch: &str) -> &str {
    patch.find("--- a/").map_or(patch, |at| &patch[..at]).trim()
}

/// The reason and the name in a commit's message.
fn split_message(message: &str) -> (String, Option<String>) {
    let (name, lines): (Vec<_>, Vec<_>) = message.lines().partition(|line| line.starts_with(TRAILER));
    let name = name.last().and_then(|line| line.strip_prefix(TRAILER)).map(|name| name.trim().to_owned());
    (lines.join("\n").trim().to_owned(), name)
}

/// The number after `last`'s and the first words of the reason.
fn next_name(last: &str, reason: &str) -> anyhow::Result<String> {
    let number: u32 =
        last.split('-').next().unwrap_or_default().parse().with_context(|| format!("{last} has no number"))?;
    let title = reason.lines().next().unwrap_or_default();
    let title = title.split_once(": ").map_or(title, |(_, title)| title);
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(5)
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        bail!("a commit's message says nothing");
    }
    Ok(format!("{:04}-{}", number + 1, words.join("-")))
}

fn is_dirty(tree: &Path) -> anyhow::Result<bool> {
    Ok(!git(tree, &["status", "--porcelain"])?.is_empty())
}

fn commit(tree: &Path, message: &str) -> anyhow::Result<()> {
    // A crate's own list of ignored files does not hold here.
    git(tree, &["add", "--all", "--force", "--", ":!target"])?;
    git(tree, &["commit", "--quiet", "--no-verify", "--cleanup=verbatim", "--message", message]).map(drop)
}

/// Git's output, byte for byte. Nothing of the user's or of a repository around is heeded, but for who commits.
fn git(directory: &Path, args: &[&str]) -> anyhow::Result<String> {
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .args(["-c", "core.autocrlf=false", "-c", "core.quotePath=false", "-c", "commit.gpgSign=false"])
        .args(["-c", "user.name=patches", "-c", "user.email=patches@localhost"])
        .args(args)
        .env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap_or(directory))
        .env_remove("GIT_DIR")
        .stdin(Stdio::null());
    let output = command.output().context("cannot run git")?;
    if !output.status.success() {
        bail!("`git {}` failed: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("git printed what is no text")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{git, next_name, open, write};
    use crate::rust_analyzer::Patched;

    const FIRST: &str =
        "The first.\n\nIts reason.\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n";
    const SECOND: &str = "The second.\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@\n-one\n+1\n 2\n";

    /// Opens the two patches in `directory`; `edit` works in the repository, and its commits are written back.
    fn edited(directory: &Path, edit: impl FnOnce(&Path)) -> anyhow::Result<Vec<(String, String)>> {
        let (source, patches, tree) = (directory.join("source"), directory.join("patches"), directory.join("tree"));
        fs::create_dir_all(source.join("src")).unwrap();
        fs::create_dir_all(&patches).unwrap();
        fs::write(source.join("src/a.rs"), "one\ntwo\n").unwrap();
        let files = [("0001-first", FIRST), ("0002-second", SECOND)].map(|(name, text)| {
            let path = patches.join(format!("{name}.patch"));
            fs::write(&path, text).unwrap();
            path
        });
        let crate_ = Patched { name: "a".to_owned(), version: "1.0.0".to_owned(), patches: files.to_vec() };
        open(&crate_, &source, &tree)?;
        edit(&tree);
        write(&tree, &patches)?;
        let mut written: Vec<_> = fs::read_dir(&patches)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())
            })
            .collect();
        written.sort();
        Ok(written)
    }

    fn commit(tree: &Path, text: &str, message: &str) {
        fs::write(tree.join("src/a.rs"), text).unwrap();
        git(tree, &["commit", "--quiet", "--all", "--message", message]).unwrap();
    }

    fn named(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn a_series_that_was_not_changed_is_written_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let written = edited(directory.path(), |_| {}).unwrap();
        assert_eq!(written, [named("0001-first", FIRST), named("0002-second", SECOND)]);
    }

    #[test]
    fn a_new_commit_is_a_new_patch() {
        let directory = tempfile::tempdir().unwrap();
        let written =
            edited(directory.path(), |tree| commit(tree, "1\n2\n3\n", "Lowering: `3` is there.\n\nWhy.")).unwrap();
        let third = "Lowering: `3` is there.\n\nWhy.\n\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,3 @@\n 1\n 2\n+3\n";
        assert_eq!(
            written,
            [named("0001-first", FIRST), named("0002-second", SECOND), named("0003-3-is-there", third)]
        );
    }

    #[test]
    fn a_commit_that_is_gone_is_a_patch_less() {
        let directory = tempfile::tempdir().unwrap();
        let drop_last = |tree: &Path| git(tree, &["reset", "--quiet", "--hard", "HEAD^"]).map(drop).unwrap();
        assert_eq!(edited(directory.path(), drop_last).unwrap(), [named("0001-first", FIRST)]);
    }

    #[test]
    fn patches_are_in_the_order_of_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let error = edited(directory.path(), |tree| commit(tree, "1\n", "Why.\n\nPatch: 0001-less")).unwrap_err();
        assert!(error.to_string().contains("0001-less comes after 0002-second"), "{error}");
    }

    #[test]
    fn unwritten_work_is_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let crate_ = Patched { name: "a".to_owned(), version: "1.0.0".to_owned(), patches: Vec::new() };
        let (source, tree) = (directory.path().join("source"), directory.path().join("tree"));
        fs::create_dir_all(source.join("src")).unwrap();
        fs::write(source.join("src/a.rs"), "one\n").unwrap();
        open(&crate_, &source, &tree).unwrap();
        open(&crate_, &source, &tree).unwrap();
        commit(&tree, "two\n", "Why.");
        assert!(open(&crate_, &source, &tree).is_err());
    }

    #[test]
    fn a_name_is_made_of_the_title() {
        let name = next_name("0007-record-base-last", "Lowering: `a..b` as a pattern excludes `b`.").unwrap();
        assert_eq!(name, "0008-a-b-as-a-pattern");
    }
}
