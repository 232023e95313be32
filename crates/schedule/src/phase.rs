//! How often a parcel is worth asking for, by where it stands.

use crate::DAY_MS;

/// How many phases there are.
pub const PHASES: usize = 8;

/// Something for each phase, in the order of [`EVERY_PHASE`].
pub type PerPhase<T> = [T; PHASES];

/// What kind of news is to be expected of a parcel, and how soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// With the courier, or waiting to be fetched.
    OutForDelivery,
    /// Delivery is expected within a day, or should have been.
    Near,
    /// Something is wrong.
    Exception,
    /// Not yet in the carrier's hand.
    BeforeScan,
    /// On its way.
    Moving,
    /// Nothing has been heard of it for days.
    Stale,
    /// Nothing has been heard of it for weeks.
    Silent,
    /// Delivered; looked at once more, since carriers take it back at times.
    Over,
}

/// Every phase with its name.
pub const EVERY_PHASE: PerPhase<(Phase, &str)> = [
    (Phase::OutForDelivery, "OUT_FOR_DELIVERY"),
    (Phase::Near, "NEAR"),
    (Phase::Exception, "EXCEPTION"),
    (Phase::BeforeScan, "BEFORE_SCAN"),
    (Phase::Moving, "MOVING"),
    (Phase::Stale, "STALE"),
    (Phase::Silent, "SILENT"),
    (Phase::Over, "OVER"),
];

impl Phase {
    /// Its place in a [`PerPhase`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::OutForDelivery => 0,
            Self::Near => 1,
            Self::Exception => 2,
            Self::BeforeScan => 3,
            Self::Moving => 4,
            Self::Stale => 5,
            Self::Silent => 6,
            Self::Over => 7,
        }
    }

    /// Its place in a line, the most urgent first.
    #[must_use]
    pub const fn band(self) -> usize {
        match self {
            Self::OutForDelivery => 0,
            Self::Near | Self::Exception => 1,
            Self::BeforeScan | Self::Moving => 2,
            Self::Stale | Self::Silent | Self::Over => 3,
        }
    }

    /// How much a delay of its news matters, beside the other phases.
    #[must_use]
    pub const fn weight(self) -> u64 {
        match self {
            Self::OutForDelivery => 8,
            Self::Near | Self::Exception => 4,
            Self::BeforeScan | Self::Moving | Self::Stale | Self::Silent | Self::Over => 1,
        }
    }

    /// How often something happens in a thousand days, as long as nothing is known of one's own.
    #[must_use]
    pub const fn usual_hazard(self) -> u64 {
        match self {
            Self::OutForDelivery => 1_500,
            Self::Near => 1_200,
            Self::Exception => 500,
            Self::BeforeScan => 400,
            Self::Moving => 700,
            Self::Stale => 50,
            Self::Silent | Self::Over => 10,
        }
    }

    /// What comes of where a parcel stands and what is known of it.
    #[must_use]
    pub const fn of(facts: &Facts, rules: &Rules) -> Self {
        if facts.over {
            Self::Over
        } else if facts.silent_ms >= rules.silent_after_ms {
            Self::Silent
        } else if facts.silent_ms >= rules.stale_after_ms {
            Self::Stale
        } else if facts.at_the_door {
            Self::OutForDelivery
        } else if facts.in_trouble {
            Self::Exception
        } else if facts.before_scan {
            Self::BeforeScan
        } else if facts.expected {
            Self::Near
        } else {
            Self::Moving
        }
    }
}

/// What is known of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Delivered.
    pub over: bool,
    /// The carrier has not had it in hand.
    pub before_scan: bool,
    /// It may be handed over any moment.
    pub at_the_door: bool,
    /// Somebody must act.
    pub in_trouble: bool,
    /// It is to be delivered within a day, or should have been.
    pub expected: bool,
    /// How long nothing was heard of it.
    pub silent_ms: u64,
}

/// How often a parcel of each phase is worth asking for, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Before its first scan.
    pub before_scan_ms: u64,
    /// On its way.
    pub moving_ms: u64,
    /// When it is expected.
    pub near_ms: u64,
    /// At the door.
    pub out_for_delivery_ms: u64,
    /// In trouble.
    pub exception_ms: u64,
    /// Once it is stale.
    pub stale_ms: u64,
    /// After how long without news it is.
    pub stale_after_ms: u64,
    /// Once it is silent.
    pub silent_ms: u64,
    /// After how long without news it is.
    pub silent_after_ms: u64,
    /// How long after its delivery it is asked for once more.
    pub over_ms: u64,
    /// However seldom it is worth it: when the carrier itself tells.
    pub reconcile_ms: u64,
}

impl Rules {
    /// How long between two looks at a parcel of each phase, when the quota reaches.
    #[must_use]
    pub const fn wanted(&self) -> PerPhase<u64> {
        [
            self.out_for_delivery_ms,
            self.near_ms,
            self.exception_ms,
            self.before_scan_ms,
            self.moving_ms,
            self.stale_ms,
            self.silent_ms,
            self.over_ms,
        ]
    }
}

/// The intervals that are wanted where nothing is configured: 6.15 looks at a parcel a day in an
/// ordinary mix.
impl Default for Rules {
    fn default() -> Self {
        const HOUR: u64 = 3_600_000;
        Self {
            before_scan_ms: 6 * HOUR,
            moving_ms: 8 * HOUR,
            near_ms: 2 * HOUR,
            out_for_delivery_ms: 40 * 60_000,
            exception_ms: 3 * HOUR,
            stale_ms: DAY_MS,
            stale_after_ms: 5 * DAY_MS,
            silent_ms: 7 * DAY_MS,
            silent_after_ms: 45 * DAY_MS,
            over_ms: 3 * DAY_MS,
            reconcile_ms: 20 * HOUR,
        }
    }
}

/// An interval moved by up to 15 % either way, so that what came together parts. `draw` is any
/// number that differs from parcel to parcel and from time to time.
#[must_use]
pub fn jittered(interval_ms: u64, draw: u64) -> u64 {
    let permille = u128::from(850 + mixed(draw) % 301);
    let moved = u128::from(interval_ms) * permille / 1_000;
    u64::try_from(moved).unwrap_or(u64::MAX)
}

/// Neighbouring numbers made unlike each other (the last step of SplitMix64).
pub(crate) const fn mixed(draw: u64) -> u64 {
    let draw = (draw ^ (draw >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let draw = (draw ^ (draw >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    draw ^ (draw >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_where_the_table_says() {
        for (index, (phase, _)) in EVERY_PHASE.into_iter().enumerate() {
            assert_eq!(phase.index(), index);
        }
    }

    #[test]
    fn what_is_known_decides_the_phase() {
        let rules = Rules::default();
        let of = |facts: Facts| Phase::of(&facts, &rules);
        let any = Facts::default();
        assert_eq!(of(any), Phase::Moving);
        let expected = Facts {
            expected: true,
            ..any
        };
        assert_eq!(of(expected), Phase::Near);
        let door = Facts {
            at_the_door: true,
            ..expected
        };
        assert_eq!(of(door), Phase::OutForDelivery);
        let days = |days| Facts {
            silent_ms: days * DAY_MS,
            ..door
        };
        assert_eq!(of(days(5)), Phase::Stale);
        assert_eq!(of(days(45)), Phase::Silent);
        let over = Facts {
            over: true,
            ..days(99)
        };
        assert_eq!(of(over), Phase::Over);
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_reaches_them() {
        let drawn: Vec<u64> = (0..10_000).map(|draw| jittered(1_000, draw)).collect();
        assert_eq!(drawn.iter().min(), Some(&850));
        assert_eq!(drawn.iter().max(), Some(&1_150));
        let mean = drawn.iter().sum::<u64>() / 10_000;
        assert!((995..=1_005).contains(&mean), "{mean}");
    }
}
