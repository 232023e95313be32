//! How an order is written for FedEx.

use parcelgate_carrier::Order;
use parcelgate_domain::Country;
use serde::Serialize;

use super::drawn;
use crate::account::Account;
use crate::codes::YOUR_PACKAGING;
use crate::customs::{self, Clearance, CustomerReference, Payor};
use crate::party::Party;
use crate::units::{Sides, Units, WeightOut};
use crate::wire::{AccountNumber, Decimal, filled};

/// The body of a purchase.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    account_number: AccountNumber<'a>,
    /// The bytes of the label in the answer. As an address they would be gone after 24 hours.
    label_response_options: &'static str,
    requested_shipment: Requested<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Requested<'a> {
    ship_datestamp: String,
    shipper: Party<'a>,
    recipients: [Party<'a>; 1],
    pickup_type: &'static str,
    service_type: &'a str,
    packaging_type: &'static str,
    total_weight: Decimal,
    total_package_count: usize,
    shipping_charges_payment: Payment<'a>,
    label_specification: LabelSpecification,
    rate_request_type: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Clearance<'a>>,
    requested_package_line_items: Vec<Line<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    payment_type: &'static str,
    payor: Payor<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LabelSpecification {
    label_format_type: &'static str,
    image_type: &'static str,
    label_stock_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    sequence_number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_packaging_type: Option<&'static str>,
    weight: WeightOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Sides>,
    customer_references: Vec<CustomerReference<'a>>,
}

impl<'a> Body<'a> {
    pub(super) fn of(order: &'a Order, account: &'a Account) -> Self {
        let number = account.account_number.as_str();
        let (image_type, label_stock_type) = drawn(order.label_format).unwrap_or_default();
        let clearance = customs::clearance(order, number);
        let mut shipper = Party::of(&order.from);
        shipper.address.residential = None; // of whoever receives alone
        if let (Some(_), Some(customs)) = (&clearance, &order.customs) {
            shipper.tins.extend(customs::registrations(customs));
        }
        // In pounds, whatever the boxes are weighed in; so the description of ship v1.
        let pounds = order.parcels.iter().map(|parcel| parcel.weight);
        let pounds = pounds.reduce(|sum, weight| sum.saturating_add(weight));
        let requested_shipment = Requested {
            ship_datestamp: order.ship_on.to_string(),
            shipper,
            recipients: [Party::of(&order.to)],
            pickup_type: account.pickup.code(),
            service_type: order.service.as_str(),
            packaging_type: YOUR_PACKAGING,
            total_weight: Decimal::new(pounds.map_or_else(String::new, |sum| sum.pounds())),
            total_package_count: order.parcels.len(),
            shipping_charges_payment: Payment {
                payment_type: "SENDER",
                payor: Payor::account(number),
            },
            label_specification: LabelSpecification {
                label_format_type: "COMMON2D",
                image_type,
                label_stock_type,
            },
            rate_request_type: ["ACCOUNT"],
            customs_clearance_detail: clearance,
            requested_package_line_items: lines(order),
        };
        Self {
            account_number: AccountNumber { value: number },
            label_response_options: "LABEL",
            requested_shipment,
        }
    }
}

fn lines(order: &Order) -> Vec<Line<'_>> {
    let units = Units::of(order.from.country, order.to.country);
    let boxes = names_its_box(order.from.country, order.to.country).then_some("BOX");
    let parcels = order.parcels.iter().enumerate();
    let lines = parcels.map(|(index, parcel)| Line {
        sequence_number: index + 1,
        sub_packaging_type: boxes,
        weight: units.weight(parcel.weight),
        dimensions: parcel.size.map(|size| units.sides(size)),
        customer_references: references(order),
    });
    lines.collect()
}

/// The kind of packaging is wanted into Canada, and from there and Mexico into the United States
/// and Puerto Rico.
fn names_its_box(from: Country, to: Country) -> bool {
    match to.code() {
        "CA" => from != to,
        "US" | "PR" => matches!(from.code(), "CA" | "MX"),
        _ => false,
    }
}

/// Ours first, by which a purchase is found again; then the seller's own, which prints too.
fn references(order: &Order) -> Vec<CustomerReference<'_>> {
    let theirs = order.order_number.as_deref().and_then(filled);
    let rows = [
        ("CUSTOMER_REFERENCE", Some(order.reference.as_str())),
        ("P_O_NUMBER", theirs),
    ];
    let rows = rows.into_iter().filter_map(|(kind, value)| {
        Some(CustomerReference {
            customer_reference_type: kind,
            value: value?,
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::{LabelFormat, ServiceCode};
    use serde_json::{Value, json};

    use super::*;
    use crate::account::tests::account;
    use crate::ship::tests::order;

    fn written(order: &Order) -> Value {
        let account = account(&json!({})).unwrap();
        serde_json::to_value(Body::of(order, &account)).unwrap()
    }

    #[test]
    fn the_label_comes_as_bytes_and_the_account_pays() {
        let body = written(&order("US", "GB"));
        assert_eq!(body["labelResponseOptions"], "LABEL");
        let shipment = &body["requestedShipment"];
        let payor = &shipment["shippingChargesPayment"]["payor"]["responsibleParty"];
        assert_eq!(payor["accountNumber"]["value"], "740561073");
        assert_eq!(shipment["totalWeight"], 2.7);
        let line = &shipment["requestedPackageLineItems"][0];
        assert_eq!(line["weight"], json!({"units": "KG", "value": 1.2}));
        assert_eq!(
            line["customerReferences"],
            json!([
                {"customerReferenceType": "CUSTOMER_REFERENCE", "value": "PG01JDX"},
                {"customerReferenceType": "P_O_NUMBER", "value": "7-11"}
            ])
        );
    }

    #[test]
    fn at_home_there_are_pounds_and_no_customs() {
        let mut at_home = order("US", "US");
        at_home.service = ServiceCode::new("FEDEX_GROUND");
        at_home.label_format = LabelFormat::Zpl;
        let body = written(&at_home);
        let shipment = &body["requestedShipment"];
        assert_eq!(shipment["customsClearanceDetail"], Value::Null);
        let line = &shipment["requestedPackageLineItems"][0];
        assert_eq!(line["weight"], json!({"units": "LB", "value": 2.7}));
        assert_eq!(line["dimensions"]["units"], "IN");
        let label = &shipment["labelSpecification"];
        assert_eq!(label["imageType"], "ZPLII");
        assert_eq!(label["labelStockType"], "STOCK_4X6");
    }

    #[test]
    fn the_box_is_named_where_it_must_be() {
        let named = |from, to| {
            let body = written(&order(from, to));
            let line = &body["requestedShipment"]["requestedPackageLineItems"][0];
            line["subPackagingType"] == "BOX"
        };
        assert!(named("US", "CA") && named("MX", "US"));
        assert!(!named("CN", "US") && !named("CA", "CA"));
    }

    #[test]
    fn the_sellers_registrations_are_told_where_there_are_customs() {
        let mut order = order("CN", "DE");
        let ids = &mut order.customs.as_mut().unwrap().tax_ids;
        ids.ioss = Some("IM2760000742".to_owned());
        let body = written(&order);
        assert_eq!(
            body["requestedShipment"]["shipper"]["tins"],
            json!([{"number": "IM2760000742", "tinType": "BUSINESS_UNION", "usage": "IOSS"}])
        );
    }
}
