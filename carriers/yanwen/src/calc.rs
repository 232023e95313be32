//! `calc.list`: Yanwen's own estimate.
//!
//! Known of it (2026-11): `cityId`, `countryId` (Yanwen's number of the country) and the weight in
//! grams are required, and Yanwen opens it on request. The names in its answer are not published,
//! so the answer is searched for the names that Yanwen uses elsewhere, and refused when it has none
//! of them.

use parcelgate_carrier::json::{Many, Members, Text};
use parcelgate_carrier::{Call, Class, Kind, Response, Result};
use parcelgate_domain::{
    Charge, ChargeKind, Country, Currency, Money, Parcel, Quote, Service, ServiceCode,
};
use serde::Deserialize;
use serde_json::json;

use crate::Account;
use crate::gateway::{self, failed};
use crate::rates::OPERATION;

/// What every product would cost, after asking for the number of the country.
pub(crate) async fn estimate(
    account: &Account,
    call: &Call<'_>,
    city_id: &str,
    to: Country,
    parcel: &Parcel,
) -> Result<Vec<Quote>> {
    let countries = gateway::request(account, OPERATION, "common.country.getlist", &json!({}))?;
    let countries = call.send(countries.class(Class::Rate)).await?;
    let Some(country_id) = country_id(&countries, to)? else {
        return Ok(Vec::new()); // A country that Yanwen does not know is one it does not carry to.
    };
    let weight = parcel.weight.as_grams();
    let ask = json!({"cityId": city_id, "countryId": country_id, "weight": weight});
    let request = gateway::request(account, OPERATION, "calc.list", &ask)?;
    decode(&call.send(request.class(Class::Rate)).await?)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    id: Text,
    code: Text,
}

fn country_id(response: &Response, wanted: Country) -> Result<Option<String>> {
    let rows: Many<Row> = gateway::data(OPERATION, response)?;
    let row = rows.iter().find(|row| *row.code == *wanted.code());
    Ok(row.and_then(|row| row.id.owned()))
}

const ID_NAMES: &[&str] = &["channelId", "productId", "productCode", "id"];
const NAME_NAMES: &[&str] = &["channelName", "productName", "nameCh", "nameEn"];
const TOTAL_NAMES: &[&str] = &[
    "totalFee",
    "totalPrice",
    "totalAmount",
    "amount",
    "freight",
    "price",
];

fn decode(response: &Response) -> Result<Vec<Quote>> {
    let rows: Many<Members<Text>> = gateway::data(OPERATION, response)?;
    let quotes: Vec<Quote> = rows.iter().filter_map(quote).collect();
    if quotes.is_empty() && (rows.is_lost() || !rows.is_empty()) {
        let text = "calc.list answered in a form that is not known";
        return Err(failed(Kind::Malformed, OPERATION).said("", text));
    }
    Ok(quotes)
}

fn quote(Members(row): &Members<Text>) -> Option<Quote> {
    let first = |names: &[&str]| {
        let mut values = names
            .iter()
            .map(|name| row.iter().find(|(of, _)| of == name));
        values.find_map(|member| member?.1.owned())
    };
    let id = first(ID_NAMES)?;
    let currency = match first(&["currency"]) {
        Some(code) => code.parse().ok()?,
        None => Currency::CNY,
    };
    let total = Money::parse(&first(TOTAL_NAMES)?, currency).ok()?;
    Some(Quote {
        service: Service {
            name: first(NAME_NAMES).unwrap_or_else(|| id.clone()),
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
