struct Loud(String);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let mut v: Vec<String> = Vec::new();
    for i in 0..4 {
        v.push(format!("item {i}"));
    }
    v.push(String::from("last"));
    for s in &v {
        println!("{s} {}", s.len());
    }
    let total: usize = v.iter().map(|s| s.len()).sum();
    println!("total {total}, third {}", v[2]);
    let loud: Vec<Loud> = v.into_iter().filter(|s| s.ends_with(|c: char| c != '2')).map(Loud).collect();
    println!("{} left", loud.len());
    let first = loud.into_iter().next();
    println!("{}", first.is_some());
}
