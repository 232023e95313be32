//! What one gateway holds of a quota that it shares.

use std::time::{Duration, Instant};

use parcelgate_carrier::Lane;

use crate::plan::Plan;

/// Permits in hand. Up to a seat of them are this gateway's own, whatever happens; those beyond
/// were granted for as long as the lease lasts.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) plan: Plan,
    held: u32,
    /// Until when more than a seat may be held.
    lent_until: Instant,
    /// Since when a permit has been growing here; `None` while this gateway's part of the rate
    /// flows into the pool.
    growing_since: Option<Instant>,
    /// What that was before it was handed over.
    handed_over: Option<Instant>,
    /// How many the pool had when it was last asked.
    pooled: u32,
}

/// How soon to look whether the pool has answered, if nobody says so before.
pub(crate) const ASKING: Duration = Duration::from_millis(5);

const SHORTEST: Duration = Duration::from_millis(1);

/// How long to wait for a permit that cannot come before Redis does.
const HOPELESS: Duration = Duration::from_secs(5);

impl Slice {
    /// Empty, and growing from `at` on.
    pub(crate) const fn empty(plan: Plan, at: Instant) -> Self {
        Self {
            plan,
            held: 0,
            lent_until: at,
            growing_since: Some(at),
            handed_over: None,
            pooled: 0,
        }
    }

    /// How many may be taken now, of those held.
    pub(crate) fn held(&self, now: Instant) -> u32 {
        let mut held = self.held;
        if now >= self.lent_until {
            held = held.min(self.plan.seat);
        }
        held.max(held.saturating_add(self.grown(now)).min(self.plan.seat))
    }

    fn grown(&self, now: Instant) -> u32 {
        let Some(since) = self.growing_since else {
            return 0;
        };
        let grown = now.saturating_duration_since(since).as_micros();
        let grown = grown / u128::from(self.plan.permit());
        u32::try_from(grown).unwrap_or(u32::MAX)
    }

    /// Brings what is held up to date.
    pub(crate) fn settle(&mut self, now: Instant) {
        let grown = self.grown(now);
        self.held = self.held(now);
        if let Some(since) = self.growing_since.filter(|since| *since < now) {
            // Beyond a full seat nothing grows, nor does a part of a permit.
            let next = since.checked_add(self.plan.alone().saturating_mul(grown));
            let full = self.held >= self.plan.seat;
            self.growing_since = Some(next.filter(|_| !full).unwrap_or(now));
        }
    }

    /// Hands this gateway's part of the rate over to the pool, and all that is held beyond a seat,
    /// which it returns.
    pub(crate) fn hand_over(&mut self, now: Instant) -> u32 {
        self.settle(now);
        self.handed_over = self.growing_since.take();
        let beyond = self.held.saturating_sub(self.plan.seat);
        self.held -= beyond;
        beyond
    }

    /// What the pool granted, good until then beyond a seat, and what it has left.
    pub(crate) fn granted(&mut self, permits: u32, until: Instant, pooled: u32) {
        self.held = self.held.saturating_add(permits);
        self.lent_until = until;
        self.pooled = pooled;
    }

    /// Takes this gateway's part of the rate back, from `at` on.
    pub(crate) fn alone_from(&mut self, at: Instant) {
        self.growing_since = Some(at);
        self.pooled = 0;
    }

    /// Takes back what was handed over to a pool that did not take it; from `at` on if the pool
    /// had it before.
    pub(crate) fn alone_again(&mut self, at: Instant) {
        self.alone_from(self.handed_over.unwrap_or(at));
    }

    /// How many permits `lane` may take at once at most.
    pub(crate) fn depth(&self, lane: Lane) -> u32 {
        let (all, kept) = match self.growing_since {
            None => (self.plan.pool, self.plan.pool_kept(lane)),
            Some(_) => (self.plan.seat, self.plan.seat_kept(lane)),
        };
        all.saturating_sub(kept).max(1)
    }

    /// How long until `lane` may take `piece`, and leave what `before` it is wanted. While it
    /// shares, that is for the pool to say.
    pub(crate) fn wait(&self, before: u32, piece: u32, lane: Lane, now: Instant) -> Duration {
        let wanted = before.saturating_add(piece);
        let wanted = wanted.saturating_add(self.plan.seat_kept(lane));
        let missing = wanted.saturating_sub(self.held(now));
        if missing == 0 {
            return Duration::ZERO;
        }
        let Some(since) = self.growing_since else {
            return ASKING;
        };
        let missing = missing.saturating_add(self.grown(now));
        let grown_at = since.checked_add(self.plan.alone().saturating_mul(missing));
        match grown_at.filter(|_| self.plan.seat > 0) {
            Some(grown_at) => grown_at.saturating_duration_since(now).max(SHORTEST),
            None => HOPELESS,
        }
    }

    /// Takes them.
    pub(crate) fn take(&mut self, permits: u32, now: Instant) {
        self.settle(now);
        self.held = self.held.saturating_sub(permits);
    }

    /// How many the lane in front could take now.
    pub(crate) fn left(&self, now: Instant) -> u32 {
        self.held(now).saturating_add(self.pooled)
    }

    /// When to ask again if nothing better is known.
    pub(crate) fn interval(&self) -> Duration {
        match self.growing_since {
            None => self.plan.interval(),
            Some(_) => self.plan.alone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use parcelgate_carrier::Class;
    use parcelgate_clock::instant;

    use super::*;
    use crate::quota::Limit;

    const SECOND: Duration = Duration::from_secs(1);

    /// Shared by three: a seat of 5, and a permit in three seconds for each.
    fn slice(at: Instant) -> Slice {
        let limit = Limit {
            classes: Class::EVERY.to_vec(),
            permits: 120,
            per: SECOND * 90,
        };
        let plan = Plan::of(limit, 25, 3).unwrap();
        assert_eq!((plan.seat, plan.pool), (5, 16));
        assert_eq!(plan.alone(), SECOND * 3);
        Slice::empty(plan, at)
    }

    #[test]
    fn what_is_lent_ends_with_the_lease_and_a_seat_does_not() {
        let now = instant();
        let mut slice = slice(now);
        assert_eq!(slice.hand_over(now), 0);
        slice.granted(9, now + SECOND * 3, 0);
        assert_eq!(slice.held(now + SECOND), 9);
        assert_eq!(slice.held(now + SECOND * 3), 5);
        slice.take(1, now + SECOND * 4);
        assert_eq!(slice.held(now + SECOND * 4), 4);
    }

    #[test]
    fn it_grows_alone_up_to_a_seat_and_not_while_it_shares() {
        let now = instant();
        let mut slice = slice(now + SECOND);
        let at = |seconds: u32| now + SECOND * seconds;
        assert_eq!(slice.held(at(3)), 0, "the last lease ended a second late");
        assert_eq!(slice.held(at(4)), 1);
        assert_eq!(slice.held(at(100)), 5);
        slice.take(1, at(100));
        assert_eq!(slice.held(at(102)), 4, "nothing grew while it was full");
        assert_eq!(slice.hand_over(at(102)), 0);
        assert_eq!(slice.held(at(200)), 4);
        slice.alone_from(at(204));
        assert_eq!((slice.held(at(206)), slice.held(at(207))), (4, 5));
    }

    #[test]
    fn what_the_pool_did_not_take_goes_on_as_before() {
        let now = instant();
        let mut slice = slice(now);
        for second in [4, 5] {
            slice.hand_over(now + SECOND * second);
            slice.alone_again(now);
            assert_eq!(slice.held(now + SECOND * second), 1, "counted once");
        }
        assert_eq!(slice.held(now + SECOND * 6), 2, "and nothing lost");
    }
}
