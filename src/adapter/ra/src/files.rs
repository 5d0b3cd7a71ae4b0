//! Source files by number, and which ones a crate may consist of: found from its text, before it is parsed.

use ra_ap_base_db::{FileSet, VfsPath};
use ra_ap_paths::{AbsPathBuf, Utf8PathBuf};
use ra_ap_span::FileId;
use rac::adapter::error::{Error, Result};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// The numbers of all files that were ever met; a file keeps its number.
#[derive(Clone, Default)]
pub struct Files {
    ids: FxHashMap<PathBuf, FileId>,
    paths: Vec<PathBuf>,
}

impl Files {
    pub fn id(&mut self, path: &Path) -> FileId {
        *self.ids.entry(path.to_owned()).or_insert_with(|| {
            self.paths.push(path.to_owned());
            FileId::from_raw(self.paths.len() as u32 - 1)
        })
    }

    pub fn path(&self, id: FileId) -> Option<&Path> {
        self.paths.get(id.index() as usize).map(PathBuf::as_path)
    }
}

/// The files of one source root, with their text.
#[derive(Default)]
pub struct Sources {
    pub texts: Vec<(FileId, String)>,
    pub set: FileSet,
    /// Files whose text is not what is on disk, but what rustc's lexer makes of it.
    pub normalized: FxHashSet<FileId>,
    seen: FxHashSet<FileId>,
}

impl Sources {
    /// Adds a file with a text that need not be the one on disk.
    pub fn add_text(&mut self, files: &mut Files, path: &Path, text: String) -> Result<FileId> {
        let at = vfs_path(path)?;
        let id = files.id(path);
        if self.seen.insert(id) {
            self.set.insert(id, at);
            self.texts.push((id, text));
        }
        Ok(id)
    }

    /// Adds all Rust sources below `directory`.
    pub fn add_directory(&mut self, files: &mut Files, directory: &Path) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(directory) else { return Ok(()) };
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(ty) if ty.is_dir() => {
                    if !["tests", "benches", "benchmarks", "examples"].iter().any(|skip| path.ends_with(skip)) {
                        self.add_directory(files, &path)?;
                    }
                }
                Ok(_) if path.extension().is_some_and(|ext| ext == "rs" || ext == "md") => {
                    self.add_text(files, &path, read(&path)?)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a crate's root file and all files that it may consist of.
    pub fn add_crate(&mut self, files: &mut Files, root: &Path, env: &[(String, String)]) -> Result<FileId> {
        let directory = root.parent().unwrap_or(Path::new("/"));
        let text = self.normalize(files, root, read(root)?);
        let id = self.add_text(files, root, text.clone())?;
        self.add_modules(files, &text, directory, directory, env)?;
        Ok(id)
    }

    /// The files that the modules which `text` declares may lie in, what it includes, and so on. Modules are looked for in
    /// `modules`, included files and those that are named by path in `directory`.
    fn add_modules(
        &mut self,
        files: &mut Files,
        text: &str,
        modules: &Path,
        directory: &Path,
        env: &[(String, String)],
    ) -> Result<()> {
        for name in declared_modules(text) {
            let inner = modules.join(name);
            for candidate in [modules.join(format!("{name}.rs")), inner.join("mod.rs")] {
                self.add_found(files, &candidate, &inner, env)?;
            }
        }
        for name in included_files(text, env) {
            self.add_found(files, &directory.join(&*name), directory, env)?;
        }
        for name in files_by_path(text) {
            let path = directory.join(name);
            self.add_found(files, &path, path.parent().unwrap_or(directory), env)?;
        }
        if text.contains("#[path") {
            self.add_directory(files, directory)?;
        }
        Ok(())
    }

    /// Without a byte order mark, and with `\n` at each line's end.
    fn normalize(&mut self, files: &mut Files, path: &Path, text: String) -> String {
        if !text.starts_with('\u{feff}') && !text.contains("\r\n") {
            return text;
        }
        self.normalized.insert(files.id(path));
        text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n")
    }

    /// Adds a file if there is one; its own modules lie in `modules`.
    fn add_found(&mut self, files: &mut Files, path: &Path, modules: &Path, env: &[(String, String)]) -> Result<()> {
        // What is no UTF-8 is no module; `include_bytes!` may name it.
        let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
        let text = self.normalize(files, path, text);
        let known = self.seen.len();
        self.add_text(files, path, text.clone())?;
        if self.seen.len() > known {
            let directory = path.parent().unwrap_or(modules);
            self.add_modules(files, &text, modules, directory, env)?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(|e| Error::missing(format!("source file `{}`: {e}", path.display())))?;
    String::from_utf8(bytes).map_err(|_| Error::unsupported(format!("`{}`, which is no UTF-8", path.display())))
}

/// The names in `mod name;`, wherever they stand: a file too many does no harm.
fn declared_modules(text: &str) -> impl Iterator<Item = &str> {
    text.split("mod ").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(';')?;
        let name = name.trim();
        let name = name.strip_prefix("r#").unwrap_or(name);
        (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
    })
}

/// The names in `include!("name")` and its kin, also those that `concat!` makes of variables and text.
fn included_files<'a>(text: &'a str, env: &[(String, String)]) -> Vec<Cow<'a, str>> {
    let calls = ["include!", "include_str!", "include_bytes!"].into_iter().flat_map(|include| text.split(include).skip(1));
    let name = |call: &'a str| {
        let arguments = open(call)?;
        match arguments.strip_prefix("concat!") {
            None => Some(Cow::Borrowed(literal(arguments)?.0)),
            Some(parts) => concatenated(open(parts)?, env).map(Cow::Owned),
        }
    };
    calls.filter_map(name).collect()
}

/// What follows the parenthesis of a macro call.
fn open(call: &str) -> Option<&str> {
    Some(call.trim_start().strip_prefix(['(', '[', '{'])?.trim_start())
}

/// The literal that a text begins with, and what follows.
fn literal(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"')
}

/// The text that the arguments of `concat!` are, if they are literals and calls of `env!`.
fn concatenated(mut parts: &str, env: &[(String, String)]) -> Option<String> {
    let mut all = String::new();
    loop {
        parts = match parts.strip_prefix("env!") {
            Some(call) => {
                let (name, rest) = literal(open(call)?)?;
                all += &env.iter().rev().find(|(variable, _)| variable == name)?.1;
                rest.trim_start().trim_start_matches(',').trim_start().strip_prefix([')', ']', '}'])?
            }
            None => {
                let (text, rest) = literal(parts)?;
                all += text;
                rest
            }
        };
        parts = parts.trim_start();
        let end = parts.strip_prefix(',').map_or(parts, str::trim_start);
        if end.starts_with([')', ']', '}']) {
            return Some(all);
        }
        if end.len() == parts.len() {
            return None;
        }
        parts = end;
    }
}

/// The names in `path = "name"`, of which some say where a module lies, whatever the configuration.
fn files_by_path(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("path").skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        Some(literal(value)?.0)
    });
    names.filter(|name| name.ends_with(".rs"))
}

pub fn abs_path(path: &Path) -> Result<AbsPathBuf> {
    Utf8PathBuf::from_path_buf(path.to_owned())
        .ok()
        .and_then(|path| AbsPathBuf::try_from(path).ok())
        .ok_or_else(|| Error::unsupported(format!("the path `{}`, which is not absolute UTF-8", path.display())))
}

fn vfs_path(path: &Path) -> Result<VfsPath> {
    Ok(VfsPath::from(abs_path(path)?.normalize()))
}

#[cfg(test)]
mod tests {
    use super::{declared_modules, files_by_path, included_files};

    #[test]
    fn modules_and_included_files_are_found() {
        let text = "mod a; pub mod r#b;\nmod c { mod d; } include_str!(\"x.txt\"); include! ( \"y.rs\" ); modest; include!(concat!(\"z\"))";
        assert_eq!(declared_modules(text).collect::<Vec<_>>(), ["a", "b", "d"]);
        let included = |text| included_files(text, &[("OUT".to_owned(), "/out".to_owned())]);
        assert_eq!(included(text), ["y.rs", "z", "x.txt"]);
        assert_eq!(included("include!{\"y.rs\"}"), ["y.rs"]);
        assert_eq!(included("include!(concat!(env!(\"OUT\"), \"/a\", \".rs\",));"), ["/out/a.rs"]);
        assert_eq!(included("include!(concat!(env!(\"NONE\"), \"/a\")); include!(concat!(stringify!(a)))"), [""; 0]);
    }

    #[test]
    fn files_are_found_by_path() {
        let text = "#[path = \"a.rs\"] mod a; #[cfg_attr(unix, path=\"b/mod.rs\")] mod b; let path = \"no\"; path";
        assert_eq!(files_by_path(text).collect::<Vec<_>>(), ["a.rs", "b/mod.rs"]);
    }
}
