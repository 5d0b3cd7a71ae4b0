//! Threads, atomics, locks, channels, thread-locals.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicU16, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock, mpsc};
use std::thread;

static COUNTER: AtomicUsize = AtomicUsize::new(0);
static CONFIG: OnceLock<String> = OnceLock::new();
static TABLE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

thread_local! {
    static LOCAL: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    static LAZY: String = format!("lazy {}", COUNTER.load(SeqCst) > 0);
}

struct OnExit(usize);

impl Drop for OnExit {
    fn drop(&mut self) {
        COUNTER.fetch_add(self.0, SeqCst);
    }
}

thread_local!(static EXIT: OnExit = OnExit(1000));

fn main() {
    let handles: Vec<_> = (0..4)
        .map(|i| {
            thread::spawn(move || {
                for _ in 0..1000 {
                    COUNTER.fetch_add(1, Relaxed);
                }
                LOCAL.with_borrow_mut(|v| v.push(i));
                EXIT.with(|_| ());
                TABLE.lock().unwrap().push(i as u32);
                LOCAL.with_borrow(|v| v.len())
            })
        })
        .collect();
    let lens: usize = handles.into_iter().map(|h| h.join().unwrap()).sum();
    println!("{lens} {} {}", COUNTER.load(SeqCst), LOCAL.with_borrow(Vec::len));
    let mut table = std::mem::take(&mut *TABLE.lock().unwrap());
    table.sort();
    println!("{table:?} {}", LAZY.with(String::clone));

    let (tx, rx) = mpsc::channel();
    for id in 0..3 {
        let tx = tx.clone();
        thread::spawn(move || {
            for n in 0..3 {
                tx.send(id * 10 + n).unwrap();
            }
        });
    }
    drop(tx);
    let mut got: Vec<i32> = rx.iter().collect();
    got.sort();
    println!("{got:?}");

    let pair = Arc::new((Mutex::new(false), Condvar::new()));
    let barrier = Arc::new(Barrier::new(2));
    let waiter = {
        let (pair, barrier) = (pair.clone(), barrier.clone());
        thread::Builder::new().name("waiter".into()).spawn(move || {
            barrier.wait();
            let mut ready = pair.0.lock().unwrap();
            while !*ready {
                ready = pair.1.wait(ready).unwrap();
            }
            thread::current().name().map(str::to_owned)
        })
    };
    barrier.wait();
    *pair.0.lock().unwrap() = true;
    pair.1.notify_all();
    println!("{:?}", waiter.unwrap().join().unwrap());

    let data = RwLock::new(vec![1, 2, 3]);
    let total = thread::scope(|s| {
        let a = s.spawn(|| data.read().unwrap().iter().sum::<i32>());
        let b = s.spawn(|| data.read().unwrap().len() as i32);
        a.join().unwrap() + b.join().unwrap()
    });
    data.write().unwrap().push(total);
    println!("{:?} {}", data.into_inner().unwrap(), CONFIG.get_or_init(|| "set".into()));

    let small = AtomicI8::new(-5);
    println!("{} {} {}", small.fetch_max(3, AcqRel), small.swap(7, Acquire), small.fetch_nand(2, Release));
    println!("{:?} {:?}", small.compare_exchange(1, 2, SeqCst, Relaxed), small.fetch_update(SeqCst, SeqCst, |n| Some(n / 2)));
    let half = AtomicU16::new(0xff00);
    println!("{:x} {:x} {:x}", half.fetch_and(0x0ff0, SeqCst), half.fetch_or(0xf, SeqCst), half.fetch_xor(0xffff, SeqCst));
    let wide = AtomicU64::new(u64::MAX);
    println!("{} {} {}", wide.fetch_add(2, SeqCst), wide.fetch_sub(3, SeqCst), wide.fetch_min(9, SeqCst));
    let flag = AtomicBool::new(false);
    println!("{} {}", flag.swap(true, SeqCst), flag.compare_exchange_weak(false, true, SeqCst, SeqCst).is_err());
    let mut target = 5;
    let ptr = AtomicPtr::new(&mut target);
    unsafe { *ptr.load(Acquire) += 1 };
    println!("{target}");
}
