//! Trackers and events.

use parcelgate_domain::{Status, TimeBasis, TrackingEvent};
use parcelgate_proto::v1;
use parcelgate_store::{Event, Tracker, TrackerEnd};

use super::{duration, time};
use crate::service::track::{AccountBudget, Freshness, PhaseBudget, Source, standing};

pub(in crate::grpc) fn tracker(tracker: &Tracker, freshness: Freshness) -> v1::Tracker {
    let state = &tracker.state;
    let (stands, substatus) = standing(tracker);
    let (text, text_zh) = match substatus {
        Some(substatus) => (substatus.english(), substatus.chinese()),
        None => (stands.english(), stands.chinese()),
    };
    v1::Tracker {
        name: format!("trackers/{}", tracker.id),
        carrier: tracker.carrier.to_string(),
        account: tracker
            .account
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        tracking_number: tracker.number.to_string(),
        last_mile_number: tracker
            .last_mile_number
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        shipment: tracker
            .shipment
            .as_ref()
            .map_or_else(String::new, |id| format!("shipments/{id}")),
        status: status(stands).into(),
        substatus: substatus.map_or_else(String::new, |substatus| substatus.name().to_owned()),
        text: text.to_owned(),
        text_zh: text_zh.to_owned(),
        leg: state.leg.map_or_else(String::new, |leg| leg.to_string()),
        responsible: state.responsible.to_string(),
        action: state.action.to_string(),
        first_physical_scan_time: state.first_physical_scan.map(|scan| time(scan.instant)),
        delivery_time: state.delivered_at.map(|delivered| time(delivered.instant)),
        estimate: tracker.estimate.map_or_else(String::new, |estimate| {
            estimate.strftime("%Y-%m-%dT%H:%M").to_string()
        }),
        last_event_time: state.last_event.map(|event| time(event.instant)),
        last_check_time: tracker.last_checked_at.map(time),
        next_check_time: tracker.next_check_at.map(time),
        event_count: state.events,
        expired: tracker.ended == Some(TrackerEnd::Expired),
        create_time: Some(time(tracker.created_at)),
        source: match freshness.source {
            Some(Source::Poll) => "POLL",
            Some(Source::Push) => "PUSH",
            None => "",
        }
        .to_owned(),
        last_push_time: tracker.pushed_at.map(time),
        staleness_objective: freshness.objective.map(duration),
    }
}

pub(in crate::grpc) fn budget(budget: AccountBudget) -> v1::PollBudget {
    let phase = |row: PhaseBudget| v1::poll_budget::Phase {
        phase: row.phase.to_owned(),
        polled: row.polled,
        pushed: row.pushed,
        wanted_interval: Some(duration(row.wanted)),
        interval: Some(duration(row.interval)),
    };
    v1::PollBudget {
        account: budget.account.to_string(),
        carrier: budget.carrier.to_string(),
        batch_max: u32::try_from(budget.batch_max).unwrap_or(u32::MAX),
        wanted_per_day: budget.wanted_per_day,
        allowed_per_day: budget.allowed_per_day,
        waiting: u64::try_from(budget.waiting).unwrap_or(u64::MAX),
        parts: u32::try_from(budget.parts).unwrap_or(u32::MAX),
        push_quiet: budget.push_quiet,
        phases: budget.phases.into_iter().map(phase).collect(),
    }
}

pub(in crate::grpc) fn tracking_event(event: &TrackingEvent) -> v1::TrackingEvent {
    v1::TrackingEvent {
        id: event.id.as_str().to_owned(),
        carrier: event.carrier.to_string(),
        tracking_number: event.number.to_string(),
        status: event
            .status
            .map_or(v1::TrackingStatus::Unspecified, status)
            .into(),
        substatus: event
            .substatus
            .map_or_else(String::new, |substatus| substatus.name().to_owned()),
        leg: event.leg.map_or_else(String::new, |leg| leg.to_string()),
        carrier_code: event.code.clone(),
        carrier_text: event.text.clone(),
        language: event.language.clone(),
        place: event.place.to_string(),
        occur_time: Some(time(event.occurred_at.instant)),
        local_time: event.occurred_at.local.to_string(),
        time_basis: match event.occurred_at.basis {
            TimeBasis::OffsetGiven => "offset_given",
            TimeBasis::LocalWithoutOffset => "local_without_offset",
            TimeBasis::Utc => "utc",
            TimeBasis::Inferred => "inferred",
        }
        .to_owned(),
        observe_time: Some(time(event.observed_at)),
        first_physical_scan: event.flags.first_physical_scan,
        delivery_attempt: event.flags.delivery_attempt,
        customs_event: event.flags.customs_event,
    }
}

pub(in crate::grpc) fn event(event: &Event) -> v1::Event {
    v1::Event {
        uid: event.uid.to_string(),
        kind: event.kind.clone(),
        subject: event.subject.clone(),
        subject_sequence: event.subject_seq,
        time: Some(time(event.at)),
        data_json: event.data.clone(),
    }
}

pub(in crate::grpc) fn status(status: Status) -> v1::TrackingStatus {
    match status {
        Status::Unknown => v1::TrackingStatus::Unknown,
        Status::NotFound => v1::TrackingStatus::NotFound,
        Status::InfoReceived => v1::TrackingStatus::InfoReceived,
        Status::Accepted => v1::TrackingStatus::Accepted,
        Status::InTransit => v1::TrackingStatus::InTransit,
        Status::OutForDelivery => v1::TrackingStatus::OutForDelivery,
        Status::AvailableForPickup => v1::TrackingStatus::AvailableForPickup,
        Status::AttemptFailed => v1::TrackingStatus::AttemptFailed,
        Status::Exception => v1::TrackingStatus::Exception,
        Status::Delivered => v1::TrackingStatus::Delivered,
        Status::Returning => v1::TrackingStatus::Returning,
        Status::Returned => v1::TrackingStatus::Returned,
        Status::Cancelled => v1::TrackingStatus::Cancelled,
        Status::Expired => v1::TrackingStatus::Expired,
    }
}
