//! Who brings very many parcels delays nobody else at the same account. Days are simulated.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod days;
#[path = "days/delay.rs"]
mod delay;

use days::Days;
use delay::Delay;
use parcelgate_schedule::{DAY_MS, Phase};

const MINUTE: u64 = 60_000;
/// Of one owner; the quota is five times what they want.
const FEW: usize = 1_000;
const QUOTA: u64 = 30_750;

/// How late news of the first owner's parcels come to light on the two days after another has, or
/// has not, brought so many.
fn delay(brought: usize) -> u64 {
    let mut days = Days::new(Some(QUOTA), None, MINUTE);
    days.add_mix(1, FEW);
    days.pass(3 * DAY_MS, |_, _| {});
    // All at once, and all to be asked for at once.
    days.add(2, Phase::BeforeScan, brought, true);
    let mut delay = Delay::default();
    let mut theirs = 0;
    days.pass(2 * DAY_MS, |parcel, age| {
        if parcel.owner == 1 {
            delay.count(parcel.phase, age);
        } else {
            theirs += 1;
        }
    });
    let left = 2 * (QUOTA - 6_150);
    let fair = left.min(u64::try_from(brought).unwrap());
    assert!(theirs * 10 >= fair * 9, "{theirs}: what is left is theirs");
    delay.mean_ms()
}

#[test]
fn who_brings_very_many_parcels_delays_nobody_else() {
    let alone = delay(0);
    let beside = delay(200_000);
    assert!(beside * 10 <= alone * 11, "{beside} instead of {alone}");
}
