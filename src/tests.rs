//! Code generation over a crate in text form, as CLIF and as tables.
//!
//! `fixtures/functions.txt` is this, after the lang items that it cannot do without, exported by `--emit ramir`:
//!
//! ```ignore
//! pub enum E { A, B(u8), C(u32) }
//! pub fn tag(e: &E) -> u32 { match *e { E::A => 1, E::B(_) => 2, E::C(x) => x } }
//! pub fn swap(a: u32, b: u64) -> (u64, u32) { (b, a) }
//! pub struct Guard(u32);
//! impl Drop for Guard { fn drop(&mut self) { may_unwind(self.0) } }
//! unsafe extern "Rust" { #[link_name = "may_unwind"] safe fn may_unwind(x: u32); }
//! pub fn guarded(x: u32) { let _guard = Guard(x); may_unwind(x); }
//! ```

use crate::adapter::testing::TestCrate;
use crate::CodeCache;
use crate::base::{FunctionBuffers, codegen_fn};
use crate::mono::MonoItems;
use crate::prelude::*;
use expect_test::{Expect, expect};

fn functions() -> TestCrate {
    TestCrate::new(include_str!("fixtures/functions.txt"))
}

fn options() -> CodegenOptions {
    CodegenOptions {
        opt_level: OptLevel::None,
        debuginfo: true,
        verifier: true,
        emit_clif: true,
        units: 2,
        is_library: true,
        allocator_shim: false,
        sigpipe: 0,
        frame_pointers: true,
        isa_flags: Vec::new(),
        source: ("functions.rs".into(), "/".into()),
        seeded_bug: None,
    }
}

fn compile(krate: &TestCrate, path: &str) -> CompiledFunction {
    let isa = crate::build_isa(&options()).expect("x86-64 is supported");
    let cx = CodegenCx::new(&krate.tcx, isa, options(), None);
    let instance = Instance::new(krate.def(path), Args::EMPTY);
    codegen_fn(&cx, &mut FunctionBuffers::default(), instance).unwrap_or_else(|e| panic!("{e}"))
}

/// The instructions of a function, without comments.
fn check_clif(path: &str, expected: Expect) {
    let clif = compile(&functions(), path).clif.expect("CLIF was asked for");
    let body = clif.split_once("\nfunction ").map_or(&clif[..], |(_, body)| body);
    let lines = body.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    let lines: Vec<&str> = lines.map(|line| line.split(" ; ").next().unwrap_or(line).trim_end()).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn pairs_travel_in_registers() {
    check_clif("t::swap", expect![[r#"
        u0:0(i32, i64) -> i64, i32 system_v {
                                        block0(v0: i32, v1: i64):
        @0001                               return v1, v0
        }"#]]);
}

#[test]
fn an_enum_is_read_through_its_tag() {
    check_clif("t::tag", expect![[r#"
        u0:0(i64) -> i32 system_v {
                                        block0(v0: i64):
                                            v6 -> v0
        @0000                               v1 = load.i8 notrap v0
        @0000                               v2 = uextend.i64 v1
        @0001                               v3 = iconst.i64 0xffff_ffff
        @0001                               v4 = icmp ugt v2, v3
        @0001                               brif v4, block1, block6
                                        block6:
        @0001                               v5 = ireduce.i32 v2
        @0001                               br_table v5, block1, [block4, block3, block2]
                                        block1 cold:
        @0000                               trap user1
                                        block2:
        @0002                               v7 = load.i32 notrap v6+4
        @0003                               jump block5(v7)
                                        block3:
        @0004                               v8 = iconst.i32 2
        @0004                               jump block5(v8)
                                        block4:
        @0005                               v9 = iconst.i32 1
        @0005                               jump block5(v9)
                                        block5(v10: i32):
        @0006                               return v10
        }"#]]);
}

#[test]
fn a_call_with_cleanup_has_a_landing_pad() {
    check_clif("t::guarded", expect![[r#"
        u0:0(i32) system_v {
            ss0 = explicit_slot 4, align = 4
            sig0 = (i32) system_v
            sig1 = (i64) system_v
            sig2 = () system_v
            sig3 = (i64) system_v
            fn0 = colocated u0:0 sig0
            fn1 = colocated u0:1 sig1
            fn2 = colocated u0:2 sig2
            fn3 = colocated u0:3 sig3
                                        block0(v0: i32):
        @0000                               v1 = stack_addr.i64 ss0
        @0000                               store notrap v0, v1
        @0001                               try_call fn0(v0), sig0, block1, [ tag0: block5(exn0) ]
                                        block5(v2: i64) cold:
                                            v6 -> v2
        @0001                               jump block3
                                        block1:
        @0002                               v3 = stack_addr.i64 ss0
        @0002                               call fn1(v3)
        @0002                               jump block2
                                        block2:
        @0003                               return
                                        block3 cold:
        @0002                               v4 = stack_addr.i64 ss0
        @0002                               try_call fn1(v4), sig1, block4, [ tag0: block6(exn0) ]
                                        block6(v5: i64) cold:
        @0002                               call fn2()
        @0002                               trap user1
                                        block4 cold:
        @0004                               call fn3(v6)
        @0004                               trap user1
        }"#]]);
}

#[test]
fn calls_with_cleanup_are_in_the_table() {
    let krate = functions();
    let func = compile(&krate, "t::guarded");
    let names: Vec<&str> = func.symbols.iter().map(|symbol| krate.tcx.str(symbol.name)).collect();
    assert!(func.call_sites.iter().all(|site| !site.catch && site.landing_pad < func.code.len() as u32));
    expect![[r#"
        2 landing pads
        may_unwind
        _RINvCsciGn5CcqV8B_1t13drop_in_placeNtB2_5GuardEB2_
        _RNvCsciGn5CcqV8B_1t16panic_in_cleanup
        _Unwind_Resume"#]].assert_eq(&format!("{} landing pads\n{}", func.call_sites.len(), names.join("\n")));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let objects = || {
        let krate = functions();
        let fns = ["t::guarded", "t::tag", "t::swap"].map(|path| Instance::new(krate.def(path), Args::EMPTY));
        let items = MonoItems { fns: fns.into(), ..MonoItems::default() };
        let results = crate::codegen_units(&krate.tcx, &items, &options(), None).expect("objects can be written");
        results.unwrap_or_else(|errors| panic!("{}", errors[0])).objects
    };
    let (first, second) = (objects(), objects());
    assert_eq!(first.len(), 2);
    assert!(first == second);
}

#[test]
fn code_that_is_kept_is_the_code_that_would_be_made() {
    let compile = |cache: Option<&CodeCache>| {
        let krate = functions();
        let fns = ["t::guarded", "t::tag", "t::swap"].map(|path| Instance::new(krate.def(path), Args::EMPTY));
        let items = MonoItems { fns: fns.into(), ..MonoItems::default() };
        let results = crate::codegen_units(&krate.tcx, &items, &options(), cache).expect("objects can be written");
        results.unwrap_or_else(|errors| panic!("{}", errors[0])).objects
    };
    let expected = compile(None);
    let cache = CodeCache::default();
    assert!(compile(Some(&cache)) == expected);
    assert_eq!(cache.reused(), 0);
    let cache = CodeCache::decode(cache.encode().expect("three functions"));
    assert!(compile(Some(&cache)) == expected);
    assert_eq!(cache.reused(), 3);
    assert!(cache.encode().is_none());
}

#[test]
fn what_is_not_exported_is_named_with_its_function() {
    let krate = functions();
    let isa = crate::build_isa(&options()).expect("x86-64 is supported");
    let cx = CodegenCx::new(&krate.tcx, isa, options(), None);
    let instance = Instance::new(krate.def("t::{extern#0}::may_unwind"), Args::EMPTY);
    let error = codegen_fn(&cx, &mut FunctionBuffers::default(), instance).map(|_| ());
    expect![[r#"
        missing in the exported crates: body of t::{extern}::may_unwind
          in t::{extern}::may_unwind (may_unwind)"#]].assert_eq(&error.map_or_else(|e| e.to_string(), |()| "compiled".into()));
}
