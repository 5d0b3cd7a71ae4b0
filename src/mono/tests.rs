//! The collector, units and reachability on small crates and bodies.

use super::reachable::mono_reachable;
use super::{collect, partition};
use crate::adapter::testing::TestCrate;
use expect_test::{Expect, expect};
use ramir::Args;

fn traits() -> TestCrate {
    TestCrate::new(include_str!("../adapter/resolve/fixtures/traits.txt"))
}

#[test]
fn a_library_starts_from_its_roots() {
    let krate = traits();
    let items = collect(&krate.tcx).expect("everything can be collected");
    let names: Vec<String> = items.fns.iter().map(|f| krate.printer().def(f.def_id())).collect();
    expect![[r#"
        t::{impl#4}::base
        t::{impl#5}::left
        t::{impl#6}::right
        t::{impl#7}::bottom"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn units_share_the_work() {
    let krate = traits();
    let items = collect(&krate.tcx).expect("everything can be collected");
    let units = partition(&krate.tcx, &items, 3).expect("every function has a body");
    let units: Vec<String> = units
        .iter()
        .map(|unit| {
            let names: Vec<String> = unit.fns.iter().map(|f| krate.printer().def(f.def_id())).collect();
            format!("{}: {}", unit.size, names.join(", "))
        })
        .collect();
    expect![[r#"
        12: t::{impl#4}::base, t::{impl#7}::bottom
        6: t::{impl#5}::left
        6: t::{impl#6}::right"#]]
    .assert_eq(&units.join("\n"));
}

/// The blocks of a body that can be reached.
fn check_reachable(body: &str, expected: Expect) {
    let krate = traits();
    let body = ramir::text::parse_body(&krate.tcx.interner, &(), body).expect("the body can be parsed");
    let reached = mono_reachable(&krate.tcx, &body, Args::EMPTY).expect("constants can be evaluated");
    let blocks: Vec<String> = (0..reached.len()).filter(|&bb| reached[bb]).map(|bb| format!("bb{bb}")).collect();
    expected.assert_eq(&blocks.join(" "));
}

#[test]
fn a_switch_on_a_constant_goes_one_way() {
    check_reachable(
        "fn f() {
            bb0: { switchInt(const 1_u8) -> [0: bb1, 1: bb2, otherwise: bb3]; }
            bb1: { return; }
            bb2: { goto -> bb3; }
            bb3: { return; }
        }",
        expect!["bb0 bb2 bb3"],
    );
}

#[test]
fn a_constant_assigned_just_before_counts() {
    check_reachable(
        "fn f(_1: bool) {
            let _2: bool;
            bb0: { _2 = const false; switchInt(move _2) -> [0: bb1, otherwise: bb2]; }
            bb1: { switchInt(copy _1) -> [0: bb3, otherwise: bb4]; }
            bb2: { return; }
            bb3: { return; }
            bb4: { return; }
        }",
        expect!["bb0 bb1 bb3 bb4"],
    );
}
