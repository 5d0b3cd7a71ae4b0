//! An executable that is made from rust-analyzer's bodies while rustc still checks them.
//!
//! rustc's front end writes the crate's items before it borrow-checks the bodies. From these and rust-analyzer's bodies the executable
//! is made beside the check. It is rac's answer only if rustc finds no error and, where rustc's bodies may be used, if each body does
//! what rustc's does; otherwise all is thrown away, and the crate compiled as if this had not been tried.

use super::aot::{Compilation, Objects, Phases};
use super::diagnostics::Diagnostics;
use super::options::{CrateType, OutputType, Session};
use super::report::Fallback;
use crate::adapter::Tcx;
use crate::adapter::complete::Facts;
use crate::adapter::provider::{Analysis, ProvidedBody};
use crate::adapter::store::{OnRefusal, Store};
use anyhow::Result;
use ramir::DefId;
use rayon::prelude::*;
use std::mem::ManuallyDrop;
use std::path::PathBuf;

/// An executable that waits for rustc's verdict.
pub struct Ahead {
    /// Not dropped: freeing every interned value would only take time.
    tcx: ManuallyDrop<Tcx>,
    objects: Objects,
    pub executable: PathBuf,
}

/// Whether all that is wanted is an executable. That the crate is one, the front end finds out.
pub fn is_possible(session: &Session) -> bool {
    let cli = &session.cli;
    let mut others = session.emit.iter().filter(|(ty, _)| *ty != OutputType::DepInfo);
    let only_links = matches!(others.next(), Some((OutputType::Link, _))) && others.next().is_none();
    only_links
        && !session.no_codegen
        && !session.unpretty
        && session.input != "-"
        && !cli.test
        && !cli.compare_bodies
        && cli.oracle.is_empty()
}

impl Ahead {
    /// Makes the executable. `None`: something that rust-analyzer does not have is needed, or something is wrong, which the compilation
    /// that follows will tell.
    pub fn make(compilation: &Compilation<'_>, analysis: &dyn Analysis, phases: &mut Phases) -> Option<Ahead> {
        let mut store = compilation.store().ok()?;
        store.set_ahead();
        compilation.start_analysis(analysis, &mut store, OnRefusal::Fail).ok()?;
        phases.end("analysis");
        let tcx = ManuallyDrop::new(Tcx::new(store, compilation.session.adapter_options()));
        let objects = compilation.generate(&tcx, phases).ok()?.ok()?;
        let executable = compilation.link(&tcx, &objects, CrateType::Bin).ok()?;
        phases.end("link");
        Some(Ahead { tcx, objects, executable })
    }

    pub fn has_coroutines(&self) -> bool {
        self.tcx.store.all_provided().iter().any(|(_, provided)| provided.coroutine.is_some())
    }

    /// What a body that was used does otherwise than the one in `checked`, the crate as rustc has checked it, with the body's name.
    /// With `of_layouts`, only how a coroutine is laid out.
    pub fn difference(&self, checked: &Store, of_layouts: bool) -> Result<Option<String>> {
        let store = &self.tcx.store;
        let difference = |(def, provided): (DefId, &ProvidedBody)| {
            if of_layouts && provided.coroutine.is_none() {
                return anyhow::Ok(None);
            }
            let Some(exported) = checked.exported_facts(def)? else { return Ok(None) };
            let ours = Facts::of_provided(store, def, provided)?;
            if of_layouts && exported.has_layout_of(&ours) {
                return Ok(None);
            }
            let difference = exported.differences(&ours).into_iter().next();
            Ok(difference.map(|difference| format!("`{}`: {difference}", store.def_path_str(def))))
        };
        let differences = store.all_provided().into_par_iter().filter_map(|body| difference(body).transpose());
        differences.min_by_key(|difference| difference.as_ref().ok().cloned()).transpose()
    }

    /// What is said of an executable that was published.
    pub fn finish(&self, session: &Session, diagnostics: &Diagnostics, phases: &Phases) -> Result<u8> {
        self.objects.warnings.iter().for_each(|warning| diagnostics.warning(warning));
        if let Some(format) = session.cli.report_fallback {
            Fallback::of(&self.tcx.store).print(format)?;
        }
        if session.timings {
            phases.print();
        }
        Ok(0)
    }
}
