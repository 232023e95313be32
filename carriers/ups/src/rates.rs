//! Prices: Rating v2409, with the time in transit.

mod answer;

use async_trait::async_trait;
use http::Method;
use parcelgate_carrier::{Call, Class, Kind, Locality, Outgoing, RateAsk, Rates, Result};
use parcelgate_domain::{Contents, Money, Quote, Violations, Weight};
use serde::Serialize;

use crate::party::{self, PRESENT, Place};
use crate::units::{Sides, Units, WeightOut};
use crate::wire::{Amount, Coded};
use crate::{Ups, codes, error};

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
        let found = violations(ask);
        if !found.is_empty() {
            return Err(error(Kind::Invalid, OPERATION).at(found));
        }
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
        outgoing.json(&crate::ID, &self.body(ask, option, timed))
    }

    fn body<'a>(&'a self, ask: &'a RateAsk, option: &'static str, timed: bool) -> Body<'a> {
        let units = Units::of(ask.from.country);
        let weights = ask.parcels.iter().map(|parcel| parcel.weight);
        let total = weights.fold(Weight::grams(0), Weight::saturating_add);
        let documents = is_documents(ask);
        let packages = ask.parcels.iter().map(|parcel| Package {
            packaging_type: Coded {
                code: codes::PACKAGE,
            },
            dimensions: parcel.size.map(|size| units.sides(size)),
            package_weight: units.weight(parcel.weight),
        });
        let shipment = Shipment {
            shipper: Side {
                shipper_number: Some(&self.account.account_number),
                address: place(&ask.from),
            },
            ship_to: Side {
                shipper_number: None,
                address: place(&ask.to),
            },
            service: ask.service.as_ref().map(|service| Coded {
                code: service.as_str(),
            }),
            shipment_total_weight: timed.then(|| units.weight(total)),
            documents_only_indicator: (documents && is_international(ask)).then_some(PRESENT),
            package: packages.collect(),
            shipment_rating_options: self.account.negotiated_rates.then_some(RatingOptions {
                negotiated_rates_indicator: PRESENT,
            }),
            invoice_line_total: is_international(ask).then(|| declared(ask)).flatten(),
            delivery_time_information: timed.then(|| DeliveryTime {
                package_bill_type: if documents { "02" } else { "03" },
                pickup: Pickup {
                    date: ask.ship_on.strftime("%Y%m%d").to_string(),
                },
            }),
        };
        Body {
            rate_request: RateRequest {
                request: Request {
                    request_option: option,
                    sub_version: "2409",
                },
                pickup_type: Coded {
                    code: self.account.pickup.code(),
                },
                shipment,
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
        party::check_text(
            &format!("{field}.city"),
            &place.city,
            party::CITY_CHARS_MAX,
            &mut found,
        );
        let has_code = party::postal_code(code).is_some();
        if !has_code && place.country.has_postal_codes() {
            found.require(format!("{field}.postal_code"), "a postal code");
        }
        if !has_code && place.city.trim().is_empty() && !place.country.is_city_state() {
            found.require(format!("{field}.city"), "a city, or a postal code");
        }
    }
    Units::of(ask.from.country).violations(&ask.parcels, &mut found);
    let (from, to) = (ask.from.country.code(), ask.to.country.code());
    if from == to && matches!(from, "GB" | "PL") {
        for (index, parcel) in ask.parcels.iter().enumerate() {
            if parcel.size.is_none() {
                let allowed = format!("its sides, which UPS needs within {from}");
                found.require(format!("parcels[{index}].size"), allowed);
            }
        }
    }
    if let Some(service) = &ask.service
        && !(1..=3).contains(&service.as_str().len())
    {
        found.refuse("service", service, "a service code of UPS, such as 03");
    }
    if ask.customs.is_some() && is_international(ask) && declared(ask).is_none() {
        found.require(
            "customs.items",
            "worth at most 99999999 in all, declared in one currency",
        );
    }
    found
}

fn is_international(ask: &RateAsk) -> bool {
    ask.from.country != ask.to.country
}

fn is_documents(ask: &RateAsk) -> bool {
    let contents = ask.customs.as_ref().map(|customs| customs.contents);
    contents == Some(Contents::Documents)
}

fn declared(ask: &RateAsk) -> Option<Amount> {
    let total = ask.customs.as_ref()?.total()?;
    invoice_total(total)
}

/// The value of the goods as UPS takes it: whole units of the currency, from 1 to 99999999. Rounded
/// up: less than the goods are worth is never declared.
pub(crate) fn invoice_total(total: Money) -> Option<Amount> {
    let one = Money::parse("1", total.currency()).ok()?.minor();
    let whole = total.minor().checked_add(one - 1)?.checked_div(one)?;
    (1..=99_999_999).contains(&whole).then(|| Amount {
        currency_code: total.currency().code(),
        monetary_value: whole.to_string(),
    })
}

fn place(locality: &Locality) -> Place<'_> {
    let city = locality.city.trim();
    let at_home = locality.residential == Some(true);
    Place {
        // Required by the schema, needed by UPS for Roadie alone; a price does not depend on a
        // street.
        address_line: Vec::new(),
        city: (!city.is_empty()).then(|| city.into()),
        state_province_code: party::region(locality.region.as_deref(), 2)
            .filter(|code| code.len() == 2),
        postal_code: party::postal_code(locality.postal_code.as_deref()),
        country_code: locality.country.code(),
        residential_address_indicator: at_home.then_some(PRESENT),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    rate_request: RateRequest<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RateRequest<'a> {
    request: Request,
    pickup_type: Coded<'a>,
    shipment: Shipment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    request_option: &'static str,
    sub_version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shipment<'a> {
    shipper: Side<'a>,
    ship_to: Side<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Coded<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_total_weight: Option<WeightOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents_only_indicator: Option<&'static str>,
    package: Vec<Package<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_rating_options: Option<RatingOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_line_total: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_time_information: Option<DeliveryTime>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Side<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    shipper_number: Option<&'a str>,
    address: Place<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Package<'a> {
    packaging_type: Coded<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Sides>,
    package_weight: WeightOut,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RatingOptions {
    pub(crate) negotiated_rates_indicator: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeliveryTime {
    package_bill_type: &'static str,
    pickup: Pickup,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Pickup {
    date: String,
}

#[cfg(test)]
pub(crate) mod tests {
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
        }
    }

    #[test]
    fn a_written_out_province_is_no_code() {
        let shenzhen = locality("CN", "Guangdong", "518000");
        assert_eq!(place(&shenzhen).state_province_code, None);
        let ohio = locality("US", "OH", "43215");
        assert_eq!(place(&ohio).state_province_code, Some("OH"));
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
        let found = violations(&bad);
        let fields: Vec<_> = found.as_slice().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "from.postal_code",
                "to.postal_code",
                "parcels[0].weight_grams",
                "parcels[0].size",
                "service"
            ]
        );
    }

    #[test]
    fn goods_have_the_value_that_ups_takes() {
        let value = |minor, currency| invoice_total(Money::of_minor(minor, currency));
        assert_eq!(value(3760, Currency::USD).unwrap().monetary_value, "38");
        assert_eq!(value(50, Currency::USD).unwrap().monetary_value, "1");
        assert_eq!(value(3760, Currency::JPY).unwrap().monetary_value, "3760");
        assert!(value(0, Currency::USD).is_none());
        assert!(value(9_999_999_901, Currency::USD).is_none());
        assert!(value(i64::MAX, Currency::USD).is_none());
    }
}
