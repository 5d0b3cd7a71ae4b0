//! `match`: the scrutinee's temporaries, guards, and what patterns bind or leave.

#[macro_use]
mod trace;
use trace::*;

cases! {
    scrutinee_temporary
    scrutinee_guard
    scrutinee_place
    scrutinee_value_partly_bound
    scrutinee_place_partly_bound
    scrutinee_not_bound
    scrutinee_block
    arm_temporaries
    arm_bindings
    bindings_by_reference
    binding_mutable
    binding_at
    binding_at_subpattern
    guard_passes
    guard_fails_then_moves
    guard_temporaries
    guard_falls_through
    guard_of_alternatives
    guard_with_closure
    guard_leaves
    guard_nested
    alternatives
    alternatives_inside
    wildcard_and_variable
    rest_of_tuple
    rest_of_struct
    rest_in_the_middle
    nested_enums
    slice_of_array
    slice_by_reference
    match_as_argument
    match_in_match
    ranges_and_literals
    reference_patterns
    box_scrutinee
    never_arm
    moved_in_one_arm
    default_binding_modes
    question_of_temporary
}

enum Shape {
    Empty,
    One(Loud),
    Two(Loud, Loud),
    Named { first: Loud, second: Loud },
    Nested(Option<Loud>, Result<Loud, Loud>),
}

fn scrutinee_temporary() {
    match loud("a").see() {
        1 => say("one"),
        _ => say("never"),
    }
    say("after");
}

fn scrutinee_guard() {
    let a = loud("a");
    match a.hold("b").get() {
        Some(it) => {
            it.see();
            loud("c");
        }
        None => say("never"),
    }
    say("after");
}

fn scrutinee_place() {
    let a = some("a");
    match a {
        Some(ref it) => {
            it.see();
        }
        None => say("never"),
    }
    say("after");
    match a {
        Some(it) => eat(it),
        None => say("never"),
    }
    say("end");
}

fn scrutinee_value_partly_bound() {
    match (loud("a"), loud("b"), loud("c")) {
        (a, _, c) => {
            a.and(&c);
        }
    }
    say("after");
}

fn scrutinee_place_partly_bound() {
    let three = (loud("a"), loud("b"), loud("c"));
    match three {
        (a, _, _c) => {
            a.see();
        }
    }
    say("after");
    three.1.see();
}

fn scrutinee_not_bound() {
    match some("a") {
        Some(_) => say("some"),
        _ => say("never"),
    }
    let b = loud("b");
    match b {
        _ => say("any"),
    }
    b.see();
}

fn scrutinee_block() {
    match { let a = loud("a"); a.hold("b").get(); a } {
        a => {
            a.see();
        }
    }
    say("after");
}

fn arm_temporaries() {
    let n = match flag(true) {
        true => loud("a").see() + loud("b").see(),
        false => loud("c").see(),
    };
    let text = match n {
        2 => loud("d").0,
        _ => "never",
    };
    say(text);
}

fn arm_bindings() {
    let shape = |n| match n {
        0 => Shape::Empty,
        1 => Shape::One(loud("a")),
        2 => Shape::Two(loud("b"), loud("c")),
        _ => Shape::Named { first: loud("d"), second: loud("e") },
    };
    for n in 0..4 {
        match shape(n) {
            Shape::Empty => say("empty"),
            Shape::One(a) => eat(a),
            Shape::Two(b, c) => {
                c.see();
                b.see();
            }
            Shape::Named { second, first } => {
                first.and(&second);
            }
            Shape::Nested(..) => say("never"),
        }
    }
}

fn bindings_by_reference() {
    match Shape::Two(loud("a"), loud("b")) {
        Shape::Two(ref a, ref b) => {
            a.and(b);
        }
        _ => say("never"),
    }
    let shape = Shape::Two(loud("c"), loud("d"));
    match shape {
        Shape::Two(ref c, _) => {
            c.see();
        }
        _ => say("never"),
    }
    say("after");
}

fn binding_mutable() {
    match some("a") {
        Some(mut a) => {
            a = loud("b");
            a.see();
        }
        None => say("never"),
    }
    match &mut some("c") {
        Some(c) => *c = loud("d"),
        None => say("never"),
    }
    say("after");
}

fn binding_at() {
    match loud("a") {
        whole @ _ => {
            whole.see();
        }
    }
    match some("b") {
        whole @ Some(_) => eat(whole),
        rest @ None => eat(rest),
    }
    say("after");
}

fn binding_at_subpattern() {
    match some("a") {
        ref whole @ Some(ref a) => {
            a.see();
            look(whole);
        }
        None => say("never"),
    }
    match Some(5) {
        whole @ Some(n @ 1..=9) => {
            say(if whole.is_some() && n == 5 { "five" } else { "other" });
        }
        _ => say("never"),
    }
}

fn guard_passes() {
    match some("a") {
        Some(a) if a.yes() => {
            a.see();
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_fails_then_moves() {
    match some("a") {
        Some(a) if a.no() => eat(a),
        Some(a) if loud("g").no() => eat(a),
        Some(a) => {
            say("third");
            a.see();
        }
        None => say("never"),
    }
    say("after");
}

fn guard_temporaries() {
    let a = some("a");
    match a {
        Some(it) if it.hold("h").yes() && loud("g").hold("i").value.no() => eat(it),
        Some(ref it) if loud("j").yes() => {
            it.see();
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_falls_through() {
    let pair = (loud("a"), loud("b"));
    match pair {
        (a, _) if a.no() => eat(a),
        (_, b) if b.no() => eat(b),
        (ref a, ref b) if a.and(b) == 0 => say("never"),
        _ => say("rest"),
    }
    say("after");
}

fn guard_of_alternatives() {
    match Shape::Two(loud("a"), loud("b")) {
        Shape::One(it) | Shape::Two(it, _) | Shape::Two(_, it) if it.0 == "b" => {
            it.see();
        }
        Shape::Two(ref a, _) if a.yes() => say("second"),
        _ => say("never"),
    }
    say("after");
}

fn guard_with_closure() {
    match (loud("a"), 3) {
        (a, n) if (|| a.see() == n)() => eat(a),
        (a, n) if [1, 2].iter().any(|it| it + a.see() == n) => {
            a.see();
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_leaves() {
    for n in 0..2 {
        match (loud("a"), loud("b")) {
            (a, _) if n == 0 && { let _c = loud("c"); continue } => eat(a),
            (_, b) if a_is_odd(&b, n) => {
                b.see();
            }
            _ => say("never"),
        }
    }
    fn a_is_odd(b: &Loud, n: usize) -> bool {
        b.see();
        n % 2 == 1
    }
}

fn guard_nested() {
    match loud("a") {
        a if match loud("b") { b if a.and(&b) == 9 => true, b => { eat(b); false } } || a.no() => eat(a),
        a => {
            a.see();
        }
    }
    say("after");
}

fn alternatives() {
    for left in [true, false] {
        match if left { ok("a") } else { err("b") } {
            Ok(it) | Err(it) => {
                it.see();
            }
        }
    }
    say("after");
}

fn alternatives_inside() {
    for left in [true, false] {
        match (loud("a"), if left { ok("b") } else { err("c") }, loud("d")) {
            (first, Ok(it) | Err(it), _) => {
                it.see();
                first.see();
            }
        }
    }
    let (Ok(e) | Err(e)) = ok("e");
    e.see();
}

fn wildcard_and_variable() {
    match (loud("a"), loud("b")) {
        (_, _b) => say("arm"),
    }
    match (loud("c"), loud("d")) {
        (_c, _) => say("arm"),
    }
    match (loud("e"), loud("f")) {
        _ => say("arm"),
    }
}

fn rest_of_tuple() {
    let (a, .., d) = (loud("a"), loud("b"), loud("c"), loud("d"));
    say("between");
    let four = (loud("e"), loud("f"), loud("g"), loud("h"));
    let (.., h) = four;
    a.and(&d);
    h.see();
}

fn rest_of_struct() {
    let Pair { b, .. } = pair("a", "b");
    say("between");
    let whole = pair("c", "d");
    let Pair { a, .. } = whole;
    a.and(&b);
    whole.b.see();
}

fn rest_in_the_middle() {
    let (a, .., c, d) = (loud("a"), loud("b"), loud("c"), loud("d"));
    let [e, .., g, h] = [loud("e"), loud("f"), loud("g"), loud("h")];
    match &(loud("i"), loud("j"), loud("k")) {
        (.., j, k) => {
            j.and(k);
        }
    }
    a.and(&c);
    d.and(&e);
    g.and(&h);
}

fn nested_enums() {
    let make = |n| match n {
        0 => Shape::Nested(some("a"), ok("b")),
        1 => Shape::Nested(some("c"), err("d")),
        _ => Shape::Nested(none(), err("e")),
    };
    for n in 0..3 {
        match make(n) {
            Shape::Nested(Some(a), Ok(b)) => {
                b.and(&a);
            }
            Shape::Nested(Some(c), _) => {
                c.see();
            }
            Shape::Nested(_, Err(e)) => {
                e.see();
            }
            _ => say("never"),
        }
    }
}

fn slice_of_array() {
    let [a, .., d] = [loud("a"), loud("b"), loud("c"), loud("d")];
    say("between");
    let four = [loud("e"), loud("f"), loud("g"), loud("h")];
    let [_, f, _, _] = four;
    a.and(&d);
    f.see();
}

fn slice_by_reference() {
    match &[loud("a"), loud("b"), loud("c")][..] {
        [] => say("never"),
        [first, .., last] => {
            first.and(last);
        }
        [_] => say("never"),
    }
    say("after");
}

fn match_as_argument() {
    let a = loud("a");
    eat_two(
        loud("b"),
        match a.hold("c").get() {
            Some(it) => it.hold("d").get().map(|it| it.see()),
            None => None,
        },
    );
    say("after");
}

fn match_in_match() {
    let a = loud("a");
    match match a.hold("b").get() {
        Some(it) => it.hold("c").get(),
        None => None,
    } {
        Some(it) => {
            it.see();
        }
        None => say("never"),
    }
    say("after");
}

fn ranges_and_literals() {
    for n in [1usize, 5, 10] {
        match (loud("a"), n) {
            (a, 1) => eat(a),
            (a, 2..=9) if a.no() => eat(a),
            (_, 2..=9) => say("middle"),
            (a, _) => {
                a.see();
            }
        }
    }
}

fn reference_patterns() {
    let a = loud("a");
    match (&a, &5) {
        (it, &n) => {
            it.see();
            say(if n == 5 { "five" } else { "never" });
        }
    }
    match &(loud("b"), 7) {
        (b, n) => {
            b.see();
            say(if *n == 7 { "seven" } else { "never" });
        }
    }
}

fn box_scrutinee() {
    let boxed = Box::new(Shape::Two(loud("a"), loud("b")));
    match *boxed {
        Shape::Two(a, _) => {
            a.see();
        }
        _ => say("never"),
    }
    say("after");
    match *Box::new(Shape::One(loud("c"))) {
        Shape::One(ref c) => {
            c.see();
        }
        _ => say("never"),
    }
}

fn never_arm() {
    for n in 0..3 {
        let _a = loud("a");
        let b = match n {
            0 => loud("b"),
            1 => continue,
            _ => return,
        };
        b.see();
    }
}

fn moved_in_one_arm() {
    for n in 0..3 {
        let a = loud("a");
        match n {
            0 => eat(a),
            1 => drop(a),
            _ => {}
        }
        say("after");
    }
}

fn default_binding_modes() {
    let mut shape = Shape::Named { first: loud("a"), second: loud("b") };
    if let Shape::Named { first, second } = &mut shape {
        std::mem::swap(first, second);
        *first = loud("c");
    }
    match shape {
        Shape::Named { ref first, second } => {
            first.and(&second);
        }
        _ => say("never"),
    }
    say("after");
}

fn question_of_temporary() {
    fn inner(a: &Loud) -> Option<usize> {
        let n = a.hold("b").get()?.see();
        let _c = loud("c");
        match a.hold("d").get().filter(|_| n == 9)? {
            _ => say("never"),
        }
        Some(n)
    }
    inner(&loud("a"));
    say("after");
}
