//! Round trips, and what each kind of bad file is answered with.

use super::*;
use crate::reader::OpenCrate;
use crate::text::{Crate, DefTable, parse_crate, print_crate};
use crate::{GenericArg, Ty, TyKind};
use expect_test::expect;
use std::sync::Arc;

const COMPILER: &str = "rustc 1.95.0 (test)";

/// A crate that has each construct.
fn sample_text() -> String {
    let body = include_str!("../../tests/data/body.ramir.txt").replacen("fn f(", "fn sample::function#1(", 1);
    // Core's definitions have no names here.
    include_str!("../../tests/data/sample.ramir.txt")
        .replace("core::marker::Sized", "#1:1")
        .replace("core::marker::Send", "#1:2")
        + "\n"
        + &body
}

fn write(interner: &Interner, krate: Crate) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("sample.ramir");
    krate.into_writer(interner, COMPILER.into()).write(&path).expect("the sample is written");
    std::fs::read(&path).expect("the sample is read")
}

fn sample() -> Vec<u8> {
    let interner = Interner::new();
    let krate = parse_crate(&interner, &(), &sample_text()).expect("the sample parses");
    write(&interner, krate)
}

/// The bytes of a file whose only item is an alias of `ty`.
fn alias(interner: &Interner, ty: Ty) -> Vec<u8> {
    let text = "crate 0 a extern 0 { name: \"a\", svh: 0 } root { name: a, stable_crate_id: 0 }";
    let mut krate = parse_crate(interner, &(), text).expect("the crate parses");
    let item = Item {
        generics: Generics::default(),
        predicates: vec![],
        span: Span::DUMMY,
        is_generated: false,
        data: ItemData::TyAlias(ty),
    };
    krate.items.insert(DefIndex(5), item);
    write(interner, krate)
}

/// Reads everything that the file has; the answer is its text.
fn read(bytes: &[u8]) -> Result<String, String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("sample.ramir");
    std::fs::write(&path, bytes).expect("the sample is written");
    let read = || {
        let open = OpenCrate::open(&path, COMPILER)?;
        let interner = Arc::new(Interner::new());
        let nums = (0..open.crates.len()).map(|n| CrateNum(n as u32)).collect();
        let krate = Crate::load(&open.load(interner.clone(), nums, 0))?;
        let mut names = DefTable::default();
        krate.name_defs(&interner, &mut names);
        Ok(print_crate(&interner, &names, &krate))
    };
    read().map_err(|e: Error| e.to_string().replace(&path.display().to_string(), "FILE"))
}

/// Makes the checksums right again, so that damage reaches the decoder.
fn reseal(bytes: &mut [u8]) {
    let names = 20 + u32_at(bytes, 16).expect("a header") as usize;
    for n in 0..Section::COUNT {
        let at = names + n * SECTION_ENTRY;
        let start = u64_at(bytes, at).expect("a section") as usize;
        let count = u32_at(bytes, start).expect("a table") as usize;
        let keyed = n >= Section::DefKeys as usize;
        let word = |bytes: &[u8], i: usize| u32_at(bytes, start + 4 + 4 * i).expect("an index");
        let offsets = if keyed { count } else { 0 };
        let data = start + index_len(count, keyed);
        for i in 0..count {
            let (lo, hi) = (word(bytes, offsets + i) as usize, word(bytes, offsets + i + 1) as usize);
            let crc = crc32fast::hash(&bytes[data + lo..data + hi]);
            let at = start + 4 + 4 * (offsets + count + 1 + i);
            bytes[at..at + 4].copy_from_slice(&crc.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes[start..data]);
        bytes[at + 16..at + 20].copy_from_slice(&crc.to_le_bytes());
    }
}

fn entry_count(bytes: &[u8], section: Section) -> usize {
    let at = 20 + u32_at(bytes, 16).expect("a header") as usize + section as usize * SECTION_ENTRY;
    u32_at(bytes, u64_at(bytes, at).expect("a section") as usize).expect("a table") as usize
}

/// Where the bytes of an entry lie.
fn entry_range(bytes: &[u8], section: Section, i: usize) -> std::ops::Range<usize> {
    let at = 20 + u32_at(bytes, 16).expect("a header") as usize + section as usize * SECTION_ENTRY;
    let start = u64_at(bytes, at).expect("a section") as usize;
    let count = u32_at(bytes, start).expect("a table") as usize;
    let keyed = section as usize >= Section::DefKeys as usize;
    let offsets = start + 4 + if keyed { 4 * count } else { 0 };
    let offset =
        |i: usize| start + index_len(count, keyed) + u32_at(bytes, offsets + 4 * i).expect("an index") as usize;
    offset(i)..offset(i + 1)
}

#[test]
fn round_trip() {
    let interner = Interner::new();
    let krate = parse_crate(&interner, &(), &sample_text()).expect("the sample parses");
    let mut names = DefTable::default();
    krate.name_defs(&interner, &mut names);
    let expected = print_crate(&interner, &names, &krate);
    assert_eq!(read(&sample()).expect("a good file"), expected);
}

#[test]
fn bad_files_name_what_is_wrong() {
    let good = sample();
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        read(&bytes).expect_err("a damaged file")
    };
    expect!["FILE: not a .ramir file"].assert_eq(&with(0, b'X'));
    let version = format!("FILE: .ramir format 99, but this rac reads format {FORMAT_VERSION}; export it again");
    assert_eq!(with(6, 99), version);
    expect!["FILE: written by `rustc 1.9X.0 (test)`, but this rac is locked to `rustc 1.95.0 (test)`"]
        .assert_eq(&with(29, b'X'));
    expect!["FILE: not a .ramir file"].assert_eq(&read(&[]).expect_err("an empty file"));
    let cut = read(&good[..good.len() - 1]).expect_err("a truncated file");
    let whole = good.len();
    assert_eq!(cut, format!("FILE: truncated: {} bytes of {whole}", whole - 1));
    expect!["FILE: damaged Root: wrong checksum"].assert_eq(&with(entry_range(&good, Section::Root, 0).start, 0xff));
    expect!["FILE: damaged section: wrong checksum"].assert_eq(&with(20 + COMPILER.len() + 16, 0xff));
    assert!(matches!(CrateFile::open(Path::new("no/such/file"), COMPILER), Err(Error::Io { .. })));
}

#[test]
fn a_flipped_bit_changes_nothing_silently() {
    let good = sample();
    let expected = read(&good);
    // Not all, which would take long; the step is odd, so that each byte of the words in the index gets its turn.
    for at in (0..good.len()).step_by(17).chain(0..200) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        let found = read(&bytes);
        assert!(found.is_err() || found == expected, "byte {at}: {found:?}");
    }
}

#[test]
fn every_truncation_is_found() {
    let good = sample();
    for len in (0..good.len()).step_by(7) {
        read(&good[..len]).expect_err("a truncated file");
    }
}

/// Damage that the checksums do not show, as if the writer were wrong: an error or another value, never a panic.
#[test]
fn the_decoder_does_not_trust_entries() {
    let good = sample();
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let sections = [
        Section::Crates,
        Section::Root,
        Section::Symbols,
        Section::Tys,
        Section::Args,
        Section::Consts,
        Section::Allocs,
        Section::DefKeys,
        Section::Children,
        Section::Items,
        Section::Bodies,
        Section::CtfeBodies,
        Section::Promoted,
        Section::CoroutineDrops,
    ];
    let mut refused = 0;
    for _ in 0..800 {
        let mut bytes = good.clone();
        for _ in 0..1 + random() % 3 {
            let section = sections[random() as usize % sections.len()];
            let range = entry_range(&good, section, random() as usize % entry_count(&good, section));
            if !range.is_empty() {
                bytes[range.start + random() as usize % range.len()] = random() as u8;
            }
        }
        reseal(&mut bytes);
        refused += read(&bytes).is_err() as u32;
    }
    assert!(refused > 200, "only {refused} of 800 were refused");
}

#[test]
fn a_type_made_of_itself_is_refused() {
    let i = Interner::new();
    let unit = i.mk(TyKind::Tuple(Box::new([])));
    let mut bytes = alias(&i, i.mk(TyKind::Slice(unit)));
    let range = entry_range(&bytes, Section::Tys, 1);
    bytes[range.end - 1] = 1;
    reseal(&mut bytes);
    expect!["FILE: damaged Items: an entry refers to itself or to a later one"]
        .assert_eq(&read(&bytes).expect_err("a cycle"));
}

#[test]
fn a_huge_length_is_not_allocated() {
    let i = Interner::new();
    let unit = i.mk(TyKind::Tuple(Box::new([])));
    let mut bytes = alias(&i, i.mk(TyKind::Tuple(Box::new([unit; 8]))));
    let range = entry_range(&bytes, Section::Tys, 1);
    // A varint length of eight bytes, in place of the length and the first elements.
    bytes[range.start + 1..range.start + 10].copy_from_slice(&[253, 0, 0, 0, 0, 0, 0, 0, 0x7f]);
    reseal(&mut bytes);
    let error = read(&bytes).expect_err("a huge length");
    assert!(error.contains("LimitExceeded"), "{error}");
}

/// The deepest nesting that is read fits the stack of a thread that did not ask for a larger one.
#[test]
fn deep_nesting_ends_in_an_error_before_the_stack_ends() {
    let nested = |depth: usize| {
        let i = Interner::new();
        let mut ty = i.mk(TyKind::Bool);
        for _ in 0..depth {
            let args = i.mk_args(&[GenericArg::Type(ty)]);
            ty = i.mk(TyKind::Adt(DefId { krate: CrateNum(0), index: DefIndex(2) }, args));
        }
        let bytes = alias(&i, ty);
        // Frames are several times as big without optimization; what is promised is for a thread's usual 2 MiB.
        let stack = if cfg!(debug_assertions) { 16 << 20 } else { 2 << 20 };
        std::thread::Builder::new()
            .stack_size(stack)
            .spawn(move || read(&bytes))
            .expect("a thread")
            .join()
            .expect("no stack overflow")
    };
    assert!(nested(450).expect("depth 450").contains(&"#0:2<".repeat(450)));
    expect!["FILE: damaged Items: nested too deeply"].assert_eq(&nested(600).expect_err("depth 600"));
}
