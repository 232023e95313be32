//! Prices: Rating v2409, with the time in transit.

mod answer;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::form::{FittedPlace, both};
use parcelgate_carrier::json::{compact, with};
use parcelgate_carrier::{Call, Class, Outgoing, RateAsk, Rates, Result};
use parcelgate_domain::{Contents, Money, Quote, ServiceCode, Violations, Weight};
use serde_json::{Value, json};

use crate::wire::{coded, indicator};
use crate::{Ups, codes, options, party, units};

const OPERATION: &str = "quote";

#[async_trait]
impl Rates for Ups {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let response = call.send(self.encode_rates(ask)?).await?;
        answer::decode(ask, self.account.negotiated_rates, &response)
    }
}

impl Ups {
    fn encode_rates(&self, ask: &RateAsk) -> Result<Outgoing> {
        let (from, to) = fit(ask).map_err(crate::invalid(OPERATION))?;
        // Time in transit across a border wants the value of the goods; without it, prices alone.
        let timed = !is_international(ask) || declared(ask).is_some();
        let option = match (ask.service.is_some(), timed) {
            (true, true) => "Ratetimeintransit",
            (true, false) => "Rate",
            (false, true) => "Shoptimeintransit",
            (false, false) => "Shop",
        };
        let mut outgoing = self
            .outgoing(Method::POST, OPERATION, "/rating/v2409")
            .segment(option)
            .class(Class::Rate);
        if timed {
            outgoing = outgoing.query("additionalinfo", "timeintransit");
        }
        let shipment = self.rated(ask, timed, side(&from), side(&to));
        let body = json!({ "RateRequest": {
            "Request": { "RequestOption": option, "SubVersion": "2409" },
            "PickupType": coded(self.account.pickup.code()),
            "Shipment": shipment,
        }});
        outgoing.json(&crate::ID, &compact(body))
    }

    fn rated(&self, ask: &RateAsk, timed: bool, from: Value, to: Value) -> Value {
        let (origin, way) = (ask.from.country, (ask.from.country, ask.to.country));
        let weights = ask.parcels.iter().map(|parcel| parcel.weight);
        let total = weights.fold(Weight::grams(0), Weight::saturating_add);
        let contents = ask.customs.as_ref().map(|customs| customs.contents);
        let documents = contents == Some(Contents::Documents);
        let international = is_international(ask);
        let packages = ask.parcels.iter().enumerate().map(|(index, parcel)| {
            json!({
                "PackagingType": coded(codes::PACKAGE),
                "Dimensions": units::sides(origin, parcel),
                "PackageWeight": units::weight(origin, parcel.weight),
                "PackageServiceOptions":
                    options::package(&ask.options, way, index, ask.parcels.len()),
            })
        });
        json!({
            "Shipper": with(from, "ShipperNumber", self.account.account_number.as_str()),
            "ShipTo": to,
            "Service": ask.service.as_ref().map(|service| coded(service.as_str())),
            "ShipmentTotalWeight": timed.then(|| units::weight(origin, total)),
            "DocumentsOnlyIndicator": indicator(documents && international),
            "Package": packages.collect::<Vec<_>>(),
            "ShipmentRatingOptions": self.account.rating_options(),
            "ShipmentServiceOptions": options::shipment(&ask.options, way),
            "InvoiceLineTotal": international.then(|| declared(ask)),
            "DeliveryTimeInformation": timed.then(|| json!({
                "PackageBillType": if documents { "02" } else { "03" },
                "Pickup": { "Date": ask.ship_on.strftime("%Y%m%d").to_string() },
            })),
        })
    }
}

/// One side of the way. The street line is required by the schema and needed by UPS for Roadie
/// alone; a price does not depend on a street.
fn side(place: &FittedPlace) -> Value {
    json!({ "Address": party::place(place, &[], place.residential == Some(true)) })
}

/// Both places as UPS takes them.
fn fit(ask: &RateAsk) -> Result<(FittedPlace, FittedPlace), Violations> {
    let from = party::FORM.fit_place(&ask.from, "from");
    let to = party::FORM.fit_place(&ask.to, "to");
    let mut found = units::limits(ask.from.country).violations(&ask.parcels);
    let code = ask.service.as_ref().map(ServiceCode::as_str);
    if code.is_some_and(|code| !(1..=3).contains(&code.len())) {
        let given = code.unwrap_or_default();
        found.refuse("service", given, "a service code of UPS, such as 03");
    }
    found.append(options::violations(&ask.options, code, ask.parcels.len()));
    let sides = ask.parcels.iter().all(|parcel| parcel.size.is_some());
    if !is_international(ask) && matches!(ask.from.country.code(), "GB" | "PL") && !sides {
        let allowed = "with their sides, which UPS needs within this country";
        found.require("parcels", allowed);
    }
    if ask.customs.is_some() && is_international(ask) && declared(ask).is_none() {
        let allowed = "worth at most 99999999 in all, declared in one currency";
        found.require("customs.items", allowed);
    }
    both(from, to, found)
}

fn is_international(ask: &RateAsk) -> bool {
    ask.from.country != ask.to.country
}

fn declared(ask: &RateAsk) -> Option<Value> {
    let total = ask.customs.as_ref()?.total()?;
    invoice_total(total)
}

/// The value of the goods as UPS takes it: whole units of the currency, from 1 to 99999999. Rounded
/// up: less than the goods are worth is never declared.
pub(crate) fn invoice_total(total: Money) -> Option<Value> {
    let one = Money::parse("1", total.currency()).ok()?.minor();
    let whole = total.minor().checked_add(one - 1)?.checked_div(one)?;
    (1..=99_999_999).contains(&whole).then(
        || json!({ "CurrencyCode": total.currency().code(), "MonetaryValue": whole.to_string() }),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use parcelgate_carrier::Locality;
    use parcelgate_domain::{Currency, Dimensions, Parcel};

    use super::*;

    pub(crate) fn locality(country: &str, region: &str, code: &str) -> Locality {
        Locality {
            city: "Somewhere".to_owned(),
            region: Some(region.to_owned()),
            postal_code: Some(code.to_owned()),
            country: country.parse().unwrap(),
            residential: None,
        }
    }

    pub(crate) fn ask(from: Locality, to: Locality) -> RateAsk {
        RateAsk {
            from,
            to,
            parcels: vec![Parcel {
                weight: Weight::grams(1_200),
                size: Some(Dimensions::millimetres(300, 200, 100)),
            }],
            customs: None,
            ship_on: jiff::civil::date(2026, 11, 30),
            service: None,
            options: parcelgate_domain::Options::default(),
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let mut bad = ask(
            locality("GB", "", "SW1A 2AA"),
            locality("GB", "", "1234567890"),
        );
        bad.parcels[0] = Parcel {
            weight: Weight::grams(400_000),
            size: None,
        };
        bad.service = Some(parcelgate_domain::ServiceCode::new("Ground"));
        bad.from.postal_code = None;
        let found = fit(&bad).unwrap_err();
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "from.postal_code",
                "to.postal_code",
                "parcels[0].weight_grams",
                "service",
                "parcels"
            ]
        );
    }

    #[test]
    fn goods_have_the_value_that_ups_takes() {
        let value = |minor, currency| invoice_total(Money::of_minor(minor, currency));
        assert_eq!(value(3760, Currency::USD).unwrap()["MonetaryValue"], "38");
        assert_eq!(value(50, Currency::USD).unwrap()["MonetaryValue"], "1");
        assert_eq!(value(3760, Currency::JPY).unwrap()["MonetaryValue"], "3760");
        assert!(value(0, Currency::USD).is_none());
        assert!(value(9_999_999_901, Currency::USD).is_none());
        assert!(value(i64::MAX, Currency::USD).is_none());
    }
}
