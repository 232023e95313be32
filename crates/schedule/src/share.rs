//! What a quota that does not reach is given to.

use crate::DAY_MS;
use crate::phase::PerPhase;

/// What one phase of an account asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// How many parcels are in it.
    pub parcels: u64,
    /// How long between two looks at one of them, when the quota reaches.
    pub wanted_ms: u64,
    /// How often something happens to one of them, in a thousand days.
    pub hazard: u64,
    /// How much an hour's delay of its news matters, beside the other phases.
    pub weight: u64,
}

/// The longest interval that is ever said: a year.
const LONGEST_MS: u64 = 366 * DAY_MS;

/// How many numbers a day all of it asks for.
#[must_use]
pub fn demand(loads: &PerPhase<Load>) -> u64 {
    let each = loads.iter().map(|load| a_day(load.parcels, load.wanted_ms));
    each.fold(0, u64::saturating_add)
}

/// How long between two looks at a parcel of each phase, so that all of it asks for at most
/// `per_day` numbers a day.
///
/// Where the quota reaches, as long as wanted. Otherwise the delay that is seen, weighted, is least
/// when each interval goes with one over the square root of weight times hazard; no phase is
/// asked for more often than wanted, and what it leaves goes to the others.
#[must_use]
pub fn share(loads: &PerPhase<Load>, per_day: Option<u64>) -> PerPhase<u64> {
    let wanted = loads.map(|load| load.wanted_ms);
    let Some(per_day) = per_day.filter(|per_day| demand(loads) > *per_day) else {
        return wanted;
    };
    let roots = loads.each_ref().map(root);
    let mut fixed = loads.map(|load| load.parcels == 0);
    // Each pass but the last fixes a phase.
    for _ in 0..=loads.len() {
        let settled = loads.iter().zip(&fixed).filter(|(_, fixed)| **fixed);
        let spent = settled.map(|(load, _)| a_day(load.parcels, load.wanted_ms));
        let spent = spent.fold(0, u64::saturating_add);
        let left = u128::from(per_day.saturating_sub(spent));
        let zipped = loads.iter().zip(&roots).zip(&fixed);
        let whole: u128 = zipped
            .filter(|(_, fixed)| !**fixed)
            .map(|((load, root), _)| u128::from(load.parcels) * u128::from(*root))
            .sum();
        let mut shares = wanted;
        let mut again = false;
        let each = shares.iter_mut().zip(&roots).zip(&mut fixed);
        for ((share, root), fixed) in each.filter(|(_, fixed)| !**fixed) {
            let below = left * u128::from(*root);
            let fair = match below {
                0 => LONGEST_MS,
                below => u64::try_from((whole * u128::from(DAY_MS)).div_ceil(below))
                    .unwrap_or(LONGEST_MS)
                    .min(LONGEST_MS),
            };
            if fair < *share {
                (*fixed, again) = (true, true);
            } else {
                *share = fair;
            }
        }
        if !again {
            return shares;
        }
    }
    wanted
}

fn a_day(parcels: u64, interval_ms: u64) -> u64 {
    let looks = u128::from(parcels) * u128::from(DAY_MS) / u128::from(interval_ms.max(1));
    u64::try_from(looks).unwrap_or(u64::MAX)
}

/// Of weight times hazard, a thousand times, so that little is lost to whole numbers.
fn root(load: &Load) -> u64 {
    let product = load.weight.saturating_mul(load.hazard).max(1);
    product.saturating_mul(1_000_000).isqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::phase::PHASES;

    fn any_load() -> impl Strategy<Value = Load> {
        (
            0_u64..3_000_000,
            60_000..DAY_MS * 7,
            0_u64..5_000,
            1_u64..20,
        )
            .prop_map(|(parcels, wanted_ms, hazard, weight)| Load {
                parcels,
                wanted_ms,
                hazard,
                weight,
            })
    }

    proptest! {
        #[test]
        fn it_never_asks_for_more_than_there_is(
            loads in prop::array::uniform8(any_load()), per_day in 100_u64..10_000_000
        ) {
            let shares = share(&loads, Some(per_day));
            let each = loads.iter().zip(&shares);
            // Everything is asked for once in the longest interval, whatever the quota.
            let asked: u64 = each.clone().map(|(load, ms)| a_day(load.parcels, *ms)).sum();
            let least: u64 = loads.iter().map(|load| a_day(load.parcels, LONGEST_MS)).sum();
            let rounding = u64::try_from(PHASES).unwrap();
            prop_assert!(asked <= per_day + least + rounding, "{asked} of {per_day}");
            for (load, ms) in each {
                prop_assert!(*ms >= load.wanted_ms);
            }
        }

        #[test]
        fn what_reaches_is_left_alone(loads in prop::array::uniform8(any_load())) {
            let wanted = loads.map(|load| load.wanted_ms);
            prop_assert_eq!(share(&loads, None), wanted);
            prop_assert_eq!(share(&loads, Some(demand(&loads))), wanted);
        }
    }

    /// Moving any two phases a little apart from the shares costs at least as much delay.
    #[test]
    fn no_other_split_of_the_quota_is_better() {
        let mut loads = [Load::default(); PHASES];
        let rows = [
            (400_000, 1_500, 8),
            (200_000, 1_200, 4),
            (900_000, 700, 1),
            (500_000, 50, 1),
        ];
        for (load, (parcels, hazard, weight)) in loads.iter_mut().zip(rows) {
            *load = Load {
                parcels,
                wanted_ms: 1,
                hazard,
                weight,
            };
        }
        let per_day = 3_000_000;
        let shares = share(&loads, Some(per_day));
        // Sum of weight * hazard * parcels * interval: what the delay costs.
        let cost = |shares: &PerPhase<u64>| -> u128 {
            let each = loads.iter().zip(shares);
            each.map(|(load, ms)| {
                u128::from(load.weight * load.hazard) * u128::from(load.parcels) * u128::from(*ms)
            })
            .sum()
        };
        for (from, to) in [(0, 1), (0, 2), (0, 3), (1, 2), (3, 0), (2, 0), (3, 1)] {
            let mut other = shares;
            let moved = a_day(loads[from].parcels, shares[from]) / 20;
            let rate = |phase: usize| a_day(loads[phase].parcels, shares[phase]);
            other[from] = loads[from].parcels * DAY_MS / (rate(from) - moved);
            other[to] = loads[to].parcels * DAY_MS / (rate(to) + moved);
            assert!(cost(&other) > cost(&shares), "{from} to {to}");
        }
        let flat = loads.map(|_| 2_000_000 * DAY_MS / per_day);
        assert!(
            cost(&flat) * 2 > cost(&shares) * 3,
            "half as good again as all alike"
        );
    }
}
