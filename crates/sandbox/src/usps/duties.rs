//! Duties and taxes abroad, as shipping options quote them. The rates are made up.

use serde_json::{Value, json};

use super::guard::required;
use super::number::{money, thousandths};
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, text};

/// Items of one package.
const ITEMS_MAX: usize = 30;
/// Countries that take neither duties nor taxes.
const FREE: [&str; 3] = ["HK", "MO", "SG"];
/// Percent of an item's value.
const DUTY: u64 = 4;
const TAX: u64 = 19;
/// Cents for each package.
const FEE: u64 = 550;

/// What a request for duties is told; nothing where it does not ask, or nothing is due.
pub(crate) fn quoted(request: &Value) -> Answer<Option<Value>> {
    if at(request, "requestDutiesTaxesFees") != Some(&Value::Bool(true)) {
        return Ok(None);
    }
    let items = list(request, "items");
    if items.is_empty() || items.len() > ITEMS_MAX {
        let detail = format!("items has 1 to {ITEMS_MAX} items");
        return Err(Refusal::malformed("items", detail));
    }
    let quotes: Vec<Value> = items.into_iter().map(item).collect::<Answer<_>>()?;
    let country = text(request, "destinationCountryCode").unwrap_or_default();
    if FREE.contains(&country) {
        return Ok(None);
    }
    Ok(Some(
        json!({ "packageFee": money(FEE), "itemQuotes": quotes }),
    ))
}

fn item(item: &Value) -> Answer<Value> {
    let id = required(item, "itemId")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if id.len() > 20 || !id.chars().all(word) {
        let detail = "itemId has up to 20 letters, digits and underscores";
        return Err(Refusal::malformed("items.itemId", detail));
    }
    let number = |name: &str| {
        let number = at(item, name).filter(|value| value.is_number());
        let number = number.and_then(thousandths).filter(|number| *number > 0);
        number.ok_or_else(|| {
            let detail = format!("{name} is missing or not greater than 0");
            Refusal::malformed(format!("items.{name}"), detail)
        })
    };
    // Thousandths of a dollar by thousandths of a piece, in cents.
    let worth = number("itemValue")?.saturating_mul(number("itemQuantity")?) / 10_000;
    let duty = worth.saturating_mul(DUTY) / 100;
    let tax = worth.saturating_add(duty).saturating_mul(TAX) / 100;
    Ok(json!({ "itemId": id, "dutyPrice": money(duty), "taxPrice": money(tax) }))
}
