use std::collections::HashMap;

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn apply<F: Fn(i32) -> i32>(f: F, n: i32) -> i32 {
    f(n)
}

fn twice(mut f: impl FnMut()) {
    f();
    f();
}

fn make_adder(k: i32) -> impl Fn(i32) -> i32 {
    move |x| x + k
}

fn boxed(k: i32) -> Box<dyn Fn(i32) -> i32> {
    Box::new(move |x| x * k)
}

fn once(f: impl FnOnce() -> String) -> String {
    f()
}

fn main() {
    let offset = 10;
    println!("{}", apply(|x| x + offset, 5));
    let mut count = 0;
    twice(|| count += 1);
    println!("{count}");
    let add = make_adder(3);
    println!("{} {}", add(4), boxed(6)(7));
    let s = String::from("moved");
    println!("{}", once(move || s + "!"));
    let loud = Loud("captured");
    let mut calls = 0;
    let mut counter = move || {
        let _keep = &loud;
        calls += 1;
        calls
    };
    println!("{} {}", counter(), counter());
    drop(counter);
    println!("{calls}");
    let fs: Vec<Box<dyn Fn(i32) -> i32>> = vec![Box::new(|x| x + 1), boxed(2), Box::new(make_adder(100))];
    println!("{}", fs.iter().fold(1, |acc, f| f(acc)));
    let mut map = HashMap::new();
    for word in "a b a c b a".split(' ') {
        *map.entry(word).or_insert(0) += 1;
    }
    let mut pairs: Vec<_> = map.into_iter().collect();
    pairs.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    println!("{pairs:?}");
    let plain: fn(i32) -> i32 = |x| x - 1;
    println!("{}", plain(1));
    let nested = |x: i32| move |y: i32| x * 10 + y;
    println!("{}", nested(4)(2));
}
