// unstable
// The ABI "rust-call": functions whose last argument is the tuple of what they are called with.
// edition: 2021

#![feature(unboxed_closures, fn_traits)]
struct Adder(u32);
impl FnOnce<(u32, u32)> for Adder {
    type Output = u32;
    extern "rust-call" fn call_once(mut self, args: (u32, u32)) -> u32 {
        self.call_mut(args)
    }
}
impl FnMut<(u32, u32)> for Adder {
    extern "rust-call" fn call_mut(&mut self, (a, b): (u32, u32)) -> u32 {
        self.0 += 1;
        a + b + self.0
    }
}
fn apply(f: &mut dyn FnMut(u32, u32) -> u32) -> u32 {
    f(1, 2)
}
fn once<F: FnOnce(u32, u32) -> u32>(f: F) -> u32 {
    f(5, 6)
}
fn main() {
    let mut a = Adder(10);
    println!("{} {} {}", a(1, 1), apply(&mut a), once(a));
    println!("{}", std::ops::FnMut::call_mut(&mut Adder(0), (7, 8)));
}
