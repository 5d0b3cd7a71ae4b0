//! Runs the exporter on small crates: text in, text out.

use expect_test::{Expect, expect};
use ramir::file::Section;
use ramir::reader::OpenCrate;
use ramir::text::{DefTable, print_body, print_item};
use ramir::{CrateNum, DefId, Interner};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

fn exporter(dir: &Path, source: &str, args: &[&str]) -> Output {
    let file = dir.join("sample.rs");
    std::fs::write(&file, source).expect("the source is written");
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc runs").stdout;
    let sysroot = String::from_utf8(sysroot).expect("a path in UTF-8");
    Command::new(env!("CARGO_BIN_EXE_ra-mir-export"))
        .args(["--sysroot", sysroot.trim()])
        .args(args)
        .args(["--", "sample.rs", "--edition=2024"])
        .current_dir(dir)
        .env_remove("RUSTC_BOOTSTRAP")
        .output()
        .expect("the exporter runs")
}

/// Exports `source` and prints the items and bodies whose path starts with `prefix`.
fn check(source: &str, prefix: &str, expected: Expect) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = exporter(dir.path(), source, &["--out", "sample.ramir"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    let interner = Arc::new(Interner::new());
    let open = OpenCrate::open(&dir.path().join("sample.ramir"), "rustc 1.95.0 (59807616e 2026-04-14)")
        .expect("the file opens");
    let krates = (0..open.crates.len()).map(|i| CrateNum(i as u32)).collect();
    let krate = open.load(interner.clone(), krates, 0);
    let mut names = DefTable::default();
    let keys = krate.keys(Section::DefKeys).map(|i| (i, krate.def_key(i).expect("a key").expect("present")));
    names.insert_crate(&interner, CrateNum(0), "sample", keys);
    let mut text = String::new();
    for index in krate.keys(Section::Items) {
        let def = DefId { krate: CrateNum(0), index };
        let path = ramir::text::DefNames::def_path(&names, def).expect("local definitions have a path");
        if !path.starts_with(prefix) {
            continue;
        }
        let item = krate.item(index).expect("an item").expect("present");
        text += print_item(&interner, &names, def, &item).trim_end();
        text.push('\n');
        if let Some(body) = krate.body(index).expect("a body that decodes") {
            text += print_body(&interner, &names, &path, &body).trim_end();
            text.push('\n');
        }
    }
    expected.assert_eq(&text);
}

#[test]
fn a_function_with_a_check() {
    check(
        "pub fn double(x: u8) -> u8 { x * 2 }\nfn main() { double(1); }",
        "sample::double",
        expect![[r#"
            item sample::double { data: Fn { name: double, sig: fn(u8) -> u8 } }
            fn sample::double(_1: u8) -> u8 {
                let mut _2: (u8, bool);
                debug x => _1 arg 1;

                bb0: {
                    _2 = MulWithOverflow(copy _1, const 2_u8);
                    assert(move (_2.1: bool) == false, Overflow(Mul, copy _1, const 2_u8)) -> [return: bb1, unwind: continue];
                }

                bb1: {
                    _0 = move (_2.0: u8);
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn a_trait_and_its_impl() {
    check(
        "trait Area { const SIDES: u32; fn area(&self) -> u32; }
         struct Square(u32);
         impl Area for Square { const SIDES: u32 = 4; fn area(&self) -> u32 { self.0 } }
         fn main() { let _ = Square(2).area() + Square::SIDES; }",
        "sample::{impl",
        expect![[r#"
            item sample::{impl#0} {
                data: Impl {
                    self_ty: sample::Square,
                    trait_ref: sample::Area<sample::Square>,
                    items: [
                        { def_id: sample::{impl#0}::SIDES, trait_item: sample::Area::SIDES },
                        { def_id: sample::{impl#0}::area, trait_item: sample::Area::area },
                    ],
                },
            }
            item sample::{impl#0}::SIDES {
                generics: { parent: sample::{impl#0} },
                data: Const {
                    name: SIDES,
                    ty: u32,
                    assoc: {
                        container: TraitImpl { impl_def: sample::{impl#0}, trait_item: sample::Area::SIDES },
                        has_value: true,
                    },
                    value: scalar(0x4, 4),
                },
            }
            item sample::{impl#0}::area {
                generics: { parent: sample::{impl#0} },
                data: Fn {
                    name: area,
                    sig: for<1> fn(&'^0:0 sample::Square) -> u32,
                    assoc: {
                        container: TraitImpl { impl_def: sample::{impl#0}, trait_item: sample::Area::area },
                        has_value: true,
                    },
                },
            }
            fn sample::{impl#0}::area(_1: &sample::Square) -> u32 {
                debug self => _1 arg 1;

                bb0: {
                    _0 = copy ((*_1).0: u32);
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn rustc_reports_errors_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = exporter(dir.path(), "fn main() { let x: u8 = true; }", &["--out", "sample.ramir"]);
    assert_eq!(output.status.code(), Some(1));
    expect![[r#"
        error[E0308]: mismatched types
         --> sample.rs:1:25
          |
        1 | fn main() { let x: u8 = true; }
          |                    --   ^^^^ expected `u8`, found `bool`
          |                    |
          |                    expected due to this

        error: aborting due to 1 previous error

        For more information about this error, try `rustc --explain E0308`.
    "#]].assert_eq(&String::from_utf8_lossy(&output.stderr));
    assert!(!dir.path().join("sample.ramir").exists());
}

#[test]
fn unstable_features_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = exporter(dir.path(), "#![feature(never_type)] fn main() {}", &["--out", "sample.ramir"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("E0554"), "{stderr}");
}

/// The oracle's lines that start with `prefix`.
fn check_dump(kind: &str, source: &str, prefix: &str, expected: Expect) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = exporter(dir.path(), source, &["--dump", kind]);
    let text = String::from_utf8(output.stdout).expect("text in UTF-8");
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(prefix)).collect();
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

const SHAPES: &str = "
    trait Shape { fn name(&self) -> u8; fn generic<T>(&self) where Self: Sized {} }
    struct Dot(bool);
    impl Shape for Dot { fn name(&self) -> u8 { 1 } }
    const DOT: &dyn Shape = &Dot(true);
    fn main() { let o = Some(Dot(DOT.name() == 1)); let s: &dyn Shape = &Dot(false); s.name(); drop(o); }";

#[test]
fn layouts() {
    check_dump("layouts", SHAPES, "core::option::Option<sample", expect![[r#"
        core::option::Option<sample::Dot>: size 1 align 1 repr Scalar(Initialized { value: Int(I8, false), valid_range: 0..=2 }) fields [0] niche 0 Int(I8, false) 0..=2 variants tag Initialized { value: Int(I8, false), valid_range: 0..=2 } field 0 niche(untagged 1, 0..=0, start 2) {size 0 align 1 fields [] | size 1 align 1 fields [0]}
    "#]]);
}

#[test]
fn vtables() {
    check_dump("vtables", SHAPES, "sample", expect![[r#"
        sample::Dot as dyn (sample::Shape) = [no_drop, size 1, align 1, item sample::{impl#0}::name]
    "#]]);
}

#[test]
fn consts() {
    check_dump("consts", SHAPES, "sample", expect![[r#"
        sample::DOT = <{01}+0><vtable sample::Dot as dyn (sample::Shape)+0>
        sample::main promoted 0 = <{00}+0>
    "#]]);
}

#[test]
fn symbols() {
    check_dump("symbols", SHAPES, "item sample", expect![[r#"
        item sample::main = _RNvCseg5vz0rOR1E_6sample4main
        item sample::{impl#0}::name = _RNvXCseg5vz0rOR1E_6sampleNtB2_3DotNtB2_5Shape4name
    "#]]);
}
