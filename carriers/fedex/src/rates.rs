//! Prices: rates and transit times, v1.

mod answer;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Outgoing, RateAsk, Rates, Result};
use parcelgate_domain::{Contents, Quote, Violations};
use serde::Serialize;

use crate::codes::YOUR_PACKAGING;
use crate::customs::{Commodity, commodities, passes_customs};
use crate::party::{self, Place};
use crate::units::{Sides, Units, WeightOut};
use crate::wire::AccountNumber;
use crate::{Fedex, error};

const OPERATION: &str = "quote";

#[async_trait]
impl Rates for Fedex {
    async fn quote(&self, call: &Call<'_>, ask: &RateAsk) -> Result<Vec<Quote>> {
        let response = call.send(self.encode_rates(ask)?).await?;
        answer::decode(&response)
    }
}

impl Fedex {
    fn encode_rates(&self, ask: &RateAsk) -> Result<Outgoing> {
        let found = violations(ask);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
        Self::outgoing(Method::POST, OPERATION, "/rate/v1/rates/quotes")
            .class(Class::Rate)
            .json(&crate::ID, &self.body(ask))
    }

    fn body<'a>(&'a self, ask: &'a RateAsk) -> Body<'a> {
        let units = Units::of(ask.from.country, ask.to.country);
        let customs = ask.customs.as_ref();
        let customs = customs.filter(|_| passes_customs(ask.from.country, ask.to.country));
        let lines = ask.parcels.iter().map(|parcel| Line {
            weight: units.weight(parcel.weight),
            dimensions: parcel.size.map(|size| units.sides(size)),
        });
        Body {
            account_number: AccountNumber {
                value: &self.account.account_number,
            },
            rate_request_control_parameters: Control {
                return_transit_times: true,
            },
            requested_shipment: Shipment {
                shipper: Side {
                    address: Place {
                        residential: None, // of whoever receives alone
                        ..Place::near(&ask.from)
                    },
                },
                recipient: Side {
                    address: Place::near(&ask.to),
                },
                service_type: ask.service.as_ref().map(|service| service.as_str()),
                rate_request_type: ["ACCOUNT", "LIST"],
                ship_date_stamp: ask.ship_on.to_string(),
                pickup_type: self.account.pickup.code(),
                packaging_type: YOUR_PACKAGING,
                total_package_count: ask.parcels.len(),
                document_shipment: customs.map(|c| c.contents == Contents::Documents),
                customs_clearance_detail: customs
                    .and_then(commodities)
                    .map(|commodities| Declared { commodities }),
                requested_package_line_items: lines.collect(),
            },
        }
    }
}

fn violations(ask: &RateAsk) -> Violations {
    let mut found = Violations::new();
    for (field, place) in [("from", &ask.from), ("to", &ask.to)] {
        let region = place.region.as_deref();
        let code = place.postal_code.as_deref();
        party::check_area(place.country, region, code, field, &mut found);
        let city = format!("{field}.city");
        party::check_text(&city, &place.city, party::CITY_CHARS_MAX, &mut found);
        let has_code = code.is_some_and(|code| !code.trim().is_empty());
        if !has_code && place.country.has_postal_codes() {
            let allowed = format!("a postal code, which {} needs", place.country);
            found.require(format!("{field}.postal_code"), allowed);
        }
    }
    let units = Units::of(ask.from.country, ask.to.country);
    units.violations(&ask.parcels, &mut found);
    let declared = ask.customs.as_ref().map(commodities);
    if let Some(None) = declared {
        found.require("customs.items", "worth less than money can be");
    }
    found
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    account_number: AccountNumber<'a>,
    rate_request_control_parameters: Control,
    requested_shipment: Shipment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Control {
    return_transit_times: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shipment<'a> {
    shipper: Side<'a>,
    recipient: Side<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_type: Option<&'a str>,
    rate_request_type: [&'static str; 2],
    ship_date_stamp: String,
    pickup_type: &'static str,
    packaging_type: &'static str,
    total_package_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_shipment: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Declared<'a>>,
    requested_package_line_items: Vec<Line>,
}

#[derive(Serialize)]
struct Side<'a> {
    address: Place<'a>,
}

#[derive(Serialize)]
struct Declared<'a> {
    commodities: Vec<Commodity<'a>>,
}

#[derive(Serialize)]
struct Line {
    weight: WeightOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Sides>,
}

#[cfg(test)]
mod tests {
    use parcelgate_carrier::Locality;
    use parcelgate_domain::{Parcel, Weight};

    use super::*;

    #[test]
    fn everything_wrong_is_said_at_once() {
        let place = |region: &str| Locality {
            city: "Somewhere".to_owned(),
            region: Some(region.to_owned()),
            postal_code: None,
            country: parcelgate_domain::Country::US,
            residential: None,
        };
        let ask = RateAsk {
            from: place("Ohio"),
            to: place("CA"),
            parcels: vec![Parcel {
                weight: Weight::grams(400_000),
                size: None,
            }],
            customs: None,
            ship_on: jiff::civil::date(2026, 11, 30),
            service: None,
        };
        let found = violations(&ask);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "from.region",
                "from.postal_code",
                "to.postal_code",
                "parcels[0].weight_grams"
            ]
        );
    }
}
