//! Extras: a declared value, signatures, Saturdays.

use parcelgate_domain::{Country, Money, Offered, Options, Signature, Violations};
use serde_json::{Value, json};

use crate::codes::{EUROPE_AT_HOME, SATURDAY};

/// What FedEx does not sell of `options` on a way, with `service` if one is named (reference guide,
/// variable handling fees): signatures to addresses of the United States and within countries of
/// Europe, anyone's by Ground to Canada too.
pub(crate) fn violations(
    options: &Options,
    (from, to): (Country, Country),
    service: Option<&str>,
) -> Violations {
    let in_europe = from == to && EUROPE_AT_HOME.contains(&from.code());
    let signed_for = to == Country::US || in_europe;
    let by_ground = service.is_none_or(|service| service == "FEDEX_GROUND");
    let offered = Offered {
        insurance: true,
        signature: signed_for || (to.code() == "CA" && by_ground),
        adult_signature: signed_for,
        saturday_delivery: in_europe || service.is_none_or(|code| SATURDAY.contains(&code)),
    };
    let mut found = options.violations("options");
    found.append(options.refused("options", offered));
    found
}

/// What is asked for a box.
pub(crate) fn of_box(options: &Options) -> Option<Value> {
    let signature = match options.signature? {
        Signature::Anyone => "DIRECT",
        Signature::Adult => "ADULT",
    };
    Some(json!({
        "specialServiceTypes": ["SIGNATURE_OPTION"],
        "signatureOptionType": signature,
    }))
}

/// The value declared of the box at `index`: each has the same, the first what is left over, since
/// "the amount of totalDeclaredValue must be equal to the sum" (description of ship v1).
pub(crate) fn share(options: &Options, index: usize, boxes: usize) -> Option<Money> {
    let total = options.insured?;
    let boxes = i64::try_from(boxes).ok()?;
    let each = total.minor().checked_div(boxes)?;
    let rest = total.minor().checked_rem(boxes).filter(|_| index == 0);
    Some(Money::of_minor(
        each.saturating_add(rest.unwrap_or(0)),
        total.currency(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sold_on_a_way_is_refused() {
        let wanted = |signature, saturday_delivery| Options {
            signature,
            saturday_delivery,
            ..Options::default()
        };
        let sold = |options: Options, from: &str, to: &str, service| {
            let way = (from.parse().unwrap(), to.parse().unwrap());
            violations(&options, way, service).is_empty()
        };
        let (anyone, adult) = (Some(Signature::Anyone), Some(Signature::Adult));
        assert!(sold(wanted(adult, false), "CN", "US", None));
        assert!(sold(
            wanted(adult, true),
            "DE",
            "DE",
            Some("FEDEX_PRIORITY")
        ));
        assert!(sold(
            wanted(anyone, false),
            "US",
            "CA",
            Some("FEDEX_GROUND")
        ));
        assert!(!sold(
            wanted(adult, false),
            "US",
            "CA",
            Some("FEDEX_GROUND")
        ));
        assert!(!sold(
            wanted(anyone, false),
            "US",
            "CA",
            Some("FEDEX_2_DAY")
        ));
        assert!(!sold(wanted(anyone, false), "US", "GB", None));
        assert!(sold(wanted(None, true), "US", "US", Some("FEDEX_2_DAY")));
        assert!(!sold(wanted(None, true), "US", "US", Some("FEDEX_GROUND")));
    }
}
