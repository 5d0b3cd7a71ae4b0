//! Temporaries that a `let` extends to the end of its block, and those that it does not.

#[macro_use]
mod trace;
use trace::*;

cases! {
    borrowed
    borrowed_twice
    borrowed_field
    borrowed_index
    borrowed_in_tuple
    borrowed_in_array
    borrowed_in_struct
    borrowed_in_tuple_struct
    borrowed_in_block
    borrowed_in_unsafe_block
    borrowed_and_cast
    borrowed_slice
    bound_by_ref
    bound_by_ref_in_tuple
    bound_by_ref_in_struct
    bound_by_ref_field
    bound_by_ref_mut_slice
    by_reference_pattern
    argument_is_not_extended
    receiver_is_not_extended
    operand_is_not_extended
    several_of_one_let
    in_inner_block
    in_if_else
    in_match_arms
    inner_let_in_block
    let_else_extended
    deref_of_borrow
    format_arguments
    reassigned
    extended_through_closure_body
    array_of_extended_used_later
}

struct Refs<'a> {
    first: &'a Loud,
    second: &'a Loud,
}

struct Wrapped<'a>(&'a Loud, Loud);

fn borrowed() {
    let a = &loud("a");
    let b = &mut loud("b");
    a.see();
    b.same_mut();
}

fn borrowed_twice() {
    let a = &&loud("a");
    let b = &mut &mut loud("b");
    a.see();
    b.see();
}

fn borrowed_field() {
    let a = &pair("a", "b").a;
    let c = &mut (loud("c"), (loud("d"), loud("e"))).1.0;
    a.see();
    c.see();
}

fn borrowed_index() {
    let a = &[loud("a"), loud("b")][1];
    say("between");
    a.see();
}

fn borrowed_in_tuple() {
    let both = (&loud("a"), loud("b"), &loud("c").0);
    both.0.and(&both.1);
    say(both.2);
}

fn borrowed_in_array() {
    let all = [&loud("a"), &loud("b"), &loud("c")];
    all[0].and(all[2]);
}

fn borrowed_in_struct() {
    let refs = Refs { first: &loud("a"), second: &loud("b") };
    let nested = (Refs { second: &loud("c"), first: &loud("d") }, 1);
    refs.first.and(nested.0.second);
    refs.second.and(nested.0.first);
}

fn borrowed_in_tuple_struct() {
    // Constructors extend since 2024's rules; without a constructor call this is a struct expression.
    let wrapped = Wrapped { 0: &loud("a"), 1: loud("b") };
    wrapped.0.and(&wrapped.1);
}

fn borrowed_in_block() {
    let a = {
        say("in");
        &loud("a")
    };
    let b = { &{ loud("b") } };
    a.and(b);
}

fn borrowed_in_unsafe_block() {
    let a = unsafe { &loud("a") };
    say("between");
    a.see();
}

fn borrowed_and_cast() {
    let a = &loud("a") as &Loud;
    let b = &loud("b") as *const Loud;
    a.see();
    unsafe { (*b).see() };
}

fn borrowed_slice() {
    let all: &[Loud] = &[loud("a"), loud("b")];
    let some = &[loud("c"), loud("d"), loud("e")][1..];
    all[0].and(&some[1]);
}

fn bound_by_ref() {
    let ref a = loud("a");
    let ref mut b = loud("b");
    a.and(b.same_mut());
}

fn bound_by_ref_in_tuple() {
    let (ref a, b) = (loud("a"), loud("b"));
    let (ref c, _) = (loud("c"), loud("d"));
    a.and(&b);
    c.see();
}

fn bound_by_ref_in_struct() {
    let Pair { ref a, .. } = pair("a", "b");
    let Pair { a: _, b: ref c } = pair("d", "c");
    a.and(c);
}

fn bound_by_ref_field() {
    let ref a = pair("a", "b").a;
    say("between");
    a.see();
}

fn bound_by_ref_mut_slice() {
    let [ref mut a, .., ref c] = [loud("a"), loud("b"), loud("c")];
    a.same_mut().and(c);
}

fn by_reference_pattern() {
    let (a, b) = &(loud("a"), loud("b"));
    let Pair { a: c, .. } = &mut pair("c", "d");
    let &(ref e, n) = &(loud("e"), 1);
    a.and(b);
    c.and(e);
    say(if n == 1 { "one" } else { "never" });
}

fn argument_is_not_extended() {
    let n = id(&loud("a")).see();
    let m = look(&loud("b"));
    say(if n == 1 && m == () { "one" } else { "never" });
}

fn receiver_is_not_extended() {
    let n = &loud("a").see();
    let b = &loud("b").pass();
    b.see();
    say(if *n == 1 { "one" } else { "never" });
}

fn operand_is_not_extended() {
    let n = &(loud("a").see() + loud("b").see());
    say(if *n == 2 { "two" } else { "never" });
    let m = (&loud("c").see(), loud("d").see());
    say(if *m.0 == m.1 { "same" } else { "never" });
}

fn several_of_one_let() {
    let (a, b, c) = (&loud("a"), loud("b"), (&loud("c"), loud("d").see()));
    a.and(&b);
    c.0.see();
}

fn in_inner_block() {
    let _a = loud("a");
    {
        let b = &loud("b");
        let _c = &loud("c");
        b.see();
    }
    let _d = &loud("d");
    say("end");
}

fn in_if_else() {
    let a = if flag(true) { &loud("a") } else { &loud("b") };
    say("between");
    a.see();
}

fn in_match_arms() {
    let a = match flag(false) {
        true => &loud("a"),
        false => &loud("b"),
    };
    say("between");
    a.see();
}

fn inner_let_in_block() {
    let a = &{
        let b = &loud("b");
        b.see();
        loud("a")
    };
    a.see();
}

fn let_else_extended() {
    let Some(a) = &some("a") else { return };
    let (Some(b), _) = (&some("b"), loud("c")) else { return };
    a.and(b);
}

fn deref_of_borrow() {
    let a = &*&loud("a");
    say("between");
    a.see();
}

fn format_arguments() {
    let text = format_args!("{}{}", loud("a").0, &loud("b").0).to_string();
    say(&text);
    println!("{:?} {}", loud("c").0, { let d = loud("d"); d.see() });
    say("after");
}

fn reassigned() {
    let mut a = &loud("a");
    let b = &loud("b");
    a.see();
    a = b;
    a.see();
}

fn extended_through_closure_body() {
    let make = || {
        let a = &loud("a");
        a.see()
    };
    make();
    let n = &make();
    say(if *n == 1 { "one" } else { "never" });
}

fn array_of_extended_used_later() {
    let all = &mut [loud("a"), loud("b")];
    all[0] = loud("c");
    let rest = &mut all[1..];
    rest[0] = loud("d");
    say("end");
}
