//! A concurrent cache whose values live as long as the cache: a lookup returns a plain reference.

use hashbrown::HashMap;
use parking_lot::RwLock;
use rustc_hash::FxBuildHasher;
use std::hash::{BuildHasher, Hash};

const SHARDS: usize = 16;

/// Maps keys to values that are computed once and never removed. If two threads compute the same key at once, the first
/// to finish wins, so a computation must be a function of its key.
pub struct Memo<K, V> {
    shards: [RwLock<HashMap<K, u32, FxBuildHasher>>; SHARDS],
    values: boxcar::Vec<V>,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Memo { shards: std::array::from_fn(|_| RwLock::new(HashMap::default())), values: boxcar::Vec::new() }
    }
}

impl<K: Hash + Eq, V> Memo<K, V> {
    fn shard(&self, key: &K) -> &RwLock<HashMap<K, u32, FxBuildHasher>> {
        &self.shards[(FxBuildHasher.hash_one(key) >> 50) as usize % SHARDS]
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let id = *self.shard(key).read().get(key)?;
        Some(&self.values[id as usize])
    }

    /// Stores `value` unless there is one already, and returns the one that is stored.
    pub fn insert(&self, key: K, value: V) -> &V {
        let mut shard = self.shard(&key).write();
        let id = *shard.entry(key).or_insert_with(|| {
            u32::try_from(self.values.push(value)).expect("fewer than 2^32 memoized values")
        });
        drop(shard);
        &self.values[id as usize]
    }

    /// All that is stored, in no order.
    pub fn entries(&self) -> Vec<(K, &V)>
    where
        K: Clone,
    {
        let shards = self.shards.iter().map(RwLock::read);
        shards.flat_map(|shard| shard.iter().map(|(key, id)| (key.clone(), &self.values[*id as usize])).collect::<Vec<_>>()).collect()
    }

    /// The value for `key`, computed on first use. No lock is held while it is computed; errors are not stored.
    pub fn get_or_try<E>(&self, key: K, compute: impl FnOnce(&K) -> Result<V, E>) -> Result<&V, E> {
        if let Some(value) = self.get(&key) {
            return Ok(value);
        }
        let value = compute(&key)?;
        Ok(self.insert(key, value))
    }
}
