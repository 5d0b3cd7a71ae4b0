//! The crate of `fixtures/shapes.txt`, exported and printed without positions and bodies, and rustc's answers about it, as
//! `ra-mir-export --dump` printed them. The crate has no `core`; its types are those that layouts, ABIs and type ids treat
//! each in its own way: niches of every kind, representation hints, unsized tails, unions, vectors, pointers to bound
//! regions.

use super::{Kind, Oracle};
use crate::adapter::testing::TestCrate;
use expect_test::{Expect, expect};

const SHAPES: &str = include_str!("fixtures/shapes.txt");

/// The differences to rustc's answers, and how many are compared.
fn check(kind: Kind, rustc: &str, expected: Expect) {
    let krate = TestCrate::new(SHAPES);
    let oracle = Oracle::new(&krate.tcx).expect("the crate's names can be read");
    let mut text = String::new();
    for difference in oracle.compare(kind, rustc) {
        text.push_str(&format!("- {}\n+ {}\n", difference.expected, difference.found));
    }
    text.push_str(&format!("{} compared", rustc.lines().count()));
    expected.assert_eq(&text);
}

#[test]
fn layouts_are_rustcs() {
    check(Kind::Layouts, include_str!("fixtures/shapes.layouts.txt"), expect!["57 compared"]);
}

#[test]
fn type_ids_are_rustcs() {
    check(Kind::TypeIds, include_str!("fixtures/shapes.type-ids.txt"), expect!["57 compared"]);
}

#[test]
fn abis_are_rustcs() {
    check(Kind::Abis, include_str!("fixtures/shapes.abis.txt"), expect!["8 compared"]);
}

#[test]
fn a_wrong_answer_is_a_difference() {
    check(
        Kind::TypeIds,
        "bool = 0x0",
        expect![[r#"
            - bool = 0x0
            + bool = 0xf4422d85a423c218b3f9e9b015b11d7e
            1 compared"#]],
    );
}
