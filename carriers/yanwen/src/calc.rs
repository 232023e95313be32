//! `calc.list`: Yanwen's own estimate.
//!
//! Known of it (2026-11): `cityId`, `countryId` (Yanwen's number of the country) and the weight in
//! grams are required, and Yanwen opens it on request. The names in its answer are not published,
//! so the answer is searched for the names that Yanwen uses elsewhere, and refused when it has none
//! of them.

use std::collections::BTreeMap;

use parcelgate_carrier::{Call, Class, Kind, Response, Result};
use parcelgate_domain::{
    Charge, ChargeKind, Country, Currency, Money, Parcel, Quote, Service, ServiceCode,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::gateway::{self, Nothing, failed};
use crate::rates::OPERATION;
use crate::{Account, loose};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ask<'a> {
    city_id: &'a str,
    country_id: &'a str,
    weight: u32,
}

/// What every product would cost, after asking for the number of the country.
pub(crate) async fn estimate(
    account: &Account,
    call: &Call<'_>,
    city_id: &str,
    to: Country,
    parcel: &Parcel,
) -> Result<Vec<Quote>> {
    let countries = gateway::request(account, OPERATION, "common.country.getlist", &Nothing {})?;
    let countries = call.send(countries.class(Class::Rate)).await?;
    let Some(country_id) = country_id(&countries, to)? else {
        return Ok(Vec::new()); // A country that Yanwen does not know is one it does not carry to.
    };
    let ask = Ask {
        city_id,
        country_id: &country_id,
        weight: parcel.weight.as_grams(),
    };
    let request = gateway::request(account, OPERATION, "calc.list", &ask)?;
    decode(&call.send(request.class(Class::Rate)).await?)
}

fn country_id(response: &Response, wanted: Country) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "loose::text")]
        id: Option<String>,
        #[serde(default, deserialize_with = "loose::text")]
        code: Option<String>,
    }
    let rows: Option<Vec<Box<RawValue>>> = gateway::data(OPERATION, response)?;
    Ok(rows
        .unwrap_or_default()
        .iter()
        .filter_map(|raw| serde_json::from_str::<Row>(raw.get()).ok())
        .find(|row| row.code.as_deref() == Some(wanted.code()))
        .and_then(|row| row.id))
}

type Fields = BTreeMap<String, Box<RawValue>>;

const ID_NAMES: [&str; 4] = ["channelId", "productId", "productCode", "id"];
const NAME_NAMES: [&str; 4] = ["channelName", "productName", "nameCh", "nameEn"];
const TOTAL_NAMES: [&str; 6] = [
    "totalFee",
    "totalPrice",
    "totalAmount",
    "amount",
    "freight",
    "price",
];

fn decode(response: &Response) -> Result<Vec<Quote>> {
    let rows: Option<Vec<Box<RawValue>>> = gateway::data(OPERATION, response)?;
    let rows = rows.unwrap_or_default();
    let quotes: Vec<Quote> = rows.iter().filter_map(|raw| quote(raw)).collect();
    if quotes.is_empty() && !rows.is_empty() {
        let text = "calc.list answered in a form that is not known";
        return Err(failed(Kind::Malformed, OPERATION).said("", text));
    }
    Ok(quotes)
}

fn quote(raw: &RawValue) -> Option<Quote> {
    let fields: Fields = serde_json::from_str(raw.get()).ok()?;
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| fields.get(*name));
        values.find_map(|raw| loose::text_of(raw))
    };
    let id = first(&ID_NAMES)?;
    let currency = match first(&["currency"]) {
        Some(code) => code.parse().ok()?,
        None => Currency::CNY,
    };
    let total = Money::parse(&first(&TOTAL_NAMES)?, currency).ok()?;
    Some(Quote {
        service: Service {
            name: first(&NAME_NAMES).unwrap_or_else(|| id.clone()),
            code: ServiceCode::new(id),
        },
        total,
        charges: vec![Charge {
            kind: ChargeKind::Base,
            name: "calc.list".to_owned(),
            amount: total,
        }],
        transit: None,
        billed_weight: None,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(body: &'static str) -> Response {
        Response::new(Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_country_is_found_by_its_letters() {
        let body = r#"{"data":[null,{"id":12,"code":"US"},{"id":"14","code":"DE"}]}"#;
        let id = |code: &str| country_id(&answer(body), code.parse().unwrap()).unwrap();
        assert_eq!(id("US").as_deref(), Some("12"));
        assert_eq!(id("DE").as_deref(), Some("14"));
        assert_eq!(id("FR"), None);
    }

    #[test]
    fn amounts_are_read_digit_by_digit() {
        let quotes = decode(&answer(
            r#"{"data":[{"productId":481,"productName":"普货","totalFee":39.16},
                {"productId":"482","amount":"41.5","currency":"USD"},{"productId":"483"}]}"#,
        ))
        .unwrap();
        let totals: Vec<_> = quotes.iter().map(|quote| quote.total.to_string()).collect();
        assert_eq!(totals, ["39.16 CNY", "41.50 USD"]);
        assert_eq!(quotes[0].service.name, "普货");
        assert_eq!(quotes[1].service.name, "482");
    }

    #[test]
    fn an_unknown_form_is_no_empty_offer() {
        let error = decode(&answer(r#"{"data":[{"foo":1}]}"#)).unwrap_err();
        assert_eq!(error.kind, Kind::Malformed);
        assert!(decode(&answer(r#"{"data":[]}"#)).unwrap().is_empty());
    }
}
