//! Async bodies: what lives across a suspension, when it ends, and what is dropped with a future that is not finished.

#[macro_use]
mod trace;
use trace::*;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

cases! {
    finished
    dropped_before_poll
    dropped_while_suspended
    dropped_at_second
    polled_after_panic
    parameters
    parameters_dropped_early
    parameters_stopped
    tail_temporary
    tail_temporary_in_fn
    tail_temporary_of_match
    statement_temporary
    awaited_temporary
    awaited_borrow
    argument_across
    arguments_around
    moved_before
    moved_after
    moved_in_branch
    moved_in_branch_stopped
    partly_moved
    partly_moved_stopped
    captured_by_move
    captured_by_ref
    captured_partly
    capture_moved_out
    capture_moved_in_branch
    capture_moved_in_branch_stopped
    in_loop
    in_loop_stopped
    loop_broken
    loop_with_value
    while_let
    matched
    matched_guard
    if_let
    if_let_stopped
    let_else
    question_mark
    question_mark_ok
    returned
    nested_blocks
    nested_scopes
    nested_scopes_stopped
    joined_by_hand
    boxed
    held
    held_stopped
    assigned_across
    assigned_across_stopped
    shadowed
    closure_inside
    in_aggregate
    in_aggregate_stopped
    in_call
    in_method_chain
    in_format
    in_condition
    lazy_operand
    compound_assignment
    awaits_in_tuple
    result_dropped
    output_kept
    generic_body
    trait_method
    recursive
}

/// Ready with a value at the second poll.
struct Later {
    name: &'static str,
    polled: bool,
    own: Loud,
}

impl Future for Later {
    type Output = Loud;
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Loud> {
        self.own.see();
        if self.polled {
            return Poll::Ready(loud(self.name));
        }
        self.polled = true;
        Poll::Pending
    }
}

fn later(name: &'static str) -> Later {
    Later { name, polled: false, own: loud("later") }
}

/// Pending once.
async fn pause() {
    say("pause");
    later("paused").await;
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Polls until it is finished.
fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Some(value) = poll(future.as_mut()) {
            say("ready");
            return value;
        }
    }
}

/// Drops a future that was polled so many times.
fn stop<F: Future>(polls: usize, future: F) {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if poll(future.as_mut()).is_some() {
            say("finished");
            break;
        }
    }
    say("stop");
}

fn finished() {
    drive(async {
        let _a = loud("a");
        pause().await;
        let _b = loud("b");
        later("c").await.see();
        say("end");
    });
    say("out");
}

fn dropped_before_poll() {
    let a = loud("a");
    stop(0, async move {
        let _b = loud("b");
        pause().await;
        a.see();
    });
}

fn dropped_while_suspended() {
    stop(1, async {
        let _a = loud("a");
        let _b = loud("b");
        pause().await;
        say("never");
    });
}

fn dropped_at_second() {
    stop(2, async {
        let _a = loud("a");
        pause().await;
        let _b = later("b").await;
        say("never");
    });
}

fn polled_after_panic() {
    let mut future = Box::pin(async {
        let _a = loud("a");
        pause().await;
        let _b = loud("b");
        std::panic::resume_unwind(Box::new(()));
    });
    let mut first = true;
    while first {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| poll(future.as_mut()).is_some()));
        first = caught.is_ok();
    }
    say("unwound");
}

async fn parameters_of(a: Loud, _: Loud, (b, _): (Loud, Loud), _c: Loud) -> usize {
    let _d = loud("d");
    pause().await;
    a.and(&b)
}

fn parameters() {
    drive(parameters_of(loud("a"), loud("_"), (loud("b"), loud("b1")), loud("c")));
    say("end");
}

fn parameters_dropped_early() {
    stop(0, parameters_of(loud("a"), loud("_"), (loud("b"), loud("b1")), loud("c")));
}

fn parameters_stopped() {
    stop(1, parameters_of(loud("a"), loud("_"), (loud("b"), loud("b1")), loud("c")));
}

fn tail_temporary() {
    drive(async {
        let _a = loud("a");
        pause().await;
        loud("b").same().see()
    });
}

fn tail_temporary_in_fn() {
    async fn body(a: Loud) -> usize {
        let _b = loud("b");
        pause().await;
        loud("c").hold("d").of_len(&a)
    }
    drive(body(loud("a")));
}

impl Held<'_> {
    fn of_len(&self, other: &Loud) -> usize {
        self.value.and(other)
    }
}

fn tail_temporary_of_match() {
    async fn body(a: Loud) -> usize {
        match loud("b").same() {
            b => {
                pause().await;
                a.and(b)
            }
        }
    }
    drive(body(loud("a")));
    stop(1, body(loud("c")));
}

fn statement_temporary() {
    drive(async {
        loud("a").and(&later("b").await);
        loud("c").see();
    });
}

fn awaited_temporary() {
    async fn look_at(value: &Loud) -> usize {
        pause().await;
        value.see()
    }
    drive(async {
        look_at(&loud("a")).await;
        let n = look_at(&loud("b")).await;
        look_at(loud("c").same()).await + n
    });
    stop(1, async { look_at(&loud("d")).await });
}

fn awaited_borrow() {
    drive(async {
        let mut future = Box::pin(later("a"));
        let a = future.as_mut().await;
        say("got");
        a.see();
    });
}

fn argument_across() {
    drive(async { eat_two(loud("a"), later("b").await) });
    stop(1, async { eat_two(loud("c"), later("d").await) });
}

fn arguments_around() {
    drive(async {
        let first = loud("a");
        eat_two((first, loud("b")), (later("c").await, loud("d")));
    });
}

fn moved_before() {
    drive(async {
        let a = loud("a");
        eat(a);
        pause().await;
        say("end");
    });
}

fn moved_after() {
    stop(2, async {
        let a = loud("a");
        pause().await;
        eat(a);
        pause().await;
        say("end");
    });
}

async fn move_if(condition: bool) {
    let a = loud("a");
    let b = loud("b");
    if flag(condition) {
        eat(a);
    }
    pause().await;
    if !flag(condition) {
        eat(b);
    }
    pause().await;
    say("end");
}

fn moved_in_branch() {
    drive(move_if(true));
    drive(move_if(false));
}

fn moved_in_branch_stopped() {
    stop(1, move_if(true));
    stop(1, move_if(false));
    stop(2, move_if(true));
    stop(2, move_if(false));
}

async fn move_part() {
    let pair = pair("a", "b");
    eat(pair.a);
    pause().await;
    pair.b.see();
    pause().await;
}

fn partly_moved() {
    drive(move_part());
}

fn partly_moved_stopped() {
    stop(1, move_part());
    stop(2, move_part());
}

fn captured_by_move() {
    let a = loud("a");
    let b = loud("b");
    drive(async move {
        b.see();
        pause().await;
        a.see();
    });
    say("end");
}

fn captured_by_ref() {
    let a = loud("a");
    let mut b = loud("b");
    drive(async {
        pause().await;
        b = loud("c");
        a.and(&b)
    });
    b.see();
}

fn captured_partly() {
    let pair = pair("a", "b");
    let future = async move {
        pause().await;
        pair.a.see();
    };
    say("made");
    stop(1, future);
    say("end");
}

fn capture_moved_out() {
    let a = loud("a");
    let b = loud("b");
    stop(1, async move {
        eat(a);
        pause().await;
        b.see();
    });
}

fn move_capture_if(condition: bool) -> impl Future<Output = ()> {
    let a = loud("a");
    let b = pair("b", "c");
    async move {
        if flag(condition) {
            eat(a);
            eat(b.b);
        }
        pause().await;
        b.a.see();
    }
}

fn capture_moved_in_branch() {
    drive(move_capture_if(true));
    drive(move_capture_if(false));
}

fn capture_moved_in_branch_stopped() {
    for polls in 0..2 {
        stop(polls, move_capture_if(true));
        stop(polls, move_capture_if(false));
    }
}

async fn looped() {
    for n in 0..2 {
        let a = loud("a");
        later("b").await.and(&a);
        if n == 1 {
            let _c = loud("c");
            pause().await;
        }
    }
    say("end");
}

fn in_loop() {
    drive(looped());
}

fn in_loop_stopped() {
    for polls in 1..4 {
        stop(polls, looped());
    }
}

fn loop_broken() {
    drive(async {
        let _a = loud("a");
        loop {
            let _b = loud("b");
            if later("c").await.yes() {
                break;
            }
        }
        pause().await;
    });
}

fn loop_with_value() {
    drive(async {
        let a = loop {
            let _b = loud("b");
            break later("a").await;
        };
        pause().await;
        a.see();
    });
}

fn while_let() {
    drive(async {
        let mut all = vec![loud("a"), loud("b")];
        while let Some(last) = all.pop() {
            later("c").await.and(&last);
        }
    });
}

fn matched() {
    drive(async {
        match (some("a"), later("b").await) {
            (Some(a), b) => {
                pause().await;
                a.and(&b)
            }
            (None, _) => 0,
        }
    });
}

fn matched_guard() {
    drive(async {
        match some("a") {
            Some(a) if later("b").await.and(&a) == 0 => say("never"),
            Some(a) => {
                pause().await;
                a.see();
            }
            None => say("none"),
        }
    });
}

async fn if_let_else() {
    if let Some(a) = loud("t").same().hold("h").get() {
        pause().await;
        a.see();
    } else {
        say("else");
    }
    if let Some(_) = none() {
        say("never");
    } else {
        pause().await;
    }
}

fn if_let() {
    drive(if_let_else());
}

fn if_let_stopped() {
    stop(1, if_let_else());
    stop(2, if_let_else());
}

fn let_else() {
    async fn body(value: Option<Loud>) -> usize {
        let Some(a) = value else {
            pause().await;
            return 0;
        };
        pause().await;
        a.see()
    }
    drive(body(some("a")));
    drive(body(None));
    stop(1, body(some("b")));
}

async fn ask(result: Result<Loud, Loud>) -> Result<Loud, Loud> {
    let _a = loud("a");
    pause().await;
    let value = result?;
    later("b").await.and(&value);
    Ok(value)
}

fn question_mark() {
    drive(async { ask(err("e")).await.is_err() });
    stop(1, ask(err("f")));
}

fn question_mark_ok() {
    eat(drive(async { ask(ok("o")).await?.see().checked_add(1).ok_or(loud("none")) }).is_ok());
    stop(2, ask(ok("p")));
}

fn returned() {
    drive(async {
        let a = loud("a");
        let _b = loud("b");
        if flag(true) {
            pause().await;
            return a;
        }
        pause().await;
        loud("c")
    })
    .see();
}

fn nested_blocks() {
    drive(async {
        let a = loud("a");
        let inner = async {
            let _b = loud("b");
            later("c").await.and(&a)
        };
        say("made");
        inner.await;
        say("end");
    });
}

async fn scopes() {
    {
        let _a = loud("a");
        pause().await;
    }
    {
        let _b = pair("b", "c");
        pause().await;
    }
    let _d = loud("d");
    pause().await;
}

fn nested_scopes() {
    drive(scopes());
}

fn nested_scopes_stopped() {
    for polls in 1..4 {
        stop(polls, scopes());
    }
}

fn joined_by_hand() {
    let mut a = Box::pin(scopes());
    let mut b = Box::pin(looped());
    poll(a.as_mut());
    poll(b.as_mut());
    poll(a.as_mut());
    drop(a);
    poll(b.as_mut());
    say("end");
}

fn boxed() {
    let all: Vec<Pin<Box<dyn Future<Output = ()>>>> = vec![Box::pin(scopes()), Box::pin(move_part())];
    for mut future in all {
        poll(future.as_mut());
        say("next");
    }
}

async fn hold() -> usize {
    let a = loud("a");
    let held = a.hold("b");
    pause().await;
    held.get().map_or(0, Loud::see)
}

fn held() {
    drive(hold());
}

fn held_stopped() {
    stop(1, hold());
}

async fn assign() {
    let mut a = loud("a");
    a.see();
    a = later("b").await;
    pause().await;
    a.see();
    let c;
    pause().await;
    c = loud("c");
    pause().await;
    c.see();
}

fn assigned_across() {
    drive(assign());
}

fn assigned_across_stopped() {
    for polls in 1..5 {
        stop(polls, assign());
    }
}

fn shadowed() {
    drive(async {
        let a = loud("a");
        let a = a.hold("b");
        pause().await;
        let _a = a.value.same();
        pause().await;
    });
}

fn closure_inside() {
    drive(async {
        let a = loud("a");
        let take = move || a.see();
        pause().await;
        take();
        pause().await;
    });
}

async fn aggregate() -> Pair {
    Pair { a: later("a").await, b: later("b").await }
}

fn in_aggregate() {
    drive(aggregate()).a.see();
}

fn in_aggregate_stopped() {
    stop(2, aggregate());
    stop(2, async { [later("a").await, later("b").await, loud("c")] });
}

fn in_call() {
    drive(async { later("a").await.and(&later("b").await) });
    stop(2, async { later("c").await.and(&later("d").await) });
}

fn in_method_chain() {
    drive(async { later("a").await.pass().pass().see() });
}

fn in_format() {
    drive(async {
        let text = format!("{} {}", later("a").await.see(), loud("b").see());
        pause().await;
        text.len()
    });
}

fn in_condition() {
    drive(async {
        if later("a").await.yes() && later("b").await.no() {
            say("never");
        } else if later("c").await.yes() {
            pause().await;
        }
    });
}

fn lazy_operand() {
    drive(async {
        let value = flag(true) && later("a").await.yes() || loud("b").yes();
        pause().await;
        value
    });
}

fn compound_assignment() {
    drive(async {
        let mut n = 1;
        n += later("a").await.see();
        let all = [1, 2, 3];
        n += all[later("b").await.see()];
        n
    });
}

fn awaits_in_tuple() {
    drive(async {
        let (a, _) = (later("a").await, later("b").await);
        pause().await;
        a.see();
    });
}

fn result_dropped() {
    drive(async {
        later("a").await;
        let _ = later("b").await;
        let _c = later("c").await;
        pause().await;
    });
}

fn output_kept() {
    let a = drive(async { later("a").await });
    a.see();
}

fn generic_body() {
    async fn both<A, F: Future>(a: A, future: F) -> (F::Output, A) {
        let value = future.await;
        pause().await;
        (value, a)
    }
    drive(both(loud("a"), later("b"))).0.see();
    drive(both(1, async {}));
    stop(2, both(loud("c"), later("d")));
}

fn trait_method() {
    trait Work {
        async fn work(&self, with: Loud) -> usize;
    }
    impl Work for Loud {
        async fn work(&self, with: Loud) -> usize {
            pause().await;
            self.and(&with)
        }
    }
    impl<T: Work> Work for Vec<T> {
        async fn work(&self, with: Loud) -> usize {
            let mut sum = 0;
            for each in self {
                sum += each.work(loud("w")).await;
            }
            with.see() + sum
        }
    }
    drive(vec![loud("a"), loud("b")].work(loud("c")));
    stop(1, loud("d").work(loud("e")));
}

fn recursive() {
    fn down(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(async move {
            let _a = loud("a");
            if n == 0 {
                later("b").await;
                return 0;
            }
            down(n - 1).await + 1
        })
    }
    drive(down(2));
    stop(1, down(1));
}
