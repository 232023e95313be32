//! Exchange rates, to show every price in the currency that was asked for.

use jiff::civil;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{Currency, Money};

/// How much of one currency one unit of another is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRate {
    /// The currency that is given.
    pub from: Currency,
    /// The currency that is got.
    pub to: Currency,
    /// Units of `to` for one unit of `from`.
    #[serde(with = "rust_decimal::serde::str")]
    pub rate: Decimal,
    /// The day of the table it is from, where that is known.
    #[serde(default)]
    pub date: Option<civil::Date>,
}

impl ExchangeRate {
    /// `money` in the other currency, rounded half to even to its minor unit. `None` when it is not
    /// in `from` or the result is too large.
    #[must_use]
    pub fn convert(&self, money: Money) -> Option<Money> {
        if money.currency() != self.from {
            return None;
        }
        let decimals = self.to.decimals();
        let amount = Decimal::new(money.minor(), self.from.decimals()).checked_mul(self.rate)?;
        let mut amount =
            amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointNearestEven);
        amount.rescale(decimals);
        let exact = amount.scale() == decimals; // a number too large to carry its decimals is not
        exact
            .then(|| i64::try_from(amount.mantissa()).ok())?
            .map(|minor| Money::of_minor(minor, self.to))
    }
}

/// The rates that an operator configured: each currency against one base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeRates {
    units_per_base: Vec<(Currency, Decimal)>,
    date: Option<civil::Date>,
}

impl ExchangeRates {
    /// `units_per_base`: how many units of each currency one unit of the base is worth. The base
    /// itself stands in the list with one.
    #[must_use]
    pub fn new(units_per_base: Vec<(Currency, Decimal)>) -> Self {
        Self {
            units_per_base,
            date: None,
        }
    }

    /// The same, of that day.
    #[must_use]
    pub fn dated(self, date: Option<civil::Date>) -> Self {
        Self { date, ..self }
    }

    /// Of which day they are.
    #[must_use]
    pub fn date(&self) -> Option<civil::Date> {
        self.date
    }

    /// The rate between two currencies, when both are known.
    #[must_use]
    pub fn between(&self, from: Currency, to: Currency) -> Option<ExchangeRate> {
        if from == to {
            return Some(ExchangeRate {
                from,
                to,
                rate: Decimal::ONE,
                date: self.date,
            });
        }
        let units = |currency| {
            self.units_per_base
                .iter()
                .find(|(known, _)| *known == currency)
                .map(|(_, units)| *units)
        };
        let rate = units(to)?.checked_div(units(from)?)?.round_sf(10)?;
        Some(ExchangeRate {
            from,
            to,
            rate: rate.normalize(),
            date: self.date,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_with_the_decimals_of_both_currencies() {
        let rates = ExchangeRates::new(vec![
            (Currency::USD, Decimal::ONE),
            (Currency::CNY, Decimal::new(725, 2)),
            (Currency::JPY, Decimal::new(150, 0)),
        ]);
        let convert = |money: Money, to| rates.between(money.currency(), to)?.convert(money);
        let hundred_yuan = Money::of_minor(10_000, Currency::CNY);
        assert_eq!(
            convert(hundred_yuan, Currency::USD),
            Some(Money::of_minor(1379, Currency::USD))
        );
        assert_eq!(
            convert(hundred_yuan, Currency::JPY),
            Some(Money::of_minor(2069, Currency::JPY))
        );
        assert_eq!(convert(hundred_yuan, Currency::CNY), Some(hundred_yuan));
        assert_eq!(convert(hundred_yuan, Currency::KWD), None);
    }
}
