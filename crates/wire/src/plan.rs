//! How the bucket of one quota is cut into seats and a pool.

use std::time::Duration;

use parcelgate_carrier::{Class, Lane};

use crate::quota::{Limit, kept};

/// The bucket of a quota that several gateways share, in pieces: `seat` permits with each gateway
/// that may run, and `pool` in one place. It holds the reserve and one permit and fills at the rest
/// of the quota, as the bucket of one gateway does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) limit: Limit,
    /// How many permits each gateway holds ahead at most.
    pub(crate) seat: u32,
    /// How many the pool holds at most.
    pub(crate) pool: u32,
    /// How long one permit takes to grow, in microseconds.
    pub(crate) interval_us: u64,
    /// How many gateways there may be.
    pub(crate) replicas: u32,
    /// The lane in front, of the lanes that its classes travel.
    front: Lane,
}

/// Up to here a Lua number is exact.
const EXACT_MAX: u64 = 1 << 53;

impl Plan {
    /// `None` for a quota that lets nothing through, or that is too long to be reckoned with.
    pub(crate) fn of(limit: Limit, reserve_percent: u32, replicas: u32) -> Option<Self> {
        let replicas = replicas.max(1);
        let reserve = u64::from(limit.permits) * u64::from(reserve_percent.min(99)) / 100;
        let reserve = u32::try_from(reserve).ok()?;
        // Seats want a permit each, and the pool one: where that takes more than half of the quota
        // from what grows, there are none.
        let seated = reserve.max(replicas);
        let (reserve, seat) = if seated <= limit.permits / 2 {
            let half = (u64::from(seated) + 1) / (2 * u64::from(replicas));
            (seated, u32::try_from(half).ok()?.max(1))
        } else {
            (reserve, 0)
        };
        let steady = limit
            .permits
            .checked_sub(reserve)
            .filter(|&left| left > 0)?;
        let per_us = u64::try_from(limit.per.as_micros()).ok()?;
        let interval_us = per_us.div_ceil(u64::from(steady));
        let bucket = u64::from(reserve) + 1;
        let largest = interval_us
            .checked_mul(u64::from(replicas))?
            .checked_mul(bucket)?;
        if interval_us == 0 || largest >= EXACT_MAX {
            return None;
        }
        let front = limit.classes.iter().map(|class| class.lane()).min()?;
        Some(Self {
            pool: u32::try_from(bucket)
                .ok()?
                .checked_sub(seat.checked_mul(replicas)?)?,
            limit,
            seat,
            interval_us,
            replicas,
            front,
        })
    }

    /// How many permits `lane` leaves in the seat.
    pub(crate) fn seat_kept(&self, lane: Lane) -> u32 {
        kept(self.seat.saturating_sub(1), lane, self.front)
    }

    /// How many permits `lane` leaves in the pool.
    pub(crate) fn pool_kept(&self, lane: Lane) -> u32 {
        kept(self.pool.saturating_sub(1), lane, self.front)
    }

    /// One permit, in the unit that the pool counts in: what one gateway's part of the rate brings
    /// in a microsecond.
    pub(crate) fn permit(&self) -> u64 {
        self.interval_us * u64::from(self.replicas)
    }

    /// How long one permit takes to grow, when all gateways give their part.
    pub(crate) const fn interval(&self) -> Duration {
        Duration::from_micros(self.interval_us)
    }

    /// How long one permit takes to grow of one gateway's part.
    pub(crate) fn alone(&self) -> Duration {
        Duration::from_micros(self.permit())
    }

    /// What must be the same for all who share the pool.
    pub(crate) fn described(&self) -> String {
        let (permits, per) = (self.limit.permits, self.limit.per.as_micros());
        let shares = |class: &Class| self.limit.classes.contains(class);
        let classes = Class::ALL.iter().filter(|(class, _)| shares(class));
        let classes: Vec<&str> = classes.map(|(_, name)| *name).collect();
        let (seat, pool, every) = (self.seat, self.pool, self.interval_us);
        format!(
            "{} {permits}/{per} {seat}+{pool}@{every}",
            classes.join("+")
        )
    }
}
