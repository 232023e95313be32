//! What a purchase comes to when something is held up.

mod rereading;

use parcelgate_carrier::{Error, Kind};
use parcelgate_clock::System;
use parcelgate_domain::{
    CarrierId, Currency, ExchangeRates, Label, LabelFormat, Service, Shipment, ShippedParcel,
};
use parcelgate_store::{Sqlite, Step};

use super::*;
use crate::config::Config;
use crate::service::rates::{Exchange, ExchangeTable};
use crate::service::{fault, main_tenant};

async fn purchases() -> Purchases {
    purchases_with(Accounts::default()).await
}

async fn purchases_with(accounts: Accounts) -> Purchases {
    let config = Config::load(None).unwrap();
    let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
    let clock: SharedClock = Arc::new(System);
    let accounts = Arc::new(accounts);
    let exchange = Exchange::new(ExchangeTable {
        base: Currency::USD,
        rates: ExchangeRates::new(Vec::new()),
    });
    let rates = Rates::new(
        accounts.clone(),
        store.clone(),
        clock.clone(),
        config.rates,
        exchange,
    );
    let folder = tempfile::tempdir().unwrap();
    let seal = Arc::new(Seal::from_file(&folder.path().join("test.key")).unwrap());
    let tasks = tokio_util::task::TaskTracker::new();
    Purchases::new(
        accounts,
        Arc::new(rates),
        store,
        seal,
        clock,
        config.purchase,
        tasks,
    )
}

impl Purchases {
    async fn step(&self, purchase: &Purchase, step: Step) -> Purchase {
        let batch = Batch::of(&purchase.tenant, self.clock.now());
        let batch = batch.advance(&purchase.id, purchase.version, step);
        self.store.apply(batch).await.unwrap().shipments.remove(0)
    }

    async fn accepted(&self) -> Purchase {
        self.accepted_as("{}").await
    }

    async fn accepted_as(&self, order: &str) -> Purchase {
        let now = self.clock.now();
        let new = NewPurchase {
            id: ShipmentId::fresh(now),
            reference: "PG01".parse().unwrap(),
            account: "acme".parse().unwrap(),
            carrier: CarrierId::known("acme"),
            service: service(),
            order: order.to_owned().into(),
            quoted: None,
            order_number: None,
            twin: None,
            replaces: None,
        };
        let key = RequestKey {
            method: "PurchaseLabel".to_owned(),
            request_id: "1".to_owned(),
        };
        let batch = Batch::of(&main_tenant(), now).accept(new, key, [0; 32]);
        self.store.apply(batch).await.unwrap().shipments.remove(0)
    }

    /// A purchase that was on its way, and for which nobody waits any more.
    async fn given_up(&self) -> Purchase {
        let accepted = self.accepted().await;
        let lease_until = self.clock.now();
        let sending = self.step(&accepted, Step::Sending { lease_until }).await;
        let doubt = Error::new(Kind::OutcomeUnknown, CarrierId::known("acme"), "buy");
        self.step(&sending, Step::Unknown(fault::kept(&doubt)))
            .await;
        sending
    }

    async fn state(&self, purchase: &Purchase) -> PurchaseState {
        let found = self.store.shipment(&purchase.tenant, &purchase.id).await;
        found.unwrap().unwrap().version.state
    }
}

fn service() -> Service {
    Service {
        code: ServiceCode::new("03"),
        name: "Ground".to_owned(),
    }
}

#[tokio::test]
async fn a_sale_that_is_heard_of_late_is_a_sale() {
    let purchases = purchases().await;
    let sending = purchases.given_up().await;
    let parcel = ShippedParcel {
        tracking_number: "1Z5R89390357567127".parse().unwrap(),
        last_mile_number: None,
        label: Some(Label {
            format: LabelFormat::Pdf,
            bytes: b"%PDF-1.7".to_vec(),
        }),
    };
    let sold = Shipment {
        reference: sending.reference.clone(),
        carrier_number: "1Z5R89390357567127".to_owned(),
        service: service(),
        charged: None,
        parcels: vec![parcel],
    };
    purchases.record(&sending, Ok(sold)).await.unwrap();
    assert_eq!(purchases.state(&sending).await, PurchaseState::Purchased);
}

#[tokio::test]
async fn what_is_in_doubt_is_not_free_to_be_sent_again() {
    let purchases = purchases().await;
    let sending = purchases.given_up().await;
    let unsent = Error::new(Kind::Unsent, CarrierId::known("acme"), "buy");
    purchases.record(&sending, Err(unsent)).await.unwrap_err();
    assert_eq!(purchases.state(&sending).await, PurchaseState::Unknown);
}
#[tokio::test]
async fn what_was_given_up_is_never_bought_under_its_key() {
    let purchases = purchases().await;
    let accepted = purchases.accepted().await;
    let cancelled = purchases.step(&accepted, Step::Cancelled(None)).await;
    assert!(matches!(outcome(cancelled), Err(Fault::Cancelled)));
}

#[test]
fn a_reference_is_new_each_time_and_fits_every_carrier() {
    let one = fresh_reference().unwrap();
    assert_eq!(one.as_str().len(), 22);
    assert_ne!(one, fresh_reference().unwrap());
}
