//! `POST /international-labels/v3/international-label`: labels with a customs declaration.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde_json::Value;

use super::guard::{one_of, only, required};
use super::label::buy;
use super::label_rules as rules;
use super::lane::Lane;
use super::number::thousandths;
use super::order::Order;
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use super::shipment::Kind;
use crate::document::{at, list, text};
use crate::place::Place;
use crate::server::World;

const MEMBERS: &[&str] = &[
    "imageInfo",
    "toAddress",
    "fromAddress",
    "senderAddress",
    "packageDescription",
    "customsForm",
];
const CONTENTS: &[&str] = &[
    "MERCHANDISE",
    "GIFT",
    "DOCUMENT",
    "COMMERCIAL_SAMPLE",
    "RETURNED_GOODS",
    "OTHER",
    "HUMANITARIAN_DONATIONS",
    "DANGEROUS_GOODS",
    "CREMATED_REMAINS",
    "NON_NEGOTIABLE_DOCUMENT",
    "MEDICAL_SUPPLIES",
    "PHARMACEUTICALS",
];
/// Descriptions that describe nothing.
const EMPTY_WORDS: [&str; 6] = [
    "NONE",
    "NOT APPLICABLE",
    "N/A",
    "NULL",
    "GIFT",
    "MERCHANDISE",
];
/// Items of a declaration.
const ITEMS_MAX: usize = 30;
/// Thousandths of a dollar that a First-Class package abroad may be worth.
const FIRST_CLASS_VALUE_MAX: u64 = 400_000;

pub(crate) async fn label(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    buy(&world, &headers, &body, read)
}

fn read(world: &World, request: &Value) -> Answer<Order> {
    only(request, MEMBERS)?;
    rules::address(request, "fromAddress")?;
    if at(request, "senderAddress").is_some() {
        rules::address(request, "senderAddress")?;
    }
    address(request)?;
    let package = at(request, "packageDescription").ok_or_else(|| {
        let detail = "object has missing required property: packageDescription";
        Refusal::malformed("packageDescription", detail)
    })?;
    let class = required(package, "mailClass")?;
    let service = Service::of(class).filter(|service| service.reach == Reach::Abroad);
    let service = service.ok_or_else(|| {
        let detail = format!("{class} is not a valid mailClass");
        Refusal::invalid("160090", "packageDescription.mailClass", detail)
    })?;
    let print = rules::print(request, Kind::Abroad)?;
    let lane = lane(request)?;
    let order = Order::priced(world, request, Kind::Abroad, service, lane, print)?;
    customs(request, &order)?;
    Ok(order)
}

/// An address in another country.
fn address(request: &Value) -> Answer<()> {
    let to = at(request, "toAddress").ok_or_else(|| {
        let detail = "object has missing required property: toAddress";
        Refusal::malformed("toAddress", detail)
    })?;
    let fits = [
        ("streetAddress", 50, true),
        ("secondaryAddress", 50, false),
        ("city", 28, true),
        ("country", 100, true),
        ("countryISOAlpha2Code", 2, true),
        ("postalCode", 11, false),
        ("province", 40, false),
    ];
    for (name, most, needed) in fits {
        let length = text(to, name).map_or(0, |text| text.chars().count());
        if length > most || (needed && length == 0) {
            let detail = format!("{name} is missing or longer than {most}");
            return Err(Refusal::malformed(format!("toAddress.{name}"), detail));
        }
    }
    rules::named(to, "toAddress")?;
    rules::phone(to, "toAddress")?;
    let canadian = text(to, "countryISOAlpha2Code") == Some("CA");
    let postal = text(to, "postalCode").unwrap_or_default();
    if canadian && !postal.starts_with(|first: char| first.is_ascii_alphabetic()) {
        let detail = "required to begin with an alphabetical character for countryISOAlpha2Code CA";
        let parameter = "internationalAddress.postalCode";
        return Err(Refusal::invalid("160197", parameter, detail));
    }
    Ok(())
}

fn lane(request: &Value) -> Answer<Lane> {
    let field = |path: &str| text(request, path).unwrap_or_default();
    let country = field("toAddress.countryISOAlpha2Code").to_ascii_uppercase();
    let zip = field("fromAddress.ZIPCode");
    let mut lane = Lane::abroad(zip, &country, field("toAddress.postalCode"))?;
    let place = |city: &str, state: &str, postal: &str, country: &str| {
        Arc::new(Place::new(
            field(city),
            field(state),
            field(postal),
            country,
        ))
    };
    lane.origin = place(
        "fromAddress.city",
        "fromAddress.state",
        "fromAddress.ZIPCode",
        "US",
    );
    lane.destination = place(
        "toAddress.city",
        "toAddress.provinceISOAlpha2Code",
        "toAddress.postalCode",
        &country,
    );
    Ok(lane)
}

/// The declaration: what is in it, what it is worth and weighs, and under which exemption it goes.
fn customs(request: &Value, order: &Order) -> Answer<()> {
    let form = at(request, "customsForm").ok_or_else(|| {
        let detail = "object has missing required property: customsForm";
        Refusal::malformed("customsForm", detail)
    })?;
    required(form, "AESITN")?;
    let kind = one_of(form, "customsContentType", CONTENTS)?;
    if kind == "OTHER" && text(form, "contentComments").is_none() {
        let detail = "required when customsContentType is OTHER";
        let parameter = "customsForm.contentComments";
        return Err(Refusal::invalid("160237", parameter, detail));
    }
    let restricted = text(form, "restrictionType") == Some("OTHER");
    if restricted && text(form, "restrictionComments").is_none() {
        let detail = "required when restrictionType is OTHER";
        let parameter = "customsForm.restrictionComments";
        return Err(Refusal::invalid("160236", parameter, detail));
    }
    let items = list(form, "contents");
    if items.is_empty() || items.len() > ITEMS_MAX {
        let detail = format!("contents has 1 to {ITEMS_MAX} items");
        return Err(Refusal::malformed("customsForm.contents", detail));
    }
    let (mut weight, mut worth) = (0, 0);
    for item in items {
        let (pounds, dollars) = declared(item)?;
        weight += pounds;
        worth += dollars;
    }
    if weight > order.piece.weight {
        let detail = "total weight of all of the content items cannot be more than the total \
                      weight of the package";
        let parameter = "InternationalPackageDescription.weight";
        return Err(Refusal::invalid("160205", parameter, detail));
    }
    let first_class = order.price.service.class.starts_with("FIRST-CLASS");
    if first_class && worth.max(order.value) > FIRST_CLASS_VALUE_MAX {
        let detail = "cannot exceed $400 for FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE";
        let parameter = "packageOptions.packageValue";
        return Err(Refusal::invalid("160201", parameter, detail));
    }
    Ok(())
}

/// The weight and the value of an item, in thousandths of a pound and of a dollar.
fn declared(item: &Value) -> Answer<(u64, u64)> {
    let name = required(item, "itemDescription")?;
    let empty = EMPTY_WORDS.contains(&name.to_ascii_uppercase().as_str());
    if empty || name.chars().count() > 30 {
        let detail = "cannot be any of the following: 'None', 'Not Applicable', 'N/A', 'Null', \
                      'Gift', or 'Merchandise'";
        return Err(Refusal::invalid(
            "160050",
            "contents.itemDescription",
            detail,
        ));
    }
    let quantity = at(item, "itemQuantity").and_then(Value::as_u64);
    if quantity.is_none_or(|quantity| !(1..=9_999).contains(&quantity)) {
        let detail = "must be greater than or equal to 1";
        return Err(Refusal::invalid("160051", "itemQuantity", detail));
    }
    // The whole, or as older requests have it, each.
    let whole = |total: &str, each: &str, code| {
        let number = |name| at(item, name).filter(|value| value.is_number());
        let times = quantity.unwrap_or(1);
        let total_or_each = number(total)
            .and_then(thousandths)
            .or_else(|| Some(number(each).and_then(thousandths)? * times));
        total_or_each.filter(|number| *number > 0).ok_or_else(|| {
            let parameter = format!("InternationalCustomsFormPackageContents.{total}");
            Refusal::invalid(code, parameter, "must not be null")
        })
    };
    let weight = whole("itemTotalWeight", "itemWeight", "160198")?;
    let value = whole("itemTotalValue", "itemValue", "160199")?;
    let origin = required(item, "countryofOrigin")?;
    if origin.len() != 2 || !origin.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let parameter = "InternationalCustomsFormPackageContents.countryOfOrigin";
        let detail = format!("{origin} is not a valid Country Code");
        return Err(Refusal::invalid("160253", parameter, detail));
    }
    Ok((weight, value))
}
