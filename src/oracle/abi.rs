//! `INSTANCE: CONV [unwind] [variadic FIXED] (MODE, ..) -> MODE`, for a function pointer `fn_ptr TYPE: ..`.

use super::Names;
use crate::adapter::fn_abi::{ArgAbi, ArgAttributes, ArgExtension, CanonAbi, FnAbi, PassMode};
use crate::adapter::{Error, Instance, InstanceKind, Result, Tcx};
use ramir::text::parse_ty;
use ramir::*;
use rustc_abi::Reg;

pub(super) fn line(tcx: &Tcx, names: &Names, subject: &str) -> Result<String> {
    let (kind, rest) = subject.split_once(' ').ok_or_else(|| Error::missing("kind of instance"))?;
    let ty = |text: &str| parse_ty(tcx, names, text).map_err(|e| Error::missing(e.to_string()));
    let item = || names.value(tcx, rest);
    let abi = match kind {
        "fn_ptr" => tcx.fn_abi_of_fn_ptr(ty(rest)?, &[])?,
        "drop_glue" | "drop_glue_noop" => tcx.fn_abi_of_instance(tcx.resolve_drop_in_place(ty(rest)?)?, &[])?,
        _ => {
            // These shims are written with their type.
            let of_type = |lang_item| {
                let def = tcx.store.require_lang_item(lang_item)?;
                Ok::<_, Error>((def, tcx.mk_args(&[GenericArg::Type(ty(rest)?)])))
            };
            let (def, args) = match kind {
                "clone_shim" => of_type("clone_fn")?,
                "fn_ptr_addr_shim" => of_type("fn_ptr_addr")?,
                _ => item()?,
            };
            let kind = match kind {
                "item" => InstanceKind::Item(def),
                "vtable_shim" => InstanceKind::VTableShim(def),
                "reify_shim" => InstanceKind::ReifyShim(def),
                "closure_once_shim" | "fn_ptr_shim" | "clone_shim" | "fn_ptr_addr_shim" => {
                    tcx.expect_resolve(def, args)?.def
                }
                "construct_coroutine_in_closure_shim" => {
                    InstanceKind::ConstructCoroutineInClosureShim { coroutine_closure: def, receiver_by_ref: false }
                }
                "construct_coroutine_in_closure_shim_by_ref" => {
                    InstanceKind::ConstructCoroutineInClosureShim { coroutine_closure: def, receiver_by_ref: true }
                }
                "thread_local_shim" => InstanceKind::ThreadLocalShim(def),
                _ => match kind.strip_prefix("virtual#").and_then(|slot| slot.parse().ok()) {
                    Some(slot) => InstanceKind::Virtual(def, slot),
                    None => return Err(Error::unsupported(format!("comparison of a {kind}"))),
                },
            };
            tcx.fn_abi_of_instance(Instance { def: kind, args }, &[])?
        }
    };
    Ok(format!("{subject}: {}", abi_text(&abi)))
}

fn abi_text(abi: &FnAbi<'_>) -> String {
    let mut out = match abi.conv {
        CanonAbi::Rust => "rust",
        CanonAbi::C => "c",
        CanonAbi::Win64 => "win64",
    }
    .to_owned();
    if abi.can_unwind {
        out.push_str(" unwind");
    }
    if abi.c_variadic {
        out.push_str(&format!(" variadic {}", abi.fixed_count));
    }
    let args: Vec<String> = abi.args.iter().map(mode).collect();
    format!("{out} ({}) -> {}", args.join(", "), mode(&abi.ret))
}

fn mode(arg: &ArgAbi<'_>) -> String {
    match &arg.mode {
        PassMode::Ignore => "ignore".into(),
        PassMode::Direct(attrs) => format!("direct{}", ext(attrs)),
        PassMode::Pair(a, b) => format!("pair{} |{}", ext(a), ext(b)),
        PassMode::Cast(cast) => {
            let regs: Vec<String> = cast.prefix.iter().map(reg).collect();
            let offset = cast.rest_offset.map_or(String::new(), |offset| format!(" at {}", offset.bytes()));
            format!("cast [{}]{offset} {} of {}", regs.join(" "), cast.rest_total.bytes(), reg(&cast.rest))
        }
        PassMode::Indirect { attrs, meta_attrs, on_stack } => format!(
            "indirect {} align {}{}{}",
            attrs.pointee_size,
            attrs.pointee_align.map_or(0, |align| align.bytes()),
            if meta_attrs.is_some() { " meta" } else { "" },
            if *on_stack { " on_stack" } else { "" },
        ),
    }
}

fn ext(attrs: &ArgAttributes) -> &'static str {
    match attrs.ext {
        ArgExtension::None => "",
        ArgExtension::Zext => " zext",
        ArgExtension::Sext => " sext",
    }
}

fn reg(reg: &Reg) -> String {
    format!("{:?}{}", reg.kind, reg.size.bytes())
}
