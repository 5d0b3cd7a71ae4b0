//! Formatting macros, whose blocks are of the library's edition.

#[macro_use]
mod trace;
use trace::*;

cases! {
    formatted
    strings
}

fn formatted() {
    let text = format!("{}{}", loud("a").see(), loud("bc").same().0);
    say(&text);
    say(&format!("{}{}", loud("d").0, text));
    print!(" [{}]", loud("e").same().0);
    say("after");
}

fn strings() {
    let s = { format!("{}", loud("a").0) };
    say(&s);
    say(&format!("{}{}", loud("b").same().0, format!("{}", loud("c").0)));
    let v = vec![format!("{}", loud("d").0), {
        let _x = loud("x");
        format!("{}", loud("e").same().0)
    }];
    say(&v[1]);
    fn tail() -> String {
        let _y = loud("y");
        format!("{}", loud("z").same().0)
    }
    say(&tail());
    println!("{} {}", loud("f").same().0, format!("{}", loud("g").0));
    assert_eq!(format!("{}", loud("h").0), "h");
}
