//! A courier who comes to fetch parcels.

use async_trait::async_trait;
use http::Method;
use jiff::civil::Time;
use parcelgate_carrier::declaration::passes_customs;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{
    Call, Kind, Locality, Outgoing, Pickup, PickupOrder, Pickups, Response, Result, moment,
    read_json,
};
use parcelgate_domain::{Personal, TrackingNumber, Violations};
use serde::Deserialize;

use super::party::{FORM, billed, check_parcels, package, party};
use super::rates::split;
use super::track::is_piece;
use super::{MyDhl, clock};
use crate::object::Object;
use crate::{ID, error};

const SCHEDULE: &str = "schedule";
const CANCEL: &str = "cancel";
const NOTE_CHARS_MAX: usize = 80;

#[async_trait]
impl Pickups for MyDhl {
    fn check(&self, order: &PickupOrder) -> Violations {
        check(order)
    }

    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup> {
        let response = call.send(self.encode_pickup(order)?).await?;
        decode(order, &response)
    }

    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()> {
        let outgoing = Self::outgoing(Method::DELETE, CANCEL, "/pickups")
            .segment(&pickup.confirmation)
            .query("requestorName", "parcelgate")
            .query("reason", "no longer needed");
        match call.send(outgoing).await {
            Err(refusal) if is_cancelled(refusal.kind, refusal.text.as_deref()) => Ok(()),
            other => other.map(|_| ()),
        }
    }
}

/// A pickup that DHL does not know will not take place. One that is cancelled already is refused
/// with 400, as is one that took place, and no code tells them apart: only DHL's words do.
fn is_cancelled(kind: Kind, words: Option<&str>) -> bool {
    let words = words.unwrap_or_default().to_ascii_lowercase();
    kind == Kind::NotFound || (kind == Kind::Refused && words.contains("already cancel"))
}

fn check(order: &PickupOrder) -> Violations {
    let mut found = FORM.violations(&order.address, "address");
    found.append(check_parcels(&order.parcels));
    if order.service.is_none() {
        found.require(
            "service",
            "a product of DHL Express, by which its courier comes",
        );
    }
    if order.close <= order.ready {
        found.refuse("close", order.close, "later than the parcels are ready");
    }
    let note = order.note.as_ref().map(Personal::expose).unwrap_or("");
    if note.chars().count() > NOTE_CHARS_MAX {
        found.require("note", format!("at most {NOTE_CHARS_MAX} characters"));
    }
    found
}

impl MyDhl {
    fn encode_pickup(&self, order: &PickupOrder) -> Result<Outgoing> {
        let invalid = |found| error(Kind::Invalid, SCHEDULE).at(found);
        check(order).none_or(()).map_err(invalid)?;
        let fitted = FORM.fit(&order.address, "address").map_err(invalid)?;
        let home = order.address.residential;
        let (product, local) = split(order.service.as_ref());
        let abroad = |to| passes_customs(order.address.country, to);
        let mut numbers = order.numbers.iter().filter(|number| !is_piece(number));
        let shipment = Object::new()
            .put("productCode", product)
            .put("localProductCode", local)
            .put("isCustomsDeclarable", order.destination.is_some_and(abroad))
            .put("unitOfMeasurement", "metric")
            .put(
                "shipmentTrackingNumber",
                numbers.next().map(TrackingNumber::as_str),
            )
            .put(
                "packages",
                order.parcels.iter().map(package).collect::<Vec<_>>(),
            );
        let place = Locality::from(&order.address);
        let note = order
            .note
            .as_ref()
            .map(Personal::expose)
            .map(|note| Object::new().put("value", note));
        let body = Object::new()
            .put(
                "plannedPickupDateAndTime",
                clock::moment(&place, order.date, order.ready),
            )
            .put("closeTime", order.close.strftime("%H:%M").to_string())
            .put(
                "locationType",
                home.map(|home| if home { "residence" } else { "business" }),
            )
            .put("accounts", billed(&self.account, &["shipper"]))
            .list("specialInstructions", note.into_iter().collect())
            .put(
                "customerDetails",
                Object::new().put("shipperDetails", party(&fitted)),
            )
            .put("shipmentDetails", vec![shipment]);
        Self::outgoing(Method::POST, SCHEDULE, "/pickups")
            .header("message-reference", order.reference.as_str())
            .only_if_unsent()
            .json(&ID, &body)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Booked {
    dispatch_confirmation_numbers: Many<Text>,
    ready_by_time: Text,
    next_pickup_date: Text,
}

fn decode(order: &PickupOrder, response: &Response) -> Result<Pickup> {
    let booked: Booked = read_json(&ID, SCHEDULE, response)?;
    let mut numbers = booked.dispatch_confirmation_numbers.iter();
    let confirmation = numbers.find_map(Text::owned);
    let window = |from: Time| (from, order.close);
    Ok(Pickup {
        confirmation: confirmation.ok_or_else(|| error(Kind::Malformed, SCHEDULE))?,
        location: None,
        date: moment::date(&booked.next_pickup_date).unwrap_or(order.date),
        window: moment::time(&booked.ready_by_time).map(window),
        service: order.service.clone(),
        charged: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pickup_that_will_not_take_place_is_cancelled() {
        assert!(is_cancelled(Kind::NotFound, None));
        assert!(is_cancelled(
            Kind::Refused,
            Some("Pickup already cancelled")
        ));
        assert!(!is_cancelled(
            Kind::Refused,
            Some("Pickup already completed")
        ));
        assert!(!is_cancelled(Kind::Unavailable, Some("already cancelled")));
    }
}
