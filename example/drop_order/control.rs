//! Leaving scopes: `break`, `continue`, `return` and `?`, also in the middle of an expression.

#[macro_use]
mod trace;
use trace::*;

cases! {
    break_with_value
    break_with_variable
    break_outer
    break_from_block
    break_in_arguments
    break_in_operator
    break_in_array
    break_in_initializer
    break_with_temporaries
    continue_inner
    continue_outer
    continue_in_arguments
    return_early
    return_in_arguments
    return_in_condition
    return_in_struct
    return_from_nested_loops
    return_of_variable
    return_of_field
    return_in_match_arm
    return_in_closure
    question_mark
    question_mark_in_arguments
    question_mark_chain
    question_mark_converts
    question_mark_in_struct
    labelled_block_value
    loop_variables
    for_over_vector
    for_over_array_early_exit
    for_over_references
    for_over_drain
    for_over_nested
    for_in_temporary
    iterator_dropped_after_body
    infinite_recursion_guarded
    unreachable_code
}

fn break_with_value() {
    let a = loop {
        let _b = loud("b");
        if loud("c").yes() {
            break loud("a");
        }
    };
    a.see();
}

fn break_with_variable() {
    let a = loop {
        let a = loud("a");
        let _b = loud("b");
        break a;
    };
    say("after");
    a.see();
}

fn break_outer() {
    'outer: for x in ["a", "b"] {
        let _x = loud(x);
        for y in ["c", "d"] {
            let _y = loud(y);
            if y == "d" {
                break 'outer;
            }
        }
    }
    say("after");
}

fn break_from_block() {
    'l: {
        let _a = loud("a");
        {
            let _b = loud("b");
            if loud("c").yes() {
                break 'l;
            }
        }
        say("never");
    }
    say("after");
}

fn break_in_arguments() {
    loop {
        eat_two(loud("a"), if flag(true) { break } else { loud("never") });
    }
    say("after");
}

fn break_in_operator() {
    let mut n = 0;
    loop {
        n += loud("a").see() + if n > 0 { break } else { loud("b").see() };
    }
    say("after");
}

fn break_in_array() {
    for n in 0..2 {
        let all = [loud("a"), loud("b"), if n == 1 { break } else { loud("c") }];
        all[0].see();
    }
    say("after");
}

fn break_in_initializer() {
    loop {
        let _a = loud("a");
        let b = (loud("b"), if flag(true) { break } else { loud("never") });
        eat(b);
    }
    say("after");
}

fn break_with_temporaries() {
    let a = loud("a");
    let n = loop {
        break a.hold("b").get().unwrap().see() + loud("c").see();
    };
    say(if n == 2 { "two" } else { "never" });
}

fn continue_inner() {
    for n in 0..3 {
        let _a = loud("a");
        if n == 1 {
            continue;
        }
        let _b = loud("b");
        loud("c").see();
    }
}

fn continue_outer() {
    'outer: for x in ["a", "b"] {
        let _x = loud(x);
        loop {
            let _y = loud("y");
            if flag(true) {
                continue 'outer;
            }
        }
    }
    say("after");
}

fn continue_in_arguments() {
    for n in 0..2 {
        eat_two(loud("a"), if n == 0 { continue } else { loud("b") });
    }
    say("after");
}

fn return_early() {
    fn inner(go: bool) -> usize {
        let a = loud("a");
        if go {
            let _b = loud("b");
            return a.see();
        }
        let _c = loud("c");
        a.see() + 1
    }
    inner(true);
    say("between");
    inner(false);
}

fn return_in_arguments() {
    fn inner() -> usize {
        let _z = loud("z");
        eat_two((loud("a"), loud("b").see()), if flag(true) { return 1 } else { 2 });
        3
    }
    inner();
    say("after");
}

fn return_in_condition() {
    fn inner(a: &Loud) -> usize {
        if a.hold("b").yes() && { let _c = loud("c"); return 1 } {
            say("never");
        }
        2
    }
    inner(&loud("a"));
    say("after");
}

fn return_in_struct() {
    fn inner(go: bool) -> Option<Pair> {
        Some(Pair { b: loud("b"), a: if go { return None } else { loud("a") } })
    }
    inner(true);
    say("between");
    inner(false);
}

fn return_from_nested_loops() {
    fn inner() -> Loud {
        let _a = loud("a");
        for x in ["b", "c"] {
            let x = loud(x);
            let mut n = 0;
            while n < 2 {
                let _y = loud("y");
                n += 1;
                if n == 2 {
                    return x;
                }
            }
        }
        loud("never")
    }
    inner().see();
}

fn return_of_variable() {
    fn inner(go: bool) -> Loud {
        let a = loud("a");
        let b = loud("b");
        if go {
            return a;
        }
        b
    }
    inner(true).and(&inner(false));
}

fn return_of_field() {
    fn inner(p: Pair) -> Loud {
        let _c = loud("c");
        return p.b;
    }
    inner(pair("a", "b")).see();
}

fn return_in_match_arm() {
    fn inner(o: Option<Loud>) -> Loud {
        let _z = loud("z");
        let a = match o {
            Some(a) => a,
            None => return loud("none"),
        };
        let _y = loud("y");
        a.pass()
    }
    inner(some("a")).see();
    inner(None).see();
}

fn return_in_closure() {
    let f = |go: bool| {
        let a = loud("a");
        if go {
            return a;
        }
        let _b = loud("b");
        loud("c")
    };
    f(true).see();
    f(false).see();
}

fn question_mark() {
    fn inner(r: Result<Loud, Loud>) -> Result<usize, Loud> {
        let _z = loud("z");
        let a = r?;
        let _y = loud("y");
        Ok(a.see())
    }
    let _ = inner(ok("a"));
    say("between");
    let _ = inner(err("e"));
}

fn question_mark_in_arguments() {
    fn inner(go: bool) -> Option<usize> {
        eat_two(loud("a"), if go { some("b")? } else { none()? });
        Some(1)
    }
    inner(true);
    say("between");
    inner(false);
}

fn question_mark_chain() {
    fn step(a: Loud, go: bool) -> Result<Loud, Loud> {
        if go { Ok(a.pass()) } else { Err(loud("e")) }
    }
    fn inner(go: bool) -> Result<Loud, Loud> {
        let _z = loud("z");
        step(step(loud("a"), true)?.pass(), go)?.hold("h").yes();
        step(loud("b"), true)
    }
    let _ = inner(true);
    say("between");
    let _ = inner(false);
}

fn question_mark_converts() {
    struct Outer(Loud);
    impl From<Loud> for Outer {
        fn from(inner: Loud) -> Outer {
            say("from");
            Outer(inner)
        }
    }
    fn inner() -> Result<(), Outer> {
        let _a = loud("a");
        err("e")?;
        Ok(())
    }
    if let Err(e) = inner() {
        e.0.see();
    }
}

fn question_mark_in_struct() {
    fn inner(go: bool) -> Option<Pair> {
        let c = loud("c");
        Some(Pair { a: loud("a"), b: if go { c } else { none()? } })
    }
    inner(true);
    say("between");
    inner(false);
}

fn labelled_block_value() {
    for go in [true, false] {
        let a = 'l: {
            let _b = loud("b");
            if flag(go) {
                break 'l loud("early");
            }
            let _c = loud("c");
            loud("late")
        };
        a.see();
    }
}

fn loop_variables() {
    let mut n = 0;
    loop {
        let a = loud("a");
        let b;
        n += a.see();
        if n == 2 {
            b = loud("b");
            b.see();
            break;
        }
    }
    say("after");
}

fn for_over_vector() {
    for it in vec![loud("a"), loud("b"), loud("c")] {
        it.see();
        if it.0 == "b" {
            break;
        }
    }
    say("after");
}

fn for_over_array_early_exit() {
    fn inner() -> Option<Loud> {
        for it in [loud("a"), loud("b"), loud("c")] {
            let _x = loud("x");
            if it.0 == "b" {
                return Some(it);
            }
        }
        None
    }
    inner();
    say("after");
}

fn for_over_references() {
    for it in &[loud("a"), loud("b")] {
        it.see();
    }
    for it in [loud("c"), loud("d")].iter_mut() {
        it.same_mut();
    }
    say("after");
}

fn for_over_drain() {
    let mut all = vec![loud("a"), loud("b"), loud("c"), loud("d")];
    for it in all.drain(1..3) {
        it.see();
        if it.0 == "b" {
            break;
        }
    }
    say("after");
}

fn for_over_nested() {
    for row in vec![vec![loud("a"), loud("b")], vec![loud("c")]] {
        let _r = loud("row");
        for it in row {
            if it.0 == "a" {
                break;
            }
        }
    }
}

fn for_in_temporary() {
    let a = loud("a");
    for it in a.hold("b").get() {
        it.see();
        loud("c");
    }
    say("after");
}

fn iterator_dropped_after_body() {
    struct Count(Loud, usize);
    impl Iterator for Count {
        type Item = Loud;
        fn next(&mut self) -> Option<Loud> {
            self.1 += 1;
            if self.1 < 3 { some("item") } else { none() }
        }
    }
    for it in Count(loud("count"), 0) {
        it.see();
    }
    say("after");
}

fn infinite_recursion_guarded() {
    fn inner(n: usize) -> usize {
        let a = loud(["a", "b", "c"][n]);
        if n == 2 {
            return a.see();
        }
        let below = inner(n + 1);
        below + a.see()
    }
    inner(0);
}

fn unreachable_code() {
    fn inner() -> usize {
        let _a = loud("a");
        let x: (Loud, usize) = (loud("b"), return 1);
        let _c = loud("never");
        x.1
    }
    inner();
    say("after");
}
