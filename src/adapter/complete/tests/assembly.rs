//! Inline assembly: what it unwinds from, and the ways on.

use super::*;

fn body(options: u32) -> String {
    format!(
        "fn t::f() {{
            let _1: t::D;
            let _2: u32;
            let _3: t::D;
            let _4: ();
            bb0: {{ _1 = fn t::mk() -> [return: bb1, unwind: continue]; }}
            bb1: {{
                asm {{
                    naked: false,
                    template: [],
                    operands: [Out {{ reg: Reg(ax), late: false, place: _2 }}, Label {{ target_index: 1 }}],
                    options: {options},
                    targets: [bb2, bb3],
                    unwind: continue,
                }};
            }}
            bb2: {{ drop(_1) -> [return: bb6, unwind: continue]; }}
            bb3: {{ _3 = fn t::mk() -> [return: bb4, unwind: continue]; }}
            bb4: {{ _4 = fn t::take(move _3) -> [return: bb5, unwind: continue]; }}
            bb5: {{ drop(_3) -> [return: bb2, unwind: continue]; }}
            bb6: {{ return; }}
        }}"
    )
}

#[test]
fn assembly_that_may_unwind_drops_what_is_alive() {
    check(&body(256), expect![[r#"
        fn f() {
            let _1: t::D;
            let _2: u32;
            let _3: t::D;
            let _4: ();

            bb0: {
                _1 = fn t::mk() -> [return: bb1, unwind: continue];
            }

            bb1: {
                asm {
                    operands: [Out { reg: Reg(ax), place: _2 }, Label { target_index: 1 }],
                    options: 256,
                    targets: [bb2, bb3],
                    unwind: bb7,
                };
            }

            bb2: {
                drop(_1) -> [return: bb5, unwind: continue];
            }

            bb3: {
                _3 = fn t::mk() -> [return: bb4, unwind: bb7];
            }

            bb4: {
                _4 = fn t::take(move _3) -> [return: bb2, unwind: bb7];
            }

            bb5: {
                return;
            }

            bb6 (cleanup): {
                resume;
            }

            bb7 (cleanup): {
                drop(_1) -> [return: bb6, unwind: terminate(InCleanup)];
            }
        }
    "#]]);
}

#[test]
fn other_assembly_has_no_cleanup() {
    check(&body(0), expect![[r#"
        fn f() {
            let _1: t::D;
            let _2: u32;
            let _3: t::D;
            let _4: ();

            bb0: {
                _1 = fn t::mk() -> [return: bb1, unwind: continue];
            }

            bb1: {
                asm {
                    operands: [Out { reg: Reg(ax), place: _2 }, Label { target_index: 1 }],
                    targets: [bb2, bb3],
                    unwind: unreachable,
                };
            }

            bb2: {
                drop(_1) -> [return: bb5, unwind: continue];
            }

            bb3: {
                _3 = fn t::mk() -> [return: bb4, unwind: bb7];
            }

            bb4: {
                _4 = fn t::take(move _3) -> [return: bb2, unwind: bb7];
            }

            bb5: {
                return;
            }

            bb6 (cleanup): {
                resume;
            }

            bb7 (cleanup): {
                drop(_1) -> [return: bb6, unwind: terminate(InCleanup)];
            }
        }
    "#]]);
}
