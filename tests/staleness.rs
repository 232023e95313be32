//! How old what is known of parcels gets: within what is promised where the quota reaches; where it
//! does not, least for those of whom news matter most. Days are simulated.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod days;
#[path = "days/delay.rs"]
mod delay;

use days::Days;
use delay::Delay;
use parcelgate_schedule::{DAY_MS, EVERY_PHASE, PHASES, Phase, Rules};

const MINUTE: u64 = 60_000;
const PARCELS: usize = 20_000;
/// A quarter of what is wanted, as of two million parcels with 100,000 requests of 30 a day.
const SHORT: u64 = 30_000;

fn days(per_day: Option<u64>, flat: Option<u64>) -> Days {
    let mut days = Days::new(per_day, flat, MINUTE);
    days.add_mix(0, PARCELS);
    days
}

#[test]
fn where_the_quota_reaches_nobody_waits_longer_than_its_interval() {
    let mut days = days(None, None);
    let rules = Rules::default();
    let wanted = rules.wanted();
    let mut oldest = [0; PHASES];
    days.pass(2 * DAY_MS, |_, _| {});
    let asked = days.pass(DAY_MS, |parcel, age| {
        let oldest = &mut oldest[parcel.phase.index()];
        *oldest = age.max(*oldest);
    });
    for ((phase, name), oldest) in EVERY_PHASE.into_iter().zip(oldest) {
        let most = wanted[phase.index()] * 115 / 100 + MINUTE;
        assert!(oldest <= most, "{name}: {oldest} of {most}");
    }
    let door = Phase::OutForDelivery.index();
    assert!(oldest[door] > 40 * MINUTE, "up to its jitter");
    let a_day = u64::try_from(PARCELS).unwrap() * 615 / 100;
    assert!(
        (a_day * 97 / 100..a_day * 103 / 100).contains(&asked),
        "{asked}"
    );
}

/// The delay of all, and of those at the door.
fn delays(mut days: Days) -> (u64, u64) {
    let (mut all, mut door) = (Delay::default(), Delay::default());
    days.pass(5 * DAY_MS, |_, _| {});
    let asked = days.pass(10 * DAY_MS, |parcel, age| {
        all.count(parcel.phase, age);
        if parcel.phase == Phase::OutForDelivery {
            door.count(parcel.phase, age);
        }
    });
    assert!(asked <= 10 * SHORT + 1, "{asked}");
    assert!(asked > 9 * SHORT, "{asked}: what is allowed is used");
    (all.mean_ms(), door.mean_ms())
}

#[test]
fn a_quota_that_does_not_reach_costs_the_urgent_least() {
    let flat = u64::try_from(PARCELS).unwrap() * DAY_MS / SHORT;
    let (of_all_flat, at_the_door_flat) = delays(days(Some(SHORT), Some(flat)));
    let (of_all, at_the_door) = delays(days(Some(SHORT), None));
    assert!(of_all * 3 < of_all_flat * 2, "{of_all} of {of_all_flat}");
    assert!(
        at_the_door * 5 < at_the_door_flat * 2,
        "{at_the_door} of {at_the_door_flat}"
    );

    // The least there can be is the square of the sum of roots over the sum of what they are of.
    let mix = [6, 14, 4, 10, 47, 19, 0, 0];
    let cost = |(phase, _): (Phase, &str)| phase.weight() * phase.usual_hazard();
    let costs = EVERY_PHASE.map(cost);
    let roots: u64 = mix
        .iter()
        .zip(costs)
        .map(|(percent, cost)| percent * (cost * 1_000_000).isqrt())
        .sum();
    let whole: u64 = mix
        .iter()
        .zip(costs)
        .map(|(percent, cost)| percent * cost)
        .sum();
    let parcels = u128::try_from(PARCELS).unwrap();
    let best = u128::from(roots).pow(2) * parcels * u128::from(DAY_MS)
        / (u128::from(whole) * 100 * 1_000_000 * 2 * u128::from(SHORT));
    let best = u64::try_from(best).unwrap();
    assert!(of_all * 100 < best * 110, "{of_all}; {best} is the best");
}
