//! A purchase as it is asked for, read and checked: everything that a label is made of.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::extra::Extra;
use super::guard::{self, one_of, only, required};
use super::label_rules as rules;
use super::lane::Lane;
use super::number::thousandths;
use super::piece::Piece;
use super::price::{Price, PriceType};
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use super::shipment::{Kind, Print};
use crate::document::{at, text};
use crate::place::Place;
use crate::server::World;

const MEMBERS: &[&str] = &[
    "imageInfo",
    "toAddress",
    "fromAddress",
    "senderAddress",
    "returnAddress",
    "packageDescription",
    "customsForm",
];
const CATEGORIES: &[&str] = &[
    "LETTERS",
    "FLATS",
    "MACHINABLE",
    "IRREGULAR",
    "NON_MACHINABLE",
    "NONSTANDARD",
];
/// Days ahead that mail may be announced.
const AHEAD_MAX: i32 = 45;

/// What is bought.
pub(crate) struct Order {
    pub(crate) kind: Kind,
    pub(crate) lane: Lane,
    pub(crate) price: Price,
    pub(crate) piece: Piece,
    pub(crate) extras: Vec<&'static Extra>,
    /// Thousandths of a dollar.
    pub(crate) value: u64,
    pub(crate) mailing: Date,
    pub(crate) print: Print,
}

impl Order {
    /// A label inside the United States.
    pub(crate) fn read(world: &World, request: &Value, kind: Kind) -> Answer<Self> {
        only(request, MEMBERS)?;
        let package = at(request, "packageDescription").ok_or_else(|| {
            let detail = "object has missing required property: packageDescription";
            Refusal::malformed("packageDescription", detail)
        })?;
        rules::address(request, "toAddress")?;
        rules::address(request, "fromAddress")?;
        for party in ["senderAddress", "returnAddress"] {
            if at(request, party).is_some() {
                rules::address(request, party)?;
            }
        }
        let service = service(package, kind)?;
        let lane = lane(request)?;
        let print = rules::print(request, kind)?;
        let order = Self::priced(world, request, kind, service, lane, print)?;
        if at(request, "customsForm").is_some() {
            let detail = format!(
                "customsForm is not necessary for mail class {}",
                service.class
            );
            return Err(Refusal::invalid("160069", "customsForm", detail));
        }
        let immediate = at(package, "packageOptions.immediateManifest");
        if immediate == Some(&Value::Bool(true)) {
            let detail = "immediateManifest is only supported when using a customForm";
            let parameter = "packageOptions.immediateManifest";
            return Err(Refusal::invalid("160313", parameter, detail));
        }
        Ok(order)
    }

    /// The part that labels at home and abroad have in common.
    pub(crate) fn priced(
        world: &World,
        request: &Value,
        kind: Kind,
        service: &'static Service,
        lane: Lane,
        print: Print,
    ) -> Answer<Self> {
        let package = at(request, "packageDescription").unwrap_or(&Value::Null);
        let category = one_of(package, "processingCategory", CATEGORIES)?;
        check_category(category, service)?;
        if kind != Kind::Return {
            required(package, "destinationEntryFacilityType")?;
        }
        let piece = Piece::of(package)?;
        piece.check(service)?;
        let mailing = mailing(world, package, &lane, kind)?;
        rules::references(package, if kind == Kind::Abroad { 2 } else { 4 })?;
        let indicator = rules::indicator(package, service.single)?;
        if !service.has_rate(indicator) {
            let detail = "Could not find working sku from SSF ingredients";
            return Err(Refusal::invalid("030002", "packageDescription", detail));
        }
        let value = at(package, "packageOptions.packageValue");
        let value = value.and_then(thousandths).unwrap_or(0);
        let codes = at(package, "extraServices");
        let insured = |codes: &Value| {
            let codes = codes.as_array();
            codes.is_some_and(|codes| codes.iter().any(|code| *code == 930))
        };
        if value == 0 && codes.is_some_and(insured) {
            let detail = "packageValue is required with insurance(extraService = 930)";
            let parameter = "packageDescription/packageOptions";
            return Err(Refusal::invalid("160017", parameter, detail));
        }
        let extras = Extra::listed(codes, service, value)?.unwrap_or_default();
        let price = Price::of(service, indicator, &lane, piece, PriceType::Commercial);
        Ok(Self {
            kind,
            lane,
            price,
            piece,
            extras,
            value,
            mailing,
            print,
        })
    }
}

fn service(package: &Value, kind: Kind) -> Answer<&'static Service> {
    let class = required(package, "mailClass")?;
    let reach = match kind {
        Kind::Outbound => Reach::Home,
        Kind::Return => Reach::Return,
        Kind::Abroad => Reach::Abroad,
    };
    let found = Service::of(class).filter(|service| service.reach == reach);
    found.ok_or_else(|| {
        let detail = format!("{class} is not a valid mailClass");
        Refusal::invalid("160090", "packageDescription.mailClass", detail)
    })
}

fn lane(request: &Value) -> Answer<Lane> {
    let place = |party: &str| {
        let field = |name: &str| text(request, &format!("{party}.{name}")).unwrap_or_default();
        let (city, state, zip) = (field("city"), field("state"), field("ZIPCode"));
        Arc::new(Place::new(city, state, zip, "US"))
    };
    let zip = |party: &str| text(request, &format!("{party}.ZIPCode")).unwrap_or_default();
    Lane::between(zip("fromAddress"), zip("toAddress"))?;
    Ok(Lane {
        origin: place("fromAddress"),
        destination: place("toAddress"),
    })
}

fn check_category(category: &str, service: &Service) -> Answer<()> {
    let priority = service.class.starts_with("PRIORITY_MAIL");
    if category == "LETTERS" && !priority {
        let detail = "'LETTERS' is only valid for mailClass 'PRIORITY_MAIL' and \
                      'PRIORITY_MAIL_EXPRESS'";
        return Err(Refusal::invalid(
            "160020",
            "processingCategory/mailClass",
            detail,
        ));
    }
    if category == "FLATS" && service.class == "USPS_GROUND_ADVANTAGE" {
        let detail = "'FLATS' is not valid for mailClass 'USPS_GROUND_ADVANTAGE'";
        return Err(Refusal::invalid(
            "160388",
            "processingCategory/mailClass",
            detail,
        ));
    }
    Ok(())
}

/// The announced day, in the sender's calendar. A return label has none: it is good for long.
fn mailing(world: &World, package: &Value, lane: &Lane, kind: Kind) -> Answer<Date> {
    let today = guard::machine_today(world, &lane.origin);
    if kind == Kind::Return {
        return Ok(today);
    }
    let parameter = "packageDescription.mailingDate";
    required(package, "mailingDate")?;
    let date = guard::date(package, "mailingDate", kind == Kind::Outbound)
        .map_err(|_| Refusal::invalid("160092", parameter, "unable to parse mailingDate"))?;
    let last = today.saturating_add(jiff::Span::new().days(AHEAD_MAX));
    date.filter(|date| (today..=last).contains(date))
        .ok_or_else(|| {
            let detail = "cannot be in the past or more than 45 days in the future";
            Refusal::invalid("160001", parameter, detail)
        })
}
