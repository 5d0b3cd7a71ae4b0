use std::collections::HashMap;

fn main() {
    let text = "the quick brown fox jumps over the lazy dog while the other dog sleeps";
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (word, count) in counts.iter().take(3) {
        println!("{word}: {count}");
    }
}
