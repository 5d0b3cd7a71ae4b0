//! A [`Tcx`] over a crate that is given as text.

use super::store::{COMPILER, Store};
use super::{Options, PanicStrategy, Tcx};
use ramir::text::{DefTable, Printer, parse_crate, parse_ty};
use ramir::*;

pub struct TestCrate {
    pub tcx: Tcx,
    names: DefTable,
}

impl TestCrate {
    pub fn new(text: &str) -> TestCrate {
        let interner = Interner::new();
        let krate = parse_crate(&interner, &(), text).unwrap_or_else(|e| panic!("{e}"));
        let name = interner.str(krate.root.name).to_owned();
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("test.ramir");
        krate.into_writer(&interner, COMPILER.into()).write(&path).expect("the crate can be written");
        let store = Store::open(&[path]).expect("what was written can be read");
        let opts =
            Options { overflow_checks: true, ub_checks: true, panic: PanicStrategy::Unwind, share_generics: true };
        let tcx = Tcx::new(store, opts);
        let mut names = DefTable::default();
        let loaded = &tcx.store.krate(tcx.store.local).expect("the crate is loaded").loaded;
        names.insert_loaded(&tcx.interner, loaded).expect("its definitions can be read");
        assert_eq!(name, loaded.dep().name);
        TestCrate { tcx, names }
    }

    pub fn names(&self) -> &DefTable {
        &self.names
    }

    pub fn ty(&self, text: &str) -> Ty {
        parse_ty(&self.tcx.interner, &self.names, text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    pub fn def(&self, path: &str) -> DefId {
        ramir::text::Resolve::resolve(&self.names, path).unwrap_or_else(|| panic!("no {path}"))
    }

    pub fn args(&self, tys: &[&str]) -> Args {
        let tys: Vec<_> = tys.iter().map(|ty| GenericArg::Type(self.ty(ty))).collect();
        self.tcx.mk_args(&tys)
    }

    pub fn printer(&self) -> Printer<'_> {
        Printer::new(&self.tcx.interner, &self.names)
    }
}
