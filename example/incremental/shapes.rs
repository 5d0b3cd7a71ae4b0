pub trait Shape {
    fn area(&self) -> u32;

    fn describe(&self) -> String {
        format!("a shape of {}", self.area())
    }
}

#[derive(Debug, Default)]
pub struct Square {
    pub side: u32,
}

impl Shape for Square {
    fn area(&self) -> u32 {
        self.side * self.side
    }
}

pub fn area_of<S: Shape>(shapes: &[S]) -> u32 {
    shapes.iter().map(Shape::area).sum()
}
