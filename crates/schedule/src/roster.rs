//! All parcels that one gateway looks after, by when they are due and through which account.

use hashbrown::HashTable;
use hashbrown::hash_table::OccupiedEntry;

use crate::desk::{Book, Desk, add};
use crate::phase::{PerPhase, Phase, Rules, mixed};
use crate::wheel::Wheel;
use crate::{DAY_MS, PHASES};

/// Which parcel: the two halves of its UUID.
pub type Key = [u64; 2];

/// One parcel that waits to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub key: Key,
    /// For which of its appointments this is; one that was moved meanwhile is for another.
    pub stamp: u32,
    /// Through which account.
    pub account: u16,
    /// Whose.
    pub owner: u16,
    /// Where it stands.
    pub phase: Phase,
    /// Its carrier tells of it by itself.
    pub pushed: bool,
}

/// How an account's quota and what is wanted of it stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// How many parcels wait in each phase that are asked for.
    pub polled: PerPhase<u64>,
    /// How many wait in each phase of which the carrier tells.
    pub pushed: PerPhase<u64>,
    /// How many of all of them are due and wait for their turn.
    pub waiting: usize,
    /// How long between two looks, as wanted.
    pub wanted_ms: PerPhase<u64>,
    /// How long between two looks, as the quota allows whoever has the most parcels.
    pub interval_ms: PerPhase<u64>,
    /// How many numbers a day are wanted.
    pub demand: u64,
    /// How many numbers a day may be asked for; any, when absent.
    pub per_day: Option<u64>,
    /// The carrier was expected to tell, and did not.
    pub quiet: bool,
}

/// All parcels of a gateway. Times are in milliseconds of any one clock.
#[derive(Debug)]
pub struct Roster {
    wheel: Wheel<Item>,
    /// Where in the wheel each parcel is.
    places: HashTable<u32>,
    desks: Vec<Desk>,
    rules: Rules,
    begun_ms: i64,
    tick_ms: i64,
}

impl Roster {
    /// With nothing in it, for so many accounts, from `now_ms` on.
    #[must_use]
    pub fn new(accounts: usize, rules: Rules, now_ms: i64, tick_ms: u64) -> Self {
        let desk = || Desk::new(now_ms);
        Self {
            wheel: Wheel::new(),
            places: HashTable::new(),
            desks: std::iter::repeat_with(desk).take(accounts).collect(),
            rules,
            begun_ms: now_ms,
            tick_ms: i64::try_from(tick_ms.max(1)).unwrap_or(i64::MAX),
        }
    }

    /// Which appointment one at that time is.
    #[must_use]
    pub fn stamp(at_ms: i64) -> u32 {
        u32::try_from(at_ms.rem_euclid(1 << 32)).unwrap_or(0)
    }

    /// Puts a parcel in that is due then, instead of at any time for which it was in. One of an
    /// account that is not there is left out, and so is one that is just being asked for on account
    /// of this very appointment.
    pub fn put(&mut self, item: Item, due_ms: i64) {
        let asked = self.desk(item.account);
        if asked.is_some_and(|desk| desk.asking.get(&item.key) == Some(&item.stamp)) {
            return;
        }
        self.withdraw(item.key);
        let due = tick(self.begun_ms, self.tick_ms, due_ms);
        let shares = self.rules.wanted();
        let Some(desk) = self.desk(item.account) else {
            return;
        };
        desk.books
            .entry(item.owner)
            .or_insert_with(|| Book::new(shares));
        desk.count(&item, |count| *count += 1);
        let at = self.wheel.insert(due, item);
        let wheel = &self.wheel;
        self.places
            .insert_unique(hash(item.key), at, |at| hash_at(wheel, *at));
    }

    /// Where a parcel waits for its time.
    fn place(&mut self, key: Key) -> Option<OccupiedEntry<'_, u32>> {
        let wheel = &self.wheel;
        let is_it = |at: &u32| wheel.get(*at).is_some_and(|item| item.key == key);
        self.places.find_entry(hash(key), is_it).ok()
    }

    /// Takes a parcel out that waits for its time.
    fn withdraw(&mut self, key: Key) {
        let Some(found) = self.place(key) else {
            return;
        };
        let (at, _) = found.remove();
        if let Some(item) = self.wheel.remove(at)
            && let Some(desk) = self.desk(item.account)
        {
            desk.count(&item, |count| *count = count.saturating_sub(1));
        }
    }

    /// Goes on to `now_ms`: what is due by then gets in line.
    pub fn advance(&mut self, now_ms: i64) {
        let (desks, places) = (&mut self.desks, &mut self.places);
        // A tick is over when its end is.
        let to = tick(self.begun_ms, self.tick_ms, now_ms.saturating_add(1)).saturating_sub(1);
        self.wheel.advance(to, |_, at, item| {
            if let Ok(found) = places.find_entry(hash(item.key), |place| *place == at) {
                found.remove();
            }
            if let Some(desk) = desks.get_mut(usize::from(item.account)) {
                desk.line.push(item.owner, item.phase.band(), item);
            }
        });
    }

    /// How many of an account are due and wait for their turn.
    #[must_use]
    pub fn waiting(&self, account: u16) -> usize {
        let desk = self.desks.get(usize::from(account));
        desk.map_or(0, |desk| desk.line.len())
    }

    /// Takes at most so many whose turn it is. Each is being asked for until [`done`](Self::done);
    /// one that is already is not given twice. If it is in for another appointment its turn comes
    /// again.
    pub fn take(&mut self, account: u16, most: usize) -> Vec<Item> {
        let (mut taken, mut again) = (Vec::new(), Vec::new());
        let Some(desk) = self.desk(account) else {
            return taken;
        };
        while taken.len() < most
            && let Some(item) = desk.line.pop()
        {
            desk.count(&item, |count| *count = count.saturating_sub(1));
            match desk.asking.get(&item.key) {
                None => {
                    desk.asking.insert(item.key, item.stamp);
                    taken.push(item);
                }
                Some(stamp) if *stamp == item.stamp => {}
                Some(_) => again.push(item),
            }
        }
        for item in again {
            self.put_back(item, i64::MIN);
        }
        taken
    }

    /// Puts a parcel in that was taken and is due then, unless it is in for another time meanwhile.
    pub fn put_back(&mut self, item: Item, due_ms: i64) {
        if self.place(item.key).is_none() {
            self.put(item, due_ms);
        }
    }

    /// A parcel is no longer being asked for.
    pub fn done(&mut self, account: u16, key: Key) {
        if let Some(desk) = self.desk(account) {
            desk.asking.remove(&key);
        }
    }

    /// How long until an owner's parcel of this phase is worth asking for again.
    #[must_use]
    pub fn interval_ms(&self, account: u16, owner: u16, phase: Phase, pushed: bool) -> u64 {
        let wanted = self.rules.wanted();
        let desk = self.desks.get(usize::from(account));
        let book = desk.and_then(|desk| desk.books.get(&owner));
        let shares = book.map_or(&wanted, |book| &book.shares);
        let share = shares.get(phase.index()).copied().unwrap_or(DAY_MS);
        let told = pushed && desk.is_some_and(|desk| !desk.quiet);
        if told {
            share.max(self.rules.reconcile_ms)
        } else {
            share
        }
    }

    /// A look at a parcel of this phase, so long after the one before, brought so many events.
    pub fn seen(&mut self, account: u16, phase: Phase, waited_ms: u64, events: u64) {
        if let Some(history) = self
            .desk(account)
            .and_then(|desk| desk.history.get_mut(phase.index()))
        {
            history.record(waited_ms, events);
        }
    }

    /// A carrier has told by itself at that time.
    pub fn heard(&mut self, account: u16, now_ms: i64) {
        if let Some(desk) = self.desk(account).filter(|desk| now_ms > desk.heard_ms) {
            desk.heard_ms = now_ms;
            (desk.missed, desk.quiet) = (0, false);
        }
    }

    /// Reckons anew how often an account's parcels may be asked for, `per_day` numbers a day being
    /// allowed for all, of which this gateway looks after `part` of 256. Owners have equal parts of
    /// the quota; what one does not want goes to the others. Where a carrier that should have told
    /// did not, its parcels are asked for as if it never told: says whether that has just come to
    /// light.
    pub fn tune(&mut self, account: u16, now_ms: i64, per_day: Option<u64>, part: u64) -> bool {
        let (rules, begun_ms, tick_ms) = (self.rules, self.begun_ms, self.tick_ms);
        let Some(desk) = self.desks.get_mut(usize::from(account)) else {
            return false;
        };
        desk.per_day = per_day.map(|per_day| per_day.saturating_mul(part) / 256);
        let was_quiet = desk.quiet;
        desk.listen(now_ms);
        desk.divide(&rules);
        let fell_quiet = desk.quiet && !was_quiet;
        if fell_quiet {
            let wanted = rules.wanted();
            let books = &desk.books;
            self.wheel.retime(|item, due| {
                if item.account != account || !item.pushed {
                    return due;
                }
                let [high, low] = item.key;
                let shares = books.get(&item.owner).map_or(&wanted, |book| &book.shares);
                let interval = shares.get(item.phase.index()).copied().unwrap_or(DAY_MS);
                let wait = mixed(high ^ low) % interval.max(1);
                let wait = i64::try_from(wait).unwrap_or(i64::MAX);
                due.min(tick(begun_ms, tick_ms, now_ms.saturating_add(wait)))
            });
            let wheel = &self.wheel;
            self.places.clear();
            for (at, item) in wheel.iter() {
                self.places
                    .insert_unique(hash(item.key), at, |at| hash_at(wheel, *at));
            }
        }
        fell_quiet
    }

    /// How an account stands.
    #[must_use]
    pub fn budget(&self, account: u16) -> Option<Budget> {
        let desk = self.desks.get(usize::from(account))?;
        let mut budget = Budget {
            polled: [0; PHASES],
            pushed: [0; PHASES],
            waiting: desk.line.len(),
            wanted_ms: self.rules.wanted(),
            interval_ms: self.rules.wanted(),
            demand: 0,
            per_day: desk.per_day,
            quiet: desk.quiet,
        };
        for book in desk.books.values() {
            add(&mut budget.polled, &book.polled);
            add(&mut budget.pushed, &book.pushed);
            for (longest, own) in budget.interval_ms.iter_mut().zip(book.shares) {
                *longest = own.max(*longest);
            }
            budget.demand = budget.demand.saturating_add(desk.demand(book, &self.rules));
        }
        Some(budget)
    }

    /// How many parcels wait for their time, and in how many bytes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let bytes = self.wheel.bytes() + self.places.allocation_size();
        (self.wheel.len(), bytes)
    }

    fn desk(&mut self, account: u16) -> Option<&mut Desk> {
        self.desks.get_mut(usize::from(account))
    }
}

/// The names are our own and random, so nobody can choose them to collide.
fn hash([high, low]: Key) -> u64 {
    mixed(mixed(high) ^ low)
}

fn hash_at(wheel: &Wheel<Item>, at: u32) -> u64 {
    wheel.get(at).map_or(0, |item| hash(item.key))
}

/// The tick in which that time has come.
fn tick(begun_ms: i64, tick_ms: i64, at_ms: i64) -> u32 {
    let since = at_ms.saturating_sub(begun_ms).max(0);
    let ticks = since.saturating_add(tick_ms.saturating_sub(1)) / tick_ms;
    u32::try_from(ticks).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn item(number: u64, pushed: bool) -> Item {
        Item {
            key: [number, number],
            stamp: 0,
            account: 0,
            owner: 0,
            phase: Phase::Moving,
            pushed,
        }
    }

    #[test]
    fn a_parcel_gets_in_line_when_it_is_due_and_is_given_once() {
        let mut roster = Roster::new(1, Rules::default(), 0, 1_000);
        roster.put(item(1, false), 5_500);
        roster.put(item(2, false), 9_000);
        roster.advance(5_999);
        assert_eq!(roster.waiting(0), 0);
        roster.advance(6_000);
        roster.put(item(1, false), 6_100);
        roster.advance(7_000);
        assert_eq!(roster.waiting(0), 2);
        let anew = Item {
            stamp: 1,
            ..item(1, false)
        };
        roster.put(anew, 7_500);
        roster.advance(8_000);
        assert_eq!(
            roster.take(0, 9),
            [item(1, false)],
            "twice in line, given once"
        );
        roster.put(item(1, false), 7_500);
        roster.advance(9_000);
        assert_eq!(roster.take(0, 9), [item(2, false)], "still being asked for");
        roster.done(0, [1, 1]);
        roster.advance(10_000);
        assert_eq!(roster.take(0, 9), [anew]);
        roster.done(0, [2, 2]);
        roster.put(item(2, false), 10_500);
        roster.put_back(item(2, false), 99_000);
        roster.advance(11_000);
        assert_eq!(roster.take(0, 9), [item(2, false)]);
        assert_eq!(roster.budget(0).unwrap().polled, [0; PHASES]);
    }

    /// As it is when its carrier tells of it again and again.
    #[test]
    fn a_parcel_waits_for_one_time_only_and_counts_once() {
        let mut roster = Roster::new(1, Rules::default(), 0, 1_000);
        for number in 0..100 {
            for due in [9_000, 9_000, 7_000, 8_000] {
                roster.put(item(number, due == 9_000), due);
            }
        }
        let budget = roster.budget(0).unwrap();
        assert_eq!(budget.polled[Phase::Moving.index()], 100);
        assert_eq!(budget.pushed, [0; PHASES]);
        assert_eq!((budget.demand, roster.size().0), (300, 100));
        roster.advance(7_000);
        assert_eq!(roster.waiting(0), 0);
        roster.advance(9_000);
        assert_eq!((roster.waiting(0), roster.size().0), (100, 0));
    }

    #[test]
    fn a_quota_that_does_not_reach_stretches_the_intervals() {
        let mut roster = Roster::new(1, Rules::default(), 0, 1_000);
        for number in 0..3_000 {
            roster.put(item(number, false), 1_000_000);
        }
        assert!(!roster.tune(0, 0, Some(9_000), 256));
        assert_eq!(roster.interval_ms(0, 0, Phase::Moving, false), DAY_MS / 3);
        roster.tune(0, 0, Some(9_000), 128);
        assert_eq!(
            roster.interval_ms(0, 0, Phase::Moving, false),
            DAY_MS * 2 / 3
        );
        let budget = roster.budget(0).unwrap();
        assert_eq!((budget.demand, budget.per_day), (9_000, Some(4_500)));
    }

    #[test]
    fn an_owner_with_very_many_parcels_stretches_only_its_own_intervals() {
        let mut roster = Roster::new(1, Rules::default(), 0, 1_000);
        for number in 0..100_000 {
            let owner = u16::from(number % 1_000 != 0);
            roster.put(
                Item {
                    owner,
                    ..item(number, false)
                },
                1_000_000,
            );
        }
        roster.tune(0, 0, Some(30_000), 256);
        let interval = |owner| roster.interval_ms(0, owner, Phase::Moving, false);
        assert_eq!(interval(0), Rules::default().moving_ms);
        assert!(interval(1) > 3 * DAY_MS);
    }

    /// Of 2,000 parcels on their way one event a minute is to be expected.
    #[test]
    fn a_carrier_that_falls_quiet_is_polled_within_a_quarter_of_an_hour() {
        let mut roster = Roster::new(2, Rules::default(), 0, 1_000);
        for number in 0..2_000 {
            roster.put(item(number, true), 20 * 60 * MINUTE);
        }
        let rules = Rules::default();
        for minute in 0..60 {
            roster.heard(0, minute * MINUTE);
            assert!(!roster.tune(0, minute * MINUTE, None, 256));
        }
        assert_eq!(
            roster.interval_ms(0, 0, Phase::Moving, true),
            rules.reconcile_ms
        );
        let silent = 59 * MINUTE;
        let mut found = None;
        for minute in 60..90 {
            let now = minute * MINUTE;
            roster.advance(now);
            if roster.tune(0, now, None, 256) {
                found = Some(now - silent);
                break;
            }
            assert_eq!(roster.waiting(0), 0);
        }
        assert!(found.is_some_and(|after| after <= 15 * MINUTE), "{found:?}");
        assert_eq!(
            roster.interval_ms(0, 0, Phase::Moving, true),
            rules.moving_ms
        );
        for number in 0..2_000 {
            if number % 2 == 0 {
                roster.put(item(number, true), 91 * MINUTE);
            }
        }
        assert_eq!(roster.size().0, 2_000, "each is still found");
        // In the time in which all would have been asked for once, all are.
        roster.advance(90 * MINUTE + i64::try_from(rules.moving_ms).unwrap());
        assert_eq!(roster.waiting(0), 2_000);
        roster.heard(0, 100 * MINUTE);
        assert_eq!(
            roster.interval_ms(0, 0, Phase::Moving, true),
            rules.reconcile_ms
        );
    }

    #[test]
    fn a_parcel_takes_no_more_than_64_bytes() {
        let mut roster = Roster::new(1, Rules::default(), 0, 1_000);
        for number in 0..100_000 {
            roster.put(item(number, false), 1_000_000);
        }
        let (parcels, bytes) = roster.size();
        assert!(bytes <= 64 * parcels, "{bytes} for {parcels}");
    }
}
