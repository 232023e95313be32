//! `POST /landedcost/v1/quotes`: what customs take of a shipment. The rates are made up.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::HeaderMap;
use serde_json::{Value, json};

use super::guard::{self, required};
use super::refusal::{Answer, Refusal};
use crate::decimal::{hundredths, number};
use crate::document::{at, list, scalar, text};
use crate::server::World;

/// Items of one shipment.
const ITEMS_MAX: usize = 99;
/// The codes for a missing `transId` and `transactionSrc`.
const HEADER_CODES: [&str; 2] = ["20007", "20007"];
/// Per cent of goods and duty that a country takes as VAT; elsewhere 15.
const VAT: [(&str, u64); 14] = [
    ("AU", 10),
    ("CA", 5),
    ("CH", 8),
    ("CN", 13),
    ("DE", 19),
    ("ES", 21),
    ("FR", 20),
    ("GB", 20),
    ("HK", 0),
    ("IT", 22),
    ("JP", 10),
    ("NL", 21),
    ("PL", 23),
    ("US", 0),
];

/// What is taken of one item, in hundredths.
struct Taken {
    id: String,
    code: String,
    calculable: bool,
    duty: u64,
    vat: u64,
}

pub(crate) async fn quote(
    State(world): State<Arc<World>>,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    if version != "v1" {
        return Err(Refusal::unknown_resource());
    }
    guard::identified(&headers, HEADER_CODES)?;
    let account = headers.get("AccountNumber");
    let own = world.settings.ups.shipper_number.as_bytes();
    if account.is_some_and(|account| !account.is_empty() && account.as_bytes() != own) {
        return Err(Refusal::wrong("AccountNumber", ""));
    }
    let request = guard::json(&headers, &body)?;
    let currency = code(&request, "currencyCode", 3)?;
    let transaction = required(&request, "transID")?;
    required(&request, "shipment.id")?;
    let to = code(&request, "shipment.importCountryCode", 2)?;
    let from = code(&request, "shipment.exportCountryCode", 2)?;
    if from == to {
        return Err(Refusal::wrong("shipment.exportCountryCode", from));
    }
    let partial = at(&request, "allowPartialLandedCostResult") == Some(&Value::Bool(true));
    let items = list(&request, "shipment.shipmentItems");
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(Refusal::missing("shipment.shipmentItems"));
    }
    let taken: Vec<Taken> = items
        .into_iter()
        .map(|item| of_item(item, currency, to, partial))
        .collect::<Answer<_>>()?;
    let told = told(&request, &taken, currency, to);
    Ok(Json(json!({
        "shipment": told,
        "transID": transaction,
        "alVersion": 1,
        "perfStats": stats(&world),
    })))
}

/// A code of so many capitals.
fn code<'v>(request: &'v Value, path: &str, letters: usize) -> Answer<&'v str> {
    let given = required(request, path)?;
    let good = given.len() == letters && given.bytes().all(|byte| byte.is_ascii_uppercase());
    good.then_some(given)
        .ok_or_else(|| Refusal::wrong(path, given))
}

fn of_item(item: &Value, currency: &str, to: &str, partial: bool) -> Answer<Taken> {
    let id = required(item, "commodityId")?.to_owned();
    let own = code(item, "commodityCurrencyCode", 3)?;
    if own != currency {
        return Err(Refusal::wrong("commodityCurrencyCode", own));
    }
    let origin = code(item, "originCountryCode", 2)?;
    required(item, "UOM")?;
    let given = |name: &str| scalar(item, name).ok_or_else(|| Refusal::missing(name));
    let price = given("priceEach")?;
    let each = hundredths(&price).ok_or_else(|| Refusal::wrong("priceEach", &price))?;
    let count = given("quantity")?;
    let quantity: u64 = count.parse().unwrap_or(0);
    if quantity == 0 || quantity > 1_000_000_000 {
        return Err(Refusal::wrong("quantity", &count));
    }
    let weighed = at(item, "grossWeight").is_some();
    if weighed && text(item, "grossWeightUnit").is_none() {
        return Err(Refusal::missing("grossWeightUnit"));
    }
    let tariff: Option<String> = text(item, "hsCode").map(|code| {
        let digits = code.chars().filter(char::is_ascii_digit);
        digits.collect()
    });
    let described = text(item, "description").is_some();
    if tariff.is_none() && !described {
        return Err(Refusal::missing("hsCode or description"));
    }
    // A description alone finds a heading; six digits at least are one.
    let found = tariff.unwrap_or_else(|| "999999".to_owned());
    let calculable = (6..=12).contains(&found.len());
    if !calculable && !partial {
        return Err(Refusal::wrong("hsCode", &found));
    }
    let worth = if calculable {
        each.saturating_mul(quantity)
    } else {
        0
    };
    let chapter: u64 = found
        .get(..2)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    // Goods that come home pay no duty.
    let percent = if origin == to { 0 } else { chapter % 8 };
    let duty = worth / 100 * percent;
    let vat = VAT.iter().find(|(country, _)| *country == to);
    let vat = vat.map_or(15, |(_, percent)| *percent);
    Ok(Taken {
        id,
        code: format!("{found:0<10}"),
        calculable,
        duty,
        vat: (worth + duty) * vat / 100,
    })
}

fn told(request: &Value, taken: &[Taken], currency: &str, to: &str) -> Value {
    let duties: u64 = taken.iter().map(|item| item.duty).sum();
    let vat: u64 = taken.iter().map(|item| item.vat).sum();
    let disbursement = ((duties + vat) * 25 / 1_000).max(500);
    let (entry, both) = (560, duties + vat);
    let brokerage = entry + disbursement;
    let item = |item: &Taken| {
        json!({
            "commodityID": item.id,
            "hsCode": item.code,
            "commodityDuty": number(item.duty),
            "totalCommodityTaxAndFee": 0,
            "commodityVAT": number(item.vat),
            "totalCommodityDutyAndTax": number(item.duty + item.vat),
            "commodityCurrencyCode": currency,
            "isCalculable": item.calculable,
        })
    };
    json!({
        "currencyCode": currency,
        "importCountryCode": to,
        "id": text(request, "shipment.id"),
        "brokerageFeeItems": [
            { "chargeName": "Entry Preparation Fee", "chargeAmount": number(entry) },
            { "chargeName": "Disbursement Fee", "chargeAmount": number(disbursement) },
        ],
        "totalBrokerageFees": number(brokerage),
        "totalDuties": number(duties),
        "totalCommodityLevelTaxesAndFees": 0,
        "totalShipmentLevelTaxesAndFees": 0,
        "totalVAT": number(vat),
        "totalDutyAndTax": number(both),
        "grandTotal": number(both + brokerage),
        "shipmentItems": taken.iter().map(item).collect::<Vec<_>>(),
    })
}

fn stats(world: &World) -> Value {
    let now = world.settings.protocol_clock.now().to_string();
    let short: String = now.chars().take(32).collect();
    json!({ "absLayerTime": "1", "fulfillTime": short, "receiptTime": short })
}
