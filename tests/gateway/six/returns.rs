//! What comes back: a label for the customer, where the carrier sells one.

use parcelgate_domain::{Currency, Money};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    LabelFormat, PurchaseReturnLabelRequest, ServiceSelection, Shipment, ShipmentSpec,
    VoidLabelRequest,
};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::{Code, Response, Status};

use super::asking::{DHL_TRACKING, EXPRESS, FEDEX, FOURPX, PAKET, USPS, in_germany};
use crate::errors::{fact, fields, reason};
use crate::labels::is_kept;
use crate::requests::{at_home, fresh};
use crate::stage::{Stage, UPS, YANWEN};

fn back(account: &str, service: &str, spec: ShipmentSpec) -> PurchaseReturnLabelRequest {
    let (ship_from, ship_to) = (spec.ship_to.clone(), spec.ship_from.clone());
    PurchaseReturnLabelRequest {
        request_id: fresh(),
        shipment: Some(ShipmentSpec {
            ship_from,
            ship_to,
            ..spec
        }),
        service: Some(ServiceSelection {
            account: account.into(),
            service: service.into(),
        }),
        ..PurchaseReturnLabelRequest::default()
    }
}

async fn buy(stage: &Stage, request: PurchaseReturnLabelRequest) -> Result<Shipment, Status> {
    let reply = stage.shipments().purchase_return_label(request).await;
    reply.map(Response::into_inner)
}

#[tokio::test]
async fn a_return_is_sold_once_with_a_label_to_print() {
    let stage = Stage::six().await;
    let cases = [
        (UPS, "03", at_home()),
        (FEDEX, "FEDEX_GROUND", at_home()),
        (USPS, "USPS_GROUND_ADVANTAGE_RETURN_SERVICE", at_home()),
        (EXPRESS, "N", at_home()),
        (PAKET, "RETOURE", in_germany()),
    ];
    for (count, (account, service, spec)) in (1..).zip(cases) {
        let request = back(account, service, spec);
        let bought = buy(&stage, request.clone()).await;
        let bought = bought.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(bought.state(), State::Purchased, "{account}: {bought:?}");
        is_kept(&stage, &bought.name, LabelFormat::Pdf).await;
        let again = buy(&stage, request).await.unwrap();
        assert_eq!(again, bought, "{account}");
        assert_eq!(stage.carriers().parcels().len(), count, "{account}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn who_sells_no_returns_says_why() {
    let stage = Stage::six().await;
    for account in [YANWEN, FOURPX, DHL_TRACKING] {
        let refused = buy(&stage, back(account, "481", at_home())).await;
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_a_return_is_looked_up_too() {
    let stage = Stage::six().await;
    stage.fail(Carrier::Usps, "ship", Fault::CutAfter, 1);
    let request = back(USPS, "USPS_GROUND_ADVANTAGE_RETURN_SERVICE", at_home());
    let told = buy(&stage, request.clone()).await.unwrap();
    assert_eq!(told.state(), State::Unknown);
    let settled = stage.reaches(&told.name, State::Purchased).await;
    assert_eq!(buy(&stage, request).await.unwrap(), settled);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

/// DHL Paket's interface of returns takes nothing back, and one that was asked for an outbound
/// shipment knows none: the label must not pass for void while it works on.
#[tokio::test]
async fn a_return_that_cannot_be_taken_back_is_not_called_void() {
    let stage = Stage::six().await;
    let bought = buy(&stage, back(PAKET, "RETOURE", in_germany()))
        .await
        .unwrap();
    let request = VoidLabelRequest {
        name: bought.name.clone(),
        request_id: fresh(),
    };
    let refused = stage.shipments().void_label(request).await.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
    let kept = stage.shipment(&bought.name).await;
    assert_eq!(kept.state(), State::VoidRefused);
    let mut sold = stage.carriers().parcels().into_iter();
    assert!(sold.all(|parcel| parcel.voided.is_none()));
    let wrong = buy(&stage, back(PAKET, "V01PAK", in_germany())).await;
    assert_eq!(fields(&wrong.unwrap_err()), ["service.service"]);
    stage.stop().await;
}

#[tokio::test]
async fn a_return_stands_under_the_limits_of_any_purchase() {
    let mut stage = Stage::six().await;
    let of_order = || {
        let spec = ShipmentSpec {
            order_number: "113-91".into(),
            ..at_home()
        };
        back(UPS, "03", spec)
    };
    let first = buy(&stage, of_order()).await.unwrap();
    let refused = buy(&stage, of_order()).await.unwrap_err();
    let why = reason(&refused, Code::FailedPrecondition);
    assert_eq!(why, "DUPLICATE_PARCEL");
    assert_eq!(fact(&refused, "shipment"), first.name);
    let meant = PurchaseReturnLabelRequest {
        allow_duplicate: true,
        ..of_order()
    };
    buy(&stage, meant).await.unwrap();

    // A return has no quote, and without a price nothing is bought under a limit.
    let limit = Money::of_minor(1_000_000, Currency::USD);
    stage.key = stage
        .gateway
        .create_limited_key("returns", limit)
        .await
        .unwrap();
    let refused = buy(&stage, back(UPS, "03", at_home())).await.unwrap_err();
    assert_eq!(reason(&refused, Code::FailedPrecondition), "SPEND_LIMIT");
    assert_eq!(stage.carriers().parcels().len(), 2);
    stage.stop().await;
}
