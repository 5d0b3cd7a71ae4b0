//! What is promoted.

use super::check;
use expect_test::expect;

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
                let _1: &[&[u32]; 1_usize];

                bb0: {
                    _1 = const t::generic<T/#0, C/#1>[promoted0]: &[&[u32]; 1_usize];
                    _0 = copy _1 as &[&[u32]] (Unsize);
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
                let _2: t::UnsafeCell<u32>;
                let _3: &t::UnsafeCell<u32>;
                let _4: (u32,);
                let _5: &(u32,);
                let _6: &mut [u32; 0_usize];
                let _7: (u32,);
                let _8: &mut (u32,);
                let _9: (&t::UnsafeCell<u32>, &(u32,), &mut [u32; 0_usize], &mut (u32,));

                bb0: {
                    _0 = const t::f[promoted1]: &t::Opt<t::D>;
                    _2 = t::UnsafeCell<u32> {const 1_u32};
                    _3 = &_2;
                    _4 = (copy _1,);
                    _5 = &_4;
                    _6 = const t::f[promoted0]: &mut [u32; 0_usize];
                    _7 = (const 1_u32,);
                    _8 = &mut _7;
                    _9 = (copy _3, copy _5, move _6, move _8);
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
fn a_part_of_what_is_dropped_is_not_promoted() {
    check(
        "fn t::f(_1: u32) -> &u32 {
            let _2: t::D;
            let _3: (t::D, u32);
            bb0: {
                _2 = t::D {};
                _3 = (move _2, const 1_u32);
                _0 = &(_3.1: u32);
                drop(_3) -> [return: bb1, unwind: continue];
            }
            bb1: { drop(_2) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
        }",
        expect![[r#"
            fn f(_1: u32) -> &u32 {
                let _2: t::D;
                let _3: (t::D, u32);

                bb0: {
                    _2 = t::D {};
                    _3 = (move _2, const 1_u32);
                    _0 = &(_3.1: u32);
                    drop(_3) -> [return: bb1, unwind: continue];
                }

                bb1: {
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn a_part_that_only_running_tells_is_borrowed_from_the_promoted_whole() {
    check(
        "fn t::f(_1: usize) -> &u32 {
            let _2: [u32; 2_usize];
            bb0: {
                _2 = [const 1_u32, const 2_u32] of u32;
                _0 = &_2[_1];
                return;
            }
        }",
        expect![[r#"
            fn f(_1: usize) -> &u32 {
                let mut _2: &[u32; 2_usize];

                bb0: {
                    _2 = const t::f[promoted0]: &[u32; 2_usize];
                    _0 = &(*_2)[_1];
                    return;
                }
            }
            fn promoted() -> &[u32; 2_usize] {
                let _1: [u32; 2_usize];

                bb0: {
                    _1 = [const 1_u32, const 2_u32] of u32;
                    _0 = &_1;
                    return;
                }
            }
        "#]],
    );
}

#[test]
fn a_function_is_a_constant_also_where_it_is_not_assigned() {
    check(
        "fn t::f() -> &(fn(),) {
            let _1: fndef t::f;
            let _2: fn();
            let _3: (fn(),);
            bb0: {
                _2 = copy _1 as fn() (ReifyFnPointer);
                _3 = (copy _2,);
                _0 = &_3;
                return;
            }
        }",
        expect![[r#"
            fn f() -> &(fn(),) {
                bb0: {
                    _0 = const t::f[promoted0]: &(fn(),);
                    return;
                }
            }
            fn promoted() -> &(fn(),) {
                let _1: (fn(),);
                let _2: fn();
                let _3: fndef t::f;

                bb0: {
                    _2 = copy _3 as fn() (ReifyFnPointer);
                    _1 = (copy _2,);
                    _0 = &_1;
                    return;
                }
            }
        "#]],
    );
}
