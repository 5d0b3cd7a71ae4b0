// `impl Trait` where it may stand: returned, nested, as an argument, from methods of traits.
// edition: 2021

use std::fmt::{Debug, Display};

fn counter(from: u32) -> impl Iterator<Item = impl Display + Debug> + Clone {
    (from..from + 3).map(|n| n * 2)
}

fn show(items: impl Iterator<Item = impl Display>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |a| g(f(a))
}

trait Shape {
    fn corners(&self) -> impl Iterator<Item = (i32, i32)> + '_;

    fn name(&self) -> impl Display {
        "shape"
    }
}

struct Polygon(Vec<(i32, i32)>);
struct Dot;

impl Shape for Polygon {
    fn corners(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        self.0.iter().copied()
    }

    fn name(&self) -> impl Display {
        format!("polygon of {}", self.0.len())
    }
}

impl Shape for Dot {
    fn corners(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        std::iter::once((0, 0))
    }
}

fn describe(shape: &impl Shape) -> String {
    let sum: i32 = shape.corners().map(|(x, y)| x + y).sum();
    format!("{}: {sum}", shape.name())
}

fn pair() -> (impl Debug, impl Fn(u8) -> u8) {
    ([1, 2], |n| n + 1)
}

fn borrowed<'a, T: Debug>(items: &'a [T]) -> impl DoubleEndedIterator<Item = &'a T> + use<'a, T> {
    items.iter().filter(|_| true)
}

fn main() {
    println!("{} {:?}", show(counter(1)), counter(5).collect::<Vec<_>>());
    println!("{}", compose(|n: u8| n as u32 + 1, |n| format!("<{n}>"))(4));
    println!("{} {}", describe(&Polygon(vec![(1, 2), (3, 4)])), describe(&Dot));
    let (debug, f) = pair();
    println!("{debug:?} {}", f(6));
    println!("{:?}", borrowed(&["a", "b"]).rev().collect::<Vec<_>>());
}
