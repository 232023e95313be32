//! What will happen to a parcel: drawn once, at its purchase, from the seed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::place::Place;

/// Something that happens to a parcel, in no carrier's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    LabelCreated,
    PickedUp,
    OriginArrived,
    OriginDeparted,
    HubArrived,
    HubDeparted,
    ExportCleared,
    FlightDeparted,
    Landed,
    CustomsStarted,
    CustomsHeld,
    CustomsCleared,
    DeliveryDepotArrived,
    Delayed,
    OutForDelivery,
    AttemptFailed,
    Delivered,
    ReturnStarted,
    Returned,
}

/// One event of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) at: Timestamp,
    pub(crate) step: Step,
    pub(crate) place: Arc<Place>,
}

/// A stop between pickup and the last depot, at so many thousandths of the way's time.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) step: Step,
    pub(crate) place: Arc<Place>,
    pub(crate) permille: i32,
}

/// The frame that the carrier's service and lane give.
#[derive(Debug, Clone)]
pub(crate) struct Journey {
    pub(crate) booked: Timestamp,
    pub(crate) pickup: Timestamp,
    /// Delivered between these two.
    pub(crate) due: (Timestamp, Timestamp),
    pub(crate) origin: Arc<Place>,
    pub(crate) destination: Arc<Place>,
    pub(crate) stops: Vec<Stop>,
}

/// What may go wrong on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Delayed,
    CustomsHeld,
    Missed,
    Returned,
}

/// The generator for the `index`th purchase under `seed`.
pub(crate) fn generator(seed: u64, index: u64) -> fastrand::Rng {
    // SplitMix64's increment spreads neighbouring indices over the whole range.
    fastrand::Rng::with_seed(seed ^ index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Draws the scans of `journey`, in order of their instants.
pub(crate) fn draw(
    journey: &Journey,
    troubled_permille: u16,
    rng: &mut fastrand::Rng,
) -> Vec<Scan> {
    let troubles = [
        Trouble::Delayed,
        Trouble::CustomsHeld,
        Trouble::Missed,
        Trouble::Returned,
    ];
    let kind = rng.choice(troubles); // drawn always, so that a share changes no other plan
    let trouble = kind.filter(|_| rng.u16(0..1000) < troubled_permille);
    let mut scans = smooth(journey, rng);
    match trouble {
        None => {}
        Some(Trouble::Delayed) => hold_up(&mut scans, Step::Delayed, 24),
        Some(Trouble::CustomsHeld) => hold_up(&mut scans, Step::CustomsHeld, 48),
        Some(Trouble::Missed) => miss(&mut scans, journey),
        Some(Trouble::Returned) => {
            miss(&mut scans, journey);
            send_back(&mut scans, journey);
        }
    }
    scans
}

fn smooth(journey: &Journey, rng: &mut fastrand::Rng) -> Vec<Scan> {
    let (earliest, latest) = journey.due;
    let delivered = earliest + part(latest.duration_since(earliest), rng.i32(0..=1000));
    let out = delivered - SignedDuration::from_mins(rng.i64(60..180));
    let way = out.duration_since(journey.pickup) - SignedDuration::from_mins(30);
    let scan = |at, step, place: &Arc<Place>| Scan {
        at,
        step,
        place: Arc::clone(place),
    };
    let mut scans = vec![
        scan(journey.booked, Step::LabelCreated, &journey.origin),
        scan(journey.pickup, Step::PickedUp, &journey.origin),
    ];
    let mut before = journey.pickup;
    for stop in &journey.stops {
        let permille = (stop.permille + rng.i32(-15..=15)).clamp(1, 1000);
        let at = (journey.pickup + part(way, permille)).max(before + SignedDuration::from_mins(7));
        scans.push(scan(at, stop.step, &stop.place));
        before = at;
    }
    let out = out.max(before + SignedDuration::from_mins(11));
    scans.push(scan(out, Step::OutForDelivery, &journey.destination));
    let delivered = delivered.max(out + SignedDuration::from_mins(23));
    scans.push(scan(delivered, Step::Delivered, &journey.destination));
    for scan in &mut scans {
        scan.at = Timestamp::from_second(scan.at.as_second()).unwrap_or(scan.at);
    }
    scans
}

fn part(whole: SignedDuration, permille: i32) -> SignedDuration {
    whole.saturating_mul(permille) / 1000
}

/// Puts `step` where it belongs and moves everything after it by `hours`.
fn hold_up(scans: &mut Vec<Scan>, step: Step, hours: i64) {
    let customs = scans
        .iter()
        .position(|scan| scan.step == Step::CustomsStarted);
    // A parcel that crosses no border is held up on the road instead.
    let (index, step) = match (customs, step) {
        (Some(index), Step::CustomsHeld) => (index, step),
        _ => (scans.len() / 2, Step::Delayed),
    };
    let Some(before) = scans.get(index).cloned() else {
        return;
    };
    for scan in scans.iter_mut().skip(index + 1) {
        scan.at += SignedDuration::from_hours(hours);
    }
    let at = before.at + SignedDuration::from_mins(40);
    let place = before.place;
    scans.insert(index + 1, Scan { at, step, place });
}

/// Nobody is at home; the driver comes again the day after.
fn miss(scans: &mut Vec<Scan>, journey: &Journey) {
    let Some(delivered) = scans.last_mut() else {
        return;
    };
    delivered.step = Step::AttemptFailed;
    let at = delivered.at;
    for (step, hours) in [(Step::OutForDelivery, 22), (Step::Delivered, 24)] {
        scans.push(Scan {
            at: at + SignedDuration::from_hours(hours),
            step,
            place: Arc::clone(&journey.destination),
        });
    }
}

/// Nobody is at home again; the parcel goes back.
fn send_back(scans: &mut Vec<Scan>, journey: &Journey) {
    let Some(delivered) = scans.last_mut() else {
        return;
    };
    delivered.step = Step::AttemptFailed;
    let at = delivered.at;
    let back = [
        (Step::ReturnStarted, 20, &journey.destination),
        (Step::Returned, 116, &journey.origin),
    ];
    for (step, hours, place) in back {
        scans.push(Scan {
            at: at + SignedDuration::from_hours(hours),
            step,
            place: Arc::clone(place),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey() -> Journey {
        let place = |city, state, postal| Arc::new(Place::new(city, state, postal, "US"));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let hub = place("Louisville", "KY", "40213");
        let stop = |step, permille| Stop {
            step,
            place: Arc::clone(&hub),
            permille,
        };
        Journey {
            booked: at("2026-01-05T15:00:00Z"),
            pickup: at("2026-01-05T22:30:00Z"),
            due: (at("2026-01-07T16:00:00Z"), at("2026-01-07T23:00:00Z")),
            origin: place("Timonium", "MD", "21093"),
            destination: place("Dallas", "TX", "75201"),
            stops: vec![stop(Step::HubArrived, 400), stop(Step::HubDeparted, 550)],
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_plan_and_another_seed_another() {
        let plan = |seed, index| draw(&journey(), 0, &mut generator(seed, index));
        assert_eq!(plan(7, 0), plan(7, 0));
        assert_ne!(plan(7, 0), plan(7, 1));
        assert_ne!(plan(7, 0), plan(8, 0));
    }

    #[test]
    fn an_untroubled_parcel_is_delivered_in_time() {
        for index in 0..500 {
            let plan = draw(&journey(), 0, &mut generator(3, index));
            assert!(plan.is_sorted_by_key(|scan| scan.at));
            let last = plan.last().unwrap();
            assert_eq!(last.step, Step::Delivered);
            assert!(last.at <= journey().due.1, "{index}: {}", last.at);
        }
    }

    #[test]
    fn a_share_of_parcels_meets_every_kind_of_trouble() {
        let plans: Vec<_> = (0..1000)
            .map(|index| draw(&journey(), 300, &mut generator(3, index)))
            .collect();
        let with = |step| {
            let has = |plan: &&Vec<Scan>| plan.iter().any(|scan| scan.step == step);
            plans.iter().filter(has).count()
        };
        assert!((250..350).contains(&(with(Step::AttemptFailed) + with(Step::Delayed))));
        assert!(with(Step::Returned) > 30);
        assert!(
            plans
                .iter()
                .all(|plan| plan.is_sorted_by_key(|scan| scan.at))
        );
    }
}
