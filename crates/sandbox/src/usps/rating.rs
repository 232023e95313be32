//! Prices, at home (`/prices/v3`) and abroad (`/international-prices/v3`).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use http::HeaderMap;
use serde_json::{Value, json};

use super::extra::Extra;
use super::guard::{self, one_of, only, required};
use super::lane::Lane;
use super::number::{money, thousandths};
use super::piece::Piece;
use super::price::{Price, PriceType};
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use crate::document::{at, list, text};
use crate::server::World;

const BASE: &[&str] = &[
    "originZIPCode",
    "destinationZIPCode",
    "destinationCountryCode",
    "foreignPostalCode",
    "weight",
    "length",
    "width",
    "height",
    "mailClass",
    "priceType",
    "mailingDate",
    "accountType",
    "accountNumber",
];
/// What a question for one rate says besides.
const ONE: &[&str] = &[
    "processingCategory",
    "rateIndicator",
    "destinationEntryFacilityType",
    "hasNonstandardCharacteristics",
];
/// What a question for many rates may say besides.
const MANY: &[&str] = &["mailClasses", "hasNonstandardCharacteristics"];
/// What a question for rates and extras may say besides.
const TOTAL: &[&str] = &[
    "mailClasses",
    "hasNonstandardCharacteristics",
    "itemValue",
    "extraServices",
];
const CATEGORIES: &[&str] = &[
    "LETTERS",
    "FLATS",
    "MACHINABLE",
    "IRREGULAR",
    "NON_MACHINABLE",
    "NONSTANDARD",
];

/// Whether prices are asked at home or abroad.
#[derive(Clone, Copy)]
enum Side {
    Home,
    Abroad,
}

impl Side {
    const fn reach(self) -> Reach {
        match self {
            Self::Home => Reach::Home,
            Self::Abroad => Reach::Abroad,
        }
    }
}

pub(crate) async fn base(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    one(&world, &guard::json(&headers, &body)?, Side::Home)
}

pub(crate) async fn base_abroad(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    one(&world, &guard::json(&headers, &body)?, Side::Abroad)
}

pub(crate) async fn base_list(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    many(&world, &guard::json(&headers, &body)?, Side::Home)
}

pub(crate) async fn base_list_abroad(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    many(&world, &guard::json(&headers, &body)?, Side::Abroad)
}

pub(crate) async fn total(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    with_extras(&world, &guard::json(&headers, &body)?, Side::Home)
}

pub(crate) async fn total_abroad(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    with_extras(&world, &guard::json(&headers, &body)?, Side::Abroad)
}

/// What every question has.
pub(super) struct Question {
    pub(super) lane: Lane,
    pub(super) piece: Piece,
    pub(super) kind: PriceType,
}

impl Question {
    fn read(world: &World, request: &Value, side: Side) -> Answer<Self> {
        let from = zip(request, "originZIPCode")?;
        let lane = match side {
            Side::Home => Lane::between(from, zip(request, "destinationZIPCode")?)?,
            Side::Abroad => {
                let country = required(request, "destinationCountryCode")?;
                let postal = text(request, "foreignPostalCode").unwrap_or_default();
                Lane::abroad(from, country, postal)?
            }
        };
        let mailing = guard::date(request, "mailingDate", false)?;
        let today = guard::machine_today(world, &lane.origin);
        if mailing.is_some_and(|mailing| mailing < today) {
            let detail = "must be a date in the present or in the future";
            return Err(Refusal::invalid("160211", "mailingDate", detail));
        }
        let kind = PriceType::of(text(request, "priceType"))?;
        let known = &world.settings.usps.account_number;
        let account = text(request, "accountNumber");
        if kind == PriceType::Contract && account != Some(known) {
            let detail = "An approved contract could not be found for this account. \
                          Please contact a sales representative.";
            return Err(Refusal::invalid("160212", "mailClass", detail));
        }
        Ok(Self {
            lane,
            piece: Piece::of(request)?,
            kind,
        })
    }

    fn price(&self, service: &'static Service, indicator: &str) -> Price {
        Price::of(service, indicator, &self.lane, self.piece, self.kind)
    }

    /// Every rate of `services` that the piece fits.
    pub(super) fn prices(&self, services: &[&'static Service]) -> Vec<Price> {
        let fits = |service: &&&'static Service| self.piece.check(service).is_ok();
        services
            .iter()
            .filter(fits)
            .flat_map(|service| {
                let flat = service.flat.iter().map(|(indicator, _, _)| *indicator);
                let indicators = std::iter::once(service.single).chain(flat);
                indicators.map(|indicator| self.price(service, indicator))
            })
            .collect()
    }
}

pub(super) fn zip<'v>(request: &'v Value, name: &str) -> Answer<&'v str> {
    let given = required(request, name)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let good = match given.split_once(['-', ' ']) {
        None => given.len() == 5 && digits(given),
        Some((zip, plus)) => zip.len() == 5 && plus.len() == 4 && digits(zip) && digits(plus),
    };
    good.then_some(given).ok_or_else(|| {
        Refusal::malformed(name, format!("{name} does not match the described pattern"))
    })
}

fn one(world: &World, request: &Value, side: Side) -> Answer {
    only(request, &[BASE, ONE].concat())?;
    required(request, "priceType")?;
    let category = one_of(request, "processingCategory", CATEGORIES)?;
    let indicator = required(request, "rateIndicator")?;
    required(request, "destinationEntryFacilityType")?;
    let class = required(request, "mailClass")?;
    let question = Question::read(world, request, side)?;
    let service = Service::of(class).filter(|service| match side {
        Side::Home => service.reach != Reach::Abroad,
        Side::Abroad => service.reach == Reach::Abroad,
    });
    let service = service.filter(|service| service.has_rate(indicator));
    let service = service.ok_or_else(|| {
        let detail = "Could not find working sku from SSF ingredients";
        Refusal::invalid("030002", "packageDescription", detail)
    })?;
    question.piece.check(service)?;
    let today = guard::today(world, &question.lane.origin);
    let price = question.price(service, indicator);
    Ok(Json(price.option(category, today)))
}

/// The classes that are asked for: `mailClasses`, else `mailClass`, else all.
fn classes(request: &Value, side: Side) -> Answer<Vec<&'static Service>> {
    let all = || Service::going(side.reach()).collect::<Vec<_>>();
    let mut named: Vec<&str> = list(request, "mailClasses")
        .into_iter()
        .map(|class| class.as_str().unwrap_or_default())
        .collect();
    if named.is_empty() {
        named.extend(text(request, "mailClass"));
    }
    if named.is_empty() || named.contains(&"ALL") {
        return Ok(all());
    }
    let found: Vec<_> = named
        .into_iter()
        .filter_map(Service::of)
        .filter(|service| service.reach == side.reach())
        .collect();
    if found.is_empty() {
        let detail = "No valid rates for these mail classes";
        return Err(Refusal::invalid(
            "160306",
            "packageDescription.mailClass",
            detail,
        ));
    }
    Ok(found)
}

/// The prices of all rates, and the question.
fn priced(world: &World, request: &Value, side: Side) -> Answer<(Question, Vec<Price>)> {
    let question = Question::read(world, request, side)?;
    let services = classes(request, side)?;
    let prices = question.prices(&services);
    if prices.is_empty() {
        // One class says what is wrong; of several none fits.
        if let [service] = services.as_slice() {
            question.piece.check(service)?;
        }
        let detail = "No valid rates for these parameters.";
        return Err(Refusal::invalid("030020", "", detail));
    }
    Ok((question, prices))
}

fn many(world: &World, request: &Value, side: Side) -> Answer {
    only(request, &[BASE, MANY].concat())?;
    let (question, prices) = priced(world, request, side)?;
    let today = guard::today(world, &question.lane.origin);
    let options: Vec<Value> = prices
        .iter()
        .map(|price| price.option("MACHINABLE", today))
        .collect();
    Ok(Json(json!({ "rateOptions": options })))
}

fn with_extras(world: &World, request: &Value, side: Side) -> Answer {
    only(request, &[BASE, TOTAL].concat())?;
    let (question, prices) = priced(world, request, side)?;
    let today = guard::today(world, &question.lane.origin);
    let value = at(request, "itemValue").and_then(thousandths).unwrap_or(0);
    let option = |price: &Price| {
        let service = price.service;
        let listed = Extra::listed(at(request, "extraServices"), service, value)?;
        let asked = listed.is_some();
        let extras = listed.unwrap_or_else(|| Extra::all(service, value));
        let mut option = price.option("MACHINABLE", today);
        if let Some(members) = option.as_object_mut() {
            let quoted: Vec<Value> = extras.iter().map(|extra| extra.quoted(value)).collect();
            members.insert("extraServices".to_owned(), json!(quoted));
            if asked {
                let cents: u64 = extras.iter().map(|extra| extra.cents(value)).sum();
                let total = money(price.total() + cents);
                members.insert("totalPrice".to_owned(), total);
            }
        }
        Ok(option)
    };
    let options: Vec<Value> = prices.iter().map(option).collect::<Answer<_>>()?;
    Ok(Json(json!({ "rateOptions": options })))
}
