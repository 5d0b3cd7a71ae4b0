//! C: calls both ways, variadic functions, structs by value, callbacks, strings, errno.

use std::ffi::{CStr, CString, c_char, c_double, c_int, c_long, c_void};

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
struct DivResult {
    quot: c_long,
    rem: c_long,
}

unsafe extern "C" {
    fn snprintf(buf: *mut c_char, size: usize, format: *const c_char, ...) -> c_int;
    fn ldiv(a: c_long, b: c_long) -> DivResult;
    fn qsort(base: *mut c_void, n: usize, size: usize, cmp: extern "C" fn(*const c_void, *const c_void) -> c_int);
    fn strlen(s: *const c_char) -> usize;
    fn hypot(x: c_double, y: c_double) -> c_double;
    static environ: *const *const c_char;
}

extern "C" fn compare(a: *const c_void, b: *const c_void) -> c_int {
    let (a, b) = unsafe { (*a.cast::<i32>(), *b.cast::<i32>()) };
    a.cmp(&b) as c_int
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mixed {
    x: f32,
    y: f32,
    n: i32,
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Big {
    values: [u64; 5],
}

extern "C" fn mixed(m: Mixed, b: Big, k: u8) -> Mixed {
    Mixed { x: m.x + b.values[4] as f32, y: m.y * 2.0, n: m.n + i32::from(k) }
}

extern "C" fn big(n: u64) -> Big {
    Big { values: [n, n + 1, n + 2, n + 3, n + 4] }
}

#[unsafe(no_mangle)]
extern "C" fn rac_example_exported(x: i32) -> i32 {
    x + 1
}

fn main() {
    let mut buf = [0 as c_char; 64];
    let n = unsafe {
        snprintf(buf.as_mut_ptr(), buf.len(), c"%d %s %.2f %c %ld".as_ptr(), 42, c"str".as_ptr(), 1.5_f64, 'x' as c_int, -7 as c_long)
    };
    println!("{n} {:?}", unsafe { CStr::from_ptr(buf.as_ptr()) });
    println!("{:?}", unsafe { ldiv(17, 5) });
    let mut numbers = [5, 3, 9, -1, 4];
    unsafe { qsort(numbers.as_mut_ptr().cast(), numbers.len(), 4, compare) };
    println!("{numbers:?}");
    let owned = CString::new("twelve bytes").unwrap();
    println!("{} {}", unsafe { strlen(owned.as_ptr()) }, unsafe { hypot(3.0, 4.0) });
    println!("{}", unsafe { !environ.is_null() });
    let f: extern "C" fn(Mixed, Big, u8) -> Mixed = std::hint::black_box(mixed);
    println!("{:?}", f(Mixed { x: 1.5, y: 2.5, n: 7 }, big(10), 200));
    let g: extern "C" fn(u64) -> Big = std::hint::black_box(big);
    println!("{:?} {}", g(3), rac_example_exported(1));
}
