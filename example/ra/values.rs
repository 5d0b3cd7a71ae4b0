// unstable
//! Unit structs as values, what closures return, functions with variable arguments, tail calls, `offset_of!`, `impl Trait` in
//! traits.

#![feature(c_variadic, explicit_tail_calls, offset_of_enum)]
#![allow(incomplete_features)]

use std::future::Future;
use std::mem::offset_of;
use std::task::{Context, Poll, Waker};

struct Unit;

impl Drop for Unit {
    fn drop(&mut self) {
        println!("drop unit");
    }
}

impl Unit {
    fn new() -> Self {
        Self
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark;

struct Pair<T>(T, T);

fn units() {
    Unit;
    println!("after Unit;");
    let _ = Unit;
    println!("after let _");
    let list = [Unit, Unit];
    println!("{}", list.len());
    let kept = Unit::new();
    let boxed: Box<dyn std::any::Any> = Box::new(Mark);
    println!("{:?} {}", boxed.downcast_ref::<Mark>(), Mark == Mark);
    drop(kept);
    let make = Pair;
    let pair = make(Unit, Unit);
    std::mem::forget(pair.0);
    println!("end of units");
}

fn returns() -> (fn() -> u32, fn(bool) -> &'static str) {
    (|| return 42, |b| {
        if b {
            return "yes";
        }
        return "no";
    })
}

fn never() -> impl Fn(u8) -> Result<u8, String> {
    |n| {
        let n = n.checked_add(250).ok_or("too big")?;
        return Ok(n);
    }
}

unsafe extern "C" fn total(count: u32, mut args: ...) -> i64 {
    let mut total = 0;
    for _ in 0..count {
        total += unsafe { args.arg::<i64>() };
    }
    total
}

unsafe extern "C" fn only(mut args: ...) -> f64 {
    unsafe { f64::from(args.arg::<i32>()) + args.arg::<f64>() }
}

/// Recursion that needs no stack; what is in scope is dropped before each call.
fn count(n: u64, list: &mut Vec<u64>) -> u64 {
    let _unit = if n == 2 { Some(Unit) } else { None };
    if n == 0 {
        return list.len() as u64;
    }
    if n % 1_000_000 == 1 {
        list.push(n);
    }
    become step(n - 1, list)
}

fn step(n: u64, list: &mut Vec<u64>) -> u64 {
    let f: fn(u64, &mut Vec<u64>) -> u64 = if n % 2 == 0 { count } else { same };
    become f(n, list)
}

fn same(n: u64, list: &mut Vec<u64>) -> u64 {
    become count(n, list)
}

#[allow(dead_code)]
#[repr(C)]
struct Inner<T> {
    a: u8,
    b: (u8, T),
}

#[allow(dead_code)]
#[repr(C, u8)]
enum Choice {
    A(u32),
    B { x: u8, y: Inner<u16> },
}

fn offsets<T>() -> [usize; 4] {
    [offset_of!(Inner<T>, b), offset_of!(Inner<T>, b.1), offset_of!(Choice, B.y.b.1), offset_of!(Choice, A.0)]
}

trait Source {
    fn items<'a>(&'a self, from: u32) -> impl Iterator<Item = u32> + 'a;
    fn both<T: Copy>(t: T) -> (impl Fn() -> T, impl Sized);
    async fn wait(&self) -> u32;
    fn default(&self) -> impl Iterator<Item = u32> {
        self.items(0).map(|n| n + 1)
    }
}

struct UpTo(u32);

impl Source for UpTo {
    fn items<'a>(&'a self, from: u32) -> impl Iterator<Item = u32> + 'a {
        (from..self.0).filter(move |n| n % 2 == from % 2)
    }
    fn both<T: Copy>(t: T) -> (impl Fn() -> T, impl Sized) {
        (move || t, Unit)
    }
    async fn wait(&self) -> u32 {
        self.0
    }
}

fn sum<S: Source>(source: &S) -> u32 {
    source.items(1).sum::<u32>() + source.default().sum::<u32>()
}

fn ready<F: Future>(future: F) -> F::Output {
    match Box::pin(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!(),
    }
}

fn main() {
    units();
    let (a, b) = returns();
    println!("{} {} {}", a(), b(true), b(false));
    println!("{:?} {:?}", never()(5), never()(6));
    unsafe {
        println!("{} {}", total(3, 1i64, 20i64, 300i64), total(0));
        println!("{}", only(1i32, 0.5f64));
    }
    let mut list = Vec::new();
    println!("{}", count(2_000_002, &mut list));
    println!("{list:?}");
    println!("{:?} {:?}", offsets::<u8>(), offsets::<u64>());
    println!("{} {}", sum(&UpTo(6)), ready(UpTo(7).wait()));
    let (f, kept) = UpTo::both("t");
    println!("{}", f());
    drop(kept);
    println!("end");
}
