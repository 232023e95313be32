//! Manifests.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt as _;
use jiff::civil;
use parcelgate_carrier::{Ability, Error, Kind, LeftOut, Manifest, ManifestOrder};
use parcelgate_domain::{Address, PurchaseState, TrackingNumber, Violations};
use parcelgate_store::{Purchase, ShipmentId};
use serde::{Deserialize, Serialize};

use super::{Asked, Before, Errands, Told};
use crate::service::purchase::fresh_reference;
use crate::service::void::shipment_of;
use crate::service::{Account, Caller, Fault};

const CREATE: &str = "CreateManifest";

/// What is to be closed.
#[derive(Debug, Clone)]
pub struct ManifestRequest {
    /// The caller's key, which names the manifest.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// Which shipments.
    pub shipments: Vec<ShipmentId>,
    /// Where they are handed over.
    pub from: Address,
    /// The day, there.
    pub date: civil::Date,
}

/// A manifest as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The carrier's number of it.
    pub number: String,
    /// The papers.
    pub papers: Vec<Paper>,
    /// What the carrier left out: number, code, text.
    pub left_out: Vec<(TrackingNumber, String, String)>,
}

/// A paper of a manifest. It shows names and addresses.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Its media type.
    pub media_type: String,
    base64: String,
}

impl Paper {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.base64).unwrap_or_default()
    }
}

impl std::fmt::Debug for Paper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Paper({}, {} bytes)",
            self.media_type,
            self.base64.len() / 4 * 3
        )
    }
}

impl From<Manifest> for Closed {
    fn from(manifest: Manifest) -> Self {
        let papers = manifest.documents.into_iter().map(|document| Paper {
            media_type: document.media_type,
            base64: STANDARD.encode(document.bytes),
        });
        let left = |left: LeftOut| (left.number, left.code, left.text);
        Self {
            number: manifest.number,
            papers: papers.collect(),
            left_out: manifest.left_out.into_iter().map(left).collect(),
        }
    }
}

impl Errands {
    /// Closes shipments, once.
    ///
    /// # Errors
    /// When they are not all bought with one account, the carrier has no manifests, or it said no.
    pub async fn close(
        &self,
        caller: &Caller,
        request: ManifestRequest,
    ) -> Result<Told<Closed>, Fault> {
        let asked = Asked {
            method: CREATE,
            request_id: request.request_id,
            body_sha256: request.body_sha256,
        };
        let attempt = match self.standing(caller, &asked).await? {
            Before::Told(told) => return Ok(told),
            Before::Free(attempt) => attempt,
        };
        let purchases = self.to_close(caller, &request.shipments).await?;
        let account = purchases
            .first()
            .and_then(|first| self.accounts.get(&first.account));
        let account = account.ok_or_else(|| Fault::NotFound("account".to_owned()))?;
        if account.carrier.manifests().is_none() {
            return Err(account.lacks(Ability::Manifests));
        }
        let order = ManifestOrder {
            reference: fresh_reference()?,
            from: request.from,
            date: request.date,
            shipments: purchases.iter().map(shipment_of).collect(),
        };
        let work = move |account: Arc<Account>, deadline| {
            let sent = async move {
                let id = account.carrier_id().clone();
                let lacks = || Error::new(Kind::Unsupported, id, "close");
                let manifests = account.carrier.manifests().ok_or_else(lacks)?;
                let manifest = manifests.close(&account.call(deadline), &order).await?;
                Ok(Closed::from(manifest))
            };
            sent.boxed()
        };
        let (key, sha256) = (asked.key(attempt), asked.body_sha256);
        self.attempt(caller, key, sha256, account, Box::new(work))
            .await
    }

    /// A manifest as it stands.
    ///
    /// # Errors
    /// When there is none of that name, or the carrier refused it.
    pub async fn manifest(&self, caller: &Caller, request_id: &str) -> Result<Told<Closed>, Fault> {
        self.read(
            caller,
            CREATE,
            &format!("manifests/{request_id}"),
            request_id,
        )
        .await
    }

    /// The shipments that are to be closed: each bought, all with one account.
    async fn to_close(&self, caller: &Caller, ids: &[ShipmentId]) -> Result<Vec<Purchase>, Fault> {
        let mut found = Violations::new();
        let mut purchases: Vec<Purchase> = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let field = format!("shipments[{index}]");
            if purchases.iter().any(|named| named.id == *id) {
                found.refuse(
                    field,
                    format!("shipments/{id}"),
                    "a shipment that is named once",
                );
                continue;
            }
            let Some(purchase) = self.store.shipment(&caller.tenant, id).await? else {
                found.refuse(
                    field,
                    format!("shipments/{id}"),
                    "a shipment that was bought here",
                );
                continue;
            };
            let first = purchases.first();
            let state = purchase.version.state;
            let bought = [PurchaseState::Purchased, PurchaseState::PurchasedNoLabel];
            if !bought.contains(&state) {
                found.refuse(&field, state.name(), "a shipment that is PURCHASED");
            }
            if let Some(first) = first.filter(|first| first.account != purchase.account) {
                let allowed = format!("a shipment of account {}, as the first is", first.account);
                found.refuse(field, &purchase.account, allowed);
            }
            purchases.push(purchase);
        }
        Ok(found.none_or(purchases)?)
    }
}
