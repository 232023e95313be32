//! From "about to send" to the outcome, in a task of its own.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::{Call, Direction, Error, Kind, Lane, Order};
use parcelgate_domain::{PurchaseState, Shipment, TrackingNumber};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, Error as StoreError, NewTracker, Parcel, Purchase, ShipmentId,
    Step, Store, TrackerId, Version,
};

use super::Purchases;
use super::flights::Flight;
use super::witness::{Keeper, Retold};
use crate::service::{Account, Fault, fault};

impl Purchases {
    /// Starts the task that sends, unless it is in the air already.
    pub(in crate::service) fn take_off(&self, purchase: Purchase, lane: Lane) -> Flight {
        let id = purchase.id.clone();
        self.flights.of_or(&id, &self.tasks, || {
            let (this, shipment) = (self.clone(), id.clone());
            async move {
                if let Err(error) = this.send(purchase, lane).await {
                    tracing::warn!(%shipment, %error, "the purchase did not come to its end");
                }
            }
        })
    }

    /// Sends an accepted purchase, once: of all who try, one wins the step to SENDING.
    async fn send(&self, purchase: Purchase, lane: Lane) -> Result<(), Fault> {
        let account = self.account_of(&purchase)?;
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

        let call = account.call(deadline).behind(lane);
        let outcome = self.buy(account, call, &sending, &order).await;
        self.record(&sending, outcome).await
    }

    pub(super) async fn buy(
        &self,
        account: &Account,
        call: Call<'_>,
        sending: &Purchase,
        order: &Order,
    ) -> Result<Shipment, Error> {
        let keeper = Keeper {
            store: Arc::clone(&self.store),
            seal: Arc::clone(&self.seal),
            clock: Arc::clone(&self.clock),
            sending: sending.clone(),
        };
        let call = call.seen_by(Arc::new(keeper));
        sell(account, &call, order).await
    }

    /// What the carrier's kept answers to the last sending come to, when there are any and they say
    /// for certain; nothing is sent again.
    pub(crate) async fn reread(&self, purchase: &Purchase) -> Result<Option<Outcome>, Fault> {
        let kept = self.store.evidence(&purchase.tenant, &purchase.id).await?;
        let account = self.account_of(purchase)?;
        let Some(door) = Retold::of(account, &self.seal, purchase, &kept) else {
            return Ok(None);
        };
        let order = order_of(&self.store, purchase).await?;
        let call = Call::new(&door, parcelgate_clock::instant() + REREADING);
        let outcome = self.outcome_of(purchase, sell(account, &call, &order).await);
        Ok(Some(outcome).filter(Outcome::is_certain))
    }

    fn account_of(&self, purchase: &Purchase) -> Result<&Arc<Account>, Fault> {
        let account = self.accounts.get(&purchase.account);
        account.ok_or_else(|| Fault::NotFound(format!("accounts/{}", purchase.account)))
    }

    fn outcome_of(&self, purchase: &Purchase, sold: Result<Shipment, Error>) -> Outcome {
        match sold {
            Ok(shipment) => Outcome {
                followed: self.followed(purchase, &shipment),
                step: Step::Bought(bought(shipment)),
            },
            Err(error) => Outcome {
                followed: Vec::new(),
                step: step_after(&error),
            },
        }
    }

    fn followed(&self, purchase: &Purchase, shipment: &Shipment) -> Vec<NewTracker> {
        let now = self.clock.now();
        let first_check = now + Duration::from_millis(self.config.first_check_ms);
        let new = trackers(purchase, shipment, now);
        new.map(|tracker| NewTracker {
            next_check_at: Some(first_check),
            ..tracker
        })
        .collect()
    }

    pub(super) async fn record(
        &self,
        sending: &Purchase,
        outcome: Result<Shipment, Error>,
    ) -> Result<(), Fault> {
        let outcome = self.outcome_of(sending, outcome);
        let certain = outcome.is_certain();
        let from = |version: Version| {
            let batch = Batch::of(&sending.tenant, self.clock.now());
            outcome.clone().put(batch, &sending.id, version)
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

/// Where a sending leads, with all that goes into the same commit.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    step: Step,
    followed: Vec<NewTracker>,
}

impl Outcome {
    /// Whether it ends the doubt.
    pub(crate) const fn is_certain(&self) -> bool {
        matches!(self.step, Step::Bought(_) | Step::Rejected(_))
    }

    /// Adds it to `batch`.
    pub(crate) fn put(self, batch: Batch, id: &ShipmentId, from: Version) -> Batch {
        let batch = batch.advance(id, from, self.step);
        self.followed.into_iter().fold(batch, Batch::track)
    }
}

/// Asks the carrier for what is ordered.
async fn sell(account: &Account, call: &Call<'_>, order: &Order) -> Result<Shipment, Error> {
    let carrier = &account.carrier;
    let lacks = || Error::new(Kind::Unsupported, account.carrier_id().clone(), "buy");
    match order.direction {
        Direction::Outbound => carrier.shipping().ok_or_else(lacks)?.buy(call, order).await,
        Direction::Return => carrier.returns().ok_or_else(lacks)?.buy(call, order).await,
    }
}

/// How long reading an answer again may take: what it leads to may have to be fetched.
const REREADING: Duration = Duration::from_secs(15);

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
    let numbers = shipment.parcels.iter();
    numbers.map(move |parcel| tracker(purchase, parcel.tracking_number.clone(), now))
}

/// Follows one box of `purchase` from now on.
pub(crate) fn tracker(
    purchase: &Purchase,
    number: TrackingNumber,
    now: jiff::Timestamp,
) -> NewTracker {
    NewTracker {
        id: TrackerId::fresh(now),
        account: Some(purchase.account.clone()),
        carrier: purchase.carrier.clone(),
        number,
        shipment: Some(purchase.id.clone()),
        next_check_at: Some(now),
    }
}
