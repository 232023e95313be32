//! Every method that spends money needs a request_id, and asks nobody anything without one.

use futures::stream;
use parcelgate_proto::v1::batch_purchase_labels_response::Outcome;
use parcelgate_proto::v1::replace_shipment_request::Selection;
use parcelgate_proto::v1::{
    PurchaseReturnLabelRequest, ReplaceReason, ReplaceShipmentRequest, SchedulePickupRequest,
    ServiceSelection,
};
use parcelgate_sandbox::{Carrier, Settings};
use tonic::{Code, Status};

use crate::errors::violations;
use crate::requests::{at_home, dallas, day, ground, parcel};
use crate::stage::{Stage, UPS};

/// What of a request with this request_id is refused, and how, by each method.
async fn refusals(stage: &Stage, request_id: &str) -> Vec<(&'static str, Vec<(String, String)>)> {
    let (mut shipments, request_id) = (stage.shipments(), request_id.to_owned());
    let service = Some(ServiceSelection {
        account: UPS.into(),
        service: "03".into(),
    });
    let mut label = ground();
    label.request_id.clone_from(&request_id);
    let back = PurchaseReturnLabelRequest {
        request_id: request_id.clone(),
        shipment: Some(at_home()),
        service: service.clone(),
        ..PurchaseReturnLabelRequest::default()
    };
    let replace = ReplaceShipmentRequest {
        name: "shipments/0199f0c8-5f3e-7cc0-8d57-3f8a1c0b7a11".into(),
        request_id: request_id.clone(),
        shipment: Some(at_home()),
        selection: service.clone().map(Selection::Service),
        reason: ReplaceReason::WrongItem.into(),
        ..ReplaceShipmentRequest::default()
    };
    let pickup = SchedulePickupRequest {
        request_id,
        account: UPS.into(),
        address: Some(dallas()),
        date: Some(day(2)),
        ready_time: "10:00".into(),
        close_time: "17:00".into(),
        parcels: vec![parcel()],
        service: "03".into(),
        destination_country: "US".into(),
        ..SchedulePickupRequest::default()
    };
    let told = |method, refused: Status| (method, violations(&refused));
    let mut batch = shipments
        .batch_purchase_labels(stream::iter(vec![label.clone()]))
        .await
        .unwrap()
        .into_inner();
    let item = batch.message().await.unwrap().unwrap();
    let Some(Outcome::Refusal(refusal)) = item.outcome else {
        panic!("{item:?}");
    };
    assert_eq!(refusal.code, i32::from(Code::InvalidArgument));
    let of_batch = refusal.violations.into_iter();
    let of_batch = of_batch.map(|at| (at.field, at.description)).collect();
    vec![
        ("BatchPurchaseLabels", of_batch),
        told(
            "PurchaseLabel",
            shipments.purchase_label(label).await.unwrap_err(),
        ),
        told(
            "PurchaseReturnLabel",
            shipments.purchase_return_label(back).await.unwrap_err(),
        ),
        told(
            "ReplaceShipment",
            shipments.replace_shipment(replace).await.unwrap_err(),
        ),
        told(
            "SchedulePickup",
            stage.pickups().schedule_pickup(pickup).await.unwrap_err(),
        ),
    ]
}

#[tokio::test]
async fn nothing_is_asked_of_a_carrier_without_a_request_id() {
    let settings = Settings {
        ship_calls_max: 100,
        ..Settings::default()
    };
    let stage = Stage::set(settings, |_| {}).await;
    let operations = ["ship", "void", "pickup", "rate"];
    let counts = operations.map(|operation| stage.count(Carrier::Ups, operation, 0));
    let nil = "00000000-0000-0000-0000-000000000000";
    for bad in ["", "order-7", nil, "0199f0c8-5f3e-7cc0-8d57-3f8a1c0b7a1"] {
        for (method, told) in refusals(&stage, bad).await {
            let fields: Vec<_> = told.iter().map(|(field, _)| field.as_str()).collect();
            assert_eq!(fields, ["request_id"], "{method} {bad:?}");
            assert!(told[0].1.contains("UUID"), "{method} {bad:?}: {told:?}");
        }
    }
    let seen: u32 = counts.iter().map(|count| count.seen()).sum();
    assert_eq!((seen, stage.carriers().ship_call_counts().0), (0, 0));
    assert!(stage.all_shipments().await.is_empty());
    stage.stop().await;
}
