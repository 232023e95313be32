//! A day, or a batch of shipments, closed with one paper where the carrier has one.

use jiff::tz::Offset;
use parcelgate_clock::{Clock as _, System};
use parcelgate_proto::google::r#type::Date;
use parcelgate_proto::v1::manifest::State;
use parcelgate_proto::v1::{
    Address, CreateManifestRequest, GetManifestRequest, Manifest, PurchaseLabelRequest, Shipment,
};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::{Code, Response, Status};

use super::asking::{EXPRESS, FEDEX, FOURPX, PAKET, USPS, Way, bonn};
use crate::errors::{fact, fields, reason};
use crate::requests::{at_home, dallas, fresh, purchase, service};
use crate::stage::{Stage, UPS, YANWEN};

const CLOSING: [(&str, Carrier); 3] = [
    (USPS, Carrier::Usps),
    (FEDEX, Carrier::Fedex),
    (PAKET, Carrier::Dhl),
];

/// The day so many hours from Greenwich.
fn today(hours: i8) -> Date {
    let day = Offset::constant(hours).to_datetime(System.now()).date();
    Date {
        year: day.year().into(),
        month: day.month().into(),
        day: day.day().into(),
    }
}

/// A label that is to be closed, and where it is handed over.
fn handed_over(account: &str) -> (PurchaseLabelRequest, Address) {
    match account {
        PAKET => (Way::of(PAKET).purchase(), bonn()),
        FEDEX => {
            let mut spec = at_home();
            let home = spec.ship_to.as_mut().unwrap();
            home.residential = Some(false);
            spec.ship_date = Some(today(-6)); // the day that is closed
            (purchase(spec, service(FEDEX, "FEDEX_GROUND")), dallas())
        }
        _ => (Way::of(account).purchase(), dallas()),
    }
}

async fn shipments(stage: &Stage, account: &str, count: usize) -> Vec<Shipment> {
    let mut bought = Vec::new();
    for _ in 0..count {
        let (request, _) = handed_over(account);
        bought.push(stage.buy(request).await.unwrap());
    }
    bought
}

fn closing(account: &str, shipments: &[Shipment]) -> CreateManifestRequest {
    let (request, from) = handed_over(account);
    let ship_date = match account {
        PAKET => Some(today(1)), // whatever it was announced for
        _ => request.shipment.unwrap().ship_date,
    };
    CreateManifestRequest {
        request_id: fresh(),
        shipments: shipments.iter().map(|one| one.name.clone()).collect(),
        ship_from: Some(from),
        ship_date,
    }
}

async fn close(stage: &Stage, request: CreateManifestRequest) -> Result<Manifest, Status> {
    let reply = stage.manifests().create_manifest(request).await;
    reply.map(Response::into_inner)
}

async fn read(stage: &Stage, name: &str) -> Manifest {
    let name = name.to_owned();
    let reply = stage
        .manifests()
        .get_manifest(GetManifestRequest { name })
        .await;
    reply.expect("the manifest").into_inner()
}

#[tokio::test]
async fn shipments_are_closed_once_with_a_paper() {
    for (account, carrier) in CLOSING {
        let stage = Stage::six().await;
        let bought = shipments(&stage, account, 2).await;
        let operation = if account == FEDEX {
            "close"
        } else {
            "manifest"
        };
        let asked = stage.count(carrier, operation, 0);
        let request = closing(account, &bought);
        let closed = close(&stage, request.clone()).await;
        let closed = closed.unwrap_or_else(|why| panic!("{account}: {why:?}"));
        assert_eq!(closed.state(), State::Closed, "{account}: {closed:?}");
        assert!(closed.left_out.is_empty(), "{account}: {closed:?}");
        assert!(!closed.documents.is_empty(), "{account}");
        for paper in &closed.documents {
            assert!(!paper.content.is_empty() && !paper.sha256.is_empty());
            if account != FEDEX {
                assert!(paper.content.starts_with(b"%PDF-"), "{account}");
            }
        }
        let once = asked.seen();
        assert!(once > 0);
        assert_eq!(close(&stage, request).await.unwrap(), closed, "{account}");
        assert_eq!(read(&stage, &closed.name).await, closed, "{account}");
        assert_eq!(asked.seen(), once, "{account}: closed again");
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_manifest_whose_answer_is_lost_is_in_doubt() {
    let stage = Stage::six().await;
    let bought = shipments(&stage, USPS, 1).await;
    stage.fail(Carrier::Usps, "manifest", Fault::CutAfter, 1);
    let asked = stage.count(Carrier::Usps, "manifest", 0);
    let request = closing(USPS, &bought);
    let told = close(&stage, request.clone()).await.unwrap();
    assert_eq!(told.state(), State::Unknown, "{told:?}");
    assert!(told.failure.is_some());
    assert_eq!(close(&stage, request).await.unwrap(), told);
    assert_eq!(asked.seen(), 0, "closed again");
    stage.stop().await;
}

#[tokio::test]
async fn what_cannot_be_closed_is_named() {
    let stage = Stage::six().await;
    let mut mixed = shipments(&stage, USPS, 1).await;
    mixed.extend(shipments(&stage, PAKET, 1).await);
    let refused = close(&stage, closing(USPS, &mixed)).await.unwrap_err();
    assert_eq!(fields(&refused), ["shipments[1]"]);
    let express = stage.buy(Way::of(FEDEX).purchase()).await.unwrap();
    let refused = close(&stage, closing(FEDEX, &[express])).await.unwrap_err();
    let told = reason(&refused, Code::InvalidArgument);
    assert_eq!(told, "INVALID_FOR_CARRIER");
    let why = fact(&refused, "carrier_text");
    assert!(
        why.contains("shipments[0]") && why.contains("Ground"),
        "{why}"
    );
    for account in [UPS, EXPRESS, YANWEN, FOURPX] {
        let bought = stage.buy(Way::of(account).purchase()).await.unwrap();
        let refused = close(&stage, closing(account, &[bought])).await;
        let refused = refused.unwrap_err();
        assert_eq!(reason(&refused, Code::Unimplemented), "UNSUPPORTED");
        assert!(fact(&refused, "why").len() > 20, "{account}: {refused:?}");
    }
    stage.stop().await;
}
