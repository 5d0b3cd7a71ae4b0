//! The crate of `fixtures/traits.txt` is this one, exported and printed, without positions:
//!
//! ```ignore
//! pub unsafe auto trait Freeze {}
//! pub trait Name { type Out; fn name(&self); fn twice(&self) {} }
//! pub struct W<T>(T);
//! impl<T> Name for T { default type Out = u8; default fn name(&self) {} }        // impl#1
//! impl<T: Copy> Name for W<T> { type Out = u32; fn name(&self) {} }              // impl#2
//! impl Copy for u64 {}
//! pub trait Base { fn base(&self); }
//! pub trait Left: Base { fn left(&self); }
//! pub trait Right: Base { fn right(&self); }
//! pub trait Bottom: Left + Right { fn bottom(&self); }
//! impl Base for u64, impl Left for u64, impl Right for u64, impl Bottom for u64  // impl#4 to impl#7
//! pub struct Cell; impl !Freeze for Cell {}
//! impl Copy for u8 {}
//! pub trait Source { type Item; }
//! impl Source for u64 { type Item = u8; }
//! impl Source for u32 { type Item = u32; }
//! pub trait Sink {}
//! impl<T, U> Sink for W<T> where T: Source<Item = U>, U: Copy {}                 // impl#12
//! ```

use crate::adapter::testing::TestCrate;
use crate::adapter::vtable::VtblEntry;
use expect_test::{Expect, expect};
use ramir::*;

fn traits() -> TestCrate {
    TestCrate::new(include_str!("fixtures/traits.txt"))
}

/// What a call of trait method `method` on each type reaches.
fn check_resolve(method: &str, tys: &[&str], expected: Expect) {
    let krate = traits();
    let lines: Vec<String> = tys
        .iter()
        .map(|ty| match krate.tcx.resolve_instance(krate.def(method), krate.args(&[ty])) {
            Ok(Some(found)) => format!("{ty}: {}", krate.printer().def_with_args(found.def_id(), found.args)),
            Ok(None) => format!("{ty}: no impl"),
            Err(e) => format!("{ty}: {e}"),
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

fn check_holds(trait_path: &str, tys: &[&str], expected: Expect) {
    let krate = traits();
    let lines: Vec<String> = tys
        .iter()
        .map(|ty| {
            let trait_ref = TraitRef { def_id: krate.def(trait_path), args: krate.args(&[ty]) };
            format!("{ty}: {:?}", krate.tcx.trait_holds(trait_ref).expect("the bound can be decided"))
        })
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn the_most_specific_impl_is_called() {
    check_resolve(
        "t::Name::name",
        &["t::W<u64>", "t::W<t::Cell>", "u64"],
        expect![[r#"
            t::W<u64>: t::{impl#2}::name<u64>
            t::W<t::Cell>: t::{impl#1}::name<t::W<t::Cell>>
            u64: t::{impl#1}::name<u64>"#]],
    );
}

#[test]
fn a_method_that_no_impl_has_is_the_traits() {
    check_resolve("t::Name::twice", &["t::W<u64>"], expect!["t::W<u64>: t::Name::twice<t::W<u64>>"]);
}

#[test]
fn methods_of_dyn_types_are_slots() {
    let krate = traits();
    let lines: Vec<String> = ["base", "left", "right", "bottom"]
        .iter()
        .zip(["Base", "Left", "Right", "Bottom"])
        .map(|(method, of)| {
            let method = krate.def(&format!("t::{of}::{method}"));
            let found = krate.tcx.resolve_instance(method, krate.args(&["dyn (t::Bottom)"]));
            format!("{:?}", found.expect("it resolves").expect("it has a slot").def)
        })
        .collect();
    expect![[r#"
        Virtual(0:27, 3)
        Virtual(0:29, 4)
        Virtual(0:31, 5)
        Virtual(0:33, 7)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn projections_go_through_the_specialization_graph() {
    let krate = traits();
    let lines: Vec<String> = ["t::W<u64>", "t::W<t::Cell>", "u64"]
        .iter()
        .map(|ty| {
            let out = krate.tcx.project(AliasKind::Projection, krate.def("t::Name::Out"), krate.args(&[ty]));
            format!("{ty}: {}", krate.printer().ty(out.expect("it has a value")))
        })
        .collect();
    expect![[r#"
        t::W<u64>: u32
        t::W<t::Cell>: u8
        u64: u8"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn auto_traits_follow_structure() {
    check_holds(
        "t::Freeze",
        &["t::Cell", "t::W<t::Cell>", "t::W<u64>", "(u8, t::Cell)", "[t::W<u8>]"],
        expect![[r#"
        t::Cell: false
        t::W<t::Cell>: false
        t::W<u64>: true
        (u8, t::Cell): false
        [t::W<u8>]: true"#]],
    );
}

#[test]
fn a_projection_gives_a_parameter_its_value() {
    // `u32` is not `Copy` in this crate, `u8` has no `Source`.
    check_holds(
        "t::Sink",
        &["t::W<u64>", "t::W<u32>", "t::W<u8>"],
        expect![[r#"
        t::W<u64>: true
        t::W<u32>: false
        t::W<u8>: false"#]],
    );
}

#[test]
fn a_diamond_has_one_copy_of_its_top() {
    let krate = traits();
    let entries = krate.tcx.vtable_entries(krate.ty("u64"), krate.ty("dyn (t::Bottom)")).expect("there is a vtable");
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| match entry {
            VtblEntry::Method(found) => krate.printer().def_with_args(found.def_id(), found.args),
            VtblEntry::TraitVPtr(of) => format!("vptr {}", krate.printer().def_with_args(of.def_id, of.args)),
            other => format!("{other:?}"),
        })
        .collect();
    expect![[r#"
        MetadataDropInPlace
        MetadataSize
        MetadataAlign
        t::{impl#4}::base
        t::{impl#5}::left
        t::{impl#6}::right
        vptr t::Right<u64>
        t::{impl#7}::bottom"#]]
    .assert_eq(&lines.join("\n"));
    let slot = |to: &str| krate.tcx.supertrait_vtable_slot(krate.ty("dyn (t::Bottom)"), krate.ty(to)).expect("a slot");
    expect!["[None, Some(6)]"].assert_eq(&format!("{:?}", [slot("dyn (t::Left)"), slot("dyn (t::Right)")]));
}
