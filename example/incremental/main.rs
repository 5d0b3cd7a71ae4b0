mod numbers;
mod shapes;
mod words;

use numbers::{Count, WIDTH};
use shapes::{Shape, Square, area_of};
use std::panic::Location;

macro_rules! sum {
    ($first:expr $(, $more:expr)*) => { $first $(+ $more)* };
}

#[track_caller]
fn line() -> u32 {
    Location::caller().line()
}

fn scaled(value: u32) -> u32 {
    value * 2
}

fn longest<T: AsRef<str>>(words: &[T]) -> usize {
    words.iter().map(|word| word.as_ref().len()).max().unwrap_or_default()
}

fn with_a_warning() -> u32 {
    let unused = 1;
    7
}

fn main() {
    let row = [1u8; WIDTH];
    println!("row of {}, {}", row.len(), numbers::LIMITS.len());
    println!("sum {}", sum!(1, 2, 3));
    println!("scaled {}", scaled(with_a_warning()));
    println!("longest {}", longest(&["a", "bc", "def"]));
    let mut squares = vec![Square { side: 3 }, Square { side: 4 }];
    squares.push(Square::default());
    println!("area {}, {:?}", area_of(&squares), squares[0]);
    println!("{}", squares[1].describe());
    println!("{}", words::greeting("you"));
    let mut count = Count::new();
    let add = |by| move |to: u32| to + by;
    count.step(add(5)(1));
    println!("count {} at line {}", count.value(), line());
    println!("{:?}", numbers::half(9).map_err(|error| error.to_string()));
}
