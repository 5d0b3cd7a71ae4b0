//! Inline constants, repeated constants, union literals.

use std::mem::{ManuallyDrop, size_of};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Loud(u32);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

const EMPTY: Vec<String> = Vec::new();
const ZERO: AtomicUsize = AtomicUsize::new(0);

fn sizes<T, const N: usize>() -> (usize, &'static [usize]) {
    let twice = const { size_of::<T>() * 2 };
    let table = const { &[size_of::<T>(), N, N + 1] };
    (twice, table)
}

fn checked<const N: usize>() -> usize {
    const {
        assert!(N > 0, "N must be positive");
    }
    let f = || const { N * 10 };
    f() + const { if N > 1 { 1 } else { 0 } }
}

fn promoted<T>() -> &'static Option<T> {
    &const { None::<T> }
}

trait Name {
    const NAME: &'static str;
    fn tag() -> &'static str {
        const {
            let bytes = Self::NAME.as_bytes();
            if bytes[0] == b'a' { "starts with a" } else { "does not" }
        }
    }
}

impl Name for u8 {
    const NAME: &'static str = "an octet";
}

impl Name for u16 {
    const NAME: &'static str = "two octets";
}

macro_rules! both {
    ($a:expr, $b:expr) => {
        (const { $a + 1 }, const { $b + 2 }, const { (const { $a }) + $b })
    };
}

fn repeated() {
    let mut lists = [EMPTY; 3];
    lists[1].push("one".to_owned());
    println!("{lists:?}");
    let counters = [ZERO; 4];
    counters[2].fetch_add(5, Ordering::Relaxed);
    println!("{counters:?}");
    let boxes = [const { None::<Box<u8>> }; 2];
    println!("{boxes:?}");
    let louds = [const { Loud(7) }; 2];
    println!("{}", louds.len());
    let one = [Loud(8); 1];
    println!("{}", one[0].0);
    let none = [const { Loud(9) }; 0];
    println!("{}", none.len());
    let text = [String::from("x"); 1];
    println!("{text:?}");
}

#[allow(dead_code)]
#[derive(Clone, Copy)]
union Word {
    int: u32,
    bytes: [u8; 4],
    flag: bool,
}

union Keeps {
    loud: ManuallyDrop<Loud>,
    _unit: (),
}

fn unions() {
    let w = Word { int: 0x01020304 };
    println!("{:?}", unsafe { w.bytes });
    let mut w = Word { bytes: [1, 0, 0, 0] };
    println!("{}", unsafe { w.flag });
    w.bytes = [0xff; 4];
    println!("{}", unsafe { w.int });
    let words = [Word { int: 1 }, Word { flag: false }];
    println!("{}", unsafe { words[0].int });
    let mut k = Keeps { loud: ManuallyDrop::new(Loud(10)) };
    unsafe {
        println!("kept {}", k.loud.0);
        ManuallyDrop::drop(&mut k.loud);
    }
    let kept = Keeps { loud: ManuallyDrop::new(Loud(11)) };
    println!("moved {}", ManuallyDrop::into_inner(unsafe { kept.loud }).0);
}

fn main() {
    println!("{:?} {:?}", sizes::<u64, 3>(), sizes::<(), 4>());
    println!("{} {}", checked::<1>(), checked::<2>());
    println!("{:?}", promoted::<String>());
    println!("{} / {}", u8::tag(), u16::tag());
    println!("{:?}", both!(1, 10));
    repeated();
    unions();
}
