//! Values made of values: what is there is dropped if the next one does not come.

#[macro_use]
mod trace;
use trace::*;

cases! {
    tuple_literal
    array_literal
    struct_in_order_of_writing
    enum_literal
    nested_literals
    vec_literal
    vec_of_boxes
    repeated_from_fn
    update_all_from_base
    update_some
    update_from_variable
    update_moves_rest
    update_from_temporary_field
    update_copy_field
    function_like_constructor
    constructor_as_function
    array_map
    collected
    box_new
    rc_and_arc
    array_in_struct_in_vec
    fields_drop_in_declaration_order
    drop_impl_before_fields
    enum_drop_impl
    generic_aggregate
    large_values
    array_of_options
}

fn tuple_literal() {
    let t = (loud("a"), loud("b"), loud("c"));
    say("made");
    t.1.see();
}

fn array_literal() {
    let all = [loud("a"), loud("b"), loud("c").pass()];
    say("made");
    all[1].see();
}

fn struct_in_order_of_writing() {
    let p = Pair { b: loud("b"), a: loud("a") };
    say("made");
    p.a.and(&p.b);
}

enum Either {
    Left(Loud, Loud),
    Right { x: Loud, y: Loud },
}

fn enum_literal() {
    let l = Either::Left(loud("a"), loud("b"));
    let r = Either::Right { y: loud("y"), x: loud("x") };
    say("made");
    for e in [l, r] {
        match e {
            Either::Left(a, _) => eat(a),
            Either::Right { y, .. } => eat(y),
        }
    }
}

fn nested_literals() {
    let t = (pair("a", "b"), [(loud("c"), loud("d")), (loud("e"), loud("f"))], Some(loud("g")));
    say("made");
    t.1[0].1.see();
}

fn vec_literal() {
    let all = vec![loud("a"), loud("b"), loud("c")];
    say("made");
    all[2].see();
}

fn vec_of_boxes() {
    let mut all: Vec<Box<dyn std::any::Any>> = vec![Box::new(loud("a")), Box::new((loud("b"), loud("c")))];
    all.push(Box::new(1));
    all.remove(0);
    say("removed");
}

fn repeated_from_fn() {
    let mut names = ["a", "b", "c"].into_iter();
    let all: [Loud; 3] = std::array::from_fn(|_| loud(names.next().unwrap()));
    say("made");
    all[1].see();
}

fn update_all_from_base() {
    let base = pair("a", "b");
    let p = Pair { ..base };
    say("made");
    p.a.see();
}

fn update_some() {
    let p = Pair { a: loud("c"), ..pair("a", "b") };
    say("made");
    p.a.and(&p.b);
}

fn update_from_variable() {
    let base = pair("a", "b");
    let _z = loud("z");
    let p = Pair { b: loud("c"), ..base };
    say("made");
    base.b.and(&p.a);
}

fn update_moves_rest() {
    struct Three {
        x: Loud,
        y: Loud,
        z: Loud,
    }
    let base = Three { z: loud("z"), y: loud("y"), x: loud("x") };
    let new = Three { y: loud("new"), ..base };
    say("made");
    new.x.and(&new.z);
    base.y.see();
}

fn update_from_temporary_field() {
    let p = Pair { b: loud("c"), ..(pair("a", "b"), loud("d")).0 };
    say("made");
    p.a.and(&p.b);
}

fn update_copy_field() {
    struct Mixed {
        n: usize,
        a: Loud,
    }
    let base = Mixed { n: 1, a: loud("a") };
    let m = Mixed { a: loud("b"), ..base };
    say(if m.n == 1 { "one" } else { "never" });
    base.a.and(&m.a);
}

fn function_like_constructor() {
    struct Wrap(Loud, Loud);
    let w = Wrap(loud("a"), loud("b"));
    let o = Some(Wrap(loud("c"), loud("d")));
    say("made");
    w.1.see();
    eat(o);
}

fn constructor_as_function() {
    struct Wrap(Loud);
    let make: fn(Loud) -> Wrap = Wrap;
    let w = make(loud("a"));
    let o = some("b").map(Wrap).map(Some);
    say("made");
    w.0.see();
    drop(o);
}

fn array_map() {
    let all = [loud("a"), loud("b"), loud("c")].map(|it| (it.pass(), loud("x")));
    say("made");
    all[0].0.see();
}

fn collected() {
    let all: Vec<Loud> = ["a", "b", "c"].into_iter().map(loud).collect();
    let none: Option<Vec<Loud>> = ["d", "e"].into_iter().map(|n| if n == "e" { none() } else { some(n) }).collect();
    say(if none.is_none() { "none" } else { "never" });
    all[0].see();
}

fn box_new() {
    let boxed = Box::new((loud("a"), Box::new(loud("b"))));
    say("made");
    boxed.1.see();
}

fn rc_and_arc() {
    let rc = std::rc::Rc::new(loud("a"));
    let other = rc.clone();
    drop(rc);
    say("one left");
    let arc = std::sync::Arc::new((loud("b"), other));
    arc.0.see();
}

fn array_in_struct_in_vec() {
    struct Row {
        cells: [Loud; 2],
        end: Loud,
    }
    let rows = vec![
        Row { end: loud("e1"), cells: [loud("a"), loud("b")] },
        Row { cells: [loud("c"), loud("d")], end: loud("e2") },
    ];
    say("made");
    rows[1].cells[0].see();
    for Row { cells: [first, _], .. } in rows {
        first.see();
    }
}

fn fields_drop_in_declaration_order() {
    struct Many {
        z: Loud,
        a: (Loud, Loud),
        m: [Loud; 2],
    }
    let _many = Many { a: (loud("a1"), loud("a2")), m: [loud("m1"), loud("m2")], z: loud("z") };
    say("made");
}

struct Owner {
    a: Loud,
    b: Loud,
}

impl Drop for Owner {
    fn drop(&mut self) {
        say("owner");
        self.a.and(&self.b);
    }
}

fn drop_impl_before_fields() {
    let _owner = Owner { a: loud("a"), b: loud("b") };
    say("made");
}

fn enum_drop_impl() {
    enum E {
        A(Loud),
        B(Loud, Loud),
        C,
    }
    impl Drop for E {
        fn drop(&mut self) {
            match self {
                E::A(a) => {
                    a.see();
                }
                E::B(a, b) => {
                    a.and(b);
                }
                E::C => say("empty"),
            }
        }
    }
    let _all = [E::A(loud("a")), E::B(loud("b"), loud("c")), E::C];
    say("made");
}

fn generic_aggregate() {
    struct Both<A, B> {
        a: A,
        b: B,
    }
    fn make<A, B>(a: A, b: B) -> Both<B, A> {
        say("make");
        Both { a: b, b: a }
    }
    fn second<A, B>(both: Both<A, B>) -> B {
        say("second");
        both.b
    }
    let both = make(loud("a"), [loud("b"), loud("c")]);
    second(both).see();
    second(make(1, loud("d")));
}

fn large_values() {
    struct Large([usize; 20], Loud);
    fn make(name: &'static str) -> Large {
        Large([7; 20], loud(name))
    }
    let a = make("a");
    let all = [a, make("b")];
    let [x, y] = all;
    eat(x);
    say(if y.0[19] == 7 { "seven" } else { "never" });
}

fn array_of_options() {
    let mut all = [some("a"), None, some("b")];
    let b = all[2].take();
    all[1] = b;
    all[0] = None;
    say("end");
}
