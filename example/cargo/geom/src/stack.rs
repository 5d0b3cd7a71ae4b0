//! A generic type that has something to do when it is dropped.

use std::fmt::Debug;

pub struct Stack<T: Debug> {
    name: &'static str,
    items: Vec<T>,
}

impl<T: Debug> Stack<T> {
    pub fn new(name: &'static str) -> Self {
        Stack { name, items: Vec::new() }
    }

    pub fn push(&mut self, item: T) -> &mut Self {
        self.items.push(item);
        self
    }

    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// Takes items off the top as long as `wanted` says so.
    pub fn pop_while(&mut self, mut wanted: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        while let Some(item) = self.items.pop_if(|item| wanted(item)) {
            taken.push(item);
        }
        taken
    }
}

impl<T: Debug> Drop for Stack<T> {
    fn drop(&mut self) {
        println!("drop {} {:?}", self.name, self.items);
    }
}

impl<T: Debug> Extend<T> for Stack<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.push(item);
        }
    }
}

impl<'a, T: Debug> IntoIterator for &'a Stack<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
