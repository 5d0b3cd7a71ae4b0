//! Two object files of one program, of which each symbol is taken from the one or the other.
//!
//! Both files are always linked. A symbol that both define is a *unit*: in the file that it is not taken from, its name
//! becomes undefined, so that even that file's own calls reach the other definition. The code that was behind the name
//! stays, unreachable, under a local name that its unwind and debug information keep to. It knows ELF for x86-64 and
//! nothing of who wrote the files.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, bail};
use object::build::elf::{Builder, SectionData, SectionId, SymbolId};
use object::elf;
use object::read::elf::{FileHeader as _, SectionHeader as _};

/// The names of an object's definitions that another object may replace.
pub fn definitions(object: &[u8]) -> anyhow::Result<BTreeSet<String>> {
    let builder = read(object)?;
    Ok(builder.symbols.iter().filter(|symbol| is_unit(symbol)).map(|symbol| symbol.name.to_string()).collect())
}

/// `object` without those definitions whose names `elsewhere` selects. Every other definition that `shared` names is made
/// visible to other objects.
pub fn without(object: &[u8], shared: &BTreeSet<String>, elsewhere: impl Fn(&str) -> bool) -> anyhow::Result<Vec<u8>> {
    let mut builder = read(object)?;
    // Where a definition is, by the symbol that names it; and the other way round, for what refers to its section.
    let mut moved: HashMap<usize, SymbolId> = HashMap::new();
    let mut at: HashMap<(usize, u64), SymbolId> = HashMap::new();
    let units: Vec<SymbolId> = builder
        .symbols
        .iter()
        .filter(|symbol| is_unit(symbol) && shared.contains(&symbol.name.to_string()))
        .map(|symbol| symbol.id())
        .collect();
    for id in units {
        let symbol = builder.symbols.get_mut(id);
        let name = symbol.name.to_string();
        let section = symbol.section;
        if let Some(section) = section {
            at.insert((index(section), symbol.st_value), id);
        }
        let (kind, value, size) = (symbol.st_type(), symbol.st_value, symbol.st_size);
        symbol.set_st_info(elf::STB_GLOBAL, kind);
        symbol.st_other = elf::STV_HIDDEN;
        if !elsewhere(&name) {
            continue;
        }
        symbol.section = None;
        symbol.st_shndx = elf::SHN_UNDEF;
        symbol.st_value = 0;
        symbol.st_size = 0;
        let rest = builder.symbols.add();
        rest.name = format!("{name}.unused").into_bytes().into();
        rest.set_st_info(elf::STB_LOCAL, kind);
        rest.section = section;
        rest.st_value = value;
        rest.st_size = size;
        let rest = rest.id();
        moved.insert(index(id), rest);
    }
    let sections: HashMap<usize, SectionId> = builder
        .symbols
        .iter()
        .filter(|symbol| symbol.st_type() == elf::STT_SECTION)
        .filter_map(|symbol| Some((index(symbol.id()), symbol.section?)))
        .collect();
    let describes: Vec<bool> = builder
        .sections
        .iter()
        .map(|section| {
            let target = section.sh_info_section.map(|id| builder.sections.get(id).name.to_string());
            target.is_some_and(|name| is_description(&name))
        })
        .collect();
    for (section, describes) in builder.sections.iter_mut().zip(describes) {
        let SectionData::Relocation(relocations) = &mut section.data else { continue };
        for relocation in relocations {
            let Some(symbol) = relocation.symbol else { continue };
            if describes {
                if let Some(rest) = moved.get(&index(symbol)) {
                    relocation.symbol = Some(*rest);
                }
                continue;
            }
            // A reference to a function by its section, as assemblers write for local symbols.
            if let Some(section) = sections.get(&index(symbol)) {
                let bias = match relocation.r_type {
                    elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => 4,
                    _ => 0,
                };
                let offset = relocation.r_addend + bias;
                if let Some(unit) = u64::try_from(offset).ok().and_then(|offset| at.get(&(index(*section), offset))) {
                    relocation.symbol = Some(*unit);
                    relocation.r_addend = -bias;
                }
            }
        }
    }
    let mut out = Vec::new();
    builder.write(&mut out).context("cannot write the changed object")?;
    Ok(out)
}

fn read(object: &[u8]) -> anyhow::Result<Builder<'_>> {
    let mut builder = Builder::read(object).context("not an ELF object that can be changed")?;
    if builder.header.e_machine != elf::EM_X86_64 {
        bail!("not an object for x86-64");
    }
    for section in builder.sections.iter_mut() {
        section.sh_flags &= !u64::from(elf::SHF_GROUP);
    }
    // LLVM keeps all names in one table; the writer wants the sections' apart.
    for (name, data) in [(".strtab", SectionData::String), (".shstrtab", SectionData::SectionString)] {
        let wanted = std::mem::discriminant(&data);
        if !builder.sections.iter().any(|section| std::mem::discriminant(&section.data) == wanted) {
            let section = builder.sections.add();
            section.name = name.into();
            section.sh_type = elf::SHT_STRTAB;
            section.sh_addralign = 1;
            section.data = data;
        }
    }
    Ok(builder)
}

/// The object with its section groups turned into plain sections, which the reader of [`Builder`] knows: what is in a group
/// here is in both objects as weak symbols.
pub fn without_groups(mut object: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let header = elf::FileHeader64::<object::Endianness>::parse(&*object).context("not a 64-bit ELF object")?;
    let endian = header.endian()?;
    let start = header.e_shoff(endian) as usize;
    let types: Vec<u32> =
        header.section_headers(endian, &*object)?.iter().map(|section| section.sh_type(endian)).collect();
    for (i, _) in types.iter().enumerate().filter(|(_, sh_type)| **sh_type == elf::SHT_GROUP) {
        // `sh_type` is the second word of a section's header.
        let at = start + i * size_of::<elf::SectionHeader64<object::Endianness>>() + 4;
        object[at..at + 4].copy_from_slice(&elf::SHT_PROGBITS.to_le_bytes());
    }
    Ok(object)
}

/// Functions, and the statics that have a name of their own: anonymous data belongs to the code that refers to it.
fn is_unit(symbol: &object::build::elf::Symbol<'_>) -> bool {
    let named = || symbol.st_bind() == elf::STB_GLOBAL || symbol.name.starts_with(b"_R");
    symbol.section.is_some()
        && match symbol.st_type() {
            elf::STT_FUNC => true,
            elf::STT_OBJECT | elf::STT_TLS => named(),
            _ => false,
        }
}

/// Sections that describe code in the same object, whoever may be called by its name.
fn is_description(section: &str) -> bool {
    [".eh_frame", ".gcc_except_table", ".debug_"].iter().any(|prefix| section.starts_with(prefix))
}

fn index(id: impl object::build::Id) -> usize {
    id.index()
}
