//! What is moved, whole or in part, is not dropped again.

use super::check;
use expect_test::expect;

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

                bb0: {
                    _4 = const false;
                    _4 = const true;
                    switchInt(copy _1) -> [0: bb7, otherwise: bb1];
                }

                bb1: {
                    _4 = const false;
                    _12 = copy ((_2.0: t::Unique<t::D>).0: t::NonNull<t::D>) as *const t::D (Transmute);
                    _3 = fn t::take(move (*_12)) -> [return: bb7, unwind: bb8];
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
fn what_is_borrowed_of_an_array_is_dropped_with_what_is_left_of_it() {
    check(
        "fn t::f(_1: [t::D; 4_usize]) {
            let _2: t::D;
            let _3: &mut t::D;
            bb0: {
                _2 = move _1[0 of 4];
                _3 = &mut _1[1 of 4];
                drop(_2) -> [return: bb1, unwind: continue];
            }
            bb1: { drop(_1) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
        }",
        expect![[r#"
            fn f(_1: [t::D; 4_usize]) {
                let _2: t::D;
                let _3: &mut t::D;

                bb0: {
                    _2 = move _1[0 of 4];
                    _3 = &mut _1[1 of 4];
                    drop(_2) -> [return: bb3, unwind: bb4];
                }

                bb1: {
                    return;
                }

                bb2 (cleanup): {
                    resume;
                }

                bb3: {
                    drop(_1[1..4]) -> [return: bb1, unwind: continue];
                }

                bb4 (cleanup): {
                    drop(_1[1..4]) -> [return: bb2, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}
