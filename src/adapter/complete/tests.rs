//! Raw bodies and what becomes of them, as text. The crate of `fixtures/drops.txt` is this one, exported and printed,
//! without positions and bodies:
//!
//! ```ignore
//! #[lang = "owned_box"] pub struct Box<T>(Unique<T>); pub struct Unique<T>(NonNull<T>); pub struct NonNull<T>(*const T);
//! #[lang = "unsafe_cell"] pub struct UnsafeCell<T>(T);
//! pub struct D(u32); impl Drop for D { .. }
//! pub enum Opt<T> { None, Some(T) }
//! pub fn mk() -> D; pub fn take(_: D); pub fn f(); pub fn generic<T, C: Copy>(_: T);
//! pub extern "C" fn ext(); pub extern "C" fn callback();
//! ```

use super::complete;
use crate::adapter::testing::TestCrate;
use expect_test::{Expect, expect};
use ramir::DefId;
use ramir::file::Section;
use ramir::text::parse_body;

/// Completes the body of `t::f`, or of the function whose name stands before the colon.
fn check(raw: &str, expected: Expect) {
    let krate = TestCrate::new(include_str!("fixtures/drops.txt"));
    let name = raw.trim_start().strip_prefix("fn ").and_then(|rest| rest.split('(').next()).unwrap_or("t::f");
    let body = parse_body(&krate.tcx.interner, krate.names(), raw).unwrap_or_else(|e| panic!("{e}"));
    let text = match complete(&krate.tcx.store, krate.def(name), body) {
        Ok(done) => {
            let mut text = krate.printer().body("f", &done.body);
            for promoted in &done.promoted {
                text += &krate.printer().body("promoted", promoted);
            }
            // The positions are all dummies.
            text
        }
        Err(e) => format!("error: {e}\n"),
    };
    expected.assert_eq(&text);
}

#[test]
fn moved_out_local_is_not_dropped() {
    check(
        "fn t::f() {
            let _1: t::D;
            let _2: ();
            bb0: { StorageLive(_1); _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _2 = fn t::take(move _1) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { StorageDead(_1); return; }
        }",
        expect![[r#"
            fn f() {
                let _1: t::D;
                let _2: ();

                bb0: {
                    StorageLive(_1);
                    _1 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    _2 = fn t::take(move _1) -> [return: bb2, unwind: continue];
                }

                bb2: {
                    StorageDead(_1);
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn conditional_move_makes_a_flag() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: ();
            bb0: { _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { switchInt(copy _1) -> [0: bb3, otherwise: bb2]; }
            bb2: { _3 = fn t::take(move _2) -> [return: bb3, unwind: continue]; }
            bb3: { _3 = fn t::f() -> [return: bb4, unwind: continue]; }
            bb4: { drop(_2) -> [return: bb5, unwind: continue]; }
            bb5: { return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: ();
                let mut _4: bool;

                bb0: {
                    _4 = const false;
                    _4 = const true;
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    switchInt(copy _1) -> [0: bb3, otherwise: bb2];
                }

                bb2: {
                    _4 = const false;
                    _3 = fn t::take(move _2) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    _3 = fn t::f() -> [return: bb7, unwind: bb9];
                }

                bb4: {
                    return;
                }

                bb5 (cleanup): {
                    resume;
                }

                bb6: {
                    _4 = const false;
                    drop(_2) -> [return: bb4, unwind: continue];
                }

                bb7: {
                    switchInt(copy _4) -> [0: bb4, otherwise: bb6];
                }

                bb8 (cleanup): {
                    drop(_2) -> [return: bb5, unwind: terminate(InCleanup)];
                }

                bb9 (cleanup): {
                    switchInt(copy _4) -> [0: bb5, otherwise: bb8];
                }
            }
        "#]],
    );
}

#[test]
fn several_locals_are_dropped_in_reverse_when_unwinding() {
    check(
        "fn t::f(_1: t::D) {
            let _2: t::D;
            let _3: t::D;
            let _4: ();
            bb0: { _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _3 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { _4 = fn t::f() -> [return: bb3, unwind: continue]; }
            bb3: { drop(_3) -> [return: bb4, unwind: continue]; }
            bb4: { drop(_2) -> [return: bb5, unwind: continue]; }
            bb5: { drop(_1) -> [return: bb6, unwind: continue]; }
            bb6: { return; }
        }",
        expect![[r#"
            fn f(_1: t::D) {
                let _2: t::D;
                let _3: t::D;
                let _4: ();

                bb0: {
                    _2 = fn t::mk() -> [return: bb1, unwind: bb8];
                }

                bb1: {
                    _3 = fn t::mk() -> [return: bb2, unwind: bb9];
                }

                bb2: {
                    _4 = fn t::f() -> [return: bb3, unwind: bb10];
                }

                bb3: {
                    drop(_3) -> [return: bb4, unwind: bb9];
                }

                bb4: {
                    drop(_2) -> [return: bb5, unwind: bb8];
                }

                bb5: {
                    drop(_1) -> [return: bb6, unwind: continue];
                }

                bb6: {
                    return;
                }

                bb7 (cleanup): {
                    resume;
                }

                bb8 (cleanup): {
                    drop(_1) -> [return: bb7, unwind: terminate(InCleanup)];
                }

                bb9 (cleanup): {
                    drop(_2) -> [return: bb8, unwind: terminate(InCleanup)];
                }

                bb10 (cleanup): {
                    drop(_3) -> [return: bb9, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn partial_move() {
    check(
        "fn t::f(_1: (t::D, t::D, t::D)) {
            let _2: t::D;
            let _3: ();
            bb0: { _2 = move (_1.1: t::D); _3 = fn t::f() -> [return: bb1, unwind: continue]; }
            bb1: { drop(_2) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: (t::D, t::D, t::D)) {
                let _2: t::D;
                let _3: ();

                bb0: {
                    _2 = move (_1.1: t::D);
                    _3 = fn t::f() -> [return: bb1, unwind: bb4];
                }

                bb1: {
                    drop(_2) -> [return: bb7, unwind: bb9];
                }

                bb2: {
                    return;
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4 (cleanup): {
                    drop(_2) -> [return: bb9, unwind: terminate(InCleanup)];
                }

                bb5: {
                    drop((_1.2: t::D)) -> [return: bb2, unwind: continue];
                }

                bb6 (cleanup): {
                    drop((_1.2: t::D)) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb7: {
                    drop((_1.0: t::D)) -> [return: bb5, unwind: bb6];
                }

                bb8 (cleanup): {
                    drop((_1.2: t::D)) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb9 (cleanup): {
                    drop((_1.0: t::D)) -> [return: bb8, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn move_out_of_a_box() {
    check(
        "fn t::f(_1: t::Box<(t::D, t::D)>) -> t::D {
            debug b => _1 arg 1;
            bb0: { _0 = move ((*_1).0: t::D); drop(_1) -> [return: bb1, unwind: continue]; }
            bb1: { return; }
        }",
        expect![[r#"
            fn f(_1: t::Box<(t::D, t::D)>) -> t::D {
                let mut _2: &mut t::Box<(t::D, t::D)>;
                let mut _3: ();
                let mut _4: &mut t::Box<(t::D, t::D)>;
                let mut _5: ();
                let mut _6: *const (t::D, t::D);
                let mut _7: *const (t::D, t::D);
                debug b => _1 arg 1;

                bb0: {
                    _7 = copy ((_1.0: t::Unique<(t::D, t::D)>).0: t::NonNull<(t::D, t::D)>) as *const (t::D, t::D) (Transmute);
                    _0 = move ((*_7).0: t::D);
                    _6 = copy ((_1.0: t::Unique<(t::D, t::D)>).0: t::NonNull<(t::D, t::D)>) as *const (t::D, t::D) (Transmute);
                    drop(((*_6).1: t::D)) -> [return: bb3, unwind: bb4];
                }

                bb1: {
                    return;
                }

                bb2 (cleanup): {
                    resume;
                }

                bb3: {
                    _2 = &mut _1;
                    _3 = fn t::Drop::drop<t::Box<(t::D, t::D)>>(move _2) -> [return: bb1, unwind: continue];
                }

                bb4 (cleanup): {
                    _4 = &mut _1;
                    _5 = fn t::Drop::drop<t::Box<(t::D, t::D)>>(move _4) -> [return: bb2, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn assignment_drops_the_old_value() {
    check(
        "fn t::f(_1: t::D) {
            let _2: t::D;
            let _3: ();
            debug x => _2;
            bb0: { _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _2 = move _1; _3 = fn t::f() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_2) -> [return: bb3, unwind: continue]; }
            bb3: { drop(_1) -> [return: bb4, unwind: continue]; }
            bb4: { return; }
        }",
        expect![[r#"
            fn f(_1: t::D) {
                let _2: t::D;
                let _3: ();
                debug x => _2;

                bb0: {
                    _2 = fn t::mk() -> [return: bb1, unwind: bb5];
                }

                bb1: {
                    drop(_2) -> [return: bb7, unwind: bb8];
                }

                bb2: {
                    drop(_2) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    return;
                }

                bb4 (cleanup): {
                    resume;
                }

                bb5 (cleanup): {
                    drop(_1) -> [return: bb4, unwind: terminate(InCleanup)];
                }

                bb6 (cleanup): {
                    drop(_2) -> [return: bb4, unwind: terminate(InCleanup)];
                }

                bb7: {
                    _2 = move _1;
                    _3 = fn t::f() -> [return: bb2, unwind: bb6];
                }

                bb8 (cleanup): {
                    _2 = move _1;
                    goto -> bb6;
                }
            }
        "#]],
    );
}

#[test]
fn call_destination_is_overwritten() {
    check(
        "fn t::f() {
            let _1: t::D;
            debug x => _1;
            bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _1 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f() {
                let _1: t::D;
                let mut _2: t::D;
                debug x => _1;

                bb0: {
                    _1 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    _2 = fn t::mk() -> [return: bb5, unwind: bb4];
                }

                bb2: {
                    return;
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4 (cleanup): {
                    drop(_1) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb5: {
                    drop(_1) -> [return: bb6, unwind: bb7];
                }

                bb6: {
                    _1 = move _2;
                    drop(_1) -> [return: bb2, unwind: continue];
                }

                bb7 (cleanup): {
                    _1 = move _2;
                    goto -> bb4;
                }
            }
        "#]],
    );
}

#[test]
fn field_overwrite_through_a_reference() {
    check(
        "fn t::f(_1: &mut (t::D, u32), _2: t::D) {
            bb0: { ((*_1).0: t::D) = move _2; ((*_1).1: u32) = const 1_u32; drop(_2) -> [return: bb1, unwind: continue]; }
            bb1: { return; }
        }",
        expect![[r#"
            fn f(_1: &mut (t::D, u32), _2: t::D) {
                bb0: {
                    drop(((*_1).0: t::D)) -> [return: bb1, unwind: bb2];
                }

                bb1: {
                    ((*_1).0: t::D) = move _2;
                    ((*_1).1: u32) = const 1_u32;
                    return;
                }

                bb2 (cleanup): {
                    ((*_1).0: t::D) = move _2;
                    resume;
                }
            }
        "#]],
    );
}

#[test]
fn loop_initializes_again() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: ();
            bb0: { StorageLive(_2); _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { switchInt(copy _1) -> [0: bb2, otherwise: bb5]; }
            bb2: { _3 = fn t::take(move _2) -> [return: bb3, unwind: continue]; }
            bb3: { drop(_2) -> [return: bb4, unwind: continue]; }
            bb4: { StorageDead(_2); goto -> bb0; }
            bb5: { drop(_2) -> [return: bb6, unwind: continue]; }
            bb6: { StorageDead(_2); return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: ();

                bb0: {
                    goto -> bb6;
                }

                bb1: {
                    switchInt(copy _1) -> [0: bb2, otherwise: bb4];
                }

                bb2: {
                    _3 = fn t::take(move _2) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    StorageDead(_2);
                    goto -> bb6;
                }

                bb4: {
                    drop(_2) -> [return: bb5, unwind: continue];
                }

                bb5: {
                    StorageDead(_2);
                    return;
                }

                bb6: {
                    StorageLive(_2);
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }
            }
        "#]],
    );
}

#[test]
fn early_return_drops_what_is_in_scope() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: t::D;
            bb0: { _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { switchInt(copy _1) -> [0: bb2, otherwise: bb5]; }
            bb2: { _3 = fn t::mk() -> [return: bb3, unwind: continue]; }
            bb3: { drop(_3) -> [return: bb4, unwind: continue]; }
            bb4: { drop(_2) -> [return: bb6, unwind: continue]; }
            bb5: { drop(_2) -> [return: bb6, unwind: continue]; }
            bb6: { return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: t::D;

                bb0: {
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    switchInt(copy _1) -> [0: bb2, otherwise: bb5];
                }

                bb2: {
                    _3 = fn t::mk() -> [return: bb3, unwind: bb8];
                }

                bb3: {
                    drop(_3) -> [return: bb4, unwind: bb8];
                }

                bb4: {
                    drop(_2) -> [return: bb6, unwind: continue];
                }

                bb5: {
                    drop(_2) -> [return: bb6, unwind: continue];
                }

                bb6: {
                    return;
                }

                bb7 (cleanup): {
                    resume;
                }

                bb8 (cleanup): {
                    drop(_2) -> [return: bb7, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn bindings_of_match_arms() {
    check(
        "fn t::f(_1: t::Opt<t::D>) {
            let _2: isize;
            let _3: t::D;
            let _4: ();
            bb0: { _2 = discriminant(_1); switchInt(move _2) -> [0: bb3, otherwise: bb1]; }
            bb1: { _3 = move ((_1 as variant 1).0: t::D); _4 = fn t::f() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_3) -> [return: bb4, unwind: continue]; }
            bb3: { drop(_3) -> [return: bb4, unwind: continue]; }
            bb4: { drop(_1) -> [return: bb5, unwind: continue]; }
            bb5: { return; }
        }",
        expect![[r#"
            fn f(_1: t::Opt<t::D>) {
                let _2: isize;
                let _3: t::D;
                let _4: ();

                bb0: {
                    _2 = discriminant(_1);
                    switchInt(move _2) -> [0: bb3, otherwise: bb1];
                }

                bb1: {
                    _3 = move ((_1 as variant 1).0: t::D);
                    _4 = fn t::f() -> [return: bb2, unwind: bb5];
                }

                bb2: {
                    drop(_3) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    return;
                }

                bb4 (cleanup): {
                    resume;
                }

                bb5 (cleanup): {
                    drop(_3) -> [return: bb4, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn a_borrowed_enum_may_get_another_variant() {
    check(
        "fn t::f(_1: t::Opt<t::D>) {
            let _2: isize;
            let _3: &mut t::Opt<t::D>;
            let _4: isize;
            let _5: t::D;
            debug foo => _1 arg 1;
            bb0: { _2 = discriminant(_1); switchInt(move _2) -> [0: bb2, otherwise: bb1]; }
            bb1: { drop(_1) -> [return: bb7, unwind: continue]; }
            bb2: { _3 = &mut _1; (*_3) = fn t::mk() -> [return: bb3, unwind: continue]; }
            bb3: { _4 = discriminant(_1); switchInt(move _4) -> [1: bb4, otherwise: bb6]; }
            bb4: { _5 = move ((_1 as variant 1).0: t::D); goto -> bb5; }
            bb5: { drop(_5) -> [return: bb6, unwind: continue]; }
            bb6: { drop(_1) -> [return: bb7, unwind: continue]; }
            bb7: { return; }
        }",
        expect![[r#"
            fn f(_1: t::Opt<t::D>) {
                let _2: isize;
                let _3: &mut t::Opt<t::D>;
                let _4: isize;
                let _5: t::D;
                let mut _6: t::Opt<t::D>;
                let mut _7: bool;
                let mut _8: bool;
                let mut _9: isize;
                debug foo => _1 arg 1;

                bb0: {
                    _7 = const false;
                    _8 = const false;
                    _7 = const true;
                    _8 = const true;
                    _2 = discriminant(_1);
                    switchInt(move _2) -> [0: bb2, otherwise: bb1];
                }

                bb1: {
                    _7 = const false;
                    _8 = const false;
                    drop(_1) -> [return: bb4, unwind: continue];
                }

                bb2: {
                    _3 = &mut _1;
                    _6 = fn t::mk() -> [return: bb6, unwind: bb11];
                }

                bb3: {
                    _8 = const false;
                    _5 = move ((_1 as variant 1).0: t::D);
                    drop(_5) -> [return: bb4, unwind: continue];
                }

                bb4: {
                    return;
                }

                bb5 (cleanup): {
                    resume;
                }

                bb6: {
                    drop((*_3)) -> [return: bb7, unwind: bb8];
                }

                bb7: {
                    (*_3) = move _6;
                    _4 = discriminant(_1);
                    switchInt(move _4) -> [1: bb3, otherwise: bb4];
                }

                bb8 (cleanup): {
                    (*_3) = move _6;
                    goto -> bb11;
                }

                bb9 (cleanup): {
                    drop(((_1 as variant 1).0: t::D)) -> [return: bb5, unwind: terminate(InCleanup)];
                }

                bb10 (cleanup): {
                    switchInt(copy _8) -> [0: bb5, otherwise: bb9];
                }

                bb11 (cleanup): {
                    _9 = discriminant(_1);
                    switchInt(move _9) -> [1: bb10, otherwise: bb5];
                }
            }
        "#]],
    );
}

#[test]
fn nothing_returns_after_a_panic() {
    check(
        "fn t::f(_1: t::D) {
            let _2: t::D;
            let _3: t::D;
            let _4: !;
            bb0: { StorageLive(_2); _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { StorageLive(_3); _3 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { _4 = fn t::f() -> [unwind: continue]; }
        }",
        expect![[r#"
            fn f(_1: t::D) {
                let _2: t::D;
                let _3: t::D;
                let _4: !;

                bb0: {
                    StorageLive(_2);
                    _2 = fn t::mk() -> [return: bb1, unwind: bb4];
                }

                bb1: {
                    StorageLive(_3);
                    _3 = fn t::mk() -> [return: bb2, unwind: bb5];
                }

                bb2: {
                    _4 = fn t::f() -> [unwind: bb6];
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4 (cleanup): {
                    drop(_1) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb5 (cleanup): {
                    drop(_2) -> [return: bb4, unwind: terminate(InCleanup)];
                }

                bb6 (cleanup): {
                    drop(_3) -> [return: bb5, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn a_function_of_another_abi_does_not_unwind() {
    check(
        "fn t::callback(_1: t::D) {
            let _2: ();
            bb0: { _2 = fn t::f() -> [return: bb1, unwind: continue]; }
            bb1: { _2 = fn t::ext() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: t::D) {
                let _2: ();

                bb0: {
                    _2 = fn t::f() -> [return: bb1, unwind: bb5];
                }

                bb1: {
                    _2 = fn t::ext() -> [return: bb2, unwind: unreachable];
                }

                bb2: {
                    drop(_1) -> [return: bb3, unwind: terminate(Abi)];
                }

                bb3: {
                    return;
                }

                bb4 (cleanup): {
                    terminate(Abi);
                }

                bb5 (cleanup): {
                    drop(_1) -> [return: bb4, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn parameters_may_need_drop_unless_they_are_copy() {
    check(
        "fn t::generic(_1: T/#0) {
            let _2: C/#1;
            let _3: ();
            bb0: { _3 = fn t::f() -> [return: bb1, unwind: continue]; }
            bb1: { drop(_2) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: T/#0) {
                let _2: C/#1;
                let _3: ();

                bb0: {
                    _3 = fn t::f() -> [return: bb1, unwind: bb4];
                }

                bb1: {
                    drop(_1) -> [return: bb2, unwind: continue];
                }

                bb2: {
                    return;
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4 (cleanup): {
                    drop(_1) -> [return: bb3, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn a_temporary_without_a_drop_is_an_error() {
    check(
        "fn t::f() {
            let _1: t::D;
            bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { return; }
        }",
        expect![[r#"
            error: unsupported: _1, a temporary of type `t::D` that no drop was lowered for, is alive when the function returns
        "#]],
    );
    check(
        "fn t::f() {
            let _1: t::D;
            bb0: { _1 = fn t::mk() -> [return: bb0, unwind: continue]; }
        }",
        expect![[r#"
            error: unsupported: _1, a temporary of type `t::D` that no drop was lowered for, is assigned again
        "#]],
    );
}

#[test]
fn a_copy_of_what_has_a_destructor_is_an_error() {
    check(
        "fn t::f(_1: (u32, t::D)) {
            let _2: t::D;
            bb0: { _2 = copy (_1.1: t::D); drop(_2) -> [return: bb1, unwind: continue]; }
            bb1: { return; }
        }",
        expect![[r#"
            error: unsupported: a copy of a value of type `t::D`
        "#]],
    );
}

#[test]
fn a_second_move_is_an_error() {
    check(
        "fn t::f(_1: t::D) {
            let _2: ();
            bb0: { _2 = fn t::take(move _1) -> [return: bb1, unwind: continue]; }
            bb1: { _2 = fn t::take(move _1) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
        }",
        expect![[r#"
            error: unsupported: a move of a value of type `t::D` that is not there
        "#]],
    );
}

#[test]
fn a_reference_to_a_reference_is_another_type() {
    check(
        "fn t::f(_1: &t::D) {
            let _2: &t::D;
            bb0: { _2 = &_1; return; }
        }",
        expect![[r#"
            error: unsupported: a value of type `&&t::D` as one of type `&t::D`
        "#]],
    );
}

#[test]
fn borrowed_arrays_are_promoted_with_what_they_refer_to() {
    check(
        "fn t::generic() -> &[&[u32]] {
            let _1: [u32; 2_usize];
            let _2: &[u32; 2_usize];
            let _3: &[u32];
            let _4: [&[u32]; 1_usize];
            let _5: &[&[u32]; 1_usize];
            bb0: {
                StorageLive(_1);
                _1 = [const 1_u32, const 2_u32] of u32;
                _2 = &_1;
                _3 = copy _2 as &[u32] (Unsize);
                _4 = [copy _3] of &[u32];
                _5 = &_4;
                _0 = copy _5 as &[&[u32]] (Unsize);
                StorageDead(_1);
                return;
            }
        }",
        expect![[r#"
            fn f() -> &[&[u32]] {
                let _1: [u32; 2_usize];
                let _2: &[u32; 2_usize];
                let _3: &[u32];
                let _4: [&[u32]; 1_usize];
                let _5: &[&[u32]; 1_usize];

                bb0: {
                    _5 = const t::generic<T/#0, C/#1>[promoted0]: &[&[u32]; 1_usize];
                    _0 = copy _5 as &[&[u32]] (Unsize);
                    return;
                }
            }
            fn promoted() -> &[&[u32]; 1_usize] {
                let _1: [&[u32]; 1_usize];
                let _2: &[u32];
                let _3: &[u32; 2_usize];
                let _4: [u32; 2_usize];

                bb0: {
                    _4 = [const 1_u32, const 2_u32] of u32;
                    _3 = &_4;
                    _2 = copy _3 as &[u32] (Unsize);
                    _1 = [copy _2] of &[u32];
                    _0 = &_1;
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn values_count_not_types_for_promotion() {
    check(
        "fn t::f(_1: u32) -> &t::Opt<t::D> {
            let _2: t::Opt<t::D>;
            let _3: t::UnsafeCell<u32>;
            let _4: &t::UnsafeCell<u32>;
            let _5: (u32,);
            let _6: &(u32,);
            let _7: [u32; 0_usize];
            let _8: &mut [u32; 0_usize];
            let _9: (u32,);
            let _10: &mut (u32,);
            let _11: (&t::UnsafeCell<u32>, &(u32,), &mut [u32; 0_usize], &mut (u32,));
            bb0: {
                _2 = t::Opt<t::D> {};
                _0 = &_2;
                _3 = t::UnsafeCell<u32> {const 1_u32};
                _4 = &_3;
                _5 = (copy _1,);
                _6 = &_5;
                _7 = [] of u32;
                _8 = &mut _7;
                _9 = (const 1_u32,);
                _10 = &mut _9;
                _11 = (copy _4, copy _6, move _8, move _10);
                drop(_2) -> [return: bb1, unwind: continue];
            }
            bb1: { return; }
        }",
        expect![[r#"
            fn f(_1: u32) -> &t::Opt<t::D> {
                let _2: t::Opt<t::D>;
                let _3: t::UnsafeCell<u32>;
                let _4: &t::UnsafeCell<u32>;
                let _5: (u32,);
                let _6: &(u32,);
                let _7: [u32; 0_usize];
                let _8: &mut [u32; 0_usize];
                let _9: (u32,);
                let _10: &mut (u32,);
                let _11: (&t::UnsafeCell<u32>, &(u32,), &mut [u32; 0_usize], &mut (u32,));

                bb0: {
                    _0 = const t::f[promoted1]: &t::Opt<t::D>;
                    _3 = t::UnsafeCell<u32> {const 1_u32};
                    _4 = &_3;
                    _5 = (copy _1,);
                    _6 = &_5;
                    _8 = const t::f[promoted0]: &mut [u32; 0_usize];
                    _9 = (const 1_u32,);
                    _10 = &mut _9;
                    _11 = (copy _4, copy _6, move _8, move _10);
                    return;
                }
            }
            fn promoted() -> &mut [u32; 0_usize] {
                let _1: [u32; 0_usize];

                bb0: {
                    _1 = [] of u32;
                    _0 = &mut _1;
                    return;
                }
            }
            fn promoted() -> &t::Opt<t::D> {
                let _1: t::Opt<t::D>;

                bb0: {
                    _1 = t::Opt<t::D> {};
                    _0 = &_1;
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn what_is_complete_stays_as_it_is() {
    for text in [include_str!("../fixtures/small.txt"), include_str!("../../fixtures/functions.txt")] {
        let krate = TestCrate::new(text);
        let store = &krate.tcx.store;
        let loaded = &store.krate(store.local).expect("the crate is loaded").loaded;
        let mut count = 0;
        for index in loaded.keys(Section::Bodies) {
            let def = DefId { krate: store.local, index };
            let Some(body) = store.body(def).expect("a body can be read") else { continue };
            let before = krate.printer().body("f", body);
            let done = complete(store, def, body.clone()).expect("a complete body can be completed");
            assert_eq!(krate.printer().body("f", &done.body), before);
            count += 1;
        }
        assert!(count > 5, "{count} bodies are too few to say anything");
    }
}

#[test]
fn conditional_move_of_a_part() {
    check(
        "fn t::f(_1: bool, _2: (t::D, t::D)) {
            let _3: ();
            bb0: { switchInt(copy _1) -> [0: bb2, otherwise: bb1]; }
            bb1: { _3 = fn t::take(move (_2.0: t::D)) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_2) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: bool, _2: (t::D, t::D)) {
                let _3: ();
                let mut _4: bool;

                bb0: {
                    _4 = const false;
                    _4 = const true;
                    switchInt(copy _1) -> [0: bb7, otherwise: bb1];
                }

                bb1: {
                    _4 = const false;
                    _3 = fn t::take(move (_2.0: t::D)) -> [return: bb7, unwind: bb8];
                }

                bb2: {
                    return;
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4: {
                    drop((_2.1: t::D)) -> [return: bb2, unwind: continue];
                }

                bb5 (cleanup): {
                    drop((_2.1: t::D)) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb6: {
                    _4 = const false;
                    drop((_2.0: t::D)) -> [return: bb4, unwind: bb5];
                }

                bb7: {
                    switchInt(copy _4) -> [0: bb4, otherwise: bb6];
                }

                bb8 (cleanup): {
                    drop((_2.1: t::D)) -> [return: bb3, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn conditional_move_out_of_a_box() {
    check(
        "fn t::f(_1: bool, _2: t::Box<t::D>) {
            let _3: ();
            bb0: { switchInt(copy _1) -> [0: bb2, otherwise: bb1]; }
            bb1: { _3 = fn t::take(move (*_2)) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_2) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: bool, _2: t::Box<t::D>) {
                let _3: ();
                let mut _4: bool;
                let mut _5: &mut t::Box<t::D>;
                let mut _6: ();
                let mut _7: &mut t::Box<t::D>;
                let mut _8: ();
                let mut _9: *const t::D;
                let mut _10: &mut t::Box<t::D>;
                let mut _11: ();
                let mut _12: *const t::D;
                let mut _13: *const t::D;

                bb0: {
                    _4 = const false;
                    _4 = const true;
                    switchInt(copy _1) -> [0: bb7, otherwise: bb1];
                }

                bb1: {
                    _4 = const false;
                    _13 = copy ((_2.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    _3 = fn t::take(move (*_13)) -> [return: bb7, unwind: bb8];
                }

                bb2: {
                    return;
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4: {
                    _5 = &mut _2;
                    _6 = fn t::Drop::drop<t::Box<t::D>>(move _5) -> [return: bb2, unwind: continue];
                }

                bb5 (cleanup): {
                    _7 = &mut _2;
                    _8 = fn t::Drop::drop<t::Box<t::D>>(move _7) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb6: {
                    _4 = const false;
                    drop((*_9)) -> [return: bb4, unwind: bb5];
                }

                bb7: {
                    _9 = copy ((_2.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    switchInt(copy _4) -> [0: bb4, otherwise: bb6];
                }

                bb8 (cleanup): {
                    _10 = &mut _2;
                    _11 = fn t::Drop::drop<t::Box<t::D>>(move _10) -> [return: bb3, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn a_box_is_filled_again() {
    check(
        "fn t::f(_1: t::Box<t::D>, _2: t::D) {
            let _3: ();
            bb0: { _3 = fn t::take(move (*_1)) -> [return: bb1, unwind: continue]; }
            bb1: { (*_1) = move _2; _3 = fn t::f() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_2) -> [return: bb3, unwind: continue]; }
            bb3: { drop(_1) -> [return: bb4, unwind: continue]; }
            bb4: { return; }
        }",
        expect![[r#"
            fn f(_1: t::Box<t::D>, _2: t::D) {
                let _3: ();
                let mut _4: bool;
                let mut _5: &mut t::Box<t::D>;
                let mut _6: ();
                let mut _7: *const t::D;
                let mut _8: *const t::D;
                let mut _9: *const t::D;

                bb0: {
                    _4 = const false;
                    _4 = const true;
                    _4 = const false;
                    _8 = copy ((_1.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    _3 = fn t::take(move (*_8)) -> [return: bb1, unwind: bb5];
                }

                bb1: {
                    _4 = const true;
                    _9 = copy ((_1.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    (*_9) = move _2;
                    _3 = fn t::f() -> [return: bb2, unwind: bb8];
                }

                bb2: {
                    _4 = const false;
                    drop(_1) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    return;
                }

                bb4 (cleanup): {
                    resume;
                }

                bb5 (cleanup): {
                    drop(_2) -> [return: bb8, unwind: terminate(InCleanup)];
                }

                bb6 (cleanup): {
                    _5 = &mut _1;
                    _6 = fn t::Drop::drop<t::Box<t::D>>(move _5) -> [return: bb4, unwind: terminate(InCleanup)];
                }

                bb7 (cleanup): {
                    drop((*_7)) -> [return: bb6, unwind: terminate(InCleanup)];
                }

                bb8 (cleanup): {
                    _7 = copy ((_1.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    switchInt(copy _4) -> [0: bb6, otherwise: bb7];
                }
            }
        "#]],
    );
}

#[test]
fn a_value_is_taken_out_of_what_is_overwritten() {
    check(
        "fn t::f(_1: t::Box<(t::Box<t::D>, t::D)>) {
            let _2: t::Box<t::D>;
            debug b => _1 arg 1;
            debug x => _2;
            bb0: { _2 = move ((*_1).0: t::Box<t::D>); ((*_1).0: t::Box<t::D>) = move _2; goto -> bb1; }
            bb1: { drop(_2) -> [return: bb2, unwind: continue]; }
            bb2: { drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
        expect![[r#"
            fn f(_1: t::Box<(t::Box<t::D>, t::D)>) {
                let _2: t::Box<t::D>;
                let mut _3: *const (t::Box<t::D>, t::D);
                let mut _4: *const (t::Box<t::D>, t::D);
                debug b => _1 arg 1;
                debug x => _2;

                bb0: {
                    _3 = copy ((_1.0: t::Unique<(t::Box<t::D>, t::D)>).0: t::NonNull<(t::Box<t::D>, t::D)>) as *const (t::Box<t::D>, t::D) (Transmute);
                    _2 = move ((*_3).0: t::Box<t::D>);
                    _4 = copy ((_1.0: t::Unique<(t::Box<t::D>, t::D)>).0: t::NonNull<(t::Box<t::D>, t::D)>) as *const (t::Box<t::D>, t::D) (Transmute);
                    ((*_4).0: t::Box<t::D>) = move _2;
                    drop(_1) -> [return: bb1, unwind: continue];
                }

                bb1: {
                    return;
                }
            }
        "#]],
    );
    check(
        "fn t::f(_1: (t::D, (t::D, t::D))) {
            debug x => _1 arg 1;
            bb0: { _1 = (move ((_1.1: (t::D, t::D)).0: t::D), move (_1.1: (t::D, t::D))); drop(_1) -> [return: bb1, unwind: continue]; }
            bb1: { return; }
        }",
        expect![[r#"
            fn f(_1: (t::D, (t::D, t::D))) {
                let mut _2: (t::D, (t::D, t::D));
                debug x => _1 arg 1;

                bb0: {
                    _2 = (move ((_1.1: (t::D, t::D)).0: t::D), move (_1.1: (t::D, t::D)));
                    drop((_1.0: t::D)) -> [return: bb3, unwind: bb4];
                }

                bb1: {
                    return;
                }

                bb2 (cleanup): {
                    resume;
                }

                bb3: {
                    _1 = move _2;
                    drop(_1) -> [return: bb1, unwind: continue];
                }

                bb4 (cleanup): {
                    _1 = move _2;
                    drop(_1) -> [return: bb2, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn break_out_of_two_scopes() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: t::D;
            let _4: ();
            bb0: { StorageLive(_2); _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { StorageLive(_3); _3 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { _4 = fn t::f() -> [return: bb3, unwind: continue]; }
            bb3: { switchInt(copy _1) -> [0: bb4, otherwise: bb6]; }
            bb4: { drop(_3) -> [return: bb5, unwind: continue]; }
            bb5: { StorageDead(_3); goto -> bb1; }
            bb6: { drop(_3) -> [return: bb7, unwind: continue]; }
            bb7: { StorageDead(_3); drop(_2) -> [return: bb8, unwind: continue]; }
            bb8: { StorageDead(_2); _4 = fn t::f() -> [return: bb9, unwind: continue]; }
            bb9: { return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: t::D;
                let _4: ();

                bb0: {
                    StorageLive(_2);
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    StorageLive(_3);
                    _3 = fn t::mk() -> [return: bb2, unwind: bb11];
                }

                bb2: {
                    _4 = fn t::f() -> [return: bb3, unwind: bb12];
                }

                bb3: {
                    switchInt(copy _1) -> [0: bb4, otherwise: bb6];
                }

                bb4: {
                    drop(_3) -> [return: bb5, unwind: bb11];
                }

                bb5: {
                    StorageDead(_3);
                    goto -> bb1;
                }

                bb6: {
                    drop(_3) -> [return: bb7, unwind: bb11];
                }

                bb7: {
                    StorageDead(_3);
                    drop(_2) -> [return: bb8, unwind: continue];
                }

                bb8: {
                    StorageDead(_2);
                    _4 = fn t::f() -> [return: bb9, unwind: continue];
                }

                bb9: {
                    return;
                }

                bb10 (cleanup): {
                    resume;
                }

                bb11 (cleanup): {
                    drop(_2) -> [return: bb10, unwind: terminate(InCleanup)];
                }

                bb12 (cleanup): {
                    drop(_3) -> [return: bb11, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn move_out_of_an_array() {
    check(
        "fn t::f(_1: [t::D; 5_usize]) {
            let _2: t::D;
            bb0: { _2 = move _1[2 of 5]; drop(_2) -> [return: bb1, unwind: continue]; }
            bb1: { drop(_1) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
        }",
        expect![[r#"
            fn f(_1: [t::D; 5_usize]) {
                let _2: t::D;

                bb0: {
                    _2 = move _1[2 of 5];
                    drop(_2) -> [return: bb5, unwind: bb7];
                }

                bb1: {
                    return;
                }

                bb2 (cleanup): {
                    resume;
                }

                bb3: {
                    drop(_1[0..2]) -> [return: bb1, unwind: continue];
                }

                bb4 (cleanup): {
                    drop(_1[0..2]) -> [return: bb2, unwind: terminate(InCleanup)];
                }

                bb5: {
                    drop(_1[3..5]) -> [return: bb3, unwind: bb4];
                }

                bb6 (cleanup): {
                    drop(_1[0..2]) -> [return: bb2, unwind: terminate(InCleanup)];
                }

                bb7 (cleanup): {
                    drop(_1[3..5]) -> [return: bb6, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}
