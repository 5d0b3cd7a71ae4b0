// edition: 2018
// rac-flags: -A non_fmt_panics -A deprecated

//! Before the edition of 2021, one argument of `panic!` is the payload, and no template.

use std::panic::{catch_unwind, set_hook, UnwindSafe};

fn t(f: impl FnOnce() + UnwindSafe) {
    let payload = catch_unwind(f).unwrap_err();
    if let Some(text) = payload.downcast_ref::<&str>() {
        println!("&str: {}", text);
    } else if let Some(text) = payload.downcast_ref::<String>() {
        println!("String: {}", text);
    } else {
        println!("i32: {:?}", payload.downcast_ref::<i32>());
    }
}

mod own {
    macro_rules! panic {
        ($($t:tt)*) => {
            std::panic!("own")
        };
    }

    pub fn assert() {
        super::t(|| assert!(false, "z"));
    }
}

fn main() {
    set_hook(Box::new(|info| println!("{}", info.location().unwrap().line())));
    t(|| panic!("a {}"));
    t(|| panic!(5i32));
    t(|| assert!(1 == 2));
    t(|| assert!(false, "x {}"));
    t(|| assert!(false, 7i32));
    t(|| unreachable!("y {}"));
    t(|| debug_assert!(false, "debug {}"));
    t(|| panic!("a {}", 1));
    t(|| std::panic!("std {a}"));
    t(|| panic!(String::from("owned")));
    own::assert();
}
