//! Prices, as 4PX estimates them. The bill comes when the parcel was weighed.

use std::collections::BTreeSet;

use async_trait::async_trait;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::measure::WeightUnit;
use parcelgate_carrier::{Call, Class, Kind, RateAsk, Rates, Response, Result};
use parcelgate_domain::{
    Charge, ChargeKind, Contents, Country, Currency, Length, Money, Offered, Parcel, Quote,
    ServiceCode, Transit, Weight,
};
use serde::{Deserialize, Serialize};

use crate::FourPx;
use crate::gateway::{self, ESTIMATE, Texts, failed, texts};

pub(crate) const OPERATION: &str = "quote";

#[async_trait]
impl Rates for FourPx {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let parcel = parcel(ask)?;
        let body = encode(ask, &parcel);
        let request = gateway::request(&self.account, OPERATION, ESTIMATE, &body)?;
        let response = call.send(request.class(Class::Rate)).await?;
        let mut quotes = self.quotes(&response)?;
        if let Some(wanted) = &ask.service {
            quotes.retain(|quote| quote.service.code == *wanted);
        }
        Ok(quotes)
    }
}

#[derive(Serialize)]
struct Ask<'a> {
    #[serde(flatten)]
    texts: Texts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logistics_product_code: Option<[&'a str; 1]>,
}

/// Six digits of grams fit.
const GRAMS_MAX: u32 = 999_999;

/// The one parcel of `ask`, which must start in China.
fn parcel(ask: &RateAsk) -> Result<Parcel> {
    if ask.from.country != Country::CN {
        let text = "4PX takes parcels in China only";
        return Err(failed(Kind::Unsupported, OPERATION).said("", text));
    }
    // The estimate has no extras in it; a price without them would be another one's.
    let mut found = ask.options.refused("options", Offered::default());
    match ask.parcels.as_slice() {
        [parcel] if parcel.weight.as_grams() <= GRAMS_MAX => {
            return found
                .none_or(*parcel)
                .map_err(|found| failed(Kind::Invalid, OPERATION).at(found));
        }
        [parcel] => {
            let allowed = format!("at most {GRAMS_MAX} grams");
            found.refuse("parcels[0].weight_grams", parcel.weight.as_grams(), allowed);
        }
        parcels => found.refuse("parcels", parcels.len(), "one parcel"),
    }
    Err(failed(Kind::Invalid, OPERATION).at(found))
}

fn encode<'a>(ask: &'a RateAsk, parcel: &Parcel) -> Ask<'a> {
    let contents = ask.customs.as_ref().map(|customs| customs.contents);
    let papers = contents == Some(Contents::Documents);
    let mut texts = texts([
        ("country_code", Some(ask.to.country.code())),
        ("cargocode", Some(if papers { "D" } else { "P" })),
        ("recipient_post_code", ask.to.postal_code.as_deref()),
    ]);
    texts.insert("weight", parcel.weight.as_grams().to_string().into());
    if let Some(size) = parcel.size {
        texts.insert("length", centimetres(size.length).into());
        texts.insert("width", centimetres(size.width).into());
        texts.insert("height", centimetres(size.height).into());
    }
    Ask {
        texts,
        logistics_product_code: ask.service.as_ref().map(|code| [code.as_str()]),
    }
}

/// With a decimal where there is one.
fn centimetres(length: Length) -> String {
    let millimetres = length.as_millimetres();
    match millimetres % 10 {
        0 => (millimetres / 10).to_string(),
        rest => format!("{}.{rest}", millimetres / 10),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    logistics_product_code: Text,
    lump_sum_fee: Text,
    charge_weight: Text,
    is_volume_cargo: Text,
    estimated_time: Text,
}

impl FourPx {
    /// Each product once; a row without a price that can be read hides no other.
    fn quotes(&self, response: &Response) -> Result<Vec<Quote>> {
        let rows: Many<Row> = gateway::data(OPERATION, response)?;
        let some = !rows.is_empty() || rows.is_lost();
        let mut seen = BTreeSet::new();
        let quotes = rows.iter().filter_map(|row| self.priced(row));
        let quotes: Vec<Quote> = quotes
            .filter(|quote| seen.insert(quote.service.code.clone()))
            .collect();
        if quotes.is_empty() && some {
            let text = "no row of the estimate has a price that can be read";
            return Err(failed(Kind::Malformed, OPERATION).said("", text));
        }
        Ok(quotes)
    }

    fn priced(&self, row: &Row) -> Option<Quote> {
        let code = ServiceCode::new(row.logistics_product_code.get()?);
        let total = Money::parse(row.lump_sum_fee.get()?, Currency::CNY).ok()?;
        if total.minor() <= 0 {
            return None;
        }
        // Of a parcel that is billed by its scales it says nothing of use.
        let bulky = row.is_volume_cargo.get() == Some("Y");
        let billed_weight = row.charge_weight.get().filter(|_| bulky);
        Some(Quote {
            service: self.product(code),
            total,
            charges: vec![Charge {
                kind: ChargeKind::Base,
                name: "lump_sum_fee".to_owned(),
                amount: total,
            }],
            transit: row.estimated_time.get().and_then(transit),
            billed_weight: billed_weight.and_then(weight),
        })
    }
}

/// `3 - 7`, `7-10天`, `12`: the numbers in it, whatever stands around them.
fn transit(text: &str) -> Option<Transit> {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let numbers = numbers.filter(|number| !number.is_empty());
    let numbers: Vec<u16> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    let days = match *numbers.as_slice() {
        [days] => (days, days),
        [least, most] if least <= most => (least, most),
        _ => return None,
    };
    Some(Transit {
        days: Some(days),
        business_days: false,
        deliver_by: None,
        guaranteed: false,
    })
}

/// Kilograms, `1.02kg` or `1.000`.
fn weight(text: &str) -> Option<Weight> {
    WeightUnit::Kilogram.read(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_carrier::Locality;
    use parcelgate_domain::Dimensions;
    use serde_json::json;

    use super::*;
    use crate::account::tests::account;

    fn ask() -> RateAsk {
        let locality = |country: &str, postal_code: Option<&str>| Locality {
            city: String::new(),
            region: None,
            postal_code: postal_code.map(str::to_owned),
            country: country.parse().unwrap(),
            residential: None,
        };
        RateAsk {
            from: locality("CN", None),
            to: locality("US", Some("90012")),
            parcels: vec![Parcel {
                weight: Weight::grams(230),
                size: Some(Dimensions::millimetres(151, 100, 50)),
            }],
            customs: None,
            ship_on: "2026-11-22".parse().unwrap(),
            service: None,
            options: parcelgate_domain::Options::default(),
        }
    }

    fn quotes(body: &str) -> Result<Vec<Quote>> {
        let mut account = account();
        let name = ("QC".to_owned(), "联邮通挂号".to_owned());
        account.product_names.extend([name]);
        let response = Response::new(Bytes::from(body.to_owned()));
        crate::connect(account).unwrap().quotes(&response)
    }

    #[test]
    fn grams_and_centimetres_are_texts() {
        let mut ask = ask();
        let parcel = parcel(&ask).unwrap();
        let expected = json!({"country_code": "US", "weight": "230", "length": "15.1",
            "width": "10", "height": "5", "cargocode": "P", "recipient_post_code": "90012"});
        assert_eq!(
            serde_json::to_value(encode(&ask, &parcel)).unwrap(),
            expected
        );
        ask.service = Some(ServiceCode::new("QC"));
        ask.to.postal_code = Some(" ".to_owned());
        let body = serde_json::to_value(encode(
            &ask,
            &Parcel {
                size: None,
                ..parcel
            },
        ))
        .unwrap();
        let expected = json!({"country_code": "US", "weight": "230", "cargocode": "P",
            "logistics_product_code": ["QC"]});
        assert_eq!(body, expected);
    }

    #[test]
    fn other_origins_several_parcels_and_a_tonne_are_refused() {
        let kind = |change: fn(&mut RateAsk)| {
            let mut ask = ask();
            change(&mut ask);
            parcel(&ask).unwrap_err().kind
        };
        assert_eq!(
            kind(|ask| ask.from.country = Country::US),
            Kind::Unsupported
        );
        assert_eq!(kind(|ask| ask.parcels.push(ask.parcels[0])), Kind::Invalid);
        let tonne = Weight::grams(1_000_000);
        assert_eq!(tonne.as_grams(), GRAMS_MAX + 1);
        assert_eq!(
            kind(|ask| ask.parcels[0].weight = Weight::grams(1_000_000)),
            Kind::Invalid
        );
    }

    #[test]
    fn fees_are_read_digit_by_digit_and_named_by_the_account() {
        let quotes = quotes(
            r#"{"data":[
            {"logistics_product_code":"QC","lump_sum_fee":245.06,"charge_weight":"1.02kg",
             "is_volume_cargo":"Y","estimated_time":"7-10天"},
            {"logistics_product_code":"A1","lump_sum_fee":"413.24","charge_weight":"1.000",
             "is_volume_cargo":"N","estimated_time":"3 - 7"},
            {"logistics_product_code":"A1","lump_sum_fee":"1.00"},
            {"logistics_product_code":"PX","lump_sum_fee":"0"},
            {"logistics_product_code":"PY"},7]}"#,
        )
        .unwrap();
        let told: Vec<_> = quotes
            .iter()
            .map(|quote| {
                let days = quote.transit.and_then(|transit| transit.days);
                (quote.service.name.as_str(), quote.total.to_string(), days)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("联邮通挂号", "245.06 CNY".to_owned(), Some((7, 10))),
                ("A1", "413.24 CNY".to_owned(), Some((3, 7)))
            ]
        );
        assert_eq!(quotes[0].billed_weight, Some(Weight::grams(1_020)));
        assert_eq!(quotes[1].billed_weight, None);
    }

    #[test]
    fn rows_without_any_price_are_no_empty_offer() {
        let error = quotes(r#"{"data":[{"logistics_product_code":"QC"}]}"#).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
        assert!(quotes(r#"{"data":[]}"#).unwrap().is_empty());
        assert!(quotes(r#"{"data":null}"#).unwrap().is_empty());
    }

    #[test]
    fn days_and_kilograms_in_every_form() {
        let days = |text| transit(text).and_then(|transit| transit.days);
        assert_eq!(days("12"), Some((12, 12)));
        assert_eq!(days("5 to 8 working days"), Some((5, 8)));
        for nothing in ["", "soon", "8-5", "1-2-3", "99999999"] {
            assert_eq!(days(nothing), None, "{nothing}");
        }
        let grams = |text| weight(text).map(Weight::as_grams);
        assert_eq!(grams("1.02kg"), Some(1_020));
        assert_eq!(grams("1.2 KG"), Some(1_200));
        assert_eq!(grams("3"), Some(3_000));
        assert_eq!(grams("1.0201"), Some(1_021));
        for nothing in ["", "kg", "-1", "1,5", "9999999", ".5"] {
            assert_eq!(grams(nothing), None, "{nothing}");
        }
    }
}
