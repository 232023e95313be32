//! A quota as a leaky bucket, a part of which is kept for the lanes in front.

use std::time::{Duration, Instant};

use parcelgate_carrier::{Class, Lane, Quota};

use crate::settings::{SharedQuotaSetting, WireSettings};

/// One quota of an account: the carrier's, or what the operator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) classes: Vec<Class>,
    pub(crate) permits: u32,
    pub(crate) per: Duration,
}

impl Limit {
    /// Those that an account keeps. What is set for a class takes it out of every documented
    /// quota; what is set for all takes the place of every documented quota.
    pub(crate) fn all(documented: &[Quota], settings: &WireSettings) -> Vec<Self> {
        let documented = documented.iter().map(|quota| Self {
            classes: quota.classes.to_vec(),
            permits: quota.permits,
            per: quota.per,
        });
        let mut limits: Vec<Self> = match &settings.shared_quotas {
            None => documented.collect(),
            Some(shared) => shared.iter().map(Self::set).collect(),
        };
        for class in Class::EVERY {
            let Some(set) = settings.quotas.of(*class) else {
                continue;
            };
            for limit in &mut limits {
                limit.classes.retain(|other| other != class);
            }
            limits.push(Self {
                classes: vec![*class],
                permits: set.permits,
                per: Duration::from_millis(set.per_ms),
            });
        }
        limits.retain(|limit| !limit.classes.is_empty());
        limits
    }

    fn set(setting: &SharedQuotaSetting) -> Self {
        Self {
            classes: setting.classes(),
            permits: setting.permits,
            per: Duration::from_millis(setting.per_ms),
        }
    }
}

/// How many permits of a reserve `lane` leaves where they are, `front` being the lane in front.
pub(crate) fn kept(reserve: u32, lane: Lane, front: Lane) -> u32 {
    match lane {
        lane if lane <= front => 0,
        Lane::Buy => 0,
        Lane::Quote => reserve / 2,
        Lane::Track => reserve - reserve / 4,
        Lane::Bulk => reserve - reserve / 10,
    }
}

/// No carrier counts for longer, and times far beyond it cannot be reckoned with.
const PER_MAX: Duration = Duration::from_hours(366 * 24);

/// How much of a quota is used, as a leaky bucket. A bucket of all permits that also fills at that
/// rate would let through nearly twice the quota in one of its periods. This one holds the reserve
/// and one permit, and fills at the rest of the quota, so that no period, wherever it begins, sees
/// more than the carrier allows.
///
/// The reserve is what may leave at once. The lane in front may use all of it, and each lane
/// behind leaves more of it where it is: half, three quarters, nine tenths. So what nobody waits
/// for uses the whole rate at which permits grow, and a purchase finds most of the reserve.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) limit: Limit,
    reserve: u32,
    /// How long one permit takes to grow.
    interval: Duration,
    /// When it will be full if nothing is taken.
    full_at: Instant,
    /// The lane in front, of the lanes that its classes travel.
    front: Lane,
}

impl Bucket {
    /// Full. `None` for a quota that lets nothing through.
    pub(crate) fn full(limit: Limit, reserve_percent: u32, now: Instant) -> Option<Self> {
        let reserve = u64::from(limit.permits) * u64::from(reserve_percent.min(99)) / 100;
        let reserve = u32::try_from(reserve).ok()?;
        let steady = limit
            .permits
            .checked_sub(reserve)
            .filter(|&steady| steady > 0)?;
        let rounding_up = Duration::from_nanos(u64::from(steady) - 1);
        let interval = limit.per.checked_add(rounding_up)? / steady;
        if interval.is_zero() || limit.per > PER_MAX {
            return None;
        }
        let front = limit.classes.iter().map(|class| class.lane()).min()?;
        Some(Self {
            limit,
            reserve,
            interval,
            full_at: now,
            front,
        })
    }

    /// How many permits `lane` may take at once at most.
    pub(crate) fn depth(&self, lane: Lane) -> u32 {
        let kept = kept(self.reserve, lane, self.front);
        self.reserve - kept + 1
    }

    /// How long until `lane` may take `piece`, and leave what `before` it is wanted.
    pub(crate) fn wait(&self, before: u32, piece: u32, lane: Lane, now: Instant) -> Duration {
        let wanted = before.saturating_add(piece);
        let ready_at = self.full_at.max(now) + self.interval.saturating_mul(wanted);
        ready_at.saturating_duration_since(now + self.interval * self.depth(lane))
    }

    /// Takes them.
    pub(crate) fn take(&mut self, permits: u32, now: Instant) {
        self.full_at = self.full_at.max(now) + self.interval * permits;
    }

    /// How many the lane in front could take now.
    pub(crate) fn left(&self, now: Instant) -> u32 {
        let missing = self.full_at.saturating_duration_since(now).as_nanos();
        let missing = missing.div_ceil(self.interval.as_nanos().max(1));
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        self.depth(self.front).saturating_sub(missing)
    }

    pub(crate) const fn interval(&self) -> Duration {
        self.interval
    }
}
