//! The commercial invoice that UPS draws and sends ahead.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::filled;
use parcelgate_carrier::lines::wrap;
use parcelgate_domain::{Contents, Currency, Customs, CustomsItem, Incoterm, Money};
use serde_json::{Value, json};

use super::check::FORM;
use crate::party::party;
use crate::wire::coded;

/// The papers of a shipment that passes customs, as members of its options. Papers that were
/// uploaded go beside the invoice of UPS: an id does not say what its paper is.
pub(super) fn international(order: &Order, to: &Fitted, customs: &Customs) -> Value {
    let uploaded = !order.documents.is_empty();
    let ids: Vec<&str> = order.documents.iter().map(|id| id.as_str()).collect();
    let products = customs.items.iter().enumerate();
    let products = products.map(|(index, item)| product(index, item, order.to.country.is_in_eu()));
    let purchase = order.order_number.as_deref().and_then(filled);
    let number = customs
        .invoice_number
        .as_deref()
        .and_then(filled)
        .or(purchase);
    let value = customs.items.first().map(|item| item.unit_value);
    json!({
        "InternationalForms": {
            "FormType": if uploaded { vec!["01", "07"] } else { vec!["01"] },
            "UserCreatedForm": uploaded.then(|| json!({ "DocumentID": ids })),
            "Contacts": { "SoldTo": party(to) },
            "Product": products.collect::<Vec<_>>(),
            "InvoiceNumber": number.unwrap_or(order.reference.as_str()),
            "InvoiceDate": order.ship_on.strftime("%Y%m%d").to_string(),
            "PurchaseOrderNumber": purchase,
            "TermsOfShipment": match customs.incoterm {
                Incoterm::Dap => "DAP",
                Incoterm::Ddp => "DDP",
            },
            "ReasonForExport": match customs.contents {
                Contents::Merchandise => "SALE",
                Contents::Gift => "GIFT",
                Contents::Sample => "SAMPLE",
                Contents::Documents => "DOCUMENTS",
                Contents::ReturnOfGoods => "RETURN",
            },
            "CurrencyCode": value.map(|value| value.currency().code()),
        },
        "EUDeMinimisIndicator": de_minimis(order, customs),
    })
}

fn product(index: usize, item: &CustomsItem, to_eu: bool) -> Value {
    let number = item.sku.as_deref().and_then(filled).map(str::to_owned);
    json!({
        "Description": lines(&FORM.spelled(&item.description)),
        "Unit": {
            "Number": item.quantity.to_string(),
            "UnitOfMeasurement": coded("PCS"),
            "Value": item.unit_value.to_decimal(),
        },
        "CommodityCode": hs_digits(item),
        // An invoice line must have a number; without the seller's own it is its place.
        "PartNumber": number.unwrap_or_else(|| (index + 1).to_string()),
        "OriginCountryCode": item.origin.code(),
        // A commodity without a standardised product id.
        "CommodityFieldSpecialConditionCode": to_eu.then_some("01"),
    })
}

/// Up to three lines of 35 characters, broken between words where that is possible.
fn lines(text: &str) -> Vec<String> {
    const CHARS_MAX: usize = 35;
    const LINES_MAX: usize = 3;
    if let Some(even) = wrap(text, CHARS_MAX).filter(|lines| lines.len() <= LINES_MAX) {
        return even;
    }
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(CHARS_MAX).take(LINES_MAX);
    let pieces = pieces.map(|piece| piece.iter().collect::<String>().trim().to_owned());
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Whether goods into the European Union are worth 150 EUR or less, where that can be told: they
/// are with an IOSS number, which exists for no others, and they can be compared when declared in
/// euro.
fn de_minimis(order: &Order, customs: &Customs) -> Option<&'static str> {
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
