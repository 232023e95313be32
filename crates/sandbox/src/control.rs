//! What tests and the demo ask of the sandbox itself: faults, the parcels sold, a fresh start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calls::ShipCall;
use crate::faults::{FaultOrder, ShopFaultOrder, Telling};
use crate::parcel::{Parcel, Parcels};
use crate::plan::Step;
use crate::server::World;
use crate::settings::{Carrier, Webhook};
use crate::shops::{PlacedOrder, ShopOrderView};

/// Parcels shown at once, the newest.
const SHOWN_MAX: usize = 10_000;

/// A parcel as the control API shows it. Names and addresses are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelView {
    /// Whose parcel.
    pub carrier: Carrier,
    /// The number on the label.
    pub number: String,
    /// The purchase it belongs to: UPS's shipment, Yanwen's order.
    pub purchase: String,
    /// The partner's number for the last mile, known after hand-over.
    pub last_mile: Option<String>,
    /// The sender's references.
    pub references: Vec<String>,
    /// The carrier's service or channel code.
    pub service: String,
    /// When it was bought, on the parcels' clock.
    pub booked: Timestamp,
    /// When it was voided, if it was.
    pub voided: Option<Timestamp>,
    /// How many scans there have been.
    pub scans: usize,
    /// Whether it has been delivered.
    pub delivered: bool,
}

/// The sandbox's own controls, for whoever runs in the same process.
#[derive(Clone)]
pub struct Control {
    world: Arc<World>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    pub(crate) const fn over(world: Arc<World>) -> Self {
        Self { world }
    }

    /// Orders a fault for requests to come.
    pub fn inject(&self, order: FaultOrder) {
        self.world.faults.order(order);
    }

    /// Orders a fault for requests to a shop.
    pub fn inject_shop(&self, order: ShopFaultOrder) {
        self.world.faults.order(order);
    }

    /// Places an order in a shop; one of the same id takes its place.
    pub fn place(&self, order: PlacedOrder) {
        let at = self.world.settings.clock.now();
        self.world.shops.book.place(order, at);
    }

    /// The orders of all shops, with what they were told of their packages.
    #[must_use]
    pub fn shop_orders(&self) -> Vec<ShopOrderView> {
        self.world.shops.book.views(&self.world)
    }

    /// Withdraws every fault that has not happened yet.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// The faults that have not happened yet.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultOrder> {
        self.world.faults.waiting()
    }

    /// The parcels sold, oldest first; at most the newest ten thousand of each carrier.
    #[must_use]
    pub fn parcels(&self) -> Vec<ParcelView> {
        let now = self.world.settings.clock.now();
        let world = &self.world;
        [
            shown(&world.ups.parcels(), Carrier::Ups, now),
            shown(&world.fedex.parcels(), Carrier::Fedex, now),
            shown(&world.usps.parcels(), Carrier::Usps, now),
            shown(&world.dhl.parcels(), Carrier::Dhl, now),
            shown(&world.yanwen.parcels(), Carrier::Yanwen, now),
            shown(&world.fourpx.parcels(), Carrier::Fourpx, now),
        ]
        .concat()
    }

    /// The requests for labels that came, oldest first, whatever came of them; as many as
    /// [`Settings::ship_calls_max`](crate::Settings::ship_calls_max) says.
    #[must_use]
    pub fn ship_calls(&self) -> Vec<ShipCall> {
        self.world.ship_calls.all()
    }

    /// How many requests for labels came, and how many of them have ended, forgotten ones too.
    #[must_use]
    pub fn ship_call_counts(&self) -> (usize, usize) {
        self.world.ship_calls.counts()
    }

    /// How many purchases were made under each reference: more than one is a double purchase.
    #[must_use]
    pub fn orders(&self) -> BTreeMap<String, usize> {
        count(&self.parcels())
    }

    /// Where Track Alert v2 pushes to, as one would set it in the UPS portal.
    pub fn set_ups_webhook(&self, webhook: Option<Webhook>) {
        self.world.ups.set_webhook(webhook);
    }

    /// Where the events of FedEx's parcels are pushed to, as one would set it in the FedEx portal.
    pub fn set_fedex_webhook(&self, webhook: Option<Webhook>) {
        self.world.fedex.set_webhook(webhook);
    }

    /// Forgets parcels, subscriptions and faults; the numbers start again. Tokens stay good.
    pub fn reset(&self) {
        self.world.faults.clear();
        self.world.ship_calls.clear();
        self.world.ups.reset();
        self.world.fedex.reset();
        self.world.usps.reset();
        self.world.dhl.reset();
        self.world.yanwen.reset();
        self.world.fourpx.reset();
        self.world.shops.book.reset();
    }
}

fn shown<D>(parcels: &Parcels<D>, carrier: Carrier, now: Timestamp) -> Vec<ParcelView> {
    let newest = parcels.all().rev().take(SHOWN_MAX);
    let mut views: Vec<_> = newest.map(|parcel| view(parcel, carrier, now)).collect();
    views.reverse();
    views
}

fn view<D>(parcel: &Parcel<D>, carrier: Carrier, now: Timestamp) -> ParcelView {
    let seen = parcel.seen(now, Telling::Plain);
    ParcelView {
        carrier,
        number: parcel.number.clone(),
        purchase: parcel.purchase.clone(),
        last_mile: parcel.last_mile.clone(),
        references: parcel.references.clone(),
        service: parcel.service.clone(),
        booked: parcel.booked,
        voided: parcel.voided.get().copied(),
        scans: seen.len(),
        delivered: seen.iter().any(|scan| scan.step == Step::Delivered),
    }
}

fn count(parcels: &[ParcelView]) -> BTreeMap<String, usize> {
    let mut purchases: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for parcel in parcels {
        for reference in &parcel.references {
            let same = purchases.entry(reference.clone()).or_default();
            same.insert(&parcel.purchase);
        }
    }
    let counted = |(reference, same): (String, BTreeSet<&str>)| (reference, same.len());
    purchases.into_iter().map(counted).collect()
}

pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/faults", post(order).get(waiting).delete(withdraw))
        .route("/parcels", get(parcels))
        .route("/webhook", post(webhook))
        .route("/reset", post(reset))
        .route("/orders", post(place).get(orders))
        .route("/shop-faults", post(order_shop))
}

/// One order or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Orders {
    One(FaultOrder),
    Many(Vec<FaultOrder>),
}

async fn order(State(world): State<Arc<World>>, Json(orders): Json<Orders>) -> StatusCode {
    let orders = match orders {
        Orders::One(order) => vec![order],
        Orders::Many(orders) => orders,
    };
    orders
        .into_iter()
        .for_each(|order| world.faults.order(order));
    StatusCode::NO_CONTENT
}

async fn waiting(State(world): State<Arc<World>>) -> Json<Vec<FaultOrder>> {
    Json(world.faults.waiting())
}

async fn withdraw(State(world): State<Arc<World>>) -> StatusCode {
    world.faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Which {
    reference: Option<String>,
}

#[derive(Serialize)]
struct Sold {
    parcels: Vec<ParcelView>,
    orders: BTreeMap<String, usize>,
}

async fn parcels(State(world): State<Arc<World>>, Query(which): Query<Which>) -> Json<Sold> {
    let mut parcels = Control::over(world).parcels();
    if let Some(reference) = &which.reference {
        parcels.retain(|parcel| parcel.references.contains(reference));
    }
    let mut orders = count(&parcels);
    if let Some(reference) = which.reference {
        orders.retain(|name, _| *name == reference);
    }
    Json(Sold { parcels, orders })
}

/// A receiver of pushes that is set in a carrier's portal and not by its protocol.
#[derive(Deserialize)]
struct Receiver {
    #[serde(default = "ups")]
    carrier: Carrier,
    url: String,
    credential: String,
}

const fn ups() -> Carrier {
    Carrier::Ups
}

async fn webhook(State(world): State<Arc<World>>, Json(receiver): Json<Receiver>) -> StatusCode {
    let webhook = Webhook {
        url: receiver.url,
        credential: receiver.credential,
    };
    match receiver.carrier {
        Carrier::Ups => world.ups.set_webhook(Some(webhook)),
        Carrier::Fedex => world.fedex.set_webhook(Some(webhook)),
        Carrier::Usps | Carrier::Dhl | Carrier::Yanwen | Carrier::Fourpx => {
            return StatusCode::BAD_REQUEST; // their receivers are named by their protocols
        }
    }
    StatusCode::NO_CONTENT
}

async fn place(State(world): State<Arc<World>>, Json(order): Json<PlacedOrder>) -> StatusCode {
    Control::over(world).place(order);
    StatusCode::NO_CONTENT
}

async fn orders(State(world): State<Arc<World>>) -> Json<Vec<ShopOrderView>> {
    Json(Control::over(world).shop_orders())
}

async fn order_shop(
    State(world): State<Arc<World>>,
    Json(order): Json<ShopFaultOrder>,
) -> StatusCode {
    world.faults.order(order);
    StatusCode::NO_CONTENT
}

async fn reset(State(world): State<Arc<World>>) -> StatusCode {
    Control::over(world).reset();
    StatusCode::NO_CONTENT
}
