// Items in bodies, of one name, made by macros; closures in constants, and items in closures.
// edition: 2021

macro_rules! shape {
    ($name:ident, $sides:expr) => {
        struct $name;
        impl $name {
            fn sides(&self) -> u32 {
                const SIDES: u32 = $sides;
                let count = || SIDES;
                count()
            }
        }
    };
}

shape!(Triangle, 3);
shape!(Square, 2 + 2);

macro_rules! twice {
    ($e:expr) => {{
        fn helper() -> &'static str {
            "helper"
        }
        let f = |n: u32| n + $e;
        (f(f(0)), helper())
    }};
}

fn blocks() -> (u32, u32) {
    let a = {
        struct S(u32);
        fn value() -> S {
            S(1)
        }
        value().0
    };
    let b = {
        struct S(u32);
        fn value() -> S {
            S(2)
        }
        value().0
    };
    (a, b)
}

trait Greet {
    fn greet(&self) -> String {
        fn exclaim(s: &str) -> String {
            format!("{s}!")
        }
        exclaim("hello")
    }
}

impl Greet for u8 {}

impl Greet for u16 {
    fn greet(&self) -> String {
        fn exclaim(s: &str) -> String {
            format!("{s}?")
        }
        exclaim("hi")
    }
}

static OPERATIONS: [(&str, fn(i32, i32) -> i32); 3] = [("add", |a, b| a + b), ("sub", |a, b| a - b), ("mul", {
    fn mul(a: i32, b: i32) -> i32 {
        a * b
    }
    mul
})];

const APPLY: fn(u32) -> u32 = |n| {
    fn inner(n: u32) -> u32 {
        n * 10
    }
    inner(n) + 1
};

fn nested_closures(base: u32) -> impl Fn(u32) -> Box<dyn Fn(u32) -> u32> {
    move |a| {
        const STEP: u32 = 100;
        fn add(a: u32, b: u32) -> u32 {
            a + b
        }
        Box::new(move |b| add(base + a, b) + STEP)
    }
}

mod outer {
    pub fn which() -> &'static str {
        mod inner {
            pub fn which() -> &'static str {
                "inner"
            }
        }
        inner::which()
    }
}

struct Wrapper<T>(T);

impl Wrapper<u8> {
    fn name(&self) -> &'static str {
        "u8"
    }
}

impl Wrapper<u16> {
    fn name(&self) -> &'static str {
        "u16"
    }
}

impl<T> Wrapper<T> {
    fn first(&self) -> u32 {
        1
    }
}

impl<T> Wrapper<T> {
    fn second(&self) -> u32 {
        2
    }
}

fn main() {
    println!("{} {}", Triangle.sides(), Square.sides());
    println!("{:?} {:?}", twice!(1), twice!(2));
    println!("{:?}", blocks());
    println!("{} {}", 1u8.greet(), 1u16.greet());
    for (name, f) in OPERATIONS {
        println!("{name} {}", f(6, 3));
    }
    println!("{} {}", APPLY(4), nested_closures(1000)(20)(3));
    println!("{}", outer::which());
    let (a, b) = (Wrapper(1u8), Wrapper(2u16));
    println!("{} {} {} {} {} {}", a.name(), b.name(), a.first(), b.second(), a.0, b.0);
}
