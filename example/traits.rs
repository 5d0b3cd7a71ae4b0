//! Traits: dispatch both ways, generics, associated types and constants, supertraits and upcasting, closures, operators.

use std::any::Any;
use std::fmt::{self, Debug, Display};
use std::ops::{Add, AddAssign, Deref, Index, Mul, Neg};

trait Named {
    const KIND: &'static str;
    fn name(&self) -> String;
    fn describe(&self) -> String {
        format!("{} {}", Self::KIND, self.name())
    }
}

trait Animal: Debug {
    fn noise(&self) -> &'static str;
    fn legs(&self) -> u32 {
        4
    }
}

trait Pet: Animal + Any {
    fn owner(&self) -> &str;
}

#[derive(Debug)]
struct Dog {
    owner: String,
}

#[derive(Debug)]
struct Bird;

impl Animal for Dog {
    fn noise(&self) -> &'static str {
        "woof"
    }
}

impl Pet for Dog {
    fn owner(&self) -> &str {
        &self.owner
    }
}

impl Animal for Bird {
    fn noise(&self) -> &'static str {
        "tweet"
    }
    fn legs(&self) -> u32 {
        2
    }
}

impl Named for Dog {
    const KIND: &'static str = "dog";
    fn name(&self) -> String {
        format!("of {}", self.owner)
    }
}

impl<T: Named> Named for Vec<T> {
    const KIND: &'static str = "pack";
    fn name(&self) -> String {
        self.iter().map(T::describe).collect::<Vec<_>>().join(" & ")
    }
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct V2<T>(T, T);

impl<T: Add<Output = T>> Add for V2<T> {
    type Output = V2<T>;
    fn add(self, o: Self) -> Self {
        V2(self.0 + o.0, self.1 + o.1)
    }
}

impl<T: Mul<Output = T> + Copy> Mul<T> for V2<T> {
    type Output = V2<T>;
    fn mul(self, k: T) -> Self {
        V2(self.0 * k, self.1 * k)
    }
}

impl<T: Neg<Output = T>> Neg for V2<T> {
    type Output = Self;
    fn neg(self) -> Self {
        V2(-self.0, -self.1)
    }
}

impl<T: AddAssign> AddAssign for V2<T> {
    fn add_assign(&mut self, o: Self) {
        self.0 += o.0;
        self.1 += o.1;
    }
}

impl<T: Display> Display for V2<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:>4}|{:<4}>", self.0, self.1)
    }
}

struct Matrix<const R: usize, const C: usize>([[i32; C]; R]);

impl<const R: usize, const C: usize> Index<(usize, usize)> for Matrix<R, C> {
    type Output = i32;
    fn index(&self, (r, c): (usize, usize)) -> &i32 {
        &self.0[r][c]
    }
}

impl<const R: usize, const C: usize> Matrix<R, C> {
    const CELLS: usize = R * C;
    fn transpose(&self) -> Matrix<C, R> {
        Matrix(std::array::from_fn(|c| std::array::from_fn(|r| self[(r, c)])))
    }
}

struct Wrapper(String);

impl Deref for Wrapper {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |x| g(f(x))
}

fn counter() -> Box<dyn FnMut() -> u32> {
    let mut n = 0;
    Box::new(move || {
        n += 1;
        n
    })
}

fn apply_once(f: Box<dyn FnOnce(&str) -> String>) -> String {
    f("once")
}

fn main() {
    let dog = Dog { owner: "Ann".into() };
    println!("{}", vec![Dog { owner: "Bo".into() }, Dog { owner: "Cy".into() }].describe());
    let animals: Vec<Box<dyn Animal>> = vec![Box::new(Bird), Box::new(Dog { owner: "Di".into() })];
    for animal in &animals {
        println!("{animal:?} {} {}", animal.noise(), animal.legs());
    }
    let pet: Box<dyn Pet> = Box::new(dog);
    println!("{}", pet.owner());
    let animal: &dyn Animal = &*pet;
    println!("{}", animal.noise());
    let any: Box<dyn Any> = pet;
    println!("{:?} {}", any.downcast_ref::<Dog>().map(|d| &d.owner), any.is::<Bird>());

    let mut v = V2(1, 2) + V2(3, 4) * 2;
    v += -V2(1, 1);
    println!("{v} {v:?} {} {}", v == V2(6, 9), V2::<f64>::default());
    let m = Matrix([[1, 2, 3], [4, 5, 6]]);
    println!("{:?} {}", m.transpose().0, Matrix::<2, 3>::CELLS);
    println!("{} {}", Wrapper("deref".into()).len(), Wrapper("to".into()).to_uppercase());

    let f = compose(|x: i32| x + 1, |y| format!("[{y}]"));
    println!("{}", f(41));
    let mut next = counter();
    println!("{} {} {}", next(), next(), next());
    let suffix = String::from("!");
    println!("{}", apply_once(Box::new(move |s| s.to_owned() + &suffix)));
    let table: [(&str, fn(f64) -> f64); 3] = [("sqrt", f64::sqrt), ("abs", f64::abs), ("neg", |x| -x)];
    println!("{}", table.map(|(name, f)| format!("{name}={}", f(16.0))).join(" "));
}
