//! Trackers: what is new becomes an event, what is known becomes nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parcelgate_domain::{TrackingEvent, TrackingState, fold};

use super::ledger::{Ledger, News, Now};
use super::shipment::told;
use crate::{
    Applied, Error, NewTracker, Observation, Result, Seen, Tracker, TrackerEnd, TrackerId,
    TrackerNews,
};

/// How many events are kept of one parcel. None has so many; a carrier gone mad may.
pub(crate) const EVENTS_PER_TRACKER_MAX: usize = 1_000;

/// What is known of a parcel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The ids of its events, and by which edition of the carrier's table each was read.
    pub(crate) ids: BTreeMap<String, u32>,
    /// The same in full; loaded when one is offered that is not among them or read anew.
    pub(crate) events: Vec<TrackingEvent>,
}

/// What an observation brought.
#[derive(Debug, Default)]
struct Taken {
    fresh: Vec<TrackingEvent>,
    corrected: Vec<TrackingEvent>,
}

/// Whether what was made of the carrier's words is the same.
fn means_the_same(one: &TrackingEvent, other: &TrackingEvent) -> bool {
    let meaning = |event: &TrackingEvent| {
        let facts = (event.flags, event.correction, event.occurred_at);
        (event.status, event.substatus, event.leg, facts)
    };
    meaning(one) == meaning(other)
}

impl Ledger {
    pub(super) fn track(
        &mut self,
        now: &Now<'_>,
        new: NewTracker,
        applied: &mut Applied,
    ) -> Result<()> {
        let number = (now.tenant.clone(), new.carrier.clone(), new.number.clone());
        if let Some(first) = self.numbers.get(&number).cloned() {
            return self.track_again(now, &first, new, applied);
        }
        let row = (now.tenant.clone(), new.id.clone());
        if self.trackers.get(&row).is_some() {
            return Err(Error::Taken(format!("tracker {}", new.id)));
        }
        self.numbers.put(number, new.id.clone());
        let mut tracker = Tracker {
            tenant: now.tenant.clone(),
            id: new.id,
            account: new.account,
            carrier: new.carrier,
            number: new.number,
            shipment: new.shipment,
            state: TrackingState::default(),
            estimate: None,
            last_mile_number: None,
            created_at: now.at,
            last_checked_at: None,
            next_check_at: new.next_check_at,
            pushed_at: None,
            push_until: None,
            failures: 0,
            ended: None,
            told: 0,
        };
        self.tell_tracker(now, &mut tracker, "tracker.created", None)?;
        self.keep_tracker(now, tracker, (true, 0), applied);
        Ok(())
    }

    fn track_again(
        &mut self,
        now: &Now<'_>,
        first: &TrackerId,
        new: NewTracker,
        applied: &mut Applied,
    ) -> Result<()> {
        let mut tracker = self.own_tracker(now, first)?;
        let links = tracker.shipment.is_none() && new.shipment.is_some();
        let resumes = tracker.ended.is_some();
        if links {
            tracker.shipment = new.shipment;
            tracker.account = new.account.or(tracker.account);
        }
        if resumes {
            tracker.ended = None;
            tracker.failures = 0;
            tracker.next_check_at = new.next_check_at;
        }
        if links || resumes {
            self.tell_tracker(now, &mut tracker, "tracker.updated", None)?;
            self.keep_tracker(now, tracker, (false, 0), applied);
        } else {
            applied.trackers.push(Seen {
                tracker,
                created: false,
                new_events: 0,
            });
        }
        Ok(())
    }

    pub(super) fn observe(
        &mut self,
        now: &Now<'_>,
        id: TrackerId,
        (observation, pushed): (Observation, bool),
        applied: &mut Applied,
    ) -> Result<()> {
        let mut tracker = self.own_tracker(now, &id)?;
        let before = (tracker.estimate, tracker.last_mile_number.clone());
        tracker.estimate = observation.estimate.or(tracker.estimate);
        tracker.last_mile_number = observation.last_mile_number.or(tracker.last_mile_number);
        if pushed {
            tracker.pushed_at = tracker.pushed_at.max(Some(now.at));
        } else {
            tracker.last_checked_at = tracker.last_checked_at.max(Some(now.at));
            tracker.failures = 0;
        }
        let changed = before != (tracker.estimate, tracker.last_mile_number.clone());

        let taken = self.take_new(now, &id, &mut tracker, observation.events);
        let fresh = taken.fresh.len();
        let tells = fresh > 0 || !taken.corrected.is_empty() || changed;
        // Who looks after it reads of it in the log, or has written it.
        if now.leased || tells {
            let followed = tracker.ended.is_none();
            tracker.next_check_at = observation.next_check_at.filter(|_| followed);
        }
        for event in taken.fresh {
            self.tell_tracker(now, &mut tracker, "tracking.updated", Some(event))?;
        }
        for event in taken.corrected {
            self.tell_tracker(now, &mut tracker, "tracking.corrected", Some(event))?;
        }
        if fresh == 0 && changed {
            self.tell_tracker(now, &mut tracker, "tracker.updated", None)?;
        }
        self.keep_tracker(now, tracker, (false, fresh), applied);
        Ok(())
    }

    /// Adds the events that are not known yet, puts those that are read by a newer edition of the
    /// carrier's table in the place of what was read before, and folds all of them anew.
    fn take_new(
        &mut self,
        now: &Now<'_>,
        id: &TrackerId,
        tracker: &mut Tracker,
        offered: Vec<TrackingEvent>,
    ) -> Taken {
        let row = (now.tenant.clone(), id.clone());
        let known = self.known.get(&row);
        let is_known = |event: &TrackingEvent| {
            let read_by = known.and_then(|known| known.ids.get(event.id.as_str()));
            read_by.is_some_and(|edition| *edition >= event.mapping_version)
        };
        let mut taken = Taken::default();
        if offered.iter().all(is_known) {
            return taken;
        }
        let mut known = known.cloned().unwrap_or_default();
        for event in offered {
            let name = event.id.as_str().to_owned();
            let edition = known.ids.get(&name).copied();
            if edition.is_some_and(|edition| edition >= event.mapping_version) {
                continue;
            }
            if edition.is_none() && known.ids.len() >= EVENTS_PER_TRACKER_MAX {
                metrics::counter!("store_tracking_events_refused_total").increment(1);
                continue;
            }
            known.ids.insert(name, event.mapping_version);
            let before = known.events.iter_mut().find(|known| known.id == event.id);
            let event = match before {
                None => {
                    known.events.push(event.clone());
                    taken.fresh.push(event.clone());
                    event
                }
                Some(before) => {
                    let event = TrackingEvent {
                        observed_at: before.observed_at,
                        ..event
                    };
                    if !means_the_same(before, &event) {
                        taken.corrected.push(event.clone());
                    }
                    before.clone_from(&event);
                    event
                }
            };
            self.add()
                .tracking
                .push((now.tenant.clone(), id.clone(), event));
        }
        tracker.state = fold(&known.events);
        self.known.put(row, known);
        taken
    }

    pub(super) fn push_until(
        &mut self,
        now: &Now<'_>,
        id: TrackerId,
        until: Timestamp,
    ) -> Result<()> {
        let mut tracker = self.own_tracker(now, &id)?;
        tracker.push_until = Some(until);
        self.trackers.put((now.tenant.clone(), id), tracker);
        Ok(())
    }

    pub(super) fn check_failed(
        &mut self,
        now: &Now<'_>,
        id: TrackerId,
        next_check_at: Timestamp,
    ) -> Result<()> {
        let mut tracker = self.own_tracker(now, &id)?;
        if tracker.ended.is_none() {
            tracker.failures = tracker.failures.saturating_add(1);
            tracker.next_check_at = Some(next_check_at);
            self.trackers.put((now.tenant.clone(), id), tracker);
        }
        Ok(())
    }

    pub(super) fn end_tracker(
        &mut self,
        now: &Now<'_>,
        id: TrackerId,
        end: TrackerEnd,
        applied: &mut Applied,
    ) -> Result<()> {
        let mut tracker = self.own_tracker(now, &id)?;
        if tracker.ended.is_none() {
            tracker.ended = Some(end);
            tracker.next_check_at = None;
            let kind = match end {
                TrackerEnd::Stopped => "tracker.stopped",
                TrackerEnd::Expired => "tracker.expired",
            };
            self.tell_tracker(now, &mut tracker, kind, None)?;
        }
        self.keep_tracker(now, tracker, (false, 0), applied);
        Ok(())
    }

    fn own_tracker(&self, now: &Now<'_>, id: &TrackerId) -> Result<Tracker> {
        let row = (now.tenant.clone(), id.clone());
        let tracker = self.trackers.get(&row).cloned();
        tracker.ok_or_else(|| Error::Missing(format!("tracker {id}")))
    }

    fn tell_tracker(
        &mut self,
        now: &Now<'_>,
        tracker: &mut Tracker,
        kind: &str,
        event: Option<TrackingEvent>,
    ) -> Result<()> {
        tracker.told = tracker.told.saturating_add(1);
        let news = News {
            kind: kind.to_owned(),
            subject: format!("trackers/{}", tracker.id),
            subject_seq: tracker.told,
            carrier: tracker.carrier.clone(),
            data: told(&TrackerNews::of(tracker, event))?,
        };
        self.tell(now, news);
        Ok(())
    }

    fn keep_tracker(
        &mut self,
        now: &Now<'_>,
        tracker: Tracker,
        (created, new_events): (bool, usize),
        applied: &mut Applied,
    ) {
        let row = (now.tenant.clone(), tracker.id.clone());
        applied.trackers.push(Seen {
            tracker: tracker.clone(),
            created,
            new_events,
        });
        self.trackers.put(row, tracker);
    }
}
