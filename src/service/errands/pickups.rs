//! Pickups.

use std::sync::Arc;

use futures::FutureExt as _;
use parcelgate_carrier::{Ability, Pickup, PickupOrder};
use parcelgate_store::{Batch, Error as StoreError, RequestKey};

use super::{Asked, Before, Errands, Told};
use crate::service::purchase::fresh_reference;
use crate::service::{Account, Caller, Fault, MARGIN, fault};

const SCHEDULE: &str = "SchedulePickup";
const CANCEL: &str = "CancelPickup";

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct PickupRequest {
    /// The caller's key, which names the pickup.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// Whose carrier is to come.
    pub account: String,
    /// What, where and when. Its reference is made here.
    pub order: PickupOrder,
}

/// A pickup as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What came of the order.
    pub told: Told<Pickup>,
    /// Whether it was taken back.
    pub cancelled: bool,
}

impl Errands {
    /// Orders a pickup, once.
    ///
    /// # Errors
    /// When the carrier has none, would not take it, or said no.
    pub async fn schedule(
        &self,
        caller: &Caller,
        request: PickupRequest,
    ) -> Result<Standing, Fault> {
        let asked = Asked {
            method: SCHEDULE,
            request_id: request.request_id.clone(),
            body_sha256: request.body_sha256,
        };
        let attempt = match self.standing(caller, &asked).await? {
            Before::Told(told) => return self.with_cancel(caller, &asked.request_id, told).await,
            Before::Free(attempt) => attempt,
        };
        let account = self.accounts.named(&request.account)?;
        let lacks = || account.lacks(Ability::Pickups);
        let pickups = account.carrier.pickups().ok_or_else(lacks)?;
        let found = pickups.check(&request.order);
        if !found.is_empty() {
            return Err(found.renamed(in_interface).into());
        }
        let order = PickupOrder {
            reference: fresh_reference()?,
            ..request.order
        };
        let work = move |account: Arc<Account>, deadline| {
            let sent = async move {
                let lacks = || {
                    parcelgate_carrier::Error::new(
                        parcelgate_carrier::Kind::Unsupported,
                        account.carrier_id().clone(),
                        "schedule",
                    )
                };
                let pickups = account.carrier.pickups().ok_or_else(lacks)?;
                pickups.schedule(&account.call(deadline), &order).await
            };
            sent.boxed()
        };
        let (key, sha256) = (asked.key(attempt), asked.body_sha256);
        let told = self
            .attempt(caller, key, sha256, account, Box::new(work))
            .await?;
        self.with_cancel(caller, &asked.request_id, told).await
    }

    /// A pickup as it stands.
    ///
    /// # Errors
    /// When there is none of that name, or it is under way.
    pub async fn pickup(&self, caller: &Caller, request_id: &str) -> Result<Standing, Fault> {
        let name = format!("pickups/{request_id}");
        let told = self.read(caller, SCHEDULE, &name, request_id).await?;
        self.with_cancel(caller, request_id, told).await
    }

    /// Takes a pickup back. Asking the carrier twice does no harm, so nothing is reserved before.
    ///
    /// # Errors
    /// When there is none of that name, its order is in doubt, or the carrier said no.
    pub async fn cancel(&self, caller: &Caller, request_id: &str) -> Result<Standing, Fault> {
        let standing = self.pickup(caller, request_id).await?;
        if standing.cancelled {
            return Ok(standing);
        }
        let Ok(pickup) = &standing.told.outcome else {
            return Err(Fault::InDoubt);
        };
        let account = self.accounts.get(&standing.told.account);
        let account = account.ok_or_else(|| Fault::NotFound(format!("pickups/{request_id}")))?;
        // In a task of its own: once the carrier has agreed, that is written down whoever leaves.
        let (this, account, pickup) = (self.clone(), Arc::clone(account), pickup.clone());
        let (key, tenant) = (cancel_key(request_id), caller.tenant.clone());
        let task = self.tasks.spawn(async move {
            let lacks = || account.lacks(Ability::Pickups);
            let pickups = account.carrier.pickups().ok_or_else(lacks)?;
            let call = account.call(parcelgate_clock::instant() + this.patience);
            pickups.cancel(&call, &pickup).await?;
            let batch = Batch::of(&tenant, this.clock.now());
            let batch = batch.reserve(key, [0; 32], account.id.to_string());
            match this.store.apply(batch).await {
                Ok(_) | Err(StoreError::AlreadyAsked(_)) => Ok::<_, Fault>(()),
                Err(error) => Err(error.into()),
            }
        });
        let left = parcelgate_clock::left(caller.reply_by(MARGIN));
        match tokio::time::timeout(left, task).await {
            Ok(Ok(cancelled)) => cancelled?,
            Ok(Err(_)) | Err(_) => return Err(Fault::InProgress),
        }
        Ok(Standing {
            cancelled: true,
            ..standing
        })
    }

    async fn with_cancel(
        &self,
        caller: &Caller,
        request_id: &str,
        told: Told<Pickup>,
    ) -> Result<Standing, Fault> {
        let cancelled = self.is_cancelled(caller, request_id).await?;
        Ok(Standing { told, cancelled })
    }

    async fn is_cancelled(&self, caller: &Caller, request_id: &str) -> Result<bool, Fault> {
        let known = self
            .store
            .reservation(&caller.tenant, &cancel_key(request_id))
            .await?;
        Ok(known.is_some())
    }
}

/// A field of a pickup under its name in the interface.
fn in_interface(field: &str) -> String {
    match field {
        "ready" | "close" => format!("{field}_time"),
        "destination" => "destination_country".to_owned(),
        "numbers" => "tracking_numbers".to_owned(),
        _ => fault::in_interface(field),
    }
}

fn cancel_key(request_id: &str) -> RequestKey {
    RequestKey {
        method: CANCEL.to_owned(),
        request_id: request_id.to_owned(),
    }
}
