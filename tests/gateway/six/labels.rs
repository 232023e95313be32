//! A label of every carrier: bought once, printed in its forms, voided where it can be.

use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{LabelFormat, Shipment};
use tonic::Code;

use super::asking::{EXPRESS, FEDEX, PAKET, USPS, WAYS, Way};
use crate::errors::{fact, reason};
use crate::labels::is_kept;
use crate::requests::fresh;
use crate::stage::{Stage, UPS};
use crate::voids::void;

/// Buys, and holds the sale against what the carrier knows.
async fn bought(stage: &Stage, way: &Way) -> Shipment {
    let bought = stage.buy(way.purchase()).await.unwrap();
    let account = way.account;
    assert_eq!(bought.state(), State::Purchased, "{account}: {bought:?}");
    assert_eq!(
        (bought.account.as_str(), bought.service.as_str()),
        (account, way.service)
    );
    let orders = stage.carriers().orders();
    // USPS is given the reference as its idempotency key, which only USPS sees.
    let sold = orders.get(&bought.reference);
    assert_eq!(sold, (account != USPS).then_some(&1), "{account}");
    let parcels = stage.carriers().parcels();
    let number = &bought.parcels[0].tracking_number;
    let own = parcels
        .iter()
        .filter(|parcel| parcel.carrier == way.carrier)
        .filter(|parcel| parcel.number == *number || parcel.purchase == *number);
    assert_eq!(own.count(), 1, "{account}: {number}");
    bought
}

#[tokio::test]
async fn every_carrier_sells_a_label_that_can_be_printed() {
    let stage = Stage::six().await;
    for way in &WAYS {
        let bought = bought(&stage, way).await;
        let label = is_kept(&stage, &bought.name, LabelFormat::Pdf).await;
        let number = &bought.parcels[0].tracking_number;
        assert_eq!(label.tracking_number, *number, "{}", way.account);
    }
    assert_eq!(stage.carriers().parcels().len(), WAYS.len());
    stage.stop().await;
}

#[tokio::test]
async fn labels_of_printer_commands_are_sold_where_the_carrier_has_them() {
    let stage = Stage::six().await;
    for account in [UPS, FEDEX, USPS, EXPRESS, PAKET] {
        let mut request = Way::of(account).purchase();
        request.set_label_format(LabelFormat::Zpl);
        let bought = stage.buy(request).await.unwrap();
        assert_eq!(bought.state(), State::Purchased, "{account}: {bought:?}");
        let label = is_kept(&stage, &bought.name, LabelFormat::Zpl).await;
        assert!(!label.content.is_empty(), "{account}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_label_is_voided_once_where_the_carrier_can() {
    let stage = Stage::six().await;
    for way in WAYS.iter().filter(|way| way.account != EXPRESS) {
        let bought = bought(&stage, way).await;
        let asked = stage.count(way.carrier, "void", 0);
        let voided = void(&stage, &bought.name, &fresh()).await;
        voided.unwrap_or_else(|why| panic!("{}: {why:?}", way.account));
        // The settling may have been faster than the call, and still be at it.
        let voided = stage.reaches(&bought.name, State::Voided).await;
        let again = void(&stage, &bought.name, &fresh()).await.unwrap();
        assert_eq!(again, voided, "{}", way.account);
        assert_eq!(asked.seen(), 1, "{}", way.account);
        stage.carriers().clear_faults();
        let parcels = stage.carriers().parcels();
        let own = |number: &str| number == bought.parcels[0].tracking_number;
        let own = parcels
            .iter()
            .find(|parcel| own(&parcel.number) || own(&parcel.purchase));
        assert!(own.unwrap().voided.is_some(), "{}", way.account);
    }
    stage.stop().await;
}

#[tokio::test]
async fn dhl_express_takes_no_label_back_and_says_so() {
    let stage = Stage::six().await;
    let bought = bought(&stage, Way::of(EXPRESS)).await;
    let refused = void(&stage, &bought.name, &fresh()).await.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
    let why = fact(&refused, "carrier_text");
    assert!(why.contains("not billed"), "{refused:?}");
    let kept = stage.shipment(&bought.name).await;
    assert_eq!(kept.state(), State::VoidRefused);
    assert!(stage.label(&kept.name, LabelFormat::Pdf).await.is_ok());
    stage.stop().await;
}
