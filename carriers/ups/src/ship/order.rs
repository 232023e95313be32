//! How an order is written for UPS.

use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::{compact, filled, with};
use parcelgate_carrier::{Direction, Order};
use parcelgate_domain::{Contents, Country, Customs, Incoterm, LabelFormat};
use serde_json::{Value, json};

use super::check::{FORM, Parties};
use super::{forms, passes_customs};
use crate::account::Account;
use crate::party::{party, receiver};
use crate::rates::invoice_total;
use crate::wire::{coded, indicator};
use crate::{codes, options, units};

/// UPS Print Return Label: the seller has it printed and gives it to the customer.
const PRINT_RETURN_LABEL: &str = "9";

/// The body of a purchase. City, state and postal code are UPS's to compare in address validation;
/// a purchase is not refused for the spelling of a city.
pub(super) fn body(order: &Order, parties: &Parties, account: &Account) -> Value {
    compact(json!({ "ShipmentRequest": {
        "Request": { "RequestOption": "nonvalidate" },
        "Shipment": shipment(order, parties, account),
        "LabelSpecification": label_specification(order.label_format),
    }}))
}

fn shipment(order: &Order, Parties { from, to }: &Parties, account: &Account) -> Value {
    let customs = order.customs.as_ref();
    let declared = customs.filter(|_| passes_customs(order.from.country, order.to.country));
    let returned = order.direction == Direction::Return;
    // The account's own place: where it sends from, or where things come back to.
    let shipper = party(if returned { to } else { from });
    let shipper = with(shipper, "ShipperNumber", account.account_number.as_str());
    let shipper = match declared.and_then(registration) {
        Some(number) => with(shipper, "TaxIdentificationNumber", number),
        None => shipper,
    };
    let sender = match declared {
        _ if returned => Some(without_email(from)),
        declared => declared.and_then(|customs| collector(from, order.to.country, customs)),
    };
    let way = (order.from.country, order.to.country);
    let on_packages = order.from.country == order.to.country && is_home(order.from.country);
    let on_shipment = (!on_packages).then(|| references(order));
    json!({
        "Description": description(order),
        "ReturnService": returned.then(|| coded(PRINT_RETURN_LABEL)),
        "DocumentsOnlyIndicator": indicator(is_documents(order)),
        "Shipper": shipper,
        "ShipTo": receiver(to),
        "ShipFrom": sender,
        "PaymentInformation": payment(declared, &account.account_number),
        "ShipmentRatingOptions": account.rating_options(),
        "ReferenceNumber": on_shipment,
        "Service": coded(order.service.as_str()),
        "InvoiceLineTotal": customs
            .filter(|_| states_value(order))
            .and_then(|customs| invoice_total(customs.total()?)),
        "ShipmentServiceOptions": with_forms(
            options::shipment(&order.options, way),
            declared.filter(|_| is_invoiced(order)).map(|customs| {
                forms::international(order, to, customs)
            }),
        ),
        "ShipmentDate": order.ship_on.strftime("%Y%m%d").to_string(),
        "Package": packages(order, on_packages),
    })
}

/// The options with the papers among them.
fn with_forms(options: Option<Value>, forms: Option<Value>) -> Option<Value> {
    match (options, forms) {
        (Some(Value::Object(mut options)), Some(Value::Object(forms))) => {
            options.extend(forms);
            Some(Value::Object(options))
        }
        (options, forms) => options.or(forms),
    }
}

fn packages(order: &Order, with_references: bool) -> Vec<Value> {
    let origin = order.from.country;
    let way = (origin, order.to.country);
    let returned = order.direction == Direction::Return;
    let packages = order.parcels.iter().enumerate().map(|(index, parcel)| {
        json!({
            "Description": returned.then(|| returned_goods(order)),
            "Packaging": coded(codes::PACKAGE),
            "Dimensions": units::sides(origin, parcel),
            "PackageWeight": units::weight(origin, parcel.weight),
            "ReferenceNumber": with_references.then(|| references(order)),
            "PackageServiceOptions":
                options::package(&order.options, way, index, order.parcels.len()),
        })
    });
    packages.collect()
}

/// In which form labels are wanted: four by six inches. A GIF is asked for by the name of an old
/// browser, which the description calls the preferred way.
pub(super) fn label_specification(format: LabelFormat) -> Value {
    let is_zpl = format == LabelFormat::Zpl;
    json!({
        "LabelImageFormat": coded(if is_zpl { "ZPL" } else { "GIF" }),
        "HTTPUserAgent": (!is_zpl).then_some("Mozilla/4.5"),
        "LabelStockSize": { "Height": "6", "Width": "4" },
    })
}

fn is_home(country: Country) -> bool {
    matches!(country.code(), "US" | "PR")
}

/// Ours first, by which a purchase is found again; then the seller's own, which is printed too.
fn references(order: &Order) -> Value {
    let theirs = order.order_number.as_deref().and_then(filled);
    let values = [Some(order.reference.as_str()), theirs]
        .into_iter()
        .flatten();
    values.map(|value| json!({ "Value": value })).collect()
}

/// Carriage is always the account's. Duties are when the seller pays them; UPS asks the recipient
/// where nobody is named.
fn payment(declared: Option<&Customs>, account_number: &str) -> Value {
    let duties = declared.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
    let types = [Some("01"), duties.then_some("02")].into_iter().flatten();
    let charge = |kind| json!({ "Type": kind, "BillShipper": { "AccountNumber": account_number } });
    json!({ "ShipmentCharge": types.map(charge).collect::<Vec<_>>() })
}

/// What is inside, as far as the 50 characters reach. Wanted across every border, and in the United
/// Arab Emirates.
fn description(order: &Order) -> Option<String> {
    let wanted = order.from.country != order.to.country || order.from.country.code() == "AE";
    wanted.then(|| goods(order, 50)).flatten()
}

/// A box that comes back says what is in it, in 35 characters.
fn returned_goods(order: &Order) -> String {
    goods(order, 35).unwrap_or_else(|| "Returned goods".to_owned())
}

fn goods(order: &Order, chars_max: usize) -> Option<String> {
    let items = order.customs.iter().flat_map(|customs| &customs.items);
    let names: Vec<String> = items.map(|item| FORM.spelled(&item.description)).collect();
    let text: String = names.join(", ").chars().take(chars_max).collect();
    filled(&text).map(str::to_owned)
}

/// Papers without a commercial value need no invoice, except from the United States and to Canada,
/// Puerto Rico and Mexico, where UPS does not know the indicator.
fn is_documents(order: &Order) -> bool {
    let contents = order.customs.as_ref().map(|customs| customs.contents);
    contents == Some(Contents::Documents)
        && passes_customs(order.from.country, order.to.country)
        && order.from.country.code() != "US"
        && !matches!(order.to.country.code(), "CA" | "PR" | "MX")
}

/// Whether UPS draws papers for it.
pub(super) fn is_invoiced(order: &Order) -> bool {
    passes_customs(order.from.country, order.to.country) && !is_documents(order)
}

/// UPS wants the value of the goods from the United States to Canada and Puerto Rico, and nowhere
/// else in this place.
pub(super) fn states_value(order: &Order) -> bool {
    order.from.country.code() == "US" && matches!(order.to.country.code(), "CA" | "PR")
}

fn registration(customs: &Customs) -> Option<&str> {
    let ids = [&customs.tax_ids.eori, &customs.tax_ids.vat];
    ids.into_iter().find_map(|id| filled(id.as_deref()?))
}

/// Where goods are fetched: a place that has no e-mail address with UPS.
fn without_email(from: &Fitted) -> Value {
    with(party(from), "EMailAddress", Value::Null)
}

/// A seller who has collected the tax says so where the goods come from.
fn collector(from: &Fitted, to: Country, customs: &Customs) -> Option<Value> {
    let number = filled(customs.tax_ids.ioss.as_deref()?).filter(|_| to.is_in_eu())?;
    let vendor = json!({
        "VendorCollectIDTypeCode": "0356", // IOSS Registration Number
        "VendorCollectIDNumber": number,
        "ConsigneeType": "02", // a consumer; there is no IOSS for anyone else
    });
    Some(with(without_email(from), "VendorInfo", vendor))
}

#[cfg(test)]
mod tests;
