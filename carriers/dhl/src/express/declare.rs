//! What is told to customs.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::{CustomsForm, hs_digits, passes_customs};
use parcelgate_carrier::json::filled;
use parcelgate_carrier::latin::Alphabet;
use parcelgate_domain::{Address, Contents, Country, Customs, CustomsItem, Violations, Weight};

use super::party::{amount, kilograms};
use crate::object::Object;

/// What DHL Express takes of a declaration.
const FORM: CustomsForm = CustomsForm {
    carrier: "DHL Express",
    alphabet: Alphabet::Latin1,
    items_max: 999,
    description_max: 512,
    hs_digits_max: 18,
    weight: true,
    sku_max: 35,
    invoice_number_max: 35,
    tax_ids_max: [35; 3],
    ..CustomsForm::OPEN
};

/// The declaration of an order that has one; papers alone need none.
pub(super) fn declared(order: &Order) -> Option<&Customs> {
    let customs = order.customs.as_ref()?;
    let goods = customs.contents != Contents::Documents;
    (goods && passes_customs(order.from.country, order.to.country)).then_some(customs)
}

/// What DHL would not take of the declaration.
pub(super) fn check(order: &Order, found: &mut Violations) {
    match &order.customs {
        None if passes_customs(order.from.country, order.to.country) => {
            let allowed = "a declaration, which is needed on every way across a border";
            found.require("customs", allowed);
        }
        None => {}
        Some(customs) => found.append(FORM.violations(customs, "customs")),
    }
}

/// The goods, in one text of at most 70 characters.
pub(super) fn description(order: &Order) -> String {
    let papers = order.customs.as_ref();
    let papers = papers.is_some_and(|customs| customs.contents == Contents::Documents);
    let Some(customs) = declared(order) else {
        return if papers { "Documents" } else { "Goods" }.to_owned();
    };
    let names = customs
        .items
        .iter()
        .map(|item| FORM.spelled(&item.description));
    let all = names.collect::<Vec<_>>().join(", ");
    all.chars().take(70).collect()
}

/// A text of a kind: a reference, a code of the Harmonised System.
pub(super) fn coded(type_code: &'static str, value: &str) -> Object {
    Object::new().put("typeCode", type_code).put("value", value)
}

const fn of_all(item: &CustomsItem) -> Weight {
    item.unit_weight.saturating_mul(item.quantity)
}

/// The declaration of an order.
pub(super) fn declaration(order: &Order, customs: &Customs) -> Object {
    let (reason, kind) = match customs.contents {
        Contents::Merchandise | Contents::Documents => ("Sale", "commercial_purpose_or_sale"),
        Contents::Gift => ("Gift", "gift"),
        Contents::Sample => ("Sample", "sample"),
        Contents::ReturnOfGoods => ("Return", "return"),
    };
    let number = customs.invoice_number.as_deref().and_then(filled);
    let number = number.or(order.order_number.as_deref().and_then(filled));
    let sum = |all: Weight, next: Weight| all.saturating_add(next);
    let net = customs.items.iter().map(of_all).fold(Weight::grams(0), sum);
    let boxes = order.parcels.iter().map(|parcel| parcel.weight);
    let gross = boxes.fold(Weight::grams(0), sum);
    let invoice = Object::new()
        .put("number", number.unwrap_or(order.reference.as_str()))
        .put("date", order.ship_on.to_string())
        .put("totalNetWeight", kilograms(net))
        .put("totalGrossWeight", kilograms(gross));
    let gift = customs.contents == Contents::Gift;
    let lines = customs.items.iter().zip(1_u32..);
    let lines: Vec<Object> = lines.map(|(item, at)| line(item, at, kind)).collect();
    Object::new()
        .put("lineItems", lines)
        .put("invoice", invoice)
        .put("exportReason", reason)
        .put("exportReasonType", kind)
        .put("shipmentType", if gift { "personal" } else { "commercial" })
}

/// One kind of goods: a price of one piece, a weight of all.
fn line(item: &CustomsItem, number: u32, export_reason_type: &'static str) -> Object {
    let code = hs_digits(item);
    let both_ways = |code: &String| ["outbound", "inbound"].map(|way| coded(way, code));
    let weight = Object::new()
        .put("netValue", kilograms(of_all(item)))
        .put("grossValue", kilograms(of_all(item)));
    let quantity = Object::new()
        .put("value", item.quantity)
        .put("unitOfMeasurement", "PCS");
    let sku = item.sku.as_deref().and_then(filled);
    Object::new()
        .put("number", number)
        .put("description", FORM.spelled(&item.description))
        .put("price", amount(item.unit_value))
        .put("quantity", quantity)
        .list("commodityCodes", code.iter().flat_map(both_ways).collect())
        .put("exportReasonType", export_reason_type)
        .put("manufacturerCountry", item.origin.code())
        .put("weight", weight)
        .list(
            "customerReferences",
            sku.map(|sku| coded("ABW", sku)).into_iter().collect(),
        )
}

/// A number by which an office knows somebody, and the country of that office.
fn registration(type_code: &'static str, number: &str, issuer: Country) -> Object {
    Object::new()
        .put("typeCode", type_code)
        .put("number", number)
        .put("issuerCountryCode", issuer.code())
}

/// The seller's registrations, each with the country that issued it.
pub(super) fn registrations(customs: &Customs, seller: &Address) -> Vec<Object> {
    let ids = &customs.tax_ids;
    let rows = [
        // An import one-stop shop is one of the registrations of suppliers from overseas.
        ("SDT", &ids.ioss),
        ("EOR", &ids.eori),
        ("VAT", &ids.vat),
    ];
    let known = rows.into_iter().filter_map(|(type_code, id)| {
        let number = filled(id.as_deref()?)?;
        let issuer = issuer(number).unwrap_or(seller.country);
        Some(registration(type_code, number, issuer))
    });
    known.collect()
}

/// The country in the number itself: its letters of `DE811234567`, and of an IOSS number the three
/// digits behind `IM`.
fn issuer(number: &str) -> Option<Country> {
    let head = number.get(..2)?;
    let state = head
        .eq_ignore_ascii_case("IM")
        .then(|| number.get(2..5))
        .flatten();
    let by_digits = state.and_then(|state| IOSS_STATES.iter().find(|(digits, _)| *digits == state));
    match by_digits {
        Some((_, country)) => country.parse().ok(),
        None => head.to_ascii_uppercase().parse().ok(),
    }
}

/// The number of a person with the office of the country that a parcel goes to.
pub(super) fn personal(to: &Address, number: Option<&str>) -> Option<Object> {
    let type_code = match to.country.code() {
        "BR" => "CNP",
        "KR" => "CIC",
        _ => "FTN",
    };
    number.map(|number| registration(type_code, number, to.country))
}

/// The member states by the digits of ISO 3166-1, which an IOSS number has behind its `IM`.
#[rustfmt::skip]
const IOSS_STATES: [(&str, &str); 27] = [
    ("040", "AT"), ("056", "BE"), ("100", "BG"), ("191", "HR"), ("196", "CY"), ("203", "CZ"),
    ("208", "DK"), ("233", "EE"), ("246", "FI"), ("250", "FR"), ("276", "DE"), ("300", "GR"),
    ("348", "HU"), ("372", "IE"), ("380", "IT"), ("428", "LV"), ("440", "LT"), ("442", "LU"),
    ("470", "MT"), ("528", "NL"), ("616", "PL"), ("620", "PT"), ("642", "RO"), ("703", "SK"),
    ("705", "SI"), ("724", "ES"), ("752", "SE"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_the_country_that_issued_it() {
        let of = |number| issuer(number).map(Country::code);
        assert_eq!(of("IM2760000742"), Some("DE"));
        assert_eq!(of("IM9990000742"), Some("IM"));
        assert_eq!(of("gb123456789000"), Some("GB"));
        assert_eq!(of("12"), None);
        assert_eq!(of("1"), None);
    }
}
