//! `POST /rates`, `GET /rates` for one piece, and `GET /products`.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use http::{HeaderMap, StatusCode};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::price::{Load, Price, Wanted};
use super::product::{Extra, Lane, Product};
use super::refusal::{Answer, Refusal};
use super::when::When;
use super::{body, guard};
use crate::dhl::query::{self, Pairs};
use crate::dhl::shipment::Units;
use crate::dhl::units::number;
use crate::dhl::way;
use crate::document::{list, text};
use crate::place::Place;
use crate::server::World;

/// What this operation says when an account is not ours.
pub(super) const ACCOUNT: &str =
    "The account number is not found or invalid. Please check the account number and retry.";

/// What prices and products are asked for.
struct Ask {
    origin: Place,
    destination: Place,
    dutiable: bool,
    when: When,
    load: Load,
    wanted: Vec<Wanted>,
    /// No others than these, if there are any.
    codes: Vec<String>,
    /// `TD` or `DD`, where only those are wanted.
    network: Option<&'static str>,
    /// Whether everything that could be added is to be told.
    extras: bool,
}

pub(super) async fn many(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let request = guard::json(&headers, &bytes, body::RATES, StatusCode::BAD_REQUEST)?;
    let nobody = list(&request, "accounts").is_empty();
    if nobody && text(&request, "payerCountryCode").is_none() {
        return Err(Refusal::bad(ACCOUNT));
    }
    guard::ours(&world, &request, ACCOUNT)?;
    let ask = Ask::read(&world, &request)?;
    Ok(Json(json!({ "products": ask.products(true)? })))
}

pub(super) async fn one(State(world): State<Arc<World>>, Query(pairs): Pairs) -> Answer {
    let ask = Ask::of_query(&world, &pairs)?;
    Ok(Json(json!({ "products": ask.products(true)? })))
}

pub(super) async fn products(State(world): State<Arc<World>>, Query(pairs): Pairs) -> Answer {
    let ask = Ask::of_query(&world, &pairs)?;
    Ok(Json(json!({ "products": ask.products(false)? })))
}

/// Both ends of a rated way.
pub(super) fn places(request: &Value) -> Answer<(Place, Place)> {
    let place = |party: &str| {
        let field =
            |name: &str| text(request, &format!("customerDetails.{party}.{name}")).unwrap_or("");
        known(field("countryCode"))?;
        let (city, state) = (field("cityName"), field("provinceCode"));
        Ok(Place::new(
            city,
            state,
            field("postalCode"),
            field("countryCode"),
        ))
    };
    Ok((place("shipperDetails")?, place("receiverDetails")?))
}

/// A country has two capitals.
pub(super) fn known(country: &str) -> Answer<()> {
    if country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err(Refusal::bad(format!(
        "8104: The countryCode value {country} provided is invalid."
    )))
}

pub(super) fn units(request: &Value, path: &str) -> Units {
    match text(request, path) {
        Some("imperial") => Units::Imperial,
        _ => Units::Metric,
    }
}

impl Ask {
    fn read(world: &World, request: &Value) -> Answer<Self> {
        let (origin, destination) = places(request)?;
        let planned = text(request, "plannedShippingDateAndTime").unwrap_or_default();
        let mut codes: Vec<String> = list(request, "productsAndServices")
            .into_iter()
            .chain([request])
            .filter_map(|owner| text(owner, "productCode"))
            .map(str::to_owned)
            .collect();
        codes.dedup();
        let also = list(request, "productsAndServices");
        let wanted = also.into_iter().chain([request]).flat_map(Wanted::of);
        let additional = list(request, "getAdditionalInformation");
        let all = |ask: &Value| {
            text(ask, "typeCode").is_some_and(|kind| kind.starts_with("allValueAdded"))
        };
        let requested = request.get("requestAllValueAddedServices") == Some(&json!(true));
        Ok(Self {
            origin,
            destination,
            dutiable: request.get("isCustomsDeclarable") == Some(&json!(true)),
            when: When::planned(world, planned)?,
            load: Load::of(
                &list(request, "packages"),
                units(request, "unitOfMeasurement"),
            ),
            wanted: wanted.collect(),
            codes,
            network: match text(request, "productTypeCode") {
                Some("dayDefinite") => Some("DD"),
                Some("timeDefinite") => Some("TD"),
                _ => None,
            },
            extras: requested || additional.into_iter().any(all),
        })
    }

    fn of_query(world: &World, pairs: &[(String, String)]) -> Answer<Self> {
        let missing = query::missing(
            pairs,
            &[
                "accountNumber",
                "originCountryCode",
                "originCityName",
                "destinationCountryCode",
                "destinationCityName",
                "weight",
                "length",
                "width",
                "height",
                "plannedShippingDate",
                "isCustomsDeclarable",
                "unitOfMeasurement",
            ],
        );
        if !missing.is_empty() {
            return Err(Refusal::missing(&missing));
        }
        let field = |name: &str| query::one(pairs, name).unwrap_or_default();
        if field("accountNumber") != world.settings.dhl.express_account {
            return Err(Refusal::bad(ACCOUNT));
        }
        let place = |end: &str| {
            let field = |name: &str| field(&format!("{end}{name}"));
            known(field("CountryCode"))?;
            let (city, country) = (field("CityName"), field("CountryCode"));
            Ok(Place::new(city, "", field("PostalCode"), country))
        };
        let units = match field("unitOfMeasurement") {
            "metric" => Units::Metric,
            "imperial" => Units::Imperial,
            _ => {
                return Err(Refusal::wrong_format(
                    "unitOfMeasurement",
                    "metric, imperial",
                ));
            }
        };
        let sides = json!({
            "length": field("length"), "width": field("width"), "height": field("height"),
        });
        let piece = json!({ "weight": field("weight"), "dimensions": sides });
        for name in [
            "weight",
            "dimensions.length",
            "dimensions.width",
            "dimensions.height",
        ] {
            if number(&piece, name).is_none_or(|value| value == 0) {
                return Err(Refusal::wrong_format(name, "number"));
            }
        }
        let origin = place("origin")?;
        let day = field("plannedShippingDate");
        Ok(Self {
            when: When::planned_day(world, day, &origin)?,
            origin,
            destination: place("destination")?,
            dutiable: query::flag(pairs, "isCustomsDeclarable"),
            load: Load::of(&[&piece], units),
            wanted: Vec::new(),
            codes: Vec::new(),
            network: None,
            extras: query::flag(pairs, "getAllValueAddedServices"),
        })
    }

    const fn lane(&self) -> Lane<'_> {
        Lane {
            origin: &self.origin,
            destination: &self.destination,
            dutiable: self.dutiable,
        }
    }

    fn products(&self, priced: bool) -> Answer<Vec<Value>> {
        let lane = self.lane();
        let fits = |product: &&Product| {
            let named = self.codes.is_empty() || self.codes.iter().any(|code| code == product.code);
            named
                && self
                    .network
                    .is_none_or(|network| network == product.network)
        };
        let customs = self.dutiable;
        let served = self.wanted.iter().all(|wanted| wanted.extra.fits(customs));
        let products: Vec<Value> = Product::on(lane)
            .filter(fits)
            .filter(|_| served)
            .map(|product| self.product(product, priced))
            .collect();
        if products.is_empty() {
            let codes = self.codes.join(", ");
            return Err(Refusal::bad(format!(
                "996: The requested product(s) ({codes}) not available based on your search \
                 criteria."
            )));
        }
        Ok(products)
    }

    fn product(&self, product: &'static Product, priced: bool) -> Value {
        let (fetched, _) = way::pickup(&self.origin, self.when.at);
        let customs = self.dutiable;
        let extras: Vec<&Extra> = Extra::on(customs).filter(|_| self.extras).collect();
        let price = Price::of(product, &self.load, &self.wanted);
        let mut answer = json!({
            "productName": product.name,
            "productCode": product.code,
            "localProductCode": product.code,
            "localProductCountryCode": self.origin.country,
            "networkTypeCode": product.network,
            "isCustomerAgreement": false,
            "weight": self.load.shown(),
            "pickupCapabilities": self.fetching(fetched),
            "deliveryCapabilities": self.bringing(product, fetched),
        });
        let Some(members) = answer.as_object_mut() else {
            return answer;
        };
        let mut put = |name: &str, value| members.insert(name.to_owned(), value);
        if priced {
            put("totalPrice", price.total_price());
            put("totalPriceBreakdown", price.total_breakdown());
            put(
                "detailedPriceBreakdown",
                price.detail(product.name, &extras),
            );
            put("pricingDate", json!(self.when.local.date().to_string()));
        } else {
            let lines = extras.iter().map(|extra| {
                json!({
                    "name": extra.name,
                    "serviceCode": extra.code,
                    "localServiceCode": extra.code,
                    "serviceTypeCode": extra.kind,
                    "isCustomerAgreement": extra.kind == "TEC",
                    "isMarketedService": extra.kind == "XCH",
                })
            });
            put("breakdown", lines.collect());
        }
        answer
    }

    fn fetching(&self, fetched: Date) -> Value {
        json!({
            "nextBusinessDay": fetched != self.when.local.date(),
            "localCutoffDateAndTime": format!("{fetched}T17:00:00"),
            "pickupEarliest": "09:30:00",
            "pickupLatest": "17:00:00",
            "originServiceAreaCode": area(&self.origin),
            "originFacilityAreaCode": area(&self.origin),
            "pickupAdditionalDays": 0,
            "pickupDayOfWeek": fetched.weekday().to_monday_one_offset(),
        })
    }

    fn bringing(&self, product: &Product, fetched: Date) -> Value {
        let (day, hour) = product.promise(self.lane(), fetched);
        json!({
            "deliveryTypeCode": "QDDC",
            "estimatedDeliveryDateAndTime": format!("{day}T{hour}"),
            "destinationServiceAreaCode": area(&self.destination),
            "destinationFacilityAreaCode": area(&self.destination),
            "deliveryAdditionalDays": 0,
            "deliveryDayOfWeek": day.weekday().to_monday_one_offset(),
            "totalTransitDays": product.days(self.lane()),
        })
    }
}

/// The three letters of DHL's service area: made up from the town's name.
pub(super) fn area(place: &Place) -> String {
    let letters = place.city.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.take(3).collect();
    format!("{letters:X<3}")
}
