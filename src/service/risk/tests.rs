//! Orders at risk, on a clock that is turned by hand.

use jiff::SignedDuration;
use parcelgate_clock::{Clock as _, Manual};
use parcelgate_domain::{CarrierId, EventId, EventTime, Flags, Place, RiskReason, Status};
use parcelgate_store::{NewPurchase, Observation, RequestKey, Sqlite, Step, TrackerId};

use super::*;
use crate::config::Config;
use crate::service::acme::{self, ACME, ORDER};
use crate::service::main_tenant;
use crate::service::purchase::{bought, tracker};

const NUMBER: &str = "1Z5R89390357567127";
const DAY: Duration = Duration::from_hours(24);

struct Stage {
    watch: RiskWatch,
    store: Arc<dyn Store>,
    clock: Arc<Manual>,
}

impl Stage {
    async fn set() -> Self {
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let clock = Arc::new(Manual::at("2026-11-23T12:00:00Z".parse().unwrap()));
        let config = Config::load(None).unwrap().risk;
        let watch = RiskWatch::new(store.clone(), clock.clone(), config);
        Self {
            watch,
            store,
            clock,
        }
    }

    fn in_days(&self, days: i64) -> Option<Timestamp> {
        Some(self.clock.now() + SignedDuration::from_hours(24 * days))
    }

    async fn ordered(&self, deadlines: Deadlines) -> Purchase {
        let now = self.clock.now();
        let new = NewPurchase {
            id: ShipmentId::fresh(now),
            reference: "PG01".parse().unwrap(),
            account: "acme".parse().unwrap(),
            carrier: ACME,
            service: acme::service(),
            order: ORDER.to_owned().into(),
            quoted: None,
            order_number: Some("113-7".to_owned()),
            twin: None,
            replaces: None,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: "1".to_owned(),
        };
        let id = new.id.clone();
        let batch = Batch::of(&main_tenant(), now).accept(new, key, [0; 32]);
        let batch = batch.promise(&id, deadlines, first_look(deadlines, now));
        self.store.apply(batch).await.unwrap().shipments.remove(0)
    }

    /// Bought and followed.
    async fn bought(&self, purchase: &Purchase) -> TrackerId {
        let now = self.clock.now();
        let lease_until = now;
        let sending = Batch::of(&purchase.tenant, now).advance(
            &purchase.id,
            purchase.version,
            Step::Sending { lease_until },
        );
        let sending = self.store.apply(sending).await.unwrap().shipments.remove(0);
        let sold = bought(acme::sold(&purchase.reference, NUMBER));
        let batch = Batch::of(&purchase.tenant, now)
            .advance(&purchase.id, sending.version, Step::InHand(sold))
            .track(tracker(purchase, NUMBER.parse().unwrap(), now));
        let mut seen = self.store.apply(batch).await.unwrap().trackers;
        seen.remove(0).tracker.id
    }

    /// The carrier says that it is in that status now.
    async fn told(&self, id: &TrackerId, status: Status) {
        let now = self.clock.now();
        let (carrier, number) = (CarrierId::known("acme"), NUMBER.parse().unwrap());
        let place = Place::default();
        let event = TrackingEvent {
            id: EventId::of(&carrier, &number, "", &now.to_string(), &place, ""),
            carrier,
            number,
            code: String::new(),
            text: String::new(),
            language: "en".to_owned(),
            status: Some(status),
            substatus: None,
            leg: None,
            flags: Flags::default(),
            place,
            occurred_at: EventTime::utc(now),
            observed_at: now,
            correction: false,
            mapping_version: 1,
        };
        let observation = Observation {
            events: vec![event],
            estimate: None,
            last_mile_number: None,
            next_check_at: None,
        };
        let batch = Batch::of(&main_tenant(), now).observe(id, observation);
        self.store.apply(batch).await.unwrap();
    }

    async fn stands(&self, purchase: &Purchase) -> (RiskLevel, Option<RiskReason>) {
        self.watch.round().await.unwrap();
        let risk = self.store.risk(&purchase.tenant, &purchase.id).await;
        let risk = risk.unwrap().unwrap();
        (risk.level, risk.reason)
    }

    async fn kinds(&self) -> Vec<String> {
        let events = self.store.events_after(None, 0, 999).await.unwrap();
        let kinds = events.into_iter().map(|event| event.kind);
        kinds.filter(|kind| kind.starts_with("parcel.")).collect()
    }
}

#[tokio::test]
async fn time_alone_brings_an_order_into_danger() {
    use RiskLevel::{Amber, Green, Red};
    let stage = Stage::set().await;
    let promised = Deadlines {
        ship_by: stage.in_days(2),
        deliver_by: None,
    };
    let purchase = stage.ordered(promised).await;
    assert_eq!(stage.stands(&purchase).await, (Green, None));
    let log = stage.store.head_seq().await.unwrap();
    stage.clock.advance(DAY);
    assert_eq!(stage.stands(&purchase).await, (Green, None));
    assert_eq!(
        stage.store.head_seq().await.unwrap(),
        log,
        "nothing is told"
    );
    stage.clock.advance(DAY * 3 / 4);
    let not_bought = Some(RiskReason::NotBought);
    assert_eq!(stage.stands(&purchase).await, (Amber, not_bought));
    let parcel = stage.bought(&purchase).await;
    stage.clock.advance(DAY / 4);
    let waits = Some(RiskReason::NotHandedOver);
    assert_eq!(stage.stands(&purchase).await, (Red, waits));
    stage.told(&parcel, Status::Accepted).await;
    let heard = stage.watch.heard(log).await.unwrap();
    assert_eq!(heard, stage.store.head_seq().await.unwrap());
    assert_eq!(stage.stands(&purchase).await, (Green, None));
    let told = ["parcel.at_risk", "parcel.at_risk", "parcel.risk_over"];
    assert_eq!(stage.kinds().await, told);
}

#[tokio::test]
async fn a_silent_parcel_is_stalled_and_then_taken_for_lost() {
    let stage = Stage::set().await;
    let purchase = stage.ordered(Deadlines::default()).await;
    let parcel = stage.bought(&purchase).await;
    stage.told(&parcel, Status::InTransit).await;
    let mut found = Vec::new();
    for _ in 0..40 {
        stage.clock.advance(DAY);
        let stands = stage.stands(&purchase).await;
        if found.last() != Some(&stands) {
            found.push(stands);
        }
    }
    let expected = [
        (RiskLevel::Green, None),
        (RiskLevel::Amber, Some(RiskReason::Stalled)),
        (RiskLevel::Red, Some(RiskReason::ProbablyLost)),
    ];
    assert_eq!(found, expected);
    // It turns up: who was silent for forty days is given more time.
    stage.told(&parcel, Status::InTransit).await;
    stage.watch.heard(0).await.unwrap();
    assert_eq!(stage.stands(&purchase).await, (RiskLevel::Green, None));
    stage.clock.advance(DAY * 20);
    assert_eq!(stage.stands(&purchase).await, (RiskLevel::Green, None));
    stage.told(&parcel, Status::Delivered).await;
    stage.watch.heard(0).await.unwrap();
    let risk = stage.store.risk(&purchase.tenant, &purchase.id).await;
    assert_eq!(risk.unwrap().unwrap().look_at, None, "it is over");
}
