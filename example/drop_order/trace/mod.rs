//! Values that tell of their lives, and the runner of the cases that make them.
//!
//! Everything that a case does is an event: `+a` makes a value, `-a` drops it, `?a` looks at it, `.text` is said. An event
//! can also panic, then it is `+a!`: a case is run once as it is, and once for each of its events with a panic there.

#![allow(dead_code)]

use std::panic::{catch_unwind, resume_unwind};

/// The number of the next event, and of the one that panics. At any time one thread runs.
static mut NEXT: usize = 0;
static mut PANICS: usize = usize::MAX;
/// Values made and not yet dropped.
static mut ALIVE: isize = 0;

/// `main` of a program that runs these functions as cases.
macro_rules! cases {
    ($($case:ident)*) => {
        fn main() {
            $(trace::run(stringify!($case), $case);)*
        }
    };
}

pub fn run(name: &str, case: fn()) {
    println!("case {name}");
    let count = run_once(case, usize::MAX);
    for at in 0..count {
        run_once(case, at);
    }
}

/// Runs `case` with a panic at event `panics`, and returns how many events there were.
fn run_once(case: fn(), panics: usize) -> usize {
    unsafe { (NEXT, PANICS, ALIVE) = (0, panics, 0) };
    print!(" ");
    let caught = catch_unwind(case).is_err();
    let left = unsafe { ALIVE };
    if caught {
        print!(" caught");
    }
    if left != 0 {
        print!(" left: {left}");
    }
    println!();
    unsafe { NEXT }
}

/// While a panic unwinds nothing else panics.
fn event(sign: char, name: &str) {
    print!(" {sign}{name}");
    if std::thread::panicking() {
        return;
    }
    let number = unsafe { NEXT };
    unsafe { NEXT = number + 1 };
    if number == unsafe { PANICS } {
        print!("!");
        resume_unwind(Box::new(()));
    }
}

pub fn say(text: &str) {
    event('.', text);
}

/// A value whose making, use and drop are seen. Its name is gone once it is dropped.
pub struct Loud(pub &'static str);

pub fn loud(name: &'static str) -> Loud {
    event('+', name);
    unsafe { ALIVE += 1 };
    Loud(name)
}

pub fn some(name: &'static str) -> Option<Loud> {
    Some(loud(name))
}

pub fn none() -> Option<Loud> {
    say("none");
    None
}

pub fn ok(name: &'static str) -> Result<Loud, Loud> {
    Ok(loud(name))
}

pub fn err(name: &'static str) -> Result<Loud, Loud> {
    Err(loud(name))
}

impl Drop for Loud {
    fn drop(&mut self) {
        let name = std::mem::replace(&mut self.0, "DROPPED");
        unsafe { ALIVE -= 1 };
        event('-', name);
    }
}

impl Loud {
    /// Looks at the value and returns the length of its name.
    pub fn see(&self) -> usize {
        event('?', self.0);
        self.0.len()
    }

    pub fn yes(&self) -> bool {
        self.see() != 0
    }

    pub fn no(&self) -> bool {
        self.see() == 0
    }

    pub fn same(&self) -> &Loud {
        self.see();
        self
    }

    pub fn same_mut(&mut self) -> &mut Loud {
        self.see();
        self
    }

    pub fn pass(self) -> Loud {
        self.see();
        self
    }

    pub fn hold(&self, name: &'static str) -> Held<'_> {
        Held { value: loud(name), of: self }
    }

    pub fn and(&self, other: &Loud) -> usize {
        self.see() + other.see()
    }
}

/// A value that looks at another one when it is dropped, as a lock's guard does.
pub struct Held<'a> {
    pub value: Loud,
    of: &'a Loud,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        event('~', self.of.0);
    }
}

impl<'a> Held<'a> {
    pub fn get(&self) -> Option<&'a Loud> {
        self.value.see();
        Some(self.of)
    }

    pub fn yes(&self) -> bool {
        self.value.yes()
    }
}

pub struct Pair {
    pub a: Loud,
    pub b: Loud,
}

pub fn pair(a: &'static str, b: &'static str) -> Pair {
    Pair { a: loud(a), b: loud(b) }
}

pub fn eat<T>(_: T) {
    say("eat");
}

pub fn eat_two<A, B>(_a: A, _b: B) {
    say("eat two");
}

pub fn look<T: ?Sized>(_: &T) {
    say("look");
}

pub fn id<T>(value: T) -> T {
    value
}

/// What is known only when the program runs.
pub fn flag(value: bool) -> bool {
    std::hint::black_box(value)
}
