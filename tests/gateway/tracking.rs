//! A parcel is followed from its label to its delivery, and a number once.

use std::collections::BTreeSet;
use std::sync::Arc;

use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_proto::v1::{
    BatchGetTrackersRequest, CreateTrackerRequest, IdentifyTrackingNumberRequest,
    ListEventsRequest, ListTrackersRequest, RefreshTrackerRequest, StopTrackerRequest, Tracker,
    TrackingEvent, TrackingStatus,
};
use parcelgate_sandbox::{Carrier, Fault, Settings};
use tonic::{Code, Response, Status};

use crate::errors::{fields, reason, said_of, says_when};
use crate::requests::{ground, packet};
use crate::stage::{Stage, UPS, until};

/// A number of UPS whose check digit is right.
const SOUND: &str = "1Z5R89390357567127";

pub(crate) async fn follow(stage: &Stage, number: &str, carrier: &str) -> Result<Tracker, Status> {
    let request = CreateTrackerRequest {
        tracking_number: number.to_owned(),
        carrier: carrier.to_owned(),
        request_id: String::new(),
    };
    let reply = stage.tracking().create_tracker(request).await;
    reply.map(Response::into_inner)
}

async fn refresh(stage: &Stage, name: &str) -> Result<Tracker, Status> {
    let name = name.to_owned();
    let reply = stage
        .tracking()
        .refresh_tracker(RefreshTrackerRequest { name })
        .await;
    reply.map(Response::into_inner)
}

/// Waits until its carrier has been asked for the parcel, which is at once.
async fn asked_for(stage: &Stage, name: &str) -> Tracker {
    until("asked for", async || {
        let tracker = stage.tracker(name).await;
        tracker.last_check_time.is_some().then_some(tracker)
    })
    .await
}

/// The events of a parcel, so many to a page.
pub(crate) async fn events(stage: &Stage, parent: &str, page_size: i32) -> Vec<TrackingEvent> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListEventsRequest {
            parent: parent.to_owned(),
            page_size,
            page_token,
        };
        let page = stage
            .tracking()
            .list_events(request)
            .await
            .unwrap()
            .into_inner();
        assert!(page.events.len() <= usize::try_from(page_size).unwrap());
        all.extend(page.events);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_parcel_is_followed_to_its_delivery() {
    // Ten days pass in a second.
    let settings = Settings {
        clock: Arc::new(Accelerated::starting(System.now(), 864_000)),
        ..Settings::default()
    };
    let stage = Stage::set(settings, |config| {
        let tracking = &mut config.tracking;
        (tracking.before_scan_ms, tracking.moving_ms) = (50, 50);
        (tracking.near_delivery_ms, tracking.exception_ms) = (50, 50);
        tracking.expected_ms = 50;
    })
    .await;
    for request in [ground(), packet()] {
        let bought = stage.buy(request.clone()).await.unwrap();
        let name = &bought.parcels[0].tracker;
        let delivered = until("delivered", async || {
            let tracker = stage.tracker(name).await;
            (tracker.status() == TrackingStatus::Delivered).then_some(tracker)
        })
        .await;
        assert_eq!(delivered.shipment, bought.name);
        assert_eq!(delivered.tracking_number, bought.parcels[0].tracking_number);
        assert!(delivered.next_check_time.is_some(), "once more");
        assert!(!delivered.text.is_empty() && delivered.text.is_ascii());
        assert!(!delivered.text_zh.is_ascii());

        let events = events(&stage, name, 1_000).await;
        let at = |event: &TrackingEvent| event.occur_time.map(|at| (at.seconds, at.nanos));
        assert!(events.is_sorted_by_key(at));
        assert_eq!(delivered.event_count, u32::try_from(events.len()).unwrap());
        let ids: BTreeSet<_> = events.iter().map(|event| &event.id).collect();
        assert_eq!(ids.len(), events.len());
        let first_scan = events
            .iter()
            .find(|event| event.first_physical_scan)
            .unwrap();
        assert_eq!(delivered.first_physical_scan_time, first_scan.occur_time);
        let last = events.last().unwrap();
        assert_eq!(last.status(), TrackingStatus::Delivered);
        assert_eq!(delivered.delivery_time, last.occur_time);
        assert_eq!(delivered.last_event_time, last.occur_time);
        let told = |event: &&TrackingEvent| !event.carrier_code.is_empty();
        assert!(
            events
                .iter()
                .all(|event| told(&event) && !event.carrier_text.is_empty())
        );
        if bought.carrier == "yanwen" {
            assert!(!delivered.last_mile_number.is_empty());
            let stands = stage.shipment(&bought.name).await;
            assert!(!stands.parcels[0].last_mile_number.is_empty());
            assert!(events.iter().any(|event| event.customs_event));
        }
        // What is known only now was not told then, and is not told again.
        assert_eq!(stage.buy(request).await.unwrap(), bought);

        for page_size in [1, 2, 3, 7] {
            assert_eq!(self::events(&stage, name, page_size).await, events);
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn following_a_number_twice_is_one_tracker() {
    let stage = Stage::start().await;
    let first = follow(&stage, SOUND, "ups").await.unwrap();
    for (spelling, carrier) in [
        (SOUND.to_lowercase().as_str(), "ups"),
        ("1Z 5R8 939 03 5756 712 7", ""),
    ] {
        let again = follow(&stage, spelling, carrier).await.unwrap();
        assert_eq!(again.name, first.name);
    }
    assert_eq!(
        (first.account.as_str(), first.tracking_number.as_str()),
        (UPS, SOUND)
    );
    // The carrier knows nothing of it, which is said.
    let told = until("asked for", async || {
        let tracker = stage.tracker(&first.name).await;
        (tracker.status() == TrackingStatus::NotFound).then_some(tracker)
    })
    .await;
    assert!(told.next_check_time.is_some());
    assert_eq!(told.substatus, "no_data_yet");
    assert!(told.text.contains("no data") && told.text_zh.contains("暂无"));
    let bought = stage.buy(ground()).await.unwrap();
    let parcel = &bought.parcels[0];
    let again = follow(&stage, &parcel.tracking_number, "").await.unwrap();
    assert_eq!(
        (&again.name, &again.shipment),
        (&parcel.tracker, &bought.name)
    );
    stage.stop().await;
}

#[tokio::test]
async fn a_number_that_cannot_be_right_is_refused() {
    let stage = Stage::start().await;
    let wrong_digit = "1Z5R89390357567128";
    let refused = follow(&stage, wrong_digit, "ups").await.unwrap_err();
    assert_eq!(fields(&refused), ["tracking_number"]);
    let said = said_of(&refused, "tracking_number");
    assert!(said.contains("check digit"), "{said}");
    let refused = follow(&stage, SOUND, "pigeon").await.unwrap_err();
    assert_eq!(fields(&refused), ["carrier"]);
    let said = said_of(&refused, "carrier");
    assert!(said.contains("ups") && said.contains("yanwen"), "{said}");
    let refused = follow(&stage, "", "pigeon").await.unwrap_err();
    assert_eq!(fields(&refused), ["carrier", "tracking_number"]);
    let long = "1".repeat(10_000);
    let refused = follow(&stage, &long, "ups").await.unwrap_err();
    assert_eq!(fields(&refused), ["tracking_number"]);
    let all = ListTrackersRequest::default();
    let all = stage.tracking().list_trackers(all).await.unwrap();
    assert!(all.into_inner().trackers.is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_number_of_unknown_origin_is_identified() {
    let stage = Stage::start().await;
    let identify = async |number: &str| {
        let tracking_number = number.to_owned();
        let request = IdentifyTrackingNumberRequest { tracking_number };
        let reply = stage.tracking().identify_tracking_number(request).await;
        reply.map(Response::into_inner)
    };
    let known = identify("1z 5R8939 03 57567127").await.unwrap();
    assert_eq!(known.tracking_number, SOUND);
    assert_eq!(known.candidates[0].carrier, "ups");
    assert!(!known.candidates[0].reasons.is_empty());
    let waybill = stage.buy(packet()).await.unwrap();
    let known = identify(&waybill.parcels[0].tracking_number).await.unwrap();
    assert_eq!(known.candidates[0].carrier, "yanwen");
    assert!(identify("hello").await.unwrap().candidates.is_empty());
    for nothing in ["", " ", &"9".repeat(500)] {
        let refused = identify(nothing).await.unwrap_err();
        assert_eq!(fields(&refused), ["tracking_number"]);
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_batch_is_read_in_the_order_asked_or_not_at_all() {
    let stage = Stage::start().await;
    let mut names = Vec::new();
    for request in [ground(), packet(), ground()] {
        let bought = stage.buy(request).await.unwrap();
        names.push(bought.parcels[0].tracker.clone());
    }
    names.reverse();
    let batch = async |names: &[String]| {
        let names = names.to_vec();
        let request = BatchGetTrackersRequest { names };
        let reply = stage.tracking().batch_get_trackers(request).await;
        reply.map(|reply| reply.into_inner().trackers)
    };
    let read = batch(&names).await.unwrap();
    let read: Vec<_> = read.into_iter().map(|tracker| tracker.name).collect();
    assert_eq!(read, names);
    names.push("trackers/01a20485-d61a-79fc-ae3d-c93be880f2f9".into());
    let refused = batch(&names).await.unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");
    assert!(refused.message().contains("01a20485"), "{refused:?}");
    names[3] = "shipments/01a20485-d61a-79fc-ae3d-c93be880f2f9".into();
    assert_eq!(fields(&batch(&names).await.unwrap_err()), ["names[3]"]);
    let many = vec![names[0].clone(); 1_001];
    assert_eq!(fields(&batch(&many).await.unwrap_err()), ["names"]);
    assert!(batch(&[]).await.unwrap().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn trackers_are_listed_page_by_page_and_by_status() {
    let stage = Stage::start().await;
    let mut names = Vec::new();
    for _ in 0..3 {
        let bought = stage.buy(ground()).await.unwrap();
        names.push(bought.parcels[0].tracker.clone());
    }
    let unknown = follow(&stage, SOUND, "ups").await.unwrap();
    names.push(unknown.name.clone());
    for name in &names {
        asked_for(&stage, name).await;
    }
    let list = async |page_size, page_token: String, status: TrackingStatus| {
        let request = ListTrackersRequest {
            page_size,
            page_token,
            status: status.into(),
        };
        let page = stage.tracking().list_trackers(request).await;
        let page = page.unwrap().into_inner();
        let names: Vec<_> = page
            .trackers
            .into_iter()
            .map(|tracker| tracker.name)
            .collect();
        (names, page.next_page_token)
    };
    let any = TrackingStatus::Unspecified;
    let (mut seen, mut token) = list(3, String::new(), any).await;
    assert_eq!(seen.len(), 3);
    while !token.is_empty() {
        let (more, next) = list(3, token, any).await;
        seen.extend(more);
        token = next;
    }
    assert_eq!(seen, names);
    let (found, _) = list(50, String::new(), TrackingStatus::NotFound).await;
    assert_eq!(found, [unknown.name]);
    let (found, _) = list(50, String::new(), TrackingStatus::Delivered).await;
    assert!(found.is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_refresh_asks_the_carrier_now() {
    let stage = Stage::start().await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let before = asked_for(&stage, name).await;
    let after = refresh(&stage, name).await.unwrap();
    let at = |tracker: &Tracker| tracker.last_check_time.map(|at| (at.seconds, at.nanos));
    assert!(at(&after) > at(&before));
    assert_eq!(after.event_count, before.event_count);

    let busy = Fault::Status {
        code: 429,
        retry_after: Some(120),
    };
    stage.fail(Carrier::Ups, "track", busy, 1);
    let refused = refresh(&stage, name).await.unwrap_err();
    assert_eq!(reason(&refused, Code::ResourceExhausted), "THROTTLED");
    assert!(says_when(&refused));
    // What is known is still read.
    assert_eq!(stage.tracker(name).await.status(), after.status());
    stage.stop().await;
}

#[tokio::test]
async fn events_told_twice_or_late_change_nothing_in_the_end() {
    let stage = Stage::start().await;
    let bought = stage.buy(packet()).await.unwrap();
    let name = &bought.parcels[0].tracker;
    let before = asked_for(&stage, name).await;
    for fault in [Fault::Duplicate, Fault::Late, Fault::Duplicate] {
        stage.fail(Carrier::Yanwen, "track", fault, 1);
        let after = refresh(&stage, name).await.unwrap();
        assert_eq!(after.status(), before.status(), "{fault:?}");
        assert_eq!(after.event_count, before.event_count, "{fault:?}");
    }
    for fault in [Fault::Malformed, Fault::Html] {
        stage.fail(Carrier::Yanwen, "track", fault, 2);
        let refused = refresh(&stage, name).await.unwrap_err();
        assert_eq!(reason(&refused, Code::Internal), "MALFORMED", "{fault:?}");
    }
    assert_eq!(events(&stage, name, 100).await.len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn who_stops_following_asks_no_more() {
    let stage = Stage::with(|config| config.tracking.before_scan_ms = 1).await;
    let bought = stage.buy(ground()).await.unwrap();
    let name = bought.parcels[0].tracker.clone();
    asked_for(&stage, &name).await;
    let stop = StopTrackerRequest { name: name.clone() };
    for _ in 0..2 {
        let stopped = stage.tracking().stop_tracker(stop.clone()).await;
        assert!(stopped.unwrap().into_inner().next_check_time.is_none());
    }
    let asked = stage.count(Carrier::Ups, "track", 0);
    // Another parcel is asked for again and again meanwhile.
    let other = stage.buy(packet()).await.unwrap();
    let others = stage.count(Carrier::Yanwen, "track", 0);
    until("the other one", async || (others.seen() > 5).then_some(())).await;
    assert!(other.name != bought.name);
    // At most the question that was under way when it was stopped.
    assert!(asked.seen() <= 1);
    assert!(stage.tracker(&name).await.next_check_time.is_none());
    stage.stop().await;
}
