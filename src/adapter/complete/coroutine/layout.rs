//! What a coroutine stores while it is suspended.
//! Semantics: `rustc_mir_transform::coroutine::{locals_live_across_suspend_points, compute_storage_conflicts, compute_layout}`.

use super::liveness::{Liveness, Locals, Storage};
use crate::adapter::complete::place_ty::TypeCx;
use ramir::*;
use rustc_index::bit_set::DenseBitSet;

/// Variants that are no suspension points: unresumed, returned, panicked.
pub const RESERVED_VARIANTS: usize = 3;
pub const UNRESUMED: VariantIdx = VariantIdx(0);
pub const RETURNED: VariantIdx = VariantIdx(1);
pub const POISONED: VariantIdx = VariantIdx(2);

/// The locals that have to be saved, and the layout that stores each of them in the field of its number.
pub struct Saved {
    pub locals: Vec<Local>,
    pub layout: CoroutineLayout,
}

impl Saved {
    /// `suspensions` are the blocks that end in a `Yield`, in the order of their variants; `always_live` the locals whose
    /// storage neither begins nor ends.
    pub fn compute(
        tcx: &TypeCx<'_>,
        body: &Body,
        suspensions: &[BasicBlock],
        always_live: &Locals,
        is_movable: bool,
    ) -> Saved {
        let storage = Storage::compute(body);
        let liveness = Liveness::compute(body);
        let mut saved = Locals::new_empty(body.locals.len());
        let mut live_at = Vec::with_capacity(suspensions.len());
        for &block in suspensions {
            let mut live = liveness.at_end(body, block);
            match storage.at_terminator(body, block) {
                Some(state) => {
                    // A movable coroutine has no borrows across a suspension. In others, borrowed is as good as read later.
                    if !is_movable {
                        live.union(&state.borrowed);
                    }
                    live.intersect(&state.required);
                }
                None => live.clear(),
            }
            live.remove(super::SELF_ARG.index());
            saved.union(&live);
            live_at.push(live);
        }
        let locals: Vec<Local> = saved.iter().map(Local::new).collect();
        let number = |local: usize| locals.partition_point(|l| l.index() < local);
        let fields_of = |live: &Locals| live.iter().map(|local| number(local) as u32).collect();
        let mut variant_fields = vec![Vec::new(); RESERVED_VARIANTS];
        variant_fields.extend(live_at.iter().map(fields_of));
        let conflicts = storage_conflicts(body, &saved, &locals, &storage, always_live);
        let layout = CoroutineLayout {
            field_tys: locals.iter().map(|local| body.locals[local.index()].ty).collect(),
            ignore_for_traits: locals.iter().map(|&local| is_reference_to_static(tcx, body, local)).collect(),
            variant_fields,
            storage_conflicts: conflicts.iter().map(|row| row.iter().map(|i| i as u32).collect()).collect(),
        };
        Saved { locals, layout }
    }
}

/// Per saved local, those whose storage is needed at the same time, itself included.
fn storage_conflicts(
    body: &Body,
    saved: &Locals,
    locals: &[Local],
    storage: &Storage,
    always_live: &Locals,
) -> Vec<DenseBitSet<usize>> {
    // What has no storage of its own may be needed at any time.
    let mut ineligible = always_live.clone();
    ineligible.intersect(saved);
    let mut conflicts = vec![ineligible.clone(); body.locals.len()];
    storage.for_each_location(body, &mut |block, required| {
        if matches!(body.blocks[block.index()].terminator.kind, TerminatorKind::Unreachable) {
            return;
        }
        let mut required = required.clone();
        required.intersect(saved);
        for local in required.iter() {
            conflicts[local].union(&required);
        }
    });
    let row = |local: &Local| {
        let mut row = DenseBitSet::new_empty(locals.len());
        for (i, other) in locals.iter().enumerate() {
            if ineligible.contains(local.index()) || conflicts[local.index()].contains(other.index()) {
                row.insert(i);
            }
        }
        row
    };
    locals.iter().map(row).collect()
}

/// Whether the local is a pointer to a static that is the same in all threads: another access would give it again.
fn is_reference_to_static(tcx: &TypeCx<'_>, body: &Body, local: Local) -> bool {
    let is_static = |rvalue: &Rvalue| match rvalue {
        Rvalue::Use(Operand::Constant(constant)) => match constant.const_ {
            MirConst::Val(ConstValue::Scalar(Scalar::Ptr { alloc, .. }), _) => {
                matches!(tcx.interner.global_alloc(alloc), Some(GlobalAlloc::Static(_)))
            }
            _ => false,
        },
        _ => false,
    };
    let mut is_assigned = false;
    for block in &body.blocks {
        for statement in &block.statements {
            match &statement.kind {
                StatementKind::Assign(place, rvalue) if place.local == local => {
                    if !place.projection.is_empty() || !is_static(rvalue) {
                        return false;
                    }
                    is_assigned = true;
                }
                _ => {}
            }
        }
        if let TerminatorKind::Call { destination: place, .. } | TerminatorKind::Yield { resume_arg: place, .. } =
            &block.terminator.kind
            && place.local == local
        {
            return false;
        }
    }
    is_assigned
}
