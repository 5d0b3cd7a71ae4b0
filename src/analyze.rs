//! Which locals may live in registers: those whose address is never taken.

use crate::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum SsaKind {
    NotSsa,
    MaybeSsa,
}

impl SsaKind {
    pub(crate) fn is_ssa(self, fx: &FunctionCx<'_, '_, '_>, ty: Ty) -> bool {
        self == SsaKind::MaybeSsa && (fx.clif_type(ty).is_some() || fx.clif_pair_type(ty).is_some())
    }
}

/// The answer for each local.
pub(crate) fn analyze(mir: &Body) -> Vec<SsaKind> {
    let mut kinds = vec![SsaKind::MaybeSsa; mir.locals.len()];
    for block in &mir.blocks {
        for stmt in &block.statements {
            if let StatementKind::Assign(_, Rvalue::Ref(_, place) | Rvalue::RawPtr(_, place)) = &stmt.kind {
                kinds[place.local.index()] = SsaKind::NotSsa;
            }
        }
    }
    kinds
}
