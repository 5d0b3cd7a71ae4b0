//! What built-in macros give, and what macros make of the fragments they are handed.

mod inner {
    pub fn path() -> &'static str {
        module_path!()
    }

    macro_rules! module {
        ($name:ident) => {
            pub mod $name {
                pub fn path() -> &'static str {
                    module_path!()
                }
            }
        };
    }
    module!(made);
}

macro_rules! here {
    () => {
        (line!(), column!())
    };
}

macro_rules! pass {
    ($e:expr) => {
        $e
    };
    ($($t:tt)*) => {
        (here!(), $($t)*, module_path!())
    };
}

fn positions() {
    println!("{} {} {}", line!(), column!(), file!().rsplit('/').next().unwrap());
    println!("{:?} {:?}", here!(), pass!(line!()));
    let é = "ü"; println!("{:?} {é}", (column!(), here!()));
    println!("{:?}", pass!(
        line!(),
        column!()
    ));
    let closure = || line!();
    println!("{} {} {} {}", closure(), module_path!(), inner::path(), inner::made::path());
    println!("{}", concat!(line!(), ":", column!(), " ", stringify!(a + b)));
}

macro_rules! expr {
    ($e:expr) => {
        stringify!($e)
    };
}

macro_rules! ty {
    ($t:ty) => {
        stringify!($t)
    };
}

macro_rules! fragments {
    ($a:ident . $b:ident, $l:literal, $s:stmt, $p:pat, $q:lifetime) => {
        [stringify!($a.$b), stringify!($l), stringify!($s), stringify!($p), stringify!($q), stringify!($a + $b; $a::$b)]
    };
}

macro_rules! groups {
    ($($t:tt)*) => {
        stringify!($($t)*)
    };
}

macro_rules! own {
    () => {
        stringify!(a+b, c :: d, x.y (z), if(a) { b }else{c}, {} , [1,2], #[x], !x, x!)
    };
}

fn strings() {
    println!("{}", stringify!(a+b,  c +d ;e . f));
    println!("{}", stringify!(Vec<Vec<u8>>::new( ), <T as X>::y, a>>=b, ..=3, x->y));
    println!("{}", stringify!({ a }, {b}, {}, { }, { c}, f ( x ) [ 1 ], if (x) {}));
    println!("{}", stringify!(a /* comment */ b /*x*/c // line
        d));
    println!("{}", stringify!('a 'b: 'c, 'x', b'y', "s\n", r#"raw"#, 1u8, 1.5e3f64, r#fn, x !y));
    println!("{} {} {} {}", expr!(a+b*c), expr!(a + b), expr!(-1), expr!(vec![1,2]));
    println!("{} {} {}", expr!({ 1 }), ty!(Vec<u8>), ty!(&'static mut [u8; 3]));
    println!("{:?}", fragments!(a . b , -1, let x=1, Some(x), 'q));
    println!("{} {}", groups!(x), groups!((a+b) {c+d} [e+f]));
    println!("{}", own!());
}

fn constants() {
    println!("{}", concat!(1, 2u8, 0x10, 1_000, 0b11, 1.50f32, 1e3, 2f32, true, 'c', "s\t", r"r\t", -3, -4.5, 0o17u64));
    println!("{:?} {}", option_env!("NO_SUCH_VARIABLE"), option_env!("PATH").is_some());
    println!("{} {}", env!("PATH").is_empty(), cfg!(unix));
    println!("{} {}", include_str!("hello.rs").lines().count(), include_bytes!("hello.rs").len());
}

macro_rules! abs {
    ($e:expr) => {
        $e.abs()
    };
}

macro_rules! range {
    ($a:expr, $b:expr) => {
        match 0 {
            $a..=$b => "in",
            _ => "out",
        }
    };
}

macro_rules! product {
    ($a:expr, $b:expr) => {
        $a * $b
    };
}

macro_rules! plus_ten {
    ($e:expr) => {{
        let x = 10;
        $e + x
    }};
}

macro_rules! declare {
    ($x:ident) => {
        let $x = 5;
    };
}

macro_rules! loop_once {
    ($e:expr) => {
        'a: loop {
            if true {
                break 'a $e;
            }
        }
    };
}

macro_rules! count {
    () => { 0 };
    ($head:tt $($tail:tt)*) => { 1 + count!($($tail)*) };
}

fn fragments() {
    println!("{} {} {}", abs!(-5i32), range!(-1, 1), product!(1 + 2, 3 + 4));
    let x = 1;
    println!("{}", plus_ten!(x));
    declare!(x);
    println!("{x} {}", loop_once!(x));
    println!("{}", 'a: loop {
        let _ = loop_once!(break 'a 7);
    });
    println!("{}", count!(a b c (d e) f));
}

fn main() {
    positions();
    strings();
    constants();
    fragments();
}
