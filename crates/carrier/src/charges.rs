//! What a total is made of, where a carrier says so.

use parcelgate_domain::{Charge, ChargeKind, Money};

/// One part of a price; what is less than nothing is taken off, whatever else it is.
#[must_use]
pub fn charge(kind: ChargeKind, name: &str, amount: Money) -> Charge {
    Charge {
        kind: if amount.minor() < 0 {
            ChargeKind::Discount
        } else {
            kind
        },
        name: name.to_owned(),
        amount,
    }
}

/// The first of `ways` that adds up to `whole`, without the parts that are nothing. Where none
/// does, `whole` is the one part that is certain.
#[must_use]
pub fn itemised<const N: usize>(ways: [Option<Vec<Charge>>; N], whole: Charge) -> Vec<Charge> {
    let total = whole.amount;
    let adds_up = |parts: &Vec<Charge>| {
        let nothing = Money::zero(total.currency());
        let mut amounts = parts.iter().map(|part| part.amount);
        amounts.try_fold(nothing, Money::checked_add).ok() == Some(total)
    };
    let mut ways = ways.into_iter().flatten();
    let mut parts = ways.find(adds_up).unwrap_or_else(|| vec![whole]);
    parts.retain(|part| part.amount.minor() != 0);
    parts
}

#[cfg(test)]
mod tests {
    use parcelgate_domain::Currency;

    use super::*;

    fn part(kind: ChargeKind, minor: i64) -> Charge {
        charge(kind, "x", Money::of_minor(minor, Currency::USD))
    }

    #[test]
    fn the_first_way_that_adds_up_is_taken() {
        let amounts = |ways: [Option<Vec<Charge>>; 2], total| {
            let parts = itemised(ways, part(ChargeKind::Base, total));
            let amounts = parts.iter().map(|part| part.amount.minor());
            amounts.collect::<Vec<_>>()
        };
        let way = |parts: &[i64]| {
            let parts = parts
                .iter()
                .map(|minor| part(ChargeKind::Surcharge, *minor));
            Some(parts.collect())
        };
        assert_eq!(amounts([way(&[1, 2]), way(&[10, 0, -2])], 8), [10, -2]);
        assert_eq!(amounts([way(&[8]), way(&[1, 7])], 8), [8]);
        assert_eq!(amounts([None, way(&[1, 2])], 8), [8]);
        assert!(amounts([None, None], 0).is_empty());
        assert_eq!(part(ChargeKind::Fuel, -1).kind, ChargeKind::Discount);
    }
}
