//! Evaluation of constants at mono time: an interpreter over MIR with allocations and relocations.
//! Semantics: `rustc_const_eval::interpret`, as constant evaluation configures it (not Miri's stricter checks).

use super::memo::Memo;
use super::{Error, Result, Tcx};
use ramir::*;

#[derive(Default)]
pub struct Cache {
    values: Memo<(DefId, Args, Option<Promoted>), ConstValue>,
}

impl Tcx {
    /// The value of a constant of a body, in an instance with arguments `args`.
    pub fn eval_mir_const(&self, ct: &MirConst, args: Args) -> Result<ConstValue> {
        let _ = args;
        Err(Error::unsupported(format!("constant {ct:?}")))
    }

    /// The value of constant, inline constant or promoted `def` for concrete `args`.
    pub fn const_eval(&self, def: DefId, args: Args, promoted: Option<Promoted>) -> Result<ConstValue> {
        self.consts.values.get_or_try((def, args, promoted), |_| Err(Error::unsupported("constant"))).copied()
    }

    /// A constant in a type, with concrete arguments, as a value.
    pub fn eval_type_const(&self, def: DefId, args: Args) -> Result<Const> {
        let _ = args;
        Err(Error::unsupported(format!("type-level constant {}", self.store.def_path_str(def))))
    }

    /// The initial memory of a static.
    pub fn eval_static(&self, def: DefId) -> Result<AllocId> {
        self.static_def(def)?
            .initializer
            .ok_or_else(|| Error::missing(format!("initializer of {}", self.store.def_path_str(def))))
    }
}
