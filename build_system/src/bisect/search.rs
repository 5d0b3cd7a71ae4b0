//! Which unit makes the difference: a search over an ordered list.

/// The index of the unit that turns the outcome, of `count` units: with the first `k` of them taken from the suspect,
/// `fails(k)` tells whether the program misbehaves. It must be false for 0 and true for `count`.
pub fn first_failing<E>(count: usize, mut fails: impl FnMut(usize) -> Result<bool, E>) -> Result<usize, E> {
    // Invariant: `good` units do not fail, `bad` units do.
    let (mut good, mut bad) = (0, count);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fails(middle)? {
            bad = middle;
        } else {
            good = middle;
        }
    }
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::first_failing;

    #[test]
    fn finds_each_culprit() {
        for culprit in 0..37 {
            let mut runs = 0;
            let found = first_failing(37, |k| {
                runs += 1;
                Ok::<_, ()>(k > culprit)
            });
            assert_eq!(found, Ok(culprit));
            assert!(runs <= 6);
        }
    }
}
