//! The crate as others see it.

use geom::stack::Stack;
use geom::{point, Figure, Shape, Square};

#[test]
fn figures_are_parsed() {
    let path: Figure = "0 0 3 4 3 5".parse().unwrap();
    assert_eq!(path.length(), 6.0);
    assert!("circle x".parse::<Figure>().is_err());
    assert_eq!("1 2 3".parse::<Figure>().unwrap_err().to_string(), "no figure: \"1 2 3\"");
}

#[test]
fn default_methods_use_the_constants() {
    assert_eq!(Square(2.0).describe(), "area 4.00, 4 sides, size 2.00 m");
}

#[test]
fn a_panic_unwinds_through_the_crate() {
    let caught = std::panic::catch_unwind(|| {
        let mut stack = Stack::new("of a test");
        stack.push(point!(1.0)).pop_while(|_| panic!("while popping"));
    });
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"while popping"));
}
