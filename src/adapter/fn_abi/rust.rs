//! The Rust calling convention. Semantics: `FnAbi::adjust_for_rust_abi` in `rustc_target::callconv`.

use super::FnAbi;
use rustc_abi::{BackendRepr, Reg, RegKind, Size};

pub(super) fn adjust(abi: &mut FnAbi<'_>) {
    let pointer = Size::from_bytes(8);
    if !abi.ret.is_ignore()
        && abi.ret.layout.size > pointer * 2
        && !matches!(abi.ret.layout.backend_repr, BackendRepr::SimdVector { .. })
    {
        abi.ret.make_indirect();
    }
    for arg in abi.args.iter_mut().chain([&mut abi.ret]) {
        if arg.is_ignore() {
            continue;
        }
        match arg.layout.backend_repr {
            BackendRepr::Memory { .. } if arg.layout.is_sized() && arg.layout.size <= pointer => {
                arg.cast_to(Reg { kind: RegKind::Integer, size: arg.layout.size });
            }
            // Caller and callee may be compiled for different vector extensions.
            BackendRepr::SimdVector { .. } => arg.make_indirect(),
            _ => {}
        }
    }
}
