//! Parcels by the tick in which they are due: a hierarchical timing wheel.

/// Slots of one ring, and rings: together they reach as far as a `u32` counts.
const SLOTS: u32 = 256;
const RINGS: u32 = 4;

/// The end of a chain.
const NONE: u32 = u32::MAX;

/// Nodes are made so many at a time, so that growing never moves those that are there.
const CHUNK: usize = 4_096;

#[derive(Debug, Clone, Copy)]
struct Node<T> {
    /// Absent when it was taken out before its tick; the node goes with its slot.
    item: Option<T>,
    /// In which tick it fires.
    due: u32,
    /// The next of the same slot, or the next that is free.
    next: u32,
}

/// Items that wait for their tick. Putting one in and taking it out cost the same however many
/// there are: an item is moved from ring to ring at most three times on its way.
#[derive(Debug)]
pub struct Wheel<T> {
    chunks: Vec<Vec<Node<T>>>,
    free: u32,
    /// The first node of each slot, ring after ring.
    heads: Vec<u32>,
    now: u32,
    len: usize,
}

impl<T: Copy> Wheel<T> {
    /// Empty, at tick 0.
    #[must_use]
    pub fn new() -> Self {
        let slots = (0..SLOTS * RINGS).map(|_| NONE);
        Self {
            chunks: Vec::new(),
            free: NONE,
            heads: slots.collect(),
            now: 0,
            len: 0,
        }
    }

    /// How many items wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes the items take, with what is held ready for more.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let nodes: usize = self.chunks.iter().map(Vec::capacity).sum();
        nodes * size_of::<Node<T>>()
            + self.chunks.capacity() * size_of::<Vec<Node<T>>>()
            + self.heads.capacity() * size_of::<u32>()
    }

    /// Puts one in, and says where it is until it fires. What is due already fires in the next
    /// tick.
    pub fn insert(&mut self, due: u32, item: T) -> u32 {
        let due = due.max(self.now.saturating_add(1));
        let (item, next) = (Some(item), NONE);
        let at = self.keep(Node { item, due, next });
        self.link(at, due);
        self.len += 1;
        at
    }

    /// What is at that place.
    #[must_use]
    pub fn get(&self, at: u32) -> Option<&T> {
        let at = usize::try_from(at).ok()?;
        let node = self.chunks.get(at / CHUNK)?.get(at % CHUNK)?;
        node.item.as_ref()
    }

    /// Takes out what is at that place.
    pub fn remove(&mut self, at: u32) -> Option<T> {
        let item = self.node(at)?.item.take()?;
        self.len -= 1;
        Some(item)
    }

    /// Everything that waits, with its place.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let nodes = (0..).zip(self.chunks.iter().flatten());
        nodes.filter_map(|(at, node)| Some((at, node.item.as_ref()?)))
    }

    /// Goes on to tick `to`, and hands over what fires on the way with its tick and its place.
    pub fn advance(&mut self, to: u32, mut fired: impl FnMut(u32, u32, T)) {
        while self.now < to {
            if self.len == 0 {
                self.clear(to);
                return;
            }
            self.now += 1;
            for ring in (1..RINGS).rev() {
                // The rings below have gone round.
                if self.now.trailing_zeros() >= 8 * ring {
                    self.spread(ring);
                }
            }
            let mut at = self.unhook(0);
            while let Some(node) = self.node(at).copied() {
                self.release(at);
                if let Some(item) = node.item {
                    self.len -= 1;
                    fired(self.now, at, item);
                }
                at = node.next;
            }
        }
    }

    /// Sets the tick of every item anew, and thereby its place; `when` is told the item and its
    /// tick.
    pub fn retime(&mut self, when: impl Fn(&T, u32) -> u32) {
        let mut anew = Self::new();
        anew.now = self.now;
        for node in self.chunks.iter().flatten() {
            if let Some(item) = node.item {
                anew.insert(when(&item, node.due), item);
            }
        }
        *self = anew;
    }

    /// Nothing waits at tick `now`; what was taken out before its tick is forgotten too.
    fn clear(&mut self, now: u32) {
        *self = Self {
            chunks: std::mem::take(&mut self.chunks),
            now,
            ..Self::new()
        };
        self.chunks.iter_mut().for_each(Vec::clear);
        self.chunks.truncate(1);
    }

    /// Moves what is in the slot of this ring that has come to the rings below.
    fn spread(&mut self, ring: u32) {
        let mut at = self.unhook(ring);
        while let Some(node) = self.node(at).copied() {
            if node.item.is_some() {
                self.link(at, node.due);
            } else {
                self.release(at);
            }
            at = node.next;
        }
    }

    /// Empties the slot of this ring that has come.
    fn unhook(&mut self, ring: u32) -> u32 {
        let slot = slot(ring, self.now);
        let head = self.heads.get_mut(slot);
        head.map_or(NONE, |head| std::mem::replace(head, NONE))
    }

    /// Puts a node into the slot in which it is next looked at: in the ring of the highest byte
    /// in which its tick differs from now.
    fn link(&mut self, at: u32, due: u32) {
        let ring = ((due ^ self.now) | 1).ilog2() / 8;
        let head = self.heads.get_mut(slot(ring, due));
        let next = head.map_or(NONE, |head| std::mem::replace(head, at));
        if let Some(node) = self.node(at) {
            node.next = next;
        }
    }

    fn keep(&mut self, node: Node<T>) -> u32 {
        let at = self.free;
        if let Some(place) = self.node(at) {
            let next = std::mem::replace(place, node).next;
            self.free = next;
            return at;
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = CHUNK * (self.chunks.len() - 1);
        let Some(last) = self.chunks.last_mut() else {
            return NONE;
        };
        last.push(node);
        u32::try_from(before + last.len() - 1).unwrap_or(NONE)
    }

    fn release(&mut self, at: u32) {
        let free = self.free;
        if let Some(node) = self.node(at) {
            (node.item, node.next) = (None, free);
            self.free = at;
        }
    }

    fn node(&mut self, at: u32) -> Option<&mut Node<T>> {
        let at = usize::try_from(at).ok()?;
        self.chunks.get_mut(at / CHUNK)?.get_mut(at % CHUNK)
    }
}

impl<T: Copy> Default for Wheel<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Where in `heads` the slot of `tick` is.
fn slot(ring: u32, tick: u32) -> usize {
    let slot = ring * SLOTS + ((tick >> (8 * ring)) % SLOTS);
    usize::try_from(slot).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Ticks near, far, and at the seams of the rings.
    fn any_tick() -> impl Strategy<Value = u32> {
        prop_oneof![0_u32..600, 65_000_u32..66_200, 0_u32..200_000,]
    }

    proptest! {
        #[test]
        fn each_fires_once_in_its_tick(
            items in prop::collection::vec((any_tick(), any_tick(), any::<bool>()), 1..60)
        ) {
            // In the order of the first tick each is put in, due in the second. Some are taken out
            // again when the next one comes.
            let mut items = items;
            items.sort_unstable();
            let mut wheel = Wheel::new();
            let mut expected: BTreeMap<usize, u32> = BTreeMap::new();
            let mut fired: BTreeMap<usize, u32> = BTreeMap::new();
            let (mut last, mut unwanted) = (0, None);
            for (index, (at, due, stays)) in items.into_iter().enumerate() {
                step(&mut wheel, at, &mut fired);
                if let Some((before, place)) = unwanted.take()
                    && !fired.contains_key(&before)
                {
                    prop_assert_eq!(wheel.get(place), Some(&before));
                    prop_assert_eq!(wheel.remove(place), Some(before));
                    prop_assert_eq!(wheel.remove(place), None);
                    expected.remove(&before);
                }
                let place = wheel.insert(due, index);
                unwanted = (!stays).then_some((index, place));
                expected.insert(index, due.max(at + 1));
                last = last.max(due).max(at + 1);
                prop_assert_eq!(wheel.len(), expected.len() - fired.len());
                prop_assert!(wheel.iter().all(|(at, item)| wheel.get(at) == Some(item)));
                prop_assert_eq!(wheel.iter().count(), wheel.len());
            }
            step(&mut wheel, last, &mut fired);
            prop_assert_eq!(fired, expected);
            prop_assert!(wheel.is_empty());
        }
    }

    /// Goes on to `to`, and writes down in which tick each fired.
    fn step(wheel: &mut Wheel<usize>, to: u32, fired: &mut BTreeMap<usize, u32>) {
        wheel.advance(to, |tick, _, item| {
            assert!(fired.insert(item, tick).is_none(), "{item} fired twice");
        });
    }

    #[test]
    fn the_outermost_ring_comes_round_too() {
        let mut wheel = Wheel::new();
        let seam = 1 << 24;
        let dues = [seam - 1, seam, seam + 1, seam + 300, seam + 70_000];
        for (index, due) in dues.into_iter().enumerate() {
            wheel.insert(due, index);
        }
        let mut fired = BTreeMap::new();
        step(&mut wheel, seam + 70_000, &mut fired);
        assert!(fired.into_values().eq(dues));
    }

    #[test]
    fn what_was_released_is_used_again() {
        let mut wheel = Wheel::new();
        for round in 0..50_u32 {
            for item in 0..1_000_u32 {
                wheel.insert(round + 1 + item % 7, item);
            }
            wheel.advance(round + 1, |_, _, _| {});
        }
        let before = wheel.len();
        wheel.retime(|_, due| due + 1);
        assert_eq!(wheel.len(), before);
        assert!(wheel.bytes() < 2 * CHUNK * size_of::<Node<u32>>() + 8_192);
    }

    #[test]
    fn the_end_of_time_is_no_tick_too_far() {
        let mut wheel = Wheel::new();
        wheel.insert(u32::MAX, 'x');
        wheel.advance(1_000_000, |_, _, _| panic!("not yet"));
        assert_eq!(wheel.len(), 1);
    }
}
