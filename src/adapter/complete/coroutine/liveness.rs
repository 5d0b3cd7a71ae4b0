//! Which locals of a coroutine may be read later, may be pointed to, and need their storage, at each location of its body.
//! Semantics: `rustc_mir_dataflow::impls::{MaybeLiveLocals, MaybeBorrowedLocals, MaybeRequiresStorage}`.
//!
//! Storage begins where something is written to it or it is borrowed, and ends at a `StorageDead`, or where all of it is
//! moved and nothing can point to it. What only a `StorageLive` stands for makes no difference here.

use crate::adapter::complete::uses::{Use, is_partial, statement_uses, terminator_uses};
use crate::adapter::complete::cfg::reverse_postorder;
use ramir::*;
use rustc_index::bit_set::DenseBitSet;

/// A set of locals, by index.
pub type Locals = DenseBitSet<usize>;

/// The locals that a location after the end of a block may read before it writes them. Borrows count where they are made.
pub struct Liveness {
    entry: Vec<Locals>,
}

impl Liveness {
    pub fn compute(body: &Body) -> Liveness {
        let mut results = Liveness { entry: vec![Locals::new_empty(body.locals.len()); body.blocks.len()] };
        let order = reverse_postorder(body);
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for &block in order.iter().rev() {
                let data = &body.blocks[block.index()];
                let mut state = results.at_end(body, block);
                terminator_uses(&data.terminator.kind, &mut |place, what| {
                    // What a terminator writes, it writes on one of its edges; a pointer on the way to it is read here.
                    if what != Use::Write || place.is_indirect() {
                        read_or_write(&mut state, place, what);
                    } else {
                        read_indices(&mut state, place);
                    }
                });
                for statement in data.statements.iter().rev() {
                    statement_uses(&statement.kind, &mut |place, what| read_or_write(&mut state, place, what));
                }
                changed |= results.entry[block.index()].union(&state);
            }
        }
        results
    }

    /// The state behind the block's terminator, on any way.
    pub fn at_end(&self, body: &Body, block: BasicBlock) -> Locals {
        let terminator = &body.blocks[block.index()].terminator.kind;
        let mut out = Locals::new_empty(body.locals.len());
        for successor in terminator.successors() {
            let mut state = self.entry[successor.index()].clone();
            if has_written(terminator, successor) {
                for_each_return_place(terminator, &mut |place| read_or_write(&mut state, place, Use::Write));
            }
            out.union(&state);
        }
        out
    }
}

/// Whether the terminator has written what it writes where it goes to the successor.
fn has_written(terminator: &TerminatorKind, successor: BasicBlock) -> bool {
    match terminator {
        TerminatorKind::Call { target, .. } => *target == Some(successor),
        TerminatorKind::Yield { resume, .. } => *resume == successor,
        TerminatorKind::InlineAsm(asm) => asm.targets.contains(&successor),
        _ => false,
    }
}

fn for_each_return_place(terminator: &TerminatorKind, f: &mut dyn FnMut(&Place)) {
    match terminator {
        TerminatorKind::Call { destination: place, .. } | TerminatorKind::Yield { resume_arg: place, .. } => f(place),
        TerminatorKind::InlineAsm(asm) => asm_outputs(asm).for_each(f),
        _ => {}
    }
}

fn asm_outputs(asm: &InlineAsm) -> impl Iterator<Item = &Place> {
    asm.operands.iter().filter_map(|operand| match operand {
        InlineAsmOperand::Out { place, .. } | InlineAsmOperand::InOut { out_place: place, .. } => place.as_ref(),
        _ => None,
    })
}

/// Goes backwards over one mention of a place.
fn read_or_write(state: &mut Locals, place: &Place, what: Use) {
    let local = place.local.index();
    match what {
        Use::Read | Use::Move => {
            state.insert(local);
        }
        Use::Write | Use::Discriminant if place.is_indirect() => {
            state.insert(local);
        }
        Use::Write if !is_partial(place) => {
            state.remove(local);
        }
        Use::Write | Use::Discriminant => {}
    }
    read_indices(state, place);
}

fn read_indices(state: &mut Locals, place: &Place) {
    for elem in place.projection.iter() {
        if let PlaceElem::Index(local) = elem {
            state.insert(local.index());
        }
    }
}

/// The locals that pointers may point to, and those that need their storage.
#[derive(Clone)]
pub struct State {
    pub borrowed: Locals,
    pub required: Locals,
}

impl State {
    fn union(&mut self, other: &State) -> bool {
        let borrowed = self.borrowed.union(&other.borrowed);
        self.required.union(&other.required) | borrowed
    }

    /// What the location needs while it is executed.
    fn begin_statement(&mut self, statement: &StatementKind) {
        borrow(&mut self.required, statement);
        if let StatementKind::Assign(place, _) | StatementKind::SetDiscriminant { place, .. } = statement {
            self.required.insert(place.local.index());
        }
    }

    fn end_statement(&mut self, statement: &StatementKind) {
        statement_uses(statement, &mut |place, what| self.moved(place, what));
        borrow(&mut self.borrowed, statement);
    }

    fn begin_terminator(&mut self, terminator: &TerminatorKind) {
        match terminator {
            TerminatorKind::Drop { place, .. } if !place.is_indirect() => {
                self.required.insert(place.local.index());
            }
            TerminatorKind::Call { destination, .. } => {
                self.required.insert(destination.local.index());
            }
            TerminatorKind::InlineAsm(asm) => asm_outputs(asm).for_each(|place| {
                self.required.insert(place.local.index());
            }),
            // What a yield writes needs storage only after it.
            _ => {}
        }
    }

    /// Behind the terminator, but for what it writes.
    fn end_terminator(&mut self, terminator: &TerminatorKind) {
        if !matches!(terminator, TerminatorKind::Yield { .. }) {
            for_each_return_place(terminator, &mut |place| {
                self.required.remove(place.local.index());
            });
        }
        terminator_uses(terminator, &mut |place, what| self.moved(place, what));
        // A destructor may leave a pointer to what it has dropped somewhere.
        if let TerminatorKind::Drop { place, .. } = terminator
            && !place.is_indirect()
        {
            self.borrowed.insert(place.local.index());
        }
    }

    fn moved(&mut self, place: &Place, what: Use) {
        if what == Use::Move
            && let Some(local) = place.as_local()
            && !self.borrowed.contains(local.index())
        {
            self.required.remove(local.index());
        }
    }
}

fn borrow(state: &mut Locals, statement: &StatementKind) {
    match statement {
        StatementKind::Assign(_, Rvalue::Ref(_, place) | Rvalue::RawPtr(_, place)) if !place.is_indirect() => {
            state.insert(place.local.index());
        }
        StatementKind::StorageDead(local) => {
            state.remove(local.index());
        }
        _ => {}
    }
}

pub struct Storage {
    /// By block; `None` for those that cannot be reached.
    entry: Vec<Option<State>>,
}

impl Storage {
    pub fn compute(body: &Body) -> Storage {
        let empty = Locals::new_empty(body.locals.len());
        let mut start = State { borrowed: empty.clone(), required: empty };
        // The coroutine itself is not looked at.
        for arg in 2..=body.arg_count as usize {
            start.required.insert(arg);
        }
        let mut entry: Vec<Option<State>> = vec![None; body.blocks.len()];
        entry[BasicBlock::START.index()] = Some(start);
        let order = reverse_postorder(body);
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for &block in &order {
                let Some(mut state) = entry[block.index()].clone() else { continue };
                let data = &body.blocks[block.index()];
                for statement in &data.statements {
                    state.begin_statement(&statement.kind);
                    state.end_statement(&statement.kind);
                }
                let terminator = &data.terminator.kind;
                state.begin_terminator(terminator);
                state.end_terminator(terminator);
                for next in terminator.successors() {
                    let mut state = state.clone();
                    if has_written(terminator, next) {
                        for_each_return_place(terminator, &mut |place| {
                            state.required.insert(place.local.index());
                        });
                    }
                    changed |= match &mut entry[next.index()] {
                        Some(old) => old.union(&state),
                        slot => {
                            *slot = Some(state);
                            true
                        }
                    };
                }
            }
        }
        Storage { entry }
    }

    /// The state before the block's terminator, with what that needs itself; `None` if it cannot be reached.
    pub fn at_terminator(&self, body: &Body, block: BasicBlock) -> Option<State> {
        self.visit_block(body, block, &mut |_| {})
    }

    /// Calls `f` with what each location that can be reached needs while it is executed.
    pub fn for_each_location(&self, body: &Body, f: &mut dyn FnMut(BasicBlock, &Locals)) {
        for block in (0..body.blocks.len()).map(BasicBlock::new) {
            if let Some(last) = self.visit_block(body, block, &mut |state| f(block, &state.required)) {
                f(block, &last.required);
            }
        }
    }

    fn visit_block(&self, body: &Body, block: BasicBlock, f: &mut dyn FnMut(&State)) -> Option<State> {
        let mut state = self.entry[block.index()].clone()?;
        let data = &body.blocks[block.index()];
        for statement in &data.statements {
            state.begin_statement(&statement.kind);
            f(&state);
            state.end_statement(&statement.kind);
        }
        state.begin_terminator(&data.terminator.kind);
        Some(state)
    }
}
