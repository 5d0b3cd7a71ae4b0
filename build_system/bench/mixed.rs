use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Symbol(char),
}

#[derive(Debug)]
enum Failure {
    Unexpected(Option<Token>),
    Unknown(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Unexpected(token) => write!(f, "unexpected {token:?}"),
            Failure::Unknown(name) => write!(f, "unknown name {name}"),
        }
    }
}

fn tokens(text: &str) -> VecDeque<Token> {
    let mut tokens = VecDeque::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if c.is_ascii_digit() {
            let mut number = String::new();
            while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || *c == '.') {
                number.push(c);
            }
            tokens.push_back(Token::Number(number.parse().unwrap_or(f64::NAN)));
        } else if c.is_alphabetic() {
            let mut name = String::new();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric()) {
                name.push(c);
            }
            tokens.push_back(Token::Name(name));
        } else {
            chars.next();
            if !c.is_whitespace() {
                tokens.push_back(Token::Symbol(c));
            }
        }
    }
    tokens
}

fn sum(tokens: &mut VecDeque<Token>, names: &HashMap<&str, f64>) -> Result<f64, Failure> {
    let mut value = product(tokens, names)?;
    while let Some(Token::Symbol(symbol @ ('+' | '-'))) = tokens.front().cloned() {
        tokens.pop_front();
        let right = product(tokens, names)?;
        value = if symbol == '+' { value + right } else { value - right };
    }
    Ok(value)
}

fn product(tokens: &mut VecDeque<Token>, names: &HashMap<&str, f64>) -> Result<f64, Failure> {
    let mut value = atom(tokens, names)?;
    while let Some(Token::Symbol(symbol @ ('*' | '/'))) = tokens.front().cloned() {
        tokens.pop_front();
        let right = atom(tokens, names)?;
        value = if symbol == '*' { value * right } else { value / right };
    }
    Ok(value)
}

fn atom(tokens: &mut VecDeque<Token>, names: &HashMap<&str, f64>) -> Result<f64, Failure> {
    match tokens.pop_front() {
        Some(Token::Number(number)) => Ok(number),
        Some(Token::Name(name)) => names.get(name.as_str()).copied().ok_or(Failure::Unknown(name)),
        Some(Token::Symbol('(')) => {
            let value = sum(tokens, names)?;
            match tokens.pop_front() {
                Some(Token::Symbol(')')) => Ok(value),
                other => Err(Failure::Unexpected(other)),
            }
        }
        other => Err(Failure::Unexpected(other)),
    }
}

trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> String;
}

struct Square(f64);
struct Circle(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
    fn name(&self) -> String {
        format!("square {}", self.0)
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0.powi(2)
    }
    fn name(&self) -> String {
        format!("circle {}", self.0)
    }
}

#[derive(Default)]
struct Node {
    children: RefCell<Vec<Rc<Node>>>,
    value: u32,
}

fn depth(node: &Rc<Node>) -> usize {
    1 + node.children.borrow().iter().map(depth).max().unwrap_or(0)
}

fn main() {
    let names = HashMap::from([("pi", 3.14), ("two", 2.0)]);
    for text in ["1 + 2 * 3", "(1 + two) * pi", "1 +", "three"] {
        match sum(&mut tokens(text), &names) {
            Ok(value) => println!("{text} = {value:.3}"),
            Err(failure) => println!("{text}: {failure}"),
        }
    }
    let mut shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(2.0)), Box::new(Circle(1.5)), Box::new(Square(1.0))];
    shapes.sort_by(|a, b| a.area().total_cmp(&b.area()));
    for shape in &shapes {
        println!("{} has {:.2}", shape.name(), shape.area());
    }
    let primes: BTreeSet<u32> = (2..100u32).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    let by_digit = primes.iter().fold(BTreeMap::<u32, Vec<u32>>::new(), |mut map, prime| {
        map.entry(prime % 10).or_default().push(*prime);
        map
    });
    println!("{by_digit:?}");
    let mut heap: BinaryHeap<(usize, String)> = "some words of several lengths".split(' ').map(|w| (w.len(), w.to_uppercase())).collect();
    while let Some((length, word)) = heap.pop() {
        print!("{word}:{length} ");
    }
    println!();
    let total = Arc::new(Mutex::new(0u64));
    let (sender, receiver) = mpsc::channel();
    let workers: Vec<_> = (0..4u64)
        .map(|index| {
            let (total, sender) = (Arc::clone(&total), sender.clone());
            std::thread::spawn(move || {
                let part: u64 = (index * 100..(index + 1) * 100).sum();
                *total.lock().unwrap() += part;
                sender.send(part).unwrap();
            })
        })
        .collect();
    drop(sender);
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    let parts: HashSet<u64> = receiver.iter().collect();
    println!("{} from {} parts", total.lock().unwrap(), parts.len());
    let leaf = Rc::new(Node { value: 3, ..Node::default() });
    let root = Rc::new(Node { children: RefCell::new(vec![Rc::clone(&leaf), Rc::new(Node::default())]), value: 1 });
    leaf.children.borrow_mut().push(Rc::new(Node { value: 9, ..Node::default() }));
    println!("depth {} value {} refs {}", depth(&root), root.value + leaf.value, Rc::strong_count(&leaf));
    let caught = std::panic::catch_unwind(|| "x".parse::<i32>().map_err(|error| error.to_string()));
    println!("{caught:?}");
}
