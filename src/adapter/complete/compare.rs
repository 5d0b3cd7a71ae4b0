//! What two complete bodies of one definition do, compared without regard to how they are laid out: what is called, dropped and
//! checked, on the way and while unwinding, the text that is mentioned, and assembly.
//!
//! A body is taken as sets of facts, since a front end is free to share blocks or not. So what differs here does differ; a number
//! that differs is not seen, and of orders only that of drops that follow each other. Must not know which front end made which body.

use super::place_ty::TypeCx;
use crate::adapter::Result;
use crate::adapter::provider::ProvidedBody;
use crate::adapter::store::Store;
use ramir::interner::TypeFlags;
use ramir::text::{DefNames, print_ty};
use ramir::*;
use std::collections::BTreeSet;

/// What a body does, in terms that hold in any store.
#[derive(Default)]
pub struct Facts {
    known: BTreeSet<Fact>,
    /// What is done with a type that is not known before it is normalized, which one front end may have done.
    unknown: BTreeSet<String>,
    /// Empty, if the body is no coroutine's.
    layout: String,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    what: String,
    /// With the type or arguments with which it is done.
    text: String,
}

impl Facts {
    /// What the body of `def` does, with the constants that were promoted out of it, and if it is a coroutine's, the body that
    /// drops that, and the coroutine's layout.
    pub fn of(
        store: &Store,
        def: DefId,
        body: &Body,
        promoted: &[Body],
        coroutine: Option<(&Body, &CoroutineLayout)>,
    ) -> Result<Facts> {
        let tcx = TypeCx::new(store, def)?;
        let mut all = Facts::default();
        let part = if coroutine.is_some() { Part::Coroutine } else { Part::Function };
        for body in std::iter::once(body).chain(promoted) {
            facts(&tcx, store, body, part, &mut all)?;
        }
        if let Some((drop, layout)) = coroutine {
            facts(&tcx, store, drop, Part::CoroutineDrop, &mut all)?;
            all.layout = layout_text(&tcx, store, layout)?;
        }
        Ok(all)
    }

    /// What a provided body does.
    pub fn of_provided(store: &Store, def: DefId, provided: &ProvidedBody) -> Result<Facts> {
        let coroutine = provided.coroutine.as_ref().map(|coroutine| (&coroutine.drop, &coroutine.layout));
        Facts::of(store, def, &provided.body, &provided.promoted, coroutine)
    }

    /// What only one of both is, one fact a line: `- ` what this is, `+ ` what `other` is.
    pub fn differences(&self, other: &Facts) -> Vec<String> {
        let only = |sign: &str, a: &Facts, b: &Facts| -> Vec<String> {
            let unknown = |what: &str| a.unknown.contains(what) || b.unknown.contains(what);
            let differ = a.known.difference(&b.known).filter(|fact| !(unknown(&fact.what) && b.has(&fact.what)));
            differ.map(|fact| format!("{sign} {}", fact.text)).collect()
        };
        let layouts = if self.has_layout_of(other) {
            Vec::new()
        } else {
            vec![format!("- layout {}", self.layout), format!("+ layout {}", other.layout)]
        };
        [only("-", self, other), only("+", other, self), layouts].concat()
    }

    /// Whether both are bodies of coroutines that are laid out alike, or of none.
    pub fn has_layout_of(&self, other: &Facts) -> bool {
        self.layout == other.layout
    }

    fn insert(&mut self, what: String) {
        self.known.insert(Fact { text: what.clone(), what });
    }

    fn insert_with(&mut self, store: &Store, how: &str, what: String, ty: Ty) {
        if store.interner().flags(ty).intersects(TypeFlags::HAS_ALIAS) {
            self.unknown.insert(what);
        } else {
            let text = format!("{how} {}", print_ty(store.interner(), &Names(store), ty));
            self.known.insert(Fact { what, text });
        }
    }

    fn has(&self, what: &str) -> bool {
        self.unknown.contains(what) || self.known.iter().any(|fact| fact.what == what)
    }
}

struct Names<'a>(&'a Store);

impl DefNames for Names<'_> {
    fn def_path(&self, def: DefId) -> Option<String> {
        Some(self.0.def_path_str(def))
    }
}

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Function,
    /// Resumes a coroutine.
    Coroutine,
    CoroutineDrop,
}

impl Part {
    /// Whether the order of drops is seen. On the ways out of a coroutine's scopes rustc shares more of them than there need be, and
    /// puts flags between.
    fn has_order(self, is_cleanup: bool) -> bool {
        match self {
            Part::Function => true,
            Part::Coroutine => !is_cleanup,
            Part::CoroutineDrop => false,
        }
    }
}

fn facts(tcx: &TypeCx<'_>, store: &Store, body: &Body, part: Part, facts: &mut Facts) -> Result<()> {
    let of = if part == Part::CoroutineDrop { "dropping the coroutine: " } else { "" };
    for block in &body.blocks {
        let way = format!("{of}{}", if block.is_cleanup { "unwinding: " } else { "" });
        let mut operands = Vec::new();
        for statement in &block.statements {
            if let StatementKind::Assign(_, rvalue) = &statement.kind {
                operands.extend(super::move_paths::rvalue_operands(rvalue));
            }
        }
        match &block.terminator.kind {
            TerminatorKind::Call { func, args, .. } | TerminatorKind::TailCall { func, args, .. } => {
                operands.extend(args);
                let ty = tcx.operand_ty(&body.locals, func)?;
                let callee = match *store.interner().kind(ty) {
                    TyKind::FnDef(def, _) => store.def_path_str(def),
                    _ => "a pointer".to_owned(),
                };
                facts.insert_with(store, &format!("{way}call"), format!("{way}call {callee}"), ty);
            }
            TerminatorKind::Drop { place, target, .. } => {
                let ty = tcx.place_ty(&body.locals, place)?;
                if tcx.needs_drop(ty)? {
                    facts.insert_with(store, &format!("{way}drop"), format!("{way}drop"), ty);
                    if part.has_order(block.is_cleanup)
                        && let Some(next) = next_drop(tcx, body, *target)?
                    {
                        let pair = store.interner().mk(TyKind::Tuple(Box::new([ty, next])));
                        facts.insert_with(store, &format!("{way}drop in this order"), format!("{way}order"), pair);
                    }
                }
            }
            TerminatorKind::Assert { msg, .. } => {
                if let Some(check) = check_name(msg) {
                    facts.insert(format!("{way}check {check}"));
                }
            }
            TerminatorKind::Return => facts.insert(format!("{of}return")),
            TerminatorKind::InlineAsm(asm) => facts.insert(format!("{way}{}", asm_text(store, asm))),
            _ => {}
        }
        for operand in operands {
            if let Operand::Constant(constant) = operand
                && let MirConst::Unevaluated { promoted: Some(_), ty, .. } = constant.const_
            {
                facts.insert_with(store, "promoted", "promoted".to_owned(), ty);
            }
            text_of(store, operand).into_iter().for_each(|text| facts.insert(text));
        }
    }
    Ok(())
}

/// What a coroutine keeps where, and what may lie in one place.
fn layout_text(tcx: &TypeCx<'_>, store: &Store, layout: &CoroutineLayout) -> Result<String> {
    let tys = layout.field_tys.iter().map(|&ty| Ok(print_ty(store.interner(), &Names(store), tcx.reveal(ty)?)));
    let tys = tys.collect::<Result<Vec<_>>>()?.join(", ");
    Ok(format!("[{tys}], variants {:?}, conflicts {:?}", layout.variant_fields, layout.storage_conflicts))
}

/// Assembly with its registers, without what goes in and out.
fn asm_text(store: &Store, asm: &InlineAsm) -> String {
    let mut template = String::new();
    for piece in &asm.template {
        match piece {
            InlineAsmTemplatePiece::String(text) => template.push_str(text),
            InlineAsmTemplatePiece::Placeholder { operand_idx, modifier } => {
                template.push_str(&format!("{{{operand_idx}{}}}", modifier.map(|m| format!(":{m}")).unwrap_or_default()));
            }
        }
    }
    let register = |reg: &InlineAsmRegOrRegClass| match *reg {
        InlineAsmRegOrRegClass::Reg(name) => format!("{:?}", store.interner().str(name)),
        InlineAsmRegOrRegClass::RegClass(name) => store.interner().str(name).to_owned(),
    };
    let late = |late: bool| if late { "late" } else { "" };
    let unused = |place: &Option<Place>| if place.is_none() { " _" } else { "" };
    let operands = asm.operands.iter().map(|operand| match operand {
        InlineAsmOperand::In { reg, .. } => format!("in({})", register(reg)),
        InlineAsmOperand::Out { reg, late: l, place } => format!("{}out({}){}", late(*l), register(reg), unused(place)),
        InlineAsmOperand::InOut { reg, late: l, out_place, .. } => {
            format!("in{}out({}){}", late(*l), register(reg), unused(out_place))
        }
        InlineAsmOperand::Const { .. } => "const".to_owned(),
        InlineAsmOperand::SymFn { .. } => "sym fn".to_owned(),
        InlineAsmOperand::SymStatic { def_id } => format!("sym {}", store.def_path_str(*def_id)),
        InlineAsmOperand::Label { target_index } => format!("label {target_index}"),
    });
    let operands: Vec<_> = operands.collect();
    format!("asm {template:?} {} options({}) to {}", operands.join(", "), asm.options, asm.targets.len())
}

/// The type of what is dropped next, if nothing else is done before.
fn next_drop(tcx: &TypeCx<'_>, body: &Body, mut at: BasicBlock) -> Result<Option<Ty>> {
    // A chain without drops in a circle would be a loop that does nothing.
    for _ in 0..body.blocks.len() {
        match &body.blocks[at.index()].terminator.kind {
            TerminatorKind::Goto { target } => at = *target,
            TerminatorKind::Drop { place, target, .. } => {
                let ty = tcx.place_ty(&body.locals, place)?;
                if tcx.needs_drop(ty)? {
                    return Ok(Some(ty));
                }
                at = *target;
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// What a check is about. Those that rustc makes of pointers late, and leaves out where it knows the pointer, are not told.
fn check_name(msg: &AssertKind) -> Option<&'static str> {
    Some(match msg {
        AssertKind::BoundsCheck { .. } => "index",
        AssertKind::Overflow(..) | AssertKind::OverflowNeg(_) => "overflow",
        AssertKind::DivisionByZero(_) | AssertKind::RemainderByZero(_) => "division",
        _ => return None,
    })
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
