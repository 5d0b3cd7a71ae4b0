//! Sections that gimli writes, with the relocations they need.

use gimli::LittleEndian;
use gimli::write::{EndianVec, RelocateWriter, Relocation};

/// A section's bytes and relocations.
#[derive(Clone)]
pub(crate) struct SectionWriter {
    bytes: EndianVec<LittleEndian>,
    relocs: Vec<Relocation>,
}

impl Default for SectionWriter {
    fn default() -> Self {
        SectionWriter { bytes: EndianVec::new(LittleEndian), relocs: Vec::new() }
    }
}

impl RelocateWriter for SectionWriter {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: Relocation) {
        self.relocs.push(relocation);
    }
}

/// What was written.
pub(crate) fn section_bytes(writer: SectionWriter) -> (Vec<u8>, Vec<Relocation>) {
    (writer.bytes.into_vec(), writer.relocs)
}
