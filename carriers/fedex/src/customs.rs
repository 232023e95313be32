//! What is told to customs, with a price and with a purchase.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::{CustomsForm, hs_digits, line_value, passes_customs};
use parcelgate_carrier::json::{compact, filled};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{
    Contents, Country, Currency, Customs, CustomsItem, Incoterm, Money, Violations,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::parcels::Weighed;
use crate::party::TIN_MAX;
use crate::wire::Amount;

/// Description of ship v1.
const FORM: CustomsForm = CustomsForm {
    carrier: "FedEx",
    alphabet: Alphabet::Latin1,
    description_max: 450,
    weight: true,
    sku_max: 35,
    invoice_number_max: 30,
    tax_ids_max: [TIN_MAX; 3],
    ..CustomsForm::OPEN
};
const PIECES_MAX: u32 = 9_999;
const UNIT_VALUE_MAX: i64 = 99_999;

/// One kind of goods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commodity {
    #[serde(flatten)]
    told: Value,
    weight: Weighed,
    unit_price: Amount,
    customs_value: Amount,
}

impl Commodity {
    pub(crate) fn of(item: &CustomsItem) -> Self {
        let nothing = Money::zero(item.unit_value.currency());
        let told = json!({
            "description": FORM.spelled(&item.description),
            "quantity": item.quantity,
            "quantityUnits": "PCS",
            "numberOfPieces": item.quantity,
            "countryOfManufacture": item.origin.code(),
            "harmonizedCode": hs_digits(item),
            "partNumber": item.sku.as_deref().and_then(filled),
        });
        Self {
            told: compact(told),
            weight: Weighed::exact(item.unit_weight.saturating_mul(item.quantity)),
            unit_price: item.unit_value.into(),
            customs_value: line_value(item).unwrap_or(nothing).into(),
        }
    }
}

/// The declaration of a purchase.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Clearance {
    #[serde(flatten)]
    told: Value,
    commodities: Vec<Commodity>,
    total_customs_value: Option<Amount>,
}

/// What an order declares, where it passes customs.
pub(crate) fn declared(order: &Order) -> Option<&Customs> {
    let customs = order.customs.as_ref();
    customs.filter(|_| passes_customs(order.from.country, order.to.country))
}

/// The declaration of an order; `payor` pays where the sender does.
pub(crate) fn clearance(order: &Order, payor: &Value) -> Option<Clearance> {
    let customs = declared(order)?;
    let invoice = customs.invoice_number.as_deref().and_then(filled);
    let invoice = invoice
        .map(|number| json!([{ "customerReferenceType": "INVOICE_NUMBER", "value": number }]));
    let (terms, payer, payor) = match customs.incoterm {
        Incoterm::Dap => ("DAP", "RECIPIENT", None),
        Incoterm::Ddp => ("DDP", "SENDER", Some(payor)),
    };
    let statement = needs_no_filing(order, customs)
        .then(|| json!({ "exportComplianceStatement": "NO_EEI_30_37_A" }));
    let told = json!({
        "commercialInvoice": {
            "shipmentPurpose": purpose(customs.contents),
            "termsOfSale": terms,
            "customerReferences": invoice,
        },
        "dutiesPayment": { "paymentType": payer, "payor": payor },
        "isDocumentOnly": customs.contents == Contents::Documents,
        "exportDetail": statement,
    });
    Some(Clearance {
        told: compact(told),
        commodities: customs.items.iter().map(Commodity::of).collect(),
        total_customs_value: customs.total().map(Amount::from),
    })
}

const fn purpose(contents: Contents) -> &'static str {
    match contents {
        Contents::Merchandise => "SOLD",
        Contents::Gift => "GIFT",
        Contents::Sample => "SAMPLE",
        Contents::Documents => "NOT_SOLD",
        Contents::ReturnOfGoods => "REPAIR_AND_RETURN",
    }
}

/// Goods of up to 2500 USD a kind leave the United States without an export filing (15 CFR 30.37
/// a); to Canada none is needed at all. Of other goods nothing is said here, and FedEx asks.
fn needs_no_filing(order: &Order, customs: &Customs) -> bool {
    let small = |item: &CustomsItem| {
        let value = line_value(item).filter(|value| value.currency() == Currency::USD);
        value.is_some_and(|value| value.minor() <= 250_000)
    };
    order.from.country == Country::US
        && order.to.country.code() != "CA"
        && customs.contents != Contents::Documents
        && customs.items.iter().all(small)
}

/// The registrations of the seller. FedEx describes three kinds of business numbers and no list of
/// uses; a number of the Union is an EORI or, where tax was collected at the sale, an IOSS number.
pub(crate) fn registrations(order: &Order) -> Vec<Value> {
    let Some(ids) = declared(order).map(|customs| &customs.tax_ids) else {
        return Vec::new();
    };
    let rows = [
        (&ids.ioss, "BUSINESS_UNION", "IOSS"),
        (&ids.eori, "BUSINESS_UNION", "EORI"),
        (&ids.vat, "BUSINESS_NATIONAL", "VAT"),
    ];
    let known = rows.into_iter().filter_map(|(id, kind, usage)| {
        let number = filled(id.as_deref()?)?;
        Some(json!({ "number": number, "tinType": kind, "usage": usage }))
    });
    known.collect()
}

/// What FedEx would not take of the declaration of an order.
pub(crate) fn violations(order: &Order) -> Violations {
    let mut found = Violations::new();
    if !passes_customs(order.from.country, order.to.country) {
        return found;
    }
    let Some(customs) = &order.customs else {
        found.require("customs", "a customs declaration, which this way needs");
        return found;
    };
    found.append(FORM.violations(customs, "customs"));
    for (index, item) in customs.items.iter().enumerate() {
        let field = format!("customs.items[{index}]");
        if item.quantity > PIECES_MAX {
            let allowed = format!("at most {PIECES_MAX} pieces");
            found.refuse(format!("{field}.quantity"), item.quantity, allowed);
        }
        let whole = Money::parse("1", item.unit_value.currency()).map_or(1, Money::minor);
        if item.unit_value.minor() / whole > UNIT_VALUE_MAX {
            let allowed = "of at most five digits before the decimals";
            found.refuse(format!("{field}.unit_value"), item.unit_value, allowed);
        }
    }
    found
}

#[cfg(test)]
mod tests;
