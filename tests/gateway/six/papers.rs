//! Around a shipment: duties beforehand, papers for customs, the proof that it arrived.

use bytes::Bytes;
use parcelgate_proto::v1::upload_document_request::Kind;
use parcelgate_proto::v1::{
    Document, EstimateLandedCostRequest, GetProofOfDeliveryRequest, LandedCost, ShipmentSpec,
    TrackingStatus, UploadDocumentRequest, charge,
};
use tonic::{Code, Response, Status};

use super::asking::{DHL_TRACKING, EXPRESS, FEDEX, FOURPX, PAKET, USPS, Way};
use super::tracked::{curious, fast};
use crate::errors::{fact, fields, reason};
use crate::requests::{abroad, at_home, columbus, dallas, goods};
use crate::stage::{Stage, UPS, YANWEN, until};

const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

async fn estimate(
    stage: &Stage,
    account: &str,
    shipment: ShipmentSpec,
) -> Result<LandedCost, Status> {
    let request = EstimateLandedCostRequest {
        account: account.into(),
        shipment: Some(shipment),
        service: String::new(),
    };
    let reply = stage.rates().estimate_landed_cost(request).await;
    reply.map(Response::into_inner)
}

/// From Texas to Toronto.
fn to_canada() -> ShipmentSpec {
    let mut toronto = columbus();
    (toronto.city, toronto.region) = ("Toronto".into(), "ON".into());
    (toronto.postal_code, toronto.country) = ("M5V 2T6".into(), "CA".into());
    ShipmentSpec {
        ship_from: Some(dallas()),
        ship_to: Some(toronto),
        customs: Some(goods()),
        ..at_home()
    }
}

#[tokio::test]
async fn what_the_border_costs_is_told_where_the_carrier_tells() {
    let stage = Stage::six().await;
    let cases = [(UPS, to_canada()), (USPS, to_canada()), (EXPRESS, abroad())];
    for (account, spec) in cases {
        let told = estimate(&stage, account, spec).await;
        let told = told.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(told.account, account);
        assert!(!told.charges.is_empty(), "{account}");
        let total = told.total.unwrap();
        let mut sum = 0;
        for part in &told.charges {
            let amount = part.amount.as_ref().unwrap();
            assert_eq!(amount.currency_code, total.currency_code, "{account}");
            assert_ne!(part.kind(), charge::Kind::Unspecified);
            sum += amount.units * 1_000_000_000 + i64::from(amount.nanos);
        }
        let total = total.units * 1_000_000_000 + i64::from(total.nanos);
        assert_eq!(sum, total, "{account}: {:?}", told.charges);
    }
    for account in [PAKET, FOURPX, YANWEN, DHL_TRACKING, FEDEX] {
        let refused = estimate(&stage, account, abroad()).await.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    let mut nowhere = at_home();
    nowhere.customs = Some(goods());
    let refused = estimate(&stage, USPS, nowhere).await.unwrap_err();
    let named = fields(&refused);
    assert_eq!(named, ["shipment.ship_to.country"]);
    stage.stop().await;
}

fn invoice(account: &str, tracking_number: &str, service: &str) -> UploadDocumentRequest {
    UploadDocumentRequest {
        account: account.into(),
        kind: Kind::CommercialInvoice.into(),
        media_type: "application/pdf".into(),
        file_name: "invoice-7.pdf".into(),
        content: Bytes::from_static(PAPER),
        origin_country: "CN".into(),
        destination_country: "US".into(),
        service: service.into(),
        tracking_number: tracking_number.into(),
    }
}

async fn upload(stage: &Stage, request: UploadDocumentRequest) -> Result<String, Status> {
    let reply = stage.shipments().upload_document(request).await;
    reply.map(|reply| reply.into_inner().document)
}

#[tokio::test]
async fn a_paper_handed_over_before_goes_with_the_shipment() {
    let stage = Stage::six().await;
    for (account, service) in [(UPS, "08"), (FEDEX, "FEDEX_INTERNATIONAL_PRIORITY")] {
        let document = upload(&stage, invoice(account, "", service)).await;
        let document = document.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert!(!document.is_empty(), "{account}");
        let mut spec = abroad();
        spec.documents.push(document);
        let request = crate::requests::purchase(spec, crate::requests::service(account, service));
        let bought = stage.buy(request).await;
        let bought = bought.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert!(!bought.parcels.is_empty(), "{account}");
    }
    stage.stop().await;
}

/// DHL Express wants the shipment first, and ten minutes.
#[tokio::test]
async fn a_paper_is_handed_over_afterwards_where_the_carrier_wants_it_so() {
    let stage = Stage::six_set(fast(), |config| {
        for account in &mut config.accounts {
            if account.id.as_str() == EXPRESS {
                account.settings["paperless"] = true.into();
            }
        }
    })
    .await;
    let refused = upload(&stage, invoice(EXPRESS, "", "P")).await.unwrap_err();
    assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
    let bought = stage.buy(Way::of(EXPRESS).purchase()).await.unwrap();
    let number = &bought.parcels[0].tracking_number;
    let document = until("kept", async || {
        upload(&stage, invoice(EXPRESS, number, "P")).await.ok()
    })
    .await;
    assert!(!document.is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn who_takes_no_papers_says_why() {
    let stage = Stage::six().await;
    for account in [USPS, PAKET, FOURPX, YANWEN, DHL_TRACKING] {
        let refused = upload(&stage, invoice(account, "", "")).await;
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    let mut picture = invoice(FEDEX, "", "");
    picture.media_type = "image/x-icon".into();
    let refused = upload(&stage, picture).await.unwrap_err();
    let named = fields(&refused);
    assert_eq!(named, ["media_type"]);
    stage.stop().await;
}

async fn proof(stage: &Stage, name: &str) -> Result<Document, Status> {
    let request = GetProofOfDeliveryRequest { name: name.into() };
    let reply = stage.tracking().get_proof_of_delivery(request).await;
    reply.map(Response::into_inner)
}

#[tokio::test]
async fn who_took_it_is_shown_once_it_was_taken() {
    for account in [UPS, FEDEX, EXPRESS] {
        let stage = Stage::six_set(fast(), curious).await;
        let bought = stage.buy(Way::of(account).purchase()).await.unwrap();
        let name = &bought.parcels[0].tracker;
        let too_soon = proof(&stage, name).await.unwrap_err();
        assert_eq!(reason(&too_soon, Code::NotFound), "NOT_FOUND", "{account}");
        until(account, async || {
            let tracker = stage.tracker(name).await;
            (tracker.status() == TrackingStatus::Delivered).then_some(())
        })
        .await;
        let shown = proof(&stage, name).await;
        let shown = shown.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert!(!shown.content.is_empty() && !shown.media_type.is_empty());
        stage.stop().await;
    }
}

#[tokio::test]
async fn who_shows_no_proof_says_why() {
    let stage = Stage::six().await;
    for account in [USPS, PAKET, FOURPX, YANWEN] {
        let bought = stage.buy(Way::of(account).purchase()).await.unwrap();
        let refused = proof(&stage, &bought.parcels[0].tracker).await;
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    stage.stop().await;
}
