// Constants, statics and anonymous constants: what their bodies may do, and what they keep.
// edition: 2021

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const fn square(n: u32) -> u32 {
    n * n
}

const fn sum(values: &[u32]) -> u32 {
    let mut total = 0;
    let mut i = 0;
    while i < values.len() {
        total += values[i];
        i += 1;
    }
    total
}

const N: usize = 3;
const SQUARES: [u32; N + 1] = [square(1), square(2), square(3), square(4)];
const TOTAL: u32 = sum(&SQUARES);
const NAMES: &[&str] = &["one", "two", "three"];
const NESTED: &[&[u8]] = &[b"ab", b"cde", &[1, 2]];
const NOTHING: Option<String> = None;
const EMPTY: &Vec<u8> = &Vec::new();

static COUNTER: AtomicUsize = AtomicUsize::new(N);
static ADDRESS: &AtomicUsize = &COUNTER;
static LOCK: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static TABLE: [fn(u32) -> u32; 2] = [square, |n| n + 1];
static mut SCRATCH: [u8; N * 2] = [7; N * 2];

struct Pair<const A: usize, const B: usize>;

impl<const A: usize, const B: usize> Pair<A, B> {
    const SUM: usize = A + B;
    const LABEL: &'static str = if A > B { "falling" } else { "rising" };
}

trait Sized2 {
    const BYTES: usize;
    const TWICE: usize = Self::BYTES * 2;
}

impl Sized2 for u32 {
    const BYTES: usize = std::mem::size_of::<u32>();
}

impl Sized2 for [u8; 5] {
    const BYTES: usize = 5;
    const TWICE: usize = 11;
}

enum Level {
    Low = square(2) as isize,
    High = Level::Low as isize + 1,
}

struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

const GUARD: Guard = Guard("const");
static KEPT: &Guard = &Guard("static");

thread_local! {
    static LOCAL: Cell<u32> = const { Cell::new(square(5)) };
    static LAZY: Cell<u32> = Cell::new(TOTAL);
}

const _: () = {
    struct Inner;
    impl Inner {
        fn unused(&self) {}
    }
    assert!(TOTAL == 30);
};

const _: () = assert!(N == 3);

fn grid<T: Copy, const W: usize>(value: T) -> [[T; W]; { 1 + 1 }] {
    [[value; W]; { 1 + 1 }]
}

fn size<T>() -> usize {
    const { std::mem::size_of::<T>() * 2 }
}

fn main() {
    println!("{SQUARES:?} {TOTAL} {NAMES:?} {NESTED:?} {NOTHING:?} {EMPTY:?}");
    COUNTER.fetch_add(2, Ordering::Relaxed);
    println!("{} {}", ADDRESS.load(Ordering::Relaxed), std::ptr::eq(ADDRESS, &COUNTER));
    LOCK.lock().unwrap().push(TOTAL);
    println!("{:?} {} {}", LOCK.lock().unwrap(), TABLE[0](9), TABLE[1](9));
    unsafe {
        SCRATCH[1] += 1;
        let scratch = *(&raw const SCRATCH);
        println!("{scratch:?}");
    }
    println!("{} {}", Pair::<2, 3>::SUM, Pair::<{ N + 4 }, 3>::LABEL);
    println!("{} {} {} {}", u32::BYTES, u32::TWICE, <[u8; 5]>::BYTES, <[u8; 5]>::TWICE);
    println!("{} {}", Level::Low as i32, Level::High as i32);
    {
        let _guard = GUARD;
        println!("{} {}", GUARD.0, KEPT.0);
    }
    LOCAL.with(|cell| cell.set(cell.get() + 1));
    println!("{} {}", LOCAL.get(), LAZY.get());
    println!("{:?} {} {}", grid::<u8, 3>(1), size::<u16>(), size::<[u64; N]>());
    let within = {
        const N: usize = 2;
        [0u8; N + 5]
    };
    println!("{}", within.len());
}
