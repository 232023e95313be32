//! Carrier pickup v3: the letter carrier takes parcels along on the daily round, free of charge.

use async_trait::async_trait;
use http::Method;
use http::header::ETAG;
use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::{Text, compact, filled};
use parcelgate_carrier::{
    Call, Kind, Outgoing, Pickup, PickupOrder, Pickups, Result, moment, read_json,
};
use parcelgate_domain::{Personal, ServiceCode, Violations, Weight};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::codes::{self, EXPRESS, GROUND_ADVANTAGE, PRIORITY, Way};
use crate::party::{self, HOME};
use crate::{Usps, auth, error};

const PATH: &str = "/pickup/v3/carrier-pickup";
/// Longer notes are refused (020019).
const NOTE_MAX: usize = 255;

#[async_trait]
impl Pickups for Usps {
    fn check(&self, order: &PickupOrder) -> Violations {
        body(order).err().unwrap_or_default()
    }

    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup> {
        let body = body(order).map_err(|found| error(Kind::Invalid, "schedule").at(found))?;
        let outgoing = Outgoing::new(Method::POST, "schedule", auth::API, PATH);
        let outgoing = outgoing.only_if_unsent().json(&crate::ID, &body)?;
        let response = call.send(outgoing).await?;
        let answer: Confirmation = read_json(&crate::ID, "schedule", &response)?;
        let malformed = || error(Kind::Malformed, "schedule");
        let number = answer.confirmation_number.owned().ok_or_else(malformed)?;
        Ok(Pickup {
            confirmation: number,
            location: None,
            date: moment::date(&answer.pickup_date).unwrap_or(order.date),
            window: None,
            service: order.service.clone(),
            charged: None,
        })
    }

    /// USPS wants to be shown the version of the pickup that is cancelled, so it is read first. One
    /// that is not found any more has been cancelled before.
    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()> {
        let request =
            |method| Outgoing::new(method, "cancel", auth::API, PATH).segment(&pickup.confirmation);
        let response = match call.send(request(Method::GET)).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(()),
            answer => answer?,
        };
        let version = response
            .headers()
            .get(ETAG)
            .and_then(|tag| tag.to_str().ok());
        let version = version.ok_or_else(|| error(Kind::Malformed, "cancel"))?;
        let delete = request(Method::DELETE).header("if-match", version);
        match call.send(delete).await {
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Confirmation {
    confirmation_number: Text,
    pickup_date: Text,
}

/// The request for a pickup, or why there cannot be one.
fn body(order: &PickupOrder) -> Result<Value, Violations> {
    let mut found = Violations::new();
    party::origin(order.address.country, &mut found);
    let mut found = found.renamed(|_| "address.country".to_owned());
    let fitted = HOME.fit(&order.address, "address");
    let fitted = fitted.map_err(|wrong| found.append(wrong)).ok();
    let contact = fitted
        .as_ref()
        .and_then(|fitted| contact(fitted, &mut found));
    for (index, parcel) in order.parcels.iter().enumerate() {
        found.append(parcel.violations(&format!("parcels[{index}]")));
    }
    if order.parcels.is_empty() {
        found.require("parcels", "at least one parcel");
    }
    let note = order.note.as_ref().map(Personal::expose).and_then(filled);
    if note.is_some_and(|note| note.chars().count() > NOTE_MAX) {
        found.require("note", format!("at most {NOTE_MAX} characters"));
    }
    let weights = order.parcels.iter().map(|parcel| parcel.weight);
    let weight = weights.fold(Weight::grams(0), Weight::saturating_add);
    found.none_or(compact(json!({
        "pickupDate": order.date.to_string(),
        "pickupAddress": contact,
        "packages": [{
            "packageType": package_type(order.service.as_ref()),
            "packageCount": order.parcels.len(),
        }],
        "estimatedWeight": weight.tenths_of_pound().div_ceil(10),
        "pickupLocation": {
            // Only elsewhere may it be said in words where that is.
            "packageLocation": if note.is_some() { "OTHER" } else { "FRONT_DOOR" },
            "specialInstructions": note,
        },
    })))
}

/// Who hands the parcels over, and how USPS reaches them.
fn contact(fitted: &Fitted, found: &mut Violations) -> Option<Value> {
    let [first, last, firm] = party::names(fitted, false).map(|(_, name)| name);
    if first.is_none() {
        found.require(
            "address.name",
            "a first and a last name, which USPS asks for",
        );
    }
    let cell = fitted.phone.clone().filter(|phone| phone.len() == 10);
    let reach = match (&fitted.email, cell) {
        (Some(email), _) => json!({ "email": email }),
        (None, Some(cell)) => json!({ "cellNumber": cell }),
        (None, None) => {
            found.require(
                "address.email",
                "an e-mail address, or a phone number of ten digits",
            );
            return None;
        }
    };
    Some(json!({
        "firstName": first,
        "lastName": last,
        "firm": firm,
        "address": party::object(party::place(fitted)),
        "contact": [reach],
    }))
}

/// What USPS calls the parcels of a service that waits for its carrier.
fn package_type(service: Option<&ServiceCode>) -> &'static str {
    let product = service.and_then(|code| codes::product(code.as_str()));
    match product.map(|product| (product.way, product.class)) {
        Some((Way::Abroad, _)) => "INTERNATIONAL",
        Some((Way::Return, _)) => "RETURNS",
        Some((Way::Domestic, GROUND_ADVANTAGE)) => GROUND_ADVANTAGE,
        Some((Way::Domestic, PRIORITY)) => PRIORITY,
        Some((Way::Domestic, EXPRESS)) => EXPRESS,
        Some((Way::Domestic, _)) | None => "OTHER",
    }
}
