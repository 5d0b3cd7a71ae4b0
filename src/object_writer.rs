//! Writes compiled functions and data to an ELF object.
//!
//! Knows nothing of MIR: only symbols, bytes and relocations.

use crate::compiled::{CompiledFunction, DataObject, RelocTarget, Relocation, SymbolKind, SymbolRef, Visibility};
use crate::debuginfo::line_info::LineInfoContext;
use crate::debuginfo::unwind::UnwindContext;
use anyhow::Context as _;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::TargetIsa;
use object::write::{Object, SectionId, StandardSection, Symbol as ObjectSymbol, SymbolId, SymbolSection};
use object::{
    Architecture, BinaryFormat, Endianness, RelocationFlags, SectionFlags, SectionKind, SymbolFlags, SymbolScope, elf,
};
use ramir::Symbol;
use rustc_hash::FxHashMap;

/// What the writer needs to know of the compilation.
pub(crate) struct ObjectContext<'a> {
    pub(crate) interner: &'a ramir::Interner,
    pub(crate) isa: &'a dyn TargetIsa,
    /// The personality function.
    pub(crate) personality: String,
    /// The name of the object's source, for debuggers.
    pub(crate) name: String,
}

pub(crate) struct ObjectWriter<'a> {
    cx: &'a ObjectContext<'a>,
    object: Object<'static>,
    symbols: FxHashMap<Symbol, SymbolId>,
    named_sections: FxHashMap<(Symbol, bool), SectionId>,
    /// The symbols that gimli refers to by position.
    indexed: Vec<SymbolId>,
    by_symbol: FxHashMap<SymbolId, usize>,
}

/// Writes one object file.
pub(crate) fn write_object(
    cx: &ObjectContext<'_>,
    functions: &[&CompiledFunction],
    data: &[&DataObject],
    lines: Option<LineInfoContext<'_>>,
) -> anyhow::Result<Vec<u8>> {
    let mut writer = ObjectWriter {
        cx,
        object: Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little),
        symbols: FxHashMap::default(),
        named_sections: FxHashMap::default(),
        indexed: Vec::new(),
        by_symbol: FxHashMap::default(),
    };
    writer.object.add_file_symbol(cx.name.clone().into_bytes());
    writer.write_all(functions, data, lines).with_context(|| format!("cannot write object `{}`", cx.name))?;
    Ok(writer.object.write()?)
}

impl ObjectWriter<'_> {
    fn write_all(
        &mut self,
        functions: &[&CompiledFunction],
        data: &[&DataObject],
        mut lines: Option<LineInfoContext<'_>>,
    ) -> anyhow::Result<()> {
        // Definitions come first, so that a reference finds them.
        let mut placed_functions = Vec::with_capacity(functions.len());
        for func in functions {
            if func.code.is_empty() {
                continue;
            }
            let section = match func.section {
                Some(name) => self.named_section(name, SectionKind::Text, false),
                None => self.own_section(StandardSection::Text, func.symbol),
            };
            let offset = self.object.append_section_data(section, &func.code, func.align);
            let kind = object::SymbolKind::Text;
            let id = self.define(func.symbol, kind, func.visibility, section, offset, func.code.len());
            for &(alias, visibility) in &func.aliases {
                self.define(alias, kind, visibility, section, offset, func.code.len());
            }
            placed_functions.push((*func, section, offset, id));
        }
        let mut placed_data = Vec::with_capacity(data.len());
        for data in data {
            let (section, offset) = self.place_data(data);
            let kind = match (data.tls, data.code) {
                (true, _) => object::SymbolKind::Tls,
                (_, true) => object::SymbolKind::Text,
                _ => object::SymbolKind::Data,
            };
            self.define(data.symbol, kind, data.visibility, section, offset, data.bytes.len());
            for &(alias, visibility) in &data.aliases {
                self.define(alias, kind, visibility, section, offset, data.bytes.len());
            }
            placed_data.push((*data, section, offset));
        }
        let mut unwind = UnwindContext::new(self.cx.isa);
        for &(func, section, offset, id) in &placed_functions {
            self.relocate(section, offset, &func.relocs, &func.symbols, Some(id))?;
            let personality = self.cx.personality.clone();
            unwind.add_function(self, func, (section, offset), &personality);
            if let Some(lines) = &mut lines {
                let index = self.index_of(id);
                lines.add_function(func, self.cx.interner.str(func.symbol), index);
            }
        }
        for &(data, section, offset) in &placed_data {
            self.relocate(section, offset, &data.relocs, &data.symbols, None)?;
        }
        unwind.emit(self)?;
        if let Some(lines) = lines {
            lines.emit(self)?;
        }
        // No executable stack.
        self.object.add_section(Vec::new(), b".note.GNU-stack".to_vec(), SectionKind::Other);
        Ok(())
    }

    pub(crate) fn object_mut(&mut self) -> &mut Object<'static> {
        &mut self.object
    }

    /// A position by which gimli's writers refer to a symbol.
    pub(crate) fn index_of(&mut self, symbol: SymbolId) -> usize {
        *self.by_symbol.entry(symbol).or_insert_with(|| {
            self.indexed.push(symbol);
            self.indexed.len() - 1
        })
    }

    pub(crate) fn symbol_at(&self, index: usize) -> SymbolId {
        self.indexed[index]
    }

    /// A pointer to the personality function, which may be in another dynamic object.
    pub(crate) fn personality_ref(&mut self, name: &str) -> SymbolId {
        let section = self.object.section_id(StandardSection::ReadOnlyDataWithRel);
        let offset = self.object.append_section_data(section, &[0; 8], 8);
        let pointer = self.object.add_symbol(ObjectSymbol {
            name: format!("DW.ref.{name}").into_bytes(),
            value: offset,
            size: 8,
            kind: object::SymbolKind::Data,
            scope: SymbolScope::Compilation,
            weak: false,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        let symbol =
            SymbolRef { name: self.cx.interner.sym(name), kind: SymbolKind::Func, weak: false };
        let symbol = self.reference(symbol);
        let reloc = object::write::Relocation {
            offset,
            symbol,
            addend: 0,
            flags: RelocationFlags::Elf { r_type: elf::R_X86_64_64 },
        };
        let added = self.object.add_relocation(section, reloc);
        debug_assert!(added.is_ok());
        pointer
    }

    fn define(
        &mut self,
        name: Symbol,
        kind: object::SymbolKind,
        visibility: Visibility,
        section: SectionId,
        offset: u64,
        size: usize,
    ) -> SymbolId {
        let (scope, weak) = match visibility {
            Visibility::Hidden => (SymbolScope::Linkage, false),
            Visibility::Shared => (SymbolScope::Linkage, true),
            Visibility::Export => (SymbolScope::Dynamic, false),
            Visibility::Weak => (SymbolScope::Dynamic, true),
        };
        let id = self.object.add_symbol(ObjectSymbol {
            name: self.cx.interner.str(name).as_bytes().to_vec(),
            value: offset,
            size: size as u64,
            kind,
            scope,
            weak,
            section: SymbolSection::Section(section),
            flags: SymbolFlags::None,
        });
        self.symbols.insert(name, id);
        id
    }

    /// A symbol to refer to: the object's own definition, or an undefined symbol.
    fn reference(&mut self, symbol: SymbolRef) -> SymbolId {
        if let Some(&id) = self.symbols.get(&symbol.name) {
            return id;
        }
        let id = self.object.add_symbol(ObjectSymbol {
            name: self.cx.interner.str(symbol.name).as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: match symbol.kind {
                SymbolKind::Func => object::SymbolKind::Text,
                SymbolKind::Data => object::SymbolKind::Data,
                SymbolKind::Tls => object::SymbolKind::Tls,
            },
            scope: SymbolScope::Unknown,
            weak: symbol.weak,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.symbols.insert(symbol.name, id);
        id
    }

    /// A section for one definition, so that the linker can leave it out.
    fn own_section(&mut self, kind: StandardSection, symbol: Symbol) -> SectionId {
        self.object.add_subsection(kind, self.cx.interner.str(symbol).as_bytes())
    }

    fn named_section(&mut self, name: Symbol, kind: SectionKind, used: bool) -> SectionId {
        if let Some(&id) = self.named_sections.get(&(name, used)) {
            return id;
        }
        let name_str = self.cx.interner.str(name);
        let sh_type = match name_str {
            _ if name_str.starts_with(".init_array") => Some(elf::SHT_INIT_ARRAY),
            _ if name_str.starts_with(".fini_array") => Some(elf::SHT_FINI_ARRAY),
            _ if name_str.starts_with(".preinit_array") => Some(elf::SHT_PREINIT_ARRAY),
            _ if name_str.starts_with(".note") => Some(elf::SHT_NOTE),
            _ => None,
        };
        let mut sh_flags = match kind {
            SectionKind::Text => elf::SHF_ALLOC | elf::SHF_EXECINSTR,
            SectionKind::ReadOnlyData => elf::SHF_ALLOC,
            SectionKind::Tls => elf::SHF_ALLOC | elf::SHF_WRITE | elf::SHF_TLS,
            _ => elf::SHF_ALLOC | elf::SHF_WRITE,
        };
        if used {
            sh_flags |= elf::SHF_GNU_RETAIN;
        }
        let own_kind = sh_type.map_or(kind, SectionKind::Elf);
        let id = self.object.add_section(Vec::new(), name_str.as_bytes().to_vec(), own_kind);
        if sh_type.is_some() || used {
            self.object.section_mut(id).flags = SectionFlags::Elf { sh_flags: sh_flags.into() };
        }
        self.named_sections.insert((name, used), id);
        id
    }

    /// Puts data into the section for its kind.
    fn place_data(&mut self, data: &DataObject) -> (SectionId, u64) {
        let align = data.align.max(1);
        let zero = data.is_zero() && !data.bytes.is_empty();
        if let Some(name) = data.section {
            let kind = match (data.tls, data.writable || !data.relocs.is_empty()) {
                (true, _) => SectionKind::Tls,
                (_, true) => SectionKind::Data,
                _ => SectionKind::ReadOnlyData,
            };
            let section = self.named_section(name, kind, data.used);
            return (section, self.object.append_section_data(section, &data.bytes, align));
        }
        if data.used && !data.tls {
            let name = self.cx.interner.sym(&format!(".data.{}", self.cx.interner.str(data.symbol)));
            let section = self.named_section(name, SectionKind::Data, true);
            return (section, self.object.append_section_data(section, &data.bytes, align));
        }
        let section = match (data.tls, data.code, data.writable, zero) {
            (true, _, _, true) => StandardSection::UninitializedTls,
            (true, _, _, false) => StandardSection::Tls,
            (_, true, _, _) => StandardSection::Text,
            (_, _, true, true) => StandardSection::UninitializedData,
            (_, _, true, false) => StandardSection::Data,
            _ if data.relocs.is_empty() => StandardSection::ReadOnlyData,
            _ => StandardSection::ReadOnlyDataWithRel,
        };
        let is_bss = matches!(section, StandardSection::UninitializedTls | StandardSection::UninitializedData);
        let section = self.own_section(section, data.symbol);
        let offset = if is_bss {
            self.object.append_section_bss(section, data.bytes.len() as u64, align)
        } else {
            self.object.append_section_data(section, &data.bytes, align)
        };
        (section, offset)
    }

    fn relocate(
        &mut self,
        section: SectionId,
        base: u64,
        relocs: &[Relocation],
        symbols: &[SymbolRef],
        this: Option<SymbolId>,
    ) -> anyhow::Result<()> {
        for reloc in relocs {
            let (symbol, addend) = match (reloc.target, this) {
                (RelocTarget::Symbol(i), _) => (self.reference(symbols[i as usize]), reloc.addend),
                (RelocTarget::SelfOffset(offset), Some(this)) => (this, reloc.addend + i64::from(offset)),
                (RelocTarget::SelfOffset(_), None) => anyhow::bail!("data that is relative to itself"),
            };
            let r_type = match reloc.kind {
                Reloc::Abs8 => elf::R_X86_64_64,
                Reloc::Abs4 => elf::R_X86_64_32,
                Reloc::X86PCRel4 => elf::R_X86_64_PC32,
                Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 => elf::R_X86_64_PLT32,
                Reloc::X86GOTPCRel4 => elf::R_X86_64_GOTPCREL,
                Reloc::ElfX86_64TlsGd => elf::R_X86_64_TLSGD,
                other => anyhow::bail!("relocation {other} is not of this target"),
            };
            self.object.add_relocation(section, object::write::Relocation {
                offset: base + u64::from(reloc.offset),
                symbol,
                addend,
                flags: RelocationFlags::Elf { r_type },
            })?;
        }
        Ok(())
    }
}
