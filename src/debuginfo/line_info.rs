//! DWARF line tables: `.debug_line`, and in `.debug_info` one subprogram a function, so that a backtrace shows file and
//! line. Specified by DWARF 5.

use crate::compiled::CompiledFunction;
use crate::debuginfo::emit::{SectionWriter, section_bytes};
use crate::object_writer::ObjectWriter;
use gimli::write::{
    Address, AttributeValue, DwarfUnit, FileId as DwarfFileId, LineProgram, LineString, Range, RangeList, Sections,
    UnitEntryId,
};
use gimli::{Encoding, Format, LineEncoding, SectionId as DwarfSection};
use object::write::{Relocation, SectionId, SymbolId};
use object::{RelocationFlags, SectionKind, elf};
use ramir::FileId;
use rustc_hash::FxHashMap;

/// Collects the line information of an object's functions.
pub(crate) struct LineInfoContext<'a> {
    dwarf: DwarfUnit,
    files: FxHashMap<FileId, DwarfFileId>,
    ranges: Vec<Range>,
    file_name: &'a (dyn Fn(FileId) -> String + Sync),
}

impl<'a> LineInfoContext<'a> {
    /// `name` and `dir` are those of the crate's root file; `file_name` gives the path of a source file.
    pub(crate) fn new(name: &str, dir: &str, file_name: &'a (dyn Fn(FileId) -> String + Sync)) -> Self {
        let encoding = Encoding { format: Format::Dwarf32, version: 5, address_size: 8 };
        let mut dwarf = DwarfUnit::new(encoding);
        let (dir_string, name_string) =
            (LineString::new(dir, encoding, &mut dwarf.line_strings), LineString::new(name, encoding, &mut dwarf.line_strings));
        dwarf.unit.line_program =
            LineProgram::new(encoding, LineEncoding::default(), dir_string, None, name_string, None);
        let producer = dwarf.strings.add(format!("rac {}", env!("CARGO_PKG_VERSION")));
        let (name, dir) = (dwarf.strings.add(name), dwarf.strings.add(dir));
        let root = dwarf.unit.root();
        let root = dwarf.unit.get_mut(root);
        root.set(gimli::DW_AT_producer, AttributeValue::StringRef(producer));
        root.set(gimli::DW_AT_language, AttributeValue::Language(gimli::DW_LANG_Rust));
        root.set(gimli::DW_AT_name, AttributeValue::StringRef(name));
        root.set(gimli::DW_AT_comp_dir, AttributeValue::StringRef(dir));
        root.set(gimli::DW_AT_stmt_list, AttributeValue::LineProgramRef);
        LineInfoContext { dwarf, files: FxHashMap::default(), ranges: Vec::new(), file_name }
    }

    fn file(&mut self, file: FileId) -> DwarfFileId {
        if let Some(&id) = self.files.get(&file) {
            return id;
        }
        let program = &mut self.dwarf.unit.line_program;
        let path = (self.file_name)(file);
        let encoding = program.encoding();
        let (dir, name) = match path.rsplit_once('/') {
            Some((dir, name)) if !dir.is_empty() => {
                let dir = LineString::new(dir, encoding, &mut self.dwarf.line_strings);
                (program.add_directory(dir), name)
            }
            _ => (program.default_directory(), &path[..]),
        };
        let name = if name.is_empty() { "unknown" } else { name };
        let id = program.add_file(LineString::new(name, encoding, &mut self.dwarf.line_strings), dir, None);
        self.files.insert(file, id);
        id
    }

    /// Adds a function that is defined as the symbol at position `symbol`.
    pub(crate) fn add_function(&mut self, func: &CompiledFunction, linkage_name: &str, symbol: usize) {
        let start = Address::Symbol { symbol, addend: 0 };
        let len = func.code.len() as u64;
        let decl_file = func.decl.map(|(file, line)| (self.file(file), line));
        let entries: Vec<_> = func.lines.iter().map(|entry| (self.file(entry.file), *entry)).collect();
        let program = &mut self.dwarf.unit.line_program;
        program.begin_sequence(Some(start));
        if let (Some((file, line)), false) = (decl_file, entries.first().is_some_and(|(_, entry)| entry.offset == 0)) {
            let row = program.row();
            row.address_offset = 0;
            row.file = file;
            row.line = line.into();
            row.column = 0;
            program.generate_row();
        }
        for (file, entry) in entries {
            let row = program.row();
            row.address_offset = entry.offset.into();
            row.file = file;
            row.line = entry.line.into();
            row.column = entry.col.into();
            program.generate_row();
        }
        program.end_sequence(len);
        self.ranges.push(Range::StartLength { begin: start, length: len });

        let root = self.dwarf.unit.root();
        let entry: UnitEntryId = self.dwarf.unit.add(root, gimli::DW_TAG_subprogram);
        let name = self.dwarf.strings.add(func.name.rsplit("::").next().unwrap_or(&func.name));
        let linkage_name = self.dwarf.strings.add(linkage_name);
        let entry = self.dwarf.unit.get_mut(entry);
        entry.set(gimli::DW_AT_name, AttributeValue::StringRef(name));
        entry.set(gimli::DW_AT_linkage_name, AttributeValue::StringRef(linkage_name));
        entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(start));
        entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(len));
        if let Some((file, line)) = decl_file {
            entry.set(gimli::DW_AT_decl_file, AttributeValue::FileIndex(Some(file)));
            entry.set(gimli::DW_AT_decl_line, AttributeValue::Udata(line.into()));
        }
    }

    /// Writes the sections.
    pub(crate) fn emit(mut self, writer: &mut ObjectWriter<'_>) -> anyhow::Result<()> {
        let ranges = self.dwarf.unit.ranges.add(RangeList(std::mem::take(&mut self.ranges)));
        let root = self.dwarf.unit.root();
        let root = self.dwarf.unit.get_mut(root);
        root.set(gimli::DW_AT_ranges, AttributeValue::RangeListRef(ranges));
        root.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(0)));

        let mut sections = Sections::new(SectionWriter::default());
        self.dwarf.write(&mut sections)?;
        let mut written: Vec<(DwarfSection, SectionId, SymbolId, Vec<gimli::write::Relocation>)> = Vec::new();
        sections.for_each_mut(|id, section| -> anyhow::Result<()> {
            let (bytes, relocs) = section_bytes(std::mem::take(section));
            if bytes.is_empty() {
                return Ok(());
            }
            let kind = if id.is_string() { SectionKind::DebugString } else { SectionKind::Debug };
            let object = writer.object_mut();
            let section = object.add_section(Vec::new(), id.name().as_bytes().to_vec(), kind);
            object.append_section_data(section, &bytes, 1);
            let symbol = object.section_symbol(section);
            written.push((id, section, symbol, relocs));
            Ok(())
        })?;
        let symbols: FxHashMap<&str, SymbolId> = written.iter().map(|(id, _, symbol, _)| (id.name(), *symbol)).collect();
        for (_, section, _, relocs) in &written {
            for reloc in relocs {
                let symbol = match reloc.target {
                    gimli::write::RelocationTarget::Symbol(index) => writer.symbol_at(index),
                    gimli::write::RelocationTarget::Section(id) => match symbols.get(id.name()) {
                        Some(&symbol) => symbol,
                        None => anyhow::bail!("debug information refers to the absent section {}", id.name()),
                    },
                };
                let r_type = if reloc.size == 8 { elf::R_X86_64_64 } else { elf::R_X86_64_32 };
                writer.object_mut().add_relocation(*section, Relocation {
                    offset: reloc.offset as u64,
                    symbol,
                    addend: reloc.addend,
                    flags: RelocationFlags::Elf { r_type },
                })?;
            }
        }
        Ok(())
    }
}
