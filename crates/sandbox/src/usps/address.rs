//! Addresses: `/address` puts one in order, `/city-state` and `/zipcode` look up one part.
//!
//! Rules instead of a register: a ZIP code belongs to one state, a street begins with a house
//! number and is not `NOWHERE`. The four more digits are drawn from the street.

use axum::Json;
use axum::extract::Query;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::refusal::{Answer, Refusal};
use crate::zip;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    firm: Option<String>,
    street_address: Option<String>,
    secondary_address: Option<String>,
    city: Option<String>,
    state: Option<String>,
    urbanization: Option<String>,
    #[serde(rename = "ZIPCode")]
    zip: Option<String>,
    #[serde(rename = "ZIPPlus4")]
    plus: Option<String>,
}

/// Cities by the first three digits of their ZIP codes, and their first ZIP code.
#[rustfmt::skip]
const CITIES: [(&str, &str, &str); 14] = [
    ("021", "BOSTON", "02108"), ("100", "NEW YORK", "10001"), ("191", "PHILADELPHIA", "19103"),
    ("200", "WASHINGTON", "20001"), ("210", "TIMONIUM", "21093"), ("212", "BALTIMORE", "21201"),
    ("303", "ATLANTA", "30303"), ("331", "MIAMI", "33101"), ("606", "CHICAGO", "60601"),
    ("631", "SAINT LOUIS", "63101"), ("752", "DALLAS", "75201"), ("802", "DENVER", "80202"),
    ("900", "LOS ANGELES", "90001"), ("981", "SEATTLE", "98101"),
];

const ALL: &str = "streetAddress, secondaryAddress, city, state, ZIPCode";

fn missing(name: &str) -> Refusal {
    Refusal::malformed(name, format!("Query parameter {name} is required"))
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// Suffixes and their short forms.
const SUFFIXES: [(&str, &str); 8] = [
    ("STREET", "ST"),
    ("ROAD", "RD"),
    ("AVENUE", "AVE"),
    ("DRIVE", "DR"),
    ("BOULEVARD", "BLVD"),
    ("LANE", "LN"),
    ("COURT", "CT"),
    ("PLACE", "PL"),
];

fn standard(street: &str) -> String {
    let words = street.to_ascii_uppercase();
    let short = |word: &str| {
        let known = SUFFIXES.iter().find(|(long, _)| *long == word);
        known.map_or(word, |(_, short)| short).to_owned()
    };
    words
        .split_ascii_whitespace()
        .map(short)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The address as the register would have it.
struct Found {
    street: String,
    city: String,
    state: &'static str,
    zip: String,
    plus: String,
}

fn find(asked: &Asked) -> Answer<Found> {
    let street = filled(asked.street_address.as_ref()).ok_or_else(|| missing("streetAddress"))?;
    let state = filled(asked.state.as_ref()).ok_or_else(|| missing("state"))?;
    if !zip::is_state(state) {
        return Err(Refusal::invalid("010003", "state", "Invalid State Code"));
    }
    let city = filled(asked.city.as_ref()).map(str::to_ascii_uppercase);
    let postal = match filled(asked.zip.as_ref()) {
        Some(given) => given.to_owned(),
        None => {
            let city = city.as_ref().ok_or_else(|| missing("city or ZIPCode"))?;
            let known = CITIES.iter().find(|(_, name, _)| name == city);
            let (_, _, zip) =
                known.ok_or_else(|| Refusal::invalid("010004", "city", "Invalid City"))?;
            (*zip).to_owned()
        }
    };
    let of_zip = zip::state(&postal)
        .filter(|_| postal.len() == 5)
        .ok_or_else(|| Refusal::invalid("010002", "ZIPCode", "Invalid ZIP Code"))?;
    let street = standard(street);
    let numbered = street.starts_with(|first: char| first.is_ascii_digit());
    if of_zip != state || street.contains("NOWHERE") {
        return Err(Refusal::not_found("010005", "Address Not Found"));
    }
    if !numbered {
        let detail = "Multiple addresses were found for the information you entered, and no \
                      default exists.";
        return Err(Refusal::invalid("010006", ALL, detail));
    }
    let city = city.unwrap_or_else(|| city_of(&postal));
    let plus: u64 = street.bytes().map(u64::from).sum();
    Ok(Found {
        street,
        city,
        state: of_zip,
        plus: format!("{:04}", 1_000 + plus % 9_000),
        zip: postal,
    })
}

fn city_of(postal: &str) -> String {
    let prefix = postal.get(..3).unwrap_or_default();
    let known = CITIES.iter().find(|(known, _, _)| *known == prefix);
    known.map_or("ANYTOWN", |(_, city, _)| city).to_owned()
}

fn shown(found: &Found, asked: &Asked) -> Value {
    let mut address = Map::new();
    let mut put = |name: &str, value: Value| address.insert(name.to_owned(), value);
    put("streetAddress", json!(found.street));
    if let Some(second) = filled(asked.secondary_address.as_ref()) {
        put("secondaryAddress", json!(second.to_ascii_uppercase()));
    }
    put("city", json!(found.city));
    put("state", json!(found.state));
    put("ZIPCode", json!(found.zip));
    put("ZIPPlus4", json!(found.plus));
    if let Some(part) = filled(asked.urbanization.as_ref()) {
        put("urbanization", json!(part.to_ascii_uppercase()));
    }
    Value::Object(address)
}

pub(crate) async fn standardize(Query(asked): Query<Asked>) -> Answer {
    let found = find(&asked)?;
    let firm = filled(asked.firm.as_ref()).unwrap_or_default();
    let plus = filled(asked.plus.as_ref());
    let mut corrections = Vec::new();
    let large = found.street.contains("TOWER");
    let has_second = filled(asked.secondary_address.as_ref()).is_some();
    if large && !has_second {
        let text = "Default address: The address you entered was found but more information is \
                    needed (such as an apartment, suite, or box number) to match to a specific \
                    address.";
        corrections.push(json!({ "code": "32", "text": text }));
    }
    let confirmed = if corrections.is_empty() { "Y" } else { "D" };
    let exact = json!([{ "code": "31", "text": "Single Response - exact match" }]);
    let warnings: Vec<&str> = plus
        .filter(|plus| *plus != found.plus)
        .map(|_| "The ZIPPlus4 given does not belong to the address")
        .into_iter()
        .collect();
    Ok(Json(json!({
        "firm": firm.to_ascii_uppercase(),
        "address": shown(&found, &asked),
        "additionalInfo": {
            "deliveryPoint": found.plus.get(..2),
            "carrierRoute": "C001",
            "DPVConfirmation": confirmed,
            "DPVCMRA": "N",
            "business": if firm.is_empty() { "N" } else { "Y" },
            "centralDeliveryPoint": "N",
            "vacant": "N",
        },
        "corrections": corrections,
        "matches": if confirmed == "Y" { exact } else { json!([]) },
        "warnings": warnings,
    })))
}

pub(crate) async fn city_state(Query(asked): Query<Asked>) -> Answer {
    let postal = filled(asked.zip.as_ref()).ok_or_else(|| missing("ZIPCode"))?;
    let state = zip::state(postal)
        .filter(|_| postal.len() == 5)
        .ok_or_else(|| Refusal::invalid("010002", "ZIPCode", "Invalid ZIP Code"))?;
    Ok(Json(
        json!({ "city": city_of(postal), "state": state, "ZIPCode": postal }),
    ))
}

pub(crate) async fn zip_code(Query(asked): Query<Asked>) -> Answer {
    filled(asked.city.as_ref()).ok_or_else(|| missing("city"))?;
    let found = find(&asked)?;
    let firm = filled(asked.firm.as_ref()).unwrap_or_default();
    Ok(Json(json!({
        "firm": firm.to_ascii_uppercase(),
        "address": shown(&found, &asked),
    })))
}
