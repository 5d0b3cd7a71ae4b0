//! What is overwritten is dropped first.

use super::check;
use expect_test::expect;

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
                    _2 = fn t::mk() -> [return: bb1, unwind: continue];
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
