//! `POST /shipments/v3/options/search`: all rates of a package at once, at home with the day that
//! USPS expects to deliver it.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::duties;
use super::extra::Extra;
use super::guard::{self, one_of, only, required};
use super::lane::Lane;
use super::number::{money, thousandths};
use super::options_rules::{self as rules, Contract, Filter};
use super::piece::Piece;
use super::price::Price;
use super::rating::{Question, zip};
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use crate::document::{at, list, put, text};
use crate::place::working_day;
use crate::server::World;

const HOME: &[&str] = &[
    "pricingOptions",
    "originZIPCode",
    "destinationZIPCode",
    "destinationEntryFacilityType",
    "packageDescription",
    "shippingFilter",
];
const ABROAD: &[&str] = &[
    "pricingOptions",
    "originZIPCode",
    "foreignPostalCode",
    "destinationCountryCode",
    "packageDescription",
    "shippingFilter",
    "requestDutiesTaxesFees",
    "destinationCity",
    "destinationState",
    "items",
];
const FACILITIES: &[&str] = &[
    "NONE",
    "DESTINATION_NETWORK_DISTRIBUTION_CENTER",
    "DESTINATION_SECTIONAL_CENTER_FACILITY",
    "DESTINATION_DELIVERY_UNIT",
    "DESTINATION_SERVICE_HUB",
    "DESTINATION_REGIONAL_PROCESSING_DISTRIBUTION_CENTER",
];

pub(crate) async fn search(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let request = guard::json(&headers, &body)?;
    let abroad = at(&request, "destinationCountryCode").is_some();
    let asked = Asked::read(&world, &request, abroad)?;
    let priced = |option: &&Value| asked.option(&world, option);
    let options: Vec<Value> = list(&request, "pricingOptions")
        .iter()
        .map(priced)
        .collect::<Answer<_>>()?;
    let echoed: &[&str] = if abroad {
        &[
            "originZIPCode",
            "destinationCountryCode",
            "foreignPostalCode",
        ]
    } else {
        &["originZIPCode", "destinationZIPCode"]
    };
    let mut answer = json!({ "pricingOptions": options });
    for name in echoed {
        if let Some(given) = text(&request, name) {
            put(&mut answer, name, json!(given));
        }
    }
    Ok(Json(answer))
}

/// What is asked about a package, whoever pays.
struct Asked {
    lane: Lane,
    piece: Piece,
    services: Vec<&'static Service>,
    /// The codes of extra services; `None` where the request names none.
    extras: Option<Value>,
    /// Thousandths of a dollar.
    value: u64,
    mailing: Date,
    today: Date,
    category: &'static str,
    filter: Option<Filter>,
    duties: Option<Value>,
}

/// One rate with all that it costs, before it is written.
struct Offer {
    price: Price,
    extras: Vec<&'static Extra>,
    /// Cents, with extra services.
    total: u64,
    /// Where USPS commits to a day.
    expected: Option<Date>,
}

impl Asked {
    fn read(world: &World, request: &Value, abroad: bool) -> Answer<Self> {
        only(request, if abroad { ABROAD } else { HOME })?;
        let lane = lane(request, abroad)?;
        if at(request, "destinationEntryFacilityType").is_some() {
            one_of(request, "destinationEntryFacilityType", FACILITIES)?;
        }
        if list(request, "pricingOptions").is_empty() {
            let detail = "pricingOptions has at least one item";
            return Err(Refusal::malformed("pricingOptions", detail));
        }
        let package = at(request, "packageDescription").ok_or_else(|| {
            let detail = "object has missing required property: packageDescription";
            Refusal::malformed("packageDescription", detail)
        })?;
        let piece = Piece::of(package)?;
        let today = guard::machine_today(world, &lane.origin);
        let mailing = rules::mailing(package, today)?;
        let value = at(package, "packageValue").and_then(thousandths);
        let mut asked = Self {
            services: rules::classes(package, abroad)?,
            extras: rules::extras(package)?,
            value: value.unwrap_or(0),
            mailing,
            today,
            category: rules::category(package),
            filter: Filter::of(request, abroad)?,
            duties: duties::quoted(request)?,
            lane,
            piece,
        };
        asked.narrow()?;
        Ok(asked)
    }

    /// Leaves the classes that take the package with its extra services; refuses where none does.
    fn narrow(&mut self) -> Answer<()> {
        if let [service] = self.services.as_slice() {
            self.piece.check(service)?;
        }
        if let Some(codes) = &self.extras {
            let asked = self.services.first().map_or("", |service| service.class);
            self.services
                .retain(|service| Extra::all_sold(codes, service));
            if self.services.is_empty() {
                let parameter = "packageDescription.mailClass, packageDescription.extraServices";
                let detail = format!(
                    "mailClass: {asked} with ExtraServices: {codes} is an unsupported combination."
                );
                return Err(Refusal::invalid("160155", parameter, detail));
            }
        }
        let piece = self.piece;
        self.services.retain(|service| piece.check(service).is_ok());
        if self.services.is_empty() {
            let detail = "No valid rates for these parameters.";
            return Err(Refusal::invalid("030020", "", detail));
        }
        Ok(())
    }

    /// One of `pricingOptions`, answered.
    fn option(&self, world: &World, option: &Value) -> Answer<Value> {
        let Contract { kind, warned } = rules::contract(world, option, &self.services)?;
        let question = Question {
            lane: self.lane.clone(),
            piece: self.piece,
            kind,
        };
        let offers = question.prices(&self.services).into_iter();
        let mut offers: Vec<Offer> = offers
            .map(|price| self.offer(price))
            .collect::<Answer<_>>()?;
        if let Some(filter) = self.filter {
            let expected = |offer: &Offer| offer.expected.unwrap_or(Date::MAX);
            offers.sort_by_key(|offer| match filter {
                Filter::Price => (Date::MAX, offer.total),
                Filter::Standards => (expected(offer), offer.total),
            });
            offers.truncate(1);
        }
        let mut answer = option.clone();
        let classes = self.services.iter().filter_map(|service| {
            let of_class = offers
                .iter()
                .filter(|offer| offer.price.service.class == service.class);
            let rates: Vec<Value> = of_class.map(|offer| self.shown(offer, warned)).collect();
            (!rates.is_empty()).then(|| json!({ "mailClass": service.class, "rateOptions": rates }))
        });
        put(&mut answer, "shippingOptions", classes.collect());
        Ok(answer)
    }

    fn offer(&self, price: Price) -> Answer<Offer> {
        let service = price.service;
        let extras = Extra::listed(self.extras.as_ref(), service, self.value)?.unwrap_or_default();
        let cents: u64 = extras.iter().map(|extra| extra.cents(self.value)).sum();
        let sent = working_day(self.mailing);
        let expected = (service.reach == Reach::Home).then(|| service.promise(&self.lane, sent));
        Ok(Offer {
            total: price.total() + cents,
            price,
            extras,
            expected,
        })
    }

    /// A member of `rateOptions`.
    fn shown(&self, offer: &Offer, warned: bool) -> Value {
        let mut shown = offer.price.option(self.category, self.today);
        let extras = offer.extras.iter().map(|extra| {
            let mut quoted = extra.quoted(self.value);
            if warned {
                let warning = json!({
                    "warningCode": "001",
                    "warningDescription": rules::PUBLISHED,
                });
                put(&mut quoted, "warnings", json!([warning]));
            }
            quoted
        });
        put(&mut shown, "extraServices", extras.collect());
        if self.extras.is_some() {
            put(&mut shown, "totalPrice", money(offer.total));
        }
        if let Some(expected) = offer.expected {
            let service = offer.price.service;
            let days = service.days(&self.lane);
            let plural = if days == 1 { "" } else { "s" };
            let commitment = json!({
                "name": format!("{days} Day{plural}"),
                "scheduleDeliveryDate": expected.to_string(),
                "expectedDeliveryDate": expected.to_string(),
                "guaranteedDelivery": service.guaranteed,
                "isPriorityMailNextDay": false,
            });
            put(&mut shown, "commitment", commitment);
        }
        if let Some(duties) = &self.duties {
            put(&mut shown, "dutiesTaxesFeesQuote", duties.clone());
        }
        shown
    }
}

fn lane(request: &Value, abroad: bool) -> Answer<Lane> {
    let served = |name: &str, code| {
        let given = zip(request, name)?;
        let known = crate::zip::state(given).is_some();
        let wrong = || Refusal::invalid(code, name, "ZIP Code is not valid");
        known.then_some(given).ok_or_else(wrong)
    };
    let from = served("originZIPCode", "160243")?;
    if !abroad {
        return Lane::between(from, served("destinationZIPCode", "160244")?);
    }
    let country = required(request, "destinationCountryCode")?;
    let postal = text(request, "foreignPostalCode").unwrap_or_default();
    if country.len() != 2 || postal.chars().count() > 11 {
        let detail = "destinationCountryCode or foreignPostalCode is not as described";
        return Err(Refusal::malformed("destinationCountryCode", detail));
    }
    Lane::abroad(from, country, postal)
}
