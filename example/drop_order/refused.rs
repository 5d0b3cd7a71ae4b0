// no-ra: constructs that rust-analyzer has no MIR for, or of another type
//! Cases that rust-analyzer's bodies are refused for.

#[macro_use]
mod trace;
use trace::*;

use std::ops::{Deref, DerefMut};

cases! {
    repeated_constant
    slice_subpattern
    auto_deref_receiver
    cow
    constant_in_loop
    repeated_one
    repeated_zero
    zero_sized
    unit_with_drop
}

struct Num(Loud);

fn num(name: &'static str) -> Num {
    Num(loud(name))
}

struct Ptr(Num, Loud);

fn ptr(name: &'static str) -> Ptr {
    Ptr(num(name), loud("ptr"))
}

impl Deref for Ptr {
    type Target = Num;
    fn deref(&self) -> &Num {
        self.1.see();
        &self.0
    }
}

impl DerefMut for Ptr {
    fn deref_mut(&mut self) -> &mut Num {
        say("mut");
        &mut self.0
    }
}

fn repeated_constant() {
    const NONE: Option<Loud> = None;
    let mut all = [NONE; 3];
    all[1] = some("a");
    all[2] = some("b");
    say("made");
}

fn slice_subpattern() {
    let four = [loud("a"), loud("b"), loud("c"), loud("d")];
    let [first, rest @ ..] = four;
    first.see();
    rest[1].see();
    let [.., last] = rest;
    last.see();
}

fn auto_deref_receiver() {
    struct Outer(Ptr);
    impl Deref for Outer {
        type Target = Ptr;
        fn deref(&self) -> &Ptr {
            say("outer");
            &self.0
        }
    }
    impl Num {
        fn show(&self) -> usize {
            self.0.see()
        }
    }
    Outer(ptr("a")).show();
    let o = Outer(ptr("b"));
    o.show();
}

fn cow() {
    let name = loud("a");
    let text: std::borrow::Cow<'_, str> = name.0.into();
    let owned = text.into_owned();
    say(&owned);
}

/// A constant: each use makes a value, without an event.
struct Quiet(&'static str);

impl Drop for Quiet {
    fn drop(&mut self) {
        say(self.0);
    }
}

impl Quiet {
    const NEW: Quiet = Quiet("new");
    const fn make(name: &'static str) -> Quiet {
        Quiet(name)
    }
    fn see(&self) -> usize {
        self.0.len()
    }
}

const A: Quiet = Quiet("a");

fn constant_in_loop() {
    for _ in 0..2 {
        let _a = A;
        say("body");
    }
    let all = [const { Quiet("z") }, A];
    say("made");
    all[0].see();
}

fn repeated_one() {
    let a = loud("a");
    let all = [a; 1];
    say("made");
    all[0].see();
}

fn repeated_zero() {
    let none: [Loud; 0] = [loud("a"); 0];
    say("made");
    look(&none);
}

fn zero_sized() {
    struct Zero;
    impl Drop for Zero {
        fn drop(&mut self) {
            say("zero");
        }
    }
    let z = Zero;
    let all = [Zero, Zero];
    let _v = vec![Zero, Zero];
    eat(z);
    let [first, _] = all;
    eat(first);
}

fn unit_with_drop() {
    struct Unit;
    impl Drop for Unit {
        fn drop(&mut self) {
            say("unit");
        }
    }
    let _ = Unit;
    let _a = Unit;
    let _r = &Unit;
    Unit;
    say("end");
}
