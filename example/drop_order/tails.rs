//! The tail expressions of blocks, functions and closures: before 2024 their temporaries outlive the block's variables.

#[macro_use]
mod trace;
use trace::*;

cases! {
    tail_of_function
    tail_of_block
    tail_with_variables
    tail_in_let
    tail_in_argument
    tail_of_nested_blocks
    tail_of_if
    tail_of_match
    tail_of_loop_body
    tail_of_unsafe
    tail_of_labelled_block
    tail_of_closure
    tail_is_guarded
    tail_is_match
    tail_is_if_let
    tail_is_reference
    tail_is_moved_variable
    tail_moves_a_field
    statement_like_tail
    tail_of_condition
    return_with_temporaries
}

fn tail_of_function() {
    fn inner() -> usize {
        let _a = loud("a");
        loud("b").see()
    }
    inner();
    say("after");
}

fn tail_of_block() {
    let n = {
        let _a = loud("a");
        loud("b").see()
    };
    say(if n == 1 { "one" } else { "never" });
}

fn tail_with_variables() {
    fn inner() -> Loud {
        let _a = loud("a");
        let c = loud("c");
        let _b = loud("b");
        loud("d").and(&c);
        loud("e").pass()
    }
    inner().see();
    say("after");
}

fn tail_in_let() {
    let outer = loud("outer");
    let kept = {
        let _a = loud("a");
        outer.hold("b").get().map(|it| it.see())
    };
    say(if kept.is_some() { "some" } else { "never" });
}

fn tail_in_argument() {
    eat_two(
        {
            let _a = loud("a");
            loud("b").see()
        },
        {
            let _c = loud("c");
            loud("d").hold("e").yes()
        },
    );
    say("after");
}

fn tail_of_nested_blocks() {
    let n = {
        let _a = loud("a");
        {
            let _b = loud("b");
            {
                let _c = loud("c");
                loud("d").see()
            }
        }
    };
    say(if n == 1 { "one" } else { "never" });
}

fn tail_of_if() {
    let n = if flag(true) {
        let _a = loud("a");
        loud("b").see()
    } else {
        let _c = loud("c");
        loud("d").see()
    } + loud("e").see();
    say(if n == 2 { "two" } else { "never" });
}

fn tail_of_match() {
    let n = match flag(false) {
        true => {
            let _a = loud("a");
            loud("b").see()
        }
        false => {
            let _c = loud("c");
            loud("d").see()
        }
    };
    say(if n == 1 { "one" } else { "never" });
}

fn tail_of_loop_body() {
    for name in ["a", "b"] {
        let _x = loud("x");
        loud(name).hold("h");
    }
    let mut n = 0;
    while n < 2 {
        let _y = loud("y");
        n += loud("z").see()
    }
    say("after");
}

fn tail_of_unsafe() {
    let n = unsafe {
        let _a = loud("a");
        loud("b").see()
    };
    say(if n == 1 { "one" } else { "never" });
}

fn tail_of_labelled_block() {
    let n = 'l: {
        let _a = loud("a");
        if loud("b").no() {
            break 'l loud("c").see();
        }
        let _d = loud("d");
        loud("e").see()
    };
    say(if n == 1 { "one" } else { "never" });
}

fn tail_of_closure() {
    let f = |x: Loud| {
        let _a = loud("a");
        loud("b").and(&x)
    };
    f(loud("x"));
    let g = |x: Loud| loud("c").and(&x);
    g(loud("y"));
    say("after");
}

fn tail_is_guarded() {
    fn inner(a: &Loud) -> usize {
        let _b = loud("b");
        a.hold("c").get().unwrap().see()
    }
    inner(&loud("a"));
    say("after");
}

fn tail_is_match() {
    fn inner(a: &Loud) -> usize {
        let _b = loud("b");
        match a.hold("c").get() {
            Some(it) => it.see(),
            None => 0,
        }
    }
    inner(&loud("a"));
    say("after");
}

fn tail_is_if_let() {
    fn inner(a: &Loud) -> usize {
        let _b = loud("b");
        if let Some(it) = a.hold("c").get() {
            it.see()
        } else {
            0
        }
    }
    inner(&loud("a"));
    say("after");
}

fn tail_is_reference() {
    let outer = loud("outer");
    let it = {
        let _a = loud("a");
        outer.hold("b").get().unwrap()
    };
    it.see();
}

fn tail_is_moved_variable() {
    let a = {
        let _b = loud("b");
        let a = loud("a");
        let _c = loud("c");
        a
    };
    a.see();
}

fn tail_moves_a_field() {
    let a = {
        let both = pair("a", "b");
        let _c = loud("c");
        both.a
    };
    say("after");
    a.see();
}

fn statement_like_tail() {
    let _a = loud("a");
    if flag(true) {
        let _b = loud("b");
        loud("c").see();
    }
    match flag(true) {
        _ => {
            let _d = loud("d");
            loud("e").see()
        }
    };
    loud("f").see();
}

fn tail_of_condition() {
    if {
        let _a = loud("a");
        loud("b").yes()
    } {
        say("then");
    }
    match {
        let _c = loud("c");
        loud("d").see()
    } {
        _ => say("arm"),
    }
}

fn return_with_temporaries() {
    fn inner() -> usize {
        let _a = loud("a");
        return loud("b").see() + loud("c").see();
    }
    inner();
    say("after");
}
