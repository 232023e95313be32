//! Days of parcels that are asked for, as the scheduler would have it: its own code by a clock that
//! is only counted.

use parcelgate_schedule::{DAY_MS, EVERY_PHASE, Item, Phase, Roster, Rules, jittered};

/// One parcel, which stays in its phase.
pub(crate) struct Parcel {
    pub(crate) owner: u16,
    pub(crate) phase: Phase,
    asked_ms: i64,
}

/// Parcels of one account, and what its quota allows.
pub(crate) struct Days {
    pub(crate) roster: Roster,
    parcels: Vec<Parcel>,
    per_day: Option<u64>,
    /// The same interval for all, instead of the scheduler's.
    flat_ms: Option<u64>,
    now_ms: i64,
    tick_ms: u64,
    /// In parts of a day's quota.
    credit: u64,
}

/// How often it is reckoned anew how often an account may ask.
const TUNED_MS: u64 = 600_000;

impl Days {
    /// With a quota of so many numbers a day, and in each tick a look at who is due.
    pub(crate) fn new(per_day: Option<u64>, flat_ms: Option<u64>, tick_ms: u64) -> Self {
        Self {
            roster: Roster::new(1, Rules::default(), 0, tick_ms),
            parcels: Vec::new(),
            per_day,
            flat_ms,
            now_ms: 0,
            tick_ms,
            credit: 0,
        }
    }

    /// So many parcels more, first asked for at any time of the interval that is wanted, or all at
    /// once.
    pub(crate) fn add(&mut self, owner: u16, phase: Phase, many: usize, at_once: bool) {
        for _ in 0..many {
            let number = u64::try_from(self.parcels.len()).unwrap();
            let interval = self.roster.interval_ms(0, owner, phase, false);
            let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % interval;
            let wait = if at_once { 0 } else { spread };
            self.parcels.push(Parcel {
                owner,
                phase,
                asked_ms: self.now_ms,
            });
            self.put(number, wait);
        }
    }

    /// The mix in which 6.15 looks at a parcel a day are wanted.
    pub(crate) fn add_mix(&mut self, owner: u16, many: usize) {
        let mix = [6, 14, 4, 10, 47, 19, 0, 0];
        for ((phase, _), percent) in EVERY_PHASE.into_iter().zip(mix) {
            self.add(owner, phase, many * percent / 100, false);
        }
    }

    /// Lets so much time pass; `seen` is told each parcel that is asked for and how long ago it was
    /// asked for before. Returns how many were.
    pub(crate) fn pass(&mut self, ms: u64, mut seen: impl FnMut(&Parcel, u64)) -> u64 {
        let mut asked = 0;
        let until = self.now_ms + i64::try_from(ms).unwrap();
        while self.now_ms < until {
            let ticks = u64::try_from(self.now_ms).unwrap() / self.tick_ms;
            if ticks.is_multiple_of((TUNED_MS / self.tick_ms).max(1)) {
                self.roster.tune(0, self.now_ms, self.per_day, 256);
            }
            self.now_ms += i64::try_from(self.tick_ms).unwrap();
            self.roster.advance(self.now_ms);
            asked += self.ask(&mut seen);
        }
        asked
    }

    fn ask(&mut self, seen: &mut impl FnMut(&Parcel, u64)) -> u64 {
        let most = match self.per_day {
            None => usize::MAX,
            Some(per_day) => {
                self.credit += per_day * self.tick_ms;
                let most = self.credit / DAY_MS;
                usize::try_from(most).unwrap()
            }
        };
        let taken = self.roster.take(0, most);
        let asked = u64::try_from(taken.len()).unwrap();
        if self.per_day.is_some() {
            self.credit -= asked * DAY_MS;
            // What was not used is not used later.
            self.credit = self.credit.min(DAY_MS);
        }
        for item in taken {
            let [number, _] = item.key;
            let parcel = self.parcels.get_mut(usize::try_from(number).unwrap());
            let parcel = parcel.unwrap();
            let age = u64::try_from(self.now_ms - parcel.asked_ms).unwrap();
            parcel.asked_ms = self.now_ms;
            seen(parcel, age);
            self.roster.done(0, item.key);
            let interval = self.roster.interval_ms(0, item.owner, item.phase, false);
            let interval = self.flat_ms.unwrap_or(interval);
            let draw = number ^ u64::try_from(self.now_ms).unwrap();
            self.put(number, jittered(interval, draw));
        }
        asked
    }

    fn put(&mut self, number: u64, wait_ms: u64) {
        let parcel = self.parcels.get(usize::try_from(number).unwrap()).unwrap();
        let item = Item {
            key: [number, number],
            stamp: 0,
            account: 0,
            owner: parcel.owner,
            phase: parcel.phase,
            pushed: false,
        };
        let due = self.now_ms + i64::try_from(wait_ms).unwrap();
        self.roster.put(item, due);
    }
}
