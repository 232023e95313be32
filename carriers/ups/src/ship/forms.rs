//! The commercial invoice that UPS draws and sends ahead.

use std::borrow::Cow;

use parcelgate_carrier::Order;
use parcelgate_domain::{Contents, Currency, Customs, CustomsItem, Incoterm, Money};
use serde::Serialize;

use crate::party::Party;
use crate::wire::Coded;

const INVOICE: &str = "01";
/// IOSS Registration Number.
pub(super) const VENDOR_IOSS: &str = "0356";
/// Pieces, among UPS's units of goods.
const PIECES: &str = "PCS";
/// A commodity without a standardised product id.
const NO_PRODUCT_ID: &str = "01";

/// The papers of a shipment that passes customs.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Forms<'a> {
    form_type: [&'static str; 1],
    contacts: Contacts<'a>,
    product: Vec<Product<'a>>,
    invoice_number: &'a str,
    invoice_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase_order_number: Option<&'a str>,
    terms_of_shipment: &'static str,
    reason_for_export: &'static str,
    currency_code: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Contacts<'a> {
    sold_to: Party<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Product<'a> {
    description: Vec<String>,
    unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    commodity_code: Option<String>,
    part_number: Cow<'a, str>,
    origin_country_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commodity_field_special_condition_code: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Unit {
    number: String,
    unit_of_measurement: Coded<'static>,
    value: String,
}

impl<'a> Forms<'a> {
    pub(super) fn of(order: &'a Order, customs: &'a Customs) -> Self {
        let to_eu = order.to.country.is_in_eu();
        let products = customs.items.iter().enumerate();
        let purchase = order.order_number.as_deref().map(str::trim);
        let purchase = purchase.filter(|number| !number.is_empty());
        let number = customs.invoice_number.as_deref().map(str::trim);
        let number = number.filter(|number| !number.is_empty()).or(purchase);
        Self {
            form_type: [INVOICE],
            contacts: Contacts {
                sold_to: Party::of(&order.to),
            },
            product: products
                .map(|(index, item)| Product::of(index, item, to_eu))
                .collect(),
            invoice_number: number.unwrap_or(order.reference.as_str()),
            invoice_date: order.ship_on.strftime("%Y%m%d").to_string(),
            purchase_order_number: purchase,
            terms_of_shipment: match customs.incoterm {
                Incoterm::Dap => "DAP",
                Incoterm::Ddp => "DDP",
            },
            reason_for_export: match customs.contents {
                Contents::Merchandise => "SALE",
                Contents::Gift => "GIFT",
                Contents::Sample => "SAMPLE",
                Contents::Documents => "DOCUMENTS",
                Contents::ReturnOfGoods => "RETURN",
            },
            currency_code: customs
                .items
                .first()
                .map_or("", |item| item.unit_value.currency().code()),
        }
    }
}

impl<'a> Product<'a> {
    fn of(index: usize, item: &'a CustomsItem, to_eu: bool) -> Self {
        let code = item.hs_code.as_deref().unwrap_or("");
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let sku = item.sku.as_deref().map(str::trim);
        Self {
            description: lines(&item.description),
            unit: Unit {
                number: item.quantity.to_string(),
                unit_of_measurement: Coded { code: PIECES },
                value: item.unit_value.to_decimal(),
            },
            commodity_code: (!code.is_empty()).then_some(code),
            // An invoice line must have a number; without the seller's own it is its place.
            part_number: sku
                .filter(|sku| !sku.is_empty())
                .map_or_else(|| (index + 1).to_string().into(), Into::into),
            origin_country_code: item.origin.code(),
            commodity_field_special_condition_code: to_eu.then_some(NO_PRODUCT_ID),
        }
    }
}

/// Up to three lines of 35 characters, broken between words where that is possible.
fn lines(text: &str) -> Vec<String> {
    const CHARS_MAX: usize = 35;
    const LINES_MAX: usize = 3;
    let text = text.trim();
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &String| line.chars().count() + 1 + word.chars().count() <= CHARS_MAX;
        match lines.last_mut() {
            Some(line) if fits(line) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let even = lines.iter().all(|line| line.chars().count() <= CHARS_MAX);
    if even && lines.len() <= LINES_MAX {
        return lines;
    }
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(CHARS_MAX).take(LINES_MAX);
    let pieces = pieces.map(|piece| piece.iter().collect::<String>().trim().to_owned());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Whether goods into the European Union are worth 150 EUR or less, where that can be told: they
/// are with an IOSS number, which exists for no others, and they can be compared when declared in
/// euro.
pub(super) fn de_minimis(order: &Order, customs: &Customs) -> Option<&'static str> {
    const LIMIT: Money = Money::of_minor(15_000, Currency::EUR);
    if !order.to.country.is_in_eu() {
        return None;
    }
    if customs.tax_ids.ioss.is_some() {
        return Some("Y");
    }
    let total = customs.total().filter(|t| t.currency() == Currency::EUR)?;
    Some(if total.minor() <= LIMIT.minor() {
        "Y"
    } else {
        "N"
    })
}
