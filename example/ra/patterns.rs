// unstable
//! Patterns: constants of any type, boxes, unions, smart pointers, alternatives with guards.

#![feature(box_patterns, deref_patterns)]
#![allow(incomplete_features)]

use std::cell::Cell;

#[derive(PartialEq, Eq, Debug, Clone, Copy)]
enum Shape {
    Dot,
    Circle(u32),
    Rect { w: u32, h: u32 },
}

#[derive(PartialEq, Eq)]
struct Point(i32, &'static str);

const UNIT: Shape = Shape::Circle(1);
const WIDE: Shape = Shape::Rect { w: 9, h: 1 };
const ORIGIN: Point = Point(0, "origin");
const PAIR: (u8, char) = (7, 'x');
const NONE: Option<&str> = None;
const HELLO: &str = "hello";
const MAGIC: &[u8] = b"\x7fELF";
const TABLE: [i32; 3] = [1, 2, 3];
const LIMIT: f32 = 1.5;

trait Bound {
    const LOW: i32;
    const HIGH: i32;
    const NAME: &'static str;
}

struct Small;

impl Bound for Small {
    const LOW: i32 = -3;
    const HIGH: i32 = 3;
    const NAME: &'static str = "small";
}

fn shape(s: Shape) -> &'static str {
    match s {
        UNIT => "unit",
        WIDE => "wide",
        Shape::Circle(..) => "circle",
        Shape::Rect { w, h } if w == h => "square",
        Shape::Rect { .. } => "rect",
        Shape::Dot => "dot",
    }
}

fn point(p: &Point) -> &'static str {
    match *p {
        ORIGIN => "origin",
        Point(_, HELLO) => "hello",
        Point(i32::MIN..0, _) => "left",
        _ => "right",
    }
}

fn bytes(b: &[u8]) -> &'static str {
    match b {
        MAGIC => "elf",
        b"" => "empty",
        b"GET" | b"PUT" => "http",
        [b'#', b'!', ..] => "script",
        _ => "other",
    }
}

fn array(b: &[u8; 4]) -> bool {
    matches!(b, b"abcd" | b"ABCD")
}

fn nested(x: (Option<&[u8]>, &str)) -> u32 {
    match x {
        (Some(b"key"), "value") => 1,
        (Some(b"key"), _) => 2,
        (NONE_BYTES, "value") => 3,
        _ => 4,
    }
}
const NONE_BYTES: Option<&[u8]> = None;

fn float(x: f64) -> &'static str {
    match x {
        0.0 => "zero",
        1.0..=2.0 => "one to two",
        f64::INFINITY => "infinite",
        _ => "other",
    }
}

fn bounded<T: Bound>(x: i32, name: &str) -> (bool, bool) {
    (matches!(x, Small::LOW..=Small::HIGH) && matches!(name, Small::NAME), T::NAME == name && (T::LOW..T::HIGH).contains(&x))
}

#[allow(dead_code)]
enum Tree {
    Leaf(i32),
    Node(Box<Tree>, Box<Tree>),
}

fn sum(t: Tree) -> i32 {
    match t {
        Tree::Node(box Tree::Leaf(a), box Tree::Leaf(b)) => a * b,
        Tree::Node(box l, box r) => sum(l) + sum(r),
        Tree::Leaf(n) => n,
    }
}

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn boxes() {
    let box (a, _) = Box::new((Loud("first"), Loud("second")));
    println!("bound {}", a.0);
    let mut pair = Box::new((1, String::from("s")));
    let box (n, ref mut s) = pair;
    s.push('!');
    println!("{n} {s}");
    match pair {
        box (0, _) => unreachable!(),
        box (_, text) => println!("moved {text}"),
    }
}

#[repr(C)]
union Bits {
    float: f32,
    int: u32,
}

#[repr(C)]
struct Tagged {
    tag: u8,
    bits: Bits,
}

fn bits(t: &Tagged) -> String {
    unsafe {
        match *t {
            Tagged { tag: 0, bits: Bits { int: 7 } } => "seven".to_owned(),
            Tagged { tag: 0, bits: Bits { int } } => format!("int {int}"),
            Tagged { bits: Bits { float: LIMIT }, .. } => "limit".to_owned(),
            Tagged { bits: Bits { float }, .. } => format!("float {float}"),
        }
    }
}

fn smart(v: Vec<Option<String>>) -> &'static str {
    match v {
        deref!([]) => "empty",
        deref!([Some(_), ..]) => "some",
        deref!([None, ref rest @ ..]) if rest.is_empty() => "one none",
        _ => "none",
    }
}

fn smart_mut(v: &mut Vec<i32>) {
    if let deref!([first, .., last]) = v {
        std::mem::swap(first, last);
    }
}

/// Each alternative that matches has its own try of the guard.
fn guarded(x: (i32, i32), wanted: i32) -> Option<i32> {
    let tries = Cell::new(0);
    let good = |n: i32| {
        tries.set(tries.get() + 1);
        n == wanted
    };
    let found = match x {
        (n, _) | (_, n) if good(n) => Some(n),
        _ => None,
    };
    println!("{} tries", tries.get());
    found
}

fn within(x: Option<(Option<char>, u8)>, ok: bool) -> &'static str {
    match x {
        Some((Some('a'..='z' | 'A'..='Z'), 1 | 2)) if ok => "letter",
        Some((None | Some('_'), n @ (3 | 4))) if n == 3 || ok => "three or four",
        Some((Some(c), n) | (Some(c), n)) if c as u8 == n => "same",
        Some(_) => "some",
        None => "none",
    }
}

fn moved_by_guard(x: Result<Loud, Loud>, ok: bool) -> &'static str {
    match x {
        Ok(l) | Err(l) if ok && l.0.len() > 3 => "long",
        Ok(l) => {
            println!("ok {}", l.0);
            "ok"
        }
        Err(_) => "err",
    }
}

#[derive(PartialEq, Eq)]
enum Lists {
    One(()),
    Many(Vec<()>),
}

impl Lists {
    const ONE: Lists = Self::One(());
}

/// The constant has a type with drop glue, and is never dropped.
fn lists(l: Lists) -> &'static str {
    match l {
        Lists::ONE => "one",
        Lists::One(()) => unreachable!(),
        Lists::Many(list) if list.is_empty() => "none",
        Lists::Many(_) => "many",
    }
}

fn array_parts() {
    let [first, rest @ ..] = [Loud("p"), Loud("q"), Loud("r")];
    println!("{} {}", first.0, rest.len());
    let [_, ref middle @ .., _] = [1, 2, 3, 4];
    println!("{middle:?}");
    let [.., last] = [String::from("x"), String::from("y")];
    println!("{last}");
    let mut array = [1u8, 2, 3, 4];
    if let [head @ .., _, _] = &mut array {
        head.swap(0, 1);
    }
    let [a, b, none @ ..] = [(), ()];
    println!("{array:?} {:?}", (a, b, none));
}

fn main() {
    for s in [Shape::Dot, Shape::Circle(1), Shape::Circle(2), WIDE, Shape::Rect { w: 2, h: 2 }, Shape::Rect { w: 1, h: 9 }] {
        println!("{s:?} {}", shape(s));
    }
    for p in [Point(0, "origin"), Point(0, "hello"), Point(-1, ""), Point(0, "")] {
        println!("{}", point(&p));
    }
    for b in [&b"\x7fELF"[..], b"", b"PUT", b"#!/bin/sh", b"?"] {
        println!("{}", bytes(b));
    }
    println!("{} {}", array(b"ABCD"), array(b"abcD"));
    for x in [(Some(&b"key"[..]), "value"), (Some(b"key"), ""), (None, "value"), (None, "")] {
        println!("{}", nested(x));
    }
    println!("{} {}", matches!((7u8, 'x'), PAIR), matches!((7u8, 'y'), PAIR));
    println!("{} {}", matches!(Some("a"), NONE), matches!(None::<&str>, NONE));
    println!("{} {}", matches!([1, 2, 3], TABLE), matches!([1, 2, 4], TABLE));
    for x in [f64::NAN, -0.0, 1.5, f64::INFINITY, 3.0] {
        println!("{}", float(x));
    }
    println!("{:?} {:?}", bounded::<Small>(3, "small"), bounded::<Small>(-4, "smal"));
    let leaf = |n| Box::new(Tree::Leaf(n));
    println!("{}", sum(Tree::Node(Box::new(Tree::Node(leaf(3), leaf(4))), leaf(5))));
    boxes();
    for t in [
        Tagged { tag: 0, bits: Bits { int: 7 } },
        Tagged { tag: 0, bits: Bits { int: 8 } },
        Tagged { tag: 1, bits: Bits { float: 1.5 } },
        Tagged { tag: 1, bits: Bits { float: 0.25 } },
    ] {
        println!("{}", bits(&t));
    }
    println!("{} {} {}", lists(Lists::One(())), lists(Lists::Many(vec![])), lists(Lists::Many(vec![()])));
    array_parts();
    println!("{} {} {} {}", smart(vec![]), smart(vec![Some(String::new())]), smart(vec![None]), smart(vec![None, None]));
    let mut v = vec![1, 2, 3];
    smart_mut(&mut v);
    println!("{v:?}");
    println!("{:?} {:?} {:?}", guarded((1, 2), 1), guarded((1, 2), 2), guarded((1, 2), 3));
    for (x, ok) in [
        (Some((Some('q'), 2)), true),
        (Some((Some('q'), 2)), false),
        (Some((None, 3)), false),
        (Some((Some('_'), 4)), false),
        (Some((Some('A'), 65)), false),
        (None, true),
    ] {
        println!("{}", within(x, ok));
    }
    println!("{}", moved_by_guard(Ok(Loud("long one")), true));
    println!("{}", moved_by_guard(Ok(Loud("abc")), true));
    println!("{}", moved_by_guard(Err(Loud("long two")), false));
}
