struct Point {
    x: i32,
    y: i32,
}

trait Area {
    fn area(&self) -> i32;
    fn twice(&self) -> i32 {
        self.area() * 2
    }
    fn name() -> &'static str
    where
        Self: Sized;
}

impl Point {
    fn new(x: i32, y: i32) -> Point {
        Point { x, y }
    }
    fn sum(&self) -> i32 {
        self.x + self.y
    }
    fn grow(&mut self, by: i32) -> &mut Self {
        self.x += by;
        self.y += by;
        self
    }
}

impl Area for Point {
    fn area(&self) -> i32 {
        self.x * self.y
    }
    fn name() -> &'static str {
        "point"
    }
}

struct Unit;

impl Area for Unit {
    fn area(&self) -> i32 {
        1
    }
    fn twice(&self) -> i32 {
        22
    }
    fn name() -> &'static str {
        "unit"
    }
}

fn generic<T: Area>(t: &T) -> i32 {
    t.twice() + t.area()
}

fn name_of<T: Area>() -> &'static str {
    T::name()
}

fn main() {
    let mut p = Point::new(3, 4);
    p.grow(1).grow(1);
    println!("{} {} {}", p.x, p.y, p.sum());
    println!("{} {}", generic(&p), generic(&Unit));
    let both: [&dyn Area; 2] = [&p, &Unit];
    for a in both {
        println!("{} {}", a.area(), a.twice());
    }
    println!("{} {}", name_of::<Point>(), name_of::<Unit>());
}
