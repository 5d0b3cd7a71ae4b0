//! How a value of Rust's travels in Cranelift's parameters and back. [`PassMode`] says which way.

use crate::adapter::fn_abi::{ArgAttributes, ArgExtension, CastTarget};
use crate::prelude::*;
use cranelift_codegen::ir::ArgumentPurpose;
use rustc_abi::{Reg, RegKind};

fn reg_to_abi_param(reg: Reg) -> AbiParam {
    let ty = match (reg.kind, reg.size.bytes()) {
        (RegKind::Integer, 1) => types::I8,
        (RegKind::Integer, 2) => types::I16,
        (RegKind::Integer, 3..=4) => types::I32,
        (RegKind::Integer, 5..=8) => types::I64,
        (RegKind::Integer, 9..=16) => types::I128,
        (RegKind::Float, 2) => types::F16,
        (RegKind::Float, 4) => types::F32,
        (RegKind::Float, 8) => types::F64,
        (RegKind::Float, 16) => types::F128,
        (RegKind::Vector, 16) => types::I8X16,
        (kind, size) => fatal(format!("unsupported: argument in a register of {size} bytes ({kind:?})")),
    };
    AbiParam::new(ty)
}

fn apply_attrs(param: AbiParam, attrs: ArgAttributes) -> AbiParam {
    match attrs.ext {
        ArgExtension::None => param,
        ArgExtension::Zext => param.uext(),
        ArgExtension::Sext => param.sext(),
    }
}

/// The registers of a cast, each with its offset in the value.
fn cast_target_to_abi_params(cast: &CastTarget) -> SmallVec<[(u64, AbiParam); 2]> {
    let mut params = SmallVec::new();
    let mut offset = 0;
    for &reg in &cast.prefix {
        params.push((offset, reg_to_abi_param(reg)));
        offset += reg.size.bytes();
    }
    if let Some(rest_offset) = cast.rest_offset {
        offset = rest_offset.bytes();
    }
    let unit = cast.rest.size.bytes();
    let mut left = cast.rest_total.bytes();
    while unit != 0 && left != 0 {
        // Only an integer can be cut short.
        let size = Size::from_bytes(left.min(unit));
        let reg = if size == cast.rest.size { cast.rest } else { Reg { kind: RegKind::Integer, size } };
        params.push((offset, reg_to_abi_param(reg)));
        offset += unit;
        left -= size.bytes();
    }
    params
}

fn direct_type(tcx: TyCtxt<'_>, layout: TyAndLayout<'_>) -> Type {
    match layout.backend_repr {
        BackendRepr::Scalar(scalar) => scalar_to_clif_type(tcx, scalar),
        BackendRepr::SimdVector { element, count } => {
            let lane = scalar_to_clif_type(tcx, element);
            match lane.by(count as u32) {
                Some(ty) if ty.bytes() == 16 => ty,
                _ => fatal(format!("unsupported: argument that is a vector of {count} x {lane}")),
            }
        }
        repr => bug!("an argument of representation {repr:?} passed directly"),
    }
}

fn pair_types(tcx: TyCtxt<'_>, layout: TyAndLayout<'_>) -> (Type, Type) {
    match layout.backend_repr {
        BackendRepr::ScalarPair(a, b) => (scalar_to_clif_type(tcx, a), scalar_to_clif_type(tcx, b)),
        repr => bug!("an argument of representation {repr:?} passed as a pair"),
    }
}

/// The parameters of an argument.
pub(super) fn get_abi_param(tcx: TyCtxt<'_>, arg: &ArgAbi<'_>) -> SmallVec<[AbiParam; 2]> {
    match arg.mode {
        PassMode::Ignore => smallvec![],
        PassMode::Direct(attrs) => smallvec![apply_attrs(AbiParam::new(direct_type(tcx, arg.layout)), attrs)],
        PassMode::Pair(attrs_a, attrs_b) => {
            let (a, b) = pair_types(tcx, arg.layout);
            smallvec![apply_attrs(AbiParam::new(a), attrs_a), apply_attrs(AbiParam::new(b), attrs_b)]
        }
        PassMode::Cast(ref cast) => cast_target_to_abi_params(cast).into_iter().map(|(_, param)| param).collect(),
        PassMode::Indirect { meta_attrs: Some(_), .. } => {
            smallvec![AbiParam::new(pointer_ty(tcx)), AbiParam::new(pointer_ty(tcx))]
        }
        PassMode::Indirect { on_stack: true, .. } => {
            // The caller's stack holds the value itself, in units of 8 bytes.
            let size = arg.layout.size.bytes().next_multiple_of(8);
            smallvec![AbiParam::special(pointer_ty(tcx), ArgumentPurpose::StructArgument(size as u32))]
        }
        PassMode::Indirect { .. } => smallvec![AbiParam::new(pointer_ty(tcx))],
    }
}

/// The return registers; the parameter for the return pointer if the value is returned in memory.
pub(super) fn get_abi_return(tcx: TyCtxt<'_>, ret: &ArgAbi<'_>, returns: &mut Vec<AbiParam>) -> Option<AbiParam> {
    match ret.mode {
        PassMode::Indirect { .. } => Some(AbiParam::special(pointer_ty(tcx), ArgumentPurpose::StructReturn)),
        _ => {
            returns.extend(get_abi_param(tcx, ret));
            None
        }
    }
}

/// The end of the last register, as an offset in the value.
fn registers_end(params: &[(u64, AbiParam)]) -> u64 {
    params.iter().map(|(offset, param)| offset + u64::from(param.value_type.bytes())).max().unwrap_or(0)
}

/// The registers of a value that is passed by [`PassMode::Cast`].
pub(super) fn to_casted_value<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    arg: CValue<'tcx>,
    cast: &CastTarget,
) -> SmallVec<[Value; 2]> {
    let params = cast_target_to_abi_params(cast);
    let layout = arg.layout();
    let (mut ptr, _) = arg.force_stack(fx);
    let end = registers_end(&params);
    if end > layout.size.bytes() {
        // The registers cover more than the value: what lies behind it must not be read.
        let copy = fx.create_stack_slot(end as u32, layout.align.abi.bytes() as u32);
        CPlace::for_ptr(copy, layout).write_cvalue(fx, CValue::by_ref(ptr, layout));
        ptr = copy;
    }
    let flags = MemFlags::new().with_notrap();
    params
        .into_iter()
        .map(|(offset, param)| ptr.offset_i64(fx, offset as i64).load(fx, param.value_type, flags))
        .collect()
}

/// The value that arrives in `regs`.
pub(super) fn from_casted_value<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    regs: &[Value],
    layout: TyAndLayout<'tcx>,
    cast: &CastTarget,
) -> CValue<'tcx> {
    let params = cast_target_to_abi_params(cast);
    assert_eq!(params.len(), regs.len());
    let size = layout.size.bytes().max(registers_end(&params));
    let ptr = fx.create_stack_slot(size as u32, layout.align.abi.bytes() as u32);
    for ((offset, _), &reg) in params.into_iter().zip(regs) {
        ptr.offset_i64(fx, offset as i64).store(fx, reg, MemFlags::new().with_notrap());
    }
    CValue::by_ref(ptr, layout)
}

/// The parameters that carry an argument of a call. The callee may change memory that it is given the address of:
/// unless the value is `is_owned`, it gets a copy.
pub(super) fn adjust_arg_for_abi<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    arg: CValue<'tcx>,
    arg_abi: &ArgAbi<'tcx>,
    is_owned: bool,
) -> SmallVec<[Value; 2]> {
    match arg_abi.mode {
        PassMode::Ignore => smallvec![],
        PassMode::Direct(_) => smallvec![arg.load_scalar(fx)],
        PassMode::Pair(..) => {
            let (a, b) = arg.load_scalar_pair(fx);
            smallvec![a, b]
        }
        PassMode::Cast(ref cast) => to_casted_value(fx, arg, cast),
        PassMode::Indirect { .. } => match arg.try_to_ptr() {
            Some((ptr, Some(meta))) => smallvec![ptr.get_addr(fx), meta],
            Some((ptr, None)) if is_owned => smallvec![ptr.get_addr(fx)],
            _ => {
                let place = CPlace::new_stack_slot(fx, arg.layout());
                place.write_cvalue(fx, arg);
                smallvec![place.to_ptr().get_addr(fx)]
            }
        },
    }
}

/// The value of a parameter of the current function, from the entry block's parameters; `None` if it has none.
pub(super) fn cvalue_for_param<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    local: Option<Local>,
    local_field: Option<usize>,
    arg_abi: &ArgAbi<'tcx>,
    block_params: &mut impl Iterator<Item = Value>,
) -> Option<CValue<'tcx>> {
    let count = get_abi_param(fx.tcx, arg_abi).len();
    let params: SmallVec<[Value; 2]> = block_params.take(count).collect();
    assert_eq!(params.len(), count, "parameters of the entry block");
    super::comments::add_arg_comment(fx, "arg", local, local_field, &params, &arg_abi.mode, arg_abi.layout);
    Some(match arg_abi.mode {
        PassMode::Ignore => return None,
        PassMode::Direct(_) => CValue::by_val(params[0], arg_abi.layout),
        PassMode::Pair(..) => CValue::by_val_pair(params[0], params[1], arg_abi.layout),
        PassMode::Cast(ref cast) => from_casted_value(fx, &params, arg_abi.layout, cast),
        PassMode::Indirect { meta_attrs: None, .. } => CValue::by_ref(Pointer::new(params[0]), arg_abi.layout),
        PassMode::Indirect { meta_attrs: Some(_), .. } => {
            CValue::by_ref_unsized(Pointer::new(params[0]), params[1], arg_abi.layout)
        }
    })
}
