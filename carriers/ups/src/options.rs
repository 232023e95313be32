//! Extras: declared value, signatures, delivery on Saturdays.

use parcelgate_domain::{Country, Currency, Money, Options, Signature, Violations};
use serde_json::{Value, json};

use crate::codes;
use crate::wire::{amount, indicator};

/// The most that UPS answers for of one box, in its own country's money (description of rating:
/// "50,000 USD for Remote", which is what a shipment over an interface is).
const DECLARED_MAX: Money = Money::of_minor(5_000_000, Currency::USD);

/// Whether UPS confirms a delivery box by box on this way, and not as a shipment.
fn is_confirmed_by_box(from: Country, to: Country) -> bool {
    let home = |country: Country| matches!(country.code(), "US" | "PR");
    (home(from) && home(to)) || (from == to && from.code() == "CA")
}

/// The extras of a box, of which there are `count`; the value of the whole is shared out evenly,
/// with what is left over on the first one.
pub(crate) fn package(
    options: &Options,
    (from, to): (Country, Country),
    index: usize,
    count: usize,
) -> Option<Value> {
    let signature = options
        .signature
        .filter(|_| is_confirmed_by_box(from, to))
        .map(|signature| match signature {
            Signature::Anyone => json!({ "DCISType": "2" }),
            Signature::Adult => json!({ "DCISType": "3" }),
        });
    let declared = options
        .insured
        .and_then(|whole| share(whole, index, count))
        .map(amount);
    let some = signature.is_some() || declared.is_some();
    some.then(|| json!({ "DeliveryConfirmation": signature, "DeclaredValue": declared }))
}

fn share(whole: Money, index: usize, count: usize) -> Option<Money> {
    let count = i64::try_from(count).ok()?;
    let (each, rest) = (
        whole.minor().checked_div(count)?,
        whole.minor().checked_rem(count)?,
    );
    let minor = if index == 0 { each + rest } else { each };
    (minor > 0).then(|| Money::of_minor(minor, whole.currency()))
}

/// The extras of the whole shipment, to which an order adds its papers.
pub(crate) fn shipment(options: &Options, (from, to): (Country, Country)) -> Option<Value> {
    let signature = options
        .signature
        .filter(|_| !is_confirmed_by_box(from, to))
        .map(|signature| match signature {
            Signature::Anyone => json!({ "DCISType": "1" }),
            Signature::Adult => json!({ "DCISType": "2" }),
        });
    let saturday = indicator(options.saturday_delivery);
    let some = signature.is_some() || saturday.is_some();
    some.then(
        || json!({ "DeliveryConfirmation": signature, "SaturdayDeliveryIndicator": saturday }),
    )
}

/// What a service cannot do of what is wanted; any service when none is named.
pub(crate) fn violations(options: &Options, service: Option<&str>, boxes: usize) -> Violations {
    let mut found = options.violations("options");
    let late = service.filter(|code| !codes::ON_SATURDAYS.contains(code));
    if let (true, Some(code)) = (options.saturday_delivery, late) {
        let codes = codes::ON_SATURDAYS.join(", ");
        let allowed = format!("false with service {code}: UPS delivers {codes} on Saturdays");
        found.require("options.saturday_delivery", allowed);
    }
    let dearest = options.insured.and_then(|whole| share(whole, 0, boxes));
    if dearest.is_some_and(|value| {
        value.currency() == DECLARED_MAX.currency() && value.minor() > DECLARED_MAX.minor()
    }) {
        let allowed = format!("at most {DECLARED_MAX} for each box");
        let insured = options
            .insured
            .map_or_else(String::new, |it| it.to_string());
        found.refuse("options.insured_value", insured, allowed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: (Country, Country) = (Country::US, Country::US);
    const ABROAD: (Country, Country) = (Country::CN, Country::US);

    fn wanted(signature: Signature, minor: i64) -> Options {
        Options {
            insured: Some(Money::of_minor(minor, Currency::USD)),
            signature: Some(signature),
            saturday_delivery: true,
        }
    }

    #[test]
    fn a_signature_stands_on_the_box_or_on_the_shipment() {
        let adult = wanted(Signature::Adult, 100);
        let boxed = package(&adult, US, 0, 1).unwrap();
        assert_eq!(boxed["DeliveryConfirmation"]["DCISType"], "3");
        assert!(shipment(&adult, US).unwrap()["DeliveryConfirmation"].is_null());
        let whole = shipment(&adult, ABROAD).unwrap();
        assert_eq!(whole["DeliveryConfirmation"]["DCISType"], "2");
        assert!(package(&adult, ABROAD, 0, 1).unwrap()["DeliveryConfirmation"].is_null());
        assert_eq!(package(&Options::default(), US, 0, 1), None);
        assert_eq!(shipment(&Options::default(), US), None);
    }

    #[test]
    fn the_value_of_the_whole_is_shared_out_and_bounded() {
        let options = wanted(Signature::Anyone, 10_001);
        let value = |index| {
            let boxed = package(&options, ABROAD, index, 2).unwrap();
            boxed["DeclaredValue"]["MonetaryValue"].clone()
        };
        assert_eq!((value(0), value(1)), (json!("50.01"), json!("50.00")));
        let dear = wanted(Signature::Anyone, 10_000_200);
        assert!(violations(&dear, Some("01"), 3).is_empty());
        let fields = |service, boxes| {
            let found = violations(&dear, service, boxes);
            found
                .as_slice()
                .iter()
                .map(|v| v.field.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            fields(Some("03"), 2),
            ["options.saturday_delivery", "options.insured_value"]
        );
        assert_eq!(fields(None, 2), ["options.insured_value"]);
    }
}
