// no-ra: rac drops in another order than rustc
//! Cases in which rust-analyzer's bodies drop in another order than rustc's: FIXME. A terminating expression's operands and
//! temporaries share a scope; what an arm binds is scheduled before its guard; a macro's blocks have the edition of the macro.

#[macro_use]
mod trace;
use trace::*;

cases! {
    formatted
    tail_of_method
    tail_calls
    result_of_catch
    guard_with_let
}

use std::panic::{AssertUnwindSafe, catch_unwind};

fn catch<T>(f: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(f)).ok()
}

fn formatted() {
    let text = format!("{}{}", loud("a").see(), loud("bc").same().0);
    say(&text);
    say(&format!("{}{}", loud("d").0, text));
    print!(" [{}]", loud("e").same().0);
    say("after");
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

fn guard_with_let() {
    match loud("a") {
        a if let Some(b) = none() => eat_two(a, b),
        a if let Some(b) = some("h") && a.and(&b) == 9 => eat(a),
        a if let Some(b) = some("b") => {
            a.and(&b);
        }
        _ => say("never"),
    }
    say("after");
}
