//! Fits what a coroutine saves into a layout that is given, so that its body agrees with others that know that layout.
//!
//! Invariant: two locals that need their storage at the same time never come to lie in fields that may overlap.

use super::layout::RESERVED_VARIANTS;
use crate::adapter::{Error, Result};
use ramir::*;

/// The fields of `given` that the saved locals of `own` are stored in, by their numbers. A local finds a field of its own,
/// of its type, that is there in each variant that the local is saved in; where it can be, the field of its own number.
/// `print_ty` is for the error that tells which local finds none.
pub fn adopt_layout(
    own: &CoroutineLayout,
    given: &CoroutineLayout,
    print_ty: &dyn Fn(Ty) -> String,
) -> Result<Vec<u32>> {
    if own.variant_fields.len() != given.variant_fields.len() {
        return Err(other_layout(&format!(
            "it has {} suspension points instead of {}",
            own.variant_fields.len().saturating_sub(RESERVED_VARIANTS),
            given.variant_fields.len().saturating_sub(RESERVED_VARIANTS),
        )));
    }
    let mut search = Search { own, given, fields: Vec::with_capacity(own.field_tys.len()), steps: 0, furthest: 0 };
    if search.assign() {
        return Ok(search.fields);
    }
    let local = search.furthest;
    let points = own.variant_fields.iter().enumerate().filter(|(_, fields)| fields.contains(&(local as u32)));
    let points: Vec<String> = points.map(|(i, _)| i.saturating_sub(RESERVED_VARIANTS).to_string()).collect();
    Err(other_layout(&format!(
        "it has no field for a `{}` that is saved at suspension {}",
        print_ty(own.field_tys[local]),
        points.join(", "),
    )))
}

fn other_layout(difference: &str) -> Error {
    Error::unsupported(format!("a coroutine whose layout is not the exported one: {difference}"))
}

/// More than any program needs that is laid out alike.
const MAX_STEPS: usize = 100_000;

struct Search<'a> {
    own: &'a CoroutineLayout,
    given: &'a CoroutineLayout,
    /// Those of the first locals.
    fields: Vec<u32>,
    steps: usize,
    /// The last local that a field was looked for.
    furthest: usize,
}

impl Search<'_> {
    /// Finds fields for the rest of the locals.
    fn assign(&mut self) -> bool {
        let local = self.fields.len();
        if local == self.own.field_tys.len() {
            return true;
        }
        self.furthest = self.furthest.max(local);
        let count = self.given.field_tys.len();
        let first = local.min(count);
        for field in (first..count).chain(0..first) {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return false;
            }
            if self.fits(local as u32, field as u32) {
                self.fields.push(field as u32);
                if self.assign() {
                    return true;
                }
                self.fields.pop();
            }
        }
        false
    }

    fn fits(&self, local: u32, field: u32) -> bool {
        let has_type = self.own.field_tys[local as usize] == self.given.field_tys[field as usize];
        let is_there = || {
            let mut variants = self.own.variant_fields.iter().zip(&self.given.variant_fields);
            variants.all(|(own, given)| !own.contains(&local) || given.contains(&field))
        };
        let mut others = (0u32..).zip(&self.fields);
        has_type
            && is_there()
            && others.all(|(other, &other_field)| {
                other_field != field
                    && (!conflict(self.own, local, other) || conflict(self.given, field, other_field))
            })
    }
}

fn conflict(layout: &CoroutineLayout, a: u32, b: u32) -> bool {
    let has = |a: u32, b: u32| layout.storage_conflicts.get(a as usize).is_some_and(|row| row.contains(&b));
    has(a, b) || has(b, a)
}
