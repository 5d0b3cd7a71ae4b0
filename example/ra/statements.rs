//! Statements that are values: what they drop, and when.

struct D(u32);

impl Drop for D {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

const C: D = D(1);
fn mk(n: u32) -> D {
    D(n)
}
fn f(b: Box<D>) {
    *b;
    println!("after *b");
}
fn main() {
    C;
    println!("after C;");
    D(2);
    println!("after D(2);");
    let _ = D(3);
    println!("after let _");
    let _ = mk(4);
    println!("after let _ mk");
    let d = D(5);
    let _ = d;
    println!("d kept");
    let e = D(6);
    e;
    println!("e gone");
    f(Box::new(D(7)));
    let x;
    {
        let y = D(8);
        x = D(9);
        println!("{}", y.0);
    }
    println!("{}", x.0);
    match D(10) {
        D(n) => println!("m {n}"),
    }
    println!("end {}", mk(11).0);
    let t = (D(12), D(13));
    t.0;
    println!("t");
    if let Some(D(n)) = Some(D(14)) {
        println!("some {n}");
    }
    let r = &D(15);
    println!("{}", r.0);
    {
        C
    };
    println!("bl");
    let mut z = D(16);
    z = D(17);
    println!("z");
}
