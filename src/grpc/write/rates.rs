//! Prices.

use parcelgate_domain::{Charge, ChargeKind, Transit};
use parcelgate_proto::v1;

use super::{carrier_failure, date, duration, money, time};
use crate::service::rates::{AccountAnswer, Offer, RateSheet, Tag};

pub(in crate::grpc) fn sheet(sheet: &RateSheet) -> v1::QuoteRatesResponse {
    v1::QuoteRatesResponse {
        quotes: sheet.offers.iter().map(quote).collect(),
        failures: sheet
            .failures
            .iter()
            .map(|(account, error)| carrier_failure(&account.id, error))
            .collect(),
    }
}

pub(in crate::grpc) fn account_answer(
    answer: &AccountAnswer,
) -> v1::stream_rates_response::AccountAnswer {
    let (quotes, failed) = match &answer.outcome {
        Ok(offers) => (offers.iter().map(quote).collect(), None),
        Err(error) => (Vec::new(), Some(carrier_failure(&answer.account.id, error))),
    };
    v1::stream_rates_response::AccountAnswer {
        carrier: answer.account.carrier_id().to_string(),
        account: answer.account.id.to_string(),
        quotes,
        failure: failed,
    }
}

pub(in crate::grpc) fn quote(offer: &Offer) -> v1::Quote {
    v1::Quote {
        name: format!("quotes/{}", offer.id),
        carrier: offer.carrier.to_string(),
        account: offer.account.to_string(),
        service: offer.quote.service.code.to_string(),
        service_name: offer.quote.service.name.clone(),
        total: Some(money(offer.quote.total)),
        charges: offer.quote.charges.iter().map(charge).collect(),
        converted_total: offer.converted.map(|(total, _)| money(total)),
        exchange_rate: offer
            .converted
            .map_or_else(String::new, |(_, rate)| rate.rate.to_string()),
        transit: offer.quote.transit.map(transit),
        billed_weight_grams: offer
            .quote
            .billed_weight
            .map_or(0, |weight| weight.as_grams()),
        ship_from_index: u32::try_from(offer.origin).unwrap_or(u32::MAX),
        tags: offer.tags.iter().map(|found| tag(*found).into()).collect(),
        cached: offer.cached,
        age: Some(duration(offer.age)),
        expire_time: Some(time(offer.expires_at)),
        exchange_date: offer.converted.and_then(|(_, rate)| rate.date).map(date),
    }
}

pub(in crate::grpc) fn charge(charge: &Charge) -> v1::Charge {
    let kind = match charge.kind {
        ChargeKind::Base => v1::charge::Kind::Base,
        ChargeKind::Fuel => v1::charge::Kind::Fuel,
        ChargeKind::Surcharge => v1::charge::Kind::Surcharge,
        ChargeKind::Duties => v1::charge::Kind::Duties,
        ChargeKind::Tax => v1::charge::Kind::Tax,
        ChargeKind::Discount => v1::charge::Kind::Discount,
    };
    v1::Charge {
        kind: kind.into(),
        name: charge.name.clone(),
        amount: Some(money(charge.amount)),
    }
}

fn transit(transit: Transit) -> v1::Transit {
    let (least, most) = transit.days.unwrap_or_default();
    let at_midnight = |by: &jiff::civil::DateTime| by.time() == jiff::civil::Time::midnight();
    let named = transit.deliver_by.filter(|by| !at_midnight(by));
    v1::Transit {
        days_min: least.into(),
        days_max: most.into(),
        business_days: transit.business_days,
        deliver_by: transit.deliver_by.map(|by| date(by.date())),
        deliver_by_time: named.map_or_else(String::new, |by| by.strftime("%H:%M").to_string()),
        guaranteed: transit.guaranteed,
    }
}

fn tag(tag: Tag) -> v1::quote::Tag {
    match tag {
        Tag::Cheapest => v1::quote::Tag::Cheapest,
        Tag::Fastest => v1::quote::Tag::Fastest,
        Tag::BestByDeadline => v1::quote::Tag::BestByDeadline,
        Tag::Pareto => v1::quote::Tag::Pareto,
    }
}
