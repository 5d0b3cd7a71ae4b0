// What closures capture: parts of variables, by reference or by value, through references and boxes.
// edition: 2021

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Point {
    x: i32,
    y: i32,
    label: String,
}

struct Outer {
    point: Point,
    pair: (Loud, Loud),
}

fn disjoint() {
    let mut p = Point { x: 1, y: 2, label: "p".to_owned() };
    let x = &mut p.x;
    let read = || p.y + p.label.len() as i32;
    *x += 10;
    println!("{} {}", read(), p.x);
    let mut write = || {
        p.y = 7;
        p.label.push('!');
    };
    write();
    write();
    println!("{} {} {}", p.x, p.y, p.label);
}

fn moved_part() {
    let outer = Outer { point: Point { x: 3, y: 4, label: "q".to_owned() }, pair: (Loud("first"), Loud("second")) };
    let take = move || {
        let first = outer.pair.0;
        println!("took {}", first.0);
    };
    println!("{} {} {}", outer.point.x, outer.point.y, outer.pair.1.0);
    take();
    println!("{}", outer.point.label);
}

fn through_references(values: &mut (Vec<i32>, Option<i32>)) {
    let mut push = |n| values.0.push(n);
    push(1);
    push(2);
    let sum = || values.0.iter().sum::<i32>() + values.1.unwrap_or(0);
    println!("{}", sum());
    let boxed = Box::new((Loud("boxed"), 5));
    let f = || boxed.1 + boxed.0.0.len() as i32;
    println!("{}", f());
    let g = move || boxed.1 + boxed.0.0.len() as i32;
    println!("{}", g());
}

fn nested() {
    let mut count = 0;
    let name = "n".to_owned();
    let mut outer = || {
        let mut inner = || {
            count += 1;
            name.len()
        };
        inner() + inner()
    };
    println!("{} {}", outer(), outer());
    println!("{count} {name}");
}

fn patterns() {
    let pair = (String::from("a"), String::from("b"));
    let f = || {
        let (a, _) = &pair;
        a.len()
    };
    println!("{}", f());
    let option = Some((1, Loud("option")));
    let g = || match option {
        Some((n, _)) if n > 0 => n,
        Some(_) => 0,
        None => -1,
    };
    println!("{}", g());
    let unused = Loud("unused");
    let h = || {
        let _ = unused;
        1
    };
    println!("{}", h());
}

fn generic<T: Clone + std::fmt::Debug>(value: T) -> impl Fn() -> (T, T) {
    let pair = (value.clone(), value);
    move || (pair.0.clone(), pair.1.clone())
}

fn main() {
    disjoint();
    moved_part();
    let mut values = (vec![], Some(4));
    through_references(&mut values);
    nested();
    patterns();
    println!("{:?} {:?}", generic("g")(), generic(vec![1])());
}
