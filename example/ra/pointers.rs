use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

struct Node {
    value: i32,
    children: RefCell<Vec<Rc<Node>>>,
    parent: RefCell<Weak<Node>>,
}

impl Drop for Node {
    fn drop(&mut self) {
        println!("node {} gone", self.value);
    }
}

enum List {
    Cons(i32, Box<List>),
    Nil,
}

use List::{Cons, Nil};

impl List {
    fn sum(&self) -> i32 {
        match self {
            Cons(n, rest) => n + rest.sum(),
            Nil => 0,
        }
    }
    fn push(self, n: i32) -> List {
        Cons(n, Box::new(self))
    }
    fn reverse(self) -> List {
        let mut out = Nil;
        let mut at = self;
        while let Cons(n, rest) = at {
            out = Cons(n, Box::new(out));
            at = *rest;
        }
        out
    }
    fn first(&mut self) -> Option<&mut i32> {
        match self {
            Cons(n, _) => Some(n),
            Nil => None,
        }
    }
}

struct Tree {
    root: Option<Box<Branch>>,
}

struct Branch {
    key: i32,
    left: Option<Box<Branch>>,
    right: Option<Box<Branch>>,
}

impl Tree {
    fn insert(&mut self, key: i32) -> bool {
        let mut at = &mut self.root;
        while let Some(branch) = at {
            if key == branch.key {
                return false;
            }
            at = if key < branch.key { &mut branch.left } else { &mut branch.right };
        }
        *at = Some(Box::new(Branch { key, left: None, right: None }));
        true
    }
    fn walk(&self, f: &mut dyn FnMut(i32)) {
        fn go(b: &Option<Box<Branch>>, f: &mut dyn FnMut(i32)) {
            if let Some(b) = b {
                go(&b.left, f);
                f(b.key);
                go(&b.right, f);
            }
        }
        go(&self.root, f);
    }
}

fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() >= b.len() { a } else { b }
}

fn statics() -> &'static [i32] {
    &[1, 2, 3]
}

fn main() {
    let leaf = Rc::new(Node { value: 3, children: RefCell::new(vec![]), parent: RefCell::new(Weak::new()) });
    println!("parent {:?}", leaf.parent.borrow().upgrade().map(|p| p.value));
    {
        let branch = Rc::new(Node {
            value: 5,
            children: RefCell::new(vec![Rc::clone(&leaf)]),
            parent: RefCell::new(Weak::new()),
        });
        *leaf.parent.borrow_mut() = Rc::downgrade(&branch);
        println!("parent {:?}", leaf.parent.borrow().upgrade().map(|p| p.value));
        println!("{} {} {}", Rc::strong_count(&leaf), Rc::weak_count(&branch), branch.children.borrow().len());
    }
    println!("parent {:?}", leaf.parent.borrow().upgrade().map(|p| p.value));
    let mut list = Nil.push(1).push(2).push(3);
    if let Some(n) = list.first() {
        *n *= 10;
    }
    println!("{}", list.sum());
    let back = list.reverse();
    if let Cons(n, rest) = &back {
        println!("{n} {}", rest.sum());
    }
    let mut tree = Tree { root: None };
    let inserted: Vec<bool> = [5, 2, 8, 2, 9, 1].iter().map(|&k| tree.insert(k)).collect();
    let mut keys = Vec::new();
    tree.walk(&mut |k| keys.push(k));
    println!("{inserted:?} {keys:?}");
    let cell = Cell::new(4);
    cell.set(cell.get() + 1);
    let mut n = 1;
    let r = &mut n;
    *r += cell.get();
    let p = r as *mut i32;
    unsafe { *p *= 2 };
    println!("{n} {} {:?}", longest("ab", "abc"), statics());
    let words = RefCell::new(vec!["x"]);
    words.borrow_mut().push("y");
    println!("{:?} {}", words.borrow(), words.try_borrow_mut().is_ok());
    let opt: Option<Box<dyn Fn() -> String>> = Some(Box::new(|| "boxed".to_string()));
    println!("{}", opt.as_ref().map_or(String::new(), |f| f()));
    let mut buffer = String::new();
    for (i, c) in "abc".char_indices() {
        if i > 0 {
            buffer.push('-');
        }
        buffer += &c.to_string();
    }
    println!("{buffer} {:?} {:?}", buffer.find('b'), buffer.split('-').last());
}
