//! How a function is called: which arguments go where. Semantics: `rustc_ty_utils::abi`.
//!
//! [`sig`] says what the arguments are, [`rust`], [`x86_64`] and [`win64`] how each calling convention passes them.

mod rust;
mod sig;
mod win64;
mod x86_64;

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, PanicStrategy, Result, Tcx, TyAndLayout};
use ramir::*;
use rustc_abi::{Align, BackendRepr, Primitive, Reg, Scalar, Size};

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
    /// As [`ArgAbi::thin`].
    pub thin: bool,
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
    /// `layout` has a wide pointer's type and the layout of a thin one: the receiver of a virtual call.
    pub thin: bool,
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

impl From<Reg> for CastTarget {
    fn from(reg: Reg) -> CastTarget {
        CastTarget { prefix: Vec::new(), rest_offset: None, rest: reg, rest_total: reg.size, attrs: Default::default() }
    }
}

impl ArgAbi<'_> {
    pub fn is_ignore(&self) -> bool {
        self.mode == PassMode::Ignore
    }

    fn make_indirect(&mut self) {
        self.mode = indirect(self.layout);
    }

    fn pass_by_stack_offset(&mut self) {
        self.make_indirect();
        if let PassMode::Indirect { on_stack, .. } = &mut self.mode {
            *on_stack = true;
        }
    }

    fn cast_to(&mut self, target: impl Into<CastTarget>) {
        self.mode = PassMode::Cast(Box::new(target.into()));
    }

    /// C passes small integers as `int`.
    fn extend_integer_to_32_bits(&mut self) {
        if let BackendRepr::Scalar(scalar) = self.layout.backend_repr
            && let Primitive::Int(int, signed) = scalar.primitive()
            && int.size().bits() < 32
            && let PassMode::Direct(attrs) = &mut self.mode
        {
            attrs.ext = if signed { ArgExtension::Sext } else { ArgExtension::Zext };
        }
    }
}

fn indirect(layout: TyAndLayout<'_>) -> PassMode {
    PassMode::Indirect {
        attrs: ArgAttributes {
            ext: ArgExtension::None,
            pointee_size: layout.size.bytes(),
            pointee_align: Some(layout.align.abi),
        },
        meta_attrs: layout.is_unsized().then(ArgAttributes::default),
        on_stack: false,
    }
}

fn scalar_attrs(scalar: Scalar) -> ArgAttributes {
    ArgAttributes { ext: if scalar.is_bool() { ArgExtension::Zext } else { ArgExtension::None }, ..Default::default() }
}

/// How a value is passed before the calling convention has its say.
fn unadjusted(layout: TyAndLayout<'_>) -> PassMode {
    match layout.backend_repr {
        _ if layout.is_zst() => PassMode::Ignore,
        BackendRepr::Scalar(scalar) => PassMode::Direct(scalar_attrs(scalar)),
        BackendRepr::ScalarPair(a, b) => PassMode::Pair(scalar_attrs(a), scalar_attrs(b)),
        BackendRepr::SimdVector { .. } | BackendRepr::ScalableVector { .. } => PassMode::Direct(Default::default()),
        BackendRepr::Memory { .. } => indirect(layout),
    }
}

fn without_layouts(abi: &FnAbi<'_>) -> FnAbiData {
    let arg = |arg: &ArgAbi<'_>| ArgAbiData { ty: arg.layout.ty, thin: arg.thin, mode: arg.mode.clone() };
    FnAbiData {
        args: abi.args.iter().map(arg).collect(),
        ret: arg(&abi.ret),
        c_variadic: abi.c_variadic,
        fixed_count: abi.fixed_count,
        conv: abi.conv,
        can_unwind: abi.can_unwind,
    }
}

impl Tcx {
    /// The ABI of a direct call of `instance`; `extra_args` are the types of variadic arguments. A `#[track_caller]`
    /// instance has its `&Location` as the last argument.
    pub fn fn_abi_of_instance(&self, instance: Instance, extra_args: &[Ty]) -> Result<FnAbi<'_>> {
        let key = (instance, extra_args.to_vec());
        if let Some(data) = self.fn_abis.instances.get(&key) {
            return self.with_layouts(data);
        }
        let abi = self.fn_abi_new(self.fn_sig_for_fn_abi(instance)?, extra_args, Some(instance))?;
        self.fn_abis.instances.insert(key, without_layouts(&abi));
        Ok(abi)
    }

    /// The ABI of a call through a function pointer of type `fn_ptr`.
    pub fn fn_abi_of_fn_ptr(&self, fn_ptr: Ty, extra_args: &[Ty]) -> Result<FnAbi<'_>> {
        let key = (fn_ptr, extra_args.to_vec());
        if let Some(data) = self.fn_abis.pointers.get(&key) {
            return self.with_layouts(data);
        }
        let abi = self.fn_abi_new(self.fn_sig_of_ty(fn_ptr)?, extra_args, None)?;
        self.fn_abis.pointers.insert(key, without_layouts(&abi));
        Ok(abi)
    }

    /// Whether a call of the instance passes a `&Location` that its signature does not have.
    pub fn requires_caller_location(&self, instance: Instance) -> Result<bool> {
        Ok(match instance.def {
            InstanceKind::Item(def) | InstanceKind::Virtual(def, _) => {
                self.codegen_attrs(def)?.is_some_and(|attrs| attrs.track_caller)
            }
            InstanceKind::ClosureOnceShim { track_caller, .. } => track_caller,
            _ => false,
        })
    }

    /// `&'static core::panic::Location`.
    pub fn caller_location_ty(&self) -> Result<Ty> {
        let location = self.store.require_lang_item("panic_location")?;
        let args = self.mk_args(&[GenericArg::Lifetime(Region::Erased)]);
        Ok(self.mk_ref(self.mk(TyKind::Adt(location, args)), Mutability::Not))
    }

    fn fn_abi_new(&self, sig: PolyFnSig, extra_args: &[Ty], instance: Option<Instance>) -> Result<FnAbi<'_>> {
        let conv = self.canonize_abi(sig.abi)?;
        let is_virtual = instance.is_some_and(|i| matches!(i.def, InstanceKind::Virtual(..)));
        let caller_location = match instance {
            Some(instance) if self.requires_caller_location(instance)? => Some(self.caller_location_ty()?),
            _ => None,
        };
        let (inputs, extra_args) = match (sig.abi, sig.inputs().split_last()) {
            (ExternAbi::RustCall, Some((&last, inputs))) => match self.kind(last) {
                TyKind::Tuple(tys) => (inputs, &tys[..]),
                _ => return Err(Error::missing("the arguments of a function with the \"rust-call\" ABI")),
            },
            _ => (sig.inputs(), extra_args),
        };

        let arg_of = |ty: Ty, is_receiver: bool| {
            let mut layout = self.layout_of(ty)?;
            if is_receiver {
                layout = self.make_thin_self_ptr(layout)?;
            }
            Ok(ArgAbi { layout, thin: is_receiver, mode: unadjusted(layout) })
        };
        let args = inputs
            .iter()
            .chain(extra_args)
            .chain(&caller_location)
            .enumerate()
            .map(|(i, &ty)| arg_of(ty, is_virtual && i == 0))
            .collect::<Result<_>>()?;
        let mut abi = FnAbi {
            args,
            ret: arg_of(sig.output(), false)?,
            c_variadic: sig.c_variadic,
            fixed_count: inputs.len() as u32,
            conv,
            can_unwind: self.fn_can_unwind(instance, sig.abi)?,
        };
        match sig.abi {
            ExternAbi::Rust | ExternAbi::RustCall | ExternAbi::RustCold | ExternAbi::RustPreserveNone => {
                rust::adjust(&mut abi)
            }
            ExternAbi::Win64 { .. } => win64::adjust(self, &mut abi)?,
            // Only for LLVM's own intrinsics: the value as it is.
            ExternAbi::Unadjusted => {
                for arg in abi.args.iter_mut().chain([&mut abi.ret]) {
                    if matches!(arg.mode, PassMode::Indirect { .. }) {
                        arg.mode = PassMode::Direct(Default::default());
                    }
                }
            }
            _ => x86_64::adjust(self, &mut abi)?,
        }
        Ok(abi)
    }

    /// `AbiMap::canonize_abi`, for x86_64 Linux.
    fn canonize_abi(&self, abi: ExternAbi) -> Result<CanonAbi> {
        Ok(match abi {
            // LLVM's cold and preserve-none conventions differ only in which registers survive a call. std exports no
            // function that has them.
            ExternAbi::Rust | ExternAbi::RustCall | ExternAbi::RustCold | ExternAbi::RustPreserveNone => CanonAbi::Rust,
            ExternAbi::C { .. }
            | ExternAbi::System { .. }
            | ExternAbi::Cdecl { .. }
            | ExternAbi::SysV64 { .. }
            | ExternAbi::Unadjusted
            | ExternAbi::Custom => CanonAbi::C,
            ExternAbi::Win64 { .. } | ExternAbi::EfiApi => CanonAbi::Win64,
            ExternAbi::Other(name) => return Err(Error::unsupported(format!("extern \"{}\"", self.str(name)))),
            other => return Err(Error::unsupported(format!("calling convention {other:?}"))),
        })
    }

    /// `rustc_middle::ty::layout::fn_can_unwind`.
    fn fn_can_unwind(&self, instance: Option<Instance>, abi: ExternAbi) -> Result<bool> {
        let panic_unwinds = self.opts.panic == PanicStrategy::Unwind;
        // What a virtual call reaches may have other attributes than the trait's method.
        if let Some(instance) = instance
            && !matches!(instance.def, InstanceKind::Virtual(..) | InstanceKind::ThreadLocalShim(_))
        {
            let def = instance.def_id();
            if self.codegen_attrs(def)?.is_some_and(|attrs| attrs.never_unwind) {
                return Ok(false);
            }
            let is_foreign = matches!(&self.store.item(def)?.data, ItemData::Fn(f) if f.is_foreign);
            if !panic_unwinds && !is_foreign {
                return Ok(false);
            }
        }
        Ok(abi_can_unwind(abi, panic_unwinds))
    }

    /// The receiver of a virtual call: the data pointer alone, with the type of the pointer to `dyn` inside it.
    fn make_thin_self_ptr<'tcx>(&'tcx self, layout: TyAndLayout<'tcx>) -> Result<TyAndLayout<'tcx>> {
        let ty = if layout.is_unsized() {
            // `self` by value is passed by pointer.
            self.mk_ptr(layout.ty, Mutability::Mut)
        } else {
            let mut pointer = layout;
            while !matches!(self.kind(pointer.ty), TyKind::RawPtr(..) | TyKind::Ref(..)) {
                let (_, field) = pointer.non_1zst_field(self)?.ok_or_else(|| {
                    Error::missing(format!("the pointer in a method's receiver of type {:?}", self.kind(layout.ty)))
                })?;
                pointer = field;
            }
            pointer.ty
        };
        self.thin_pointer(ty)
    }

    fn thin_pointer(&self, ty: Ty) -> Result<TyAndLayout<'_>> {
        Ok(TyAndLayout { ty, layout: self.layout_of(self.common.mut_unit_ptr)?.layout })
    }

    fn with_layouts(&self, data: &FnAbiData) -> Result<FnAbi<'_>> {
        let arg = |a: &ArgAbiData| {
            let layout = if a.thin { self.thin_pointer(a.ty)? } else { self.layout_of(a.ty)? };
            Ok(ArgAbi { layout, thin: a.thin, mode: a.mode.clone() })
        };
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

/// Whether a call under `abi` may unwind, where Rust's own panics do or do not (`rustc_middle::ty::layout::fn_can_unwind`).
pub fn abi_can_unwind(abi: ExternAbi, panic_unwinds: bool) -> bool {
    match abi {
        ExternAbi::C { unwind }
        | ExternAbi::System { unwind }
        | ExternAbi::Cdecl { unwind }
        | ExternAbi::Stdcall { unwind }
        | ExternAbi::Fastcall { unwind }
        | ExternAbi::Vectorcall { unwind }
        | ExternAbi::Thiscall { unwind }
        | ExternAbi::Win64 { unwind }
        | ExternAbi::SysV64 { unwind } => unwind,
        ExternAbi::Rust | ExternAbi::RustCall | ExternAbi::RustCold | ExternAbi::RustPreserveNone => panic_unwinds,
        ExternAbi::RustInvalid
        | ExternAbi::EfiApi
        | ExternAbi::Unadjusted
        | ExternAbi::Custom
        | ExternAbi::X86Interrupt
        | ExternAbi::Other(_) => false,
    }
}
