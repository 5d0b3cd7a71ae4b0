//! Uses procedural macros, and `geom` without its feature.

use geom::{Figure, Point, point};
use macros::{Fields, lengths, traced};

#[derive(Fields, Debug, Default)]
struct Rectangle {
    corner: Point,
    size: Point,
}

#[derive(Fields)]
#[fields(line)]
#[expect(dead_code)]
struct Segment {
    from: Point,
    to: std::rc::Rc<Point>,
    width: Option<f64>,
}

#[traced]
fn area(rectangle: &Rectangle) -> f64 {
    rectangle.size.x * rectangle.size.y
}

#[traced(in a "note")]
fn corners<'a, T: From<&'a Rectangle>>(rectangle: &'a Rectangle) -> T {
    rectangle.into()
}

impl From<&Rectangle> for Figure {
    fn from(rectangle: &Rectangle) -> Figure {
        let Rectangle { corner, size } = *rectangle;
        let (right, up) = (Point::new(size.x, 0.0), Point::new(0.0, size.y));
        Figure::Path(vec![corner, corner + right, corner + size, corner + up, corner])
    }
}

fn main() {
    let rectangle = Rectangle { size: point!(2.0, 3.0), ..Rectangle::default() };
    println!("{} {:?} {rectangle:?}", Rectangle::NAME, Rectangle::fields());
    println!("{} {:?}", Segment::NAME, Segment::fields());
    println!("{}", area(&rectangle));
    let figure: Figure = corners(&rectangle);
    println!("{figure} {}", figure.length());
    lengths!(one three fifteen);
    println!("{first} {:?}", lengths.map(|length| length()));
    println!("{} {}", rectangle.size.describe(), geom::made());
}
