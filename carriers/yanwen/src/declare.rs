//! An order as `express.order.create` wants it.

use parcelgate_carrier::Order;
use parcelgate_domain::{Address, Customs, CustomsItem, Parcel, Personal, Violations};
use serde::Serialize;

use crate::{Account, check};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create<'a> {
    channel_id: &'a str,
    order_source: &'a str,
    order_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_code: Option<&'a str>,
    /// Printed in the pick area of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sales_platform: Option<&'a str>,
    receiver_info: Party<'a>,
    sender_info: Party<'a>,
    parcel_info: ParcelInfo<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_customs_info: Option<ImportCustoms<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Party<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company: Option<&'a str>,
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip_code: Option<&'a str>,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_number: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParcelInfo<'a> {
    has_battery: u8,
    currency: &'a str,
    total_price: String,
    total_quantity: u32,
    total_weight: u32,
    #[serde(flatten)]
    size: Option<Size>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ioss: Option<&'a str>,
    product_list: Vec<Product<'a>>,
}

/// In centimetres, rounded up.
#[derive(Serialize)]
struct Size {
    length: u32,
    width: u32,
    height: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Product<'a> {
    goods_name_ch: &'a str,
    goods_name_en: &'a str,
    price: String,
    price_export: String,
    quantity: u32,
    weight: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    hscode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'a str>,
}

#[derive(Serialize)]
struct ImportCustoms<'a> {
    eori: &'a str,
}

/// What to send for `order`.
pub(crate) fn encode<'a>(account: &'a Account, order: &'a Order) -> Result<Create<'a>, Violations> {
    let found = check::check(order);
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
    let eori = filled(customs.tax_ids.eori.as_deref());
    let mut sender_info = party(&order.from);
    sender_info.tax_number = sender_info
        .tax_number
        .or(filled(customs.tax_ids.vat.as_deref()));
    Ok(Create {
        channel_id: order.service.as_str(),
        order_source: &account.order_source,
        order_number: order.reference.as_str(),
        company_code: filled(account.warehouse.as_deref()),
        remark: filled(order.order_number.as_deref()),
        sales_platform: filled(order.sales_platform.as_deref()),
        receiver_info: party(&order.to),
        sender_info,
        parcel_info: parcel_info(parcel, customs)?,
        import_customs_info: eori.map(|eori| ImportCustoms { eori }),
    })
}

fn parcel_info<'a>(parcel: &Parcel, customs: &'a Customs) -> Result<ParcelInfo<'a>, Violations> {
    let total = customs.total().ok_or_else(check::mixed)?;
    Ok(ParcelInfo {
        has_battery: customs.items.iter().any(|item| item.battery).into(),
        currency: total.currency().code(),
        total_price: total.to_decimal(),
        total_quantity: customs.quantity(),
        total_weight: parcel.weight.as_grams(),
        size: parcel.size.map(|size| Size {
            length: size.length.centimetres(),
            width: size.width.centimetres(),
            height: size.height.centimetres(),
        }),
        ioss: filled(customs.tax_ids.ioss.as_deref()),
        product_list: customs.items.iter().map(product).collect(),
    })
}

fn product(item: &CustomsItem) -> Product<'_> {
    let digits = |code: &String| {
        code.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    Product {
        goods_name_ch: item.description_zh.as_deref().unwrap_or_default(),
        goods_name_en: &item.description,
        // Text, so that no float comes near it; live code sends both and both were accepted.
        price: item.unit_value.to_decimal(),
        price_export: item.unit_value.to_decimal(),
        quantity: item.quantity,
        weight: item.unit_weight.as_grams(),
        hscode: item.hs_code.as_ref().map(digits),
        sku: filled(item.sku.as_deref()),
    }
}

fn party(address: &Address) -> Party<'_> {
    Party {
        name: name(address),
        phone: shown(address.phone.as_ref()),
        email: shown(address.email.as_ref()),
        company: shown(address.company.as_ref()),
        country: address.country.code(),
        state: filled(address.region.as_deref()),
        city: &address.city,
        zip_code: filled(address.postal_code.as_deref()),
        address: street(address),
        tax_number: shown(address.tax_id.as_ref()),
    }
}

/// Yanwen wants a name; a company without one is its own.
pub(crate) fn name(address: &Address) -> &str {
    let company = shown(address.company.as_ref());
    filled(Some(address.name.expose()))
        .or(company)
        .unwrap_or_default()
}

pub(crate) fn street(address: &Address) -> String {
    let lines = address.lines.iter().map(|line| line.expose().trim());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join(", ")
}

pub(crate) fn shown(text: Option<&Personal>) -> Option<&str> {
    filled(text.map(Personal::expose))
}

pub(crate) fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_domain::{
        Contents, Country, Currency, Dimensions, Incoterm, LabelFormat, Money, ServiceCode, TaxIds,
        Weight,
    };
    use serde_json::json;

    use super::*;
    use crate::account::tests::account;

    pub(crate) fn order() -> Order {
        Order {
            reference: "PG01TESTREFERENCE".parse().unwrap(),
            service: ServiceCode::new("481"),
            from: address(
                "Li Wei",
                "88 Keyuan Road",
                "Shenzhen",
                "Guangdong",
                "518000",
                "CN",
            ),
            to: address(
                "Ada Byron",
                "1 Example Street",
                "Columbus",
                "OH",
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
        }
    }

    fn address(
        name: &str,
        line: &str,
        city: &str,
        region: &str,
        postal_code: &str,
        country: &str,
    ) -> Address {
        Address {
            name: name.into(),
            company: None,
            lines: vec![line.into()],
            city: city.to_owned(),
            region: Some(region.to_owned()),
            postal_code: Some(postal_code.to_owned()),
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
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        let expected = json!({
            "channelId": "481", "orderSource": "parcelgate", "orderNumber": "PG01TESTREFERENCE",
            "remark": "A-1001", "salesPlatform": "Amazon",
            "receiverInfo": {"name": "Ada Byron", "phone": "6145550100", "country": "US",
                "state": "OH", "city": "Columbus", "zipCode": "43004",
                "address": "1 Example Street"},
            "senderInfo": {"name": "Li Wei", "phone": "6145550100", "country": "CN",
                "state": "Guangdong", "city": "Shenzhen", "zipCode": "518000",
                "address": "88 Keyuan Road"},
            "parcelInfo": {"hasBattery": 0, "currency": "USD", "totalPrice": "19.00",
                "totalQuantity": 2, "totalWeight": 250, "length": 16, "width": 10, "height": 5,
                "productList": [{"goodsNameCh": "LED灯", "goodsNameEn": "LED lamp",
                    "price": "9.50", "priceExport": "9.50", "quantity": 2, "weight": 110,
                    "hscode": "940542", "sku": "LAMP-1"}]},
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn what_customs_and_the_account_add_has_its_place() {
        let (mut account, mut order) = (account(), order());
        account.warehouse = Some("101".to_owned());
        let customs = order.customs.as_mut().unwrap();
        customs.items[0].battery = true;
        customs.tax_ids = TaxIds {
            ioss: Some("IM2760000000".to_owned()),
            eori: Some("DE123456789012345".to_owned()),
            vat: None,
        };
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        assert_eq!(body["companyCode"], "101");
        assert_eq!(body["parcelInfo"]["hasBattery"], 1);
        assert_eq!(body["parcelInfo"]["ioss"], "IM2760000000");
        assert_eq!(body["importCustomsInfo"]["eori"], "DE123456789012345");
    }

    #[test]
    fn a_company_is_its_own_name() {
        let account = account();
        let mut order = order();
        order.to.name = "".into();
        order.to.company = Some("Analytical Engines".into());
        let body = serde_json::to_value(encode(&account, &order).unwrap()).unwrap();
        assert_eq!(body["receiverInfo"]["name"], "Analytical Engines");
    }
}
