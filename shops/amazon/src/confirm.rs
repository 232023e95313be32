//! `confirmShipment` of orders v0.

use async_trait::async_trait;
use http::Method;
use jiff::tz::TimeZone;
use parcelgate_carrier::json::compact;
use parcelgate_carrier::{Call, Class, Outgoing, Result};
use parcelgate_domain::Violations;
use parcelgate_shop::{Confirmation, Confirmed, Confirms};
use serde_json::{Value, json};

use crate::{API, Amazon, ID};

const OPERATION: &str = "confirm";

#[async_trait]
impl Confirms for Amazon {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        if !is_order(&confirmation.order) {
            let order = confirmation.order.as_str();
            found.refuse("order", order, "an Amazon order: 902-1106328-1059050");
        }
        if confirmation.marketplace.is_none() {
            found.require("marketplace", "the id of the marketplace: ATVPDKIKX0DER");
        }
        found
    }

    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        // Told twice it is edited, not doubled: the package is named by our own number for it.
        let outgoing = Outgoing::new(Method::POST, OPERATION, API, "/orders/v0/orders")
            .segment(&confirmation.order)
            .segment("shipmentConfirmation")
            .class(Class::Manage)
            .json(&ID, &encode(confirmation))?;
        call.send(outgoing).await?;
        Ok(Confirmed::default())
    }

    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        _handle: Option<&str>,
    ) -> Result<Confirmed> {
        self.confirm(call, confirmation).await
    }
}

fn encode(confirmation: &Confirmation) -> Value {
    let items = confirmation.items.iter();
    let items = items.map(|item| json!({ "orderItemId": item.id, "quantity": item.quantity }));
    let shipped = confirmation.shipped_at.to_zoned(TimeZone::UTC);
    compact(json!({
        "marketplaceId": confirmation.marketplace,
        "packageDetail": {
            "packageReferenceId": confirmation.package.to_string(),
            "carrierCode": confirmation.carrier.code,
            "carrierName": confirmation.carrier.name,
            "shippingMethod": confirmation.service,
            "trackingNumber": confirmation.number.as_str(),
            "shipDate": shipped.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "orderItems": items.collect::<Vec<_>>(),
        },
    }))
}

/// "In 3-7-7 format."
fn is_order(text: &str) -> bool {
    let lengths = text.split('-').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(part.len())
    });
    lengths.eq([Some(3), Some(7), Some(7)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_three_groups_of_digits() {
        assert!(is_order("902-1106328-1059050"));
        for other in [
            "",
            "902-1106328",
            "902-1106328-105905O",
            "9021106328-1059050-1",
        ] {
            assert!(!is_order(other), "{other}");
        }
    }
}
