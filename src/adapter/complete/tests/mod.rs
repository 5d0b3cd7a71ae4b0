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

mod assembly;
mod checks;
mod comparison;
mod conditions;
mod coroutines;
mod moves;
mod overwrites;
mod projection;
mod promotion;
mod scopes;

use super::complete;
use crate::adapter::testing::TestCrate;
use expect_test::{Expect, expect};
use ramir::DefId;
use ramir::file::Section;
use ramir::text::parse_body;

/// Completes the body of `t::f`, or of the function whose name stands before the colon.
fn check(raw: &str, expected: Expect) {
    let krate = TestCrate::new(include_str!("../fixtures/drops.txt"));
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
                let _2: ();

                bb0: {
                    _2 = fn t::f() -> [return: bb1, unwind: bb4];
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
fn what_is_complete_stays_as_it_is() {
    for text in [include_str!("../../fixtures/small.txt"), include_str!("../../../fixtures/functions.txt")] {
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
