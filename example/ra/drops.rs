struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

impl Loud {
    fn name(&self) -> &'static str {
        self.0
    }
    fn make(name: &'static str) -> Loud {
        println!("make {name}");
        Loud(name)
    }
}

struct Pair {
    a: Loud,
    b: Loud,
}

fn maybe(flag: bool, l: Loud) {
    if flag {
        drop(l);
        println!("dropped early");
    } else {
        println!("kept");
    }
}

fn early(n: i32) -> i32 {
    let _a = Loud("early a");
    if n > 1 {
        return n;
    }
    let _b = Loud("early b");
    n * 2
}

fn guard(x: Option<Loud>, want: bool) {
    match x {
        Some(l) if want => println!("guard {}", l.0),
        Some(ref l) => println!("ref {}", l.0),
        None => println!("none"),
    }
    println!("after match");
}

fn unwinds(fail: bool) {
    let _outer = Loud("outer");
    let moved = Loud("moved");
    let kept = moved;
    if fail {
        panic!("now");
    }
    println!("not reached with {}", kept.0);
}

fn main() {
    let _x = Loud("x");
    let _ = Loud("ignored");
    println!("{}", Loud::make("temp").name());
    let n = Loud::make("init temp").name().len();
    println!("{n}");
    let r = &Loud::make("extended");
    println!("{}", r.0);
    maybe(true, Loud("one"));
    maybe(false, Loud("two"));
    println!("{} {}", early(1), early(2));
    guard(Some(Loud("g1")), true);
    guard(Some(Loud("g2")), false);
    guard(None, true);
    let p = Pair { a: Loud("pa"), b: Loud("pb") };
    let Pair { a, .. } = p;
    println!("took {}", a.0);
    let mut y = Loud("old");
    println!("assign");
    y = Loud("new");
    println!("{}", y.0);
    let q = Pair { a: Loud("qa"), ..Pair { a: Loud("unused"), b: Loud("qb") } };
    println!("{}", q.b.0);
    match Loud::make("scrutinee").name() {
        "scrutinee" => println!("in arm"),
        _ => {}
    }
    if Loud::make("cond").name().len() == 4 {
        println!("then");
    }
    let late;
    late = Loud("late");
    for i in 0..2 {
        let _loop = Loud(if i == 0 { "i0" } else { "i1" });
        if i == 1 {
            break;
        }
    }
    let v = vec![Loud("v0"), Loud("v1")];
    let mut it = v.into_iter();
    it.next();
    println!("half");
    drop(it);
    std::panic::set_hook(Box::new(|_| {}));
    println!("{}", std::panic::catch_unwind(|| unwinds(true)).is_err());
    println!("end {}", late.0);
}
