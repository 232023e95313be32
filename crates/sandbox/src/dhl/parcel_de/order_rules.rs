//! What a shipment of Parcel DE must be beyond its shape.

use jiff::civil::Date;
use serde_json::Value;

use super::body;
use super::country::two_letters;
use super::product::{Product, customs};
use crate::dhl::shape::{Kind, violations};
use crate::dhl::units::number;
use crate::document::{at, present, text};
use crate::place::Place;
use crate::server::World;

/// Something that is wrong: the property, and what is said of it.
pub(super) type Wrong = (String, String);

/// Everything that is wrong with `shipment`.
pub(super) fn wrong(world: &World, shipment: &Value) -> Vec<Wrong> {
    let mut wrong = shape(shipment, body::SHIPMENT, "");
    if present(shipment, "shipper.name1") || !present(shipment, "shipper.shipperRef") {
        wrong.extend(shape_at(shipment, "shipper", body::CONTACT));
    }
    let consignee = match at(shipment, "consignee") {
        Some(consignee) if present(consignee, "lockerID") => body::LOCKER,
        Some(consignee) if present(consignee, "retailID") => body::OFFICE,
        Some(_) | None => body::CONTACT,
    };
    wrong.extend(shape_at(shipment, "consignee", consignee));
    if wrong.is_empty() {
        wrong.extend(rules(world, shipment));
    }
    wrong
}

fn shape(value: &Value, kind: Kind, under: &str) -> Vec<Wrong> {
    let told = |found: crate::dhl::shape::Violation| {
        let at = found.at.trim_start_matches('#').replace('/', ".");
        let property = format!("{under}{at}").trim_start_matches('.').to_owned();
        (property, found.wrong)
    };
    violations(value, kind).into_iter().map(told).collect()
}

fn shape_at(shipment: &Value, name: &str, kind: Kind) -> Vec<Wrong> {
    at(shipment, name).map_or_else(Vec::new, |value| shape(value, kind, name))
}

fn rules(world: &World, shipment: &Value) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut say = |property: &str, words: &str| wrong.push((property.to_owned(), words.to_owned()));
    let field = |path: &str| text(shipment, path).unwrap_or_default();
    let ekp = world.settings.dhl.parcel_de_ekp.as_str();
    let product = Product::of(field("product"));
    let procedure = product.map_or("", |product| product.procedure);
    let billed = field("billingNumber").strip_prefix(ekp);
    if !billed.is_some_and(|rest| rest.starts_with(procedure)) {
        say(
            "billingNumber",
            "The billing number is not valid for the product.",
        );
    }
    let country = destination(shipment);
    match (product, country) {
        (_, None) => say("consignee.country", "The country is not served."),
        (Some(product), Some(country)) if !product.serves(country) => {
            say(
                "product",
                "The product is not available for the country of destination.",
            );
        }
        (_, Some(country)) => {
            if customs(country) && !present(shipment, "customs") {
                say(
                    "customs",
                    "Customs details are mandatory for this destination.",
                );
            }
            if country == "DE" && !german(field("consignee.postalCode")) {
                say(
                    "consignee.postalCode",
                    "The postal code is not valid in Germany.",
                );
            }
        }
    }
    let from = text(shipment, "shipper.country").map_or(Some("DE"), two_letters);
    if from != Some("DE") {
        say("shipper.country", "The shipper must be in Germany.");
    }
    let grams = grams(shipment, "details.weight").unwrap_or_default();
    if grams == 0 || product.is_some_and(|product| grams > product.grams_max) {
        say("details.weight", "The weight is not valid for the product.");
    }
    let today = Place::new("", "", "", "DE")
        .local(world.settings.protocol_clock.now())
        .date();
    if let Some(day) = text(shipment, "shipDate") {
        let day: Option<Date> = day.parse().ok();
        if day.is_none_or(|day| day < today) {
            say("shipDate", "The shipment date must not be in the past.");
        }
    }
    if let Some(back) = text(shipment, "services.dhlRetoure.billingNumber")
        && !back
            .strip_prefix(ekp)
            .is_some_and(|rest| rest.starts_with("07"))
    {
        say(
            "services.dhlRetoure.billingNumber",
            "The billing number is not valid for returns.",
        );
    }
    wrong
}

/// Where a shipment goes, in two letters; lockers and post offices are in Germany.
pub(super) fn destination(shipment: &Value) -> Option<&'static str> {
    two_letters(text(shipment, "consignee.country").unwrap_or("DEU"))
}

/// A weight in grams.
pub(super) fn grams(owner: &Value, path: &str) -> Option<u64> {
    let value = number(owner, &format!("{path}.value"))?;
    match text(owner, &format!("{path}.uom"))? {
        "kg" => Some(value),
        _ => Some(value / 1000),
    }
}

fn german(postal: &str) -> bool {
    postal.len() == 5 && postal.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether DHL's sorters know the address: what `mustEncode` asks.
pub(super) fn encodable(shipment: &Value) -> bool {
    destination(shipment) != Some("DE")
        || !text(shipment, "consignee.postalCode").is_some_and(|postal| postal.starts_with("00"))
}
