//! An order as `ds.xms.order.create` wants it.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::json::Digits;
use parcelgate_carrier::latin::{Alphabet, Wording};
use parcelgate_domain::{
    Address, Contents, Customs, CustomsItem, Incoterm, Parcel, Personal, Violations,
};
use serde::Serialize;

use crate::gateway::{Texts, filled, texts};
use crate::{Account, check};

#[derive(Serialize)]
pub(crate) struct Create<'a> {
    ref_no: &'a str,
    business_type: &'static str,
    duty_type: &'static str,
    cargo_type: &'static str,
    #[serde(flatten)]
    ids: Texts<'a>,
    logistics_service_info: Texts<'a>,
    return_info: Texts<'a>,
    parcel_list: [Package<'a>; 1],
    is_insure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    insurance_info: Option<Insurance<'a>>,
    sender: Texts<'a>,
    recipient_info: Texts<'a>,
    deliver_type_info: Texts<'a>,
}

#[derive(Serialize)]
struct Insurance<'a> {
    insure_type: &'a str,
    insure_value: Digits,
    currency: &'static str,
}

#[derive(Serialize)]
struct Package<'a> {
    weight: u32,
    #[serde(flatten)]
    size: Option<Size>,
    parcel_value: Digits,
    currency: &'static str,
    include_battery: &'static str,
    #[serde(flatten)]
    battery: Texts<'a>,
    declare_product_info: Vec<Goods<'a>>,
}

/// In centimetres, rounded up.
#[derive(Serialize)]
struct Size {
    length: u32,
    width: u32,
    height: u32,
}

#[derive(Serialize)]
struct Goods<'a> {
    declare_product_code_qty: u32,
    // 4PX advises one price for both customs offices.
    declare_unit_price_export: Digits,
    declare_unit_price_import: Digits,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_net_weight: Option<u32>,
    #[serde(flatten)]
    texts: Texts<'a>,
}

/// What to send for `order`.
pub(crate) fn encode<'a>(account: &'a Account, order: &'a Order) -> Result<Create<'a>, Violations> {
    let found = check::check(account, order);
    match (order.parcels.as_slice(), &order.customs) {
        ([parcel], Some(customs)) if found.is_empty() => create(account, order, parcel, customs),
        _ => Err(found),
    }
}

fn create<'a>(
    account: &'a Account,
    order: &'a Order,
    parcel: &'a Parcel,
    customs: &'a Customs,
) -> Result<Create<'a>, Violations> {
    let ids = &customs.tax_ids;
    let insurance_info = insurance(account, order);
    let signs = order.options.signature.is_some();
    Ok(Create {
        ref_no: order.reference.as_str(),
        business_type: "BDS",
        duty_type: match customs.incoterm {
            Incoterm::Dap => "U",
            Incoterm::Ddp => "P",
        },
        cargo_type: match customs.contents {
            Contents::Gift => "1",
            Contents::Documents => "2",
            Contents::Sample => "3",
            Contents::Merchandise | Contents::ReturnOfGoods => "5",
        },
        ids: texts([
            ("sales_platform", order.sales_platform.as_deref()),
            ("vat_no", ids.vat.as_deref()),
            ("eori_no", ids.eori.as_deref()),
            ("ioss_no", ids.ioss.as_deref()),
        ]),
        logistics_service_info: texts([
            ("logistics_product_code", Some(order.service.as_str())),
            ("signature_service", signs.then_some("Y")),
        ]),
        return_info: texts([
            (
                "is_return_on_domestic",
                Some(account.undeliverable_in_china.code()),
            ),
            (
                "is_return_on_oversea",
                Some(account.undeliverable_abroad.code()),
            ),
        ]),
        parcel_list: [package(account, parcel, customs)?],
        is_insure: if insurance_info.is_some() { "Y" } else { "N" },
        insurance_info,
        sender: sender(&order.from),
        recipient_info: recipient(&order.to),
        deliver_type_info: texts([
            ("deliver_type", Some(SELF_DELIVERY)),
            ("warehouse_code", account.warehouse.as_deref()),
        ]),
    })
}

fn insurance<'a>(account: &'a Account, order: &Order) -> Option<Insurance<'a>> {
    let value = order.options.insured?;
    Some(Insurance {
        insure_type: account.insurance_type.as_deref()?,
        insure_value: Digits::of(value.to_decimal()),
        currency: value.currency().code(),
    })
}

/// The sender brings it, or has an arrangement with 4PX.
const SELF_DELIVERY: &str = "3";

fn package<'a>(
    account: &'a Account,
    parcel: &Parcel,
    customs: &'a Customs,
) -> Result<Package<'a>, Violations> {
    let total = customs.total().ok_or_else(check::mixed)?;
    let battery = customs.items.iter().any(|item| item.battery);
    let battery_type = account.battery_type.as_deref().filter(|_| battery);
    Ok(Package {
        weight: parcel.weight.as_grams(),
        size: parcel.size.map(|size| Size {
            length: size.length.centimetres(),
            width: size.width.centimetres(),
            height: size.height.centimetres(),
        }),
        parcel_value: Digits::of(total.to_decimal()),
        currency: total.currency().code(),
        include_battery: if battery { "Y" } else { "N" },
        battery: texts([("battery_type", battery_type)]),
        declare_product_info: customs.items.iter().map(goods).collect(),
    })
}

fn goods(item: &CustomsItem) -> Goods<'_> {
    let currency = Some(item.unit_value.currency().code());
    let mut texts = texts([
        ("declare_product_name_cn", item.description_zh.as_deref()),
        ("unit_declare_product", Some("PCS")),
        ("currency_export", currency),
        ("currency_import", currency),
        ("brand_export", Some("none")),
        ("brand_import", Some("none")),
        ("origin_country", Some(item.origin.code())),
        // For whoever packs; printed where the label has room for it.
        ("package_remarks", item.sku.as_deref()),
    ]);
    let name = english(&item.description, Wording::Plain);
    texts.extend(name.map(|name| ("declare_product_name_en", name.into())));
    if let Some(digits) = hs_digits(item) {
        texts.insert("hscode_export", digits.clone().into());
        texts.insert("hscode_import", digits.into());
    }
    let price = Digits::of(item.unit_value.to_decimal());
    Goods {
        declare_product_code_qty: item.quantity,
        declare_unit_price_export: price.clone(),
        declare_unit_price_import: price,
        unit_net_weight: Some(item.unit_weight.as_grams()).filter(|grams| *grams > 0),
        texts,
    }
}

/// Everybody's name and place, without the street.
fn party(address: &Address) -> Texts<'_> {
    let mut party = texts([
        ("company", shown(address.company.as_ref())),
        ("phone", shown(address.phone.as_ref())),
        ("email", shown(address.email.as_ref())),
        ("post_code", address.postal_code.as_deref()),
        ("country", Some(address.country.code())),
        ("state", address.region.as_deref()),
        ("city", Some(&address.city)),
    ]);
    party.extend(name(address).map(|name| ("first_name", name.into())));
    party
}

fn sender(from: &Address) -> Texts<'_> {
    let mut party = party(from);
    party.insert("street", street(from).into());
    party
}

fn recipient(to: &Address) -> Texts<'_> {
    let mut party = party(to);
    let lines = lines(to);
    if let Some((street, rest)) = lines.split_first() {
        party.insert("street", (*street).into());
        if !rest.is_empty() {
            party.insert("district", rest.join(", ").into());
        }
    }
    party
}

/// 4PX wants a name; a company without one is its own. The whole name may stand in the first one.
/// None where it cannot be written in English letters.
pub(crate) fn name(address: &Address) -> Option<String> {
    let (name, company) = (Some(&address.name), address.company.as_ref());
    let wording = match address.country.code() {
        // The same characters are read otherwise there.
        "JP" | "KR" | "KP" => Wording::Plain,
        _ if shown(name).is_some() => Wording::Person,
        _ => Wording::Place,
    };
    english(shown(name).or(shown(company)).unwrap_or_default(), wording)
}

/// Accents left off, Chinese names in pinyin.
pub(crate) fn english(text: &str, wording: Wording) -> Option<String> {
    Alphabet::Ascii.spell(text, wording)
}

/// All lines in one, so that a sender's short first line is long enough.
pub(crate) fn street(address: &Address) -> String {
    lines(address).join(", ")
}

fn lines(address: &Address) -> Vec<&str> {
    let lines = address.lines.iter().map(|line| line.expose().trim());
    lines.filter(|line| !line.is_empty()).collect()
}

pub(crate) fn shown(text: Option<&Personal>) -> Option<&str> {
    filled(text.map(Personal::expose))
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_domain::{
        Country, Currency, Dimensions, LabelFormat, Money, ServiceCode, TaxIds, Weight,
    };
    use serde_json::json;

    use super::*;
    use crate::account::tests::account;

    pub(crate) fn order() -> Order {
        Order {
            reference: "PG01TESTREFERENCE".parse().unwrap(),
            service: ServiceCode::new("QC"),
            from: address("Li Wei", &["88 Keyuan Road"], "Shenzhen", "518000", "CN"),
            to: address(
                "Ada Byron",
                &["1 Example St", "Unit 2"],
                "Columbus",
                "43004",
                "US",
            ),
            parcels: vec![Parcel {
                weight: Weight::grams(250),
                size: Some(Dimensions::millimetres(151, 100, 50)),
            }],
            customs: Some(Customs {
                contents: Contents::Merchandise,
                incoterm: Incoterm::Dap,
                items: vec![item("LED lamp", "LED灯", 2)],
                tax_ids: TaxIds::default(),
                invoice_number: None,
            }),
            ship_on: "2026-11-22".parse().unwrap(),
            label_format: LabelFormat::Pdf,
            order_number: Some("A-1001".to_owned()),
            sales_platform: Some("Amazon".to_owned()),
            options: parcelgate_domain::Options::default(),
            direction: parcelgate_carrier::Direction::default(),
            documents: Vec::new(),
        }
    }

    fn address(name: &str, lines: &[&str], city: &str, post_code: &str, country: &str) -> Address {
        Address {
            name: name.into(),
            company: None,
            lines: lines.iter().map(|line| (*line).into()).collect(),
            city: city.to_owned(),
            region: None,
            postal_code: Some(post_code.to_owned()),
            country: country.parse().unwrap(),
            phone: Some("6145550100".into()),
            email: None,
            tax_id: None,
            residential: None,
        }
    }

    pub(crate) fn item(description: &str, description_zh: &str, quantity: u32) -> CustomsItem {
        CustomsItem {
            sku: Some("LAMP-1".to_owned()),
            description: description.to_owned(),
            description_zh: Some(description_zh.to_owned()),
            quantity,
            unit_value: Money::of_minor(950, Currency::USD),
            unit_weight: Weight::grams(110),
            hs_code: Some("9405.42".to_owned()),
            origin: Country::CN,
            battery: false,
        }
    }

    #[test]
    fn an_order_becomes_the_body_that_is_described() {
        let (account, order) = (account(), order());
        let text = serde_json::to_string(&encode(&account, &order).unwrap()).unwrap();
        assert!(text.contains(r#""parcel_value":19.00,"#), "{text}");
        let body: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = json!({
            "ref_no": "PG01TESTREFERENCE", "business_type": "BDS", "duty_type": "U",
            "cargo_type": "5", "sales_platform": "Amazon",
            "logistics_service_info": {"logistics_product_code": "QC"},
            "return_info": {"is_return_on_domestic": "Y", "is_return_on_oversea": "N"},
            "parcel_list": [{"weight": 250, "length": 16, "width": 10, "height": 5,
                "parcel_value": 19.0, "currency": "USD", "include_battery": "N",
                "declare_product_info": [{"declare_product_name_cn": "LED灯",
                    "declare_product_name_en": "LED lamp", "declare_product_code_qty": 2,
                    "unit_declare_product": "PCS", "declare_unit_price_export": 9.5,
                    "currency_export": "USD", "declare_unit_price_import": 9.5,
                    "currency_import": "USD", "brand_export": "none", "brand_import": "none",
                    "hscode_export": "940542", "hscode_import": "940542",
                    "origin_country": "CN", "unit_net_weight": 110,
                    "package_remarks": "LAMP-1"}]}],
            "is_insure": "N",
            "sender": {"first_name": "Li Wei", "phone": "6145550100", "post_code": "518000",
                "country": "CN", "city": "Shenzhen", "street": "88 Keyuan Road"},
            "recipient_info": {"first_name": "Ada Byron", "phone": "6145550100",
                "post_code": "43004", "country": "US", "city": "Columbus",
                "district": "Unit 2", "street": "1 Example St"},
            "deliver_type_info": {"deliver_type": "3"},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn what_customs_and_the_account_add_has_its_place() {
        let (mut account, mut order) = (account(), order());
        account.warehouse = Some("SZ01".to_owned());
        account.battery_type = Some("967".to_owned());
        let customs = order.customs.as_mut().unwrap();
        customs.incoterm = Incoterm::Ddp;
        customs.contents = Contents::Gift;
        customs.items[0].battery = true;
        customs.tax_ids = TaxIds {
            ioss: Some("IM2760000000".to_owned()),
            eori: Some("DE123456789012345".to_owned()),
            vat: Some("GB123456789".to_owned()),
        };
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        assert_eq!(
            (&body["duty_type"], &body["cargo_type"]),
            (&json!("P"), &json!("1"))
        );
        assert_eq!(body["ioss_no"], "IM2760000000");
        assert_eq!(body["eori_no"], "DE123456789012345");
        assert_eq!(body["vat_no"], "GB123456789");
        assert_eq!(body["parcel_list"][0]["include_battery"], "Y");
        assert_eq!(body["parcel_list"][0]["battery_type"], "967");
        assert_eq!(body["deliver_type_info"]["warehouse_code"], "SZ01");
    }

    #[test]
    fn names_are_written_in_english_letters() {
        let account = account();
        let mut order = order();
        order.from.name = "李小明".into();
        order.to.name = "Zoë Müller".into();
        order.customs.as_mut().unwrap().items[0].description = "Söckchen".to_owned();
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        assert_eq!(body["sender"]["first_name"], "Li Xiaoming");
        assert_eq!(body["recipient_info"]["first_name"], "Zoe Muller");
        let item = &body["parcel_list"][0]["declare_product_info"][0];
        assert_eq!(item["declare_product_name_en"], "Sockchen");
    }

    #[test]
    fn a_company_is_its_own_name() {
        let account = account();
        let mut order = order();
        order.to.name = "".into();
        order.to.company = Some("Analytical Engines".into());
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        assert_eq!(body["recipient_info"]["first_name"], "Analytical Engines");
    }
}
