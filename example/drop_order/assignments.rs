//! Assignments: the old value is dropped once the new one is there, or not at all if there is none.

#[macro_use]
mod trace;
use trace::*;

cases! {
    variable
    variable_of_itself
    first_assignment
    after_move
    maybe_moved
    field
    field_of_field
    through_reference
    through_box
    array_element
    vector_element
    enum_variant
    destructuring
    destructuring_fields
    destructuring_struct
    destructuring_with_rest
    swapped
    value_is_panicking_call
    temporaries_of_the_value
    temporaries_of_the_place
    place_after_value
    primitive_compound
    overloaded_compound
    compound_on_place_of_temporary
    in_loop
    in_condition
    as_argument
    closure_variable
    option_of_box
    static_place
    returned_reference
}

struct Sum(Loud, usize);

impl std::ops::AddAssign<Loud> for Sum {
    fn add_assign(&mut self, other: Loud) {
        self.1 += other.see();
        self.0 = other;
    }
}

fn variable() {
    let mut a = loud("a1");
    let _b = loud("b");
    a = loud("a2");
    say("assigned");
    a.see();
    a = loud("a3");
}

fn variable_of_itself() {
    let mut a = loud("a");
    a = a.pass();
    a = id(a);
    say("assigned");
    let mut p = pair("b", "c");
    p = Pair { a: p.b, b: p.a };
    p.a.see();
}

fn first_assignment() {
    let a;
    let _b = loud("b");
    a = loud("a");
    a.see();
}

fn after_move() {
    let mut a = loud("a1");
    eat(a);
    a = loud("a2");
    a.see();
}

fn maybe_moved() {
    for go in [true, false] {
        let mut a = loud("a1");
        if flag(go) {
            eat(a);
        }
        a = loud("a2");
        a.see();
    }
}

fn field() {
    let mut p = pair("a", "b");
    p.b = loud("c");
    say("assigned");
    p.a = loud("d");
    p.a.and(&p.b);
}

fn field_of_field() {
    let mut t = (pair("a", "b"), [loud("c"), loud("d")]);
    t.0.b = loud("e");
    t.1[1] = loud("f");
    t.0 = pair("g", "h");
    t.1 = [loud("i"), loud("j")];
    say("end");
}

fn through_reference() {
    let mut a = loud("a");
    let r = &mut a;
    *r = loud("b");
    r.see();
    *r.same_mut() = loud("c");
    a.see();
}

fn through_box() {
    let mut boxed = Box::new(loud("a"));
    *boxed = loud("b");
    say("content");
    boxed = Box::new(loud("c"));
    say("box");
    boxed.see();
}

fn array_element() {
    let mut all = [loud("a"), loud("b"), loud("c")];
    let i = if flag(true) { 1 } else { 7 };
    all[i] = loud("d");
    all[2] = loud("e");
    all[0].and(&all[1]);
}

fn vector_element() {
    let mut all = vec![loud("a"), loud("b"), loud("c")];
    all[1] = loud("d");
    *all.last_mut().unwrap() = loud("e");
    all[0].and(&all[2]);
}

fn enum_variant() {
    let mut o = some("a");
    o = None;
    say("none");
    o = some("b");
    o = some("c");
    let mut r = ok("d");
    r = err("e");
    say("end");
}

fn destructuring() {
    let (mut a, mut b) = (loud("a"), loud("b"));
    (a, b) = (loud("c"), loud("d"));
    say("assigned");
    (b, a) = (a, b);
    say("swapped");
    a.and(&b);
}

fn destructuring_fields() {
    let mut p = pair("a", "b");
    let mut all = [loud("c"), loud("d")];
    (p.b, all[0]) = (loud("e"), loud("f"));
    [p.a, _] = [loud("g"), loud("h")];
    p.a.and(&all[0]);
}

fn destructuring_struct() {
    let mut x = loud("x");
    let mut y = loud("y");
    Pair { a: x, b: y } = pair("a", "b");
    say("assigned");
    Pair { b: x, .. } = pair("c", "d");
    x.and(&y);
}

fn destructuring_with_rest() {
    let mut x = loud("x");
    let mut y = loud("y");
    (x, .., y) = (loud("a"), loud("b"), loud("c"));
    say("assigned");
    (x, _) = (loud("d"), loud("e"));
    [.., y] = [loud("f"), loud("g")];
    x.and(&y);
}

fn swapped() {
    let mut a = loud("a");
    let mut b = loud("b");
    std::mem::swap(&mut a, &mut b);
    let c = std::mem::replace(&mut a, loud("c"));
    say("replaced");
    b = c;
    a.and(&b);
}

fn value_is_panicking_call() {
    fn fails(a: &Loud) -> Loud {
        a.see();
        std::panic::resume_unwind(Box::new(0))
    }
    let mut a = loud("a");
    let _b = loud("b");
    a = fails(&a);
    a.see();
}

fn temporaries_of_the_value() {
    let mut n = 0;
    let mut a = loud("a");
    n = loud("b").see() + loud("c").see();
    a = loud("d").hold("e").get().map(|_| loud("f")).unwrap();
    say(if n == 2 { "two" } else { "never" });
    a.see();
}

fn temporaries_of_the_place() {
    let mut a = loud("a");
    *(loud("b"), &mut a).1 = loud("c");
    say("assigned");
    *loud("d").same_mut() = loud("e");
    pair("f", "g").a = loud("h");
    a.see();
}

fn place_after_value() {
    fn place<'a>(a: &'a mut Loud, name: &'static str) -> &'a mut Loud {
        say(name);
        a
    }
    let mut a = loud("a");
    *place(&mut a, "place") = loud("b");
    say("assigned");
    let mut all = [loud("c"), loud("d")];
    all[{ say("index"); 1 }] = loud("e");
    a.see();
}

fn primitive_compound() {
    let mut n = 1;
    n += loud("a").see();
    n *= { let b = loud("b"); b.see() + n };
    let mut t = (n, loud("c"));
    t.0 -= t.1.hold("d").yes() as usize;
    say(if t.0 == 3 { "three" } else { "other" });
}

fn overloaded_compound() {
    let mut sum = Sum(loud("a"), 0);
    sum += loud("b");
    sum += loud("c").pass();
    say(if sum.1 == 2 { "two" } else { "never" });
}

fn compound_on_place_of_temporary() {
    let mut sum = (Sum(loud("a"), 0), loud("b"));
    (loud("c"), &mut sum).1.0 += loud("d");
    let mut n = [1, 2];
    n[loud("e").see()] += loud("f").see();
    say(if n[1] == 3 { "three" } else { "never" });
}

fn in_loop() {
    let mut last = None;
    for name in ["a", "b", "c"] {
        last = Some(loud(name));
        say("next");
    }
    let mut kept = loud("d");
    for name in ["e", "f"] {
        if name == "f" {
            kept = loud(name);
        }
    }
    kept.see();
    say(if last.is_some() { "some" } else { "never" });
}

fn in_condition() {
    let mut a = loud("a");
    if { a = loud("b"); a.yes() } {
        say("then");
    }
    let mut o = some("c");
    while { o = None; o.is_some() } {}
    say("after");
}

fn as_argument() {
    let mut a = loud("a");
    eat_two(loud("b"), a = loud("c"));
    let unit = (a = loud("d"));
    eat(unit);
    a.see();
}

fn closure_variable() {
    let mut a = loud("a");
    let mut set = |name| a = loud(name);
    set("b");
    set("c");
    say("set");
    a.see();
}

fn option_of_box() {
    let mut o = Some(Box::new(loud("a")));
    if let Some(boxed) = &mut o {
        **boxed = loud("b");
    }
    say("content");
    o = Some(Box::new(loud("c")));
    o.as_mut().unwrap().same_mut();
}

fn static_place() {
    static mut PLACE: Option<Loud> = None;
    unsafe {
        PLACE = None;
        PLACE = some("a");
        PLACE = some("b");
        say("assigned");
        PLACE = None;
    }
    say("after");
}

fn returned_reference() {
    let mut p = pair("a", "b");
    fn second(p: &mut Pair) -> &mut Loud {
        &mut p.b
    }
    *second(&mut p) = loud("c");
    let b = second(&mut p);
    *b = loud("d");
    p.b.see();
}
