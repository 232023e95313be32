//! Cases about prices.

use parcelgate_carrier::{Carrier, Kind};
use parcelgate_domain::{Money, Parcel, Quote, Weight};

use super::{Case, lanes, most_ordinary_lane, other, tells_why};
use crate::Subject;
use crate::ask::{Ask, Facet, Outcome, Reply};
use crate::input::{parcel, rate_ask, second_parcel};

pub(super) fn cases(subject: &Subject, carrier: &dyn Carrier) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (lane, name, served) in lanes(subject) {
        let ask = Ask::Quote(rate_ask(lane)?);
        let case = Case::new(Facet::Rates, name, ask, priced);
        cases.push(case.only_if(served.is_some(), format!("{name} is not served")));
    }
    let ordinary = || rate_ask(most_ordinary_lane(subject));
    let mut two = ordinary()?;
    two.parcels = vec![parcel(), second_parcel()];
    cases.push(
        Case::new(Facet::Rates, "two_parcels", Ask::Quote(two), priced).only_if(
            carrier.profile().parcels_max > 1,
            "a shipment is one parcel",
        ),
    );
    let mut one = ordinary()?;
    one.service = Some(subject.service());
    let ask = Ask::Quote(one);
    cases.push(Case::new(Facet::Rates, "one_service", ask, only_that));
    let mut heavy = ordinary()?;
    heavy.parcels = vec![Parcel {
        weight: Weight::grams(400_000),
        size: None,
    }];
    let ask = Ask::Quote(heavy);
    cases.push(Case::new(Facet::Rates, "too_heavy", ask, no_price));
    Ok(cases)
}

/// At least one price; every service once; what a total is made of sums up to it.
fn priced(_: &Ask, reply: &Reply) -> Result<(), String> {
    let Ok(Outcome::Quotes(quotes)) = reply else {
        return Err(other(reply));
    };
    if quotes.is_empty() {
        return Err("no price at all".to_owned());
    }
    for (index, quote) in quotes.iter().enumerate() {
        let code = &quote.service.code;
        let twice = quotes.iter().take(index).any(|q| q.service.code == *code);
        if twice {
            return Err(format!("service {code} has two prices"));
        }
        if quote.total.minor() <= 0 {
            return Err(format!("service {code} costs {}", quote.total));
        }
        adds_up(quote)?;
    }
    Ok(())
}

fn adds_up(quote: &Quote) -> Result<(), String> {
    if quote.charges.is_empty() {
        return Ok(());
    }
    let mut sum = Money::zero(quote.total.currency());
    for charge in &quote.charges {
        let next = sum.checked_add(charge.amount);
        sum = next.map_err(|error| format!("{}: {error}", charge.name))?;
    }
    if sum == quote.total {
        return Ok(());
    }
    let code = &quote.service.code;
    Err(format!(
        "{code}: charges sum up to {sum}, not {}",
        quote.total
    ))
}

fn only_that(ask: &Ask, reply: &Reply) -> Result<(), String> {
    priced(ask, reply)?;
    match (ask, reply) {
        (Ask::Quote(ask), Ok(Outcome::Quotes(quotes))) => match quotes.as_slice() {
            [quote] if Some(&quote.service.code) == ask.service.as_ref() => Ok(()),
            _ => Err(format!("one service was asked for: {}", other(reply))),
        },
        _ => Err(other(reply)),
    }
}

/// No service, or a refusal that says why.
fn no_price(_: &Ask, reply: &Reply) -> Result<(), String> {
    match reply {
        Ok(Outcome::Quotes(quotes)) if quotes.is_empty() => Ok(()),
        Err(error) if matches!(error.kind, Kind::Refused | Kind::Invalid) => tells_why(error),
        _ => Err(other(reply)),
    }
}
