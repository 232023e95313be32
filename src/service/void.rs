//! A label that is not used is voided.

use std::sync::Arc;
use std::time::Duration;

use parcelgate_carrier::{Ability, Error, Kind};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{PurchaseState, Shipment, ShippedParcel};
use parcelgate_store::{
    Batch, Error as StoreError, Purchase, RequestKey, ShipmentId, Step, Store, TrackerEnd,
    TrackerFilter, Version,
};
use tokio_util::task::TaskTracker;

use super::{Accounts, Caller, Fault, MARGIN, fault};

/// Voids labels.
#[derive(Debug, Clone)]
pub struct Voids {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    clock: SharedClock,
    tasks: TaskTracker,
}

/// What a refusal leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The label stands, and who asked is told.
    Stands,
    /// Nobody waits for the answer: a person decides, which is written with the refusal.
    GoesToAPerson,
}

/// How long a carrier may take to void.
const BUDGET: Duration = Duration::from_secs(30);
/// Longer than the call, so that an outcome that comes at the last moment is still ours to write.
const LEASE: Duration = Duration::from_secs(35);

impl Voids {
    /// Over these accounts; its tasks are tracked by `tasks`, so that a shutdown waits for them.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        clock: SharedClock,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            accounts,
            store,
            clock,
            tasks,
        }
    }

    /// Voids a shipment, in a task of its own. Voiding what is void succeeds.
    ///
    /// # Errors
    /// When there is none, it cannot be voided from where it stands, or the carrier refuses.
    pub async fn void(
        &self,
        caller: &Caller,
        id: &ShipmentId,
        request_id: &str,
    ) -> Result<Purchase, Fault> {
        loop {
            let purchase = self.read(caller, id).await?;
            match purchase.version.state {
                PurchaseState::Voided
                | PurchaseState::VoidWanted
                | PurchaseState::Voiding
                | PurchaseState::VoidUnknown => return Ok(purchase),
                PurchaseState::Purchased | PurchaseState::PurchasedNoLabel => {}
                PurchaseState::VoidRefused => return Err(Fault::of_purchase(&purchase, "void")),
                other @ (PurchaseState::Accepted
                | PurchaseState::Sending
                | PurchaseState::Rejected
                | PurchaseState::Unknown
                | PurchaseState::Absent
                | PurchaseState::NeedsReview
                | PurchaseState::Cancelled) => return Err(Fault::NotVoidable(other)),
            }
            match self.want(caller, purchase, request_id).await {
                // Somebody was faster, to void it or to fetch its label: look again.
                Err(Fault::Store(StoreError::Conflict { .. })) => {}
                wanted => return self.finish(caller, wanted?).await,
            }
        }
    }

    /// Writes down that it is to be voided.
    async fn want(
        &self,
        caller: &Caller,
        purchase: Purchase,
        request_id: &str,
    ) -> Result<Purchase, Fault> {
        let id = purchase.id.clone();
        let key = RequestKey {
            method: "VoidLabel".to_owned(),
            request_id: request_id.to_owned(),
        };
        let batch = Batch::of(&caller.tenant, self.clock.now());
        let body = [0; 32]; // the request holds nothing but the name, which is the subject
        let batch = batch.reserve(key, body, format!("shipments/{id}")).advance(
            &id,
            purchase.version,
            Step::VoidWanted(None),
        );
        match self.store.apply(batch).await {
            Ok(applied) => Ok(applied.shipments.into_iter().next().unwrap_or(purchase)),
            Err(StoreError::AlreadyAsked(known)) if known.subject == format!("shipments/{id}") => {
                self.read(caller, &id).await
            }
            Err(StoreError::AlreadyAsked(_)) => Err(Fault::RequestIdReused),
            Err(error) => Err(error.into()),
        }
    }

    async fn finish(&self, caller: &Caller, wanted: Purchase) -> Result<Purchase, Fault> {
        let id = wanted.id.clone();
        if wanted.version.state == PurchaseState::VoidWanted {
            let this = self.clone();
            let task = self
                .tasks
                .spawn(async move { this.carry_out(wanted, Refused::Stands).await });
            let left = parcelgate_clock::left(caller.reply_by(MARGIN));
            match tokio::time::timeout(left, task).await {
                // Another asks the carrier already.
                Ok(Ok(Err(Fault::Store(StoreError::Conflict { .. })))) => {}
                Ok(Ok(done)) => done?,
                Ok(Err(_)) | Err(_) => {}
            }
        }
        let purchase = self.read(caller, &id).await?;
        match (purchase.version.state, &purchase.fault) {
            (PurchaseState::VoidRefused, Some(_)) => Err(Fault::of_purchase(&purchase, "void")),
            _ => Ok(purchase),
        }
    }

    /// Asks the carrier, once: of all who try, one wins the step to VOIDING.
    ///
    /// # Errors
    /// When another was first, or the store fails.
    pub(crate) async fn carry_out(&self, wanted: Purchase, refused: Refused) -> Result<(), Fault> {
        let account = self.accounts.get(&wanted.account);
        let account =
            account.ok_or_else(|| Fault::NotFound(format!("accounts/{}", wanted.account)))?;
        let shipping = account
            .carrier
            .shipping()
            .ok_or_else(|| account.lacks(Ability::Void))?;
        let lease_until = self.clock.now() + LEASE;
        let batch = Batch::of(&wanted.tenant, self.clock.now());
        let batch = batch.advance(&wanted.id, wanted.version, Step::Voiding { lease_until });
        let voiding = self.store.apply(batch).await?.shipments.into_iter().next();
        let voiding = voiding.ok_or_else(|| Fault::NotFound(format!("shipments/{}", wanted.id)))?;

        let call = account.call(parcelgate_clock::instant() + BUDGET);
        let outcome = shipping.void(&call, &shipment_of(&voiding)).await;
        let step = step_after(outcome);
        let voided = matches!(step, Step::Voided);
        let review = review_after(&step, refused);
        let batch = Batch::of(&voiding.tenant, self.clock.now());
        let mut batch = batch.advance(&voiding.id, voiding.version, step);
        if let Some(review) = review {
            let refused = Version {
                state: PurchaseState::VoidRefused,
                epoch: voiding.version.epoch.saturating_add(1),
            };
            batch = batch.advance(&voiding.id, refused, review);
        }
        if voided {
            let filter = TrackerFilter {
                shipment: Some(voiding.id.clone()),
                ..Default::default()
            };
            let page = parcelgate_store::Page::first(PARCELS_MAX);
            for tracker in self.store.trackers(&voiding.tenant, &filter, page).await? {
                batch = batch.end_tracker(&tracker.id, TrackerEnd::Stopped);
            }
        }
        self.store.apply(batch).await?;
        Ok(())
    }

    async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }
}

/// More boxes than any shipment has.
pub(super) const PARCELS_MAX: u32 = 200;

fn review_after(step: &Step, refused: Refused) -> Option<Step> {
    match (step, refused) {
        (Step::VoidRefused(why), Refused::GoesToAPerson) => Some(Step::NeedsReview(why.clone())),
        (_, Refused::Stands | Refused::GoesToAPerson) => None,
    }
}

fn step_after(outcome: Result<(), Error>) -> Step {
    let error = match outcome {
        Ok(()) => return Step::Voided,
        Err(error) => error,
    };
    let fault = fault::kept(&error);
    if error.kind.in_doubt() {
        return Step::VoidUnknown(fault);
    }
    match error.kind {
        Kind::Unsent | Kind::Throttled | Kind::StaleToken | Kind::Credentials | Kind::Deadline => {
            Step::VoidWanted(Some(fault))
        }
        Kind::Invalid
        | Kind::NotFound
        | Kind::Refused
        | Kind::Unsupported
        | Kind::Unavailable
        | Kind::OutcomeUnknown
        | Kind::Malformed => Step::VoidRefused(fault),
    }
}

/// What the carrier must be told of a shipment that was bought before.
pub(crate) fn shipment_of(purchase: &Purchase) -> Shipment {
    let parcels = purchase.parcels.iter().map(|parcel| ShippedParcel {
        tracking_number: parcel.number.clone(),
        last_mile_number: parcel.last_mile_number.clone(),
        label: None,
    });
    Shipment {
        reference: purchase.reference.clone(),
        carrier_number: purchase.carrier_number.clone().unwrap_or_default(),
        service: purchase.service.clone(),
        charged: purchase.charged,
        parcels: parcels.collect(),
    }
}
