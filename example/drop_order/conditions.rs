//! The temporaries of conditions: of `if`, `while`, lazy operators, `if let`, `while let` and `let ... else`.

#[macro_use]
mod trace;
use trace::*;

cases! {
    if_condition
    if_else_chain
    if_value
    while_condition
    and_operands
    or_operands
    mixed_lazy_operands
    negated
    lazy_outside_conditions
    if_let_value
    if_let_temporary
    if_let_else
    if_let_else_chain
    if_let_binding_moved
    if_let_reference
    if_let_as_value
    if_let_in_statement
    while_let_pop
    while_let_temporary
    while_let_break
    while_let_continue
    let_else_taken
    let_else_diverges
    let_else_guard
    let_else_parts
    let_else_reference
    condition_is_block
    condition_with_match
    matches_macro
    assert_macro
}

fn if_condition() {
    if loud("a").yes() {
        say("then");
    }
    if loud("b").no() {
        say("never");
    }
    say("after");
}

fn if_else_chain() {
    if loud("a").no() {
        say("never");
    } else if loud("b").hold("c").yes() {
        say("second");
        loud("d");
    } else {
        say("never");
    }
    say("after");
}

fn if_value() {
    let a = if loud("c").yes() { loud("a") } else { loud("b") };
    let b = if flag(false) { loud("a") } else { loud("b").pass() };
    a.and(&b);
}

fn while_condition() {
    let mut n = 0;
    while loud("a").see() + n < 3 {
        let _b = loud("b");
        n += 1;
        loud("c").see();
    }
    say("after");
}

fn and_operands() {
    if loud("a").yes() && loud("b").yes() && loud("c").no() {
        say("never");
    }
    if loud("d").yes() && loud("e").yes() {
        say("then");
    }
    say("after");
}

fn or_operands() {
    if loud("a").no() || loud("b").yes() || loud("c").yes() {
        say("then");
    }
    say("after");
}

fn mixed_lazy_operands() {
    if (loud("a").no() || loud("b").yes()) && (loud("c").yes() || loud("d").yes()) {
        say("then");
    }
    if loud("e").no() && loud("f").yes() || loud("g").yes() && loud("h").yes() {
        say("then");
    }
}

fn negated() {
    if !loud("a").no() {
        say("then");
    }
    if !(loud("b").yes() && loud("c").yes()) {
        say("never");
    }
}

fn lazy_outside_conditions() {
    let x = loud("a").yes() && loud("b").no();
    eat_two(loud("c").no() || loud("d").yes(), loud("e"));
    say(if x { "yes" } else { "no" });
}

fn if_let_value() {
    if let Some(a) = some("a") {
        a.see();
    }
    if let Some(_) = some("b") {
        say("then");
    }
    if let None = some("c") {
        say("never");
    }
    say("after");
}

fn if_let_temporary() {
    let a = loud("a");
    if let Some(it) = a.hold("b").get() {
        it.see();
        loud("c");
    }
    say("after");
}

fn if_let_else() {
    let a = loud("a");
    if let None = a.hold("b").get() {
        say("never");
    } else {
        say("else");
        loud("c");
    }
    say("after");
}

fn if_let_else_chain() {
    let a = loud("a");
    if let None = a.hold("b").get() {
        say("never");
    } else if let None = a.hold("c").get() {
        say("never");
    } else if a.hold("d").yes() {
        say("third");
    } else {
        say("never");
    }
    say("after");
}

fn if_let_binding_moved() {
    if let (Some(a), Some(_b)) = (some("a"), some("b")) {
        eat(a);
        say("eaten");
    }
    say("after");
}

fn if_let_reference() {
    if let Some(a) = &some("a") {
        a.see();
    }
    if let Some(ref b) = some("b") {
        b.see();
    }
    if let Some(c) = some("c").as_mut() {
        c.same_mut();
    } else {
        say("never");
    }
    say("after");
}

fn if_let_as_value() {
    let a = loud("a");
    let b = if let Some(it) = a.hold("h").get() { it.see(); loud("b") } else { loud("c") };
    let c = if let Err(e) = err("e") { e } else { loud("never") };
    b.and(&c);
}

fn if_let_in_statement() {
    let a = loud("a");
    eat_two(loud("first"), if let Some(it) = a.hold("h").get() { it.see() } else { 0 });
    say("after");
}

fn while_let_pop() {
    let mut stack = vec![loud("a"), loud("b")];
    while let Some(top) = stack.pop() {
        top.see();
    }
    say("after");
}

fn while_let_temporary() {
    let a = loud("a");
    let mut n = 0;
    while let Some(it) = a.hold("b").get().filter(|_| n < 2) {
        it.see();
        n += 1;
    }
    say("after");
}

fn while_let_break() {
    let mut stack = vec![loud("a"), loud("b"), loud("c")];
    while let Some(top) = stack.pop() {
        if top.0 == "b" {
            break;
        }
        say("next");
    }
    say("after");
}

fn while_let_continue() {
    let mut stack = vec![loud("a"), loud("b"), loud("c")];
    while let Some(top) = stack.pop() {
        let _d = loud("d");
        if top.0 == "b" {
            continue;
        }
        eat(top);
    }
    say("after");
}

fn let_else_taken() {
    let Some(a) = some("a") else {
        say("never");
        return;
    };
    let Ok(b) = ok("b") else { return };
    a.and(&b);
}

fn let_else_diverges() {
    let _a = loud("a");
    let Ok(b) = err("b") else {
        say("else");
        loud("c");
        return;
    };
    b.see();
}

fn let_else_guard() {
    let a = loud("a");
    let Some(it) = a.hold("b").get() else { return };
    it.see();
    let None = a.hold("c").get() else {
        say("else");
        return;
    };
    say("never");
}

fn let_else_parts() {
    let (Some(a), Some(b)) = (some("a"), none()) else {
        say("else");
        return;
    };
    a.and(&b);
}

fn let_else_reference() {
    let Some(a) = &some("a") else { return };
    a.see();
    let Some(ref b) = some("b") else { return };
    b.see();
    let None = &some("c") else {
        say("else");
        return;
    };
}

fn condition_is_block() {
    if { let a = loud("a"); let held = a.hold("b"); held.yes() } {
        say("then");
    }
    while { loud("c"); loud("d").no() } {}
    say("after");
}

fn condition_with_match() {
    let a = loud("a");
    if match a.hold("b").get() { Some(it) => it.yes(), None => false } {
        say("then");
    }
    say("after");
}

fn matches_macro() {
    if matches!(some("a"), Some(_)) {
        say("then");
    }
    let b = loud("b");
    if matches!(b.hold("c").get(), Some(it) if it.no()) {
        say("never");
    }
    say("after");
}

fn assert_macro() {
    assert!(loud("a").yes());
    assert_eq!(loud("b").see(), loud("c").see());
    debug_assert!(loud("d").hold("e").yes(), "{}", loud("never").0);
    say("after");
}
