//! Customs forms, which are part of the label.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::{CustomsForm, hs_digits, line_value};
use parcelgate_carrier::json::{Digits, compact, filled};
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Contents, Currency, Customs, CustomsItem, Money, Personal, Violations};
use serde::Serialize;
use serde_json::{Value, json};

use crate::codes::{FIRST_CLASS_ABROAD, Product, Way};
use crate::parcels::pounds_inside;
use crate::party::{state, wants_customs};

/// Descriptions of labels v3 and international labels v3: 30 lines, 30 characters each, in USD.
pub(crate) const FORM: CustomsForm = CustomsForm {
    carrier: "USPS",
    alphabet: Alphabet::Ascii,
    items_max: 30,
    description_max: 30,
    hs_digits_max: 14,
    weight: true,
    invoice_number_max: 15,
    tax_ids_max: [REFERENCE_MAX; 3],
    currencies: &["USD"],
    ..CustomsForm::OPEN
};

/// The longest reference of an importer or exporter.
const REFERENCE_MAX: usize = 28;
const QUANTITY_MAX: u32 = 9_999;

/// Words that are no description, whatever their letters' size (160050).
const NO_DESCRIPTION: [&str; 6] = [
    "none",
    "not applicable",
    "n/a",
    "null",
    "gift",
    "merchandise",
];

/// Above this value of one kind of goods, in cents, an export must be filed with the Census Bureau
/// and its number (ITN) stand on the form (15 CFR 30.37 a).
const UNFILED_MAX: i64 = 250_000;

/// Why nothing was filed: goods of low value; and to Canada, whatever goes there.
const LOW_VALUE: &str = "NO EEI 30.37(a)";
const TO_CANADA: &str = "NO EEI 30.36";

/// Everything that cannot stand on the form of `order`; that there is none where one is wanted.
pub(crate) fn violations(order: &Order, product: Option<&Product>) -> Violations {
    let mut found = Violations::new();
    let wanted = product.is_some_and(|product| product.way == Way::Abroad) || is_far(order);
    match &order.customs {
        Some(customs) if wanted => {
            check(customs, order.to.country.code() == "CA", &mut found);
        }
        None if wanted => found.require("customs", "a declaration, which this way needs"),
        Some(_) | None => {}
    }
    found
}

/// What cannot stand on a form, or be asked a price for.
pub(crate) fn check(customs: &Customs, to_canada: bool, found: &mut Violations) {
    found.append(FORM.violations(customs, "customs"));
    for (index, item) in customs.items.iter().enumerate() {
        let field = format!("customs.items[{index}]");
        let description = item.description.trim().to_ascii_lowercase();
        if NO_DESCRIPTION.contains(&description.as_str()) {
            let allowed = "what the goods are: USPS takes no such word for it";
            found.refuse(format!("{field}.description"), &item.description, allowed);
        }
        if item.quantity > QUANTITY_MAX {
            let allowed = format!("at most {QUANTITY_MAX} pieces");
            found.refuse(format!("{field}.quantity"), item.quantity, allowed);
        }
        let value = line_value(item).filter(|value| value.minor() > UNFILED_MAX);
        if let Some(value) = value.filter(|_| !to_canada) {
            let allowed = "worth at most 2500 USD: dearer goods are filed for export, of which an \
                           order does not carry the number";
            found.refuse(format!("{field}.unit_value"), value, allowed);
        }
    }
}

/// Whether the mail is domestic and passes customs.
pub(crate) fn is_far(order: &Order) -> bool {
    let [from, to] =
        [&order.from, &order.to].map(|address| state(address.country, address.region.as_deref()));
    wants_customs(from.as_deref(), to.as_deref())
}

/// The form.
#[derive(Serialize)]
pub(crate) struct Form {
    #[serde(flatten)]
    head: Value,
    contents: Vec<Goods>,
}

/// One kind of goods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Goods {
    #[serde(flatten)]
    told: Value,
    item_total_value: Digits,
    item_total_weight: Digits,
}

impl Form {
    /// Of a label; none of one that passes no customs.
    pub(crate) fn of(order: &Order, product: &Product) -> Option<Self> {
        let abroad = product.way == Way::Abroad;
        let customs = order.customs.as_ref();
        let customs = customs.filter(|_| abroad || is_far(order))?;
        let importer = order.to.tax_id.as_ref().map(Personal::expose);
        let ids = &customs.tax_ids;
        let exporter = [&ids.ioss, &ids.vat, &ids.eori];
        let exporter = exporter.into_iter().find_map(|id| filled(id.as_deref()?));
        // The small form of First-Class has no room for the exporter's (160204).
        let has_room = abroad && product.class != FIRST_CLASS_ABROAD;
        let registration = |kind: &str, text: &str| {
            let reference = FORM.spelled(text);
            json!({ "referenceType": kind, "reference": reference })
        };
        let importer = importer.and_then(filled).filter(|_| abroad);
        let exporter = exporter.filter(|_| has_room);
        let head = json!({
            "customsContentType": content_type(customs.contents),
            "AESITN": exemption(order),
            "invoiceNumber": customs.invoice_number.as_deref().and_then(filled),
            "importersReference": importer.map(|id| registration("TAX_CODE", id)),
            "exportersReference": exporter.map(|id| registration("VAT_NUMBER", id)),
        });
        Some(Self {
            head: compact(head),
            contents: customs.items.iter().map(Goods::of).collect(),
        })
    }
}

const fn content_type(contents: Contents) -> &'static str {
    match contents {
        Contents::Merchandise => "MERCHANDISE",
        Contents::Gift => "GIFT",
        Contents::Sample => "COMMERCIAL_SAMPLE",
        Contents::Documents => "DOCUMENT",
        Contents::ReturnOfGoods => "RETURNED_GOODS",
    }
}

fn exemption(order: &Order) -> &'static str {
    match order.to.country.code() {
        "CA" => TO_CANADA,
        _ => LOW_VALUE,
    }
}

impl Goods {
    fn of(item: &CustomsItem) -> Self {
        let nothing = Money::zero(Currency::USD);
        let weight = item.unit_weight.saturating_mul(item.quantity);
        Self {
            told: compact(json!({
                "itemDescription": FORM.spelled(&item.description),
                "itemQuantity": item.quantity,
                "weightUOM": "lb",
                "HSTariffNumber": hs_digits(item),
                "countryofOrigin": item.origin.code(),
            })),
            item_total_value: Digits::of(line_value(item).unwrap_or(nothing).to_decimal()),
            item_total_weight: Digits::of(pounds_inside(weight)),
        }
    }
}
