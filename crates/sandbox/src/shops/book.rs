//! The orders of all shops, and what was said of their packages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Shop;
use crate::parcel::{By, Parcel, Parcels};
use crate::plan::Step;
use crate::server::World;

/// An order that a buyer placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// In which shop.
    pub shop: Shop,
    /// The shop's id of it.
    pub order: String,
    /// Where in the shop.
    #[serde(default)]
    pub marketplace: String,
    /// Its lines.
    pub items: Vec<ShopItem>,
}

/// So many of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopItem {
    /// The shop's id of the line.
    pub id: String,
    /// How many.
    pub quantity: u32,
}

/// An order as the control API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopOrderView {
    /// In which shop.
    pub shop: Shop,
    /// The shop's id of it.
    pub order: String,
    /// Its packages, in the order told.
    pub packages: Vec<ShopPackageView>,
}

/// A package of an order as the control API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopPackageView {
    /// The name under which it was told, or that the shop gave it.
    pub key: String,
    /// The shop's word for the carrier.
    pub carrier: String,
    /// The number.
    pub number: String,
    /// The lines in it.
    pub items: Vec<ShopItem>,
    /// How often the shop was told.
    pub told: u32,
    /// What the shop was told of its way, in its own words.
    pub events: Vec<String>,
    /// Whether the shop follows it: its carrier has scanned it.
    pub followed: bool,
}

/// An order and its packages.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) placed: PlacedOrder,
    pub(crate) at: Timestamp,
    pub(crate) packages: Vec<Package>,
}

/// A package as the seller told of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    pub(crate) key: String,
    pub(crate) carrier: String,
    pub(crate) service: String,
    pub(crate) number: String,
    pub(crate) shipped: String,
    pub(crate) items: Vec<ShopItem>,
    pub(crate) told: u32,
    pub(crate) events: Vec<Value>,
}

impl Order {
    /// How many of a line are in no package but `key`.
    pub(crate) fn left(&self, item: &str, key: &str) -> Option<u32> {
        let line = self.placed.items.iter().find(|line| line.id == item)?;
        let others = self.packages.iter().filter(|package| package.key != key);
        let inside = others.flat_map(|package| &package.items);
        let inside = inside
            .filter(|line| line.id == item)
            .map(|line| line.quantity);
        Some(line.quantity.saturating_sub(inside.sum()))
    }

    /// Takes in what is told of a package, as a new one or in the place of that of its name.
    pub(crate) fn tell(&mut self, package: Package) {
        match self
            .packages
            .iter_mut()
            .find(|known| known.key == package.key)
        {
            Some(known) => {
                let told = known.told;
                let events = std::mem::take(&mut known.events);
                *known = Package {
                    told: told + 1,
                    events,
                    ..package
                };
            }
            None => self.packages.push(Package { told: 1, ..package }),
        }
    }
}

/// The orders of all shops. Bounded: the oldest go first.
pub(crate) struct Book {
    orders_max: usize,
    orders: Mutex<Orders>,
}

#[derive(Default)]
pub(crate) struct Orders {
    known: BTreeMap<(Shop, String), Order>,
    age: VecDeque<(Shop, String)>,
}

impl Orders {
    pub(crate) fn get(&mut self, shop: Shop, order: &str) -> Option<&mut Order> {
        self.known.get_mut(&(shop, order.to_owned()))
    }

    /// The packages of all of a shop's orders.
    pub(crate) fn packages(&mut self, shop: Shop) -> impl Iterator<Item = &mut Package> {
        let of_shop = self
            .known
            .iter_mut()
            .filter(move |((own, _), _)| *own == shop);
        of_shop.flat_map(|(_, order)| &mut order.packages)
    }
}

impl Book {
    pub(crate) fn keeping(orders_max: usize) -> Self {
        Self {
            orders_max: orders_max.max(1),
            orders: Mutex::default(),
        }
    }

    pub(crate) fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Places an order; one of that id takes its place.
    pub(crate) fn place(&self, placed: PlacedOrder, at: Timestamp) {
        let mut orders = self.orders();
        let key = (placed.shop, placed.order.clone());
        let order = Order {
            placed,
            at,
            packages: Vec::new(),
        };
        if orders.known.insert(key.clone(), order).is_some() {
            return;
        }
        orders.age.push_back(key);
        if orders.age.len() > self.orders_max
            && let Some(oldest) = orders.age.pop_front()
        {
            orders.known.remove(&oldest);
        }
    }

    pub(crate) fn views(&self, world: &World) -> Vec<ShopOrderView> {
        let orders: Vec<Order> = self.orders().known.values().cloned().collect();
        orders.iter().map(|order| view(order, world)).collect()
    }

    pub(crate) fn reset(&self) {
        *self.orders() = Orders::default();
    }
}

fn view(order: &Order, world: &World) -> ShopOrderView {
    let package = |package: &Package| ShopPackageView {
        key: package.key.clone(),
        carrier: package.carrier.clone(),
        number: package.number.clone(),
        items: package.items.clone(),
        told: package.told,
        events: package
            .events
            .iter()
            .map(|event| status_of(event).to_owned())
            .collect(),
        followed: last_step(world, &package.number).is_some(),
    };
    ShopOrderView {
        shop: order.placed.shop,
        order: order.placed.order.clone(),
        packages: order.packages.iter().map(package).collect(),
    }
}

fn status_of(event: &Value) -> &str {
    event
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The last scan of the parcel of that number, whichever carrier's it is; none before the first
/// that is more than an announcement.
pub(crate) fn last_step(world: &World, number: &str) -> Option<Step> {
    let now = world.settings.clock.now();
    last_of(&world.ups.parcels(), number, now)
        .or_else(|| last_of(&world.fedex.parcels(), number, now))
        .or_else(|| last_of(&world.usps.parcels(), number, now))
        .or_else(|| last_of(&world.dhl.parcels(), number, now))
        .or_else(|| last_of(&world.yanwen.parcels(), number, now))
        .or_else(|| last_of(&world.fourpx.parcels(), number, now))
}

fn last_of<D>(parcels: &Parcels<D>, number: &str, now: Timestamp) -> Option<Step> {
    let by = |by| parcels.find(by, number).pop();
    // Where a carrier numbers the boxes of a waybill, the waybill's own number is as good.
    let parcel = by(By::Number)
        .or_else(|| by(By::LastMile))
        .or_else(|| by(By::Purchase))?;
    let seen = Parcel::seen(&parcel, now, crate::faults::Telling::Plain);
    let mut scans = seen.iter().map(|scan| scan.step);
    scans.rfind(|step| *step != Step::LabelCreated)
}
