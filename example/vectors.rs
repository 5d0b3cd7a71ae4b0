//! Vector instructions through `core::arch`, and inline assembly.

use std::arch::asm;
use std::arch::x86_64::*;

fn sum_i32(v: &[i32]) -> i32 {
    unsafe {
        let mut acc = _mm_setzero_si128();
        for chunk in v.chunks_exact(4) {
            acc = _mm_add_epi32(acc, _mm_loadu_si128(chunk.as_ptr().cast()));
        }
        let mut lanes = [0; 4];
        _mm_storeu_si128(lanes.as_mut_ptr().cast(), acc);
        lanes.iter().sum::<i32>() + v.chunks_exact(4).remainder().iter().sum::<i32>()
    }
}

fn find_byte(haystack: &[u8; 16], byte: u8) -> Option<u32> {
    unsafe {
        let equal = _mm_cmpeq_epi8(_mm_loadu_si128(haystack.as_ptr().cast()), _mm_set1_epi8(byte as i8));
        let mask = _mm_movemask_epi8(equal);
        (mask != 0).then(|| mask.trailing_zeros())
    }
}

fn add_asm(a: u64, b: u64) -> u64 {
    let result;
    unsafe { asm!("lea {r}, [{a} + {b}]", a = in(reg) a, b = in(reg) b, r = lateout(reg) result) };
    result
}

fn multiply_asm(a: u64, b: u64) -> (u64, u64) {
    let (low, high);
    unsafe { asm!("mul {}", in(reg) b, inlateout("rax") a => low, lateout("rdx") high) };
    (low, high)
}

fn main() {
    println!("{}", sum_i32(&(1..=11).collect::<Vec<_>>()));
    println!("{:?} {:?}", find_byte(b"abcdefghijklmnop", b'k'), find_byte(b"abcdefghijklmnop", b'z'));
    let floats = unsafe {
        let a = _mm_set_ps(4.0, 3.0, 2.0, 1.0);
        let b = _mm_mul_ps(a, _mm_set1_ps(1.5));
        let mut out = [0.0_f32; 4];
        _mm_storeu_ps(out.as_mut_ptr(), _mm_sqrt_ps(b));
        out
    };
    println!("{floats:?}");
    println!("{} {:?}", add_asm(40, 2), multiply_asm(u64::MAX, 3));
}
