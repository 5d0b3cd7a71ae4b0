// unstable
// no-oracle: a virtual method is tail-called through a shim, which rustc does not have
//! `become`: calls that take the caller's place, so that recursion needs no stack.

#![feature(explicit_tail_calls)]
#![allow(incomplete_features)]

use std::panic::catch_unwind;

/// Steps enough to overflow any stack that grows with them.
const MANY: u64 = 3_000_000;

fn sum(n: u64, total: u64) -> u64 {
    if n == 0 {
        return total;
    }
    become sum(n - 1, total + n)
}

fn is_even(n: u64) -> bool {
    if n == 0 {
        return true;
    }
    become is_odd(n - 1)
}

fn is_odd(n: u64) -> bool {
    if n == 0 {
        return false;
    }
    become is_even(n - 1)
}

/// An interpreter whose every operation ends in a jump to the next one.
type Op = fn(&[u8], usize, i64, &mut Vec<i64>) -> i64;

const OPS: [Op; 4] = [op_push, op_add, op_loop, op_end];

fn op_push(code: &[u8], at: usize, acc: i64, stack: &mut Vec<i64>) -> i64 {
    stack.push(i64::from(code[at + 1] as i8));
    become OPS[code[at + 2] as usize](code, at + 2, acc, stack)
}

fn op_add(code: &[u8], at: usize, acc: i64, stack: &mut Vec<i64>) -> i64 {
    let value = stack.pop().unwrap_or(0);
    become OPS[code[at + 1] as usize](code, at + 1, acc + value, stack)
}

fn op_loop(code: &[u8], at: usize, acc: i64, stack: &mut Vec<i64>) -> i64 {
    let to = if acc < 1_000_000 { code[at + 1] as usize } else { at + 2 };
    become OPS[code[to] as usize](code, to, acc, stack)
}

fn op_end(_: &[u8], _: usize, acc: i64, _: &mut Vec<i64>) -> i64 {
    acc
}

/// More arguments than there are registers, of every kind, each of which moves.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Big([u64; 4]);

#[allow(clippy::too_many_arguments)]
fn rotate(
    n: u64,
    a: Big,
    b: Big,
    f: f32,
    g: f64,
    wide: i128,
    small: i8,
    flag: bool,
    x: u16,
    y: u32,
    text: &str,
) -> (Big, f64, i128, i64, String) {
    if n == 0 {
        let ints = i64::from(small) + i64::from(x) + i64::from(y);
        return (a, f64::from(f) - g, wide, ints, format!("{text} {flag} {}", b.0[0]));
    }
    become rotate(n - 1, b, a, g as f32, f64::from(f), -wide - 1, -small, !flag, x ^ 0xffff, y.rotate_left(8), &text[..text.len() - 1])
}

fn floats(n: u32, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, h: f64, i: f64, j: f64) -> f64 {
    if n == 0 {
        return a + 10.0 * b + 100.0 * c + i - j + d + e + f + g + h;
    }
    become floats(n - 1, b, c, d, e, f, g, h, i, j, a)
}

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn fail(n: u32) -> u32 {
    let _guard = Noisy("dropped before the call");
    if n == 0 {
        panic!("at the end");
    }
    become fail(n - 1)
}

trait Shape {
    fn area(&self, scale: u64) -> u64;
}

struct Square(u64);

impl Shape for Square {
    fn area(&self, scale: u64) -> u64 {
        self.0 * self.0 * scale
    }
}

fn area(shape: &dyn Shape, scale: u64) -> u64 {
    become <dyn Shape>::area(shape, scale)
}

fn twice<T: Copy + std::ops::Add<Output = T>>(value: T, n: u32) -> T {
    if n == 0 {
        return value;
    }
    become twice::<T>(value + value, n - 1)
}

fn main() {
    println!("{}", sum(MANY, 0));
    println!("{} {}", is_even(MANY), is_odd(MANY));
    let program = [0, 3, 1, 0, -1i8 as u8, 1, 2, 0, 3];
    println!("{}", OPS[0](&program, 0, 0, &mut Vec::new()));
    let text = "x".repeat(101);
    println!("{:?}", rotate(101, Big([1, 2, 3, 4]), Big([5, 6, 7, 8]), 1.5, 2.25, 7, 5, true, 9, 3, &text));
    println!("{}", floats(1001, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0));
    println!("{}", catch_unwind(|| fail(2)).is_err());
    println!("{}", area(&Square(3), 2));
    println!("{} {}", twice(1.5f32, 10), twice(1i128, 100));
}
