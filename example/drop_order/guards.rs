//! What a guard makes and binds, and what the arm binds.

#[macro_use]
mod trace;
use trace::*;

cases! {
    guard_with_let
    guard_temporaries
    guard_temporaries_of_let
    guard_alternatives
    guard_twice
    guard_moves_parts
}

fn two<T, U>(_: T, _: U) -> bool {
    true
}

fn guard_with_let() {
    match loud("a") {
        a if let Some(b) = none() => eat_two(a, b),
        a if let Some(b) = some("h")
            && a.and(&b) == 9 =>
        {
            eat(a)
        }
        a if let Some(b) = some("b") => {
            a.and(&b);
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_temporaries() {
    match loud("a") {
        a if two(&a, loud("t").see()) && loud("u").yes() => {
            a.see();
        }
        _ => say("never"),
    }
    match (loud("a"), loud("b")) {
        (a, _) if loud("t").no() => {
            a.see();
        }
        (_, b) if loud("u").and(&b) > 0 => {
            b.see();
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_temporaries_of_let() {
    match loud("a") {
        a if let Some(x) = Some(loud("t").same())
            && x.yes() =>
        {
            a.see();
        }
        _ => say("never"),
    }
    match (loud("a"), loud("b")) {
        (a, b)
            if let Some(ref x) = some("x")
                && let Some(y) = some("y") =>
        {
            a.and(&b);
            x.and(&y);
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_alternatives() {
    match (Some(loud("a")), 1) {
        (Some(a), 0) | (Some(a), 1) if let Some(b) = some("b") => {
            a.and(&b);
        }
        _ => say("never"),
    }
    match (some("a"), some("c")) {
        (Some(a), None) | (None, Some(a)) | (Some(a), Some(_))
            if let Some(b) = some("b")
                && b.yes() =>
        {
            a.and(&b);
        }
        _ => say("never"),
    }
    say("after");
}

fn guard_twice() {
    for i in 0..2 {
        match loud("a") {
            a if let Some(b) = some("b")
                && i == 1 =>
            {
                a.and(&b);
            }
            a if let Some(c) = some("c") => {
                a.and(&c);
            }
            _ => say("never"),
        }
    }
}

fn guard_moves_parts() {
    let pair = (loud("a"), loud("b"));
    match pair {
        (a, ref r) if let Some(b) = some("g") => {
            r.and(&b);
            drop(a);
            drop(b);
        }
        _ => say("never"),
    }
    say("after");
}
