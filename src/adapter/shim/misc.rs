//! Constructors as functions, addresses of thread-locals and of functions, coroutines made by async closures.
//! Semantics: `rustc_mir_transform::shim`.

use super::builder::BodyBuilder;
use crate::adapter::resolve::ClosureKind;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// A tuple struct's or tuple variant's constructor.
pub fn constructor(tcx: &Tcx, def: DefId, args: Args) -> Result<Body> {
    let ItemData::Ctor(ctor) = &tcx.store.item(def)?.data else {
        return Err(Error::missing(format!("constructor {}", tcx.store.def_path_str(def))));
    };
    let sig = tcx.concrete_sig(def, args)?;
    let TyKind::Adt(adt, adt_args) = *tcx.kind(sig.output()) else {
        return Err(Error::missing(format!("type of constructor {}", tcx.store.def_path_str(def))));
    };
    let inputs = sig.inputs();
    let mut b = BodyBuilder::new(tcx, def, sig.output(), inputs)?;
    let fields = (1..=inputs.len()).map(|i| Operand::Move(Place::from_local(Local::new(i)))).collect();
    let value = Rvalue::Aggregate(AggregateKind::Adt(adt, ctor.variant, adt_args, None), fields);
    Ok(returning(&mut b, value).into_body(b))
}

/// Returns a pointer to the calling thread's copy of a static.
pub fn thread_local(tcx: &Tcx, def: DefId) -> Result<Body> {
    let mut b = BodyBuilder::new(tcx, def, tcx.thread_local_ptr_ty(def)?, &[])?;
    Ok(returning(&mut b, Rvalue::ThreadLocalRef(def)).into_body(b))
}

/// `FnPtr::addr`.
pub fn fn_ptr_addr(tcx: &Tcx, def: DefId, ty: Ty) -> Result<Body> {
    let ptr = tcx.mk_ptr(tcx.common.unit, Mutability::Not);
    let mut b = BodyBuilder::new(tcx, def, ptr, &[ty])?;
    let cast = Rvalue::Cast(CastKind::FnPtrToPtr, Operand::Move(Place::from_local(Local(1))), ptr);
    Ok(returning(&mut b, cast).into_body(b))
}

/// The coroutine that an async closure makes when it is called by value, or by reference where it captures nothing
/// but shared references.
pub fn construct_coroutine(tcx: &Tcx, closure: DefId, args: Args, receiver_by_ref: bool) -> Result<Body> {
    let parts = tcx.coroutine_closure_parts(args)?;
    let (TyKind::Tuple(inputs), TyKind::Tuple(upvars)) = (tcx.kind(parts.tupled_inputs), tcx.kind(parts.upvars)) else {
        return Err(Error::missing(format!("signature of async closure {}", tcx.store.def_path_str(closure))));
    };
    let closure_ty = tcx.mk(TyKind::CoroutineClosure(closure, args));
    let coroutine_ty = tcx.normalize(tcx.coroutine_of_closure(closure, args, ClosureKind::FnOnce)?)?;
    let TyKind::Coroutine(coroutine, coroutine_args) = *tcx.kind(coroutine_ty) else {
        return Err(Error::missing(format!("coroutine of {}", tcx.store.def_path_str(closure))));
    };

    let self_ty = if receiver_by_ref { tcx.mk_ref(closure_ty, Mutability::Not) } else { closure_ty };
    let all_inputs: Vec<Ty> = std::iter::once(self_ty).chain(inputs.iter().copied()).collect();
    let mut b = BodyBuilder::new(tcx, closure, coroutine_ty, &all_inputs)?;
    let mut operands: Vec<Operand> =
        (2..=all_inputs.len()).map(|i| Operand::Move(Place::from_local(Local::new(i)))).collect();
    let receiver = Place::from_local(Local(1));
    for (i, &ty) in upvars.iter().enumerate() {
        let field = PlaceElem::Field(FieldIdx::new(i), ty);
        operands.push(if receiver_by_ref {
            Operand::Copy(receiver.project(PlaceElem::Deref).project(field))
        } else {
            Operand::Move(receiver.project(field))
        });
    }
    let value = Rvalue::Aggregate(AggregateKind::Coroutine(coroutine, coroutine_args), operands);
    Ok(returning(&mut b, value).into_body(b))
}

struct Start(BasicBlock);

impl Start {
    fn into_body(self, b: BodyBuilder<'_>) -> Body {
        b.finish(self.0)
    }
}

fn returning(b: &mut BodyBuilder<'_>, value: Rvalue) -> Start {
    let assign = b.assign(Place::from_local(Local::RETURN), value);
    Start(b.new_block(vec![assign], TerminatorKind::Return, false))
}
