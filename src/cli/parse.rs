//! What people type: weights, sizes, places, times. Read exactly; nothing passes through a float.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use parcelgate_domain::Money;
use parcelgate_proto::v1::{Address, Dimensions};

/// `450g`, `1.2kg`: whole grams.
///
/// # Errors
/// When it is neither, or finer than a gram.
pub(crate) fn weight(text: &str) -> Result<u32, String> {
    let allowed =
        || format!("{text:?} is no weight: write grams or kilograms, such as 450g or 1.2kg");
    let text = text.trim();
    let grams = if let Some(number) = text.strip_suffix("kg") {
        scaled(number, 3)
    } else if let Some(number) = text.strip_suffix('g') {
        scaled(number, 0)
    } else {
        None
    };
    grams.filter(|grams| *grams > 0).ok_or_else(allowed)
}

/// `30x20x10cm`, `305x200x98mm`, `30.5x20x9.8cm`: whole millimetres.
///
/// # Errors
/// When it is none of these, or finer than a millimetre.
pub(crate) fn size(text: &str) -> Result<Dimensions, String> {
    let allowed = || {
        format!(
            "{text:?} is no size: write length x width x height, such as 30x20x10cm or 305x200x98mm"
        )
    };
    let trimmed = text.trim();
    let (numbers, digits) = match (trimmed.strip_suffix("cm"), trimmed.strip_suffix("mm")) {
        (Some(numbers), _) => (numbers, 1),
        (None, Some(numbers)) => (numbers, 0),
        (None, None) => return Err(allowed()),
    };
    let mut sides = numbers
        .split(['x', '×'])
        .map(|side| scaled(side, digits).filter(|mm| *mm > 0));
    match (sides.next(), sides.next(), sides.next(), sides.next()) {
        (Some(Some(length_mm)), Some(Some(width_mm)), Some(Some(height_mm)), None) => {
            Ok(Dimensions {
                length_mm,
                width_mm,
                height_mm,
            })
        }
        _ => Err(allowed()),
    }
}

/// A decimal number times ten to the power of `digits`; none when that is no whole number.
fn scaled(number: &str, digits: usize) -> Option<u32> {
    let (whole, fraction) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let fraction = fraction.trim_end_matches('0');
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > digits || !plain(whole) || !plain(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

/// `US:43004:OH:Columbus`, and if need be `:street` and `:name` after it.
///
/// # Errors
/// When the country is missing or there are too many parts.
pub(crate) fn place(text: &str) -> Result<Address, String> {
    let mut parts = text.split(':').map(|part| part.trim().to_owned());
    let country = parts.next().unwrap_or_default().to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(format!(
            "{text:?} is no place: write COUNTRY:POSTCODE:REGION:CITY[:STREET[:NAME]], such as \
             US:43004:OH:Columbus, and leave empty what the country does not have"
        ));
    }
    let mut next = || parts.next().unwrap_or_default();
    let (postal_code, region, city) = (next(), next(), next());
    let (street, name) = (next(), next());
    if parts.next().is_some() {
        return Err(format!(
            "{text:?} has more parts than COUNTRY:POSTCODE:REGION:CITY:STREET:NAME"
        ));
    }
    let or = |text: String, otherwise: &str| {
        if text.is_empty() {
            otherwise.to_owned()
        } else {
            text
        }
    };
    Ok(Address {
        name: or(name, "Rate request"), // a price does not depend on who lives there
        lines: vec![or(street, "Unknown street")],
        city,
        region,
        postal_code,
        country,
        ..Address::default()
    })
}

/// `800ms`, `20s`, `2m`.
///
/// # Errors
/// When it is no length of time, or not a positive one.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let allowed = || format!("{text:?} is no length of time: write it like 800ms, 20s or 2m");
    let signed: SignedDuration = text.parse().map_err(|_| allowed())?;
    let duration = Duration::try_from(signed).map_err(|_| allowed())?;
    if duration.is_zero() {
        Err(allowed())
    } else {
        Ok(duration)
    }
}

/// `2026-11-30`.
///
/// # Errors
/// When it is no day.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no day: write it like 2026-11-30"))
}

/// `500:USD`, `60.00:USD`: an amount and its currency.
///
/// # Errors
/// When it is not both, or finer than the currency.
pub(crate) fn money(text: &str) -> Result<Money, String> {
    let (amount, currency) = text.split_once(':').ok_or_else(|| {
        format!("{text:?} is no amount: write AMOUNT:CURRENCY, such as 60.00:USD")
    })?;
    let currency = currency.parse().map_err(|error| format!("{error}"))?;
    Money::parse(amount, currency).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_whole_grams() {
        for (text, grams) in [
            ("450g", 450),
            ("1.2kg", 1_200),
            ("0.001 kg", 1),
            ("2.500kg", 2_500),
        ] {
            assert_eq!(weight(text), Ok(grams), "{text}");
        }
        for text in [
            "",
            "0g",
            "1.2345kg",
            "1.5g",
            "-1kg",
            "12",
            "2lb",
            "1e3g",
            "kg",
            "99999999kg",
        ] {
            assert!(weight(text).unwrap_err().contains("450g"), "{text}");
        }
    }

    #[test]
    fn sizes_are_whole_millimetres() {
        let dimensions = |length_mm, width_mm, height_mm| Dimensions {
            length_mm,
            width_mm,
            height_mm,
        };
        assert_eq!(size("30x20x10cm"), Ok(dimensions(300, 200, 100)));
        assert_eq!(size("30.5 x 20 x 9.8 cm"), Ok(dimensions(305, 200, 98)));
        assert_eq!(size("305×200×98mm"), Ok(dimensions(305, 200, 98)));
        for text in [
            "",
            "30x20cm",
            "30x20x10",
            "30x20x10x5cm",
            "30x20x0cm",
            "30.55x20x10cm",
            "axbxccm",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_may_leave_out_what_its_country_does_not_have() {
        let columbus = place("us:43004:OH:Columbus:500 Main St:Ada").unwrap();
        assert_eq!(
            (columbus.country.as_str(), columbus.region.as_str()),
            ("US", "OH")
        );
        assert_eq!(
            (columbus.name.as_str(), columbus.lines.join("|").as_str()),
            ("Ada", "500 Main St")
        );
        let hong_kong = place("HK:::Kowloon").unwrap();
        assert_eq!(
            (hong_kong.postal_code.as_str(), hong_kong.city.as_str()),
            ("", "Kowloon")
        );
        assert!(place("Ohio").is_err());
        assert!(place("US:1:2:3:4:5:6").is_err());
    }

    #[test]
    fn a_length_of_time_has_a_unit() {
        assert_eq!(duration("800ms"), Ok(Duration::from_millis(800)));
        assert_eq!(duration("20s"), Ok(Duration::from_secs(20)));
        assert!(duration("20").is_err() && duration("0s").is_err() && duration("-1s").is_err());
    }

    #[test]
    fn an_amount_is_exact() {
        assert_eq!(money("60.5:USD").unwrap().minor(), 6_050);
        assert!(money("60.555:USD").is_err() && money("60").is_err() && money("60:XYZ").is_err());
    }
}
