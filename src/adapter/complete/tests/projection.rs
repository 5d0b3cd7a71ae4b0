//! Which associated types are known in a generic body. The crate of `fixtures/projections.txt`:
//!
//! ```ignore
//! pub struct D(u32); impl Drop for D { .. }
//! pub trait Shape { type Part; }
//! pub trait Round {}
//! impl Shape for u8 { type Part = u16; }
//! impl<T> Shape for (T, u8) { type Part = T; }
//! impl<T> Shape for (T, bool) { type Part = D; }
//! impl<T> Shape for [T; 2] { type Part = T; }
//! impl Shape for &u8 { type Part = D; }
//! impl<R: Round> Shape for R { type Part = D; }
//! pub struct Of<S: Shape>(S::Part);
//! impl Round for char {}
//! ```

use crate::adapter::complete::place_ty::TypeCx;
use crate::adapter::testing::TestCrate;
use expect_test::expect;

#[test]
fn a_projection_is_what_one_impl_alone_says() {
    let krate = TestCrate::new(include_str!("../fixtures/projections.txt"));
    let cx = TypeCx::new(&krate.tcx.store, krate.def("t::f")).unwrap();
    let of = [
        "u8", "u16", "char", "(u16, u8)", "(t::D, u8)", "(T/#0, u8)", "(u8, T/#0)", "(u16, bool)", "[u16; 2_usize]",
        "[u16; 3_usize]", "&u8", "&u16", "T/#0", "(proj t::Shape::Part<u8>, u8)",
    ];
    let answers = of.map(|of| {
        let ty = krate.ty(&format!("t::Of<{of}>"));
        let answer = match (cx.needs_drop(ty).unwrap(), cx.surely_needs_drop(ty).unwrap()) {
            (false, false) => "is not dropped",
            (true, true) => "is dropped",
            (true, false) => "may be dropped",
            (false, true) => "contradicts itself",
        };
        format!("{of}: {answer}\n")
    });
    expect![[r#"
        u8: is not dropped
        u16: may be dropped
        char: is dropped
        (u16, u8): is not dropped
        (t::D, u8): is dropped
        (T/#0, u8): may be dropped
        (u8, T/#0): may be dropped
        (u16, bool): is dropped
        [u16; 2_usize]: is not dropped
        [u16; 3_usize]: may be dropped
        &u8: is dropped
        &u16: may be dropped
        T/#0: may be dropped
        (proj t::Shape::Part<u8>, u8): is not dropped
    "#]]
    .assert_eq(&answers.concat());
}
