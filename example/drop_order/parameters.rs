//! Parameters: unused ones, patterns, `self`, generic ones, and the order in which they go.

#[macro_use]
mod trace;
use trace::*;

cases! {
    in_reverse
    unused
    underscore
    underscore_between
    tuple_pattern
    tuple_pattern_partly
    struct_pattern
    pattern_after_plain
    nested_patterns
    reference_pattern
    ref_binding
    mutable_parameter
    moved_parameter
    returned_parameter
    self_by_value
    self_unused
    self_pattern
    generic_parameter
    impl_trait_parameter
    box_parameter
    dyn_parameter
    array_parameter
    variables_before_parameters
    argument_temporaries_after_call
    arguments_moved_from_variables
    argument_is_call_of_same
    function_pointer
    trait_method
    default_method
    closure_parameters
    closure_patterns
    never_called
    main_thread_join
    extern_c_function
    const_generic
    many_parameters
}

fn in_reverse() {
    fn inner(a: Loud, b: Loud, c: Loud) {
        a.and(&b);
        c.see();
    }
    inner(loud("a"), loud("b"), loud("c"));
    say("after");
}

fn unused() {
    fn inner(_a: Loud, b: Loud) {
        let _c = loud("c");
        say("body");
    }
    inner(loud("a"), loud("b"));
    say("after");
}

fn underscore() {
    fn inner(_: Loud) {
        let _c = loud("c");
        say("body");
    }
    inner(loud("a"));
    say("after");
}

fn underscore_between() {
    fn inner(a: Loud, _: Loud, c: Loud, _: Loud) {
        say("body");
        a.and(&c);
    }
    inner(loud("a"), loud("b"), loud("c"), loud("d"));
    say("after");
}

fn tuple_pattern() {
    fn inner((a, b): (Loud, Loud), c: Loud) {
        a.and(&b);
        c.see();
    }
    inner((loud("a"), loud("b")), loud("c"));
    say("after");
}

fn tuple_pattern_partly() {
    fn inner((a, _): (Loud, Loud), (_, d): (Loud, Loud)) {
        a.and(&d);
    }
    inner((loud("a"), loud("b")), (loud("c"), loud("d")));
    say("after");
}

fn struct_pattern() {
    fn inner(Pair { b, .. }: Pair, Pair { a, b: _ }: Pair) {
        a.and(&b);
    }
    inner(pair("a", "b"), pair("c", "d"));
    say("after");
}

fn pattern_after_plain() {
    fn inner(x: Loud, (a, b): (Loud, Loud), y: Loud, [c, ..]: [Loud; 2]) {
        a.and(&b);
        c.and(&x);
        y.see();
    }
    inner(loud("x"), (loud("a"), loud("b")), loud("y"), [loud("c"), loud("d")]);
    say("after");
}

fn nested_patterns() {
    fn inner(((a, _), Pair { b, .. }): ((Loud, Loud), Pair)) {
        a.and(&b);
    }
    inner(((loud("a"), loud("c")), pair("d", "b")));
    say("after");
}

fn reference_pattern() {
    fn inner(&n: &usize, (a, _): &(Loud, Loud)) {
        a.see();
        say(if n == 1 { "one" } else { "never" });
    }
    inner(&1, &(loud("a"), loud("b")));
    say("after");
}

fn ref_binding() {
    fn inner(ref a: Loud, (ref b, c): (Loud, Loud), ref mut d: Loud) {
        a.and(b);
        c.and(d.same_mut());
    }
    inner(loud("a"), (loud("b"), loud("c")), loud("d"));
    say("after");
}

fn mutable_parameter() {
    fn inner(mut a: Loud, b: Loud) {
        a = b;
        say("assigned");
        a = loud("c");
    }
    inner(loud("a"), loud("b"));
    say("after");
}

fn moved_parameter() {
    fn inner(a: Loud, b: Loud, go: bool) {
        if go {
            eat(a);
        } else {
            drop(b);
        }
        say("body");
    }
    inner(loud("a"), loud("b"), flag(true));
    inner(loud("c"), loud("d"), flag(false));
}

fn returned_parameter() {
    fn inner(a: Loud, b: Loud, _c: Loud) -> Loud {
        a.see();
        b
    }
    inner(loud("a"), loud("b"), loud("c")).see();
    say("after");
}

struct Thing(Loud, Loud);

impl Thing {
    fn consume(self, other: Loud) {
        self.1.and(&other);
    }
    fn unused(self, _other: Loud) {
        say("unused");
    }
    fn first(self) -> Loud {
        let Thing(first, _) = self;
        first
    }
    fn boxed(self: Box<Self>) -> Loud {
        say("boxed");
        self.1
    }
}

fn self_by_value() {
    Thing(loud("a"), loud("b")).consume(loud("c"));
    say("after");
}

fn self_unused() {
    Thing(loud("a"), loud("b")).unused(loud("c"));
    say("after");
}

fn self_pattern() {
    Thing(loud("a"), loud("b")).first().see();
    Box::new(Thing(loud("c"), loud("d"))).boxed().see();
    say("after");
}

fn generic_parameter() {
    fn inner<A, B: Default>(_a: A, b: Option<A>) -> B {
        let _c = b;
        say("body");
        B::default()
    }
    inner::<_, usize>(loud("a"), some("b"));
    inner::<_, String>([loud("c"), loud("d")], None);
    inner::<_, ()>(1, Some(2));
}

fn impl_trait_parameter() {
    fn inner(all: impl Iterator<Item = Loud>, each: impl Fn(&Loud)) {
        for it in all {
            each(&it);
        }
        say("body");
    }
    let held = loud("held");
    inner([loud("a"), loud("b")].into_iter(), move |it| {
        it.and(&held);
    });
    say("after");
}

fn box_parameter() {
    fn inner(a: Box<Loud>, b: Box<(Loud, Loud)>) -> Loud {
        let _b = b.1;
        *a
    }
    inner(Box::new(loud("a")), Box::new((loud("b"), loud("c")))).see();
}

fn dyn_parameter() {
    trait Speak {
        fn speak(&self);
        fn take(self: Box<Self>);
    }
    impl Speak for Loud {
        fn speak(&self) {
            self.see();
        }
        fn take(self: Box<Self>) {
            self.see();
        }
    }
    impl Speak for Pair {
        fn speak(&self) {
            self.a.and(&self.b);
        }
        fn take(self: Box<Self>) {
            eat(self.b);
        }
    }
    fn inner(a: &dyn Speak, b: Box<dyn Speak>, c: Box<dyn Speak>) {
        a.speak();
        b.take();
        say("taken");
        c.speak();
    }
    inner(&loud("a"), Box::new(pair("b", "c")), Box::new(pair("d", "e")));
    say("after");
}

fn array_parameter() {
    fn inner<const N: usize>(all: [Loud; N], last: [Loud; 1]) {
        all[N - 1].and(&last[0]);
    }
    inner([loud("a"), loud("b")], [loud("c")]);
    say("after");
}

fn variables_before_parameters() {
    fn inner(a: Loud, b: Loud) {
        let c = b;
        let _d = loud("d");
        let e = a;
        c.and(&e);
    }
    inner(loud("a"), loud("b"));
    say("after");
}

fn argument_temporaries_after_call() {
    let a = loud("a");
    eat_two(a.hold("b").get(), loud("c").hold("d").yes());
    say("after");
    a.hold("e").get().map(eat);
    say("end");
}

fn arguments_moved_from_variables() {
    let a = loud("a");
    let p = pair("b", "c");
    eat_two(p.b, { eat(a); loud("d") });
    say("after");
}

fn argument_is_call_of_same() {
    fn inner(a: Loud, b: Loud) -> Loud {
        a.see();
        b
    }
    inner(inner(loud("a"), loud("b")), inner(loud("c"), loud("d")));
    say("after");
}

fn function_pointer() {
    let call: fn(Loud, &Loud) -> usize = |a, b| a.and(b);
    call(loud("a"), &loud("b"));
    let all: [fn(Loud); 2] = [eat, drop];
    all[0](loud("c"));
    all[1](loud("d"));
    say("after");
}

trait Act {
    fn act(self, other: Loud) -> Loud;
    fn twice(self, other: Loud) -> Loud
    where
        Self: Sized,
    {
        let _t = loud("t");
        self.act(other).pass()
    }
}

impl Act for Loud {
    fn act(self, other: Loud) -> Loud {
        self.and(&other);
        other
    }
}

impl Act for (Loud, Loud) {
    fn act(self, _: Loud) -> Loud {
        self.1
    }
}

fn trait_method() {
    loud("a").act(loud("b")).see();
    (loud("c"), loud("d")).act(loud("e")).see();
    say("after");
}

fn default_method() {
    loud("a").twice(loud("b")).see();
    Act::twice((loud("c"), loud("d")), loud("e"));
    say("after");
}

fn closure_parameters() {
    let f = |a: Loud, _b: Loud, _: Loud| {
        a.see();
    };
    f(loud("a"), loud("b"), loud("c"));
    say("after");
}

fn closure_patterns() {
    let f = |(a, _): (Loud, Loud), Pair { b, .. }: Pair| a.and(&b);
    f((loud("a"), loud("b")), pair("c", "d"));
    say("after");
}

fn never_called() {
    let f = |a: Loud| eat(a);
    let a = loud("a");
    if flag(false) {
        f(a);
    } else {
        look(&f);
    }
    say("after");
}

fn main_thread_join() {
    let a = loud("a");
    let b = std::thread::scope(|_| {
        let _c = loud("c");
        a.pass()
    });
    b.see();
}

fn extern_c_function() {
    extern "C-unwind" fn inner(a: Loud, b: Box<Loud>) -> Box<Loud> {
        a.see();
        b
    }
    inner(loud("a"), Box::new(loud("b"))).see();
}

fn const_generic() {
    fn inner<const GO: bool>(a: Loud, b: Loud) -> Loud {
        if GO { a } else { b }
    }
    inner::<true>(loud("a"), loud("b"));
    say("between");
    inner::<false>(loud("c"), loud("d"));
}

fn many_parameters() {
    fn inner(a: Loud, n: usize, b: Option<Loud>, s: &str, c: (usize, Loud), d: [Loud; 2], e: Box<Loud>) -> usize {
        say(s);
        n + a.see() + c.0 + d[1].and(&e) + b.map_or(0, |b| b.see())
    }
    inner(loud("a"), 1, some("b"), "text", (2, loud("c")), [loud("d"), loud("e")], Box::new(loud("f")));
    say("after");
}
