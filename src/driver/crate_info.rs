//! What the front end tells of the crate for its link: name, types, the crates that it is linked with, and the symbols that
//! leave it. The file's form is specified where it is written, in `ra-mir-export`.

use super::options::CrateType;
use crate::adapter::provider::{MacroKind, ProcMacro, ProcMacroCrate};
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How a crate gets into an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// From its rlib.
    Static,
    /// From its shared library.
    Dynamic,
    /// It is in the shared library of another crate.
    Included,
}

/// A crate that code may come from.
#[derive(Debug)]
pub struct UsedCrate {
    pub name: String,
    pub stable_crate_id: u64,
    pub rlib: Option<PathBuf>,
    pub dylib: Option<PathBuf>,
    pub rmeta: Option<PathBuf>,
}

impl UsedCrate {
    /// The file that it was found by.
    pub fn source(&self) -> Result<&Path> {
        let source = self.rlib.as_ref().or(self.dylib.as_ref()).or(self.rmeta.as_ref());
        source.map(PathBuf::as_path).with_context(|| format!("crate `{}` has no file", self.name))
    }
}

/// A library that is known by what is imported from it alone.
#[derive(Debug)]
pub struct RawDylib {
    /// The name by which the loader finds it.
    pub file: String,
    /// It is recorded only where a symbol is used.
    pub as_needed: bool,
    pub symbols: Vec<String>,
}

#[derive(Debug, Default)]
pub struct CrateInfo {
    pub name: String,
    pub types: Vec<CrateType>,
    pub edition: String,
    /// The unstable features of the language that are on.
    pub features: Vec<String>,
    /// The crates that paths begin with: name, and stable id.
    pub externs: Vec<(String, u64)>,
    /// The crates of procedural macros that are loaded.
    pub macro_crates: Vec<ProcMacroCrate>,
    /// The active configuration, as `rustc --print cfg` prints it.
    pub cfg: Vec<String>,
    /// What std's start-up is told to do about SIGPIPE.
    pub sigpipe: u8,
    /// The program has an allocator, which `alloc` reaches through a shim.
    has_allocator: bool,
    /// Dependents before what they depend on.
    pub crates: Vec<UsedCrate>,
    linkage: HashMap<(CrateType, u64), Linkage>,
    exported: HashMap<CrateType, Vec<String>>,
    needed: HashMap<CrateType, Vec<String>>,
    /// Libraries that need not be there when linking.
    pub raw_dylibs: Vec<RawDylib>,
    /// Of a shared library's metadata.
    pub metadata_symbol: Option<String>,
}

impl CrateInfo {
    pub fn read(path: &Path) -> Result<CrateInfo> {
        let text = std::fs::read_to_string(path).context("the front end told nothing of the crate")?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<CrateInfo> {
        let mut info = CrateInfo::default();
        let crate_type = |name: &str| CrateType::named(name).with_context(|| format!("unknown crate type: `{name}`"));
        let number = |id: &str| u64::from_str_radix(id, 16).with_context(|| format!("bad crate id `{id}`"));
        let file = |path: &str| (!path.is_empty()).then(|| PathBuf::from(path));
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            match parts[..] {
                ["name", name] => info.name = name.to_owned(),
                ["type", ty] => info.types.push(crate_type(ty)?),
                ["edition", edition] => info.edition = edition.to_owned(),
                ["feature", name] => info.features.push(name.to_owned()),
                ["extern", name, id] => info.externs.push((name.to_owned(), number(id)?)),
                ["macros", name, id, library, edition] => info.macro_crates.push(ProcMacroCrate {
                    name: name.to_owned(),
                    stable_crate_id: number(id)?,
                    library: library.into(),
                    edition: edition.to_owned(),
                    macros: Vec::new(),
                }),
                ["macro", kind, name, helpers] => {
                    let kind = match kind {
                        "derive" => MacroKind::Derive,
                        "attribute" => MacroKind::Attribute,
                        "call" => MacroKind::Call,
                        _ => bail!("unknown kind of macro in `{line}`"),
                    };
                    let helpers = helpers.split(',').filter(|helper| !helper.is_empty()).map(str::to_owned).collect();
                    let krate = info.macro_crates.last_mut().with_context(|| format!("no crate for `{line}`"))?;
                    krate.macros.push(ProcMacro { kind, name: name.to_owned(), helpers });
                }
                ["cfg", cfg] => info.cfg.push(cfg.to_owned()),
                ["sigpipe", number] => {
                    info.sigpipe = number.parse().with_context(|| format!("bad number in `{line}`"))?;
                }
                ["import", file, as_needed, symbol] => info.import(file, as_needed == "y", symbol),
                ["allocator"] => info.has_allocator = true,
                ["crate", name, id, rlib, dylib, rmeta] => info.crates.push(UsedCrate {
                    name: name.to_owned(),
                    stable_crate_id: number(id)?,
                    rlib: file(rlib),
                    dylib: file(dylib),
                    rmeta: file(rmeta),
                }),
                ["link", ty, id, how] => {
                    let how = match how {
                        "static" => Linkage::Static,
                        "dynamic" => Linkage::Dynamic,
                        "included" => Linkage::Included,
                        _ => bail!("unknown linkage in `{line}`"),
                    };
                    info.linkage.insert((crate_type(ty)?, number(id)?), how);
                }
                ["export", ty, symbol] => info.exported.entry(crate_type(ty)?).or_default().push(symbol.to_owned()),
                ["need", ty, symbol] => info.needed.entry(crate_type(ty)?).or_default().push(symbol.to_owned()),
                ["metadata", symbol] => info.metadata_symbol = Some(symbol.to_owned()),
                _ => bail!("the front end said `{line}`, which is not understood"),
            }
        }
        Ok(info)
    }

    fn import(&mut self, file: &str, as_needed: bool, symbol: &str) {
        let position = self.raw_dylibs.iter().position(|lib| lib.file == file).unwrap_or_else(|| {
            self.raw_dylibs.push(RawDylib { file: file.to_owned(), as_needed: true, symbols: Vec::new() });
            self.raw_dylibs.len() - 1
        });
        let lib = &mut self.raw_dylibs[position];
        lib.as_needed &= as_needed;
        if !symbol.is_empty() && lib.symbols.iter().all(|known| known != symbol) {
            lib.symbols.push(symbol.to_owned());
        }
    }

    pub fn linkage(&self, ty: CrateType, stable_crate_id: u64) -> Option<Linkage> {
        self.linkage.get(&(ty, stable_crate_id)).copied()
    }

    /// The crates that an output of type `ty` is linked with.
    pub fn linked(&self, ty: CrateType) -> impl Iterator<Item = (&UsedCrate, Linkage)> {
        self.crates.iter().filter_map(move |krate| Some((krate, self.linkage(ty, krate.stable_crate_id)?)))
    }

    /// Whether an output of type `ty` defines the allocator's shim: a shared library that it is linked with would have one.
    pub fn needs_allocator_shim(&self, ty: CrateType) -> bool {
        let is_final = !matches!(ty, CrateType::Rlib | CrateType::ProcMacro);
        is_final && self.has_allocator && self.linked(ty).all(|(_, linkage)| linkage != Linkage::Dynamic)
    }

    /// What a shared library exports.
    pub fn exported(&self, ty: CrateType) -> &[String] {
        self.exported.get(&ty).map_or(&[], Vec::as_slice)
    }

    /// What has to be taken from archives though nothing refers to it.
    pub fn needed(&self, ty: CrateType) -> &[String] {
        self.needed.get(&ty).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn facts_are_read() {
        let text = "name\ta\ntype\tbin\nallocator\ncrate\tb\t0a\t/b.rlib\t\t\nlink\tbin\t0a\tstatic\n\
                    crate\tc\t0b\t\t/c.so\t\nlink\tdylib\t0b\tdynamic\nexport\tdylib\tf\n";
        let info = CrateInfo::parse(text).unwrap();
        let linked = |ty| info.linked(ty).map(|(krate, how)| format!("{} {how:?}", krate.name)).collect::<Vec<_>>();
        let text = format!(
            "{} {:?} {:?} {:?} {} {} {:?}",
            info.name,
            info.types,
            linked(CrateType::Bin),
            linked(CrateType::Dylib),
            info.needs_allocator_shim(CrateType::Bin),
            info.needs_allocator_shim(CrateType::Dylib),
            info.exported(CrateType::Dylib),
        );
        expect![[r#"a [Bin] ["b Static"] ["c Dynamic"] true false ["f"]"#]].assert_eq(&text);
        assert!(CrateInfo::parse("crate\tb").is_err());
    }
}
