//! Symbol names: v0 mangling, equal to rustc's. Semantics: `rustc_symbol_mangling::{lib, v0}`, RFC 2603, and for what a
//! path consists of `Printer::default_print_def_path`.

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::interner::TypeFlags;
use ramir::*;
use rustc_hash::FxHashMap;
use rustc_stable_hash::FromStableHash;
use rustc_stable_hash::hashers::{SipHasher128Hash, StableSipHasher128};
use std::fmt::Write;
use std::hash::Hasher;

#[derive(Default)]
pub struct Cache {
    names: Memo<Instance, String>,
}

/// The compiler's version as rustc's `CFG_VERSION` has it; internal symbols are told apart by it.
const CFG_VERSION: &str = "1.95.0 (59807616e 2026-04-14)";

impl Tcx {
    /// The symbol of an instance. One that several crates can have a copy of also names the crate whose copy it is: the
    /// dependency's if [`Tcx::upstream_monomorphization`] finds one, else the local crate.
    pub fn symbol_name(&self, instance: Instance) -> Result<&str> {
        self.symbols.names.get_or_try(instance, |instance| self.compute_symbol_name(*instance)).map(String::as_str)
    }

    /// The symbol of a static.
    pub fn static_symbol_name(&self, def: DefId) -> Result<&str> {
        self.symbol_name(Instance::new(def, Args::EMPTY))
    }

    /// The symbol of a function of the compiler's runtime interface, such as `__rust_alloc`.
    pub fn internal_symbol_name(&self, name: &str) -> String {
        // std's personality function is named by the unwinder's ABI.
        if name == "rust_eh_personality" {
            return name.to_owned();
        }
        let mut hasher = StableSipHasher128::new();
        hasher.write(CFG_VERSION.as_bytes());
        let Hash64(hash) = hasher.finish();
        let mut out = String::from("_RNvC");
        push_opt_integer_62(&mut out, "s", hash);
        push_ident(&mut out, "__rustc");
        push_ident(&mut out, name);
        out
    }

    fn compute_symbol_name(&self, instance: Instance) -> Result<String> {
        let def = instance.def_id();
        let item = self.store.item(def)?;
        let attrs = self.codegen_attrs(def)?.filter(|_| {
            // Shims that are not the item itself have names of their own.
            matches!(instance.def, InstanceKind::Item(_) | InstanceKind::Intrinsic(_) | InstanceKind::Virtual(..))
        });
        if let Some(attrs) = attrs {
            let own_name = match &item.data {
                ItemData::Fn(f) => Some(f.name),
                ItemData::Static(s) => Some(s.name),
                _ => None,
            };
            if attrs.rustc_std_internal_symbol {
                let name = attrs.symbol_name.or(own_name).ok_or_else(|| Error::missing("a function's name"))?;
                return Ok(self.internal_symbol_name(self.str(name)));
            }
            let is_foreign = match &item.data {
                ItemData::Fn(f) => f.is_foreign,
                ItemData::Static(s) => s.is_foreign,
                _ => false,
            };
            // Several externally implementable items may have one name.
            let is_plain = attrs.no_mangle || is_foreign && !attrs.externally_implementable;
            if let Some(name) = attrs.symbol_name.or(own_name.filter(|_| is_plain)) {
                return Ok(self.str(name).to_owned());
            }
        }
        let args = self.normalize_args(instance.args)?;
        let instantiating = if self.has_non_erasable_args(args) {
            Some(self.upstream_monomorphization(instance)?.unwrap_or(self.store.local))
        } else if self.may_conflict(instance)? {
            Some(self.store.local)
        } else {
            None
        };
        let mut mangler = Mangler::new(self);
        let shim_kind = match instance.def {
            InstanceKind::ThreadLocalShim(_) => Some("tls"),
            InstanceKind::VTableShim(_) => Some("vtable"),
            InstanceKind::ReifyShim(_) => Some("reify"),
            InstanceKind::ConstructCoroutineInClosureShim { receiver_by_ref: true, .. } => Some("by_move"),
            InstanceKind::ConstructCoroutineInClosureShim { receiver_by_ref: false, .. } => Some("by_ref"),
            InstanceKind::FutureDropPollShim(..) => Some("drop"),
            _ => None,
        };
        let args = self.args(args);
        match shim_kind {
            Some(kind) => mangler.path_append_ns(|m| m.print_def_path(def, args), 'S', 0, kind)?,
            None => mangler.print_def_path(def, args)?,
        }
        if let Some(krate) = instantiating {
            mangler.print_crate(krate);
        }
        Ok(mangler.out)
    }

    /// `InstantiationMode::GloballyShared { may_conflict: true }`, for an instance without generic arguments: every crate
    /// that uses it has a copy under a name of its own.
    fn may_conflict(&self, instance: Instance) -> Result<bool> {
        let def = instance.def_id();
        let data = &self.store.item(def)?.data;
        if !matches!(data, ItemData::Fn(_) | ItemData::Closure(_) | ItemData::Ctor(_)) {
            return Ok(false);
        }
        let is_entry = self.store.krate(self.store.local)?.root.entry_fn == Some(def);
        if is_entry || matches!(instance.def, InstanceKind::DropGlue(_, Some(_))) {
            return Ok(false);
        }
        let attrs = self.codegen_attrs(def)?;
        if attrs.is_some_and(|attrs| attrs.naked || attrs.externally_implementable || attrs.linkage.is_some()) {
            return Ok(false);
        }
        let inline = attrs.map_or(InlineAttr::None, |attrs| attrs.inline);
        if inline == InlineAttr::Always || !self.is_unoptimized() {
            return Ok(false);
        }
        Ok(match instance.def {
            InstanceKind::Item(_) => match data {
                ItemData::Fn(f) => match inline {
                    InlineAttr::Never => false,
                    InlineAttr::Hint | InlineAttr::Always => true,
                    InlineAttr::None => def.krate != self.store.local && !f.exported && !f.is_foreign,
                },
                _ => true,
            },
            InstanceKind::ThreadLocalShim(_) => false,
            _ => true,
        })
    }

    /// Sharing generic instances is what rustc does without optimization.
    fn is_unoptimized(&self) -> bool {
        self.opts.share_generics
    }
}

/// The half of a stable hash that rustc takes where it wants 64 bits.
struct Hash64(u64);

impl FromStableHash for Hash64 {
    type Hash = SipHasher128Hash;
    fn from(SipHasher128Hash([hash, _]): SipHasher128Hash) -> Self {
        Hash64(hash)
    }
}

struct Mangler<'a> {
    tcx: &'a Tcx,
    out: String,
    /// For each open binder, the range of lifetime depths that it binds.
    binders: Vec<std::ops::Range<u32>>,
    paths: FxHashMap<(DefId, Vec<GenericArg>), usize>,
    types: FxHashMap<Ty, usize>,
    consts: FxHashMap<Const, usize>,
}

const PREFIX: &str = "_R";

impl<'a> Mangler<'a> {
    fn new(tcx: &'a Tcx) -> Self {
        Mangler {
            tcx,
            out: PREFIX.to_owned(),
            binders: Vec::new(),
            paths: FxHashMap::default(),
            types: FxHashMap::default(),
            consts: FxHashMap::default(),
        }
    }

    fn push(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn push_disambiguator(&mut self, n: u64) {
        push_opt_integer_62(&mut self.out, "s", n);
    }

    fn print_backref(&mut self, at: usize) {
        self.push("B");
        push_integer_62(&mut self.out, (at - PREFIX.len()) as u64);
    }

    fn path_append_ns(
        &mut self,
        prefix: impl FnOnce(&mut Self) -> Result<()>,
        ns: char,
        disambiguator: u64,
        name: &str,
    ) -> Result<()> {
        self.push("N");
        self.out.push(ns);
        prefix(self)?;
        self.push_disambiguator(disambiguator);
        push_ident(&mut self.out, name);
        Ok(())
    }

    fn print_crate(&mut self, krate: CrateNum) {
        let key = (DefId { krate, index: DefIndex(0) }, Vec::new());
        if let Some(&at) = self.paths.get(&key) {
            return self.print_backref(at);
        }
        let start = self.out.len();
        let dep = self.tcx.store.crate_dep(krate);
        self.push("C");
        self.push_disambiguator(dep.stable_crate_id);
        push_ident(&mut self.out, &dep.name);
        self.paths.insert(key, start);
    }

    fn print_def_path(&mut self, def: DefId, args: &[GenericArg]) -> Result<()> {
        if def.index == DefIndex(0) {
            self.print_crate(def.krate);
            return Ok(());
        }
        let key = (def, args.to_vec());
        if let Some(&at) = self.paths.get(&key) {
            self.print_backref(at);
            return Ok(());
        }
        let start = self.out.len();
        self.print_new_def_path(def, args)?;
        if !args.iter().any(|arg| self.has_escaping_bound_vars(arg)) {
            self.paths.insert(key, start);
        }
        Ok(())
    }

    fn print_new_def_path(&mut self, def: DefId, args: &[GenericArg]) -> Result<()> {
        let key = *self.tcx.store.def_key(def)?;
        let parent = DefId { krate: def.krate, index: key.parent.ok_or_else(|| Error::missing("a parent definition"))? };
        if key.data == DefPathData::Impl {
            return self.print_impl_path(def, parent, &key, args);
        }
        let mut parent_args = args;
        let mut trait_qualified = false;
        // A variant has its enum's parameters and no item of its own.
        let item = if args.is_empty() { None } else { self.tcx.store.opt_item(def)? };
        if let Some(item) = item {
            let generics = &item.generics;
            parent_args = &args[..(generics.parent_count as usize).min(args.len())];
            match key.data {
                DefPathData::Closure => {
                    let of_async_closure = match &item.data {
                        ItemData::Closure(c) => c.coroutine.as_ref().is_some_and(|c| {
                            matches!(
                                c.kind,
                                CoroutineKind::Async(CoroutineSource::Closure)
                                    | CoroutineKind::Gen(CoroutineSource::Closure)
                                    | CoroutineKind::AsyncGen(CoroutineSource::Closure)
                            )
                        }),
                        _ => false,
                    };
                    if of_async_closure && let Some(kind) = args.get(parent_args.len()) {
                        return self.print_path_generic_args(|m| m.print_def_path(def, parent_args), &[*kind]);
                    }
                }
                DefPathData::SyntheticCoroutineBody | DefPathData::AnonConst => {}
                _ if !generics.own_params.is_empty() && args.len() >= generics.count() => {
                    let own = self.own_args_no_defaults(generics, args)?;
                    return self.print_path_generic_args(|m| m.print_def_path(def, parent_args), own);
                }
                _ => {}
            }
            trait_qualified = generics.has_self
                && generics.parent == Some(parent)
                && parent_args.len() == generics.parent_count as usize
                && self.tcx.store.item(parent)?.generics.parent_count == 0;
        }
        let (ns, name) = match key.data {
            DefPathData::ForeignMod => return self.print_def_path(parent, parent_args),
            DefPathData::TypeNs(name) => ('t', self.tcx.str(name)),
            DefPathData::ValueNs(name) => ('v', self.tcx.str(name)),
            DefPathData::Closure => ('C', ""),
            DefPathData::Ctor => ('c', ""),
            DefPathData::AnonConst => ('K', ""),
            DefPathData::LateAnonConst => ('k', ""),
            DefPathData::OpaqueTy => ('i', ""),
            DefPathData::SyntheticCoroutineBody => ('s', ""),
            DefPathData::NestedStatic => ('n', ""),
            DefPathData::GlobalAsm => ('a', ""),
            other => return Err(Error::unsupported(format!("symbol of a definition of kind {other:?}"))),
        };
        let print_parent = |m: &mut Self| match parent_args {
            [GenericArg::Type(self_ty), ..] if trait_qualified => {
                m.push("Y");
                m.print_type(*self_ty)?;
                m.print_def_path(parent, parent_args)
            }
            _ => m.print_def_path(parent, parent_args),
        };
        self.path_append_ns(print_parent, ns, key.disambiguator.into(), name)
    }

    fn print_impl_path(&mut self, def: DefId, parent: DefId, key: &DefKey, args: &[GenericArg]) -> Result<()> {
        let imp = self.tcx.impl_def(def)?;
        let list = self.tcx.mk_args(args);
        // An item inside of a method has none of the impl's arguments: its path names the impl as it was written.
        let is_generic = args.len() < self.tcx.store.item(def)?.generics.count();
        let trait_ref = match imp.trait_ref {
            Some(t) if is_generic => Some((t.def_id, t.args)),
            Some(t) => Some((t.def_id, self.tcx.monomorphize_args(t.args, list)?)),
            None => None,
        };
        let self_ty = if is_generic { imp.self_ty } else { self.tcx.monomorphize(imp.self_ty, list)? };
        self.push(if trait_ref.is_some() { "X" } else { "M" });
        self.push_disambiguator(key.disambiguator.into());
        self.print_def_path(parent, &[])?;
        self.print_type(self_ty)?;
        if let Some((trait_def, trait_args)) = trait_ref {
            self.print_def_path(trait_def, self.tcx.args(trait_args))?;
        }
        Ok(())
    }

    /// An item's own arguments, without `Self` and without trailing ones that equal their default.
    fn own_args_no_defaults<'b>(&self, generics: &Generics, args: &'b [GenericArg]) -> Result<&'b [GenericArg]> {
        let mut start = generics.parent_count as usize;
        let mut end = generics.count();
        if generics.has_self && generics.parent.is_none() {
            start = 1;
        }
        let list = self.tcx.mk_args(args);
        for (i, param) in generics.own_params.iter().enumerate().rev() {
            let index = generics.parent_count as usize + i;
            let is_default = match param.default {
                Some(GenericArg::Type(ty)) => GenericArg::Type(self.tcx.subst(ty, list)?) == args[index],
                Some(GenericArg::Const(ct)) => GenericArg::Const(self.tcx.subst_const(ct, list)?) == args[index],
                Some(GenericArg::Lifetime(_)) | None => false,
            };
            if !is_default {
                break;
            }
            end -= 1;
        }
        Ok(&args[start.min(end)..end])
    }

    fn print_path_generic_args(
        &mut self,
        prefix: impl FnOnce(&mut Self) -> Result<()>,
        args: &[GenericArg],
    ) -> Result<()> {
        let is_erased = |arg: &GenericArg| matches!(arg, GenericArg::Lifetime(Region::Erased));
        let regions = args.iter().any(|arg| matches!(arg, GenericArg::Lifetime(_)) && !is_erased(arg));
        let printed: Vec<GenericArg> =
            args.iter().copied().filter(|arg| regions || !matches!(arg, GenericArg::Lifetime(_))).collect();
        if printed.is_empty() {
            return prefix(self);
        }
        self.push("I");
        prefix(self)?;
        for arg in printed {
            match arg {
                GenericArg::Lifetime(r) => self.print_region(r)?,
                GenericArg::Type(ty) => self.print_type(ty)?,
                GenericArg::Const(ct) => {
                    self.push("K");
                    self.print_const(ct)?;
                }
            }
        }
        self.push("E");
        Ok(())
    }

    fn wrap_binder(&mut self, bound_vars: u32, print: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let start = self.binders.last().map_or(0, |depths| depths.end);
        push_opt_integer_62(&mut self.out, "G", bound_vars.into());
        self.binders.push(start..start + bound_vars);
        print(self)?;
        self.binders.pop();
        Ok(())
    }

    fn print_region(&mut self, region: Region) -> Result<()> {
        let index = match region {
            Region::Erased => 0,
            Region::Bound { debruijn, var } => {
                let unbound = || Error::missing("the binder of a region");
                let binder = self.binders.len().checked_sub(1 + debruijn as usize).ok_or_else(unbound)?;
                let depth = self.binders[binder].start + var;
                let innermost = self.binders.last().ok_or_else(unbound)?.end;
                1 + (innermost - 1 - depth)
            }
        };
        self.push("L");
        push_integer_62(&mut self.out, index.into());
        Ok(())
    }

    fn print_type(&mut self, ty: Ty) -> Result<()> {
        let tcx = self.tcx;
        let kind = tcx.kind(ty);
        if let Some(basic) = basic_type(kind) {
            self.push(basic);
            return Ok(());
        }
        if let Some(&at) = self.types.get(&ty) {
            self.print_backref(at);
            return Ok(());
        }
        let start = self.out.len();
        match *kind {
            TyKind::Ref(region, to, m) => {
                self.push(if m.is_mut() { "Q" } else { "R" });
                if region != Region::Erased {
                    self.print_region(region)?;
                }
                self.print_type(to)?;
            }
            TyKind::RawPtr(to, m) => {
                self.push(if m.is_mut() { "O" } else { "P" });
                self.print_type(to)?;
            }
            TyKind::Pat(base, ref pattern) => {
                self.push("W");
                self.print_type(base)?;
                self.print_pattern(pattern)?;
            }
            TyKind::Array(elem, len) => {
                self.push("A");
                self.print_type(elem)?;
                self.print_const(len)?;
            }
            TyKind::Slice(elem) => {
                self.push("S");
                self.print_type(elem)?;
            }
            TyKind::Tuple(ref tys) => {
                self.push("T");
                for &ty in tys {
                    self.print_type(ty)?;
                }
                self.push("E");
            }
            TyKind::Adt(def, args)
            | TyKind::FnDef(def, args)
            | TyKind::Closure(def, args)
            | TyKind::CoroutineClosure(def, args)
            | TyKind::Coroutine(def, args)
            | TyKind::Alias(AliasKind::Projection, def, args) => self.print_def_path(def, tcx.args(args))?,
            TyKind::Foreign(def) => self.print_def_path(def, &[])?,
            TyKind::FnPtr(ref sig) => {
                self.push("F");
                self.wrap_binder(sig.bound_vars, |m| m.print_sig(sig))?;
            }
            TyKind::Dynamic(ref preds, region) => {
                self.push("D");
                self.print_dyn(preds)?;
                self.print_region(region)?;
            }
            ref other => return Err(Error::unsupported(format!("symbol that mentions the type {other:?}"))),
        }
        if !self.has_escaping_bound_vars(&GenericArg::Type(ty)) {
            self.types.insert(ty, start);
        }
        Ok(())
    }

    fn print_sig(&mut self, sig: &PolyFnSig) -> Result<()> {
        if !sig.safe {
            self.push("U");
        }
        match sig.abi {
            ExternAbi::Rust => {}
            ExternAbi::C { unwind: false } => self.push("KC"),
            abi => {
                self.push("K");
                let name = self.tcx.abi_name(abi).replace('-', "_");
                push_ident(&mut self.out, &name);
            }
        }
        for &ty in sig.inputs() {
            self.print_type(ty)?;
        }
        if sig.c_variadic {
            self.push("v");
        }
        self.push("E");
        self.print_type(sig.output())
    }

    fn print_dyn(&mut self, preds: &[PolyExistentialPredicate]) -> Result<()> {
        let bound_vars = preds.first().map_or(0, |pred| pred.bound_vars);
        self.wrap_binder(bound_vars, |m| {
            let tcx = m.tcx;
            for pred in preds {
                match pred.pred {
                    ExistentialPredicate::Trait { def_id, args } => {
                        // `Self` is a type of its own that equals no default.
                        let mut all = vec![GenericArg::Type(tcx.mk(TyKind::Error))];
                        all.extend_from_slice(tcx.args(args));
                        m.print_def_path(def_id, &all)?;
                    }
                    ExistentialPredicate::Projection { def_id, term, .. } => {
                        let key = tcx.store.def_key(def_id)?;
                        let (DefPathData::TypeNs(name) | DefPathData::ValueNs(name)) = key.data else {
                            return Err(Error::unsupported("symbol that mentions an unnamed associated type"));
                        };
                        m.push("p");
                        push_ident(&mut m.out, tcx.str(name));
                        match term {
                            Term::Ty(ty) => m.print_type(ty)?,
                            Term::Const(ct) => {
                                m.push("K");
                                m.print_const(ct)?;
                            }
                        }
                    }
                    ExistentialPredicate::AutoTrait(def) => m.print_def_path(def, &[])?,
                }
            }
            Ok(())
        })?;
        self.push("E");
        Ok(())
    }

    fn print_pattern(&mut self, pattern: &Pattern) -> Result<()> {
        match pattern {
            Pattern::Range { start, end } => {
                self.push("R");
                self.print_const(*start)?;
                self.print_const(*end)?;
            }
            Pattern::NotNull => self.push("u"),
            Pattern::Or(parts) => {
                self.push("O");
                for part in parts {
                    self.print_pattern(part)?;
                }
                self.push("E");
            }
        }
        Ok(())
    }

    fn print_const(&mut self, ct: Const) -> Result<()> {
        let tcx = self.tcx;
        let (ty, tree) = match tcx.const_kind(ct) {
            ConstKind::Value(ty, tree) => (*ty, tree),
            ConstKind::Param(_) => {
                self.push("p");
                return Ok(());
            }
            ConstKind::Unevaluated(def, args) => return self.print_def_path(*def, tcx.args(*args)),
            other => return Err(Error::unsupported(format!("symbol that mentions the constant {other:?}"))),
        };
        if let Some(&at) = self.consts.get(&ct) {
            self.print_backref(at);
            return Ok(());
        }
        let start = self.out.len();
        let unexpected = || Error::unsupported(format!("symbol that mentions the constant {tree:?}"));
        match (tcx.kind(ty), tree) {
            (TyKind::Uint(_) | TyKind::Bool | TyKind::Char, ValTree::Leaf(n)) => {
                self.print_type(ty)?;
                self.push_hex(n.data);
            }
            (TyKind::Int(_), ValTree::Leaf(n)) => {
                self.print_type(ty)?;
                let unused = 128 - 8 * u32::from(n.size);
                let value = ((n.data << unused) as i128) >> unused;
                if value < 0 {
                    self.push("n");
                }
                self.push_hex(value.unsigned_abs());
            }
            (TyKind::Str, ValTree::Branch(bytes)) => {
                self.push("e");
                for &byte in bytes {
                    let ConstKind::Value(_, ValTree::Leaf(byte)) = tcx.const_kind(byte) else {
                        return Err(unexpected());
                    };
                    let _ = write!(self.out, "{:02x}", byte.data);
                }
                self.push("_");
            }
            (TyKind::Ref(_, to, m), tree) => {
                self.push(if m.is_mut() { "Q" } else { "R" });
                let pointee = tcx.mk_const(ConstKind::Value(*to, tree.clone()));
                self.print_const(pointee)?;
            }
            (TyKind::Array(..) | TyKind::Slice(_), ValTree::Branch(parts)) => {
                self.push("A");
                self.print_consts(parts)?;
            }
            (TyKind::Tuple(_), ValTree::Branch(parts)) => {
                self.push("T");
                self.print_consts(parts)?;
            }
            (TyKind::Adt(def, args), ValTree::Branch(parts)) => {
                let adt = tcx.adt_def(*def)?;
                let (variant, fields) = match adt.kind {
                    AdtKind::Struct | AdtKind::Union => (0, &parts[..]),
                    AdtKind::Enum => {
                        let (&first, rest) = parts.split_first().ok_or_else(unexpected)?;
                        let ConstKind::Value(_, ValTree::Leaf(n)) = tcx.const_kind(first) else {
                            return Err(unexpected());
                        };
                        (n.data as usize, rest)
                    }
                };
                let variant = adt.variants.get(variant).ok_or_else(unexpected)?;
                self.push("V");
                self.print_def_path(variant.def_id, tcx.args(*args))?;
                match variant.ctor {
                    Some((CtorKind::Const, _)) => self.push("U"),
                    Some((CtorKind::Fn, _)) => {
                        self.push("T");
                        self.print_consts(fields)?;
                    }
                    None => {
                        self.push("S");
                        for (field, &value) in variant.fields.iter().zip(fields) {
                            let key = tcx.store.def_key(field.def_id)?;
                            self.push_disambiguator(key.disambiguator.into());
                            push_ident(&mut self.out, tcx.str(field.name));
                            self.print_const(value)?;
                        }
                        self.push("E");
                    }
                }
            }
            _ => return Err(unexpected()),
        }
        self.consts.insert(ct, start);
        Ok(())
    }

    fn print_consts(&mut self, parts: &[Const]) -> Result<()> {
        for &part in parts {
            self.print_const(part)?;
        }
        self.push("E");
        Ok(())
    }

    fn push_hex(&mut self, n: u128) {
        let _ = write!(self.out, "{n:x}_");
    }

    /// Whether a region inside refers to a binder outside: then its text depends on where it stands.
    fn has_escaping_bound_vars(&self, arg: &GenericArg) -> bool {
        struct Escapes(bool);
        fn visit(tcx: &Tcx, arg: GenericArg, depth: u32, found: &mut Escapes) {
            let region = |r: Region, depth: u32, found: &mut Escapes| {
                if let Region::Bound { debruijn, .. } = r {
                    found.0 |= debruijn >= depth;
                }
            };
            match arg {
                GenericArg::Lifetime(r) => region(r, depth, found),
                GenericArg::Const(_) => {}
                GenericArg::Type(ty) => {
                    if !tcx.flags(ty).intersects(TypeFlags::HAS_BOUND) {
                        return;
                    }
                    let list = |args: Args, depth: u32, found: &mut Escapes| {
                        for &arg in tcx.args(args) {
                            visit(tcx, arg, depth, found);
                        }
                    };
                    match *tcx.kind(ty) {
                        TyKind::Adt(_, args)
                        | TyKind::FnDef(_, args)
                        | TyKind::Closure(_, args)
                        | TyKind::CoroutineClosure(_, args)
                        | TyKind::Coroutine(_, args)
                        | TyKind::CoroutineWitness(_, args)
                        | TyKind::Alias(_, _, args) => list(args, depth, found),
                        TyKind::Array(ty, _) | TyKind::Pat(ty, _) | TyKind::Slice(ty) | TyKind::RawPtr(ty, _) => {
                            visit(tcx, GenericArg::Type(ty), depth, found)
                        }
                        TyKind::Ref(r, ty, _) => {
                            region(r, depth, found);
                            visit(tcx, GenericArg::Type(ty), depth, found);
                        }
                        TyKind::FnPtr(ref sig) => {
                            for &ty in &sig.inputs_and_output {
                                visit(tcx, GenericArg::Type(ty), depth + 1, found);
                            }
                        }
                        TyKind::UnsafeBinder { ty, .. } => visit(tcx, GenericArg::Type(ty), depth + 1, found),
                        TyKind::Tuple(ref tys) => {
                            for &ty in tys {
                                visit(tcx, GenericArg::Type(ty), depth, found);
                            }
                        }
                        TyKind::Dynamic(ref preds, r) => {
                            region(r, depth, found);
                            for pred in preds {
                                match pred.pred {
                                    ExistentialPredicate::Trait { args, .. } => list(args, depth + 1, found),
                                    ExistentialPredicate::Projection { args, term, .. } => {
                                        list(args, depth + 1, found);
                                        if let Term::Ty(ty) = term {
                                            visit(tcx, GenericArg::Type(ty), depth + 1, found);
                                        }
                                    }
                                    ExistentialPredicate::AutoTrait(_) => {}
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        let mut found = Escapes(false);
        visit(self.tcx, *arg, 0, &mut found);
        found.0
    }
}

fn basic_type(kind: &TyKind) -> Option<&'static str> {
    Some(match kind {
        TyKind::Bool => "b",
        TyKind::Char => "c",
        TyKind::Str => "e",
        TyKind::Int(IntTy::I8) => "a",
        TyKind::Int(IntTy::I16) => "s",
        TyKind::Int(IntTy::I32) => "l",
        TyKind::Int(IntTy::I64) => "x",
        TyKind::Int(IntTy::I128) => "n",
        TyKind::Int(IntTy::Isize) => "i",
        TyKind::Uint(UintTy::U8) => "h",
        TyKind::Uint(UintTy::U16) => "t",
        TyKind::Uint(UintTy::U32) => "m",
        TyKind::Uint(UintTy::U64) => "y",
        TyKind::Uint(UintTy::U128) => "o",
        TyKind::Uint(UintTy::Usize) => "j",
        TyKind::Float(FloatTy::F16) => "C3f16",
        TyKind::Float(FloatTy::F32) => "f",
        TyKind::Float(FloatTy::F64) => "d",
        TyKind::Float(FloatTy::F128) => "C4f128",
        TyKind::Never => "z",
        TyKind::Tuple(tys) if tys.is_empty() => "u",
        TyKind::Param(_) => "p",
        _ => return None,
    })
}

const BASE_62: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn push_integer_62(out: &mut String, n: u64) {
    if let Some(mut n) = n.checked_sub(1) {
        let mut digits = [0u8; 11];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = BASE_62[(n % 62) as usize];
            n /= 62;
            if n == 0 {
                break;
            }
        }
        out.extend(digits[at..].iter().map(|&d| d as char));
    }
    out.push('_');
}

fn push_opt_integer_62(out: &mut String, tag: &str, n: u64) {
    if let Some(n) = n.checked_sub(1) {
        out.push_str(tag);
        push_integer_62(out, n);
    }
}

fn push_ident(out: &mut String, ident: &str) {
    let encoded;
    let mut text = ident;
    if !ident.is_ascii() {
        out.push('u');
        // Punycode can represent every string; only a length beyond any identifier fails.
        encoded = punycode::encode(ident).unwrap_or_default();
        text = &encoded;
    }
    let text = match text.rfind('-') {
        Some(at) if !ident.is_ascii() => format!("{}_{}", &text[..at], &text[at + 1..]),
        _ => text.to_owned(),
    };
    let _ = write!(out, "{}", text.len());
    if text.starts_with(|c: char| c == '_' || c.is_ascii_digit()) {
        out.push('_');
    }
    out.push_str(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_base_62_with_an_empty_zero() {
        let show = |n| {
            let mut out = String::new();
            push_integer_62(&mut out, n);
            out
        };
        assert_eq!([0, 1, 10, 11, 62, 63, 64].map(show).join(" "), "_ 0_ 9_ a_ Z_ 10_ 11_");
    }

    #[test]
    fn identifiers() {
        let show = |s| {
            let mut out = String::new();
            push_ident(&mut out, s);
            out
        };
        assert_eq!(show("foo"), "3foo");
        assert_eq!(show("_x"), "2__x");
        assert_eq!(show("gödel"), "u8gdel_5qa");
        assert_eq!(show(""), "0");
    }
}
