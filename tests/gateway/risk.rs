//! An order that will not keep its promise is named, and there is something to show for it.

use jiff::{SignedDuration, Timestamp};
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::v1::order_risk::Level;
use parcelgate_proto::v1::{
    ClaimEvidence, GetClaimEvidenceRequest, ListOrdersAtRiskRequest, OrderRisk,
};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::{Code, Response};

use crate::errors::{fields, reason};
use crate::requests::ground;
use crate::stage::{Stage, until};

impl Stage {
    async fn at_risk(&self, level: Level) -> Vec<OrderRisk> {
        let request = ListOrdersAtRiskRequest {
            level: level.into(),
            ..ListOrdersAtRiskRequest::default()
        };
        let reply = self.insight().list_orders_at_risk(request).await;
        reply.unwrap().into_inner().orders
    }

    async fn claim(&self, name: &str) -> ClaimEvidence {
        let request = GetClaimEvidenceRequest {
            name: name.to_owned(),
        };
        let reply = self.insight().get_claim_evidence(request).await;
        reply.map(Response::into_inner).unwrap()
    }
}

fn in_hours(hours: i64) -> Option<prost_types::Timestamp> {
    let at: Timestamp = System.now() + SignedDuration::from_hours(hours);
    Some(prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: 0,
    })
}

#[tokio::test]
async fn what_is_not_handed_over_in_time_is_named() {
    let stage = Stage::start().await;
    // The parcel stays where it is, as far as anyone hears.
    let away = Fault::Status {
        code: 503,
        retry_after: None,
    };
    stage.fail(Carrier::Ups, "track", away, 1_000_000);
    let mut names = Vec::new();
    for hours in [-1, 2, 100] {
        let mut request = ground();
        let shipment = request.shipment.as_mut().unwrap();
        shipment.order_number = format!("RISK-{hours}");
        shipment.ship_by_time = in_hours(hours);
        names.push(stage.buy(request).await.unwrap().name);
    }
    let late = "NOT_HANDED_OVER";
    let orders = until("both are named", async || {
        let orders = stage.at_risk(Level::Unspecified).await;
        let all_late = orders.iter().all(|order| order.reason == late);
        (orders.len() == 2 && all_late).then_some(orders)
    })
    .await;
    let told: Vec<_> = orders
        .iter()
        .map(|order| (order.level(), order.reason.as_str()))
        .collect();
    assert_eq!(told, [(Level::Red, late), (Level::Amber, late)]);
    let listed = orders
        .iter()
        .map(|order| &order.shipment.as_ref().unwrap().name);
    assert!(listed.eq(&names[..2]));
    assert_eq!(stage.at_risk(Level::Red).await.len(), 1);
    let green = ListOrdersAtRiskRequest {
        level: Level::Green.into(),
        ..ListOrdersAtRiskRequest::default()
    };
    let refused = stage.insight().list_orders_at_risk(green).await;
    assert_eq!(fields(&refused.unwrap_err()), ["level"]);
    stage.stop().await;
}

#[tokio::test]
async fn a_claim_has_label_events_and_promises() {
    let stage = Stage::start().await;
    let mut request = ground();
    let promised = in_hours(100);
    request.shipment.as_mut().unwrap().deliver_by_time = promised;
    let bought = stage.buy(request).await.unwrap();
    let tracker = bought.parcels[0].tracker.clone();
    until("something happened", async || {
        (stage.tracker(&tracker).await.event_count > 0).then_some(())
    })
    .await;
    let claim = stage.claim(&bought.name).await;
    let order = claim.order.unwrap();
    assert_eq!(order.deliver_by_time, promised);
    assert_eq!(order.level(), Level::Green);
    assert_eq!(order.shipment.unwrap().name, bought.name);
    assert!(!claim.events.is_empty());
    assert_eq!(claim.trackers[0].name, tracker);
    assert!(claim.labels[0].content.starts_with(b"%PDF-"));
    let number = &bought.parcels[0].tracking_number;
    assert_eq!(&claim.labels[0].tracking_number, number);

    let nobodys = GetClaimEvidenceRequest {
        name: "shipments/00000000000000000000000000".to_owned(),
    };
    let refused = stage.insight().get_claim_evidence(nobodys).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused, Code::NotFound), "NOT_FOUND");
    stage.stop().await;
}
