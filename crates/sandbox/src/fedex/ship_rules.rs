//! What FedEx asks of a shipment before it sells a label, beyond weights and services.

use serde_json::Value;

use super::lane::Lane;
use super::refusal::Error;
use super::shipment::{Image, Kind, Stock};
use crate::decimal::hundredths;
use crate::document::{at, list, scalar, text};

/// Types of references, and the longest value that fits on the label.
const REFERENCES: [&str; 7] = [
    "CUSTOMER_REFERENCE",
    "DEPARTMENT_NUMBER",
    "INVOICE_NUMBER",
    "P_O_NUMBER",
    "INTRACOUNTRY_REGULATORY_REFERENCE",
    "RMA_ASSOCIATION",
    "SHIPMENT_INTEGRITY",
];
const REFERENCE_CHARS_MAX: usize = 40;
const COMMODITIES_MAX: usize = 999;

/// The codes for one party's fields.
struct Codes {
    called: &'static str,
    contact: &'static str,
    phone: &'static str,
    street: &'static str,
    city: &'static str,
    state: &'static str,
}

const SHIPPER: Codes = Codes {
    called: "Shipper",
    contact: "SHIPPERCONTACT.NAME.REQUIRED",
    phone: "SHIPPERCONTACT.PHONENUMBER.INVALID",
    street: "SHIPPER.STREETLINES.INVALID",
    city: "SHIPPER.CITY.INVALID",
    state: "SHIPPER.STATEORPROVINCECODE.INVALID",
};

const RECIPIENT: Codes = Codes {
    called: "Recipient",
    contact: "RECIPIENTCONTACT.NAME.REQUIRED",
    phone: "RECIPIENTCONTACT.PHONENUMBER.INVALID",
    street: "RECIPIENT.STREETLINES.INVALID",
    city: "RECIPIENT.CITY.INVALID",
    state: "RECIPIENT.STATEORPROVINCECODE.INVALID",
};

/// Everything that does not depend on weights and services.
pub(crate) fn check(shipment: &Value, lane: &Lane, account: &str, errors: &mut Vec<Error>) {
    let recipients = list(shipment, "recipients");
    let none = Value::Null;
    check_party(at(shipment, "shipper").unwrap_or(&none), &SHIPPER, errors);
    match recipients.as_slice() {
        [one] => check_party(one, &RECIPIENT, errors),
        _ => {
            let message = "Exactly one recipient is required.".to_owned();
            errors.push(("RECIPIENTS.INVALID", message));
        }
    }
    check_payment(shipment, account, errors);
    check_references(shipment, errors);
    check_declared(shipment, errors);
    let documents = at(shipment, "customsClearanceDetail.isDocumentOnly");
    if lane.crosses_border() && documents.and_then(Value::as_bool) != Some(true) {
        check_customs(shipment, errors);
    }
}

fn check_party(party: &Value, codes: &Codes, errors: &mut Vec<Error>) {
    let called = codes.called;
    let mut wrong = |code, what: &str| errors.push((code, format!("{called} {what}")));
    let fits = |path: &str, longest| {
        let text = text(party, path);
        text.is_some_and(|text| text.chars().count() <= longest)
    };
    if !fits("contact.personName", 70) && !fits("contact.companyName", 35) {
        wrong(
            codes.contact,
            "person or company name is missing or too long.",
        );
    }
    let lines = list(party, "address.streetLines");
    let good = |line: &&Value| {
        let length = line.as_str().map_or(0, |line| line.trim().chars().count());
        (1..=35).contains(&length)
    };
    // Lines beyond the third are ignored.
    if lines.is_empty() || !lines.iter().take(3).all(good) {
        wrong(
            codes.street,
            "street lines are missing or longer than 35 characters.",
        );
    }
    if !fits("address.city", 35) {
        wrong(codes.city, "city is missing or too long.");
    }
    let country = text(party, "address.countryCode").unwrap_or_default();
    let state = text(party, "address.stateOrProvinceCode");
    let stated = matches!(country, "US" | "CA" | "PR");
    if stated && state.is_none_or(|state| state.len() != 2) {
        wrong(codes.state, "state or province code is missing or invalid.");
    }
    let phone = scalar(party, "contact.phoneNumber").unwrap_or_default();
    if !good_phone(country, &phone) {
        wrong(codes.phone, "phone number is missing or invalid.");
    }
}

/// Ten digits in the United States and Canada, with or without a country code of 1; ten to fifteen
/// elsewhere.
fn good_phone(country: &str, phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let count = digits.len();
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit());
    numeric
        && match country {
            "US" | "CA" | "PR" => count == 10 || (count == 11 && digits.starts_with('1')),
            _ => (10..=15).contains(&count),
        }
}

fn check_payment(shipment: &Value, account: &str, errors: &mut Vec<Error>) {
    let payor = "shippingChargesPayment.payor.responsibleParty.accountNumber.value";
    let payor = text(shipment, payor);
    match text(shipment, "shippingChargesPayment.paymentType") {
        Some("SENDER") if payor.is_some_and(|payor| payor != account) => {
            let message = "When payment Type is SENDER, ShippingChargesPayment Payor \
                           AccountNumber should match the shipper account number.";
            errors.push(("ACCOUNT.NUMBER.MISMATCH", message.to_owned()));
        }
        Some("SENDER") => {}
        Some("RECIPIENT" | "THIRD_PARTY" | "COLLECT") if payor.is_some() => {}
        Some("RECIPIENT" | "THIRD_PARTY" | "COLLECT") => {
            let message = "The payor's account number is required.".to_owned();
            errors.push(("SHIPPINGCHARGESPAYMENT.PAYOR.REQUIRED", message));
        }
        _ => {
            let message = "The payment type is missing or invalid.".to_owned();
            errors.push(("SHIPPINGCHARGESPAYMENT.PAYMENTTYPE.INVALID", message));
        }
    }
}

fn check_references(shipment: &Value, errors: &mut Vec<Error>) {
    let of_line = |line| list(line, "customerReferences");
    let lines = list(shipment, "requestedPackageLineItems");
    for reference in lines.into_iter().flat_map(of_line) {
        let kind = text(reference, "customerReferenceType").unwrap_or_default();
        if !REFERENCES.contains(&kind) {
            let message = format!("The customer reference type is invalid: {kind}");
            errors.push(("CUSTOMERREFERENCE.TYPE.INVALID", message));
        }
        let length = text(reference, "value").map_or(0, |value| value.chars().count());
        if !(1..=REFERENCE_CHARS_MAX).contains(&length) {
            let message = "The customer reference value is empty or too long.".to_owned();
            errors.push(("CUSTOMERREFERENCE.VALUE.INVALID", message));
        }
    }
}

/// The values declared for the packages, in one currency, add up to that of the shipment.
fn check_declared(shipment: &Value, errors: &mut Vec<Error>) {
    let lines = list(shipment, "requestedPackageLineItems");
    let values = || lines.iter().filter_map(|line| at(line, "declaredValue"));
    let currencies = values().chain(at(shipment, "totalDeclaredValue"));
    let mut currencies: Vec<&str> = currencies
        .map(|value| text(value, "currency").unwrap_or("USD"))
        .collect();
    currencies.dedup();
    let cents = |value: &Value| scalar(value, "amount").and_then(|text| hundredths(&text));
    let sum: u64 = values().filter_map(cents).sum();
    let total = at(shipment, "totalDeclaredValue").and_then(cents);
    if currencies.len() > 1 || total.is_some_and(|total| total != sum) {
        let message = "The total declared value must be the sum of the packages' declared values, \
                       in the same currency.";
        errors.push(("TOTALDECLAREDVALUE.MISMATCH", message.to_owned()));
    }
}

fn check_customs(shipment: &Value, errors: &mut Vec<Error>) {
    let Some(customs) = at(shipment, "customsClearanceDetail") else {
        let message = "Customs clearance detail is required for international shipments.";
        errors.push(("CUSTOMSCLEARANCEDETAIL.REQUIRED", message.to_owned()));
        return;
    };
    let mut wrong = |code, what: &str| errors.push((code, what.to_owned()));
    if at(customs, "commercialInvoice").is_none() {
        wrong(
            "COMMERCIALINVOICE.REQUIRED",
            "Commercial invoice is required.",
        );
    }
    let payers = ["SENDER", "RECIPIENT", "THIRD_PARTY", "COLLECT"];
    let duties = text(customs, "dutiesPayment.paymentType");
    if !duties.is_some_and(|kind| payers.contains(&kind)) {
        let message = "The payment type of duties is missing or invalid.";
        wrong("DUTIESPAYMENT.PAYMENTTYPE.INVALID", message);
    }
    let commodities = list(customs, "commodities");
    if commodities.is_empty() || commodities.len() > COMMODITIES_MAX {
        wrong(
            "COMMODITIES.REQUIRED",
            "At least one commodity is required.",
        );
    }
    for commodity in commodities {
        let description = text(commodity, "description");
        if !description.is_some_and(|text| (3..=450).contains(&text.chars().count())) {
            let message = "A commodity's description is missing or invalid.";
            wrong("COMMODITY.DESCRIPTION.INVALID", message);
        }
        let country = text(commodity, "countryOfManufacture");
        if !country.is_some_and(|code| (2..=4).contains(&code.len())) {
            let message = "A commodity's country of manufacture is missing or invalid.";
            wrong("COMMODITY.COUNTRYOFMANUFACTURE.INVALID", message);
        }
        let quantity = at(commodity, "quantity").and_then(Value::as_u64);
        if quantity.is_none_or(|quantity| quantity == 0) || unitless(commodity) {
            let message = "A commodity's quantity or its unit is missing or invalid.";
            wrong("COMMODITY.QUANTITY.INVALID", message);
        }
        let value = scalar(commodity, "customsValue.amount");
        if value.and_then(|text| hundredths(&text)).is_none() {
            let message = "A commodity's customs value is missing or invalid.";
            wrong("COMMODITY.CUSTOMSVALUE.INVALID", message);
        }
        let weight = scalar(commodity, "weight.value");
        if weight.and_then(|text| hundredths(&text)).is_none() {
            let message = "A commodity's weight is missing or invalid.";
            wrong("COMMODITY.WEIGHT.INVALID", message);
        }
    }
}

fn unitless(commodity: &Value) -> bool {
    text(commodity, "quantityUnits").is_none()
}

/// How the labels are to be printed.
pub(crate) fn image(shipment: &Value, errors: &mut Vec<Error>) -> Option<Image> {
    let kind = text(shipment, "labelSpecification.imageType").unwrap_or_default();
    let kind = Kind::of(kind);
    if kind.is_none() {
        let message = "The label image type is missing or invalid.".to_owned();
        errors.push(("LABEL.IMAGETYPE.INVALID", message));
    }
    let stock = text(shipment, "labelSpecification.labelStockType").unwrap_or_default();
    // ZPLII is for label printers and their stock; PDF and PNG are for paper.
    let stock = Stock::of(stock)
        .filter(|stock| kind.is_none_or(|kind| stock.thermal == (kind == Kind::Zpl)));
    if stock.is_none() {
        let message = "The label stock type is missing or invalid for the image type.".to_owned();
        errors.push(("LABEL.STOCKTYPE.INVALID", message));
    }
    let (kind, stock) = (kind?, stock?);
    Some(Image { kind, stock })
}
