//! A label is bought once.
//!
//! A purchase is written down with its `request_id` before anything else happens; one winner of a
//! compare-and-set sends; everything from there to the outcome runs in a task of its own, which no
//! caller's leaving can cut. Callers with the same `request_id` wait for that task.

mod drive;
mod elsewhere;
mod flights;
mod select;
mod testimony;
#[cfg(test)]
mod tests;
mod told;
mod witness;

use std::num::NonZeroUsize;
use std::sync::Arc;

use jiff::Timestamp;
use parcelgate_carrier::{Ability, Direction, Lane, Order};
use parcelgate_clock::SharedClock;
use parcelgate_domain::{
    AccountId, Address, Customs, Deadlines, DocumentId, LabelFormat, Money, Options, Parcel,
    Personal, PurchaseState, Reference, Service, ServiceCode, Violations,
};
use parcelgate_store::{
    Batch, Error as StoreError, NewPurchase, Purchase, RequestKey, ShipmentId, Store,
};
use sha2::{Digest, Sha256};
use tokio_util::task::TaskTracker;

pub(crate) use drive::{bought, order_of, tracker, trackers};
pub use select::{Goal, Selection};
pub use told::Asked;

use super::confirm::{self, ShopOrder};
use super::rates::Rates;
use super::risk::first_look;
use super::shops::Shops;
use super::{Account, Accounts, Caller, Fault, MARGIN};
use crate::config::PurchaseConfig;
use crate::label::form_to_buy;
use crate::seal::Seal;
pub(super) use flights::{Flight, Flights};
pub(crate) use witness::{answers_of, opens};

/// What is to be bought.
#[derive(Debug, Clone)]
pub struct PurchaseRequest {
    /// The caller's key.
    pub request_id: String,
    /// Digest of the whole request.
    pub body_sha256: [u8; 32],
    /// The shipment.
    pub spec: ShipmentSpec,
    /// Who is to carry it.
    pub selection: Selection,
    /// The most that it may be quoted at.
    pub max_total: Option<Money>,
    /// The form of the label.
    pub label_format: LabelFormat,
    /// Which way it goes.
    pub direction: Direction,
    /// Whether the same parcel may be bought twice.
    pub allow_duplicate: bool,
    /// Behind whom it waits where a carrier's quota is short.
    pub lane: Lane,
}

/// Everything about a shipment but who carries it.
#[derive(Debug, Clone)]
pub struct ShipmentSpec {
    /// Who sends.
    pub from: Address,
    /// Who receives.
    pub to: Address,
    /// The boxes.
    pub parcels: Vec<Parcel>,
    /// What is inside.
    pub customs: Option<Customs>,
    /// The day it is handed over.
    pub ship_on: jiff::civil::Date,
    /// The seller's order number.
    pub order_number: Option<String>,
    /// Where the goods were sold.
    pub sales_platform: Option<String>,
    /// Extras.
    pub options: Options,
    /// Papers for customs that the carrier has already.
    pub documents: Vec<DocumentId>,
    /// The order that it carries some or all of, in a shop that is to be told.
    pub shop_order: Option<ShopOrder>,
    /// What was promised; the carrier is not told.
    pub deadlines: Deadlines,
}

/// Who carries it, once decided.
struct Selected {
    account: Arc<Account>,
    service: Service,
    quoted: Option<Money>,
}

/// Buys labels.
#[derive(Debug, Clone)]
pub struct Purchases {
    accounts: Arc<Accounts>,
    rates: Arc<Rates>,
    store: Arc<dyn Store>,
    seal: Arc<Seal>,
    clock: SharedClock,
    config: PurchaseConfig,
    flights: Arc<Flights>,
    tasks: TaskTracker,
    shops: Arc<Shops>,
}

/// What a caller calls the order of a shop.
const SHOP_ORDER: &str = "shipment.shop_order";

/// The method under which request ids of purchases are reserved.
const fn method(direction: Direction) -> &'static str {
    match direction {
        Direction::Outbound => "PurchaseLabel",
        Direction::Return => "PurchaseReturnLabel",
    }
}

impl Purchases {
    /// Over these accounts; its tasks are tracked by `tasks`, so that a shutdown waits for them.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        rates: Arc<Rates>,
        store: Arc<dyn Store>,
        seal: Arc<Seal>,
        clock: SharedClock,
        config: PurchaseConfig,
        tasks: TaskTracker,
    ) -> Self {
        Self {
            accounts,
            rates,
            store,
            seal,
            clock,
            config,
            flights: Arc::default(),
            tasks,
            shops: Arc::default(),
        }
    }

    /// The same, whose shipments may carry orders of these shops.
    #[must_use]
    pub fn selling_in(mut self, shops: Arc<Shops>) -> Self {
        self.shops = shops;
        self
    }

    /// How many purchases of one batch are under way at once.
    #[must_use]
    pub fn at_once_max(&self) -> NonZeroUsize {
        self.config.batch_at_once_max
    }

    /// Buys what is asked for, or says where the purchase of that `request_id` stands.
    ///
    /// # Errors
    /// When the request cannot stand, nothing fits, or the carrier said no. A doubtful
    /// outcome is no error: the shipment comes back as UNKNOWN.
    pub async fn purchase(
        &self,
        caller: &Caller,
        request: PurchaseRequest,
    ) -> Result<Purchase, Fault> {
        let key = RequestKey {
            method: method(request.direction).to_owned(),
            request_id: request.request_id.clone(),
        };
        if let Some(known) = self.store.reservation(&caller.tenant, &key).await? {
            return self
                .join(caller, known.body_sha256, &known.subject, &request)
                .await;
        }
        in_time(caller)?;
        let (accepted, _) = self.prepare(caller, &request).await?;
        in_time(caller)?; // a choice asks carriers for their prices first
        let now = self.clock.now();
        let (id, boxes) = (accepted.id.clone(), request.spec.parcels.len());
        let batch = Batch::of(&caller.tenant, now).by(caller.key.as_ref());
        let batch = accepting(batch, accepted, key, &request, now);
        let batch = match &request.spec.shop_order {
            Some(order) => {
                confirm::added(batch, &self.shops, (order, SHOP_ORDER), &id, boxes, now)?
            }
            None => batch,
        };
        match self.store.apply(batch).await {
            Ok(applied) => {
                let purchase = applied.shipments.into_iter().next();
                let purchase = purchase.ok_or_else(|| Fault::NotFound("purchase".to_owned()))?;
                self.finish(caller, purchase, request.lane).await
            }
            Err(StoreError::AlreadyAsked(known)) => {
                self.join(caller, known.body_sha256, &known.subject, &request)
                    .await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The purchase as it would be accepted, and its order: who is to carry it, and whether that
    /// carrier's own rules allow it.
    pub(super) async fn prepare(
        &self,
        caller: &Caller,
        request: &PurchaseRequest,
    ) -> Result<(NewPurchase, Order), Fault> {
        if let Some(order) = &request.spec.shop_order {
            confirm::check(&self.shops, (order, SHOP_ORDER), request.spec.parcels.len())?;
        }
        let selected = self.select(caller, request).await?;
        let order = self.order(&selected, request)?;
        let new = NewPurchase {
            id: ShipmentId::fresh(self.clock.now()),
            reference: order.reference.clone(),
            account: selected.account.id.clone(),
            carrier: selected.account.carrier_id().clone(),
            service: selected.service,
            order: Personal::new(serde_json::to_string(&order).unwrap_or_default()),
            quoted: selected.quoted,
            order_number: order.order_number.clone(),
            twin: twin(&order).filter(|_| !request.allow_duplicate),
            replaces: None,
        };
        Ok((new, order))
    }

    /// Asks the carrier whether it would take the order, where it has a question for that.
    pub(super) async fn ask_first(
        &self,
        caller: &Caller,
        account: &AccountId,
        order: &Order,
    ) -> Result<(), Fault> {
        let account = self.accounts.named(account.as_str())?;
        if let (Direction::Outbound, Some(shipping)) = (order.direction, account.carrier.shipping())
        {
            let call = account.call(caller.reply_by(MARGIN));
            shipping.rehearse(&call, order).await?;
        }
        Ok(())
    }

    /// Whether the purchase would be taken, by all that is known here and then by the carrier's own
    /// word where it has a question for that. Nothing is bought or written down.
    ///
    /// # Errors
    /// As [`purchase`](Self::purchase).
    pub async fn rehearse(
        &self,
        caller: &Caller,
        request: PurchaseRequest,
    ) -> Result<(Arc<Account>, Service, Option<Money>), Fault> {
        let selected = self.select(caller, &request).await?;
        let order = self.order(&selected, &request)?;
        self.ask_first(caller, &selected.account.id, &order).await?;
        Ok((selected.account, selected.service, selected.quoted))
    }

    /// Goes on with what was begun under the same `request_id`.
    async fn join(
        &self,
        caller: &Caller,
        body_sha256: [u8; 32],
        subject: &str,
        request: &PurchaseRequest,
    ) -> Result<Purchase, Fault> {
        let id = told::shipment_of(subject)?;
        if body_sha256 != request.body_sha256 {
            return Err(Fault::PurchaseIdReused(id));
        }
        let purchase = self.read(caller, &id).await?;
        self.finish(caller, purchase, request.lane).await
    }

    /// Sees to it that somebody is at it, and waits for the end of that as long as the caller does.
    async fn finish(
        &self,
        caller: &Caller,
        purchase: Purchase,
        lane: Lane,
    ) -> Result<Purchase, Fault> {
        let id = purchase.id.clone();
        let flight = match purchase.version.state {
            PurchaseState::Accepted => Some(self.take_off(purchase, lane)),
            PurchaseState::Sending => self.flights.of(&id),
            PurchaseState::Purchased
            | PurchaseState::PurchasedNoLabel
            | PurchaseState::Rejected
            | PurchaseState::Unknown
            | PurchaseState::Absent
            | PurchaseState::NeedsReview
            | PurchaseState::Cancelled
            | PurchaseState::VoidWanted
            | PurchaseState::Voiding
            | PurchaseState::Voided
            | PurchaseState::VoidRefused
            | PurchaseState::VoidUnknown => return outcome(purchase),
        };
        if let Some(flight) = flight {
            let left = parcelgate_clock::left(caller.reply_by(MARGIN));
            let _landed = tokio::time::timeout(left, flight).await;
        }
        // Where another gateway sends it there is no flight here, or one that another overtook.
        outcome(self.landed(caller, &id).await?)
    }

    async fn read(&self, caller: &Caller, id: &ShipmentId) -> Result<Purchase, Fault> {
        let found = self.store.shipment(&caller.tenant, id).await?;
        found.ok_or_else(|| Fault::NotFound(format!("shipments/{id}")))
    }

    fn order(&self, selected: &Selected, request: &PurchaseRequest) -> Result<Order, Fault> {
        let profile = selected.account.carrier.profile();
        let mut violations = Violations::new();
        let label_format = form_to_buy(profile.label_formats, request.label_format);
        let label_format = label_format.unwrap_or_else(|| {
            let offered: Vec<&str> = profile
                .label_formats
                .iter()
                .map(|format| format.name())
                .collect();
            let allowed = format!(
                "a form of {}, which draws {}",
                profile.name,
                offered.join(" and ")
            );
            violations.refuse("label_format", request.label_format, allowed);
            let any = profile.label_formats.first().copied();
            any.unwrap_or(request.label_format)
        });
        let spec = &request.spec;
        let order = Order {
            reference: fresh_reference()?,
            service: ServiceCode::new(selected.service.code.as_str()),
            from: spec.from.clone(),
            to: spec.to.clone(),
            parcels: spec.parcels.clone(),
            customs: spec.customs.clone(),
            ship_on: spec.ship_on,
            label_format,
            order_number: spec.order_number.clone(),
            sales_platform: spec.sales_platform.clone(),
            options: spec.options,
            direction: request.direction,
            documents: spec.documents.clone(),
        };
        let found = check(&selected.account, &order)?;
        violations.append(found.renamed(super::fault::in_purchase));
        Ok(violations.none_or(order)?)
    }
}

/// What another purchase of the same parcel would have too, whoever carries it; none without an
/// order number, by which alone parcels are told apart that look the same.
fn twin(order: &Order) -> Option<String> {
    let number = order.order_number.as_ref()?;
    let same = (
        number,
        &order.direction,
        &order.to,
        &order.parcels,
        &order.customs,
    );
    let text = serde_json::to_vec(&same).ok()?;
    let digest = Sha256::digest(text);
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What the carrier would not take, by its own rules and without asking it.
fn check(account: &Account, order: &Order) -> Result<Violations, Fault> {
    let carrier = &account.carrier;
    match order.direction {
        Direction::Outbound => {
            let shipping = carrier.shipping();
            let shipping = shipping.ok_or_else(|| account.lacks(Ability::Buy))?;
            Ok(shipping.check(order))
        }
        Direction::Return => {
            let returns = carrier.returns();
            let returns = returns.ok_or_else(|| account.lacks(Ability::Returns))?;
            Ok(returns.check(order))
        }
    }
}

/// Adds a purchase to `batch`, with what was promised for it.
pub(super) fn accepting(
    batch: Batch,
    new: NewPurchase,
    key: RequestKey,
    request: &PurchaseRequest,
    now: Timestamp,
) -> Batch {
    let (id, deadlines) = (new.id.clone(), request.spec.deadlines);
    let batch = batch.accept(new, key, request.body_sha256);
    batch.promise(&id, deadlines, first_look(deadlines, now))
}

/// Nothing is begun whose outcome the caller could not wait for.
pub(crate) fn in_time(caller: &Caller) -> Result<(), Fault> {
    let left = parcelgate_clock::left(caller.reply_by(MARGIN));
    (!left.is_zero()).then_some(()).ok_or(Fault::Deadline)
}

/// What a purchase that stands where it stands is to its caller.
fn outcome(purchase: Purchase) -> Result<Purchase, Fault> {
    match purchase.version.state {
        PurchaseState::Sending => Err(Fault::InProgress),
        // Back to accepted means that nothing left: the caller may ask again with the same key.
        PurchaseState::Accepted | PurchaseState::Rejected => {
            Err(Fault::of_purchase(&purchase, "buy"))
        }
        // Whatever it failed for would have passed; asking again with this key never helps.
        PurchaseState::Cancelled => Err(Fault::Cancelled),
        PurchaseState::Purchased
        | PurchaseState::PurchasedNoLabel
        | PurchaseState::Unknown
        | PurchaseState::Absent
        | PurchaseState::NeedsReview
        | PurchaseState::VoidWanted
        | PurchaseState::Voiding
        | PurchaseState::Voided
        | PurchaseState::VoidRefused
        | PurchaseState::VoidUnknown => Ok(purchase),
    }
}

/// `PG` and 20 characters of 0-9 and A-Z: 103 bits of chance, which never come twice.
pub(crate) fn fresh_reference() -> Result<Reference, Fault> {
    let digits = uuid::Uuid::new_v4().as_u128();
    let mut text = String::from("PG");
    let mut left = digits;
    for _ in 0..20 {
        let digit = u32::try_from(left % 36).unwrap_or(0);
        text.push(
            char::from_digit(digit, 36)
                .unwrap_or('0')
                .to_ascii_uppercase(),
        );
        left /= 36;
    }
    text.parse().map_err(|error: parcelgate_domain::InvalidId| {
        let mut violations = Violations::new();
        violations.refuse("reference", error.given, error.allowed);
        Fault::Invalid(violations)
    })
}
