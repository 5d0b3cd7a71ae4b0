//! Evaluation of constants at mono time: an interpreter over MIR with allocations and relocations.
//! Semantics: `rustc_const_eval::{interpret, const_eval}`, as constant evaluation configures it (not Miri's stricter
//! checks: values are not validated, alignment is not tracked, since rustc has checked what is not generic).
//!
//! An evaluation has its own state; the queries may be asked from all threads. They run on the asking thread's stack, one
//! level for each constant whose value needs that of another.

mod call;
mod cast;
mod error;
mod intern;
mod interp;
mod intrinsics;
mod memory;
mod operand;
mod operator;
mod place;
mod simd;
mod step;
mod type_info;
mod valtree;

#[cfg(test)]
mod tests;

use super::memo::Memo;
use super::{Error, Instance, InstanceKind, Result, Tcx};
use crate::adapter::error::ErrorKind;
use error::InterpError;
use interp::Interp;
use operand::Op;
use ramir::*;
use std::cell::Cell;

#[derive(Default)]
pub struct Cache {
    values: Memo<(DefId, Args, Option<Promoted>), ConstValue>,
    valtrees: Memo<Const, ConstValue>,
    type_consts: Memo<(DefId, Args), Const>,
    statics: Memo<DefId, AllocId>,
    locations: Memo<(FileId, u32, u32), AllocId>,
    special: Memo<SpecialAlloc, AllocId>,
    bytes: Memo<Box<[u8]>, AllocId>,
}

/// What has one allocation id wherever the evaluator mentions it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum SpecialAlloc {
    Function(DefId, Args),
    Static(DefId),
    VTable(Ty, Ty),
    TypeId(Ty),
}

/// How many constants may wait for each other; it bounds the use of stack.
const MAX_NESTING: u32 = 200;

thread_local! {
    static NESTING: Cell<u32> = const { Cell::new(0) };
}

/// Counts a nested evaluation while it lives.
struct Nested;

impl Nested {
    fn enter(item: impl FnOnce() -> String) -> Result<Nested> {
        let depth = NESTING.get();
        if depth >= MAX_NESTING {
            let message = "constants depend on each other too deeply, or in a cycle".to_owned();
            return Err(ErrorKind::ConstEval { item: item(), message }.into());
        }
        NESTING.set(depth + 1);
        Ok(Nested)
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        NESTING.set(NESTING.get() - 1);
    }
}

impl Tcx {
    /// The value of a constant of a body, in an instance with arguments `args`.
    pub fn eval_mir_const(&self, ct: &MirConst, args: Args) -> Result<ConstValue> {
        match *ct {
            MirConst::Val(value, _) => Ok(value),
            MirConst::Unevaluated { def, args: const_args, promoted, .. } => {
                self.const_eval(def, self.monomorphize_args(const_args, args)?, promoted)
            }
            MirConst::Ty(_, ct) => {
                let ct = self.monomorphize_const(ct, args)?;
                match self.const_kind(ct) {
                    ConstKind::Value(_, ValTree::Leaf(int)) => Ok(ConstValue::Scalar(Scalar::Int(*int))),
                    ConstKind::Value(ty, tree) => self
                        .consts
                        .valtrees
                        .get_or_try(ct, |_| {
                            let mut interp = Interp::new(self);
                            let value = interp.valtree_to_value(*ty, tree);
                            value.map_err(|e| self.const_error(interp, e, || "a type-level constant".to_owned()))
                        })
                        .copied(),
                    other => Err(Error::unsupported(format!("constant {other:?}"))),
                }
            }
        }
    }

    /// The value of constant, inline constant or promoted `def` for concrete `args`.
    pub fn const_eval(&self, def: DefId, args: Args, promoted: Option<Promoted>) -> Result<ConstValue> {
        let compute = |&(def, args, promoted): &(DefId, Args, Option<Promoted>)| self.compute_const(def, args, promoted);
        self.consts.values.get_or_try((def, args, promoted), compute).copied()
    }

    fn compute_const(&self, def: DefId, args: Args, promoted: Option<Promoted>) -> Result<ConstValue> {
        if promoted.is_none()
            && let Some(self_ty) = self.args(args).first().and_then(|arg| arg.as_type())
            && let Some(ct) = self.object_const(def, args, self_ty)?
        {
            return self.eval_mir_const(&MirConst::Ty(self.const_ty(def)?, ct), Args::EMPTY);
        }
        let (def, args) = match promoted {
            Some(_) => (def, args),
            None => self.resolve_const(def, args)?,
        };
        match promoted {
            Some(promoted) => {
                let body = self.store.promoted(def)?.get(promoted.index());
                let body = body
                    .ok_or_else(|| Error::missing(format!("promoted of {}", self.store.def_path_str(def))))?;
                self.eval_const_body(def, body, args)
            }
            None => {
                match self.store.item(def)?.data {
                    ItemData::Const(ConstDef { value: Some(value), .. }) => {
                        self.unless_provided(def, value, |def| self.const_eval_from_body(def, args))
                    }
                    ItemData::Const(ConstDef { type_const: Some(ct), ty, .. }) => {
                        self.eval_mir_const(&MirConst::Ty(ty, ct), args)
                    }
                    _ => self.const_eval_from_body(def, args),
                }
            }
        }
    }

    /// The value that the front end has stored; where a provider has the body, what that evaluates to.
    fn unless_provided<T>(&self, def: DefId, stored: T, evaluate: impl FnOnce(DefId) -> Result<T>) -> Result<T> {
        if !self.store.is_provided(def)? {
            return Ok(stored);
        }
        match evaluate(def) {
            // Where a refused body gives way to the exported one, so does what the evaluator does not support.
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported(_)) && self.store.uses_exported_if_refused() => {
                Ok(stored)
            }
            value => value,
        }
    }

    /// As [`Self::const_eval`] of an item that has a body, also where the front end has stored its value.
    pub fn const_eval_from_body(&self, def: DefId, args: Args) -> Result<ConstValue> {
        let body = self.store.body_for_ctfe(def)?;
        let body = body.ok_or_else(|| Error::missing(format!("body of constant {}", self.store.def_path_str(def))))?;
        self.eval_const_body(def, body, args)
    }

    fn eval_const_body(&self, def: DefId, body: &Body, args: Args) -> Result<ConstValue> {
        let _nested = Nested::enter(|| self.store.def_path_str(def))?;
        if let Some(ct) = trivial_body(body) {
            return self.eval_mir_const(ct, args);
        }
        self.eval_body(def, body, args, |interp, result| interp.op_to_const_value(&result))
    }

    /// The item whose value an associated constant has.
    fn resolve_const(&self, def: DefId, args: Args) -> Result<(DefId, Args)> {
        match self.store.item(def)?.data {
            ItemData::Const(ConstDef {
                assoc: Some(AssocItem { container: AssocContainer::Trait(_), .. }), ..
            }) => {
                let instance = self.expect_resolve(def, args)?;
                Ok((instance.def_id(), instance.args))
            }
            _ => Ok((def, args)),
        }
    }

    fn eval_body<'tcx, T>(
        &'tcx self,
        def: DefId,
        body: &'tcx Body,
        args: Args,
        finish: impl FnOnce(&mut Interp<'tcx>, Op<'tcx>) -> error::InterpResult<T>,
    ) -> Result<T> {
        let mut interp = Interp::new(self);
        let result = interp
            .push_frame(None, body, args, None, None)
            .and_then(|()| interp.run(1))
            .map_err(|e| interp.record_failure(e))
            .and_then(|()| interp.local_op(0, Local::RETURN))
            .and_then(|op| finish(&mut interp, op));
        result.map_err(|e| self.const_error(interp, e, || self.store.def_path_str(def)))
    }

    fn const_error(&self, interp: Interp<'_>, error: InterpError, item: impl FnOnce() -> String) -> Error {
        let position = interp.failed_at.and_then(|span| {
            let file = self.store.source_file(span.file)?;
            Some(format!(" at {}:{}:{}", self.str(file.name), span.line, span.col))
        });
        let position = position.unwrap_or_default();
        match error {
            InterpError::Query(e) => e,
            InterpError::Failed(message) => {
                ErrorKind::ConstEval { item: item(), message: format!("{message}{position}") }.into()
            }
            InterpError::Unsupported(what) => Error::unsupported(format!("{what}, in constant `{}`{position}", item())),
        }
    }

    /// A constant in a type, with concrete arguments, as a value.
    pub fn eval_type_const(&self, def: DefId, args: Args) -> Result<Const> {
        self.consts
            .type_consts
            .get_or_try((def, args), |&(def, args)| {
                let value = self.const_eval(def, args, None)?;
                let ty = self.monomorphize(self.const_ty(def)?, args)?;
                let mut interp = Interp::new(self);
                let tree = self
                    .layout_of(ty)
                    .map_err(InterpError::from)
                    .and_then(|layout| interp.const_value_op(value, layout))
                    .and_then(|op| interp.op_to_valtree(op));
                tree.map_err(|e| self.const_error(interp, e, || self.store.def_path_str(def)))
            })
            .copied()
    }

    /// The declared type of a constant.
    fn const_ty(&self, def: DefId) -> Result<Ty> {
        match self.store.item(def)?.data {
            ItemData::Const(ConstDef { ty, .. }) | ItemData::AnonConst(ty) => Ok(ty),
            _ => Err(Error::missing(format!("type of constant {}", self.store.def_path_str(def)))),
        }
    }

    /// The initial memory of a static.
    pub fn eval_static(&self, def: DefId) -> Result<AllocId> {
        let item = self.static_def(def)?;
        let evaluate = |def| self.consts.statics.get_or_try(def, |&def| self.eval_static_from_body(def)).copied();
        match item.initializer {
            Some(id) => self.unless_provided(def, id, evaluate),
            None => evaluate(def),
        }
    }

    /// As [`Self::eval_static`], also where the front end has stored the memory.
    pub fn eval_static_from_body(&self, def: DefId) -> Result<AllocId> {
        let mutability = self.static_def(def)?.mutability;
        let body = self.store.body_for_ctfe(def)?;
        let body = body.ok_or_else(|| Error::missing(format!("initializer of {}", self.store.def_path_str(def))))?;
        let _nested = Nested::enter(|| self.store.def_path_str(def))?;
        self.eval_body(def, body, Args::EMPTY, |interp, op| interp.op_to_static(&op, mutability))
    }

    /// The allocation that stands for a function, static, vtable or type id; for memory, a new one.
    pub fn special_alloc(&self, alloc: GlobalAlloc) -> Result<AllocId> {
        let key = match alloc {
            GlobalAlloc::Memory(_) => return Ok(self.interner.new_alloc(alloc)),
            GlobalAlloc::Function { def_id, args } => SpecialAlloc::Function(def_id, args),
            GlobalAlloc::Static(def) => SpecialAlloc::Static(def),
            GlobalAlloc::VTable { ty, dyn_ty } => SpecialAlloc::VTable(ty, dyn_ty),
            GlobalAlloc::TypeId(ty) => SpecialAlloc::TypeId(ty),
        };
        self.consts.special.get_or_try(key, |_| Ok::<_, Error>(self.interner.new_alloc(alloc))).copied()
    }

    /// Read-only memory with the given content and alignment 1; the same for the same content.
    pub fn bytes_alloc(&self, bytes: &[u8]) -> AllocId {
        let key: Box<[u8]> = bytes.into();
        if let Some(id) = self.consts.bytes.get(&key) {
            return *id;
        }
        let alloc = Allocation {
            bytes: bytes.to_vec(),
            provenance: Vec::new(),
            uninit: Vec::new(),
            align: 1,
            mutability: Mutability::Not,
        };
        *self.consts.bytes.insert(key, self.interner.new_alloc(GlobalAlloc::Memory(alloc)))
    }

    /// The memory of the `core::panic::Location` of a position: what `&Location` points to.
    pub fn const_caller_location(&self, span: Span) -> Result<AllocId> {
        self.consts
            .locations
            .get_or_try((span.file, span.line, span.col), |_| {
                let file = match self.store.source_file(span.file) {
                    Some(file) if !span.is_dummy() => self.str(file.name),
                    _ => "<unknown>",
                };
                let location = self.store.require_lang_item("panic_location")?;
                let generics = &self.store.item(location)?.generics;
                let args = vec![GenericArg::Lifetime(Region::Erased); generics.count()];
                let layout = self.layout_of(self.mk(TyKind::Adt(location, self.mk_args(&args))))?;
                let offset = |i: usize| layout.fields.offset(i).bytes() as usize;
                // The file name is followed by a zero byte that its length does not count.
                let name = self.bytes_alloc(&[file.as_bytes(), b"\0"].concat());
                let mut bytes = vec![0; layout.size.bytes() as usize];
                let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
                put(offset(0) + 8, &(file.len() as u64).to_le_bytes());
                put(offset(1), &span.line.to_le_bytes());
                put(offset(2), &span.col.to_le_bytes());
                Ok::<_, Error>(self.interner.new_alloc(GlobalAlloc::Memory(Allocation {
                    bytes,
                    provenance: vec![(offset(0) as u64, name)],
                    uninit: Vec::new(),
                    align: layout.align.abi.bytes(),
                    mutability: Mutability::Not,
                })))
            })
            .copied()
    }

    /// Runs a function without arguments in the interpreter, as a constant's initializer would call it.
    pub fn interpret(&self, instance: Instance) -> Result<ConstValue> {
        let code = self.instance_mir_for_ctfe(instance)?;
        debug_assert!(!matches!(instance.def, InstanceKind::Virtual(..)));
        self.eval_body(instance.def_id(), code.body, code.args, |interp, result| interp.op_to_const_value(&result))
    }
}

/// The constant that a body consists of, if it does nothing else.
fn trivial_body(body: &Body) -> Option<&MirConst> {
    let [block] = &body.blocks[..] else { return None };
    let TerminatorKind::Return = block.terminator.kind else { return None };
    let [Statement { kind: StatementKind::Assign(place, Rvalue::Use(Operand::Constant(ct))), .. }] =
        &block.statements[..]
    else {
        return None;
    };
    (place.as_local() == Some(Local::RETURN)).then_some(&ct.const_)
}
