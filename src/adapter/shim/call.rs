//! Adapters between a caller's view of a function and the function: function pointers as `Fn*` objects, closures called
//! once, `#[track_caller]` functions behind pointers, unsized receivers behind vtables.
//! Semantics: `rustc_mir_transform::shim::build_call_shim`.

use super::builder::BodyBuilder;
use crate::adapter::{Error, Result, Tcx};
use ramir::*;

/// `<T as Trait>::method(self, ..)` with `self` behind a `*mut`.
pub fn vtable_shim(tcx: &Tcx, def: DefId, args: Args) -> Result<Body> {
    let sig = tcx.concrete_sig(def, args)?;
    let mut inputs = sig.inputs().to_vec();
    let receiver = inputs.first_mut().ok_or_else(|| Error::missing("receiver"))?;
    *receiver = tcx.mk_ptr(*receiver, Mutability::Mut);
    let mut b = BodyBuilder::new(tcx, def, sig.output(), &inputs)?;
    let receiver = Operand::Move(Place::from_local(Local(1)).project(PlaceElem::Deref));
    let operands = std::iter::once(receiver).chain((2..=inputs.len()).map(move_local)).collect();
    let func = b.fn_operand(def, tcx.args(args));
    let start = call_and_return(&mut b, func, operands);
    b.spread_arg = spread_arg(sig.abi, &inputs);
    Ok(b.finish(start))
}

/// A call of `def` itself, which code generation turns into what a direct call is.
pub fn reify_shim(tcx: &Tcx, def: DefId, args: Args) -> Result<Body> {
    let sig = tcx.concrete_sig(def, args)?;
    let inputs = sig.inputs();
    let mut b = BodyBuilder::new(tcx, def, sig.output(), inputs)?;
    let func = b.fn_operand(def, tcx.args(args));
    let start = call_and_return(&mut b, func, (1..=inputs.len()).map(move_local).collect());
    b.spread_arg = spread_arg(sig.abi, inputs);
    Ok(b.finish(start))
}

/// `Fn::call`, `FnMut::call_mut` or `FnOnce::call_once` (`def`) of a function pointer or function item.
pub fn fn_ptr_shim(tcx: &Tcx, def: DefId, ty: Ty) -> Result<Body> {
    let sig = tcx.fn_sig_of_ty(ty)?;
    let receiver_ty = match tcx.str(tcx.fn_def(def)?.name) {
        "call_once" | "async_call_once" => ty,
        "call_mut" | "async_call_mut" => tcx.mk_ref(ty, Mutability::Mut),
        "call" | "async_call" => tcx.mk_ref(ty, Mutability::Not),
        other => return Err(Error::unsupported(format!("call of a function pointer as `{other}`"))),
    };
    let receiver = Place::from_local(Local(1));
    let callee = if receiver_ty == ty { receiver } else { receiver.project(PlaceElem::Deref) };
    let inputs = [receiver_ty, tcx.mk_tuple(sig.inputs())];
    let mut b = BodyBuilder::new(tcx, def, sig.output(), &inputs)?;
    let tuple = Place::from_local(Local(2));
    let operands = sig
        .inputs()
        .iter()
        .enumerate()
        .map(|(i, &ty)| Operand::Move(tuple.project(PlaceElem::Field(FieldIdx::new(i), ty))))
        .collect();
    // The value of a function item says nothing that its type does not.
    let func = match *tcx.kind(ty) {
        TyKind::FnDef(callee, args) => b.fn_operand(callee, tcx.args(args)),
        _ => Operand::Move(callee),
    };
    let start = call_and_return(&mut b, func, operands);
    b.spread_arg = Some(Local(2));
    Ok(b.finish(start))
}

/// `FnOnce::call_once` of a closure that is `FnMut`: it is called by reference, then dropped. `args` are the closure's
/// type and its tupled inputs.
pub fn closure_once_shim(tcx: &Tcx, call_once: DefId, args: Args) -> Result<Body> {
    let fn_mut = tcx.store.require_lang_item("fn_mut")?;
    let mut call_mut = None;
    for &item in &tcx.trait_def(fn_mut)?.items {
        if matches!(tcx.store.item(item)?.data, ItemData::Fn(_)) {
            call_mut = Some(item);
        }
    }
    let call_mut = call_mut.ok_or_else(|| Error::missing("`FnMut::call_mut`"))?;
    let (closure, inputs) = match tcx.args(args) {
        [GenericArg::Type(closure), GenericArg::Type(inputs), ..] => (*closure, *inputs),
        _ => return Err(Error::missing("closure type of a call shim")),
    };
    let output = tcx.concrete_sig(call_once, args)?.output();
    let mut b = BodyBuilder::new(tcx, call_once, output, &[closure, inputs])?;
    let receiver = Place::from_local(Local(1));

    let resume = b.new_block(Vec::new(), TerminatorKind::UnwindResume, true);
    let drop_unwinding = b.new_block(
        Vec::new(),
        TerminatorKind::Drop {
            place: receiver.clone(),
            target: resume,
            unwind: UnwindAction::Terminate(UnwindTerminateReason::InCleanup),
        },
        true,
    );
    let return_block = b.new_block(Vec::new(), TerminatorKind::Return, false);
    let drop_closure = b.new_block(
        Vec::new(),
        TerminatorKind::Drop { place: receiver.clone(), target: return_block, unwind: UnwindAction::Continue },
        false,
    );
    let reference = Place::from_local(b.new_temp(tcx.mk_ref(closure, Mutability::Mut)));
    let borrow = b.assign(reference.clone(), Rvalue::Ref(BorrowKind::Mut, receiver));
    let call = b.call(
        call_mut,
        tcx.args(args),
        vec![Operand::Move(reference), move_local(2)],
        Place::from_local(Local::RETURN),
        drop_closure,
        UnwindAction::Cleanup(drop_unwinding),
    );
    let start = b.new_block(vec![borrow], call, false);
    b.spread_arg = Some(Local(2));
    Ok(b.finish(start))
}

fn move_local(i: usize) -> Operand {
    Operand::Move(Place::from_local(Local::new(i)))
}

fn call_and_return(b: &mut BodyBuilder<'_>, func: Operand, args: Vec<Operand>) -> BasicBlock {
    let target = b.new_block(Vec::new(), TerminatorKind::Return, false);
    let call = TerminatorKind::Call {
        func,
        args,
        destination: Place::from_local(Local::RETURN),
        target: Some(target),
        unwind: UnwindAction::Continue,
        fn_span: b.fn_span(),
    };
    b.new_block(Vec::new(), call, false)
}

fn spread_arg(abi: ExternAbi, inputs: &[Ty]) -> Option<Local> {
    (abi == ExternAbi::RustCall).then(|| Local::new(inputs.len()))
}
