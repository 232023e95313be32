//! What the cases ask: people, places, boxes and goods that no carrier's documents know.

mod errands;

use jiff::civil::{Date, date};
use parcelgate_carrier::{Direction, Locality, Order, RateAsk};
use parcelgate_domain::{
    Address, Contents, Country, Currency, Customs, CustomsItem, Dimensions, DocumentId, Incoterm,
    LabelFormat, Money, Options, Parcel, Personal, Reference, Service, ServiceCode, Shipment,
    ShippedParcel, Signature, TaxIds, TrackingNumber, Weight,
};

use crate::{Lane, Subject};

pub(crate) use errands::{manifest_order, pickup, pickup_order, trade_paper};

/// The day on which everything is handed over: a Monday.
pub(crate) const SHIP_ON: Date = date(2026, 11, 30);

/// The reference of every order.
pub(crate) const REFERENCE: &str = "PG01JDCONFORMANCE";

/// The reference that nothing was ever bought under.
pub(crate) const UNUSED_REFERENCE: &str = "PG01JDNOTHINGHERE";

/// What a person in one of these cases is called, lives at and is reached by. None of it may ever
/// be printed.
pub(crate) const PERSONAL: [&str; 22] = [
    "Wilhelmina Quillfeather",
    "Barnaby Thistlewick",
    "Zhuge Liangchen",
    "Thistlewick Goods",
    "Shenzhen Yunfan Trading",
    "Ottilie Federkiel",
    "Federkiel Feinwaren",
    "Pfefferkuchengasse 88",
    "917 Whistledown Ave",
    "Suite 4417",
    "2468 Marmalade Rd",
    "88 Longcangxi Road",
    "7 Peregrine Mews",
    "Kastanienallee 7193",
    "3-14-15 Hanekoma",
    "200 E 52nd St",
    "2135550199",
    "6145550142",
    "8675525550142",
    "4934155501420",
    "quillfeather@example.com",
    "thistlewick@example.com",
];

/// Text of the suite's own as a reference.
pub(crate) fn reference(text: &str) -> Result<Reference, String> {
    text.parse().map_err(|error| format!("{error}"))
}

/// The first `count` of the subject's tracking numbers.
pub(crate) fn numbers(subject: &Subject, count: usize) -> Result<Vec<TrackingNumber>, String> {
    if subject.numbers.len() < 3 {
        return Err("Subject::numbers needs at least three tracking numbers".to_owned());
    }
    let first = subject.numbers.iter().take(count);
    first
        .map(|text| text.parse().map_err(|error| format!("{error}")))
        .collect()
}

/// What is asked for a price on `lane`: one box of 1.2 kg.
pub(crate) fn rate_ask(lane: Lane) -> Result<RateAsk, String> {
    Ok(RateAsk {
        from: Locality::from(&sender(lane)?),
        to: Locality::from(&recipient(lane)?),
        parcels: vec![parcel()],
        customs: customs(lane)?,
        ship_on: SHIP_ON,
        service: None,
        options: Options::default(),
    })
}

/// What is bought on `lane`.
pub(crate) fn order(
    lane: Lane,
    service: ServiceCode,
    label_format: LabelFormat,
) -> Result<Order, String> {
    Ok(Order {
        reference: reference(REFERENCE)?,
        service,
        from: sender(lane)?,
        to: recipient(lane)?,
        parcels: vec![parcel()],
        customs: customs(lane)?,
        ship_on: SHIP_ON,
        label_format,
        order_number: Some("114-3941689-8772232".to_owned()),
        sales_platform: Some("Amazon".to_owned()),
        options: Options::default(),
        direction: Direction::default(),
        documents: Vec::new(),
    })
}

/// A shipment that was bought before, of one box, its label not kept.
pub(crate) fn shipment(subject: &Subject) -> Result<Shipment, String> {
    let parcels = numbers(subject, 1)?
        .into_iter()
        .map(|tracking_number| ShippedParcel {
            tracking_number,
            last_mile_number: None,
            label: None,
        });
    Ok(Shipment {
        reference: reference(REFERENCE)?,
        carrier_number: subject.carrier_number.to_owned(),
        service: Service {
            code: subject.service(),
            name: subject.service().to_string(),
        },
        charged: None,
        parcels: parcels.collect(),
    })
}

/// What comes back on `lane`: from its recipient to its sender.
pub(crate) fn order_back(
    lane: Lane,
    service: ServiceCode,
    label_format: LabelFormat,
) -> Result<Order, String> {
    let there = order(lane, service, label_format)?;
    let customs = there.customs.map(|customs| Customs {
        contents: Contents::ReturnOfGoods,
        ..customs
    });
    Ok(Order {
        from: there.to,
        to: there.from,
        customs,
        direction: Direction::Return,
        ..there
    })
}

/// An extra that a carrier may sell or refuse, but never leave unsaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    Adult,
    Anyone,
    Insured,
    Paper,
}

pub(crate) const EXTRAS: [(&str, Extra); 4] = [
    ("an adult's signature", Extra::Adult),
    ("anyone's signature", Extra::Anyone),
    ("insurance", Extra::Insured),
    ("a paper handed over before", Extra::Paper),
];

/// Adds `extra` to what is to be bought.
pub(crate) fn adorn(order: &mut Order, extra: Extra) {
    let goods = order.customs.as_ref().and_then(Customs::total);
    let currency = goods.map_or(Currency::USD, Money::currency);
    match extra {
        Extra::Adult => order.options.signature = Some(Signature::Adult),
        Extra::Anyone => order.options.signature = Some(Signature::Anyone),
        Extra::Insured => {
            order.options.insured = goods.or_else(|| Money::parse("180", currency).ok());
        }
        Extra::Paper => order.documents.push(DocumentId::new("paper-7714")),
    }
}

/// The box of every case.
pub(crate) fn parcel() -> Parcel {
    Parcel {
        weight: Weight::grams(1_200),
        size: Some(Dimensions::millimetres(300, 200, 100)),
    }
}

/// The second box, where a case has two.
pub(crate) fn second_parcel() -> Parcel {
    Parcel {
        weight: Weight::grams(650),
        size: Some(Dimensions::millimetres(250, 150, 80)),
    }
}

/// An address of the United States as a seller might write it.
pub(crate) fn us_address(line: &str, city: &str, region: &str, zip: &str) -> Address {
    Address {
        name: Personal::new("Wilhelmina Quillfeather"),
        company: None,
        lines: vec![Personal::new(line)],
        city: city.to_owned(),
        region: Some(region.to_owned()),
        postal_code: Some(zip.to_owned()),
        country: Country::US,
        phone: Some(Personal::new("2135550199")),
        email: Some(Personal::new("quillfeather@example.com")),
        tax_id: None,
        residential: None,
    }
}

fn sender(lane: Lane) -> Result<Address, String> {
    let (name, company, line, city, region, zip, phone) = match lane {
        Lane::UsDomestic | Lane::UsToGb => (
            "Barnaby Thistlewick",
            "Thistlewick Goods",
            "2468 Marmalade Rd",
            "Columbus",
            Some("OH"),
            "43215",
            "6145550142",
        ),
        Lane::CnToUs | Lane::CnToGb | Lane::CnToDe | Lane::CnToJp => (
            "Zhuge Liangchen",
            "Shenzhen Yunfan Trading",
            "88 Longcangxi Road",
            "Shenzhen",
            Some("Guangdong"),
            "518000",
            "8675525550142",
        ),
        Lane::DeDomestic | Lane::DeToUs => (
            "Ottilie Federkiel",
            "Federkiel Feinwaren",
            "Pfefferkuchengasse 88",
            "Leipzig",
            None,
            "04109",
            "4934155501420",
        ),
    };
    Ok(Address {
        name: name.into(),
        company: Some(company.into()),
        lines: vec![line.into()],
        city: city.to_owned(),
        region: region.map(str::to_owned),
        postal_code: Some(zip.to_owned()),
        country: origin(lane)?,
        phone: Some(phone.into()),
        email: Some("thistlewick@example.com".into()),
        tax_id: None,
        residential: Some(false),
    })
}

fn origin(lane: Lane) -> Result<Country, String> {
    match lane {
        Lane::UsDomestic | Lane::UsToGb => Ok(Country::US),
        Lane::CnToUs | Lane::CnToGb | Lane::CnToDe | Lane::CnToJp => Ok(Country::CN),
        Lane::DeDomestic | Lane::DeToUs => "DE".parse().map_err(|error| format!("{error}")),
    }
}

fn recipient(lane: Lane) -> Result<Address, String> {
    let at_home = us_address("917 Whistledown Ave", "Los Angeles", "CA", "90012");
    let (line, city, region, postal_code, country) = match lane {
        Lane::UsDomestic | Lane::CnToUs | Lane::DeToUs => {
            return Ok(Address {
                lines: vec!["917 Whistledown Ave".into(), "Suite 4417".into()],
                residential: Some(true),
                ..at_home
            });
        }
        Lane::UsToGb | Lane::CnToGb => ("7 Peregrine Mews", "London", None, "SW1A 2AA", "GB"),
        Lane::CnToDe | Lane::DeDomestic => ("Kastanienallee 7193", "Berlin", None, "10435", "DE"),
        Lane::CnToJp => (
            "3-14-15 Hanekoma",
            "Shibuya",
            Some("Tokyo"),
            "150-0002",
            "JP",
        ),
    };
    Ok(Address {
        lines: vec![line.into()],
        city: city.to_owned(),
        region: region.map(str::to_owned),
        postal_code: Some(postal_code.to_owned()),
        country: country.parse().map_err(|error| format!("{error}"))?,
        residential: Some(true),
        ..at_home
    })
}

fn customs(lane: Lane) -> Result<Option<Customs>, String> {
    let (incoterm, ioss) = match lane {
        Lane::UsDomestic | Lane::DeDomestic => return Ok(None),
        Lane::CnToUs => (Incoterm::Ddp, None),
        Lane::CnToDe => (Incoterm::Ddp, Some("IM2760000742".to_owned())),
        Lane::UsToGb | Lane::CnToGb | Lane::CnToJp | Lane::DeToUs => (Incoterm::Dap, None),
    };
    let currency = match lane {
        Lane::CnToDe | Lane::DeDomestic | Lane::DeToUs => Currency::EUR,
        Lane::CnToJp => Currency::JPY,
        Lane::UsDomestic | Lane::UsToGb | Lane::CnToUs | Lane::CnToGb => Currency::USD,
    };
    let origin = origin(lane)?;
    let item = |sku: &str, text: &str, zh: &str, quantity, value: &str, grams, hs: &str| {
        // Yen have no decimals: 12.50 of another currency are 1250 here.
        let digits = value.replace('.', "");
        let value = if currency == Currency::JPY {
            &digits
        } else {
            value
        };
        Ok::<_, String>(CustomsItem {
            sku: Some(sku.to_owned()),
            description: text.to_owned(),
            description_zh: Some(zh.to_owned()),
            quantity,
            unit_value: Money::parse(value, currency).map_err(|error| error.to_string())?,
            unit_weight: Weight::grams(grams),
            hs_code: Some(hs.to_owned()),
            origin,
            battery: false,
        })
    };
    Ok(Some(Customs {
        contents: Contents::Merchandise,
        incoterm,
        items: vec![
            item("MUG-11", "Ceramic mug", "陶瓷杯", 2, "12.50", 400, "691110")?,
            item(
                "TWL-02",
                "Cotton kitchen towel",
                "棉质厨房巾",
                3,
                "4.20",
                90,
                "630260",
            )?,
        ],
        tax_ids: TaxIds {
            ioss,
            eori: None,
            vat: None,
        },
        invoice_number: Some("INV-20261130-7".to_owned()),
    }))
}
