//! The adapter's answers as text, in the form in which `ra-mir-export --dump` prints rustc's, to be compared with them.
//!
//! A line is a subject and an answer. [`compare`] takes rustc's lines, parses the subjects and answers them again, so it
//! needs no collector. Knows the adapter only.

mod abi;
mod consts;
mod layout;
#[cfg(test)]
mod tests;
mod vtable;

use crate::adapter::{Error, Result, Tcx};
use ramir::file::Section;
use ramir::text::{DefNames, Resolve, parse_ty, segment};
use ramir::*;
use rustc_hash::FxHashMap;

/// A kind of answer, by its name in `ra-mir-export --dump`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Layouts,
    TypeIds,
    Consts,
    Abis,
    Vtables,
}

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(s: &str) -> Result<Kind, String> {
        match s {
            "layouts" => Ok(Kind::Layouts),
            "type-ids" => Ok(Kind::TypeIds),
            "consts" => Ok(Kind::Consts),
            "abis" => Ok(Kind::Abis),
            "vtables" => Ok(Kind::Vtables),
            _ => Err(format!("no oracle for `{s}`")),
        }
    }
}

/// Answers questions whose subjects are texts.
pub struct Oracle<'tcx> {
    tcx: &'tcx Tcx,
    names: Names,
}

/// The paths of all definitions, as `ra-mir-export --dump` writes them.
#[derive(Default)]
struct Names {
    paths: FxHashMap<DefId, String>,
    /// A type and a function may have the same path: then the type.
    defs: FxHashMap<String, DefId>,
    /// Functions, constants and statics alone.
    values: FxHashMap<String, DefId>,
}

impl Names {
    fn insert_crate(&mut self, tcx: &Tcx, krate: &crate::adapter::store::CrateData) -> Result<()> {
        let loaded = &krate.loaded;
        for index in loaded.keys(Section::DefKeys) {
            let Some(key) = loaded.def_key(index)? else { continue };
            let path = match key.parent {
                None => tcx.str(krate.root.name).to_owned(),
                Some(parent) => match self.paths.get(&DefId { krate: loaded.num(), index: parent }) {
                    Some(parent) => format!("{parent}::{}", segment(tcx, &key)),
                    None => continue,
                },
            };
            let def = DefId { krate: loaded.num(), index };
            if matches!(key.data, DefPathData::TypeNs(_)) || !self.defs.contains_key(&path) {
                self.defs.insert(path.clone(), def);
            }
            if matches!(key.data, DefPathData::ValueNs(_)) {
                self.values.insert(path.clone(), def);
            }
            self.paths.insert(def, path);
        }
        Ok(())
    }

    /// The function or constant, and its arguments, that `text` names.
    fn value(&self, tcx: &Tcx, text: &str) -> Result<(DefId, Args)> {
        let item = parse_ty(tcx, self, &format!("fndef {text}")).map_err(|e| Error::missing(e.to_string()))?;
        let TyKind::FnDef(def, args) = *tcx.kind(item) else { return Err(Error::missing("a definition")) };
        let value = self.paths.get(&def).and_then(|path| self.values.get(path));
        Ok((value.copied().unwrap_or(def), args))
    }
}

impl DefNames for Names {
    fn def_path(&self, def: DefId) -> Option<String> {
        self.paths.get(&def).cloned()
    }
}

impl Resolve for Names {
    fn resolve(&self, path: &str) -> Option<DefId> {
        self.defs.get(path).copied()
    }
}

/// A line that rustc answers differently.
#[derive(Debug)]
pub struct Difference {
    pub expected: String,
    /// Our line, or why there is none.
    pub found: String,
}

impl<'tcx> Oracle<'tcx> {
    pub fn new(tcx: &'tcx Tcx) -> Result<Oracle<'tcx>> {
        let mut names = Names::default();
        for krate in tcx.store.crates() {
            names.insert_crate(tcx, krate)?;
        }
        Ok(Oracle { tcx, names })
    }

    /// Our line about a subject: a type, for constants an item, for ABIs an instance, for vtables a type and a `dyn` type.
    pub fn line(&self, kind: Kind, subject: &str) -> Result<String> {
        let ty = || parse_ty(self.tcx, &self.names, subject).map_err(|e| Error::missing(e.to_string()));
        match kind {
            Kind::Layouts => layout::line(self.tcx, subject, ty()?),
            Kind::TypeIds => Ok(format!("{subject} = {:#034x}", self.tcx.type_id_hash(ty()?)?)),
            Kind::Consts => consts::line(self.tcx, &self.names, subject),
            Kind::Abis => abi::line(self.tcx, &self.names, subject),
            Kind::Vtables => vtable::line(self.tcx, &self.names, subject),
        }
    }

    /// The lines of `expected` that we would write otherwise.
    pub fn compare(&self, kind: Kind, expected: &str) -> Vec<Difference> {
        let subject = |line: &'_ str| match kind {
            Kind::Layouts => line.find(": size "),
            Kind::TypeIds => line.rfind(" = 0x"),
            Kind::Consts => line.find(" = "),
            Kind::Vtables => line.find(" = ["),
            Kind::Abis => [": rust ", ": c ", ": win64 ", ": other "].iter().filter_map(|conv| line.find(conv)).min(),
        };
        let answer = |line: &str| {
            let end = subject(line).ok_or_else(|| Error::missing("subject of the line"))?;
            self.line(kind, &line[..end])
        };
        expected
            .lines()
            .filter_map(|line| {
                let found = answer(line).unwrap_or_else(|e| format!("error: {e}"));
                (found != line).then(|| Difference { expected: line.to_owned(), found })
            })
            .collect()
    }
}
