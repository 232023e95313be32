//! Prices and the days they take: shipping options v3, every mail class in one request.

pub(crate) mod answer;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::declaration::hs_digits;
use parcelgate_carrier::form::FittedPlace;
use parcelgate_carrier::json::{Digits, compact};
use parcelgate_carrier::{Call, Class, Kind, Outgoing, RateAsk, Rates, Response, Result};
use parcelgate_domain::{CustomsItem, Incoterm, Quote, Violations};
use serde::Serialize;
use serde_json::{Value, json};

use crate::account::PriceType;
use crate::codes::{Product, Way};
use crate::parcels::{self, Measured};
use crate::{Usps, auth, customs, error, extras, party, services};

const OPERATION: &str = "quote";

#[async_trait]
impl Rates for Usps {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        // Duties that the sender pays are a part of the price.
        let duties = wants_duties(ask);
        let response = self.options(call, OPERATION, ask, duties).await?;
        answer::decode(ask, duties, &response)
    }
}

/// Whether the sender pays the duties.
fn wants_duties(ask: &RateAsk) -> bool {
    let customs = ask.customs.as_ref().filter(|_| way(ask) == Way::Abroad);
    customs.is_some_and(|customs| customs.incoterm == Incoterm::Ddp)
}

fn way(ask: &RateAsk) -> Way {
    if party::is_home(ask.to.country) {
        Way::Domestic
    } else {
        Way::Abroad
    }
}

impl Usps {
    /// Every option for `ask`, with duties and taxes where they are wanted.
    pub(crate) async fn options(
        &self,
        call: &Call<'_>,
        operation: &'static str,
        ask: &RateAsk,
        duties: bool,
    ) -> Result<Response> {
        let (body, found) = self.body(ask, duties);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, operation).at(found));
        }
        let path = "/shipments/v3/options/search";
        let outgoing = Outgoing::new(Method::POST, operation, auth::API, path);
        call.send(outgoing.class(Class::Rate).json(&crate::ID, &body)?)
            .await
    }

    /// The request, and everything in `ask` that it could not say.
    fn body(&self, ask: &RateAsk, duties: bool) -> (Body, Violations) {
        let way = way(ask);
        let mut found = parcels::violations(&ask.parcels);
        party::origin(ask.from.country, &mut found);
        found.append(extras::violations(&ask.options, way));
        let product = ask.service.as_ref();
        let product = product.and_then(|code| services::sold(code, way, &mut found));
        let customs = ask.customs.as_ref().filter(|_| duties);
        if let Some(customs) = customs {
            customs::check(customs, ask.to.country.code() == "CA", &mut found);
        }
        let (zip, place) = match way {
            Way::Domestic | Way::Return => (Some(party::zip_of(&ask.to, "to", &mut found)), None),
            Way::Abroad => {
                let place = party::ABROAD.fit_place(&ask.to, "to");
                (None, place.map_err(|wrong| found.append(wrong)).ok())
            }
        };
        let goods = customs.map(|customs| customs.items.iter().enumerate().map(Item::of));
        let body = Body {
            told: compact(json!({
                "pricingOptions": [self.pricing()],
                "originZIPCode": party::zip_of(&ask.from, "from", &mut found),
                "destinationEntryFacilityType": zip.as_ref().map(|_| "NONE"),
                "destinationZIPCode": zip,
                "destinationCountryCode": place.as_ref().map(|place| place.country.code()),
                "foreignPostalCode": place.as_ref().and_then(|place| place.postal_code.as_ref()),
            })),
            duties: place
                .filter(|_| duties)
                .map(|place| Duties::to(place, goods)),
            package_description: Package::of(ask, product, way),
        };
        (body, found)
    }

    fn pricing(&self) -> Value {
        let account = &self.account;
        let contract = account.price_type == PriceType::Contract;
        let payment = contract.then(|| {
            json!({
                "accountType": account.account_type.code(),
                "accountNumber": account.account_number,
            })
        });
        json!({ "priceType": account.price_type.code(), "paymentAccount": payment })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(flatten)]
    told: Value,
    #[serde(flatten)]
    duties: Option<Duties>,
    package_description: Package,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(flatten)]
    told: Value,
    #[serde(flatten)]
    measured: Measured,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_value: Option<Digits>,
}

impl Package {
    fn of(ask: &RateAsk, product: Option<&'static Product>, way: Way) -> Self {
        let extras = extras::codes(&ask.options, product);
        let every = if way == Way::Abroad {
            "ALL"
        } else {
            "ALL_OUTBOUND"
        };
        Self {
            told: compact(json!({
                "mailClass": product.map_or(every, |product| product.class),
                "mailingDate": ask.ship_on.to_string(),
                "extraServices": (!extras.is_empty()).then_some(extras),
            })),
            measured: Measured::of(&ask.parcels),
            package_value: extras::value(&ask.options),
        }
    }
}

/// What is asked of duties.
#[derive(Serialize)]
struct Duties {
    #[serde(flatten)]
    told: Value,
    items: Vec<Item>,
}

impl Duties {
    fn to(place: FittedPlace, goods: Option<impl Iterator<Item = Item>>) -> Self {
        let state = place.region.filter(|region| region.len() == 2);
        Self {
            told: compact(json!({
                "requestDutiesTaxesFees": true,
                "destinationCity": place.city,
                "destinationState": state,
            })),
            items: goods.into_iter().flatten().collect(),
        }
    }
}

/// Goods, numbered from 1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    told: Value,
    item_value: Digits,
}

impl Item {
    fn of((index, item): (usize, &CustomsItem)) -> Self {
        Self {
            told: compact(json!({
                "itemId": (index + 1).to_string(),
                "itemQuantity": item.quantity,
                "countryOfOrigin": item.origin.code(),
                "HSTariffNumber": hs_digits(item),
            })),
            item_value: Digits::of(item.unit_value.to_decimal()),
        }
    }
}

#[cfg(test)]
mod tests;
