//! Pickups on call: Pickup v2409.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::form::{AddressForm, Fitted, PhoneForm, both};
use parcelgate_carrier::json::{Many, Text, compact};
use parcelgate_carrier::latin::{Alphabet, Wording};
use parcelgate_carrier::{Call, Kind, Pickup, PickupOrder, Pickups, Response, Result, read_below};
use parcelgate_domain::{Personal, Violations, Weight};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::party::FORM;
use crate::wire::{Coded, money};
use crate::{Ups, error};

const SCHEDULE: &str = "schedule";
const CANCEL: &str = "cancel";
/// Cancels one pickup, by its number.
const BY_NUMBER: &str = "02";

/// "For Jan. 2010 release, only one AddressLine is allowed", of 73 characters.
const PLACE: AddressForm = AddressForm {
    name_max: 22,
    company_max: 27,
    line_max: 73,
    lines_max: 1,
    city_max: 50,
    postal_code_max: 8,
    phone: PhoneForm {
        required: true,
        ..FORM.phone
    },
    ..FORM
};
const NOTE_CHARS_MAX: usize = 57;
const PIECES_MAX: usize = 999;
/// What a driver must not lift alone: 70 pounds.
const HEAVY: Weight = Weight::grams(31_751);

#[async_trait]
impl Pickups for Ups {
    fn check(&self, order: &PickupOrder) -> Violations {
        fit(order).err().unwrap_or_default()
    }

    async fn schedule(&self, call: &Call<'_>, order: &PickupOrder) -> Result<Pickup> {
        let at = fit(order).map_err(crate::invalid(SCHEDULE))?;
        let outgoing = self
            .outgoing(Method::POST, SCHEDULE, "/pickupcreation/v2409/pickup")
            .header("transid", order.reference.as_str())
            .only_if_unsent()
            .json(&crate::ID, &self.encode_pickup(order, &at))?;
        scheduled(order, &call.send(outgoing).await?)
    }

    async fn cancel(&self, call: &Call<'_>, pickup: &Pickup) -> Result<()> {
        let outgoing = self
            .outgoing(Method::DELETE, CANCEL, "/shipments/v2409/pickup")
            .segment(BY_NUMBER)
            .header("transid", &pickup.confirmation)
            .header("prn", &pickup.confirmation);
        match call.send(outgoing).await {
            Ok(response) => cancelled(&response),
            // What is not there any more need not be cancelled.
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Where the driver comes.
fn fit(order: &PickupOrder) -> Result<Fitted, Violations> {
    let address = PLACE.fit(&order.address, "address");
    let mut found = Violations::new();
    if order.ready >= order.close {
        found.refuse("ready", order.ready, "a time before the place closes");
    }
    if !(1..=PIECES_MAX).contains(&order.parcels.len()) {
        let allowed = format!("1 to {PIECES_MAX} parcels");
        found.refuse("parcels", order.parcels.len(), allowed);
    }
    let code = order
        .service
        .as_ref()
        .map_or("", |service| service.as_str());
    if !(1..=3).contains(&code.len()) {
        let allowed = "the service that the parcels go with, such as 03, which UPS asks for";
        found.refuse("service", code, allowed);
    }
    if order.destination.is_none() {
        found.require("destination", "where the parcels go, which UPS asks for");
    }
    let note = order
        .note
        .as_ref()
        .map(Personal::expose)
        .unwrap_or_default();
    Alphabet::Latin1.fit(note, Wording::Plain, NOTE_CHARS_MAX, "note", &mut found);
    both(address, Ok(()), found).map(|(address, ())| address)
}

impl Ups {
    fn encode_pickup(&self, order: &PickupOrder, at: &Fitted) -> Value {
        let yes_or_no = |yes: bool| if yes { "Y" } else { "N" };
        let hours = |time: jiff::civil::Time| time.strftime("%H%M").to_string();
        let country = at.place.country.code();
        let service = order
            .service
            .as_ref()
            .map_or("", |service| service.as_str());
        let numbers = order
            .numbers
            .iter()
            .filter(|number| number.as_str().len() == 18);
        let numbers: Vec<Value> = numbers
            .map(|number| json!({ "TrackingNumber": number.as_str() }))
            .collect();
        let labelled = !numbers.is_empty();
        let note = order
            .note
            .as_ref()
            .map(Personal::expose)
            .unwrap_or_default();
        let note = Alphabet::Latin1
            .spell(note, Wording::Plain)
            .filter(|note| !note.is_empty());
        compact(json!({ "PickupCreationRequest": {
            "Request": {},
            "RatePickupIndicator": "Y",
            "Shipper": { "Account": {
                "AccountNumber": self.account.account_number,
                "AccountCountryCode": country,
            }},
            "PickupDateInfo": {
                "CloseTime": hours(order.close),
                "ReadyTime": hours(order.ready),
                "PickupDate": order.date.strftime("%Y%m%d").to_string(),
            },
            "PickupAddress": {
                "CompanyName": at.business(),
                "ContactName": at.person(),
                "AddressLine": at.lines,
                "City": at.place.city,
                "StateProvince": at.place.region,
                "PostalCode": at.place.postal_code,
                "CountryCode": country,
                "ResidentialIndicator": yes_or_no(at.place.residential == Some(true)),
                "Phone": { "Number": at.phone },
            },
            // The account's own address is not known here.
            "AlternateAddressIndicator": "Y",
            "PickupPiece": [{
                "ServiceCode": format!("{service:0>3}"),
                "Quantity": order.parcels.len().to_string(),
                "DestinationCountryCode": order.destination.map(|country| country.code()),
                "ContainerCode": "01",
            }],
            "OverweightIndicator": yes_or_no(order.parcels.iter().any(|it| it.weight > HEAVY)),
            "TrackingData": labelled.then_some(numbers),
            "ShippingLabelsAvailable": labelled.then_some("Y"),
            "PaymentMethod": "01", // by the account
            "SpecialInstruction": note,
            "ReferenceNumber": order.reference.as_str(),
        }}))
    }
}

fn scheduled(order: &PickupOrder, response: &Response) -> Result<Pickup> {
    let path = ["PickupCreationResponse"];
    let answer: Made = read_below(&crate::ID, SCHEDULE, response, &path)?;
    answer.response.accepted(SCHEDULE)?;
    let number = answer.prn.owned();
    let cost = answer.rate_result;
    Ok(Pickup {
        confirmation: number.ok_or_else(|| error(Kind::Malformed, SCHEDULE))?,
        location: None,
        date: order.date,
        window: None,
        service: order.service.clone(),
        charged: money(&cost.grand_total_of_all_charge, &cost.currency_code),
    })
}

fn cancelled(response: &Response) -> Result<()> {
    let answer: Made = read_below(&crate::ID, CANCEL, response, &["PickupCancelResponse"])?;
    answer.response.accepted(CANCEL)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Made {
    response: Status,
    #[serde(rename = "PRN")]
    prn: Text,
    rate_result: Cost,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Cost {
    currency_code: Text,
    grand_total_of_all_charge: Text,
}

/// How UPS says of errands that they were done.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Status {
    response_status: Coded,
    alert: Many<Coded>,
}

impl Status {
    /// 1 is success, 0 failed, with the reason in an alert.
    pub(crate) fn accepted(&self, operation: &'static str) -> Result<()> {
        let said = self.alert.first().unwrap_or(&self.response_status);
        match self.response_status.code.as_str() {
            "1" => Ok(()),
            "0" => {
                Err(error(Kind::Refused, operation)
                    .said(said.code.as_str(), said.description.as_str()))
            }
            _ => Err(error(Kind::Malformed, operation)),
        }
    }
}
