//! What there is of an order: what is still to be fulfilled, and what was.

use async_trait::async_trait;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{Call, Class, Error, Kind, Result, read_below};
use parcelgate_shop::{ReadsBack, Recognition, Shown};
use serde::Deserialize;
use serde_json::json;

use crate::ids::gid;
use crate::{ID, Query, Shopify, ask, points};

/// How many lines of an order are read; what more would cost leaves no points for others.
pub(crate) const LINES_MAX: usize = 25;

/// What is still to be fulfilled: 1 + 5 * (1 + 25 * 2) points.
const OPEN: Query = Query {
    operation: "open",
    text: "query open($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id status \
           lineItems(first: 25) { nodes { id remainingQuantity lineItem { id } } } } } } }",
    points: points(256),
    class: Class::Manage,
    once: false,
};

/// What was fulfilled: 1 + 25 * 2 points.
const DONE: Query = Query {
    operation: "read_back",
    text: "query done($id: ID!) { order(id: $id) { fulfillments(first: 25) { id status \
           displayStatus trackingInfo(first: 1) { company number } } } }",
    points: points(51),
    class: Class::Track,
    once: false,
};

/// A part of an order that ships together.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FulfillmentOrder {
    pub(crate) id: Text,
    pub(crate) status: Text,
    line_items: Loose<Nodes<Line>>,
}

/// One of its lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Line {
    pub(crate) id: Text,
    remaining_quantity: Text,
    line_item: Loose<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    id: Text,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Nodes<T> {
    #[serde(bound = "T: serde::de::DeserializeOwned")]
    nodes: Many<T>,
}

impl<T> Default for Nodes<T> {
    fn default() -> Self {
        Self {
            nodes: Many::default(),
        }
    }
}

impl FulfillmentOrder {
    /// Whether anything of it can still be fulfilled.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "OPEN" | "IN_PROGRESS" | "SCHEDULED")
    }

    /// Its lines.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.line_items.nodes
    }
}

impl Line {
    /// The line of the order that it is of.
    pub(crate) fn item(&self) -> &str {
        self.line_item.id.as_str()
    }

    /// How many are still to be fulfilled.
    pub(crate) fn remaining(&self) -> u32 {
        self.remaining_quantity.parse().unwrap_or(0)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Open {
    fulfillment_orders: Loose<Nodes<FulfillmentOrder>>,
}

/// What of an order is still to be fulfilled.
pub(crate) async fn open(call: &Call<'_>, order: &str) -> Result<Vec<FulfillmentOrder>> {
    let response = ask(call, &OPEN, json!({ "id": gid("Order", order) })).await?;
    let order: Option<Open> = read_below(&ID, OPEN.operation, &response, &["data", "order"])?;
    let order = order.ok_or_else(|| unknown(OPEN.operation))?;
    Ok(order.fulfillment_orders.0.nodes.into_vec())
}

fn unknown(operation: &'static str) -> Error {
    Error::new(Kind::NotFound, ID, operation).said("", "the store has no such order")
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    fulfillments: Many<Fulfillment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Fulfillment {
    id: Text,
    status: Text,
    display_status: Text,
    tracking_info: Many<Tracking>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracking {
    company: Text,
    number: Text,
}

#[async_trait]
impl ReadsBack for Shopify {
    async fn packages(
        &self,
        call: &Call<'_>,
        order: &str,
        _marketplace: Option<&str>,
    ) -> Result<Vec<Shown>> {
        let response = ask(call, &DONE, json!({ "id": gid("Order", order) })).await?;
        let order: Option<Done> = read_below(&ID, DONE.operation, &response, &["data", "order"])?;
        let order = order.ok_or_else(|| unknown(DONE.operation))?;
        Ok(order.fulfillments.iter().map(Fulfillment::shown).collect())
    }
}

impl Fulfillment {
    fn shown(&self) -> Shown {
        let tracking = self.tracking_info.first();
        Shown {
            package: None,
            handle: self.id.owned(),
            number: tracking.and_then(|tracking| tracking.number.owned()),
            carrier: tracking.and_then(|tracking| tracking.company.owned()),
            recognition: recognition(self.status.as_str()),
            said: self.display_status.owned().or_else(|| self.status.owned()),
        }
    }
}

/// Shopify hears of the way by events and follows nothing itself: a fulfilment that stands is all
/// that it can make of a number.
fn recognition(status: &str) -> Recognition {
    match status {
        "SUCCESS" => Recognition::Followed,
        "CANCELLED" | "ERROR" | "FAILURE" => Recognition::Refused,
        _ => Recognition::Pending,
    }
}
