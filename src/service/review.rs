//! What only a person can decide, and what there is to decide on.

use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_carrier::{Ability, Lookup, Response};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{Money, PurchaseState, TrackingNumber, Violations};
use parcelgate_store::{
    Batch, Bought, BoughtParcel, Error as StoreError, Page, Parcel, Purchase, RequestKey,
    ShipmentId, Step, Store,
};

use super::purchase::{answers_of, order_of, tracker};
use super::{Accounts, Caller, Fault, late};
use crate::seal::Seal;

/// Where purchases wait for a person.
#[derive(Debug)]
pub struct Reviews {
    accounts: Arc<Accounts>,
    store: Arc<dyn Store>,
    seal: Arc<Seal>,
    clock: SharedClock,
    late_watch_s: Vec<u64>,
}

/// What became of a purchase, in the eyes of who looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Sold.
    Bought {
        /// The carrier's number for the shipment.
        carrier_number: Option<String>,
        /// One for each box.
        numbers: Vec<TrackingNumber>,
        /// What it charges.
        charged: Option<Money>,
    },
    /// Not sold.
    Absent,
    /// Sold, and void.
    Voided,
}

/// A decision with who made it.
#[derive(Debug, Clone)]
pub struct Settling {
    /// Of which purchase.
    pub shipment: ShipmentId,
    /// The caller's key.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// What became of it.
    pub decision: Decision,
    /// Who says so.
    pub note: String,
}

impl Reviews {
    /// Over this store.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        store: Arc<dyn Store>,
        seal: Arc<Seal>,
        clock: SharedClock,
        late_watch_s: Vec<u64>,
    ) -> Self {
        Self {
            accounts,
            store,
            seal,
            clock,
            late_watch_s,
        }
    }

    /// A page of what waits.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        page: Page<'_, ShipmentId>,
    ) -> Result<Vec<Purchase>, Fault> {
        Ok(self.store.in_review(&caller.tenant, page).await?)
    }

    /// What the carrier answered, with the time it was kept.
    ///
    /// # Errors
    /// When there is no such purchase.
    pub async fn evidence(
        &self,
        caller: &Caller,
        id: &ShipmentId,
    ) -> Result<(Purchase, Vec<(Timestamp, Response)>), Fault> {
        let purchase = self.read(caller, id).await?;
        let kept = self.store.evidence(&caller.tenant, id).await?;
        let answers = answers_of(&self.seal, &purchase, &kept);
        Ok((purchase, answers))
    }

    /// Writes a decision down, once.
    ///
    /// # Errors
    /// When the purchase does not wait for one, or the decision does not fit it.
    pub async fn settle(&self, caller: &Caller, settling: Settling) -> Result<Purchase, Fault> {
        let id = settling.shipment.clone();
        let subject = format!("shipments/{id}");
        let key = RequestKey {
            method: "SettlePurchase".to_owned(),
            request_id: settling.request_id.clone(),
        };
        if let Some(known) = self.store.reservation(&caller.tenant, &key).await? {
            return if known.body_sha256 == settling.body_sha256 {
                self.read(caller, &id).await
            } else {
                Err(Fault::RequestIdReused)
            };
        }
        let purchase = self.read(caller, &id).await?;
        if purchase.version.state != PurchaseState::NeedsReview {
            return Err(Fault::NotInReview(purchase.version.state));
        }
        let now = self.clock.now();
        let batch = Batch::of(&caller.tenant, now)
            .reserve(key.clone(), settling.body_sha256, subject)
            .answer(key, settling.note.clone().into_bytes().into());
        let batch = self
            .decided(batch, &purchase, settling.decision, now)
            .await?;
        match self.store.apply(batch).await {
            Ok(applied) => {
                tracing::info!(shipment = %id, note = settling.note, "settled by a person");
                let settled = applied.shipments.into_iter().next();
                settled.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
            }
            // The same decision, asked for twice at once.
            Err(StoreError::AlreadyAsked(known)) if known.body_sha256 == settling.body_sha256 => {
                self.read(caller, &id).await
            }
            Err(StoreError::AlreadyAsked(_)) => Err(Fault::RequestIdReused),
            Err(error) => Err(error.into()),
        }
    }

    async fn decided(
        &self,
        batch: Batch,
        purchase: &Purchase,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Batch, Fault> {
        let (id, version) = (&purchase.id, purchase.version);
        Ok(match decision {
            Decision::Voided => batch.advance(id, version, Step::Voided),
            Decision::Absent => {
                let batch = batch.advance(id, version, Step::Absent);
                if self.can_look(purchase) {
                    late::watch(batch, purchase, now, &self.late_watch_s)
                } else {
                    batch
                }
            }
            Decision::Bought {
                carrier_number,
                numbers,
                charged,
            } => {
                let boxes = order_of(&self.store, purchase).await?.parcels.len();
                if numbers.len() != boxes {
                    let mut found = Violations::new();
                    let allowed = format!("{boxes} numbers, one for each box");
                    found.refuse("bought.tracking_numbers", numbers.len(), allowed);
                    return Err(found.into());
                }
                let first = numbers.first().map(ToString::to_string);
                let trackers: Vec<_> = numbers
                    .iter()
                    .map(|number| tracker(purchase, number.clone(), now))
                    .collect();
                let parcels = numbers.into_iter().map(|number| BoughtParcel {
                    parcel: Parcel {
                        number,
                        last_mile_number: None,
                    },
                    labels: Vec::new(),
                });
                let bought = Bought {
                    carrier_number: carrier_number.or(first).unwrap_or_default(),
                    charged,
                    parcels: parcels.collect(),
                };
                // A label that cannot be had again is in somebody's hands, or is done without.
                let step = if self.reprints(purchase) {
                    Step::Bought(bought)
                } else {
                    Step::InHand(bought)
                };
                let batch = batch.advance(id, version, step);
                trackers.into_iter().fold(batch, Batch::track)
            }
        })
    }

    fn reprints(&self, purchase: &Purchase) -> bool {
        let account = self.accounts.get(&purchase.account);
        account.is_some_and(|account| {
            let absence = account.carrier.profile().absence(Ability::Reprint);
            absence.is_none()
        })
    }

    fn can_look(&self, purchase: &Purchase) -> bool {
        let account = self.accounts.get(&purchase.account);
        account.is_some_and(|account| account.carrier.profile().lookup != Lookup::None)
    }

    async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }
}
