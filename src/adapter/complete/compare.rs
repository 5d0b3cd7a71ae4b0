//! What two complete bodies of one definition do, compared without regard to how they are laid out: what is called, dropped and
//! checked, on the way and while unwinding, and the text that is mentioned.
//!
//! A body is taken as sets, since a front end is free to share blocks or not. So what differs here does differ, and an order or
//! a number that differs is not seen. Must not know which front end made which body.

use super::place_ty::TypeCx;
use crate::adapter::Result;
use crate::adapter::store::Store;
use ramir::text::{DefNames, print_ty};
use ramir::*;
use std::collections::BTreeSet;

/// What only one of two bodies of `def` does, one fact a line: `- ` the first's, `+ ` the second's.
pub fn differences(store: &Store, def: DefId, first: &Body, second: &Body) -> Result<Vec<String>> {
    let tcx = TypeCx::new(store, def)?;
    let (first, second) = (facts(&tcx, store, first)?, facts(&tcx, store, second)?);
    let only = |sign: &str, a: &BTreeSet<String>, b: &BTreeSet<String>| -> Vec<String> {
        a.difference(b).map(|fact| format!("{sign} {fact}")).collect()
    };
    Ok([only("-", &first, &second), only("+", &second, &first)].concat())
}

struct Names<'a>(&'a Store);

impl DefNames for Names<'_> {
    fn def_path(&self, def: DefId) -> Option<String> {
        Some(self.0.def_path_str(def))
    }
}

fn facts(tcx: &TypeCx<'_>, store: &Store, body: &Body) -> Result<BTreeSet<String>> {
    let interner = store.interner();
    let ty_name = |ty| print_ty(interner, &Names(store), ty);
    let mut facts = BTreeSet::new();
    for block in &body.blocks {
        let way = if block.is_cleanup { "unwinding: " } else { "" };
        let mut texts = Vec::new();
        for statement in &block.statements {
            if let StatementKind::Assign(_, rvalue) = &statement.kind {
                texts.extend(super::move_paths::rvalue_operands(rvalue));
            }
        }
        match &block.terminator.kind {
            TerminatorKind::Call { func, args, .. } | TerminatorKind::TailCall { func, args, .. } => {
                texts.extend(args);
                facts.insert(format!("{way}call {}", ty_name(tcx.operand_ty(&body.locals, func)?)));
            }
            TerminatorKind::Drop { place, .. } => {
                let ty = tcx.place_ty(&body.locals, place)?;
                if tcx.needs_drop(ty)? {
                    facts.insert(format!("{way}drop {}", ty_name(ty)));
                }
            }
            TerminatorKind::Assert { msg, .. } => {
                let text = format!("{msg:?}");
                let kind = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                facts.insert(format!("{way}check {kind}"));
            }
            TerminatorKind::Return => drop(facts.insert("return".to_owned())),
            TerminatorKind::InlineAsm(_) => drop(facts.insert("asm".to_owned())),
            _ => {}
        }
        facts.extend(texts.into_iter().filter_map(|operand| text_of(store, operand)));
    }
    Ok(facts)
}

/// The text that an operand is, if it is a literal.
fn text_of(store: &Store, operand: &Operand) -> Option<String> {
    let Operand::Constant(constant) = operand else { return None };
    let MirConst::Val(ConstValue::Slice { alloc, len }, ty) = constant.const_ else { return None };
    let TyKind::Ref(_, to, _) = *store.interner().kind(ty) else { return None };
    if !matches!(store.interner().kind(to), TyKind::Str) {
        return None;
    }
    let GlobalAlloc::Memory(allocation) = store.global_alloc(alloc).ok()? else { return None };
    let text = allocation.bytes.get(..usize::try_from(len).ok()?)?;
    Some(format!("text {:?}", String::from_utf8_lossy(text)))
}
