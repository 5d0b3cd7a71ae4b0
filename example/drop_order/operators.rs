//! Overloaded operators: the operands are evaluated from left to right, and dropped as arguments are.

#[macro_use]
mod trace;
use trace::*;

use std::ops::{Add, AddAssign, BitAnd, Deref, DerefMut, Index, IndexMut, Mul, Neg, Not, Range, Shl};

cases! {
    binary_by_value
    binary_chain
    binary_by_reference
    binary_mixed
    unary
    comparison_by_reference
    ordering
    equality_in_condition
    index_of_variable
    index_of_temporary
    index_by_value
    index_assigned
    index_compound
    index_builtin_checked
    index_nested
    index_moves_key
    slice_of_temporary
    deref_of_temporary
    deref_of_variable
    deref_assigned
    auto_deref_field
    deref_chain
    compound
    compound_of_temporary
    compound_by_index
    shift_and_mask
    range_of_values
    call_operator
    lazy_boolean_operands
    derived_comparison
    string_building
    negated_comparison
    operator_in_argument
}

struct Num(Loud);

fn num(name: &'static str) -> Num {
    Num(loud(name))
}

impl Add for Num {
    type Output = Num;
    fn add(self, other: Num) -> Num {
        self.0.and(&other.0);
        num("sum")
    }
}

impl<'a> Add<&'a Num> for &'a Num {
    type Output = Num;
    fn add(self, other: &'a Num) -> Num {
        self.0.and(&other.0);
        num("sum")
    }
}

impl Mul<usize> for Num {
    type Output = Num;
    fn mul(self, n: usize) -> Num {
        say(if n > 1 { "times many" } else { "times one" });
        self
    }
}

impl Neg for Num {
    type Output = Num;
    fn neg(self) -> Num {
        self.0.see();
        num("neg")
    }
}

impl Not for &Num {
    type Output = bool;
    fn not(self) -> bool {
        self.0.no()
    }
}

impl BitAnd<bool> for &Num {
    type Output = bool;
    fn bitand(self, other: bool) -> bool {
        self.0.yes() && other
    }
}

impl Shl<Num> for Num {
    type Output = (Num, Num);
    fn shl(self, other: Num) -> (Num, Num) {
        (other, self)
    }
}

impl AddAssign for Num {
    fn add_assign(&mut self, other: Num) {
        self.0.and(&other.0);
        *self = num("sum");
    }
}

impl AddAssign<usize> for Num {
    fn add_assign(&mut self, n: usize) {
        self.0.see();
        say(if n > 1 { "plus many" } else { "plus one" });
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Num) -> bool {
        self.0.see() == other.0.see()
    }
}

impl PartialOrd for Num {
    fn partial_cmp(&self, other: &Num) -> Option<std::cmp::Ordering> {
        self.0.see().partial_cmp(&other.0.see())
    }
}

struct Shelf(Vec<Num>, Loud);

fn shelf() -> Shelf {
    Shelf(vec![num("s0"), num("s1")], loud("shelf"))
}

impl Index<usize> for Shelf {
    type Output = Num;
    fn index(&self, i: usize) -> &Num {
        self.1.see();
        &self.0[i]
    }
}

impl IndexMut<usize> for Shelf {
    fn index_mut(&mut self, i: usize) -> &mut Num {
        say("mut");
        &mut self.0[i]
    }
}

impl Index<Num> for Shelf {
    type Output = Num;
    fn index(&self, key: Num) -> &Num {
        key.0.see();
        &self.0[0]
    }
}

struct Ptr(Num, Loud);

fn ptr(name: &'static str) -> Ptr {
    Ptr(num(name), loud("ptr"))
}

impl Deref for Ptr {
    type Target = Num;
    fn deref(&self) -> &Num {
        self.1.see();
        &self.0
    }
}

impl DerefMut for Ptr {
    fn deref_mut(&mut self) -> &mut Num {
        say("mut");
        &mut self.0
    }
}

fn binary_by_value() {
    let a = num("a");
    let sum = a + num("b");
    say("summed");
    sum.0.see();
}

fn binary_chain() {
    let sum = num("a") + num("b") * 2 + -num("c");
    sum.0.see();
}

fn binary_by_reference() {
    let a = num("a");
    let sum = &a + &num("b");
    say("summed");
    sum.0.see();
    &(&sum + &a) + &num("c");
    say("end");
}

fn binary_mixed() {
    let sum = num("a") * loud("n").see() + num("b") * (loud("m").see() + 1);
    sum.0.see();
}

fn unary() {
    let n = -num("a");
    let not = !&n;
    let no = !&num("b");
    say(if not || no { "never" } else { "neither" });
    let back = - -n;
    back.0.see();
}

fn comparison_by_reference() {
    let a = num("a");
    let equal = a == num("b");
    let other = num("cc") != a;
    say(if equal && other { "both" } else { "never" });
}

fn ordering() {
    let a = num("a");
    if num("bb") > a && a <= num("c") {
        say("then");
    }
    let less = &a < &num("dd");
    say(if less { "less" } else { "never" });
}

fn equality_in_condition() {
    if num("a") == num("b") {
        say("equal");
    }
    while num("c") == num("dd") {}
    match num("e") == num("f") {
        true => say("equal"),
        false => say("never"),
    }
}

fn index_of_variable() {
    let s = shelf();
    s[1].0.see();
    let n = &s[0];
    n.0.see();
}

fn index_of_temporary() {
    shelf()[1].0.see();
    say("after");
    let n = shelf()[0].0.0.len();
    say(if n == 2 { "two" } else { "never" });
}

fn index_by_value() {
    let s = shelf();
    s[loud("i").see()].0.and(&s[0].0);
    say("after");
}

fn index_assigned() {
    let mut s = shelf();
    s[loud("i").see()] = num("new");
    say("assigned");
    s[0].0 = loud("inner");
    s[1].0.see();
}

fn index_compound() {
    let mut s = shelf();
    s[loud("i").see()] += num("b");
    s[0] += loud("n").see();
    say("end");
}

fn index_builtin_checked() {
    let all = [loud("a"), loud("b")];
    let _z = loud("z");
    let i = if flag(true) { 2 } else { 0 };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        std::panic::set_hook(Box::new(|_| {}));
        let _y = loud("y");
        all[i].see()
    }));
    let _ = std::panic::take_hook();
    say(if caught.is_err() { "out" } else { "never" });
}

fn index_nested() {
    let grid = [vec![loud("a"), loud("b")], vec![loud("c")]];
    grid[loud("i").see() - 1][loud("j").see()].see();
    let shelves = vec![shelf(), shelf()];
    shelves[1][0].0.see();
}

fn index_moves_key() {
    let s = shelf();
    s[num("key")].0.see();
    say("after");
    let n = &s[num("other")];
    n.0.see();
}

fn slice_of_temporary() {
    vec![loud("a"), loud("b"), loud("c")][1..].first().unwrap().see();
    let n = [loud("d"), loud("e")][..1].len();
    say(if n == 1 { "one" } else { "never" });
}

fn deref_of_temporary() {
    (*ptr("a")).0.see();
    say("after");
    let n = (*ptr("b")).0.0.len();
    say(if n == 1 { "one" } else { "never" });
}

fn deref_of_variable() {
    let p = ptr("a");
    let r = &*p;
    r.0.see();
    let again = &p.0;
    again.0.see();
}

fn deref_assigned() {
    let mut p = ptr("a");
    *p = num("b");
    say("assigned");
    (*p).0 = loud("c");
    *ptr("d") = num("e");
    say("end");
}

fn auto_deref_field() {
    struct Fields {
        x: Loud,
        y: Loud,
    }
    struct To(Fields);
    impl Deref for To {
        type Target = Fields;
        fn deref(&self) -> &Fields {
            say("deref");
            &self.0
        }
    }
    impl DerefMut for To {
        fn deref_mut(&mut self) -> &mut Fields {
            say("deref_mut");
            &mut self.0
        }
    }
    let mut to = To(Fields { x: loud("x"), y: loud("y") });
    to.x.and(&to.y);
    to.y = loud("z");
    To(Fields { x: loud("a"), y: loud("b") }).x.see();
    say("end");
}

fn deref_chain() {
    let p = std::rc::Rc::new(Box::new(ptr("a")));
    p.0.0.see();
    let n = &(**p).0;
    n.0.see();
    (***std::rc::Rc::new(Box::new(ptr("b")))).0.see();
    say("end");
}

fn compound() {
    let mut a = num("a");
    a += num("b");
    say("added");
    a += loud("n").see();
    a += num("c") + num("d");
    a.0.see();
}

fn compound_of_temporary() {
    num("a").0.same_mut();
    *(&mut num("b")) += num("c");
    say("after");
    ptr("d").0.0.same_mut();
    *ptr("e") += num("f");
    say("end");
}

fn compound_by_index() {
    let mut all = [num("a"), num("b")];
    all[loud("i").see()] += num("c");
    all[0] += loud("n").see() + 1;
    let mut counts = [0, 0];
    counts[loud("j").see()] += loud("m").see();
    counts[{ loud("k"); 0 }] += { loud("l"); 2 };
    say(if counts == [2, 1] { "counted" } else { "never" });
}

fn shift_and_mask() {
    let (a, b) = num("a") << num("b");
    say("shifted");
    let both = &a & (&b & true);
    say(if both { "both" } else { "never" });
}

fn range_of_values() {
    let r: Range<Num> = num("a")..num("b");
    say("made");
    r.end.0.see();
    let from = num("c")..;
    let Range { start, .. } = r;
    start.0.see();
    from.start.0.see();
}

fn call_operator() {
    let a = loud("a");
    let f = |b: Loud| a.and(&b);
    (f)(loud("b"));
    (&f)(loud("c"));
    (|d: Loud| d.see())(loud("d"));
    say("after");
}

fn lazy_boolean_operands() {
    let x = num("a") == num("bb") || num("c") == num("d");
    let y = !(num("e") == num("f") && num("g") == num("hh"));
    say(if x && y { "both" } else { "never" });
    let z = loud("i").yes() & loud("j").no() | loud("k").yes();
    say(if z { "yes" } else { "never" });
}

fn derived_comparison() {
    #[derive(PartialEq, PartialOrd)]
    struct Both {
        a: Num,
        b: Num,
    }
    let x = Both { a: num("a"), b: num("b") };
    if x == (Both { a: num("c"), b: num("d") }) {
        say("equal");
    }
    if x < (Both { a: num("e"), b: num("ff") }) {
        say("less");
    }
}

fn string_building() {
    let text = String::from(loud("a").0) + loud("b").0 + &String::from(loud("c").0);
    say(&text);
    let mut more = text;
    more += loud("d").0;
    say(&more);
}

fn negated_comparison() {
    let a = num("a");
    if !(a == num("bb")) && !(num("c") != a) {
        say("then");
    }
    say("after");
}

fn operator_in_argument() {
    eat_two(num("a") + num("b"), num("c") == num("d"));
    say("after");
    eat(&num("e") + &num("f"));
    say("end");
}
