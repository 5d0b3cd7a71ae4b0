//! Random raw bodies, completed and run: whichever way control takes, and wherever it unwinds, every value is dropped
//! exactly once, and unwinding drops locals in the reverse order of their declaration. Bodies of coroutines are resumed until
//! they return, or dropped where they are suspended, and what is saved in fields that may overlap is never there at once.

use super::{complete, complete_with_layout};
use crate::adapter::testing::TestCrate;
use ramir::text::parse_body;
use ramir::*;
use std::fmt::Write;

struct Rng(u64);

impl Rng {
    fn next(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }
}

const TYPES: [&str; 4] = ["t::D", "(t::D, t::D)", "t::Box<t::D>", "t::Opt<t::D>"];
const PAIR: usize = 1;
const BOX: usize = 2;
const OPT: usize = 3;

/// What the borrow checker knows of a local: whether it is surely initialized, for a pair each half.
#[derive(Clone, Copy, PartialEq)]
struct Known([bool; 2]);

/// Writes a program in blocks, scope by scope.
struct Gen {
    rng: Rng,
    /// The type of each local from `_2` on, in a coroutine from `_3` on; the second of those is a capture.
    locals: Vec<usize>,
    scopes: Vec<Vec<usize>>,
    known: Vec<Known>,
    blocks: Vec<String>,
    at: usize,
    /// Locals below this number are declared outside of the loop that is being written.
    outside: usize,
    /// The block after the loop that is being written, and how many scopes surround the loop.
    exit: Option<(usize, usize)>,
    reachable: bool,
    /// The program never returns, so that nothing says in which order it would drop.
    diverges: bool,
    is_coroutine: bool,
    /// The program says where storage ends.
    has_storage: bool,
}

/// Of [`Gen::locals`], in a coroutine.
const CAPTURE: usize = 1;


impl Gen {
    fn number(&self, local: usize) -> usize {
        local + if self.is_coroutine { 3 } else { 2 }
    }

    fn name(&self, local: usize) -> String {
        match local {
            CAPTURE if self.is_coroutine => "(_1.1: t::D)".into(),
            _ => format!("_{}", self.number(local)),
        }
    }

    /// What a branch depends on.
    fn cond(&self) -> &'static str {
        if self.is_coroutine { "UbChecks" } else { "copy _1" }
    }

    /// Calls a function that gives nothing to drop.
    fn do_call(&mut self, call: &str) {
        let to = if self.is_coroutine { 2 } else { 1 };
        self.call(&format!("_{to} = {call}"));
    }

    fn panic(&mut self) {
        let to = if self.is_coroutine { 2 } else { 0 };
        self.push(&format!("_{to} = fn t::f() -> [unwind: continue];"));
    }

    fn suspend(&mut self) {
        let next = self.new_block();
        self.push(&format!("_2 = yield(const 1_u8) -> [resume: bb{next}];"));
        self.at = next;
    }

    fn new_block(&mut self) -> usize {
        self.blocks.push(String::new());
        self.blocks.len() - 1
    }

    fn push(&mut self, text: &str) {
        let block = &mut self.blocks[self.at];
        let _ = write!(block, "{text} ");
    }

    fn goto(&mut self, to: usize) {
        self.push(&format!("goto -> bb{to};"));
    }

    fn call(&mut self, call: &str) {
        let next = self.new_block();
        self.push(&format!("{call} -> [return: bb{next}, unwind: continue];"));
        self.at = next;
    }

    fn drop(&mut self, local: usize) {
        if self.is_coroutine && local == CAPTURE {
            return;
        }
        let (next, name) = (self.new_block(), self.name(local));
        self.push(&format!("drop({name}) -> [return: bb{next}, unwind: continue];"));
        self.at = next;
        if self.has_storage {
            self.push(&format!("StorageDead({name});"));
        }
    }

    fn declare(&mut self, ty: usize) -> usize {
        self.locals.push(ty);
        self.known.push(Known([false; 2]));
        let local = self.locals.len() - 1;
        self.scopes.last_mut().expect("a scope").push(local);
        if self.diverges {
            self.push(&format!("StorageLive({});", self.name(local)));
        }
        local
    }

    fn drop_scopes(&mut self, keep: usize) {
        let locals: Vec<usize> = self.scopes[keep..].iter().flatten().copied().collect();
        for local in locals.into_iter().rev() {
            self.drop(local);
        }
    }

    fn in_scope(&mut self) -> Vec<usize> {
        self.scopes.iter().flatten().copied().collect()
    }

    /// A local in scope that `f` accepts.
    fn pick(&mut self, f: impl Fn(&Gen, usize) -> bool) -> Option<usize> {
        let locals: Vec<usize> = self.in_scope().into_iter().filter(|&local| f(self, local)).collect();
        if locals.is_empty() { None } else { Some(locals[self.rng.next(locals.len())]) }
    }

    fn block(&mut self, depth: usize) {
        self.scopes.push(Vec::new());
        for _ in 0..self.rng.next(5) + 1 {
            if !self.reachable {
                break;
            }
            self.statement(depth);
        }
        if self.reachable {
            self.drop_scopes(self.scopes.len() - 1);
        }
        self.scopes.pop();
    }

    fn statement(&mut self, depth: usize) {
        let all = Known([true; 2]);
        if self.is_coroutine && self.rng.next(4) == 0 {
            self.suspend();
            return;
        }
        match self.rng.next(if depth > 3 { 11 } else { 15 }) {
            0..=2 => {
                let ty = self.rng.next(4);
                let local = self.declare(ty);
                self.call(&format!("{} = fn t::mk()", self.name(local)));
                self.known[local] = all;
            }
            3 => {
                let ty = self.rng.next(4);
                self.declare(ty);
            }
            4 => self.do_call("fn t::f()"),
            5 => {
                if let Some(local) = self.pick(|_, _| true) {
                    self.call(&format!("{} = fn t::mk()", self.name(local)));
                    self.known[local] = all;
                }
            }
            6 => {
                // Out of a loop nothing may be moved, since it would be moved twice.
                if let Some(from) = self.pick(|g, l| l >= g.outside && g.known[l] == all)
                    && let Some(to) = self.pick(|g, l| l != from && g.locals[l] == g.locals[from])
                {
                    self.push(&format!("{} = move {};", self.name(to), self.name(from)));
                    self.known[from] = Known([false; 2]);
                    self.known[to] = all;
                }
            }
            7 => {
                if let Some(local) = self.pick(|g, l| l >= g.outside && g.known[l] == all) {
                    let ty = TYPES[self.locals[local]];
                    self.do_call(&format!("fn t::generic<{ty}, u32>(move {})", self.name(local)));
                    self.known[local] = Known([false; 2]);
                }
            }
            8 => {
                let half = self.rng.next(2);
                if let Some(local) = self.pick(|g, l| l >= g.outside && g.locals[l] == PAIR && g.known[l].0[half]) {
                    self.do_call(&format!("fn t::take(move ({}.{half}: t::D))", self.name(local)));
                    self.known[local].0[half] = false;
                }
            }
            9 => {
                // A box whose content is gone may be filled again; `known` counts its memory first, then its content.
                if let Some(local) = self.pick(|g, l| l >= g.outside && g.locals[l] == BOX && g.known[l].0[0]) {
                    if self.known[local].0[1] && self.rng.next(2) == 0 {
                        self.do_call(&format!("fn t::take(move (*{}))", self.name(local)));
                        self.known[local].0[1] = false;
                    } else {
                        self.call(&format!("(*{}) = fn t::mk()", self.name(local)));
                        self.known[local].0[1] = true;
                    }
                }
            }
            10 => {
                let half = self.rng.next(2);
                if let Some(local) = self.pick(|g, l| g.locals[l] == PAIR && g.known[l] != Known([false; 2])) {
                    self.call(&format!("({}.{half}: t::D) = fn t::mk()", self.name(local)));
                    self.known[local].0[half] = true;
                }
            }
            11 => {
                let [then, otherwise, join] = [(); 3].map(|()| self.new_block());
                self.push(&format!("switchInt({}) -> [0: bb{then}, otherwise: bb{otherwise}];", self.cond()));
                let before = self.known.clone();
                let mut ends = Vec::new();
                for start in [then, otherwise] {
                    self.at = start;
                    self.reachable = true;
                    self.known[..before.len()].copy_from_slice(&before);
                    self.block(depth + 1);
                    if self.reachable {
                        self.goto(join);
                        ends.push(self.known.clone());
                    }
                }
                self.join(join, &before, &ends);
            }
            12 => {
                if let Some(local) = self.pick(|g, l| l >= g.outside && g.locals[l] == OPT && g.known[l] == all) {
                    let discr = self.locals.len();
                    self.locals.push(usize::MAX);
                    self.known.push(Known([false; 2]));
                    let [none, some, join] = [(); 3].map(|()| self.new_block());
                    self.push(&format!("{} = discriminant({});", self.name(discr), self.name(local)));
                    self.push(&format!("switchInt(move {}) -> [0: bb{none}, otherwise: bb{some}];", self.name(discr)));
                    let before = self.known.clone();
                    let mut ends = Vec::new();
                    for start in [none, some] {
                        self.at = start;
                        self.reachable = true;
                        self.known[..before.len()].copy_from_slice(&before);
                        self.scopes.push(Vec::new());
                        let binding = self.declare(0);
                        if start == some {
                            self.push(&format!("{} = move (({} as variant 1).0: t::D);", self.name(binding), self.name(local)));
                            self.known[binding] = all;
                            self.known[local] = Known([false; 2]);
                        }
                        self.block(depth + 1);
                        if self.reachable {
                            self.drop_scopes(self.scopes.len() - 1);
                            self.goto(join);
                            ends.push(self.known.clone());
                        }
                        self.scopes.pop();
                    }
                    self.join(join, &before, &ends);
                }
            }
            13 => {
                let [head, after] = [(); 2].map(|()| self.new_block());
                self.goto(head);
                self.at = head;
                let before = self.known.clone();
                let old = (self.outside, self.exit);
                (self.outside, self.exit) = (self.locals.len(), Some((after, self.scopes.len())));
                self.block(depth + 1);
                let body = self.new_block();
                if self.reachable {
                    self.push(&format!("switchInt({}) -> [0: bb{head}, otherwise: bb{body}];", self.cond()));
                    self.at = body;
                    self.goto(after);
                }
                (self.outside, self.exit) = old;
                // What was initialized before still is, and no more is known.
                self.join(after, &before, std::slice::from_ref(&before));
            }
            _ => {
                let [leave, stay] = [(); 2].map(|()| self.new_block());
                self.push(&format!("switchInt({}) -> [0: bb{leave}, otherwise: bb{stay}];", self.cond()));
                self.at = leave;
                match (self.rng.next(3), self.exit) {
                    (0, _) => self.panic(),
                    (1, Some((after, keep))) => {
                        self.drop_scopes(keep);
                        self.goto(after);
                    }
                    _ => self.leave(),
                }
                self.at = stay;
            }
        }
    }

    fn leave(&mut self) {
        if self.diverges {
            self.panic();
        } else {
            self.drop_scopes(0);
            if self.is_coroutine {
                self.push("_0 = (); drop(_1) -> [return: bb1, unwind: continue];");
            } else {
                self.goto(1);
            }
        }
    }

    fn join(&mut self, at: usize, before: &[Known], ends: &[Vec<Known>]) {
        self.at = at;
        self.reachable = !ends.is_empty();
        for (local, known) in before.iter().enumerate() {
            let mut known = *known;
            if !ends.is_empty() {
                known = Known([true; 2]);
            }
            for end in ends {
                known.0 = [known.0[0] && end[local].0[0], known.0[1] && end[local].0[1]];
            }
            self.known[local] = known;
        }
        if !self.reachable {
            self.push("unreachable;");
        }
    }
}

const COROUTINE: &str =
    "t::random::{closure#0}(_1: coroutine t::random::{closure#0}<i8, (), u8, (), ((t::D, t::D), t::D)>, _2: ())";

/// A program; the locals that it drops are declared in the order of their numbers.
fn program(seed: u64, is_coroutine: bool) -> String {
    let mut g = Gen {
        rng: Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        locals: if is_coroutine { vec![PAIR, 0] } else { vec![PAIR] },
        scopes: vec![if is_coroutine { vec![CAPTURE, 0] } else { vec![0] }],
        known: vec![Known([true; 2]); if is_coroutine { 2 } else { 1 }],
        blocks: vec![String::new(), "return;".into()],
        at: 0,
        outside: 0,
        exit: None,
        reachable: true,
        diverges: seed % 4 == 0,
        is_coroutine,
        has_storage: is_coroutine && seed % 3 > 0,
    };
    if is_coroutine {
        g.push("_3 = move (_1.0: (t::D, t::D));");
    }
    g.block(0);
    if g.reachable {
        g.leave();
    }
    let mut text = format!("fn {} {{\n", if is_coroutine { COROUTINE } else { "t::f(_1: bool, _2: (t::D, t::D))" });
    for (i, &ty) in g.locals.iter().enumerate().skip(usize::from(!is_coroutine)) {
        let _ = writeln!(text, "let _{}: {};", g.number(i), TYPES.get(ty).unwrap_or(&"isize"));
    }
    for i in 0..g.locals.len() {
        let _ = writeln!(text, "debug v{i} => {};", g.name(i));
    }
    for (i, block) in g.blocks.iter().enumerate() {
        let block = if block.is_empty() { "unreachable;" } else { block };
        let _ = writeln!(text, "bb{i}: {{ {block} }}");
    }
    text + "}"
}

#[derive(Clone, Debug, PartialEq)]
enum Val {
    Uninit,
    Int(u128),
    /// A value with a destructor.
    D,
    Pair(Vec<Val>),
    Enum(u128, Vec<Val>),
    /// A box, and any pointer: an index into the heap.
    Box(usize),
    Ptr(usize),
    /// A reference to a place.
    Ref(Place),
    /// The coroutine that runs, or a pointer to it.
    Coroutine,
}

/// A coroutine between its suspensions.
struct CoroutineVal<'a> {
    layout: &'a CoroutineLayout,
    state: u32,
    captures: Vec<Val>,
    /// By field.
    saved: Vec<Val>,
}

impl CoroutineVal<'_> {
    fn field(&self, variant: VariantIdx, field: FieldIdx) -> usize {
        self.layout.variant_fields[variant.index()][field.index()] as usize
    }

    /// Whether the fields may be at the same place.
    fn may_overlap(&self, a: usize, b: usize) -> bool {
        let conflict = |a: usize, b: usize| self.layout.storage_conflicts[a].contains(&(b as u32));
        a != b && !conflict(a, b) && !conflict(b, a)
    }
}

struct Machine<'a> {
    body: &'a Body,
    interner: &'a Interner,
    box_ty: Ty,
    rng: Rng,
    locals: Vec<Val>,
    heap: Vec<Val>,
    freed: Vec<bool>,
    /// The locals that were dropped since unwinding began.
    unwound: Vec<Local>,
    coroutine: Option<CoroutineVal<'a>>,
    /// The last run was too long.
    is_stuck: bool,
    /// The last run ended in unwinding.
    has_unwound: bool,
}

type Check<T> = Result<T, String>;

impl Machine<'_> {
    fn at(&mut self, place: &Place) -> Check<&mut Val> {
        // A dereference comes first.
        let (mut at, rest) = match (&place.projection[..], &self.locals[place.local.index()], &mut self.coroutine) {
            ([PlaceElem::Deref, rest @ ..], Val::Ptr(i), _) => (&mut self.heap[*i], rest),
            ([PlaceElem::Deref, PlaceElem::Field(i, _), rest @ ..], Val::Coroutine, Some(coroutine)) => {
                (&mut coroutine.captures[i.index()], rest)
            }
            (
                [PlaceElem::Deref, PlaceElem::Downcast(variant), PlaceElem::Field(i, _), rest @ ..],
                Val::Coroutine,
                Some(coroutine),
            ) => {
                let field = coroutine.field(*variant, *i);
                (&mut coroutine.saved[field], rest)
            }
            (rest, ..) => (&mut self.locals[place.local.index()], rest),
        };
        for elem in rest {
            at = match (elem, at) {
                (PlaceElem::Field(field, _), Val::Pair(parts) | Val::Enum(_, parts)) => &mut parts[field.index()],
                (PlaceElem::Downcast(variant), at @ Val::Enum(..)) => match at {
                    Val::Enum(active, _) if *active != variant.0.into() => return Err("wrong variant".into()),
                    at => at,
                },
                // The pointer in a box.
                (PlaceElem::Field(..), at @ Val::Box(_)) => at,
                (elem, at) => return Err(format!("{elem:?} of {at:?}")),
            };
        }
        Ok(at)
    }

    fn fresh(&mut self, ty: Ty) -> Val {
        match self.interner.kind(ty) {
            TyKind::Tuple(tys) if tys.is_empty() => Val::Int(0),
            TyKind::Tuple(_) => Val::Pair(vec![Val::D, Val::D]),
            TyKind::Bool => Val::Int(0),
            TyKind::Adt(_, args) if *args == Args::EMPTY => Val::D,
            _ if ty == self.box_ty => {
                self.heap.push(Val::D);
                self.freed.push(false);
                Val::Box(self.heap.len() - 1)
            }
            _ if self.rng.next(2) == 0 => Val::Enum(0, Vec::new()),
            _ => Val::Enum(1, vec![Val::D]),
        }
    }

    fn write(&mut self, place: &Place, value: Val) -> Check<()> {
        self.overwrite_overlapping(place)?;
        let at = self.at(place)?;
        let old = std::mem::replace(at, value);
        if self.holds(&old) { Err(format!("{place:?} is overwritten while it holds {old:?}")) } else { Ok(()) }
    }

    /// Forgets what is saved in fields that may be where the place is.
    fn overwrite_overlapping(&mut self, place: &Place) -> Check<()> {
        let Some(coroutine) = &mut self.coroutine else { return Ok(()) };
        let [PlaceElem::Deref, PlaceElem::Downcast(variant), PlaceElem::Field(i, _), ..] = place.projection[..] else {
            return Ok(());
        };
        let field = coroutine.field(variant, i);
        let overlapping = (0..coroutine.saved.len()).filter(|&other| coroutine.may_overlap(field, other));
        let mut forgotten = Vec::new();
        for other in overlapping.collect::<Vec<_>>() {
            forgotten.push(std::mem::replace(&mut coroutine.saved[other], Val::Uninit));
        }
        match forgotten.iter().find(|value| self.holds(value)) {
            Some(value) => Err(format!("{place:?} is written over {value:?}")),
            None => Ok(()),
        }
    }

    /// Whether the value still has to be dropped.
    fn holds(&self, value: &Val) -> bool {
        match value {
            Val::D => true,
            Val::Box(i) => !self.freed[*i],
            Val::Pair(parts) | Val::Enum(_, parts) => parts.iter().any(|part| self.holds(part)),
            _ => false,
        }
    }

    fn drop_value(&mut self, value: Val) -> Check<()> {
        match value {
            Val::D => Ok(()),
            Val::Pair(parts) | Val::Enum(_, parts) => parts.into_iter().try_for_each(|part| self.drop_value(part)),
            Val::Box(i) => {
                let content = std::mem::replace(&mut self.heap[i], Val::Uninit);
                self.drop_value(content)?;
                self.free(i)
            }
            other => Err(format!("{other:?} is dropped")),
        }
    }

    fn free(&mut self, i: usize) -> Check<()> {
        if self.holds(&self.heap[i].clone()) {
            return Err("a box is freed with its content".into());
        }
        if std::mem::replace(&mut self.freed[i], true) { Err("a box is freed twice".into()) } else { Ok(()) }
    }

    fn operand(&mut self, operand: &Operand) -> Check<Val> {
        Ok(match operand {
            Operand::Copy(place) | Operand::Move(place) if place.local == Local(1) && self.coroutine.is_none() => {
                Val::Int(self.rng.next(2) as u128)
            }
            Operand::Copy(place) => self.at(place)?.clone(),
            Operand::Move(place) => std::mem::replace(self.at(place)?, Val::Uninit),
            Operand::Constant(constant) => match constant.const_ {
                MirConst::Val(ConstValue::Scalar(Scalar::Int(int)), _) => Val::Int(int.data),
                _ => Val::Int(0),
            },
            Operand::RuntimeChecks(_) => Val::Int(self.rng.next(2) as u128),
        })
    }

    fn rvalue(&mut self, rvalue: &Rvalue) -> Check<Val> {
        Ok(match rvalue {
            Rvalue::Use(operand) => match self.operand(operand)? {
                Val::Uninit => return Err("something uninitialized is read".into()),
                value => value,
            },
            Rvalue::Cast(CastKind::Transmute, operand, _) => match self.operand(operand)? {
                Val::Box(i) if !self.freed[i] => Val::Ptr(i),
                other => return Err(format!("the pointer of {other:?}")),
            },
            Rvalue::Discriminant(Place { local, projection }) if self.is_coroutine(*local, projection) => {
                Val::Int(self.coroutine.as_ref().map_or(0, |coroutine| coroutine.state.into()))
            }
            Rvalue::Discriminant(place) => match self.at(place)? {
                Val::Enum(variant, _) => Val::Int(*variant),
                other => return Err(format!("the discriminant of {other:?}")),
            },
            Rvalue::Ref(_, place) => Val::Ref(place.clone()),
            Rvalue::Aggregate(_, operands) => {
                for operand in operands {
                    if self.operand(operand)? == Val::Uninit {
                        return Err("something uninitialized is put into an aggregate".into());
                    }
                }
                Val::Int(0)
            }
            other => return Err(format!("{other:?}")),
        })
    }

    fn is_coroutine(&self, local: Local, projection: &[PlaceElem]) -> bool {
        projection == [PlaceElem::Deref] && self.locals[local.index()] == Val::Coroutine
    }

    /// Runs the body once.
    fn run(&mut self) -> Check<()> {
        let mut block = BasicBlock::START;
        (self.is_stuck, self.has_unwound) = (false, false);
        for _ in 0..500 {
            let data = &self.body.blocks[block.index()];
            for statement in &data.statements {
                if let StatementKind::Assign(place, rvalue) = &statement.kind {
                    if matches!(rvalue, Rvalue::Use(Operand::Move(_))) {
                        // So far it was the old value of an assignment that was dropped.
                        self.unwound.clear();
                    }
                    let value = self.rvalue(rvalue)?;
                    self.write(place, value)?;
                }
                if let StatementKind::SetDiscriminant { variant_index, .. } = &statement.kind
                    && let Some(coroutine) = &mut self.coroutine
                {
                    coroutine.state = variant_index.0;
                }
            }
            let unwinds = !data.is_cleanup && self.rng.next(12) == 0;
            let unwind_to = |unwind: &UnwindAction| match unwind {
                UnwindAction::Cleanup(block) => Some(*block),
                _ => None,
            };
            let next = match &data.terminator.kind {
                TerminatorKind::Goto { target } => Some(*target),
                TerminatorKind::SwitchInt { discr, targets } => match self.operand(discr)? {
                    Val::Int(n) => Some(targets.target_for(n)),
                    other => return Err(format!("a switch on {other:?}")),
                },
                TerminatorKind::Drop { place, target, unwind } => {
                    let value = std::mem::replace(self.at(place)?, Val::Uninit);
                    self.drop_value(value)?;
                    if data.is_cleanup && !place.is_indirect() {
                        self.unwound.push(place.local);
                    }
                    if unwinds { unwind_to(unwind) } else { Some(*target) }
                }
                TerminatorKind::Call { args, destination, target, unwind, .. } => {
                    let args = args.iter().map(|arg| self.operand(arg)).collect::<Check<Vec<_>>>()?;
                    if args.contains(&Val::Uninit) {
                        return Err("something uninitialized is passed".into());
                    }
                    if let [Val::Ref(place)] = &args[..] {
                        match self.at(place)?.clone() {
                            Val::Box(i) => self.free(i)?,
                            other => return Err(format!("{other:?} is freed")),
                        }
                    }
                    match target {
                        Some(target) if !unwinds => {
                            let value = match destination.projection.last() {
                                None => self.fresh(self.body.locals[destination.local.index()].ty),
                                Some(PlaceElem::Field(_, ty)) => self.fresh(*ty),
                                Some(_) => Val::D,
                            };
                            self.write(destination, value)?;
                            Some(*target)
                        }
                        _ => unwind_to(unwind),
                    }
                }
                TerminatorKind::Return => None,
                TerminatorKind::UnwindResume => {
                    self.has_unwound = true;
                    None
                }
                other => return Err(format!("{other:?}")),
            };
            match next {
                Some(next) => block = next,
                None => return self.end(),
            }
        }
        self.is_stuck = true;
        Ok(())
    }

    fn end(&self) -> Check<()> {
        for (i, value) in self.locals.iter().enumerate().skip(1) {
            if self.holds(value) {
                return Err(format!("_{i} still holds {value:?}"));
            }
        }
        let mut order = self.unwound.clone();
        order.dedup();
        if self.coroutine.is_some() || order.is_sorted_by(|a, b| a > b) { Ok(()) } else { Err(format!("unwinding drops {order:?}")) }
    }
}

#[test]
fn every_value_is_dropped_once() {
    let krate = TestCrate::new(include_str!("fixtures/drops.txt"));
    let mut unwound = 0;
    for seed in 0..1000 {
        let text = program(seed, false);
        let raw = parse_body(&krate.tcx.interner, krate.names(), &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let done = complete(&krate.tcx.store, krate.def("t::f"), raw).unwrap_or_else(|e| panic!("{e}\n{text}"));
        for run in 0..30 {
            let mut locals = vec![Val::Uninit; done.body.locals.len()];
            locals[1] = Val::Int(0);
            locals[2] = Val::Pair(vec![Val::D, Val::D]);
            let mut machine = Machine {
                body: &done.body,
                interner: &krate.tcx.interner,
                box_ty: krate.ty("t::Box<t::D>"),
                rng: Rng(seed * 1000 + run + 1),
                locals,
                heap: Vec::new(),
                freed: Vec::new(),
                unwound: Vec::new(),
                coroutine: None,
                is_stuck: false,
                has_unwound: false,
            };
            let result = machine.run();
            unwound += usize::from(!machine.unwound.is_empty());
            if let Err(problem) = result {
                panic!("seed {seed}: {problem}\n{text}\n{}", krate.printer().body("f", &done.body));
            }
        }
    }
    assert!(unwound > 500, "{unwound} runs unwound");
}

/// Resumes a coroutine until it returns or panics, or not as often, and drops it. Returns how often it was suspended.
fn run_coroutine<'a>(machine: &mut Machine<'a>, resume: &'a Body, drop: &'a Body) -> Check<usize> {
    let mut suspended = 0;
    loop {
        let state = machine.coroutine.as_ref().map_or(0, |coroutine| coroutine.state);
        let is_last = matches!(state, 1 | 2) || machine.rng.next(6) == 0;
        machine.body = if is_last { drop } else { resume };
        machine.locals = vec![Val::Uninit; machine.body.locals.len()];
        machine.locals[1] = if is_last { Val::Coroutine } else { Val::Pair(vec![Val::Coroutine]) };
        if !is_last {
            machine.locals[2] = Val::Int(0);
        }
        machine.run()?;
        if machine.is_stuck {
            return Ok(suspended);
        }
        let Some(coroutine) = &machine.coroutine else { return Ok(suspended) };
        if is_last {
            let mut parts = coroutine.captures.iter().chain(&coroutine.saved);
            return match parts.find(|value| machine.holds(value)) {
                Some(value) => Err(format!("the coroutine that was dropped still holds {value:?}")),
                None => Ok(suspended),
            };
        }
        match coroutine.state {
            state if machine.has_unwound != (state == 2) => return Err(format!("unwinding leaves state {state}")),
            0 => return Err("the coroutine was resumed, and is not".into()),
            state => suspended += usize::from(state > 2),
        }
    }
}

#[test]
fn every_value_of_a_coroutine_is_dropped_once() {
    let krate = TestCrate::new(include_str!("fixtures/coroutines.txt"));
    let def = krate.def("t::random::{closure#0}");
    let (mut suspended, mut saved) = (0, 0);
    for seed in 0..1000 {
        let text = program(seed, true);
        let raw = parse_body(&krate.tcx.interner, krate.names(), &text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let done = complete_with_layout(&krate.tcx.store, def, raw, None).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let coroutine = done.coroutine.expect("it is a coroutine");
        saved += coroutine.layout.field_tys.len();
        for run in 0..30 {
            let mut machine = Machine {
                body: &done.body,
                interner: &krate.tcx.interner,
                box_ty: krate.ty("t::Box<t::D>"),
                rng: Rng(seed * 1000 + run + 1),
                locals: Vec::new(),
                heap: Vec::new(),
                freed: Vec::new(),
                unwound: Vec::new(),
                coroutine: Some(CoroutineVal {
                    layout: &coroutine.layout,
                    state: 0,
                    captures: vec![Val::Pair(vec![Val::D, Val::D]), Val::D],
                    saved: vec![Val::Uninit; coroutine.layout.field_tys.len()],
                }),
                is_stuck: false,
                has_unwound: false,
            };
            match run_coroutine(&mut machine, &done.body, &coroutine.drop) {
                Ok(count) => suspended += count,
                Err(problem) => panic!(
                    "seed {seed}: {problem}\n{text}\n{:?}\n{}{}",
                    coroutine.layout,
                    krate.printer().body("resume", &done.body),
                    krate.printer().body("drop", &coroutine.drop)
                ),
            }
        }
    }
    assert!(suspended > 5000 && saved > 1000, "{suspended} suspensions, {saved} locals saved");
}
