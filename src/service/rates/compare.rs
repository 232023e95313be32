//! How offers compare: by price in one currency, by promise in days.

use jiff::civil;
use parcelgate_domain::{Currency, ExchangeRates};

use super::{Offer, RateRequest, Tag};

/// Puts `offers` in order, the cheapest first, and tags them. Offers whose price cannot be compared
/// in `common` stand last and have no tag for price.
pub(super) fn rank(
    offers: &mut [Offer],
    common: Currency,
    exchange: &ExchangeRates,
    request: &RateRequest,
) {
    let price = |offer: &Offer| {
        let total = offer.quote.total;
        let rate = exchange.between(total.currency(), common)?;
        Some(rate.convert(total)?.minor())
    };
    offers.sort_by_cached_key(|offer| {
        (
            price(offer).unwrap_or(i64::MAX),
            arrival(offer, request),
            offer.account.clone(),
        )
    });
    let facts: Vec<_> = offers
        .iter()
        .map(|offer| (price(offer), arrival(offer, request)))
        .collect();
    let cheapest = facts.iter().filter_map(|(price, _)| *price).min();
    let fastest = facts.iter().filter_map(|(_, day)| *day).min();
    let by = request.deliver_by;
    let in_time = |day: Option<civil::Date>| day.zip(by).is_some_and(|(day, by)| day <= by);
    let best = facts
        .iter()
        .filter(|(_, day)| in_time(*day))
        .filter_map(|(price, _)| *price)
        .min();
    for (offer, &(price, day)) in offers.iter_mut().zip(&facts) {
        let beaten = facts.iter().any(|&other| dominates(other, (price, day)));
        let tags = [
            (price.is_some() && price == cheapest, Tag::Cheapest),
            (day.is_some() && day == fastest, Tag::Fastest),
            (
                in_time(day) && price.is_some() && price == best,
                Tag::BestByDeadline,
            ),
            (price.is_some() && day.is_some() && !beaten, Tag::Pareto),
        ];
        offer.tags = tags
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, tag)| tag)
            .collect();
    }
}

type Facts = (Option<i64>, Option<civil::Date>);

/// Whether `one` is no worse in price and day than `other`, and better in one of them.
fn dominates(one: Facts, other: Facts) -> bool {
    match (one, other) {
        ((Some(price), Some(day)), (Some(other_price), Some(other_day))) => {
            price <= other_price && day <= other_day && (price, day) != (other_price, other_day)
        }
        _ => false,
    }
}

/// The day by which an offer promises to arrive.
pub(crate) fn arrival(offer: &Offer, request: &RateRequest) -> Option<civil::Date> {
    let transit = offer.quote.transit?;
    if let Some(by) = transit.deliver_by {
        return Some(by.date());
    }
    let (_, most) = transit.days?;
    if transit.business_days {
        return add_business_days(request.ship_on, most);
    }
    request
        .ship_on
        .checked_add(jiff::Span::new().days(i64::from(most)))
        .ok()
}

fn add_business_days(from: civil::Date, days: u16) -> Option<civil::Date> {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.tomorrow().ok()?;
        if !matches!(
            day.weekday(),
            civil::Weekday::Saturday | civil::Weekday::Sunday
        ) {
            left -= 1;
        }
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_of_business_days_passes_one_weekend() {
        let friday = civil::date(2026, 11, 20);
        assert_eq!(
            add_business_days(friday, 1),
            Some(civil::date(2026, 11, 23))
        );
        assert_eq!(
            add_business_days(friday, 5),
            Some(civil::date(2026, 11, 27))
        );
    }

    #[test]
    fn what_is_dearer_and_slower_is_beaten() {
        let day = |d| Some(civil::date(2026, 11, d));
        assert!(dominates((Some(10), day(20)), (Some(12), day(21))));
        assert!(!dominates((Some(10), day(21)), (Some(12), day(20))));
        assert!(!dominates((Some(10), day(20)), (Some(10), day(20))));
        assert!(!dominates((None, day(20)), (Some(10), day(20))));
    }
}
