//! Two bodies of one function, compared.

use super::*;
use crate::adapter::complete::Facts;

fn check(first: &str, second: &str, expected: Expect) {
    let krate = TestCrate::new(include_str!("../fixtures/drops.txt"));
    let body = |text: &str| parse_body(&krate.tcx.interner, krate.names(), text).unwrap_or_else(|e| panic!("{e}"));
    let facts = |text: &str| {
        Facts::of(&krate.tcx.store, krate.def("t::f"), &body(text), &[], None).unwrap_or_else(|e| panic!("{e}"))
    };
    expected.assert_eq(&facts(first).differences(&facts(second)).join("\n"));
}

const DROPS: &str = "fn t::f() {
    let _1: t::D;
    bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
    bb1: { drop(_1) -> [return: bb2, unwind: continue]; }
    bb2: { return; }
}";

#[test]
fn layout_is_no_difference() {
    check(
        DROPS,
        "fn t::f() {
            let _1: u8;
            let _2: t::D;
            bb0: { goto -> bb3; }
            bb1: { drop(_2) -> [return: bb2, unwind: continue]; }
            bb2: { return; }
            bb3: { _2 = fn t::mk() -> [return: bb1, unwind: continue]; }
        }",
        expect![""],
    );
}

#[test]
fn calls_drops_and_ways_out_are_told() {
    check(
        DROPS,
        "fn t::f() {
            let _1: t::D;
            let _2: ();
            bb0: { _1 = fn t::mk() -> [return: bb1, unwind: continue]; }
            bb1: { _2 = fn t::f() -> [return: bb2, unwind: bb3]; }
            bb2: { unreachable; }
            bb3 (cleanup): { drop(_1) -> [return: bb4, unwind: terminate(InCleanup)]; }
            bb4 (cleanup): { resume; }
        }",
        expect![[r#"
            - drop t::D
            - return
            + call fndef t::f
            + unwinding: drop t::D"#]],
    );
}

#[test]
fn drops_in_another_order_are_told() {
    let body = |first: u32, second: u32| {
        format!(
            "fn t::f(_1: t::D, _2: t::Box<t::D>) {{
                bb0: {{ drop(_{first}) -> [return: bb1, unwind: continue]; }}
                bb1: {{ drop(_{second}) -> [return: bb2, unwind: continue]; }}
                bb2: {{ return; }}
            }}"
        )
    };
    check(&body(1, 2), &body(2, 1), expect![[r#"
        - drop in this order (t::D, t::Box<t::D>)
        + drop in this order (t::Box<t::D>, t::D)"#]]);
}

#[test]
fn assembly_is_told_with_its_registers() {
    let body = |register: &str, late: bool| {
        format!(
            "fn t::f() {{
                let _1: u32;
                bb0: {{
                    asm {{
                        naked: false,
                        template: [String(\"neg \"), Placeholder {{ operand_idx: 0, modifier: 'e' }}],
                        operands: [
                            InOut {{ reg: {register}, late: {late}, in_value: const 1_u32, out_place: _1 }},
                            Out {{ reg: Reg(cx), late: true }},
                        ],
                        options: 1,
                        targets: [bb1],
                        unwind: unreachable,
                    }};
                }}
                bb1: {{ return; }}
            }}"
        )
    };
    check(&body("RegClass(reg)", true), &body("Reg(ax)", false), expect![[r#"
        - asm "neg {0:e}" inlateout(reg), lateout("cx") _ options(1) to 1
        + asm "neg {0:e}" inout("ax"), lateout("cx") _ options(1) to 1"#]]);
}
