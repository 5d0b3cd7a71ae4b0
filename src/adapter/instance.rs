//! Instances: what code is generated for. Specified by `rustc_middle::ty::instance`.

use ramir::*;

/// A function or shim with all generic arguments given.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Instance {
    pub def: InstanceKind,
    pub args: Args,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum InstanceKind {
    /// A function, method, closure, coroutine or constructor with its own body.
    Item(DefId),
    /// To be provided by code generation.
    Intrinsic(DefId),
    /// `<T as Trait>::method` taking an unsized `self` by pointer, for vtables.
    VTableShim(DefId),
    /// A function pointer to a `#[track_caller]` function, or to a method of a `dyn` type.
    ReifyShim(DefId),
    /// `<fn(..) as FnOnce>::call_once` and its siblings; the type is the function pointer or definition.
    FnPtrShim(DefId, Ty),
    /// Call of slot `usize` of the vtable of the first argument.
    Virtual(DefId, usize),
    /// `FnOnce::call_once` of a closure that is `Fn` or `FnMut`; `Instance::args` are `[closure type, tupled inputs]`.
    ClosureOnceShim { call_once: DefId, track_caller: bool },
    /// An async closure's body as `FnOnce`/`FnMut`.
    ConstructCoroutineInClosureShim { coroutine_closure: DefId, receiver_by_ref: bool },
    /// Returns the address of a thread-local static.
    ThreadLocalShim(DefId),
    /// `drop_in_place::<T>`; `None` when there is nothing to drop.
    DropGlue(DefId, Option<Ty>),
    /// `Clone::clone` of a tuple, closure or other type that implements it by itself.
    CloneShim(DefId, Ty),
    /// `FnPtr::addr`.
    FnPtrAddrShim(DefId, Ty),
    FutureDropPollShim(DefId, Ty, Ty),
    AsyncDropGlueCtorShim(DefId, Ty),
    AsyncDropGlue(DefId, Ty),
}

impl InstanceKind {
    pub fn def_id(self) -> DefId {
        match self {
            InstanceKind::Item(def)
            | InstanceKind::Intrinsic(def)
            | InstanceKind::VTableShim(def)
            | InstanceKind::ReifyShim(def)
            | InstanceKind::FnPtrShim(def, _)
            | InstanceKind::Virtual(def, _)
            | InstanceKind::ClosureOnceShim { call_once: def, .. }
            | InstanceKind::ConstructCoroutineInClosureShim { coroutine_closure: def, .. }
            | InstanceKind::ThreadLocalShim(def)
            | InstanceKind::DropGlue(def, _)
            | InstanceKind::CloneShim(def, _)
            | InstanceKind::FnPtrAddrShim(def, _)
            | InstanceKind::FutureDropPollShim(def, ..)
            | InstanceKind::AsyncDropGlueCtorShim(def, _)
            | InstanceKind::AsyncDropGlue(def, _) => def,
        }
    }
}

impl Instance {
    pub fn new(def: DefId, args: Args) -> Instance {
        Instance { def: InstanceKind::Item(def), args }
    }

    pub fn def_id(self) -> DefId {
        self.def.def_id()
    }
}
