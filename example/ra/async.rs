//! Async functions and blocks: what they capture, when it is dropped.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

/// Ready at the second poll.
struct Later(bool);

impl Future for Later {
    type Output = u32;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        if self.0 {
            return Poll::Ready(1);
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let mut cx = Context::from_waker(Waker::noop());
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            println!("{polls} polls");
            return value;
        }
    }
}

async fn add(a: u32, b: u32) -> u32 {
    let one = Later(false).await;
    a + b + one
}

async fn parameters(first: Loud, _: Loud, (third, n): (Loud, u32), mut list: Vec<u32>) -> usize {
    println!("begin {} {}", first.0, third.0);
    list.push(n);
    Later(false).await;
    println!("end");
    list.len()
}

async fn borrowed(text: &str, out: &RefCell<String>) {
    out.borrow_mut().push_str(text);
    Later(false).await;
    out.borrow_mut().push('.');
}

async fn generic<T: Default + std::fmt::Debug, const N: usize>(x: T) -> String {
    let list: [T; N] = std::array::from_fn(|_| T::default());
    Later(false).await;
    format!("{x:?} {list:?}")
}

struct Counter {
    n: u32,
    log: Rc<RefCell<Vec<u32>>>,
}

impl Counter {
    async fn step(&mut self) -> Result<u32, String> {
        self.n += Later(false).await;
        self.log.borrow_mut().push(self.n);
        if self.n > 2 { Err(format!("{} is too much", self.n)) } else { Ok(self.n) }
    }

    async fn run(mut self) -> Result<u32, String> {
        let mut total = 0;
        loop {
            total += self.step().await?;
            println!("total {total}");
        }
    }
}

trait Task {
    fn start(self) -> impl Future<Output = u32>;
}

impl Task for u32 {
    async fn start(self) -> u32 {
        self * 2
    }
}

fn boxed(depth: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { if depth == 0 { 0 } else { boxed(depth - 1).await + 1 } })
}

fn blocks() {
    let a = Loud("a");
    let b = Loud("b");
    let mut count = 0;
    let by_move = async move {
        println!("in {}", a.0);
        Later(false).await
    };
    let by_ref = async {
        count += 1;
        println!("in {}", b.0);
        Later(false).await + count
    };
    println!("made");
    println!("{}", block_on(by_ref));
    println!("{}", block_on(by_move));
    let unpolled = async move {
        println!("never");
        drop(b);
    };
    println!("count {count}");
    drop(unpolled);
    println!("dropped unpolled");
}

fn main() {
    println!("{}", block_on(add(1, 2)));
    let future = parameters(Loud("first"), Loud("second"), (Loud("third"), 7), vec![1]);
    println!("made");
    println!("{}", block_on(future));
    drop(parameters(Loud("1"), Loud("2"), (Loud("3"), 0), vec![]));
    let out = RefCell::new(String::new());
    block_on(borrowed("text", &out));
    println!("{}", out.borrow());
    println!("{}", block_on(generic::<u8, 2>(5)));
    println!("{}", block_on(generic::<String, 1>("s".to_owned())));
    let log = Rc::new(RefCell::new(Vec::new()));
    println!("{:?} {:?}", block_on(Counter { n: 0, log: log.clone() }.run()), log);
    println!("{} {}", block_on(21.start()), block_on(boxed(3)));
    blocks();
    let closure = |n: u32| async move { n + Later(false).await };
    println!("{}", block_on(closure(1)) + block_on(closure(2)));
}
