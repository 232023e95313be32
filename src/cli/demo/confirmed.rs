//! What the played shops were told of the orders, and what they made of that.

use std::collections::BTreeMap;

use comfy_table::{Cell, Table};
use parcelgate_proto::v1::confirmation::State;
use parcelgate_proto::v1::{Confirmation, ListConfirmationsRequest, ShopOrder, ShopOrderItem};
use parcelgate_sandbox::{PlacedOrder, Shop, ShopItem};

use super::orders::Order;
use crate::cli::connect::Gate;
use crate::cli::out;

/// Where all of Amazon's orders were placed: amazon.com.
const MARKETPLACE: &str = "ATVPDKIKX0DER";
/// More than any day's orders.
const LISTED: i32 = 1_000;

/// In which shop an order was placed: Amazon's numbers have hyphens, Shopify's are digits alone.
fn shop_of(order: &Order) -> Shop {
    match order.id.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Shop::Shopify,
        false => Shop::Amazon,
    }
}

/// The shop's name for people.
fn title(shop: Shop) -> &'static str {
    match shop {
        Shop::Amazon => "Amazon",
        Shop::Shopify => "Shopify",
    }
}

/// Where an order was sold, for people.
pub(crate) fn platform(order: &Order) -> &'static str {
    title(shop_of(order))
}

fn marketplace(order: &Order) -> String {
    match shop_of(order) {
        Shop::Amazon => MARKETPLACE.to_owned(),
        Shop::Shopify => String::new(),
    }
}

/// The lines of an order with how many of each. The played Amazon has them by their SKUs, Shopify
/// gives numbers.
fn lines(order: &Order) -> impl Iterator<Item = (String, u32)> {
    let shop = shop_of(order);
    let goods = (1..).zip(&order.goods);
    goods.map(move |(line, (product, quantity))| match shop {
        Shop::Amazon => (product.sku.clone(), *quantity),
        Shop::Shopify => (format!("{}{line:02}", order.id), *quantity),
    })
}

/// The order as its buyer placed it in the played shop.
pub(crate) fn placed(order: &Order) -> PlacedOrder {
    let items = lines(order).map(|(id, quantity)| ShopItem { id, quantity });
    PlacedOrder {
        shop: shop_of(order),
        order: order.id.clone(),
        marketplace: marketplace(order),
        items: items.collect(),
    }
}

/// The same as its shipment names it.
pub(crate) fn named(order: &Order) -> ShopOrder {
    let items = lines(order).map(|(id, quantity)| ShopOrderItem {
        id,
        quantity,
        parcel_index: 0,
    });
    ShopOrder {
        shop: format!("{}-demo", shop_of(order).name()),
        order: order.id.clone(),
        marketplace: marketplace(order),
        items: items.collect(),
        ..ShopOrder::default()
    }
}

/// The orders by what their shop knows.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(BTreeMap<String, Confirmation>);

impl Confirmed {
    /// As they now stand.
    ///
    /// # Errors
    /// When the gateway cannot be read.
    pub(crate) async fn look(gate: &Gate) -> anyhow::Result<Self> {
        let request = gate.ask(ListConfirmationsRequest {
            page_size: LISTED,
            ..ListConfirmationsRequest::default()
        });
        let list = gate.shops().list_confirmations(request).await?.into_inner();
        let named = list.confirmations.into_iter();
        Ok(Self(named.map(|it| (it.order.clone(), it)).collect()))
    }

    /// How many numbers the shop has recognised.
    #[must_use]
    pub(crate) fn recognised(&self) -> usize {
        let all = self.0.values();
        all.filter(|it| it.state() == State::Recognised).count()
    }

    /// How one order stands: `RECOGNISED`.
    #[must_use]
    pub(crate) fn state(&self, order: &str) -> Option<String> {
        let name = self.0.get(order)?.state().as_str_name();
        Some(name.strip_prefix("STATE_").unwrap_or(name).to_owned())
    }

    /// Each order with what the shop was told of it.
    #[must_use]
    pub(crate) fn table(&self) -> Table {
        let mut table = out::table(["order", "shop", "was told", "and shows it as", "why not"]);
        for (order, it) in &self.0 {
            let told = format!("{} {}", it.carrier_code, it.tracking_number);
            let state = self.state(order).unwrap_or_default();
            table.add_row([
                Cell::new(order),
                Cell::new(&it.shop),
                Cell::new(told.trim()),
                Cell::new(state.to_ascii_lowercase()),
                Cell::new(&it.shop_text),
            ]);
        }
        table
    }
}
