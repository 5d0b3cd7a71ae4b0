//! Format strings of all kinds.

use std::fmt;
struct D;
impl fmt::Display for D {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {:?} {:?} {} {} {} {}",
            f.width(),
            f.precision(),
            f.fill(),
            f.alternate(),
            f.sign_plus(),
            f.sign_minus(),
            f.sign_aware_zero_pad()
        )
    }
}
#[derive(Debug)]
struct P {
    x: i32,
    s: &'static str,
}
fn main() {
    let w = 7;
    let p = 2;
    let v = 3.14159;
    let n = -42;
    let s = "héllo";
    println!("[{:w$.p$}] [{:>1$}] [{:.*}] [{:>1$.*}]", v, 9, 3, v, 1, v);
    println!("[{v:>w$.p$}] [{v:<9.3e}] [{n:+05}] [{n:#x}] [{n:#010b}] [{:^9}] [{:*^9}] [{:#?}]", s, s, (1, "a"));
    println!("[{0:1$}] [{0:>1$}] [{a:b$}] {a} {{}} {{{a}}}", 5, 6, a = 1, b = 4);
    println!("{:08.3} {:+} {:e} {:E} {:o} {:X} {:p}", v, v, 1234.5, 1234.5, 8, 255, std::ptr::null::<u8>());
    println!("{:?} {:x?} {:X?} {:#?}", P { x: 1, s: "q\"\n" }, [10, 255], [10, 255], P { x: 2, s: "" });
    println!("{:-^+#015.4} {:5}", D, D);
    println!("{:é>5}|{:😀^5}", 1, 2);
    println!(r"raw {} \n", 1);
    println!(r#"raw "{}""#, 2);
    println!(concat!("c{}", "d{}\n", r"e\n"), 1, 2);
    println!(
        "line \
              cont {} 	tab \u{1F600} \x41 \\ \' \0.",
        3
    );
    println!("{}{}{}", 1, "a", 'c');
    println!();
    println!("{}", format_args!("{} {}", 1, 2));
    print!("no newline ");
    eprintln!("err {}", 1);
    println!("{s:?} {s:10}| {s:.2}| {s:>10.3}|");
    println!("{0} {0:?} {1} {0:x}", 17, 18);
    println!("{:?} {:?}", 1.0f32, f64::NAN);
    println!("{:5}|{:<5}|{:^5}|{:>5}|{:05}", true, 'x', 1, "ab", 7);
    let width = 6;
    println!("{:width$}|{:1$}|{:>width$}", 1, 4, 2);
    println!(
        "{}",
        format!("{}", {
            let x = 3;
            x + 1
        })
    );
    let r#type = 3;
    println!("{type} {}", r#type);
    macro_rules! f { ($f:literal, $($a:expr),*) => { println!($f, $($a),*) }; }
    f!("m {} {s}", 1);
    macro_rules! g { ($($a:tt)*) => { println!("pre {} post", format_args!($($a)*)) }; }
    g!("x{n}y {}", 2);
    macro_rules! h {
        ($x:expr) => {{
            let n = 100;
            println!("{n} {}", $x)
        }};
    }
    h!(n);
    println!("{n:>+w$} {n:<0w$}|");
    println!("\u{7f}\u{0}\t{}", "\r\n".len());
    assert_eq!(format!("{:?}", "\u{301}a\u{200b}\\"), format!("{:?}", String::from("\u{301}a\u{200b}\\")));
    let big = "0123456789".repeat(3);
    println!("{big:.5} {}", "x".repeat(200).len());
    println!(
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{}b",
        1
    );
    write_it().unwrap();
}
fn write_it() -> fmt::Result {
    use fmt::Write;
    let mut s = String::new();
    write!(s, "{:>4}", 1)?;
    writeln!(s, "{}", 2)?;
    writeln!(s)?;
    print!("{s}");
    Ok(())
}
