//! A parcel of every carrier is followed from its label to its delivery.

use std::collections::BTreeSet;
use std::sync::Arc;

use parcelgate::config::Config;
use parcelgate_clock::{Accelerated, Clock as _, System};
use parcelgate_proto::v1::{TrackingEvent, TrackingStatus};
use parcelgate_sandbox::Settings;

use super::asking::{DHL_TRACKING, EXPRESS, PAKET, WAYS, Way};
use crate::stage::{SCOPES, Stage, until};
use crate::tracking::{events, follow};

/// Ten days pass in a second.
pub(super) fn fast() -> Settings {
    Settings {
        clock: Arc::new(Accelerated::starting(System.now(), 864_000)),
        ..Settings::default()
    }
}

/// Carriers are asked all the time.
pub(super) fn curious(config: &mut Config) {
    let tracking = &mut config.tracking;
    (tracking.before_scan_ms, tracking.moving_ms) = (50, 50);
    (tracking.near_delivery_ms, tracking.exception_ms) = (50, 50);
    tracking.expected_ms = 50;
}

#[tokio::test]
async fn every_carriers_parcel_is_followed_to_its_delivery() {
    for way in &WAYS {
        let stage = Stage::six_set(fast(), curious).await;
        let bought = stage.buy(way.purchase()).await.unwrap();
        let account = way.account;
        let Some(parcel) = bought.parcels.first() else {
            panic!("{account}: {bought:?}")
        };
        let name = &parcel.tracker;
        let delivered = until(account, async || {
            let tracker = stage.tracker(name).await;
            (tracker.status() == TrackingStatus::Delivered).then_some(tracker)
        })
        .await;
        assert_eq!(delivered.shipment, bought.name, "{account}");
        assert!(delivered.next_check_time.is_some(), "{account}: once more");
        let events = events(&stage, name, 1_000).await;
        let at = |event: &TrackingEvent| event.occur_time.map(|at| (at.seconds, at.nanos));
        assert!(events.is_sorted_by_key(at), "{account}");
        assert!(events.len() > 3, "{account}: {events:?}");
        assert_eq!(delivered.event_count, u32::try_from(events.len()).unwrap());
        let ids: BTreeSet<_> = events.iter().map(|event| &event.id).collect();
        assert_eq!(ids.len(), events.len(), "{account}");
        let scanned = |event: &&TrackingEvent| event.first_physical_scan;
        let first = events.iter().find(scanned);
        let first = first.unwrap_or_else(|| panic!("{account}: no scan in {events:?}"));
        assert_eq!(delivered.first_physical_scan_time, first.occur_time);
        let last = events.last().unwrap();
        assert_eq!(last.status(), TrackingStatus::Delivered, "{account}");
        for event in &events {
            // A shipment of DHL Express without any event has been announced: DHL says it by
            // knowing it, without a word.
            let wordless = account == EXPRESS && event.status() == TrackingStatus::InfoReceived;
            let told = wordless || !event.carrier_text.is_empty();
            assert!(
                told && !event.carrier_code.is_empty(),
                "{account}: {event:?}"
            );
        }
        stage.stop().await;
    }
}

/// DHL's tracking knows the parcels of its other companies, and sells none.
#[tokio::test]
async fn dhls_tracking_follows_what_was_bought_elsewhere() {
    for account in [EXPRESS, PAKET] {
        let mut stage = Stage::six_set(fast(), curious).await;
        let bought = stage.buy(Way::of(account).purchase()).await.unwrap();
        let number = bought.parcels[0].tracking_number.clone();
        // Another gateway, which has that account alone.
        let config = &mut stage.config;
        config
            .accounts
            .retain(|own| own.id.as_str() == DHL_TRACKING);
        config.store.path.set_file_name("another.db");
        let mut stage = stage.restart().await;
        stage.key = stage.gateway.create_key("another", &SCOPES).await.unwrap();
        let tracker = follow(&stage, &number, "dhl").await.unwrap();
        let delivered = until(account, async || {
            let tracker = stage.tracker(&tracker.name).await;
            (tracker.status() == TrackingStatus::Delivered).then_some(tracker)
        })
        .await;
        assert!(delivered.event_count > 3, "{account}");
        stage.stop().await;
    }
}
