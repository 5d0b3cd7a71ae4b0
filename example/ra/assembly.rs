// unstable
//! Inline assembly: operands of each kind and the order of their evaluation, labels, options, what calls clobber, both syntaxes,
//! naked functions.

#![feature(asm_goto_with_outputs, asm_unwind)]

use std::arch::{asm, naked_asm};
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Noisy(u64, &'static str);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("  drop {} {}", self.1, self.0);
    }
}

struct Smart {
    value: [u64; 2],
    reads: u32,
}

impl Deref for Smart {
    type Target = [u64; 2];
    fn deref(&self) -> &[u64; 2] {
        println!("  deref");
        &self.value
    }
}

impl DerefMut for Smart {
    fn deref_mut(&mut self) -> &mut [u64; 2] {
        self.reads += 1;
        println!("  deref_mut");
        &mut self.value
    }
}

fn note<T>(name: &str, value: T) -> T {
    println!("  {name}");
    value
}

fn order() {
    let mut places = [1u64, 2, 3];
    unsafe {
        asm!(
            "add {0}, {1}",
            "mov {2}, {0}",
            inout(reg) places[note("first", 0)],
            in(reg) note("second", 40u64),
            out(reg) places[note("third", 2)],
        );
    }
    println!("order: {places:?}");
    let mut x = 1u64;
    unsafe {
        asm!("add {}, {}", inout(reg) x => places[1], in(reg) { x = 10; x });
    }
    println!("read when evaluated: {x} {places:?}");
}

fn directions() {
    let (mut a, b, c): (u32, u32, u32);
    a = 7;
    unsafe {
        asm!("lea {r:e}, [{a:e} + {a:e}]", a = in(reg) a, r = out(reg) b);
        asm!("add {0:e}, 1", inlateout(reg) a => c);
        asm!("shl {0:e}, 2", "mov {tmp:e}, {0:e}", inout(reg) a, tmp = out(reg) _);
        asm!("nop", inout("rax") 5u64 => _, lateout("rcx") _, out("xmm3") _);
    }
    println!("directions: {a} {b} {c}");
    let (low, high): (u64, u64);
    unsafe { asm!("mul {}", in(reg) u64::MAX, inlateout("rax") 3u64 => low, lateout("rdx") high, options(pure, nomem)) };
    println!("mul: {low:#x} {high}");
    let byte: u8;
    let wide: u16;
    unsafe { asm!("mov {0}, 200", "mov {1:x}, 300", "mov {2:l}, 1", out(reg_byte) byte, out(reg_abcd) wide, out(reg_abcd) _) };
    println!("widths: {byte} {wide}");
    let sum: f64;
    unsafe { asm!("addsd {0}, {1}", inlateout(xmm_reg) 1.5f64 => sum, in(xmm_reg) 2.25f64) };
    println!("float: {sum}");
    let mut raw = MaybeUninit::<u64>::uninit();
    unsafe { asm!("mov {}, 77", out(reg) raw) };
    println!("uninit: {}", unsafe { raw.assume_init() });
}

fn places() {
    let mut smart = Smart { value: [1, 2], reads: 0 };
    let mut boxed = Box::new(5u64);
    let mut list = vec![10u64, 20, 30];
    let index = 1;
    unsafe {
        asm!("mov {}, 9", out(reg) smart[1]);
        asm!("mov {}, {}", out(reg) *boxed, in(reg) smart[0]);
        asm!("add {}, 5", inout(reg) list[index]);
    }
    println!("places: {:?} {} {boxed} {list:?}", smart.value, smart.reads);
    let mut total = 1u64;
    let mut add = |n: u64| unsafe { asm!("add {}, {}", inout(reg) total, in(reg) n) };
    add(4);
    add(5);
    println!("captured: {total}");
    let checked = catch_unwind(|| {
        let mut short = [0u64; 2];
        let beyond = std::hint::black_box(2);
        unsafe { asm!("mov {}, 1", out(reg) short[beyond]) };
        short
    });
    println!("bounds: {}", checked.is_err());
}

extern "C" fn twice(x: u64) -> u64 {
    2 * x
}

extern "C" fn size<T>() -> u64 {
    size_of::<T>() as u64
}

trait Named {
    extern "C" fn name() -> u64;
}

impl Named for u8 {
    extern "C" fn name() -> u64 {
        8
    }
}

static NUMBERS: [u64; 3] = [11, 22, 33];

fn pointers() {
    let value = 123u64;
    let mut changed = 1u64;
    let (read, called): (u64, u64);
    unsafe {
        asm!("mov {}, [{}]", out(reg) read, in(reg) &value);
        asm!("mov qword ptr [{}], 6", in(reg) &mut changed);
        asm!("call {}", in(reg) twice, inout("rdi") 21u64 => _, out("rax") called, clobber_abi("C"));
    }
    println!("pointers: {read} {changed} {called}");
}

fn call<T: Named>() -> (u64, u64, u64) {
    let (a, b, c): (u64, u64, u64);
    unsafe {
        asm!("call {}", sym twice, in("rdi") 4u64, lateout("rax") a, clobber_abi("sysv64"));
        asm!("call {f}", f = sym size::<[T; 3]>, lateout("rax") b, clobber_abi("C"), options(att_syntax));
        asm!("call {}", sym <T as Named>::name, out("rax") c, out("xmm0") _, clobber_abi("sysv64", "win64"));
    }
    (a, b, c)
}

fn symbols() {
    println!("symbols: {:?}", call::<u8>());
    let second: u64;
    unsafe { asm!("lea {0}, [rip + {1}]", "mov {0}, [{0} + 8]", out(reg) second, sym NUMBERS) };
    println!("static: {second}");
}

const fn square(x: i32) -> i32 {
    x * x
}

fn constants<const N: usize>() -> (u64, i32, u64) {
    let (a, c): (u64, u64);
    let b: i32;
    unsafe {
        asm!("mov {}, {}", out(reg) a, const N);
        asm!("mov {:e}, {}", out(reg) b, const { let x = 3; square(x) - 10 });
        asm!("mov {}, {k} + {k}", out(reg) c, k = const 2 * size_of::<u64>() as i64);
    }
    (a, b, c)
}

macro_rules! twist {
    ($op:literal, $x:expr, $by:expr) => {{
        let mut x: u64 = $x;
        unsafe { asm!(concat!($op, " {0}, ", stringify!($by)), inout(reg) x, options(pure, nomem, nostack)) };
        x
    }};
    (sym $path:path) => {{
        let x: u64;
        unsafe { asm!("call {}", sym $path, in("rdi") 50u64, out("rax") x, clobber_abi("C")) };
        x
    }};
}

fn templates() {
    println!("macros: {} {} {}", twist!("rol", 1, 5), twist!("sub", 9, 2), twist!(sym twice));
    let x: u64;
    unsafe {
        asm!(
            "/* {{braces}} */ mov {x}, 1",
            concat!("add {x}", ", ", 2, "\nadd {x}, {y}"),
            r#"add {x}, 4 // "raw""#,
            x = out(reg) x,
            y = in(reg) 10u64,
        );
    }
    println!("joined: {x}");
    unsafe { asm!("/* {} {not an operand} */", "nop", options(raw)) };
    let y: u64;
    unsafe { asm!("movq $7, {0}", "add {1}, {0}", out(reg) y, in(reg) 1u64, options(att_syntax, preserves_flags)) };
    println!("att: {y}");
    let z: u64;
    unsafe {
        asm!(
            "mov {}, {}",
            out(reg) z,
            #[cfg(unix)]
            const 1,
            #[cfg(not(unix))]
            const 2,
        );
    }
    println!("cfg: {z}");
}

fn jumps(jump: bool) -> u32 {
    let found: u64;
    let _guard = Noisy(jump as u64, "guard of jumps");
    unsafe {
        asm!(
            "mov {0}, 3",
            "test {1}, {1}",
            "jnz {2}",
            out(reg) found,
            in(reg) u64::from(jump),
            label {
                println!("  jumped with {found}");
                return 1;
            },
        );
    }
    println!("  fell through with {found}");
    0
}

fn labels() {
    println!("jumps: {} {}", jumps(false), jumps(true));
    let mut rounds = 0;
    for i in 0..5u64 {
        let _each = Noisy(i, "round");
        unsafe {
            asm!(
                "cmp {}, 1",
                "je {}",
                "ja {}",
                in(reg) i,
                label { println!("  next"); continue },
                label { let _inner = Noisy(i, "inner"); break },
            );
        }
        rounds += 1;
    }
    println!("rounds: {rounds}");
    let came_from;
    unsafe { asm!("jmp {}", label { came_from = "label" }, options(noreturn)) };
    println!("noreturn: {came_from}");
    let value: u64 = match std::hint::black_box(4) {
        9 => unsafe { asm!("ud2", options(noreturn)) },
        other => other,
    };
    println!("never: {value}");
}

fn temporaries() {
    let first: u64;
    unsafe {
        asm!(
            "mov {0}, [{1}]",
            "add {0}, {2}",
            out(reg) first,
            in(reg) &Noisy(7, "borrowed").0,
            in(reg) Noisy(8, "read").0,
        );
    }
    println!("temporaries: {first}");
}

extern "C-unwind" fn panics() {
    std::panic::resume_unwind(Box::new("unwound"));
}

fn unwinding() {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _first = Noisy(1, "unwinding");
        let _second = Noisy(2, "unwinding");
        unsafe { asm!("call {}", sym panics, clobber_abi("C"), options(may_unwind)) };
        println!("not reached");
    }));
    println!("unwinding: {:?}", result.unwrap_err().downcast_ref::<&str>());
}

#[unsafe(naked)]
extern "C" fn naked_sum(_: u64, _: u64) -> u64 {
    naked_asm!("lea rax, [rdi + rsi + {}]", "ret", const square(10))
}

#[unsafe(naked)]
extern "C" fn naked_jump<const N: u64>(_: u64) -> u64 {
    naked_asm!("addq ${n}, %rdi", "jmp {to}", n = const N, to = sym twice, options(att_syntax))
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    order();
    directions();
    places();
    pointers();
    symbols();
    println!("constants: {:?} {:?}", constants::<5>(), constants::<6>());
    templates();
    labels();
    temporaries();
    unwinding();
    println!("naked: {} {}", naked_sum(1, 2), naked_jump::<3>(10));
}
