//! Constants and statics: generic associated constants, promotion, relocations, interior mutability, sections, alignment.

use std::cell::Cell;
use std::fmt::Debug;
use std::mem::{align_of, size_of};
use std::sync::atomic::{AtomicUsize, Ordering};

const fn fib(n: u32) -> u64 {
    let (mut a, mut b, mut i) = (0, 1, 0);
    while i < n {
        (a, b) = (b, a + b);
        i += 1;
    }
    a
}

const TABLE: [u64; 20] = {
    let mut t = [0; 20];
    let mut i = 0;
    while i < t.len() {
        t[i] = fib(i as u32);
        i += 1;
    }
    t
};

static NAMES: &[&str] = &["zero", "one", "two"];
static OPS: [(char, fn(i32, i32) -> i32); 3] = [('+', add), ('-', |a, b| a - b), ('*', mul)];
static SELF_REF: Link = Link { name: "self", next: Some(&OTHER) };
static OTHER: Link = Link { name: "other", next: Some(&SELF_REF) };
static mut MUTABLE: [u8; 4] = *b"abcd";
static CALLS: AtomicUsize = AtomicUsize::new(10);
static DEBUGS: [&(dyn Debug + Sync); 3] = [&1_u8, &"two", &Some(3.0)];

#[unsafe(link_section = ".rac_example")]
static IN_SECTION: u64 = 77;

#[repr(align(256))]
struct Aligned(u8);

static ALIGNED: Aligned = Aligned(9);

struct Link {
    name: &'static str,
    next: Option<&'static Link>,
}

fn add(a: i32, b: i32) -> i32 {
    a + b
}

fn mul(a: i32, b: i32) -> i32 {
    a * b
}

struct Sizes<T>(T);

impl<T> Sizes<T> {
    const SIZE: usize = size_of::<T>();
    const PAIR: (usize, usize) = (Self::SIZE * 2, align_of::<T>());
    const IS_WIDE: bool = const { size_of::<T>() > 8 };
}

trait Label {
    const LABEL: &'static str = "default";
}

impl Label for u8 {}
impl Label for &str {
    const LABEL: &'static str = "str";
}
impl<T: Label, U: Label> Label for (T, U) {
    const LABEL: &'static str = if T::LABEL.len() > U::LABEL.len() { T::LABEL } else { U::LABEL };
}

fn promoted<T>() -> &'static [usize] {
    &[1, 2, 3]
}

fn empty<T: 'static>() -> &'static Option<T> {
    const { &None }
}

fn array_of<const N: usize>() -> [Cell<usize>; N] {
    [const { Cell::new(7) }; N]
}

fn main() {
    println!("{TABLE:?}");
    println!("{NAMES:?} {:?}", OPS.map(|(c, f)| format!("{c}{}", f(6, 3))));
    println!("{} {}", SELF_REF.next.unwrap().name, SELF_REF.next.unwrap().next.unwrap().name);
    unsafe {
        MUTABLE[1] = b'X';
        println!("{:?}", std::str::from_utf8(&*&raw const MUTABLE));
    }
    println!("{} {}", CALLS.fetch_add(1, Ordering::SeqCst), CALLS.load(Ordering::SeqCst));
    println!("{DEBUGS:?} {IN_SECTION} {} {}", ALIGNED.0, (&raw const ALIGNED) as usize % 256);
    println!("{} {:?} {}", Sizes::<u32>::SIZE, Sizes::<u16>::PAIR, Sizes::<String>::IS_WIDE);
    println!("{} {}", <(u8, &str)>::LABEL, <((u8, u8), &str)>::LABEL);
    println!("{:?} {:?} {}", promoted::<u8>(), empty::<String>(), array_of::<3>().iter().map(Cell::get).sum::<usize>());
    println!("{} {}", size_of::<Option<Box<i32>>>(), size_of::<Option<Option<bool>>>());
}
