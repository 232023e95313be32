//! `GET /address-validate`: whether DHL Express fetches or brings there; `GET /identifiers`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde_json::{Value, json};

use super::rates::{ACCOUNT, area, known};
use super::refusal::{Answer, Refusal};
use super::shipping::{plate, waybill};
use super::track::offset;
use crate::dhl::query::{self, Pairs};
use crate::place::Place;
use crate::server::World;

/// Identifiers given at once.
const GIVEN_MAX: u64 = 50;

pub(super) async fn validate(Query(pairs): Pairs) -> Answer {
    let missing = query::missing(&pairs, &["type", "countryCode"]);
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    let field = |name: &str| query::one(&pairs, name).unwrap_or_default();
    if !matches!(field("type"), "pickup" | "delivery") {
        return Err(Refusal::wrong_format("type", "pickup, delivery"));
    }
    for (name, most) in [("postalCode", 12), ("cityName", 45), ("countyName", 45)] {
        if field(name).chars().count() > most {
            return Err(Refusal::bad(format!(
                "Parameters not having correct format: {name} (maxLength={most})"
            )));
        }
    }
    known(field("countryCode"))?;
    let (city, postal) = (field("cityName"), field("postalCode"));
    let nowhere =
        (city.is_empty() && postal.is_empty()) || !plausible(field("countryCode"), postal);
    if nowhere {
        return Err(Refusal::bad(
            "3005: The address could not be found. Please check postalCode and cityName.",
        ));
    }
    let place = Place::new(city, "", postal, field("countryCode"));
    let name = format!("{}-{}", place.city, place.country);
    let address = json!({
        "countryCode": place.country,
        "postalCode": place.postal,
        "cityName": place.city,
        "serviceArea": {
            "code": area(&place), "description": name, "GMTOffset": offset(&place),
        },
    });
    Ok(Json(json!({ "address": [address] })))
}

/// Whether a postal code has its country's form, where the sandbox knows it.
fn plausible(country: &str, postal: &str) -> bool {
    let digits = postal.bytes().filter(u8::is_ascii_digit).count();
    let only = digits == postal.len();
    match country {
        _ if postal.is_empty() => true,
        "US" => {
            matches!((digits, postal.len()), (5, 5) | (9, 9 | 10)) && !postal.starts_with("000")
        }
        "DE" | "FR" | "IT" | "ES" => only && digits == 5,
        "AT" | "BE" | "CH" | "DK" | "AU" => only && digits == 4,
        "CN" | "SG" => only && digits == 6,
        _ => true,
    }
}

/// Waybill numbers and licence plates in advance, for who has the agreement.
pub(super) async fn identifiers(State(world): State<Arc<World>>, Query(pairs): Pairs) -> Answer {
    let missing = query::missing(&pairs, &["accountNumber", "type", "size"]);
    if !missing.is_empty() {
        return Err(Refusal::missing(&missing));
    }
    let field = |name: &str| query::one(&pairs, name).unwrap_or_default();
    if field("accountNumber") != world.settings.dhl.express_account {
        return Err(Refusal::bad(ACCOUNT));
    }
    let kind = field("type");
    if !world.settings.dhl.express_own_waybills || !matches!(kind, "SID" | "PID") {
        return Err(Refusal::bad(
            "3501: Request Identifier is not allowed for your username. Please contact your DHL \
             Express representative.",
        ));
    }
    let size = field("size").parse().ok();
    let size: u64 = size
        .filter(|size| (1..=GIVEN_MAX).contains(size))
        .ok_or_else(|| Refusal::wrong_format("size", "1 to 50"))?;
    let seed = world.settings.seed;
    let mut parcels = world.dhl.parcels();
    let list: Vec<Value> = (0..size)
        .map(|_| match kind {
            "SID" => json!(waybill(seed, parcels.next_purchase())),
            _ => json!(plate(seed, parcels.next_parcel())),
        })
        .collect();
    let given = json!({ "typeCode": kind, "list": list });
    Ok(Json(json!({ "identifiers": [given] })))
}
