//! `fulfillmentCreate` and `fulfillmentTrackingInfoUpdate`.

use async_trait::async_trait;
use parcelgate_carrier::json::{Loose, Text};
use parcelgate_carrier::{Call, Class, Error, Kind, Result, read_below};
use parcelgate_domain::Violations;
use parcelgate_shop::{CarrierName, Confirmation, Confirmed, Confirms, OrderItem};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ids::gid;
use crate::order::{FulfillmentOrder, open};
use crate::{ID, Query, Shopify, ask, points, unnamed};

/// Sent twice it would fulfil twice, as far as anything is left: what became of it is read back.
const CREATE: Query = Query {
    operation: "confirm",
    text: "mutation create($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: \
           $fulfillment) { fulfillment { id status } userErrors { field message } } }",
    points: points(12),
    class: Class::Manage,
    once: true,
};

const UPDATE: Query = Query {
    operation: "change",
    text: "mutation update($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) { \
           fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, \
           notifyCustomer: $notify) { fulfillment { id } userErrors { field message } } }",
    points: points(12),
    class: Class::Manage,
    once: false,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Created {
    fulfillment: Loose<Option<Fulfillment>>,
}

#[derive(Deserialize)]
struct Fulfillment {
    id: Text,
}

#[async_trait]
impl Confirms for Shopify {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        if gid("Order", &confirmation.order).is_none() {
            let allowed = "a Shopify order: 450789469 or gid://shopify/Order/450789469";
            found.refuse("order", &confirmation.order, allowed);
        }
        for (index, item) in confirmation.items.iter().enumerate() {
            if gid("LineItem", &item.id).is_none() {
                let allowed = "a line of a Shopify order: gid://shopify/LineItem/1";
                found.refuse(format!("items[{index}].id"), &item.id, allowed);
            }
        }
        found
    }

    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        let orders = open(call, &confirmation.order).await?;
        let lines = lines(&orders, &confirmation.items)?;
        let fulfillment = json!({
            "lineItemsByFulfillmentOrder": lines,
            "trackingInfo": tracking(confirmation),
            "notifyCustomer": self.notify_customer,
        });
        let response = ask(call, &CREATE, json!({ "fulfillment": fulfillment })).await?;
        let path = ["data", "fulfillmentCreate"];
        let created: Created = read_below(&ID, CREATE.operation, &response, &path)?;
        let handle = created.fulfillment.0.and_then(|it| it.id.owned());
        let malformed = || Error::new(Kind::Malformed, ID, CREATE.operation);
        Ok(Confirmed {
            handle: Some(handle.ok_or_else(malformed)?),
        })
    }

    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        handle: Option<&str>,
    ) -> Result<Confirmed> {
        let handle = handle.ok_or_else(|| unnamed(UPDATE.operation))?;
        let variables = json!({
            "id": handle,
            "tracking": tracking(confirmation),
            "notify": self.notify_customer,
        });
        ask(call, &UPDATE, variables).await?;
        Ok(Confirmed::default())
    }
}

fn tracking(confirmation: &Confirmation) -> Value {
    let CarrierName { code, name } = &confirmation.carrier;
    json!({
        "company": name.as_ref().unwrap_or(code),
        "number": confirmation.number.as_str(),
    })
}

/// The items as lines of the parts of the order that are still open; all of these parts when
/// nothing is named.
fn lines(orders: &[FulfillmentOrder], items: &[OrderItem]) -> Result<Vec<Value>> {
    let refused = |text: &str| Error::new(Kind::Refused, ID, CREATE.operation).said("", text);
    let open: Vec<&FulfillmentOrder> = orders.iter().filter(|order| order.is_open()).collect();
    if open.is_empty() {
        return Err(refused("nothing of the order is left to be fulfilled"));
    }
    if items.is_empty() {
        let whole = |order: &&FulfillmentOrder| json!({ "fulfillmentOrderId": order.id.as_str() });
        return Ok(open.iter().map(whole).collect());
    }
    let mut wanted: Vec<(String, u32)> = Vec::new();
    for item in items {
        let id = gid("LineItem", &item.id).unwrap_or_default();
        wanted.push((id, item.quantity.get()));
    }
    let mut parts = Vec::new();
    for order in open {
        let mut lines = Vec::new();
        for line in order.lines() {
            let Some((_, left)) = wanted.iter_mut().find(|(id, _)| id == line.item()) else {
                continue;
            };
            let taken = line.remaining().min(*left);
            *left -= taken;
            if taken > 0 {
                lines.push(json!({ "id": line.id.as_str(), "quantity": taken }));
            }
        }
        if !lines.is_empty() {
            let id = order.id.as_str();
            parts.push(json!({
                "fulfillmentOrderId": id,
                "fulfillmentOrderLineItems": lines,
            }));
        }
    }
    match wanted.iter().find(|(_, left)| *left > 0) {
        Some((id, left)) => Err(refused(&format!(
            "{left} of {id} are not left to be fulfilled"
        ))),
        None => Ok(parts),
    }
}
