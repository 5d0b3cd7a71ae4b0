//! Interning of names, types, generic arguments and type-level constants, and the table of allocations.
//!
//! Ids are dense `u32`s given in order, so that what a type is made of has smaller ids than the type: a file's tables
//! can be decoded front to back. Lookups by id take no lock.

use crate::alloc::*;
use crate::ty::*;
use hashbrown::HashTable;
use parking_lot::Mutex;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

const SHARDS: usize = 16;

struct Table<T> {
    items: boxcar::Vec<T>,
    shards: [Mutex<HashTable<u32>>; SHARDS],
}

impl<T> Table<T> {
    fn new() -> Self {
        Table { items: boxcar::Vec::new(), shards: std::array::from_fn(|_| Mutex::new(HashTable::new())) }
    }

    fn intern<Q: Hash + Eq + ?Sized>(&self, key: &Q, as_key: impl Fn(&T) -> &Q, make: impl FnOnce() -> T) -> u32 {
        let hash = fx_hash(key);
        let mut shard = self.shards[(hash >> 57) as usize % SHARDS].lock();
        if let Some(&id) = shard.find(hash, |&id| as_key(&self.items[id as usize]) == key) {
            return id;
        }
        let id = u32::try_from(self.items.push(make())).expect("fewer than 2^32 interned values");
        shard.insert_unique(hash, id, |&id| fx_hash(as_key(&self.items[id as usize])));
        id
    }
}

fn fx_hash<Q: Hash + ?Sized>(key: &Q) -> u64 {
    let mut hasher = FxHasher::default();
    key.hash(&mut hasher);
    hasher.finish()
}

/// What a type contains, so that substitution and normalization can skip it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TypeFlags(u8);

impl TypeFlags {
    pub const HAS_PARAM: TypeFlags = TypeFlags(1);
    /// A projection, opaque type, or unevaluated constant.
    pub const HAS_ALIAS: TypeFlags = TypeFlags(2);
    /// A bound variable, whether or not its binder is inside.
    pub const HAS_BOUND: TypeFlags = TypeFlags(4);
    pub const HAS_ERROR: TypeFlags = TypeFlags(8);

    pub const fn intersects(self, other: TypeFlags) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn union(self, other: TypeFlags) -> TypeFlags {
        TypeFlags(self.0 | other.0)
    }
}

struct TyData {
    kind: TyKind,
    flags: TypeFlags,
}

struct ArgsData {
    args: Box<[GenericArg]>,
    flags: TypeFlags,
}

struct ConstData {
    kind: ConstKind,
    flags: TypeFlags,
}

/// Owns every interned value. One for a compilation; the exporter has one a crate.
pub struct Interner {
    symbols: Table<Box<str>>,
    tys: Table<TyData>,
    args: Table<ArgsData>,
    consts: Table<ConstData>,
    allocs: boxcar::Vec<OnceLock<GlobalAlloc>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

impl Interner {
    pub fn new() -> Self {
        let interner = Interner {
            symbols: Table::new(),
            tys: Table::new(),
            args: Table::new(),
            consts: Table::new(),
            allocs: boxcar::Vec::new(),
        };
        let empty = interner.mk_args(&[]);
        debug_assert_eq!(empty, Args::EMPTY);
        interner
    }

    pub fn sym(&self, s: &str) -> Symbol {
        Symbol(self.symbols.intern(s, |s| s, || s.into()))
    }

    pub fn str(&self, s: Symbol) -> &str {
        &self.symbols.items[s.0 as usize]
    }

    pub fn mk(&self, kind: TyKind) -> Ty {
        let hash = fx_hash(&kind);
        let mut shard = self.tys.shards[(hash >> 57) as usize % SHARDS].lock();
        if let Some(&id) = shard.find(hash, |&id| self.tys.items[id as usize].kind == kind) {
            return Ty(id);
        }
        let flags = self.flags_of_kind(&kind);
        let id = u32::try_from(self.tys.items.push(TyData { kind, flags })).expect("fewer than 2^32 types");
        shard.insert_unique(hash, id, |&id| fx_hash(&self.tys.items[id as usize].kind));
        Ty(id)
    }

    pub fn kind(&self, ty: Ty) -> &TyKind {
        &self.tys.items[ty.0 as usize].kind
    }

    pub fn flags(&self, ty: Ty) -> TypeFlags {
        self.tys.items[ty.0 as usize].flags
    }

    pub fn mk_args(&self, args: &[GenericArg]) -> Args {
        Args(self.args.intern(
            args,
            |data| &data.args,
            || ArgsData {
                args: args.into(),
                flags: args.iter().fold(TypeFlags(0), |f, a| f.union(self.flags_of_arg(a))),
            },
        ))
    }

    pub fn args(&self, args: Args) -> &[GenericArg] {
        &self.args.items[args.0 as usize].args
    }

    pub fn args_flags(&self, args: Args) -> TypeFlags {
        self.args.items[args.0 as usize].flags
    }

    pub fn mk_const(&self, kind: ConstKind) -> Const {
        Const(self.consts.intern(
            &kind,
            |data| &data.kind,
            || ConstData { flags: self.flags_of_const(&kind), kind: kind.clone() },
        ))
    }

    pub fn const_kind(&self, ct: Const) -> &ConstKind {
        &self.consts.items[ct.0 as usize].kind
    }

    pub fn const_flags(&self, ct: Const) -> TypeFlags {
        self.consts.items[ct.0 as usize].flags
    }

    /// A new allocation with the given content.
    pub fn new_alloc(&self, alloc: GlobalAlloc) -> AllocId {
        AllocId(u32::try_from(self.allocs.push(OnceLock::from(alloc))).expect("fewer than 2^32 allocations"))
    }

    /// A new allocation whose content [`Self::set_alloc`] gives later: for cycles and for lazy decoding.
    pub fn reserve_alloc(&self) -> AllocId {
        AllocId(u32::try_from(self.allocs.push(OnceLock::new())).expect("fewer than 2^32 allocations"))
    }

    /// Gives a reserved allocation its content; a second call leaves the first one's.
    pub fn set_alloc(&self, id: AllocId, alloc: GlobalAlloc) {
        // Two readers that decode the same allocation at once get the same content.
        let _ = self.allocs[id.0 as usize].set(alloc);
    }

    /// The content, or `None` for an allocation that is reserved and not set.
    pub fn global_alloc(&self, id: AllocId) -> Option<&GlobalAlloc> {
        self.allocs[id.0 as usize].get()
    }

    /// How many symbols, types, argument lists, constants and allocations there are.
    pub fn counts(&self) -> [usize; 5] {
        [
            self.symbols.items.count(),
            self.tys.items.count(),
            self.args.items.count(),
            self.consts.items.count(),
            self.allocs.count(),
        ]
    }

    fn flags_of_arg(&self, arg: &GenericArg) -> TypeFlags {
        match arg {
            GenericArg::Lifetime(r) => flags_of_region(r),
            GenericArg::Type(ty) => self.flags(*ty),
            GenericArg::Const(ct) => self.const_flags(*ct),
        }
    }

    fn flags_of_term(&self, term: &Term) -> TypeFlags {
        match term {
            Term::Ty(ty) => self.flags(*ty),
            Term::Const(ct) => self.const_flags(*ct),
        }
    }

    fn flags_of_const(&self, kind: &ConstKind) -> TypeFlags {
        match kind {
            ConstKind::Param(_) => TypeFlags::HAS_PARAM,
            ConstKind::Value(ty, ValTree::Leaf(_)) => self.flags(*ty),
            ConstKind::Value(ty, ValTree::Branch(parts)) => {
                parts.iter().fold(self.flags(*ty), |f, part| f.union(self.const_flags(*part)))
            }
            ConstKind::Unevaluated(_, args) => TypeFlags::HAS_ALIAS.union(self.args_flags(*args)),
            ConstKind::Bound { .. } => TypeFlags::HAS_BOUND,
            ConstKind::Error => TypeFlags::HAS_ERROR,
        }
    }

    fn flags_of_pattern(&self, pattern: &Pattern) -> TypeFlags {
        match pattern {
            Pattern::Range { start, end } => self.const_flags(*start).union(self.const_flags(*end)),
            Pattern::Or(parts) => parts.iter().fold(TypeFlags(0), |f, part| f.union(self.flags_of_pattern(part))),
            Pattern::NotNull => TypeFlags(0),
        }
    }

    fn flags_of_kind(&self, kind: &TyKind) -> TypeFlags {
        match kind {
            TyKind::Bool
            | TyKind::Char
            | TyKind::Int(_)
            | TyKind::Uint(_)
            | TyKind::Float(_)
            | TyKind::Foreign(_)
            | TyKind::Str
            | TyKind::Never => TypeFlags(0),
            TyKind::Adt(_, args)
            | TyKind::FnDef(_, args)
            | TyKind::Closure(_, args)
            | TyKind::CoroutineClosure(_, args)
            | TyKind::Coroutine(_, args)
            | TyKind::CoroutineWitness(_, args) => self.args_flags(*args),
            TyKind::Alias(_, _, args) => TypeFlags::HAS_ALIAS.union(self.args_flags(*args)),
            TyKind::Array(ty, len) => self.flags(*ty).union(self.const_flags(*len)),
            TyKind::Pat(ty, pattern) => self.flags(*ty).union(self.flags_of_pattern(pattern)),
            TyKind::Slice(ty) | TyKind::RawPtr(ty, _) | TyKind::UnsafeBinder { ty, .. } => self.flags(*ty),
            TyKind::Ref(region, ty, _) => flags_of_region(region).union(self.flags(*ty)),
            TyKind::FnPtr(sig) => sig.inputs_and_output.iter().fold(TypeFlags(0), |f, ty| f.union(self.flags(*ty))),
            TyKind::Dynamic(preds, region) => preds.iter().fold(flags_of_region(region), |f, pred| {
                f.union(match &pred.pred {
                    ExistentialPredicate::Trait { args, .. } => self.args_flags(*args),
                    ExistentialPredicate::Projection { args, term, .. } => {
                        self.args_flags(*args).union(self.flags_of_term(term))
                    }
                    ExistentialPredicate::AutoTrait(_) => TypeFlags(0),
                })
            }),
            TyKind::Tuple(tys) => tys.iter().fold(TypeFlags(0), |f, ty| f.union(self.flags(*ty))),
            TyKind::Param(_) => TypeFlags::HAS_PARAM,
            TyKind::Bound { .. } => TypeFlags::HAS_BOUND,
            TyKind::Error => TypeFlags::HAS_ERROR,
        }
    }
}

fn flags_of_region(region: &Region) -> TypeFlags {
    match region {
        Region::Erased => TypeFlags(0),
        Region::Bound { .. } => TypeFlags::HAS_BOUND,
    }
}
