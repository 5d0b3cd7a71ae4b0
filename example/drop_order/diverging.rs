//! Code that does not come back: what is alive where an expression diverges, and where no way leads to a return.

#[macro_use]
mod trace;
use trace::*;

cases! {
    in_arguments
    in_arguments_with_temporaries
    in_tuple
    in_struct
    in_array
    in_initializer
    in_receiver
    in_assignment
    in_operator
    in_condition
    in_scrutinee
    in_arm
    in_else
    in_let_else
    in_nested_blocks
    in_closure
    after_moves
    after_partial_moves
    never_function
    never_function_with_parameters
    endless_loop
    endless_loop_in_function
    diverging_in_loop_body
    panic_macro
    unwrap_of_none
    explicit_exit_of_loop
}

fn stop() -> ! {
    say("stop");
    std::panic::resume_unwind(Box::new("stop"))
}

fn stop_with(_a: Loud, b: &Loud) -> ! {
    let _c = loud("c");
    b.see();
    stop()
}

fn in_arguments() {
    let _z = loud("z");
    eat_two(loud("a"), stop());
}

fn in_arguments_with_temporaries() {
    let _z = loud("z");
    if flag(true) {
        let _y = loud("y");
        eat_two((loud("a"), loud("t").see()), (loud("u").hold("v").yes(), stop()));
    }
    say("never");
}

fn in_tuple() {
    let _z = loud("z");
    let t = (loud("a"), &loud("b"), loud("c").see(), stop());
    look(&t);
}

fn in_struct() {
    let _z = loud("z");
    let p = Pair { b: loud("b"), a: { loud("t").hold("h"); stop() } };
    look(&p);
}

fn in_array() {
    let all = [loud("a"), loud("b").pass(), stop()];
    look(&all);
}

fn in_initializer() {
    let _z = loud("z");
    let _y: Loud = loud("a").same().hold("b").get().map(|_| stop()).unwrap();
    say("never");
}

fn in_receiver() {
    let _z = loud("z");
    (loud("a"), stop()).0.see();
}

fn in_assignment() {
    let mut a = loud("a");
    let _z = loud("z");
    a = if flag(true) { stop() } else { loud("never") };
    a.see();
}

fn in_operator() {
    let _z = loud("z");
    let n = loud("a").see() + if flag(true) { let _b = loud("b"); stop() } else { 1 };
    look(&n);
}

fn in_condition() {
    let _z = loud("z");
    if loud("a").yes() && { loud("b"); stop() } {
        say("never");
    }
}

fn in_scrutinee() {
    let _z = loud("z");
    match (loud("a"), loud("b").see(), { let _c = loud("c"); stop() }) {
        _ => say("never"),
    }
}

fn in_arm() {
    let _z = loud("z");
    match (some("a"), loud("b").hold("c").yes()) {
        (Some(a), true) => {
            eat_two(a, stop());
        }
        _ => say("never"),
    }
}

fn in_else() {
    let _z = loud("z");
    let a = if flag(false) { loud("never") } else { let _b = loud("b"); stop() };
    a.see();
}

fn in_let_else() {
    let _z = loud("z");
    let (Some(a), _) = (&none(), loud("b")) else {
        let _c = loud("c");
        stop()
    };
    a.see();
}

fn in_nested_blocks() {
    let _a = loud("a");
    {
        let _b = loud("b");
        loop {
            let _c = loud("c");
            {
                let _d = loud("d");
                loud("e").and(&{ let _f = loud("f"); stop() });
            }
        }
    }
}

fn in_closure() {
    let a = loud("a");
    let f = move |b: Loud| -> usize {
        let _c = loud("c");
        loud("t").and(&b) + if a.yes() { stop() } else { 1 }
    };
    f(loud("b"));
}

fn after_moves() {
    let a = loud("a");
    let b = loud("b");
    let c = loud("c");
    if flag(true) {
        eat(b);
    }
    let d = a;
    stop_with(d, &c);
}

fn after_partial_moves() {
    let p = pair("a", "b");
    let boxed = Box::new(pair("c", "d"));
    if flag(true) {
        eat(p.a);
    } else {
        eat(boxed.b);
    }
    stop();
}

fn never_function() {
    fn inner() -> ! {
        let _a = loud("a");
        let _b = &loud("b");
        stop_with(loud("d"), &loud("e"))
    }
    let _z = loud("z");
    inner();
}

fn never_function_with_parameters() {
    fn inner(_a: Loud, (b, _): (Loud, Loud), _: Loud) -> ! {
        let _x = loud("x");
        eat_two(b, (loud("t").see(), loud("y")));
        stop()
    }
    inner(loud("a"), (loud("b"), loud("c")), loud("d"));
}

fn endless_loop() {
    let _z = loud("z");
    let mut n = 0;
    loop {
        let _a = loud("a");
        n += loud("b").see();
        if n == 2 {
            let _c = loud("c");
            stop();
        }
    }
}

fn endless_loop_in_function() {
    fn inner(kept: Loud) -> ! {
        let mut kept = kept;
        let mut names = ["a", "b"].into_iter();
        loop {
            match names.next() {
                Some(name) => kept = loud(name),
                None => stop_with(kept, &loud("t")),
            }
        }
    }
    inner(loud("z"));
}

fn diverging_in_loop_body() {
    for name in ["a", "b"] {
        let it = loud(name);
        eat_two((loud("x"), loud("y").see()), if name == "b" { stop() } else { it });
    }
}

fn panic_macro() {
    std::panic::set_hook(Box::new(|_| {}));
    let _a = loud("a");
    let caught = std::panic::catch_unwind(|| {
        let b = loud("b");
        eat_two((loud("c"), loud("d").see()), panic!("{} {}", b.0, loud("e").0))
    });
    let _ = std::panic::take_hook();
    say(if caught.is_err() { "caught" } else { "never" });
}

fn unwrap_of_none() {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| {
        let b = loud("b");
        eat_two(loud("c"), loud("d").hold("e").get().filter(|_| b.no()).unwrap());
        let all = [loud("f"), loud("g")];
        all[all.len() + b.see()].see();
    });
    let _ = std::panic::take_hook();
    say(if caught.is_err() { "caught" } else { "never" });
}

fn explicit_exit_of_loop() {
    fn inner(go: bool) -> usize {
        let _z = loud("z");
        loop {
            let a = loud("a");
            eat_two((loud("b"), loud("c").see()), if go { return 1 } else { stop() });
            a.see();
        }
    }
    inner(true);
    inner(false);
}
