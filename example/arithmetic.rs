//! Integers of every width, 128-bit ones, checked, wrapping and saturating forms, shifts, bit operations.

use std::hint::black_box as bb;

macro_rules! ints {
    ($($t:ty),*) => {$({
        let (min, max) = (bb(<$t>::MIN), bb(<$t>::MAX));
        println!("{}: {min}..={max}", stringify!($t));
        println!("  checked {:?} {:?} {:?}", max.checked_add(bb(1)), min.checked_sub(bb(1)), max.checked_mul(bb(2)));
        println!("  wrapping {} {} {}", max.wrapping_add(bb(2)), min.wrapping_sub(bb(2)), max.wrapping_mul(max));
        println!("  saturating {} {} {}", max.saturating_add(bb(9)), min.saturating_sub(bb(9)), max.saturating_mul(bb(3)));
        println!("  overflowing {:?} {:?}", max.overflowing_add(bb(1)), min.overflowing_sub(bb(1)));
        println!("  div {} {} {:?}", max / bb(7), max % bb(7), max.checked_div(bb(0)));
        println!("  bits {} {} {} {}", max.count_ones(), bb(1 as $t).leading_zeros(), bb(8 as $t).trailing_zeros(), max.swap_bytes());
        println!("  rotate {} {}", bb(3 as $t).rotate_left(5), bb(3 as $t).rotate_right(1));
        println!("  shift {} {} {:?}", bb(1 as $t) << bb(3), max >> bb(2), max.checked_shl(bb(200)));
        println!("  reverse {} pow {} {:?}", bb(1 as $t).reverse_bits(), bb(3 as $t).pow(4), bb(3 as $t).checked_pow(200));
        println!("  ord {:?} {}", min.cmp(&max), min < max);
    })*};
}

fn main() {
    ints!(u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, usize, isize);
    let big = bb(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef_u128);
    println!("{:x} {:x} {:x}", big / bb(0x1_0000_0001), big % bb(0x1_0000_0001), big.wrapping_mul(big));
    println!("{} {}", bb(-170141183460469231731687303715884105728_i128) / bb(3), bb(-17_i128) % bb(5));
    println!("{} {} {}", bb(-1_i128) >> bb(100), bb(1_u128) << bb(100), bb(-7_i32).div_euclid(bb(2)));
    println!("{} {} {}", bb(300_i32) as u8, bb(-1_i8) as u64, bb(u64::MAX) as i128);
    println!("{} {}", bb(10_u32).abs_diff(bb(15)), bb(i32::MIN).unsigned_abs());
    println!("{:?} {:?}", bb(i32::MIN).checked_neg(), bb(5_u32).checked_neg());
    println!("{} {}", bb(99_u64).isqrt(), bb(1000_u32).ilog2());
}
