// unstable
//! Items of kinds that are seldom: externally implementable ones, constants in types, methods with an alignment.

#![feature(extern_item_impls, min_generic_const_args, final_associated_functions, rustc_attrs, fn_align, used_with_arg)]
#![allow(incomplete_features, internal_features, dead_code)]

mod declared {
    #[eii(implemented)]
    pub fn implemented(x: u64) -> u64;

    #[eii(by_default)]
    pub fn by_default(x: u64) -> u64 {
        x + 1
    }

    #[eii(overridden)]
    pub fn overridden() -> &'static str {
        "default"
    }
}

#[declared::implemented]
fn one_implementation(x: u64) -> u64 {
    x * 3
}

#[declared::overridden]
fn not_the_default() -> &'static str {
    "overridden"
}

trait Sized2 {
    type const N: usize;

    fn sum(&self, other: [u8; Self::N]) -> u32;

    final fn twice(&self, other: [u8; Self::N]) -> u32 {
        2 * self.sum(other)
    }

    fn last(&self) -> &'static str;
}

impl Sized2 for u8 {
    type const N: usize = 2;

    fn sum(&self, [a, b]: [u8; Self::N]) -> u32 {
        u32::from(*self) + u32::from(a) + u32::from(b)
    }

    fn last(&self) -> &'static str {
        "u8"
    }
}

impl<const N: usize> Sized2 for [u8; N] {
    type const N: usize = N;

    fn sum(&self, other: [u8; Self::N]) -> u32 {
        self.iter().chain(&other).map(|&x| u32::from(x)).sum()
    }

    fn last(&self) -> &'static str {
        "array"
    }
}

trait Aligned {
    #[rustc_align(1024)]
    fn method(&self);
}

unsafe extern "C" {
    static DEFINED_NOWHERE: usize;
}

/// Nothing refers to it, so nobody misses what it refers to.
#[unsafe(no_mangle)]
pub fn left_out() -> usize {
    unsafe { DEFINED_NOWHERE }
}

#[used(compiler)]
static LEFT_OUT: fn() -> usize = left_out;

fn main() {
    println!("{} {} {}", declared::implemented(5), declared::by_default(5), declared::overridden());
    let values: [Box<dyn Sized2<N = 2>>; 2] = [Box::new(3), Box::new([1, 1])];
    for value in &values {
        println!("{} {} {}", value.sum([4, 5]), value.twice([4, 5]), value.last());
    }
    println!("{}", <dyn Aligned>::method as fn(_) as usize % 1024);
}
