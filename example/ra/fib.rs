fn fib(n: u32) -> u64 {
    if n < 2 { n as u64 } else { fib(n - 1) + fib(n - 2) }
}

fn wrapped(a: u8, b: u8) -> Option<u8> {
    std::panic::catch_unwind(|| a + b).ok()
}

fn main() {
    let mut i = 0;
    while i <= 20 {
        println!("{i} {}", fib(i));
        i += 5;
    }
    std::panic::set_hook(Box::new(|_| {}));
    println!("{:?} {:?}", wrapped(1, 2), wrapped(255, 1));
}
