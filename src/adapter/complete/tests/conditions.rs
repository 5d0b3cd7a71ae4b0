//! Jumps to a switch on what was just set.

use super::check;
use expect_test::expect;

#[test]
fn what_one_outcome_initializes_is_dropped_without_a_flag() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: bool;
            let _4: ();
            bb0: { switchInt(copy _1) -> [0: bb3, otherwise: bb1]; }
            bb1: { _2 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { _3 = const true; goto -> bb4; }
            bb3: { _3 = const false; goto -> bb4; }
            bb4: { StorageLive(_3); switchInt(move _3) -> [1: bb5, otherwise: bb7]; }
            bb5: { _4 = fn t::f() -> [return: bb6, unwind: continue]; }
            bb6: { drop(_2) -> [return: bb8, unwind: continue]; }
            bb7: { drop(_2) -> [return: bb8, unwind: continue]; }
            bb8: { return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: bool;
                let _4: ();

                bb0: {
                    switchInt(copy _1) -> [0: bb3, otherwise: bb1];
                }

                bb1: {
                    _2 = fn t::mk() -> [return: bb2, unwind: continue];
                }

                bb2: {
                    _3 = const true;
                    _4 = fn t::f() -> [return: bb4, unwind: bb7];
                }

                bb3: {
                    _3 = const false;
                    goto -> bb5;
                }

                bb4: {
                    drop(_2) -> [return: bb5, unwind: continue];
                }

                bb5: {
                    return;
                }

                bb6 (cleanup): {
                    resume;
                }

                bb7 (cleanup): {
                    drop(_2) -> [return: bb6, unwind: terminate(InCleanup)];
                }
            }
        "#]],
    );
}

#[test]
fn outcomes_that_do_something_after_they_met_stay_together() {
    check(
        "fn t::f(_1: bool) {
            let _2: t::D;
            let _3: bool;
            let _4: u32;
            bb0: { switchInt(copy _1) -> [0: bb3, otherwise: bb1]; }
            bb1: { _2 = fn t::mk() -> [return: bb2, unwind: continue]; }
            bb2: { _3 = const true; goto -> bb4; }
            bb3: { _3 = const false; goto -> bb4; }
            bb4: { _4 = const 1_u32; switchInt(move _3) -> [1: bb5, otherwise: bb6]; }
            bb5: { drop(_2) -> [return: bb7, unwind: continue]; }
            bb6: { drop(_2) -> [return: bb7, unwind: continue]; }
            bb7: { return; }
        }",
        expect![[r#"
            fn f(_1: bool) {
                let _2: t::D;
                let _3: bool;
                let _4: u32;
                let mut _5: bool;

                bb0: {
                    _5 = const false;
                    switchInt(copy _1) -> [0: bb3, otherwise: bb1];
                }

                bb1: {
                    _5 = const true;
                    _2 = fn t::mk() -> [return: bb2, unwind: continue];
                }

                bb2: {
                    _3 = const true;
                    goto -> bb4;
                }

                bb3: {
                    _3 = const false;
                    goto -> bb4;
                }

                bb4: {
                    _4 = const 1_u32;
                    switchInt(move _3) -> [1: bb7, otherwise: bb9];
                }

                bb5: {
                    return;
                }

                bb6: {
                    _5 = const false;
                    drop(_2) -> [return: bb5, unwind: continue];
                }

                bb7: {
                    switchInt(copy _5) -> [0: bb5, otherwise: bb6];
                }

                bb8: {
                    _5 = const false;
                    drop(_2) -> [return: bb5, unwind: continue];
                }

                bb9: {
                    switchInt(copy _5) -> [0: bb5, otherwise: bb8];
                }
            }
        "#]],
    );
}

#[test]
fn a_loop_that_does_nothing_has_no_switch() {
    check(
        "fn t::f() {
            let _1: t::D;
            bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { goto -> bb2; }
            bb2: { goto -> bb1; }
            bb3: { drop(_1) -> [return: bb4, unwind: continue]; }
            bb4: { return; }
        }",
        expect![[r#"
            fn f() {
                let _1: t::D;

                bb0: {
                    _1 = fn t::mk() -> [return: bb1, unwind: continue];
                }

                bb1: {
                    goto -> bb1;
                }
            }
        "#]],
    );
}
