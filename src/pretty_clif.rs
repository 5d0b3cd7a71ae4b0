//! Comments in CLIF dumps: which MIR statement an instruction comes from, how locals are stored, how arguments are
//! passed. A dump can so be read beside the MIR.

use crate::prelude::*;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::entities::AnyEntity;
use cranelift_codegen::write::{FuncWriter, PlainWriter};
use std::fmt;

/// Comments for one function; empty unless the CLIF is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommentWriter {
    enabled: bool,
    global_comments: Vec<String>,
    entity_comments: FxHashMap<AnyEntity, String>,
}

impl CommentWriter {
    pub(crate) fn new(cx: &CodegenCx<'_>, instance: Instance, fn_abi: &FnAbi<'_>) -> Self {
        if !cx.opts.emit_clif {
            return CommentWriter::default();
        }
        let global_comments = vec![
            format!("symbol {}", cx.symbol_name(instance)),
            format!("instance {} {:?}", cx.tcx.store.def_path_str(instance.def_id()), instance.def),
            format!("args {:?}", cx.tcx.args(instance.args)),
            format!(
                "abi {:?}: ({}) -> {:?}",
                fn_abi.conv,
                fn_abi.args.iter().map(|arg| format!("{:?}", arg.mode)).collect::<Vec<_>>().join(", "),
                fn_abi.ret.mode
            ),
            String::new(),
        ];
        CommentWriter { enabled: true, global_comments, entity_comments: FxHashMap::default() }
    }

    pub(crate) fn enabled(&self) -> bool {
        self.enabled
    }

    pub(crate) fn add_global_comment(&mut self, comment: impl Into<String>) {
        debug_assert!(self.enabled);
        self.global_comments.push(comment.into());
    }

    pub(crate) fn add_comment(&mut self, entity: impl Into<AnyEntity>, comment: impl AsRef<str>) {
        debug_assert!(self.enabled);
        let text = self.entity_comments.entry(entity.into()).or_default();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(comment.as_ref());
    }
}

impl FuncWriter for &'_ CommentWriter {
    fn write_preamble(&mut self, w: &mut dyn fmt::Write, func: &Function) -> Result<bool, fmt::Error> {
        for comment in &self.global_comments {
            if comment.is_empty() { writeln!(w)? } else { writeln!(w, "; {comment}")? }
        }
        self.super_preamble(w, func)
    }

    fn write_entity_definition(
        &mut self,
        w: &mut dyn fmt::Write,
        _func: &Function,
        entity: AnyEntity,
        value: &dyn fmt::Display,
    ) -> fmt::Result {
        write!(w, "    {entity} = {value}")?;
        match self.entity_comments.get(&entity) {
            Some(comment) => writeln!(w, " ; {}", comment.replace('\n', "\n; ")),
            None => writeln!(w),
        }
    }

    fn write_block_header(
        &mut self,
        w: &mut dyn fmt::Write,
        func: &Function,
        block: Block,
        indent: usize,
    ) -> fmt::Result {
        PlainWriter.write_block_header(w, func, block, indent)
    }

    fn write_instruction(
        &mut self,
        w: &mut dyn fmt::Write,
        func: &Function,
        aliases: &SecondaryMap<Value, Vec<Value>>,
        inst: Inst,
        indent: usize,
    ) -> fmt::Result {
        PlainWriter.write_instruction(w, func, aliases, inst, indent)?;
        if let Some(comment) = self.entity_comments.get(&inst.into()) {
            writeln!(w, "; {}", comment.replace('\n', "\n; "))?;
        }
        Ok(())
    }
}

impl FunctionCx<'_, '_, '_> {
    pub(crate) fn add_global_comment(&mut self, comment: impl Into<String>) {
        self.clif_comments.add_global_comment(comment);
    }

    pub(crate) fn add_comment(&mut self, entity: impl Into<AnyEntity>, comment: impl AsRef<str>) {
        self.clif_comments.add_comment(entity, comment);
    }

    /// Attaches a comment to the last instruction of the current block.
    pub(crate) fn add_comment_here(&mut self, comment: impl AsRef<str>) {
        if let Some(inst) = self.bcx.current_block().and_then(|block| self.bcx.func.layout.last_inst(block)) {
            self.add_comment(inst, comment);
        }
    }
}

/// A function as text, with its comments.
pub(crate) fn clif_text(cx: &CodegenCx<'_>, func: &Function, comments: &CommentWriter) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for flag in cx.isa.flags().iter() {
        let _ = writeln!(text, "set {flag}");
    }
    let _ = write!(text, "target {}", cx.isa.triple().architecture);
    for flag in cx.isa.isa_flags() {
        let _ = write!(text, " {flag}");
    }
    text.push_str("\n\n");
    let _ = cranelift_codegen::write::decorate_function(&mut &*comments, &mut text, func);
    text
}
