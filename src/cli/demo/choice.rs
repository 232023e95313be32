//! Whom an order is given to: the cheapest in time, among those whom the shop's rule allows.

use jiff::civil::{Date, Weekday};
use parcelgate_proto::v1::purchase_label_request::Selection;
use parcelgate_proto::v1::{Quote, ServiceSelection, Transit};

use super::rule::Rule;
use crate::cli::show;

/// Something that can be bought.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// How it is asked for.
    pub(crate) selection: Selection,
    /// What it was quoted at; none where only the contract knows.
    pub(crate) quote: Option<Quote>,
    /// Why it stands where it does.
    pub(crate) why: Why,
}

/// Why somebody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// None costs less among those in time.
    CheapestInTime,
    /// Nobody is in time, and this is the least late.
    LeastLate,
    /// Nobody says when it arrives, and this is the cheapest.
    Cheapest,
    /// The rule names the service, and no price of it is told.
    Named,
}

impl Why {
    /// In words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::CheapestInTime => "cheapest in time",
            Self::LeastLate => "least late",
            Self::Cheapest => "cheapest",
            Self::Named => "named service",
        }
    }
}

impl Candidate {
    /// Carrier, or account, and service.
    pub(crate) fn name(&self) -> String {
        match (&self.quote, &self.selection) {
            (Some(quote), _) => format!("{} {}", quote.carrier, quote.service),
            (None, Selection::Service(named)) => format!("{} {}", named.account, named.service),
            (None, Selection::Quote(name)) => name.clone(),
            (None, Selection::Choice(_)) => String::new(),
        }
    }

    fn of(quote: &Quote, why: Why) -> Self {
        Self {
            selection: Selection::Quote(quote.name.clone()),
            quote: Some(quote.clone()),
            why,
        }
    }
}

/// Whom to ask, the best first. `quotes` stand the cheapest first, as the gateway answers.
pub(crate) fn ranked(quotes: &[Quote], rule: &Rule, ship_on: Date, by: Date) -> Vec<Candidate> {
    let allowed = quotes.iter().filter(|quote| rule.allows(quote));
    let mut ranked: Vec<(Date, Candidate)> = allowed
        .map(|quote| match arrival(quote.transit.as_ref(), ship_on) {
            Some(day) if day <= by => (Date::MIN, Candidate::of(quote, Why::CheapestInTime)),
            Some(day) => (day, Candidate::of(quote, Why::LeastLate)),
            None => (Date::MAX, Candidate::of(quote, Why::Cheapest)),
        })
        .collect();
    ranked.sort_by_key(|(late, _)| *late); // equals stay in the order of their prices
    let is_quoted = |named: &ServiceSelection| {
        quotes.iter().any(|quote| {
            (quote.account == named.account || quote.carrier == named.account)
                && quote.service == named.service
        })
    };
    let named = rule
        .named()
        .filter(|named| !is_quoted(named))
        .map(|named| Candidate {
            selection: Selection::Service(named),
            quote: None,
            why: Why::Named,
        });
    let ranked = ranked.into_iter().map(|(_, candidate)| candidate);
    ranked.chain(named).collect()
}

/// The day by which it is promised, or reckoned from the days that it takes.
pub(crate) fn arrival(transit: Option<&Transit>, ship_on: Date) -> Option<Date> {
    let transit = transit?;
    if let Some(day) = transit.deliver_by.as_ref() {
        return show::date(day);
    }
    let mut left = Some(transit.days_max).filter(|days| *days > 0)?;
    let mut day = ship_on;
    while left > 0 {
        day = day.tomorrow().ok()?;
        let idle = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        left -= u32::from(!(transit.business_days && idle));
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const FRIDAY: Date = date(2026, 11, 20);

    fn quote(service: &str, days: u32) -> Quote {
        Quote {
            name: service.to_owned(),
            carrier: "ups".to_owned(),
            account: "ups-demo".to_owned(),
            service: service.to_owned(),
            transit: Some(Transit {
                days_max: days,
                ..Transit::default()
            }),
            ..Quote::default()
        }
    }

    fn names(quotes: &[Quote], rule: &str, by: Date) -> Vec<(String, Why)> {
        let ranked = ranked(quotes, &Rule::read(rule).unwrap(), FRIDAY, by);
        let name = |candidate: Candidate| match candidate.selection {
            Selection::Quote(name) => (name, candidate.why),
            Selection::Service(named) => (named.service, candidate.why),
            Selection::Choice(_) => panic!("nothing is left to the gateway"),
        };
        ranked.into_iter().map(name).collect()
    }

    #[test]
    fn the_cheapest_in_time_comes_first_and_who_is_late_after_who_is_not() {
        let quotes = [
            quote("slow", 20),
            quote("fair", 5),
            quote("fast", 2),
            quote("none", 0),
        ];
        let said = |name: &str, why| (name.to_owned(), why);
        assert_eq!(
            names(&quotes, "", date(2026, 11, 25)),
            [
                said("fair", Why::CheapestInTime),
                said("fast", Why::CheapestInTime),
                said("slow", Why::LeastLate),
                said("none", Why::Cheapest),
            ]
        );
        let late = names(&quotes, "", FRIDAY);
        assert_eq!(late.first(), Some(&said("fast", Why::LeastLate)));
    }

    #[test]
    fn a_rule_leaves_some_out_and_adds_what_has_no_price() {
        let quotes = [quote("slow", 20), quote("fast", 2)];
        let said = names(&quotes, "ups-demo/fast dhl-paket-demo/V01PAK", FRIDAY);
        let expected = [("fast", Why::LeastLate), ("V01PAK", Why::Named)];
        assert_eq!(said, expected.map(|(name, why)| (name.to_owned(), why)));
    }

    #[test]
    fn workdays_pass_a_weekend() {
        let days = |business_days| Transit {
            days_max: 1,
            business_days,
            ..Transit::default()
        };
        assert_eq!(arrival(Some(&days(true)), FRIDAY), Some(date(2026, 11, 23)));
        assert_eq!(
            arrival(Some(&days(false)), FRIDAY),
            Some(date(2026, 11, 21))
        );
        assert_eq!(arrival(None, FRIDAY), None);
    }
}
