//! `ds.xms.estimated_cost.get` before a purchase, `ds.xms.order.getFreight` long after it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::catalog::{Country, PRODUCTS, Product, yes};
use super::envelope::{Answer, Refusal};
use super::order::{self, Order};
use crate::decimal::{self, hundredths};
use crate::document::{list, scalar};
use crate::parcel::{By, Parcel};
use crate::plan::Step;
use crate::server::World;

/// Product codes in one question.
const CODES_MAX: usize = 200;
/// Grams that can be asked about, and one more.
const GRAMS_END: u64 = 1_000_000;
/// A side that cannot be asked about, in hundredths of a centimetre.
const SIDE_END: u64 = 100_000;
/// Cubic centimetres that count as a kilogram.
const CUBIC_CM_PER_KG: u64 = 6_000;

/// `ds.xms.estimated_cost.get`: an estimate of each product that would take the parcel.
pub(crate) fn estimate(world: &World, ask: &Value) -> Answer {
    if let Some(number) = scalar(ask, "request_no") {
        return of_order(world, &number);
    }
    let code = scalar(ask, "country_code")
        .ok_or_else(|| Refusal::parameter("country_code is required"))?;
    let country = Country::of(&code)
        .ok_or_else(|| Refusal::rule(format!("No product serves the country {code}")))?;
    let grams = scalar(ask, "weight")
        .and_then(|text| text.parse().ok())
        .filter(|grams| (1..GRAMS_END).contains(grams))
        .ok_or_else(|| Refusal::parameter("weight must be grams, below 1000000"))?;
    let cargo = scalar(ask, "cargocode");
    if cargo.is_some_and(|code| code != "P" && code != "D") {
        return Err(Refusal::parameter("cargocode must be P or D"));
    }
    if scalar(ask, "recipient_post_code").is_some_and(|code| code.chars().count() > 32) {
        return Err(Refusal::parameter("recipient_post_code is too long"));
    }
    let volume = volume_grams(ask)?;
    let wanted = wanted(ask)?;
    let fits = |product: &&Product| {
        let asked = wanted.is_empty() || wanted.iter().any(|code| code == product.code);
        asked && product.serves(country) && grams <= product.grams_max
    };
    let entry = |product: &Product| told(product, country, grams, volume);
    Ok(PRODUCTS.iter().filter(fits).map(entry).collect())
}

/// The weight that stands for the volume: all three sides or none.
fn volume_grams(ask: &Value) -> Answer<u64> {
    let sides = ["length", "width", "height"].map(|side| scalar(ask, side));
    if sides.iter().all(Option::is_none) {
        return Ok(0);
    }
    let wrong = "length, width and height go together: centimetres below 1000, two decimals";
    let mut volume = 1_u64;
    for side in sides {
        let side = side.ok_or_else(|| Refusal::parameter(wrong))?;
        let decimals = side.split_once('.').map_or(0, |(_, part)| part.len());
        let side = hundredths(&side)
            .filter(|side| decimals <= 2 && (1..SIDE_END).contains(side))
            .ok_or_else(|| Refusal::parameter(wrong))?;
        volume = volume.saturating_mul(side);
    }
    Ok(volume / (CUBIC_CM_PER_KG * 1000)) // hundredths, cubed, into grams
}

fn wanted(ask: &Value) -> Answer<Vec<String>> {
    let codes = list(ask, "logistics_product_code");
    if codes.len() > CODES_MAX {
        let text = "logistics_product_code takes at most 200 codes";
        return Err(Refusal::parameter(text));
    }
    let known = |code: &Value| {
        let code = code.as_str().unwrap_or_default();
        let unknown = || Refusal::new("DS000110", format!("Unknown product code {code}"));
        Product::of(code)
            .map(|_| code.to_owned())
            .ok_or_else(unknown)
    };
    codes.into_iter().map(known).collect()
}

fn told(product: &Product, country: &Country, grams: u64, volume: u64) -> Value {
    let volumetric = product.volumetric && volume > grams;
    let billed = if volumetric { volume } else { grams };
    let (least, most) = product.days;
    let (least, most) = (least + country.far, most + country.far);
    // Answers of the real service write the same thing in several ways; a product keeps to one.
    let plain = product.code.len().is_multiple_of(2);
    let days = format!("{least}{}{most}", if plain { " - " } else { "-" });
    let fee = product.price(billed, country);
    let kilograms = format!("{}.{:03}", billed / 1000, billed % 1000);
    json!({
        "logistics_product_code": product.code,
        "lump_sum_fee": if plain { json!(decimal::text(fee)) } else { decimal::number(fee) },
        "charge_weight": if plain { kilograms } else { format!("{kilograms}kg") },
        "is_volume_cargo": yes(volumetric),
        "estimated_time": if plain { days } else { format!("{days}天") },
        "is_show_track": if plain { "Yes" } else { "Y" },
        "remarks": "",
    })
}

/// The estimate of an order that there is.
fn of_order(world: &World, number: &str) -> Answer {
    let parcel = order::one(world, number)?;
    let order = &parcel.detail;
    let mut entry = told(order.product, order.country, order.grams, 0);
    if let Some(members) = entry.as_object_mut() {
        let now = world.settings.clock.now();
        members.insert("4px_tracking_no".to_owned(), json!(parcel.number));
        members.insert("ref_no".to_owned(), json!(parcel.references.first()));
        let last_mile = json!(order::last_mile(&parcel, now));
        members.insert("logistics_channel_no".to_owned(), last_mile);
    }
    Ok(json!([entry]))
}

/// `ds.xms.order.getFreight`: nothing until 4PX has settled, and nothing by consignment number.
pub(crate) fn freight(world: &World, ask: &Value) -> Answer {
    let number = order::asked(ask)?;
    if !world
        .fourpx
        .parcels()
        .find(By::Purchase, &number)
        .is_empty()
    {
        return Ok(json!({}));
    }
    let parcel = order::one(world, &number)?;
    let now = world.settings.clock.now();
    let settled = order::when(&parcel, Step::OriginDeparted, now)
        .map(|left| left + SignedDuration::from_hours(72))
        .filter(|settled| *settled <= now);
    Ok(settled.map_or_else(|| json!({}), |settled| bill(&parcel, settled)))
}

fn bill(parcel: &Parcel<Order>, settled: jiff::Timestamp) -> Value {
    let order = &parcel.detail;
    let fee = order.product.price(order.grams, order.country);
    let registration = order.product.price(0, order.country);
    let row = |name: &str, fen| {
        let amount = decimal::text(fen);
        json!({ "fee_name": name, "fee_amount": amount, "currency": "CNY" })
    };
    json!({
        "total_fee": decimal::text(fee),
        "currency": "CNY",
        "charge_weight": format!("{}.{:03}", order.grams / 1000, order.grams % 1000),
        "create_time": settled.as_millisecond(),
        "subs": [row("挂号费", registration), row("运费", fee - registration)],
    })
}
