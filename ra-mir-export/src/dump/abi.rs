//! How mono items and what they call pass their arguments: `INSTANCE: ABI`, for a function pointer `fn_ptr TYPE: ABI`.
//!
//! `ABI` is `CONV [unwind] [variadic FIXED] (MODE, ..) -> MODE`. `CONV` is `rust`, `c`, `win64` or `other`. `MODE` is
//! `ignore`, `direct`, `pair`, `cast` or `indirect` with what codegen has to know: extensions, registers, the size and
//! alignment behind the pointer, `meta` where there is metadata, `on_stack`.

use super::Dump;
use crate::rustc::*;
use rustc_abi::{CanonAbi, Reg, X86Call};
use rustc_data_structures::fx::FxIndexSet;
use rustc_middle::mir::mono::MonoItem;
use rustc_middle::ty::{Instance, TypingEnv};
use rustc_target::callconv::{ArgAbi, ArgAttributes, ArgExtension, FnAbi, PassMode};
use std::collections::BTreeSet;

impl<'tcx> Dump<'tcx, '_> {
    pub(super) fn abi_lines(&self) -> BTreeSet<String> {
        let tcx = self.tcx;
        let env = TypingEnv::fully_monomorphized();
        let mut instances: FxIndexSet<Instance<'tcx>> = FxIndexSet::default();
        let mut pointers: FxIndexSet<Ty<'tcx>> = FxIndexSet::default();
        for item in self.mono_items() {
            if let MonoItem::Fn(instance) = item {
                instances.insert(instance);
            }
        }
        self.for_each_body(|caller, body| {
            for block in body.basic_blocks.iter() {
                let mir::TerminatorKind::Call { func, .. } = &block.terminator().kind else { continue };
                let callee = self.mono(caller, func.ty(&body.local_decls, tcx));
                match *callee.kind() {
                    ty::FnDef(def, args) => {
                        if let Ok(Some(instance)) = Instance::try_resolve(tcx, env, def, args)
                            && !matches!(instance.def, ty::InstanceKind::Intrinsic(_))
                        {
                            instances.insert(instance);
                        }
                    }
                    _ => {
                        pointers.insert(tcx.erase_and_anonymize_regions(callee));
                    }
                }
            }
        });
        let mut lines = BTreeSet::new();
        for instance in instances {
            if let Ok(abi) = tcx.fn_abi_of_instance(env.as_query_input((instance, ty::List::empty()))) {
                lines.insert(format!("{}: {}", self.instance(instance), abi_text(abi)));
            }
        }
        for pointer in pointers {
            if let ty::FnPtr(..) = pointer.kind()
                && let Ok(abi) = tcx.fn_abi_of_fn_ptr(env.as_query_input((pointer.fn_sig(tcx), ty::List::empty())))
            {
                lines.insert(format!("fn_ptr {}: {}", self.ty(pointer), abi_text(abi)));
            }
        }
        lines
    }
}

fn abi_text(abi: &FnAbi<'_, Ty<'_>>) -> String {
    let mut out = match abi.conv {
        CanonAbi::Rust | CanonAbi::RustCold | CanonAbi::RustPreserveNone => "rust",
        CanonAbi::C | CanonAbi::Custom | CanonAbi::X86(X86Call::SysV64) => "c",
        CanonAbi::X86(X86Call::Win64) => "win64",
        _ => "other",
    }
    .to_owned();
    if abi.can_unwind {
        out.push_str(" unwind");
    }
    if abi.c_variadic {
        out.push_str(&format!(" variadic {}", abi.fixed_count));
    }
    let args: Vec<String> = abi.args.iter().map(mode_text).collect();
    format!("{out} ({}) -> {}", args.join(", "), mode_text(&abi.ret))
}

fn mode_text(arg: &ArgAbi<'_, Ty<'_>>) -> String {
    match &arg.mode {
        PassMode::Ignore => "ignore".into(),
        PassMode::Direct(attrs) => format!("direct{}", ext(attrs)),
        PassMode::Pair(a, b) => format!("pair{} |{}", ext(a), ext(b)),
        PassMode::Cast { cast, .. } => {
            let regs: Vec<String> = cast.prefix.iter().flatten().map(reg).collect();
            let offset = cast.rest_offset.map_or(String::new(), |o| format!(" at {}", o.bytes()));
            format!("cast [{}]{offset} {} of {}", regs.join(" "), cast.rest.total.bytes(), reg(&cast.rest.unit))
        }
        PassMode::Indirect { attrs, meta_attrs, on_stack } => format!(
            "indirect {} align {}{}{}",
            attrs.pointee_size.bytes(),
            attrs.pointee_align.map_or(0, |a| a.bytes()),
            if meta_attrs.is_some() { " meta" } else { "" },
            if *on_stack { " on_stack" } else { "" },
        ),
    }
}

fn ext(attrs: &ArgAttributes) -> &'static str {
    match attrs.arg_ext {
        ArgExtension::None => "",
        ArgExtension::Zext => " zext",
        ArgExtension::Sext => " sext",
    }
}

fn reg(reg: &Reg) -> String {
    format!("{:?}{}", reg.kind, reg.size.bytes())
}
