//! Casts of every kind.

#[derive(Clone, Copy)]
#[repr(u8)]
enum Small {
    A = 3,
    B = 200,
}

#[derive(Clone, Copy)]
enum Signed {
    Minus = -1,
    Zero,
    Big = 1 << 40,
}

#[derive(Clone, Copy)]
#[repr(i16)]
enum Short {
    Low = -300,
}

enum Single {
    Only = 5,
}

#[derive(Clone, Copy)]
enum Empty {
    P(),
    Q {},
}

trait Speak {
    fn speak(&self) -> String;
}

impl Speak for i32 {
    fn speak(&self) -> String {
        format!("i32 {self}")
    }
}

fn double(n: i32) -> i32 {
    n * 2
}

extern "C" fn foreign(n: u8) -> u8 {
    n + 1
}

fn get<T>(t: T) -> T {
    t
}

fn enums() {
    println!("{} {} {}", Small::A as u8, Small::B as i8, Small::B as u64);
    println!("{} {} {}", Signed::Minus as i32, Signed::Zero as u8, Signed::Big as i64);
    println!("{} {}", Signed::Minus as u128, Signed::Big as i32);
    println!("{} {} {}", Short::Low as i8, Short::Low as u16, Short::Low as i64);
    println!("{} {} {}", Single::Only as u32, Empty::P() as u8, Empty::Q {} as usize);
    println!("{} {}", std::cmp::Ordering::Less as i8, std::cmp::Ordering::Greater as u32);
    let small = Some(Small::B);
    println!("{}", small.unwrap() as u32);
}

fn numbers() {
    println!("{} {} {}", -1i32 as u8, 300u16 as u8, -1i8 as u128);
    println!("{} {} {}", 1e20f64 as i32, -5.9f32 as u8, f64::NAN as i64);
    println!("{} {}", u64::MAX as f32, i128::MIN as f64);
    println!("{} {} {}", 'a' as u32, 97u8 as char, true as u8 as f32);
    println!("{} {}", 0.1f32 as f64, 1e300f64 as f32);
}

fn functions() {
    let address = double as usize;
    let pointer = double as fn(i32) -> i32;
    println!("{} {}", address == pointer as usize, pointer(4));
    println!("{}", double as *const () as usize == address);
    let c = foreign as extern "C" fn(u8) -> u8;
    println!("{} {}", c(1), foreign as *const u8 == c as *const u8);
    let closure = (|n| n - 1) as fn(i32) -> i32;
    println!("{}", closure(1));
    let some = Some as fn(i32) -> Option<i32>;
    println!("{:?}", some(3));
    println!("{}", (get::<u8> as fn(u8) -> u8)(9));
    let raw = pointer as *const ();
    let back: fn(i32) -> i32 = unsafe { std::mem::transmute(raw) };
    println!("{}", back(21));
}

fn pointers() {
    let mut array = [1u16, 2, 3];
    let first = &array as *const u16;
    println!("{}", unsafe { *first.add(1) });
    let first = &mut array as *mut u16;
    unsafe { *first.add(2) = 9 };
    let slice = &array[..] as *const [u16];
    println!("{} {}", unsafe { &*slice }.len(), unsafe { *(slice as *const u16).add(2) });
    let bytes = slice as *const [u8];
    println!("{}", unsafe { &*bytes }.len());
    let n = 7i32;
    let object = &n as &dyn Speak as *const dyn Speak;
    println!("{}", unsafe { &*object }.speak());
    println!("{}", unsafe { *(object as *const i32) });
    let address = &n as *const i32 as usize;
    println!("{}", unsafe { *(address as *const i32) });
    let nothing = 0 as *const u8;
    println!("{} {}", nothing.is_null(), 16usize as *mut u32 as usize);
    let mutable = &mut 5 as *mut i32 as *const i32;
    println!("{}", unsafe { *mutable });
    println!("{:?}", std::ptr::addr_of!(array[1]) as usize - &raw const array as usize);
    let place = &raw mut array[0];
    unsafe { *place += 40 };
    println!("{array:?}");
}

fn main() {
    enums();
    numbers();
    functions();
    pointers();
}
