//! What the gateway asks of an order's parcels and of what is in them.

use serde_json::Value;

use super::catalog::{Country, Product};
use super::envelope::{Answer, Refusal};
use crate::decimal::hundredths;
use crate::document::{list, scalar};

/// Products of DHL and FedEx, which want to know what things are made of, in English.
const WITH_MATERIAL: [&str; 6] = ["A1", "A5", "E4", "E5", "E6", "E7"];
/// Texts that every declared thing must have.
const TEXTS: [&str; 4] = [
    "declare_product_name_cn",
    "declare_product_name_en",
    "brand_export",
    "brand_import",
];

/// Checks the parcels; their weight in grams.
pub(crate) fn check(order: &Value, product: &Product, country: &Country) -> Answer<u64> {
    let parcels = list(order, "parcel_list");
    if parcels.is_empty() {
        return Err(Refusal::parameter("parcel_list must not be empty"));
    }
    let mut grams = 0_u64;
    for parcel in parcels {
        let weight = whole(parcel, "weight").ok_or_else(|| {
            Refusal::parameter("parcel_list.weight must be grams, without decimals")
        })?;
        grams = grams.saturating_add(weight);
        battery(parcel, product)?;
        worth(parcel, product, country)?;
    }
    if grams > product.grams_max {
        let text = format!("{} takes at most {} g", product.code, product.grams_max);
        return Err(Refusal::rule(text));
    }
    Ok(grams)
}

/// A positive integer.
fn whole(value: &Value, path: &str) -> Option<u64> {
    let number = scalar(value, path)?.parse().ok();
    number.filter(|number| *number > 0)
}

fn battery(parcel: &Value, product: &Product) -> Answer<()> {
    let with = match scalar(parcel, "include_battery").as_deref() {
        Some("Y") => true,
        Some("N") => false,
        _ => {
            return Err(Refusal::parameter(
                "parcel_list.include_battery must be Y or N",
            ));
        }
    };
    if with && !product.battery {
        let text = format!("{} takes no batteries", product.code);
        return Err(Refusal::rule(text));
    }
    let kind = scalar(parcel, "battery_type");
    if with && !matches!(kind.as_deref(), Some("966" | "967")) {
        return Err(Refusal::parameter(
            "parcel_list.battery_type must be 966 or 967",
        ));
    }
    Ok(())
}

/// The value of the parcel is that of the things in it, in one currency.
fn worth(parcel: &Value, product: &Product, country: &Country) -> Answer<()> {
    let currency = scalar(parcel, "currency").unwrap_or_default();
    if currency != "USD" && !(currency == "EUR" && country.euro) {
        let text = format!("parcel_list.currency {currency} cannot be declared");
        return Err(Refusal::rule(text));
    }
    let value = money(parcel, "parcel_value")
        .ok_or_else(|| Refusal::parameter("parcel_list.parcel_value: two decimals, above 0"))?;
    let things = list(parcel, "declare_product_info");
    if things.is_empty() {
        return Err(Refusal::parameter("declare_product_info must not be empty"));
    }
    let mut sum = 0_u64;
    for thing in things {
        let worth = declared(thing, &currency, product)?;
        sum = sum.saturating_add(worth);
    }
    if sum != value {
        let text = "parcel_value must be the sum of unit price and quantity";
        return Err(Refusal::rule(text));
    }
    Ok(())
}

/// A price above 0 of at most two decimals, in hundredths.
fn money(value: &Value, path: &str) -> Option<u64> {
    let text = scalar(value, path)?;
    let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
    hundredths(&text).filter(|amount| decimals <= 2 && *amount > 0)
}

/// Checks one declared thing; what all of it is worth, in hundredths.
fn declared(thing: &Value, currency: &str, product: &Product) -> Answer<u64> {
    named(thing, product)?;
    let text = |path: &str| scalar(thing, path).unwrap_or_default();
    let quantity = whole(thing, "declare_product_code_qty")
        .ok_or_else(|| Refusal::parameter("declare_product_code_qty must be an integer above 0"))?;
    for side in ["export", "import"] {
        if text(&format!("currency_{side}")) != currency {
            let rule = format!("currency_{side} must be that of the parcel");
            return Err(Refusal::rule(rule));
        }
        let code = text(&format!("hscode_{side}"));
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            let rule = format!("hscode_{side} must be digits");
            return Err(Refusal::rule(rule));
        }
    }
    for weight in ["unit_net_weight", "unit_gross_weight"] {
        if !text(weight).is_empty() && whole(thing, weight).is_none() {
            return Err(Refusal::parameter(format!("{weight} must be grams")));
        }
    }
    let price = |side| money(thing, &format!("declare_unit_price_{side}"));
    let (Some(price), Some(_)) = (price("export"), price("import")) else {
        let rule = "declare_unit_price_export and _import: two decimals, above 0";
        return Err(Refusal::parameter(rule));
    };
    Ok(price.saturating_mul(quantity))
}

/// What it is called, made of, and where it is from.
fn named(thing: &Value, product: &Product) -> Answer<()> {
    let text = |path: &str| scalar(thing, path).unwrap_or_default();
    if let Some(path) = TEXTS.iter().find(|path| text(path).is_empty()) {
        return Err(Refusal::parameter(format!("{path} is required")));
    }
    let chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    if !text("declare_product_name_cn").chars().any(chinese) {
        return Err(Refusal::rule("declare_product_name_cn must be Chinese"));
    }
    let plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !"<>{}[]^~|\\$#@*".contains(c);
    if !text("declare_product_name_en").chars().all(plain) {
        return Err(Refusal::rule("declare_product_name_en must be English"));
    }
    let origin = text("origin_country");
    let capitals = origin.bytes().all(|byte| byte.is_ascii_uppercase());
    if !origin.is_empty() && (origin.len() != 2 || !capitals) {
        return Err(Refusal::parameter("origin_country must be two capitals"));
    }
    let material = text("material");
    let english = !material.is_empty() && material.is_ascii();
    if WITH_MATERIAL.contains(&product.code) && !english {
        return Err(Refusal::rule("material is required, in English"));
    }
    Ok(())
}
