use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Add, AddAssign, Index, IndexMut, Neg};

mod shapes {
    pub const SIDES: [usize; 3] = [3, 4, 6];
    pub static mut COUNTER: u32 = 0;
    pub static NAMES: &[&str] = &["tri", "quad", "hex"];

    pub trait Describe {
        const KIND: &'static str;
        type Size: Copy + std::fmt::Debug;
        fn size(&self) -> Self::Size;
        fn describe(&self) -> String {
            format!("{} {:?}", Self::KIND, self.size())
        }
    }
}

use shapes::Describe;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct V2 {
    x: i32,
    y: i32,
}

impl Add for V2 {
    type Output = V2;
    fn add(self, o: V2) -> V2 {
        V2 { x: self.x + o.x, y: self.y + o.y }
    }
}

impl AddAssign<i32> for V2 {
    fn add_assign(&mut self, k: i32) {
        self.x += k;
        self.y += k;
    }
}

impl Neg for V2 {
    type Output = V2;
    fn neg(self) -> V2 {
        V2 { x: -self.x, y: -self.y }
    }
}

impl fmt::Display for V2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}, {}>", self.x, self.y)
    }
}

impl Describe for V2 {
    const KIND: &'static str = "vector";
    type Size = (i32, i32);
    fn size(&self) -> (i32, i32) {
        (self.x, self.y)
    }
}

struct Stack<T, const N: usize> {
    items: [Option<T>; N],
    len: usize,
}

impl<T: Copy, const N: usize> Stack<T, N> {
    fn new() -> Self {
        Stack { items: [None; N], len: 0 }
    }
    fn push(&mut self, t: T) -> Result<(), T> {
        if self.len == N {
            return Err(t);
        }
        self.items[self.len] = Some(t);
        self.len += 1;
        Ok(())
    }
    fn capacity(&self) -> usize {
        N
    }
}

impl<T, const N: usize> Index<usize> for Stack<T, N> {
    type Output = T;
    fn index(&self, i: usize) -> &T {
        self.items[i].as_ref().unwrap()
    }
}

impl<T, const N: usize> IndexMut<usize> for Stack<T, N> {
    fn index_mut(&mut self, i: usize) -> &mut T {
        self.items[i].as_mut().unwrap()
    }
}

struct Countdown(u32);

impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            None
        } else {
            self.0 -= 1;
            Some(self.0)
        }
    }
}

fn largest<T: PartialOrd + Copy>(items: &[T]) -> Option<T> {
    let mut best = *items.first()?;
    for &item in items {
        if item > best {
            best = item;
        }
    }
    Some(best)
}

fn sum_all<I>(it: I) -> I::Item
where
    I: Iterator,
    I::Item: Add<Output = I::Item> + Default,
{
    it.fold(Default::default(), |a, b| a + b)
}

fn evens(limit: u32) -> impl Iterator<Item = u32> {
    (0..limit).filter(|n| n % 2 == 0)
}

#[derive(Debug)]
enum Failure {
    Parse(std::num::ParseIntError),
    Negative(i64),
}

impl From<std::num::ParseIntError> for Failure {
    fn from(e: std::num::ParseIntError) -> Self {
        Failure::Parse(e)
    }
}

fn check(s: &str) -> Result<i64, Failure> {
    let n: i64 = s.parse()?;
    if n < 0 { Err(Failure::Negative(n)) } else { Ok(n) }
}

fn dynamic(s: &str) -> Result<u8, Box<dyn std::error::Error>> {
    let n: u8 = s.parse()?;
    if n == 13 {
        return Err("unlucky".into());
    }
    Ok(n)
}

fn main() {
    let mut v = V2 { x: 1, y: 2 } + V2 { x: 10, ..Default::default() };
    v += 5;
    println!("{v} {} {:?} {}", -v, V2::default(), v.describe());
    println!("{:>8}|{:<6}|{:^7}|{:08.3}|{:#x}|{:+}", "right", 12, "mid", 3.14159, 255, 7);
    let mut s: Stack<u8, 2> = Stack::new();
    println!("{:?} {:?} {:?} {}", s.push(1), s.push(2), s.push(3), s.capacity());
    s[1] += 40;
    println!("{} {}", s[0], s[1]);
    println!("{:?} {:?} {:?}", largest(&[3, 9, 2]), largest(&[1.5, 0.5]), largest::<char>(&[]));
    println!("{} {}", sum_all(Countdown(5)), sum_all([V2 { x: 1, y: 1 }, v].into_iter()).x);
    println!("{:?}", evens(10).collect::<Vec<_>>());
    println!("{:?} {:?} {:?}", check("12"), check("-3"), check("z"));
    println!("{:?} {} {}", dynamic("7").ok(), dynamic("13").unwrap_err(), dynamic("300").unwrap_err());
    let mut map: BTreeMap<V2, Vec<&str>> = BTreeMap::new();
    for (i, name) in shapes::NAMES.iter().enumerate() {
        map.entry(V2 { x: shapes::SIDES[i] as i32 / 4, y: 0 }).or_default().push(name);
        unsafe { shapes::COUNTER += 1 };
    }
    println!("{map:?} {}", unsafe { shapes::COUNTER });
    fn inner(n: u64) -> u64 {
        if n == 0 { 1 } else { n * inner(n - 1) }
    }
    println!("{} {} {}", inner(10), 1u32 << 5, (-17i32).rem_euclid(5));
    let t = ((1, 'a'), [2u8; 3], "s");
    let ((n, c), [p, q, _], s) = t;
    println!("{n} {c} {p} {q} {s} {}", matches!(c, 'a'..='f'));
    let (mut a, mut b) = (1, 2);
    (a, b) = (b, a + b);
    println!("{a} {b}");
    let mut n = 27u64;
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    println!("{steps}");
}
