// rac-flags: -O
//! Detection of CPU features at run time: of AVX-512 and others the program is told that the CPU lacks them, of those
//! that rac has, what is so. With `-O` the MIR inliner puts a part of std's question into the program.

use std::arch::x86_64::*;
use std::hint::black_box as bb;

macro_rules! detected {
    ($($feature:tt)*) => {
        [$(($feature, is_x86_feature_detected!($feature))),*]
    };
}

fn clmul(a: u64, b: u64) -> u128 {
    (0..64).filter(|i| b >> i & 1 != 0).fold(0, |acc, i| acc ^ u128::from(a) << i)
}

fn gf_mul(a: u8, b: u8) -> u8 {
    let product = clmul(a.into(), b.into()) as u32;
    (8..15).rev().fold(product, |acc, i| if acc >> i & 1 != 0 { acc ^ 0x11b << (i - 8) } else { acc }) as u8
}

/// The even numbers, in their order.
#[target_feature(enable = "avx512f")]
fn evens_avx512(v: &[i32; 16]) -> Vec<i32> {
    let v = unsafe { _mm512_loadu_si512(v.as_ptr().cast()) };
    let even = _mm512_testn_epi32_mask(v, _mm512_set1_epi32(1));
    let mut out = [0; 16];
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(even, v)) };
    out[..even.count_ones() as usize].to_vec()
}

fn evens(v: &[i32; 16]) -> (&'static str, Vec<i32>) {
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: that was asked for.
        ("avx512f", unsafe { evens_avx512(v) })
    } else {
        ("portable", v.iter().copied().filter(|x| x % 2 == 0).collect())
    }
}

#[target_feature(enable = "avx,pclmulqdq,vpclmulqdq")]
fn clmul_256(a: [u64; 4], b: [u64; 4]) -> [u128; 2] {
    unsafe {
        let a = _mm256_loadu_si256(a.as_ptr().cast());
        let b = _mm256_loadu_si256(b.as_ptr().cast());
        std::mem::transmute(_mm256_clmulepi64_epi128::<0x10>(a, b))
    }
}

#[target_feature(enable = "avx,gfni")]
fn gf_mul_256(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    unsafe {
        let a = _mm256_loadu_si256(a.as_ptr().cast());
        let b = _mm256_loadu_si256(b.as_ptr().cast());
        std::mem::transmute(_mm256_gf2p8mul_epi8(a, b))
    }
}

#[target_feature(enable = "avx,aes,vaes")]
fn aes_256(a: [u8; 32], key: [u8; 32]) -> [u8; 32] {
    unsafe {
        let a = _mm256_loadu_si256(a.as_ptr().cast());
        let key = _mm256_loadu_si256(key.as_ptr().cast());
        std::mem::transmute(_mm256_aesenc_epi128(a, key))
    }
}

#[target_feature(enable = "aes")]
fn aes_128(a: [u8; 16], key: [u8; 16]) -> [u8; 16] {
    unsafe { std::mem::transmute(_mm_aesenc_si128(std::mem::transmute(a), std::mem::transmute(key))) }
}

fn main() {
    let absent = detected!(
        "avx512f" "avx512cd" "avx512er" "avx512pf" "avx512bw" "avx512dq" "avx512vl" "avx512ifma" "avx512vbmi"
        "avx512vpopcntdq" "avx512vbmi2" "avx512vnni" "avx512bitalg" "avx512bf16" "avx512vp2intersect" "avx512fp16"
        "avxifma" "avxneconvert" "avxvnni" "avxvnniint8" "avxvnniint16" "sha512" "sm3" "sm4" "kl" "widekl" "rtm" "tbm"
        "xsaves"
    );
    println!("{} are absent", absent.len());
    for (feature, _) in absent.iter().filter(|(_, detected)| *detected) {
        println!("{feature} is detected");
    }

    for (feature, detected) in detected!("sse" "sse2" "fxsr" "mmx" "tsc") {
        println!("{feature}: {detected}");
    }
    // What the CPU says of a feature that rac has.
    let leaf_1 = __cpuid(1).ecx;
    let bits = [0, 1, 9, 19, 20, 23, 25];
    let detected = detected!("sse3" "pclmulqdq" "ssse3" "sse4.1" "sse4.2" "popcnt" "aes");
    for (bit, (feature, detected)) in bits.into_iter().zip(detected) {
        println!("{feature} is as the CPU says: {}", (leaf_1 >> bit & 1 != 0) == detected);
    }
    let leaf_7 = __cpuid_count(7, 0).ecx;
    let avx = is_x86_feature_detected!("avx");
    for (i, (feature, detected)) in detected!("gfni" "vaes" "vpclmulqdq").into_iter().enumerate() {
        println!("{feature} is as the CPU says: {}", !avx || (leaf_7 >> (8 + i) & 1 != 0) == detected);
    }

    println!("{:?}", evens(&bb([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3])));

    // What these features have without AVX-512.
    let a = bb([0x0123_4567_89ab_cdef, 1, u64::MAX, 2]);
    let b = bb([3, 0xfedc_ba98_7654_3210, 4, 0x8000_0000_0000_0001]);
    let mut products = [clmul(a[0], b[1]), clmul(a[2], b[3])];
    if avx && is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("vpclmulqdq") {
        products = unsafe { clmul_256(a, b) };
    }
    println!("{products:x?}");

    let a: [u8; 32] = std::array::from_fn(|i| bb(i as u8).wrapping_mul(37));
    let b: [u8; 32] = std::array::from_fn(|i| bb(i as u8).wrapping_mul(91) ^ 0x53);
    let mut products = std::array::from_fn(|i| gf_mul(a[i], b[i]));
    if avx && is_x86_feature_detected!("gfni") {
        products = unsafe { gf_mul_256(a, b) };
    }
    println!("{products:x?}");

    let mut same = true;
    if avx && is_x86_feature_detected!("aes") && is_x86_feature_detected!("vaes") {
        let halves = |v: [u8; 32]| v.as_chunks::<16>().0.to_vec();
        let parts = halves(a).into_iter().zip(halves(b)).map(|(a, b)| unsafe { aes_128(a, b) });
        same = parts.collect::<Vec<_>>() == halves(unsafe { aes_256(a, b) });
    }
    println!("{same}");
}
