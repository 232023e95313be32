//! An order as `express.order.create` wants it.

use parcelgate_carrier::Order;
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::form::Fitted;
use parcelgate_carrier::json::{compact, filled};
use parcelgate_domain::{CustomsItem, Violations};
use serde_json::{Value, json};

use crate::Account;
use crate::check::{self, CUSTOMS, RECEIVER, SENDER};

/// What to send for `order`.
///
/// Amounts are text, so that no float comes near them; live code sends both and both were accepted.
/// Lengths are centimetres, rounded up.
pub(crate) fn encode(account: &Account, order: &Order) -> Result<Value, Violations> {
    let found = check::check(order);
    let total = order.customs.as_ref().and_then(|customs| customs.total());
    let (true, [parcel], Some(customs), Some(total)) = (
        found.is_empty(),
        order.parcels.as_slice(),
        &order.customs,
        total,
    ) else {
        return Err(found);
    };
    let mut sender = SENDER.fit(&order.from, "from")?;
    let vat = text(customs.tax_ids.vat.as_deref());
    sender.tax_id = sender.tax_id.or(vat.map(str::to_owned));
    let receiver = RECEIVER.fit(&order.to, "to")?;
    let products: Vec<Value> = customs.items.iter().map(product).collect();
    let eori = text(customs.tax_ids.eori.as_deref());
    Ok(compact(json!({
        "channelId": order.service.as_str(),
        "orderSource": account.order_source,
        "orderNumber": order.reference.as_str(),
        "companyCode": text(account.warehouse.as_deref()),
        "remark": text(order.order_number.as_deref()), // printed in the pick area of the label
        "salesPlatform": text(order.sales_platform.as_deref()),
        "receiverInfo": party(&receiver),
        "senderInfo": party(&sender),
        "parcelInfo": {
            "hasBattery": u8::from(customs.items.iter().any(|item| item.battery)),
            "currency": total.currency().code(),
            "totalPrice": total.to_decimal(),
            "totalQuantity": customs.quantity(),
            "totalWeight": parcel.weight.as_grams(),
            "length": parcel.size.map(|size| size.length.centimetres()),
            "width": parcel.size.map(|size| size.width.centimetres()),
            "height": parcel.size.map(|size| size.height.centimetres()),
            "ioss": text(customs.tax_ids.ioss.as_deref()),
            "productList": products,
        },
        "importCustomsInfo": eori.map(|eori| json!({"eori": eori})),
    })))
}

fn party(fitted: &Fitted) -> Value {
    json!({
        "name": fitted.person(),
        "phone": fitted.phone,
        "email": fitted.email,
        "company": fitted.company,
        "country": fitted.place.country.code(),
        "state": fitted.place.region,
        "city": fitted.place.city,
        "zipCode": fitted.place.postal_code,
        "address": fitted.lines.join(", "),
        "taxNumber": fitted.tax_id,
    })
}

fn product(item: &CustomsItem) -> Value {
    let price = item.unit_value.to_decimal();
    json!({
        "goodsNameCh": item.description_zh,
        "goodsNameEn": CUSTOMS.spelled(&item.description),
        "price": price,
        "priceExport": price,
        "quantity": item.quantity,
        "weight": item.unit_weight.as_grams(),
        "hscode": hs_digits(item),
        "sku": text(item.sku.as_deref()),
    })
}

fn text(text: Option<&str>) -> Option<&str> {
    text.and_then(filled)
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_domain::{
        Address, Contents, Country, Currency, Customs, Dimensions, Incoterm, LabelFormat, Money,
        Parcel, ServiceCode, TaxIds, Weight,
    };

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
            options: parcelgate_domain::Options::default(),
            direction: parcelgate_carrier::Direction::default(),
            documents: Vec::new(),
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
        let body = encode(&account, &order).unwrap();
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
        let body = encode(&account, &order).unwrap();
        assert_eq!(body["companyCode"], "101");
        assert_eq!(body["parcelInfo"]["hasBattery"], 1);
        assert_eq!(body["parcelInfo"]["ioss"], "IM2760000000");
        assert_eq!(body["importCustomsInfo"]["eori"], "DE123456789012345");
    }

    #[test]
    fn what_is_written_in_chinese_is_read_abroad() {
        let mut order = order();
        order.from.name = "李小明".into();
        order.from.lines = vec!["龙城大道100号".into(), "B座".into()];
        order.from.city = "深圳市".to_owned();
        order.from.region = Some("广东省".to_owned());
        order.to.name = "Zoë Łęcka".into();
        let body = encode(&account(), &order).unwrap();
        let sender = &body["senderInfo"];
        assert_eq!(sender["name"], "Li Xiaoming");
        assert_eq!(sender["address"], "Longcheng Dadao 100 Hao, B Zuo");
        assert_eq!(
            [&sender["city"], &sender["state"]],
            ["Shenzhen", "Guangdong"]
        );
        assert_eq!(body["receiverInfo"]["name"], "Zoe Lecka");
    }

    #[test]
    fn a_company_is_its_own_name() {
        let account = account();
        let mut order = order();
        order.to.name = "".into();
        order.to.company = Some("Analytical Engines".into());
        let body = encode(&account, &order).unwrap();
        assert_eq!(body["receiverInfo"]["name"], "Analytical Engines");
    }
}
