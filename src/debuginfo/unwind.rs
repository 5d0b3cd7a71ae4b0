//! `.eh_frame` and `.gcc_except_table` of an object.

use super::gcc_except_table::write_lsda;
use crate::compiled::CompiledFunction;
use crate::debuginfo::emit::{SectionWriter, section_bytes};
use crate::object_writer::ObjectWriter;
use cranelift_codegen::isa::TargetIsa;
use gimli::constants::{DW_EH_PE_indirect, DW_EH_PE_pcrel, DW_EH_PE_sdata4};
use gimli::write::{Address, CieId, CommonInformationEntry, EhFrame, FrameTable};
use object::write::{Relocation, SectionId, StandardSection, SymbolId};
use object::{RelocationFlags, SectionKind, elf};

/// Collects the unwind information of an object's functions.
pub(crate) struct UnwindContext {
    frames: FrameTable,
    cie: Option<CommonInformationEntry>,
    plain: Option<CieId>,
    /// The CIE with the personality, for functions with landing pads.
    with_lsda: Option<CieId>,
    lsda_section: Option<(SectionId, SymbolId)>,
}

impl UnwindContext {
    pub(crate) fn new(isa: &dyn TargetIsa) -> UnwindContext {
        let mut cie = isa.create_systemv_cie();
        if let Some(cie) = &mut cie {
            cie.fde_address_encoding = DW_EH_PE_pcrel | DW_EH_PE_sdata4;
        }
        UnwindContext { frames: FrameTable::default(), cie, plain: None, with_lsda: None, lsda_section: None }
    }

    /// Adds a function at `offset` of `section`: an exported symbol, which another object may define too, is no relative
    /// address. `personality` is the name of the personality function.
    pub(crate) fn add_function(
        &mut self,
        writer: &mut ObjectWriter<'_>,
        func: &CompiledFunction,
        (section, offset): (SectionId, u64),
        personality: &str,
    ) {
        let (Some(info), Some(cie)) = (&func.unwind, &self.cie) else { return };
        let start = writer.object_mut().section_symbol(section);
        let start = Address::Symbol { symbol: symbol_index(start, writer), addend: offset as i64 };
        let mut fde = info.to_fde(start);
        if func.call_sites.is_empty() {
            let id = *self.plain.get_or_insert_with(|| self.frames.add_cie(cie.clone()));
            self.frames.add_fde(id, fde);
            return;
        }
        let object = writer.object_mut();
        let (section, section_symbol) = *self.lsda_section.get_or_insert_with(|| {
            let section =
                object.add_section(Vec::new(), b".gcc_except_table".to_vec(), SectionKind::ReadOnlyData);
            (section, object.section_symbol(section))
        });
        let mut lsda = Vec::new();
        write_lsda(&mut lsda, &func.call_sites, func.code.len() as u32);
        let offset = object.append_section_data(section, &lsda, 1);
        let id = *self.with_lsda.get_or_insert_with(|| {
            let mut cie = cie.clone();
            let pointer = writer.personality_ref(personality);
            let address = Address::Symbol { symbol: symbol_index(pointer, writer), addend: 0 };
            cie.personality = Some((DW_EH_PE_indirect | DW_EH_PE_pcrel | DW_EH_PE_sdata4, address));
            cie.lsda_encoding = Some(DW_EH_PE_pcrel | DW_EH_PE_sdata4);
            self.frames.add_cie(cie)
        });
        fde.lsda = Some(Address::Symbol { symbol: symbol_index(section_symbol, writer), addend: offset as i64 });
        self.frames.add_fde(id, fde);
    }

    /// Writes `.eh_frame`.
    pub(crate) fn emit(self, writer: &mut ObjectWriter<'_>) -> anyhow::Result<()> {
        let mut eh_frame = EhFrame::from(SectionWriter::default());
        self.frames.write_eh_frame(&mut eh_frame)?;
        let (bytes, relocs) = section_bytes(eh_frame.0);
        if bytes.is_empty() {
            return Ok(());
        }
        let section = writer.object_mut().section_id(StandardSection::EhFrame);
        writer.object_mut().append_section_data(section, &bytes, 8);
        for reloc in relocs {
            let gimli::write::RelocationTarget::Symbol(index) = reloc.target else {
                anyhow::bail!("unwind information refers to a section")
            };
            let symbol = writer.symbol_at(index);
            let r_type = if reloc.eh_pe.is_some() { elf::R_X86_64_PC32 } else { elf::R_X86_64_64 };
            writer.object_mut().add_relocation(section, Relocation {
                offset: reloc.offset as u64,
                symbol,
                addend: reloc.addend,
                flags: RelocationFlags::Elf { r_type },
            })?;
        }
        Ok(())
    }
}

fn symbol_index(symbol: SymbolId, writer: &mut ObjectWriter<'_>) -> usize {
    writer.index_of(symbol)
}
