//! The text form: what it looks like, that it parses back to what was printed, and what its errors say.

use expect_test::{Expect, expect, expect_file};
use ramir::text::{
    Crate, DefTable, Printer, parse_body, parse_crate, parse_item, parse_ty, print_body, print_crate, print_item,
    print_ty,
};
use ramir::*;

const CRATE: &str = include_str!("data/sample.ramir.txt");
const BODY: &str = include_str!("data/body.ramir.txt");

fn core_names() -> DefTable {
    let def = |index| DefId { krate: CrateNum(1), index: DefIndex(index) };
    DefTable::from_iter([
        (def(1), "core::marker::Sized"),
        (def(2), "core::marker::Send"),
        (def(3), "core::ops::Fn"),
        (def(4), "core::ops::Fn::Output"),
    ])
}

/// The sample crate, and the names of its definitions and of core's.
fn sample(interner: &Interner) -> (Crate, DefTable) {
    let mut names = core_names();
    let krate = parse_crate(interner, &names, CRATE).expect("the sample parses");
    krate.name_defs(interner, &mut names);
    (krate, names)
}

#[test]
fn crate_prints_as_it_was_parsed() {
    let interner = Interner::new();
    let (krate, names) = sample(&interner);
    expect_file!["data/sample.ramir.txt"].assert_eq(&print_crate(&interner, &names, &krate));
}

#[test]
fn body_prints_as_it_was_parsed() {
    let interner = Interner::new();
    let (_, names) = sample(&interner);
    let body = parse_body(&interner, &names, BODY).expect("the sample parses");
    let printed = Printer::new(&interner, &names).with_spans(true).body("f", &body);
    expect_file!["data/body.ramir.txt"].assert_eq(&printed);
    assert_eq!(parse_body(&interner, &names, &printed).expect("what was printed parses"), body);

    // The sample has each construct once.
    let debug = format!("{body:?}");
    for name in [
        "Assign",
        "SetDiscriminant",
        "StorageLive",
        "StorageDead",
        "Assume",
        "CopyNonOverlapping",
        "Nop",
        "Goto",
        "SwitchInt",
        "UnwindResume",
        "UnwindTerminate",
        "Return",
        "Unreachable",
        "Drop",
        "Call",
        "TailCall",
        "Assert",
        "InlineAsm",
        "Yield",
        "CoroutineDrop",
        "Continue",
        "Terminate",
        "Cleanup",
        "Deref",
        "Field",
        "Index",
        "ConstantIndex",
        "Subslice",
        "Downcast",
        "OpaqueCast",
        "UnwrapUnsafeBinder",
        "Copy",
        "Move",
        "Constant",
        "RuntimeChecks",
        "Use",
        "Repeat",
        "Ref",
        "ThreadLocalRef",
        "RawPtr",
        "Cast",
        "Discriminant",
        "Aggregate",
        "CopyForDeref",
        "WrapUnsafeBinder",
        "Array",
        "Tuple",
        "Adt",
        "Closure",
        "Coroutine",
        "CoroutineClosure",
        "Scalar",
        "ZeroSized",
        "Slice",
        "Indirect",
        "Unevaluated",
        "BoundsCheck",
        "Overflow",
        "OverflowNeg",
        "DivisionByZero",
        "RemainderByZero",
        "ResumedAfterReturn",
        "ResumedAfterPanic",
        "ResumedAfterDrop",
        "MisalignedPointerDereference",
        "NullPointerDereference",
        "InvalidEnumConstruction",
        "Placeholder",
        "Out",
        "InOut",
        "SymFn",
        "SymStatic",
        "Label",
    ] {
        assert!(contains_word(&debug, name), "the sample has no {name}");
    }
}

fn contains_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|w| w == word)
}

#[test]
fn every_operation_round_trips() {
    let interner = Interner::new();
    let binary = "Add AddUnchecked AddWithOverflow Sub SubUnchecked SubWithOverflow Mul MulUnchecked MulWithOverflow Div \
        Rem BitXor BitAnd BitOr Shl ShlUnchecked Shr ShrUnchecked Eq Lt Le Ne Ge Gt Cmp Offset";
    let casts = "PointerExposeProvenance PointerWithExposedProvenance ReifyFnPointer UnsafeFnPointer ClosureFnPointer \
        MutToConstPointer ArrayToPointer Unsize IntToInt FloatToInt FloatToFloat IntToFloat PtrToPtr FnPtrToPtr Transmute \
        Subtype";
    let binary = binary.split_whitespace().map(|op| format!("        _0 = {op}(copy _1, move _1);\n"));
    let unary = ["Not", "Neg", "PtrMetadata"].map(|op| format!("        _0 = {op}(copy _1);\n"));
    let casts = casts.split_whitespace().map(|kind| format!("        _0 = copy _1 as *const u8 ({kind});\n"));
    let steps: String = binary.chain(unary).chain(casts).collect();
    let text = format!("fn f(_1: u8) -> u8 {{\n    bb0: {{\n{steps}        return;\n    }}\n}}\n");
    let body = parse_body(&interner, &(), &text).expect("the operations parse");
    assert_eq!(print_body(&interner, &(), "f", &body), text);
}

#[test]
fn types_round_trip() {
    let interner = Interner::new();
    let (_, names) = sample(&interner);
    for text in [
        "bool",
        "char",
        "str",
        "!",
        "{error}",
        "isize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "usize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "f16",
        "f32",
        "f64",
        "f128",
        "()",
        "(u8,)",
        "(u8, (), [u8])",
        "sample::Struct<u8>",
        "#1:99<'_, '^1:2, u8, 3_usize, true, 'x', const N/#1>",
        "foreign sample::{extern#0}::Opaque",
        "[u8; 4_usize]",
        "[u8; const sample::CONST<u8>]",
        "[u8; const ^0:1]",
        "[u8; const {error}]",
        "[u8; const scalar(0x100, 1): u8]",
        "[u8; const [1_u8, const [2_u8]: [u8]]: (u8, [u8])]",
        "pat(u32 is 1_u32..=4294967295_u32)",
        "pat(i8 is or(-128_i8..=-1_i8, or(1_i8..=2_i8, const N/#1..=const N/#1)))",
        "pat(*const u8 is !null)",
        "*const u8",
        "*mut u8",
        "&u8",
        "&mut u8",
        "&'^0:1 u8",
        "&'^0:1 mut u8",
        "fndef sample::function<u8>",
        "fn()",
        "fn(u8, ...) -> !",
        "fn(...)",
        "for<2> unsafe extern \"C\" fn(&'^0:1 u8) -> &'^0:1 u8",
        "extern other \"odd\" fn()",
        "binder<1> &'^0:0 u8",
        "dyn (sample::Trait<3_usize> + proj core::ops::Fn::Output<(u8,)> == u8 + auto core::marker::Send)",
        "dyn '^1:0 (for<1> core::ops::Fn<(&'^0:0 u8,)> + for<1> proj core::ops::Fn::Output<(&'^0:0 u8,)> == 5_u8)",
        "dyn ()",
        "closure sample::function::{closure#0}<u8, i16, extern \"rust-call\" fn(()), ()>",
        "coroutine sample::function::{closure#1}",
        "coroutine_closure sample::function::{closure#1}<u8>",
        "coroutine_witness sample::function::{closure#1}",
        "proj sample::Trait::Assoc<T/#0>",
        "inherent sample::Alias",
        "opaque sample::function::{opaque#0}<T/#0>",
        "alias #0:37<u8>",
        "\"impl Fn()\"/#3",
        "^0:7",
    ] {
        let ty = parse_ty(&interner, &names, text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(print_ty(&interner, &names, ty), text);
    }
}

#[test]
fn every_abi_round_trips() {
    let interner = Interner::new();
    for name in [
        "rust-call",
        "rust-cold",
        "rust-invalid",
        "rust-preserve-none",
        "C",
        "C-unwind",
        "system",
        "system-unwind",
        "sysv64",
        "sysv64-unwind",
        "win64",
        "win64-unwind",
        "efiapi",
        "unadjusted",
        "custom",
        "cdecl",
        "cdecl-unwind",
        "stdcall",
        "stdcall-unwind",
        "fastcall",
        "fastcall-unwind",
        "vectorcall",
        "vectorcall-unwind",
        "thiscall",
        "thiscall-unwind",
        "x86-interrupt",
    ] {
        let text = format!("extern {name:?} fn()");
        let ty = parse_ty(&interner, &(), &text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(print_ty(&interner, &(), ty), text);
    }
}

#[test]
fn an_item_alone() {
    let interner = Interner::new();
    let (_, names) = sample(&interner);
    let text = "item sample::Alias { span: @0:1:2, data: TyAlias([u8]) }\n";
    let (def, item) = parse_item(&interner, &names, text).expect("the item parses");
    expect!["item sample::Alias { data: TyAlias([u8]) }\n"].assert_eq(&print_item(&interner, &names, def, &item));
}

#[test]
fn strings_and_allocations_beside_a_body() {
    let interner = Interner::new();
    let text = r#"
        alloc7 = Memory { bytes: "ab", align: 1 };
        fn f() {
            let _1: &str; // A comment.
            bb0: {
                _1 = const "näh";
                _1 = const slice(alloc7, 2): &str;
                return;
            }
        }
    "#;
    let body = parse_body(&interner, &(), text).expect("the body parses");
    let printer = Printer::new(&interner, &());
    let allocs: String = (0..2).map(|n| printer.alloc(AllocId(n))).collect();
    expect![[r#"
        alloc0 = Memory { bytes: "ab", align: 1 };
        alloc1 = Memory { bytes: "n\xc3\xa4h", align: 1 };
        fn f() {
            let _1: &str;

            bb0: {
                _1 = const slice(alloc1, 4): &str;
                _1 = const slice(alloc0, 2): &str;
                return;
            }
        }
    "#]]
    .assert_eq(&(allocs + &printer.body("f", &body)));
}

/// Two definitions of one path: the second is printed by number, so that the text says which is meant.
#[test]
fn names_are_never_ambiguous() {
    let interner = Interner::new();
    let def = |index| DefId { krate: CrateNum(0), index: DefIndex(index) };
    let names = DefTable::from_iter([(def(1), "a::b"), (def(2), "a::b"), (def(3), "not a path")]);
    let printer = Printer::new(&interner, &names);
    expect!["a::b #0:2 #0:3 #0:4"].assert_eq(&[1, 2, 3, 4].map(|index| printer.def(def(index))).join(" "));
}

fn error(text: &str, expected: Expect) {
    let interner = Interner::new();
    let error = parse_body(&interner, &(), text).expect_err("a wrong text");
    expected.assert_eq(&error.to_string());
}

#[test]
fn errors_say_where_and_what() {
    error("", expect!["1:1: expected `fn`, found the end"]);
    error("fn f() {\n    bb1: { return; }\n}", expect!["2:5: blocks come in order, and bb0 is next"]);
    error("fn f() {\n    let _2: u8;\n}", expect!["2:9: locals come in order, and _1 is next"]);
    error("fn f() {\n    bb0: { _0 = copy _1 }\n}", expect!["2:25: expected `;`, found `}`"]);
    error("fn f() {\n    bb0: { _0 = Foo(copy _1); }\n}", expect!["2:17: `Foo` is no operation"]);
    error("fn f() {\n    bb0: { fly; }\n}", expect!["2:12: `fly` starts no statement"]);
    error(
        "fn f() { bb0: { _0 = const 256_u8; } }",
        expect!["1:28: `256_u8` is not a literal: a value and a type like `5_usize`, in the type's range"],
    );
    error("fn f() -> a::B {}", expect!["1:11: there is no definition `a::B`"]);
    error("fn f() { bb0: { _0 = const ptr(alloc3, 0): &u8; } }", expect!["1:32: there is no allocation alloc3"]);
    error("fn f() { bb0: { ä = const \"x", expect!["1:27: the string does not end"]);
    error("fn f() ~", expect!["1:8: unexpected character '~'"]);
    error("fn f() {} fn", expect!["1:11: expected the end, found `fn`"]);
    error("fn f() { bb0: { asm { naked: 1 }; } }", expect!["1:30: expected `false`, found `1`"]);
    error("fn f() { bb0: { asm { colour: 1 }; } }", expect!["1:23: unknown field `colour`"]);
    error("fn f() { bb0: { drop(_0) -> [unwind: continue]; } }", expect!["1:26: `return` is missing"]);
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, what) in
        [("(", "fn f(_1: "), ("#0:0<", "fn f(_1: "), ("(", "fn f() { bb0: { _0 = copy "), ("&", "fn f(_1: ")]
    {
        let interner = Interner::new();
        let error = parse_body(&interner, &(), &format!("{what}{}", open.repeat(100_000))).expect_err("too deep");
        assert_eq!(error.message, "nested too deeply");
    }
}

/// Cut and mixed up texts are refused or parsed, and never panic.
#[test]
fn damaged_text_does_not_panic() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize % below
    };
    let interner = Interner::new();
    let (_, names) = sample(&interner);
    let mut refused = 0;
    for _ in 0..300 {
        for text in [CRATE, BODY] {
            let mut chars: Vec<char> = text.chars().collect();
            let at = random(chars.len());
            let to = at + random((chars.len() - at).min(20));
            match random(3) {
                0 => chars.truncate(at),
                1 => drop(chars.drain(at..to)),
                _ => chars[at] = ['(', '}', '#', '-', '"', '\'', '9', 'x', '\\', '<'][random(10)],
            }
            let text: String = chars.into_iter().collect();
            let fresh = Interner::new();
            refused += u32::from(parse_crate(&fresh, &core_names(), &text).is_err());
            refused += u32::from(parse_body(&interner, &names, &text).is_err());
        }
    }
    assert!(refused > 600, "only {refused} were refused");
}
