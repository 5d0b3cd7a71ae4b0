fn sum(v: &[i32]) -> i32 {
    let mut total = 0;
    for i in 0..v.len() {
        total += v[i];
    }
    total
}

fn ends(v: &[i32]) -> String {
    match v {
        [] => "empty".to_string(),
        [one] => format!("one {one}"),
        [first, .., before, last] => format!("{first} .. {before} {last}"),
        [first, last] => format!("{first} {last}"),
    }
}

fn split(v: &[i32]) -> (i32, &[i32]) {
    match v {
        [head, tail @ ..] => (*head, tail),
        [] => (0, &[]),
    }
}

fn sort(v: &mut [i32]) {
    let n = v.len();
    for i in 0..n {
        for j in 0..n - 1 - i {
            if v[j] > v[j + 1] {
                v.swap(j, j + 1);
            }
        }
    }
}

fn main() {
    let mut a = [5, 3, 8, 1, 9, 2];
    println!("{}", sum(&a));
    sort(&mut a);
    println!("{a:?} {}", a[a.len() - 1]);
    println!("{} {} {} {}", ends(&[]), ends(&[1]), ends(&[1, 2]), ends(&a));
    let (head, tail) = split(&a[1..4]);
    println!("{head} {tail:?}");
    let mut grid = vec![vec![0u8; 3]; 2];
    grid[1][2] = 7;
    grid[0][0] += 1;
    println!("{grid:?}");
    let [x, y, ..] = a;
    println!("{x} {y}");
    std::panic::set_hook(Box::new(|_| {}));
    let index = a.len() + 1;
    println!("{}", std::panic::catch_unwind(move || a[index]).is_err());
    let text = "héllo wörld";
    let upper: String = text.chars().rev().map(|c| c.to_ascii_uppercase()).collect();
    println!("{upper} {}", &text[0..1]);
    'outer: for i in 0..10 {
        for j in 0..10 {
            if i * j == 42 {
                println!("{i} {j}");
                break 'outer;
            }
            if j > i {
                continue 'outer;
            }
        }
    }
    let n = loop {
        break 17;
    };
    let block = 'b: {
        if n > 16 {
            break 'b "big";
        }
        "small"
    };
    println!("{n} {block} {} {}", -7 / 2, -7 % 3);
}
