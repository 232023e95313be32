//! A tracking item, or a note; and the order completed.

use async_trait::async_trait;
use http::Method;
use jiff::tz::TimeZone;
use parcelgate_carrier::json::Text;
use parcelgate_carrier::{Call, Class, Kind, Outgoing, Result, read_json};
use parcelgate_domain::Violations;
use parcelgate_shop::{Confirmation, Confirmed, Confirms};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::codes::LINKS;
use crate::{API, ID, WooCommerce};

const OPERATION: &str = "confirm";
pub(crate) const ORDERS: &str = "/wp-json/wc/v3/orders";
pub(crate) const TRACKED: &str = "/wp-json/wc-shipment-tracking/v3/orders";
pub(crate) const TRACKINGS: &str = "shipment-trackings";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Tracking {
    tracking_id: Text,
}

#[async_trait]
impl Confirms for WooCommerce {
    fn check(&self, confirmation: &Confirmation) -> Violations {
        let mut found = Violations::new();
        let order = confirmation.order.as_str();
        if !order.bytes().all(|byte| byte.is_ascii_digit()) {
            found.refuse("order", order, "the number of a WooCommerce order: 727");
        }
        found
    }

    async fn confirm(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        // First what can be done twice: an order that is complete stays so.
        if self.complete_orders {
            let body = json!({ "status": "completed" });
            let outgoing = Outgoing::new(Method::PUT, "complete", API, ORDERS)
                .segment(&confirmation.order)
                .class(Class::Manage)
                .json(&ID, &body)?;
            call.send(outgoing).await?;
        }
        match self.track(call, confirmation).await {
            Err(error) if error.kind == Kind::Unsupported => {
                let words = written(confirmation);
                note(call, &confirmation.order, OPERATION, &words).await?;
                Ok(Confirmed::default())
            }
            tracked => tracked,
        }
    }

    async fn change(
        &self,
        call: &Call<'_>,
        confirmation: &Confirmation,
        handle: Option<&str>,
    ) -> Result<Confirmed> {
        if let Some(handle) = handle {
            let outgoing = Outgoing::new(Method::DELETE, "withdraw", API, TRACKED)
                .segment(&confirmation.order)
                .segment(TRACKINGS)
                .segment(handle)
                .class(Class::Manage);
            match call.send(outgoing).await {
                Ok(_) => {}
                // It is gone, or never was one: what counts is the new one.
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Unsupported) => {}
                Err(error) => return Err(error),
            }
        }
        self.confirm(call, confirmation).await
    }
}

impl WooCommerce {
    /// Sent twice there are two: what became of it is read back.
    async fn track(&self, call: &Call<'_>, confirmation: &Confirmation) -> Result<Confirmed> {
        let outgoing = Outgoing::new(Method::POST, OPERATION, API, TRACKED)
            .segment(&confirmation.order)
            .segment(TRACKINGS)
            .class(Class::Manage)
            .only_if_unsent()
            .json(&ID, &encode(confirmation))?;
        let tracking: Tracking = read_json(&ID, OPERATION, &call.send(outgoing).await?)?;
        Ok(Confirmed {
            handle: tracking.tracking_id.owned(),
        })
    }
}

/// A note that the buyer reads.
pub(crate) async fn note(
    call: &Call<'_>,
    order: &str,
    operation: &'static str,
    text: &str,
) -> Result<()> {
    let outgoing = Outgoing::new(Method::POST, operation, API, ORDERS)
        .segment(order)
        .segment("notes")
        .class(Class::Manage)
        .only_if_unsent()
        .json(&ID, &json!({ "note": text, "customer_note": true }))?;
    call.send(outgoing).await?;
    Ok(())
}

fn encode(confirmation: &Confirmation) -> Value {
    let number = confirmation.number.as_str();
    let shipped = confirmation.shipped_at.to_zoned(TimeZone::UTC).date();
    let (code, name) = (&confirmation.carrier.code, &confirmation.carrier.name);
    let link = LINKS.iter().find(|(own, _)| own == code);
    match (name, link) {
        (None, None) => json!({
            "tracking_provider": code,
            "tracking_number": number,
            "date_shipped": shipped.to_string(),
        }),
        (name, link) => json!({
            "custom_tracking_provider": name.as_ref().unwrap_or(code),
            "custom_tracking_link": link.map_or("", |(_, link)| link),
            "tracking_number": number,
            "date_shipped": shipped.to_string(),
        }),
    }
}

/// What stands before the number in a note, by which it is found again.
pub(crate) const MARK: &str = "Tracking number: ";

fn written(confirmation: &Confirmation) -> String {
    let (code, name) = (&confirmation.carrier.code, &confirmation.carrier.name);
    let carrier = name.as_ref().unwrap_or(code);
    format!("Shipped with {carrier}. {MARK}{}", confirmation.number)
}
