//! What UPS asks of a shipment before it sells a label. Codes and texts as UPS publishes them.

use serde_json::Value;

use super::lane::Lane;
use super::refusal::{Answer, Refusal};
use crate::document::{at, list, present, scalar, text};
use crate::zip;

/// The codes for one party's fields.
struct Codes {
    name: &'static str,
    attention: &'static str,
    line: &'static str,
    city: &'static str,
    state: &'static str,
    postal: &'static str,
    phone: &'static str,
    short_phone: &'static str,
}

/// A party to the shipment: its element, its name in messages, its codes.
struct Party {
    element: &'static str,
    called: &'static str,
    codes: Codes,
}

#[rustfmt::skip]
const PARTIES: [Party; 3] = [
    Party { element: "Shipper", called: "shipper", codes: Codes { name: "120101", attention: "120110", line: "120102", city: "120105", state: "120106", postal: "120107", phone: "120109", short_phone: "120115" } },
    Party { element: "ShipTo", called: "ship to", codes: Codes { name: "120200", attention: "120201", line: "120202", city: "120205", state: "120206", postal: "120207", phone: "120209", short_phone: "120213" } },
    Party { element: "ShipFrom", called: "ship from", codes: Codes { name: "120300", attention: "120301", line: "120302", city: "120305", state: "120306", postal: "120307", phone: "120309", short_phone: "120313" } },
];

/// Checks everything that does not depend on weights and services.
pub(crate) fn check(shipment: &Value, lane: &Lane, early: bool) -> Answer<()> {
    for party in &PARTIES {
        if party.element != "ShipFrom" || present(shipment, "ShipFrom") {
            check_party(shipment, party, lane.crosses_border(), early)?;
        }
    }
    check_contents(shipment, lane)?;
    check_references(shipment, lane)?;
    check_payment(shipment)?;
    if present(shipment, "ShipmentServiceOptions.InternationalForms") {
        check_forms(shipment)?;
    }
    Ok(())
}

fn check_party(shipment: &Value, party: &Party, abroad: bool, early: bool) -> Answer<()> {
    let Party {
        element,
        called,
        codes,
    } = party;
    let missing = |code, what: &str| {
        Err(Refusal::invalid(
            code,
            format!("Missing or invalid {called} {what}"),
        ))
    };
    let field = |path: &str| text(shipment, &format!("{element}.{path}"));
    let fits =
        |path: &str, longest| field(path).is_some_and(|text| text.chars().count() <= longest);
    if !fits("Name", 35) {
        return missing(codes.name, "name");
    }
    let receiver = *element == "ShipTo";
    let attention_needed = abroad || (early && receiver);
    if (attention_needed || field("AttentionName").is_some()) && !fits("AttentionName", 35) {
        return missing(codes.attention, "attention name");
    }
    let lines = list(shipment, &format!("{element}.Address.AddressLine"));
    let good_line = |line: &&Value| {
        let length = line.as_str().map_or(0, |line| line.trim().chars().count());
        (1..=35).contains(&length)
    };
    if lines.is_empty() || lines.len() > 3 || !lines.iter().all(good_line) {
        return missing(codes.line, "address line 1");
    }
    if !fits("Address.City", 30) {
        return missing(codes.city, "city");
    }
    let country = field("Address.CountryCode").unwrap_or_default();
    let state = field("Address.StateProvinceCode");
    if !good_state(country, state) {
        return missing(codes.state, "StateProvinceCode");
    }
    let postal = field("Address.PostalCode");
    if !good_postal(country, postal) {
        return missing(codes.postal, "postal code");
    }
    let phone = scalar(shipment, &format!("{element}.Phone.Number"));
    match phone {
        None if attention_needed => missing(codes.phone, "phone number"),
        None => Ok(()),
        Some(number) => check_phone(country, &number, codes, called),
    }
}

/// Digits only; in North America ten of them, or fourteen with the extension.
fn check_phone(country: &str, number: &str, codes: &Codes, called: &str) -> Answer<()> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || number.len() > 15 {
        let message = format!("Missing or invalid {called} phone number");
        return Err(Refusal::invalid(codes.phone, message));
    }
    let american = matches!(country, "US" | "PR" | "CA" | "VI");
    if number.len() < 10 {
        let message = format!("{called} phone number must be at least 10 alphanumeric characters");
        return Err(Refusal::invalid(codes.short_phone, message));
    }
    // A country code before an American number is taken; other lengths are not a layout.
    if american
        && !(matches!(number.len(), 10 | 14) || (number.len() == 11 && number.starts_with('1')))
    {
        let message = format!("Missing or invalid {called} phone number");
        return Err(Refusal::invalid(codes.phone, message));
    }
    Ok(())
}

fn good_state(country: &str, state: Option<&str>) -> bool {
    match (country, state) {
        ("US", state) => state.is_some_and(zip::is_state),
        ("CA", state) => state.is_some_and(|state| {
            let provinces = [
                "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT",
            ];
            provinces.contains(&state)
        }),
        (_, state) => state.is_none_or(|state| state.chars().count() <= 5),
    }
}

fn good_postal(country: &str, postal: Option<&str>) -> bool {
    match country {
        "US" | "PR" => postal.is_some_and(|postal| zip::state(postal).is_some()),
        // A#A#A#
        "CA" => postal.is_some_and(|postal| {
            postal.len() == 6
                && postal.char_indices().all(|(index, c)| {
                    if index % 2 == 0 {
                        c.is_ascii_uppercase()
                    } else {
                        c.is_ascii_digit()
                    }
                })
        }),
        _ => postal.is_none_or(|postal| postal.chars().count() <= 9),
    }
}

fn check_contents(shipment: &Value, lane: &Lane) -> Answer<()> {
    let description = text(shipment, "Description");
    if description.is_some_and(|text| text.chars().count() > 50) {
        let message = "Shipment Description cannot exceed the length of 50 characters";
        return Err(Refusal::invalid("120503", message));
    }
    let letter = text(shipment, "Package.Packaging.Code") == Some("01");
    if lane.crosses_border() && !letter && description.is_none() {
        let message = "Shipment Description is required for this shipment.";
        return Err(Refusal::invalid("120512", message));
    }
    // From the United States to Puerto Rico and Canada UPS wants the value of the goods here.
    let valued = lane.origin.country == "US"
        && matches!(lane.destination.country.as_str(), "CA" | "PR")
        && !letter
        && !present(shipment, "DocumentsOnlyIndicator");
    let value = scalar(shipment, "InvoiceLineTotal.MonetaryValue");
    if valued && value.is_none() {
        let message = "InvoiceLineTotal/MonetaryValue is required and must be a whole number";
        return Err(Refusal::invalid("120539", message));
    }
    if value.is_some_and(|value| crate::decimal::hundredths(&value).is_none_or(|cents| cents == 0))
    {
        let message = "InvoiceLineTotal/MonetaryValue must be greater than 0";
        return Err(Refusal::invalid("120502", message));
    }
    Ok(())
}

/// References belong to the packages inside the United States and Puerto Rico, to the shipment
/// everywhere else; at most two, of at most 35 characters.
fn check_references(shipment: &Value, lane: &Lane) -> Answer<()> {
    let domestic = !lane.crosses_border() && matches!(lane.origin.country.as_str(), "US" | "PR");
    let of_shipment = list(shipment, "ReferenceNumber");
    let of_packages: Vec<Vec<&Value>> = list(shipment, "Package")
        .into_iter()
        .map(|package| list(package, "ReferenceNumber"))
        .collect();
    if domestic && !of_shipment.is_empty() {
        let message = "Shipment/ReferenceNumber is not allowed for this shipment";
        return Err(Refusal::invalid("120541", message));
    }
    if !domestic && of_packages.iter().any(|references| !references.is_empty()) {
        let message = "Package/ReferenceNumber is not allowed for this shipment";
        return Err(Refusal::invalid("120542", message));
    }
    if of_shipment.len() > 2 {
        let message = "No more than 2 Shipment/ReferenceNumber can be given per shipment";
        return Err(Refusal::invalid("120543", message));
    }
    if of_packages.iter().any(|references| references.len() > 2) {
        let message = "No more than 2 Package/ReferenceNumber can be given per package";
        return Err(Refusal::invalid("120544", message));
    }
    for reference in of_shipment
        .into_iter()
        .chain(of_packages.into_iter().flatten())
    {
        let length = text(reference, "Value").map_or(0, |value| value.chars().count());
        if !(1..=35).contains(&length) {
            let message = "Invalid ReferenceNumber/Value";
            return Err(Refusal::invalid("120603", message));
        }
    }
    Ok(())
}

fn check_payment(shipment: &Value) -> Answer<()> {
    let charges = list(shipment, "PaymentInformation.ShipmentCharge");
    let transport = charges
        .iter()
        .find(|charge| text(charge, "Type") == Some("01"))
        .ok_or_else(|| Refusal::invalid("120410", "One payment method is required."))?;
    let payers = ["BillShipper", "BillReceiver", "BillThirdParty"];
    let named = payers.iter().filter(|payer| present(transport, payer));
    let consignee = present(transport, "ConsigneeBilledIndicator");
    if named.count() + usize::from(consignee) != 1 {
        let message = "A single billing option is required per shipment.";
        return Err(Refusal::invalid("120416", message));
    }
    let billed = text(transport, "BillShipper.AccountNumber");
    let shipper = text(shipment, "Shipper.ShipperNumber");
    if present(transport, "BillShipper") && billed != shipper {
        let message = "PaymentInformation/Prepaid/BillShipper/AccountNumber must be the same \
                       shipper number as Shipper/ShipperNumber";
        return Err(Refusal::invalid("120415", message));
    }
    Ok(())
}

/// The invoice form: its own required fields, and those of each product.
fn check_forms(shipment: &Value) -> Answer<()> {
    let Some(forms) = at(shipment, "ShipmentServiceOptions.InternationalForms") else {
        return Ok(());
    };
    let missing = |code, what: &str| {
        let message = format!("Missing or invalid InternationalForms {what}");
        Err(Refusal::invalid(code, message))
    };
    let kinds = list(forms, "FormType");
    let known = ["01", "03", "04", "05", "06", "07", "08", "09", "10", "11"];
    let good = |kind: &&Value| kind.as_str().is_some_and(|kind| known.contains(&kind));
    if kinds.is_empty() || !kinds.iter().all(good) {
        return missing("128001", "FormType");
    }
    if !kinds.iter().any(|kind| kind.as_str() == Some("01")) {
        return Ok(());
    }
    let date = text(forms, "InvoiceDate");
    let is_date = |text: &str| jiff::civil::Date::strptime("%Y%m%d", text).is_ok();
    if !date.is_some_and(|date| date.len() == 8 && is_date(date)) {
        return missing("128018", "InvoiceDate");
    }
    if text(forms, "ReasonForExport").is_none_or(|reason| reason.chars().count() > 20) {
        return missing("128020", "ReasonForExport");
    }
    if text(forms, "CurrencyCode").is_none_or(|code| code.len() != 3) {
        return missing("128022", "CurrencyCode");
    }
    let products = list(forms, "Product");
    if products.is_empty() || products.len() > 50 {
        return missing("128030", "Product");
    }
    for product in products {
        let descriptions = list(product, "Description");
        let good = |text: &&Value| {
            let length = text.as_str().map_or(0, |text| text.chars().count());
            (1..=35).contains(&length)
        };
        if descriptions.is_empty() || descriptions.len() > 3 || !descriptions.iter().all(good) {
            return missing("128031", "Product/Description");
        }
        let number = scalar(product, "Unit.Number");
        if number.is_none_or(|number| number.len() > 7 || number.parse::<u64>().is_err()) {
            return missing("128032", "Product/Unit/Number");
        }
        let value = scalar(product, "Unit.Value");
        let cents = value.and_then(|value| crate::decimal::hundredths(&value));
        if cents.is_none_or(|cents| cents == 0) {
            return missing("128033", "Product/Unit/Value");
        }
        if text(product, "Unit.UnitOfMeasurement.Code").is_none() {
            return missing("128034", "Product/Unit/UnitOfMeasurement");
        }
        if text(product, "OriginCountryCode").is_none_or(|code| code.len() != 2) {
            return missing("128035", "Product/OriginCountryCode");
        }
    }
    Ok(())
}
