//! A driver who comes to fetch parcels.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::{
    Call, Kind, Outgoing, Pickup, PickupOrder, Pickups, Response, Result, moment, read_json,
};
use parcelgate_domain::{Personal, TrackingNumber, Violations, Weight};
use serde::Deserialize;

use super::Paket;
use super::order::grams;
use super::party::{self, FORM, check_house, house};
use crate::object::Object;
use crate::{ID, auth, error};

const SCHEDULE: &str = "schedule";
const CANCEL: &str = "cancel";
const PATH: &str = "/parcel/de/transportation/pickup/v3/orders";
/// The procedure of pickups in a billing number, as in DHL's own examples.
const PROCEDURE: &str = "08";
const NOTE_CHARS_MAX: usize = 100;

#[async_trait]
impl Pickups for Paket {
    fn check(&self, order: &PickupOrder) -> Violations {
        check(order)
    }

    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup> {
        let response = call.send(self.encode_pickup(order)?).await?;
        decode(order, &response)
    }

    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()> {
        self.needs_token(CANCEL)?;
        let outgoing = Outgoing::new(Method::DELETE, CANCEL, auth::PICKUP, PATH)
            .query("orderID", &pickup.confirmation);
        let answer: Cancelled = read_json(&ID, CANCEL, &call.send(outgoing).await?)?;
        if !answer.confirmed_cancellations.is_empty() {
            return Ok(());
        }
        match answer.failed_cancellations.iter().next() {
            // Cancelled before.
            Some(failed) if &*failed.order_state == "STORNIERT" => Ok(()),
            Some(failed) => {
                let code = failed.order_state.as_str();
                Err(error(Kind::Refused, CANCEL).said(code, failed.message.as_str()))
            }
            None => Err(error(Kind::Malformed, CANCEL)),
        }
    }
}

fn check(order: &PickupOrder) -> Violations {
    let mut found = party::check(&order.address, "address");
    check_house(&order.address, "address", &mut found);
    if order.address.country.code() != "DE" {
        found.refuse("address.country", order.address.country, "DE");
    }
    if order.parcels.is_empty() {
        found.require("parcels", "at least one parcel");
    }
    for (index, parcel) in order.parcels.iter().enumerate() {
        found.append(parcel.violations(&format!("parcels[{index}]")));
    }
    if order.close <= order.ready {
        found.refuse("close", order.close, "later than the parcels are ready");
    }
    if order
        .note
        .as_ref()
        .map(Personal::expose)
        .unwrap_or("")
        .chars()
        .count()
        > NOTE_CHARS_MAX
    {
        found.require("note", format!("at most {NOTE_CHARS_MAX} characters"));
    }
    found
}

impl Paket {
    /// Pickups are shown a token and nothing else.
    fn needs_token(&self, operation: &'static str) -> Result<()> {
        if self.account.api_secret.is_some() {
            return Ok(());
        }
        let words = "DHL takes pickups from accounts with a token alone: set api_secret";
        Err(error(Kind::Unsupported, operation).said("", words))
    }

    fn encode_pickup(&self, order: &PickupOrder) -> Result<Outgoing> {
        self.needs_token(SCHEDULE)?;
        let invalid = |found| error(Kind::Invalid, SCHEDULE).at(found);
        check(order).none_or(()).map_err(invalid)?;
        let from = FORM.fit(&order.address, "address").map_err(invalid)?;
        let (street, number) = house(order.address.line(0)).unwrap_or_default();
        let address = Object::new()
            .put("name1", from.business())
            .put("addressStreet", street)
            .put("addressHouse", number)
            .put("postalCode", from.place.postal_code.clone())
            .put("city", from.place.city.clone())
            .put("country", "DE");
        let location = Object::new()
            .put("type", "Address")
            .put("pickupAddress", address);
        let hours = Object::new()
            .put("timeFrom", order.ready.strftime("%H:%M").to_string())
            .put("timeUntil", order.close.strftime("%H:%M").to_string());
        let contact = Object::new()
            .put("name", from.person())
            .put("phone", from.phone.clone())
            .put("email", from.email.clone());
        let day = Object::new()
            .put("type", "Date")
            .put("value", order.date.to_string());
        let weights = order.parcels.iter().map(|parcel| parcel.weight);
        let details = Object::new()
            .put("pickupDate", day)
            .put(
                "totalWeight",
                grams(weights.fold(Weight::grams(0), Weight::saturating_add)),
            )
            .put("comment", order.note.as_ref().map(Personal::expose));
        let boxes = order.parcels.iter().enumerate().map(|(index, _)| {
            let number = order.numbers.get(index);
            Object::new()
                .put("transportationType", "PAKET")
                .put("shipmentNo", number.map(TrackingNumber::as_str))
        });
        let customer = Object::new().put("billingNumber", self.billing_number(PROCEDURE));
        let shipments = Object::new().put("shipments", boxes.collect::<Vec<_>>());
        let body = Object::new()
            .put("customerDetails", customer)
            .put("pickupLocation", location)
            .put("businessHours", vec![hours])
            .put("contactPerson", vec![contact])
            .put("pickupDetails", details)
            .put("shipmentDetails", shipments);
        Outgoing::new(Method::POST, SCHEDULE, auth::PICKUP, PATH)
            .only_if_unsent()
            .json(&ID, &body)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Booked {
    confirmation: Loose<Confirmation>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Confirmation {
    value: Loose<Confirmed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Confirmed {
    #[serde(rename = "orderID")]
    order_id: Text,
    pickup_date: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Cancelled {
    confirmed_cancellations: Many<Failed>,
    failed_cancellations: Many<Failed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Failed {
    order_state: Text,
    message: Text,
}

fn decode(order: &PickupOrder, response: &Response) -> Result<Pickup> {
    let booked: Booked = read_json(&ID, SCHEDULE, response)?;
    let confirmed = &booked.confirmation.value;
    Ok(Pickup {
        confirmation: confirmed
            .order_id
            .owned()
            .ok_or_else(|| error(Kind::Malformed, SCHEDULE))?,
        location: None,
        date: moment::date(&confirmed.pickup_date).unwrap_or(order.date),
        window: None,
        service: order.service.clone(),
        charged: None,
    })
}
