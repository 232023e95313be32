//! A purchase whose answer is lost is settled by looking, never by sending again.

use parcelgate::config::Config;
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{LabelFormat, PurchaseLabelRequest};
use parcelgate_sandbox::{Carrier, Fault};
use tonic::Code;

use crate::errors::{reason, says_when};
use crate::requests::{ground, packet};
use crate::stage::{Stage, until, within};

/// A doubt that no look-up ends goes to a person at once.
pub(crate) fn hasty(config: &mut Config) {
    config.purchase.review_s = 0;
}

/// The sale happens, and every way of answering it goes wrong once.
async fn sold_but_unanswered(carrier: Carrier, request: PurchaseLabelRequest, fault: Fault) {
    let stage = Stage::start().await;
    stage.fail(carrier, "ship", fault, 1);
    let sent = stage.count(carrier, "ship", 0);
    let told = stage.buy(request.clone()).await.unwrap();
    let doubtful = told.failure.clone().unwrap_or_default().reason;
    assert_eq!(told.state(), State::Unknown, "{carrier:?} {fault:?}");
    assert!(!doubtful.is_empty());
    let settled = stage.reaches(&told.name, State::Purchased).await;
    let parcels = stage.carriers().parcels();
    assert_eq!(parcels.len(), 1, "{carrier:?} {fault:?}");
    assert_eq!(parcels[0].references[0], settled.reference);
    assert_eq!(parcels[0].number, settled.parcels[0].tracking_number);
    assert!(settled.failure.is_none());
    assert!(settled.parcels[0].tracker.starts_with("trackers/"));
    let label = stage.label(&settled.name, LabelFormat::Pdf).await.unwrap();
    assert_eq!(label.tracking_number, parcels[0].number);
    // Whoever asks again is told how it ended.
    assert_eq!(stage.buy(request).await.unwrap(), settled);
    assert_eq!(sent.seen(), 0, "sent again");
    stage.stop().await;
}

#[tokio::test]
async fn a_lost_answer_of_ups_is_found_again() {
    for fault in [Fault::CutAfter, Fault::Html] {
        sold_but_unanswered(Carrier::Ups, ground(), fault).await;
    }
}

#[tokio::test]
async fn a_lost_answer_of_yanwen_is_found_again() {
    for fault in [Fault::CutAfter, Fault::Truncate] {
        sold_but_unanswered(Carrier::Yanwen, packet(), fault).await;
    }
}

#[tokio::test]
async fn a_label_of_printer_commands_is_found_again_in_some_form() {
    let stage = Stage::start().await;
    stage.fail(Carrier::Ups, "ship", Fault::CutAfter, 1);
    let mut request = ground();
    request.set_label_format(LabelFormat::Zpl);
    let told = stage.buy(request).await.unwrap();
    assert_eq!(told.state(), State::Unknown);
    stage.reaches(&told.name, State::Purchased).await;
    // Recovery does not know in which form it was bought; what there is can be printed.
    let label = stage.label(&told.name, LabelFormat::Pdf).await.unwrap();
    assert!(label.content.starts_with(b"%PDF-"));
    stage.stop().await;
}

#[tokio::test]
async fn what_was_perhaps_not_sold_is_never_sent_again() {
    for (carrier, request) in [(Carrier::Ups, ground()), (Carrier::Yanwen, packet())] {
        let stage = Stage::with(hasty).await;
        stage.fail(carrier, "ship", Fault::CutBefore, 1);
        let sent = stage.count(carrier, "ship", 0);
        let told = stage.buy(request.clone()).await.unwrap();
        assert!(matches!(told.state(), State::Unknown | State::NeedsReview));
        // It was looked up, nothing was found, and that proves nothing so soon.
        let review = stage.reaches(&told.name, State::NeedsReview).await;
        assert!(review.failure.is_some());
        assert_eq!(
            stage.buy(request).await.unwrap().state(),
            State::NeedsReview
        );
        assert_eq!((sent.seen(), stage.carriers().parcels().len()), (0, 0));
        stage.stop().await;
    }
}

#[tokio::test]
async fn a_doubt_waits_for_a_carrier_that_cannot_be_asked() {
    let stage = Stage::start().await;
    stage.fail(Carrier::Yanwen, "ship", Fault::CutAfter, 1);
    let broken = Fault::Status {
        code: 500,
        retry_after: None,
    };
    stage.fail(Carrier::Yanwen, "list", broken, 6);
    let told = stage.buy(packet()).await.unwrap();
    assert_eq!(told.state(), State::Unknown);
    until("the look-ups that fail", async || {
        assert_eq!(stage.shipment(&told.name).await.state(), State::Unknown);
        stage.carriers().faults().is_empty().then_some(())
    })
    .await;
    stage.reaches(&told.name, State::Purchased).await;
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_label_that_was_not_printed_is_fetched_later() {
    let stage = Stage::start().await;
    let broken = Fault::Status {
        code: 500,
        retry_after: None,
    };
    stage.fail(Carrier::Yanwen, "label", broken, 8);
    let request = packet();
    let told = stage.buy(request.clone()).await.unwrap();
    assert_eq!(told.state(), State::PurchasedNoLabel);
    let number = told.parcels[0].tracking_number.clone();
    let refused = stage.label(&told.name, LabelFormat::Pdf).await.unwrap_err();
    assert_eq!(reason(&refused, Code::FailedPrecondition), "NO_LABEL");
    let settled = stage.reaches(&told.name, State::Purchased).await;
    assert_eq!(settled.parcels[0].tracking_number, number);
    let label = stage.label(&told.name, LabelFormat::Pdf).await.unwrap();
    assert!(label.content.starts_with(b"%PDF-"));
    assert_eq!(stage.buy(request).await.unwrap(), settled);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn a_carrier_that_is_not_there_sells_later_under_the_same_request_id() {
    let mut stage = Stage::start().await;
    stage.carriers_leave().await;
    let request = ground();
    let told = stage.buy(within(3_000, request.clone())).await.unwrap_err();
    assert_eq!(reason(&told, Code::Unavailable), "UNSENT");
    assert!(says_when(&told));
    let kept = stage.all_shipments().await;
    assert_eq!((kept.len(), kept[0].state()), (1, State::Accepted));

    stage.carriers_return().await;
    let bought = until("bought", async || stage.buy(request.clone()).await.ok()).await;
    assert_eq!(bought.state(), State::Purchased);
    assert_eq!(bought.name, kept[0].name);
    assert_eq!(stage.carriers().parcels().len(), 1);
    stage.stop().await;
}
