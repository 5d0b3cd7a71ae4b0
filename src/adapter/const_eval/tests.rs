//! Constants of the crate that `shim::tests` shows, evaluated and printed as they lie in memory.

use crate::adapter::testing::TestCrate;
use crate::oracle::{Kind, Oracle};
use expect_test::{Expect, expect};
use ramir::*;

const SMALL: &str = include_str!("../fixtures/small.txt");

fn check(constant: &str, expected: Expect) {
    let krate = TestCrate::new(SMALL);
    let oracle = Oracle::new(&krate.tcx).expect("definitions can be read");
    expected.assert_eq(&oracle.line(Kind::Consts, constant).unwrap_or_else(|e| e.to_string()));
}

#[test]
fn a_generic_constant_depends_on_its_arguments() {
    check("t::{impl#7}::SIZE<u32>", expect!["t::{impl#7}::SIZE<u32> = 0400000000000000"]);
    check("t::{impl#7}::SIZE<t::S>", expect!["t::{impl#7}::SIZE<t::S> = 0c00000000000000"]);
}

#[test]
fn a_promoted_holds_what_a_reference_points_to() {
    check("t::{impl#7}::REF<bool>", expect!["t::{impl#7}::REF<bool> = <{07000000________0100000000000000}+0>"]);
    check(
        "t::{impl#7}::REF<bool> promoted 0",
        expect!["t::{impl#7}::REF<bool> promoted 0 = <{07000000________0100000000000000}+0>"],
    );
}

#[test]
fn niches_are_written_and_relocations_kept() {
    check("t::{impl#7}::OPT<u32>", expect!["t::{impl#7}::OPT<u32> = <{05000000}+0>0000000000000000"]);
}

#[test]
fn an_array_length_is_a_value() {
    let krate = TestCrate::new(SMALL);
    let def = krate.def("t::{impl#7}::OPT::{const#0}");
    let length = krate.tcx.eval_type_const(def, krate.args(&["u32"])).expect("it can be evaluated");
    assert_eq!(length, krate.tcx.mk_usize_const(2));
}

/// The value of `pick` in a constant's body, after a change to the crate's text.
fn check_pick(constant: &str, from: &str, to: &str, expected: Expect) {
    assert!(from.is_empty() || SMALL.contains(from));
    let krate = TestCrate::new(&if from.is_empty() { SMALL.to_owned() } else { SMALL.replace(from, to) });
    let value = match krate.tcx.const_eval_from_body(krate.def(constant), Args::EMPTY) {
        Ok(ConstValue::Scalar(Scalar::Int(int))) => int.data.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(e) => e.to_string(),
    };
    expected.assert_eq(&value);
}

#[test]
fn calls_switches_and_fields() {
    check_pick("t::P3", "", "", expect!["40"]);
    check_pick("t::P9", "", "", expect!["9"]);
}

#[test]
fn what_goes_wrong_is_an_error_that_names_the_constant() {
    check_pick(
        "t::P3",
        "_0 = const 40_u32;",
        "_0 = copy (_2.0: u32);",
        expect![
            "evaluation of `t::P3` failed: using uninitialized data, but this operation requires initialized memory"
        ],
    );
    check_pick(
        "t::P3",
        "switchInt(copy _1) -> [0: bb3, 3: bb2, otherwise: bb1];",
        "unreachable;",
        expect!["evaluation of `t::P3` failed: entering unreachable code"],
    );
}
