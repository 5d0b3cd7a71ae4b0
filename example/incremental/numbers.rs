use std::fmt;

pub const WIDTH: usize = double(2);
pub static LIMITS: [u32; 3] = [10, 20, 30];

const fn double(n: usize) -> usize {
    n * 2
}

#[derive(Debug)]
pub struct Odd(u32);

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is odd", self.0)
    }
}

pub fn half(n: u32) -> Result<u32, Odd> {
    if n % 2 == 0 { Ok(n / 2) } else { Err(Odd(n)) }
}

pub struct Count {
    value: u32,
}

impl Count {
    pub fn new() -> Count {
        Count { value: LIMITS[0] }
    }

    pub fn step(&mut self, by: u32) {
        self.value += by;
    }

    pub fn value(&self) -> u32 {
        self.value
    }
}
