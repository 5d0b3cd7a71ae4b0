//! Constants whose values are dropped, promoted values that are not, statics, and values that drop nothing.

#[macro_use]
mod trace;
use trace::*;

cases! {
    constant_used
    constant_borrowed
    constant_in_expression
    constant_of_parts
    constant_in_pattern
    constant_moved_field
    constant_in_struct
    associated_constant
    constant_ignored
    promoted_literal
    promoted_array
    promoted_of_struct
    promoted_none
    not_promoted
    borrowed_static
    static_with_interior
    inline_values
    never_dropped
    const_function
    constant_in_branches
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
const PAIR: (Quiet, Quiet) = (Quiet("p"), Quiet("q"));
const LIST: [Quiet; 2] = [A, Quiet("b")];
const MAYBE: Option<Quiet> = Some(Quiet("m"));
const NONE: Option<Quiet> = None;

fn constant_used() {
    let a = A;
    let _ = A;
    say("made");
    a.see();
    A;
    say("end");
}

fn constant_borrowed() {
    let a = &A;
    say("made");
    a.see();
    A.see();
    look(&A);
    say("end");
}

fn constant_in_expression() {
    let n = A.see() + LIST[1].see();
    say(if n == 2 { "two" } else { "never" });
    if A.see() == PAIR.1.see() {
        say("then");
    }
}

fn constant_of_parts() {
    let p = PAIR.0;
    say("moved");
    let (_, q) = PAIR;
    p.see();
    q.see();
}

fn constant_in_pattern() {
    match MAYBE {
        Some(m) => {
            m.see();
            say("some");
        }
        None => say("never"),
    }
    if let None = NONE {
        say("none");
    }
    match &LIST {
        [first, ..] => {
            first.see();
            say("list");
        }
    }
}

fn constant_moved_field() {
    let [_, b] = LIST;
    say("moved");
    b.see();
}

fn constant_in_struct() {
    struct Both {
        x: Quiet,
        y: Quiet,
    }
    const BASE: Both = Both { x: A, y: Quiet("y") };
    let both = Both { x: Quiet("x"), ..BASE };
    say("made");
    both.y.see();
}

fn associated_constant() {
    trait Named {
        const VALUE: Quiet;
        fn take() -> usize {
            let _x = loud("x");
            Self::VALUE.see()
        }
    }
    impl Named for u8 {
        const VALUE: Quiet = Quiet("u8");
    }
    impl Named for u16 {
        const VALUE: Quiet = Quiet::NEW;
    }
    u8::take();
    u16::take();
    let a = Quiet::NEW;
    say("made");
    a.see();
}

fn constant_ignored() {
    let _ = PAIR;
    _ = A;
    let (_, _) = (A, loud("b"));
    say("end");
}

fn promoted_literal() {
    fn inner() -> &'static [usize] {
        let _a = loud("a");
        &[1, 2, 3]
    }
    let r: &'static usize = &5;
    say(if inner().len() + r == 8 { "eight" } else { "never" });
}

fn promoted_array() {
    let r: &'static [&'static str; 2] = &["a", "b"];
    let _a = loud(r[0]);
    let empty: &'static mut [Loud] = &mut [];
    look(empty);
    let none: &'static [Option<usize>] = &[None, Some(4)];
    say(if none[1] == Some(4) { "four" } else { "never" });
}

fn promoted_of_struct() {
    struct Plain {
        n: usize,
        s: &'static str,
    }
    let p: &'static Plain = &Plain { n: 1, s: "s" };
    let _a = loud(p.s);
    say(if p.n == 1 { "one" } else { "never" });
}

fn promoted_none() {
    let o: &'static Option<Loud> = &None;
    say(if o.is_none() { "none" } else { "never" });
    let v: &Vec<Loud> = &Vec::new();
    look(v);
}

fn not_promoted() {
    let r = &Quiet("q");
    look(&Quiet::make("made"));
    look(&Some(Quiet("s")));
    say("end");
    r.see();
}

static SHARED: Quiet = Quiet("never dropped");

fn borrowed_static() {
    let r = &SHARED;
    say("borrowed");
    look(r);
    SHARED.see();
}

fn static_with_interior() {
    static LAST: std::sync::Mutex<Option<Loud>> = std::sync::Mutex::new(None);
    let set = |value| *LAST.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = value;
    set(None);
    set(some("a"));
    say("set");
    set(some("b"));
    set(None);
    say("end");
}

fn inline_values() {
    let a = (1, 'x', "text", [0u8; 4], loud("a"));
    let (n, c, s, z, l) = a;
    say(if n == 1 && c == 'x' && z == [0; 4] { s } else { "never" });
    l.see();
}

fn never_dropped() {
    let _plain = (1, &loud("a"), [2.5, 3.5]);
    let _ref = &&loud("b");
    let _fn = never_dropped as fn();
    say("end");
}

fn const_function() {
    const MADE: Quiet = Quiet::make("made");
    let a = Quiet::make("a");
    let b = MADE;
    say("made both");
    a.see();
    b.see();
}

fn constant_in_branches() {
    for go in [true, false] {
        let a = if flag(go) { A } else { Quiet("other") };
        let o = match flag(go) {
            true => MAYBE,
            false => NONE,
        };
        say("made both");
        a.see();
        drop(o);
    }
}
