//! Coroutines: their raw bodies, and the state machines that these become.
//!
//! `fixtures/coroutines.txt` has the coroutines of this crate, with the layouts that rustc gives them, two without for bodies that
//! stand here (`random`, `ticks`), and
//! `fixtures/coroutines.raw.txt` their bodies as rustc builds them, without what a raw body leaves out:
//!
//! ```ignore
//! pub async fn nothing(a: u32) -> u32 { a }
//! pub async fn one(a: u32) -> u32 { leaf().await }
//! pub async fn alive() { let d = mk(); leaf().await; peek(&d); }
//! pub async fn upvar(d: D) { leaf().await; take(d); leaf().await; }
//! pub async fn flag(d: D) { if cond() { take(d); } leaf().await; }
//! pub async fn scopes() { { let a = mk(); peek(&a); leaf().await; } { let b = mk(); peek(&b); leaf().await; } }
//! pub async fn nested(n: u32) {
//!     let x = n;
//!     { let y = n; num(&y); guarded().await; }
//!     { let z = n; num(&z); num(&x); leaf().await; }
//!     num(&x);
//! }
//! pub async fn again() { loop { let d = mk(); if cond() { break; } guarded().await; } }
//! pub async fn value() -> D { let a = guarded().await; if cond() { return a; } let b = guarded().await; take(a); b }
//! pub async fn branches(c: bool) -> u32 {
//!     let d;
//!     if c { d = mk(); leaf().await; } else { leaf().await; return 3; }
//!     peek(&d);
//!     leaf().await
//! }
//! pub async fn generic_future<T, F: Future<Output = T>>(f: F, t: T) -> T { let _a = t; f.await }
//! pub fn counter(n: u32) -> impl Iterator<Item = u32> { gen move { let i = n; yield i; yield n; } }
//! pub fn plain(n: D) {
//!     #[coroutine] move |x: D| { let y = yield 1u8; peek(&n); take(x); let z = yield 2u8; take(y); z };
//! }
//! pub fn fixed(n: u32) { #[coroutine] static move |x: u32| { let y = n; let r = &y; yield 1u8; num(r); }; }
//! pub fn movable(n: u32) { #[coroutine] move |x: u32| { let y = n; num(&y); yield 1u8; num(&x); }; }
//! ```

use super::*;
use crate::adapter::complete::complete_with_layout;
use crate::adapter::complete::coroutine::adopt_layout;
use crate::adapter::provider::{BodyProvider, ProvidedBody};
use crate::adapter::store::{OnRefusal, Store};
use crate::adapter::{Error, Result};
use ramir::*;

fn krate() -> TestCrate {
    TestCrate::new(include_str!("../fixtures/coroutines.txt"))
}

/// The raw bodies, by the name of the function around the coroutine.
fn raw_bodies() -> Vec<(&'static str, &'static str)> {
    let text = include_str!("../fixtures/coroutines.raw.txt");
    let name = |body: &'static str| body["fn t::".len()..].split("::").next().expect("a body has a name");
    text.split_inclusive("\n}\n").map(|body| body.trim_start()).map(|body| (name(body), body)).collect()
}

fn parse(krate: &TestCrate, raw: &str) -> Body {
    parse_body(&krate.tcx.interner, krate.names(), raw).unwrap_or_else(|e| panic!("{e}\n{raw}"))
}

/// The coroutine in the function `name`, and its raw body.
fn coroutine(krate: &TestCrate, name: &str) -> (DefId, Body) {
    let (_, raw) = raw_bodies().into_iter().find(|(of, _)| *of == name).expect("the fixture has the coroutine");
    (krate.def(&format!("t::{name}::{{closure#0}}")), parse(krate, raw))
}

fn print_layout(krate: &TestCrate, layout: &CoroutineLayout) -> String {
    let print = |&ty: &Ty| ramir::text::print_ty(&krate.tcx.interner, krate.names(), ty);
    let tys: Vec<String> = layout.field_tys.iter().map(print).collect();
    format!("{} in {:?}, conflicts {:?}", tys.join(", "), &layout.variant_fields[3..], layout.storage_conflicts)
}

/// Transforms the raw body of a coroutine, and shows its layout, the body that resumes it and the one that drops it.
fn check(krate: &TestCrate, def: DefId, body: Body, expected: Expect) {
    let done = complete_with_layout(&krate.tcx.store, def, body, None).unwrap_or_else(|e| panic!("{e}"));
    let coroutine = done.coroutine.expect("it is a coroutine");
    let [resume, drop] =
        [("resume", &done.body), ("drop", &coroutine.drop)].map(|(name, body)| krate.printer().body(name, body));
    expected.assert_eq(&format!("{}\n{resume}{drop}", print_layout(krate, &coroutine.layout)));
}

/// Drop flags that rustc has and that are not needed, since its drops are shared more, are all that may differ.
#[test]
fn layouts_are_those_of_rustc() {
    let krate = krate();
    let mut with_more_flags = Vec::new();
    for (name, _) in raw_bodies() {
        let (def, raw) = coroutine(&krate, name);
        let exported = krate.tcx.store.exported_coroutine_layout(def).expect("a coroutine").expect("a layout");
        let done = complete_with_layout(&krate.tcx.store, def, raw.clone(), None);
        let done = done.unwrap_or_else(|e| panic!("{name}: {e}"));
        let own = done.coroutine.expect("it is a coroutine").layout;
        if own != *exported {
            let fields = adopt_layout(&own, exported, &|_| String::new()).unwrap_or_else(|e| panic!("{name}: {e}"));
            let left = (0..exported.field_tys.len() as u32).filter(|i| !fields.contains(i));
            for i in left {
                assert_eq!(exported.field_tys[i as usize], krate.tcx.common.bool, "{name}");
            }
            with_more_flags.push(name);
        }
        let done = complete(&krate.tcx.store, def, raw).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(done.coroutine.expect("it is a coroutine").layout, *exported, "{name}");
    }
    expect!["upvar value branches plain"].assert_eq(&with_more_flags.join(" "));
}

#[test]
fn an_async_body_with_an_await() {
    let krate = krate();
    let (def, raw) = coroutine(&krate, "one");
    check(&krate, def, raw, expect![[r#"
        t::Leaf in [[0]], conflicts [[0]]
        fn resume(_1: t::Pin<&mut coroutine t::one::{closure#0}<(), t::ResumeTy, (), u32, (u32,)>>, _2: &mut t::Context<'_>) -> t::Poll<u32> {
            let _3: u32;
            let _4: t::Leaf;
            let _5: t::Leaf;
            let _6: ();
            let _7: ();
            let _8: t::Poll<u32>;
            let _9: t::Pin<&mut t::Leaf>;
            let _10: &mut t::Leaf;
            let _11: &mut t::Leaf;
            let _12: &mut t::Context<'_>;
            let _13: &mut t::Context<'_>;
            let _14: &mut t::Context<'_>;
            let _15: isize;
            let _16: u32;
            let _17: &mut t::Context<'_>;
            let _18: ();
            let mut _19: u32;
            let mut _20: u32;
            let mut _21: &mut coroutine t::one::{closure#0}<(), t::ResumeTy, (), u32, (u32,)>;
            debug _task_context => _2;
            debug a => ((*_21).0: u32);
            debug a => _3;
            debug __awaitee => (((*_21) as variant 3).0: t::Leaf);
            debug result => _16;

            bb0: {
                _21 = copy (_1.0: &mut coroutine t::one::{closure#0}<(), t::ResumeTy, (), u32, (u32,)>);
                _20 = discriminant((*_21));
                switchInt(move _20) -> [0: bb1, 1: bb15, 2: bb16, 3: bb17, otherwise: bb18];
            }

            bb1: {
                _3 = copy ((*_21).0: u32);
                _5 = fn t::leaf() -> [return: bb2, unwind: bb10];
            }

            bb2: {
                _4 = fn t::IntoFuture::into_future<t::Leaf>(move _5) -> [return: bb3, unwind: bb11];
            }

            bb3: {
                StorageDead(_5);
                (((*_21) as variant 3).0: t::Leaf) = move _4;
                goto -> bb4;
            }

            bb4: {
                _11 = &mut (((*_21) as variant 3).0: t::Leaf);
                _10 = &mut (*_11);
                _9 = fn t::new_unchecked<&mut t::Leaf>(move _10) -> [return: bb5, unwind: bb13];
            }

            bb5: {
                StorageDead(_10);
                _14 = copy _2;
                _13 = move _14;
                _12 = &mut (*_13);
                StorageDead(_14);
                _8 = fn t::Future::poll<t::Leaf>(move _9, move _12) -> [return: bb6, unwind: bb14];
            }

            bb6: {
                StorageDead(_13);
                StorageDead(_12);
                StorageDead(_11);
                StorageDead(_9);
                _15 = discriminant(_8);
                switchInt(move _15) -> [0: bb9, 1: bb8, otherwise: bb7];
            }

            bb7: {
                unreachable;
            }

            bb8: {
                _7 = const ();
                StorageDead(_8);
                StorageDead(_7);
                _18 = ();
                _0 = t::Poll<u32> variant 1 {};
                discriminant((*_21)) = 3;
                return;
            }

            bb9: {
                _16 = copy ((_8 as variant 0).0: u32);
                _19 = copy _16;
                StorageDead(_16);
                StorageDead(_8);
                StorageDead(_7);
                StorageDead(_4);
                StorageDead(_3);
                _0 = t::Poll<u32> {move _19};
                discriminant((*_21)) = 1;
                return;
            }

            bb10 (cleanup): {
                StorageDead(_3);
                discriminant((*_21)) = 2;
                resume;
            }

            bb11 (cleanup): {
                StorageDead(_5);
                goto -> bb10;
            }

            bb12 (cleanup): {
                StorageDead(_4);
                goto -> bb10;
            }

            bb13 (cleanup): {
                StorageDead(_10);
                StorageDead(_11);
                goto -> bb12;
            }

            bb14 (cleanup): {
                StorageDead(_13);
                StorageDead(_12);
                StorageDead(_11);
                StorageDead(_9);
                goto -> bb12;
            }

            bb15: {
                assert(const false == true, ResumedAfterReturn(Async(Fn))) -> [return: bb15, unwind: continue];
            }

            bb16: {
                assert(const false == true, ResumedAfterPanic(Async(Fn))) -> [return: bb16, unwind: continue];
            }

            bb17: {
                _17 = move _2;
                StorageDead(_18);
                _2 = move _17;
                StorageDead(_17);
                _6 = const ();
                goto -> bb4;
            }

            bb18: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::one::{closure#0}<(), t::ResumeTy, (), u32, (u32,)>) {
            let _2: &mut t::Context<'_>;
            let _3: u32;
            let _4: u32;
            let mut _5: u32;
            debug _task_context => _2;
            debug a => ((*_1).0: u32);
            debug a => _3;
            debug __awaitee => (((*_1) as variant 3).0: t::Leaf);
            debug result => _4;

            bb0: {
                _5 = discriminant((*_1));
                switchInt(move _5) -> [0: bb1, otherwise: bb2];
            }

            bb1: {
                return;
            }

            bb2: {
                return;
            }
        }
    "#]]);
}

#[test]
fn a_coroutine_with_resume_arguments_and_values_across_yields() {
    let krate = krate();
    let (def, raw) = coroutine(&krate, "plain");
    check(&krate, def, raw, expect![[r#"
        t::D, t::D in [[0], [1]], conflicts [[0, 1], [0, 1]]
        fn resume(_1: t::Pin<&mut coroutine t::plain::{closure#0}<i8, t::D, u8, t::D, (t::D,)>>, _2: t::D) -> t::CoroutineState<u8, t::D> {
            let _3: ();
            let _4: &t::D;
            let _5: &t::D;
            let _6: ();
            let _7: t::D;
            let _8: t::D;
            let _9: ();
            let _10: t::D;
            let mut _11: t::D;
            let mut _12: u32;
            let mut _13: &mut coroutine t::plain::{closure#0}<i8, t::D, u8, t::D, (t::D,)>;
            debug x => (((*_13) as variant 3).0: t::D);
            debug n => ((*_13).0: t::D);
            debug y => (((*_13) as variant 4).0: t::D);
            debug z => _8;

            bb0: {
                _13 = copy (_1.0: &mut coroutine t::plain::{closure#0}<i8, t::D, u8, t::D, (t::D,)>);
                _12 = discriminant((*_13));
                switchInt(move _12) -> [0: bb1, 1: bb13, 2: bb14, 3: bb15, 4: bb16, otherwise: bb17];
            }

            bb1: {
                (((*_13) as variant 3).0: t::D) = move _2;
                _0 = t::CoroutineState<u8, t::D> {const 1_u8};
                discriminant((*_13)) = 3;
                return;
            }

            bb2: {
                StorageDead(_4);
                StorageDead(_5);
                StorageDead(_3);
                _7 = move (((*_13) as variant 3).0: t::D);
                _6 = fn t::take(move _7) -> [return: bb3, unwind: bb8];
            }

            bb3: {
                StorageDead(_7);
                StorageDead(_6);
                _0 = t::CoroutineState<u8, t::D> {const 2_u8};
                discriminant((*_13)) = 4;
                return;
            }

            bb4: {
                StorageDead(_10);
                StorageDead(_9);
                _11 = move _8;
                StorageDead(_8);
                drop(((*_13).0: t::D)) -> [return: bb5, unwind: bb12];
            }

            bb5: {
                _0 = t::CoroutineState<u8, t::D> variant 1 {move _11};
                discriminant((*_13)) = 1;
                return;
            }

            bb6 (cleanup): {
                drop((((*_13) as variant 3).0: t::D)) -> [return: bb11, unwind: terminate(InCleanup)];
            }

            bb7 (cleanup): {
                StorageDead(_4);
                StorageDead(_5);
                drop((((*_13) as variant 4).0: t::D)) -> [return: bb6, unwind: terminate(InCleanup)];
            }

            bb8 (cleanup): {
                StorageDead(_7);
                drop((((*_13) as variant 4).0: t::D)) -> [return: bb11, unwind: terminate(InCleanup)];
            }

            bb9 (cleanup): {
                StorageDead(_8);
                goto -> bb11;
            }

            bb10 (cleanup): {
                StorageDead(_10);
                drop(_8) -> [return: bb9, unwind: terminate(InCleanup)];
            }

            bb11 (cleanup): {
                drop(((*_13).0: t::D)) -> [return: bb12, unwind: terminate(InCleanup)];
            }

            bb12 (cleanup): {
                discriminant((*_13)) = 2;
                resume;
            }

            bb13: {
                assert(const false == true, ResumedAfterReturn(Coroutine)) -> [return: bb13, unwind: continue];
            }

            bb14: {
                assert(const false == true, ResumedAfterPanic(Coroutine)) -> [return: bb14, unwind: continue];
            }

            bb15: {
                (((*_13) as variant 4).0: t::D) = move _2;
                _5 = &((*_13).0: t::D);
                _4 = &(*_5);
                _3 = fn t::peek(move _4) -> [return: bb2, unwind: bb7];
            }

            bb16: {
                _8 = move _2;
                _10 = move (((*_13) as variant 4).0: t::D);
                _9 = fn t::take(move _10) -> [return: bb4, unwind: bb10];
            }

            bb17: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::plain::{closure#0}<i8, t::D, u8, t::D, (t::D,)>) {
            let _2: t::D;
            let mut _3: u32;
            debug x => (((*_1) as variant 3).0: t::D);
            debug n => ((*_1).0: t::D);
            debug y => (((*_1) as variant 4).0: t::D);
            debug z => _2;

            bb0: {
                _3 = discriminant((*_1));
                switchInt(move _3) -> [0: bb8, 3: bb3, 4: bb4, otherwise: bb9];
            }

            bb1: {
                return;
            }

            bb2 (cleanup): {
                resume;
            }

            bb3: {
                drop((((*_1) as variant 3).0: t::D)) -> [return: bb6, unwind: bb7];
            }

            bb4: {
                StorageDead(_2);
                drop((((*_1) as variant 4).0: t::D)) -> [return: bb6, unwind: bb7];
            }

            bb5: {
                return;
            }

            bb6: {
                drop(((*_1).0: t::D)) -> [return: bb1, unwind: continue];
            }

            bb7 (cleanup): {
                drop(((*_1).0: t::D)) -> [return: bb2, unwind: terminate(InCleanup)];
            }

            bb8: {
                drop(((*_1).0: t::D)) -> [return: bb5, unwind: continue];
            }

            bb9: {
                return;
            }
        }
    "#]]);
}

#[test]
fn a_gen_block_is_an_iterator() {
    let krate = krate();
    let (def, raw) = coroutine(&krate, "counter");
    check(&krate, def, raw, expect![[r#"
         in [[], []], conflicts []
        fn resume(_1: &mut coroutine t::counter::{closure#0}<i8, (), u32, (), (u32,)>) -> t::Option<u32> {
            let _2: ();
            let _3: u32;
            let _4: ();
            let _5: u32;
            let _6: ();
            let _7: u32;
            let mut _8: ();
            let mut _9: u32;
            debug n => ((*_1).0: u32);
            debug i => _3;

            bb0: {
                _9 = discriminant((*_1));
                switchInt(move _9) -> [0: bb1, 1: bb2, 3: bb3, 4: bb4, otherwise: bb5];
            }

            bb1: {
                _3 = copy ((*_1).0: u32);
                _5 = copy _3;
                _0 = t::Option<u32> variant 1 {move _5};
                discriminant((*_1)) = 3;
                return;
            }

            bb2: {
                _0 = t::Option<u32> {};
                return;
            }

            bb3: {
                _4 = move _2;
                StorageDead(_5);
                StorageDead(_4);
                _7 = copy ((*_1).0: u32);
                _0 = t::Option<u32> variant 1 {move _7};
                discriminant((*_1)) = 4;
                return;
            }

            bb4: {
                _6 = move _2;
                StorageDead(_7);
                StorageDead(_6);
                _8 = const ();
                StorageDead(_3);
                _0 = t::Option<u32> {};
                discriminant((*_1)) = 1;
                return;
            }

            bb5: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::counter::{closure#0}<i8, (), u32, (), (u32,)>) {
            let _2: u32;
            let mut _3: u32;
            debug n => ((*_1).0: u32);
            debug i => _2;

            bb0: {
                _3 = discriminant((*_1));
                switchInt(move _3) -> [0: bb1, otherwise: bb2];
            }

            bb1: {
                return;
            }

            bb2: {
                return;
            }
        }
    "#]]);
}

#[test]
fn an_async_gen_block_yields_polls() {
    let krate = krate();
    let raw = parse(
        &krate,
        "fn t::ticks::{closure#0}(_1: coroutine t::ticks::{closure#0}<(), t::ResumeTy, t::Poll<t::Option<u8>>, (), ()>, _2: t::ResumeTy) {
            let _3: t::Option<u8>;
            let _4: t::Poll<t::Option<u8>>;
            let _5: t::ResumeTy;
            bb0: { _3 = t::Option<u8> variant 1 {const 7_u8}; _4 = t::Poll<t::Option<u8>> {move _3}; goto -> bb1; }
            bb1: { _5 = yield(move _4) -> [resume: bb2]; }
            bb2: { _2 = move _5; _0 = (); drop(_1) -> [return: bb3, unwind: continue]; }
            bb3: { return; }
        }",
    );
    check(&krate, krate.def("t::ticks::{closure#0}"), raw, expect![[r#"
         in [[]], conflicts []
        fn resume(_1: t::Pin<&mut coroutine t::ticks::{closure#0}<(), t::ResumeTy, t::Poll<t::Option<u8>>, (), ()>>, _2: &mut t::Context<'_>) -> t::Poll<t::Option<u8>> {
            let _3: t::Option<u8>;
            let _4: t::Poll<t::Option<u8>>;
            let _5: &mut t::Context<'_>;
            let mut _6: ();
            let mut _7: u32;
            let mut _8: &mut coroutine t::ticks::{closure#0}<(), t::ResumeTy, t::Poll<t::Option<u8>>, (), ()>;

            bb0: {
                _8 = copy (_1.0: &mut coroutine t::ticks::{closure#0}<(), t::ResumeTy, t::Poll<t::Option<u8>>, (), ()>);
                _7 = discriminant((*_8));
                switchInt(move _7) -> [0: bb1, 1: bb2, 3: bb3, otherwise: bb4];
            }

            bb1: {
                _3 = t::Option<u8> variant 1 {const 7_u8};
                _4 = t::Poll<t::Option<u8>> {move _3};
                _0 = move _4;
                discriminant((*_8)) = 3;
                return;
            }

            bb2: {
                _0 = const t::FINISHED<u8>: t::Poll<t::Option<u8>>;
                return;
            }

            bb3: {
                _5 = move _2;
                _2 = move _5;
                _6 = ();
                _0 = const t::FINISHED<u8>: t::Poll<t::Option<u8>>;
                discriminant((*_8)) = 1;
                return;
            }

            bb4: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::ticks::{closure#0}<(), t::ResumeTy, t::Poll<t::Option<u8>>, (), ()>) {
            let mut _2: u32;

            bb0: {
                _2 = discriminant((*_1));
                switchInt(move _2) -> [0: bb1, otherwise: bb2];
            }

            bb1: {
                return;
            }

            bb2: {
                return;
            }
        }
    "#]]);
}

#[test]
fn a_drop_flag_that_lives_across_a_yield_is_saved() {
    let krate = krate();
    let raw = parse(
        &krate,
        "fn t::random::{closure#0}(_1: coroutine t::random::{closure#0}<i8, (), u8, (), (t::D, t::D)>, _2: ()) {
            let _3: bool;
            let _4: t::D;
            let _5: ();
            bb0: { _3 = fn t::cond() -> [return: bb1, unwind: continue]; }
            bb1: { switchInt(copy _3) -> [0: bb3, otherwise: bb2]; }
            bb2: { _4 = move (_1.0: t::D); _5 = fn t::take(move _4) -> [return: bb3, unwind: continue]; }
            bb3: { _2 = yield(const 1_u8) -> [resume: bb4]; }
            bb4: { _0 = (); drop(_1) -> [return: bb5, unwind: continue]; }
            bb5: { return; }
        }",
    );
    check(&krate, krate.def("t::random::{closure#0}"), raw, expect![[r#"
        bool in [[0]], conflicts [[0]]
        fn resume(_1: t::Pin<&mut coroutine t::random::{closure#0}<i8, (), u8, (), (t::D, t::D)>>, _2: ()) -> t::CoroutineState<u8, ()> {
            let _3: bool;
            let _4: t::D;
            let _5: ();
            let mut _6: ();
            let mut _7: u32;
            let mut _8: &mut coroutine t::random::{closure#0}<i8, (), u8, (), (t::D, t::D)>;

            bb0: {
                _8 = copy (_1.0: &mut coroutine t::random::{closure#0}<i8, (), u8, (), (t::D, t::D)>);
                _7 = discriminant((*_8));
                switchInt(move _7) -> [0: bb1, 1: bb14, 2: bb15, 3: bb5, otherwise: bb16];
            }

            bb1: {
                (((*_8) as variant 3).0: bool) = const false;
                (((*_8) as variant 3).0: bool) = const true;
                _3 = fn t::cond() -> [return: bb2, unwind: bb12];
            }

            bb2: {
                switchInt(copy _3) -> [0: bb4, otherwise: bb3];
            }

            bb3: {
                (((*_8) as variant 3).0: bool) = const false;
                _4 = move ((*_8).0: t::D);
                _5 = fn t::take(move _4) -> [return: bb4, unwind: bb12];
            }

            bb4: {
                _0 = t::CoroutineState<u8, ()> {const 1_u8};
                discriminant((*_8)) = 3;
                return;
            }

            bb5: {
                _6 = ();
                switchInt(copy (((*_8) as variant 3).0: bool)) -> [0: bb7, otherwise: bb9];
            }

            bb6: {
                _0 = t::CoroutineState<u8, ()> variant 1 {move _6};
                discriminant((*_8)) = 1;
                return;
            }

            bb7: {
                drop(((*_8).1: t::D)) -> [return: bb6, unwind: bb13];
            }

            bb8 (cleanup): {
                drop(((*_8).1: t::D)) -> [return: bb13, unwind: terminate(InCleanup)];
            }

            bb9: {
                (((*_8) as variant 3).0: bool) = const false;
                drop(((*_8).0: t::D)) -> [return: bb7, unwind: bb8];
            }

            bb10 (cleanup): {
                drop(((*_8).1: t::D)) -> [return: bb13, unwind: terminate(InCleanup)];
            }

            bb11 (cleanup): {
                drop(((*_8).0: t::D)) -> [return: bb10, unwind: terminate(InCleanup)];
            }

            bb12 (cleanup): {
                switchInt(copy (((*_8) as variant 3).0: bool)) -> [0: bb10, otherwise: bb11];
            }

            bb13 (cleanup): {
                discriminant((*_8)) = 2;
                resume;
            }

            bb14: {
                assert(const false == true, ResumedAfterReturn(Coroutine)) -> [return: bb14, unwind: continue];
            }

            bb15: {
                assert(const false == true, ResumedAfterPanic(Coroutine)) -> [return: bb15, unwind: continue];
            }

            bb16: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::random::{closure#0}<i8, (), u8, (), (t::D, t::D)>) {
            let mut _2: u32;

            bb0: {
                _2 = discriminant((*_1));
                switchInt(move _2) -> [0: bb10, 3: bb6, otherwise: bb11];
            }

            bb1 (cleanup): {
                resume;
            }

            bb2: {
                return;
            }

            bb3: {
                drop(((*_1).1: t::D)) -> [return: bb2, unwind: continue];
            }

            bb4 (cleanup): {
                drop(((*_1).1: t::D)) -> [return: bb1, unwind: terminate(InCleanup)];
            }

            bb5: {
                (((*_1) as variant 3).0: bool) = const false;
                drop(((*_1).0: t::D)) -> [return: bb3, unwind: bb4];
            }

            bb6: {
                switchInt(copy (((*_1) as variant 3).0: bool)) -> [0: bb3, otherwise: bb5];
            }

            bb7: {
                return;
            }

            bb8: {
                drop(((*_1).1: t::D)) -> [return: bb7, unwind: continue];
            }

            bb9 (cleanup): {
                drop(((*_1).1: t::D)) -> [return: bb1, unwind: terminate(InCleanup)];
            }

            bb10: {
                drop(((*_1).0: t::D)) -> [return: bb8, unwind: bb9];
            }

            bb11: {
                return;
            }
        }
    "#]]);
}

#[test]
fn an_argument_that_waits_for_the_next_one_is_dropped() {
    let krate = krate();
    let raw = parse(
        &krate,
        "fn t::random::{closure#0}(_1: coroutine t::random::{closure#0}<i8, (), u8, (), ()>, _2: ()) {
            let _3: t::D;
            let _4: t::D;
            let _5: ();
            bb0: { _3 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _4 = move _3; _2 = yield(const 1_u8) -> [resume: bb2]; }
            bb2: { _5 = fn t::take(move _4) -> [return: bb3, unwind: continue]; }
            bb3: { StorageDead(_4); drop(_3) -> [return: bb4, unwind: continue]; }
            bb4: { StorageDead(_3); _0 = (); drop(_1) -> [return: bb5, unwind: continue]; }
            bb5: { return; }
        }",
    );
    check(&krate, krate.def("t::random::{closure#0}"), raw, expect![[r#"
        t::D in [[0]], conflicts [[0]]
        fn resume(_1: t::Pin<&mut coroutine t::random::{closure#0}<i8, (), u8, (), ()>>, _2: ()) -> t::CoroutineState<u8, ()> {
            let _3: t::D;
            let _4: ();
            let mut _5: ();
            let mut _6: u32;
            let mut _7: &mut coroutine t::random::{closure#0}<i8, (), u8, (), ()>;

            bb0: {
                _7 = copy (_1.0: &mut coroutine t::random::{closure#0}<i8, (), u8, (), ()>);
                _6 = discriminant((*_7));
                switchInt(move _6) -> [0: bb1, 1: bb7, 2: bb8, 3: bb3, otherwise: bb9];
            }

            bb1: {
                _3 = fn t::mk() -> [return: bb2, unwind: bb6];
            }

            bb2: {
                (((*_7) as variant 3).0: t::D) = move _3;
                _0 = t::CoroutineState<u8, ()> {const 1_u8};
                discriminant((*_7)) = 3;
                return;
            }

            bb3: {
                _4 = fn t::take(move (((*_7) as variant 3).0: t::D)) -> [return: bb4, unwind: bb5];
            }

            bb4: {
                StorageDead(_3);
                _5 = ();
                _0 = t::CoroutineState<u8, ()> variant 1 {move _5};
                discriminant((*_7)) = 1;
                return;
            }

            bb5 (cleanup): {
                StorageDead(_3);
                goto -> bb6;
            }

            bb6 (cleanup): {
                discriminant((*_7)) = 2;
                resume;
            }

            bb7: {
                assert(const false == true, ResumedAfterReturn(Coroutine)) -> [return: bb7, unwind: continue];
            }

            bb8: {
                assert(const false == true, ResumedAfterPanic(Coroutine)) -> [return: bb8, unwind: continue];
            }

            bb9: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::random::{closure#0}<i8, (), u8, (), ()>) {
            let mut _2: u32;

            bb0: {
                _2 = discriminant((*_1));
                switchInt(move _2) -> [0: bb4, 3: bb3, otherwise: bb5];
            }

            bb1: {
                return;
            }

            bb2 (cleanup): {
                resume;
            }

            bb3: {
                drop((((*_1) as variant 3).0: t::D)) -> [return: bb1, unwind: bb2];
            }

            bb4: {
                return;
            }

            bb5: {
                return;
            }
        }
    "#]]);
}

#[test]
fn storage_that_ends_on_every_way_out_is_shared() {
    let krate = krate();
    // Two locals in scopes of their own, each dropped where it may not be initialized, and dropping may unwind.
    let scope = |local: usize, block: usize| {
        let at = |i: usize| block + i;
        format!(
            "bb{}: {{ _2 = (); switchInt(UbChecks) -> [0: bb{}, otherwise: bb{}]; }}
            bb{}: {{ _{local} = fn t::mk() -> [return: bb{}, unwind: continue]; }}
            bb{}: {{ _2 = yield(const 1_u8) -> [resume: bb{}]; }}
            bb{}: {{ drop(_{local}) -> [return: bb{}, unwind: continue]; }}
            bb{}: {{ StorageDead(_{local}); goto -> bb{}; }}\n",
            at(0), at(2), at(1), at(1), at(2), at(2), at(3), at(3), at(4), at(4), at(5),
        )
    };
    let raw = format!(
        "fn t::random::{{closure#0}}(_1: coroutine t::random::{{closure#0}}<i8, (), u8, (), ()>, _2: ()) {{
            let _3: t::D;
            let _4: t::D;
            {}{}bb10: {{ _0 = (); drop(_1) -> [return: bb11, unwind: continue]; }}
            bb11: {{ return; }}
        }}",
        scope(3, 0),
        scope(4, 5),
    );
    let def = krate.def("t::random::{closure#0}");
    let done = complete_with_layout(&krate.tcx.store, def, parse(&krate, &raw), None).unwrap_or_else(|e| panic!("{e}"));
    let layout = done.coroutine.expect("it is a coroutine").layout;
    expect!["t::D, t::D, bool, bool in [[0, 2, 3], [1, 3]], conflicts [[0, 2, 3], [1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]]"].assert_eq(&print_layout(&krate, &layout));
}

#[test]
fn what_a_yield_gives_may_be_dropped_conditionally() {
    let krate = krate();
    let raw = parse(
        &krate,
        "fn t::plain::{closure#0}(_1: coroutine t::plain::{closure#0}<i8, t::D, u8, (), ()>, _2: t::D) {
            let _3: bool;
            let _4: t::D;
            bb0: { _3 = fn t::cond() -> [return: bb1, unwind: continue]; }
            bb1: { switchInt(copy _3) -> [0: bb3, otherwise: bb2]; }
            bb2: { _4 = yield(const 1_u8) -> [resume: bb3]; }
            bb3: { _0 = (); drop(_4) -> [return: bb4, unwind: continue]; }
            bb4: { drop(_2) -> [return: bb5, unwind: continue]; }
            bb5: { drop(_1) -> [return: bb6, unwind: continue]; }
            bb6: { return; }
        }",
    );
    check(&krate, krate.def("t::plain::{closure#0}"), raw, expect![[r#"
        t::D in [[0]], conflicts [[0]]
        fn resume(_1: t::Pin<&mut coroutine t::plain::{closure#0}<i8, t::D, u8, (), ()>>, _2: t::D) -> t::CoroutineState<u8, ()> {
            let _3: bool;
            let _4: t::D;
            let mut _5: bool;
            let mut _6: ();
            let mut _7: u32;
            let mut _8: &mut coroutine t::plain::{closure#0}<i8, t::D, u8, (), ()>;

            bb0: {
                _8 = copy (_1.0: &mut coroutine t::plain::{closure#0}<i8, t::D, u8, (), ()>);
                _7 = discriminant((*_8));
                switchInt(move _7) -> [0: bb1, 1: bb10, 2: bb11, 3: bb12, otherwise: bb13];
            }

            bb1: {
                (((*_8) as variant 3).0: t::D) = move _2;
                _5 = const false;
                _3 = fn t::cond() -> [return: bb2, unwind: bb7];
            }

            bb2: {
                switchInt(copy _3) -> [0: bb4, otherwise: bb3];
            }

            bb3: {
                _0 = t::CoroutineState<u8, ()> {const 1_u8};
                discriminant((*_8)) = 3;
                return;
            }

            bb4: {
                _6 = ();
                switchInt(copy _5) -> [0: bb5, otherwise: bb8];
            }

            bb5: {
                drop((((*_8) as variant 3).0: t::D)) -> [return: bb6, unwind: bb9];
            }

            bb6: {
                _0 = t::CoroutineState<u8, ()> variant 1 {move _6};
                discriminant((*_8)) = 1;
                return;
            }

            bb7 (cleanup): {
                drop((((*_8) as variant 3).0: t::D)) -> [return: bb9, unwind: terminate(InCleanup)];
            }

            bb8: {
                _5 = const false;
                drop(_4) -> [return: bb5, unwind: bb7];
            }

            bb9 (cleanup): {
                discriminant((*_8)) = 2;
                resume;
            }

            bb10: {
                assert(const false == true, ResumedAfterReturn(Coroutine)) -> [return: bb10, unwind: continue];
            }

            bb11: {
                assert(const false == true, ResumedAfterPanic(Coroutine)) -> [return: bb11, unwind: continue];
            }

            bb12: {
                _4 = move _2;
                _5 = const true;
                goto -> bb4;
            }

            bb13: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::plain::{closure#0}<i8, t::D, u8, (), ()>) {
            let mut _2: u32;

            bb0: {
                _2 = discriminant((*_1));
                switchInt(move _2) -> [0: bb3, 3: bb2, otherwise: bb4];
            }

            bb1: {
                return;
            }

            bb2: {
                drop((((*_1) as variant 3).0: t::D)) -> [return: bb1, unwind: continue];
            }

            bb3: {
                return;
            }

            bb4: {
                return;
            }
        }
    "#]]);
}

#[test]
fn a_saved_index_is_read_into_a_local() {
    let krate = krate();
    let raw = parse(
        &krate,
        "fn t::random::{closure#0}(_1: coroutine t::random::{closure#0}<i8, (), u8, u8, ([u8; 2_usize],)>, _2: ()) -> u8 {
            let _3: usize;
            bb0: { _3 = const 1_usize; _2 = yield(const 1_u8) -> [resume: bb1]; }
            bb1: { _0 = copy (_1.0: [u8; 2_usize])[_3]; drop(_1) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
        }",
    );
    check(&krate, krate.def("t::random::{closure#0}"), raw, expect![[r#"
        usize in [[0]], conflicts [[0]]
        fn resume(_1: t::Pin<&mut coroutine t::random::{closure#0}<i8, (), u8, u8, ([u8; 2_usize],)>>, _2: ()) -> t::CoroutineState<u8, u8> {
            let mut _3: u8;
            let mut _4: usize;
            let mut _5: u32;
            let mut _6: &mut coroutine t::random::{closure#0}<i8, (), u8, u8, ([u8; 2_usize],)>;

            bb0: {
                _6 = copy (_1.0: &mut coroutine t::random::{closure#0}<i8, (), u8, u8, ([u8; 2_usize],)>);
                _5 = discriminant((*_6));
                switchInt(move _5) -> [0: bb1, 1: bb3, 3: bb2, otherwise: bb4];
            }

            bb1: {
                (((*_6) as variant 3).0: usize) = const 1_usize;
                _0 = t::CoroutineState<u8, u8> {const 1_u8};
                discriminant((*_6)) = 3;
                return;
            }

            bb2: {
                _4 = copy (((*_6) as variant 3).0: usize);
                _3 = copy ((*_6).0: [u8; 2_usize])[_4];
                _0 = t::CoroutineState<u8, u8> variant 1 {move _3};
                discriminant((*_6)) = 1;
                return;
            }

            bb3: {
                assert(const false == true, ResumedAfterReturn(Coroutine)) -> [return: bb3, unwind: continue];
            }

            bb4: {
                unreachable;
            }
        }
        fn drop(_1: *mut coroutine t::random::{closure#0}<i8, (), u8, u8, ([u8; 2_usize],)>) {
            let mut _2: u32;

            bb0: {
                _2 = discriminant((*_1));
                switchInt(move _2) -> [0: bb1, otherwise: bb2];
            }

            bb1: {
                return;
            }

            bb2: {
                return;
            }
        }
    "#]]);
}

#[test]
fn a_yield_elsewhere_is_an_error() {
    let krate = krate();
    let raw = parse(&krate, "fn t::f() { let _1: (); bb0: { _1 = yield(const ()) -> [resume: bb1]; } bb1: { return; } }");
    let error = complete(&krate.tcx.store, krate.def("t::f"), raw).err().expect("no function suspends");
    expect!["unsupported: a yield outside of a coroutine"].assert_eq(&error.to_string());
}

#[test]
fn a_coroutine_in_the_place_of_another_is_an_error() {
    let krate = krate();
    let (_, raw) = coroutine(&krate, "one");
    let error = complete(&krate.tcx.store, krate.def("t::alive::{closure#0}"), raw).err().expect("it is another");
    expect!["unsupported: a coroutine's body that takes another coroutine"].assert_eq(&error.to_string());
}

#[test]
fn a_body_that_was_transformed_stays_as_it_is() {
    let krate = krate();
    for (name, _) in raw_bodies() {
        let (def, raw) = coroutine(&krate, name);
        let done = complete(&krate.tcx.store, def, raw).unwrap_or_else(|e| panic!("{name}: {e}"));
        let again = complete(&krate.tcx.store, def, done.body.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(again.coroutine.is_none(), "{name}");
        assert_eq!(krate.printer().body(name, &again.body), krate.printer().body(name, &done.body));
    }
}

/// A layout with fields of the given types, in suspension points and with conflicts as given.
fn layout(krate: &TestCrate, tys: &[&str], variants: &[&[u32]], conflicts: &[&[u32]]) -> CoroutineLayout {
    CoroutineLayout {
        field_tys: tys.iter().map(|ty| krate.ty(ty)).collect(),
        ignore_for_traits: vec![false; tys.len()],
        variant_fields: std::iter::repeat_n(Vec::new(), 3).chain(variants.iter().map(|fields| fields.to_vec())).collect(),
        storage_conflicts: conflicts.iter().map(|row| row.to_vec()).collect(),
    }
}

#[test]
fn a_layout_is_adopted_if_every_local_fits_in() {
    let krate = krate();
    let own = layout(&krate, &["u8", "u32", "u8"], &[&[0, 1], &[1, 2]], &[&[0, 1], &[0, 1, 2], &[1, 2]]);
    let adopt = |tys: &[&str], variants: &[&[u32]], conflicts: &[&[u32]]| {
        let given = layout(&krate, tys, variants, conflicts);
        let print = |ty| ramir::text::print_ty(&krate.tcx.interner, krate.names(), ty);
        adopt_layout(&own, &given, &print).map_err(|e| e.to_string())
    };
    let same = adopt(&["u8", "u32", "u8"], &[&[0, 1], &[1, 2]], &[&[0, 1], &[0, 1, 2], &[1, 2]]);
    assert_eq!(same, Ok(vec![0, 1, 2]));
    // In another order, with one field more, and what conflicts said of one of both.
    let permuted = adopt(
        &["bool", "u8", "u8", "u32"],
        &[&[2, 3], &[0, 1, 3]],
        &[&[0, 1, 2, 3], &[1, 3], &[2, 3], &[3]],
    );
    assert_eq!(permuted, Ok(vec![2, 3, 1]));
    // One that may overlap another, though both are needed at once.
    let overlapping = adopt(&["u8", "u32", "u8"], &[&[0, 1], &[1, 2]], &[&[0, 1], &[0, 1], &[2]]);
    let other_type = adopt(&["u8", "u32", "u16"], &[&[0, 1], &[1, 2]], &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]]);
    let not_there = adopt(&["u8", "u32", "u8"], &[&[0, 1], &[2]], &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]]);
    let shared = adopt(&["u8", "u32"], &[&[0, 1], &[0, 1]], &[&[0, 1], &[0, 1]]);
    let fewer = adopt(&["u8", "u32", "u8"], &[&[0, 1]], &[&[0, 1, 2], &[0, 1, 2], &[0, 1, 2]]);
    let errors = [overlapping, other_type, not_there, shared, fewer].map(|result| result.expect_err("it does not fit"));
    expect![[r#"
        unsupported: a coroutine whose layout is not the exported one: it has no field for a `u8` that is saved at suspension 1
        unsupported: a coroutine whose layout is not the exported one: it has no field for a `u8` that is saved at suspension 1
        unsupported: a coroutine whose layout is not the exported one: it has no field for a `u32` that is saved at suspension 0, 1
        unsupported: a coroutine whose layout is not the exported one: it has no field for a `u8` that is saved at suspension 1
        unsupported: a coroutine whose layout is not the exported one: it has 2 suspension points instead of 1"#]].assert_eq(&errors.join("\n"));
}

#[test]
fn a_permuted_layout_is_used() {
    let krate = krate();
    let (def, raw) = coroutine(&krate, "alive");
    let given = layout(&krate, &["t::Leaf", "t::D"], &[&[1, 0]], &[&[0, 1], &[0, 1]]);
    let done = complete_with_layout(&krate.tcx.store, def, raw, Some(&given)).expect("it fits");
    assert_eq!(done.coroutine.as_ref().map(|coroutine| &coroutine.layout), Some(&given));
    let text = krate.printer().body("resume", &done.body);
    let is_use = |line: &&str| line.contains("as variant 3).") && line.contains(" = ");
    let saved: Vec<&str> = text.lines().filter(is_use).map(str::trim).collect();
    expect![[r#"
        (((*_24) as variant 3).0: t::D) = fn t::mk() -> [return: bb2, unwind: bb19];
        (((*_24) as variant 3).1: t::Leaf) = move _4;
        _11 = &mut (((*_24) as variant 3).1: t::Leaf);
        _21 = &(((*_24) as variant 3).0: t::D);"#]].assert_eq(&saved.join("\n"));
}

/// Lowers one coroutine, or cannot.
struct Provider {
    def: DefId,
    raw: Option<Body>,
}

impl BodyProvider for Provider {
    fn body(&self, store: &Store, def: DefId) -> Result<Option<ProvidedBody>> {
        match &self.raw {
            _ if def != self.def => Ok(None),
            Some(raw) => complete_with_layout(store, def, raw.clone(), None).map(Some),
            None => Err(Error::unsupported("everything")),
        }
    }
}

#[test]
fn body_layout_and_drop_come_from_one_source() {
    let layout_of = |raw: Option<&str>, on_refusal| {
        let mut krate = krate();
        // rustc has a drop flag more.
        let def = krate.def("t::upvar::{closure#0}");
        let raw = raw.map(|name| coroutine(&krate, name).1);
        krate.tcx.store.set_provider(Box::new(Provider { def, raw }), on_refusal);
        let store = &krate.tcx.store;
        let layout = store.coroutine_layout(def).expect("it has a layout").field_tys.len();
        let has_body = store.body(def).expect("bodies can be read").is_some();
        let has_drop = store.coroutine_drop(def).expect("bodies can be read").is_some();
        (layout, has_body, has_drop)
    };
    assert_eq!(layout_of(Some("upvar"), OnRefusal::Fail), (3, true, true));
    // The fixture has no exported bodies.
    assert_eq!(layout_of(None, OnRefusal::UseExported), (4, false, false));
}
