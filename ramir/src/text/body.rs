//! Bodies as text: locals, scopes, debug info, blocks, statements, terminators, rvalues, operands and places.

use super::doc::{Doc, Text, Word, enums, parse_fields, print_variant, structs, words};
use super::lexer::Tok;
use super::parse::Parser;
use super::print::{Printer, is_unit, scalar_text};
use super::{ParseError, lexer};
use crate::*;
use std::fmt::Write;

type Result<T> = std::result::Result<T, ParseError>;

words! {
    UnwindTerminateReason { Abi, InCleanup }
    RuntimeChecks { UbChecks, ContractChecks, OverflowChecks }
    CastKind {
        PointerExposeProvenance, PointerWithExposedProvenance, ReifyFnPointer, UnsafeFnPointer, ClosureFnPointer,
        MutToConstPointer, ArrayToPointer, Unsize, IntToInt, FloatToInt, FloatToFloat, IntToFloat, PtrToPtr, FnPtrToPtr,
        Transmute, Subtype,
    }
    UnOp { Not, Neg, PtrMetadata }
    BinOp {
        Add, AddUnchecked, AddWithOverflow, Sub, SubUnchecked, SubWithOverflow, Mul, MulUnchecked, MulWithOverflow, Div,
        Rem, BitXor, BitAnd, BitOr, Shl, ShlUnchecked, Shr, ShrUnchecked, Eq, Lt, Le, Ne, Ge, Gt, Cmp, Offset,
    }
}

structs! {
    SourceScopeData { span, parent_scope, inlined, inlined_parent_scope }
    InlinedScope { callee, args, track_caller, call_site }
    InlineAsm { naked, template, operands, options, targets, unwind }
}

enums! {
    AssertKind {
        BoundsCheck { len, index },
        Overflow(op, left, right),
        OverflowNeg(operand),
        DivisionByZero(operand),
        RemainderByZero(operand),
        ResumedAfterReturn(kind),
        ResumedAfterPanic(kind),
        ResumedAfterDrop(kind),
        MisalignedPointerDereference { required, found },
        NullPointerDereference,
        InvalidEnumConstruction(operand),
    }
    InlineAsmTemplatePiece { String(text), Placeholder { operand_idx, modifier } }
    InlineAsmRegOrRegClass { Reg(name), RegClass(name) }
    InlineAsmOperand {
        In { reg, value },
        Out { reg, late, place },
        InOut { reg, late, in_value, out_place },
        Const { value },
        SymFn { value },
        SymStatic { def_id },
        Label { target_index },
    }
}

/// Values that have a form of their own.
macro_rules! leaves {
    ($($name:ident: $print:ident, $parse:ident;)*) => {$(
        impl Text for $name {
            fn print(&self, p: &Printer<'_>) -> Doc {
                Doc::Leaf(p.$print(self))
            }
            fn parse(p: &mut Parser<'_>) -> Result<Self> {
                p.$parse()
            }
        }
    )*};
}

leaves! {
    Operand: operand, operand;
    Place: place, place;
    ConstOperand: const_operand, const_operand;
    UnwindAction: unwind, unwind;
}

impl Text for Local {
    fn print(&self, _: &Printer<'_>) -> Doc {
        Doc::Leaf(format!("{self:?}"))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.local()
    }
}

impl Text for BasicBlock {
    fn print(&self, _: &Printer<'_>) -> Doc {
        Doc::Leaf(format!("{self:?}"))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        p.block()
    }
}

impl Printer<'_> {
    /// The body as a function named `name`.
    pub fn body(&self, name: &str, body: &Body) -> String {
        let mut out = format!("fn {name}(");
        let args = body.locals.iter().enumerate().skip(1).take(body.arg_count as usize);
        for (n, (local, decl)) in args.enumerate() {
            let _ = write!(out, "{}{}", if n == 0 { "" } else { ", " }, self.local_decl(local, decl));
        }
        out.push(')');
        if let Some(ret) = body.locals.first() {
            let span = self.span_after(" ", ret.span);
            if !is_unit(self.interner, ret.ty) || !ret.mutability.is_mut() || !span.is_empty() {
                let immut = if ret.mutability.is_mut() { "" } else { "immut " };
                let _ = write!(out, " -> {immut}{}{span}", self.ty(ret.ty));
            }
        }
        out.push_str(" {\n");
        let mut line = |text: &str| {
            let _ = writeln!(out, "    {text}");
        };
        if self.spans && body.span != Span::DUMMY {
            line(&format!("span {};", self.span(body.span)));
        }
        if let Some(local) = body.spread_arg {
            line(&format!("spread {local:?};"));
        }
        for (local, decl) in body.locals.iter().enumerate().skip(1 + body.arg_count as usize) {
            line(&format!("let {};", self.local_decl(local, decl)));
        }
        if self.spans && body.scopes != [OUTERMOST] {
            line(&format!("scopes {};", self.value(4, &body.scopes)));
        }
        for info in &body.var_debug_info {
            let value = match &info.value {
                VarDebugInfoContents::Place(place) => self.place(place),
                VarDebugInfoContents::Const(ct) => self.const_operand(ct),
            };
            let arg = info.argument_index.map(|n| format!(" arg {n}")).unwrap_or_default();
            line(&format!("debug {} => {value}{arg};{}", self.sym(info.name), self.source_info(info.source_info)));
        }
        for ct in &body.required_consts {
            line(&format!("require {};", self.const_operand(ct)));
        }
        for (n, block) in body.blocks.iter().enumerate() {
            let cleanup = if block.is_cleanup { " (cleanup)" } else { "" };
            let blank = if out.ends_with("{\n") { "" } else { "\n" };
            let _ = writeln!(out, "{blank}    bb{n}{cleanup}: {{");
            for statement in &block.statements {
                let info = self.source_info(statement.source_info);
                let _ = writeln!(out, "        {};{info}", self.statement(&statement.kind));
            }
            let info = self.source_info(block.terminator.source_info);
            let _ = writeln!(out, "        {};{info}", self.terminator(&block.terminator.kind));
            out.push_str("    }\n");
        }
        out.push_str("}\n");
        out
    }

    fn value(&self, indent: usize, value: &impl Text) -> String {
        let mut out = String::new();
        value.print(self).render(indent, &mut out);
        out
    }

    fn local_decl(&self, local: usize, decl: &LocalDecl) -> String {
        let mutability = if decl.mutability.is_mut() { "mut " } else { "" };
        format!("{mutability}_{local}: {}{}", self.ty(decl.ty), self.span_after(" ", decl.span))
    }

    /// What follows the `;` of a statement.
    fn source_info(&self, info: SourceInfo) -> String {
        match info {
            _ if !self.spans => String::new(),
            SourceInfo { span: Span::DUMMY, scope: SourceScope(0) } => String::new(),
            SourceInfo { span, scope: SourceScope(0) } => format!(" {}", self.span(span)),
            SourceInfo { span, scope } => format!(" {}/{}", self.span(span), scope.0),
        }
    }

    pub fn statement(&self, kind: &StatementKind) -> String {
        match kind {
            StatementKind::Assign(place, rvalue) => format!("{} = {}", self.place(place), self.rvalue(rvalue)),
            StatementKind::SetDiscriminant { place, variant_index } => {
                format!("discriminant({}) = {}", self.place(place), variant_index.0)
            }
            StatementKind::StorageLive(local) => format!("StorageLive({local:?})"),
            StatementKind::StorageDead(local) => format!("StorageDead({local:?})"),
            StatementKind::Assume(operand) => format!("assume({})", self.operand(operand)),
            StatementKind::CopyNonOverlapping { src, dst, count } => {
                let [src, dst, count] = [src, dst, count].map(|operand| self.operand(operand));
                format!("copy_nonoverlapping({src}, {dst}, {count})")
            }
            StatementKind::Nop => "nop".to_owned(),
        }
    }

    pub fn terminator(&self, kind: &TerminatorKind) -> String {
        match kind {
            TerminatorKind::Goto { target } => format!("goto -> {target:?}"),
            TerminatorKind::SwitchInt { discr, targets } => {
                let mut out = format!("switchInt({}) -> [", self.operand(discr));
                for (value, target) in targets.values.iter().zip(&targets.targets) {
                    let _ = write!(out, "{value}: {target:?}, ");
                }
                let _ = write!(out, "otherwise: {:?}]", targets.otherwise);
                out
            }
            TerminatorKind::UnwindResume => "resume".to_owned(),
            TerminatorKind::UnwindTerminate(reason) => format!("terminate({})", reason.word()),
            TerminatorKind::Return => "return".to_owned(),
            TerminatorKind::Unreachable => "unreachable".to_owned(),
            TerminatorKind::Drop { place, target, unwind } => {
                format!("drop({}) -> {}", self.place(place), self.targets(Some(*target), unwind))
            }
            TerminatorKind::Call { func, args, destination, target, unwind, fn_span } => format!(
                "{} = {}{} -> {}{}",
                self.place(destination),
                self.operand(func),
                self.operands("(", args, ")"),
                self.targets(*target, unwind),
                self.span_after(" fn_span ", *fn_span),
            ),
            TerminatorKind::TailCall { func, args, fn_span } => format!(
                "tailcall {}{}{}",
                self.operand(func),
                self.operands("(", args, ")"),
                self.span_after(" fn_span ", *fn_span),
            ),
            TerminatorKind::Assert { cond, expected, msg, target, unwind } => format!(
                "assert({} == {expected}, {}) -> {}",
                self.operand(cond),
                self.value(8, msg),
                self.targets(Some(*target), unwind)
            ),
            TerminatorKind::InlineAsm(asm) => format!("asm {}", self.value(8, &**asm)),
            TerminatorKind::Yield { value, resume, resume_arg, drop } => {
                let drop = drop.map(|drop| format!(", drop: {drop:?}")).unwrap_or_default();
                format!("{} = yield({}) -> [resume: {resume:?}{drop}]", self.place(resume_arg), self.operand(value))
            }
            TerminatorKind::CoroutineDrop => "coroutine_drop".to_owned(),
        }
    }

    fn targets(&self, target: Option<BasicBlock>, unwind: &UnwindAction) -> String {
        let target = target.map(|target| format!("return: {target:?}, ")).unwrap_or_default();
        format!("[{target}unwind: {}]", self.unwind(unwind))
    }

    fn unwind(&self, unwind: &UnwindAction) -> String {
        match unwind {
            UnwindAction::Continue => "continue".to_owned(),
            UnwindAction::Unreachable => "unreachable".to_owned(),
            UnwindAction::Terminate(reason) => format!("terminate({})", reason.word()),
            UnwindAction::Cleanup(target) => format!("{target:?}"),
        }
    }

    fn operands(&self, open: &str, operands: &[Operand], close: &str) -> String {
        let mut out = open.to_owned();
        self.list(&mut out, operands, |out, operand| out.push_str(&self.operand(operand)));
        out.push_str(close);
        out
    }

    pub fn place(&self, place: &Place) -> String {
        let mut out = format!("{:?}", place.local);
        for elem in place.projection.iter() {
            out = match *elem {
                PlaceElem::Deref => format!("(*{out})"),
                PlaceElem::Field(field, ty) => format!("({out}.{}: {})", field.0, self.ty(ty)),
                PlaceElem::Index(local) => format!("{out}[{local:?}]"),
                PlaceElem::ConstantIndex { offset, min_length, from_end } => {
                    format!("{out}[{}{offset} of {min_length}]", if from_end { "-" } else { "" })
                }
                PlaceElem::Subslice { from, to, from_end } => {
                    format!("{out}[{from}..{}{to}]", if from_end { "-" } else { "" })
                }
                PlaceElem::Downcast(variant) => format!("({out} as variant {})", variant.0),
                PlaceElem::OpaqueCast(ty) => format!("({out} as opaque {})", self.ty(ty)),
                PlaceElem::UnwrapUnsafeBinder(ty) => format!("({out} as binder {})", self.ty(ty)),
            };
        }
        out
    }

    pub fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Copy(place) => format!("copy {}", self.place(place)),
            Operand::Move(place) => format!("move {}", self.place(place)),
            Operand::Constant(ct) => self.const_operand(ct),
            Operand::RuntimeChecks(checks) => checks.word().to_owned(),
        }
    }

    fn const_operand(&self, ct: &ConstOperand) -> String {
        format!("{}{}", self.mir_const(&ct.const_), self.span_after("", ct.span))
    }

    pub fn mir_const(&self, ct: &MirConst) -> String {
        let ty = self.ty(ct.ty());
        match *ct {
            MirConst::Ty(_, ct) => format!("const ty({}): {ty}", self.konst(ct)),
            MirConst::Unevaluated { def, args, promoted, .. } => {
                let promoted = promoted.map(|promoted| format!("[{promoted:?}]")).unwrap_or_default();
                format!("const {}{promoted}: {ty}", self.def_with_args(def, args))
            }
            MirConst::Val(ConstValue::ZeroSized, ty) if is_unit(self.interner, ty) => "const ()".to_owned(),
            MirConst::Val(value, ct_ty) => match (value, self.interner.kind(ct_ty)) {
                (ConstValue::ZeroSized, TyKind::FnDef(def, args)) => format!("fn {}", self.def_with_args(*def, *args)),
                (ConstValue::Scalar(Scalar::Int(scalar)), _) => match self.literal(ct_ty, scalar) {
                    Some(literal) => format!("const {literal}"),
                    None => format!("const {}: {ty}", scalar_text(scalar)),
                },
                _ => format!("const {}: {ty}", self.const_value(&value)),
            },
        }
    }

    pub(super) fn const_value(&self, value: &ConstValue) -> String {
        match *value {
            ConstValue::Scalar(Scalar::Int(scalar)) => scalar_text(scalar),
            ConstValue::Scalar(Scalar::Ptr { alloc, offset }) => format!("ptr({}, {offset})", self.alloc_id(alloc)),
            ConstValue::ZeroSized => "zst".to_owned(),
            ConstValue::Slice { alloc, len } => format!("slice({}, {len})", self.alloc_id(alloc)),
            ConstValue::Indirect { alloc, offset } => format!("indirect({}, {offset})", self.alloc_id(alloc)),
        }
    }

    pub fn rvalue(&self, rvalue: &Rvalue) -> String {
        match rvalue {
            Rvalue::Use(operand) => self.operand(operand),
            Rvalue::Repeat(operand, count) => format!("[{}; {}]", self.operand(operand), self.konst(*count)),
            Rvalue::Ref(BorrowKind::Shared, place) => format!("&{}", self.place(place)),
            Rvalue::Ref(BorrowKind::Mut, place) => format!("&mut {}", self.place(place)),
            Rvalue::ThreadLocalRef(def) => format!("thread_local({})", self.def(*def)),
            Rvalue::RawPtr(kind, place) => {
                let kind = match kind {
                    RawPtrKind::Mut => "mut",
                    RawPtrKind::Const => "const",
                    RawPtrKind::FakeForPtrMetadata => "fake",
                };
                format!("&raw {kind} {}", self.place(place))
            }
            Rvalue::Cast(kind, operand, ty) => {
                format!("{} as {} ({})", self.operand(operand), self.ty(*ty), kind.word())
            }
            Rvalue::BinaryOp(op, operands) => {
                format!("{}({}, {})", op.word(), self.operand(&operands.0), self.operand(&operands.1))
            }
            Rvalue::UnaryOp(op, operand) => format!("{}({})", op.word(), self.operand(operand)),
            Rvalue::Discriminant(place) => format!("discriminant({})", self.place(place)),
            Rvalue::Aggregate(kind, operands) => self.aggregate(kind, operands),
            Rvalue::CopyForDeref(place) => format!("deref_copy {}", self.place(place)),
            Rvalue::WrapUnsafeBinder(operand, ty) => {
                format!("wrap_binder({}, {})", self.operand(operand), self.ty(*ty))
            }
        }
    }

    fn aggregate(&self, kind: &AggregateKind, operands: &[Operand]) -> String {
        let named = |word: &str, def, args| {
            format!("{word}{} {}", self.def_with_args(def, args), self.operands("{", operands, "}"))
        };
        match *kind {
            AggregateKind::Array(ty) => format!("{} of {}", self.operands("[", operands, "]"), self.ty(ty)),
            AggregateKind::Tuple => self.operands("(", operands, if operands.len() == 1 { ",)" } else { ")" }),
            AggregateKind::Adt(def, variant, args, field) => {
                let variant = if variant.0 == 0 { String::new() } else { format!(" variant {}", variant.0) };
                let field = field.map(|field| format!(" field {}", field.0)).unwrap_or_default();
                let operands = self.operands("{", operands, "}");
                format!("{}{variant}{field} {operands}", self.def_with_args(def, args))
            }
            AggregateKind::Closure(def, args) => named("closure ", def, args),
            AggregateKind::Coroutine(def, args) => named("coroutine ", def, args),
            AggregateKind::CoroutineClosure(def, args) => named("coroutine_closure ", def, args),
            AggregateKind::RawPtr(ty, mutability) => {
                let mutability = if mutability.is_mut() { "mut" } else { "const" };
                format!("*{mutability} {} from {}", self.ty(ty), self.operands("(", operands, ")"))
            }
        }
    }
}

/// The only scope of a body whose scopes are not printed.
const OUTERMOST: SourceScopeData =
    SourceScopeData { span: Span::DUMMY, parent_scope: None, inlined: None, inlined_parent_scope: None };

enum Step {
    Statement(StatementKind),
    Terminator(TerminatorKind),
}

impl Parser<'_> {
    /// A body from its arguments on: what comes before says what it is the body of.
    pub(super) fn body(&mut self) -> Result<Body> {
        self.expect("(")?;
        let mut next = 1;
        let args = self.list(")", |p| p.local_decl(&mut next))?;
        let (mut ty, mut mutability, mut span) =
            (self.interner.mk(TyKind::Tuple(Box::new([]))), Mutability::Mut, Span::DUMMY);
        if self.eat("->") {
            if self.eat_word("immut") {
                mutability = Mutability::Not;
            }
            ty = self.ty()?;
            span = self.span()?;
        }
        let mut body = Body {
            arg_count: args.len() as u32,
            locals: std::iter::once(LocalDecl { ty, mutability, span }).chain(args).collect(),
            spread_arg: None,
            blocks: Vec::new(),
            scopes: vec![OUTERMOST],
            var_debug_info: Vec::new(),
            required_consts: Vec::new(),
            span: Span::DUMMY,
        };
        self.expect("{")?;
        while !self.at("}") && !self.at_block() {
            self.declaration(&mut body, &mut next)?;
        }
        while !self.eat("}") {
            let at = self.pos();
            let block = self.block()?;
            if block.index() != body.blocks.len() {
                return Err(self.error_at(at, format!("blocks come in order, and bb{} is next", body.blocks.len())));
            }
            let data = self.block_data()?;
            body.blocks.push(data);
        }
        Ok(body)
    }

    fn at_block(&self) -> bool {
        self.peek_ident()
            .is_some_and(|s| s.strip_prefix("bb").is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit())))
    }

    fn declaration(&mut self, body: &mut Body, next: &mut u32) -> Result<()> {
        let at = self.pos();
        match self.ident()? {
            "span" => body.span = self.span()?,
            "spread" => body.spread_arg = Some(self.local()?),
            "let" => {
                let decl = self.local_decl(next)?;
                body.locals.push(decl);
            }
            "scopes" => body.scopes = Text::parse(self)?,
            "debug" => {
                let name = self.sym()?;
                self.expect("=>")?;
                let value = if self.at_const() {
                    VarDebugInfoContents::Const(self.const_operand()?)
                } else {
                    VarDebugInfoContents::Place(self.place()?)
                };
                let argument_index = if self.eat_word("arg") { Some(self.number()?) } else { None };
                self.expect(";")?;
                let source_info = self.source_info()?;
                body.var_debug_info.push(VarDebugInfo { name, source_info, argument_index, value });
                return Ok(());
            }
            "require" => {
                let ct = self.const_operand()?;
                body.required_consts.push(ct);
            }
            word => return Err(self.error_at(at, format!("`{word}` starts no declaration"))),
        }
        self.expect(";")
    }

    fn local_decl(&mut self, next: &mut u32) -> Result<LocalDecl> {
        let mutability = if self.eat_word("mut") { Mutability::Mut } else { Mutability::Not };
        let at = self.pos();
        if self.local()?.0 != *next {
            return Err(self.error_at(at, format!("locals come in order, and _{next} is next")));
        }
        *next += 1;
        self.expect(":")?;
        Ok(LocalDecl { ty: self.ty()?, mutability, span: self.span()? })
    }

    fn source_info(&mut self) -> Result<SourceInfo> {
        let span = self.span()?;
        let scope = SourceScope(if self.eat("/") { self.number()? } else { 0 });
        Ok(SourceInfo { span, scope })
    }

    fn local(&mut self) -> Result<Local> {
        Ok(Local(self.numbered("_", "a local")?))
    }

    fn block(&mut self) -> Result<BasicBlock> {
        Ok(BasicBlock(self.numbered("bb", "a block")?))
    }

    fn block_data(&mut self) -> Result<BasicBlockData> {
        let is_cleanup = self.eat("(");
        if is_cleanup {
            self.expect_word("cleanup")?;
            self.expect(")")?;
        }
        self.expect(":")?;
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            let step = self.step()?;
            self.expect(";")?;
            let source_info = self.source_info()?;
            match step {
                Step::Statement(kind) => statements.push(Statement { source_info, kind }),
                Step::Terminator(kind) => {
                    self.expect("}")?;
                    return Ok(BasicBlockData { statements, terminator: Terminator { source_info, kind }, is_cleanup });
                }
            }
        }
    }

    fn step(&mut self) -> Result<Step> {
        let statement = |kind| Ok(Step::Statement(kind));
        let terminator = |kind| Ok(Step::Terminator(kind));
        let Some(word) = self.peek_ident().filter(|s| !s.starts_with('_')) else { return self.assignment() };
        self.bump();
        match word {
            "StorageLive" | "StorageDead" => {
                self.expect("(")?;
                let local = self.local()?;
                self.expect(")")?;
                let live = word == "StorageLive";
                statement(if live { StatementKind::StorageLive(local) } else { StatementKind::StorageDead(local) })
            }
            "assume" => statement(StatementKind::Assume(self.in_parens(Self::operand)?)),
            "copy_nonoverlapping" => {
                self.expect("(")?;
                let src = self.operand()?;
                self.expect(",")?;
                let dst = self.operand()?;
                self.expect(",")?;
                let count = self.operand()?;
                self.expect(")")?;
                statement(StatementKind::CopyNonOverlapping { src, dst, count })
            }
            "nop" => statement(StatementKind::Nop),
            "discriminant" => {
                let place = self.in_parens(Self::place)?;
                self.expect("=")?;
                let variant_index = VariantIdx(self.number()?);
                statement(StatementKind::SetDiscriminant { place, variant_index })
            }
            "goto" => {
                self.expect("->")?;
                terminator(TerminatorKind::Goto { target: self.block()? })
            }
            "switchInt" => {
                let discr = self.in_parens(Self::operand)?;
                terminator(TerminatorKind::SwitchInt { discr, targets: self.switch_targets()? })
            }
            "resume" => terminator(TerminatorKind::UnwindResume),
            "terminate" => terminator(TerminatorKind::UnwindTerminate(self.in_parens(Self::word)?)),
            "return" => terminator(TerminatorKind::Return),
            "unreachable" => terminator(TerminatorKind::Unreachable),
            "drop" => {
                let place = self.in_parens(Self::place)?;
                let (target, unwind) = self.target_and_unwind()?;
                terminator(TerminatorKind::Drop { place, target, unwind })
            }
            "tailcall" => {
                let func = self.operand()?;
                self.expect("(")?;
                let args = self.list(")", Self::operand)?;
                terminator(TerminatorKind::TailCall { func, args, fn_span: self.fn_span()? })
            }
            "assert" => {
                self.expect("(")?;
                let cond = self.operand()?;
                self.expect("==")?;
                let expected = self.eat_word("true");
                if !expected {
                    self.expect_word("false")?;
                }
                self.expect(",")?;
                let msg = Text::parse(self)?;
                self.expect(")")?;
                let (target, unwind) = self.target_and_unwind()?;
                terminator(TerminatorKind::Assert { cond, expected, msg, target, unwind })
            }
            "asm" => terminator(TerminatorKind::InlineAsm(Box::new(Text::parse(self)?))),
            "coroutine_drop" => terminator(TerminatorKind::CoroutineDrop),
            _ => Err(self.error_at(self.pos() - 1, format!("`{word}` starts no statement"))),
        }
    }

    fn in_parens<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.expect("(")?;
        let value = parse(self)?;
        self.expect(")")?;
        Ok(value)
    }

    fn assignment(&mut self) -> Result<Step> {
        let destination = self.place()?;
        self.expect("=")?;
        if self.eat_word("yield") {
            return Ok(Step::Terminator(self.yield_(destination)?));
        }
        if !self.at_operand() {
            return Ok(Step::Statement(StatementKind::Assign(destination, self.rvalue()?)));
        }
        let func = self.operand()?;
        if self.eat("(") {
            let args = self.list(")", Self::operand)?;
            let (target, unwind) = self.targets()?;
            let fn_span = self.fn_span()?;
            return Ok(Step::Terminator(TerminatorKind::Call { func, args, destination, target, unwind, fn_span }));
        }
        let rvalue = if self.eat_word("as") {
            let ty = self.ty()?;
            Rvalue::Cast(self.in_parens(Self::word)?, func, ty)
        } else {
            Rvalue::Use(func)
        };
        Ok(Step::Statement(StatementKind::Assign(destination, rvalue)))
    }

    fn yield_(&mut self, resume_arg: Place) -> Result<TerminatorKind> {
        let value = self.in_parens(Self::operand)?;
        self.expect("->")?;
        self.expect("[")?;
        self.expect_word("resume")?;
        self.expect(":")?;
        let resume = self.block()?;
        let mut drop = None;
        if self.eat(",") {
            self.expect_word("drop")?;
            self.expect(":")?;
            drop = Some(self.block()?);
        }
        self.expect("]")?;
        Ok(TerminatorKind::Yield { value, resume, resume_arg, drop })
    }

    fn fn_span(&mut self) -> Result<Span> {
        if self.eat_word("fn_span") { self.span() } else { Ok(Span::DUMMY) }
    }

    fn switch_targets(&mut self) -> Result<SwitchTargets> {
        self.expect("->")?;
        self.expect("[")?;
        let (mut values, mut targets) = (Vec::new(), Vec::new());
        while !self.eat_word("otherwise") {
            values.push(self.number()?);
            self.expect(":")?;
            targets.push(self.block()?);
            self.expect(",")?;
        }
        self.expect(":")?;
        let otherwise = self.block()?;
        self.expect("]")?;
        Ok(SwitchTargets { values, targets, otherwise })
    }

    /// `-> [return: bb1, unwind: continue]`, whose first part is missing where nothing returns.
    fn targets(&mut self) -> Result<(Option<BasicBlock>, UnwindAction)> {
        self.expect("->")?;
        self.expect("[")?;
        let mut target = None;
        if self.eat_word("return") {
            self.expect(":")?;
            target = Some(self.block()?);
            self.expect(",")?;
        }
        self.expect_word("unwind")?;
        self.expect(":")?;
        let unwind = self.unwind()?;
        self.expect("]")?;
        Ok((target, unwind))
    }

    fn target_and_unwind(&mut self) -> Result<(BasicBlock, UnwindAction)> {
        let at = self.pos();
        let (target, unwind) = self.targets()?;
        let target = target.ok_or_else(|| self.error_at(at, "`return` is missing"))?;
        Ok((target, unwind))
    }

    fn unwind(&mut self) -> Result<UnwindAction> {
        if self.eat_word("continue") {
            Ok(UnwindAction::Continue)
        } else if self.eat_word("unreachable") {
            Ok(UnwindAction::Unreachable)
        } else if self.eat_word("terminate") {
            Ok(UnwindAction::Terminate(self.in_parens(Self::word)?))
        } else {
            Ok(UnwindAction::Cleanup(self.block()?))
        }
    }

    fn place(&mut self) -> Result<Place> {
        let mut place = if self.eat("(") { self.nested(Self::projected)? } else { Place::from_local(self.local()?) };
        while self.eat("[") {
            let elem = if matches!(self.peek(), Tok::Ident(_)) {
                PlaceElem::Index(self.local()?)
            } else {
                let negative = self.eat("-");
                let first = self.number()?;
                if !negative && self.eat("..") {
                    let from_end = self.eat("-");
                    PlaceElem::Subslice { from: first, to: self.number()?, from_end }
                } else {
                    self.expect_word("of")?;
                    PlaceElem::ConstantIndex { offset: first, min_length: self.number()?, from_end: negative }
                }
            };
            self.expect("]")?;
            place.projection.0.push(elem);
        }
        Ok(place)
    }

    /// A place in parentheses, of which the first has been taken.
    fn projected(&mut self) -> Result<Place> {
        let (mut place, elem);
        if self.eat("*") {
            place = self.place()?;
            elem = PlaceElem::Deref;
        } else {
            place = self.place()?;
            if self.eat(".") {
                let field = FieldIdx(self.number()?);
                self.expect(":")?;
                elem = PlaceElem::Field(field, self.ty()?);
            } else {
                self.expect_word("as")?;
                let at = self.pos();
                elem = match self.ident()? {
                    "variant" => PlaceElem::Downcast(VariantIdx(self.number()?)),
                    "opaque" => PlaceElem::OpaqueCast(self.ty()?),
                    "binder" => PlaceElem::UnwrapUnsafeBinder(self.ty()?),
                    word => return Err(self.error_at(at, format!("`{word}` is no projection"))),
                };
            }
        }
        self.expect(")")?;
        place.projection.0.push(elem);
        Ok(place)
    }

    fn at_const(&self) -> bool {
        self.at_word("const") || self.at_word("fn")
    }

    fn at_operand(&self) -> bool {
        let checks = self.peek_ident().is_some_and(|word| RuntimeChecks::from_word(word).is_some());
        self.at_const() || ((checks || self.at_word("copy") || self.at_word("move")) && !self.at_nth(1, "::"))
    }

    fn operand(&mut self) -> Result<Operand> {
        if self.eat_word("copy") {
            Ok(Operand::Copy(self.place()?))
        } else if self.eat_word("move") {
            Ok(Operand::Move(self.place()?))
        } else if self.at_const() {
            Ok(Operand::Constant(Box::new(self.const_operand()?)))
        } else if self.at_operand() {
            Ok(Operand::RuntimeChecks(self.word()?))
        } else {
            Err(self.unexpected("an operand"))
        }
    }

    fn const_operand(&mut self) -> Result<ConstOperand> {
        let const_ = self.mir_const()?;
        Ok(ConstOperand { span: self.span()?, const_ })
    }

    fn mir_const(&mut self) -> Result<MirConst> {
        if self.eat_word("fn") {
            let (def, args) = self.def_with_args()?;
            return Ok(MirConst::Val(ConstValue::ZeroSized, self.interner.mk(TyKind::FnDef(def, args))));
        }
        self.expect_word("const")?;
        if self.at_literal() {
            let (ty, scalar) = self.literal()?;
            return Ok(MirConst::Val(ConstValue::Scalar(Scalar::Int(scalar)), ty));
        }
        if self.eat("(") {
            self.expect(")")?;
            return Ok(MirConst::Val(ConstValue::ZeroSized, self.interner.mk(TyKind::Tuple(Box::new([])))));
        }
        if matches!(self.peek(), Tok::Str(_)) {
            return self.str_const();
        }
        if self.at_word("ty") && self.at_nth(1, "(") {
            self.bump();
            let ct = self.in_parens(Self::konst)?;
            self.expect(":")?;
            return Ok(MirConst::Ty(self.ty()?, ct));
        }
        if self.at_const_value() {
            let value = self.const_value()?;
            self.expect(":")?;
            return Ok(MirConst::Val(value, self.ty()?));
        }
        let (def, args) = self.def_with_args()?;
        let mut promoted = None;
        if self.eat("[") {
            promoted = Some(Promoted(self.numbered("promoted", "a promoted constant")?));
            self.expect("]")?;
        }
        self.expect(":")?;
        Ok(MirConst::Unevaluated { def, args, promoted, ty: self.ty()? })
    }

    /// `"text"`: a `&str` in an allocation of its own. It prints as the slice of that allocation.
    fn str_const(&mut self) -> Result<MirConst> {
        let bytes = self.utf8()?.into_bytes();
        let len = bytes.len() as u64;
        let allocation =
            Allocation { bytes, provenance: Vec::new(), uninit: Vec::new(), align: 1, mutability: Mutability::Not };
        let alloc = self.interner.new_alloc(GlobalAlloc::Memory(allocation));
        let str_ = self.interner.mk(TyKind::Str);
        let ty = self.interner.mk(TyKind::Ref(Region::Erased, str_, Mutability::Not));
        Ok(MirConst::Val(ConstValue::Slice { alloc, len }, ty))
    }

    fn at_const_value(&self) -> bool {
        match self.peek_ident() {
            Some("scalar" | "ptr" | "slice" | "indirect") => self.at_nth(1, "("),
            Some("zst") => self.at_nth(1, ":"),
            _ => false,
        }
    }

    pub(super) fn const_value(&mut self) -> Result<ConstValue> {
        if self.at_word("scalar") {
            return Ok(ConstValue::Scalar(Scalar::Int(self.scalar_int()?)));
        }
        let at = self.pos();
        let word = self.ident()?;
        if word == "zst" {
            return Ok(ConstValue::ZeroSized);
        }
        self.expect("(")?;
        let alloc = self.alloc_id()?;
        self.expect(",")?;
        let n = self.number()?;
        self.expect(")")?;
        match word {
            "ptr" => Ok(ConstValue::Scalar(Scalar::Ptr { alloc, offset: n })),
            "slice" => Ok(ConstValue::Slice { alloc, len: n }),
            "indirect" => Ok(ConstValue::Indirect { alloc, offset: n }),
            _ => Err(self.error_at(at, format!("`{word}` is no kind of value"))),
        }
    }

    /// An rvalue that does not start with an operand.
    fn rvalue(&mut self) -> Result<Rvalue> {
        if self.eat("&") {
            if self.eat_word("raw") {
                let at = self.pos();
                let kind = match self.ident()? {
                    "mut" => RawPtrKind::Mut,
                    "const" => RawPtrKind::Const,
                    "fake" => RawPtrKind::FakeForPtrMetadata,
                    word => return Err(self.error_at(at, format!("`{word}` is no kind of raw borrow"))),
                };
                return Ok(Rvalue::RawPtr(kind, self.place()?));
            }
            let kind = if self.eat_word("mut") { BorrowKind::Mut } else { BorrowKind::Shared };
            return Ok(Rvalue::Ref(kind, self.place()?));
        }
        if self.eat("[") {
            return self.array();
        }
        if self.eat("(") {
            return Ok(Rvalue::Aggregate(AggregateKind::Tuple, self.list(")", Self::operand)?));
        }
        if self.eat("*") {
            let mutability = self.pointer_mutability()?;
            let ty = self.ty()?;
            self.expect_word("from")?;
            self.expect("(")?;
            return Ok(Rvalue::Aggregate(AggregateKind::RawPtr(ty, mutability), self.list(")", Self::operand)?));
        }
        match self.peek_ident() {
            Some("deref_copy") if !self.at_nth(1, "::") => {
                self.bump();
                Ok(Rvalue::CopyForDeref(self.place()?))
            }
            Some(word) if self.at_nth(1, "(") => self.rvalue_word(word),
            _ => self.aggregate(),
        }
    }

    fn array(&mut self) -> Result<Rvalue> {
        let mut operands = Vec::new();
        while !self.eat("]") {
            operands.push(self.operand()?);
            if operands.len() == 1 && self.eat(";") {
                let count = self.konst()?;
                self.expect("]")?;
                return Ok(Rvalue::Repeat(operands.remove(0), count));
            }
            if !self.eat(",") {
                self.expect("]")?;
                break;
            }
        }
        self.expect_word("of")?;
        Ok(Rvalue::Aggregate(AggregateKind::Array(self.ty()?), operands))
    }

    fn rvalue_word(&mut self, word: &str) -> Result<Rvalue> {
        let at = self.pos();
        self.bump();
        self.expect("(")?;
        let rvalue = match word {
            "discriminant" => Rvalue::Discriminant(self.place()?),
            "thread_local" => Rvalue::ThreadLocalRef(self.def()?),
            "wrap_binder" => {
                let operand = self.operand()?;
                self.expect(",")?;
                Rvalue::WrapUnsafeBinder(operand, self.ty()?)
            }
            _ => {
                if let Some(op) = UnOp::from_word(word) {
                    Rvalue::UnaryOp(op, self.operand()?)
                } else if let Some(op) = BinOp::from_word(word) {
                    let left = self.operand()?;
                    self.expect(",")?;
                    Rvalue::BinaryOp(op, Box::new((left, self.operand()?)))
                } else {
                    return Err(self.error_at(at, format!("`{word}` is no operation")));
                }
            }
        };
        self.expect(")")?;
        Ok(rvalue)
    }

    fn aggregate(&mut self) -> Result<Rvalue> {
        let word = ["closure", "coroutine", "coroutine_closure"].into_iter().find(|word| self.at_word(word));
        if word.is_some() {
            self.bump();
        }
        let (def, args) = self.def_with_args()?;
        let kind = match word {
            Some("closure") => AggregateKind::Closure(def, args),
            Some("coroutine") => AggregateKind::Coroutine(def, args),
            Some(_) => AggregateKind::CoroutineClosure(def, args),
            None => {
                let variant = VariantIdx(if self.eat_word("variant") { self.number()? } else { 0 });
                let field = if self.eat_word("field") { Some(FieldIdx(self.number()?)) } else { None };
                AggregateKind::Adt(def, variant, args, field)
            }
        };
        self.expect("{")?;
        Ok(Rvalue::Aggregate(kind, self.list("}", Self::operand)?))
    }
}

impl Text for Box<str> {
    fn print(&self, _: &Printer<'_>) -> Doc {
        Doc::Leaf(lexer::quote(self))
    }
    fn parse(p: &mut Parser<'_>) -> Result<Self> {
        Ok(p.utf8()?.into())
    }
}
