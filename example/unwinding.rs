//! Panics: drops in order while unwinding, catching, payloads, panics in other threads, the hook, and resuming.

use std::panic::{self, AssertUnwindSafe, Location, catch_unwind, resume_unwind};

struct Noisy(&'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}{}", self.0, if std::thread::panicking() { " (panicking)" } else { "" });
    }
}

fn inner(n: i32) -> i32 {
    let _a = Noisy("inner a");
    let v = vec![Noisy("vec 0"), Noisy("vec 1")];
    if n > 2 {
        panic!("n is {n}");
    }
    drop(v);
    let _b = Noisy("inner b");
    n * 2
}

fn outer(n: i32) -> i32 {
    let _guard = Noisy("outer");
    let boxed: Box<dyn Fn(i32) -> i32> = Box::new(inner);
    boxed(n) + 1
}

#[track_caller]
fn whence() -> u32 {
    Location::caller().line()
}

fn array_index(i: usize) -> i32 {
    [1, 2, 3][i]
}

fn main() {
    panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("?");
        println!("hook: {message} at line {}", info.location().map_or(0, |l| l.line()));
    }));
    println!("{:?}", catch_unwind(|| outer(1)));
    let error = catch_unwind(|| outer(3)).unwrap_err();
    println!("{:?}", error.downcast_ref::<String>());
    println!("{:?}", catch_unwind(|| array_index(std::hint::black_box(7))).is_err());
    println!("{:?}", catch_unwind(|| std::hint::black_box(i32::MAX) + std::hint::black_box(1)).is_err());
    println!("{:?}", catch_unwind(|| std::hint::black_box(1) / std::hint::black_box(0)).is_err());
    println!("{:?}", catch_unwind(|| None::<u8>.expect("nothing")).is_err());
    println!("{:?}", catch_unwind(|| resume_unwind(Box::new(42_u8))).unwrap_err().downcast::<u8>().ok());
    let mut count = 0;
    let _ = catch_unwind(AssertUnwindSafe(|| {
        count += 1;
        let _n = Noisy("in closure");
        count += 1;
        panic!("static message");
    }));
    println!("{count} {}", whence());
    let joined = std::thread::spawn(|| {
        let _n = Noisy("thread");
        if std::hint::black_box(true) {
            panic!("in thread");
        }
        5
    })
    .join();
    println!("{}", joined.is_err());
    let nested = catch_unwind(|| {
        struct CatchInDrop;
        impl Drop for CatchInDrop {
            fn drop(&mut self) {
                println!("{}", catch_unwind(|| panic!("second")).is_err());
            }
        }
        let _c = CatchInDrop;
        panic!("first");
    });
    println!("{}", nested.is_err());
}
