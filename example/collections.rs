//! std's collections and iterators.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::rc::{Rc, Weak};
use std::cell::{Cell, RefCell};

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Shape {
    Unit,
    Circle { radius: u32 },
    Rect(u32, u32),
}

#[derive(Debug)]
struct Node {
    value: i32,
    parent: RefCell<Weak<Node>>,
    children: RefCell<Vec<Rc<Node>>>,
}

fn main() {
    let mut map = HashMap::new();
    for word in "the quick brown fox jumps over the lazy dog the end".split(' ') {
        *map.entry(word).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = map.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    println!("{counts:?}");

    let tree: BTreeMap<_, _> = (0..50).map(|i| (i * 7 % 50, i)).collect();
    println!("{:?} {:?}", tree.range(10..15).collect::<Vec<_>>(), tree.first_key_value());
    let evens: BTreeSet<i32> = (0..20).filter(|n| n % 2 == 0).collect();
    let threes: BTreeSet<i32> = (0..20).step_by(3).collect();
    println!("{:?} {:?}", evens.intersection(&threes).collect::<Vec<_>>(), evens.difference(&threes).count());
    let set: HashSet<Shape> = [Shape::Unit, Shape::Rect(1, 2), Shape::Unit, Shape::Circle { radius: 3 }].into();
    let mut shapes: Vec<_> = set.into_iter().collect();
    shapes.sort();
    println!("{shapes:?}");

    let mut heap = BinaryHeap::from([3, 1, 4, 1, 5, 9, 2, 6]);
    let mut sorted = Vec::new();
    while let Some(n) = heap.pop() {
        sorted.push(n);
    }
    println!("{sorted:?}");
    let mut deque: VecDeque<_> = (0..5).collect();
    deque.rotate_left(2);
    deque.push_front(99);
    println!("{deque:?} {:?}", deque.iter().rev().take(2).collect::<Vec<_>>());
    let list: LinkedList<_> = ["a", "b", "c"].into_iter().collect();
    println!("{list:?}");

    let v: Vec<u64> = (1..=10).collect();
    println!("{} {} {:?}", v.iter().sum::<u64>(), v.iter().product::<u64>(), v.iter().max_by_key(|n| *n % 7));
    println!("{:?}", v.chunks(3).map(|c| c.iter().sum::<u64>()).collect::<Vec<_>>());
    println!("{:?}", v.windows(2).zip(v.iter().skip(1)).map(|(w, n)| w[0] * n).collect::<Vec<_>>());
    println!("{:?}", v.iter().partition::<Vec<u64>, _>(|n| **n > 5));
    println!("{:?}", v.iter().flat_map(|n| std::iter::repeat_n(*n, 2)).take(5).collect::<Vec<_>>());
    println!("{:?}", v.binary_search(&7));
    let mut words = vec!["pear", "fig", "apple", "kiwi"];
    words.sort_by_key(|w| (w.len(), *w));
    words.dedup_by_key(|w| w.len());
    println!("{} {:?}", words.join("+"), words.iter().position(|w| *w == "pear"));

    let text: String = "Grüße, Jürgen ❤".chars().rev().collect();
    println!("{text} {} {:?}", text.len(), text.char_indices().nth(3));
    println!("{:?} {:?}", "a=b=c".split_once('='), "x,y,,z".split(',').collect::<Vec<_>>());
    println!("{:?} {}", "12 34 x".split(' ').map(str::parse::<i32>).collect::<Vec<_>>(), "abc".to_uppercase());

    let leaf = Rc::new(Node { value: 3, parent: RefCell::new(Weak::new()), children: RefCell::new(vec![]) });
    let branch = Rc::new(Node { value: 5, parent: Default::default(), children: RefCell::new(vec![leaf.clone()]) });
    *leaf.parent.borrow_mut() = Rc::downgrade(&branch);
    println!("{:?} {}", leaf.parent.borrow().upgrade().map(|p| p.value), branch.children.borrow().len());
    println!("{} {}", Rc::strong_count(&leaf), Rc::weak_count(&branch));
    let cell = Cell::new(1);
    cell.set(cell.get() + 1);
    println!("{} {:?}", cell.get(), RefCell::new(1).try_borrow_mut().is_ok());
}
