//! What the slots of a vtable are. Semantics: `rustc_trait_selection::traits::vtable`.

use super::memo::Memo;
use super::resolve::provable;
use super::{Error, Instance, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    entries: Memo<(Ty, Ty), Vec<VtblEntry>>,
    own_entries: Memo<DefId, Vec<DefId>>,
    first_slots: Memo<TraitRef, usize>,
}

/// A vtable's slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VtblEntry {
    MetadataDropInPlace,
    MetadataSize,
    MetadataAlign,
    /// A method that cannot be called through `dyn`.
    Vacant,
    Method(Instance),
    /// The vtable of a supertrait that is not a prefix of this one.
    TraitVPtr(TraitRef),
}

/// The slots that every vtable starts with.
const COMMON_VTABLE_ENTRIES: [VtblEntry; 3] =
    [VtblEntry::MetadataDropInPlace, VtblEntry::MetadataSize, VtblEntry::MetadataAlign];

/// A trait's own methods in a vtable, and whether a pointer to that trait's own vtable follows them.
struct Segment {
    trait_ref: TraitRef,
    emit_vptr: bool,
}

impl Tcx {
    /// All slots of the vtable of `ty` for `dyn_ty`.
    pub fn vtable_entries(&self, ty: Ty, dyn_ty: Ty) -> Result<&[VtblEntry]> {
        self.vtables.entries.get_or_try((ty, dyn_ty), |_| self.compute_vtable(ty, dyn_ty)).map(Vec::as_slice)
    }

    fn compute_vtable(&self, ty: Ty, dyn_ty: Ty) -> Result<Vec<VtblEntry>> {
        let mut entries = COMMON_VTABLE_ENTRIES.to_vec();
        let Some(principal) = self.principal(dyn_ty)? else { return Ok(entries) };
        let mut args = self.args(principal.args).to_vec();
        args[0] = GenericArg::Type(ty);
        let trait_ref = TraitRef { def_id: principal.def_id, args: self.normalize_args(self.mk_args(&args))? };
        for segment in self.vtable_segments(trait_ref)? {
            for &method in self.own_existential_vtable_entries(segment.trait_ref.def_id)? {
                entries.push(self.method_entry(method, segment.trait_ref)?);
            }
            if segment.emit_vptr {
                entries.push(VtblEntry::TraitVPtr(segment.trait_ref));
            }
        }
        Ok(entries)
    }

    fn method_entry(&self, method: DefId, trait_ref: TraitRef) -> Result<VtblEntry> {
        let generics = &self.store.item(method)?.generics;
        let mut args = self.args(trait_ref.args).to_vec();
        // A method in a vtable has no parameters of its own but early-bound lifetimes.
        args.extend(generics.own_params.iter().map(|_| GenericArg::Lifetime(Region::Erased)));
        let args = self.mk_args(&args);
        // A method whose where-clauses do not hold can never be called, nor its body be compiled.
        if !self.own_clauses_hold_exactly(method, args)? {
            return Ok(VtblEntry::Vacant);
        }
        Ok(VtblEntry::Method(self.resolve_for_vtable(method, args)?))
    }

    /// A trait's methods that have a slot, in declaration order.
    pub(super) fn own_existential_vtable_entries(&self, trait_def: DefId) -> Result<&[DefId]> {
        let own = self.vtables.own_entries.get_or_try(trait_def, |&trait_def| {
            let mut own = Vec::new();
            for &item in &self.trait_def(trait_def)?.items {
                if let ItemData::Fn(f) = &self.store.item(item)?.data
                    && f.vtable_safe
                {
                    own.push(item);
                }
            }
            Ok::<_, Error>(own)
        })?;
        Ok(own)
    }

    /// The slot of the first method of `trait_ref`, whose self type is a `dyn` type with that trait or a subtrait of it.
    pub(super) fn first_method_vtable_slot(&self, trait_ref: TraitRef) -> Result<usize> {
        self.vtables
            .first_slots
            .get_or_try(trait_ref, |trait_ref| {
                let self_ty = self.args(trait_ref.args).first().and_then(|arg| arg.as_type());
                let principal = match self_ty {
                    Some(dyn_ty) => self.principal(dyn_ty)?,
                    None => None,
                };
                let principal = principal.ok_or_else(|| Error::missing("principal trait of a `dyn` type"))?;
                let mut slot = COMMON_VTABLE_ENTRIES.len();
                for segment in self.vtable_segments(principal)? {
                    if self.same_trait(segment.trait_ref, *trait_ref) {
                        return Ok(slot);
                    }
                    slot += self.segment_len(&segment)?;
                }
                Err(Error::missing(format!("slots of {} in a vtable", self.store.def_path_str(trait_ref.def_id))))
            })
            .copied()
    }

    /// The slot that holds the vtable to change to when `source` is coerced to its super-`dyn` `target`; `None` if the
    /// same vtable serves.
    pub fn supertrait_vtable_slot(&self, source: Ty, target: Ty) -> Result<Option<usize>> {
        let Some(to) = self.principal(target)? else { return Ok(None) };
        let from = self.principal(source)?.ok_or_else(|| Error::missing("principal trait of a `dyn` type"))?;
        let mut slot = COMMON_VTABLE_ENTRIES.len();
        for segment in self.vtable_segments(from)? {
            slot += self.segment_len(&segment)?;
            if self.same_trait(segment.trait_ref, to) {
                return Ok(segment.emit_vptr.then(|| slot - 1));
            }
        }
        Err(Error::missing(format!("supertrait {} in a vtable", self.store.def_path_str(to.def_id))))
    }

    fn segment_len(&self, segment: &Segment) -> Result<usize> {
        Ok(self.own_existential_vtable_entries(segment.trait_ref.def_id)?.len() + usize::from(segment.emit_vptr))
    }

    /// The traits whose methods a vtable for `trait_ref` holds, in order. The first supertrait's vtable is a prefix; of
    /// each other supertrait the methods come before the subtrait's, once, with a pointer to its vtable if it is not
    /// empty.
    fn vtable_segments(&self, trait_ref: TraitRef) -> Result<Vec<Segment>> {
        struct Frame {
            trait_ref: TraitRef,
            emit_vptr: bool,
            siblings: std::vec::IntoIter<TraitRef>,
        }
        let mut segments = Vec::new();
        let mut visited = vec![trait_ref];
        let mut unvisited = move |supers: &mut std::vec::IntoIter<TraitRef>| {
            supers.find(|&t| {
                let new = !visited.contains(&t);
                if new {
                    visited.push(t);
                }
                new
            })
        };
        let mut emit_vptr = false;
        let mut stack = vec![Frame { trait_ref, emit_vptr, siblings: Vec::new().into_iter() }];
        while let Some(top) = stack.last() {
            let mut supers = self.direct_supertraits(top.trait_ref)?.into_iter();
            if let Some(next) = unvisited(&mut supers) {
                stack.push(Frame { trait_ref: next, emit_vptr, siblings: supers });
                continue;
            }
            while let Some(mut frame) = stack.pop() {
                let has_entries = self.has_vtable_entries(frame.trait_ref.def_id)?;
                segments.push(Segment { trait_ref: frame.trait_ref, emit_vptr: frame.emit_vptr && has_entries });
                emit_vptr |= has_entries;
                if let Some(next) = unvisited(&mut frame.siblings) {
                    stack.push(Frame { trait_ref: next, emit_vptr, siblings: frame.siblings });
                    break;
                }
            }
        }
        Ok(segments)
    }

    fn direct_supertraits(&self, trait_ref: TraitRef) -> Result<Vec<TraitRef>> {
        let mut supers = Vec::new();
        for clause in &self.trait_def(trait_ref.def_id)?.super_predicates {
            if let Clause::Trait { trait_ref: super_ref, polarity: true } = *clause {
                // A type with a supertrait that cannot be named has no values.
                if let Some(args) = provable(self.monomorphize_args(super_ref.args, trait_ref.args))? {
                    supers.push(TraitRef { def_id: super_ref.def_id, args });
                }
            }
        }
        Ok(supers)
    }

    /// Whether a trait or one of its supertraits has a method in its vtable.
    fn has_vtable_entries(&self, trait_def: DefId) -> Result<bool> {
        if !self.own_existential_vtable_entries(trait_def)?.is_empty() {
            return Ok(true);
        }
        for clause in &self.trait_def(trait_def)?.super_predicates {
            if let Clause::Trait { trait_ref, .. } = *clause
                && self.has_vtable_entries(trait_ref.def_id)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether two traits are the same but for `Self`.
    fn same_trait(&self, a: TraitRef, b: TraitRef) -> bool {
        a.def_id == b.def_id && self.args(a.args).get(1..) == self.args(b.args).get(1..)
    }
}
