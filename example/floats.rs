//! Floats: arithmetic, comparison with NaN, casts with Rust's saturation, rounding and library functions.

use std::hint::black_box as bb;

fn main() {
    for x in [0.0, -0.0, 1.5, -2.5, 1e300, -1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE] {
        let x = bb(x);
        println!("{x:?}: {} {} {} {} {}", x as i8, x as u8, x as i32, x as u64, x as i64);
        println!("  {} {} {:?} {:?}", x as i128, x as u128, x as f32, x as f32 as i16);
        println!("  {:?} {:?} {:?} {:?} {:?}", x.floor(), x.ceil(), x.round(), x.trunc(), x.round_ties_even());
        println!("  {:?} {:?} {:?} {:?}", x.abs(), -x, x.signum(), x.copysign(-1.0));
        println!("  {:?} {:?} {:?}", x.min(1.0), x.max(1.0), x.clamp(-1.0, 1.0));
        println!("  {} {} {} {} {:?}", x < 1.0, x <= 1.0, x == x, x != x, x.partial_cmp(&1.0));
        println!("  {:#x} {:?} {}", x.to_bits(), x.classify(), x.is_sign_negative());
    }
    println!("{:?} {:?}", bb(0.1) + bb(0.2), bb(0.1_f32) + bb(0.2_f32));
    println!("{:?} {:?}", bb(7.5) % bb(2.0), bb(-7.5_f32) % bb(2.0));
    println!("{:.6} {:.6} {:.6}", bb(2.0_f64).sqrt(), bb(1.0_f64).exp(), bb(10.0_f64).ln());
    println!("{:.6} {:.6} {:.6}", bb(1.0_f64).sin(), bb(1.0_f64).cos(), bb(2.0_f64).powf(0.5));
    println!("{:?} {:?}", bb(2.0_f64).powi(10), bb(2.0_f64).mul_add(3.0, 4.0));
    println!("{:?} {:?}", bb(u64::MAX) as f32, bb(i128::MIN) as f64);
    println!("{:?} {:?}", bb(u128::MAX) as f32, bb(16777217_i32) as f32);
    println!("{:?} {:?}", "3.25".parse::<f64>(), "x".parse::<f32>());
    println!("{:e} {:8.3}|{:<8}|{:+}", bb(1234.5), bb(2.71875), bb(1.5), bb(1.5));
}
