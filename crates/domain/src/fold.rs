//! The state of a parcel: what its events add up to, in whatever order they came.

use serde::{Deserialize, Serialize};

use crate::{Action, EventTime, Leg, Responsible, Status, Substatus, TrackingEvent};

/// The five facts of a parcel, and the moments that promises are measured by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingState {
    /// Where it stands.
    pub status: Status,
    /// Why or how.
    pub substatus: Option<Substatus>,
    /// On which part of its way.
    pub leg: Option<Leg>,
    /// Whose turn it is.
    pub responsible: Responsible,
    /// What that party can do.
    pub action: Action,
    /// When the carrier first had it in hand.
    pub first_physical_scan: Option<EventTime>,
    /// When it was delivered; absent once that is taken back.
    pub delivered_at: Option<EventTime>,
    /// The latest event, understood or not.
    pub last_event: Option<EventTime>,
    /// How many events there are.
    pub events: u32,
    /// How many of them were not understood.
    pub unmapped: u32,
}

impl Default for TrackingState {
    fn default() -> Self {
        Self {
            status: Status::Unknown,
            substatus: None,
            leg: None,
            responsible: Responsible::Unknown,
            action: Action::None,
            first_physical_scan: None,
            delivered_at: None,
            last_event: None,
            events: 0,
            unmapped: 0,
        }
    }
}

/// Folds a set of events into a state. The order they are given in does not matter, nor how often.
///
/// Events are taken in the order in which they happened; of two at the same moment the one further
/// along the way counts as later. A status gives way to the next one unless [`yields`] says no.
#[must_use]
pub fn fold<'a>(events: impl IntoIterator<Item = &'a TrackingEvent>) -> TrackingState {
    let mut events: Vec<&TrackingEvent> = events.into_iter().collect();
    events.sort_by_key(|event| (event.occurred_at.instant, event.status, &event.id));
    events.dedup_by(|a, b| a.id == b.id);
    events
        .into_iter()
        .fold(TrackingState::default(), TrackingState::after)
}

impl TrackingState {
    /// Whether nothing more is expected to happen.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status.is_terminal()
    }

    fn after(mut self, event: &TrackingEvent) -> Self {
        self.events = self.events.saturating_add(1);
        self.last_event = Some(event.occurred_at);
        let Some(status) = event.status else {
            self.unmapped = self.unmapped.saturating_add(1);
            return self;
        };
        if self.first_physical_scan.is_none() && is_physical(event, status) {
            self.first_physical_scan = Some(event.occurred_at);
        }
        if !yields(&self, status, event.correction) {
            return self;
        }
        let delivered = status == Status::Delivered;
        self.delivered_at = match self.delivered_at {
            first if delivered => first.or(Some(event.occurred_at)),
            // A parcel that goes back was never delivered, or its delivery is undone.
            _ => None,
        };
        self.status = status;
        self.substatus = event.substatus;
        self.leg = event.leg.or(self.leg);
        self.responsible = event
            .substatus
            .map_or(Responsible::Unknown, Substatus::responsible);
        self.action = event.substatus.map_or(Action::None, Substatus::action);
        self
    }
}

fn is_physical(event: &TrackingEvent, status: Status) -> bool {
    event.flags.first_physical_scan || status.is_physical()
}

/// Whether the state gives way to `next`.
fn yields(state: &TrackingState, next: Status, correction: bool) -> bool {
    if correction {
        return true;
    }
    match state.status {
        Status::Delivered => {
            matches!(
                next,
                Status::Delivered | Status::Returning | Status::Returned
            )
        }
        Status::Returned => next == Status::Returned,
        // Going back is left only by arriving there, or by trouble on the way.
        Status::Returning => {
            matches!(
                next,
                Status::Returning | Status::Returned | Status::Exception
            )
        }
        // A label that was voided and travels all the same is a parcel again.
        Status::Cancelled => next.is_physical(),
        Status::Unknown
        | Status::NotFound
        | Status::InfoReceived
        | Status::Accepted
        | Status::InTransit
        | Status::OutForDelivery
        | Status::AvailableForPickup
        | Status::AttemptFailed
        | Status::Exception
        | Status::Expired => {
            // "We know nothing of it" or "label printed" says nothing of a parcel that was in hand.
            let says_little = matches!(
                next,
                Status::Unknown | Status::NotFound | Status::InfoReceived | Status::Expired
            );
            !(says_little && state.first_physical_scan.is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::{CarrierId, EventId, Flags, Place, TrackingNumber};

    fn event(hour: i64, status: Option<Status>, correction: bool) -> TrackingEvent {
        let carrier = CarrierId::known("ups");
        let number: TrackingNumber = "1Z999AA10123456784".parse().unwrap();
        let start: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        let time = start + SignedDuration::from_hours(hour);
        let code = format!("{status:?}{correction}");
        let place = Place::default();
        TrackingEvent {
            id: EventId::of(&carrier, &number, &code, &time.to_string(), &place, ""),
            carrier,
            number,
            code,
            text: String::new(),
            language: "en".to_owned(),
            status,
            substatus: status
                .and_then(|status| Substatus::all().find(|known| known.status() == status)),
            leg: None,
            flags: Flags::default(),
            place,
            occurred_at: EventTime::utc(time),
            observed_at: time,
            correction,
            mapping_version: 1,
        }
    }

    fn any_status() -> impl Strategy<Value = Option<Status>> {
        prop::option::weighted(
            0.9,
            prop::sample::select(Status::ALL.map(|(status, _)| status).to_vec()),
        )
    }

    fn any_events() -> impl Strategy<Value = Vec<TrackingEvent>> {
        prop::collection::vec((0_i64..40, any_status(), prop::bool::weighted(0.1)), 0..24).prop_map(
            |list| {
                list.into_iter()
                    .map(|(hour, status, c)| event(hour, status, c))
                    .collect()
            },
        )
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_does_not_matter(
            (events, shuffled) in any_events()
                .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
        ) {
            prop_assert_eq!(fold(&events), fold(&shuffled));
        }

        #[test]
        fn a_duplicate_changes_nothing(events in any_events(), at: prop::sample::Index) {
            prop_assume!(!events.is_empty());
            let mut twice = events.clone();
            twice.push(events[at.index(events.len())].clone());
            prop_assert_eq!(fold(&events), fold(&twice));
        }

        #[test]
        fn a_late_older_event_never_moves_the_state_back(
            events in any_events(), hour in -40_i64..0, status in any_status()
        ) {
            let before = fold(&events);
            let mut with_late = events.clone();
            let late = event(hour, status, false);
            // What it may do is show that the parcel was in hand earlier, or end it: a final word
            // stands.
            let final_or_seen = |s: Status| s.is_terminal() || s.is_physical();
            prop_assume!(!status.is_some_and(final_or_seen));
            with_late.push(late);
            let after = fold(&with_late);
            if before.status != Status::Unknown {
                prop_assert_eq!(after.status, before.status);
                prop_assert_eq!(after.substatus, before.substatus);
            }
        }

        #[test]
        fn delivered_gives_way_only_to_a_return_or_a_correction(
            hours in 1_i64..40, status in any_status()
        ) {
            let events = [event(0, Some(Status::Delivered), false), event(hours, status, false)];
            let state = fold(&events);
            let expected = match status {
                Some(back @ (Status::Returning | Status::Returned)) => back,
                _ => Status::Delivered,
            };
            prop_assert_eq!(state.status, expected);
            if let Some(status) = status {
                let delivered = event(0, Some(Status::Delivered), false);
                let taken_back = [delivered, event(hours, Some(status), true)];
                prop_assert_eq!(fold(&taken_back).status, status);
            }
        }

        #[test]
        fn an_unmapped_event_keeps_the_status_and_is_counted(
            events in any_events(), hour in 0_i64..40
        ) {
            let before = fold(&events);
            let mut more = events.clone();
            let unmapped = event(hour + 100, None, false);
            more.push(unmapped.clone());
            let after = fold(&more);
            prop_assert_eq!(after.status, before.status);
            prop_assert_eq!(after.unmapped, before.unmapped + 1);
            prop_assert_eq!(after.last_event, Some(unmapped.occurred_at));
        }
    }

    #[test]
    fn a_label_event_after_the_first_scan_does_not_take_the_parcel_back() {
        let events = [
            event(1, Some(Status::Accepted), false),
            event(2, Some(Status::InfoReceived), false),
        ];
        let state = fold(&events);
        assert_eq!(state.status, Status::Accepted);
        assert_eq!(state.first_physical_scan, Some(events[0].occurred_at));
    }
}
