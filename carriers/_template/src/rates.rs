//! Prices.

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::charges::charge;
use parcelgate_carrier::json::{Many, Text};
use parcelgate_carrier::{Call, Class, Error, Kind, Outgoing, RateAsk, Rates, Result, read_json};
use parcelgate_domain::{
    ChargeKind, Currency, DecimalText, Money, Offered, Quote, Service, ServiceCode, Violations,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{API, ID, Template, codes};

const OPERATION: &str = "quote";

/// The extras that Template sells.
const OFFERED: Offered = Offered {
    insurance: false,
    signature: false,
    adult_signature: false,
    saturday_delivery: false,
};

#[async_trait]
impl Rates for Template {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let refused = check(ask);
        if !refused.is_empty() {
            return Err(Error::new(Kind::Invalid, ID, OPERATION).at(refused));
        }
        let outgoing = Outgoing::new(Method::POST, OPERATION, API, "/v1/rates")
            .class(Class::Rate)
            .json(&ID, &encode(ask))?;
        let answer: Priced = read_json(&ID, OPERATION, &call.send(outgoing).await?)?;
        let wanted = |price: &&Price| match &ask.service {
            Some(service) => price.service.get() == Some(service.as_str()),
            None => true,
        };
        answer
            .prices
            .iter()
            .filter(wanted)
            .map(Price::quote)
            .collect()
    }
}

/// Everything in `ask` that Template would not take.
fn check(ask: &RateAsk) -> Violations {
    let mut found = ask.options.refused("options", OFFERED);
    if ask.parcels.len() > 1 {
        found.refuse("parcels", ask.parcels.len(), "one parcel");
    }
    found
}

fn encode(ask: &RateAsk) -> Value {
    json!({
        "from": { "country": ask.from.country.code(), "postcode": ask.from.postal_code },
        "to": { "country": ask.to.country.code(), "postcode": ask.to.postal_code },
        "grams": ask.parcels.iter().map(|it| it.weight.as_grams()).collect::<Vec<_>>(),
        "day": ask.ship_on.to_string(),
    })
}

#[derive(Deserialize)]
struct Priced {
    prices: Many<Price>,
}

#[derive(Deserialize)]
struct Price {
    service: Text,
    amount: DecimalText,
    currency: Currency,
}

impl Price {
    fn quote(&self) -> Result<Quote> {
        let malformed = |error| Error::new(Kind::Malformed, ID, OPERATION).because(error);
        let total = Money::parse(self.amount.as_str(), self.currency).map_err(malformed)?;
        let code = self.service.as_str();
        let name = codes::SERVICES.iter().find(|row| row.code == code);
        Ok(Quote {
            service: Service {
                code: ServiceCode::new(code),
                name: name.map_or(code, |row| row.name).to_owned(),
            },
            total,
            charges: vec![charge(ChargeKind::Base, "carriage", total)],
            transit: None,
            billed_weight: None,
        })
    }
}
