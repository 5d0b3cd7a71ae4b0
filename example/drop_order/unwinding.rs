//! Panics that pass several frames, are caught inside of a case, or start in a destructor.

#[macro_use]
mod trace;
use trace::*;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

cases! {
    several_frames
    caught_and_continued
    caught_twice
    nested_catch
    rethrown
    payload_is_dropped
    in_destructor_of_variable
    in_destructor_of_temporary
    in_destructor_of_field
    in_destructor_of_element
    in_destructor_of_assigned
    in_destructor_of_parameter
    in_destructor_of_match
    in_destructor_of_box
    in_destructor_of_capture
    in_destructor_at_break
    in_destructor_at_return
    in_destructor_before_result
    catching_destructor
    in_loop
    with_moved_values
    with_partly_moved
    in_constructor
    in_arguments
    in_condition
    in_closure
    through_dyn
    through_std
    in_thread
    unwound_loop_state
}

fn fail() -> usize {
    say("fail");
    resume_unwind(Box::new("fail"))
}

fn catch<T>(f: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(f)).ok()
}

/// Panics when it is dropped, unless a panic is on its way.
struct Bomb(Loud);

impl Drop for Bomb {
    fn drop(&mut self) {
        say("bomb");
        if !std::thread::panicking() {
            resume_unwind(Box::new("bomb"));
        }
    }
}

fn bomb(name: &'static str) -> Bomb {
    Bomb(loud(name))
}

fn several_frames() {
    fn outer(a: Loud) -> usize {
        let _o = loud("o");
        middle(a, &loud("t")) + 1
    }
    fn middle(_a: Loud, _t: &Loud) -> usize {
        let _m = loud("m");
        let n = inner([loud("x"), loud("y")]);
        n + loud("never").see()
    }
    fn inner(_all: [Loud; 2]) -> usize {
        let _i = loud("i");
        fail()
    }
    let _z = loud("z");
    outer(loud("a"));
}

fn caught_and_continued() {
    let _a = loud("a");
    let caught = catch(|| {
        let _b = loud("b");
        fail();
    });
    say(if caught.is_none() { "caught" } else { "never" });
    let _c = loud("c");
}

fn caught_twice() {
    for name in ["a", "b"] {
        let _outer = loud("o");
        catch(|| {
            let it = loud(name);
            eat_two(it, fail());
        });
        say("next");
    }
}

fn nested_catch() {
    let _a = loud("a");
    catch(|| {
        let _b = loud("b");
        catch(|| {
            let _c = loud("c");
            fail();
        });
        say("inner caught");
        let _d = loud("d");
        fail();
    });
    say("outer caught");
}

fn rethrown() {
    catch(|| {
        let _a = loud("a");
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _b = loud("b");
            fail();
        }));
        say("again");
        if let Err(payload) = caught {
            let _c = loud("c");
            resume_unwind(payload);
        }
    });
    say("end");
}

fn payload_is_dropped() {
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let _a = loud("a");
        let payload = loud("payload");
        resume_unwind(Box::new(payload));
    }));
    let _b = loud("b");
    if let Err(payload) = caught {
        say(if payload.is::<Loud>() { "loud" } else { "other" });
    }
    say("end");
}

fn in_destructor_of_variable() {
    catch(|| {
        let _a = loud("a");
        let _b = bomb("b");
        let _c = loud("c");
        say("end");
    });
    say("caught");
}

fn in_destructor_of_temporary() {
    catch(|| {
        let _a = loud("a");
        eat_two(&loud("b"), (&bomb("c"), &loud("d")));
        say("never");
    });
    say("caught");
}

fn in_destructor_of_field() {
    struct Three(Loud, Bomb, Loud);
    catch(|| {
        let _three = Three(loud("a"), bomb("b"), loud("c"));
        let _d = loud("d");
    });
    catch(|| {
        let three = Three(loud("e"), bomb("f"), loud("g"));
        eat(three.0);
        say("moved");
    });
    say("caught");
}

fn in_destructor_of_element() {
    catch(|| {
        let _all = [Some(bomb("a")), None, Some(bomb("b")), Some(bomb("c"))];
        let _z = loud("z");
    });
    catch(|| {
        let all = vec![(loud("d"), bomb("e")), (loud("f"), bomb("g"))];
        look(&all);
    });
    say("caught");
}

fn in_destructor_of_assigned() {
    catch(|| {
        let _z = loud("z");
        let mut a = bomb("a");
        let _y = loud("y");
        a = bomb("b");
        say("never");
        look(&a);
    });
    say("between");
    catch(|| {
        let mut p = (bomb("c"), loud("d"));
        p.0 = bomb("e");
        say("never");
    });
    say("caught");
}

fn in_destructor_of_parameter() {
    fn inner(_a: Loud, _: Bomb, _c: Loud) -> Loud {
        let _d = loud("d");
        loud("r")
    }
    catch(|| inner(loud("a"), bomb("b"), loud("c")));
    say("caught");
}

fn in_destructor_of_match() {
    catch(|| {
        let _z = loud("z");
        match (bomb("a"), loud("b")) {
            (_, b) => {
                b.see();
            }
        }
        say("never");
    });
    say("caught");
}

fn in_destructor_of_box() {
    catch(|| {
        let _z = loud("z");
        let boxed: Box<(Loud, Bomb)> = Box::new((loud("a"), bomb("b")));
        eat(boxed.0);
    });
    catch(|| {
        let _boxed: Box<dyn Send> = Box::new(bomb("c"));
    });
    say("caught");
}

fn in_destructor_of_capture() {
    let a = loud("a");
    let b = bomb("b");
    let c = loud("c");
    let f = move || {
        look(&c);
        look(&b);
        a.see()
    };
    catch(|| {
        f();
        drop(f);
        say("never");
    });
    say("caught");
}

fn in_destructor_at_break() {
    catch(|| {
        let _z = loud("z");
        loop {
            let _a = loud("a");
            let _b = bomb("b");
            if flag(true) {
                break;
            }
        }
        say("never");
    });
    catch(|| {
        for name in ["c", "d"] {
            let _x = loud(name);
            let _b = bomb("e");
            continue;
        }
    });
    say("caught");
}

fn in_destructor_at_return() {
    fn inner(go: bool) -> Option<usize> {
        let _a = loud("a");
        let _b = bomb("b");
        let _c = loud("c");
        if go {
            return None;
        }
        Some(1)
    }
    catch(|| inner(true));
    say("between");
    catch(|| inner(false));
    say("caught");
}

fn in_destructor_before_result() {
    fn inner() -> usize {
        let _a = loud("a");
        let _b = bomb("b");
        loud("r").see()
    }
    fn question(go: bool) -> Result<usize, usize> {
        let _a = bomb("c");
        let n = if go { Ok(1) } else { Err(2usize) }?;
        let _b = loud("d");
        Ok(n)
    }
    catch(inner);
    catch(|| question(true));
    catch(|| question(false));
    say("caught");
}

fn catching_destructor() {
    struct Catches(Loud);
    impl Drop for Catches {
        fn drop(&mut self) {
            let caught = catch(|| {
                let _x = loud("x");
                self.0.see();
            });
            say(if caught.is_some() { "fine" } else { "caught" });
        }
    }
    let _z = loud("z");
    let _a = Catches(loud("a"));
    fail();
}

fn in_loop() {
    let mut done = Vec::new();
    catch(|| {
        for name in ["a", "b", "c"] {
            let it = loud(name);
            if name == "c" {
                fail();
            }
            done.push(it);
        }
    });
    say("caught");
    done.pop();
    say("end");
}

fn with_moved_values() {
    catch(|| {
        let a = loud("a");
        let b = loud("b");
        let c = loud("c");
        eat(b);
        let d = a;
        fail();
        c.and(&d);
    });
    say("caught");
}

fn with_partly_moved() {
    for go in [true, false] {
        catch(|| {
            let p = (pair("a", "b"), loud("c"));
            let boxed = Box::new((loud("d"), loud("e")));
            eat(p.0.a);
            if flag(go) {
                eat(boxed.1);
            }
            fail();
            look(&p.1);
        });
        say("caught");
    }
}

fn in_constructor() {
    catch(|| {
        let p = Pair { a: loud("a"), b: { loud("t").see(); fail(); loud("never") } };
        eat(p);
    });
    catch(|| {
        let all = vec![loud("b"), loud("c"), { fail(); loud("never") }];
        eat(all);
    });
    catch(|| eat([[loud("d"), loud("e")], [loud("f"), { fail(); loud("never") }]]));
    say("caught");
}

fn in_arguments() {
    catch(|| eat_two((loud("a"), &loud("b")), fail()));
    catch(|| loud("c").hold("d").value.and(&{ fail(); loud("never") }));
    say("caught");
}

fn in_condition() {
    catch(|| {
        if loud("a").yes() && loud("b").see() + fail() == 1 {
            say("never");
        }
    });
    catch(|| match loud("c").hold("d").get() {
        Some(it) if it.yes() && fail() == 1 => say("never"),
        _ => say("never"),
    });
    catch(|| {
        while let Some(e) = some("e") {
            e.see();
            fail();
        }
    });
    say("caught");
}

fn in_closure() {
    let a = loud("a");
    let b = loud("b");
    catch(move || {
        let _c = loud("c");
        eat(a);
        fail();
        b.see();
    });
    say("caught");
}

fn through_dyn() {
    let a = loud("a");
    let f: Box<dyn FnOnce(Loud)> = Box::new(move |x| {
        x.and(&a);
        fail();
    });
    catch(|| f(loud("x")));
    say("caught");
}

fn through_std() {
    catch(|| {
        let _z = loud("z");
        let all: Vec<Loud> = [loud("a"), loud("b"), loud("c")]
            .into_iter()
            .map(|it| {
                if it.0 == "b" {
                    fail();
                }
                it
            })
            .collect();
        eat(all);
    });
    catch(|| {
        let mut all = vec![loud("d"), loud("e")];
        all.retain(|it| it.0 == "d" || fail() == 1);
    });
    catch(|| some("f").map(|f| (f, fail())));
    say("caught");
}

fn in_thread() {
    let a = loud("a");
    let ended = std::thread::scope(|scope| {
        scope
            .spawn(move || {
                let _b = loud("b");
                a.see();
                resume_unwind(Box::new(loud("payload")))
            })
            .join()
            .map(|_: ()| ())
    });
    say("joined");
    drop(ended);
    say("end");
}

fn unwound_loop_state() {
    let mut a = loud("a");
    let mut n = 0;
    while n < 3 {
        n += 1;
        catch(|| {
            let old = std::mem::replace(&mut a, loud("b"));
            if n == 2 {
                fail();
            }
            old.see();
        });
        say("next");
    }
    a.see();
}
