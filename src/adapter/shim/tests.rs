//! Shims as text. The crate of `../fixtures/small.txt` is this one, exported and printed, without positions:
//!
//! ```ignore
//! pub struct D(u32); impl Drop for D { .. } impl Clone for D { .. }
//! pub struct S { a: D, b: u32, c: D }
//! pub enum E { A(D), B, C(D, D) }
//! #[repr(packed)] pub struct P(u8, E);
//! pub struct Table<T>(T);
//! impl<T> Table<T> {                                                             // impl#7
//!     pub const SIZE: usize = size_of::<T>();
//!     pub const REF: &'static (u32, usize) = &(7, Self::SIZE);
//!     pub const OPT: [Opt<&'static u32>; 2] = [Opt::Some(&5), Opt::None];
//! }
//! pub enum Opt<T> { None, Some(T) }
//! pub const fn pick(n: u32) -> u32 { match n { 0 => 10, 3 => 40, _ => { let mut t = (1u32, 2u32); t.0 = n; t.0 } } }
//! pub const P3: u32 = pick(3); pub const P9: u32 = pick(9);
//! ```

use crate::adapter::testing::TestCrate;
use crate::adapter::{Instance, InstanceKind};
use expect_test::{Expect, expect};
use ramir::*;

fn small() -> TestCrate {
    TestCrate::new(include_str!("../fixtures/small.txt"))
}

fn check(krate: &TestCrate, instance: Instance, expected: Expect) {
    let code = krate.tcx.instance_mir(instance).expect("the shim can be built");
    assert_eq!(code.args, Args::EMPTY);
    let scopes = "    scopes [{ }];\n";
    expected.assert_eq(&krate.printer().body("shim", code.body).replace(scopes, ""));
}

fn check_drop(ty: &str, expected: Expect) {
    let krate = small();
    let instance = krate.tcx.resolve_drop_in_place(krate.ty(ty)).expect("drop glue exists");
    check(&krate, instance, expected);
}

#[test]
fn nothing_to_drop() {
    check_drop(
        "(u32, bool)",
        expect![[r#"
        fn shim(mut _1: *mut (u32, bool)) {
            bb0: {
                return;
            }
        }
    "#]],
    );
}

#[test]
fn fields_in_order_and_the_rest_on_the_unwind_path() {
    check_drop(
        "t::S",
        expect![[r#"
        fn shim(mut _1: *mut t::S) {
            bb0: {
                drop(((*_1).0: t::D)) -> [return: bb1, unwind: bb3];
            }

            bb1: {
                drop(((*_1).2: t::D)) -> [return: bb2, unwind: continue];
            }

            bb2: {
                return;
            }

            bb3 (cleanup): {
                drop(((*_1).2: t::D)) -> [return: bb4, unwind: terminate(InCleanup)];
            }

            bb4 (cleanup): {
                resume;
            }
        }
    "#]],
    );
}

#[test]
fn own_destructor() {
    check_drop(
        "t::D",
        expect![[r#"
        fn shim(mut _1: *mut t::D) {
            let mut _2: &mut t::D;
            let mut _3: ();

            bb0: {
                _2 = &mut (*_1);
                _3 = fn t::Drop::drop<t::D>(move _2) -> [return: bb1, unwind: continue];
            }

            bb1: {
                return;
            }
        }
    "#]],
    );
}

#[test]
fn variants() {
    check_drop(
        "t::E",
        expect![[r#"
        fn shim(mut _1: *mut t::E) {
            let mut _2: isize;
            let mut _3: isize;

            bb0: {
                _3 = discriminant((*_1));
                switchInt(move _3) -> [0: bb1, 2: bb3, otherwise: bb2];
            }

            bb1: {
                drop((((*_1) as variant 0).0: t::D)) -> [return: bb2, unwind: continue];
            }

            bb2: {
                return;
            }

            bb3: {
                drop((((*_1) as variant 2).0: t::D)) -> [return: bb4, unwind: bb5];
            }

            bb4: {
                drop((((*_1) as variant 2).1: t::D)) -> [return: bb2, unwind: continue];
            }

            bb5 (cleanup): {
                drop((((*_1) as variant 2).1: t::D)) -> [return: bb6, unwind: terminate(InCleanup)];
            }

            bb6 (cleanup): {
                resume;
            }
        }
    "#]],
    );
}

#[test]
fn packed_fields_are_moved_out() {
    check_drop(
        "t::P",
        expect![[r#"
        fn shim(mut _1: *mut t::P) {
            let mut _2: t::E;
            let mut _3: t::E;

            bb0: {
                StorageLive(_2);
                _2 = move ((*_1).1: t::E);
                drop(_2) -> [return: bb1, unwind: continue];
            }

            bb1: {
                StorageDead(_2);
                goto -> bb2;
            }

            bb2: {
                return;
            }
        }
    "#]],
    );
}

#[test]
fn arrays_loop_twice() {
    check_drop(
        "[t::D; 2_usize]",
        expect![[r#"
        fn shim(mut _1: *mut [t::D; 2_usize]) {
            let mut _2: *mut [t::D; 2_usize];
            let mut _3: *mut [t::D];
            let mut _4: usize;
            let mut _5: usize;
            let mut _6: *mut t::D;
            let mut _7: bool;
            let mut _8: *mut t::D;
            let mut _9: bool;

            bb0: {
                _2 = &raw mut (*_1);
                _3 = move _2 as *mut [t::D] (Unsize);
                goto -> bb1;
            }

            bb1: {
                _4 = PtrMetadata(copy _3);
                _5 = const 0_usize;
                goto -> bb2;
            }

            bb2: {
                _9 = Eq(copy _5, copy _4);
                switchInt(move _9) -> [0: bb3, otherwise: bb7];
            }

            bb3: {
                _8 = &raw mut (*_3)[_5];
                _5 = Add(copy _5, const 1_usize);
                drop((*_8)) -> [return: bb2, unwind: bb4];
            }

            bb4 (cleanup): {
                _7 = Eq(copy _5, copy _4);
                switchInt(move _7) -> [0: bb5, otherwise: bb6];
            }

            bb5 (cleanup): {
                _6 = &raw mut (*_3)[_5];
                _5 = Add(copy _5, const 1_usize);
                drop((*_6)) -> [return: bb4, unwind: terminate(InCleanup)];
            }

            bb6 (cleanup): {
                resume;
            }

            bb7: {
                return;
            }
        }
    "#]],
    );
}

#[test]
fn clones_are_dropped_if_a_later_one_unwinds() {
    let krate = small();
    let clone = krate.def("t::Clone::clone");
    let ty = krate.ty("(t::D, t::D)");
    let instance = Instance { def: InstanceKind::CloneShim(clone, ty), args: krate.args(&["(t::D, t::D)"]) };
    check(
        &krate,
        instance,
        expect![[r#"
        fn shim(mut _1: &(t::D, t::D)) -> (t::D, t::D) {
            let mut _2: &t::D;
            let mut _3: &t::D;

            bb0: {
                _3 = &((*_1).0: t::D);
                (_0.0: t::D) = fn t::Clone::clone<t::D>(move _3) -> [return: bb1, unwind: bb4];
            }

            bb1: {
                _2 = &((*_1).1: t::D);
                (_0.1: t::D) = fn t::Clone::clone<t::D>(move _2) -> [return: bb2, unwind: bb3];
            }

            bb2: {
                return;
            }

            bb3 (cleanup): {
                drop((_0.0: t::D)) -> [return: bb4, unwind: terminate(InCleanup)];
            }

            bb4 (cleanup): {
                resume;
            }
        }
    "#]],
    );
}
