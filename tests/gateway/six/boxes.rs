//! Several boxes in one shipment, where the carrier carries them together.

use std::collections::BTreeSet;

use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{GetLabelRequest, LabelFormat};

use super::asking::{EXPRESS, FEDEX, FOURPX, USPS, WAYS, Way};
use crate::errors::{fields, violations};
use crate::requests::fresh;
use crate::stage::{Stage, UPS, YANWEN};
use crate::voids::void;

#[tokio::test]
async fn three_boxes_are_one_purchase_with_a_label_each() {
    let stage = Stage::six().await;
    let mut sold = 0;
    for way in WAYS
        .iter()
        .filter(|way| [UPS, FEDEX, EXPRESS].contains(&way.account))
    {
        let account = way.account;
        let mut request = way.purchase();
        let parcels = &mut request.shipment.as_mut().unwrap().parcels;
        let one = parcels[0];
        parcels.extend([one, one]);
        let bought = stage.buy(request).await;
        let bought = bought.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(bought.state(), State::Purchased, "{account}: {bought:?}");
        assert_eq!(bought.parcels.len(), 3, "{account}");
        sold += 3;
        assert_eq!(stage.carriers().parcels().len(), sold, "{account}");
        assert_eq!(stage.carriers().orders()[&bought.reference], 1, "{account}");
        let mut digests = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for (index, parcel) in (0..).zip(&bought.parcels) {
            let request = GetLabelRequest {
                name: bought.name.clone(),
                parcel_index: index,
                format: LabelFormat::Pdf.into(),
            };
            let label = stage.shipments().get_label(request).await;
            let label = label.unwrap_or_else(|why| panic!("{account}: {why:?}"));
            let label = label.into_inner();
            assert_eq!(label.tracking_number, parcel.tracking_number, "{account}");
            digests.insert(label.sha256);
            numbers.insert(label.tracking_number);
        }
        assert_eq!(
            (digests.len(), numbers.len()),
            (3, 3),
            "{account}: {bought:?}"
        );
        if account != EXPRESS {
            void(&stage, &bought.name, &fresh()).await.unwrap();
            stage.reaches(&bought.name, State::Voided).await;
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn who_carries_one_box_alone_says_so() {
    let stage = Stage::six().await;
    for account in [USPS, YANWEN, FOURPX] {
        let mut request = Way::of(account).purchase();
        let parcels = &mut request.shipment.as_mut().unwrap().parcels;
        let one = parcels[0];
        parcels.push(one);
        let refused = stage.buy(request).await.unwrap_err();
        assert_eq!(
            fields(&refused),
            ["shipment.parcels"],
            "{account}: {:?}",
            violations(&refused)
        );
    }
    assert!(stage.carriers().parcels().is_empty());
    stage.stop().await;
}
