//! Rows as they were loaded, and as the batches decided so far would have them.

use std::collections::BTreeMap;

/// Rows by key in three layers: loaded, changed by batches that stand, changed by the batch that is
/// being decided. A `None` in a layer above is a row that is gone.
#[derive(Debug)]
pub(crate) struct Overlay<K, V> {
    loaded: BTreeMap<K, V>,
    kept: BTreeMap<K, Option<V>>,
    staged: BTreeMap<K, Option<V>>,
}

impl<K, V> Default for Overlay<K, V> {
    fn default() -> Self {
        Self {
            loaded: BTreeMap::new(),
            kept: BTreeMap::new(),
            staged: BTreeMap::new(),
        }
    }
}

impl<K: Ord, V> Overlay<K, V> {
    /// A row as the database has it.
    pub(crate) fn load(&mut self, key: K, value: V) {
        self.loaded.insert(key, value);
    }

    /// The row as the batch being decided sees it.
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let changed = self.staged.get(key).or_else(|| self.kept.get(key));
        match changed {
            Some(value) => value.as_ref(),
            None => self.loaded.get(key),
        }
    }

    /// Changes or adds a row.
    pub(crate) fn put(&mut self, key: K, value: V) {
        self.staged.insert(key, Some(value));
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, key: K) {
        self.staged.insert(key, None);
    }

    /// The batch being decided stands, or has failed.
    pub(crate) fn settle(&mut self, stands: bool) {
        if stands {
            self.kept.append(&mut self.staged);
        } else {
            self.staged.clear();
        }
    }

    /// Rows that are to be written.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&K, &V)> {
        self.kept
            .iter()
            .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    }

    /// Rows that are to be deleted.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &K> {
        self.kept
            .iter()
            .filter_map(|(key, value)| value.is_none().then_some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_leaves_no_trace() {
        let mut rows = Overlay::default();
        rows.load("a", 1);
        rows.put("a", 2);
        rows.put("b", 2);
        rows.settle(false);
        assert_eq!((rows.get(&"a"), rows.get(&"b")), (Some(&1), None));
        rows.put("b", 3);
        rows.remove("a");
        assert_eq!((rows.get(&"a"), rows.get(&"b")), (None, Some(&3)));
        rows.settle(true);
        assert_eq!(rows.changed().collect::<Vec<_>>(), [(&"b", &3)]);
        assert_eq!(rows.removed().collect::<Vec<_>>(), [&"a"]);
    }
}
