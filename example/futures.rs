//! async and await, hand-written futures, wakers, and streams of them.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

struct CountWakes(AtomicU32);

impl Wake for CountWakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct YieldNow(bool);

impl Future for YieldNow {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

struct Trace(Rc<Cell<u32>>, u32);

impl Drop for Trace {
    fn drop(&mut self) {
        self.0.set(self.0.get() * 10 + self.1);
    }
}

async fn add(a: u32, b: u32) -> u32 {
    YieldNow(false).await;
    a + b
}

async fn sum(items: &[u32]) -> Result<u32, String> {
    let mut total = 0;
    for &item in items {
        if item > 100 {
            return Err(format!("{item} is too big"));
        }
        total = add(total, item).await;
    }
    Ok(total)
}

fn recurse(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { if n == 0 { 0 } else { add(n, recurse(n - 1).await).await } })
}

fn block_on<F: Future>(future: F) -> (F::Output, u32) {
    let wakes = Arc::new(CountWakes(AtomicU32::new(0)));
    let waker = Waker::from(wakes.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return (output, wakes.0.load(Ordering::Relaxed));
        }
    }
}

fn main() {
    println!("{:?}", block_on(add(1, 2)));
    println!("{:?}", block_on(sum(&[1, 2, 3, 4])));
    println!("{:?}", block_on(sum(&[1, 200])));
    println!("{:?}", block_on(recurse(5)));
    let trace = Rc::new(Cell::new(0));
    {
        let trace = trace.clone();
        let mut future = Box::pin(async move {
            let _one = Trace(trace.clone(), 1);
            YieldNow(false).await;
            let _two = Trace(trace.clone(), 2);
            YieldNow(false).await;
            YieldNow(false).await;
        });
        let mut cx = Context::from_waker(Waker::noop());
        let _ = future.as_mut().poll(&mut cx);
        let _ = future.as_mut().poll(&mut cx);
        println!("suspended");
    }
    println!("dropped {}", trace.get());
    let closure = async |x: u32| add(x, 10).await;
    println!("{:?}", block_on(async { closure(1).await + closure(2).await }));
}
