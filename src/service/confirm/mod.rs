//! Orders are confirmed in the systems they come from.
//!
//! A confirmation is written down when its shipment is bought, or when a caller asks for it. From
//! then on it is driven by the event log: whatever happens to its shipment or its parcel wakes it
//! ([`Watch`]), and a job of its own, one at a time, does the one thing that is next ([`Rounds`]).
//! What that is follows from how everything stands ([`plan`]), never from the event that woke it,
//! so that an event told twice does nothing twice.

mod fit;
mod news;
pub mod plan;
mod rounds;
mod watch;

use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_clock::SharedClock;
use parcelgate_domain::Violations;
use parcelgate_store::{
    Batch, Confirmation, ConfirmationFilter, ConfirmationId, ConfirmationState,
    Error as StoreError, Id, Item, Moment, NewConfirmation, NewJob, Page, RequestKey, ShipmentId,
    Store,
};

pub use rounds::Rounds;
pub use watch::Watch;

use super::shops::{ShopAccount, Shops};
use super::{Caller, Fault};

/// The name of the jobs of one shop: each shop's are claimed by themselves, so that one that does
/// not answer holds up no other.
fn job_of(shop: &str) -> String {
    format!("confirm/{shop}")
}

/// An order of a shop, of which a shipment carries some or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopOrder {
    /// Which shop, as the operator named it.
    pub shop: String,
    /// The order, by the shop's own id.
    pub order: String,
    /// Where in the shop it was sold.
    pub marketplace: Option<String>,
    /// What is in which box.
    pub items: Vec<BoxedItem>,
    /// By when the shop must be told.
    pub ship_by: Option<Timestamp>,
    /// When the shop is to be told, if not as it is configured.
    pub moment: Option<Moment>,
}

/// So many of one line of an order, in one box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxedItem {
    /// Which and how many.
    pub item: Item,
    /// In which box, counted from 0.
    pub parcel: u32,
}

/// Makes and reads confirmations.
#[derive(Debug)]
pub struct Confirmations {
    shops: Arc<Shops>,
    store: Arc<dyn Store>,
    clock: SharedClock,
}

impl Confirmations {
    /// To these shops.
    #[must_use]
    pub fn new(shops: Arc<Shops>, store: Arc<dyn Store>, clock: SharedClock) -> Self {
        Self {
            shops,
            store,
            clock,
        }
    }

    /// The shops that there are.
    #[must_use]
    pub fn shops(&self) -> &Shops {
        &self.shops
    }

    /// Lets a shop be told of a shipment that is bought, or being bought. Says which confirmations
    /// there are of it then.
    ///
    /// # Errors
    /// When there is no such shipment or shop, the order cannot be one of the shop's, or the
    /// `request_id` was used for another.
    pub async fn confirm(
        &self,
        caller: &Caller,
        (request_id, body_sha256): (String, [u8; 32]),
        shipment: &ShipmentId,
        order: &ShopOrder,
    ) -> Result<Vec<Confirmation>, Fault> {
        let tenant = &caller.tenant;
        let known = self.store.shipment(tenant, shipment).await?;
        let purchase = known.ok_or_else(|| Fault::NotFound(format!("shipments/{shipment}")))?;
        let boxes = match purchase.parcels.len() {
            0 => super::purchase::order_of(&self.store, &purchase)
                .await?
                .parcels
                .len(),
            bought => bought,
        };
        let now = self.clock.now();
        let key = RequestKey {
            method: "ConfirmOrder".to_owned(),
            request_id,
        };
        let subject = format!("shipments/{shipment}");
        let batch = Batch::of(tenant, now).reserve(key, body_sha256, subject);
        let batch = added(batch, &self.shops, (order, "order"), shipment, boxes, now)?;
        match self.store.apply(batch).await {
            Ok(_) => {}
            Err(StoreError::AlreadyAsked(known)) if known.body_sha256 == body_sha256 => {}
            Err(StoreError::AlreadyAsked(_)) => return Err(Fault::RequestIdReused),
            Err(error) => return Err(error.into()),
        }
        let shipments = std::slice::from_ref(shipment);
        Ok(self.store.confirmations_of(tenant, shipments).await?)
    }

    /// One confirmation.
    ///
    /// # Errors
    /// When there is none.
    pub async fn read(&self, caller: &Caller, id: &ConfirmationId) -> Result<Confirmation, Fault> {
        let found = self.store.confirmation(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("confirmations/{id}")))
    }

    /// A page of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(
        &self,
        caller: &Caller,
        filter: &ConfirmationFilter,
        page: Page<'_, ConfirmationId>,
    ) -> Result<Vec<Confirmation>, Fault> {
        let list = self.store.confirmations(&caller.tenant, filter, page);
        Ok(list.await?)
    }

    /// Tries once more what waits for a person, and at once what waits for its next attempt. Asked
    /// again, it does no more.
    ///
    /// # Errors
    /// When there is no such confirmation.
    pub async fn retry(&self, caller: &Caller, id: &ConfirmationId) -> Result<Confirmation, Fault> {
        let mut confirmation = self.read(caller, id).await?;
        let (now, shop) = (self.clock.now(), confirmation.shop.clone());
        let batch = Batch::of(&caller.tenant, now);
        let batch = if confirmation.state == ConfirmationState::NeedsReview {
            confirmation.state = ConfirmationState::Waiting;
            confirmation.attempts = 0;
            // What it was told is told again: that is what is asked for.
            confirmation.told = None;
            confirmation.doubtful = true;
            batch.keep_confirmation(confirmation)
        } else {
            batch
        };
        match self.store.apply(wake(batch, &shop, id, now)).await {
            // Somebody else is at it already.
            Ok(_) | Err(StoreError::LeaseLost(_)) => self.read(caller, id).await,
            Err(error) => Err(error.into()),
        }
    }
}

/// The shop of an order that can be one of its, of which a shipment of so many boxes carries some.
///
/// # Errors
/// What of the order cannot stand. `field` is what the caller calls it.
pub(crate) fn check<'a>(
    shops: &'a Shops,
    (order, field): (&ShopOrder, &str),
    boxes: usize,
) -> Result<&'a ShopAccount, Violations> {
    let shop = shops.named(&order.shop, &format!("{field}.shop"))?;
    fit::order(shop, order, field, boxes)?;
    Ok(shop)
}

/// `batch` with the confirmations of an order, one for each box that has something of it. `field`
/// is what the caller calls the order.
///
/// # Errors
/// What of the order cannot stand.
pub(crate) fn added(
    mut batch: Batch,
    shops: &Shops,
    (order, field): (&ShopOrder, &str),
    shipment: &ShipmentId,
    boxes: usize,
    now: Timestamp,
) -> Result<Batch, Violations> {
    let shop = check(shops, (order, field), boxes)?;
    let mut parcels: Vec<u32> = order.items.iter().map(|item| item.parcel).collect();
    parcels.sort_unstable();
    parcels.dedup();
    if parcels.is_empty() {
        parcels.push(0);
    }
    for parcel in parcels {
        let id = ConfirmationId::fresh(now);
        let inside = order.items.iter().filter(|item| item.parcel == parcel);
        batch = batch.confirm(NewConfirmation {
            id: id.clone(),
            shop: order.shop.clone(),
            order: order.order.clone(),
            marketplace: order.marketplace.clone(),
            items: inside.map(|item| item.item.clone()).collect(),
            shipment: shipment.clone(),
            parcel,
            moment: order.moment.unwrap_or(shop.policy.confirm.moment()),
            ship_by: order.ship_by,
        });
        batch = wake(batch, &order.shop, &id, now);
    }
    Ok(batch)
}

/// `batch` with the confirmation of that name looked at, at `at` at the latest.
fn wake(batch: Batch, shop: &str, id: &ConfirmationId, at: Timestamp) -> Batch {
    batch.enqueue(NewJob {
        id: Id::fresh(at),
        name: job_of(shop),
        payload: id.to_string(),
        run_at: at,
        dedupe_key: Some(id.to_string()),
    })
}
