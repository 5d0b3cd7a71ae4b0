//! What `assert!` and `stringify!` say of expressions of many kinds, in one line and in several.

use std::panic::{AssertUnwindSafe, catch_unwind};

struct Pair {
    first: u128,
    second: u128,
}

enum Shape {
    Point,
    Line { from: u8, to: u8 },
}

trait Named {
    const OK: bool;
    fn of<const N: usize>() -> bool {
        N == 0
    }
}

impl Named for Pair {
    const OK: bool = false;
}

fn one(_: Option<Shape>) -> bool {
    false
}

fn sum(pair: &Pair) -> u128 {
    pair.first + pair.second
}

fn all_of_these_have_to_agree(a: &str, b: &str, c: &str) -> bool {
    a == b && b == c
}

extern "C" fn foreign(x: usize) -> usize {
    x
}

fn local() {}

fn is<T: ?Sized>() -> bool {
    false
}

static mut FLAG: bool = false;

fn say(f: impl FnOnce()) {
    let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    println!("{}", payload.downcast_ref::<&str>().unwrap());
}

macro_rules! check {
    ($e:expr, $($args:expr),*) => {
        say(|| assert!($e == one(None) && all_of_these_have_to_agree($($args),*), ));
        say(|| assert!(unsafe { $e; FLAG }));
    };
}

fn short() {
    say(|| assert!(unsafe { FLAG }));
    say(|| assert!(!unsafe { FLAG } == false));
    say(|| assert!(one(Some(Shape::Line { from: 1, to: 2 }))));
    say(|| assert!(one(Some(Shape::Point)) || { false }));
    say(|| assert!({ println!("evaluated"); one(None) }));
    say(|| assert!(<Pair>::OK));
    say(|| assert!(<Pair as Named>::OK || <Pair as Named>::of::<1>()));
    say(|| assert!(local as fn() as usize == foreign as extern "C" fn(usize) -> usize as usize));
    say(|| assert!(is::<&dyn Send>() || is::<unsafe extern "C" fn(&str, u8)>()));
    say(|| assert!((|| { local(); false })()));
    let from = 3;
    say(|| assert!(one(Some(Shape::Line { from, to: from }))));
}

fn long() {
    say(|| {
        assert!(
            all_of_these_have_to_agree("the first of the three texts", "the second", "the third of the three texts")
                || all_of_these_have_to_agree("again", "one that is rather long, as it happens to be", "more")
        )
    });
    say(|| {
        assert!(sum(&Pair {
            first: 111111111111111111111111111111111111,
            second: 22222222222222222222222222222222222222,
        }) == 0)
    });
    say(|| {
        assert!(unsafe {
            println!("a statement that is a macro call with arguments: {} and {}", "some text", "and another one");
            all_of_these_have_to_agree("one", "two", "three");
            FLAG
        } && one(None))
    });
    let list = [1u64, 2, 3];
    say(|| {
        assert!(
            list.iter().map(|number| number * 10).filter(|number: &u64| *number > 10).collect::<Vec<u64>>().into_iter().sum::<u64>()
                == list.iter().sum::<u64>()
        )
    });
    say(|| {
        assert!(
            [sum(&Pair { first: 1000, second: 2000 }), sum(&Pair { first: 3000, second: 4000 }), 5, 6, 7, 8]
                == [0 as u128; 6]
        )
    });
    say(|| {
        assert!(
            format!("{} {} {}", "quite a long text to begin with", "followed by another one", "and the end")
                .starts_with("something else")
        )
    });
    check!(one(Some(Shape::Line { from: 10, to: 20 })), "the first argument", "the second argument", "the third");
    println!(
        "{}",
        stringify!(fn function_with_a_body(argument: &str) -> Option<u32> { let value = argument.len() as u32; Some(value) })
    );
    println!("{}", stringify!(a(b, [c, d]) { the tokens of a group in braces, which do not fit into one line of text } e));
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    short();
    long();
}
