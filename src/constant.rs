//! Constants in functions; statics, promoted and other anonymous data as [`DataObject`]s.
//!
//! Anonymous data is named by a hash of its content, so that equal constants become one, and its name does not depend
//! on who asks first. Mutable data belongs to one static and is named by its place in it.

use crate::adapter::memo::Memo;
use crate::prelude::*;
use cranelift_codegen::binemit::Reloc;
use rustc_stable_hash::ExtendedHasher;
use rustc_stable_hash::hashers::SipHasher128;
use std::hash::Hash;
use std::sync::Arc;

/// The anonymous data of a compilation, by what it stands for.
#[derive(Default)]
pub(crate) struct DataCache {
    allocs: Memo<AllocId, Arc<DataObject>>,
    pub(crate) vtables: Memo<(Ty, Ty), Arc<DataObject>>,
    locations: Memo<Span, Arc<DataObject>>,
    strs: Memo<Box<str>, Arc<DataObject>>,
    weak_refs: Memo<DefId, Arc<DataObject>>,
}

/// Data under construction.
pub(crate) struct DataBuilder {
    pub(crate) bytes: Vec<u8>,
    align: u64,
    writable: bool,
    refs: SymbolTable,
    relocs: Vec<Relocation>,
}

impl DataBuilder {
    pub(crate) fn new(size: u64, align: u64) -> Self {
        DataBuilder {
            bytes: vec![0; size as usize],
            align,
            writable: false,
            refs: SymbolTable::default(),
            relocs: Vec::new(),
        }
    }

    pub(crate) fn write_uint(&mut self, offset: u64, size: u64, value: u128) {
        let (offset, size) = (offset as usize, size as usize);
        self.bytes[offset..offset + size].copy_from_slice(&value.to_le_bytes()[..size]);
    }

    /// A pointer to `symbol + addend`.
    pub(crate) fn write_symbol(&mut self, offset: u64, symbol: SymbolRef, addend: i64) {
        self.write_uint(offset, 8, 0);
        let target = RelocTarget::Symbol(self.refs.position(symbol));
        self.relocs.push(Relocation { offset: offset as u32, kind: Reloc::Abs8, target, addend });
    }

    /// A pointer to other anonymous data. Data of size 0 has no symbol: any aligned address is right.
    pub(crate) fn write_data(&mut self, offset: u64, data: &Arc<DataObject>, addend: i64) {
        if data.bytes.is_empty() {
            self.write_uint(offset, 8, (data.align as i64 + addend) as u64 as u128);
        } else {
            let symbol = self.refs.add_data(data);
            self.write_symbol(offset, symbol, addend);
        }
    }

    /// Anonymous data, named by its content.
    pub(crate) fn anonymous(self, cx: &CodegenCx<'_>, what: &str) -> Arc<DataObject> {
        let mut hasher = SipHasher128::default();
        self.bytes.hash(&mut hasher);
        (self.align, self.writable).hash(&mut hasher);
        for reloc in &self.relocs {
            let RelocTarget::Symbol(target) = reloc.target else { bug!("data relative to itself") };
            cx.tcx.str(self.refs.symbols[target as usize].name).hash(&mut hasher);
            (reloc.offset, reloc.addend).hash(&mut hasher);
        }
        let [a, b] = ExtendedHasher::finish(hasher).0;
        let name = format!("{what}.{a:016x}{b:016x}.{:x}", local_crate_id(cx));
        self.named(cx.tcx.sym(&name), Visibility::Hidden)
    }

    fn named(self, symbol: Symbol, visibility: Visibility) -> Arc<DataObject> {
        Arc::new(self.finish(symbol, visibility))
    }

    fn finish(self, symbol: Symbol, visibility: Visibility) -> DataObject {
        DataObject {
            symbol,
            visibility,
            aliases: Vec::new(),
            bytes: self.bytes,
            align: self.align,
            writable: self.writable,
            tls: false,
            used: false,
            code: false,
            section: None,
            relocs: self.relocs,
            symbols: self.refs.symbols,
            data: self.refs.data,
        }
    }
}

/// Part of the names of hidden symbols, so that crates that are linked together do not define the same ones.
fn local_crate_id(cx: &CodegenCx<'_>) -> u64 {
    cx.tcx.store.crate_dep(cx.tcx.store.local).stable_crate_id
}

fn memory<'tcx>(tcx: TyCtxt<'tcx>, id: AllocId) -> &'tcx Allocation {
    match tcx.store.global_alloc(id).or_fatal() {
        GlobalAlloc::Memory(alloc) => alloc,
        other => bug!("allocation {id:?} is not memory: {other:?}"),
    }
}

/// The data of an allocation. `path` names mutable memory: the static it belongs to and the way there.
fn data_for_alloc(cx: &CodegenCx<'_>, id: AllocId, path: &str) -> Arc<DataObject> {
    let make = |_: &AllocId| -> Result<_, std::convert::Infallible> {
        let alloc = memory(cx.tcx, id);
        let data = alloc_builder(cx, alloc, path);
        Ok(if alloc.mutability.is_mut() {
            data.named(cx.tcx.sym(path), Visibility::Hidden)
        } else {
            data.anonymous(cx, "alloc")
        })
    };
    match cx.data.allocs.get_or_try(id, make) {
        Ok(data) => data.clone(),
        Err(never) => match never {},
    }
}

fn alloc_builder(cx: &CodegenCx<'_>, alloc: &Allocation, path: &str) -> DataBuilder {
    let tcx = cx.tcx;
    let mut data = DataBuilder::new(0, alloc.align);
    data.bytes = alloc.bytes.clone();
    data.writable = alloc.mutability.is_mut();
    for &(offset, target) in &alloc.provenance {
        let at = offset as usize;
        let addend = match alloc.bytes.get(at..at + 8) {
            Some(bytes) => i64::from_le_bytes(bytes.try_into().expect("8 bytes")),
            None => bug!("a pointer at {offset} of {} bytes", alloc.bytes.len()),
        };
        match tcx.store.global_alloc(target).or_fatal() {
            GlobalAlloc::Memory(_) => {
                let nested = data_for_alloc(cx, target, &format!("{path}.{offset:x}"));
                data.write_data(offset, &nested, addend);
            }
            &GlobalAlloc::Function { def_id, args } => {
                let instance = tcx.resolve_for_fn_ptr(def_id, args).or_fatal();
                data.write_symbol(offset, func_symbol(cx, instance), addend);
            }
            &GlobalAlloc::Static(def) => {
                if is_thread_local(tcx, def) {
                    fatal("a constant refers to a thread-local static");
                }
                match static_symbol(cx, def) {
                    StaticSymbol::Plain(symbol) => data.write_symbol(offset, symbol, addend),
                    StaticSymbol::Anonymous(target) => data.write_data(offset, &target, addend),
                }
            }
            &GlobalAlloc::VTable { ty, dyn_ty } => {
                let vtable = crate::vtable::data_for_vtable(cx, ty, dyn_ty);
                data.write_data(offset, &vtable, addend);
            }
            // The pointer's offset is part of the hash and is there already.
            GlobalAlloc::TypeId(_) => {}
        }
    }
    data
}

/// The symbol by which a function's address is taken.
pub(crate) fn func_symbol(cx: &CodegenCx<'_>, instance: Instance) -> SymbolRef {
    let name = cx.tcx.sym(cx.symbol_name(instance));
    let weak = match instance.def {
        InstanceKind::Item(def) => {
            matches!(cx.tcx.codegen_attrs(def), Ok(Some(attrs)) if is_weak(attrs.linkage) || is_weak(attrs.import_linkage))
        }
        _ => false,
    };
    SymbolRef { name, kind: SymbolKind::Func, weak }
}

/// Code that calls a C-variadic function with the number of vector registers set: `mov al, 8; jmp function`.
pub(crate) fn variadic_thunk(cx: &CodegenCx<'_>, instance: Instance) -> Arc<DataObject> {
    let symbol = func_symbol(cx, instance);
    let mut thunk = DataBuilder::new(0, 16);
    thunk.bytes = vec![0xb0, 8, 0xe9, 0, 0, 0, 0];
    let target = RelocTarget::Symbol(thunk.refs.position(symbol));
    thunk.relocs.push(Relocation { offset: 3, kind: Reloc::X86CallPLTRel4, target, addend: -4 });
    let name = format!("variadic.{}.{:x}", cx.tcx.str(symbol.name), local_crate_id(cx));
    Arc::new(DataObject { code: true, ..thunk.finish(cx.tcx.sym(&name), Visibility::Hidden) })
}

/// As [`variadic_thunk`], for the function whose address is the first argument on the stack:
/// `mov r11, [rsp + 8]; mov al, 8; jmp r11`.
pub(crate) fn variadic_indirect_thunk(cx: &CodegenCx<'_>) -> Arc<DataObject> {
    let mut thunk = DataBuilder::new(0, 16);
    thunk.bytes = vec![0x4c, 0x8b, 0x5c, 0x24, 0x08, 0xb0, 8, 0x41, 0xff, 0xe3];
    let name = format!("variadic_indirect.{:x}", local_crate_id(cx));
    Arc::new(DataObject { code: true, ..thunk.finish(cx.tcx.sym(&name), Visibility::Hidden) })
}

fn is_weak(linkage: Option<Linkage>) -> bool {
    matches!(linkage, Some(Linkage::ExternalWeak | Linkage::WeakAny | Linkage::WeakODR))
}

pub(crate) fn is_thread_local(tcx: TyCtxt<'_>, def: DefId) -> bool {
    tcx.static_def(def).or_fatal().attrs.thread_local
}

/// How a static is referred to.
enum StaticSymbol {
    Plain(SymbolRef),
    /// A static of its own that holds the address of the `extern` static with a linkage attribute.
    Anonymous(Arc<DataObject>),
}

fn static_symbol(cx: &CodegenCx<'_>, def: DefId) -> StaticSymbol {
    let item = cx.tcx.static_def(def).or_fatal();
    let attrs = &item.attrs;
    let symbol = SymbolRef {
        name: cx.tcx.sym(cx.tcx.static_symbol_name(def).or_fatal()),
        kind: if attrs.thread_local { SymbolKind::Tls } else { SymbolKind::Data },
        weak: is_weak(attrs.import_linkage) || (item.is_foreign && is_weak(attrs.linkage)),
    };
    if attrs.import_linkage.is_none() {
        return StaticSymbol::Plain(symbol);
    }
    // Such a static is declared as a pointer; its value is the symbol's address, or null if nobody defines it.
    let make = |_: &DefId| -> Result<_, std::convert::Infallible> {
        let layout = cx.tcx.layout_of(item.ty).or_fatal();
        let mut data = DataBuilder::new(layout.size.bytes(), layout.align.abi.bytes());
        data.write_symbol(0, symbol, 0);
        Ok(data.anonymous(cx, "extern_with_linkage"))
    };
    match cx.data.weak_refs.get_or_try(def, make) {
        Ok(data) => StaticSymbol::Anonymous(data.clone()),
        Err(never) => match never {},
    }
}

/// The definition of a static, with all the data that it owns.
pub(crate) fn codegen_static(cx: &CodegenCx<'_>, def: DefId) -> DataObject {
    let tcx = cx.tcx;
    let item = tcx.static_def(def).or_fatal();
    let name = tcx.static_symbol_name(def).or_fatal();
    let alloc = memory(tcx, tcx.eval_static(def).or_fatal());
    let mut data = alloc_builder(cx, alloc, name).finish(tcx.sym(name), crate::linkage::static_visibility(cx, item));
    // An immutable static with interior mutability has a mutable allocation.
    data.writable = alloc.mutability.is_mut() || item.mutability.is_mut() || !tcx.is_freeze(item.ty).or_fatal();
    data.aliases = crate::linkage::aliases(cx, &item.attrs);
    data.tls = item.attrs.thread_local;
    data.used = item.attrs.used;
    data.section = item.attrs.link_section;
    if let Some(align) = item.attrs.alignment {
        data.align = data.align.max(align);
    }
    data
}

/// The address of a static in the current thread.
pub(crate) fn codegen_tls_ref<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    def: DefId,
    layout: TyAndLayout<'tcx>,
) -> CValue<'tcx> {
    let addr = pointer_for_static(fx, def);
    CValue::by_val(addr, layout)
}

fn pointer_for_static(fx: &mut FunctionCx<'_, '_, '_>, def: DefId) -> Value {
    let symbol = match static_symbol(fx.cx, def) {
        StaticSymbol::Plain(symbol) => symbol,
        StaticSymbol::Anonymous(data) => return pointer_for_data(fx, &data),
    };
    let local = def.krate == fx.tcx.store.local && !fx.cx.opts.is_library && !symbol.weak && {
        let item = fx.tcx.static_def(def).or_fatal();
        !item.is_foreign && item.attrs.linkage.is_none()
    };
    let gv = fx.data_ref(symbol, local);
    if fx.clif_comments.enabled() {
        let path = fx.tcx.store.def_path_str(def);
        fx.add_comment(gv, path);
    }
    match symbol.kind {
        SymbolKind::Tls => fx.bcx.ins().tls_value(fx.pointer_type, gv),
        _ => fx.bcx.ins().symbol_value(fx.pointer_type, gv),
    }
}

/// The address of anonymous data.
pub(crate) fn pointer_for_data(fx: &mut FunctionCx<'_, '_, '_>, data: &Arc<DataObject>) -> Value {
    if data.bytes.is_empty() {
        return fx.bcx.ins().iconst(fx.pointer_type, data.align as i64);
    }
    let symbol = fx.refs.add_data(data);
    let gv = fx.data_ref(symbol, true);
    fx.bcx.ins().symbol_value(fx.pointer_type, gv)
}

pub(crate) fn codegen_constant_operand<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    constant: &ConstOperand,
) -> CValue<'tcx> {
    let ty = fx.monomorphize(constant.const_.ty());
    let layout = fx.layout_of(ty);
    // Function items and the like; that their evaluation succeeds was checked by `required_consts`.
    if layout.is_zst() {
        return CValue::zst(layout);
    }
    let value = fx.tcx.eval_mir_const(&constant.const_, fx.args).or_fatal();
    codegen_const_value(fx, value, ty)
}

pub(crate) fn codegen_const_value<'tcx>(
    fx: &mut FunctionCx<'_, '_, 'tcx>,
    const_val: ConstValue,
    ty: Ty,
) -> CValue<'tcx> {
    let layout = fx.layout_of(ty);
    if layout.is_zst() {
        return CValue::zst(layout);
    }
    match const_val {
        ConstValue::ZeroSized => bug!("a constant of size 0 of type {}", fx.ty_str(ty)),
        ConstValue::Scalar(ramir::Scalar::Int(int)) => {
            if fx.clif_type(ty).is_some() {
                return CValue::const_val(fx, layout, int);
            }
            let val = match layout.backend_repr {
                BackendRepr::Scalar(scalar) => {
                    let clif_ty = scalar_to_clif_type(fx.tcx, scalar);
                    let int_ty = Type::int_with_byte_size(clif_ty.bytes() as u16).expect("a scalar's size");
                    let bits = int_const(fx, int_ty, int.data);
                    if int_ty == clif_ty { bits } else { codegen_bitcast(fx, clif_ty, bits) }
                }
                _ => {
                    let Some(int_ty) = Type::int_with_byte_size(u16::from(int.size)) else {
                        bug!("a scalar constant of {} bytes", int.size)
                    };
                    let bits = int_const(fx, int_ty, int.data);
                    let place = CPlace::new_stack_slot(fx, layout);
                    place.to_ptr().store(fx, bits, MemFlags::trusted());
                    return place.to_cvalue(fx);
                }
            };
            CValue::by_val(val, layout)
        }
        ConstValue::Scalar(ramir::Scalar::Ptr { alloc, offset }) => {
            let base = match fx.tcx.store.global_alloc(alloc).or_fatal() {
                GlobalAlloc::Memory(_) => pointer_for_allocation(fx, alloc),
                &GlobalAlloc::Function { def_id, args } => {
                    let instance = fx.tcx.resolve_for_fn_ptr(def_id, args).or_fatal();
                    crate::abi::func_addr(fx, instance)
                }
                &GlobalAlloc::VTable { ty, dyn_ty } => crate::vtable::get_vtable(fx, ty, dyn_ty),
                &GlobalAlloc::Static(def) => pointer_for_static(fx, def),
                GlobalAlloc::TypeId(_) => {
                    let bits = fx.bcx.ins().iconst(fx.pointer_type, offset as i64);
                    return CValue::by_val(bits, layout);
                }
            };
            let val = if offset == 0 { base } else { fx.bcx.ins().iadd_imm_s(base, offset as i64) };
            match layout.backend_repr {
                BackendRepr::Scalar(_) => CValue::by_val(val, layout),
                _ => {
                    let place = CPlace::new_stack_slot(fx, layout);
                    place.to_ptr().store(fx, val, MemFlags::trusted());
                    place.to_cvalue(fx)
                }
            }
        }
        ConstValue::Indirect { alloc, offset } => {
            let ptr = Pointer::new(pointer_for_allocation(fx, alloc)).offset_i64(fx, offset as i64);
            CValue::by_ref(ptr, layout)
        }
        ConstValue::Slice { alloc, len } => {
            let ptr = pointer_for_allocation(fx, alloc);
            let len = fx.bcx.ins().iconst(fx.pointer_type, len as i64);
            CValue::by_val_pair(ptr, len, layout)
        }
    }
}

fn pointer_for_allocation(fx: &mut FunctionCx<'_, '_, '_>, id: AllocId) -> Value {
    let data = match fx.cx.data.allocs.get(&id) {
        Some(data) => data.clone(),
        None => data_for_alloc(fx.cx, id, &format!("alloc_mut.{}.{:x}", fx.symbol_name, id.0)),
    };
    pointer_for_data(fx, &data)
}

fn data_for_str(cx: &CodegenCx<'_>, text: &str) -> Arc<DataObject> {
    let make = |text: &Box<str>| -> Result<_, std::convert::Infallible> {
        let mut data = DataBuilder::new(0, 1);
        data.bytes = text.as_bytes().to_vec();
        Ok(data.anonymous(cx, "str"))
    };
    match cx.data.strs.get_or_try(text.into(), make) {
        Ok(data) => data.clone(),
        Err(never) => match never {},
    }
}

/// The address of a string constant.
pub(crate) fn pointer_for_anonymous_str(fx: &mut FunctionCx<'_, '_, '_>, msg: &str) -> Value {
    let data = data_for_str(fx.cx, msg);
    pointer_for_data(fx, &data)
}

/// The type `&'static Location<'static>`.
pub(crate) fn caller_location_ty(tcx: TyCtxt<'_>) -> Ty {
    let location = tcx.store.require_lang_item("panic_location").or_fatal();
    let args = tcx.mk_args(&[GenericArg::Lifetime(Region::Erased)]);
    tcx.mk_ref(tcx.mk(TyKind::Adt(location, args)), Mutability::Not)
}

/// The `&Location` constant of a position.
pub(crate) fn span_as_caller_location<'tcx>(fx: &mut FunctionCx<'_, '_, 'tcx>, span: Span) -> CValue<'tcx> {
    let ty = caller_location_ty(fx.tcx);
    let cx = fx.cx;
    let make = |_: &Span| -> crate::adapter::Result<_> {
        let tcx = cx.tcx;
        let Some(to) = tcx.builtin_deref(ty) else { bug!("Location is a reference") };
        let layout = tcx.layout_of(to)?;
        let name = tcx.store.source_file(span.file).map_or("<unknown>", |file| tcx.str(file.name));
        // One byte more than its length says: `file_as_c_str` relies on the NUL.
        let file = data_for_str(cx, &format!("{name}\0"));
        let mut data = DataBuilder::new(layout.size.bytes(), layout.align.abi.bytes());
        let offset = |field| layout.fields.offset(field).bytes();
        data.write_data(offset(0), &file, 0);
        data.write_uint(offset(0) + 8, 8, name.len() as u128);
        data.write_uint(offset(1), 4, span.line.into());
        data.write_uint(offset(2), 4, span.col.into());
        Ok(data.anonymous(cx, "location"))
    };
    let data = cx.data.locations.get_or_try(span, make).or_fatal().clone();
    let ptr = pointer_for_data(fx, &data);
    CValue::by_val(ptr, fx.layout_of(ty))
}
