//! From "about to send" to the outcome, in a task of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use parcelgate_carrier::{Call, Error, Kind, Order, Shipping};
use parcelgate_domain::{PurchaseState, Shipment};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, Error as StoreError, NewTracker, Parcel, Purchase, ShipmentId,
    Step, TrackerId, Version,
};

use super::Purchases;
use super::flights::{Flight, Flights};
use super::witness::Witness;
use crate::service::{Account, Fault, fault};

impl Purchases {
    /// Starts the task that sends, unless it is in the air already.
    pub(super) fn take_off(&self, purchase: Purchase) -> Flight {
        let id = purchase.id.clone();
        self.flights.of_or(&id, || {
            let this = self.clone();
            let landing = Landing {
                flights: Arc::clone(&self.flights),
                id: id.clone(),
            };
            let task = self.tasks.spawn(async move {
                if let Err(error) = this.send(purchase).await {
                    let shipment = &landing.id;
                    tracing::warn!(%shipment, %error, "the purchase did not come to its end");
                }
            });
            task.map(|_| ()).boxed().shared()
        })
    }

    /// Sends an accepted purchase, once: of all who try, one wins the step to SENDING.
    async fn send(&self, purchase: Purchase) -> Result<(), Fault> {
        let account = self.accounts.get(&purchase.account);
        let account =
            account.ok_or_else(|| Fault::NotFound(format!("accounts/{}", purchase.account)))?;
        let shipping = account
            .carrier
            .shipping()
            .ok_or_else(|| account.lacks("shipping"))?;
        let order = self.store.order(&purchase.tenant, &purchase.id).await?;
        let order = order.ok_or_else(|| Fault::NotFound(format!("order of {}", purchase.id)))?;
        let order: Order = serde_json::from_str(order.expose()).map_err(|error| {
            Fault::Store(parcelgate_store::Error::Unreadable {
                what: "order",
                why: error.to_string(),
            })
        })?;

        let budget = Duration::from_millis(self.config.carrier_ms_max);
        // Counted from before the commit: however long this process is held up in between, nothing
        // leaves once the lease is over.
        let deadline = parcelgate_clock::instant() + budget;
        let lease_until = self.clock.now() + budget + LEASE_MARGIN;
        let batch = Batch::of(&purchase.tenant, self.clock.now());
        let batch = batch.advance(
            &purchase.id,
            purchase.version,
            Step::Sending { lease_until },
        );
        let sending = self.store.apply(batch).await?.shipments.into_iter().next();
        let sending =
            sending.ok_or_else(|| Fault::NotFound(format!("shipments/{}", purchase.id)))?;

        let outcome = self
            .buy(account, shipping, &sending, &order, deadline)
            .await;
        self.record(&sending, outcome).await
    }

    async fn buy(
        &self,
        account: &Account,
        shipping: &dyn Shipping,
        sending: &Purchase,
        order: &Order,
        deadline: Instant,
    ) -> Result<Shipment, Error> {
        let witness = Witness {
            door: &account.wire,
            store: &self.store,
            clock: &self.clock,
            tenant: &sending.tenant,
            shipment: &sending.id,
            epoch: sending.version.epoch,
        };
        let call = Call::new(&witness, deadline);
        shipping.buy(&call, order).await
    }

    async fn record(
        &self,
        sending: &Purchase,
        outcome: Result<Shipment, Error>,
    ) -> Result<(), Fault> {
        let now = self.clock.now();
        let (step, followed) = match outcome {
            Ok(shipment) => {
                let followed: Vec<_> = trackers(sending, &shipment, now).collect();
                (Step::Bought(bought(shipment)), followed)
            }
            Err(error) => (step_after(&error), Vec::new()),
        };
        let certain = matches!(step, Step::Bought(_) | Step::Rejected(_));
        let from = |version: Version| {
            let batch = Batch::of(&sending.tenant, now);
            let batch = batch.advance(&sending.id, version, step.clone());
            followed.iter().cloned().fold(batch, Batch::track)
        };
        match self.store.apply(from(sending.version)).await {
            // The lease was over before the answer came. It ends the doubt all the same.
            Err(StoreError::Conflict { present, .. })
                if certain && present.state == PurchaseState::Unknown =>
            {
                self.store.apply(from(present)).await?
            }
            written => written?,
        };
        Ok(())
    }
}

/// Takes the flight out of the air, also when its task panics.
struct Landing {
    flights: Arc<Flights>,
    id: ShipmentId,
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.flights.land(&self.id);
    }
}

/// Longer than the call, so that an outcome that comes at the last moment is still ours to write.
const LEASE_MARGIN: Duration = Duration::from_secs(5);

/// Where a failed purchase goes. Only what is certain is an end.
fn step_after(error: &Error) -> Step {
    let fault = fault::kept(error);
    if error.kind.in_doubt() {
        return Step::Unknown(fault);
    }
    match error.kind {
        // Who is not let in has bought nothing; the same request may buy once the account is mended.
        Kind::Unsent | Kind::Throttled | Kind::StaleToken | Kind::Credentials | Kind::Deadline => {
            Step::NotSent(Some(fault))
        }
        Kind::Invalid
        | Kind::NotFound
        | Kind::Refused
        | Kind::Unsupported
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Malformed => Step::Rejected(fault),
    }
}

/// What the carrier sold, as the store keeps it.
pub(crate) fn bought(shipment: Shipment) -> Bought {
    let parcels = shipment.parcels.into_iter().map(|parcel| BoughtParcel {
        parcel: Parcel {
            number: parcel.tracking_number,
            last_mile_number: parcel.last_mile_number,
        },
        labels: parcel.label.into_iter().collect(),
    });
    Bought {
        carrier_number: shipment.carrier_number,
        charged: shipment.charged,
        parcels: parcels.collect(),
    }
}

/// Every box that was bought is followed from then on.
pub(crate) fn trackers(
    purchase: &Purchase,
    shipment: &Shipment,
    now: jiff::Timestamp,
) -> impl Iterator<Item = NewTracker> {
    shipment.parcels.iter().map(move |parcel| NewTracker {
        id: TrackerId::fresh(now),
        account: Some(purchase.account.clone()),
        carrier: purchase.carrier.clone(),
        number: parcel.tracking_number.clone(),
        shipment: Some(purchase.id.clone()),
        next_check_at: Some(now),
    })
}

#[cfg(test)]
mod tests {
    use parcelgate_clock::{SharedClock, System};
    use parcelgate_domain::{
        CarrierId, Currency, ExchangeRates, Label, LabelFormat, Service, ServiceCode, ShippedParcel,
    };
    use parcelgate_store::{NewPurchase, RequestKey, Sqlite, Store};

    use super::*;
    use crate::config::Config;
    use crate::service::rates::Rates;
    use crate::service::{Accounts, main_tenant};

    async fn purchases() -> Purchases {
        let config = Config::load(None).unwrap();
        let store: Arc<dyn Store> = Arc::new(Sqlite::temporary().await.unwrap());
        let clock: SharedClock = Arc::new(System);
        let accounts = Arc::new(Accounts::default());
        let exchange = (Currency::USD, ExchangeRates::new(Vec::new()));
        let rates = Rates::new(
            accounts.clone(),
            store.clone(),
            clock.clone(),
            config.rates,
            exchange,
        );
        let tasks = tokio_util::task::TaskTracker::new();
        Purchases::new(
            accounts,
            Arc::new(rates),
            store,
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

        /// A purchase that was on its way, and for which nobody waits any more.
        async fn given_up(&self) -> Purchase {
            let now = self.clock.now();
            let new = NewPurchase {
                id: ShipmentId::fresh(now),
                reference: "PG01".parse().unwrap(),
                account: "ups".parse().unwrap(),
                carrier: CarrierId::known("ups"),
                service: service(),
                order: "{}".into(),
                quoted: None,
                order_number: None,
            };
            let key = RequestKey {
                method: "PurchaseLabel".to_owned(),
                request_id: "1".to_owned(),
            };
            let batch = Batch::of(&main_tenant(), now).accept(new, key, [0; 32]);
            let accepted = self.store.apply(batch).await.unwrap().shipments.remove(0);
            let lease_until = now;
            let sending = self.step(&accepted, Step::Sending { lease_until }).await;
            let doubt = Error::new(Kind::OutcomeUnknown, CarrierId::known("ups"), "buy");
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
        let unsent = Error::new(Kind::Unsent, CarrierId::known("ups"), "buy");
        purchases.record(&sending, Err(unsent)).await.unwrap_err();
        assert_eq!(purchases.state(&sending).await, PurchaseState::Unknown);
    }
}
