//! The constants that have to evaluate for a body to be valid. Semantics: `rustc_mir_transform::required_consts`.

use super::{cfg, visit};
use ramir::*;

/// Lists them in reverse postorder; to be run before promotion, since a promoted constant cannot fail.
pub fn compute_required_consts(interner: &Interner, body: &mut Body) {
    let mut required = Vec::new();
    let mut visit = |constant: &mut ConstOperand| {
        if is_required(interner, constant) {
            required.push(constant.clone());
        }
    };
    for block in cfg::reverse_postorder(body) {
        let block = &mut body.blocks[block.index()];
        for statement in &mut block.statements {
            visit::statement_consts(&mut statement.kind, &mut visit);
        }
        visit::terminator_consts(&mut block.terminator.kind, &mut visit);
    }
    body.required_consts = required;
}

fn is_required(interner: &Interner, constant: &ConstOperand) -> bool {
    match constant.const_ {
        MirConst::Ty(_, ct) => !matches!(interner.const_kind(ct), ConstKind::Value(..)),
        MirConst::Unevaluated { promoted, .. } => promoted.is_none(),
        MirConst::Val(..) => false,
    }
}
