//! What owns and what does not: boxes, trait objects, slices, unions, `ManuallyDrop`, `mem`'s functions, generic code.

#[macro_use]
mod trace;
use trace::*;

use std::mem::{self, ManuallyDrop, MaybeUninit};

cases! {
    boxed_trait_object
    trait_object_of_pair
    boxed_slice
    boxed_slice_iterated
    boxed_closure
    vector_truncated
    vector_retained
    manually_drop
    manually_drop_field
    manually_drop_taken
    union_field
    maybe_uninit
    forgotten
    taken
    replaced
    swapped
    read_and_written
    drop_in_place
    into_raw_and_back
    leaked_box
    option_combinators
    result_combinators
    generic_drop
    generic_partly_moved
    generic_condition
    associated_type
    nested_owner
    moved_out_of_owner_by_replace
    cell_and_ref_cell
    dyn_any
    phantom
    box_of_box
    slice_sorted
    array_into_iter_partly
}

trait Speak {
    fn speak(&self) -> usize;
}

impl Speak for Loud {
    fn speak(&self) -> usize {
        self.see()
    }
}

impl Speak for Pair {
    fn speak(&self) -> usize {
        self.a.and(&self.b)
    }
}

fn boxed_trait_object() {
    let a: Box<dyn Speak> = Box::new(loud("a"));
    let _b = loud("b");
    a.speak();
    let c: &dyn Speak = &loud("c");
    c.speak();
}

fn trait_object_of_pair() {
    let mut all: Vec<Box<dyn Speak>> = vec![Box::new(pair("a", "b")), Box::new(loud("c"))];
    all.swap(0, 1);
    all[1] = Box::new(pair("d", "e"));
    all[0].speak();
    say("end");
}

fn boxed_slice() {
    let all: Box<[Loud]> = Box::new([loud("a"), loud("b")]);
    all[1].see();
    let more: Box<[Loud]> = vec![loud("c")].into_boxed_slice();
    say("made");
    drop(all);
    more[0].see();
}

fn boxed_slice_iterated() {
    let all: Box<[Loud]> = vec![loud("a"), loud("b"), loud("c")].into_boxed_slice();
    for it in all.into_vec() {
        if it.yes() {
            break;
        }
    }
    say("after");
}

fn boxed_closure() {
    let a = loud("a");
    let f: Box<dyn Fn() -> usize> = Box::new(move || a.see());
    f();
    let _b = loud("b");
    drop(f);
    say("end");
}

fn vector_truncated() {
    let mut all = vec![loud("a"), loud("b"), loud("c"), loud("d")];
    all.truncate(3);
    say("truncated");
    all.swap_remove(0);
    say("removed");
    all.insert(1, loud("e"));
    all.split_off(2);
    say("split");
}

fn vector_retained() {
    let mut all = vec![loud("a"), loud("b"), loud("c")];
    all.retain(|it| it.0 != "b");
    say("retained");
    all.extend([loud("d"), loud("e")]);
    all.dedup_by_key(|it| it.0.len());
    say("end");
}

fn manually_drop() {
    let a = ManuallyDrop::new(loud("a"));
    a.see();
    let mut b = ManuallyDrop::new(loud("b"));
    unsafe { ManuallyDrop::drop(&mut b) };
    say("end");
}

fn manually_drop_field() {
    struct Owner {
        a: Loud,
        b: ManuallyDrop<Loud>,
        c: Loud,
    }
    let owner = Owner { a: loud("a"), b: ManuallyDrop::new(loud("b")), c: loud("c") };
    let a = owner.a;
    say("moved");
    let b = ManuallyDrop::into_inner(owner.b);
    a.and(&b);
}

fn manually_drop_taken() {
    struct Owner(ManuallyDrop<Loud>);
    impl Drop for Owner {
        fn drop(&mut self) {
            say("owner");
            let inner = unsafe { ManuallyDrop::take(&mut self.0) };
            inner.see();
        }
    }
    let _owner = Owner(ManuallyDrop::new(loud("a")));
    say("made");
}

fn union_field() {
    union Either {
        loud: ManuallyDrop<Loud>,
        number: usize,
    }
    let either = Either { loud: ManuallyDrop::new(loud("a")) };
    say("made");
    let inner = unsafe { ManuallyDrop::into_inner(either.loud) };
    inner.see();
    let other = Either { number: 5 };
    say(if unsafe { other.number } == 5 { "five" } else { "never" });
}

fn maybe_uninit() {
    let mut place = MaybeUninit::<Loud>::uninit();
    place.write(loud("a"));
    say("written");
    let a = unsafe { place.assume_init() };
    a.see();
    let mut other = MaybeUninit::new(loud("b"));
    unsafe { other.assume_init_drop() };
    say("end");
}

fn forgotten() {
    let a = loud("a");
    let b = loud("b");
    mem::forget(a);
    let c = (loud("c"), b);
    mem::forget(c.0);
    say("end");
}

fn taken() {
    let mut all = vec![loud("a"), loud("b")];
    let before = mem::take(&mut all);
    all.push(loud("c"));
    say("taken");
    before[0].see();
}

fn replaced() {
    let mut a = loud("a");
    mem::replace(&mut a, loud("b")).see();
    say("replaced");
    let mut p = pair("c", "d");
    let c = mem::replace(&mut p.a, a);
    c.and(&p.b);
}

fn swapped() {
    let mut p = pair("a", "b");
    mem::swap(&mut p.a, &mut p.b);
    let mut c = loud("c");
    mem::swap(&mut p.a, &mut c);
    say("swapped");
}

fn read_and_written() {
    let mut a = loud("a");
    unsafe {
        let copy = std::ptr::read(&a);
        std::ptr::write(&mut a, loud("b"));
        copy.see();
    }
    say("end");
}

fn drop_in_place() {
    let mut a = ManuallyDrop::new(pair("a", "b"));
    unsafe { std::ptr::drop_in_place(&mut *a) };
    say("dropped");
    let raw = Box::into_raw(Box::new(loud("c")) as Box<dyn Speak>);
    unsafe {
        (*raw).speak();
        drop(Box::from_raw(raw));
    }
    say("end");
}

fn into_raw_and_back() {
    let raw = Box::into_raw(Box::new(pair("a", "b")));
    say("raw");
    let boxed = unsafe { Box::from_raw(raw) };
    let b = boxed.b;
    b.see();
}

fn leaked_box() {
    let a: &'static mut Loud = Box::leak(Box::new(loud("a")));
    let _b = loud("b");
    a.see();
}

fn option_combinators() {
    let a = some("a").map(|a| (a.pass(), loud("x"))).filter(|_| true);
    say("mapped");
    let b = a.and_then(|(a, _)| if a.no() { Some(a) } else { none() });
    let c = b.unwrap_or_else(|| loud("c"));
    let d = Some(c).xor(None).zip(some("d")).unwrap();
    d.0.and(&d.1);
    some("e").or(some("f")).unwrap().see();
    say("end");
}

fn result_combinators() {
    let a = ok("a").map_err(|e| (e, 1)).and_then(|a| if a.yes() { Ok(a) } else { Err((a, 2)) });
    say("mapped");
    let b: Result<Loud, usize> = err("b").or_else(|e| if e.yes() { Ok(loud("c")) } else { Err(1) });
    say(if b.is_ok() { "ok" } else { "never" });
    let c = a.ok().unwrap();
    err("d").unwrap_or(loud("e")).and(&c);
}

fn generic_drop() {
    fn inner<T>(value: T, other: T, go: bool) -> Option<T> {
        let _first = other;
        if go { Some(value) } else { None }
    }
    inner(loud("a"), loud("b"), true);
    say("between");
    inner(pair("c", "d"), pair("e", "f"), false);
    inner(1, 2, true);
}

fn generic_partly_moved() {
    fn first<A, B>(both: (A, B)) -> A {
        let (a, _) = both;
        say("first");
        a
    }
    first((loud("a"), loud("b"))).see();
    first((1, loud("c")));
    first((loud("d"), "e")).see();
}

fn generic_condition() {
    fn inner<T: Speak>(all: Vec<T>, go: impl Fn(&T) -> bool) -> Option<T> {
        for it in all {
            if go(&it) {
                return Some(it);
            }
            it.speak();
        }
        None
    }
    inner(vec![loud("a"), loud("b"), loud("c")], |it| it.0 == "b");
    say("between");
    inner(vec![pair("d", "e")], |it| it.b.no());
}

fn associated_type() {
    trait Make {
        type Made: Speak;
        fn make(name: &'static str) -> Self::Made;
    }
    struct One;
    struct Two;
    impl Make for One {
        type Made = Loud;
        fn make(name: &'static str) -> Loud {
            loud(name)
        }
    }
    impl Make for Two {
        type Made = Pair;
        fn make(name: &'static str) -> Pair {
            pair(name, "x")
        }
    }
    fn inner<M: Make>(name: &'static str) -> (M::Made, usize) {
        let made = M::make(name);
        let _z = loud("z");
        let n = M::make("t").speak();
        (made, n)
    }
    inner::<One>("a");
    say("between");
    inner::<Two>("b").0.speak();
}

fn nested_owner() {
    struct Inner(Loud);
    struct Outer {
        before: Loud,
        inner: Inner,
        after: Loud,
    }
    impl Drop for Inner {
        fn drop(&mut self) {
            say("inner");
        }
    }
    impl Drop for Outer {
        fn drop(&mut self) {
            say("outer");
            self.inner = Inner(loud("new"));
        }
    }
    let _o = Outer { before: loud("before"), inner: Inner(loud("in")), after: loud("after") };
    say("made");
}

fn moved_out_of_owner_by_replace() {
    struct Owner(Option<Loud>, Loud);
    impl Drop for Owner {
        fn drop(&mut self) {
            if let Some(a) = self.0.take() {
                a.see();
            }
            say("owner");
        }
    }
    let mut owner = Owner(some("a"), loud("b"));
    owner.0.take();
    say("taken");
    owner.1 = loud("c");
    let _other = Owner(some("d"), loud("e"));
}

fn cell_and_ref_cell() {
    let cell = std::cell::Cell::new(some("a"));
    cell.set(some("b"));
    say("set");
    let shared = std::cell::RefCell::new(loud("c"));
    shared.borrow().see();
    *shared.borrow_mut() = loud("d");
    shared.replace(loud("e")).see();
    let n = shared.borrow().hold("h").yes();
    say(if n && shared.try_borrow_mut().is_ok() { "free" } else { "never" });
}

fn dyn_any() {
    let all: [Box<dyn std::any::Any>; 2] = [Box::new(loud("a")), Box::new(5)];
    for it in all {
        match it.downcast::<Loud>() {
            Ok(a) => {
                a.see();
            }
            Err(_) => say("other"),
        }
    }
}

fn phantom() {
    struct Tagged<T>(Loud, std::marker::PhantomData<T>);
    let a = Tagged::<Loud>(loud("a"), std::marker::PhantomData);
    let Tagged(inner, _) = a;
    inner.see();
}

fn box_of_box() {
    let boxed = Box::new(Box::new(loud("a")));
    let _z = loud("z");
    let inner = *boxed;
    say("moved");
    let a = *inner;
    a.see();
}

fn slice_sorted() {
    let mut all = [loud("ccc"), loud("a"), loud("bb")];
    all.sort_by_key(|it| it.0.len());
    all[0].see();
    all.reverse();
    all[0].see();
}

fn array_into_iter_partly() {
    let mut it = [loud("a"), loud("b"), loud("c")].into_iter();
    it.next();
    let last = it.next_back();
    say("taken");
    drop(it);
    say(if last.is_some() { "last" } else { "never" });
}
