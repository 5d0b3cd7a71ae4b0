//! What programs spend their time on: arithmetic, memory, calls, allocation, hashing, formatting. Prints a checksum.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

#[derive(Clone, Copy)]
struct Body {
    position: [f64; 3],
    velocity: [f64; 3],
    mass: f64,
}

fn n_body(steps: u32) -> f64 {
    let mut bodies: Vec<Body> = (0..5)
        .map(|i| {
            let x = f64::from(i);
            Body { position: [x, x * 0.5 - 1.0, 2.0 - x], velocity: [0.1 * x, 0.0, 0.05], mass: 1.0 + x }
        })
        .collect();
    for _ in 0..steps {
        for i in 0..bodies.len() {
            for j in 0..bodies.len() {
                if i == j {
                    continue;
                }
                let other = bodies[j];
                let mut delta = [0.0; 3];
                for axis in 0..3 {
                    delta[axis] = other.position[axis] - bodies[i].position[axis];
                }
                let distance = delta.iter().map(|d| d * d).sum::<f64>() + 0.01;
                let force = other.mass / (distance * distance.sqrt());
                for axis in 0..3 {
                    bodies[i].velocity[axis] += delta[axis] * force * 0.001;
                }
            }
        }
        for body in &mut bodies {
            for axis in 0..3 {
                body.position[axis] += body.velocity[axis] * 0.001;
            }
        }
    }
    bodies.iter().map(|body| body.position[0]).sum()
}

fn sieve(limit: usize) -> usize {
    let mut composite = vec![false; limit + 1];
    let mut count = 0;
    for n in 2..=limit {
        if composite[n] {
            continue;
        }
        count += 1;
        let mut multiple = n * n;
        while multiple <= limit {
            composite[multiple] = true;
            multiple += n;
        }
    }
    count
}

struct Random(u64);

impl Iterator for Random {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(self.0)
    }
}

trait Shape {
    fn area(&self) -> f64;
}

struct Square(f64);
struct Circle(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        self.0 * self.0 * 3.0
    }
}

fn dynamic(count: usize) -> f64 {
    let shapes: Vec<Box<dyn Shape>> = Random(7)
        .take(count)
        .map(|n| -> Box<dyn Shape> { if n % 2 == 0 { Box::new(Square(1.5)) } else { Box::new(Circle(0.5)) } })
        .collect();
    (0..10).map(|_| shapes.iter().map(|shape| shape.area()).sum::<f64>()).sum()
}

fn sorted(count: usize) -> u64 {
    let mut values: Vec<u64> = Random(42).take(count).collect();
    values.sort();
    let mut tree = BTreeMap::new();
    for (i, value) in values.iter().enumerate() {
        tree.insert(value.rotate_left(17), i);
    }
    tree.iter().step_by(97).map(|(key, i)| key ^ *i as u64).fold(0, u64::wrapping_add)
}

fn words(count: usize) -> usize {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut text = String::new();
    for n in Random(3).take(count) {
        text.clear();
        write!(text, "word{}", n % 1000).expect("a string can be written to");
        *counts.entry(text.clone()).or_default() += 1;
    }
    counts.values().max().copied().unwrap_or(0)
}

fn fib(n: u32) -> u64 {
    if n < 2 { u64::from(n) } else { fib(n - 1) + fib(n - 2) }
}

fn main() {
    println!("{:.6}", n_body(4_000));
    println!("{}", sieve(2_000_000));
    println!("{:.1}", dynamic(20_000));
    println!("{}", sorted(40_000));
    println!("{}", words(40_000));
    println!("{}", fib(30));
}
