//! `POST /country/v1/postal/validate`: whether a postal code is one, and of which state.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::api::Ask;
use super::postal;
use super::refusal::{Answer, Error, Refusal};
use crate::document::{at, scalar, text};
use crate::server::World;
use crate::zip;

pub(crate) fn validate(_world: &World, ask: &Ask) -> Answer {
    let body = &ask.body;
    let mut errors: Vec<Error> = Vec::new();
    let mut wrong =
        |code, what: &str| errors.push((code, format!("{what} is missing or invalid.")));
    let carriers = ["FDXE", "FDXG", "FXSP", "FDXC", "FXCC"];
    if !text(body, "carrierCode").is_some_and(|code| carriers.contains(&code)) {
        wrong("CARRIERCODE.INVALID", "Carrier code");
    }
    let country = text(body, "countryCode").unwrap_or_default();
    if !postal::served(country) {
        wrong("COUNTRYCODE.INVALID", "Country code");
    }
    if text(body, "shipDate").is_none_or(|date| date.parse::<Date>().is_err()) {
        wrong("SHIPDATE.INVALID", "Ship date");
    }
    let code = scalar(body, "postalCode").unwrap_or_default();
    if code.is_empty() || !postal::valid(country, &code) {
        wrong("POSTALCODE.INVALID", "Postal code");
    }
    let state = text(body, "stateOrProvinceCode").unwrap_or_default();
    let of_zip = zip::state(&code).filter(|_| matches!(country, "US" | "PR"));
    let strict = at(body, "checkForMismatch").and_then(Value::as_bool) == Some(true);
    if strict && of_zip.is_some_and(|of_zip| of_zip != state) {
        wrong(
            "POSTALCODE.STATEORPROVINCECODE.MISMATCH",
            "State of the postal code",
        );
    }
    Refusal::unless_sound(errors)?;
    let american = matches!(country, "US" | "PR");
    let cleaned = if american {
        code.get(..5).unwrap_or(&code).to_owned()
    } else {
        postal::cleaned(country, &code)
    };
    // Stations are numbered by the code's first digits.
    let digits: String = cleaned
        .chars()
        .filter(char::is_ascii_digit)
        .take(4)
        .collect();
    Ok(json!({
        "countryCode": country,
        "stateOrProvinceCode": of_zip.unwrap_or(state),
        "cityFirstInitials": "",
        "cleanedPostalCode": cleaned,
        "locationDescriptions": [{
            "locationId": format!("{country}{digits}A"),
            "locationNumber": format!("{digits:0>4}"),
            "serviceArea": "A1",
            "airportId": "MEM",
        }],
    }))
}
