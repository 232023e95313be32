//! What of a parcel's way a shop hears.

use parcelgate_domain::{Country, Status, TrackingEvent};
use parcelgate_shop::{Milestone, News};

/// What shops call a status, if they have a word for it.
const fn milestone(status: Status) -> Option<Milestone> {
    match status {
        Status::Accepted => Some(Milestone::PickedUp),
        Status::InTransit => Some(Milestone::InTransit),
        Status::OutForDelivery => Some(Milestone::OutForDelivery),
        Status::AvailableForPickup => Some(Milestone::AvailableForPickup),
        Status::AttemptFailed => Some(Milestone::AttemptFailed),
        Status::Exception => Some(Milestone::Delayed),
        Status::Delivered => Some(Milestone::Delivered),
        Status::Returning | Status::Returned => Some(Milestone::Failed),
        Status::Unknown
        | Status::NotFound
        | Status::InfoReceived
        | Status::Cancelled
        | Status::Expired => None,
    }
}

/// The first thing that a shop has not heard yet, with the id of its event. Several scans in a row
/// that mean the same are one thing; the first scan of all is that the carrier has it.
pub(super) fn next(events: &[TrackingEvent], told: &[String]) -> Option<(String, News)> {
    let mut last = None;
    for event in events {
        let meant = match (event.flags.first_physical_scan, event.status) {
            (true, Some(Status::InTransit)) => Some(Milestone::PickedUp),
            (_, status) => status.and_then(milestone),
        };
        let Some(meant) = meant.filter(|meant| last != Some(*meant)) else {
            continue;
        };
        last = Some(meant);
        if told.iter().any(|id| id == event.id.as_str()) {
            continue;
        }
        let news = News {
            milestone: meant,
            at: event.occurred_at.instant,
            city: event.place.city.clone(),
            country: event.place.country.map(|it| Country::code(it).to_owned()),
        };
        return Some((event.id.as_str().to_owned(), news));
    }
    None
}
