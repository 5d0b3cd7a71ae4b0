//! Counts of results, rows of checks, fixed samples, and programs run on several threads with results in a fixed order.

use std::collections::BTreeSet;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::progress::duration;

#[derive(Default, Clone, Copy)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// A check of a suite, and what came of it.
pub struct Row {
    name: String,
    time: Duration,
    /// `None` when it passed.
    failure: Option<String>,
}

impl Row {
    /// Does the check and takes its time.
    pub fn of(name: String, check: impl FnOnce() -> anyhow::Result<()>) -> Row {
        let started = Instant::now();
        let failure = check().err().map(|error| format!("{error:#}"));
        Row { name, time: started.elapsed(), failure }
    }
}

/// Prints the rows under the suite's name, in a column of this width.
pub fn print_rows<'a>(suite: &str, width: usize, rows: impl IntoIterator<Item = &'a Row>) -> Counts {
    let mut counts = Counts::default();
    println!("{suite:<width$} {:>9}  result", "time");
    for row in rows {
        let result = row.failure.as_ref().map_or("ok".to_owned(), |failure| format!("FAILED: {failure}"));
        println!("{:<width$} {:>9}  {result}", row.name, duration(row.time));
        counts += Counts { passed: usize::from(row.failure.is_none()), failed: usize::from(row.failure.is_some()) };
    }
    counts
}

/// Keeps `wanted` of the items, evenly spread and the same ones each time.
pub fn sample<T>(items: &mut Vec<T>, wanted: usize) {
    let count = items.len();
    if wanted >= count {
        return;
    }
    let taken: BTreeSet<usize> = (0..wanted).map(|index| index * count / wanted).collect();
    let mut index = 0;
    items.retain(|_| {
        index += 1;
        taken.contains(&(index - 1))
    });
}

/// Applies `work` to each item on `jobs` threads, and tells `done` of each as it ends; the results keep the items' order.
///
/// Errors: the first one of `work`, after which no new item is begun.
pub fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> anyhow::Result<R> + Sync,
    mut done: impl FnMut(&T, &R),
) -> anyhow::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(items.len()) {
            let sender = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    items.get(index).map(|item| (index, item))
                } {
                    let result = work(item);
                    let stop = result.is_err();
                    if stop {
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    if sender.send((index, result)).is_err() || stop {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut first_error = None;
        for (index, result) in receiver {
            match result {
                Ok(result) => {
                    done(&items[index], &result);
                    results[index] = Some(result);
                }
                Err(error) => {
                    first_error.get_or_insert(error);
                }
            }
        }
        match first_error {
            Some(error) => Err(error),
            None => Ok(results.into_iter().flatten().collect()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn samples_are_spread() {
        let mut items: Vec<usize> = (0..10).collect();
        sample(&mut items, 4);
        assert_eq!(items, [0, 2, 5, 7]);
        sample(&mut items, 4);
        assert_eq!(items, [0, 2, 5, 7]);
    }
}
