//! Fetching parcels: pickup v1, of Express and of Ground apart.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::form::{AddressForm, PhoneForm};
use parcelgate_carrier::json::{Loose, Text, compact, filled};
use parcelgate_carrier::latin::{Alphabet, Wording};
use parcelgate_carrier::{Call, Kind, Pickup, PickupOrder, Pickups, Result};
use parcelgate_domain::{Personal, Violations};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::party::{self, FORM};
use crate::wire::{output, told};
use crate::{Fedex, TRANSACTION_ID, codes, error, parcels};

/// The driver is called by a shorter number than a label shows.
const DOOR: AddressForm = AddressForm {
    phone: PhoneForm {
        digits_min: 8,
        digits_max: 13,
        ..FORM.phone
    },
    ..FORM
};
const REMARKS_MAX: usize = 60;

#[async_trait]
impl Pickups for Fedex {
    fn check(&self, order: &PickupOrder) -> Violations {
        self.pickup(order).err().unwrap_or_default()
    }

    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup> {
        let body = self.pickup(order);
        let body = body.map_err(|found| error(Kind::Invalid, "schedule").at(found))?;
        let outgoing = Self::outgoing(Method::POST, "schedule", "/pickup/v1/pickups")
            .header(TRANSACTION_ID, order.reference.as_str())
            .only_if_unsent()
            .json(&crate::ID, &body)?;
        let answer: Confirmed = output("schedule", &call.send(outgoing).await?)?;
        Ok(Pickup {
            confirmation: told("schedule", answer.pickup_confirmation_code.owned())?,
            location: answer.location.owned(),
            date: order.date,
            window: None,
            service: order.service.clone(),
            charged: None,
        })
    }

    /// No code says that a pickup is cancelled already: one that FedEx does not know any more has
    /// been.
    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()> {
        let body = json!({
            "associatedAccountNumber": self.account.number(),
            "pickupConfirmationCode": pickup.confirmation,
            "carrierCode": codes::company(pickup.service.as_ref()),
            "scheduledDate": pickup.date.to_string(),
            "location": pickup.location,
        });
        let outgoing = Self::outgoing(Method::PUT, "cancel", "/pickup/v1/pickups/cancel");
        let outgoing = outgoing.json(&crate::ID, &compact(body))?;
        match call.send(outgoing).await {
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            answer => output("cancel", &answer?).map(|_: Loose<Value>| ()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Confirmed {
    pickup_confirmation_code: Text,
    location: Text,
}

impl Fedex {
    /// The request for a pickup, or why there cannot be one.
    fn pickup(&self, order: &PickupOrder) -> Result<Value, Violations> {
        let mut found = Violations::new();
        let fitted = DOOR.fit(&order.address, "address");
        let fitted = fitted.map_err(|wrong| found.append(wrong)).ok();
        for (index, parcel) in order.parcels.iter().enumerate() {
            found.append(parcel.violations(&format!("parcels[{index}]")));
        }
        if order.parcels.is_empty() {
            found.require("parcels", "at least one parcel");
        }
        if order.close <= order.ready {
            found.refuse("close", order.close, "later than ready");
        }
        let note = order
            .note
            .as_ref()
            .map(Personal::expose)
            .unwrap_or_default();
        let note = Alphabet::Latin1.fit(note, Wording::Plain, REMARKS_MAX, "note", &mut found);
        let company = codes::company(order.service.as_ref());
        let abroad = order.destination.map(|to| to != order.address.country);
        found.none_or(compact(json!({
            "associatedAccountNumber": self.account.number(),
            "originDetail": {
                "pickupAddressType": "OTHER",
                "pickupLocation": fitted.as_ref().map(|fitted| {
                    json!({
                        "address": party::address(fitted),
                        "contact": party::contact(fitted),
                    })
                }),
                // Local to the place; a time zone would be ignored.
                "readyDateTimestamp": order.date.to_datetime(order.ready).to_string(),
                "customerCloseTime": order.close.to_string(),
                "packageLocation": "FRONT",
            },
            "carrierCode": company,
            // In pounds; whole ones are enough for a driver.
            "totalWeight": {
                "units": "LB",
                "value": parcels::total(&order.parcels).tenths_of_pound().div_ceil(10),
            },
            "packageCount": order.parcels.len(),
            "remarks": filled(&note),
            "countryRelationships": abroad.map(|abroad| {
                if abroad { "INTERNATIONAL" } else { "DOMESTIC" }
            }),
            "trackingNumber": order.numbers.first().map(|number| number.as_str()),
        })))
    }
}

#[cfg(test)]
mod tests;
