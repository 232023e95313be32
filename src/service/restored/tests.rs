//! What each state becomes when its database was restored.

use parcelgate_domain::PurchaseState as S;
use parcelgate_store::{
    NewPurchase, ReplaceReason, Replaces, RequestKey, ShipmentFilter, ShipmentId, Sqlite,
};

use super::*;
use crate::service::acme::{self, ACME, ORDER};
use crate::service::main_tenant;
use crate::service::purchase::bought;

struct Backup(Arc<dyn Store>);

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn later() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn sending() -> Step {
    let lease_until = later(); // whoever holds it is no more
    Step::Sending { lease_until }
}

fn sold() -> parcelgate_store::Bought {
    bought(acme::sold(&"PG01".parse().unwrap(), "1Z5R89390357567127"))
}

fn in_doubt() -> Kept {
    Kept {
        kind: Kind::OutcomeUnknown.name().to_owned(),
        code: None,
        text: "cut".to_owned(),
    }
}

impl Backup {
    async fn taken() -> Self {
        Self(Arc::new(Sqlite::temporary().await.unwrap()))
    }

    async fn accepted(&self, number: usize, replaces: Option<Replaces>) -> Purchase {
        let new = NewPurchase {
            id: ShipmentId::fresh(noon()),
            reference: format!("PG{number:02}").parse().unwrap(),
            account: "acme".parse().unwrap(),
            carrier: ACME,
            service: acme::service(),
            order: ORDER.to_owned().into(),
            quoted: None,
            order_number: None,
            twin: None,
            replaces,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: number.to_string(),
        };
        let batch = Batch::of(&main_tenant(), noon()).accept(new, key, [0; 32]);
        self.0.apply(batch).await.unwrap().shipments.remove(0)
    }

    async fn walked(&self, number: usize, steps: Vec<Step>) -> Purchase {
        let mut purchase = self.accepted(number, None).await;
        for step in steps {
            let batch = Batch::of(&purchase.tenant, noon());
            let batch = batch.advance(&purchase.id, purchase.version, step);
            purchase = self.0.apply(batch).await.unwrap().shipments.remove(0);
        }
        purchase
    }

    async fn stands(&self, purchase: &Purchase) -> Purchase {
        let found = self.0.shipment(&purchase.tenant, &purchase.id).await;
        found.unwrap().unwrap()
    }

    async fn doubted(&self) -> Doubts {
        doubt(&self.0, later()).await.unwrap()
    }
}

fn ids(purchases: &[Purchase]) -> Vec<ShipmentId> {
    let ids = purchases.iter().map(|one| one.id.clone());
    let mut ids: Vec<_> = ids.collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn what_was_accepted_or_on_its_way_is_looked_up() {
    let backup = Backup::taken().await;
    let accepted = backup.walked(1, vec![]).await;
    let on_its_way = backup.walked(2, vec![sending()]).await;
    let doubts = backup.doubted().await;
    assert_eq!(
        ids(&doubts.unknown),
        ids(&[accepted.clone(), on_its_way.clone()])
    );
    assert!(doubts.in_review.is_empty() && doubts.cancelled.is_empty());
    for purchase in [accepted, on_its_way] {
        let stands = backup.stands(&purchase).await;
        assert_eq!(stands.version.state, S::Unknown);
        assert_eq!(stands.restored_at, Some(later()));
        assert_eq!(stands.fault.unwrap().code, None, "no carrier said so");
    }
}

#[tokio::test]
async fn what_was_in_doubt_or_without_a_label_goes_to_a_person() {
    let backup = Backup::taken().await;
    let unknown = backup
        .walked(1, vec![sending(), Step::Unknown(in_doubt())])
        .await;
    let unlabelled = backup
        .walked(2, vec![sending(), Step::Bought(sold())])
        .await;
    assert_eq!(unlabelled.version.state, S::PurchasedNoLabel);
    let doubts = backup.doubted().await;
    assert_eq!(
        ids(&doubts.in_review),
        ids(&[unknown.clone(), unlabelled.clone()])
    );
    assert!(doubts.unknown.is_empty() && doubts.cancelled.is_empty());
    for purchase in [unknown, unlabelled] {
        let stands = backup.stands(&purchase).await;
        assert_eq!(stands.version.state, S::NeedsReview);
        assert_eq!(stands.restored_at, Some(later()));
    }
}

#[tokio::test]
async fn a_replacement_that_waits_for_a_void_is_cancelled_and_named() {
    for is_void in [false, true] {
        let backup = Backup::taken().await;
        let lease_until = later();
        let mut steps = vec![sending(), Step::InHand(sold()), Step::VoidWanted(None)];
        if is_void {
            steps.extend([Step::Voiding { lease_until }, Step::Voided]);
        }
        let original = backup.walked(1, steps).await;
        let replaces = Replaces {
            shipment: original.id.clone(),
            reason: ReplaceReason::AddressCorrected,
            awaits_void: true,
        };
        let replacement = backup.accepted(2, Some(replaces)).await;
        let doubts = backup.doubted().await;
        let stands = backup.stands(&replacement).await;
        assert!(stands.restored_at.is_some());
        let named = ids(std::slice::from_ref(&replacement));
        if is_void {
            // It may have been sent since, as any other.
            assert_eq!(stands.version.state, S::Unknown);
            assert_eq!(ids(&doubts.unknown), named);
        } else {
            assert_eq!(stands.version.state, S::Cancelled);
            assert_eq!(ids(&doubts.cancelled), named);
        }
        // Voiding goes on: what is void is voided once more.
        assert_eq!(backup.stands(&original).await.version, original.version);
    }
}

#[tokio::test]
async fn what_has_an_end_stays_as_it_is() {
    let backup = Backup::taken().await;
    backup
        .walked(1, vec![sending(), Step::InHand(sold())])
        .await;
    let no = Step::Rejected(in_doubt());
    backup.walked(2, vec![sending(), no]).await;
    backup.walked(3, vec![Step::Cancelled(None)]).await;
    let before = backup.0.head_seq().await.unwrap();
    let doubts = backup.doubted().await;
    let all = [doubts.unknown, doubts.in_review, doubts.cancelled];
    assert!(all.iter().all(Vec::is_empty));
    assert_eq!(backup.0.head_seq().await.unwrap(), before);
    let every = ShipmentFilter::default();
    let page = Page::first(9);
    let stand = backup.0.shipments(&main_tenant(), &every, page).await;
    assert!(stand.unwrap().iter().all(|one| one.restored_at.is_none()));
}
