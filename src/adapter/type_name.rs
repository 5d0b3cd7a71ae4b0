//! Types as `core::any::type_name` prints them. Semantics: `rustc_const_eval::util::type_name`, over
//! `rustc_middle::ty::print`.

use super::{Error, Result, Tcx};
use ramir::*;

impl Tcx {
    /// `core::any::type_name::<ty>()`.
    pub fn type_name(&self, ty: Ty) -> Result<String> {
        self.print_type(ty, false)
    }

    /// A type as messages write it: paths in the local crate begin within it.
    pub fn type_in_message(&self, ty: Ty) -> Result<String> {
        self.print_type(ty, true)
    }

    fn print_type(&self, ty: Ty, in_message: bool) -> Result<String> {
        let mut printer = Printer { tcx: self, in_message, out: String::new() };
        printer.ty(ty)?;
        Ok(printer.out)
    }
}

struct Printer<'tcx> {
    tcx: &'tcx Tcx,
    in_message: bool,
    out: String,
}

impl Printer<'_> {
    fn str(&mut self, s: &str) {
        self.out.push_str(s);
    }

    fn list(&mut self, tys: &[Ty]) -> Result<()> {
        for (i, &ty) in tys.iter().enumerate() {
            if i > 0 {
                self.str(", ");
            }
            self.ty(ty)?;
        }
        Ok(())
    }

    fn ty(&mut self, ty: Ty) -> Result<()> {
        let tcx = self.tcx;
        match *tcx.kind(ty) {
            TyKind::Bool => self.str("bool"),
            TyKind::Char => self.str("char"),
            TyKind::Str => self.str("str"),
            TyKind::Never => self.str("!"),
            TyKind::Int(int) => self.str(match int {
                IntTy::Isize => "isize",
                IntTy::I8 => "i8",
                IntTy::I16 => "i16",
                IntTy::I32 => "i32",
                IntTy::I64 => "i64",
                IntTy::I128 => "i128",
            }),
            TyKind::Uint(uint) => self.str(match uint {
                UintTy::Usize => "usize",
                UintTy::U8 => "u8",
                UintTy::U16 => "u16",
                UintTy::U32 => "u32",
                UintTy::U64 => "u64",
                UintTy::U128 => "u128",
            }),
            TyKind::Float(float) => self.str(match float {
                FloatTy::F16 => "f16",
                FloatTy::F32 => "f32",
                FloatTy::F64 => "f64",
                FloatTy::F128 => "f128",
            }),
            TyKind::Adt(def, args)
            | TyKind::FnDef(def, args)
            | TyKind::Closure(def, args)
            | TyKind::CoroutineClosure(def, args)
            | TyKind::Alias(AliasKind::Projection | AliasKind::Opaque, def, args) => {
                self.def_path(def, tcx.args(args))?;
            }
            TyKind::Coroutine(def, args) => {
                self.def_path(def, tcx.args(args))?;
                if tcx.coroutine_body_def(def, args)? != def {
                    self.str("::{{call_once}}");
                }
            }
            TyKind::Foreign(def) => self.def_path(def, &[])?,
            TyKind::Array(elem, len) => {
                self.str("[");
                self.ty(elem)?;
                self.str("; ");
                self.const_(len)?;
                self.str("]");
            }
            TyKind::Slice(elem) => {
                self.str("[");
                self.ty(elem)?;
                self.str("]");
            }
            TyKind::Pat(base, ref pattern) => {
                self.str("(");
                self.ty(base)?;
                self.str(") is ");
                self.pattern(pattern)?;
            }
            TyKind::RawPtr(to, m) => {
                self.str(if m.is_mut() { "*mut " } else { "*const " });
                self.ty(to)?;
            }
            TyKind::Ref(region, to, m) => {
                self.str("&");
                if let Region::Bound { .. } = region {
                    self.str("'_ ");
                }
                self.str(if m.is_mut() { "mut " } else { "" });
                self.ty(to)?;
            }
            TyKind::FnPtr(ref sig) => self.fn_ptr(sig)?,
            TyKind::Tuple(ref tys) => {
                self.str("(");
                self.list(tys)?;
                self.str(if tys.len() == 1 { ",)" } else { ")" });
            }
            TyKind::Dynamic(ref preds, Region::Bound { .. }) => {
                self.str("(");
                self.dyn_(preds)?;
                self.str(" + '_)");
            }
            TyKind::Dynamic(ref preds, _) => self.dyn_(preds)?,
            TyKind::UnsafeBinder { ty, .. } => {
                self.str("unsafe<'_> ");
                self.ty(ty)?;
            }
            TyKind::Param(_) | TyKind::Bound { .. } | TyKind::Error => self.str("_"),
            ref other @ (TyKind::CoroutineWitness(..) | TyKind::Alias(..)) => {
                return Err(Error::unsupported(format!("name of type {other:?}")));
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &Pattern) -> Result<()> {
        match pattern {
            Pattern::Range { start, end } => {
                self.const_(*start)?;
                self.str("..=");
                self.const_(*end)?;
            }
            Pattern::Or(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        self.str(" | ");
                    }
                    self.pattern(part)?;
                }
            }
            Pattern::NotNull => self.str("!null"),
        }
        Ok(())
    }

    fn fn_ptr(&mut self, sig: &PolyFnSig) -> Result<()> {
        if !sig.safe {
            self.str("unsafe ");
        }
        if sig.abi != ExternAbi::Rust {
            let abi = self.tcx.abi_name(sig.abi);
            self.str("extern \"");
            self.str(abi);
            self.str("\" ");
        }
        self.str("fn(");
        self.list(sig.inputs())?;
        if sig.c_variadic {
            self.str(if sig.inputs().is_empty() { "..." } else { ", ..." });
        }
        self.str(")");
        self.output(sig.output())
    }

    fn output(&mut self, ty: Ty) -> Result<()> {
        if self.tcx.is_unit(ty) {
            return Ok(());
        }
        self.str(" -> ");
        self.ty(ty)
    }

    fn dyn_(&mut self, preds: &[PolyExistentialPredicate]) -> Result<()> {
        let tcx = self.tcx;
        self.str("dyn ");
        let mut first = true;
        let principal = preds.iter().find_map(|p| match p.pred {
            ExistentialPredicate::Trait { def_id, args } => Some((def_id, args)),
            _ => None,
        });
        let projections: Vec<(DefId, Term)> = preds
            .iter()
            .filter_map(|p| match p.pred {
                ExistentialPredicate::Projection { def_id, term, .. } => Some((def_id, term)),
                _ => None,
            })
            .collect();
        if let Some((def, args)) = principal {
            first = false;
            let args = tcx.args(args);
            let is_fn = ["fn", "fn_mut", "fn_once"].iter().any(|name| tcx.store.lang_item(name) == Some(def));
            let inputs = match args {
                [GenericArg::Type(ty)] => match tcx.kind(*ty) {
                    TyKind::Tuple(tys) => Some(tys),
                    _ => None,
                },
                _ => None,
            };
            match (is_fn, inputs, &projections[..]) {
                (true, Some(inputs), [(_, Term::Ty(output))]) => {
                    self.def_path(def, &[])?;
                    self.str("(");
                    self.list(inputs)?;
                    self.str(")");
                    self.output(*output)?;
                }
                _ => {
                    self.def_path(def, &[])?;
                    if !args.is_empty() || !projections.is_empty() {
                        self.str("<");
                        self.args(args)?;
                        for (i, (item, term)) in projections.iter().enumerate() {
                            if i > 0 || !args.is_empty() {
                                self.str(", ");
                            }
                            let name = match tcx.store.def_key(*item)?.data {
                                DefPathData::TypeNs(name) | DefPathData::ValueNs(name) => tcx.str(name),
                                _ => "_",
                            };
                            self.str(name);
                            self.str(" = ");
                            match term {
                                Term::Ty(ty) => self.ty(*ty)?,
                                Term::Const(ct) => self.const_(*ct)?,
                            }
                        }
                        self.str(">");
                    }
                }
            }
        }
        let mut autos = Vec::new();
        for pred in preds {
            if let ExistentialPredicate::AutoTrait(def) = pred.pred {
                let mut path = Printer { tcx, in_message: self.in_message, out: String::new() };
                path.def_path(def, &[])?;
                autos.push(path.out);
            }
        }
        autos.sort();
        for auto in autos {
            if !first {
                self.str(" + ");
            }
            first = false;
            self.str(&auto);
        }
        Ok(())
    }

    fn const_(&mut self, ct: Const) -> Result<()> {
        let ConstKind::Value(ty, tree) = self.tcx.const_kind(ct) else {
            self.str("_");
            return Ok(());
        };
        self.valtree(*ty, tree)
    }

    fn valtree(&mut self, ty: Ty, tree: &ValTree) -> Result<()> {
        let tcx = self.tcx;
        match (tcx.kind(ty), tree) {
            (TyKind::Bool, ValTree::Leaf(int)) => self.str(if int.data == 0 { "false" } else { "true" }),
            (TyKind::Char, ValTree::Leaf(int)) => {
                let c = char::from_u32(int.data as u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                self.str(&format!("{c:?}"));
            }
            (TyKind::Int(_), ValTree::Leaf(int)) => {
                let value = rustc_abi::Size::from_bytes(int.size).sign_extend(int.data);
                self.str(&value.to_string());
            }
            (_, ValTree::Leaf(int)) => self.str(&int.data.to_string()),
            (TyKind::Ref(_, inner, _), ValTree::Branch(parts)) => {
                if *tcx.kind(*inner) == TyKind::Str {
                    let bytes: Vec<u8> = parts
                        .iter()
                        .filter_map(|part| match tcx.const_kind(*part) {
                            ConstKind::Value(_, ValTree::Leaf(byte)) => Some(byte.data as u8),
                            _ => None,
                        })
                        .collect();
                    self.str(&format!("{:?}", String::from_utf8_lossy(&bytes)));
                } else {
                    self.str("&");
                    self.valtree(*inner, tree)?;
                }
            }
            (TyKind::Adt(def, args), ValTree::Branch(parts)) => {
                let adt = tcx.adt_def(*def)?;
                let (variant, fields) = match (adt.kind, &parts[..]) {
                    (AdtKind::Enum, [index, fields @ ..]) => match tcx.const_kind(*index) {
                        ConstKind::Value(_, ValTree::Leaf(index)) => (index.data as usize, fields),
                        _ => (0, fields),
                    },
                    (_, fields) => (0, fields),
                };
                let variant =
                    adt.variants.get(variant).ok_or_else(|| Error::missing("variant of a type-level constant"))?;
                self.def_path(*def, tcx.args(*args))?;
                if adt.kind == AdtKind::Enum {
                    self.str("::");
                    self.str(tcx.str(variant.name));
                }
                if fields.is_empty() {
                    return Ok(());
                }
                let tuple_like = matches!(variant.ctor, Some((CtorKind::Fn, _)));
                self.str(if tuple_like { "(" } else { " { " });
                for (i, (field, value)) in variant.fields.iter().zip(fields).enumerate() {
                    if i > 0 {
                        self.str(", ");
                    }
                    if !tuple_like {
                        self.str(tcx.str(field.name));
                        self.str(": ");
                    }
                    self.const_(*value)?;
                }
                self.str(if tuple_like { ")" } else { " }" });
            }
            (kind, ValTree::Branch(parts)) => {
                let (open, close) = if matches!(kind, TyKind::Tuple(_)) { ("(", ")") } else { ("[", "]") };
                self.str(open);
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        self.str(", ");
                    }
                    self.const_(*part)?;
                }
                self.str(close);
            }
        }
        Ok(())
    }

    fn args(&mut self, args: &[GenericArg]) -> Result<()> {
        for (i, arg) in args.iter().enumerate() {
            if i > 0 {
                self.str(", ");
            }
            match arg {
                GenericArg::Lifetime(_) => self.str("'_"),
                GenericArg::Type(ty) => self.ty(*ty)?,
                GenericArg::Const(ct) => self.const_(*ct)?,
            }
        }
        Ok(())
    }

    fn generic_args(&mut self, args: &[GenericArg]) -> Result<()> {
        if !args.is_empty() {
            self.str("<");
            self.args(args)?;
            self.str(">");
        }
        Ok(())
    }

    /// Whether a trailing argument is what std declares as the parameter's default, which is not printed.
    fn is_default(&self, arg: &GenericArg) -> bool {
        let Some(ty) = arg.as_type() else { return false };
        let TyKind::Adt(def, args) = *self.tcx.kind(ty) else { return false };
        args == Args::EMPTY
            && matches!(
                self.tcx.store.def_path_str(def).as_str(),
                "alloc::alloc::Global" | "std::hash::random::RandomState"
            )
    }

    /// Whether a path does not show this part: the local crate's root, and an `extern` block in it.
    fn is_left_out(&self, def: DefId) -> bool {
        let is_root = |def: DefId| def == DefId { krate: self.tcx.store.local, index: DefIndex(0) };
        self.in_message
            && (is_root(def)
                || matches!(self.tcx.store.def_key(def), Ok(&DefKey { data: DefPathData::ForeignMod, parent: Some(index), .. })
                    if is_root(DefId { krate: def.krate, index })))
    }

    fn def_path(&mut self, def: DefId, args: &[GenericArg]) -> Result<()> {
        let tcx = self.tcx;
        let key = *tcx.store.def_key(def)?;
        let Some(parent) = key.parent.map(|index| DefId { krate: def.krate, index }) else {
            if !self.is_left_out(def) {
                let name = tcx.store.crate_dep(def.krate).name.clone();
                self.str(&name);
            }
            return Ok(());
        };
        if key.data == DefPathData::Impl {
            return self.impl_path(def, parent, args);
        }
        let mut parent_args = args;
        if !args.is_empty()
            && let Some(item) = tcx.store.opt_item(def)?
        {
            let generics = &item.generics;
            parent_args = &args[..(generics.parent_count as usize).min(args.len())];
            let own_are_internal =
                matches!(key.data, DefPathData::Closure | DefPathData::SyntheticCoroutineBody | DefPathData::AnonConst);
            if !own_are_internal && !generics.own_params.is_empty() && args.len() >= generics.count() {
                let mut own = &args[parent_args.len()..generics.count()];
                if generics.has_self && parent_args.is_empty() {
                    own = &own[1..];
                }
                while let Some((last, rest)) = own.split_last()
                    && self.is_default(last)
                {
                    own = rest;
                }
                self.path_segment(def, parent, &key, parent_args)?;
                return self.generic_args(own);
            }
        }
        self.path_segment(def, parent, &key, parent_args)
    }

    fn path_segment(&mut self, def: DefId, parent: DefId, key: &DefKey, parent_args: &[GenericArg]) -> Result<()> {
        let tcx = self.tcx;
        let generics = tcx.store.opt_item(def)?.map(|item| &item.generics);
        let in_trait = generics.is_some_and(|g| {
            g.has_self
                && g.parent == Some(parent)
                && parent_args.len() == g.parent_count as usize
                && !parent_args.is_empty()
        });
        if in_trait && let [GenericArg::Type(self_ty), rest @ ..] = parent_args {
            self.str("<");
            self.ty(*self_ty)?;
            self.str(" as ");
            self.def_path(parent, &[])?;
            self.generic_args(rest)?;
            self.str(">");
        } else {
            self.def_path(parent, parent_args)?;
        }
        if self.in_message && key.data == DefPathData::ForeignMod {
            return Ok(());
        }
        if !self.is_left_out(parent) {
            self.str("::");
        }
        let name = match key.data {
            DefPathData::TypeNs(s)
            | DefPathData::ValueNs(s)
            | DefPathData::MacroNs(s)
            | DefPathData::LifetimeNs(s)
            | DefPathData::OpaqueLifetime(s)
            | DefPathData::AnonAssocTy(s) => tcx.str(s),
            DefPathData::CrateRoot => "{{root}}",
            DefPathData::Impl => "{{impl}}",
            DefPathData::ForeignMod => "{{extern}}",
            DefPathData::Use => "{{use}}",
            DefPathData::GlobalAsm => "{{global_asm}}",
            DefPathData::Closure => "{{closure}}",
            DefPathData::Ctor => "{{constructor}}",
            DefPathData::AnonConst | DefPathData::LateAnonConst => "{{constant}}",
            DefPathData::DesugaredAnonymousLifetime => "'_",
            DefPathData::OpaqueTy => "{{opaque}}",
            DefPathData::SyntheticCoroutineBody => "{{synthetic}}",
            DefPathData::NestedStatic => "{{nested}}",
        };
        self.str(name);
        Ok(())
    }

    fn impl_path(&mut self, def: DefId, parent: DefId, args: &[GenericArg]) -> Result<()> {
        let tcx = self.tcx;
        let imp = tcx.impl_def(def)?;
        // An item inside of an impl's method has no arguments for the impl, whose parameters then stay as they are.
        let is_generic = args.len() >= tcx.store.item(def)?.generics.count();
        let args = tcx.mk_args(args);
        let self_ty = if is_generic { tcx.monomorphize(imp.self_ty, args)? } else { imp.self_ty };
        let trait_ref = match imp.trait_ref {
            Some(r) => Some((r.def_id, if is_generic { tcx.monomorphize_args(r.args, args)? } else { r.args })),
            None => None,
        };
        let module_of = |def: DefId| -> Result<Option<DefId>> {
            Ok(tcx.store.def_key(def)?.parent.map(|index| DefId { krate: def.krate, index }))
        };
        let in_self_mod = match self.characteristic_def(self_ty) {
            Some(ty_def) => module_of(ty_def)? == Some(parent),
            None => false,
        };
        let in_trait_mod = match trait_ref {
            Some((trait_def, _)) => module_of(trait_def)? == Some(parent),
            None => false,
        };
        if !in_self_mod && !in_trait_mod {
            // Impls far from both their trait and their type are printed where they are.
            self.def_path(parent, &[])?;
            self.str("::<impl ");
            if let Some((trait_def, args)) = trait_ref {
                self.trait_path(trait_def, args)?;
                self.str(" for ");
            }
            self.ty(self_ty)?;
            self.str(">");
            return Ok(());
        }
        let plain = matches!(
            tcx.kind(self_ty),
            TyKind::Adt(..)
                | TyKind::Foreign(_)
                | TyKind::Bool
                | TyKind::Char
                | TyKind::Str
                | TyKind::Int(_)
                | TyKind::Uint(_)
                | TyKind::Float(_)
        );
        if trait_ref.is_none() && plain {
            return self.ty(self_ty);
        }
        self.str("<");
        self.ty(self_ty)?;
        if let Some((trait_def, args)) = trait_ref {
            self.str(" as ");
            self.trait_path(trait_def, args)?;
        }
        self.str(">");
        Ok(())
    }

    fn trait_path(&mut self, trait_def: DefId, args: Args) -> Result<()> {
        self.def_path(trait_def, &[])?;
        match self.tcx.args(args) {
            [_, rest @ ..] => self.generic_args(rest),
            [] => Ok(()),
        }
    }

    /// The definition that stands for a type when it is asked where the type is declared.
    fn characteristic_def(&self, ty: Ty) -> Option<DefId> {
        match *self.tcx.kind(ty) {
            TyKind::Adt(def, _)
            | TyKind::Foreign(def)
            | TyKind::FnDef(def, _)
            | TyKind::Closure(def, _)
            | TyKind::CoroutineClosure(def, _)
            | TyKind::Coroutine(def, _) => Some(def),
            TyKind::Array(elem, _) | TyKind::Slice(elem) | TyKind::Pat(elem, _) => self.characteristic_def(elem),
            TyKind::Ref(_, to, _) | TyKind::RawPtr(to, _) => self.characteristic_def(to),
            TyKind::Tuple(ref tys) => tys.iter().find_map(|&ty| self.characteristic_def(ty)),
            TyKind::Dynamic(ref preds, _) => preds.iter().find_map(|p| match p.pred {
                ExistentialPredicate::Trait { def_id, .. } => Some(def_id),
                _ => None,
            }),
            _ => None,
        }
    }
}
