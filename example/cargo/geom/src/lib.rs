//! Points, figures and a stack, with what a crate can have others see of it.

mod figure;
pub mod stack;

use std::fmt;
use std::ops::{Add, AddAssign, Index, Mul, Neg};
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use figure::Figure;
pub use lengths::{self, Foot, Length, Metre};

#[cfg(geom_squares)]
include!(concat!(env!("OUT_DIR"), "/squares.rs"));

/// How many points `point!` has made.
pub static MADE: AtomicUsize = AtomicUsize::new(0);

pub static CUBES: [u16; 6] = cubes();

pub const fn cubes<const N: usize>() -> [u16; N] {
    let mut cubes = [0; N];
    let mut i = 0;
    while i < N {
        cubes[i] = (i * i * i) as u16;
        i += 1;
    }
    cubes
}

/// A point, counted.
///
/// ```
/// let point = geom::point!(3.0, 4.0);
/// assert_eq!(point.distance(&geom::Point::ORIGIN), 5.0);
/// assert_eq!(point.describe(), "point (3, 4)");
/// ```
#[macro_export]
macro_rules! point {
    ($x:expr, $y:expr) => {{
        $crate::MADE.fetch_add(1, ::std::sync::atomic::Ordering::Relaxed);
        $crate::Point::new($x, $y)
    }};
    ($both:expr) => {
        $crate::point!($both, $both)
    };
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Point {
    pub const ORIGIN: Point = Point { x: 0.0, y: 0.0 };

    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    pub fn distance(&self, other: &Point) -> f64 {
        ((self.x - other.x).powi(2) + (self.y - other.y).powi(2)).sqrt()
    }

    pub fn describe(&self) -> String {
        format!("point {self}")
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.x, self.y)
    }
}

impl Add for Point {
    type Output = Point;

    fn add(self, other: Point) -> Point {
        Point::new(self.x + other.x, self.y + other.y)
    }
}

impl AddAssign for Point {
    fn add_assign(&mut self, other: Point) {
        *self = *self + other;
    }
}

impl Mul<f64> for Point {
    type Output = Point;

    fn mul(self, factor: f64) -> Point {
        Point::new(self.x * factor, self.y * factor)
    }
}

impl Neg for Point {
    type Output = Point;

    fn neg(self) -> Point {
        self * -1.0
    }
}

impl Index<usize> for Point {
    type Output = f64;

    #[track_caller]
    fn index(&self, index: usize) -> &f64 {
        match index {
            0 => &self.x,
            1 => &self.y,
            _ => panic!("a point has no coordinate {index}"),
        }
    }
}

pub trait Shape {
    const SIDES: usize;
    type Size: fmt::Display;

    fn area(&self) -> f64;

    fn size(&self) -> Self::Size;

    fn describe(&self) -> String {
        format!("area {:.2}, {} sides, size {}", self.area(), Self::SIDES, self.size())
    }
}

pub struct Square(pub f64);

impl Shape for Square {
    const SIDES: usize = 4;
    type Size = Length<Metre>;

    fn area(&self) -> f64 {
        self.0 * self.0
    }

    fn size(&self) -> Length<Metre> {
        Length::new(self.0)
    }
}

/// The even numbers below `end`.
pub fn evens(end: u32) -> impl Iterator<Item = u32> + Clone {
    (0..end).filter(|n| n % 2 == 0)
}

/// A function that adds to what it is given.
pub fn adder(by: i64) -> impl Fn(i64) -> i64 {
    move |n| n + by
}

pub fn largest_by<T, K: PartialOrd>(items: impl IntoIterator<Item = T>, mut key: impl FnMut(&T) -> K) -> Option<T> {
    let mut items = items.into_iter();
    let first = items.next()?;
    let least = key(&first);
    let (largest, _) = items.fold((first, least), |(best, best_key), item| {
        let item_key = key(&item);
        if item_key > best_key {
            (item, item_key)
        } else {
            (best, best_key)
        }
    });
    Some(largest)
}

/// Where it was called.
#[track_caller]
pub fn here() -> String {
    let place = Location::caller();
    format!("{}:{}:{}", place.file(), place.line(), place.column())
}

pub fn made() -> usize {
    MADE.load(Ordering::Relaxed)
}

/// What cargo and the build script told the compiler.
pub fn settings() -> [(&'static str, bool); 4] {
    [
        (concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")), true),
        (env!("GEOM_BUILT_BY"), cfg!(geom_squares)),
        ("labels", cfg!(feature = "labels")),
        (option_env!("GEOM_NOT_SET").unwrap_or("not set"), option_env!("GEOM_NOT_SET").is_none()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_have_operators() {
        let mut point = point!(1.0) + Point::new(2.0, 3.0) * 2.0;
        point += -Point::new(1.0, 1.0);
        assert_eq!(point, Point::new(4.0, 6.0));
        assert_eq!(point[1], 6.0);
        assert!(made() > 0);
    }

    #[test]
    #[should_panic(expected = "no coordinate 2")]
    fn points_have_two_coordinates() {
        let _none = Point::ORIGIN[2];
    }

    #[test]
    fn the_table_of_the_build_script_is_there() -> Result<(), String> {
        let wrong = SQUARES.iter().zip(0..).find(|&(square, n)| *square != n * n);
        wrong.map_or(Ok(()), |(square, n)| Err(format!("{n} squared is not {square}")))
    }
}
