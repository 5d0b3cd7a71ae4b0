//! One function of an object, disassembled, with the names that its relocations refer to.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::Context as _;
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter};
use object::{Object, ObjectSection, ObjectSymbol, RelocationTarget};

/// Each function of `object` by its symbol.
pub fn functions(object: &[u8]) -> anyhow::Result<HashMap<String, String>> {
    let file = object::File::parse(object).context("not an object file")?;
    let mut found = HashMap::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == object::SymbolKind::Text && symbol.is_definition()) {
        let Some(section) = symbol.section_index().and_then(|index| file.section_by_index(index).ok()) else {
            continue;
        };
        let data = section.data().context("a section is not in the file")?;
        let (start, end) = (symbol.address() as usize, (symbol.address() + symbol.size()) as usize);
        let Some(code) = data.get(start..end) else { continue };
        let relocations: Vec<(u64, String)> = section
            .relocations()
            .filter(|(offset, _)| (start as u64..end as u64).contains(offset))
            .map(|(offset, relocation)| (offset - start as u64, target(&file, &relocation)))
            .collect();
        found.insert(symbol.name().unwrap_or("").to_owned(), disassemble(code, &relocations)?);
    }
    Ok(found)
}

fn disassemble(code: &[u8], relocations: &[(u64, String)]) -> anyhow::Result<String> {
    let mut decoder = Decoder::with_ip(64, code, 0, DecoderOptions::NONE);
    let mut formatter = IntelFormatter::new();
    let mut instruction = Instruction::default();
    let mut out = String::new();
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        write!(out, "{:5x}  {text}", instruction.ip())?;
        for (_, target) in relocations.iter().filter(|(at, _)| (instruction.ip()..instruction.next_ip()).contains(at)) {
            write!(out, "  ; {target}")?;
        }
        out.push('\n');
    }
    Ok(out)
}

fn target(file: &object::File<'_>, relocation: &object::Relocation) -> String {
    let RelocationTarget::Symbol(index) = relocation.target() else { return String::new() };
    let Ok(symbol) = file.symbol_by_index(index) else { return String::new() };
    let name = match symbol.kind() {
        object::SymbolKind::Section => {
            symbol.section_index().and_then(|index| file.section_by_index(index).ok()?.name().ok().map(str::to_owned))
        }
        _ => symbol.name().ok().map(str::to_owned),
    };
    format!("{:#}", rustc_demangle::demangle(&name.unwrap_or_default()))
}
