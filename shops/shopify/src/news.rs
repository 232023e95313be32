//! `fulfillmentEventCreate`.

use async_trait::async_trait;
use parcelgate_carrier::json::compact;
use parcelgate_carrier::{Call, Class, Result};
use parcelgate_shop::{News, Tells};
use serde_json::json;

use crate::codes::event;
use crate::{Query, Shopify, ask, points, unnamed};

/// Told twice it stands there twice, which harms nobody.
const EVENT: Query = Query {
    operation: "inform",
    text: "mutation event($event: FulfillmentEventInput!) { fulfillmentEventCreate( \
           fulfillmentEvent: $event) { fulfillmentEvent { id status } userErrors { field message \
           } } }",
    points: points(12),
    class: Class::Manage,
    once: false,
};

#[async_trait]
impl Tells for Shopify {
    async fn tell(
        &self,
        call: &Call<'_>,
        _order: &str,
        handle: Option<&str>,
        news: &News,
    ) -> Result<()> {
        let handle = handle.ok_or_else(|| unnamed(EVENT.operation))?;
        let event = compact(json!({
            "fulfillmentId": handle,
            "status": event(news.milestone),
            "happenedAt": news.at.to_string(),
            "city": news.city,
            "country": news.country,
        }));
        ask(call, &EVENT, json!({ "event": event })).await?;
        Ok(())
    }
}
