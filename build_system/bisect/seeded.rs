//! The program that `./y.sh test bisect` miscompiles: a function for each kind of seeded bug, whose result shows, among
//! a few hundred others that come from std.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    Circle { radius: f64 },
    Square(f64),
    Segment,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Circle { radius } => write!(f, "circle of {radius}"),
            Shape::Square(side) => write!(f, "square of {side}"),
            Shape::Segment => f.write_str("segment"),
        }
    }
}

static DROPPED: AtomicU64 = AtomicU64::new(0);

struct Noisy(u64);

impl Drop for Noisy {
    fn drop(&mut self) {
        DROPPED.fetch_max(DROPPED.load(Ordering::Relaxed) * 10 + self.0, Ordering::Relaxed);
    }
}

#[inline(never)]
fn wrong_integer(a: u32, b: u32) -> u32 {
    a.wrapping_mul(3) + b
}

#[inline(never)]
fn wrong_float(a: f64, b: f64) -> f64 {
    a * 0.5 + b
}

#[inline(never)]
fn difference(a: i64, b: i64) -> i64 {
    a - b
}

#[inline(never)]
fn wrong_abi(a: i64, b: i64) -> i64 {
    difference(a, b)
}

#[inline(never)]
fn wrong_drop(keep: bool) -> u64 {
    let value = Noisy(7);
    if keep {
        std::mem::forget(value);
    }
    DROPPED.load(Ordering::Relaxed)
}

#[inline(never)]
fn total(values: &[u16]) -> u32 {
    values.iter().map(|&value| u32::from(value)).sum()
}

#[inline(never)]
fn wrong_unsize(values: &[u16; 5]) -> u32 {
    total(values)
}

#[inline(never)]
fn wrong_discriminant(shape: &Shape) -> &'static str {
    match shape {
        Shape::Circle { .. } => "round",
        Shape::Square(_) => "angular",
        Shape::Segment => "flat",
    }
}

#[inline(never)]
fn uses_atomics(counter: &AtomicU64) -> u64 {
    counter.fetch_add(5, Ordering::SeqCst);
    counter.load(Ordering::SeqCst)
}

#[inline(never)]
fn wrong_unwinding() {
    let _value = Noisy(3);
    fails();
}

#[inline(never)]
fn fails() {
    panic::resume_unwind(Box::new("on purpose"));
}

#[inline(never)]
fn wrong_constant(x: u64) -> u64 {
    x ^ 123_456
}

#[inline(never)]
fn uses_intrinsic(x: u32) -> u32 {
    x.count_ones()
}

fn main() {
    println!("integer {}", wrong_integer(5, 4));
    println!("float {}", wrong_float(3.0, 0.25));
    println!("abi {}", wrong_abi(10, 3));
    println!("drop {} {}", wrong_drop(true), { wrong_drop(false); DROPPED.load(Ordering::Relaxed) });
    println!("unsize {}", wrong_unsize(&[1, 20, 300, 4000, 50000]));
    let shapes = [Shape::Square(2.0), Shape::Circle { radius: 1.5 }, Shape::Segment];
    let words: Vec<_> = shapes.iter().map(wrong_discriminant).collect();
    println!("discriminant {words:?}");
    println!("atomics {}", uses_atomics(&AtomicU64::new(37)));
    let caught = panic::catch_unwind(AssertUnwindSafe(wrong_unwinding)).is_err();
    println!("unwinding {caught} {}", DROPPED.load(Ordering::Relaxed));
    println!("constant {}", wrong_constant(1));
    println!("intrinsic {}", uses_intrinsic(0b1011_0110));

    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in "the quick brown fox jumps over the lazy dog and the fox".split(' ') {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    let sorted: BTreeMap<_, _> = counts.into_iter().collect();
    println!("{sorted:?}");
    let mut texts: Vec<String> = shapes.iter().map(|shape| shape.to_string()).collect();
    texts.sort_by(|a, b| b.cmp(a));
    println!("{}", texts.join(", "));
}
