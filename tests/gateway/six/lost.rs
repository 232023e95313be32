//! A purchase whose answer is lost is looked up with every carrier, and never sent again.

use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{LabelFormat, Shipment};
use parcelgate_sandbox::{Fault, Settings};

use super::asking::{EXPRESS, FEDEX, FOURPX, PAKET, USPS, Way};
use crate::doubt::hasty;
use crate::stage::{Stage, UPS, YANWEN};

/// Buys, loses the answer, and waits until the purchase has come to `end`.
async fn lost(account: &str, end: State) -> (Stage, Shipment) {
    // Whom nobody can ask, a person decides on; not after the quarter of an hour that is usual.
    let stage = if account == PAKET {
        Stage::six_set(Settings::default(), hasty).await
    } else {
        Stage::six().await
    };
    let way = Way::of(account);
    let request = way.purchase();
    stage.fail(way.carrier, "ship", Fault::CutAfter, 1);
    let sent = stage.count(way.carrier, "ship", 0);
    let told = stage.buy(request.clone()).await.unwrap();
    let doubtful = [State::Unknown, end];
    assert!(doubtful.contains(&told.state()), "{account}: {told:?}");
    let settled = stage.reaches(&told.name, end).await;
    assert_eq!(sent.seen(), 0, "{account}: sent again");
    assert_eq!(stage.carriers().parcels().len(), 1, "{account}");
    // Whoever asks again is told how it ended.
    assert_eq!(stage.buy(request).await.unwrap(), settled, "{account}");
    assert_eq!(sent.seen(), 0, "{account}: sent again");
    (stage, settled)
}

#[tokio::test]
async fn what_is_found_again_with_its_label_is_bought() {
    for account in [UPS, USPS, YANWEN, FOURPX] {
        let (stage, settled) = lost(account, State::Purchased).await;
        let parcel = &settled.parcels[0];
        assert_eq!(stage.carriers().parcels()[0].number, parcel.tracking_number);
        let label = stage.label(&settled.name, LabelFormat::Pdf).await.unwrap();
        assert!(label.content.starts_with(b"%PDF-"), "{account}");
        stage.stop().await;
    }
}

/// FedEx finds it and has no label for it any more: of no use to anyone, it is given back.
#[tokio::test]
async fn what_is_found_again_without_its_label_is_voided() {
    let (stage, settled) = lost(FEDEX, State::Voided).await;
    let parcels = stage.carriers().parcels();
    assert_eq!(parcels[0].number, settled.parcels[0].tracking_number);
    assert!(parcels[0].voided.is_some());
    stage.stop().await;
}

/// DHL Express finds it too, and takes nothing back: what is never handed over is not billed.
#[tokio::test]
async fn what_is_found_again_and_not_taken_back_says_why() {
    let (stage, settled) = lost(EXPRESS, State::NeedsReview).await;
    let parcels = stage.carriers().parcels();
    assert_eq!(parcels[0].purchase, settled.parcels[0].tracking_number);
    let why = settled.failure.unwrap_or_default();
    assert_eq!(why.reason, "UNSUPPORTED");
    assert!(why.carrier_text.contains("not billed"), "{why:?}");
    stage.stop().await;
}

/// DHL Paket cannot be asked by a reference.
#[tokio::test]
async fn what_cannot_be_looked_up_goes_to_a_person() {
    let (stage, settled) = lost(PAKET, State::NeedsReview).await;
    assert!(settled.parcels.is_empty() && settled.failure.is_some());
    stage.stop().await;
}
