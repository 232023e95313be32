//! What the played Amazon was told of the orders, and what it made of that.

use std::collections::BTreeMap;

use comfy_table::{Cell, Table};
use parcelgate_proto::v1::confirmation::State;
use parcelgate_proto::v1::{Confirmation, ListConfirmationsRequest, ShopOrder, ShopOrderItem};
use parcelgate_sandbox::{PlacedOrder, Shop, ShopItem};

use super::orders::Order;
use crate::cli::connect::Gate;
use crate::cli::out;

/// The shop's name in the demo's configuration.
pub(crate) const SHOP: &str = "amazon-demo";
/// Where all of the orders were placed: amazon.com.
const MARKETPLACE: &str = "ATVPDKIKX0DER";
/// More than any day's orders.
const LISTED: i32 = 1_000;

/// The order as its buyer placed it in the played shop. Its lines go by their SKUs.
pub(crate) fn placed(order: &Order) -> PlacedOrder {
    let line = |(product, quantity): &(super::catalogue::Product, u32)| ShopItem {
        id: product.sku.clone(),
        quantity: *quantity,
    };
    PlacedOrder {
        shop: Shop::Amazon,
        order: order.id.clone(),
        marketplace: MARKETPLACE.to_owned(),
        items: order.goods.iter().map(line).collect(),
    }
}

/// The same as its shipment names it.
pub(crate) fn named(order: &Order) -> ShopOrder {
    let line = |(product, quantity): &(super::catalogue::Product, u32)| ShopOrderItem {
        id: product.sku.clone(),
        quantity: *quantity,
        parcel_index: 0,
    };
    ShopOrder {
        shop: SHOP.to_owned(),
        order: order.id.clone(),
        marketplace: MARKETPLACE.to_owned(),
        items: order.goods.iter().map(line).collect(),
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
            shop: SHOP.to_owned(),
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
        let mut table = out::table(["order", "Amazon was told", "and shows it as", "why not"]);
        for (order, it) in &self.0 {
            let told = format!("{} {}", it.carrier_code, it.tracking_number);
            let state = self.state(order).unwrap_or_default();
            table.add_row([
                Cell::new(order),
                Cell::new(told.trim()),
                Cell::new(state.to_ascii_lowercase()),
                Cell::new(&it.shop_text),
            ]);
        }
        table
    }
}
