//! When things are dropped: moves, partial moves, assignment, temporaries, conditional initialization, loops, arrays.

use std::mem::{self, ManuallyDrop, MaybeUninit};

#[derive(Debug)]
struct D(&'static str);

impl Drop for D {
    fn drop(&mut self) {
        println!("  drop {}", self.0);
    }
}

enum Either {
    Left(D),
    Right { first: D, second: D },
    Neither,
}

fn make(name: &'static str) -> D {
    println!("  make {name}");
    D(name)
}

fn maybe(flag: bool) {
    let x;
    if flag {
        x = make("conditional");
        println!("  {}", x.0);
    }
    println!("  end of maybe");
}

fn early(n: i32) -> Option<D> {
    let a = make("a");
    if n == 0 {
        return Some(a);
    }
    let _b = make("b");
    let c = (n > 1).then(|| make("c"))?;
    Some(c)
}

fn take(pair: (D, D)) -> D {
    let (first, _) = pair;
    first
}

fn main() {
    println!("scope");
    {
        let _x = make("x");
        let _ = make("ignored");
        let _y = make("y");
    }
    println!("assignment");
    let mut v = make("old");
    v = make("new");
    println!("  assigned {}", v.0);
    println!("conditional");
    maybe(true);
    maybe(false);
    println!("early");
    for n in 0..3 {
        println!("  -> {:?}", early(n).map(|d| d.0));
    }
    println!("partial move");
    let kept = take((make("left"), make("right")));
    println!("  kept {}", kept.0);
    println!("enum");
    for e in [Either::Left(make("l")), Either::Right { first: make("r1"), second: make("r2") }, Either::Neither] {
        match e {
            Either::Left(d) => println!("  left {}", d.0),
            Either::Right { first, .. } => println!("  right {}", first.0),
            Either::Neither => println!("  neither"),
        }
    }
    println!("temporaries");
    let len = make("temporary").0.len();
    match make("scrutinee").0 {
        name => println!("  matched {name} {len}"),
    }
    println!("loop");
    let mut i = 0;
    let found = loop {
        let d = make("iteration");
        i += 1;
        if i == 3 {
            break d;
        }
    };
    println!("  found {}", found.0);
    println!("collections");
    let mut list = vec![make("v0"), make("v1"), make("v2")];
    let removed = list.swap_remove(0);
    list.truncate(1);
    println!("  removed {}", removed.0);
    let boxed: Box<[D]> = list.into_boxed_slice();
    let array = [make("a0"), make("a1")];
    let [first, ..] = array;
    println!("  first {}", first.0);
    mem::forget(make("forgotten"));
    let mut manual = ManuallyDrop::new(make("manual"));
    unsafe { ManuallyDrop::drop(&mut manual) };
    let mut slot = MaybeUninit::uninit();
    slot.write(make("slot"));
    drop(unsafe { slot.assume_init() });
    let replaced = mem::replace(&mut v, make("replacement"));
    println!("  replaced {}", replaced.0);
    let closure = {
        let captured = make("captured");
        move || println!("  in closure {}", captured.0)
    };
    closure();
    println!("end {}", boxed.len());
}
