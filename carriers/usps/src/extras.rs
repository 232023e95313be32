//! Extras as USPS's extra service codes.

use parcelgate_carrier::json::Digits;
use parcelgate_domain::{Currency, Money, Offered, Options, Signature, Violations};

use crate::codes::{EXPRESS, Product, Way};

/// Up to 500 USD.
const INSURANCE: u16 = 930;
/// Above.
const INSURANCE_HIGH: u16 = 931;
/// Of Priority Mail Express.
const INSURANCE_EXPRESS: u16 = 925;
const SIGNATURE: u16 = 921;
/// Of Priority Mail Express.
const SIGNATURE_EXPRESS: u16 = 981;
const ADULT_SIGNATURE: u16 = 922;

/// The highest value at the first rate of insurance, in cents.
const INSURANCE_STEP: i64 = 50_000;
/// The highest value that is insured at all, in cents.
const INSURED_MAX: i64 = 500_000;

/// The codes of `options`. Where no service is named they are those of all but Express, whose
/// prices then do not have them and are left out.
pub(crate) fn codes(options: &Options, product: Option<&Product>) -> Vec<u16> {
    let express = product.is_some_and(|product| product.class.starts_with(EXPRESS));
    let express = express && product.is_some_and(|product| product.way != Way::Abroad);
    let insurance = options.insured.map(|value| match value.minor() {
        _ if express => INSURANCE_EXPRESS,
        ..=INSURANCE_STEP => INSURANCE,
        _ => INSURANCE_HIGH,
    });
    let signature = options.signature.map(|signature| match signature {
        Signature::Anyone if express => SIGNATURE_EXPRESS,
        Signature::Anyone => SIGNATURE,
        Signature::Adult => ADULT_SIGNATURE,
    });
    insurance.into_iter().chain(signature).collect()
}

/// Whether `code` is what was asked for: USPS puts the one of the two insurances in the other's
/// place, by the value.
pub(crate) fn is_same(asked: u16, code: &str) -> bool {
    let insurances = [INSURANCE, INSURANCE_HIGH];
    let given = code.parse::<u16>().ok();
    given == Some(asked)
        || given.is_some_and(|given| [given, asked].iter().all(|c| insurances.contains(c)))
}

/// The value that is insured, in USD.
pub(crate) fn value(options: &Options) -> Option<Digits> {
    options.insured.map(|value| Digits::of(value.to_decimal()))
}

/// What USPS does not sell of `options`. It delivers on Saturdays without being asked, within the
/// United States.
pub(crate) fn violations(options: &Options, way: Way) -> Violations {
    let at_home = way != Way::Abroad;
    let offered = Offered {
        insurance: true,
        signature: at_home,
        adult_signature: at_home,
        saturday_delivery: at_home,
    };
    let mut found = options.violations("options");
    found.append(options.refused("options", offered));
    let most = Money::of_minor(INSURED_MAX, Currency::USD);
    let covered = |value: &Money| value.currency() == Currency::USD && value.minor() <= INSURED_MAX;
    if let Some(value) = options.insured.filter(|value| !covered(value)) {
        let allowed = format!("at most {most}, in that currency");
        found.refuse("options.insured_value", value, allowed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::product;

    fn insured(text: &str) -> Options {
        Options {
            insured: Money::parse(text, Currency::USD).ok(),
            ..Options::default()
        }
    }

    #[test]
    fn extras_have_the_codes_of_their_service() {
        let both = |signature, code| {
            let options = Options {
                signature: Some(signature),
                ..insured("500")
            };
            codes(&options, product(code))
        };
        assert_eq!(both(Signature::Anyone, "PRIORITY_MAIL"), [930, 921]);
        assert_eq!(both(Signature::Anyone, "PRIORITY_MAIL_EXPRESS"), [925, 981]);
        assert_eq!(both(Signature::Adult, "PRIORITY_MAIL_EXPRESS"), [925, 922]);
        assert_eq!(codes(&insured("500.01"), None), [931]);
        let abroad = product("PRIORITY_MAIL_EXPRESS_INTERNATIONAL");
        assert_eq!(codes(&insured("80"), abroad), [930]);
        assert!(codes(&Options::default(), None).is_empty());
    }

    #[test]
    fn one_insurance_may_stand_for_the_other() {
        assert!(is_same(930, "930") && is_same(930, "931") && is_same(931, "930"));
        assert!(!is_same(921, "922") && !is_same(930, "925") && !is_same(930, ""));
    }

    #[test]
    fn what_is_not_sold_is_refused_and_saturday_is_a_day_like_others() {
        let all = Options {
            signature: Some(Signature::Anyone),
            saturday_delivery: true,
            ..insured("180")
        };
        assert!(violations(&all, Way::Domestic).is_empty());
        let found = violations(&all, Way::Abroad).to_string();
        assert!(
            found.contains("signature") && found.contains("saturday"),
            "{found}"
        );
        assert!(!violations(&insured("5000.01"), Way::Domestic).is_empty());
        let euros = Options {
            insured: Money::parse("10", Currency::EUR).ok(),
            ..Options::default()
        };
        assert!(!violations(&euros, Way::Domestic).is_empty());
    }
}
