//! Closures: what they capture, when that goes, and what a call consumes.

#[macro_use]
mod trace;
use trace::*;

cases! {
    by_reference
    by_mutable_reference
    by_move
    by_move_unused
    by_use
    field_by_reference
    field_by_move
    field_by_use
    two_fields
    whole_because_of_drop
    captured_reference_field
    through_box
    order_of_captures
    called_once
    called_once_partly
    called_once_returns
    never_called
    fn_mut_state
    fn_mut_replaces
    nested
    nested_moves
    returned
    boxed
    boxed_once
    in_struct
    passed_on
    called_in_loop
    wildcard_captures_nothing
    pattern_captures
    match_captures
    inner_function_item
    closure_in_condition
    captures_and_parameters
    recursion_through_dyn
    copied_closure
    iterator_adapters
    conditionally_consumed
    struct_update_in_closure
}

fn by_reference() {
    let a = loud("a");
    let f = || a.see();
    f();
    f();
    say("called");
    a.see();
}

fn by_mutable_reference() {
    let mut a = loud("a");
    let mut f = |name| {
        a = loud(name);
        a.same_mut().see()
    };
    f("b");
    f("c");
    a.see();
}

fn by_move() {
    let a = loud("a");
    let _b = loud("b");
    let f = move || a.see();
    let _c = loud("c");
    f();
    f();
}

fn by_move_unused() {
    let a = loud("a");
    let b = loud("b");
    let f = move || {
        let _ = &a;
        say("called");
    };
    f();
    b.see();
}

fn by_use() {
    let a = loud("a");
    let _b = loud("b");
    let f = || eat(a);
    say("made");
    f();
    say("after");
}

fn field_by_reference() {
    let mut p = pair("a", "b");
    let f = || p.a.see();
    f();
    p.b = loud("c");
    say("after");
}

fn field_by_move() {
    let p = pair("a", "b");
    let _z = loud("z");
    let f = move || p.a.see();
    f();
    say("after");
}

fn field_by_use() {
    let p = pair("a", "b");
    let _z = loud("z");
    let f = || eat(p.a);
    f();
    say("after");
}

fn two_fields() {
    let t = (loud("a"), (loud("b"), loud("c")), loud("d"));
    let f = move || {
        t.1.0.see();
        t.0.see();
    };
    f();
    drop(f);
    say("after");
}

struct Owner {
    a: Loud,
    b: Loud,
}

impl Drop for Owner {
    fn drop(&mut self) {
        say("owner");
    }
}

fn whole_because_of_drop() {
    let owner = Owner { a: loud("a"), b: loud("b") };
    let _z = loud("z");
    let f = move || owner.b.see();
    f();
    drop(f);
    say("after");
}

fn captured_reference_field() {
    let p = pair("a", "b");
    let r = (&p, loud("c"));
    let f = move || r.0.a.see();
    f();
    drop(f);
    say("after");
}

fn through_box() {
    let boxed = Box::new(pair("a", "b"));
    let _z = loud("z");
    let f = move || boxed.a.see();
    f();
    drop(f);
    say("between");
    let other = Box::new(pair("c", "d"));
    let g = || eat(other.b);
    g();
    say("after");
}

fn order_of_captures() {
    let a = loud("a");
    let b = loud("b");
    let c = loud("c");
    let f = move || {
        c.see();
        a.and(&b);
    };
    f();
    drop(f);
    say("after");
}

fn called_once() {
    fn call(f: impl FnOnce()) {
        say("call");
        f();
        say("called");
    }
    let a = loud("a");
    let b = loud("b");
    call(move || {
        eat(a);
        b.see();
    });
    say("after");
}

fn called_once_partly() {
    let p = pair("a", "b");
    let c = loud("c");
    let f = move |go: bool| {
        let p = p;
        if go {
            eat(p.a);
        }
        c.see();
    };
    f(flag(true));
    say("after");
}

fn called_once_returns() {
    let a = loud("a");
    let b = loud("b");
    let f = move || {
        b.see();
        a
    };
    f().see();
    say("after");
}

fn never_called() {
    let a = loud("a");
    let b = loud("b");
    {
        let _f = move || eat_two(b, a);
        say("made");
    }
    say("after");
}

fn fn_mut_state() {
    let mut kept = Vec::new();
    let mut f = |name| kept.push(loud(name));
    f("a");
    f("b");
    say("pushed");
    kept.pop();
    say("popped");
}

fn fn_mut_replaces() {
    let mut a = Some(loud("a"));
    let mut f = move || a.take();
    f();
    say("between");
    f();
    let mut b = loud("b");
    let mut g = move |name| std::mem::replace(&mut b, loud(name));
    g("c").see();
    g("d");
    say("end");
}

fn nested() {
    let a = loud("a");
    let b = loud("b");
    let f = || {
        let c = loud("c");
        let g = || a.and(&c);
        g();
        b.see()
    };
    f();
    say("after");
}

fn nested_moves() {
    let a = loud("a");
    let f = move || {
        let _c = loud("c");
        move || a.pass()
    };
    let g = f();
    say("inner");
    g().see();
}

fn returned() {
    fn make(a: Loud, b: Loud) -> impl Fn() -> usize {
        b.see();
        move || a.see()
    }
    let f = make(loud("a"), loud("b"));
    say("made");
    f();
}

fn boxed() {
    let a = loud("a");
    let b = loud("b");
    let fs: Vec<Box<dyn Fn() -> usize>> = vec![Box::new(move || a.see()), Box::new(move || b.see())];
    for f in &fs {
        f();
    }
    say("called");
}

fn boxed_once() {
    let a = loud("a");
    let b = loud("b");
    let f: Box<dyn FnOnce(Loud) -> Loud> = Box::new(move |c| {
        b.and(&c);
        a
    });
    f(loud("c")).see();
    say("after");
}

fn in_struct() {
    struct Holder<F: Fn() -> usize> {
        f: F,
        after: Loud,
    }
    let a = loud("a");
    let holder = Holder { f: move || a.see(), after: loud("after") };
    (holder.f)();
    holder.after.see();
}

fn passed_on() {
    fn outer(f: impl Fn(Loud) -> Loud) -> Loud {
        let _o = loud("o");
        inner(&f)
    }
    fn inner(f: &dyn Fn(Loud) -> Loud) -> Loud {
        f(loud("x"))
    }
    let a = loud("a");
    outer(move |x| {
        a.see();
        x.pass()
    });
    say("after");
}

fn called_in_loop() {
    let mut n = 0;
    let mut next = || {
        n += 1;
        if n < 3 { some("a") } else { none() }
    };
    while let Some(a) = next() {
        a.see();
    }
    say("after");
}

fn wildcard_captures_nothing() {
    let a = loud("a");
    let f = || {
        let _ = a;
        say("called");
    };
    f();
    eat(a);
    say("after");
}

fn pattern_captures() {
    let t = (loud("a"), loud("b"));
    let f = || {
        let (a, _) = t;
        a.see()
    };
    f();
    say("after");
}

fn match_captures() {
    let o = some("a");
    let p = (some("b"), loud("c"));
    let f = move || match o {
        Some(ref a) => a.see(),
        None => 0,
    };
    f();
    let g = || match p.0 {
        Some(b) => b.see(),
        None => 0,
    };
    g();
    say("after");
}

fn inner_function_item() {
    let a = loud("a");
    let f = move || {
        fn helper(a: &Loud) -> usize {
            let _h = loud("h");
            a.see()
        }
        helper(&a)
    };
    f();
    f();
}

fn closure_in_condition() {
    let a = loud("a");
    if (|| a.hold("b").yes())() {
        say("then");
    }
    if (move || a.yes())() {
        say("then");
    }
    say("after");
}

fn captures_and_parameters() {
    let a = loud("a");
    let b = loud("b");
    let f = move |c: Loud, d: Loud| {
        let _e = loud("e");
        eat(b);
        c.and(&a);
        d
    };
    f(loud("c"), loud("d")).see();
    say("after");
}

fn recursion_through_dyn() {
    fn go(n: usize, f: &dyn Fn(usize) -> Loud) {
        let _x = f(n);
        if n > 0 {
            go(n - 1, f);
        }
    }
    let kept = loud("kept");
    go(2, &|n| {
        kept.see();
        loud(["a", "b", "c"][n])
    });
}

fn copied_closure() {
    let a = loud("a");
    let r = &a;
    let f = move || r.see();
    let g = f;
    f();
    g();
}

fn iterator_adapters() {
    let kept = loud("kept");
    let all: Vec<Loud> = [loud("a"), loud("b"), loud("c")]
        .into_iter()
        .filter(|it| it.0 != "b")
        .map(|it| {
            kept.see();
            it.pass()
        })
        .collect();
    all[0].see();
    let first = all.into_iter().find(|it| it.0 == "a");
    say(if first.is_some() { "found" } else { "never" });
}

fn conditionally_consumed() {
    for go in [true, false] {
        let a = loud("a");
        let b = loud("b");
        let f = move || {
            b.see();
            if flag(go) {
                eat(a);
            }
            say("body");
        };
        f();
    }
}

fn struct_update_in_closure() {
    let base = pair("a", "b");
    let f = || Pair { a: loud("c"), ..base };
    f().b.see();
    say("after");
}
