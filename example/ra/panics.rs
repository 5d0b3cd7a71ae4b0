//! Where panics come from, and with what message and payload.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

macro_rules! check {
    ($c:expr) => {
        assert!($c)
    };
}

macro_rules! twice {
    ($a:expr, $b:expr) => {
        assert!($a == $b * 2)
    };
}

macro_rules! cast {
    ($a:expr, $t:ty) => {
        assert!(($a as $t) < 3)
    };
}

struct S {
    a: i32,
    f: fn(i32) -> bool,
}

impl S {
    fn is(&self, x: i32) -> bool {
        self.a == x
    }

    fn never<T: Default + PartialOrd>(&self) -> bool {
        T::default() < T::default()
    }
}

enum E {
    A,
    B(i32),
}

fn t(f: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(f)) {
        match payload.downcast::<&'static str>() {
            Ok(text) => println!("  &str: {text}"),
            Err(payload) => println!("  String: {}", payload.downcast::<String>().unwrap()),
        }
    }
}

fn asserts(a: i32, b: i32, v: &[i32], s: &S, pair: (i32, (i32, i32))) {
    t(|| assert!(a==b));
    t(|| assert!(a  ==  b && (a<b||a>b)));
    t(|| assert!(a+b*2-1 == 0,));
    t(|| assert!(!(a < b)));
    t(|| assert!(-a == *&b));
    t(|| assert!(s.is(2)));
    t(|| assert!((s.f)(a)));
    t(|| assert!(s.never::<Vec<u8>>()));
    t(|| assert!(v[0]==v [ 1 ]));
    t(|| assert!(pair.1.0 == pair.0));
    t(|| assert!(v.iter().all(|x|*x>1)));
    t(|| assert!(v.iter().any(|&x: &i32| x > 100)));
    t(|| assert!(matches!(E::A, E::B(1|2))));
    t(|| assert!(matches!(E::B(3), E::B(x) if x>3)));
    t(|| assert!(a as u8 == 3u8 as u8));
    t(|| assert!((1..3).contains(&5)));
    t(|| assert!([1,2]==[2 , 1,]));
    t(|| assert!((1,)==(2,)));
    t(|| assert!(Some(1)==None::<i32>));
    t(|| assert!(vec![1,2].is_empty()));
    t(|| assert!(&a == &b && "a\n{}" == r"b"));
    t(|| assert!(a & 1 == 0 || a ^ 1 << 2 == b | 4 && a % 2 != 1 && a >= b && a <= b));
    t(|| debug_assert!(matches!(a, 2|3)));
    t(|| check!(a==b));
    t(|| twice!(a, 1+1));
    t(|| twice!(a+1, b));
    t(|| cast!(a+3, i32));
}

fn messages(a: i32, b: i32) {
    t(|| assert!(a == b, "custom {} {a}", b));
    t(|| assert!(a == b, "plain {{}}"));
    t(|| debug_assert!(a == b, "literal {}", 1));
    t(|| assert_eq!(a, b));
    t(|| assert_ne!(a, a, "with {}", 1));
    t(|| assert_eq!(
        a + 1,
        b + 1,
        "with text"
    ));
    t(|| panic!());
    t(|| panic!("value {a}"));
    t(|| panic!("literal {}", "text"));
    t(|| panic!("nested {}", format_args!("{}!", 3u8)));
    t(|| todo!());
    t(|| todo!("number {}", 1));
    t(|| unimplemented!("text"));
    t(|| unreachable!());
    t(|| unreachable!("value {}", b));
    t(|| unreachable!("text"));
    t(|| core::panic!("core {}", a));
    t(|| std::panic!("std"));
}

fn operations(v: &Vec<i32>, zero: usize, most: u8) {
    t(|| drop(Err::<i32, i32>(1).unwrap()));
    t(|| drop(None::<i32>.expect("text")));
    t(|| drop(v[v.len()]));
    t(|| println!("{}", [1, 2][zero + 2]));
    t(|| println!("{}", most + 1));
    t(|| println!("{}", 1 / zero));
}

fn main() {
    set_hook(Box::new(|info| {
        let location = info.location().unwrap();
        println!("{}:{}", location.line(), location.column());
    }));
    let s = S { a: 1, f: |x| x == 9 };
    asserts(1, 2, &[1, 2, 3], &s, (1, (2, 3)));
    messages(1, 2);
    operations(&vec![1, 2, 3], 0, 255);
}
