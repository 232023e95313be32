//! A replacement that its gateway left behind at any step comes to its end, and buys once.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use parcelgate_carrier::{Request, Response};
use parcelgate_store::{ReplaceReason, Replaces};

use super::*;

/// Sells to everyone, and counts.
#[derive(Clone, Default)]
struct Shop(Arc<AtomicUsize>);

#[async_trait]
impl Door for Shop {
    async fn exchange(&self, _: Request) -> parcelgate_carrier::Result<Response> {
        let sold = self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Response::new(format!("1Z5R8939035756{sold:04}").into()))
    }
}

impl Shop {
    fn sold(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Stage {
    /// A shipment that is to be replaced, and what is to replace it: nobody is at either.
    async fn replaced(&self, steps: Vec<Step>) -> (Purchase, Purchase) {
        let sold = acme::sold(&"PG01".parse().unwrap(), NUMBER);
        let mut original = self.walked([Step::Bought(bought(sold))]).await;
        let now = self.clock.now();
        let order = ORDER.replace("PG01", "PG02");
        let new = NewPurchase {
            id: ShipmentId::fresh(now),
            reference: "PG02".parse().unwrap(),
            account: "acme".parse().unwrap(),
            carrier: ACME,
            service: acme::service(),
            order: order.into(),
            quoted: None,
            order_number: None,
            twin: None,
            replaces: Some(Replaces {
                shipment: original.id.clone(),
                reason: ReplaceReason::AddressCorrected,
                awaits_void: true,
            }),
        };
        let key = RequestKey {
            method: "ReplaceShipment".to_owned(),
            request_id: "2".to_owned(),
        };
        let batch = Batch::of(&original.tenant, now).accept(new, key, [0; 32]);
        let batch = batch.advance(&original.id, original.version, Step::VoidWanted(None));
        let begun = self.store.apply(batch).await.unwrap().shipments;
        let [replacement, wanted] = <[Purchase; 2]>::try_from(begun).unwrap();
        original = wanted;
        for step in steps {
            let batch = Batch::of(&original.tenant, now);
            let batch = batch.advance(&original.id, original.version, step);
            original = self.store.apply(batch).await.unwrap().shipments.remove(0);
        }
        (original, replacement)
    }

    fn refuse_voids(&self, kind: Option<Kind>) {
        *self.books.void.lock().unwrap() = kind;
    }

    fn voiding(&self) -> Step {
        let lease_until = self.clock.now();
        Step::Voiding { lease_until }
    }
}

#[tokio::test]
async fn wherever_it_was_left_it_is_bought_once() {
    let doubt = || Step::VoidUnknown(interrupted());
    for left_at in 0..4 {
        let shop = Shop::default();
        let stage = Stage::before(Arc::new(shop.clone())).await;
        let steps = match left_at {
            0 => vec![],
            1 => vec![stage.voiding()],
            2 => vec![stage.voiding(), doubt()],
            _ => vec![stage.voiding(), Step::Voided],
        };
        let (original, replacement) = stage.replaced(steps).await;
        stage.rounds(5).await;
        let ended = stage.state(&replacement).await;
        // Acme answers without a label, and then has none to fetch.
        assert_eq!(ended, PurchaseState::Purchased, "left at {left_at}");
        assert_eq!(stage.state(&original).await, PurchaseState::Voided);
        assert_eq!(shop.sold(), 1, "left at {left_at}");
    }
}

#[tokio::test]
async fn a_refused_void_buys_nothing() {
    for refused_already in [true, false] {
        let shop = Shop::default();
        let stage = Stage::before(Arc::new(shop.clone())).await;
        stage.refuse_voids(Some(Kind::Refused));
        let refused = Step::VoidRefused(doubt("it is on its way".to_owned()));
        let steps = if refused_already {
            vec![stage.voiding(), refused]
        } else {
            vec![]
        };
        let (original, replacement) = stage.replaced(steps).await;
        stage.rounds(4).await;
        assert_eq!(stage.state(&replacement).await, PurchaseState::Cancelled);
        // Its label is used after all: nobody has to decide anything.
        assert_eq!(stage.state(&original).await, PurchaseState::VoidRefused);
        let found = stage.store.shipment(&original.tenant, &original.id).await;
        assert_eq!(found.unwrap().unwrap().replaced_by, None);
        assert_eq!(shop.sold(), 0);
    }
}

/// It may be void all the same: whether it is, a person decides.
#[tokio::test]
async fn a_refusal_after_a_doubt_does_not_say_that_the_label_stands() {
    let shop = Shop::default();
    let stage = Stage::before(Arc::new(shop.clone())).await;
    stage.refuse_voids(Some(Kind::Refused));
    let in_doubt = Step::VoidUnknown(interrupted());
    let (original, replacement) = stage.replaced(vec![stage.voiding(), in_doubt]).await;
    stage.rounds(2).await;
    assert_eq!(stage.state(&original).await, PurchaseState::NeedsReview);
    assert_eq!(stage.state(&replacement).await, PurchaseState::Cancelled);
    assert_eq!(shop.sold(), 0);
}

#[tokio::test]
async fn a_void_in_doubt_for_too_long_gives_the_replacement_up() {
    let shop = Shop::default();
    let stage = Stage::before(Arc::new(shop.clone())).await;
    stage.refuse_voids(Some(Kind::OutcomeUnknown));
    let (original, replacement) = stage.replaced(vec![]).await;
    stage.rounds(3).await;
    assert_eq!(stage.state(&replacement).await, PurchaseState::Accepted);
    let patience = Duration::from_secs(stage.config.replace_s + 1);
    stage.clock.advance(patience);
    stage.rounds(1).await;
    assert_eq!(stage.state(&replacement).await, PurchaseState::Cancelled);
    // Its void goes on all the same, and nothing is bought then.
    stage.refuse_voids(None);
    stage.clock.advance(Duration::from_hours(1));
    stage.rounds(3).await;
    assert_eq!(stage.state(&original).await, PurchaseState::Voided);
    assert_eq!(
        (stage.state(&replacement).await, shop.sold()),
        (PurchaseState::Cancelled, 0)
    );
}

#[tokio::test]
async fn what_does_not_leave_is_tried_with_longer_pauses_and_given_up() {
    let stage = Stage::set().await; // at a wall
    let (_, replacement) = stage.replaced(vec![]).await;
    let tries = async || {
        let found = stage
            .store
            .shipment(&replacement.tenant, &replacement.id)
            .await;
        (found.unwrap().unwrap().version.epoch - 1) / 2
    };
    stage.rounds(2).await;
    assert_eq!(tries().await, 1);
    for _ in 0..stage.config.replace_s / 10 {
        stage.clock.advance(Duration::from_secs(10));
        stage.rounds(1).await;
    }
    assert!((8..=16).contains(&tries().await), "{}", tries().await);
    assert_eq!(stage.state(&replacement).await, PurchaseState::Accepted);
    stage.clock.advance(Duration::from_secs(10));
    stage.rounds(1).await;
    assert_eq!(stage.state(&replacement).await, PurchaseState::Cancelled);
}
