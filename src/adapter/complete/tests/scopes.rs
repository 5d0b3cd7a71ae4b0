//! Which locals are dropped on which way out, and in which order.

use super::check;
use expect_test::expect;

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
                    _2 = fn t::mk() -> [return: bb1, unwind: bb4];
                }

                bb1: {
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
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
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
fn unwinding_leaves_a_value_whose_drop_is_not_scheduled() {
    // `let x = { let y = mk(); mk() };`: dropping `y` unwinds while the block's value is there.
    check(
        "fn t::f() {
            let _1: t::D;
            let _2: t::D;
            bb0: { StorageLive(_2); _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _1 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { drop(_2) -> [return: bb3, unwind: continue]; }
            bb3: { StorageLive(_1); drop(_1) -> [return: bb4, unwind: continue]; }
            bb4: { return; }
        }",
        expect![[r#"
            fn f() {
                let _1: t::D;
                let _2: t::D;

                bb0: {
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    _1 = fn t::mk() -> [return: bb2, unwind: bb6];
                }

                bb2: {
                    drop(_2) -> [return: bb3, unwind: continue];
                }

                bb3: {
                    drop(_1) -> [return: bb4, unwind: continue];
                }

                bb4: {
                    return;
                }

                bb5 (cleanup): {
                    resume;
                }

                bb6 (cleanup): {
                    drop(_2) -> [return: bb5, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn a_drop_before_its_local_is_live_is_an_error() {
    check(
        "fn t::f() {
            let _1: t::D;
            bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { drop(_1) -> [return: bb2, unwind: continue]; }
            bb2: { StorageLive(_1); return; }
        }",
        expect![[r#"
            error: unsupported: _1, a temporary of type `t::D` that no drop was lowered for, is dropped where it is not live
        "#]],
    );
}

#[test]
fn drops_behind_a_call_that_does_not_return_tell_the_order() {
    // `_3`, an operand, is in an inner scope, though it was scheduled before `_2`.
    check(
        "fn t::f() {
            let _1: !;
            let _2: t::D;
            let _3: t::D;
            bb0: { _3 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { StorageLive(_3); _2 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { StorageLive(_2); _1 = fn t::f() -> [return: bb3, unwind: continue]; }
            bb3: { drop(_3) -> [return: bb4, unwind: continue]; }
            bb4: { drop(_2) -> [return: bb5, unwind: continue]; }
            bb5: { unreachable; }
        }",
        expect![[r#"
            fn f() {
                let _1: !;
                let _2: t::D;
                let _3: t::D;

                bb0: {
                    _3 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    _2 = fn t::mk() -> [return: bb2, unwind: bb4];
                }

                bb2: {
                    _1 = fn t::f() -> [unwind: bb6];
                }

                bb3 (cleanup): {
                    resume;
                }

                bb4 (cleanup): {
                    drop(_3) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb5 (cleanup): {
                    drop(_2) -> [return: bb3, unwind: terminate(InCleanup)];
                }

                bb6 (cleanup): {
                    drop(_3) -> [return: bb5, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}
