//! Lengths with their unit in the type.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Add;

pub trait Unit: 'static {
    const NAME: &'static str;
    const IN_METRES: f64;
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metre;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Foot;

impl Unit for Metre {
    const NAME: &'static str = "m";
    const IN_METRES: f64 = 1.0;
}

impl Unit for Foot {
    const NAME: &'static str = "ft";
    const IN_METRES: f64 = 0.3048;
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length<U> {
    pub value: f64,
    unit: PhantomData<U>,
}

impl<U: Unit> Length<U> {
    pub const fn new(value: f64) -> Self {
        Length { value, unit: PhantomData }
    }

    pub fn to<V: Unit>(self) -> Length<V> {
        Length::new(self.value * U::IN_METRES / V::IN_METRES)
    }
}

impl<U: Unit, V: Unit> Add<Length<V>> for Length<U> {
    type Output = Length<U>;

    fn add(self, other: Length<V>) -> Length<U> {
        Length::new(self.value + other.to::<U>().value)
    }
}

impl<U: Unit> fmt::Display for Length<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} {}", self.value, U::NAME)
    }
}
