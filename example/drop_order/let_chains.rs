// edition: 2024
//! Let chains, which the editions before 2024 do not have.

#[macro_use]
mod trace;
use trace::*;

cases! {
    two_lets
    second_fails
    let_then_condition
    condition_then_let
    dependent
    with_else
    bindings_moved
    guards_alive
    in_while
    parenthesized_operands
    as_value
}

fn two_lets() {
    if let Some(a) = some("a")
        && let Some(b) = some("b")
    {
        a.and(&b);
    }
    say("after");
}

fn second_fails() {
    if let Some(a) = some("a")
        && let Some(b) = none()
    {
        a.and(&b);
    }
    say("after");
}

fn let_then_condition() {
    if let Some(a) = some("a")
        && loud("b").yes()
        && a.no()
    {
        say("never");
    } else {
        say("else");
    }
    say("after");
}

fn condition_then_let() {
    if loud("a").yes()
        && let Some(b) = some("b")
        && loud("c").yes()
    {
        b.see();
    }
    say("after");
}

fn dependent() {
    let a = loud("a");
    if let Some(it) = a.hold("b").get()
        && let Some(it) = it.hold("c").get()
        && let Some(it) = it.hold("d").get()
    {
        it.see();
    }
    say("after");
}

fn with_else() {
    let a = loud("a");
    if let Some(it) = a.hold("b").get()
        && let None = it.hold("c").get()
    {
        say("never");
    } else if let Some(it) = a.hold("d").get()
        && it.yes()
    {
        say("second");
    } else {
        say("never");
    }
    say("after");
}

fn bindings_moved() {
    if let Some(a) = some("a")
        && let Some(b) = some("b")
        && loud("c").yes()
    {
        eat(a);
        eat(b);
    }
    say("after");
}

fn guards_alive() {
    let a = loud("a");
    if let held = a.hold("b")
        && held.yes()
        && let _ = a.hold("c")
        && let _other = a.hold("d")
    {
        say("then");
    }
    say("after");
}

fn in_while() {
    let mut stack = vec![loud("a"), loud("b"), loud("c")];
    while let Some(top) = stack.pop()
        && let Some(it) = top.hold("h").get()
        && it.0 != "b"
    {
        it.see();
    }
    say("after");
}

fn parenthesized_operands() {
    if let Some(a) = some("a")
        && (loud("b").no() || loud("c").yes())
        && let Some(d) = some("d")
    {
        a.and(&d);
    }
}

fn as_value() {
    let kept = if let Some(a) = some("a")
        && let Some(b) = some("b")
    {
        b.see();
        a
    } else {
        loud("never")
    };
    kept.see();
}
