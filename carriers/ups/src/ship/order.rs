//! How an order is written for UPS.

use parcelgate_carrier::Order;
use parcelgate_domain::{Contents, Customs, Incoterm, LabelFormat};
use serde::Serialize;

use super::forms::{Forms, VENDOR_IOSS};
use super::{has_references_on_packages, passes_customs};
use crate::codes;
use crate::party::{PRESENT, Party, Vendor};
use crate::rates::{RatingOptions, invoice_total};
use crate::units::{Sides, Units, WeightOut};
use crate::wire::{Amount, Coded};

/// The body of a purchase.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Body<'a> {
    shipment_request: Request<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request<'a> {
    request: Options,
    shipment: Shipment<'a>,
    label_specification: LabelSpecification,
}

/// City, state and postal code are UPS's to compare in address validation; a purchase is not
/// refused for the spelling of a city.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Options {
    request_option: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shipment<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents_only_indicator: Option<&'static str>,
    shipper: Party<'a>,
    ship_to: Party<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_from: Option<Party<'a>>,
    payment_information: Payment<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_rating_options: Option<RatingOptions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_number: Vec<ReferenceNumber<'a>>,
    service: Coded<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_line_total: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_service_options: Option<ServiceOptions<'a>>,
    shipment_date: String,
    package: Vec<Package<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Payment<'a> {
    shipment_charge: Vec<ShipmentCharge<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShipmentCharge<'a> {
    r#type: &'static str,
    bill_shipper: BillShipper<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BillShipper<'a> {
    account_number: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReferenceNumber<'a> {
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceOptions<'a> {
    international_forms: Forms<'a>,
    #[serde(
        rename = "EUDeMinimisIndicator",
        skip_serializing_if = "Option::is_none"
    )]
    eu_de_minimis_indicator: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Package<'a> {
    packaging: Coded<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Sides>,
    package_weight: WeightOut,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_number: Vec<ReferenceNumber<'a>>,
}

/// In which form labels are wanted.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LabelSpecification {
    label_image_format: Coded<'static>,
    #[serde(rename = "HTTPUserAgent", skip_serializing_if = "Option::is_none")]
    http_user_agent: Option<&'static str>,
    label_stock_size: StockSize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StockSize {
    height: &'static str,
    width: &'static str,
}

impl LabelSpecification {
    /// Four by six inches. A GIF is asked for by the name of an old browser, which the description
    /// calls the preferred way.
    pub(super) fn of(format: LabelFormat) -> Self {
        let is_zpl = format == LabelFormat::Zpl;
        Self {
            label_image_format: Coded {
                code: if is_zpl { "ZPL" } else { "GIF" },
            },
            http_user_agent: (!is_zpl).then_some("Mozilla/4.5"),
            label_stock_size: StockSize {
                height: "6",
                width: "4",
            },
        }
    }
}

impl<'a> Body<'a> {
    pub(super) fn of(order: &'a Order, account_number: &'a str, negotiated: bool) -> Self {
        let customs = order.customs.as_ref();
        let declared = customs.filter(|_| passes_customs(order.from.country, order.to.country));
        let shipper = Party {
            shipper_number: Some(account_number),
            tax_identification_number: declared.and_then(registration),
            ..Party::of(&order.from)
        };
        let on_packages = has_references_on_packages(order.from.country, order.to.country);
        let shipment = Shipment {
            description: customs.and_then(|customs| description(order, customs)),
            documents_only_indicator: is_documents(order).then_some(PRESENT),
            shipper,
            ship_to: Party::receiving(&order.to),
            ship_from: declared.and_then(|customs| collector(order, customs)),
            payment_information: payment(declared, account_number),
            shipment_rating_options: negotiated.then_some(RatingOptions {
                negotiated_rates_indicator: PRESENT,
            }),
            reference_number: if on_packages {
                Vec::new()
            } else {
                references(order)
            },
            service: Coded {
                code: order.service.as_str(),
            },
            invoice_line_total: customs
                .filter(|_| states_value(order))
                .and_then(|customs| invoice_total(customs.total()?)),
            shipment_service_options: declared.filter(|_| !is_documents(order)).map(|customs| {
                ServiceOptions {
                    international_forms: Forms::of(order, customs),
                    eu_de_minimis_indicator: super::forms::de_minimis(order, customs),
                }
            }),
            shipment_date: order.ship_on.strftime("%Y%m%d").to_string(),
            package: packages(order, on_packages),
        };
        Self {
            shipment_request: Request {
                request: Options {
                    request_option: "nonvalidate",
                },
                shipment,
                label_specification: LabelSpecification::of(order.label_format),
            },
        }
    }
}

fn packages(order: &Order, with_references: bool) -> Vec<Package<'_>> {
    let units = Units::of(order.from.country);
    let packages = order.parcels.iter().map(|parcel| Package {
        packaging: Coded {
            code: codes::PACKAGE,
        },
        dimensions: parcel.size.map(|size| units.sides(size)),
        package_weight: units.weight(parcel.weight),
        reference_number: if with_references {
            references(order)
        } else {
            Vec::new()
        },
    });
    packages.collect()
}

/// Ours first, by which a purchase is found again; then the seller's own, which is printed too.
fn references(order: &Order) -> Vec<ReferenceNumber<'_>> {
    let theirs = order.order_number.as_deref().map(str::trim);
    let values = [Some(order.reference.as_str()), theirs];
    let values = values.into_iter().flatten().filter(|text| !text.is_empty());
    values.map(|value| ReferenceNumber { value }).collect()
}

/// Carriage is always the account's. Duties are when the seller pays them; UPS asks the recipient
/// where nobody is named.
fn payment<'a>(declared: Option<&Customs>, account_number: &'a str) -> Payment<'a> {
    let duties = declared.is_some_and(|customs| customs.incoterm == Incoterm::Ddp);
    let types = [Some("01"), duties.then_some("02")];
    let charges = types.into_iter().flatten().map(|r#type| ShipmentCharge {
        r#type,
        bill_shipper: BillShipper { account_number },
    });
    Payment {
        shipment_charge: charges.collect(),
    }
}

/// What is inside, as far as the 50 characters reach. Wanted across every border, and in the United
/// Arab Emirates.
fn description(order: &Order, customs: &Customs) -> Option<String> {
    const CHARS_MAX: usize = 50;
    let wanted = order.from.country != order.to.country || order.from.country.code() == "AE";
    let names: Vec<&str> = customs.items.iter().map(|i| i.description.trim()).collect();
    let text: String = names.join(", ").chars().take(CHARS_MAX).collect();
    let text = text.trim().to_owned();
    (wanted && !text.is_empty()).then_some(text)
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

/// UPS wants the value of the goods from the United States to Canada and Puerto Rico, and nowhere
/// else in this place.
pub(super) fn states_value(order: &Order) -> bool {
    order.from.country.code() == "US" && matches!(order.to.country.code(), "CA" | "PR")
}

fn registration(customs: &Customs) -> Option<&str> {
    let ids = [&customs.tax_ids.eori, &customs.tax_ids.vat];
    let mut ids = ids
        .into_iter()
        .filter_map(|id| id.as_deref().map(str::trim));
    ids.find(|id| !id.is_empty())
}

/// A seller who has collected the tax says so where the goods come from.
fn collector<'a>(order: &'a Order, customs: &'a Customs) -> Option<Party<'a>> {
    let ioss = customs.tax_ids.ioss.as_deref().map(str::trim);
    let number = ioss.filter(|number| !number.is_empty() && order.to.country.is_in_eu())?;
    Some(Party {
        email: None, // this place has none
        vendor_info: Some(Vendor {
            type_code: VENDOR_IOSS,
            number,
            consignee_type: "02", // a consumer; there is no IOSS for anyone else
        }),
        ..Party::of(&order.from)
    })
}

#[cfg(test)]
mod tests;
