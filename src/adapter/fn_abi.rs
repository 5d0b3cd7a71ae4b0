//! How a function is called: which arguments go where. Semantics: `rustc_ty_utils::abi` (Rust ABI) and
//! `rustc_target::callconv::x86_64` (System V classification).

use super::memo::Memo;
use super::{Error, Instance, Result, Tcx, TyAndLayout};
use ramir::*;
use rustc_abi::{Align, Reg, Size};

#[derive(Default)]
pub struct Cache {
    instances: Memo<(Instance, Vec<Ty>), FnAbiData>,
    pointers: Memo<(Ty, Vec<Ty>), FnAbiData>,
}

/// How one call passes its arguments, without layouts, so that it can be cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FnAbiData {
    pub args: Vec<ArgAbiData>,
    pub ret: ArgAbiData,
    pub c_variadic: bool,
    /// Arguments before the variadic ones.
    pub fixed_count: u32,
    pub conv: CanonAbi,
    pub can_unwind: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgAbiData {
    pub ty: Ty,
    pub mode: PassMode,
}

/// `rustc_target::callconv::FnAbi`.
#[derive(Clone, Debug)]
pub struct FnAbi<'tcx> {
    pub args: Box<[ArgAbi<'tcx>]>,
    pub ret: ArgAbi<'tcx>,
    pub c_variadic: bool,
    pub fixed_count: u32,
    pub conv: CanonAbi,
    pub can_unwind: bool,
}

#[derive(Clone, Debug)]
pub struct ArgAbi<'tcx> {
    pub layout: TyAndLayout<'tcx>,
    pub mode: PassMode,
}

/// The calling conventions of x86_64 that rac has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CanonAbi {
    Rust,
    /// System V; `extern "C"`, `"system"`, `"sysv64"`, `"cdecl"`.
    C,
    Win64,
}

/// `rustc_target::callconv::PassMode`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassMode {
    Ignore,
    Direct(ArgAttributes),
    Pair(ArgAttributes, ArgAttributes),
    Cast(Box<CastTarget>),
    Indirect { attrs: ArgAttributes, meta_attrs: Option<ArgAttributes>, on_stack: bool },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArgAttributes {
    pub ext: ArgExtension,
    /// For `Indirect`: bytes behind the pointer, 0 if not known.
    pub pointee_size: u64,
    pub pointee_align: Option<Align>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArgExtension {
    #[default]
    None,
    Zext,
    Sext,
}

/// Registers that an aggregate is passed in: `prefix`, then `rest` repeated to cover `rest_total` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastTarget {
    pub prefix: Vec<Reg>,
    /// Where in the value the rest starts, if not right after the prefix.
    pub rest_offset: Option<Size>,
    pub rest: Reg,
    pub rest_total: Size,
    pub attrs: ArgAttributes,
}

impl Tcx {
    /// The ABI of a direct call of `instance`; `extra_args` are the types of variadic arguments. A `#[track_caller]`
    /// instance has its `&Location` as the last argument.
    pub fn fn_abi_of_instance(&self, instance: Instance, extra_args: &[Ty]) -> Result<FnAbi<'_>> {
        let key = (instance, extra_args.to_vec());
        let data = self.fn_abis.instances.get_or_try(key, |_| Err(Error::unsupported("ABI of an instance")))?;
        self.with_layouts(data)
    }

    /// The ABI of a call through a function pointer of type `fn_ptr`.
    pub fn fn_abi_of_fn_ptr(&self, fn_ptr: Ty, extra_args: &[Ty]) -> Result<FnAbi<'_>> {
        let key = (fn_ptr, extra_args.to_vec());
        let data = self.fn_abis.pointers.get_or_try(key, |_| Err(Error::unsupported("ABI of a function pointer")))?;
        self.with_layouts(data)
    }

    fn with_layouts(&self, data: &FnAbiData) -> Result<FnAbi<'_>> {
        let arg = |a: &ArgAbiData| Ok(ArgAbi { layout: self.layout_of(a.ty)?, mode: a.mode.clone() });
        Ok(FnAbi {
            args: data.args.iter().map(arg).collect::<Result<_>>()?,
            ret: arg(&data.ret)?,
            c_variadic: data.c_variadic,
            fixed_count: data.fixed_count,
            conv: data.conv,
            can_unwind: data.can_unwind,
        })
    }
}
