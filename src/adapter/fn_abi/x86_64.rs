//! The System V calling convention of x86_64. Semantics: the psABI, section 3.2.3, as
//! `rustc_target::callconv::x86_64` reads it.

use super::{ArgAbi, CastTarget, FnAbi};
use crate::adapter::{Result, Tcx, TyAndLayout};
use ramir::VariantIdx;
use rustc_abi::{BackendRepr, Primitive, Reg, RegKind, Size, Variants};

/// What an eightbyte is passed in. Ordered so that the smaller of two classes is the class of both together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Int,
    Sse,
    /// The upper part of the vector register before.
    SseUp,
}

/// As many as the largest vector (512 bits) has.
const MAX_EIGHTBYTES: usize = 8;
const EIGHTBYTE: u64 = 8;
/// rdi, rsi, rdx, rcx, r8, r9
const INT_REGS: usize = 6;
/// xmm0 to xmm7
const SSE_REGS: usize = 8;

type Classes = [Option<Class>; MAX_EIGHTBYTES];

pub(super) fn adjust<'tcx>(tcx: &'tcx Tcx, abi: &mut FnAbi<'tcx>) -> Result<()> {
    let (mut int_regs, mut sse_regs) = (INT_REGS, SSE_REGS);
    if !abi.ret.is_ignore() && abi.ret.layout.is_sized() {
        match classify(tcx, abi.ret.layout)? {
            Some(classes) if abi.ret.layout.is_aggregate() => {
                abi.ret.cast_to(cast_target(&classes, abi.ret.layout.size));
            }
            Some(_) => {}
            None => {
                // The address of the return place is the first argument.
                abi.ret.make_indirect();
                int_regs -= 1;
            }
        }
    }
    for arg in &mut abi.args {
        if arg.is_ignore() || arg.layout.is_unsized() {
            continue;
        }
        if arg.layout.pass_indirectly_in_non_rustic_abis(tcx)? {
            int_regs = int_regs.saturating_sub(1);
            arg.make_indirect();
            continue;
        }
        let Some(classes) = classify(tcx, arg.layout)? else {
            arg.pass_by_stack_offset();
            continue;
        };
        let needed = |class| classes.iter().filter(|&&c| c == Some(class)).count();
        match (int_regs.checked_sub(needed(Class::Int)), sse_regs.checked_sub(needed(Class::Sse))) {
            (Some(int_left), Some(sse_left)) => (int_regs, sse_regs) = (int_left, sse_left),
            // An aggregate goes to registers as a whole or not at all. A scalar finds its way to the stack by itself.
            _ if arg.layout.is_aggregate() => {
                arg.pass_by_stack_offset();
                continue;
            }
            _ => {}
        }
        pass_in_registers(arg, &classes);
    }
    Ok(())
}

fn pass_in_registers(arg: &mut ArgAbi<'_>, classes: &Classes) {
    if arg.layout.is_aggregate() {
        arg.cast_to(cast_target(classes, arg.layout.size));
    } else {
        arg.extend_integer_to_32_bits();
    }
}

/// The classes of a type's eightbytes, or `None` for class MEMORY.
fn classify<'tcx>(tcx: &'tcx Tcx, layout: TyAndLayout<'tcx>) -> Result<Option<Classes>> {
    let count = layout.size.bytes().div_ceil(EIGHTBYTE) as usize;
    let mut classes = [None; MAX_EIGHTBYTES];
    if count > MAX_EIGHTBYTES || !classify_at(tcx, layout, &mut classes, Size::ZERO)? {
        return Ok(None);
    }
    if count > 2 {
        // More than two eightbytes are in a register only if they are one vector.
        let one_vector = classes[0] == Some(Class::Sse) && classes[1..count].iter().all(|&c| c == Some(Class::SseUp));
        return Ok(one_vector.then_some(classes));
    }
    let mut previous = None;
    for class in &mut classes[..count] {
        if *class == Some(Class::SseUp) && !matches!(previous, Some(Class::Sse | Class::SseUp)) {
            *class = Some(Class::Sse);
        }
        previous = *class;
    }
    Ok(Some(classes))
}

/// Merges the classes of a value at `offset` into those around it; false for class MEMORY.
fn classify_at<'tcx>(tcx: &'tcx Tcx, layout: TyAndLayout<'tcx>, classes: &mut Classes, offset: Size) -> Result<bool> {
    if !offset.is_aligned(layout.align.abi) {
        return Ok(layout.is_zst());
    }
    let mut class = match layout.backend_repr {
        BackendRepr::Scalar(scalar) => match scalar.primitive() {
            Primitive::Int(..) | Primitive::Pointer(_) => Class::Int,
            Primitive::Float(_) => Class::Sse,
        },
        BackendRepr::SimdVector { .. } | BackendRepr::ScalableVector { .. } => Class::Sse,
        BackendRepr::ScalarPair(..) | BackendRepr::Memory { .. } => {
            for i in 0..layout.fields.count() {
                if !classify_at(tcx, layout.field(tcx, i)?, classes, offset + layout.fields.offset(i))? {
                    return Ok(false);
                }
            }
            // An enum's variants are like a union's fields.
            if let Variants::Multiple { variants, .. } = &layout.variants {
                for variant in 0..variants.len() {
                    if !classify_at(tcx, layout.for_variant(tcx, VariantIdx::new(variant))?, classes, offset)? {
                        return Ok(false);
                    }
                }
            }
            return Ok(true);
        }
    };
    let first = (offset.bytes() / EIGHTBYTE) as usize;
    let last = ((offset.bytes() + layout.size.bytes() - 1) / EIGHTBYTE) as usize;
    for slot in &mut classes[first..=last] {
        *slot = Some(slot.map_or(class, |old| old.min(class)));
        if class == Class::Sse {
            class = Class::SseUp;
        }
    }
    Ok(true)
}

/// The registers of a value of `size` bytes: at most two, one of which may be a vector of several eightbytes.
fn cast_target(classes: &Classes, size: Size) -> CastTarget {
    let (low, next) = register(classes, 0, size);
    let covered = Size::from_bytes(EIGHTBYTE) * next as u64;
    if size > covered && classes.get(next).is_some_and(Option::is_some) {
        let (high, _) = register(classes, next, size - covered);
        CastTarget { prefix: vec![low], ..CastTarget::from(high) }
    } else {
        CastTarget::from(low)
    }
}

/// The register that starts at eightbyte `i`, and where the next one starts; `size` bytes of the value are left.
fn register(classes: &Classes, i: usize, size: Size) -> (Reg, usize) {
    if classes[i] == Some(Class::Int) {
        return (Reg { kind: RegKind::Integer, size: size.min(Size::from_bytes(EIGHTBYTE)) }, i + 1);
    }
    let len = 1 + classes[i + 1..].iter().take_while(|&&c| c == Some(Class::SseUp)).count();
    let reg = match (len, size.bytes()) {
        (1, 4) => Reg::f32(),
        (1, _) => Reg::f64(),
        _ => Reg { kind: RegKind::Vector, size: Size::from_bytes(EIGHTBYTE) * len as u64 },
    };
    (reg, i + len)
}
