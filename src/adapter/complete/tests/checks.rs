//! The checks of unsafe code. The crate of `fixtures/checks.txt` is this one, exported and printed, without positions and
//! bodies:
//!
//! ```ignore
//! pub trait SizedTypeProperties: Sized {
//!     #[lang = "mem_size_const"] const SIZE: usize = 0; #[lang = "mem_align_const"] const ALIGN: usize = 0;
//! }
//! #[lang = "maybe_uninit"] pub union MaybeUninit<T: Copy> { uninit: (), value: T }
//! #[lang = "panic_impl"] pub fn panic_impl(_: &PanicInfo) -> ! { loop {} }
//! pub trait Tr { type Item; }
//! pub struct S { a: u8, b: u32 }
//! #[repr(u8)] pub enum E { A = 1, B = 5 }
//! pub enum Signed { A = -1, B = 7 }
//! pub enum Opt<T> { None, Some(T) }
//! pub enum Never {}
//! pub fn f(); pub fn generic<T, U: ?Sized, I: Tr>(); pub const fn c();
//! #[rustc_intrinsic] pub const fn const_eval_select<ARG, F, G>(_: ARG, _: F, _: G);
//! ```

use super::*;
use crate::adapter::complete::const_eval_select::{call_at_run_time, has_calls};
use crate::adapter::complete::place_ty::TypeCx;
use crate::adapter::complete::ub_checks::add_ub_checks;
use crate::adapter::provider::{BodyProvider, ProvidedBody};
use crate::adapter::store::{OnRefusal, Store};
use crate::adapter::{Instance, Result};
use ramir::{Args, Body, TerminatorKind};

fn test_crate() -> TestCrate {
    TestCrate::new(include_str!("../fixtures/checks.txt"))
}

fn parse(krate: &TestCrate, raw: &str) -> Body {
    parse_body(&krate.tcx.interner, krate.names(), raw).unwrap_or_else(|e| panic!("{e}"))
}

/// The definition whose body `raw` is.
fn def_of(krate: &TestCrate, raw: &str) -> DefId {
    krate.def(raw.strip_prefix("fn ").and_then(|rest| rest.split('(').next()).expect("a heading"))
}

/// Completes a body and puts in the checks.
fn check(raw: &str, expected: Expect) {
    let krate = test_crate();
    let def = def_of(&krate, raw);
    let mut body = complete(&krate.tcx.store, def, parse(&krate, raw)).expect("the body can be completed").body;
    add_ub_checks(&krate.tcx, def, &mut body).expect("checks can be put in");
    expected.assert_eq(&krate.printer().body("f", &body));
}

/// Nothing is checked.
fn check_nothing(raw: &str) {
    let krate = test_crate();
    let changed = add_ub_checks(&krate.tcx, def_of(&krate, raw), &mut parse(&krate, raw));
    assert!(!changed.expect("checks can be put in"), "{raw}");
}

#[test]
fn a_read_is_of_an_aligned_pointer_that_is_not_null() {
    check(
        "fn t::f(_1: *const u32) -> u32 { bb0: { _0 = copy (*_1); return; } }",
        expect![[r#"
        fn f(_1: *const u32) -> u32 {
            let mut _2: *const ();
            let mut _3: usize;
            let mut _4: usize;
            let mut _5: usize;
            let mut _6: bool;
            let mut _7: *const ();
            let mut _8: usize;
            let mut _9: bool;
            let mut _10: bool;
            let mut _11: bool;
            let mut _12: bool;

            bb0: {
                _2 = copy _1 as *const () (PtrToPtr);
                _3 = copy _2 as usize (Transmute);
                _4 = Sub(const t::SizedTypeProperties::ALIGN<u32>: usize, const 1_usize);
                _5 = BitAnd(copy _3, copy _4);
                _6 = Eq(copy _5, const 0_usize);
                assert(copy _6 == true, MisalignedPointerDereference {
                    required: const t::SizedTypeProperties::ALIGN<u32>: usize,
                    found: copy _3,
                }) -> [return: bb1, unwind: unreachable];
            }

            bb1: {
                _7 = copy _1 as *const () (PtrToPtr);
                _8 = copy _7 as usize (Transmute);
                _9 = Ne(const t::SizedTypeProperties::SIZE<u32>: usize, const 0_usize);
                _10 = Eq(copy _8, const 0_usize);
                _11 = BitAnd(copy _10, copy _9);
                _12 = Not(copy _11);
                assert(copy _12 == true, NullPointerDereference) -> [return: bb2, unwind: unreachable];
            }

            bb2: {
                _0 = copy (*_1);
                return;
            }
        }
    "#]],
    );
}

#[test]
fn a_byte_is_always_aligned() {
    check(
        "fn t::f(_1: *const [u8; 4_usize]) -> u8 { bb0: { _0 = copy (*_1)[1 of 4]; return; } }",
        expect![[r#"
        fn f(_1: *const [u8; 4_usize]) -> u8 {
            let mut _2: *const ();
            let mut _3: usize;
            let mut _4: bool;
            let mut _5: bool;
            let mut _6: bool;
            let mut _7: bool;

            bb0: {
                _2 = copy _1 as *const () (PtrToPtr);
                _3 = copy _2 as usize (Transmute);
                _4 = Ne(const t::SizedTypeProperties::SIZE<[u8; 4_usize]>: usize, const 0_usize);
                _5 = Eq(copy _3, const 0_usize);
                _6 = BitAnd(copy _5, copy _4);
                _7 = Not(copy _6);
                assert(copy _7 == true, NullPointerDereference) -> [return: bb1, unwind: unreachable];
            }

            bb1: {
                _0 = copy (*_1)[1 of 4];
                return;
            }
        }
    "#]],
    );
}

#[test]
fn a_borrow_of_a_part_is_aligned_for_the_part() {
    check(
        "fn t::f(_1: *mut t::S) -> &mut u32 { bb0: { _0 = &mut ((*_1).1: u32); return; } }",
        expect![[r#"
        fn f(_1: *mut t::S) -> &mut u32 {
            let mut _2: *const ();
            let mut _3: usize;
            let mut _4: usize;
            let mut _5: usize;
            let mut _6: bool;
            let mut _7: *const ();
            let mut _8: usize;
            let mut _9: bool;
            let mut _10: bool;
            let mut _11: bool;

            bb0: {
                _2 = copy _1 as *const () (PtrToPtr);
                _3 = copy _2 as usize (Transmute);
                _4 = Sub(const t::SizedTypeProperties::ALIGN<u32>: usize, const 1_usize);
                _5 = BitAnd(copy _3, copy _4);
                _6 = Eq(copy _5, const 0_usize);
                assert(copy _6 == true, MisalignedPointerDereference {
                    required: const t::SizedTypeProperties::ALIGN<u32>: usize,
                    found: copy _3,
                }) -> [return: bb1, unwind: unreachable];
            }

            bb1: {
                _7 = copy _1 as *const () (PtrToPtr);
                _8 = copy _7 as usize (Transmute);
                _9 = Eq(copy _8, const 0_usize);
                _10 = BitAnd(copy _9, const true);
                _11 = Not(copy _10);
                assert(copy _11 == true, NullPointerDereference) -> [return: bb2, unwind: unreachable];
            }

            bb2: {
                _0 = &mut ((*_1).1: u32);
                return;
            }
        }
    "#]],
    );
}

#[test]
fn the_last_pointer_of_a_statement_is_checked_first() {
    check(
        "fn t::f(_1: *mut u8, _2: *const u8) { bb0: { (*_1) = copy (*_2); (*_1) = const 1_u8; return; } }",
        expect![[r#"
            fn f(_1: *mut u8, _2: *const u8) {
                let mut _3: *const ();
                let mut _4: usize;
                let mut _5: bool;
                let mut _6: bool;
                let mut _7: bool;
                let mut _8: bool;
                let mut _9: *const ();
                let mut _10: usize;
                let mut _11: bool;
                let mut _12: bool;
                let mut _13: bool;
                let mut _14: bool;
                let mut _15: *const ();
                let mut _16: usize;
                let mut _17: bool;
                let mut _18: bool;
                let mut _19: bool;
                let mut _20: bool;

                bb0: {
                    _15 = copy _2 as *const () (PtrToPtr);
                    _16 = copy _15 as usize (Transmute);
                    _17 = Ne(const t::SizedTypeProperties::SIZE<u8>: usize, const 0_usize);
                    _18 = Eq(copy _16, const 0_usize);
                    _19 = BitAnd(copy _18, copy _17);
                    _20 = Not(copy _19);
                    assert(copy _20 == true, NullPointerDereference) -> [return: bb3, unwind: unreachable];
                }

                bb1: {
                    (*_1) = const 1_u8;
                    return;
                }

                bb2: {
                    (*_1) = copy (*_2);
                    _3 = copy _1 as *const () (PtrToPtr);
                    _4 = copy _3 as usize (Transmute);
                    _5 = Ne(const t::SizedTypeProperties::SIZE<u8>: usize, const 0_usize);
                    _6 = Eq(copy _4, const 0_usize);
                    _7 = BitAnd(copy _6, copy _5);
                    _8 = Not(copy _7);
                    assert(copy _8 == true, NullPointerDereference) -> [return: bb1, unwind: unreachable];
                }

                bb3: {
                    _9 = copy _1 as *const () (PtrToPtr);
                    _10 = copy _9 as usize (Transmute);
                    _11 = Ne(const t::SizedTypeProperties::SIZE<u8>: usize, const 0_usize);
                    _12 = Eq(copy _10, const 0_usize);
                    _13 = BitAnd(copy _12, copy _11);
                    _14 = Not(copy _13);
                    assert(copy _14 == true, NullPointerDereference) -> [return: bb2, unwind: unreachable];
                }
            }
        "#]],
    );
}

#[test]
fn what_a_parameter_needs_only_an_instance_knows() {
    check(
        "fn t::generic(_1: *const T/#0, _2: *mut proj t::Tr::Item<I/#2>) -> &T/#0 {
            let _3: &proj t::Tr::Item<I/#2>;
            bb0: { _0 = &(*_1); _3 = &(*_2); return; }
        }",
        expect![[r#"
            fn f(_1: *const T/#0, _2: *mut proj t::Tr::Item<I/#2>) -> &T/#0 {
                let _3: &proj t::Tr::Item<I/#2>;
                let mut _4: *const ();
                let mut _5: usize;
                let mut _6: usize;
                let mut _7: usize;
                let mut _8: bool;
                let mut _9: *const ();
                let mut _10: usize;
                let mut _11: usize;
                let mut _12: usize;
                let mut _13: bool;
                let mut _14: *const ();
                let mut _15: usize;
                let mut _16: bool;
                let mut _17: bool;
                let mut _18: bool;
                let mut _19: *const ();
                let mut _20: usize;
                let mut _21: bool;
                let mut _22: bool;
                let mut _23: bool;

                bb0: {
                    _9 = copy _1 as *const () (PtrToPtr);
                    _10 = copy _9 as usize (Transmute);
                    _11 = Sub(const t::SizedTypeProperties::ALIGN<T/#0>: usize, const 1_usize);
                    _12 = BitAnd(copy _10, copy _11);
                    _13 = Eq(copy _12, const 0_usize);
                    assert(copy _13 == true, MisalignedPointerDereference {
                        required: const t::SizedTypeProperties::ALIGN<T/#0>: usize,
                        found: copy _10,
                    }) -> [return: bb2, unwind: unreachable];
                }

                bb1: {
                    _19 = copy _2 as *const () (PtrToPtr);
                    _20 = copy _19 as usize (Transmute);
                    _21 = Eq(copy _20, const 0_usize);
                    _22 = BitAnd(copy _21, const true);
                    _23 = Not(copy _22);
                    assert(copy _23 == true, NullPointerDereference) -> [return: bb4, unwind: unreachable];
                }

                bb2: {
                    _14 = copy _1 as *const () (PtrToPtr);
                    _15 = copy _14 as usize (Transmute);
                    _16 = Eq(copy _15, const 0_usize);
                    _17 = BitAnd(copy _16, const true);
                    _18 = Not(copy _17);
                    assert(copy _18 == true, NullPointerDereference) -> [return: bb3, unwind: unreachable];
                }

                bb3: {
                    _0 = &(*_1);
                    _4 = copy _2 as *const () (PtrToPtr);
                    _5 = copy _4 as usize (Transmute);
                    _6 = Sub(const t::SizedTypeProperties::ALIGN<proj t::Tr::Item<I/#2>>: usize, const 1_usize);
                    _7 = BitAnd(copy _5, copy _6);
                    _8 = Eq(copy _7, const 0_usize);
                    assert(copy _8 == true, MisalignedPointerDereference {
                        required: const t::SizedTypeProperties::ALIGN<proj t::Tr::Item<I/#2>>: usize,
                        found: copy _5,
                    }) -> [return: bb1, unwind: unreachable];
                }

                bb4: {
                    _3 = &(*_2);
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn pointers_that_are_not_checked() {
    check_nothing("fn t::f(_1: *const u32) -> *const u32 { bb0: { _0 = &raw const (*_1); return; } }");
    check_nothing("fn t::f(_1: *const [u32]) -> &[u32] { bb0: { _0 = &(*_1); return; } }");
    check_nothing("fn t::f(_1: &u32) -> u32 { bb0: { _0 = copy (*_1); return; } }");
    check_nothing("fn t::f(_1: *const t::E) -> u8 { bb0: { _0 = discriminant((*_1)); return; } }");
    check_nothing(
        "fn t::f(_1: *const bool) { bb0: { switchInt(copy (*_1)) -> [0: bb1, otherwise: bb1]; } bb1: { return; } }",
    );
    check_nothing("fn t::generic(_1: *const U/#1) -> &U/#1 { bb0: { _0 = &(*_1); return; } }");
    // A constant's body is only evaluated.
    check_nothing("fn t::SizedTypeProperties::SIZE() -> u32 { let _1: *const u32; bb0: { _0 = copy (*_1); return; } }");
}

#[test]
fn an_enum_has_the_tag_of_a_variant() {
    check(
        "fn t::f(_1: u8) -> t::E { bb0: { _0 = move _1 as t::E (Transmute); return; } }",
        expect![[r#"
        fn f(_1: u8) -> t::E {
            let mut _2: u8;
            let mut _3: u8;
            let mut _4: u128;
            let mut _5: u128;

            bb0: {
                _2 = copy _1 as u8 (Transmute);
                _3 = copy _2 as u8 (IntToInt);
                _4 = copy _3 as u128 (IntToInt);
                _5 = BitAnd(copy _4, const 255_u128);
                switchInt(copy _5) -> [1: bb1, 5: bb1, otherwise: bb2];
            }

            bb1: {
                _0 = move _1 as t::E (Transmute);
                return;
            }

            bb2: {
                assert(const false == true, InvalidEnumConstruction(copy _5)) -> [return: bb1, unwind: unreachable];
            }
        }
    "#]],
    );
    check(
        "fn t::f(_1: i8) -> t::Signed { bb0: { _0 = move _1 as t::Signed (Transmute); return; } }",
        expect![[r#"
        fn f(_1: i8) -> t::Signed {
            let mut _2: u8;
            let mut _3: i8;
            let mut _4: u128;
            let mut _5: u128;

            bb0: {
                _2 = copy _1 as u8 (Transmute);
                _3 = copy _2 as i8 (IntToInt);
                _4 = copy _3 as u128 (IntToInt);
                _5 = BitAnd(copy _4, const 255_u128);
                switchInt(copy _5) -> [255: bb1, 7: bb1, otherwise: bb2];
            }

            bb1: {
                _0 = move _1 as t::Signed (Transmute);
                return;
            }

            bb2: {
                assert(const false == true, InvalidEnumConstruction(copy _5)) -> [return: bb1, unwind: unreachable];
            }
        }
    "#]],
    );
    check(
        "fn t::f(_1: u64) -> t::Opt<u32> { bb0: { _0 = copy _1 as t::Opt<u32> (Transmute); return; } }",
        expect![[r#"
        fn f(_1: u64) -> t::Opt<u32> {
            let mut _2: [t::MaybeUninit<u8>; 8_usize];
            let mut _3: u32;
            let mut _4: u128;
            let mut _5: u128;

            bb0: {
                _2 = copy _1 as [t::MaybeUninit<u8>; 8_usize] (Transmute);
                _3 = copy _2[0..4] as u32 (Transmute);
                _4 = copy _3 as u128 (IntToInt);
                _5 = BitAnd(copy _4, const 4294967295_u128);
                switchInt(copy _5) -> [0: bb1, 1: bb1, otherwise: bb2];
            }

            bb1: {
                _0 = copy _1 as t::Opt<u32> (Transmute);
                return;
            }

            bb2: {
                assert(const false == true, InvalidEnumConstruction(copy _5)) -> [return: bb1, unwind: unreachable];
            }
        }
    "#]],
    );
}

#[test]
fn an_enum_has_a_value_of_its_niche() {
    check(
        "fn t::f(_1: u8) -> t::Opt<bool> { bb0: { _0 = copy _1 as t::Opt<bool> (Transmute); return; } }",
        expect![[r#"
        fn f(_1: u8) -> t::Opt<bool> {
            let mut _2: u8;
            let mut _3: u8;
            let mut _4: u128;
            let mut _5: u128;
            let mut _6: bool;

            bb0: {
                _2 = copy _1 as u8 (Transmute);
                _3 = copy _2 as u8 (IntToInt);
                _4 = copy _3 as u128 (IntToInt);
                _5 = Sub(copy _4, const 0_u128);
                _6 = Le(copy _5, const 2_u128);
                assert(copy _6 == true, InvalidEnumConstruction(copy _4)) -> [return: bb1, unwind: unreachable];
            }

            bb1: {
                _0 = copy _1 as t::Opt<bool> (Transmute);
                return;
            }
        }
    "#]],
    );
    check(
        "fn t::f(_1: [u16; 4_usize]) -> t::Opt<(u16, char)> {
            bb0: { _0 = copy _1 as t::Opt<(u16, char)> (Transmute); return; }
        }",
        expect![[r#"
            fn f(_1: [u16; 4_usize]) -> t::Opt<(u16, char)> {
                let mut _2: [t::MaybeUninit<u8>; 8_usize];
                let mut _3: u32;
                let mut _4: u128;
                let mut _5: u128;
                let mut _6: bool;

                bb0: {
                    _2 = copy _1 as [t::MaybeUninit<u8>; 8_usize] (Transmute);
                    _3 = copy _2[4..8] as u32 (Transmute);
                    _4 = copy _3 as u128 (IntToInt);
                    _5 = Sub(copy _4, const 0_u128);
                    _6 = Le(copy _5, const 1114112_u128);
                    assert(copy _6 == true, InvalidEnumConstruction(copy _4)) -> [return: bb1, unwind: unreachable];
                }

                bb1: {
                    _0 = copy _1 as t::Opt<(u16, char)> (Transmute);
                    return;
                }
            }
        "#]],
    );
    check(
        "fn t::generic(_1: *const T/#0) -> t::Opt<&T/#0> {
            bb0: { _0 = copy _1 as t::Opt<&T/#0> (Transmute); return; }
        }",
        expect![[r#"
            fn f(_1: *const T/#0) -> t::Opt<&T/#0> {
                let mut _2: u64;
                let mut _3: u64;
                let mut _4: u128;
                let mut _5: u128;
                let mut _6: bool;

                bb0: {
                    _2 = copy _1 as u64 (Transmute);
                    _3 = copy _2 as u64 (IntToInt);
                    _4 = copy _3 as u128 (IntToInt);
                    _5 = Sub(copy _4, const 1_u128);
                    _6 = Le(copy _5, const 340282366920938463463374607431768211455_u128);
                    assert(copy _6 == true, InvalidEnumConstruction(copy _4)) -> [return: bb1, unwind: unreachable];
                }

                bb1: {
                    _0 = copy _1 as t::Opt<&T/#0> (Transmute);
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn an_enum_without_variants_has_no_value() {
    check(
        "fn t::f(_1: ()) -> t::Never { bb0: { _0 = copy _1 as t::Never (Transmute); return; } }",
        expect![[r#"
        fn f(_1: ()) -> t::Never {
            let mut _2: bool;

            bb0: {
                _2 = const false;
                assert(copy _2 == true, InvalidEnumConstruction(const 0_u128)) -> [return: bb1, unwind: unreachable];
            }

            bb1: {
                _0 = copy _1 as t::Never (Transmute);
                return;
            }
        }
    "#]],
    );
}

#[test]
fn transmutes_that_are_not_checked() {
    check_nothing("fn t::f(_1: t::Never) -> t::Never { bb0: { _0 = copy _1 as t::Never (Transmute); return; } }");
    check_nothing("fn t::f(_1: u32) -> char { bb0: { _0 = copy _1 as char (Transmute); return; } }");
    check_nothing(
        "fn t::generic(_1: u32) -> t::Opt<T/#0> { bb0: { _0 = copy _1 as t::Opt<T/#0> (Transmute); return; } }",
    );
    check_nothing(
        "fn t::generic(_1: u32) -> t::Opt<&U/#1> { bb0: { _0 = copy _1 as t::Opt<&U/#1> (Transmute); return; } }",
    );
}

#[test]
fn const_eval_select_calls_the_second_function() {
    let check = |raw: &str, expected: Expect| {
        let krate = test_crate();
        let mut body = parse(&krate, raw);
        let types = TypeCx::new(&krate.tcx.store, def_of(&krate, raw)).expect("the definition is there");
        assert!(has_calls(&types, &body).expect("callees are known"));
        assert!(call_at_run_time(&types, &mut body).expect("the call can be replaced"));
        assert!(!has_calls(&types, &body).expect("callees are known"));
        expected.assert_eq(&krate.printer().body("f", &body));
    };
    check(
        "fn t::f(_1: (u8, u32)) {
            bb0: {
                _0 = fn t::const_eval_select<(u8, u32), fndef t::c, fndef t::f>(move _1, fn t::c, fn t::f)
                    -> [return: bb1, unwind: continue];
            }
            bb1: { return; }
        }",
        expect![[r#"
            fn f(_1: (u8, u32)) {
                bb0: {
                    _0 = fn t::f(move (_1.0: u8), move (_1.1: u32)) -> [return: bb1, unwind: continue];
                }

                bb1: {
                    return;
                }
            }
        "#]],
    );
    check(
        "fn t::f() {
            bb0: {
                _0 = fn t::const_eval_select<(), fndef t::c, fndef t::f>(const (), fn t::c, fn t::f)
                    -> [return: bb1, unwind: continue];
            }
            bb1: { return; }
        }",
        expect![[r#"
            fn f() {
                let mut _1: ();

                bb0: {
                    _1 = const ();
                    _0 = fn t::f() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    return;
                }
            }
        "#]],
    );
}

/// Has one body.
struct Provider(DefId, Body);

impl BodyProvider for Provider {
    fn body(&self, _: &Store, def: DefId) -> Result<Option<ProvidedBody>> {
        Ok((def == self.0).then(|| ProvidedBody { body: self.1.clone(), promoted: Vec::new(), coroutine: None }))
    }
}

#[test]
fn the_evaluator_checks_nothing() {
    let checks = |ub_checks: bool| {
        let mut krate = test_crate();
        krate.tcx.opts.ub_checks = ub_checks;
        let def = krate.def("t::c");
        let body = parse(&krate, "fn t::c(_1: *const u32) -> u32 { bb0: { _0 = copy (*_1); return; } }");
        krate.tcx.store.set_provider(Box::new(Provider(def, body)), OnRefusal::Fail);
        let instance = Instance::new(def, Args::EMPTY);
        let bodies = [krate.tcx.instance_mir(instance), krate.tcx.instance_mir_for_ctfe(instance)];
        bodies.map(|body| {
            let blocks = &body.expect("the function has a body").body.blocks;
            blocks.iter().filter(|block| matches!(block.terminator.kind, TerminatorKind::Assert { .. })).count()
        })
    };
    assert_eq!(checks(true), [2, 0]);
    assert_eq!(checks(false), [0, 0]);
}
