//! Orders, what of them is to be fulfilled, and what was.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};

use super::{gid, number_in};
use crate::document::text;
use crate::server::World;
use crate::shops::Shop;
use crate::shops::book::{Order, Package, ShopItem};

/// The root of all queries.
pub(super) struct Orders;

/// How many of a list are shown, and are paid for.
fn many(first: Option<i32>) -> usize {
    first.map_or(0, |first| usize::try_from(first).unwrap_or(0))
}

/// What one of each of so many things costs, with what is asked of it.
fn each(first: Option<i32>, of_one: usize) -> usize {
    many(first) * of_one
}

#[Object(name = "QueryRoot")]
impl Orders {
    /// The order of that id.
    #[graphql(complexity = "1 + child_complexity")]
    async fn order(&self, ctx: &Context<'_>, id: ID) -> Option<OrderNode> {
        let world = ctx.data::<Arc<World>>().ok()?;
        let number = number_in("Order", &id)?;
        let mut orders = world.shops.book.orders();
        orders.get(Shop::Shopify, number).cloned().map(OrderNode)
    }
}

struct OrderNode(Order);

#[Object(name = "Order")]
impl OrderNode {
    #[graphql(complexity = 0)]
    async fn id(&self) -> ID {
        gid("Order", &self.0.placed.order)
    }

    /// The parts of it that ship together. Here there is one, with all of it.
    #[graphql(complexity = "each(first, child_complexity)")]
    async fn fulfillment_orders(&self, first: Option<i32>) -> FulfillmentOrderConnection {
        let all = [FulfillmentOrder(self.0.clone())];
        FulfillmentOrderConnection {
            nodes: all.into_iter().take(many(first)).collect(),
        }
    }

    /// What was fulfilled.
    #[graphql(complexity = "each(first, 1 + child_complexity)")]
    async fn fulfillments(&self, first: Option<i32>) -> Vec<Fulfillment> {
        let packages = self.0.packages.iter().take(many(first));
        packages.cloned().map(Fulfillment).collect()
    }
}

#[derive(SimpleObject)]
struct FulfillmentOrderConnection {
    #[graphql(complexity = "1 + child_complexity")]
    nodes: Vec<FulfillmentOrder>,
}

struct FulfillmentOrder(Order);

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum FulfillmentOrderStatus {
    Open,
    InProgress,
    Closed,
}

#[Object]
impl FulfillmentOrder {
    #[graphql(complexity = 0)]
    async fn id(&self) -> ID {
        gid("FulfillmentOrder", &self.0.placed.order)
    }

    #[graphql(complexity = 0)]
    async fn status(&self) -> FulfillmentOrderStatus {
        let left = |line: &ShopItem| self.0.left(&line.id, "").unwrap_or(0);
        let all: u32 = self.0.placed.items.iter().map(left).sum();
        match (all, self.0.packages.is_empty()) {
            (0, _) => FulfillmentOrderStatus::Closed,
            (_, true) => FulfillmentOrderStatus::Open,
            (_, false) => FulfillmentOrderStatus::InProgress,
        }
    }

    #[graphql(complexity = "each(first, child_complexity)")]
    async fn line_items(&self, first: Option<i32>) -> FulfillmentOrderLineItemConnection {
        let lines = self.0.placed.items.iter().take(many(first));
        let nodes = lines.map(|line| FulfillmentOrderLineItem {
            id: gid("FulfillmentOrderLineItem", &line.id),
            total_quantity: line.quantity,
            remaining_quantity: self.0.left(&line.id, "").unwrap_or(0),
            line_item: LineItem {
                id: gid("LineItem", &line.id),
            },
        });
        FulfillmentOrderLineItemConnection {
            nodes: nodes.collect(),
        }
    }
}

#[derive(SimpleObject)]
struct FulfillmentOrderLineItemConnection {
    #[graphql(complexity = "1 + child_complexity")]
    nodes: Vec<FulfillmentOrderLineItem>,
}

#[derive(SimpleObject)]
struct FulfillmentOrderLineItem {
    #[graphql(complexity = 0)]
    id: ID,
    #[graphql(complexity = 0)]
    total_quantity: u32,
    #[graphql(complexity = 0)]
    remaining_quantity: u32,
    #[graphql(complexity = "1 + child_complexity")]
    line_item: LineItem,
}

#[derive(SimpleObject)]
struct LineItem {
    #[graphql(complexity = 0)]
    id: ID,
}

/// A package that left.
pub(super) struct Fulfillment(pub(super) Package);

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum FulfillmentStatus {
    Success,
}

#[Object]
impl Fulfillment {
    #[graphql(complexity = 0)]
    async fn id(&self) -> ID {
        gid("Fulfillment", &self.0.key)
    }

    #[graphql(complexity = 0)]
    async fn status(&self) -> FulfillmentStatus {
        FulfillmentStatus::Success
    }

    /// What was last said of its way; `FULFILLED` when nothing was.
    #[graphql(complexity = 0)]
    async fn display_status(&self) -> String {
        let last = self.0.events.last();
        let last = last.and_then(|event| text(event, "status"));
        last.unwrap_or("FULFILLED").to_owned()
    }

    #[graphql(complexity = "each(first, 1 + child_complexity)")]
    async fn tracking_info(&self, first: Option<i32>) -> Vec<FulfillmentTrackingInfo> {
        let info = [FulfillmentTrackingInfo {
            company: self.0.carrier.clone(),
            number: self.0.number.clone(),
        }];
        info.into_iter().take(many(first)).collect()
    }
}

#[derive(SimpleObject)]
struct FulfillmentTrackingInfo {
    #[graphql(complexity = 0)]
    company: String,
    #[graphql(complexity = 0)]
    number: String,
}
