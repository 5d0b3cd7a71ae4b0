//! Machine code that the last compilation of a crate has left, for functions that come to the same CLIF again.
//!
//! The key is Cranelift's own (`cranelift_codegen::incremental_cache`): a digest of the function as CLIF, without the names of
//! what it refers to, and of the target with its flags. So code that is found is the code that would be made; where the CLIF came
//! from does not matter. What a compilation did not ask for is not kept for the next one.

use crate::prelude::*;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::incremental_cache::CacheKvStore;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CompileError, VERSION};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a file begins with; the version of Cranelift and a checksum of the rest follow.
const MAGIC: &[u8; 8] = b"raccode\x01";

type Key = [u8; 32];

/// The code of the last compilation, and what this one has used of it or adds.
#[derive(Default)]
pub struct CodeCache {
    /// The last compilation's file.
    last: Vec<u8>,
    /// Where each function's code is in it.
    index: FxHashMap<Key, Range<usize>>,
    /// Of this compilation; `None` for the code of the last one.
    current: Mutex<FxHashMap<Key, Option<Vec<u8>>>>,
    reused: AtomicUsize,
}

impl CodeCache {
    /// From the file that [`Self::encode`] made. One that is damaged, or of another version, has nothing of use.
    pub fn decode(last: Vec<u8>) -> CodeCache {
        let index = read_index(&last).unwrap_or_default();
        CodeCache { last, index, ..CodeCache::default() }
    }

    /// The file for the next compilation. `None` if the last one's is just as good.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let current = self.current.lock();
        if current.len() == self.index.len() && current.values().all(Option::is_none) {
            return None;
        }
        let mut entries: Vec<(&Key, &[u8])> = current
            .iter()
            .filter_map(|(key, made)| match made {
                Some(code) => Some((key, &code[..])),
                None => self.index.get(key).map(|range| (key, &self.last[range.clone()])),
            })
            .collect();
        entries.sort_unstable();
        let mut rest = Vec::with_capacity(entries.iter().map(|(key, code)| key.len() + 4 + code.len()).sum());
        for (key, code) in entries {
            rest.extend_from_slice(key);
            rest.extend_from_slice(&(code.len() as u32).to_le_bytes());
            rest.extend_from_slice(code);
        }
        Some([head(&rest), rest].concat())
    }

    /// How many functions were not compiled again.
    pub fn reused(&self) -> usize {
        self.reused.load(Ordering::Relaxed)
    }

    /// As [`Context::compile`], unless the code is known.
    pub(crate) fn compile<'c>(&self, context: &'c mut Context, isa: &dyn TargetIsa) -> Result<(), CompileError<'c>> {
        let (_, is_known) = context.compile_with_cache(isa, &mut Access(self), &mut ControlPlane::default())?;
        self.reused.fetch_add(usize::from(is_known), Ordering::Relaxed);
        Ok(())
    }
}

/// The cache for one function of several that are compiled at a time.
struct Access<'a>(&'a CodeCache);

impl CacheKvStore for Access<'_> {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let key = Key::try_from(key).ok()?;
        let range = self.0.index.get(&key)?.clone();
        self.0.current.lock().entry(key).or_default();
        Some(Cow::Borrowed(&self.0.last[range]))
    }

    fn insert(&mut self, key: &[u8], code: Vec<u8>) {
        if let Ok(key) = Key::try_from(key) {
            self.0.current.lock().insert(key, Some(code));
        }
    }
}

/// What stands before `rest`.
fn head(rest: &[u8]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.push(VERSION.len() as u8);
    head.extend_from_slice(VERSION.as_bytes());
    head.extend_from_slice(&crc32fast::hash(rest).to_le_bytes());
    head
}

/// Where the code of each function is. `None`: the file is not what one was made as.
fn read_index(file: &[u8]) -> Option<FxHashMap<Key, Range<usize>>> {
    let (_, rest) = file.split_at_checked(head(&[]).len())?;
    if !file.starts_with(&head(rest)) {
        return None;
    }
    let mut index = FxHashMap::default();
    let mut at = file.len() - rest.len();
    while at < file.len() {
        let key = file.get(at..at + size_of::<Key>())?;
        at += key.len();
        let length = file.get(at..at + 4)?;
        at += length.len();
        let code = at..at + u32::from_le_bytes(length.try_into().ok()?) as usize;
        at = code.end;
        file.get(code.clone())?;
        index.insert(key.try_into().ok()?, code);
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if these functions had been compiled.
    fn file(last: Vec<u8>, used: &[u8]) -> Option<Vec<u8>> {
        let cache = CodeCache::decode(last);
        for &name in used {
            let key = [name; 32];
            if Access(&cache).get(&key).is_none() {
                Access(&cache).insert(&key, vec![name; usize::from(name)]);
            }
        }
        cache.encode()
    }

    fn names(file: Vec<u8>) -> Vec<u8> {
        let cache = CodeCache::decode(file);
        let mut names: Vec<u8> = cache.index.keys().map(|key| key[0]).collect();
        names.sort_unstable();
        for &name in &names {
            assert_eq!(Access(&cache).get(&[name; 32]).as_deref(), Some(&vec![name; usize::from(name)][..]));
        }
        names
    }

    #[test]
    fn what_was_used_is_kept() {
        let first = file(Vec::new(), &[1, 7, 0, 200]).expect("there was nothing");
        assert_eq!(names(first.clone()), [0, 1, 7, 200]);
        assert!(file(first.clone(), &[200, 7, 1, 0]).is_none(), "nothing has changed");
        let second = file(first, &[7, 3]).expect("another function");
        assert_eq!(names(second.clone()), [3, 7]);
        assert_eq!(file(second, &[3, 7, 9]), file(Vec::new(), &[9, 7, 3]), "the file does not depend on how it came to be");
    }

    #[test]
    fn of_a_damaged_file_nothing_is_used() {
        let good = file(Vec::new(), &[3, 5]).expect("there was nothing");
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 4;
            assert!(CodeCache::decode(bad).index.is_empty(), "byte {i}");
            assert!(CodeCache::decode(good[..i].to_vec()).index.is_empty(), "the first {i} bytes");
        }
        assert!(CodeCache::decode([&good[..], b"x"].concat()).index.is_empty());
    }
}
