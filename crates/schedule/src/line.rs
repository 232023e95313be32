//! Parcels that are due, each owner in turn.

use std::collections::{BTreeMap, VecDeque};

/// How many bands an owner's parcels have, the most urgent first.
const BANDS: usize = 4;

/// What waits to be asked for through one account. Owners take turns, one number each: every number
/// costs the same part of a request, so none is ever owed more than its turn, however many another
/// has put in. Of one owner the most urgent goes first, then who came first.
#[derive(Debug)]
pub struct Line<T> {
    owners: BTreeMap<u16, [VecDeque<T>; BANDS]>,
    /// Whose turn is next; those who have something waiting.
    turns: VecDeque<u16>,
    len: usize,
}

impl<T> Line<T> {
    /// With nobody in it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            owners: BTreeMap::new(),
            turns: VecDeque::new(),
            len: 0,
        }
    }

    /// How many wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Puts one of `owner` in. The line has no bound of its own: it holds what the wheel held.
    pub fn push(&mut self, owner: u16, band: usize, item: T) {
        let bands = self.owners.entry(owner).or_default();
        if bands.iter().all(VecDeque::is_empty) {
            self.turns.push_back(owner);
        }
        if let Some(band) = bands.get_mut(band.min(BANDS - 1)) {
            band.push_back(item);
            self.len += 1;
        }
    }

    /// Takes the next.
    pub fn pop(&mut self) -> Option<T> {
        let owner = self.turns.pop_front()?;
        let bands = self.owners.get_mut(&owner)?;
        let item = bands.iter_mut().find_map(VecDeque::pop_front);
        if bands.iter().all(VecDeque::is_empty) {
            self.owners.remove(&owner);
        } else {
            self.turns.push_back(owner);
        }
        self.len -= usize::from(item.is_some());
        item
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_take_turns_and_the_urgent_goes_first() {
        let mut line = Line::new();
        for number in 0..5 {
            line.push(1, 3, (1, number));
        }
        line.push(2, 3, (2, 0));
        line.push(2, 0, (2, 1));
        let order: Vec<_> = std::iter::from_fn(|| line.pop()).collect();
        assert_eq!(
            order,
            [(1, 0), (2, 1), (1, 1), (2, 0), (1, 2), (1, 3), (1, 4)]
        );
        assert!(line.is_empty() && line.owners.is_empty());
    }

    #[test]
    fn who_has_put_in_very_many_delays_nobody_else() {
        let mut line = Line::new();
        for _ in 0..100_000 {
            line.push(1, 0, 1);
        }
        line.push(2, 3, 2);
        let mut taken = std::iter::from_fn(|| line.pop());
        assert_eq!(taken.position(|owner| owner == 2), Some(1));
    }
}
