//! Operands of expressions that temporaries end with: tails of blocks and bodies, branches, conditions.

#[macro_use]
mod trace;
use trace::*;

cases! {
    tail_of_method
    tail_calls
    result_of_catch
    branches_with_operands
    conditions_with_operands
    lazy_with_operands
    closure_tails
    nested_tails
    loops_with_operands
    arms_with_operands
    adjusted_tails
    method_tails
}

use std::panic::{AssertUnwindSafe, catch_unwind};

fn catch<T>(f: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(f)).ok()
}

fn two<T, U>(_: T, _: U) -> bool {
    true
}

fn tail_of_method() {
    struct Owner(Loud);
    impl Owner {
        fn take(self) -> usize {
            let _a = loud("a");
            loud("b").and(&self.0)
        }
        fn parts(self, other: Loud) -> (Loud, usize) {
            let Owner(mine) = self;
            (mine, loud("c").and(&other))
        }
    }
    Owner(loud("o")).take();
    Owner(loud("p")).parts(loud("q")).0.see();
    say("after");
}

fn tail_calls() {
    fn outer(a: Loud) -> usize {
        let _b = loud("b");
        inner(a, loud("c").see())
    }
    fn inner(a: Loud, n: usize) -> usize {
        let _d = loud("d");
        a.see() + n
    }
    outer(loud("a"));
    say("after");
}

fn result_of_catch() {
    let kept = catch(|| {
        let _a = loud("a");
        (loud("b"), loud("c").see())
    });
    let _d = loud("d");
    match kept {
        Some((b, _)) => {
            b.see();
        }
        None => say("caught"),
    }
}

fn branches_with_operands() {
    let p = if loud("c").yes() { (loud("x"), loud("y").see()) } else { (loud("z"), 0) };
    let q = if loud("c").no() { (loud("x"), loud("y").see()) } else { (loud("z"), loud("w").see()) };
    p.0.and(&q.0);
    if let Some(s) = some("s") {
        two(s, loud("t").see())
    } else {
        false
    };
}

fn conditions_with_operands() {
    if two(loud("a"), loud("b").see()) {
        say("then")
    }
    while two(loud("a"), loud("b").see()) && loud("c").no() {}
    let _ = !two(loud("d"), loud("e").see()) || two(loud("f"), loud("g").see());
}

fn lazy_with_operands() {
    let x = loud("x").yes() && two(loud("a"), loud("b").see());
    let y = two(loud("a"), loud("b").see()) || x;
    if y && two(loud("k"), loud("l").see()) {
        say("yes")
    }
}

fn closure_tails() {
    let f = |n: usize| (loud("a"), loud("b").see() + n);
    let g = || two(loud("a"), two(loud("b"), loud("c").see()));
    f(1).0.see();
    g();
    let h = || {
        let _v = loud("v");
        [loud("a"), loud("b").pass()]
    };
    h()[0].see();
}

fn nested_tails() {
    let t = {
        let _u = loud("u");
        {
            (loud("a"), loud("b").see(), {
                let _w = loud("w");
                (loud("c"), loud("d").see())
            })
        }
    };
    t.0.see();
    struct S {
        a: Loud,
        n: usize,
    }
    let s = { S { a: loud("a"), n: { S { n: loud("q").see(), a: loud("p") }.n } } };
    s.a.see() + s.n;
}

fn loops_with_operands() {
    let r = loop {
        break (loud("a"), loud("b").see());
    };
    r.0.see();
    let r = 'l: {
        if loud("c").yes() {
            break 'l (loud("a"), loud("b").see());
        }
        (loud("z"), 0)
    };
    r.0.see();
}

fn arms_with_operands() {
    let r = match loud("m").see() {
        1 => (loud("a"), loud("b").see()),
        _ => (loud("z"), 0),
    };
    r.0.see();
    let r = match loud("m") {
        m if two(loud("g"), loud("h").see()) => (m, loud("b").see()),
        m => (m, 0),
    };
    r.0.see();
}

fn adjusted_tails() {
    fn f<'a>(l: &'a Loud, n: usize) -> &'a Loud {
        let _ = n;
        l
    }
    let l = loud("l");
    let r: &Loud = { f(&l, loud("b").see()) };
    r.see();
    let b: Box<dyn Fn() -> usize> = {
        Box::new({
            let k = loud("k");
            move || k.see()
        })
    };
    b();
}

fn method_tails() {
    fn m(a: Loud) -> usize {
        a.and(&loud("b")) + a.pass().and(&loud("c"))
    }
    m(loud("a"));
}
