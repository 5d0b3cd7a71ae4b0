//! The results of code generation as values: machine code and data with relocations against named symbols.
//!
//! Invariant: a [`CompiledFunction`] depends only on its instance's body, the layouts and ABIs it mentions, and the
//! options; not on which thread or in which order it was compiled. It is the unit of reuse.

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::unwind::systemv::UnwindInfo;
use ramir::{FileId, Symbol};
use std::sync::Arc;

/// What a symbol names, as far as a reference to it must know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SymbolKind {
    Func,
    Data,
    Tls,
}

/// A reference to a symbol that may be defined elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SymbolRef {
    pub name: Symbol,
    pub kind: SymbolKind,
    /// The symbol may be absent at link time; its address is then 0.
    pub weak: bool,
}

/// A relocation; `target` is a position in the table of symbols that comes with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relocation {
    pub offset: u32,
    pub kind: Reloc,
    pub target: RelocTarget,
    pub addend: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelocTarget {
    Symbol(u32),
    /// An offset within the function itself.
    SelfOffset(u32),
}

/// How far a definition is visible.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Visibility {
    /// To other objects of this link, not to other dynamic objects.
    Hidden,
    /// As `Hidden`, and another crate of the link may define the same.
    Shared,
    Export,
    /// Exported, and gives way to another definition.
    Weak,
}

/// A call with its landing pad, for the LSDA.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSite {
    /// The return address, from the start of the function.
    pub ret_addr: u32,
    pub landing_pad: u32,
    /// Whether the landing pad catches (`catch_unwind`) or only cleans up.
    pub catch: bool,
}

/// Code from `offset` on belongs to this line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineEntry {
    pub offset: u32,
    pub file: FileId,
    pub line: u32,
    pub col: u32,
}

/// One function's machine code and all that the object file says about it.
#[derive(Clone, Debug)]
pub struct CompiledFunction {
    pub symbol: Symbol,
    pub visibility: Visibility,
    /// Further names.
    pub aliases: Vec<(Symbol, Visibility)>,
    pub section: Option<Symbol>,
    pub align: u64,
    pub code: Vec<u8>,
    pub relocs: Vec<Relocation>,
    pub symbols: Vec<SymbolRef>,
    /// Anonymous data that the code refers to: constants and vtables.
    pub data: Vec<Arc<DataObject>>,
    pub unwind: Option<UnwindInfo>,
    pub call_sites: Vec<CallSite>,
    pub lines: Vec<LineEntry>,
    /// Where the function is declared.
    pub decl: Option<(FileId, u32)>,
    /// The path of the definition, for people.
    pub name: String,
    /// Assembly that belongs to the function: inline assembly is called as functions of its own.
    pub global_asm: String,
    /// The CLIF with comments, where it was asked for.
    pub clif: Option<String>,
}

impl CompiledFunction {
    /// A function that is assembly and nothing else.
    pub(crate) fn only_asm(symbol: Symbol, visibility: Visibility, global_asm: String) -> Self {
        CompiledFunction {
            symbol,
            visibility,
            aliases: Vec::new(),
            section: None,
            align: 1,
            code: Vec::new(),
            relocs: Vec::new(),
            symbols: Vec::new(),
            data: Vec::new(),
            unwind: None,
            call_sites: Vec::new(),
            lines: Vec::new(),
            decl: None,
            name: String::new(),
            global_asm,
            clif: None,
        }
    }
}

/// A piece of initialized data.
#[derive(Clone, Debug)]
pub struct DataObject {
    pub symbol: Symbol,
    pub visibility: Visibility,
    /// Further names.
    pub aliases: Vec<(Symbol, Visibility)>,
    pub bytes: Vec<u8>,
    pub align: u64,
    pub writable: bool,
    pub tls: bool,
    /// Machine code: goes to an executable section.
    pub code: bool,
    /// Keep even if nothing refers to it (`#[used]`).
    pub used: bool,
    pub section: Option<Symbol>,
    pub relocs: Vec<Relocation>,
    pub symbols: Vec<SymbolRef>,
    /// Anonymous data that this data refers to.
    pub data: Vec<Arc<DataObject>>,
}

impl DataObject {
    /// All zero, and without pointers: needs no bytes in the file.
    pub fn is_zero(&self) -> bool {
        self.relocs.is_empty() && self.bytes.iter().all(|&b| b == 0)
    }
}
