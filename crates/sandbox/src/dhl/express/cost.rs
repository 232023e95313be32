//! `POST /landed-cost`: freight, duties and taxes of goods that cross a border.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::price::{Load, Price};
use super::product::{Lane, Product};
use super::refusal::{Answer, Refusal};
use super::{body, guard, rates};
use crate::dhl::units::{number, of_cents};
use crate::document::{list, scalar, text};
use crate::server::World;

/// Duty in thousandths of the goods' value.
const DUTY_PERMILLE: u64 = 47;
/// Tax in thousandths of goods, freight and duty.
const TAX_PERMILLE: u64 = 200;
/// What DHL takes for paying both, in cents.
const FEE: u64 = 1_500;

pub(super) async fn landed(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let status = StatusCode::BAD_REQUEST;
    let request = guard::json(&headers, &bytes, body::LANDED_COST, status)?;
    guard::ours(&world, &request, rates::ACCOUNT)?;
    let (origin, destination) = rates::places(&request)?;
    let lane = Lane {
        origin: &origin,
        destination: &destination,
        dutiable: request.get("isCustomsDeclarable") == Some(&json!(true)),
    };
    let wanted = text(&request, "productCode");
    let product = Product::on(lane)
        .find(|product| wanted.is_none_or(|code| code == product.code))
        .ok_or_else(|| {
            Refusal::bad(format!(
                "996: The requested product(s) ({}) not available based on your search criteria.",
                wanted.unwrap_or_default()
            ))
        })?;
    let currency = text(&request, "currencyCode").unwrap_or_default();
    if !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::bad(format!(
            "5008: #/currencyCode '{currency}' is not a currency."
        )));
    }
    let units = rates::units(&request, "unitOfMeasurement");
    let load = Load::of(&list(&request, "packages"), units);
    let freight = Price::of(product, &load, &[]).total();
    let prepaid = request.get("isDTPRequested") == Some(&json!(true));
    let goods = Goods::of(&request, freight);
    let total = goods.sum() + freight + if prepaid { FEE } else { 0 };
    let mut told = json!({
        "productName": product.name,
        "productCode": product.code,
        "localProductCode": product.code,
        "totalPrice": [{ "priceCurrency": currency, "price": of_cents(total) }],
        "detailedPriceBreakdown": [{
            "priceCurrency": currency,
            "breakdown": goods.breakdown(currency, freight, prepaid),
        }],
        "weight": load.shown(),
    });
    let items = request.get("getCostBreakdown") == Some(&json!(true));
    if let (true, Some(members)) = (items, told.as_object_mut()) {
        members.insert("items".to_owned(), goods.items(currency));
    }
    Ok(Json(json!({ "products": [told] })))
}

/// One line of goods, in cents.
struct Line {
    number: u64,
    value: u64,
    duty: u64,
    tax: u64,
}

struct Goods(Vec<Line>);

impl Goods {
    fn of(request: &Value, freight: u64) -> Self {
        let items = list(request, "items");
        let count = u64::try_from(items.len()).unwrap_or(1).max(1);
        let line = |item: &Value| {
            // unit prices have up to five decimals; what is beyond the third is nothing here
            let price = scalar(item, "unitPrice")
                .and_then(|text| crate::decimal::hundredths(&text))
                .unwrap_or_default();
            let quantity = number(item, "quantity").unwrap_or_default();
            let value = price.saturating_mul(quantity) / 1000;
            let duty = value * DUTY_PERMILLE / 1000;
            Line {
                number: item.get("number").and_then(Value::as_u64).unwrap_or(1),
                value,
                duty,
                tax: (value + duty + freight / count) * TAX_PERMILLE / 1000,
            }
        };
        Self(items.into_iter().map(line).collect())
    }

    fn sum(&self) -> u64 {
        self.0
            .iter()
            .map(|line| line.value + line.duty + line.tax)
            .sum()
    }

    fn breakdown(&self, currency: &str, freight: u64, prepaid: bool) -> Vec<Value> {
        let entry = |name: &str, kind: Option<&str>, cents: u64| {
            let mut entry = json!({
                "name": name, "price": of_cents(cents), "priceCurrency": currency,
            });
            if let (Some(kind), Some(members)) = (kind, entry.as_object_mut()) {
                members.insert("typeCode".to_owned(), json!(kind));
            }
            entry
        };
        let sum = |of: fn(&Line) -> u64| self.0.iter().map(of).sum();
        let mut lines = vec![
            entry("SCUSV", None, sum(|line| line.value)),
            entry("SPRQN", None, freight),
            entry("STSCH", None, if prepaid { FEE } else { 0 }),
            entry("TOTAL DUTIES", Some("DUTY"), sum(|line| line.duty)),
            entry("TOTAL TAXES", Some("TAX"), sum(|line| line.tax)),
        ];
        if prepaid {
            let mut fee = entry("DUTY TAX PAID", None, FEE);
            if let Some(members) = fee.as_object_mut() {
                members.insert("serviceCode".to_owned(), json!("DD"));
            }
            lines.push(fee);
        }
        lines
    }

    fn items(&self, currency: &str) -> Value {
        let entry = |name: &str, cents: u64| {
            json!({
                "name": name, "typeCode": name, "price": of_cents(cents),
                "priceCurrency": currency,
            })
        };
        let item = |line: &Line| {
            json!({
                "number": line.number,
                "breakdown": [entry("DUTY", line.duty), entry("TAX", line.tax)],
            })
        };
        self.0.iter().map(item).collect()
    }
}
