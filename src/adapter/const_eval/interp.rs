//! The interpreter's state: memory and a stack of frames, one for each function that is being evaluated.
//! Semantics: `rustc_const_eval::interpret::{eval_context, stack}`.

use super::error::{InterpError, InterpResult, failed, unsupported};
use super::memory::Scalar;
use super::memory::*;
use super::operand::Imm;
use super::place::Place;
use crate::adapter::{Instance, Tcx, TyAndLayout};
use ramir::*;

pub struct Interp<'tcx> {
    pub tcx: &'tcx Tcx,
    pub memory: Memory,
    pub stack: Vec<Frame<'tcx>>,
    /// Blocks that were executed.
    pub steps: u64,
    /// Where the evaluation was when it ended early.
    pub failed_at: Option<Span>,
}

pub struct Frame<'tcx> {
    /// `None` for the body of a constant.
    pub instance: Option<Instance>,
    pub body: &'tcx Body,
    pub args: Args,
    pub locals: Vec<LocalState>,
    layouts: Vec<Option<TyAndLayout<'tcx>>>,
    pub block: BasicBlock,
    pub statement: usize,
    /// Where the result goes; `None` for the outermost frame, whose result is read from its return place.
    pub dest: Option<Place<'tcx>>,
    /// Where the caller continues; `None` if it does not expect a return.
    pub target: Option<BasicBlock>,
}

#[derive(Clone, Copy, Debug)]
pub enum LocalState {
    Unset,
    Imm(Imm),
    Mem(u32),
}

impl<'tcx> Frame<'tcx> {
    pub fn source_info(&self) -> SourceInfo {
        let block = &self.body.blocks[self.block.index()];
        match block.statements.get(self.statement) {
            Some(statement) => statement.source_info,
            None => block.terminator.source_info,
        }
    }

    /// The position of the call that this frame is at, or else of its statement.
    pub fn call_span(&self) -> Span {
        let block = &self.body.blocks[self.block.index()];
        if self.statement >= block.statements.len()
            && let TerminatorKind::Call { fn_span, .. } | TerminatorKind::TailCall { fn_span, .. } =
                block.terminator.kind
            && !fn_span.is_dummy()
        {
            return fn_span;
        }
        self.source_info().span
    }
}

/// What rustc's recursion limit does for programs that rustc has accepted: it only catches runaway recursion.
const MAX_FRAMES: usize = 20_000;

impl<'tcx> Interp<'tcx> {
    pub fn new(tcx: &'tcx Tcx) -> Interp<'tcx> {
        Interp { tcx, memory: Memory::default(), stack: Vec::new(), steps: 0, failed_at: None }
    }

    pub fn frame(&self) -> &Frame<'tcx> {
        &self.stack[self.stack.len() - 1]
    }

    pub fn frame_mut(&mut self) -> &mut Frame<'tcx> {
        let top = self.stack.len() - 1;
        &mut self.stack[top]
    }

    pub fn push_frame(
        &mut self,
        instance: Option<Instance>,
        body: &'tcx Body,
        args: Args,
        dest: Option<Place<'tcx>>,
        target: Option<BasicBlock>,
    ) -> InterpResult {
        if self.stack.len() >= MAX_FRAMES {
            return failed("reached the configured maximum number of stack frames");
        }
        self.stack.push(Frame {
            instance,
            body,
            args,
            locals: vec![LocalState::Unset; body.locals.len()],
            layouts: vec![None; body.locals.len()],
            block: BasicBlock::START,
            statement: 0,
            dest,
            target,
        });
        Ok(())
    }

    /// Ends the innermost frame and frees its locals, except for the memory of `keep`.
    pub fn pop_frame(&mut self, keep: Option<u32>) -> Option<Frame<'tcx>> {
        let frame = self.stack.pop()?;
        for local in &frame.locals {
            if let LocalState::Mem(id) = local
                && keep != Some(*id)
            {
                self.memory.free(*id);
            }
        }
        Some(frame)
    }

    pub fn layout_of(&self, ty: Ty) -> InterpResult<TyAndLayout<'tcx>> {
        Ok(self.tcx.layout_of(ty)?)
    }

    /// A type of the innermost frame's body, as it is in its instance.
    pub fn mono(&self, ty: Ty) -> InterpResult<Ty> {
        Ok(self.tcx.monomorphize(ty, self.frame().args)?)
    }

    pub fn local_layout(&mut self, frame: usize, local: Local) -> InterpResult<TyAndLayout<'tcx>> {
        let f = &self.stack[frame];
        if let Some(layout) = f.layouts[local.index()] {
            return Ok(layout);
        }
        let ty = self.tcx.monomorphize(f.body.locals[local.index()].ty, f.args)?;
        let layout = self.tcx.layout_of(ty)?;
        self.stack[frame].layouts[local.index()] = Some(layout);
        Ok(layout)
    }

    /// The memory that a pointer points into, to be read.
    pub fn alloc_ref(&self, prov: Prov) -> InterpResult<AllocRef<'_>> {
        match prov {
            Prov::Local(id) => Ok(AllocRef::Local(self.memory.get(id)?)),
            Prov::Global(id) => Ok(AllocRef::Global(self.global_memory(id)?)),
        }
    }

    /// The memory of a finished allocation or of a static.
    pub fn global_memory(&self, id: AllocId) -> InterpResult<&'tcx Allocation> {
        match self.tcx.store.global_alloc(id)? {
            GlobalAlloc::Memory(alloc) => Ok(alloc),
            GlobalAlloc::Static(def) => {
                let def = *def;
                if self.tcx.static_def(def)?.is_foreign {
                    return unsupported(format!("cannot access extern static `{}`", self.tcx.store.def_path_str(def)));
                }
                match self.tcx.store.global_alloc(self.tcx.eval_static(def)?)? {
                    GlobalAlloc::Memory(alloc) => Ok(alloc),
                    _ => unsupported("static without memory"),
                }
            }
            GlobalAlloc::Function { .. } => failed("accessing a function as if it were memory"),
            GlobalAlloc::VTable { .. } => failed("accessing a vtable as if it were memory"),
            GlobalAlloc::TypeId(_) => failed("accessing a type id as if it were memory"),
        }
    }

    /// Size and alignment of what a pointer points into; functions and type ids have no size.
    pub fn alloc_size_align(&self, prov: Prov) -> InterpResult<(u64, u64)> {
        if let Prov::Global(id) = prov
            && !matches!(self.tcx.store.global_alloc(id)?, GlobalAlloc::Memory(_) | GlobalAlloc::Static(_))
        {
            return Ok((0, 1));
        }
        if let Prov::Global(id) = prov
            && let GlobalAlloc::Static(def) = self.tcx.store.global_alloc(id)?
        {
            // The static may be the one that is being evaluated.
            let layout = self.layout_of(self.tcx.normalize(self.tcx.static_def(*def)?.ty)?)?;
            return Ok((layout.size.bytes(), layout.align.abi.bytes()));
        }
        let alloc = self.alloc_ref(prov)?;
        Ok((alloc.bytes().len() as u64, alloc.align()))
    }

    /// Whether two pointers point into the same allocation. Statics and the like have an id wherever they are mentioned.
    pub fn same_alloc(&self, a: Prov, b: Prov) -> InterpResult<bool> {
        if a == b {
            return Ok(true);
        }
        let (Prov::Global(a), Prov::Global(b)) = (a, b) else {
            return Ok(false);
        };
        Ok(match (self.tcx.store.global_alloc(a)?, self.tcx.store.global_alloc(b)?) {
            (GlobalAlloc::Static(a), GlobalAlloc::Static(b)) => a == b,
            (GlobalAlloc::TypeId(a), GlobalAlloc::TypeId(b)) => a == b,
            _ => false,
        })
    }

    /// What can be read at a pointer; nothing has to be there for `size` 0.
    pub fn read_chunk(&self, ptr: Pointer, size: u64) -> InterpResult<Chunk> {
        if size == 0 {
            return Ok(Chunk::default());
        }
        Chunk::read(self.alloc_ref(self.prov(ptr)?)?, ptr.offset, size)
    }

    /// The id of the memory that a pointer may be written through.
    pub fn writable_id(&self, ptr: Pointer) -> InterpResult<u32> {
        match self.prov(ptr)? {
            Prov::Local(id) => Ok(id),
            Prov::Global(_) => {
                failed("modifying a static's initial value, or a constant, from another one's initializer")
            }
        }
    }

    pub fn prov(&self, ptr: Pointer) -> InterpResult<Prov> {
        match ptr.prov {
            Some(prov) => Ok(prov),
            None if ptr.offset == 0 => failed("null pointer is not dereferenceable"),
            None => {
                failed(format!("pointer to address {:#x} is not dereferenceable (it has no provenance)", ptr.offset))
            }
        }
    }

    /// Whether a scalar could be null at run time, for all that is known here.
    pub fn may_be_null(&self, scalar: Scalar) -> InterpResult<bool> {
        match scalar {
            Scalar::Int { data, .. } => Ok(data == 0),
            Scalar::Ptr(prov, offset) => {
                let (size, align) = self.alloc_size_align(prov)?;
                // In bounds, one past the end included, it points somewhere; and a multiple of the alignment away from
                // there is the only way to null.
                Ok(offset > size && offset.is_multiple_of(align))
            }
        }
    }

    /// Copies `size` bytes, as `memmove` does.
    pub fn copy_memory(&mut self, src: Pointer, dst: Pointer, size: u64, count: u64) -> InterpResult {
        if size == 0 || count == 0 {
            return Ok(());
        }
        let chunk = self.read_chunk(src, size)?;
        let id = self.writable_id(dst)?;
        self.memory.write_chunk(id, dst.offset, &chunk, count)
    }

    pub fn read_bytes(&self, ptr: Pointer, size: u64) -> InterpResult<&[u8]> {
        if size == 0 {
            return Ok(&[]);
        }
        let alloc = self.alloc_ref(self.prov(ptr)?)?;
        check_bounds(ptr.offset, size, alloc.bytes().len() as u64)?;
        let end = ptr.offset + size;
        if !alloc.is_init(ptr.offset, end) {
            return failed("reading memory that is not initialized");
        }
        if alloc.has_provs(ptr.offset, end) {
            return unsupported("unable to turn pointer into raw bytes");
        }
        Ok(&alloc.bytes()[ptr.offset as usize..end as usize])
    }

    /// The text that `ptr` and `len` stand for.
    pub fn read_str(&self, ptr: Pointer, len: u64) -> InterpResult<&str> {
        match std::str::from_utf8(self.read_bytes(ptr, len)?) {
            Ok(s) => Ok(s),
            Err(_) => failed("this string is not valid UTF-8"),
        }
    }

    /// Where the innermost function that is not `#[track_caller]` is.
    pub fn caller_span(&self) -> InterpResult<Span> {
        for frame in self.stack.iter().rev() {
            let mut span = frame.call_span();
            let mut scope = frame.source_info().scope;
            // A `#[track_caller]` function that was inlined passes the position on as well.
            while let Some(data) = frame.body.scopes.get(scope.index()) {
                match &data.inlined {
                    Some(inlined) if !inlined.track_caller => return Ok(span),
                    Some(inlined) => span = inlined.call_site,
                    None => {}
                }
                match data.inlined_parent_scope {
                    Some(parent) => scope = parent,
                    None => break,
                }
            }
            let tracks = match frame.instance {
                Some(instance) => self.tcx.requires_caller_location(instance)?,
                None => false,
            };
            if !tracks {
                return Ok(span);
            }
        }
        Ok(Span::DUMMY)
    }

    /// Adds the position to an error.
    pub fn record_failure(&mut self, error: InterpError) -> InterpError {
        if self.failed_at.is_none() {
            let user = self.stack.last().map(|frame| frame.call_span());
            let known = |span: &Span| !span.is_dummy();
            self.failed_at = self.caller_span().ok().filter(known).or(user.filter(known));
        }
        error
    }
}
