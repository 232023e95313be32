//! What UPS answers when asked for prices.

use parcelgate_carrier::charges::{charge, itemised};
use parcelgate_carrier::json::{Loose, Many, Text, Unread, read};
use parcelgate_carrier::{Kind, RateAsk, Response, Result, read_below};
use parcelgate_domain::{Charge, ChargeKind, Money, Quote, Service, ServiceCode, Transit};
use serde::Deserialize;

use super::OPERATION;
use crate::moment::by_the_end_of;
use crate::units::WeightRead;
use crate::wire::{Amount, Coded, money};
use crate::{codes, error};

/// One quote for each service that could be read; a service that could not costs no other.
pub(super) fn decode(ask: &RateAsk, negotiated: bool, response: &Response) -> Result<Vec<Quote>> {
    let path = ["RateResponse", "RatedShipment"];
    let rated: Many<Rated> = read_below(&crate::ID, OPERATION, response, &path)?;
    let quotes = rated
        .iter()
        .filter_map(|rated| rated.quote(ask, negotiated));
    let quotes: Vec<Quote> = quotes.collect();
    if quotes.is_empty() && (rated.is_lost() || !rated.is_empty()) {
        return Err(error(Kind::Malformed, OPERATION));
    }
    Ok(quotes)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Rated {
    service: Coded,
    total_charges: Amount,
    base_service_charge: Many<Amount>,
    transportation_charges: Loose<Amount>,
    service_options_charges: Loose<Amount>,
    itemized_charges: Many<Item>,
    /// What the account has agreed with UPS. Where it qualifies for nothing, UPS leaves this out.
    negotiated_rate_charges: Option<Unread>,
    billing_weight: Loose<WeightRead>,
    time_in_transit: Loose<InTransit>,
    guaranteed_delivery: Loose<Guaranteed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Negotiated {
    total_charge: Amount,
    base_service_charge: Many<Amount>,
    itemized_charges: Many<Item>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Item {
    code: Text,
    description: Text,
    sub_type: Text,
    currency_code: Text,
    monetary_value: Text,
}

impl Negotiated {
    fn price(&self) -> Option<(Money, Vec<Charge>)> {
        let total = self.total_charge.money()?;
        let parts = parts(&self.base_service_charge, &self.itemized_charges);
        Some((total, itemised([parts], whole(total))))
    }
}

impl Rated {
    fn quote(&self, ask: &RateAsk, negotiated: bool) -> Option<Quote> {
        let code = self.service.code.get()?;
        let (total, charges) = match &self.negotiated_rate_charges {
            Some(agreed) if negotiated => read::<Negotiated>(agreed)?.price()?,
            _ => self.list_price()?,
        };
        let known = codes::service_name(code, ask.from.country);
        Some(Quote {
            service: Service {
                code: ServiceCode::new(code),
                name: known
                    .or(self.service.description.get())
                    .unwrap_or(code)
                    .to_owned(),
            },
            total,
            charges,
            transit: self.transit(),
            billed_weight: self.billing_weight.weight(),
        })
    }

    fn list_price(&self) -> Option<(Money, Vec<Charge>)> {
        let total = self.total_charges.money()?;
        let sum = |kind, name, amount: &Amount| Some(charge(kind, name, amount.money()?));
        let (carriage, extras) = (&self.transportation_charges, &self.service_options_charges);
        let sums = [
            sum(ChargeKind::Base, "Transportation", carriage),
            sum(ChargeKind::Surcharge, "Service options", extras),
        ];
        let ways = [
            parts(&self.base_service_charge, &self.itemized_charges),
            sums.into_iter().collect(),
        ];
        Some((total, itemised(ways, whole(total))))
    }

    fn transit(&self) -> Option<Transit> {
        let summary = &self.time_in_transit.service_summary;
        let arrival = &summary.estimated_arrival;
        let promise = &self.guaranteed_delivery;
        let days = [
            &arrival.business_days_in_transit,
            &promise.business_days_in_transit,
        ];
        let days = days.into_iter().find_map(|days| days.parse::<u16>().ok());
        let deliver_by = by_the_end_of(&arrival.arrival.date, &arrival.arrival.time);
        if days.is_none() && deliver_by.is_none() {
            return None;
        }
        Some(Transit {
            days: days.map(|days| (days, days)),
            business_days: true,
            deliver_by,
            guaranteed: match &summary.guaranteed_indicator {
                // "Empty tag": there or not there; some answers say 0 for not.
                Some(said) => said.as_str() != "0",
                None => !promise.delivery_by_time.is_empty(),
            },
        })
    }
}

/// Where nothing adds up, the whole price is the one part that is certain.
fn whole(total: Money) -> Charge {
    charge(ChargeKind::Base, "Total charges", total)
}

/// Base and itemised charges; none when one of them cannot be read.
fn parts(base: &Many<Amount>, items: &Many<Item>) -> Option<Vec<Charge>> {
    let base = base.iter().map(|amount| {
        let amount = amount.money()?;
        Some(charge(ChargeKind::Base, "Base service charge", amount))
    });
    base.chain(items.iter().map(Item::charge)).collect()
}

impl Item {
    fn charge(&self) -> Option<Charge> {
        let amount = money(&self.monetary_value, &self.currency_code)?;
        let names = [&self.description, &self.sub_type, &self.code];
        let name = names.into_iter().find_map(Text::get)?;
        Some(charge(codes::charge_kind(&self.code), name, amount))
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InTransit {
    service_summary: Summary,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Summary {
    guaranteed_indicator: Option<Text>,
    estimated_arrival: Estimated,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Estimated {
    arrival: Arrival,
    business_days_in_transit: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Arrival {
    date: Text,
    time: Text,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Guaranteed {
    business_days_in_transit: Text,
    delivery_by_time: Text,
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parcelgate_domain::Weight;
    use serde_json::{Value, json};

    use super::*;
    use crate::rates::tests::{ask, locality};

    fn quotes(rated: &Value, negotiated: bool) -> Result<Vec<Quote>> {
        let body = json!({"RateResponse": {"RatedShipment": rated}}).to_string();
        let ask = ask(locality("US", "OH", "43215"), locality("US", "CA", "90012"));
        decode(&ask, negotiated, &Response::new(Bytes::from(body)))
    }

    fn usd(value: &str) -> Value {
        json!({"CurrencyCode": "USD", "MonetaryValue": value})
    }

    fn ground() -> Value {
        json!({
            "Service": {"Code": "03"},
            "TransportationCharges": usd("20.11"),
            "BaseServiceCharge": usd("17.00"),
            "ServiceOptionsCharges": usd("4.00"),
            "ItemizedCharges": [
                {"Code": "375", "CurrencyCode": "USD", "MonetaryValue": "3.11", "SubType": "Fuel"},
                {"Code": "270", "CurrencyCode": "USD", "MonetaryValue": 4.00},
                {"Code": "376", "CurrencyCode": "USD", "MonetaryValue": "0.00"},
            ],
            "TotalCharges": usd("24.11"),
            "BillingWeight": {"UnitOfMeasurement": {"Code": "LBS"}, "Weight": "3.0"},
        })
    }

    fn parts(quote: &Quote) -> Vec<(ChargeKind, i64)> {
        let charges = quote.charges.iter();
        charges.map(|c| (c.kind, c.amount.minor())).collect()
    }

    #[test]
    fn a_price_is_itemised_when_the_items_add_up() {
        use ChargeKind::{Base, Fuel, Surcharge};
        let quote = &quotes(&json!([ground()]), true).unwrap()[0];
        assert_eq!(quote.total.to_string(), "24.11 USD");
        assert_eq!(parts(quote), [(Base, 1700), (Fuel, 311), (Surcharge, 400)]);
        assert_eq!(quote.billed_weight, Some(Weight::grams(1_361)));
        let mut other = ground();
        other["ItemizedCharges"] = json!([]);
        let quote = &quotes(&json!([other]), true).unwrap()[0];
        assert_eq!(parts(quote), [(Base, 2011), (Surcharge, 400)]);
        other["TransportationCharges"] = usd("1.00");
        let quote = &quotes(&json!([other]), true).unwrap()[0];
        assert_eq!(parts(quote), [(Base, 2411)]);
    }

    #[test]
    fn the_agreed_price_comes_first_where_it_is_asked_for_and_there() {
        let mut agreed = ground();
        agreed["NegotiatedRateCharges"] = json!({
            "BaseServiceCharge": [usd("12.00")],
            "ItemizedCharges": [
                {"Code": "375", "CurrencyCode": "USD", "MonetaryValue": "2.20"},
                {"Code": "999", "CurrencyCode": "USD", "MonetaryValue": "-1.00"},
            ],
            "TotalCharge": usd("13.20"),
        });
        let quote = &quotes(&json!([agreed]), true).unwrap()[0];
        assert_eq!(quote.total.minor(), 1320);
        assert_eq!(parts(quote).last(), Some(&(ChargeKind::Discount, -100)));
        let quote = &quotes(&json!([agreed]), false).unwrap()[0];
        assert_eq!(quote.total.minor(), 2411);
    }

    #[test]
    fn one_service_that_cannot_be_read_costs_no_other() {
        let bad = [
            json!({"Service": {"Code": "01"}}),
            json!({"Service": {"Code": "01"}, "TotalCharges": usd("1.005")}),
            json!({"Service": {"Code": ""}, "TotalCharges": usd("1.00")}),
            json!("nonsense"),
            json!({"Service": {"Code": "01"}, "TotalCharges": usd("many")}),
        ];
        for bad in bad {
            let found = quotes(&json!([bad, ground()]), true).unwrap();
            assert_eq!(found.len(), 1, "{bad}");
            let error = quotes(&json!([bad]), true).unwrap_err();
            assert_eq!(error.kind, Kind::Malformed);
        }
        assert!(quotes(&json!([]), true).unwrap().is_empty());
        assert_eq!(quotes(&ground(), true).unwrap().len(), 1);
    }

    #[test]
    fn a_service_that_is_not_in_the_table_is_sold_under_its_own_words() {
        let name = |service: Value| {
            let mut rated = ground();
            rated["Service"] = service;
            quotes(&json!([rated]), true).unwrap()[0]
                .service
                .name
                .clone()
        };
        assert_eq!(name(json!({"Code": "03"})), "UPS Ground");
        assert_eq!(
            name(json!({"Code": "9X", "Description": "UPS Moon"})),
            "UPS Moon"
        );
        assert_eq!(name(json!({"Code": "9X"})), "9X");
    }

    #[test]
    fn the_time_in_transit_is_read_as_far_as_it_goes() {
        let transit = |time: Value| {
            let mut rated = ground();
            rated["TimeInTransit"] = time;
            quotes(&json!([rated]), true).unwrap()[0].transit
        };
        let arrival = |time: &str| {
            json!({"ServiceSummary": {
                "GuaranteedIndicator": "",
                "EstimatedArrival": {
                    "Arrival": {"Date": "20261204", "Time": time},
                    "BusinessDaysInTransit": "4"
                }
            }})
        };
        let known = transit(arrival("103000")).unwrap();
        assert_eq!(
            (known.days, known.business_days, known.guaranteed),
            (Some((4, 4)), true, true)
        );
        assert_eq!(known.deliver_by.unwrap().to_string(), "2026-12-04T10:30:00");
        let late = transit(arrival("")).unwrap();
        assert_eq!(late.deliver_by.unwrap().to_string(), "2026-12-04T23:59:59");
        let mut unsure = arrival("233000");
        unsure["ServiceSummary"]["GuaranteedIndicator"] = json!("0");
        assert!(!transit(unsure).unwrap().guaranteed);
        assert_eq!(transit(json!("none")), None);
        assert_eq!(transit(json!({})), None);
    }
}
