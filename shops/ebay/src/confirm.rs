//! `createShippingFulfillment`.

use async_trait::async_trait;
use http::Method;
use http::header::LOCATION;
use jiff::tz::TimeZone;
use parcelgate_carrier::{Call, Class, Outgoing, Response, Result};
use parcelgate_domain::Violations;
use parcelgate_shop::{Confirmation, Confirmed, Confirms};
use serde_json::{Value, json};

use crate::{API, Ebay, ID};

const OPERATION: &str = "confirm";
/// Where the fulfilments of an order are.
pub(crate) const ORDERS: &str = "/sell/fulfillment/v1/order";
pub(crate) const FULFILLMENTS: &str = "shipping_fulfillment";

#[async_trait]
impl Confirms for Ebay {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        let number = confirmation.number.as_str();
        if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            found.refuse(
                "number",
                number,
                "letters and digits only, as eBay takes it",
            );
        }
        found
    }

    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        // Sent twice there are two: what became of it is read back.
        let outgoing = Outgoing::new(Method::POST, OPERATION, API, ORDERS)
            .segment(&confirmation.order)
            .segment(FULFILLMENTS)
            .class(Class::Manage)
            .only_if_unsent()
            .json(&ID, &encode(confirmation))?;
        let response = call.send(outgoing).await?;
        Ok(Confirmed {
            handle: handle(&response),
        })
    }

    /// There is no update: a further fulfilment stands beside the first.
    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        _handle: Option<&str>,
    ) -> Result<Confirmed> {
        self.confirm(call, confirmation).await
    }
}

/// The id is the last part of where the new one is.
fn handle(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let id = location.rsplit('/').next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn encode(confirmation: &Confirmation) -> Value {
    let items = confirmation.items.iter();
    let items = items.map(|item| json!({ "lineItemId": item.id, "quantity": item.quantity }));
    let shipped = confirmation.shipped_at.to_zoned(TimeZone::UTC);
    json!({
        "lineItems": items.collect::<Vec<_>>(),
        "shippedDate": shipped.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "shippingCarrierCode": confirmation.carrier.code,
        "trackingNumber": confirmation.number.as_str(),
    })
}
