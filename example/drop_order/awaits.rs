//! Values in async blocks and functions, which live across awaits, and are dropped with the future wherever it is suspended.

#[macro_use]
mod trace;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use trace::*;

cases! {
    without_await
    across_an_await
    parameters
    parameter_moved
    parameter_moved_on_one_way
    half_of_a_parameter_moved
    captured_by_move
    captured_by_reference
    in_scopes
    in_scopes_of_one_storage
    in_a_loop
    left_by_break
    left_by_return
    left_by_question_mark
    initialized_late
    moved_into_a_call
    moved_on_one_way
    assigned_again
    temporaries_of_the_statement
    awaited_in_arguments
    awaited_in_a_match
    two_values_of_awaits
    box_moved_out_of
    array_of_awaited
    guard_across_an_await
    generic_future
    nested_futures
    recursive
    future_in_a_vec
}

/// Holds a value, is pending as often as told, and gives another value.
struct Pause(Loud, u32, &'static str);

impl Future for Pause {
    type Output = Loud;
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Loud> {
        self.0.see();
        if self.1 == 0 {
            return Poll::Ready(loud(self.2));
        }
        self.1 -= 1;
        Poll::Pending
    }
}

fn pause(name: &'static str, gives: &'static str) -> Pause {
    Pause(loud(name), 1, gives)
}

/// Polls a future at most `polls` times, and drops it.
fn poll<F: Future>(polls: usize, future: F) {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..polls {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => {
                say("ready");
                drop(value);
                return;
            }
            Poll::Pending => say("pending"),
        }
    }
    say("no more");
}

/// Drops the future in each of its states.
fn drive<F: Future>(make: impl Fn() -> F) {
    for polls in 0..4 {
        poll(polls, make());
    }
}

fn without_await() {
    async fn f(a: Loud) -> Loud {
        let _b = loud("b");
        a.pass()
    }
    drive(|| f(loud("a")));
}

fn across_an_await() {
    drive(|| async {
        let a = loud("a");
        pause("p", "x").await;
        a.see();
    });
}

fn parameters() {
    async fn f(a: Loud, _: Loud, (b, _c): (Loud, Loud)) {
        pause("p", "x").await;
        a.and(&b);
    }
    drive(|| f(loud("a"), loud("ignored"), (loud("b"), loud("c"))));
}

fn parameter_moved() {
    async fn f(a: Loud) {
        pause("p", "x").await;
        eat(a);
        pause("q", "y").await;
    }
    drive(|| f(loud("a")));
}

fn parameter_moved_on_one_way() {
    async fn f(a: Loud, moved: bool) {
        if flag(moved) {
            eat(a);
        }
        pause("p", "x").await;
        say("end");
    }
    drive(|| f(loud("a"), true));
    drive(|| f(loud("a"), false));
}

fn half_of_a_parameter_moved() {
    async fn f(p: Pair) {
        eat(p.a);
        pause("p", "x").await;
        p.b.see();
    }
    drive(|| f(pair("a", "b")));
}

fn captured_by_move() {
    drive(|| {
        let (a, b) = (loud("a"), loud("b"));
        async move {
            pause("p", "x").await;
            eat(b);
            pause("q", "y").await;
            a.see();
        }
    });
}

fn captured_by_reference() {
    let a = loud("a");
    drive(|| async {
        pause("p", "x").await;
        a.see();
    });
}

fn in_scopes() {
    drive(|| async {
        let _a = loud("a");
        {
            let _b = loud("b");
            pause("p", "x").await;
        }
        say("between");
        {
            let _c = loud("c");
            pause("q", "y").await;
        }
    });
}

fn in_scopes_of_one_storage() {
    drive(|| async {
        {
            let big = (loud("a"), [1u64; 20]);
            pause("p", "x").await;
            look(&big.1);
        }
        {
            let big = (loud("b"), [2u64; 20]);
            pause("q", "y").await;
            say(if big.1[3] == 2 { "two" } else { "not two" });
        }
    });
}

fn in_a_loop() {
    drive(|| async {
        for name in ["a", "b"] {
            let a = loud(name);
            pause("p", "x").await;
            a.see();
        }
    });
}

fn left_by_break() {
    drive(|| async {
        let x = loop {
            let a = loud("a");
            let x = pause("p", "x").await;
            if a.yes() {
                break x;
            }
        };
        x.see();
    });
}

fn left_by_return() {
    async fn f(early: bool) -> Loud {
        let a = loud("a");
        let x = pause("p", "x").await;
        if flag(early) {
            return x;
        }
        pause("q", "y").await;
        a
    }
    drive(|| f(true));
    drive(|| f(false));
}

fn left_by_question_mark() {
    async fn f() -> Option<Loud> {
        let _a = loud("a");
        let x = Some(pause("p", "x").await)?;
        none()?;
        pause("q", "y").await;
        Some(x)
    }
    drive(f);
}

fn initialized_late() {
    async fn f(first: bool) {
        let a;
        if flag(first) {
            a = loud("a");
            pause("p", "x").await;
        } else {
            pause("q", "y").await;
            a = loud("b");
        }
        a.see();
    }
    drive(|| f(true));
    drive(|| f(false));
}

fn moved_into_a_call() {
    drive(|| async {
        let a = loud("a");
        pause("p", "x").await;
        eat_two(a, pause("q", "y").await);
        say("end");
    });
}

fn moved_on_one_way() {
    async fn f(moved: bool) {
        let a = loud("a");
        let b = loud("b");
        if flag(moved) {
            eat(a);
            pause("p", "x").await;
        } else {
            eat(b);
        }
        pause("q", "y").await;
        say("end");
    }
    drive(|| f(true));
    drive(|| f(false));
}

fn assigned_again() {
    drive(|| async {
        let mut a = loud("a");
        look(&a);
        a = pause("p", "x").await;
        a.see();
        a = pause("q", "y").await;
        a.see();
    });
}

fn temporaries_of_the_statement() {
    drive(|| async {
        loud("a").and(&pause("p", "x").await);
        say("between");
        let n = loud("b").hold("c").value.see() + pause("q", "y").await.see();
        look(&n);
    });
}

fn awaited_in_arguments() {
    drive(|| async {
        eat_two(loud("a"), pause("p", "x").await);
        eat_two(pause("q", "y").await, loud("b"));
    });
}

fn awaited_in_a_match() {
    drive(|| async {
        match Some(pause("p", "x").await) {
            Some(x) if x.no() => eat(x),
            Some(ref x) => {
                pause("q", "y").await;
                x.see();
            }
            None => {}
        }
    });
}

fn two_values_of_awaits() {
    drive(|| async {
        let pair = (pause("p", "x").await, pause("q", "y").await);
        pair.0.and(&pair.1);
    });
}

fn box_moved_out_of() {
    drive(|| async {
        let a = Box::new(loud("a"));
        pause("p", "x").await;
        eat(*a);
        pause("q", "y").await;
    });
}

fn array_of_awaited() {
    drive(|| async {
        let all = [loud("a"), pause("p", "x").await, loud("b")];
        let [first, ..] = all;
        pause("q", "y").await;
        first.see();
    });
}

fn guard_across_an_await() {
    drive(|| async {
        let a = loud("a");
        let held = a.hold("h");
        pause("p", "x").await;
        look(held.get().unwrap());
    });
}

fn generic_future() {
    async fn f<F: Future, T>(future: F, value: T) -> (F::Output, T) {
        (future.await, value)
    }
    drive(|| f(pause("p", "x"), loud("a")));
    drive(|| f(async { 3 }, 4));
}

fn nested_futures() {
    async fn inner(a: Loud) -> Loud {
        pause("p", "x").await;
        a
    }
    drive(|| async {
        let b = loud("b");
        let a = inner(loud("a")).await;
        a.and(&b);
        async {
            let _c = loud("c");
            pause("q", "y").await;
        }
        .await;
    });
}

fn recursive() {
    async fn f(depth: u32) -> Loud {
        let a = loud("a");
        if depth > 0 {
            let value: Loud = Box::pin(f(depth - 1)).await;
            value.see();
        }
        pause("p", "x").await;
        a
    }
    drive(|| f(1));
}

fn future_in_a_vec() {
    drive(|| async {
        let mut all = vec![pause("p", "x"), pause("q", "y")];
        let last = all.pop().unwrap();
        last.await.see();
        look(&all);
    });
}
