//! `POST /rate/v1/rates/quotes`.

use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value, json};

use super::api::Ask;
use super::lane::Lane;
use super::packaging::Packaging;
use super::piece::{Piece, pieces};
use super::price::{Price, Tariff, fuel_per_cent, weight};
use super::refusal::{Answer, Error, Refusal};
use super::service::{Service, pickup};
use super::special::Wishes;
use crate::decimal::number;
use crate::document::{at, list, text};
use crate::server::World;

/// Days of shipping ahead.
const DAYS_AHEAD: i64 = 10;

/// What was asked, checked.
struct Question {
    lane: Lane,
    pieces: Vec<Piece>,
    packaging: Packaging,
    wishes: Wishes,
    pickup: Date,
    timed: bool,
    listed: bool,
}

pub(crate) fn quote(world: &World, ask: &Ask) -> Answer {
    let question = read(world, &ask.body)?;
    let wanted = text(&ask.body, "requestedShipment.serviceType");
    let unknown = wanted.is_some_and(|kind| Service::of(kind).is_none());
    if unknown {
        let message = "The service type is invalid.";
        return Err(Refusal::invalid("SERVICETYPE.INVALID", message));
    }
    let mut offers: Vec<&Service> = match wanted {
        Some(kind) => Service::of(kind).into_iter().collect(),
        None => Service::on(&question.lane).collect(),
    };
    let carriers: Vec<&str> = list(&ask.body, "carrierCodes")
        .into_iter()
        .filter_map(Value::as_str)
        .collect();
    offers.retain(|service| carriers.is_empty() || carriers.contains(&service.carrier()));
    offers.retain(|service| service.serves(&question.lane));
    if offers.is_empty() {
        let message = "Service is not available between the origin and the destination.";
        return Err(Refusal::invalid("RATE.LOCATION.NOSERVICE", message));
    }
    offers.retain(|service| carries(service, &question));
    if offers.is_empty() {
        let message = "Invalid service and packaging combination.";
        return Err(Refusal::invalid(
            "SERVICE.PACKAGECOMBINATION.INVALID",
            message,
        ));
    }
    match text(&ask.body, "rateRequestControlParameters.rateSortOrder") {
        Some("COMMITASCENDING") => offers.sort_by_key(|service| question.promise(service)),
        Some("COMMITDESCENDING") => {
            offers.sort_by_key(|service| std::cmp::Reverse(question.promise(service)));
        }
        _ => {}
    }
    let details: Vec<Value> = offers
        .into_iter()
        .map(|service| question.answer(service))
        .collect();
    Ok(json!({
        "rateReplyDetails": details,
        "quoteDate": question.pickup.to_string(),
        "isEncoded": false,
    }))
}

/// Whether `service` takes every package as it is packed.
fn carries(service: &Service, question: &Question) -> bool {
    fits(service, question.packaging, &question.pieces)
        && question.wishes.suit(service, &question.lane)
}

/// Whether `service` takes every one of `pieces` in `packaging`.
pub(crate) fn fits(service: &Service, packaging: Packaging, pieces: &[Piece]) -> bool {
    let most = packaging.heaviest.unwrap_or_else(|| service.heaviest());
    let (longest, widest) = if service.ground() {
        (108, 165)
    } else {
        (119, 165)
    };
    let fits = |piece: &Piece| {
        let (length, girth) = piece.girth();
        piece.pounds() <= most && length <= longest && girth <= widest
    };
    (packaging.is_own() || !service.ground()) && pieces.iter().all(fits)
}

fn read(world: &World, body: &Value) -> Answer<Question> {
    let account = text(body, "accountNumber.value");
    if account != Some(world.settings.fedex.account_number.as_str()) {
        return Err(unregistered());
    }
    let none = Value::Null;
    let shipment = at(body, "requestedShipment").unwrap_or(&none);
    let mut errors: Vec<Error> = Vec::new();
    let shipper = at(shipment, "shipper").unwrap_or(&none);
    let recipient = at(shipment, "recipient").unwrap_or(&none);
    let lane = Lane::of(shipper, recipient, &mut errors);
    let pieces = pieces(shipment, &mut errors);
    let wishes = Wishes::of(shipment, &mut errors);
    check_pickup(shipment, &mut errors);
    let packaging = Packaging::of(text(shipment, "packagingType").unwrap_or("YOUR_PACKAGING"));
    if packaging.is_none() {
        let message = "The packaging type is invalid.".to_owned();
        errors.push(("PACKAGINGTYPE.INVALID", message));
    }
    let kinds: Vec<&str> = list(shipment, "rateRequestType")
        .into_iter()
        .map(|kind| kind.as_str().unwrap_or_default())
        .collect();
    let known = ["LIST", "INCENTIVE", "ACCOUNT", "PREFERRED"];
    if kinds.iter().any(|kind| !known.contains(kind)) {
        let message = "The rate request type is invalid.".to_owned();
        errors.push(("RATEREQUESTTYPE.INVALID", message));
    }
    // The day is held against the machine's: a sender does not know how fast the parcels' pass.
    let now = world.settings.clock.now();
    let today = lane
        .origin
        .local(world.settings.protocol_clock.now())
        .date();
    let wanted = text(shipment, "shipDateStamp").map(|date| date.parse::<Date>());
    // A day behind is not past yet where the sender is.
    let wrong = |date: &Date| !(-1..=DAYS_AHEAD).contains(&days_between(today, *date));
    if let Some(true) = wanted
        .as_ref()
        .map(|date| date.as_ref().map_or(true, wrong))
    {
        let message = "Ship date is invalid.".to_owned();
        errors.push(("SHIPDATE.INVALID", message));
    }
    Refusal::unless_sound(errors)?;
    let packaging = packaging.ok_or_else(unregistered)?;
    let timed = at(body, "rateRequestControlParameters.returnTransitTimes");
    let (pickup, _) = pickup(&lane.origin, now, wanted.and_then(Result::ok));
    Ok(Question {
        pieces,
        packaging,
        wishes,
        pickup,
        timed: timed.and_then(Value::as_bool).unwrap_or_default(),
        listed: kinds.contains(&"LIST"),
        lane,
    })
}

pub(crate) fn unregistered() -> Refusal {
    let message = "Please enter a valid 9-digit FedEx account number or register for a new FedEx \
                   account number.";
    Refusal::invalid("ACCOUNTNUMBER.REGISTRATION.REQUIRED", message)
}

/// How FedEx gets the packages, which every request says.
pub(crate) fn check_pickup(shipment: &Value, errors: &mut Vec<Error>) {
    let known = [
        "CONTACT_FEDEX_TO_SCHEDULE",
        "DROPOFF_AT_FEDEX_LOCATION",
        "USE_SCHEDULED_PICKUP",
    ];
    if !text(shipment, "pickupType").is_some_and(|kind| known.contains(&kind)) {
        let message = "The pickup type is missing or invalid.".to_owned();
        errors.push(("PICKUPTYPE.INVALID", message));
    }
}

/// Days from `first` to `last`.
pub(crate) fn days_between(first: Date, last: Date) -> i64 {
    first
        .until(last)
        .map_or(i64::MAX, |span| i64::from(span.get_days()))
}

impl Question {
    fn promise(&self, service: &Service) -> DateTime {
        let saturday = self.wishes.saturday;
        let (date, time) = service.promise(&self.lane, self.pickup, saturday);
        date.to_datetime(time)
    }

    fn answer(&self, service: &Service) -> Value {
        let tariffs = [Tariff::Account, Tariff::List];
        let asked = tariffs
            .into_iter()
            .filter(|tariff| *tariff == Tariff::Account || self.listed);
        let rated: Vec<Value> = asked.map(|tariff| self.rated(service, tariff)).collect();
        let mut detail = Map::new();
        let mut set = |name: &str, value: Value| detail.insert(name.to_owned(), value);
        set("serviceType", json!(service.kind));
        set("serviceName", json!(service.name));
        set("packagingType", json!(self.packaging.kind));
        set("ratedShipmentDetails", json!(rated));
        set("signatureOptionType", json!("SERVICE_DEFAULT"));
        set(
            "serviceDescription",
            json!({
                "serviceType": service.kind,
                "code": service.code,
                "names": [{ "type": "long", "encoding": "utf-8", "value": service.name }],
                "description": service.name,
                "serviceCategory": "parcel",
            }),
        );
        let mut operations = json!({
            "ineligibleForMoneyBackGuarantee": false,
            "serviceCode": service.code,
            "destinationPostalCode": self.lane.destination.postal,
            "countryCodes": [self.lane.destination.country],
        });
        if self.timed {
            set("commit", self.commit(service));
            let transit = in_words(service.days(&self.lane));
            if let Some(members) = operations.as_object_mut() {
                let date = self.promise(service).to_string();
                members.insert("transitTime".to_owned(), json!(transit));
                members.insert("deliveryDate".to_owned(), json!(date));
                members.insert("commitDate".to_owned(), json!(date));
            }
        }
        set("operationalDetail", operations);
        Value::Object(detail)
    }

    /// Express promises an hour; Ground says only how many days it takes.
    fn commit(&self, service: &Service) -> Value {
        let days = service.days(&self.lane);
        let promise = self.promise(service);
        let date = json!({
            "dayOfWeek": promise.strftime("%a").to_string().to_uppercase(),
            "dayFormat": promise.to_string(),
        });
        let mut commit = json!({
            "dateDetail": date,
            "saturdayDelivery": promise.weekday() == jiff::civil::Weekday::Saturday,
        });
        if let Some(members) = commit.as_object_mut() {
            if service.ground() {
                let text = format!("{days} Business Day{}", if days == 1 { "" } else { "s" });
                let transit = json!({ "minimumTransitTime": in_words(days), "description": text });
                members.insert("transitDays".to_owned(), transit);
            } else {
                members.insert("daysInTransit".to_owned(), json!(in_words(days)));
            }
        }
        commit
    }

    fn rated(&self, service: &Service, tariff: Tariff) -> Value {
        let saturday = self.wishes.saturday;
        let price = Price::of(tariff, service, &self.lane, &self.pieces, saturday);
        let total = price.total();
        let package = |(index, (piece, rate)): (usize, (&Piece, &super::price::Rate))| {
            json!({
                "groupNumber": index,
                "effectiveNetDiscount": number(rate.discount),
                "packageRateDetail": {
                    "rateType": format!("PAYOR_{}_PACKAGE", tariff.code()),
                    "ratedWeightMethod": if piece.is_dimensional() { "DIM" } else { "ACTUAL" },
                    "baseCharge": number(rate.base),
                    "netFreight": number(rate.base - rate.discount),
                    "totalFreightDiscounts": number(rate.discount),
                    "totalSurcharges": number(rate.surcharged()),
                    "netFedExCharge": number(rate.net()),
                    "netCharge": number(rate.net()),
                    "billingWeight": weight(piece.units, piece.billed()),
                    "surcharges": rate.listed("type"),
                },
            })
        };
        let pieces = self.pieces.iter().zip(&price.pieces).enumerate();
        let packages: Vec<Value> = pieces.map(package).collect();
        json!({
            "rateType": tariff.code(),
            "ratedWeightMethod": price.weighed(),
            "totalDiscounts": number(total.discount),
            "totalBaseCharge": number(total.base),
            "totalNetCharge": number(total.net()),
            "totalNetFedExCharge": number(total.net()),
            "shipmentRateDetail": {
                "rateZone": price.zone_code(),
                "dimDivisor": 139,
                "fuelSurchargePercent": fuel_per_cent(),
                "totalSurcharges": number(total.surcharged()),
                "totalFreightDiscount": number(total.discount),
                "surCharges": total.listed("type"),
                "pricingCode": "PACKAGE",
                "totalBillingWeight": price.billing_weight(),
                "currency": "USD",
            },
            "ratedPackages": packages,
        })
    }
}

/// `THREE_DAYS`: how FedEx counts days.
pub(crate) const fn in_words(days: u8) -> &'static str {
    match days {
        1 => "ONE_DAY",
        2 => "TWO_DAYS",
        3 => "THREE_DAYS",
        4 => "FOUR_DAYS",
        5 => "FIVE_DAYS",
        6 => "SIX_DAYS",
        7 => "SEVEN_DAYS",
        _ => "UNKNOWN",
    }
}
