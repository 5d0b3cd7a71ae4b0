//! Comments in CLIF dumps on how arguments and locals are passed and stored.

use crate::prelude::*;

pub(super) fn add_args_header_comment(fx: &mut FunctionCx<'_, '_, '_>) {
    if fx.clif_comments.enabled() {
        fx.add_global_comment("kind  loc.idx   param    pass mode                            ty");
    }
}

pub(super) fn add_arg_comment<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    kind: &str,
    local: Option<Local>,
    local_field: Option<usize>,
    params: &[Value],
    mode: &PassMode,
    layout: TyAndLayout<'tcx>,
) {
    if !fx.clif_comments.enabled() {
        return;
    }
    let local = local.map_or("???".to_owned(), |local| format!("{local:?}"));
    let field = local_field.map_or(String::new(), |field| format!(".{field}"));
    let params = match params {
        [] => "-".to_owned(),
        params => params.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
    };
    let ty = fx.ty_str(layout.ty);
    fx.add_global_comment(format!("{kind:5}{local:>3}{field:<5} {params:10} {:36} {ty}", format!("{mode:?}")));
}

pub(super) fn add_locals_header_comment(fx: &mut FunctionCx<'_, '_, '_>) {
    if fx.clif_comments.enabled() {
        fx.add_global_comment(String::new());
        fx.add_global_comment("kind  local ty                              size align (abi)");
    }
}

pub(super) fn add_local_place_comments<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, place: CPlace<'tcx>, local: Local) {
    if !fx.clif_comments.enabled() {
        return;
    }
    let layout = place.layout();
    let (kind, extra) = place.debug_comment();
    let text = format!(
        "{kind:<5} {:5} {:30} {:4}b {:2}    {extra}",
        format!("{local:?}"),
        fx.ty_str(layout.ty),
        layout.size.bytes(),
        layout.align.abi.bytes(),
    );
    fx.add_global_comment(text);
}
