//! Uses what `geom` offers, and prints what comes of it.

use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use geom::stack::Stack;
use geom::{Figure, Foot, Length, Metre, Point, Shape, Square, lengths, point};

struct Triangle {
    base: f64,
    height: f64,
}

impl Shape for Triangle {
    const SIDES: usize = 3;
    type Size = Length<Foot>;

    fn area(&self) -> f64 {
        self.base * self.height / 2.0
    }

    fn size(&self) -> Length<Foot> {
        Length::<Metre>::new(self.base).to()
    }
}

/// A unit that the library does not know.
struct Fathom;

impl lengths::Unit for Fathom {
    const NAME: &'static str = "fathoms";
    const IN_METRES: f64 = 1.8288;
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    points();
    for text in [Square(2.0).describe(), Triangle { base: 3.0, height: 4.0 }.describe()] {
        println!("{text}");
    }
    functions();
    stacks();
    figures()?;
    panics();
    println!("{:?}", geom::settings());
    println!("{} points made", geom::made());
    Ok(())
}

fn points() {
    let mut point = point!(3.0, 4.0);
    println!("{} {point:?} {}", point.describe(), point.distance(&Point::ORIGIN));
    point += -point!(1.0) * 0.5;
    println!("{point} {} {:?}", point[0] + point[1], point.partial_cmp(&Point::default()));
    let length = Length::<Metre>::new(2.0) + Length::<Foot>::new(1.0);
    println!("{length} {} {}", length.to::<Fathom>(), Length::<Fathom>::new(1.0) + length);
}

fn functions() {
    let evens = geom::evens(9);
    println!("{:?} {}", evens.clone().map(|n| n * 3).collect::<Vec<_>>(), evens.sum::<u32>());
    println!("{:?}", [1, 2, 3].map(geom::adder(40)));
    let words = "the quick brown fox jumps over the lazy dog".split(' ');
    println!("{:?}", geom::largest_by(words.clone(), |word| word.len()));
    let mut places = BTreeMap::<&str, Vec<usize>>::new();
    for (place, word) in words.enumerate() {
        places.entry(word).or_default().push(place);
    }
    println!("{places:?}");
    println!("{:?} {:?} {:?}", geom::CUBES, geom::cubes::<3>(), geom::SQUARES);
    println!("called at {}", geom::here());
}

fn stacks() {
    let mut words = Stack::new("words");
    words.push("a".to_owned()).push("bb".to_owned()).extend(["ccc".to_owned(), "dddd".to_owned()]);
    println!("{:?}", words.pop_while(|word| word.len() > 2));
    let _numbers = {
        let mut numbers = Stack::new("numbers");
        numbers.extend(0..3);
        println!("{}", numbers.iter().sum::<i32>());
        numbers
    };
    for word in &words {
        println!("left {word}");
    }
}

fn figures() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut figures = vec![Figure::Dot.labelled("start"), "circle 2.5".parse()?];
    for text in ["0 0 3 4 3 5", "1 2 3", "circle round", ""] {
        match text.parse() {
            Ok(figure) => figures.push(figure),
            Err(error) => println!("error: {error}"),
        }
    }
    for figure in &figures {
        let what = match figure {
            Figure::Label(label, inner) => format!("{label} labels {inner:?}"),
            Figure::Path(points) if points.len() > 2 => format!("ends at {}", points[points.len() - 1]),
            other => format!("{other:?}"),
        };
        println!("{figure}: {:.3}, {what}", figure.length());
    }
    Ok(())
}

fn panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| (place.file(), place.line()));
        println!("panic: {:?} at {place:?}", info.payload_as_str());
    }));
    let mut stack = Stack::new("unwound");
    let result = panic::catch_unwind(AssertUnwindSafe(move || {
        stack.push(point!(0.0)[0]);
        stack.push(Point::ORIGIN[2]);
    }));
    println!("{}", result.is_err());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_of_another_crate_has_the_default_method() {
        let triangle = Triangle { base: 1.0, height: 1.0 };
        assert_eq!(triangle.describe(), "area 0.50, 3 sides, size 3.28 ft");
    }
}
