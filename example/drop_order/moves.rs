//! Moves: of the whole and of parts, in branches and in loops.

#[macro_use]
mod trace;
use trace::*;

cases! {
    moved_to_variable
    moved_to_function
    moved_in_branch
    moved_in_both_branches
    moved_in_lazy_operand
    moved_in_loop_then_set
    moved_then_set_again
    initialized_in_branch
    initialized_in_loop
    fields_of_struct
    fields_of_tuple
    field_moved_in_branch
    nested_fields
    both_fields
    field_moved_then_set
    whole_after_field_set
    out_of_box
    out_of_box_field
    out_of_nested_boxes
    out_of_box_then_set
    out_of_enum
    out_of_array_by_pattern
    into_struct
    into_array_twice
    through_loop
    swap_by_moves
    moved_by_pattern_in_branch
    option_take
    parameter_moved_in_branch
    moved_into_own_field
}

fn moved_to_variable() {
    let a = loud("a");
    let _b = loud("b");
    let c = a;
    say("moved");
    c.see();
}

fn moved_to_function() {
    let a = loud("a");
    let b = loud("b");
    eat_two(b, a);
    say("after");
}

fn moved_in_branch() {
    for go in [true, false] {
        let a = loud("a");
        let _b = loud("b");
        if flag(go) {
            eat(a);
        }
        say("after");
    }
}

fn moved_in_both_branches() {
    for go in [true, false] {
        let a = loud("a");
        if flag(go) {
            eat(a);
        } else {
            let b = a;
            b.see();
        }
        say("after");
    }
}

fn moved_in_lazy_operand() {
    for go in [true, false] {
        let a = loud("a");
        let b = loud("b");
        if flag(go) && a.pass().yes() || b.pass().no() {
            say("then");
        }
        say("after");
    }
}

fn moved_in_loop_then_set() {
    let mut a = loud("a");
    for name in ["b", "c"] {
        eat(a);
        a = loud(name);
    }
    say("after");
    a.see();
}

fn moved_then_set_again() {
    let mut a = loud("a1");
    eat(a);
    a = loud("a2");
    a.see();
    drop(a);
    if flag(true) {
        a = loud("a3");
        a.see();
    }
    say("end");
}

fn initialized_in_branch() {
    for go in [true, false] {
        let a;
        let _b = loud("b");
        if flag(go) {
            a = loud("a");
            a.see();
        }
        say("after");
    }
}

fn initialized_in_loop() {
    let a;
    let _b = loud("b");
    loop {
        if loud("c").yes() {
            a = loud("a");
            break;
        }
    }
    a.see();
}

fn fields_of_struct() {
    let p = pair("a", "b");
    let _c = loud("c");
    let a = p.a;
    say("moved");
    a.and(&p.b);
}

fn fields_of_tuple() {
    let t = (loud("a"), loud("b"), loud("c"));
    let _d = loud("d");
    eat(t.1);
    t.0.and(&t.2);
}

fn field_moved_in_branch() {
    for n in 0..3 {
        let p = pair("a", "b");
        match n {
            0 => eat(p.a),
            1 => eat(p.b),
            _ => {}
        }
        say("after");
    }
}

fn nested_fields() {
    let t = (pair("a", "b"), (loud("c"), pair("d", "e")), loud("f"));
    eat(t.1.1.a);
    eat(t.0.b);
    say("after");
    t.1.0.and(&t.1.1.b);
}

fn both_fields() {
    let p = pair("a", "b");
    let b = p.b;
    let a = p.a;
    say("moved");
    a.and(&b);
}

fn field_moved_then_set() {
    let mut p = pair("a", "b");
    eat(p.a);
    p.a = loud("c");
    say("set");
    p.a.and(&p.b);
}

fn whole_after_field_set() {
    let mut p = pair("a", "b");
    eat(p.b);
    if flag(true) {
        p.b = loud("c");
        eat(p);
    }
    say("after");
}

fn out_of_box() {
    let boxed = Box::new(loud("a"));
    let _b = loud("b");
    let a = *boxed;
    say("moved");
    a.see();
}

fn out_of_box_field() {
    let boxed = Box::new(pair("a", "b"));
    let a = boxed.a;
    say("moved");
    boxed.b.and(&a);
    let other = Box::new((loud("c"), loud("d")));
    if flag(false) {
        eat(other.0);
    } else {
        eat(other.1);
    }
    say("after");
}

fn out_of_nested_boxes() {
    let boxed = Box::new((Box::new(loud("a")), Box::new(pair("b", "c"))));
    let b = boxed.1.b;
    let a = *boxed.0;
    say("moved");
    a.and(&b);
    boxed.1.a.see();
}

fn out_of_box_then_set() {
    let mut boxed = Box::new(loud("a"));
    eat(*boxed);
    *boxed = loud("b");
    boxed.see();
}

fn out_of_enum() {
    let mut o = some("a");
    if let Some(a) = o {
        a.see();
    }
    o = some("b");
    let Some(b) = o else { return };
    b.see();
}

fn out_of_array_by_pattern() {
    let all = [pair("a", "b"), pair("c", "d")];
    let [Pair { b, .. }, Pair { a, .. }] = all;
    say("moved");
    a.and(&b);
}

fn into_struct() {
    let a = loud("a");
    let b = loud("b");
    let p = Pair { b: a, a: b };
    say("made");
    p.a.and(&p.b);
}

fn into_array_twice() {
    let a = loud("a");
    let all = [a, loud("b")];
    let more = [all, [loud("c"), loud("d")]];
    more[1][0].and(&more[0][1]);
}

fn through_loop() {
    let mut kept = None;
    for name in ["a", "b", "c"] {
        let it = loud(name);
        if name != "b" {
            kept = Some(it);
        }
        say("next");
    }
    say(if kept.is_some() { "kept" } else { "never" });
}

fn swap_by_moves() {
    let mut a = loud("a");
    let mut b = loud("b");
    let t = a;
    a = b;
    b = t;
    a.and(&b);
}

fn moved_by_pattern_in_branch() {
    for go in [true, false] {
        let three = (loud("a"), loud("b"), loud("c"));
        if flag(go) {
            let (x, _, y) = three;
            x.and(&y);
        }
        say("after");
    }
}

fn option_take() {
    let mut o = some("a");
    let a = o.take();
    o = a.or_else(|| some("never"));
    let b = o.replace(loud("b"));
    say("replaced");
    o.insert(loud("c"));
    drop(b);
    say("end");
}

fn parameter_moved_in_branch() {
    fn inner(a: Loud, b: Loud, go: bool) -> Option<Loud> {
        if go {
            return Some(b);
        }
        a.see();
        None
    }
    inner(loud("a"), loud("b"), true);
    say("between");
    inner(loud("c"), loud("d"), false);
}

fn moved_into_own_field() {
    struct List(Loud, Option<Box<List>>);
    let mut list = List(loud("a"), None);
    list = List(loud("b"), Some(Box::new(list)));
    list = List(loud("c"), Some(Box::new(list)));
    say("made");
    if let Some(rest) = list.1 {
        list = *rest;
    }
    list.0.see();
}
