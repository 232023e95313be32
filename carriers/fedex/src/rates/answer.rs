//! What FedEx answers when asked for prices.

use jiff::civil::DateTime;
use parcelgate_carrier::charges::{charge, itemised};
use parcelgate_carrier::json::{Loose, Many, Text};
use parcelgate_carrier::measure::WeightUnit;
use parcelgate_carrier::{Kind, Response, Result};
use parcelgate_domain::{Charge, ChargeKind, Money, Quote, Transit, Weight};
use serde::Deserialize;

use super::OPERATION;
use crate::track::result::end_of_day;
use crate::wire::{money, output};
use crate::{codes, error};

/// One quote for each service that could be read; a service that could not costs no other. With
/// Saturdays asked for, FedEx names a service for each combination: those delivered on one.
pub(super) fn decode(saturday: bool, response: &Response) -> Result<Vec<Quote>> {
    let answer: Answer = output(OPERATION, response)?;
    let Some(details) = answer.rate_reply_details else {
        return Err(error(Kind::Malformed, OPERATION));
    };
    let mut quotes: Vec<Quote> = Vec::with_capacity(details.len());
    let wanted = |detail: &&Detail| !saturday || detail.commit.saturday_delivery.is_true();
    for quote in details.iter().filter(wanted).filter_map(Detail::quote) {
        // FedEx may name a service again for another packaging; the first is what was asked for.
        if quotes
            .iter()
            .all(|known| known.service.code != quote.service.code)
        {
            quotes.push(quote);
        }
    }
    let unread = details.is_lost() || details.iter().any(|detail| wanted(&detail));
    if quotes.is_empty() && unread {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(quotes)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    rate_reply_details: Option<Many<Detail>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    service_type: Text,
    service_name: Text,
    rated_shipment_details: Many<Rated>,
    operational_detail: Loose<Operational>,
    commit: Loose<Commit>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rated {
    rate_type: Text,
    total_net_charge: Text,
    currency: Text,
    total_base_charge: Text,
    total_discounts: Text,
    shipment_rate_detail: Loose<RateDetail>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RateDetail {
    currency: Text,
    #[serde(alias = "surcharges")]
    sur_charges: Many<Item>,
    taxes: Many<Item>,
    total_billing_weight: Loose<Billed>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    r#type: Text,
    description: Text,
    amount: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Billed {
    units: Text,
    value: Text,
}

impl Detail {
    fn quote(&self) -> Option<Quote> {
        let code = self.service_type.get()?;
        let of = |kind: &str| {
            let mut rated = self.rated_shipment_details.iter();
            rated.find(|rated| &*rated.rate_type == kind)
        };
        let rated = of("ACCOUNT").or_else(|| of("LIST"))?;
        let (total, charges) = rated.price()?;
        Some(Quote {
            service: codes::named(code, &self.service_name),
            total,
            charges,
            transit: self.transit(),
            billed_weight: rated.shipment_rate_detail.total_billing_weight.weight(),
        })
    }

    fn transit(&self) -> Option<Transit> {
        let operational = &self.operational_detail;
        let days = self.commit.days();
        let days = days.or_else(|| days_in(&operational.transit_time).map(|d| (d, d)));
        let moments = [
            &self.commit.date_detail.day_format,
            &self.commit.date_detail.day_cxs_format,
            &operational.delivery_date,
            &operational.commit_date,
        ];
        let mut moments = moments
            .into_iter()
            .filter_map(|text| text.parse::<DateTime>().ok());
        let deliver_by = moments.next().map(end_of_day);
        if days.is_none() && deliver_by.is_none() {
            return None;
        }
        Some(Transit {
            days,
            business_days: true,
            deliver_by,
            guaranteed: &*operational.ineligible_for_money_back_guarantee == "false",
        })
    }
}

impl Rated {
    /// The total, and what it is made of where that adds up to it, to the cent. Duties and taxes of
    /// import are no part of it.
    fn price(&self) -> Option<(Money, Vec<Charge>)> {
        let inner = &self.shipment_rate_detail.currency;
        let currency = self.currency.get().or_else(|| inner.get())?;
        let total = money(&self.total_net_charge, currency).filter(|total| total.minor() > 0)?;
        let whole = charge(ChargeKind::Base, "Net charge", total);
        Some((total, itemised([self.parts(currency)], whole)))
    }

    /// Base, discounts, surcharges and taxes; none when one of them cannot be read.
    fn parts(&self, currency: &str) -> Option<Vec<Charge>> {
        let base = money(&self.total_base_charge, currency)?;
        let mut parts = vec![charge(ChargeKind::Base, "Base charge", base)];
        if self.total_discounts.get().is_some() {
            let discount = money(&self.total_discounts, currency)?
                .checked_mul(-1)
                .ok()?;
            parts.push(charge(ChargeKind::Discount, "Discounts", discount));
        }
        let detail = &self.shipment_rate_detail;
        for item in &detail.sur_charges {
            parts.push(item.charge(codes::surcharge_kind(&item.r#type), currency)?);
        }
        for item in &detail.taxes {
            parts.push(item.charge(ChargeKind::Tax, currency)?);
        }
        Some(parts)
    }
}

impl Item {
    fn charge(&self, kind: ChargeKind, currency: &str) -> Option<Charge> {
        let name = self.description.get().or_else(|| self.r#type.get())?;
        Some(charge(kind, name, money(&self.amount, currency)?))
    }
}

impl Billed {
    fn weight(&self) -> Option<Weight> {
        match &*self.units {
            "LB" => WeightUnit::Pound.read(&self.value),
            "KG" => WeightUnit::Kilogram.read(&self.value),
            _ => None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Operational {
    transit_time: Text,
    commit_date: Text,
    delivery_date: Text,
    ineligible_for_money_back_guarantee: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commit {
    saturday_delivery: Text,
    date_detail: Loose<DateDetail>,
    transit_days: Loose<TransitDays>,
    days_in_transit: Text,
}

/// The schema says `dayFormat`, the sample in the same file `dayCxsFormat`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DateDetail {
    day_format: Text,
    day_cxs_format: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TransitDays {
    minimum_transit_time: Text,
    maximum_transit_time: Text,
}

impl Commit {
    fn days(&self) -> Option<(u16, u16)> {
        let least = days_in(&self.transit_days.minimum_transit_time);
        let most = days_in(&self.transit_days.maximum_transit_time);
        let least = least.or(most).or_else(|| days_in(&self.days_in_transit))?;
        Some((least, most.unwrap_or(least)))
    }
}

/// `THREE_DAYS` as 3.
fn days_in(text: &str) -> Option<u16> {
    #[rustfmt::skip]
    const WORDS: [&str; 20] = [
        "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN",
        "TWELVE", "THIRTEEN", "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
        "TWENTY",
    ];
    let (word, _) = text.split_once("_DAY")?;
    let at = WORDS.iter().position(|known| *known == word)?;
    u16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests;
