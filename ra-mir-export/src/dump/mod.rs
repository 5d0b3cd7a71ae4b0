//! rustc's answers as text, one line an answer, sorted: the oracle that rac is compared with.
//!
//! Names of types and definitions are those of [`ramir::text::Printer`], which both sides use: types are converted to
//! ramir, so regions are erased, bound ones anonymous. The lines are:
//!
//! - `mono-items`: `fn INSTANCE`, `static PATH`, `global_asm PATH`, for what rustc would generate code for.
//! - `symbols`: `INSTANCE = SYMBOL` for the same items, and `item PATH = SYMBOL` for every function and static that is not
//!   generic and that a dependency exports.
//! - `layouts`, `type-ids`: of each type of a local in a mono item's body, and of what it is made of; see [`layout`].
//! - `vtables`: `TYPE as DYN = [ENTRY, ..]` for each pair that is unsized or whose vtable a constant names; see [`vtable`].
//! - `abis`: `INSTANCE: ABI` for each mono item and what it calls; see [`abi`].
//! - `consts`: `PATH<ARGS> = BYTES` for each constant in a mono item's body; see [`consts`].
//!
//! An `INSTANCE` is the kind of `InstanceKind` in snake case, then the definition with its arguments, or for drop glue and
//! clone shims the type.

mod abi;
mod consts;
mod layout;
mod vtable;

use crate::cx::ExportCx;
use crate::rustc::*;
use ramir::text::{DefNames, Printer, segment};
use rustc_middle::middle::exported_symbols::ExportedSymbol;
use rustc_middle::mir::mono::MonoItem;
use rustc_middle::ty::{EarlyBinder, Instance, InstanceKind, TypeFoldable, TypingEnv};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Write;

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Kind {
    Layouts,
    Symbols,
    MonoItems,
    Vtables,
    Consts,
    TypeIds,
    Abis,
}

/// Prints the answers of `kind` on stdout: about the local crate's mono items, or with `of_sysroot` about everything
/// that is not generic and has MIR in the metadata of the sysroot's crates.
pub fn dump(tcx: TyCtxt<'_>, kind: Kind, of_sysroot: bool) -> std::io::Result<()> {
    let interner = ramir::Interner::new();
    let cx = RefCell::new(ExportCx::new(tcx, &interner, LOCAL_CRATE));
    let dump = Dump { tcx, interner: &interner, cx, of_sysroot };
    let lines = match kind {
        Kind::MonoItems => dump.mono_items().into_iter().map(|item| dump.mono_item(item)).collect(),
        Kind::Symbols => dump.symbols(),
        Kind::Layouts => dump.types().into_iter().filter_map(|ty| dump.layout_line(ty)).collect(),
        Kind::TypeIds => {
            let types = dump.types().into_iter();
            types.map(|ty| format!("{} = {:#034x}", dump.ty(ty), tcx.type_id_hash(ty).as_u128())).collect()
        }
        Kind::Vtables => dump.vtable_lines(),
        Kind::Consts => dump.const_lines(),
        Kind::Abis => dump.abi_lines(),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

pub struct Dump<'tcx, 'i> {
    tcx: TyCtxt<'tcx>,
    interner: &'i ramir::Interner,
    cx: RefCell<ExportCx<'tcx, 'i>>,
    of_sysroot: bool,
}

impl DefNames for Dump<'_, '_> {
    fn def_path(&self, def: ramir::DefId) -> Option<String> {
        let mut cx = self.cx.borrow_mut();
        let krate = cx.rustc_crate(def.krate);
        let mut at = DefId { krate, index: DefIndex::from_u32(def.index.0) };
        let mut segments = Vec::new();
        while let Some(parent) = self.tcx.opt_parent(at) {
            let key = cx.def_key(at);
            segments.push(segment(self.interner, &key));
            at = parent;
        }
        segments.push(self.tcx.crate_name(krate).to_string());
        segments.reverse();
        Some(segments.join("::"))
    }
}

impl<'tcx> Dump<'tcx, '_> {
    fn printer(&self) -> Printer<'_> {
        Printer::new(self.interner, self)
    }

    fn ty(&self, ty: Ty<'tcx>) -> String {
        let ty = self.cx.borrow_mut().ty(ty);
        self.printer().ty(ty)
    }

    fn def(&self, def_id: DefId) -> String {
        let def = self.cx.borrow_mut().def_id(def_id);
        self.printer().def(def)
    }

    fn def_with_args(&self, def_id: DefId, args: ty::GenericArgsRef<'tcx>) -> String {
        let (def, args) = {
            let mut cx = self.cx.borrow_mut();
            (cx.def_id(def_id), cx.args(args))
        };
        self.printer().def_with_args(def, args)
    }

    fn instance(&self, instance: Instance<'tcx>) -> String {
        let kind = match instance.def {
            InstanceKind::Item(_) => "item",
            InstanceKind::Intrinsic(_) => "intrinsic",
            InstanceKind::VTableShim(_) => "vtable_shim",
            InstanceKind::ReifyShim(..) => "reify_shim",
            InstanceKind::FnPtrShim(..) => "fn_ptr_shim",
            InstanceKind::Virtual(_, slot) => {
                return format!("virtual#{slot} {}", self.def_with_args(instance.def_id(), instance.args));
            }
            InstanceKind::ClosureOnceShim { .. } => "closure_once_shim",
            InstanceKind::ConstructCoroutineInClosureShim { receiver_by_ref: false, .. } => {
                "construct_coroutine_in_closure_shim"
            }
            InstanceKind::ConstructCoroutineInClosureShim { receiver_by_ref: true, .. } => {
                "construct_coroutine_in_closure_shim_by_ref"
            }
            InstanceKind::ThreadLocalShim(_) => "thread_local_shim",
            InstanceKind::FutureDropPollShim(..) => "future_drop_poll_shim",
            InstanceKind::DropGlue(_, Some(ty)) => return format!("drop_glue {}", self.ty(ty)),
            InstanceKind::DropGlue(_, None) => return format!("drop_glue_noop {}", self.ty(instance.args.type_at(0))),
            InstanceKind::CloneShim(_, ty) => return format!("clone_shim {}", self.ty(ty)),
            InstanceKind::FnPtrAddrShim(_, ty) => return format!("fn_ptr_addr_shim {}", self.ty(ty)),
            InstanceKind::AsyncDropGlueCtorShim(..) => "async_drop_glue_ctor_shim",
            InstanceKind::AsyncDropGlue(..) => "async_drop_glue",
        };
        format!("{kind} {}", self.def_with_args(instance.def_id(), instance.args))
    }

    fn mono_items(&self) -> Vec<MonoItem<'tcx>> {
        if self.of_sysroot {
            return self.sysroot_items();
        }
        let units = self.tcx.collect_and_partition_mono_items(()).codegen_units;
        units.iter().flat_map(|unit| unit.items().keys().copied()).collect()
    }

    /// The functions and methods of all loaded crates that are not generic and whose MIR is there.
    fn sysroot_items(&self) -> Vec<MonoItem<'tcx>> {
        let tcx = self.tcx;
        let mut items = Vec::new();
        for &krate in tcx.crates(()) {
            for index in 0..tcx.num_extern_def_ids(krate) {
                let def_id = DefId { krate, index: DefIndex::from_usize(index) };
                let is_candidate = matches!(tcx.def_kind(def_id), DefKind::Fn | DefKind::AssocFn)
                    && tcx.is_mir_available(def_id)
                    && !tcx.generics_of(def_id).requires_monomorphization(tcx);
                if is_candidate {
                    let instance = Instance::mono(tcx, def_id);
                    if !tcx.instantiate_and_check_impossible_predicates((def_id, instance.args)) {
                        items.push(MonoItem::Fn(instance));
                    }
                }
            }
        }
        items
    }

    fn mono_item(&self, item: MonoItem<'tcx>) -> String {
        match item {
            MonoItem::Fn(instance) => format!("fn {}", self.instance(instance)),
            MonoItem::Static(def) => format!("static {}", self.def(def)),
            MonoItem::GlobalAsm(id) => format!("global_asm {}", self.def(id.owner_id.to_def_id())),
        }
    }

    fn symbols(&self) -> BTreeSet<String> {
        let tcx = self.tcx;
        let mut lines = BTreeSet::new();
        for item in self.mono_items() {
            match item {
                MonoItem::Fn(instance) => {
                    lines.insert(format!("{} = {}", self.instance(instance), tcx.symbol_name(instance)));
                }
                MonoItem::Static(def) => {
                    let symbol = tcx.symbol_name(Instance::mono(tcx, def));
                    lines.insert(format!("static {} = {symbol}", self.def(def)));
                }
                MonoItem::GlobalAsm(_) => {}
            }
        }
        for &krate in tcx.crates(()) {
            for &(symbol, _) in tcx.exported_non_generic_symbols(krate) {
                if let ExportedSymbol::NonGeneric(def) = symbol {
                    let symbol = tcx.symbol_name(Instance::mono(tcx, def));
                    let kind = if tcx.is_static(def) { "static" } else { "item" };
                    lines.insert(format!("{kind} {} = {symbol}", self.def(def)));
                }
            }
        }
        lines
    }

    /// Calls `f` with each instance that has a body, and the body.
    fn for_each_body(&self, mut f: impl FnMut(Instance<'tcx>, &'tcx mir::Body<'tcx>)) {
        for item in self.mono_items() {
            if let MonoItem::Fn(instance) = item {
                f(instance, self.tcx.instance_mir(instance.def));
            }
        }
    }

    /// A part of an instance's body in concrete types.
    fn mono<T: TypeFoldable<TyCtxt<'tcx>>>(&self, instance: Instance<'tcx>, value: T) -> T {
        instance.instantiate_mir_and_normalize_erasing_regions(
            self.tcx,
            TypingEnv::fully_monomorphized(),
            EarlyBinder::bind(value),
        )
    }
}
