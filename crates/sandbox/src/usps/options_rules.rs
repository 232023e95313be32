//! What shipping options are asked with: mail classes, extra services, days, contracts.

use jiff::civil::Date;
use serde_json::Value;

use super::guard::{self, one_of};
use super::price::PriceType;
use super::refusal::{Answer, Refusal};
use super::service::{Reach, Service};
use crate::document::{at, text};
use crate::server::World;

const CLASSES: &[&str] = &[
    "PARCEL_SELECT",
    "PARCEL_SELECT_LIGHTWEIGHT",
    "USPS_CONNECT_LOCAL",
    "USPS_CONNECT_REGIONAL",
    "USPS_CONNECT_MAIL",
    "USPS_GROUND_ADVANTAGE",
    "USPS_GROUND_ADVANTAGE_RETURN_SERVICE",
    "PRIORITY_MAIL_EXPRESS",
    "PRIORITY_MAIL_EXPRESS_RETURN_SERVICE",
    "PRIORITY_MAIL",
    "PRIORITY_MAIL_RETURN_SERVICE",
    "FIRST-CLASS_PACKAGE_SERVICE",
    "LIBRARY_MAIL",
    "MEDIA_MAIL",
    "BOUND_PRINTED_MATTER",
    "ALL",
    "ALL_OUTBOUND",
    "ALL_RETURNS",
];
const CLASSES_ABROAD: &[&str] = &[
    "FIRST-CLASS_PACKAGE_INTERNATIONAL_SERVICE",
    "PRIORITY_MAIL_INTERNATIONAL",
    "PRIORITY_MAIL_EXPRESS_INTERNATIONAL",
    "GLOBAL_EXPRESS_GUARANTEED",
    "ALL",
];
const ACCOUNTS: &[&str] = &["EPS", "PERMIT", "METER", "MID"];
/// Days ahead that mail may be announced here.
const AHEAD_MAX: i32 = 30;
/// Extra services of one package.
const EXTRAS_MAX: usize = 5;
/// What is said where a contract has no price.
pub(crate) const PUBLISHED: &str = "Contract rate not found for request. Published rate returned.";

/// The classes that are asked for. Those that are described but not sold here leave none.
pub(crate) fn classes(package: &Value, abroad: bool) -> Answer<Vec<&'static Service>> {
    let listed = if abroad { CLASSES_ABROAD } else { CLASSES };
    let all = |reach| Service::going(reach).collect();
    Ok(match one_of(package, "mailClass", listed)? {
        "ALL" if abroad => all(Reach::Abroad),
        "ALL" | "ALL_OUTBOUND" => all(Reach::Home),
        "ALL_RETURNS" => all(Reach::Return),
        class => Service::of(class).into_iter().collect(),
    })
}

/// The codes of extra services, if any are named.
pub(crate) fn extras(package: &Value) -> Answer<Option<Value>> {
    let Some(codes) = at(package, "extraServices") else {
        return Ok(None);
    };
    let parameter = "packageDescription.extraServices";
    let listed = codes
        .as_array()
        .filter(|codes| codes.len() <= EXTRAS_MAX && codes.iter().all(Value::is_u64));
    let listed = listed.ok_or_else(|| {
        let detail = format!("extraServices is a list of at most {EXTRAS_MAX} integers");
        Refusal::malformed(parameter, detail)
    })?;
    Ok((!listed.is_empty()).then(|| codes.clone()))
}

/// The announced day; today where none is named.
pub(crate) fn mailing(package: &Value, today: Date) -> Answer<Date> {
    let last = today.saturating_add(jiff::Span::new().days(AHEAD_MAX));
    let date = guard::date(package, "mailingDate", true)?.unwrap_or(today);
    if (today..=last).contains(&date) {
        return Ok(date);
    }
    let shown = |date: Date| date.strftime("%m/%d/%Y").to_string();
    let (given, today, last) = (shown(date), shown(today), shown(last));
    let detail =
        format!("Invalid AcceptDate {given}. AcceptDate must be between {today} and {last}.");
    Err(Refusal::invalid("040002", "mailingDate", detail))
}

/// How rates are asked to be processed.
pub(crate) fn category(package: &Value) -> &'static str {
    match at(package, "hasNonstandardCharacteristics") {
        Some(Value::Bool(true)) => "NONSTANDARD",
        _ => "MACHINABLE",
    }
}

/// Which single rate is wanted.
#[derive(Clone, Copy)]
pub(crate) enum Filter {
    Price,
    Standards,
}

impl Filter {
    pub(crate) fn of(request: &Value, abroad: bool) -> Answer<Option<Self>> {
        if at(request, "shippingFilter").is_none() {
            return Ok(None);
        }
        let both: &[&str] = &["PRICE", "SERVICE_STANDARDS"];
        let listed = both.get(..1).filter(|_| abroad).unwrap_or(both);
        Ok(Some(match one_of(request, "shippingFilter", listed)? {
            "PRICE" => Self::Price,
            _ => Self::Standards,
        }))
    }
}

/// By which prices a pricing option is answered.
pub(crate) struct Contract {
    pub(crate) kind: PriceType,
    /// Whether a contract was asked for that has no prices.
    pub(crate) warned: bool,
}

const PRICE_TYPES: &[&str] = &["RETAIL", "COMMERCIAL", "CONTRACT"];
const OPTION: &[&str] = &["shippingOptions", "priceType", "paymentAccount"];

pub(crate) fn contract(world: &World, option: &Value, services: &[&Service]) -> Answer<Contract> {
    guard::only(option, OPTION)?;
    if at(option, "priceType").is_some() {
        one_of(option, "priceType", PRICE_TYPES)?;
    }
    let kind = PriceType::of(text(option, "priceType"))?;
    let Some(account) = at(option, "paymentAccount") else {
        if kind == PriceType::Contract {
            let detail = "required when priceType is 'CONTRACT'";
            return Err(Refusal::invalid("160154", "paymentAccount", detail));
        }
        return Ok(Contract {
            kind,
            warned: false,
        });
    };
    if at(account, "accountType").is_some() {
        let given = one_of(account, "accountType", ACCOUNTS)?;
        let outbound = services
            .iter()
            .any(|service| service.reach != Reach::Return);
        if given == "MID" && outbound {
            let detail = "MID is not a valid account type for Outbound Mail Classes; \
                          accountType EPS, PERMIT, or METER is required.";
            let parameter = "packageDescription.mailClass";
            return Err(Refusal::invalid("160392", parameter, detail));
        }
    }
    let usps = &world.settings.usps;
    let number = text(account, "accountNumber");
    let known = number == Some(&usps.account_number) || number == Some(&usps.mid);
    let warned = kind == PriceType::Contract && !known;
    Ok(Contract {
        kind: if warned { PriceType::Commercial } else { kind },
        warned,
    })
}
