//! A sender who writes Chinese: spelled for those who read no Chinese, kept for those who do.

use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{Address, LabelFormat, ShipmentSpec};

use super::asking::{EXPRESS, FEDEX, FOURPX};
use crate::errors::violations;
use crate::requests::{abroad, purchase, service, shenzhen};
use crate::stage::{Stage, UPS, YANWEN};

fn in_chinese() -> Address {
    Address {
        name: "李伟".into(),
        company: "阳光贸易有限公司".into(),
        lines: vec!["科技路88号阳光大厦12楼".into()],
        city: "深圳".into(),
        region: "广东".into(),
        ..shenzhen()
    }
}

const SELLING: [(&str, &str); 5] = [
    (UPS, "08"),
    (FEDEX, "FEDEX_INTERNATIONAL_PRIORITY"),
    (EXPRESS, "P"),
    (YANWEN, "481"),
    (FOURPX, "QC"),
];

#[tokio::test]
async fn a_sender_who_writes_chinese_is_served_by_every_carrier_from_china() {
    let stage = Stage::six().await;
    for (account, code) in SELLING {
        let spec = ShipmentSpec {
            ship_from: Some(in_chinese()),
            ..abroad()
        };
        let bought = stage.buy(purchase(spec, service(account, code))).await;
        let bought = bought.unwrap_or_else(|why| panic!("{account}: {:?}", violations(&why)));
        assert_eq!(bought.state(), State::Purchased, "{account}: {bought:?}");
        let label = stage.label(&bought.name, LabelFormat::Pdf).await.unwrap();
        assert!(label.content.starts_with(b"%PDF-"), "{account}");
    }
    assert_eq!(stage.carriers().parcels().len(), SELLING.len());
    stage.stop().await;
}

/// What no carrier can print is named, and nothing is bought.
#[tokio::test]
async fn what_cannot_be_spelled_is_named() {
    let stage = Stage::six().await;
    for (account, code) in SELLING {
        let mut spec = abroad();
        let to = spec.ship_to.as_mut().unwrap();
        to.name = "Ада Лавлейс 😀".into();
        let refused = stage.buy(purchase(spec, service(account, code))).await;
        let refused = refused.unwrap_err();
        let named = violations(&refused);
        assert!(
            named
                .iter()
                .any(|(field, _)| field == "shipment.ship_to.name"),
            "{account}: {named:?}"
        );
    }
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}
