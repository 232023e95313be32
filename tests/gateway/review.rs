//! What no look-up can tell, a person decides.

use parcelgate_proto::v1::settle_purchase_request::{Absent, Bought, Decision, Voided};
use parcelgate_proto::v1::shipment::State;
use parcelgate_proto::v1::{
    GetPurchaseEvidenceRequest, LabelFormat, ListUnsettledPurchasesRequest, PurchaseEvidence,
    SettlePurchaseRequest, Shipment,
};
use parcelgate_sandbox::{Carrier, Fault, Settings};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::doubt::hasty;
use crate::errors::{fields, reason};
use crate::requests::{abroad, ground, packet, purchase, service};
use crate::stage::Stage;

impl Stage {
    async fn waiting(&self) -> Vec<Shipment> {
        let request = ListUnsettledPurchasesRequest::default();
        let reply = self.settlement().list_unsettled_purchases(request).await;
        reply.unwrap().into_inner().shipments
    }

    async fn evidence(&self, name: &str) -> PurchaseEvidence {
        let request = GetPurchaseEvidenceRequest {
            name: name.to_owned(),
        };
        let reply = self.settlement().get_purchase_evidence(request).await;
        reply.unwrap().into_inner()
    }

    async fn settle(&self, request: SettlePurchaseRequest) -> Result<Shipment, Status> {
        let reply = self.settlement().settle_purchase(request).await;
        reply.map(tonic::Response::into_inner)
    }
}

fn decision(shipment: &Shipment, decision: Decision) -> SettlePurchaseRequest {
    SettlePurchaseRequest {
        name: shipment.name.clone(),
        request_id: Uuid::now_v7().to_string(),
        note: "Ann, by the carrier's invoice".to_owned(),
        decision: Some(decision),
    }
}

#[tokio::test]
async fn what_is_decided_is_decided_once() {
    let stage = Stage::with(hasty).await;
    stage.fail(Carrier::Ups, "ship", Fault::CutBefore, 1);
    let told = stage.buy(ground()).await.unwrap();
    let told = stage.reaches(&told.name, State::NeedsReview).await;
    assert_eq!(stage.waiting().await, std::slice::from_ref(&told));
    assert!(stage.evidence(&told.name).await.answers.is_empty());

    let nothing = SettlePurchaseRequest {
        name: told.name.clone(),
        ..Default::default()
    };
    let refused = stage.settle(nothing).await.unwrap_err();
    assert_eq!(fields(&refused), ["decision", "note", "request_id"]);
    let two = Bought {
        tracking_numbers: vec!["1Z5R89390357567127".to_owned(); 2],
        ..Default::default()
    };
    let refused = stage.settle(decision(&told, Decision::Bought(two))).await;
    assert_eq!(fields(&refused.unwrap_err()), ["bought.tracking_numbers"]);

    let absent = decision(&told, Decision::Absent(Absent {}));
    let settled = stage.settle(absent.clone()).await.unwrap();
    assert_eq!(settled.state(), State::Absent);
    assert_eq!(stage.settle(absent.clone()).await.unwrap(), settled);
    let other = SettlePurchaseRequest {
        decision: Some(Decision::Voided(Voided {})),
        ..absent
    };
    let refused = stage.settle(other).await.unwrap_err();
    let invalid = Code::InvalidArgument;
    assert_eq!(reason(&refused, invalid), "REQUEST_ID_REUSED");
    let again = decision(&told, Decision::Absent(Absent {}));
    let refused = stage.settle(again).await.unwrap_err();
    assert_eq!(reason(&refused, Code::FailedPrecondition), "NOT_IN_REVIEW");
    assert!(stage.waiting().await.is_empty());
    stage.stop().await;
}

#[tokio::test]
async fn who_knows_the_number_has_the_label() {
    let stage = Stage::with(hasty).await;
    let broken = Fault::Status {
        code: 500,
        retry_after: None,
    };
    stage.fail(Carrier::Yanwen, "ship", Fault::Html, 1);
    stage.fail(Carrier::Yanwen, "list", broken, 1_000);
    let told = stage.buy(packet()).await.unwrap();
    let told = stage.reaches(&told.name, State::NeedsReview).await;
    let evidence = stage.evidence(&told.name).await;
    assert_eq!(evidence.answers.len(), 1);
    let answer = &evidence.answers[0];
    let body = String::from_utf8_lossy(&answer.body);
    assert!(answer.status == 200 && body.contains("<html"), "{answer:?}");

    let number = stage.carriers().parcels()[0].number.clone();
    let bought = Bought {
        tracking_numbers: vec![number.clone()],
        ..Default::default()
    };
    let settled = stage
        .settle(decision(&told, Decision::Bought(bought)))
        .await;
    assert_eq!(settled.unwrap().parcels[0].tracking_number, number);
    stage.reaches(&told.name, State::Purchased).await;
    let label = stage.label(&told.name, LabelFormat::Pdf).await.unwrap();
    assert_eq!(label.tracking_number, number);
    stage.stop().await;
}

/// DHL Express gives no label again: who says that it is bought has it.
#[tokio::test]
async fn what_a_person_says_is_bought_stays_so_without_a_label() {
    let stage = Stage::six_set(Settings::default(), hasty).await;
    let doubtful = async |order_number: &str| {
        let mut request = purchase(abroad(), service("dhl-express-test", "P"));
        request.shipment.as_mut().unwrap().order_number = order_number.to_owned();
        stage.fail(Carrier::Dhl, "ship", Fault::CutAfter, 1);
        let told = stage.buy(request).await.unwrap();
        stage.reaches(&told.name, State::NeedsReview).await
    };
    let told = doubtful("HAND-1").await;
    let bought = Bought {
        tracking_numbers: vec![stage.carriers().parcels()[0].number.clone()],
        ..Default::default()
    };
    let settled = stage
        .settle(decision(&told, Decision::Bought(bought)))
        .await;
    assert_eq!(settled.unwrap().state(), State::Purchased);
    // As long as another takes to come where this one was, nobody has thought better of it.
    doubtful("HAND-2").await;
    assert_eq!(stage.shipment(&told.name).await.state(), State::Purchased);
    let no_label = stage.label(&told.name, LabelFormat::Pdf).await.unwrap_err();
    assert_eq!(reason(&no_label, Code::FailedPrecondition), "NO_LABEL");
    stage.stop().await;
}
