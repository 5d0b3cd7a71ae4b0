//! Divides the mono items into units of about the same work. The division depends on the items alone.

use super::collector::MonoItems;
use crate::adapter::{Instance, Result, Tcx};
use ramir::*;

/// What one object file holds.
#[derive(Clone, Debug, Default)]
pub struct CodegenUnit {
    pub fns: Vec<Instance>,
    pub statics: Vec<DefId>,
    pub global_asm: Vec<DefId>,
    /// An estimate of the work, in MIR statements.
    pub size: usize,
}

/// A function costs this much besides its statements.
const FN_COST: usize = 5;

/// Divides `items` into at most `count` units. Functions go, the largest first, to the unit that has the least to do;
/// statics and assembly, which are cheap, to the first. Within a unit the collector's order is kept.
pub fn partition(tcx: &Tcx, items: &MonoItems, count: usize) -> Result<Vec<CodegenUnit>> {
    let mut units = vec![CodegenUnit::default(); count.clamp(1, items.fns.len().max(1))];
    units[0].statics = items.statics.clone();
    units[0].global_asm = items.global_asm.clone();
    let sizes = items.fns.iter().map(|&instance| size_estimate(tcx, instance)).collect::<Result<Vec<_>>>()?;
    if units.len() == 1 {
        units[0].fns = items.fns.clone();
        units[0].size = sizes.iter().sum();
        return Ok(units);
    }
    let mut by_size: Vec<usize> = (0..sizes.len()).collect();
    by_size.sort_by_key(|&i| std::cmp::Reverse(sizes[i]));
    let mut heap: std::collections::BinaryHeap<_> = (0..units.len()).map(|u| std::cmp::Reverse((0, u))).collect();
    let mut unit_of = vec![0; sizes.len()];
    for i in by_size {
        if let Some(std::cmp::Reverse((load, unit))) = heap.pop() {
            unit_of[i] = unit;
            heap.push(std::cmp::Reverse((load + sizes[i], unit)));
        }
    }
    for (i, &instance) in items.fns.iter().enumerate() {
        let unit = &mut units[unit_of[i]];
        unit.fns.push(instance);
        unit.size += sizes[i];
    }
    Ok(units)
}

fn size_estimate(tcx: &Tcx, instance: Instance) -> Result<usize> {
    let body = tcx.instance_mir(instance)?.body;
    Ok(FN_COST + body.blocks.iter().map(|block| block.statements.len() + 1).sum::<usize>())
}
