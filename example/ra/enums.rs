#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Circle(f64),
    Rect { w: f64, h: f64 },
    Named(String, Box<Shape>),
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Low = 1,
    Mid = 5,
    High = 10,
}

fn area(s: &Shape) -> f64 {
    match s {
        Shape::Circle(r) => r * r * 3.0,
        Shape::Rect { w, h } => w * h,
        Shape::Named(_, inner) => area(inner),
        Shape::Empty => 0.0,
    }
}

fn take(s: Shape) -> String {
    match s {
        Shape::Named(name, inner) if area(&inner) > 5.0 => format!("big {name}"),
        Shape::Named(name, _) => name,
        Shape::Circle(r) if r > 10.0 => "huge".to_string(),
        other => format!("{other:?}"),
    }
}

fn parse(s: &str) -> Result<i32, std::num::ParseIntError> {
    let n: i32 = s.trim().parse()?;
    Ok(n * 2)
}

fn first_even(v: &[i32]) -> Option<i32> {
    let x = v.iter().find(|x| **x % 2 == 0)?;
    Some(*x)
}

fn kind(n: i32) -> &'static str {
    match n {
        i32::MIN..=-1 => "negative",
        0 => "zero",
        1 | 2 | 3 => "few",
        4..10 => "some",
        _ => "many",
    }
}

fn word(s: &str) -> u8 {
    match s {
        "one" => 1,
        "two" => 2,
        _ => 0,
    }
}

fn main() {
    let shapes = vec![
        Shape::Circle(1.0),
        Shape::Rect { w: 2.0, h: 3.5 },
        Shape::Named("small".to_string(), Box::new(Shape::Circle(1.0))),
        Shape::Named("large".to_string(), Box::new(Shape::Rect { w: 9.0, h: 9.0 })),
        Shape::Empty,
    ];
    for s in &shapes {
        println!("{s:?} {}", area(s));
    }
    println!("{}", shapes[0] == shapes[0].clone());
    for s in shapes {
        println!("{}", take(s));
    }
    println!("{:?} {:?}", parse(" 21 "), parse("x").is_err());
    println!("{:?} {:?}", first_even(&[1, 3, 4]), first_even(&[1]));
    for n in [-5, 0, 2, 4, 9, 10] {
        println!("{n} {}", kind(n));
    }
    println!("{} {} {}", word("one"), word("two"), word("three"));
    println!("{} {:?} {}", Level::High as i32, Level::Mid, Level::Low < Level::High);
    if let Some(x) = first_even(&[8]) && x > 7 {
        println!("chain {x}");
    }
    let Some(y) = first_even(&[6]) else { panic!("none") };
    println!("{y}");
}
