//! Temporaries of statements, in the order in which they are made, and dropped the other way round at the statement's end.

#[macro_use]
mod trace;
use trace::*;

cases! {
    unused_value
    unused_place
    let_underscore_value
    let_underscore_place
    underscore_variable
    assignment_to_underscore
    variables_in_reverse
    receiver
    receiver_chain
    receiver_by_value
    receiver_mutable
    arguments
    arguments_of_nested_calls
    arguments_by_reference
    let_initializer
    let_with_guard
    tuple_statement
    reference_statement
    field_of_temporary
    field_moved_out_of_temporary
    cast_of_temporary
    shadowed
    block_statement
    declared_late
    unused_declaration
    two_guards
    comparison
    never_returns
    item_between
}

fn unused_value() {
    loud("a");
    say("after");
}

fn unused_place() {
    let a = loud("a");
    a;
    say("after");
}

fn let_underscore_value() {
    let _ = loud("a");
    say("after");
    let _ = (loud("b"), loud("c"));
    say("end");
}

fn let_underscore_place() {
    let a = loud("a");
    let _ = a;
    say("after");
    a.see();
}

fn underscore_variable() {
    let _a = loud("a");
    let _b = loud("b");
    say("after");
}

fn assignment_to_underscore() {
    _ = loud("a");
    say("after");
    let b = loud("b");
    _ = b;
    b.see();
    (_, _) = (loud("c"), loud("d"));
    say("end");
}

fn variables_in_reverse() {
    let a = loud("a");
    let b = loud("b");
    let c = loud("c");
    a.and(&c);
    b.see();
}

fn receiver() {
    loud("a").see();
    say("after");
}

fn receiver_chain() {
    loud("a").same().same().hold("b").get();
    say("after");
}

fn receiver_by_value() {
    loud("a").pass().pass().see();
    say("after");
}

fn receiver_mutable() {
    loud("a").same_mut().same_mut().see();
    say("after");
}

fn arguments() {
    eat_two(loud("a"), loud("b"));
    say("after");
}

fn arguments_of_nested_calls() {
    eat_two(id(loud("a")), id(id(loud("b"))));
    eat_two(loud("c").see(), loud("d").pass());
    say("after");
}

fn arguments_by_reference() {
    loud("a").and(&loud("b"));
    eat_two(&loud("c"), &mut loud("d"));
    say("after");
}

fn let_initializer() {
    let n = loud("a").see() + loud("b").see();
    say(if n == 2 { "two" } else { "other" });
}

fn let_with_guard() {
    let a = loud("a");
    let found = a.hold("b").get().is_some();
    say(if found { "found" } else { "missed" });
    let held = a.hold("c");
    held.get();
}

fn tuple_statement() {
    (loud("a"), loud("b"), loud("c").see());
    say("after");
}

fn reference_statement() {
    &loud("a");
    &mut (loud("b"), loud("c"));
    say("after");
}

fn field_of_temporary() {
    pair("a", "b").a.see();
    (loud("c"), 1).1;
    say("after");
}

fn field_moved_out_of_temporary() {
    let b = pair("a", "b").b;
    say("moved");
    b.see();
    eat((loud("c"), loud("d")).0);
}

fn cast_of_temporary() {
    let n = loud("a").see() as u8 as usize + loud("bc").see();
    say(if n == 3 { "three" } else { "other" });
}

fn shadowed() {
    let a = loud("a1");
    let a = { a.hold("held"); loud("a2") };
    let a = (a, loud("a3"));
    a.1.see();
}

fn block_statement() {
    {
        loud("a");
        let _b = loud("b");
        loud("c").see();
    }
    say("after");
    { loud("d") };
    say("end");
}

fn declared_late() {
    let a;
    let _b = loud("b");
    a = loud("a");
    a.see();
}

fn unused_declaration() {
    let a: Loud;
    let _b = loud("b");
    if flag(false) {
        a = loud("a");
        a.see();
    }
    say("end");
}

fn two_guards() {
    let a = loud("a");
    let b = loud("b");
    eat_two(a.hold("c").get(), b.hold("d").get());
    say("after");
}

fn comparison() {
    let equal = loud("a").see() == loud("b").see();
    let less = loud("c").hold("d").yes() < loud("e").no();
    say(if equal && !less { "yes" } else { "no" });
}

fn never_returns() {
    fn stop(_a: Loud, _b: &Loud) -> ! {
        say("stop");
        std::panic::resume_unwind(Box::new(0))
    }
    let _c = loud("c");
    stop(loud("a"), &loud("b"));
}

fn item_between() {
    let a = loud("a");
    fn inner(a: &Loud) -> usize {
        let _in = loud("in");
        a.see()
    }
    let _b = loud("b");
    inner(&a);
}
