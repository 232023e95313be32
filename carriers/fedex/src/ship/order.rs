//! How an order is written for FedEx.

use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::{Digits, compact, filled};
use parcelgate_carrier::latin::{Alphabet, Wording};
use parcelgate_carrier::measure::WeightUnit;
use parcelgate_carrier::{Direction, Order};
use parcelgate_domain::{Contents, Country, LabelFormat, Violations};
use serde::Serialize;
use serde_json::{Value, json};

use crate::codes::{self, YOUR_PACKAGING};
use crate::customs::{self, Clearance};
use crate::parcels::{self, Line};
use crate::party::{self, FORM};
use crate::wire::Amount;
use crate::{Fedex, extras};

/// An order that FedEx would take, with its addresses fitted.
pub(super) struct Checked<'a> {
    order: &'a Order,
    from: Fitted,
    to: Fitted,
    image: (&'static str, &'static str),
}

/// A purchase order number prints on the label and is looked up by FedEx's people.
const ORDER_NUMBER_MAX: usize = 30;

fn check_service(code: &str, found: &mut Violations) {
    let mut not_sold = codes::NOT_SOLD.iter();
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if let Some((_, name)) = not_sold.find(|(known, _)| *known == code) {
        let allowed = format!("a service for ordinary parcels, which {name} is not");
        found.refuse("service", code, allowed);
    } else if code.is_empty() || code.len() > 60 || !code.bytes().all(plain) {
        found.refuse("service", code, "a service of FedEx, such as FEDEX_GROUND");
    }
}

/// How a form of label is called in an order, with the paper it is drawn for; none for a form that
/// FedEx does not draw.
const fn drawn(format: LabelFormat) -> Option<(&'static str, &'static str)> {
    match format {
        LabelFormat::Pdf => Some(("PDF", "PAPER_4X6")),
        LabelFormat::Png => Some(("PNG", "PAPER_4X6")),
        LabelFormat::Zpl => Some(("ZPLII", "STOCK_4X6")),
        LabelFormat::Gif | LabelFormat::Epl => None,
    }
}

/// An order, or one that is looked at only.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    #[serde(flatten)]
    told: Value,
    account_number: Value,
    requested_shipment: Requested,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Requested {
    #[serde(flatten)]
    told: Value,
    total_weight: Digits,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_declared_value: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Clearance>,
    requested_package_line_items: Vec<Line>,
}

impl Fedex {
    /// `order`, when FedEx would take it.
    ///
    /// # Errors
    /// Everything that it would not.
    pub(super) fn checked<'a>(&self, order: &'a Order) -> Result<Checked<'a>, Violations> {
        let way = (order.from.country, order.to.country);
        let mut found = parcels::violations(way.0, way.1, &order.parcels);
        let [from, to] = [(&order.from, "from"), (&order.to, "to")].map(|(address, field)| {
            let fitted = FORM.fit(address, field);
            fitted.map_err(|wrong| found.append(wrong)).ok()
        });
        check_service(order.service.as_str(), &mut found);
        let service = Some(order.service.as_str());
        found.append(extras::violations(&order.options, way, service));
        found.append(customs::violations(order));
        if !order.documents.is_empty() && !self.is_paperless(order) {
            let allowed = "none: nothing passes customs on this way, or paperless = false";
            found.refuse("documents", order.documents.len(), allowed);
        }
        let number = order.order_number.as_deref().unwrap_or_default();
        let plain = Wording::Plain;
        let _spelled =
            Alphabet::Latin1.fit(number, plain, ORDER_NUMBER_MAX, "order_number", &mut found);
        let image = drawn(order.label_format);
        if image.is_none() {
            found.refuse("label_format", order.label_format, "pdf, png or zpl");
        }
        match (from, to, image) {
            (Some(from), Some(to), Some(image)) if found.is_empty() => Ok(Checked {
                order,
                from,
                to,
                image,
            }),
            _ => Err(found),
        }
    }

    /// Whether papers for customs go as files.
    fn is_paperless(&self, order: &Order) -> bool {
        self.account.paperless && customs::declared(order).is_some()
    }

    /// `checked` as FedEx takes it, with `told` beside it. The whole weight is in pounds, whatever
    /// the boxes are weighed in (description of ship v1); who only looks wants no decimals in it.
    pub(super) fn ordered(&self, checked: &Checked<'_>, decimals: u32, told: Value) -> Body {
        let order = checked.order;
        let account = self.account.number();
        let payor = json!({ "responsibleParty": { "accountNumber": account } });
        let shipper = party::sender(&checked.from);
        let (image_type, stock) = checked.image;
        let drawn = self.is_paperless(order) && lacks_invoice(order);
        let shipment = json!({
            "shipDatestamp": order.ship_on.to_string(),
            "shipper": party::party(&shipper, customs::registrations(order)),
            "recipients": [party::party(&checked.to, Vec::new())],
            "pickupType": self.account.pickup.code(),
            "serviceType": order.service.as_str(),
            "packagingType": YOUR_PACKAGING,
            "totalPackageCount": order.parcels.len(),
            "shippingChargesPayment": { "paymentType": "SENDER", "payor": payor },
            "labelSpecification": {
                "labelFormatType": "COMMON2D",
                "imageType": image_type,
                "labelStockType": stock,
            },
            "rateRequestType": ["ACCOUNT"],
            "shipmentSpecialServices": services(order, drawn),
            "shippingDocumentSpecification": drawn.then(invoice),
        });
        let weight = parcels::total(&order.parcels);
        let way = (order.from.country, order.to.country);
        Body {
            told,
            account_number: account,
            requested_shipment: Requested {
                told: compact(shipment),
                total_weight: Digits::of(WeightUnit::Pound.write(weight, decimals)),
                total_declared_value: order.options.insured.map(Amount::from),
                customs_clearance_detail: customs::clearance(order, &payor),
                requested_package_line_items: parcels::lines(
                    way,
                    &order.parcels,
                    &order.options,
                    |index| line(order, index),
                ),
            },
        }
    }
}

/// Whether what is inside wants an invoice and none was handed over before.
fn lacks_invoice(order: &Order) -> bool {
    let customs = order
        .customs
        .as_ref()
        .filter(|_| order.documents.is_empty());
    customs.is_some_and(|customs| customs.contents != Contents::Documents)
}

const INVOICE: &str = "COMMERCIAL_INVOICE";

/// What is asked for the whole shipment. Papers go as files: those that were handed over before, or
/// else the invoice that FedEx draws.
fn services(order: &Order, drawn: bool) -> Option<Value> {
    let back = order.direction == Direction::Return;
    let attached = order.documents.iter();
    let attached: Vec<Value> = attached.map(|id| json!({ "documentId": id })).collect();
    let papers = match attached.as_slice() {
        [] => drawn.then(|| json!({ "requestedDocumentTypes": [INVOICE] })),
        attached => Some(json!({ "attachedDocuments": attached })),
    };
    let kinds = [
        (order.options.saturday_delivery, "SATURDAY_DELIVERY"),
        (back, "RETURN_SHIPMENT"),
        (papers.is_some(), "ELECTRONIC_TRADE_DOCUMENTS"),
    ];
    let kinds = kinds.into_iter().filter(|(wanted, _)| *wanted);
    let kinds: Vec<&str> = kinds.map(|(_, kind)| kind).collect();
    (!kinds.is_empty()).then(|| {
        json!({
            "specialServiceTypes": kinds,
            "returnShipmentDetail": back.then(|| json!({ "returnType": "PRINT_RETURN_LABEL" })),
            "etdDetail": papers,
        })
    })
}

/// How FedEx is to draw the invoice.
fn invoice() -> Value {
    json!({
        "shippingDocumentTypes": [INVOICE],
        "commercialInvoiceDetail": {
            "documentFormat": { "docType": "PDF", "stockType": "PAPER_LETTER" },
        },
    })
}

/// A box, with our reference, by which a purchase is found again, and the seller's own, which
/// prints too. Its kind of packaging is wanted into Canada, and from there and Mexico into the
/// United States and Puerto Rico.
fn line(order: &Order, index: usize) -> Value {
    let names_its_box = |from: Country, to: Country| match to.code() {
        "CA" => from != to,
        "US" | "PR" => matches!(from.code(), "CA" | "MX"),
        _ => false,
    };
    let reference =
        |kind: &str, value: &str| json!({ "customerReferenceType": kind, "value": value });
    let ours = reference("CUSTOMER_REFERENCE", order.reference.as_str());
    let theirs = order.order_number.as_deref().and_then(filled);
    let theirs = theirs.map(|number| reference("P_O_NUMBER", number));
    let references: Vec<Value> = [ours].into_iter().chain(theirs).collect();
    json!({
        "sequenceNumber": index + 1,
        "subPackagingType": names_its_box(order.from.country, order.to.country).then_some("BOX"),
        "customerReferences": references,
    })
}

#[cfg(test)]
mod tests;
