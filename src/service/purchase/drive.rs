//! From "about to send" to the outcome, in a task of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use parcelgate_carrier::{Call, Direction, Error, Kind, Order};
use parcelgate_domain::{PurchaseState, Shipment};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, Error as StoreError, NewTracker, Parcel, Purchase, ShipmentId,
    Step, Store, TrackerId, Version,
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
        let order = order_of(&self.store, &purchase).await?;

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

        let outcome = self.buy(account, &sending, &order, deadline).await;
        self.record(&sending, outcome).await
    }

    async fn buy(
        &self,
        account: &Account,
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
        let carrier = &account.carrier;
        let lacks = || Error::new(Kind::Unsupported, account.carrier_id().clone(), "buy");
        match order.direction {
            Direction::Outbound => {
                carrier
                    .shipping()
                    .ok_or_else(lacks)?
                    .buy(&call, order)
                    .await
            }
            Direction::Return => carrier.returns().ok_or_else(lacks)?.buy(&call, order).await,
        }
    }

    pub(super) async fn record(
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
        // Who is not let in has bought nothing; the same request may buy once the account is
        // mended.
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

/// What is to be bought, as it was accepted.
pub(crate) async fn order_of(store: &Arc<dyn Store>, purchase: &Purchase) -> Result<Order, Fault> {
    let order = store.order(&purchase.tenant, &purchase.id).await?;
    let order = order.ok_or_else(|| Fault::NotFound(format!("order of {}", purchase.id)))?;
    serde_json::from_str(order.expose()).map_err(|error| {
        Fault::Store(StoreError::Unreadable {
            what: "order",
            why: error.to_string(),
        })
    })
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
