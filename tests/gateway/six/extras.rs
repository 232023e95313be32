//! Insurance and signatures: sold with the label, or refused by name.

use parcelgate_proto::google::r#type::Money;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::shipment_options::Signature;
use parcelgate_proto::v1::{Shipment, ShipmentOptions};
use tonic::Status;

use super::asking::{EXPRESS, FEDEX, FOURPX, PAKET, USPS, Way};
use crate::errors::{fields, violations};
use crate::requests::{money, quote};
use crate::stage::{Stage, UPS, YANWEN};

fn insured() -> ShipmentOptions {
    ShipmentOptions {
        insured_value: Some(money("USD", 480, 0)),
        ..ShipmentOptions::default()
    }
}

fn signed(signature: Signature) -> ShipmentOptions {
    ShipmentOptions {
        signature: signature.into(),
        ..ShipmentOptions::default()
    }
}

fn on_saturday() -> ShipmentOptions {
    ShipmentOptions {
        saturday_delivery: true,
        ..ShipmentOptions::default()
    }
}

async fn buy(
    stage: &Stage,
    account: &str,
    options: Option<ShipmentOptions>,
) -> Result<Shipment, Status> {
    let mut request = Way::of(account).purchase();
    request.shipment.as_mut().unwrap().options = options;
    stage.buy(request).await
}

#[tokio::test]
async fn insurance_and_signatures_are_sold_with_the_label() {
    let stage = Stage::six().await;
    let anyone = || signed(Signature::Anyone);
    let adult = || signed(Signature::Adult);
    let cases = [
        (UPS, vec![insured(), anyone(), adult()]),
        (FEDEX, vec![insured(), anyone(), adult(), on_saturday()]),
        (USPS, vec![insured(), anyone(), adult(), on_saturday()]),
        (EXPRESS, vec![insured(), anyone(), on_saturday()]),
        (PAKET, vec![insured(), anyone(), adult()]),
        (FOURPX, vec![anyone()]),
    ];
    let mut sold = 0;
    for (account, extras) in cases {
        for options in extras {
            let bought = buy(&stage, account, Some(options.clone())).await;
            let bought = bought.unwrap_or_else(|why| panic!("{account}: {options:?} {why:?}"));
            assert_eq!(bought.state(), State::Purchased, "{account}: {options:?}");
            sold += 1;
            assert_eq!(stage.carriers().parcels().len(), sold);
        }
    }
    stage.stop().await;
}

/// What is charged for an extra shows that the carrier read it.
#[tokio::test]
async fn an_extra_is_charged_as_it_was_quoted() {
    let stage = Stage::six().await;
    let cents = |money: &Option<Money>| {
        let money = money.as_ref().unwrap();
        money.units * 100 + i64::from(money.nanos) / 10_000_000
    };
    for (account, extras) in [
        (
            UPS,
            vec![
                insured(),
                signed(Signature::Anyone),
                signed(Signature::Adult),
            ],
        ),
        (FEDEX, vec![insured(), signed(Signature::Adult)]),
        (EXPRESS, vec![insured(), signed(Signature::Anyone)]),
    ] {
        let plain = buy(&stage, account, None).await.unwrap();
        for options in extras {
            let with = buy(&stage, account, Some(options.clone())).await.unwrap();
            let (without, with) = (cents(&plain.charged), cents(&with.charged));
            assert!(without < with, "{account}: {options:?}");
            let mut question = quote(&(Way::of(account).spec)());
            question.options = Some(options.clone());
            question.accounts = vec![account.to_owned()];
            let told = stage.quote(question).await.unwrap();
            let mut quotes = told.quotes.iter();
            let own = quotes.find(|quote| quote.service == plain.service);
            let own = own.unwrap_or_else(|| panic!("{account}: {options:?} {told:?}"));
            assert_eq!(cents(&own.total), with, "{account}: {options:?}");
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn what_is_not_sold_is_refused_by_name() {
    let stage = Stage::six().await;
    let both = ShipmentOptions {
        saturday_delivery: true,
        ..signed(Signature::Adult)
    };
    let everything = ShipmentOptions {
        insured_value: insured().insured_value,
        ..both
    };
    let [insurance, saturday, signature] = [
        "shipment.options.insured_value",
        "shipment.options.saturday_delivery",
        "shipment.options.signature",
    ];
    let cases = [
        (UPS, on_saturday(), vec![saturday]),
        (EXPRESS, signed(Signature::Adult), vec![signature]),
        (PAKET, on_saturday(), vec![saturday]),
        (
            YANWEN,
            everything.clone(),
            vec![insurance, saturday, signature],
        ),
        (FOURPX, everything, vec![insurance, saturday, signature]),
    ];
    for (account, options, expected) in cases {
        let refused = buy(&stage, account, Some(options)).await.unwrap_err();
        assert_eq!(
            fields(&refused),
            expected,
            "{account}: {:?}",
            violations(&refused)
        );
    }
    let euros = ShipmentOptions {
        insured_value: Some(money("EUR", 80, 0)),
        ..ShipmentOptions::default()
    };
    let refused = buy(&stage, USPS, Some(euros)).await.unwrap_err();
    assert_eq!(fields(&refused), [insurance]);
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}
