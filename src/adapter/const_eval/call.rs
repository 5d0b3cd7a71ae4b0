//! Calls and drops: which body runs, and how arguments reach it. Semantics: `rustc_const_eval::interpret::call`,
//! and `rustc_const_eval::const_eval::machine` for what is replaced.

use super::error::{InterpResult, failed, unsupported};
use super::interp::Interp;
use super::memory::{Pointer, Prov};
use super::operand::{Imm, Op};
use super::place::Place;
use crate::adapter::vtable::VtblEntry;
use crate::adapter::{Instance, InstanceKind};
use ramir::*;

impl<'tcx> Interp<'tcx> {
    /// What a function item or function pointer calls, and by which ABI.
    fn callee(&self, callee: &Op<'tcx>) -> InterpResult<(Instance, ExternAbi)> {
        match *self.tcx.kind(callee.layout.ty) {
            TyKind::FnDef(def, args) => {
                let abi = match &self.tcx.store.item(def)?.data {
                    ItemData::Fn(f) => f.sig.abi,
                    _ => ExternAbi::Rust,
                };
                Ok((self.tcx.expect_resolve(def, args)?, abi))
            }
            TyKind::FnPtr(ref sig) => {
                let (def, args) = self.function(self.read_pointer(callee)?)?;
                Ok((self.tcx.resolve_for_fn_ptr(def, args)?, sig.abi))
            }
            ref other => unsupported(format!("call of a value of type {other:?}")),
        }
    }

    /// The function that a pointer points to.
    fn function(&self, ptr: Pointer) -> InterpResult<(DefId, Args)> {
        if let (Some(Prov::Global(id)), 0) = (ptr.prov, ptr.offset)
            && let GlobalAlloc::Function { def_id, args } = *self.tcx.store.global_alloc(id)?
        {
            return Ok((def_id, args));
        }
        failed("using a pointer as function that does not point to one")
    }

    pub fn call(
        &mut self,
        callee: Op<'tcx>,
        args: Vec<Op<'tcx>>,
        dest: Place<'tcx>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        let (instance, abi) = self.callee(&callee)?;
        self.call_instance(instance, abi, args, dest, target)
    }

    pub fn call_instance(
        &mut self,
        instance: Instance,
        abi: ExternAbi,
        mut args: Vec<Op<'tcx>>,
        dest: Place<'tcx>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        let mut instance = instance;
        if let InstanceKind::Intrinsic(def) = instance.def {
            if self.eval_intrinsic(def, instance.args, &args, &dest, target)? {
                return Ok(());
            }
            instance.def = InstanceKind::Item(def);
        }
        if abi == ExternAbi::RustCall
            && let Some(tuple) = args.pop()
        {
            for i in 0..tuple.layout.fields.count() {
                args.push(self.op_field(tuple, i)?);
            }
        }
        match instance.def {
            InstanceKind::DropGlue(_, None) => return self.return_to(target),
            InstanceKind::Virtual(_, slot) => return self.call_virtual(slot, args, dest, target),
            InstanceKind::Item(def) => {
                if self.is_lang_item(def, "panic_display") || self.is_lang_item(def, "begin_panic") {
                    return self.panic_display(&args);
                }
                if self.is_lang_item(def, "panic_fmt") {
                    let replacement = self.tcx.store.require_lang_item("const_panic_fmt")?;
                    instance = self.tcx.expect_resolve(replacement, instance.args)?;
                }
            }
            _ => {}
        }
        self.enter(instance, &args, Some(dest), target)
    }

    fn is_lang_item(&self, def: DefId, name: &str) -> bool {
        self.tcx.store.lang_item(name) == Some(def)
    }

    fn panic_display(&mut self, args: &[Op<'tcx>]) -> InterpResult {
        let Some(message) = args.first() else { return failed("explicit panic") };
        let mut place = self.deref(message)?;
        while matches!(self.tcx.kind(place.layout.ty), TyKind::Ref(..)) {
            place = self.deref(&place.into_op())?;
        }
        let len = self.place_len(&place)?;
        let (ptr, _) = self.place_ptr(&place)?;
        let text = self.read_str(ptr, len)?.to_owned();
        failed(text)
    }

    /// Pushes a frame for `instance` and gives it its arguments, of which those without bytes are not passed.
    fn enter(
        &mut self,
        instance: Instance,
        args: &[Op<'tcx>],
        dest: Option<Place<'tcx>>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        let code = self.tcx.instance_mir_for_ctfe(instance)?;
        self.push_frame(Some(instance), code.body, code.args, dest, target)?;
        self.pass_args(args)
    }

    fn pass_args(&mut self, args: &[Op<'tcx>]) -> InterpResult {
        let body = self.frame().body;
        let frame = self.stack.len() - 1;
        let mut args = args.iter().filter(|arg| arg.layout.size.bytes() != 0);
        let too_few = || failed("calling a function with fewer arguments than it requires");
        for i in 1..=body.arg_count as usize {
            let local = Local::new(i);
            let layout = self.local_layout(frame, local)?;
            let place = self.eval_place(&ramir::Place::from_local(local))?;
            if body.spread_arg == Some(local) {
                for field in 0..layout.fields.count() {
                    let field = self.place_field(&place, field)?;
                    if field.layout.size.bytes() != 0 {
                        let Some(arg) = args.next() else { return too_few() };
                        self.copy_op(arg, &field)?;
                    }
                }
            } else if layout.size.bytes() != 0 {
                let Some(arg) = args.next() else { return too_few() };
                self.copy_op(arg, &place)?;
            }
        }
        if args.next().is_some() {
            return failed("calling a function with more arguments than it expected");
        }
        Ok(())
    }

    fn call_virtual(
        &mut self,
        slot: usize,
        mut args: Vec<Op<'tcx>>,
        dest: Place<'tcx>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        let Some(receiver) = args.first().copied() else { return failed("virtual call without receiver") };
        let (data, vtable) = self.read_imm(&receiver)?.pair()?;
        let (ty, dyn_ty) = self.vtable(vtable.to_pointer()?)?;
        let instance = match self.tcx.vtable_entries(ty, dyn_ty)?.get(slot) {
            Some(VtblEntry::Method(instance)) => *instance,
            _ => return failed("virtual call of a vtable slot that holds no method"),
        };
        // The callee sees a thin receiver: the same smart pointer, to its own type.
        let code = self.tcx.instance_mir_for_ctfe(instance)?;
        let Some(decl) = code.body.locals.get(1) else { return failed("virtual call of a function without receiver") };
        let layout = self.layout_of(self.tcx.monomorphize(decl.ty, code.args)?)?;
        args[0] = Op::imm(Imm::Scalar(data), layout);
        self.enter(instance, &args, Some(dest), target)
    }

    pub fn tail_call(&mut self, callee: Op<'tcx>, mut args: Vec<Op<'tcx>>) -> InterpResult {
        let (instance, abi) = self.callee(&callee)?;
        if let InstanceKind::Intrinsic(_) | InstanceKind::Virtual(..) = instance.def {
            return unsupported("tail call of an intrinsic or virtual function in a constant");
        }
        if abi == ExternAbi::RustCall {
            return unsupported("tail call of a closure in a constant");
        }
        for arg in &mut args {
            // The arguments outlive the frame that they are taken from.
            let place = self.allocate(arg.layout)?;
            self.copy_op(arg, &place)?;
            *arg = place.into_op();
        }
        let Some(old) = self.pop_frame(None) else { return failed("tail call outside of a function") };
        self.enter(instance, &args, old.dest, old.target)
    }

    /// Drops the value in a place, then continues at `target`.
    pub fn drop_place(&mut self, place: Place<'tcx>, target: BasicBlock) -> InterpResult {
        let mut place = place;
        if let TyKind::Dynamic(..) = self.tcx.kind(place.layout.ty) {
            let (ptr, meta) = self.place_ptr(&place)?;
            let Some(meta) = meta else { return failed("wide pointer without metadata") };
            let (ty, _) = self.vtable(meta.to_pointer()?)?;
            place = Place::mem(ptr, None, self.layout_of(ty)?);
        }
        let ty = place.layout.ty;
        if !self.tcx.needs_drop(ty)? {
            self.go_to(target);
            return Ok(());
        }
        let instance = self.tcx.resolve_drop_in_place(ty)?;
        if let InstanceKind::DropGlue(_, None) = instance.def {
            self.go_to(target);
            return Ok(());
        }
        let (ptr, meta) = self.place_ptr(&place)?;
        let pointer = self.layout_of(self.tcx.mk_ptr(ty, Mutability::Mut))?;
        let arg = Op::imm(Imm::from_pointer(ptr, meta), pointer);
        let dest = self.unit_place()?;
        self.enter(instance, &[arg], Some(dest), Some(target))
    }

    /// The arguments of `const_eval_select`: the first function is called with the tuple's fields.
    pub fn const_eval_select(
        &mut self,
        args: &[Op<'tcx>],
        dest: &Place<'tcx>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        let [tuple, at_compile_time, ..] = args else { return failed("`const_eval_select` without arguments") };
        let fields =
            (0..tuple.layout.fields.count()).map(|i| self.op_field(*tuple, i)).collect::<InterpResult<Vec<_>>>()?;
        self.call(*at_compile_time, fields, *dest, target)
    }
}
