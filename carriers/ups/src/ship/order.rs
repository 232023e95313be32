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

/// City, state and postal code are UPS's to compare in address validation; a purchase is not refused
/// for the spelling of a city.
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
    /// Four by six inches. A GIF is asked for by the name of an old browser, which the description calls
    /// the preferred way.
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
            ship_to: Party::of(&order.to),
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

/// UPS wants the value of the goods from the United States to Canada and Puerto Rico, and nowhere else
/// in this place.
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
mod tests {
    use parcelgate_domain::{
        Address, Country, Currency, CustomsItem, Dimensions, Money, Parcel, ServiceCode, TaxIds,
        Violations, Weight,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::ship::check;

    fn address(country: &str, region: &str, code: &str) -> Address {
        Address {
            name: "Ada Byron".into(),
            company: None,
            lines: vec!["1 Main St".into()],
            city: "Somewhere".to_owned(),
            region: Some(region.to_owned()),
            postal_code: Some(code.to_owned()),
            country: country.parse().unwrap(),
            phone: Some("6145550142".into()),
            email: None,
            tax_id: None,
            residential: None,
        }
    }

    fn order(from: Address, to: Address) -> Order {
        Order {
            reference: "PG01JDX".parse().unwrap(),
            service: ServiceCode::new("07"),
            from,
            to,
            parcels: vec![Parcel {
                weight: Weight::grams(1_200),
                size: Some(Dimensions::millimetres(300, 200, 100)),
            }],
            customs: None,
            ship_on: jiff::civil::date(2026, 11, 30),
            label_format: LabelFormat::Gif,
            order_number: Some("7-11".to_owned()),
            sales_platform: None,
        }
    }

    fn ohio() -> Address {
        address("US", "OH", "43215")
    }

    fn customs(currency: Currency) -> Customs {
        Customs {
            contents: Contents::Merchandise,
            incoterm: Incoterm::Ddp,
            items: vec![CustomsItem {
                sku: None,
                description: "Ceramic mug with a picture of a lighthouse".to_owned(),
                description_zh: None,
                quantity: 2,
                unit_value: Money::of_minor(12_50, currency),
                unit_weight: Weight::grams(400),
                hs_code: Some("6911.10".to_owned()),
                origin: Country::CN,
                battery: false,
            }],
            tax_ids: TaxIds::default(),
            invoice_number: None,
        }
    }

    fn written(order: &Order) -> Value {
        assert_eq!(check::violations(order), Violations::new());
        let body = serde_json::to_value(Body::of(order, "A1B2C3", true)).unwrap();
        body["ShipmentRequest"]["Shipment"].clone()
    }

    #[test]
    fn references_stand_on_packages_within_the_united_states_and_on_the_shipment_elsewhere() {
        let both = json!([{"Value": "PG01JDX"}, {"Value": "7-11"}]);
        let at_home = written(&order(ohio(), address("US", "CA", "90012")));
        assert_eq!(at_home["Package"][0]["ReferenceNumber"], both);
        assert_eq!(at_home["ReferenceNumber"], Value::Null);
        let mut abroad = order(ohio(), address("GB", "", "SW1A 2AA"));
        abroad.customs = Some(customs(Currency::USD));
        let abroad = written(&abroad);
        assert_eq!(abroad["ReferenceNumber"], both);
        assert_eq!(abroad["Package"][0]["ReferenceNumber"], Value::Null);
    }

    #[test]
    fn goods_that_pass_customs_have_an_invoice() {
        let mut order = order(
            address("CN", "Guangdong", "518000"),
            address("DE", "", "10435"),
        );
        order.to.phone = Some("+49 30 5550142".into());
        order.customs = Some(customs(Currency::EUR));
        order.customs.as_mut().unwrap().tax_ids.ioss = Some("IM2760000742".to_owned());
        let shipment = written(&order);
        let options = &shipment["ShipmentServiceOptions"];
        let forms = &options["InternationalForms"];
        assert_eq!(forms["FormType"], json!(["01"]));
        assert_eq!(forms["InvoiceNumber"], "7-11");
        assert_eq!(forms["TermsOfShipment"], "DDP");
        assert_eq!(
            forms["Product"][0],
            json!({
                "Description": ["Ceramic mug with a picture of a", "lighthouse"],
                "Unit": {"Number": "2", "UnitOfMeasurement": {"Code": "PCS"}, "Value": "12.50"},
                "CommodityCode": "691110",
                "PartNumber": "1",
                "OriginCountryCode": "CN",
                "CommodityFieldSpecialConditionCode": "01"
            })
        );
        assert_eq!(options["EUDeMinimisIndicator"], "Y");
        let vendor = &shipment["ShipFrom"]["VendorInfo"];
        assert_eq!(vendor["VendorCollectIDTypeCode"], "0356");
        assert_eq!(vendor["VendorCollectIDNumber"], "IM2760000742");
        let charges = &shipment["PaymentInformation"]["ShipmentCharge"];
        assert_eq!(charges[1]["Type"], "02");
        assert_eq!(charges[1]["BillShipper"]["AccountNumber"], "A1B2C3");
        assert_eq!(
            shipment["Shipper"]["Address"]["StateProvinceCode"],
            Value::Null
        );
    }

    #[test]
    fn within_the_european_union_there_is_no_customs() {
        let order = order(address("DE", "", "10435"), address("FR", "", "75001"));
        let mut order = Order {
            customs: Some(customs(Currency::EUR)),
            ..order
        };
        let shipment = written(&order);
        assert_eq!(shipment["ShipmentServiceOptions"], Value::Null);
        let charges = &shipment["PaymentInformation"]["ShipmentCharge"];
        assert_eq!(charges.as_array().unwrap().len(), 1);
        order.customs = None;
        let found = check::violations(&order);
        assert_eq!(found.as_slice()[0].field, "customs");
    }

    #[test]
    fn the_value_is_stated_to_canada_and_puerto_rico_from_the_united_states() {
        let to_canada = Order {
            customs: Some(customs(Currency::USD)),
            ..order(ohio(), address("CA", "ON", "K1A 0B1"))
        };
        let shipment = written(&to_canada);
        assert_eq!(shipment["InvoiceLineTotal"]["MonetaryValue"], "25.00");
        assert_eq!(shipment["ShipTo"]["Address"]["PostalCode"], "K1A0B1");
        let to_puerto_rico = order(ohio(), address("PR", "PR", "00901"));
        let found = check::violations(&to_puerto_rico);
        assert_eq!(found.as_slice()[0].field, "customs");
    }

    #[test]
    fn papers_need_no_invoice_where_ups_knows_them() {
        let papers = Customs {
            contents: Contents::Documents,
            ..customs(Currency::EUR)
        };
        let mut order = Order {
            customs: Some(papers),
            ..order(address("DE", "", "10435"), address("JP", "", "150-0002"))
        };
        let shipment = written(&order);
        assert_eq!(shipment["DocumentsOnlyIndicator"], "");
        assert_eq!(shipment["ShipmentServiceOptions"], Value::Null);
        order.from = ohio();
        let shipment = written(&order);
        assert_eq!(shipment["DocumentsOnlyIndicator"], Value::Null);
        let forms = &shipment["ShipmentServiceOptions"]["InternationalForms"];
        assert_eq!(forms["ReasonForExport"], "DOCUMENTS");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut bad = order(ohio(), address("GB", "", "SW1A 2AA"));
        bad.to.phone = None;
        bad.to.name = "x".repeat(36).into();
        bad.service = ServiceCode::new("96");
        bad.label_format = LabelFormat::Pdf;
        bad.parcels[0].weight = Weight::grams(68_039);
        bad.order_number = Some("9".repeat(36));
        let mut goods = customs(Currency::USD);
        goods.items[0].description = "很".repeat(106);
        goods.items[0].hs_code = Some("12".to_owned());
        bad.customs = Some(goods);
        let found = check::violations(&bad);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "to.name",
                "to.phone",
                "parcels[0].weight_grams",
                "service",
                "customs.items[0].hs_code",
                "customs.items[0].description",
                "customs.items[0].description",
                "order_number",
                "label_format"
            ]
        );
    }

    #[test]
    fn a_zpl_label_needs_no_browser() {
        let zpl = serde_json::to_value(LabelSpecification::of(LabelFormat::Zpl)).unwrap();
        assert_eq!(zpl["LabelImageFormat"]["Code"], "ZPL");
        assert_eq!(zpl["HTTPUserAgent"], Value::Null);
        assert_eq!(zpl["LabelStockSize"], json!({"Height": "6", "Width": "4"}));
        let gif = serde_json::to_value(LabelSpecification::of(LabelFormat::Gif)).unwrap();
        assert_eq!(gif["HTTPUserAgent"], "Mozilla/4.5");
    }
}
